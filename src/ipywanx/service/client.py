"""How is it asked? Submit, query, list, cancel: one call each, and nothing else.

Every call ends with an answer of the contract or with one of our errors, within its deadline
(:class:`~ipywanx.service.patience.Deadlines`); httpx's own errors never reach a caller.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from ipywanx import wire
from ipywanx._version import __version__
from ipywanx.errors import (
    ServiceError,
    SubmissionUncertain,
    UnexpectedReply,
    Unreachable,
)
from ipywanx.model.functions import EditRequest
from ipywanx.model.tasks import TaskReport, TaskSummary
from ipywanx.service.files import FileClient, sent_pictures
from ipywanx.service.http_client import http_client
from ipywanx.service.patience import (
    Deadlines,
    between_bytes,
    read_retry_after,
    within,
)
from ipywanx.settings import Settings
from ipywanx.text import Text, both, sentences

_LOOK_FIRST = Text(
    "It may exist and may be charged: look in the vendor's console before you send it again.",
    "任务可能已存在并计费：再次发送前请先在阿里云控制台查看。",
)
_USER_AGENT = f"ipywanx/{__version__}"
# Raised before a byte of the request left: the service cannot have accepted anything.
_NEVER_LEFT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A create call, ready to be sent: its pictures are where the service finds them."""

    body: bytes = field(repr=False)
    headers: Mapping[str, str]


