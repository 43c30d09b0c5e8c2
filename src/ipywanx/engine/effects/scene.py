"""control_cartoon_feature: the character of the picture, cut out and put into a new scene."""

from __future__ import annotations

import itertools

import numpy as np
from PIL import Image

from ipywanx.engine.effects import arrays, props
from ipywanx.engine.effects.arrays import Floats
from ipywanx.engine.effects.colour import unit
from ipywanx.engine.effects.job import Job
from ipywanx.engine.effects.labels import label
from ipywanx.engine.effects.lexicon import COLOURS
from ipywanx.engine.effects.scenery import SCENES
from ipywanx.engine.effects.stage import Stage
from ipywanx.engine.effects.subject import subject_mask
from ipywanx.text import Text

_WORK_SIDE = 1280
_GROUND = 0.93


def control_cartoon_feature(job: Job) -> Image.Image:
    """Draw the scene of the prompt and stand the character in it."""
    reading = job.read("scene", "colour", "thing", "character")
    name = reading.use_first("scene", SCENES)
    size = arrays.fit(job.image.size, _WORK_SIDE)
    stage = Stage(*size, job.rng("scene"))
    stage.night = bool(reading.use("scene", "night"))
    stage.sunset = bool(reading.use("scene", "sunset")) and not stage.night
    if name is None:
        name = "meadow"
        if not (stage.night or stage.sunset):
            job.notice(
                Text(
                    "The prompt names no place this engine can draw; a meadow was used.",
                    "提示词中没有此引擎能画的地点；使用了草地。",
                )
            )
    # The places named win over each other in the order typed; only the first is drawn.
    SCENES[name](stage)
    picture = np.clip(stage.picture, 0, 1)
    large = 0.80 if reading.use("scene", "big") else 0.40 if reading.use("scene", "small") else 0.62
    where = 0.5
    if reading.use("scene", "left"):
        where = 0.24
    elif reading.use("scene", "right"):
        where = 0.76
    where += float(job.rng("place").random() - 0.5) * 0.05
    thing = next((w for w in reading.find("thing") if w.meaning in props.PROPS), None)
    mask = character_mask(arrays.shrunk(job.image, _WORK_SIDE))
    if mask.any():
        reading.use("character")
    if thing is not None:
        thing.used = True
        colour = None
        for before, word in itertools.pairwise(reading.words):
            if word is thing and before.kind == "colour":
                before.used = True
                colour = COLOURS[before.meaning]
        _put_thing(picture, thing.meaning, colour, where)
    wide = arrays.to_image(picture).resize(job.image.size, Image.Resampling.BICUBIC)
    return _stand(job.image, mask, wide, where, large, dark=stage.night)


def _put_thing(
    picture: Floats, name: str, colour: tuple[int, int, int] | None, where: float
) -> None:
    h, w = picture.shape[:2]
    side = int(0.24 * min(h, w))
    centre = int(w * (0.80 if where < 0.6 else 0.20))
    low = int(h * (0.45 if name in {"moon", "sun", "star", "balloons"} else 0.95))
    box = (centre - side // 2, low - side, centre + side // 2, low)
    y, x = arrays.grid(h, w)
    if low > h * 0.6:
        spot = np.exp(
            -(((x - centre) / (side * 0.42)) ** 2 + ((y - low + side * 0.05) / (side * 0.09)) ** 2)
        )
        picture *= (1 - 0.45 * spot)[..., None]
    if name in {"gem", "star", "moon", "sun"}:
        far = np.hypot(x - centre, y - low + side / 2) / side
        light = unit(colour or props.PROPS[name][1])
        picture[:] = 1 - (1 - picture) * (
            1 - (0.5 * np.exp(-((far / 0.75) ** 2)))[..., None] * light
        )
    props.put(picture, name, box, colour)


def character_mask(picture: Floats) -> Floats:
    """Cut the character out: from an even ground by its colour, else by salience."""
    rim = np.concatenate(
        [picture[:3].reshape(-1, 3), picture[-3:].reshape(-1, 3),
         picture[:, :3].reshape(-1, 3), picture[:, -3:].reshape(-1, 3)]
    )  # fmt: skip
    ground = np.median(rim, axis=0)
    even = np.abs(rim - ground).max(1) < 0.09
    if even.mean() < 0.8:
        return subject_mask(picture)
    numbers, count = label(np.abs(picture - ground).max(2) < 0.09)
    outside = np.zeros(count + 1, bool)
    for side in (numbers[0], numbers[-1], numbers[:, 0], numbers[:, -1]):
        outside[np.unique(side)] = True
    outside[0] = False
    solid = ~outside[numbers]
    if not 0.01 < solid.mean() < 0.97:
        return subject_mask(picture)
    # One pixel in, so that no rim of the old ground comes along.
    soft = arrays.blur(solid.astype(np.float32), 1.0)
    return np.asarray(np.clip((soft - 0.45) * 2.6, 0, 1), np.float32)


def _stand(
    image: Image.Image, mask: Floats, scene: Image.Image, where: float, large: float, *, dark: bool
) -> Image.Image:
    solid = mask > 0.5
    if not solid.any():
        return scene
    rows, columns = np.nonzero(solid.any(1))[0], np.nonzero(solid.any(0))[0]
    scale = image.width / mask.shape[1]
    pad = 2
    top, bottom = max(0, rows[0] - pad), min(mask.shape[0], rows[-1] + 1 + pad)
    left, right = max(0, columns[0] - pad), min(mask.shape[1], columns[-1] + 1 + pad)
    cut = image.crop(tuple(round(v * scale) for v in (left, top, right, bottom)))
    width, height = image.size
    factor = min(large * height / cut.height, 0.66 * width / cut.width)
    size = (max(1, round(cut.width * factor)), max(1, round(cut.height * factor)))
    cut = cut.resize(size, Image.Resampling.LANCZOS)
    cover = arrays.resize(mask[top:bottom, left:right], size, Image.Resampling.BILINEAR)
    # A character cut off by the lower edge of its picture stands on the edge of the scene too.
    foot = height if rows[-1] >= mask.shape[0] - 2 else round(_GROUND * height)
    x = int(np.clip(round(where * width - size[0] / 2), 0, max(0, width - size[0])))
    y = max(0, foot - size[1])
    if dark:
        tinted = arrays.from_image(cut) * (0.94 * unit((200, 208, 250)))
        cut = arrays.to_image(tinted)
    small = arrays.fit(scene.size, 640)
    sy, sx = arrays.grid(small[1], small[0])
    k = small[0] / width
    far_x = (sx - (x + size[0] / 2) * k) / max(1.0, size[0] * 0.44 * k)
    far_y = (sy - foot * k) / max(1.0, 0.035 * small[1])
    shadow = arrays.to_image(0.55 * np.exp(-(far_x**2 + far_y**2))).resize(scene.size)
    result = scene.copy()
    result.paste((18, 20, 34), (0, 0), shadow)
    result.paste(cut, (x, y), arrays.to_image(np.clip(cover, 0, 1)))
    return result
