"""Season, weather, hour and mood laid over a whole picture."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw

from ipywanx.engine.effects import arrays, noise, places
from ipywanx.engine.effects.arrays import Floats
from ipywanx.engine.effects.colour import (
    RGB,
    from_oklab,
    over_light,
    ramp,
    saturate,
    to_oklab,
    unit,
)


def night(picture: Floats, rng: np.random.Generator) -> Floats:
    """Blue dark, stars where there is sky, and lamps that keep glowing."""
    h, w = picture.shape[:2]
    sky = places.open_sky(picture)
    lab = to_oklab(picture)
    lab[..., 0] = 0.05 + 0.50 * lab[..., 0] ** 1.35
    lab[..., 1:] *= 0.42
    lab[..., 1] -= 0.012
    lab[..., 2] -= 0.055
    dark = from_oklab(lab)
    y = np.linspace(0, 1, h, dtype=np.float32)[:, None] * np.ones((1, w), np.float32)
    heaven = ramp(y, [(0, (7, 10, 34)), (0.5, (26, 36, 82)), (0.8, (58, 66, 116))])
    haze = 0.5 + noise.fbm(h, w, max(h, w) / 4, rng)
    heaven = heaven * haze[..., None] * 0.85 + 0.10 * dark
    out = arrays.mix(dark, heaven, sky)
    count = int(220 + 120 * rng.random())
    field = np.zeros((h, w), np.float32)
    rows, columns = rng.integers(0, h, count), rng.integers(0, w, count)
    field[rows, columns] = rng.random(count, dtype=np.float32) ** 2
    u = max(h, w) / 1000
    stars = arrays.blur(field, 0.7 * u + 0.3) * (7 + 10 * u) + arrays.blur(field, 3 * u) * 14 * u
    out = over_light(out, (stars * sky)[..., None] * unit((226, 234, 255)))
    # Warm bright spots that are not sky read as lit windows and lamps.
    warm = np.clip(picture[..., 0] - picture[..., 2], 0, 1) * arrays.luma(picture) * (1 - sky)
    lamps = arrays.step(warm, 0.16, 0.42)[..., None] * unit((255, 186, 96)) * 0.55
    return over_light(
        out, lamps * arrays.luma(picture)[..., None] + 0.6 * arrays.blur(lamps, 14 * u)
    )


def _low_sun(
    picture: Floats,
    rng: np.random.Generator,
    stops: list[tuple[float, RGB]],
    tint: RGB,
    depth: float,
) -> Floats:
    h, w = picture.shape[:2]
    sky = places.open_sky(picture)
    y, x = arrays.grid(h, w)
    skyline = 0.62
    if sky.mean() > 0.03:
        skyline = float(np.clip(np.nonzero(sky.mean(1) > 0.05)[0].max() / h, 0.3, 0.9))
    level = np.broadcast_to(y / h / skyline, (h, w))
    bands = noise.fbm(h, w, max(h, w) / 5, rng, octaves=5, gain=0.6)
    streak = arrays.resize(arrays.resize(bands, (max(8, w // 10), h)), (w, h))
    heaven = ramp(np.clip(level + 0.16 * (streak - 0.5), 0, 1), stops)
    centre = 0.25 + 0.5 * rng.random()
    far = np.hypot((x / w - centre) * w / h, y / h - skyline * 0.86)
    glow = np.exp(-((far / 0.36) ** 2)) * 0.55 + np.exp(-((far / 0.05) ** 4)) * 0.9
    heaven = over_light(heaven, (glow * 0.9)[..., None] * unit((255, 214, 140)))
    lab = to_oklab(picture)
    lab[..., 0] = 0.96 * lab[..., 0] * (1 - depth) + depth * lab[..., 0] ** 1.5
    base = from_oklab(lab) * arrays.mix(np.ones(3, np.float32), unit(tint) * 1.25, 0.8)
    texture = (arrays.luma(picture) - arrays.blur(arrays.luma(picture), h / 30))[..., None] * 0.7
    out = arrays.mix(np.clip(base, 0, 1), np.clip(heaven + texture, 0, 1), sky * 0.94)
    spill = np.exp(-((far / 0.8) ** 2)) * 0.16
    return over_light(out, spill[..., None] * unit((255, 150, 70)))


def sunset(picture: Floats, rng: np.random.Generator) -> Floats:
    """A red evening sky and long warm light."""
    stops = [
        (0.0, (58, 62, 122)),
        (0.4, (152, 92, 138)),
        (0.68, (238, 124, 92)),
        (0.88, (255, 178, 96)),
        (1.0, (255, 220, 150)),
    ]
    return _low_sun(picture, rng, stops, (255, 176, 120), 0.55)


def sunrise(picture: Floats, rng: np.random.Generator) -> Floats:
    """A pale rose and gold morning."""
    stops = [
        (0.0, (134, 168, 214)),
        (0.45, (206, 190, 214)),
        (0.75, (252, 206, 180)),
        (1.0, (255, 238, 200)),
    ]
    return _low_sun(picture, rng, stops, (255, 214, 178), 0.15)


def snow(picture: Floats, rng: np.random.Generator) -> Floats:
    """Snow lying on what faces up, pale cold light, and flakes in the air."""
    h, w = picture.shape[:2]
    u = max(h, w) / 1000
    sky = places.open_sky(picture)
    gray = arrays.luma(arrays.smooth(picture, max(2, round(2 * u)), 0.003))
    rise = np.gradient(arrays.blur(gray, 2.2 * u))[0] / max(u, 0.3)
    texture = places.texture(gray)
    y = np.linspace(0, 1, h, dtype=np.float32)[:, None]
    # Light tops of dark things face the sky; the ground and foliage gather the most.
    top = arrays.step(gray - arrays.blur(gray, 9 * u), 0.015, 0.12)
    edge = arrays.step(-rise, 0.004, 0.02)
    green = places.leaves(picture)
    lying = np.clip(top * (0.65 + 0.5 * green) + 0.55 * edge * arrays.step(texture, 0.1, 0.4), 0, 1)
    flat = arrays.step(y, 0.62, 1.0) * (1 - texture) * 0.5 * arrays.step(gray, 0.12, 0.3)
    lying = np.clip(lying + flat, 0, 1) * (1 - sky)
    lying = lying * arrays.step(noise.fbm(h, w, 60 * u, rng) + 0.25 * green, 0.25, 0.5)
    lab = to_oklab(picture)
    lab[..., 0] = 0.12 + 0.84 * lab[..., 0]
    lab[..., 1:] *= 0.5
    lab[..., 2] -= 0.015
    cold = from_oklab(lab)
    heaven = unit((214, 222, 232)) * (0.92 + 0.14 * noise.fbm(h, w, 260 * u, rng))[..., None]
    out = arrays.mix(cold, np.clip(0.72 * heaven + 0.28 * cold, 0, 1), sky)
    white = unit((242, 246, 252)) * (0.80 + 0.26 * np.clip(gray * 1.4, 0, 1))[..., None]
    out = arrays.mix(out, white, 0.93 * lying)
    return over_light(out, flakes(h, w, rng)[..., None] * unit((250, 252, 255)))


def flakes(h: int, w: int, rng: np.random.Generator) -> Floats:
    """Give the brightness of falling snow in three depths."""
    u = max(h, w) / 1000
    total = np.zeros((h, w), np.float32)
    for count, size, light in ((1100, 0.9, 0.55), (360, 1.9, 0.7), (80, 3.6, 0.62)):
        field = np.zeros((h, w), np.float32)
        places_y, places_x = rng.integers(0, h, count), rng.integers(0, w, count)
        field[places_y, places_x] = 0.4 + 0.6 * rng.random(count, dtype=np.float32)
        sigma = max(0.6, size * u)
        total = np.maximum(
            total, light * np.clip(arrays.blur(field, sigma) * 2.4 * 6.28 * sigma**2, 0, 1)
        )
    return total


def rain(picture: Floats, rng: np.random.Generator) -> Floats:
    """Grey light, slanting streaks, and a wet shine low down."""
    h, w = picture.shape[:2]
    u = max(h, w) / 1000
    lab = to_oklab(picture)
    lab[..., 0] = 0.04 + 0.76 * lab[..., 0]
    lab[..., 1:] *= 0.5
    lab[..., 2] -= 0.016
    out = from_oklab(lab)
    sky = places.open_sky(picture)
    murk = unit((108, 118, 132)) * (0.7 + 0.6 * noise.fbm(h, w, 240 * u, rng))[..., None]
    out = arrays.mix(out, murk, 0.82 * sky)
    haze = arrays.step(np.linspace(0, 1, h, dtype=np.float32)[:, None], 1.0, 0.2) * 0.22
    out = arrays.mix(out, np.broadcast_to(unit((146, 156, 168)), out.shape), haze * np.ones((1, w)))
    plane = Image.new("L", (w, h), 0)
    draw = ImageDraw.Draw(plane)
    slant = 0.16 + 0.1 * float(rng.random())
    for _ in range(900):
        x, y = float(rng.random()) * w * 1.2 - 0.1 * w, float(rng.random()) * h
        long = (18 + 44 * float(rng.random())) * u
        tone = int(50 + 120 * float(rng.random()) ** 2)
        draw.line((x, y, x - slant * long, y + long), fill=tone, width=max(1, round(1.3 * u)))
    streaks = arrays.blur(arrays.from_image(plane), 0.5 * u)
    return over_light(out, streaks[..., None] * unit((214, 224, 236)) * 0.75)


def fog(picture: Floats, rng: np.random.Generator) -> Floats:
    """Mist that thickens with height in the picture, where things are far."""
    h, w = picture.shape[:2]
    y = np.linspace(0, 1, h, dtype=np.float32)[:, None]
    drift = noise.fbm(h, w, max(h, w) / 3.5, rng, octaves=5)
    soft = arrays.mix(picture, arrays.blur(picture, max(h, w) / 320), 0.6)
    thick = 0.34 + 0.42 * arrays.step(y, 0.95, 0.2) + 0.75 * (drift - 0.5)
    near = places.mask_of("subject", picture) * 0.22
    thick = np.clip(thick - near, 0.12, 0.93)
    return arrays.mix(soft, np.broadcast_to(unit((216, 221, 226)), picture.shape), thick)


def _season(picture: Floats, target: tuple[float, float, float], rng: np.random.Generator,
            warmth: float) -> Floats:  # fmt: skip
    h, w = picture.shape[:2]
    mask = places.leaves(picture)
    lab = to_oklab(picture)
    drift = noise.fbm(h, w, max(h, w) / 9, rng, octaves=5) - 0.5
    hue = target[0] + target[2] * 2.2 * drift
    chroma = np.hypot(lab[..., 1], lab[..., 2]) * 0.45 + target[1] * np.clip(
        lab[..., 0] * 1.7, 0, 1
    )
    turned = np.stack([lab[..., 0] * 1.06 + 0.02, chroma * np.cos(hue), chroma * np.sin(hue)], -1)
    lab = arrays.mix(lab, turned, mask)
    lab[..., 2] += warmth
    lab[..., 1] += 0.3 * warmth
    return from_oklab(lab)


def autumn(picture: Floats, rng: np.random.Generator) -> Floats:
    """Leaves turn gold and red; the light turns warm."""
    return _season(picture, (1.02, 0.115, 0.5), rng, 0.016)


def spring(picture: Floats, rng: np.random.Generator) -> Floats:
    """Fresh light green, and blossom in the crowns."""
    out = _season(picture, (2.1, 0.10, 0.2), rng, 0.004)
    h, w = picture.shape[:2]
    u = max(h, w) / 1000
    dots = (rng.random((h, w), dtype=np.float32) > 1 - 0.02 / max(1.0, 5 * u * u)).astype(
        np.float32
    )
    blossom = np.clip(arrays.blur(dots, 1.5 * u + 0.3) * 16 * u, 0, 1)
    blossom *= arrays.step(noise.fbm(h, w, 70 * u, rng), 0.5, 0.62) * places.leaves(picture)
    return np.clip(
        arrays.mix(out, np.broadcast_to(unit((255, 206, 220)), out.shape), blossom) * 1.05, 0, 1
    )


def warm(picture: Floats, rng: np.random.Generator) -> Floats:
    """Candle-light balance."""
    del rng
    lab = to_oklab(picture)
    lab[..., 1] += 0.016
    lab[..., 2] += 0.042
    return from_oklab(lab)


def cool(picture: Floats, rng: np.random.Generator) -> Floats:
    """Balance towards blue."""
    del rng
    lab = to_oklab(picture)
    lab[..., 1] -= 0.014
    lab[..., 2] -= 0.042
    return from_oklab(lab)


def mono(picture: Floats, rng: np.random.Generator) -> Floats:
    """Black and white film with a little grain."""
    gray = arrays.luma(picture)
    gray = gray + 0.18 * (arrays.step(gray, 0, 1) - gray)
    grain = arrays.blur(rng.standard_normal(gray.shape, dtype=np.float32), 0.7) * 0.02
    return np.repeat((gray + grain)[..., None], 3, 2)


def vintage(picture: Floats, rng: np.random.Generator) -> Floats:
    """A faded print: sepia, lifted shadows, dark corners, grain."""
    h, w = picture.shape[:2]
    gray = arrays.luma(picture)
    sepia = ramp(gray, [(0, (44, 32, 28)), (0.5, (158, 124, 88)), (1, (250, 236, 206))])
    out = arrays.mix(picture, sepia, 0.72)
    y, x = np.linspace(-1, 1, h, dtype=np.float32)[:, None], np.linspace(-1, 1, w, dtype=np.float32)
    out = out * (1 - 0.38 * arrays.step(x * x + y * y, 0.5, 2.0))[..., None]
    grain = arrays.blur(rng.standard_normal((h, w), dtype=np.float32), 0.8) * 0.045
    return np.asarray(out + grain[..., None])


def bright(picture: Floats, rng: np.random.Generator) -> Floats:
    """Lift shadows first, keep the lights."""
    del rng
    lab = to_oklab(picture)
    lab[..., 0] = np.clip(lab[..., 0], 0, 1) ** 0.66
    lab[..., 1:] *= 1.12
    return from_oklab(lab)


def dark(picture: Floats, rng: np.random.Generator) -> Floats:
    """Take the light down evenly."""
    del rng
    lab = to_oklab(picture)
    lab[..., 0] = lab[..., 0] ** 1.25 * 0.68
    return from_oklab(lab)


def blur(picture: Floats, rng: np.random.Generator) -> Floats:
    """Throw the background out of focus, as a wide aperture would."""
    del rng
    subject = arrays.step(places.mask_of("subject", picture), 0.3, 0.7)
    keep = (1 - subject)[..., None]
    sigma = max(picture.shape) / 70
    # The subject must not bleed into its own background.
    soft = (
        arrays.blur(picture * keep, sigma)
        / np.maximum(arrays.blur(keep[..., 0], sigma), 0.02)[..., None]
    )
    return arrays.mix(np.clip(soft, 0, 1), picture, subject)


def vivid(picture: Floats, rng: np.random.Generator) -> Floats:
    """More colour, a little more contrast."""
    del rng
    return np.clip(saturate(picture, 1.5) + 0.25 * (arrays.step(picture, 0, 1) - picture), 0, 1)


def sharp(picture: Floats, rng: np.random.Generator) -> Floats:
    """Sharper edges and local contrast."""
    del rng
    wide = arrays.blur(picture, max(picture.shape) / 60)
    return np.clip(
        picture + 0.8 * (picture - arrays.blur(picture, 1.2)) + 0.15 * (picture - wide), 0, 1
    )


MOODS: dict[str, Callable[[Floats, np.random.Generator], Floats]] = {
    "night": night, "sunset": sunset, "sunrise": sunrise, "snow": snow, "rain": rain, "fog": fog,
    "autumn": autumn, "spring": spring, "warm": warm, "cool": cool, "mono": mono,
    "vintage": vintage, "bright": bright, "dark": dark, "blur": blur, "vivid": vivid,
    "sharp": sharp,
}  # fmt: skip
