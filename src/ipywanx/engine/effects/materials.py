"""Eight materials a thing can be turned into: each keeps the form and light of the photo."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from PIL import Image

from ipywanx.engine.effects import arrays, noise
from ipywanx.engine.effects.arrays import Floats
from ipywanx.engine.effects.colour import over_light, ramp, saturate, unit


@dataclass
class Surface:
    """The cut of the picture a material is put on."""

    picture: Floats
    mask: Floats
    rng: np.random.Generator
    scale: float
    inner_sides: tuple[bool, bool, bool, bool]  # left, top, right, bottom: more picture beyond

    @cached_property
    def gray(self) -> Floats:
        """Brightness of the photo."""
        return arrays.luma(self.picture)

    @cached_property
    def tone(self) -> Floats:
        """Brightness 0..1, stretched to what lies inside the mask."""
        inside = self.gray[self.mask > 0.5]
        low, high = np.percentile(inside if inside.size else self.gray, (3, 97))
        return np.asarray(np.clip((self.gray - low) / max(float(high - low), 0.08), 0, 1))

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width."""
        return self.mask.shape[0], self.mask.shape[1]

    def clouds(self, scale: float, octaves: int = 4, gain: float = 0.5) -> Floats:
        """Give soft noise with blobs of `scale` units."""
        return noise.fbm(*self.shape, scale * self.scale, self.rng, octaves=octaves, gain=gain)

    def pillow(self, radius: float) -> Floats:
        """Give a rounded height over the mask, in pixels per unit of `radius`."""
        return arrays.inflate(self.mask, radius * self.scale)

    def flat(self, radius: float, eps: float, times: int = 1) -> Floats:
        """Give the photo without its texture."""
        return arrays.smooth(self.picture, max(1, round(radius * self.scale)), eps, times)


def ice(s: Surface) -> Floats:
    """Carved ice: refracting facets, cracks, frost, bright rims."""
    u = s.scale
    swirl = s.clouds(30)
    warp = ((s.clouds(22, 2) - 0.5) * 26 * u, (s.clouds(22, 2) - 0.5) * 26 * u)
    near, next_near, number = noise.cells(*s.shape, 44 * u, s.rng, warp)
    shift_x = noise.per_cell(number, s.rng) - 0.5
    shift_y = noise.per_cell(number, s.rng) - 0.5
    slope_x, slope_y = arrays.gradient(arrays.blur(swirl, 1.5 * u) * 42 * u)
    y, x = arrays.grid(*s.shape)
    soft = arrays.blur(s.tone, 1.0 * u)
    seen = arrays.gather_soft(
        soft, x + shift_x * 11 * u + slope_x * 4 * u, y + shift_y * 11 * u + slope_y * 4 * u
    )
    seen = 0.45 * seen + 0.55 * soft
    body = ramp(
        seen * 0.92,
        [
            (0, (26, 74, 122)),
            (0.28, (74, 140, 188)),
            (0.58, (158, 210, 234)),
            (0.84, (222, 243, 251)),
            (1, (255, 255, 255)),
        ],
    )
    form = s.pillow(9) * 34 * u + soft * 16 * u + swirl * 9 * u
    form += (shift_x + shift_y) * 5 * u * arrays.step(next_near - near, 0.0, 0.12)
    diffuse, gleam = arrays.relief(form, gloss=0.9, power=26)
    crack = np.exp(-(((next_near - near) / 0.03) ** 2)) * (0.35 + 0.65 * s.clouds(60, 2))
    lines = arrays.ink_lines(s.gray, 0.9 * u, sharp=50)
    rim = np.clip(s.mask - arrays.blur(s.mask, 5 * u), 0, 1) * 1.8
    out = body * (0.70 + 0.42 * diffuse)[..., None]
    out = arrays.mix(out, np.broadcast_to(unit((24, 76, 128)), out.shape), 0.45 * lines)
    light = (gleam * 0.8 + crack * 0.30)[..., None] + rim[..., None] * unit((150, 216, 255))
    frost = (s.clouds(3, 2) > 0.62) * np.float32(0.07)
    return over_light(out, light + frost[..., None])


