"""The tutorials do what they say, in the state in which they are read."""

import shutil
from pathlib import Path

import nbclient
import nbformat
import pytest

FOLDER = Path(__file__).parent.parent / "notebooks"
FIRST = FOLDER / "01_first_edit.ipynb"
NOTEBOOKS = sorted(
    path for path in FOLDER.rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts
)
each_notebook = pytest.mark.parametrize(
    "path", NOTEBOOKS, ids=[path.relative_to(FOLDER).as_posix() for path in NOTEBOOKS]
)


def test_first_tutorial_is_among_the_tested():
    """The notebook that `make lab` opens is one of those that run here."""
    assert FIRST in NOTEBOOKS


@each_notebook
def test_notebook_holds_no_outputs(path: Path):
    """A tutorial is stored without results, so that a reader sees their own."""
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert "widgets" not in notebook.metadata
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert cell.outputs == [], cell.source
            assert cell.execution_count is None, cell.source


@each_notebook
def test_notebook_runs_top_to_bottom(path: Path, tmp_path: Path):
    """A reader with no key can run every cell, and nothing lands beside the stored notebook."""
    folder = tmp_path / "notebooks"
    checkpoints = shutil.ignore_patterns(".ipynb_checkpoints", "__pycache__")
    shutil.copytree(path.parent, folder, ignore=checkpoints)
    notebook = nbformat.read(folder / path.name, as_version=4)
    client = nbclient.NotebookClient(
        notebook,
        timeout=300,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
    )
    client.execute()
