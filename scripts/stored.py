"""Is what is stored what would be made? For files that are made and kept: tell, or write again."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

SHOWN = 12
"""Lines of a difference that are told."""


class Kind(NamedTuple):
    """What is said of files of a kind.

    Attributes:
        maker: Who makes them, with the verb: "its source makes".
        stranger: What is said of one that nobody makes: "has no source".
        lines: What a reader sees of a file; a ValueError says why there is nothing to see.
        else_differs: What is left to differ where the lines are the same.
    """

    maker: str
    stranger: str
    lines: Callable[[str], list[str]]
    else_differs: str


def differences(
    kind: Kind, made: Mapping[Path, str], there: Iterable[Path], folder: Path
) -> list[str]:
    """Where the stored files are not what would be made, one paragraph each.

    Args:
        kind: How to say it.
        made: What each file would be.
        there: All stored files of that kind.
        folder: As seen from where the files are named.
    """
    told = []
    for path, text in made.items():
        name = path.relative_to(folder).as_posix()
        stored = path.read_bytes().decode("utf-8") if path.is_file() else None
        if stored is None:
            told.append(f"{name} is not there.")
        elif stored != text:
            told.append(f"{name} is not what {kind.maker}:\n{_difference(kind, stored, text)}")
    strangers = [path.relative_to(folder).as_posix() for path in there if path not in made]
    return told + [f"{name} {kind.stranger}." for name in strangers]


def write(made: Mapping[Path, str], folder: Path) -> None:
    """Write the files that differ, and print their names."""
    for path, text in made.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.is_file() or path.read_bytes() != text.encode():
            path.write_bytes(text.encode())
            print(path.relative_to(folder).as_posix())


def _difference(kind: Kind, stored: str, made: str) -> str:
    """The first lines that differ in what a reader sees; else what is left to differ."""
    try:
        lines = kind.lines(stored), kind.lines(made)
    except ValueError as error:
        return f"  {error}"
    diff = [
        f"  {line}"
        for line in difflib.unified_diff(*lines, lineterm="", n=0)
        if not line.startswith(("---", "+++", "@@"))
    ]
    more = [f"  … and {len(diff) - SHOWN} more lines"] if len(diff) > SHOWN else []
    return "\n".join([*diff[:SHOWN], *more] or [f"  {kind.else_differs}"])
