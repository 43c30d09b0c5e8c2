"""Measure a large mask: 500 strokes of 40 points at 4096 x 4096, drawn and encoded.

Beside it, in the same run, the fastest plain way in Pillow: a line and a cap at each point. Then
one more stroke and one undo, from the call to the patch that the page gets; and peak memory.

Run: python scripts/bench_mask.py   (or: make bench-mask)
"""

from __future__ import annotations

import io
import math
import random
import resource
import statistics
import sys
import time
from collections.abc import Callable

from PIL import Image, ImageDraw

from ipywanx import Mask
from ipywanx.model.document import Document
from ipywanx.model.operations import Box
from ipywanx.model.steps import operation
from ipywanx.widgets.surface import _tinted

SIDE = 4096
STROKES, POINTS = 500, 40
RADIUS = 40
ROUNDS = 7
Stroke = list[tuple[float, float]]


def wander(seed: int, step: float = 24) -> Stroke:
    """A stroke as a hand draws it: each point not far from the last."""
    rng = random.Random(seed)  # noqa: S311 - not for secrets
    x, y, way = rng.uniform(0, SIDE), rng.uniform(0, SIDE), rng.uniform(0, math.tau)
    points = []
    for _ in range(POINTS):
        points.append((x, y))
        way += rng.uniform(-0.5, 0.5)
        x, y = x + step * math.cos(way), y + step * math.sin(way)
    return points


def plain(strokes: list[Stroke]) -> Image.Image:
    """The fastest way with Pillow alone."""
    image = Image.new("L", (SIDE, SIDE))
    pen = ImageDraw.Draw(image)
    for points in strokes:
        pen.line(points, fill=255, width=2 * RADIUS)
        for x, y in points:
            pen.ellipse((x - RADIUS, y - RADIUS, x + RADIUS, y + RADIUS), fill=255)
    return image


def encoded(image: Image.Image) -> bytes:
    """As PNG, a bit a pixel."""
    stream = io.BytesIO()
    image.convert("1", dither=Image.Dither.NONE).save(stream, "PNG", compress_level=3)
    return stream.getvalue()


def timed(*ways: Callable[[], object]) -> list[float]:
    """Fewest milliseconds of each; taken in turn, so that all see the same machine."""
    taken: list[list[float]] = [[] for _ in ways]
    for _ in range(ROUNDS):
        for way, times in zip(ways, taken, strict=True):
            begin = time.perf_counter()
            way()
            times.append((time.perf_counter() - begin) * 1000)
    return [min(times) for times in taken]


def preview(document: Document, box: Box | None) -> None:
    """Encode what the page gets after a step."""
    if box and box[0] < box[2] and box[1] < box[3]:
        _tinted(document.to_image(box), "#e01b5d", 1.0)


def main() -> None:
    """Measure and print."""
    strokes = [wander(seed) for seed in range(STROKES)]
    mask = Mask((SIDE, SIDE))
    begin = time.perf_counter()
    for points in strokes:
        mask = mask.stroke(points, RADIUS)
    building = (time.perf_counter() - begin) * 1000
    ours, theirs = timed(mask.to_image, lambda: plain(strokes))
    image = mask.to_image()
    encode = timed(lambda: encoded(image))[0]
    both, both_plain = timed(lambda: encoded(mask.to_image()), lambda: encoded(plain(strokes)))
    print(f"{STROKES} strokes of {POINTS} points at {SIDE}², radius {RADIUS}")
    print(f"  checking the points         {building:8.1f} ms")
    print(f"  rasterise                   {ours:8.1f} ms   plain Pillow {theirs:8.1f} ms"
          f"   ratio {ours / theirs:.2f}")  # fmt: skip
    print(f"  PNG, 1 bit                  {encode:8.1f} ms   {len(encoded(image)) / 1000:.0f} kB")
    print(f"  rasterise + PNG             {both:8.1f} ms   plain Pillow {both_plain:8.1f} ms"
          f"   ratio {both / both_plain:.2f}")  # fmt: skip

    document = Document(mask)
    print("One more step on that mask, and its undo with the patch for the page")
    for name, points in {
        "a stroke of the hand": wander(7),
        "a long stroke": wander(7, step=90),
        "from corner to corner": [(i * SIDE / POINTS,) * 2 for i in range(POINTS)],
    }.items():
        step = operation("stroke", points, size=mask.size, radius=RADIUS)
        done, undone = [], []
        for _ in range(ROUNDS):
            begin = time.perf_counter()
            document.do(step)  # the page gets the points
            middle = time.perf_counter()
            preview(document, document.undo())
            done.append((middle - begin) * 1000)
            undone.append((time.perf_counter() - middle) * 1000)
        left, top, right, bottom = step.reach(mask.size)
        did, undid = statistics.median(done), statistics.median(undone)
        size = f"box {right - left}×{bottom - top}"
        print(f"  {name:<24}do {did:6.1f} ms   undo {undid:6.1f} ms   {size}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"Peak memory {peak / (1024 if sys.platform == 'linux' else 1024**2):.0f} MB")


if __name__ == "__main__":
    main()
