"""What can go wrong, and what should I do?

::

    WanxError
    ├─ InvalidRequest        refused here, before anything was sent
    │  ├─ UnusableImage      not a picture, or not one that the service takes
    │  └─ UnusableMask       another size than the picture, or nothing painted
    ├─ NotConfigured         a setting is missing or wrong
    ├─ ServiceError          the service (or the way to it) refused a call
    │  ├─ Unreachable        nothing was accepted; safe to try again
    │  ├─ NotAccepted        a kernel ended before the service had the task; nothing is charged
    │  ├─ SubmissionUncertain  the answer was lost; the task may exist and cost money
    │  ├─ Refused            key, rights, or billing
    │  ├─ RateLimited        too many calls; wait
    │  ├─ Rejected           the service disagreed with a request that we thought valid
    │  ├─ ServiceUnavailable trouble on the service's side
    │  └─ UnexpectedReply    an answer that is not in the contract
    └─ TaskError             accepted, then not delivered
       ├─ TaskFailed         the model or the service failed it
       ├─ TaskCanceled       it was cancelled while it waited
       ├─ TaskTimedOut       we stopped waiting; the task goes on
       └─ ResultExpired      the service no longer keeps it (24 hours)

Every message says what happened (with the value), what was expected, and what to do next, in
English and in Chinese.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from ipywanx.text import Language, Text, both, sentences
from ipywanx.tracebacks import short

NOTHING_SENT = Text("Nothing was sent.", "未发送任何内容。")
_LONGEST_VALUE = 200  # signs of a value in a message; a path usually has fewer


class WanxError(Exception):
    """The root of every error that this package raises; as a plain string it is English.

    Attributes:
        what: What happened and what was expected.
        advice: What to do next; may be empty.
    """

    def __init__(self, message: str | Text, *, hint: str | Text = "") -> None:
        self.what = both(message)
        self.advice = both(hint)
        super().__init__(self.text.en)

    @property
    def message(self) -> str:
        """What happened and what was expected, in English."""
        return self.what.en

    @property
    def hint(self) -> str:
        """What to do next, in English; may be empty."""
        return self.advice.en

    @property
    def text(self) -> Text:
        """All of it in both languages."""
        return sentences(self.what, self.advice)

    def told(self, language: Language | None = None) -> str:
        """All of it in one language; None for the one that is preferred now."""
        return self.text.told(language)

    def _render_traceback_(self) -> list[str]:
        """What IPython shows of it."""
        return short(self, self.told())


class InvalidRequest(WanxError):
    """The request was refused here; nothing was sent and nothing was charged.

    Attributes:
        parameter: The name of the parameter concerned, or None for the whole request.
    """

    def __init__(
        self, message: str | Text, *, hint: str | Text = "", parameter: str | None = None
    ) -> None:
        self.parameter = parameter
        super().__init__(message, hint=hint)


class UnusableImage(InvalidRequest):
    """The picture cannot be read, or is not one that the service takes."""

    def __init__(
        self, message: str | Text, *, hint: str | Text = "", parameter: str | None = "image"
    ) -> None:
        super().__init__(message, hint=hint, parameter=parameter)


class UnusableMask(InvalidRequest):
    """The mask has another size than the picture, or nothing is painted on it."""

    def __init__(
        self, message: str | Text, *, hint: str | Text = "", parameter: str | None = "mask"
    ) -> None:
        super().__init__(message, hint=hint, parameter=parameter)


class NotConfigured(WanxError):
    """A setting or an environment variable is missing or cannot be used."""


class ServiceError(WanxError):
    """The service refused a call, or could not be reached.

    Attributes:
        status: The HTTP status, or None where no answer came.
        code: The service's own error code (``Throttling.RateQuota``), or "".
        request_id: The service's id of the call, worth quoting to its support, or "".
        retry_after: Seconds that the service asked to wait, or None where it did not say.
    """

    def __init__(
        self,
        message: str | Text,
        *,
        hint: str | Text = "",
        status: int | None = None,
        code: str = "",
        request_id: str = "",
        retry_after: float | None = None,
    ) -> None:
        self.status = status
        self.code = code
        self.request_id = request_id
        self.retry_after = retry_after
        super().__init__(message, hint=hint)


class Unreachable(ServiceError):
    """No connection, or no answer in time, to a call that is safe to repeat."""


class NotAccepted(ServiceError):
    """A kernel ended while it sent the task, and the service never had it. It costs nothing."""


class SubmissionUncertain(ServiceError):
    """The task was sent and the answer was lost: it may exist, and may be charged.

    Attributes:
        candidates: Tasks of the account's list that may be it
            (:class:`~ipywanx.model.tasks.TaskSummary`); empty before the list was searched.
        timed_out: Whether the service may still be working on the call.
    """

    def __init__(
        self,
        message: str | Text,
        *,
        candidates: tuple[object, ...] = (),
        timed_out: bool = False,
        **details: Any,
    ) -> None:
        self.candidates = candidates
        self.timed_out = timed_out
        super().__init__(message, **details)


class Refused(ServiceError):
    """The key, its rights, or the account's billing do not allow the call."""


class RateLimited(ServiceError):
    """Too many calls; the account's limit is shared by all its keys."""


class Rejected(ServiceError):
    """The service disagreed with a request that passed our own checks."""


class ServiceUnavailable(ServiceError):
    """The service had trouble of its own (HTTP 5xx)."""


class UnexpectedReply(ServiceError):
    """The answer is not one that the service's contract knows."""


class TaskError(WanxError):
    """A task was accepted, and then gave no picture.

    Attributes:
        task_id: The service's id of the task; ``ipywanx.resume(task_id)`` asks again.
        code: The service's error code, or "".
    """

    def __init__(
        self, message: str | Text, *, task_id: str, hint: str | Text = "", code: str = ""
    ) -> None:
        self.task_id = task_id
        self.code = code
        super().__init__(message, hint=hint)


class TaskFailed(TaskError):
    """The service ended the task with an error. A failed task costs nothing."""


class TaskCanceled(TaskError):
    """The task was cancelled before it ran. It costs nothing."""


class TaskTimedOut(TaskError):
    """We stopped waiting. The task goes on and its pictures can still be fetched."""


class ResultExpired(TaskError):
    """The service does not know the task, or no longer keeps its pictures."""


def unsent(en: str = "", zh: str = "") -> Text:
    """An advice, if there is one, and that nothing was sent."""
    return sentences(Text(en, zh), NOTHING_SENT)


def brief(value: object) -> str:
    """A value as code, for a message: of a long one, such as a file's bytes, the beginning."""
    written = repr(value)
    return written if len(written) <= _LONGEST_VALUE else f"{written[: _LONGEST_VALUE - 1]}…"


def did_you_mean(word: str, known: Iterable[str]) -> Text:
    """A question with the nearest known word, or the whole list where none is near."""
    names = sorted(known)
    near = get_close_matches(word, names, n=1, cutoff=0.55)
    if near:
        return Text(f"Did you mean {near[0]!r}?", f"是否想用 {near[0]!r}？")
    return Text(f"Known: {', '.join(names)}.", f"可用的有：{'、'.join(names)}。")
