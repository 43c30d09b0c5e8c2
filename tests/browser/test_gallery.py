"""The gallery as a person uses it, in a real JupyterLab: looking, comparing, keeping, going on."""

import io
from pathlib import Path

import pytest
from hand import NAMELESS, SCALE, SCALED, other_screen, poll
from lab import Lab, Notebook
from PIL import Image
from playwright.sync_api import Locator, expect

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

# Three edits of a photograph by the offline engine: newest first as 4 styles, doubled, widened.
SETUP = """\
import numpy as np, skimage.data
from PIL import Image
import ipywanx as wx
from ipywanx.widgets.gallery import Gallery
photo = Image.fromarray(skimage.data.chelsea()).resize((750, 512))
for function, values in (
    ("expand", dict(prompt="一只猫 in the grass", left_scale=1.5, right_scale=1.2, seed=7)),
    ("super_resolution", dict(upscale_factor=2, seed=8)),
    ("stylization_all", dict(prompt="转换成法国绘本风格", n=4, seed=9)),
):
    wx.edit(function, photo, **values)
gallery = Gallery()
gallery
"""
# Two hundred results without the engine: one small picture each.
MANY = """\
import io, json, uuid
from dataclasses import replace
from PIL import Image
from ipywanx.session import current
from ipywanx.widgets.gallery import Gallery
archive = current().archive
for n in range(200):
    stream = io.BytesIO()
    Image.new("RGB", (520, 512), (n, 255 - n, 120)).save(stream, "PNG")
    name = archive.keep_picture(stream.getvalue())
    row = replace(archive.begin(None, f"task-{n}"), prompt=f"number {n}", asked=float(n))
    archive.history.put(replace(row, function="doodle", status="SUCCEEDED", image_count=1,
                                outputs=json.dumps([{"file": name}]), fetched=True))
gallery = Gallery()
asked = []
send = gallery.send
def noted(content, buffers=None):
    asked.append(content)
    send(content, buffers)
gallery.send = noted
gallery
"""
AGAIN = "from ipywanx.widgets.gallery import Gallery\ngallery = Gallery()\ngallery"
PROMPTS = ["转换成法国绘本风格", "图像超分", "一只猫 in the grass"]  # newest first
FILLED = """node => node.getAttribute('aria-busy') === 'false' && [...node.querySelectorAll('img')]
  .every(one => !one.hidden && one.complete && one.naturalWidth)"""
BOX = """node => { const box = node.getBoundingClientRect();
  const pane = node.closest('.wanx-pane').getBoundingClientRect();
  return [box.x - pane.x, box.y - pane.y, box.width, box.height]; }"""
LOADED = """([wall, at]) => { const image = wall.querySelectorAll('.wanx-card-image')[at];
  return !image.hidden && image.complete && image.naturalWidth > 0; }"""
THEME = "name => window.jupyterapp.commands.execute('apputils:change-theme', { theme: name })"
THEMED = """theme => document.body.dataset.jpThemeLight === String(theme === 'light')
  && getComputedStyle(document.body).getPropertyValue('--jp-layout-color1')"""
# Texts with a contrast below 4.5 to what lies behind them; of pictures there is nothing to compute.
FAINT = """node => {
  const read = color => { const [r, g, b, a] = color.match(/[0-9.]+/g).map(Number);
    return [r, g, b, a ?? 1]; };
  const over = ([...top], under) => under.map((value, i) => top[i] * top[3] + value * (1 - top[3]));
  const part = value => value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) =>
    0.2126 * part(r / 255) + 0.7152 * part(g / 255) + 0.0722 * part(b / 255);
  const behind = one => { const layers = [];
    for (let at = one; at; at = at.parentElement) layers.push(getComputedStyle(at).backgroundColor);
    return layers.reverse().reduce((under, top) => over(read(top), under), [255, 255, 255]); };
  const isText = child => child.nodeType === 3 && child.textContent.trim();
  return [...node.querySelectorAll('*')].filter(one =>
    one.checkVisibility() && !one.disabled && [...one.childNodes].some(isText)
  ).filter(one => { const under = behind(one);
    const [a, b] = [light(over(read(getComputedStyle(one).color), under)), light(under)];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) < 4.5;
  }).map(one => one.textContent); }"""
