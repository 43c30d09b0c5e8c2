"""Find printed text and marks in a picture, and take them away.

Lettering is found as rows of parts of like height and like stroke. Two readings of the picture
propose parts: opaque print has one exact colour; translucent print is a little lighter or darker
than what is around it everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from PIL import Image, ImageFilter

from ipywanx.engine.effects import arrays, fill
from ipywanx.engine.effects.arrays import Bools, Floats
from ipywanx.engine.effects.job import Job
from ipywanx.engine.effects.labels import Parts, label, measure
from ipywanx.engine.effects.subject import subject_mask
from ipywanx.text import Text

_WORK_SIDE = 1100
_MAX_PARTS = 9000
_MAX_LETTERS = 700


def remove_watermark(job: Job) -> Image.Image:
    """Fill what looks like printed text from its surroundings."""
    reading = job.read("action", "subject")
    found = text_mask(job.image)
    if not found.any():
        job.notice(
            Text("No text was found; the picture is unchanged.", "没有找到文字；图片没有变化。")
        )
        return job.image
    reading.use("action", "remove")
    reading.use("subject", "text")
    small = arrays.shrunk(job.image, 512)
    subject = arrays.resize(subject_mask(small), job.image.size, Image.Resampling.BILINEAR) > 0.5
    # Text over the subject must be filled from the subject; elsewhere it is no source.
    over = float(subject[found].mean())
    avoid = subject if over < 0.05 else None
    return fill.fill_region(job.image, found, seed=job.seed, avoid=avoid, margin=0.25)


def text_mask(image: Image.Image) -> Bools:
    """Mark the pixels of printed text, a little widened."""
    size = arrays.fit(image.size, _WORK_SIDE)
    small = image if size == image.size else image.resize(size, Image.Resampling.LANCZOS)
    pixels = np.asarray(small.convert("RGB")).astype(np.int16)
    found = np.zeros(pixels.shape[:2], bool)
    for colour in _print_colours(pixels):
        found |= _opaque_lines(pixels, colour)
    found |= _faint_lines(pixels, found)
    if not found.any():
        return np.zeros((image.height, image.width), bool)
    grow = max(2, round(max(size) / 260))
    found = arrays.dilate(found, grow)
    wide = arrays.resize(found.astype(np.float32), image.size, Image.Resampling.BILINEAR)
    return np.asarray(wide > 0.4)


def _print_colours(pixels: Floats, most: int = 12) -> list[Floats]:
    """Give colours that many pixels have exactly while few have nearly."""
    height, width = pixels.shape[:2]
    quantised = (pixels >> 3).astype(np.int32)
    key = (quantised[..., 0] << 10) | (quantised[..., 1] << 5) | quantised[..., 2]
    counts = np.bincount(key.ravel(), minlength=32768).reshape(32, 32, 32).astype(np.float32)
    around = counts
    for axis in range(3):
        padded = np.pad(around, [(2, 2) if a == axis else (0, 0) for a in range(3)])
        around = np.asarray(
            sum(np.take(padded, range(k, k + 32), axis=axis) for k in range(5)), np.float32
        )
    score = np.where(counts > height * width * 2.5e-4, counts / (around + 1), 0).ravel()
    order = np.argsort(-score)[:most]
    peaks = [np.median(pixels[key == k], axis=0) for k in order if score[k] > 0.22]
    # Over shadows of nearly its own colour, print shows only as one triple that recurs exactly.
    packed = (
        (pixels[..., 0].astype(np.int32) << 16)
        | (pixels[..., 1].astype(np.int32) << 8)
        | pixels[..., 2]
    )
    triples, times = np.unique(packed, return_counts=True)
    for k in np.argsort(-times)[:4]:
        colour = np.array([triples[k] >> 16, (triples[k] >> 8) & 255, triples[k] & 255], float)
        apart = [float(np.abs(colour - peak).max()) for peak in peaks]
        if times[k] > 8e-4 * height * width and min(apart, default=99) > 6:
            peaks.append(colour)
    return peaks


def _opaque_lines(pixels: Floats, colour: Floats) -> Bools:
    """Mark the lines printed in one colour, letters and what belongs to them."""
    height, width = pixels.shape[:2]
    found = np.zeros((height, width), bool)
    distance = np.abs(pixels - colour).max(2)
    exact = distance < 9
    lines: list[Line] = []
    # Print near its own colour (white on a pale sky) only parts from the ground when read strictly.
    for reach in (28, 15, 8):
        near = distance < reach
        if not 60 < near.sum() < 0.25 * height * width:
            continue
        strokes = _strokes(near)
        if lines or exact[strokes].sum() >= 0.3 * max(40, int(strokes.sum())):
            fresh = strokes & ~found
            numbers, _ = label(fresh)
            lines += [
                line
                for line in _lines(fresh, exact, least=4)
                if _crisp(distance, np.isin(numbers, np.array(line.parts) + 1))
            ]
        for line in lines:
            found |= _whole_row(strokes, exact, line)
    return found


def _crisp(distance: Floats, letters: Bools) -> bool:
    """Print has one colour within and another right outside; slices of a texture do not."""
    core = arrays.erode(letters, 1)
    inside = distance[core if core.sum() > 40 else letters]
    ring = distance[arrays.dilate(letters, 3) & ~arrays.dilate(letters, 1)]
    if inside.size < 20 or ring.size < 20:
        return False
    return bool((inside < 6).mean() > 0.75 and np.median(ring) > 40)


def _strokes(near: Bools) -> Bools:
    """Drop whole parts that are too broad to be letters, and broad areas letters run into."""
    side = max(near.shape)
    broad = arrays.erode(near, max(4, side // 76))
    numbers, count = label(near)
    if count == 0:
        return near
    heavy = np.zeros(count + 1, bool)
    heavy[np.unique(numbers[broad])] = True
    heavy[0] = False
    merged = heavy[numbers]
    cut = merged & ~arrays.dilate(arrays.erode(merged, max(3, side // 130)), max(4, side // 100))
    return (near & ~merged) | cut


def _whole_row(strokes: Bools, exact: Bools | None, line: Line) -> Bools:
    """Follow a line along its row, both ways, until nothing more of it is found."""
    found = _row_print(strokes, exact, line)
    for _ in range(8):
        columns = np.nonzero(found.any(0))[0]
        if not len(columns) or (columns[0] >= line.left and columns[-1] <= line.right):
            break
        line = replace(
            line, left=min(line.left, int(columns[0])), right=max(line.right, int(columns[-1]))
        )
        found = _row_print(strokes, exact, line)
    return found


def _row_print(strokes: Bools, exact: Bools | None, line: Line) -> Bools:
    """Mark everything in a line's row that is of its print: dots, accents, stray letters."""
    region = line.region(strokes.shape)
    part = strokes & region
    numbers, count = label(part)
    if count == 0:
        return part
    parts = measure(numbers, count)
    keep = parts.height <= 1.5 * line.tall
    keep &= parts.top > line.top - 0.5 * line.tall
    keep &= parts.bottom < line.bottom + 0.5 * line.tall
    keep &= parts.width < 4 * line.tall
    if exact is not None:
        sharp = np.bincount((numbers * exact).ravel(), minlength=count + 1)[1:]
        keep &= sharp > 0.4 * parts.area
    return np.asarray(np.concatenate([[False], keep])[numbers])


