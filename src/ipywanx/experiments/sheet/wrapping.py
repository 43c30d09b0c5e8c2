"""How does a text fit a width? Broken into lines, a Chinese text between any two of its signs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

LINES = 6
"""Lines of one label; beyond them it ends with an ellipsis."""
ELLIPSIS = "…"
_CHINESE = "\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"
_OPENING = "（【《「『"
_CLOSING = "，。、！？；：）】》」』…”’"
# A line does not begin with what closes, nor end with what opens.
_PIECE = re.compile(
    rf"\s+|[{_OPENING}]*(?:(?![{_OPENING}])[{_CHINESE}]|[^\s{_CHINESE}]+)[{_CLOSING}]*|[{_OPENING}]+"
)
_JOINTS = "./_-?&,;:|"  # a long word is parted behind one of these, rather than anywhere

Measure = Callable[[str], float]
"""How wide a text is, in pixels."""


def wrapped(text: str, width: float, measure: Measure, lines: int = LINES) -> list[str]:
    """A text as lines.

    Args:
        text: All its white space counts alike.
        width: Of the widest line, in pixels.
        measure: How wide a text is.
        lines: At most so many, at least one.

    Returns:
        Lines of at most that width; a single letter that is wider stands alone. Nothing but white
        space is lost, unless there are more lines: then the last one ends with an ellipsis.
    """
    made: list[str] = []
    for line in _lines(text, width, measure):
        if len(made) == lines:
            made[-1] = _ended(made[-1], width, measure)
            break
        made.append(line)
    return made


def _lines(text: str, width: float, measure: Measure) -> Iterator[str]:
    line = ""
    for found in _PIECE.finditer(text):
        piece = found[0]
        if piece.isspace():
            line += " " if line else ""
            continue
        if measure(line + piece) <= width:
            line += piece
            continue
        if line.strip():
            yield line.rstrip()
        line = piece
        while len(line) > 1 and measure(line) > width:
            count = _fitting(line, width, measure)
            yield line[:count]
            line = line[count:]
    if line.strip():
        yield line.rstrip()


def _fitting(word: str, width: float, measure: Measure) -> int:
    """How many signs of a word fit, at least one."""
    count = 1
    while count < len(word) and measure(word[: count + 1]) <= width:
        count += 1
    joint = max(word.rfind(sign, count // 2, count) for sign in _JOINTS) + 1
    count = joint or count
    while count > 1 and word[count] in _CLOSING:
        count -= 1
    return count


def _ended(line: str, width: float, measure: Measure) -> str:
    while line and measure(line + ELLIPSIS) > width:
        line = line[:-1]
    return line.rstrip() + ELLIPSIS
