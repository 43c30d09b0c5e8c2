"""How does anything become a picture that the service takes?

:func:`load` turns a path, URL, bytes, open file, PIL image, array or result into a
:class:`~ipywanx.model.images.Picture`: the bytes that will be sent, with their size known and every
change named in a notice.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from PIL import Image

from ipywanx.errors import UnusableImage, brief, unsent
from ipywanx.model.arrays import from_array
from ipywanx.model.fitting import check_size, from_file, from_pixels, written
from ipywanx.model.images import MAX_SIDE, Picture
from ipywanx.model.pixels import decode, open_header
from ipywanx.model.sources import Address, Array, File, Pixels, held, is_bytes, read_file
from ipywanx.text import Text, spaced

_NO_CLAUSE = Text("", "")


def load(source: Any, *, fit: bool = False, name: str = "") -> Picture:
    """The picture that a person means by ``source``.

    Args:
        source: A path, http(s) or data URL, bytes, an open file, PIL image, array (height, width[,
            1, 3 or 4]; or channels first), tensor, what a notebook shows as a picture, an earlier
            ``Result`` (its first picture), a ``DoodleBoard``, ``Drawing`` or ``MaskEditor`` (its
            ``image``), or a ``Picture``.
        fit: Resize and recompress a picture outside the service's limits instead of refusing it.
        name: What to call bytes, in messages and on the picture.

    Returns:
        A picture between 512 and 4096 pixels a side and of at most 10 MB. A JPEG, PNG or WebP
        that already fits is not encoded anew; what such a file says beside its pixels is left out.

    Raises:
        UnusableImage: Not a picture, in another format, damaged, too large or too small.
    """
    found = held(source)
    if isinstance(found, Picture):
        return found
    if isinstance(found, Address):
        return _from_url(found.url)
    if isinstance(found, File):
        return from_file(found.data, name or found.name, fit=fit)
    notices: list[Text] = []
    if isinstance(found, Array):
        image = from_array(found.values, notices)
    else:
        check_size(found.image.size, found.name, fit=fit)  # an opened file is not decoded yet
        image = decode(found.image, found.name, notices)
    return from_pixels(image, found.name, fit=fit, notices=notices)


def open_image(source: Any, *, fit: bool = False) -> Image.Image:
    """Any local picture's pixels in their own mode, upright, with no size rule but 4096 a side.

    For masks and previews. Takes what :func:`load` takes, except http URLs; with ``fit`` what will
    be made smaller.
    """
    found = held(source)
    if isinstance(found, Picture):
        return found.to_image()
    if isinstance(found, Address):
        raise UnusableImage(
            Text(
                f"{brief(found.url)} is an address; the pixels themselves are needed here.",
                f"{brief(found.url)} 是网址；这里需要图片本身的像素。",
            ),
            hint=unsent("Download the picture and give the file.", "请下载图片，再给出文件。"),
        )
    if isinstance(found, Array):
        return from_array(found.values, [])
    if isinstance(found, Pixels):
        return decode(found.image, found.name, [])
    image = open_header(found.data, found.name)
    if fit:
        check_size(image.size, found.name, fit=True)
    elif max(image.size) > MAX_SIDE:
        raise UnusableImage(
            Text(
                f"{found.name} is {written(image.size)} pixels; at most {MAX_SIDE} a side can be "
                "used.",
                f"{spaced(found.name)}为 {written(image.size)} 像素；每边最多可用 {MAX_SIDE} "
                "像素。",
            ),
            hint=unsent(),
        )
    return decode(image, found.name, [])


def file_bytes(source: Any) -> tuple[bytes | None, Text]:
    """The bytes of a file: by its path, open, or given as they are; or None, and why not.

    It is known by them, whatever its name is now.
    """
    if is_bytes(source):
        return bytes(source), _NO_CLAUSE
    if callable(getattr(type(source), "read", None)):
        return read_file(source)[0], _NO_CLAUSE
    if not isinstance(source, str | os.PathLike):
        return None, _NO_CLAUSE
    try:
        return Path(source).expanduser().read_bytes(), _NO_CLAUSE
    except FileNotFoundError:
        return None, Text(", and there is no such file", "，也没有这个文件")
    except (OSError, RuntimeError, TypeError, ValueError) as error:  # nobody's home, not a name
        why = getattr(error, "strerror", None) or error
        return None, Text(f", and no file can be read there ({why})", f"，也读不到文件（{why}）")


def _from_url(url: str) -> Picture:
    """A URL goes to the service as it is; the vendor refuses Chinese characters in it."""
    if odd := next((c for c in url if not "!" <= c <= "~"), None):
        raise UnusableImage(
            Text(
                f"The URL holds {odd!r}, and the service takes no Chinese or other such "
                "characters.",
                f"URL 中有 {odd!r}；服务不接受中文等字符。",
            ),
            hint=unsent(
                "Percent-encode it, or download the picture and give the file.",
                "请用百分号编码，或下载图片再给出文件。",
            ),
        )
    try:
        host = urlsplit(url).hostname
    except ValueError:
        host = None
    if not host:
        raise UnusableImage(
            Text(f"{brief(url)} is not a complete URL.", f"{brief(url)} 不是完整的 URL。"),
            hint=unsent(),
        )
    notice = Text(
        f"The service fetches {url} itself; its size is not checked here, and what its file says "
        "beside the picture is not taken out.",
        f"服务将自行获取 {url}；这里不检查它的尺寸，也不会去除文件中的附加信息。",
    )
    return Picture(b"", "", None, url, url=url, notices=(notice,))
