"""An experiment as files: a name for each cell's pictures, and a table that explains them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from ipywanx.errors import InvalidRequest, UnexpectedReply, WanxError
from ipywanx.experiments.cells import Cell
from ipywanx.experiments.plan import Plan
from ipywanx.experiments.table import table
from ipywanx.given import as_path
from ipywanx.model.functions import EditRequest
from ipywanx.model.metadata import labelled
from ipywanx.model.params import Kind, describe
from ipywanx.model.results import suffix_of
from ipywanx.model.saving import FORMATS, file_stem, picture_stem, write_new
from ipywanx.text import Text

TABLE = "table.csv"
"""The file that holds the experiment's table."""
_LONGEST = 200  # bytes of a whole stem
_ENDING = re.compile(r"\.[A-Za-z0-9]{2,5}(?= |$)")  # of a picture's file, numbered or not


def save(
    plan: Plan, cells: Sequence[Cell], folder: str | Path, *, metadata: bool | None = None
) -> list[Path]:
    """The pictures' paths, in the plan's order; see :meth:`ipywanx.Sweep.save`."""
    place = as_path(folder, "folder")
    if place.suffix.lower() in {*FORMATS, ".html"} and not place.is_dir():
        sheet = f"grid.sheet().save({place.name!r})"
        raise InvalidRequest(
            Text(
                f"An experiment is saved into a folder, and {place.name!r} is a file's name.",
                f"批量实验会保存到文件夹，而 {place.name!r} 是文件名。",
            ),
            hint=Text(f"{sheet} writes the sheet.", f"{sheet} 可保存总览图。"),
            parameter="folder",
        )
    rows, named = table(plan, cells), stems(plan)
    paths: list[Path] = []
    try:
        for cell, row in zip(cells, rows, strict=True):
            written = _written(cell, place, named[cell.index], metadata=metadata)
            row["saved"] = [path.name for path in written]
            paths += written
        write_new(place / TABLE, rows.to_csv())
    except OSError as error:
        why = error.strerror or error
        raise WanxError(
            Text(
                f"The experiment cannot be saved in {str(place)!r}: {why}.",
                f"无法把批量实验保存到 {str(place)!r}：{why}。",
            ),
            hint=Text("Give another folder.", "请换一个文件夹。"),
        ) from None
    return paths


def _written(cell: Cell, folder: Path, stem: str, *, metadata: bool | None) -> list[Path]:
    """The files of one cell; none where it has no pictures, or they are damaged."""
    result = cell.result
    written = []
    for number, data in enumerate(result.data if result else (), start=1):
        try:
            file = labelled(data, cell.request, cell.task_id, number, metadata=metadata)
            name = f"{stem}_{number}" if cell.request.n > 1 else stem
            written.append(write_new(folder / f"{name}{suffix_of(file)}", file))
        except UnexpectedReply:
            continue
    return written


def stems(plan: Plan) -> list[str]:
    """A name for each cell, without an ending; no two are alike on any system."""
    seen: Counter[str] = Counter()
    named = []
    for index, request in enumerate(plan.requests):
        stem = _stem(plan, index, request)
        seen[stem.casefold()] += 1
        count = seen[stem.casefold()]
        while count > 1 and f"{stem}-{count}".casefold() in seen:
            count += 1
        named.append(stem if count == 1 else f"{stem}-{count}")
        seen[named[-1].casefold()] += count > 1
    return named


def _stem(plan: Plan, index: int, request: EditRequest) -> str:
    """What was edited, and what the cell is on each axis: ``IMG_0001-book-strength=0.2``."""
    kinds: dict[str, Kind] = {one.name: one.about.kind for one in describe(type(request))}
    varied = {name for axis in plan.axes for name in axis.name.split("+")}
    parts = [] if "image" in varied else [picture_stem(request.image)]
    for axis, label in zip(plan.axes, plan.labels(index), strict=True):
        if kinds.get(axis.name) in {"int", "float", "bool"}:
            label = f"{axis.name}={label}"  # noqa: PLW2901 - a number alone says little
        words = label.split(" · ")  # of axes that went in step
        if "image" in varied:
            words = [_ENDING.sub("", word) for word in words]
        parts += map(file_stem, words)
    return file_stem("-".join(filter(None, parts)), _LONGEST) or request.about.name
