"""Is each task sent once, in order, and no faster than the account allows?"""

import asyncio
import json
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime

import httpx
import pytest
from tests.service.kept import dead_owner

from ipywanx import wire
from ipywanx.errors import ServiceError, SubmissionUncertain, TaskCanceled
from ipywanx.model.tasks import Status
from ipywanx.service.record import owner
from ipywanx.service.tempo import SERVICE
from ipywanx.service.window import Window

CREATE = "/image-synthesis"
# The service's limits ten times as fast, and so slow tasks that places are scarce.
TIGHT = replace(SERVICE.faster(10), clock=1.0)
BUSY = {"task_seconds": (0.2,), "create_rps": 20.0, "query_rps": 200.0}


def seeds_sent(bench) -> list[int]:
    """The seeds of the creates, in the order in which they were sent."""
    return [json.loads(request.content)["parameters"]["seed"] for request in bench.creates]


# ---- order and limits -----------------------------------------------------------------------


def test_tasks_are_sent_in_the_order_of_asking(build):
    """Twelve edits that are asked for at once are sent first come, first served."""
    bench = build("asgi", tempo=TIGHT, **BUSY)
    jobs = [bench.submit(seed=seed) for seed in range(12)]
    assert [len(job.result(30).images) for job in jobs] == [1] * 12
    assert seeds_sent(bench) == list(range(12))


def test_two_notebooks_share_the_accounts_limits(build):
    """Two kernels that send at once are never refused: they book their turns in one history."""
    bench = build("asgi", tempo=TIGHT, **BUSY, concurrency=8)
    other = bench.another()
    image = {"image": bench.submit().result(30)}
    jobs = [
        one.submit("super_resolution", **image) for _ in range(8) for one in (bench.session, other)
    ]
    assert [len(job.result(30).images) for job in jobs] == [1] * 16
    assert bench.moments(CREATE, 429) == []
    sent = bench.moments(CREATE)
    assert all(later - sooner > 0.9 for sooner, later in zip(sent, sent[20:], strict=False))


def test_few_tasks_wait_at_the_service(build):
    """Two run and two wait there; the others wait here, where they can still be called back."""
    bench = build("asgi", tempo=TIGHT, **BUSY)
    jobs = [bench.submit() for _ in range(9)]
    for job in jobs:
        job.result(30)
    at_once, most = 0, 0
    for event in bench.events:
        if event["event"] == "task" and event["status"] in {"PENDING", "SUCCEEDED"}:
            at_once += 1 if event["status"] == "PENDING" else -1
            most = max(most, at_once)
    assert most == 4


def test_a_service_that_lets_nothing_wait_is_learned(build):
    """Where a third task is refused, no more than two are sent from then on, and all are done."""
    bench = build("asgi", tempo=TIGHT, **BUSY, refuse_more=True)
    jobs = [bench.submit() for _ in range(8)]
    assert [len(job.result(30).images) for job in jobs] == [1] * 8
    assert len(bench.tasks) == 8
    assert len(bench.moments(CREATE, 429)) <= 2


def test_the_window_opens_again(monkeypatch):
    """Ten minutes after the last refusal, tasks may wait at the service again."""
    window = Window(SERVICE)
    window.inside = 3
    window.refused()
    assert (window.size, window.is_shrunk) == (2, True)
    later = time.monotonic() + Window.REOPENS_AFTER + 1
    monkeypatch.setattr("ipywanx.service.window.time.monotonic", lambda: later)
    assert (window.size, window.is_shrunk) == (4, False)


def test_a_place_is_given_back_once():
    """Who is called back while it waits for a place again has none, and takes none away."""

    async def scene() -> list[int]:
        window, inside = Window(SERVICE), []
        window.inside = 3

        async def refused() -> None:
            async with window.place() as place:
                inside.append(window.inside)
                window.refused()
                await place.take_again()  # there is room for three now

        task = asyncio.create_task(refused())
        while not window.is_shrunk:
            await asyncio.sleep(0)
        inside.append(window.inside)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return [*inside, window.inside]

    assert asyncio.run(scene()) == [4, 3, 3]


def test_a_queued_task_is_called_back_at_once(build, until):
    """What waits here is cancelled without a question, sends nothing, and costs nothing."""
    bench = build("asgi", "task:never", tempo=TIGHT, concurrency=1)
    jobs = [bench.submit() for _ in range(6)]
    until(lambda: len(bench.tasks) == 4)
    assert jobs[5].cancel() is True
    with pytest.raises(TaskCanceled, match="before it was sent"):
        jobs[5].result(5)
    assert (jobs[5].status, jobs[5].task_id, len(bench.tasks)) == (Status.CANCELED, None, 4)


def test_pictures_of_a_queue_are_sent_once_each(build):
    """Ten edits of one large picture upload it once."""
    bench = build("asgi", tempo=TIGHT, **BUSY)
    from tests.service.test_client import noise

    for job in [bench.submit(image=noise()) for _ in range(10)]:
        job.result(30)
    assert len(bench.sent("POST", "/oss")) == 1


# ---- lost answers ---------------------------------------------------------------------------


@pytest.mark.slow
def test_a_hundred_lost_answers_make_no_second_task(build):
    """Each of 100 creates is accepted and its answer lost: 100 tasks, 100 results, 0 duplicates."""
    bench = build("asgi", "create:drop-after", concurrency=8)
    jobs = [bench.submit() for _ in range(100)]
    results = [job.result(60) for job in jobs]
    assert len(bench.tasks) == len(set(bench.tasks)) == 100
    assert [result.task_id for result in results] == bench.tasks
    assert len(bench.creates) == 100


