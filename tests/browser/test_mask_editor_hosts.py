"""The mask editor outside of JupyterLab: in Notebook 7 and in a Voilà page."""

from pathlib import Path

import pytest
from hand import BUSY, SETUP, Hand
from hosts import notebook_7, voila
from lab import Lab

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

LABEL = """
import ipywidgets
label = ipywidgets.Label("nothing yet")
def tell(change):
    label.value = f"area {change['new']['area']:.4f}"
editor.observe(tell, "state")
ipywidgets.VBox([editor, label])
"""


@pytest.mark.slow
def test_notebook_7(lab: Lab, tmp_path: Path):
    """In Notebook 7 strokes reach the mask, and ink is there at once while a cell runs."""
    with notebook_7(lab, tmp_path, [SETUP, BUSY]) as notebook:
        assert "Error" not in notebook.run(0)
        hand = Hand(notebook)
        hand.draw((100, 100), (700, 100))
        hand.has("empty.stroke([(100, 100), (700, 100)], 10)")
        notebook.start(1)
        hand.press(100, 500)
        hand.move(700, 500)
        assert hand.ink_at(690, 500)
        notebook.page.mouse.up()
        notebook.wait(1)
        hand.has("empty.stroke([(100, 100), (700, 100)], 10).stroke([(100, 500), (700, 500)], 10)")


@pytest.mark.slow
def test_voila(lab: Lab, tmp_path: Path):
    """On a Voilà page, which comes after all cells ran, the picture is there and strokes arrive."""
    with voila(lab, tmp_path, SETUP.removesuffix("editor\n") + LABEL) as dashboard:
        page = dashboard.page
        hand = Hand(dashboard)
        shown = """node => node.querySelector('.wanx-picture canvas').getContext('2d')
          .getImageData(400, 300, 1, 1).data[0] > 150"""
        page.wait_for_function(shown, arg=hand.stage.element_handle(), timeout=10_000)
        assert hand.color(400, 300) == pytest.approx((170, 30, 30), abs=12)
        hand.draw((100, 100), (700, 100))
        wanted = (600 * 20 + 3.14 * 10**2) / (800 * 600)
        label = page.locator(".widget-label", has_text="area")
        label.wait_for(timeout=10_000)
        assert float(label.inner_text().split()[1]) == pytest.approx(wanted, rel=0.05)
        hand.settle()
        assert hand.color(600, 100) == pytest.approx((207, 121, 166), abs=12)
