"""Give a black-and-white picture colours: those of the prompt, else what is likely where."""

from __future__ import annotations

import numpy as np
from PIL import Image

from ipywanx.engine.effects import arrays, noise, places
from ipywanx.engine.effects.arrays import Floats
from ipywanx.engine.effects.colour import RGB, from_oklab, lab_of
from ipywanx.engine.effects.job import Job
from ipywanx.text import Text

_WORK_SIDE = 1024

_SKY: RGB = (104, 164, 226)
_LEAVES: RGB = (84, 132, 52)
_WARM: RGB = (206, 138, 92)
_GROUND: RGB = (164, 132, 98)
_TONES: tuple[RGB, ...] = ((58, 84, 104), (84, 96, 92), (164, 128, 92), (236, 220, 190))


def colorization(job: Job) -> Image.Image:
    """Colour the picture; its brightness is kept at full resolution."""
    reading = job.read("colour", "region", "action")
    reading.use("action", "colorize")
    paints = reading.paints()
    gray_image = job.image.convert("L")
    size = arrays.fit(job.image.size, _WORK_SIDE)
    gray = arrays.from_image(gray_image.resize(size, Image.Resampling.LANCZOS))
    picture = np.repeat(gray[..., None], 3, 2)
    rng = job.rng("tint")
    tint = _automatic(picture, gray, rng)
    for paint in paints:
        mask = _region(paint.region, picture, gray, [p.region for p in paints])
        tint = arrays.mix(tint, np.broadcast_to(_chroma(paint.colour), tint.shape), mask)
    radius = max(4, max(size) // 100)
    tint = np.stack([arrays.guided(gray, tint[..., k], radius, 8e-4) for k in (0, 1)], -1)
    if not paints and job.prompt.strip():
        job.notice(
            Text(
                "The prompt names no colour this engine knows; it chose the colours itself.",
                "提示词中没有此引擎认识的颜色；颜色由它自行选择。",
            )
        )
    return _apply(gray_image, tint)


def _chroma(colour: RGB) -> Floats:
    return np.asarray(lab_of(colour)[1:])


def _region(region: str, picture: Floats, gray: Floats, asked: list[str]) -> Floats:
    """Find a region without the help of colour; what is named together divides the picture."""
    if region == "leaves" and "background" in asked:
        # "Blue background, yellow leaves": the leaves are then what the picture is about.
        return places.mask_of("subject", picture)
    if region == "leaves":
        return _foliage(picture, gray)
    return places.mask_of(region, picture)


def _foliage(picture: Floats, gray: Floats) -> Floats:
    h = gray.shape[0]
    y = np.linspace(0, 1, h, dtype=np.float32)[:, None]
    busy = places.texture(gray)
    return np.asarray(
        arrays.step(busy, 0.28, 0.7) * arrays.step(y, 0.15, 0.55)
        * (1 - 0.9 * places.mask_of("subject", picture))
    )  # fmt: skip


def _automatic(picture: Floats, gray: Floats, rng: np.random.Generator) -> Floats:
    """Choose colours by place, texture and brightness."""
    h, w = gray.shape
    subject = places.mask_of("subject", picture)
    sky = places.sky(picture) * arrays.step(gray, 0.3, 0.55)
    # Faces before a pale wall are as bright as it, but never as calm.
    sky = sky * (1 - 0.9 * arrays.step(subject, 0.3, 0.8))
    sky = sky * arrays.step(places.texture(gray), 0.45, 0.2)
    outdoors = float(np.clip((sky.mean() - 0.04) / 0.06, 0, 1))
    leaves = _foliage(picture, gray) * (1 - sky) * outdoors
    y = np.linspace(0, 1, h, dtype=np.float32)[:, None]
    low = arrays.step(y, 0.45, 0.9) * (1 - subject) * np.ones((1, w), np.float32) * outdoors
    drift = noise.fbm(h, w, max(h, w) / 3, rng, octaves=3) - 0.5
    jitter = (rng.random(2) - 0.5) * 0.016
    # Without anything to go by: shadows cool, middles brown, lights cream, as in old prints.
    tint: Floats = np.stack(
        [np.interp(gray, (0, 0.25, 0.55, 1), [_chroma(c)[k] for c in _TONES]) for k in (0, 1)], -1
    ).astype(np.float32)
    tint = tint * (1 + 0.5 * drift)[..., None]
    for mask, colour, share in (
        (low, _GROUND, 0.7),
        (subject, _WARM, 0.9),
        (leaves, _LEAVES, 0.9),
        (sky, _SKY, 0.95),
    ):
        tint = arrays.mix(tint, np.broadcast_to(_chroma(colour), tint.shape), mask * share)
    # Inside the subject, dark and light parts get hues of their own.
    turn = subject * (0.5 * drift + 0.22 * np.sin(7 * gray))
    cos, sin = np.cos(turn), np.sin(turn)
    turned = np.stack(
        [tint[..., 0] * cos - tint[..., 1] * sin, tint[..., 0] * sin + tint[..., 1] * cos], -1
    )
    return np.asarray(turned + jitter, np.float32)


def _apply(gray_image: Image.Image, tint: Floats) -> Image.Image:
    """Join brightness and colour at full size, strip by strip to bound memory."""
    width, height = gray_image.size
    planes = [Image.fromarray(np.ascontiguousarray(tint[..., k], np.float32)) for k in (0, 1)]
    planes = [plane.resize((width, height), Image.Resampling.BILINEAR) for plane in planes]
    result = Image.new("RGB", (width, height))
    rows = max(64, 2_000_000 // width)
    for start in range(0, height, rows):
        area = (0, start, width, min(height, start + rows))
        gray = arrays.from_image(gray_image.crop(area))
        linear = np.where(gray <= 0.04045, gray / 12.92, ((gray + 0.055) / 1.055) ** 2.4)
        light = np.cbrt(linear)
        # Black and white carry no colour; the middle carries most.
        room = np.clip(light * 2.4, 0, 1) * np.clip((1.0 - light) * 4.2, 0.0, 1)
        ab = [np.asarray(plane.crop(area)) * room * 1.12 for plane in planes]
        result.paste(arrays.to_image(from_oklab(np.stack([light, *ab], -1))), (0, start))
    return result
