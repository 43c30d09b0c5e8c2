"""Do the links of HTML pages hold? Follow them, bring what is missing, and tell what is left."""

from __future__ import annotations

import posixpath
import re
import shutil
from collections.abc import Collection, Iterator
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath
from typing import NamedTuple
from urllib.parse import unquote

_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)
_LEADING = re.compile(r"""(?<=\s)(href|src|srcset)="([^"#]+)""")
_PICTURE = re.compile(r'<img\b[^>]*\bsrc="(?:https?:)?//[^>]*>')


class Link(NamedTuple):
    """One link of a page: from which attribute of what, and where to."""

    tag: str
    attribute: str
    target: str

    @property
    def elsewhere(self) -> bool:
        """Whether it leads away from the pages."""
        return bool(_ELSEWHERE.match(self.target))

    @property
    def is_loaded(self) -> bool:
        """Whether the browser follows it by itself."""
        return self.attribute != "href" or self.tag == "link"


class Contents(HTMLParser):
    """The links of a page, and the places in it that links can name."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[Link] = []
        self.places: set[str] = set()
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a tag has of both."""
        for name, value in attrs:
            if name == "id" or (name, tag) == ("name", "a"):
                self.places.add(value or "")
            elif name in {"href", "src", "srcset"} and value and not value.startswith("data:"):
                self.links.append(Link(tag, name, value))


def moved(text: str, at: PurePosixPath, pages: Collection[str], folders: Collection[str]) -> str:
    """A page whose links hold where Markdown pages and notebooks have become HTML.

    Args:
        text: The page, as HTML.
        at: Its file, as seen from the root.
        pages: The files that become HTML.
        folders: Those that the page above all pages has a place for.
    """

    def led(found: re.Match[str]) -> str:
        attribute, target = found.groups()
        path = posixpath.normpath(at.parent / unquote(target))
        if path in pages:
            target = str(PurePosixPath(target).with_suffix(".html"))
        elif path in folders:
            place = "" if path == "." else f"#{path}"
            target = posixpath.relpath("index.html", at.parent) + place
        return f'{attribute}="{target}'

    def described(found: re.Match[str]) -> str:
        words = re.search(r'\balt="([^"]*)"', found[0])
        return words[1] if words else ""

    return _LEADING.sub(led, _PICTURE.sub(described, text))


def bring(site: Path, root: Path) -> None:
    """Copy beside the pages what they link or show and is no page: pictures, code, the licence."""
    for page, contents in _read(site):
        for link in contents.links:
            name = unquote(link.target.partition("#")[0])
            target = (page.parent / name).resolve()
            if link.elsewhere or not name or target.exists() or not target.is_relative_to(site):
                continue
            origin = root / target.relative_to(site)
            if origin.is_file():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(origin, target)


def faults(site: Path, left_out: Collection[str] = ()) -> list[str]:
    """What links of the pages do not hold, one sentence each.

    Args:
        site: The folder of pages.
        left_out: Pages that are not there on purpose.
    """
    all_contents = dict(_read(site))
    told = []
    for page, contents in all_contents.items():
        for link in contents.links:
            name, _, place = link.target.partition("#")
            target = (page.parent / unquote(name)).resolve() if name else page
            known = all_contents.get(target)
            if link.elsewhere:
                wrong = "is asked of another host" if link.is_loaded else ""
            elif not target.is_relative_to(site):
                wrong = "leads out of the pages"
            elif not target.exists():
                absent = target.relative_to(site).as_posix() in left_out
                wrong = "" if absent else "leads nowhere"
            else:  # as a browser looks for it: as it is written, then decoded
                lost = place and known and not {place, unquote(place)} & known.places
                wrong = "names no place there" if lost else ""
            if wrong:
                told.append(f"{page.relative_to(site).as_posix()}: {link.target} {wrong}.")
    return told


def _read(site: Path) -> Iterator[tuple[Path, Contents]]:
    for page in sorted(site.rglob("*.html")):
        yield page, Contents(page.read_text(encoding="utf-8"))
