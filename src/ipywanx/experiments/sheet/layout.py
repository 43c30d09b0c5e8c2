"""Which cell stands where on a sheet? Rows and columns, in blocks below and beside each other.

The first axis gives the rows, the second the columns; the third makes blocks below each other, the
fourth blocks side by side. Axes beyond these go into the third. One axis alone, or cells that are
sorted by a score, run on like the words of a text.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ipywanx.errors import InvalidRequest, did_you_mean
from ipywanx.experiments.axes import Axis
from ipywanx.experiments.cells import Cell
from ipywanx.experiments.plan import Plan
from ipywanx.experiments.sheet.telling import public
from ipywanx.text import Text

PER_LINE = 8
"""Cells of a line, where there are no columns; more on a sheet that would be a long ribbon."""


@dataclass(frozen=True, slots=True)
class Head:
    """What stands along one side: a title, and a label for each row or column; "" and () for none.

    Attributes:
        title: What varies.
        labels: What each is called.
    """

    title: str = ""
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """A table of cells.

    Attributes:
        caption: What is the same for all of them, "" for nothing.
        lines: Rows of cells, None where a place stays empty.
    """

    caption: str
    lines: tuple[tuple[Cell | None, ...], ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """A sheet, before anybody knows its size.

    Attributes:
        rows, columns: What stands beside and above each block.
        blocks: Rows of blocks.
        names: What stands under each cell, by its index: where rows and columns do not tell.
    """

    rows: Head
    columns: Head
    blocks: tuple[tuple[Block, ...], ...]
    names: Mapping[int, str]

    @property
    def size(self) -> tuple[int, int]:
        """(lines, cells of a line) of each block."""
        lines = self.blocks[0][0].lines
        return len(lines), len(lines[0])

    @property
    def count(self) -> int:
        """Places for cells, empty ones too."""
        lines, width = self.size
        return lines * width * sum(map(len, self.blocks))


def arranged(plan: Plan, cells: Sequence[Cell], rows: str | None, columns: str | None) -> Layout:
    """Cells by their axes.

    Args:
        plan: Whose.
        cells: Any of its cells.
        rows: The axis that gives the rows, None for the first one that is free.
        columns: The same for the columns.

    Raises:
        InvalidRequest: There is no such axis, or one is to give both.
    """
    chosen = [_place(plan, name, side) for name, side in ((rows, "rows"), (columns, "columns"))]
    if chosen[0] is not None and chosen[0] == chosen[1]:
        raise InvalidRequest(
            Text(
                f"The axis {rows!r} cannot give both rows and columns.",
                f"坐标轴 {rows!r} 不能同时作为行和列。",
            ),
            hint=Text("Name two different ones.", "请给出两个不同的坐标轴。"),
            parameter="columns",
        )
    if len(plan.axes) < 2 and chosen == [None, None]:
        return flowing(plan, cells)
    left = [place for place in range(len(plan.axes)) if place not in chosen]
    row = chosen[0] if chosen[0] is not None or len(plan.axes) < 2 else left.pop(0)
    column = chosen[1] if chosen[1] is not None or not left else left.pop(0)
    down, across = [*left[:1], *left[2:]], left[1:2]
    by_place = {cell.place: cell for cell in cells}

    def line(*given: tuple[int | None, int]) -> tuple[Cell | None, ...]:
        """Cells of one row: all columns, at the places given on the other axes."""
        place = [0] * len(plan.axes)
        for axis, value in given:
            if axis is not None:
                place[axis] = value
        made = []
        for value in _values(plan, column):
            if column is not None:
                place[column] = value
            made.append(by_place.get(tuple(place)))
        return tuple(made)

    def block(low: tuple[int, ...], beside: tuple[int, ...]) -> Block:
        fixed = [*zip(down, low, strict=True), *zip(across, beside, strict=True)]
        caption = " · ".join(_told(plan.axes[axis], value) for axis, value in fixed)
        return Block(caption, tuple(line((row, at), *fixed) for at in _values(plan, row)))

    return Layout(
        _head(plan, row),
        _head(plan, column),
        tuple(
            tuple(block(low, beside) for beside in _places(plan, across))
            for low in _places(plan, down)
        ),
        {},
    )


def flowing(plan: Plan, cells: Sequence[Cell]) -> Layout:
    """Cells one after the other, each with all its labels."""
    count = max(1, len(cells))
    most = max(PER_LINE, math.ceil(math.sqrt(count / 2)))
    width = math.ceil(count / math.ceil(count / most))  # lines as even as can be
    padded = [*cells, *[None] * (-count % width or (0 if cells else 1))]
    lines = tuple(tuple(padded[at : at + width]) for at in range(0, len(padded), width))
    names = {
        cell.index: " · ".join(
            _told(axis, place) for axis, place in zip(plan.axes, cell.place, strict=True)
        )
        for cell in cells
    }
    if len(plan.axes) == 1:  # its title once, above
        axis = plan.axes[0]
        names = {cell.index: public(axis.labels[cell.place[0]]) for cell in cells}
        return Layout(Head(), Head(axis.title.told()), ((Block("", lines),),), names)
    return Layout(Head(), Head(), ((Block("", lines),),), names)


def _place(plan: Plan, name: str | None, side: str) -> int | None:
    if name is None:
        return None
    names = [axis.name for axis in plan.axes]
    if name not in names:
        raise InvalidRequest(
            Text(f"There is no axis {name!r}.", f"没有坐标轴 {name!r}。"),
            hint=did_you_mean(name, names)
            if names
            else Text("Nothing varies here.", "这里没有变化的参数。"),
            parameter=side,
        )
    return names.index(name)


def _values(plan: Plan, axis: int | None) -> range:
    return range(1 if axis is None else len(plan.axes[axis]))


def _places(plan: Plan, axes: Sequence[int]) -> list[tuple[int, ...]]:
    """All places on some axes together; one, which is empty, for no axis."""
    return list(itertools.product(*(range(len(plan.axes[axis])) for axis in axes)))


def _head(plan: Plan, axis: int | None) -> Head:
    if axis is None:
        return Head()
    return Head(plan.axes[axis].title.told(), tuple(map(public, plan.axes[axis].labels)))


def _told(axis: Axis, place: int) -> str:
    return f"{axis.title.told()}{Text(': ', '：').told()}{public(axis.labels[place])}"
