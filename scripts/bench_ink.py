"""Measure how long ink takes: from a pointer's move to the pixel, in JupyterLab in a real browser.

The mask editor beside a plain ipycanvas loop; each with a local kernel, with a kernel 100 ms away
(each way), and while the kernel runs a cell for 5 seconds. "frame" is how long the page's frames
took, with whatever else the machine did. Moves come 60 times a second, as from
real hardware: nobody waits for the page. Prints one table.

Run: python scripts/bench_ink.py   (or: make bench-ink)
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import websocket  # of jupyter_server

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "browser"))

import lab as laboratory  # noqa: E402 - the browser tests' own

DELAY_S = 0.1
BUSY_S = 5
MOVES, HERTZ = 60, 60
STROKES = {"local": 5, "100 ms away": 5, "busy": 2}
COLOR = (224, 27, 93)

EDITOR = """\
import numpy as np
from ipywanx import MaskEditor
editor = MaskEditor(np.full((600, 800, 3), 200, np.uint8), radius=8)
def count(): return [len(step.points) for step in editor.mask.operations]
editor
"""
PLAIN = """\
from ipycanvas import MultiCanvas, hold_canvas
plain = MultiCanvas(2, width=800, height=600)
plain[1].stroke_style, plain[1].line_width, plain[1].line_cap = '#e01b5d', 16, 'round'
strokes, held = [], []
def down(x, y): held.append(True); strokes.append([(x, y)])
def move(x, y):
    if held:
        strokes[-1].append((x, y))
        with hold_canvas():
            plain[1].stroke_line(*strokes[-1][-2], x, y)
def up(x, y): held.clear()
plain.on_mouse_down(down); plain.on_mouse_move(move); plain.on_mouse_up(up)
def count(): return [len(stroke) for stroke in strokes]
plain
"""
KINDS = {
    "ipywanx editor": (EDITOR, ".wanx-stage", ".wanx-ink, .wanx-mask canvas"),
    "plain ipycanvas": (PLAIN, ".jp-OutputArea canvas", ".jp-OutputArea canvas"),
}

# Counts what goes over the kernel's socket, and looks for each point's pixel after every frame.
PROBE = """(() => {
  const nothing = () => ({
    up: 0, upBytes: 0, down: 0, downBytes: 0, late: [], wait: [], frames: [] });
  const probe = window.inkProbe = nothing();
  const size = data => typeof data === 'string' ? data.length : data.byteLength ?? 0;
  const Plain = window.WebSocket;
  window.WebSocket = class extends Plain {
    constructor(...given) {
      super(...given);
      this.addEventListener('message', ({ data }) => {
        probe.down += 1; probe.downBytes += size(data); });
    }
    send(data) { probe.up += 1; probe.upBytes += size(data); return super.send(data); }
  };
  const hit = ({ x, y }) => [...document.querySelectorAll(probe.css)].some(canvas => {
    const box = canvas.getBoundingClientRect();
    const at = [(x - box.x) * canvas.width / box.width, (y - box.y) * canvas.height / box.height];
    const [r, g, b, a] = canvas.getContext('2d').getImageData(at[0] | 0, at[1] | 0, 1, 1).data;
    return a > 200 && [r, g, b].every((value, i) => Math.abs(value - probe.color[i]) < 12);
  });
  let last = 0;
  const look = () => {
    const now = performance.now();
    probe.frames.push(now - last);
    last = now;
    probe.wait = probe.wait.filter(point => {
      if (!hit(point)) return true;
      probe.late.push(now - point.since); return false; });
    requestAnimationFrame(() => setTimeout(look)); // after all that the page draws in this frame
  };
  probe.begin = (css, color) => {
    Object.assign(probe, { css, color });
    window.addEventListener('pointermove', event => {
      if (event.buttons & 1) for (const part of event.getCoalescedEvents())
        probe.wait.push({ x: part.clientX, y: part.clientY, since: part.timeStamp });
    }, true);
    requestAnimationFrame(look);
  };
  probe.reset = () => Object.assign(probe, nothing());
})();"""


class Mouse:
    """A mouse that does not wait for the page, through Chromium's own debugging socket."""

    def __init__(self, port: int, url: str) -> None:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json", timeout=10) as reply:
            pages = json.load(reply)
        (page,) = (one for one in pages if one["url"] == url)
        self._socket = websocket.create_connection(
            page["webSocketDebuggerUrl"], suppress_origin=True
        )
        self._count = 0
        threading.Thread(target=self._drain, daemon=True).start()

    def _drain(self) -> None:
        with contextlib.suppress(websocket.WebSocketException, OSError):
            while self._socket.recv():
                pass

    def _send(self, kind: str, x: float, y: float, *, held: bool, clicks: int = 0) -> None:
        self._count += 1
        event = {"type": kind, "x": x, "y": y, "buttons": int(held), "clickCount": clicks}
        event["button"] = "left" if held or clicks else "none"
        message = {"id": self._count, "method": "Input.dispatchMouseEvent", "params": event}
        self._socket.send(json.dumps(message))

    def stroke(self, x: float, y: float, width: float) -> None:
        """Draw a line to the right in one second."""
        self._send("mouseMoved", x, y, held=False)
        self._send("mousePressed", x, y, held=True, clicks=1)
        begin = time.perf_counter()
        for i in range(1, MOVES + 1):
            time.sleep(max(0.0, begin + i / HERTZ - time.perf_counter()))
            self._send("mouseMoved", x + width * i / MOVES, y, held=True)
        self._send("mouseReleased", x + width, y, held=False, clicks=1)

    def close(self) -> None:
        """Let go of the socket."""
        self._socket.close()


