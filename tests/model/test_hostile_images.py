"""Is a hostile or damaged picture an error of ours, at once, wherever it comes from?

Pictures come from the person (a file, a mask) and from the network (a result): both are read
header first. What is refused must be refused in our words; what is read must be a whole picture.
"""

import base64
import io
import json
import random
import struct
import time
import warnings
import zlib
from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from ipywanx.errors import UnexpectedReply, UnusableImage, WanxError
from ipywanx.model import results
from ipywanx.model.loading import load, open_image
from ipywanx.model.masks import Mask
from ipywanx.model.results import Result, Timings
from ipywanx.model.tasks import Output, Status, TaskReport


def result(data: bytes) -> Result:
    """A result of one file."""
    report = TaskReport(
        "0385dc79",
        Status.SUCCEEDED,
        ended=datetime.now(UTC),
        outputs=(Output(url="https://x"),),
        image_count=1,
    )
    return Result(None, report, (data,), Timings(None, None, 1.0))


def shown(data: bytes) -> tuple[int, int]:
    """All that can be asked of a result; its picture's size."""
    made = result(data)
    bundle = made._repr_mimebundle_()
    assert bundle["text/html"]
    assert made.cost >= 0
    assert repr(made)
    return made.images[0].size


READERS: dict[str, Callable[[bytes], tuple[int, int]]] = {
    "result": shown,
    "opened": lambda data: open_image(data).convert("RGB").size,
    "given": lambda data: load(data).to_image().size,
    "fitted": lambda data: load(data, fit=True).to_image().size,
    "mask": lambda data: Mask.from_image(data).size,
}


def encoded(kind: str, size: tuple[int, int] = (96, 80)) -> bytes:
    """A small picture with some detail, and with metadata where the format has any."""
    ramp = np.linspace(0, 255, size[0], dtype=np.uint8)[None, :].repeat(size[1], axis=0)
    image = Image.fromarray(np.dstack([ramp, ramp[:, ::-1], np.full_like(ramp, 60)]))
    exif = Image.Exif()
    exif[0x0112] = 6
    options = {
        "PNG": {"exif": exif, "pnginfo": _words()},
        "JPEG": {"exif": exif},
        "WEBP": {"exif": exif, "lossless": True},
        "BMP": {},
        "TIFF": {},
    }
    stream = io.BytesIO()
    image.save(stream, kind, **options[kind])
    return stream.getvalue()


def _words() -> PngInfo:
    info = PngInfo()
    info.add_itxt("ipywanx", json.dumps({"preview": True, "not_understood": ["x"], "notices": []}))
    return info


FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "TIFF")


def mutant(data: bytes, luck: random.Random) -> bytes:
    """The file truncated, with bytes flipped, or spliced with a piece of itself or another."""
    broken = bytearray(data)
    for _ in range(luck.choice((1, 1, 2))):
        match luck.choice(("truncate", "flip", "splice")):
            case "truncate":
                del broken[luck.randrange(len(broken) + 1) :]
            case "flip":
                for _ in range(luck.choice((1, 4, 16)) if broken else 0):
                    reach = min(len(broken), luck.choice((64, 400, len(broken))))
                    broken[luck.randrange(reach)] ^= 1 << luck.randrange(8)
            case "splice":
                other = encoded(luck.choice(FORMATS)) if luck.random() < 0.3 else data
                start = luck.randrange(len(other))
                piece = other[start : start + luck.choice((1, 4, 60, 2000))]
                at = luck.randrange(len(broken) + 1)
                broken[at : at + luck.choice((0, len(piece)))] = piece
    return bytes(broken)


def fate(read: Callable[[bytes], tuple[int, int]], data: bytes) -> str:
    """Whether a file was read or refused; anything else than an error of ours goes through."""
    try:
        size = read(data)
    except WanxError as error:
        assert error.hint
        return "refused"
    assert min(size) > 0
    return "read"


@pytest.mark.parametrize("kind", FORMATS)
def test_two_hundred_mutants_of_each_format(kind):
    """Truncated, flipped or spliced, a file is read or refused in our words, within two seconds."""
    luck = random.Random(kind)  # noqa: S311
    good = encoded(kind)
    fates = dict.fromkeys(("read", "refused"), 0)
    slowest = 0.0
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        for number in range(200):
            data = mutant(good, luck)
            names = ["result", "opened", *(("fitted", "given", "mask") if number % 5 == 0 else ())]
            for name in names:
                began = time.process_time()
                fates[fate(READERS[name], data)] += 1
                slowest = max(slowest, time.process_time() - began)
    assert slowest < 2
    assert min(fates.values()) > 10, fates  # both happen, or nothing was tested


# ---- headers that promise too much ----------------------------------------------------------


def png(side: int) -> bytes:
    """A PNG with a good header and hardly a pixel."""
    parts = ((b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)), (b"IDAT", b"x"))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in (*parts, (b"IEND", b""))
    )


def tiff(side: int) -> bytes:
    """A TIFF of one strip that claims a size."""
    fields = [
        (256, side),
        (257, side),
        (258, 8),
        (259, 1),
        (262, 1),
        (273, 8),
        (277, 1),
        (278, side),
    ]
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in fields)
    return b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", len(fields)) + entries + b"\0" * 4


