"""Small picture arithmetic: float32 arrays of shape (h, w) or (h, w, 3), values 0..1."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Floats: TypeAlias = NDArray[Any]
Bools: TypeAlias = NDArray[Any]
Size: TypeAlias = tuple[int, int]

_LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)


def from_image(image: Image.Image) -> Floats:
    """Give the picture as float32 values 0..1."""
    if image.mode == "L":
        return np.asarray(image, np.float32) / np.float32(255)
    return np.asarray(image.convert("RGB"), np.float32) / np.float32(255)


def to_image(values: Floats) -> Image.Image:
    """Give the array as an RGB (three channels) or L (one) picture."""
    return Image.fromarray((np.clip(values, 0, 1) * 255 + 0.5).astype(np.uint8))


def luma(values: Floats) -> Floats:
    """Give the brightness of a colour array."""
    return np.asarray(values @ _LUMA)


def resize(values: Floats, size: Size, how: Image.Resampling = Image.Resampling.BICUBIC) -> Floats:
    """Scale an array to `size` = (width, height)."""
    if values.shape[1::-1] == tuple(size):
        return values
    if values.ndim == 2:
        plane = Image.fromarray(np.ascontiguousarray(values, np.float32))
        return np.asarray(plane.resize(size, how))
    return np.stack([resize(values[..., c], size, how) for c in range(values.shape[2])], -1)


def fit(size: Size, limit: int) -> Size:
    """Shrink `size` so that its long side is at most `limit`; never enlarge."""
    factor = min(1.0, limit / max(size))
    return max(8, round(size[0] * factor)), max(8, round(size[1] * factor))


def shrunk(image: Image.Image, limit: int) -> Floats:
    """Give the picture as an array whose long side is at most `limit`."""
    size = fit(image.size, limit)
    small = image if size == image.size else image.resize(size, Image.Resampling.LANCZOS)
    return from_image(small)


def grid(height: int, width: int) -> tuple[Floats, Floats]:
    """Give the row and column numbers as arrays that broadcast to (height, width)."""
    return (
        np.arange(height, dtype=np.float32)[:, None],
        np.arange(width, dtype=np.float32)[None, :],
    )


def box(values: Floats, radius: int) -> Floats:
    """Average over a square window; sums run in float64 because variances cancel."""
    if radius < 1:
        return values
    for axis in (0, 1):
        count = values.shape[axis]
        reach = min(radius, count - 1)
        pad = [(0, 0)] * values.ndim
        pad[axis] = (reach + 1, reach)
        sums = np.cumsum(np.pad(values, pad, mode="edge"), axis=axis, dtype=np.float64)
        high = [slice(None)] * values.ndim
        low = [slice(None)] * values.ndim
        high[axis] = slice(2 * reach + 1, 2 * reach + 1 + count)
        low[axis] = slice(0, count)
        values = ((sums[tuple(high)] - sums[tuple(low)]) / (2 * reach + 1)).astype(np.float32)
    return values


def _small_blur(values: Floats, sigma: float) -> Floats:
    reach = max(1, int(2.6 * sigma + 0.5))
    offsets = np.arange(-reach, reach + 1)
    weights = np.exp(-0.5 * (offsets / sigma) ** 2)
    weights = (weights / weights.sum()).astype(np.float32)
    for axis in (0, 1):
        count = values.shape[axis]
        pad = [(0, 0)] * values.ndim
        pad[axis] = (reach, reach)
        padded = np.pad(values, pad, mode="edge")
        total = np.zeros_like(values)
        for k, weight in enumerate(weights):
            window = [slice(None)] * values.ndim
            window[axis] = slice(k, k + count)
            total += weight * padded[tuple(window)]
        values = total
    return values


def blur(values: Floats, sigma: float) -> Floats:
    """Blur with a Gaussian; wide ones run on a shrunk copy, which costs no visible detail."""
    values = np.asarray(values, np.float32)
    if sigma < 0.3:
        return values
    h, w = values.shape[:2]
    factor = 1
    while sigma / factor > 2.6 and min(h, w) // (factor * 2) >= 8:
        factor *= 2
    if factor == 1:
        return _small_blur(values, sigma)
    size = (max(4, round(w / factor)), max(4, round(h / factor)))
    small = _small_blur(resize(values, size, Image.Resampling.BOX), sigma / factor)
    return resize(small, (w, h))


def dilate(mask: Bools, radius: int) -> Bools:
    """Grow a boolean mask by a square of the radius."""
    out = mask.astype(bool)
    for axis in (0, 1):
        reach = 0
        while reach < radius:
            # What reaches r both ways, moved by up to 2 r + 1, still leaves no gaps.
            move = min(2 * reach + 1, radius - reach, out.shape[axis] - 1)
            if move < 1:
                break
            whole = np.moveaxis(out, axis, 0)
            grown = whole.copy()
            grown[move:] |= whole[:-move]
            grown[:-move] |= whole[move:]
            out = np.moveaxis(grown, 0, axis)
            reach += move
    return np.ascontiguousarray(out)


def erode(mask: Bools, radius: int) -> Bools:
    """Shrink a boolean mask by a square of the radius."""
    return ~dilate(~mask, radius)


def guided(guide: Floats, source: Floats, radius: int, eps: float) -> Floats:
    """Filter `source` so that its edges follow those of `guide` (He, Sun and Tang 2010).

    Wide windows compute their line coefficients on a shrunk copy (the "fast" variant).
    """
    h, w = guide.shape
    step = 1 if radius < 6 else min(4, radius // 3)
    size = (max(8, w // step), max(8, h // step))
    small_guide = resize(guide, size, Image.Resampling.BOX)
    small = resize(source, size, Image.Resampling.BOX)
    reach = max(1, round(radius / step))
    mean_guide, mean = box(small_guide, reach), box(small, reach)
    variance = box(small_guide * small_guide, reach) - mean_guide * mean_guide
    covariance = box(small_guide * small, reach) - mean_guide * mean
    slope = covariance / (variance + eps)
    offset = mean - slope * mean_guide
    slope = resize(box(slope, reach), (w, h), Image.Resampling.BILINEAR)
    offset = resize(box(offset, reach), (w, h), Image.Resampling.BILINEAR)
    return slope * guide + offset


def smooth(values: Floats, radius: int, eps: float, times: int = 1) -> Floats:
    """Flatten texture but keep edges; each colour channel guides itself."""
    for _ in range(times):
        values = np.stack(
            [guided(values[..., c], values[..., c], radius, eps) for c in range(3)], -1
        )
    return values


def gradient(values: Floats) -> tuple[Floats, Floats]:
    """Give the slopes along x and y."""
    along_y, along_x = np.gradient(values)
    return along_x, along_y


def ink_lines(
    gray: Floats, sigma: float, *, tau: float = 0.972, eps: float = 0.004, sharp: float = 70
) -> Floats:
    """Give 1 on drawn lines and 0 on paper: an extended difference of Gaussians."""
    difference = blur(gray, sigma) - tau * blur(gray, sigma * 1.6)
    paper = np.where(difference > eps, 1, 1 + np.tanh(sharp * (difference - eps)))
    return np.asarray(1 - np.clip(paper, 0, 1), np.float32)


def gather(values: Floats, x: Floats, y: Floats) -> Floats:
    """Read the array at real-valued places (nearest pixel, edges repeat)."""
    h, w = values.shape[:2]
    column = np.clip(x + 0.5, 0, w - 1).astype(np.int32)
    row = np.clip(y + 0.5, 0, h - 1).astype(np.int32)
    return np.asarray(values[row, column])


def gather_soft(values: Floats, x: Floats, y: Floats) -> Floats:
    """Read the array at real-valued places between pixels (bilinear)."""
    h, w = values.shape[:2]
    x, y = np.clip(x, 0, w - 1.001), np.clip(y, 0, h - 1.001)
    column, row = x.astype(np.int32), y.astype(np.int32)
    fx, fy = (x - column), (y - row)
    if values.ndim == 3:
        fx, fy = fx[..., None], fy[..., None]
    top = values[row, column] * (1 - fx) + values[row, column + 1] * fx
    low = values[row + 1, column] * (1 - fx) + values[row + 1, column + 1] * fx
    return np.asarray(top * (1 - fy) + low * fy)


def relief(
    height: Floats,
    *,
    light: tuple[float, float, float] = (-0.5, -0.6, 0.62),
    gloss: float = 0.5,
    power: float = 25,
) -> tuple[Floats, Floats]:
    """Light a height field; gives the diffuse and the specular share."""
    along_x, along_y = gradient(height)
    length = np.sqrt(along_x * along_x + along_y * along_y + 1)
    towards = np.array(light, np.float32)
    towards /= np.linalg.norm(towards)
    half = towards + np.array([0, 0, 1], np.float32)
    half /= np.linalg.norm(half)

    def facing(v: Floats) -> Floats:
        return np.asarray(np.clip((v[2] - v[0] * along_x - v[1] * along_y) / length, 0, 1))

    return facing(towards), np.asarray(gloss * facing(half) ** power)


def mix(first: Floats, second: Floats, share: Floats | float) -> Floats:
    """Blend from `first` to `second` by a share 0..1 (a mask or one number)."""
    if isinstance(share, np.ndarray) and share.ndim == 2 and first.ndim == 3:
        share = share[..., None]
    return np.asarray(first + (second - first) * share)


def inflate(mask: Floats, radius: float) -> Floats:
    """Give a pillow-like height 0..1 over a soft mask."""
    height = np.zeros_like(mask)
    for k in range(4):
        height += blur(mask, radius * 1.9**k) * mask
    return np.asarray(np.sqrt(np.clip(height / 4, 0, 1)))


def step(values: Floats, low: float, high: float) -> Floats:
    """Rise smoothly from 0 at `low` to 1 at `high` (or fall, if `low` > `high`)."""
    t = np.clip((values - low) / (high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def otsu(values: Floats) -> float:
    """Give the threshold that parts the values into two groups best."""
    counts, edges = np.histogram(values, 128)
    centres = (edges[:-1] + edges[1:]) / 2
    weight = np.cumsum(counts)
    moment = np.cumsum(counts * centres)
    total, mean = weight[-1], moment[-1]
    between = (mean * weight / total - moment) ** 2 / (weight * (total - weight) + 1e-9)
    return float(centres[int(np.argmax(between))])


def transfer(image: Image.Image, before: Floats, after: Floats) -> Image.Image:
    """Carry an edit made on a shrunk copy over to the full picture, fine detail included.

    The full picture differs from the enlarged copy by its detail; that detail is added to the
    enlarged result. Works in strips, so memory stays bounded.
    """
    if before.shape[1::-1] == image.size:
        return to_image(after)
    width, height = image.size
    low, high = (
        [Image.fromarray(np.ascontiguousarray(v[..., c], np.float32)) for c in range(3)]
        for v in (before, after)
    )
    result = Image.new("RGB", image.size)
    scale_x, scale_y = before.shape[1] / width, before.shape[0] / height
    rows = max(64, 4_000_000 // width)
    for start in range(0, height, rows):
        stop = min(height, start + rows)
        window = (0.0, start * scale_y, width * scale_x, stop * scale_y)
        size = (width, stop - start)

        def wide(
            planes: list[Image.Image], box: tuple[float, float, float, float], to: Size
        ) -> Floats:
            parts = [np.asarray(p.resize(to, Image.Resampling.BILINEAR, box=box)) for p in planes]
            return np.stack(parts, -1)

        full = from_image(image.crop((0, start, width, stop)))
        strip = wide(high, window, size) + full - wide(low, window, size)
        result.paste(to_image(strip), (0, start))
    return result
