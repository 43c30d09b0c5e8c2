"""Paths on a line: whether a file is there, and which words are one path with spaces in it."""

from __future__ import annotations

import re
from pathlib import Path

from ipywanx.magics.lexer import Word, quoted
from ipywanx.magics.line import Line, Span
from ipywanx.text import Text

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp"})
"""The endings of picture files that the service takes."""
_IMAGE_LIKE = SUFFIXES | {".gif", ".heic", ".heif", ".avif", ".jfif", ".mpo", ".svg"}
_MOST = 6  # words of a path with spaces
IN_QUOTES = Text("A path with spaces goes in quotes:", "路径中有空格时，请用引号括起来：")


def looks_like_picture(text: str) -> bool:
    """Whether a path ends as a picture's does."""
    return Path(text).suffix.lower() in _IMAGE_LIKE


def is_file(text: str) -> bool:
    """Whether there is a file of this path."""
    return exists(text) and not Path(text).expanduser().is_dir()


def exists(text: str) -> bool:
    """Whether there is a file or a folder of this path."""
    try:
        return Path(text).expanduser().exists()
    except (OSError, ValueError, RuntimeError):  # too long, not a name, nobody's home
        return False


def path_with_spaces(line: Line, at: int) -> str | None:
    """The cell with quotes around the words that are one path; None where there are none.

    They are the path of a file that is there, or look like one: with the backslashes that a shell
    wants before spaces, or with the ending of a picture.

    Args:
        line: The line.
        at: The index of one of the words.
    """
    first, last = line.around(at)
    spans = [
        (start, end)
        for start in range(max(first, at - _MOST), at + 1)
        for end in range(min(last, at + _MOST), max(at, start + 1) - 1, -1)
    ]
    there = [span for span in spans if is_file(_path(line, span))]
    alike = [span for span in spans if looks_like_picture(_path(line, span))]
    escaped = [span for span in alike if "\\ " in line.typed(span)]
    begun = [span for span in alike if span[0] == first and not _is_complete(line.words[first])]
    found = next(iter([*there, *escaped, *begun]), None)
    return line.with_span(found, quoted(_path(line, found))) if found else None


def _path(line: Line, span: Span) -> str:
    return re.sub(r"\\(?=\s)", "", line.typed(span))


def _is_complete(word: Word) -> bool:
    """Whether a word is a picture or a number by itself, and so not the beginning of a path."""
    text = word.text
    return looks_like_picture(text) or is_file(text) or re.fullmatch(r"[\d.]+", text) is not None
