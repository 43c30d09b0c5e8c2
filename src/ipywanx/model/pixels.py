"""How do any pixels become upright 8-bit RGB?

Whatever Pillow opens or numpy holds: odd modes, alpha, camera orientation, damaged and hostile
files. Only the header is read until :func:`decode` is called.
"""

from __future__ import annotations

import contextlib
import io
import struct
import zlib
from collections.abc import Iterator

from PIL import Image
from PIL.PngImagePlugin import PngImageFile

from ipywanx.errors import UnusableImage, unsent
from ipywanx.model.arrays import deep_alpha, from_deep, is_deep
from ipywanx.model.file_kinds import FileKind, format_kind, kind_of
from ipywanx.model.png import is_png, profile_of, readable_part
from ipywanx.model.profiles import to_srgb
from ipywanx.model.quiet import MOST_PIXELS, plain_pillow
from ipywanx.text import Text, spaced

TURNED = Text(
    "The picture was turned upright as its camera says.", "已按相机记录的方向把图片转正。"
)
_PICTURE = Text("The picture", "图片")
_ORIENTATION = 0x0112  # EXIF 2.3
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
BROKEN = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    Image.DecompressionBombError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
"""All that Pillow's decoders were seen to raise on broken or hostile files."""


def open_header(data: bytes, name: str | Text) -> Image.Image:
    """The file, opened but not decoded: its ``size``, ``mode`` and ``format`` are known.

    Raises:
        UnusableImage: Not a picture, or one that claims an absurd size.
    """
    try:
        with plain_pillow():
            image = opened(data)
    except Image.DecompressionBombError:
        raise _absurd(name) from None
    except BROKEN:
        raise _unreadable(data, name, kind_of(data)) from None
    if image.width * image.height > MOST_PIXELS:
        raise _absurd(name)
    if kind := format_kind(image.format or ""):
        raise _unreadable(data, name, kind)
    return image


def opened(data: bytes) -> Image.Image:
    """The file as Pillow opens it, its header read; of a PNG without what Pillow would not read.

    Raises whatever Pillow raises. A PNG may claim to have any number of pixels.
    """
    if not is_png(data):
        return Image.open(io.BytesIO(data))
    image = PngImageFile(io.BytesIO(readable_part(data)))
    if profile := profile_of(data):
        image.info["icc_profile"] = profile
    return image


def _absurd(name: str | Text) -> UnusableImage:
    most = MOST_PIXELS // 10**6
    return UnusableImage(
        Text(
            f"{name} says that it has more than {most} million pixels; the service takes 512 "
            "to 4096 a side.",
            f"{spaced(name)}声称超过 {most} 百万像素；服务要求每边 512 到 4096 像素。",
        ),
        hint=unsent("It was not decoded.", "未对它解码。"),
    )


def _unreadable(data: bytes, name: str | Text, kind: FileKind | None) -> UnusableImage:
    what, advice, _ = kind or FileKind(
        Text(
            f"is not a picture that can be read ({len(data)} bytes)",
            f"不是可以读取的图片（{len(data)} 字节）",
        ),
        Text(
            "The service takes JPEG, PNG, BMP, TIFF and WebP.",
            "服务支持 JPEG、PNG、BMP、TIFF 和 WebP。",
        ),
    )
    said = Text(f"{name} {what}.", f"{spaced(name)}{what.zh}。")
    return UnusableImage(said, hint=unsent(*advice))


@contextlib.contextmanager
def readable(name: str | Text) -> Iterator[None]:
    """Says of a damaged file that it is one, where Pillow warns, or raises anything at all."""
    try:
        with plain_pillow():
            yield
    except BROKEN:
        raise UnusableImage(
            Text(f"{name} is damaged and cannot be decoded.", f"{spaced(name)}已损坏，无法解码。"),
            hint=unsent("Export it again.", "请重新导出。"),
        ) from None


@contextlib.contextmanager
def _open(image: Image.Image, name: str | Text) -> Iterator[None]:
    """As :func:`readable`, and says of an image that was closed that it was."""
    try:
        with readable(name):
            yield
    except UnusableImage:
        if not _is_closed(image):
            raise
        raise UnusableImage(
            Text(
                f"{name} is closed; its pixels cannot be read any more.",
                f"{spaced(name)}已关闭；无法再读取它的像素。",
            ),
            hint=unsent(
                "Open it again, and use it before it is closed.", "请重新打开，并在关闭之前使用。"
            ),
        ) from None


def _is_closed(image: Image.Image) -> bool:
    """Whether ``close()`` was called, or the file was closed before the pixels were read."""
    try:
        Image.Image.load(image)  # the base class reads no file
    except ValueError:  # Pillow's word for the first
        return True
    file, unread = getattr(image, "fp", None), getattr(image, "tile", ())
    return bool(unread) and (file is None or file.closed)


def decode(image: Image.Image, name: str | Text, notices: list[Text]) -> Image.Image:
    """The decoded pixels, upright and in sRGB; the image itself where they are.

    Deep greys keep their values, and the profile that tells what these mean.

    Args:
        image: A file's, or one that was made or changed by hand.
        name: What to call it.
        notices: Gets a sentence for each change.

    Raises:
        UnusableImage: The file is damaged, or the image was closed.
    """
    with _open(image, name):
        # Pillow turns a TIFF by itself while it reads it; of a PNG it reads all to ask for this.
        was_turned = image.format == "TIFF" and _turn(image) is not None
        image.load()
        turn = _turn(image)
        if was_turned or turn is not None:
            notices.append(TURNED)
            image = image.copy() if turn is None else image.transpose(turn)
        return image if is_deep(image.mode) else to_srgb(image, notices)


def _turn(image: Image.Image) -> Image.Transpose | None:
    """What lays the pixels upright, as the camera says; None where they are.

    Only what came straight from a file is asked (it has a format): an image that was rotated by
    hand keeps the camera's word, which is no longer true of it.
    """
    if image.format is None:
        return None
    try:
        return _UPRIGHT.get(image.getexif().get(_ORIENTATION, 1))
    except BROKEN:  # a damaged word of the camera says nothing
        return None


def to_rgb(image: Image.Image, notices: list[Text], name: str | Text = _PICTURE) -> Image.Image:
    """Any mode as RGB; deep grey is scaled, transparency is laid on white, and a notice says so.

    Raises:
        UnusableImage: Nobody knows the scale of a deep grey picture.
    """
    if image.mode in {"RGB", "L"} and "transparency" not in image.info:
        return image.convert("RGB")
    layers = None
    if is_deep(image.mode):
        layers = from_deep(image, name, notices)
        if (alpha := deep_alpha(image)) is None:
            return layers
        layers.putalpha(alpha)
    elif image.has_transparency_data:
        layers = with_alpha(image)
    if layers is not None:
        low, _ = layers.getchannel("A").getextrema()
        if isinstance(low, int | float) and low < 255:
            notices.append(
                Text(
                    "Transparent parts were laid on white; the service takes no alpha.",
                    "透明部分已铺在白色背景上；服务不支持透明通道。",
                )
            )
        ground = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(ground, layers).convert("RGB")
    if image.mode not in {"RGB", "L", "P", "1"}:
        notices.append(
            Text(
                f"The colours were converted from {image.mode} to RGB.",
                f"颜色已从 {image.mode} 转换为 RGB。",
            )
        )
    return image.convert("RGB")


def with_alpha(image: Image.Image) -> Image.Image:
    """Any mode that has transparency as RGBA; Pillow goes from La by way of LA only."""
    return (image.convert("LA") if image.mode == "La" else image).convert("RGBA")
