"""A client of an engine that is reached in-process or over HTTP, and pictures to send it."""

from __future__ import annotations

import asyncio
import base64
import io
import threading
import time
from typing import Any

import httpx
from PIL import Image, ImageDraw
from starlette.applications import Starlette

from ipywanx import wire
from ipywanx.engine.options import Clock
from ipywanx.model.service_models import WANX21
from ipywanx.model.tasks import Status, TaskReport

KEY = "sk-test-0000"


class ManualClock(Clock):
    """Time that passes when the test says so."""

    def __init__(self) -> None:
        super().__init__()
        self._now = 1_750_000_000.25

    def now(self) -> float:
        """Return the time that the test has set."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._now += seconds

    def wait_until(self, moment: float, stop: threading.Event) -> None:
        """Look often whether the test has let the time pass."""
        while self._now < moment and not stop.is_set():
            stop.wait(0.002)


class Peer:
    """An engine and a way to it. Every call in-process runs in an event loop of its own."""

    def __init__(self, app: Starlette | None, base_url: str, *, over_http: bool) -> None:
        self.app = app
        self.engine = None if app is None else app.state.engine
        self.base_url = base_url
        self.root = base_url.removesuffix("/api/v1")
        self._http = httpx.Client(timeout=20) if over_http else None

    def close(self) -> None:
        """End the client's connections."""
        if self._http is not None:
            self._http.close()

    def call(self, method: str, url: str, **options: Any) -> httpx.Response:
        """One request; a path is one of the API's."""
        address = self.base_url + url if url.startswith("/") else url
        if self._http is not None:
            return self._http.request(method, address, **options)
        return asyncio.run(self._call_in_process(method, address, options))

    async def _call_in_process(
        self, method: str, url: str, options: dict[str, Any]
    ) -> httpx.Response:
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport) as client:
            return await client.request(method, url, **options)

    def api(self, method: str, path: str, *, key: str = KEY, **options: Any) -> httpx.Response:
        """One request with a key."""
        headers = {"Authorization": f"Bearer {key}", **options.pop("headers", {})}
        return self.call(method, path, headers=headers, **options)

    def create(self, body: dict[str, Any], *, key: str = KEY, **headers: str) -> httpx.Response:
        """Ask for a task."""
        sent = {wire.ASYNC_HEADER: "enable", "Content-Type": "application/json", **headers}
        return self.api(
            "POST", wire.CREATE_PATH, key=key, headers=sent, content=wire.encode_body(body)
        )

    def start(self, body: dict[str, Any] | None = None, **options: Any) -> str:
        """A created task's id."""
        reply = self.create(edit_body() if body is None else body, **options)
        assert reply.status_code == 200, reply.text
        return wire.read_created(reply.json()).task_id

    def report(self, task_id: str, *, key: str = KEY) -> TaskReport:
        """What a query says now."""
        reply = self.api("GET", wire.task_path(task_id), key=key)
        assert reply.status_code == 200, reply.text
        return wire.read_task(reply.json())

    def reach(self, task_id: str, *statuses: Status) -> TaskReport:
        """Ask until the task is in one of these states; without any, until it has ended."""
        deadline = time.monotonic() + 20
        while True:
            report = self.report(task_id)
            if report.status in statuses or (not statuses and report.status.is_final):
                return report
            assert time.monotonic() < deadline, report
            time.sleep(0.005)

    def run(self, body: dict[str, Any] | None = None, **options: Any) -> TaskReport:
        """A task from its creation to its end."""
        return self.reach(self.start(body, **options))

    def pixels(self, report: TaskReport, index: int = 0) -> Image.Image:
        """A result, downloaded with no key."""
        url = report.outputs[index].url
        assert url is not None, report
        reply = self.call("GET", url)
        assert reply.status_code == 200, reply.text
        return Image.open(io.BytesIO(reply.content))

    def upload(
        self, data: bytes, name: str = "a.png", **changes: str
    ) -> tuple[str, httpx.Response]:
        """Upload as the vendor's page says: the ``oss://`` address, and the form's answer."""
        policy = self.policy()
        return self.post_form(policy, data, name, **changes)

    def policy(self, model: str = WANX21.name, *, key: str = KEY) -> Any:
        """Leave to upload."""
        query = {"action": "getPolicy", "model": model}
        reply = self.api("GET", wire.UPLOADS_PATH, key=key, params=query)
        return wire.read_upload_policy(reply.json())

    def post_form(
        self, policy: Any, data: bytes, name: str = "a.png", /, **changes: str
    ) -> tuple[str, httpx.Response]:
        """The form post; ``changes`` replaces fields, with ``_`` for ``-``."""
        fields = {**dict(policy.fields), "key": f"{policy.directory}/{name}"}
        fields |= {
            field.replace("_", "-") if field.startswith("x_") else field: value
            for field, value in changes.items()
        }
        parts = {field: (None, value) for field, value in fields.items()}
        reply = self.call("POST", policy.host, files={**parts, "file": (name, data)})
        return f"oss://{fields['key']}", reply


def picture(width: int = 512, height: int = 512, kind: str = "PNG") -> bytes:
    """A file with a few shapes on it."""
    image = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    ImageDraw.Draw(image).ellipse((100, 100, 300, 260), fill=(200, 40, 60))
    stream = io.BytesIO()
    image.save(stream, kind)
    return stream.getvalue()


def mask_file(width: int = 512, height: int = 512, value: int = 255) -> bytes:
    """A black mask with one box."""
    image = Image.new("L", (width, height), 0)
    image.paste(value, (100, 100, 300, 300))
    stream = io.BytesIO()
    image.convert("RGB").save(stream, "PNG")
    return stream.getvalue()


def data_uri(data: bytes, kind: str = "png") -> str:
    """A file as the vendor's data URI."""
    return f"data:image/{kind};base64,{base64.b64encode(data).decode('ascii')}"


def edit_body(
    image: str | None = None,
    function: str = "expand",
    prompt: str = "一位绿色仙子",
    mask: str | None = None,
    **parameters: Any,
) -> dict[str, Any]:
    """A body; ``expand`` with no scales is the quickest real edit."""
    asked = {
        "function": function,
        "prompt": prompt,
        "base_image_url": data_uri(picture()) if image is None else image,
    }
    if mask is not None:
        asked["mask_image_url"] = mask
    return {"model": WANX21.name, "input": asked, "parameters": parameters}
