"""The mask editor as a person uses it: real pointer and key events in JupyterLab.

Each test asks the kernel which pixels are painted: what the service would get, not what is shown.
"""

import contextlib
import io
import math
from collections.abc import Iterator

import pytest
from cable import on_a_cable
from lab import PRELUDE, VIEWPORT, Lab, Notebook
from PIL import Image

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

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
FRAME_OF_PICTURE = """node => { const box = node.querySelector('.wanx-picture canvas')
  .getBoundingClientRect(); return [box.x, box.y, box.width]; }"""
OFFLINE = "(kernel.connectionStatus !== 'connected')"
RESTART = f"async () => {{ {PRELUDE} await kernel.restart(); }}"


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


@contextlib.contextmanager
def other_screen(lab: Lab, **options: object) -> Iterator[None]:
    """Open notebooks on another kind of screen inside."""
    own, count = lab.context, len(lab._opened)
    lab.context = own.browser.new_context(viewport=VIEWPORT, **options)
    try:
        yield
    finally:
        for notebook in lab._opened[count:]:
            notebook.close()
        del lab._opened[count:]
        lab.context.close()
        lab.context = own


def test_brush_and_eraser(lab: Lab):
    """The brush paints its path at its size, also beyond the picture, and the eraser rubs out."""
    hand = opened(lab)
    hand.draw((100, 100), (400, 100), (400, 300))
    line = "empty.stroke([(100, 100), (400, 100), (400, 300)], 10)"
    hand.has(line)
    hand.use("eraser")
    hand.draw((250, 50), (250, 150))
    hand.has(f"{line}.erase([(250, 50), (250, 150)], 10)")
    hand.clear()
    hand.use("brush")
    hand.slide("Size", 30)
    hand.draw((700, 500), (790, 590))
    hand.has("empty.stroke([(700, 500), (790, 590)], 30)")
    hand.key("[", "[", "]")
    poll(hand.notebook, "25 < editor.radius < 27")
    hand.page.keyboard.down("Alt")
    hand.page.mouse.wheel(0, -300)
    hand.page.keyboard.up("Alt")
    poll(hand.notebook, "editor.radius > 30")


def poll(notebook: Notebook, condition: str) -> None:
    """Wait until something is true in the kernel."""
    for _ in range(100):
        if (said := notebook.evaluate(condition)) == "True":
            return
        notebook.page.evaluate("() => new Promise(requestAnimationFrame)")
    raise AssertionError(f"{condition}: {said}")


def test_shapes(lab: Lab):
    """Rectangle, ellipse, lasso and polygon paint what was outlined; Subtract rubs it out."""
    hand = opened(lab)
    hand.use("rectangle")
    hand.draw((100, 100), (300, 250))
    hand.has("empty.rectangle(100, 100, 200, 150)")
    hand.use("ellipse")
    hand.draw((700, 500), (500, 300))
    both = "empty.rectangle(100, 100, 200, 150).ellipse(500, 300, 200, 200)"
    hand.has(both)
    hand.key("x")
    hand.use("rectangle")
    hand.draw((150, 150), (250, 200))
    hand.has(f"{both}.rectangle(150, 150, 100, 50, erase=True)")
    hand.key("x")
    hand.clear()
    hand.use("lasso")
    # one that crosses itself: its crossing is outside, here as in the picture shown
    star = [(round(400 + 200 * math.sin(a)), round(300 - 200 * math.cos(a)))
            for a in (i * 0.8 * math.pi for i in range(6))]  # fmt: skip
    hand.draw(*star)
    hand.has(f"empty.polygon({star[:5]})")
    middle = hand.color(400, 300)
    assert middle == pytest.approx((170, 30, 30), abs=12)
    hand.clear()
    hand.use("polygon")
    for corner in [(100, 400), (300, 350), (350, 500)]:
        hand.click(*corner)
    hand.click(101, 401)  # near the first: closes
    hand.has("empty.polygon([(100, 400), (300, 350), (350, 500)])")
    hand.clear()
    for corner in [(500, 100), (700, 100), (700, 300)]:
        hand.click(*corner)
    hand.key("c")
    hand.has("empty.polygon([(500, 100), (700, 100), (700, 300)])")
    hand.notebook.screenshot("mask_editor_shapes")