def cloud(s: Surface) -> Floats:
    """Cumulus: heaps of round puffs lit from above, the photo's tones as soft shadow."""
    u = s.scale
    h, w = s.shape
    height = np.zeros((h, w), np.float32)
    for size, lift in ((44.0, 0.0), (25.0, 7.0), (14.0, 12.0), (8.0, 15.0)):
        warp = ((s.clouds(size, 3) - 0.5) * size * u, (s.clouds(size, 3) - 0.5) * size * u)
        near, _, number = noise.cells(h, w, size * u, s.rng, warp)
        grow = 0.72 + 0.35 * noise.per_cell(number, s.rng)
        dome = np.sqrt(np.clip(1 - (near / grow) ** 2, 0, 1)) * size * 0.62 + lift
        # Smooth maximum: puffs sit on one another without creases.
        height = np.logaddexp(height / 2.2, dome / 2.2).astype(np.float32) * np.float32(2.2)
    height = arrays.blur(height * u, 0.9 * u)
    shape = arrays.blur(s.tone, 2.2 * u)
    form = height * 1.15 + s.pillow(12) * 34 * u + shape * 15 * u
    diffuse, _ = arrays.relief(form, light=(-0.4, -0.78, 0.5))
    wide, _ = arrays.relief(arrays.blur(form, 5 * u), light=(-0.35, -0.8, 0.5))
    hollow = np.clip((height - arrays.blur(height, 9 * u)) / (16 * u), -0.5, 0.5)
    tone = 0.30 + 0.26 * diffuse + 0.30 * wide + 0.34 * hollow + 0.34 * (shape - 0.45)
    out = ramp(
        np.clip(tone, 0, 1),
        [
            (0, (104, 122, 158)),
            (0.3, (158, 176, 208)),
            (0.55, (216, 225, 240)),
            (0.75, (246, 248, 252)),
            (1, (255, 255, 255)),
        ],
    )
    tint = saturate(arrays.blur(s.picture, 8 * u), 1.2)
    return np.asarray(out * (0.90 + 0.10 * tint / (arrays.luma(tint)[..., None] + 0.15)))


def lantern(s: Surface) -> Floats:
    """A festive lantern: glowing silk on ribs, outlined in gold."""
    u = s.scale
    h, w = s.shape
    y, x = arrays.grid(h, w)
    weight = s.mask + 1e-6
    total = float(weight.sum())
    centre_x, centre_y = float((weight * x).sum()) / total, float((weight * y).sum()) / total
    reach_x = 2 * float(np.sqrt((weight * (x - centre_x) ** 2).sum() / total)) + 1
    reach_y = 2 * float(np.sqrt((weight * (y - centre_y) ** 2).sum() / total)) + 1
    across = np.clip((x - centre_x) / reach_x, -1, 1)
    rib = np.cos(np.arcsin(across * 0.98) * 13)
    glow = np.exp(-1.0 * (((x - centre_x) / reach_x) ** 2 + ((y - centre_y) / reach_y) ** 2))
    body = arrays.luma(s.flat(3, 0.008, 2))
    low, high = np.percentile(body[s.mask > 0.4] if (s.mask > 0.4).any() else body, (3, 97))
    body = np.clip((body - low) / max(float(high - low), 0.08), 0, 1)
    # A large part of the silk stays red: only the middle and the bright parts burn yellow.
    heat = 0.10 + 0.42 * body + 0.34 * glow + 0.05 * rib + 0.10 * (s.clouds(40) - 0.5)
    out = ramp(
        np.clip(heat, 0, 1),
        [
            (0, (60, 4, 10)),
            (0.25, (140, 10, 16)),
            (0.5, (216, 36, 24)),
            (0.68, (246, 96, 36)),
            (0.84, (255, 186, 84)),
            (1, (255, 244, 200)),
        ],
    )
    shadow = np.exp(-(((np.abs(rib) - 1) / 0.05) ** 2)) * (rib < 0)
    out = out * (1 - 0.34 * shadow)[..., None]
    silk = 0.018 * np.sin(y * 2.2 / u) + 0.018 * np.sin(x * 2.2 / u)
    diffuse, _ = arrays.relief(s.pillow(9) * 26 * u + body * 5 * u)
    out = out * ((0.78 + 0.32 * diffuse) * (1 + silk))[..., None]
    gold = ramp(
        np.clip(0.45 + 0.9 * (diffuse - 0.55) + 0.4 * body, 0, 1),
        [(0, (120, 70, 14)), (0.5, (236, 184, 70)), (1, (255, 244, 190))],
    )
    lines = arrays.ink_lines(arrays.blur(s.gray, 0.6 * u), 1.1 * u, sharp=60)
    out = arrays.mix(out, gold, 0.8 * lines)
    hard = (s.mask > 0.5).astype(np.float32)
    rim = np.clip(hard - arrays.blur(s.mask, 3 * u), 0, 1)
    return arrays.mix(out, gold, np.clip(rim * 2.2, 0, 0.95))


