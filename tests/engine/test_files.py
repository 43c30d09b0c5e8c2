"""Do files come in, live and end as they should?"""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from peers import ManualClock, edit_body, picture

from ipywanx.engine import inputs
from ipywanx.engine.options import Clock
from ipywanx.engine.storage import FileStore
from ipywanx.model.tasks import Status

GOOD = picture(520, 530)


class _Site(BaseHTTPRequestHandler):
    """A web site with a picture, a redirect to it, a missing page, and a page of text."""

    def do_GET(self) -> None:
        status, body = {
            "/good.png": (200, GOOD),
            "/text": (200, b"hello"),
            "/huge": (200, bytes(11 * 2**20)),
            "/moved": (302, b""),
        }.get(self.path, (404, b""))
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if status == 302:
            self.send_header("Location", "/good.png")
        self.end_headers()
        try:
            self.wfile.write(body)
        except ConnectionError:
            self.close_connection = True

    def log_message(self, *_args: object) -> None:
        """Stay quiet."""


@pytest.fixture
def site() -> Iterator[str]:
    """The site's address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Site)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("path", ["/good.png", "/moved"])
def test_pictures_are_fetched_by_url(build, site, path):
    """A picture on the web is fetched by the task, through a redirect too."""
    peer = build("asgi")
    report = peer.run(edit_body(site + path))
    assert peer.pixels(report).size == (520, 530)


@pytest.mark.parametrize(
    ("path", "code", "message"),
    [
        ("/none", "InvalidParameter", "download image failed"),
        ("/text", "InvalidImageFormat", "The input image is in invalid format."),
        ("/huge", "InvalidParameter", "the size of input image is too small or too large."),
    ],
)
def test_bad_downloads_fail_the_task(build, site, path, code, message):
    """What is no picture, too large or not there ends the task with the service's code."""
    report = build("asgi").run(edit_body(site + path))
    assert (report.status, report.code, report.message) == (Status.FAILED, code, message)


def test_refused_connection_fails_the_task(build):
    """A host that refuses is named in the message."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{free.getsockname()[1]}"
    report = build("asgi").run(edit_body(f"http://{host}/a.png"))
    assert report.code == "InvalidURL.ConnectionRefused"
    assert report.message == f"Connection to {host} refused, please provide available URL."


def test_silent_host_fails_the_task(build, monkeypatch):
    """A host that never answers is a timeout, and is named in the message."""
    monkeypatch.setattr(inputs, "DOWNLOAD_SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        host = f"127.0.0.1:{silent.getsockname()[1]}"
        report = build("asgi").run(edit_body(f"http://{host}/a.png"))
    assert report.code == "InvalidURL.Timeout"
    assert report.message == f"Download {host} timeout, please check network connection."


def test_oldest_files_make_room():
    """Beyond its capacity the store drops expired files first, then the oldest."""
    clock = ManualClock()
    store = FileStore(clock, capacity=250)
    store.put("long", bytes(100), 1000)
    store.put("short", bytes(100), 10)
    clock.advance(11)
    store.put("third", bytes(100), 1000)
    assert [store.has(name) for name in ("long", "short", "third")] == [True, False, True]
    store.put("fourth", bytes(100), 1000)
    assert [store.has(name) for name in ("long", "third", "fourth")] == [False, True, True]
    store.put("fourth", b"new", 1000)
    assert store.get("fourth") == b"new"
    store.close()
    assert store.get("fourth") is None


def test_closing_leaves_nothing(build):
    """A closed engine has no threads and no files left; a new one may start beside it."""
    peer = build("asgi")
    peer.run()
    folder = Path(peer.engine._store._directory.name)
    assert any(folder.iterdir())
    peer.engine.close()
    assert not folder.exists()
    assert not any(thread.is_alive() for thread in peer.engine.tasks._threads)
    assert build("asgi").run().status is Status.SUCCEEDED


def test_waiting_pictures_do_not_pile_up(build):
    """A task's inline picture lies on the disk while it waits, and is dropped when it ends."""
    peer = build("asgi")
    peer.run()
    assert not [name for name in peer.engine._store._files if name.startswith("inline/")]


def test_process_ends_while_a_task_runs(tmp_path):
    """A kernel can exit although a task still runs, and its temporary files go with it."""
    code = """

from ipywanx.engine.app import create_app
from ipywanx.engine.options import EngineOptions
from ipywanx import wire
from peers import Peer, edit_body
from ipywanx.model.tasks import Status
app = create_app(EngineOptions(faults=("task:never",)))
peer = Peer(app, app.state.engine.options.base_url, over_http=False)
peer.reach(peer.start(), Status.RUNNING)
print("running")
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(Path(__file__).parent), "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "running\n", "")
    assert not list(tmp_path.iterdir())


def test_clock_runs_at_its_scale():
    """A scaled clock's seconds are short, and a stopped wait ends at once."""
    clock, stop = Clock(scale=36_000), threading.Event()
    began = clock.now()
    clock.wait_until(began + 360, stop)
    assert clock.now() - began >= 360
    stop.set()
    clock.wait_until(clock.now() + 1e9, stop)
