"""What does a sheet look like as a picture? Its words and small copies, drawn at their places."""

from __future__ import annotations

import io
import math
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from PIL import Image, ImageDraw

from ipywanx.experiments.cells import Cell
from ipywanx.experiments.sheet.page import Colour, Page, Spot, Words

_PAPER, _RULE, _SLOT = "#ffffff", "#d9dee4", "#f3f5f7"
_FAILED_SLOT, _FAILED_EDGE = "#fdf4f2", "#e9c4bd"
_INKS: dict[Colour, str] = {
    "ink": "#1f2730", "quiet": "#66707b", "caption": "#2a5a86", "failed": "#a8361f",
}  # fmt: skip
_SEAM = 2  # pixels between the pictures of one cell
_LEAST = 0.5  # of a cell's side, however narrow its pictures are
_AT_ONCE = 256  # cells whose pictures are decoded ahead


def shape(cells: Sequence[Cell]) -> tuple[float, float]:
    """Width and height that the cells' pictures need, as parts of a cell's side.

    One of them is 1.0. Only the heads of the small copies are read.
    """
    wide, high = 0.0, 0.0
    # Cells that asked for the same share their copies, which are looked at once.
    for copies in {cell.thumbnails for cell in cells if cell.thumbnails}:
        with Image.open(io.BytesIO(copies[0])) as image:
            width, height = image.size
        width *= 2 if len(copies) == 2 else 1  # side by side
        wide, high = max(wide, min(1.0, width / height)), max(high, min(1.0, height / width))
    return (max(_LEAST, wide), max(_LEAST, high)) if wide else (1.0, 1.0)


def drawn(page: Page) -> Image.Image:
    """The page as a picture, mode RGB."""
    sheet = Image.new("RGB", page.size, _PAPER)
    pen = ImageDraw.Draw(sheet)
    right, bottom = page.box
    for cell, x, y, copies in page.cells:
        if not copies:
            failed = cell.state == "FAILED"
            pen.rectangle(
                (x, y, x + right - 1, y + bottom - 1),
                fill=_FAILED_SLOT if failed else _SLOT,
                outline=_FAILED_EDGE if failed else _RULE,
            )
    for small, at in _pictures(page):
        sheet.paste(small, at)
    for y in page.rules:
        margin = page.words[0].x if page.words else 0
        pen.line((margin, y, page.size[0] - margin, y), fill=_RULE)
    for words in page.words:
        for place, line in enumerate(words.lines):
            _write(pen, words, line, words.y + place * words.pen.line)
    return sheet


def _write(pen: ImageDraw.ImageDraw, words: Words, line: str, top: float) -> None:
    """Write a line: its pieces, in a font each, on one base line."""
    pieces = words.pen.runs(line)
    lengths = [font.getlength(piece) for piece, font in pieces]
    left = words.x - (sum(lengths) / 2 if words.is_centred else 0)
    for (piece, font), length in zip(pieces, lengths, strict=True):
        place = (left, top + words.pen.ascent)
        pen.text(place, piece, fill=_INKS[words.colour], font=font, anchor="ls")
        left += length


def _pictures(page: Page) -> Iterator[tuple[Image.Image, tuple[int, int]]]:
    """All small copies at their sizes and places; decoded in threads, a few ahead."""

    def ready(spot: Spot) -> list[tuple[Image.Image, tuple[int, int]]]:
        images = [_opened(data) for data in spot.copies]
        return [
            (_reduced(image, size), (spot.x + left, spot.y + top))
            for image, (left, top, *size) in zip(images, _slots(images, page.box), strict=True)
        ]

    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as workers:
        spots = [spot for spot in page.cells if spot.copies]
        for first in range(0, len(spots), _AT_ONCE):
            for made in workers.map(ready, spots[first : first + _AT_ONCE]):
                yield from made


def _opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data)).convert("RGB")


def _reduced(image: Image.Image, size: Sequence[int]) -> Image.Image:
    return image.resize((size[0], size[1]), Image.Resampling.LANCZOS, reducing_gap=2.0)


def _slots(images: Sequence[Image.Image], box: tuple[int, int]) -> list[tuple[int, int, int, int]]:
    """Left, top, width and height of each picture in a cell: whole, and in the middle of its part.

    Two are side by side, more are two by two.
    """
    across, down = min(2, len(images)), math.ceil(len(images) / 2)
    room = ((box[0] - _SEAM * (across - 1)) // across, (box[1] - _SEAM * (down - 1)) // down)
    slots = []
    for place, image in enumerate(images):
        scale = min(room[0] / image.width, room[1] / image.height)
        width, height = max(1, round(image.width * scale)), max(1, round(image.height * scale))
        left = place % 2 * (room[0] + _SEAM) + (room[0] - width) // 2
        top = place // 2 * (room[1] + _SEAM) + (room[1] - height) // 2
        slots.append((left, top, width, height))
    return slots
