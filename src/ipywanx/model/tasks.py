"""What can a task be? Its states, and what the service reports of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Status(StrEnum):
    """The service's own words for a task's state (vendor: asynchronous task management)."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELED = "CANCELED"
    UNKNOWN = "UNKNOWN"

    @property
    def is_final(self) -> bool:
        """Nothing more will happen; UNKNOWN is a task that the service does not know (any more)."""
        return self not in {Status.PENDING, Status.RUNNING}

    @classmethod
    def read(cls, word: str) -> Status:
        """The status of a word; one that we do not know means that the task still goes on."""
        return cls(word) if word in cls.__members__ else cls.RUNNING


@dataclass(frozen=True, slots=True)
class Output:
    """One sub-image of a finished task: a URL, or the code and message of its failure."""

    url: str | None = None
    code: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class TaskReport:
    """What the service says of a task at one moment.

    Attributes:
        submitted: When the service took it; like the other stamps with its time zone, or None
            where the answer had none.
        scheduled: When it began to run.
        ended: When it ended.
        outputs: One entry for each picture that was asked for; empty until SUCCEEDED.
        code: Why it FAILED.
        image_count: Pictures that are charged.
    """

    task_id: str
    status: Status
    request_id: str = ""
    submitted: datetime | None = None
    scheduled: datetime | None = None
    ended: datetime | None = None
    outputs: tuple[Output, ...] = ()
    code: str = ""
    message: str = ""
    image_count: int = 0


@dataclass(frozen=True, slots=True)
class TaskSummary:
    """One row of the service's task list; it carries no pictures."""

    task_id: str
    status: Status
    model: str
    created: datetime
    ended: datetime | None = None


@dataclass(frozen=True, slots=True)
class UploadPolicy:
    """Leave to upload one or more files for some minutes.

    Attributes:
        host: Where to post the form.
        directory: The prefix of every key.
        fields: The form's fields except ``key`` and the file itself, in the vendor's order.
        seconds: How long the leave lasts.
        max_bytes: The largest file that it takes.
    """

    host: str
    directory: str
    fields: tuple[tuple[str, str], ...]
    seconds: float
    max_bytes: int
