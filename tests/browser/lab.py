"""JupyterLab in a real browser, driven through its application object rather than its buttons.

`Lab` owns one server and one browser for a whole test session; `Lab.notebook` opens a notebook
with a kernel of its own. Everything waits for a condition, nothing for a fixed time.
"""

import asyncio
import contextlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

import nbformat
from playwright.sync_api import BrowserContext, Locator, Page, Playwright, sync_playwright
from playwright.sync_api import TimeoutError as BrowserTimeoutError

SCREENSHOTS = Path(__file__).parents[2] / "artifacts" / "screenshots"
VIEWPORT = {"width": 1280, "height": 1300}
TALLEST_SCREENSHOT = 12_000
POLL_MS = 50

BROWSER_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

SETTINGS: dict[str, dict[str, Any]] = {
    # no pop-up that asks about news
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    # a file on disk changes only when a test saves
    "@jupyterlab/docmanager-extension:plugin": {"autosave": False},
    # every cell is laid out at any time, so that one can be found, clicked and photographed
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none", "scrollPastEnd": False},
}

# What the page is asked. `panel` and `kernel` are those of the one notebook that it shows.
PRELUDE = """
const app = window.jupyterapp;
const panel = app && app.shell.currentWidget;
const session = panel && panel.sessionContext && panel.sessionContext.session;
const kernel = session && session.kernel;
"""
CELLS_SHOWN = "panel && panel.content && panel.content.widgets && panel.content.widgets.length"
KERNEL_READY = f"""() => {{ {PRELUDE}
  return !!({CELLS_SHOWN} && kernel && kernel.status === 'idle'
            && kernel.connectionStatus === 'connected'); }}"""
NO_KERNEL_SHOWN = f"""() => {{ {PRELUDE}
  return !!({CELLS_SHOWN} && panel.context.isReady && panel.sessionContext.isReady
            && !kernel); }}"""
OPEN_WITHOUT_KERNEL = f"""async path => {{ {PRELUDE}
  const preference = app.docRegistry.getKernelPreference.bind(app.docRegistry);
  app.docRegistry.getKernelPreference = (...asked) => ({{ ...preference(...asked),
    shouldStart: false, canStart: false, shouldReuse: false, autoStartDefault: false }});
  await app.commands.execute('docmanager:open', {{ path, factory: 'Notebook' }}); }}"""
# The promises of all started cells are kept by the page: `wait` asks for them later.
START = f"""i => {{ {PRELUDE}
  const cell = panel.content.widgets[i];
  panel.content.deselectAll();
  panel.content.activeCellIndex = i;
  cell.model.executionCount = null;
  window.startedCells = window.startedCells || {{}};
  window.startedCells[i] = app.commands.execute('notebook:run-cell'); }}"""
STARTED = f"""i => {{ {PRELUDE}
  const cell = panel.content.widgets[i];
  return cell.model.type !== 'code' || cell.model.executionCount !== null
         || cell.promptNode.textContent.includes('*'); }}"""
RUN_ALL = f"""() => {{ {PRELUDE}
  window.startedCells = {{ all: app.commands.execute('notebook:run-all-cells') }}; }}"""
FINISHED = """async ([which, milliseconds]) => {
  const late = new Promise(done => setTimeout(() => done(false), milliseconds));
  return await Promise.race([window.startedCells[which].then(() => true), late]); }"""
OUTPUTS = f"i => {{ {PRELUDE} return panel.content.model.cells.get(i).outputs.toJSON(); }}"
EXECUTE = f"""async ([code, milliseconds]) => {{ {PRELUDE}
  const asked = kernel.requestExecute({{ code, silent: false, store_history: false,
                                         allow_stdin: false, stop_on_error: false }});
  let said = '';
  asked.onIOPub = ({{ header, content }}) => {{
    if (header.msg_type === 'stream') said += content.text;
    if (header.msg_type === 'error') said += `${{content.ename}}: ${{content.evalue}}`;
    if (header.msg_type === 'execute_result') said += content.data['text/plain']; }};
  const late = new Promise(done => setTimeout(() => done(false), milliseconds));
  return await Promise.race([asked.done.then(() => said), late]); }}"""
