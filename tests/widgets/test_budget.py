"""Is a studio's cap kept, whatever is sent from it, and whatever becomes of that?"""

import gc
import threading
import weakref
from contextlib import suppress
from dataclasses import replace

import httpx
import pytest
from PIL import Image
from tests.service.conftest import TEMPO, build, key, wait_until

from ipywanx import session as sessions
from ipywanx.engine.app import create_app
from ipywanx.engine.options import EngineOptions
from ipywanx.errors import InvalidRequest, SubmissionUncertain, TaskFailed
from ipywanx.experiments.cells import Cell
from ipywanx.widgets.studio import Studio

__all__ = ["build", "key"]

PHOTO = Image.new("RGB", (512, 512), "grey")


@pytest.fixture
def studio(session, monkeypatch):
    """A studio where a picture costs CNY 0.14, and the first two tasks fail."""
    options = EngineOptions(base_url=sessions.ENGINE_URL, faults=("task:FAILED*2",))
    sessions._process._engine = httpx.ASGITransport(create_app(options))
    monkeypatch.setattr(sessions.Session, "is_free", False)
    # The engine says that its pictures are previews, which cost nothing.
    monkeypatch.setattr(
        Cell, "cost", property(lambda cell: 0.14 if cell.state == "SUCCEEDED" else 0.0)
    )
    made = Studio(PHOTO, "super_resolution", session=sessions.Session(), language="en")
    yield made
    made.close()


def say(studio: Studio, number: int, **content) -> None:
    """Send a message to the experiment as the page does."""
    studio.experiment._receive(None, {"id": f"view-{number}"} | content, [])


def retried(studio: Studio) -> list[str]:
    """Press the button of the sheet that tries again; why that is refused."""
    sheet = studio.experiment.sheet
    sheet._act("retry")
    return sheet.progress["trouble"]


def test_an_experiment_and_its_second_try_count_once(studio):
    """Failures leave the cap as it was; another try has to fit under it, and is counted."""
    studio.cap = 0.6
    studio.experiment.axes = [{"name": "seed", "text": "1-4"}]
    say(studio, 1, kind="run")
    (sweep,) = studio.experiment.sweeps
    sweep.result(60)
    wait_until(lambda: studio.spent == 0.28)
    assert (sweep.may_cost, sweep.retry_price) == (0.28, 0.28)
    studio.cap = 0.5
    for _ in range(2):
        english, chinese = retried(studio)
        assert english.startswith("This would cost CNY 0.28; 0.28 of the cap of 0.50")
        assert "0.28" in chinese
        assert sweep.counts()["FAILED"] == 2
    studio.cap = 0.56
    assert retried(studio) == []
    sweep.result(60)
    wait_until(lambda: studio.spent == 0.56)
    with pytest.raises(InvalidRequest, match=r"0\.56 of the cap of 0\.56"):
        studio.submit()


def test_what_is_under_way_is_counted_before_it_is_paid(studio):
    """An experiment that goes on leaves only what it will not need."""
    studio.cap = 0.6
    studio.experiment.axes = [{"name": "seed", "text": "1-4"}]
    sweep = studio.experiment.run()
    with pytest.raises(InvalidRequest, match=r"0\.\d\d of the cap of 0\.60"):
        studio.experiment.run()
    sweep.result(60)
    assert studio.experiment.sweeps == [sweep]


def test_what_fits_exactly_fits(studio):
    """A cap of five pictures lets five be made, and a sixth not."""
    studio.cap = 0.7
    jobs = [studio.submit() for _ in range(5)]
    with pytest.raises(InvalidRequest, match=r"0\.\d\d of the cap of 0\.70"):
        [studio.submit() for _ in range(3)]  # two of the five fail, and leave their room
    wait_until(lambda: all(job.done() for job in jobs))


def test_two_at_once_share_one_cap(studio):
    """Whoever asks in the same moment, no more is begun than the cap lets."""
    studio.cap = 0.14
    sent = []
    for _ in range(20):
        barrier = threading.Barrier(2)

        def one(barrier: threading.Barrier) -> None:
            barrier.wait(10)
            with suppress(InvalidRequest):
                sent.append(studio.submit())

        threads = [threading.Thread(target=one, args=[barrier]) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        running = [job for job in sent if not job.is_free]
        assert len(running) <= 1
        wait_until(lambda: all(job.done() for job in sent))
        if any(not job.failed for job in sent):
            break
    assert sum(not job.failed for job in sent) == 1


def test_results_are_read_from_the_disk(studio):
    """A studio that was used all day does not hold all pictures of that day in memory."""
    made = []
    for _ in range(4):
        job = studio.submit()
        with suppress(TaskFailed):
            made.append(weakref.ref(job.result(30)))
        wait_until(lambda: not any(row["took"] is None for row in studio.queue))
        studio._queue.remove(job.record_id)
        del job
    assert len(studio.results) == 2
    wait_until(lambda: gc.collect() is not None and [one() for one in made] == [None, None])
    assert [result.images[0].size for result in studio.results] == [(512, 512)] * 2


def test_trying_again_finds_the_task_whose_answer_was_lost(build):
    """After a lost answer Retry waits for the task that is there; nothing is sent twice."""
    bench = build(
        "asgi", "create:drop-after*1", "list:500", tempo=replace(TEMPO, outage_patience=0.2)
    )
    studio = Studio(PHOTO, "super_resolution", session=bench.session, language="en", cap=0.2)
    job = studio.submit()
    with pytest.raises(SubmissionUncertain):
        job.result(30)
    wait_until(lambda: studio.queue[0]["state"] == "FAILED")
    bench.engine.faults._faults.clear()
    studio._receive(None, {"kind": "retry", "job": job.record_id, "id": "view-1"}, [])
    assert studio.problem == {}
    (again,) = studio.jobs
    assert again.result(30).images
    assert (len(bench.tasks), len(bench.creates)) == (1, 1)
    assert [result.task_id for result in studio.results] == bench.tasks
    studio.close()
