"""The fonts that a sheet is written with: for each letter one that has it, as far as there is any.

In this order: what ``IPYWANX_FONT`` names, a font with Chinese (the package
``pylopdf-fonts-zh-cn``, which is Noto Sans SC, or the system's own), the system's fonts for other
scripts, and at last the letters that Pillow brings, which are those of English.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from PIL import ImageFont

from ipywanx.text import Text

VARIABLE = "IPYWANX_FONT"
"""Names a font file in the environment."""
PACKAGE = "pylopdf-fonts-zh-cn"
"""Brings Noto Sans SC by pip: 17 MB, SIL Open Font License 1.1."""
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont
_PROBE = "图像蒙版"
_NOBODY = "\U0010ffff"  # a place in Unicode that no font has a letter for
_KNOWN = {
    "linux": (
        "NotoSansCJK-Regular.ttc", "NotoSansCJKsc-Regular.otf", "NotoSansSC-Regular.otf",
        "NotoSansSC-Regular.ttf", "NotoSansSC[wght].ttf", "NotoSansCJK-VF.otf.ttc",
        "SourceHanSansSC-Regular.otf", "SourceHanSansCN-Regular.otf", "SourceHanSans-Regular.ttc",
        "SourceHanSans.ttc", "wqy-microhei.ttc", "wqy-zenhei.ttc", "DroidSansFallbackFull.ttf",
        "DroidSansFallback.ttf", "NotoSerifCJK-Regular.ttc", "uming.ttc", "ukai.ttc",
    ),
    "darwin": (
        "PingFang.ttc", "Hiragino Sans GB.ttc", "STHeiti Light.ttc", "STHeiti Medium.ttc",
        "Songti.ttc", "Arial Unicode.ttf",
    ),
    "win32": ("msyh.ttc", "msyh.ttf", "simhei.ttf", "Deng.ttf", "simsun.ttc"),
}  # fmt: skip


_OTHER_SCRIPTS = {
    "linux": (
        "DejaVuSans.ttf", "NotoSans-Regular.ttf", "NotoSansArabic-Regular.ttf",
        "NotoNaskhArabic-Regular.ttf", "NotoSansHebrew-Regular.ttf", "NotoSansThai-Regular.ttf",
        "NotoSansDevanagari-Regular.ttf", "NotoSansBengali-Regular.ttf",
        "NotoSansTamil-Regular.ttf", "NotoSansTelugu-Regular.ttf", "NotoSansGeorgian-Regular.ttf",
        "NotoSansArmenian-Regular.ttf", "NotoSansEthiopic-Regular.ttf", "NotoSansKhmer-Regular.ttf",
        "NotoSansMyanmar-Regular.ttf", "NotoSansLao-Regular.ttf", "NotoSansSinhala-Regular.ttf",
        "NotoSansSymbols-Regular.ttf", "NotoSansSymbols2-Regular.ttf", "NotoEmoji-Regular.ttf",
        "NanumGothic.ttf", "Symbola_hint.ttf", "FreeSans.ttf", "LiberationSans-Regular.ttf",
    ),
    "darwin": (
        "Arial Unicode.ttf", "Helvetica.ttc", "GeezaPro.ttc", "ArialHB.ttc", "Thonburi.ttc",
        "Kohinoor.ttc", "AppleSDGothicNeo.ttc", "Apple Symbols.ttf", "Symbol.ttf",
    ),
    "win32": (
        "segoeui.ttf", "seguisym.ttf", "seguiemj.ttf", "Nirmala.ttf", "Nirmala.ttc", "LeelawUI.ttf",
        "malgun.ttf", "ebrima.ttf", "arial.ttf",
    ),
}  # fmt: skip
PLAIN = {"×": "x", "·": "-", "…": "...", "–": "-", "—": "-", "“": '"', "”": '"', "‘": "'", "’": "'"}
"""What stands for signs that no font here has, and that everybody can do without."""
_NAMED = 8  # letters that a notice names
_CJK = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")


@dataclass(frozen=True, slots=True)
class Face:
    """A font, whatever its size.

    Attributes:
        path: Its file, "" for Pillow's own letters.
        index: Its place in the file.
        notice: What the person should know of the choice, or None.
    """

    path: str
    index: int
    notice: Text | None = None

    def at(self, size: int) -> Font:
        """Its letters at a height in pixels."""
        return _at(self.path, self.index, size)

    def of(self, sign: str) -> Face | None:
        """The font for a letter: itself, or another one here that has it; None where none has."""
        return _with_letter(self, sign)


def face() -> Face:
    """The font that sheets are written with, where it has the letters; looked for once."""
    return _chosen(os.environ.get(VARIABLE, ""))


def missing(signs: Iterable[str]) -> Text | None:
    """Which letters no font here has, and what to do; None where all can be drawn."""
    first = face()
    lost = [one for one in dict.fromkeys(signs) if one not in PLAIN and first.of(one) is None]
    if not lost:
        return None
    named = ", ".join(f"{sign} (U+{ord(sign):04X})" for sign in lost[:_NAMED])
    more = Text(", …", "……") if len(lost) > _NAMED else Text("", "")
    package = "fonts-noto-core fonts-dejavu-core"
    pip = Text("", "")
    if any(map(_CJK.match, lost)):
        package = "fonts-noto-cjk"
        pip = Text(f"; anywhere: pip install {PACKAGE}", f"；任何系统：pip install {PACKAGE}")
    return Text(
        f"No font here has {named}{more}: that cannot be read on the picture. Install one "
        f"(Debian, Ubuntu: apt install {package}{pip}), or name a font file in {VARIABLE}; then "
        "start the kernel again. HTML is not concerned.",
        f"这里没有字体含有 {named}{more.zh}，图片上无法显示。请安装字体（Debian、Ubuntu："
        f"apt install {package}{pip.zh}），或在 {VARIABLE} 中指定字体文件，然后重启内核。"
        "HTML 不受影响。",
    )


@lru_cache(maxsize=8)
def _chosen(named: str) -> Face:
    notice = None
    if named:
        path = str(Path(named).expanduser()) if named.startswith("~") else named
        if (index := _with_chinese(path)) is not None or _is_font(path):
            return Face(path, index or 0)
        notice = Text(
            f"{VARIABLE} is {named!r}, which is no font file; another font was taken.",
            f"{VARIABLE} 是 {named!r}，它不是字体文件；已改用其他字体。",
        )
    chinese = _chinese()
    return chinese if notice is None else replace(chinese, notice=notice)


@lru_cache(maxsize=1)
def _chinese() -> Face:
    """A font with Chinese; Pillow's own where there is none."""
    for path in (*_packaged(), *_KNOWN.get(sys.platform, _KNOWN["linux"])):
        index = _with_chinese(path)
        if index is not None:
            return Face(path, index)
    return Face("", 0)


