"""How do pictures travel? Up by data URI or upload, down from the vendor's hosts only.

The key is never sent from here: the upload's form and the results' URLs are signed by themselves.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import io
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx
from PIL import Image

from ipywanx import wire
from ipywanx.errors import (
    ServiceError,
    ServiceUnavailable,
    UnexpectedReply,
    Unreachable,
    UnusableMask,
    unsent,
)
from ipywanx.model.functions import EditRequest
from ipywanx.model.images import Picture
from ipywanx.model.masks import Mask
from ipywanx.service.hosts import check_result, check_upload
from ipywanx.service.http_client import http_client
from ipywanx.service.patience import Deadlines, between_bytes, within
from ipywanx.text import Text, both

INLINE_BYTES = 384 * 1024
"""Up to here a data URI is quicker: a third more bytes against three more round trips."""
DOWNLOAD_ATTEMPTS = 4
MAX_RESULT_BYTES = 256 * 1024 * 1024
_KEPT = Text(
    "It is kept for 24 hours: wx.resume(task_id) fetches it again.",
    "结果会保留 24 小时：可用 wx.resume(task_id) 重新获取。",
)
_NO_TASK = Text("No task was made; try again.", "没有创建任务；请重试。")
# The service deletes uploads after 48 hours; ours are not used in their last day.
_UPLOAD_LIFE = 24 * 3600.0

Call = Callable[..., Awaitable[Mapping[str, Any]]]


def mask_picture(mask: Mask) -> Picture:
    """A mask as it is sent: an RGB PNG, since the vendor asks for [255,255,255] and [0,0,0].

    The file is read back and compared with the mask before anything is sent.

    Raises:
        UnusableMask: It is not exactly the mask: another size, or a value between 0 and 255.
    """
    drawn, stream = mask.to_image(), io.BytesIO()
    drawn.convert("RGB").save(stream, "PNG", compress_level=1)
    with Image.open(stream) as sent:
        between = sum(drawn.histogram()[1:255])
        if sent.size != mask.size or between or sent.tobytes() != drawn.convert("RGB").tobytes():
            found, wanted = (f"{width}×{height}" for width, height in (sent.size, mask.size))
            raise UnusableMask(
                Text(
                    f"The mask's file has {found} pixels and {between} of them between 0 and 255; "
                    f"expected {wanted} of 0 and 255 only.",
                    f"蒙版文件为 {found} 像素，其中 {between} 个介于 0 和 255 之间；"
                    f"应为 {wanted}，且只有 0 和 255。",
                ),
                hint=unsent(
                    "This is a fault of ipywanx: please report it.",
                    "这是 ipywanx 的错误：请反馈给我们。",
                ),
            )
    return Picture(stream.getvalue(), "PNG", mask.size, "mask")


def sent_pictures(request: EditRequest) -> dict[str, Picture]:
    """All pictures that a request sends, by parameter, its mask among them.

    Raises:
        UnusableMask: The mask's file would not be exactly the mask.
    """
    mask = getattr(request, "mask", None)
    return request.pictures | ({} if mask is None else {"mask": mask_picture(mask)})


class FileClient:
    """Sends pictures up and fetches results.

    Args:
        base_url: The service's address, which decides where files may lie.
        call: Asks the service with the key, for leave to upload.
        transport: What carries the requests; None for the network.
        deadlines: How long an upload and a download may take.
    """

    def __init__(
        self,
        base_url: str,
        call: Call,
        transport: httpx.AsyncBaseTransport | None,
        deadlines: Deadlines = Deadlines(),  # noqa: B008 - it is frozen
    ) -> None:
        self._base = urlsplit(base_url)
        self._call = call
        self._deadlines = deadlines
        self._http = http_client(transport=transport)
        self._uploaded: dict[tuple[str, str], tuple[float, str]] = {}
        self._uploading: dict[tuple[str, str], asyncio.Lock] = {}

    async def reference(self, picture: Picture, model: str) -> str:
        """What stands for the picture in a request: its URL, a data URI, or ``oss://…``.

        An uploaded file is good for the model that it was uploaded for (vendor: upload of local
        files).
        """
        if picture.url is not None:
            return picture.url
        if len(picture.data) <= INLINE_BYTES:
            return f"data:{picture.mime};base64,{base64.b64encode(picture.data).decode('ascii')}"
        name = picture.digest[:32] + picture.suffix
        # Twelve edits of one picture that start together wait for one upload.
        key = (model, name)
        async with self._uploading.setdefault(key, asyncio.Lock()):
            sent_at, reference = self._uploaded.get(key, (0.0, ""))
            if not reference or time.monotonic() - sent_at > _UPLOAD_LIFE:
                sent_at, reference = time.monotonic(), await self._upload(name, picture, model)
                self._uploaded[key] = (sent_at, reference)
            return reference

    async def _upload(self, name: str, picture: Picture, model: str) -> str:
        query = {"action": "getPolicy", "model": model}
        policy = wire.read_upload_policy(await self._call("GET", wire.UPLOADS_PATH, params=query))
        check_upload(policy.host, self._base)
        key = f"{policy.directory}/{name}"
        form = {**dict(policy.fields), "key": key, "x-oss-content-type": picture.mime}
        try:
            response = await within(
                self._deadlines.upload,
                self._http.post(
                    policy.host,
                    data=form,
                    files={"file": (name, picture.data, picture.mime)},
                    timeout=between_bytes(self._deadlines.upload),
                ),
            )
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            raise Unreachable(
                Text(
                    f"The upload of {picture.name} broke off ({type(error).__name__}).",
                    f"{picture.name} 的上传中断了（{type(error).__name__}）。",
                ),
                hint=_NO_TASK,
            ) from None
        # 409: the same bytes under the same name are there already, which is as good.
        if response.status_code not in {200, 204, 409}:
            status, why = response.status_code, _xml_code(response.text)
            raise ServiceUnavailable(
                Text(
                    f"The upload of {picture.name} was refused with {status}: {why}.",
                    f"{picture.name} 的上传被拒绝，答复为 {status}：{why.zh}。",
                ),
                hint=_NO_TASK,
                status=response.status_code,
            )
        if _is_page(response):
            page = response.headers["content-type"]
            raise UnexpectedReply(
                Text(
                    f"The upload of {picture.name} was answered with a page of another kind "
                    f"({page}); a proxy or login page may stand between.",
                    f"上传 {picture.name} 时得到的是另一种页面（{page}）；"
                    "中间可能隔着代理或登录页面。",
                ),
                hint=_NO_TASK,
                status=response.status_code,
            )
        return f"{wire.OSS_SCHEME}{key}"

    async def download(self, url: str) -> bytes:
        """A result's bytes, retried while there is hope; never with the key, never redirected.

        Raises:
            UnexpectedReply: The URL is not on the vendor's hosts, or too much came.
            ServiceError: It could not be fetched.
        """
        check_result(url, self._base)
        error: ServiceError = Unreachable(
            Text(
                f"The result did not come within {self._deadlines.download:.0f} s.",
                f"结果在 {self._deadlines.download:.0f} 秒内没有下载完。",
            ),
            hint=_KEPT,
        )
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._deadlines.download):
                for attempt in range(DOWNLOAD_ATTEMPTS):
                    if attempt:
                        await asyncio.sleep(0.5 * 2**attempt)
                    try:
                        return await self._fetch(url)
                    except httpx.HTTPError as broken:
                        error = Unreachable(
                            Text(
                                f"The download of the result broke off ({type(broken).__name__}).",
                                f"结果的下载中断了（{type(broken).__name__}）。",
                            ),
                            hint=_KEPT,
                        )
                    except (ServiceUnavailable, Unreachable) as busy:
                        error = busy
        raise error

    async def _fetch(self, url: str) -> bytes:
        # A silent server costs one attempt, not all of them.
        silence = between_bytes(self._deadlines.download / DOWNLOAD_ATTEMPTS)
        async with self._http.stream("GET", url, timeout=silence) as response:
            if response.status_code != 200:
                kind = ServiceUnavailable if response.status_code >= 500 else UnexpectedReply
                raise kind(
                    Text(
                        f"The result's address answered {response.status_code}.",
                        f"结果的网址答复了 {response.status_code}。",
                    ),
                    hint=Text("Results are kept for 24 hours.", "结果只保留 24 小时。"),
                    status=response.status_code,
                )
            if _is_page(response):
                page = response.headers["content-type"]
                raise Unreachable(
                    Text(
                        f"A page of another kind came in the result's place ({page}); a proxy or "
                        "login page may stand between.",
                        f"得到的不是结果，而是另一种页面（{page}）；中间可能隔着代理或登录页面。",
                    ),
                    hint=_KEPT,
                    status=response.status_code,
                )
            chunks, size = [], 0
            async for chunk in response.aiter_bytes():
                chunks.append(chunk)
                size += len(chunk)
                if size > MAX_RESULT_BYTES:
                    raise UnexpectedReply(
                        Text(
                            "The result has more than 256 MB; it was not kept.",
                            "结果超过 256 MB；未保存。",
                        )
                    )
            return b"".join(chunks)


def _is_page(response: httpx.Response) -> bool:
    """Whether the storage's answer is not the storage's: it sends pictures, XML, or nothing."""
    kind: str = response.headers.get("content-type", "")
    return kind.startswith(("text/html", "application/json"))


def _xml_code(text: str) -> Text:
    found = re.search(r"<Code>([A-Za-z]{1,60})</Code>", text)
    return both(found[1]) if found else Text("no reason given", "没有说明原因")
