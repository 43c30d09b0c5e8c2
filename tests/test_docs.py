"""What the pages show is true: their Python runs, their magics parse, their names exist."""

import re
from pathlib import Path

import pytest

import ipywanx as wx
from ipywanx.magics.grammar import parse

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "ARCHITECTURE.md", ROOT / "CONTRIBUTING.md"]
README = PAGES[0].read_text(encoding="utf-8")


def blocks(text: str, language: str) -> list[str]:
    """Return the fenced blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def test_the_python_of_the_readme_runs(tmp_path, monkeypatch):
    """Whoever copies the README's Python gets pictures and files."""
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for block in blocks(README, "python"):
        exec(block, names)  # noqa: S102 - the page is ours
    assert names["result"].images
    assert names["wide"].images[0].width > names["photo"].images[0].width
    assert list((tmp_path / "out").glob("*.png"))


def test_the_magics_of_the_readme_parse():
    """Each %wanx and %%wanx line of the README is one that the grammar takes."""
    lines = [
        line
        for block in blocks(README, "text")
        for line in block.splitlines()
        if line.startswith(("%wanx", "%%wanx"))
    ]
    assert len(lines) >= 4
    for line in lines:
        magic, _, rest = re.sub(r"\s{2,}the .*", "", line).partition(" ")
        parse(rest, "提示词" if magic == "%%wanx" else None, {"photo": object()})


def test_the_readme_names_all_functions():
    """The table of functions is complete and its Chinese names are the declared ones."""
    for name, cls in wx.FUNCTIONS.items():
        assert f"| `{name}` | {cls.about.title.zh} |" in README


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_to_files_lead_somewhere(page):
    """Every relative link of a page points at something that exists."""
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


def test_public_names_are_there_and_documented():
    """All names that the package offers exist and say what they are."""
    for name in wx.__all__:
        assert getattr(wx, name) is not None
        if name not in {"__version__", "FUNCTIONS"}:
            assert getattr(wx, name).__doc__, name
