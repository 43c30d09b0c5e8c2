"""Does the key stay where it belongs? A whole working day with a key that is then looked for.

A notebook with widgets runs in a real kernel against an engine over HTTP: every command, every
kind of error with verbose tracebacks, debug logs. Then everything that was written anywhere is
searched for the key, plain and encoded; and every request is looked at for where the key went.
"""

from __future__ import annotations

import base64
import contextlib
import gzip
import io
import json
import logging
import os
import socket
import sqlite3
import threading
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import nbclient
import nbformat
import pytest
import uvicorn
from PIL import Image

from ipywanx.engine.app import create_app
from ipywanx.engine.options import EngineOptions
from ipywanx.engine.serve import configure

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("canary")]  # one day for all of it

SECRET = "q7Zx9Kd2Vw5Tn8Rb4Ym1Lc6Pf3Gh0JsA"
KEY = f"sk-canary-{SECRET}"
WINDOW = 8
"""So many letters in a row are a leak, too: a key must not be told in part."""

# ---- looking for the key --------------------------------------------------------------------


def forms(key: str) -> dict[str, set[bytes]]:
    """What the key can look like, by the name of the form."""
    plain = key.encode()
    percent = "".join(f"%{byte:02x}" for byte in plain)
    return {
        "plain": {key[at : at + WINDOW].encode() for at in range(len(key) - WINDOW + 1)},
        "percent-encoded": {percent.encode(), percent.upper().encode()},
        # With 0, 1 or 2 bytes before it; the edges depend on the neighbours and are left out.
        "base64": {
            base64.b64encode(b"x" * before + plain)[4 if before else 0 : -4] for before in range(3)
        }
        | {
            base64.urlsafe_b64encode(b"x" * before + plain)[4 if before else 0 : -4]
            for before in range(3)
        },
        "hex": {plain.hex().encode(), plain.hex().upper().encode(), plain.hex(" ").encode()},
        "reversed": {plain[::-1]},
        "UTF-16": {key.encode("utf-16-le")},
        "JSON escapes": {"".join(f"\\u{ord(letter):04x}" for letter in key).encode()},
    }


FORMS = forms(SECRET)


def leaks(data: bytes) -> list[str]:
    """The forms in which the key is in some bytes, also packed ones."""
    found = [name for name, texts in FORMS.items() if any(text in data for text in texts)]
    for unpack in (gzip.decompress, zlib.decompress):
        with contextlib.suppress(OSError, EOFError, zlib.error):
            found += leaks(unpack(data)) if data else []
    return found


def leaks_of_file(path: Path) -> list[str]:
    """The same for a file, with a picture's words and a database's rows."""
    data = path.read_bytes()
    found = leaks(data) + leaks(path.name.encode())
    if data.startswith(b"\x89PNG"):
        with Image.open(path) as image:
            image.load()
            found += leaks(repr(image.info).encode())
    if data.startswith(b"SQLite format 3"):
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            found += leaks("\n".join(database.iterdump()).encode())
    return found


def search(folder: Path) -> dict[str, list[str]]:
    """The files below a folder in which the key is, with its forms."""
    files = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return {str(path): found for path in files if (found := leaks_of_file(path))}


@pytest.mark.parametrize("form", FORMS)
def test_the_search_finds_every_form(form, tmp_path):
    """A key that was hidden in a text, a database, a PNG or a packed file would be found."""
    for text in FORMS[form]:
        assert form in leaks(b"before " + text + b" after")
        assert form in leaks(gzip.compress(text))
    (tmp_path / "x").write_bytes(b"\0" * 5000 + next(iter(FORMS[form])))
    assert search(tmp_path) == {str(tmp_path / "x"): [form]}


def test_the_search_reads_databases_and_pictures(tmp_path):
    """Also a row of SQLite and a compressed chunk of a PNG."""
    from PIL.PngImagePlugin import PngInfo

    with contextlib.closing(sqlite3.connect(tmp_path / "a.sqlite")) as database:
        database.execute("CREATE TABLE t (x)")
        database.execute("INSERT INTO t VALUES (?)", ("y" * 4080 + KEY,))  # over a page's end
        database.commit()
    info = PngInfo()
    info.add_text("note", "word " * 50 + KEY, zip=True)
    Image.new("L", (1, 1)).save(tmp_path / "a.png", pnginfo=info)
    assert len(search(tmp_path)) == 2
    for before in range(3):
        assert "base64" in leaks(base64.b64encode(b"x" * before + KEY.encode() + b"yyy"))


# ---- the working day ------------------------------------------------------------------------


class Seen(NamedTuple):
    """One request that reached the engine."""

    method: str
    path: str
    query: bytes
    headers: dict[bytes, bytes]
    body: bytes


