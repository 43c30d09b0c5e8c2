"""What is a mask?

A list of operations in image coordinates: pixels, origin top left, x to the right, y down. A
:class:`Mask` never changes; each call returns a new one. :meth:`Mask.to_image` draws the list at
the picture's size, to exactly 0 (keep) and 255 (edit), as the vendor asks (image edit API
reference, ``mask_image_url``).
"""

from __future__ import annotations

import base64
import io
import json
import math
import operator
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any, Literal, get_args

from PIL import Image, ImageChops, ImageDraw

from ipywanx.errors import UnusableImage, UnusableMask
from ipywanx.model.images import MAX_SIDE, open_image
from ipywanx.model.pixels import open_header, to_rgb, with_alpha
from ipywanx.model.regions import connected_region, grown

EDIT, KEEP = 255, 0
"""The two values of a mask: white is edited, black is kept."""

Point = tuple[float, float]
# All that JSON of another making was seen to raise.
_UNREADABLE = (
    ArithmeticError,
    AttributeError,
    LookupError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,
)
_FEWEST_POINTS = {"stroke": 1, "rectangle": 2, "ellipse": 2, "polygon": 3, "fill": 1}
OperationName = Literal[
    "stroke", "rectangle", "ellipse", "polygon", "fill", "grow", "invert", "clear", "paste"
]


@dataclass(frozen=True, slots=True)
class Operation:
    """One step of a mask's making.

    Attributes:
        name: Which step.
        points: The stroke's path, the polygon's corners, the fill's seed, or a box's two corners.
        radius: The brush's radius, or how far ``grow`` grows (negative shrinks), in pixels.
        value: 255 paints, 0 erases.
        png: The 1-bit PNG of a pasted mask.
    """

    name: OperationName
    points: tuple[Point, ...] = ()
    radius: float = 0.0
    value: int = EDIT
    png: bytes = b""

    def draw(self, canvas: Image.Image) -> Image.Image:
        """The canvas after this step; mode L. May draw on the one given."""
        pen = ImageDraw.Draw(canvas)
        match self.name:
            case "stroke":
                _draw_stroke(pen, self.points, self.radius, self.value)
            case "rectangle":
                pen.rectangle(self._box(), fill=self.value)
            case "ellipse":
                _draw_ellipse(pen, self._box(), self.value)
            case "polygon":
                pen.polygon(self.points, fill=self.value)
            case "fill":
                canvas.paste(EDIT, mask=connected_region(canvas, self.points[0]))
            case "grow":
                return grown(canvas, round(self.radius))
            case "invert":
                return ImageChops.invert(canvas)
            case "clear":
                canvas.paste(KEEP, (0, 0, *canvas.size))
            case "paste":
                canvas.paste(_sharp(Image.open(io.BytesIO(self.png))))
        return canvas

    def _box(self) -> list[float]:
        """Pillow's inclusive corners of the half-open box that was asked for."""
        (left, top), (right, bottom) = self.points
        return [left, top, max(left, right - 1), max(top, bottom - 1)]


def _draw_stroke(
    pen: ImageDraw.ImageDraw, points: Sequence[Point], radius: float, value: int
) -> None:
    """A polyline with round ends and joints: a disk on every point, a thick line between them."""
    if len(points) > 1:
        pen.line(points, fill=value, width=max(1, round(2 * radius)))
    for x, y in points:
        # Rounded here: Pillow would cut the fractions off, and so draw to the upper left.
        box = [round(at) for at in (x - radius, y - radius, x + radius, y + radius)]
        _draw_ellipse(pen, box, value)


