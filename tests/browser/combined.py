"""A notebook with all widgets on one page, and a pointer that asks what it meets."""

from pathlib import Path
from typing import Any

import jupyter_server
from lab import Lab, Notebook
from playwright.sync_api import Locator

BOOTSTRAP = Path(jupyter_server.__file__).parent / "static" / "style" / "bootstrap.min.css"
SETUP = """\
from PIL import Image
from sklearn.datasets import load_sample_image
import ipywanx as wx
from ipywanx.widgets.expand_frame import ExpandFrame
from ipywanx.widgets.sweep_output import show_sweep
photo = Image.fromarray(load_sample_image("china.jpg")).resize((768, 512))
wx.edit("expand", photo, "a pagoda", left_scale=1.5, seed=7)
wx.edit("stylization_all", photo, "转换成法国绘本风格", n=4, seed=9)
"""
GALLERY = "gallery = wx.Gallery(); gallery"
SWEEP = """\
def judged(result):
    if result.request.prompt == "b" and result.images[0].width > 1000:
        raise ValueError("too wide to judge")
    return {"width": result.images[0].width}
grid = wx.sweep("super_resolution", photo, ["a", "b"], upscale_factor=[1, 2], score=judged)
show_sweep(grid)
grid.result()
"""
EDITOR = "editor = wx.MaskEditor(photo); editor"
BOARD = "board = wx.DoodleBoard(); board"
FRAME = "frame = ExpandFrame(photo, right_scale=1.5); frame"
STUDIO = "studio = wx.Studio(photo, language='en'); studio"
OTHER = "other = wx.Studio(photo, 'description_edit_with_mask', language='en'); other"
VARIED = """\
studio.experiment.axes = [{"name": "upscale_factor", "text": "1, 2"}]
studio.fill(wx.SuperResolution(image=photo, prompt="a"))
studio.experiment.run().result()
"""
AGAIN = "studio"
CELLS = [SETUP, GALLERY, SWEEP, EDITOR, BOARD, FRAME, STUDIO, OTHER, VARIED, AGAIN]
FUNCTIONS = [
    "stylization_all", "stylization_local", "description_edit", "description_edit_with_mask",
    "remove_watermark", "expand", "super_resolution", "colorization", "doodle",
    "control_cartoon_feature",
]  # fmt: skip

CONTROL = (
    "button, input, select, textarea, summary, label, a[href], [role=slider], [role=radio], "
    ".wanx-stage, .wanx-compare, .wanx-divider"
)
# Of the visible controls of a widget, those that a pointer in their middle does not meet; how many
# there are; and those that are none of the named kinds.
MISSED = """(root, [css, kinds]) => {
  const seen = [...root.querySelectorAll(css)].filter(one => {
    const box = one.getBoundingClientRect();
    return box.width && box.height && one.checkVisibility({ visibilityProperty: true });
  });
  const named = one => [one.tagName.toLowerCase(), ...one.classList, one.dataset.name,
    one.getAttribute('aria-label') ?? one.textContent.slice(0, 30)].filter(Boolean).join(' ');
  const missed = seen.filter(one => {
    one.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' });
    const box = one.getBoundingClientRect();
    const hit = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    return !(one.contains(hit) || hit?.closest('label')?.control === one);
  });
  const unknown = kinds && seen.filter(one => !kinds.some(kind => one.matches(kind)));
  return [missed.map(named), seen.length, (unknown ?? []).map(named)];
}"""


def missed(root: Locator, *kinds: str) -> tuple[list[str], int, list[str]]:
    """The controls of a widget that a pointer does not meet, their number, and unknown ones."""
    found: Any = root.evaluate(MISSED, [CONTROL, list(kinds) or None])
    return found


def opened(lab: Lab) -> Notebook:
    """The notebook, with a result of four pictures opened in a gallery and in a studio."""
    notebook = lab.notebook(CELLS)
    notebook.page.set_viewport_size({"width": 1400, "height": 1000})
    for cell in range(len(CELLS)):
        said = notebook.run(cell, 120)
        assert "Error" not in said, said
    for cell in (1, 6):
        card = ".wanx-card-place:has(.wanx-badge:not([hidden])) .wanx-card"
        notebook.locator(cell, card).first.press("Enter")
    notebook.locator(2, ".wanx-cell").first.press("Enter")
    for picture in (".wanx-ink", ".wanx-frame-whole", ".wanx-sweep .wanx-cell-image"):
        notebook.page.locator(picture).first.wait_for()
    notebook.locator(6, ".wanx-experiment > summary").press("Enter")
    notebook.locator(6, ".wanx-sweep .wanx-cell-image").first.wait_for()
    return notebook
