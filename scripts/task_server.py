"""What do benchmarks of tasks share? A server with the service's limits, and what it logs."""

from __future__ import annotations

import base64
import io
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

KEY = "sk-bench"
FUNCTION, PROMPT = "expand", "一位绿色仙子"  # with no scales: the quickest real edit
MODEL = "wanx2.1-imageedit"


def run_times(count: int) -> list[float]:
    """Seconds that the tasks run, the same for each client."""
    rng = random.Random(11)  # noqa: S311 - not for secrets
    drawn = (rng.lognormvariate(2.0794, 0.6) for _ in range(100 * count))
    return [round(seconds, 2) for seconds in drawn if 3 <= seconds <= 60][:count]


def data_uri() -> str:
    """A small picture, as it stands in a request."""
    stream = io.BytesIO()
    Image.new("RGB", (512, 512), "grey").save(stream, "PNG")
    return "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode()


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
        task_id = event["path"].rpartition("/tasks/")[2].strip("/")  # the SDK adds one
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


def run(script: str, client: str, count: int, scale: float, options: Sequence[str] = ()) -> Row:
    """One client, in a process of its own, against a server of its own.

    Args:
        script: Whose client it is; called with ``--client``, ``--tasks`` and ``--scale``.
        client: Its name.
        count: Tasks.
        scale: How much faster the server's clock runs.
        options: Further ones of the server.
    """
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "log")
        seconds = ",".join(map(str, run_times(count)))
        switches = ["--port", "0", "--key", KEY, "--task-seconds", seconds, "--log", str(log)]
        switches += ["--time-scale", str(scale), *options]
        server = subprocess.Popen(
            [sys.executable, "-m", "ipywanx", "serve", *switches], stdout=subprocess.PIPE, text=True
        )
        try:
            greeting = server.stdout.readline() if server.stdout else ""
            variable, _, url = greeting.strip().partition("=")
            asked = ["--client", client, "--tasks", str(count), "--scale", str(scale)]
            environ = {**os.environ, variable: url}
            subprocess.run([sys.executable, script, *asked], env=environ, check=True)
        finally:
            server.terminate()
            server.wait()
        return measure(log, scale)


HEAD = f"{'':14}{'finished':>9}{'late p50':>10}{'p95':>7}{'questions':>11}{'slots':>8}{'429':>6}"


def line(name: str, row: Row) -> str:
    """A row of the table under :data:`HEAD`."""
    return (
        f"{name:14}{row.finished:>9}{row.late:>10.2f}{row.latest:>7.2f}{row.questions:>11.1f}"
        f"{row.slots:>8.3f}{row.refused:>6}"
    )
