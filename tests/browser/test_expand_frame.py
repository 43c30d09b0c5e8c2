"""The frame around a picture as a person drags it; each test asks the kernel for the scales."""

import pytest
from appearance import LANGUAGES, THEMES, WIDTHS, photograph
from hand import NAMELESS, SCALE, SCALED, click_middle, other_screen, poll
from lab import Lab, Notebook

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

SETUP = """\
from skimage import data
from PIL import Image
from ipywanx.widgets.expand_frame import ExpandFrame
picture = Image.fromarray(data.astronaut()).resize((800, 600))
frame = ExpandFrame(picture, language='en')
heard = []
frame.observe(heard.append, ['left_scale', 'right_scale', 'top_scale', 'bottom_scale'])
frame
"""
ROUNDED = "{side: round(value, 4) for side, value in frame.scales.items()}"


class FrameHand:
    """A hand over one view of the frame; ways are pixels of the picture."""

    def __init__(self, notebook: Notebook, cell: int = 0) -> None:
        self.notebook, self.page = notebook, notebook.page
        self.view = notebook.locator(cell, ".wanx-frame")
        self.stage = notebook.locator(cell, ".wanx-frame-stage")
        self.handle("left").wait_for(timeout=20_000)
        self.stage.scroll_into_view_if_needed()

    def handle(self, name: str):
        """One of the eight."""
        return self.view.locator(f"[data-name=frame_{name}]")

    @property
    def scale(self) -> float:
        """Pixels of the page for one of the picture."""
        return self.view.locator(".wanx-frame-picture").bounding_box()["width"] / 800

    def middle(self, locator) -> tuple[float, float]:
        """Its middle on the page."""
        box = locator.bounding_box()
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def drag(self, name: str, dx: float, dy: float, *, let_go: bool = True) -> None:
        """Drag a handle, or the whole from its middle."""
        grabbed = self.view.locator(".wanx-frame-picture") if name == "whole" else self.handle(name)
        x, y = self.middle(grabbed)
        if name == "whole":  # beside the grip
            x, y = x + 60, y + 60
        scale = self.scale
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(x + dx * scale / 2, y + dy * scale / 2)
        self.page.mouse.move(x + dx * scale, y + dy * scale)
        if let_go:
            self.page.mouse.up()

    def has(self, left: float = 1, right: float = 1, top: float = 1, bottom: float = 1) -> None:
        """Wait until the Python scales are these, but for a step of the hand."""
        wished = {"left": left, "right": right, "top": top, "bottom": bottom}
        near = [f"abs(frame.{side}_scale - {value}) < 0.0151" for side, value in wished.items()]
        try:
            poll(self.notebook, " and ".join(near))
        except AssertionError:
            raise AssertionError((wished, self.notebook.evaluate(ROUNDED))) from None

    def set(self, **scales: float) -> None:
        """Set scales by code, the others to 1, and wait until the page shows them."""
        wished = dict.fromkeys(("left", "right", "top", "bottom"), 1.0) | scales
        code = "; ".join(f"frame.{side}_scale = {value}" for side, value in wished.items())
        assert self.notebook.evaluate(code) == ""
        for side, value in wished.items():
            self.shows(side, value)

    def shows(self, side: str, value: float) -> None:
        """Wait until a handle is where its scale says, and says so."""
        self.page.wait_for_function(
            "([node, value]) => "
            "Math.abs(Number(node.getAttribute('aria-valuenow')) - value) < .0151",
            arg=[self.handle(side).element_handle(), value],
        )


def opened(lab: Lab, *cells: str) -> FrameHand:
    """A notebook whose first cell shows a frame."""
    notebook = lab.notebook([SETUP, *cells])
    assert "Error" not in notebook.run(0)
    return FrameHand(notebook)


def test_each_handle_drags_its_sides(lab: Lab):
    """Four sides and four corners each move what they name, and nothing else."""
    hand = opened(lab)
    for name, way, expected in [
        ("left", (-200, 50), {"left": 1.5}),
        ("right", (100, 50), {"right": 1.25}),
        ("top", (50, -150), {"top": 1.5}),
        ("bottom", (50, 75), {"bottom": 1.25}),
        ("top_left", (-100, -75), {"left": 1.25, "top": 1.25}),
        ("top_right", (200, -75), {"right": 1.5, "top": 1.25}),
        ("bottom_left", (-100, 150), {"left": 1.25, "bottom": 1.5}),
        ("bottom_right", (200, 30), {"right": 1.5, "bottom": 1.1}),
    ]:
        hand.set()
        hand.drag(name, *way)
        hand.has(**expected)
    hand.drag("right", -5000, 0)  # never into the picture, never beyond the limit
    hand.drag("bottom", 0, 5000)
    hand.has(bottom=2)
    hand.drag("bottom", 0, -100)
    hand.has(bottom=2 - 100 / 300)


