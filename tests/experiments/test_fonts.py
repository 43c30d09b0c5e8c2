"""A sheet's letters can be read in every script, or it names those that are missing; they fit."""

import sys
import types
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ImageFont
from tests.experiments.filled import filled, planned

from ipywanx.experiments.sheet import fonts
from ipywanx.experiments.sheet.contact_sheet import ContactSheet
from ipywanx.experiments.sheet.page import Pen
from ipywanx.experiments.sheet.wrapping import ELLIPSIS, LINES, wrapped

CHINESE = fonts.face()
needs_chinese = pytest.mark.skipif(CHINESE.path == "", reason="no Chinese font here")


@pytest.fixture(autouse=True)
def looked_for_anew():
    """Each test looks for fonts itself."""
    known = (fonts._chosen, fonts._chinese, fonts._others, fonts._with_letter)
    for looked_up in known:
        looked_up.cache_clear()
    yield
    for looked_up in known:
        looked_up.cache_clear()


@pytest.fixture
def no_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without any Chinese font."""
    monkeypatch.setattr(fonts, "_KNOWN", {"linux": ("nothing-of-this-name.ttf",)})
    monkeypatch.setitem(sys.modules, "pylopdf_fonts_zh_cn", None)


@pytest.fixture
def no_font(monkeypatch: pytest.MonkeyPatch, no_chinese: None) -> None:
    """A machine without any font but Pillow's letters."""
    monkeypatch.setattr(fonts, "_OTHER_SCRIPTS", {"linux": ()})
    monkeypatch.setattr(fonts, "_plotted", lambda: iter(()))


@needs_chinese
def test_letters_are_told_from_boxes():
    """A letter that a font has is told from the box that stands for all it has not."""
    assert fonts.has_letters(CHINESE.at(24), "图像蒙版 A")
    assert not fonts.has_letters(CHINESE.at(24), "图\U0010fffe")
    assert not fonts.has_letters(ImageFont.load_default(24), "图")
    assert fonts.has_letters(ImageFont.load_default(24), "Seed: 0.5")


@needs_chinese
def test_letters_of_mainland_china_are_taken():
    """Of a file with the letters of several countries, the simplified ones are taken."""
    family = CHINESE.at(24).getname()[0]
    assert not {"JP", "KR", "TC", "HK"} & set(family.split())


@needs_chinese
def test_a_named_font_is_taken(monkeypatch, tmp_path):
    """IPYWANX_FONT names the file of the font."""
    mine = tmp_path / "mine.ttc"
    mine.symlink_to(CHINESE.at(24).path)
    monkeypatch.setenv("IPYWANX_FONT", str(mine))
    assert fonts.face().path == str(mine)
    assert fonts.face().notice is None


@needs_chinese
def test_a_font_installed_by_pip_is_taken(monkeypatch, no_chinese):
    """The package with Noto Sans SC is found where the system has no font."""
    package = types.ModuleType("pylopdf_fonts_zh_cn")
    package.sans_path = lambda: Path(CHINESE.at(24).path)
    monkeypatch.setitem(sys.modules, "pylopdf_fonts_zh_cn", package)
    assert fonts.face().path == CHINESE.at(24).path
    assert fonts.face().notice is None


@pytest.mark.parametrize("content", [None, b"no font"])
def test_a_named_font_that_is_none_is_told(monkeypatch, tmp_path, content):
    """A wrong IPYWANX_FONT is named, and another font is taken."""
    wrong = tmp_path / "wrong.ttf"
    if content is not None:
        wrong.write_bytes(content)
    monkeypatch.setenv("IPYWANX_FONT", str(wrong))
    chosen = fonts.face()
    assert chosen.path == CHINESE.path
    assert "wrong.ttf" in chosen.notice.en
    assert "wrong.ttf" in chosen.notice.zh


SCRIPTS = {
    "Chinese": "图像",
    "Japanese": "あア",
    "Korean": "한글",
    "Cyrillic": "ЖЯ",
    "Greek": "λΩ",
    "accents": "éÅ",
    "Hebrew": "אש",
    "Arabic": "عش",
    "Thai": "กฮ",
    "Devanagari": "कह",
    "Georgian": "აჰ",
    "signs": "✓♥",
    "emoji": "\U0001f600\U0001f308",
    "a script of nobody": "\U0001e900\U0001e901",
}


