"""Paint a sketch: closed areas are told apart and guessed by form and place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ipywanx.engine.effects import arrays, noise
from ipywanx.engine.effects.arrays import Bools, Floats
from ipywanx.engine.effects.colour import RGB, ramp, unit
from ipywanx.engine.effects.labels import Parts, label, measure
from ipywanx.engine.effects.words import Reading

_MOST_AREAS = 160  # more are not told apart; what remains takes the colour around it


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


def painted_sketch(
    picture: Floats, palette: list[RGB], reading: Reading, rng: np.random.Generator
) -> Floats:
    """Colour the areas between the lines, then light them softly and ink the lines again."""
    gray = arrays.luma(picture)
    h, w = gray.shape
    u = max(h, w) / 256
    lines = _line_mask(gray)
    closed = arrays.dilate(lines, max(1, round(0.55 * u)))
    numbers, count = label(~closed)
    if count == 0:
        return picture
    areas = sorted(_areas(numbers, count), key=lambda area: -area.size)
    # Specks of a dense drawing belong to what is around them.
    areas = [area for area in areas[:_MOST_AREAS] if area.size > 2e-4 * h * w]
    known = np.zeros(count + 1, bool)
    known[[area.number for area in areas]] = True
    numbers = _grown(np.where(known[numbers], numbers, 0), int(4 * u) + 4)

    mottle = noise.fbm(h, w, 12 * u, rng, octaves=5) - 0.5
    strokes = _brush(h, w, u, rng)
    painter = _Painter(areas, (h, w), palette, reading, rng)
    colours = np.tile(unit((252, 249, 240)), (count + 1, 1))
    is_thing = np.zeros(count + 1, bool)
    grounds: list[tuple[int, Floats]] = []
    for area in areas:
        ground = painter.ground(area)
        if ground is None:
            colours[area.number] = unit(painter.thing(area))
            is_thing[area.number] = True
        else:
            grounds.append((area.number, ground))
    out = colours[numbers] * (1 + 0.16 * mottle + 0.022 * strokes)[..., None]
    for number, ground in grounds:
        here = numbers == number
        out[here] = (ground * (1 + 0.10 * mottle)[..., None])[here]

    solid = is_thing[numbers].astype(np.float32)
    height = arrays.inflate(solid * (1 - closed), 3.4 * u) * solid * 9 * u
    diffuse, gleam = arrays.relief(arrays.blur(height, 1.1 * u), gloss=0.22, power=20)
    out = out * (0.56 + 0.56 * diffuse)[..., None] + gleam[..., None]
    offset = max(1, round(2.6 * u))
    fallen = np.zeros_like(solid)
    fallen[offset:, offset:] = solid[:-offset, :-offset]
    out = out * (1 - 0.26 * arrays.blur(fallen, 2.6 * u) * (1 - solid))[..., None]
    ink = np.clip(arrays.blur(lines.astype(np.float32), 0.7) * 1.15, 0, 1)
    out = arrays.mix(out, np.broadcast_to(unit((44, 34, 40)), out.shape), 0.88 * ink)
    paper, _ = arrays.relief((noise.fbm(h, w, 3, rng, octaves=2) - 0.5) * 1.8)
    return np.asarray(out * (0.89 + 0.16 * paper)[..., None])


def _brush(h: int, w: int, u: float, rng: np.random.Generator) -> Floats:
    """Give slanting brush strokes of mean 0 and spread 1."""
    flow_x, flow_y = np.full((h, w), 0.94, np.float32), np.full((h, w), -0.34, np.float32)
    grain = rng.random((h, w), dtype=np.float32)
    strokes = noise.along_flow(grain, flow_x, flow_y, int(7 * u))
    return np.asarray((strokes - strokes.mean()) / strokes.std())


class _Painter:
    """Decides what each area is, from its form, its place and the prompt."""

    def __init__(
        self,
        areas: list[_Area],
        shape: tuple[int, int],
        palette: list[RGB],
        reading: Reading,
        rng: np.random.Generator,
    ) -> None:
        self.areas, self.shape, self.palette = areas, shape, palette
        self.reading, self.rng = reading, rng
        self.wants = set(reading.meanings("drawing"))
        self.asked = bool(reading.meanings("colour"))
        self.used = 0

    def ground(self, area: _Area) -> Floats | None:
        """Give sky or ground for areas that run along the picture's edge, else None."""
        h, w = self.shape
        if not (area.at_top or area.at_bottom or area.at_side) or area.size < 0.04 * h * w:
            return None
        if "room" in self.wants:
            floor = area.at_bottom and not area.at_top
            self.reading.use("drawing", "room")
            return np.broadcast_to(unit((198, 160, 118) if floor else (240, 231, 216)), (h, w, 3))
        if area.at_top or (area.top + area.bottom) / 2 < 0.45 * h:
            return self._sky()
        return self._land()

    def _sky(self) -> Floats:
        h, w = self.shape
        level = np.broadcast_to(np.linspace(0, 1, h, dtype=np.float32)[:, None], (h, w))
        night = "night" in self.reading.use("drawing", "night")
        stops: list[tuple[float, RGB]] = [
            (0, (120, 188, 238)), (0.65, (212, 236, 250)), (1, (250, 241, 220))]  # fmt: skip
        if night:
            stops = [(0, (22, 26, 66)), (0.7, (64, 74, 138)), (1, (120, 112, 160))]
        elif self.reading.use("drawing", "autumn"):
            stops = [(0, (150, 190, 214)), (0.7, (244, 226, 196)), (1, (250, 226, 186))]
        sky = ramp(level, stops)
        cloud = noise.fbm(h, w, 0.27 * max(h, w), self.rng, octaves=5)
        cloud = arrays.step(cloud, 0.54, 0.72) * arrays.step(level, 0.75, 0.2)
        return arrays.mix(sky, np.ones_like(sky), cloud * (0.25 if night else 0.7))

    def _land(self) -> Floats:
        h, w = self.shape
        colours: dict[str, tuple[RGB, RGB]] = {
            "sea": ((30, 104, 160), (110, 190, 214)),
            "winter": ((190, 206, 230), (244, 248, 252)),
            "autumn": ((150, 96, 46), (222, 176, 92)),
            "grass": ((70, 120, 54), (156, 198, 102)),
        }
        name = next((name for name in colours if self.reading.use("drawing", name)), "grass")
        dark, pale = colours[name]
        u = max(h, w) / 256
        blades = noise.streaks(w, h, 7 * u, 0.9 * u, self.rng).T
        level = np.linspace(0, 1, h, dtype=np.float32)[:, None] * np.ones((1, w), np.float32)
        body = ramp(np.clip((level - 0.4) / 0.6, 0, 1), [(0, pale), (1, dark)])
        return np.asarray(body * (0.88 + 0.24 * blades)[..., None])

    def thing(self, area: _Area) -> RGB:
        """Give the colour of what the area most likely is."""
        colour = self._in_the_sky(area) or self._of_a_tree(area) or self._of_a_house(area)
        if colour is not None:
            return colour
        self.used += 1
        if "animal" in self.wants and not self.asked:
            self.reading.use("drawing", "animal")
            furs: tuple[RGB, ...] = ((232, 170, 104), (250, 232, 206), (246, 190, 180))
            return furs[(self.used - 1) % 3]
        return self.palette[(self.used - 1) % len(self.palette)]

    def _in_the_sky(self, area: _Area) -> RGB | None:
        h, w = self.shape
        share = area.size / (h * w)
        if (area.top + area.bottom) / 2 > 0.34 * h or "room" in self.wants:
            return None
        if _is_round(area) and 0.75 < area.aspect < 1.33 and 0.002 < share < 0.12:
            if "night" in self.wants:
                return (250, 238, 196)
            self.reading.use("drawing", "sun")
            return (254, 210, 74)
        cloud = share < 0.08 and area.aspect > 0.55 and area.roundness > 0.42
        return (252, 252, 253) if cloud and not self.asked else None

    def _of_a_tree(self, area: _Area) -> RGB | None:
        """A round crown on a narrow stem is a tree."""
        under = [other for other in self.areas if _touches_below(area, other)]
        wide = area.right - area.left
        if _is_round(area) and any(a.right - a.left < 0.45 * wide for a in under):
            self.reading.use("drawing", "tree")
            return (222, 132, 50) if self.reading.use("drawing", "autumn") else (104, 166, 84)
        stem = area.aspect < 0.55 and area.roundness > 0.7
        if stem and any(_touches_below(a, area) and _is_round(a) for a in self.areas):
            return (142, 98, 64)
        return None

    def _of_a_house(self, area: _Area) -> RGB | None:
        """Boxes within a box are windows and doors; a triangle over something is a roof."""
        h, w = self.shape
        around = [
            other
            for other in self.areas
            if other is not area
            and other.left <= area.left
            and other.right >= area.right
            and other.top <= area.top
            and other.bottom + 3 >= area.bottom
            and other.size < 0.5 * h * w
        ]
        if around and area.roundness > 0.8 and area.size < 0.05 * h * w:
            self.reading.use("drawing", "house")
            door = min(other.bottom for other in around) - area.bottom < 0.02 * h
            return (150, 92, 58) if door else (176, 218, 240)
        pointed = 0.40 < area.roundness < 0.62 and area.aspect > 1.1
        if pointed and any(_touches_below(area, other) for other in self.areas):
            self.reading.use("drawing", "house")
            return self.palette[0] if self.asked else (206, 84, 66)
        return None


def _is_round(area: _Area) -> bool:
    return 0.66 < area.roundness < 0.87


def _touches_below(upper: _Area, lower: _Area) -> bool:
    """Tell whether `lower` hangs right under `upper`."""
    if upper is lower:
        return False
    gap = lower.top - upper.bottom
    tall = upper.bottom - upper.top + 1
    centre = (lower.left + lower.right) / 2
    return bool(-0.35 * tall < gap < 0.2 * tall and upper.left < centre < upper.right
                and lower.bottom > upper.bottom)  # fmt: skip
