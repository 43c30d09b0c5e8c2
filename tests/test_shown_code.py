"""The code that a page shows for a result, run as it stands in fresh kernels."""

import http.server
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import nbclient
import nbformat
import pytest
from PIL import Image

import ipywanx as wx
from ipywanx.session import Session
from ipywanx.widgets.pictures import PictureSource
from ipywanx.widgets.shelf import Shelf


def run_in_a_fresh_kernel(code: str, folder: Path) -> list[Any]:
    """The outputs of a cell with this text alone; an error in it fails the test."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    nbclient.NotebookClient(
        notebook,
        timeout=120,
        kernel_name="python3",
        extra_arguments=["--HistoryManager.enabled=False"],
        resources={"metadata": {"path": str(folder)}},
    ).execute()
    return notebook.cells[0].outputs


@pytest.fixture
def web(tmp_path: Path) -> Iterator[str]:
    """A picture at an address of this machine."""
    Image.new("RGB", (520, 512), "olive").save(tmp_path / "a.png")
    serve = partial(http.server.SimpleHTTPRequestHandler, directory=tmp_path)
    serve.log_message = lambda *_: None  # type: ignore[attr-defined]
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), serve)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/a.png"
    server.shutdown()
    server.server_close()


def edits(session: Session, address: str, folder: Path) -> dict[str, wx.Result]:
    """An edit of a picture from everywhere that a studio takes one."""
    file = folder / "only on my disk.png"
    Image.new("RGB", (520, 512), "teal").save(file)
    message = {"source": "upload", "name": file.name}
    uploaded = PictureSource().take(message, [file.read_bytes()])
    file.unlink()
    mask = wx.Mask((520, 512)).rectangle(100, 100, 200, 90)
    prompt = 'a "red" kite; {{not}} a 50 % one'
    first = session.edit("super_resolution", uploaded, upscale_factor=1)
    return {
        "disk": session.edit("description_edit", uploaded, prompt),
        "result": session.edit("description_edit_with_mask", first, "一只风筝", mask=mask),
        "address": session.edit("description_edit", address, "make it winter"),
        "variable": session.edit("expand", Image.new("RGB", (600, 512)), "湖", left_scale=1.25),
    }


@pytest.mark.slow
def test_shown_code_runs_as_it_stands(tmp_path, web):
    """Cell and call of a picture from disk, result, address or variable make it once more."""
    session = Session()
    for where, result in edits(session, web, tmp_path).items():
        (card,) = [c for c in Shelf(session).recent(9) if c["task"] == result.task_id]
        shelf = Shelf(session)
        shelf.recent(9)
        for form, code in zip(("cell", "call"), shelf.code(card["id"]), strict=True):
            outputs = run_in_a_fresh_kernel(code, tmp_path)
            assert any("text/html" in one.get("data", {}) for one in outputs), (where, form)
            (again, *_) = Session().history()
            assert again.task_id != result.task_id, (where, form)
            assert again.request == result.request, (where, form)
