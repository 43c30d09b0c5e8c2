"""A result is written where the person says, in the format that the name says, over nothing."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from tests.model.test_results import expand, plain, png, result

from ipywanx.errors import InvalidRequest, WanxError
from ipywanx.model.metadata import read
from ipywanx.model.saving import file_stem, write_new


@pytest.mark.parametrize(
    ("name", "kind"),
    [("evening.png", "PNG"), ("evening.jpg", "JPEG"), ("e.v.JPEG", "JPEG"), ("e.webp", "WEBP")],
)
def test_the_name_of_a_file_is_the_file(photo, tmp_path, name, kind):
    """save("evening.png") writes that file, and its ending is its format; folders are made."""
    made = result(png(photo("cat")), request=expand())
    place = tmp_path / "new" / name
    assert made.save(place) == [place]
    with Image.open(place) as saved:
        assert (saved.format, saved.size) == (kind, made.images[0].size)
        difference = np.abs(np.asarray(saved.convert("RGB"), int) - np.asarray(made.images[0]))
    assert difference.mean() < (0.01 if kind == "PNG" else 4)
    assert (read(place.read_bytes()) is not None) == (kind == "PNG")
    assert list(place.parent.iterdir()) == [place]


def test_several_pictures_are_numbered(tmp_path):
    """Of four pictures evening_1.png is the first, and so on."""
    colours = ("red", "lime", "blue", "white")
    made = result(*(png(plain(colour)) for colour in colours), request=expand(n=4))
    paths = made.save(str(tmp_path / "evening.png"))
    assert [path.name for path in paths] == [f"evening_{number}.png" for number in (1, 2, 3, 4)]
    for path, image in zip(paths, made.images, strict=True):
        assert Image.open(path).getpixel((5, 5)) == image.getpixel((5, 5))


@pytest.mark.parametrize("name", ["evening.png", "evening.jpg", "folder"])
def test_what_is_there_stays_unless_the_person_says_otherwise(tmp_path, name):
    """Another picture under the name gets a number; overwrite=True replaces, and only then."""
    first, second = (result(png(plain(colour)), request=expand()) for colour in ("red", "lime"))
    (mine,) = first.save(tmp_path / name)
    before = mine.read_bytes()
    (other,) = second.save(tmp_path / name)
    assert other.name == f"{mine.stem}-2{mine.suffix}"
    assert mine.read_bytes() == before
    assert second.save(tmp_path / name) == [other]
    assert second.save(tmp_path / name, overwrite=True) == [mine]
    assert mine.read_bytes() == other.read_bytes()
    assert sorted(mine.parent.iterdir()) == sorted([mine, other])


def test_a_folder_may_be_called_as_a_file(tmp_path):
    """A folder that is there, or a name with a slash behind it, is a folder whatever its ending."""
    made = result(png(plain()))
    (tmp_path / "out.png").mkdir()
    assert made.save(tmp_path / "out.png")[0].parent == tmp_path / "out.png"
    assert made.save(f"{tmp_path}/later.png/")[0].parent == tmp_path / "later.png"
    assert made.save(tmp_path / "v1.2")[0].parent == tmp_path / "v1.2"


@pytest.mark.parametrize("name", ["evening.gif", "a.TIFF", "b.heic", "c.pdf"])
def test_a_format_that_is_not_written_is_told(tmp_path, name):
    """The name is refused with one that works, and no folder of that name is made."""
    with pytest.raises(InvalidRequest, match=r"saved as \.png, \.jpg") as caught:
        result(png(plain())).save(tmp_path / name)
    assert f"'{Path(name).stem}.png'" in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_picture_beyond_the_format_is_told(tmp_path):
    """WebP ends at 16383 pixels a side: that is said, with the format that does it."""
    long = result(png(plain(size=(16_384, 8))))
    with pytest.raises(InvalidRequest, match=r"16384×8 pixels.*as \.png"):
        long.save(tmp_path / "wide.webp")
    assert list(tmp_path.iterdir()) == []
    assert long.save(tmp_path / "wide.png")


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("IMG 0001.JPG", "IMG_0001-expand-0385dc79-1.png"),
        ("夜 景.png", "夜_景-expand-0385dc79-1.png"),
        ("https://example.com/a/%E5%A4%9C.jpg?sign=SECRET", "夜-expand-0385dc79-1.png"),
        (None, "expand-0385dc79-1.png"),
    ],
)
def test_files_of_a_folder_are_called_after_the_input(tmp_path, source, name):
    """Which photo became which file is seen in a folder: the input's name comes first."""
    image = source
    if source and not source.startswith("http"):
        image = tmp_path / source
        plain("blue").save(image)
    request = expand(image=image) if image else expand()
    (path,) = result(png(plain()), request=request).save(tmp_path / "out")
    assert path.name == name


def test_two_programs_never_take_one_name(tmp_path):
    """Whoever writes at the same moment, each picture is in a file of its own."""
    files = [str(number).encode() * 1000 for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        paths = list(pool.map(lambda data: write_new(tmp_path / "a.png", data), files))
    assert [path.read_bytes() for path in paths] == files
    assert len(set(paths)) == len(list(tmp_path.iterdir())) == 40


def test_a_disk_without_links_is_written_too(tmp_path, monkeypatch):
    """Where a file cannot have two names, as on a memory card, nothing is replaced either."""

    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    first, second = (write_new(tmp_path / "a.png", data) for data in (b"1", b"2"))
    assert (first.read_bytes(), second.read_bytes()) == (b"1", b"2")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a-2.png", "a.png"]


@given(st.text(max_size=300))
def test_a_stem_is_a_name_on_every_system(text):
    """Whatever is in a prompt or a name, the stem is no path, no device, and short."""
    stem = file_stem(text)
    assert not set(stem) & set('<>:"/\\|?*\0\n')
    assert len(stem.encode()) <= 61
    assert stem == stem.strip()
    assert not stem.startswith((".", "-")) and not stem.endswith(".")
    assert stem.upper() not in {"CON", "NUL", "AUX", "PRN", "COM1", "LPT9"}
    assert file_stem(stem) == stem


def test_an_error_of_the_disk_says_where_the_pictures_are(tmp_path):
    """A file in the way of a folder is named, and nothing is lost."""
    (tmp_path / "taken").write_text("x")
    with pytest.raises(WanxError, match=r"result\.images"):
        result(png(plain())).save(tmp_path / "taken" / "evening.png")
    assert (tmp_path / "taken").read_text() == "x"
