"""What is a picture that the service takes? Its bytes, its size, and what was changed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from PIL import Image

from ipywanx.errors import UnusableImage, brief
from ipywanx.model.chunks import Origin, origin_of
from ipywanx.model.pixels import decode, open_header, to_rgb
from ipywanx.text import Text

MIN_SIDE, MAX_SIDE = 512, 4096
"""Width and height that the service takes, in pixels (vendor: image edit API reference)."""
MAX_BYTES = 10 * 1024 * 1024
"""Largest file that the service takes (vendor: image edit API reference, "10 MB")."""
FORMATS = ("JPEG", "PNG", "BMP", "TIFF", "WEBP")
"""File formats that the service takes, by Pillow's names."""
MIME = {name: f"image/{name.lower()}" for name in FORMATS}


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
        file: What tells the file that it was read from, where that has other bytes.
        digest: SHA-256 of the bytes (or of the URL), in hex: its name wherever it is stored.
    """

    data: bytes = field(repr=False)
    format: str
    size: tuple[int, int] | None
    name: str
    url: str | None = None
    notices: tuple[Text, ...] = field(default=(), repr=False)
    file: Origin | None = field(default=None, repr=False, compare=False)
    digest: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        hashed = hashlib.sha256(self.data or (self.url or "").encode()).hexdigest()
        object.__setattr__(self, "digest", hashed)

    @property
    def origin(self) -> Origin:
        """What tells the file that it was read from."""
        return self.file or origin_of(self.data)

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
        """The decoded pixels, mode RGB, in sRGB.

        Raises:
            UnusableImage: For a URL, whose pixels are not here.
        """
        if self.url is not None:
            raise UnusableImage(
                Text(
                    f"{brief(self.url)} is fetched by the service; its pixels are not here.",
                    f"{brief(self.url)} 由服务自行获取；这里没有它的像素。",
                )
            )
        return to_rgb(decode(open_header(self.data, self.name), self.name, []), [])
