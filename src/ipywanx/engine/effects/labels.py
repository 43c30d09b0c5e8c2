"""Connected parts of a boolean picture, without SciPy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ipywanx.engine.effects.arrays import Bools, Floats


def label(mask: Bools) -> tuple[Floats, int]:
    """Number the 8-connected parts 1..n (0 = outside); gives the numbers and n.

    Rows are cut into runs, touching runs of neighbouring rows are found by sorted search,
    and equal parts are merged by letting the smaller number win until nothing changes.
    """
    height, width = mask.shape
    edge = np.diff(np.pad(mask.astype(np.int8), ((0, 0), (1, 1))), axis=1)
    rows, starts = np.nonzero(edge == 1)
    ends = np.nonzero(edge == -1)[1]
    count = len(rows)
    if count == 0:
        return np.zeros(mask.shape, np.int32), 0
    # One long line per picture: a run of row r sits at r * stride + column.
    stride = width + 3
    upper_start, upper_end = rows * stride + starts, rows * stride + ends
    first = np.searchsorted(upper_end, (rows - 1) * stride + starts, side="left")
    last = np.searchsorted(upper_start, (rows - 1) * stride + ends, side="right")
    touching = np.maximum(last - first, 0)
    below = np.repeat(np.arange(count), touching)
    within = np.arange(len(below)) - np.repeat(np.cumsum(touching) - touching, touching)
    above = np.repeat(first, touching) + within
    parent = np.arange(count)
    while True:
        low = np.minimum(parent[above], parent[below])
        merged = parent.copy()
        np.minimum.at(merged, parent[above], low)
        np.minimum.at(merged, parent[below], low)
        while True:
            jumped = merged[merged]
            if np.array_equal(jumped, merged):
                break
            merged = jumped
        if np.array_equal(merged, parent):
            break
        parent = merged
    roots, number = np.unique(parent, return_inverse=True)
    number = np.asarray(number, np.int32) + np.int32(1)
    marks = np.zeros((height, width + 1), np.int32)
    marks[rows, starts] += number
    np.subtract.at(marks, (rows, ends), number)
    return np.cumsum(marks, axis=1, dtype=np.int32)[:, :width], len(roots)


@dataclass(frozen=True, slots=True)
class Parts:
    """Where the numbered parts lie; entry k describes part k + 1."""

    left: Floats
    top: Floats
    right: Floats
    bottom: Floats
    area: Floats
    width: Floats
    height: Floats


def measure(numbers: Floats, count: int) -> Parts:
    """Give the boxes and areas of the parts that `label` found."""
    y, x = np.nonzero(numbers)
    which = numbers[y, x] - 1
    left, top = np.full(count, numbers.shape[1]), np.full(count, numbers.shape[0])
    right, bottom = np.full(count, -1), np.full(count, -1)
    np.minimum.at(left, which, x)
    np.minimum.at(top, which, y)
    np.maximum.at(right, which, x)
    np.maximum.at(bottom, which, y)
    area = np.bincount(which, minlength=count)
    return Parts(left, top, right, bottom, area, right - left + 1, bottom - top + 1)


def filled(mask: Bools) -> Bools:
    """Fill the holes of a mask: everything the border cannot reach."""
    numbers, count = label(~mask)
    if count == 0:
        return mask
    edges = np.unique(np.concatenate([numbers[0], numbers[-1], numbers[:, 0], numbers[:, -1]]))
    outside = np.zeros(count + 1, bool)
    outside[edges] = True
    outside[0] = False
    return ~np.asarray(outside[numbers])