@pytest.mark.slow
def test_on_a_scaled_page(lab: Lab):
    """Where the page is scaled by CSS, edges are where the pointer lets them go."""
    hand = opened(lab)
    for style in SCALED:
        hand.stage.evaluate(SCALE, style)
        hand.set()
        hand.stage.scroll_into_view_if_needed()
        hand.drag("right", 200, 0)
        hand.has(right=1.5)
        hand.drag("bottom_right", -120, 150)
        hand.has(right=1.2, bottom=1.5)


def test_a_click_changes_nothing(lab: Lab):
    """A handle that is pressed and let go stays where a preset or code has put it."""
    hand = opened(lab)
    hand.set(left=1.2345, right=1.3333)
    hand.drag("left", 0, 0)
    hand.drag("right", 0, 0)
    assert hand.notebook.evaluate("frame.left_scale, frame.right_scale") == "(1.2345, 1.3333)"


def test_the_whole_frame_moves(lab: Lab):
    """The frame keeps its size and never leaves the picture outside."""
    hand = opened(lab)
    hand.set(left=1.5, right=1.2, top=1.4, bottom=1.4)
    hand.drag("whole", 40, -30)
    hand.has(left=1.4, right=1.3, top=1.5, bottom=1.3)
    hand.drag("whole", -5000, 5000)
    hand.has(left=1.7, right=1, top=1, bottom=1.8)


def test_shift_drags_both_sides_evenly(lab: Lab):
    """With Shift the opposite side does the same."""
    hand = opened(lab)
    hand.page.keyboard.down("Shift")
    hand.drag("left", -160, 0)
    hand.page.keyboard.up("Shift")
    hand.has(left=1.4, right=1.4)
    hand.page.keyboard.down("Shift")
    hand.drag("bottom_right", 40, 60)
    hand.page.keyboard.up("Shift")
    hand.has(left=1.5, right=1.5, top=1.2, bottom=1.2)


def test_escape_takes_a_drag_back(lab: Lab):
    """Escape while dragging leaves the frame as it was before."""
    hand = opened(lab)
    hand.set(left=1.3)
    hand.drag("left", -200, 0, let_go=False)
    hand.shows("left", 1.8)
    hand.page.keyboard.press("Escape")
    hand.page.mouse.up()
    hand.has(left=1.3)


@pytest.mark.slow
def test_it_is_drawn_at_once_and_told_now_and_then(lab: Lab):
    """A drag of 60 moves is on the page on the next frame, and reaches Python in few messages."""
    hand = opened(lab)
    x, y = hand.middle(hand.handle("right"))
    hand.page.mouse.move(x, y)
    hand.page.mouse.down()
    began = hand.page.evaluate("performance.now()")
    for step in range(1, 61):
        hand.page.mouse.move(x + step * hand.scale * 4, y)
    where = """node => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => {
      const box = node.getBoundingClientRect(); done(box.x + box.width / 2); })))"""
    assert hand.handle("right").evaluate(where) == pytest.approx(x + 240 * hand.scale, abs=2)
    hand.page.mouse.up()
    took = hand.page.evaluate("performance.now()") - began
    hand.has(right=1.6)
    assert int(hand.notebook.evaluate("len(heard)")) <= took / 100 + 3


