"""What the controls of the mask editor, the board and the frame do, by their selectors."""

from clicks import (
    PRESSED,
    Effect,
    Scene,
    all_of,
    asks_for_a_file,
    becomes,
    changed,
    focused,
    pressed,
    shows,
    slid,
    ticked,
)
from hand import click_middle
from playwright.sync_api import expect


def uses_tools(scene: Scene) -> None:
    """Each tool that is clicked is the one in the hand."""
    for tool in scene.find("[aria-label=Tools] .wanx-button").all():
        tool.click()
        expect(tool).to_have_attribute(*PRESSED)
        scene.comes(f"editor.tool == {tool.get_attribute('data-name')!r}")


def draws(scene: Scene) -> None:
    """A stroke across the picture is painted, and can be undone and done again."""
    scene.click("[data-name=brush]")
    scene.changes("editor.mask.area", lambda: scene.drag(".wanx-stage", 60, 40))
    scene.changes("editor.mask.area", lambda: scene.click("[data-name=undo]"))
    scene.changes("editor.mask.area", lambda: scene.click("[data-name=redo]"))


def steps(scene: Scene) -> None:
    """Each step changes the mask; the last clears it."""
    area = "editor.mask.to_image().tobytes()[::97].hex()"
    for name in ("grow", "shrink", "smooth", "invert"):
        scene.changes(area, lambda name=name: scene.click(f"[data-name={name}]"))
    scene.click("[data-name=clear]")
    scene.comes("editor.mask.area == 0")


def sees(scene: Scene) -> None:
    """The view is zoomed in and out and fitted, and the mask is hidden while its eye is pressed."""
    facts = scene.find(".wanx-facts")
    fitted = facts.inner_text()
    scene.click("[data-name=zoom_in]")
    expect(facts).not_to_have_text(fitted)
    scene.click("[data-name=zoom_out]")
    scene.click("[data-name=zoom_out]")
    expect(facts).not_to_have_text(fitted)
    scene.click("[data-name=fit]")
    expect(facts).to_have_text(fitted)
    if not scene.find("[data-name=peek]").count():
        return
    scene.find("[data-name=peek]").hover()
    scene.page.mouse.down()
    expect(scene.root.locator(".wanx-group").first).to_have_css("opacity", "0")
    scene.page.mouse.up()
    expect(scene.root.locator(".wanx-group").first).not_to_have_css("opacity", "0")


def adds_by_numbers(scene: Scene) -> None:
    """A shape by its numbers is added, and taken away."""
    scene.click("summary:has-text('By numbers')")
    for name, value in {"x": 30, "y": 20, "Width": 300, "Height": 200}.items():
        field = scene.root.get_by_role("spinbutton", name=name, exact=True)
        field.click()
        scene.page.keyboard.type(str(value))
        expect(field).to_have_value(str(value))
    scene.changes("editor.mask.area", lambda: scene.click("[data-name=add]"))
    scene.click("[data-name=subtract]")
    scene.comes("editor.mask.area == 0")
    focused("select[aria-label=Shape]")(scene)
    scene.page.keyboard.press("Escape")
    scene.find("select[aria-label=Shape]").select_option("polygon")
    focused(".wanx-corners")(scene)


EDITOR: dict[str, Effect] = {
    "[aria-label=Tools] .wanx-button": uses_tools,
    ".wanx-stage, [data-name=undo], [data-name=redo]": draws,
    "[data-name=grow], [data-name=shrink], [data-name=smooth], [data-name=invert], "
    "[data-name=clear]": steps,
    ".wanx-number": focused(".wanx-number"),
    "[data-name=zoom_in], [data-name=zoom_out], [data-name=fit], [data-name=peek]": sees,
    "[data-name=import]": asks_for_a_file("[data-name=import]"),
    "label[data-name=radius], [aria-label=Size]": changed("[aria-label=Size]", "editor.radius"),
    "label[data-name=opacity], [aria-label=Opacity]": all_of(
        slid("[aria-label=Opacity]"), becomes("[aria-label=Opacity]", "0.4 < editor.opacity < 0.7")
    ),
    "label[data-name=tolerance], [aria-label='Wand tolerance'], label[data-name=tolerance] input":
        all_of(
            pressed("[data-name=wand]"),
            changed("label[data-name=tolerance] input", "editor.tolerance"),
        ),
    ".wanx-color": focused(".wanx-color"),
    "[type=checkbox], label:has(> [type=checkbox])": ticked("[type=checkbox]"),
    "summary, select, .wanx-corners, [data-name=add], [data-name=subtract]": adds_by_numbers,
}  # fmt: skip