SCROLLED = "node => node.scrollTop = node.scrollHeight"


class Viewing:
    """Eyes and hand over one gallery."""

    def __init__(self, notebook: Notebook, cell: int = 0) -> None:
        self.notebook = notebook
        self.page = notebook.page
        self.root = notebook.locator(cell, ".wanx-gallery")
        self.root.wait_for(timeout=20_000)
        self.root.scroll_into_view_if_needed()
        self.viewer = self.root.locator(".wanx-viewer")
        self.stage = self.root.locator(".wanx-compare")

    def cards(self) -> Locator:
        """The cards that are not filtered away."""
        return self.root.locator(".wanx-card-place:not([hidden]) .wanx-card")

    def open(self, at: int) -> None:
        """Open a card, and wait for both pictures."""
        self.cards().nth(at).click()
        self.is_filled()

    def is_filled(self) -> None:
        """Wait until both pictures are there, decoded."""
        self.page.wait_for_function(FILLED, arg=self.stage.element_handle(), timeout=30_000)

    def shows(self, *prompts: str) -> None:
        """Wait until these cards are shown, in this order."""
        expect(self.root.locator(".wanx-card-place:not([hidden]) .wanx-card-prompt")).to_have_text(
            list(prompts)
        )

    def box(self, pane: str) -> list[float]:
        """Where a picture lies on the page: left, top, width, height; from its pane on."""
        return self.stage.locator(f".wanx-{pane} img").evaluate(BOX)

    def clip(self, pane: str) -> str:
        """What of a pane is cut away."""
        return self.stage.locator(f".wanx-{pane}").evaluate("node => node.style.clipPath")

    def focused(self) -> str:
        """The name of what has the focus."""
        return self.page.evaluate("() => document.activeElement.getAttribute('aria-label')"
                                  " || document.activeElement.textContent")  # fmt: skip

    def press(self, name: str) -> None:
        """Press a button of the opened card by its name in the code."""
        self.viewer.locator(f"button[data-name={name}]:visible").first.click()


def opened(lab: Lab, *cells: str) -> Viewing:
    """A notebook whose first cell shows the gallery of three results."""
    notebook = lab.notebook([SETUP, *cells])
    said = notebook.run(0, 240)
    assert "Error" not in said, said
    return Viewing(notebook)


def asked_indices(viewing: Viewing) -> set[int]:
    """Which of the two hundred cards' pictures were asked for."""
    code = "print(*{c['id'] for c in asked if c['kind'] == 'picture'})"
    ids = viewing.notebook.evaluate(code).split()
    order = viewing.notebook.evaluate("print(*[card['id'] for card in gallery.cards])").split()
    return {order.index(name) for name in ids}


@pytest.mark.slow
def test_a_card_opens_below_and_closes(lab: Lab):
    """Enter opens a card below the cards, arrows go on, Escape gives the focus back."""
    g = opened(lab)
    g.shows(*PROMPTS)
    g.cards().first.focus()
    g.page.keyboard.press("ArrowRight")
    g.page.keyboard.press("Enter")
    g.is_filled()
    expect(g.viewer.locator(".wanx-title")).to_have_text("Super-resolution")
    wall, viewer = g.root.locator(".wanx-wall").bounding_box(), g.viewer.bounding_box()
    assert viewer["y"] > wall["y"] + wall["height"]
    g.page.keyboard.press("ArrowRight")
    expect(g.viewer.locator(".wanx-prompt")).to_have_text(PROMPTS[2])
    g.page.keyboard.press("ArrowRight")  # there is no older one
    expect(g.viewer.locator(".wanx-prompt")).to_have_text(PROMPTS[2])
    g.page.keyboard.press("ArrowLeft")
    g.page.keyboard.press("ArrowLeft")
    expect(g.viewer.locator(".wanx-title")).to_have_text("Global style")
    g.viewer.get_by_role("button", name="Picture 3").click()
    expect(g.viewer.get_by_role("button", name="Picture 3")).to_have_attribute(
        "aria-pressed", "true"
    )
    g.page.keyboard.press("Escape")
    expect(g.viewer).to_be_hidden()
    assert PROMPTS[0] in g.focused()
    for _ in range(30):  # nothing is trapped: Tab leads out again
        g.page.keyboard.press("Tab")
    assert not g.page.evaluate(
        "() => document.querySelector('.wanx-gallery').contains(document.activeElement)"
    )


