"""The picture panel as a person uses it: every way in, and what is said of what came."""

import base64
import io
from pathlib import Path

import pytest
from appearance import LANGUAGES, THEMES, WIDTHS, photograph
from hand import NAMELESS, poll
from lab import Lab, Notebook
from PIL import Image

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

SETUP = f"""\
import sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from panel_host import PanelHost
import numpy as np
from PIL import Image
from skimage import data
portrait = Image.fromarray(data.astronaut()).resize((900, 1200))
pixels = np.full((600, 700, 3), 90, np.uint8)
host = PanelHost(last_result=portrait.resize((640, 640)))
host
"""
# What a drop or a paste brings: files, or an address.
BRING = """([node, kind, name, data, url]) => {
  const dataTransfer = new DataTransfer();
  if (data) dataTransfer.items.add(new File(
    [Uint8Array.from(atob(data), one => one.charCodeAt(0))], name, { type: 'image/png' }));
  if (url) dataTransfer.setData('text/uri-list', url);
  const options = { bubbles: true, cancelable: true };
  if (kind === 'paste') return node.dispatchEvent(
    new ClipboardEvent('paste', { ...options, clipboardData: dataTransfer }));
  for (const type of kind.split(' ')) node.dispatchEvent(
    new DragEvent(type, { ...options, dataTransfer })); }"""
COPY = """async data => {
  const bytes = Uint8Array.from(atob(data), one => one.charCodeAt(0));
  await navigator.clipboard.write([new ClipboardItem({ 'image/png': new Blob([bytes],
    { type: 'image/png' }) })]); }"""


def encoded(size: tuple[int, int], kind: str = "PNG") -> bytes:
    """A file of a picture of that size."""
    stream = io.BytesIO()
    Image.new("RGB", size, (60, 120, 90)).save(stream, kind)
    return stream.getvalue()


class Panel:
    """One view of the panel."""

    def __init__(self, notebook: Notebook) -> None:
        self.notebook, self.page = notebook, notebook.page
        self.view = notebook.locator(0, ".wanx-panel-host")
        self.target = self.view.locator(".wanx-picture-target")
        self.target.wait_for(timeout=20_000)

    def bring(self, kind: str, data: bytes = b"", name: str = "", url: str = "") -> None:
        """Drop or paste on the panel."""
        text = base64.b64encode(data).decode()
        self.page.evaluate(BRING, [self.target.element_handle(), kind, name, text, url])

    def choose(self, data: bytes, name: str) -> None:
        """Choose a file as in the system's window."""
        with self.page.expect_file_chooser() as chooser:
            self.target.click()
        file = {"name": name, "mimeType": "image/png", "buffer": data}
        chooser.value.set_files(file)

    def says(self, *sentences: str) -> None:
        """Wait until the panel says all of it."""
        for sentence in sentences:
            self.view.get_by_text(sentence).first.wait_for()

    def has(self, size: tuple[int, int]) -> None:
        """Wait until Python has a picture of that size."""
        poll(self.notebook, f"host.chosen is not None and host.chosen.size == {size}")


@pytest.fixture
def panel(lab: Lab) -> Panel:
    """Return a panel in a new notebook."""
    notebook = lab.notebook([SETUP, "'next'"])
    assert "Error" not in notebook.run(0)
    return Panel(notebook)


def test_a_dropped_file_is_shown(panel: Panel):
    """A file that hangs over the panel is announced; dropped, it is shown with all that it is."""
    panel.says("No picture yet.")
    data = encoded((800, 600))
    panel.bring("dragenter dragover", data, "field.png")
    panel.says("Let go to use it")
    panel.bring("drop", data, "field.png")
    panel.says("field.png", f"800 × 600 px · PNG · {round(len(data) / 1024)} kB")
    panel.has((800, 600))
    shown = panel.view.get_by_alt_text("The picture: field.png")
    panel.page.wait_for_function("node => node.naturalWidth === 640", arg=shown.element_handle())
    assert panel.notebook.evaluate("host.chosen.data[:4]") == str(data[:4])
    panel.bring("drop")
    panel.says("That holds neither a picture's file nor an address.")