def test_keyboard_alone(lab: Lab):
    """Each handle is a slider: arrows, bigger with Shift, Home, End; and it says value and px."""
    hand = opened(lab, "'next'")
    for name, key, expected in [
        ("left", "ArrowLeft", {"left": 1.01}),
        ("left", "ArrowUp", {"left": 1.02}),
        ("left", "ArrowRight", {"left": 1.01}),
        ("left", "Shift+ArrowLeft", {"left": 1.11}),
        ("right", "Shift+ArrowRight", {"left": 1.11, "right": 1.1}),
        ("top", "Shift+ArrowUp", {"left": 1.11, "right": 1.1, "top": 1.1}),
        ("bottom", "End", {"left": 1.11, "right": 1.1, "top": 1.1, "bottom": 2}),
        ("bottom", "Home", {"left": 1.11, "right": 1.1, "top": 1.1}),
        (
            "bottom_right",
            "Shift+ArrowDown",
            {"left": 1.11, "right": 1.1, "top": 1.1, "bottom": 1.1},
        ),
        ("top_left", "End", {"left": 2, "right": 1.1, "top": 2, "bottom": 1.1}),
        ("top_left", "Home", {"right": 1.1, "bottom": 1.1}),
    ]:
        hand.handle(name).focus()
        hand.page.keyboard.press(key)
        hand.has(**expected)
    right = hand.handle("right")
    assert right.get_attribute("role") == "slider"
    assert right.get_attribute("aria-label") == "Right edge"
    assert [right.get_attribute(f"aria-value{one}") for one in ("min", "max", "now", "text")] == [
        "1", "2", "1.1", "1.1×, +40 px",
    ]  # fmt: skip
    assert hand.handle("bottom_right").get_attribute("aria-valuetext") == (
        "Bottom edge 1.1×, +30 px, Right edge 1.1×, +40 px"
    )
    grip = hand.view.get_by_label("Move the whole frame")
    grip.focus()
    hand.page.keyboard.press("Shift+ArrowLeft")
    hand.has(left=1.1, bottom=1.1)
    # keys that mean cells to JupyterLab mean nothing here, and Tab passes through
    right.focus()
    for key in ("d", "d", "a", "x"):
        hand.page.keyboard.press(key)
    cells = "() => window.jupyterapp.shell.currentWidget.content.widgets.length"
    assert hand.page.evaluate(cells) == 2
    for _ in range(20):
        hand.page.keyboard.press("Tab")
    assert not hand.page.evaluate("() => !!document.activeElement.closest('.wanx-frame')")
    assert hand.view.evaluate(NAMELESS) == 0


def test_presets(lab: Lab):
    """A preset is one press; what the limit forbids is disabled and says why; reset takes back."""
    hand = opened(lab)

    def press(name: str) -> None:
        click_middle(hand.view.get_by_role("button", name=name, exact=True))

    shown = hand.view.locator(".wanx-frame-output")
    press("1:1")
    hand.has(top=1.3333, bottom=1.3333)
    assert hand.notebook.evaluate("frame.output_size") == "(800, 800)"
    assert shown.inner_text() == "Result: 800 × 800 px"
    assert hand.view.locator("[data-name='1:1']").get_attribute("aria-pressed") == "true"
    press("16:9")
    poll(hand.notebook, "frame.output_size == (1067, 600)")
    press("9:16")
    said = "For 9:16 the picture must become 2.37 times as high; the service allows 2 times."
    hand.view.get_by_text(said).wait_for()
    impossible = hand.view.locator("[data-name='9:16']")
    assert impossible.get_attribute("aria-disabled") == "true"
    assert impossible.get_attribute("title") == said
    assert hand.notebook.evaluate("frame.output_size") == "(1067, 600)"
    press("2× all around")
    poll(hand.notebook, "frame.output_size == (1600, 1200)")
    press("Reset")
    hand.has()
    press("4:3")  # which it is
    hand.has()


@pytest.mark.slow
def test_touch_drags_and_the_page_still_scrolls(lab: Lab):
    """A finger drags a handle or the grip; on the picture it scrolls the page, as a wheel does."""
    tall = "from IPython.display import HTML; HTML('<div style=\"height:3000px\">tall</div>')"
    with other_screen(lab, has_touch=True):
        hand = opened(lab, tall)
        hand.notebook.run(1)
        hand.stage.scroll_into_view_if_needed()
        touch = hand.page.context.new_cdp_session(hand.page)

        def swipe(at: tuple[float, float], dx: float, dy: float) -> None:
            for step in range(6):
                point = {"x": at[0] + dx * step / 5, "y": at[1] + dy * step / 5}
                kind = "touchMove" if step else "touchStart"
                touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]})
            touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

        swipe(hand.middle(hand.handle("top_left")), -100 * hand.scale, -60 * hand.scale)
        hand.has(left=1.25, top=1.2)
        swipe(hand.middle(hand.view.locator(".wanx-frame-grip")), 40 * hand.scale, 30 * hand.scale)
        hand.has(left=1.15, right=1.1, top=1.1, bottom=1.1)
        scrolled = "() => document.querySelector('.jp-WindowedPanel-outer').scrollTop"
        before = hand.page.evaluate(scrolled)
        x, y = hand.middle(hand.view.locator(".wanx-frame-picture"))
        swipe((x + 40, y + 40), 0, -150)
        hand.page.wait_for_function(f"{scrolled[6:]} > {before + 50}")
        before = hand.page.evaluate(scrolled)
        hand.page.mouse.move(*hand.middle(hand.view.locator(".wanx-frame-picture")))
        hand.page.mouse.wheel(0, 120)
        hand.page.wait_for_function(f"{scrolled[6:]} > {before + 50}")
        hand.has(left=1.15, right=1.1, top=1.1, bottom=1.1)


