"""Whose turn is it to call? Rates, and a bound on what is repeated.

Turns are booked in the history, so that all kernels of one person share an account's limits.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable
from typing import Literal

from ipywanx.service.tempo import Tempo

Call = Literal["create", "query"]
Book = Callable[[Call, float], float]
"""Books the next turn of a call, so many seconds before the one after it; its Unix time."""

_BACK_OFF, _RECOVER = 0.7, 0.05
_UNKNOWN_START = 2.0
_LEAST = 0.05


class Rate:
    """Calls a second: fewer after each refusal, slowly more again after each success.

    Args:
        limit: The most that is allowed; infinite where it is not known, in which case nothing is
            held back until the first refusal.
    """

    def __init__(self, limit: float) -> None:
        self.limit = limit
        self.now = limit

    @property
    def interval(self) -> float:
        """Seconds between two calls."""
        return 0.0 if math.isinf(self.now) else 1 / self.now

    def refused(self) -> None:
        """Somebody else uses the account as well, or the limit is lower than we think."""
        known = _UNKNOWN_START if math.isinf(self.now) else self.now
        self.now = max(min(_LEAST, self.limit), _BACK_OFF * known)

    def accepted(self) -> None:
        """It went well."""
        if self.now < self.limit:
            step = _RECOVER * (_UNKNOWN_START if math.isinf(self.limit) else self.limit)
            self.now = min(self.limit, self.now + step)


class Pace:
    """Lets each call wait for its turn.

    Args:
        book: Where turns are booked.
        tempo: The account's limits.
    """

    def __init__(self, book: Book, tempo: Tempo) -> None:
        self._book = book
        self.rates: dict[Call, Rate] = {"create": Rate(tempo.creates), "query": Rate(tempo.queries)}

    async def turn(self, call: Call) -> None:
        """Return when the call may be made."""
        interval = self.rates[call].interval
        if interval:
            moment = await asyncio.to_thread(self._book, call, interval)
            await asyncio.sleep(max(0.0, moment - time.time()))


class RetryBudget:
    """How much may still be repeated: a storm of retries helps nobody in an outage.

    A retry takes 5 of at most 500, a success gives 1 back.
    """

    def __init__(self) -> None:
        self._left = 500

    def spend(self) -> bool:
        """Take one retry; False where none is left."""
        allowed = self._left >= 5
        self._left -= 5 * allowed
        return allowed

    def earn(self) -> None:
        """Count one success."""
        self._left = min(500, self._left + 1)
