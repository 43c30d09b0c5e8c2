"""What is different between two edits? Their parameters, their prompts' words, their pixels."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import cached_property
from html import escape
from typing import Any, NamedTuple

from PIL import Image

from ipywanx.errors import WanxError
from ipywanx.model.figure import panel, row
from ipywanx.model.functions import EditRequest
from ipywanx.model.loading import file_bytes
from ipywanx.model.metadata import Metadata, read
from ipywanx.model.params import describe
from ipywanx.model.requests import REQUESTS
from ipywanx.model.results import Result, decoded
from ipywanx.session import current
from ipywanx.text import Text

_ROWS_AT_ONCE = 256  # of pixels: the largest results have 268 million
_MOST_WORDS = 4000  # of a prompt, beyond which it is not compared word by word
_WORDS = re.compile(r"[A-Za-z0-9À-ɏ'’_-]+|\s+|.", re.DOTALL)  # a Chinese sign is a word
_SIDES = ("A", "B")


class Pixels(NamedTuple):
    """How far two pictures of one size are apart.

    ``share`` of the pixels differ at all, from 0.0 to 1.0; ``mean`` is the mean absolute difference
    of all channels, from 0 to 255.
    """

    share: float
    mean: float


@dataclass(frozen=True, eq=False)
class Difference:
    """What is different between two edits, a and b.

    Attributes:
        changes: By parameter: a's value and b's, None where one has none. ``function`` is among
            them; a picture (``image``) and a ``mask`` are told by name and hash.
        images: The first picture of each, mode RGB; None where it is not here.
    """

    changes: Mapping[str, tuple[Any, Any]]
    images: tuple[Image.Image | None, Image.Image | None] = field(repr=False)

    @cached_property
    def pixels(self) -> Pixels | None:
        """How far the pictures are apart; None where one is missing or their sizes differ."""
        a, b = self.images
        return _pixels(a, b) if a and b and a.size == b.size else None

    def __repr__(self) -> str:
        lines = [self._title()]
        lines += [f"  {name}: {a!r} → {b!r}" for name, (a, b) in self.changes.items()]
        return "\n".join([*lines, *(f"  {line}" for line in self._measured())])

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        panels = [
            panel(name, image)
            for name, image in zip(_SIDES, self.images, strict=True)
            if image is not None
        ]
        heads = "".join(f"<th>{name}</th>" for name in ("", *_SIDES))
        rows = "".join(map(_row, self.changes.items()))
        table = f"<table><tr>{heads}</tr>{rows}</table>" if rows else ""
        lines = "".join(f"<div>{escape(line)}</div>" for line in [self._title(), *self._measured()])
        page = f'<div class="ipywanx-diff">{row(panels) if panels else ""}{lines}{table}</div>'
        return {"text/plain": repr(self), "text/html": page}

    def _title(self) -> str:
        names = list(self.changes)
        if not names:
            return Text("The same request.", "请求相同。").told()
        return Text(f"Different: {', '.join(names)}.", f"不同之处：{'、'.join(names)}。").told()

    def _measured(self) -> list[str]:
        if self.pixels is None:
            return []
        share, mean = f"{self.pixels.share:.1%}", f"{self.pixels.mean:.2f}"
        return [
            Text(
                f"{share} of the pixels differ, by {mean} of 255 on average.",
                f"{share} 的像素不同，平均相差 {mean}（最大 255）。",
            ).told()
        ]


def diff(a: Any, b: Any) -> Difference:
    """What is different between two edits.

    Args:
        a: A ``Result``, a request, a task's id, or a picture file as it was saved, by its
            path or its bytes.
        b: The other one, likewise.

    Returns:
        Shows both pictures and a table under a cell; ``.changes`` and ``.pixels`` for code.

    Raises:
        InvalidRequest: Nobody knows the request of one of them.

    Example:
        >>> wx.diff(result, "out/expand-0385dc79-1.png").changes
        {'seed': (7, 8)}
    """
    session = current()
    return difference(a, b, session.recall, session.history)


def difference(
    a: Any,
    b: Any,
    recall: Callable[[Any], EditRequest],
    history: Callable[[str], Iterable[Result]],
) -> Difference:
    """As :func:`diff`, with what looks up a request, and the results of a task."""
    (told_a, image_a), (told_b, image_b) = (_side(one, recall, history) for one in (a, b))
    return Difference(_changes(told_a, told_b), (image_a, image_b))


def _side(
    source: Any, recall: Callable[[Any], EditRequest], history: Callable[[str], Iterable[Result]]
) -> tuple[Metadata, Image.Image | None]:
    """What made one of the two, and its picture."""
    if isinstance(source, EditRequest):
        return Metadata.of(source), None
    if isinstance(source, Result):
        request = source.request or recall(source)
        return Metadata.of(request), source.images[0] if source.data else None
    data, _ = file_bytes(source)
    if data is None:  # the id of a task
        return Metadata.of(recall(source)), _first_of(str(source), history)
    # A file that tells its request can be compared where the picture it began with is not.
    return read(data) or Metadata.of(recall(source)), decoded(data)


def _first_of(task_id: str, history: Callable[[str], Iterable[Result]]) -> Image.Image | None:
    try:
        found = (result for result in history(task_id) if result.task_id == task_id)
        return next((result.images[0] for result in found if result.data), None)
    except WanxError:  # its files were removed
        return None


# ---- parameters -----------------------------------------------------------------------------


def _changes(a: Metadata, b: Metadata) -> dict[str, tuple[Any, Any]]:
    found: dict[str, tuple[Any, Any]] = {"function": (a.function, b.function)}
    values = [{**_pictures(one), **_values(one, other)} for one, other in ((a, b), (b, a))]
    if a.digest and a.digest == b.digest:  # one picture, whatever it was called
        values[0]["image"] = values[1]["image"]
    names = dict.fromkeys(["prompt", *(name for side in values for name in side)])
    found |= {name: (values[0].get(name), values[1].get(name)) for name in names}
    return {name: pair for name, pair in found.items() if pair[0] != pair[1]}


def _values(told: Metadata, other: Metadata) -> dict[str, Any]:
    """What was set, with the defaults of what both functions have."""
    shared = {param.name for param in describe(REQUESTS[other.function])}
    return {
        param.name: told.values.get(param.name, param.default)
        for param in describe(REQUESTS[told.function])
        if not param.is_picture and (param.name in told.values or param.name in shared)
    }


def _pictures(told: Metadata) -> dict[str, Any]:
    """Picture and mask, by what tells them from others."""
    found: dict[str, Any] = {"image": told.url or told.name}
    if told.digest:
        found["image"] = f"{told.name} ({told.digest[:8]})"
    if told.mask_digest:
        found["mask"] = f"({told.mask_digest[:8]})"
    return found


# ---- words ----------------------------------------------------------------------------------


def _row(change: tuple[str, tuple[Any, Any]]) -> str:
    name, (a, b) = change
    head = f"<th><code>{escape(name)}</code></th>"
    if name == "prompt" and isinstance(a, str) and isinstance(b, str):
        return f'<tr>{head}<td colspan="2" style="text-align:left">{marked(a, b)}</td></tr>'
    cells = "".join(f"<td>{escape('–' if one is None else str(one))}</td>" for one in (a, b))
    return f"<tr>{head}{cells}</tr>"


def marked(a: str, b: str) -> str:
    """Two texts as one in HTML: ``<del>`` is only in a, ``<ins>`` only in b; by words or signs."""
    words_a, words_b = _WORDS.findall(a), _WORDS.findall(b)
    if max(len(words_a), len(words_b)) > _MOST_WORDS:
        words_a, words_b = [a], [b]
    matcher = SequenceMatcher(None, words_a, words_b, autojunk=False)
    parts = []
    for kind, start_a, end_a, start_b, end_b in matcher.get_opcodes():
        gone, new = "".join(words_a[start_a:end_a]), "".join(words_b[start_b:end_b])
        if kind == "equal":
            parts.append(escape(gone))
            continue
        parts += [f"<{tag}>{escape(t)}</{tag}>" for tag, t in (("del", gone), ("ins", new)) if t]
    return "".join(parts)


# ---- pixels ---------------------------------------------------------------------------------


def _pixels(a: Image.Image, b: Image.Image) -> Pixels:
    import numpy as np

    differing, total = 0, 0
    for top in range(0, a.height, _ROWS_AT_ONCE):
        box = (0, top, a.width, min(top + _ROWS_AT_ONCE, a.height))
        one, other = (np.asarray(image.crop(box), dtype=np.int16) for image in (a, b))
        apart = np.abs(one - other)
        differing += int(np.count_nonzero(apart.any(axis=2)))
        total += int(apart.sum(dtype=np.int64))
    count = a.width * a.height
    return Pixels(differing / count, total / (count * 3))
