"""Do the numbers of an array or of a deep grey file become what they mean, or are they refused?

What must never come of them: a picture that is black, or white, where there was something to see.
"""

import io
import re

import numpy as np
import pytest
from PIL import Image
from tests.model.test_images import encoded, refusal
from tests.model.viewer import PROFILES, far_apart, shown

from ipywanx.model.loading import load

RAMP = np.linspace(0, 1, 512)[None, :].repeat(512, axis=0)
GREYS = (RAMP * 255).round()

READ = {
    "float to 1": (RAMP, None),
    "float with an overshoot": (RAMP * 1.02, (0, 1.02, 1)),
    "float with an overshoot below": (RAMP * 1.1 - 0.05, (-0.05, 1.05, 1)),
    "float32 to 255": ((RAMP * 255).astype(np.float32), (0, 255, 255)),
    "float16 to 255": ((RAMP * 255).astype(np.float16), (0, 255, 255)),
    "float to 255 with an overshoot": (RAMP * 270 - 8, (-8, 262, 255)),
    "uint16 to 65535": ((RAMP * 65535).astype(np.uint16), (0, 65535, 65535)),
    "big-endian to 65535": ((RAMP * 65535).astype(">u2"), (0, 65535, 65535)),
    "uint16 to 255": (GREYS.astype(np.uint16), (0, 255, 255)),
    "int64 to 255": (GREYS.astype(np.int64), (0, 255, 255)),
    "int32 to 65535": ((RAMP * 65535).astype(np.int32), (0, 65535, 65535)),
    "uint8": (GREYS.astype(np.uint8), None),
}
"""Arrays of a scale that is known: lowest, highest and white of the notice, None for no notice."""


@pytest.mark.parametrize("name", READ)
@pytest.mark.parametrize("shape", ["grey", "colours"])
def test_a_known_scale_is_read(name, shape):
    """Each value becomes the grey that it means; where its scale was guessed, it is told."""
    array, told = READ[name]
    if shape == "colours":
        array = np.dstack([array] * 3)
    picture = load(array)
    low, high, white = told or (0, float(array.max()), 1 if array.max() <= 1 else 255)
    expected = (array.astype(float) / white * 255).clip(0, 255)
    pixels = np.asarray(picture.to_image(), float)
    assert np.abs(pixels - (expected[..., None] if shape == "grey" else expected)).max() <= 1
    said = [str(notice) for notice in picture.notices]
    assert bool(said) is (told is not None)
    if told:
        assert f"from {low:.6g} to {high:.6g}" in said[0]
        assert f"scale from 0 to {white}" in said[0]
        assert ("was cut" in said[0]) is (low < 0 or high > white)


UNKNOWN = {
    "a range around 0.5": (RAMP * 2 - 0.5, "-0.5 to 1.5"),
    "degrees": (RAMP * 180 - 90, "-90 to 90"),
    "light without end": (RAMP * 3000, "0 to 3000"),
    "scaled twice": (RAMP / 255, "0 to 0.00392157"),
    "12 bits": ((RAMP * 4095).astype(np.uint16), "0 to 4095"),
    "32 bits": ((RAMP * 4e9).astype(np.uint32), "0 to 4e+09"),
    "negative": (GREYS.astype(np.int16) - 128, "-128 to 127"),
    "truths as numbers": ((RAMP > 0.5).astype(np.uint8), "0 to 1"),
    "truths as long numbers": ((RAMP > 0.5).astype(np.int64), "0 to 1"),
    "constant": (np.full((512, 512), 3.0), "3 to 3"),
}
"""Arrays of a range of which nobody knows what is white."""


@pytest.mark.parametrize("name", UNKNOWN)
def test_an_unknown_scale_is_refused_and_the_advice_works(name):
    """The refusal has the true range, and code that makes a picture of the array as it stands."""
    array, range_ = UNKNOWN[name]
    words = refusal(array)
    assert f"The array holds values from {range_}, and nothing says which is white" in words
    code = re.search(r"stretches it: (.*?)\. Nothing", words)[1]
    pixels = np.asarray(load(eval(code, {"array": array})).to_image())  # noqa: S307
    if name != "constant":
        assert (pixels.min(), pixels.max()) == (0, 255)


FLOATS = RAMP.astype(np.float32)
FILES = {
    "float_0_1.02.tif": (FLOATS * np.float32(1.02), "TIFF", True),
    "float_-0.5_1.5.tif": (FLOATS * 2 - np.float32(0.5), "TIFF", False),
    "float_255.tif": (FLOATS * 255, "TIFF", True),
    "16_bits.tif": ((RAMP * 65535).astype(np.uint16), "TIFF", True),
    "16_bits.png": ((RAMP * 65535).astype(np.uint16), "PNG", True),
    "12_bits.png": ((RAMP * 4095).astype(np.uint16), "PNG", False),
    "8_in_16_bits.png": (GREYS.astype(np.uint16), "PNG", False),
    "32_bits.tif": ((RAMP * 2e9).astype(np.int32), "TIFF", False),
    "16_in_32_bits.tif": ((RAMP * 65535).astype(np.int32), "TIFF", True),
}


@pytest.mark.parametrize("name", FILES)
def test_a_deep_file_is_read_on_its_scale_or_refused_by_name(name, tmp_path):
    """A float or deep grey file shows all its greys; of an unknown scale it is refused by name."""
    values, kind, is_read = FILES[name]
    path = tmp_path / name
    Image.fromarray(values).save(path, kind)
    if not is_read:
        words = refusal(path)
        assert words.startswith(f"{name} holds values from {values.min():.6g} to ")
        code = re.search(r"stretches it: (.*?)\. Nothing", words)[1]
        picture = load(eval(code, {"np": np, "PIL": __import__("PIL.Image"), "path": path}))  # noqa: S307
    else:
        picture = load(path)
        assert any("scale from 0 to" in str(notice) for notice in picture.notices)
    row = np.asarray(picture.to_image(), float)[0, :, 0]
    assert np.abs(row - RAMP[0] * 255).max() <= 6


@pytest.mark.parametrize("profile", ["none", "grey 1.8", "grey 1.0", "grey sRGB"])
def test_a_deep_grey_file_is_shown_by_its_profile(profile):
    """16 bits of grey go through the profile before they are cut to 8, as in a viewer."""
    image = Image.fromarray((RAMP * 65535).astype(np.uint16))
    data = encoded(image, "PNG", icc_profile=PROFILES[profile])
    assert far_apart(load(data).to_image(), shown(data)) <= 1


def test_the_deep_pixels_of_an_opened_file_are_those_of_its_path():
    """An image that was opened is read as its file is."""
    for values, kind, is_read in FILES.values():
        data = encoded(Image.fromarray(values), kind)
        opened = Image.open(io.BytesIO(data))
        if is_read:
            assert far_apart(load(opened).to_image(), load(data).to_image()) == 0
        else:
            assert refusal(opened).split(" holds ")[1] == refusal(data).split(" holds ")[1]
