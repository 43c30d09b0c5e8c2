"""Procedural places to put a character in: beach, forest, city, room, space and more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from ipywanx.engine.effects import arrays, noise, props
from ipywanx.engine.effects.arrays import Floats
from ipywanx.engine.effects.atmosphere import flakes
from ipywanx.engine.effects.colour import RGB, over_light, ramp, unit


@dataclass
class Stage:
    """A canvas with its size, its dice, and the light of the hour."""

    width: int
    height: int
    rng: np.random.Generator
    night: bool = False
    sunset: bool = False

    def __post_init__(self) -> None:
        self.y, self.x = arrays.grid(self.height, self.width)
        self.u = max(self.width, self.height) / 1000
        self.picture = np.zeros((self.height, self.width, 3), np.float32)

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width."""
        return self.height, self.width

    def dice(self, low: float, high: float) -> float:
        """Give a random number of the range."""
        return low + (high - low) * float(self.rng.random())

    def clouds(self, scale: float, octaves: int = 5) -> Floats:
        """Give noise with blobs of `scale` thousandths of the picture."""
        return noise.fbm(*self.shape, scale * self.u, self.rng, octaves=octaves)

    def cover(self, mask: Floats, colour: Floats | RGB) -> None:
        """Paint a colour (one or per pixel) under a mask."""
        paint = unit(colour) if isinstance(colour, tuple) else colour
        paint = np.broadcast_to(paint, self.picture.shape)
        mask = np.broadcast_to(mask, self.shape)
        self.picture = arrays.mix(self.picture, paint, mask.astype(np.float32))

    def shapes(self, outlines: list[list[tuple[float, float]]]) -> Floats:
        """Give the soft mask of polygons in pixel coordinates."""
        plane = Image.new("L", (self.width * 2, self.height * 2), 0)
        draw = ImageDraw.Draw(plane)
        for outline in outlines:
            draw.polygon([(x * 2, y * 2) for x, y in outline], fill=255)
        return arrays.from_image(plane.resize((self.width, self.height), Image.Resampling.BOX))

    def sky(self, down_to: float = 0.7) -> None:
        """Paint the sky of the hour, with clouds, sun or moon."""
        level = np.broadcast_to(np.clip(self.y / self.height / down_to, 0, 1), self.shape)
        if self.night:
            stops: list[tuple[float, RGB]] = [
                (0, (10, 14, 44)),
                (0.6, (34, 46, 104)),
                (1, (92, 96, 156)),
            ]
        elif self.sunset:
            stops = [
                (0, (66, 70, 138)),
                (0.45, (190, 104, 146)),
                (0.75, (250, 150, 104)),
                (1, (255, 214, 146)),
            ]
        else:
            stops = [(0, (74, 154, 232)), (0.6, (160, 212, 248)), (1, (232, 244, 250))]
        self.cover(np.ones(self.shape, np.float32), ramp(level, stops))
        flat = noise.fbm(self.height * 2, self.width, 210 * self.u, self.rng, octaves=6, gain=0.55)
        flat = arrays.resize(flat, (self.width, self.height))
        mist = arrays.step(flat, 0.52, 0.68) * arrays.step(level, 1.1, 0.3)
        light, _ = arrays.relief(
            arrays.blur(flat, 3 * self.u) * 90 * self.u, light=(-0.4, -0.8, 0.5)
        )
        tone: RGB = (
            (70, 76, 128) if self.night else (255, 206, 196) if self.sunset else (255, 255, 255)
        )
        self.cover(
            mist * (0.45 if self.night else 0.85), unit(tone) * (0.80 + 0.26 * light)[..., None]
        )
        side = int(0.15 * min(self.width, self.height))
        left = int(self.dice(0.06, 0.86) * (self.width - side))
        top = int((0.42 if self.sunset else 0.06) * self.height)
        far = np.hypot(self.x - left - side / 2, self.y - top - side / 2) / side
        if self.night:
            stars = np.zeros(self.shape, np.float32)
            rows = self.rng.integers(0, int(self.height * down_to), 240)
            stars[rows, self.rng.integers(0, self.width, 240)] = self.rng.random(240) ** 2
            stars = arrays.blur(stars, 0.8 * self.u + 0.3) * (10 * self.u + 6)
            self.picture = over_light(self.picture, stars[..., None] * unit((230, 236, 255)))
            self.picture = over_light(
                self.picture,
                (0.45 * np.exp(-((far / 1.1) ** 2)))[..., None] * unit((220, 226, 255)),
            )
            props.put(self.picture, "moon", (left, top, left + side, top + side))
        else:
            glow = 0.55 * np.exp(-((far / 1.2) ** 2)) + 1.2 * np.exp(-((far / 0.42) ** 6))
            self.picture = over_light(self.picture, glow[..., None] * unit((255, 238, 176)))

    def ridge(
        self, level: float, rise: float, rough: int, colour: RGB, pale: float = 0.0
    ) -> Floats:
        """Paint hills whose crest runs about `level` of the height; gives their mask."""
        knots = self.rng.random((1, rough + 2), dtype=np.float32) - 0.5
        crest = arrays.resize(knots, (self.width, 1))[0] * 2 * rise
        fine = noise.fbm(1, self.width, 40 * self.u, self.rng, octaves=4)[0] - 0.5
        crest = self.height * (level - crest + 0.10 * rise * fine)
        mask = np.clip(self.y - crest[None] + 0.5, 0, 1)
        below = np.clip((self.y - crest[None]) / (0.3 * self.height), 0, 1)
        texture = 1 + 0.20 * (self.clouds(26, 4) - 0.5)
        body = unit(colour) * texture[..., None] * (1.06 - 0.22 * below)[..., None]
        haze = unit((70, 76, 130)) if self.night else unit((226, 236, 244))
        self.cover(mask, arrays.mix(body, np.broadcast_to(haze, body.shape), pale))
        return np.asarray(mask, np.float32)

    def dusk(self) -> None:
        """Turn the ground dark blue at night, warm at sunset (call after the ground is drawn)."""
        low = arrays.step(self.y / self.height, 0.40, 0.62)
        if self.night:
            shade = self.picture * unit((104, 116, 176)) * 0.8
            self.cover(low, shade)
        elif self.sunset:
            self.cover(low * 0.6, self.picture * unit((255, 190, 140)) * 1.02)


