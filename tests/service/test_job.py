"""Is a task watched to its end, and never lost on the way?"""

import asyncio
import io
import threading

import httpx
import pytest
from PIL import Image

from ipywanx import wire
from ipywanx.errors import (
    InvalidRequest,
    Refused,
    ResultExpired,
    TaskCanceled,
    TaskError,
    TaskFailed,
    TaskTimedOut,
    UnexpectedReply,
)
from ipywanx.model.tasks import Status, TaskReport

# ---- success --------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [1, 3])
def test_a_result_has_the_pictures_that_were_asked_for(build, way, n):
    """``n`` pictures come back, in order, saved on the disk, with seed, ids and times."""
    bench = build(way)
    job = bench.submit(n=n)
    result = job.result(30)
    assert (len(result.images), len(result.files), result.errors) == (n, n, ())
    assert {image.size for image in result.images} == {(512, 512)}
    assert tuple(path.read_bytes() for path in result.files) == result.data
    assert {path.parents[1] for path in result.files} == {bench.settings.home / "pictures"}
    assert bench.tasks == [result.task_id] == [job.task_id]
    assert result.request.seed is not None
    assert result.timings.ran >= 0
    assert result.timings.total >= result.timings.queued >= 0
    assert (job.status, job.done(), job.failed) == (Status.SUCCEEDED, True, False)
    assert repr(job).startswith(f"<Job super_resolution {job.task_id}: SUCCEEDED")


def test_one_failed_picture_does_not_take_the_others_along(build):
    """Of three pictures one failed: two are delivered and paid for, the third has its code."""
    bench = build("asgi", "task:partial")
    result = bench.edit(n=3)
    assert len(result.images) == len(result.files) == result.report.image_count == 2
    (error,) = result.errors
    assert error.code == "InternalError.Timeout"
    assert "After 3 failed" in result._repr_mimebundle_()["text/html"]


def test_a_job_can_be_awaited_and_asked_again(bench):
    """Awaiting, ``result()`` from a thread and asking twice all give the same result."""

    async def cell() -> tuple[object, object]:
        job = bench.submit()
        first = await job
        return job, (first, await job, job.result(1))

    job, results = asyncio.run(cell())
    assert all(result is job.result() for result in results)


def test_a_result_that_is_no_picture_is_an_error_of_ours(bench):
    """Rubbish in the place of the picture is told, and only what was sent is kept."""
    bench.line.answer = lambda request: (
        httpx.Response(200, content=b"<html>") if "/results/" in request.url.path else None
    )
    job = bench.submit()
    with pytest.raises(UnexpectedReply, match="not a picture"):
        job.result(30)
    kept = [path.read_bytes() for path in bench.settings.home.rglob("*.png")]
    assert kept == [job.request.image.data]


# ---- the service's troubles -----------------------------------------------------------------


@pytest.mark.parametrize(
    "code", ["InternalError.Algo", "DataInspectionFailed", "InvalidImageResolution"]
)
def test_a_failed_task_says_why(build, code):
    """FAILED is an error with the service's code, the task's id, and that it costs nothing."""
    bench = build("asgi", f"task:FAILED:{code}")
    job = bench.submit()
    with pytest.raises(TaskFailed, match=r"not charged") as caught:
        job.result(30)
    assert (caught.value.code, caught.value.task_id) == (code, job.task_id)
    assert wire.ERRORS[code].message in str(caught.value)
    assert (job.status, job.failed, job.cost) == (Status.FAILED, True, 0)
    assert bench.session.spent == 0


@pytest.mark.parametrize("fault", ["500*2", "html502*1", "drop*1", "garbage*1", "429*1", "400*1"])
def test_a_failed_question_never_fails_the_task(build, fault):
    """Whatever a query is answered, the task goes on and its picture comes."""
    bench = build("asgi", f"query:{fault}")
    assert len(bench.edit().images) == 1
    assert len(bench.creates) == 1


def test_broken_connections_never_fail_the_task(build):
    """Over HTTP as well: connections that break while we ask are asked again."""
    assert len(build("http", "query:drop*1").edit().images) == 1


