"""How a page is written: Markdown in the language that is spoken now."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ipywanx.text import Text, both


def told(en: str, zh: str) -> str:
    """What is said, in the language of the moment."""
    return Text(en, zh).told()


def joined(*parts: str) -> str:
    """Parts of a page, those that are empty left out."""
    return "\n\n".join(filter(None, parts))


def fenced(language: str, text: str) -> str:
    """A block of code."""
    return f"```{language}\n{text}\n```"


def table(head: Iterable[Text], rows: Iterable[Iterable[str]]) -> str:
    """A table with a line of names."""
    names = [both(name).told() for name in head]
    lines = [names, ["---"] * len(names), *map(list, rows)]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines
    )


def without_roles(text: str) -> str:
    """A docstring's sentence without its roles: :func:`edit` is `edit`."""
    return re.sub(r":\w+:`~?(?:[\w.]*\.)?(\w+)`", r"`\1`", text).replace("``", "`")
