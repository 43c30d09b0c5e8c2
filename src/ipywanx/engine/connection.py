"""How long may a client take to say what it wants?

uvicorn waits for ever for the rest of a request, so a few hundred clients that send a byte now
and then would use up what a process may open. Here a request arrives in time, head and body, or
its connection is closed. Time in which we ourselves do not read does not count.
"""

from __future__ import annotations

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

REQUEST_SECONDS = 8.0
"""From the connection, or from the first byte of a later request, to the last byte of its body.
On one machine 100 MB take less than a second."""


class Connection(H11Protocol):
    """uvicorn's connection with an end to its patience."""

    _limit: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for a request, not longer than it may take."""
        super().connection_made(transport)
        self._start()

    def data_received(self, data: bytes) -> None:
        """Take what came; a request that is complete has no limit any more."""
        super().data_received(data)
        if self.conn.their_state in {h11.IDLE, h11.SEND_BODY}:
            self._start()
        else:
            self._stop()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the limit."""
        self._stop()
        super().connection_lost(exc)

    def _start(self) -> None:
        if self._limit is None:
            self._limit = self.loop.call_later(REQUEST_SECONDS, self._give_up)

    def _stop(self) -> None:
        if self._limit is not None:
            self._limit.cancel()
            self._limit = None

    def _give_up(self) -> None:
        self._limit = None
        if self.flow.read_paused:
            self._start()
        else:
            self.transport.abort()