BOMBS = {
    "PNG": png(60_000),
    "JPEG": b"\xff\xd8\xff\xc0\0\x11\x08" + struct.pack(">HH", 60_000, 60_000)
    + b"\3\1\x11\0\2\x11\1\3\x11\1\xff\xda\0\x0c\3\1\0\2\x11\3\x11\0\x3f\0\xff\xd9",
    "WEBP": b"RIFF" + struct.pack("<I", 22) + b"WEBPVP8X" + struct.pack("<I", 10)
    + b"\0" * 4 + (60_000).to_bytes(3, "little") * 2,
    "BMP": b"BM" + struct.pack("<IIIIiiHH", 54, 0, 54, 40, 60_000, 60_000, 1, 24) + b"\0" * 24,
    "TIFF": tiff(60_000),
    "GIF": b"GIF89a" + struct.pack("<HH", 65_535, 65_535) + b"\0\0\0,"
    + struct.pack("<HHHH", 0, 0, 65_535, 65_535) + b"\0\2\0;",
    "PPM": b"P6 60000 60000 255\n",
    "TGA": b"\0\0\2" + b"\0" * 9 + struct.pack("<HH", 60_000, 60_000) + b"\x18\0",
}  # fmt: skip
"""Headers of a few dozen bytes that claim 10 GB."""


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("kind", BOMBS)
def test_a_tiny_file_that_claims_gigabytes_is_refused_at_once(kind, name):
    """Whatever the format and whoever reads it: refused on its header, in our words."""
    assert len(BOMBS[kind]) <= 130
    fate(READERS[name], BOMBS[kind])  # Pillow's plugins are loaded now
    seconds = []
    for _ in range(3):
        began = time.process_time()
        assert fate(READERS[name], BOMBS[kind]) == "refused"
        seconds.append(time.process_time() - began)
    assert min(seconds) < 0.05  # of CPU time, which a busy machine hardly changes


def test_a_stored_masks_picture_is_no_safer_than_others():
    """Steps of a mask hold PNGs: 1,000 damaged ones are refused in our words, or drawn."""
    luck = random.Random(1)  # noqa: S311
    stored = json.loads(Mask.from_image(Image.new("1", (96, 80), 1)).to_json())
    good = base64.b64decode(stored["operations"][0]["png"])

    def read(data: bytes) -> tuple[int, int]:
        stored["operations"][0]["png"] = base64.b64encode(data).decode("ascii")
        return Mask.from_json(json.dumps(stored)).to_image().size

    fates = [fate(read, mutant(good, luck)) for _ in range(1000)]
    assert min(fates.count("read"), fates.count("refused")) > 10


def test_the_largest_result_that_can_come_is_decoded(monkeypatch):
    """Four times 4096 pixels a side are let through, also where Pillow's own limit is lower."""
    assert results.MAX_PIXELS == (4 * 4096) ** 2
    data = encoded("PNG")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    monkeypatch.setattr(results, "MAX_PIXELS", 96 * 80)
    assert result(data).images[0].size == (96, 80)
    monkeypatch.setattr(results, "MAX_PIXELS", 96 * 80 - 1)
    with pytest.raises(UnexpectedReply, match=r"96×80 pixels.*not decoded.*resume"):
        _ = result(data).images


def test_pillows_own_limit_is_left_as_it_was():
    """Reading a result changes nothing for the rest of the process."""
    before = Image.MAX_IMAGE_PIXELS
    shown(encoded("PNG"))
    with pytest.raises(UnexpectedReply):
        shown(BOMBS["PNG"])
    assert before == Image.MAX_IMAGE_PIXELS


@pytest.mark.parametrize(
    "words",
    [
        '"preview": true',
        '{"preview": true',
        '["preview", true]',
        '{"preview": "true"}',
        '{"preview": 1}',
        "[" * 50_000,
        '{"preview": true, "not_understood": 5, "notices": "x"}',
        '{"preview": true, "not_understood": {"a": 1}, "notices": [[1], null]}',
    ],
)
def test_what_a_picture_says_of_itself_is_not_trusted(words):
    """Odd words inside a result's PNG never break the result that they came with."""
    info, stream = PngInfo(), io.BytesIO()
    info.add_itxt("ipywanx", words)
    Image.new("RGB", (20, 20)).save(stream, "PNG", pnginfo=info)
    assert shown(stream.getvalue()) == (20, 20)
    made = result(stream.getvalue())
    assert (made.preview is None) is ('{"preview": true, ' not in words)
    assert all(isinstance(words, str) for notice in made.notices for words in notice)


def test_a_result_that_is_no_picture_is_not_saved(tmp_path):
    """A login page in the place of a picture leaves no file, and says what to do."""
    with pytest.raises(UnexpectedReply, match=r"not a picture.*resume"):
        result(b"<html>login</html>").save(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_the_person_is_named_in_the_refusal(tmp_path):
    """Who gave a damaged file reads its name, and that nothing was sent."""
    path = tmp_path / "photo.png"
    path.write_bytes(encoded("PNG", (600, 600))[:900])
    with pytest.raises(UnusableImage, match=r"photo\.png.*Nothing was sent"):
        load(path)