def test_a_pause_that_the_service_asks_for_is_kept(build):
    """A query that is answered with Retry-After is repeated no sooner."""
    bench = build("asgi", "query:retry-after=0.4*1")
    bench.edit()
    queries = [event for event in bench.events if event.get("method") == "GET"]
    at = [event["t"] for event in queries if "/tasks/" in event["path"]]
    assert at[1] - at[0] >= 0.4


def test_an_unknown_status_means_still_going(build, until):
    """A status word that nobody knows does not end the wait."""
    bench = build("asgi", "task:SUSPENDED", task_seconds=(1.0,))
    job = bench.submit()
    until(lambda: any(event.get("status") == "SUSPENDED" for event in list(bench.events)))
    until(lambda: job.status is Status.RUNNING)
    assert len(job.result(30).images) == 1


def test_a_key_that_was_withdrawn_ends_the_wait(build):
    """401 will not get better by asking: the person is told, and the task can be resumed."""
    bench = build("asgi", "query:401*1")
    job = bench.submit()
    with pytest.raises(Refused, match="Check the API key"):
        job.result(30)
    again = bench.session.resume(job.task_id)
    assert again is not job
    result = again.result(30)
    assert len(result.images) == 1
    assert result.request == job.request  # this kernel still knows what was asked
    assert len(bench.creates) == 1


def unknown(task_id: str) -> httpx.Response:
    """What the service says of a task that it does not know."""
    return httpx.Response(200, json=wire.task_reply(TaskReport(task_id, Status.UNKNOWN), total=0))


def test_a_task_unheard_of_for_a_moment_is_not_lost(bench):
    """Right after a task was accepted, UNKNOWN means that not every server has heard of it."""
    left = 2

    def answer(request: httpx.Request) -> httpx.Response | None:
        nonlocal left
        if "/tasks/" not in request.url.path or left == 0:
            return None
        left -= 1
        return unknown(request.url.path.rpartition("/")[2])

    bench.line.answer = answer
    assert len(bench.edit().images) == 1
    assert left == 0


def test_an_expired_task_is_told(bench):
    """A task that the service does not know (any more) ends with the reason, at once."""
    job = bench.session.resume(" nobody-knows-me\n")
    with pytest.raises(ResultExpired, match=r"'nobody-knows-me'.*24 hours") as caught:
        job.result(10)
    assert caught.value.task_id == "nobody-knows-me"


@pytest.mark.parametrize("task_id", ["", " ", "a/b", "../uploads", "a?b", "a#b", "工", "..", "a b"])
def test_what_is_no_id_is_not_asked_for(bench, task_id):
    """An empty id, or one that would be a path, is refused here: it would be another question."""
    with pytest.raises(InvalidRequest, match="Nothing was sent") as caught:
        bench.session.resume(task_id)
    assert repr(task_id.strip()) in str(caught.value)
    assert bench.line.sent == []


# ---- cancelling -----------------------------------------------------------------------------


def test_a_waiting_task_can_be_cancelled(build, until):
    """PENDING: cancel is True, the task never runs, waiting for it says so, and it is free."""
    bench = build("asgi", "task:never*1", concurrency=1)
    bench.submit()
    until(lambda: bench.tasks)
    job = bench.submit()
    until(lambda: job.task_id)
    assert job.cancel() is True
    with pytest.raises(TaskCanceled, match="costs nothing") as caught:
        job.result(10)
    assert caught.value.task_id == job.task_id
    assert (job.status, job.cost) == (Status.CANCELED, 0)
    statuses = [e["status"] for e in bench.events if e.get("task_id") == job.task_id]
    assert statuses == ["PENDING", "CANCELED"]
    assert job.cancel() is True


def test_a_running_task_cannot_be_cancelled(build, way, until):
    """RUNNING: cancel is False, and the picture is delivered all the same."""
    bench = build(way, task_seconds=(1.0,))
    job = bench.submit()
    until(lambda: job.status is Status.RUNNING)
    assert job.cancel() is False
    assert len(job.result(30).images) == 1
    assert job.cancel() is False