@contextlib.contextmanager
def engine(*faults: str) -> Iterator[tuple[str, list[Seen]]]:
    """An engine that requires the key, over HTTP: its base URL, and every request as it came."""
    listener = socket.create_server(("127.0.0.1", 0))
    base_url = f"http://127.0.0.1:{listener.getsockname()[1]}/api/v1"
    app = create_app(EngineOptions(base_url=base_url, key=KEY, faults=faults))
    seen: list[Seen] = []

    async def recorded(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        one = Seen(
            scope["method"], scope["path"], scope["query_string"], dict(scope["headers"]), b""
        )
        seen.append(one)
        at = len(seen) - 1

        async def counted() -> Any:
            message = await receive()
            seen[at] = seen[at]._replace(body=seen[at].body + message.get("body", b""))
            return message

        # Scripted drops close the connection, which they find behind `receive`.
        counted.__self__ = receive.__self__  # type: ignore[attr-defined]
        await app(scope, counted, send)

    server = uvicorn.Server(configure(recorded))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield base_url, seen
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        listener.close()
        app.state.engine.close()


CREATE_FAULTS = (
    "401",
    "403",
    "400",
    "413",
    "Arrearage",
    "DataInspectionFailed",
    "retry-after=999",
    "html502",
    "drop",
    "drop-after",
)
"""What becomes of the first creates, in turn."""
FAULTS = (
    *(f"create:{fault}*1" for fault in CREATE_FAULTS),
    "query:500*1",
    "query:html502*1",
    "download:500*1",
    "task:FAILED*1",
    "task:partial*1",
)

CELLS = [
    "%load_ext ipywanx",
    "%xmode Verbose",
    """\
import logging, numpy as np, ipywanx as wx
from PIL import Image
logging.basicConfig(level=logging.DEBUG, filename="debug.log")
logging.getLogger().addHandler(logging.StreamHandler())
photo = Image.new("RGB", (512, 512), "teal")
noise = np.random.default_rng(1).integers(0, 256, (512, 512, 3), dtype=np.uint8)
large = Image.fromarray(noise)""",
    "%wanx config",
    "%wanx config key",
    "%wanx expand photo -p 猫 --left-scale 1.5 --dry-run",
    # Every refusal twice: by a magic, in one line, and by a call, with all variables of all frames.
    *(
        "%wanx super_resolution photo" if number % 2 else 'wx.edit("super_resolution", photo)'
        for number in range(len(CREATE_FAULTS))
    ),
    'wx.edit("super_resolution", photo)  # the task fails',
    "%wanx super_resolution photo -n 2 -o result",
    "result",
    "%%wanx expand large --left-scale 1.5 -o wide\n一位绿色仙子",
    'wide.save("out")',
    "job = wx.submit('super_resolution', large); job",
    "await job",
    "%wanx super_resolution photo --background",
    "again = wx.resume(job.task_id).result(30); again",
    "%wanx resume nobody-knows-this-task",
    "%wanx cancel nobody-knows-this-task",
    "%wanx mask photo -o painter",
    "%wanx jobs",
    "wx.jobs()",
    "%wanx history",
    "%wanx history 仙子 --export written",
    "wx.recall(wide.files[0])",
    "wx.recall('nowhere.png')",
    "%wanx resume",
    "%wanx cost",
    "%wanx functions",
    "%wanx help expand",
    "%wanx nonsense photo",
    "wx.edit('expand', photo, '')",
    "wx.edit('expand', 'nowhere.png', 'x')",
    """\
from ipywanx.session import current
from pprint import pprint
session = current()
asked = session._dispatcher.client
kept = wx.history()
for thing in (session, session.settings, session.archive, asked, asked.files, job, result, kept):
    print(thing, repr(thing), f"{thing}")
    with __import__("contextlib").suppress(TypeError):
        pprint(vars(thing))
print(session.describe(), session.engine)""",
    "%whos",
    "%env IPYWANX_OFFLINE=2\nwx.edit('super_resolution', photo)",
    "wx.edit('super_resolution', photo)",
    "%tb",
    "%env IPYWANX_OFFLINE=1\nwx.edit('super_resolution', photo)",
]


class Day(NamedTuple):
    """What a working day left behind."""

    notebook: Any
    seen: list[Seen]
    folder: Path
    log: str


@contextlib.contextmanager
def logged_to(stream: io.StringIO) -> Iterator[None]:
    """Write all that is logged in this process, the engine's, down to DEBUG."""
    handler, root = logging.StreamHandler(stream), logging.getLogger()
    before = root.level
    root.setLevel(logging.DEBUG)
    root.addHandler(handler)
    yield
    root.removeHandler(handler)
    root.setLevel(before)


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Day:
    """Run the notebook once, for all tests here, in a folder that holds all that it writes."""
    folder = tmp_path_factory.mktemp("day")
    for name in ("work", "home", "temp"):
        (folder / name).mkdir()
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source) for source in CELLS]
    )
    log = io.StringIO()
    with (
        engine(*FAULTS) as (base_url, seen),
        pytest.MonkeyPatch.context() as patch,
        logged_to(log),
    ):
        for name, value in {
            "DASHSCOPE_API_KEY": KEY,
            "DASHSCOPE_HTTP_BASE_URL": base_url,
            "IPYWANX_HOME": str(folder / "home" / "ipywanx"),
            "HOME": str(folder / "home"),
            "IPYTHONDIR": str(folder / "home" / "ipython"),
            "TMPDIR": str(folder / "temp"),
        }.items():
            patch.setenv(name, value)
        nbclient.NotebookClient(
            notebook,
            timeout=120,
            kernel_name="python3",
            allow_errors=True,
            extra_arguments=[f"--HistoryManager.hist_file={folder / 'home' / 'history.sqlite'}"],
            resources={"metadata": {"path": str(folder / "work")}},
        ).execute()
    nbformat.write(notebook, folder / "work" / "day.ipynb")
    return Day(notebook, seen, folder, log.getvalue())


