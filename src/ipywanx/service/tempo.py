"""How fast may an account be asked, and how long is a task expected to run?

The service's limits hold for an account with all its keys and kernels, so every number is here
once. Times are seconds; :meth:`Tempo.faster` scales them all, for tests and benchmarks that run on
a faster clock.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from statistics import NormalDist, fmean

_PRIOR_WEIGHT = 3
"""The expected run time counts as much as three runs that were seen."""
_STANDARD = NormalDist()
_FIRST_LOOK = _STANDARD.inv_cdf(0.02)
_LATE = 0.02
_EAGER = 0.3
_LONGEST_PAUSE = 30.0


@dataclass(frozen=True, slots=True)
class Tempo:
    """The limits of one account, and our patience with it.

    Attributes:
        creates: Tasks that may be made a second (vendor: 2); infinite where there is no limit.
        queries: Questions a second; the vendor allows 20, some are left for other programs.
        running: Tasks that run at once (vendor: 2); None where nobody knows.
        ahead: Tasks that may wait at the service, so that its places never stand empty.
        run_seconds: The median run time, before any was seen (vendor: 5 to 15 s).
        spread: The standard deviation of its logarithm.
        question_cost: Seconds of waiting that one question is worth: fewer ask more often.
        soonest, latest: The bounds of a pause between two questions.
        refusal_patience: How long a task is offered again that is refused for want of room.
        outage_patience: How long it is offered again, or searched for, while nothing is reached.
        search: How long a task is looked for in the account's list before it counts as not taken.
        gateway: How long the service may work on one call (its own header: 180 s); only after that
            a call that timed out here counts as over.
        clock: Seconds on the service's clock in one second here; 1 but for :meth:`faster`.
    """

    creates: float = 2.0
    queries: float = 18.0
    running: int | None = 2
    ahead: int = 2
    run_seconds: float = 8.0
    spread: float = 0.6
    question_cost: float = 0.024
    soonest: float = 0.25
    latest: float = 3.0
    refusal_patience: float = 180.0
    outage_patience: float = 120.0
    search: float = 12.0
    gateway: float = 180.0
    clock: float = 1.0

    @property
    def window(self) -> int | None:
        """Tasks that may be at the service at once; None for no bound."""
        return None if self.running is None else self.running + self.ahead

    def faster(self, factor: float) -> Tempo:
        """The same for a clock that runs ``factor`` times as fast."""
        return replace(
            self,
            creates=self.creates * factor,
            queries=self.queries * factor,
            clock=self.clock * factor,
            **{name: getattr(self, name) / factor for name in _TIMES},
        )


_TIMES = (
    "run_seconds",
    "question_cost",
    "soonest",
    "latest",
    "refusal_patience",
    "outage_patience",
    "search",
    "gateway",
)

SERVICE = Tempo()
EMBEDDED = Tempo(
    creates=math.inf, queries=math.inf, running=None, run_seconds=1.0, spread=1.0, soonest=0.05
)
"""The engine in this process: nothing is limited there, and a question costs 0.2 ms."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """How long tasks of one kind run: the logarithm of the seconds is about normal.

    Attributes:
        tempo: Whose bounds hold.
        mean: Of the logarithm.
        spread: Its standard deviation.
    """

    tempo: Tempo
    mean: float
    spread: float

    @classmethod
    def learned(cls, seconds: Iterable[float], tempo: Tempo) -> Forecast:
        """What the run times that were seen, by the service's clock, and the expectation say."""
        logs = [math.log(max(0.01, value) / tempo.clock) for value in seconds]
        expected = math.log(tempo.run_seconds)
        mean = fmean([*[expected] * _PRIOR_WEIGHT, *logs])
        squares = [tempo.spread**2] * _PRIOR_WEIGHT + [(value - mean) ** 2 for value in logs]
        return cls(tempo, mean, min(1.0, max(0.2, math.sqrt(fmean(squares)))))

    @property
    def median(self) -> float:
        """Half of the tasks run no longer, in seconds."""
        return math.exp(self.mean)

    @property
    def first_look(self) -> float:
        """Seconds of running before it is worth asking: one in fifty has ended by then."""
        return math.exp(self.mean + self.spread * _FIRST_LOOK)

    def pause(self, elapsed: float, *, eager: bool = False) -> float:
        """Seconds until the next question to a task that has run so long.

        A question costs ``c`` and a pause ``d`` costs ``h·d²/2`` of late answers, where ``h`` is
        the rate at which such tasks end now: the sum is least at ``d = √(2c/h)``. Of a task that
        runs on and on, a fiftieth of its time may be late. ``eager`` where a place at the service
        stands empty until we know: then being late costs more.
        """
        tempo = self.tempo
        if elapsed < self.first_look:
            return max(tempo.soonest, self.first_look - elapsed)
        cost = tempo.question_cost * (_EAGER if eager else 1)
        wanted = math.sqrt(2 * cost / self._end_rate(elapsed + tempo.soonest / 2))
        bounded = min(tempo.latest, max(tempo.soonest, wanted))
        return max(bounded, min(_LONGEST_PAUSE / tempo.clock, _LATE * elapsed))

    def _end_rate(self, elapsed: float) -> float:
        """The hazard: ends a second among the tasks that have run so long."""
        z = (math.log(elapsed) - self.mean) / self.spread
        left = 0.5 * math.erfc(z / math.sqrt(2))
        # So far out that nothing is left to count, the normal's hazard is z itself.
        ratio = z if left < 1e-12 else _STANDARD.pdf(z) / left
        return max(1e-9, ratio / (self.spread * elapsed))
