"""What does a form have, and what does it say? Built from the functions' declarations alone.

A parameter that is declared in :mod:`ipywanx.model.functions` appears here by itself: its control
is chosen by its kind and range, its words are the declaration's, in both languages.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ipywanx.errors import InvalidRequest, WanxError
from ipywanx.model.functions import FUNCTIONS, EditRequest, Style
from ipywanx.model.params import Param, describe
from ipywanx.text import Text

STYLES = Path(__file__).parent / "styles"
_CHOICES = 6  # a whole number with so few values is a row of buttons


def schema() -> dict[str, Any]:
    """The ten functions with their fields, as the page builds forms of them.

    Texts are ``[English, Chinese]``.
    """
    return {name: _function(cls) for name, cls in FUNCTIONS.items()}


def _function(cls: type[EditRequest]) -> dict[str, Any]:
    about = cls.about
    return {
        "title": list(about.title),
        "help": list(about.help),
        "samples": [list(sample) for sample in about.samples],
        "tip": list(about.tip),
        "styles": [_style(style) for style in about.styles],
        "subject": about.subject and list(about.subject),
        "default_prompt": about.default_prompt,
        "blank_prompt": about.blank_prompt,
        "rights": about.rights and list(about.rights),
        "page": about.page,
        "fields": [_field(param) for param in describe(cls) if param.about.place != "local"],
        "shared": list(_shared(cls)),
    }


def _style(style: Style) -> dict[str, Any]:
    data = base64.b64encode(style_file(style).read_bytes()).decode("ascii")
    picture = f"data:image/webp;base64,{data}"
    return {"name": list(style.name), "prompt": style.prompt, "picture": picture}


def style_file(style: Style) -> Path:
    """The small picture that shows a style; ``scripts/style_pictures.py`` makes it."""
    return STYLES / f"{style.name.en.lower().replace(' ', '_')}.webp"


def _field(param: Param) -> dict[str, Any]:
    about = param.about
    return {
        "name": param.name,
        "control": _control(param),
        "own": param.name not in EditRequest.model_fields,
        "title": list(about.title),
        "meaning": list(about.meaning),
        "expected": list(param.expectation),
        "unit": about.unit,
        "step": about.step,
        "low": param.low,
        "high": param.high,
        "default": param.default,
        "required": param.required,
        "longest": about.longest,
    }


def _control(param: Param) -> str:
    """Which control suits a parameter: by its kind, and by how many values it has."""
    kind = param.about.kind
    if kind == "int" and param.low is not None and param.high is not None:
        return "choice" if param.high - param.low < _CHOICES else "seed"
    return {"float": "slider", "bool": "check"}.get(kind, kind)


def given(function: str, values: Mapping[str, Any], image: Any, mask: Any = None) -> dict[str, Any]:
    """What a filled form says, as the function's request takes it.

    Args:
        function: One of the ten names.
        values: What was set, by parameter; what the function does not have is left out.
        image: The picture, None where there is none.
        mask: The mask, for the function that takes one.
    """
    cls = FUNCTIONS[function]
    known = {param.name for param in describe(cls)}
    said = {name: value for name, value in values.items() if name in known and value is not None}
    if image is not None:
        said["image"] = image
    if "mask" in known and mask is not None:
        said["mask"] = mask
    if "prompt" in known:
        said.setdefault("prompt", cls.about.default_prompt or "")
    return said


def with_shared(
    values: Mapping[str, Mapping[str, Any]], function: str, changes: Mapping[str, Any]
) -> dict[str, dict[str, Any]]:
    """All forms' values after changes in one: a prompt, number, seed or watermark is set for all.

    A function with a default prompt, such as super-resolution, keeps its own prompt.

    Args:
        values: What was set before, by function and parameter.
        function: In whose form.
        changes: What was set now, by parameter.
    """
    mine = _shared(FUNCTIONS[function])
    everywhere = {name: value for name, value in changes.items() if name in mine}
    spread = {name: dict(values.get(name, {})) for name in FUNCTIONS}
    for name, cls in FUNCTIONS.items():
        theirs = _shared(cls)
        spread[name] |= {key: value for key, value in everywhere.items() if key in theirs}
    spread[function] |= changes
    return {name: own for name, own in spread.items() if own or name == function}


def _shared(cls: type[EditRequest]) -> tuple[str, ...]:
    """The parameters that one form shares with the others; nothing typed fits a default prompt."""
    names = ("prompt", "n", "seed", "watermark")
    return names if cls.about.default_prompt is None else names[1:]


def require_complete(function: str, values: Mapping[str, Any], image: Any) -> None:
    """Refuse a form without picture or prompt, in the words of the page.

    Raises:
        InvalidRequest: ``parameter`` names the field.
    """
    about = FUNCTIONS[function].about
    if image is None:
        raise InvalidRequest(Text("Choose a picture first.", "请先选择图片。"), parameter="image")
    prompt = str(values.get("prompt") or about.default_prompt or "")
    if not prompt.strip() and not about.blank_prompt:
        say = Text("Say what to change, or pick a style.", "请填写提示词，或选择一种风格。")
        if not about.styles:
            say = Text(
                f"Say what you want, for example: {about.samples[0].en}.",
                f"请填写提示词，例如：{about.samples[0].zh}。",
            )
        raise InvalidRequest(say, parameter="prompt")


def problem(error: WanxError) -> dict[str, Any]:
    """What is wrong, and beside which field it is said; "" where it concerns none."""
    if isinstance(error, InvalidRequest):
        return {"field": error.parameter or "", "text": list(error.what)}
    return {"field": "", "text": list(error.text)}
