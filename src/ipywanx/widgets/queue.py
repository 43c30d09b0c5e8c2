"""What is under way? A row for each job, kept current by reading what the jobs say."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ipywanx.errors import WanxError

if TYPE_CHECKING:
    from ipywanx.model.functions import EditRequest
    from ipywanx.service.job import Job
    from ipywanx.session import Session

LOOK_EVERY = 0.2
"""Seconds between looks while something is under way."""


class Queue:
    """The jobs of one studio.

    Args:
        session: Who sends them.
        show: Hears the rows whenever they have changed, in any thread.
        finished: Hears of each job that has pictures, once; its row is gone by then.
    """

    def __init__(
        self,
        session: Session,
        show: Callable[[list[dict[str, Any]]], None],
        finished: Callable[[Job], None],
    ) -> None:
        self._session, self._show, self._finished = session, show, finished
        self._lock = threading.RLock()
        self._jobs: dict[str, Job] = {}
        self._ended: set[str] = set()
        self._rows: list[dict[str, Any]] = []
        # Asked of the history, so not at each look: only when an end may have taught it something.
        self._expected: dict[str, float] = {}
        self._watcher: threading.Thread | None = None
        self._closed = threading.Event()

    @property
    def jobs(self) -> Sequence[Job]:
        """Those that are under way or failed, oldest first."""
        with self._lock:
            return list(self._jobs.values())

    def find_open(self, request: EditRequest) -> Job | None:
        """A job under way that was asked the same, but for a seed that was drawn for it."""
        with self._lock:
            under_way = [job for job in self._jobs.values() if job.request and not job.done()]
        return next((job for job in under_way if _is_alike(job.request, request)), None)

    def add(self, job: Job) -> None:
        """Show a job until it has ended, and then what became of it."""
        with self._lock:
            self._jobs[job.record_id] = job
            if self._watcher is None:
                self._watcher = threading.Thread(
                    target=self._watch, name="ipywanx-queue", daemon=True
                )
                self._watcher.start()
        self.look()

    def find(self, name: Any) -> Job | None:
        """The job of a row."""
        with self._lock:
            return self._jobs.get(name) if isinstance(name, str) else None

    def remove(self, name: Any) -> None:
        """Take an ended job's row away."""
        with self._lock:
            if name in self._ended:
                del self._jobs[name]
                self._ended.discard(name)  # another try may have the same row of the history
        self.look()

    def look(self) -> bool:
        """Read all jobs, and tell what is new; whether any is still under way."""
        with self._lock:
            new = [
                job for name, job in self._jobs.items() if job.done() and name not in self._ended
            ]
            for job in new:
                if job.failed:
                    self._ended.add(job.record_id)  # until somebody has read why
                else:
                    del self._jobs[job.record_id]
            rows = [self._row(job) for job in self._jobs.values()]
            if new:
                self._expected.clear()
            changed, self._rows = rows != self._rows, rows
            under_way = any(not job.done() for job in self._jobs.values())
        if changed:
            self._show(rows)
        for job in new:
            if not job.failed:
                self._finished(job)
        return under_way

    def close(self) -> None:
        """Look no more; the jobs go on."""
        self._closed.set()

    def _watch(self) -> None:
        while not self._closed.wait(LOOK_EVERY):
            with self._lock:
                if not any(name not in self._ended for name in self._jobs):
                    self._watcher = None
                    return
            self.look()

    def _row(self, job: Job) -> dict[str, Any]:
        request = job.request
        state = str(job.status)
        if not job.done() and job.task_id is None:
            state = "QUEUED"
        return {
            "id": job.record_id,
            "task": job.task_id or "",
            "function": request.about.name if request else "",
            "prompt": request.prompt if request else "",
            "n": request.n if request else 1,
            "state": state,
            "began": round((time.time() - job.elapsed) * 10) * 100,  # ms; steady from look to look
            "took": round(job.elapsed, 1) if job.done() else None,
            "expected": self._expected_seconds(job.record_id, request) if request else None,
            "place": self._session.place(job),
            "price": self._session.price(request) if request else 0.0,
            "error": _error(job),
        }

    def _expected_seconds(self, name: str, request: EditRequest) -> float:
        if name not in self._expected:
            self._expected[name] = round(self._session.expected_seconds(request), 1)
        return self._expected[name]


def _is_alike(sent: EditRequest | None, request: EditRequest) -> bool:
    if sent is None or sent.seed is None or type(sent) is not type(request):
        return False
    return sent.fingerprint == request.with_seed(sent.seed).fingerprint


def _error(job: Job) -> list[str]:
    """Why it gave no pictures, in English and Chinese."""
    if not job.failed:
        return []
    try:
        job.result(0)
    except WanxError as error:
        return list(error.text)
    except BaseException as error:  # noqa: BLE001 - cancelled from outside
        return [type(error).__name__] * 2
    return []
