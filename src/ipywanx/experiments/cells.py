"""What has become of one request of an experiment?"""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal

from PIL import Image

from ipywanx.errors import WanxError
from ipywanx.model.functions import EditRequest
from ipywanx.model.results import Result
from ipywanx.model.tasks import Status
from ipywanx.text import Text, both

if TYPE_CHECKING:
    from ipywanx.service.archive import Archive
    from ipywanx.service.job import Job
    from ipywanx.service.record import Record

State = Literal[
    "WAITING",  # not sent yet
    "QUEUED",  # on its way: it has no id at the service
    "PENDING",
    "RUNNING",
    "SUCCEEDED",
    "FAILED",
    "CANCELED",
    "STOPPED",  # it was not sent, for the experiment was stopped
]
WORDS: Mapping[State, Text] = {
    "WAITING": Text("not sent yet", "尚未发送"),
    "QUEUED": Text("waits here", "本地排队"),
    "PENDING": Text("waits at the service", "服务端排队"),
    "RUNNING": Text("runs", "运行中"),
    "SUCCEEDED": Text("done", "完成"),
    "FAILED": Text("failed", "失败"),
    "CANCELED": Text("cancelled", "已取消"),
    "STOPPED": Text("stopped", "已停止"),
}
"""What each state is called."""
THUMBNAIL = 512
"""Longest side of the small copies that sheets are made of, in pixels."""

Score = float | str | bool | None
Scorer = Callable[[Result], "Score | Mapping[str, Score]"]
"""Judges a result: a number, or a dict of columns."""


