"""Cells that have ended, without a service: for tests of what is made of them."""

import io
from collections.abc import Iterable
from typing import Any

from PIL import Image

from ipywanx.experiments.cells import Cell
from ipywanx.experiments.plan import Plan, plan
from ipywanx.service.record import Record
from ipywanx.text import Text

PHOTO = Image.new("RGB", (600, 512), "teal")
REFUSED = Text("The service refused the picture.", "服务拒绝了这张图片。")
Colour = tuple[int, int, int]


class _Emptied:
    """An archive whose files are gone: cells show their small copies."""

    def result(self, record: Record) -> None:
        """Nothing is there any more."""


def planned(prompt: Any = "make it snow", image: Any = PHOTO, **values: Any) -> Plan:
    """A plan of the function with a strength."""
    return plan("stylization_all", image, prompt, **values)


def colour(index: int) -> Colour:
    """A colour that no other cell has, and that no letter is written in."""
    return (200 - index // 16 * 8, 40 + index % 16 * 8, 250)


def small(rgb: Colour | Image.Image, size: tuple[int, int] = (512, 384)) -> bytes:
    """A small copy as cells have them, of one colour; without loss, so that it can be found."""
    image = rgb if isinstance(rgb, Image.Image) else Image.new("RGB", size, rgb)
    stream = io.BytesIO()
    image.save(stream, "WEBP", lossless=True)
    return stream.getvalue()


def filled(
    asked: Plan,
    *,
    failed: Iterable[int] = (),
    waiting: Iterable[int] = (),
    size: tuple[int, int] = (512, 384),
) -> list[Cell]:
    """The cells of a plan: each has a picture of its colour, but for those that are named."""
    cells = []
    for index, request in enumerate(asked.requests):
        cell = Cell(_Emptied(), index, asked.places[index], asked.labels(index), request)
        if index in failed:
            cell._over, cell.error = "FAILED", REFUSED
        elif index not in waiting:
            cell._over, cell.thumbnails = "SUCCEEDED", (small(colour(index), size),)
            cell._record = record(f"task-{index}")
        cells.append(cell)
    return cells


def record(task: str, outputs: str = '[{"file": "3f/3fa9.png"}]') -> Record:
    """A row of the history, of an edit that cost something."""
    return Record(
        "row", "account", "owner", "stylization_all", "make it snow", "{}", 0.3, 1_790_000_000.0,
        task_id=task, status="SUCCEEDED", cost=0.14, outputs=outputs, fetched=True,
    )  # fmt: skip
