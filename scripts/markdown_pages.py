"""What does a Markdown page look like in a browser? As it does where repositories are read."""

from __future__ import annotations

import html
import re
from collections import Counter
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

import mistune

LOCALES = {"en": "en", "zh": "zh-CN"}
STYLE = """body { max-width: 52rem; margin: 3rem auto; padding: 0 1rem; color: #1d1d1f;
font: 1rem/1.6 system-ui, sans-serif; background: #fff; overflow-wrap: break-word }
table { border-collapse: collapse; width: 100% } img { max-width: 100% } a { color: #0b57d0 }
td, th { padding: .4rem .8rem .4rem 0; border-bottom: 1px solid #ddd; text-align: left;
vertical-align: top } pre, code { background: #f4f4f5; font-size: .9em }
pre code { font-size: 1em } pre { padding: .8rem; overflow-x: auto }"""


class Page(NamedTuple):
    """One Markdown page of the repository."""

    name: PurePosixPath
    text: str

    @property
    def language(self) -> str:
        """As pages are named: "zh" is a folder's name, or stands before the ending."""
        chinese = self.name.parent.name == "zh" or self.name.stem.endswith(".zh")
        return LOCALES["zh" if chinese else "en"]

    @property
    def title(self) -> str:
        """Its first heading."""
        heading = re.search(r"^# +(.+)$", self.text, re.MULTILINE)
        return heading[1].replace("`", "") if heading else self.name.stem

    def as_html(self, way: str) -> str:
        """All of it, below what leads from it to the others."""
        plugins = ["strikethrough", "table", "task_lists"]
        to_html = mistune.create_markdown(renderer=Renderer(), plugins=plugins)
        return framed(self.title, f"{way}\n{to_html(self.text)}", self.language)


class Renderer(mistune.HTMLRenderer):
    """Markdown as GitHub shows it: HTML stays HTML, and headings have the names that links use."""

    def __init__(self) -> None:
        super().__init__(escape=False)
        self._times: Counter[str] = Counter()

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        """A heading with its name: its letters and digits, and a number where it comes again."""
        plain = html.unescape(re.sub(r"<[^>]+>", "", text))
        slug = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
        name = f"{slug}-{self._times[slug]}" if self._times[slug] else slug
        self._times[slug] += 1
        return super().heading(text, level, **{**attrs, "id": name})


def markdown_pages(root: Path) -> list[Page]:
    """The pages of the root, those for readers first, and of ``docs``."""
    top = sorted(root.glob("*.md"), key=lambda path: (not path.match("README*"), path))
    paths = [*top, *sorted((root / "docs").rglob("*.md"))]
    return [
        Page(PurePosixPath(path.relative_to(root).as_posix()), path.read_text(encoding="utf-8"))
        for path in paths
    ]


def framed(title: str, body: str, language: str) -> str:
    """A whole page."""
    return (
        f'<!doctype html>\n<html lang="{language}">\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>{html.escape(title)}</title>\n<style>{STYLE}</style>\n{body}</html>\n"
    )
