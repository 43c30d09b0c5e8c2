"""The stage on which the browser tests play is real."""

import asyncio
import time

import pytest
from lab import Lab
from PIL import Image

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_cells_run_and_say_what_they_show(lab: Lab):
    """A cell's result, its print and its error come back as text; run_all runs all of them."""
    notebook = lab.notebook(["1 + 1", "print('ink')", "1 / 0"])
    assert notebook.run(0) == "2"
    assert notebook.run(1) == "ink\n"
    assert notebook.run(2) == "ZeroDivisionError: division by zero"
    notebook.run_all()
    assert [output["output_type"] for output in notebook.outputs(1)] == ["stream"]


def test_a_click_reaches_python(lab: Lab):
    """A button that a cell shows can be clicked, and its handler runs in the kernel."""
    button = "import ipywidgets; b = ipywidgets.Button(description='press')"
    notebook = lab.notebook([f"{button}; b.on_click(lambda _: b.set_trait('icon', 'check')); b"])
    notebook.run(0)
    notebook.locator(0, "button.widget-button").click()
    notebook.locator(0, "button .fa-check").wait_for()
    assert notebook.evaluate("b.icon") == "'check'"


def test_a_running_cell_can_be_watched_and_stopped(lab: Lab):
    """A started cell goes on by itself, a wait tells what it showed, and interrupt ends it."""
    notebook = lab.notebook(["import time\nprint('going')\ntime.sleep(60)", "'after'"])
    notebook.start(0)
    notebook.locator(0, "text=going").wait_for()
    with pytest.raises(TimeoutError, match="going"):
        notebook.wait(0, timeout=0.2)
    began = time.monotonic()
    notebook.interrupt()
    notebook.wait(0, timeout=10)
    assert time.monotonic() - began < 10
    assert "KeyboardInterrupt" in notebook.text(0)
    assert notebook.run(1) == "'after'"


@pytest.mark.slow
def test_kernels_know_nothing_of_this_machine_and_complete(lab: Lab):
    """A kernel has no key and a home of its own, takes what the test sets, and completes."""
    notebook = lab.notebook(["1"], env={"IPYWANX_OFFLINE": "1"})
    own = "sorted(n for n in __import__('os').environ if n.startswith(('DASHSCOPE', 'IPYWANX')))"
    assert notebook.evaluate(own) == "['IPYWANX_HOME', 'IPYWANX_OFFLINE']"
    home = "__import__('os').environ['IPYWANX_HOME']"
    assert notebook.evaluate(home) != lab.notebook(["1"]).evaluate(home)
    notebook.evaluate("longish_name = 1")
    assert "longish_name" in notebook.complete("longish_")
    assert "longish_name" in notebook.complete("print(longi)", cursor=11)


@pytest.mark.slow
def test_saved_outputs_are_seen_without_a_kernel(lab: Lab):
    """A notebook that is saved and opened again shows its outputs though no kernel runs."""
    notebook = lab.notebook(["from IPython.display import HTML; HTML('<b class=kept>kept</b>')"])
    notebook.run(0)
    assert notebook.save()["cells"][0]["outputs"]
    again = notebook.reopen_without_kernel()
    again.locator(0, "b.kept").wait_for()
    assert again.text(0) == notebook.text(0)
    with pytest.raises(Exception, match="requestExecute"):
        again.evaluate("1")


@pytest.mark.slow
def test_screenshots_hold_the_whole_notebook(lab: Lab):
    """A screenshot is as tall as the notebook, however little of it the window shows."""
    tall = "from IPython.display import HTML; HTML('<div style=\"height:%dpx\">tall</div>')"
    notebook = lab.notebook([tall % 1500, tall % 900, "'the end'"])
    notebook.run_all()
    with Image.open(notebook.screenshot("test_lab")) as picture:
        assert picture.height > 2400


def test_asyncio_run_still_works_beside_the_browser(running_lab: Lab):
    """Tests on the browser's worker may use asyncio.run: Playwright's loop is out of the way."""
    assert asyncio.run(asyncio.sleep(0, "ran")) == "ran"


@pytest.mark.slow
def test_the_browser_works_after_asyncio_run(lab: Lab):
    """And the browser is there again afterwards."""
    assert lab.notebook(["'still here'"]).run(0) == "'still here'"
