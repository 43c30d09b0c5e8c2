"""All widgets on one page: none changes how another looks, and none makes another one deaf."""

import re
from collections.abc import Iterator

import pytest
from appearance import THEMES, use_theme
from combined import BOOTSTRAP, FUNCTIONS, missed, opened
from hand import poll
from lab import Lab, Notebook
from playwright.sync_api import Page, expect
from test_gallery import FAINT

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture(scope="module")
def notebook(running_lab: Lab) -> Iterator[Notebook]:
    """One notebook with all widgets, for all tests of this file."""
    with running_lab.in_use():
        yield opened(running_lab)


@pytest.fixture
def page(notebook: Notebook) -> Page:
    """The page of all widgets."""
    return notebook.page


# What a style sheet that is not its own changes in any element of a widget. Measured in copies of
# the widgets, which stand still, each of them so wide as it is on the page.
COLLISIONS = """
([bootstrap, unseen]) => {
  const roots = { 'wanx-gallery': 'Gallery', 'wanx-sweep': 'SweepView', 'wanx-studio': 'Studio',
    'wanx-experiment-view': 'Experiment', 'wanx-editor': 'MaskEditor',
    'wanx-expand-frame': 'ExpandFrame' };
  const any = Object.keys(roots).map(name => '.' + name).join();
  const sheets = () => [...document.querySelectorAll('style')]
    .filter(one => one.id.startsWith('ipywanx.'));
  const useAlone = name => sheets().forEach(
    one => { one.disabled = name !== null && !one.id.endsWith('.' + name); });
  const foreign = document.createElement('style');
  foreign.textContent = bootstrap;

  const copies = [];
  for (const root of document.querySelectorAll(any)) {
    if (root.parentElement.closest(any)) continue;
    const widths = [...root.querySelectorAll('*')].map(one => one.getBoundingClientRect().width);
    const copy = root.cloneNode(true);
    copy.querySelectorAll('*').forEach((one, at) => { one.dataset.width = widths[at]; });
    copy.dataset.width = root.getBoundingClientRect().width;
    root.after(copy);
    copies.push(copy, ...copy.querySelectorAll(any));
    // what a box hosts is not measured with it
    copy.querySelectorAll('.wanx-hosted').forEach(box => { box.style.cssText = 'height: 100px'; });
  }
  for (const copy of copies) {
    copy.style.width = copy.style.minWidth = copy.style.maxWidth = copy.dataset.width + 'px';
  }
  const own = root => [root, ...root.querySelectorAll('*')].filter(
    one => one === root || one.parentElement.closest(any) === root && !one.matches(any)
      && one.parentElement.closest('.wanx-hosted') === root.closest('.wanx-hosted'));
  // all but the page's own variables, and what says the same in other words
  const names = [...getComputedStyle(document.body)].filter(
    name => !name.startsWith('--') && !/(^|-)(block|inline)(-|$)/.test(name));
  const measure = root => own(root).flatMap(one => ['', '::before', '::after'].map(part => {
    const style = getComputedStyle(one, part);
    return part && style.content === 'none' ? [] : names.map(name => style.getPropertyValue(name));
  }));

  const found = new Set();
  const compare = (root, order, before) => {
    const nodes = own(root);
    measure(root).forEach((after, at) => names.forEach((name, i) => {
      if (after[i] === before[at][i] || order === 'Bootstrap' && unseen.includes(name)) return;
      const node = nodes[Math.floor(at / 3)];
      const what = `${node.tagName}.${node.className.baseVal ?? node.className}`;
      found.add(`${root.className}, ${order}, ${what}, ${name}: ${before[at][i]} → ${after[i]}`);
    }));
  };
  const alone = copies.map(root => {
    useAlone(Object.entries(roots).find(([name]) => root.classList.contains(name))[1]);
    return measure(root);
  });
  useAlone(null);
  const first = sheets();
  copies.forEach((root, at) => compare(root, 'in order', alone[at]));
  document.head.append(...[...first].reverse());
  copies.forEach((root, at) => compare(root, 'in reverse', alone[at]));
  document.head.append(...first, foreign);
  copies.forEach((root, at) => compare(root, 'Bootstrap', alone[at]));
  foreign.remove();
  const count = copies.length;
  copies.filter(copy => !copy.parentElement.closest(any)).forEach(copy => copy.remove());
  return [count, [...found]];
}"""
# Of what Bootstrap 3 changes, these neither move anything nor stop a pointer.
UNSEEN = ["-webkit-tap-highlight-color", "text-size-adjust", "appearance"]


def test_a_style_sheet_reaches_its_own_widget_alone(page: Page):
    """Each element looks as if its widget were alone, whatever the order of the style sheets.

    The widgets that a studio or an experiment hosts are widgets of their own here.
    """
    page.mouse.move(1, 1)
    page.evaluate("() => document.activeElement.blur()")
    count, found = page.evaluate(COLLISIONS, [BOOTSTRAP.read_text(encoding="utf-8"), UNSEEN])
    assert count == 17  # 8 cells; in the studios 3 galleries, 3 experiments, 2 sheets, an editor
    assert found == []


