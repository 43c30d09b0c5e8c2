"""An experiment as a person sees it, in a real JupyterLab: it fills in, is held and looked at."""

import json

import pytest
from appearance import LANGUAGES, THEMES, use_theme
from hand import NAMELESS, poll
from lab import PRELUDE, Lab, Notebook
from playwright.sync_api import Locator, expect
from test_gallery import FAINT

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

SETUP = """\
from PIL import Image
import skimage.data
import ipywanx as wx
from ipywanx.calls import sweep
from ipywanx.code import runnable
from ipywanx.widgets.sweep_output import show_sweep
photo = Image.fromarray(skimage.data.chelsea()).resize((750, 512))
prompts = ["转换成法国绘本风格", "转换成金箔艺术风格", "A watercolour of a cat, soft light"]
"""
# An engine whose tasks take so long, with scripted trouble.
ENGINE = """\
import httpx
from ipywanx import session
from ipywanx.engine.app import create_app
from ipywanx.engine.options import EngineOptions
options = EngineOptions(base_url=session.ENGINE_URL, task_seconds=(SECONDS,), faults=FAULTS)
session._process._engine = httpx.ASGITransport(create_app(options))
"""
GRID = """\
grid = sweep("stylization_all", photo, prompts, strength="0.2-1.0 [4]")
show_sweep(grid)
"""
# A sheet whose retry costs more than may be spent, until that is changed.
ALLOWED = """\
from ipywanx.session import current
from ipywanx.widgets.budget import Budget
from ipywanx.widgets.sweep_view import SweepView
allowed = False
type(current()).is_free = False
budget = Budget(current(), lambda: None if allowed else 0.1)
SweepView(grid, spending=budget.spending)
"""
# Three axes: a table for each seed.
MANY = """\
factors = {"one": 1, "two": 2}
grid = sweep("super_resolution", photo, ["a", "b"], upscale_factor=factors, seed=range(6))
show_sweep(grid)
"""
SCORED = """\
grid = sweep("super_resolution", photo, ["a", "b", "c"], n=N, score=lambda result: {
    "width": result.images[0].width, "letter": ord(result.request.prompt)})
show_sweep(grid)
"""
DECODED = """node => { const all = [...node.querySelectorAll('.wanx-cell-image')];
  return all.length === Number(node.dataset.wanted)
    && all.every(one => one.complete && one.naturalWidth); }"""
BOXES = """node => [...node.querySelectorAll('.wanx-cell')].map(one => {
  const box = one.getBoundingClientRect(); return [box.width, box.height]; })"""
# What does not fit, but for what scrolls on purpose.
TOO_WIDE = """node => [...node.querySelectorAll('*')].filter(one => one.clientWidth
  && !one.matches('.wanx-sheet-frame, .wanx-source, .wanx-aloud, .wanx-cell-scores, .wanx-label')
  && !one.closest('.wanx-compare') && one.scrollWidth > one.clientWidth + 1)
  .map(one => one.outerHTML.slice(0, 90))"""


class Watching:
    """Eyes and hand over one experiment."""

    def __init__(self, notebook: Notebook, cell: int = 1) -> None:
        self.notebook = notebook
        self.page = notebook.page
        self.root = notebook.locator(cell, ".wanx-sweep")
        self.root.wait_for(timeout=20_000)
        self.root.scroll_into_view_if_needed()
        self.panel = self.root.locator(".wanx-viewer")
        self.line = self.root.locator(".wanx-held .wanx-count")

    def cell(self, at: int) -> Locator:
        """A cell by its place."""
        return self.root.locator(".wanx-cell").nth(at)

    def button(self, name: str) -> Locator:
        """One of start, stop and retry."""
        return self.root.locator(f".wanx-held [data-name={name}]")

    def is_filled(self, pictures: int) -> None:
        """Wait until so many pictures are there, decoded."""
        self.root.evaluate("(node, n) => { node.dataset.wanted = n; }", pictures)
        self.page.wait_for_function(DECODED, arg=self.root.element_handle(), timeout=60_000)

    def states(self) -> str:
        """The letters of all cells, as the page has them."""
        return "".join(
            self.root.locator(".wanx-cell").evaluate_all("all => all.map(one => one.dataset.state)")
        )

    def focused(self) -> str:
        """The name of what has the focus."""
        return self.page.evaluate("() => document.activeElement.getAttribute('aria-label')"
                                  " || document.activeElement.textContent")  # fmt: skip


def opened(lab: Lab, code: str, *cells: str, setup: str = "") -> Watching:
    """A notebook whose second cell shows an experiment."""
    notebook = lab.notebook([SETUP + setup, code, *cells])
    for index in (0, 1):
        said = notebook.run(index, 120)
        assert "Error" not in said, said
    return Watching(notebook)


