"""Every control of a page with all widgets, by a real pointer: it is hit, and does what it says."""

import json
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest
from hand import poll
from lab import Notebook
from playwright.sync_api import Locator, Page, expect
from test_combined_page import BOOTSTRAP, notebook, page

from ipywanx.model.functions import FUNCTIONS

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
fixtures = (notebook, page)

# All that somebody may press, drag or type in, where it can be seen. A pointer at the centre of it
# is over it, or over its label.
COLLECT = """root => {
  const kinds = 'button, input, select, textarea, summary, a[href], [role=slider], [tabindex="0"]';
  window.wanxControls = [...root.querySelectorAll(kinds)].filter(one => {
    const box = one.getBoundingClientRect();
    return one.checkVisibility({ visibilityProperty: true }) && box.width > 1 && box.height > 1
      && !one.disabled && one.tabIndex !== -2;
  });
  return window.wanxControls.map(one => `${one.tagName.toLowerCase()}.${one.className} `
    + `"${one.getAttribute('aria-label') || one.dataset.name || one.textContent.slice(0, 30)}"`);
}"""
PLACE = """at => { const one = window.wanxControls[at];
  if (!one.isConnected) return null;
  one.scrollIntoView({ block: 'center', inline: 'nearest' });
  const box = one.getBoundingClientRect();
  return [box.x + box.width / 2, box.y + box.height / 2]; }"""
IS_HIT = """at => { const one = window.wanxControls[at];
  const labels = [...(one.labels ?? [])];
  return one.matches(':hover') || labels.some(label => label.matches(':hover')); }"""


def missed(page: Page, root: Locator) -> tuple[int, list[str]]:
    """How many controls a widget shows, and those that a pointer at their centre does not hit."""
    names = root.evaluate(COLLECT)
    lost = []
    for at, name in enumerate(names):
        place = page.evaluate(PLACE, at)
        if place is None:
            continue
        page.mouse.move(*place)
        if not page.evaluate(IS_HIT, at):
            lost.append(name)
    return len(names), lost


@pytest.fixture(params=["alone", "with Bootstrap 3"])
def style(request: pytest.FixtureRequest, page: Page) -> Iterator[str]:
    """The page as it is, and with the style sheet that old notebooks bring along."""
    tag = None
    if request.param != "alone":
        tag = page.add_style_tag(content=BOOTSTRAP.read_text(encoding="utf-8"))
    yield request.param
    if tag is not None:
        tag.evaluate("node => node.remove()")


@pytest.mark.parametrize(
    ("cell", "root", "least"),
    [
        (1, ".wanx-gallery", 25),  # its viewer is open on four pictures
        (2, ".wanx-sweep", 20),  # a cell is open, and there is a score to order by
        (3, ".wanx-editor", 25),
        (4, ".wanx-editor", 22),
        (5, ".wanx-expand-frame", 15),
        (9, ".wanx-studio", 40),  # a second view
    ],
)
def test_every_control_is_hit(notebook: Notebook, style: str, cell: int, root: str, least: int):
    """Beside all other widgets a pointer at the centre of any control is over that control."""
    count, lost = missed(notebook.page, notebook.locator(cell, root).first)
    assert lost == []
    assert count >= least


@pytest.mark.slow
@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_control_of_every_form_is_hit(notebook: Notebook, style: str, function: str):
    """In the studio each function's form, tool, experiment and opened viewer can be reached."""
    studio = notebook.locator(6, ".wanx-studio").first
    button = studio.locator(f"[data-function={function}]")
    button.click()
    expect(button).to_have_attribute("aria-checked", "true")
    tool = {"description_edit_with_mask": ".wanx-ink", "expand": ".wanx-frame-whole"}.get(function)
    if tool:
        studio.locator(f".wanx-stage-box {tool}").first.wait_for()
    count, lost = missed(notebook.page, studio)
    assert lost == []
    assert count >= 40


# ---- and does what it says --------------------------------------------------------------------


class Deed(NamedTuple):
    """A control, and what somebody sees of its work."""

    control: str
    is_done: Callable[[Notebook, Locator], None]


def attribute(css: str, name: str, value: str) -> Callable[[Notebook, Locator], None]:
    """A part of the widget has this attribute."""
    return lambda _, root: expect(root.locator(css).first).to_have_attribute(name, value)


