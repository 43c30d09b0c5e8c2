"""Find what a picture is about, with no trained model.

The picture is cut into a few hundred patches of like colour. A patch that reaches its like along
the border belongs to the background ("boundary connectivity", Zhu, Liang, Wei and Sun 2014);
patches that differ from the background stand out; a least-squares fit evens the scores out over
neighbours of like colour. Colour statistics and an edge-aware filter then sharpen the mask.
"""

from __future__ import annotations

import numpy as np
from PIL import Image

from ipywanx.engine.effects import arrays
from ipywanx.engine.effects.arrays import Bools, Floats
from ipywanx.engine.effects.colour import to_oklab
from ipywanx.engine.effects.labels import filled, label

_WORK_SIDE = 220
_PATCHES_LONG = 20
_WEAK_OUTLINE = 0.085  # OKLab; less change than this across an outline means there is none
_COLOUR_SIGMA = 0.055  # OKLab distance at which two patches stop being alike


def subject_mask(picture: Floats) -> Floats:
    """Give a soft mask 0..1 of the most salient thing."""
    h, w = picture.shape[:2]
    size = arrays.fit((w, h), _WORK_SIDE)
    small = np.clip(arrays.resize(picture, size, Image.Resampling.BOX), 0, 1)
    scores = saliency(small)
    mask = _by_colour(small, _decide(scores)) * (1 - _calm_like_outside(small, scores))
    mask = _one_thing(mask)
    if _outline(small, mask) < _WEAK_OUTLINE:
        mask = _grown(small, mask)
    wide = arrays.resize(mask, (w, h), Image.Resampling.BILINEAR)
    radius = max(4, max(h, w) // 70)
    sharp = arrays.guided(arrays.luma(picture), wide, radius, 3e-4)
    return np.asarray(np.clip((sharp - 0.28) / 0.44, 0, 1), np.float32)


def saliency(small: Floats) -> Floats:
    """Give a score 0..1 for every pixel of a small picture."""
    lab = to_oklab(arrays.smooth(small, 2, 0.002))
    number, colour, place = _patches(lab)
    scores = np.asarray(_patch_scores(number, colour, place)[number], np.float32)
    # Calm stretches (water, a wall between two things) are seldom what a picture is about.
    gray = arrays.luma(small)
    busy = arrays.blur(np.abs(gray - arrays.blur(gray, 2)), 5)
    colourful = arrays.blur(np.hypot(lab[..., 1], lab[..., 2]), 3)
    lively = arrays.step(busy, 0.0, 0.02) + arrays.step(colourful, 0.02, 0.07)
    return arrays.blur(scores * (0.62 + 0.38 * np.clip(lively, 0, 1)), 1.0)


def _patches(lab: Floats) -> tuple[Floats, Floats, Floats]:
    """Cut the picture into compact patches of like colour (SLIC, Achanta et al. 2012)."""
    h, w = lab.shape[:2]
    spacing = max(h, w) / _PATCHES_LONG
    rows, columns = max(2, round(h / spacing)), max(2, round(w / spacing))
    y, x = arrays.grid(h, w)
    home_row = np.broadcast_to((y * rows / h).astype(np.int32), (h, w))
    home_column = np.broadcast_to((x * columns / w).astype(np.int32), (h, w))
    number = home_row * columns + home_column
    weight = 0.055 / spacing  # a step of one patch counts as much as this OKLab distance
    features = np.concatenate(
        [
            lab,
            np.broadcast_to(x * weight, (h, w))[..., None],
            np.broadcast_to(y * weight, (h, w))[..., None],
        ],
        -1,
    ).astype(np.float32)
    count = rows * columns
    centres = _means(features, number, count)
    for _ in range(6):
        best = np.full((h, w), np.inf, np.float32)
        for dy in (-1, 0, 1):
            for dx in (-1, 0, 1):
                r = np.clip(home_row + dy, 0, rows - 1)
                c = np.clip(home_column + dx, 0, columns - 1)
                candidate = r * columns + c
                distance = ((features - centres[candidate]) ** 2).sum(-1)
                nearer = distance < best
                best = np.where(nearer, distance, best)
                number = np.where(nearer, candidate, number)
        fresh = _means(features, number, count)
        alive = np.bincount(number.ravel(), minlength=count) > 0
        centres = np.where(alive[:, None], fresh, centres)
    alive = np.bincount(number.ravel(), minlength=count) > 0
    compact = np.cumsum(alive) - 1
    place = centres[alive, 3:] / (weight * max(h, w))
    return compact[number], centres[alive, :3], place


def _means(features: Floats, number: Floats, count: int) -> Floats:
    flat = number.ravel()
    sizes = np.maximum(np.bincount(flat, minlength=count), 1)
    sums = [np.bincount(flat, features[..., k].ravel(), count) for k in range(features.shape[-1])]
    return np.asarray((np.stack(sums, -1) / sizes[:, None]).astype(np.float32))


def _patch_scores(number: Floats, colour: Floats, place: Floats) -> Floats:
    count = len(colour)
    apart = np.linalg.norm(colour[:, None] - colour[None], axis=-1)
    touches = np.zeros((count, count), bool)
    for first, second in (
        (number[:, 1:], number[:, :-1]),
        (number[1:], number[:-1]),
        (number[1:, 1:], number[:-1, :-1]),
    ):
        touches[first.ravel(), second.ravel()] = True
    touches |= touches.T
    sides = (number[0], number[-1], number[:, 0], number[:, -1])
    border = np.zeros(count, bool)
    lengths = np.zeros(count)
    for k, side in enumerate(sides):
        border[side] = True
        # The lower edge often cuts through a standing subject, so it counts for less.
        lengths += np.bincount(side, minlength=count) * (0.35 if k == 1 else 1.0)

    # Walks along patches that touch; all border patches count as touching each other.
    walk = np.where(touches | (border[:, None] & border[None]), apart, np.inf)
    np.fill_diagonal(walk, 0)
    for k in range(count):
        walk = np.minimum(walk, walk[:, k, None] + walk[None, k])
    alike = np.exp(-(walk**2) / (2 * _COLOUR_SIGMA**2))
    areas = np.bincount(number.ravel(), minlength=count)
    mean_area = areas.mean()
    span = alike @ (areas / mean_area)
    on_border = alike @ (lengths / np.sqrt(mean_area))
    connectivity = on_border / np.sqrt(span)
    background = 1 - np.exp(-(connectivity**2) / 2)

    near = np.exp(-(np.linalg.norm(place[:, None] - place[None], axis=-1) ** 2) / (2 * 0.25**2))
    contrast = (apart * near * background[None] * areas[None]).sum(1)
    centre = place.max(0) / 2
    off = ((place - centre) / np.maximum(centre, 1e-3)) ** 2
    contrast = contrast * np.exp(-0.55 * off.sum(1))
    contrast = contrast / (contrast.max() + 1e-9)

    pull = np.where(touches, np.exp(-(apart**2) / (2 * _COLOUR_SIGMA**2)) + 0.02, 0)
    np.fill_diagonal(pull, 0)
    laplacian = np.diag(pull.sum(1)) - pull
    system = laplacian + np.diag(background * 1.4 + contrast + 1e-3)
    scores = np.linalg.solve(system, contrast)
    scores = scores - scores.min()
    return np.asarray(scores / (scores.max() + 1e-9))


def _calm_like_outside(small: Floats, scores: Floats) -> Floats:
    """Mark calm stretches coloured like calm stretches that are surely background."""
    # Water is darker than the sky it mirrors, so hue counts for more than light.
    lab = to_oklab(arrays.blur(small, 1.0)) * np.array([0.45, 1.3, 1.3], np.float32)
    gray = arrays.luma(small)
    calm = arrays.blur(np.abs(gray - arrays.blur(gray, 2)), 3) < 0.016
    sure = calm & (scores < 0.25 * float(scores.max()))
    if sure.mean() < 0.05:
        return np.zeros_like(gray)
    known = lab[sure][:: max(1, int(sure.sum()) // 250)]
    apart = np.full(gray.shape, np.inf, np.float32)
    for colour in known:
        apart = np.minimum(apart, ((lab - colour) ** 2).sum(-1))
    doubt = calm & (apart < 0.05**2) & (scores < 0.8 * float(scores.max()))
    doubt = arrays.dilate(arrays.erode(doubt, 2), 8) & (apart < 0.075**2)
    doubt &= scores < 0.88 * float(scores.max())
    return np.clip(arrays.blur(arrays.dilate(doubt, 1).astype(np.float32), 1), 0, 1)


def _decide(scores: Floats) -> Floats:
    """Turn scores into a soft yes or no at the threshold that parts them best."""
    low = arrays.otsu(scores)
    above = scores[scores > low]
    high = arrays.otsu(above) if above.size > 50 else low
    # Half-salient ground (water behind a tower) lies between the two; the subject above both.
    threshold = 0.36 * low + 0.64 * high
    return np.asarray(1 / (1 + np.exp(-7 * (scores - threshold))), np.float32)


def _by_colour(small: Floats, mask: Floats, rounds: int = 3, bins: int = 14) -> Floats:
    """Compare every pixel with the colours inside and outside of the mask, a few times over."""
    quantised = (np.clip(small, 0, 0.9999) * bins).astype(np.int32)
    index = (quantised[..., 0] * bins + quantised[..., 1]) * bins + quantised[..., 2]
    prior = mask
    side = max(mask.shape)
    for _ in range(rounds):
        inside = _histogram(index, mask, bins)
        outside = _histogram(index, 1 - mask, bins)
        odds = np.log((inside + 2e-5) / (outside + 2e-5))[index].astype(np.float32)
        around = np.clip(arrays.blur(prior, side / 40), 0, 1)
        odds = arrays.blur(np.clip(odds, -4, 4), 1.2)
        odds = 1.0 * odds + 1.7 * np.log((around + 0.03) / (1.03 - around))
        mask = np.asarray(1 / (1 + np.exp(-odds)), np.float32)
        prior = 0.5 * prior + 0.5 * mask
    return np.asarray(np.clip((arrays.blur(mask, 1.5) - 0.5) * 4 + 0.5, 0, 1), np.float32)


def _histogram(index: Floats, weight: Floats, bins: int) -> Floats:
    counts = np.bincount(index.ravel(), weight.ravel(), bins**3).reshape(bins, bins, bins)
    for axis in range(3):
        counts = counts + 0.5 * (np.roll(counts, 1, axis) + np.roll(counts, -1, axis))
    return np.asarray((counts / (counts.sum() + 1e-9)).ravel())


def _outline(small: Floats, mask: Floats) -> float:
    """Tell how much colour changes across the mask's outline (OKLab)."""
    lab = to_oklab(small)
    inner = np.clip(mask, 0, 1)
    outer = 1 - inner
    own = arrays.blur(lab * inner[..., None], 3) / (arrays.blur(inner, 3)[..., None] + 1e-3)
    other = arrays.blur(lab * outer[..., None], 3) / (arrays.blur(outer, 3)[..., None] + 1e-3)
    rim = arrays.dilate(mask > 0.5, 2) & ~arrays.erode(mask > 0.5, 2)
    if not rim.any():
        return 0.0
    return float(np.median(np.linalg.norm(own - other, axis=-1)[rim]))


def _grown(small: Floats, mask: Floats) -> Floats:
    """Let a mask without a real outline grow over all that is coloured like it.

    A thing that fills the frame shows up as its most striking part only (the face of a cat).
    """
    lab = to_oklab(arrays.smooth(small, 3, 0.004)) * np.array([0.5, 1.5, 1.5], np.float32)
    core = mask > 0.5
    if not core.any():
        return mask
    known = lab[core][:: max(1, int(core.sum()) // 250)]
    apart = np.full(mask.shape, np.inf, np.float32)
    for colour in known:
        apart = np.minimum(apart, ((lab - colour) ** 2).sum(-1))
    alike = arrays.blur((apart < 0.02**2).astype(np.float32), 3) > 0.5
    numbers, count = label(alike | core)
    if count == 0:
        return mask
    inside_core = np.bincount(numbers[core], minlength=count + 1)
    whole = numbers == int(np.argmax(inside_core))
    # Close bays, also those that open to the frame.
    wide = np.pad(whole, 18, mode="edge")
    whole = filled(arrays.erode(arrays.dilate(wide, 17), 17)[18:-18, 18:-18])
    return np.clip(arrays.blur(whole.astype(np.float32), 2), 0, 1)


def _one_thing(mask: Floats) -> Floats:
    """Keep the large parts and close their holes."""
    hard: Bools = mask > 0.5
    numbers, count = label(hard)
    if count == 0:
        return mask
    areas = np.bincount(numbers.ravel(), minlength=count + 1)
    areas[0] = 0
    keep = areas >= 0.18 * areas.max()
    kept = keep[numbers]
    holes = filled(kept) & ~kept
    hole_numbers, hole_count = label(holes)
    hole_areas = np.bincount(hole_numbers.ravel(), minlength=hole_count + 1)
    small_hole = (hole_areas < 0.06 * max(1, int(kept.sum())))[hole_numbers] & holes
    near = arrays.dilate(kept, 2)
    return np.asarray(np.where(near, np.maximum(mask, small_hole), 0), np.float32)


def inside(picture: Floats, rough: Floats) -> Floats | None:
    """Find the thing under a roughly painted mask, or None if none stands out.

    The colours right around the mask count as background.
    """
    h, w = rough.shape
    size = arrays.fit((w, h), _WORK_SIDE)
    small = np.clip(arrays.resize(picture, size, Image.Resampling.BOX), 0, 1)
    mask = np.clip(arrays.resize(rough, size, Image.Resampling.BILINEAR), 0, 1)
    y, x = arrays.grid(*mask.shape)
    weight = mask + 1e-6
    middle_x, middle_y = (weight * x).sum() / weight.sum(), (weight * y).sum() / weight.sum()
    spread_x = np.sqrt((weight * (x - middle_x) ** 2).sum() / weight.sum()) + 1
    spread_y = np.sqrt((weight * (y - middle_y) ** 2).sum() / weight.sum()) + 1
    centre = np.exp(-0.22 * (((x - middle_x) / spread_x) ** 2 + ((y - middle_y) / spread_y) ** 2))
    found = _by_colour(small, np.asarray(mask * (0.35 + 0.6 * centre), np.float32)) * (mask > 0.5)
    hard = filled(found > 0.5)
    share = float(hard.sum()) / max(1.0, float((mask > 0.5).sum()))
    if not 0.3 < share < 0.98:
        return None
    wide = arrays.resize(hard.astype(np.float32), (w, h), Image.Resampling.BILINEAR)
    sharp = arrays.guided(arrays.luma(picture), wide, max(3, max(h, w) // 90), 3e-4)
    return np.asarray(np.clip((sharp - 0.25) / 0.5, 0, 1), np.float32)
