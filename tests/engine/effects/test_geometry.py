"""Sizes and pixels of expand and super_resolution."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ipywanx.engine.effects import render
from ipywanx.model.expansion import expanded_box

scale = st.floats(1, 2)
side = st.integers(512, 4096)


@given(st.tuples(side, side), st.tuples(scale, scale, scale, scale))
def test_expanded_box_follows_the_formula(size, scales):
    """Each scale acts on the half-picture on its side, and the original fits inside."""
    (width, height), (top, bottom, left, right) = size, scales
    w, h, x, y = expanded_box(size, top, bottom, left, right)
    assert abs(w - width / 2 * (left + right)) <= 0.5
    assert abs(h - height / 2 * (top + bottom)) <= 0.5
    assert 0 <= x <= w - width
    assert 0 <= y <= h - height
    assert abs(x - width / 2 * (left - 1)) <= 1


def test_all_scales_at_one_and_a_half_give_that_size():
    """The documented example: 1.5 on all sides is 1.5 times the size, centred."""
    assert expanded_box((600, 400), 1.5, 1.5, 1.5, 1.5) == (900, 600, 150, 100)


@pytest.mark.parametrize(
    "scales",
    [
        {"right_scale": 1.25},
        {"top_scale": 1.15, "bottom_scale": 1.1, "left_scale": 1.2, "right_scale": 1.05},
    ],
)
def test_the_original_stays_within_the_expanded_picture(crop, apart, scales):
    """Inside a small feather the original pixels are untouched."""
    image = crop("china")
    result = render("expand", image, parameters=scales, prompt="一座塔").image
    values = [scales.get(f"{s}_scale", 1.0) for s in ("top", "bottom", "left", "right")]
    w, h, x, y = expanded_box(image.size, *values)
    assert result.size == (w, h)
    inner = apart(result.crop((x, y, x + image.width, y + image.height)), image)
    edge = max(4, min(image.size) // 80)
    assert inner[edge:-edge, edge:-edge].max() <= 1


def test_new_area_is_a_picture(crop):
    """What expand adds has the light and some of the texture of what is beside it."""
    image = crop("coffee")
    result = render("expand", image, parameters={"right_scale": 1.3}).image
    added = np.asarray(result.crop((image.width, 0, *result.size)), float)
    beside = np.asarray(image.crop((image.width - 128, 0, *image.size)), float)
    assert np.abs(added.mean((0, 1)) - beside.mean((0, 1))).max() < 40
    assert added.std() > 10


def test_no_scale_is_told(crop):
    """With all scales at 1 the picture comes back with a notice."""
    image = crop("flower")
    result = render("expand", image)
    assert result.image.tobytes() == image.tobytes()
    assert result.notices


def _psnr(first: Image.Image, second: Image.Image) -> float:
    a, b = (np.asarray(i.convert("YCbCr"))[..., 0].astype(float) for i in (first, second))
    return float(10 * np.log10(255**2 / ((a - b) ** 2).mean()))


@pytest.mark.parametrize("name", ["astronaut", "china", "coffee", "cat"])
@pytest.mark.parametrize("factor", [2, 4])
def test_enlarging_beats_lanczos(crop, name, factor):
    """A shrunk photo comes back closer to the original than Lanczos brings it."""
    truth = crop(name)
    small = truth.resize((512 // factor, 512 // factor), Image.Resampling.BICUBIC)
    result = render("super_resolution", small, parameters={"upscale_factor": factor}).image
    plain = small.resize(truth.size, Image.Resampling.LANCZOS)
    assert result.size == truth.size
    assert _psnr(result, truth) > _psnr(plain, truth) + 0.1


def test_strips_leave_no_seams(crop, monkeypatch):
    """Enlarging in strips gives what enlarging at once gives."""
    from ipywanx.engine.effects import enlarge

    image = crop("coffee")
    whole = render("super_resolution", image, parameters={"upscale_factor": 2}).image
    monkeypatch.setattr(enlarge, "_STRIP_PIXELS", 120_000)
    strips = render("super_resolution", image, parameters={"upscale_factor": 2}).image
    assert np.abs(np.asarray(whole, int) - np.asarray(strips, int)).max() <= 2


def test_factor_one_only_cleans(crop):
    """Factor 1 keeps the size and stays near the picture."""
    image = crop("astronaut")
    result = render("super_resolution", image).image
    assert result.size == image.size
    assert 28 < _psnr(result, image) < 60
