"""What does a line mean? From the text of a magic to a function, a picture and parameters.

One grammar for ``%wanx`` and ``%%wanx``; the flags come from the functions' declarations. IPython's
own splitter keeps quotes and is different on Windows, so the line is split here.
"""

from __future__ import annotations

import argparse
import difflib
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from IPython.core.error import UsageError

from ipywanx.errors import did_you_mean
from ipywanx.model.functions import FUNCTIONS, EditRequest
from ipywanx.model.namespace import picture_names
from ipywanx.model.params import Param, belongs_to, describe
from ipywanx.text import Text, sentences

SUBCOMMANDS = (
    "functions", "help", "mask", "jobs", "resume", "cancel", "history", "cost", "config"
)  # fmt: skip
_PLACEHOLDER = re.compile(r"\{\{\s*([A-Za-z_]\w*)\s*\}\}")
_NAME = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True, slots=True)
class Edit:
    """A line that asks for an edit."""

    function: str
    values: Mapping[str, Any] = field(repr=False)
    output: str | None = None
    dry_run: bool = False
    background: bool = False
    help: bool = False
    silent: bool = False


@dataclass(frozen=True, slots=True)
class Command:
    """A line that asks for something else; ``values`` and ``output`` where it has flags."""

    name: str
    argument: str = ""
    values: Mapping[str, Any] = field(default_factory=dict, repr=False)
    output: str | None = None


def parse(line: str, body: str | None, namespace: Mapping[str, Any]) -> Edit | Command:
    """The meaning of a magic's line.

    Args:
        line: What stands behind the magic's name.
        body: The cell's body, None for a line magic.
        namespace: The user's variables, for IMAGE, masks and ``{{name}}``.

    Raises:
        UsageError: It cannot be understood; the message says what to type.
    """
    words = split(line)
    silent = bool(words) and words[-1] == ";"
    words = words[:-1] if silent else words
    if not words or words[0] in {"-h", "--help"}:
        return Command("overview" if words else "studio")
    first = words[0]
    if first in SUBCOMMANDS:
        if body is not None and body.strip():
            raise _misuse(
                f"%%wanx {first} takes no body; use %wanx {first}.",
                f"%%wanx {first} 不接受正文；请用 %wanx {first}。",
            )
        if first == "mask":
            return _mask(words[1:], namespace)
        if first == "history":
            return _history(words[1:])
        return Command(first, " ".join(words[1:]))
    if first not in FUNCTIONS:
        known = [*FUNCTIONS, *SUBCOMMANDS]
        unknown = Text(f"There is no function {first!r}.", f"没有名为 {first!r} 的功能。")
        raise _misuse(*sentences(unknown, did_you_mean(first, known)))
    return _edit(FUNCTIONS[first], words[1:], body, namespace, silent=silent)


