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
import os
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PIL import Image
from task_server import FUNCTION, HEAD, KEY, MODEL, PROMPT, data_uri, line, run

CLIENTS = {"ours": [], "ours, refuse": ["--refuse-more"], "SDK": [], "fixed 1 s": []}


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
    image = data_uri()

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
    body = {"function": FUNCTION, "prompt": PROMPT, "base_image_url": data_uri()}
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
    print(HEAD)
    for name, switches in CLIENTS.items():
        row = run(__file__, name, options.tasks, options.scale, switches)
        print(line(name, row), flush=True)


if __name__ == "__main__":
    main()