def test_a_chosen_file_is_converted_and_told(panel: Panel):
    """What is changed to fit is said in a sentence each, and the same file can be chosen again."""
    for _ in range(2):
        panel.choose(encoded((300, 400), "GIF"), "small.gif")
        panel.says("small.gif", "512 × 683 px", "GIF is not a format", "resized from 300×400")
        panel.has((512, 683))
        assert panel.notebook.evaluate("host.chosen = None") == ""


@pytest.mark.slow
def test_a_file_larger_than_one_message_arrives_whole(panel: Panel):
    """12 MB, over what the server takes at once, arrive byte by byte as they were."""
    stream = io.BytesIO()
    Image.effect_noise((2200, 1900), 90).convert("RGB").save(stream, "BMP")
    data = stream.getvalue()
    assert len(data) > 12_000_000
    panel.choose(data, "large.bmp")
    panel.says("large.bmp", "2200 × 1900 px", "recompressed")
    panel.has((2200, 1900))


def test_a_paste_is_taken(panel: Panel):
    """Ctrl+V with a picture in the clipboard works wherever the focus is; text stays text."""
    origin = panel.page.evaluate("() => location.origin")
    permissions = ["clipboard-read", "clipboard-write"]
    panel.page.context.grant_permissions(permissions, origin=origin)
    panel.page.evaluate(COPY, base64.b64encode(encoded((640, 520))).decode())
    panel.view.get_by_role("button", name="Continue from the last result").focus()
    panel.page.keyboard.press("Control+v")
    panel.has((640, 520))
    cells = "() => window.jupyterapp.shell.currentWidget.content.widgets.length"
    assert panel.page.evaluate(cells) == 2
    panel.page.evaluate("() => navigator.clipboard.writeText('https://example.com/b.png')")
    panel.view.get_by_label("Address (URL)", exact=True).focus()
    panel.page.keyboard.press("Control+v")
    assert panel.view.get_by_label("Address (URL)", exact=True).input_value().endswith("b.png")
    assert panel.notebook.evaluate("host.chosen.size") == "(640, 520)"
    panel.target.focus()
    panel.page.keyboard.press("Control+v")  # an address, not into the field
    poll(panel.notebook, "host.chosen.url == 'https://example.com/b.png'")


def test_an_address_is_fetched_by_nobody_here(panel: Panel):
    """A URL is taken as it is: neither page nor kernel asks for it; a path is none."""
    asked = []
    panel.page.on("request", lambda request: asked.append(request.url))
    field = panel.view.get_by_label("Address (URL)", exact=True)
    field.fill("https://example.com/a.png")
    field.press("Enter")
    panel.says("The service fetches it from its address; it is not shown here.")
    poll(panel.notebook, "host.chosen.url == 'https://example.com/a.png'")
    assert not [url for url in asked if "example.com" in url]
    assert panel.view.locator(".wanx-picture-preview").is_hidden()
    field.fill("/etc/hostname")
    panel.view.get_by_role("button", name="Load: Address").click()
    panel.says("'/etc/hostname' is not an address.")
    panel.bring("drop", url="https://example.com/dropped.png")
    poll(panel.notebook, "host.chosen.url == 'https://example.com/dropped.png'")


def test_variables_and_the_last_result(panel: Panel):
    """The menu has what the notebook has now; a variable and the last result are taken."""
    menu = panel.view.get_by_label("Variable", exact=True)
    listed = "([node, names]) => [...node.options].map(one => one.value).join() === names"
    menu.focus()
    panel.page.wait_for_function(listed, arg=[menu.element_handle(), "pixels,portrait"])
    assert panel.notebook.evaluate("later = pixels[::1]; del portrait") == ""
    panel.page.mouse.move(5, 5)
    panel.target.hover()
    panel.page.wait_for_function(listed, arg=[menu.element_handle(), "later,pixels"])
    menu.select_option("later")
    panel.view.get_by_role("button", name="Load: Variable").click()
    panel.has((700, 600))
    panel.says("700 × 600 px")
    panel.view.get_by_role("button", name="Continue from the last result").click()
    panel.has((640, 640))
    assert panel.notebook.evaluate("host.last_result = None") == ""
    panel.view.get_by_role("button", name="Continue from the last result").click()
    panel.says("There is no result yet.")


