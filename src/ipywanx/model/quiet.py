"""How are Pillow's warnings kept away from the person, and the person's own warnings left alone?

``warnings.catch_warnings`` swaps a list of the whole process and puts back what it found: where two
threads overlap, one puts back the other's silence, for good. Here a filter stays in that list that
looks at nothing but whether its own thread is inside.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any


class _Depth(threading.local):
    """How often this thread is inside."""

    now = 0


class _InThisThread:
    """Stands where a filter has its pattern for a module."""

    def match(self, _: str) -> bool:
        return _depth.now > 0


_depth = _Depth()
_lock = threading.Lock()
_placed: list[Any] = []  # the filter that was put last


@contextmanager
def without_warnings() -> Iterator[None]:
    """No warning of this thread is shown or raised; other threads notice nothing."""
    _stand_first()
    _depth.now += 1
    try:
        yield
    finally:
        _depth.now -= 1


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
