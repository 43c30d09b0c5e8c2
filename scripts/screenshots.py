"""Take the screenshots of READMEs and tutorials: scenes in a real JupyterLab, in two languages.

A scene is a notebook of its own: it sets something up, touches it as a person does, and is cropped
to its one cell. Everything in it is fixed (photograph, prompts, seeds), so that it looks alike
whenever it is taken. ``tests/browser/test_pictures.py`` takes them again and compares.
"""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from PIL import Image
from playwright.sync_api import Locator

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests" / "browser"))

from hand import other_screen  # noqa: E402 - the browser tests' own
from lab import Lab, Notebook  # noqa: E402

LANGUAGES = ("en", "zh")
SCREENS = {"studio": 1300, "studio_parts": 1500}
"""How wide the page is for a scene, in its own pixels; 1000 for the others."""
LARGEST = 160_000
"""Bytes of one screenshot."""
WIDTH = 1680
"""Pixels: twice what a README is wide on GitHub."""
SETUP = """\
%load_ext ipywanx
%config WanxMagics.language = "LANGUAGE"
import ipywanx as wx
from PIL import Image
from sklearn.datasets import load_sample_image
photo = Image.fromarray(load_sample_image("china.jpg")).resize((768, 512), Image.Resampling.LANCZOS)
photo.save("photo.jpg", quality=95)
"""
# What a reader need not see, and what differs from one look to the next.
PLAIN = """
.jp-cell-toolbar, .jp-Collapser, .jp-Toolbar, .ipywanx-result div:has(> code),
  .ipywanx-result div:has(+ div > code) { display: none !important } /* its time, id and file */
.wanx-queue .wanx-facts { visibility: hidden !important } /* how long it took */
.jp-Notebook .jp-Cell { border: 0 !important; padding-left: 0 !important }
* { caret-color: transparent !important; transition: none !important }"""
SETTLED = """async cell => {
  document.activeElement?.blur();
  await document.fonts.ready;
  await Promise.all([...cell.querySelectorAll('img')].filter(image => !image.hidden)
    .map(image => image.decode().catch(() => null)));
  await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))); }"""
SLIDE = """(input, value) => { input.value = value;
  input.dispatchEvent(new Event('input', { bubbles: true })); }"""
RESTED = """async stage => { do await new Promise(requestAnimationFrame);
  while (stage.getAttribute('aria-busy') !== 'false'); }"""
STROKE = [
    (712, 180), (738, 240), (684, 290), (738, 330), (676, 380), (738, 420), (672, 466), (736, 486)
]  # fmt: skip
TWO_SIGNS = """() => { const drawn = sign => { const canvas = new OffscreenCanvas(40, 40);
  const context = canvas.getContext('2d'); context.font = '30px sans-serif';
  context.fillText(sign, 4, 32); return context.getImageData(0, 0, 40, 40).data.join(); };
  return drawn('中') !== drawn('文'); }"""
FONTS = """cell => { const context = new OffscreenCanvas(1, 1).getContext('2d');
  const families = [getComputedStyle(document.body).fontFamily,
    getComputedStyle(cell.querySelector('.cm-content')).fontFamily];
  return families.map(family => { context.font = `100px ${family}`;
    return context.measureText('Hamburg 0123 中文').width.toFixed(); }).join(' '); }"""
"""How wide two words are, in the notebook's fonts for text and code."""
COLLAPSE = "() => window.jupyterapp.shell.collapseLeft()"


def in_words(language: str, english: str, chinese: str) -> str:
    """The one of the two that is read."""
    return chinese if language == "zh" else english


def opened(lab: Lab, language: str, setup: str, cell: str) -> Notebook:
    """A notebook whose second cell has run."""
    notebook = lab.notebook([SETUP.replace("LANGUAGE", language) + setup, cell])
    notebook.page.evaluate(COLLAPSE)
    notebook.page.add_style_tag(content=PLAIN)
    for index in (0, 1):
        said = notebook.run(index, 180)
        if "Error" in said:
            raise RuntimeError(said)
    return notebook