def test_straight_line_and_square_with_shift(lab: Lab):
    """Shift makes the brush go straight from where it began, and a rectangle a square."""
    hand = opened(lab)
    hand.press(100, 100)
    hand.page.keyboard.down("Shift")
    hand.move(300, 400)
    hand.move(500, 200)
    hand.page.mouse.up()
    hand.page.keyboard.up("Shift")
    hand.has("empty.stroke([(100, 100), (500, 200)], 10)")
    hand.clear()
    hand.use("rectangle")
    hand.press(100, 100)
    hand.page.keyboard.down("Shift")
    hand.move(300, 200)
    hand.page.mouse.up()
    hand.page.keyboard.up("Shift")
    hand.has("empty.rectangle(100, 100, 200, 200)")


def test_fill_and_wand(lab: Lab):
    """Fill paints inside an outline; the wand takes a colour, and its slider its last step anew."""
    hand = opened(lab)
    hand.draw((100, 100), (300, 100), (200, 300), (100, 100))
    hand.use("fill")
    hand.click(200, 150)
    triangle = [(100, 100), (300, 100), (200, 300), (100, 100)]
    hand.has(f"empty.stroke({triangle}, 10).polygon({triangle})")
    hand.clear()
    hand.use("wand")
    hand.click(400, 300)
    hand.has("empty.rectangle(300, 200, 200, 200)")
    hand.clear()
    hand.slide("Tolerance", 5)
    hand.click(200, 500)
    hand.has("empty.rectangle(180, 450, 44, 100)")
    steps = hand.notebook.evaluate("editor.state['undo']")
    for tolerance in (8, 14, 30, 20):
        hand.slide("Tolerance", tolerance)
    hand.has("empty.rectangle(120, 450, 164, 100)")
    assert hand.notebook.evaluate("editor.state['undo']") == steps
    hand.key("Control+z")
    hand.is_empty()


def test_whole_mask_steps_undo_and_redo(lab: Lab):
    """Grow, shrink, smooth, invert and clear act on the mask; each is undone and redone."""
    hand = opened(lab)
    box = "empty.rectangle(200, 200, 300, 200)"
    hand.use("rectangle")
    hand.draw((200, 200), (500, 400))
    hand.editor.get_by_label("Pixels to grow").fill("20")
    hand.use("grow")
    hand.has(f"{box}.grow(20)")
    hand.use("shrink")
    hand.use("shrink")
    hand.has(f"{box}.grow(20).grow(-20).grow(-20)")
    hand.key("Control+z", "Control+z")
    hand.use("smooth")
    hand.has(f"{box}.grow(20).smooth(20)")
    hand.use("invert")
    hand.has(f"{box}.grow(20).smooth(20).invert()")
    hand.use("clear")
    hand.is_empty()
    for _ in range(4):
        hand.use("undo")
    hand.has(box)
    hand.use("undo")
    hand.is_empty()
    assert hand.editor.locator("[data-name=undo]").is_disabled()
    hand.stage.focus()
    hand.key("Control+y", "Control+Shift+z")
    hand.has(f"{box}.grow(20)")


def test_two_hundred_steps_are_undone_and_the_page_still_draws(lab: Lab):
    """Undo goes back 200 steps as fast as keys come; the page shows what Python has afterwards."""
    hand = opened(lab)
    hand.notebook.evaluate(
        "for i in range(200): editor.draw([(20 + 3 * i, 50), (20 + 3 * i, 550)])"
    )
    hand.stage.focus()
    for _ in range(199):
        hand.key("Control+z")
    hand.has("empty.stroke([(20, 50), (20, 550)], 10)")
    assert hand.color(20, 300) != pytest.approx((190, 215, 240), abs=12)
    assert hand.color(620, 300) == pytest.approx((190, 215, 240), abs=12)
    hand.draw((700, 100), (700, 500))
    hand.settle()
    assert hand.color(700, 300) != pytest.approx((190, 215, 240), abs=12)


