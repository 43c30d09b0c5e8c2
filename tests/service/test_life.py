"""Does a life of any order keep every task? Submit, wait, cancel, lose, expire, begin anew."""

import asyncio
import math
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from PIL import Image
from pydantic import SecretStr
from tests.engine.peers import ManualClock
from tests.service.conftest import Line, wait_until

from ipywanx.engine.app import create_app
from ipywanx.engine.options import EngineOptions
from ipywanx.errors import ResultExpired, ServiceError, TaskCanceled
from ipywanx.model.tasks import Status
from ipywanx.service.job import Job
from ipywanx.service.record import owner
from ipywanx.service.tempo import SERVICE
from ipywanx.session import Session
from ipywanx.settings import Settings

pytestmark = pytest.mark.slow

KEY = "sk-life"
TINY = Image.new("RGB", (512, 512), "grey")
DEAD = f"{owner().rpartition(':')[0]}:{2**22 + 1}"  # no process has this number
TEMPO = replace(
    SERVICE.faster(500), creates=math.inf, queries=math.inf, search=0.15, gateway=0.15, clock=100.0
)
ORDER = [Status.PENDING, Status.RUNNING]


def is_over(job: Job) -> bool:
    """Whether nothing of a cancelled job is being sent any more."""
    return job._ended is not None or job._queued is None


def is_out(job: Job) -> bool:
    """Whether the service may be taking it, or a search for it goes on."""
    told = job.task_id is not None or job.done()
    return not told and (job._resumed or job._sending.is_set())


class Steps(ManualClock):
    """A clock that only moves when it is told, and knows what it showed at any real moment."""

    def __init__(self) -> None:
        super().__init__()
        self.steps = [(0.0, self.now())]

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        super().advance(seconds)
        self.steps.append((time.time(), self.now()))

    def at(self, moment: float) -> datetime:
        """What it showed at a Unix time here."""
        shown = max(step for step in self.steps if step[0] <= moment)[1]
        return datetime.fromtimestamp(shown, UTC)


