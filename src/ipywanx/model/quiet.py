"""How is Pillow read from without its surroundings? No warnings, and no switch of another library.

Warnings and switches belong to the whole process. ``warnings.catch_warnings`` swaps a list and puts
back what it found: where two threads overlap, one puts back the other's silence, for good. Here a
filter stays in that list that looks at nothing but whether its own thread is inside, and a switch
that another library has set is covered by a value that says the same to every other thread.
"""

from __future__ import annotations

import math
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from PIL import Image, ImageFile


class _Depth(threading.local):
    """How often this thread is inside."""

    now = 0


class _InThisThread:
    """Stands where a filter has its pattern for a module."""

    def match(self, _: str) -> bool:
        return _depth.now > 0


class _Cover(int):
    """A switch's value for all other threads; in a thread that is inside, Pillow's own default."""

    original: Any

    @classmethod
    def over(cls, value: Any) -> _Cover:
        """One that stands for a value."""
        cover = cls(min(value or 0, sys.maxsize))
        cover.original = value
        return cover


class _Flag(_Cover):
    """``LOAD_TRUNCATED_IMAGES``: whether a file that is cut off is read as far as it goes."""

    def __bool__(self) -> bool:
        return bool(self.original) and not _depth.now


class _Limit(_Cover):
    """``MAX_IMAGE_PIXELS``, twice which are refused; None, which others set, is no limit."""

    @property
    def _elsewhere(self) -> float:
        return math.inf if self.original is None else self.original

    def __rmul__(self, factor: Any) -> Any:
        return MOST_PIXELS if _depth.now else factor * self._elsewhere

    def __lt__(self, pixels: int) -> bool:  # what Python asks of `pixels > limit`, for a warning
        return not _depth.now and pixels > self._elsewhere


MOST_PIXELS = 178_956_970
"""Of a file that is opened at all: Pillow's own default, twice its ``MAX_IMAGE_PIXELS``."""
_depth = _Depth()
_lock = threading.Lock()
_placed: list[Any] = []  # the filter that was put last
_SWITCHES: tuple[tuple[Any, str, type[_Cover]], ...] = (
    (ImageFile, "LOAD_TRUNCATED_IMAGES", _Flag),
    (Image, "MAX_IMAGE_PIXELS", _Limit),
)
_inside: set[int] = set()  # threads


@contextmanager
def plain_pillow() -> Iterator[None]:
    """Pillow as it is by itself, in this thread; other threads notice nothing.

    No warning is shown or raised. A file that is cut off, or claims more than :data:`MOST_PIXELS`,
    is refused, whatever ``ImageFile.LOAD_TRUNCATED_IMAGES`` and ``Image.MAX_IMAGE_PIXELS`` say.
    """
    _stand_first()
    _cover_switches()
    _depth.now += 1
    try:
        yield
    finally:
        _depth.now -= 1
        if not _depth.now:
            _uncover_switches()


def _stand_first() -> None:
    filters: list[Any] = warnings.filters  # type: ignore[assignment] # typed as what never changes
    with _lock:
        if _placed and filters and filters[0] is _placed[0]:
            return
        # Others change the list as well: a new one is put, the old one taken, nothing is swapped.
        new = ("ignore", None, Warning, _InThisThread(), 0)
        filters.insert(0, new)
        for old in _placed:
            with suppress(ValueError):
                filters.remove(old)
        _placed[:] = [new]


def _cover_switches() -> None:
    with _lock:
        _inside.add(threading.get_ident())
        for module, name, cover in _SWITCHES:
            value = getattr(module, name)
            if not isinstance(value, cover):
                setattr(module, name, cover.over(value))


def _uncover_switches() -> None:
    with _lock:
        _inside.discard(threading.get_ident())
        for module, name, cover in _SWITCHES:
            value = getattr(module, name)
            if not _inside and isinstance(value, cover):
                setattr(module, name, value.original)
