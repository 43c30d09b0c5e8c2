"""What a colour-managed viewer shows of a file, by Pillow's own ImageCms; and files for it.

The profiles are written here by the book (ICC.1:2001-04, version 2): primaries or a table, a curve.
"""

import io
import itertools
import struct
from collections.abc import Mapping

import numpy as np
from PIL import Image, ImageCms, ImageOps

P3 = ((0.51512, 0.2412, -0.00105), (0.29198, 0.69225, 0.04189), (0.1571, 0.06657, 0.78407))
ADOBE = ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457))
SRGB = ((0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.7141))
"""The red, green and blue of some colour spaces as XYZ, adapted to D50."""
D50 = (0.9642, 1.0, 0.8249)


def _fixed(*values: float) -> bytes:
    return b"".join(struct.pack(">i", round(value * 65536)) for value in values)


def _xyz(values: tuple[float, ...]) -> bytes:
    return b"XYZ \0\0\0\0" + _fixed(*values)


def _curve(gamma: float | None) -> bytes:
    """One gamma; None for the curve of sRGB, as a table."""
    if gamma is not None:
        return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256))
    level = np.arange(1024) / 1023
    light = np.where(level <= 0.04045, level / 12.92, ((level + 0.055) / 1.055) ** 2.4)
    return b"curv\0\0\0\0" + struct.pack(">I", 1024) + (light * 65535).astype(">u2").tobytes()


def _profile(
    name: str, space: bytes, pcs: bytes, kind: bytes, tags: Mapping[bytes, bytes]
) -> bytes:
    said = name.encode()
    desc = b"desc\0\0\0\0" + struct.pack(">I", len(said) + 1) + said + b"\0" + bytes(79)
    all_tags = {b"desc": desc, b"cprt": b"text\0\0\0\0CC0\0", b"wtpt": _xyz(D50), **tags}
    start, table, body = 128 + 4 + 12 * len(all_tags), b"", b""
    for key, tag in all_tags.items():
        table += key + struct.pack(">II", start + len(body), len(tag))
        body += tag + bytes(-len(tag) % 4)
    head = struct.pack(">I4sI4s4s4s", start + len(body), b"none", 0x02400000, kind, space, pcs)
    head += struct.pack(">6H4s", 2024, 1, 1, 0, 0, 0, b"acsp")
    head = (head.ljust(68, b"\0") + _fixed(*D50)).ljust(128, b"\0")
    return head + struct.pack(">I", len(all_tags)) + table + body


def rgb_profile(
    name: str, primaries: tuple[tuple[float, ...], ...], gamma: float | None = None
) -> bytes:
    """A profile of three primaries and one curve."""
    tags = {b"rXYZ": _xyz(primaries[0]), b"gXYZ": _xyz(primaries[1]), b"bXYZ": _xyz(primaries[2])}
    curves = {key: _curve(gamma) for key in (b"rTRC", b"gTRC", b"bTRC")}
    return _profile(name, b"RGB ", b"XYZ ", b"mntr", tags | curves)


def grey_profile(gamma: float | None) -> bytes:
    """A profile of greys of one curve."""
    return _profile(f"Grey {gamma}", b"GRAY", b"XYZ ", b"mntr", {b"kTRC": _curve(gamma)})


