"""Editing by instruction, with and without a mask."""

from __future__ import annotations

import itertools

import numpy as np
from PIL import Image

from ipywanx.engine.effects import arrays, fill, places, props
from ipywanx.engine.effects.arrays import Bools, Floats
from ipywanx.engine.effects.atmosphere import MOODS
from ipywanx.engine.effects.colour import RGB, from_oklab, over_light, to_oklab, unit
from ipywanx.engine.effects.dress import dress
from ipywanx.engine.effects.job import Job
from ipywanx.engine.effects.lexicon import COLOURS
from ipywanx.engine.effects.materials import MATERIALS
from ipywanx.engine.effects.recolour import recolour
from ipywanx.engine.effects.subject import inside, subject_mask
from ipywanx.engine.effects.words import Reading
from ipywanx.text import Text

_WORK_SIDE = 1400
_SKY_THINGS = ("sun", "moon", "star", "balloons")
_WORN = ("hat", "sunglasses", "bow", "crown")


def description_edit(job: Job) -> Image.Image:
    """Follow an instruction over the whole picture; `strength` scales the change."""
    kinds = ("material", "mood", "topic", "colour", "region", "action")
    reading = job.read(*kinds, "thing")
    # What is added is a thing: a balloon, and not what something is made of.
    if "add" in reading.meanings("action"):
        reading = job.read("thing", *kinds)
    strength = job.number("strength", 0.5, 0, 1)
    # Half strength shows tones clearly; things are wholly there or gone from half on.
    tones = 1 - (1 - strength) ** 2.4
    things = min(1.0, 2 * strength)
    image = job.image
    done = False
    if reading.use("action", "remove"):
        image = Image.blend(image, _without_subject(job, image, reading), things)
        done = True
    material = None if done else reading.use_first("material", MATERIALS)
    if material is not None:
        mask = _named_mask(reading, image)
        dressed = dress(image, mask, material, job.rng("material"))
        image, done = Image.blend(image, dressed, things), True
    before = arrays.shrunk(image, _WORK_SIDE)
    after = before
    hanging = _sky_thing(reading)
    tinted = _colour_before(reading, "thing") if hanging else None
    if material is None and not hanging:
        for paint in reading.paints():
            mask = places.mask_of(paint.region, before)
            if not mask.any():
                reading.forget(paint)
                continue
            after = recolour(after, mask, paint.colour, tones)
            done = True
    for mood in reading.use("mood"):
        after = arrays.mix(after, np.clip(MOODS[mood](after, job.rng(mood)), 0, 1), tones)
        reading.use("topic")
        done = True
    if hanging:
        after = arrays.mix(after, _with_sky_thing(job, before, after, hanging, tinted), things)
        done = True
    if done:
        reading.use("action")
    else:
        job.notice(
            Text(
                "Nothing in the prompt is an edit this engine can do; only the tint differs.",
                "提示词中没有此引擎能做的修改；只有色调略有不同。",
            )
        )
        lab = to_oklab(after)
        lab[..., 1:] = lab[..., 1:] * (1 + 0.12 * tones)
        lab[..., 1:] += ((job.rng("tint").random(2) - 0.5) * 0.02 * tones).astype(np.float32)
        after = from_oklab(lab)
    if done and strength > 0:
        after = after + _grain(job, after.shape)
    return image if after is before else arrays.transfer(image, before, after)


