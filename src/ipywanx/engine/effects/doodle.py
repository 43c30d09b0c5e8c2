"""Paint a line drawing: every closed area gets the colour of what it most likely is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from ipywanx.engine.effects import arrays, noise
from ipywanx.engine.effects.arrays import Bools, Floats
from ipywanx.engine.effects.colour import RGB, from_oklab, lab_of, ramp, to_oklab, unit
from ipywanx.engine.effects.job import Job
from ipywanx.engine.effects.labels import Parts, label, measure
from ipywanx.engine.effects.lexicon import COLOURS
from ipywanx.engine.effects.styles import drawn_lines
from ipywanx.engine.effects.words import Reading

_WORK_SIDE = 1024

_PALETTES: dict[str, tuple[RGB, ...]] = {
    "storybook": ((214, 92, 72), (240, 190, 96), (94, 150, 178), (122, 164, 98), (236, 150, 120),
                  (178, 134, 182), (96, 156, 150), (232, 212, 170)),
    "nordic": ((222, 214, 202), (196, 178, 152), (150, 164, 168), (112, 128, 132), (206, 164, 124),
               (172, 186, 170), (238, 232, 222), (96, 104, 112)),
    "anime": ((250, 128, 128), (255, 204, 92), (92, 180, 240), (120, 208, 120), (255, 158, 190),
              (164, 140, 236), (90, 210, 204), (255, 232, 200)),
    "pastel": ((250, 190, 190), (252, 224, 176), (180, 212, 240), (192, 226, 190), (228, 196, 236),
               (250, 206, 222), (186, 226, 222), (246, 236, 220)),
    "vintage": ((158, 84, 62), (206, 164, 96), (92, 112, 112), (122, 124, 78), (186, 130, 92),
                (120, 88, 96), (214, 196, 156), (82, 76, 72)),
    "night": ((96, 84, 160), (232, 190, 96), (60, 96, 160), (54, 110, 116), (160, 96, 140),
              (84, 120, 190), (70, 76, 120), (206, 196, 220)),
}  # fmt: skip
_PALETTES["vivid"] = _PALETTES["anime"]


def doodle(job: Job) -> Image.Image:
    """Colour a sketch, or first draw the contours of a photo."""
    reading = job.read("drawing", "colour", "region")
    sketch = bool(job.parameters.get("is_sketch", False)) or _is_drawing(job.image)
    picture = arrays.shrunk(job.image, _WORK_SIDE)
    palette = _palette(reading, job)
    painted = (
        _painted_sketch(picture, palette, reading, job)
        if sketch
        else _painted_photo(picture, palette, reading, job)
    )
    return arrays.to_image(np.clip(painted, 0, 1)).resize(job.image.size, Image.Resampling.BICUBIC)


def _is_drawing(image: Image.Image) -> bool:
    """Tell line art by its nature: nearly all paper, hardly any colour or middle tones."""
    small = arrays.shrunk(image, 512)
    grey = np.abs(small - small.mean(-1, keepdims=True)).max(-1) < 0.06
    tone = arrays.luma(small)
    paper = np.abs(tone - np.median(tone)) < 0.06
    return bool(grey.mean() > 0.97 and paper.mean() > 0.72 and np.median(tone) > 0.8)


def _palette(reading: Reading, job: Job) -> list[RGB]:
    """Give the colours to paint with: those asked for first, then those of the mood."""
    name = next((m for m in reading.meanings("drawing") if m in _PALETTES), "storybook")
    reading.use("drawing", name)
    asked = [COLOURS[meaning] for meaning in reading.use("colour")]
    rest = list(_PALETTES[name])
    turn = int(job.rng("palette").integers(0, len(rest)))
    return [*asked, *rest[turn:], *rest[:turn]]


# --- sketches -----------------------------------------------------------------------------------


def _line_mask(gray: Floats) -> Bools:
    """Find the strokes, whether dark on light or light on dark."""
    paper = float(np.median(gray))
    contrast = np.abs(gray - paper)
    return np.asarray(contrast > max(0.16, min(0.4, 0.5 * float(np.percentile(contrast, 99.5)))))


@dataclass
class _Area:
    """One closed area of the sketch."""

    number: int
    size: float
    left: float
    top: float
    right: float
    bottom: float
    at_top: bool
    at_bottom: bool
    at_side: bool

    @property
    def roundness(self) -> float:
        """Area by bounding box: .785 for an ellipse, .5 for a triangle, 1 for a box."""
        return self.size / max(1.0, (self.right - self.left + 1) * (self.bottom - self.top + 1))

    @property
    def aspect(self) -> float:
        """Width by height."""
        return (self.right - self.left + 1) / (self.bottom - self.top + 1)


def _areas(numbers: Floats, count: int) -> list[_Area]:
    parts: Parts = measure(numbers, count)
    h, w = numbers.shape
    return [
        _Area(
            k + 1, float(parts.area[k]), float(parts.left[k]), float(parts.top[k]),
            float(parts.right[k]), float(parts.bottom[k]), bool(parts.top[k] <= 1),
            bool(parts.bottom[k] >= h - 2), bool(parts.left[k] <= 1 or parts.right[k] >= w - 2),
        )
        for k in range(count)
    ]  # fmt: skip


def _grown(numbers: Floats, steps: int) -> Floats:
    """Let the areas grow under the lines until they meet."""
    for _ in range(steps):
        empty = numbers == 0
        if not empty.any():
            break
        for axis, shift in ((0, 1), (0, -1), (1, 1), (1, -1)):
            neighbour = np.roll(numbers, shift, axis)
            numbers = np.where((numbers == 0) & (neighbour > 0), neighbour, numbers)
    return numbers


def _painted_sketch(picture: Floats, palette: list[RGB], reading: Reading, job: Job) -> Floats:
    rng = job.rng("paint")
    gray = arrays.luma(picture)
    h, w = gray.shape
    u = max(h, w) / 256
    lines = _line_mask(gray)
    closed = arrays.dilate(lines, max(1, round(0.55 * u)))
    numbers, count = label(~closed)
    if count == 0:
        return picture
    numbers = _grown(numbers, int(3 * u) + 4)
    areas = sorted(_areas(numbers, count), key=lambda area: -area.size)
    out = np.broadcast_to(unit((252, 249, 240)), (h, w, 3)).copy()
    height = np.zeros((h, w), np.float32)
    solid = np.zeros((h, w), np.float32)
    wants = set(reading.meanings("drawing"))
    y, _ = arrays.grid(h, w)
    mottle = noise.fbm(h, w, 12 * u, rng, octaves=5) - 0.5
    strokes = noise.along_flow(
        rng.random((h, w), dtype=np.float32),
        np.full((h, w), 0.94, np.float32),
        np.full((h, w), -0.34, np.float32),
        int(7 * u),
    )
    strokes = (strokes - strokes.mean()) / strokes.std()
    used = 0
    for area in areas:
        mask = numbers == area.number
        ground = _ground_colour(area, (h, w), y / h, wants, rng, u)
        if ground is not None:
            out[mask] = (ground * (1 + 0.10 * mottle)[..., None])[mask]
            continue
        colour, fresh = _thing_colour(area, areas, (h, w), palette, used, wants, reading)
        used += fresh
        tone = 1 + 0.16 * mottle[mask] + 0.022 * strokes[mask]
        out[mask] = unit(colour) * tone[:, None]
        soft = mask.astype(np.float32)
        size = np.sqrt(area.size)
        height += arrays.inflate(soft, min(5 * u, size / 12 + 1)) * soft * min(10 * u, size * 0.10)
        solid = np.maximum(solid, soft)
    diffuse, gleam = arrays.relief(arrays.blur(height, 1.1 * u), gloss=0.22, power=20)
    out = out * (0.56 + 0.56 * diffuse)[..., None] + gleam[..., None]
    offset = round(2.6 * u)
    fallen = np.zeros_like(solid)
    fallen[offset:, offset:] = solid[:-offset, :-offset]
    shadow = arrays.blur(fallen, 2.6 * u) * (1 - solid)
    out = out * (1 - 0.26 * shadow)[..., None]
    ink = np.clip(arrays.blur(lines.astype(np.float32), 0.7) * 1.15, 0, 1)
    out = arrays.mix(out, np.broadcast_to(unit((44, 34, 40)), out.shape), 0.88 * ink)
    paper, _ = arrays.relief((noise.fbm(h, w, 3, rng, octaves=2) - 0.5) * 1.8)
    return np.asarray(out * (0.89 + 0.16 * paper)[..., None])


def _ground_colour(
    area: _Area, shape: tuple[int, int], level: Floats, wants: set[str],
    rng: np.random.Generator, u: float,
) -> Floats | None:  # fmt: skip
    """Give sky or ground for areas that run along the picture's edge, else None."""
    h, w = shape
    if not (area.at_top or area.at_bottom or area.at_side) or area.size < 0.04 * h * w:
        return None
    if wants & {"room"}:
        if area.at_bottom and not area.at_top:
            return np.broadcast_to(unit((198, 160, 118)), (h, w, 3))
        return np.broadcast_to(unit((240, 231, 216)), (h, w, 3))
    level = np.broadcast_to(level, shape)
    if area.at_top or (area.top + area.bottom) / 2 < 0.45 * h:
        if "night" in wants:
            stops: list[tuple[float, RGB]] = [
                (0, (22, 26, 66)),
                (0.7, (64, 74, 138)),
                (1, (120, 112, 160)),
            ]
        elif "autumn" in wants:
            stops = [(0, (150, 190, 214)), (0.7, (244, 226, 196)), (1, (250, 226, 186))]
        else:
            stops = [(0, (120, 188, 238)), (0.65, (212, 236, 250)), (1, (250, 241, 220))]
        sky = ramp(level, stops)
        cloud = arrays.step(noise.fbm(h, w, 70 * u, rng, octaves=5), 0.54, 0.72)
        cloud *= arrays.step(level, 0.75, 0.2) * (0.25 if "night" in wants else 0.7)
        return arrays.mix(sky, np.ones_like(sky), cloud)
    dark, pale = ((70, 120, 54), (156, 198, 102))
    if "sea" in wants:
        dark, pale = ((30, 104, 160), (110, 190, 214))
    elif "winter" in wants:
        dark, pale = ((190, 206, 230), (244, 248, 252))
    elif "autumn" in wants:
        dark, pale = ((150, 96, 46), (222, 176, 92))
    blades = noise.streaks(w, h, 7 * u, 0.9 * u, rng).T
    body = ramp(np.clip((level - 0.4) / 0.6, 0, 1), [(0, pale), (1, dark)])
    return np.asarray(body * (0.88 + 0.24 * blades)[..., None])


