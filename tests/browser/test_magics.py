"""The magics as a person uses them: cells in JupyterLab, pictures under them, a Cancel button."""

import json
import re

import pytest
from lab import Lab
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

SETUP = """\
%load_ext ipywanx
from PIL import Image
from sklearn.datasets import load_sample_image
import ipywanx as wx
photo = Image.fromarray(load_sample_image("china.jpg")).resize((960, 640))
"""
CALLS = {
    "stylization_all": "-p 转换成法国绘本风格",
    "stylization_local": "-p 把房子变成青花瓷风格",
    "description_edit": '-p "黄昏，落日" --strength 0.8',
    "description_edit_with_mask": "-p 去掉小船 --mask mask",
    "remove_watermark": "",
    "expand": "-p 湖边的宝塔 --left-scale 1.5 --right-scale 1.5",
    "super_resolution": "--upscale-factor 2",
    "colorization": "-p 蓝色的天空，红色的宝塔",
    "doodle": "-p 湖边的宝塔",
    "control_cartoon_feature": "-p 卡通形象在沙滩上",
}


def loaded_pictures(notebook, cell):
    """Count the pictures that the browser really decoded under a cell."""
    images = notebook.locator(cell, ".ipywanx-result img")
    images.first.wait_for(timeout=20_000)
    return sum(
        images.nth(i).evaluate(
            "async image => { await image.decode(); return image.naturalWidth; }"
        )
        > 0
        for i in range(images.count())
    )


@pytest.mark.slow
def test_all_ten_functions_in_one_notebook(lab: Lab):
    """Each function shows its picture and the one before under its cell, offline."""
    mask = "mask = wx.Mask(photo.size).ellipse(560, 390, 130, 80)"
    notebook = lab.notebook(
        [SETUP + mask, *(f"%wanx {name} photo {flags}" for name, flags in CALLS.items())]
    )
    notebook.run_all(timeout=180)
    for cell, name in enumerate(CALLS, start=1):
        assert loaded_pictures(notebook, cell) == 2, name
        shown = notebook.locator(cell, ".ipywanx-result").inner_text()
        assert "Offline preview" in shown
        assert name in shown
        assert "CNY 0.00" in shown
    notebook.screenshot("ten_functions")


SLOW_ENGINE = """\
import dataclasses, httpx
from ipywanx import session
from ipywanx.engine.app import create_app
from ipywanx.engine.options import EngineOptions
events = []
options = EngineOptions(
    base_url=session.ENGINE_URL, task_seconds=(SECONDS,), log=events.append
)
app = create_app(options)
transport = httpx.ASGITransport(app)
session._process._engine = transport
"""


BLOCKERS = """\
blockers = [wx.submit('super_resolution', photo) for _ in range(2)]
while any(job.status != 'RUNNING' for job in blockers):
    pass
"""


def slow_engine(seconds: float) -> str:
    """Code that gives the kernel an engine whose tasks take so long, and a list of its events."""
    return SETUP + SLOW_ENGINE.replace("SECONDS", str(seconds))


def tasks(notebook, word: str) -> int:
    """Count the engine's task events with this status."""
    return int(notebook.evaluate(f"sum(e.get('status') == {word!r} for e in events)"))


def test_run_all_keeps_the_order(lab: Lab):
    """Each cell of "Run All" waits for its picture, so that the next can use it."""
    notebook = lab.notebook(
        [
            slow_engine(1.0),
            "%%wanx super_resolution photo -o first\n图像超分",
            "print('width', first.images[0].width)",
            "second = %wanx super_resolution first --upscale-factor 2",
            "print('width', second.images[0].width)",
        ]
    )
    notebook.run_all(timeout=60)
    assert notebook.text(2) == "width 960\n"
    assert notebook.text(4) == "width 1920\n"


def test_the_running_cell_tells_and_a_click_ends_the_wait(lab: Lab):
    """The cell shows state and seconds; once it runs, one can stop waiting, without an error."""
    notebook = lab.notebook([slow_engine(30.0), "%wanx super_resolution photo", "print('alive')"])
    notebook.run(0)
    notebook.start(1)
    notebook.locator(1, "text=RUNNING").wait_for(timeout=10_000)
    notebook.locator(1, "text=/[1-9]\\.[0-9] s/").wait_for(timeout=10_000)
    notebook.locator(1, "button:has-text('Stop waiting')").click()
    notebook.wait(1, timeout=5)
    shown = notebook.text(1)
    assert "Not waiting any more. It is a free preview, and goes on: %wanx resume" in shown
    assert "Error" not in shown
    assert "TimedOut" not in shown
    assert notebook.run(2) == "alive\n"


def test_cancel_of_a_waiting_task_means_that_it_never_runs(lab: Lab):
    """A task that still waits behind two others is cancelled in the service, not just forgotten."""
    notebook = lab.notebook(
        [
            slow_engine(30.0),
            BLOCKERS,
            "%wanx super_resolution photo",
        ]
    )
    notebook.run(0)
    notebook.run(1)
    notebook.start(2)
    notebook.locator(2, "text=PENDING").wait_for(timeout=10_000)
    notebook.locator(2, "button").click()
    notebook.wait(2, timeout=5)
    assert "Cancelled before it ran; it costs nothing." in notebook.text(2)
    assert "Error" not in notebook.text(2)
    assert tasks(notebook, "CANCELED") == 1


