"""What is copied as code makes exactly the same request again, whatever the prompt holds."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

import ipywanx as wx
from ipywanx.code import as_magic, as_python, picture_name
from ipywanx.magics.grammar import Edit, parse
from ipywanx.model.functions import EditRequest
from ipywanx.model.images import Picture
from ipywanx.model.loading import load
from ipywanx.model.params import Param, describe
from ipywanx.model.requests import REQUESTS, make_request

PHOTO = load(Image.new("RGB", (520, 512), "teal"))
OTHER = load(Image.new("RGB", (600, 520), "olive"))
LINK = "https://example.com/a.png"


def from_magic(text: str, **names: Any) -> EditRequest:
    """The request of a cell, as IPython would read it: magic cell, or Python with a line magic."""
    if text.startswith("%%wanx "):
        line, _, body = text.removeprefix("%%wanx ").partition("\n")
        asked = parse(line, body + "\n", names)
    else:
        *first, line = text.split("\n")
        exec("\n".join(first), names)  # noqa: S102 - our own text
        assert line.startswith("%wanx ")
        asked = parse(line.removeprefix("%wanx "), None, names)
    assert isinstance(asked, Edit)
    return make_request(asked.function, **asked.values)


def from_python(text: str, monkeypatch: pytest.MonkeyPatch, **names: Any) -> EditRequest:
    """The request that a cell's call makes."""
    made: list[EditRequest] = []
    with monkeypatch.context() as patch:
        patch.setattr(wx, "edit", lambda *args, **more: made.append(make_request(*args, **more)))
        exec(text, names)  # noqa: S102 - our own text
    return made[0]


def values(param: Param) -> st.SearchStrategy[Any]:
    """Any value that a parameter takes."""
    match param.about.kind:
        case "int":
            return st.integers(int(param.low), int(param.high))
        case "float":
            return st.floats(param.low, param.high)
        case "bool":
            return st.booleans()
        case "mask":
            corner = st.integers(1, 500)
            return st.builds(
                lambda x, y, r: wx.Mask((520, 512)).stroke([(x, y), (y, x)], radius=r),
                corner, corner, st.integers(1, 40),
            )  # fmt: skip
        case "image":
            return st.just(OTHER)
    return st.just("1280*720") if param.name == "size" else prompts()


def prompts() -> st.SearchStrategy[str]:
    """Any text, and texts rich in what means something to the grammar, to Python and to cells."""
    marks = st.sampled_from(
        [
            "{{",
            "}}",
            "{{photo}}",
            "\n",
            "'",
            '"',
            "\\",
            "%",
            "#",
            "$",
            " ",
            "-p",
            ";",
            "\r",
            "\u2028",
        ]
    )
    plain = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
    return plain | st.lists(marks | st.text("ab湖", max_size=3), max_size=12).map("".join)


@st.composite
def requests(draw: st.DrawFn) -> EditRequest:
    """Any request: some parameters set, the others not."""
    cls = REQUESTS[draw(st.sampled_from(list(REQUESTS)))]
    given = {"image": PHOTO, "prompt": draw(prompts())}
    if not cls.about.blank_prompt and not given["prompt"].strip():
        given["prompt"] = cls.about.samples[0].en
    for param in describe(cls):
        if param.name not in given and (param.required or draw(st.booleans())):
            given[param.name] = draw(values(param))
    if "image3" in given:
        given["image2"] = OTHER
    return cls(**given)


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(requests())
def test_code_makes_the_same_request(monkeypatch, request_):
    """Cell and call of 400 requests of all functions, read back, are those requests."""
    names = {"photo": PHOTO, "mask": getattr(request_, "mask", None)}
    names |= {"image2": OTHER, "image3": OTHER}
    assert from_magic(as_magic(request_, "photo"), **names) == request_
    for mask in ("mask", None):
        text = as_python(request_, "photo", mask)
        assert from_python(text, monkeypatch, **names) == request_


@pytest.mark.parametrize(
    "name",
    [
        "two words.png",
        "it's.png",
        "\"both\" 'quotes'.png",
        "#1.png",
        "-p.png",
        "图 片.png",
        "a;",
        "“a b”.png",
        "‘a.png",
        "—a.png",
        "full　width.png",
        "{a}",
        "$a",
    ],
)
def test_any_file_name_is_carried(name, tmp_path, monkeypatch):
    """A file whose name means something to the line is the picture all the same."""
    monkeypatch.chdir(tmp_path)
    Image.new("RGB", (520, 512), "teal").save(name, "PNG")
    request = wx.Expand(image=name, prompt="x", left_scale=1.5)
    assert from_magic(as_magic(request, name)) == request
    assert from_python(as_python(request, name), monkeypatch) == request


def test_a_cell_reads_as_a_person_would_write_it():
    """Only what was set is said, the prompt is the cell's body, and a variable is pointed out."""
    request = wx.Expand(image=PHOTO, prompt="一位绿色仙子", left_scale=1.5, watermark=False, n=2)
    assert as_magic(request, "photo") == (
        "%%wanx expand photo -n 2 --left-scale 1.5  # variables: photo: the picture\n一位绿色仙子"
    )
    assert as_python(request, "photo.jpg") == (
        "import ipywanx as wx\n\n"
        "wx.edit('expand', 'photo.jpg', '一位绿色仙子', n=2, left_scale=1.5)"
    )


def test_a_picture_is_called_what_the_person_called_it():
    """A URL and a file keep their names; a picture that was only in memory becomes a variable."""
    named = {
        "photo": PHOTO,
        LINK: Picture(b"", "", None, LINK, url=LINK),
        "湖.jpg": Picture(b"x", "PNG", (520, 512), "湖.jpg"),
    }
    for name, picture in named.items():
        assert picture_name(wx.Colorization(image=picture)) == name