@pytest.mark.slow
def test_two_pictures_compare_honestly_in_three_ways(lab: Lab):
    """The slider goes by keys, both panes zoom in step, sizes compare, and the page scrolls."""
    g = opened(lab)
    g.open(2)  # expanded: the original lies where it came from, at the same scale
    before, after = g.box("before"), g.box("after")
    scale = after[2] / 1013
    assert before[2] == pytest.approx(750 * scale, abs=1)
    assert before[0] - after[0] == pytest.approx(188 * scale, abs=1.5)
    assert before[1::2] == pytest.approx(after[1::2], abs=1)
    g.viewer.get_by_role("slider").focus()
    for _ in range(10):
        g.page.keyboard.press("ArrowLeft")
    assert (g.clip("before"), g.clip("after")) == (
        "inset(0px 60% 0px 0px)",
        "inset(0px 0px 0px 40%)",
    )
    frame = g.stage.bounding_box()
    middle = frame["y"] + frame["height"] / 2
    g.page.mouse.move(frame["x"] + frame["width"] * 0.4, middle)
    g.page.mouse.down()
    g.page.mouse.move(frame["x"] + frame["width"] * 0.75, middle, steps=4)
    g.page.mouse.up()
    assert g.viewer.get_by_role("slider").input_value() == "75"
    # super-resolution: one scene, whatever the resolution
    g.open(1)
    assert g.box("before") == pytest.approx(g.box("after"), abs=1)
    expect(g.stage.locator(".wanx-label")).to_have_text(["After · 1500×1024", "Before · 750×512"])
    g.press("side")
    assert g.box("before") == pytest.approx(g.box("after"), abs=1)
    fitted = g.box("before")[2]
    g.page.mouse.move(frame["x"] + frame["width"] * 0.8, middle)
    g.page.mouse.wheel(0, 50)
    expect(g.viewer.locator(".wanx-percent")).to_have_text("100 %")
    g.stage.scroll_into_view_if_needed()
    g.stage.hover(position={"x": 100, "y": 100})
    g.page.keyboard.down("Control")
    g.page.mouse.wheel(0, -100)
    g.page.keyboard.up("Control")
    expect(g.viewer.locator(".wanx-percent")).to_have_text("149 %")
    g.stage.focus()
    g.page.keyboard.press("+")
    g.page.keyboard.press("ArrowRight")  # zoomed in: the arrows move the picture
    assert g.box("before")[2] == pytest.approx(fitted * 1.4918 * 1.25, rel=0.01)
    assert g.box("before") == pytest.approx(g.box("after"), abs=1)
    g.page.keyboard.press("0")
    assert g.box("after")[2] == pytest.approx(fitted, abs=1)
    g.press("toggle")
    panes = [g.stage.locator(".wanx-before"), g.stage.locator(".wanx-after")]
    expect(panes[0]).to_be_hidden()
    g.press("flip")
    expect(panes[1]).to_be_hidden()
    g.viewer.locator("[data-name=flip]").focus()
    g.page.keyboard.press("Enter")
    expect(panes[0]).to_be_hidden()


@pytest.mark.slow
def test_the_divider_follows_on_a_scaled_page(lab: Lab):
    """Where the page is scaled by CSS, the divider and a zoomed picture go with the pointer."""
    g = opened(lab)
    g.open(2)
    for style in SCALED:
        g.stage.evaluate(SCALE, style)
        g.stage.scroll_into_view_if_needed()
        g.page.keyboard.press("0")
        frame, middle = g.stage.bounding_box(), g.stage.locator(".wanx-divider").bounding_box()
        y = middle["y"] + middle["height"] / 2
        g.page.mouse.move(middle["x"] + middle["width"] / 2, y)
        g.page.mouse.down()
        g.page.mouse.move(frame["x"] + frame["width"] * 0.75, y, steps=4)
        g.page.mouse.up()
        assert g.viewer.get_by_role("slider").input_value() == "75", style
        for _ in range(8):
            g.page.keyboard.press("+")
        image = g.stage.locator(".wanx-after img")
        before = image.bounding_box()
        g.page.mouse.move(frame["x"] + frame["width"] * 0.4, y)
        g.page.mouse.down()
        g.page.mouse.move(frame["x"] + frame["width"] * 0.4 + 60, y, steps=3)
        g.page.mouse.up()
        assert image.bounding_box()["x"] - before["x"] == pytest.approx(60, abs=1), style
        g.page.mouse.move(frame["x"] + frame["width"] * 0.75, y)
        g.page.mouse.down()
        g.page.mouse.move(frame["x"] + frame["width"] * 0.5, y, steps=3)
        g.page.mouse.up()
        assert g.viewer.get_by_role("slider").input_value() == "50", style


