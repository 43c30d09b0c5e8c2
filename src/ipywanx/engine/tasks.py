"""What has become of a task?

A table of tasks and a few threads that run them first come, first served. The threads are daemons
of our own: those of a ``ThreadPoolExecutor`` are waited for at exit, so a kernel could not end
while a picture is made. Nothing here knows an event loop, so any number of them may ask.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ipywanx.engine.faults import Action
from ipywanx.engine.options import Clock, Log
from ipywanx.engine.storage import DAY
from ipywanx.model.tasks import Output, Status, TaskReport
from ipywanx.wire import Asked, Refusal

LONGEST = 3 * 3600.0
"""After so many seconds the service ends a task with InternalError.Timeout (vendor: errors)."""

Picture = bytes | Refusal
"""One finished file, or why there is none."""


@dataclass(slots=True)
class Task:
    """One task, as the engine knows it; changed under the table's lock only."""

    account: str
    asked: Asked
    request_id: str
    submitted: float
    seconds: float
    script: Action | None = None
    task_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    status: Status = Status.PENDING
    scheduled: float | None = None
    ended: float | None = None
    outputs: tuple[Output, ...] = ()
    failure: Refusal | None = None

    @property
    def model(self) -> str:
        """The model that was asked."""
        return self.asked.request_class.about.model.name

    @property
    def total(self) -> int:
        """Pictures that were asked for."""
        default = self.asked.request_class.about.model.default_n
        return int(self.asked.parameters.get("n", default))

    @property
    def word(self) -> str:
        """The status that is shown."""
        suspended = self.script is not None and self.script.word == "SUSPENDED"
        return "SUSPENDED" if suspended and self.status is Status.RUNNING else self.status.value

    def report(self, request_id: str) -> TaskReport:
        """The task as an answer tells it."""
        return TaskReport(
            task_id=self.task_id,
            status=self.status,
            request_id=request_id,
            submitted=_moment(self.submitted),
            scheduled=_moment(self.scheduled),
            ended=_moment(self.ended),
            outputs=self.outputs,
            code=self.failure.code if self.failure else "",
            message=self.failure.message if self.failure else "",
            image_count=sum(output.url is not None for output in self.outputs),
        )


class Tasks:
    """The table, the queue and the threads.

    Args:
        work: Makes a task's pictures; raises Refusal to fail it.
        publish: Gives a finished task's pictures their addresses.
        forget: Drops what a task no longer needs.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        concurrency: int,
        work: Callable[[Task], Sequence[Picture]],
        publish: Callable[[Task, Sequence[Picture], float], tuple[Output, ...]],
        forget: Callable[[Task], None],
        log: Log | None,
    ) -> None:
        self._clock = clock
        self._concurrency = concurrency
        self._work = work
        self._publish = publish
        self._forget = forget
        self._log = log
        self._table: dict[str, Task] = {}
        self._queue: deque[Task] = deque()
        self._changed = threading.Condition()
        self._threads: list[threading.Thread] = []
        self._stop = threading.Event()

    def add(self, task: Task) -> None:
        """Put a task at the end of the queue."""
        with self._changed:
            old = self._clock.now() - DAY
            for gone in [key for key, task in self._table.items() if task.submitted < old]:
                del self._table[gone]
            self._table[task.task_id] = task
            self._queue.append(task)
            self._tell(task)
            if len(self._threads) < self._concurrency:
                name = f"ipywanx-engine-{len(self._threads)}"
                thread = threading.Thread(target=self._run_queue, name=name, daemon=True)
                self._threads.append(thread)
                thread.start()
            self._changed.notify()

    def find(self, task_id: str, account: str) -> Task | None:
        """A task of this account that is not older than 24 hours."""
        with self._changed:
            task = self._table.get(task_id)
        mine = task is not None and task.account == account
        return task if mine and not self._is_old(task) else None

    def of(self, account: str) -> list[Task]:
        """All tasks of an account in the last 24 hours, newest first."""
        with self._changed:
            tasks = [task for task in self._table.values() if task.account == account]
        return [task for task in reversed(tasks) if not self._is_old(task)]

    def unfinished(self, account: str) -> int:
        """How many of an account's tasks wait or run."""
        return sum(not task.status.is_final for task in self.of(account))

    def look(self, task: Task, request_id: str) -> tuple[TaskReport, str]:
        """A task's report at one moment, and the status word to show."""
        with self._changed:
            return task.report(request_id), task.word

    def cancel(self, task_id: str, account: str) -> bool:
        """Cancel a task that waits; any other is left alone."""
        with self._changed:
            task = self.find(task_id, account)
            if task is None or task.status is not Status.PENDING:
                return False
            self._queue.remove(task)
            task.ended = self._clock.now()
            self._enter(task, Status.CANCELED)
        self._forget(task)
        return True

    def close(self) -> None:
        """Start nothing more; what runs ends on its own or with the process."""
        self._stop.set()
        with self._changed:
            self._changed.notify_all()
        for thread in self._threads:
            thread.join(timeout=1.0)

    def _is_old(self, task: Task | None) -> bool:
        return task is not None and task.submitted < self._clock.now() - DAY

    def _run_queue(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._queue or self._stop.is_set())
                if self._stop.is_set():
                    return
                task = self._queue.popleft()
                task.scheduled = self._clock.now()
                self._enter(task, Status.RUNNING)
            self._run(task, task.scheduled)

    def _run(self, task: Task, began: float) -> None:
        pictures: Sequence[Picture] = ()
        failure: Refusal | None = None
        try:
            pictures = self._work(task)
        except Refusal as refusal:
            failure = refusal
        except Exception:
            logging.getLogger(__name__).exception("Task %s broke.", task.task_id)
            failure = Refusal("InternalError.Algo")
        never = task.script is not None and task.script.word == "never"
        self._clock.wait_until(began + (LONGEST if never else task.seconds), self._stop)
        if self._stop.is_set():
            return
        if never:
            failure = Refusal("InternalError.Timeout")
        if failure is None and all(isinstance(picture, Refusal) for picture in pictures):
            failure = next((p for p in pictures if isinstance(p, Refusal)), None)
        ended = self._clock.now()
        outputs: tuple[Output, ...] = ()
        try:
            if failure is None:
                outputs = self._publish(task, pictures, ended)
        except OSError:
            logging.getLogger(__name__).exception("Task %s could not be stored.", task.task_id)
            failure = Refusal("InternalError.Upload")
        with self._changed:
            task.ended, task.outputs, task.failure = ended, outputs, failure
            self._enter(task, Status.FAILED if failure else Status.SUCCEEDED)
        self._forget(task)

    def _enter(self, task: Task, status: Status) -> None:
        task.status = status
        self._tell(task)

    def _tell(self, task: Task) -> None:
        if self._log is not None:
            about = {"task_id": task.task_id, "status": task.word}
            self._log({"event": "task", "t": time.time(), **about})


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
