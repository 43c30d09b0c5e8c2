"""Measure the studio in JupyterLab in a real browser: first paint, typing, and a full gallery.

"paint" is from starting the cell to the frame that shows the form, the studio's import included in
the first row; "key" is from a keystroke to the frame that shows what is said of it; "frame" is how
long frames take while 200 results scroll by, beside those of the same page at rest.

Run: python scripts/bench_studio.py   (or: make bench-studio)
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "browser"))

import lab as laboratory  # noqa: E402 - the browser tests' own

RESULTS = 200
ROUNDS = 5
FILL = f"""\
import io, numpy as np, time
from dataclasses import replace
from PIL import Image
from ipywanx.model.functions import Colorization
from ipywanx.session import current
archive = current().archive
random = np.random.default_rng(1)
for at in range({RESULTS}):
    low = Image.fromarray(random.integers(0, 255, (12, 16, 3), dtype=np.uint8))
    picture = low.resize((1024, 768), Image.Resampling.BICUBIC)
    stream = io.BytesIO()
    picture.save(stream, "PNG", compress_level=1)
    request = Colorization(image=stream.getvalue(), prompt=f"result {{at}}")
    row = archive.keep_request(archive.begin(request), request)
    name = archive.keep_picture(stream.getvalue())
    outputs = '[{{"file": "' + name + '"}}]'
    archive.history.put(replace(row, task_id=f"t{{at}}", status="SUCCEEDED", outputs=outputs,
                                fetched=True, image_count=1))
"""
STUDIO = """\
import ipywanx as wx
from PIL import Image
wx.Studio(Image.new("RGB", (1024, 768), "teal"), language="en")
"""
PAINT = """async ([index]) => {
  const app = window.jupyterapp;
  const panel = app.shell.currentWidget;
  panel.content.activeCellIndex = index;
  const cell = panel.content.widgets[index].node;
  const began = performance.now();
  app.commands.execute('notebook:run-cell');
  const there = () => {
    const form = cell.querySelector('.wanx-studio .wanx-form textarea');
    return form && form.getBoundingClientRect().height > 0;
  };
  while (!there()) await new Promise(requestAnimationFrame);
  await new Promise(requestAnimationFrame);
  return performance.now() - began;
}"""
KEY = """async studio => {
  const prompt = studio.querySelector('.wanx-prompt');
  const count = studio.querySelector('.wanx-count');
  const times = [];
  for (let i = 0; i < 40; i += 1) {
    const before = count.textContent;
    const began = performance.now();
    prompt.value += 'x';
    prompt.dispatchEvent(new Event('input', { bubbles: true }));
    while (count.textContent === before) await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
    times.push(performance.now() - began);
  }
  return times;
}"""
SCROLL = """async ([scrolls]) => {
  const box = document.querySelector('.wanx-wall, .wanx-gallery-box');
  let scroller = box;
  const still = one => one && one.scrollHeight <= one.clientHeight + 4;
  while (still(scroller)) scroller = scroller.parentElement;
  const frames = [];
  let last = performance.now();
  for (let i = 0; i < 120; i += 1) {
    if (scrolls && scroller) scroller.scrollTop += 60;
    await new Promise(requestAnimationFrame);
    const now = performance.now();
    frames.push(now - last);
    last = now;
  }
  return frames;
}"""


def main() -> None:
    """Print the table."""
    script = ROOT / "scripts" / "chromium.py"
    chromium = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        laboratory.Lab(chromium.stdout.strip(), Path(folder)).running() as lab,
        lab.in_use(),
    ):
        measure(lab)


def measure(lab: laboratory.Lab) -> None:
    """Run the three measurements."""
    notebook = lab.notebook([FILL, *[STUDIO] * ROUNDS])
    notebook.run(0, timeout=300)
    page = notebook.page
    paints = [page.evaluate(PAINT, [index]) for index in range(1, ROUNDS + 1)]
    studio = notebook.locator(ROUNDS, ".wanx-studio")
    keys = studio.evaluate(KEY)
    rest, moving = (page.evaluate(SCROLL, [scrolls]) for scrolls in (False, True))
    print(f"{'':24}{'median':>9}{'p95':>9}{'goal':>9}")
    _row("first paint, first", paints[:1], "1500")
    _row("first paint, again", paints[1:], "1500")
    _row("key to word", keys, "50")
    _row("frame at rest", rest, "")
    _row(f"frame, {RESULTS} results", moving, "")


def _row(name: str, times: list[float], goal: str) -> None:
    latest = sorted(times)[int(0.95 * (len(times) - 1))]
    print(f"{name:24}{statistics.median(times):>8.1f} {latest:>8.1f} {goal:>8}  ms")


if __name__ == "__main__":
    main()
