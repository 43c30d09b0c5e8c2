"""Which cell comes first? By a column of its scores, the best first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from ipywanx.errors import InvalidRequest, did_you_mean
from ipywanx.experiments.cells import Cell
from ipywanx.experiments.sheet.telling import why_unscored
from ipywanx.text import Text, sentences

_Item = TypeVar("_Item")


def score_columns(cells: Iterable[Cell]) -> list[str]:
    """The names of all scores, in the order in which they appear."""
    return list(dict.fromkeys(name for cell in cells for name in cell.scores))


def by_score(cells: Sequence[Cell], column: str) -> list[Cell]:
    """Cells by a score, the best first.

    Raises:
        InvalidRequest: Nothing was scored under that name.
    """
    known = score_columns(cells)
    if column not in known:
        raise unknown_column(column, known, why_unscored(cells))
    return ranked(cells, lambda cell: cell.scores.get(column), highest_first=True)


def ranked(
    items: Iterable[_Item], value: Callable[[_Item], Any], *, highest_first: bool
) -> list[_Item]:
    """Items by a value: numbers before texts, and those that have none last.

    Args:
        items: In the order that those of one value keep.
        value: What an item is judged by.
        highest_first: Whether the largest number is the first; texts go by the alphabet anyway.
    """

    def place(item: _Item) -> tuple[int, float, str]:
        judged = value(item)
        if judged is None:
            return 2, 0.0, ""
        if isinstance(judged, bool | int | float):
            return 0, -float(judged) if highest_first else float(judged), ""
        return 1, 0.0, str(judged)

    return sorted(items, key=place)


def unknown_column(column: str, known: Sequence[str], failed: Text | None = None) -> InvalidRequest:
    """Says which columns there are, or why there is none."""
    if known:
        hint = sentences(
            did_you_mean(column, known),
            Text(f"Columns: {', '.join(known)}.", f"可用的列：{'、'.join(known)}。"),
        )
    elif failed is not None:
        hint = failed
    else:
        hint = Text(
            "Nothing was scored: give wx.sweep(…, score=…) a function that judges a result.",
            "还没有评分：请给 wx.sweep(…, score=…) 一个为结果评分的函数。",
        )
    return InvalidRequest(
        Text(f"There is no column {column!r} to sort by.", f"没有可用于排序的列 {column!r}。"),
        hint=hint,
        parameter="order",
    )