def _thing_colour(
    area: _Area, areas: list[_Area], shape: tuple[int, int], palette: list[RGB], used: int,
    wants: set[str], reading: Reading,
) -> tuple[RGB, int]:  # fmt: skip
    """Guess what an area is from its form and place; gives its colour and palette steps used."""
    h, w = shape
    middle = (area.top + area.bottom) / 2 / h
    share = area.size / (h * w)
    asked = bool(reading.meanings("colour"))
    round_form = 0.66 < area.roundness < 0.87
    high = middle < 0.34 and not wants & {"room"}
    if high and round_form and 0.75 < area.aspect < 1.33 and 0.002 < share < 0.12:
        if "night" in wants:
            return (250, 238, 196), 0
        reading.use("drawing", "sun")
        return (254, 210, 74), 0
    if high and share < 0.08 and area.aspect > 0.55 and area.roundness > 0.42 and not asked:
        return (252, 252, 253), 0
    under = [a for a in areas if _touches_below(area, a)]
    # A round crown on a narrow stem is a tree.
    if round_form and any(a.right - a.left < 0.45 * (area.right - area.left) for a in under):
        reading.use("drawing", "tree")
        if "autumn" in wants:
            return (222, 132, 50), 0
        return (104, 166, 84), 0
    narrow = area.aspect < 0.55 and area.roundness > 0.7
    if narrow and any(_touches_below(a, area) and 0.6 < a.roundness < 0.9 for a in areas):
        return (142, 98, 64), 0
    holder = [a for a in areas if a is not area and a.left <= area.left and a.right >= area.right
              and a.top <= area.top and a.bottom + 3 >= area.bottom and a.size < 0.5 * h * w]  # fmt: skip
    if holder and area.roundness > 0.8 and share < 0.05:
        bottom = min(a.bottom for a in holder)
        reading.use("drawing", "house")
        return ((150, 92, 58) if bottom - area.bottom < 0.02 * h else (176, 218, 240)), 0
    if 0.40 < area.roundness < 0.62 and under and area.aspect > 1.1:
        return (palette[0] if asked else (206, 84, 66)), 1
    if "animal" in wants and not asked:
        reading.use("drawing", "animal")
        return ((232, 170, 104), (250, 232, 206), (246, 190, 180))[used % 3], 1
    return palette[used % len(palette)], 1


