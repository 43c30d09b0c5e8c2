"""An experiment asks for each thing once, whatever fails, stops or dies."""

import asyncio
import gc
import json
import math
import signal
import subprocess
import sys
import time
from dataclasses import replace

import httpx
import pytest
from tests.bilingual import spoken_alike
from tests.service.conftest import TEMPO, grey, wait_until
from tests.service.kept import dead_owner

from ipywanx.errors import InvalidRequest, TaskTimedOut
from ipywanx.experiments import cells
from ipywanx.experiments.cells import Cell
from ipywanx.experiments.feed import AHEAD
from ipywanx.experiments.plan import plan
from ipywanx.experiments.sweep import Sweep
from ipywanx.service.tempo import SERVICE
from ipywanx.text import prefer_language


def sweep(bench, session=None, **values) -> Sweep:
    """A sweep of quick edits, not begun."""
    options = {name: values.pop(name) for name in ("score", "fresh", "cap") if name in values}
    cells = plan("super_resolution", **{"image": grey()} | values)
    return Sweep(session or bench.session, cells, **{"cap": math.inf} | options)


def states(grid: Sweep) -> list[str]:
    """The cells' states."""
    return [cell.state for cell in grid.cells]


def test_every_cell_is_asked_for_once_and_in_order(bench):
    """All requests reach the service once, in the plan's order, and each cell has its result."""
    grid = sweep(bench, upscale_factor=[1, 2, 3], seed="1-4").start()
    results = grid.result(60)
    asked = [json.loads(request.content)["parameters"] for request in bench.creates]
    assert [(one["upscale_factor"], one["seed"]) for one in asked] == [
        (factor, seed) for factor in (1, 2, 3) for seed in (1, 2, 3, 4)
    ]
    assert [one.task_id for one in results] == bench.tasks
    assert [cell.result.images[0].width for cell in grid.cells] == [512] * 4 + [1024] * 4 + [
        1536
    ] * 4
    assert [cell.request for cell in grid.cells] == [one.request for one in results]
    assert set(states(grid)) == {"SUCCEEDED"}
    assert grid.cost == 0.0  # the engine marks its pictures as previews
    assert "12 of 12" in repr(grid)


def test_few_are_on_their_way_at_once(build):
    """Thousands of cells are not thousands of jobs, and the service never waits for us."""
    bench = build("asgi", task_seconds=(0.02,), concurrency=2)
    grid = sweep(bench, seed=range(40)).start()
    seen: set[int] = set()
    wait_until(lambda: seen.add(len(bench.session._under_way)) or grid.done(), 60)
    assert max(seen) <= AHEAD + 1  # one may have ended, and not been taken off the list
    assert len(bench.tasks) == 40


def test_cells_that_are_alike_share_one_task(bench):
    """The same request twice costs once; both cells have the picture."""
    grid = sweep(bench, seed=[1, 1, 2]).start()
    grid.result(60)
    assert len(bench.tasks) == 2
    assert grid.cells[0].task_id == grid.cells[1].task_id
    assert (grid.new, grid.pictures) == (2, 2)
    assert [cell.kept for cell in grid.cells] == [False, True, False]


def test_what_was_made_before_is_taken_from_the_history(bench):
    """A second sweep asks only for what is new, in another kernel too, and says so before."""
    sweep(bench, seed="1-3").start().result(60)
    later = sweep(bench, bench.another(), seed="1-5")
    assert (later.new, later.pictures) == (2, 2)
    later.start().result(60)
    assert len(bench.tasks) == 5
    assert [cell.kept for cell in later.cells] == [True] * 3 + [False] * 2
    assert all(cell.result.images for cell in later.cells)
    assert "3 there before" in repr(later)


def test_fresh_asks_again(bench):
    """``fresh`` takes nothing from the history."""
    sweep(bench, seed="1-2").start().result(60)
    again = sweep(bench, seed="1-2", fresh=True)
    assert again.new == 2
    again.start().result(60)
    assert len(bench.tasks) == 4


