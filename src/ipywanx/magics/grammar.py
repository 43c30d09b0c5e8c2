"""What does a line mean? From the text of a magic to a function, a picture and parameters.

One grammar for ``%wanx`` and ``%%wanx``; the flags come from the functions' declarations.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from IPython.core.error import UsageError

from ipywanx.magics import sweeps
from ipywanx.magics.lexer import Word, quoted
from ipywanx.magics.line import Line, read_line
from ipywanx.magics.refusals import too_much, unknown_name
from ipywanx.magics.variables import fill_in, is_picture, picture, with_numbers
from ipywanx.magics.words import Parser, add_parameters, checked_name, misuse, number
from ipywanx.model.functions import EditRequest
from ipywanx.model.namespace import picture_names
from ipywanx.model.params import describe
from ipywanx.model.requests import REQUESTS, function_named

SUBCOMMANDS = (
    "sweep", "functions", "help", "mask", "jobs", "resume", "cancel", "history", "cost", "config"
)  # fmt: skip
_LONGEST_NAME = 3  # words of a function's title
_FREE = "description_edit"
"""The function that a prompt without one means."""


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
    """A line that asks for something else; ``values``, ``output``, ``fresh`` where it has flags."""

    name: str
    argument: str = ""
    values: Mapping[str, Any] = field(default_factory=dict, repr=False)
    output: str | None = None
    fresh: bool = False


Meaning = Edit | Experiment | Command


def parse(text: str, body: str | None, namespace: Mapping[str, Any]) -> Meaning:
    """The meaning of a magic's line.

    Args:
        text: What stands behind the magic's name.
        body: The cell's body, None for a line magic.
        namespace: The user's variables, for IMAGE, masks and ``{{name}}``.

    Raises:
        UsageError: It cannot be understood; the message says what to type.
        UnusableImage: A picture that it names is not there.
    """
    line = read_line(text, body)
    _refuse_continued(line)
    if line.words and line.words[0].text in {"-h", "--help"}:
        return Command("overview")
    if not line.positionals and (asked := _called_in_body(line, namespace)):
        return asked
    name, rest = _addressee(line, namespace)
    if name is None:
        return _studio(rest, namespace)
    if name in REQUESTS:
        return _edit(REQUESTS[name], rest, namespace)
    if name == "sweep":
        return _sweep(rest, namespace)
    if body is not None and body.strip():
        raise misuse(
            f"%%wanx {name} takes no body. Without one:",
            f"%%wanx {name} 不接受正文。去掉正文：",
            f"%wanx {text.strip()}",
        )
    match name:
        case "mask":
            return _mask(rest, namespace)
        case "history":
            return _history(rest)
        case "help" if rest.words:
            return Command("help", _function(rest.words, rest).about.name)
    return Command(name, " ".join(word.text for word in rest.words))


# ---- who is addressed ------------------------------------------------------------------------


def _addressee(line: Line, namespace: Mapping[str, Any]) -> tuple[str | None, Line]:
    """The function or command that is named, and the line without its name.

    The name comes first, or behind the picture. A picture without one means the studio.

    Raises:
        UsageError: The first word is neither.
    """
    words = line.positionals
    if not words:
        return None, line
    if words[0].text in SUBCOMMANDS:
        return words[0].text, line.without(words[:1])
    name, count = named_function(words)
    alone = count == len(words) == 1 and name != words[0].text
    if name and not (alone and words[0].text in picture_names(namespace)):
        return name, line.without(words[:count])
    if not is_picture(words[0], namespace):
        raise unknown_name(line, namespace, SUBCOMMANDS)
    name, count = (
        ("mask", 1) if words[1:2] and words[1].text == "mask" else named_function(words[1:])
    )
    if name and (len(words) == count + 1 or name == words[1].text):
        return name, line.without(words[1 : count + 1])
    return None, line


def named_function(words: Sequence[Word]) -> tuple[str | None, int]:
    """The function that the first words name, and how many of them do: a title may be several."""
    for count in range(min(_LONGEST_NAME, len(words)), 0, -1):
        if name := function_named(" ".join(word.text for word in words[:count])):
            return name, count
    return None, 0


def _function(words: Sequence[Word], line: Line) -> type[EditRequest]:
    """The function that words name, where only one can stand."""
    name, _ = named_function(words)
    if name is None:
        raise unknown_name(line, {}, SUBCOMMANDS)
    return REQUESTS[name]


def _refuse_continued(line: Line) -> None:
    """Refuse a backslash at the end: a cell magic's line is one line."""
    if not line.words or line.words[-1].text != "\\":
        return
    text = line.text[: line.words[-1].start].rstrip()
    more, _, body = (line.body or "").partition("\n")
    raise misuse(
        "The line ends here: a backslash continues nothing. All on one line:",
        "命令只占一行，反斜杠不能续行。请写在一行：",
        line.cell(f"{text} {more.strip()}", None if line.body is None else body),
    )