def _touches_below(upper: _Area, lower: _Area) -> bool:
    """Tell whether `lower` hangs right under `upper`."""
    if upper is lower:
        return False
    gap = lower.top - upper.bottom
    tall = upper.bottom - upper.top + 1
    centre = (lower.left + lower.right) / 2
    return bool(-0.35 * tall < gap < 0.2 * tall and upper.left < centre < upper.right
                and lower.bottom > upper.bottom)  # fmt: skip


# --- photos -------------------------------------------------------------------------------------


def _painted_photo(picture: Floats, palette: list[RGB], reading: Reading, job: Job) -> Floats:
    """Draw the contours, then lay flat colours of the palette by the photo's light and form."""
    rng = job.rng("paint")
    h, w = picture.shape[:2]
    u = max(h, w) / 256
    base = arrays.smooth(picture, max(2, round(2.8 * u)), 0.007, 3)
    lab = to_oklab(base)
    centres, number = _clusters(lab, 9, rng)
    wanted = reading.meanings("colour")
    colours = _matched(centres, palette, len(wanted))
    flat = colours[number]
    # Soften the borders of the flat areas a little, along the photo's edges.
    guide = arrays.luma(base)
    flat = np.stack(
        [arrays.guided(guide, flat[..., c], max(2, round(1.2 * u)), 1e-3) for c in range(3)], -1
    )
    tone = lab[..., 0] - centres[number, 0]
    lit = flat.copy()
    lit[..., 0] = np.clip(flat[..., 0] + 0.75 * tone, 0, 1)
    painted = from_oklab(lit)
    angle = 2.4 * (noise.fbm(h, w, 60 * u, rng, octaves=2) - 0.5) + 0.6
    strokes = noise.along_flow(
        rng.random((h, w), dtype=np.float32),
        np.cos(angle).astype(np.float32),
        np.sin(angle).astype(np.float32),
        int(8 * u),
    )
    strokes = (strokes - strokes.mean()) / strokes.std()
    mottle = noise.fbm(h, w, 18 * u, rng, octaves=5) - 0.5
    painted = painted * (1 + 0.028 * strokes + 0.18 * mottle)[..., None]
    lines = drawn_lines(picture, max(0.9, 0.55 * u))
    painted = arrays.mix(painted, np.broadcast_to(unit((40, 32, 44)), painted.shape), 0.9 * lines)
    paper, _ = arrays.relief((noise.fbm(h, w, 3, rng, octaves=2) - 0.5) * 1.8)
    return np.asarray(painted * (0.89 + 0.16 * paper)[..., None])


