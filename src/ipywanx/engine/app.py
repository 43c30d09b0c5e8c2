"""Which paths are there?

:func:`create_app` makes the whole engine. It starts nothing by itself (``httpx.ASGITransport``
runs no lifespan): the first task starts the threads, the first file the temporary directory.
Call it with ``raise_app_exceptions`` left at True, so that a scripted ``drop`` looks in-process as
it does over HTTP; nothing else is raised. ``app.state.engine.close()`` ends it.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ipywanx.engine.engine import Engine
from ipywanx.engine.faults import CALLS, Scripted, play
from ipywanx.engine.gate import Gate
from ipywanx.engine.openapi import DESCRIPTION_PATH, describe_engine
from ipywanx.engine.options import EngineOptions
from ipywanx.engine.storage import RESULT_PATH, UPLOAD_PATH, OssRefusal
from ipywanx.model.tasks import Status, TaskReport
from ipywanx.wire import (
    ASYNC_HEADER,
    CREATE_PATH,
    REQUEST_ID_HEADER,
    RESOLVE_HEADER,
    SERVICE_ZONE,
    TASKS_PATH,
    UPLOADS_PATH,
    Refusal,
    created_reply,
    list_reply,
    missing,
    policy_reply,
    task_reply,
)

Handler = Callable[[Engine, Request, str], Awaitable[Response]]
"""Answers one call of an account; the account is "" where no key is needed."""


def create_app(options: EngineOptions | None = None) -> Starlette:
    """The engine as an ASGI app.

    Raises:
        ValueError: A fault is not one.
    """
    engine = Engine(options or EngineOptions())
    base = engine.base_path
    tasks = base + TASKS_PATH

    def route(path: str, point: str, handler: Handler, method: str) -> Route:
        return Route(path, _guarded(engine, point, handler), methods=[method])

    app = Starlette(
        routes=[
            route(base + CREATE_PATH, "create", _create, "POST"),
            route(base + UPLOADS_PATH, "policy", _policy, "GET"),
            route(UPLOAD_PATH, "upload", _upload, "POST"),
            route(RESULT_PATH + "{name:path}", "download", _download, "GET"),
            Route(base + DESCRIPTION_PATH, _described(engine), methods=["GET"]),
            # The SDK's asyncio half puts a slash behind every path.
            *(
                one
                for end in ("", "/")
                for one in (
                    route(tasks + end, "list", _list, "GET"),
                    route(tasks + "/{task_id}" + end, "query", _query, "GET"),
                    route(tasks + "/{task_id}/cancel" + end, "cancel", _cancel, "POST"),
                )
            ),
        ],
        middleware=[
            Middleware(
                Gate,
                hosts={urlsplit(engine.options.base_url).hostname or ""},
                log=engine.options.log,
            )
        ],
        exception_handlers={HTTPException: _not_found},
    )
    app.router.redirect_slashes = False
    app.state.engine = engine
    return app


def _guarded(
    engine: Engine, point: str, handler: Handler
) -> Callable[[Request], Awaitable[Response]]:
    """A handler behind the script of faults, the key check and the rate limits."""

    async def endpoint(request: Request) -> Response:
        action = engine.faults.pick(point)
        if action is not None:
            try:
                await play(action, engine.clock.scale)
            except Refusal as refusal:
                if point in CALLS:
                    raise
                raise OssRefusal(refusal.status, refusal.code, refusal.message) from None
        account = ""
        if point in CALLS:
            account = engine.accounts.admit(request.headers.get("authorization"), point)
        response = await handler(engine, request, account)
        if action is not None and action.word == "drop-after":
            raise Scripted(None)
        return response

    return endpoint


async def _create(engine: Engine, request: Request, account: str) -> Response:
    arrived = time.time()
    if request.headers.get(ASYNC_HEADER, "").lower() != "enable":
        raise Refusal("AccessDenied", "current user api does not support synchronous calls.")
    raw = await request.body()
    request_id = request.state.request_id
    # Up to 64 MiB of JSON and Base64 are taken apart: not in the event loop.
    task = await run_in_threadpool(
        engine.accept,
        account,
        raw,
        resolve=request.headers.get(RESOLVE_HEADER, "").lower() == "enable",
        request_id=request_id,
    )
    now = time.time()
    return JSONResponse(
        created_reply(task.task_id, request_id),
        headers={
            REQUEST_ID_HEADER: request_id,
            "x-dashscope-call-gateway": "true",
            "x-dashscope-timeout": "180",
            "req-arrive-time": f"{arrived * 1000:.0f}",
            "resp-start-time": f"{now * 1000:.0f}",
            "req-cost-time": f"{(now - arrived) * 1000:.0f}",
        },
    )


async def _query(engine: Engine, request: Request, account: str) -> Response:
    task_id, request_id = request.path_params["task_id"], request.state.request_id
    task = engine.tasks.find(task_id, account)
    if task is None:
        unknown = TaskReport(task_id, Status.UNKNOWN, request_id)
        return _task_response(task_reply(unknown, total=0))
    report, word = engine.tasks.look(task, request_id)
    return _task_response(task_reply(report, total=task.total, word=word))


def _task_response(reply: dict[str, Any]) -> Response:
    """A query's answer differs from others in its content type and has no request id header."""
    return JSONResponse(reply, headers={"content-type": "application/json;charset=UTF-8"})


