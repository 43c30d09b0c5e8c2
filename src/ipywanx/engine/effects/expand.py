"""Grow a picture beyond its edges."""

from __future__ import annotations

import numpy as np
from PIL import Image

from ipywanx.engine.effects import arrays, fill
from ipywanx.engine.effects.arrays import Bools, Floats, Size
from ipywanx.engine.effects.job import Job
from ipywanx.engine.effects.subject import subject_mask
from ipywanx.model.expansion import expanded_box
from ipywanx.text import Text

_WORK_SIDE = 704


def expand(job: Job) -> Image.Image:
    """Invent what lies around the picture; the picture itself stays as it is."""
    job.read("action").use("action", "expand")
    top, bottom, left, right = (
        job.number(f"{side}_scale", 1.0, 1.0, 2.0) for side in ("top", "bottom", "left", "right")
    )
    image = job.image
    width, height, x0, y0 = expanded_box(image.size, top, bottom, left, right)
    if (width, height) == image.size:
        job.notice(
            Text(
                "All four scales are 1, so there was nothing to add.",
                "四个比例都是 1，没有需要扩展的部分。",
            )
        )
        return image
    if width * height > 4 * image.width * image.height * 0.75:
        job.notice(
            Text(
                "The new area is large; far from the picture it repeats what is known.",
                "新增区域很大；离原图较远处会重复已有的内容。",
            )
        )
    canvas = _canvas(image, (width, height), (x0, y0), job)
    shares = (x0, y0, width - image.width - x0, height - image.height - y0)
    canvas.paste(image, (x0, y0), _feather(image.size, shares))
    return canvas


def _canvas(image: Image.Image, size: Size, offset: tuple[int, int], job: Job) -> Image.Image:
    factor = min(1.0, _WORK_SIDE / max(size))
    small_size = (max(8, round(image.width * factor)), max(8, round(image.height * factor)))
    small_image = image.resize(small_size, Image.Resampling.LANCZOS)
    small = np.asarray(small_image)
    width, height = round(size[0] * factor), round(size[1] * factor)
    width, height = max(width, small_size[0]), max(height, small_size[1])
    x0 = min(round(offset[0] * factor), width - small_size[0])
    y0 = min(round(offset[1] * factor), height - small_size[1])
    pads = ((y0, height - small_size[1] - y0), (x0, width - small_size[0] - x0))
    padded = np.pad(small, (*pads, (0, 0)), mode="edge")
    hole = np.ones((height, width), bool)
    hole[y0 : y0 + small_size[1], x0 : x0 + small_size[0]] = False
    avoid = np.zeros_like(hole)
    avoid[~hole] = _not_to_repeat(arrays.from_image(small_image), pads).ravel()
    filled = fill.inpaint(padded, hole, seed=job.seed, avoid=avoid)
    filled = _even_out(filled, hole)
    return Image.fromarray(filled).resize(size, Image.Resampling.BICUBIC)


def _not_to_repeat(picture: Floats, pads: tuple[tuple[int, int], tuple[int, int]]) -> Bools:
    """Mark the subject, so that it is not copied; a band beside the new area stays usable."""
    subject = subject_mask(picture) > 0.5
    band = max(4, min(subject.shape) // 24)
    (top, bottom), (left, right) = pads
    if top:
        subject[:band] = False
    if bottom:
        subject[-band:] = False
    if left:
        subject[:, :band] = False
    if right:
        subject[:, -band:] = False
    return subject if subject.mean() < 0.5 else np.zeros_like(subject)


def _even_out(filled: Floats, hole: Bools) -> Floats:
    """Take the faint steps of tone out of smooth new areas such as the sky."""
    values = filled.astype(np.float32) / 255
    radius = max(8, max(hole.shape) // 22)
    calm = arrays.smooth(values, radius, 0.0015, 2)
    detail = values - arrays.blur(values, 1.2)
    gray = arrays.luma(values)
    mean = arrays.blur(gray, 4)
    unrest = np.sqrt(np.clip(arrays.blur(gray * gray, 4) - mean * mean, 0, None))
    share = arrays.blur(arrays.step(unrest, 0.028, 0.012), 4)
    out = arrays.mix(values, calm + detail, share)
    # Whatever that changed inside the picture is taken back, fading outwards, so no seam shows.
    known = (~hole).astype(np.float32)
    out = out + fill.spread((values - out) * known[..., None], known)
    return np.asarray((np.clip(out, 0, 1) * 255 + 0.5).astype(np.uint8))


def _feather(size: Size, grown: tuple[int, int, int, int]) -> Image.Image:
    """Give the mask the original is pasted with: it fades only along the grown edges."""
    width, height = size
    reach = max(4, min(width, height) // 80)
    y, x = arrays.grid(height, width)
    left, top, right, bottom = grown
    far = float(reach)
    distance = np.full((height, width), far, np.float32)
    if left:
        distance = np.minimum(distance, x)
    if top:
        distance = np.minimum(distance, y)
    if right:
        distance = np.minimum(distance, width - 1 - x)
    if bottom:
        distance = np.minimum(distance, height - 1 - y)
    return arrays.to_image(arrays.step(distance + 1, 0, far))
