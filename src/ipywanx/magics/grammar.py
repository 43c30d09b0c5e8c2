"""What does a line mean? From the text of a magic to a function, a picture and parameters.

One grammar for ``%wanx`` and ``%%wanx``; the flags come from the functions' declarations.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from ipywanx.errors import did_you_mean
from ipywanx.magics import sweeps
from ipywanx.magics.words import (
    Parser,
    add_parameters,
    checked_name,
    fill_in,
    meant,
    misuse,
    number,
    resolve,
    split,
)
from ipywanx.model.functions import EditRequest
from ipywanx.model.params import belongs_to, describe
from ipywanx.model.requests import REQUESTS
from ipywanx.text import Text, sentences

SUBCOMMANDS = (
    "sweep", "functions", "help", "mask", "jobs", "resume", "cancel", "history", "cost", "config"
)  # fmt: skip


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
class Experiment:
    """A line that asks for a sweep; ``options`` are those of :func:`ipywanx.sweep`."""

    function: str
    values: Mapping[str, Any] = field(repr=False)
    options: Mapping[str, Any]
    output: str | None = None
    silent: bool = False


@dataclass(frozen=True, slots=True)
class Command:
    """A line that asks for something else; ``values`` and ``output`` where it has flags."""

    name: str
    argument: str = ""
    values: Mapping[str, Any] = field(default_factory=dict, repr=False)
    output: str | None = None


Line = Edit | Experiment | Command


def parse(line: str, body: str | None, namespace: Mapping[str, Any]) -> Line:
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
    if first.startswith("-"):
        return _studio(words)
    if first == "sweep":
        return _sweep(words[1:], body, namespace, silent=silent)
    if first in SUBCOMMANDS:
        if body is not None and body.strip():
            raise misuse(
                f"%%wanx {first} takes no body; use %wanx {first}.",
                f"%%wanx {first} 不接受正文；请用 %wanx {first}。",
            )
        if first == "mask":
            return _mask(words[1:], namespace)
        if first == "history":
            return _history(words[1:])
        return Command(first, " ".join(words[1:]))
    return _edit(_function(first, SUBCOMMANDS), words[1:], body, namespace, silent=silent)


def _function(name: str, others: tuple[str, ...] = ()) -> type[EditRequest]:
    if name not in REQUESTS:
        unknown = Text(f"There is no function {name!r}.", f"没有名为 {name!r} 的功能。")
        raise misuse(*sentences(unknown, did_you_mean(name, [*REQUESTS, *others])))
    return REQUESTS[name]


def _studio(words: list[str]) -> Command:
    """``[-o NAME]``: the studio as it begins, under a name."""
    parser = Parser(prog="wanx", add_help=False, allow_abbrev=False)
    parser.add_argument("-o", "--output")
    options, unknown = parser.parse_known_args(words)
    if unknown:
        name = _function(unknown[0], SUBCOMMANDS).about.name
        raise misuse(f"{name} comes first: %wanx {name} …", f"请先写 {name}：%wanx {name} …")
    return Command("studio", output=checked_name(options.output))


def _mask(words: list[str], namespace: Mapping[str, Any]) -> Command:
    """``mask IMAGE [-o NAME] [--fit]``: an editor, under a name."""
    parser = Parser(prog="mask", add_help=False, allow_abbrev=False)
    parser.add_argument("image")
    parser.add_argument("-o", "--output")
    parser.add_argument("--fit", action="store_true")
    options = parser.parse_args(words)
    values = {"image": resolve(options.image, namespace), "fit": options.fit}
    return Command("mask", values=values, output=checked_name(options.output))


def _history(words: list[str]) -> Command:
    """``history [TEXT] [-o NAME] [--export FOLDER] [--delete]``: what was made before."""
    parser = Parser(prog="history", add_help=False, allow_abbrev=False)
    parser.add_argument("text", nargs="*")
    parser.add_argument("-o", "--output")
    parser.add_argument("--export")
    parser.add_argument("--delete", action="store_true")
    options = parser.parse_args(words)
    text = [word for word in options.text if word.strip()]
    values = {"text": text, "export": options.export, "delete": options.delete}
    return Command("history", "", values, checked_name(options.output))


def _sweep(
    words: list[str], body: str | None, namespace: Mapping[str, Any], *, silent: bool
) -> Experiment | Command:
    """``sweep FUNCTION IMAGE… [flags]``: any parameter as an axis, see :mod:`magics.sweeps`."""
    if not words:
        raise misuse(
            "sweep needs a function and a picture: %wanx sweep expand photo.jpg ….",
            "sweep 需要功能和图片：%wanx sweep expand photo.jpg …。",
        )
    if words[0] in {"-h", "--help"}:
        return Command("overview")
    cls = _function(words[0])
    parser = sweeps.parser(cls)
    options, unknown = parser.parse_known_args(words[1:])
    if unknown:
        _refuse_unknown(cls, unknown[0], parser)
    if options.help:
        return Command("help", cls.about.name)
    values = sweeps.values(cls, options, body, namespace, words)
    return Experiment(
        cls.about.name, values, sweeps.options(options), checked_name(options.output), silent
    )


def _parser(cls: type[EditRequest]) -> Parser:
    parser = Parser(prog=cls.about.name, add_help=False, allow_abbrev=False)
    parser.add_argument("image", nargs="?")
    parser.add_argument("-o", "--output")
    for name in ("--dry-run", "--background"):
        parser.add_argument(name, action="store_true")
    parser.add_argument("-h", "--help", action="store_true")
    add_parameters(parser, cls, number)
    return parser


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
    output = checked_name(given.pop("output", None))
    if body is not None and (typed := body.strip("\n")).strip():
        if "prompt" in given:
            raise misuse(
                "The prompt is given twice: in the cell's body and by --prompt.",
                "提示词给了两次：在单元格正文中，又在 --prompt 中。",
            )
        given["prompt"] = typed
    if not switches["help"]:
        if "image" not in given and body is not None:
            name = cls.about.name
            raise misuse(
                f"{name} needs a picture: %%wanx {name} photo.jpg …",
                f"{name} 需要图片：%%wanx {name} photo.jpg …",
            )
        for param in describe(cls):
            if param.is_picture and param.name in given:
                given[param.name] = resolve(given[param.name], namespace)
            elif param.about.kind == "text" and param.name in given:
                given[param.name] = fill_in(given[param.name], namespace)
        if body is None and _is_incomplete(cls, given) and not switches["dry_run"]:
            return Command("studio", cls.about.name, given, output)
        if "prompt" not in given and cls.about.default_prompt is None:
            name, sample = cls.about.name, cls.about.samples[0]
            raise misuse(
                f"{name} needs a prompt: -p “{sample}”, or %%wanx with the prompt as the cell's "
                "body.",
                f"{name} 需要提示词：-p “{sample.zh}”，或用 %%wanx 并把提示词写在单元格正文中。",
            )
    return Edit(cls.about.name, given, output, silent=silent, **switches)


def _is_incomplete(cls: type[EditRequest], given: Mapping[str, Any]) -> bool:
    """Whether something is left to be chosen, so that a line means the studio, set up."""
    prompt = "prompt" in given or cls.about.default_prompt is not None
    return "image" not in given or not prompt


def _refuse_unknown(cls: type[EditRequest], word: str, parser: Parser) -> NoReturn:
    if not word.startswith("-"):
        raise misuse(
            f"{word!r} is too much. Put quotes around a prompt: -p “… {word} …”.",
            f"{word!r} 是多余的。请给提示词加上引号：-p “… {word} …”。",
        )
    flag = word.partition("=")[0]
    owners = [
        other.about.name
        for other in REQUESTS.values()
        for param in describe(other)
        if param.flag == flag
    ]
    known = [option for action in parser._actions for option in action.option_strings]  # noqa: SLF001
    near = difflib.get_close_matches(flag, known, n=1)
    name = cls.about.name
    hint = (
        belongs_to(", ".join(owners))
        if owners and not near
        else meant(near[0])
        if near
        else Text(f"See %wanx {name} --help.", f"请看 %wanx {name} --help。")
    )
    refused = Text(f"{name} has no flag {flag}.", f"{name} 没有选项 {flag}。")
    raise misuse(*sentences(refused, hint))
