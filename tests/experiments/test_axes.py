"""What a person gives for a parameter is an axis, or one value, or told to be neither."""

import io
import re
from collections import deque
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ipywanx.errors import InvalidRequest
from ipywanx.experiments.axes import MOST_VALUES, axis, numbers
from ipywanx.model.loading import load
from ipywanx.model.masks import Mask
from ipywanx.model.params import Param, describe
from ipywanx.model.requests import request_class


def param(name: str, function: str = "description_edit_with_mask") -> Param:
    """One parameter of a function."""
    return next(one for one in describe(request_class(function)) if one.name == name)


STRENGTH = param("strength", "stylization_all")
SEED = param("seed")


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("0.2-1.0 [5]", [0.2, 0.4, 0.6, 0.8, 1.0]),
        ("0.2, 0.5，0.8", [0.2, 0.5, 0.8]),
        ("0-1 (+0.25)", [0, 0.25, 0.5, 0.75, 1]),
        ("1-0 (-0.5)", [1, 0.5, 0]),
        ("0.5-0.5 [1]", [0.5]),
        ("0.1, 0.2-0.6 [3]", [0.1, 0.2, 0.4, 0.6]),
        ("０．２－１．０［５］", [0.2, 0.4, 0.6, 0.8, 1.0]),
        ("0.2～1.0（＋0.4）", [0.2, 0.6, 1.0]),
        ("0.2—1.0 [5]", [0.2, 0.4, 0.6, 0.8, 1.0]),
        ("0.2~0.4[3]、0.9；1", [0.2, 0.3, 0.4, 0.9, 1]),
        ("0-1", [0, 1]),
    ],
)
def test_a_text_spans_numbers(text, values):
    """A number's axis is typed as other image tools take it, and its labels are short."""
    found = axis(STRENGTH, text)
    assert found.values == tuple(values)
    assert found.labels == tuple(f"{value:g}" for value in values)


@pytest.mark.parametrize(
    ("text", "values"),
    [("1-5", range(1, 6)), ("1-9 (+2)", range(1, 10, 2)), ("１－５", range(1, 6))],
)
def test_whole_numbers_stay_whole(text, values):
    """A seed's axis has integers, which the service wants."""
    found = axis(SEED, text).values
    assert found == tuple(values)
    assert all(type(value) is int for value in found)


@given(st.integers(0, 999), st.integers(0, 999), st.integers(2, 60))
def test_so_many_from_end_to_end(first, last, count):
    """``first-last [count]`` has so many values, begins and ends there, and is even."""
    found = numbers(f"{first / 1000}-{last / 1000} [{count}]", STRENGTH)
    assert len(found) == count
    assert (found[0], found[-1]) == (first / 1000, last / 1000)
    steps = [b - a for a, b in pairwise(found)]
    assert max(steps) - min(steps) < 2.1e-4  # values are short: four decimals


@pytest.mark.parametrize(
    ("text", "better"),
    [
        ("0.2-0.8", "0.2-0.8 [4]"),
        ("0-0.5", "0-0.5 [6]"),
        ("0.8-0.2", "0.8-0.2 [4]"),
        ("0.3, 0.5-0.9", "0.5-0.9 [5]"),
        ("0.2～0.8", "0.2-0.8 [4]"),
    ],
)
def test_a_span_that_misses_its_end_is_refused(text, better):
    """0.2-0.8 is not 0.2 alone: it is refused, and what is proposed spans from end to end."""
    with pytest.raises(InvalidRequest, match=re.escape(better)) as caught:
        axis(STRENGTH, text)
    assert better in caught.value.advice.zh
    assert "Nothing was sent" in str(caught.value)
    first, last = map(float, better.partition(" ")[0].split("-"))
    found = numbers(better, STRENGTH)
    assert (found[0], found[-1]) == (first, last)
    assert all(value == round(value, 1) for value in found)


@pytest.mark.parametrize(
    "given",
    [0.5, "0.5", "０．５", "转换成法国绘本风格", None, b"bytes", np.float64(0.5)],
)
def test_one_value_is_no_axis(given):
    """A plain value is the same in every cell."""
    number = isinstance(given, float) or given in {"0.5", "０．５"}
    which = STRENGTH if number else param("prompt")
    assert axis(which, given) is None


def test_one_picture_is_no_axis(photo):
    """An array is one picture, though it could be walked through."""
    assert axis(param("image"), np.asarray(photo("cat"))) is None
    assert axis(param("mask"), Mask((512, 512))) is None


