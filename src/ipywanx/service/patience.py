"""How long do we wait? Deadlines for whole calls, and what ``Retry-After`` asks for."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

import httpx

T = TypeVar("T")

LONGEST_PAUSE = 120.0
"""Seconds that a service may ask us to pause before a person is asked instead."""


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Seconds after which a call ends, however it goes on.

    They bound the whole call, because httpx's own timeouts count from byte to byte: a server that
    drips never ends, and httpx's ASGI transport has none at all.

    Attributes:
        call: One call of the API.
        upload: One picture on its way up.
        download: One result on its way down, all attempts together.
    """

    call: float = 30.0
    upload: float = 180.0
    download: float = 300.0


def between_bytes(seconds: float) -> httpx.Timeout:
    """Httpx's timeouts for a call with this deadline.

    A connection that does not come about is given up earlier: then it is known that nothing was
    sent, which the deadline of the whole call could not tell.
    """
    return httpx.Timeout(seconds, connect=seconds / 2, pool=seconds / 2)


async def within(seconds: float, work: Awaitable[T]) -> T:
    """``work``, or TimeoutError after so many seconds in all."""
    async with asyncio.timeout(seconds):
        return await work


def read_retry_after(values: Sequence[str], now: datetime | None = None) -> float | None:
    """Seconds to wait by a reply's ``Retry-After`` headers, None where they say nothing usable.

    Takes whole and broken seconds and HTTP dates (RFC 9110, 10.2.3); a date that has passed is 0.
    Of several headers the longest wait counts: it satisfies the others too.

    Args:
        values: The header's values, one for each time that it was sent.
        now: The moment to count from; None for the present.
    """
    waits = [_seconds(value.strip(), now or datetime.now(UTC)) for value in values]
    return max((wait for wait in waits if wait is not None), default=None)


def _seconds(text: str, now: datetime) -> float | None:
    try:
        wait = float(text)
    except ValueError:
        return _until(text, now)
    return wait if math.isfinite(wait) and wait >= 0 else None


def _until(date: str, now: datetime) -> float | None:
    try:
        moment = parsedate_to_datetime(date)
    except (ValueError, OverflowError, IndexError, TypeError):
        return None
    if moment.tzinfo is None:  # "-0000": a time in UTC of nobody's zone
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())
