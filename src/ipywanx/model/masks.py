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
from ipywanx.model.operations import EDIT, KEEP, Mode, packed, sharp
from ipywanx.model.recognition import read_mask
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
                or what :meth:`from_image` takes.
            x: Left of its first column, in pixels.
            y: Top of its first row, in pixels.
            erase: Rub out instead.
        """
        png = packed(read_mask(pixels, []))
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
    def from_image(cls, source: Any, *, size: tuple[int, int] | None = None) -> Mask:
        """The mask that a picture or an array shows: white is edited, black is kept.

        One that is 0 and 1, or 0 and a label, is edited where it is not 0; a layer with paint on
        it, where the paint is; a photo with a transparent hole, in the hole. ``notices`` says so
        where it is a guess, and how much will be edited.

        Args:
            source: A path, bytes, PIL image, array or earlier result. A ``Mask`` is itself, and a
                ``MaskEditor`` is what is painted in it.
            size: Make it fit a picture of this size, if it has the same proportions.

        Raises:
            UnusableImage: Not a picture.
            UnusableMask: Nobody can know which part is meant: there are several labels, or it is
                a photo. The error shows how to say it in code.
        """
        if hasattr(type(source), "_ipywanx_mask_"):
            mask: Mask = source._ipywanx_mask_()
            return mask.resized(size) if size and _is_alike(mask.size, size) else mask
        notices: list[Text] = []
        pixels = read_mask(source, notices, fit=size is not None)
        if size and _is_alike(pixels.size, size):
            pixels = _resized(pixels, size, notices)
        return cls._of(pixels, notices)

    def resized(self, size: tuple[int, int]) -> Mask:
        """The same mask for a picture of another size, as one step."""
        if size == self.size:
            return self
        notices = list(self.notices)
        return self._of(_resized(self.to_image(), size, notices), notices)

    @classmethod
    def _of(cls, pixels: Image.Image, notices: Iterable[Text]) -> Mask:
        step = cls(pixels.size).step("paste", png=packed(pixels))
        mask = cls(pixels.size, (step,))
        object.__setattr__(mask, "notices", tuple(notices))
        return mask


def _resized(pixels: Image.Image, size: tuple[int, int], notices: list[Text]) -> Image.Image:
    if pixels.size == size:
        return pixels
    old, new = (f"{width}×{height}" for width, height in (pixels.size, size))
    notices.append(
        Text(
            f"The mask was resized from {old} to {new} pixels.",
            f"蒙版已从 {old} 像素缩放为 {new} 像素。",
        )
    )
    return sharp(pixels.resize(size, Image.Resampling.BILINEAR))


def _is_alike(size: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether two sizes have the same proportions, but for a rounding."""
    across, down = size[0] * other[1], size[1] * other[0]
    return abs(across - down) <= max(across, down) / 100


def _value(erase: bool) -> int:
    return KEEP if erase else EDIT
