"""One task from the request to its pictures, watched on the background loop."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Generator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from ipywanx import wire
from ipywanx.errors import (
    Refused,
    Rejected,
    ResultExpired,
    ServiceError,
    SubmissionUncertain,
    TaskCanceled,
    TaskTimedOut,
    WanxError,
)
from ipywanx.model.functions import MAX_SEED, EditRequest
from ipywanx.model.results import Result, Timings
from ipywanx.model.tasks import Status, TaskReport
from ipywanx.service.client import Client
from ipywanx.service.portal import Portal

# A task can be UNKNOWN for a moment after it was accepted, until all servers have heard of it.
_UNKNOWN_GRACE = 10.0


class Job:
    """A task under way. It goes on whether anyone waits for it or not.

    ``await job`` and :meth:`result` give the :class:`~ipywanx.Result`; :attr:`status` and
    :attr:`elapsed` may be read at any time, in any thread.

    Attributes:
        request: What was asked; None for a task of another kernel.
        task_id: The service's id, None until it has accepted the task.
    """

    def __init__(
        self,
        client: Client,
        portal: Portal,
        home: Path,
        *,
        request: EditRequest | None = None,
        task_id: str | None = None,
    ) -> None:
        # A seed of our own makes the result repeatable; the service never tells the one it drew.
        self.request = request and request.with_seed(random.SystemRandom().randint(0, MAX_SEED))
        self.task_id = task_id
        self._client, self._portal, self._folder = client, portal, home / "pictures"
        self._report: TaskReport | None = None
        self._cancel_asked = False
        self._may_run_unseen = False
        self._look_now = asyncio.Event()
        self._answered = asyncio.Event()  # the create call has an answer, or never will have
        self._began = time.monotonic()
        self._ended: float | None = None
        self._future: Future[Result] = portal.submit(self._run())

    @property
    def status(self) -> Status:
        """The service's last word: PENDING, RUNNING, SUCCEEDED, FAILED, CANCELED or UNKNOWN."""
        if self._report is not None:
            return self._report.status
        if not self.failed:
            return Status.PENDING
        dropped = self._future.cancelled() or isinstance(self._future.exception(), TaskCanceled)
        return Status.CANCELED if dropped else Status.FAILED

    @property
    def elapsed(self) -> float:
        """Seconds since it was asked for, until it ended."""
        return (self._ended or time.monotonic()) - self._began

    def done(self) -> bool:
        """Whether it has ended, with pictures or without."""
        return self._future.done()

    @property
    def failed(self) -> bool:
        """Whether it ended without a result, for whatever reason."""
        ended = self._future.done()
        return ended and (self._future.cancelled() or self._future.exception() is not None)

    @property
    def cost(self) -> float:
        """Yuan that it cost; 0 until it has a result."""
        return 0.0 if not self.done() or self.failed else self._future.result().cost

    def result(self, timeout: float | None = None) -> Result:
        """Wait for the pictures. An interrupt ends the wait, not the task.

        Args:
            timeout: Seconds to wait at most; None for as long as it takes.

        Raises:
            TaskTimedOut: It is still going on; nothing is lost.
            TaskFailed: The service ended it with an error.
            TaskCanceled: It was cancelled before it ran.
            ServiceError: The task was never accepted.
        """
        try:
            return self._future.result(timeout)
        except TimeoutError:
            if self._future.done():
                raise
            raise TaskTimedOut(
                f"The task is {self.status} after {self.elapsed:.0f} s.",
                hint="It goes on: call result() again, or wx.resume(task_id) from any kernel.",
                task_id=self.task_id or "",
            ) from None

    def __await__(self) -> Generator[Any, None, Result]:
        # The shield lets a cancelled waiter go without taking the task along.
        return asyncio.shield(asyncio.wrap_future(self._future)).__await__()

    def cancel(self) -> bool:
        """Ask that it does not run, and wait for the answer.

        Returns:
            True if it will not run and costs nothing; False if it runs already, has ended, or may
            run unseen: the service cannot stop a running task, and its pictures can still be
            fetched.
        """
        return self.request_cancel().result()

    def request_cancel(self) -> Future[bool]:
        """As :meth:`cancel`, without waiting: for callbacks, which must not block."""
        return self._portal.submit(self._cancel())

    async def _cancel(self) -> bool:
        self._cancel_asked = True
        await self._answered.wait()
        if self.task_id is None:
            return not self._may_run_unseen
        if self.status.is_final:
            return self.status is Status.CANCELED
        try:
            await self._client.cancel(self.task_id)
        except Rejected:
            return False
        finally:
            self._look_now.set()
        return True

    async def _run(self) -> Result:
        try:
            if self.request is not None and self.task_id is None:
                await self._submit(self.request)
            self._answered.set()
            report = await self._watch(self.task_id or "")
            return await self._collect(report)
        finally:
            self._ended = time.monotonic()
            self._answered.set()

    async def _submit(self, request: EditRequest) -> None:
        if self._cancel_asked:
            raise TaskCanceled("The task was cancelled before it was sent.", task_id="")
        try:
            self._report = await self._client.submit(request)
        except SubmissionUncertain:
            self._may_run_unseen = True
            raise
        self.task_id = self._report.task_id

    async def _watch(self, task_id: str) -> TaskReport:
        """Ask until the task has ended. A failed question never fails the task."""
        trouble = 0
        while True:
            try:
                report = await self._client.query(task_id)
            except Refused:
                raise
            except ServiceError as error:
                trouble += 1
                wait = getattr(error, "retry_after", None)
                await asyncio.sleep(wait or random.uniform(0.5, 1.5) * min(15.0, 2.0**trouble / 4))  # noqa: S311
                continue
            trouble = 0
            unheard = report.status is Status.UNKNOWN and self.elapsed < _UNKNOWN_GRACE
            if not (unheard and self.request is not None):
                self._report = report
                if report.status.is_final:
                    return report
            # A tenth of the time waited so far is what a late answer may cost, up to 3 s.
            self._look_now.clear()
            with contextlib.suppress(TimeoutError):
                pause = min(3.0, max(0.1, self.elapsed / 10))
                await asyncio.wait_for(self._look_now.wait(), pause)

    async def _collect(self, report: TaskReport) -> Result:
        """The ended task as a result, its pictures fetched at once: their URLs die in a day."""
        match report.status:
            case Status.FAILED:
                raise wire.task_failure(report)
            case Status.CANCELED:
                raise TaskCanceled(
                    f"The task {report.task_id} was cancelled before it ran; it costs nothing.",
                    task_id=report.task_id,
                )
            case Status.UNKNOWN:
                raise ResultExpired(
                    f"The service does not know the task {report.task_id!r}.",
                    hint="It keeps tasks for 24 hours, for the account whose key made them.",
                    task_id=report.task_id,
                )
        urls = [output.url for output in report.outputs if output.url is not None]
        data = await asyncio.gather(*map(self._client.files.download, urls))
        result = Result(self.request, report, tuple(data), self._timings(report))
        with contextlib.suppress(WanxError):  # a full disk must not cost the picture as well
            paths = await asyncio.to_thread(result.save, self._folder)
            result = Result(self.request, report, result.data, result.timings, tuple(paths))
        await asyncio.to_thread(lambda: result.images)  # decode here, not in the caller's loop
        return result

    def _timings(self, report: TaskReport) -> Timings:
        def between(start: Any, end: Any) -> float | None:
            return (end - start).total_seconds() if start and end else None

        return Timings(
            queued=between(report.submitted, report.scheduled),
            ran=between(report.scheduled, report.ended),
            total=time.monotonic() - self._began,
        )

    def __repr__(self) -> str:
        what = self.request.about.name if self.request else "task"
        return f"<Job {what} {self.task_id or '(being sent)'}: {self.status}, {self.elapsed:.1f} s>"
