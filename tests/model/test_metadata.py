"""Does a saved picture say what made it, and nothing that is nobody's business?"""

import io
import json
import struct
import time
import zlib
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from tests.model.test_results import TASK, png, result

from ipywanx.errors import NotConfigured
from ipywanx.model.chunks import stripped
from ipywanx.model.functions import FUNCTIONS, EditRequest
from ipywanx.model.masks import Mask
from ipywanx.model.metadata import Metadata, labelled, read

PHOTO = Image.new("RGB", (600, 512), "teal")
DATA = png(Image.effect_noise((60, 50), 80).convert("RGB"), understood=["湖"])
SIGNATURE = DATA[:8]


def request(function: str = "expand", **values: Any) -> EditRequest:
    """A request."""
    return FUNCTIONS[function](**{"image": PHOTO, "prompt": "一只猫", "seed": 7, **values})


def chunks(data: bytes) -> list[tuple[bytes, bytes, int]]:
    """All chunks of a PNG, read by the book: kind, content, checksum."""
    found, at = [], 8
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        found.append((kind, body, struct.unpack_from(">I", data, at + 8 + length)[0]))
        at += 12 + length
    return found


def with_chunk(kind: bytes, body: bytes, checksum: int | None = None) -> bytes:
    """A PNG with one more chunk behind its header."""
    checksum = zlib.crc32(kind + body) if checksum is None else checksum
    chunk = struct.pack(">I", len(body)) + kind + body + struct.pack(">I", checksum)
    return DATA[:33] + chunk + DATA[33:]


def saying(text: str | bytes, packed: bool = False) -> bytes:
    """A PNG that says this of its request."""
    body = text if isinstance(text, bytes) else text.encode()
    body = zlib.compress(body) if packed else body
    return with_chunk(b"iTXt", b"ipywanx-request\0" + bytes([packed]) + bytes(3) + body)


# ---- what is written ------------------------------------------------------------------------


def test_one_chunk_more_and_all_else_as_it_was():
    """Behind the header is one sound iTXt chunk; every other chunk has the bytes it had."""
    made = labelled(DATA, request(), TASK, 2)
    before, after = chunks(DATA), chunks(made)
    assert [after[0], *after[2:]] == before
    kind, body, checksum = after[1]
    assert (kind, checksum) == (b"iTXt", zlib.crc32(kind + body))
    assert stripped(made) == DATA
    assert labelled(made, request(), TASK, 2) == made  # not twice
    with Image.open(io.BytesIO(made)) as opened, Image.open(io.BytesIO(DATA)) as first:
        assert json.loads(opened.info["ipywanx-request"])["version"] == 1
        assert opened.info["ipywanx"] == first.info["ipywanx"]
        assert opened.tobytes() == first.tobytes()


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_function_says_what_was_set(function):
    """Function, values, picture, task and place come back, and with the picture the request."""
    values: dict[str, Any] = {}
    if function == "description_edit_with_mask":
        values["mask"] = Mask(PHOTO.size).stroke([(9, 9), (80.5, 70.25)], 12.5)
    if function == "expand":
        values["top_scale"] = 1.75
    asked = request(function, n=2, **values)
    told = read(labelled(DATA, asked, TASK, 2))
    assert told == Metadata.of(asked, TASK, 2)
    assert told.values.keys() == asked.model_fields_set - {"image", "mask"}
    assert (told.digest, told.size) == (asked.image.digest, (600, 512))
    assert (told.task_id, told.picture) == (TASK, 2)
    assert told.request(PHOTO) == asked


def test_a_result_saves_its_request_in_png_files_alone(tmp_path, monkeypatch):
    """PNG files carry it, a JPEG is as it came, and the kept data is not touched."""
    jpeg = io.BytesIO()
    PHOTO.save(jpeg, "JPEG")
    made = result(DATA, jpeg.getvalue(), request=request())
    first, second = made.save(tmp_path)
    assert read(first.read_bytes()).request(PHOTO) == request()
    assert second.read_bytes() == jpeg.getvalue()
    assert made.data == (DATA, jpeg.getvalue())
    assert made.save(tmp_path) == [first, second]
    (bare,) = result(DATA).save(tmp_path / "unknown")
    assert bare.read_bytes() == DATA
    monkeypatch.setenv("IPYWANX_METADATA", "off")
    assert made.save(tmp_path / "off")[0].read_bytes() == DATA
    assert read(made.save(tmp_path / "on", metadata=True)[0].read_bytes())
    monkeypatch.setenv("IPYWANX_METADATA", "perhaps")
    with pytest.raises(NotConfigured, match="'perhaps'"):
        made.save(tmp_path / "unclear")
    assert made.save(tmp_path / "asked", metadata=False)[0].read_bytes() == DATA


@pytest.mark.parametrize(
    ("url", "public"),
    [
        ("https://example.com/a/photo.png", True),
        ("http://example.com:8080/photo.png", True),
        ("https://example.com/a/photo.png?Expires=1&Signature=SECRET", False),
        ("https://example.com/a/photo.png#SECRET", False),
        ("https://SECRET:SECRET@example.com/photo.png", False),
        ("https://SECRET@example.com/photo.png", False),
    ],
)
def test_only_public_addresses_are_told(url, public):
    """An address with a query, a user or a fragment is not written; its file's name is."""
    made = labelled(DATA, request("colorization", image=url), TASK, 1)
    assert b"SECRET" not in made
    told = read(made)
    assert (told.url, told.name) == (url if public else "", "photo.png")


