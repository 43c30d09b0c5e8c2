"""Is a file that is odd, or no picture at all, read all the same or told by name?

People have files whose chunks are larger than a decoder reads, files of other formats under a
picture's name, and libraries that change Pillow for the whole process.
"""

import io
import struct
import threading

import numpy as np
import pytest
from PIL import Image, ImageFile
from tests.model.test_images import encoded, noise, refusal, scene

from ipywanx.model.loading import load
from ipywanx.model.quiet import plain_pillow

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
