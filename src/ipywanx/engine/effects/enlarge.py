"""Enlarge a picture so that, shrunk again, it gives the original back."""

from __future__ import annotations

import numpy as np
from PIL import Image

from ipywanx.engine.effects import arrays
from ipywanx.engine.effects.arrays import Floats, Size
from ipywanx.engine.effects.job import Job

_STRIP_PIXELS = 2_500_000


def super_resolution(job: Job) -> Image.Image:
    """Enlarge by a whole factor, or sharpen lightly at factor 1."""
    job.read("action", "mood").use("action", "upscale")
    job.reading.use("mood", "sharp")
    factor = round(job.number("upscale_factor", 1, 1, 4))
    rng = job.rng("grain")
    if factor == 1:
        return _clean(job.image, rng)
    image = job.image
    size = (image.width * factor, image.height * factor)
    result = Image.new("RGB", size)
    rows = max(32, _STRIP_PIXELS // (size[0] * factor))
    margin = 12
    # Very large results get fewer rounds: the time goes with the area.
    area = size[0] * size[1]
    rounds = 8 if area <= 24_000_000 else 3 if area <= 100_000_000 else 1
    for start in range(0, image.height, rows):
        stop = min(image.height, start + rows)
        low, high = max(0, start - margin), min(image.height, stop + margin)
        part = _enlarged(image.crop((0, low, image.width, high)), factor, rounds)
        first = (start - low) * factor
        part = part[first : first + (stop - start) * factor]
        # Dither instead of plain rounding: invisible, but another seed is another picture.
        dither = rng.random(part.shape, dtype=np.float32) * 0.9 + 0.05
        pixels = np.clip(part + dither, 0, 255).astype(np.uint8)
        result.paste(Image.fromarray(pixels), (0, start * factor))
    return result


def _enlarged(image: Image.Image, factor: int, rounds: int) -> Floats:
    """Give values 0..255: Lanczos, then iterated back-projection (Irani and Peleg 1991)."""
    size = (image.width * factor, image.height * factor)
    source = np.asarray(image, np.float32)
    planes = [_refined(source[..., c], size, rounds) for c in range(3)]
    return np.stack(planes, -1)


def _refined(plane: Floats, size: Size, rounds: int) -> Floats:
    small = plane.shape[1::-1]
    wide = arrays.resize(plane, size, Image.Resampling.LANCZOS)
    for _ in range(rounds):
        error = plane - arrays.resize(wide, small, Image.Resampling.BICUBIC)
        wide = wide + arrays.resize(error, size, Image.Resampling.BICUBIC)
    # Ringing is what leaves the range of the neighbours; six levels of overshoot stay.
    padded = np.pad(plane, 1, mode="edge")
    stack = [padded[r : r + small[1], c : c + small[0]] for r in range(3) for c in range(3)]
    low = arrays.resize(np.minimum.reduce(stack), size, Image.Resampling.BILINEAR) - 6
    high = arrays.resize(np.maximum.reduce(stack), size, Image.Resampling.BILINEAR) + 6
    return np.asarray(np.clip(wide, low, high))


def _clean(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Denoise flat areas and sharpen edges, strip by strip."""
    result = Image.new("RGB", image.size)
    rows = max(64, _STRIP_PIXELS // (3 * image.width))
    margin = 16
    for start in range(0, image.height, rows):
        stop = min(image.height, start + rows)
        low, high = max(0, start - margin), min(image.height, stop + margin)
        values = arrays.from_image(image.crop((0, low, image.width, high)))
        calm = arrays.smooth(values, 2, 0.0004)
        sharp = calm + 0.7 * (calm - arrays.blur(calm, 1.2))
        dither = rng.random(sharp.shape, dtype=np.float32) * 0.9 + 0.05
        pixels = np.clip(sharp * 255 + dither, 0, 255).astype(np.uint8)
        first = start - low
        result.paste(Image.fromarray(pixels[first : first + stop - start]), (0, start))
    return result
