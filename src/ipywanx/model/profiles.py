"""Which colours does a picture mean? Those of its ICC profile, which become those of sRGB.

Here is the one place where a profile is used. What it means is what a colour-managed viewer shows:
the perceptual intent without black point compensation, as browsers and Pillow's ImageCms have it.
"""

from __future__ import annotations

import functools
import io
from typing import Literal

from PIL import Image, ImageChops, ImageCms

from ipywanx.text import Text

Space = Literal["sRGB", "RGB", "GRAY", "CMYK", "unusable"]
"""What a profile is about; sRGB is every one that shows the same colours."""

_NEAR = 2
"""A profile whose colours lie within so many levels of sRGB's is sRGB, whatever its name."""
_CACHED = 8  # profiles; those of printers have some megabytes
_LONGEST_NAME = 60
_EXACT, _FAST = ImageCms.Flags.NOOPTIMIZE, ImageCms.Flags.NONE
_MONITOR_TAGS = (b"mmod", b"vcgt", b"ndin")  # of macOS: a screen's model, serial number and age
_NOT_KEPT = {"icc_profile", "transparency"}  # true of the pixels as they were
_UNUSABLE = Text(
    "Its colour profile cannot be used; the colours were taken as sRGB.",
    "其颜色配置文件无法使用；已按 sRGB 处理颜色。",
)


def to_srgb(image: Image.Image, notices: list[Text]) -> Image.Image:
    """The pixels in sRGB; the image itself where they are.

    Args:
        image: Decoded, in any mode; of deep greys I;16 is converted, the others are left.
        notices: Gets a sentence where the colours were converted, or could not be.
    """
    profile = image.info.get("icc_profile")
    if not profile or (space := space_of(profile)) == "sRGB":
        return image
    if not _suits(image.mode, space):
        notices.append(_UNUSABLE)
        return image
    colours, alpha = _split(image, "RGB" if space == "RGB" else "L")
    converted = _rendered(colours, profile)
    if alpha is not None:
        converted.putalpha(alpha)
    converted.info = {name: one for name, one in image.info.items() if name not in _NOT_KEPT}
    name = _name(profile)
    notices.append(
        Text(f"The colours were converted from {name} to sRGB.", f"颜色已从 {name} 转换为 sRGB。")
    )
    return converted


def is_plain_srgb(profile: bytes | None) -> bool:
    """Whether a profile says no more than that the colours are those of sRGB."""
    if not profile or any(tag in profile[:1024] for tag in _MONITOR_TAGS):
        return False
    return space_of(profile) == "sRGB"


@functools.lru_cache(maxsize=_CACHED)
def space_of(profile: bytes) -> Space:
    """What a profile is about, found by rendering some colours with it."""
    try:
        match _opened(profile).profile.xcolor_space.strip():
            case "RGB":
                return "sRGB" if _shows_srgb(_sample(), profile) else "RGB"
            case "GRAY":
                return "sRGB" if _shows_srgb(Image.linear_gradient("L"), profile) else "GRAY"
            case "CMYK":
                _rendered(Image.new("CMYK", (1, 1)), profile)
                return "CMYK"
    except (ImageCms.PyCMSError, OSError, TypeError, ValueError):
        pass
    return "unusable"


def _shows_srgb(sample: Image.Image, profile: bytes) -> bool:
    apart = ImageChops.difference(sample.convert("RGB"), _rendered(sample, profile))
    return not any(apart.point(lambda level: max(0, level - _NEAR)).tobytes())


def _suits(mode: str, space: Space) -> bool:
    """Whether a profile can be about pixels of this mode."""
    match space:
        case "CMYK":
            return mode == "CMYK"
        case "GRAY":
            return mode in {"1", "L", "LA", "La", "I;16"}
        case "RGB":
            return mode not in {"CMYK", "LAB", "I", "I;16", "F"}
    return False


def _split(image: Image.Image, mode: str) -> tuple[Image.Image, Image.Image | None]:
    """The colours, as far as they can be in a mode, and what lies over them."""
    if image.mode in {"CMYK", "I;16"}:
        return image, None
    layers = image.convert("LA") if image.mode == "La" else image
    if not layers.has_transparency_data:
        return layers.convert(mode), None
    layers = layers.convert("LA" if mode == "L" else "RGBA")
    return layers.convert(mode), layers.getchannel("A")


def _rendered(image: Image.Image, profile: bytes) -> Image.Image:
    """Pixels of a mode that the profile is about, as RGB."""
    if image.mode == "L":  # a table of all greys: exact, where LCMS is fast and not so exact
        ramp = Image.frombytes("L", (256, 1), bytes(range(256)))
        table = _transformed(ramp, profile, _EXACT).tobytes()
        return Image.merge("RGB", [image.point(table[band::3]) for band in range(3)])
    if image.mode == "I;16":
        import numpy as np

        ramp = Image.frombytes("I;16", (256, 256), np.arange(65536, dtype="<u2").tobytes())
        greys = np.asarray(_transformed(ramp, profile, _EXACT)).reshape(-1, 3)
        return Image.fromarray(greys[np.asarray(image)])
    return _transformed(image, profile, _FAST)


def _transformed(image: Image.Image, profile: bytes, flags: ImageCms.Flags) -> Image.Image:
    transform = ImageCms.buildTransform(
        _opened(profile),
        ImageCms.createProfile("sRGB"),
        image.mode,
        "RGB",
        ImageCms.Intent.PERCEPTUAL,
        flags,
    )
    return transform.apply(image)


def _opened(profile: bytes) -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(io.BytesIO(profile))


def _sample() -> Image.Image:
    """Greys, and colours all over the cube."""
    steps = range(0, 256, 51)
    greys = (bytes((level, level, level)) for level in range(256))
    colours = (bytes((red, green, blue)) for red in steps for green in steps for blue in steps)
    pixels = b"".join([*greys, *colours])
    return Image.frombytes("RGB", (len(pixels) // 3, 1), pixels)


def _name(profile: bytes) -> str:
    """What a profile calls itself, as far as it can be shown."""
    try:
        said = ImageCms.getProfileDescription(_opened(profile))
    except ImageCms.PyCMSError:
        said = ""
    shown = "".join(sign for sign in said if sign.isprintable()).strip()
    return shown[:_LONGEST_NAME] or space_of(profile)