def test_the_viewer_is_seen_with_its_buttons(lab: Lab):
    """At 1280 × 720 the comparison, its bar and the actions are on the screen together."""
    with other_screen(lab, viewport={"width": 1280, "height": 720}):
        g = opened(lab)
        g.open(2)
        seen = g.page.locator(".jp-WindowedPanel-outer").bounding_box()["height"]
        bar = g.viewer.locator("[data-name=slider]").bounding_box()
        save = g.viewer.locator("[data-name=save]").bounding_box()
        assert save["y"] + save["height"] - bar["y"] <= seen
        head = g.viewer.bounding_box()
        assert head["height"] <= seen


@pytest.mark.slow
def test_two_results_compare(lab: Lab):
    """Compare with… takes another card, shows both with what they are, and goes back."""
    g = opened(lab)
    g.open(1)
    g.press("compare")
    expect(g.viewer.locator(".wanx-hint")).to_be_visible()
    g.page.keyboard.press("Escape")
    expect(g.viewer.locator(".wanx-hint")).to_be_hidden()
    g.press("compare")
    g.cards().nth(2).click()
    g.is_filled()
    labels = g.stage.locator(".wanx-label")
    expect(labels.last).to_contain_text("Super-resolution · 图像超分 · 8 · 1500×1024")
    expect(labels.first).to_contain_text("Outpaint")
    expect(g.viewer.locator(".wanx-title")).to_have_text("Super-resolution")
    g.press("uncompare")
    g.is_filled()
    expect(labels.last).to_have_text("Before · 750×512")


@pytest.mark.slow
def test_a_result_of_another_cell_comes_in_quietly(lab: Lab):
    """What another cell makes is shown at once; the opened card, its focus and its text stay."""
    g = opened(lab, 'made = wx.edit("super_resolution", photo, upscale_factor=1, seed=3)')
    g.open(2)
    tags = g.viewer.get_by_label("With commas between them")
    tags.fill("half a w")
    assert "Error" not in g.notebook.run(1)
    g.shows("图像超分", *PROMPTS)
    tags.focus()
    g.page.keyboard.press("End")
    g.page.keyboard.type("ord")
    expect(tags).to_have_value("half a word")
    expect(g.viewer.locator(".wanx-prompt")).to_have_text(PROMPTS[2])
    g.page.keyboard.press("Enter")
    poll(g.notebook, "[c['tags'] for c in gallery.cards if c['tags']] == [['half a word']]")
    g.is_filled()


def test_a_result_is_deleted_after_a_question(lab: Lab):
    """Delete asks first, Escape takes it back; then card, viewer and files are gone for good."""
    g = opened(lab, AGAIN)
    g.open(1)
    g.press("delete")
    expect(g.viewer.get_by_text("for good?")).to_be_visible()
    assert g.focused() == "Keep"
    g.page.keyboard.press("Escape")
    expect(g.viewer.get_by_text("for good?")).to_be_hidden()
    expect(g.viewer).to_be_visible()
    g.shows(*PROMPTS)
    g.press("delete")
    g.press("delete_yes")
    g.shows(PROMPTS[0], PROMPTS[2])
    expect(g.viewer).to_be_hidden()
    expect(g.cards().first).to_be_focused()
    assert "Error" not in g.notebook.run(1)
    Viewing(g.notebook, 1).shows(PROMPTS[0], PROMPTS[2])


