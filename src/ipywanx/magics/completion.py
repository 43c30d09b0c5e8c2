"""What can be typed next? Functions, flags, sample prompts, variables, image files, task ids."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ipywanx.magics import config, sweeps
from ipywanx.magics.grammar import SUBCOMMANDS, named_function
from ipywanx.magics.lexer import CLOSING, UnclosedQuoteError, quoted, split
from ipywanx.magics.line import Line, is_option
from ipywanx.magics.paths import SUFFIXES
from ipywanx.magics.variables import is_picture
from ipywanx.magics.words import flag_kinds, flags_of
from ipywanx.model.functions import EditRequest
from ipywanx.model.namespace import picture_names
from ipywanx.model.params import describe
from ipywanx.model.requests import REQUESTS
from ipywanx.reference import prompts_of
from ipywanx.session import current

_LINE = re.compile(r"^\s*(?:\w+\s*=\s*)?%%?wanx\s+(.*)$", re.DOTALL)
_OUTPUT = ("-o", "--output")
_EDIT_FLAGS = (*_OUTPUT, "--dry-run", "--background", "--help")
_TWINS = (_OUTPUT, ("-p", "--prompt"))


def candidates(
    text: str, namespace: Mapping[str, Any], after: str = ""
) -> tuple[str, list[str]] | None:
    """The fragment under the cursor and what may stand for it.

    Args:
        text: The line up to the cursor, with the magic's name.
        namespace: The user's variables.
        after: What stands behind the cursor: a quote there is not closed twice.

    Returns:
        None where the line is not one of ours.
    """
    found = _LINE.match(text)
    if found is None:
        return None
    line, fragment = _cut(found[1])
    quote = fragment[:1] if fragment[:1] in CLOSING else ""
    typed = fragment[len(quote) :]
    words = [word for word in _words(line, typed, namespace) if word.startswith(typed)]
    if not quote and line.words and line.words[-1].text in {"-p", "--prompt"}:
        quote = '"'  # a sample is there to be changed, and then has blanks
    closing = CLOSING[quote][0] if quote and not after.startswith(tuple(CLOSING[quote])) else ""
    return fragment, [_typed(word, quote, closing) for word in dict.fromkeys(words)]


def _cut(text: str) -> tuple[Line, str]:
    """The words before the fragment under the cursor, and that fragment with its open quote."""
    try:
        words = split(text)
        start = words[-1].start if words and not text[-1].isspace() else len(text)
    except UnclosedQuoteError as error:
        start = error.start
    return Line(text, None, tuple(split(text[:start]))), text[start:]


def _typed(word: str, quote: str, closing: str) -> str:
    """A word as it is typed: in the quote that is open, or in quotes where it needs them."""
    if quote:
        return f"{quote}{word}{'' if word.endswith('/') else closing}"
    if word.startswith("-"):
        return word
    return quoted(word).removesuffix('"') if word.endswith("/") else quoted(word)


def _words(line: Line, typed: str, namespace: Mapping[str, Any]) -> Iterable[str]:
    last = line.words[-1] if line.words else None
    if last is not None and is_option(last) and (kind := flag_kinds().get(last.text)):
        cls = next(iter(_addressed(line)), None)
        if kind in {"image", "mask"}:
            return _pictures(typed, namespace)
        return prompts_of(cls) if cls and last.text in {"-p", "--prompt"} else ()
    if typed.startswith("-"):
        used = {word.text for word in line.words}
        used |= {flag for twins in _TWINS if used & {*twins} for flag in twins}
        return [flag for flag in _flags(line) if flag not in used]
    return _next(line, typed, namespace)


def _next(line: Line, typed: str, namespace: Mapping[str, Any]) -> Iterable[str]:
    """What can stand there that is neither an option nor its value."""
    words = line.positionals
    first = words[0].text if words else ""
    match first:
        case "":
            return [*_functions(typed), *SUBCOMMANDS, *_pictures(typed, namespace)]
        case "config":
            return config.FLAGS if len(words) > 1 else ["key"]
        case "resume" | "cancel":
            return current().open_task_ids()
        case "help":
            return _functions(typed)
        case "mask":
            return _pictures(typed, namespace) if len(words) == 1 else _flags(line)
        case _ if first in SUBCOMMANDS and first != "sweep":
            return ()
    cls = next(iter(_addressed(line)), None)
    if cls is None:
        return [*_functions(typed), *(["mask"] if first != "sweep" else [])]
    has_picture = any(is_picture(word, namespace) for word in words)
    if has_picture and first != "sweep":
        return _flags(line)
    return _pictures(typed, namespace)


def _addressed(line: Line) -> Iterator[type[EditRequest]]:
    """The functions that the line's words name; one, or none."""
    words = line.positionals
    for at in range(len(words)):
        if name := named_function(words[at:])[0]:
            yield REQUESTS[name]


def _functions(typed: str) -> list[str]:
    """The functions' names; titles and everyday words only where somebody begins to type them."""
    others = (word for cls in REQUESTS.values() for word in (*cls.about.title, *cls.about.aliases))
    return [*REQUESTS, *(others if typed else ())]


def _flags(line: Line) -> list[str]:
    """The options of what the line addresses."""
    first = line.positionals[0].text if line.positionals else ""
    if first == "mask":
        return [*_OUTPUT, "--fit", "--fresh"]
    if first == "history":
        return [*_OUTPUT, "--export", "--delete"]
    if first == "config":
        return [*config.FLAGS]
    if first in SUBCOMMANDS and first != "sweep":
        return []
    cls = next(iter(_addressed(line)), None)
    own = sweeps.OWN_FLAGS if first == "sweep" else _EDIT_FLAGS if cls else (*_OUTPUT, "--fresh")
    return [*_declared(cls or EditRequest), *own]


def _declared(cls: type[EditRequest]) -> list[str]:
    """The options that a declaration makes, without the long form of -n."""
    flags = [flag for param in describe(cls) if param.name != "image" for flag in flags_of(param)]
    return [flag for flag in flags if flag != "--n"]


def _pictures(typed: str, namespace: Mapping[str, Any]) -> list[str]:
    return [*picture_names(namespace), *_files(typed)]


def _files(typed: str) -> list[str]:
    """Image files and folders that begin so, as the person began to type them."""
    folder, slash, stem = typed.rpartition("/")
    prefix = folder + slash
    try:
        entries = sorted(Path(prefix or ".").expanduser().iterdir())
    except (OSError, RuntimeError):
        return []
    return [
        f"{prefix}{entry.name}{'/' if entry.is_dir() else ''}"
        for entry in entries
        if entry.name.startswith(stem)
        and not entry.name.startswith(".")
        and (entry.is_dir() or entry.suffix.lower() in SUFFIXES)
    ]
