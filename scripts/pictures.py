"""Make the pictures of the READMEs: each function before and after, and screenshots of JupyterLab.

``EXAMPLES`` is the one declaration: a picture and the line that edits it, for each function. The
table of both READMEs shows that line, and a test holds the two together. The engine is the offline
one; ``picture_subjects`` has the photographs and drawings, ``screenshots`` takes the screenshots.

Run: python -m scripts.pictures [NAME ...]   (or: make pictures)
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from typing import Any, NamedTuple

from PIL import Image, ImageDraw
from scripts.picture_files import store
from scripts.picture_subjects import (
    astronaut,
    bear,
    cypress,
    dahlia,
    grey_dahlia,
    narrow_pagoda,
    pagoda,
    rocket,
    sketch,
)

import ipywanx as wx
from ipywanx.magics.grammar import parse
from ipywanx.model.expansion import expanded_box

SEED = 7
HEIGHT, GAP = 240, 6
LARGEST = 60_000
"""Bytes of one before/after picture."""


class Example(NamedTuple):
    """One function's picture, and what stands behind ``%wanx NAME``; ``zh`` where it differs."""

    photo: Callable[[], Image.Image]
    line: str
    zh: str = ""


EXAMPLES = {
    "stylization_all": Example(pagoda, "photo -p 转换成金箔艺术风格 --strength 0.6"),
    "stylization_local": Example(dahlia, "photo -p 把花变成青花瓷风格"),
    "description_edit": Example(
        pagoda,
        'photo -p "change the season to autumn" --strength 0.8',
        "photo -p 把季节修改为秋天 --strength 0.8",
    ),
    "description_edit_with_mask": Example(pagoda, 'photo --mask cypress -p ""'),
    "remove_watermark": Example(rocket, "photo"),
    "expand": Example(
        narrow_pagoda,
        'photo -p "a pagoda above a lake" --left-scale 1.5 --right-scale 1.5',
        "photo -p 湖边的宝塔 --left-scale 1.5 --right-scale 1.5",
    ),
    "super_resolution": Example(astronaut, "photo --upscale-factor 4"),
    "colorization": Example(
        grey_dahlia,
        'photo -p "navy background, pink flower"',
        "photo -p 深蓝色背景，粉色的花",
    ),
    "doodle": Example(
        sketch,
        'photo --is-sketch -p "a cottage and a tree in autumn"',
        "photo --is-sketch -p 秋天的小屋和一棵树",
    ),
    "control_cartoon_feature": Example(bear, "photo -p 卡通形象在海边，天上有红色的气球"),
}


def call(name: str, language: str = "en") -> str:
    """The line that a reader copies."""
    example = EXAMPLES[name]
    line = example.zh if language == "zh" and example.zh else example.line
    return f"%wanx {name} {line}"


# ---- before and after -------------------------------------------------------------------------


def edited(name: str, language: str = "en") -> wx.Result:
    """What the line makes of the picture."""
    given = {"photo": EXAMPLES[name].photo(), "cypress": cypress()}
    line = parse(call(name, language).removeprefix("%wanx "), None, given)
    return wx.edit(line.function, seed=SEED, **line.values)


def pair(name: str) -> Image.Image:
    """Before at the left, after at the right, at one height."""
    result = edited(name)
    before, after = result.request.image.to_image(), result.images[0]
    if name in SHOW:
        before, after = SHOW[name](result.request, before, after)
    halves = [
        one.convert("RGB").resize(_at_height(one), Image.Resampling.LANCZOS)
        for one in (before, after)
    ]
    both = Image.new("RGB", (sum(one.width for one in halves) + GAP, HEIGHT), "white")
    both.paste(halves[0], (0, 0))
    both.paste(halves[1], (halves[0].width + GAP, 0))
    return both


def _at_height(picture: Image.Image) -> tuple[int, int]:
    return round(picture.width * HEIGHT / picture.height), HEIGHT


Shown = tuple[Image.Image, Image.Image]


def _with_mask(request: Any, before: Image.Image, after: Image.Image) -> Shown:
    covered = request.mask.to_image().point(lambda value: value * 6 // 10)
    return Image.composite(Image.new("RGB", before.size, "#e0245e"), before, covered), after


def _with_frame(request: Any, before: Image.Image, after: Image.Image) -> Shown:
    scales = (getattr(request, f"{side}_scale") for side in ("top", "bottom", "left", "right"))
    width, height, left, top = expanded_box(before.size, *scales)
    ground = Image.new("RGB", (width, height), "#ececec")
    pen = ImageDraw.Draw(ground)
    for at in range(0, width, 24):
        for y in (4, height - 8):
            pen.rectangle((at, y, at + 12, y + 4), "#8a8a8a")
    for at in range(0, height, 24):
        for x in (4, width - 8):
            pen.rectangle((x, at, x + 4, at + 12), "#8a8a8a")
    ground.paste(before, (left, top))
    return ground, after


def _a_detail(_: Any, before: Image.Image, after: Image.Image) -> Shown:
    """The same part of both, each pixel of the photograph a square."""
    left, top, right, bottom = 190, 78, 280, 138
    factor = after.width // before.width
    small = before.crop((left, top, right, bottom))
    large = after.crop((left * factor, top * factor, right * factor, bottom * factor))
    return small.resize(large.size, Image.Resampling.NEAREST), large


SHOW = {
    "description_edit_with_mask": _with_mask,
    "expand": _with_frame,
    "super_resolution": _a_detail,
}


def main(names: list[str]) -> None:
    """Make them all, or those that are named."""
    from scripts.screenshots import LARGEST as LARGEST_SCREENSHOT
    from scripts.screenshots import SHOTS, take

    if unknown := set(names) - set(EXAMPLES) - set(SHOTS):
        raise SystemExit(
            f"There is no {', '.join(sorted(unknown))}: {', '.join([*EXAMPLES, *SHOTS])}"
        )
    for name in [one for one in EXAMPLES if one in (names or EXAMPLES)]:
        store(name, pair(name), LARGEST)
    for name, picture, fonts in take([one for one in SHOTS if one in (names or SHOTS)]):
        store(name, picture, LARGEST_SCREENSHOT, fonts)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"IPYWANX_OFFLINE": "1", "IPYWANX_HOME": home, "LANGUAGE": "en"}
        main(sys.argv[1:])
