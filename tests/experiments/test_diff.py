"""Does a comparison tell what differs, and nothing else?"""

import json

import numpy as np
import pytest
from PIL import Image
from tests.model.test_results import expand, noise, plain, png, previews, result
from tests.test_html import XSS, read

from ipywanx import session as sessions
from ipywanx.errors import InvalidRequest
from ipywanx.experiments.diff import diff, difference, marked
from ipywanx.model.functions import FUNCTIONS
from ipywanx.model.masks import Mask
from ipywanx.session import Session
from ipywanx.text import prefer_language


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch):
    """A session on an engine of its own."""
    process = sessions._Process()
    monkeypatch.setattr(sessions, "_process", process)
    yield sessions.current()
    process._engine.app.state.engine.close()


def compared(a, b):
    """The difference of two that need no history."""
    return difference(a, b, Session().recall, lambda _: [])


def test_only_what_differs_is_told():
    """Parameters that were set alike, or are at their defaults, are no difference."""
    a = expand("a red cat", n=1, left_scale=1.5)
    b = expand("a blue cat", seed=8, left_scale=1.5)
    assert compared(a, b).changes == {"prompt": ("a red cat", "a blue cat"), "seed": (7, 8)}
    assert compared(a, a).changes == {}
    assert repr(compared(a, a)) == "The same request."


def test_functions_share_what_both_have():
    """Between functions, a parameter of one alone has no value for the other."""
    a, b = (
        expand("湖", left_scale=1.5),
        FUNCTIONS["stylization_all"](image=plain("blue"), prompt="湖", seed=7, n=2),
    )
    assert compared(a, b).changes == {
        "function": ("expand", "stylization_all"),
        "n": (1, 2),
        "left_scale": (1.5, None),
    }


def test_pictures_and_masks_are_told_by_name_and_hash(tmp_path):
    """Another picture or mask is a difference; the same picture under another name is none."""
    for name, colour in (("a.png", "red"), ("b.png", "red"), ("c.png", "lime")):
        plain(colour).save(tmp_path / name)
    a, b, c = (expand(image=tmp_path / f"{name}.png") for name in "abc")
    assert compared(a, b).changes == {}
    assert compared(a, c).changes == {
        "image": (f"a.png ({a.image.digest[:8]})", f"c.png ({c.image.digest[:8]})")
    }
    one, other = (
        FUNCTIONS["description_edit_with_mask"](
            image=plain(), prompt="湖", mask=Mask((600, 512)).rectangle(0, 0, width, 90)
        )
        for width in (50, 60)
    )
    assert compared(one, other).changes.keys() == {"mask"}
    assert compared(one, one).changes == {}


def test_pixels_are_measured():
    """A quarter of the pixels off by 30 in one channel is 25 %, and 2.5 on average."""
    first = Image.new("RGB", (40, 600), (100, 100, 100))
    second = first.copy()
    second.paste((130, 100, 100), (0, 0, 40, 150))
    measured = compared(*(result(png(one), request=expand()) for one in (first, second))).pixels
    assert measured == (0.25, 2.5)
    pixels = np.abs(np.asarray(first, float) - np.asarray(second, float))
    assert measured.mean == pixels.mean()


def test_pictures_of_other_sizes_are_not_measured():
    """Two sizes, or a request without a picture, have no measure."""
    small, large = (result(png(plain(size=size)), request=expand()) for size in ((9, 9), (9, 8)))
    assert compared(small, large).pixels is None
    assert compared(small, expand()).pixels is None


def test_results_ids_and_saved_files_are_compared(session, tmp_path):
    """By a result, its task, its kept file or a saved one, a result is itself."""
    first = session.edit("super_resolution", plain(), upscale_factor=2, seed=1)
    other = session.edit("super_resolution", plain(), upscale_factor=2, seed=2)
    (saved,) = first.save(tmp_path)
    for same in (first.task_id, first.files[0], str(saved), first.data[0], saved.read_bytes()):
        found = diff(same, other)
        assert found.changes == {"seed": (1, 2)}
        assert found.pixels == diff(first, other).pixels is not None
        assert diff(same, first).pixels == (0, 0)
    session.history().delete()
    assert diff(saved, other).changes == {"seed": (1, 2)}
    with pytest.raises(InvalidRequest, match="nobody"):
        diff("nobody", other)


@pytest.mark.parametrize("source", [plain(), np.asarray(plain()), "no/file.png", png(plain())])
def test_what_nobody_knows_is_refused_in_a_few_words(session, source):
    """Without a trace of where it was looked for, and without the pixels that were given."""
    with pytest.raises(InvalidRequest, match="knows no request") as caught:
        diff(expand(), source)
    assert caught.value.__context__ is None
    assert len(str(caught.value)) < 400


def test_a_page_shows_both_pictures_and_what_differs():
    """Two small previews, a row for each parameter, and the prompts as one with its changes."""
    a = result(png(noise(1500)), request=expand("一只红猫", seed=1))
    b = result(png(noise(1500, 2)), request=expand("一只蓝猫", seed=2))
    bundle = compared(a, b)._repr_mimebundle_()
    page = bundle["text/html"]
    assert len(previews(page)) == 2
    assert len(json.dumps(bundle)) < 300_000
    assert "一只<del>红</del><ins>蓝</ins>猫" in page
    assert "<code>seed</code></th><td>1</td><td>2</td>" in page
    assert "of the pixels differ, by" in page
    assert "seed: 1 → 2" in bundle["text/plain"]
    prefer_language("zh")
    assert "不同之处：prompt、seed。" in repr(compared(a, b))


@pytest.mark.parametrize(
    ("a", "b", "page"),
    [
        ("a red cat", "a blue cat", "a <del>red</del><ins>blue</ins> cat"),
        ("a cat", "a catalogue", "a <del>cat</del><ins>catalogue</ins>"),
        ("一只猫", "一只大猫", "一只<ins>大</ins>猫"),
        ("把cat画好", "把dog画好", "把<del>cat</del><ins>dog</ins>画好"),
        ("", "<b>", "<ins>&lt;b&gt;</ins>"),
        ("same", "same", "same"),
    ],
)
def test_words_that_differ_are_marked(a, b, page):
    """English goes by words, Chinese by signs, and both can stand in one prompt."""
    assert marked(a, b) == page


def test_an_endless_prompt_is_marked_as_a_whole():
    """Two very long prompts are compared in a moment."""
    assert marked("ab " * 9000, "cd " * 9000).startswith("<del>ab ab")


def test_hostile_words_are_only_words():
    """No prompt and no name becomes markup, in a cell or as a marked word."""
    for text in filter(str.strip, XSS):
        page = compared(expand("x" + text), expand("y"))
        shown = read(page._repr_mimebundle_()["text/html"])
        assert {name for name, _ in shown.elements} <= {
            "div", "table", "tr", "th", "td", "code", "del", "ins"
        }  # fmt: skip
        assert {key for _, keys in shown.elements for key, _ in keys} <= {
            "class", "style", "colspan"
        }  # fmt: skip
