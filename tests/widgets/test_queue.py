"""Does each row say what its job says, until its end?"""

import threading
import time
from collections.abc import Callable

from PIL import Image

from ipywanx.session import Session
from ipywanx.widgets.queue import Queue

GREY = Image.new("RGB", (512, 512), "grey")


class Seen:
    """What a studio would have been told."""

    def __init__(self, session: Session) -> None:
        self.rows: list[list[dict]] = []
        self.finished: list[str] = []
        self.ended = threading.Event()
        self.queue = Queue(session, self.rows.append, self._finish)

    def _finish(self, job) -> None:
        self.finished.append(job.record_id)
        self.ended.set()

    def states(self, name: str) -> list[str]:
        """The states that a row went through."""
        seen = [row["state"] for rows in self.rows for row in rows if row["id"] == name]
        return [state for at, state in enumerate(seen) if at == 0 or state != seen[at - 1]]


def until(condition: Callable[[], object], seconds: float = 30) -> None:
    """Return once it holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_job_is_followed_to_its_end(session):
    """A row goes forward, leaves when the pictures are there, and is told of once."""
    seen = Seen(session)
    job = session.submit("super_resolution", GREY, n=2)
    seen.queue.add(job)
    assert seen.ended.wait(30)
    states = seen.states(job.record_id)
    order = ["QUEUED", "PENDING", "RUNNING"]
    assert states == [state for state in order if state in states]
    row = next(rows[-1] for rows in reversed(seen.rows) if rows)
    assert (row["n"], row["price"], row["error"], row["took"]) == (2, 0.0, [], None)
    assert row["function"] == "super_resolution"
    assert row["expected"] > 0
    assert seen.rows[-1] == []
    seen.queue.look()
    assert seen.finished == [job.record_id]


def test_what_failed_says_why_and_can_be_taken_away(session):
    """A failed row keeps its reason until the person removes it."""
    seen = Seen(session)
    job = session.resume("nobody-knows-me")
    seen.queue.add(job)
    until(lambda: seen.rows and seen.rows[-1] and seen.rows[-1][-1]["error"])
    assert "does not know the task" in seen.rows[-1][-1]["error"][0]
    assert seen.finished == []
    seen.queue.remove(job.record_id)
    assert seen.rows[-1] == []


def test_a_row_that_goes_on_is_not_taken_away(session):
    """Only what has ended can be removed, and nonsense removes nothing."""
    seen = Seen(session)
    job = session.submit("super_resolution", GREY)
    seen.queue.add(job)
    for name in (job.record_id, "x", None, 3):
        if not job.done():
            seen.queue.remove(name)
            assert seen.queue.jobs == [job]
    assert seen.queue.find(None) is None
    job.result(30)