def test_a_broken_file_is_told(panel: Panel):
    """Of a file that is no picture, or is over 64 MB, the reason is said; the old one stays."""
    panel.choose(encoded((800, 600)), "good.png")
    panel.has((800, 600))
    for _ in range(2):
        panel.choose(encoded((800, 600))[:300], "broken<b>.png")
        panel.view.get_by_role("alert").get_by_text("broken<b>.png").wait_for()
        panel.says("good.png")
        panel.choose(encoded((700, 600)), "good.png")
        panel.has((700, 600))
        panel.view.locator("[role=alert]:empty").wait_for(state="attached")
    heard = panel.notebook.evaluate("len(host.heard)")
    giant = "() => ({ name: 'giant.png', size: 65 * 2 ** 20 })"
    panel.target.evaluate(
        f"""node => {{ const event = new Event('drop', {{ bubbles: true, cancelable: true }});
        event.dataTransfer = {{ files: [({giant})()], getData: () => '' }};
        node.dispatchEvent(event); }}"""
    )
    panel.says("giant.png has 65 MB; at most 64 MB can be handed to the kernel.")
    assert panel.notebook.evaluate("len(host.heard)") == heard
    assert panel.notebook.evaluate("host.chosen.size") == "(700, 600)"


def test_it_is_reached_by_keys_and_named(panel: Panel):
    """Tab goes through all of it in order, and everything has a name."""
    panel.notebook.evaluate("host.variables = ['pixels']")
    panel.target.focus()
    reached = []
    named = "({ activeElement: one }) => one.getAttribute('aria-label') || one.textContent"
    for _ in range(6):
        reached.append(panel.page.evaluate(f"() => ({named})(document)"))
        panel.page.keyboard.press("Tab")
    assert reached == [
        "Choose a picture, or drop or paste one here", "Address (URL)", "Load: Address (URL)",
        "Variable", "Load: Variable", "Continue from the last result",
    ]  # fmt: skip
    assert panel.view.evaluate(NAMELESS) == 0


def test_sizes_are_shown_at_one_scale(panel: Panel):
    """The two rectangles have the ratio of the two sizes; over 4096 pixels a side is warned of."""
    panel.notebook.evaluate("host.values = {'super_resolution': {'upscale_factor': 4}}")
    panel.choose(encoded((900, 600)), "a.png")
    panel.says("Now: 900 × 600 px", "Result: 3600 × 2400 px (4×)")
    before, after = (panel.view.locator(f".wanx-sizes-{one}") for one in ("before", "after"))
    sizes = [
        one.evaluate("node => [node.clientWidth, node.clientHeight]") for one in (before, after)
    ]
    assert sizes[1][0] == pytest.approx(4 * sizes[0][0], abs=3)
    assert sizes[1][1] == pytest.approx(4 * sizes[0][1], abs=3)
    assert sizes[1][0] == pytest.approx(1.5 * sizes[1][1], abs=2)
    panel.choose(encoded((1200, 600)), "b.png")
    panel.says("Over 4096 px a side")
    panel.notebook.evaluate("host.values = {'super_resolution': {'upscale_factor': 1}}")
    panel.says("The same size, only sharper")


@pytest.mark.slow
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_it_fits(panel: Panel, width: int, theme: str, language: str):
    """Nothing is wider than the view, in both themes and languages; photographed."""
    told = ["This is how a problem is told.", "问题会这样显示。"]
    code = f"""
host.language = {language!r}
host.values = {{'super_resolution': {{'upscale_factor': 4}}}}
message = {{'source': 'variable', 'name': 'small'}}
host.chosen = host.source.take(message, [], {{'small': portrait.resize((400, 533))}})
host.picture = host.source.describe(host.chosen, {told!r})"""
    assert panel.notebook.evaluate(code) == ""
    panel.says("2048 × 2728")
    photograph(panel.notebook, panel.view, f"picture_panel_{language}", theme, width)
