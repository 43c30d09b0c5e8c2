"""The studio as a person uses it: a form is set, a picture comes, and Python has what was meant."""

import itertools
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import axe_playwright_python
import pytest
from appearance import TOO_WIDE, photograph, use_theme
from hosts import notebook_7, voila
from lab import SCREENSHOTS, Lab, Notebook
from PIL import Image
from playwright.sync_api import Locator, expect

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

SETUP = """\
import httpx
from PIL import Image
from sklearn.datasets import load_sample_image
import ipywanx as wx
from ipywanx import session
from ipywanx.engine.app import create_app
from ipywanx.engine.options import EngineOptions
events, bodies = [], []
app = create_app(EngineOptions(base_url=session.ENGINE_URL, log=events.append))
class Line(httpx.ASGITransport):
    async def handle_async_request(self, request):
        if request.method == "POST" and request.url.path.endswith("image-synthesis"):
            bodies.append(__import__("json").loads(await request.aread()))
        return await super().handle_async_request(request)
session._process._engine = Line(app)
photo = Image.fromarray(load_sample_image("china.jpg")).resize((768, 512))
studio = wx.Studio(photo, language="en")
studio
"""


class Person:
    """Somebody at a studio."""

    def __init__(self, notebook: Notebook, cell: int = 0) -> None:
        self.notebook, self.page = notebook, notebook.page
        self.studio = notebook.locator(cell, ".wanx-studio")
        self.studio.locator(".wanx-submit").wait_for(timeout=30_000)

    def choose(self, function: str) -> None:
        """Choose a function by its button."""
        self.studio.locator(f"[data-function={function}]").click()
        expect(self.studio.locator(f"[data-function={function}]")).to_have_attribute(
            "aria-checked", "true"
        )

    def field(self, name: str) -> Locator:
        """The field of a parameter."""
        return self.studio.locator(f"[data-field={name}]")

    def write(self, prompt: str) -> None:
        """Type a prompt."""
        self.field("prompt").locator("textarea").fill(prompt)

    def submit(self, count: int) -> None:
        """Press the button, and wait until so many results are there."""
        self.studio.locator(".wanx-submit").click()
        cards = self.studio.locator(".wanx-card")
        refused = self.studio.locator(".wanx-problem:not(:empty), .wanx-task-problem")
        expect(cards.nth(count - 1).or_(refused).first).to_be_attached(timeout=90_000)
        assert refused.all_inner_texts() == []
        expect(cards).to_have_count(count)

    def ask(self, code: str) -> object:
        """A value of the kernel, by way of JSON."""
        return json.loads(self.notebook.evaluate(f"print(__import__('json').dumps({code}))"))

    def comes_to(self, code: str, value: object) -> None:
        """Wait until the kernel has this value: a trait's change may be held back for a while."""
        end = time.monotonic() + 20
        while (found := self.ask(code)) != value:
            assert time.monotonic() < end, f"{code} is {found!r}, not {value!r}"


@pytest.fixture
def person(lab: Lab) -> Person:
    """Somebody at a studio with a photo."""
    notebook = lab.notebook([SETUP])
    notebook.run(0)
    return Person(notebook)


# What a person sets for each function, and what the engine must have been sent.
FORMS = {
    "stylization_all": {"strength": 0.8},
    "stylization_local": {},
    "description_edit": {"strength": 0.3},
    "description_edit_with_mask": {},
    "remove_watermark": {},
    "expand": {"left_scale": 2.0},
    "super_resolution": {"upscale_factor": 2},
    "colorization": {},
    "doodle": {},
    "control_cartoon_feature": {},
}
PROMPT = "湖边的宝塔，黄昏"
WITHOUT_PROMPT = {"remove_watermark", "super_resolution", "colorization"}


