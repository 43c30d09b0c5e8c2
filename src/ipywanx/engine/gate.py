"""Who may come in, how large a body, and how does an error leave?

The outermost layer of the app: it checks where a request comes from, counts its body, turns every
refusal into the service's (or the object storage's) error shape, and logs one event for each
answer. An unforeseen error is an ``InternalError`` of the service, never a raised exception.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Collection
from typing import Any
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

import httpx
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ipywanx.engine.faults import Scripted
from ipywanx.engine.options import Log
from ipywanx.engine.storage import MAX_UPLOAD, UPLOAD_PATH, OssRefusal
from ipywanx.settings import LOOPBACK
from ipywanx.wire import MAX_BODY, REQUEST_ID_HEADER, Refusal, error_reply

_FORM_ROOM = 2**20
"""What a form may need beside its file."""


class Gate:
    """ASGI middleware; see the module's first lines."""

    def __init__(self, app: ASGIApp, *, hosts: Collection[str], log: Log | None) -> None:
        self._app = app
        self._hosts = {*LOOPBACK, *hosts}
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = str(uuid.uuid4())
        scope["state"] = {**scope.get("state", {}), "request_id": request_id}
        answered: dict[str, Any] = {"http": None, "code": None}

        async def watch(message: Message) -> None:
            if message["type"] == "http.response.start":
                answered["http"] = message["status"]
            await send(message)

        response: Response | None = None
        try:
            self._check_origin(scope)
            await self._app(scope, _counted(scope, receive), watch)
        except Refusal as refusal:
            answered["code"] = refusal.code
            response = _refusal_response(refusal, request_id)
        except OssRefusal as refusal:
            answered["code"] = refusal.code
            response = _oss_response(refusal, request_id)
        except ClientDisconnect:
            return
        except Scripted as scripted:
            response = scripted.response
            if response is None:
                await _hang_up(receive)
                return
        except Exception:
            logging.getLogger(__name__).exception("%s %s broke.", scope["method"], scope["path"])
            answered["code"] = "InternalError"
            response = _refusal_response(Refusal("InternalError"), request_id)
        if response is not None:
            await response(scope, receive, watch)
        if self._log is not None and answered["http"] is not None:
            about = {"method": scope["method"], "path": scope["path"]}
            self._log({"event": "request", "t": time.time(), **about, **answered})

    def _check_origin(self, scope: Scope) -> None:
        """Only callers who mean this host: a web page elsewhere must not reach a local engine.

        A page can make a browser send requests here; its Origin then is not ours. A name of the
        page's own that points at 127.0.0.1 shows itself in Host.
        """
        headers = dict(scope["headers"])
        host = headers.get(b"host", b"").decode("latin-1")
        origin = headers.get(b"origin")
        try:
            ours = urlsplit(f"//{host}").hostname in self._hosts
            if origin is not None:
                ours = ours and urlsplit(origin.decode("latin-1")).netloc == host
        except ValueError:
            ours = False
        if not ours:
            raise Refusal("AccessDenied")


def _counted(scope: Scope, receive: Receive) -> Receive:
    """``receive`` for as long as the body stays within its limit.

    A body that says beforehand that it is larger is refused unread. The connection reads on and
    throws away, so that the sender lives to see the answer.

    Raises:
        Refusal: The body's own length says that it is too large.
        OssRefusal: The same, for the form that uploads a file.
    """
    is_form = scope["path"] == UPLOAD_PATH
    limit = MAX_UPLOAD + _FORM_ROOM if is_form else MAX_BODY
    declared = dict(scope["headers"]).get(b"content-length", b"0")
    seen = 0

    def check(size: int) -> None:
        if size <= limit:
            return
        if is_form:
            raise OssRefusal(
                400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size."
            )
        raise Refusal("BadRequest.TooLarge")

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        check(seen)
        return message

    check(int(declared) if declared.isdigit() else 0)
    return counted


async def _hang_up(receive: Receive) -> None:
    """End the connection without an answer.

    Over uvicorn the transport is closed. In-process there is no connection: the caller of
    ``httpx.ASGITransport`` gets the ``ReadError`` that a closed connection would have been (with
    its default ``raise_app_exceptions=True``).
    """
    transport = getattr(getattr(receive, "__self__", None), "transport", None)
    if transport is None:
        raise httpx.ReadError("The engine closed the connection, as a scripted fault says.")
    transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass


def _refusal_response(refusal: Refusal, request_id: str) -> Response:
    headers = {REQUEST_ID_HEADER: request_id}
    if refusal.retry_after is not None:
        headers["Retry-After"] = f"{refusal.retry_after:g}"
    reply = error_reply(refusal.code, refusal.message, request_id)
    return JSONResponse(reply, status_code=refusal.status, headers=headers)


def _oss_response(refusal: OssRefusal, request_id: str) -> Response:
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{escape(refusal.code)}</Code><Message>{escape(refusal.message)}</Message>"
        f"<RequestId>{request_id}</RequestId></Error>"
    )
    headers = {"x-oss-request-id": request_id}
    return Response(text, refusal.status, headers, media_type="application/xml")