def engine(seconds: float, *faults: str) -> str:
    """Code that gives the kernel such an engine."""
    return ENGINE.replace("SECONDS", str(seconds)).replace("FAULTS", repr(faults))


def test_the_table_fills_in_and_a_cell_opens_by_keys(lab: Lab):
    """Three prompts by four strengths: headers, pictures, progress; keys lead to each cell."""
    w = opened(lab, GRID)
    before = w.root.evaluate(BOXES)
    w.is_filled(12)
    assert w.root.evaluate(BOXES) == before  # nothing has jumped
    expect(w.root.locator("th[scope=col]")).to_have_text(["0.2", "0.4667", "0.7333", "1"])
    expect(w.root.locator("th[scope=row]")).to_have_text(
        ["转换成法国绘本风格", "转换成金箔艺术风格", "A watercolour of a cat, soft light"]
    )
    expect(w.root.locator("caption")).to_have_text("Prompt ↓ × Strength →")
    expect(w.line).to_have_text("12 of 12, done")
    expect(w.root.locator(".wanx-aloud")).to_have_text("12 of 12, done")
    for name in ("start", "stop", "retry"):
        expect(w.button(name)).to_be_hidden()
    # by keys: right, down, end, back; one stop for Tab
    w.cell(0).focus()
    for key in ("ArrowRight", "ArrowDown", "End", "Home", "ArrowRight", "Enter"):
        w.page.keyboard.press(key)
    expect(w.panel.locator(".wanx-title").first).to_have_text("转换成金箔艺术风格 · 0.4667")
    assert w.root.locator(".wanx-cell[tabindex='0']").count() == 1
    expect(w.panel.locator(".wanx-compare")).to_have_attribute("aria-busy", "false")
    python = w.panel.locator("textarea[data-name=python]")
    code = "cell = grid.cells[5]; print(runnable(cell.request, cell.task_id).python)"
    source = w.notebook.evaluate(code)
    assert python.input_value() == source
    w.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    w.panel.locator("[data-name=copy_python]").click()
    expect(w.panel.locator(".wanx-status")).to_have_text("Copied.")
    assert w.page.evaluate("() => navigator.clipboard.readText()") == source
    w.panel.locator("[data-name=next_cell]").click()
    expect(w.panel.locator(".wanx-title").first).to_have_text("转换成金箔艺术风格 · 0.7333")
    w.page.keyboard.press("ArrowLeft")
    w.page.keyboard.press("Escape")
    expect(w.panel).to_be_hidden()
    assert "转换成金箔艺术风格 · 0.4667 · done" in w.focused()
    w.root.get_by_role("slider", name="Size").fill("96")
    expect(w.cell(0)).to_have_css("width", "98px")
    # what stays without a kernel: the sheet, folded, put there after the cell had ended
    fold = w.notebook.locator(1, "details summary")
    expect(fold.last).to_have_text("The sheet, which stays without a kernel", timeout=30_000)
    kept = w.notebook.save()["cells"][1]["outputs"][1]["data"]
    assert "image/jpeg" in kept
    again = w.notebook.reopen_without_kernel()
    again.locator(1, "details summary").first.click()
    image = again.locator(1, "details img").first
    assert image.evaluate("async one => { await one.decode(); return one.naturalWidth; }") > 50


@pytest.mark.slow
def test_stop_while_the_kernel_waits_and_retry(lab: Lab):
    """Stop is heard while a cell waits for the end; the rest is stopped, and can be asked again."""
    w = opened(lab, MANY, "len(grid.result())", setup=engine(0.4))
    expect(w.root.locator("caption strong")).to_have_text([f"Seed: {n}" for n in range(6)])
    w.notebook.start(2)
    expect(w.root.locator(".wanx-cell-image").first).to_be_visible(timeout=30_000)
    w.button("stop").click()
    w.notebook.wait(2, 60)
    expect(w.button("retry")).to_be_visible()
    expect(w.button("stop")).to_be_hidden()
    letters = w.states()
    assert set(letters) <= set("sxc")
    stopped = len(letters) - letters.count("s")
    assert stopped > 5
    assert w.notebook.text(2) == str(letters.count("s"))
    expect(w.line).to_contain_text(f"{stopped} stopped")
    expect(w.root.locator("[data-state=x] .wanx-cell-word").first).to_have_text("stopped")
    expect(w.button("retry")).to_have_text(f"Retry {stopped} stopped")
    w.button("retry").focus()
    w.page.keyboard.press("Enter")
    expect(w.line).to_have_text("24 of 24, done", timeout=60_000)
    assert w.states() == "s" * 24
    w.root.locator(".wanx-sheet-frame").evaluate("node => { node.scrollTop = 150; }")
    w.notebook.screenshot("sweep_stopped")


