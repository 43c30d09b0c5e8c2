"""Is a file that is odd, or no picture at all, read all the same or told by name?

People have files whose chunks are larger than a decoder reads, files of other formats under a
picture's name, and libraries that change Pillow for the whole process.
"""

import io
import struct
import threading
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageFile, PngImagePlugin
from tests.model.test_images import encoded, far_off, noise, refusal, scene

from ipywanx.model.loading import load, open_image
from ipywanx.model.quiet import plain_pillow


def with_chunk(data: bytes, name: bytes, body: bytes) -> bytes:
    """A PNG with one more chunk behind its header."""
    crc = struct.pack(">I", zlib.crc32(name + body))
    return data[:33] + struct.pack(">I", len(body)) + name + body + crc + data[33:]


# ---- large chunks ---------------------------------------------------------------------------


MEGABYTES = b'a "node", ' * 300_000
LARGE = {
    "zTXt": b"workflow\0\0" + zlib.compress(MEGABYTES),
    "iTXt": b"workflow\0\1\0\0\0" + zlib.compress(MEGABYTES),
    "tEXt": b"workflow\0" + MEGABYTES,
    "iCCP": b"odd\0\0" + zlib.compress(bytes(17_000_000)),
}
"""Chunks as workflow tools write them, each more than Pillow reads of one, and a bomb."""


@pytest.mark.parametrize("name", LARGE)
def test_a_png_with_a_large_chunk_is_read(name):
    """A workflow of three megabytes in a PNG, or an absurd profile, does not hide the picture."""
    data = with_chunk(encoded(scene()), name.encode(), LARGE[name])
    assert far_off(load(data), scene()) == 0
    assert open_image(data).size == (512, 512)


def test_a_chunk_that_is_cut_off_ends_the_file():
    """A PNG that ends in the middle of a text before its pixels is damaged, not blank."""
    data = with_chunk(encoded(scene()), b"tEXt", b"a\0" + bytes(5000))
    assert "is damaged, or not whole" in refusal(data[:3000])


def test_a_png_whose_stream_is_broken_is_refused():
    """A PNG of which some bytes have changed is damaged: it is not read as far as it goes."""
    data = bytearray(encoded(noise(512, 512)))
    data[len(data) // 2 : len(data) // 2 + 40] = bytes(40)
    assert "is damaged and cannot be decoded" in refusal(bytes(data))


# ---- other files under a picture's name -----------------------------------------------------


def media(*brands: bytes) -> bytes:
    """The beginning of an ISO media file of these brands."""
    body = b"ftyp" + brands[0] + bytes(4) + b"".join(brands[1:])
    return struct.pack(">I", len(body) + 4) + body + bytes(200)


def unreadable_tiff() -> bytes:
    """A TIFF of three channels of floats, which Pillow does not read."""
    data = bytearray(encoded(scene(8, 8), "TIFF"))
    at = data.index(struct.pack("<HHI", 258, 3, 3))  # bits of a sample
    (offset,) = struct.unpack_from("<I", data, at + 8)
    struct.pack_into("<HHH", data, offset, 32, 32, 32)
    return bytes(data)


KINDS = {
    "is empty": (b"", "download it again"),
    "Git LFS": (b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\n", "git lfs pull"),
    "HEIC": (media(b"heic", b"mif1", b"heic"), "pillow_heif.register_heif_opener()"),
    "AVIF": (media(b"mif1", b"avif"), "pip install -U pillow"),
    "JPEG XL": (b"\xff\x0a" + bytes(50), "Export it"),
    "camera's raw file": (b"II*\0\x10\0\0\0CR\2\0" + bytes(50), "Develop it"),
    "a video": (media(b"isom", b"mp42"), "frames"),
    "a PDF document": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "Export its page"),
    "a drawing of lines (SVG)": (
        b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- by hand -->\n<svg xmlns="x"></svg>',
        "Export it",
    ),
    "a drawing of lines (PostScript)": (b"%!PS-Adobe-3.0\nshowpage", "Export it"),
    "a drawing of lines (EPS)": (
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 600 600\n%%EndComments\nshowpage\n",
        "Export it",
    ),
    "a web page (HTML)": (b"\n <!DOCTYPE html><html>login</html>", "asks for a login"),
    "a NumPy file": (b"\x93NUMPY\1\0v\0{'descr': '|u1'}", "np.load"),
    "an archive": (b"PK\x03\x04" + bytes(50), "Unpack it"),
    "a TIFF of a kind": (unreadable_tiff(), "8 bits a channel"),
    "is text": ('{"message": "没有权限"}'.encode(), "download the picture again"),
    "not a picture that can be read (60 bytes)": (bytes(range(200, 230)) * 2, "takes JPEG, PNG"),
}
"""What is said of a file, with the file and the way out."""


@pytest.mark.parametrize("said", KINDS)
def test_another_file_under_a_pictures_name_is_told_by_name(said, tmp_path):
    """The refusal names the file, says what it really is, and tells the way out."""
    data, way_out = KINDS[said]
    path = tmp_path / "photo.jpg"
    path.write_bytes(data)
    words = refusal(path)
    assert words.startswith("photo.jpg is ")
    assert said in words
    assert way_out in words.replace("ask for a login", "asks for a login")


def test_each_kind_of_file_is_taken_for_no_other():
    """No two of the files above are told alike."""
    said = {refusal(data, name="x") for data, _ in KINDS.values()}
    assert len(said) == len(KINDS)


# ---- switches of other libraries ------------------------------------------------------------


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "BMP", "TIFF", "WEBP", "GIF", "PPM", "TGA"])
def test_a_file_that_is_cut_off_is_refused_whatever_is_switched_on(kind, monkeypatch):
    """Half a picture is refused also where another library lets Pillow read half pictures."""
    data = encoded(noise(600, 520), kind)[:-9000]
    before = refusal(data)
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    assert refusal(data) == before
    opened = Image.open(io.BytesIO(data)) if kind != "WEBP" else None
    assert opened is None or "damaged" in refusal(opened)
    assert ImageFile.LOAD_TRUNCATED_IMAGES is True


