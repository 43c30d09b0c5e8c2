"""What is a mask?

A list of operations in image coordinates: pixels, origin top left, x to the right, y down. A
:class:`Mask` never changes; each call returns a new one. :meth:`Mask.to_image` draws the list at
the picture's size, to exactly 0 (keep) and 255 (edit), as the vendor asks (image edit API
reference, ``mask_image_url``).
"""

from __future__ import annotations

import json
import math
import operator
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from PIL import Image

from ipywanx.errors import UnusableImage, UnusableMask
from ipywanx.model.images import MAX_SIDE, open_image
from ipywanx.model.operations import (
    EDIT,
    KEEP,
    Name,
    Operation,
    Point,
    from_plain,
    is_number,
    operation,
    packed,
    sharp,
)
from ipywanx.model.pixels import BROKEN, to_rgb, with_alpha


@dataclass(frozen=True)
class Mask:
    """Where a picture is to be edited.

    Attributes:
        size: (width, height) in pixels, the picture's own size.
        operations: The steps that made it, oldest first.
    """

    size: tuple[int, int]
    operations: tuple[Operation, ...] = ()

    def __post_init__(self) -> None:
        try:
            width, height = (int(operator.index(side)) for side in self.size)
        except (TypeError, ValueError):
            raise UnusableMask(
                f"A mask's size is (width, height) in whole pixels, not {self.size!r}."
            ) from None
        object.__setattr__(self, "size", (width, height))
        if not (1 <= width <= MAX_SIDE and 1 <= height <= MAX_SIDE):
            raise UnusableMask(
                f"A mask of {width}×{height} pixels cannot be; each side has 1 to {MAX_SIDE}."
            )

    def stroke(self, points: Iterable[Sequence[float]], radius: float) -> Mask:
        """Paint along ``points`` with a round brush of ``radius`` pixels."""
        return self._with("stroke", points, radius=radius)

    def erase(self, points: Iterable[Sequence[float]], radius: float) -> Mask:
        """Rub out along ``points`` with a round eraser of ``radius`` pixels."""
        return self._with("stroke", points, radius=radius, value=KEEP)

    def rectangle(
        self, x: float, y: float, width: float, height: float, *, erase: bool = False
    ) -> Mask:
        """Paint the box from (x, y), ``width`` × ``height`` pixels; or rub it out."""
        return self._with("rectangle", _corners(x, y, width, height), value=_value(erase))

    def ellipse(
        self, x: float, y: float, width: float, height: float, *, erase: bool = False
    ) -> Mask:
        """Paint the ellipse inside the box from (x, y), or rub it out."""
        return self._with("ellipse", _corners(x, y, width, height), value=_value(erase))

    def polygon(self, points: Iterable[Sequence[float]], *, erase: bool = False) -> Mask:
        """Paint the inside of a closed polygon of at least three corners, or rub it out."""
        return self._with("polygon", points, value=_value(erase))

    def fill(self, point: Sequence[float]) -> Mask:
        """Paint the unpainted region around ``point``, up to the outline that encloses it."""
        return self._with("fill", [point])

    def region(self, pixels: Any, x: int = 0, y: int = 0, *, erase: bool = False) -> Mask:
        """Paint where ``pixels`` is true or bright, its top left at (x, y); or rub out there.

        Args:
            pixels: A boolean array (height, width), or any picture: what a model selected, say.
            x: Left of its first column, in pixels.
            y: Top of its first row, in pixels.
            erase: Rub out instead.
        """
        png = packed(_flat(open_image(pixels)))
        return self._with("region", [(x, y)], value=_value(erase), png=png)

    def grow(self, pixels: int) -> Mask:
        """Grow the painted area by ``pixels`` on all sides; a negative number shrinks it."""
        return self._with("grow", radius=pixels)

    def smooth(self, radius: float) -> Mask:
        """Round corners and drop specks smaller than about ``radius`` pixels; stays 0 and 255."""
        return self._with("smooth", radius=radius)

    def invert(self) -> Mask:
        """Swap what is edited and what is kept."""
        return self._with("invert")

    def clear(self) -> Mask:
        """Keep everything; the steps before stay in the list."""
        return self._with("clear")

    def to_image(self) -> Image.Image:
        """The mask as mode L, exactly the picture's size, only 0 and 255; 255 = edit."""
        canvas = Image.new("L", self.size, KEEP)
        for step in self.operations:
            canvas = step.draw(canvas)
        return canvas

    @property
    def area(self) -> float:
        """The edited part of the picture, from 0.0 to 1.0."""
        return self.to_image().histogram()[EDIT] / (self.size[0] * self.size[1])

    @classmethod
    def from_image(cls, source: Any) -> Mask:
        """The mask that a picture shows: pixels brighter than half are edited.

        Args:
            source: A path, bytes, PIL image, array (bool arrays too) or earlier result;
                transparent is dark.

        Raises:
            UnusableImage: Not a picture.
        """
        grey = _flat(open_image(source))
        return cls(grey.size, (operation("paste", size=grey.size, png=packed(grey)),))

    def to_json(self) -> str:
        """The list of operations as JSON text, for :meth:`from_json`."""
        steps = [step.to_plain() for step in self.operations]
        return json.dumps({"version": 1, "size": self.size, "operations": steps})

    @classmethod
    def from_json(cls, text: str) -> Mask:
        """The mask that :meth:`to_json` wrote.

        Raises:
            UnusableMask: The text is not such a list.
        """
        try:
            plain = json.loads(text)
            size = cls(plain["size"]).size
            mask = cls(size, tuple(from_plain(step, size) for step in plain["operations"]))
            mask.to_image()  # a list that cannot be drawn is refused here, not when it is sent
        except (*BROKEN, UnusableImage, UnusableMask) as error:
            raise UnusableMask(
                f"The text is not a mask's JSON ({type(error).__name__}).",
                hint="Give what Mask.to_json() returned.",
            ) from None
        return mask

    def _with(self, name: Name, points: Iterable[Sequence[float]] = (), **values: Any) -> Mask:
        step = operation(name, points, size=self.size, **values)
        return Mask(self.size, (*self.operations, step))


def _value(erase: bool) -> int:
    return KEEP if erase else EDIT


def _corners(x: float, y: float, width: float, height: float) -> tuple[Point, Point]:
    if not all(is_number(number) for number in (x, y, width, height)):
        raise UnusableMask(f"A box is four numbers, not {(x, y, width, height)!r}.")
    if not (width > 0 and height > 0 and math.isfinite(width + height)):
        raise UnusableMask(f"The box is {width}×{height}; both sides must be over 0.")
    return (x, y), (x + width, y + height)


def _flat(image: Image.Image) -> Image.Image:
    """Any picture as 0 and 255; transparent is dark."""
    if image.has_transparency_data:
        ground = Image.new("RGBA", image.size, "black")
        image = Image.alpha_composite(ground, with_alpha(image)).convert("RGB")
    return sharp(to_rgb(image, []))
