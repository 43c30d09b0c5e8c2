"""Where does a text of ours lie in a PNG file? In one chunk behind the header.

It is put in and taken out at the level of bytes: nothing is encoded again, all other chunks stay as
they are, and the file without the chunk has the bytes that the service sent. Nothing is ever
unpacked: a packed text is not one of ours.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

KEYWORD = b"ipywanx-request"
LARGEST = 1_000_000
"""Bytes of a chunk that is written or read."""
_START = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR"
_HEADER = 33  # bytes of signature and header, behind which the other chunks are
_HEAD = KEYWORD + bytes(5)  # not packed, and neither a language nor a translated keyword
_MOST_CHUNKS = 100_000


def with_text(data: bytes, text: str) -> bytes:
    """The file with the text in an iTXt chunk; as it is where it is no PNG, or the text endless."""
    # A file's name may hold bytes that are no letters.
    body = _HEAD + text.encode("utf-8", "replace")
    if not data.startswith(_START) or len(body) + 12 > LARGEST:
        return data
    checksum = zlib.crc32(b"iTXt" + body)
    chunk = struct.pack(">I", len(body)) + b"iTXt" + body + struct.pack(">I", checksum)
    bare = stripped(data)
    return bare[:_HEADER] + chunk + bare[_HEADER:]


def stripped(data: bytes) -> bytes:
    """The file without what :func:`with_text` put in: as it came."""
    kept, at = [], 0
    for span in _ours(data):
        kept.append(data[at : span.start])
        at = span.end
    return b"".join([*kept, data[at:]]) if at else data


def text_of(data: bytes) -> str | None:
    """The text in the file; None where there is none, or one that is damaged or too long.

    Raises:
        UnicodeDecodeError: It is no UTF-8.
    """
    for start, end in _ours(data):
        body, checksum = data[start + 8 : end - 4], data[end - 4 : end]
        is_sound = struct.pack(">I", zlib.crc32(b"iTXt" + body)) == checksum
        if is_sound and end - start <= LARGEST:
            return body[len(_HEAD) :].decode()
    return None


class _Span(NamedTuple):
    start: int
    end: int


def _ours(data: bytes) -> Iterator[_Span]:
    """Where our chunks lie in a PNG; none in another file."""
    if not data.startswith(_START):
        return
    at = _HEADER
    for _ in range(_MOST_CHUNKS):
        if at + 12 > len(data):
            return
        end = at + 12 + int.from_bytes(data[at : at + 4])
        if end > len(data):
            return
        if data.startswith(b"iTXt" + _HEAD, at + 4, end - 4):
            yield _Span(at, end)
        at = end
