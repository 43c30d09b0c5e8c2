"""A magic's line, read: its words, which of them are options, and how it would be typed again."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from ipywanx.magics.lexer import CLOSING, UnclosedQuoteError, Word, split
from ipywanx.magics.words import flag_kinds, misuse
from ipywanx.text import half_width

_DASHED = re.compile(r"[-\u2010-\u2015\u2212\ufe63\uff0d]+([^\W\d_][^\s=＝]*)(?:[=＝](.*))?")


Span = tuple[int, int]
"""The indices of the first and the last of some words that stand together."""


@dataclass(frozen=True, slots=True)
class Line:
    """A magic's line as it was typed.

    Attributes:
        text: What stands behind the magic's name.
        body: The cell's body, None for a line magic.
        words: The line's words; options are spelt with plain dashes.
        is_silent: Whether a semicolon ended it.
    """

    text: str
    body: str | None
    words: tuple[Word, ...]
    is_silent: bool = False

    def without(self, words: Collection[Word]) -> Line:
        """The line as if these words were not in it."""
        return self.with_words(word for word in self.words if word not in words)

    def with_words(self, words: Iterable[Word]) -> Line:
        """The line with other words in their place."""
        return replace(self, words=tuple(words))

    @property
    def arguments(self) -> list[str]:
        """The words as argparse takes them: what was quoted is a value, whatever it begins with."""
        found: list[str] = []
        for before, word in zip((None, *self.words), self.words, strict=False):
            if before is not None and word.is_quoted and word.text[:1] == "-" and is_option(before):
                found[-1] = f"{before.text}={word.text}"
            else:
                found.append(word.text)
        return found

    @property
    def positionals(self) -> list[Word]:
        """The words that are neither an option nor an option's value."""
        found, is_value = [], False
        for word in self.words:
            if is_option(word):
                is_value = "=" not in word.text and bool(flag_kinds().get(word.text))
                continue
            if not is_value:
                found.append(word)
            is_value = False
        return found

    @property
    def rest(self) -> str:
        """Its words as they were typed, without those that were taken out."""
        return " ".join(self.text[word.start : word.end] for word in self.words)

    def word(self, text: str) -> Word | None:
        """The first word of this text."""
        return next((word for word in self.words if word.text == text), None)

    def around(self, at: int) -> Span:
        """The span of all words around one, between the options on its sides."""
        first = last = at
        while first and not is_option(self.words[first - 1]):
            first -= 1
        while last + 1 < len(self.words) and not is_option(self.words[last + 1]):
            last += 1
        return first, last

    def typed(self, span: Span) -> str:
        """Some words as they were typed, with what is between them."""
        return self.text[self.words[span[0]].start : self.words[span[1]].end]

    def with_span(self, span: Span, text: str) -> str:
        """The cell with another text in the place of some words."""
        return self.with_text(self.words[span[0]].start, self.words[span[1]].end, text)

    def cell(self, text: str | None = None, body: str | None = None) -> str:
        """A cell with another line or another body, as one would type it."""
        line = (self.text if text is None else text).strip()
        body = self.body if body is None else body
        return f"%wanx {line}" if body is None else f"%%wanx {line}\n{body.strip(chr(10))}"

    def with_text(self, start: int, end: int, text: str) -> str:
        """The cell with another text between two places of the line."""
        return self.cell(self.text[:start] + text + self.text[end:])


def read_line(text: str, body: str | None) -> Line:
    """The line with its words.

    Raises:
        UsageError: A quote is not closed.
    """
    try:
        words = split(text)
    except UnclosedQuoteError as error:
        line = Line(text, body, ())
        closing = CLOSING[text[error.start]][0]
        raise misuse(
            f"A quote is not closed: {text[error.start :].strip()}. This may be meant:",
            f"引号没有闭合：{text[error.start :].strip()}。是否想写：",
            line.cell(text.rstrip() + closing),
        ) from None
    is_silent = bool(words) and words[-1].text == ";" and not words[-1].is_quoted
    words = words[:-1] if is_silent else words
    spelt: list[Word] = []
    for word in words:
        spelt.append(_spelt(word, spelt[-1] if spelt else None))
    return Line(text, body, tuple(spelt), is_silent)


def _spelt(word: Word, before: Word | None) -> Word:
    """An option as it is meant, whatever a correction program or an input method made of it.

    Behind an option that takes a text, a word of which no option is known is that text.
    """
    found = None if word.is_quoted else _DASHED.fullmatch(word.text)
    name = half_width(found[1]) if found else ""
    if found is None or not name.isascii():
        return word
    flag = ("-" if len(name) == 1 else "--") + name
    is_value = before is not None and bool(flag_kinds().get(before.text))
    if flag not in flag_kinds() and (word.text.isascii() or is_value):
        return word
    return word._replace(text=flag if found[2] is None else f"{flag}={found[2]}")


def is_option(word: Word) -> bool:
    """Whether a word is an option: a dash, then a letter; quoted ones never are."""
    return not word.is_quoted and re.match("--?[A-Za-z]", word.text) is not None
