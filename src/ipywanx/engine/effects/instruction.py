"""Editing as wan2.5 does: an instruction, a size of its own, and pictures beside the first."""

from __future__ import annotations

from PIL import Image, ImageOps

from ipywanx.engine.effects.edit import description_edit
from ipywanx.engine.effects.job import Job
from ipywanx.model.wan25 import MOST_AREA, output_size
from ipywanx.text import Text


def wan25_edit(job: Job) -> Image.Image:
    """Follow an instruction on the first picture, in the size that the model would give."""
    if job.others:
        job.notice(
            Text(
                "An offline preview edits the first picture only; the model joins them.",
                "离线预览只修改第一张图片；模型会融合它们。",
            )
        )
    if job.parameters.get("negative_prompt"):
        job.notice(
            Text("The negative prompt does nothing offline.", "反向提示词在离线时不起作用。")
        )
    edited = description_edit(job)
    return ImageOps.fit(edited, _size(job), Image.Resampling.LANCZOS)


def _size(job: Job) -> tuple[int, int]:
    """The size that was asked for; else the model's area in the ratio of the last picture."""
    if asked := output_size(str(job.parameters.get("size", ""))):
        return asked
    width, height = (job.image, *job.others)[-1].size
    scale = (MOST_AREA / (width * height)) ** 0.5
    return int(width * scale), int(height * scale)