def test_a_result_whose_file_is_gone_is_made_again(bench):
    """The history's word alone is no picture."""
    (result,) = sweep(bench, seed=[1]).start().result(60)
    for path in result.files:
        path.unlink()
    again = sweep(bench, seed=[1]).start()
    assert again.result(60)[0].images
    assert len(bench.tasks) == 2


def test_a_result_whose_file_is_damaged_is_made_again(bench):
    """A kept file that was cut short is no picture either; what comes anew is whole on the disk."""
    (result,) = sweep(bench, seed=[1]).start().result(60)
    (path,) = result.files
    path.write_bytes(path.read_bytes()[:200])
    for tasks in (2, 2):
        (again,) = sweep(bench, seed=[1]).start().result(60)
        assert again.images[0].size == result.images[0].size
        assert len(bench.tasks) == tasks


def test_what_cannot_be_made_small_is_there_all_the_same(bench, monkeypatch):
    """Where the memory is full, a paid result is kept and told, and is not asked for again."""

    def full(_: object) -> None:
        raise MemoryError("no room")

    monkeypatch.setattr(cells, "thumbnails", full)
    for _ in range(2):
        grid = sweep(bench, seed=[1, 2]).start()
        assert len(grid.result(60)) == 2
        assert grid.counts() == {"SUCCEEDED": 2}
        assert [error.en for error in grid.errors] == ["MemoryError: no room"]
    assert len(bench.tasks) == 2


def test_what_cannot_be_read_in_this_moment_fails_alone(bench, monkeypatch):
    """An unforeseen error ends its cell; another try reads what is kept, and sends nothing."""
    sweep(bench, seed=[1]).start().result(60)
    read = bench.session.archive.result

    def full(_: object) -> None:
        raise MemoryError("no room")

    monkeypatch.setattr(bench.session.archive, "result", full)
    grid = sweep(bench, seed=[1]).start()
    assert list(grid.result(60)) == []
    assert grid.counts() == {"FAILED": 1}
    monkeypatch.setattr(bench.session.archive, "result", read)
    assert len(grid.retry().result(60)) == 1
    assert len(bench.tasks) == 1


def test_a_failed_cell_is_told_and_the_others_come(build):
    """One failure costs one cell; ``retry`` asks for that one alone."""
    bench = build("asgi", "task:FAILED:InternalError.Algo*1")
    grid = sweep(bench, seed="1-4").start()
    assert len(grid.result(60)) == 3
    (failed,) = [cell for cell in grid.cells if cell.state == "FAILED"]
    assert "InternalError.Algo" in str(failed.error)
    assert grid.errors == [failed.error]
    assert "1 failed" in repr(grid)
    assert len(grid.retry().result(60)) == 4
    assert (len(bench.tasks), failed.state, failed.error) == (5, "SUCCEEDED", None)


def test_stop_means_stop_now(build):
    """Nothing is sent after it, what waits is called back, what runs is kept."""
    bench = build("asgi", task_seconds=(0.15,), concurrency=1)
    grid = sweep(bench, seed=range(30)).start()
    wait_until(lambda: "RUNNING" in states(grid))
    grid.stop()
    sent = len(bench.creates)
    results = grid.result(20)
    assert len(bench.creates) <= sent + 1  # the one that was on its way in that moment
    assert 1 <= len(results) <= 3
    assert states(grid).count("STOPPED") >= 30 - AHEAD
    assert set(states(grid)) <= {"SUCCEEDED", "STOPPED", "CANCELED"}
    assert "stopped" in repr(grid)
    assert len(grid.retry().result(60)) == 30
    seeds = [task.asked.parameters["seed"] for task in bench.engine.tasks._table.values()]
    canceled = [event for event in bench.events if event.get("status") == "CANCELED"]
    assert len(seeds) == 30 + len(canceled)


