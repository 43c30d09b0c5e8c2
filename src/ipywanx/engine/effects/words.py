"""Read a prompt: find the words the engine knows, and keep account of those it does not."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ipywanx.engine.effects import lexicon
from ipywanx.engine.effects.colour import RGB

_CHINESE = "\u4e00-\u9fff"
_CLAUSE_END = re.compile(r"[,，.。;；、!！?？:：\n]")


@dataclass(slots=True)
class Word:
    """One word of the prompt; `kind` is "unknown" when the lexicon lacks it."""

    kind: str
    meaning: str
    text: str
    start: int
    end: int
    used: bool = False


@dataclass(frozen=True, slots=True)
class Painted:
    """A colour and the region it was asked for ("subject" if none was named)."""

    colour: RGB
    region: str
    name: str


@dataclass(slots=True)
class Reading:
    """A prompt cut into words, in order, seen through the kinds a function cares about."""

    prompt: str
    words: list[Word] = field(default_factory=list)

    def find(self, kind: str) -> list[Word]:
        """Give the words of a kind, unmarked."""
        return [word for word in self.words if word.kind == kind]

    def meanings(self, kind: str) -> list[str]:
        """Give what the words of a kind mean, each once, in order, unmarked."""
        return list(dict.fromkeys(word.meaning for word in self.find(kind)))

    def use(self, kind: str, *meanings: str) -> list[str]:
        """Mark words as having steered the result; without meanings, all of the kind."""
        hits = [w for w in self.find(kind) if not meanings or w.meaning in meanings]
        for word in hits:
            word.used = True
        return list(dict.fromkeys(word.meaning for word in hits))

    def use_first(self, kind: str, allowed: Iterable[str] | None = None) -> str | None:
        """Mark and give the first meaning of a kind."""
        known = None if allowed is None else set(allowed)
        for meaning in self.meanings(kind):
            if known is None or meaning in known:
                self.use(kind, meaning)
                return meaning
        return None

    def paints(self) -> list[Painted]:
        """Pair every colour with the noun beside it, and mark both."""
        pairs: list[Painted] = []
        for clause in self._clauses():
            colours = [k for k, word in enumerate(clause) if word.kind == "colour"]
            for order, k in enumerate(colours):
                stop = colours[order + 1] if order + 1 < len(colours) else len(clause)
                begin = colours[order - 1] + 1 if order else 0
                noun = _noun(clause[k + 1 : stop]) or _noun(clause[begin:k][::-1])
                region = "subject"
                if noun is not None and noun.kind == "region":
                    noun.used = True
                    region = noun.meaning
                clause[k].used = True
                name = clause[k].meaning
                if name == "blond":
                    region = "hair" if region == "subject" else region
                pairs.append(Painted(lexicon.COLOURS[name], region, name))
        return pairs

    def forget(self, paint: Painted) -> None:
        """Take back that a colour and its region steered the result: the region was not found."""
        for word in self.words:
            if word.meaning in {paint.name, paint.region}:
                word.used = False

    def _clauses(self) -> Iterator[list[Word]]:
        ends = [m.start() for m in _CLAUSE_END.finditer(self.prompt)] + [len(self.prompt)]
        begin = 0
        for end in ends:
            clause = [word for word in self.words if begin <= word.start < end]
            if clause:
                yield clause
            begin = end

    @property
    def understood(self) -> tuple[str, ...]:
        """The words that steered the result, as typed."""
        return tuple(dict.fromkeys(word.text for word in self.words if word.used))

    @property
    def not_understood(self) -> tuple[str, ...]:
        """The words that had no effect, as typed."""
        done = {word.text for word in self.words if word.used}
        left = (w.text for w in self.words if not w.used and w.text not in done)
        return tuple(dict.fromkeys(left))


def _noun(words: Iterable[Word]) -> Word | None:
    return next((word for word in words if word.kind in {"region", "unknown", "thing"}), None)


def read(prompt: str, *kinds: str) -> Reading:
    """Cut a prompt into known words of the kinds and unknown rests.

    A word of two kinds counts for the kind named first.
    """
    lowered = prompt.lower() if len(prompt.lower()) == len(prompt) else prompt
    pattern, table = _matcher(kinds)
    words: list[Word] = []
    last = 0
    for match in pattern.finditer(lowered):
        words += _rests(prompt, last, match.start())
        kind, meaning = table[_plain(match.group())]
        words.append(Word(kind, meaning, prompt[match.start() : match.end()], *match.span()))
        last = match.end()
    words += _rests(prompt, last, len(prompt))
    return Reading(prompt, words)


def _plain(text: str) -> str:
    return re.sub(r"[\s-]+", "-", text)


@functools.lru_cache(maxsize=32)
def _matcher(kinds: tuple[str, ...]) -> tuple[re.Pattern[str], dict[str, tuple[str, str]]]:
    table: dict[str, tuple[str, str]] = {}
    parts: list[str] = []
    for word, kind, meaning in lexicon.entries(kinds):
        if word in table:
            continue
        table[word] = (kind, meaning)
        if re.search(f"[{_CHINESE}]", word):
            parts.append(re.escape(word))
            continue
        for form in (word, word + "s", word + "es"):
            table.setdefault(form, (kind, meaning))
        body = r"[\s-]+".join(re.escape(part) for part in word.split("-"))
        parts.append(rf"(?<![a-z]){body}(?:e?s)?(?![a-z])")
    parts.sort(key=len, reverse=True)
    # Chinese words first by length: the alternation takes the first that fits.
    return re.compile("|".join(parts) or r"(?!)"), table


_SPLIT_CHINESE = re.compile("|".join(sorted(lexicon.STOP_CHINESE, key=len, reverse=True)))
_RUN = re.compile(rf"[{_CHINESE}]+|[A-Za-z][A-Za-z'-]*")


def _rests(prompt: str, begin: int, end: int) -> Iterator[Word]:
    """Give the content words of a stretch the lexicon did not match."""
    for run in _RUN.finditer(prompt, begin, end):
        text = run.group()
        if text[0].isascii():
            if text.lower() not in lexicon.STOP_ENGLISH and len(text) > 1:
                yield Word("unknown", "", text, *run.span())
            continue
        cut = 0
        for stop in [*_SPLIT_CHINESE.finditer(text), None]:
            piece_end = len(text) if stop is None else stop.start()
            piece = text[cut:piece_end]
            core = piece.strip(lexicon.TRIM_CHINESE)
            if core:
                start = run.start() + cut + piece.index(core)
                yield Word("unknown", "", core, start, start + len(core))
            cut = piece_end if stop is None else stop.end()
