"""The edits of the offline engine, done for real with numpy, Pillow and PatchMatch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from PIL import Image

from ipywanx.engine.effects import (
    colorize,
    doodle,
    edit,
    enlarge,
    expand,
    instruction,
    local,
    scene,
    styles,
    text,
)
from ipywanx.engine.effects.job import Job
from ipywanx.text import Text

__all__ = ["FUNCTIONS", "Rendering", "render"]

FUNCTIONS: Mapping[str, Callable[[Job], Image.Image]] = MappingProxyType(
    {
        "stylization_all": styles.stylization_all,
        "stylization_local": local.stylization_local,
        "description_edit": edit.description_edit,
        "description_edit_with_mask": edit.description_edit_with_mask,
        "remove_watermark": text.remove_watermark,
        "expand": expand.expand,
        "super_resolution": enlarge.super_resolution,
        "colorization": colorize.colorization,
        "doodle": doodle.doodle,
        "control_cartoon_feature": scene.control_cartoon_feature,
        "wan2.5-i2i-preview": instruction.wan25_edit,
    }
)


@dataclass(frozen=True, slots=True)
class Rendering:
    """A finished edit, and an honest account of what the prompt did."""

    image: Image.Image
    understood: tuple[str, ...]
    not_understood: tuple[str, ...]
    notices: tuple[Text, ...] = ()


def render(
    function: str,
    image: Image.Image,
    *,
    prompt: str = "",
    parameters: Mapping[str, Any] = MappingProxyType({}),
    seed: int = 0,
    mask: Image.Image | None = None,
    others: tuple[Image.Image, ...] = (),
) -> Rendering:
    """Edit a picture; equal arguments give equal bytes.

    Args:
        function: One of the names in `FUNCTIONS`.
        image: An RGB picture.
        prompt: What is wanted, in Chinese or English.
        parameters: The service's parameters; unknown ones are ignored.
        seed: Another seed gives another picture.
        mask: Mode L, the picture's size, 255 where to edit.
        others: Further pictures, in their order, for what takes several.

    Returns:
        The edited picture with the words that steered it and those that did not.
    """
    job = Job(image.convert("RGB"), prompt, parameters, int(seed), mask, others)
    edited = FUNCTIONS[function](job)
    reading = job.reading
    return Rendering(
        edited.convert("RGB"), reading.understood, reading.not_understood, tuple(job.notices)
    )
