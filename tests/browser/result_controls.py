"""What the controls of a gallery and of an experiment's sheet do, by their selectors."""

from collections.abc import Callable

from clicks import (
    PRESSED,
    Effect,
    Scene,
    all_of,
    downloads,
    focused,
    hides,
    shows,
    slid,
    ticked,
)
from playwright.sync_api import expect


def copies(css: str) -> Effect:
    """The clipboard has the code beside it."""

    def effect(scene: Scene) -> None:
        scene.click(css)
        expect(scene.find(".wanx-status")).to_have_text("Copied.")
        assert "super_resolution" in scene.page.evaluate("() => navigator.clipboard.readText()")

    return effect


def percent(scene: Scene) -> int:
    """How far a comparison is zoomed."""
    return int(scene.find(".wanx-percent").inner_text().split()[0])


def zooms(css: str, holds: Callable[[int, int], bool]) -> Effect:
    """The comparison is zoomed in, out, or back."""

    def effect(scene: Scene) -> None:
        before = percent(scene)
        scene.click(css)
        assert holds(before, percent(scene)), css

    return effect


def mode(name: str) -> Effect:
    """The comparison is shown so."""

    def effect(scene: Scene) -> None:
        scene.click(f"[data-name={name}]")
        expect(scene.find(".wanx-compare")).to_have_attribute("data-mode", name)

    return effect


def looks_at(css: str) -> Effect:
    """Each number shows another picture."""

    def effect(scene: Scene) -> None:
        seen = set()
        for at in range(scene.find(css).count()):
            number = scene.find(css).nth(at)
            number.click()
            expect(number).to_have_attribute(*PRESSED)
            stage = scene.find(".wanx-compare")
            expect(stage).to_have_attribute("aria-busy", "false")
            seen.add(stage.locator(".wanx-after img").get_attribute("src"))
        assert len(seen) == 4

    return effect


def flips(scene: Scene) -> None:
    """The other picture is seen."""
    expect(scene.click("[data-name=flip]")).to_have_attribute(*PRESSED)


def takes_the_focus(scene: Scene) -> None:
    """Beside its divider the comparison takes the focus, for its keys."""
    scene.click(".wanx-compare", position={"x": 30, "y": 60})
    expect(scene.find(".wanx-compare")).to_be_focused()


def moves_the_divider(scene: Scene) -> None:
    """The border of the two pictures goes with the hand."""
    slider = scene.find(".wanx-under input")
    before = float(slider.input_value())
    scene.drag(".wanx-divider", 80, 0)
    assert float(slider.input_value()) > before + 2


ZOOMS_IN = zooms("[data-name=zoom_in]", lambda old, new: new > old)
COMPARISON: dict[str, Effect] = {
    "[data-name=side]": mode("side"),
    "[data-name=toggle]": mode("toggle"),
    "[data-name=flip]": flips,
    "[data-name=slider]": mode("slider"),
    ".wanx-under input": slid(".wanx-under input"),
    "[data-name=zoom_in]": ZOOMS_IN,
    "[data-name=zoom_out]": all_of(
        ZOOMS_IN, zooms("[data-name=zoom_out]", lambda old, new: new < old)
    ),
    "[data-name=fit]": zooms("[data-name=fit]", lambda _, new: new == 100),
    ".wanx-compare": takes_the_focus,
    ".wanx-divider": moves_the_divider,
}


def opens_the_four(scene: Scene) -> None:
    """The card that is clicked is opened below."""
    scene.find(".wanx-card:has(.wanx-badge:not([hidden]))").first.click()
    expect(scene.find(".wanx-viewer .wanx-prompt")).to_have_text("转换成法国绘本风格")
    expect(scene.find(".wanx-compare")).to_have_attribute("aria-busy", "false")


def walks(scene: Scene) -> None:
    """The arrows go to older and newer results, and back."""
    facts = scene.find(".wanx-about .wanx-facts")
    first = facts.inner_text()
    scene.click("[data-name=next]")
    expect(facts).not_to_have_text(first)
    scene.click("[data-name=previous]")
    expect(facts).to_have_text(first)


def compares_with_another(scene: Scene) -> None:
    """Compare asks for another card; that one comes beside it, and the original comes back."""
    scene.click("[data-name=compare]")
    expect(scene.find(".wanx-hint")).to_contain_text("Choose another result")
    scene.find(".wanx-card").last.click()
    expect(scene.find(".wanx-before .wanx-label")).not_to_contain_text("Before")
    scene.click("[data-name=uncompare]")
    expect(scene.find(".wanx-before .wanx-label")).to_contain_text("Before")


