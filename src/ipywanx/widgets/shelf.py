"""What does the gallery show of a result? Its card, its particulars, its pictures and its code."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PIL import Image

from ipywanx.code import Code, named_by_user, runnable
from ipywanx.errors import UnexpectedReply
from ipywanx.model.functions import EditRequest, Expand
from ipywanx.model.metadata import labelled
from ipywanx.model.results import Header, Result, decoded, preview_notices, suffix_of

if TYPE_CHECKING:
    from ipywanx.service.record import Record
    from ipywanx.session import Session

BEFORE = -1
"""The index of the picture that a result began with."""
LARGEST_SIDE = 2048
"""Longest side of a picture for the page; files are saved in full."""


class Shelf:
    """Results by the names of their rows: kept ones, and what the disk did not take.

    Args:
        session: Whose history.
    """

    def __init__(self, session: Session) -> None:
        self._archive = session.archive
        self._records: dict[str, Record] = {}
        self._held: dict[str, Result] = {}  # only here, for want of a file

    def recent(self, limit: int) -> list[dict[str, Any]]:
        """Cards of what is kept, newest first."""
        return [self._card(record) for record in self._archive.history.search("", limit)]

    def add(self, made: Result | Record) -> dict[str, Any]:
        """The card of one more."""
        if not isinstance(made, Result):
            return self._card(made)
        rows = self._archive.history.with_task(made.task_id)
        mine = [row for row in rows if row.account == self._archive.account] or rows
        record = mine[0] if mine else replace(
            self._archive.begin(made.request, made.task_id), id=made.task_id, cost=made.cost
        )  # fmt: skip
        if not mine or not made.files:
            self._held[record.id] = made
        return self._card(record)

    def mark(self, name: str, starred: bool | None, tags: str | None) -> dict[str, Any]:
        """Keep what the person says; the card as it is now."""
        said = {"starred": starred, "tags": None if tags is None else ", ".join(_tags(tags))}
        known = self._records[name]
        record = self._archive.history.mark(known.id, **said)  # type: ignore[arg-type]
        if record is None:  # one that the history never had
            new = {field: value for field, value in said.items() if value is not None}
            record = replace(known, **new)  # type: ignore[arg-type]
        return self._card(record)

    def delete(self, name: str) -> None:
        """Forget a result, and remove its pictures' files that no other one names.

        Raises:
            WanxError: The history cannot be written; nothing was removed.
        """
        self._archive.broom.delete([self._records[name]])
        self._held.pop(name, None)

    def result(self, name: str) -> Result | None:
        """The whole result, or None where its files are gone."""
        return self._held.get(name) or self._archive.result(self._records[name])

    def only(self, name: str, index: int) -> Result | None:
        """The same with one of its pictures alone: the one that the person looks at."""
        result = self.result(name)
        if result is None:
            return None
        given = [output for output in result.report.outputs if output.url is not None]
        report = replace(result.report, outputs=(given[index],))
        files = result.files[index : index + 1]
        return replace(result, report=report, data=(result.data[index],), files=files)

    def particulars(self, name: str) -> dict[str, Any]:
        """What an opened card says beyond the card: sizes, settings, and where the original lay."""
        record = self._records[name]
        request = self._request(name)
        return {
            "sizes": [self._header(name, index).size for index in range(self._count(record))],
            "before": None if request is None else before(request),
            "settings": {} if request is None else request.settings,
        }

    def shown(self, name: str, index: int, side: int) -> bytes | None:
        """A picture as WebP, at most ``side`` pixels long; None where it is gone."""
        data = self.data(name, index)
        if data is None:
            return None
        return for_page(data, side)

    def data(self, name: str, index: int) -> bytes | None:
        """A picture's file as it came."""
        record, held = self._records[name], self._held.get(name)
        if held is None:
            return self._archive.picture(record, index)
        if index >= 0:
            return held.data[index]
        return held.request.image.data or None if held.request else None

    def saved(self, name: str, index: int) -> bytes | None:
        """A picture's file as :meth:`ipywanx.Result.save` writes it; None where it is gone."""
        data = self.data(name, index)
        if data is None or index < 0:
            return data
        return labelled(data, self._request(name), self._records[name].task_id or "", index + 1)

    def file_name(self, name: str, index: int, data: bytes) -> str:
        """What a saved file is called, as :meth:`ipywanx.Result.save` calls it."""
        record = self._records[name]
        stem = f"{record.function or 'result'}-{(record.task_id or name)[:8]}"
        return f"{stem}-{index + 1}{suffix_of(data)}"

    def code(self, name: str) -> Code | None:
        """What makes this result again as it stands; None if its request is not known."""
        request = self._request(name)
        if request is None:
            return None
        task_id = self._records[name].task_id
        if name in self._held or task_id is None:  # the history has nothing to recall
            return named_by_user(request)
        return runnable(request, task_id)

    # ---- cards

    def _card(self, record: Record) -> dict[str, Any]:
        self._records[record.id] = record
        (width, height), preview = self._header(record.id, 0)
        return {
            "id": record.id,
            "task": record.task_id or "",
            "function": record.function,
            "prompt": record.prompt,
            "seed": self._seed(record),
            "asked": round(record.asked * 1000),
            "cost": record.cost,
            "preview": record.is_preview,
            "count": self._count(record),
            "width": width,
            "height": height,
            "notices": [list(notice) for notice in preview_notices(preview)],
            "starred": record.starred,
            "tags": _tags(record.tags),
        }

    def _request(self, name: str) -> EditRequest | None:
        held = self._held.get(name)
        return held.request if held else self._archive.request(self._records[name])

    def _seed(self, record: Record) -> int | None:
        """Without the rest of the request, whose picture would have to be read."""
        held = self._held.get(record.id)
        if held is not None:
            return held.request.seed if held.request else None
        try:
            seed = json.loads(record.request)["values"].get("seed")
        except (AttributeError, LookupError, TypeError, ValueError):
            return None
        return seed if isinstance(seed, int) else None

    def _count(self, record: Record) -> int:
        held = self._held.get(record.id)
        return len(held.data) if held else self._archive.count(record)

    def _header(self, name: str, index: int) -> Header:
        held = self._held.get(name)
        if held is not None:
            size = held.images[index].size if index < len(held.data) else (0, 0)
            return Header(size, held.preview)
        return self._archive.header(self._records[name], index) or Header((0, 0), None)


def for_page(data: bytes, side: int) -> bytes | None:
    """A picture's file as WebP, at most ``side`` pixels long; None where it is none."""
    try:
        image = decoded(data)
    except UnexpectedReply:
        return None
    side = min(max(1, side), LARGEST_SIDE)
    image.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=2.0)
    stream = io.BytesIO()
    image.save(stream, "WEBP", quality=80 if side < 1000 else 88, method=2)
    return stream.getvalue()


def _tags(text: str) -> list[str]:
    """Tags as typed, each once; Chinese commas part them too."""
    tags = (" ".join(tag.split()) for tag in re.split("[,，、]", text))
    return list(dict.fromkeys(filter(None, tags)))


def before(request: EditRequest) -> dict[str, Any] | None:
    """The original's size, and its place in the result where that shows more than it."""
    if request.image.size is None:
        return None
    width, height = request.image.size
    place = None
    if isinstance(request, Expand):
        across = request.left_scale + request.right_scale
        down = request.top_scale + request.bottom_scale
        left, top = (request.left_scale - 1) / across, (request.top_scale - 1) / down
        place = [left, top, 2 / across, 2 / down]
    return {"width": width, "height": height, "place": place}
