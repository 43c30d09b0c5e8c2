"""Options and their values: what a declaration adds to a line, and how a mistake is told."""

from __future__ import annotations

import argparse
import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from functools import cache
from keyword import iskeyword
from typing import Any, Literal, NoReturn

from IPython.core.error import UsageError

from ipywanx.model.functions import EditRequest
from ipywanx.model.params import Kind, Param, describe
from ipywanx.model.requests import REQUESTS
from ipywanx.text import Text, half_width

_OWN_VALUES = ("-o", "--output", "--cap", "--replace", "--export")
_OWN_SWITCHES = (
    "-h", "--help", "--dry-run", "--background", "--fresh", "--zip", "--vary-seed", "--expand",
    "--delete", "--keyring", "--forget",
)  # fmt: skip


def misuse(en: str, zh: str, *examples: str) -> UsageError:
    """The error of a line that cannot be understood, in the language of the moment.

    Args:
        en: What is wrong, and what is expected.
        zh: The same in Chinese.
        examples: Cells that can be copied and run; each stands on lines of its own.
    """
    shown = "".join(f"\n    {line}" for cell in examples for line in cell.split("\n"))
    return UsageError(Text(f"{en}{shown}", f"{zh}{shown}").told())


def meant(word: str) -> Text:
    """The question whether this was meant."""
    return Text(f"Did you mean {word}?", f"是否想用 {word}？")


# What argparse says of our lines; what is not here stays English.
_ARGPARSE = (
    (r"argument (\S+): expected one argument", r"选项 \1 需要一个值"),
    (r"argument (\S+): ignored explicit argument (.+)", r"选项 \1 不接受值 \2"),
    (r"argument (\S+): (.+)", r"选项 \1：\2"),
    (r"the following arguments are required: (.+)", r"缺少 \1"),
    (r"unrecognized arguments: (.+)", r"不认识 \1"),
)


class Parser(argparse.ArgumentParser):
    """An argument parser whose complaints are ours, in both languages."""

    def error(self, message: str) -> NoReturn:
        """Raise it as a UsageError."""
        # A command has no help of its own; the overview tells of all.
        own = self.prog.split()[-1] in REQUESTS
        chinese = next(
            (
                found.expand(words)
                for pattern, words in _ARGPARSE
                if (found := re.fullmatch(pattern, message))
            ),
            message,
        )
        raise misuse(
            f"{message[:1].upper()}{message[1:]}. All options:",
            f"{chinese}。全部选项见：",
            f"%wanx {self.prog} --help" if own else "%wanx --help",
        )


def flags_of(param: Param) -> list[str]:
    """What a parameter is called on a line: its flag, and the short one of prompt and number."""
    short = {"prompt": ["-p"], "n": ["-n"]}
    return [*short.get(param.name, []), param.flag]


def add_parameters(
    parser: Parser,
    cls: type[EditRequest],
    read: Callable[[Param], Callable[[str], Any]],
    several: Collection[Kind] = (),
) -> None:
    """Add the flags that a function's declaration makes.

    Args:
        parser: What gets them.
        cls: Whose.
        read: What reads the word of a parameter's flag.
        several: Kinds of parameters whose flags may be given more than once.
    """
    for param in describe(cls):
        if param.name == "image":
            continue
        flags = flags_of(param)
        if param.about.kind == "bool":
            if param.default:  # it can be switched off: --no-…
                optional = argparse.BooleanOptionalAction
                parser.add_argument(*flags, dest=param.name, action=optional, default=None)
            else:
                parser.add_argument(*flags, dest=param.name, action="store_const", const=True)
        elif param.about.kind in several:
            parser.add_argument(*flags, dest=param.name, action="append")
        else:
            parser.add_argument(*flags, dest=param.name, type=read(param))


def number(param: Param) -> Callable[[str], Any]:
    """What reads a flag's word as the parameter's kind."""
    kinds: dict[str, type] = {"int": int, "float": float}
    kind = kinds.get(param.about.kind)

    def read(word: str) -> Any:
        if kind is None:  # a text, or a picture's name
            return half_width(word) if param.about.pattern else word
        try:
            return kind(half_width(word))
        except ValueError:
            wanted = param.expectation
            said = Text(f"{word!r} is not {wanted}", f"{word!r} 不符合要求：{wanted.zh}")
            raise argparse.ArgumentTypeError(said.told()) from None

    return read


def flag_kinds() -> Mapping[str, Kind | Literal["name", ""]]:
    """All options of all lines, each with the kind of value that follows; "" where none does."""
    return _flag_kinds(tuple(REQUESTS.values()))


@cache
def _flag_kinds(classes: tuple[type[EditRequest], ...]) -> Mapping[str, Kind | Literal["name", ""]]:
    known: dict[str, Kind | Literal["name", ""]] = dict.fromkeys(_OWN_VALUES, "name")
    known |= dict.fromkeys(_OWN_SWITCHES, "")
    for cls in classes:
        for param in describe(cls):
            kind = param.about.kind
            known |= dict.fromkeys(flags_of(param), "" if kind == "bool" else kind)
            if kind == "bool" and param.default:
                known[f"--no-{param.flag.removeprefix('--')}"] = ""
    return known


def checked_name(name: str | None) -> str | None:
    """A variable's name as Python spells it.

    Raises:
        UsageError: It is none.
    """
    if name is None:
        return None
    plain = unicodedata.normalize("NFKC", name)
    if not plain.isidentifier() or iskeyword(plain):
        raise misuse(
            f"-o takes a variable's name, such as result, not {name!r}.",
            f"-o 需要变量名，例如 result，而不是 {name!r}。",
        )
    return plain