def fill(person: Person, function: str) -> None:
    """Set a function's form by mouse and keys alone."""
    person.choose(function)
    sent = FORMS[function]
    if function == "stylization_local":
        person.field("prompt").locator(".wanx-subject").fill("宝塔")
        person.field("prompt").locator(".wanx-chip", has_text="wooden").click()
    elif function not in WITHOUT_PROMPT:
        person.write(PROMPT)
    if function == "description_edit_with_mask":
        person.studio.locator(".wanx-stage-box .wanx-ink").wait_for()
        person.studio.get_by_text("By numbers").click()
        for name, value in {"x": 300, "y": 250, "Width": 90, "Height": 60}.items():
            person.studio.get_by_role("spinbutton", name=name, exact=True).fill(str(value))
        person.studio.get_by_role("button", name="Add", exact=True).click()
        area = person.studio.locator(".wanx-area")
        expect(area).to_contain_text("1.4 %")  # 90 x 60 of 768 x 512
    if function == "expand":
        person.studio.get_by_role("slider", name="Left edge").press("End")
    if "strength" in sent:
        person.field("strength").locator("input[type=number]").fill(str(sent["strength"]))
    if "upscale_factor" in sent:
        person.field("upscale_factor").locator("[data-value='2']").click()


def is_right(function: str, body: dict, made: str) -> None:
    """The engine got what was set, and Python has the result of just that."""
    assert body["input"]["function"] == made == function
    assert FORMS[function].items() <= body["parameters"].items()
    wanted = {"stylization_local": "把宝塔变成木板风格"}.get(function, PROMPT)
    if function not in WITHOUT_PROMPT:
        assert body["input"]["prompt"] == wanted
    assert ("mask_image_url" in body["input"]) is (function == "description_edit_with_mask")


def all_ten(person: Person) -> None:
    """Fill and submit every form, and look at what Python has."""
    for count, function in enumerate(FORMS, start=1):
        fill(person, function)
        person.submit(count)
        is_right(function, *person.ask("[bodies[-1], studio.results[-1].request.about.name]"))
    assert person.ask("[len(bodies), len(studio.results)]") == [10, 10]


def test_all_ten_functions_by_their_forms(person: Person):
    """Each form is filled as a person does; the engine gets that, and Python has the result."""
    all_ten(person)
    person.notebook.screenshot("studio_ten_functions")


def test_a_line_opens_it_set_up(lab: Lab):
    """``%wanx`` opens the studio, and a line without a prompt opens it as far as it says."""
    photo = "from sklearn.datasets import load_sample_image\nphoto = load_sample_image('china.jpg')"
    line = "%wanx expand photo --left-scale 1.5 --fit -o mine"
    notebook = lab.notebook([f"%load_ext ipywanx\n{photo}", "%wanx", line])
    notebook.run_all()
    assert Person(notebook, 1).studio.locator(".wanx-picture-panel").is_visible()
    person = Person(notebook, 2)
    expect(person.studio.locator("[data-function=expand]")).to_have_attribute(
        "aria-checked", "true"
    )
    assert person.ask("[mine.stage.left_scale, mine.picture['width']]") == [1.5, 767]


def test_mistakes_are_told_beside_their_fields(person: Person):
    """A number out of range is told while it is typed, a missing prompt when it is sent."""
    person.choose("stylization_all")
    number = person.field("strength").locator("input[type=number]")
    number.fill("7")
    expect(person.field("strength").locator(".wanx-problem")).to_contain_text("0 to 1")
    expect(number).to_have_attribute("aria-invalid", "true")
    person.studio.locator(".wanx-submit").click()
    number.fill("0.5")
    expect(person.field("strength").locator(".wanx-problem")).to_be_empty()
    person.studio.locator(".wanx-submit").click()
    expect(person.field("prompt").locator(".wanx-problem")).to_contain_text(
        "Say what to change, or pick a style."
    )
    assert person.ask("[len(bodies), len(studio.jobs)]") == [0, 0]


def test_the_language_is_switched_at_once(person: Person):
    """One click, and every label is Chinese; what was typed stays."""
    person.write("a temple at dusk")
    person.studio.locator(".wanx-language").click()
    expect(person.studio.locator(".wanx-submit")).to_have_text("生成")
    expect(person.studio.locator("[data-function=expand]")).to_have_text("扩图")
    expect(person.field("strength").locator("label")).to_have_text("修改强度")
    expect(person.field("prompt").locator("textarea")).to_have_value("a temple at dusk")
    person.choose("description_edit_with_mask")
    person.studio.get_by_label("画笔").first.wait_for()
    assert person.ask("studio.language") == "zh"