def _clusters(lab: Floats, count: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Group the photo's colours (k-means on a small copy)."""
    small = arrays.resize(lab, arrays.fit((lab.shape[1], lab.shape[0]), 128)).reshape(-1, 3)
    weights = np.array([1.0, 2.2, 2.2], np.float32)
    points = small * weights
    order = np.argsort(points[:, 0])
    start = (np.linspace(0.04, 0.96, count) + (rng.random(count) - 0.5) * 0.02) * (len(order) - 1)
    centres = points[order[start.astype(int)]]
    for _ in range(14):
        nearest = ((points[:, None] - centres[None]) ** 2).sum(-1).argmin(1)
        for k in range(count):
            members = points[nearest == k]
            if len(members):
                centres[k] = members.mean(0)
    best = np.full(lab.shape[:2], np.inf, np.float32)
    number = np.zeros(lab.shape[:2], np.int32)
    for k in range(count):
        distance = ((lab * weights - centres[k]) ** 2).sum(-1)
        number = np.where(distance < best, k, number)
        best = np.minimum(best, distance)
    return np.asarray(centres / weights), number


def _matched(centres: Floats, palette: list[RGB], asked: int) -> Floats:
    """Give each group a colour of the palette near its hue; the light stays the photo's."""
    choices = np.stack([lab_of(colour) for colour in palette])
    out = centres.copy()
    for k, centre in enumerate(centres):
        apart = ((choices[:, 1:] - centre[1:] * 1.6) ** 2).sum(1) + 0.05 * (
            choices[:, 0] - centre[0]
        ) ** 2
        if asked:
            apart[:asked] *= 0.35
        pick = choices[int(np.argmin(apart))]
        share = 0.72
        out[k, 1:] = share * pick[1:] + (1 - share) * centre[1:] * 1.5
        room = np.clip(centre[0] * 2.4, 0, 1) * np.clip((1.03 - centre[0]) * 3.5, 0, 1)
        out[k, 1:] *= room
        out[k, 0] = 0.12 + 0.86 * centre[0]
    return out