def _draw_ellipse(pen: ImageDraw.ImageDraw, box: Sequence[float], value: int) -> None:
    """An ellipse in inclusive corners; one of a single pixel too, which Pillow leaves out."""
    pen.ellipse(box, fill=value)
    pen.point(((box[0] + box[2]) / 2, (box[1] + box[3]) / 2), fill=value)


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
        return self._with("stroke", _points(points), radius=_length(radius))

    def erase(self, points: Iterable[Sequence[float]], radius: float) -> Mask:
        """Rub out along ``points`` with a round eraser of ``radius`` pixels."""
        return self._with("stroke", _points(points), radius=_length(radius), value=KEEP)

    def rectangle(self, x: float, y: float, width: float, height: float) -> Mask:
        """Paint the box from (x, y), ``width`` × ``height`` pixels."""
        return self._with("rectangle", _box_corners(x, y, width, height))

    def ellipse(self, x: float, y: float, width: float, height: float) -> Mask:
        """Paint the ellipse inside the box from (x, y), ``width`` × ``height`` pixels."""
        return self._with("ellipse", _box_corners(x, y, width, height))

    def polygon(self, points: Iterable[Sequence[float]]) -> Mask:
        """Paint the inside of a closed polygon of at least three corners."""
        corners = _points(points)
        if len(corners) < 3:
            raise UnusableMask(f"A polygon needs 3 corners or more; {len(corners)} were given.")
        return self._with("polygon", corners)

    def fill(self, point: Sequence[float]) -> Mask:
        """Paint the unpainted region around ``point``, up to the outline that encloses it."""
        seed = _points([point])
        if not _is_inside(seed[0], self.size):
            raise UnusableMask(f"The point {tuple(point)} is outside the {_size(self.size)} mask.")
        return self._with("fill", seed)

    def grow(self, pixels: int) -> Mask:
        """Grow the painted area by ``pixels`` on all sides; a negative number shrinks it."""
        if not _is_number(pixels) or not -MAX_SIDE <= pixels <= MAX_SIDE:
            raise UnusableMask(f"grow takes -{MAX_SIDE} to {MAX_SIDE} pixels, not {pixels!r}.")
        return self._with("grow", radius=float(pixels))

    def invert(self) -> Mask:
        """Swap what is edited and what is kept."""
        return self._with("invert")

    def clear(self) -> Mask:
        """Keep everything; the steps before stay in the list."""
        return self._with("clear")

    def to_image(self) -> Image.Image:
        """The mask as mode L, exactly the picture's size, only 0 and 255; 255 = edit."""
        canvas = Image.new("L", self.size, KEEP)
        for operation in self.operations:
            canvas = operation.draw(canvas)
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
        image = open_image(source)
        if image.has_transparency_data:
            ground = Image.new("RGBA", image.size, "black")
            image = Image.alpha_composite(ground, with_alpha(image)).convert("RGB")
        grey = _sharp(to_rgb(image, []))
        stream = io.BytesIO()
        grey.convert("1").save(stream, "PNG")
        return cls(grey.size, (Operation("paste", png=stream.getvalue()),))

    def to_json(self) -> str:
        """The list of operations as JSON text, for :meth:`from_json`."""
        return json.dumps(
            {
                "version": 1,
                "size": self.size,
                "operations": [_plain(operation) for operation in self.operations],
            }
        )

    @classmethod
    def from_json(cls, text: str) -> Mask:
        """The mask that :meth:`to_json` wrote.

        Raises:
            UnusableMask: The text is not such a list.
        """
        try:
            plain = json.loads(text)
            size = cls(plain["size"]).size
            mask = cls(size, tuple(_operation(step, size) for step in plain["operations"]))
            mask.to_image()  # a list that cannot be drawn is refused here, not when it is sent
        except (*_UNREADABLE, UnusableImage, UnusableMask) as error:
            raise UnusableMask(
                f"The text is not a mask's JSON ({type(error).__name__}).",
                hint="Give what Mask.to_json() returned.",
            ) from None
        return mask

    def _with(
        self,
        name: OperationName,
        points: tuple[Point, ...] = (),
        *,
        radius: float = 0.0,
        value: int = EDIT,
    ) -> Mask:
        return Mask(self.size, (*self.operations, Operation(name, points, radius, value)))


def _points(points: Iterable[Sequence[float]]) -> tuple[Point, ...]:
    """Checked points; they may lie outside the picture, but not out of reason."""
    try:
        checked = tuple((float(x), float(y)) for x, y in points)
    except (TypeError, ValueError):
        raise UnusableMask("Points are pairs of numbers, such as [(10, 10), (500, 300)].") from None
    if not checked or any(not abs(at) < 1e6 for point in checked for at in point):
        raise UnusableMask("A shape needs at least one point, with finite coordinates.")
    return checked


def _is_number(value: object) -> bool:
    return isinstance(value, Real)


def _length(radius: float) -> float:
    if not _is_number(radius) or not 0 < radius <= MAX_SIDE:
        raise UnusableMask(f"The radius is {radius!r}; it must be over 0 and at most {MAX_SIDE}.")
    return float(radius)


def _box_corners(x: float, y: float, width: float, height: float) -> tuple[Point, ...]:
    if not all(map(_is_number, (x, y, width, height))):
        raise UnusableMask(f"A box is four numbers, not {(x, y, width, height)!r}.")
    if not (width > 0 and height > 0 and math.isfinite(width + height)):
        raise UnusableMask(f"The box is {width}×{height}; both sides must be over 0.")
    return _points([(x, y), (x + width, y + height)])


def _size(size: tuple[int, int]) -> str:
    return f"{size[0]}×{size[1]}"


def _plain(operation: Operation) -> dict[str, Any]:
    """An operation as JSON values, without what it leaves at its default."""
    plain: dict[str, Any] = {"op": operation.name}
    if operation.points:
        plain["points"] = operation.points
    if operation.radius:
        plain["radius"] = operation.radius
    if operation.value != EDIT:
        plain["value"] = operation.value
    if operation.png:
        plain["png"] = base64.b64encode(operation.png).decode("ascii")
    return plain


def _operation(plain: dict[str, Any], size: tuple[int, int]) -> Operation:
    """The operation that such JSON values tell, for a mask of this size."""
    operation = Operation(
        plain["op"],
        _points(plain["points"]) if "points" in plain else (),
        float(plain.get("radius", 0.0)),
        plain.get("value", EDIT),
        base64.b64decode(plain.get("png", "")),
    )
    name, points = operation.name, operation.points
    sound = name in get_args(OperationName) and operation.value in {EDIT, KEEP}
    sound = sound and len(points) >= _FEWEST_POINTS.get(name, 0)
    sound = sound and (0 if name == "stroke" else -MAX_SIDE - 1) < operation.radius <= MAX_SIDE
    if name == "fill":
        sound = sound and _is_inside(points[0], size)
    if name == "paste":
        sound = sound and open_header(operation.png, "the mask").size == size
    if not sound:
        raise ValueError
    return operation


def _is_inside(point: Point, size: tuple[int, int]) -> bool:
    return all(0 <= at < side for at, side in zip(point, size, strict=True))


def _sharp(image: Image.Image) -> Image.Image:
    """Only 0 and 255: what is brighter than half is edited."""
    return image.convert("L").point(lambda value: EDIT if value > 127 else KEEP)