def test_stop_ends_the_wait(lab: Lab):
    """The notebook's own Stop button ends a waiting cell at once, and the kernel lives on."""
    notebook = lab.notebook([slow_engine(30.0), "%wanx super_resolution photo", "print('alive')"])
    notebook.run(0)
    notebook.start(1)
    notebook.locator(1, "text=RUNNING").wait_for(timeout=10_000)
    notebook.interrupt()
    notebook.wait(1, timeout=5)
    shown = notebook.text(1)
    assert re.search(
        r"Stopped; the task is RUNNING\. It is a free preview, and goes on: %wanx resume \S+", shown
    )
    assert "Traceback" not in shown
    assert notebook.run(2) == "alive\n"


@pytest.mark.slow
def test_stop_ends_a_loop_of_edits(lab: Lab):
    """Stop at one of several edits ends them all, and says what became of the one."""
    loop = "for n in range(3):\n    try:\n        %wanx super_resolution photo\n"
    loop += "    except Exception:\n        pass"
    notebook = lab.notebook([slow_engine(30.0), loop, "print('alive')"])
    notebook.run(0)
    notebook.start(1)
    notebook.locator(1, "text=RUNNING").wait_for(timeout=10_000)
    notebook.interrupt()
    notebook.wait(1, timeout=8)
    assert "Stopped; the task is RUNNING. It is a free preview" in notebook.text(1)
    assert notebook.run(2) == "alive\n"
    assert tasks(notebook, "RUNNING") == 1


@pytest.mark.slow
def test_a_timed_cell_edits_too(lab: Lab):
    """%%time and %%capture around a line of ours work in a notebook, whose loop is running."""
    line = "%wanx super_resolution photo --upscale-factor 1 -o made"
    notebook = lab.notebook([SETUP, f"%%time\n{line}", f"%%capture said\n{line}", "made"])
    notebook.run(0)
    assert "Wall time" in notebook.run(1)
    assert "Error" not in notebook.run(2)
    notebook.run(3)
    assert loaded_pictures(notebook, 3) == 2


@pytest.mark.slow
def test_pictures_survive_without_a_kernel(lab: Lab):
    """A notebook that was saved and is opened without a kernel still shows before and after."""
    notebook = lab.notebook([SETUP, "%wanx expand photo -p 湖边的宝塔 --left-scale 1.5"])
    notebook.run_all()
    saved = notebook.save()
    assert "application/vnd.jupyter.widget-view+json" not in json.dumps(saved)
    again = notebook.reopen_without_kernel()
    assert loaded_pictures(again, 1) == 2
    again.screenshot("without_kernel")


@pytest.mark.slow
def test_one_large_result_keeps_the_notebook_small(lab: Lab):
    """A 2048×2048 result of a detailed photo adds at most 300 kB to the notebook file."""
    notebook = lab.notebook(
        [
            SETUP + "photo = photo.crop((0, 0, 512, 512)).resize((1024, 1024))",
            "%wanx super_resolution photo --upscale-factor 2 -o big",
        ]
    )
    notebook.run_all()
    assert notebook.evaluate("big.images[0].size") == "(2048, 2048)"
    cell = notebook.save()["cells"][1]
    assert 20_000 < len(json.dumps(cell)) < 300_000


def test_a_mistake_is_one_readable_line(lab: Lab):
    """A wrong flag or picture gives one line that says what to type, and no traceback."""
    notebook = lab.notebook(
        [
            SETUP,
            "%wanx expand photo -p x --left-scal 1.5",
            "%wanx expnd photo -p x",
            "%wanx expand fotos -p x",
            "%%wanx expand photo --left-scale 3\nhello",
        ]
    )
    notebook.run(0)
    expected = ["Did you mean --left-scale?", "'expand'", "neither a variable nor a file", "1 to 2"]
    for cell, words in enumerate(expected, start=1):
        shown = notebook.run(cell)
        assert words in shown
        assert "Traceback" not in json.dumps(notebook.outputs(cell))


def test_tab_offers_functions_flags_variables_and_prompts(lab: Lab):
    """Tab completes what can stand at that place of the line."""
    notebook = lab.notebook([SETUP])
    notebook.run(0)
    assert "super_resolution" in notebook.complete("%wanx super")
    assert "photo" in notebook.complete("%wanx expand pho")
    assert "--left-scale" in notebook.complete("%%wanx expand photo --le")
    assert '"转换成法国绘本风格"' in notebook.complete("%wanx stylization_all photo -p ")


def test_tab_completes_a_path_with_blanks(lab: Lab):
    """In a cell, Tab and Enter lead through a folder with a blank to the picture in it."""
    setup = (
        "%load_ext ipywanx\nfrom pathlib import Path\nfrom PIL import Image\n"
        "Path('sub dir').mkdir()\nImage.new('RGB', (600, 600)).save('sub dir/a b.jpg')"
    )
    notebook = lab.notebook([setup, ""])
    notebook.run(0)
    cell = notebook.page.locator(".jp-Cell").nth(1).locator(".cm-content")
    cell.click()
    keyboard, item = notebook.page.keyboard, notebook.page.locator(".jp-Completer-item")
    keyboard.type('%wanx expand "sub d')
    for offered in ('"sub dir/', '"sub dir/a b.jpg"'):
        keyboard.press("Tab")
        item.filter(has_text=offered).first.wait_for()
        keyboard.press("Enter")
        expect(cell).to_have_text(f"%wanx expand {offered}")