def _conifer(x: float, foot: float, tall: float) -> list[list[tuple[float, float]]]:
    tiers = []
    for k in range(4):
        top = foot - tall * (1 - 0.20 * k)
        low = foot - tall * (0.60 - 0.19 * k)
        half = tall * (0.12 + 0.065 * k)
        tiers.append([(x, top), (x + half, low), (x + half * 0.4, low - tall * 0.03),
                      (x - half * 0.4, low - tall * 0.03), (x - half, low)])  # fmt: skip
    return tiers


def _wood(stage: Stage, foot: float, tall: float, count: int, colour: RGB, snow: bool) -> None:
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
    _wood(stage, 0.66, 0.10, 46, (58, 98, 78), False)
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
        _wood(stage, foot, tall, count, (int(74 * tone), int(124 * tone), int(88 * tone)), False)
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
    _wood(stage, 0.64, 0.22, 18, (70, 112, 104), True)
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


def city(stage: Stage) -> None:
    """Two rows of houses with windows, a street with a kerb."""
    stage.sky(0.66)
    for depth, (foot, low, high) in enumerate(((0.66, 0.30, 0.58), (0.70, 0.18, 0.42))):
        x = -0.02
        while x < 1.0:
            wide = stage.dice(0.07, 0.13)
            tall = stage.dice(low, high)
            _tower(stage, x, foot, wide, tall, depth)
            x += wide + (0.004 if depth else -0.008)
        if depth == 0:
            haze: RGB = (50, 56, 104) if stage.night else (214, 226, 238)
            stage.cover(
                np.full(stage.shape, 0.34, np.float32)
                * arrays.step(stage.y / stage.height, 0.1, 0.5),
                haze,
            )
    h, w = stage.shape
    road = unit((92, 94, 102)) * (0.9 + 0.14 * stage.clouds(8, 3))[..., None]
    stage.cover(arrays.step(stage.y / h, 0.698, 0.702), unit((188, 184, 178)) * np.ones_like(road))
    stage.cover(arrays.step(stage.y / h, 0.758, 0.762), road)
    dashes = []
    for k in range(7):
        left = w * (k + 0.2) / 7
        dashes.append([(left, h * 0.872), (left + w * 0.07, h * 0.872),
                       (left + w * 0.066, h * 0.886), (left - w * 0.004, h * 0.886)])  # fmt: skip
    stage.cover(stage.shapes(dashes) * 0.85, (236, 230, 206))
    if stage.night:
        stage.cover(arrays.step(stage.y / h, 0.69, 0.72), stage.picture * unit((110, 116, 170)))


