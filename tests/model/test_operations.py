"""One step of a mask's making: checked when made, exact when drawn, small when kept."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from PIL import Image

from ipywanx import Mask
from ipywanx.errors import UnusableMask
from ipywanx.model.operations import EDIT, KEEP
from ipywanx.model.steps import from_plain, operation

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


PATHS = st.lists(
    st.tuples(st.floats(-20, 80), st.floats(-20, 70), st.floats(0.5, 20)), min_size=1, max_size=5
)


def pen(path: list[tuple[float, float, float]]) -> np.ndarray:
    """Where a pen paints that has a radius at each point."""
    points, radii = [(x, y) for x, y, _ in path], [radius for *_, radius in path]
    step = operation("stroke", points, size=SIZE, radius=radii)
    assert from_plain(step.to_plain(), SIZE) == step
    pixels = np.asarray(step.draw(Image.new("L", SIZE, KEEP)))
    left, top, right, bottom = step.reach(SIZE)
    outside = pixels.copy()
    outside[top:bottom, left:right] = KEEP
    assert not outside.any()
    return pixels == EDIT


@given(PATHS)
def test_a_pens_stroke_is_all_the_disks_on_its_way(path):
    """Between two points the brush goes from one radius to the other, and paints no more."""
    ys, xs = np.mgrid[0 : SIZE[1], 0 : SIZE[0]]
    depth = np.full(xs.shape, -np.inf)  # how far inside of the nearest disk
    for (ax, ay, a), (bx, by, b) in zip(path, [*path[1:], path[-1]], strict=True):
        for at in np.linspace(0, 1, 100):
            x, y, radius = ax + (bx - ax) * at, ay + (by - ay) * at, a + (b - a) * at
            depth = np.maximum(depth, radius - np.hypot(xs - x, ys - y))
    drawn = pen(path)
    assert drawn[depth > 1.5].all()
    assert not drawn[depth < -2].any()  # Pillow rounds a band's corners: up to 1.64 was seen


@given(PATHS, st.floats(0.5, 20))
def test_equal_radii_are_one_radius(path, radius):
    """A pen pressed evenly draws what the brush draws, as the same step."""
    points = [(x, y) for x, y, _ in path]
    even = operation("stroke", points, size=SIZE, radius=[radius] * len(points))
    assert even == operation("stroke", points, size=SIZE, radius=radius)


@given(PATHS)
def test_a_pens_stroke_survives_json(path):
    """The radius at each point is kept, in the mask's own text too."""
    assume(len({radius for *_, radius in path}) > 1)
    points, radii = [(x, y) for x, y, _ in path], [radius for *_, radius in path]
    mask = Mask(SIZE).stroke(points, radii).erase(points[::-1], np.array(radii) / 2)
    assert Mask.from_json(mask.to_json()) == mask
    assert mask.operations[0].radii == tuple(radii)


@pytest.mark.parametrize("radii", [[], [1], [1, 2, 3], [1, 0], [1, "2"], [1, math.nan]])
def test_each_point_has_a_radius(radii):
    """Radii that are too few, too many or none are refused."""
    with pytest.raises(UnusableMask, match=r"give each point one|over 0 and at most"):
        operation("stroke", [(1, 1), (9, 9)], size=SIZE, radius=radii)


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


def test_a_step_tells_itself_in_few_words():
    """A short step is told whole; of a picture's bytes or a long path, the beginning."""
    dot = operation("stroke", [(32, 24)], size=SIZE, radius=3)
    assert repr(dot) == "<Operation {'op': 'stroke', 'points': ((32.0, 24.0),), 'radius': 3.0}>"
    path = [(x / 9, 5) for x in range(500)]
    for long in (Mask.from_image(np.eye(600)), Mask(SIZE).stroke(path, 3)):
        assert len(repr(long.operations[0])) < 250


def test_a_step_survives_json():
    """A step is the same after it was written as JSON values and read again."""
    mask = Mask(SIZE).stroke([(1, 2), (3, 4)], 5).erase([(9, 9)], 2).region(np.eye(9, dtype=bool))
    for step in mask.grow(-3).smooth(2).invert().fill((0, 0)).operations:
        assert from_plain(step.to_plain(), SIZE) == step
