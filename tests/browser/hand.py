"""A hand over one view of an editor: real pointer and key events, asked of the kernel's pixels."""

import contextlib
import io
from collections.abc import Iterator

from lab import VIEWPORT, Lab, Notebook
from PIL import Image
from playwright.sync_api import Locator

# A flat ground, a flat red box, and a grey ramp of one step every 4 pixels.
SETUP = """\
import numpy as np
from ipywanx import Mask
from ipywanx.widgets.mask_editor import MaskEditor
pixels = np.full((600, 800, 3), (190, 215, 240), np.uint8)
pixels[200:400, 300:500] = (170, 30, 30)
pixels[450:550, 100:500] = (np.arange(400) // 4 + 20)[None, :, None]
empty = Mask((800, 600))
def painted(expected):
    '''How many pixels are wrong, but for two at the edge; and whether anything is painted.'''
    mask = np.asarray(editor.mask.to_image()) > 0
    inner, outer = (np.asarray(expected.grow(by).to_image()) > 0 for by in (-2, 2))
    return int((inner & ~mask).sum() + (mask & ~outer).sum()), bool(inner.any() and mask.any())
editor = MaskEditor(pixels, radius=10)
editor
"""
BUSY = "import time; time.sleep(6); print('rested')"
INK_AT = """([node, x, y]) => new Promise(done => requestAnimationFrame(() => setTimeout(() => {
  const ink = node.querySelector('.wanx-ink');
  const scale = ink.width / node.clientWidth;
  const [left, top] = [node.clientLeft, node.clientTop];
  const at = [Math.round((x - left) * scale), Math.round((y - top) * scale)];
  done(ink.getContext('2d').getImageData(...at, 1, 1).data[3] > 200); })))"""
NAMELESS = """node => [...node.querySelectorAll('button, input, select, summary')].filter(
  one => !one.hidden && !(one.getAttribute('aria-label') || one.textContent
         || one.labels?.length)).length"""
FRAME_OF_PICTURE = """node => { const box = node.querySelector('.wanx-picture canvas')
  .getBoundingClientRect(); return [box.x, box.y, box.width]; }"""