def middle(node: Locator) -> tuple[float, float]:
    """The middle of something on the page."""
    box = node.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(notebook: Notebook, points: Sequence[tuple[float, float]]) -> None:
    """Press at the first place of the page, go through the others, and let go."""
    notebook.page.mouse.move(*points[0])
    notebook.page.mouse.down()
    for point in points[1:]:
        notebook.page.mouse.move(*point, steps=4)
    notebook.page.mouse.up()


# ---- the scenes -------------------------------------------------------------------------------


def show_cell(lab: Lab, language: str) -> Notebook:
    """A cell with a sentence, and the picture below it."""
    sentence = in_words(language, "sunset, golden hour", "黄昏，落日")
    line = "%%wanx description_edit photo.jpg --strength 0.8 --seed 7"
    notebook = opened(lab, language, "", f"{line}\n{sentence}")
    notebook.locator(1, ".ipywanx-result img").nth(1).wait_for()
    return notebook


SWEEP = '%%wanx sweep stylization_all photo.jpg --strength "0.25-1.0 [4]" --seed 7 -o grid'
STYLES = {
    "en": ("a French picture book", "gold foil art", "a watercolour"),
    "zh": ("转换成法国绘本风格", "转换成金箔艺术风格", "转换成水彩画风格"),
}
EARLIER = {
    "en": ("change the season to autumn", "add heavy snow", "sunset, golden hour"),
    "zh": ("把季节修改为秋天", "添加大雪", "黄昏，落日"),
}


def show_studio(lab: Lab, language: str) -> Notebook:
    """The studio with the frame of ``expand``, dragged, and six results."""
    styles, sentences = STYLES[language][:2], EARLIER[language]
    asked = [("stylization_all", style) for style in styles]
    asked = [*asked, *(("description_edit", sentence) for sentence in sentences)]
    earlier = "".join(
        f"wx.edit({name!r}, 'photo.jpg', {prompt!r}, strength=0.8, seed=7)\n"
        for name, prompt in asked
    )
    notebook = opened(lab, language, earlier + "pass", "%wanx expand photo.jpg")
    studio = notebook.locator(1, ".wanx-studio")
    sentence = in_words(language, "a pagoda above a lake", "湖边的宝塔")
    studio.locator("[data-field=prompt] textarea").fill(sentence)
    corner = studio.locator("[data-name=frame_bottom_right]")
    scale = studio.locator(".wanx-frame-picture").bounding_box()["width"] / 768
    notebook.page.keyboard.down("Shift")  # all sides alike
    x, y = middle(corner)
    drag(notebook, [(x, y), (x + 96 * scale, y + 64 * scale)])
    notebook.page.keyboard.up("Shift")
    studio.locator(".wanx-submit").click()
    notebook.page.keyboard.press("Shift")  # somebody at work: the result does not open by itself
    notebook.page.mouse.move(1, 1)
    studio.locator(".wanx-last button").wait_for(timeout=90_000)
    studio.locator(".wanx-card-image:not([hidden])").nth(5).wait_for(timeout=90_000)
    return notebook


PARTS = {
    ".wanx-functions": "left",
    ".wanx-engine": "right",
    ".wanx-picture-panel": "left",
    ".wanx-stage-box": "left",
    ".wanx-form": "right",
    ".wanx-submit": "right",
    ".wanx-experiment-box": "left",
    ".wanx-queue-box": "left",
    ".wanx-gallery-box": "left",
}
"""What the tutorial on the studio numbers, from 1 on, and on which side the number stands."""
NUMBER = """async (studio, parts) => {
  Object.assign(studio.style, { position: 'relative', padding: '0 44px' });
  for (let height = 0, same = 0; same < 5; await new Promise(requestAnimationFrame)) {
    same = studio.offsetHeight === height ? same + 1 : 0; // the frame takes its new width
    height = studio.offsetHeight;
  }
  const origin = studio.getBoundingClientRect();
  Object.entries(parts).forEach(([part, side], at) => {
    const { top, height } = studio.querySelector(part).getBoundingClientRect();
    const badge = document.createElement('span');
    badge.textContent = at + 1;
    badge.style = `position: absolute; ${side}: 4px; width: 30px; height: 30px; border-radius: 50%;
      top: ${top - origin.top + Math.min(0, height / 2 - 15)}px; background: #b3261e; color: white;
      font: bold 18px/30px sans-serif; text-align: center`;
    studio.append(badge);
  }); }"""


