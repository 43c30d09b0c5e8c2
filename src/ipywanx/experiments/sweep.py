"""What is an experiment? Requests that vary along axes, and what has come of them so far.

They go through the session like any other edit, which keeps the account's limits. What was made
before is taken from the history, and what a killed kernel has sent is waited for: the same call in
a new kernel goes on where the old one ended, and nothing is sent twice.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ipywanx.errors import InvalidRequest, TaskTimedOut, unsent
from ipywanx.experiments.cells import Cell, Scorer, State
from ipywanx.experiments.feed import Feed
from ipywanx.experiments.outline import as_html, duration, estimate
from ipywanx.experiments.plan import Plan
from ipywanx.experiments.sheet.telling import unscored
from ipywanx.given import as_number, as_timeout, refused
from ipywanx.model.results import Result
from ipywanx.session import CAP
from ipywanx.text import Text

if TYPE_CHECKING:
    from ipywanx.experiments.sheet.contact_sheet import ContactSheet
    from ipywanx.experiments.table import Table
    from ipywanx.model.functions import EditRequest
    from ipywanx.service.record import Record
    from ipywanx.session import Session

UNASKED = 400
"""Pictures that it may make without being asked again, where they cost nothing."""


class Sweep:
    """Requests that vary along axes, and what comes of them.

    Args:
        session: Who sends.
        plan: What.
        score: Judges each result as it arrives.
        fresh: Ask again for what the history has already.
        cap: Most yuan that it may cost before :meth:`start` has to be called.

    Raises:
        InvalidRequest: The cap is no number, or the score no function.

    Attributes:
        plan: The axes and all requests.
        cells: What has become of each, in the plan's order.
        is_scored: Whether results are judged.
    """

    def __init__(
        self,
        session: Session,
        plan: Plan,
        *,
        score: Scorer | None = None,
        fresh: bool = False,
        cap: float = CAP,
    ) -> None:
        if score is not None and not callable(score):
            raise refused(
                "score",
                score,
                Text("a function of a result", "以结果为参数的函数"),
                unsent(
                    "For example score=lambda result: result.images[0].width.",
                    "例如 score=lambda result: result.images[0].width。",
                ),
            )
        self.plan = plan
        self.cap = as_number(
            cap,
            "cap",
            Text("a number of yuan", "金额（元）"),
            unsent("cap=float('inf') sets none.", "cap=float('inf') 表示没有上限。"),
        )
        self.cells = tuple(
            Cell(session.archive, index, plan.places[index], plan.labels(index), request)
            for index, request in enumerate(plan.requests)
        )
        self._session = session
        self._alike: dict[str, list[Cell]] = {}
        for cell in self.cells:
            self._alike.setdefault(cell.request.fingerprint, []).append(cell)
        known: dict[str, Record] = {} if fresh else session.known(self._alike)
        self._feed = Feed(session, self._alike, known, score)
        self._began: float | None = None
        self.is_scored = score is not None

    # ---- what it would take

    @property
    def new(self) -> int:
        """Requests that have to be sent: not those that are alike or known."""
        return sum(fingerprint not in self._feed.known for fingerprint in self._alike)

    @property
    def pictures(self) -> int:
        """Pictures that have to be made."""
        return sum(request.n for request in self._wanting)

    @property
    def price(self) -> float:
        """Yuan that these pictures cost; 0 offline."""
        return self._session.price(*self._wanting)

    @property
    def _wanting(self) -> Iterator[EditRequest]:
        """What has to be asked for, each request once."""
        return (cell.request for cell in self._unknown)

    @property
    def _unknown(self) -> Iterator[Cell]:
        """The first cell of each request that the history did not have."""
        return (cells[0] for name, cells in self._alike.items() if name not in self._feed.known)

    @property
    def there_before(self) -> int:
        """Cells whose request was made before, or is under way."""
        known = self._feed.known
        return sum(len(cells) for name, cells in self._alike.items() if name in known)

    @cached_property
    def expected_seconds(self) -> float:
        """How long it takes, by what was seen of such edits before it began."""
        known = self._feed.known
        new = [cells[0].request for name, cells in self._alike.items() if name not in known]
        return self._session.expected_seconds(*new)

    @property
    def is_started(self) -> bool:
        """Whether anything may have been sent."""
        return self._began is not None

    # ---- running

    def start(self) -> Sweep:
        """Send it, whatever it costs. Returns at once."""
        self._began = self._began or time.monotonic()
        self._feed.go()
        return self

    def start_below_cap(self) -> Sweep:
        """Send it where it costs little; else :meth:`start` has to be called."""
        if self.price <= self.cap and self.pictures <= UNASKED:
            self.start()
        return self

    def stop(self) -> None:
        """Send nothing more, and call back what does not run yet.

        What runs cannot be stopped: it is waited for and kept.
        """
        self._feed.stop()

    def retry(self) -> Sweep:
        """Ask again for what failed or was stopped, and for nothing else. Returns at once."""
        self._began = time.monotonic()
        self._feed.again()
        return self

    @property
    def trouble(self) -> Text | None:
        """Why it was stopped by itself: what would fail all the others too; or None."""
        return self._feed.trouble

    @property
    def changes(self) -> int:
        """Grows with each cell that has ended: a view need not look while it stays."""
        return self._feed.changes

    def counts(self) -> Counter[State]:
        """How many cells are in which state."""
        return Counter(cell.state for cell in self.cells)

    @property
    def seconds_left(self) -> float | None:
        """How long it still takes, by how long it took so far; None before anything is known."""
        over = sum(cell.is_over and not cell.kept for cell in self.cells)
        left = sum(not cell.is_over for cell in self.cells)
        if self._began is None or not left:
            return None
        if over < 2:
            return self.expected_seconds
        return (time.monotonic() - self._began) / over * left

    def done(self) -> bool:
        """Whether every cell has ended."""
        return all(cell.is_over for cell in self.cells)

    @property
    def cost(self) -> float:
        """Yuan that it has cost so far."""
        return round(sum(cell.cost for cell in self.cells), 2)

    @property
    def may_cost(self) -> float:
        """Yuan that it has cost, and what is not over yet may cost."""
        open_ = (cell.request for cell in self._unknown if not cell.is_over)
        return round(self.cost + self._session.price(*open_), 2)

    @property
    def retry_price(self) -> float:
        """Yuan that :meth:`retry` may cost."""
        lost = (cells[0] for cells in self._alike.values() if cells[0].is_lost)
        return self._session.price(*(cell.request for cell in lost))

    @property
    def errors(self) -> list[Text]:
        """Why cells have no picture, each reason once."""
        return list(dict.fromkeys(cell.error for cell in self.cells if cell.error))

    # ---- waiting

    def result(self, timeout: float | None = None) -> Sequence[Result]:
        """Wait until every cell has ended. An interrupt ends the wait, not the experiment.

        Returns:
            The results of the cells that have one, in the plan's order, each read from the disk
            when it is asked for.

        Raises:
            InvalidRequest: It waits for :meth:`start`, for it costs more than :attr:`cap`; or the
                timeout is no number.
            TaskTimedOut: It is still going on after ``timeout`` seconds.
        """
        timeout = as_timeout(timeout)
        self._refuse_held()
        if not self._feed.ended.wait(timeout):
            raise TaskTimedOut(
                Text(f"After {timeout:g} s: {self.told()}.", f"{timeout:g} 秒后：{self.told()}。"),
                hint=Text(
                    "It goes on: call result() again.", "实验仍在继续：可再次调用 result()。"
                ),
                task_id="",
            )
        return self._results()

    def __await__(self) -> Generator[Any, None, Sequence[Result]]:
        return self._awaited().__await__()

    async def _awaited(self) -> Sequence[Result]:
        self._refuse_held()
        while not self._feed.ended.is_set():
            await asyncio.sleep(0.1)
        return self._results()

    def _results(self) -> Sequence[Result]:
        return self._session.kept([cell.source for cell in self.cells if cell.source is not None])

    def _refuse_held(self) -> None:
        if not self.is_started:
            raise InvalidRequest(
                Text(
                    f"It has not begun: {estimate(self)}. Up to CNY {self.cap:.2f} and {UNASKED} "
                    "pictures are made without asking.",
                    f"尚未开始：{estimate(self).zh}。不超过 CNY {self.cap:.2f} 且 {UNASKED} 张图片"
                    "时才会直接开始。",
                ),
                hint=unsent(
                    "Call start() to make them, or give a higher cap=.",
                    "请调用 start() 开始生成，或提高 cap=。",
                ),
            )

    def told(self) -> str:
        """How far it is, in a line."""
        counts = self.counts()
        ended = sum(cell.is_over for cell in self.cells)
        running, failed = counts["RUNNING"], counts["FAILED"]
        left = self.seconds_left
        parts = [Text(f"{ended} of {len(self.cells)}", f"{ended} / {len(self.cells)}")]
        if not self.is_started:
            planned = Text(f"{len(self.cells)} planned", f"计划 {len(self.cells)} 个")
            parts = [planned, estimate(self)]
        if running:
            parts.append(Text(f"{running} running", f"{running} 个运行中"))
        if failed:
            parts.append(Text(f"{failed} failed", f"{failed} 个失败"))
        if stopped := counts["STOPPED"] + counts["CANCELED"]:
            parts.append(Text(f"{stopped} stopped", f"{stopped} 个已停止"))
        if kept := sum(cell.kept for cell in self.cells):
            parts.append(Text(f"{kept} there before", f"{kept} 个已有"))
        if (judged := unscored(self.cells)) is not None:
            parts.append(judged)
        if left is not None:
            parts.append(Text(f"about {duration(left)} left", f"约剩 {duration(left)}"))
        comma = Text(", ", "，").told()
        return comma.join(part.told() for part in parts)

    # ---- looking at it

    def sheet(
        self,
        *,
        rows: str | None = None,
        columns: str | None = None,
        cell: int = 256,
        megapixels: float = 40.0,
        order: str | None = None,
    ) -> ContactSheet:
        """All pictures on one labelled sheet, as far as they are there.

        Args:
            rows: The axis down the side; None for the first.
            columns: The axis along the top; None for the second.
            cell: Longest side of one picture, in pixels.
            megapixels: Most million pixels of the whole sheet; cells shrink until it fits.
            order: A column of the scores; the cells then stand in its order, the best first.

        Returns:
            Shows itself under a cell; ``.save("sheet.png")`` or ``.save("sheet.html")``.

        Raises:
            InvalidRequest: There is no such axis or column, or it cannot be so small.
        """
        from ipywanx.experiments.sheet.contact_sheet import ContactSheet

        return ContactSheet(
            self.plan,
            self.cells,
            rows=rows,
            columns=columns,
            cell=cell,
            megapixels=megapixels,
            order=order,
        )

    def save(self, folder: str | Path, *, metadata: bool | None = None) -> list[Path]:
        """Write all pictures that are there into a folder, full size, and ``table.csv`` beside.

        A file is called after what was edited and what varied: ``photo-book-strength=0.2.png``.
        Names are distinct, fit every system, and replace nothing: a file that is there is kept,
        and the new one gets a number. The table's column ``saved`` tells which file is which.

        Args:
            folder: Made where it is missing.
            metadata: As for :meth:`ipywanx.Result.save`.

        Returns:
            The pictures' paths, in the plan's order.

        Raises:
            InvalidRequest: It is no folder's name.
            WanxError: It cannot be written to.

        Example:
            >>> grid.save("out/strengths")
        """
        from ipywanx.experiments.files import save

        return save(self.plan, self.cells, folder, metadata=metadata)

    def table(self, order: str | None = None) -> Table:
        """All cells as a list of dicts: where they stand, how they ended, what was said of them.

        Args:
            order: A column to sort by; scores go from the best down.

        Returns:
            ``.frame()`` is the same for pandas, ``.save("table.csv")`` or ``.json`` writes it.

        Raises:
            InvalidRequest: There is no such column.
        """
        from ipywanx.experiments.table import table

        return table(self.plan, self.cells, order)

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        """The plan, and the sheet once something is on it."""
        bundle = {"text/plain": repr(self), "text/html": as_html(self)}
        if any(cell.thumbnails for cell in self.cells):
            sheet = self.sheet()._repr_mimebundle_()
            bundle["text/html"] += sheet.pop("text/html")
            bundle = {**sheet, **bundle}
        return bundle

    def __repr__(self) -> str:
        axes = " × ".join(f"{one.name} {len(one)}" for one in self.plan.axes)
        return f"<Sweep {axes or 'of one'}: {self.told()}>"
