"""What may a studio still spend? What it has spent, what is under way, and the cap above both."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from ipywanx.errors import InvalidRequest, unsent
from ipywanx.text import Text

if TYPE_CHECKING:
    from ipywanx.experiments.sweep import Sweep
    from ipywanx.model.results import Result
    from ipywanx.service.job import Job
    from ipywanx.service.record import Record
    from ipywanx.session import Session


class _Paid(NamedTuple):
    """What is left of a job that has a result: its pictures are on the disk, not in memory."""

    cost: float
    source: Record | Result


class Budget:
    """The money of one studio, and what it was spent on. Any thread may call.

    Args:
        session: Who sends, and knows what costs.
        cap: Tells the most yuan that may be spent, or None.

    Attributes:
        sweeps: The experiments that were begun, oldest first.
    """

    def __init__(self, session: Session, cap: Callable[[], float | None]) -> None:
        self._session, self._cap = session, cap
        self._lock = threading.RLock()
        self._jobs: dict[str, Job | _Paid] = {}  # by the history's row: a second try has the same
        self.sweeps: list[Sweep] = []

    def add(self, job: Job) -> None:
        """Count a job from now on."""
        with self._lock:
            self._jobs[job.record_id] = job

    @property
    def results(self) -> Sequence[Result]:
        """What came of the jobs, oldest first; each is read from the disk when it is asked for."""
        sources = [one.source for one in self._settled() if isinstance(one, _Paid)]
        return self._session.kept(sources)

    @property
    def tasks(self) -> Collection[str]:
        """The ids of all tasks that this was spent on, those of experiments too."""
        with self._lock:
            jobs = [one.source if isinstance(one, _Paid) else one for one in self._settled()]
            cells = [cell for sweep in self.sweeps for cell in sweep.cells]
        return {one.task_id for one in [*jobs, *cells] if one.task_id}

    @property
    def spent(self) -> float:
        """Yuan that all this has cost so far."""
        with self._lock:
            return round(sum(one.cost for one in [*self._settled(), *self.sweeps]), 2)

    @property
    def committed(self) -> float:
        """Yuan that all this has cost, and what is under way may cost."""
        with self._lock:
            mine = sum(map(self._may_cost, self._settled()))
            return round(mine + sum(one.may_cost for one in self.sweeps), 2)

    @contextmanager
    def spending(self, price: float) -> Iterator[None]:
        """Begin something at so many yuan; nobody else begins anything meanwhile.

        Raises:
            InvalidRequest: That is more than the cap leaves.
        """
        with self._lock:
            cap, committed = self._cap(), self.committed
            if cap is not None and price > 0 and round(committed + price, 2) > cap:
                raise InvalidRequest(
                    Text(
                        f"This would cost CNY {price:.2f}; {committed:.2f} of the cap of "
                        f"{cap:.2f} is spent or under way.",
                        f"这将花费 CNY {price:.2f}；已花费或进行中 {committed:.2f}，"
                        f"上限为 {cap:.2f}。",
                    ),
                    hint=unsent(
                        "Raise studio.cap, or make fewer pictures.",
                        "请提高 studio.cap，或减少图片数量。",
                    ),
                )
            yield

    def _settled(self) -> Sequence[Job | _Paid]:
        """All jobs; of those that have a result what is left of them."""
        with self._lock:
            for name, job in self._jobs.items():
                if not isinstance(job, _Paid) and job.done() and not job.failed:
                    kept = job.record if job.record.fetched else job.result()
                    self._jobs[name] = _Paid(job.cost, kept)
            return list(self._jobs.values())

    def _may_cost(self, job: Job | _Paid) -> float:
        if isinstance(job, _Paid):
            return job.cost
        return self._session.price(job.request) if job.request and not job.is_free else 0.0
