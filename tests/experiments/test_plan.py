"""A plan holds every request of an experiment, whole and checked, before one is sent."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ipywanx.errors import InvalidRequest
from ipywanx.experiments.plan import MOST_CELLS, plan
from ipywanx.model.functions import StylizationAll
from ipywanx.model.loading import load

PHOTO = load(Image.new("RGB", (512, 512), "grey"))
STYLES = ["转换成法国绘本风格", "转换成金箔艺术风格"]


@given(
    st.lists(st.text("abc猫", min_size=1, max_size=4), min_size=1, max_size=4),
    st.lists(st.floats(0, 1), min_size=1, max_size=4),
    st.lists(st.integers(0, 99), min_size=1, max_size=3),
)
def test_a_grid_has_every_combination_once(prompts, strengths, seeds):
    """Each cell has the values of its place, the last axis varies fastest, none is left out."""
    made = plan("stylization_all", PHOTO, prompts, strength=strengths, seed=seeds)
    expected = list(product(prompts, strengths, seeds))
    found = [(one.prompt, one.strength, one.seed) for one in made.requests]
    assert found == expected
    sizes = [len(prompts), len(strengths), len(seeds)]
    assert list(made.places) == list(product(*map(range, sizes)))


def test_zipped_axes_go_in_step():
    """``how="zip"`` takes the first of each, then the second of each."""
    made = plan("stylization_all", PHOTO, STYLES, strength=[0.2, 0.8], how="zip")
    assert [(one.prompt, one.strength) for one in made.requests] == [
        (STYLES[0], 0.2),
        (STYLES[1], 0.8),
    ]
    assert made.labels(1) == (f"{STYLES[1]} · 0.8",)


def test_cells_share_a_seed_that_the_plan_decides():
    """Cells differ by what was varied alone, and the same call finds the same seed again."""
    first, again = (plan("stylization_all", PHOTO, STYLES, strength=[0.2, 0.8]) for _ in "ab")
    (seed,) = {one.seed for one in first.requests}
    assert {one.seed for one in again.requests} == {seed}
    other = plan("stylization_all", PHOTO, STYLES, strength=[0.2, 0.9])
    assert {one.seed for one in other.requests} != {seed}


def test_each_cell_has_a_seed_of_its_own_where_asked_for():
    """``vary_seed`` draws one for each cell; a seed that was given stays."""
    varied = plan("stylization_all", PHOTO, STYLES, strength="0.1-0.9 [9]", vary_seed=True)
    assert len({one.seed for one in varied.requests}) > 15
    fixed = plan("stylization_all", PHOTO, STYLES, seed=5, vary_seed=True)
    assert {one.seed for one in fixed.requests} == {5}


def test_a_picture_is_loaded_once(photo_file, tmp_path):
    """All cells of a file share its bytes; several files are an axis with their names."""
    cat, flower = (photo_file(name, tmp_path) for name in ("cat", "flower"))
    made = plan("stylization_all", cat, STYLES, strength=[0.2, 0.8])
    assert len({id(one.image) for one in made.requests}) == 1
    several = plan("stylization_all", [cat, flower], STYLES[0])
    assert several.axes[0].labels == ("cat.png", "flower.png")


def test_requests_may_be_given_whole():
    """A list of requests is a plan of them, each with a name."""
    requests = [StylizationAll(image=PHOTO, prompt=style, seed=3) for style in STYLES]
    made = plan(requests)
    assert list(made.requests) == requests
    assert made.labels(0) == ("1. stylization_all",)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ({"strength": [0.5, 1.5]}, "strength is 1.5"),
        ({"strenght": [0.5]}, "Did you mean 'strength'"),
        ({"seed": ["x"]}, "seed is 'x'"),
        ({"prompt": ["a", " "]}, "needs a prompt"),
        ({"strength": [0.1, 0.2], "seed": [1, 2, 3], "how": "zip"}, "strength 2, seed 3"),
        ({"how": "product"}, "'grid' or 'zip'"),
        ({"strength": "0-1 [200]", "seed": range(200)}, str(MOST_CELLS)),
        ({"image": [PHOTO, "no-such-file.png"]}, "no-such-file.png"),
    ],
)
def test_a_cell_that_would_be_refused_refuses_the_plan(call, said):
    """Every cell is checked, and the error names the value; nothing is sent."""
    with pytest.raises(InvalidRequest, match=said):
        plan("stylization_all", **{"image": PHOTO, "prompt": STYLES[0]} | call)


def test_a_list_of_something_else_is_told():
    """What is neither a function nor requests is refused with an example."""
    for wrong in (["expand"], [], None, 5, StylizationAll(image=PHOTO, prompt="x")):
        with pytest.raises(InvalidRequest, match=r"wx\.sweep\('stylization_all'") as caught:
            plan(wrong, PHOTO)
        assert caught.value.parameter == "function"
    with pytest.raises(InvalidRequest, match="further arguments"):
        plan([StylizationAll(image=PHOTO, prompt=STYLES[0])], PHOTO)
