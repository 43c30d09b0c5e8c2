"""What came back? The pictures of one task, full size, and how they came to be."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from PIL import Image

from ipywanx.errors import UnexpectedReply, UnusableImage, unsent
from ipywanx.model.chunks import text_of
from ipywanx.model.functions import EditRequest
from ipywanx.model.pixels import BROKEN, opened
from ipywanx.model.profiles import to_srgb
from ipywanx.model.quiet import plain_pillow
from ipywanx.model.service_models import WANX21
from ipywanx.model.tasks import Output, TaskReport
from ipywanx.text import Text, both

MAX_PIXELS = 16_384**2
"""Most pixels of a result that is decoded: 4096² enlarged four times, beyond which the service's
own limits allow none. It takes 805 MB, and twice that for a moment: more is a mistake or an attack.
"""
_FETCH_AGAIN = Text("Fetch it again with wx.resume(task_id).", "请用 wx.resume(task_id) 重新获取。")


@dataclass(frozen=True, slots=True)
class Timings:
    """Seconds of a task's life, by the service's own stamps; None where it gave none.

    Attributes:
        queued: From submission until it ran.
        ran: From the start of its run to its end.
        total: From the call here until the pictures were here.
    """

    queued: float | None
    ran: float | None
    total: float

    @classmethod
    def of(cls, report: TaskReport, total: float) -> Timings:
        """The times of a task that has ended."""

        def between(start: datetime | None, end: datetime | None) -> float | None:
            return (end - start).total_seconds() if start and end else None

        return cls(
            queued=between(report.submitted, report.scheduled),
            ran=between(report.scheduled, report.ended),
            total=total,
        )


@dataclass(frozen=True, eq=False)
class Result:
    """The pictures that one task gave.

    Attributes:
        request: What was asked, with the seed that was used; None where another kernel asked.
        report: The service's last word on the task.
        data: The files' bytes as they came, one for each success, in order.
        timings: How long it took, in seconds: ``queued``, ``ran``, and ``total`` from the call on.
        files: Where they are kept, in the same order as ``data``; empty where the disk is full.
        remarks: What the person should know of how it was kept, one sentence each.
    """

    request: EditRequest | None
    report: TaskReport
    data: tuple[bytes, ...] = field(repr=False)
    timings: Timings
    files: tuple[Path, ...] = ()
    remarks: tuple[Text, ...] = ()

    @property
    def task_id(self) -> str:
        """The service's id of the task."""
        return self.report.task_id

    @property
    def request_id(self) -> str:
        """The service's id of the last answer, worth quoting to its support."""
        return self.report.request_id

    @property
    def errors(self) -> tuple[Output, ...]:
        """The sub-images that failed, with code and message; they cost nothing."""
        return tuple(output for output in self.report.outputs if output.url is None)

    @cached_property
    def images(self) -> list[Image.Image]:
        """The pictures, decoded, mode RGB, in sRGB, full size."""
        return [decoded(data) for data in self.data]

    def _ipywanx_image_(self) -> tuple[Image.Image, Text]:
        """What an edit takes of it as its picture; see :mod:`~ipywanx.model.sources`."""
        if not self.data:
            raise UnusableImage(
                Text("That result holds no picture.", "该结果中没有图片。"), hint=unsent()
            )
        return self.images[0], Text("the result's first picture", "结果的第一张图片")

    @cached_property
    def preview(self) -> Mapping[str, Any] | None:
        """What the offline engine says of its work, or None for the real service's pictures.

        Keys: ``understood`` and ``not_understood`` (words of the prompt), ``notices`` and
        ``notices_zh``.
        """
        previews = (_preview_in(text_of(data, b"ipywanx")) for data in self.data)
        return next((one for one in previews if one is not None), None)

    @property
    def cost(self) -> float:
        """What it cost in yuan (CNY): a price for each success; nothing offline."""
        if self.preview is not None:
            return 0.0
        model = self.request.about.model if self.request else WANX21
        return round(model.price_cny * self.report.image_count, 2)

    @property
    def notices(self) -> tuple[Text, ...]:
        """What the person should know of it, one sentence each."""
        requested = self.request.notices if self.request else ()
        return (*requested, *self.remarks, *preview_notices(self.preview))

    def save(
        self, path: str | Path, *, metadata: bool | None = None, overwrite: bool = False
    ) -> list[Path]:
        """Write the pictures, full size, to a file or into a folder.

        Args:
            path: A file's name that ends with ``.png``, ``.jpg`` or ``.webp``, which chooses the
                format; several pictures are numbered, ``evening_1.png`` and so on. Any other name
                is a folder's, made where it is missing, in which files are called after the
                picture that was edited, the function and the task.
            metadata: Whether PNG files hold the request that made them, for
                :func:`ipywanx.recall`; None goes by ``IPYWANX_METADATA`` (yes, if it is not set).
            overwrite: Whether a file that has the name is replaced. Otherwise it is kept, and the
                new one gets a number: ``evening-2.png``.

        Returns:
            The files' paths.

        Raises:
            InvalidRequest: It is no path, or the name of a file that pictures are not saved as.
            WanxError: It cannot be written there.

        Example:
            >>> result.save("evening.png")
        """
        from ipywanx.model.saving import save  # a result is often never saved

        return save(self, path, metadata=metadata, overwrite=overwrite)

    def __repr__(self) -> str:
        what = self.request.about.name if self.request else "task"
        sizes = ", ".join(f"{image.width}×{image.height}" for image in self.images)
        lost = f", {len(self.errors)} failed" if self.errors else ""
        mark = ", offline preview" if self.preview is not None else ""
        where = "".join(f"\n  {path}" for path in self.files)
        return f"<Result of {what}: {sizes or 'no picture'}{lost}{mark}>{where}"

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        from ipywanx.model.figure import mimebundle  # it reads this file's class

        return mimebundle(self)


