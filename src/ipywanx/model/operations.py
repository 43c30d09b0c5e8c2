"""What is one step of a mask's making?

Coordinates are image pixels, origin top left, x to the right, y down; they may lie outside the
picture. Every step is checked when it is made, whether a person's code, stored JSON or a browser
asks for it, and draws to exactly 0 (keep) and 255 (edit).
"""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from numbers import Real
from typing import Any, Literal, get_args

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from ipywanx.errors import UnusableMask
from ipywanx.model.images import MAX_SIDE
from ipywanx.model.pixels import open_header
from ipywanx.model.regions import connected_region, grown

EDIT, KEEP = 255, 0
"""The two values of a mask: white is edited, black is kept."""

Point = tuple[float, float]
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
_FEWEST_POINTS = {
    "stroke": 1, "rectangle": 2, "ellipse": 2, "polygon": 3, "fill": 1, "region": 1
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Operation:
    """One step of a mask's making; use :func:`operation`, which checks it.

    Attributes:
        name: Which step.
        points: The stroke's path, the polygon's corners, the fill's seed, a box's two corners, or
            a region's top left.
        radius: The brush's radius, or how far ``grow`` grows (negative shrinks) or ``smooth``
            rounds, in pixels.
        value: 255 paints, 0 erases.
        png: The 1-bit PNG of a pasted mask or of a region.
    """

    name: Name
    points: tuple[Point, ...] = ()
    radius: float = 0.0
    value: int = EDIT
    png: bytes = b""

    def draw(self, canvas: Image.Image) -> Image.Image:
        """The canvas after this step; mode L. May draw on the one given."""
        pen = ImageDraw.Draw(canvas)
        match self.name:
            case "stroke":
                self._stroke(pen)
            case "rectangle":
                pen.rectangle(self._corners(), fill=self.value)
            case "ellipse":
                _ellipse(pen, self._corners(), self.value)
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
                canvas.paste(KEEP, (0, 0, *canvas.size))
            case "paste":
                canvas.paste(self._picture())
            case "region":
                (left, top), picture = self.points[0], self._picture()
                canvas.paste(self.value, (round(left), round(top)), picture)
        return canvas

    def reach(self, size: tuple[int, int]) -> Box:
        """The box outside of which this step changes nothing, inside a mask of this size."""
        if self.name == "region":
            width, height = open_header(self.png, "the region").size
            left, top = (round(at) for at in self.points[0])
            box = (left, top, left + width, top + height)
        elif self.name in {"stroke", "rectangle", "ellipse", "polygon"}:
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

    def with_value(self, value: int) -> Operation:
        """The same step painting (255) or erasing (0)."""
        return replace(self, value=value)

    def to_plain(self) -> dict[str, Any]:
        """The step as JSON values, without what it leaves at its default."""
        plain: dict[str, Any] = {"op": self.name}
        if self.points:
            plain["points"] = self.points
        if self.radius:
            plain["radius"] = self.radius
        if self.value != EDIT:
            plain["value"] = self.value
        if self.png:
            plain["png"] = base64.b64encode(self.png).decode("ascii")
        return plain

    def _stroke(self, pen: ImageDraw.ImageDraw) -> None:
        """A disk on every point and a thick line between them: round ends, round joints."""
        radius = self.radius
        if len(self.points) > 1:
            pen.line(self.points, fill=self.value, width=max(1, round(2 * radius)))
        for x, y in self.points:
            # Rounded here: Pillow would cut the fractions off, and so draw to the upper left.
            box = [round(at) for at in (x - radius, y - radius, x + radius, y + radius)]
            _ellipse(pen, box, self.value)

    def _corners(self) -> list[float]:
        """Pillow's inclusive corners of the half-open box that was asked for."""
        (left, top), (right, bottom) = self.points
        return [left, top, max(left, right - 1), max(top, bottom - 1)]

    def _picture(self) -> Image.Image:
        return sharp(Image.open(io.BytesIO(self.png)))


def operation(
    name: Name,
    points: Iterable[Sequence[float]] = (),
    *,
    size: tuple[int, int],
    radius: Any = 0.0,
    value: int = EDIT,
    png: bytes = b"",
) -> Operation:
    """A checked step for a mask of this size.

    Raises:
        UnusableMask: It is not one of the steps, or its numbers make no sense.
    """
    if name not in get_args(Name) or value not in {EDIT, KEEP}:
        raise UnusableMask(f"There is no step {name!r} with the value {value!r}.")
    least = _FEWEST_POINTS.get(name, 0)
    checked = _points(points) if least else ()
    if name == "polygon" and len(checked) < least:
        raise UnusableMask(f"A polygon needs 3 corners or more; {len(checked)} were given.")
    if len(checked) < least:
        raise UnusableMask(f"A {name} needs {least} points; {len(checked)} were given.")
    if name in {"stroke", "smooth"}:
        _check_radius(radius)
    if name == "grow" and (not is_number(radius) or not abs(radius) <= MAX_SIDE):
        raise UnusableMask(f"grow takes -{MAX_SIDE} to {MAX_SIDE} pixels, not {radius!r}.")
    if name == "fill" and not all(
        0 <= at < side for at, side in zip(checked[0], size, strict=True)
    ):
        raise UnusableMask(f"The point {checked[0]} is outside the {size[0]}×{size[1]} mask.")
    if name in {"rectangle", "ellipse"} and any(a >= b for a, b in zip(*checked[:2], strict=True)):
        raise UnusableMask("The box is empty; both of its sides must be over 0.")
    if name in {"paste", "region"}:
        header = open_header(png, "the mask")
        fits = header.size == size if name == "paste" else max(header.size) <= MAX_SIDE
        if header.format != "PNG" or not fits:
            raise UnusableMask(f"A {name} needs a PNG of a fitting size, not {header.size}.")
    keeps_radius = name in {"stroke", "smooth", "grow"}
    return Operation(name, checked, float(radius) if keeps_radius else 0.0, value, png)


def from_plain(plain: Mapping[str, Any], size: tuple[int, int]) -> Operation:
    """The step that :meth:`Operation.to_plain` wrote.

    Raises:
        UnusableMask: It is not one.
        ValueError, TypeError, LookupError: It is not even of that shape.
    """
    return operation(
        plain["op"],
        plain.get("points", ()),
        size=size,
        radius=plain.get("radius", 0.0),
        value=plain.get("value", EDIT),
        png=base64.b64decode(plain.get("png", ""), validate=True),
    )


def sharp(image: Image.Image) -> Image.Image:
    """Only 0 and 255: what is brighter than half is edited."""
    return image.convert("L").point(lambda value: EDIT if value > 127 else KEEP)


def packed(image: Image.Image) -> bytes:
    """A mask's pixels as a 1-bit PNG."""
    stream = io.BytesIO()
    image.convert("1", dither=Image.Dither.NONE).save(stream, "PNG", compress_level=3)
    return stream.getvalue()


def _ellipse(pen: ImageDraw.ImageDraw, box: Sequence[float], value: int) -> None:
    """An ellipse in inclusive corners; one of a single pixel too, which Pillow leaves out."""
    pen.ellipse(box, fill=value)
    if box[2] - box[0] < 2 or box[3] - box[1] < 2:
        pen.point(((box[0] + box[2]) / 2, (box[1] + box[3]) / 2), fill=value)


def is_number(value: Any) -> bool:
    """Whether it counts as one coordinate: True and False do not."""
    return isinstance(value, Real) and not isinstance(value, bool)


def _points(points: Iterable[Sequence[float]]) -> tuple[Point, ...]:
    """Checked points; they may lie outside the picture, but not out of reason."""
    try:
        checked = tuple((float(x), float(y)) for x, y in points)
    except (OverflowError, TypeError, ValueError):
        raise UnusableMask("Points are pairs of numbers, such as [(10, 10), (500, 300)].") from None
    if not checked or any(not abs(at) < 1e6 for point in checked for at in point):
        raise UnusableMask("A shape needs at least one point, with finite coordinates.")
    return checked


def _check_radius(radius: Any) -> None:
    if not is_number(radius) or not 0 < radius <= MAX_SIDE:
        raise UnusableMask(f"The radius is {radius!r}; it must be over 0 and at most {MAX_SIDE}.")
