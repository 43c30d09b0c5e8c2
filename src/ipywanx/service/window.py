"""How many tasks may be at the service at once?"""

from __future__ import annotations

import asyncio
import time

from ipywanx.service.tempo import Tempo


class Window:
    """How many tasks may be at the service: as many as run, and a few that wait there.

    Where the service refuses what it cannot run at once, the waiting ones cost a refusal each; the
    window then shrinks to what it took, and opens again after ten minutes without a refusal.
    """

    REOPENS_AFTER = 600.0

    def __init__(self, tempo: Tempo) -> None:
        self._full = tempo.window
        self._least = tempo.running or 1
        self._refused_at = float("-inf")
        self._shrunk: int | None = None
        self.inside = 0
        self._changed = asyncio.Event()

    @property
    def size(self) -> int | None:
        """How many there is room for now; None for no bound."""
        if self._shrunk is not None and time.monotonic() - self._refused_at > self.REOPENS_AFTER:
            self._shrunk = None
        return self._full if self._shrunk is None else self._shrunk

    @property
    def is_shrunk(self) -> bool:
        """Whether no task may wait at the service."""
        return self.size != self._full

    async def enter(self) -> None:
        """Take a place as soon as there is one."""
        while self.size is not None and self.inside >= self.size:
            self._changed.clear()
            await self._changed.wait()
        self.inside += 1

    def leave(self) -> None:
        """Give a place back."""
        self.inside -= 1
        self._changed.set()

    def refused(self) -> None:
        """A task was refused while the others inside were at the service."""
        others = self.inside - 1
        self._refused_at = time.monotonic()
        if self._full is not None and others >= self._least:
            self._shrunk = min(others, self.size or others)