def preview_notices(preview: Mapping[str, Any] | None) -> tuple[Text, ...]:
    """What an offline preview did not understand or cannot show; empty for other results."""
    if preview is None:
        return ()
    notices = []
    if unheard := _texts(preview.get("not_understood")):
        notices.append(
            Text(
                f"Not understood offline: {', '.join(unheard)}.",
                f"离线引擎未能理解：{'、'.join(unheard)}。",
            )
        )
    english, chinese = (_texts(preview.get(f"notices{end}")) for end in ("", "_zh"))
    twins = len(chinese) == len(english)  # files of earlier versions have none
    notices += map(Text, english, chinese) if twins else map(both, english)
    return tuple(notices)


def _opened(data: bytes) -> Image.Image:
    """The picture, not decoded yet: what came over the network is looked at before it unfolds."""
    try:
        with plain_pillow():
            image = opened(data)
    except BROKEN:
        raise _not_a_picture(data) from None
    if image.width * image.height > MAX_PIXELS:
        size, most = f"{image.width}×{image.height}", MAX_PIXELS // 10**6
        raise UnexpectedReply(
            Text(
                f"The service's result says that it has {size} pixels; at most {most} million can "
                "come. It was not decoded.",
                f"服务的结果声称有 {size} 像素；最多只可能有 {most} 百万像素。未对它解码。",
            ),
            hint=_FETCH_AGAIN,
        )
    return image


def decoded(data: bytes) -> Image.Image:
    """A result's pixels, mode RGB.

    Raises:
        UnexpectedReply: The bytes are no picture, or one of an absurd size.
    """
    try:
        with plain_pillow(), _opened(data) as image:
            return to_srgb(image, []).convert("RGB")
    except BROKEN:
        raise _not_a_picture(data) from None


def _not_a_picture(data: bytes) -> UnexpectedReply:
    return UnexpectedReply(
        Text(
            f"The service's result is not a picture, or a damaged one ({len(data)} bytes).",
            f"服务的结果不是图片，或已损坏（{len(data)} 字节）。",
        ),
        hint=_FETCH_AGAIN,
    )


class Header(NamedTuple):
    """Width and height of a picture's file, and what an offline preview says of itself."""

    size: tuple[int, int]
    preview: Mapping[str, Any] | None


def preview_of(image: Image.Image) -> dict[str, Any] | None:
    """What an offline preview's opened file says of itself; None for other pictures."""
    return _preview_in(image.info.get("ipywanx"))


def _preview_in(text: object) -> dict[str, Any] | None:
    try:
        preview = json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        return None
    return preview if isinstance(preview, dict) and preview.get("preview") is True else None


def _texts(values: object) -> list[str]:
    return [str(value) for value in values] if isinstance(values, list) else []


def suffix_of(data: bytes) -> str:
    """The file ending of a picture's bytes, with the dot.

    Raises:
        UnexpectedReply: The bytes are no picture.
    """
    kind = _opened(data).format or "png"
    return {"JPEG": ".jpg"}.get(kind, f".{kind.lower()}")
