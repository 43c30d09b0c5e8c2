"""What can be typed next? Functions, flags, sample prompts, variables, image files, task ids."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ipywanx.magics import config, sweeps
from ipywanx.magics.grammar import SUBCOMMANDS
from ipywanx.model.functions import EditRequest
from ipywanx.model.namespace import picture_names
from ipywanx.model.params import describe
from ipywanx.model.requests import REQUESTS
from ipywanx.reference import prompts_of
from ipywanx.session import current

_LINE = re.compile(r"^\s*(?:\w+\s*=\s*)?%%?wanx\s+(.*)$", re.DOTALL)
_SUFFIXES = {".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp"}
_OWN_FLAGS = ("--output", "--dry-run", "--background", "--help")


def candidates(text: str, namespace: Mapping[str, Any]) -> tuple[str, list[str]] | None:
    """The fragment under the cursor and what may stand for it.

    Args:
        text: The line up to the cursor, with the magic's name.
        namespace: The user's variables.

    Returns:
        None where the line is not one of ours.
    """
    found = _LINE.match(text)
    if found is None:
        return None
    *before, fragment = re.split(r"\s+", found[1])
    return fragment, [
        word for word in _words(before, fragment, namespace) if word.startswith(fragment)
    ]


def _words(before: list[str], fragment: str, namespace: Mapping[str, Any]) -> list[str]:
    if not before:
        return [*REQUESTS, *SUBCOMMANDS]
    first, last = before[0], before[-1]
    if first == "help":
        return list(REQUESTS)
    if first == "mask":
        return [*picture_names(namespace), *_files(fragment), "--output", "--fit"]
    if first == "config":
        return [*config.FLAGS] if "key" in before else ["key"]
    if first in {"resume", "cancel"}:
        return current().open_task_ids()
    sweep = first == "sweep"
    if sweep:
        if len(before) == 1:
            return list(REQUESTS)
        first = before[1]
    if first not in REQUESTS:
        return []
    cls = REQUESTS[first]
    if last in {"-p", "--prompt"}:
        return [f'"{prompt}"' for prompt in prompts_of(cls)]
    if last in _picture_flags(cls):
        return [*picture_names(namespace), *_files(fragment)]
    if fragment.startswith("-"):
        own = sweeps.OWN_FLAGS if sweep else _OWN_FLAGS
        return [flag for flag in (*_flags(cls), *own) if flag not in before]
    if last.startswith("-") and last not in {*_switches(cls), *sweeps.SWITCHES}:
        return []
    return [*picture_names(namespace), *_files(fragment)]


def _picture_flags(cls: type[EditRequest]) -> set[str]:
    return {param.flag for param in describe(cls) if param.is_picture}


def _flags(cls: type[EditRequest]) -> list[str]:
    return [param.flag for param in describe(cls) if param.name != "image"]


def _switches(cls: type[EditRequest]) -> set[str]:
    """The flags that take no value, after which a picture may follow."""
    switches = {param.flag for param in describe(cls) if param.about.kind == "bool"}
    return switches | {"--dry-run", "--background", "--help"}


def _files(fragment: str) -> list[str]:
    """Image files and folders that begin so, as the person began to type them."""
    folder, _, stem = fragment.rpartition("/")
    prefix = f"{folder}/" if "/" in fragment else ""
    try:
        entries = sorted(Path(prefix or ".").expanduser().iterdir())
    except OSError:
        return []
    return [
        f"{prefix}{entry.name}{'/' if entry.is_dir() else ''}"
        for entry in entries
        if entry.name.startswith(stem)
        and not entry.name.startswith(".")
        and " " not in entry.name
        and (entry.is_dir() or entry.suffix.lower() in _SUFFIXES)
    ]
