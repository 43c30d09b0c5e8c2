"""What does a sheet say beside its pictures? What is fixed, what came of it, and nothing secret.

A sheet is made to be passed on: it names files without their folders, and addresses without what
follows the question mark, where signatures are.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from ipywanx.code import PHOTO, as_python, mask_name, picture_name
from ipywanx.experiments.axes import axis
from ipywanx.experiments.cells import Cell, Score
from ipywanx.experiments.plan import Plan
from ipywanx.model.functions import EditRequest
from ipywanx.model.params import Param, describe
from ipywanx.model.results import Result
from ipywanx.text import Text

if TYPE_CHECKING:
    from ipywanx.service.record import Record

_SECRET = re.compile(r"(https?://)(?:[^\s/@]*@)?([^\s?#]+)[?#]\S*", re.IGNORECASE)
_FOLDERS = re.compile(
    r"(?<![\w:/.<])(?:/(?:[\w.@+~-]+/)+|[A-Za-z]:[\\/](?:[\w .@+~-]+[\\/])*)(?=\w)"
)
_REASONS = 3  # of a judge that failed, in one sentence
_REMOVED = Text("its pictures were removed", "图片已删除")
_PREVIEW = Text("Offline preview", "离线预览")


def public(text: str) -> str:
    """A text without folders and without what follows an address: it is passed on."""
    return _FOLDERS.sub("", _SECRET.sub(r"\1\2", text))


def reason(cell: Cell) -> str:
    """Why a cell has no picture, "" where its state says it all."""
    if cell.error is not None:
        return public(cell.error.told())
    return _REMOVED.told() if cell.state == "SUCCEEDED" and not cell.thumbnails else ""


def unscored(cells: Iterable[Cell]) -> Text | None:
    """How many cells their judge failed for, ``2 not scored``; None where it failed for none."""
    count = sum(bool(cell.note) for cell in cells)
    return Text(f"{count} not scored", f"{count} 个未评分") if count else None


def why_unscored(cells: Sequence[Cell]) -> Text | None:
    """The same as a sentence with the reasons, each once."""
    count = unscored(cells)
    if count is None:
        return None
    reasons = list(dict.fromkeys(public(cell.note) for cell in cells if cell.note))
    more = Text("; …", "；……") if len(reasons) > _REASONS else Text("", "")
    reasons = reasons[:_REASONS]
    return Text(
        f"{count}: {'; '.join(reasons)}{more}.", f"{count.zh}：{'；'.join(reasons)}{more.zh}。"
    )


def scored(cell: Cell, only: str | None = None) -> str:
    """A cell's scores in a line: ``sharp 0.82 · kind photo``."""
    return " · ".join(
        f"{name} {_value(value)}"
        for name, value in cell.scores.items()
        if value is not None and only in {None, name}
    )


def _value(value: Score) -> str:
    if isinstance(value, bool):
        return Text("yes", "是").told() if value else Text("no", "否").told()
    return f"{value:.3g}" if isinstance(value, int | float) else str(value)


def code(request: EditRequest) -> str:
    """The call that makes a cell, in Python, with nothing in it that is not for everybody."""
    image = picture_name(request)
    if request.image.url is not None and {"?", "#", "@"} & set(image):
        image = PHOTO
    elif request.image.url is None and image != public(image):
        image = re.split(r"[/\\]", image)[-1]
    return as_python(request, image, mask_name(request))


def title(plan: Plan) -> str:
    """What the experiment asks for."""
    titles = list(dict.fromkeys(request.about.title.told() for request in plan.requests))
    return Text(" · ", "、").told().join(titles[:3]) + ("…" if len(titles) > 3 else "")


def settings(request: EditRequest) -> list[tuple[str, str]]:
    """(title, value) of what was asked: picture, prompt, and all that differs from its default."""
    said = ["image", "prompt", *request.settings]
    return [
        (param.about.title.told(), told)
        for param in describe(type(request))
        if param.name in said and (told := _spoken(param, getattr(request, param.name)))
    ]


def fixed(plan: Plan) -> list[tuple[str, str]]:
    """(title, value) of everything that all cells have in common."""
    first = plan.requests[0]
    varied = {name for one in plan.axes for name in one.name.split("+")}
    alike = {
        param.about.title.told()
        for param in describe(type(first))
        if param.name not in varied
        and all(
            getattr(one, param.name, None) == getattr(first, param.name) for one in plan.requests
        )
    }
    return [(name, value) for name, value in settings(first) if name in alike]


def _spoken(param: Param, value: Any) -> str:
    """A value as its axis would call it; "" for one that says nothing."""
    found = axis(param, [value]) if value not in ("", None) else None
    return "" if found is None else public(found.labels[0])


def outcome(cells: Sequence[Cell]) -> list[str]:
    """How many cells there are, what became of them, when, and whether they are real."""
    states = Counter(cell.state for cell in cells)
    count, failed = len(cells), states["FAILED"]
    told = [Text(f"{count} {'cell' if count == 1 else 'cells'}", f"{count} 个单元格")]
    if failed:
        told.append(Text(f"{failed} failed", f"{failed} 个失败"))
    if stopped := states["STOPPED"] + states["CANCELED"]:
        told.append(Text(f"{stopped} stopped", f"{stopped} 个已停止"))
    if missing := sum(not cell.is_over for cell in cells):
        told.append(Text(f"{missing} not there yet", f"{missing} 个尚未完成"))
    if (judged := unscored(cells)) is not None:
        told.append(judged)
    sources = [source for cell in cells if (source := cell.source) is not None]
    parts = [*(text.told() for text in told), f"{_day(sources):%Y-%m-%d}"]
    if any(_is_preview(source) for source in sources):
        parts.append(_PREVIEW.told())
    return parts


def _day(sources: Sequence[Record | Result]) -> date:
    """When the newest of the pictures was made; today, where there is none."""
    times = [
        source.report.ended
        if isinstance(source, Result)
        else datetime.fromtimestamp(source.asked, UTC)
        for source in sources
    ]
    newest = max(filter(None, times), default=datetime.now(UTC))
    return newest.astimezone().date()


def _is_preview(source: Record | Result) -> bool:
    if isinstance(source, Result):
        return source.preview is not None
    return source.is_preview or (source.fetched and source.cost == 0)