def split(line: str) -> list[str]:
    """The line's words: quotes are taken off, backslashes stay, ``#`` begins a remark."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=False)
    lexer.whitespace_split = True
    lexer.escape = ""
    lexer.commenters = ""
    try:
        words = list(lexer)
    except ValueError:
        raise _misuse(
            f"A quote is not closed: {line.strip()}", f"引号没有闭合：{line.strip()}"
        ) from None
    for at, word in enumerate(words):
        if word.startswith("#"):
            words = words[:at]
            break
    if words and words[-1].endswith(";") and words[-1] != ";":
        words[-1:] = [words[-1][:-1], ";"]
    return words


def _misuse(en: str, zh: str) -> UsageError:
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


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        # A command has no help of its own; the overview tells of all.
        where = f"{self.prog} --help" if self.prog in FUNCTIONS else "--help"
        chinese = next(
            (
                found.expand(words)
                for pattern, words in _ARGPARSE
                if (found := re.fullmatch(pattern, message))
            ),
            message,
        )
        raise _misuse(
            f"{message[:1].upper()}{message[1:]}. See %wanx {where}.",
            f"{chinese}。请看 %wanx {where}。",
        )


def _mask(words: list[str], namespace: Mapping[str, Any]) -> Command:
    """``mask IMAGE [-o NAME] [--fit]``: an editor, under a name."""
    parser = _Parser(prog="mask", add_help=False, allow_abbrev=False)
    parser.add_argument("image")
    parser.add_argument("-o", "--output")
    parser.add_argument("--fit", action="store_true")
    options = parser.parse_args(words)
    values = {"image": resolve(options.image, namespace), "fit": options.fit}
    return Command("mask", values=values, output=_checked_name(options.output))


def _history(words: list[str]) -> Command:
    """``history [TEXT] [-o NAME] [--export FOLDER] [--delete]``: what was made before."""
    parser = _Parser(prog="history", add_help=False, allow_abbrev=False)
    parser.add_argument("text", nargs="*")
    parser.add_argument("-o", "--output")
    parser.add_argument("--export")
    parser.add_argument("--delete", action="store_true")
    options = parser.parse_args(words)
    values = {"export": options.export, "delete": options.delete}
    return Command("history", " ".join(options.text), values, _checked_name(options.output))


def _checked_name(name: str | None) -> str | None:
    if name is not None and not _NAME.fullmatch(name):
        raise _misuse(
            f"-o takes a variable's name, not {name!r}.", f"-o 需要变量名，而不是 {name!r}。"
        )
    return name


def _parser(cls: type[EditRequest]) -> _Parser:
    parser = _Parser(prog=cls.about.name, add_help=False, allow_abbrev=False)
    parser.add_argument("image", nargs="?")
    parser.add_argument("-o", "--output")
    for name in ("--dry-run", "--background"):
        parser.add_argument(name, action="store_true")
    parser.add_argument("-h", "--help", action="store_true")
    for param in describe(cls):
        if param.name == "image":
            continue
        flags = [param.flag, *(f"-{param.name[0]}" for _ in "x" if param.name in {"prompt", "n"})]
        if param.about.kind == "bool":
            parser.add_argument(*flags, dest=param.name, action="store_const", const=True)
        else:
            parser.add_argument(*flags, dest=param.name, type=_number(param))
    return parser


def _number(param: Param) -> Any:
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


def _edit(
    cls: type[EditRequest],
    words: list[str],
    body: str | None,
    namespace: Mapping[str, Any],
    *,
    silent: bool,
) -> Edit | Command:
    parser = _parser(cls)
    options, unknown = parser.parse_known_args(words)
    if unknown:
        _refuse_unknown(cls, unknown[0], parser)
    given = {k: v for k, v in vars(options).items() if v is not None}
    switches = {k: given.pop(k) for k in ("dry_run", "background", "help")}
    output = _checked_name(given.pop("output", None))
    if body is not None and (typed := body.strip("\n")).strip():
        if "prompt" in given:
            raise _misuse(
                "The prompt is given twice: in the cell's body and by --prompt.",
                "提示词给了两次：在单元格正文中，又在 --prompt 中。",
            )
        given["prompt"] = typed
    if not switches["help"]:
        if "image" not in given and body is not None:
            name = cls.about.name
            raise _misuse(
                f"{name} needs a picture: %%wanx {name} photo.jpg …",
                f"{name} 需要图片：%%wanx {name} photo.jpg …",
            )
        for name in ("image", "mask"):
            if name in given:
                given[name] = resolve(given[name], namespace)
        if "prompt" in given:
            given["prompt"] = fill_in(given["prompt"], namespace)
        if body is None and _is_incomplete(cls, given) and not switches["dry_run"]:
            return Command("studio", cls.about.name, given, output)
        if "prompt" not in given and cls.about.default_prompt is None:
            name, sample = cls.about.name, cls.about.samples[0]
            raise _misuse(
                f"{name} needs a prompt: -p “{sample}”, or %%wanx with the prompt as the cell's "
                "body.",
                f"{name} 需要提示词：-p “{sample}”，或用 %%wanx 并把提示词写在单元格正文中。",
            )
    return Edit(cls.about.name, given, output, silent=silent, **switches)


def _is_incomplete(cls: type[EditRequest], given: Mapping[str, Any]) -> bool:
    """Whether something is left to be chosen, so that a line means the studio, set up."""
    prompt = "prompt" in given or cls.about.default_prompt is not None
    return "image" not in given or not prompt


def _refuse_unknown(cls: type[EditRequest], word: str, parser: argparse.ArgumentParser) -> NoReturn:
    if not word.startswith("-"):
        raise _misuse(
            f"{word!r} is too much. Put quotes around a prompt: -p “… {word} …”.",
            f"{word!r} 是多余的。请给提示词加上引号：-p “… {word} …”。",
        )
    flag = word.partition("=")[0]
    owners = [
        other.about.name
        for other in FUNCTIONS.values()
        for param in describe(other)
        if param.flag == flag
    ]
    known = [option for action in parser._actions for option in action.option_strings]  # noqa: SLF001
    near = difflib.get_close_matches(flag, known, n=1)
    name = cls.about.name
    hint = (
        belongs_to(", ".join(owners))
        if owners and not near
        else _did_you_mean(near[0])
        if near
        else Text(f"See %wanx {name} --help.", f"请看 %wanx {name} --help。")
    )
    refused = Text(f"{name} has no flag {flag}.", f"{name} 没有选项 {flag}。")
    raise _misuse(*sentences(refused, hint))


def _did_you_mean(word: str) -> Text:
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
        raise _misuse(*sentences(unknown, *map(_did_you_mean, near)))
    return namespace.get(word, word) if _NAME.fullmatch(word) else word


def fill_in(prompt: str, namespace: Mapping[str, Any]) -> str:
    """The prompt with ``{{name}}`` replaced, in one pass; all other signs stay as typed."""

    def value(found: re.Match[str]) -> str:
        name = found[1]
        if name not in namespace:
            public = [key for key in namespace if not key.startswith("_")]
            near = difflib.get_close_matches(name, public, n=1)
            hints = [_did_you_mean(f"{{{{{word}}}}}") for word in near]
            unknown = Text(
                f"{{{{{name}}}}}: there is no variable {name!r}.",
                f"{{{{{name}}}}}：没有变量 {name!r}。",
            )
            raise _misuse(*sentences(unknown, *hints))
        return str(namespace[name])

    return _PLACEHOLDER.sub(value, prompt)
