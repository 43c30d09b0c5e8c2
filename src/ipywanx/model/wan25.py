"""What does ``wan2.5-i2i-preview`` take? Another model of the same task API, as one declaration.

Ranges, defaults and wordings: the vendor's API reference of the model, whose samples call its
pictures 图1, 图2 and 图3. It takes pictures of 384 to 5000 pixels a side; here they are held to the
512 to 4096 of the other functions, so that a picture which fits one fits all.
"""

from __future__ import annotations

import re
from typing import Annotated, Self

from pydantic import model_validator

from ipywanx.errors import InvalidRequest, brief, unsent
from ipywanx.model.functions import EditRequest, Function, about_prompt
from ipywanx.model.images import Picture
from ipywanx.model.params import About
from ipywanx.model.service_models import WAN25
from ipywanx.text import Text

LEAST_AREA, MOST_AREA = 768 * 768, 1280 * 1280
"""Pixels that a result may have (vendor reference)."""
MOST_RATIO = 4
"""The longer side over the shorter one (vendor reference: 1:4 to 4:1)."""

_SIZE = r"^[1-9]\d{0,4}\*[1-9]\d{0,4}$"


def output_size(text: str) -> tuple[int, int] | None:
    """(width, height) of ``1280*720``; None for what the model would refuse."""
    if not re.fullmatch(_SIZE, text):
        return None
    width, height = map(int, text.split("*"))
    fits = LEAST_AREA <= width * height <= MOST_AREA
    fits = fits and max(width, height) <= MOST_RATIO * min(width, height)
    return (width, height) if fits else None


def _another(number: int) -> About:
    return About(
        "image",
        "input",
        Text(f"Picture {number}", f"图{number}"),
        Text(
            f"A further picture, 图{number} in the prompt; taken as the first one is.",
            f"另一张图片，在提示词中称为“图{number}”；要求与第一张相同。",
        ),
        source=WAN25.page,
    )


class Wan25Edit(EditRequest):
    """Edit one picture as an instruction says, or make one of up to three."""

    about = Function(
        WAN25.name,
        Text("Wan 2.5 edit", "万相 2.5 编辑"),
        Text(
            "Edit a picture by an instruction, or join up to three. A preview model.",
            "按指令编辑一张图片，或融合最多三张。预览版模型。",
        ),
        samples=(
            Text(
                "Replace the floral dress by a vintage lace gown with fine embroidery at collar "
                "and cuffs.",
                "将花卉连衣裙换成一件复古风格的蕾丝长裙，领口和袖口有精致的刺绣细节。",
            ),
            Text(
                "Put the alarm clock of 图1 beside the vase on the dining table of 图2",
                "将图1中的闹钟放置到图2的餐桌的花瓶旁边位置",
            ),
        ),
        tip=Text(
            "Say what changes; with several pictures call them 图1, 图2 and 图3.",
            "写明要改变什么；有多张图片时用“图1”“图2”“图3”指代。",
        ),
        aliases=("wan2.5", "万相2.5"),
        page=WAN25.page,
        model=WAN25,
    )
    prompt: Annotated[str, about_prompt(2000, WAN25)]
    image2: Annotated[Picture | None, _another(2)] = None
    image3: Annotated[Picture | None, _another(3)] = None
    negative_prompt: Annotated[
        str | None,
        About(
            "text",
            "input",
            Text("Negative prompt", "反向提示词"),
            Text("What should not be in the picture.", "不希望出现在画面中的内容。"),
            longest=500,
            source=WAN25.page,
        ),
    ] = None
    size: Annotated[
        str | None,
        About(
            "text",
            "parameters",
            Text("Size", "输出尺寸"),
            Text(
                "Width and height as 1280*720: 768*768 to 1280*1280 pixels in all, at most four "
                "times as long as wide; left out, the area is 1280*1280 in the ratio of the last "
                "picture.",
                "宽和高，如 1280*720：总像素在 768*768 与 1280*1280 之间，"
                "宽高比在 1:4 与 4:1 之间；"
                "不填时按最后一张图片的宽高比输出，总像素约为 1280*1280。",
            ),
            pattern=_SIZE,
            accepts=lambda text: output_size(text) is not None,
            source=WAN25.page,
        ),
    ] = None
    prompt_extend: Annotated[
        bool,
        About(
            "bool",
            "parameters",
            Text("Extend the prompt", "智能改写"),
            Text(
                "A language model writes the prompt out; better for short ones, and slower.",
                "由大模型改写提示词；短提示词效果更好，但更慢。",
            ),
            source=WAN25.page,
        ),
    ] = True

    @model_validator(mode="after")
    def _size_can_be_had(self) -> Self:
        if self.size is not None and output_size(self.size) is None:
            raise InvalidRequest(
                Text(
                    f"size is {brief(self.size)}, which the model does not take.",
                    f"size 是 {brief(self.size)}，模型不接受。",
                ),
                hint=unsent(
                    "Give width*height such as 1280*720: 768*768 to 1280*1280 pixels in all, and "
                    "a ratio from 1:4 to 4:1.",
                    "请给出 宽*高，如 1280*720：总像素在 768*768 与 1280*1280 之间，"
                    "宽高比在 1:4 与 4:1 之间。",
                ),
                parameter="size",
            )
        if self.image3 is not None and self.image2 is None:
            raise InvalidRequest(
                Text("image3 is given without image2.", "给出了 image3，却没有 image2。"),
                hint=unsent(
                    "Give the second picture as image2.", "请把第二张图片作为 image2 给出。"
                ),
                parameter="image2",
            )
        return self
