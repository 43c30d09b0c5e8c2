"""Whole-picture styles: the French picture book, gold foil, and a few cheap kin."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image

from ipywanx.engine.effects import arrays, noise
from ipywanx.engine.effects.arrays import Floats
from ipywanx.engine.effects.colour import from_oklab, over_light, ramp, saturate, to_oklab, unit
from ipywanx.engine.effects.job import Job
from ipywanx.text import Text

_WORK_SIDE = 1280


def stylization_all(job: Job) -> Image.Image:
    """Repaint the whole picture; `strength` blends from the photo to the full style."""
    reading = job.read("style")
    style = reading.use_first("style")
    if style is None:
        style = "picture book"
        job.notice(
            Text(
                "The prompt names no style this engine knows; the picture-book style was used.",
                "提示词中没有此引擎认识的风格；使用了绘本风格。",
            )
        )
    strength = job.number("strength", 0.5, 0, 1)
    picture = arrays.shrunk(job.image, _WORK_SIDE)
    painted = np.clip(STYLES[style](picture, job.rng("style")), 0, 1)
    wide = arrays.to_image(painted).resize(job.image.size, Image.Resampling.BICUBIC)
    # Half strength should already read as the style, as it does with the service.
    return Image.blend(job.image, wide, 1 - (1 - strength) ** 2.4)


def coherence(gray: Floats, sigma: float) -> Floats:
    """Tell lines (1) from texture that runs every way (0), by the structure tensor."""
    slope_x, slope_y = arrays.gradient(arrays.blur(gray, 0.8))
    xx = arrays.blur(slope_x * slope_x, sigma)
    yy = arrays.blur(slope_y * slope_y, sigma)
    xy = arrays.blur(slope_x * slope_y, sigma)
    return np.asarray(np.sqrt((xx - yy) ** 2 + 4 * xy * xy) / (xx + yy + 2e-5))


def drawn_lines(picture: Floats, weight: float) -> Floats:
    """Draw the picture's contours as a pen would: clear edges, little of the texture."""
    calm = arrays.luma(arrays.smooth(picture, max(2, round(weight * 2.2)), 0.003))
    lines = arrays.ink_lines(calm, weight, tau=0.976, eps=0.002, sharp=90)
    return np.asarray(lines * arrays.step(coherence(calm, weight * 2.2), 0.25, 0.6))


def picture_book(picture: Floats, rng: np.random.Generator) -> Floats:
    """Gouache washes with wandering edges, warm paper, and a brown pen."""
    h, w = picture.shape[:2]
    u = max(h, w) / 256
    y, x = arrays.grid(h, w)
    wash = arrays.smooth(picture, round(2.4 * u), 0.009, 3)
    drift_x = noise.fbm(h, w, 14 * u, rng, octaves=3) - 0.5
    drift_y = noise.fbm(h, w, 14 * u, rng, octaves=3) - 0.5
    wash = arrays.gather_soft(wash, x + drift_x * 7 * u, y + drift_y * 7 * u)
    wash = arrays.smooth(wash, max(2, round(1.2 * u)), 0.004)
    lab = to_oklab(wash)
    # Few tones with soft steps, like glazes laid over one another.
    tones = 9
    level = lab[..., 0] * tones
    part = level % 1 - 0.5
    stepped = (np.floor(level) + 0.5 + 0.5 * np.tanh(5 * part)) / tones
    lab[..., 0] = 0.10 + 0.90 * (0.65 * stepped + 0.35 * lab[..., 0])
    lab[..., 1:] = lab[..., 1:] * 1.35
    lab[..., 1] += 0.006
    lab[..., 2] += 0.018
    wash = from_oklab(lab)
    pigment = noise.fbm(h, w, 26 * u, rng, octaves=6, gain=0.6) - 0.5
    wash = wash * (1 + 0.30 * pigment[..., None])
    slope_x, slope_y = arrays.gradient(arrays.blur(arrays.luma(wash), 1.2))
    pooled = np.clip(np.hypot(slope_x, slope_y) * 7, 0, 1)
    wash = wash * (1 - 0.28 * pooled)[..., None]
    wash = arrays.mix(wash, np.broadcast_to(unit((255, 247, 228)), wash.shape), 0.06)
    lines = drawn_lines(picture, max(0.8, 0.52 * u))
    pressure = np.clip(1.7 * noise.fbm(h, w, 8 * u, rng, octaves=3), 0.2, 1)
    page = arrays.mix(
        wash, np.broadcast_to(unit((54, 38, 44)), wash.shape), 0.88 * lines * pressure
    )
    paper, _ = arrays.relief((noise.fbm(h, w, 3.2, rng, octaves=2) - 0.5) * 2.4)
    return np.asarray(page * (0.87 + 0.20 * paper)[..., None])


