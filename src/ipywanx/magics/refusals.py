"""Lines that say more than can be understood: what is wrong with them, and what was meant."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from IPython.core.error import UsageError

from ipywanx.errors import did_you_mean
from ipywanx.magics.lexer import quoted
from ipywanx.magics.line import Line, Span, is_option
from ipywanx.magics.paths import IN_QUOTES, path_with_spaces
from ipywanx.magics.words import Parser, flag_kinds, flags_of, meant, misuse
from ipywanx.model.namespace import picture_names
from ipywanx.model.params import belongs_to, describe
from ipywanx.model.requests import REQUESTS
from ipywanx.text import Text, folded, sentences


def too_much(line: Line, left: str, parser: Parser, name: str = "") -> UsageError:
    """The error of what a line does not take.

    Args:
        line: The line.
        left: The first word that argparse left over.
        parser: What has read it.
        name: The function's name; "" where the line names none.
    """
    free = [word for word in line.positionals if word.text == left]
    if not free:
        return _unknown_flag(line, left.partition("=")[0], parser, name)
    at = line.words.index(free[-1])
    what = Text(f"Unexpected word {left!r}.", f"多出了 {left!r}。")
    if better := path_with_spaces(line, at):
        return misuse(*sentences(what, IN_QUOTES), better)
    if span := _prompt_without_quotes(line, at):
        said = Text(
            "A prompt of several words goes in quotes:", "提示词中有空格时，请用引号括起来："
        )
        flag = "" if span[0] < at else "-p "
        return misuse(*sentences(what, said), line.with_span(span, flag + quoted(line.typed(span))))
    said = Text("All options:", "全部选项见：")
    return misuse(*sentences(what, said), f"%wanx {parser.prog} --help" if name else "%wanx --help")


def unknown_name(line: Line, namespace: Mapping[str, Any], commands: Iterable[str]) -> UsageError:
    """The error of a first word that names neither a function nor a picture.

    Args:
        line: The line.
        namespace: The person's variables.
        commands: What it might name besides.
    """
    words = line.positionals
    word, at = words[0].text, line.words.index(words[0])
    near = did_you_mean(word, [*REQUESTS, *commands, *picture_names(namespace)])
    what = Text(
        f"There is no function {word!r}, nor a picture of that name.",
        f"没有名为 {word!r} 的功能，也没有这个名字的图片。",
    )
    if len(words) > 1 and (better := path_with_spaces(line, at)):
        return misuse(*sentences(what, IN_QUOTES), better)
    if "?" in near.en:
        return misuse(*sentences(what, near))
    if len(words) > 1 and line.body is None:
        said = Text("The function and the picture come first:", "请先写功能和图片：")
        prompt = quoted(line.text[words[0].start : words[-1].end])
        return misuse(*sentences(what, said), f"%wanx description_edit photo.jpg -p {prompt}")
    return misuse(*sentences(what, Text("All functions:", "全部功能：")), "%wanx functions")


def _prompt_without_quotes(line: Line, at: int) -> Span | None:
    """The words that are one prompt: all behind ``-p``, or what is left where there is none."""
    first, last = line.around(at)
    option = line.words[first - 1].text if first else ""
    if flag_kinds().get(option) == "text":
        return first, last
    has_prompt = line.body is not None or any(
        word.text.partition("=")[0] in {"-p", "--prompt"} for word in line.words if is_option(word)
    )
    return None if has_prompt or not re.search(r"[^\W\d]", line.words[at].text) else (at, last)


def _unknown_flag(line: Line, flag: str, parser: Parser, name: str) -> UsageError:
    """The error of an option that there is not, with the nearest one, or where it belongs."""
    if flag == "--image":
        said = Text("The picture needs no flag:", "图片前不需要选项：")
        return misuse(*said, line.cell(re.sub(r"--image[\s=]+", "", line.text, count=1)))
    refused = Text(f"{name} has no flag {flag}.", f"{name} 没有选项 {flag}。")
    if not name:
        refused = Text(f"{flag} needs a function.", f"{flag} 需要先写功能。")
    owners = [
        cls.about.name
        for cls in REQUESTS.values()
        if any(flag in flags_of(param) for param in describe(cls))
    ]
    known = [option for action in parser._actions for option in action.option_strings]  # noqa: SLF001
    if near := _nearest(flag, known):
        return misuse(*sentences(refused, meant(near)))
    if owners:
        return misuse(*sentences(refused, belongs_to(", ".join(owners))))
    if flag == "--style" and name and REQUESTS[name].about.styles:
        said = Text("A style is said in the prompt:", "风格写在提示词中：")
        return misuse(*sentences(refused, said), _styled(line, name))
    said = Text("All options:", "全部选项见：")
    return misuse(
        *sentences(refused, said), f"%wanx {parser.prog} --help" if name else "%wanx --help"
    )


def _nearest(flag: str, known: Sequence[str]) -> str | None:
    """The option that a misspelt or a shortened one means: ``--factor`` is --upscale-factor."""
    names = {option.lstrip("-"): option for option in known if option.startswith("--")}
    word = flag.lstrip("-")
    parts = [name for name in names if len(word) > 2 and word in name.split("-")]
    near = difflib.get_close_matches(word, names, n=1, cutoff=0.7)
    found = next(iter([*near, *parts]), None)
    return names[found] if found else None


def _styled(line: Line, name: str) -> str:
    """A cell that asks for a style by its prompt, the one that was named where it is known."""
    styles = REQUESTS[name].about.styles
    typed = [folded(word.text) for word in line.words if len(word.text) > 1]
    named = (
        style for style in styles if any(word in folded(" ".join(style.name)) for word in typed)
    )
    image = next((quoted(word.text) for word in line.positionals), "photo.jpg")
    return f"%wanx {name} {image} -p {next(named, styles[0]).prompt}"
