"""How does a request become a file?

Calls the effect, stamps the watermark, and writes a PNG that says what it is: an offline preview,
which words of the prompt were understood, and with which seed. Nothing private goes into it.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from ipywanx.model.functions import MAX_SEED

if TYPE_CHECKING:
    from ipywanx.engine.effects import Rendering

ENGINE = "offline/1"


@dataclass(frozen=True)
class Edit:
    """One task's work: the pixels, and what to do with them."""

    function: str
    prompt: str
    parameters: Mapping[str, Any]
    image: Image.Image
    mask: Image.Image | None
    seed: int
    others: tuple[Image.Image, ...] = ()


def choose_seed(function: str, prompt: str, parameters: Mapping[str, Any], data: bytes) -> int:
    """The seed that was asked for; otherwise one that the same request always gets."""
    if "seed" in parameters:
        return int(parameters["seed"])
    words = json.dumps([function, prompt, sorted(_settings(parameters).items())])
    return int.from_bytes(hashlib.sha256(words.encode() + data).digest()[:4]) & MAX_SEED


def render_png(edit: Edit, index: int) -> bytes:
    """The PNG of the picture number ``index`` (from 0) of a task; its seed is ``index`` higher."""
    seed = (edit.seed + index) & MAX_SEED
    rendering = render_effect(
        edit.function,
        edit.image,
        prompt=edit.prompt,
        parameters=_settings(edit.parameters),
        seed=seed,
        mask=edit.mask,
        others=edit.others,
    )
    image = rendering.image
    if edit.parameters.get("watermark"):
        image = stamp_watermark(image)
    about = {
        "preview": True,
        "engine": ENGINE,
        "function": edit.function,
        "seed": seed,
        "understood": list(rendering.understood),
        "not_understood": list(rendering.not_understood),
        "notices": [notice.en for notice in rendering.notices],
        "notices_zh": [notice.zh for notice in rendering.notices],
    }
    info = PngInfo()
    info.add_itxt("Software", "ipywanx offline engine")
    info.add_itxt("Comment", "Offline preview, not made by Wan")
    info.add_itxt("ipywanx", json.dumps(about, ensure_ascii=False))
    stream = io.BytesIO()
    # Level 1 writes a 2048² picture in a fraction of a second; it is read once and rarely kept.
    image.save(stream, "PNG", pnginfo=info, compress_level=1)
    return stream.getvalue()


def render_effect(function: str, image: Image.Image, **how: Any) -> Rendering:
    """The effects room's answer; it is imported here because it brings numpy and PatchMatch."""
    from ipywanx.engine.effects import render

    return render(function, image, **how)


def stamp_watermark(image: Image.Image) -> Image.Image:
    """The picture with “AI生成” at the bottom right."""
    from ipywanx.engine.effects.watermark import stamp

    return stamp(image)


def _settings(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters that change the picture itself."""
    apart = {"n", "seed", "watermark"}
    return {name: value for name, value in parameters.items() if name not in apart}