def sheet(*prompts: str) -> ContactSheet:
    """A sheet whose rows are called so."""
    asked = planned(list(prompts), seed=[1, 2])
    return ContactSheet(asked, filled(asked))


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("machine", ["as it is", "without Chinese", "without fonts"])
def test_each_letter_is_drawn_or_named(script, machine, request):
    """Two letters of a script look different on the sheet; where they cannot, both are named."""
    if machine != "as it is":
        request.getfixturevalue({"without Chinese": "no_chinese"}.get(machine, "no_font"))
    one, other = SCRIPTS[script]
    drawn = [sheet(f"x{sign}y", "snow").to_image().tobytes() for sign in (one, other)]
    notices = sheet(f"{one} rain", f"{other} snow").notices
    if notices == ():
        assert drawn[0] != drawn[1]
    else:
        (notice,) = notices
        for sign in (one, other):
            named = f"{sign} (U+{ord(sign):04X})"
            assert (named in notice.en) == (named in notice.zh) == (fonts.face().of(sign) is None)
        shown = sheet(f"{one} rain", f"{other} snow")._repr_mimebundle_()
        if notice.en:
            assert shown["image/jpeg"]


def test_a_machine_with_fonts_draws_other_scripts():
    """Where a font has the letters, a sheet in that script says nothing: one font helps another."""
    both = [sign for signs in SCRIPTS.values() for sign in signs if fonts.face().of(sign)]
    assert len(both) >= 8
    assert sheet("".join(both), "snow").notices == ()


def test_without_a_font_a_sheet_is_made_and_says_what_to_install(no_font):
    """Where no font has Chinese, a sheet with Chinese on it names what to install."""
    made = sheet("变成绘本", "snow")
    assert made.to_image().mode == "RGB"
    (notice,) = made.notices
    for text in notice:
        assert "fonts-noto-cjk" in text
        assert "变 (U+53D8)" in text
        assert "IPYWANX_FONT" in text


def test_a_sheet_without_chinese_needs_no_font_for_it(no_font):
    """Nothing is said of fonts on a sheet that Pillow's own letters can write."""
    assert sheet("rain", "snow").notices == ()


def test_a_named_font_helps_with_its_letters(monkeypatch, no_chinese):
    """A font of another script that IPYWANX_FONT names is taken, without a word."""
    dejavu = next((one.path for one in fonts._others() if "DejaVu" in one.path), None)
    if dejavu is None:
        pytest.skip("no DejaVu Sans here")
    monkeypatch.setattr(fonts, "_OTHER_SCRIPTS", {"linux": ()})
    fonts._others.cache_clear()
    monkeypatch.setenv("IPYWANX_FONT", dejavu)
    assert sheet("Жук", "λ").notices == ()


def test_pieces_stand_on_one_line():
    """A line in two fonts is as wide as its pieces, and a mark stays with its letter."""
    pen = Pen(fonts.face(), 20)
    text = "red ✓ e\u0301 図"
    pieces = pen.runs(text)
    assert "".join(piece for piece, _ in pieces) == text
    assert not any(piece.startswith("\u0301") for piece, _ in pieces)
    assert sum(font.getlength(piece) for piece, font in pieces) <= pen.width(text) + 1


# ---- lines ----------------------------------------------------------------------------------


def width(text: str) -> float:
    """Chinese signs are twice as wide as others."""
    return sum(20 if sign > "\u2e80" else 10 for sign in text)


WORDS = st.text(st.sampled_from("ab .-，。（）“”图像改色 \n/"), max_size=80)


@given(WORDS | st.text(max_size=80), st.integers(20, 200))
def test_no_letter_is_lost_and_no_line_is_too_wide(text, room):
    """Lines have all letters in order, and none is wider than there is room."""
    lines = wrapped(text, room, width, lines=1000)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(width(line) <= room for line in lines)
    assert all(line.strip() == line and line for line in lines)


@given(WORDS, st.integers(20, 200), st.integers(1, LINES))
def test_a_text_that_is_too_long_ends_with_an_ellipsis(text, room, most):
    """Never more lines than are allowed, and what is left out is marked."""
    whole, lines = wrapped(text, room, width, 1000), wrapped(text, room, width, most)
    assert len(lines) <= most
    if len(whole) <= most:
        assert lines == whole
    else:
        assert lines[-1].endswith(ELLIPSIS)
        assert lines[:-1] == whole[: most - 1]
        assert all(width(line) <= room for line in lines)


def test_lines_break_where_people_break_them():
    """Words stay whole, Chinese breaks between signs, and no line begins with a full stop."""
    assert wrapped("keep the sky blue", 90, width) == ["keep the", "sky blue"]
    assert wrapped("把天空换成黄昏", 80, width) == ["把天空换", "成黄昏"]
    assert wrapped("把天空换。黄昏", 80, width) == ["把天空", "换。黄昏"]
    assert wrapped("变成（黄昏）", 60, width) == ["变成", "（黄", "昏）"]
