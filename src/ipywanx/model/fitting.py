"""How is a picture made to fit? Formats, sizes and bytes, and each change told.

Sizes are read from the header, before a pixel is decoded, so that a decompression bomb costs
nothing.
"""

from __future__ import annotations

import io
from typing import Any

from PIL import Image

from ipywanx.errors import UnusableImage, unsent
from ipywanx.model.chunks import Origin, origin_of
from ipywanx.model.images import FORMATS, MAX_BYTES, MAX_SIDE, MIN_SIDE, Picture
from ipywanx.model.pixels import decode, open_header, readable, to_rgb
from ipywanx.model.privacy import bare_file
from ipywanx.model.profiles import is_plain_srgb
from ipywanx.text import Text, both, spaced

MAX_DECODED = 100_000_000
"""Most pixels that ``fit=True`` decodes before it makes the picture smaller."""
_BANDS, _BAND = 12, 16  # of a picture's rows, which tell how well all of them compress
_SHRINK = Text("Make it smaller first.", "请先缩小图片。")
_FIT = Text("Use fit=True to resize it.", "可用 fit=True 自动缩放。")


def from_file(data: bytes, name: str | Text, *, fit: bool) -> Picture:
    """The picture of a file's bytes; one that fits keeps its pixels as they are encoded.

    Whatever the file says beside them stays here.

    Args:
        data: The file.
        name: What to call it.
        fit: Make it fit, instead of refusing it.

    Raises:
        UnusableImage: It is none, or does not fit.
    """
    image = open_header(data, name)
    # A phone's MPO is a JPEG with a second picture behind it, which readers of JPEG never see.
    kind = "JPEG" if image.format == "MPO" else image.format or ""
    check_size(image.size, name, fit=fit)
    with readable(name):
        frames = 1 if kind == "JPEG" else getattr(image, "n_frames", 1)
    notices: list[Text] = []
    pixels = decode(image, name, notices)
    is_sent_as_it_is = (
        pixels is image
        and image.mode in {"RGB", "L"}
        and "transparency" not in image.info
        and frames == 1
        and _in_range(pixels.size)
    )
    if is_sent_as_it_is:
        keeps_profile = is_plain_srgb(image.info.get("icc_profile"))
        bare = bare_file(data, kind, profile=keeps_profile)
        if bare is not None and len(bare) <= MAX_BYTES:
            called, file = both(name).told(), None if bare == data else origin_of(data)
            return Picture(bare, kind, pixels.size, called, notices=tuple(notices), file=file)
    if len(data) > MAX_BYTES and not fit:
        raise UnusableImage(
            Text(
                f"{name} has {_megabytes(data)}; the service takes at most 10 MB.",
                f"{spaced(name)}有 {_megabytes(data)}；服务最多接受 10 MB。",
            ),
            hint=unsent("Use fit=True to recompress it.", "可用 fit=True 重新压缩。"),
        )
    if kind not in FORMATS:
        notices.append(
            Text(
                f"{kind} is not a format that the service takes; it is sent as PNG.",
                f"服务不支持 {kind} 格式；将以 PNG 发送。",
            )
        )
    if frames > 1:
        notices.append(
            Text("Only the first frame of the animation is used.", "只使用动画的第一帧。")
        )
    if len(data) > MAX_BYTES:
        notices.append(
            Text(
                "The file was recompressed, to stay within 10 MB.",
                "文件已重新压缩，以不超过 10 MB。",
            )
        )
    return from_pixels(pixels, name, fit=fit, notices=notices, file=origin_of(data))


def check_size(size: tuple[int, int], name: str | Text, *, fit: bool) -> None:
    """Refuses a size before anything is decoded.

    Raises:
        UnusableImage: The service does not take it, or ``fit`` would not help.
    """
    too_many = size[0] * size[1] > MAX_DECODED
    if too_many if fit else not _in_range(size):
        raise _wrong_size(size, name, _SHRINK if too_many else _FIT)


def from_pixels(
    image: Image.Image,
    name: str | Text,
    *,
    fit: bool,
    notices: list[Text],
    file: Origin | None = None,
) -> Picture:
    """The picture of decoded pixels, encoded anew.

    Args:
        image: The pixels.
        name: What to call them.
        fit: Make them fit, instead of refusing them.
        notices: What happened before; gets a sentence for each change.
        file: What tells the file that they were read from.

    Raises:
        UnusableImage: They do not fit.
    """
    image = to_rgb(image, notices, name)
    image.info.clear()  # Pillow would write some of it into the file
    if not _in_range(image.size):
        if not fit:
            raise _wrong_size(image.size, name)
        image = _resized(image, name, notices)
    data, kind = _encode(image, notices)
    called = both(name).told()
    return Picture(data, kind, image.size, called, notices=tuple(notices), file=file)