def gold_foil(picture: Floats, rng: np.random.Generator) -> Floats:
    """Hammered gold leaf on a midnight ground."""
    h, w = picture.shape[:2]
    u = max(h, w) / 256
    base = arrays.smooth(picture, max(2, round(2.6 * u)), 0.005, 2)
    tone = arrays.luma(base)
    low, high = np.percentile(tone, (2, 98))
    tone = np.clip((tone - low) / max(float(high - low), 0.05), 0, 1)
    gray = arrays.luma(picture)
    fine = gray - arrays.blur(gray, 2.6 * u)
    dents = noise.fbm(h, w, 4.5 * u, rng) - 0.5
    height = tone * 8 * u + fine * 10 * u + dents * 1.5 * u
    diffuse, gleam = arrays.relief(height * 1.2, gloss=0.9, power=18)
    sheen = noise.fbm(h, w, 54 * u, rng) - 0.5
    heat = np.clip(0.17 + 0.53 * tone + 0.55 * (diffuse - 0.62) + 0.28 * sheen, 0, 1)
    gold = ramp(
        heat,
        [
            (0, (38, 20, 6)),
            (0.25, (112, 68, 16)),
            (0.5, (196, 140, 38)),
            (0.72, (240, 200, 96)),
            (0.9, (255, 236, 168)),
            (1, (255, 252, 230)),
        ],
    )
    gold = gold + gleam[..., None] * unit((255, 234, 166))
    ground = ramp(tone, [(0, (6, 10, 20)), (1, (26, 42, 66))])
    ground = ground * (0.8 + 0.5 * noise.fbm(h, w, 2.5, rng, octaves=2))[..., None]
    # The leaf lies where the picture is bright, and follows edges even where it is dark.
    around = arrays.blur(tone, 16 * u)
    torn = 0.11 * (noise.fbm(h, w, 9 * u, rng) - 0.5)
    cover = 1 / (1 + np.exp(-(tone - 0.26 - 0.22 * around + torn) * 26))
    lines = arrays.ink_lines(arrays.luma(base), 0.8 * u, tau=0.97)
    rims = drawn_lines(picture, max(0.8, 0.6 * u)) * (1 - cover)
    out = arrays.mix(ground, gold, np.maximum(cover, 0.8 * rims))
    out = arrays.mix(out, np.broadcast_to(unit((34, 20, 8)), out.shape), 0.75 * lines * cover)
    dust = (rng.random((h, w), dtype=np.float32) > 0.9993).astype(np.float32)
    spark = arrays.blur(dust, 0.8) * 9 + arrays.blur(dust, 2.2) * 12
    return over_light(out, (spark * (0.25 + 0.75 * cover))[..., None] * unit((255, 226, 140)))


def watercolour(picture: Floats, rng: np.random.Generator) -> Floats:
    """Wet washes with dark rims, and white paper towards the edges."""
    h, w = picture.shape[:2]
    u = max(h, w) / 256
    y, x = arrays.grid(h, w)
    wash = arrays.smooth(picture, max(2, round(1.8 * u)), 0.006, 2)
    drift_x = noise.fbm(h, w, 20 * u, rng, octaves=4) - 0.5
    drift_y = noise.fbm(h, w, 20 * u, rng, octaves=4) - 0.5
    wash = arrays.gather_soft(wash, x + drift_x * 8 * u, y + drift_y * 8 * u)
    wash = saturate(arrays.smooth(wash, max(2, round(u)), 0.003), 1.35) ** 0.82
    slope_x, slope_y = arrays.gradient(arrays.blur(arrays.luma(wash), 1.0))
    rims = np.clip(np.hypot(slope_x, slope_y) * 10, 0, 1)
    flow = noise.fbm(h, w, 34 * u, rng, octaves=6, gain=0.62) - 0.5
    density = 1 + 0.7 * flow + 0.8 * rims
    wash = np.clip(wash, 0.02, 1) ** density[..., None]
    edge = np.minimum(np.minimum(y, h - 1 - y), np.minimum(x, w - 1 - x)) / (14 * u)
    paper = np.clip(edge + 2.4 * flow - 0.15, 0, 1)
    out = arrays.mix(
        np.broadcast_to(unit((252, 249, 242)), wash.shape), wash, arrays.step(paper, 0, 0.6)
    )
    tooth, _ = arrays.relief((noise.fbm(h, w, 3, rng, octaves=2) - 0.5) * 2)
    return np.asarray(out * (0.88 + 0.18 * tooth)[..., None])


