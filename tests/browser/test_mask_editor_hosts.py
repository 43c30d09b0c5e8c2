"""The mask editor outside of JupyterLab: in Notebook 7 and in a Voilà page."""

import contextlib
import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from hand import BUSY, SETUP, Hand
from lab import KERNEL_READY, POLL_MS, Lab, Notebook, free_port, new_notebook
from playwright.sync_api import Locator, Page

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

LABEL = """
import ipywidgets
label = ipywidgets.Label("nothing yet")
def tell(change):
    label.value = f"area {change['new']['area']:.4f}"
editor.observe(tell, "state")
ipywidgets.VBox([editor, label])
"""


@contextlib.contextmanager
def server(folder: Path, *command: str, check: str) -> Iterator[None]:
    """Run one of Jupyter's servers with nothing of the person who runs the tests."""
    foreign = ("DASHSCOPE_", "IPYWANX_", "JUPYTER", "IPYTHON", "XDG_")
    env = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    for name in ("HOME", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR"):
        (folder / name).mkdir()
        env[name] = str(folder / name)
    env["LANGUAGE"] = "en"
    env["IPYTHONDIR"] = env["IPYWANX_HOME"] = env["HOME"]
    log = folder / "server.log"
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", *command],
            env=env,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        deadline = time.monotonic() + 60
        while True:
            try:
                opener.open(check, timeout=20).close()
                break
            except urllib.error.HTTPError:  # it answers, if only that there is no such thing
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > deadline:
                    words = log.read_text(encoding="utf-8", errors="replace")
                    pytest.fail(f"the server did not start:\n{words[-2000:]}")
                time.sleep(POLL_MS / 1000)
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def test_notebook_7(lab: Lab, tmp_path: Path):
    """In Notebook 7 strokes reach the mask, and ink is there at once while a cell runs."""
    root = tmp_path / "root"
    root.mkdir()
    nbformat.write(new_notebook([SETUP, BUSY]), root / "notebook.ipynb")
    port, token = free_port(), secrets.token_hex(16)
    here = f"http://127.0.0.1:{port}"
    command = [
        *("notebook", "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1"),
        *(f"--ServerApp.port={port}", "--ServerApp.port_retries=0"),
        *(f"--ServerApp.root_dir={root}", f"--IdentityProvider.token={token}"),
        "--JupyterNotebookApp.expose_app_in_browser=True",
    ]
    with server(tmp_path, *command, check=f"{here}/api/status?token={token}"):
        page = lab.context.new_page()
        page.goto(f"{here}/notebooks/notebook.ipynb?token={token}")
        page.wait_for_function(KERNEL_READY, polling=POLL_MS, timeout=60_000)
        notebook = Notebook(lab, page, root / "notebook.ipynb")
        try:
            assert "Error" not in notebook.run(0)
            hand = Hand(notebook)
            hand.draw((100, 100), (700, 100))
            hand.has("empty.stroke([(100, 100), (700, 100)], 10)")
            notebook.start(1)
            hand.press(100, 500)
            hand.move(700, 500)
            assert hand.ink_at(690, 500)
            page.mouse.up()
            notebook.wait(1)
            hand.has(
                "empty.stroke([(100, 100), (700, 100)], 10).stroke([(100, 500), (700, 500)], 10)"
            )
        finally:
            notebook.close()


class Dashboard:
    """A Voilà page, for a hand: there are no cells."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def locator(self, _cell: int, css: str) -> Locator:
        """Find something on the page."""
        return self.page.locator(css)


def test_voila(lab: Lab, tmp_path: Path):
    """On a Voilà page, which comes after all cells ran, the picture is there and strokes arrive."""
    file = tmp_path / "page.ipynb"
    nbformat.write(new_notebook([SETUP.removesuffix("editor\n") + LABEL]), file)
    port = free_port()
    here = f"http://127.0.0.1:{port}"
    command = ["voila", str(file), "--no-browser", f"--port={port}", "--Voila.ip=127.0.0.1"]
    with server(tmp_path, *command, check=f"{here}/voila/nothing"):
        page = lab.context.new_page()
        try:
            page.goto(here, wait_until="domcontentloaded", timeout=60_000)
            hand = Hand(Dashboard(page))
            shown = """node => node.querySelector('.wanx-picture canvas').getContext('2d')
              .getImageData(400, 300, 1, 1).data[0] > 150"""
            page.wait_for_function(shown, arg=hand.stage.element_handle(), timeout=10_000)
            assert hand.color(400, 300) == pytest.approx((170, 30, 30), abs=12)
            hand.draw((100, 100), (700, 100))
            wanted = (600 * 20 + 3.14 * 10**2) / (800 * 600)
            label = page.locator(".widget-label", has_text="area")
            label.wait_for(timeout=10_000)
            assert float(label.inner_text().split()[1]) == pytest.approx(wanted, rel=0.05)
            hand.settle()
            assert hand.color(600, 100) == pytest.approx((207, 121, 166), abs=12)
        finally:
            page.close()
