"""Functions: each with its parameters as they are declared, and once as a cell and as a call."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from PIL import Image
from scripts.reference.markdown import fenced, joined, table, told

import ipywanx as wx
from ipywanx import reference
from ipywanx.code import as_magic, as_python
from ipywanx.model.functions import EditRequest
from ipywanx.model.params import Param, describe
from ipywanx.model.requests import REQUESTS
from ipywanx.text import Text, sentences


class Example(NamedTuple):
    """What to show of a function: a picture's name, and values that are worth showing."""

    image: str = "photo.jpg"
    values: Mapping[str, Any] = {}


EXAMPLES: Mapping[str, Example] = {
    "stylization_all": Example(values={"strength": 0.8, "seed": 7}),
    "stylization_local": Example(values={"seed": 7}),
    "description_edit": Example("cat.jpg", {"strength": 0.6, "n": 2}),
    "description_edit_with_mask": Example("dog.jpg"),
    "remove_watermark": Example("poster.png"),
    "expand": Example(values={"left_scale": 1.5, "right_scale": 1.5}),
    "super_resolution": Example(values={"upscale_factor": 2, "fit": True}),
    "colorization": Example("old.jpg"),
    "doodle": Example("sketch.png", {"is_sketch": True}),
    "control_cartoon_feature": Example("character.png"),
    "wan2.5-i2i-preview": Example(
        values={"negative_prompt": "模糊", "size": "1280*720", "prompt_extend": False}
    ),
}

VENDOR = Text("vendor's reference", "官方参考")


def body() -> str:
    """The ten functions: a table of all, then each one with all that is declared of it."""
    linked = re.compile(r"^\| `([\w.-]+)`", re.MULTILINE)
    return joined(
        linked.sub(
            lambda name: f"| [`{name[1]}`](#{name[1].replace('.', '')})",
            reference.functions_table(),
        ),
        *map(function_section, REQUESTS.values()),
        "\n".join(f"[{number}]: {page}" for page, number in sources().items()),
    )


def sources() -> dict[str, int]:
    """The vendor's pages that state a parameter, numbered as they come."""
    stated = [param.about.source for cls in REQUESTS.values() for param in describe(cls)]
    pages = dict.fromkeys(filter(None, stated))
    return {page: number for number, page in enumerate(pages, start=1)}


def function_section(cls: type[EditRequest]) -> str:
    """One function: what it does, its parameters, its styles, and it in code."""
    about = cls.about
    rights = f"**{about.rights.told()}**" if about.rights else ""
    guide = Text("Vendor's guide: ", "官方指南：").told() + f"<{about.page}>"
    blank: Text | str = ""
    if about.blank_prompt and about.default_prompt is None:  # else the table says so
        blank = Text("The prompt may be empty.", "提示词可以为空。")
    head = (
        *(Text("flag", "选项"), Text("Python", "Python"), Text("value", "取值")),
        *(Text("default", "默认"), Text("meaning", "含义"), Text("stated in", "出处")),
    )
    styles = [(style.name.told(), f"`{style.prompt}`") for style in about.styles]
    samples = " · ".join(f"`{sample}`" for sample in map(Text.told, about.samples))
    request = example(cls)
    shown = EXAMPLES[about.name].image
    mask = "mask" if "mask" in cls.model_fields else None
    return joined(
        f"## `{about.name}`",
        f"**{about.title.told()}** · {about.help.told()}",
        rights,
        table(head, [_parameter_row(param, about.default_prompt) for param in describe(cls)]),
        table((Text("style", "风格"), Text("prompt", "提示词")), styles) if styles else "",
        f"{told('Prompts that work: ', '可用的提示词：')}{samples}",
        sentences(about.tip, blank).told(),
        fenced("text", as_magic(request, shown)),
        fenced("python", as_python(request, shown, mask)),
        guide,
    )


def example(cls: type[EditRequest]) -> EditRequest:
    """The request that a function's page shows in code."""
    size = (512, 512)
    masked = (
        {"mask": wx.Mask(size).ellipse(150, 90, 200, 160)} if "mask" in cls.model_fields else {}
    )
    return cls(
        image=Image.new("RGB", size),
        prompt=cls.about.samples[0].zh,
        **masked,
        **EXAMPLES[cls.about.name].values,
    )


def _parameter_row(param: Param, usual: str | None) -> tuple[str, ...]:
    default = f"`{param.default!r}`"
    if param.required:
        default = told("required", "必填")
        if param.name == "prompt" and usual is not None:
            default = f"`{usual}`" if usual else told("empty", "空")
    elif param.default is None:
        default = told("drawn", "随机") if param.name == "seed" else told("none", "无")
    flag = told("the line's IMAGE", "行中的 IMAGE") if param.name == "image" else f"`{param.flag}`"
    stated = "ipywanx"
    if param.about.source:
        stated = f"[{VENDOR.told()}][{sources()[param.about.source]}]"
    unit = f" {param.about.unit}" if param.about.unit else ""
    value = f"{param.expectation.told()}{unit}"
    return flag, f"`{param.name}`", value, default, param.about.meaning.told(), stated
