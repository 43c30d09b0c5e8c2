"""What the words of a line stand for: the person's variables, picture files, addresses."""

from __future__ import annotations

import difflib
import os
import platform
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ipywanx.errors import UnusableImage
from ipywanx.magics.lexer import Word, quoted
from ipywanx.magics.line import Line, is_option
from ipywanx.magics.paths import IN_QUOTES, exists, is_file, looks_like_picture, path_with_spaces
from ipywanx.magics.words import flag_kinds, meant, misuse
from ipywanx.model.namespace import picture_names
from ipywanx.model.params import describe
from ipywanx.model.requests import REQUESTS
from ipywanx.text import Text, sentences

_PLACEHOLDER = re.compile(r"\{\{\s*([^\W\d]\w*)\s*\}\}")
_OTHER_BRACES = re.compile(r"\$\{?([^\W\d]\w*)\}?|\{([^\W\d]\w*)\}|\{\{\s*([^\W\d]\w*)\s*\}\}")
_WINDOWS = re.compile(r"[A-Za-z]:[\\/]|\\\\")
_ADDRESSES = ("http://", "https://", "data:")
_PICTURES = frozenset(
    param.name for cls in REQUESTS.values() for param in describe(cls) if param.is_picture
)


def name_in(word: str, namespace: Mapping[str, Any]) -> str | None:
    """The variable that a word names, as Python spells it; None where there is none."""
    name = unicodedata.normalize("NFKC", word)
    return name if name.isidentifier() and name in namespace else None


def fill_in(prompt: str, namespace: Mapping[str, Any]) -> str:
    """The prompt with ``{{name}}`` replaced, in one pass; all other signs stay as typed."""

    def value(found: re.Match[str]) -> str:
        name = name_in(found[1], namespace)
        if name is None:
            public = [key for key in namespace if not key.startswith("_")]
            near = difflib.get_close_matches(found[1], public, n=1)
            hints = [meant(f"{{{{{word}}}}}") for word in near]
            unknown = Text(
                f"{{{{{found[1]}}}}}: there is no variable {found[1]!r}.",
                f"{{{{{found[1]}}}}}：没有变量 {found[1]!r}。",
            )
            raise misuse(*sentences(unknown, *hints))
        return str(namespace[name])

    return _PLACEHOLDER.sub(value, prompt)


def with_numbers(line: Line, namespace: Mapping[str, Any]) -> Line:
    """The line with ``{{name}}`` replaced where an option's value is neither text nor picture.

    Raises:
        UsageError: A variable is not there, or is written in another way.
    """
    words = list(line.words)
    for place, (before, word) in enumerate(zip(line.words, line.words[1:], strict=False), start=1):
        is_number = is_option(before) and flag_kinds().get(before.text) in {"int", "float"}
        if is_number and (found := _OTHER_BRACES.fullmatch(word.text)):
            if found[3] is None:
                raise _sign_before(line, word, f"{{{{{found[1] or found[2]}}}}}")
            words[place] = word._replace(text=fill_in(word.text, namespace))
    return line.with_words(words)


# ---- pictures --------------------------------------------------------------------------------


def is_picture(word: Word, namespace: Mapping[str, Any]) -> bool:
    """Whether a word can name a picture: a variable, a file that is there or looks so, a URL."""
    text = word.text
    return (
        name_in(text, namespace) is not None
        or _is_address(text)
        or is_file(text)
        or looks_like_picture(text)
        or _OTHER_BRACES.fullmatch(text) is not None
    )


def picture(text: str, line: Line, namespace: Mapping[str, Any]) -> Any:
    """What a word means as a picture or a mask: a variable's value, else itself, a path or URL.

    Raises:
        UsageError: It is neither a variable nor a file, or a path as another system writes it.
    """
    word = line.word(text) or Word(text, 0, 0, is_quoted=True)
    name = name_in(text, namespace)
    if name is not None:
        return namespace[name]
    if _is_address(text) or exists(text):
        return text
    if not word.is_quoted and (found := _OTHER_BRACES.fullmatch(text)):
        raise _sign_before(line, word, found[1] or found[2] or found[3])
    at = line.words.index(word) if word in line.words else -1
    if at >= 0 and (better := path_with_spaces(line, at)):
        there = Text(f"There is no file {text}.", f"没有文件 {text}。")
        raise misuse(*sentences(there, IN_QUOTES), better)
    if text.isidentifier():
        near = difflib.get_close_matches(text, picture_names(namespace), n=1)
        unknown = Text(
            f"{text!r} is neither a variable nor a file.", f"{text!r} 既不是变量，也不是文件。"
        )
        raise misuse(*sentences(unknown, *map(meant, near)))
    if (bare := text.rstrip("\\")) != text:
        raise misuse(
            f"There is no file {text}. The backslash at its end continues nothing:",
            f"没有文件 {text}。末尾的反斜杠没有续行作用：",
            line.with_text(word.start, word.end, quoted(bare)),
        )
    if _WINDOWS.match(text) and os.name != "nt":
        system, folder = platform.system(), Path.cwd()
        raise misuse(
            f"{text} is a path of a Windows computer, and the kernel runs on {system}. Upload the "
            f"file to {folder}, and give its name:",
            f"{text} 是 Windows 电脑上的路径，而内核运行在 {system} 上。请把文件上传到 {folder}，"
            "再写文件名：",
            line.with_text(word.start, word.end, quoted(re.split(r"[\\/]", text)[-1])),
        )
    return text


def refuse_missing(values: Mapping[str, Any]) -> None:
    """Refuse a picture whose file is not there, with the nearest name that is.

    Raises:
        UnusableImage: There is one.
    """
    for name, value in values.items():
        paths = value if isinstance(value, list) else [value]
        for path in paths if name in _PICTURES else ():
            if isinstance(path, str) and not _is_address(path) and not exists(path):
                near = _names_like(path)
                raise UnusableImage(
                    Text(f"There is no file {path}.", f"没有文件 {path}。"),
                    hint=sentences(
                        Text(
                            f"The working folder is {Path.cwd()}.", f"当前文件夹是 {Path.cwd()}。"
                        ),
                        *map(meant, near),
                    ),
                    parameter=name,
                )


def _names_like(path: str) -> list[str]:
    """The picture of the same folder whose name is nearest, as a path; none where none is near."""
    try:
        folder = Path(path).expanduser().parent
        there = [entry.name for entry in folder.iterdir() if looks_like_picture(entry.name)]
    except (OSError, ValueError, RuntimeError):
        return []
    near = difflib.get_close_matches(Path(path).name, there, n=1, cutoff=0.7)
    return [str(Path(path).parent / name) for name in near]


def _sign_before(line: Line, word: Word, right: str) -> Exception:
    """The error of a variable written as in a shell or a template."""
    return misuse(
        f"{word.text} is not replaced here. A variable is written like this:",
        f"{word.text} 在这里不会被替换。变量应这样写：",
        line.with_text(word.start, word.end, right),
    )


def _is_address(text: str) -> bool:
    return text.lower().startswith(_ADDRESSES)