def test_an_old_browser_says_so(page: Page):
    """Where a browser drops what is scoped, a sentence tells which ones do not."""
    said = """() => { const sheet = document.getElementById('ipywanx.widgets.gallery.Gallery');
      const now = sheet.textContent;
      const root = document.querySelector('.wanx-gallery');
      const tell = () => getComputedStyle(root, '::before').content;
      const before = tell();
      sheet.textContent = now.replace('@scope', '@unknown');
      const after = tell();
      sheet.textContent = now;
      return [before, after]; }"""
    before, after = page.evaluate(said)
    assert before == "none"
    assert "too old" in after
    assert "浏览器版本过旧" in after


REFERENCES = """() => {
  const named = [...document.querySelectorAll('[id]')].map(one => one.id);
  const lost = [...document.querySelectorAll('[for], [aria-describedby], [aria-labelledby]')]
    .filter(one => one.closest('.wanx-studio')).filter(one => {
      const ids = ['for', 'aria-describedby', 'aria-labelledby'].flatMap(
        name => (one.getAttribute(name) ?? '').split(' ').filter(Boolean));
      const here = one.closest('.wanx-studio');
      return ids.some(id => document.getElementById(id)?.closest('.wanx-studio') !== here);
    });
  return [named.filter((id, at) => named.indexOf(id) !== at && id.includes('wanx')),
    lost.map(one => one.outerHTML.slice(0, 120)), document.querySelectorAll('[for]').length];
}"""


def test_ids_are_unique_on_the_page(page: Page):
    """Two studios and two views of one have no id in common, and refer to their own parts alone."""
    twice, lost, count = page.evaluate(REFERENCES)
    assert twice == []
    assert lost == []
    assert count > 10


def test_a_label_acts_on_its_own_form(notebook: Notebook):
    """A click on a word of one studio sets that studio; a second view keeps the focus to itself."""
    field = "[data-field=watermark]"
    notebook.locator(7, f"{field} .wanx-meaning").click()
    expect(notebook.locator(7, f"{field} input")).to_be_checked()
    expect(notebook.locator(6, f"{field} input")).not_to_be_checked()
    poll(notebook, "other.values[other.function].get('watermark') is True")
    poll(notebook, "studio.values[studio.function].get('watermark') is not True")
    notebook.locator(7, f"{field} .wanx-label").click()
    expect(notebook.locator(7, f"{field} input")).not_to_be_checked()
    for cell in (9, 6):
        notebook.locator(cell, "[data-field=prompt] .wanx-label").click()
        expect(notebook.locator(cell, "[data-field=prompt] textarea")).to_be_focused()


@pytest.mark.parametrize("theme", THEMES)
def test_every_word_can_be_read(notebook: Notebook, theme: str):
    """Beside all other widgets each text has a contrast of 4.5 at least, in both themes."""
    use_theme(notebook.page, theme)
    try:
        for cell, (css, _) in ROOTS.items():
            assert notebook.locator(cell, css).first.evaluate(FAINT) == [], css
    finally:
        use_theme(notebook.page, "light")


def test_a_cell_without_a_score_says_why(notebook: Notebook):
    """What the score function raised stands in the cell, not only where the pointer rests."""
    last = notebook.locator(2, ".wanx-cell").last
    why = "No score: ValueError: too wide to judge"
    expect(last.locator(".wanx-cell-scores")).to_have_text(why)
    expect(last).to_have_attribute("aria-label", re.compile(re.escape(why)))


STYLE = """css => { const style = document.createElement('style'); style.textContent = css;
  style.className = 'foreign'; document.head.append(style); }"""
NO_STYLE = "() => document.querySelectorAll('.foreign').forEach(one => one.remove())"
ROOTS = {
    1: (".wanx-gallery", 25), 2: (".wanx-sweep", 20), 3: (".wanx-editor", 30),
    4: (".wanx-editor", 25), 5: (".wanx-expand-frame", 15), 7: (".wanx-studio", 30),
    9: (".wanx-studio", 30),
}  # fmt: skip
"""By cells: the widget in it, and how many controls it has at least."""
STAGES = {"description_edit_with_mask": ".wanx-ink", "expand": ".wanx-frame-handle"}


def all_met(notebook: Notebook) -> list[int]:
    """Assert that a pointer meets every control, in all forms of the studio; their numbers."""
    counts = []
    studio = notebook.locator(6, ".wanx-studio")
    for function in FUNCTIONS:
        studio.locator(f"[data-function={function}]").click()
        studio.locator(f"[data-function={function}][aria-checked=true]").wait_for()
        if stage := STAGES.get(function):
            studio.locator(f".wanx-stage-box {stage}").first.wait_for()
        found, count, _ = missed(studio)
        assert found == [], function
        assert count > 75, function  # with the viewer of four pictures, and an experiment's sheet
        counts.append(count)
    for cell, (css, least) in ROOTS.items():
        found, count, _ = missed(notebook.locator(cell, css).first)
        assert found == [], css
        assert count >= least, css
        counts.append(count)
    return counts


def test_a_pointer_meets_every_control(notebook: Notebook):
    """A pointer meets each visible control in its middle; with Bootstrap 3 the same ones."""
    plain = all_met(notebook)
    notebook.page.evaluate(STYLE, BOOTSTRAP.read_text(encoding="utf-8"))
    try:
        assert all_met(notebook) == plain
    finally:
        notebook.page.evaluate(NO_STYLE)
