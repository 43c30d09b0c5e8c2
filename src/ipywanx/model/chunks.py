"""Where does a text of ours lie in a PNG file? In one chunk behind the header.

It is put in and taken out at the level of bytes: nothing is encoded again, all other chunks stay as
they are, and the file without the chunk has the bytes that the service sent. Nothing is ever
unpacked: a packed text is not one of ours.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from ipywanx.model.png import Chunk, chunks

KEYWORD = b"ipywanx-request"
LARGEST = 1_000_000
"""Bytes of a chunk that is written or read."""
_START = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR"
_HEADER = 33  # bytes of signature and header, behind which the other chunks are
_HEAD = KEYWORD + bytes(5)  # not packed, and neither a language nor a translated keyword


class Origin(NamedTuple):
    """What tells a picture's file from others, whatever becomes of the picture.

    Attributes:
        digests: SHA-256 of the file, and of it without what :func:`with_text` put in.
        text: That text; None where there is none.
    """

    digests: tuple[str, ...]
    text: str | None


def origin_of(data: bytes) -> Origin:
    """What tells a file from others."""
    files = dict.fromkeys((data, stripped(data)))
    try:
        text = text_of(data)
    except UnicodeDecodeError:
        text = None
    return Origin(tuple(hashlib.sha256(file).hexdigest() for file in files), text)


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


def text_of(data: bytes, keyword: bytes = KEYWORD) -> str | None:
    """The text in the file; None where there is none, or one that is damaged or too long.

    Args:
        data: The file.
        keyword: Under which name the text is.

    Raises:
        UnicodeDecodeError: It is no UTF-8.
    """
    head = keyword + bytes(5)
    for chunk in _ours(data, head):
        body, checksum = data[chunk.start + 8 : chunk.end - 4], data[chunk.end - 4 : chunk.end]
        is_sound = struct.pack(">I", zlib.crc32(b"iTXt" + body)) == checksum
        if is_sound and chunk.end - chunk.start <= LARGEST:
            return body[len(head) :].decode()
    return None


def _ours(data: bytes, head: bytes = _HEAD) -> Iterator[Chunk]:
    """The text chunks of a PNG that begin so; none in another file."""
    for chunk in chunks(data):
        if chunk.name == b"iTXt" and data.startswith(head, chunk.start + 8, chunk.end - 4):
            yield chunk
