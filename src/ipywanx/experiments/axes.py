"""What varies in an experiment? A parameter, its values, and what to call each of them.

``[0.2, 0.5]`` and ``range(1, 4)`` are axes, a plain value is none; ``{"dawn": …, "dusk": …}`` names
its values. A number's axis may be typed: ``"0.2, 0.5"``, ``"1-5"``, ``"1-9 (+2)"`` (every second)
and ``"0.2-1.0 [5]"`` (five, evenly spread), with full-width signs as well.
"""

from __future__ import annotations

import glob
import math
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, KeysView, Mapping, Sequence, ValuesView
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ipywanx.errors import InvalidRequest, brief, unsent
from ipywanx.model.loading import load
from ipywanx.model.params import Param
from ipywanx.model.sources import is_bytes
from ipywanx.text import Text, half_width

MOST_VALUES = 10_000
"""Values of one axis."""
_NUMBER = r"\d+(?:\.\d+)?"
_SPAN = re.compile(
    rf"({_NUMBER})\s*-\s*({_NUMBER})\s*(?:\(\s*([+-]?{_NUMBER})\s*\)|\[\s*(\d+)\s*\])?"
)


@dataclass(frozen=True, slots=True)
class Axis:
    """One thing that varies.

    Attributes:
        name: The parameter.
        title: What people call it.
        values: What it is in turn.
        labels: What each value is called on a sheet and in a table; no two are alike.
    """

    name: str
    title: Text
    values: tuple[Any, ...]
    labels: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.values)


def axis(param: Param, given: Any, *, fit: bool = False) -> Axis | None:
    """The axis that a value means; None for a value that is just itself.

    Args:
        param: Whose value it is.
        given: A list, tuple, range, dict, one-dimensional array or iterator of values, a text that
            spans numbers, or a pattern of pictures' files.
        fit: Whether pictures may be made to fit; see :func:`ipywanx.model.loading.load`.

    Raises:
        InvalidRequest: It spans nothing, or too much.
    """
    kind = param.about.kind
    named: Iterable[Any] | None = None
    values: list[Any]
    if isinstance(given, Mapping):
        named, values = list(given), list(given.values())
    elif kind in {"image", "mask"}:
        if (several := _several(given, param)) is None:
            return None
        values = several
    elif isinstance(given, str):
        if kind not in {"int", "float"} or re.fullmatch(rf"\s*-?{_NUMBER}\s*", _plain(given)):
            return None
        values = list(numbers(given, param))
    elif isinstance(given, bytes | Path) or getattr(given, "shape", None) == ():
        return None
    elif isinstance(given, Iterable):
        values = _bounded(given, param)
    else:
        return None
    values = [
        one.item() if hasattr(one, "item") and getattr(one, "shape", None) == () else one
        for one in values
    ]
    if not values:
        raise InvalidRequest(
            Text(f"The axis {param.name!r} has no value.", f"坐标轴 {param.name!r} 没有值。"),
            hint=unsent("Give at least one.", "请至少给出一个。"),
            parameter=param.name,
        )
    if kind == "image":
        values = [load(one, fit=fit) for one in values]
    labels = _distinct([_label(kind, one) for one in (named if named is not None else values)])
    return Axis(param.name, param.about.title, tuple(values), labels)


def _several(given: Any, param: Param) -> list[Any] | None:
    """The pictures or masks that a thing means; None where it is one: an array, an open file.

    Several are a list, a series, what a generator gives, and the files that a pattern such as
    ``photos/*.jpg`` stands for, in the order of their names.
    """
    if isinstance(given, str | os.PathLike):
        return _matching(os.fspath(given), param)
    is_one = is_bytes(given) or callable(getattr(type(given), "read", None))
    shape = getattr(given, "shape", None)
    is_series = isinstance(shape, tuple) and len(shape) == 1
    if is_one or not (isinstance(given, Sequence | Iterator | ValuesView | KeysView) or is_series):
        return None
    found: list[Any] = []
    for one in _bounded(given, param):
        is_name = isinstance(one, str | os.PathLike)
        found += (_matching(os.fspath(one), param) if is_name else None) or [one]
    return found


def _matching(name: str, param: Param) -> list[Any] | None:
    """The files that a pattern stands for; None for what is one file's name, or an address."""
    if not set("*?[") & set(name) or re.match("(https?|data):", name, re.IGNORECASE):
        return None
    path = os.path.expanduser(name)  # noqa: PTH111 - Path.expanduser raises where nobody has it
    if os.path.lexists(path):
        return None
    found = [file for file in glob.iglob(path, recursive=True) if os.path.isfile(file)]  # noqa: PTH113, PTH207
    if not found:
        raise InvalidRequest(
            Text(f"No file matches {brief(name)}.", f"没有文件匹配 {brief(name)}。"),
            hint=unsent(
                f"The working folder is {Path.cwd().name!r}; check the pattern.",
                f"当前文件夹是 {Path.cwd().name!r}；请检查通配符。",
            ),
            parameter=param.name,
        )
    return sorted(_bounded(found, param))


