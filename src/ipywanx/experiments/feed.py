"""How do many requests reach the session? A few at a time, in order, until all have ended.

A few are always on their way, so that the service never waits for us. What the history has is read
from the disk; what a killed kernel has sent is waited for.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from ipywanx.errors import NotAccepted, RateLimited, Refused, ServiceUnavailable, Unreachable
from ipywanx.experiments.cells import Cell, Scorer
from ipywanx.text import Text

if TYPE_CHECKING:
    from ipywanx.service.job import Job
    from ipywanx.service.record import Record
    from ipywanx.session import Session

AHEAD = 8
"""Requests on their way at once: twice what the service runs and holds for one account."""
# The key, the account's money, no way to the service: the others would fail as well.
_CONCERNS_ALL = (RateLimited, Refused, ServiceUnavailable, Unreachable)


class Feed:
    """Sends what cells ask for, each request once. Any thread may call.

    Args:
        session: Who sends.
        alike: Cells by the fingerprint of what they ask for; those of one share its result.
        known: Rows of what was asked for before, by fingerprint.
        score: Judges each result as it arrives.

    Attributes:
        known: As given; :meth:`again` adds to it.
        changes: Grows with each cell that has ended.
        ended: Set while nothing is left to be sent or waited for.
        trouble: Why it has stopped by itself, or None.
    """

    def __init__(
        self,
        session: Session,
        alike: Mapping[str, Sequence[Cell]],
        known: Mapping[str, Record],
        score: Scorer | None,
    ) -> None:
        self.known = dict(known)
        self.changes = 0
        self.ended = threading.Event()
        self.trouble: Text | None = None
        self._session, self._alike, self._score = session, alike, score
        self._lock = threading.RLock()
        self._left = list(alike)[::-1]  # the next one is the last
        self._busy: dict[str, Job | None] = {}  # None: it is read from the disk
        self._called_back: set[str] = set()
        self._wanted_still: set[str] = set()
        self._workers: ThreadPoolExecutor | None = None

    def stop(self, why: Text | None = None) -> None:
        """Send nothing more, and call back what does not run yet."""
        with self._lock:
            self.trouble = why
            for fingerprint in self._left:
                for cell in self._alike[fingerprint]:
                    cell.stop(why)
            self._left.clear()
            jobs = [job for job in self._busy.values() if job is not None]
            self._called_back |= set(self._busy)
            self._wanted_still.clear()
            self.changes += 1
        for job in jobs:
            job.request_cancel()
        self.go()  # where nothing is under way, it has ended now

    def again(self) -> None:
        """Ask again for what has ended without a result."""
        with self._lock:
            self.trouble = None
            lost = {fingerprint for fingerprint, cells in self._alike.items() if cells[0].is_lost}
            # What is being called back, or just taken, is asked for when that has ended: two jobs
            # of one request at once would be paid for twice.
            self._wanted_still |= self._called_back | (lost & self._busy.keys())
            free = lost - self._busy.keys()
            self._queue([name for name in self._alike if name in free])
            if self._left or self._busy:
                self.ended.clear()
        self.go()

    def _queue(self, lost: Sequence[str]) -> None:
        """Let cells wait to be sent once more."""
        for fingerprint in lost:
            self.known.pop(fingerprint, None)
            for cell in self._alike[fingerprint]:
                cell.reset()
        # A task whose answer was lost may be there after all: it is looked for first.
        self.known |= self._session.known(lost)
        self._left = [*reversed(lost), *self._left]

    def go(self) -> None:
        """Send as many as there is room for; what is known already is read beside that."""
        while True:
            with self._lock:
                if not self._left:
                    if not self._busy:
                        self.ended.set()
                    return
                if sum(job is not None for job in self._busy.values()) >= AHEAD:
                    return
                fingerprint = self._left.pop()
                known = self.known.get(fingerprint)
                if known is not None and known.fetched:
                    self._busy[fingerprint] = None
                    self._work(self._read, fingerprint, known)
                    continue
                cells = self._alike[fingerprint]
                job = self._busy[fingerprint] = (
                    self._session.submit(cells[0].request)
                    if known is None
                    else self._session.attend(known)
                )
                for cell in cells:
                    cell.attend(job)
            # In a thread of ours: the session's loop has other things to do.
            job.when_done(partial(self._work, self._take, fingerprint))

    def _work(self, task: Callable[..., None], *asked: Any) -> None:
        with self._lock, suppress(RuntimeError):  # the interpreter is ending
            self._workers = self._workers or ThreadPoolExecutor(2, "ipywanx-sweep")
            self._workers.submit(task, *asked)

    def _read(self, fingerprint: str, record: Record) -> None:
        """Take what was made before."""
        first = self._alike[fingerprint][0]
        try:
            taken = first.take_kept(record)
        except Exception as error:  # noqa: BLE001 - such as a full memory: it ends, the others go on
            first.fail(error)
            taken = True
        if taken:
            self._end(fingerprint)
        else:
            with self._lock:
                del self._busy[fingerprint], self.known[fingerprint]
                self._left.append(fingerprint)
        self.go()

    def _take(self, fingerprint: str, job: Job) -> None:
        """Take what was made."""
        error = _error(job)
        with self._lock:
            # A killed kernel began to send it, and the service never had it: now it is sent.
            if isinstance(error, NotAccepted) and fingerprint not in self._called_back:
                self._wanted_still.add(fingerprint)
        self._alike[fingerprint][0].take(job)
        self._end(fingerprint)
        if isinstance(error, _CONCERNS_ALL) and self._left:
            self.stop(error.text)
        else:
            self.go()

    def _end(self, fingerprint: str) -> None:
        first, *twins = self._alike[fingerprint]
        if self._score is not None:
            first.judge(self._score)
        with self._lock:
            self._busy.pop(fingerprint, None)
            self._called_back.discard(fingerprint)
            for twin in twins:
                twin.like(first)
            if fingerprint in self._wanted_still and first.state != "SUCCEEDED":
                self._queue([fingerprint])
            self._wanted_still.discard(fingerprint)
            self.changes += 1


def _error(job: Job) -> BaseException | None:
    """Why an ended job has no result, or None."""
    try:
        job.result(0)
    except BaseException as error:  # noqa: BLE001 - whatever it is
        return error
    return None
