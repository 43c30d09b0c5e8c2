"""The mask editor as a person uses it: every tool, every key, in a real JupyterLab.

Each test asks the kernel which pixels are painted: what the service would get, not what is shown.
"""

import math

import pytest
from hand import FRAME_OF_PICTURE, NAMELESS, Hand, opened, poll
from lab import Lab
from PIL import Image

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


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
    assert hand.editor.evaluate(NAMELESS) == 0


def test_numbers(lab: Lab):
    """The panel of numbers adds and subtracts boxes, ellipses and polygons, and says mistakes."""
    hand = opened(lab)
    hand.editor.get_by_text("By numbers").click()

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
    hand.clear()
    hand.editor.get_by_label("Corners as x,y pairs").fill("（３０，10）（200，40）；120、180")
    hand.use("add")
    hand.has("empty.polygon([(30, 10), (200, 40), (120, 180)])")


def test_a_mask_is_there_again_when_its_cell_runs_again(lab: Lab):
    """The cell of %wanx mask, run again, shows the ink and the steps; it can be painted on."""
    line = "%wanx mask pixels -o editor"
    hand = opened(lab, "%load_ext ipywanx", line)
    hand.notebook.run(1)
    hand.notebook.evaluate("del editor")
    for turn in (1, 2):
        said = hand.notebook.run(2)
        assert ("keeps what was painted" in said) is (turn == 2)
        hand = Hand(hand.notebook, 2)
        if turn == 1:
            hand.draw((100, 100), (400, 100))
            hand.has("empty.stroke([(100, 100), (400, 100)], editor.radius)")
    assert hand.color(250, 100) != pytest.approx((190, 215, 240), abs=20)
    hand.draw((100, 300), (250, 300))
    both = "empty.stroke([(100, 100), (400, 100)], editor.radius)"
    hand.has(f"{both}.stroke([(100, 300), (250, 300)], editor.radius)")
    hand.use("undo")
    hand.has(both)


def test_the_wheel_is_the_pages(lab: Lab):
    """Over the picture the wheel scrolls the notebook, also with Shift; not with Ctrl or Alt."""
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
    for key, radius in {"Shift": "10.0", "Alt": "8.5"}.items():
        hand.page.keyboard.down(key)
        hand.page.mouse.wheel(0, 100)
        hand.page.keyboard.up(key)
        poll(hand.notebook, f"editor.radius == {radius}")


def test_the_right_button_does_nothing(lab: Lab):
    """Over the picture it opens no menu, which would offer to delete the cell; it draws nothing."""
    hand = opened(lab)
    hand.page.mouse.click(*hand.place(400, 300), button="right")
    assert hand.page.locator(".lm-Menu").count() == 0
    hand.draw((100, 100), (200, 100))
    hand.has("empty.stroke([(100, 100), (200, 100)], 10)")
    hand.editor.locator(".wanx-area").click(button="right")  # beside it the menu is the notebook's
    hand.page.locator(".lm-Menu").wait_for()


@pytest.mark.slow
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


def test_import_through_the_page(lab: Lab, tmp_path):
    """A picture chosen on the page becomes the mask; what was assumed of it is told."""
    hand = opened(lab)
    drawing = Image.new("L", (400, 300), 255)
    drawing.paste(0, (100, 100, 200, 200))
    drawing.save(tmp_path / "mask.png")
    hand.editor.locator("input[type=file]").set_input_files(tmp_path / "mask.png")
    hand.editor.get_by_text("The mask was resized from 400×300 to 800×600").wait_for()
    hand.editor.get_by_text("If black is meant, invert the mask.").wait_for()
    hand.has("empty.rectangle(200, 200, 200, 200).invert()")
    hand.use("invert")
    hand.has("empty.rectangle(200, 200, 200, 200)")
