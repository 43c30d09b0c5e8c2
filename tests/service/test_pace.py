"""Are an account's limits kept, and does a refusal slow us down without stopping us?"""

import asyncio
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipywanx.service import pace
from ipywanx.service.pace import Pace, Rate, RetryBudget
from ipywanx.service.tempo import EMBEDDED, SERVICE

LIMITS = st.floats(0.01, 100) | st.just(math.inf)


@given(limit=LIMITS, answers=st.lists(st.booleans(), max_size=200))
def test_a_rate_is_within_its_limits(limit, answers):
    """Whatever is answered, we never call more often than is allowed, and never stop calling."""
    rate = Rate(limit)
    for went_well in answers:
        before = rate.now
        rate.accepted() if went_well else rate.refused()
        assert 0 < rate.now <= limit
        assert math.isfinite(rate.interval)
        assert rate.now >= before if went_well else rate.now <= before


@given(limit=st.floats(0.01, 100), refusals=st.integers(1, 50))
def test_a_rate_recovers(limit, refusals):
    """Each refusal takes a third of the rate; twenty successes bring all of it back."""
    rate = Rate(limit)
    rate.refused()
    assert rate.now == max(0.7 * limit, min(0.05, limit))
    for _ in range(refusals):
        rate.refused()
    for _ in range(20):
        rate.accepted()
    assert rate.now == pytest.approx(limit)


def test_where_no_limit_is_known_nothing_is_held_back():
    """Without a known limit calls go at once; after the first refusal below two a second."""
    rate = Rate(math.inf)
    assert rate.interval == 0
    rate.accepted()
    assert rate.interval == 0
    rate.refused()
    assert rate.now == pytest.approx(1.4)
    rate.accepted()
    assert rate.now == pytest.approx(1.5)


class Book:
    """Books turns on a clock that only sleeping moves."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now, self.free_at = 1e9, 0.0
        self.asked: list[tuple[str, float]] = []
        monkeypatch.setattr(pace.time, "time", lambda: self.now)
        monkeypatch.setattr(pace.asyncio, "sleep", self._sleep)

    def __call__(self, call: str, interval: float) -> float:
        """Book the next turn."""
        self.asked.append((call, interval))
        turn = max(self.now, self.free_at)
        self.free_at = turn + interval
        return turn

    async def _sleep(self, seconds: float) -> None:
        assert seconds >= 0
        self.now += seconds


def test_calls_wait_for_their_turns(monkeypatch):
    """Two creates a second, eighteen questions a second: each call goes when its turn has come."""
    book = Book(monkeypatch)
    paced = Pace(book, SERVICE)

    async def calls() -> list[float]:
        at = []
        for _ in range(5):
            await paced.turn("create")
            at.append(book.now - 1e9)
        return at

    assert asyncio.run(calls()) == pytest.approx([0.0, 0.5, 1.0, 1.5, 2.0])
    asyncio.run(paced.turn("query"))
    assert book.asked == [("create", 0.5)] * 5 + [("query", pytest.approx(1 / 18))]


def test_a_refusal_makes_the_next_turns_rarer(monkeypatch):
    """After a refusal the turns of that call are booked further apart, of others not."""
    book = Book(monkeypatch)
    paced = Pace(book, SERVICE)
    paced.rates["create"].refused()
    asyncio.run(paced.turn("create"))
    asyncio.run(paced.turn("query"))
    assert [interval for _, interval in book.asked] == pytest.approx([1 / 1.4, 1 / 18])


def test_a_turn_that_is_past_is_taken_at_once(monkeypatch):
    """A booking that took longer than the wait is not waited for again."""
    book = Book(monkeypatch)
    paced = Pace(lambda call, interval: book(call, interval) - 10, SERVICE)
    asyncio.run(paced.turn("create"))
    assert book.now == 1e9


def test_where_nothing_is_limited_nothing_is_booked(monkeypatch):
    """The embedded engine's calls ask no book, and so no disk."""
    book = Book(monkeypatch)
    asyncio.run(Pace(book, EMBEDDED).turn("create"))
    assert book.asked == []


def test_a_storm_of_retries_ends():
    """A hundred retries in a row, then none; five successes buy another."""
    budget = RetryBudget()
    assert [budget.spend() for _ in range(102)] == [True] * 100 + [False] * 2
    for _ in range(4):
        budget.earn()
    assert not budget.spend()
    budget.earn()
    assert budget.spend()
    assert not budget.spend()
    for _ in range(10_000):
        budget.earn()
    assert sum(budget.spend() for _ in range(200)) == 100