def pencil(picture: Floats, rng: np.random.Generator) -> Floats:
    """Graphite: hatching that grows denser with shadow, and contours."""
    h, w = picture.shape[:2]
    u = max(h, w) / 256
    gray = arrays.luma(arrays.smooth(picture, max(1, round(u)), 0.003))
    low, high = np.percentile(gray, (2, 98))
    tone = np.clip((gray - low) / max(float(high - low), 0.05), 0, 1)
    grain = rng.random((h, w), dtype=np.float32)
    page = np.ones((h, w), np.float32)
    for angle, darkest in ((0.9, 0.92), (-0.6, 0.62), (0.2, 0.36)):
        flow_x = np.full((h, w), np.cos(angle), np.float32)
        flow_y = np.full((h, w), np.sin(angle), np.float32)
        strokes = noise.along_flow(grain, flow_x, flow_y, int(9 * u))
        strokes = (strokes - strokes.mean()) / strokes.std()
        need = np.clip((darkest - tone) * 1.9, 0, 1)
        page *= 1 - 0.62 * np.clip(need * (0.55 + 0.45 * strokes), 0, 1)
        grain = np.rot90(grain, 2).copy()
    lines = arrays.ink_lines(gray, 0.45 * u, tau=0.98, eps=0.002, sharp=60)
    page *= 1 - 0.75 * lines
    tooth = 0.94 + 0.10 * noise.fbm(h, w, 2, rng, octaves=1)
    return np.asarray((page * tooth)[..., None] * unit((250, 248, 243)) + 0.03)


def ink(picture: Floats, rng: np.random.Generator) -> Floats:
    """Ink wash on rice paper: grey pools, dry brush lines, a hint of the colour."""
    h, w = picture.shape[:2]
    u = max(h, w) / 256
    y, x = arrays.grid(h, w)
    base = arrays.smooth(picture, round(3 * u), 0.012, 2)
    bleed = 9 * u
    drift_x = noise.fbm(h, w, 12 * u, rng, octaves=5, gain=0.6) - 0.5
    drift_y = noise.fbm(h, w, 12 * u, rng, octaves=5, gain=0.6) - 0.5
    base = arrays.gather_soft(base, x + drift_x * bleed, y + drift_y * bleed)
    tone = arrays.luma(base)
    low, high = np.percentile(tone, (3, 92))
    tone = np.clip((tone - low) / max(float(high - low), 0.05), 0, 1)
    pool = noise.fbm(h, w, 30 * u, rng, octaves=5) - 0.5
    wash = np.clip(0.14 + 0.95 * tone**0.75 + 0.22 * pool, 0, 1)
    lines = drawn_lines(picture, max(0.9, 0.75 * u))
    dry = np.clip(2.0 * noise.fbm(h, w, 5 * u, rng, octaves=3) - 0.35, 0, 1)
    shade = wash * (1 - 0.9 * lines * dry)
    paper = unit((244, 238, 222)) * (0.95 + 0.08 * noise.fbm(h, w, 4, rng, octaves=3))[..., None]
    hint = saturate(base, 1.2) / (arrays.luma(base)[..., None] + 0.12)
    tinted = arrays.mix(np.ones_like(paper), np.clip(hint, 0, 1.4), 0.22)
    return np.asarray(paper * tinted * (0.10 + 0.90 * shade)[..., None])


