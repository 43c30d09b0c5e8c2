"""In which language is it said? Texts in the two that users read, and which one is read now."""

from __future__ import annotations

import locale
import os
import re
import unicodedata
from collections.abc import Mapping
from typing import Literal, NamedTuple

Language = Literal["en", "zh"]
LANGUAGES: Mapping[str, Language | None] = {"auto": None, "en": "en", "zh": "zh"}
"""What a person may ask for; None goes by the environment."""


class Text(NamedTuple):
    """One text in the two languages that users read; as a plain string it is English."""

    en: str
    zh: str

    def __str__(self) -> str:
        return self.en

    def told(self, language: Language | None = None) -> str:
        """It in one language; None for the one that is preferred now."""
        return self.zh if (language or preferred_language()) == "zh" else self.en


def both(text: str | Text) -> Text:
    """A text as it is, and a string as the same in both languages: a name, or another's words."""
    return text if isinstance(text, Text) else Text(text, text)


def spaced(name: str | Text) -> str:
    """A name within a Chinese sentence, with the space that sets Latin letters apart."""
    chinese = both(name).zh
    return f"{chinese} " if chinese[-1:].isascii() else chinese


def sentences(*parts: str | Text) -> Text:
    """One after the other as each language sets them; empty ones are left out."""
    texts = [both(part) for part in parts if str(part)]
    chinese = ""
    for text in texts:
        # Chinese has no space between sentences, but after words that are quoted as they came.
        chinese += (" " if chinese and chinese[-1].isascii() else "") + text.zh
    return Text(" ".join(text.en for text in texts), chinese)


def half_width(text: str) -> str:
    """The text with full-width signs and typographic dashes as a plain keyboard types them."""
    return re.sub("[\u2010-\u2015\u2212]", "-", unicodedata.normalize("NFKC", text))


def folded(text: str) -> str:
    """The text without what two people may type differently: case, accents and width."""
    bare = re.sub("[\u0300-\u036f]", "", unicodedata.normalize("NFKD", text))
    return unicodedata.normalize("NFKC", bare.casefold())


class _Preference:
    """What was asked for in this process: a language, or None for the environment's."""

    language: Language | None = None


_preference = _Preference()


def prefer_language(language: Language | None) -> None:
    """Say everything in this language from now on; None goes by the environment."""
    _preference.language = language


def preferred_language() -> Language:
    """What was asked for, else what the environment's locale says; English for all but Chinese."""
    if _preference.language is not None:
        return _preference.language
    named = os.environ.get("LANGUAGE") or os.environ.get("LC_ALL") or os.environ.get("LANG")
    spoken = (named or locale.getlocale()[0] or "").lower()
    return "zh" if spoken.startswith(("zh", "chinese")) else "en"
