"""When is a task asked about? Each at the moments at which it is likely to have ended.

Asking and giving up are separate: a question that fails never fails the task. The service runs
tasks first come, first served, so only those at the head of the line are asked often; of many at
once, the account's list tells which have ended.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from ipywanx.errors import RateLimited, Refused, Rejected, ServiceError, UnexpectedReply
from ipywanx.model.tasks import Status, TaskReport
from ipywanx.service.client import Client
from ipywanx.service.pace import Pace, RetryBudget
from ipywanx.service.patience import LONGEST_PAUSE
from ipywanx.service.tempo import Forecast, Tempo

UNKNOWN_GRACE = 10.0
"""A task can be UNKNOWN for a moment after it was accepted, until all servers have heard of it."""
MANY = 20
"""From so many tasks on, the list is asked instead of each."""
_LIST_EVERY, _QUEUED_PAUSE = 2.0, 15.0
_MOST_PAGES = 5
_HOPELESS = 12  # so many refusals of the very question will not become an answer
_LONGEST_BACK_OFF = 15.0

Tell = Callable[[TaskReport], None]


@dataclass(slots=True, eq=False)
class _Watched:
    """One task in the line.

    Attributes:
        since: When it began to run, as far as is known (monotonic seconds).
        looked: When it was asked about last.
        news: Set when the next question should be thought over.
        now: Whether it is wanted at once.
    """

    task_id: str
    forecast: Forecast
    accepted: float
    since: float
    submitted: datetime
    looked: float = 0.0
    news: asyncio.Event = field(default_factory=asyncio.Event)
    now: bool = False


class Poller:
    """Watches an account's tasks to their ends.

    Args:
        client: Who asks.
        pace: Whose turns it waits for.
        tempo: How patiently.
        budget: What retries take from.

    Attributes:
        eager: Whether each end frees a place that stands empty until we know of it.
    """

    def __init__(self, client: Client, pace: Pace, tempo: Tempo, budget: RetryBudget) -> None:
        self._client, self._pace, self._tempo, self._budget = client, pace, tempo, budget
        self.eager = False
        self._line: list[_Watched] = []
        self._lister: asyncio.Task[None] | None = None

    async def watch(
        self, task_id: str, forecast: Forecast, tell: Tell, submitted: datetime | None = None
    ) -> TaskReport:
        """Ask until the task has ended.

        Args:
            task_id: The service's id.
            forecast: How long such tasks run.
            tell: Hears each answer.
            submitted: When it was accepted, for a task of another process: it is asked at once.

        Returns:
            The service's last word: SUCCEEDED, FAILED, CANCELED or UNKNOWN.

        Raises:
            Refused: The key does not hold any more.
            Rejected, UnexpectedReply: The question itself is refused again and again.
        """
        now = time.monotonic()
        watched = _Watched(task_id, forecast, now, now, submitted or datetime.now(UTC))
        watched.now = submitted is not None
        self._line.append(watched)
        self._list_where_many()
        try:
            while True:
                await self._until_due(watched)
                report = await self._ask(watched)
                unheard = report.status is Status.UNKNOWN and submitted is None
                if unheard and time.monotonic() - watched.accepted < UNKNOWN_GRACE:
                    continue
                tell(report)
                if report.status.is_final:
                    return report
                self._learn_start(watched, report)
        finally:
            self._leave(watched)

    def look_now(self, task_id: str) -> None:
        """Ask about this task at once: something has happened to it."""
        for watched in self._line:
            if watched.task_id == task_id:
                watched.now = True
                watched.news.set()

    def place(self, task_id: str) -> int | None:
        """How many tasks of this process come before it, None where it is not watched."""
        ids = [watched.task_id for watched in self._line]
        return ids.index(task_id) if task_id in ids else None

    async def _until_due(self, watched: _Watched) -> None:
        while not watched.now:
            watched.news.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._pause(watched)):
                    await watched.news.wait()
                continue
            break
        watched.now = False
        watched.looked = time.monotonic()

    def _pause(self, watched: _Watched) -> float:
        now = time.monotonic()
        running = self._tempo.running
        place = self._line.index(watched)
        if self._lister is not None or (running is not None and place >= running):
            return max(
                0.0, max(watched.looked, watched.accepted) + _QUEUED_PAUSE / self._tempo.clock - now
            )
        return watched.forecast.pause(now - watched.since, eager=self.eager)

    def _learn_start(self, watched: _Watched, report: TaskReport) -> None:
        """When it began to run: by the service's stamps, or not before now."""
        if report.status is Status.PENDING:
            watched.since = time.monotonic()
        elif report.scheduled and report.submitted and watched.since == watched.accepted:
            waited = (report.scheduled - report.submitted).total_seconds() / self._tempo.clock
            watched.since = min(time.monotonic(), watched.accepted + max(0.0, waited))

    def _leave(self, watched: _Watched) -> None:
        running, place = self._tempo.running, self._line.index(watched)
        self._line.remove(watched)
        if running is None or place >= running or len(self._line) < running:
            return
        promoted = self._line[running - 1]
        if promoted.looked == 0.0:
            promoted.since = time.monotonic()  # its place has just become free
        promoted.news.set()

    async def _ask(self, watched: _Watched) -> TaskReport:
        """One answer, however long it takes to get one."""
        trouble = hopeless = 0
        while True:
            try:
                await self._pace.turn("query")
                report = await self._client.query(watched.task_id)
            except Refused:
                raise
            except ServiceError as error:
                trouble += 1
                hopeless = hopeless + 1 if isinstance(error, Rejected | UnexpectedReply) else 0
                if hopeless >= _HOPELESS:
                    raise
                if isinstance(error, RateLimited):
                    self._pace.rates["query"].refused()
                await asyncio.sleep(self._back_off(trouble, error))
            else:
                self._budget.earn()
                self._pace.rates["query"].accepted()
                return report

    def _back_off(self, trouble: int, error: ServiceError) -> float:
        if error.retry_after:
            return min(error.retry_after, LONGEST_PAUSE)
        longest = _LONGEST_BACK_OFF / self._tempo.clock
        pause = min(longest, self._tempo.soonest * 2.0**trouble)
        if not self._budget.spend():
            pause = 2 * longest
        return pause * random.uniform(0.5, 1.5)  # noqa: S311 - only to spread the load

    # ---- many tasks at once

    def _list_where_many(self) -> None:
        limited = bool(self._pace.rates["query"].interval)
        if limited and len(self._line) > MANY and self._lister is None:
            self._lister = asyncio.create_task(self._read_lists())

    async def _read_lists(self) -> None:
        """Ask the list what has ended, until few are left."""
        try:
            while len(self._line) > MANY:
                await asyncio.sleep(_LIST_EVERY / self._tempo.clock)
                with contextlib.suppress(ServiceError):  # each task's own slow questions go on
                    await self._read_list()
        finally:
            self._lister = None
            for watched in self._line:
                watched.news.set()

    async def _read_list(self) -> None:
        wanted = {watched.task_id for watched in self._line}
        since = min(watched.submitted for watched in self._line) - timedelta(seconds=60)
        until = self._client.service_time(time.time()) + timedelta(seconds=60)
        since = max(since, until - timedelta(hours=24))
        for page in range(1, _MOST_PAGES + 1):
            await self._pace.turn("query")
            rows, total = await self._client.list(since, until, page=page)
            for row in rows:
                wanted.discard(row.task_id)
                if row.status.is_final:
                    self.look_now(row.task_id)
            if not wanted or not rows or total <= page * 100:
                return
