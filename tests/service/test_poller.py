"""Is a task asked about when it is likely to have ended, and never given up for a bad answer?"""

import math
import time
from dataclasses import replace
from datetime import UTC, datetime

import httpx
import pytest
from tests.engine.peers import ManualClock

from ipywanx.errors import Refused, Rejected
from ipywanx.service.poller import MANY
from ipywanx.service.tempo import SERVICE

# The service's manners ten times as fast, with real seconds on its clock.
BRISK = replace(SERVICE.faster(10), clock=1.0)


def questions(bench, task_id: str) -> list[httpx.Request]:
    """The questions about one task."""
    return bench.sent("GET", f"/tasks/{task_id}")


def test_a_task_is_not_asked_about_before_it_can_have_ended(build):
    """The first question comes when one task in fifty has ended; few are needed in all."""
    bench = build("asgi", tempo=BRISK, task_seconds=(0.8,))
    job = bench.submit()
    job.result(30)
    accepted = bench.moments("/image-synthesis")[0]
    asked = bench.moments(job.task_id)
    assert asked[0] - accepted >= 0.2  # 2.3 s of the service
    assert 2 <= len(asked) <= 25
    ended = next(e["t"] for e in bench.events if e.get("status") == "SUCCEEDED")
    assert asked[-1] > ended > asked[-2]


def test_what_waits_in_line_is_left_alone(build, until):
    """Only the two tasks that can be running are asked about; the others have time."""
    bench = build("asgi", "task:never", tempo=replace(BRISK, creates=math.inf))
    jobs = [bench.submit() for _ in range(4)]
    until(lambda: all(job.task_id for job in jobs))
    until(lambda: len(questions(bench, jobs[0].task_id)) >= 3)
    assert [bool(questions(bench, job.task_id)) for job in jobs] == [True, True, False, False]
    assert [bench.session.place(job) for job in jobs] == [0, 1, 2, 3]


def test_run_times_are_learned(bench):
    """What ran in a tenth of a second before is asked about sooner than what nobody knows."""
    archive, now = bench.session.archive, time.time()
    for _ in range(20):
        row = archive.begin(bench.request)
        archive.history.put(replace(row, status="SUCCEEDED", scheduled=now, ended=now + 0.01))
    dispatcher, tempo = bench.session._dispatcher, bench.tempo
    known = dispatcher.forecast("super_resolution", 0.25)
    assert known.median == pytest.approx(0.01, rel=0.5)
    assert known.first_look < dispatcher.forecast("doodle", 0.25).first_look / 3
    assert dispatcher.forecast("super_resolution", 16).median == pytest.approx(tempo.run_seconds)


def test_of_many_tasks_the_list_is_asked(build, until):
    """Of many tasks at once the list tells which have ended: a few questions each are enough."""
    clock, count = ManualClock(), MANY + 4
    tempo = replace(BRISK, running=None, creates=math.inf, queries=500.0, clock=10.0)
    bench = build("asgi", tempo=tempo, task_seconds=(10.0,), concurrency=count, clock=clock)
    bench.client.service_time = lambda _: datetime.fromtimestamp(clock.now(), UTC)
    jobs = [bench.submit(function="expand", prompt="一位绿色仙子") for _ in range(count)]
    until(lambda: all(job.task_id for job in jobs))
    before = len(bench.sent("GET", "/tasks"))
    until(lambda: len(bench.sent("GET", "/tasks")) >= before + 2)
    asked = len(bench.line.sent)
    clock.advance(11)
    assert [len(job.result(60).images) for job in jobs] == [1] * count
    sent = [request.url.path for request in bench.line.sent[asked:]]
    questions = [path for path in sent if "/tasks/" in path]
    assert count <= len(questions) <= 3 * count


def test_a_question_that_is_never_taken_ends(build):
    """A query that the service refuses for ever ends with its reason; the task can be resumed."""
    bench = build("asgi", "query:400*12", tempo=replace(BRISK, clock=100.0))
    job = bench.submit()
    with pytest.raises(Rejected):
        job.result(30)
    assert bench.session.resume(job.task_id).result(30).task_id == job.task_id


@pytest.mark.parametrize("fault", ["query:401*1", "query:403*1"])
def test_a_key_that_does_not_hold_ends_the_questions(build, fault):
    """What asking again will not mend is told at once."""
    bench = build("asgi", fault)
    job = bench.submit()
    with pytest.raises(Refused):
        job.result(30)
    assert len(questions(bench, job.task_id)) == 1


def test_a_long_outage_is_no_storm(build, until):
    """While nothing answers, questions become rare; when it answers again, the picture comes."""
    bench = build("asgi", task_seconds=(0.3,))
    bench.session._dispatcher._budget._left = 5  # one retry
    job = bench.submit()
    until(lambda: job.task_id)
    began, asked = time.monotonic(), []

    def away(request: httpx.Request) -> None:
        if "/tasks/" in request.url.path and time.monotonic() - began < 2:
            asked.append(time.monotonic())
            raise httpx.ConnectError("no route to host")

    bench.line.answer = away
    bench.session._dispatcher._poller._tempo = replace(bench.tempo, clock=15.0)
    assert len(job.result(60).images) == 1
    assert 2 <= len(asked) <= 4  # without a budget it would be eight
