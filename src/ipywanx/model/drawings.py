"""What is a drawing? Strokes and shapes in colours on white paper, for ``doodle``."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from PIL import Image

from ipywanx.errors import InvalidRequest, UnusableImage
from ipywanx.model.loading import open_image
from ipywanx.model.operations import INK, PAPER, Mode
from ipywanx.model.pixels import to_rgb
from ipywanx.model.sheets import Sheet
from ipywanx.text import Text


class Drawing(Sheet):
    """A sheet of paper and what was drawn on it; colours are written as ``#rrggbb``.

    Attributes:
        size: (width, height) in pixels.
        operations: The steps that made it, oldest first.
    """

    mode: ClassVar[Mode] = "RGB"
    noun: ClassVar[Text] = Text("drawing", "草图")
    refusal: ClassVar[type[InvalidRequest]] = UnusableImage

    @property
    def image(self) -> Image.Image:
        """Its pixels, mode RGB: what an edit takes as its picture."""
        return self.to_image()

    def _ipywanx_image_(self) -> tuple[Image.Image, Text | None]:
        return self.image, None

    def stroke(
        self,
        points: Iterable[Sequence[float]],
        radius: float | Sequence[float],
        color: str = INK,
    ) -> Drawing:
        """Draw along ``points`` with a round brush of ``radius`` pixels, or one at each point."""
        return self._with("stroke", points, radius=radius, value=color)

    def erase(self, points: Iterable[Sequence[float]], radius: float | Sequence[float]) -> Drawing:
        """Rub out along ``points``, back to the white of the paper."""
        return self.stroke(points, radius, PAPER)

    def rectangle(
        self, x: float, y: float, width: float, height: float, color: str = INK
    ) -> Drawing:
        """Fill the box from (x, y), ``width`` × ``height`` pixels."""
        return self._with("rectangle", self._corners(x, y, width, height), value=color)

    def ellipse(self, x: float, y: float, width: float, height: float, color: str = INK) -> Drawing:
        """Fill the ellipse inside the box from (x, y)."""
        return self._with("ellipse", self._corners(x, y, width, height), value=color)

    def polygon(self, points: Iterable[Sequence[float]], color: str = INK) -> Drawing:
        """Fill a closed polygon of at least three corners."""
        return self._with("polygon", points, value=color)

    def fill(self, point: Sequence[float], color: str = INK) -> Drawing:
        """Fill the region of one colour around ``point``, up to the outline that encloses it."""
        return self._with("fill", [point], value=color)

    def clear(self) -> Drawing:
        """Blank paper again; the steps before stay in the list."""
        return self._with("clear")

    @classmethod
    def from_image(cls, source: Any) -> Drawing:
        """A drawing that begins with a picture: a path, bytes, PIL image, array or result.

        Raises:
            UnusableImage: Not a picture, or larger than 4096 pixels a side.
        """
        picture = to_rgb(open_image(source), [])
        stream = io.BytesIO()
        picture.save(stream, "PNG", compress_level=3)
        blank = cls(picture.size)
        return blank.with_steps(blank.step("paste", png=stream.getvalue()))