@pytest.mark.parametrize("limit", [None, 0, 1000, float("inf")])
def test_pillows_limit_on_pixels_is_nobody_elses(limit, monkeypatch):
    """A picture that fits is read, and a bomb is not, whatever another library allows."""
    bomb = b"\x89PNG\r\n\x1a\n" + struct.pack(
        ">I4sIIBBBBBI", 13, b"IHDR", 60_000, 60_000, 8, 2, 0, 0, 0, 0
    )
    before = refusal(bomb), [load(encoded(scene(), kind)).data for kind in ("PNG", "WEBP", "GIF")]
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", limit)
    after = refusal(bomb), [load(encoded(scene(), kind)).data for kind in ("PNG", "WEBP", "GIF")]
    assert after == before
    assert limit is Image.MAX_IMAGE_PIXELS


def test_pillows_limits_on_texts_are_nobody_elses(monkeypatch):
    """A PNG with a text and a profile is read, however little of them Pillow may read."""
    info = PngImagePlugin.PngInfo()
    info.add_text("note", "word " * 500, zip=True)
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = encoded(scene(), "PNG", pnginfo=info, icc_profile=srgb)
    monkeypatch.setattr(PngImagePlugin, "MAX_TEXT_CHUNK", 10)
    monkeypatch.setattr(PngImagePlugin, "MAX_TEXT_MEMORY", 10)
    assert far_off(load(data), scene()) == 0


def test_other_threads_see_their_switches(monkeypatch):
    """While a picture is read here, Pillow does in other threads as they have told it."""
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 600 * 520)
    half, large = encoded(noise(600, 520), "JPEG")[:-9000], encoded(scene(1200, 1200))
    seen: list[object] = []

    def elsewhere() -> None:
        seen.append(np.asarray(Image.open(io.BytesIO(half))).shape)
        try:
            Image.open(io.BytesIO(large))
        except Image.DecompressionBombError as error:
            seen.append(type(error))
        seen.append((Image.MAX_IMAGE_PIXELS, bool(ImageFile.LOAD_TRUNCATED_IMAGES)))

    with plain_pillow():
        assert Image.open(io.BytesIO(large)).size == (1200, 1200)
        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()
    elsewhere()
    once = [(520, 600, 3), Image.DecompressionBombError, (600 * 520, True)]
    assert seen == once * 2
    assert type(Image.MAX_IMAGE_PIXELS) is int
