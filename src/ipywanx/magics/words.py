"""What are the words of a line, and what does each name? Quotes, flags, variables, ``{{name}}``.

IPython's own splitter keeps quotes and is different on Windows, so the line is split here.
"""

from __future__ import annotations

import argparse
import difflib
import re
import shlex
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, NoReturn

from IPython.core.error import UsageError

from ipywanx.model.functions import EditRequest
from ipywanx.model.namespace import picture_names
from ipywanx.model.params import Kind, Param, describe
from ipywanx.model.requests import REQUESTS
from ipywanx.text import Text, sentences

_PLACEHOLDER = re.compile(r"\{\{\s*([A-Za-z_]\w*)\s*\}\}")
_NAME = re.compile(r"[A-Za-z_]\w*")


def split(line: str) -> list[str]:
    """The line's words: quotes are taken off, backslashes stay, ``#`` begins a remark."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=False)
    lexer.whitespace_split = True
    lexer.escape = ""
    lexer.commenters = ""
    try:
        words = list(lexer)
    except ValueError:
        raise misuse(
            f"A quote is not closed: {line.strip()}", f"引号没有闭合：{line.strip()}"
        ) from None
    for at, word in enumerate(words):
        if word.startswith("#"):
            words = words[:at]
            break
    if words and words[-1].endswith(";") and words[-1] != ";":
        words[-1:] = [words[-1][:-1], ";"]
    return words


def misuse(en: str, zh: str) -> UsageError:
    """The error of a line that cannot be understood, in the language of the moment."""
    return UsageError(Text(en, zh).told())


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
        where = f"{self.prog} --help" if self.prog in REQUESTS else "--help"
        chinese = next(
            (
                found.expand(words)
                for pattern, words in _ARGPARSE
                if (found := re.fullmatch(pattern, message))
            ),
            message,
        )
        raise misuse(
            f"{message[:1].upper()}{message[1:]}. See %wanx {where}.",
            f"{chinese}。请看 %wanx {where}。",
        )


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
        flags = [param.flag, *(f"-{param.name[0]}" for _ in "x" if param.name in {"prompt", "n"})]
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
    kind = kinds.get(param.about.kind, str)

    def read(word: str) -> Any:
        try:
            return kind(word)
        except ValueError:
            wanted = param.expectation
            said = Text(f"{word!r} is not {wanted}", f"{word!r} 不符合要求：{wanted.zh}")
            raise argparse.ArgumentTypeError(said.told()) from None

    return read


def checked_name(name: str | None) -> str | None:
    """A variable's name as it was typed.

    Raises:
        UsageError: It is none.
    """
    if name is not None and not _NAME.fullmatch(name):
        raise misuse(
            f"-o takes a variable's name, not {name!r}.", f"-o 需要变量名，而不是 {name!r}。"
        )
    return name


def meant(word: str) -> Text:
    """The question whether this was meant."""
    return Text(f"Did you mean {word}?", f"是否想用 {word}？")


def resolve(word: str, namespace: Mapping[str, Any]) -> Any:
    """A variable of that name where it can be a picture, else the word itself: a path or URL."""
    if _NAME.fullmatch(word) and word in namespace and not Path(word).is_file():
        return namespace[word]
    if _NAME.fullmatch(word) and word not in namespace and not Path(word).exists():
        near = difflib.get_close_matches(word, picture_names(namespace), n=1)
        unknown = Text(
            f"{word!r} is neither a variable nor a file.", f"{word!r} 既不是变量，也不是文件。"
        )
        raise misuse(*sentences(unknown, *map(meant, near)))
    return namespace.get(word, word) if _NAME.fullmatch(word) else word


def fill_in(prompt: str, namespace: Mapping[str, Any]) -> str:
    """The prompt with ``{{name}}`` replaced, in one pass; all other signs stay as typed."""

    def value(found: re.Match[str]) -> str:
        name = found[1]
        if name not in namespace:
            public = [key for key in namespace if not key.startswith("_")]
            near = difflib.get_close_matches(name, public, n=1)
            hints = [meant(f"{{{{{word}}}}}") for word in near]
            unknown = Text(
                f"{{{{{name}}}}}: there is no variable {name!r}.",
                f"{{{{{name}}}}}：没有变量 {name!r}。",
            )
            raise misuse(*sentences(unknown, *hints))
        return str(namespace[name])

    return _PLACEHOLDER.sub(value, prompt)