@pytest.mark.slow
def test_stars_tags_and_search_outlive_page_and_kernel(lab: Lab):
    """What was starred and tagged is found after a reload of the page, and by a new kernel."""
    g = opened(lab, AGAIN)
    g.open(2)
    g.press("star")
    g.viewer.get_by_label("With commas between them").fill("cover, 猫")
    g.page.keyboard.press("Enter")
    poll(g.notebook, "[c['tags'] for c in gallery.cards if c['starred']] == [['cover', '猫']]")
    search = g.root.get_by_role("searchbox")
    for text, found in (
        ("COVER", PROMPTS[2:]),
        ("超分", PROMPTS[1:2]),
        ("style 绘本", PROMPTS[:1]),
    ):
        search.fill(text)
        g.shows(*found)
    search.fill("nowhere")
    g.shows()
    expect(g.root.locator(".wanx-empty")).to_have_text("Nothing matches.")
    search.fill("猫")
    poll(g.notebook, "gallery.search == '猫'")
    g.notebook.reload()
    g = Viewing(g.notebook)
    g.shows(*PROMPTS[2:])
    assert g.root.get_by_role("searchbox").input_value() == "猫"
    g.notebook.restart()
    home = g.notebook.lab.folder / f"home-{g.notebook.lab._count:03}"
    g.notebook.evaluate(f"import os; os.environ['IPYWANX_HOME'] = {str(home)!r}")
    assert "Error" not in g.notebook.run(1)
    g = Viewing(g.notebook, 1)
    g.shows(*PROMPTS)
    g.root.get_by_label("Starred only").check()
    g.shows(PROMPTS[2])
    g.root.get_by_role("searchbox").fill("cover")
    g.shows(PROMPTS[2])


@pytest.mark.slow
def test_a_result_is_saved_in_full_and_copied_as_code(lab: Lab):
    """Save downloads the file as it came; the code that is copied makes the same request."""
    g = opened(lab, "")
    g.open(1)
    with g.page.expect_download() as download:
        g.press("save")
    image = Image.open(io.BytesIO(Path(download.value.path()).read_bytes()))
    assert image.size == (1500, 1024)
    assert download.value.suggested_filename.startswith("super_resolution-")
    g.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    g.open(2)
    g.press("code")
    magic = g.viewer.get_by_label("Cell")
    expect(magic).to_be_visible()
    g.page.set_viewport_size({"width": 1000, "height": 800})
    places = """node => [...node.querySelectorAll('button')].map(
      one => [one.offsetLeft, one.offsetTop])"""
    before = g.viewer.evaluate(places)
    g.viewer.locator("button[data-name=copy]").first.click()
    expect(g.viewer.locator(".wanx-status")).to_have_text("Copied.")
    assert g.viewer.evaluate(places) == before  # nothing moves under the pointer
    copied = g.page.evaluate("() => navigator.clipboard.readText()")
    assert copied == magic.input_value()
    assert "%wanx expand photo --seed 7 --left-scale 1.5 --right-scale 1.2" in copied
    assert copied.startswith("%load_ext ipywanx\nimport ipywanx as wx\nphoto = wx.recall(")
    source = g.viewer.get_by_label("Python").input_value()
    made = g.notebook.evaluate(f"""\
import ipywanx as wx, ipywanx.model.requests as s
made, wx.edit = [], lambda *a, **k: made.append(s.make_request(*a, **k))
exec({source!r})
print(made[0] == wx.history()[2].request)""")
    assert made == "True"


@pytest.mark.slow
def test_a_host_hears_of_what_was_pressed(lab: Lab):
    """The four further actions are there with a host, and it gets the result."""
    g = opened(lab)
    g.open(0)
    expect(g.viewer.locator("button[data-name=remix]")).to_have_count(0)
    g.notebook.evaluate("heard = []; gallery.on_action(lambda *said: heard.append(said))")
    g.viewer.get_by_role("button", name="Picture 4").click()
    for name in ("edit", "use", "seed", "remix"):
        g.press(name)
    poll(g.notebook, "[name for name, _ in heard] == ['edit', 'use', 'seed', 'remix']")
    poll(g.notebook, "heard[1][1].data == (heard[0][1].data[3],)")
    poll(g.notebook, "heard[2][1].request.seed == 9")


