"""The picture panel's half in the kernel: every way to choose a picture, and what is told of it."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ipywanx import Mask, MaskEditor
from ipywanx.errors import UnusableImage
from ipywanx.widgets.pictures import MOST_BYTES, PictureSource

URL = "https://example.com/a.png"
PHOTO = Image.new("RGB", (800, 600), "teal")


@pytest.fixture
def source():
    """Return a source."""
    return PictureSource()


def encoded(image: Image.Image, kind: str = "PNG") -> bytes:
    """A picture as a file's bytes."""
    stream = io.BytesIO()
    image.save(stream, kind)
    return stream.getvalue()


def upload(source: PictureSource, data: bytes, name: str = "a.png", **more: object):
    """Take a file as the page sends it."""
    content = {"kind": "picture", "source": "upload", "name": name, **more}
    return source.take(content, [memoryview(data)], {})


def test_a_file_keeps_its_bytes_and_its_name(source):
    """An uploaded file that fits is the picture as it is."""
    data = encoded(PHOTO)
    picture = upload(source, data, "holiday.png")
    assert (picture.data, picture.name, picture.size) == (data, "holiday.png", (800, 600))
    told = source.describe(picture)
    assert (told["name"], told["width"], told["height"]) == ("holiday.png", 800, 600)
    assert (told["format"], told["bytes"]) == ("PNG", len(data))
    assert (told["notices"], told["problem"]) == ([], "")


def test_what_is_converted_is_told(source):
    """A small GIF is made to fit, and each change is a notice, in a pair."""
    picture = upload(source, encoded(Image.new("P", (300, 300)), "GIF"), "a.gif")
    assert (picture.size, picture.format) == ((512, 512), "PNG")
    said = " ".join(english for english, _ in source.describe(picture)["notices"])
    assert "GIF is not a format" in said
    assert "resized from 300×300 to 512×512" in said


def test_the_preview_is_small(source):
    """The page gets a JPEG of at most 640 pixels, and nothing of a URL."""
    from ipywanx.model.loading import load

    picture = load(Image.new("RGB", (4000, 1000)))
    preview = source.describe(picture)["preview"]
    assert load(preview, fit=True).notices[0].en.startswith("The picture was resized from 640×160")
    told = source.describe(source.take({"source": "url", "url": URL}, [], {}))
    assert (told["name"], told["preview"], told["width"]) == (URL, "", 0)
    assert "service fetches" in told["notices"][0][0]


def test_a_large_file_comes_in_parts(source):
    """Parts in their order are one file; a lost part or too much is told, and then all is anew."""
    data = encoded(PHOTO)
    half = len(data) // 2
    assert upload(source, data[:half], part=0, parts=2) is None
    assert upload(source, data[half:], part=1, parts=2).data == data
    with pytest.raises(UnusableImage, match="did not arrive whole"):
        upload(source, data[half:], part=1, parts=2)
    assert upload(source, data[:half], part=0, parts=2) is None
    assert upload(source, data).data == data
    with pytest.raises(UnusableImage, match="64 MB"):
        upload(source, bytes(MOST_BYTES + 1))


def test_variables_and_results(source):
    """A variable and the last result are taken by what they hold now."""
    namespace = {"Photo": PHOTO, "pixels": np.zeros((600, 700, 3), np.uint8), "data": b"", "n": 1,
                 "_hidden": PHOTO, "editor": MaskEditor(PHOTO), "text": "a.png"}  # fmt: skip
    assert source.variables(namespace) == ["data", "editor", "Photo", "pixels"]
    take = lambda name: source.take({"source": "variable", "name": name}, [], namespace)  # noqa: E731
    assert take("Photo").to_image() == PHOTO
    assert take("pixels").size == (700, 600)
    assert take("editor").size == (800, 600)
    for name in ("gone", "n", "_hidden", "text"):
        with pytest.raises(UnusableImage, match="no picture in a variable"):
            take(name)
    assert source.take({"source": "result"}, [], {}, PHOTO).size == (800, 600)
    with pytest.raises(UnusableImage, match="no result yet"):
        source.take({"source": "result"}, [], {})
    assert source.variables() == []  # no IPython runs here


@pytest.mark.parametrize("url", ["/etc/hostname", "photo.jpg", "file:///etc/hostname", "", None])
def test_an_address_opens_no_file(source, url):
    """What is typed as an address is never a path of this computer."""
    with pytest.raises(UnusableImage, match="not an address"):
        source.take({"source": "url", "url": url}, [], {})


def test_a_problem_is_told_in_both_languages(source):
    """An error, a sentence or a pair becomes a pair; and each answer differs from the last."""
    error = UnusableImage("Too small.", hint="Use another.")
    assert source.describe(None, error)["problem"] == ["Too small. Use another."] * 2
    assert source.describe(None, "Why?")["problem"] == ["Why?", "Why?"]
    assert source.describe(None, ("Why?", "为什么？"))["problem"] == ["Why?", "为什么？"]
    assert source.describe(None, None)["problem"] == ""
    assert source.describe(None) != source.describe(None)


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6) | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=3,
)
SOURCES = st.sampled_from(["upload", "url", "variable", "result"])


@given(
    st.fixed_dictionaries(
        {"source": SOURCES | JUNK},
        optional=dict.fromkeys(("name", "url", "part", "parts"), JUNK),
    ),
    st.lists(st.binary(max_size=20).map(memoryview) | JUNK, max_size=2),
)
def test_nonsense_is_ours(content, buffers):
    """Whatever a message holds, only our own error is raised, with words for the page."""
    source = PictureSource()
    try:
        picture = source.take(content, buffers, {"mask": Mask((9, 9)), "list": []}, object())
    except UnusableImage as error:
        assert source.describe(None, error)["problem"][0]
    else:
        assert picture is None or picture.url or content["source"] == "result"
