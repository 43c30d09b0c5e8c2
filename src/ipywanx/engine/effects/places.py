"""Soft masks of the regions a prompt can name: sky, ground, leaves, hair and so on."""

from __future__ import annotations

import numpy as np
from PIL import Image

from ipywanx.engine.effects import arrays
from ipywanx.engine.effects.arrays import Floats
from ipywanx.engine.effects.colour import to_oklab
from ipywanx.engine.effects.labels import label
from ipywanx.engine.effects.subject import subject_mask


def mask_of(region: str, picture: Floats) -> Floats:
    """Give a soft mask 0..1 of a region (the lexicon's names, or "subject")."""
    h, w = picture.shape[:2]
    if region == "subject":
        return subject(picture)
    if region == "background":
        return 1 - subject(picture)
    if region == "sky":
        return sky(picture)
    if region in {"left", "right"}:
        _, x = arrays.grid(h, w)
        side = np.broadcast_to(arrays.step(x, 0.56 * w, 0.44 * w), (h, w))
        return np.asarray(side if region == "left" else 1 - side, np.float32)
    if region == "leaves":
        return leaves(picture)
    if region == "hair":
        return hair(picture)
    if region == "skin":
        return skin(picture)
    return _low_part(picture, smooth=region == "water")


def subject(picture: Floats) -> Floats:
    """Give the subject with its tips: what stands out of it into the sky."""
    mask = subject_mask(picture)
    heaven = sky(picture)
    if heaven.mean() < 0.05:
        return mask
    side = max(mask.shape)
    hard = mask > 0.5
    near = arrays.dilate(hard, side // 12) & (arrays.blur(heaven, 1.0) < 0.5)
    # Opened, so that the rim of the mask itself does not join all tips into one part.
    thin = max(1, side // 400)
    near = arrays.dilate(arrays.erode(near & ~hard, thin), thin)
    numbers, count = label(near)
    if count == 0:
        return mask
    sizes = np.bincount(numbers.ravel(), minlength=count + 1)
    touching = np.bincount(numbers[arrays.dilate(hard, 4)], minlength=count + 1) > 0
    # Trees beside a house also stand before the sky, but they are not small.
    tips = touching & (sizes < 0.06 * hard.sum())
    tips[0] = False
    extra = arrays.blur(arrays.dilate(tips[numbers], thin + 1).astype(np.float32), 0.8)
    return np.maximum(mask, extra * (1 - heaven * 0.6))


def open_sky(picture: Floats) -> Floats:
    """Give the sky without what stands before it, however bright that is."""
    return np.asarray(sky(picture) * (1 - arrays.step(subject_mask(picture), 0.3, 0.7)))


def texture(gray: Floats) -> Floats:
    """Tell how busy the surroundings of each pixel are, 0..1."""
    side = max(gray.shape)
    busy = arrays.blur(np.abs(gray - arrays.blur(gray, side / 128)), side / 64)
    return np.asarray(np.clip(busy / (float(np.percentile(busy, 97)) + 1e-4), 0, 1))


def sky(picture: Floats) -> Floats:
    """Bright, calm, not green, and reached from the upper edge."""
    h, w = picture.shape[:2]
    lab = to_oklab(arrays.resize(picture, arrays.fit((w, h), 256)))
    gray = lab[..., 0]
    calm = 1 - texture(gray)
    y = np.linspace(0, 1, gray.shape[0], dtype=np.float32)[:, None]
    top = gray[: max(2, gray.shape[0] // 8)]
    usual = float(np.percentile(top, 60))
    like = np.exp(-(((gray - usual) / 0.16) ** 2))
    green = arrays.step(lab[..., 2] - 0.5 * np.abs(lab[..., 1]), 0.02, 0.08)
    score = like * arrays.step(calm, 0.35, 0.8) * (1 - green) * arrays.step(y, 0.95, 0.5)
    hard = score > 0.3
    numbers, count = label(hard)
    reached = np.zeros(count + 1, bool)
    reached[np.unique(numbers[:2])] = True
    reached[0] = False
    seed = arrays.erode(reached[numbers], 1)
    restless = arrays.blur(np.abs(gray - arrays.blur(gray, 1.5)), 1.5)
    upper = float(seed[: seed.shape[0] // 2].sum()) / max(1, int(seed.sum()))
    if (
        seed[:3].any(0).mean() < 0.4
        or seed.mean() < 0.04
        or upper < 0.6
        or float(np.median(restless[seed])) > 0.006
        or float(np.median(gray[seed])) < 0.45
    ):
        return np.zeros((h, w), np.float32)
    # Up to the very edge of roofs and leaves: whatever has the colour of the sky right there.
    weight = arrays.blur(seed.astype(np.float32), 5)
    local = arrays.blur(lab * seed[..., None], 5) / np.maximum(weight, 1e-4)[..., None]
    # A grey picture tells less by colour, so there the border is drawn more tightly.
    grey = float(np.hypot(lab[..., 1], lab[..., 2]).mean()) < 0.004
    near = arrays.resize(
        (weight > (0.25 if grey else 0.01)).astype(np.float32), (w, h), Image.Resampling.BILINEAR
    )
    local = arrays.resize(local, (w, h), Image.Resampling.BILINEAR)
    apart = np.linalg.norm(to_oklab(picture) - local, axis=-1)
    limits = (0.05, 0.025) if grey else (0.10, 0.045)
    return np.asarray(arrays.step(arrays.blur(apart, 0.8), *limits) * near, np.float32)


def leaves(picture: Floats) -> Floats:
    """Green or olive; failing that, busy parts of the lower half."""
    h, w = picture.shape[:2]
    lab = to_oklab(picture)
    hue = np.arctan2(lab[..., 2], lab[..., 1])
    chroma = np.hypot(lab[..., 1], lab[..., 2])
    green = np.exp(-(((hue - 2.15) / 0.62) ** 2)) * arrays.step(chroma, 0.015, 0.05)
    mask = arrays.step(arrays.blur(green, max(h, w) / 300), 0.25, 0.6)
    if mask.mean() < 0.02:
        y = np.linspace(0, 1, h, dtype=np.float32)[:, None]
        mask = texture(arrays.luma(picture)) * arrays.step(y, 0.2, 0.6)
        mask = arrays.step(mask * (1 - 0.7 * subject_mask(picture)), 0.25, 0.55)
    fine = arrays.guided(arrays.luma(picture), mask, max(3, max(h, w) // 150), 1e-3)
    return np.asarray(np.clip(fine, 0, 1))


def _low_part(picture: Floats, *, smooth: bool) -> Floats:
    """The ground or the water: below the middle, not subject; water is calm."""
    h, w = picture.shape[:2]
    y = np.linspace(0, 1, h, dtype=np.float32)[:, None]
    busy = texture(arrays.luma(picture))
    kind = 1 - arrays.step(busy, 0.3, 0.7) if smooth else np.ones((h, w), np.float32)
    mask = kind * arrays.step(y, 0.42, 0.62) * (1 - subject_mask(picture)) * (1 - sky(picture))
    fine = arrays.guided(arrays.luma(picture), mask, max(4, max(h, w) // 80), 1e-3)
    return np.asarray(np.clip(fine * 1.2, 0, 1))


def skin(picture: Floats) -> Floats:
    """Skin tones of all shades lie in one narrow band of hue."""
    h, w = picture.shape[:2]
    lab = to_oklab(arrays.blur(picture, max(h, w) / 400))
    hue = np.arctan2(lab[..., 2], lab[..., 1])
    chroma = np.hypot(lab[..., 1], lab[..., 2])
    tone = np.exp(-(((hue - 0.86) / 0.30) ** 2)) * np.exp(-(((chroma - 0.062) / 0.035) ** 2))
    tone = tone * arrays.step(lab[..., 0], 0.35, 0.55)
    return arrays.step(tone, 0.30, 0.65)


def hair(picture: Floats) -> Floats:
    """Around the face and above it, coloured like the strip right over the forehead."""
    h, w = picture.shape[:2]
    size = arrays.fit((w, h), 256)
    small = arrays.resize(picture, size)
    lab = to_oklab(small)
    numbers, count = label(skin(small) > 0.5)
    if count == 0:
        return subject_mask(picture)
    areas = np.bincount(numbers.ravel(), minlength=count + 1).astype(np.float32)
    areas[0] = 0
    y, x = arrays.grid(*numbers.shape)
    centres = np.bincount(numbers.ravel(), np.broadcast_to(y, numbers.shape).ravel(), count + 1)
    height = centres / np.maximum(areas, 1) / numbers.shape[0]
    face = numbers == int(np.argmax(areas * np.exp(-((height - 0.3) ** 2) / 0.08)))
    rows, columns = np.nonzero(face)
    top, bottom = np.percentile(rows, (4, 96))
    left, right = np.percentile(columns, (6, 94))
    wide, tall = right - left + 1, bottom - top + 1
    middle = (left + right) / 2
    strip = (y > top - 0.30 * tall) & (y < top - 0.04 * tall) & (np.abs(x - middle) < 0.42 * wide)
    if strip.sum() < 12:
        return subject_mask(picture)
    sample = lab[strip]
    centre = np.median(sample, 0)
    spread = np.array([0.22, 0.045, 0.05], np.float32)
    distance = (((lab - centre) / spread) ** 2).sum(-1)
    around = ((x - middle) / (1.05 * wide)) ** 2 + ((y - (top + 0.12 * tall)) / (0.95 * tall)) ** 2
    score = np.exp(-0.5 * distance) * arrays.step(around, 1.2, 0.85)
    score = score * (1 - arrays.step(arrays.blur(skin(small), 1.5), 0.2, 0.5))
    mask = arrays.step(arrays.blur(score, 1.2), 0.12, 0.4)
    fine = arrays.guided(
        arrays.luma(picture), arrays.resize(mask, (w, h)), max(4, max(h, w) // 90), 5e-4
    )
    return np.asarray(np.clip(fine * 1.1, 0, 1))