def test_no_key_and_no_folder_is_told(tmp_path, monkeypatch):
    """Neither the key nor where a picture lay is in the file, whatever the system's slashes."""
    monkeypatch.setenv("DASHSCOPE_API_KEY", "sk-canary-0123")
    path = tmp_path / "photo \udcff.png"
    PHOTO.save(path)
    asked = request(image=path)
    made = labelled(DATA, asked, TASK, 1)
    assert b"sk-canary" not in made
    assert str(tmp_path).encode() not in made
    assert read(made).name == "photo ?.png"
    for name in (r"C:\Users\wan\photo.png", "/home/wan/photo.png"):
        image = asked.image.__class__(asked.image.data, "PNG", (600, 512), name)
        assert b"wan\\" not in labelled(DATA, request(image=image), TASK, 1)
        assert read(labelled(DATA, request(image=image), TASK, 1)).name == "photo.png"


def test_a_large_mask_is_told_by_its_hash():
    """A mask of more than 100 kB is not copied into the file."""
    noise = np.random.default_rng(1).integers(0, 2, (512, 600), "uint8") * 255
    noisy = Mask.from_image(noise)
    for _ in range(3):
        noisy = noisy.with_steps(*noisy.operations)
    asked = request("description_edit_with_mask", mask=noisy)
    made = labelled(DATA, asked, TASK, 1)
    assert len(noisy.to_json()) > 100_000
    assert len(made) - len(DATA) < 1000
    told = read(made)
    assert (told.mask, told.mask_digest) == ("", Metadata.of(asked).mask_digest)


def test_an_endless_prompt_is_not_written():
    """What nobody would read is left out, and the picture is saved all the same."""
    assert labelled(DATA, request(prompt="猫" * 400_000), TASK, 1) == DATA


# ---- what is read ---------------------------------------------------------------------------


def plain(**changes: Any) -> str:
    """What a file says, with some of it changed."""
    told = json.loads(Metadata.of(request(), TASK, 1).to_json())
    return json.dumps(told | changes)


MASK = {"version": 1, "size": [600, 512], "operations": []}
HOSTILE = {
    "nothing": "",
    "no JSON": "{",
    "deep": "[" * 200_000,
    "deep objects": '{"image":' * 100_000,
    "a number": "7",
    "null": "null",
    "endless number": plain(values={"prompt": "x"}).replace('"x"', "9" * 5000),
    "not a number": plain(picture=float("nan")),
    "infinite": plain(picture=float("inf")),
    "bytes": b"\xff\xfe\xfd",
    "another version": plain(version=2),
    "another function": plain(function="rm -rf"),
    "function of a wrong kind": plain(function=["expand"]),
    "values of a wrong kind": plain(values=[1, 2]),
    "a value of a wrong kind": plain(values={"prompt": 7}),
    "a nested value": plain(values={"prompt": {"a": [1]}}),
    "a value out of range": plain(values={"prompt": "x", "left_scale": 99.0}),
    "an unknown value": plain(values={"prompt": "x", "__class__": "y"}),
    "a path as the picture": plain(values={"prompt": "x", "image": "/etc/passwd"}),
    "a path as another picture": plain(
        function="wan2.5-i2i-preview", values={"prompt": "x", "image2": "/etc/passwd"}
    ),
    "a path as the mask": plain(
        function="description_edit_with_mask", values={"prompt": "x", "mask": "/etc/passwd"}
    ),
    "a mask of a wrong kind": plain(function="description_edit_with_mask", mask=[1]),
    "a mask that is a text": plain(function="description_edit_with_mask", mask="digest"),
    "a mask for another function": plain(mask=MASK),
    "an odd hash": plain(image={"name": "x", "digest": "../../../etc/passwd"}),
    "a picture that is a text": plain(image="photo.png"),
    "no size": plain(image={"name": "x", "size": [0, -5]}),
    "an endless size": plain(image={"name": "x", "size": [1e300, 1e300]}),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_what_a_file_says_is_not_trusted(case):
    """Odd metadata is no metadata: nothing is raised, opened or believed."""
    assert read(saying(plain())) is not None
    assert read(saying(HOSTILE[case])) is None
    assert stripped(saying(HOSTILE[case])) == DATA


def test_a_signed_address_in_a_file_is_not_believed():
    """Reading keeps the rules of writing: base names and public addresses alone."""
    image = {"name": "../../a/b.png", "url": "https://u:p@example.com/x.png?sig=1"}
    told = read(saying(plain(image=image)))
    assert (told.name, told.url, told.digest) == ("b.png", "", "")


def test_nothing_is_unpacked():
    """A packed text is left alone, however small it is; a bomb costs nothing."""
    bomb = saying(b" " * 200_000_000, packed=True)
    start = time.process_time()
    assert read(bomb) is None
    assert read(saying(plain(), packed=True)) is None
    assert time.process_time() - start < 1
    assert read(saying(" " * 2_000_000 + plain())) is None


def test_a_damaged_chunk_says_nothing():
    """A wrong checksum, and a file that ends early or has endless chunks, are survived."""
    made = labelled(DATA, request(), TASK, 1)
    body = chunks(made)[1][1]
    assert read(with_chunk(b"iTXt", body)) is not None
    assert read(with_chunk(b"iTXt", body, checksum=1)) is None
    assert all(read(made[:end]) is None for end in range(33 + 12 + len(body)))
    assert read(SIGNATURE + made[8:33] + bytes(20_000_000)) is None


@settings(max_examples=200, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=300) | st.binary(max_size=80).map(lambda tail: DATA[:33] + tail))
def test_no_bytes_raise_anything(data):
    """Whatever a file holds, it is read, stripped and saved without an error."""
    assert read(data) is None
    assert stripped(data) == data
    assert stripped(labelled(data, request(), TASK, 1)) == data