class Cell:
    """One request, and what came of it.

    Pictures stay on the disk: a cell holds small copies, and reads the result when it is asked.

    Attributes:
        index: Its place in the plan, from 0 on.
        place: Its index on each axis.
        labels: What it is called on each axis.
        request: What is asked.
        kept: Whether its result was there before, and cost nothing now.
        thumbnails: A small copy of each picture as WebP, at most :data:`THUMBNAIL` pixels long.
        scores: What the scorer said, by column.
        error: Why there is no picture, or None.
        note: Why it has no score, or "".
    """

    def __init__(
        self, archive: Archive, index: int, place: tuple[int, ...], labels: tuple[str, ...],
        request: EditRequest,
    ) -> None:  # fmt: skip
        self.index, self.place, self.labels, self.request = index, place, labels, request
        self.kept = False
        self.thumbnails: tuple[bytes, ...] = ()
        self.scores: dict[str, Score] = {}
        self.error: Text | None = None
        self.note = ""
        self._archive = archive
        self._job: Job | None = None
        self._record: Record | None = None
        self._held: Result | None = None  # where the disk did not take it
        self._over: State | None = None
        self._elapsed: float | None = None

    @property
    def state(self) -> State:
        """How far it is; words in capitals, the service's own where it has one."""
        if self._over is not None:
            return self._over
        if self._job is None:
            return "WAITING"
        if self._job.task_id is None:
            return "QUEUED"
        status = self._job.status
        return "RUNNING" if status.is_final or status is Status.UNKNOWN else status.value  # type: ignore[return-value]

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come of it by itself."""
        return self._over is not None

    @property
    def is_lost(self) -> bool:
        """Whether it is over, and has no picture."""
        return self.is_over and self.state != "SUCCEEDED"

    @property
    def result(self) -> Result | None:
        """Its pictures and how they were made; None where there is none, or its files are gone."""
        source = self.source
        if source is None or isinstance(source, Result):
            return source
        return self._archive.result(source)

    @property
    def source(self) -> Record | Result | None:
        """Where its result is: a row of the history, or itself where the disk did not take it."""
        return self._held or (self._record if self._over == "SUCCEEDED" else None)

    def picture(self, index: int) -> bytes | None:
        """One of its pictures as it came, from 0 on, without the others; None where it is gone."""
        source = self.source
        if source is None or index < 0:
            return None
        if isinstance(source, Result):
            return source.data[index] if index < len(source.data) else None
        return self._archive.picture(source, index)

    @property
    def task_id(self) -> str:
        """The service's id, "" before there is one."""
        known = self._job.task_id if self._job else self._record and self._record.task_id
        return known or ""

    @property
    def cost(self) -> float:
        """Yuan that it cost in this experiment; 0 for what was there before."""
        return 0.0 if self.kept or self._record is None else self._record.cost

    @property
    def elapsed(self) -> float | None:
        """Seconds from its sending until it ended; None before, and for what was there before."""
        return self._elapsed

    # ---- what the experiment tells it

    def reset(self) -> None:
        """Wait to be sent again."""
        self._over, self.error, self._job = None, None, None

    def attend(self, job: Job) -> None:
        """It is on its way."""
        self._job = job

    def stop(self, why: Text | None = None) -> None:
        """It is not sent."""
        self._over, self.error = "STOPPED", why

    def take(self, job: Job) -> None:
        """It has ended. Takes what is worth keeping of the job, and lets go of it."""
        self._elapsed = job.elapsed
        try:
            result = job.result(0)
        except WanxError as error:
            self.error = error.text
            self._over = "CANCELED" if job.status is Status.CANCELED else "FAILED"
        except BaseException as error:  # noqa: BLE001 - cancelled from outside
            self.error, self._over = both(type(error).__name__), "CANCELED"
        else:
            self._record = job.record
            self._held = None if job.record.fetched else result
            self._succeed(result)
        self._job = None

    def take_kept(self, record: Record) -> bool:
        """It was made before; False where its files are gone or damaged."""
        result = self._archive.result(record)
        try:
            if result is None or not result.images:
                return False
        except WanxError:
            return False
        self._record, self.kept = record, True
        self._succeed(result)
        return True

    def fail(self, error: BaseException) -> None:
        """Nothing came of it, for a reason that nobody foresaw."""
        self._over, self.error = "FAILED", both(f"{type(error).__name__}: {error}")
        self._job = None

    def _succeed(self, result: Result) -> None:
        """It has a result; where even a small copy is too much, that is told in its place."""
        try:
            self.thumbnails = thumbnails(result)
        except Exception as error:  # noqa: BLE001 - it is paid for, and never asked for again
            self.error = both(f"{type(error).__name__}: {error}")
        self._over = "SUCCEEDED"

    def like(self, twin: Cell) -> None:
        """It asked for the same as another: what came of that is its result, at no cost."""
        self._record, self._held, self._over = twin._record, twin._held, twin._over
        self.thumbnails, self.error = twin.thumbnails, twin.error
        self.scores, self.note = dict(twin.scores), twin.note
        self._job, self.kept = None, twin.state == "SUCCEEDED"

    def judge(self, scorer: Scorer) -> None:
        """Let it be scored; a scorer that fails spoils its own column only."""
        result = self.result
        if result is None:
            return
        try:
            said: Any = scorer(result)
            named = said if isinstance(said, Mapping) else {"score": said}
            self.scores = {str(name): _plain(value) for name, value in named.items()}
        except Exception as error:  # noqa: BLE001 - it is the person's own code
            self.note = f"{type(error).__name__}: {error}"

    def __repr__(self) -> str:
        return f"<Cell {self.index}: {' · '.join(self.labels)}: {self.state}>"


def thumbnails(result: Result) -> tuple[bytes, ...]:
    """Small copies of a result's pictures, as WebP."""
    small = []
    for image in result.images:
        copy = image.copy()
        copy.thumbnail((THUMBNAIL, THUMBNAIL), Image.Resampling.LANCZOS, reducing_gap=2.0)
        stream = io.BytesIO()
        copy.save(stream, "WEBP", quality=85, method=2)
        small.append(stream.getvalue())
    return tuple(small)


def _plain(value: Any) -> Score:
    """A score as Python's own number or text; what is not a number cannot be sorted by."""
    value = value.item() if getattr(value, "shape", None) == () else value
    if value is None or isinstance(value, bool | str):
        return value
    number = float(value)
    return number if math.isfinite(number) else None
