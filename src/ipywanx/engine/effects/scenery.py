"""Procedural places to put a character in, and the table of all of them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ipywanx.engine.effects import arrays, noise, props
from ipywanx.engine.effects.atmosphere import flakes
from ipywanx.engine.effects.colour import RGB, over_light, ramp, unit
from ipywanx.engine.effects.indoors import city, room
from ipywanx.engine.effects.outer_space import space
from ipywanx.engine.effects.stage import Stage


def _conifer(x: float, foot: float, tall: float) -> list[list[tuple[float, float]]]:
    tiers = []
    for k in range(4):
        top = foot - tall * (1 - 0.20 * k)
        low = foot - tall * (0.60 - 0.19 * k)
        half = tall * (0.12 + 0.065 * k)
        tiers.append([(x, top), (x + half, low), (x + half * 0.4, low - tall * 0.03),
                      (x - half * 0.4, low - tall * 0.03), (x - half, low)])  # fmt: skip
    return tiers


def _wood(
    stage: Stage, foot: float, tall: float, count: int, colour: RGB, *, snow: bool = False
) -> None:
    """A row of conifers, lit from the left."""
    outlines: list[list[tuple[float, float]]] = []
    for k in range(count):
        x = stage.width * (k + stage.dice(0.1, 0.9)) / count
        outlines += _conifer(x, stage.height * foot + stage.dice(0, 14) * stage.u,
                             stage.height * tall * stage.dice(0.75, 1.2))  # fmt: skip
    mask = stage.shapes(outlines)
    light, _ = arrays.relief(arrays.inflate(mask, 7 * stage.u) * 40 * stage.u)
    body = unit(colour) * (0.55 + 0.62 * light + 0.30 * (stage.clouds(9, 3) - 0.5))[..., None]
    if snow:
        up = np.clip(mask - np.roll(arrays.blur(mask, 2 * stage.u), round(7 * stage.u), 0), 0, 1)
        lying = np.clip(0.30 + 1.5 * up + 0.9 * (stage.clouds(14, 3) - 0.5), 0, 1)
        body = arrays.mix(body, np.broadcast_to(unit((240, 246, 252)), body.shape), lying)
    stage.cover(mask, body)


def _blades(stage: Stage, top: float, colour: RGB) -> None:
    """Grass that grows larger towards the viewer, with small flowers."""
    level = np.clip((stage.y / stage.height - top) / (1 - top), 0, 1)
    grain = noise.streaks(stage.width, stage.height, 16 * stage.u, 1.6 * stage.u + 0.5, stage.rng).T
    wave = stage.clouds(90, 4)
    body = unit(colour) * (0.74 + 0.34 * grain + 0.38 * (wave - 0.5) - 0.10 * level)[..., None]
    stage.cover(arrays.step(stage.y / stage.height, top - 0.004, top + 0.004), body)


def _blossoms(stage: Stage, top: float, count: int) -> None:
    colours: tuple[RGB, ...] = ((246, 112, 134), (255, 236, 140), (250, 250, 252), (190, 140, 230))
    for k in range(count):
        depth = k / count
        y = int(stage.height * (top + (0.99 - top) * depth))
        x = int(stage.dice(0, 1) * stage.width)
        side = int((7 + 20 * depth) * stage.u * stage.dice(0.8, 1.3))
        props.put(stage.picture, "flower", (x, y - side, x + side, y),
                  colours[int(stage.rng.integers(0, 4))], shadow=0.3)  # fmt: skip


def meadow(stage: Stage) -> None:
    """Hills, grass and small flowers."""
    stage.sky(0.6)
    stage.ridge(0.50, 0.10, 5, (126, 168, 190), 0.35)
    stage.ridge(0.57, 0.06, 4, (122, 184, 112), 0.15)
    _blades(stage, 0.64, (118, 186, 78))
    stage.dusk()
    _blossoms(stage, 0.68, 70)


def mountain(stage: Stage) -> None:
    """Two ranges with white tops over a green valley."""
    stage.sky(0.62)
    for level, rise, colour, pale in (
        (0.36, 0.30, (116, 134, 170), 0.25),
        (0.48, 0.2, (92, 116, 136), 0.08),
    ):
        mask = stage.ridge(level, rise, 8, colour, pale)
        light, _ = arrays.relief((stage.clouds(120, 6)) * 160 * stage.u, light=(-0.7, -0.5, 0.5))
        top = arrays.step(
            stage.y / stage.height + 0.12 * (stage.clouds(60, 4) - 0.5), level + 0.02, level - 0.06
        )
        stage.cover(mask * top * 0.9, unit((246, 250, 255)) * (0.66 + 0.4 * light)[..., None])
        stage.cover(mask * (1 - top), stage.picture * (0.6 + 0.55 * light)[..., None])
    _wood(stage, 0.66, 0.10, 46, (58, 98, 78))
    _blades(stage, 0.66, (112, 172, 82))
    stage.dusk()


def forest(stage: Stage) -> None:
    """Conifers in three depths, light falling between them."""
    stage.sky(0.75)
    haze: RGB = (60, 74, 116) if stage.night else (206, 226, 196)
    stage.cover(np.full(stage.shape, 0.45, np.float32), haze)
    for foot, tall, count, tone in (
        (0.60, 0.42, 26, 1.25),
        (0.66, 0.52, 16, 0.95),
        (0.72, 0.66, 9, 0.66),
    ):
        _wood(stage, foot, tall, count, (int(74 * tone), int(124 * tone), int(88 * tone)))
        mist = arrays.step(stage.y / stage.height, 0.35, foot) * 0.26
        stage.cover(mist, haze)
    _blades(stage, 0.70, (92, 142, 66))
    if not stage.night:
        angle = stage.x - 0.35 * stage.y + 0.3 * stage.width
        beams = noise.fbm(1, int(stage.width * 2), 70 * stage.u, stage.rng, octaves=3)[0]
        rays = beams[np.clip(angle, 0, stage.width * 2 - 1).astype(np.int32)]
        rays = arrays.step(rays, 0.48, 0.8) * arrays.step(stage.y / stage.height, 0.9, 0.2)
        stage.picture = over_light(stage.picture, rays[..., None] * unit((255, 240, 180)) * 0.34)
    stage.dusk()
    _blossoms(stage, 0.76, 26)


def beach(stage: Stage) -> None:
    """Sea with light on the waves, foam and sand."""
    stage.sky(0.5)
    h = stage.height
    level = np.clip((stage.y / h - 0.50) / 0.22, 0, 1)
    deep: RGB = (26, 96, 158)
    shallow: RGB = (94, 204, 204)
    water = ramp(
        np.broadcast_to(level, stage.shape), [(0, deep), (0.6, (44, 150, 188)), (1, shallow)]
    )
    rows = max(8, int(h * 0.9))
    waves = arrays.resize(
        noise.fbm(rows * 3, stage.width, 46 * stage.u, stage.rng, octaves=4), (stage.width, h)
    )
    glints = arrays.step(waves, 0.60, 0.72) * (0.25 + 0.5 * (1 - level))
    water = over_light(
        water * (0.88 + 0.24 * waves)[..., None], glints[..., None] * unit((255, 255, 246)) * 0.6
    )
    stage.cover(arrays.step(stage.y / h, 0.499, 0.502), water)
    curve = noise.fbm(1, stage.width, 330 * stage.u, stage.rng, octaves=3)[0]
    shore = h * (0.68 + 0.08 * curve)[None]
    sand = (
        unit((240, 214, 164))
        * (0.86 + 0.18 * stage.clouds(150, 5) + 0.10 * (stage.clouds(3, 2) - 0.5))[..., None]
    )
    wet = np.exp(-((np.clip(stage.y - shore, 0, None) / (26 * stage.u)) ** 2))
    sand = sand * (1 - 0.30 * wet)[..., None]
    stage.cover(np.clip(stage.y - shore, 0, 1), sand)
    lace = np.exp(-(((stage.y - shore) / (7 * stage.u)) ** 2)) * arrays.step(
        stage.clouds(16, 4), 0.3, 0.55
    )
    stage.cover(np.clip(lace * 1.2, 0, 1), (252, 254, 255))
    _palm(stage)
    stage.dusk()


def _palm(stage: Stage) -> None:
    """One palm that leans in from a side."""
    side = 1 if stage.rng.random() < 0.5 else -1
    foot_x = stage.width * (0.06 if side == 1 else 0.94)
    w, h, u = stage.width, stage.height, stage.u
    trunk_left, trunk_right, spine = [], [], []
    for k in range(24):
        t = k / 23
        x, y = foot_x + side * 0.13 * w * t**1.6, h * (0.86 - 0.56 * t)
        half = (15 - 7 * t) * u
        trunk_left.append((x - half, y))
        trunk_right.append((x + half, y))
        spine.append((x, y))
    mask = stage.shapes([trunk_left + trunk_right[::-1]])
    rings = 0.8 + 0.24 * np.sin(stage.y / (5.0 * u))
    light, _ = arrays.relief(arrays.inflate(mask, 6 * u) * 30 * u)
    stage.cover(mask, unit((150, 112, 72)) * (rings * (0.5 + 0.65 * light))[..., None])
    top_x, top_y = spine[-1]
    for layer in range(2):
        leaves = []
        for k in range(7):
            turn = np.pi * (k / 6 * 1.2 - 0.1) + stage.dice(-0.12, 0.12) + 0.2 * layer
            long = 0.17 * max(w, h) * stage.dice(0.85, 1.1)
            upper, lower = [], []
            for j in range(16):
                t = j / 15
                x = top_x - np.cos(turn) * long * t
                y = top_y - np.sin(turn) * long * 0.62 * t + 0.55 * long * t * t
                half = (
                    0.10 * long * np.sin(np.pi * min(1.0, t * 0.9 + 0.1)) * (0.72 + 0.5 * (j % 2))
                )
                upper.append((x, y - half * 0.5))
                lower.append((x, y + half))
            leaves.append(upper + lower[::-1])
        mask = stage.shapes(leaves)
        light, _ = arrays.relief(arrays.inflate(mask, 5 * u) * 26 * u)
        tone = unit((52, 128, 68)) if layer == 0 else unit((82, 160, 78))
        stage.cover(mask, tone * (0.52 + 0.62 * light)[..., None])


def snow(stage: Stage) -> None:
    """White hills, laden conifers, falling snow."""
    stage.sky(0.62)
    stage.ridge(0.46, 0.16, 7, (176, 194, 220), 0.25)
    stage.ridge(0.56, 0.07, 4, (218, 228, 242), 0.1)
    _wood(stage, 0.64, 0.22, 18, (70, 112, 104), snow=True)
    drift = stage.clouds(240, 4)
    light, _ = arrays.relief(drift * 200 * stage.u, light=(-0.5, -0.5, 0.7))
    body = ramp(light, [(0, (168, 190, 224)), (0.6, (226, 234, 246)), (1, (255, 255, 255))])
    sparkle = (stage.rng.random(stage.shape, dtype=np.float32) > 0.9985) * np.float32(0.3)
    crest = stage.height * (
        0.66 + 0.02 * (noise.fbm(1, stage.width, 300 * stage.u, stage.rng)[0] - 0.5)
    )
    stage.cover(np.clip(stage.y - crest[None], 0, 1), np.clip(body + sparkle[..., None], 0, 1))
    stage.dusk()
    stage.picture = over_light(stage.picture, flakes(*stage.shape, stage.rng)[..., None] * 0.9)


def desert(stage: Stage) -> None:
    """Dunes with ripples and sharp crests."""
    stage.sky(0.6)
    for level, rise, tone in ((0.52, 0.06, 0.92), (0.60, 0.09, 0.97), (0.74, 0.08, 1.03)):
        mask = stage.ridge(level, rise, 4, (int(230 * tone), int(178 * tone), int(112 * tone)), 0.0)
        warp = stage.clouds(160, 3) * 90 * stage.u
        ripple = 0.5 + 0.5 * np.sin((stage.y * 1.6 + 0.3 * stage.x + warp) / (5 * stage.u))
        side = stage.clouds(260, 2)
        lit = (
            0.84
            + 0.08 * ripple * arrays.step(stage.y / stage.height, 0.55, 0.9)
            + 0.36 * (side - 0.45)
        )
        stage.cover(mask, stage.picture * lit[..., None])
    stage.dusk()


SCENES: dict[str, Callable[[Stage], None]] = {
    "beach": beach, "snow": snow, "forest": forest, "city": city, "room": room, "space": space,
    "meadow": meadow, "mountain": mountain, "desert": desert,
}  # fmt: skip