def test_a_reload_loses_nothing(person: Person):
    """After the page is loaded anew, form, queue and results are there again."""
    person.choose("super_resolution")
    person.field("upscale_factor").locator("[data-value='2']").click()
    person.submit(1)
    person.notebook.reload()
    again = Person(person.notebook)
    expect(again.studio.locator(".wanx-card")).to_have_count(1, timeout=30_000)
    expect(again.studio.locator("[data-function=super_resolution]")).to_have_attribute(
        "aria-checked", "true"
    )
    expect(again.field("upscale_factor").locator("[data-value='2']")).to_have_attribute(
        "aria-checked", "true"
    )
    again.submit(2)


@pytest.fixture
def busy(lab: Lab, tmp_path: Path) -> tuple[Person, Path]:
    """Somebody at a studio whose kernel runs a cell, until a file is there."""
    gate = tmp_path / "open"
    cell = f"import pathlib, time\nwhile not pathlib.Path({str(gate)!r}).exists(): time.sleep(0.02)"
    notebook = lab.notebook([SETUP, cell])
    notebook.run(0)
    person = Person(notebook)
    notebook.start(1)
    return person, gate


def test_typing_is_not_disturbed(busy: tuple[Person, Path]):
    """What the kernel sends late, such as the frame, takes neither focus nor letters away."""
    person, gate = busy
    person.choose("expand")
    prompt = person.field("prompt").locator("textarea")
    prompt.press_sequentially("湖边")
    gate.touch()
    person.studio.get_by_role("slider", name="Left edge").wait_for()
    expect(prompt).to_be_focused()
    person.page.keyboard.type("的宝塔")
    expect(prompt).to_have_value("湖边的宝塔")
    expect(person.field("left_scale")).to_be_hidden()
    person.comes_to("studio.request.prompt", "湖边的宝塔")


def test_a_busy_kernel_sends_what_was_shown(busy: tuple[Person, Path]):
    """What was typed while a cell ran is sent as it was when the button was pressed."""
    person, gate = busy
    person.write("转换成金箔艺术风格")
    person.field("strength").locator("input[type=number]").fill("0.7")
    person.field("seed").locator(".wanx-seed").fill("11")
    person.studio.locator(".wanx-submit").click()
    person.write("转换成黏土风格")
    gate.touch()
    expect(person.studio.locator(".wanx-card")).to_have_count(1, timeout=30_000)
    prompt = person.field("prompt").locator("textarea")
    expect(prompt).to_have_value("转换成黏土风格")
    sent, parameters = person.ask("[bodies[0]['input']['prompt'], bodies[0]['parameters']]")
    assert sent == "转换成金箔艺术风格"
    person.comes_to("studio.request.prompt", "转换成黏土风格")
    assert {"strength": 0.7, "seed": 11}.items() <= parameters.items()


def test_the_cap_holds(person: Person):
    """What would cost more than the cap leaves is refused before it is sent."""
    person.notebook.evaluate("studio.cap = 0.10; session.Session.is_free = False")
    person.write("a temple")
    person.studio.locator(".wanx-submit").click()
    expect(person.studio.locator(".wanx-right > .wanx-problem")).to_contain_text("cap")
    assert person.ask("len(bodies)") == 0


def test_a_kernel_restart_is_said(person: Person):
    """After a restart the buttons that need the kernel say what to do."""
    said = person.studio.locator(".wanx-right > .wanx-problem")
    person.notebook.restart()
    expect(said).to_have_text("The kernel was restarted: run the cell again.", timeout=20_000)
    person.studio.locator(".wanx-language").click()
    person.write("a temple")
    person.studio.locator(".wanx-submit").click()
    expect(said).to_have_text("内核已重启：请重新运行该单元格。")


def test_keys_and_labels(person: Person):
    """Every control has a name, and the functions are one stop of Tab with arrows inside."""
    nameless = """node => [...node.querySelectorAll('button, input, select, textarea')].filter(
      one => one.checkVisibility() && !(one.getAttribute('aria-label')
        || one.textContent || one.labels?.length || one.title)).length"""
    assert person.studio.evaluate(nameless) == 0
    assert person.studio.locator(".wanx-function[tabindex='0']").count() == 1
    person.studio.locator(".wanx-function[tabindex='0']").focus()
    person.page.keyboard.press("ArrowRight")
    expect(person.studio.locator("[data-function=stylization_local]")).to_be_focused()
    assert person.ask("studio.function") == "stylization_local"


