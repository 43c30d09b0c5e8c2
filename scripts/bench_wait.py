"""Measure waiting: how late a task's end is noticed, at how many questions, with how full places.

Each row runs the same tasks, with run times drawn from one seed (median 8 s, 3 to 60), against
``python -m ipywanx serve`` with the service's limits, on a clock that runs faster; seconds are the
service's. What is printed is read off the server's own log: "late" is the time from a task's end to
the first question that is answered so; "slots" is the part of the time in which the two
places were busy, from the first create to the last such answer (1.0 is the physical limit).

ours           two tasks ahead of those that run, asked when they are likely to have ended
ours, refuse   the same, where the service refuses what it cannot run at once
SDK            two threads of the official SDK; its own pauses, on the faster clock
fixed 1 s      two threads that ask every second

Run: python scripts/bench_wait.py [--tasks 200] [--scale 8]   (or: make bench-wait)
"""

from __future__ import annotations

import argparse
import base64
import io
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

KEY = "sk-bench"
FUNCTION, PROMPT = "expand", "一位绿色仙子"  # with no scales: the quickest real edit
MODEL = "wanx2.1-imageedit"
CLIENTS = {"ours": [], "ours, refuse": ["--refuse-more"], "SDK": [], "fixed 1 s": []}


def run_times(count: int) -> list[float]:
    """Seconds that the tasks run, the same for each client."""
    rng = random.Random(11)  # noqa: S311 - not for secrets
    drawn = (rng.lognormvariate(2.0794, 0.6) for _ in range(100 * count))
    return [round(seconds, 2) for seconds in drawn if 3 <= seconds <= 60][:count]


# ---- the clients, each in a process of its own ---------------------------------------------------


def ours(count: int, scale: float) -> None:
    """All tasks at once, through one session."""
    from pydantic import SecretStr

    from ipywanx.service.tempo import SERVICE
    from ipywanx.session import Session
    from ipywanx.settings import Settings

    with tempfile.TemporaryDirectory() as home:
        url = os.environ["DASHSCOPE_HTTP_BASE_URL"]
        session = Session(Settings(SecretStr(KEY), url, Path(home)), tempo=SERVICE.faster(scale))
        picture = Image.new("RGB", (512, 512), "grey")
        jobs = [session.submit(FUNCTION, picture, PROMPT, seed=seed) for seed in range(count)]
        for job in jobs:
            job.result()


def official(count: int, scale: float) -> None:
    """Two threads of the SDK, as its documentation shows it."""
    import dashscope
    from dashscope.client import base_api

    pause = time.sleep
    base_api.time.sleep = lambda seconds: pause(seconds / scale)
    image = _data_uri()

    def one(seed: int) -> None:
        dashscope.ImageSynthesis.call(
            api_key=KEY,
            model=MODEL,
            function=FUNCTION,
            prompt=PROMPT,
            base_image_url=image,
            seed=seed,
        )

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(one, range(count)))


def fixed(count: int, scale: float) -> None:
    """Two threads that ask once a second."""
    import httpx

    url = os.environ["DASHSCOPE_HTTP_BASE_URL"]
    body = {"function": FUNCTION, "prompt": PROMPT, "base_image_url": _data_uri()}
    headers = {"Authorization": f"Bearer {KEY}", "X-DashScope-Async": "enable"}

    def one(seed: int) -> None:
        asked = {"model": MODEL, "input": body, "parameters": {"seed": seed}}
        path = "/services/aigc/image2image/image-synthesis"
        reply = client.post(url + path, json=asked).raise_for_status().json()
        status = ""
        while status not in {"SUCCEEDED", "FAILED"}:
            time.sleep(1 / scale)
            task = client.get(f"{url}/tasks/{reply['output']['task_id']}").json()
            status = task["output"]["task_status"]

    with httpx.Client(headers=headers) as client, ThreadPoolExecutor(2) as pool:
        list(pool.map(one, range(count)))


def _data_uri() -> str:
    stream = io.BytesIO()
    Image.new("RGB", (512, 512), "grey").save(stream, "PNG")
    return "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode()


# ---- the server's log ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """What the log says of one client."""

    finished: int
    late: float
    latest: float
    questions: float
    slots: float
    refused: int


def measure(log: Path, scale: float) -> Row:
    """Read one run's row off the server's log."""
    events = [json.loads(line) for line in log.read_text().splitlines()]
    began, ended, seen, asked, refused = {}, {}, {}, 0, 0
    for event in events:
        if event["event"] == "task":
            ended.update({event["task_id"]: event["t"]} if event["status"] == "SUCCEEDED" else {})
            began.update({event["task_id"]: event["t"]} if event["status"] == "RUNNING" else {})
            continue
        refused += event["http"] == 429
        task_id = event["path"].rpartition("/tasks/")[2]
        if event["method"] == "GET" and "/tasks" in event["path"]:
            asked += 1
            if task_id in ended:
                seen.setdefault(task_id, event["t"])
    first = min(event["t"] for event in events if event.get("method") == "POST")
    late = sorted((seen[task] - ended[task]) * scale for task in seen)
    busy = sum(ended[task] - began[task] for task in ended)
    return Row(
        finished=len(seen),
        late=statistics.median(late),
        latest=late[int(0.95 * len(late))],
        questions=asked / len(seen),
        slots=busy / (2 * (max(seen.values()) - first)),
        refused=refused,
    )


def run(name: str, count: int, scale: float) -> Row:
    """One client against a server of its own."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "log")
        seconds = ",".join(map(str, run_times(count)))
        options = ["--port", "0", "--key", KEY, "--task-seconds", seconds, "--log", str(log)]
        options += ["--time-scale", str(scale), *CLIENTS[name]]
        server = subprocess.Popen(
            [sys.executable, "-m", "ipywanx", "serve", *options], stdout=subprocess.PIPE, text=True
        )
        try:
            greeting = server.stdout.readline() if server.stdout else ""
            variable, _, url = greeting.strip().partition("=")
            client = ["--client", name, "--tasks", str(count), "--scale", str(scale)]
            environ = {**os.environ, variable: url}
            subprocess.run([sys.executable, __file__, *client], env=environ, check=True)
        finally:
            server.terminate()
            server.wait()
        return measure(log, scale)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tasks", type=int, default=200)
    parser.add_argument("--scale", type=float, default=8.0)
    parser.add_argument("--client", choices=CLIENTS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.client:
        work = {"SDK": official, "fixed 1 s": fixed}.get(options.client, ours)
        work(options.tasks, options.scale)
        return
    print(f"{options.tasks} tasks, clock x {options.scale:g}; goals: late 0.45 / 0.9 s, <= 11")
    print("questions, slots 0.97 (0.94 where it refuses), no 429\n")
    print(
        f"{'':14}{'finished':>9}{'late p50':>10}{'p95':>7}{'questions':>11}{'slots':>8}{'429':>6}"
    )
    for name in CLIENTS:
        row = run(name, options.tasks, options.scale)
        print(
            f"{name:14}{row.finished:>9}{row.late:>10.2f}{row.latest:>7.2f}{row.questions:>11.1f}"
            f"{row.slots:>8.3f}{row.refused:>6}",
            flush=True,
        )


if __name__ == "__main__":
    main()