@pytest.mark.parametrize(
    "several",
    [
        lambda folder: f"{folder}/*.png",
        lambda folder: folder / "*.png",
        lambda folder: [f"{folder}/a*.png", folder / "b.png"],
        lambda folder: folder.glob("*.png"),
        lambda folder: (path for path in sorted(folder.glob("*.png"))),
        lambda folder: map(Image.open, sorted(folder.glob("*.png"))),
        lambda folder: {"x": folder / "a[1].png", "y": folder / "b.png"}.values(),
        lambda folder: np.array([f"{folder}/a[[]1].png", f"{folder}/b.png"], object),
        lambda folder: deque([folder / "a[1].png", folder / "b.png"]),
    ],
    ids=["pattern", "path", "list", "glob", "generator", "map", "view", "series", "deque"],
)
@pytest.mark.parametrize("name", ["image", "mask"])
def test_several_pictures_are_an_axis_however_they_are_named(several, name, tmp_path, monkeypatch):
    """A pattern, a generator or a series of paths varies the picture, in the order of names."""
    for file, colour in (("a[1].png", "white"), ("b.png", "blue"), ("c.txt", "red")):
        Image.new("RGB", (512, 512), colour).save(tmp_path / file, "PNG")
    found = axis(param(name), several(tmp_path))
    assert len(found) == 2
    if name == "image":
        first, second = (load(value).to_image().getpixel((0, 0)) for value in found.values)
        assert {first, second} == {(255, 255, 255), (0, 0, 255)}
    monkeypatch.chdir(tmp_path)
    assert axis(param(name), "a[1].png") is None  # a file of that name


@pytest.mark.parametrize(
    "one",
    [
        lambda file: file.open("rb"),
        lambda file: io.BytesIO(file.read_bytes()),
        lambda file: file.read_bytes(),
        lambda file: memoryview(file.read_bytes()),
        str,
        lambda _: "https://example.com/a.png?size=*[1]",
        lambda _: "data:image/png;base64,*",
    ],
    ids=["file", "stream", "bytes", "view", "path", "URL", "data URL"],
)
def test_one_picture_that_could_be_walked_through_is_no_axis(one, tmp_path):
    """Files and bytes have parts, and are one picture all the same."""
    file = tmp_path / "a.png"
    Image.new("RGB", (512, 512)).save(file)
    assert axis(param("image"), one(file)) is None


def test_a_pattern_that_nothing_matches_is_told(tmp_path):
    """It is refused with the pattern and the folder, before anything is sent."""
    with pytest.raises(InvalidRequest, match=r"No file matches '.*nobody-\*\.jpg'") as caught:
        axis(param("image"), f"{tmp_path}/nobody-*.jpg")
    assert (caught.value.parameter, "working folder" in str(caught.value)) == ("image", True)


@pytest.mark.parametrize("given", [[1, 2], (1, 2), range(1, 3), np.array([1, 2]), iter([1, 2])])
def test_whatever_holds_several_is_an_axis(given):
    """Lists, ranges, arrays and iterators span an axis of Python's own numbers."""
    found = axis(SEED, given)
    assert found.values == (1, 2)
    assert all(type(value) is int for value in found.values)


def test_a_dict_names_its_values():
    """Keys are what sheets and tables show."""
    found = axis(param("prompt"), {"dawn": "把天空变成黎明", "dusk": "把天空变成黄昏"})
    assert found.labels == ("dawn", "dusk")
    assert found.values == ("把天空变成黎明", "把天空变成黄昏")


def test_labels_that_are_alike_are_numbered(tmp_path):
    """Two files of one name, or two masks, can be told apart on a sheet."""
    paths = []
    for folder, colour in (("a", "red"), ("b", "blue")):
        (tmp_path / folder).mkdir()
        paths.append(tmp_path / folder / "photo.png")
        Image.new("RGB", (512, 512), colour).save(paths[-1])
    assert axis(param("image"), paths).labels == ("photo.png 1", "photo.png 2")
    masks = [Mask((512, 512)), Mask((512, 512)).invert()]
    assert axis(param("mask"), masks).labels == ("mask 1", "mask 2")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([], "has no value"),
        ("1-0 (+0.5)", "spans no numbers"),
        ("0.2-0.4 [0]", "spans no numbers"),
        ("0-1 (+0)", "spans no numbers"),
        ("0.2 bis 0.4", "spans no numbers"),
        ("0-99999", f"more than {MOST_VALUES}"),
        ("0-1 [99999999999]", f"more than {MOST_VALUES}"),
        (iter(int, 1), f"more than {MOST_VALUES}"),
    ],
)
def test_nonsense_is_told(given, said):
    """What spans nothing, or too much, is refused with an example, and nothing is sent."""
    with pytest.raises(InvalidRequest, match=said) as refused:
        axis(STRENGTH, given)
    assert "Nothing was sent" in str(refused.value)
    assert refused.value.parameter == "strength"