# ---- looks and access -------------------------------------------------------------------------

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")
SERIOUS = """async node => {
  const found = await axe.run(node, { resultTypes: ['violations'] });
  return found.violations.filter(one => ['serious', 'critical'].includes(one.impact))
    .map(one => one.id + ': ' + one.nodes.slice(0, 3)
      .map(each => each.html.slice(0, 160)).join(' | '));
}"""
NEEDS_STAGE = {"description_edit_with_mask": ".wanx-ink", "expand": "[role=slider]"}


@pytest.fixture
def light_again(person: Person) -> Iterator[None]:
    """Leave the server's pages light, as they were."""
    yield
    use_theme(person.page, "light")


@pytest.fixture
def theme(request: pytest.FixtureRequest, person: Person, light_again: None) -> str:
    """The theme of the page, for one test."""
    use_theme(person.page, request.param)
    return request.param


def test_nobody_is_kept_out(person: Person, light_again: None):
    """axe-core finds no serious fault in any form, in either theme, contrast included."""
    person.choose("super_resolution")
    person.submit(1)
    person.page.add_script_tag(path=AXE)
    for theme, function in itertools.product(("light", "dark"), FORMS):
        use_theme(person.page, theme)
        person.choose(function)
        if function in NEEDS_STAGE:
            person.studio.locator(f".wanx-stage-box {NEEDS_STAGE[function]}").first.wait_for()
        assert person.studio.evaluate(SERIOUS) == [], (theme, function)


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("theme", ["light", "dark"], indirect=True)
def test_every_form_has_its_portrait(person: Person, theme: str, language: str):
    """Each function is photographed in both themes and languages, and nothing overflows."""
    if language == "zh":
        person.studio.locator(".wanx-language").click()
        expect(person.studio.locator(".wanx-submit")).to_have_text("生成")
    person.page.set_viewport_size({"width": 1500, "height": 1500})
    for function in FORMS:
        person.choose(function)
        if function in NEEDS_STAGE:
            person.studio.locator(f".wanx-stage-box {NEEDS_STAGE[function]}").first.wait_for()
        assert person.studio.evaluate(TOO_WIDE) == [], function
        name = f"studio_{function}_{theme}_{language}.png"
        person.studio.screenshot(path=SCREENSHOTS / name)


@pytest.mark.slow
@pytest.mark.parametrize("width", [600, 1600])
def test_it_fits_narrow_and_wide(person: Person, width: int):
    """From 600 to 1600 pixels nothing overflows."""
    photograph(person.notebook, person.studio, "studio", "light", width)


# ---- elsewhere ----------------------------------------------------------------------------------


@pytest.mark.slow
def test_in_notebook_7(lab: Lab, tmp_path: Path):
    """In Notebook 7 all ten forms are filled, and their results come."""
    with notebook_7(lab, tmp_path, [SETUP]) as notebook:
        notebook.run(0)
        all_ten(Person(notebook))


FACTS = """
import ipywidgets, json
facts = ipywidgets.Label("[]")
def tell(_):
    facts.value = json.dumps([bodies[-1], studio.results[-1].request.about.name])
studio.gallery.observe(tell, "cards")
ipywidgets.VBox([studio, facts])
"""


@pytest.mark.slow
def test_as_an_app(lab: Lab, tmp_path: Path):
    """Voilà serves the studio as an app: no code is seen, and all ten forms give their results."""
    with voila(lab, tmp_path, SETUP.removesuffix("studio\n") + FACTS) as dashboard:
        person = Person(dashboard)
        facts = dashboard.page.locator(".widget-label", has_text="model")
        for count, function in enumerate(FORMS, start=1):
            fill(person, function)
            person.submit(count)
            expect(facts).to_contain_text(f'"{function}"]')
            is_right(function, *json.loads(facts.inner_text()))


