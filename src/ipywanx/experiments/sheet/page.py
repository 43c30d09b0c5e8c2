"""What is a sheet that only has to be drawn? Words and cells with their places in pixels."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from PIL import ImageFont

from ipywanx.experiments.cells import Cell
from ipywanx.experiments.sheet.fonts import PLAIN, Face, Font
from ipywanx.experiments.sheet.wrapping import LINES, wrapped

Colour = Literal["ink", "quiet", "caption", "failed"]


class Pen:
    """Letters of one size.

    Args:
        face: The font.
        size: In pixels.
    """

    def __init__(self, face: Face, size: int) -> None:
        self.font: Font = face.at(size)
        self.line = math.ceil(size * 1.4)
        self._face, self._size = face, size
        self._widths: dict[str, float] = {}
        self._known: dict[tuple[str, float, int], tuple[str, ...]] = {}

    @property
    def ascent(self) -> int:
        """Pixels from the top of a line to the letters' base."""
        font = self.font
        return font.getmetrics()[0] if isinstance(font, ImageFont.FreeTypeFont) else self.line

    def width(self, text: str) -> float:
        """How wide a text is at most, in pixels: its letters side by side."""
        widths = self._widths
        total = 0.0
        for sign in text:
            if sign not in widths:
                font, shown = self._letter(sign)
                widths[sign] = font.getlength(shown)
            total += widths[sign]
        return total

    def runs(self, text: str) -> list[tuple[str, Font]]:
        """A text in pieces, each with the font that has its letters; marks go with theirs."""
        pieces: list[tuple[str, Font]] = []
        for sign in text:
            font, shown = self._letter(sign)
            if pieces and (is_joined(sign) or pieces[-1][1] is font):
                pieces[-1] = (pieces[-1][0] + shown, pieces[-1][1])
            else:
                pieces.append((shown, font))
        return pieces

    def _letter(self, sign: str) -> tuple[Font, str]:
        """The font of a sign, and the sign, or what stands for it where no font has it."""
        face = self._face.of(sign)
        shown = PLAIN.get(sign, sign) if face is None else sign
        return (face or self._face).at(self._size), shown

    def wrap(self, text: str, width: float, lines: int = LINES) -> tuple[str, ...]:
        """A text as lines of at most this width."""
        key = (text, width, lines)
        if key not in self._known:
            self._known[key] = tuple(wrapped(text, width, self.width, lines))
        return self._known[key]


@dataclass(frozen=True, slots=True)
class Words:
    """Lines of text and where they stand.

    Attributes:
        x, y: Their left edge (or their middle), and the top of the first line.
        lines: The text.
        pen: With what it is written.
        colour: How it is meant.
        is_centred: Whether ``x`` is the middle of each line.
    """

    x: float
    y: float
    lines: tuple[str, ...]
    pen: Pen
    colour: Colour = "ink"
    is_centred: bool = False


class Spot(NamedTuple):
    """A cell, the left upper corner of its picture, and its small copies as they are now.

    It may get them while the sheet is made: what is written and what is drawn stay of one mind.
    """

    cell: Cell
    x: int
    y: int
    copies: tuple[bytes, ...]


@dataclass(slots=True)
class Page:
    """A sheet as it is to be drawn.

    Attributes:
        size: Width and height in pixels.
        cell: Longest side of a cell.
        box: Width and height of each cell's picture.
        words: All that is written.
        cells: Where each cell is.
        rules: The heights of lines across.
    """

    cell: int
    box: tuple[int, int]
    size: tuple[int, int] = (0, 0)
    words: list[Words] = field(default_factory=list)
    cells: list[Spot] = field(default_factory=list)
    rules: list[int] = field(default_factory=list)

    @property
    def pixels(self) -> int:
        """How many it has."""
        return self.size[0] * self.size[1]


def is_joined(sign: str) -> bool:
    """Whether a sign has no shape of its own: a blank, a mark on a letter, a control of shapes."""
    return sign.isspace() or unicodedata.category(sign) in {"Mn", "Me", "Mc", "Cf", "Cc"}


def texts(page: Page) -> Iterable[str]:
    """All that is written on a page."""
    return (line for words in page.words for line in words.lines)
