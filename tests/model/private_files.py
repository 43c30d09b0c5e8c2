"""Files that say a secret in every place that a picture's file has for it."""

import io
import struct
import zlib
from collections.abc import Mapping

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from ipywanx.model.functions import FUNCTIONS
from ipywanx.model.metadata import labelled

SECRET = b"CANARY-31N121E"
"""Where the photo was taken, say."""
WORD = SECRET.decode()


def exif() -> Image.Exif:
    """A camera, a time, a place, a maker's note, a thumbnail, a comment."""
    said = Image.Exif()
    said[0x010E] = said[0x010F] = said[0x0110] = said[0x0131] = said[0x013B] = WORD
    said[0x0132] = "2026:05:01 10:00:00"
    said[0x9C9C] = WORD.encode("utf-16-le")
    said.get_ifd(0x8769).update({0x927C: SECRET * 20, 0x9286: SECRET, 0xA431: WORD})
    said.get_ifd(0x8825).update({1: "N", 2: (31.0, 14.0, 0.0), 3: "E", 0x1B: SECRET})
    return said


def segment(marker: int, body: bytes) -> bytes:
    """A segment of a JPEG."""
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(body) + 2) + body


def jpeg(image: Image.Image, **options: object) -> tuple[bytes, bytes]:
    """A JPEG as a phone and three programs leave it, and the same with nothing but its pixels."""
    stream = io.BytesIO()
    image.save(stream, "JPEG", **options)
    plain = stream.getvalue()
    start, rest = plain[:20], plain[20:]  # up to the end of JFIF
    thumbnail = SECRET[:9] * 3  # 3 x 3 pixels
    jfif = segment(0xE0, start[6:18] + b"\3\3" + thumbnail)
    said = (
        segment(0xE0, b"JFXX\0\x13\1\1" + SECRET)
        + segment(0xE1, b"Exif\0\0" + exif().tobytes())
        + segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>" + SECRET)
        + segment(0xE1, b"http://ns.adobe.com/xmp/extension/\0" + SECRET)
        + segment(0xE2, b"FPXR\0" + SECRET)
        + segment(0xED, b"Photoshop 3.0\0008BIM\4\4\0\0\0\0\0\x0e" + SECRET)
        + segment(0xEF, SECRET)
        + segment(0xFE, SECRET)
    )
    trailer = b"\0\0\1\n\x0e\0\0\0Image_UTC_Data" + SECRET + b"SEFT" + plain + SECRET
    scan = rest.rindex(b"\xff\xda")  # also before the last scan something may be said
    return start[:2] + jfif + said + rest[:scan] + said + rest[scan:] + trailer, plain


def png(image: Image.Image) -> tuple[bytes, bytes]:
    """A PNG with texts of every kind, EXIF, a time, a request of ours, and something behind it."""
    plain, stuffed, info = io.BytesIO(), io.BytesIO(), PngInfo()
    image.save(plain, "PNG")
    info.add_text("parameters", WORD)
    info.add_text("workflow", WORD, zip=True)
    info.add_itxt("XML:com.adobe.xmp", WORD)
    info.add_itxt("Comment", WORD, zip=True)
    info.add(b"tIME", b"\7\xea\5\1\x0a\0\0")
    info.add(b"prVt", SECRET)
    info.add(b"prVa", SECRET, after_idat=True)
    image.save(stuffed, "PNG", pnginfo=info, exif=exif())
    prompt = FUNCTIONS["expand"](image=image, prompt=WORD, left_scale=1.5)
    data = labelled(stuffed.getvalue(), prompt, "task-1", 1, metadata=True)
    return data + SECRET, plain.getvalue()


def webp(image: Image.Image) -> tuple[bytes, bytes]:
    """A WebP with EXIF, XMP, a chunk of its own, and something behind it."""
    said, plain = io.BytesIO(), io.BytesIO()
    image.save(said, "WEBP", lossless=True, exif=exif(), xmp=SECRET)
    image.save(plain, "WEBP", lossless=True, icc_profile=None)
    data = said.getvalue() + b"prVt" + struct.pack("<I", len(SECRET)) + SECRET
    return data[:4] + struct.pack("<I", len(data) - 8) + data[8:] + SECRET, plain.getvalue()


def tiff(image: Image.Image) -> bytes:
    """A TIFF with everything in its tags."""
    stream = io.BytesIO()
    image.save(stream, "TIFF", exif=exif(), description=WORD, artist=WORD, copyright=WORD)
    return stream.getvalue() + SECRET


def bmp(image: Image.Image) -> bytes:
    """A BMP with something behind its pixels."""
    stream = io.BytesIO()
    image.save(stream, "BMP")
    return stream.getvalue() + SECRET


def files(image: Image.Image) -> Mapping[str, bytes]:
    """The picture in every format, each with the secret."""
    mpo, gif = io.BytesIO(), io.BytesIO()
    second = Image.new("RGB", image.size, "red")
    image.save(mpo, "MPO", save_all=True, append_images=[second], exif=exif())
    image.quantize(32).save(gif, "GIF", comment=SECRET)
    return {
        "JPEG": jpeg(image)[0],
        "progressive JPEG": jpeg(image, progressive=True)[0],
        "JPEG with restarts": jpeg(image, restart_marker_rows=1)[0],
        "MPO": mpo.getvalue(),
        "PNG": png(image)[0],
        "WebP": webp(image)[0],
        "TIFF": tiff(image),
        "BMP": bmp(image),
        "GIF": gif.getvalue(),
    }


def says(data: bytes) -> bool:
    """Whether a file holds the secret, as it is, in another alphabet or packed in a chunk."""
    forms = (SECRET, SECRET[:9] * 2, WORD.encode("utf-16-le"), WORD.encode("utf-16-be"))
    found = any(form in data for form in forms)
    if data.startswith(b"\x89PNG"):
        at = 8
        while at + 12 <= len(data):
            length = int.from_bytes(data[at : at + 4])
            body = data[at + 8 : at + 8 + length]
            if data[at + 4 : at + 8] in {b"zTXt", b"iTXt"}:
                for start in range(min(len(body), 100)):
                    try:
                        found |= SECRET in zlib.decompress(body[start:])
                    except zlib.error:
                        continue
            at += 12 + length
    return found