@pytest.mark.slow
def test_a_second_view_follows(lab: Lab):
    """What is dragged in one view moves the other while it is dragged."""
    hand = opened(lab, "frame")
    hand.notebook.run(1)
    other = FrameHand(hand.notebook, 1)
    hand.stage.scroll_into_view_if_needed()
    hand.drag("right", 200, 0, let_go=False)
    other.shows("right", 1.5)
    hand.page.mouse.up()
    hand.has(right=1.5)
    other.stage.scroll_into_view_if_needed()
    other.drag("top_left", -40, -30)
    hand.shows("left", 1.1)
    hand.has(right=1.5, left=1.1, top=1.1)


@pytest.mark.slow
def test_on_a_fine_screen(lab: Lab):
    """With two pixels of the screen for one of the page the frame is where the hand is."""
    with other_screen(lab, device_scale_factor=2):
        hand = opened(lab)
        hand.drag("bottom_right", 100, 75)
        hand.has(right=1.25, bottom=1.25)


@pytest.mark.slow
def test_code_moves_the_frame_and_switches_its_language(lab: Lab):
    """Scales, picture and language set in Python are on the page at once."""
    hand = opened(lab)
    hand.set(left=1.5, top=1.25)
    x, _ = hand.middle(hand.handle("left"))
    picture = hand.view.locator(".wanx-frame-picture").bounding_box()
    assert picture["x"] - x == pytest.approx(200 * hand.scale, abs=1)
    assert hand.view.locator(".wanx-frame-output").inner_text() == "Result: 1000 × 675 px"
    assert hand.notebook.evaluate("frame.language = 'zh'") == ""
    hand.view.get_by_text("结果：1000 × 675 像素").wait_for()
    assert hand.handle("left").get_attribute("aria-label") == "左边"
    assert hand.notebook.evaluate("frame.show(picture.resize((2200, 2200)))") == ""
    hand.view.get_by_text("结果：2750 × 2475 像素").wait_for()
    assert hand.notebook.evaluate("frame.left_scale = frame.right_scale = 2") == ""
    hand.view.get_by_text("边长超过 4096 像素").wait_for()


def test_a_picture_that_is_not_here(lab: Lab):
    """Of a URL the scales are dragged all the same, no pixels are said, and presets say why not."""
    hand = opened(lab, "frame = ExpandFrame('https://example.com/a.png', language='en'); frame")
    assert "Error" not in hand.notebook.run(1)
    hand = FrameHand(hand.notebook, 1)
    x, y = hand.middle(hand.handle("right"))
    box = hand.view.locator(".wanx-frame-picture").bounding_box()
    hand.page.mouse.move(x, y)
    hand.page.mouse.down()
    hand.page.mouse.move(x + box["width"] / 4, y, steps=3)
    hand.page.mouse.up()
    hand.has(right=1.5)
    assert "px" not in hand.view.locator(".wanx-frame-output").inner_text()
    click_middle(hand.view.get_by_role("button", name="16:9"))
    hand.view.get_by_text("The picture's size is not known here").wait_for()


@pytest.mark.slow
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_it_fits(lab: Lab, width: int, theme: str, language: str):
    """Nothing is wider than the view, in both themes and languages; photographed."""
    hand = opened(lab)
    hand.set(left=1.2, right=1.6, top=1.1, bottom=1.4)
    hand.notebook.evaluate(f"frame.language = {language!r}")
    view = hand.notebook.locator(0, ".wanx-expand-frame")
    photograph(hand.notebook, view, f"expand_frame_{language}", theme, width)
