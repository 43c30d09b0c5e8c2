"""A sheet's Chinese can be read, or it says what is missing; and texts fit their width."""

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
from ipywanx.experiments.sheet.wrapping import ELLIPSIS, LINES, wrapped

CHINESE = fonts.face()
needs_chinese = pytest.mark.skipif(not CHINESE.has_chinese, reason="no Chinese font here")


@pytest.fixture(autouse=True)
def looked_for_anew():
    """Each test looks for fonts itself."""
    fonts._chosen.cache_clear()
    yield
    fonts._chosen.cache_clear()


@pytest.fixture
def no_font(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without any Chinese font."""
    monkeypatch.setattr(fonts, "_KNOWN", {"linux": ("nothing-of-this-name.ttf",)})
    monkeypatch.setitem(sys.modules, "pylopdf_fonts_zh_cn", None)


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
    assert (fonts.face().path, fonts.face().has_chinese) == (str(mine), True)
    assert fonts.face().notice is None


@needs_chinese
def test_a_font_installed_by_pip_is_taken(monkeypatch, no_font):
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


def test_without_a_font_a_sheet_is_made_and_says_what_to_install(no_font):
    """Where no font has Chinese, a sheet with Chinese on it names what to install."""
    asked = planned(["变成绘本", "snow"], seed=[1, 2])
    sheet = ContactSheet(asked, filled(asked))
    assert sheet.to_image().mode == "RGB"
    (notice,) = sheet.notices
    assert "fonts-noto-cjk" in notice.en
    assert "fonts-noto-cjk" in notice.zh


def test_a_sheet_without_chinese_needs_no_font_for_it(no_font):
    """Nothing is said of fonts on a sheet that Pillow's own letters can write."""
    asked = planned(["rain", "snow"], seed=[1, 2])
    assert ContactSheet(asked, filled(asked)).notices == ()


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
