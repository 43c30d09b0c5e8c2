"""What somebody sees who presses Create: one task for each press, and its result in sight."""

import pytest
from lab import Lab
from playwright.sync_api import expect
from test_studio import SETUP, Person

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

SLOW = SETUP.replace("log=events.append", "log=events.append, task_seconds=(3.0,)")
IN_SIGHT = """node => { const box = node.getBoundingClientRect();
  return box.top >= 0 && box.bottom <= innerHeight && box.height > 200; }"""


@pytest.fixture
def person(lab: Lab) -> Person:
    """Somebody at a studio whose tasks take three seconds, with cells above and below."""
    notebook = lab.notebook([SLOW, "print('another cell')"])
    notebook.run(0)
    notebook.page.set_viewport_size({"width": 1400, "height": 1000})
    person = Person(notebook)
    person.write("put a purple dinosaur behind him")
    person.choose("description_edit")  # the prompt comes along
    expect(person.field("prompt").locator("textarea")).to_have_value(
        "put a purple dinosaur behind him"
    )
    return person


def test_two_clicks_are_one_task(person: Person):
    """A double click sends once; a later click on the same asks, and a yes sends it."""
    create = person.studio.locator(".wanx-submit")
    create.dblclick()
    expect(create).to_have_text("Sent ✓")
    row = person.studio.locator(".wanx-right .wanx-queue li")
    expect(row).to_have_count(1)
    expect(create).to_have_text("Create")
    create.click()
    asked = person.studio.locator(".wanx-right > .wanx-problem")
    expect(asked).to_contain_text("The same is under way already.")
    assert person.ask("len(bodies)") == 1
    asked.get_by_role("button", name="Create once more").click()
    expect(row).to_have_count(2)
    expect(asked).to_be_empty()
    expect(person.studio.locator(".wanx-card")).to_have_count(2, timeout=60_000)
    assert person.ask("len(bodies)") == 2


def test_the_result_comes_into_sight(person: Person):
    """Whoever waits sees the result large with no further click, and what was not understood."""
    person.studio.locator(".wanx-submit").click()
    viewer = person.studio.locator(".wanx-viewer")
    viewer.locator(".wanx-compare img").first.wait_for(timeout=60_000)
    person.page.wait_for_function(IN_SIGHT, arg=viewer.locator(".wanx-compare").element_handle())
    expect(viewer.locator(".wanx-notices")).to_contain_text("Not understood offline: dinosaur")
    expect(person.studio.locator(".wanx-last")).to_contain_text("Not understood offline")
    expect(person.studio.locator(".wanx-queue li")).to_have_count(0)
    expect(person.studio.locator(".wanx-card-warning")).to_be_visible()
    person.notebook.screenshot("studio_result_in_sight")


def test_nobody_is_torn_from_their_work(person: Person):
    """Who types in another cell meanwhile stays there, and one click shows the result."""
    person.studio.locator(".wanx-submit").click()
    cell = person.page.locator(".jp-Notebook .jp-Cell").nth(1).locator(".cm-content")
    cell.click()
    person.page.keyboard.type("# at work")
    before = cell.evaluate("node => node.getBoundingClientRect().top")
    look = person.studio.locator(".wanx-last button")
    look.wait_for(timeout=60_000)
    assert cell.evaluate("node => node.getBoundingClientRect().top") == pytest.approx(
        before, abs=60
    )
    expect(cell).to_be_focused()
    expect(person.studio.locator(".wanx-viewer")).to_be_hidden()
    look.click()
    expect(person.studio.locator(".wanx-viewer .wanx-compare img").first).to_be_visible()
    expect(look).to_be_hidden()


def test_a_small_photo_goes_all_the_way(person: Person, tmp_path):
    """A photo of 240 × 360 is taken, resized with a notice, edited and gone on with by mouse."""
    from PIL import Image

    Image.effect_noise((240, 360), 90).convert("RGB").save(tmp_path / "comic.png")
    panel = person.studio.locator(".wanx-picture-panel")
    panel.locator("input[type=file]").set_input_files(tmp_path / "comic.png")
    expect(panel).to_contain_text("resized from 240×360 to 512×768")
    person.choose("super_resolution")
    person.submit(1)
    expect(person.studio.locator(".wanx-viewer")).to_be_visible()
    panel.get_by_role("button", name="Continue from the last result").click()
    expect(panel.locator(".wanx-picture-name")).to_contain_text("result of Super-resolution, ")
    expect(panel).to_have_class("wanx-picture-panel wanx-pointed")
