"""What is one step of a mask's, or of a drawing's, making?

Coordinates are image pixels, origin top left, x to the right, y down; they may lie outside the
picture. Every step is checked when it is made, whether a person's code, stored JSON or a browser
asks for it. On a mask (mode L) it draws to exactly 0 (keep) and 255 (edit); on a drawing (mode
RGB) in its colour, with smooth edges.
"""

from __future__ import annotations

import base64
import io
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from numbers import Real
from typing import Any, Literal, get_args

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from ipywanx.errors import UnusableMask
from ipywanx.model.images import MAX_SIDE
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
_FEWEST_POINTS = {
    "stroke": 1, "rectangle": 2, "ellipse": 2, "polygon": 3, "fill": 1, "region": 1
}  # fmt: skip
_SHAPES = {"stroke", "rectangle", "ellipse", "polygon"}
_TAKES_VALUE = _SHAPES | {"fill", "region"}
_LARGEST_COVER = 2**24  # pixels; a larger shape's edges are less smooth, and less seen
_ON_MASKS_ONLY = {"grow", "smooth", "invert"}


@dataclass(frozen=True, slots=True)
class Operation:
    """One step of a mask's or a drawing's making; use :func:`operation`, which checks it.

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

    def draw(self, canvas: Image.Image) -> Image.Image:
        """The canvas after this step, in its mode. May draw on the one given."""
        if canvas.mode == "RGB" and self.name in _SHAPES:
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
        elif self.name in _SHAPES:
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


def operation(
    name: Name,
    points: Iterable[Sequence[float]] = (),
    *,
    size: tuple[int, int],
    mode: Mode = "L",
    radius: Any = 0.0,
    value: Value | None = None,
    png: bytes = b"",
) -> Operation:
    """A checked step for a mask or a drawing of this size.

    Args:
        name: Which step.
        points: See :class:`Operation`.
        size: (width, height) of what is drawn on, in pixels.
        mode: Whether that is a mask or a drawing.
        radius: Of the brush, one or one for each point; or how far to grow or smooth.
        value: What its pixels become; None paints: 255 on a mask, black on a drawing.
        png: Of what is pasted, or of a region.

    Raises:
        UnusableMask: It is not one of the steps, or its numbers make no sense.
    """
    if name not in get_args(Name) or (mode != "L" and name in _ON_MASKS_ONLY):
        raise UnusableMask(f"There is no step {name!r} here.")
    least = _FEWEST_POINTS.get(name, 0)
    checked = _points(points) if least else ()
    if name == "polygon" and len(checked) < least:
        raise UnusableMask(f"A polygon needs 3 corners or more; {len(checked)} were given.")
    if len(checked) < least:
        raise UnusableMask(f"A {name} needs {least} points; {len(checked)} were given.")
    radii = _radii(radius, len(checked) or 1) if name in {"stroke", "smooth"} else ()
    if name == "grow" and (not is_number(radius) or not abs(radius) <= MAX_SIDE):
        raise UnusableMask(f"grow takes -{MAX_SIDE} to {MAX_SIDE} pixels, not {radius!r}.")
    if name == "fill" and not all(
        0 <= at < side for at, side in zip(checked[0], size, strict=True)
    ):
        raise UnusableMask(f"The point {checked[0]} is outside the {size[0]}×{size[1]} pixels.")
    if name in {"rectangle", "ellipse"} and any(a >= b for a, b in zip(*checked[:2], strict=True)):
        raise UnusableMask("The box is empty; both of its sides must be over 0.")
    if name in {"paste", "region"}:
        header = open_header(png, "the mask")
        fits = header.size == size if name == "paste" else max(header.size) <= MAX_SIDE
        if header.format != "PNG" or not fits:
            raise UnusableMask(f"A {name} needs a PNG of a fitting size, not {header.size}.")
    return Operation(
        name,
        checked,
        max(radii) if radii else float(radius) if name == "grow" else 0.0,
        _value(value, mode) if name in _TAKES_VALUE else EDIT,
        png,
        radii if len(radii) > 1 else (),
    )


def from_plain(plain: Mapping[str, Any], size: tuple[int, int], mode: Mode = "L") -> Operation:
    """The step that :meth:`Operation.to_plain` wrote.

    Raises:
        UnusableMask: It is not one.
        ValueError, TypeError, LookupError: It is not even of that shape.
    """
    return operation(
        plain["op"],
        plain.get("points", ()),
        size=size,
        mode=mode,
        radius=plain.get("radii") or plain.get("radius", 0.0),
        value=plain.get("value"),
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


def _radii(radius: Any, count: int) -> tuple[float, ...]:
    """The checked radius: one, or one for each point where they are not all the same."""
    radius = radius.tolist() if hasattr(radius, "tolist") else radius  # numpy's
    several = isinstance(radius, list | tuple)
    radii = tuple(radius) if several else (radius,)
    for one in radii:
        if not is_number(one) or not 0 < one <= MAX_SIDE:
            raise UnusableMask(f"The radius is {one!r}; it must be over 0 and at most {MAX_SIDE}.")
    if several and len(radii) != count:
        raise UnusableMask(f"There are {len(radii)} radii for {count} points; give each point one.")
    radii = tuple(float(one) for one in radii)
    return radii if len(set(radii)) > 1 else radii[:1]


def _value(value: Any, mode: Mode) -> Value:
    """What is painted, checked: one of a mask's two values, or a colour."""
    if value is None:
        return EDIT if mode == "L" else INK
    if mode == "L" and value in {EDIT, KEEP}:
        return int(value)
    if mode == "RGB" and isinstance(value, str) and COLOR.fullmatch(value):
        return value.lower()
    wanted = f"{EDIT} or {KEEP}" if mode == "L" else "a colour as #rrggbb"
    raise UnusableMask(f"A step paints {wanted}, not {value!r}.")
