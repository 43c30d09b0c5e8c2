"""What trouble is scripted?

A fault is ``POINT:ACTION[*COUNT][@PROBABILITY]``. COUNT: only so often; PROBABILITY: only in this
part of cases, drawn from a fixed seed. Of several faults at one point the first that fires counts.
:data:`HELP` is the whole grammar, as ``serve --help`` prints it.
"""

from __future__ import annotations

import asyncio
import random
import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass

from starlette.responses import HTMLResponse, JSONResponse, Response

from ipywanx.wire import ERRORS, Refusal

HELP = """\
Faults: POINT:ACTION[*COUNT][@PROBABILITY], for example create:429*2 or query:500@0.2

  POINT   create, query, list, cancel, policy (leave to upload), upload (the file itself),
          download (a result), any (the first five), task (what becomes of a task)

  ACTION at a call:
    429                 that HTTP status, with its usual code (400 401 403 404 413 429 500 503)
    Throttling          any error code of the service, with its own status and text
    retry-after=SECONDS 429 Throttling.RateQuota with a Retry-After header
    html502             a gateway's HTML page with that status
    garbage             200 with JSON that is not in the contract
    slow=SECONDS        answer so much later
    drop                close the connection; nothing was accepted
    drop-after          do it, then close the connection: the answer is lost

  ACTION at task:
    FAILED[:CODE]       end as FAILED (InternalError.Algo unless told)
    partial             the last picture fails, the others are good
    SUSPENDED           show this undocumented status while it runs
    never               run on; after 3 hours FAILED with InternalError.Timeout
    slow=SECONDS        run so much longer
"""

CALLS = ("create", "query", "list", "cancel", "policy")
STORAGE = ("upload", "download")
_BY_STATUS = {
    400: "InvalidParameter",
    401: "InvalidApiKey",
    403: "AccessDenied",
    404: "NotFound",
    413: "BadRequest.TooLarge",
    429: "Throttling.RateQuota",
    500: "InternalError",
    503: "ModelUnavailable",
}
_SPEC = re.compile(
    r"(?P<point>[a-z]+):(?P<action>[^*@]+)(\*(?P<count>\d+))?(@(?P<part>1|1\.0|0?\.\d+))?"
)
_CALL_WORDS = {"garbage", "drop", "drop-after"}
_TASK_WORDS = {"FAILED", "partial", "SUSPENDED", "never"}


@dataclass(frozen=True)
class Action:
    """What happens: a word, and its argument, if it has one."""

    word: str
    code: str = ""
    number: float = 0.0


@dataclass
class _Fault:
    points: frozenset[str]
    action: Action
    left: int | None
    part: float


class Scripted(Exception):
    """An answer outside the protocol, or (None) no answer at all."""

    def __init__(self, response: Response | None) -> None:
        self.response = response
        super().__init__("scripted fault")


class Faults:
    """The script of one engine."""

    def __init__(self, specs: Iterable[str] = ()) -> None:
        self._faults = [_parse(spec) for spec in specs]
        self._lock = threading.Lock()
        self._random = random.Random(0)  # noqa: S311 - a script, not a secret

    def pick(self, point: str) -> Action | None:
        """What happens at this point now, if anything."""
        with self._lock:
            for fault in self._faults:
                if point not in fault.points or fault.left == 0:
                    continue
                if fault.part < 1 and self._random.random() >= fault.part:
                    continue
                if fault.left is not None:
                    fault.left -= 1
                return fault.action
        return None


async def play(action: Action, scale: float) -> None:
    """Do what an action at a call does before the call is looked at.

    Raises:
        Refusal: The error that was scripted.
        Scripted: Another answer, or none.
    """
    if action.code:
        raise Refusal(action.code, retry_after=action.number or None)
    if action.word == "slow":
        await asyncio.sleep(action.number / scale)
    elif action.word == "drop":
        raise Scripted(None)
    elif action.word == "garbage":
        raise Scripted(JSONResponse({"hello": "world"}))
    elif action.word == "html":
        page = f"<html><head><title>{action.number:.0f}</title></head><body>Gateway</body></html>"
        raise Scripted(HTMLResponse(page, status_code=int(action.number)))


def _parse(spec: str) -> _Fault:
    found = _SPEC.fullmatch(spec)
    point = found["point"] if found else ""
    points = frozenset(CALLS if point == "any" else (point,))
    if not found or not points <= {*CALLS, *STORAGE, "task"}:
        raise ValueError(f"{spec!r} is not a fault; see `python -m ipywanx serve --help`.")
    action = (_task_action if point == "task" else _call_action)(found["action"])
    if action is None:
        raise ValueError(f"{found['action']!r} is not a fault's action at {point}.")
    count = found["count"]
    return _Fault(points, action, int(count) if count else None, float(found["part"] or 1))


def _task_action(text: str) -> Action | None:
    word, _, code = text.partition(":")
    if word in _TASK_WORDS and (not code or (word == "FAILED" and code in ERRORS)):
        return Action(word, code or "InternalError.Algo" if word == "FAILED" else "")
    return _number_action(text, "slow=")


def _call_action(text: str) -> Action | None:
    if text in _CALL_WORDS:
        return Action(text)
    if text in ERRORS:
        return Action("code", text)
    if text.isdigit() and int(text) in _BY_STATUS:
        return Action("code", _BY_STATUS[int(text)])
    if text.startswith("retry-after="):
        action = _number_action(text, "retry-after=")
        return action and Action("code", "Throttling.RateQuota", action.number)
    return _number_action(text, "slow=") or (
        _number_action(text, "html") if re.fullmatch(r"html[45]\d\d", text) else None
    )


def _number_action(text: str, prefix: str) -> Action | None:
    found = re.fullmatch(rf"{prefix}(\d+(\.\d+)?)", text)
    return Action(prefix.rstrip("="), number=float(found[1])) if found else None
