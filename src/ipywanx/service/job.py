"""One task from the request to its pictures, on the background loop."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Generator
from concurrent.futures import Future
from dataclasses import replace
from datetime import datetime
from typing import Any

from ipywanx import wire
from ipywanx.errors import (
    NotAccepted,
    Rejected,
    ResultExpired,
    SubmissionUncertain,
    TaskCanceled,
    TaskError,
    TaskTimedOut,
)
from ipywanx.given import as_timeout
from ipywanx.model.functions import MAX_SEED, EditRequest
from ipywanx.model.requests import model_of
from ipywanx.model.results import Result, Timings, decoded
from ipywanx.model.tasks import Status, TaskReport
from ipywanx.service.archive import Archive
from ipywanx.service.dispatcher import Dispatcher
from ipywanx.service.portal import Portal
from ipywanx.service.record import Record, owner
from ipywanx.text import Text


class Job:
    """A task under way. It goes on whether anyone waits for it or not.

    ``await job`` and :meth:`result` give the :class:`~ipywanx.Result`; :attr:`status` and
    :attr:`elapsed` may be read at any time, in any thread.

    Attributes:
        request: What was asked; None for a task that this home's history does not know.
    """

    def __init__(
        self,
        dispatcher: Dispatcher,
        archive: Archive,
        portal: Portal,
        *,
        request: EditRequest | None = None,
        record: Record | None = None,
    ) -> None:
        # A seed of our own makes the result repeatable; the service never tells the one it drew.
        self.request = request and request.with_seed(random.SystemRandom().randint(0, MAX_SEED))
        self._resumed = record is not None
        self._record = record or archive.begin(self.request)
        self._dispatcher, self._archive, self._portal = dispatcher, archive, portal
        self._cancel_asked = False
        self._may_run_unseen = False
        self._sending = asyncio.Event()  # a task may exist at the service from now on
        self._answered = asyncio.Event()  # the create call has an answer, or never will have
        self._queued: asyncio.Task[TaskReport] | None = None
        self._began = time.monotonic()
        self._ended: float | None = None
        self._future: Future[Result] = portal.submit(self._run())

    @property
    def task_id(self) -> str | None:
        """The service's id, None until it has accepted the task."""
        return self._record.task_id

    @property
    def record(self) -> Record:
        """Its row in the history, as it is now."""
        return self._record

    @property
    def record_id(self) -> str:
        """The name of its row."""
        return self._record.id

    @property
    def status(self) -> Status:
        """The service's last word: PENDING, RUNNING, SUCCEEDED, FAILED, CANCELED or UNKNOWN."""
        if self.task_id is not None or not self.failed:
            return Status(self._record.status)
        dropped = self._future.cancelled() or isinstance(self._future.exception(), TaskCanceled)
        return Status.CANCELED if dropped else Status.FAILED

    @property
    def elapsed(self) -> float:
        """Seconds since it was asked for, until it ended."""
        return (self._ended or time.monotonic()) - self._began

    def done(self) -> bool:
        """Whether it has ended, with pictures or without."""
        return self._future.done()

    def when_done(self, callback: Callable[[Job], object]) -> None:
        """Call back when it has ended, at once if it has; in any thread, and not for long."""
        self._future.add_done_callback(lambda _: callback(self))

    @property
    def failed(self) -> bool:
        """Whether it ended without a result, for whatever reason."""
        ended = self._future.done()
        return ended and (self._future.cancelled() or self._future.exception() is not None)

    @property
    def is_free(self) -> bool:
        """Whether it has ended with nothing that could be charged."""
        ended = self.failed and self.status in {Status.FAILED, Status.CANCELED}
        return ended and not self._may_run_unseen

    @property
    def cost(self) -> float:
        """Yuan that it cost; 0 until it has a result."""
        return 0.0 if not self.done() or self.failed else self._future.result().cost

    def result(self, timeout: float | None = None) -> Result:
        """Wait for the pictures. An interrupt ends the wait, not the task.

        Args:
            timeout: Seconds to wait at most; None for as long as it takes.

        Raises:
            InvalidRequest: The timeout is no number.
            TaskTimedOut: It is still going on; nothing is lost.
            TaskFailed: The service ended it with an error.
            TaskCanceled: It was cancelled before it ran.
            ServiceError: The task was never accepted.
        """
        timeout = as_timeout(timeout)
        try:
            return self._future.result(timeout)
        except TimeoutError:
            if self._future.done():
                raise
            state, seconds = self.status, f"{self.elapsed:.0f}"
            raise TaskTimedOut(
                Text(
                    f"The task is {state} after {seconds} s.",
                    f"{seconds} 秒后任务的状态是 {state}。",
                ),
                hint=Text(
                    "It goes on: call result() again, or wx.resume(task_id) from any kernel.",
                    "任务仍在继续：可再次调用 result()，或在任意内核中调用 wx.resume(task_id)。",
                ),
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
        if self._queued is not None and not self._sending.is_set():
            self._queued.cancel()  # it waits for its turn, and nothing of it was sent
        await self._answered.wait()
        if self.task_id is None:
            return not self._may_run_unseen
        if self.status.is_final:
            return self.status is Status.CANCELED
        try:
            await self._dispatcher.client.cancel(self.task_id)
        except Rejected:
            return False
        finally:
            self._dispatcher.look_now(self.task_id)
        return True

    # ---- its life, on the background loop

    async def _run(self) -> Result:
        try:
            if (kept := await self._kept_result()) is not None:
                return kept
            submitted = self.task_id is None and not self._resumed
            if submitted:
                await self._submit()
            elif self.task_id is None:
                await self._search()
            self._answered.set()
            try:
                report = await self._dispatcher.watch(
                    self.task_id or "",
                    self._hear,
                    self._record.function,
                    self._record.megapixels,
                    resumed=not submitted,
                )
            finally:
                if submitted:
                    self._dispatcher.leave()
            return await self._collect(report)
        except SubmissionUncertain:
            self._may_run_unseen = True
            raise
        finally:
            self._ended = time.monotonic()
            self._answered.set()

    async def _kept_result(self) -> Result | None:
        """What another kernel has fetched already, with the request that this home knows."""
        if not self._resumed:
            return None
        if self.request is None:
            self.request = await asyncio.to_thread(self._archive.request, self._record)
        if not self._record.fetched:
            return None
        return await asyncio.to_thread(self._archive.result, self._record)

    async def _submit(self) -> None:
        if not self._cancel_asked:
            self._queued = asyncio.create_task(self._dispatcher.submit(self))  # type: ignore[arg-type] # its request is there
        try:
            if self._queued is not None:
                await self._queued
                return
        except asyncio.CancelledError:
            if not self._cancel_asked:
                raise
        raise TaskCanceled(
            Text("The task was cancelled before it was sent.", "任务在发送前已取消。"), task_id=""
        )

    async def _search(self) -> None:
        """Find the task of a kernel that ended while it was being sent."""
        report = await self._dispatcher.find(
            model_of(self._record.function), self._record.sent or self._record.asked
        )
        if report is None:
            never = never_accepted()
            await self._note(status=Status.UNKNOWN.value, message=never.message)
            raise never
        await self.accepted(report)

    # ---- what the dispatcher tells

    async def sending(self) -> None:
        """Write down that it may exist from now on."""
        if self._cancel_asked:
            raise asyncio.CancelledError
        self._sending.set()
        if self.request is not None and not self._record.request:
            self._record = await asyncio.to_thread(
                self._archive.keep_request, self._record, self.request
            )
        await self._note(sent=time.time())

    async def not_sent(self) -> None:
        """Write down that it does not exist."""
        await asyncio.to_thread(self._archive.history.delete, self._record)
        self._record = replace(self._record, sent=None)
        self._sending.clear()

    async def accepted(self, report: TaskReport) -> None:
        """Write down the service's id."""
        await self._note(task_id=report.task_id, status=report.status.value, owner=owner())

    def _hear(self, report: TaskReport) -> None:
        """Remember the status; it is written with the end, or found out again."""
        self._record = replace(self._record, status=report.status.value)

    async def _note(self, **changes: Any) -> None:
        record = replace(self._record, **changes)
        await asyncio.to_thread(self._archive.history.put, record)
        self._record = record  # what is shown is on the disk

    # ---- its end

    async def _collect(self, report: TaskReport) -> Result:
        """The ended task as a result, its pictures fetched at once: their URLs die in a day."""
        await self._note(
            status=report.status.value,
            request_id=report.request_id,
            submitted=_seconds(report.submitted),
            scheduled=_seconds(report.scheduled),
            ended=_seconds(report.ended),
            code=report.code,
            message=report.message,
            image_count=report.image_count,
        )
        if (failure := _failure(report)) is not None:
            raise failure
        urls = [output.url for output in report.outputs if output.url is not None]
        # Those that arrive are kept, whatever becomes of the others.
        fetched = await asyncio.gather(*map(self._fetch, urls), return_exceptions=True)
        for one in fetched:
            if isinstance(one, BaseException):
                raise one
        names = [name for name, _ in fetched]  # type: ignore[misc] # no exception is left
        data = tuple(data for _, data in fetched)  # type: ignore[misc]
        total = time.monotonic() - self._began
        paths = tuple(self._archive.files.path(name) for name in names if name)
        result = Result(self.request, report, data, Timings.of(report, total), paths)
        await asyncio.to_thread(lambda: result.images)  # decode here, not in the caller's loop
        ended = self._archive.ended(self._record, report, names)
        if self.request is not None and not ended.request:  # the disk may take it by now
            ended = await asyncio.to_thread(self._archive.keep_request, ended, self.request)
        await self._note(
            request=ended.request, outputs=ended.outputs, fetched=ended.fetched, cost=result.cost
        )
        self._archive.paid = round(self._archive.paid + result.cost, 2)
        asyncio.get_running_loop().run_in_executor(
            None, self._archive.broom.tidy
        )  # nobody waits for it
        notice = self._archive.notice(self._record, self.request)
        return replace(result, remarks=(notice,)) if notice else result

    async def _fetch(self, url: str) -> tuple[str, bytes]:
        data = await self._dispatcher.client.files.download(url)
        await asyncio.to_thread(decoded, data)  # rubbish is not kept
        return await asyncio.to_thread(self._archive.keep_picture, data), data

    def __repr__(self) -> str:
        what = self.request.about.name if self.request else "task"
        return f"<Job {what} {self.task_id or '(being sent)'}: {self.status}, {self.elapsed:.1f} s>"


def never_accepted() -> NotAccepted:
    """What is raised for a task that the service never had."""
    return NotAccepted(
        Text(
            "The kernel ended before the service had accepted the task.",
            "内核在服务接收任务之前结束了。",
        ),
        hint=Text(
            "Nothing was charged. Its request is job.request.",
            "没有计费。它的请求在 job.request 中。",
        ),
    )


def _failure(report: TaskReport) -> TaskError | None:
    """Why an ended task gives no pictures; None where it does."""
    match report.status:
        case Status.FAILED:
            return wire.task_failure(report)
        case Status.CANCELED:
            return TaskCanceled(
                Text(
                    f"The task {report.task_id} was cancelled before it ran; it costs nothing.",
                    f"任务 {report.task_id} 在运行前已取消；不计费。",
                ),
                task_id=report.task_id,
            )
        case Status.UNKNOWN:
            return ResultExpired(
                Text(
                    f"The service does not know the task {report.task_id!r}.",
                    f"服务不知道任务 {report.task_id!r}。",
                ),
                hint=Text(
                    "It keeps tasks for 24 hours, for the account whose key made them.",
                    "服务只为创建任务的账号保留任务 24 小时。",
                ),
                task_id=report.task_id,
            )
        case _:
            return None


def _seconds(moment: datetime | None) -> float | None:
    return moment.timestamp() if moment else None