def show_studio_parts(lab: Lab, language: str) -> Notebook:
    """The studio as before, its parts numbered."""
    notebook = show_studio(lab, language)
    notebook.locator(1, ".wanx-studio").evaluate(NUMBER, PARTS)
    return notebook


def show_mask_editor(lab: Lab, language: str) -> Notebook:
    """The mask editor: the cypress painted over."""
    notebook = opened(lab, language, "", "%wanx mask photo.jpg -o painter")
    stage = notebook.locator(1, ".wanx-stage")
    stage.wait_for()
    notebook.locator(1, ".wanx-editor").get_by_label(
        in_words(language, "Size", "大小"), exact=True
    ).evaluate(SLIDE, 40)
    box = notebook.locator(1, ".wanx-picture canvas").first.bounding_box()
    scale = box["width"] / 768
    drag(notebook, [(box["x"] + x * scale, box["y"] + y * scale) for x, y in STROKE])
    stage.evaluate(RESTED)
    return notebook


def show_experiment(lab: Lab, language: str) -> Notebook:
    """Three styles by four strengths, all there, and the sheet that comes last folded below."""
    notebook = opened(lab, language, "", SWEEP + "\n" + "\n---\n".join(STYLES[language]))
    notebook.locator(1, ".wanx-cell-image").nth(11).wait_for(timeout=120_000)
    notebook.locator(1, "details > summary").wait_for()
    return notebook


SCENES: dict[str, Callable[[Lab, str], Notebook]] = {
    "cell": show_cell,
    "studio": show_studio,
    "studio_parts": show_studio_parts,
    "mask_editor": show_mask_editor,
    "experiment": show_experiment,
}
SHOTS = {f"{scene}_{language}": (scene, language) for language in LANGUAGES for scene in SCENES}
"""The screenshots by the names of their files."""


# ---- taking them ------------------------------------------------------------------------------


def shot(lab: Lab, name: str) -> tuple[Image.Image, str]:
    """A screenshot, at the width in which it is kept, and the fonts in it."""
    scene, language = SHOTS[name]
    viewport = {"width": SCREENS.get(scene, 1000), "height": 1900}
    with other_screen(lab, viewport=viewport, device_scale_factor=2):
        notebook = SCENES[scene](lab, language)
        cell = notebook.page.locator(".jp-Notebook .jp-Cell").nth(1)
        cell.evaluate(SETTLED)
        fonts = cell.evaluate(FONTS)
        picture = Image.open(io.BytesIO(cell.screenshot())).convert("RGB")
    height = round(picture.height * WIDTH / picture.width)
    return picture.resize((WIDTH, height), Image.Resampling.LANCZOS), fonts


def reads_chinese(lab: Lab) -> bool:
    """Whether this machine has a font for Chinese: without one, all its signs look alike."""
    page = lab.context.new_page()
    try:
        return bool(page.evaluate(TWO_SIGNS))
    finally:
        page.close()


def take(names: Sequence[str]) -> Iterator[tuple[str, Image.Image, str]]:
    """Take screenshots, in a JupyterLab of their own."""
    if not names:
        return
    found = subprocess.run(
        [sys.executable, HERE / "chromium.py"], capture_output=True, text=True, check=False
    )
    if found.returncode:
        raise SystemExit(found.stderr.strip())
    with (
        tempfile.TemporaryDirectory() as folder,
        Lab(found.stdout.strip(), Path(folder) / "lab").running() as lab,
        lab.in_use(),
    ):
        for name in names:
            if SHOTS[name][1] == "zh" and not reads_chinese(lab):
                raise SystemExit(f"{name} needs a font with Chinese, such as Noto Sans CJK.")
            yield name, *shot(lab, name)
