"""Does ``python -m ipywanx serve`` keep what its help promises?"""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import time

import httpx
import pytest
from peers import KEY, Peer, edit_body

from ipywanx.engine.faults import HELP
from ipywanx.model.tasks import Status

COMMAND = (sys.executable, "-m", "ipywanx", "serve")


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
