"""How is a task sent exactly once? One after the other, each written down before it goes.

A create call costs money and carries no key that would make a second one harmless. So it is
repeated only where nothing can have been accepted; where its answer was lost, the account's list
is searched first, and where that leaves a doubt the person is asked.
"""

from __future__ import annotations

import asyncio
import random
import time
from typing import Protocol

from ipywanx.errors import (
    RateLimited,
    ServiceError,
    ServiceUnavailable,
    SubmissionUncertain,
    Unreachable,
)
from ipywanx.model.functions import EditRequest
from ipywanx.model.tasks import TaskReport
from ipywanx.service.client import Client, Prepared
from ipywanx.service.history import History
from ipywanx.service.pace import Pace, RetryBudget
from ipywanx.service.patience import LONGEST_PAUSE
from ipywanx.service.poller import Poller, Tell
from ipywanx.service.search import Search
from ipywanx.service.tempo import Forecast, Tempo
from ipywanx.service.window import Place, Window
from ipywanx.text import Text, sentences

_LONGEST_BACK_OFF = 30.0


class Order(Protocol):
    """A task on its way to the service, as its job shows it."""

    request: EditRequest

    async def sending(self) -> None:
        """Write down that it may exist from now on."""

    async def not_sent(self) -> None:
        """Write down that it does not exist: it was refused, or never left."""

    async def accepted(self, report: TaskReport) -> None:
        """Write down the service's id."""


class Dispatcher:
    """Sends one account's tasks, first come, first served, and watches them.

    Args:
        client: Who calls.
        history: Where turns are booked, and which tasks are whose.
        account: Whose.
        tempo: The account's limits.
    """

    def __init__(self, client: Client, history: History, account: str, tempo: Tempo) -> None:
        self.client, self.tempo = client, tempo
        self._history, self._account = history, account
        self._pace = Pace(lambda call, interval: history.book(account, call, interval), tempo)
        self._budget = RetryBudget()
        self._poller = Poller(client, self._pace, tempo, self._budget)
        self._search = Search(client, history, account, self._pace, tempo)
        self._turn = asyncio.Lock()
        self._window = Window(tempo)
        self._reached = False

    async def submit(self, order: Order) -> TaskReport:
        """Send a task when its turn has come. It keeps a place until :meth:`leave`.

        One at a time: so tasks keep their order, and while an answer is lost nothing else of ours
        begins that the list could confuse with it.

        Raises:
            SubmissionUncertain: The task may exist, and the list does not tell which one it is.
            ServiceError: There is no task.
        """
        async with self._turn:
            prepared = await self.client.prepare(order.request)
            # It may lose its place while it waits to be offered again, so the place is its own.
            async with self._window.place() as place:
                report = await self._create(order, prepared, place)
                # Before the next one is sent: a search must know which tasks are whose.
                await order.accepted(report)
                place.keep()
            return report

    def leave(self) -> None:
        """Give up a submitted task's place: it has ended, or is not watched any more."""
        self._window.leave()

    async def watch(
        self, task_id: str, tell: Tell, function: str, megapixels: float, *, resumed: bool = False
    ) -> TaskReport:
        """Ask until the task has ended; see :meth:`~ipywanx.service.poller.Poller.watch`."""
        forecast = await asyncio.to_thread(self.forecast, function, megapixels)
        submitted = self.client.service_time(time.time()) if resumed else None
        return await self._poller.watch(task_id, forecast, tell, submitted)

    def forecast(self, function: str, megapixels: float) -> Forecast:
        """How long such tasks run, by what the history has seen."""
        seen = self._history.run_times(self._account, function, megapixels)
        return Forecast.learned(seen, self.tempo)

    def look_now(self, task_id: str) -> None:
        """Ask about a task at once."""
        self._poller.look_now(task_id)

    def place(self, task_id: str) -> int | None:
        """How many tasks come before this one; None where it is not watched."""
        return self._poller.place(task_id)

    async def _create(self, order: Order, prepared: Prepared, place: Place) -> TaskReport:
        began, trouble = time.monotonic(), 0
        while True:
            await self._pace.turn("create")
            await order.sending()
            sent = time.time()
            try:
                report = await self.client.create(prepared)
            except SubmissionUncertain as lost:
                model = order.request.about.model.name
                found = await self._search.find(model, sent, time.time(), lost)
                self._reached = True
                if found is not None:
                    return found
                error: ServiceError = _not_taken(lost)
            except (RateLimited, Unreachable) as refused:
                error = refused
            except ServiceError:
                await order.not_sent()
                raise
            else:
                self._reached = True
                self._budget.earn()
                self._pace.rates["create"].accepted()
                return report
            await order.not_sent()
            trouble += 1
            await asyncio.sleep(self._pause_before_next(error, trouble, time.monotonic() - began))
            await place.take_again()  # which the window, if it has shrunk, may not have now

    def _pause_before_next(self, error: ServiceError, trouble: int, elapsed: float) -> float:
        """Seconds until the task is offered again; raises the error where patience has ended."""
        tempo = self.tempo
        if isinstance(error, RateLimited):
            self._pace.rates["create"].refused()
            self._window.refused()
            self._poller.eager = self._window.is_shrunk
            patience = tempo.refusal_patience
        else:
            # A service that was never reached is told at once: a wrong address will not get better.
            patience = tempo.outage_patience if self._reached else 0.0
        asked = error.retry_after
        pause = asked or min(_LONGEST_BACK_OFF / tempo.clock, tempo.soonest * 2.0**trouble)
        # Minutes of silence are the person's to choose; the error says until when.
        if pause > LONGEST_PAUSE or elapsed + pause > patience or not self._budget.spend():
            raise error
        return pause if asked else pause * random.uniform(0.7, 1.3)  # noqa: S311

    async def find(self, model: str, sent: float) -> TaskReport | None:
        """The task that a killed kernel has sent at this time, None where it was not accepted.

        Raises:
            SubmissionUncertain: Several tasks may be it, or the list cannot be had.
        """
        why = SubmissionUncertain(
            Text("The kernel ended while the task was being sent.", "内核在发送任务时结束了。"),
            timed_out=True,
        )
        async with self._turn:
            answer = self.client.deadlines.call
            return await self._search.find(model, sent, min(time.time(), sent + answer), why)


def _not_taken(lost: SubmissionUncertain) -> ServiceError:
    """What is raised where the list has shown that there is no task."""
    return ServiceUnavailable(
        sentences(Text("The service did not take the task.", "服务没有接收该任务。"), lost.what),
        hint=Text(
            "The account's task list does not know it, so nothing is charged; try again later.",
            "账号的任务列表中没有它，因此不计费；请稍后重试。",
        ),
        status=lost.status,
        code=lost.code,
        request_id=lost.request_id,
    )
