"""What is one parameter?

A request class declares its parameters once, as annotated fields. :func:`describe` reads that
declaration, and everything else (form, magic, JSON, reference page, engine checks, tests) reads
:class:`Param`. This is the only file that looks inside pydantic's field information.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from annotated_types import Ge, Le

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError

from ipywanx.errors import InvalidRequest, brief, did_you_mean, unsent
from ipywanx.text import Text, both

Kind = Literal["text", "int", "float", "bool", "image", "mask"]
Place = Literal["input", "parameters", "local"]


_WORDS: Mapping[Kind, Text] = {
    "int": Text("a whole number", "整数"),
    "float": Text("a number", "数值"),
    "bool": Text("True or False", "True 或 False"),
    "text": Text("a text", "文本"),
    "image": Text("a picture", "图片"),
    "mask": Text("a mask", "蒙版"),
}


@dataclass(frozen=True, slots=True)
class About:
    """What a declaration says of its parameter beyond type, range and default.

    Attributes:
        kind: The sort of value, which chooses its control and its parser.
        place: Where it goes: the body's ``input`` or ``parameters``, or ``local`` (never sent).
        title: A short label.
        meaning: What it does, with its unit.
        unit: The unit of a number, "" for none.
        step: A sensible step for a slider, None for none.
        longest: The characters of a text that the service reads, None for no limit.
        pattern: A regular expression that all of a text matches, "" for none.
        accepts: Tells whether the service takes a text of this pattern, None where it takes all.
        source: The vendor's page that states range and default; "" for our own parameters.
        always_sent: Whether the body names it even at its default: the price depends on it, and the
            default of the vendor may be another one.
    """

    kind: Kind
    place: Place
    title: Text
    meaning: Text
    unit: str = ""
    step: float | None = None
    longest: int | None = None
    pattern: str = ""
    accepts: Callable[[str], bool] | None = None
    source: str = ""
    always_sent: bool = False


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter of one function, ready to be shown, parsed, sent or tested."""

    name: str
    about: About
    default: Any
    required: bool
    low: float | None
    high: float | None

    @property
    def is_picture(self) -> bool:
        """Whether it is made of pixels: a picture or a mask."""
        return self.about.kind in {"image", "mask"}

    @property
    def flag(self) -> str:
        """Its name on a magic's line: ``left_scale`` is ``--left-scale``."""
        return "--" + self.name.replace("_", "-")

    def spans(self, value: float) -> bool:
        """Whether a number lies within its range."""
        low = -math.inf if self.low is None else self.low
        return low <= value <= (math.inf if self.high is None else self.high)

    @property
    def range_text(self) -> str:
        """The range as people write it: ``1 to 4``, ``at most 800 characters``, or ""."""
        return self._range.en

    @property
    def expected(self) -> str:
        """What a value must be, as a phrase: ``a whole number from 1 to 4``."""
        return self.expectation.en

    @property
    def expectation(self) -> Text:
        """The same phrase in both languages."""
        word, span = _WORDS[self.about.kind], self._range
        joint = Text(" from ", "，") if self.low is not None else Text(", ", "，")
        return Text(
            *(j.join(filter(None, (w, s))) for w, s, j in zip(word, span, joint, strict=True))
        )

    @property
    def _range(self) -> Text:
        if self.low is not None and self.high is not None:
            low, high = f"{self.low:.10g}", f"{self.high:.10g}"
            return Text(f"{low} to {high}", f"{low} 到 {high}")
        if longest := self.about.longest:
            return Text(f"at most {longest} characters", f"不超过 {longest} 个字符")
        return Text("", "")


@cache
def describe(model: type[BaseModel]) -> tuple[Param, ...]:
    """All parameters that a request class declares, in the order of declaration."""
    return tuple(
        Param(
            name=name,
            about=about,
            default=None if field.is_required() else field.get_default(),
            required=field.is_required(),
            low=next((float(mark.ge) for mark in field.metadata if isinstance(mark, Ge)), None),  # type: ignore[arg-type]
            high=next((float(mark.le) for mark in field.metadata if isinstance(mark, Le)), None),  # type: ignore[arg-type]
        )
        for name, field in model.model_fields.items()
        for about in field.metadata
        if isinstance(about, About)
    )


def explain(
    error: ValidationError,
    function: str,
    params: Mapping[str, Param],
    owners: Mapping[str, str],
) -> InvalidRequest:
    """Pydantic's first complaint, in words for the person who typed the value.

    Args:
        error: What pydantic raised.
        function: The function that was asked for.
        params: Its parameters by name.
        owners: For parameters of other functions: whose they are.
    """
    first = error.errors(include_url=False)[0]
    name = str(first["loc"][0]) if first["loc"] else ""
    value = first.get("input")
    if first["type"] == "extra_forbidden":
        near = belongs_to(owners[name]) if name in owners else did_you_mean(name, params)
        return InvalidRequest(
            Text(f"{function} has no parameter {name!r}.", f"{function} 没有参数 {name!r}。"),
            hint=unsent(*near),
            parameter=name,
        )
    if first["type"] == "missing":
        return InvalidRequest(
            Text(
                f"{function} needs {name!r}, and none was given.",
                f"{function} 需要 {name!r}，但没有给出。",
            ),
            hint=unsent(*params[name].about.meaning),
            parameter=name,
        )
    expected = params[name].expectation if name in params else both(str(first["msg"]))
    return InvalidRequest(
        Text(
            f"{name} is {brief(value)}, but {function} takes {expected.en}.",
            f"{name} 是 {brief(value)}，但 {function} 需要的是：{expected.zh}。",
        ),
        hint=unsent(),
        parameter=name,
    )


def belongs_to(functions: str) -> Text:
    """Whose a parameter is that was given to another function."""
    return Text(f"It belongs to {functions}.", f"它属于 {functions}。")
