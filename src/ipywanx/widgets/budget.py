"""What may a studio still spend? What it has spent, what is under way, and the cap above both."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ipywanx.errors import InvalidRequest, unsent
from ipywanx.text import Text

if TYPE_CHECKING:
    from ipywanx.experiments.sweep import Sweep
    from ipywanx.service.job import Job
    from ipywanx.session import Session


class Budget:
    """The money of one studio.

    Args:
        session: Who sends, and knows what costs.
        cap: Tells the most yuan that may be spent, or None.

    Attributes:
        jobs: What was sent, oldest first.
        sweeps: The experiments that were begun, oldest first.
    """

    def __init__(self, session: Session, cap: Callable[[], float | None]) -> None:
        self._session, self._cap = session, cap
        self.jobs: list[Job] = []
        self.sweeps: list[Sweep] = []

    @property
    def spent(self) -> float:
        """Yuan that all this has cost so far."""
        jobs, sweeps = list(self.jobs), list(self.sweeps)
        return round(sum(one.cost for one in jobs) + sum(one.cost for one in sweeps), 2)

    @property
    def committed(self) -> float:
        """Yuan that all this has cost, and what is under way may cost."""
        jobs, sweeps = list(self.jobs), list(self.sweeps)
        mine = sum(map(self._may_cost, jobs))
        return round(mine + sum(one.may_cost for one in sweeps), 2)

    def _may_cost(self, job: Job) -> float:
        if job.is_free or job.request is None:
            return 0.0
        return job.cost if job.done() and not job.failed else self._session.price(job.request)

    def allow(self, price: float) -> None:
        """Let so many yuan be spent.

        Raises:
            InvalidRequest: That is more than the cap leaves.
        """
        cap, committed = self._cap(), self.committed
        if cap is not None and committed + price > cap:
            raise InvalidRequest(
                Text(
                    f"This would cost CNY {price:.2f}; {committed:.2f} of the cap of {cap:.2f} is "
                    "spent or under way.",
                    f"这将花费 CNY {price:.2f}；已花费或进行中 {committed:.2f}，上限为 {cap:.2f}。",
                ),
                hint=unsent(
                    "Raise studio.cap, or make fewer pictures.",
                    "请提高 studio.cap，或减少图片数量。",
                ),
            )
