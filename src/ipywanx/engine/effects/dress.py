"""Put a material on part of a picture."""

from __future__ import annotations

import numpy as np
from PIL import Image

from ipywanx.engine.effects import arrays
from ipywanx.engine.effects.arrays import Floats
from ipywanx.engine.effects.colour import over_light, unit
from ipywanx.engine.effects.fill import surroundings
from ipywanx.engine.effects.materials import MATERIALS, Surface

_WORK_SIDE = 1280


def dress(
    image: Image.Image,
    mask: Floats,
    material: str,
    rng: np.random.Generator,
    *,
    strict: bool = False,
) -> Image.Image:
    """Put a material on the part of the picture under `mask` (same size as the picture).

    `strict` keeps every pixel where the mask is 0; otherwise fur, mist and glow may spill over
    the edge of the thing by a few percent of its size.
    """
    hard = mask > 0.5
    if not hard.any():
        return image
    left, top, right, bottom = surroundings(hard, 0.14)
    crop = image.crop((left, top, right, bottom))
    part = mask[top:bottom, left:right]
    size = arrays.fit(crop.size, _WORK_SIDE)
    small = arrays.shrunk(crop, _WORK_SIDE)
    small_mask = np.clip(arrays.resize(part, size, Image.Resampling.BILINEAR), 0, 1)
    inner = (left > 0, top > 0, right < image.width, bottom < image.height)
    surface = Surface(small, small_mask, rng, _unit_of(small_mask), inner)
    painted = np.clip(MATERIALS[material](surface), 0, 1)
    cover = small_mask if strict else _cover(surface, material)
    spill = None
    if material == "lantern" and not strict:
        light = painted * small_mask[..., None] * unit((255, 140, 56))
        spill = arrays.blur(light, 13 * surface.scale) * (0.6 * (1 - cover))[..., None]
        near = arrays.step(arrays.blur(small_mask, 10 * surface.scale), 0.01, 0.2)
        spill *= (_fade(surface) * near)[..., None]
    wide_cover = np.clip(arrays.resize(cover, crop.size, Image.Resampling.BILINEAR), 0, 1)
    paint = arrays.to_image(painted).resize(crop.size, Image.Resampling.BICUBIC)
    if spill is not None:
        lit = over_light(arrays.from_image(crop), arrays.resize(spill, crop.size))
        crop = arrays.to_image(lit)
    done = Image.composite(paint, crop, arrays.to_image(wide_cover))
    result = image.copy()
    result.paste(done, (left, top))
    return result


def _unit_of(mask: Floats) -> float:
    """Give the size of the texture: it goes with the thing, but only so far."""
    side = max(mask.shape)
    thing = float(np.sqrt((mask > 0.5).sum()))
    return float(np.clip(thing / 165, side / 620, side / 230))


def _fade(s: Surface) -> Floats:
    """Fall to 0 towards those edges of the crop beyond which the picture goes on."""
    h, w = s.shape
    y, x = arrays.grid(h, w)
    reach = 0.08 * max(h, w)
    near = np.full((h, w), reach, np.float32)
    for inner, distance in zip(s.inner_sides, (x, y, w - 1 - x, h - 1 - y), strict=True):
        if inner:
            near = np.minimum(near, distance)
    return arrays.step(near, 0, reach)


def _cover(s: Surface, material: str) -> Floats:
    u = s.scale
    if material not in {"cloud", "fluffy"}:
        return s.mask
    if material == "cloud":
        edge = arrays.blur(s.mask, 3.5 * u)
        ragged = (edge + 0.5 * (s.clouds(15, 5, 0.6) - 0.5) - 0.30) * 4
    else:
        edge = arrays.blur(s.mask, 2.4 * u)
        ragged = (edge + 0.75 * (s.clouds(2.2, 2) - 0.5) - 0.28) * 5
    # Noise alone must not put specks of the material where the thing is not.
    return np.asarray(np.clip(ragged, 0, 1) * arrays.step(edge, 0.03, 0.25) * _fade(s))
