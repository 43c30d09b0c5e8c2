"""How do pictures travel? Up by data URI or upload, down from the vendor's hosts only.

The key is never sent from here: the upload's form and the results' URLs are signed by themselves.
"""

from __future__ import annotations

import asyncio
import base64
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
)
from ipywanx.model.images import Picture
from ipywanx.model.masks import Mask
from ipywanx.settings import LOOPBACK

INLINE_BYTES = 384 * 1024
"""Up to here a data URI is quicker: a third more bytes against three more round trips."""
UPLOAD_SECONDS, DOWNLOAD_SECONDS = 180.0, 120.0
MAX_RESULT_BYTES = 256 * 1024 * 1024
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
            raise UnusableMask(
                f"The mask's file has {sent.width}×{sent.height} pixels and {between} of them "
                f"between 0 and 255; expected {mask.size[0]}×{mask.size[1]} of 0 and 255 only.",
                hint="Nothing was sent. This is a fault of ipywanx: please report it.",
            )
    return Picture(stream.getvalue(), "PNG", mask.size, "mask")


class FileClient:
    """Sends pictures up and fetches results.

    Args:
        base_url: The service's address, which decides where results may lie.
        call: Asks the service with the key, for leave to upload.
        transport: What carries the requests; None for the network.
    """

    def __init__(
        self, base_url: str, call: Call, transport: httpx.AsyncBaseTransport | None
    ) -> None:
        self._base = urlsplit(base_url)
        self._call = call
        self._http = httpx.AsyncClient(
            transport=transport, timeout=DOWNLOAD_SECONDS, follow_redirects=False
        )
        self._uploaded: dict[str, tuple[float, str]] = {}
        self._uploading: dict[str, asyncio.Lock] = {}

    async def reference(self, picture: Picture) -> str:
        """What stands for the picture in a request: its URL, a data URI, or ``oss://…``."""
        if picture.url is not None:
            return picture.url
        if len(picture.data) <= INLINE_BYTES:
            return f"data:{picture.mime};base64,{base64.b64encode(picture.data).decode('ascii')}"
        name = picture.digest[:32] + picture.suffix
        # Twelve edits of one picture that start together wait for one upload.
        async with self._uploading.setdefault(name, asyncio.Lock()):
            sent_at, reference = self._uploaded.get(name, (0.0, ""))
            if not reference or time.monotonic() - sent_at > _UPLOAD_LIFE:
                sent_at, reference = time.monotonic(), await self._upload(name, picture)
                self._uploaded[name] = (sent_at, reference)
            return reference

    async def _upload(self, name: str, picture: Picture) -> str:
        query = {"action": "getPolicy", "model": wire.MODEL}
        policy = wire.read_upload_policy(await self._call("GET", wire.UPLOADS_PATH, params=query))
        key = f"{policy.directory}/{name}"
        form = {**dict(policy.fields), "key": key, "x-oss-content-type": picture.mime}
        try:
            async with asyncio.timeout(UPLOAD_SECONDS):
                response = await self._http.post(
                    policy.host, data=form, files={"file": (name, picture.data, picture.mime)}
                )
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            raise Unreachable(
                f"The upload of {picture.name} broke off ({type(error).__name__}).",
                hint="No task was made; try again.",
            ) from None
        # 409: the same bytes under the same name are there already, which is as good.
        if response.status_code not in {200, 204, 409}:
            raise ServiceUnavailable(
                f"The upload of {picture.name} was refused with {response.status_code}: "
                f"{_xml_code(response.text)}.",
                hint="No task was made; try again.",
                status=response.status_code,
            )
        return f"oss://{key}"

    async def download(self, url: str) -> bytes:
        """A result's bytes, retried while there is hope; never with the key, never redirected.

        Raises:
            UnexpectedReply: The URL is not on the vendor's hosts, or too much came.
            ServiceError: It could not be fetched.
        """
        self._check_host(url)
        error: ServiceError = Unreachable("The result was not asked for.")
        for attempt in range(4):
            if attempt:
                await asyncio.sleep(0.5 * 2**attempt)
            try:
                async with asyncio.timeout(DOWNLOAD_SECONDS):
                    return await self._fetch(url)
            except (httpx.HTTPError, TimeoutError) as broken:
                error = Unreachable(
                    f"The download of the result broke off ({type(broken).__name__}).",
                    hint="It is kept for 24 hours: wx.resume(task_id) fetches it again.",
                )
            except ServiceUnavailable as busy:
                error = busy
        raise error

    async def _fetch(self, url: str) -> bytes:
        async with self._http.stream("GET", url) as response:
            if response.status_code != 200:
                kind = ServiceUnavailable if response.status_code >= 500 else UnexpectedReply
                raise kind(
                    f"The result's address answered {response.status_code}.",
                    hint="Results are kept for 24 hours.",
                    status=response.status_code,
                )
            chunks, size = [], 0
            async for chunk in response.aiter_bytes():
                chunks.append(chunk)
                size += len(chunk)
                if size > MAX_RESULT_BYTES:
                    raise UnexpectedReply("The result has more than 256 MB; it was not kept.")
            return b"".join(chunks)

    def _check_host(self, url: str) -> None:
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port
            httpx.URL(url)  # it reads addresses by its own rules: both must find them sound
        except (ValueError, httpx.InvalidURL):
            host, port, parts = "", None, urlsplit("")
        vendor = (
            parts.scheme == "https" and wire.RESULT_HOST.fullmatch(host) and port in {None, 443}
        )
        own = (
            self._base.hostname in LOOPBACK
            and host in LOOPBACK
            and (parts.scheme, port) == (self._base.scheme, self._base.port)
        )
        if parts.username is not None or not (vendor or own):
            raise UnexpectedReply(
                f"The service named a result on {host or 'no host'!r}, which is not one of the "
                "vendor's result hosts; it was not fetched.",
                hint="If the vendor has added a host, please report it.",
            )


def _xml_code(text: str) -> str:
    found = re.search(r"<Code>([A-Za-z]{1,60})</Code>", text)
    return found[1] if found else "no reason given"
