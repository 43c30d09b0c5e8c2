"""Are the tutorials what their sources make? One source, two languages: build and check.

``notebooks/source/NN_name.md`` holds one tutorial; each block begins with a line of its own::

    %% en             text in English, directly followed by its twin
    %% zh             the same in Chinese
    %% code           a cell that both languages share
    %% code en        a cell of which the Chinese notebook has another, for a prompt or a string
    %% code zh        that other one

It becomes ``notebooks/NN_name.ipynb`` and ``notebooks/zh/NN_name.ipynb``. Links are written as seen
from ``notebooks/``: in the Chinese notebook those to another tutorial lead to its Chinese twin, and
all others one folder up. Two things are added and never written: a link to the other language below
the title, and the line that makes ipywanx speak Chinese after ``%load_ext ipywanx``.

Run: python scripts/notebooks.py [--check] [--only NAME]   (or: make notebooks)
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts import stored  # noqa: E402 - found from there, however this is run

NOTEBOOKS = ROOT / "notebooks"
SOURCE = "source"
FOLDERS = {"en": ".", "zh": "zh"}
"""Where each language's notebooks are, in ``notebooks/``."""
OTHERS = {"en": ("zh", "中文"), "zh": ("en", "English")}
"""For each language, the other one and its name in itself."""
MARKERS = ("en", "zh", "code", "code en", "code zh")
TWINS = {"en": "zh", "code en": "code zh"}
LOAD = "%load_ext ipywanx"
SPEAK_CHINESE = '%config WanxMagics.language = "zh"'
METADATA = {
    "kernelspec": {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    },
    "language_info": {"name": "python"},
}


class SourceError(Exception):
    """A source that cannot be understood: one sentence, with file and line."""

    def __init__(self, path: Path, line: int, said: str) -> None:
        super().__init__(f"{path.parent.name}/{path.name}:{line}: {said}")


# ---- read ----------------------------------------------------------------------------------------


class Cell(NamedTuple):
    """One cell of a tutorial, by language."""

    kind: str  # "markdown" or "code", as the notebook's format calls them
    texts: dict[str, str]


class Block(NamedTuple):
    """One block of a source, with the line of its marker."""

    marker: str
    line: int
    text: str


class Tutorial(NamedTuple):
    """One source, read."""

    name: str
    cells: list[Cell]

    def title(self, language: str) -> str:
        """The heading that it opens with."""
        return self.cells[0].texts[language].partition("\n")[0].removeprefix("# ")


def sources(folder: Path = NOTEBOOKS) -> list[Path]:
    """All sources, in the order in which they are read."""
    return sorted((folder / SOURCE).glob("*.md"))


def read(path: Path) -> Tutorial:
    """One source, checked.

    Raises:
        SourceError: A marker is unknown, a twin is missing, or a block is empty.
    """
    cells: list[Cell] = []
    blocks = _blocks(path)
    for block in blocks:
        kind = "code" if block.marker.startswith("code") else "markdown"
        if block.marker == "code":
            cells.append(Cell(kind, {"en": block.text, "zh": block.text}))
            continue
        if block.marker not in TWINS:
            before = next(marker for marker, twin in TWINS.items() if twin == block.marker)
            raise SourceError(
                path, block.line, f"'%% {block.marker}' does not follow a '%% {before}'."
            )
        wanted = TWINS[block.marker]
        twin = next(blocks, None)
        if twin is None or twin.marker != wanted:
            raise SourceError(
                path, block.line, f"'%% {block.marker}' is not followed by its '%% {wanted}'."
            )
        cells.append(Cell(kind, {"en": block.text, "zh": twin.text}))
    opening = [] if not cells or cells[0].kind == "code" else list(cells[0].texts.values())
    if not opening or not all(text.startswith("# ") for text in opening):
        raise SourceError(path, 1, "it does not open with a title, '# …', in both languages.")
    return Tutorial(path.stem, cells)


def _blocks(path: Path) -> Iterator[Block]:
    """The blocks of a source, one after the other, without the blank lines around them."""
    marker, start = "", 1
    held: list[str] = []
    lines = path.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate([*lines, None], 1):
        # A cell magic has no space after %%; a marker that lost its space would vanish in a cell.
        if line is not None and not re.match(r"%%( |$|(en|zh|code)( |$))", line):
            held.append(line)
            continue
        text = "\n".join(held).strip("\n")
        if marker:
            if not text.strip():
                raise SourceError(path, start, f"the block '%% {marker}' is empty.")
            yield Block(marker, start, text)
        elif text.strip():
            raise SourceError(path, 1, "there is text before the first marker.")
        if line is not None:
            marker, start, held = line.removeprefix("%% ").rstrip(), number, []
            if marker not in MARKERS:
                known = ", ".join(f"'%% {one}'" for one in MARKERS)
                raise SourceError(path, number, f"{line!r} is no marker; there are {known}.")


