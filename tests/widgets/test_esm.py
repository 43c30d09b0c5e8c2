"""The page's parts are one module: none is forgotten, and none has needs of its own."""

import re
from pathlib import Path

from ipywanx.widgets import esm


def test_every_part_is_in_the_module_once():
    """What lies in the folder is sent to the page; a part that nobody names would be missed."""
    page = Path(esm.__file__).parent / "page"
    assert sorted(esm.EASEL) == sorted(path.name for path in page.glob("*.js"))


def test_the_module_exports_once_and_imports_nothing():
    """The joined text is one ES module as a browser takes it, with no name declared twice."""
    text = esm.module(*esm.EASEL)
    assert re.findall(r"(?m)^export .*", text) == ["export default { render };"]
    assert not re.search(r"(?m)^import ", text)
    names = re.findall(r"(?m)^(?:async )?(?:const|let|class|function) (\w+)", text)
    assert len(names) == len(set(names))
