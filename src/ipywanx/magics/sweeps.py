"""What does a line say that asks for a sweep? Every flag may span several values.

::

    %%wanx sweep stylization_all photo.jpg --strength "0.2-1.0 [5]" --seed 1,2,3 -o grid
    转换成法国绘本风格
    ---
    转换成金箔艺术风格

A number's flag takes what :mod:`ipywanx.experiments.axes` reads, ``-p`` and ``--mask`` may be given
several times, several pictures may follow the function, and lines of ``---`` part the prompts of a
body.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from ipywanx.experiments.prompts import alternatives, replacing
from ipywanx.magics.lexer import Word, quoted, split_list
from ipywanx.magics.line import Line, is_option
from ipywanx.magics.variables import fill_in, picture
from ipywanx.magics.words import Parser, add_parameters, flag_kinds, misuse, number
from ipywanx.model.functions import EditRequest
from ipywanx.model.params import Param, describe
from ipywanx.text import Text, half_width

EXAMPLE = "%wanx sweep stylization_all photo.jpg -p 转换成法国绘本风格 --strength 0.2,0.5,0.8"
SWITCHES = ("--zip", "--fresh", "--vary-seed", "--expand", "--dry-run", "--help")
OWN_FLAGS = ("--output", "--cap", "--replace", *SWITCHES)
_BREAK = re.compile(r"^[ \t]*-{3,}[ \t]*$", re.MULTILINE)


def parser(cls: type[EditRequest]) -> Parser:
    """What reads the words behind ``sweep FUNCTION``."""
    made = Parser(prog=f"sweep {cls.about.name}", add_help=False, allow_abbrev=False)
    made.add_argument("image", nargs="*")
    made.add_argument("-o", "--output")
    for flag in SWITCHES:
        made.add_argument(flag, action="store_true")
    made.add_argument("--cap", type=_yuan)
    made.add_argument("--replace", action="append", default=[])
    add_parameters(made, cls, _span, several=("text", "image", "mask"))
    return made


def joined(words: Iterable[Word]) -> list[Word]:
    """The words with a span that was typed with blanks as one: ``--strength 0.2-1.0 [5]``."""
    found: list[Word] = []
    kind: str | None = None
    for word in words:
        before = found[-1] if found else word
        if is_option(word):
            kind = flag_kinds().get(word.text)
        elif (
            kind in {"int", "float"}
            and not is_option(before)
            and re.fullmatch(r"[-~,;.()+\d\[\]]+", half_width(word.text))
            and re.search(r"[-~,;]\n|\n[-~,;(\[]", half_width(f"{before.text}\n{word.text}"))
        ):
            found.pop()
            word = Word(  # noqa: PLW2901 - both are one
                f"{before.text} {word.text}", before.start, word.end, is_quoted=False
            )
        found.append(word)
    return found


def options(given: argparse.Namespace) -> dict[str, Any]:
    """What it says of the experiment itself, as :func:`ipywanx.sweep` takes it."""
    said = {
        "how": "zip" if given.zip else "grid",
        "fresh": given.fresh,
        "vary_seed": given.vary_seed,
        "start": not given.dry_run,
    }
    return said if given.cap is None else {**said, "cap": given.cap}


def values(
    cls: type[EditRequest], given: argparse.Namespace, line: Line, namespace: Mapping[str, Any]
) -> dict[str, Any]:
    """The parameters, one value or an axis each, in the order of the line's words."""
    flags = [word.text.partition("=")[0] for word in line.words]
    found = {
        param.name: value
        for param in sorted(describe(cls), key=lambda param: _position(param, flags))
        if param.name != "prompt"
        and not param.is_picture
        and (value := getattr(given, param.name)) is not None
    }
    if not given.image:
        name = cls.about.name
        prompt = "" if line.body or given.prompt else f"-p {quoted(cls.about.samples[0].told())}"
        typed = ["sweep", name, "photo.jpg", line.rest, prompt]
        raise misuse(
            f"sweep {name} needs a picture, such as:",
            f"sweep {name} 需要图片，例如：",
            line.cell(" ".join(filter(None, typed))),
        )
    found["image"] = _one_or_all([picture(word, line, namespace) for word in given.image])
    for param in describe(cls):
        drawn = param.is_picture and param.name != "image"
        if drawn and (names := getattr(given, param.name)):
            found[param.name] = _one_or_all([picture(word, line, namespace) for word in names])
    prompts = [fill_in(prompt, namespace) for prompt in _prompts(given.prompt, line.body)]
    if prompts:
        found["prompt"] = _varied(prompts, given, cls)
    return found


def _position(param: Param, flags: list[str]) -> int:
    return flags.index(param.flag) if param.flag in flags else len(flags)


def _prompts(flags: list[str] | None, body: str | None) -> list[str]:
    typed = [part.strip("\n") for part in _BREAK.split(body)] if body else []
    typed = [part for part in typed if part.strip()]
    if typed and flags:
        raise misuse(
            "The prompts are given twice: in the cell's body and by --prompt.",
            "提示词给了两次：在单元格正文中，又在 --prompt 中。",
        )
    return typed or list(flags or [])


def _varied(prompts: list[str], given: argparse.Namespace, cls: type[EditRequest]) -> Any:
    """The prompts with their alternatives and replacements; a dict where these have names."""
    varied: dict[str, str] = {prompt: prompt for prompt in prompts}
    for rule in given.replace:
        old, equals, new = re.sub("＝", "=", rule, count=1).partition("=")
        words = split_list(new)
        if not (old and equals and words):
            raise misuse(
                f"--replace is {rule!r}; it takes OLD=NEW,NEW, with quotes around what has a "
                "comma:",
                f"--replace 是 {rule!r}；格式是 旧=新,新，含逗号的词请加引号：",
                f'%wanx sweep {cls.about.name} photo.jpg -p "a red cat" '
                "--replace 'cat=dog,\"big, brown hare\"'",
            )
        varied = _each(varied, partial(_replaced, old, words))
    if given.expand:
        varied = _each(varied, alternatives)
    if list(varied) != prompts:
        return varied
    return _one_or_all(prompts)


def _replaced(old: str, new: list[str], prompt: str) -> dict[str, str]:
    return replacing(prompt, old, *new)


def _each(prompts: Mapping[str, str], vary: Callable[[str], dict[str, str]]) -> dict[str, str]:
    """Each prompt's variants; with several prompts, the name tells of which."""
    made: dict[str, str] = {}
    for name, prompt in prompts.items():
        for label, variant in vary(prompt).items():
            made[f"{name} · {label}" if len(prompts) > 1 else label] = variant
    return made


def _one_or_all(found: list[Any]) -> Any:
    return found[0] if len(found) == 1 else found


def _span(param: Param) -> Callable[[str], Any]:
    """A number as itself, anything else as the text of an axis, which is read with the others."""
    read = number(param)

    def spanned(word: str) -> Any:
        try:
            return read(word)
        except argparse.ArgumentTypeError:
            if not re.search(r"\d", word):
                raise
            return word

    return spanned


def _yuan(word: str) -> float:
    try:
        return float(word)
    except ValueError:
        said = Text(f"{word!r} is not a number of yuan", f"{word!r} 不是金额")
        raise argparse.ArgumentTypeError(said.told()) from None
