"""Count the clicks and turns of the wheel that common tasks in the studio take.

Real mouse, real wheel, in JupyterLab in a real browser, with a photo from the disk and no key. A
turn is 100 pixels. Every task begins where the one before it ended.

Run: python scripts/bench_clicks.py   (or: make bench-clicks)
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "browser"))

import lab as laboratory  # noqa: E402 - the browser tests' own
from playwright.sync_api import Locator, Page, expect  # noqa: E402
from playwright.sync_api import TimeoutError as BrowserTimeoutError  # noqa: E402

WINDOWS = ((1600, 900), (1400, 1000), (1000, 800), (1280, 720))
TURN = 100
MOST_TURNS = 40
BAR = 62  # pixels of JupyterLab's own bars at the top of the window
NOTHING_RUNS = "() => document.querySelectorAll('.wanx-queue progress').length === 0"
PHOTO = """\
from pathlib import Path
from PIL import Image
from sklearn.datasets import load_sample_image
Image.fromarray(load_sample_image("china.jpg")).resize((1200, 800)).save("photo.jpg")
print(Path("photo.jpg").resolve())
"""
STUDIO = "%load_ext ipywanx\n%config WanxMagics.language = 'en'\n%wanx"


class Person:
    """Somebody at a studio, whose clicks and turns are counted."""

    def __init__(self, page: Page, studio: Locator) -> None:
        self.page, self.studio = page, studio
        self.clicks = self.turns = 0

    def click(self, target: Locator) -> None:
        """Turn the wheel until the middle of the target is in sight, and click it."""
        target.wait_for(timeout=60_000)
        self.see(target, whole=False)
        self.clicks += 1
        box = _box(target)
        self.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    def see(self, target: Locator, *, whole: bool = True) -> None:
        """Turn the wheel until all of the target is in sight, or its middle."""
        height = (self.page.viewport_size or {})["height"]
        for _ in range(MOST_TURNS):
            box = _settled(target)
            top, bottom = box["y"], box["y"] + box["height"]
            if not whole:
                top = bottom = (top + bottom) / 2
            down = bottom > height
            if not down and top >= BAR:
                return
            if down and top < BAR:  # larger than the window: nothing better can be had
                return
            self.page.mouse.move(box["x"] + 4, height / 2)
            self.page.mouse.wheel(0, TURN if down else -TURN)
            self.turns += 1

    def counted(self, task: Callable[[], None]) -> str:
        """What a task took: ``2 C, 1 W``."""
        clicks, turns = self.clicks, self.turns
        task()
        return f"{self.clicks - clicks} C, {self.turns - turns} W"


def _box(target: Locator) -> dict[str, float]:
    return dict(target.bounding_box() or {"x": 0, "y": 0, "width": 0, "height": 0})


def _settled(target: Locator) -> dict[str, float]:
    """Where it is when nothing moves any more."""
    target.evaluate("""async node => { let last = null;
      for (let still = 0; still < 4;) {
        await new Promise(requestAnimationFrame);
        const { top, height } = node.getBoundingClientRect();
        const now = `${top} ${height}`;
        still = now === last ? still + 1 : 0;
        last = now; } }""")
    return _box(target)


def tasks(person: Person, photo: str) -> dict[str, Callable[[], None]]:
    """The tasks of the table, by name."""
    studio, page = person.studio, person.page
    viewer = studio.locator(".wanx-viewer")
    picture = viewer.locator(".wanx-compare, .wanx-sight").first

    def large() -> None:
        with page.expect_file_chooser() as chooser:
            person.click(studio.locator(".wanx-picture-target"))
        chooser.value.set_files(photo)
        expect(studio.locator(".wanx-picture-name")).to_contain_text("photo.jpg")
        person.click(studio.locator(".wanx-chip", has_text="French picture book"))
        person.click(studio.locator(".wanx-submit"))
        studio.locator(".wanx-card").first.wait_for(timeout=60_000)
        page.wait_for_function(
            "() => document.querySelectorAll('.wanx-queue progress').length === 0"
        )
        _settled(studio)
        if not viewer.is_visible():
            person.click(studio.locator(".wanx-card").first)
        picture.wait_for()
        person.see(picture)

    def code() -> None:
        person.click(viewer.locator("button[data-name=code]"))
        person.click(viewer.locator("button[data-name=copy]").first)

    def save() -> None:
        with page.expect_download():
            person.click(viewer.locator("button[data-name=save]"))

    def go_on() -> None:
        person.click(viewer.locator("button[data-name=use]"))
        expect(studio.locator(".wanx-picture-name")).to_contain_text("result")
        person.see(studio.locator(".wanx-picture-panel"))

    def second() -> None:
        person.click(studio.locator(".wanx-choice[data-value='4']"))
        person.click(studio.locator(".wanx-submit"))
        card = studio.locator(".wanx-card:has(.wanx-badge:not([hidden]))").first
        card.wait_for(timeout=90_000)
        page.wait_for_function(
            "() => document.querySelectorAll('.wanx-queue progress').length === 0"
        )
        if not viewer.locator(".wanx-group button").nth(1).is_visible():
            person.click(card)
        person.click(viewer.get_by_role("button", name="Picture 2", exact=True))
        person.see(picture)

    return {
        "result seen large": large,
        "code on the clipboard": code,
        "saved": save,
        "go on from the result": go_on,
        "second of four (with Create)": second,
    }


def main() -> None:
    """Print the table."""
    script = ROOT / "scripts" / "chromium.py"
    chromium = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True)
    table: dict[str, list[str]] = {}
    with (
        tempfile.TemporaryDirectory() as folder,
        laboratory.Lab(chromium.stdout.strip(), Path(folder)).running() as lab,
        lab.in_use(),
    ):
        for width, height in WINDOWS:
            notebook = lab.notebook([PHOTO, STUDIO])
            page = notebook.page
            page.context.grant_permissions(["clipboard-read", "clipboard-write"])
            photo = notebook.run(0).strip()
            page.evaluate("() => window.jupyterapp.shell.collapseLeft()")
            page.set_viewport_size({"width": width, "height": height})
            notebook.run(1)
            studio = notebook.locator(1, ".wanx-studio")
            studio.locator(".wanx-submit").wait_for(timeout=30_000)
            studio.evaluate("node => node.scrollIntoView({ block: 'start' })")
            person = Person(page, studio)
            for name, task in tasks(person, photo).items():
                try:
                    cell = person.counted(task)
                except (BrowserTimeoutError, AssertionError):
                    cell = "not by mouse"
                table.setdefault(name, []).append(cell)
            notebook.close()
    heads = [f"{width}×{height}" for width, height in WINDOWS]
    print(f"{'C clicks, W turns of 100 px':30}" + "".join(f"{head:>24}" for head in heads))
    for name, cells in table.items():
        print(f"{name:30}" + "".join(f"{cell:>24}" for cell in cells))


if __name__ == "__main__":
    main()