@dataclass(frozen=True, slots=True)
class Line:
    """A row of letters: its box and the height of its tallest letter."""

    left: int
    top: int
    right: int
    bottom: int
    tall: float
    parts: tuple[int, ...]

    def region(self, shape: tuple[int, int]) -> Bools:
        """Mark the row, widened along its direction so that missed letters at the ends count."""
        tall = self.tall
        out = np.zeros(shape, bool)
        out[
            max(0, int(self.top - 0.35 * tall)) : int(self.bottom + 0.45 * tall),
            max(0, int(self.left - 2.2 * tall)) : int(self.right + 2.2 * tall),
        ] = True
        return out


def _lines(strokes: Bools, exact: Bools | None, least: int) -> list[Line]:
    """Group stroke-like parts into rows of at least `least` letters."""
    height, width = strokes.shape
    numbers, count = label(strokes)
    if not least <= count <= _MAX_PARTS:
        return []
    parts = measure(numbers, count)
    inner = arrays.erode(strokes, 1)
    rim = np.bincount((numbers * (strokes & ~inner)).ravel(), minlength=count + 1)[1:]
    stroke = 2 * parts.area / np.maximum(rim, 1)
    share = parts.area / (parts.width * parts.height)
    fits = (
        (parts.area >= 9) & (parts.height >= max(6, 0.011 * height))
        & (parts.height < 0.25 * height) & (parts.width < 0.3 * width)
        & (share > 0.12) & (share < 0.98) & (parts.width < 3.2 * parts.height)
    )  # fmt: skip
    if exact is not None:
        sharp = np.bincount((numbers * exact).ravel(), minlength=count + 1)[1:]
        fits &= sharp > 0.5 * parts.area
    order = np.nonzero(fits)[0]
    if len(order) > _MAX_LETTERS:
        return []
    # Where hundreds of parts could be letters, a short row of them is chance.
    least = max(least, round((0.05 if exact is not None else 0.08) * len(order)))
    order = order[np.argsort(parts.left[order], kind="stable")]
    taken: set[int] = set()
    lines: list[Line] = []
    for place, start in enumerate(order):
        if int(start) in taken:
            continue
        row = _grow_row(int(start), order[place + 1 :], parts, stroke, taken)
        if (
            exact is not None
            and len(row) >= least
            and not _regular(row, parts, stroke, strict=False)
        ):
            row = _trimmed(row, parts, stroke)
        if len(row) < least or not _regular(row, parts, stroke, strict=exact is None):
            continue
        taken.update(row)
        ids = np.array(row)
        lines.append(
            Line(
                int(parts.left[ids].min()), int(parts.top[ids].min()),
                int(parts.right[ids].max()), int(parts.bottom[ids].max()),
                float(parts.height[ids].max()),
                tuple(row),
            )
        )  # fmt: skip
    return lines