def shows(css: str) -> Callable[[Notebook, Locator], None]:
    """A part of the widget is seen."""
    return lambda _, root: expect(root.locator(css).first).to_be_visible()


def python(code: str, value: object) -> Callable[[Notebook, Locator], None]:
    """The kernel has a value."""
    return lambda book, _: poll(book, f"json.dumps({code}) == {json.dumps(value)!r}")


def named(name: str) -> str:
    """A button of the opened viewer by its name in the code."""
    return f".wanx-viewer button[data-name={name}]"


def picture(number: int) -> str:
    """The button of one of several pictures."""
    return f".wanx-viewer [aria-label='Picture {number}']"


def pressed(css: str) -> Callable[[Notebook, Locator], None]:
    """A toggle is on."""
    return attribute(css, "aria-pressed", "true")


PERCENT = ".wanx-viewer .wanx-percent"


def zoomed(low: float, high: float) -> Callable[[Notebook, Locator], None]:
    """The viewer's zoom lies in a range, relative to what fits."""

    def check(book: Notebook, root: Locator) -> None:
        fitting = float(root.get_attribute("data-fitting") or "nan")
        now = float(root.locator(PERCENT).inner_text().strip("% "))
        assert low <= now / fitting <= high, (now, fitting)

    return check


VIEWER = [
    *(Deed(picture(number), pressed(picture(number))) for number in (2, 3, 4, 1)),
    *(
        Deed(named(mode), attribute(".wanx-viewer .wanx-compare", "data-mode", mode))
        for mode in ("side", "toggle", "slider")
    ),
    Deed(named("zoom_in"), zoomed(1.1, 1.5)),
    Deed(named("fit"), zoomed(0.99, 1.01)),
    Deed(named("star"), python("[r.starred for r in rows() if r.starred]", [True])),
    Deed(named("code"), shows(".wanx-viewer .wanx-code textarea")),
    Deed(named("compare"), shows(".wanx-viewer .wanx-hint")),
]
HOST = [
    Deed(named("use"), python("studio.picture['name'].startswith('result of')", True)),
    Deed(named("seed"), python("studio.values[studio.function].get('seed')", 9)),
    Deed(named("remix"), python("studio.values[studio.function].get('seed')", None)),
    Deed(
        named("edit"),
        python("[studio.function, studio.values[studio.function]['n']]", ["stylization_all", 4]),
    ),
]
SETUP = """\
import json
from ipywanx.session import current
def rows(): return current().archive.history.search('', 50)
"""


def do_all(notebook: Notebook, root: Locator, deeds: list[Deed]) -> None:
    """Press each by a real pointer, and look at what it did."""
    notebook.evaluate(SETUP)
    for control, is_done in deeds:
        root.locator(control).first.click(timeout=5000)
        is_done(notebook, root)


@pytest.mark.parametrize("cell", [1, 6])
def test_the_viewer_does_what_it_says(notebook: Notebook, cell: int):
    """Of four pictures each can be looked at, compared, enlarged, starred and read as code."""
    root = notebook.locator(cell, ".wanx-gallery").first
    fitting = root.locator(PERCENT).inner_text().strip("% ")
    root.evaluate("(node, percent) => { node.dataset.fitting = percent; }", fitting)
    do_all(notebook, root, VIEWER)
    root.locator(named("star")).click()
    notebook.page.keyboard.press("Escape")


def test_the_studio_goes_on_from_its_viewer(notebook: Notebook):
    """Use, seed, remix and edit set the form, each by one press of the mouse."""
    do_all(notebook, notebook.locator(6, ".wanx-studio > .wanx-gallery-box").first, HOST)


def test_the_sheet_is_ordered_by_the_mouse(notebook: Notebook):
    """The order by score and its direction are set where they stand."""
    root = notebook.locator(2, ".wanx-sweep").first
    order = root.locator(".wanx-sweep-head select")
    order.select_option("width")  # the keyboard's way; the pointer's is that it opens
    order.click()
    expect(order).to_be_focused()
    notebook.page.keyboard.press("Escape")
    turn = root.locator(".wanx-sweep-head input[type=checkbox]")
    before = turn.is_checked()
    turn.click()
    expect(turn).to_be_checked(checked=not before)