def said(day: Day, start: str) -> str:
    """All that stands under the cells that begin so."""
    cells = [cell for cell in day.notebook.cells if cell.source.startswith(start)]
    assert cells
    return json.dumps([cell.outputs for cell in cells], ensure_ascii=False)


def test_the_day_was_a_full_one(day):
    """The run that is searched had every command, pictures, widgets and all errors in it."""
    assert "Key: from DASHSCOPE_API_KEY (not shown)" in said(day, "%wanx config")
    assert "Nobody can be asked" in said(day, "%wanx config key")
    assert "the key is not shown" in said(day, "%wanx expand photo")
    everything = json.dumps(day.notebook, ensure_ascii=False)
    kinds = ("Refused", "Rejected", "RateLimited", "SubmissionUncertain", "TaskFailed")
    for kind in (*kinds, "InvalidRequest", "UnusableImage", "NotConfigured", "UsageError"):
        assert kind in everything, kind
    assert said(day, "%%wanx expand").count("image/webp") == 2
    assert day.notebook.metadata["widgets"]["application/vnd.jupyter.widget-state+json"]["state"]
    log = (day.folder / "work" / "debug.log").read_text("utf-8")
    assert "httpcore" in log
    assert "receive_response_headers" in log
    assert len(list((day.folder / "home").rglob("*.png"))) >= 5
    assert list((day.folder / "work" / "out").glob("*.png"))
    unexpected = [
        output.ename
        for cell in day.notebook.cells
        for output in cell.outputs
        if output.output_type == "error" and output.ename in {"NameError", "AttributeError"}
    ]
    assert not unexpected


def test_the_key_was_used(day):
    """Every call of the API carried it: what is not found below was there to be leaked."""
    calls = [one for one in day.seen if one.path.startswith("/api/")]
    assert len(calls) > len(CREATE_FAULTS) + 10
    assert {one.headers.get(b"authorization") for one in calls} == {f"Bearer {KEY}".encode()}


def test_the_key_went_to_the_api_only(day):
    """Uploads and results carry it nowhere, and no request has it in its address or body."""
    files = [one for one in day.seen if not one.path.startswith("/api/")]
    assert {one.path.split("/")[1] for one in files} == {"oss", "results"}
    for one in files:
        assert b"authorization" not in one.headers
        assert leaks(repr(one.headers).encode()) == []
    for one in day.seen:
        assert leaks(f"{one.method} {one.path}".encode() + one.query + b"\n" + one.body) == []
        assert [*one.headers.values()].count(f"Bearer {KEY}".encode()) <= 1


def test_the_notebook_does_not_hold_the_key(day):
    """Outputs, tracebacks, metadata and widget state, as they are and as they are saved."""
    assert leaks(json.dumps(day.notebook, ensure_ascii=False).encode()) == []
    assert leaks(json.dumps(day.notebook, ensure_ascii=True).encode()) == []
    for cell in day.notebook.cells:
        for output in cell.outputs:
            for kind, value in output.get("data", {}).items():
                if kind.startswith("image/"):
                    assert leaks(base64.b64decode(value)) == [], cell.source


def test_no_file_holds_the_key(day):
    """Pictures, databases, logs, the shell's history, temporary files: searched, and not found."""
    assert search(day.folder) == {}
    names = {path.suffix for path in day.folder.rglob("*") if path.is_file()}
    assert {".png", ".log", ".ipynb", ".sqlite"} <= names


def test_the_engine_wrote_no_key_either(day):
    """The engine ran in this process: its log is not empty, and has no key in it."""
    assert day.log
    assert leaks(day.log.encode()) == []


def test_the_environment_of_the_tests_is_clean():
    """The key was given to one kernel and is gone."""
    assert leaks(repr(dict(os.environ)).encode()) == []