@contextlib.contextmanager
def far_away(port: int) -> Iterator[int]:
    """A port that leads to another one, every byte `DELAY_S` later, in both directions."""
    own = laboratory.free_port()
    process = subprocess.Popen([sys.executable, __file__, "--proxy", str(own), str(port)])
    try:
        yield own
    finally:
        process.terminate()
        process.wait(5)


async def delay(own: int, port: int) -> None:
    """Be that port."""
    loop = asyncio.get_running_loop()

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        on_the_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

        async def receive() -> None:
            data = b"any"
            while data:
                try:
                    data = await reader.read(65536)
                except OSError:
                    data = b""
                on_the_way.put_nowait((loop.time() + DELAY_S, data))

        receiving = asyncio.create_task(receive())
        with contextlib.suppress(OSError):
            while True:
                due, data = await on_the_way.get()
                await asyncio.sleep(max(0.0, due - loop.time()))
                if not data:
                    break
                writer.write(data)
                await writer.drain()
        receiving.cancel()
        writer.close()

    async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(pump(reader, there[1]), pump(there[0], writer))

    async with await asyncio.start_server(connect, "127.0.0.1", own) as server:
        await server.serve_forever()


def measure(lab: laboratory.Lab, debug: int, kind: str, place: str) -> dict[str, Any]:
    """One row: draw some strokes and see when they are there."""
    code, stage, canvases = KINDS[kind]
    with lab.in_use():
        notebook = lab.notebook([code, f"import time; time.sleep({BUSY_S})"])
        page = notebook.page
        if "Error" in (said := notebook.run(0)):
            raise RuntimeError(said)
        page.wait_for_function(
            "css => [...document.querySelectorAll(css)].some(one => one.clientWidth > 300)",
            arg=stage,
        )
        page.evaluate("() => new Promise(requestAnimationFrame)")
        page.evaluate("([css, color]) => inkProbe.begin(css, color)", [canvases, COLOR])
        frame = notebook.locator(0, stage.rpartition(" ")[2]).first.bounding_box()
        if not frame:
            raise RuntimeError(f"{kind} shows nothing")
        mouse = Mouse(debug, page.url)
        nothing_waits = "() => !inkProbe.wait.length && inkProbe.late.length"

        def stroke(row: int) -> None:
            mouse.stroke(frame["x"] + 50, frame["y"] + 40 + 40 * row, frame["width"] - 100)

        stroke(0)
        with contextlib.suppress(laboratory.BrowserTimeoutError):
            page.wait_for_function(nothing_waits, timeout=10_000)
        settle(notebook, 1)
        page.evaluate("() => inkProbe.reset()")
        strokes = STROKES[place]
        if place == "busy":
            notebook.start(1)
            page.evaluate("() => inkProbe.reset()")
        for row in range(1, strokes + 1):
            stroke(row)
        if place == "busy":
            notebook.wait(1)
        with contextlib.suppress(laboratory.BrowserTimeoutError):
            page.wait_for_function(nothing_waits, timeout=10_000)
        seen = page.evaluate("() => inkProbe")
        counts = settle(notebook, strokes + 1)[1:]
        mouse.close()
    late = sorted(seen["late"])
    return {
        "median": statistics.median(late),
        "p95": late[int(len(late) * 0.95)],
        "frame": sorted(seen["frames"])[int(len(seen["frames"]) * 0.95)],
        "never": len(seen["wait"]),
        "lost": strokes * (MOVES + 1) - sum(counts),
        "up": seen["up"] / strokes,
        "up_kB": seen["upBytes"] / strokes / 1000,
        "down": seen["down"] / strokes,
        "down_kB": seen["downBytes"] / strokes / 1000,
    }


def settle(notebook: laboratory.Notebook, strokes: int) -> list[int]:
    """Wait until Python has all strokes; return how many points each has."""
    counts: list[int] = []
    for _ in range(100):
        before, counts = counts, json.loads(notebook.evaluate("count()"))
        if len(counts) >= strokes and counts == before:
            break
    return counts


def main() -> None:
    """Measure and print all rows."""
    found = subprocess.run(
        [sys.executable, ROOT / "scripts" / "chromium.py"],
        capture_output=True,
        text=True,
        check=True,
    )
    debug = laboratory.free_port()
    laboratory.BROWSER_FLAGS.append(f"--remote-debugging-port={debug}")
    header = (
        f"{'pointer to pixel':<32}{'median':>9}{'p95':>9}{'frame p95':>12}{'never':>7}{'lost':>6}"
    )
    print(header + f"{'up/stroke':>18}{'down/stroke':>18}")
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        laboratory.Lab(found.stdout.strip(), Path(folder)).running() as lab,
    ):
        near = lab.port
        with lab.in_use():
            lab.context.add_init_script(PROBE)
        with far_away(near) as far:
            for kind in KINDS:
                for place in STROKES:
                    lab.port = far if "away" in place else near
                    row = measure(lab, debug, kind, place)
                    print(
                        f"{kind + ', ' + place:<32}"
                        f"{row['median']:>6.1f} ms{row['p95']:>6.1f} ms{row['frame']:>9.1f} ms"
                        f"{row['never']:>7}{row['lost']:>6}"
                        f"{row['up']:>8.1f} {row['up_kB']:>6.1f} kB"
                        f"{row['down']:>8.1f} {row['down_kB']:>6.1f} kB",
                        flush=True,
                    )


if __name__ == "__main__":
    if "--proxy" in sys.argv:
        asyncio.run(delay(*map(int, sys.argv[-2:])))
    else:
        main()