def test_reload_of_the_page(lab: Lab):
    """After a reload the picture and all strokes are there again, and the next ones are right."""
    hand = opened(lab)
    first = "empty.stroke([(100, 100), (700, 100)], 10)"
    hand.draw((100, 100), (700, 100))
    hand.has(first)
    hand.notebook.reload()
    hand = Hand(hand.notebook)
    hand.wait_until_drawn(400, 100)
    hand.draw((100, 500), (700, 500))
    hand.has(f"{first}.stroke([(100, 500), (700, 500)], 10)")
    assert hand.color(400, 300) == pytest.approx((170, 30, 30), abs=12)
    ink = hand.color(600, 500)
    assert ink == pytest.approx(hand.color(600, 100), abs=12)
    assert ink == pytest.approx((207, 121, 166), abs=12)  # half of the mask's colour


def test_two_views(lab: Lab):
    """What is drawn in one view of an editor is seen in the other, and both draw one mask."""
    hand = opened(lab, "editor")
    hand.notebook.run(1)
    other = Hand(hand.notebook, 1)
    other.draw((100, 500), (700, 500))
    other.settle()
    hand.stage.scroll_into_view_if_needed()
    hand.draw((100, 100), (700, 100))
    hand.has("empty.stroke([(100, 500), (700, 500)], 10).stroke([(100, 100), (700, 100)], 10)")
    for view in (hand, other):
        view.stage.scroll_into_view_if_needed()
        for y in (100, 500):
            assert view.color(600, y) == pytest.approx((207, 121, 166), abs=12)


def test_zoomed_and_panned(lab: Lab):
    """At 400 % and panned aside, the pointer still paints the pixels under it."""
    hand = opened(lab)
    hand.page.mouse.move(*hand.place(200, 150))
    hand.page.keyboard.down("Control")
    for _ in range(40):
        hand.page.mouse.wheel(0, -100)
        if "400 %" in hand.editor.inner_text() or hand.stage.evaluate(FRAME_OF_PICTURE)[2] > 3200:
            break
    hand.page.keyboard.up("Control")
    scale = hand.stage.evaluate(FRAME_OF_PICTURE)[2] / 800
    assert scale > 3.9
    hand.use("brush")  # by a click: from then on the keys are the picture's
    before = hand.place(200, 150)
    hand.page.mouse.move(*before)
    hand.page.keyboard.down("Space")
    hand.page.mouse.down()
    hand.page.mouse.move(before[0] - 80, before[1] + 40, steps=3)
    hand.page.mouse.up()
    hand.page.keyboard.up("Space")
    after = hand.place(200, 150)
    assert (after[0] - before[0], after[1] - before[1]) == pytest.approx((-80, 40), abs=1)
    hand.is_empty()
    hand.draw((180, 120), (240, 160))
    hand.has("empty.stroke([(180, 120), (240, 160)], 10)")
    hand.key("0")
    assert hand.stage.evaluate(FRAME_OF_PICTURE)[2] < 900
    for _ in range(20):
        hand.key("+")
    assert hand.stage.evaluate(FRAME_OF_PICTURE)[2] == pytest.approx(6400, abs=2)


def test_device_scale_2(lab: Lab):
    """On a screen of two device pixels a CSS pixel, ink is as fine as the screen, and right."""
    with other_screen(lab, device_scale_factor=2):
        hand = opened(lab)
        sizes = "node => [node.querySelector('.wanx-ink').width, 2 * node.clientWidth]"
        ink, wanted = hand.stage.evaluate(sizes)
        assert ink == wanted
        hand.press(100, 100)
        hand.move(700, 500)
        assert hand.ink_at(400, 300)
        hand.page.mouse.up()
        hand.has("empty.stroke([(100, 100), (700, 500)], 10)")


