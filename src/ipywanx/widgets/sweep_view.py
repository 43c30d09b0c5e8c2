"""How does an experiment look while it runs? A table that fills in, and buttons to hold it.

A thread reads what the cells say until all have ended. Over the wire goes a letter for each cell;
pictures and words come when a cell is looked at.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext, suppress
from typing import TYPE_CHECKING, Any

import traitlets
from PIL import Image

from ipywanx.errors import InvalidRequest, TaskTimedOut, WanxError
from ipywanx.text import Text, preferred_language
from ipywanx.widgets import sweep_facts as facts
from ipywanx.widgets.esm import SWEEP, module, style
from ipywanx.widgets.messages import UNREADABLE
from ipywanx.widgets.page_widget import PageWidget
from ipywanx.widgets.sweep_texts import sweep_texts

if TYPE_CHECKING:
    from ipywanx.experiments.cells import Cell
    from ipywanx.experiments.sweep import Sweep

MOST_SHOWN = 2000
"""Cells on one page; more would make it slow."""
LOOK_EVERY, LOOK_AT_MANY_EVERY = 0.25, 1.0
"""Seconds between looks while it goes on, and where there are more cells than are shown."""
SMALLEST, LARGEST = 96, 384


class SweepView(PageWidget):
    """A view of one experiment.

    Args:
        sweep: What to show.
        language: ``"en"`` or ``"zh"``; None for the preferred one. May be changed at any time.
        spending: Is entered around another try with the yuan that it may cost, and raises
            InvalidRequest where that is too much; None where nothing is.

    Attributes:
        sweep: What is shown.
        side: How large cells are, in pixels of the page.
        order_by: The score that cells are ordered by, the largest first; "" for the plan's order.
        ascending: Whether the smallest comes first.
    """

    _esm = module(*SWEEP)
    _css = style("wanx-sweep", "gallery.css", "sweep.css")

    texts = traitlets.Dict().tag(sync=True)
    language = traitlets.Enum(["en", "zh"], "en").tag(sync=True)
    axes = traitlets.List(trait=traitlets.Dict()).tag(sync=True)
    summary = traitlets.Dict().tag(sync=True)
    progress = traitlets.Dict().tag(sync=True)
    states = traitlets.Unicode().tag(sync=True)
    columns = traitlets.List(trait=traitlets.Unicode()).tag(sync=True)
    order = traitlets.List(trait=traitlets.Int()).tag(sync=True)
    order_by = traitlets.Unicode().tag(sync=True)
    ascending = traitlets.Bool(default_value=False).tag(sync=True)
    side = traitlets.Int(160, min=SMALLEST, max=LARGEST).tag(sync=True)

    def __init__(
        self,
        sweep: Sweep,
        *,
        language: str | None = None,
        spending: Callable[[float], AbstractContextManager[None]] | None = None,
    ) -> None:
        self.sweep = sweep
        self._spending = spending or (lambda _: nullcontext())
        self._refusal: Text | None = None
        self._lock = threading.RLock()
        self._closed = threading.Event()
        self._watcher: threading.Thread | None = None
        self._changes = 0  # at its end
        self._at_end: list[Callable[[], object]] = []
        self.when_closed: Callable[[], object] = lambda: None
        self._workers = ThreadPoolExecutor(2, thread_name_prefix="ipywanx-sweep-view")
        super().__init__(
            texts=sweep_texts(),
            language=language or preferred_language(),
            axes=facts.axes(sweep.plan, MOST_SHOWN),
        )
        self._sum_up()
        self.look()  # this sends: see _send
        self.on_msg(self._receive)
        self.watch()

    def __repr__(self) -> str:
        return repr(self.sweep)  # what a saved notebook has where there is no widget

    def watch(self) -> None:
        """Follow it until it has ended, if that is not done already. Any thread may call."""
        with self._lock:
            if self._watcher is None and not self._closed.is_set():
                self._watcher = threading.Thread(
                    target=self._watch, name="ipywanx-sweep-watch", daemon=True
                )
                self._watcher.start()

    def follow(self, _: Any = None) -> None:
        """Look again where it has gone on since: somebody has called ``retry()``."""
        if not self.sweep.done() or self.sweep.changes != self._changes:
            self.watch()

    def when_ended(self, callback: Callable[[], object]) -> None:
        """Call back, in a thread, each time that it has ended: a retry goes on and ends again."""
        with self._lock:
            self._at_end.append(callback)
        self.watch()

    def close(self) -> None:
        """Take the widget back; the experiment goes on."""
        if hasattr(self, "_workers"):  # else it was refused before it was made
            if not self._closed.is_set():
                self._closed.set()
                self.when_closed()
            self._workers.shutdown(wait=False, cancel_futures=True)
        super().close()

    def _send(self, msg: Any, buffers: Any = None) -> None:
        """Send, and leave the front end's choice of who hears its messages as it is.

        ipykernel 7 sends what a page says to the loop that spoke last, and counts what a thread
        says as said by the cell that runs: without this, Stop and the pictures would wait for that
        cell, and ``grid.result()`` is such a cell. Two messages may then be heard by two loops at
        once; here no order matters between them, elsewhere it does.
        """
        super()._send(msg, buffers)
        getattr(self.comm, "__dict__", {}).pop("_reply_subshell_id", None)

    # ---- what it says

    def look(self) -> bool:
        """Read all cells, and tell what is new; whether it has ended."""
        with self._lock:
            sweep, cells = self.sweep, self.sweep.cells
            ended = self._has_ended()
            self.states = facts.letters(cells[:MOST_SHOWN])
            self.columns = facts.columns(cells)
            self._put_in_order()
            counts, left = sweep.counts(), sweep.seconds_left
            trouble = self._refusal or sweep.trouble
            self.progress = {
                "all": len(cells),
                "over": sum(cell.is_over for cell in cells),
                "running": counts["RUNNING"],
                "waiting": counts["WAITING"] + counts["QUEUED"] + counts["PENDING"],
                "failed": counts["FAILED"],
                "stopped": counts["STOPPED"] + counts["CANCELED"],
                "kept": sum(cell.kept for cell in cells),
                "left": None if left is None else round(left),
                "cost": sweep.cost,
                "started": sweep.is_started,
                "ended": ended,
                "trouble": list(trouble) if trouble else [],
            }
            return ended

    def _has_ended(self) -> bool:
        if not self.sweep.is_started or not self.sweep.done():
            return False
        try:  # the last one may still be judged
            self.sweep.result(0)
        except TaskTimedOut:
            return False
        return True

    def _sum_up(self) -> None:
        sweep = self.sweep
        self.summary = {
            "function": list(sweep.plan.requests[0].about.title),
            "pictures": sweep.pictures,
            "price": sweep.price,
            "seconds": round(sweep.expected_seconds),
            "most": MOST_SHOWN,
            "shape": facts.shape(sweep.plan),
            "scored": sweep.is_scored,
        }

    @traitlets.observe("order_by", "ascending")
    def _put_in_order(self, _: Any = None) -> None:
        with self._lock:
            cells: list[int] = []
            if self.order_by:
                cells = facts.ordered(self.sweep.cells, self.order_by, ascending=self.ascending)
            self.order = cells[:MOST_SHOWN]

    def _watch(self) -> None:
        every = LOOK_AT_MANY_EVERY if len(self.sweep.cells) > MOST_SHOWN else LOOK_EVERY
        while not self._closed.wait(every):
            with self._lock:
                ended = self.look()
                if ended:
                    self._changes = self.sweep.changes
                    self._watcher, heard = None, list(self._at_end)
            if ended:
                for callback in heard:
                    callback()
                return

    # ---- what the page asks

    def _receive(self, _: Any, content: Any, __: Sequence[Any]) -> None:
        """Do what a message asks for; nonsense, and what is too late, changes nothing."""
        with suppress(*UNREADABLE, RuntimeError):  # RuntimeError: it was closed
            match content["kind"]:
                case "start" | "stop" | "retry" as act:
                    # Stopping calls tasks back, starting reads the history: never in the kernel's
                    # own thread.
                    threading.Thread(target=self._act, args=(act,), daemon=True).start()
                case "glance" | "details":
                    cell = self._cell(content["id"])
                    self._workers.submit(self._answer, content["kind"], cell)
                case "picture":
                    cell, index, side = self._cell(content["id"]), content["index"], content["side"]
                    if isinstance(index, int) and isinstance(side, int):
                        self._workers.submit(self._answer, "picture", cell, index, side)

    def _cell(self, name: Any) -> Cell:
        if type(name) is not int or name < 0:
            raise LookupError(name)
        return self.sweep.cells[name]

    def _act(self, act: str) -> None:
        self._refusal = None
        self.look()  # so that the page hears of a refusal also where it is the same again
        try:
            with self._spending(self.sweep.retry_price if act == "retry" else 0.0):
                getattr(self.sweep, act)()
        except InvalidRequest as error:
            self._refusal = error.text
        self.look()
        self.watch()

    def _answer(self, kind: str, cell: Cell, index: int = 0, side: int = 0) -> None:
        """One answer, in a thread of the workers."""
        about = {"kind": kind, "id": cell.index}
        try:
            if kind == "glance":
                self.send(about | facts.glance(cell), list(cell.thumbnails))
            elif kind == "details":
                axes = [axis.name for axis in self.sweep.plan.axes]
                self.send(about | facts.details(cell, axes))
            else:
                data = facts.picture(cell, index, side)
                about |= {"index": index, "side": side, "missing": data is None}
                self.send(about, [data] if data else [])
        except (*UNREADABLE, WanxError, OSError, Image.DecompressionBombError, MemoryError):
            self.send({"kind": "gone", "id": cell.index})
