"""What does a picture's file say beside its pixels, and how is it taken out without encoding anew?

A place, a camera and its serial number, times, names, a small copy of the picture before it was
cropped, prompts: in EXIF, XMP, IPTC, makers' notes and comments, in chunks of any name, and behind
the end. What is kept is named here; all else goes.
"""

from __future__ import annotations

import re
import struct

from ipywanx.model import png

_SCAN_ENDS = re.compile(rb"\xff+[\x01-\xcf\xd8-\xfe]")  # neither a stuffed zero nor a restart
_START, _END, _SCAN, _COMMENT, _TEMPORARY = 0xD8, 0xD9, 0xDA, 0xFE, 0x01
_RESTARTS, _APPLICATIONS = range(0xD0, 0xD8), range(0xE0, 0xF0)
_WEBP_PIXELS = {b"VP8 ", b"VP8L", b"VP8X", b"ALPH"}
_WEBP_EXIF, _WEBP_XMP, _WEBP_PROFILE = 0x08, 0x04, 0x20


def bare_file(data: bytes, kind: str, *, profile: bool) -> bytes | None:
    """The file with its pixels, and what their colours need, and nothing else.

    Args:
        data: The file.
        kind: Its format, by Pillow's name.
        profile: Whether its colour profile stays.

    Returns:
        None for a file whose parts cannot be told apart, and for the formats that are not taken
        apart here: its pixels are to be encoded anew.
    """
    match kind:
        case "JPEG":
            return _bare_jpeg(data, profile=profile)
        case "PNG":
            return png.bare(data, profile=profile)
        case "WEBP":
            return _bare_webp(data, profile=profile)
    return None


def _bare_jpeg(data: bytes, *, profile: bool) -> bytes | None:
    """Segment by segment, up to the end of the first picture (ITU T.81, annex B)."""
    kept, at = [data[:2]], 2
    while data[at : at + 1] == b"\xff":
        marker, start = data[at + 1], at
        if marker == 0xFF:  # may stand before a marker as often as it likes
            at += 1
            continue
        if marker == _END:
            return b"".join([*kept, data[at : at + 2]])
        length = int.from_bytes(data[at + 2 : at + 4])
        alone = marker in _RESTARTS or marker == _TEMPORARY
        at += 2 if alone else 2 + length
        if at + 2 > len(data) or (length < 2 and not alone):
            return None
        segment = data[start:at]
        if marker in _APPLICATIONS or marker == _COMMENT:
            segment = _bare_segment(marker, segment, profile=profile)
        kept.append(segment)
        if marker == _SCAN:
            if not (ends := _SCAN_ENDS.search(data, at)):
                return None
            kept.append(data[at : ends.start()])
            at = ends.start()
    return None


def _bare_segment(marker: int, segment: bytes, *, profile: bool) -> bytes:
    """What decoders need of a program's own segment: it tells how the colours are coded."""
    if marker == 0xE0 and segment.startswith(b"JFIF\0", 4) and len(segment) >= 18:
        return b"\xff\xe0\0\x10" + segment[4:16] + b"\0\0"  # with no thumbnail
    if marker == 0xEE and segment.startswith(b"Adobe", 4) and len(segment) >= 16:
        return b"\xff\xee\0\x0e" + segment[4:16]
    if marker == 0xE2 and segment.startswith(b"ICC_PROFILE\0", 4) and profile:
        return segment
    return b""


def _bare_webp(data: bytes, *, profile: bool) -> bytes | None:
    """Chunk by chunk (WebP container specification); what lies behind the end is left out."""
    end = 8 + int.from_bytes(data[4:8], "little")
    if end > len(data) or data[8:12] != b"WEBP":
        return None
    kept, at = [b"WEBP"], 12
    while at + 8 <= end:
        name, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        chunk = data[at : at + 8 + size + size % 2]
        at += len(chunk)
        if at > end or len(chunk) < 8 + size:
            return None
        if name == b"VP8X":
            flags = chunk[8] & ~(_WEBP_EXIF | _WEBP_XMP | (0 if profile else _WEBP_PROFILE))
            chunk = chunk[:8] + bytes([flags]) + chunk[9:]
        if name in _WEBP_PIXELS or (name == b"ICCP" and profile):
            kept.append(chunk)
    body = b"".join(kept)
    return b"RIFF" + struct.pack("<I", len(body)) + body