def _tower(stage: Stage, left: float, foot: float, wide: float, tall: float, depth: int) -> None:
    h, w = stage.shape
    colours: tuple[RGB, ...] = ((214, 140, 110), (232, 196, 140), (150, 172, 196), (196, 204, 196),
                                (226, 172, 160), (168, 152, 186))  # fmt: skip
    colour = unit(colours[int(stage.rng.integers(0, len(colours)))])
    x0, x1 = int(max(0, left * w)), int(min(w, (left + wide) * w))
    y0, y1 = int(h * (foot - tall)), int(h * foot)
    if x1 - x0 < 8:
        return
    dim = 0.42 if stage.night else 1.0
    across = np.linspace(1.06, 0.82, x1 - x0, dtype=np.float32)[None, :, None]
    block = np.broadcast_to(colour * dim, (y1 - y0, x1 - x0, 3)) * across
    block = block.copy()
    block[: max(2, int(5 * stage.u))] *= 0.72
    pitch_x, pitch_y = max(9, int(21 * stage.u)), max(11, int(27 * stage.u))
    pane_x, pane_y = int(pitch_x * 0.56), int(pitch_y * 0.58)
    for y in range(int(pitch_y * 0.6), y1 - y0 - pane_y, pitch_y):
        for x in range(int(pitch_x * 0.35), x1 - x0 - pane_x, pitch_x):
            lit = stage.rng.random() < (0.5 if stage.night else 0.06)
            glass = (
                unit((255, 214, 122))
                if lit
                else unit((60, 78, 112)) * (0.7 if stage.night else 1.35)
            )
            block[y : y + pane_y, x : x + pane_x] = glass * stage.dice(0.86, 1.1)
            block[y : y + max(1, pane_y // 8), x : x + pane_x] *= 0.7
    if depth:
        block *= 0.97
    stage.picture[y0:y1, x0:x1] = np.clip(block, 0, 1)


def room(stage: Stage) -> None:
    """A cosy room: wall, window with a view, lamp, picture, boards and a rug."""
    h, w = stage.shape
    u = stage.u
    walls: tuple[RGB, ...] = ((236, 222, 200), (206, 220, 214), (226, 208, 214), (208, 216, 230))
    wall = unit(walls[int(stage.rng.integers(0, 4))])
    stripe = 1 - 0.025 * (np.sin(stage.x / (15 * u)) > 0)
    shade = 1.02 - 0.16 * np.hypot(stage.x / w - 0.35, stage.y / h - 0.3)
    stage.cover(np.ones(stage.shape, np.float32), wall * (stripe * shade)[..., None])
    floor = arrays.step(stage.y / h, 0.679, 0.681)
    depth = np.clip((stage.y / h - 0.68) / 0.32, 0, 1)
    board = (stage.x / w - 0.5) / (0.55 + 0.9 * depth) * 9
    grain = noise.streaks(stage.width, stage.height, 200 * u, 3 * u, stage.rng).T
    seam = np.exp(-(((board - np.round(board)) * 40) ** 2))
    tone = 0.90 + 0.16 * np.sin(np.round(board + 0.5) * 12.9) * 0.5 + 0.14 * (grain - 0.5)
    stage.cover(floor, unit((186, 132, 86)) * (tone * (1 - 0.3 * seam))[..., None])
    stage.cover(arrays.step(stage.y / h, 0.651, 0.653) * (1 - floor), (250, 247, 240))
    left = 0.56 + 0.06 * float(stage.rng.random())
    x0, y0, x1, y1 = int(w * left), int(h * 0.10), int(w * (left + 0.30)), int(h * 0.50)
    view = Stage(x1 - x0, y1 - y0, stage.rng, stage.night, stage.sunset)
    view.sky(0.8)
    view.ridge(0.74, 0.10, 4, (130, 180, 120), 0.2)
    view.dusk()
    frame = int(10 * u)
    stage.picture[y0 - frame : y1 + frame, x0 - frame : x1 + frame] = unit((252, 250, 245)) * 0.98
    stage.picture[y0:y1, x0:x1] = view.picture
    middle_x, middle_y = (x0 + x1) // 2, (y0 + y1) // 2
    stage.picture[y0:y1, middle_x - frame // 3 : middle_x + frame // 3] = unit((250, 248, 243))
    stage.picture[middle_y - frame // 3 : middle_y + frame // 3, x0:x1] = unit((250, 248, 243))
    curtain = unit((204, 92, 84)) if stage.rng.random() < 0.5 else unit((92, 128, 168))
    for edge, towards in ((x0 - 3 * frame, 1), (x1 + 3 * frame, -1)):
        far = (stage.x - edge) * towards
        swing = 46 * u + 12 * u * np.sin(stage.y / h * 5)
        mask = (
            (far > 0) & (far < swing) & (stage.y > y0 - 3 * frame) & (stage.y < h * 0.58)
        ).astype(np.float32)
        folds = 0.82 + 0.2 * np.sin(stage.x / (5.5 * u))
        stage.cover(arrays.blur(mask, 0.7), curtain * (folds * np.ones(stage.shape))[..., None])
    fx0, fy0, side = int(w * 0.12), int(h * 0.16), int(0.17 * min(w, h))
    stage.picture[fy0 : fy0 + side, fx0 : fx0 + int(side * 1.3)] = unit((120, 84, 54))
    inner = max(2, int(6 * u))
    art = Stage(int(side * 1.3) - 2 * inner, side - 2 * inner, stage.rng, False, True)
    art.sky(0.8)
    art.ridge(0.6, 0.2, 5, (90, 108, 150), 0.1)
    stage.picture[fy0 + inner : fy0 + side - inner, fx0 + inner : fx0 + int(side * 1.3) - inner] = (
        art.picture
    )
    far = ((stage.x / w - 0.5) / 0.36) ** 2 + ((stage.y / h - 0.88) / 0.085) ** 2
    rug = arrays.step(far, 1.03, 0.98)
    rings = ramp(np.clip(far, 0, 1), [(0, (232, 196, 130)), (0.35, (206, 92, 80)), (0.62, (240, 222, 190)),
                                      (0.8, (84, 116, 150)), (1, (60, 84, 118))])  # fmt: skip
    stage.cover(rug, rings * (0.92 + 0.14 * stage.clouds(4, 2))[..., None])
    light = np.exp(-(((stage.x / w - 0.42 + 0.4 * (stage.y / h - 0.9)) / 0.16) ** 2)) * floor
    if stage.night:
        glow = np.exp(-((np.hypot(stage.x / w - 0.3, stage.y / h - 0.42) / 0.5) ** 2))
        stage.cover(
            np.ones(stage.shape, np.float32),
            stage.picture * (unit((104, 100, 140)) + glow[..., None] * unit((150, 110, 50))),
        )
        stage.picture[y0:y1, x0:x1] = np.maximum(stage.picture[y0:y1, x0:x1], view.picture * 0.8)
    else:
        stage.picture = over_light(stage.picture, (0.14 * light)[..., None] * unit((255, 236, 190)))


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
        True,
    )
    _planet(
        stage,
        stage.dice(0.72, 0.90),
        stage.dice(0.12, 0.40),
        stage.dice(0.045, 0.08),
        (96, 166, 214),
        False,
    )
    crest = h * (
        0.76
        + 0.05 * ((stage.x / w - 0.5) * 2) ** 2
        + 0.015 * (noise.fbm(1, w, 120 * u, stage.rng) - 0.5)
    )
    near, _, number = noise.cells(h, w, 95 * u, stage.rng)
    size = 0.12 + 0.26 * noise.per_cell(number, stage.rng)
    bowl = np.clip((near - size) / 0.06, -1, 1) * (np.abs(near - size) < 0.3)
    light, _ = arrays.relief(
        -arrays.blur(np.where(near < size, 1 - near / size, 0), 2 * u) * 14 * u
        + stage.clouds(30, 4) * 12 * u
    )
    del bowl
    ground = ramp(light, [(0, (62, 58, 84)), (0.6, (150, 144, 168)), (1, (214, 208, 224))])
    stage.cover(np.clip(stage.y - crest, 0, 1), ground)


def _planet(stage: Stage, cx: float, cy: float, radius: float, colour: RGB, ringed: bool) -> None:
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


SCENES: dict[str, Callable[[Stage], None]] = {
    "beach": beach, "snow": snow, "forest": forest, "city": city, "room": room, "space": space,
    "meadow": meadow, "mountain": mountain, "desert": desert,
}  # fmt: skip
