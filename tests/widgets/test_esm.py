"""The page's parts are one module: none is forgotten, and none has needs of its own."""

import re
from pathlib import Path

import pytest

from ipywanx.widgets import esm
from ipywanx.widgets.doodle_board import DoodleBoard
from ipywanx.widgets.expand_frame import ExpandFrame
from ipywanx.widgets.experiment import Experiment
from ipywanx.widgets.gallery import Gallery
from ipywanx.widgets.mask_editor import MaskEditor
from ipywanx.widgets.studio import Studio
from ipywanx.widgets.sweep_view import SweepView
from ipywanx.widgets.texts import frame_texts, picture_texts

MODULES = {
    "easel": esm.EASEL,
    "frame": esm.FRAME,
    "gallery": esm.GALLERY,
    "studio": esm.STUDIO,
    "sweep": esm.SWEEP,
    "experiment": esm.EXPERIMENT,
}


def test_every_part_is_in_a_module():
    """What lies in the folder is sent to a page; a part that nobody names would be missed."""
    page = Path(esm.__file__).parent / "page"
    named = {part for parts in MODULES.values() for part in parts}
    assert named == {path.name for path in page.glob("*.js")}


@pytest.mark.parametrize("name", MODULES)
def test_a_module_exports_once_and_imports_nothing(name):
    """The joined text is one ES module as a browser takes it, with no name declared twice."""
    assert len(set(MODULES[name])) == len(MODULES[name])
    text = esm.module(*MODULES[name])
    assert re.findall(r"(?m)^export .*", text) == ["export default { render };"]
    assert not re.search(r"(?m)^import ", text)
    names = re.findall(r"(?m)^(?:async )?(?:const|let|class|function) (\w+)", text)
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("parts", "texts"), [(esm.FRAME, frame_texts()), (esm.PICTURE, picture_texts())]
)
def test_what_the_page_says_is_among_the_texts(parts, texts):
    """Every text that a part asks for by its name is there in both languages."""
    names = set(re.findall(r'\btext\((?:\w+ \? )?"(\w+)"', esm.module(*parts)))
    assert names <= texts.keys()
    assert len(names) > 10


def outside_scopes(sheet):
    """What of a style sheet stands outside its ``@scope`` blocks."""
    depth, outside = 0, ""
    for part in re.split(r"([{}])", re.sub(r"@scope [^{]*", "@scope", sheet)):
        depth += {"{": 1, "}": -1}.get(part, 0)
        outside += part if depth == 0 else ""
    return outside


def test_every_style_sheet_stays_under_its_root():
    """All rules stand in a scope, whose root no other kind of widget has."""
    kinds = [MaskEditor, ExpandFrame, Gallery, SweepView, Studio, Experiment]
    roots = {kind: re.findall(r"@scope \(\.([\w-]+)\) to \(:scope .wanx-hosted", kind._css)
             for kind in kinds}  # fmt: skip
    assert all(len(found) == 1 for found in roots.values())
    assert len({found[0] for found in roots.values()}) == len(kinds)
    for kind, [root] in roots.items():
        left = outside_scopes(kind._css).replace(f".{root}::before", "", 1)
        # where it is, the picture that a saved notebook has of it is hidden
        area = f".jp-OutputArea:has(.{root}) .jp-OutputArea-child:has(.ipywanx-static)"
        left = left.replace(area, "", 1)
        assert re.sub(r"@keyframes wanx-[\w-]+|@scope|[{}\s]", "", left) == "", kind
        assert f'"{root}' in kind._esm or f" {root}" in kind._esm
    assert DoodleBoard._css == MaskEditor._css  # two kinds of easel


def test_every_style_sheet_is_used_and_names_no_root():
    """A sheet that no widget has would be missed, and a rule in its root finds no root in there."""
    kinds = [MaskEditor, ExpandFrame, Gallery, SweepView, Studio, Experiment]
    names = [re.search(r"@scope \(\.([\w-]+)", kind._css)[1] for kind in kinds]
    sheets = list(Path(esm.__file__).parent.joinpath("page").glob("*.css"))
    assert len(sheets) > 6
    for sheet in sheets:
        text = sheet.read_text(encoding="utf-8")
        assert any(esm._KEYFRAMES.sub("", text).strip() in kind._css for kind in kinds), sheet
        rules = re.sub(r"/\*.*?\*/", "", text)
        assert not re.search(rf"\.({'|'.join(names)})(?![\w-])", rules), sheet