def _called_in_body(line: Line, namespace: Mapping[str, Any]) -> Meaning | None:
    """What a cell means whose first line below ``%%wanx`` is a call; None where it is a prompt.

    It opens the studio, set up: nobody has asked for it to be paid.
    """
    first, _, rest = (line.body or "").lstrip("\n").partition("\n")
    try:
        call = read_line(f"{first} {line.text}", rest if rest.strip() else None)
        words = call.positionals
        name, count = named_function(words)
    except UsageError:
        return None
    pictures = [word for word in words if is_picture(word, namespace)]
    if name is None or len(words) < count + 1 or words[count] not in pictures:
        return None
    asked = _edit(REQUESTS[name], call.without(words[:count]), namespace)
    if isinstance(asked, Edit) and not (asked.help or asked.dry_run):
        return Command("studio", asked.function, asked.values, asked.output)
    return asked


# ---- what it says ----------------------------------------------------------------------------


def _read(
    parser: Parser, line: Line, namespace: Mapping[str, Any], name: str = ""
) -> argparse.Namespace:
    """The options of a line.

    Raises:
        UsageError: It says something that the parser does not know.
    """
    line = with_numbers(line, namespace)
    options, left = parser.parse_known_args(line.arguments)
    if left:
        raise too_much(line, left[0], parser, name)
    options.output = checked_name(getattr(options, "output", None))
    return options


def _studio(line: Line, namespace: Mapping[str, Any]) -> Command:
    """``[IMAGE] [-p PROMPT] [-o NAME] [--fresh]``: the studio, set up as far as the line says."""
    parser = Parser(prog="wanx", add_help=False, allow_abbrev=False)
    parser.add_argument("image", nargs="?")
    parser.add_argument("-o", "--output")
    parser.add_argument("--fresh", action="store_true")
    add_parameters(parser, EditRequest, number)
    options = vars(_read(parser, line, namespace))
    output, fresh = options.pop("output"), options.pop("fresh")
    given = _values(EditRequest, options, line, namespace)
    return Command("studio", _FREE if "prompt" in given else "", given, output, fresh)


def _mask(line: Line, namespace: Mapping[str, Any]) -> Command:
    """``mask IMAGE [-o NAME] [--fit] [--fresh]``: an editor, under a name."""
    parser = Parser(prog="mask", add_help=False, allow_abbrev=False)
    parser.add_argument("image", nargs="?")
    parser.add_argument("-o", "--output")
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--fresh", action="store_true")
    options = _read(parser, line, namespace)
    if options.image is None:
        raise misuse(
            "mask needs a picture, and a name for what is painted:",
            "mask 需要图片，以及保存蒙版的变量名：",
            "%wanx mask photo.jpg -o painter",
        )
    values = {"image": picture(options.image, line, namespace), "fit": options.fit}
    return Command("mask", values=values, output=options.output, fresh=options.fresh)


def _history(line: Line) -> Command:
    """``history [TEXT] [-o NAME] [--export FOLDER] [--delete]``: what was made before."""
    parser = Parser(prog="history", add_help=False, allow_abbrev=False)
    parser.add_argument("text", nargs="*")
    parser.add_argument("-o", "--output")
    parser.add_argument("--export")
    parser.add_argument("--delete", action="store_true")
    options = _read(parser, line, {})
    text = [word for word in options.text if word.strip()]
    values = {"text": text, "export": options.export, "delete": options.delete}
    return Command("history", "", values, options.output)


