"""Who opens Binder is in the first tutorial, and it works: with no key, network or question."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from binder_lab import BinderLab
from scripts.binder import Built

CUT_OFF = Path(__file__).parents[1] / "cut_off"
CODE_CELLS = """() => window.jupyterapp.shell.currentWidget.content.widgets
  .flatMap((cell, index) => cell.model.type === 'code' ? [index] : [])"""
ASKED = ".jp-Dialog, .Toastify__toast"
"""What JupyterLab asks its questions with, the one about news among them."""

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]


@pytest.fixture(scope="module")
def started(
    binder: Built, chromium: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BinderLab]:
    """Run what Binder would start, with somebody's key in its environment and no way out."""
    variables = {"DASHSCOPE_API_KEY": "sk-of-somebody", "PYTHONPATH": str(CUT_OFF)}
    folder = tmp_path_factory.mktemp("binder-lab")
    with BinderLab(chromium, folder, binder, variables=variables).running() as lab:
        yield lab


@pytest.fixture
def binder_lab(started: BinderLab) -> Iterator[BinderLab]:
    """Use it in one test; its pages are closed afterwards."""
    with started.in_use():
        yield started


def test_first_page_is_the_first_tutorial_and_run_all_works(binder_lab: BinderLab):
    """Run All gives results in each cell, from the offline engine in spite of the key, unasked."""
    notebook = binder_lab.front_page()
    assert notebook.file.relative_to(binder_lab.root) == Path("notebooks/01_first_edit.ipynb")
    notebook.run_all(timeout=240)
    cells = notebook.page.evaluate(CODE_CELLS)
    outputs = [output for index in cells for output in notebook.outputs(index)]
    assert [one for one in outputs if one["output_type"] == "error"] == []
    assert sum("image/jpeg" in one.get("data", {}) for one in outputs) > 5
    assert "offline engine" in notebook.text(cells[-1])
    picture = notebook.page.locator(".jp-OutputArea-output img").first
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    assert notebook.page.locator(ASKED).all_inner_texts() == []
    assert binder_lab.strangers == []
