"""The mask editor where something is in its way: a busy kernel, no network, other screens and pens.

Each test asks the kernel which pixels are painted: what the service would get, not what is shown.
"""

import pytest
from cable import on_a_cable
from hand import (
    BUSY,
    FRAME_OF_PICTURE,
    SCALE,
    SCALED,
    SETUP,
    Hand,
    opened,
    other_screen,
    poll,
)
from lab import PRELUDE, Lab
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

OFFLINE = "(kernel.connectionStatus !== 'connected')"


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
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


def test_a_scaled_page(lab: Lab):
    """Where the page is scaled by CSS, a stroke is where the pointer was, as live ink and after."""
    hand = opened(lab)
    painted = "empty"
    for number, style in enumerate(SCALED):
        hand.stage.evaluate(SCALE, style)
        hand.stage.scroll_into_view_if_needed()
        y = 100 + 150 * number
        hand.press(100, y)
        hand.move(700, y + 100)
        seen = hand.shown()  # half of the mask's colour, before Python has drawn it
        at, frame = hand.place(400, y + 50), hand.stage.bounding_box()
        pixel = seen.getpixel((round(at[0] - frame["x"]), round(at[1] - frame["y"])))
        assert pixel[0] > pixel[1] + 40, style
        hand.page.mouse.up()
        painted += f".stroke([(100, {y}), (700, {y + 100})], 10)"
        hand.has(painted)


def test_the_tools_are_seen_with_the_picture(lab: Lab):
    """At 1366 × 768 tools, the whole picture and what will be sent are on the screen together."""
    with other_screen(lab, viewport={"width": 1366, "height": 768}):
        hand = opened(lab)
        hand.notebook.evaluate("editor.draw([(400, 300)])")
        expect(hand.editor.locator(".wanx-area")).to_contain_text("%")
        seen = hand.page.locator(".jp-WindowedPanel-outer").bounding_box()["height"]
        tools = hand.editor.locator(".wanx-tools").first.bounding_box()
        said = hand.editor.locator(".wanx-area").bounding_box()
        assert said["y"] + said["height"] - tools["y"] <= seen
        width = hand.stage.evaluate(FRAME_OF_PICTURE)[2]
        height = hand.stage.bounding_box()["height"]
        assert width * 600 / 800 <= height
        hand.page.set_viewport_size({"width": 1366, "height": 1200})
        grown = "([node, height]) => node.clientHeight > height + 100"
        hand.page.wait_for_function(grown, arg=[hand.stage.element_handle(), height])


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


@pytest.mark.slow
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


@pytest.mark.slow
def test_kernel_restart_is_said(lab: Lab):
    """After a restart of the kernel the editor says what to do, and stays without errors."""
    hand = opened(lab)
    errors: list[str] = []
    hand.page.on("pageerror", lambda error: errors.append(str(error)))
    hand.notebook.restart()
    hand.editor.get_by_text("The kernel was restarted: run the cell again.").wait_for(
        timeout=20_000
    )
    hand.draw((100, 100), (300, 300))
    assert hand.editor.get_by_text("The kernel was restarted").is_visible()
    assert not errors


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
