"""Where are the READMEs' pictures, and is one that was made again still the same?"""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image, ImageChops

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "pictures"
QUALITY = 76
TILE = 24
"""Pixels of a tile's side at a quarter of the size: about a word."""
DESCRIPTION = 0x010E
"""EXIF's number for a description; here it says with which fonts a screenshot was taken."""


def file(name: str) -> Path:
    """Where a picture is kept."""
    return FOLDER / f"{name}.webp"


def encoded(picture: Image.Image, fonts: str = "") -> bytes:
    """A picture as the bytes of its file."""
    about = Image.Exif()
    if fonts:
        about[DESCRIPTION] = fonts
    stream = io.BytesIO()
    picture.convert("RGB").save(stream, "WEBP", quality=QUALITY, method=6, exif=about)
    return stream.getvalue()


def store(name: str, picture: Image.Image, largest: int, fonts: str = "") -> None:
    """Write a picture, and say how large it is."""
    data = encoded(picture, fonts)
    if len(data) > largest:
        raise SystemExit(f"{name} has {len(data)} bytes, more than {largest}.")
    FOLDER.mkdir(parents=True, exist_ok=True)
    file(name).write_bytes(data)
    size = f"{picture.width} x {picture.height}"
    print(f"{file(name).name:34} {size:>11} {len(data) / 1000:4.0f} kB", flush=True)


def stored(name: str) -> Image.Image:
    """A picture as it is kept."""
    return Image.open(file(name))


def fonts_of(picture: Image.Image) -> str:
    """With which fonts a kept screenshot was taken."""
    return str(picture.getexif().get(DESCRIPTION, ""))


def differences(made: Image.Image, kept: Image.Image) -> tuple[float, float]:
    """How much two pictures differ, 0 to 255: on the whole, and in the tile that differs most.

    Both are compared as files, since the codec changes them alike, and at a quarter of their size.
    """
    made = Image.open(io.BytesIO(encoded(made)))
    small = (max(1, kept.width // 4), max(1, kept.height // 4))
    quarters = [one.convert("RGB").resize(small, Image.Resampling.BOX) for one in (made, kept)]
    apart = np.asarray(ImageChops.difference(*quarters), float).mean(axis=2)
    height, width = (-(-side // TILE) * TILE for side in apart.shape)
    padded = np.zeros((height, width))
    padded[: apart.shape[0], : apart.shape[1]] = apart
    tiles = padded.reshape(height // TILE, TILE, width // TILE, TILE).mean(axis=(1, 3))
    return float(apart.mean()), float(tiles.max())