def wooden(s: Surface) -> Floats:
    """Boards in five tones of wood, carved after the photo's light."""
    u = s.scale
    h, w = s.shape
    y, x = arrays.grid(h, w)
    tone = arrays.luma(s.flat(4, 0.008, 2))
    inside = tone[s.mask > 0.5]
    low, high = np.percentile(inside if inside.size else tone, (3, 97))
    tone = np.clip((tone - low) / max(float(high - low), 0.08), 0, 0.999)
    species = (
        ((52, 28, 16), (90, 52, 28)),
        ((98, 56, 30), (146, 88, 46)),
        ((142, 88, 46), (188, 128, 74)),
        ((182, 128, 76), (216, 166, 108)),
        ((212, 168, 112), (240, 206, 154)),
    )
    angles = (0.05, -0.10, 0.16, -0.05, 0.09)
    level = np.floor(tone * len(species)).astype(np.int32)
    out: Floats = np.zeros((h, w, 3), np.float32)
    warp = s.clouds(46, 3) * 26 * u
    swing = s.clouds(70, 2)
    for k, ((dark, pale), angle) in enumerate(zip(species, angles, strict=True)):
        here = level == k
        if not here.any():
            continue
        along = np.cos(angle) * x + np.sin(angle) * y
        across = np.cos(angle) * y - np.sin(angle) * x
        ring = (across + warp + 0.06 * along + k * 37) / (5.0 * u)
        rings = 0.5 + 0.5 * np.sin(ring * np.pi + 3 * swing)
        fibre = noise.streaks(h, w, 22 * u, max(1.0, 0.7 * u), s.rng)
        pores = noise.streaks(h, w, 9 * u, max(1.0, 0.5 * u), s.rng) > 0.86
        grain = np.clip(0.55 * rings**1.5 + 0.45 * fibre, 0, 1)
        wood = ramp(grain, [(0, dark), (1, pale)]) * (1 - 0.16 * pores)[..., None]
        out = np.where(here[..., None], wood, out)
    # The carving: steps between the tones, the photo's own relief, and seams between the boards.
    carving = arrays.blur(level.astype(np.float32), 0.9 * u) * 3.0 * u
    carving += (s.gray - arrays.blur(s.gray, 7 * u)) * 9 * u
    diffuse, gleam = arrays.relief(carving, gloss=0.25, power=20)
    board = (y + 0.02 * x) / (30 * u)
    seam = np.exp(-(((board - np.round(board)) * 30) ** 2))
    shade = noise.fbm(h, 8, 30 * u, s.rng, octaves=1)[:, :1] - 0.5
    lines = arrays.ink_lines(arrays.blur(s.gray, 0.5 * u), 1.0 * u, sharp=55)
    form, _ = arrays.relief(s.pillow(8) * 22 * u)
    out = out * ((0.46 + 0.62 * diffuse) * (0.80 + 0.28 * form))[..., None]
    out = out * (1 - 0.45 * seam)[..., None] * (1 + 0.25 * shade)[..., None]
    return np.asarray(out * (1 - 0.55 * lines)[..., None] * 1.18 + gleam[..., None] * 0.3)