def _grow_row(start: int, rest: Floats, parts: Parts, stroke: Floats, taken: set[int]) -> list[int]:
    row, last = [start], start
    others = rest[np.abs(parts.bottom[rest] - parts.bottom[start]) < 2 * parts.height[start]]
    while len(others):
        tall = np.maximum(parts.height[last], parts.height[others])
        gap = parts.left[others] - parts.right[last]
        level = np.abs(parts.bottom[last] - parts.bottom[others]) < 0.34 * tall
        middles = parts.bottom[others] + parts.top[others]
        level |= np.abs(parts.bottom[last] + parts.top[last] - middles) < 0.28 * tall
        pen = np.maximum(stroke[last], stroke[others]) < 1.9 * np.minimum(
            stroke[last], stroke[others]
        )
        fits = level & pen & (gap <= 1.9 * tall) & (gap >= -0.5 * parts.width[last])
        fits &= np.minimum(parts.height[last], parts.height[others]) > 0.45 * tall
        places = [k for k in np.nonzero(fits)[0].tolist() if int(others[k]) not in taken]
        if not places:
            break
        last = int(others[places[0]])
        row.append(last)
        others = others[places[0] + 1 :]
    return row


def _trimmed(row: list[int], parts: Parts, stroke: Floats) -> list[int]:
    """Drop specks and smears a row has caught: what is unlike its median letter."""
    ids = np.array(row)
    tall, pen = parts.height[ids], stroke[ids]
    feet = parts.bottom[ids]
    usual = float(np.median(tall))
    keep = np.abs(tall / usual - 1) < 0.42
    keep &= np.abs(pen / float(np.median(pen)) - 1) < 0.5
    keep &= np.abs(feet - float(np.median(feet))) < 0.4 * usual
    return [int(k) for k in ids[keep]]


