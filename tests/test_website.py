"""All pages can be read as files in a browser: whole, linked, and with no other host."""

import re
from pathlib import Path

import pytest
from scripts import website
from scripts.website import ROOT

TUTORIAL = """\
%% en
# A `cat`
See [b](b.ipynb#B) and [the page](../README.md#how-we-work).
%% zh
# 一只猫
见 [b](b.ipynb#乙)和[主页](../README.md#how-we-work)。
%% code
%load_ext ipywanx
import ipywanx as wx
wx.DoodleBoard((600, 600))
%% code
6 * 7
"""
README = """\
# Home & away

[docs](docs/more.md#a-b-c-1) · [folder](docs) · [中文](README.zh.md) · [law](LICENSE) · [a][1]
<img src="docs/pictures/cat.png" alt="a cat"> ![badge](https://example.com/badge.svg)
[elsewhere](https://example.com/) `[no](link.md)`

| a | b |
|---|---|
| 1 | [x](docs/more.md) |

## How we work

[1]: notebooks/a.ipynb
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A small one, with a page in two languages, a folder of pages, pictures and two tutorials."""
    root = tmp_path / "repository"
    for name, text in {
        "README.md": README,
        "README.zh.md": "# 主页\n[English](README.md)\n",
        "LICENSE": "Do what you like.\n",
        "docs/more.md": "# More\n## A `b` c\n## A b: c!\n[up](..) ![](pictures/cat.png)\n",
        "docs/pictures/cat.png": "a cat",
        "docs/pictures/dog.png": "a dog",
        "notebooks/source/a.md": TUTORIAL,
        "notebooks/source/b.md": "%% en\n# B\n%% zh\n# 乙\n",
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root


def asked_elsewhere(page: str) -> list[str]:
    """What a browser would load from somewhere else."""
    loaded = re.findall(r"""<(?:script|link|img)\b[^>]*?(?:src|href)=["']?([^"'>]*)""", page)
    return [one for one in loaded if not one.startswith(("data:", "docs/"))]


def test_pages_become_a_site(repository, tmp_path):
    """Pages, pictures and what is linked are there, and each link leads where it did."""
    site = tmp_path / "site"
    assert website.write(repository, site, only=None) == []
    home = (site / "README.html").read_text("utf-8")
    for link in ("docs/more.html#a-b-c-1", "README.zh.html", "LICENSE", "index.html#docs"):
        assert f'href="{link}"' in home
    assert "<td>1</td>" in home
    assert 'src="docs/pictures/cat.png"' in home
    assert (site / "docs/pictures/cat.png").read_text("utf-8") == "a cat"
    assert not (site / "docs/pictures/dog.png").exists()
    assert (site / "LICENSE").exists()
    assert "<code>[no](link.md)</code>" in home
    assert 'lang="zh-CN"' in (site / "README.zh.html").read_text("utf-8")


def test_pages_ask_no_other_host(repository, tmp_path):
    """A picture from elsewhere is replaced by its description; a link to elsewhere stays a link."""
    website.write(repository, tmp_path / "site", only=None)
    home = (tmp_path / "site" / "README.html").read_text("utf-8")
    assert asked_elsewhere(home) == []
    assert "badge" in home
    assert 'href="https://example.com/"' in home


def test_one_page_lists_all(repository, tmp_path):
    """Each page is reached from the index, which each page leads back to."""
    site = tmp_path / "site"
    website.write(repository, site, only=None)
    index = (site / "index.html").read_text("utf-8")
    pages = {path.relative_to(site).as_posix() for path in site.rglob("*.html")} - {"index.html"}
    assert set(re.findall(r'href="([^"]+)"', index)) == pages
    assert "Home &amp; away" in index
    for name in pages:
        up = "../" * name.count("/") or "./"
        assert f'href="{up}index.html"' in (site / name).read_text("utf-8")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("[a](docs/none.md)", "README.html: docs/none.md leads nowhere."),
        ("[a](docs/more.md#d)", "README.html: docs/more.html#d names no place there."),
        ("[a](#d)", "README.html: #d names no place there."),
        ("![a](cat.png)", "README.html: cat.png leads nowhere."),
        ("[a](../secret.txt)", "README.html: ../secret.txt leads out of the pages."),
        (
            '<script src="https://example.com/x.js"></script>',
            "README.html: https://example.com/x.js is asked of another host.",
        ),
    ],
)
def test_links_that_do_not_hold_are_told(line, said, repository, tmp_path, capsys):
    """A dead link fails with its page, and so does what would be loaded from another host."""
    (tmp_path / "secret.txt").write_text("mine", encoding="utf-8")
    with (repository / "README.md").open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")
    assert website.write(repository, tmp_path / "site", only=None) == [said]
    assert list((tmp_path / "site").rglob("secret.txt")) == []


@pytest.mark.slow
def test_tutorials_are_pages_among_them(repository, tmp_path):
    """A tutorial's page shows results, links to pages, and needs no network and no kernel."""
    site = tmp_path / "site"
    assert website.main([str(site), "--root", str(repository)]) == 0
    assert list(repository.rglob("*.ipynb")) == []
    index = (site / "index.html").read_text("utf-8")
    for name, other, up in (("a", "zh/a", ".."), ("zh/a", "../a", "../..")):
        language = "zh" if name.startswith("zh") else "en"
        page = (site / "notebooks" / f"{name}.html").read_text("utf-8")
        assert f'href="notebooks/{name}.html"' in index
        assert f'<html lang="{language}">' in page
        assert "<pre>42</pre>" in page
        assert "&lt;DoodleBoard&gt;" in page
        for link in (f"{other}.html", f"{up}/README.html#how-we-work", f"{up}/index.html"):
            assert f'href="{link}"' in page
        assert asked_elsewhere(page) == []


@pytest.mark.slow
def test_failing_tutorial_is_told_in_one_sentence(repository, tmp_path, capsys):
    """Who makes the site hears which notebook fails and what Python said, not a traceback."""
    with (repository / "notebooks/source/b.md").open("a", encoding="utf-8") as file:
        file.write("%% code\n1 / 0\n")
    asked = [str(tmp_path / "site"), "--root", str(repository), "--only", "b"]
    assert website.main(asked) == 1
    said = "b.ipynb does not run to its end: ZeroDivisionError: division by zero\n"
    assert capsys.readouterr().err.endswith(said)


@pytest.mark.slow
def test_site_of_this_repository_holds(tmp_path):
    """What `make docs` makes has no dead link: all pages, and one tutorial for all of them."""
    assert website.write(ROOT, tmp_path, only="01") == []
    assert (tmp_path / "notebooks" / "zh" / "01_first_edit.html").stat().st_size > 100_000