def porcelain(s: Surface) -> Floats:
    """Blue and white porcelain: cobalt strokes and scrolls under a wet glaze."""
    u = s.scale
    h, w = s.shape
    y, x = arrays.grid(h, w)
    body = arrays.luma(s.flat(3, 0.006, 2))
    # Local tone: a dark thing must not become one block of blue.
    around = arrays.blur(body, 22 * u)
    local = body - around
    spread = max(float(np.std(local[s.mask > 0.5])) if (s.mask > 0.5).any() else 0.1, 0.03)
    tone = np.clip(0.62 + 0.24 * local / spread + 0.55 * (around - 0.5) * 0.6, 0, 1)
    wash = np.clip(1.08 - tone * 1.45, 0, 1) ** 1.4 * (0.7 + 0.6 * s.clouds(18))
    cell = 34 * u
    near, _, number = noise.cells(h, w, cell, s.rng)
    turn = noise.per_cell(number, s.rng)
    angle = np.arctan2(np.sin(x / cell * 2.1 + turn * 6), np.cos(y / cell * 2.1))
    scroll = np.exp(-((np.sin(near * 24 + 6.28 * turn + 4 * angle) / 0.24) ** 2))
    scroll *= np.exp(-(((near - 0.28) / 0.2) ** 2)) * np.clip((tone - 0.55) * 3, 0, 1)
    calm = 1 - np.clip(arrays.blur(np.abs(s.gray - arrays.blur(s.gray, 3 * u)), 6 * u) * 22, 0, 1)
    lines = arrays.ink_lines(arrays.blur(s.gray, 0.5 * u), 1.0 * u, sharp=65)
    edge = np.clip(s.mask - arrays.blur(s.mask, 2.2 * u), 0, 1) * 1.6
    cobalt = np.clip(0.9 * lines + 0.78 * wash + 0.62 * scroll * calm + edge, 0, 1)
    cobalt = arrays.blur(cobalt, 0.45 * u)
    out = ramp(
        cobalt,
        [
            (0, (246, 249, 252)),
            (0.3, (188, 207, 238)),
            (0.6, (80, 116, 196)),
            (0.85, (28, 58, 150)),
            (1, (14, 30, 98)),
        ],
    )
    form = s.pillow(14) * 55 * u + arrays.blur(s.tone, 1.5 * u) * 8 * u
    diffuse, gleam = arrays.relief(form, gloss=1.0, power=60)
    return over_light(out * (0.76 + 0.30 * diffuse)[..., None], gleam[..., None] * 0.7)


