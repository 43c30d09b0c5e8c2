"""The line under a waiting cell: what it offers, what it says at the end, what it leaves behind."""

import asyncio

import pytest
from ipywidgets.widgets.widget import _instances
from PIL import Image
from tests.service.conftest import build, wait_until  # noqa: F401 - build is a fixture

from ipywanx.errors import TaskFailed
from ipywanx.widgets import progress
from ipywanx.widgets.progress import Progress


@pytest.mark.parametrize("side", [512, 300])
def test_no_widget_outlives_the_wait(session, side):
    """After an edit, with notices or without, there are as many widgets as before it."""
    before = set(_instances)
    photo = Image.new("RGB", (side, side), "teal")
    job = session.submit("super_resolution", photo, upscale_factor=1, fit=True)
    assert Progress(job, "offline", 0).wait_blocking().images
    assert set(_instances) == before


class Handle:
    """Where the cell shows it; what is left there at the end."""

    left = ""

    def update(self, bundle, *, raw):
        """Take the last line."""
        assert raw
        self.left = bundle["text/plain"]


@pytest.fixture
def cell(monkeypatch):
    """The output of a cell without a notebook."""
    handle = Handle()
    monkeypatch.setattr(progress, "display", lambda *_, **__: handle)
    return handle


async def click_when(line: Progress, label: str, wait: asyncio.Task) -> None:
    """Press the button as soon as it has this label."""
    async with asyncio.timeout(20):
        while line.button.description != label:
            assert not wait.done()
            await asyncio.sleep(0.01)
    line.button.click()


def wait_and_click(line: Progress, label: str):
    """The result of a wait in which somebody presses the button."""

    async def both():
        wait = asyncio.create_task(line.wait())
        await click_when(line, label, wait)
        return await asyncio.wait_for(wait, 20)

    return asyncio.run(both())


@pytest.mark.parametrize(
    ("price", "said"),
    [
        (0.0, "It is a free preview, and goes on: "),
        (0.28, "It will cost at most CNY 0.28, and goes on: "),
        (None, "It may be charged, and goes on: "),
    ],
)
def test_a_running_task_offers_to_stop_waiting_and_says_what_it_costs(build, cell, price, said):  # noqa: F811
    """What runs cannot be cancelled: the wait ends with no error, and the price is the true one."""
    bench = build(task_seconds=(30.0,))
    line = Progress(bench.submit(), "offline", price)
    assert wait_and_click(line, "Stop waiting") is None
    assert line.job.status == "RUNNING"
    assert f"{said}%wanx resume {line.job.task_id} shows it." in cell.left
    assert bench.sent("POST", "/cancel") == []  # nothing that must fail is asked


def test_a_waiting_task_is_cancelled_without_an_error(build, cell):  # noqa: F811
    """Cancel before it runs: the service never runs it, and the cell ends with one grey line."""
    bench = build(task_seconds=(30.0,), concurrency=1)
    first = bench.submit()
    wait_until(lambda: first.status == "RUNNING")
    line = Progress(bench.submit(), "offline", 0.14)
    wait_until(lambda: line.job.task_id)
    assert wait_and_click(line, "Cancel") is None
    assert "Cancelled before it ran; it costs nothing." in cell.left
    assert [e["status"] for e in bench.events if e.get("task_id") == line.job.task_id] == [
        "PENDING",
        "CANCELED",
    ]


def test_a_cancel_that_comes_too_late_offers_to_stop_waiting(build, cell):  # noqa: F811
    """A task that began to run unseen goes on, and the button says what is still possible."""
    bench = build("asgi", "query:503", task_seconds=(30.0,))
    line = Progress(bench.submit(), "offline", 0.14)
    wait_until(lambda: any(event.get("status") == "RUNNING" for event in bench.events))
    line.button.click()
    assert wait_and_click(line, "Stop waiting") is None
    assert len(bench.sent("POST", "/cancel")) == 1
    assert "It will cost at most CNY 0.14, and goes on" in cell.left


def test_an_error_of_the_task_is_still_an_error(build, cell):  # noqa: F811
    """Only what was wished for ends quietly: a failed task raises."""
    bench = build("asgi", "task:FAILED:InternalError.Algo")
    line = Progress(bench.submit(), "offline", 0)
    with pytest.raises(TaskFailed):
        line.wait_blocking()
    assert "FAILED after" in cell.left
