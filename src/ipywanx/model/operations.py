"""What is one step of a mask's, or of a drawing's, making?

Coordinates are image pixels, origin top left, x to the right, y down; they may lie outside the
picture. On a mask (mode L) a step draws to exactly 0 (keep) and 255 (edit); on a drawing (mode RGB)
in its colour, with smooth edges. :mod:`~ipywanx.model.steps` makes them.
"""

from __future__ import annotations

import base64
import io
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from ipywanx.errors import brief
from ipywanx.model.pixels import open_header
from ipywanx.model.regions import connected_region, grown
from ipywanx.model.strokes import Point, draw_ellipse, draw_stroke

Mode = Literal["L", "RGB"]
"""What is drawn on, by Pillow's names: a mask, or a drawing in colours."""
Value = int | str
"""What a step's pixels become: :data:`EDIT` or :data:`KEEP` on a mask, ``#rrggbb`` on a drawing."""
EDIT, KEEP = 255, 0
"""The two values of a mask: white is edited, black is kept."""
PAPER, INK = "#ffffff", "#000000"
"""The ground of a drawing, and what draws on it where no colour is named."""
COLOR = re.compile("#[0-9a-fA-F]{6}")
BLANK: Mapping[str, Value] = {"L": KEEP, "RGB": PAPER}
"""What nothing was drawn on is filled with."""

Box = tuple[int, int, int, int]
"""Left, top, right, bottom; right and bottom are just outside."""
Name = Literal[
    "stroke",
    "rectangle",
    "ellipse",
    "polygon",
    "fill",
    "grow",
    "smooth",
    "invert",
    "clear",
    "paste",
    "region",
]
SHAPES = {"stroke", "rectangle", "ellipse", "polygon"}
_LARGEST_COVER = 2**24  # pixels; a larger shape's edges are less smooth, and less seen


@dataclass(frozen=True, slots=True)
class Operation:
    """One step of a mask's or a drawing's making; use :func:`.steps.operation`, which checks it.

    Attributes:
        name: Which step.
        points: The stroke's path, the polygon's corners, the fill's seed, a box's two corners, or
            a region's top left.
        radius: The brush's radius (its largest, where it has one at each point), or how far
            ``grow`` grows (negative shrinks) or ``smooth`` rounds, in pixels.
        value: 255 paints a mask and 0 erases it; a drawing is painted in a colour, ``#rrggbb``.
        png: The 1-bit PNG of a pasted mask or of a region; a pasted picture's RGB PNG.
        radii: The brush's radius at each point of the stroke, where it changes along the way.
    """

    name: Name
    points: tuple[Point, ...] = ()
    radius: float = 0.0
    value: Value = EDIT
    png: bytes = b""
    radii: tuple[float, ...] = ()

    def __repr__(self) -> str:
        return f"<Operation {brief(self.to_plain())}>"

    def draw(self, canvas: Image.Image) -> Image.Image:
        """The canvas after this step, in its mode. May draw on the one given."""
        if canvas.mode == "RGB" and self.name in SHAPES:
            self._draw_smoothly(canvas)
            return canvas
        pen = ImageDraw.Draw(canvas)
        match self.name:
            case "stroke":
                draw_stroke(pen, self.points, self.radii or (self.radius,), self.value)
            case "rectangle":
                pen.rectangle(self._corners(), fill=self.value)
            case "ellipse":
                draw_ellipse(pen, self._corners(), self.value)
            case "polygon":
                pen.polygon(self.points, fill=self.value)
            case "fill":
                canvas.paste(self.value, mask=connected_region(canvas, self.points[0]))
            case "grow":
                return grown(canvas, round(self.radius))
            case "smooth":
                return sharp(canvas.filter(ImageFilter.GaussianBlur(self.radius)))
            case "invert":
                return ImageChops.invert(canvas)
            case "clear":
                canvas.paste(BLANK[canvas.mode], (0, 0, *canvas.size))
            case "paste":
                picture = Image.open(io.BytesIO(self.png))
                canvas.paste(sharp(picture) if canvas.mode == "L" else picture.convert("RGB"))
            case "region":
                (left, top), picture = self.points[0], Image.open(io.BytesIO(self.png))
                canvas.paste(self.value, (round(left), round(top)), sharp(picture))
        return canvas

    def reach(self, size: tuple[int, int]) -> Box:
        """The box outside of which this step changes nothing, inside a mask of this size."""
        if self.name == "region":
            width, height = open_header(self.png, "the region").size
            left, top = (round(at) for at in self.points[0])
            box = (left, top, left + width, top + height)
        elif self.name in SHAPES:
            xs, ys = zip(*self.points, strict=True)
            edge = math.ceil(self.radius) + 2
            box = (
                math.floor(min(xs)) - edge,
                math.floor(min(ys)) - edge,
                math.ceil(max(xs)) + edge,
                math.ceil(max(ys)) + edge,
            )
        else:
            box = (0, 0, *size)
        left, top = (min(max(0, at), side) for at, side in zip(box[:2], size, strict=True))
        right, bottom = (min(max(0, at), side) for at, side in zip(box[2:], size, strict=True))
        return left, top, max(left, right), max(top, bottom)

    def with_value(self, value: Value) -> Operation:
        """The same step painting (255) or erasing (0)."""
        return replace(self, value=value)

    def to_plain(self) -> dict[str, Any]:
        """The step as JSON values, without what it leaves at its default."""
        plain: dict[str, Any] = {"op": self.name}
        if self.points:
            plain["points"] = self.points
        if self.radii:
            plain["radii"] = self.radii
        elif self.radius:
            plain["radius"] = self.radius
        if self.value != EDIT:
            plain["value"] = self.value
        if self.png:
            plain["png"] = base64.b64encode(self.png).decode("ascii")
        return plain

    def _draw_smoothly(self, canvas: Image.Image) -> None:
        """Draw some times as large, as on a mask, and lay that down small: its greys are edges."""
        left, top, right, bottom = box = self.reach(canvas.size)
        width, height = right - left, bottom - top
        if not width or not height:
            return
        by = next((by for by in (4, 2) if width * height * by * by <= _LARGEST_COVER), 1)
        large = replace(
            self,
            points=tuple(((x - left) * by, (y - top) * by) for x, y in self.points),
            radius=self.radius * by,
            radii=tuple(radius * by for radius in self.radii),
            value=EDIT,
        )
        cover = large.draw(Image.new("L", (width * by, height * by), KEEP)).reduce(by)
        canvas.paste(self.value, box, cover)

    def _corners(self) -> list[float]:
        """Pillow's inclusive corners of the half-open box that was asked for."""
        (left, top), (right, bottom) = self.points
        return [left, top, max(left, right - 1), max(top, bottom - 1)]


def sharp(image: Image.Image) -> Image.Image:
    """Only 0 and 255: what is brighter than half is edited."""
    return image.convert("L").point(lambda value: EDIT if value > 127 else KEEP)


def packed(image: Image.Image) -> bytes:
    """A mask's pixels as a 1-bit PNG."""
    stream = io.BytesIO()
    image.convert("1", dither=Image.Dither.NONE).save(stream, "PNG", compress_level=3)
    return stream.getvalue()
