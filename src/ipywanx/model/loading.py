"""How does anything become a picture that the service takes?

:func:`load` turns a path, URL, bytes, PIL image, array or result into a
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
from ipywanx.model.fitting import from_file, from_pixels, image_name, written
from ipywanx.model.images import MAX_BYTES, MAX_SIDE, Picture
from ipywanx.model.pixels import decode, open_header
from ipywanx.text import Text, both, spaced

_NO_CLAUSE = Text("", "")


def load(source: Any, *, fit: bool = False, name: str = "") -> Picture:
    """The picture that a person means by ``source``.

    Args:
        source: A path, http(s) or data URL, bytes, PIL image, ndarray (height, width[, 1, 3 or
            4]; uint8, or float from 0 to 1), an earlier ``Result`` (its first picture), a
            ``DoodleBoard``, ``Drawing`` or ``MaskEditor`` (its ``image``), or a ``Picture``.
        fit: Resize and recompress a picture outside the service's limits instead of refusing it.
        name: What to call bytes, in messages and on the picture.

    Returns:
        A picture between 512 and 4096 pixels a side and of at most 10 MB. A JPEG, PNG or WebP
        that already fits is not encoded anew; what such a file says beside its pixels is left out.

    Raises:
        UnusableImage: Not a picture, in another format, damaged, too large or too small.
    """
    if isinstance(source, Picture):
        return source
    if _is_url(source):
        return _from_url(source)
    if isinstance(source, Image.Image):
        called, notices = image_name(source), list[Text]()
        return from_pixels(decode(source, called, notices), called, fit=fit, notices=notices)
    if _is_array(source):
        notices = list[Text]()
        image = from_array(source, notices)
        return from_pixels(image, Text("an array", "数组"), fit=fit, notices=notices)
    if hasattr(source, "images"):
        return _from_result(source, fit=fit)
    if hasattr(source, "image"):  # a DoodleBoard, a Drawing or a MaskEditor has one
        return load(source.image, fit=fit)
    data, found = _read(source)
    return from_file(data, name or found, fit=fit)


def open_image(source: Any) -> Image.Image:
    """Any local picture's pixels in their own mode, upright, with no size rule but 4096 a side.

    For masks and previews. Takes what :func:`load` takes, except http URLs and editors.
    """
    if isinstance(source, Picture):
        return source.to_image()
    if _is_url(source):
        raise UnusableImage(
            Text(
                f"{brief(source)} is an address; the pixels themselves are needed here.",
                f"{brief(source)} 是网址；这里需要图片本身的像素。",
            ),
            hint=unsent("Download the picture and give the file.", "请下载图片，再给出文件。"),
        )
    if isinstance(source, Image.Image):
        return decode(source, image_name(source), [])
    if _is_array(source):
        return from_array(source, [])
    if hasattr(source, "images"):
        return _first_of(source)
    data, name = _read(source)
    image = open_header(data, name)
    if max(image.size) > MAX_SIDE:
        raise UnusableImage(
            Text(
                f"{name} is {written(image.size)} pixels; at most {MAX_SIDE} a side can be used.",
                f"{spaced(name)}为 {written(image.size)} 像素；每边最多可用 {MAX_SIDE} 像素。",
            ),
            hint=unsent(),
        )
    return decode(image, name, [])


def file_bytes(source: Any) -> tuple[bytes | None, Text]:
    """The bytes of a file, by its path or given as they are; or None, and a clause that says why.

    It is known by them, whatever its name is now.
    """
    if is_bytes(source):
        return bytes(source), _NO_CLAUSE
    if not isinstance(source, str | os.PathLike):
        return None, _NO_CLAUSE
    try:
        return Path(source).expanduser().read_bytes(), _NO_CLAUSE
    except FileNotFoundError:
        return None, Text(", and there is no such file", "，也没有这个文件")
    except (OSError, RuntimeError, TypeError, ValueError) as error:  # nobody's home, not a name
        why = getattr(error, "strerror", None) or error
        return None, Text(f", and no file can be read there ({why})", f"，也读不到文件（{why}）")


def is_bytes(source: Any) -> bool:
    """Whether it is a file's bytes, and so neither a path nor the id of a task."""
    return isinstance(source, bytes | bytearray | memoryview)


def _is_url(source: Any) -> bool:
    return isinstance(source, str) and source[:8].lower().startswith(("http://", "https://"))


def _is_array(source: Any) -> bool:
    """Whether it holds pixels; texts of numpy offer the array interface too, and are paths."""
    return hasattr(source, "__array_interface__") and not isinstance(source, str | bytes)


def _read(source: Any) -> tuple[bytes, Text]:
    """The bytes of a file, data URL or bytes object, and what to call them."""
    if is_bytes(source):
        return bytes(source), Text(f"{len(source)} bytes", f"{len(source)} 字节的数据")
    if isinstance(source, str) and source.startswith("data:"):
        return _from_data_url(source), Text("a data URL", "data URL")
    if not isinstance(source, str | os.PathLike):
        raise UnusableImage(
            Text(
                f"a {type(source).__name__} is not a picture.",
                f"{type(source).__name__} 不是图片。",
            ),
            hint=unsent(
                "Give a path, URL, bytes, PIL image, array, or an earlier result.",
                "请给出路径、URL、字节、PIL 图像、数组或之前的结果。",
            ),
        )
    try:
        path = Path(os.fspath(source)).expanduser()
        if path.stat().st_size > 32 * MAX_BYTES:
            size = f"{path.stat().st_size / 1e6:.0f} MB"
            raise UnusableImage(
                Text(
                    f"{path.name} has {size}; the service takes 10 MB.",
                    f"{path.name} 有 {size}；服务最多接受 10 MB。",
                ),
                hint=unsent("Export a smaller file.", "请导出更小的文件。"),
            )
        if path.exists() and not (path.is_file() or path.is_dir()):
            raise UnusableImage(
                Text(f"{brief(str(source))} is not a file.", f"{brief(str(source))} 不是文件。"),
                hint=unsent(),
            )
        return path.read_bytes(), both(path.name)
    except (OSError, ValueError, RuntimeError) as error:  # RuntimeError: nobody has that ~home
        reason = (getattr(error, "strerror", None) or str(error)).rstrip(".")
        folder = Path.cwd().name
        raise UnusableImage(
            Text(
                f"The picture {brief(str(source))} cannot be read: {reason}.",
                f"无法读取图片 {brief(str(source))}：{reason}。",
            ),
            hint=unsent(
                f"The working folder is {folder!r}; check the name.",
                f"当前文件夹是 {folder!r}；请检查文件名。",
            ),
        ) from None


def _from_data_url(url: str) -> bytes:
    import base64

    head, _, body = url.partition(",")
    if not head.endswith(";base64"):
        raise UnusableImage(
            Text("The data URL is not base64.", "data URL 不是 base64 编码。"), hint=unsent()
        )
    try:
        return base64.b64decode(body, validate=True)
    except ValueError:
        raise UnusableImage(
            Text("The data URL holds damaged base64.", "data URL 中的 base64 已损坏。"),
            hint=unsent(),
        ) from None


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


def _from_result(result: Any, *, fit: bool) -> Picture:
    name = Text("the result's first picture", "结果的第一张图片")
    return from_pixels(_first_of(result), name, fit=fit, notices=[])


def _first_of(result: Any) -> Image.Image:
    if not result.images:
        raise UnusableImage(
            Text("That result holds no picture.", "该结果中没有图片。"), hint=unsent()
        )
    image: Image.Image = result.images[0]
    return image
