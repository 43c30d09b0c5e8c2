"""What does the magic wand take? A region by its colour, or by a callable of the person's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PIL import Image

from ipywanx.errors import UnusableImage, UnusableMask
from ipywanx.model.masks import Mask
from ipywanx.model.operations import Operation, Value
from ipywanx.model.regions import similar_region
from ipywanx.model.strokes import Point
from ipywanx.text import Text

Select = Callable[[Image.Image, Point], Any]
"""A picture and a point (x, y) in its pixels, to a boolean array (height, width)."""


class Wand:
    """Makes regions, and the last one again with another tolerance.

    Args:
        picture: What is looked at, mode RGB.

    Attributes:
        select: What is asked instead of looking at colours.
        last: The region by colour that was made last.
    """

    def __init__(self, picture: Image.Image, select: Select | None) -> None:
        self._picture = picture
        self.select = select
        self.last: Operation | None = None
        self._at: Point = (0.0, 0.0)

    def take(self, point: Any, tolerance: float, value: Value) -> Operation:
        """The region at a point, as a step that paints ``value``.

        Raises:
            UnusableMask, UnusableImage: There is none, or ``select`` failed.
        """
        x, y = (float(at) for at in point)
        if not (0 <= x < self._picture.width and 0 <= y < self._picture.height):
            at = f"({x:.0f}, {y:.0f})"
            raise UnusableMask(
                Text(f"The point {at} is outside the picture.", f"点 {at} 在图片之外。")
            )
        if self.select is not None:
            return self._region(self._asked(self.select, (x, y)), value)
        return self._alike((x, y), tolerance, value)

    def retake(self, tolerance: float) -> Operation:
        """The last region by colour with another tolerance."""
        if self.last is None:
            raise UnusableMask(Text("The wand has taken nothing yet.", "魔棒还没有选取任何内容。"))
        return self._alike(self._at, tolerance, self.last.value)

    def _alike(self, point: Point, tolerance: float, value: Value) -> Operation:
        found = similar_region(self._picture, point, float(tolerance))
        self.last, self._at = self._region(found, value), point
        return self.last

    def _region(self, found: Any, value: Value) -> Operation:
        """The found pixels as a step no larger than they are: so it is sent and undone fast."""
        import numpy as np

        found = np.asarray(found)
        rows, columns = (np.flatnonzero(found.any(axis=axis)) for axis in (1, 0))
        if not rows.size:
            raise UnusableMask(Text("Nothing was selected there.", "那里没有选中任何内容。"))
        left, top = int(columns[0]), int(rows[0])
        box = found[top : rows[-1] + 1, left : columns[-1] + 1]
        return Mask(self._picture.size).region(box, left, top).operations[0].with_value(value)

    def _asked(self, select: Select, point: Point) -> Any:
        width, height = self._picture.size
        try:
            found = select(self._picture.copy(), point)
        except Exception as error:
            why = f"{type(error).__name__}: {error}"
            raise UnusableImage(Text(f"select failed: {why}", f"select 失败：{why}")) from error
        if getattr(found, "shape", None) != (height, width):
            given, wanted = getattr(found, "shape", type(found).__name__), (height, width)
            raise UnusableMask(
                Text(
                    f"select gave {given}; expected a boolean array of the shape {wanted}.",
                    f"select 给出了 {given}；应为形状是 {wanted} 的布尔数组。",
                )
            )
        return found
