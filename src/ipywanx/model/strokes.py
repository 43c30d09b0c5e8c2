"""How is a stroke drawn? A disk at each point, and the band between each two of them.

With one radius the band is a thick line; with a radius at each point, as a pen's pressure gives
them, it is the quadrilateral of the two disks' outer tangents. The page draws live ink by the same
rule (``widgets/page/ink.js``).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from PIL import ImageDraw

Point = tuple[float, float]


def draw_stroke(
    pen: ImageDraw.ImageDraw,
    points: Sequence[Point],
    radii: Sequence[float],
    value: int | str,
) -> None:
    """Draw a stroke with round ends and round joints.

    Args:
        pen: Draws on the canvas.
        points: The path, one point or more, in pixels.
        radii: A radius at each point; or one, for all of them.
        value: What its pixels become.
    """
    if len(radii) == 1:
        radii = [radii[0]] * len(points)
        if len(points) > 1:
            pen.line(points, fill=value, width=max(1, round(2 * radii[0])))
    else:
        disks = zip(points, radii, strict=True)
        for (start, begin), (end, finish) in pairwise(disks):
            if band := _between(start, begin, end, finish):
                pen.polygon(band, fill=value)
    for (x, y), radius in zip(points, radii, strict=True):
        # Rounded here: Pillow would cut the fractions off, and so draw to the upper left.
        box = [round(at) for at in (x - radius, y - radius, x + radius, y + radius)]
        draw_ellipse(pen, box, value)


def draw_ellipse(pen: ImageDraw.ImageDraw, box: Sequence[float], value: int | str) -> None:
    """An ellipse in inclusive corners; one of a single pixel too, which Pillow leaves out."""
    pen.ellipse(box, fill=value)
    if box[2] - box[0] < 2 or box[3] - box[1] < 2:
        pen.point(((box[0] + box[2]) / 2, (box[1] + box[3]) / 2), fill=value)


def _between(start: Point, begin: float, end: Point, finish: float) -> list[Point]:
    """Where the outer tangents touch the two disks; nothing where one disk holds the other."""
    way = math.dist(start, end)
    if way <= abs(begin - finish):
        return []
    # (ux, uy) leads from one middle to the other; a tangent's normal leans off it by the angle
    # whose cosine is this: the larger disk is touched on its far side.
    ux, uy = (end[0] - start[0]) / way, (end[1] - start[1]) / way
    cosine = (begin - finish) / way
    sine = math.sqrt(1 - cosine * cosine)
    left, right = (
        (ux * cosine - side * uy * sine, uy * cosine + side * ux * sine) for side in (1, -1)
    )
    return [
        (x + radius * nx, y + radius * ny)
        for (x, y), radius, (nx, ny) in (
            (start, begin, left),
            (end, finish, left),
            (end, finish, right),
            (start, begin, right),
        )
    ]