# ---- build ---------------------------------------------------------------------------------------

_LINKS = re.compile(r"""(\]\(|\b(?:src|href)=")(?![a-z]+:|[#/])([^)\s"#]+)""")


def build(tutorial: Tutorial, language: str) -> str:
    """A notebook's file in "en" or "zh", to the last byte."""
    cells: list[dict[str, Any]] = []
    for index, (kind, texts) in enumerate(tutorial.cells):
        text = texts[language]
        if kind == "markdown":
            text = _relinked(text) if language == "zh" else text
        elif language == "zh":
            text = _told_in_chinese(text)
        if index == 0:
            title, _, rest = text.partition("\n")
            parts = (title, _other(tutorial.name, language), rest.strip("\n"))
            text = "\n\n".join(filter(None, parts))
        # By its place, so that ids do not change when a text does.
        cell = {"cell_type": kind, "id": f"cell-{index:02}", "metadata": {}}
        cell["source"] = text.splitlines(keepends=True)
        cells.append(cell | ({"outputs": [], "execution_count": None} if kind == "code" else {}))
    notebook = {"cells": cells, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5}
    # As JupyterLab writes it: whoever saves a notebook unchanged makes no difference.
    return json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _other(name: str, language: str) -> str:
    """The link to the same tutorial in the other language."""
    other, called = OTHERS[language]
    folder = os.path.relpath(FOLDERS[other], FOLDERS[language]).replace(os.sep, "/")
    return f"[{called}]({folder}/{name}.ipynb)"


def _relinked(text: str) -> str:
    """A text whose links, written as seen from ``notebooks/``, hold one folder further down."""

    def moved(found: re.Match[str]) -> str:
        opening, target = found.groups()
        twin = "/" not in target and target.endswith(".ipynb")
        return found[0] if twin else f"{opening}../{target}"

    return _LINKS.sub(moved, text)


def _told_in_chinese(code: str) -> str:
    lines = code.splitlines()
    if LOAD not in lines or "WanxMagics.language" in code:
        return code
    lines.insert(lines.index(LOAD) + 1, SPEAK_CHINESE)
    return "\n".join(lines)


def place(name: str, language: str, folder: Path = NOTEBOOKS) -> Path:
    """Where a notebook lies."""
    return folder / FOLDERS[language] / f"{name}.ipynb"


def notebooks(folder: Path = NOTEBOOKS, only: str = "") -> dict[Path, str]:
    """What the sources make: each notebook's place and file.

    Args:
        folder: The folder with ``source`` in it.
        only: How the names begin of those that are wanted.
    """
    return {
        place(tutorial.name, language, folder): build(tutorial, language)
        for tutorial in (read(path) for path in sources(folder) if path.stem.startswith(only))
        for language in FOLDERS
    }


def differences(folder: Path = NOTEBOOKS, only: str = "") -> list[str]:
    """Where stored notebooks are not what the sources make, one paragraph each."""
    there = [path for at in FOLDERS.values() for path in sorted((folder / at).glob("*.ipynb"))]
    asked = [path for path in there if path.stem.startswith(only)]
    return stored.differences(KIND, notebooks(folder, only), asked, folder)


def _seen(text: str) -> list[str]:
    """The lines of a notebook's file that its reader sees.

    Raises:
        ValueError: It is none.
    """
    try:
        return [line for cell in json.loads(text)["cells"] for line in ("", *_lines(cell))]
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError("it is no notebook.") from error


def _lines(cell: dict[str, Any]) -> list[str]:
    source = cell["source"]
    text = source if isinstance(source, str) else "".join(source)
    return [f"[{cell['cell_type']}]", *text.splitlines()]


KIND = stored.Kind(
    "its source makes",
    "has no source",
    _seen,
    "the cells read the same; outputs, counts, ids or metadata differ.",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="change nothing, tell what differs")
    parser.add_argument("--only", default="", metavar="NAME", help="how their names begin: 03")
    parser.add_argument("--notebooks", type=Path, default=NOTEBOOKS, help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    folder = asked.notebooks.resolve()
    try:
        made = notebooks(folder, asked.only)
        if not made:
            print(f"No source is named {asked.only}…: see {folder / SOURCE}.", file=sys.stderr)
            return 1
        if asked.check and (told := differences(folder, asked.only)):
            print(*told, "Change the sources and run: make notebooks", sep="\n", file=sys.stderr)
            return 1
        if not asked.check:
            stored.write(made, folder)
    except SourceError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
