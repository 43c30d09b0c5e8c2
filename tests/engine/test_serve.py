"""Does ``python -m ipywanx serve`` keep what its help promises?"""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from peers import KEY, Peer, data_uri, edit_body

from ipywanx.engine.connection import REQUEST_SECONDS
from ipywanx.engine.faults import HELP
from ipywanx.model.tasks import Status

COMMAND = (sys.executable, "-m", "ipywanx", "serve")
CREATE = "/api/v1/services/aigc/image2image/image-synthesis"


def over_http(url: str) -> Peer:
    """A client of a served engine."""
    return Peer(None, url, over_http=True)


def test_it_prints_its_address_and_ends_cleanly(served):
    """One line with the base URL, nothing else; Ctrl-C and SIGTERM end it with status 0."""
    for number in (signal.SIGINT, signal.SIGTERM):
        process, url = served()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/api/v1", url)
        assert httpx.get(f"{url}/tasks").status_code == 401
        process.send_signal(number)
        out, err = process.communicate(timeout=10)
        assert (process.returncode, out, err) == (0, "", "")


def test_it_ends_while_a_task_runs(served):
    """Ctrl-C does not wait for a task, nor for a client that keeps its connection."""
    process, url = served("--fault", "task:never")
    peer = over_http(url)
    peer.reach(peer.start(), Status.RUNNING)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=10)
    assert (process.returncode, out, err) == (0, "", "")
    peer.close()


def test_log_lines(served, tmp_path):
    """One JSON line for each answered request and each task's new status, exactly as promised."""
    log = tmp_path / "log.jsonl"
    began = time.time()
    process, url = served("--log", str(log), "--key", KEY)
    peer = over_http(url)
    report = peer.run()
    peer.api("GET", "/tasks", key="sk-wrong")
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=10)
    peer.close()
    events = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    assert all(began <= event["t"] <= time.time() for event in events)
    requests = [event for event in events if event["event"] == "request"]
    tasks = [event for event in events if event["event"] == "task"]
    assert len(requests) + len(tasks) == len(events)
    assert all(set(one) == {"event", "t", "method", "path", "http", "code"} for one in requests)
    assert all(set(one) == {"event", "t", "task_id", "status"} for one in tasks)
    assert [one["status"] for one in tasks] == ["PENDING", "RUNNING", "SUCCEEDED"]
    assert {one["task_id"] for one in tasks} == {report.task_id}
    create, *_, last = requests
    assert create["path"] == "/api/v1/services/aigc/image2image/image-synthesis"
    assert (create["method"], create["http"], create["code"]) == ("POST", 200, None)
    assert (last["path"], last["http"], last["code"]) == ("/api/v1/tasks", 401, "InvalidApiKey")
    assert KEY not in log.read_text("utf-8")


def test_the_services_limits_hold_by_default(served):
    """A burst of 2 creates and 20 queries passes and no more; 2 tasks run, others wait."""
    _, url = served("--task-seconds", "30", "--time-scale", "0.001")  # nothing refills meanwhile
    peer = over_http(url)
    replies = [peer.create(edit_body()).status_code for _ in range(4)]
    assert replies == [200, 200, 429, 429]
    assert [peer.api("GET", "/tasks").status_code for _ in range(22)] == [200] * 20 + [429] * 2
    waiting = peer.start(key="sk-other")
    assert peer.report(waiting, key="sk-other").status is Status.PENDING
    peer.close()


def test_time_scale_and_task_seconds(served):
    """An hour-long task takes a second at 3600 times the speed, and the stamps show an hour."""
    _, url = served("--task-seconds", "3600,0", "--time-scale", "7200", "--query-rps", "0")
    peer = over_http(url)
    report = peer.run()
    assert 3600 <= (report.ended - report.scheduled).total_seconds() < 7200
    peer.close()


def test_faults_from_the_command_line(served):
    """``--fault`` may be repeated, and a dropped connection is really closed."""
    _, url = served("--fault", "list:drop*1", "--fault", "list:html502*1")
    peer = over_http(url)
    with pytest.raises(httpx.RemoteProtocolError):
        peer.api("GET", "/tasks")
    assert [peer.api("GET", "/tasks").status_code for _ in range(2)] == [502, 200]
    peer.close()


def run(*options: str) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    return subprocess.run(
        [*COMMAND, *options], capture_output=True, text=True, timeout=30, check=False
    )


