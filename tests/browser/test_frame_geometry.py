"""The frame's arithmetic as the page does it: any drag, any preset, and Python's own formula."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lab import Lab
from playwright.sync_api import Page

from ipywanx.model.expansion import expanded_box
from ipywanx.widgets.esm import module
from ipywanx.widgets.expand_frame import ExpandFrame

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

LIMITS = ExpandFrame().limits
SIDES = ("left", "right", "top", "bottom")
SIZES = st.tuples(st.integers(512, 4096), st.integers(512, 4096))
FRAMES = st.fixed_dictionaries(dict.fromkeys(SIDES, st.integers(100, 200).map(lambda n: n / 100)))
FINE = st.fixed_dictionaries(
    dict.fromkeys(SIDES, st.integers(10_000, 20_000).map(lambda n: n / 1e4))
)
WAYS = st.tuples(st.floats(-9000, 9000), st.floats(-9000, 9000))
GRABBED = st.sampled_from([["left"], ["right"], ["top"], ["bottom"], ["top", "left"],
                           ["top", "right"], ["bottom", "left"], ["bottom", "right"]])  # fmt: skip


@pytest.fixture
def page(lab: Lab) -> Iterator[Page]:
    """Return a page that has the functions."""
    page = lab.context.new_page()
    page.add_script_tag(content=module("dom.js", "frame_geometry.js"))
    yield page
    page.close()


def is_possible(frame: dict[str, float]) -> bool:
    """Whether the service would take it."""
    return all(1 <= frame[side] <= 2 for side in SIDES)


@pytest.mark.slow
def test_any_drag_stays_possible(page):
    """However far an edge, a corner or the whole is dragged, each scale is from 1 to 2."""

    @given(FINE, GRABBED, WAYS, SIZES, st.booleans())
    def check(frame, sides, way, size, evenly):
        dragged, moved = page.evaluate(
            "([frame, sides, way, size, limits, evenly]) => ["
            "draggedFrame(frame, sides, way, size, limits, evenly),"
            "movedFrame(frame, way, size, limits)]",
            [frame, sides, way, size, LIMITS, evenly],
        )
        assert is_possible(dragged)
        assert is_possible(moved)
        for side, other in (("left", "right"), ("top", "bottom")):
            assert moved[side] + moved[other] == pytest.approx(frame[side] + frame[other], abs=2e-4)
            if evenly and {side, other} & set(sides):
                assert dragged[side] == dragged[other]
        untouched = (
            set(SIDES) - set(sides) - ({"left", "right", "top", "bottom"} if evenly else set())
        )
        assert all(dragged[side] == frame[side] for side in untouched)

    check()


@pytest.mark.slow
def test_presets_give_their_ratio_or_say_that_they_cannot(page):
    """A preset enlarges one way, evenly, to a pixel of its ratio; or the limit forbids it."""

    @given(SIZES, st.sampled_from(["1:1", "4:3", "3:4", "16:9", "9:16"]))
    def check(size, name):
        told = page.evaluate(
            "([name, size, limits]) => presetFrame(name, size, limits)", [name, size, LIMITS]
        )
        (width, height), (a, b) = size, map(int, name.split(":"))
        if "frame" in told:
            frame = told["frame"]
            assert is_possible(frame)
            assert frame["left"] == frame["right"]
            assert frame["top"] == frame["bottom"]
            assert 1 in {frame["left"], frame["top"]}
            grown = expanded_box(size, frame["top"], frame["bottom"], frame["left"], frame["right"])
            if grown[1] == height:
                assert abs(grown[0] - height * a / b) <= 1
            else:
                assert grown[0] == width
                assert abs(grown[1] - width * b / a) <= 1
        else:
            needed = max(height * a / b / width, width * b / a / height)
            assert told["needed"] == pytest.approx(needed)
            assert needed > 2

    check()


@pytest.mark.slow
def test_the_page_foretells_the_size_as_python_does(page):
    """Python's formula and the page's give the same pixels, for all that a scale can be."""

    @given(SIZES, FINE | FRAMES)
    def check(size, frame):
        shown = page.evaluate("([frame, size]) => outputSize(frame, size)", [frame, size])
        sides = (frame["top"], frame["bottom"], frame["left"], frame["right"])
        assert tuple(shown) == expanded_box(size, *sides)[:2]

    check()


@pytest.mark.slow
def test_scales_become_pixels_and_come_back(page):
    """The pixels that a side adds mean the scale that it has."""

    @given(SIZES, FRAMES)
    def check(size, frame):
        back = page.evaluate(
            "([frame, size, limits]) => Object.fromEntries(SIDES.map(side => [side,"
            "scaleOfPixels(addedPixels(frame, side, size), side, size, limits)]))",
            [frame, size, LIMITS],
        )
        assert back == pytest.approx(frame)

    check()
