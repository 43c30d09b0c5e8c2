"""Procedural textures from a seeded generator: clouds of noise, cells, strands."""

from __future__ import annotations

import numpy as np
from PIL import Image

from ipywanx.engine.effects.arrays import Floats, gather, grid, resize


def fbm(
    height: int,
    width: int,
    scale: float,
    rng: np.random.Generator,
    *,
    octaves: int = 4,
    gain: float = 0.5,
) -> Floats:
    """Give soft noise 0..1 (mean about .5) whose largest blobs are `scale` pixels wide."""
    total = np.zeros((height, width), np.float32)
    weight, weights = 1.0, 0.0
    for octave in range(octaves):
        cell = max(1.5, scale / 2**octave)
        rows, columns = int(height / cell) + 4, int(width / cell) + 4
        coarse = Image.fromarray(rng.random((rows, columns), dtype=np.float32))
        # Reading a box between the grid points keeps the blobs' size independent of the picture.
        window = (1.0, 1.0, 1.0 + width / cell, 1.0 + height / cell)
        fine = coarse.resize((width, height), Image.Resampling.BICUBIC, box=window)
        total += np.float32(weight) * np.asarray(fine)
        weights += weight
        weight *= gain
    return total / np.float32(weights)


def streaks(
    height: int, width: int, length: float, breadth: float, rng: np.random.Generator
) -> Floats:
    """Give noise drawn out along x: fibres, brushed metal, rain before it is turned."""
    coarse = rng.random((int(height / breadth) + 2, int(width / length) + 2), dtype=np.float32)
    return resize(coarse, (width, height))


def cells(
    height: int,
    width: int,
    size: float,
    rng: np.random.Generator,
    warp: tuple[Floats, Floats] | None = None,
) -> tuple[Floats, Floats, Floats]:
    """Give distance to the nearest and second nearest of scattered points, and its number.

    Distances are in units of `size`. `warp` shifts the sampling places (x, y) in pixels,
    which hides the grid the points were scattered on.
    """
    rows, columns = int(height / size) + 9, int(width / size) + 9
    jitter_y = rng.random((rows, columns), dtype=np.float32)
    jitter_x = rng.random((rows, columns), dtype=np.float32)
    y, x = grid(height, width)
    y, x = y / np.float32(size) + 4, x / np.float32(size) + 4
    if warp is not None:
        x, y = x + warp[0] / np.float32(size), y + warp[1] / np.float32(size)
    y, x = np.broadcast_to(y, (height, width)), np.broadcast_to(x, (height, width))
    row = np.clip(y.astype(np.int32), 1, rows - 2)
    column = np.clip(x.astype(np.int32), 1, columns - 2)
    first = np.full((height, width), 9, np.float32)
    second = first.copy()
    number = np.zeros((height, width), np.int32)
    for dy in (-1, 0, 1):
        for dx in (-1, 0, 1):
            r, c = row + dy, column + dx
            distance = np.hypot(r + jitter_y[r, c] - y, c + jitter_x[r, c] - x)
            nearer = distance < first
            second = np.where(nearer, first, np.minimum(second, distance))
            number = np.where(nearer, r * columns + c, number)
            first = np.where(nearer, distance, first)
    return first, second, number


def per_cell(number: Floats, rng: np.random.Generator) -> Floats:
    """Give every cell one random value 0..1."""
    return np.asarray(rng.random(int(number.max()) + 1, dtype=np.float32)[number])


def along_flow(texture: Floats, flow_x: Floats, flow_y: Floats, length: int) -> Floats:
    """Smear a texture along a field of directions (line integral convolution)."""
    h, w = texture.shape
    rows, columns = grid(h, w)
    total = texture.copy()
    for sign in (1.0, -1.0):
        x, y = np.broadcast_to(columns, (h, w)), np.broadcast_to(rows, (h, w))
        for _ in range(max(1, length // 2)):
            step_x, step_y = gather(flow_x, x, y), gather(flow_y, x, y)
            x, y = x + np.float32(sign) * step_x, y + np.float32(sign) * step_y
            total += gather(texture, x, y)
    return total / np.float32(2 * max(1, length // 2) + 1)
