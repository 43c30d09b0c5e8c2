"""Are the pages sound? Their links lead somewhere, their tests exist, their English is spelled."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pytest
from spellchecker import SpellChecker

ROOT = Path(__file__).parent.parent
SOURCES = ROOT / "notebooks" / "source"
FOLDERS = (ROOT, ROOT / "binder")
PAGES = sorted(
    {
        *(page for folder in FOLDERS for page in folder.glob("*.md")),
        *(ROOT / "docs").rglob("*.md"),
        *SOURCES.glob("*.md"),
    }
)
WORDS = Path(__file__).with_name("words.txt")
"""Words that are right here and in no dictionary: names, terms of the trade, British spelling."""
each_page = pytest.mark.parametrize(
    "page", PAGES, ids=[page.relative_to(ROOT).as_posix() for page in PAGES]
)


def written(page: Path, *languages: str) -> str:
    """What a page says; of a tutorial's source the blocks of text alone, in these languages."""
    text = page.read_text(encoding="utf-8")
    if page.parent != SOURCES:
        return text
    blocks = [block.partition("\n") for block in re.split(r"^%% ", text, flags=re.MULTILINE)]
    return "\n".join(said for marker, _, said in blocks if marker.strip() in languages)


# ---- links ------------------------------------------------------------------------------------


def shown(text: str) -> str:
    """A page without its code, which may look like a link."""
    text = re.sub(r"^(`{3,}|~{3,}).*?^\1", "", text, flags=re.MULTILINE | re.DOTALL)
    text = re.sub(r"<code>.*?</code>", "", text)
    return re.sub(r"(`+)(?!`).+?(?<!`)\1(?!`)", "", text)


def targets(text: str) -> Iterator[str]:
    """Where the links and pictures of a page lead: those in brackets, in HTML, and defined ones."""
    text = shown(text)
    yield from re.findall(r"\]\(<?([^)>\s]+)>?(?:\s+\"[^\"]*\")?\)", text)
    yield from re.findall(r"\b(?:src|href)=\"([^\"]+)\"", text)
    yield from re.findall(r"^\[[^\]]+\]:\s*(\S+)", text, re.MULTILINE)