class Hand:
    """A hand over one view of the editor; places are pixels of the picture."""

    def __init__(self, notebook: Notebook, cell: int = 0) -> None:
        self.notebook = notebook
        self.page = notebook.page
        self.editor = notebook.locator(cell, ".wanx-editor")
        self.stage = notebook.locator(cell, ".wanx-stage")
        self.stage.wait_for(timeout=20_000)
        self.stage.scroll_into_view_if_needed()
        shown = "node => node.querySelector('.wanx-ink').width > 300"
        self.page.wait_for_function(shown, arg=self.stage.element_handle())

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Where a pixel of the picture is on the page."""
        left, top, width = self.stage.evaluate(FRAME_OF_PICTURE)
        return left + x * width / 800, top + y * width / 800

    def press(self, x: float, y: float) -> None:
        """Move there and press the button."""
        self.page.mouse.move(*self.place(x, y))
        self.page.mouse.down()

    def move(self, x: float, y: float, steps: int = 4) -> None:
        """Move there on a straight way."""
        self.page.mouse.move(*self.place(x, y), steps=steps)

    def draw(self, *points: tuple[float, float]) -> None:
        """Press at the first point, go through the others, and let go."""
        self.press(*points[0])
        for point in points[1:]:
            self.move(*point)
        self.page.mouse.up()

    def click(self, x: float, y: float) -> None:
        """Press and let go."""
        self.draw((x, y))

    def draw_with_pen(
        self, points: list[tuple[float, float]], force: list[float], *, lift: bool = True
    ) -> None:
        """Go through these points with a pen, pressed so hard at each, from 0 to 1."""
        for i, (point, pressed) in enumerate(zip(points, force, strict=True)):
            self._pen("mouseMoved" if i else "mousePressed", point, pressed)
        if lift:
            self.lift_pen(*points[-1])

    def lift_pen(self, x: float, y: float) -> None:
        """Take the pen off."""
        self._pen("mouseReleased", (x, y), 0)

    def _pen(self, kind: str, point: tuple[float, float], force: float) -> None:
        x, y = self.place(*point)
        event = {"type": kind, "x": x, "y": y, "force": force, "pointerType": "pen"}
        event |= {"button": "left", "buttons": int(kind != "mouseReleased"), "clickCount": 1}
        session = self.page.context.new_cdp_session(self.page)
        session.send("Input.dispatchMouseEvent", event)
        session.detach()

    def use(self, name: str) -> None:
        """Click on a button of the editor by its name in the code."""
        self.editor.locator(f"[data-name={name}]").click()

    def key(self, *keys: str) -> None:
        """Press keys, wherever the focus is."""
        for key in keys:
            self.page.keyboard.press(key)

    def settle(self) -> None:
        """Wait until Python has answered everything."""
        busy = "node => node.getAttribute('aria-busy') === 'false'"
        self.page.wait_for_function(busy, arg=self.stage.element_handle(), timeout=60_000)

    def slide(self, label: str, value: float) -> None:
        """Set a slider of the editor."""
        self.editor.get_by_label(label, exact=True).evaluate(
            "(input, value) => { input.value = value;"
            " input.dispatchEvent(new Event('input', { bubbles: true })); }",
            value,
        )

    def has(self, expected: str) -> None:
        """Assert that the Python mask is this one, but for two pixels at its edge."""
        self.settle()
        assert self.notebook.evaluate(f"painted({expected})") == "(0, True)", expected

    def is_empty(self) -> None:
        """Assert that nothing is painted."""
        self.settle()
        assert self.notebook.evaluate("editor.mask.area") == "0.0"

    def clear(self) -> None:
        """Empty the mask."""
        self.use("clear")
        self.is_empty()

    def ink_at(self, x: float, y: float) -> bool:
        """Whether there is ink at a pixel of the picture on the next frame."""
        at, frame = self.place(x, y), self.stage.bounding_box()
        here = [self.stage.element_handle(), at[0] - frame["x"], at[1] - frame["y"]]
        return self.page.evaluate(INK_AT, here)

    def wait_until_drawn(self, x: int, y: int) -> None:
        """Wait until both of Python's layers have something at a pixel of the picture."""
        drawn = f"""node => [...node.querySelectorAll('.wanx-layer canvas')].every(canvas =>
          canvas.getContext('2d').getImageData({x}, {y}, 1, 1).data[3] === 255)"""
        self.page.wait_for_function(drawn, arg=self.stage.element_handle(), timeout=20_000)

    def shown(self) -> Image.Image:
        """What the page shows of the stage."""
        return Image.open(io.BytesIO(self.stage.screenshot())).convert("RGB")

    def color(self, x: float, y: float) -> tuple[int, int, int]:
        """The colour on the page at a pixel of the picture, as soon as it stands still."""
        at, frame = self.place(x, y), self.stage.bounding_box()
        return self.shown().getpixel((round(at[0] - frame["x"]), round(at[1] - frame["y"])))


def opened(lab: Lab, *cells: str) -> Hand:
    """A notebook whose first cell shows an editor."""
    notebook = lab.notebook([SETUP, *cells])
    assert "Error" not in notebook.run(0)
    return Hand(notebook)


SCALED = ["transform: scale(0.7)", "zoom: 1.4", "transform: scale(1.25); zoom: 0.8"]
"""How a page may scale what a cell shows."""
SCALE = """(node, style) => { const area = node.closest('.jp-OutputArea');
  area.style.cssText = `transform-origin: 0 0; ${style}`;
  return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))); }"""


@contextlib.contextmanager
def other_screen(lab: Lab, **options: object) -> Iterator[None]:
    """Open notebooks on another kind of screen inside."""
    own, count = lab.context, len(lab._opened)
    lab.context = own.browser.new_context(**{"viewport": VIEWPORT, **options})
    try:
        yield
    finally:
        for notebook in lab._opened[count:]:
            notebook.close()
        del lab._opened[count:]
        lab.context.close()
        lab.context = own


def click_middle(node: Locator) -> None:
    """Click where somebody would, also what says that it is disabled and tells why."""
    node.scroll_into_view_if_needed()
    box = node.bounding_box()
    node.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def poll(notebook: Notebook, condition: str) -> None:
    """Wait until something is true in the kernel."""
    for _ in range(100):
        if (said := notebook.evaluate(condition)) == "True":
            return
        notebook.page.evaluate("() => new Promise(requestAnimationFrame)")
    raise AssertionError(f"{condition}: {said}")
