"""Paint a line drawing: every closed area gets the colour of what it most likely is."""

from __future__ import annotations

import numpy as np
from PIL import Image

from ipywanx.engine.effects import arrays, noise, places
from ipywanx.engine.effects.arrays import Floats
from ipywanx.engine.effects.colour import RGB, from_oklab, lab_of, to_oklab, unit
from ipywanx.engine.effects.job import Job
from ipywanx.engine.effects.lexicon import COLOURS
from ipywanx.engine.effects.recolour import recolour
from ipywanx.engine.effects.sketch import painted_sketch
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
    palette = _palette(reading, job, sketch=sketch)
    painted = (
        painted_sketch(picture, palette, reading, job.rng("paint"))
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


def _palette(reading: Reading, job: Job, *, sketch: bool) -> list[RGB]:
    """Give the colours to paint with: those asked for first, then those of the mood."""
    name = next((m for m in reading.meanings("drawing") if m in _PALETTES), "storybook")
    reading.use("drawing", name)
    asked = [COLOURS[meaning] for meaning in reading.meanings("colour")]
    if sketch:
        reading.use("colour")
    else:
        asked = []  # a photo tells which part is meant, so these are laid on there
    rest = list(_PALETTES[name])
    turn = int(job.rng("palette").integers(0, len(rest)))
    return [*asked, *rest[turn:], *rest[:turn]]


def _painted_photo(picture: Floats, palette: list[RGB], reading: Reading, job: Job) -> Floats:
    """Draw the contours, then lay flat colours of the palette by the photo's light and form."""
    rng = job.rng("paint")
    h, w = picture.shape[:2]
    u = max(h, w) / 256
    base = arrays.smooth(picture, max(2, round(2.8 * u)), 0.007, 3)
    lab = to_oklab(base)
    centres, number = _clusters(lab, 9, rng)
    colours = _matched(centres, palette)
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
    for paint in reading.paints():
        painted = recolour(painted, places.mask_of(paint.region, picture), paint.colour, 0.9)
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


def _matched(centres: Floats, palette: list[RGB]) -> Floats:
    """Give each group a colour of the palette near its hue; the light stays the photo's."""
    choices = np.stack([lab_of(colour) for colour in palette])
    out = centres.copy()
    for k, centre in enumerate(centres):
        apart = ((choices[:, 1:] - centre[1:] * 1.6) ** 2).sum(1) + 0.05 * (
            choices[:, 0] - centre[0]
        ) ** 2
        pick = choices[int(np.argmin(apart))]
        share = 0.72
        out[k, 1:] = share * pick[1:] + (1 - share) * centre[1:] * 1.5
        room = np.clip(centre[0] * 2.4, 0, 1) * np.clip((1.03 - centre[0]) * 3.5, 0, 1)
        out[k, 1:] *= room
        out[k, 0] = 0.15 + 0.84 * centre[0] ** 0.9
    return out