def description_edit_with_mask(job: Job) -> Image.Image:
    """Change what is under the mask and nothing else."""
    reading = job.read("material", "colour", "region", "action", "thing")
    if job.mask is None:
        raise ValueError("description_edit_with_mask needs a mask")
    hole: Bools = np.asarray(job.mask.convert("L")) > 127
    if not hole.any():
        job.notice(
            Text("The mask is empty; the picture is unchanged.", "蒙版是空的；图片没有变化。")
        )
        return job.image
    thing = reading.meanings("thing")
    adding = bool(reading.find("action")) and "add" in reading.meanings("action")
    if reading.use("action", "remove") or not job.prompt.strip():
        return _emptied(job, hole)
    material = reading.meanings("material")
    named = thing and not material and not reading.find("colour")
    if thing and thing[0] in props.PROPS and (adding or named or thing[0] in _WORN):
        reading.use("action", "add")
        reading.use("thing", thing[0])
        return _with_thing(job, hole, thing[0], _colour_before(reading, "thing"))
    if material and material[0] in MATERIALS:
        reading.use("material", material[0])
        cover = _object_under(job.image, hole)
        return dress(job.image, cover, material[0], job.rng("material"), strict=True)
    paints = reading.paints()
    if paints:
        return _recoloured(job, hole, paints[0].colour)
    job.notice(
        Text(
            "No part of the prompt can be drawn here; the masked place was filled instead.",
            "提示词中没有可以画在这里的内容；已改为填补蒙版区域。",
        )
    )
    return _emptied(job, hole)


def inward(hole: Bools) -> Floats:
    """Give a mask that rises from 0 at the hole's edge to 1 inside: nothing leaks out."""
    reach = max(1.2, float(np.sqrt(hole.sum())) / 110)
    soft = arrays.blur(hole.astype(np.float32), reach)
    return np.asarray(np.clip((soft - 0.5) * 2, 0, 1) * hole)


def _grain(job: Job, shape: tuple[int, ...]) -> Floats:
    """Film grain of about one level: it makes every seed a picture of its own."""
    rng = job.rng("grain")
    return np.asarray(rng.standard_normal((*shape[:2], 1), dtype=np.float32) * 0.004)


def _named_mask(reading: Reading, image: Image.Image) -> Floats:
    picture = arrays.shrunk(image, 1024)
    region = reading.use_first("region") or "subject"
    mask = places.mask_of(region, picture)
    return np.clip(arrays.resize(mask, image.size, Image.Resampling.BILINEAR), 0, 1)


