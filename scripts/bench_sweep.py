"""Measure experiments: places kept busy, refusals, and how big a plan and a sheet may be.

First the same tasks, with run times drawn from one seed (median 8 s, 3 to 60), against ``python -m
ipywanx serve --create-rps 2 --concurrency 2`` on a clock that runs faster; what is printed is read
off the server's own log. "slots" is the part of the time in which the two places were busy, from
the first create to the last answer that told an end (1.0 is the physical limit).

sweep          all tasks as one sweep
SDK gather     the official SDK as one would write it: asyncio.gather over its calls

And a plan of 10,000 cells, made, shown and stopped; and a sheet of 400 cells, rendered and written,
beside pasting the same small pictures with Pillow alone.

Run: python scripts/bench_sweep.py [--tasks 200] [--scale 8]   (or: make bench-sweep)
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import io
import logging
import math
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from task_server import FUNCTION, HEAD, KEY, MODEL, PROMPT, data_uri, line, run

CLIENTS = ("sweep", "SDK gather")
LIMITS = ["--create-rps", "2", "--concurrency", "2"]
STYLES = ("转换成法国绘本风格", "转换成金箔艺术风格")


def ours(count: int, scale: float) -> None:
    """All tasks as one sweep."""
    from pydantic import SecretStr

    from ipywanx.experiments.plan import plan
    from ipywanx.experiments.sweep import Sweep
    from ipywanx.service.tempo import SERVICE
    from ipywanx.session import Session
    from ipywanx.settings import Settings

    with tempfile.TemporaryDirectory() as home:
        url = os.environ["DASHSCOPE_HTTP_BASE_URL"]
        session = Session(Settings(SecretStr(KEY), url, Path(home)), tempo=SERVICE.faster(scale))
        cells = plan(FUNCTION, Image.new("RGB", (512, 512), "grey"), PROMPT, seed=range(count))
        Sweep(session, cells, cap=math.inf).start().result()


def gather(count: int, scale: float) -> None:
    """All tasks at once, each by the SDK's own call."""
    from dashscope.aigc.image_synthesis import AioImageSynthesis
    from dashscope.client import base_api

    logging.getLogger("asyncio").disabled = True  # it tells of connections that the SDK leaves open
    pause = asyncio.sleep
    base_api.asyncio.sleep = lambda seconds: pause(seconds / scale)
    image = data_uri()

    async def one(seed: int) -> None:
        with contextlib.suppress(Exception):  # what the log does not show as finished is lost
            await AioImageSynthesis.call(
                api_key=KEY,
                model=MODEL,
                function=FUNCTION,
                prompt=PROMPT,
                base_image_url=image,
                seed=seed,
            )

    async def everything() -> None:
        await asyncio.gather(*map(one, range(count)))

    asyncio.run(everything())


def huge_plan() -> None:
    """Make, show and stop 10,000 cells."""
    from ipywanx.session import Session

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    from ipywanx.experiments.plan import plan
    from ipywanx.experiments.sweep import Sweep

    picture = Image.effect_noise((1024, 1024), 60).convert("RGB")
    cells = plan("stylization_all", picture, STYLES, strength="0.01-1.0 [50]", seed=range(100))
    grid = Sweep(Session(), cells)
    made = time.perf_counter()
    shown = grid._repr_mimebundle_()
    drawn = time.perf_counter()
    grid.start().stop()
    ended = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(
        f"10,000 cells: made {made - began:.2f} s, shown {drawn - made:.2f} s "
        f"({sum(len(str(one)) for one in shown.values()) / 1000:.0f} kB), stopped "
        f"{ended - drawn:.2f} s; together {ended - began:.2f} s (goal 2), peak "
        f"{peak / 1000:.0f} MB (goal 200), of which {before / 1000:.0f} were there before"
    )


def big_sheet() -> None:
    """Render 400 cells of small pictures that a sweep has kept."""
    from ipywanx.experiments.cells import Cell
    from ipywanx.experiments.plan import plan
    from ipywanx.experiments.sheet.contact_sheet import ContactSheet
    from ipywanx.session import Session

    picture = Image.new("RGB", (512, 512), "grey")
    cells = plan("stylization_all", picture, STYLES, strength="0.1-1.0 [10]", seed=range(20))
    archive = Session().archive
    made = []
    for index, request in enumerate(cells.requests):
        cell = Cell(archive, index, cells.places[index], cells.labels(index), request)
        cell.thumbnails = (_small(index),)
        cell._over = "SUCCEEDED"  # noqa: SLF001 - what a sweep would have done
        made.append(cell)
    sheet, folder = ContactSheet(cells, made), os.environ["IPYWANX_HOME"]
    rows: dict[str, Callable[[], object]] = {
        "sheet rendered": sheet.to_image,
        "sheet as PNG": lambda: sheet.save(Path(folder, "sheet.png")),
        "sheet as HTML": lambda: sheet.save(Path(folder, "sheet.html")),
        "pasting alone": lambda: _pasted(made),
        "  and its PNG": lambda: _pasted(made).save(io.BytesIO(), "PNG", compress_level=3),
    }
    for name, work in rows.items():
        times = []
        for _ in range(3):
            began = time.perf_counter()
            work()
            times.append(time.perf_counter() - began)
        goal = " (goal 5)" if name.startswith("sheet") else ""
        print(f"400 cells, {name:14}{statistics.median(times):>6.2f} s{goal}")


def _small(index: int) -> bytes:
    """A photo in other colours each time, as a sweep keeps it."""
    import skimage.data

    photo = Image.fromarray(skimage.data.astronaut())
    tint = Image.new("RGB", photo.size, (index * 37 % 256, index * 71 % 256, index * 113 % 256))
    stream = io.BytesIO()
    Image.blend(photo, tint, 0.25).save(stream, "WEBP", quality=85)
    return stream.getvalue()


def _pasted(cells: list) -> Image.Image:
    """The same pictures in a grid, with no word on it."""
    sheet = Image.new("RGB", (20 * 256, 20 * 256), "white")
    for index, cell in enumerate(cells):
        small = Image.open(io.BytesIO(cell.thumbnails[0])).convert("RGB").resize((256, 256))
        sheet.paste(small, (index % 20 * 256, index // 20 * 256))
    return sheet


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tasks", type=int, default=200)
    parser.add_argument("--scale", type=float, default=8.0)
    parser.add_argument("--client", choices=CLIENTS, help=argparse.SUPPRESS)
    parser.add_argument("--alone", choices=("plan", "sheet"), help="only that, with no tasks")
    options = parser.parse_args()
    if options.client:
        (ours if options.client == "sweep" else gather)(options.tasks, options.scale)
        return
    if options.alone:
        (huge_plan if options.alone == "plan" else big_sheet)()
        return
    for alone in ("plan", "sheet"):  # each in a process of its own, whose memory is its own
        with tempfile.TemporaryDirectory() as home:
            environ = {**os.environ, "IPYWANX_HOME": home, "IPYWANX_OFFLINE": "1"}
            subprocess.run([sys.executable, __file__, "--alone", alone], env=environ, check=True)
    print(f"\n{options.tasks} tasks, clock x {options.scale:g}; goals: all finished, slots 0.97,")
    print("no 429\n")
    print(HEAD)
    for name in CLIENTS:
        row = run(__file__, name, options.tasks, options.scale, LIMITS)
        print(line(name, row), flush=True)


if __name__ == "__main__":
    main()