def fluffy(s: Surface) -> Floats:
    """Fur: tens of thousands of short hairs, rooted in the photo and painted back to front."""
    u = s.scale
    h, w = s.shape
    base = saturate(s.flat(3, 0.012), 1.12)
    form = s.pillow(10) * 34 * u + arrays.blur(s.tone, 3 * u) * 12 * u
    diffuse, _ = arrays.relief(form)
    under = base * (0.40 + 0.35 * diffuse)[..., None]
    lean_x, lean_y = arrays.gradient(arrays.blur(s.pillow(12), 4 * u) * 60 * u)
    heading = np.arctan2(-lean_y * 1.2 + 0.75, -lean_x * 1.2)
    heading = heading + 2.6 * (s.clouds(26, 2) - 0.5) + 1.6 * (s.clouds(9, 2) - 0.5)
    rows, columns = np.nonzero(s.mask > 0.35)
    if not len(rows):
        return base
    # A finer canvas, halved at the end, gives every hair a soft edge.
    fine = 2 if h * w < 900_000 else 1
    canvas = np.repeat(np.repeat(under, fine, 0), fine, 1).astype(np.float32)
    length = max(6, int(15 * u * fine))
    count = int(min(90_000, 5.5 * len(rows) * fine**2 / length + 2000))
    # Roughly from top to bottom: lower hairs lie on upper ones.
    pick = np.sort(s.rng.integers(0, len(rows), count))
    layer = np.argsort(pick + s.rng.integers(0, max(1, len(rows) // 7), count), kind="stable")
    for some in np.array_split(pick[layer], max(1, count // 6000)):
        place = (rows[some], columns[some])
        tone = (0.55 + 0.52 * diffuse[place])[:, None]
        tone = tone * (0.78 + 0.44 * s.rng.random((len(some), 1), dtype=np.float32))
        jitter = s.rng.random((2, len(some)), dtype=np.float32)
        roots = ((place[0] + jitter[0]) * fine, (place[1] + jitter[1]) * fine)
        _comb(canvas, roots, base[place] * tone + 0.02, heading[place], length=length, rng=s.rng)
    out = arrays.resize(canvas, (w, h), Image.Resampling.BOX)
    return np.asarray(np.clip(out * 1.06 + 0.02, 0, 1))


def _comb(
    canvas: Floats,
    roots: tuple[Floats, Floats],
    colour: Floats,
    heading: Floats,
    *,
    length: int,
    rng: np.random.Generator,
) -> None:
    """Paint some hairs from root to tip onto the canvas, later ones over earlier ones."""
    count = len(heading)
    y, x = roots
    height, width = canvas.shape[:2]
    turn = heading + 0.55 * (rng.random(count, dtype=np.float32) - 0.5)
    curl = (rng.random(count, dtype=np.float32) - 0.5) * 1.5 / length
    reach = (0.55 + 0.45 * rng.random(count, dtype=np.float32)) * length
    spots = np.full((count, length), -1, np.int64)
    for k in range(length):
        row = np.clip(y, 0, height - 1).astype(np.int64)
        column = np.clip(x, 0, width - 1).astype(np.int64)
        spots[:, k] = np.where(reach < k, -1, row * width + column)
        x, y = x + np.cos(turn), y + np.sin(turn)
        turn = turn + curl
    bright = np.float32(0.62) + np.float32(0.62) * np.arange(length, dtype=np.float32) / length
    paint = (colour[:, None] * bright[None, :, None]).astype(np.float32).reshape(-1, 3)
    painted = spots.ravel() >= 0
    # Of several hairs over one spot the last one painted stays.
    canvas.reshape(-1, 3)[spots.ravel()[painted]] = paint[painted]


def yarn(s: Surface) -> Floats:
    """Knitting: rows of twisted V stitches, one colour each."""
    u = s.scale
    h, w = s.shape
    wide, tall = max(7, int(6.2 * u)), max(6, int(5.2 * u))
    y, x = arrays.grid(h, w)
    sway_x, sway_y = (s.clouds(60, 2) - 0.5) * 9 * u, (s.clouds(60, 2) - 0.5) * 9 * u
    slope_x, slope_y = arrays.gradient(s.pillow(12) * 26 * u)
    px, py = x + sway_x + slope_x * 5 * u, y + sway_y + slope_y * 5 * u
    column = np.floor(px / wide)
    in_x = px / wide - column
    side = np.where(in_x < 0.5, -1, 1)
    in_y = py / tall - 1.8 * np.abs(in_x - 0.5)
    row = np.floor(in_y)
    in_y = in_y - row
    across = np.abs(np.abs(in_x - 0.5) - 0.25) * 4
    profile = np.sqrt(np.clip(1 - across**2, 0, 1)) * np.sqrt(
        np.clip(1 - (2 * in_y - 1) ** 2, 0, 1)
    )
    base = saturate(s.flat(2, 0.008), 1.2)
    stitch = arrays.gather(base, (column + 0.5) * wide - (px - x), (row + 0.95) * tall - (py - y))
    twist = 0.10 * np.sin((in_y * tall + side * in_x * wide) * 2.3 / u) * profile
    fuzz = (s.rng.random((h, w), dtype=np.float32) - 0.5) * 0.10
    out = (stitch * 0.94 + 0.05) * (0.30 + 0.82 * profile + twist + fuzz)[..., None]
    diffuse, _ = arrays.relief(s.pillow(9) * 26 * u + arrays.blur(s.tone, 3 * u) * 6 * u)
    return np.asarray(out * (0.70 + 0.44 * diffuse)[..., None])


def balloon(s: Surface) -> Floats:
    """Foil balloons: swollen glossy parts with window reflections."""
    u = s.scale
    flat = s.flat(7, 0.02, 3)
    gray = arrays.luma(flat)
    slope_x, slope_y = arrays.gradient(arrays.blur(gray, 1.6 * u))
    crease = np.clip(np.hypot(slope_x, slope_y) * 15 * u, 0, 1)
    colour = saturate(flat, 1.7)
    top = colour.max(-1, keepdims=True) + 1e-3
    colour = colour / top * (0.42 + 0.52 * np.clip(top, 0, 1))
    form = arrays.inflate(s.mask * (1 - 0.9 * crease), 6 * u) * 58 * u
    form = arrays.blur(form + arrays.blur(gray, 3 * u) * 22 * u, 1.9 * u)
    diffuse, gleam = arrays.relief(form, light=(-0.5, -0.6, 0.7), gloss=1.0, power=46)
    _, back = arrays.relief(form, light=(0.7, 0.5, 0.5), gloss=0.4, power=30)
    rim = np.clip(1 - diffuse, 0, 1) ** 2
    out = colour * (0.40 + 0.76 * diffuse)[..., None] + (rim * 0.22)[..., None] * colour
    return over_light(out, (gleam * 0.92 + back * 0.4)[..., None] * unit((255, 252, 246)))


MATERIALS: dict[str, Callable[[Surface], Floats]] = {
    "ice": ice, "cloud": cloud, "lantern": lantern, "wooden": wooden,
    "porcelain": porcelain, "fluffy": fluffy, "yarn": yarn, "balloon": balloon,
}  # fmt: skip
