"""The canvas scenes are painted on: sky of the hour, hills, masks of outlines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from ipywanx.engine.effects import arrays, noise, props
from ipywanx.engine.effects.arrays import Floats
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
            stars: Floats = np.zeros(self.shape, np.float32)
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
