"""How strict, how fast and how faulty is the engine?"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Log = Callable[[dict[str, Any]], None]
"""Takes one event: an answered request, or a task's new status."""


class Clock:
    """The engine's time in Unix seconds; everything that it times runs on it.

    Args:
        scale: How many seconds pass on it in one real second. With 3600 a result, which lives
            24 hours, dies after 24 seconds.
    """

    def __init__(self, scale: float = 1.0) -> None:
        self.scale = scale
        self._start = time.time()
        self._origin = time.monotonic()

    def now(self) -> float:
        """Unix seconds on this clock; it never jumps back."""
        return self._start + (time.monotonic() - self._origin) * self.scale

    def wait_until(self, moment: float, stop: threading.Event) -> None:
        """Return at ``moment``, or as soon as ``stop`` is set."""
        while not stop.is_set() and (left := moment - self.now()) > 0:
            stop.wait(min(left / self.scale, 3600))


@dataclass(frozen=True)
class EngineOptions:
    """The switches of one engine. The defaults suit a notebook: no waiting, no limits.

    Attributes:
        base_url: Its own public address, which it writes into upload and result addresses. Its
            host is loopback, so that a client that trusts only the vendor's hosts, or loopback
            where it was pointed at loopback, fetches results.
        key: The API key that it requires; None takes any.
        task_seconds: Tasks run at least so long, in turn.
        create_rps: Creates a second for one key; None for no limit. The service allows 2.
        query_rps: Queries, lists and cancels a second, each; None for no limit. It allows 20.
        concurrency: Tasks that run at once; the others wait as PENDING.
        refuse_more: Answer 429 to a task that would have to wait, instead: what the service does
            is not documented for this model.
        clock: The engine's time.
        faults: Scripted trouble, see :mod:`ipywanx.engine.faults`.
        log: Where events go.
    """

    base_url: str = "http://127.0.0.1/api/v1"
    key: str | None = field(default=None, repr=False)
    task_seconds: tuple[float, ...] = (0.0,)
    create_rps: float | None = None
    query_rps: float | None = None
    concurrency: int = 2
    refuse_more: bool = False
    clock: Clock = field(default_factory=Clock)
    faults: tuple[str, ...] = ()
    log: Log | None = None
