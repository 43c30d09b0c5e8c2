"""What is a mask?

A list of operations in image coordinates: pixels, origin top left, x to the right, y down. A
:class:`Mask` never changes; each call returns a new one. :meth:`Mask.to_image` draws the list at
the picture's size, to exactly 0 (keep) and 255 (edit), as the vendor asks (image edit API
reference, ``mask_image_url``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from PIL import Image

from ipywanx.errors import InvalidRequest, UnusableMask
from ipywanx.model.loading import open_image
from ipywanx.model.operations import EDIT, KEEP, Mode, packed, sharp
from ipywanx.model.pixels import to_rgb, with_alpha
from ipywanx.model.recognition import as_truths
from ipywanx.model.sheets import Sheet
from ipywanx.text import Text


class Mask(Sheet):
    """Where a picture is to be edited.

    Attributes:
        size: (width, height) in pixels, the picture's own size.
        operations: The steps that made it, oldest first.
    """

    mode: ClassVar[Mode] = "L"
    noun: ClassVar[Text] = Text("mask", "蒙版")
    refusal: ClassVar[type[InvalidRequest]] = UnusableMask

    def _ipywanx_mask_(self) -> Mask:
        """What an edit takes of it as its mask."""
        return self

    def stroke(self, points: Iterable[Sequence[float]], radius: float | Sequence[float]) -> Mask:
        """Paint along ``points`` with a round brush of ``radius`` pixels, or one at each point."""
        return self._with("stroke", points, radius=radius)

    def erase(self, points: Iterable[Sequence[float]], radius: float | Sequence[float]) -> Mask:
        """Rub out along ``points`` with a round eraser of ``radius`` pixels, or one at each."""
        return self._with("stroke", points, radius=radius, value=KEEP)

    def rectangle(
        self, x: float, y: float, width: float, height: float, *, erase: bool = False
    ) -> Mask:
        """Paint the box from (x, y), ``width`` × ``height`` pixels; or rub it out."""
        return self._with("rectangle", self._corners(x, y, width, height), value=_value(erase))

    def ellipse(
        self, x: float, y: float, width: float, height: float, *, erase: bool = False
    ) -> Mask:
        """Paint the ellipse inside the box from (x, y), or rub it out."""
        return self._with("ellipse", self._corners(x, y, width, height), value=_value(erase))

    def polygon(self, points: Iterable[Sequence[float]], *, erase: bool = False) -> Mask:
        """Paint the inside of a closed polygon of at least three corners, or rub it out."""
        return self._with("polygon", points, value=_value(erase))

    def fill(self, point: Sequence[float]) -> Mask:
        """Paint the unpainted region around ``point``, up to the outline that encloses it."""
        return self._with("fill", [point])

    def region(self, pixels: Any, x: int = 0, y: int = 0, *, erase: bool = False) -> Mask:
        """Paint where ``pixels`` is true or bright, its top left at (x, y); or rub out there.

        Args:
            pixels: A boolean array (height, width), or one of 0 and 1: what a model selected, say;
                or any picture.
            x: Left of its first column, in pixels.
            y: Top of its first row, in pixels.
            erase: Rub out instead.
        """
        png = packed(_flat(open_image(as_truths(pixels, []))))
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

    @property
    def area(self) -> float:
        """The edited part of the picture, from 0.0 to 1.0."""
        return self.to_image().histogram()[EDIT] / (self.size[0] * self.size[1])

    def _facts(self) -> str:
        return f"{super()._facts()}, {100 * self.area:.3g}% edited"

    @classmethod
    def from_image(cls, source: Any) -> Mask:
        """The mask that a picture shows: pixels brighter than half are edited.

        Args:
            source: A path, bytes, PIL image, array or earlier result; transparent is dark. An
                array may be of booleans, or of 0 and 1: then 1 is edited. A ``Mask`` is itself,
                and a ``MaskEditor`` what is painted in it.

        Raises:
            UnusableImage: Not a picture.
        """
        if hasattr(type(source), "_ipywanx_mask_"):
            mask: Mask = source._ipywanx_mask_()
            return mask
        grey = _flat(open_image(as_truths(source, [])))
        blank = cls(grey.size)
        return blank.with_steps(blank.step("paste", png=packed(grey)))


def _value(erase: bool) -> int:
    return KEEP if erase else EDIT


def _flat(image: Image.Image) -> Image.Image:
    """Any picture as 0 and 255; transparent is dark."""
    if image.has_transparency_data:
        ground = Image.new("RGBA", image.size, "black")
        image = Image.alpha_composite(ground, with_alpha(image)).convert("RGB")
    return sharp(to_rgb(image, []))