@lru_cache(maxsize=1)
def _others() -> tuple[Face, ...]:
    """All other fonts that are here, in the order in which they are asked for a letter."""
    names = _OTHER_SCRIPTS.get(sys.platform, _OTHER_SCRIPTS["linux"])
    there = [Face(path, 0) for path in (*names, *_plotted()) if _is_font(path)]
    return (_chinese(), *there, Face("", 0))


@lru_cache(maxsize=4096)
def _with_letter(first: Face, sign: str) -> Face | None:
    return next((one for one in (first, *_others()) if has_letters(one.at(24), sign)), None)


def _plotted() -> Iterator[str]:
    """DejaVu Sans where matplotlib is installed, which brings it; it is not imported for that."""
    found = find_spec("matplotlib")
    for folder in (found and found.submodule_search_locations) or ():
        yield str(Path(folder) / "mpl-data" / "fonts" / "ttf" / "DejaVuSans.ttf")


def _is_font(path: str) -> bool:
    try:
        ImageFont.truetype(path, 24)
    except (OSError, ValueError):
        return False
    return True


def _packaged() -> Iterator[str]:
    """Noto Sans SC where it was installed by pip."""
    try:
        yield str(import_module(PACKAGE.replace("-", "_")).sans_path())
    except Exception:  # noqa: BLE001 - not installed, or another package by now
        return


def _with_chinese(path: str) -> int | None:
    """The place of a font with Simplified Chinese in a file; None where there is none.

    A name without folders is looked for where the system keeps its fonts. Files that hold the
    letters of several countries have those of mainland China under "SC" or "CN".
    """
    fitting = []
    for index in range(16):
        try:
            font = ImageFont.truetype(path, 24, index)
        except (OSError, ValueError):
            break  # no such file, or the last of its fonts
        if has_letters(font, _PROBE):
            family = font.getname()[0] or ""
            if {"SC", "CN", "GB"} & set(family.split()):
                return index
            fitting.append(index)
    return fitting[0] if fitting else None


def has_letters(font: Font, text: str) -> bool:
    """Whether a font has all these letters, rather than boxes in their place."""
    nobody = _drawn(font, _NOBODY)
    return all(_drawn(font, sign) not in {nobody, b""} for sign in text if not sign.isspace())


def _drawn(font: Font, sign: str) -> bytes:
    try:
        return bytes(font.getmask(sign))
    except (OSError, UnicodeError):
        return b""


@lru_cache(maxsize=256)
def _at(path: str, index: int, size: int) -> Font:
    return ImageFont.truetype(path, size, index) if path else ImageFont.load_default(size)