def test_cancel_waits_for_the_answer_to_create(build, until):
    """Cancelled while it is being sent: the answer is awaited, so that no task runs unseen."""
    bench = build("asgi", "task:never*1", "create:slow=0.3", concurrency=1)
    bench.submit()
    until(lambda: bench.tasks)  # it fills the only place
    job = bench.submit()
    assert job.task_id is None
    assert job.cancel() is True
    with pytest.raises(TaskCanceled):
        job.result(10)
    ran = [event["status"] for event in bench.events if event.get("task_id") == (job.task_id or 0)]
    assert ran in (["PENDING", "CANCELED"], [])


def test_asking_to_cancel_does_not_block(build, until):
    """A button's callback may cancel without waiting for the answer."""
    bench = build("asgi", "task:never*1", "cancel:slow=0.3", concurrency=1)
    bench.submit()
    until(lambda: bench.tasks)
    job = bench.submit()
    until(lambda: job.task_id)
    promise = job.request_cancel()
    assert not promise.done()
    assert promise.result(10) is True
    with pytest.raises(TaskCanceled):
        job.result(10)


def test_a_waiter_that_is_cancelled_leaves_the_task(build):
    """Stopping a cell that awaits a job ends the wait; the job goes on and keeps its picture."""
    bench = build("asgi", task_seconds=(0.5,))

    async def cell() -> object:
        job = bench.submit()
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(_wait(job), 0.1)
        return job

    async def _wait(job: object) -> object:
        return await job

    assert len(asyncio.run(cell()).result(30).images) == 1


# ---- waiting --------------------------------------------------------------------------------


def test_a_wait_that_ends_early_loses_nothing(build):
    """``result(timeout)`` says what the task does and how to go on; later the picture is there."""
    bench = build("asgi", task_seconds=(0.6,))
    job = bench.submit()
    with pytest.raises(TaskTimedOut, match=r"(PENDING|RUNNING) after \d s.*resume") as caught:
        job.result(timeout=0.05)
    assert isinstance(caught.value, TaskError)
    assert not job.done()
    assert bench.session.jobs() == [job]
    assert len(job.result(30).images) == 1
    assert bench.session.jobs() == []
    assert job.elapsed == job.elapsed  # it has stopped


def test_a_task_is_resumed_by_its_id(build, until):
    """In this session its own job comes back; in another kernel's a new one, with the picture."""
    bench = build("asgi", task_seconds=(0.4,))
    job = bench.submit()
    until(lambda: job.task_id)
    assert bench.session.resume(job.task_id) is job
    other = bench.another().resume(job.task_id)
    assert other is not job
    assert other.result(30).data == job.result(30).data
    assert other.result().request == job.request
    assert repr(other).startswith(f"<Job super_resolution {job.task_id}: SUCCEEDED")
    assert Image.open(io.BytesIO(other.result().data[0])).size == (512, 512)
    assert bench.session.resume(job.task_id).result(1) is job.result()
    assert len(bench.creates) == 1


def test_another_account_cannot_resume_it(bench, tmp_path):
    """A task is seen with the key that made it only."""
    from dataclasses import replace

    from pydantic import SecretStr

    from ipywanx.session import Session

    job = bench.submit()
    job.result(30)
    bench.engine.accounts._key = None
    stranger = Session(replace(bench.settings, api_key=SecretStr("sk-else")), bench.line)
    with pytest.raises(ResultExpired, match="the account whose key"):
        stranger.resume(job.task_id).result(10)


def test_jobs_of_several_threads_are_not_mixed_up(bench):
    """Each thread gets its own picture's edit, whoever started first."""
    colours = ["red", "lime", "blue"]
    got: dict[str, tuple[int, int, int]] = {}

    def work(colour: str) -> None:
        result = bench.edit(image=Image.new("RGB", (512, 512), colour))
        got[colour] = result.images[0].resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))

    threads = [threading.Thread(target=work, args=(colour,)) for colour in colours]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    for index, colour in enumerate(colours):
        assert got[colour][index] == max(got[colour]) > 200
