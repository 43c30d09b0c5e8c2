"""What can be done with an object? The attributes, properties and methods of a public class."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from scripts.reference.markdown import without_roles


class Member(NamedTuple):
    """One name after the dot.

    Attributes:
        owner: The class that declares it.
        name: What it is called; of several attributes that are told together, all names.
        written: The same as code, with arguments.
        said: What its docstring says first.
    """

    owner: str
    name: str
    written: str
    said: str


def members(cls: type) -> Iterator[Member]:
    """What a class and our classes above it offer: attributes first, then as they are written."""
    for name, said in attributes(cls):
        yield Member(cls.__name__, name, ", ".join(f"`{one}`" for one in name.split(", ")), said)
    seen = set()
    for kind in cls.__mro__:
        for name, thing in vars(kind).items() if kind.__module__.startswith("ipywanx.") else ():
            if (code := _code(thing)) is None or name.startswith("_") or name in seen:
                continue
            seen.add(name)
            called = isinstance(thing, property | functools.cached_property)
            owner = f"{cls.__name__}." if isinstance(thing, classmethod) else ""
            written = name if called else f"{owner}{name}{_arguments(code)}"
            yield Member(kind.__name__, name, f"`{written}`", first_paragraph(code))


def attributes(cls: type) -> list[tuple[str, str]]:
    """Names and texts of the docstring's section ``Attributes``."""
    section = inspect.cleandoc(cls.__doc__ or "").partition("Attributes:\n")[2]
    section = inspect.cleandoc(section.partition("\n\n")[0])
    found = re.findall(r"^([\w, ]+): (.+(?:\n .+)*)", section, re.MULTILINE)
    return [(name, without_roles(" ".join(said.split()))) for name, said in found]


def first_paragraph(thing: Any) -> str:
    """What a docstring says before its first blank line."""
    text = inspect.cleandoc(thing.__doc__ or "").partition("\n\n")[0]
    return without_roles(" ".join(text.split()))


def _code(thing: Any) -> Callable[..., Any] | None:
    match thing:
        case classmethod() | staticmethod():
            return thing.__func__
        case property():
            return thing.fget
        case functools.cached_property():
            return thing.func
    return thing if inspect.isfunction(thing) else None


def _arguments(code: Callable[..., Any]) -> str:
    """The arguments with what they are where they are not given; their types are in ``help``."""
    made = inspect.signature(code)
    bare = [one.replace(annotation=one.empty) for one in list(made.parameters.values())[1:]]
    return str(made.replace(parameters=bare, return_annotation=made.empty))