@cache
def anchors(path: Path) -> frozenset[str]:
    """The places within a page or a notebook that a link can name."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        cells = json.loads(text)["cells"]
        text = "\n\n".join(
            "".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"
        )
    fenced = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#{1,6} +(.+?) *#*$", fenced, re.MULTILINE)
    found = set(re.findall(r"\b(?:id|name)=\"([^\"]+)\"", fenced))
    times: Counter[str] = Counter()
    for heading in headings:
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").replace("*", "")
        slug = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")  # as GitHub makes it
        found.add(slug if not times[slug] else f"{slug}-{times[slug]}")
        times[slug] += 1
        found.add(plain.replace(" ", "-"))  # as Jupyter makes it
    return frozenset(found)


def dead_links(page: Path) -> list[str]:
    """The relative links of a page that lead nowhere."""
    # A tutorial's source is written as seen from where its notebook will be.
    base = page.parent.parent if page.parent == SOURCES else page.parent
    dead = []
    for target in targets(written(page, "en", "zh")):
        if re.match(r"[a-z][a-z0-9+.-]*:", target):
            continue
        name, _, anchor = unquote(target).partition("#")
        path = (base / name).resolve() if name else page
        if base != page.parent and path.parent == base:  # to another tutorial
            path = SOURCES / f"{path.stem}.md"
        readable = path.suffix in {".md", ".ipynb"}
        if not path.exists() or (anchor and readable and anchor not in anchors(path)):
            dead.append(target)
    return dead


@each_page
def test_links_lead_somewhere(page):
    """Every relative link of a page leads to a file, and its anchor to a heading there."""
    assert dead_links(page) == []


@each_page
def test_named_references_are_defined(page):
    """A link of the form [text][name] has its name defined on the page."""
    text = shown(written(page, "en", "zh"))
    defined = set(re.findall(r"^\[([^\]]+)\]:", text, re.MULTILINE))
    assert set(re.findall(r"\]\[([^\]]+)\]", text)) <= defined


@each_page
def test_tests_that_a_page_names_exist(page):
    """Who reads that a test holds something finds it, and it is one that runs."""
    for file, test in re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", page.read_text(encoding="utf-8")):
        assert f"\ndef {test}(" in (ROOT / file).read_text(encoding="utf-8"), f"{file}::{test}"


def test_dead_links_are_found(tmp_path):
    """A missing file, a missing heading and a missing one of several are told, and no others."""
    page = tmp_path / "page.md"
    (tmp_path / "other.md").write_text("# A `b` c\n\n## Same\n\n## Same\n", encoding="utf-8")
    page.write_text(
        "# Here: I am\n[a](other.md) [b](other.md#a-b-c) [c](other.md#same-1) [d](#here-i-am)\n"
        "[e](https://example.com/no) `[f](code.md)` ![g](none.png) [h](other.md#same-2)\n"
        "[i](#there) [j][k]\n\n[k]: gone.md\n\n```\n[l](code.md)\n```\n",
        encoding="utf-8",
    )
    assert dead_links(page) == ["none.png", "other.md#same-2", "#there", "gone.md"]


# ---- spelling ---------------------------------------------------------------------------------

CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]+")


def prose(text: str) -> str:
    """The sentences of a page: no code, no address, no markup."""
    text = re.sub(r"<!--.*?-->", "", shown(text), flags=re.DOTALL)
    text = re.sub(r"^(?: {4}|\t)(?! *[-*\d]).*$", "", text, flags=re.MULTILINE)  # indented code
    text = re.sub(r"^\[[^\]]+\]:.*$", "", text, flags=re.MULTILINE)
    text = re.sub(r"\]\([^)]*\)|<[^>]*>|\w+://\S+", " ", text)
    return re.sub(r"&\w+;", " ", text).replace("’", "'")


def words(text: str) -> list[str]:
    """Its English words; not what has digits or underscores in it, nor abbreviations in capitals.

    What is joined by a slash, a dot or an @ is a name, not a word.
    """
    found = []
    for token in re.split(r"[^\w'./@%#-]+", CHINESE.sub(" ", text)):
        if re.search(r"[\d_@%#/]|\w\.\w", token):
            continue
        for word in re.split(r"[^\w']+", token):
            bare = re.sub(r"'s?$", "", word.strip("'"))
            if len(bare) > 1 and not re.fullmatch(r"[A-Z]+s?", bare):
                found.append(bare)
    return found


@pytest.fixture(scope="module")
def unknown():
    """What finds the words that neither the dictionary nor our list has."""
    speller = SpellChecker(language="en", distance=1)
    ours = set(WORDS.read_text(encoding="utf-8").split())

    def find(text: str) -> list[str]:
        spoken = dict.fromkeys(words(text))
        return [word for word in spoken if word.lower() not in ours and word not in speller]

    return find


@each_page
def test_english_is_spelled(page, unknown):
    """Every English word of a page is in the dictionary, or in tests/words.txt."""
    if page.parent.name == "zh":
        return  # names and code, no sentences
    assert unknown(prose(written(page, "en"))) == []


def test_misspellings_are_found(unknown):
    """Wrong words are told, wherever they stand in a sentence; code and addresses are none."""
    text = (
        "# A headding\nThe colour isn't seperate, the user's `fooo` recieves [a lnik](teh.md).\n\n"
        "    indented cdoe\n\n```sh\nmkae\n```\n<!-- hiden --> JPEGs, 3px, a/bbb, https://exmaple.com"
    )
    assert unknown(prose(text)) == ["headding", "seperate", "recieves", "lnik"]


def test_of_a_tutorial_the_text_is_read(tmp_path, monkeypatch, unknown):
    """A source's English is read, and neither its Chinese blocks nor its cells."""
    monkeypatch.setattr(f"{__name__}.SOURCES", tmp_path)
    page = tmp_path / "page.md"
    page.write_text("%% en\n# Englsh\n%% zh\n# 中文 Chinse\n%% code en\ncdoe[0](1)\n", "utf-8")
    assert unknown(prose(written(page, "en"))) == ["Englsh"]
    assert dead_links(page) == []


def test_our_words_are_in_order_once_each():
    """The list is sorted, in small letters, so that two people add to it without a quarrel."""
    listed = WORDS.read_text(encoding="utf-8").splitlines()
    assert listed == sorted(set(listed))
    assert all(re.fullmatch(r"[^\W\d_A-Z']{2,}", word) for word in listed)
