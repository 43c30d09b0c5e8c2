"""How does anything become a picture that the service takes?

:func:`load` turns a path, URL, bytes, PIL image, array or result into a :class:`Picture`: the
bytes that will be sent, with their size known and every change named in a notice. Sizes are read
from the header, before a pixel is decoded, so that a decompression bomb costs nothing.
"""

from __future__ import annotations

import hashlib
import io
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from PIL import Image

from ipywanx.errors import UnusableImage, unsent
from ipywanx.model.pixels import (
    decode,
    from_array,
    is_turned,
    open_header,
    readable,
    to_rgb,
)
from ipywanx.text import Text, both, spaced

MIN_SIDE, MAX_SIDE = 512, 4096
"""Width and height that the service takes, in pixels (vendor: image edit API reference)."""
MAX_BYTES = 10 * 1024 * 1024
"""Largest file that the service takes (vendor: image edit API reference, "10 MB")."""
FORMATS = ("JPEG", "PNG", "BMP", "TIFF", "WEBP")
"""File formats that the service takes, by Pillow's names."""
MIME = {name: f"image/{name.lower()}" for name in FORMATS}

MAX_DECODED = 100_000_000
"""Most pixels that ``fit=True`` decodes before it makes the picture smaller."""
_TURNED = Text(
    "The picture was turned upright as its camera says.", "已按相机记录的方向把图片转正。"
)
_SHRINK = Text("Make it smaller first.", "请先缩小图片。")


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture, ready to be sent; or a URL that the service will fetch itself.

    Attributes:
        data: The file's bytes, b"" for a URL.
        format: One of :data:`FORMATS`, "" for a URL.
        size: (width, height) in pixels after the camera's orientation was applied; None for a URL.
        name: What the person called it: a file name, a URL, or a description.
        url: The address, where the service fetches the picture itself.
        notices: What was changed on the way, one sentence each.
        digest: SHA-256 of the bytes (or of the URL), in hex: its name wherever it is stored.
    """

    data: bytes = field(repr=False)
    format: str
    size: tuple[int, int] | None
    name: str
    url: str | None = None
    notices: tuple[Text, ...] = ()
    digest: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        hashed = hashlib.sha256(self.data or (self.url or "").encode()).hexdigest()
        object.__setattr__(self, "digest", hashed)

    @property
    def mime(self) -> str:
        """Its media type, such as ``image/png``."""
        return MIME[self.format]

    @property
    def suffix(self) -> str:
        """Its file ending, with the dot."""
        return {"JPEG": ".jpg", "TIFF": ".tif"}.get(self.format, f".{self.format.lower()}")

    @property
    def megapixels(self) -> float:
        """Millions of pixels; 0 for a URL, whose size is not known."""
        width, height = self.size or (0, 0)
        return width * height / 1e6

    def to_image(self) -> Image.Image:
        """The decoded pixels, mode RGB.

        Raises:
            UnusableImage: For a URL, whose pixels are not here.
        """
        if self.url is not None:
            raise UnusableImage(
                Text(
                    f"{self.url} is fetched by the service; its pixels are not here.",
                    f"{self.url} 由服务自行获取；这里没有它的像素。",
                )
            )
        with readable(self.name), Image.open(io.BytesIO(self.data)) as image:
            return image.convert("RGB")


def load(source: Any, *, fit: bool = False, name: str = "") -> Picture:
    """The picture that a person means by ``source``.

    Args:
        source: A path, http(s) or data URL, bytes, PIL image, ndarray (height, width[, 1, 3 or
            4]; uint8, or float from 0 to 1), an earlier ``Result`` (its first picture), a
            ``DoodleBoard``, ``Drawing`` or ``MaskEditor`` (its ``image``), or a ``Picture``.
        fit: Resize and recompress a picture outside the service's limits instead of refusing it.
        name: What to call bytes, in messages and on the picture.

    Returns:
        A picture between 512 and 4096 pixels a side and of at most 10 MB. A file that already
        fits keeps its bytes.

    Raises:
        UnusableImage: Not a picture, in another format, damaged, too large or too small.
    """
    if isinstance(source, Picture):
        return source
    if _is_url(source):
        return _from_url(source)
    if isinstance(source, Image.Image):
        called = _image_name(source)
        notices = [_TURNED] if is_turned(source, called) else []
        return _from_pixels(decode(source, called), called, fit=fit, notices=notices)
    if _is_array(source):
        return _from_pixels(from_array(source), Text("an array", "数组"), fit=fit)
    if hasattr(source, "images"):
        return _from_result(source, fit=fit)
    if hasattr(source, "image"):  # a DoodleBoard, a Drawing or a MaskEditor has one
        return load(source.image, fit=fit)
    data, found = _read(source)
    return _from_file(data, name or found, fit=fit)


def open_image(source: Any) -> Image.Image:
    """Any local picture's pixels in their own mode, upright, with no size rule but 4096 a side.

    For masks and previews. Takes what :func:`load` takes, except http URLs and editors.
    """
    if isinstance(source, Picture):
        return source.to_image()
    if _is_url(source):
        raise UnusableImage(
            Text(
                f"{source} is an address; the pixels themselves are needed here.",
                f"{source} 是网址；这里需要图片本身的像素。",
            ),
            hint=unsent("Download the picture and give the file.", "请下载图片，再给出文件。"),
        )
    if isinstance(source, Image.Image):
        return decode(source, _image_name(source))
    if _is_array(source):
        return from_array(source)
    if hasattr(source, "images"):
        return _first_of(source)
    data, name = _read(source)
    image = open_header(data, name)
    if max(image.size) > MAX_SIDE:
        raise UnusableImage(
            Text(
                f"{name} is {_size(image.size)} pixels; at most {MAX_SIDE} a side can be used.",
                f"{spaced(name)}为 {_size(image.size)} 像素；每边最多可用 {MAX_SIDE} 像素。",
            ),
            hint=unsent(),
        )
    return decode(image, name)


def _is_url(source: Any) -> bool:
    return isinstance(source, str) and source[:8].lower().startswith(("http://", "https://"))


def _is_array(source: Any) -> bool:
    """Whether it holds pixels; texts of numpy offer the array interface too, and are paths."""
    return hasattr(source, "__array_interface__") and not isinstance(source, str | bytes)


def _read(source: Any) -> tuple[bytes, Text]:
    """The bytes of a file, data URL or bytes object, and what to call them."""
    if isinstance(source, bytes | bytearray | memoryview):
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
                Text(f"{str(source)!r} is not a file.", f"{str(source)!r} 不是文件。"),
                hint=unsent(),
            )
        return path.read_bytes(), both(path.name)
    except (OSError, ValueError, RuntimeError) as error:  # RuntimeError: nobody has that ~home
        reason = (getattr(error, "strerror", None) or str(error)).rstrip(".")
        folder = Path.cwd().name
        raise UnusableImage(
            Text(
                f"The picture {str(source)!r} cannot be read: {reason}.",
                f"无法读取图片 {str(source)!r}：{reason}。",
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
            Text(f"{url!r} is not a complete URL.", f"{url!r} 不是完整的 URL。"), hint=unsent()
        )
    notice = Text(
        f"The service fetches {url} itself; its size is not checked here.",
        f"服务将自行获取 {url}；这里不检查它的尺寸。",
    )
    return Picture(b"", "", None, url, url=url, notices=(notice,))


def _from_result(result: Any, *, fit: bool) -> Picture:
    name = Text("the result's first picture", "结果的第一张图片")
    return _from_pixels(_first_of(result), name, fit=fit)


def _first_of(result: Any) -> Image.Image:
    if not result.images:
        raise UnusableImage(
            Text("That result holds no picture.", "该结果中没有图片。"), hint=unsent()
        )
    image: Image.Image = result.images[0]
    return image


def _from_file(data: bytes, name: str | Text, *, fit: bool) -> Picture:
    image = open_header(data, name)
    # A phone's MPO is a JPEG with a second picture behind it, which readers of JPEG never see.
    kind = "JPEG" if image.format == "MPO" else image.format or ""
    if (image.width * image.height > MAX_DECODED) if fit else not _in_range(image.size):
        _refuse_size(image.size, name, fit=fit)
    turned = is_turned(image, name)
    with readable(name):
        frames = 1 if kind == "JPEG" else getattr(image, "n_frames", 1)
    as_it_is = (
        kind in FORMATS
        and image.mode in {"RGB", "L"}
        and not turned
        and "transparency" not in image.info
        and frames == 1
    )
    pixels = decode(image, name)
    if as_it_is and len(data) <= MAX_BYTES and _in_range(pixels.size):
        return Picture(data, kind, pixels.size, str(name))
    if len(data) > MAX_BYTES and not fit:
        raise UnusableImage(
            Text(
                f"{name} has {_megabytes(data)}; the service takes at most 10 MB.",
                f"{spaced(name)}有 {_megabytes(data)}；服务最多接受 10 MB。",
            ),
            hint=unsent("Use fit=True to recompress it.", "可用 fit=True 重新压缩。"),
        )
    notices = [_TURNED] if turned else []
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
    return _from_pixels(pixels, name, fit=fit, notices=notices, lossy=kind in {"JPEG", "WEBP"})


def _from_pixels(
    image: Image.Image,
    name: str | Text,
    *,
    fit: bool,
    notices: list[Text] | None = None,
    lossy: bool = False,
) -> Picture:
    notices = list(notices or ())
    image = to_rgb(image, notices)
    if not _in_range(image.size):
        if not fit:
            _refuse_size(image.size, name, fit=fit)
        image = _resized(image, name, notices)
    data, kind = _encode(image, lossy=lossy, notices=notices)
    return Picture(data, kind, image.size, str(name), notices=tuple(notices))


def _resized(image: Image.Image, name: str | Text, notices: list[Text]) -> Image.Image:
    width, height = image.size
    scale = 1.0
    if max(width, height) > MAX_SIDE:
        scale = MAX_SIDE / max(width, height)
    elif min(width, height) < MIN_SIDE:
        scale = MIN_SIDE / min(width, height)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    if not _in_range(size):
        raise UnusableImage(
            Text(
                f"{name} is {_size(image.size)} pixels: too long and narrow to fit "
                f"{MIN_SIDE} to {MAX_SIDE} on both sides.",
                f"{spaced(name)}为 {_size(image.size)} 像素：过于狭长，两边无法都在 "
                f"{MIN_SIDE} 到 {MAX_SIDE} 之间。",
            ),
            hint=unsent("Crop it first.", "请先裁剪。"),
        )
    notices.append(
        Text(
            f"The picture was resized from {_size(image.size)} to {_size(size)} pixels.",
            f"图片已从 {_size(image.size)} 像素缩放为 {_size(size)} 像素。",
        )
    )
    return image.resize(size, Image.Resampling.LANCZOS)


def _encode(image: Image.Image, *, lossy: bool, notices: list[Text]) -> tuple[bytes, str]:
    if not lossy:
        data = _save(image, "PNG", compress_level=3)
        if len(data) <= MAX_BYTES:
            return data, "PNG"
    for quality in (95, 88, 75, 60, 40):
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
    if not lossy:
        notices.append(
            Text(
                f"It is sent as JPEG of quality {quality}, to stay within 10 MB.",
                f"将以质量 {quality} 的 JPEG 发送，以不超过 10 MB。",
            )
        )
    return data, "JPEG"


def _save(image: Image.Image, kind: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def _in_range(size: tuple[int, int]) -> bool:
    return all(MIN_SIDE <= side <= MAX_SIDE for side in size)


def _size(size: tuple[int, int]) -> str:
    return f"{size[0]}×{size[1]}"


def _megabytes(data: bytes) -> str:
    return f"{len(data) / 1024 / 1024:.1f} MB"


def _image_name(image: Image.Image) -> Text:
    return Text(f"a {_size(image.size)} image", f"{_size(image.size)} 的图像")


def _refuse_size(size: tuple[int, int], name: str | Text, *, fit: bool) -> None:
    advice = _SHRINK if fit else Text("Use fit=True to resize it.", "可用 fit=True 自动缩放。")
    raise UnusableImage(
        Text(
            f"{name} is {_size(size)} pixels; the service takes {MIN_SIDE} to {MAX_SIDE} a side.",
            f"{spaced(name)}为 {_size(size)} 像素；服务要求每边 {MIN_SIDE} 到 {MAX_SIDE} 像素。",
        ),
        hint=unsent(*advice),
    )
