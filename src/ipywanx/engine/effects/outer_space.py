"""A small moon under stars and planets."""

from __future__ import annotations

import numpy as np

from ipywanx.engine.effects import arrays, noise
from ipywanx.engine.effects.colour import RGB, over_light, ramp, unit
from ipywanx.engine.effects.stage import Stage


def space(stage: Stage) -> None:
    """Stars, a nebula, two planets, and ground of a small moon."""
    h, w = stage.shape
    u = stage.u
    cloud = arrays.step(stage.clouds(420, 6), 0.36, 0.75)
    other = arrays.step(stage.clouds(300, 6), 0.42, 0.78)
    base = np.broadcast_to(unit((8, 8, 26)), stage.picture.shape)
    base = over_light(base, cloud[..., None] * unit((96, 40, 140)) * 0.9)
    stage.picture = over_light(base, other[..., None] * unit((24, 96, 150)) * 0.75)
    for count, sigma, light in ((900, 0.6, 5.0), (130, 1.4, 16.0), (16, 2.6, 50.0)):
        field = np.zeros((h, w), np.float32)
        field[stage.rng.integers(0, h, count), stage.rng.integers(0, w, count)] = stage.rng.random(
            count
        )
        stars = arrays.blur(field, sigma * max(u, 0.6)) * light * max(u, 0.6) ** 2
        stage.picture = over_light(
            stage.picture, np.clip(stars, 0, 1)[..., None] * unit((240, 240, 255))
        )
    _planet(
        stage,
        stage.dice(0.12, 0.28),
        stage.dice(0.16, 0.30),
        stage.dice(0.09, 0.13),
        (222, 150, 96),
        ringed=True,
    )
    _planet(
        stage,
        stage.dice(0.72, 0.90),
        stage.dice(0.12, 0.40),
        stage.dice(0.045, 0.08),
        (96, 166, 214),
        ringed=False,
    )
    rough = noise.fbm(1, w, 120 * u, stage.rng) - 0.5
    crest = h * (0.76 + 0.05 * ((stage.x / w - 0.5) * 2) ** 2 + 0.015 * rough)
    near, _, number = noise.cells(h, w, 95 * u, stage.rng)
    size = 0.12 + 0.26 * noise.per_cell(number, stage.rng)
    craters = arrays.blur(np.where(near < size, 1 - near / size, 0), 2 * u)
    shine, _ = arrays.relief((stage.clouds(30, 4) * 12 - craters * 14) * u)
    ground = ramp(shine, [(0, (62, 58, 84)), (0.6, (150, 144, 168)), (1, (214, 208, 224))])
    stage.cover(np.clip(stage.y - crest, 0, 1), ground)


def _planet(
    stage: Stage, cx: float, cy: float, radius: float, colour: RGB, *, ringed: bool
) -> None:
    h, w = stage.shape
    r = radius * min(h, w) * 1.3
    dx, dy = (stage.x - cx * w) / r, (stage.y - cy * h) / r
    far = np.sqrt(dx * dx + dy * dy)
    depth = np.sqrt(np.clip(1 - far**2, 0, 1))
    light = np.clip(-0.55 * dx - 0.5 * dy + 0.67 * depth, 0, 1)
    bands = (
        0.82 + 0.28 * np.sin(dy * 11 + 3 * stage.clouds(70, 4)) + 0.3 * (stage.clouds(30, 4) - 0.5)
    )
    ring = np.sqrt((dx * 0.95 + dy * 0.3) ** 2 + ((dy - dx * 0.3) * 3.6) ** 2)
    band = np.exp(-(((ring - 1.72) / 0.22) ** 4)) * (0.65 + 0.35 * np.sin(ring * 34))
    if ringed:
        stage.cover(band * 0.7 * ((dy - dx * 0.3) < 0), (236, 214, 176))
    stage.cover(
        np.clip((1 - far) * r / 1.5 + 0.5, 0, 1),
        unit(colour) * (bands * (0.06 + 1.02 * light))[..., None],
    )
    if ringed:
        stage.cover(band * 0.85 * ((dy - dx * 0.3) >= 0), (236, 214, 176))
