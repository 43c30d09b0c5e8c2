"""One step of a mask's making: checked when made, exact when drawn, small when kept."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ipywanx import Mask
from ipywanx.errors import UnusableMask
from ipywanx.model.operations import EDIT, KEEP, from_plain, operation

SIZE = (64, 48)
JUNK = st.one_of(
    st.none(), st.booleans(), st.floats(), st.integers(), st.text(max_size=5), st.binary(max_size=5)
)


@given(st.floats(-100, 150), st.floats(-100, 150), st.floats(0.5, 40), st.floats(-40, 40))
def test_a_stroke_reaches_no_farther_than_it_says(x, y, radius, way):
    """A stroke changes no pixel outside of its box, wherever it lies."""
    step = operation("stroke", [(x, y), (x + way, y - way)], size=SIZE, radius=radius)
    pixels = np.asarray(step.draw(Image.new("L", SIZE, KEEP))).copy()
    left, top, right, bottom = step.reach(SIZE)
    pixels[top:bottom, left:right] = KEEP
    assert not pixels.any()


@pytest.mark.parametrize("radius", [3, 8.5, 20])
def test_a_dot_is_a_disk_of_its_radius(radius):
    """A stroke of one point is a disk of its radius, give or take half a pixel."""
    dot = operation("stroke", [(32, 24)], size=SIZE, radius=radius)
    area = np.count_nonzero(dot.draw(Image.new("L", SIZE, KEEP)))
    assert math.pi * (radius - 0.5) ** 2 < area < math.pi * (radius + 0.6) ** 2


@given(
    st.sampled_from(["stroke", "rectangle", "ellipse", "polygon", "fill", "grow", "smooth"]),
    st.one_of(JUNK, st.lists(st.one_of(JUNK, st.lists(JUNK, max_size=3)), max_size=4)),
    JUNK,
)
def test_nonsense_is_refused_in_words_or_harmless(name, points, radius):
    """Whatever the numbers are: a readable error, or a step that draws to 0 and 255."""
    try:
        step = operation(name, points, size=SIZE, radius=radius)
    except (UnusableMask, OverflowError):
        return
    canvas = np.asarray(step.draw(Image.new("L", SIZE, KEEP)))
    assert set(np.unique(canvas)) <= {KEEP, EDIT}


def test_a_step_survives_json():
    """A step is the same after it was written as JSON values and read again."""
    mask = Mask(SIZE).stroke([(1, 2), (3, 4)], 5).erase([(9, 9)], 2).region(np.eye(9, dtype=bool))
    for step in mask.grow(-3).smooth(2).invert().fill((0, 0)).operations:
        assert from_plain(step.to_plain(), SIZE) == step
