"""What does a sheet look like in a browser? Real tables, and each cell opens with its particulars.

A file has all in it: no address is asked for, and no script is needed to read it.
"""

from __future__ import annotations

import base64
import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from ipywanx.experiments.axes import Axis
from ipywanx.experiments.cells import WORDS, Cell
from ipywanx.experiments.sheet.layout import Block, Layout
from ipywanx.experiments.sheet.style import NOTEBOOK, PAGE, SCRIPT
from ipywanx.experiments.sheet.telling import code, public, reason, scored, settings
from ipywanx.text import Text, preferred_language

_SHORT = 160  # signs of a label in a notebook, which is kept with its output
_CLOSE = Text("Close", "关闭")
_STATE, _TASK = Text("State", "状态"), Text("Task", "任务")
_NOT_SCORED = Text("Not scored", "未评分")
_OPEN = Text("Open large", "放大查看")


@dataclass(frozen=True, slots=True)
class Content:
    """What is shown.

    Attributes:
        title: What the experiment asks for.
        layout: Which cell stands where.
        axes: What varies.
        notes: What stands below.
        wide, high: Size of a cell in CSS pixels.
        is_opened: Whether each cell has its particulars: in a file.
    """

    title: str
    layout: Layout
    axes: Sequence[Axis]
    notes: Sequence[str]
    wide: int
    high: int
    is_opened: bool


def document(content: Content, pictures: Mapping[int, tuple[bytes, ...]]) -> str:
    """A whole file."""
    language = {"en": "en", "zh": "zh-CN"}[preferred_language()]
    notes = "".join(f"<p>{escape(note)}</p>" for note in content.notes)
    return (
        f'<!DOCTYPE html>\n<html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(content.title)}</title><style>{PAGE}:root{{{_sizes(content)}}}</style>"
        f"</head><body><h1>{escape(content.title)}</h1>"
        f"<main>{_Tables(content, pictures).all()}</main><footer>{notes}</footer>"
        f"<script>{SCRIPT}</script></body></html>\n"
    )


def fragment(content: Content, pictures: Mapping[int, tuple[bytes, ...]]) -> str:
    """What is shown under a cell of a notebook."""
    return framed(content.title, content.notes, _Tables(content, pictures).all(), content)


def framed(title: str, notes: Iterable[str], inside: str, content: Content | None = None) -> str:
    """A notebook's output with title and notes."""
    told = "".join(f"<div>{escape(_shortened(note, 4 * _SHORT))}</div>" for note in notes)
    # Its sizes are its own: several sheets stand on one page.
    sizes = f' style="{_sizes(content)}"' if content else ""
    return (
        f'<div class="ipywanx-sheet"{sizes}><style>{NOTEBOOK}</style><div><b>{escape(title)}</b>'
        f'</div>{inside}<div class="notes">{told}</div></div>'
    )


def _sizes(content: Content) -> str:
    return f"--wide:{content.wide}px;--high:{content.high}px"


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