def test_half_of_the_answers_lost_in_two_kernels(build):
    """Two kernels lose answers at the same time: every task is made once, and each has its own."""
    bench = build("asgi", "create:drop-after@0.3", "create:drop@0.2", concurrency=8)
    other = bench.another()
    made = {}

    def work(session, first):
        for seed in range(first, first + 8):
            job = session.submit("super_resolution", bench.picture, seed=seed)
            try:
                made[seed] = job.result(60).task_id
            except SubmissionUncertain as doubt:  # it asks, and has sent nothing again
                made[seed] = {row.task_id for row in doubt.candidates}

    threads = [
        threading.Thread(target=work, args=each) for each in ((bench.session, 0), (other, 100))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    sure = [task for task in made.values() if isinstance(task, str)]
    assert len(set(sure)) == len(sure)
    assert set(bench.tasks) >= set(sure)
    assert len(bench.tasks) <= 16


def test_a_doubt_is_put_to_the_person(build):
    """Another program made a task in the same second: both are named, and nothing is sent again."""
    bench = build("asgi", "create:drop-after*1")

    def stranger(request: httpx.Request) -> None:
        """A task of a program that writes no history, as the list shows it."""
        if request.url.path.endswith("/tasks") and len(bench.tasks) == 1:
            bench.engine.accept(
                bench.engine.tasks.find(bench.tasks[0], account(bench)).account,
                bench.creates[0].content,
                resolve=False,
                request_id="stranger",
            )

    bench.line.answer = stranger
    job = bench.submit()
    with pytest.raises(SubmissionUncertain, match="may be one of these") as caught:
        job.result(30)
    assert {row.task_id for row in caught.value.candidates} == set(bench.tasks)
    assert all(task_id in str(caught.value) for task_id in bench.tasks)
    assert (len(bench.creates), job.cancel()) == (1, False)


def account(bench) -> str:
    """The engine's name for the bench's key."""
    return next(iter(bench.engine.tasks._table.values())).account


def test_a_call_that_may_go_on_is_not_sent_again(build):
    """A create that timed out is not repeated before the service's own gateway has given it up."""
    tempo = replace(TIGHT, search=0.1, gateway=1.0)
    bench = build("asgi", tempo=tempo)
    answered = []

    def slow(request: httpx.Request) -> None:
        if request.method == "POST" and not answered:
            answered.append(time.time())
            raise httpx.ReadTimeout("too slow")

    bench.line.answer = slow
    assert len(bench.edit().images) == 1
    first, second = bench.creates
    assert first.content == second.content
    assert bench.moments(CREATE)[0] - answered[0] >= 1.0


def test_an_outage_is_outlived(build):
    """Once the service was reached, a queue goes on through a minute in which nothing is."""
    bench = build("asgi", tempo=TIGHT, **BUSY)
    bench.edit()
    until = time.monotonic() + 1.0

    def away(_: httpx.Request) -> None:
        if time.monotonic() < until:
            raise httpx.ConnectError("no route to host")

    bench.line.answer = away
    jobs = [bench.submit() for _ in range(4)]
    assert [len(job.result(30).images) for job in jobs] == [1] * 4
    assert len(bench.tasks) == 5


# ---- kernels that ended ---------------------------------------------------------------------


def leave_intent(bench, sent: float) -> None:
    """Write the row of a kernel that died while it was sending."""
    archive = bench.another().archive
    request = bench.request
    record = archive.keep_request(archive.begin(request), request)
    archive.history.put(replace(record, sent=sent, owner=dead_owner()))


def test_a_dead_kernels_task_is_found(bench):
    """A kernel was killed while it was sending, and the task was accepted: it is fetched here."""
    sent = time.time()
    bench.call(bench.client.submit(bench.request))
    leave_intent(bench, sent)
    (job,) = bench.session.jobs()
    result = job.result(30)
    assert [result.task_id] == bench.tasks
    assert (len(bench.creates), len(result.images)) == (1, 1)
    assert result.request == bench.request
    assert bench.session.jobs() == bench.another().jobs() == []
    assert [one.task_id for one in bench.session.history()] == bench.tasks


def test_a_dead_kernels_task_that_never_was_is_told(bench):
    """A kernel was killed before the service had the task: nothing is charged, nor sent again."""
    leave_intent(bench, time.time() - 60)
    (job,) = bench.session.jobs()
    with pytest.raises(ServiceError, match=r"ended before.*Nothing was charged"):
        job.result(30)
    assert (bench.tasks, job.request) == ([], bench.request)
    assert bench.another().jobs() == []


def test_a_live_kernels_task_is_left_to_it(bench):
    """What another kernel is just sending is not searched for here."""
    leave_intent(bench, time.time())
    archive = bench.another().archive
    (row,) = archive.history.unfinished(archive.account)
    archive.history.put(replace(row, owner=owner()))
    assert bench.session.jobs() == []


def test_the_tasks_of_other_kernels_are_fetched(build, until):
    """A task that another kernel has sent comes back with its request, its picture and its row."""
    bench = build("asgi", task_seconds=(0.4,))
    job = bench.submit()
    until(lambda: job.task_id)
    (other,) = bench.another().jobs()
    assert other.task_id == job.task_id
    assert other.result(30).request == job.result(30).request
    assert other.result().files == job.result().files
    assert len(bench.creates) == 1


def test_the_list_is_asked_for_the_right_day(bench):
    """The search asks in the service's own zone, however this machine's clock is set."""
    now = datetime.now(UTC)
    query = wire.list_query(now, now, 1, 100)
    assert query["start_time"] == now.astimezone(wire.SERVICE_ZONE).strftime("%Y%m%d%H%M%S")
    bench.client._skew = 3600.0
    assert abs(bench.client.service_time(time.time()).timestamp() - time.time() - 3600) < 1
