"""The kernel's half of the frame: four scales and a picture, by the page and by code."""

import base64
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from traitlets import TraitError

from ipywanx import Expand
from ipywanx.errors import InvalidRequest, UnusableImage
from ipywanx.widgets.expand_frame import ExpandFrame

URL = "https://example.com/a.png"


@pytest.fixture
def frame():
    """Return a frame around a large flat picture."""
    return ExpandFrame(Image.new("RGB", (2000, 1000), "teal"), language="en")


def test_its_scales_are_what_expand_takes(frame):
    """The scales of the frame make a request, and both foretell the same size of the result."""
    assert frame.scales == dict.fromkeys(
        ("top_scale", "bottom_scale", "left_scale", "right_scale"), 1.0
    )
    frame.left_scale, frame.bottom_scale = 1.5, 1.25
    picture = Image.new("RGB", (2000, 1000))
    request = Expand(image=picture, prompt="x", **frame.scales)
    assert frame.output_size == request.output_size == (2500, 1125)


def test_it_shows_the_picture_small(frame):
    """The page gets the picture's own size, and a JPEG of at most 900 pixels a side."""
    assert frame.size == [2000, 1000]
    head, body = frame.preview.split(",")
    assert head == "data:image/jpeg;base64"
    assert Image.open(io.BytesIO(base64.b64decode(body))).size == (900, 450)


def test_another_picture_comes_into_the_frame(frame):
    """`show` changes the picture and keeps the scales; what is no picture changes nothing."""
    frame.top_scale = 1.3
    frame.show(Image.new("RGB", (600, 800)))
    assert (frame.size, frame.top_scale) == ([600, 800], 1.3)
    with pytest.raises(UnusableImage):
        frame.show("nowhere.png")
    assert frame.size == [600, 800]
    frame.show(Image.new("RGB", (100, 100)), fit=True)
    assert frame.size == [512, 512]


def test_a_url_has_no_size_here():
    """Of a URL and of no picture the scales can be set all the same, and no size is made up."""
    for frame in (ExpandFrame(URL, left_scale=1.5), ExpandFrame(left_scale=1.5)):
        assert (frame.size, frame.preview, frame.output_size) == ([], "", None)
        assert frame.scales["left_scale"] == 1.5
    assert Expand(image=URL, prompt="x").output_size is None


@pytest.mark.parametrize("value", [0.99, 2.01, float("nan"), float("inf"), "wide", None])
def test_code_is_told_of_a_scale_that_is_none(frame, value):
    """A scale that the service would refuse is refused at once, and the frame stays."""
    with pytest.raises(TraitError):
        frame.left_scale = value
    assert frame.left_scale == 1.0
    with pytest.raises(InvalidRequest, match="from 1 to 2") as caught:
        ExpandFrame(top_scale=value)
    assert caught.value.parameter == "top_scale"


JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.lists(st.floats())
)
NAMES = st.sampled_from(["left_scale", "top_scale", "size", "preview", "limits", "language", "x"])


@given(st.dictionaries(NAMES, JUNK, max_size=4))
def test_nonsense_of_a_page_raises_nothing(state):
    """Whatever a page sends, nothing is raised, and the scales can still be sent to the service."""
    frame = ExpandFrame(language="en")
    frame.set_state(state)
    assert all(1 <= value <= 2 for value in frame.scales.values())
    assert frame.language == "en" or state["language"] in {"en", "zh"}


def test_the_pages_scales_arrive(frame):
    """What the page sends is in the traits, and who observes them hears it."""
    heard = []
    frame.observe(lambda change: heard.append(change["name"]), ["left_scale", "right_scale"])
    frame.set_state({"left_scale": 1.25, "right_scale": 2})
    assert (frame.left_scale, frame.right_scale) == (1.25, 2.0)
    assert heard == ["left_scale", "right_scale"]


def test_every_text_is_in_both_languages(frame):
    """The page gets each text in English and Chinese, to switch live."""
    assert all(len(pair) == 2 and all(pair) for pair in frame.texts.values())
    with pytest.raises(TraitError):
        frame.language = "fr"