def _sweep(line: Line, namespace: Mapping[str, Any]) -> Experiment | Command:
    """``sweep FUNCTION IMAGE… [flags]``: any parameter as an axis, see :mod:`magics.sweeps`."""
    words = line.positionals
    if not words and {word.text for word in line.words} & {"-h", "--help"}:
        return Command("overview")
    if not words:
        raise misuse(
            "sweep needs a function, a picture, and something that varies:",
            "sweep 需要功能、图片和要变化的参数：",
            sweeps.EXAMPLE,
        )
    cls = _function(words, line)
    line = line.without(words[: named_function(words)[1]])
    line = line.with_words(sweeps.joined(line.words))
    parser = sweeps.parser(cls)
    options = _read(parser, line, namespace, cls.about.name)
    if options.help:
        return Command("help", cls.about.name)
    values = sweeps.values(cls, options, line, namespace)
    return Experiment(
        cls.about.name, values, sweeps.options(options), options.output, line.is_silent
    )


def _edit(cls: type[EditRequest], line: Line, namespace: Mapping[str, Any]) -> Edit | Command:
    """``FUNCTION IMAGE [-p PROMPT] [flags]``, or as much of it as there is."""
    parser = Parser(prog=cls.about.name, add_help=False, allow_abbrev=False)
    parser.add_argument("image", nargs="?")
    parser.add_argument("-o", "--output")
    for flag in ("--dry-run", "--background", "--fresh"):
        parser.add_argument(flag, action="store_true")
    parser.add_argument("-h", "--help", action="store_true")
    add_parameters(parser, cls, number)
    options = vars(_read(parser, line, namespace, cls.about.name))
    switches = {name: options.pop(name) for name in ("dry_run", "background", "help")}
    output, fresh, name = options.pop("output"), options.pop("fresh"), cls.about.name
    if switches["help"]:
        return Edit(name, {}, output, silent=line.is_silent, **switches)
    given = _values(cls, options, line, namespace)
    if "image" not in given and line.body is not None:
        raise misuse(
            f"{name} needs a picture:",
            f"{name} 需要图片：",
            line.cell(
                f"{name} photo.jpg {line.rest}".rstrip(),
                line.body.strip() or cls.about.samples[0].told(),
            ),
        )
    if line.body is None and _is_incomplete(cls, given) and not switches["dry_run"]:
        return Command("studio", name, given, output, fresh)
    if "prompt" not in given and cls.about.default_prompt is None:
        sample = cls.about.samples[0].told()
        raise misuse(
            f"{name} needs a prompt, such as:",
            f"{name} 需要提示词，例如：",
            line.cell(f"{line.text.strip()} -p {quoted(sample)}")
            if line.body is None
            else line.cell(body=sample),
        )
    return Edit(name, given, output, silent=line.is_silent, **switches)


def _values(
    cls: type[EditRequest], options: Mapping[str, Any], line: Line, namespace: Mapping[str, Any]
) -> dict[str, Any]:
    """What was set, with pictures and variables in place of their names, and the body's prompt."""
    given = {name: value for name, value in options.items() if value is not None}
    if line.body is not None and (typed := line.body.strip("\n")).strip():
        if "prompt" in given:
            raise misuse(
                "The prompt is given twice: in the cell's body and by --prompt.",
                "提示词给了两次：在单元格正文中，又在 --prompt 中。",
            )
        given["prompt"] = typed
    for param in describe(cls):
        if param.is_picture and param.name in given:
            given[param.name] = picture(given[param.name], line, namespace)
        elif param.about.kind == "text" and param.name in given:
            given[param.name] = fill_in(given[param.name], namespace)
    return given


def _is_incomplete(cls: type[EditRequest], given: Mapping[str, Any]) -> bool:
    """Whether something is left to be chosen, so that a line means the studio, set up."""
    prompt = "prompt" in given or cls.about.default_prompt is not None
    return "image" not in given or not prompt