class _Tables:
    """Makes the tables of one sheet."""

    def __init__(self, content: Content, pictures: Mapping[int, tuple[bytes, ...]]) -> None:
        self._content, self._layout, self._pictures = content, content.layout, pictures
        order = [
            cell.index
            for blocks in self._layout.blocks
            for block in blocks
            for line in block.lines
            for cell in line
            if cell is not None
        ]
        self._before = {after: before for before, after in itertools.pairwise(order)}
        self._after = dict(itertools.pairwise(order))

    def all(self) -> str:
        """All blocks, those that are beside each other in one row."""
        rows = "".join(
            f'<div class="blocks">{"".join(map(self._table, blocks))}</div>'
            for blocks in self._layout.blocks
        )
        return f'<div class="scroll">{rows}</div>'

    def _table(self, block: Block) -> str:
        rows, columns = self._layout.rows, self._layout.columns
        named = " × ".join(filter(None, (rows.title, columns.title))) or self._content.title
        caption = (
            f"<caption>{escape(block.caption)}</caption>"
            if block.caption
            else f'<caption class="hidden">{escape(named)}</caption>'
        )
        corner = "<td></td>" if rows.labels else ""
        head = ""
        if columns.title:
            across = len(block.lines[0])
            head += (
                f'<tr>{corner}<th class="title" scope="colgroup" colspan="{across}">'
                f"{escape(columns.title)}</th></tr>"
            )
        if rows.labels:
            corner = f'<th class="title" scope="col">{escape(rows.title)}</th>'
        if rows.labels or columns.labels:
            labels = "".join(f'<th scope="col">{self._label(one)}</th>' for one in columns.labels)
            head += f"<tr>{corner}{labels or '<td></td>'}</tr>"
        body = self._grid(block) if not self._layout.names else self._flow(block)
        return f"<table>{caption}<thead>{head}</thead>{body}</table>"

    def _grid(self, block: Block) -> str:
        """One row for each label."""
        labels = self._layout.rows.labels
        rows = (
            (f'<th scope="row">{self._label(labels[place])}</th>' if labels else "")
            + "".join(map(self._cell, line))
            for place, line in enumerate(block.lines)
        )
        return "<tbody>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</tbody>"

    def _flow(self, block: Block) -> str:
        """Each line under a row with the names of its cells."""
        made = []
        for line in block.lines:
            cells = [cell for cell in line if cell is not None]
            heads = "".join(
                f'<th id="h{cell.index}" scope="col">{self._label(self._layout.names[cell.index])}'
                "</th>"
                for cell in cells
            )
            row = "".join(map(self._cell, cells))
            made.append(f"<tbody><tr>{heads}</tr><tr>{row}</tr></tbody>")
        return "".join(made)

    def _label(self, label: str) -> str:
        if not self._content.is_opened:
            return f"<span>{escape(_shortened(label, _SHORT))}</span>"
        return f'<span title="{escape(label)}">{escape(label)}</span>'

    # ---- a cell

    def _cell(self, cell: Cell | None) -> str:
        if cell is None:
            return "<td></td>"
        names = f' headers="h{cell.index}"' if self._layout.names else ""
        inside, score = self._shown(cell), scored(cell)
        said = f"<figcaption>{escape(score)}</figcaption>" if score else ""
        if not self._content.is_opened:
            return f"<td{names}><figure>{inside}{said}</figure></td>"
        name = escape(f"{_OPEN.told()}: {_spoken(cell)}")
        return (
            f'<td id="t{cell.index}"{names}><figure id="c{cell.index}">'
            f'<a class="open" href="#c{cell.index}" aria-label="{name}">{inside}</a>{said}'
            f'<div class="more">{self._more(cell)}</div></figure></td>'
        )

    def _shown(self, cell: Cell) -> str:
        pictures = self._pictures.get(cell.index, ())
        if not pictures:
            failed = " failed" if cell.state == "FAILED" else ""
            why = escape(_shortened(reason(cell), 10_000 if self._content.is_opened else _SHORT))
            word = escape(WORDS[cell.state].told())
            return f'<div class="blank{failed}"><b>{word}</b><small>{why}</small></div>'
        several = ("", " several pair", " several")[min(len(pictures), 3) - 1]
        wide = self._content.wide // (2 if several else 1)
        name = escape(_shortened(_spoken(cell), _SHORT))
        images = "".join(
            f'<img alt="{name}{f" ({number})" if several else ""}"'
            f'{"" if self._content.is_opened else f" width={wide}"} src="data:image/webp;base64,'
            f'{base64.b64encode(data).decode("ascii")}">'
            for number, data in enumerate(pictures, start=1)
        )
        return f'<div class="pictures{several}">{images}</div>'

    def _more(self, cell: Cell) -> str:
        """Everything that is known of a cell, and the call that makes it."""
        bar = f'<a class="close" href="#t{cell.index}">{_CLOSE.told()}</a>'
        for way, sign, there in (("back", "←", self._before), ("on", "→", self._after)):
            if cell.index in there:
                bar += f'<a class="{way}" href="#c{there[cell.index]}">{sign}</a>'
        facts = [
            (axis.title.told(), public(label))
            for axis, label in zip(self._content.axes, cell.labels, strict=False)
        ]
        facts += [fact for fact in settings(cell.request) if fact not in facts]
        facts.append((_STATE.told(), WORDS[cell.state].told()))
        facts += [
            (name, "" if value is None else str(value)) for name, value in cell.scores.items()
        ]
        facts += [(_NOT_SCORED.told(), public(cell.note))] if cell.note else []
        facts += [(_TASK.told(), cell.task_id)] if cell.task_id else []
        told = "".join(
            f"<dt>{escape(title)}</dt><dd>{escape(value)}</dd>" for title, value in facts
        )
        return (
            f'<p class="bar">{bar}</p><dl>{told}</dl><pre><code>{escape(code(cell.request))}'
            "</code></pre>"
        )


def _spoken(cell: Cell) -> str:
    return public(" · ".join(cell.labels)) or cell.request.about.title.told()