class Life(RuleBasedStateMachine):
    """An account with one kernel at a time, on an engine whose clock stands still until it is told.

    What is promised is checked against the engine's own log: what it took, and what became of it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.clock = Steps()
        self.events: list[dict] = []
        options = EngineOptions(
            key=KEY, clock=self.clock, task_seconds=(8.0,), log=self.events.append
        )
        self.app = create_app(options)
        self.under_way: list[str] = []
        self.app.state.engine.accept = self.watched(self.app.state.engine.accept)
        self.line = Line(httpx.ASGITransport(self.app))
        self.folder = TemporaryDirectory()
        self.trouble: list[str] = []
        self.line.answer = self.meddle
        self.jobs: list[Job] = []
        self.sent = 0
        self.expired: set[str] = set()
        self.session = self.begin()

    def begin(self) -> Session:
        """A kernel of this account."""
        url = "http://127.0.0.1/api/v1"
        settings = Settings(SecretStr(KEY), url, Path(self.folder.name))
        session = Session(settings, self.line, TEMPO)
        session._dispatcher.client.service_time = self.clock.at
        history = session.archive.history
        history.put = self.watched(history.put)  # type: ignore[method-assign]
        return session

    def meddle(self, _: httpx.Request) -> httpx.Response | None:
        """The next trouble, in place of an answer."""
        match self.trouble.pop(0) if self.trouble else "":
            case "reset":
                raise httpx.ReadError("")
            case "refused":
                raise httpx.ConnectError("")
            case "503":
                return httpx.Response(503, json={"code": "ModelUnavailable", "message": "later"})
        return None

    def watched(self, work: Callable[..., Any]) -> Callable[..., Any]:
        """What goes on in a thread, with a note of it while it does: no cancelling ends it."""

        def going_on(*asked: Any, **how: Any) -> Any:
            self.under_way.append("")
            try:
                return work(*asked, **how)
            finally:
                self.under_way.pop()

        return going_on

    @property
    def taken(self) -> list[str]:
        """The tasks that the engine took."""
        return [e["task_id"] for e in list(self.events) if e.get("status") == "PENDING"]

    # ---- what can happen

    @rule(n=st.integers(1, 2), arrives=st.booleans())
    def submit(self, n: int, *, arrives: bool) -> None:
        """Ask for an edit; go on at once, or when it has reached the service."""
        if len([job for job in self.jobs if not job.done()]) < 4:
            self.jobs.append(self.session.submit("expand", TINY, "仙子", n=n, seed=self.sent))
            self.sent += 1
            if arrives:
                wait_until(lambda: self.jobs[-1].task_id or self.jobs[-1].done(), 30)

    @rule(seconds=st.sampled_from([1, 5, 20]))
    def tick(self, seconds: int) -> None:
        """Let time pass at the service."""
        self.clock.advance(seconds)

    @rule(what=st.lists(st.sampled_from(["reset", "refused", "503"]), min_size=1, max_size=3))
    def drop(self, what: list[str]) -> None:
        """Let the next answers be lost."""
        self.trouble += what

    @rule(which=st.integers(0, 20))
    def cancel(self, which: int) -> None:
        """Call one back: it says truly whether it will run."""
        under_way = [job for job in self.jobs if not job.done()]
        if not under_way:
            return
        job = under_way[which % len(under_way)]
        try:
            stopped = job.cancel()
        except ServiceError:  # the question was lost as well; nothing is promised
            return
        if stopped:
            with pytest.raises((TaskCanceled, ServiceError)):  # or it was never taken
                job.result(30)

    @rule()
    def restart(self) -> None:
        """The kernel ends without a word, and another begins: it finds what the first has left."""
        self.session._portal.call(self.kill(), 30)
        # A search is over after a seventh of a second here, not after 12: calls that are out, and
        # what is being written, have to have ended by then.
        wait_until(lambda: all(map(is_over, self.jobs)) and not self.under_way, 30)
        history = self.session.archive.history
        for row in history.everything():
            history.put(replace(row, owner=DEAD))
        self.session = self.begin()
        self.jobs = self.session.jobs()

    async def kill(self) -> None:
        """End all that the kernel does at one moment, as a kill does: no job goes on alone."""
        for job in self.jobs:
            job._future.cancel()

    @rule()
    def expire(self) -> None:
        """A day and an hour pass: the service forgets. No call, and no search, is out so long."""
        self.session._portal.call(self.day_passes(), 60)
        self.expired |= set(self.taken)

    async def day_passes(self) -> None:
        """On the loop of the jobs: none of them begins a call between the look and the step."""
        while any(map(is_out, self.jobs)):
            await asyncio.sleep(0.001)
        self.clock.advance(25 * 3600)

    # ---- what always holds

    @invariant()
    def each_task_goes_forward(self) -> None:
        """PENDING, RUNNING, an end; never back, never two ends, never more than two at once."""
        seen: dict[str, list[str]] = {}
        running = set()
        for event in list(self.events):
            if event["event"] != "task":
                continue
            seen.setdefault(event["task_id"], []).append(event["status"])
            (running.add if event["status"] == "RUNNING" else running.discard)(event["task_id"])
            assert len(running) <= 2
        for states in seen.values():
            assert states[:2] in (["PENDING"], ["PENDING", "RUNNING"], ["PENDING", "CANCELED"])
            assert len(states) <= 3

    @invariant()
    def nothing_is_made_twice(self) -> None:
        """One task at most for each edit that was asked for."""
        tasks = list(self.app.state.engine.tasks._table.values())
        seeds = [task.asked.parameters["seed"] for task in tasks]
        assert len(set(seeds)) == len(seeds) <= self.sent

    def teardown(self) -> None:
        """Whatever happened: each task that was taken is here in the end, expired or cancelled."""
        try:
            self.trouble.clear()
            self.restart()
            for job in self.jobs:
                while not job.done():
                    self.clock.advance(9)
                    time.sleep(0.002)
                try:
                    assert job.result(0).images
                except ResultExpired:
                    assert job.task_id in self.expired
                except (TaskCanceled, ServiceError):
                    pass
            kept = {result.task_id for result in self.session.history()}
            canceled = {e["task_id"] for e in self.events if e.get("status") == "CANCELED"}
            assert set(self.taken) <= kept | canceled | self.expired
        finally:
            for job in self.jobs:
                job._future.cancel()
            self.app.state.engine.close()
            self.folder.cleanup()


TestLife = Life.TestCase
TestLife.settings = settings(
    max_examples=200,
    stateful_step_count=50,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
