"""What came of each cell, in numbers and words? One row for each, to sort, to keep, to count with.

No picture is decoded for it.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from html import escape
from importlib import import_module
from pathlib import Path, PurePath
from typing import Any

from ipywanx.errors import WanxError
from ipywanx.experiments import writing
from ipywanx.experiments.axes import Axis
from ipywanx.experiments.cells import Cell
from ipywanx.experiments.plan import Plan
from ipywanx.experiments.ranking import ranked, score_columns, unknown_column
from ipywanx.experiments.sheet.telling import public
from ipywanx.model.functions import EditRequest
from ipywanx.model.params import describe
from ipywanx.model.results import Result
from ipywanx.text import Text

_NAME = re.compile(r"[0-9a-f-]{20,}\S*")  # a task's id, the name of a kept file
_LONGEST_FIELD, _LONGEST_NAME = 60, 12  # signs of a text on the page, and of an id or a file
SHOWN = 200
"""Rows that a notebook shows; all are in the table."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_PARTED = "; "  # between the names of files in one field


class Table(list[dict[str, Any]]):
    """One dict for each cell of an experiment, all with the same keys.

    ``cell`` is its place in the plan; then comes what varied, under the parameters' names, and what
    came of it: ``state``, ``seed``, ``n``, ``task_id``, ``seconds`` (until it ended), ``cost``
    (yuan), ``there_before``, ``files`` (names), ``error``, and the scores; ``not_scored`` (why)
    where the judge failed for any. None is what there is not.
    """

    def save(self, path: str | Path) -> Path:
        """Write it as ``.csv`` (UTF-8, as Excel reads it) or ``.json``.

        In CSV a text that a spreadsheet would take for a formula has an apostrophe before it.

        Returns:
            The file's path.

        Raises:
            InvalidRequest: Another ending.
            WanxError: The disk does not take it.
        """
        place = writing.checked(path, (".csv", ".json"))
        if place.suffix.lower() == ".json":
            text = json.dumps(self, ensure_ascii=False, indent=1)
            return writing.write(place, text.encode())
        return writing.write(place, self.to_csv())

    def frame(self) -> Any:
        """The same as a pandas DataFrame.

        Raises:
            WanxError: pandas is not installed.
        """
        try:
            pandas = import_module("pandas")
        except ImportError:
            raise WanxError(
                Text("pandas is not installed here.", "这里没有安装 pandas。"),
                hint=Text(
                    "Install it with %pip install pandas; the table itself is a list of dicts.",
                    "请用 %pip install pandas 安装；表格本身是字典的列表。",
                ),
            ) from None
        return pandas.DataFrame(list(self))

    @property
    def columns(self) -> list[str]:
        """The keys of its rows."""
        return list(self[0]) if self else []

    def _repr_html_(self) -> str:
        head = "".join(f'<th scope="col">{escape(name)}</th>' for name in self.columns)
        rows = "".join(
            "<tr>" + "".join(_field(value) for value in row.values()) + "</tr>"
            for row in self[:SHOWN]
        )
        more = ""
        if len(self) > SHOWN:
            count = len(self)
            told = Text(
                f"{SHOWN} of {count} rows are shown; save('table.csv') writes all.",
                f"共 {count} 行，显示前 {SHOWN} 行；save('table.csv') 会写出全部。",
            )
            more = f"<div>{escape(told.told())}</div>"
        return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{more}"

    def to_csv(self) -> bytes:
        """It as a CSV file in UTF-8, as Excel reads it."""
        stream = io.StringIO(newline="")
        writer = csv.writer(stream)
        writer.writerow(map(_harmless, self.columns))
        writer.writerows(map(_harmless, row.values()) for row in self)
        return stream.getvalue().encode("utf-8-sig")


def table(plan: Plan, cells: Sequence[Cell], order: str | None = None) -> Table:
    """The table of an experiment.

    Args:
        plan: Whose.
        cells: Its cells, or some of them.
        order: A column to sort by: a score from the highest on, any other from the lowest on; rows
            that have none are last. None leaves the plan's order.

    Raises:
        InvalidRequest: There is no such column.
    """
    # A score that is called as a column that there is already stands beside it.
    failed = [_FAILED] if any(cell.note for cell in cells) else []
    taken = {
        "cell",
        *_COLUMNS,
        *failed,
        *(name for one in plan.axes for name in one.name.split("+")),
    }
    scores = {name: f"score_{name}" if name in taken else name for name in score_columns(cells)}
    rows = Table(
        {"cell": cell.index}
        | _varied(plan.axes, cell)
        | {column: cell.scores.get(name) for name, column in scores.items()}
        | _outcome(cell)
        | {column: public(cell.note) or None for column in failed}
        for cell in cells
    )
    if order is None:
        return rows
    if rows and order not in rows.columns:
        raise unknown_column(order, rows.columns)
    highest_first = order in scores.values()
    return Table(ranked(rows, lambda row: row[order], highest_first=highest_first))


_FAILED = "not_scored"
_COLUMNS = (
    "state", "seed", "n", "task_id", "seconds", "cost", "there_before", "files", "error",
)  # fmt: skip


def _outcome(cell: Cell) -> dict[str, Any]:
    seconds = cell.elapsed
    values = (
        cell.state,
        cell.request.seed,
        cell.request.n,
        cell.task_id or None,
        None if seconds is None else round(seconds, 2),
        cell.cost,
        cell.kept,
        _files(cell),
        public(cell.error.told()) if cell.error else None,
    )
    return dict(zip(_COLUMNS, values, strict=True))


def _varied(axes: Sequence[Axis], cell: Cell) -> dict[str, Any]:
    """What the cell is on each axis: a value; a picture and a mask by what they are called."""
    varied: dict[str, Any] = {}
    kinds = {param.name: param.about.kind for param in describe(type(cell.request))}
    for axis, label in zip(axes, cell.labels, strict=True):
        for name in axis.name.split("+"):  # axes that went in step have one label together
            varied[name] = (
                public(label) if name not in kinds else _value(cell.request, name, kinds, label)
            )
    return varied


def _value(request: EditRequest, name: str, kinds: dict[str, Any], label: str) -> Any:
    if kinds[name] in {"image", "mask"}:
        return public(label)
    return getattr(request, name)


def _files(cell: Cell) -> list[str]:
    """The names of its files; where they are is this machine's own."""
    source = cell.source
    if source is None:
        return []
    if isinstance(source, Result):
        return [path.name for path in source.files]
    return [PurePath(name).name for name in source.pictures]


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return _PARTED.join(map(str, value))
    return "" if value is None else value


def _harmless(value: Any) -> Any:
    """A field of CSV that no spreadsheet runs."""
    told = _plain(value)
    return f"'{told}" if isinstance(told, str) and told.startswith(_FORMULA) else told


def _field(value: Any) -> str:
    """A field on the page: a number short, a long name cut, and whole where the pointer rests."""
    told = str(_plain(value))
    if isinstance(value, int | float) and not isinstance(value, bool):
        short = f"{value:.4g}" if isinstance(value, float) else told
        return f'<td style="text-align:right">{short}</td>'
    most = _LONGEST_NAME if _NAME.fullmatch(told) else _LONGEST_FIELD
    if len(told) <= most:
        return f"<td>{escape(told)}</td>"
    return f'<td title="{escape(told)}">{escape(told[: most - 1])}…</td>'
