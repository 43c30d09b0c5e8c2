"""Is a value of another kind refused in our words, at whichever door it comes in?"""

import os
from pathlib import Path

import pytest
from PIL import Image
from tests.experiments.filled import filled, planned

import ipywanx as wx
from ipywanx.experiments.book import PromptBook
from ipywanx.experiments.sheet.contact_sheet import ContactSheet
from ipywanx.experiments.table import Table
from ipywanx.given import as_path, as_timeout
from ipywanx.session import Session

GREY = Image.new("RGB", (512, 512), "grey")
BOOK = PromptBook(Path("b.toml"), {"templates": {"room": "a room"}, "styles": {"ink": "ink"}})


@pytest.fixture(autouse=True)
def own_session(monkeypatch):
    """Give the calls a session of their own."""
    session = Session()
    monkeypatch.setattr("ipywanx.calls.current", lambda: session)


def sheet() -> ContactSheet:
    """A sheet of one picture."""
    asked = planned()
    return ContactSheet(asked, filled(asked))


def job() -> wx.Job:
    """A quick task."""
    return wx.submit("super_resolution", GREY)


def grid(**values: object) -> wx.Sweep:
    """An experiment that waits to be started."""
    return wx.sweep("super_resolution", GREY, seed=[1, 2], start=False, **values)


@pytest.mark.parametrize(
    ("parameter", "value", "call"),
    [
        ("timeout", "soon", lambda value: job().result(value)),
        ("timeout", float("nan"), lambda value: job().result(timeout=value)),
        ("timeout", [1], lambda value: grid().result(value)),
        ("cap", "x", lambda value: grid(cap=value)),
        ("cap", None, lambda value: grid(cap=value)),
        ("cap", float("nan"), lambda value: grid(cap=value)),
        ("prompt", None, wx.alternatives),
        ("prompt", 5, lambda value: wx.replacing(value, "a", "b")),
        ("old", None, lambda value: wx.replacing("a cat", value, "b")),
        ("new", 7, lambda value: wx.replacing("a cat", "cat", "dog", value)),
        ("template", None, BOOK.prompt),
        ("template", ["room"], BOOK.prompts),
        ("path", 5, wx.prompts),
        ("path", "a\0b.toml", wx.prompts),
        ("path", None, lambda value: sheet().save(value)),
        ("path", "a\0b.png", lambda value: sheet().save(value)),
        ("path", "\ud800.html", lambda value: sheet().save(value)),
        ("path", None, lambda value: Table().save(value)),
        ("path", b"table.csv", lambda value: Table().save(value)),
        ("folder", None, lambda value: wx.history().export(value)),
        ("folder", "a\0b", lambda value: wx.history().export(value)),
        ("folder", None, lambda value: grid().save(value)),
        ("folder", "a\0b", lambda value: grid().save(value)),
    ],
)
def test_what_is_of_another_kind_is_refused(parameter, value, call):
    """The error is one of ours: it names the parameter and the value, and says what to give."""
    with pytest.raises(wx.InvalidRequest, match=f"^{parameter} is .*, but it takes ") as caught:
        call(value)
    assert caught.value.parameter == parameter
    assert repr(value) in str(caught.value)
    assert caught.value.hint


def test_what_no_book_has_is_told_whatever_it_is():
    """Even what is no text is looked for among an entry's names, and missed."""
    with pytest.raises(wx.InvalidRequest, match="no None in "):
        BOOK.styles[None]


def test_a_timeout_is_refused_before_anything_is_sent():
    """An edit that cannot be waited for as it was said is not begun."""
    with pytest.raises(wx.InvalidRequest, match="timeout is 'soon'"):
        wx.edit("super_resolution", GREY, timeout="soon")
    assert wx.jobs() == []
    assert len(wx.history()) == 0


@pytest.mark.parametrize("timeout", [float("inf"), 1e300, 10**400, None, 60])
def test_one_may_wait_for_ever(timeout):
    """More seconds than a clock counts are as many as it takes."""
    assert job().result(timeout).images
    assert len(grid().start().result(timeout)) == 2


def test_a_timeout_that_is_over_is_none_at_all():
    """A time that lies behind waits for nothing, and says so as any other."""
    assert as_timeout(-5) == -5.0
    made = grid()
    with pytest.raises(wx.TaskTimedOut):
        made.start().result(-5)
    made.result(60)


def test_a_path_may_be_written_in_any_way(monkeypatch):
    """Texts, paths and the home folder mean a place; a home that nobody has is refused."""
    monkeypatch.setenv("HOME", os.sep + "somewhere")
    assert as_path("~/a.png", "path") == as_path(Path("~/a.png"), "path")
    assert as_path("~/a.png", "path") == Path(os.sep, "somewhere", "a.png")
    with pytest.raises(wx.InvalidRequest, match="~nobodyhere"):
        as_path("~nobodyhere/a.png", "path")
