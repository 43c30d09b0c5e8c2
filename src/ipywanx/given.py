"""Is what a call was given of the kind that it takes? Else it is refused, in our words.

For the values that go straight to another library, whose own error names no parameter and gives no
advice. Parameters of a request are checked by their declarations.
"""

from __future__ import annotations

import math
import os
import sys
import threading
from numbers import Real
from pathlib import Path
from typing import Any, TypeVar

from ipywanx.errors import InvalidRequest, brief
from ipywanx.text import Text

_Kind = TypeVar("_Kind", bound=InvalidRequest)


def refused(
    parameter: str,
    value: Any,
    expected: Text,
    hint: Text,
    *,
    kind: type[_Kind] = InvalidRequest,  # type: ignore[assignment] # what it is bound to
) -> _Kind:
    """What is said of a value of another kind."""
    return kind(
        Text(
            f"{parameter} is {brief(value)}, but it takes {expected.en}.",
            f"{parameter} 是 {brief(value)}，但需要的是：{expected.zh}。",
        ),
        hint=hint,
        parameter=parameter,
    )


def as_text(value: Any, parameter: str) -> str:
    """A text.

    Raises:
        InvalidRequest: It is none.
    """
    if isinstance(value, str):
        return value
    hint = Text("Write it between quotation marks.", "请用引号括起来。")
    raise refused(parameter, value, Text("a text", "文本"), hint)


def as_path(value: Any, parameter: str) -> Path:
    """The place that a path means; ``~`` is one's home.

    Raises:
        InvalidRequest: It is no path, or one that no file can have.
    """
    try:
        named = os.fspath(value)
        os.fsencode(named)
        if isinstance(named, str) and "\0" not in named:
            return Path(named).expanduser()
    except (TypeError, ValueError, RuntimeError):  # no path, half a character, nobody's ~home
        pass
    raise refused(
        parameter,
        value,
        Text("the path of a file or a folder", "文件或文件夹的路径"),
        Text("Give it as a text or a pathlib.Path.", "请以文本或 pathlib.Path 给出。"),
    )


def as_count(value: Any, parameter: str) -> int:
    """A number of things, at most as many as SQLite counts.

    Raises:
        InvalidRequest: It is none.
    """
    if isinstance(value, int) and value >= 0:
        return min(value, sys.maxsize)
    raise refused(
        parameter,
        value,
        Text("a whole number from 0 on", "不小于 0 的整数"),
        Text("It says how many at most.", "它表示最多多少个。"),
    )


def as_number(value: Any, parameter: str, expected: Text, hint: Text) -> float:
    """A number, which may be infinite.

    Raises:
        InvalidRequest: It is none.
    """
    if isinstance(value, Real) and value <= math.inf:  # what is not a number is not below it
        return value  # type: ignore[return-value] # it is used like one
    raise refused(parameter, value, expected, hint)


def as_timeout(value: Any) -> float | None:
    """Seconds to wait at most; None for ever, and for more than a clock counts.

    Raises:
        InvalidRequest: It is no number.
    """
    if value is None:
        return None
    seconds = as_number(
        value,
        "timeout",
        Text("a number of seconds, or None", "秒数，或 None"),
        Text("None waits for as long as it takes.", "None 表示一直等待。"),
    )
    return None if seconds > threading.TIMEOUT_MAX else float(seconds)
