"""What is there to look up? The reference pages, made from the declarations, in two languages.

Writes ``docs/reference/*.md`` and their twins in ``docs/reference/zh``. What a parameter, an error,
a code or a call is, is read where it is declared. Only what no declaration says is said here: what
each page is about, and the Chinese of docstrings, which are English (``chinese.toml``).

Run: python -m scripts.reference [--check]   (or: make reference)
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from scripts import stored
from scripts.reference import environment, errors, functions, magics, python
from scripts.reference.markdown import joined

from ipywanx.text import Language, Text, prefer_language

FOLDER = Path(__file__).resolve().parent.parent.parent / "docs" / "reference"
FOLDERS: Mapping[Language, str] = {"en": ".", "zh": "zh"}
"""Where each language's pages are, in ``docs/reference/``."""
OTHERS: Mapping[Language, tuple[Language, str]] = {"en": ("zh", "中文"), "zh": ("en", "English")}
"""For each language, the other one and its name in itself."""
MADE = "<!-- Made by scripts/reference. Change the declarations and run: make reference -->"
KIND = stored.Kind(
    "the declarations make", "is made by nothing", str.splitlines, "the ends of its lines differ."
)


class Page(NamedTuple):
    """One page of the reference: its file's name, its title, what it is about, what it says."""

    name: str
    title: Text
    about: Text
    body: Callable[[], str]


PAGES = (
    Page(
        "functions",
        Text("Functions", "功能"),
        Text(
            "The ten functions of `wanx2.1-imageedit`, each with its parameters, and once as a "
            "cell and once as a call.",
            "`wanx2.1-imageedit` 的十个功能：各自的参数，以及单元格和函数调用两种写法。",
        ),
        functions.body,
    ),
    Page(
        "magics",
        Text("Magics", "魔法命令"),
        Text(
            "What can stand behind `%wanx` and `%%wanx`. `%load_ext ipywanx` adds them; the flags "
            "of each function are among the [functions](functions.md).",
            "`%wanx` 和 `%%wanx` 之后可以写什么。`%load_ext ipywanx` 加载它们；"
            "各功能的选项见[功能](functions.md)。",
        ),
        magics.body,
    ),
    Page(
        "errors",
        Text("Errors", "错误"),
        Text(
            "Every error is a `wx.WanxError`: when it is raised, and what to do.",
            "所有错误都是 `wx.WanxError`：何时引发，以及怎么办。",
        ),
        errors.body,
    ),
    Page(
        "python",
        Text("Python", "Python"),
        Text(
            "All that `import ipywanx as wx` offers. `help(wx.edit)` tells more of each.",
            "`import ipywanx as wx` 提供的全部内容。`help(wx.edit)` 等可查看详情（英文）。",
        ),
        python.body,
    ),
    Page(
        "environment",
        Text("Environment variables", "环境变量"),
        Text(
            "What ipywanx reads of the environment that starts Jupyter. Nothing is read before it "
            "is needed, and `%wanx config` tells what came of it.",
            "ipywanx 从启动 Jupyter 的环境中读取什么。需要时才会读取，`%wanx config` 会显示结果。",
        ),
        environment.body,
    ),
)


# ---- put together ---------------------------------------------------------------------------


def pages(folder: Path = FOLDER) -> dict[Path, str]:
    """All pages: each one's place and file."""
    made = {}
    for language, at in FOLDERS.items():
        with speaking(language):
            for page in PAGES:
                made[folder / at / f"{page.name}.md"] = build(page, language)
    return made


def build(page: Page, language: Language) -> str:
    """One page's file, in the language that is spoken now."""
    other, called = OTHERS[language]
    up = os.path.relpath(FOLDERS[other], FOLDERS[language]).replace(os.sep, "/")
    links = [f"[{one.title.told()}]({one.name}.md)" for one in PAGES if one is not page]
    way = " · ".join([f"[{called}]({up}/{page.name}.md)", *links])
    return joined(MADE, f"# {page.title.told()}", way, page.about.told(), page.body()) + "\n"


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Everything is said in this language for a while."""
    prefer_language(language)
    try:
        yield
    finally:
        prefer_language(None)


def differences(folder: Path = FOLDER) -> list[str]:
    """Where stored pages are not what the declarations make, one paragraph each."""
    there = [path for at in FOLDERS.values() for path in sorted((folder / at).glob("*.md"))]
    return stored.differences(KIND, pages(folder), there, folder)


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="change nothing, tell what differs")
    parser.add_argument("--folder", type=Path, default=FOLDER, help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    folder = asked.folder.resolve()
    if asked.check:
        if told := differences(folder):
            print(*told, "Run: make reference", sep="\n", file=sys.stderr)
        return 1 if told else 0
    stored.write(pages(folder), folder)
    return 0
