"""What do the tutorials show? Each one run, and made a page that needs no kernel and no network."""

from __future__ import annotations

import html
import os
import re
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from scripts.notebooks import FOLDERS, SOURCE, notebooks, read
from scripts.running import RunError, copied, execute, on_its_own

_WIDGET = "application/vnd.jupyter.widget-view+json"
_ALIVE = {
    "en": "Interactive, so only in the notebook itself:",
    "zh": "交互控件，只在 notebook 中可用：",
}
# nbconvert's page without its scripts: all of them come from other hosts, and where those cannot be
# reached the page stays blank until they time out. They are for formulas, diagrams and widgets.
_TEMPLATE = """{%- extends 'index.html.j2' -%}
{%- block html_head_js -%}{%- endblock -%}
{%- block jupyter_widgets -%}{%- endblock -%}
{%- block html_head_js_mathjax -%}{%- endblock -%}
{%- block html_head_js_mermaidjs -%}{%- endblock -%}
{%- block body_header -%}{{ super() }}{{ resources.way }}{%- endblock -%}
"""


class Shown(NamedTuple):
    """One tutorial that was run: where its notebook is, its page, and the seconds that it took."""

    path: Path
    page: str
    took: float


def shown(folder: Path, only: str, workers: int, way: str) -> Iterator[Shown]:
    """Run the notebooks of a folder, and make a page of each, in order.

    Args:
        folder: The folder with ``source`` in it.
        only: How the names begin of those that are wanted.
        workers: How many run at once.
        way: What stands above each page; "{up}" is the way up to the folder above `folder`.

    Raises:
        RunError: One of them does not run to its end.
    """
    made = notebooks(folder, only)
    with ThreadPoolExecutor(workers) as pool:
        tasks = {
            path: pool.submit(_page, path, text, folder, way.format(up=_up(path, folder)))
            for path, text in made.items()
        }
        for path, task in tasks.items():
            try:
                page, took = task.result()
            except RunError as error:
                pool.shutdown(cancel_futures=True)
                name = path.relative_to(folder).as_posix()
                raise RunError(f"{name} does not run to its end: {error}") from None
            yield Shown(path, page, took)


def _up(path: Path, folder: Path) -> str:
    return os.path.relpath(folder.parent, path.parent).replace(os.sep, "/")


def _page(path: Path, text: str, folder: Path, way: str) -> tuple[str, float]:
    """One notebook as a page, and how long it ran."""
    import nbconvert

    language = "zh" if path.parent != folder else "en"
    title = read(folder / SOURCE / f"{path.stem}.md").title(language)
    with tempfile.TemporaryDirectory(prefix="ipywanx-") as scratch:
        home = Path(scratch) / "home"
        home.mkdir()
        there = copied(folder, Path(scratch) / "notebooks") / FOLDERS[language]
        start = time.monotonic()
        notebook = execute(text, there, on_its_own(home, language))
        took = time.monotonic() - start
        for cell in notebook.cells:
            for output in cell.get("outputs", []):
                _still(output, language)
        notebook.metadata["title"] = title
        exporter = nbconvert.HTMLExporter(
            raw_template=_TEMPLATE, embed_images=True, language_code=language
        )
        resources = {"metadata": {"name": path.stem, "path": str(there)}, "way": way}
        page, _ = exporter.from_notebook_node(notebook, resources=resources)
        page = page.replace(str(home), "~")  # as it would be for the reader
    return page, took


def _still(output: Any, language: str) -> None:
    """Put a sentence in the place of a widget, which without a kernel and a network is a hole."""
    data = output.get("data", {})
    if "text/html" in data:  # what a notebook keeps folded under a widget is all there is here
        data["text/html"] = data["text/html"].replace("<details", "<details open")
    if data.pop(_WIDGET, None) is None or "text/html" in data:
        return
    what = re.sub(r" object at 0x\w+|ipywanx\.(\w+\.)*", "", data.get("text/plain", ""))
    told = f"<em>{_ALIVE[language]}</em> <code>{html.escape(what)}</code>"
    data["text/html"] = f'<p style="color: #555">{told}</p>'
