"""Where does the waiting happen? One event loop in one background thread, for all I/O.

A notebook's own loop is never patched and never blocked from here; callers in any thread, inside
or outside a running loop, hand a coroutine over and wait in their own way.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")


class Portal:
    """Runs coroutines on a background loop that starts when it is first needed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._process = 0

    def submit(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Start ``work`` and return at once; the future may be waited for in any thread."""
        return asyncio.run_coroutine_threadsafe(work, self._running_loop())

    def call(self, work: Coroutine[Any, Any, T], timeout: float | None = None) -> T:
        """Run ``work`` and wait for it. An interrupt (Stop, Ctrl-C) cancels it.

        Raises:
            TimeoutError: It took longer than ``timeout`` seconds; it was cancelled.
        """
        future = self.submit(work)
        try:
            return future.result(timeout)
        except BaseException:
            future.cancel()
            raise

    async def wait(self, work: Coroutine[Any, Any, T]) -> T:
        """Run ``work`` and await it from another loop. Cancelling here cancels it there."""
        return await asyncio.wrap_future(self.submit(work))

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            # A forked child has the loop's memory, but not its thread.
            if self._loop is None or self._process != os.getpid():
                self._loop, self._process = asyncio.new_event_loop(), os.getpid()
                threading.Thread(
                    target=self._loop.run_forever, name="ipywanx-io", daemon=True
                ).start()
            return self._loop