def test_a_sketch_is_drawn_where_the_picture_was(person: Person):
    """For doodle a blank board takes the picture's place, and is sent as a sketch."""
    person.choose("doodle")
    person.write(PROMPT)
    person.studio.locator(".wanx-board").click()
    person.studio.locator(".wanx-stage-box .wanx-ink").wait_for()
    person.studio.get_by_text("By numbers").click()
    for name, value in {"x": 300, "y": 250, "Width": 200, "Height": 200}.items():
        person.studio.get_by_role("spinbutton", name=name, exact=True).fill(str(value))
    person.studio.get_by_role("button", name="Add", exact=True).click()
    expect(person.studio.locator(".wanx-area")).not_to_contain_text("blank")
    person.submit(1)
    assert person.ask("bodies[-1]['parameters']['is_sketch']") is True
    assert person.ask("studio.results[-1].request.image.size") == [1024, 768]
    assert person.ask("studio.picture['width']") == 768  # the photo is still there
    person.studio.get_by_role("button", name="Load: Variable").click()
    person.studio.locator(".wanx-board").wait_for()


def test_a_result_that_comes_back_sets_the_form(person: Person, tmp_path: Path):
    """A picture that was made here is known by its bytes: one click sets all as it was."""
    fill(person, "super_resolution")
    person.submit(1)
    path = person.ask("str(studio.results[-1].files[0])")
    person.choose("colorization")
    person.studio.locator(".wanx-picture-panel input[type=file]").set_input_files(path)
    person.studio.locator(".wanx-recall").click()
    expect(person.studio.locator("[data-function=super_resolution]")).to_have_attribute(
        "aria-checked", "true"
    )
    facts = "[studio.picture['width'], studio.values['super_resolution']['upscale_factor']]"
    assert person.ask(facts) == [768, 2]


@pytest.mark.slow
def test_a_saved_notebook_shows_results_and_no_key(lab: Lab):
    """Saved with its widget state, the notebook has no key; opened without a kernel, the result."""
    key = "sk-canary-0123456789abcdef"
    online = SETUP.replace(
        "studio = wx.Studio(photo",
        "from pathlib import Path; from pydantic import SecretStr\n"
        "from ipywanx.settings import Settings\n"
        f"mine = Settings(SecretStr({key[:9]!r} + {key[9:]!r}), session.ENGINE_URL, Path('home'))\n"
        "account = wx.Session(mine, session._process._engine)\n"
        "studio = wx.Studio(photo, session=account",
    )
    notebook = lab.notebook([online, "studio.results[-1]"])
    notebook.run(0)
    person = Person(notebook)
    person.choose("super_resolution")
    person.submit(1)
    notebook.run(1)
    saved = json.dumps(notebook.save())
    assert key not in saved
    assert key[9:] in saved  # half of it is in the cell, so it was looked for in the right place
    again = notebook.reopen_without_kernel()
    image = again.locator(1, ".ipywanx-result img").first
    image.wait_for(timeout=20_000)
    again.close()


def test_a_form_is_varied(person: Person):
    """Axes are added by mouse and keys, priced, run, and their sheet and results are there."""
    person.choose("stylization_all")
    person.write("转换成法国绘本风格")
    panel = person.studio.locator(".wanx-experiment")
    panel.locator("summary").first.click()
    expect(panel.get_by_role("button", name="Run the experiment")).to_be_disabled()
    panel.get_by_role("button", name="Add an axis").click()
    axis = panel.locator(".wanx-axis").first
    axis.get_by_role("combobox", name="What varies").select_option("strength")
    axis.get_by_role("textbox").fill("0.2-1.0 [3]")
    axis.get_by_role("textbox").press("Tab")
    expect(panel.locator(".wanx-summary")).to_contain_text("3 pictures, free")
    panel.get_by_role("button", name="Add an axis").click()
    second = panel.locator(".wanx-axis").nth(1)
    second.get_by_role("combobox", name="What varies").select_option("prompt")
    second.get_by_role("textbox").fill("转换成{法国绘本|金箔艺术}风格")
    second.get_by_role("textbox").press("Tab")
    expect(panel.locator(".wanx-summary")).to_contain_text("6 pictures, free")
    axis.get_by_role("textbox").fill("0.2-9")
    axis.get_by_role("textbox").press("Tab")
    expect(panel.locator(".wanx-problem")).to_contain_text("strength is 1.2")
    expect(panel.get_by_role("button", name="Run the experiment")).to_be_disabled()
    axis.get_by_role("textbox").fill("0.2,0.8")
    axis.get_by_role("textbox").press("Tab")
    panel.get_by_role("button", name="Run the experiment").click()
    expect(panel.locator("img.wanx-cell-image")).to_have_count(4, timeout=60_000)
    expect(person.studio.locator(".wanx-card")).to_have_count(4, timeout=30_000)
    asked = person.ask(
        "sorted([b['input']['prompt'], b['parameters']['strength']] for b in bodies)"
    )
    assert asked == sorted(
        [f"转换成{style}风格", strength]
        for style in ("法国绘本", "金箔艺术")
        for strength in (0.2, 0.8)
    )
    seeds = person.ask("[b['parameters']['seed'] for b in bodies]")
    assert len(set(seeds)) == 1
    for theme, width in (("light", 1200), ("dark", 600)):
        photograph(person.notebook, person.studio, "studio_experiment", theme, width)