def test_retry_may_follow_stop_at_once(build):
    """Cells that are just being called back are asked for again as well: none is forgotten."""
    bench = build("asgi", task_seconds=(0.1,), concurrency=1)
    grid = sweep(bench, seed=range(6)).start()
    grid.stop()
    assert len(grid.retry().result(60)) == 6
    assert set(states(grid)) == {"SUCCEEDED"}
    grid = sweep(bench, seed=range(10, 16)).start()
    grid.stop()
    grid.retry()
    grid.stop()
    grid.result(60)
    assert set(states(grid)) <= {"SUCCEEDED", "STOPPED", "CANCELED"}
    made = [task.asked.parameters["seed"] for task in bench.engine.tasks._table.values()
            if task.status == "SUCCEEDED"]  # fmt: skip
    assert len(made) == len(set(made))


def test_retry_while_a_failure_is_being_taken_asks_once(build, monkeypatch):
    """A retry in the moment in which a cell fails sends its request once more, not twice."""
    bench = build("asgi", "task:FAILED:InternalError.Algo*1", task_seconds=(0.1,))
    grid = sweep(bench, seed="1-4")
    take = Cell.take

    def take_and_retry(cell, job):
        take(cell, job)
        if cell.state == "FAILED":
            grid.retry()

    monkeypatch.setattr(Cell, "take", take_and_retry)
    assert len(grid.start().result(60)) == 4
    assert set(states(grid)) == {"SUCCEEDED"}
    assert len(bench.tasks) == 5


def test_a_refused_key_stops_the_rest(build):
    """What would fail all others is asked once, and told; the rest is not sent."""
    bench = build("asgi", "create:Arrearage")
    grid = sweep(bench, seed=range(30)).start()
    assert list(grid.result(60)) == []
    assert len(bench.creates) <= AHEAD
    assert states(grid).count("STOPPED") >= 30 - AHEAD - 1
    assert "Arrearage" in str(grid.trouble) or "overdue" in str(grid.trouble).lower()


def test_a_costly_plan_waits_to_be_started(bench):
    """Above the cap nothing is sent; the error says how many pictures and what they cost."""
    grid = sweep(bench, seed=range(100), cap=10.0).start_below_cap()
    assert not grid.is_started
    assert grid.price == pytest.approx(14.0)
    with pytest.raises(InvalidRequest, match=r"100 pictures, CNY 14\.00.*start\(\)"):
        grid.result(1)
    assert bench.creates == []
    assert "100 planned" in repr(grid)


def test_scores_become_columns(bench):
    """A scorer's number or dict is kept by the cell; one that fails spoils its own cell only."""

    def judge(result):
        if result.request.seed == 2:
            raise ValueError("no face")
        return {"width": result.images[0].width, "name": f"seed {result.request.seed}"}

    grid = sweep(bench, seed="1-3", score=judge).start()
    grid.result(60)
    assert [cell.scores for cell in grid.cells] == [
        {"width": 512.0, "name": "seed 1"},
        {},
        {"width": 512.0, "name": "seed 3"},
    ]
    assert grid.cells[1].note == "ValueError: no face"
    assert grid.cells[1].state == "SUCCEEDED"
    assert "1 not scored" in repr(grid)


@pytest.mark.parametrize(("language", "words"), [("en", "2 not scored"), ("zh", "2 个未评分")])
def test_a_judge_that_fails_is_heard_of(bench, language, words):
    """Line, table and sheet say how many it failed for, and why."""
    prefer_language(language)
    grid = sweep(bench, seed=[1, 2], score=lambda _: 1 / 0).start()
    grid.result(60)
    assert words in grid.told()
    assert [row["not_scored"] for row in grid.table()] == [
        "ZeroDivisionError: division by zero"
    ] * 2
    assert words in repr(grid.sheet())
    (notice,) = (one for one in grid.sheet().notices if "ZeroDivision" in one.en)
    assert spoken_alike(notice)
    assert words in notice.told()
    with pytest.raises(InvalidRequest, match="2 not scored: ZeroDivisionError"):
        grid.sheet(order="score")


def test_what_cannot_judge_is_refused(bench):
    """A score that is no function is refused before anything is sent."""
    with pytest.raises(InvalidRequest, match="score is 5, but it takes a function") as caught:
        sweep(bench, seed=[1], score=5)
    assert caught.value.parameter == "score"
    assert bench.creates == []


