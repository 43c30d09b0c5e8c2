"""Does every task come through, whatever happens to the network, the service and the kernel?"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from ipywanx.errors import ServiceError, TaskError
from ipywanx.service.tempo import SERVICE

pytestmark = pytest.mark.slow

TROUBLES = (
    "query:500@0.1", "query:html502@0.1", "query:429@0.05", "query:drop@0.02",
    "create:429@0.05", "create:drop@0.01", "create:drop-after@0.01",
)  # fmt: skip
OUTAGE = 3.0  # seconds; the service's 30, ten times as fast


def test_two_hundred_tasks_come_through(build):
    """200 tasks, a fifth of all questions failing, refusals, resets and an outage: 200 pictures."""
    tempo = replace(SERVICE.faster(10), clock=1.0)
    bench = build("asgi", *TROUBLES, tempo=tempo, task_seconds=(0.1,), create_rps=20.0)
    jobs = [bench.submit(seed=seed) for seed in range(200)]
    away: list[float] = []

    def outage(_: httpx.Request) -> None:
        if len(bench.tasks) >= 100:
            away[:] = away or [time.monotonic() + OUTAGE]
        if away and time.monotonic() < away[0]:
            raise httpx.ConnectError("no route to host")

    bench.line.answer = outage
    results = [job.result(300) for job in jobs]
    assert {len(result.images) for result in results} == {1}
    assert away
    assert time.monotonic() > away[0]
    assert len(bench.tasks) == len(set(bench.tasks)) == 200
    assert {result.task_id for result in results} == set(bench.tasks)
    assert [result.request.seed for result in results] == list(range(200))
    assert len(bench.session.history()) == 200


# ---- killed kernels ---------------------------------------------------------------------------

NURSERY = """
import json, os, signal, sys
from dataclasses import replace
from pathlib import Path
from PIL import Image
from pydantic import SecretStr
import httpx, sqlite3
from ipywanx.service import archive, client, dispatcher, job
from ipywanx.service.tempo import SERVICE
from ipywanx.session import Session
from ipywanx.settings import Settings

picture = Image.new("RGB", (512, 512), "grey")
for line in sys.stdin:
    told = json.loads(line)
    child = os.fork()
    if not child:
        settings = Settings(SecretStr(told["key"]), told["url"], Path(told["home"]))
        session = Session(settings, tempo=replace(SERVICE.faster(60), creates=20.0))
        print(os.getpid(), flush=True)
        seeds = range(told["seed"], told["seed"] + 3)
        jobs = [session.submit("super_resolution", picture, seed=seed) for seed in seeds]
        for one in jobs:
            one.result()
        signal.pause()
    os.waitpid(child, 0)
    print("gone", flush=True)
"""


@pytest.fixture
def nursery() -> Iterator[subprocess.Popen[str]]:
    """A process that forks kernels: each begins at once, with everything imported."""
    process = subprocess.Popen(
        [sys.executable, "-c", NURSERY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    yield process
    process.kill()
    process.communicate()


def kill_one(nursery: Any, bench: Any, key: str, seed: int, after: float) -> None:
    """Let a kernel ask for three edits, and kill it so many seconds later."""
    assert nursery.stdin is not None
    told = {"key": key, "url": bench.settings.base_url, "home": str(bench.settings.home)}
    nursery.stdin.write(json.dumps(told | {"seed": seed}) + "\n")
    nursery.stdin.flush()
    child = int(nursery.stdout.readline())
    end = time.monotonic() + after
    while time.monotonic() < end:  # the one place where a moment itself is what is tried
        time.sleep(0.001)
    os.kill(child, signal.SIGKILL)
    assert nursery.stdout.readline() == "gone\n"


def test_fifty_killed_kernels_lose_nothing(build, nursery, key):
    """A kernel is killed at 50 random moments: each accepted task is fetched, none made twice."""
    bench = build("http", task_seconds=(0.1,), concurrency=4)
    rng = random.Random(4)  # noqa: S311 - moments, not secrets
    left = 0
    for number in range(50):
        kill_one(nursery, bench, key, 3 * number, rng.uniform(0, 0.6))
        jobs = bench.another().jobs()
        left += len(jobs)
        for job in jobs:
            try:
                job.result(60)
            except ServiceError as never:  # it was killed before the service had the task
                assert "ended before" in str(never)
            except TaskError as lost:
                pytest.fail(str(lost))
    kept = {one.task_id: one for one in bench.session.history()}
    assert set(kept) == set(bench.tasks)
    seeds = [task.asked.parameters["seed"] for task in bench.engine.tasks._table.values()]
    assert len(set(seeds)) == len(seeds) == len(kept)
    assert {len(one.images) for one in kept.values()} == {1}
    assert all(one.request.seed in seeds for one in kept.values())
    assert bench.another().jobs() == []
    assert left > 20, f"only {left} tasks were under way when their kernel died"
