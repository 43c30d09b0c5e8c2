"""How large is everything on a sheet, and where is it?

All sizes follow from the size of a cell. Nothing is drawn here, and no picture is decoded.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

from ipywanx.errors import InvalidRequest
from ipywanx.experiments.cells import WORDS, Cell
from ipywanx.experiments.sheet.fonts import Face
from ipywanx.experiments.sheet.layout import Block, Layout
from ipywanx.experiments.sheet.page import Colour, Page, Pen, Spot, Words
from ipywanx.experiments.sheet.telling import reason, scored
from ipywanx.text import Text

SMALLEST = 48
"""Side of the smallest cell, in pixels."""
LONGEST = 65_000
"""Longest side of a sheet, in pixels: JPEG files end there."""
_SCORE_LINES = 2


@dataclass(frozen=True, slots=True)
class Notes:
    """What stands above and below the cells.

    Attributes:
        title: What the experiment asks for.
        lines: What all cells have in common, and what became of them.
    """

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sizes:
    """How large a sheet may be.

    Attributes:
        shape: Width and height of a cell's picture, as parts of the cell's side.
        cell: The largest side of a cell, in pixels.
        most: Pixels of the whole.
    """

    shape: tuple[float, float]
    cell: int
    most: float


def fitted(layout: Layout, notes: Notes, face: Face, sizes: Sizes) -> Page:
    """The page with the largest cells that fit.

    Args:
        layout: Which cell stands where.
        notes: What is said beside.
        face: The font.
        sizes: How large they may be.

    Raises:
        InvalidRequest: Cells of :data:`SMALLEST` pixels are still too many.
    """
    shape, cell, most = sizes.shape, sizes.cell, sizes.most
    least = layout.count * (SMALLEST * shape[0] + 4) * (SMALLEST * shape[1] + 4)
    if least > most:  # it need not be measured
        raise _too_many(layout.count, most / least, most)
    while True:
        page = _Typesetter(layout, notes, face, shape, cell).page
        shrink = min(math.sqrt(most / page.pixels), LONGEST / max(page.size))
        if shrink >= 1:
            return page
        if cell <= SMALLEST:
            raise _too_many(layout.count, most / page.pixels, most)
        cell = max(SMALLEST, min(cell - 1, math.floor(cell * shrink)))


def _too_many(count: int, part: float, most: float) -> InvalidRequest:
    fits, millions = max(1, math.floor(count * min(part, 0.99))), f"{most / 1e6:.4g}"
    return InvalidRequest(
        Text(
            f"{count} cells do not fit on one sheet of {millions} megapixels, even with "
            f"{SMALLEST} pixels a cell; about {fits} do.",
            f"{count} 个单元格无法放进一张 {millions} 百万像素的总览图，即使每格只有 {SMALLEST} "
            f"像素；大约可放 {fits} 个。",
        ),
        hint=Text(
            "Allow more with megapixels=, or save it as .html.",
            "请用 megapixels= 放宽限制，或保存为 .html。",
        ),
        parameter="megapixels",
    )


class _Typesetter:
    """Sets one page. All of it is done when it is made."""

    def __init__(
        self, layout: Layout, notes: Notes, face: Face, shape: tuple[float, float], cell: int
    ) -> None:
        type_size = min(24, max(11, round(cell / 15)))
        self.layout = layout
        self.plain = Pen(face, type_size)
        self.small = Pen(face, max(10, round(type_size * 0.86)))
        self.caption = Pen(face, round(type_size * 1.15))
        self.large = Pen(face, round(type_size * 1.6))
        self.gap = max(4, cell // 24)
        self.box = (max(1, round(cell * shape[0])), max(1, round(cell * shape[1])))
        self.page = Page(cell, self.box)
        self._set(notes, round(type_size * 2))

    def _set(self, notes: Notes, margin: int) -> None:
        page, plain = self.page, self.plain
        between = self.gap * 3 + plain.line
        width = self.block_width
        across = len(self.layout.blocks[0])
        inner = max(width * across + between * (across - 1), 26 * plain.line)
        y = margin
        y = self._write(margin, y, self.large.wrap(notes.title, inner, 2), self.large)
        y += plain.line
        for blocks in self.layout.blocks:
            top = y
            lines = [self.caption.wrap(block.caption, width) for block in blocks]
            head = max(map(len, lines)) * self.caption.line
            y += head + (self.gap if head else 0)
            bottom = y
            for place, block in enumerate(blocks):
                x = margin + place * (width + between)
                self._write(x, top, lines[place], self.caption, "caption")
                bottom = max(bottom, self._block(block, x, y))
            y = bottom + between
        y += -between + plain.line
        page.rules.append(y)
        y += plain.line
        for line in notes.lines:
            y = self._write(
                margin, y, plain.wrap(line, min(inner, 64 * plain.line)), plain, "quiet"
            )
        page.size = (inner + 2 * margin, y + margin)

    def _write(
        self, x: float, y: int, lines: tuple[str, ...], pen: Pen, colour: Colour = "ink",
        *, is_centred: bool = False,
    ) -> int:  # fmt: skip
        """Write lines, and return where they end."""
        if lines:
            self.page.words.append(Words(x, y, lines, pen, colour, is_centred))
        return y + len(lines) * pen.line

    # ---- a block

    @cached_property
    def side(self) -> int:
        """Width of what stands beside the rows, with the gap behind it."""
        rows = self.layout.rows
        if not rows.labels:
            return 0
        most = max(self.page.cell, 9 * self.plain.line)
        natural = max(map(self.plain.width, (*rows.labels, rows.title)))
        return math.ceil(min(natural, most)) + 2 * self.gap

    @property
    def block_width(self) -> int:
        """Width of each block."""
        count = self.layout.size[1]
        return self.side + count * self.box[0] + (count - 1) * self.gap

    def _block(self, block: Block, x: int, y: int) -> int:
        left, (width, height) = x + self.side, self.box
        y = self._head(x, left, y)
        between = self.gap * (3 if self.layout.names else 1)
        labels = self.layout.rows.labels or [""] * len(block.lines)
        for label, line in zip(labels, block.lines, strict=True):
            words = self.plain.wrap(label, max(1, self.side - 2 * self.gap))
            tall = max(height, len(words) * self.plain.line)
            self._write(x, y + (tall - len(words) * self.plain.line) // 2, words, self.plain)
            top, bottom = y + (tall - height) // 2, y + tall
            for place, cell in enumerate(line):
                if cell is not None:
                    at = left + place * (width + self.gap)
                    bottom = max(bottom, self._cell(cell, at, top))
            y = bottom + between
        return y - between

    def _head(self, x: int, left: int, y: int) -> int:
        """The titles of both sides, and the labels of the columns."""
        rows, columns, pen = self.layout.rows, self.layout.columns, self.plain
        if columns.title:
            room = self.block_width - self.side
            y = self._write(left, y, self.small.wrap(columns.title, room, 2), self.small, "quiet")
            y += self.gap // 2
        titles = self.small.wrap(rows.title, max(1, self.side - 2 * self.gap), 2)
        labels = [pen.wrap(label, self.box[0]) for label in columns.labels]
        deep = max([len(titles) * self.small.line, *(len(label) * pen.line for label in labels)])
        bottom = y + deep
        if titles:
            top = bottom - len(titles) * self.small.line
            self._write(x, top, titles, self.small, "quiet")
        for place, label in enumerate(labels):
            middle = left + place * (self.box[0] + self.gap) + self.box[0] / 2
            self._write(middle, bottom - len(label) * pen.line, label, pen, is_centred=True)
        return bottom + (self.gap if deep else 0)

    # ---- a cell

    def _cell(self, cell: Cell, x: int, y: int) -> int:
        spot = Spot(cell, x, y, cell.thumbnails)
        self.page.cells.append(spot)
        if not spot.copies:
            self._blank(cell, x, y)
        width, middle = self.box[0], x + self.box[0] / 2
        y += self.box[1]
        name = self.plain.wrap(self.layout.names.get(cell.index, ""), width)
        score = self.small.wrap(scored(cell), width, _SCORE_LINES)
        if name or score:
            y += max(2, self.gap // 3)
        y = self._write(middle, y, name, self.plain, is_centred=True)
        return self._write(middle, y, score, self.small, "quiet", is_centred=True)

    def _blank(self, cell: Cell, x: int, y: int) -> None:
        """What stands in the place of a picture."""
        pad = max(3, self.gap)
        room, deep = self.box[0] - 2 * pad, self.box[1] - 2 * pad
        pen = self.plain if room > 5 * self.plain.line else self.small
        colour: Colour = "failed" if cell.state == "FAILED" else "quiet"
        words = pen.wrap(WORDS[cell.state].told(), room, max(1, deep // pen.line))
        y = self._write(x + pad, y + pad, words, pen, colour)
        if (left := (deep - len(words) * pen.line) // self.small.line) > 0:
            self._write(x + pad, y, self.small.wrap(reason(cell), room, left), self.small, "quiet")
