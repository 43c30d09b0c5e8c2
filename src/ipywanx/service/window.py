"""How many tasks may be at the service at once?"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

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

    @asynccontextmanager
    async def place(self) -> AsyncIterator[Place]:
        """Take a place as soon as there is one, and give it back at the end unless it is kept."""
        place = Place(self)
        await place.take_again()
        try:
            yield place
        finally:
            place.give_back()

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


class Place:
    """One task's place in a window."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._held = False

    async def take_again(self) -> None:
        """Give it back where it is held, and wait for one."""
        self.give_back()
        await self._window.enter()
        self._held = True

    def give_back(self) -> None:
        """Let another task have it, where it is held."""
        if self._held:
            self._held = False
            self._window.leave()

    def keep(self) -> None:
        """The task is at the service: whoever watches it calls :meth:`Window.leave`."""
        self._held = False
