"""Fill holes in a picture from what surrounds them.

PatchMatch does it where its native library loads; elsewhere (Alpine, odd processors) a push-pull
pyramid with matched grain does, which is smoother but always there.
"""

from __future__ import annotations

import importlib
import threading
from types import ModuleType

import numpy as np
from PIL import Image

from ipywanx.engine.effects import arrays
from ipywanx.engine.effects.arrays import Bools, Floats

# The native library keeps one seed for the whole process.
_PATCHMATCH_LOCK = threading.Lock()
_LIMIT = 720


def patchmatch_module() -> ModuleType | None:
    """Give the PatchMatch module, or None if it cannot run here."""
    try:
        module = importlib.import_module("patchmatch")
    except (ImportError, OSError):
        return None
    return module if getattr(module, "patchmatch_available", False) else None


def inpaint(
    pixels: Floats,
    hole: Bools,
    *,
    seed: int,
    avoid: Bools | None = None,
) -> Floats:
    """Fill `hole` of an 8-bit RGB array; places in `avoid` are not copied from."""
    if not hole.any():
        return pixels
    if hole.all():
        return np.full_like(pixels, 128)
    module = patchmatch_module()
    if avoid is not None and (~(avoid | hole)).mean() < 0.08:
        avoid = None  # too little would be left to copy from
    if module is None:
        return _push_pull(pixels, hole, seed, avoid)
    exclude = None if avoid is None else np.ascontiguousarray(avoid & ~hole)
    with _PATCHMATCH_LOCK:
        module.set_random_seed(seed % 2**32)
        filled = module.inpaint(
            np.ascontiguousarray(pixels),
            np.ascontiguousarray(hole),
            global_mask=exclude,
            patch_size=3,
        )
    return _seamless(np.asarray(filled), hole)


def _seamless(filled: Floats, hole: Bools) -> Floats:
    """Take steps of tone along the hole's edge out, by a correction that fades inwards.

    Copied sky is often a little lighter or darker than the sky it meets. Only small steps count:
    large ones are edges of things.
    """
    values = filled.astype(np.float32) / 255
    inside = hole.astype(np.float32)
    sigma = max(3.0, max(hole.shape) / 90)
    near_in, near_out = arrays.blur(inside, sigma), arrays.blur(1 - inside, sigma)
    own = arrays.blur(values * inside[..., None], sigma) / np.maximum(near_in, 1e-3)[..., None]
    other = arrays.blur(values * (1 - inside)[..., None], sigma)
    other = other / np.maximum(near_out, 1e-3)[..., None]
    rim = hole & (near_out > 0.25)
    if not rim.any():
        return filled
    step = other - own
    size = np.abs(step).max(-1)
    trust = rim * np.exp(-((size / 0.07) ** 2)) + 1e-3 * rim
    correction = spread(np.clip(step, -0.15, 0.15), trust.astype(np.float32))
    # The outermost pixels were blended with their neighbours already.
    fade = arrays.step(arrays.blur(1 - inside, 2.0), 0.5, 0.15) * inside
    values = values + arrays.blur(correction, 3.0) * fade[..., None]
    return np.asarray((np.clip(values, 0, 1) * 255 + 0.5).astype(np.uint8))


def fill_region(
    image: Image.Image,
    hole: Bools,
    *,
    seed: int,
    avoid: Bools | None = None,
    margin: float = 1.2,
) -> Image.Image:
    """Fill part of a picture of any size; only the surroundings of the hole are worked on.

    Pixels outside the hole keep their values exactly.
    """
    if not hole.any():
        return image
    left, top, right, bottom = surroundings(hole, margin)
    crop = image.crop((left, top, right, bottom))
    part = hole[top:bottom, left:right]
    part_avoid = None if avoid is None else avoid[top:bottom, left:right]
    size = arrays.fit(crop.size, _LIMIT)
    if size == crop.size:
        done = Image.fromarray(inpaint(np.asarray(crop), part, seed=seed, avoid=part_avoid))
    else:
        small_hole = arrays.resize(part.astype(np.float32), size, Image.Resampling.BOX) > 0.01
        small_avoid = None
        if part_avoid is not None:
            small_avoid = arrays.resize(part_avoid.astype(np.float32), size) > 0.5
        small = np.asarray(crop.resize(size, Image.Resampling.LANCZOS))
        filled = inpaint(small, small_hole, seed=seed, avoid=small_avoid)
        done = Image.fromarray(filled).resize(crop.size, Image.Resampling.BICUBIC)
    result = image.copy()
    result.paste(done, (left, top), Image.fromarray(part.astype(np.uint8) * 255))
    return result


def surroundings(mask: Bools, margin: float) -> tuple[int, int, int, int]:
    """Give the box around a mask, widened by `margin` times its longer side."""
    rows, columns = np.nonzero(mask.any(1))[0], np.nonzero(mask.any(0))[0]
    top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    extra = max(96, int(margin * max(bottom - top, right - left)))
    height, width = mask.shape
    return (
        max(0, int(left) - extra),
        max(0, int(top) - extra),
        min(width, int(right) + extra),
        min(height, int(bottom) + extra),
    )


def spread(values: Floats, trust: Floats) -> Floats:
    """Carry trusted values smoothly over the rest (push-pull, Gortler et al. 1996).

    `trust` 1 keeps a value, 0 takes it from around, between blends.
    """
    h, w = trust.shape
    if max(h, w) <= 2:
        total = max(float(trust.sum()), 1e-9)
        mean = (values * trust[..., None]).sum((0, 1)) / total
        return np.broadcast_to(mean, values.shape).astype(np.float32)
    size = (max(1, w // 2), max(1, h // 2))
    weight = arrays.resize(trust, size, Image.Resampling.BOX)
    small = arrays.resize(values * trust[..., None], size, Image.Resampling.BOX)
    small = small / np.maximum(weight, 1e-9)[..., None]
    # Sums of trust grow on the way up, so that sparse knowledge still counts in full.
    below = spread(small, np.clip(weight * 4, 0, 1))
    wide = arrays.resize(below, (w, h), Image.Resampling.BILINEAR)
    return np.asarray(arrays.mix(wide, values, np.clip(trust, 0, 1)), np.float32)


def _push_pull(pixels: Floats, hole: Bools, seed: int, avoid: Bools | None) -> Floats:
    values = pixels.astype(np.float32) / 255
    known = ~hole if avoid is None else ~(hole | avoid)
    base = spread(values, known.astype(np.float32))
    # Smooth the pyramid's steps inside the hole, then give it the surroundings' grain.
    for sigma in (8.0, 4.0, 2.0):
        base = np.where(hole[..., None], arrays.blur(base, sigma), values)
    ring = arrays.dilate(hole, 24) & known
    detail = arrays.luma(values) - arrays.blur(arrays.luma(values), 2.0)
    strength = float(detail[ring].std()) if ring.any() else 0.01
    rng = np.random.default_rng(seed)
    grain = arrays.blur(rng.standard_normal(hole.shape, dtype=np.float32), 0.8)
    grain *= strength / max(float(grain.std()), 1e-6)
    result = np.where(hole[..., None], base + grain[..., None], values)
    return np.asarray((np.clip(result, 0, 1) * 255 + 0.5).astype(np.uint8))
