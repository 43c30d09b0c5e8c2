"""How does a result look under a cell?

As HTML with its previews inside, and as one JPEG for viewers without HTML; both survive without a
kernel, and together they stay under 300 kB however large the pictures are. Full size is in
``result.images`` and in the saved files.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Any, NamedTuple

from PIL import Image, ImageDraw

from ipywanx.errors import UnusableImage
from ipywanx.text import Text

if TYPE_CHECKING:
    from ipywanx.model.results import Result

HTML_BYTES, SHEET_BYTES = 130_000, 60_000
"""Budgets of all previews together, before Base64 makes them a third larger."""
# The longest side on the page, in CSS pixels, by the number of panels: up to three in a row.
_SHOWN_SIDES = {1: 560, 2: 560, 3: 380}
_SHOWN_SIDE_OF_MANY = 330
_GAP = 12
_BLANK = (128, 128, 128)
_FAILED = Text("failed", "失败")
_PREVIEW = Text("<b>Offline preview</b>, not made by Wan.", "<b>离线预览</b>，并非万相生成。")


class Panel(NamedTuple):
    """One place in the figure: a picture, or the reason why there is none."""

    label: str
    image: Image.Image | None
    problem: str = ""


def mimebundle(result: Result) -> dict[str, Any]:
    """What IPython shows of a result: ``text/html``, ``image/jpeg`` and ``text/plain``."""
    panels = _panels(result)
    bundle: dict[str, Any] = {"text/plain": repr(result)}
    bundle["text/html"] = _html(result, panels)
    if any(panel.image for panel in panels):
        bundle["image/jpeg"] = _base64(_sheet(panels))
    return bundle


def panel(label: str, image: Image.Image) -> Panel:
    """A place for a picture, with its size behind the label."""
    return Panel(f"{label} · {image.width}×{image.height}", image)


def row(panels: Sequence[Panel]) -> str:
    """The panels side by side as HTML, at sizes that compare; at most :data:`HTML_BYTES`."""
    pieces = _encoded(panels)
    side = _SHOWN_SIDES.get(len(panels), _SHOWN_SIDE_OF_MANY)
    figures = "".join(
        _figure(panel, size, piece)
        for panel, size, piece in zip(panels, _shown_sizes(panels, side), pieces, strict=True)
    )
    wrap = "nowrap" if len(panels) in _SHOWN_SIDES else "wrap"
    return (
        f'<div style="display:flex;flex-wrap:{wrap};gap:{_GAP}px;align-items:flex-start">{figures}'
        "</div>"
    )


def _panels(result: Result) -> list[Panel]:
    panels = []
    if result.request is not None and result.request.image.url is None:
        panels.append(panel(Text("Before", "原图").told(), result.request.image.to_image()))
    pictures = iter(result.images)
    several = len(result.report.outputs) > 1
    for number, output in enumerate(result.report.outputs, start=1):
        label = Text("After", "结果").told() + f" {number}" * several
        if output.url is None:
            problem = f"{output.code}: {output.message}" if output.message else output.code
            panels.append(Panel(f"{label} {_FAILED.told()}", None, problem))
        else:
            panels.append(panel(label, next(pictures)))
    return panels


def _shown_sizes(panels: Sequence[Panel], side: int) -> list[tuple[int, int]]:
    """The size of each panel so that they compare.

    All at one scale, or, where only the resolution differs (super-resolution), at one size.
    """
    sizes = [panel.image.size for panel in panels if panel.image is not None] or [(512, 512)]
    ratios = {round(width / height, 2) for width, height in sizes}
    largest = max(max(size) for size in sizes)
    shown = []
    for panel in panels:
        width, height = panel.image.size if panel.image is not None else sizes[-1]
        reach = max(width, height) if len(ratios) == 1 else largest
        scale = min(1.0, side / reach)
        shown.append((max(1, round(width * scale)), max(1, round(height * scale))))
    return shown


def _html(result: Result, panels: Sequence[Panel]) -> str:
    return (
        f'<div class="ipywanx-result" style="line-height:1.5">{row(panels)}{_caption(result)}</div>'
    )


def _figure(panel: Panel, size: tuple[int, int], piece: bytes) -> str:
    label = escape(panel.label)
    if panel.image is None:
        inside = (
            f'<div role="img" aria-label="{label}" style="box-sizing:border-box;padding:12px;'
            f"width:{size[0]}px;min-height:{min(size[1], 160)}px;max-width:100%;"
            f'border:2px dashed currentColor;opacity:.75">{escape(panel.problem)}</div>'
        )
    else:
        inside = (
            f'<img alt="{label}" width="{size[0]}" height="{size[1]}" '
            'style="max-width:100%;height:auto;display:block" '
            f'src="data:image/webp;base64,{_base64(piece)}">'
        )
    return (
        # side by side while there is room, shrinking in step; below each other on a narrow page
        f'<figure style="margin:0;flex:0 1 {size[0]}px;min-width:min(240px,100%)">'
        f'{inside}<figcaption style="opacity:.8">{label}</figcaption></figure>'
    )


def _caption(result: Result) -> str:
    lines = []
    if result.preview is not None:
        lines.append(_PREVIEW.told())
    lines += [escape(notice.told()) for notice in result.notices]
    if result.request is not None:
        about = result.request.about
        values = " · ".join(f"{name} {value}" for name, value in result.request.settings.items())
        lines.append(
            f"<b>{about.name}</b> {about.title.told()}{Text(':', '：').told()} "
            f"“{escape(result.request.prompt)}”{' · ' if values else ''}{escape(values)}"
        )
    lines.append(escape(" · ".join(_facts(result))))
    lines += [f"<code>{escape(str(path))}</code>" for path in result.files]
    return (
        '<div style="margin-top:6px">' + "".join(f"<div>{line}</div>" for line in lines) + "</div>"
    )


def _facts(result: Result) -> list[str]:
    total, ran = f"{result.timings.total:.1f} s", ""
    if result.timings.ran is not None:
        seconds = f"{result.timings.ran:.1f} s"
        ran = Text(f" (ran {seconds})", f"（运行 {seconds}）").told()
    return [
        f"{total}{ran}",
        f"CNY {result.cost:.2f}",
        Text(f"task {result.task_id}", f"任务 {result.task_id}").told(),
    ]


def _encoded(panels: Sequence[Panel]) -> list[bytes]:
    """Each picture as WebP, smaller and coarser until all of them fit the budget."""
    pieces: list[bytes] = []
    for side, quality in ((1024, 82), (896, 76), (768, 70), (560, 65), (420, 55), (280, 45)):
        sizes = _shown_sizes(panels, side)
        pieces = [
            b"" if panel.image is None else _shrunk(panel.image, size, "WEBP", quality)
            for panel, size in zip(panels, sizes, strict=True)
        ]
        if sum(map(len, pieces)) <= HTML_BYTES:
            break
    return pieces


def _shrunk(image: Image.Image, size: tuple[int, int], kind: str, quality: int) -> bytes:
    stream = io.BytesIO()
    # A reducing gap makes shrinking a 4096 px picture three times faster, and no worse to see.
    small = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    small.save(stream, kind, quality=quality)
    return stream.getvalue()


def _sheet(panels: Sequence[Panel]) -> bytes:
    """All panels side by side on one JPEG."""
    if not panels:
        raise UnusableImage(Text("There is nothing to show.", "没有可显示的内容。"))
    for side, quality in ((480, 80), (400, 72), (320, 65), (240, 55)):
        sizes = _shown_sizes(panels, side)
        width = sum(w for w, _ in sizes) + _GAP * (len(panels) - 1)
        sheet = Image.new("RGB", (width, max(h for _, h in sizes)), "white")
        left = 0
        for panel, size in zip(panels, sizes, strict=True):
            if panel.image is None:
                pen = ImageDraw.Draw(sheet)
                box = (left, 0, left + size[0] - 1, size[1] - 1)
                pen.rectangle(box, outline=_BLANK, width=2)
                # Pillow's own letters have no Chinese.
                pen.text((left + 10, 10), _FAILED.en, fill=_BLANK)
            else:
                sheet.paste(panel.image.resize(size, Image.Resampling.LANCZOS), (left, 0))
            left += size[0] + _GAP
        stream = io.BytesIO()
        sheet.save(stream, "JPEG", quality=quality)
        if stream.tell() <= SHEET_BYTES:
            break
    return stream.getvalue()


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