COMPLETE = f"""async ([code, cursor_pos]) => {{ {PRELUDE}
  return (await kernel.requestComplete({{ code, cursor_pos }})).content.matches; }}"""
INTERRUPT = f"async () => {{ {PRELUDE} await kernel.interrupt(); }}"
SAVE = f"async () => {{ {PRELUDE} await panel.context.save(); }}"
SHUT_DOWN = f"async () => {{ {PRELUDE} if (session) await panel.sessionContext.shutdown(); }}"
HIDDEN_HEIGHT = f"""async () => {{ {PRELUDE}
  app.shell.collapseLeft();
  await document.fonts.ready;
  await Promise.all([...panel.node.querySelectorAll('img')].map(image => image.decode()
    .catch(() => null)));
  await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
  const scroller = panel.node.querySelector('.jp-WindowedPanel-outer');
  return scroller.scrollHeight - scroller.clientHeight; }}"""


class Notebook:
    """One notebook in one page, with a kernel unless it was reopened without one."""

    def __init__(self, lab: "Lab", page: Page, file: Path) -> None:
        self.lab = lab
        self.page = page
        self.file = file

    def run(self, index: int, timeout: float = 60) -> str:
        """Run a cell, wait until it is done and return its text; an exception is in the text."""
        self.page.evaluate(START, index)
        self.wait(index, timeout)
        return self.text(index)

    def start(self, index: int) -> None:
        """Start a cell and return as soon as the notebook shows that it runs or is queued."""
        self.page.evaluate(START, index)
        self.page.wait_for_function(STARTED, arg=index, polling=POLL_MS)

    def wait(self, index: int, timeout: float = 60) -> None:
        """Wait for a cell that was started."""
        if not self.page.evaluate(FINISHED, [index, timeout * 1000]):
            shown = self.text(index) or "nothing"
            raise TimeoutError(f"cell {index} is not done after {timeout} s; it shows: {shown}")

    def run_all(self, timeout: float = 120) -> None:
        """Run all cells as "Run All" does, and wait for the last."""
        self.page.evaluate(RUN_ALL)
        if not self.page.evaluate(FINISHED, ["all", timeout * 1000]):
            raise TimeoutError(f"the notebook is not done after {timeout} s")

    def outputs(self, index: int) -> list[dict[str, Any]]:
        """Return the outputs of a code cell as the file format writes them."""
        return self.page.evaluate(OUTPUTS, index)

    def text(self, index: int) -> str:
        """Return what a code cell shows, as text: streams, errors, and text/plain of the rest."""

        def words(output: dict[str, Any]) -> str:
            if output["output_type"] == "stream":
                return "".join(output["text"])
            if output["output_type"] == "error":
                return f"{output['ename']}: {output['evalue']}"
            return "".join(output["data"].get("text/plain", ""))

        return "".join(map(words, self.outputs(index)))

    def evaluate(self, code: str, timeout: float = 60) -> str:
        """Run code beside the notebook; return what it printed, its error and its result.

        The kernel takes it in turn, so not while a cell runs.
        """
        said = self.page.evaluate(EXECUTE, [code, timeout * 1000])
        if said is False:
            raise TimeoutError(f"the kernel did not answer within {timeout} s: {code}")
        return said.strip()

    def complete(self, code: str, cursor: int | None = None) -> list[str]:
        """Return what the kernel offers for Tab at the cursor (default: the end)."""
        return self.page.evaluate(COMPLETE, [code, len(code) if cursor is None else cursor])

    def locator(self, index: int, css: str) -> Locator:
        """Find something in what a cell shows."""
        cell = self.page.locator(".jp-Notebook .jp-Cell").nth(index)
        return cell.locator(".jp-Cell-outputWrapper").locator(css)

    def interrupt(self) -> None:
        """Press Stop."""
        self.page.evaluate(INTERRUPT)

    def restart(self) -> None:
        """Restart the kernel; the page stays."""
        self.page.evaluate(f"async () => {{ {PRELUDE} await kernel.restart(); }}")

    def save(self) -> dict[str, Any]:
        """Save, and return the notebook as it is on disk."""
        self.page.evaluate(SAVE)
        return json.loads(self.file.read_text(encoding="utf-8"))

    def screenshot(self, name: str) -> Path:
        """Photograph the whole notebook into artifacts/screenshots/ and return the file."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        path = SCREENSHOTS / f"{name}.png"
        before = self.page.viewport_size or VIEWPORT
        height = before["height"]
        while (hidden := self.page.evaluate(HIDDEN_HEIGHT)) > 0 and height < TALLEST_SCREENSHOT:
            height = min(height + hidden, TALLEST_SCREENSHOT)
            self.page.set_viewport_size({"width": before["width"], "height": height})
        self.page.locator(".jp-NotebookPanel").screenshot(path=path)
        self.page.set_viewport_size(before)
        return path

    def reload(self) -> None:
        """Save, and load the page again; the kernel goes on."""
        self.save()
        self.page.reload(wait_until="domcontentloaded")
        self.page.wait_for_function(KERNEL_READY, polling=POLL_MS, timeout=90_000)

    def reopen_without_kernel(self) -> "Notebook":
        """Save, and open the file in a new page as someone does who starts no kernel."""
        self.save()
        return self.lab.open(self.file, kernel=False)

    def close(self) -> None:
        """Stop the kernel and close the page."""
        with contextlib.suppress(Exception):  # a page that a test broke is closed all the same
            self.page.evaluate(SHUT_DOWN)
        self.page.close()


class Lab:
    """A JupyterLab server and a browser, both with nothing of the person who runs the tests."""

    def __init__(self, chromium: str, folder: Path) -> None:
        self.chromium = chromium
        self.folder = folder
        self.root = folder / "root"
        self.token = secrets.token_hex(16)
        self.port = free_port()
        self._server: subprocess.Popen[bytes] | None = None
        self._playwright: Playwright | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._opened: list[Notebook] = []
        self._count = 0
        self.context: BrowserContext

    # ---- for tests

    def notebook(self, cells: Sequence[str] | Path, env: dict[str, str] | None = None) -> Notebook:
        """Open a new notebook with these code cells, or a copy of a stored one with its folder.

        Its kernel has an empty IPYWANX_HOME of its own, and the given environment on top.
        """
        self._count += 1
        place = self.root / f"{self._count:03}"
        if isinstance(cells, Path):
            ignored = shutil.ignore_patterns(".ipynb_checkpoints", "__pycache__")
            shutil.copytree(cells.parent, place, ignore=ignored)
            file = place / cells.name
        else:
            place.mkdir(parents=True)
            file = place / "notebook.ipynb"
            nbformat.write(new_notebook(cells), file)
        notebook = self.open(file)
        variables = {"IPYWANX_HOME": str(self.folder / f"home-{self._count:03}"), **(env or {})}
        said = notebook.evaluate(f"import os; os.environ.update({variables!r}); del os")
        if said:
            raise RuntimeError(f"the kernel does not run code: {said}")
        return notebook

    def open(self, file: Path, *, kernel: bool = True) -> Notebook:
        """Show a notebook of this server in a new page and wait until it can be used."""
        page = self.context.new_page()
        notebook = Notebook(self, page, file)
        self._opened.append(notebook)
        path = file.relative_to(self.root).as_posix()
        tree = f"/tree/{quote(path)}" if kernel else ""
        page.goto(
            f"http://127.0.0.1:{self.port}/lab{tree}?token={self.token}&reset",
            wait_until="domcontentloaded",
        )
        try:
            if kernel:
                page.wait_for_function(KERNEL_READY, polling=POLL_MS, timeout=90_000)
            else:
                page.wait_for_function(
                    "() => window.jupyterapp && document.querySelector('.jp-Launcher')",
                    polling=POLL_MS,
                    timeout=90_000,
                )
                page.evaluate(OPEN_WITHOUT_KERNEL, path)
                page.wait_for_function(NO_KERNEL_SHOWN, polling=POLL_MS, timeout=90_000)
        except BrowserTimeoutError as error:
            raise RuntimeError(f"{path} did not open; {self._last_words()}") from error
        return notebook

    # ---- for the fixtures

    @contextlib.contextmanager
    def in_use(self) -> Iterator[None]:
        """Let Playwright work inside, and asyncio.run in other tests outside.

        Playwright keeps an event loop marked as running in this thread from its start to its stop.
        """
        asyncio._set_running_loop(self._loop)
        try:
            yield
        finally:
            for notebook in self._opened:
                notebook.close()
            self._opened.clear()
            self._loop = asyncio._get_running_loop()
            asyncio._set_running_loop(None)

    @contextlib.contextmanager
    def running(self) -> Iterator[Self]:
        """Begin, and end whatever happens inside."""
        try:
            self.begin()
            yield self
        finally:
            self.end()

    def begin(self) -> None:
        """Start the server and, while it comes up, the browser."""
        self._start_server()
        with self.in_use():
            self._playwright = sync_playwright().start()
            browser = self._playwright.chromium.launch(
                executable_path=self.chromium, headless=True, args=BROWSER_FLAGS
            )
            self.context = browser.new_context(viewport=VIEWPORT)
        self._wait_for_server()

    def end(self) -> None:
        """Stop both."""
        with self.in_use():
            if self._playwright:
                self._playwright.stop()
        if self._server and self._server.poll() is None:
            os.killpg(self._server.pid, signal.SIGTERM)
            try:
                self._server.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(self._server.pid, signal.SIGKILL)

    def _start_server(self) -> None:
        self._prepare()
        with self._log.open("wb") as log:
            self._server = subprocess.Popen(
                self._command(),
                env=self._variables(),
                cwd=self.root,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _prepare(self) -> None:
        self.root.mkdir(parents=True)
        overrides = self.folder / "config" / "labconfig" / "default_setting_overrides.json"
        overrides.parent.mkdir(parents=True)
        overrides.write_text(json.dumps(SETTINGS), encoding="utf-8")

    def _command(self) -> list[str]:
        return [
            *(sys.executable, "-m", "jupyterlab", *self._options()),
            f"--ServerApp.root_dir={self.root}",
            "--ServerApp.iopub_msg_rate_limit=100000",
        ]

    def _options(self) -> list[str]:
        return [
            *("--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1"),
            *(f"--ServerApp.port={self.port}", "--ServerApp.port_retries=0"),
            f"--IdentityProvider.token={self.token}",
            "--LabApp.expose_app_in_browser=True",
        ]

    def _variables(self) -> dict[str, str]:
        foreign = ("DASHSCOPE_", "IPYWANX_", "JUPYTER", "IPYTHON", "XDG_")
        env = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        for name, folder in {
            "HOME": "home",
            "JUPYTER_CONFIG_DIR": "config",
            "JUPYTER_DATA_DIR": "data",
            "JUPYTER_RUNTIME_DIR": "runtime",
            "IPYTHONDIR": "ipython",
            "IPYWANX_HOME": "ipywanx",
        }.items():
            env[name] = str(self.folder / folder)
            (self.folder / folder).mkdir(parents=True, exist_ok=True)
        return env | {"LANGUAGE": "en"}

    def _wait_for_server(self) -> None:
        url = f"http://127.0.0.1:{self.port}/api/status?token={self.token}"
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        deadline = time.monotonic() + 60
        while True:
            try:
                opener.open(url, timeout=5).close()
            except OSError:  # refused, or too early to answer
                if time.monotonic() > deadline or self._server.poll() is not None:
                    raise RuntimeError(f"JupyterLab did not start; {self._last_words()}") from None
                time.sleep(POLL_MS / 1000)
            else:
                return

    @property
    def _log(self) -> Path:
        return self.folder / "server.log"

    def _last_words(self) -> str:
        lines = self._log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "the server's last words:\n" + "\n".join(lines[-15:])


def new_notebook(cells: Sequence[str]) -> nbformat.NotebookNode:
    """Make a notebook of code cells for the Python kernel."""
    return nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source) for source in cells],
        metadata={
            "kernelspec": {
                "name": "python3",
                "display_name": "Python 3 (ipykernel)",
                "language": "python",
            },
            "language_info": {"name": "python"},
        },
    )


def free_port() -> int:
    """Return a port of 127.0.0.1 that is free at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