def test_touch(lab: Lab):
    """One finger draws; two fingers zoom and pan, and leave no mark."""
    with other_screen(lab, has_touch=True):
        hand = opened(lab)
        cdp = lab.context.new_cdp_session(hand.page)

        def touch(kind: str, *places: tuple[float, float]) -> None:
            points = [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(places)]
            cdp.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

        touch("touchStart", hand.place(100, 100))
        for x in range(150, 701, 50):
            touch("touchMove", hand.place(x, 100))
        touch("touchEnd")
        line = "empty.stroke([(100, 100), (700, 100)], 10)"
        hand.has(line)
        width = hand.stage.evaluate(FRAME_OF_PICTURE)[2]
        left, right = hand.place(300, 300), hand.place(500, 300)
        touch("touchStart", left)
        touch("touchStart", left, right)
        for apart in range(20, 101, 20):
            touch("touchMove", (left[0] - apart, left[1]), (right[0] + apart, right[1]))
        touch("touchEnd")
        zoomed = hand.stage.evaluate(FRAME_OF_PICTURE)[2]
        assert zoomed / width == pytest.approx(1 + 200 / (right[0] - left[0]), rel=0.05)
        hand.has(line)


def test_a_pens_pressure_is_its_width(lab: Lab):
    """A pen's line is thin where it is pressed lightly and thick where hard, also as live ink."""
    hand = opened(lab)
    places = [(100, 300), (300, 300), (500, 300), (700, 300)]
    force = [0.25, 1.0, 0.5, 0.75]
    path = "empty.stroke([(x, 300) for x in (100, 300, 500, 700)]"
    hand.draw_with_pen(places, force)
    hand.has(f"{path}, 10)")  # off by default
    hand.clear()
    hand.editor.get_by_label("Pen pressure").check()
    hand.slide("Size", 40)
    poll(hand.notebook, "editor.pressure and editor.radius == 40")
    hand.draw_with_pen(places, force, lift=False)
    assert hand.ink_at(300, 230)
    assert not hand.ink_at(500, 250)
    assert hand.ink_at(500, 270)
    assert not hand.ink_at(100, 330)
    hand.lift_pen(*places[-1])
    hand.has(f"{path}, [20, 80, 40, 60])")
    assert hand.notebook.evaluate("editor.mask.operations[-1].radii") == "(20.0, 80.0, 40.0, 60.0)"
    hand.clear()
    hand.draw((100, 300), (700, 300))
    hand.has("empty.stroke([(100, 300), (700, 300)], 40)")  # a mouse has the brush's own size


def test_drawing_while_a_cell_runs(lab: Lab):
    """While the kernel sleeps the ink is there on the next frame; afterwards the mask is right."""
    hand = opened(lab, BUSY)
    hand.notebook.start(1)
    for y in (100, 200, 450):
        hand.press(100, y)
        hand.move(700, y)
        assert hand.ink_at(690, y)
        hand.page.mouse.up()
        assert hand.ink_at(400, y)
    hand.use("eraser")
    hand.press(400, 50)
    hand.move(400, 550)
    assert not hand.ink_at(400, 200)
    hand.page.mouse.up()
    assert hand.notebook.text(1) == ""
    hand.editor.get_by_text("The kernel is busy; 4 waiting.").wait_for(timeout=4_000)
    hand.notebook.wait(1)
    lines = "".join(f".stroke([(100, {y}), (700, {y})], 10)" for y in (100, 200, 450))
    hand.has(f"empty{lines}.erase([(400, 50), (400, 550)], 10)")
    hand.editor.get_by_text("The kernel is busy").wait_for(state="detached", timeout=4_000)