def _resized(image: Image.Image, name: str | Text, notices: list[Text]) -> Image.Image:
    if (size := _fitted(image.size)) is None:
        raise _wrong_size(image.size, name)
    notices.append(
        Text(
            f"The picture was resized from {written(image.size)} to {written(size)} pixels.",
            f"图片已从 {written(image.size)} 像素缩放为 {written(size)} 像素。",
        )
    )
    return image.resize(size, Image.Resampling.LANCZOS)


def _fitted(size: tuple[int, int]) -> tuple[int, int] | None:
    """The size in range that a picture is resized to; None where it is too long and narrow."""
    scale = 1.0
    if max(size) > MAX_SIDE:
        scale = MAX_SIDE / max(size)
    elif min(size) < MIN_SIDE:
        scale = MIN_SIDE / max(1, min(size))
    width, height = (max(1, round(side * scale)) for side in size)
    return (width, height) if _in_range((width, height)) else None


def _encode(image: Image.Image, notices: list[Text]) -> tuple[bytes, str]:
    """A file that holds the pixels as they are, or as nearly as the limit lets it."""
    if not _is_too_heavy(image):
        data = _save(image, "PNG", compress_level=3)
        if len(data) <= MAX_BYTES:
            return data, "PNG"
    for quality in (98, 95, 88, 75, 60, 40):
        data = _save(image, "JPEG", quality=quality, subsampling=0)
        if len(data) <= MAX_BYTES:
            break
    else:
        raise UnusableImage(
            Text(
                f"The picture has {_megabytes(data)} even as JPEG of quality {quality}; "
                "the service takes at most 10 MB.",
                f"图片有 {_megabytes(data)}，即使存为质量 {quality} 的 JPEG；服务最多接受 10 MB。",
            ),
            hint=unsent(*_SHRINK),
        )
    notices.append(
        Text(
            f"It is sent as JPEG of quality {quality}, to stay within 10 MB.",
            f"将以质量 {quality} 的 JPEG 发送，以不超过 10 MB。",
        )
    )
    return data, "JPEG"


def _is_too_heavy(image: Image.Image) -> bool:
    """Whether a PNG would by far be too large: writing it only to see takes seconds."""
    width, height = image.size
    if width * height * 3 < 2 * MAX_BYTES:
        return False
    sample = Image.new("RGB", (width, _BANDS * _BAND))
    for number in range(_BANDS):
        top = (height - _BAND) * number // (_BANDS - 1)
        sample.paste(image.crop((0, top, width, top + _BAND)), (0, number * _BAND))
    share = sample.height / height
    return len(_save(sample, "PNG", compress_level=3)) > 1.2 * MAX_BYTES * share


def _save(image: Image.Image, kind: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def _in_range(size: tuple[int, int]) -> bool:
    return all(MIN_SIDE <= side <= MAX_SIDE for side in size)


def written(size: tuple[int, int]) -> str:
    """A size as people write it: 640×480."""
    return f"{size[0]}×{size[1]}"


def _megabytes(data: bytes) -> str:
    return f"{len(data) / 1024 / 1024:.1f} MB"


def _wrong_size(size: tuple[int, int], name: str | Text, advice: Text = _FIT) -> UnusableImage:
    """Advises what helps: nothing but cropping does where a picture is too long and narrow."""
    if _fitted(size) is None:
        return UnusableImage(
            Text(
                f"{name} is {written(size)} pixels: too long and narrow to fit {MIN_SIDE} to "
                f"{MAX_SIDE} on both sides.",
                f"{spaced(name)}为 {written(size)} 像素：过于狭长，两边无法都在 {MIN_SIDE} 到 "
                f"{MAX_SIDE} 之间。",
            ),
            hint=unsent("Crop it first.", "请先裁剪。"),
        )
    return UnusableImage(
        Text(
            f"{name} is {written(size)} pixels; the service takes {MIN_SIDE} to {MAX_SIDE} a side.",
            f"{spaced(name)}为 {written(size)} 像素；服务要求每边 {MIN_SIDE} 到 {MAX_SIDE} 像素。",
        ),
        hint=unsent(*advice),
    )
