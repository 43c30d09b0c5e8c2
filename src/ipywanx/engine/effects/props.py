"""Small things the engine can draw by itself: each is a few shaded shapes on a square."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from PIL import Image, ImageDraw

from ipywanx.engine.effects import arrays
from ipywanx.engine.effects.arrays import Floats
from ipywanx.engine.effects.colour import RGB, over_light, unit

Points: TypeAlias = list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Shape:
    """A filled outline on the unit square, and how it takes the light."""

    points: Points
    colour: RGB
    bulge: float = 1.0
    gloss: float = 0.25
    opacity: float = 1.0
    glow: float = 0.0


def oval(cx: float, cy: float, rx: float, ry: float, turn: float = 0.0) -> Points:
    """Give the outline of an ellipse."""
    cos, sin = math.cos(turn), math.sin(turn)
    ring = [(rx * math.cos(t), ry * math.sin(t)) for t in np.linspace(0, 2 * math.pi, 73)[:-1]]
    return [(cx + a * cos - b * sin, cy + a * sin + b * cos) for a, b in ring]


def _spikes(count: int, outer: float, inner: float, turn: float) -> Points:
    angles = [turn + math.pi * k / count for k in range(2 * count)]
    return [
        (0.5 + (outer if k % 2 == 0 else inner) * math.cos(a),
         0.5 + (outer if k % 2 == 0 else inner) * math.sin(a))
        for k, a in enumerate(angles)
    ]  # fmt: skip


def _darker(colour: RGB, factor: float) -> RGB:
    r, g, b = (max(0, min(255, round(c * factor))) for c in colour)
    return r, g, b


def _hat(colour: RGB) -> list[Shape]:
    crown: Points = [(0.25, 0.68), (0.27, 0.40), (0.33, 0.24), (0.42, 0.19), (0.50, 0.215)]
    crown += [(0.58, 0.19), (0.67, 0.24), (0.73, 0.40), (0.75, 0.68)]
    band: Points = [(0.248, 0.70), (0.258, 0.58), (0.5, 0.615), (0.742, 0.58), (0.752, 0.70)]
    return [
        Shape(oval(0.5, 0.70, 0.48, 0.13), _darker(colour, 0.92), 0.8, 0.15),
        Shape(crown, colour, 1.3, 0.2),
        Shape([*band, (0.5, 0.745)], _darker(colour, 0.42), 0.5, 0.2),
    ]


def _sunglasses(colour: RGB) -> list[Shape]:
    shapes: list[Shape] = []
    for side in (-1, 1):
        x = 0.5 + side * 0.235
        lens = [(x + side * a, b) for a, b in (
            (-0.175, 0.40), (0.20, 0.375), (0.225, 0.45), (0.185, 0.58), (0.10, 0.645),
            (-0.02, 0.645), (-0.12, 0.575))]  # fmt: skip
        shapes.append(Shape(lens, colour, 0.7, 0.5))
        inner = [(x + (px - x) * 0.84, 0.505 + (py - 0.505) * 0.80) for px, py in lens]
        shapes.append(Shape(inner, (34, 38, 52), 0.9, 0.9))
        shine = [(x - 0.10, 0.43), (x - 0.03, 0.425), (x - 0.09, 0.56), (x - 0.125, 0.53)]
        shapes.append(Shape(shine, (236, 240, 255), 0.1, 0.0, 0.35))
    bridge: Points = [(0.42, 0.415), (0.5, 0.395), (0.58, 0.415), (0.58, 0.46), (0.5, 0.44)]
    shapes.append(Shape([*bridge, (0.42, 0.46)], colour, 0.6, 0.5))
    return shapes


def _flower(colour: RGB) -> list[Shape]:
    shapes: list[Shape] = []
    for ring, (count, far, long, wide, tone) in enumerate(
        ((9, 0.29, 0.185, 0.105, 0.86), (8, 0.20, 0.15, 0.088, 1.0), (6, 0.115, 0.10, 0.066, 1.12))
    ):
        for k in range(count):
            turn = 2 * math.pi * (k + 0.5 * (ring % 2)) / count - math.pi / 2
            petal = oval(0.5 + far * math.cos(turn), 0.5 + far * math.sin(turn), long, wide, turn)
            shapes.append(Shape(petal, _darker(colour, tone), 1.0, 0.12))
    shapes.append(Shape(oval(0.5, 0.5, 0.085, 0.085), (248, 204, 72), 1.2, 0.3))
    return shapes


def _star(colour: RGB) -> list[Shape]:
    return [Shape(_spikes(5, 0.48, 0.205, -math.pi / 2), colour, 1.3, 0.5, glow=0.25)]


def _heart(colour: RGB) -> list[Shape]:
    outline: Points = []
    for t in np.linspace(0, 2 * math.pi, 90):
        x = 16 * math.sin(t) ** 3
        y = 13 * math.cos(t) - 5 * math.cos(2 * t) - 2 * math.cos(3 * t) - math.cos(4 * t)
        outline.append((0.5 + x / 36, 0.47 - y / 36))
    return [Shape(outline, colour, 1.6, 0.7)]


def _balloons(colour: RGB) -> list[Shape]:
    others: tuple[RGB, RGB] = ((66, 148, 222), (246, 198, 62))
    shapes: list[Shape] = []
    for (x, y, r), tint in zip(
        ((0.27, 0.36, 0.185), (0.73, 0.33, 0.185), (0.5, 0.27, 0.21)),
        (*others, colour),
        strict=True,
    ):
        string = [(x - 0.004, y + r), (x + 0.004, y + r), (0.504, 0.99), (0.496, 0.99)]
        shapes.append(Shape(string, (120, 116, 118), 0.1, 0.0))
        knot = [(x, y + r * 1.14), (x - 0.026, y + r * 1.32), (x + 0.026, y + r * 1.32)]
        shapes.append(Shape(knot, _darker(tint, 0.8), 0.4, 0.2))
        shapes.append(Shape(oval(x, y, r, r * 1.2), tint, 1.6, 0.9))
    return shapes


def _moon(colour: RGB) -> list[Shape]:
    outer = [
        (0.5 + 0.42 * math.cos(t), 0.5 + 0.42 * math.sin(t)) for t in np.linspace(0.75, 5.0, 60)
    ]
    inner = [
        (0.62 + 0.36 * math.cos(t), 0.40 + 0.36 * math.sin(t)) for t in np.linspace(4.6, 1.05, 60)
    ]
    return [Shape(outer + inner, colour, 0.9, 0.15, glow=0.5)]


def _sun(colour: RGB) -> list[Shape]:
    return [
        Shape(_spikes(14, 0.48, 0.34, 0.1), _darker(colour, 1.05), 0.3, 0.1, 0.9, glow=0.5),
        Shape(oval(0.5, 0.5, 0.30, 0.30), colour, 0.7, 0.2, glow=0.4),
    ]


def _gem(colour: RGB) -> list[Shape]:
    top = [(0.28, 0.24), (0.43, 0.24), (0.57, 0.24), (0.72, 0.24)]
    girdle = [(0.10, 0.43), (0.34, 0.45), (0.66, 0.45), (0.90, 0.43)]
    tip = (0.5, 0.90)
    shapes = [Shape([top[0], top[3], girdle[3], tip, girdle[0]], colour, 0.2, 0.0, glow=0.7)]
    facets: list[tuple[Points, float]] = [
        ([girdle[0], girdle[1], tip], 0.72), ([girdle[1], girdle[2], tip], 1.15),
        ([girdle[2], girdle[3], tip], 0.55), ([top[0], girdle[0], girdle[1]], 1.05),
        ([top[0], top[1], girdle[1]], 1.45), ([top[1], top[2], girdle[2], girdle[1]], 1.75),
        ([top[2], top[3], girdle[2]], 1.25), ([top[3], girdle[3], girdle[2]], 0.8),
    ]  # fmt: skip
    for points, tone in facets:
        light = _darker((colour[0] + 34, colour[1] + 34, colour[2] + 34), tone)
        shapes.append(Shape(points, light, 0.15, 0.3))
    return shapes


def _bow(colour: RGB) -> list[Shape]:
    shapes: list[Shape] = []
    for side in (-1, 1):
        wing = [(0.5 + side * a, b) for a, b in (
            (0.03, 0.47), (0.20, 0.34), (0.38, 0.27), (0.46, 0.33), (0.47, 0.5), (0.46, 0.67),
            (0.38, 0.73), (0.20, 0.66), (0.03, 0.53))]  # fmt: skip
        shapes.append(Shape(wing, colour, 1.3, 0.3))
        fold = [(0.5 + side * a, b) for a, b in ((0.07, 0.49), (0.27, 0.43), (0.27, 0.46))]
        shapes.append(Shape(fold, _darker(colour, 0.6), 0.2, 0.0, 0.8))
    shapes.append(Shape(oval(0.5, 0.5, 0.075, 0.095), _darker(colour, 0.85), 1.2, 0.4))
    return shapes


def _crown(colour: RGB) -> list[Shape]:
    body: Points = [(0.12, 0.80), (0.06, 0.34), (0.28, 0.56), (0.5, 0.20), (0.72, 0.56)]
    shapes = [Shape([*body, (0.94, 0.34), (0.88, 0.80)], colour, 1.0, 0.9)]
    for x, y, r in ((0.06, 0.32, 0.05), (0.5, 0.18, 0.06), (0.94, 0.32, 0.05)):
        shapes.append(Shape(oval(x, y, r, r), (226, 60, 72), 1.0, 0.9))
    shapes.append(
        Shape(
            [(0.12, 0.70), (0.88, 0.70), (0.87, 0.84), (0.13, 0.84)],
            _darker(colour, 0.86),
            0.8,
            0.7,
        )
    )
    gems = [Shape(oval(x, 0.77, 0.04, 0.04), (64, 120, 220), 0.8, 0.9) for x in (0.26, 0.5, 0.74)]
    return shapes + gems


def _vase(colour: RGB) -> list[Shape]:
    side = [(0.12, 0.06), (0.09, 0.12), (0.10, 0.22), (0.22, 0.38), (0.29, 0.55), (0.26, 0.74)]
    side += [(0.17, 0.90), (0.16, 0.96)]
    outline = [(0.5 + a, b) for a, b in side] + [(0.5 - a, b) for a, b in reversed(side)]
    band = [(0.245, 0.44), (0.282, 0.53), (0.282, 0.60), (0.262, 0.68)]
    ring = [(0.5 + a, b) for a, b in band] + [(0.5 - a, b) for a, b in reversed(band)]
    return [
        Shape(outline, colour, 1.7, 0.9),
        Shape(ring, _darker(colour, 0.62), 1.2, 0.5, 0.55),
        Shape(oval(0.5, 0.065, 0.115, 0.022), _darker(colour, 0.4), 0.2, 0.0),
    ]


PROPS: dict[str, tuple[Callable[[RGB], list[Shape]], RGB, tuple[float, float, float, float]]] = {
    # name: (shapes, usual colour, box in use: left, top, right, bottom)
    "hat": (_hat, (206, 164, 104), (0.02, 0.18, 0.98, 0.84)),
    "sunglasses": (_sunglasses, (24, 24, 28), (0.03, 0.36, 0.97, 0.66)),
    "flower": (_flower, (232, 92, 128), (0.02, 0.02, 0.98, 0.98)),
    "star": (_star, (252, 204, 64), (0.02, 0.02, 0.98, 0.92)),
    "heart": (_heart, (226, 44, 70), (0.05, 0.1, 0.95, 0.95)),
    "balloons": (_balloons, (230, 62, 70), (0.07, 0.01, 0.93, 1.0)),
    "moon": (_moon, (250, 240, 206), (0.06, 0.06, 0.94, 0.94)),
    "sun": (_sun, (255, 206, 70), (0.02, 0.02, 0.98, 0.98)),
    "gem": (_gem, (48, 120, 226), (0.08, 0.22, 0.92, 0.92)),
    "bow": (_bow, (216, 44, 66), (0.02, 0.25, 0.98, 0.75)),
    "crown": (_crown, (238, 190, 62), (0.0, 0.1, 1.0, 0.86)),
    "vase": (_vase, (88, 150, 200), (0.2, 0.03, 0.8, 0.97)),
}


def aspect(name: str) -> float:
    """Give width by height of a thing."""
    left, top, right, bottom = PROPS[name][2]
    return (right - left) / (bottom - top)


def draw(name: str, width: int, height: int, colour: RGB | None = None) -> tuple[Floats, Floats]:
    """Give the thing as (colours, opacity), `height` by `width` pixels."""
    shapes, usual, (left, top, right, bottom) = PROPS[name]
    size = (max(8, width), max(8, height))
    scale_x, scale_y = size[0] / (right - left), size[1] / (bottom - top)
    out: Floats = np.zeros((size[1], size[0], 3), np.float32)
    cover: Floats = np.zeros((size[1], size[0]), np.float32)
    reach = min(size)
    for shape in shapes(colour or usual):
        points = [((x - left) * scale_x * 2, (y - top) * scale_y * 2) for x, y in shape.points]
        plane = Image.new("L", (size[0] * 2, size[1] * 2), 0)
        ImageDraw.Draw(plane).polygon(points, fill=255)
        mask = arrays.from_image(plane.resize(size, Image.Resampling.BOX))
        form = arrays.inflate(mask, reach / 30) * shape.bulge * reach * 0.16
        form = arrays.blur(form, reach / 90)
        diffuse, gleam = arrays.relief(form, gloss=shape.gloss, power=34)
        shade = (0.52 + 0.62 * diffuse)[..., None]
        paint = over_light(unit(shape.colour) * shade, gleam[..., None])
        paint = arrays.mix(paint, np.broadcast_to(unit(shape.colour), paint.shape), shape.glow)
        here = mask * shape.opacity
        out = arrays.mix(out, paint, here)
        cover = cover + (1 - cover) * here
    # Colours were blended over black; undo that, so that soft edges do not turn dark.
    return np.asarray(np.clip(out / np.maximum(cover, 1e-3)[..., None], 0, 1)), cover


def put(
    picture: Floats, name: str, box: tuple[int, int, int, int], colour: RGB | None = None,
    *, limit: Floats | None = None, shadow: float = 0.0,
) -> None:  # fmt: skip
    """Draw a thing into the picture, as large as fits the box (left, top, right, bottom)."""
    left, top, right, bottom = box
    width, height = right - left, bottom - top
    if width / max(height, 1) > aspect(name):
        size = (round(height * aspect(name)), height)
    else:
        size = (width, round(width / aspect(name)))
    paint, cover = draw(name, *size, colour)
    h, w = cover.shape
    x0 = left + (width - w) // 2
    y0 = top + (height - h) // 2
    rows = slice(max(0, y0), min(picture.shape[0], y0 + h))
    columns = slice(max(0, x0), min(picture.shape[1], x0 + w))
    cut = (slice(rows.start - y0, rows.stop - y0), slice(columns.start - x0, columns.stop - x0))
    paint, cover = paint[cut], cover[cut]
    if limit is not None:
        cover = cover * limit[rows, columns]
    if shadow:
        fall = max(1, round(h / 20))
        dropped = np.zeros_like(cover)
        dropped[fall:] = cover[:-fall]
        y, x = arrays.grid(*cover.shape)
        edge = np.minimum(np.minimum(x, w - 1 - x), h - 1 - y)
        soft = arrays.blur(dropped, h / 22) * (1 - cover) * arrays.step(edge, 0, h / 16)
        if limit is not None:
            soft = soft * limit[rows, columns]
        picture[rows, columns] *= (1 - shadow * soft)[..., None]
    picture[rows, columns] = arrays.mix(picture[rows, columns], paint, cover)
