"""Does the client wait as long as the service asks, and tell a person where that is too long?"""

import asyncio
import re
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipywanx.errors import RateLimited, ServiceUnavailable
from ipywanx.service.patience import LONGEST_PAUSE, read_retry_after, within
from ipywanx.service.tempo import SERVICE

NOW = datetime(2026, 11, 25, 12, 0, 0, tzinfo=UTC)
END = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("values", "seconds"),
    [
        ([], None),
        (["7"], 7.0),
        ([" 7 "], 7.0),
        (["0.25"], 0.25),
        (["0"], 0.0),
        (["-1"], None),
        (["1e9"], 1e9),
        (["nan"], None),
        (["inf"], None),
        (["-inf"], None),
        ([""], None),
        (["soon"], None),
        (["7 seconds"], None),
        (["Wed, 25 Nov 2026 12:00:30 GMT"], 30.0),
        (["Wed, 25 Nov 2026 20:00:30 +0800"], 30.0),
        (["Wed, 25 Nov 2026 12:00:30 -0000"], 30.0),
        (["Wednesday, 25-Nov-26 12:00:30 GMT"], 30.0),
        (["Wed Nov 25 12:00:30 2026"], 30.0),
        (["Wed, 25 Nov 2026 11:59:00 GMT"], 0.0),
        (["Sun, 06 Nov 1994 08:49:37 GMT"], 0.0),
        (["Fri, 31 Dec 99999 23:59:59 GMT"], None),
        (["Fri, 31 Dec 9999 23:59:59 GMT"], (END - NOW).total_seconds()),
        (["Wed, 99 Nov 2026 12:00:30 GMT"], None),
        (["Wed, 25 Nov 2026 99999999999999999999:00:30 GMT"], None),
        (["7", "9"], 9.0),
        (["soon", "9"], 9.0),
        (["soon", ""], None),
    ],
    ids=str,
)  # fmt: skip
def test_every_form_of_retry_after_is_read(values, seconds):
    """Seconds and dates are waited for; what has passed is now; what means nothing is nothing."""
    assert read_retry_after(values, NOW) == seconds


@given(st.lists(st.text() | st.floats().map(str) | st.integers().map(str), max_size=3))
def test_no_header_breaks_the_reading(values):
    """Whatever a server writes there, the answer is a wait of at least 0 seconds or None."""
    wait = read_retry_after(values, NOW)
    assert wait is None or 0 <= wait < float("inf")


@given(st.integers(-(10**6), 10**9))
def test_a_date_is_as_far_as_it_lies_ahead(seconds):
    """The wait for any HTTP date is its distance from now, never negative."""
    date = format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)
    assert read_retry_after([date], NOW) == max(0, seconds)


def test_a_call_ends_at_its_deadline():
    """Work that goes on for ever ends in TimeoutError."""
    with pytest.raises(TimeoutError):
        asyncio.run(within(0.01, asyncio.sleep(3600)))


# ---- what a person gets ---------------------------------------------------------------------


def busy(status: int, code: str, *waits: str, method: str = "POST"):
    """A refusal, with these headers, of every call of a method."""

    def answer(request: httpx.Request) -> httpx.Response | None:
        if request.method != method:
            return None
        headers = [("retry-after", wait) for wait in waits]
        return httpx.Response(status, json={"code": code, "message": "busy"}, headers=headers)

    return answer


@pytest.mark.parametrize("wait", ["121", "1e9", "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_a_long_wait_is_the_persons_to_decide(bench, wait):
    """Over two minutes nothing waits in silence: the error says until when, and nothing is sent."""
    bench.line.answer = busy(429, "Throttling.RateQuota", wait)
    with pytest.raises(RateLimited, match=r"try again in \d+ (minutes|hours|days)") as caught:
        bench.edit()
    assert caught.value.retry_after > LONGEST_PAUSE
    assert len(bench.creates) == 1
    assert bench.tasks == []


def test_the_advice_names_the_hour(bench):
    """The time in the message is right also when the output is read an hour later."""
    bench.line.answer = busy(429, "Throttling.RateQuota", "5400")
    with pytest.raises(RateLimited) as caught:
        bench.edit()
    found = re.search(r"in 90 minutes, after (\S+ \S+)\.$", str(caught.value))
    named = datetime.strptime(found[1], "%Y-%m-%d %H:%M").astimezone()
    assert abs((named - datetime.now(UTC)).total_seconds() - 5400) < 120


@pytest.mark.parametrize("wait", [0.05, 119.0])
def test_a_sane_wait_is_kept(build, wait):
    """Up to two minutes the client pauses exactly as long as it was asked to."""
    bench = build(tempo=SERVICE)
    asked = RateLimited("busy", retry_after=wait)
    assert bench.session._dispatcher._pause_before_next(asked, 1, 0.0) == wait


def test_a_busy_service_is_asked_again_when_it_said(bench):
    """A 429 with a wait in it costs that wait, and the edit then succeeds."""
    refusals = [busy(429, "Throttling.RateQuota", wait) for wait in ("0.1", "0.05")]
    bench.line.answer = lambda request: refusals.pop()(request) if refusals else None
    began = time.monotonic()
    assert bench.edit().images
    assert time.monotonic() - began >= 0.15
    assert len(bench.creates) == 3


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (429, "Throttling", RateLimited),
        (503, "ModelUnavailable", ServiceUnavailable),
        (503, "", ServiceUnavailable),
    ],
)
def test_the_wait_is_kept_with_the_error(bench, status, code, kind):
    """Who catches a 429 or a 503 finds the wait on it, also of two headers and of a list query."""
    bench.line.answer = busy(status, code, "30", "45.5", method="GET")
    with pytest.raises(kind) as caught:
        bench.call(bench.client.list(NOW - timedelta(hours=1), NOW))
    assert caught.value.retry_after == 45.5