def cmyk_profile() -> bytes:
    """A profile of four inks, as a table of their mixtures in Lab: what a press would print."""
    grid = 9
    colours = []
    for inks in itertools.product(np.linspace(0, 1, grid), repeat=4):
        cyan, magenta, yellow, black = (1 - (1 - ink) ** 1.3 for ink in inks)  # dots grow
        red = (1 - 0.95 * cyan) * (1 - 0.1 * magenta) * (1 - 0.02 * yellow)
        green = (1 - 0.35 * cyan) * (1 - 0.9 * magenta) * (1 - 0.08 * yellow)
        blue = (1 - 0.12 * cyan) * (1 - 0.5 * magenta) * (1 - 0.92 * yellow)
        colours.append([light * (1 - 0.97 * black) for light in (red, green, blue)])
    xyz = np.array(colours) @ np.array(SRGB) / D50
    root = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    x, y, z = root.T
    lab = np.stack([(116 * y - 16) * 2.55, 500 * (x - y) + 128, 200 * (y - z) + 128], 1)
    table = lab.round().clip(0, 255).astype(np.uint8).tobytes()
    same = bytes(range(256))
    head = b"mft1\0\0\0\0" + bytes([4, 3, grid, 0]) + _fixed(1, 0, 0, 0, 1, 0, 0, 0, 1)
    tag = head + same * 4 + table + same * 3
    return _profile("Some press", b"CMYK", b"Lab ", b"prtr", {b"A2B0": tag})


PROFILES: Mapping[str, bytes | None] = {
    "none": None,
    "sRGB": rgb_profile("sRGB by another name", SRGB),
    "Display P3": rgb_profile("Display P3", P3),
    "Adobe RGB": rgb_profile("Adobe RGB (1998)", ADOBE, 2.2),
    "grey 1.8": grey_profile(1.8),
    "grey 1.0": grey_profile(1.0),
    "grey sRGB": grey_profile(None),
    "press": cmyk_profile(),
    "broken": rgb_profile("Broken", P3)[:300],
}
"""Profiles by a short name; None for a picture that has none."""


def is_about(profile: str, mode: str) -> bool:
    """Whether a profile is about pixels of a mode, and not of others."""
    if profile == "press":
        return mode == "CMYK"
    if profile.startswith("grey"):
        return mode in {"1", "L", "LA", "I;16"}
    return profile != "broken" and mode not in {"CMYK", "I;16"}


def shown(data: bytes) -> Image.Image:
    """What a colour-managed viewer shows: upright, in sRGB, what is transparent on white."""
    with Image.open(io.BytesIO(data)) as file:
        profile = file.info.get("icc_profile")
        image = ImageOps.exif_transpose(file)
    alpha = None
    if image.mode == "I;16" and "transparency" in image.info:
        opaque = np.asarray(image) != image.info["transparency"]
        alpha = Image.fromarray((opaque * 255).astype(np.uint8))
    elif image.has_transparency_data:
        image = image.convert("LA" if image.mode == "LA" else "RGBA")
        alpha, image = image.getchannel("A"), image.convert("L" if image.mode == "LA" else "RGB")
    if image.mode == "I;16":  # LCMS takes it for the profile of greys; else the upper byte is shown
        image = _managed(image, profile) or Image.fromarray(
            (np.asarray(image) / 257).round().astype(np.uint8)
        )
    elif image.mode not in {"L", "CMYK", "LAB"}:
        image = image.convert("L" if image.mode == "1" else "RGB")
    image = _managed(image, profile) or image.convert("RGB")
    if alpha is None:
        return image
    image.putalpha(alpha)
    return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")


def _managed(image: Image.Image, profile: bytes | None) -> Image.Image | None:
    """The image by its profile; None where it has none, or one that is not about such pixels.

    LCMS is told to be exact: without that it is ten levels off for greys of a gamma of 1.
    """
    if not profile:
        return None
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if source.profile.xcolor_space.strip() == "RGB" and image.mode == "L":
            image = image.convert("RGB")
        srgb = ImageCms.createProfile("sRGB")
        exact = ImageCms.Flags.NOOPTIMIZE if image.mode in {"L", "I;16"} else 0
        return ImageCms.profileToProfile(image, source, srgb, outputMode="RGB", flags=exact)
    except ImageCms.PyCMSError:
        return None


def far_apart(one: Image.Image, other: Image.Image) -> int:
    """The largest difference of two pictures' pixels, in grey levels."""
    assert one.size == other.size
    return int(np.abs(np.asarray(one, int) - np.asarray(other, int)).max())