@pytest.mark.slow  # JupyterLab takes 10 ms for the messages of each stroke
def test_a_thousand_strokes(lab: Lab):
    """A thousand strokes sent as fast as the page can all arrive, once each, in their order."""
    hand = opened(lab)
    hand.click(5, 5)
    hand.settle()
    places = [hand.place(20 + 15 * (i % 50), 20 + 25 * (i // 50)) for i in range(1000)]
    hand.stage.evaluate(
        """(node, places) => { for (const [clientX, clientY] of places)
          for (const type of ['pointerdown', 'pointermove', 'pointerup'])
            node.dispatchEvent(new PointerEvent(type, { pointerId: 1, pointerType: 'mouse',
              isPrimary: true, button: type === 'pointermove' ? -1 : 0, clientX, bubbles: true,
              clientY: clientY + (type === 'pointerdown' ? 0 : 8) })); }""",
        places,
    )
    hand.settle()
    assert hand.notebook.evaluate("editor.state['undo']") == "1001"
    ends = "[[round(at) for at in step.points[0]] for step in editor.mask.operations[1:]]"
    wanted = "[[20 + 15 * (i % 50), 20 + 25 * (i // 50)] for i in range(1000)]"
    off = f"max(abs(a - b) for p, q in zip({ends}, {wanted}) for a, b in zip(p, q))"
    assert int(hand.notebook.evaluate(off)) <= 1


def test_the_pointer_leaves_and_comes_back(lab: Lab):
    """A stroke goes on outside of the picture and comes back whole; other buttons paint nothing."""
    hand = opened(lab)
    hand.press(200, 100)
    hand.move(-60, 100)
    hand.move(-60, 300)
    hand.move(200, 300)
    hand.page.mouse.up()
    path = "empty.stroke([(200, 100), (-60, 100), (-60, 300), (200, 300)], 10)"
    hand.has(path)
    xs = "min(x for x, y in editor.mask.operations[-1].points)"
    assert float(hand.notebook.evaluate(xs)) == pytest.approx(-60, abs=1)
    hand.press(400, 100)
    hand.move(-60, 450)
    hand.page.mouse.up()  # outside
    hand.move(400, 500)
    hand.page.mouse.move(*hand.place(600, 100))
    hand.page.mouse.down(button="right")
    hand.move(700, 200)
    hand.page.mouse.up(button="right")
    hand.has(f"{path}.stroke([(400, 100), (-60, 450)], 10)")


def test_keyboard_alone(lab: Lab):
    """Without a pointer: a stamp, a rectangle, a polygon; Tab passes through and Esc leaves."""
    hand = opened(lab, "'next'")
    cells = "() => window.jupyterapp.shell.currentWidget.content.widgets.length"
    hand.stage.focus()
    hand.key("b", "Enter")  # the crosshair starts in the middle
    hand.has("empty.stroke([(400, 300)], 10)")
    hand.clear()
    hand.stage.focus()
    hand.key("r", "Enter", *["Shift+ArrowRight"] * 5, *["Shift+ArrowDown"] * 4, "Enter")
    step = float(hand.notebook.evaluate("editor.mask.operations[-1].points[1][0]")) - 400
    assert step >= 40
    hand.has(f"empty.rectangle(400, 300, {step}, {step * 4 / 5})")
    hand.clear()
    hand.stage.focus()
    hand.key(
        "p", "Enter", *["Shift+ArrowRight"] * 5, "Enter", *["Shift+ArrowDown"] * 5, "Enter", "c"
    )
    hand.settle()
    area = float(hand.notebook.evaluate("editor.mask.area * 800 * 600"))
    assert area == pytest.approx(step * step / 2, rel=0.1)
    inside = "() => !!document.activeElement.closest('.wanx-editor')"
    hand.editor.locator("[data-name=brush]").focus()
    for _ in range(60):
        hand.key("Tab")
        if not hand.page.evaluate(inside):
            break
    assert not hand.page.evaluate(inside)
    hand.stage.focus()
    hand.key("Shift+Tab")
    assert not hand.stage.evaluate("node => node === document.activeElement")
    hand.stage.focus()
    hand.key("Escape")
    assert not hand.page.evaluate(inside)
    # keys that mean cells to JupyterLab mean tools here, also on a button of the editor
    hand.editor.locator("[data-name=brush]").focus()
    hand.key("x", "d", "d", "b", "a")
    assert hand.page.evaluate(cells) == 2
    nameless = """node => [...node.querySelectorAll('button, input, select, summary')].filter(
      one => !one.hidden && !(one.getAttribute('aria-label') || one.textContent
             || one.labels?.length)).length"""
    assert hand.editor.evaluate(nameless) == 0


def test_numbers(lab: Lab):
    """The panel of numbers adds and subtracts boxes, ellipses and polygons, and says mistakes."""
    hand = opened(lab)
    hand.editor.locator("summary").click()

    def fill(**values: str) -> None:
        for name, value in values.items():
            hand.editor.get_by_label(name, exact=True).fill(value)

    fill(x="100", y="150", Width="300", Height="200")
    hand.use("add")
    fill(x="150", y="200", Width="50", Height="50")
    hand.editor.get_by_label("Shape").select_option("ellipse")
    hand.editor.locator("[data-name=subtract]").click()
    hand.has("empty.rectangle(100, 150, 300, 200).ellipse(150, 200, 50, 50, erase=True)")
    hand.clear()
    fill(Width="0")
    hand.use("add")
    hand.editor.get_by_text("Width and height must be over 0").wait_for()
    hand.editor.get_by_label("Shape").select_option("polygon")
    hand.editor.get_by_label("Corners as x,y pairs").fill("10,10 200,40 120,180")
    hand.use("add")
    hand.has("empty.polygon([(10, 10), (200, 40), (120, 180)])")


def test_the_wheel_is_the_pages(lab: Lab):
    """Over the picture the wheel scrolls the notebook, unless a modifier is held."""
    tall = "from IPython.display import HTML; HTML('<div style=\"height:3000px\">tall</div>')"
    hand = opened(lab, tall)
    hand.notebook.run(1)
    hand.stage.scroll_into_view_if_needed()
    scrolled = "() => document.querySelector('.jp-WindowedPanel-outer').scrollTop"
    before, scale = hand.page.evaluate(scrolled), hand.stage.evaluate(FRAME_OF_PICTURE)[2]
    hand.page.mouse.move(*hand.place(400, 400))
    hand.page.mouse.wheel(0, 120)
    hand.page.wait_for_function(f"{scrolled[6:]} > {before + 50}")
    assert hand.stage.evaluate(FRAME_OF_PICTURE)[2] == scale
    before = hand.page.evaluate(scrolled)
    hand.page.keyboard.down("Control")
    hand.page.mouse.wheel(0, -200)
    hand.page.keyboard.up("Control")
    hand.page.wait_for_function(
        "([node, width]) => node.querySelector('.wanx-picture canvas')"
        ".getBoundingClientRect().width > width * 1.2",
        arg=[hand.stage.element_handle(), scale],
    )
    assert hand.page.evaluate(scrolled) == before


def test_opacity_does_not_pile_up(lab: Lab):
    """Where strokes cross, and while the second is still ink, the picture shows through as much."""
    hand = opened(lab)
    hand.draw((550, 50), (550, 150))
    hand.settle()
    hand.press(500, 100)
    hand.move(600, 100)
    hand.page.mouse.move(*hand.place(650, 180))  # off the places that are looked at
    colors = [hand.color(*at) for at in [(550, 60), (550, 100), (520, 100)]]
    hand.page.mouse.up()
    hand.settle()
    colors += [hand.color(*at) for at in [(550, 60), (550, 100), (520, 100)]]
    for color in colors:
        assert color == pytest.approx((207, 121, 166), abs=4)
    hand.stage.focus()
    hand.page.keyboard.down("h")
    hand.move(640, 200)
    assert hand.color(550, 100) == pytest.approx((190, 215, 240), abs=4)
    hand.page.keyboard.up("h")
    assert hand.color(550, 100) == pytest.approx((207, 121, 166), abs=4)


def test_what_will_be_sent_is_seen(lab: Lab):
    """Below the picture: the mask made small, its part of the picture, and what looks wrong."""
    hand = opened(lab)
    hand.editor.get_by_text("Nothing is painted yet").wait_for()
    hand.use("rectangle")
    hand.draw((0, 0), (400, 600))
    hand.editor.get_by_text("50.0 % of the picture will be edited").wait_for()
    small = """node => { const canvas = new OffscreenCanvas(node.naturalWidth, node.naturalHeight);
      const context = canvas.getContext('2d'); context.drawImage(node, 0, 0);
      return [canvas.width * 0.2, canvas.width * 0.8].map(
        x => context.getImageData(x, canvas.height / 2, 1, 1).data[0]); }"""
    thumbnail = hand.editor.get_by_alt_text("The mask: white is edited")
    assert thumbnail.evaluate(small) == [255, 0]
    hand.draw((380, 0), (790, 600))
    hand.editor.get_by_text("nearly the whole picture").wait_for()
    hand.use("clear")
    hand.editor.get_by_text("Nothing is painted yet").wait_for()
    assert hand.color(20, 20) == pytest.approx((190, 215, 240), abs=12)


@pytest.mark.slow  # JupyterLab waits for 10 to 30 seconds before it connects again
def test_strokes_made_offline_arrive(lab: Lab):
    """What is drawn while the network is down is seen at once, and is in the mask once it is up."""
    with on_a_cable(lab) as cable:
        hand = opened(lab)
        hand.draw((100, 50), (700, 50))
        hand.has("empty.stroke([(100, 50), (700, 50)], 10)")
        cable.cut()
        hand.page.wait_for_function(f"() => {{ {PRELUDE} return {OFFLINE}; }}", timeout=30_000)
        for y in (150, 300, 450):
            hand.draw((100, y), (700, y))
            assert hand.ink_at(400, y)
        cable.mend()
        hand.page.wait_for_function(f"() => {{ {PRELUDE} return !{OFFLINE}; }}", timeout=120_000)
        lines = "".join(f".stroke([(100, {y}), (700, {y})], 10)" for y in (50, 150, 300, 450))
        hand.has(f"empty{lines}")
        assert hand.notebook.evaluate("len(editor.mask.operations)") == "4"


def test_kernel_restart_is_said(lab: Lab):
    """After a restart of the kernel the editor says what to do, and stays without errors."""
    hand = opened(lab)
    errors: list[str] = []
    hand.page.on("pageerror", lambda error: errors.append(str(error)))
    hand.page.evaluate(RESTART)
    hand.editor.get_by_text("The kernel was restarted: run the cell again.").wait_for(
        timeout=20_000
    )
    hand.draw((100, 100), (300, 300))
    assert hand.editor.get_by_text("The kernel was restarted").is_visible()
    assert not errors


def test_import_through_the_page(lab: Lab, tmp_path):
    """A picture chosen on the page becomes the mask; black on white of another size is told."""
    hand = opened(lab)
    drawing = Image.new("L", (400, 300), 255)
    drawing.paste(0, (100, 100, 200, 200))
    drawing.save(tmp_path / "mask.png")
    hand.editor.locator("input[type=file]").set_input_files(tmp_path / "mask.png")
    hand.editor.get_by_text("The mask was resized from 400×300 to 800×600").wait_for()
    hand.has("empty.rectangle(200, 200, 200, 200)")


def test_without_the_editors_own_view(lab: Lab):
    """Where a page has only ipycanvas, `editor.basic` draws and rubs out on the same mask."""
    notebook = lab.notebook([SETUP.removesuffix("editor\n") + "editor.basic"])
    assert "Error" not in notebook.run(0)
    canvas = notebook.locator(0, "canvas")
    canvas.wait_for()
    drawn = "node => node.getContext('2d').getImageData(400, 300, 1, 1).data[0] > 150"
    notebook.page.wait_for_function(drawn, arg=canvas.element_handle())
    frame = canvas.bounding_box()

    def drag(*points: tuple[int, int]) -> None:
        for i, (x, y) in enumerate(points):
            scale = frame["width"] / 800
            notebook.page.mouse.move(frame["x"] + x * scale, frame["y"] + y * scale, steps=4)
            if not i:
                notebook.page.mouse.down()
        notebook.page.mouse.up()

    drag((100, 100), (700, 100))
    line = "empty.stroke([(100, 100), (700, 100)], 10)"
    poll(notebook, f"painted({line}) == (0, True)")
    notebook.locator(0, "input[type=checkbox]").check()
    drag((400, 50), (400, 150))
    poll(notebook, f"painted({line}.erase([(400, 50), (400, 150)], 10)) == (0, True)")
    notebook.locator(0, "button").first.click()
    poll(notebook, f"painted({line}) == (0, True)")
