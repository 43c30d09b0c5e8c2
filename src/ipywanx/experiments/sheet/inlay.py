"""How large may pictures be that lie inside a page? As large as a budget of bytes allows."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from PIL import Image

from ipywanx.errors import WanxError
from ipywanx.experiments.cells import THUMBNAIL, Cell
from ipywanx.text import Text

LARGE = 1024
"""Longest side of pictures that are read from the results, in pixels."""
_MOST_READ = 150  # results that are decoded once more; of more, only the small copies are shown
_LADDER = ((384, 80), (256, 76), (192, 70), (128, 62), (96, 55), (64, 45))  # (side, quality)
_SAMPLE = 12


class Inlay(NamedTuple):
    """The pictures of a page.

    ``data`` has WebP files by the index of their cell; ``side`` is their longest side in pixels;
    ``is_whole`` tells whether there was room for all.
    """

    data: Mapping[int, tuple[bytes, ...]]
    side: int
    is_whole: bool = True

    @property
    def notice(self) -> Text | None:
        """What the person should know of their sizes, or None."""
        if not self.is_whole:
            return Text(
                "There are too many pictures for one file: the last cells have none.",
                "图片太多，一个文件放不下：最后的单元格没有图片。",
            )
        if self.side < THUMBNAIL:
            return Text(
                f"There are so many pictures that each has at most {self.side} pixels a side.",
                f"图片很多，每张每边最多 {self.side} 像素。",
            )
        return None


def inlaid(cells: Sequence[Cell], budget: int, largest: int) -> Inlay:
    """The cells' pictures, the largest that fit.

    Args:
        cells: Whose.
        budget: Bytes of all of them together.
        largest: Their longest side in pixels; above :data:`THUMBNAIL` the results are read.
    """
    shown = [cell for cell in cells if cell.thumbnails]
    sample = shown[:: max(1, len(shown) // _SAMPLE)]
    if largest >= LARGE and len(shown) <= _MOST_READ and _fits(sample, shown, _read, budget):
        made = _made(shown, _read)
        if _bytes(made.values()) <= budget:
            return Inlay(made, LARGE)
    kept = {cell.index: cell.thumbnails for cell in shown}
    if largest >= THUMBNAIL and _bytes(kept.values()) <= budget:
        return Inlay(kept, THUMBNAIL)
    for side, quality in _LADDER:
        if side > largest and (side, quality) != _LADDER[-1]:
            continue

        def shrink(cell: Cell, side: int = side, quality: int = quality) -> tuple[bytes, ...]:
            return tuple(shrunk(_opened(data), side, quality) for data in cell.thumbnails)

        if (side, quality) == _LADDER[-1] or _fits(sample, shown, shrink, budget):
            kept = _made(shown, shrink)
            if _bytes(kept.values()) <= budget:
                return Inlay(kept, side)
    return Inlay(_as_many(kept, budget), _LADDER[-1][0], is_whole=False)


def shrunk(image: Image.Image, side: int, quality: int, kind: str = "WEBP") -> bytes:
    """A picture's file, its longest side at most so many pixels."""
    small = image.copy()
    small.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=2.0)
    stream = io.BytesIO()
    small.save(stream, kind, quality=quality, method=2)
    return stream.getvalue()


def _read(cell: Cell) -> tuple[bytes, ...]:
    """A result's own pictures; the small copies where its files are gone."""
    try:
        result = cell.result
        images = result.images if result is not None else []
    except (WanxError, OSError):
        images = []
    return tuple(shrunk(image, LARGE, 84) for image in images) or cell.thumbnails


def _opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data)).convert("RGB")


def _fits(
    sample: Sequence[Cell],
    cells: Sequence[Cell],
    make: Callable[[Cell], tuple[bytes, ...]],
    budget: int,
) -> bool:
    """Whether all are likely to fit, by a few of them."""
    if not sample:
        return True
    return _bytes(_made(sample, make).values()) / len(sample) * len(cells) <= 0.95 * budget


def _made(
    cells: Sequence[Cell], make: Callable[[Cell], tuple[bytes, ...]]
) -> dict[int, tuple[bytes, ...]]:
    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as workers:
        made = workers.map(make, cells)
        return {cell.index: data for cell, data in zip(cells, made, strict=True)}


def _as_many(made: Mapping[int, tuple[bytes, ...]], budget: int) -> dict[int, tuple[bytes, ...]]:
    kept = {}
    for index, data in made.items():
        budget -= sum(map(len, data))
        if budget < 0:
            break
        kept[index] = data
    return kept


def _bytes(pictures: Iterable[tuple[bytes, ...]]) -> int:
    return sum(len(data) for one in pictures for data in one)
