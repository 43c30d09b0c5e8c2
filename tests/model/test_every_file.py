"""Is every picture file taken with the pixels that a colour-managed viewer shows, or refused?

Format × mode × depth × profile × orientation × alpha × size, drawn at random; Pillow writes the
file, and its ImageCms says what a viewer shows.
"""

import io
from typing import NamedTuple

import numpy as np
from hypothesis import HealthCheck, assume, event, example, given, note, settings
from hypothesis import strategies as st
from PIL import Image
from tests.model.test_images import ORIENTATION
from tests.model.viewer import PROFILES, far_apart, shown

from ipywanx.errors import UnusableImage
from ipywanx.model.images import MAX_SIDE, MIN_SIDE
from ipywanx.model.loading import load

FORMATS = ["JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF", "PPM", "AVIF", "JPEG2000", "TGA", "MPO"]
MODES = ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "LAB", "I;16", "I", "F"]
SIZES = [(530, 512), (512, 700), (300, 260), (40, 700), (4100, 520)]
ALPHAS = ["none", "opaque", "ramp", "key"]
LIMIT = 2


def drawn(mode: str, size: tuple[int, int], alpha: str) -> Image.Image:
    """Soft and hard edges, greys and strong colours, in a mode, with what lies over them."""
    across, down = np.meshgrid(np.linspace(0, 1, size[0]), np.linspace(0, 1, size[1]))
    if mode in {"I;16", "I", "F"}:
        top, kind = {"I;16": (65535, np.uint16), "I": (65535, np.int32), "F": (1, np.float32)}[mode]
        return Image.fromarray((across * top).astype(kind))
    pixels = np.stack([255 * across, 255 * down, 120 + 100 * across * down], 2)
    pixels[size[1] // 3 : size[1] // 2, size[0] // 3 : size[0] // 2] = (230, 40, 50)
    pixels[size[1] // 2 :, : size[0] // 4] = (128, 128, 128)
    image = Image.fromarray(pixels.astype(np.uint8))
    if mode == "CMYK":  # with black in it, which a plain conversion has not
        image = Image.merge("CMYK", [*image.split(), image.getchannel("G").point(lambda g: g // 3)])
    elif mode == "LAB":
        image = Image.merge("LAB", image.split())
    else:
        image = image.convert(mode)
    if mode in {"LA", "RGBA"}:
        levels = np.full(size[::-1], 255) if alpha != "ramp" else 255 * down
        image.putalpha(Image.fromarray(levels.astype(np.uint8)))
    return image


def written(image: Image.Image, kind: str, profile: str, turn: int, alpha: str) -> bytes | None:
    """The file; None where there is no such file."""
    options: dict[str, object] = {"quality": 95} if kind in {"JPEG", "MPO", "AVIF"} else {}
    if kind == "WEBP":
        options = {"lossless": True, "exact": True}
    if PROFILES[profile]:
        options["icc_profile"] = PROFILES[profile]
    if turn > 1:
        exif = Image.Exif()
        exif[ORIENTATION] = turn
        options["exif"] = exif
    if alpha == "key":
        options["transparency"] = {"RGB": (230, 40, 50), "P": 1}.get(image.mode, 128)
    stream = io.BytesIO()
    try:
        image.save(stream, kind, **options)
    except (KeyError, OSError, TypeError, ValueError):
        return None
    return stream.getvalue()


class Case(NamedTuple):
    """One file, and how it is given."""

    kind: str
    mode: str
    profile: str = "none"
    turn: int = 1
    alpha: str = "none"
    size: tuple[int, int] = SIZES[0]
    fit: bool = False
    opened: bool = False


CASES = st.builds(
    Case,
    st.sampled_from(FORMATS),
    st.sampled_from(MODES),
    st.sampled_from(list(PROFILES)),
    st.integers(1, 8),
    st.sampled_from(ALPHAS),
    st.sampled_from(SIZES),
    st.booleans(),
    st.booleans(),
)


@settings(max_examples=120, suppress_health_check=list(HealthCheck))
@given(CASES)
@example(Case("JPEG", "CMYK", "press", 6))
@example(Case("PNG", "I;16", "grey 1.0", opened=True))
@example(Case("PNG", "P", "Display P3", 3, "key"))
@example(Case("PNG", "LA", "grey 1.8", 1, "ramp", fit=True))
@example(Case("TIFF", "RGBA", "Adobe RGB", 8, "ramp", SIZES[2], fit=True))
@example(Case("WEBP", "RGB", "broken", 5))
def test_a_file_is_taken_as_a_viewer_shows_it_or_refused(case):
    """Taken, a picture has a viewer's pixels; refused, it is told in our words."""
    note(repr(tuple(case)))
    kind, mode, profile, turn, alpha, size, fit, opened = case
    data = written(drawn(mode, size, alpha), kind, profile, turn, alpha)
    assume(data is not None)
    file = Image.open(io.BytesIO(data))
    if file.mode in {"I", "F"}:  # ImageCms does not read them: the same greys, in 16 bits
        profile = profile if "icc_profile" in file.info else "none"
        turn = file.getexif().get(ORIENTATION, 1)
        expected = shown(written(drawn("I;16", size, "none"), "PNG", profile, turn, "none"))
    else:
        expected = shown(data)
    try:
        picture = load(file if opened else data, fit=fit)
    except UnusableImage as error:
        event(f"refused: {error.message.split(' ', 3)[-1][:30]}")
        assert "Nothing was sent." in str(error)
        fits = all(MIN_SIDE <= side <= MAX_SIDE for side in size)
        too_narrow = max(size) / min(size) > MAX_SIDE / MIN_SIDE
        assert too_narrow or (not fits and not fit)
        return
    event(f"taken: {kind} {mode}")
    assert all(MIN_SIDE <= side <= MAX_SIDE for side in picture.size)
    image = picture.to_image()
    if picture.size != expected.size:
        expected = expected.resize(picture.size, Image.Resampling.LANCZOS)
    assert far_apart(image, expected) <= LIMIT
    with Image.open(io.BytesIO(picture.data)) as sent:
        sent.load()
        assert not sent.getexif()
        unmanaged = sent.convert("RGB")
    assert far_apart(unmanaged, expected) <= LIMIT
