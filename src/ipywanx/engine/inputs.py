"""Is this reference a picture that the service takes?

Downloads, sizes, formats and colours are checked while a task runs, as the service does: a bad
picture ends the task as FAILED with the service's code.
"""

from __future__ import annotations

import base64
from urllib.parse import urlsplit

import httpx
from PIL import Image

from ipywanx.engine.storage import OssRefusal, Results, Uploads
from ipywanx.errors import UnusableImage
from ipywanx.model.images import FORMATS, MAX_BYTES, MAX_SIDE, MIN_SIDE
from ipywanx.model.operations import EDIT, KEEP
from ipywanx.model.pixels import decode, open_header, to_rgb
from ipywanx.wire import OSS_SCHEME, Refusal, missing

DOWNLOAD_SECONDS = 10.0
MAX_GREY = 0.05
"""A mask may have this part of pixels that are neither black nor white: soft edges do."""
_NEAR = 16


class Inputs:
    """Turns references into pixels."""

    def __init__(self, uploads: Uploads, results: Results) -> None:
        self._uploads = uploads
        self._results = results

    def fetch(self, ref: str) -> bytes:
        """The bytes behind an ``oss://`` key, one of our own results, or an http(s) URL.

        Raises:
            Refusal: They are not there, or cannot be reached.
        """
        if ref.startswith(OSS_SCHEME):
            data = self._uploads.read(ref.removeprefix(OSS_SCHEME))
            if data is None:
                raise Refusal("InvalidParameter.DataInspection")
            return data
        if self._results.owns(ref):
            try:
                return self._results.read(ref)
            except OssRefusal:
                raise Refusal("InvalidParameter", "download image failed") from None
        return _download(ref)


def decode_data_uri(ref: str) -> bytes:
    """The bytes of a data URI whose media type was checked before.

    Raises:
        Refusal: It is not Base64.
    """
    try:
        return base64.b64decode(ref.partition(",")[2], validate=True)
    except ValueError:
        raise Refusal("InvalidParameter", "image format error") from None


def open_picture(data: bytes) -> Image.Image:
    """The pixels, upright and RGB.

    Raises:
        Refusal: Not a picture, damaged, or outside the service's limits.
    """
    if len(data) > MAX_BYTES:
        raise Refusal("InvalidParameter", "the size of input image is too small or too large.")
    try:
        header = open_header(data, "the picture")
    except UnusableImage:
        raise Refusal("InvalidImageFormat") from None
    # A phone's MPO is a JPEG with a second picture behind it.
    if header.format not in {*FORMATS, "MPO"}:
        raise Refusal("InvalidImageFormat")
    if not all(MIN_SIDE <= side <= MAX_SIDE for side in header.size):
        raise Refusal("InvalidImageResolution")
    try:
        return to_rgb(decode(header, "the picture", []), [])
    except UnusableImage:
        raise Refusal("InvalidParameter", "Invalid image format or corrupted file") from None


def open_mask(data: bytes, size: tuple[int, int]) -> Image.Image:
    """The mask in mode L, only 0 and 255.

    Raises:
        Refusal: As for a picture; or another size than the picture's, nothing white, or more
            grey and colour than soft edges explain.
    """
    mask = open_picture(data).convert("L")
    if mask.size != size:
        raise missing("mask_image_url")
    counts = mask.histogram()
    grey = sum(counts[KEEP + _NEAR : EDIT - _NEAR + 1]) / (size[0] * size[1])
    sharp = mask.point(lambda value: EDIT if value > 127 else KEEP)
    if grey > MAX_GREY or sharp.getbbox() is None:
        raise missing("mask_image_url")
    return sharp


def _download(url: str) -> bytes:
    """A picture from the network, no more of it than the service would take."""
    host = urlsplit(url).netloc
    try:
        with (
            httpx.Client(timeout=DOWNLOAD_SECONDS, follow_redirects=True) as client,
            client.stream("GET", url) as response,
        ):
            if response.status_code != 200:
                raise Refusal("InvalidParameter", "download image failed")
            data = bytearray()
            for chunk in response.iter_bytes():
                data += chunk
                if len(data) > MAX_BYTES:
                    break
            return bytes(data)
    except httpx.ConnectError:
        raise Refusal(
            "InvalidURL.ConnectionRefused",
            f"Connection to {host} refused, please provide available URL.",
        ) from None
    except httpx.TimeoutException:
        raise Refusal(
            "InvalidURL.Timeout",
            f"Download {host} timeout, please check network connection.",
        ) from None
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        raise Refusal("InvalidParameter", "download image failed") from None
