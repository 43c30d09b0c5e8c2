"""Which file is it that cannot be read as a picture? It is told by name, with the way out."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from ipywanx.text import Text

_EXPORT = Text("Export it as PNG or JPEG.", "请导出为 PNG 或 JPEG。")
_HEAD = 2048  # bytes that are looked at


class FileKind(NamedTuple):
    """A kind of file that is not read here.

    Attributes:
        what: What comes after its name: "is …".
        advice: The way out.
        matches: Whether a file that begins with these bytes is of the kind.
    """

    what: Text
    advice: Text
    matches: Callable[[bytes], object] = bool


def kind_of(data: bytes) -> FileKind | None:
    """The kind of a file that no decoder knows; None where its bytes tell nothing."""
    head = data[:_HEAD]
    return next((kind for kind in _KINDS if kind.matches(head)), None)


def format_kind(name: str) -> FileKind | None:
    """The kind of a format that Pillow opens, but whose pixels are not in the file."""
    if name in {"EPS", "WMF", "EMF"}:
        return _drawing(name)
    if name in {"BUFR", "GRIB", "HDF5", "MPEG"}:
        return FileKind(
            Text(f"is {name} data, not a picture", f"是 {name} 数据，不是图片"), _EXPORT
        )
    return None


def _begins(*starts: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(starts)


def _brands(*names: bytes) -> Callable[[bytes], bool]:
    """Whether an ISO media file says that it is of one of these brands."""

    def matches(head: bytes) -> bool:
        length = int.from_bytes(head[:4])
        said = {head[at : at + 4] for at in range(8, min(length, len(head)), 4)}
        return head[4:8] == b"ftyp" and not said.isdisjoint(names)

    return matches


def _says(pattern: bytes) -> Callable[[bytes], object]:
    return re.compile(rb"(?:\xef\xbb\xbf)?\s*" + pattern, re.IGNORECASE | re.DOTALL).match


def _is_text(head: bytes) -> bool:
    try:
        text = head.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        text = head[: error.start].decode("utf-8-sig") if error.start > len(head) - 4 else ""
    return bool(text) and all(sign.isprintable() or sign.isspace() for sign in text)


def _drawing(name: str, matches: Callable[[bytes], object] = bool) -> FileKind:
    return FileKind(
        Text(
            f"is a drawing of lines ({name}), which has no pixels",
            f"是矢量图（{name}），其中没有像素",
        ),
        _EXPORT,
        matches,
    )


_KINDS = (
    FileKind(
        Text("is empty (0 bytes)", "是空文件（0 字节）"),
        Text(
            "Save or download it again; a cloud folder may hold only its name.",
            "请重新保存或下载；云盘文件夹中可能只有文件名。",
        ),
        lambda head: not head,
    ),
    FileKind(
        Text("is a pointer of Git LFS, not the picture", "是 Git LFS 的指针文件，不是图片"),
        Text("Run git lfs pull in its folder.", "请在它所在的文件夹运行 git lfs pull。"),
        _begins(b"version https://git-lfs"),
    ),
    FileKind(
        Text("is AVIF, which this Pillow does not read", "是 AVIF 图片，当前的 Pillow 无法读取"),
        Text(
            "Export it as JPEG, or run pip install -U pillow.",
            "请导出为 JPEG，或运行 pip install -U pillow。",
        ),
        _brands(b"avif", b"avis"),
    ),
    FileKind(
        Text(
            "is HEIC, as iPhones save photos, which Pillow alone does not read",
            "是 HEIC 图片（iPhone 照片的格式），Pillow 本身无法读取",
        ),
        Text(
            "Export it as JPEG. Or run pip install pillow-heif, and in the notebook import "
            "pillow_heif; pillow_heif.register_heif_opener().",
            "请导出为 JPEG。或运行 pip install pillow-heif，并在 notebook 中执行 "
            "import pillow_heif; pillow_heif.register_heif_opener()。",
        ),
        _brands(b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"),
    ),
    FileKind(
        Text("is JPEG XL, which Pillow does not read", "是 JPEG XL 图片，Pillow 无法读取"),
        _EXPORT,
        _begins(b"\xff\x0a", b"\0\0\0\x0cJXL "),
    ),
    FileKind(
        Text("is a camera's raw file", "是相机的 RAW 文件"),
        Text("Develop it, and export it as JPEG.", "请用照片软件处理后导出为 JPEG。"),
        lambda head: (
            head[8:10] == b"CR"
            or head.startswith((b"FUJIFILMCCD", b"IIU\0", b"IIRO", b"IIRS", b"MMOR", b"FOVb"))
            or _brands(b"crx ")(head)
        ),
    ),
    FileKind(
        Text("is a video, not a picture", "是视频，不是图片"),
        Text("Save one of its frames as PNG.", "请把其中一帧存为 PNG。"),
        lambda head: (
            head[4:8] == b"ftyp"
            or head.startswith((b"\x1aE\xdf\xa3", b"\0\0\x01\xba"))
            or head[8:12] == b"AVI "
        ),
    ),
    FileKind(
        Text("is a PDF document, not a picture", "是 PDF 文档，不是图片"),
        Text("Export its page as PNG.", "请把页面导出为 PNG。"),
        _begins(b"%PDF-"),
    ),
    _drawing("SVG", _says(rb"(?:<\?xml.*?|<!--.*?|<!doctype svg.*?)?<svg")),
    _drawing("PostScript", _begins(b"%!")),
    FileKind(
        Text("is a web page (HTML), not a picture", "是网页（HTML），不是图片"),
        Text(
            "Download the picture itself: its address may lead to a page, or ask for a login.",
            "请下载图片本身：该网址可能指向网页，或需要登录。",
        ),
        _says(rb"<(?:!doctype html|html|head|body|script|!--)"),
    ),
    FileKind(
        Text("is a NumPy file, not a picture", "是 NumPy 文件，不是图片"),
        Text("Give what np.load reads from it.", "请给出用 np.load 读取的数组。"),
        _begins(b"\x93NUMPY"),
    ),
    FileKind(
        Text("is an archive, not a picture", "是压缩包，不是图片"),
        Text("Unpack it, and give the picture.", "请解压后给出其中的图片。"),
        _begins(
            *(b"PK\x03\x04", b"PK\x05\x06", b"7z\xbc\xaf", b"Rar!"),
            *(b"\x1f\x8b", b"BZh", b"\xfd7zXZ"),
        ),
    ),
    FileKind(
        Text("is a TIFF of a kind that cannot be read here", "是这里无法读取的一种 TIFF"),
        Text("Export it with 8 bits a channel.", "请以每通道 8 位导出。"),
        _begins(b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"),
    ),
    FileKind(
        Text("is damaged, or not whole", "已损坏或不完整"),
        Text("Export or download it again.", "请重新导出或下载。"),
        lambda head: (
            head.startswith((b"\x89PNG", b"\xff\xd8", b"GIF8", b"BM")) or head[8:12] == b"WEBP"
        ),
    ),
    FileKind(
        Text("is text, not a picture", "是文本，不是图片"),
        Text("Look what it says; download the picture again.", "请查看其内容，并重新下载图片。"),
        _is_text,
    ),
)
"""In the order in which they are asked."""
