"""What one call of an effect knows, and what it may tell."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from PIL import Image

from ipywanx.engine.effects.words import Reading, read
from ipywanx.text import Text


@dataclass(slots=True)
class Job:
    """One picture to edit, with everything that steers the result."""

    image: Image.Image
    prompt: str
    parameters: Mapping[str, Any]
    seed: int
    mask: Image.Image | None
    others: tuple[Image.Image, ...] = ()
    reading: Reading = field(default_factory=lambda: Reading(""))
    notices: list[Text] = field(default_factory=list)

    def read(self, *kinds: str) -> Reading:
        """Read the prompt through the kinds of words this function cares about."""
        self.reading = read(self.prompt, *kinds)
        return self.reading

    def rng(self, purpose: str) -> np.random.Generator:
        """Give a generator of its own for each purpose, so that steps stay independent."""
        return np.random.default_rng([self.seed & 0xFFFFFFFF, zlib.crc32(purpose.encode())])

    def number(self, name: str, default: float, low: float, high: float) -> float:
        """Give a numeric parameter, kept within its range."""
        value = self.parameters.get(name)
        return default if value is None else min(high, max(low, float(value)))

    def notice(self, text: Text) -> None:
        """Tell the user about a limit met, once."""
        if text not in self.notices:
            self.notices.append(text)
