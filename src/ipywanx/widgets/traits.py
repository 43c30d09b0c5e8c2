"""Which values does a trait take? Others are refused in our words, and the old one stays."""

from __future__ import annotations

from typing import Any

import traitlets

from ipywanx.errors import InvalidRequest, did_you_mean
from ipywanx.given import refused
from ipywanx.model.functions import FUNCTIONS, Expand
from ipywanx.model.params import describe
from ipywanx.text import Text

SCALES = tuple(param for param in describe(Expand) if param.name.endswith("_scale"))


class UnusableValue(InvalidRequest, traitlets.TraitError):
    """A value that a trait does not take: an error of ours, and one that traitlets rolls back."""


class FunctionName(traitlets.Unicode):  # type: ignore[type-arg] # its value is a text
    """The name of a function that has a form."""

    def validate(self, _: Any, value: Any) -> str:
        """The name; the error of another suggests the nearest."""
        return as_function(value)


class Scale(traitlets.Float):  # type: ignore[type-arg] # its value is a number
    """One of the scales of ``expand``, under its name."""

    def validate(self, _: Any, value: Any) -> float:
        """The number; the error of another tells the range."""
        return as_scale(value, str(self.name))


def as_function(value: Any) -> str:
    """The name of a function that has a form.

    Raises:
        UnusableValue: It is none.
    """
    if isinstance(value, str) and value in FUNCTIONS:
        return value
    raise UnusableValue(
        Text(f"{value!r} has no form here.", f"{value!r} 在这里没有表单。"),
        hint=did_you_mean(str(value), FUNCTIONS),
        parameter="function",
    )


def as_scale(value: Any, name: str) -> float:
    """A scale of ``expand``, by the name of its side.

    Raises:
        UnusableValue: It is not in its range.
    """
    (param,) = (one for one in SCALES if one.name == name)
    low, high = param.low or 0.0, param.high or 0.0
    if isinstance(value, int | float) and low <= value <= high:
        return float(value)
    raise refused(name, value, param.expectation, param.about.meaning, kind=UnusableValue)
