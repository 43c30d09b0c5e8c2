"""The page's parts are one module: none is forgotten, and none has needs of its own."""

import re
from pathlib import Path

import pytest

from ipywanx.widgets import esm
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
