"""Was it accepted? After a lost answer, the account's task list is searched.

The list tells neither function nor prompt. So a task is told by its time: it was made while the
call was out, and no row of any kernel of this person names it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from datetime import timedelta

from ipywanx.errors import Refused, ServiceError, SubmissionUncertain
from ipywanx.model.tasks import TaskReport, TaskSummary
from ipywanx.service.client import Client
from ipywanx.service.history import History
from ipywanx.service.pace import Pace
from ipywanx.service.record import Record
from ipywanx.service.tempo import Tempo
from ipywanx.text import Text

CLOCK_ERROR = 3.0
"""Seconds by which we may misjudge the service's clock, whose headers go by seconds."""


class Search:
    """Looks for tasks whose create answers were lost.

    Args:
        client: Who asks.
        history: Which tasks are whose.
        account: Whose list.
        pace: Whose turns it waits for.
        tempo: How long it looks.
    """

    def __init__(
        self, client: Client, history: History, account: str, pace: Pace, tempo: Tempo
    ) -> None:
        self._client, self._history, self._account = client, history, account
        self._pace, self._tempo = pace, tempo

    async def find(
        self, model: str, sent: float, lost: float, why: SubmissionUncertain
    ) -> TaskReport | None:
        """Look in the account's list for a task whose create answer was lost.

        Args:
            model: Which model was asked.
            sent: When it was sent, in Unix seconds here.
            lost: When the answer was given up.
            why: What was raised.

        Returns:
            The task, or None where nothing was accepted: the list has answered several times over
            :attr:`Tempo.search` seconds and does not know it.

        Raises:
            SubmissionUncertain: Several tasks may be it, or the list cannot be had.
        """
        answers, began, pause = 0, time.monotonic(), self._tempo.soonest
        candidates: Sequence[TaskSummary] = ()
        while True:
            try:
                candidates, doubt = await self._look(model, sent, lost)
                answers += 1
                if len(candidates) == 1 and not doubt:
                    return await self._client.query(candidates[0].task_id)
            except Refused:
                raise _ambiguous(why, candidates) from None
            except ServiceError:
                pass
            elapsed = time.monotonic() - began
            over = not why.timed_out or time.time() > sent + self._tempo.gateway
            if elapsed > self._tempo.search and answers >= 3 and (over or candidates):
                if candidates:
                    raise _ambiguous(why, candidates)
                return None
            if elapsed > self._tempo.outage_patience and answers < 3:
                raise _ambiguous(why, candidates)
            await asyncio.sleep(pause)
            pause = min(2 * pause, self._tempo.latest)

    async def _look(self, model: str, sent: float, lost: float) -> tuple[list[TaskSummary], bool]:
        """Tasks made in that time that no row names, and whether another row may mean one of them.

        The rows are read once, and after the list: a task that another kernel has claimed since is
        in its row, and one that it may still claim has a row without an id.
        """
        margin = timedelta(seconds=CLOCK_ERROR)
        since = self._client.service_time(sent) - margin
        until = self._client.service_time(lost) + margin
        await self._pace.turn("query")
        tasks, _ = await self._client.list(since, until, model=model)
        rows = await asyncio.to_thread(self._history.recent, self._account)
        known = {row.task_id for row in rows}
        candidates = [
            task for task in tasks if task.task_id not in known and since <= task.created <= until
        ]
        being_sent = [row for row in rows if row.task_id is None and row.is_open]
        doubt = any(
            sum(self._may_be(row, candidate) for row in being_sent) > 1 for candidate in candidates
        )
        return candidates, doubt

    def _may_be(self, row: Record, candidate: TaskSummary) -> bool:
        """Whether the task was made while this row's call was out."""
        if row.sent is None:
            return False
        answer = self._client.deadlines.call
        first = self._client.service_time(row.sent).timestamp() - CLOCK_ERROR
        last = self._client.service_time(row.sent + answer).timestamp() + CLOCK_ERROR
        return first <= candidate.created.timestamp() <= last


def _ambiguous(why: SubmissionUncertain, candidates: Sequence[TaskSummary]) -> SubmissionUncertain:
    """What the person is asked where the list leaves a doubt."""
    if candidates:
        ids = ", ".join(row.task_id for row in candidates)
        hint = Text(
            f"It may be one of these: {ids}. Look with wx.resume(id) before you send it again.",
            f"它可能是其中之一：{ids}。再次发送前请用 wx.resume(id) 查看。",
        )
    else:
        hint = Text(
            "The account's task list could not be asked either. wx.jobs() looks for it again; do "
            "that before you send it again, or it may be charged twice.",
            "也无法查询账号的任务列表。再次发送前请用 wx.jobs() 再找一次，否则可能重复计费。",
        )
    return SubmissionUncertain(
        why.what,
        hint=hint,
        status=why.status,
        code=why.code,
        request_id=why.request_id,
        candidates=tuple(candidates),
    )