@pytest.mark.slow
def test_a_refused_second_try_can_be_asked_for_again(lab: Lab):
    """Where another try would cost too much, the page says so, and the button stays usable."""
    allowed = GRID.replace("show_sweep(grid)", ALLOWED)
    w = opened(lab, allowed, "allowed = True", setup=engine(0.0, "task:FAILED*1"))
    w.is_filled(11)
    for _ in range(2):
        expect(w.button("retry")).to_be_enabled()
        w.button("retry").click()
        expect(w.root.get_by_role("alert")).to_contain_text("This would cost CNY")
    w.notebook.run(2)
    expect(w.button("retry")).to_be_enabled()
    w.button("retry").click()
    w.is_filled(12)
    expect(w.root.get_by_role("alert")).to_be_hidden()


@pytest.mark.slow
def test_a_failure_is_a_labelled_blank(lab: Lab):
    """One task fails: its place says so and why, the others have pictures, retry mends it."""
    w = opened(lab, GRID, "grid.retry()", setup=engine(0.0, "task:FAILED*1"))
    w.is_filled(11)
    failed = w.root.locator("[data-state=f]")
    expect(failed).to_have_count(1)
    expect(failed.locator(".wanx-cell-word")).to_contain_text("failed: ")
    label = failed.get_attribute("aria-label")
    assert " · failed · " in label
    assert any(label.startswith(prompt) for prompt in ("转换成", "A watercolour"))
    expect(w.line).to_contain_text("1 failed")
    failed.click()
    expect(w.panel.locator(".wanx-blank")).to_contain_text("failed: ")
    expect(w.panel.locator(".wanx-compare")).to_be_hidden()
    assert w.panel.locator("textarea[data-name=python]").input_value().startswith("import ipywanx")
    w.notebook.screenshot("sweep_failed")
    w.notebook.run(2)  # grid.retry() is seen as well as the button
    expect(w.line).to_have_text("12 of 12, done", timeout=30_000)
    expect(w.panel.locator(".wanx-compare")).to_be_visible()
    w.is_filled(12)


@pytest.mark.slow
def test_it_waits_for_start_and_orders_by_score(lab: Lab):
    """Planned, it says what it takes; one axis is a list; the best comes first; four are a tile."""
    code = SCORED.replace("N", "4, start=False")
    w = opened(lab, code)
    expect(w.line).to_have_text("Not started: it waits for you.")
    expect(w.button("start")).to_have_text("Make 12 pictures · free")
    w.notebook.screenshot("sweep_planned")
    w.button("start").click()
    w.is_filled(12)
    expect(w.root.locator(".wanx-cell-caption")).to_have_text(["a", "b", "c"])
    expect(w.root.locator(".wanx-cell-scores").first).to_have_text("width 750 · letter 97")
    w.root.get_by_label("Order by").select_option("letter")
    expect(w.root.locator(".wanx-cell-caption")).to_have_text(["c", "b", "a"])
    w.root.get_by_label("smallest first").check()
    expect(w.root.locator(".wanx-cell-caption")).to_have_text(["a", "b", "c"])
    poll(w.notebook, "grid.done()")
    w.cell(1).click()
    expect(w.panel.locator(".wanx-particulars")).to_contain_text("letter")
    w.panel.get_by_role("button", name="Picture 3").click()
    expect(w.panel.get_by_role("button", name="Picture 3")).to_have_attribute(
        "aria-pressed", "true"
    )
    w.notebook.screenshot("sweep_scored")
    w.notebook.reload()
    w = Watching(w.notebook)
    w.is_filled(12)
    expect(w.line).to_have_text("3 of 3, done")


@pytest.mark.slow
def test_looks_in_both_themes_and_languages(lab: Lab):
    """Narrow and wide, light and dark, English and Chinese: all fits, is named and stands out."""
    show = "from ipywanx.widgets.sweep_view import SweepView\nview = SweepView(grid)\nview"
    w = opened(lab, GRID.splitlines()[0] + "\n" + show, setup=engine(0.0, "task:FAILED*1"))
    w.is_filled(11)
    w.cell(5).click()
    expect(w.panel.locator(".wanx-compare")).to_have_attribute("aria-busy", "false")
    w.page.set_viewport_size({"width": 1900, "height": 1300})
    for language in LANGUAGES:
        w.notebook.evaluate(f"view.language = {language!r}")
        word = {"en": "Copy cell", "zh": "复制单元格"}[language]
        expect(w.panel.locator("[data-name=copy_magic]")).to_have_text(word)
        for theme in THEMES:
            use_theme(w.page, theme)
            for width in (600, 1400):
                w.root.evaluate("(node, width) => { node.style.width = `${width}px`; }", width)
                assert w.root.evaluate(TOO_WIDE) == []
                assert w.root.evaluate(NAMELESS) == 0
                assert w.root.evaluate(FAINT) == []
                w.notebook.screenshot(f"sweep_{language}_{theme}_{width}")
    use_theme(w.page, "light")


