"""Measure what Binder builds and starts: its size, and how long until a picture is seen.

"server" is from its start to its first answer, "page" from its start to an idle kernel in the page
that it shows first, "picture" from its start to the first edited picture under a cell, all cells
being run as soon as the page is ready. Each round starts both servers, each with a browser that has
seen nothing: Binder's, and JupyterLab alone in an environment of its own, on an empty notebook. The
first round is not counted: it warms the disk, as pip's cache is warmed by building once before.

Run: python scripts/bench_binder.py   (or: make bench-binder)
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import nbformat

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "browser")]

from binder_lab import BinderLab  # noqa: E402 - the browser tests' own
from lab import RUN_ALL, new_notebook  # noqa: E402
from scripts.binder import Built, build, interpreter  # noqa: E402

ROUNDS = 5
LARGEST = 10
EDITED = """() => [...document.querySelectorAll('.jp-OutputArea-output figure img')]
  .some(image => image.complete && image.naturalWidth)"""
OURS = ("binder/start", "jupyter-lab")
PLAIN = ("jupyter-lab", "--LabApp.default_url=/lab/tree/empty.ipynb")


def main() -> None:
    """Print the tables."""
    script = ROOT / "scripts" / "chromium.py"
    chromium = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        _timed(build, place / "warming")
        ours, ours_took = _timed(build, place / "binder")
        plain, plain_took = _timed(bare, place / "plain")
        print(f"{'':24}{'Binder':>12}{'JupyterLab':>12}")
        sizes = packages(ours), packages(plain)
        _row("size", *(sum(one.values()) / 1e6 for one in sizes), "MB")
        for name, size in sizes[0].most_common(LARGEST):
            _row(f"  {name}", size / 1e6, sizes[1][name] / 1e6, "MB")
        _row("build, warm cache", ours_took, plain_took, "s")
        servers = ((ours, OURS), (plain, PLAIN))
        rounds = [
            [
                begun(chromium.stdout.strip(), place / f"{at}-{which}", *one)
                for which, one in enumerate(servers)
            ]
            for at in range(ROUNDS + 1)
        ]
        for name in rounds[0][0]:
            columns = [[times.get(name) for times in one] for one in zip(*rounds[1:], strict=True)]
            _row(name, *(statistics.median(one) if all(one) else 0 for one in columns), "s")


def bare(folder: Path) -> Built:
    """JupyterLab and nothing else, on a folder with one empty notebook."""
    built = Built.within(folder)
    built.repository.mkdir()
    nbformat.write(new_notebook([""]), built.repository / "empty.ipynb")
    subprocess.run([interpreter(), "-m", "venv", built.environment], check=True)
    pip = [built.environment / "bin" / "pip", "install", "--quiet"]
    subprocess.run([*pip, f"jupyterlab=={metadata.version('jupyterlab')}"], check=True)
    return built


def packages(built: Built) -> Counter[str]:
    """The bytes of each package, as pip knows its files, and of what is nobody's."""
    sizes: Counter[str] = Counter()
    site = next((built.environment / "lib").glob("python*/site-packages"))
    for one in metadata.distributions(path=[str(site)]):
        files = [Path(one.locate_file(file)) for file in one.files or ()]
        sizes[one.name] = sum(file.stat().st_size for file in files if file.is_file())
    everything = (file for file in built.environment.rglob("*") if not file.is_symlink())
    whole = sum(file.stat().st_size for file in everything if file.is_file())
    sizes["(of no package)"] = whole - sizes.total()
    return sizes


def begun(chromium: str, folder: Path, built: Built, command: tuple[str, ...]) -> dict[str, float]:
    """Start a server, open its first page and run all; the seconds until each had come."""
    folder.mkdir()
    start = time.perf_counter()
    with BinderLab(chromium, folder, built, command).running() as lab:
        took = {"server": time.perf_counter() - start}
        with lab.in_use():
            page = lab.front_page().page
            took["page"] = time.perf_counter() - start
            if command == PLAIN:
                return took
            page.evaluate(RUN_ALL)
            page.wait_for_function(EDITED, timeout=120_000)
            took["picture"] = time.perf_counter() - start
        return took


def _timed(make: Callable[[Path], Built], folder: Path) -> tuple[Built, float]:
    folder.mkdir()
    start = time.perf_counter()
    return make(folder), time.perf_counter() - start


def _row(name: str, ours: float, plain: float, unit: str) -> None:
    beside = f"{plain:.1f}" if plain else ""
    print(f"{name:24}{ours:>12.1f}{beside:>12}  {unit}", flush=True)


if __name__ == "__main__":
    main()
