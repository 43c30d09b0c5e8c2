"""What would be sent? The whole request on paper: nothing is uploaded, the key is not shown."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from ipywanx import wire
from ipywanx.errors import NOTHING_SENT
from ipywanx.model.functions import EditRequest, mask_covers
from ipywanx.model.images import Picture
from ipywanx.service.files import INLINE_BYTES, sent_pictures
from ipywanx.settings import Settings
from ipywanx.text import Text, sentences

_KEY = Text("(the key is not shown)", "（不显示密钥）")


@dataclass(frozen=True, slots=True)
class DryRun:
    """A request as it would be sent.

    Attributes:
        url: Where it would go.
        headers: With the key left out.
        body: The JSON, with each picture's size in the place of its bytes.
        price: What the service would charge in yuan if all pictures succeed.
        offline: Whether the embedded engine would answer, which charges nothing.
        notices: What the person should know before.
    """

    url: str
    headers: dict[str, str]
    body: dict[str, Any]
    price: float
    offline: bool
    notices: tuple[Text, ...]

    def __str__(self) -> str:
        lines = [f"POST {self.url}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        lines += ["", json.dumps(self.body, ensure_ascii=False, indent=2), ""]
        pictures = self.body["parameters"]["n"]
        noun = "picture" if pictures == 1 else "pictures"
        free = Text("", "")
        if self.offline:
            free = Text(
                " from the service, free from the offline engine", "（服务的价格；离线引擎免费）"
            )
        price = Text(
            f"{pictures} {noun}: CNY {self.price:.2f}{free}.",
            f"{pictures} 张图片：CNY {self.price:.2f}{free.zh}。",
        )
        lines.append(sentences(price, NOTHING_SENT).told())
        return "\n".join([*lines, *(notice.told() for notice in self.notices)])

    __repr__ = __str__


def dry_run(request: EditRequest, settings: Settings) -> DryRun:
    """The request as it would be sent with these settings."""
    pictures = sent_pictures(request)
    refs = {name: _describe(picture) for name, picture in pictures.items()}
    body = wire.create_body(request, refs)
    notices = request.notices
    if (mask := getattr(request, "mask", None)) is not None:
        notices = (*notices, mask_covers(f"{mask.area:.1%}"))
    headers = {wire.ASYNC_HEADER: "enable", "Content-Type": "application/json"}
    if not settings.offline:
        headers["Authorization"] = f"Bearer {_KEY.told()}"
    if any(len(picture.data) > INLINE_BYTES for picture in pictures.values()):
        headers[wire.RESOLVE_HEADER] = "enable"
    return DryRun(
        url=settings.base_url + wire.CREATE_PATH,
        headers=headers,
        body=body,
        price=request.price,
        offline=settings.offline,
        notices=tuple(dict.fromkeys(notices)),
    )


def _describe(picture: Picture) -> str:
    if picture.url is not None or picture.size is None:
        return picture.url or ""
    inline = len(picture.data) <= INLINE_BYTES
    way = (
        Text("in the request", "随请求发送") if inline else Text("uploaded first", "先行上传")
    ).told()
    size = f"{_size(picture.size)} {picture.format}, {len(picture.data) / 1000:.0f} kB"
    return f"<{picture.name}: {size}, {way}>"


def _size(size: tuple[int, int]) -> str:
    return f"{size[0]}×{size[1]}"