async def _cancel(engine: Engine, request: Request, account: str) -> Response:
    if not engine.tasks.cancel(request.path_params["task_id"], account):
        raise Refusal("UnsupportedOperation")
    return _plain(request, {"request_id": request.state.request_id})


async def _list(engine: Engine, request: Request, account: str) -> Response:
    asked = request.query_params
    status = asked.get("status") or ""
    if status and status not in Status.__members__:
        raise missing("status")
    start, end = _span(engine, asked.get("start_time"), asked.get("end_time"))
    page_no = _whole(asked.get("page_no") or "1", "page_no")
    page_size = _whole(asked.get("page_size") or "10", "page_size")
    task_id, model = asked.get("task_id"), asked.get("model_name")
    found = [
        task
        for task in engine.tasks.of(account)
        if (not task_id or task.task_id == task_id)
        and (not model or model == task.model)
        and (not status or task.status.value == status)
        and start <= task.submitted <= end
    ]
    page = found[(page_no - 1) * page_size : page_no * page_size]
    reply = list_reply(
        [(engine.tasks.look(task, task.request_id)[0], task.model) for task in page],
        total=len(found),
        page_no=page_no,
        page_size=page_size,
        request_id=request.state.request_id,
    )
    return _plain(request, reply)


def _span(engine: Engine, start: str | None, end: str | None) -> tuple[float, float]:
    """The asked time span; one end missing is 24 hours from the other, both: the last 24 hours."""
    day = timedelta(days=1)
    first, last = _time(start, "start_time"), _time(end, "end_time")
    try:
        if last is None:
            # A second more: stamps here have no fractions.
            now = datetime.fromtimestamp(engine.clock.now() + 1, SERVICE_ZONE)
            last = now if first is None else first + day
        first = first or last - day - timedelta(seconds=1)
    except OverflowError:  # the year 1, or 9999
        raise missing("start_time") from None
    if not first <= last <= first + day + timedelta(seconds=1):
        raise missing("end_time")
    return first.timestamp(), last.timestamp()


def _time(text: str | None, name: str) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=SERVICE_ZONE)
    except ValueError:
        raise missing(name) from None


def _whole(text: str, name: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) > 0):
        raise missing(name)
    return int(text)


async def _policy(engine: Engine, request: Request, account: str) -> Response:
    if request.query_params.get("action") != "getPolicy":
        raise missing("action")
    model = request.query_params.get("model")
    if not model:
        raise missing("model")
    policy = engine.uploads.policy(account, model)
    return _plain(request, policy_reply(policy, request.state.request_id))


async def _upload(engine: Engine, request: Request, _account: str) -> Response:
    try:
        async with request.form(max_files=1) as form:
            items = form.multi_items()
            name, file = items[-1] if items else ("", "")
            if name != "file" or not isinstance(file, UploadFile):
                raise OssRefusal(
                    400, "InvalidArgument", "POST requires the file to be the last form field."
                )
            fields = {name: value for name, value in items if isinstance(value, str)}
            data = await file.read()
    except HTTPException:
        raise OssRefusal(
            400,
            "MalformedPOSTRequest",
            "The body of your POST request is not well-formed multipart/form-data.",
        ) from None
    await run_in_threadpool(engine.uploads.accept, fields, data)
    # OSS answers 204 unless told otherwise.
    status = 200 if fields.get("success_action_status") == "200" else 204
    return Response(status_code=status, headers={"x-oss-request-id": request.state.request_id})


async def _download(engine: Engine, request: Request, _account: str) -> Response:
    target = f"{request.url.path}?{request.url.query}"
    data = await run_in_threadpool(engine.results.read, target)
    return Response(data, media_type="image/png")


def _described(engine: Engine) -> Callable[[Request], Awaitable[Response]]:
    """The engine's description, for anyone: it names no key, no task and no account."""

    async def endpoint(_request: Request) -> Response:
        return JSONResponse(describe_engine(engine.options, engine.base_path))

    return endpoint


async def _not_found(_request: Request, _error: Exception) -> Response:
    raise Refusal("NotFound")


def _plain(request: Request, reply: dict[str, Any]) -> Response:
    return JSONResponse(reply, headers={REQUEST_ID_HEADER: request.state.request_id})