def _without_subject(job: Job, image: Image.Image, reading: Reading) -> Image.Image:
    mask = _named_mask(reading, image)
    hole = arrays.dilate(mask > 0.35, max(3, max(image.size) // 90))
    if hole.mean() > 0.6:
        job.notice(
            Text(
                "What would go fills most of the picture; the rest was spread over it.",
                "要去除的内容占了画面的大部分；已用其余部分填补。",
            )
        )
    return fill.fill_region(image, hole, seed=job.seed)


def _sky_thing(reading: Reading) -> str | None:
    """Give the thing to hang in the sky, if the prompt asks for one."""
    if not reading.find("action"):
        return None
    name = reading.use_first("thing", _SKY_THINGS)
    if name is not None:
        reading.use("region", "sky")
    return name


def _with_sky_thing(
    job: Job, before: Floats, after: Floats, name: str, colour: RGB | None
) -> Floats:
    """Draw a thing into the upper part, away from the subject."""
    h, w = after.shape[:2]
    rng = job.rng("place")
    subject = arrays.blur(subject_mask(before), max(h, w) / 40)
    side = int(0.2 * min(h, w))
    spots = [(float(rng.random()), float(rng.random())) for _ in range(40)]
    corners = [(int(a * (w - side)), int(b * max(1, 0.35 * h - side / 2))) for a, b in spots]
    x, y = min(corners, key=lambda p: float(subject[p[1] : p[1] + side, p[0] : p[0] + side].mean()))
    picture = after.copy()
    if name in {"sun", "moon"}:
        rows, columns = arrays.grid(h, w)
        far = np.hypot(columns - x - side / 2, rows - y - side / 2) / side
        light = (0.5 * np.exp(-((far / 0.9) ** 2)))[..., None] * unit((255, 230, 158))
        picture = over_light(picture, light)
    props.put(picture, name, (x, y, x + side, y + side), colour)
    return picture


def _colour_before(reading: Reading, kind: str) -> RGB | None:
    """Give the colour named right before the first word of a kind, and mark it."""
    words = reading.words
    for first, second in itertools.pairwise(words):
        if first.kind == "colour" and second.kind == kind:
            first.used = True
            return COLOURS[first.meaning]
    return None


def _emptied(job: Job, hole: Bools) -> Image.Image:
    small = arrays.shrunk(job.image, 512)
    mask = arrays.resize(subject_mask(small), job.image.size, Image.Resampling.BILINEAR) > 0.5
    # Copies of the subject are the commonest fault of a fill, unless the hole lies within it.
    within = float(mask[hole].mean())
    near = mask & arrays.dilate(hole, 6) & ~hole
    avoid = (
        mask if within < 0.5 or near.sum() < 0.3 * (arrays.dilate(hole, 6) & ~hole).sum() else None
    )
    return fill.fill_region(job.image, hole, seed=job.seed, avoid=avoid)


def _object_under(image: Image.Image, hole: Bools) -> Floats:
    """Narrow a rough mask to the thing under it, if one stands out from its surroundings."""
    box = fill.surroundings(hole, 0.35)
    left, top, right, bottom = box
    crop = image.crop(box)
    part = hole[top:bottom, left:right]
    size = arrays.fit(crop.size, 640)
    rough = arrays.resize(part.astype(np.float32), size, Image.Resampling.BILINEAR)
    fine = inside(arrays.shrunk(crop, 640), rough)
    cover = inward(hole)
    if fine is None:
        return cover
    wide = np.clip(arrays.resize(fine, crop.size, Image.Resampling.BILINEAR), 0, 1)
    cover[top:bottom, left:right] *= wide
    return cover


def _recoloured(job: Job, hole: Bools, colour: RGB) -> Image.Image:
    cover = _object_under(job.image, hole)
    left, top, right, bottom = fill.surroundings(hole, 0.05)
    crop = job.image.crop((left, top, right, bottom))
    part = cover[top:bottom, left:right]
    before = arrays.shrunk(crop, _WORK_SIDE)
    small = arrays.resize(part, (before.shape[1], before.shape[0]), Image.Resampling.BILINEAR)
    rng = job.rng("tint")
    after = recolour(before, np.clip(small, 0, 1), colour, float(0.94 + 0.06 * rng.random()))
    after = after + _grain(job, after.shape) * small[..., None]
    done = arrays.transfer(crop, before, after)
    result = job.image.copy()
    result.paste(done, (left, top), arrays.to_image(np.where(part > 0, np.maximum(part, 1), 0.0)))
    return result


def _with_thing(job: Job, hole: Bools, name: str, colour: RGB | None) -> Image.Image:
    rows, columns = np.nonzero(hole.any(1))[0], np.nonzero(hole.any(0))[0]
    left, top, right, bottom = columns[0], rows[0], columns[-1] + 1, rows[-1] + 1
    picture = arrays.from_image(job.image.crop((int(left), int(top), int(right), int(bottom))))
    limit = inward(hole)[top:bottom, left:right]
    before = picture.copy()
    props.put(picture, name, (0, 0, int(right - left), int(bottom - top)), colour,
              limit=limit, shadow=0.45)  # fmt: skip
    # Take on a little of the scene's own light, and differ by seed in tint and grain.
    light = arrays.blur(arrays.luma(before), max(before.shape) / 3)[..., None]
    changed = (np.abs(picture - before).max(-1) > 1e-4).astype(np.float32)
    lit = picture * (0.72 + 0.5 * np.clip(light, 0.1, 0.8))
    tint = 1 + (job.rng("tint").random(3) - 0.5) * 0.06
    lit = lit * tint.astype(np.float32) + _grain(job, picture.shape)
    picture = arrays.mix(before, np.clip(lit, 0, 1), changed * limit)
    picture = arrays.mix(before, picture, changed)
    result = job.image.copy()
    result.paste(arrays.to_image(picture), (int(left), int(top)))
    return result