@pytest.mark.slow
def test_two_hundred_cards(lab: Lab):
    """Only pictures near what is looked at are asked for, and what comes moves nothing."""
    notebook = lab.notebook([MANY])
    assert "Error" not in notebook.run(0, 240)
    g = Viewing(notebook)
    expect(g.cards()).to_have_count(200)
    assert notebook.evaluate("len(str(gallery.get_state()['cards'])) < 100_000") == "True"
    wall = g.root.locator(".wanx-wall")
    g.page.wait_for_function(LOADED, arg=[wall.element_handle(), 0])
    near = asked_indices(g)
    assert 0 in near
    assert max(near) < 50
    wall.evaluate(SCROLLED)
    g.page.wait_for_function(LOADED, arg=[wall.element_handle(), 199])
    far = asked_indices(g) - near
    assert 199 in far
    assert min(far) > 120
    # one more arrives while the person looks at the end: nothing moves, and it is said
    last = g.cards().nth(199)
    place = last.bounding_box()
    notebook.evaluate("gallery.add(replace(archive.begin(None, 't'), prompt='the newest'))")
    more = g.root.get_by_role("button", name="1 new")
    expect(more).to_be_visible()
    assert last.bounding_box() == place
    more.click()
    expect(g.cards().first).to_contain_text("the newest")
    # a card is open: one more moves neither it nor what is around it
    g.cards().nth(1).click()
    expect(g.stage.locator(".wanx-after")).to_be_visible()
    expect(g.stage.locator(".wanx-absent")).to_have_text("The original is not here.")
    assert g.clip("after") == ""  # with nothing to compare, the whole result is seen
    place = g.viewer.bounding_box()
    notebook.evaluate("gallery.add(replace(archive.begin(None, 'u'), prompt='newer still'))")
    expect(g.cards().first).to_contain_text("newer still")
    assert g.viewer.bounding_box() == place
    notebook.screenshot("gallery_many")


@pytest.mark.slow
def test_looks_in_both_themes_and_languages(lab: Lab):
    """The language changes in place; labels are all there; text stands out in both themes."""
    g = opened(lab)
    g.open(2)
    g.press("star")
    g.notebook.evaluate("gallery.on_action(lambda *_: None)")
    expect(g.viewer.locator("button[data-name=remix]")).to_be_visible()
    prompt = g.viewer.get_by_label("With commas between them")
    prompt.fill("cover")
    prompt.press("Enter")
    for language, word in (("zh", "查看代码"), ("en", "Show code")):
        g.notebook.evaluate(f"gallery.language = {language!r}")
        expect(g.viewer.locator("button[data-name=code]")).to_have_text(word)
        for theme in ("light", "dark"):
            g.page.evaluate(THEME, f"JupyterLab {theme.title()}")
            g.page.wait_for_function(THEMED, arg=theme)
            assert g.root.evaluate(NAMELESS) == 0
            assert g.root.evaluate(FAINT) == []
            g.notebook.screenshot(f"gallery_{language}_{theme}")
    g.page.set_viewport_size({"width": 700, "height": 1300})
    g.press("side")
    assert g.root.evaluate("node => node.scrollWidth <= node.clientWidth")
    wall = g.root.locator(".wanx-wall")  # it has kept its rows, not its pixels
    assert wall.evaluate("node => node.scrollHeight - node.clientHeight") <= 1
    g.notebook.screenshot("gallery_narrow")


@pytest.mark.slow
def test_foreign_text_stays_text(lab: Lab):
    """Prompts and tags that look like HTML are read as typed, and run nothing."""
    g = opened(lab)
    evil = "<img src=x onerror='window.evil=1'>"
    g.open(0)
    g.viewer.get_by_label("With commas between them").fill(evil)
    g.page.keyboard.press("Enter")
    poll(g.notebook, f"gallery.cards[0]['tags'] == [{evil!r}]")
    change = f"gallery.cards = [dict(card, prompt={evil!r}) for card in gallery.cards]"
    g.notebook.evaluate(change)
    g.shows(evil, evil, evil)
    expect(g.viewer.locator(".wanx-prompt")).to_have_text(evil)
    assert g.root.locator("img[src=x]").count() == 0
    assert g.page.evaluate("window.evil") is None