def oil(picture: Floats, rng: np.random.Generator) -> Floats:
    """Oil: colour dragged along the contours in thick, lit strokes."""
    h, w = picture.shape[:2]
    u = max(h, w) / 256
    gray = arrays.blur(arrays.luma(picture), 1.5 * u)
    slope_x, slope_y = arrays.gradient(gray)
    xx, yy = arrays.blur(slope_x**2, 5 * u), arrays.blur(slope_y**2, 5 * u)
    xy = arrays.blur(slope_x * slope_y, 5 * u)
    angle = 0.5 * np.arctan2(2 * xy, xx - yy) + np.pi / 2
    angle = angle + 1.1 * (noise.fbm(h, w, 40 * u, rng, octaves=2) - 0.5)
    flow_x, flow_y = np.cos(angle).astype(np.float32), np.sin(angle).astype(np.float32)
    y, x = arrays.grid(h, w)
    near, _, number = noise.cells(h, w, 3.4 * u, rng)
    del near
    # Every dab takes the colour at its own place, then is dragged along the flow.
    dab = noise.per_cell(number, rng) - 0.5
    base = arrays.smooth(picture, max(1, round(1.2 * u)), 0.006)
    base = arrays.gather_soft(base, x + dab * 5 * u * flow_x, y + dab * 5 * u * flow_y)
    base = base * (1 + 0.10 * dab)[..., None]
    painted = np.stack(
        [noise.along_flow(base[..., c].copy(), flow_x, flow_y, int(5 * u)) for c in range(3)], -1
    )
    bristle = noise.along_flow(rng.random((h, w), dtype=np.float32), flow_x, flow_y, int(9 * u))
    bristle = (bristle - bristle.mean()) / bristle.std()
    height = bristle * 0.5 + arrays.blur(arrays.luma(painted), 0.8) * 3 * u
    diffuse, gleam = arrays.relief(height, gloss=0.22, power=16)
    out = saturate(painted, 1.45) * (0.62 + 0.50 * diffuse)[..., None]
    return over_light(out, gleam[..., None])


def pixel(picture: Floats, rng: np.random.Generator) -> Floats:
    """Pixel art: big square dots in few ordered-dithered tones."""
    h, w = picture.shape[:2]
    cell = max(4, round(max(h, w) / 144))
    size = (-(-w // cell), -(-h // cell))
    small = saturate(arrays.resize(picture, size, Image.Resampling.BOX), 1.3)
    bayer = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]], np.float32)
    bayer = np.roll(bayer, int(rng.integers(0, 16)), int(rng.integers(0, 2)))
    tiles = np.tile(bayer / 16 - 0.47, (-(-size[1] // 4), -(-size[0] // 4)))[: size[1], : size[0]]
    levels = 6
    small = np.clip(np.round(small * levels + tiles[..., None] * 0.5) / levels, 0, 1)
    return np.asarray(np.repeat(np.repeat(small, cell, 0), cell, 1)[:h, :w])


def cartoon(picture: Floats, rng: np.random.Generator) -> Floats:
    """Flat bright colours in three tones, and black outlines."""
    h, w = picture.shape[:2]
    u = max(h, w) / 256
    base = arrays.smooth(picture, max(2, round(2.6 * u)), 0.006, 3)
    lab = to_oklab(base)
    level = lab[..., 0] * 6 + 0.35 * (noise.fbm(h, w, 40 * u, rng, octaves=2) - 0.5)
    lab[..., 0] = np.clip((np.floor(level) + arrays.step(level % 1, 0.42, 0.58)) / 6 + 0.03, 0, 1)
    lab[..., 1:] *= 1.5
    flat = from_oklab(lab)
    lines = drawn_lines(picture, max(1.0, 0.62 * u))
    return arrays.mix(flat, np.broadcast_to(unit((24, 20, 28)), flat.shape), np.clip(lines, 0, 1))


STYLES: dict[str, Callable[[Floats, np.random.Generator], Floats]] = {
    "picture book": picture_book, "gold foil": gold_foil, "watercolour": watercolour,
    "pencil": pencil, "ink": ink, "oil": oil, "pixel": pixel, "cartoon": cartoon,
}  # fmt: skip
