"""What holds a picture? A path, an address, bytes, an open file, pixels, or what shows as one.

What a thing is, its type says: Pillow's, NumPy's ``__array__``, a file's ``read``, the methods by
which a notebook shows pictures, and ``_ipywanx_image_``, which gives an image and its name. No
attribute's name makes it a picture, so that nothing else is taken for one.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from PIL import Image

from ipywanx.errors import UnusableImage, brief, unsent
from ipywanx.model.images import MAX_BYTES, Picture
from ipywanx.text import Text, both, spaced

if TYPE_CHECKING:
    import numpy as np

MOST_READ = 32 * MAX_BYTES
"""Bytes of a file that is looked at: what is larger is no picture for the service."""
_WAYS = Text(
    "Give a path, URL, bytes, PIL image, array, or an earlier result.",
    "请给出路径、URL、字节、PIL 图像、数组或之前的结果。",
)


class Address(NamedTuple):
    """A picture that the service fetches itself."""

    url: str


class File(NamedTuple):
    """A file's bytes, and what to call them."""

    data: bytes
    name: Text


class Pixels(NamedTuple):
    """An image in any mode, and what to call it."""

    image: Image.Image
    name: Text


class Array(NamedTuple):
    """An array of NumPy, of any shape and type."""

    values: np.ndarray
    name: Text = Text("an array", "数组")


Held = Picture | Address | File | Pixels | Array


def held(source: Any) -> Held:
    """The picture that something holds, as it is there; nothing is decoded.

    Raises:
        UnusableImage: It holds none, or one that cannot be read.
    """
    kind = type(source)
    if isinstance(source, Held):
        return source
    if isinstance(source, Image.Image):
        return Pixels(source, image_name(source))
    if hasattr(kind, "_ipywanx_image_"):
        image, name = source._ipywanx_image_()
        return Pixels(image, name or image_name(image))
    if is_bytes(source):
        return File(bytes(source), Text(f"{len(source)} bytes", f"{len(source)} 字节的数据"))
    if isinstance(source, str) and source[:8].lower().startswith(("http://", "https://")):
        return Address(source)
    if isinstance(source, str) and source[:5].lower() == "data:":
        return File(_from_data_url(source), Text("a data URL", "data URL"))
    if isinstance(source, str | os.PathLike):
        return _from_path(source)
    if hasattr(kind, "__array__") or hasattr(kind, "__array_interface__"):
        return Array(_as_array(source))
    if callable(getattr(kind, "read", None)):
        return File(*read_file(source))
    if (data := _shown(source)) is not None:
        return File(data, Text(f"a {kind.__name__}", f"{kind.__name__} 对象"))
    raise _no_picture(source)


def is_bytes(source: Any) -> bool:
    """Whether it is a file's bytes, and so neither a path nor the id of a task."""
    return isinstance(source, bytes | bytearray | memoryview)


def image_name(image: Image.Image) -> Text:
    """What to call a picture that has no name."""
    size = f"{image.width}×{image.height}"
    return Text(f"a {size} image", f"{size} 的图像")


def read_file(source: Any) -> tuple[bytes, Text]:
    """All bytes of an open file, and what to call them; its position stays as it was.

    Raises:
        UnusableImage: It is closed, is open as text, or cannot be read.
    """
    called = getattr(source, "name", None)
    name = both(Path(called).name) if isinstance(called, str) else Text("the file", "该文件")
    try:
        place = source.tell() if source.seekable() else None
    except (AttributeError, OSError, ValueError):
        place = None
    try:
        if place is not None:
            source.seek(0)
        data = source.read(MOST_READ + 1)
        if place is not None:
            source.seek(place)
    except UnicodeDecodeError:
        data = ""
    except Exception as error:  # noqa: BLE001 - another library's file may raise anything
        is_closed = getattr(source, "closed", False) is True
        why = Text("it is closed", "它已关闭") if is_closed else both(str(error).rstrip("."))
        raise UnusableImage(
            Text(f"{name} cannot be read: {why}.", f"无法读取{spaced(name)}：{why.zh}。"),
            hint=unsent("Open it again, and give it open.", "请重新打开，并在关闭之前使用。"),
        ) from None
    if not is_bytes(data):
        raise UnusableImage(
            Text(
                f"{name} gives text, not the bytes of a picture.",
                f"{spaced(name)}给出的是文本，而不是图片的字节。",
            ),
            hint=unsent("Open it as bytes: open(path, 'rb').", "请以字节打开：open(path, 'rb')。"),
        )
    if len(data) > MOST_READ:
        raise _too_large(name, f"{MOST_READ / 1e6:.0f}")
    return bytes(data), name


