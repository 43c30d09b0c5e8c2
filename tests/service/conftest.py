"""A client on an engine of its own: what was sent, what was seen, and what came of it."""

from __future__ import annotations

import math
import socket
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from PIL import Image
from pydantic import SecretStr

from ipywanx.engine.app import create_app
from ipywanx.engine.options import EngineOptions
from ipywanx.engine.serve import configure
from ipywanx.model.functions import EditRequest
from ipywanx.model.requests import make_request
from ipywanx.service.client import Client
from ipywanx.service.tempo import SERVICE, Tempo
from ipywanx.session import Session
from ipywanx.settings import Settings

KEY = "sk-0123456789abcdef-secret"
TEMPO = replace(
    SERVICE.faster(60), creates=math.inf, queries=math.inf, gateway=0.5, search=0.5, clock=1.0
)
"""The service's manners, sixty times as fast, and with no limits but those that a test sets."""
CREATE = "/api/v1/services/aigc/image2image/image-synthesis"

Answer = Callable[[httpx.Request], "httpx.Response | None"]


class Line(httpx.AsyncBaseTransport):
    """Notes every request on its way; ``answer`` may reply, or raise, in the engine's place."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self.inner = inner
        self.sent: list[httpx.Request] = []
        self.answer: Answer = lambda _: None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carry one request."""
        await request.aread()
        self.sent.append(request)
        return self.answer(request) or await self.inner.handle_async_request(request)

    async def aclose(self) -> None:
        """Close the line."""
        await self.inner.aclose()


class Bench:
    """One engine, one session on it, and what passed between them."""

    def __init__(self, app: Any, settings: Settings, line: Line, tempo: Tempo) -> None:
        self.engine = app.state.engine
        self.settings = settings
        self.line = line
        self.tempo = tempo
        self.session = Session(settings, line, tempo)
        self.events: list[dict[str, Any]] = []

    def close(self) -> None:
        """End what still waits, and the connections."""
        for job in self.session.jobs():
            job._future.cancel()
        self.session._portal.call(self.line.aclose(), 10)

    @property
    def client(self) -> Client:
        """What the session asks with."""
        return self.session._dispatcher.client

    def call(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Run something on the session's loop."""
        return self.session._portal.call(work, 30)

    def another(self) -> Session:
        """A second session of the same account, as another kernel has it."""
        return Session(self.settings, self.line, self.tempo)

    def sent(self, method: str, end: str) -> list[httpx.Request]:
        """The requests of a method to paths with this end."""
        return [
            request
            for request in self.line.sent
            if request.method == method and request.url.path.endswith(end)
        ]

    def moments(self, end: str, http: int = 200) -> list[float]:
        """When the engine answered requests to paths with this end with this status."""
        return [
            event["t"]
            for event in list(self.events)
            if event["event"] == "request" and event["path"].endswith(end) and event["http"] == http
        ]

    @property
    def creates(self) -> list[httpx.Request]:
        """The requests that asked for a task."""
        return self.sent("POST", CREATE)

    @property
    def tasks(self) -> list[str]:
        """The tasks that the engine took, by its own log."""
        return [
            event["task_id"]
            for event in list(self.events)
            if event["event"] == "task" and event["status"] == "PENDING"
        ]

    @property
    def picture(self) -> Image.Image:
        """What is edited."""
        return grey()

    @property
    def request(self) -> EditRequest:
        """A quick edit, as it is sent."""
        return make_request("super_resolution", grey(), seed=7)

    def edit(self, **values: Any) -> Any:
        """A quick edit that succeeds unless the engine is told otherwise."""
        return self.submit(**values).result(30)

    def submit(self, **values: Any) -> Any:
        """The same, not waited for."""
        function = values.pop("function", "super_resolution")
        return self.session.submit(function, **({"image": grey()} | values))


def grey(size: tuple[int, int] = (512, 512)) -> Image.Image:
    """A small picture."""
    return Image.new("RGB", size, "grey")


def wait_until(condition: Callable[[], object], seconds: float = 20) -> None:
    """Return once the condition holds; fail the test where it never does."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.005)


@pytest.fixture
def until() -> Callable[..., None]:
    """Wait for a condition: ``until(lambda: job.task_id)``."""
    return wait_until


@pytest.fixture
def key() -> str:
    """The key that every bench uses."""
    return KEY


@pytest.fixture
def build(tmp_path: Path) -> Iterator[Callable[..., Bench]]:
    """Build benches: ``build("asgi" or "http", faults=..., **options)``; they end with the test."""
    ends: list[Callable[[], object]] = []

    def make(way: str = "asgi", *faults: str, tempo: Tempo = TEMPO, **options: Any) -> Bench:
        events: list[dict[str, Any]] = []
        options = {"faults": faults, "log": events.append, "key": KEY, **options}
        if way == "asgi":
            base_url = "http://127.0.0.1/api/v1"
            app = create_app(EngineOptions(base_url=base_url, **options))
            inner: httpx.AsyncBaseTransport = httpx.ASGITransport(app)
        else:
            listener = socket.create_server(("127.0.0.1", 0))
            base_url = f"http://127.0.0.1:{listener.getsockname()[1]}/api/v1"
            app = create_app(EngineOptions(base_url=base_url, **options))
            ends.append(_serve(app, listener))
            inner = httpx.AsyncHTTPTransport()
        ends.append(app.state.engine.close)
        bench = Bench(app, Settings(SecretStr(KEY), base_url, tmp_path), Line(inner), tempo)
        bench.events = events
        ends.append(bench.close)
        return bench

    yield make
    for end in reversed(ends):
        end()


def _serve(app: Any, listener: socket.socket) -> Callable[[], None]:
    server = uvicorn.Server(configure(app))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()

    def end() -> None:
        server.should_exit = True
        thread.join(timeout=10)
        listener.close()

    return end


@pytest.fixture(params=["asgi", "http"])
def way(request: pytest.FixtureRequest) -> str:
    """How the engine is reached."""
    return request.param


@pytest.fixture
def bench(build: Callable[..., Bench]) -> Bench:
    """An engine in this process with no limits and no faults."""
    return build()
