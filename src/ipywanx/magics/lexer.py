"""The words of a magic's line: quotes of every script, wide spaces, and where each word stands.

IPython's own splitter keeps quotes and is different on Windows, so the line is split here. A
backslash is a letter, as Windows paths have it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

CLOSING = {
    '"': '"', "'": "'", "＂": "＂", "＇": "＇",
    "“": "”", "”": "”", "„": "”“", "‟": "”", "〝": "〞〟",
    "‘": "’", "’": "’", "‚": "’‘", "‛": "’",
    "「": "」", "『": "』", "｢": "｣", "«": "»", "‹": "›",
}  # fmt: skip
"""The quotes that open a word, each with those that close it."""
_FAMILIES = ('"＂“”„‟〝〞〟', "'＇‘’‚‛")
_APOSTROPHES = "‘’‚‛"
_STRAIGHT = "\"'"
_INVISIBLE = "\u200b\ufeff"
# What may follow a closing quote of print: nothing, a blank, a silencing semicolon, or an option.
_BOUNDARY = re.compile(
    rf"\s|[{_INVISIBLE}]|$|;\s*$|-[A-Za-z](?=[\s=]|$)|(?:--|[\u2010-\u2015\u2212\uff0d]+)[A-Za-z]"
)
_LISTED = re.compile(rf"[,，]|{_BOUNDARY.pattern}")
_PLAIN = re.compile(r"(?!-)[\w./:\\~@%+&*，。、·×-]+")  # what needs no quotes


class Word(NamedTuple):
    """One word of a line.

    Attributes:
        text: It without its quotes.
        start, end: Where it stands in the line, quotes included.
        is_quoted: Whether it began with a quote: then nothing in it is an option or a remark.
    """

    text: str
    start: int
    end: int
    is_quoted: bool


class UnclosedQuoteError(ValueError):
    """A quote has no end.

    Attributes:
        start: Where the quote is.
    """

    def __init__(self, start: int) -> None:
        super().__init__(start)
        self.start = start


def split(line: str) -> list[Word]:
    """The line's words up to a remark (``#``); a semicolon at its end is a word of its own.

    Raises:
        UnclosedQuoteError: A quote has no end.
    """
    words: list[Word] = []
    for word in _words(line):
        if word.text.startswith("#") and not word.is_quoted:
            break
        words.append(word)
    if words and not words[-1].is_quoted and len(words[-1].text) > 1:
        last = words[-1]
        if last.text.endswith(";"):
            words[-1] = last._replace(text=last.text[:-1], end=last.end - 1)
            words.append(Word(";", last.end - 1, last.end, is_quoted=False))
    return words


def split_list(text: str) -> list[str]:
    """What stands between commas; quotes around an entry keep the commas in it."""
    entries, at = [], 0
    while at <= len(text):
        start = at + len(text[at:]) - len(text[at:].lstrip())
        end = _closed(text, start, _LISTED) if start < len(text) else None
        if end is not None:
            entries.append(text[start + 1 : end - 1])
            at = end
        found = re.compile("[,，]").search(text, at)
        if end is None:
            entries.append(text[at : found.start() if found else None].strip())
        at = found.end() if found else len(text) + 1
    return [entry for entry in entries if entry]


def quoted(text: str) -> str:
    """The text as one word of a line, in quotes where it needs them.

    Returns:
        What :func:`split` reads as that text; one that holds every kind of quote cannot be had.
    """
    if _PLAIN.fullmatch(text):
        return text
    for opening, closing in (('"', '"'), ("'", "'"), ("“", "”"), ("「", "」"), ("『", "』")):
        if closing not in text:
            return f"{opening}{text}{closing}"
    return f'"{text}"'


def _words(line: str) -> Iterator[Word]:
    at = 0
    while True:
        while at < len(line) and _is_blank(line[at]):
            at += 1
        if at == len(line):
            return
        word = _quoted_word(line, at) or _bare_word(line, at)
        yield word
        at = word.end


def _quoted_word(line: str, start: int) -> Word | None:
    """The word whose first sign is a quote; None where that quote is the word's own text."""
    if line[start] not in CLOSING:
        return None
    end = _closed(line, start, _BOUNDARY)
    if end is None:
        return None
    text = line[start + 1 : end - 1]
    if line[start] in _STRAIGHT:  # as a shell joins them: 'it'"'"'s.jpg', "sub dir"/a.jpg
        while not _BOUNDARY.match(line, end):
            closed = _closed(line, end, _BOUNDARY) if line[end] in _STRAIGHT else None
            text += line[end + 1 : closed - 1] if closed else line[end]
            end = closed or end + 1
    return Word(text, start, end, is_quoted=True)


def _bare_word(line: str, start: int) -> Word:
    """The word from here to the next blank; behind ``=`` and ``,`` quotes keep blanks in it."""
    text, at = "", start
    while at < len(line) and not _is_blank(line[at]):
        closed = None
        if line[at] in CLOSING and text.endswith(("=", "＝", ",", "，")):
            closed = _closed(line, at, _LISTED)
        if closed is None:
            text += line[at]
            at += 1
        else:
            is_option = re.fullmatch(r"\W{1,2}[\w-]+[=＝]", text) is not None
            text += line[at + 1 : closed - 1] if is_option else line[at:closed]
            at = closed
    return Word(text, start, at, is_quoted=False)


def _closed(line: str, start: int, boundary: re.Pattern[str]) -> int | None:
    """The place behind the quote that closes the one at ``start``; None where it is no quote.

    A straight quote ends at its like. One of print ends where a word may end, so that quotes and
    apostrophes within the text stay its own.

    Raises:
        UnclosedQuoteError: It opens a text that nothing closes.
    """
    opening = line[start]
    if opening not in CLOSING:
        return None
    closing, depth, first = CLOSING[opening], 1, None
    if opening in _STRAIGHT and (found := line.find(closing, start + 1)) >= 0:
        return found + 1
    for at in range(start + 1, len(line)):
        sign, ends = line[at], boundary.match(line, at + 1) is not None
        if sign in closing:
            depth -= 0 if opening in _APOSTROPHES and not ends else 1
            if ends and first is None:
                first = at + 1
            if depth == 0:
                return at + 1 if ends else None  # “房子”变成木板 begins with a quoted word
        elif sign == opening:
            depth += 1
    if first is not None:
        return first
    return _closed_by_its_like(line, start, boundary)


def _closed_by_its_like(line: str, start: int, boundary: re.Pattern[str]) -> int | None:
    """The same with any quote of that family: “…" and "…” are what correction programs make."""
    family = next((signs for signs in _FAMILIES if line[start] in signs), "")
    for at in range(start + 1, len(line)):
        if line[at] in family and boundary.match(line, at + 1):
            return at + 1
    if line[start] in _APOSTROPHES:
        return None
    raise UnclosedQuoteError(start)


def _is_blank(sign: str) -> bool:
    return sign.isspace() or sign in _INVISIBLE