def _from_path(source: str | os.PathLike[str]) -> File:
    try:
        path = Path(os.fspath(source)).expanduser()
        if (size := path.stat().st_size) > MOST_READ:
            raise _too_large(both(path.name), f"{size / 1e6:.0f}")
        if not (path.is_file() or path.is_dir()):
            raise UnusableImage(
                Text(f"{brief(str(source))} is not a file.", f"{brief(str(source))} 不是文件。"),
                hint=unsent(),
            )
        return File(path.read_bytes(), both(path.name))
    except (OSError, TypeError, ValueError, RuntimeError) as error:  # nobody has that ~home
        reason = (getattr(error, "strerror", None) or str(error)).rstrip(".")
        folder = Path.cwd().name
        advice = Text(
            f"The working folder is {folder!r}; check the name.",
            f"当前文件夹是 {folder!r}；请检查文件名。",
        )
        if set("*?[") & set(str(source)):
            advice = Text(
                "A pattern means several pictures: wx.sweep takes one.",
                "通配符表示多张图片：wx.sweep 可以接受。",
            )
        raise UnusableImage(
            Text(
                f"The picture {brief(str(source))} cannot be read: {reason}.",
                f"无法读取图片 {brief(str(source))}：{reason}。",
            ),
            hint=unsent(*advice),
        ) from None


def _too_large(name: Text, megabytes: str) -> UnusableImage:
    return UnusableImage(
        Text(
            f"{name} has {megabytes} MB; the service takes 10 MB.",
            f"{spaced(name)}有 {megabytes} MB；服务最多接受 10 MB。",
        ),
        hint=unsent("Export a smaller file.", "请导出更小的文件。"),
    )


def _from_data_url(url: str) -> bytes:
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


def _as_array(source: Any) -> Any:
    """What NumPy makes of it; a tensor is taken off its graph and its device first."""
    import numpy as np

    try:
        for step in ("detach", "cpu"):
            if hasattr(type(source), step):
                source = getattr(source, step)()
        return np.asarray(source)
    except Exception as error:  # noqa: BLE001 - another library's array may raise anything
        kind, why = type(source).__name__, str(error).rstrip(".")
        raise UnusableImage(
            Text(
                f"The {kind} cannot be read as an array: {why}.",
                f"无法把 {kind} 读取为数组：{why}。",
            ),
            hint=unsent("Give a NumPy array.", "请给出 NumPy 数组。"),
        ) from None


def _shown(source: Any) -> bytes | None:
    """The file that a notebook shows of it: IPython's images, and others that do as they do."""
    for name in ("_repr_png_", "_repr_jpeg_"):
        if not hasattr(type(source), name):
            continue
        try:
            file = getattr(source, name)()
        except Exception:  # noqa: BLE001, S112 - as a notebook does: then it is not shown
            continue
        file = file[0] if isinstance(file, tuple) else file  # with what is said of it
        if isinstance(file, str):
            return base64.b64decode(file)
        if is_bytes(file):
            return bytes(file)
    return None


def _no_picture(source: Any) -> UnusableImage:
    """Refuses what holds no picture, and says where one may be."""
    kind = type(source).__name__
    ways = both("")
    if (found := _part_with_picture(source)) is not None:
        ways = Text(f"Its .{found} may be one.", f"它的 .{found} 可能是图片。")
    elif hasattr(type(source), "savefig"):
        ways = Text(
            "Save the figure: figure.savefig('figure.png'), and give that file.",
            "请先保存图形：figure.savefig('figure.png')，再给出该文件。",
        )
    elif isinstance(source, Iterator | Collection):
        ways = Text("wx.sweep edits several pictures.", "wx.sweep 可以编辑多张图片。")
    return UnusableImage(
        Text(f"a {kind} is not a picture.", f"{kind} 不是图片。"),
        hint=unsent(f"{ways} {_WAYS}".strip(), f"{ways.zh}{_WAYS.zh}"),
    )


def _part_with_picture(source: Any) -> str | None:
    """The part of a thing that holds a file or an address: a widget's value, a reply's content."""
    for name in ("value", "content", "data", "url"):
        part = getattr(source, name, None)
        if is_bytes(part) or (isinstance(part, str) and part.startswith(("http", "data:"))):
            return name
    return None