class Client:
    """Speaks with one service as one account. Belongs to the loop that first uses it.

    Args:
        settings: Address and key.
        transport: What carries the requests; None for the network.
        deadlines: How long each kind of call may take; an attribute, too.
    """

    def __init__(
        self,
        settings: Settings,
        transport: httpx.AsyncBaseTransport | None = None,
        deadlines: Deadlines = Deadlines(),  # noqa: B008 - it is frozen
    ) -> None:
        self._settings = settings
        self.deadlines = deadlines
        self._http = http_client(
            transport=transport,
            headers={"User-Agent": _USER_AGENT},
            timeout=between_bytes(deadlines.call),
        )
        self.files = FileClient(settings.base_url, self._call, transport, deadlines)
        self._skew = 0.0  # seconds by which the service's clock is before ours

    async def prepare(self, request: EditRequest) -> Prepared:
        """Upload the pictures; what is left is one call.

        Raises:
            ServiceError: They could not be sent. There is no task.
        """
        model = request.about.model.name
        refs = {
            name: await self.files.reference(picture, model)
            for name, picture in sent_pictures(request).items()
        }
        body = wire.encode_body(wire.create_body(request, refs))
        headers = {wire.ASYNC_HEADER: "enable", "Content-Type": "application/json"}
        if any(ref.startswith(wire.OSS_SCHEME) for ref in refs.values()):
            headers[wire.RESOLVE_HEADER] = "enable"
        return Prepared(body, headers)

    async def create(self, prepared: Prepared) -> TaskReport:
        """Create the task: one call, never repeated here, because it may cost money.

        Raises:
            SubmissionUncertain: The answer was lost; the task may exist and be charged.
            ServiceError: Nothing was accepted; the class says why.
        """
        return _read_created(await self._create(prepared.body, prepared.headers))

    async def submit(self, request: EditRequest) -> TaskReport:
        """Upload the pictures and create the task; raises as :meth:`create`."""
        return await self.create(await self.prepare(request))

    async def query(self, task_id: str) -> TaskReport:
        """What the service says of a task now."""
        return wire.read_task(await self._call("GET", wire.task_path(task_id)))

    async def cancel(self, task_id: str) -> None:
        """Cancel a task that is still PENDING.

        Raises:
            Rejected: It runs already, or has ended; the service cannot stop it.
        """
        await self._call("POST", wire.task_path(task_id, "/cancel"))

    async def list(
        self,
        since: datetime,
        until: datetime,
        *,
        model: str = "",
        page: int = 1,
        page_size: int = 100,
    ) -> tuple[list[TaskSummary], int]:
        """One page of the account's tasks, and how many there are on all pages.

        Args:
            since: The earliest moment of creation, by the service's clock; it goes by seconds.
            until: The latest, at most 24 hours later.
            model: Only tasks of this model; "" for all.
            page: From 1.
            page_size: Rows on a page.
        """
        query = wire.list_query(since, until, page, page_size, model)
        return wire.read_task_list(await self._call("GET", wire.TASKS_PATH, params=query))

    def service_time(self, moment: float) -> datetime:
        """What the service's clock showed at a Unix time here, to about a second."""
        return datetime.fromtimestamp(moment + self._skew, UTC)

    async def _create(self, body: bytes, headers: Mapping[str, str]) -> Mapping[str, Any]:
        try:
            response = await within(
                self.deadlines.call,
                self._send("POST", wire.CREATE_PATH, content=body, headers=headers),
            )
        except _NEVER_LEFT as error:
            raise unreachable(error) from None
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            raise SubmissionUncertain(
                Text(
                    f"The task was sent, and the answer was lost ({_reason(error)}).",
                    f"任务已发送，但没有收到答复（{_reason(error)}）。",
                ),
                hint=_LOOK_FIRST,
                timed_out=isinstance(error, TimeoutError | httpx.TimeoutException),
            ) from None
        if response.status_code >= 500:
            refusal = self._error(response)
            raise SubmissionUncertain(
                sentences(
                    Text("The service had trouble taking the task.", "服务在接收任务时出错。"),
                    refusal.what,
                ),
                hint=_LOOK_FIRST,
                status=response.status_code,
                code=refusal.code,
                request_id=refusal.request_id,
                retry_after=refusal.retry_after,
            )
        try:
            return self._read(response)
        except UnexpectedReply as error:
            if response.status_code != 200:
                raise
            raise SubmissionUncertain(error.what, hint=_LOOK_FIRST, status=200) from None

    async def _call(self, method: str, path: str, **options: Any) -> Mapping[str, Any]:
        """One call that is safe to repeat, as its JSON answer."""
        try:
            response = await within(self.deadlines.call, self._send(method, path, **options))
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            raise unreachable(error) from None
        return self._read(response)

    async def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = dict(options.pop("headers", {}))
        if self._settings.api_key is not None:
            headers["Authorization"] = f"Bearer {self._settings.api_key.get_secret_value()}"
        if self._settings.workspace:
            headers[wire.WORKSPACE_HEADER] = self._settings.workspace
        url = self._settings.base_url + path
        response = await self._http.request(method, url, headers=headers, **options)
        with contextlib.suppress(TypeError, ValueError):
            there = parsedate_to_datetime(response.headers.get("date"))
            self._skew = there.timestamp() - time.time()
        return response

    def _read(self, response: httpx.Response) -> Mapping[str, Any]:
        if response.status_code != 200:
            raise self._error(response)
        reply = _json(response)
        if reply is None:
            kind = both(response.headers.get("content-type") or Text("no type", "无类型"))
            raise UnexpectedReply(
                Text(
                    f"The service answered {response.status_code} with something that is not JSON "
                    f"({kind}).",
                    f"服务答复了 {response.status_code}，但内容不是 JSON（{kind.zh}）。",
                ),
                hint=Text(
                    "A proxy or login page may stand between; try again.",
                    "中间可能隔着代理或登录页面；请重试。",
                ),
                status=response.status_code,
            )
        return reply

    @staticmethod
    def _error(response: httpx.Response) -> ServiceError:
        retry_after = read_retry_after(response.headers.get_list("retry-after"))
        return wire.read_error(response.status_code, _json(response), retry_after)


def _read_created(reply: Mapping[str, Any]) -> TaskReport:
    try:
        return wire.read_created(reply)
    except UnexpectedReply as error:
        raise SubmissionUncertain(
            sentences(
                Text(
                    "The task was sent, and the answer names none.",
                    "任务已发送，但答复中没有任务编号。",
                ),
                error.what,
            ),
            hint=_LOOK_FIRST,
            status=200,
            request_id=error.request_id,
        ) from None


def unreachable(error: Exception) -> Unreachable:
    """Our error for a call that got no answer and can be repeated."""
    return Unreachable(
        Text(
            f"The service could not be reached ({_reason(error)}).",
            f"无法连接服务（{_reason(error)}）。",
        ),
        hint=Text(
            "Nothing was accepted. Check the connection, then try again.",
            "服务没有接收任何内容。请检查网络连接后重试。",
        ),
    )


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__


def _json(response: httpx.Response) -> dict[str, Any] | None:
    try:
        reply = json.loads(response.content)
    except ValueError:
        return None
    return reply if isinstance(reply, dict) else None
