"""Can all pages be read without a repository's website? The site of it, as files that link.

Each Markdown page of the root and of ``docs`` and each tutorial, run, becomes an HTML file in the
place that it has in the repository, so that links hold as they are, up to their ending; what pages
link or show is put beside them. One page lists all others. No page needs another host: a picture
from elsewhere becomes its description. A link that leads nowhere is told, and fails.

Run: python scripts/website.py FOLDER [--only NAME]   (or: make docs)
"""

from __future__ import annotations

import argparse
import html
import posixpath
import sys
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path, PurePath, PurePosixPath

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts import gallery, site_links  # noqa: E402 - found from there, however this is run
from scripts.markdown_pages import LOCALES, Page, framed, markdown_pages  # noqa: E402
from scripts.notebooks import FOLDERS, SourceError, place, read, sources  # noqa: E402
from scripts.running import RunError  # noqa: E402

INDEX = "index.html"
NAME = "ipywanx"
WAY = (
    '<nav><a href="{up}/index.html" style="color: #0b57d0">ipywanx: all pages · 所有页面</a></nav>'
)
"""What leads from each page to the one that lists them all."""


def write(root: Path, site: Path, only: str | None = "", workers: int = 2) -> list[str]:
    """Write all pages; the links that do not hold, one sentence each.

    Args:
        root: The repository.
        site: Where the pages go.
        only: How the names of the tutorials begin that are wanted; None for no tutorials.
        workers: How many of them run at once.

    Raises:
        RunError: A tutorial does not run to its end.
        SourceError: A tutorial's source cannot be understood.
    """
    pages = markdown_pages(root)
    folder = root / "notebooks"
    tutorials = [
        place(path.stem, language, folder).relative_to(root).as_posix()
        for path in sources(folder)
        for language in FOLDERS
    ]
    names = {*(str(page.name) for page in pages), *tutorials}
    folders = {"notebooks", *(str(page.name.parent) for page in pages)}

    def put(name: PurePosixPath, text: str, note: str = "") -> None:
        written = site / name.with_suffix(".html")
        written.parent.mkdir(parents=True, exist_ok=True)
        written.write_text(site_links.moved(text, name, names, folders), encoding="utf-8")
        print(f"{written}{note}", flush=True)

    for page in pages:
        put(page.name, page.as_html(WAY.format(up=posixpath.relpath(".", page.name.parent))))
    if only is not None:
        for one in gallery.shown(folder, only, workers, WAY):
            name = PurePosixPath(one.path.relative_to(root).as_posix())
            put(name, one.page, f"  ({one.took:.0f} s, {len(one.page) / 1e6:.1f} MB)")
    (site / INDEX).write_text(index(pages, folder, site), encoding="utf-8")
    site_links.bring(site, root)
    absent = {str(PurePosixPath(name).with_suffix(".html")) for name in tutorials}
    return site_links.faults(site, absent if only != "" else ())


def index(pages: Iterable[Page], folder: Path, site: Path) -> str:
    """The page that lists all that are there: the tutorials in both languages, then the others."""
    rows = []
    for tutorial in map(read, sources(folder)):
        cells = []
        for language in FOLDERS:
            at = site / "notebooks" / place(tutorial.name, language, Path()).with_suffix(".html")
            link = _link(at.relative_to(site), tutorial.title(language), LOCALES[language])
            cells.append(f"<td>{link if at.is_file() else ''}</td>")
        if any(cell != "<td></td>" for cell in cells):
            number = html.escape(tutorial.name.partition("_")[0])
            rows.append(f"<tr><td>{number}</td>{''.join(cells)}</tr>")
    parts = [f"<h1>{NAME}</h1>"]
    if rows:
        head = '<tr><th></th><th>Tutorials</th><th lang="zh-CN">教程</th></tr>'
        parts += [f'<table id="notebooks">\n{head}', *rows, "</table>"]
    for parent, group in groupby(pages, key=lambda page: str(page.name.parent)):
        if parent != ".":
            parts.append(f'<h2 id="{parent}">{parent}</h2>')
        items = [
            f"<li>{_link(page.name.with_suffix('.html'), page.title, page.language)}</li>"
            for page in group
        ]
        parts += ["<ul>", *items, "</ul>"]
    return framed(NAME, "\n".join(parts) + "\n", "en")


def _link(to: PurePath, title: str, language: str) -> str:
    words = html.escape(title.replace("`", ""))
    return f'<a href="{to.as_posix()}" lang="{language}">{words}</a>'


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, help="where the pages go")
    parser.add_argument("--only", default="", metavar="NAME", help="how tutorials' names begin: 03")
    parser.add_argument("--workers", type=int, default=2, help="how many run at once (2)")
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    try:
        told = write(asked.root.resolve(), asked.folder.resolve(), asked.only, asked.workers)
    except (SourceError, RunError) as error:
        told = [str(error)]
    print(*told, sep="\n", end="\n" * bool(told), file=sys.stderr)
    return 1 if told else 0


if __name__ == "__main__":
    sys.exit(main())
