"""What the pages show is true: their Python runs, their magics parse, their names exist."""

import re
from itertools import zip_longest
from pathlib import Path

import pytest
from scripts.pictures import EXAMPLES, call

import ipywanx as wx
from ipywanx.magics.grammar import parse

ROOT = Path(__file__).parent.parent
READMES = {"en": ROOT / "README.md", "zh": ROOT / "README.zh.md"}
PAGES = [*READMES.values(), ROOT / "ARCHITECTURE.md", ROOT / "CONTRIBUTING.md"]
README = READMES["en"].read_text(encoding="utf-8")
each_language = pytest.mark.parametrize("language", READMES)
CHINESE = re.compile("[\u4e00-\u9fff]")


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


@each_language
def test_the_magics_of_the_readme_parse(language):
    """Each %wanx and %%wanx line of a README is one that the grammar takes."""
    text = READMES[language].read_text(encoding="utf-8")
    lines = [
        without_remark(line)
        for block in blocks(text, "text")
        for line in block.splitlines()
        if line.startswith(("%wanx", "%%wanx"))
    ]
    assert len(lines) >= 8
    for line in lines:
        magic, _, rest = line.partition(" ")
        parse(rest, "提示词" if magic == "%%wanx" else None, {"photo": object()})


def without_remark(line: str) -> str:
    """A line of code without what is said of it, behind two blanks or more."""
    return re.sub(r"(?<=\S) {2,}.*", "", line)


def pieces(block: str, language: str) -> list[str]:
    """A block in pieces that two languages share: quoted texts and prompts are whole."""
    found = []
    for line in map(without_remark, block.splitlines()):
        is_prompt = language == "text" and not line.startswith("%")
        found += [line] if is_prompt else re.findall(r'"[^"]*"|[^\s"]+', line)
    return found


def test_the_chinese_readme_has_the_same_code():
    """Its blocks are those of the English one, which run here; only Chinese texts differ."""
    chinese = READMES["zh"].read_text(encoding="utf-8")
    for language in ("sh", "text", "python"):
        pairs = zip_longest(blocks(README, language), blocks(chinese, language), fillvalue="")
        for ours, theirs in pairs:
            told = zip_longest(pieces(ours, language), pieces(theirs, language))
            assert [pair for pair in told if len(set(pair)) == 2 and not is_text(pair[1])] == []


def is_text(piece: str | None) -> bool:
    """Whether a piece of a block is a text in Chinese, and no code."""
    return piece is not None and bool(CHINESE.search(piece)) and "(" not in piece


@each_language
def test_the_readme_shows_all_functions(language):
    """Its table has each function's name, the line that was declared, and the picture of it."""
    text = READMES[language].read_text(encoding="utf-8")
    assert list(EXAMPLES) == list(wx.FUNCTIONS)
    cells = re.findall(r'<td width="50%">(.+?)</td>', text)
    for (name, cls), cell in zip(wx.FUNCTIONS.items(), cells, strict=True):
        assert f'src="docs/pictures/{name}.webp"' in cell
        assert f"<code>{name}</code></a> · {cls.about.title.zh}</b>" in cell
        assert f"<code>{call(name, language)}</code>" in cell, f"the line for {name} differs"


@each_language
def test_the_readme_lists_the_tutorials(language):
    """Every tutorial is linked under its own title, in the README's language."""
    text = READMES[language].read_text(encoding="utf-8")
    folder = {"en": "notebooks", "zh": "notebooks/zh"}[language]
    for source in sorted((ROOT / "notebooks" / "source").glob("*.md")):
        titles = re.findall(r"^# (.+)$", source.read_text(encoding="utf-8"), re.MULTILINE)
        title = titles[list(READMES).index(language)]
        assert f"{source.name[:2]} [{title}]({folder}/{source.stem}.ipynb)" in text


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
