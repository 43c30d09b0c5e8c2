"""One engine, reached in two ways: in-process through ASGI, and over HTTP on 127.0.0.1.

``peer`` is both in turn; ``make_peer`` builds one with options of the test's own.
"""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette

from ipywanx.engine.app import create_app
from ipywanx.engine.options import EngineOptions
from ipywanx.engine.serve import configure

sys.path.insert(0, str(Path(__file__).parent))  # for `from peers import Peer`, also in the tests

from peers import ManualClock, Peer

MakePeer = Callable[..., Peer]


def _listen(app: Starlette, listener: socket.socket) -> tuple[uvicorn.Server, threading.Thread]:
    server = uvicorn.Server(configure(app))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    return server, thread


@pytest.fixture(params=["asgi", "http"])
def way(request: pytest.FixtureRequest) -> str:
    """How the engine is reached."""
    return request.param


@pytest.fixture
def build() -> Iterator[MakePeer]:
    """Build engines: ``build("asgi" or "http", **options)``; they end with the test."""
    ends: list[Callable[[], object]] = []

    def make(way: str, **options: Any) -> Peer:
        if way == "asgi":
            app = create_app(EngineOptions(**options))
            base_url = app.state.engine.options.base_url
        else:
            listener = socket.create_server(("127.0.0.1", 0))
            base_url = f"http://127.0.0.1:{listener.getsockname()[1]}/api/v1"
            app = create_app(EngineOptions(base_url=base_url, **options))
            server, thread = _listen(app, listener)

            def end() -> None:
                server.should_exit = True
                thread.join(timeout=10)
                listener.close()

            ends.append(end)
        ends.append(app.state.engine.close)
        peer = Peer(app, base_url, over_http=way == "http")
        ends.append(peer.close)
        return peer

    yield make
    for end in reversed(ends):
        end()


@pytest.fixture
def make_peer(build: MakePeer, way: str) -> MakePeer:
    """Build an engine with options, reached in the way that the test runs with."""
    return lambda **options: build(way, **options)


@pytest.fixture
def peer(make_peer: MakePeer) -> Peer:
    """An engine with no limits and no waiting."""
    return make_peer()


@pytest.fixture
def clock() -> ManualClock:
    """Time in the test's hand."""
    return ManualClock()
