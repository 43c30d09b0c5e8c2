"""With which letters is a sheet written? A font that has Chinese, wherever this machine has one.

In this order: what ``IPYWANX_FONT`` names, the package ``pylopdf-fonts-zh-cn`` (Noto Sans SC), the
system's own fonts, and at last the letters that Pillow brings, which have no Chinese.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from pathlib import Path

from PIL import ImageFont

from ipywanx.text import Text, sentences

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


@dataclass(frozen=True, slots=True)
class Face:
    """A font, whatever its size.

    Attributes:
        path: Its file, "" for Pillow's own letters.
        index: Its place in the file.
        has_chinese: Whether it has Simplified Chinese.
        notice: What the person should know of the choice, or None.
    """

    path: str
    index: int
    has_chinese: bool
    notice: Text | None = None

    def at(self, size: int) -> Font:
        """Its letters at a height in pixels."""
        return _at(self.path, self.index, size)


def face() -> Face:
    """The font that sheets are written with; looked for once."""
    return _chosen(os.environ.get(VARIABLE, ""))


@lru_cache(maxsize=8)
def _chosen(named: str) -> Face:
    notice = None
    if named:
        path = str(Path(named).expanduser()) if named.startswith("~") else named
        found = _with_chinese(path)
        if found is not None:
            return Face(path, found, has_chinese=True)
        notice = Text(
            f"{VARIABLE} is {named!r}, which is no font file with Chinese letters; another font "
            "was taken.",
            f"{VARIABLE} 是 {named!r}，它不是含有中文的字体文件；已改用其他字体。",
        )
    for path in (*_packaged(), *_KNOWN.get(sys.platform, _KNOWN["linux"])):
        found = _with_chinese(path)
        if found is not None:
            return Face(path, found, has_chinese=True, notice=notice)
    missing = Text(
        "No font with Chinese letters was found here, so Chinese cannot be read on the picture. "
        f"Install one (Debian, Ubuntu: apt install fonts-noto-cjk; anywhere: pip install "
        f"{PACKAGE}), or name a font file in {VARIABLE}; then start the kernel again. HTML is not "
        "concerned.",
        "没有找到中文字体，图片上的中文无法显示。请安装字体（Debian、Ubuntu：apt install "
        f"fonts-noto-cjk；任何系统：pip install {PACKAGE}），或在 {VARIABLE} 中指定字体文件，"
        "然后重启内核。HTML 不受影响。",
    )
    together = missing if notice is None else sentences(notice, missing)
    return Face("", 0, has_chinese=False, notice=together)


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


@lru_cache(maxsize=64)
def _at(path: str, index: int, size: int) -> Font:
    return ImageFont.truetype(path, size, index) if path else ImageFont.load_default(size)
