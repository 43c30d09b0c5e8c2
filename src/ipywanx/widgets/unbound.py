"""Which loop hears what a page says? The one that is free, whoever has spoken last."""

from __future__ import annotations

from typing import Any


class Unbound:
    """For widgets that threads speak through: their pages are heard while a cell waits.

    ipykernel 7 sends what a page says to the loop that spoke last. Whatever a thread says counts
    there as said by the cell that runs: without this, Stop and the pictures would wait for that
    cell, and ``grid.result()`` is such a cell. Named before the widget's class.
    """

    def _send(self, msg: Any, buffers: Any = None) -> None:
        super()._send(msg, buffers)  # type: ignore[misc] # the widget has it
        getattr(self.comm, "__dict__", {}).pop("_reply_subshell_id", None)  # type: ignore[attr-defined]
