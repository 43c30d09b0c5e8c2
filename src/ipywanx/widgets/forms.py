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
        "fields": [
            _field(param, own=param.name not in EditRequest.model_fields) for param in describe(cls)
        ],
    }


def _style(style: Style) -> dict[str, Any]:
    data = base64.b64encode(style_file(style).read_bytes()).decode("ascii")
    picture = f"data:image/webp;base64,{data}"
    return {"name": list(style.name), "prompt": style.prompt, "picture": picture}


def style_file(style: Style) -> Path:
    """The small picture that shows a style; ``scripts/style_pictures.py`` makes it."""
    return STYLES / f"{style.name.en.lower().replace(' ', '_')}.webp"


def _field(param: Param, *, own: bool) -> dict[str, Any]:
    about = param.about
    return {
        "name": param.name,
        "control": _control(param),
        "own": own,
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


def problem(error: WanxError) -> dict[str, Any]:
    """What is wrong, and beside which field it is said; "" where it concerns none."""
    if isinstance(error, InvalidRequest):
        return {"field": error.parameter or "", "text": list(error.what)}
    return {"field": "", "text": list(error.text)}
