"""What is inside a PNG file? Its chunks, found by their lengths; nothing is unpacked.

A chunk is a length, four letters of a name, so many bytes, and a checksum. The first is ``IHDR``,
the last ``IEND``.
"""

from __future__ import annotations

import contextlib
import zlib
from collections.abc import Collection, Iterator
from typing import NamedTuple

_START = b"\x89PNG\r\n\x1a\n"
_MOST_CHUNKS = 100_000
_LARGEST_PROFILE = 16 * 1024 * 1024
"""Bytes of a colour profile that is unpacked; those of printers have some millions."""
_PIXELS = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"gAMA", b"cHRM", b"sRGB", b"sBIT"}
_FRAMES = {b"acTL", b"fcTL", b"fdAT"}


class Chunk(NamedTuple):
    """Where one lies in the file.

    Attributes:
        name: Its four letters.
        start: Where its length begins.
        end: Behind its checksum.
    """

    name: bytes
    start: int
    end: int


def is_png(data: bytes) -> bool:
    """Whether the file begins as a PNG does."""
    return data.startswith(_START)


def chunks(data: bytes) -> Iterator[Chunk]:
    """The chunks of a PNG in their order, up to the one that ends it or is cut off."""
    at = len(_START)
    for _ in range(_MOST_CHUNKS if is_png(data) else 0):
        end = at + 12 + int.from_bytes(data[at : at + 4])
        if end > len(data):
            return
        yield Chunk(data[at + 4 : at + 8], at, end)
        if data[at + 4 : at + 8] == b"IEND":
            return
        at = end


def readable_part(data: bytes) -> bytes:
    """The PNG without what has nothing to do with its pixels, for a decoder with limits.

    Texts and profiles may be larger than Pillow reads, and are not read here. What is cut off stays
    cut off.
    """
    return _only(data, _PIXELS | _FRAMES | {b"eXIf"}, keep_end=True)


def bare(data: bytes, *, profile: bool) -> bytes | None:
    """The PNG with its pixels, and what tells their colours; None where it does not end.

    Args:
        data: The file.
        profile: Whether its colour profile stays.
    """
    last = next((chunk for chunk in chunks(data) if chunk.name == b"IEND"), None)
    names = _PIXELS | ({b"iCCP"} if profile else set())
    return None if last is None else _only(data, names, keep_end=False)


def profile_of(data: bytes) -> bytes | None:
    """The colour profile of a PNG, unpacked; None where it has none, or one that is damaged."""
    for name, start, end in chunks(data):
        if name == b"IDAT":
            return None  # it comes before the pixels
        if name == b"iCCP":
            _, _, packed = data[start + 8 : end - 4].partition(b"\0")
            unpacking = zlib.decompressobj()
            with contextlib.suppress(zlib.error):
                unpacked = unpacking.decompress(packed[1:], _LARGEST_PROFILE)
                return unpacked if unpacking.eof else None
    return None


def _only(data: bytes, names: Collection[bytes], *, keep_end: bool) -> bytes:
    """The file with chunks of these names only; itself where it has no others."""
    kept, start, end = [], 0, len(_START)
    for chunk in chunks(data):
        if chunk.name not in names:
            kept.append(data[start:end])
            start = chunk.end
        end = chunk.end
    if not kept and (keep_end or end == len(data)):
        return data
    return b"".join([*kept, data[start : None if keep_end else end]])
