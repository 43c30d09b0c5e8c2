"""Other pages than JupyterLab: Notebook 7, and Voilà, which comes after all cells ran."""

import contextlib
import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path

import nbformat
import pytest
from lab import KERNEL_READY, POLL_MS, Lab, Notebook, free_port, new_notebook
from playwright.sync_api import Locator, Page


class Dashboard:
    """A Voilà page, in the place of a notebook: there are no cells."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def locator(self, _cell: int, css: str) -> Locator:
        """Find something on the page."""
        return self.page.locator(css)


@contextlib.contextmanager
def notebook_7(lab: Lab, folder: Path, cells: Sequence[str]) -> Iterator[Notebook]:
    """Open these cells in Notebook 7."""
    root = folder / "root"
    root.mkdir()
    nbformat.write(new_notebook(cells), root / "notebook.ipynb")
    port, token = free_port(), secrets.token_hex(16)
    here = f"http://127.0.0.1:{port}"
    command = [
        *("notebook", "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1"),
        *(f"--ServerApp.port={port}", "--ServerApp.port_retries=0"),
        *(f"--ServerApp.root_dir={root}", f"--IdentityProvider.token={token}"),
        "--JupyterNotebookApp.expose_app_in_browser=True",
    ]
    with _server(folder, *command, check=f"{here}/api/status?token={token}"):
        page = lab.context.new_page()
        page.goto(f"{here}/notebooks/notebook.ipynb?token={token}")
        page.wait_for_function(KERNEL_READY, polling=POLL_MS, timeout=60_000)
        notebook = Notebook(lab, page, root / "notebook.ipynb")
        try:
            yield notebook
        finally:
            notebook.close()


@contextlib.contextmanager
def voila(lab: Lab, folder: Path, cell: str) -> Iterator[Dashboard]:
    """Open what a cell shows as a Voilà page."""
    file = folder / "page.ipynb"
    nbformat.write(new_notebook([cell]), file)
    port = free_port()
    here = f"http://127.0.0.1:{port}"
    command = ["voila", str(file), "--no-browser", f"--port={port}", "--Voila.ip=127.0.0.1"]
    with _server(folder, *command, check=f"{here}/voila/nothing"):
        page = lab.context.new_page()
        try:
            page.goto(here, wait_until="domcontentloaded", timeout=60_000)
            yield Dashboard(page)
        finally:
            page.close()


@contextlib.contextmanager
def _server(folder: Path, *command: str, check: str) -> Iterator[None]:
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