@pytest.mark.slow
def test_ten_thousand_cells_do_not_freeze(lab: Lab):
    """Only 2000 are on the page, which says so, and pictures are asked for near the eye alone."""
    code = "grid = sweep('super_resolution', photo, [str(n) for n in range(10_000)], start=False)"
    w = opened(lab, f"{code}\nshow_sweep(grid)")
    expect(w.root.locator(".wanx-cell")).to_have_count(2000, timeout=30_000)
    expect(w.root.locator(".wanx-note-line")).to_contain_text("the first 2000 are shown")
    expect(w.button("start")).to_have_text("Make 10000 pictures · free")
    frame = "() => new Promise(done => { const t = performance.now(); requestAnimationFrame(() =>"
    frame += " setTimeout(() => done(performance.now() - t))); })"
    assert w.page.evaluate(frame) < 1000
    assert json.loads(w.notebook.evaluate("print(grid.counts()['WAITING'])")) == 10_000


@pytest.mark.slow
def test_foreign_text_stays_text(lab: Lab):
    """Labels, scores and notes that look like HTML are read as typed, and run nothing."""
    evil = "<img src=x onerror='window.evil=1'>"
    code = f"""\
evil = {evil!r}
grid = sweep("super_resolution", photo, [evil, "b"], upscale_factor=[1, 2],
             score=lambda result: {{evil: evil}})
show_sweep(grid)"""
    w = opened(lab, code)
    w.is_filled(4)
    expect(w.root.locator("th[scope=row]").first).to_have_text(evil)
    w.cell(0).click()
    expect(w.panel.locator(".wanx-particulars")).to_contain_text(evil)
    assert w.root.locator("img[src=x]").count() == 0
    assert w.page.evaluate("window.evil") is None


SERVICE = """\
import os, signal
os.environ["DASHSCOPE_API_KEY"] = "sk-sweep"
os.environ["DASHSCOPE_HTTP_BASE_URL"] = ADDRESS
os.environ["IPYWANX_HOME"] = FOLDER
"""
RESTARTED = "() => window.restarted"
WATCH_RESTART = f"""async () => {{ {PRELUDE} window.restarted = false;
  kernel.statusChanged.connect((_, status) => {{
    if (status === 'autorestarting' || status === 'restarting') window.restarted = true; }}); }}"""


@pytest.mark.slow
def test_a_killed_kernel_s_sweep_goes_on(lab: Lab, served, tmp_path):
    """A kernel dies in the middle: the same cells go on in the next, and nothing is sent twice."""
    log = tmp_path / "log"
    _, url = served("--key", "sk-sweep", "--task-seconds", "0.5", "--log", str(log))
    grid = 'grid = wx.sweep("stylization_all", photo, prompts, strength="0.2-1.0 [4]")\ngrid'
    service = SERVICE.replace("ADDRESS", repr(url)).replace("FOLDER", repr(str(tmp_path / "home")))
    notebook = lab.notebook(
        [service + SETUP + "%load_ext ipywanx", grid, "len(grid.result())"],
    )
    notebook.run(0, 120)
    notebook.run(1)
    expect(notebook.locator(1, ".wanx-cell-image").nth(2)).to_be_visible(timeout=60_000)
    notebook.page.evaluate(WATCH_RESTART)
    notebook.evaluate("import threading; threading.Timer(0.1, os.kill, (os.getpid(), 9)).start()")
    notebook.page.wait_for_function(RESTARTED, timeout=60_000)
    taken = {json.loads(line).get("task_id") for line in log.read_text().splitlines()} - {None}
    assert 3 <= len(taken) < 12
    poll(notebook, "True")  # the new kernel answers
    for index in (0, 1):
        notebook.run(index, 120)
    assert notebook.run(2, 120) == "12"
    assert "there before" in notebook.evaluate("print(grid)")
    notebook.screenshot("sweep_after_a_kill")
    events = [json.loads(line) for line in log.read_text().splitlines()]
    creates = [
        one
        for one in events
        if one["event"] == "request" and one["method"] == "POST" and "synthesis" in one["path"]
    ]
    assert [one["http"] for one in creates] == [200] * 12