def _bounded(given: Iterable[Any], param: Param) -> list[Any]:
    values: list[Any] = []
    for value in given:
        if len(values) == MOST_VALUES:
            raise _too_many(param)
        values.append(value)
    return values


def numbers(text: str, param: Param) -> list[float]:
    """The numbers that a text spans: ``"0.2, 0.5-1.0 [3]"``.

    Raises:
        InvalidRequest: It cannot be read, or spans too many.
    """
    found: list[float] = []
    for part in re.split("[,;]", _plain(text)):
        word = part.strip()
        if re.fullmatch(_NUMBER, word):
            found.append(float(word))
        elif span := _SPAN.fullmatch(word):
            found += _spanned(span, param)
        elif word:
            raise _unreadable(word, param)
        if len(found) > MOST_VALUES:
            raise _too_many(param)
    return [round(one) for one in found] if param.about.kind == "int" else found


def _plain(text: str) -> str:
    """The text with the signs that the patterns here know."""
    return re.sub("[~\u301c]", "-", half_width(text).replace("、", ","))


def _spanned(span: re.Match[str], param: Param) -> list[float]:
    first, last = float(span[1]), float(span[2])
    if span[4] is not None:
        count = int(span[4])
        if not 1 <= count <= MOST_VALUES:
            raise _unreadable(span[0], param) if count < 1 else _too_many(param)
        width = (last - first) / max(1, count - 1)
        return [_tidy(first + width * place) for place in range(count)]
    step = float(span[3]) if span[3] else math.copysign(1.0, last - first)
    if step == 0 or (last - first) * step < 0:
        raise _unreadable(span[0], param)
    count = math.floor((last - first) / step + 1e-9) + 1
    if count > MOST_VALUES:
        raise _too_many(param)
    misses = span[3] is None and abs(first + step * (count - 1) - last) > 1e-9
    if misses and all(map(param.spans, (first, last))):
        raise _uncounted(span[0], first, last, param)
    return [_tidy(first + step * place) for place in range(count)]


def _uncounted(word: str, first: float, last: float, param: Param) -> InvalidRequest:
    """The error of a span whose steps of 1 miss its end: ``0.2-0.8`` would be 0.2 alone."""
    count = min((4, 5, 3, 6, 7, 9, 11), key=lambda one: _digits((last - first) / (one - 1)))
    better = f"{word} [{count}]"
    return InvalidRequest(
        Text(
            f"{word} does not say how many values {param.name} takes: steps of 1 miss {last:g}.",
            f"{word} 没有说明 {param.name} 取几个值：步长为 1 到不了 {last:g}。",
        ),
        hint=unsent(
            f"{better} takes {count}, evenly spread.", f"{better} 表示均匀取 {count} 个值。"
        ),
        parameter=param.name,
    )


def _digits(step: float) -> int:
    """How many signs a step takes to write: fewer are rounder."""
    return len(f"{_tidy(abs(step)):g}")


def _tidy(value: float) -> float:
    """As one would type it: 0.6000000000000001 is 0.6, and a third is 0.3333."""
    return round(value, 4)


def _label(kind: str, value: Any) -> str:
    if isinstance(value, bool):
        return Text("yes", "是").told() if value else Text("no", "否").told()
    if isinstance(value, int | float):
        return f"{value:.10g}"
    if isinstance(value, str):
        return " ".join(value.split()) or "“”"
    if kind == "image":
        return str(value.name)
    return Text("none", "无").told() if value is None else kind


def _distinct(labels: list[str]) -> tuple[str, ...]:
    """Labels that tell their values apart: those that are alike get numbers."""
    seen: Counter[str] = Counter()
    alike = {label for label, count in Counter(labels).items() if count > 1}
    told = []
    for label in labels:
        seen[label] += 1
        told.append(f"{label} {seen[label]}" if label in alike else label)
    return tuple(told)


def _unreadable(word: str, param: Param) -> InvalidRequest:
    return InvalidRequest(
        Text(
            f"{word!r} spans no numbers for {param.name}.",
            f"{word!r} 不能表示 {param.name} 的一组数值。",
        ),
        hint=unsent(
            "It can be 0.2, 0.5 / 1-5 / 1-9 (+2) / 0.2-1.0 [5].",
            "可用的写法：0.2, 0.5 / 1-5 / 1-9 (+2) / 0.2-1.0 [5]。",
        ),
        parameter=param.name,
    )


def _too_many(param: Param) -> InvalidRequest:
    return InvalidRequest(
        Text(
            f"The axis {param.name!r} has more than {MOST_VALUES} values.",
            f"坐标轴 {param.name!r} 的值超过 {MOST_VALUES} 个。",
        ),
        hint=unsent("Take fewer.", "请减少数量。"),
        parameter=param.name,
    )
