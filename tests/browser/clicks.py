"""A click in the middle of a control, and what is seen of it: by the page, or asked of the kernel.

An effect does something to a widget as a person does, and asserts what came of it.
"""

import json
from collections.abc import Callable
from pathlib import Path

from combined import missed
from hand import poll
from lab import Notebook
from playwright.sync_api import Locator, expect

PRESSED = ("aria-pressed", "true")
CHECKED = ("aria-checked", "true")


class Scene:
    """A widget under a cell, and the kernel's half of it."""

    def __init__(self, notebook: Notebook, cell: int, css: str) -> None:
        self.notebook, self.page = notebook, notebook.page
        self.root = notebook.locator(cell, css).first

    def find(self, css: str) -> Locator:
        """What is visible of something."""
        return self.root.locator(css).locator("visible=true")

    def click(self, css: str, **how: object) -> Locator:
        """Click in the middle of something, as a person does; fails where something covers it."""
        found = self.find(css).first
        found.click(**how)
        return found

    def drag(self, css: str, dx: float, dy: float) -> None:
        """Drag something by its middle."""
        self.find(css).first.scroll_into_view_if_needed()
        box = self.find(css).first.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(x + dx, y + dy, steps=4)
        self.page.mouse.up()

    def ask(self, code: str) -> object:
        """A value of the kernel, by way of JSON."""
        return json.loads(self.notebook.evaluate(f"print(__import__('json').dumps({code}))"))

    def comes(self, condition: str) -> None:
        """Wait until something is true in the kernel."""
        poll(self.notebook, condition)

    def changes(self, code: str, act: Callable[[], object]) -> None:
        """Do something, and wait until a value of the kernel is another one."""
        before = self.notebook.evaluate(code)
        act()
        poll(self.notebook, f"repr({code}) != {before!r}")

    def knows(self, kinds: object) -> None:
        """Assert that a pointer meets every control, and that all of them are named."""
        found, _, unknown = missed(self.root, *kinds)
        assert found == []
        assert unknown == []


Effect = Callable[[Scene], object]


def pressed(css: str) -> Effect:
    """It is the pressed one of its kind."""
    return lambda scene: expect(scene.click(css)).to_have_attribute(*PRESSED)


def focused(css: str) -> Effect:
    """It has the focus: what is typed goes there."""
    return lambda scene: expect(scene.click(css)).to_be_focused()


def shows(css: str, then: str, text: str = "") -> Effect:
    """Something is visible, and says so."""

    def effect(scene: Scene) -> None:
        scene.click(css)
        expect(scene.find(then).first).to_contain_text(text)

    return effect


def hides(css: str, gone: str) -> Effect:
    """Something is visible no more."""

    def effect(scene: Scene) -> None:
        scene.click(css)
        expect(scene.find(gone)).to_have_count(0)

    return effect


def changed(css: str, code: str) -> Effect:
    """A value of the kernel is another one."""
    return lambda scene: scene.changes(code, lambda: scene.click(css))


def becomes(css: str, condition: str) -> Effect:
    """Something is true in the kernel."""

    def effect(scene: Scene) -> None:
        scene.click(css)
        scene.comes(condition)

    return effect


def ticked(css: str) -> Effect:
    """A box is ticked or not, and again as before."""

    def effect(scene: Scene) -> None:
        box = scene.find(css).first
        was = box.is_checked()
        scene.click(css)
        expect(box).to_be_checked(checked=not was)
        scene.click(css)
        expect(box).to_be_checked(checked=was)

    return effect


def slid(css: str) -> Effect:
    """Its middle is another value than its end."""

    def effect(scene: Scene) -> None:
        slider = scene.find(css).first
        box = slider.bounding_box()
        slider.click(position={"x": 2, "y": box["height"] / 2})
        low = slider.input_value()
        scene.click(css)
        assert float(slider.input_value()) > float(low)

    return effect


def dragged(css: str, dx: float, dy: float, code: str) -> Effect:
    """A value of the kernel follows a drag."""
    return lambda scene: scene.changes(code, lambda: scene.drag(css, dx, dy))


def all_of(*effects: Effect) -> Effect:
    """One after the other."""
    return lambda scene: [effect(scene) for effect in effects]


def downloads(css: str) -> Effect:
    """A file is saved."""

    def effect(scene: Scene) -> None:
        with scene.page.expect_download() as download:
            scene.click(css)
        assert Path(download.value.path()).stat().st_size > 1000

    return effect


def asks_for_a_file(css: str) -> Effect:
    """The system's window for files opens."""

    def effect(scene: Scene) -> None:
        with scene.page.expect_file_chooser():
            scene.click(css)

    return effect