def _regular(row: list[int], parts: Parts, stroke: Floats, *, strict: bool) -> bool:
    """Tell a line of print from foliage that happens to lie in a row."""
    ids = np.array(row)
    tall, pen = parts.height[ids].astype(float), stroke[ids]
    limit = 0.28 if strict else 0.36
    if tall.std() / tall.mean() > limit or pen.std() / pen.mean() > limit:
        return False
    feet = parts.bottom[ids].astype(float)
    middles = (parts.left[ids] + parts.right[ids]) / 2
    slope, foot = np.polyfit(middles, feet, 1) if len(ids) > 2 else (0.0, feet.mean())
    off = np.abs(feet - slope * middles - foot)
    if abs(slope) > 0.2 or np.median(off) > 0.12 * tall.mean():
        return False
    if not strict:
        return bool(len(ids) >= 5 or pen.std() / pen.mean() < 0.2)
    steps = np.diff(np.sort(middles)) / tall.mean()
    return bool(steps.max() < 2.2 and np.std(steps) < 0.45)


def _faint_lines(pixels: Floats, found: Bools) -> Bools:
    """Find translucent print: a small, even step of brightness against the surroundings."""
    height, width = found.shape
    gray = pixels.astype(np.float32) @ np.array([0.2126, 0.7152, 0.0722], np.float32)
    half = Image.fromarray(gray.astype(np.uint8)).resize((width // 2, height // 2))
    reach = max(5, round(max(height, width) / 55)) | 1
    around = np.asarray(
        half.filter(ImageFilter.MedianFilter(min(reach, 25))).resize((width, height)), np.float32
    )
    lift = gray - around
    noise = arrays.blur(np.abs(lift), max(height, width) / 40)
    out = np.zeros_like(found)
    for sign in (1, -1):
        lines: list[Line] = []
        for threshold in (34.0, 18.0, 10.0):
            raised = (sign * lift > np.maximum(threshold, 0.9 * noise)) & ~found
            if not 60 < raised.sum() < 0.2 * height * width:
                continue
            fresh = raised & ~out
            numbers, _ = label(fresh)
            for line in _lines(fresh, None, least=5):
                letters = np.isin(numbers, np.array(line.parts) + 1)
                lines += (
                    [line]
                    if _overlaid(pixels, lift, letters, sign=sign, count=len(line.parts))
                    else []
                )
            for line in lines:
                out |= _row_print(raised, None, line)
    return out


def _overlaid(pixels: Floats, lift: Floats, letters: Bools, *, sign: int, count: int) -> bool:
    """Tell translucent print from texture that happens to look like a row of letters.

    Print of one strength lifts all its letters by about the same, and it moves all three
    channels by the same share of the way to white (or black); texture scales them instead.
    """
    # Only the letters' own surroundings matter.
    rows, columns = np.nonzero(letters.any(1))[0], np.nonzero(letters.any(0))[0]
    if not len(rows):
        return False
    window = (
        slice(max(0, rows[0] - 8), rows[-1] + 9),
        slice(max(0, columns[0] - 8), columns[-1] + 9),
    )
    letters, lift, pixels = letters[window], sign * lift[window], pixels[window]
    core = arrays.erode(letters, 1)
    core = core if core.sum() > 40 else letters
    ring = arrays.dilate(letters, 5) & ~arrays.dilate(letters, 2)
    if core.sum() < 30 or ring.sum() < 30:
        return False
    inside, outside = lift[core], lift[ring]
    step = float(np.median(inside) - np.median(outside))
    # A long row is less likely to be chance, so it may be less even.
    unrest = float(inside.std() + outside.std())
    if step <= 0 or unrest > (0.50 if count >= 9 else 0.42) * step:
        return False
    own, other = np.median(pixels[core], axis=0), np.median(pixels[ring], axis=0)
    room = (255.0 - other) if sign > 0 else other.astype(float)
    shares = sign * (own - other) / np.maximum(room, 12.0)
    return bool(shares.min() > 0.1 and np.ptp(shares) < 0.10)