def test_a_sweep_may_be_awaited_and_its_wait_may_end(build):
    """``await grid`` gives the results; a timeout ends the wait and not the sweep."""
    bench = build("asgi", task_seconds=(0.2,))
    grid = sweep(bench, seed="1-2").start()
    with pytest.raises(TaskTimedOut, match="0 of 2"):
        grid.result(0.001)

    async def wait():
        return await grid

    assert len(asyncio.run(wait())) == 2


def test_pictures_are_not_held_in_memory(bench):
    """A sweep of any length holds small copies; full pictures stay on the disk."""
    grid = sweep(bench, upscale_factor=[2], seed="1-6").start()
    grid.result(60)
    wait_until(lambda: not bench.session._under_way)
    gc.collect()
    assert len(bench.session._jobs) == 0
    held = sum(len(data) for cell in grid.cells for data in cell.thumbnails)
    assert 0 < held < 6 * 60_000


def test_unreached_ends_the_sweep(build):
    """With no way to the service the first cells say so, and the rest waits for ``retry``."""
    bench = build("asgi")

    def away(_):
        raise httpx.ConnectError("no route to host")

    bench.line.answer = away
    grid = sweep(bench, seed=range(20)).start()
    assert list(grid.result(60)) == []
    assert grid.trouble is not None
    bench.line.answer = lambda _: None
    assert len(grid.retry().result(60)) == 20
    assert len(bench.tasks) == 20


def test_what_a_killed_kernel_never_sent_is_sent(bench):
    """A row says that a call was out, and the service never had it: the sweep asks for it."""
    grid = sweep(bench, seed=[1, 2])
    archive = bench.session.archive
    row = archive.keep_request(archive.begin(grid.plan.requests[0]), grid.plan.requests[0])
    archive.history.put(replace(row, sent=time.time() - 60, owner=dead_owner()))
    grid = sweep(bench, seed=[1, 2])
    assert grid.new == 1
    assert len(grid.start().result(60)) == 2
    assert len(bench.tasks) == 2


KILLED = """
import sys, json
from pathlib import Path
from pydantic import SecretStr
from PIL import Image
from dataclasses import replace
from ipywanx.session import Session
from ipywanx.settings import Settings
from ipywanx.service.tempo import SERVICE
from ipywanx.experiments.plan import plan
from ipywanx.experiments.sweep import Sweep

key, url, home = sys.argv[1:]
tempo = replace(SERVICE.faster(60), creates=20.0)
session = Session(Settings(SecretStr(key), url, Path(home)), tempo=tempo)
grey = Image.new("RGB", (512, 512), "grey")
cells = plan("super_resolution", grey, upscale_factor=[1, 2], seed="1-6")
grid = Sweep(session, cells, cap=100).start()
while not grid.done():
    ended = sum(cell.is_over for cell in grid.cells)
    print(ended, flush=True)
"""


def test_a_killed_kernel_s_sweep_goes_on_in_the_next(build, key):
    """A kernel dies in the middle: the same call in another goes on, and nothing is sent twice."""
    tempo = replace(SERVICE.faster(60), creates=20.0, gateway=TEMPO.gateway, search=TEMPO.search)
    bench = build("http", task_seconds=(0.15,), concurrency=2, tempo=tempo)
    child = subprocess.Popen(
        [sys.executable, "-c", KILLED, key, bench.settings.base_url, str(bench.settings.home)],
        stdout=subprocess.PIPE,
        text=True,
    )
    for line in child.stdout:
        if int(line) >= 3:
            break
    child.send_signal(signal.SIGKILL)
    child.wait(10)
    child.stdout.close()
    before = len(bench.tasks)
    assert before < 12
    grid = sweep(bench, upscale_factor=[1, 2], seed="1-6")
    assert grid.new <= 12 - before + 1  # a call that was out when it died is looked for
    assert len(grid.start().result(60)) == 12
    asked = [task.asked.parameters for task in bench.engine.tasks._table.values()]
    assert sorted((one["upscale_factor"], one["seed"]) for one in asked) == [
        (factor, seed) for factor in (1, 2) for seed in range(1, 7)
    ]