def drop(person: Person, place: Locator, file: Path) -> None:
    """Drag a file from outside onto the middle of something, as the system does, and let it go."""
    place.scroll_into_view_if_needed()
    box = place.bounding_box()
    event = {
        "x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2,
        "data": {"items": [], "files": [str(file)], "dragOperationsMask": 1},
    }  # fmt: skip
    session = person.page.context.new_cdp_session(person.page)
    for kind in ("dragEnter", "dragOver"):
        session.send("Input.dispatchDragEvent", {"type": kind, **event})
    expect(person.studio).to_have_class(re.compile("wanx-picture-over"))
    session.send("Input.dispatchDragEvent", {"type": "drop", **event})
    session.detach()
    expect(person.studio).not_to_have_class(re.compile("wanx-picture-over"))


def test_a_file_may_be_dropped_anywhere(person: Person, tmp_path: Path):
    """Over mask, form, button and gallery a dropped file is the picture; the page stays."""
    here = person.page.url
    person.choose("description_edit_with_mask")
    places = {
        "mask": ".wanx-stage", "prompt": ".wanx-prompt", "head": ".wanx-engine",
        "button": ".wanx-submit", "gallery": ".wanx-search", "panel": ".wanx-picture-target",
    }  # fmt: skip
    for number, (name, css) in enumerate(places.items()):
        file = tmp_path / f"over_{name}.png"
        Image.new("RGB", (600 + number, 600), (200, 90, 40)).save(file)
        person.studio.locator(".wanx-stage").wait_for()
        drop(person, person.studio.locator(css).first, file)
        expect(person.studio.locator(".wanx-picture-name")).to_have_text(file.name, timeout=20_000)
        person.comes_to("studio.picture['width']", 600 + number)
    assert person.page.url == here
    person.studio.locator(".wanx-language").click()
    expect(person.studio.locator(".wanx-submit")).to_have_text("生成")
    drop(person, person.studio.locator("textarea.wanx-prompt"), tmp_path / "over_mask.png")
    expect(person.studio.locator(".wanx-picture-name")).to_have_text(
        "over_mask.png", timeout=20_000
    )


def test_only_what_this_studio_made(lab: Lab):
    """A tick leaves what this studio made, of all that is in the history; a reload keeps it so."""
    other = "wx.edit('colorization', photo); None"
    notebook = lab.notebook([SETUP, other])
    assert "Error" not in notebook.run(0) + notebook.run(1)
    person = Person(notebook)
    fill(person, "super_resolution")
    person.submit(2)
    only = person.studio.get_by_label("This studio only")
    only.check()
    expect(person.studio.locator(".wanx-card:visible")).to_have_count(1)
    expect(person.studio.locator(".wanx-card:visible")).to_contain_text("Super-resolution")
    person.comes_to("studio.gallery.own_only", True)
    notebook.reload()
    person = Person(notebook)
    expect(person.studio.locator(".wanx-card:visible")).to_have_count(1)
    person.studio.get_by_label("This studio only").uncheck()
    expect(person.studio.locator(".wanx-card:visible")).to_have_count(2)
