"""What does the history know of one task?"""

from __future__ import annotations

import json
import os
import platform
import time
from dataclasses import dataclass

from ipywanx.model.tasks import Status
from ipywanx.settings import OFFLINE

KEPT_BY_SERVICE = 24 * 3600.0
"""Seconds that the service keeps a task and its pictures (vendor: task management)."""
_LONGEST_WATCH = 900.0


@dataclass(frozen=True, slots=True)
class Record:
    """One task, as the history keeps it.

    Attributes:
        id: Our own, from the moment on at which it is asked for.
        account: Whose it is; tells nothing of the key.
        owner: The process that watches it, see :func:`owner`.
        function, prompt: What was asked, for lists and searches.
        request: The whole request as JSON, with pictures by their names in the content store.
        megapixels: Of its picture, 0 where that is not known.
        asked: Unix seconds of the call here; like all moments.
        sent: When the create call went out the last time; None before that.
        task_id: The service's id, None until an answer named it.
        status: The service's word; UNKNOWN for one that was given up, see ``message``.
        submitted, scheduled, ended: The service's own stamps.
        code, message: Why it failed, or was given up.
        image_count: Pictures that are charged.
        cost: Yuan.
        outputs: The ended task's outputs as JSON: files by name, failures by code and message.
        fetched: Whether all there is to fetch is in the content store.
        starred: Whether the person liked it.
        tags: The person's own words for it, with commas between them.
        fingerprint: What was asked, as a hash: :attr:`EditRequest.fingerprint`.
    """

    id: str
    account: str
    owner: str
    function: str
    prompt: str
    request: str
    megapixels: float
    asked: float
    sent: float | None = None
    task_id: str | None = None
    request_id: str = ""
    status: str = Status.PENDING.value
    submitted: float | None = None
    scheduled: float | None = None
    ended: float | None = None
    code: str = ""
    message: str = ""
    image_count: int = 0
    cost: float = 0.0
    outputs: str = "[]"
    fetched: bool = False
    starred: bool = False
    tags: str = ""
    fingerprint: str = ""

    @property
    def is_open(self) -> bool:
        """Whether there is still something to wait for or to fetch."""
        if self.status == Status.SUCCEEDED:
            return not self.fetched
        return not Status(self.status).is_final

    @property
    def is_expired(self) -> bool:
        """Whether the service has forgotten it by now."""
        return time.time() - self.asked > KEPT_BY_SERVICE

    @property
    def is_preview(self) -> bool:
        """Whether the embedded engine made it, for nothing."""
        return self.account.startswith(OFFLINE)

    @property
    def pictures(self) -> list[str]:
        """The files of its pictures, by name, in order."""
        try:
            return [entry["file"] for entry in json.loads(self.outputs) if "file" in entry]
        except (LookupError, TypeError, ValueError):
            return []

    @property
    def named(self) -> set[str]:
        """All files that it names: its pictures, and what they were made of."""
        try:
            plain = json.loads(self.request or "{}")
            pictures = [plain.get("image", {}), *plain.get("pictures", {}).values()]
            made_of = [plain.get("mask"), *(picture.get("file") for picture in pictures)]
            return {name for name in [*made_of, *self.pictures] if name}
        except (AttributeError, TypeError, ValueError):
            return set()

    @property
    def is_watched(self) -> bool:
        """Whether the process that sent it may still be at it.

        A process's number may have been given away again: nothing is being sent for so long.
        """
        return _runs(self.owner) and time.time() - self.asked < _LONGEST_WATCH


def owner() -> str:
    """This process, for rows that it watches: the machine's name and the process's number."""
    return f"{platform.node()}:{os.getpid()}"


def _runs(name: str) -> bool:
    """Whether the process of :func:`owner` may still run; of other machines nobody knows."""
    machine, _, number = name.rpartition(":")
    if machine != platform.node() or not number.isdigit() or os.name == "nt":
        return True  # Windows has no harmless signal to ask with
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
