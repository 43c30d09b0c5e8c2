"""Which steps are sound? Each is checked when it is made, whoever asks for it.

A person's code, stored JSON and a browser all come through :func:`operation`, so that an
:class:`~ipywanx.model.operations.Operation` can always be drawn.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from numbers import Real
from typing import Any, get_args

from ipywanx.errors import UnusableMask, brief
from ipywanx.model.images import MAX_SIDE
from ipywanx.model.operations import COLOR, EDIT, INK, KEEP, SHAPES, Mode, Name, Operation, Value
from ipywanx.model.pixels import open_header
from ipywanx.model.strokes import Point
from ipywanx.text import Text

FARTHEST = 100_000
"""How far from the picture's corner a point may lie, in pixels: Pillow draws an ellipse much larger
than that for minutes."""
_FEWEST_POINTS = {
    "stroke": 1, "rectangle": 2, "ellipse": 2, "polygon": 3, "fill": 1, "region": 1
}  # fmt: skip
_TAKES_VALUE = SHAPES | {"fill", "region"}
_ON_MASKS_ONLY = {"grow", "smooth", "invert"}


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
        raise UnusableMask(
            Text(f"There is no step {brief(name)} here.", f"这里没有名为 {brief(name)} 的步骤。")
        )
    least = _FEWEST_POINTS.get(name, 0)
    checked = _points(points) if least else ()
    if name == "polygon" and len(checked) < least:
        raise UnusableMask(
            Text(
                f"A polygon needs 3 corners or more; {len(checked)} were given.",
                f"多边形至少需要 3 个顶点；给出了 {len(checked)} 个。",
            )
        )
    if len(checked) < least:
        raise UnusableMask(
            Text(
                f"A {name} needs {least} points; {len(checked)} were given.",
                f"{name} 需要 {least} 个点；给出了 {len(checked)} 个。",
            )
        )
    radii = _radii(radius, len(checked) or 1) if name in {"stroke", "smooth"} else ()
    if name == "grow" and (not is_number(radius) or not abs(radius) <= MAX_SIDE):
        raise UnusableMask(
            Text(
                f"grow takes -{MAX_SIDE} to {MAX_SIDE} pixels, not {brief(radius)}.",
                f"grow 接受 -{MAX_SIDE} 到 {MAX_SIDE} 像素，而不是 {brief(radius)}。",
            )
        )
    if name == "fill" and not all(
        0 <= at < side for at, side in zip(checked[0], size, strict=True)
    ):
        raise UnusableMask(
            Text(
                f"The point {checked[0]} is outside the {size[0]}×{size[1]} pixels.",
                f"点 {checked[0]} 在 {size[0]}×{size[1]} 像素之外。",
            )
        )
    if name in {"rectangle", "ellipse"} and any(a >= b for a, b in zip(*checked[:2], strict=True)):
        raise UnusableMask(
            Text(
                "The box is empty; both of its sides must be over 0.",
                "方框是空的；两边都必须大于 0。",
            )
        )
    if name in {"paste", "region"}:
        header = open_header(png, Text("the mask", "蒙版"))
        fits = header.size == size if name == "paste" else max(header.size) <= MAX_SIDE
        if header.format != "PNG" or not fits:
            raise UnusableMask(
                Text(
                    f"A {name} needs a PNG of a fitting size, not {header.size}.",
                    f"{name} 需要尺寸合适的 PNG，而不是 {header.size}。",
                )
            )
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


def is_number(value: Any) -> bool:
    """Whether it counts as one coordinate: True and False do not."""
    return isinstance(value, Real) and not isinstance(value, bool)


def _points(points: Iterable[Sequence[float]]) -> tuple[Point, ...]:
    """Checked points; they may lie outside the picture, but not out of reason."""
    try:
        checked = tuple((float(x), float(y)) for x, y in points)
    except (OverflowError, TypeError, ValueError):
        raise UnusableMask(
            Text(
                "Points are pairs of numbers, such as [(10, 10), (500, 300)].",
                "点应为成对的数值，例如 [(10, 10), (500, 300)]。",
            )
        ) from None
    if not checked:
        raise UnusableMask(Text("A shape needs at least one point.", "图形至少需要一个点。"))
    for point in checked:
        if any(not abs(at) <= FARTHEST for at in point):
            raise UnusableMask(
                Text(
                    f"The point {point} is out of reach; coordinates are finite, from -{FARTHEST} "
                    f"to {FARTHEST}.",
                    f"点 {point} 超出范围；坐标应为有限的数值，从 -{FARTHEST} 到 {FARTHEST}。",
                )
            )
    return checked


def _radii(radius: Any, count: int) -> tuple[float, ...]:
    """The checked radius: one, or one for each point where they are not all the same."""
    radius = radius.tolist() if hasattr(radius, "tolist") else radius  # numpy's
    several = isinstance(radius, list | tuple)
    radii = tuple(radius) if several else (radius,)
    for one in radii:
        if not is_number(one) or not 0 < one <= MAX_SIDE:
            raise UnusableMask(
                Text(
                    f"The radius is {brief(one)}; it must be over 0 and at most {MAX_SIDE}.",
                    f"半径为 {brief(one)}；必须大于 0 且不超过 {MAX_SIDE}。",
                )
            )
    if several and len(radii) != count:
        raise UnusableMask(
            Text(
                f"There are {len(radii)} radii for {count} points; give each point one.",
                f"给出了 {len(radii)} 个半径，却有 {count} 个点；请为每个点给出一个。",
            )
        )
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
    wanted = (
        Text(f"{EDIT} or {KEEP}", f"{EDIT} 或 {KEEP}")
        if mode == "L"
        else Text("a colour as #rrggbb", "写作 #rrggbb 的颜色")
    )
    raise UnusableMask(
        Text(
            f"A step paints {wanted}, not {brief(value)}.",
            f"步骤绘制的应为 {wanted.zh}，而不是 {brief(value)}。",
        )
    )
