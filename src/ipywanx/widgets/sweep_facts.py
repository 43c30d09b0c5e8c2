"""What is told of an experiment and of its cells? Little at once, and pictures when asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ipywanx.code import named_by_user, runnable
from ipywanx.experiments.ranking import ranked, score_columns
from ipywanx.model.functions import Expand
from ipywanx.widgets.shelf import BEFORE, before, for_page

if TYPE_CHECKING:
    from ipywanx.experiments.cells import Cell, State
    from ipywanx.experiments.plan import Plan

LETTERS: Mapping[State, str] = {
    "WAITING": "w", "QUEUED": "q", "PENDING": "p", "RUNNING": "r",
    "SUCCEEDED": "s", "FAILED": "f", "CANCELED": "c", "STOPPED": "x",
}  # fmt: skip
"""One letter for each state."""
_LONGEST_LABEL, _LONGEST_NOTE = 160, 1000
_MOST_COLUMNS = 20


def letters(cells: Iterable[Cell]) -> str:
    """How far each is, a letter a cell; a capital where there is a score, or why there is none."""
    return "".join(_letter(cell) for cell in cells)


def _letter(cell: Cell) -> str:
    found = LETTERS[cell.state]
    return found.upper() if found == "s" and (cell.scores or cell.note) else found


def axes(plan: Plan, shown: int) -> list[dict[str, Any]]:
    """The axes with as many labels as the first ``shown`` cells need."""
    places = plan.places[:shown]
    return [
        {
            "name": axis.name,
            "title": list(axis.title),
            "count": len(axis),
            "labels": [_clipped(one) for one in axis.labels[: 1 + max(p[at] for p in places)]],
        }
        for at, axis in enumerate(plan.axes)
    ]


def shape(plan: Plan) -> float:
    """Height by width of a cell: the pictures' own where all have the same, else 1."""
    if any(isinstance(one, Expand) for one in plan.requests):
        return 1.0
    found = {one.image.size and one.image.size[1] / one.image.size[0] for one in plan.requests}
    ratio = found.pop() if len(found) == 1 else None
    return min(max(0.5, ratio or 1.0), 1.5)


def columns(cells: Iterable[Cell]) -> list[str]:
    """The scores' names, in the order in which they came up."""
    return [name for name in score_columns(cells) if len(name) <= _LONGEST_LABEL][:_MOST_COLUMNS]


def ordered(cells: Iterable[Cell], column: str, *, ascending: bool) -> list[int]:
    """The cells that have this score, by it; numbers before texts."""
    scored = [cell for cell in cells if cell.scores.get(column) is not None]
    by_it = ranked(scored, lambda cell: cell.scores[column], highest_first=not ascending)
    return [cell.index for cell in by_it]


def glance(cell: Cell) -> dict[str, Any]:
    """What stands in its place, beside its pictures."""
    return {
        "state": _letter(cell),
        "labels": [_clipped(label) for label in cell.labels],
        "scores": {name[:_LONGEST_LABEL]: score for name, score in cell.scores.items()},
        "note": cell.note[:_LONGEST_NOTE],
        "error": list(cell.error) if cell.error else [],
    }


def details(cell: Cell, axes: Sequence[str]) -> dict[str, Any]:
    """What is told of the one that is opened; its labels say already what the axes say."""
    request, result = cell.request, cell.result
    told = {"seed", "prompt", *axes}
    return glance(cell) | {
        "labels": list(cell.labels),
        "function": list(request.about.title),
        "prompt": request.prompt,
        "seed": request.seed,
        "settings": {
            name: str(value) for name, value in request.settings.items() if name not in told
        },
        "kept": cell.kept,
        "cost": cell.cost,
        "took": cell.elapsed,
        "task": cell.task_id,
        "sizes": [image.size for image in result.images] if result else [],
        "preview": bool(result and result.preview),
        "before": before(request),
        **_code(cell),
    }  # fmt: skip


def picture(cell: Cell, index: int, side: int) -> bytes | None:
    """One of its pictures, or what it began with, as WebP; None where that is not here."""
    if index == BEFORE:
        data: bytes | None = cell.request.image.data
    else:
        data = cell.picture(index)
    if not data:
        return None
    return for_page(data, side)


def _code(cell: Cell) -> dict[str, str]:
    """What makes the cell again: as it stands where the history has its task."""
    request = cell.request
    code = runnable(request, cell.task_id) if cell.task_id else named_by_user(request)
    return code._asdict()


def _clipped(label: str) -> str:
    return label if len(label) <= _LONGEST_LABEL else f"{label[: _LONGEST_LABEL - 1]}…"