def test_port_in_use_is_said_clearly():
    """A port that is taken gives a sentence and a way out, no traceback."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run("--port", str(port))
    assert (done.returncode, done.stdout) == (1, "")
    assert f"Port {port} on 127.0.0.1 cannot be used: Address already in use." in done.stderr
    assert "--port 0" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--fault", "create:nonsense", "'nonsense' is not a fault's action at create."),
        ("--port", "99999", "'99999' is not a number from 0 to 65535"),
        ("--task-seconds", "1,x", "'x' is not a number from 0 to 1e+06"),
        ("--create-rps", "-1", "'-1' is not a number"),
        ("--concurrency", "0", "'0' is not a number from 1 to 64"),
        ("--time-scale", "nan", "'nan' is not a number"),
        ("--log", "/", "The log / cannot be written: Is a directory."),
    ],
)
def test_bad_options_are_said_clearly(option, value, said):
    """An option that makes no sense ends with a sentence that quotes it, no traceback."""
    done = run("--port", "0", option, value)
    assert done.returncode != 0
    assert done.stdout == ""
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_help_documents_options_and_faults():
    """``serve --help`` names each option and prints the whole grammar of faults."""
    done = run("--help")
    assert done.returncode == 0
    for option in (
        "--port",
        "--key",
        "--task-seconds",
        "--create-rps",
        "--concurrency",
        "--query-rps",
        "--log",
        "--fault",
        "--time-scale",
    ):
        assert option in done.stdout
    assert HELP in done.stdout


# ---- strangers and slow clients -------------------------------------------------------------


def connect(url: str) -> socket.socket:
    """A bare connection to a served engine."""
    parts = urlsplit(url)
    return socket.create_connection((parts.hostname, parts.port), timeout=30)


def listening(port: int) -> set[str]:
    """The addresses on which this machine listens at a port, by the kernel's own table."""
    found = set()
    for name in ("tcp", "tcp6"):
        table = Path("/proc/net", name)
        for line in table.read_text("ascii").splitlines()[1:] if table.exists() else ():
            local, state = line.split()[1], line.split()[3]
            address, _, at = local.rpartition(":")
            if state == "0A" and int(at, 16) == port:
                found.add(address)
    return found


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="Linux tells who listens where")
def test_it_listens_on_this_machine_only(served):
    """The one socket is bound to 127.0.0.1, so that no other machine gets in."""
    _, url = served()
    assert listening(urlsplit(url).port) == {"0100007F"}


def test_other_addresses_of_this_machine_lead_nowhere(served):
    """What is not 127.0.0.1 refuses the connection, even on the same machine."""
    _, url = served()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", urlsplit(url).port), timeout=5)


@pytest.mark.parametrize(
    "header",
    [
        "Host: evil.example",
        "Host: 127.0.0.1.evil.example",
        "Host: 10.0.0.5:8787",
        "Host: ",
        "Host: 127.0.0.1@evil.example",
        "Host: 127.0.0.1\r\nOrigin: https://evil.example",
        "Host: 127.0.0.1\r\nOrigin: null",
        "Host: 127.0.0.1:1\r\nOrigin: http://127.0.0.1:2",
        "Host: evil.example\r\nOrigin: http://evil.example",
    ],
)
def test_a_web_page_elsewhere_cannot_use_it(served, header):
    """Foreign Host and Origin headers are refused before anything else, over the wire."""
    _, url = served()
    with connect(url) as link:
        head = f"GET /api/v1/tasks HTTP/1.1\r\n{header}\r\nAuthorization: Bearer x\r\n"
        link.sendall(f"{head}Connection: close\r\n\r\n".encode())
        reply = b"".join(iter(lambda: link.recv(65_536), b""))
    assert reply.startswith(b"HTTP/1.1 403 ")
    assert b'"AccessDenied"' in reply


@pytest.mark.slow
def test_slow_clients_are_not_waited_for(served):
    """Whoever sends nothing, or drips its head or its body, is closed within ten seconds."""
    _, url = served()
    create = (
        b"POST /api/v1/services/aigc/image2image/image-synthesis HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    )
    drips = {
        "nothing": (b"", b""),
        "a head": (create, b"X-a: b\r\n"),
        "a body": (create + b"Authorization: Bearer x\r\nContent-Length: 9999\r\n\r\n", b" "),
        "a second head": (b"GET /nope HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\nGET /n", b"o"),
    }
    ended: dict[str, float] = {}

    def drip(name: str) -> None:
        start, more = drips[name]
        with connect(url) as link:
            began = time.monotonic()
            link.sendall(start)
            link.settimeout(0.2)
            while time.monotonic() < began + 20:
                try:
                    if not link.recv(65_536):
                        break
                except TimeoutError:
                    try:
                        link.sendall(more)
                    except OSError:
                        break
                except OSError:
                    break
            ended[name] = time.monotonic() - began

    with ThreadPoolExecutor(len(drips)) as pool:
        list(pool.map(drip, drips))
    assert max(ended.values()) < 10, ended
    assert min(ended.values()) > 4, ended  # but an honest client has its time


@pytest.mark.slow
def test_an_honest_upload_takes_what_it_needs(served):
    """A body that stands still because the engine does not read it is not the client's fault."""
    _, url = served("--fault", f"create:slow={REQUEST_SECONDS + 2}")
    peer = over_http(url)
    body = edit_body(data_uri(b"x" * 4_000_000))
    assert peer.create(body).status_code == 200
    peer.close()


@pytest.mark.parametrize("path", [CREATE, "/oss"])
def test_a_body_that_is_too_large_is_refused_unread(served, path):
    """Whoever announces ten gigabytes has the answer before the first of them is sent."""
    _, url = served()
    with connect(url) as link:
        head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {10**10}\r\n\r\n"
        link.sendall(head.encode())
        reply = link.recv(65_536)
    status = b"HTTP/1.1 400 " if path == "/oss" else b"HTTP/1.1 413 "
    assert reply.startswith(status)


def test_a_body_without_an_end_is_refused_at_the_limit(served):
    """A chunked body is cut off where the limit is: what comes after is not kept."""
    process, url = served()
    chunk = b"100000\r\n" + b" " * 2**20 + b"\r\n"
    with connect(url) as link:
        head = f"POST {CREATE} HTTP/1.1\r\n"
        head += "Host: 127.0.0.1\r\nAuthorization: Bearer x\r\nX-DashScope-Async: enable\r\n"
        link.sendall(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode())
        for _ in range(66):
            link.sendall(chunk)
        reply = link.recv(65_536)
    assert reply.startswith(b"HTTP/1.1 413 ")
    assert process.poll() is None
