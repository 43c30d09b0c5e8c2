"""stylization_local: one of eight materials on the subject of the picture."""

from __future__ import annotations

from PIL import Image

from ipywanx.engine.effects import arrays, places
from ipywanx.engine.effects.dress import dress
from ipywanx.engine.effects.job import Job
from ipywanx.engine.effects.materials import MATERIALS
from ipywanx.text import Text


def stylization_local(job: Job) -> Image.Image:
    """Turn the subject (or the region the prompt names) into the material."""
    reading = job.read("material", "region")
    material = reading.use_first("material", MATERIALS)
    if material is None:
        material = "wooden"
        job.notice(
            Text(
                "The prompt names none of the eight local styles; wood was used.",
                "提示词中没有八种局部风格之一；使用了木板风格。",
            )
        )
    picture = arrays.shrunk(job.image, 1024)
    region = reading.use_first("region")
    if region is None:
        mask = places.mask_of("subject", picture)
        if any(word.kind == "unknown" for word in reading.words):
            job.notice(
                Text(
                    "This engine cannot look for things by name: the most salient thing was taken.",
                    "此引擎不能按名称寻找物体：选取了最显眼的物体。",
                )
            )
    else:
        mask = places.mask_of(region, picture)
    wide = arrays.resize(mask, job.image.size, Image.Resampling.BILINEAR).clip(0, 1)
    return dress(job.image, wide, material, job.rng("material"))
