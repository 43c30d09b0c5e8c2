"""How are all cells of an experiment seen at once? On one sheet: a picture, a page, a file."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PIL import Image

from ipywanx.errors import InvalidRequest
from ipywanx.experiments import writing
from ipywanx.experiments.cells import Cell
from ipywanx.experiments.plan import Plan
from ipywanx.experiments.ranking import by_score
from ipywanx.experiments.sheet.fonts import face, missing
from ipywanx.experiments.sheet.html import Content, document, fragment, framed
from ipywanx.experiments.sheet.image import drawn, shape
from ipywanx.experiments.sheet.inlay import LARGE, inlaid
from ipywanx.experiments.sheet.layout import Layout, arranged, flowing
from ipywanx.experiments.sheet.page import Page, is_joined, texts
from ipywanx.experiments.sheet.telling import fixed, outcome, title, why_unscored
from ipywanx.experiments.sheet.typesetting import SMALLEST, Notes, Sizes, fitted
from ipywanx.text import Text

MEGAPIXELS = 40.0
"""Most million pixels of a sheet."""
LARGEST = 1024
"""Side of the largest cell, in pixels."""
_FILE_BYTES, _SHOWN_BYTES = 40_000_000, 1_450_000
_JPEG_BYTES, _JPEG_MEGAPIXELS = 300_000, 4.0
_MOST_OPENED = 2000  # cells of a file that have their particulars
_MOST_SHOWN = 400  # cells of a table in a notebook; more are shown as one picture
_PAGE_WIDE = 820  # of a notebook beside an open sidebar, in CSS pixels


class ContactSheet:
    """All cells of an experiment on one sheet, as they are when it is looked at.

    Args:
        plan: Whose.
        cells: Its cells, or some of them.
        rows: The axis that gives the rows; None for the first.
        columns: The axis that gives the columns; None for the second.
        cell: Longest side of a cell, in pixels, from 48 to 1024.
        megapixels: Most million pixels of the picture; cells shrink until it fits.
        order: A score by which the cells are sorted, the best first, instead of by their axes.

    Raises:
        InvalidRequest: There is no such axis or score, or a number is out of its range.
    """

    def __init__(
        self,
        plan: Plan,
        cells: Sequence[Cell],
        *,
        rows: str | None = None,
        columns: str | None = None,
        cell: int = 256,
        megapixels: float = MEGAPIXELS,
        order: str | None = None,
    ) -> None:
        _refuse_outside("cell", cell, SMALLEST, LARGEST)
        _refuse_outside("megapixels", megapixels, 0.1, 400)
        self.plan, self.cells = plan, tuple(cells)
        self._rows, self._columns, self._order = rows, columns, order
        self._cell, self._megapixels = int(cell), megapixels
        self._layout()  # says now what cannot be

    def to_image(self) -> Image.Image:
        """The sheet as a picture, mode RGB, of at most so many megapixels as were given.

        Raises:
            InvalidRequest: The cells do not fit, however small.
        """
        return drawn(self._page(self._megapixels))

    def to_html(self) -> str:
        """The sheet as a whole page: all pictures are in it, and each cell opens large."""
        content = self._content(is_opened=len(self.cells) <= _MOST_OPENED)
        bare = len(document(content, {}).encode())
        room = max(0, _FILE_BYTES - bare)
        pictures = inlaid(self.cells, room * 3 // 4, LARGE)
        if (notice := pictures.notice) is not None:
            content = self._content(notice.told(), is_opened=content.is_opened)
        return document(content, pictures.data)

    def save(self, path: str | Path) -> Path:
        """Write the sheet as ``.png`` or ``.html``; a file that is there is replaced.

        Returns:
            The file's path.

        Raises:
            InvalidRequest: Another ending, or the cells do not fit on one picture.
            WanxError: The disk does not take it.
        """
        place = writing.checked(path, (".png", ".html"))
        if place.suffix.lower() == ".html":
            return writing.write(place, self.to_html().encode())
        stream = io.BytesIO()
        self.to_image().save(stream, "PNG", compress_level=3)
        return writing.write(place, stream.getvalue())

    @property
    def notices(self) -> tuple[Text, ...]:
        """What the person should know of the picture, one sentence each."""
        try:
            return self._notices(self._page(self._megapixels))
        except InvalidRequest as error:
            return (error.text,)

    def __repr__(self) -> str:
        axes = " × ".join(f"{one.name} {len(one)}" for one in self.plan.axes)
        return f"<ContactSheet {axes or 'of one'}: {', '.join(outcome(self.cells))}>"

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        """What a notebook shows: at most 1.5 MB of HTML, one JPEG, and a line."""
        bundle: dict[str, Any] = {"text/plain": repr(self)}
        notes: list[str] = []
        picture = b""
        try:
            page = self._page(min(self._megapixels, _JPEG_MEGAPIXELS))
        except InvalidRequest:
            many = Text(
                f"{len(self.cells)} cells are too many to be seen here.",
                f"{len(self.cells)} 个单元格太多，无法在此显示。",
            )
            notes.append(many.told())
        else:
            notes += [notice.told() for notice in self._notices(page) if _lost(page)]
            picture = _jpeg(drawn(page))
            bundle["image/jpeg"] = base64.b64encode(picture).decode("ascii")
        bundle["text/html"] = self._table() or self._pictured(picture, notes)
        return bundle

    # ---- what is on it

    def _layout(self) -> Layout:
        arrangement = arranged(self.plan, self.cells, self._rows, self._columns)
        if self._order is None:
            return arrangement
        return flowing(self.plan, by_score(self.cells, self._order))

    def _notes(self) -> list[str]:
        colon = Text(": ", "：").told()
        said = [f"{name}{colon}{value}" for name, value in fixed(self.plan)]
        short = [one for one in said if len(one) <= 60]
        return [
            *(one for one in said if one not in short),
            *filter(None, [" · ".join(short)]),
            " · ".join(outcome(self.cells)),
        ]

    def _page(self, megapixels: float) -> Page:
        notes = Notes(title(self.plan), tuple(self._notes()))
        most = megapixels * 1e6
        sizes = Sizes(shape(self.cells), self._cell, most)
        return fitted(self._layout(), notes, face(), sizes)

    def _notices(self, page: Page) -> tuple[Text, ...]:
        notices = list(filter(None, [why_unscored(self.cells)]))
        if page.cell < self._cell:
            notices.append(
                Text(
                    f"Cells have {page.cell} instead of {self._cell} pixels, so that the sheet has "
                    f"at most {self._megapixels:g} megapixels.",
                    f"单元格为 {page.cell} 像素而不是 {self._cell} 像素，使总览图不超过 "
                    f"{self._megapixels:g} 百万像素。",
                )
            )
        notices += filter(None, [face().notice, _lost(page)])
        return tuple(notices)

    # ---- as HTML

    def _content(self, notice: str = "", *, is_opened: bool, side: int = 0) -> Content:
        wide, high = shape(self.cells)
        side = side or self._cell
        notes = [*self._notes(), *filter(None, [notice])]
        return Content(
            title(self.plan), self._layout(), self.plan.axes, notes,
            round(side * wide), round(side * high), is_opened,
        )  # fmt: skip

    def _table(self) -> str:
        """A table for a notebook; "" where it would be too large for one."""
        if len(self.cells) > _MOST_SHOWN:
            return ""
        layout = self._layout()
        across = layout.size[1] * len(layout.blocks[0])
        side = min(self._cell, max(96, _PAGE_WIDE // across))
        content = self._content(is_opened=False, side=side)
        room = _SHOWN_BYTES - len(fragment(content, {}).encode()) - 200 * len(self.cells)
        if room < _SHOWN_BYTES // 3:
            return ""
        pictures = inlaid(self.cells, room * 3 // 4, 2 * side)  # sharp on a fine display
        return fragment(content, pictures.data) if pictures.is_whole else ""

    def _pictured(self, picture: bytes, notes: Sequence[str]) -> str:
        """The sheet's picture for a notebook, where a table is too large for one."""
        advice = Text(
            "Each cell can be opened in the file that save('sheet.html') writes.",
            "save('sheet.html') 写出的文件中可以逐个放大查看单元格。",
        )
        name = title(self.plan)
        data = base64.b64encode(picture).decode("ascii")
        inside = f'<img alt="" src="data:image/jpeg;base64,{data}">' if picture else ""
        return framed(name, [*self._notes(), *notes, advice.told()], inside)


def _lost(page: Page) -> Text | None:
    """Which letters of a page cannot be drawn here, or None."""
    return missing(sign for line in texts(page) for sign in line if not is_joined(sign))


def _refuse_outside(name: str, value: float, low: float, high: float) -> None:
    if type(value) not in {int, float} or not low <= value <= high:
        raise InvalidRequest(
            Text(
                f"{name} is {value!r}; it is a number from {low:g} to {high:g}.",
                f"{name} 是 {value!r}；它应为 {low:g} 到 {high:g} 的数值。",
            ),
            parameter=name,
        )


def _jpeg(sheet: Image.Image) -> bytes:
    """The sheet for viewers that show no HTML."""
    data = b""
    for side, quality in ((2000, 80), (1600, 75), (1200, 70), (900, 60)):
        small = sheet.copy()
        small.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=2.0)
        stream = io.BytesIO()
        small.save(stream, "JPEG", quality=quality)
        data = stream.getvalue()
        if len(data) <= _JPEG_BYTES:
            break
    return data
