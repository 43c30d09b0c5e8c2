"""What a saved notebook shows of a widget without a kernel: the picture that it had last."""

import base64
import io
from pathlib import Path

import pytest
from hosts import notebook_7, voila
from lab import Lab, Notebook
from PIL import Image
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

EDITOR = """\
from PIL import Image
import ipywanx as wx
photo = Image.new("RGB", (800, 600), (190, 215, 240))
editor = wx.MaskEditor(photo, language="en")
editor
"""
STUDIO = "studio = wx.Studio(photo, 'colorization', language='en'); studio"
STATIC = ".ipywanx-static"


def picture(notebook: Notebook, cell: int) -> Image.Image:
    """The picture that stands under a cell, out of its address."""
    url = notebook.locator(cell, f"{STATIC} img").first.get_attribute("src")
    return Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2]))).convert("RGB")


def test_a_mask_and_a_result_stay_without_a_kernel(lab: Lab):
    """A live widget stands alone; reopened without a kernel, the mask and the result are seen."""
    notebook = lab.notebook([EDITOR, STUDIO])
    for cell in range(2):
        assert "Error" not in notebook.run(cell)
    notebook.locator(0, ".wanx-ink").wait_for()
    for cell in range(2):
        expect(notebook.locator(cell, STATIC)).to_have_count(1)
        expect(notebook.locator(cell, STATIC)).to_be_hidden()
    notebook.evaluate("editor.mask = editor.mask.rectangle(0, 0, 400, 600)")
    notebook.locator(1, ".wanx-submit").click()
    notebook.locator(1, ".wanx-card").first.wait_for()
    expect(notebook.locator(0, STATIC)).to_contain_text("50.0 % of the picture will be edited")
    expect(notebook.locator(1, STATIC)).to_contain_text("After")
    for cell in range(2):
        expect(notebook.locator(cell, STATIC)).to_be_hidden()
    saved = notebook.reopen_without_kernel()
    for cell in range(2):
        expect(saved.locator(cell, STATIC)).to_be_visible()
        expect(saved.locator(cell, f"{STATIC} img").first).to_be_visible()
    mask = picture(saved, 0)
    assert mask.size == (640, 480)
    assert mask.getpixel((100, 240)) == pytest.approx((207, 121, 166), abs=12)
    assert mask.getpixel((500, 240)) == pytest.approx((190, 215, 240), abs=12)
    assert picture(saved, 1).width > 300


@pytest.mark.slow
def test_a_live_widget_stands_alone_elsewhere_too(lab: Lab, tmp_path: Path):
    """In Notebook 7 and on a Voilà page nobody sees the picture twice."""
    for number, host in enumerate((notebook_7, voila)):
        folder = tmp_path / f"{number}"
        folder.mkdir()
        with host(lab, folder, [EDITOR] if host is notebook_7 else EDITOR) as page:
            if host is notebook_7:
                assert "Error" not in page.run(0)
            page.locator(0, ".wanx-ink").wait_for(timeout=30_000)
            expect(page.locator(0, STATIC)).to_have_count(1)
            expect(page.locator(0, STATIC)).to_be_hidden()