def draws_in_colours(scene: Scene) -> None:
    """Each colour and tool is taken by a click, and drawn with."""
    for swatch in scene.find(".wanx-swatch").all():
        swatch.click()
        expect(swatch).to_have_attribute(*PRESSED)
    scene.changes("board.color", lambda: scene.click(".wanx-swatch"))
    for tool in scene.find("[aria-label=Tools] .wanx-button").all():
        tool.click()
        expect(tool).to_have_attribute(*PRESSED)
    scene.click("[data-name=brush]")
    drawn = "len(board.drawing.operations)"
    scene.changes(drawn, lambda: scene.drag(".wanx-stage", 60, 40))
    scene.changes(drawn, lambda: scene.click("[data-name=undo]"))
    scene.changes(drawn, lambda: scene.click("[data-name=redo]"))
    scene.changes(drawn, lambda: scene.click("[data-name=clear]"))


BOARD: dict[str, Effect] = {
    ".wanx-swatch, [aria-label=Tools] .wanx-button, .wanx-stage, [data-name=undo], "
    "[data-name=redo], [data-name=clear]": draws_in_colours,
    "[data-name=zoom_in], [data-name=zoom_out], [data-name=fit]": sees,
    "label[data-name=radius], [aria-label=Size]": changed("[aria-label=Size]", "board.radius"),
    ".wanx-color": focused(".wanx-color"),
    "[type=checkbox], label:has(> [type=checkbox])": ticked("[type=checkbox]"),
    "summary": shows("summary:has-text('Keys')", ".wanx-fold[open]", "Ctrl"),
}  # fmt: skip


def frames(scene: Scene) -> None:
    """Each handle drags its sides, the grip the whole, and a preset sets them all."""
    ways = {"left": (-1, 0), "right": (1, 0), "top": (0, -1), "bottom": (0, 1)}
    for handle in scene.find(".wanx-frame-handle").all():
        scene.click("[data-name=reset]")
        scene.comes("set(frame.scales.values()) == {1.0}")
        name = handle.get_attribute("data-name")
        sides = name.removeprefix("frame_").split("_")
        dx, dy = (40 * sum(ways[side][axis] for side in sides) for axis in (0, 1))
        scene.drag(f"[data-name={name}]", dx, dy)
        scene.comes(
            f"{{s for s, v in frame.scales.items() if v > 1}} == "
            f"{{f'{{side}}_scale' for side in {sides!r}}}"
        )
    scene.changes("frame.left_scale", lambda: scene.drag(".wanx-frame-grip", 30, 0))
    for name, (a, b) in {"1:1": (1, 1), "4:3": (4, 3), "16:9": (16, 9)}.items():
        scene.click(f"[data-name='{name}']")
        scene.comes(f"abs(frame.output_size[0] / frame.output_size[1] - {a / b}) < 0.01")
        expect(scene.find(f"[data-name='{name}']")).to_have_attribute(*PRESSED)
    click_middle(scene.find("[data-name='9:16']"))  # it says why it cannot be
    expect(scene.find(".wanx-frame-said")).to_contain_text("For 9:16 the picture must")
    scene.click("[data-name=double]")
    scene.comes("set(frame.scales.values()) == {2.0}")
    scene.click("[data-name=reset]")
    scene.comes("set(frame.scales.values()) == {1.0}")


FRAME: dict[str, Effect] = {".wanx-frame-handle, .wanx-frame-grip, .wanx-plain": frames}