def keeps_tags(scene: Scene) -> None:
    """Tags that are typed are kept."""
    scene.click(".wanx-tags")
    scene.page.keyboard.type("blue, sky")
    scene.page.keyboard.press("Enter")
    scene.comes("any(card['tags'] == ['blue', 'sky'] for card in gallery.cards)")


def searches(scene: Scene) -> None:
    """Only what matches stays."""
    scene.click(".wanx-search")
    scene.page.keyboard.type("绘本")
    expect(scene.find(".wanx-card")).to_have_count(1)
    scene.find(".wanx-search").fill("")


def stars(scene: Scene) -> None:
    """The star is kept, and shown on the card."""
    before = scene.ask("sum(card['starred'] for card in gallery.cards)")
    scene.click("[data-name=star]")
    expect(scene.find("[data-name=star]")).to_have_attribute(*PRESSED)
    scene.comes(f"sum(card['starred'] for card in gallery.cards) == {before} + 1")
    expect(scene.find(".wanx-card-star").first).to_be_visible()


def copies_beside(scene: Scene) -> None:
    """The clipboard has the code of the field beside it."""
    scene.click("[data-name=copy]")
    expect(scene.find(".wanx-status")).to_have_text("Copied.")
    copied = scene.page.evaluate("() => navigator.clipboard.readText()")
    assert copied == scene.find(".wanx-source").first.input_value()


GALLERY: dict[str, Effect] = {
    ".wanx-search": searches,
    ".wanx-field input[type=checkbox], label:has(> input[type=checkbox])": ticked(
        ".wanx-field input[type=checkbox]"
    ),
    ".wanx-card": opens_the_four,
    ".wanx-tags, label:has(.wanx-tags)": keeps_tags,
    "[aria-label^='Picture ']": looks_at("[aria-label^='Picture ']"),
    **COMPARISON,
    "[data-name=next], [data-name=previous]": walks,
    "[data-name=star]": stars,
    "[data-name=save]": downloads("[data-name=save]"),
    "[data-name=code]": shows("[data-name=code]", ".wanx-code"),
    "[data-name=copy]": copies_beside,
    ".wanx-source": focused(".wanx-source"),
    "[data-name=compare], [data-name=uncompare]": compares_with_another,
    "[data-name=delete], [data-name=delete_yes]": shows("[data-name=delete]", "[data-name=keep]"),
    "[data-name=keep]": hides("[data-name=keep]", "[data-name=keep]"),
    "[data-name=close]": hides("[data-name=close]", ".wanx-viewer"),
}


def orders(scene: Scene) -> None:
    """The chosen score orders the cells, from the largest or the smallest."""
    scene.click(".wanx-sweep-head select")
    expect(scene.find(".wanx-sweep-head select")).to_be_focused()
    scene.page.keyboard.press("Escape")
    scene.find(".wanx-sweep-head select").select_option("width")
    expect(scene.find(".wanx-cell")).to_have_count(3)  # one has no score
    expect(scene.find(".wanx-cell-scores").first).to_have_text("width 1536")
    scene.click("label:has-text('smallest first')")
    expect(scene.find(".wanx-cell-scores").first).to_have_text("width 768")
    scene.find(".wanx-sweep-head select").select_option("")
    expect(scene.find(".wanx-cell")).to_have_count(4)


def opens_cells(scene: Scene) -> None:
    """The cell that is clicked is opened below, and the arrows go from cell to cell."""
    scene.find(".wanx-cell").nth(1).click()
    expect(scene.find(".wanx-viewer .wanx-title")).to_have_text("a · 2")
    expect(scene.find(".wanx-compare")).to_have_attribute("aria-busy", "false")
    scene.click("[data-name=next_cell]")
    expect(scene.find(".wanx-viewer .wanx-title")).to_have_text("b · 1")
    scene.click("[data-name=previous_cell]")
    expect(scene.find(".wanx-viewer .wanx-title")).to_have_text("a · 2")


def sizes_cells(scene: Scene) -> None:
    """Cells become larger."""
    before = scene.find(".wanx-cell").first.bounding_box()["width"]
    scene.click(".wanx-sweep-head input[type=range]")
    assert scene.find(".wanx-cell").first.bounding_box()["width"] > before


SWEEP: dict[str, Effect] = {
    "label:has(input[type=range]), .wanx-sweep-head input[type=range]": sizes_cells,
    ".wanx-sweep-head select, .wanx-sweep-head label": orders,
    ".wanx-cell, [data-name=next_cell], [data-name=previous_cell]": opens_cells,
    **COMPARISON,
    "[data-name=copy_magic]": copies("[data-name=copy_magic]"),
    "[data-name=copy_python]": copies("[data-name=copy_python]"),
    ".wanx-source": focused(".wanx-source"),
    "[data-name=close]": hides("[data-name=close]", ".wanx-viewer"),
}
