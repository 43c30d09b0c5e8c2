"""What does a plan look like before it runs? Its axes, how many pictures, the price, the time."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from ipywanx.experiments.axes import Axis
from ipywanx.text import Text

if TYPE_CHECKING:
    from ipywanx.experiments.sweep import Sweep

_SHOWN = 12  # values of one axis that are written out


def duration(seconds: float) -> str:
    """Seconds as people say them: ``40 s``, ``3:20 min``, ``1:05 h``."""
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes}:{rest:02} min" if minutes else f"{rest} s"
    return f"{minutes // 60}:{minutes % 60:02} h"


def estimate(sweep: Sweep) -> Text:
    """What it would take: ``12 pictures, CNY 1.68, about 40 s; 3 cells are there already``."""
    pictures, price, time = sweep.pictures, sweep.price, duration(sweep.expected_seconds)
    known = sweep.there_before
    free = Text("free", "免费")
    cost = Text(f"CNY {price:.2f}", f"CNY {price:.2f}") if price else free
    there = Text(
        f"; {known} of {len(sweep.cells)} cells are there already" if known else "",
        f"；{len(sweep.cells)} 个单元格中 {known} 个已有" if known else "",
    )
    noun = "picture" if pictures == 1 else "pictures"
    return Text(
        f"{pictures} {noun}, {cost.en}, about {time}{there.en}",
        f"{pictures} 张图片，{cost.zh}，约 {time}{there.zh}",
    )


def as_html(sweep: Sweep) -> str:
    """The plan as a table of its axes, and the estimate."""
    about = sweep.cells[0].request.about
    rows = "".join(map(_row, sweep.plan.axes))
    head = "".join(
        f'<th style="text-align:left">{text.told()}</th>'
        for text in (Text("axis", "坐标轴"), Text("values", "取值"), Text("what", "内容"))
    )
    table = f"<table><tr>{head}</tr>{rows}</table>" if rows else ""
    how_far = f"<div>{escape(sweep.told())}</div>" if sweep.is_started else ""
    return (
        f'<div class="ipywanx-plan"><b>{about.name}</b> {about.title.told()} · '
        f"{escape(estimate(sweep).told())}{table}{how_far}</div>"
    )


def _row(axis: Axis) -> str:
    shown = " · ".join(escape(label) for label in axis.labels[:_SHOWN])
    more = len(axis) - _SHOWN
    if more > 0:
        shown += Text(f" · and {more} more", f" · 另有 {more} 个").told()
    cells = (escape(axis.title.told()), str(len(axis)), shown)
    return "<tr>" + "".join(f'<td style="text-align:left">{one}</td>' for one in cells) + "</tr>"
