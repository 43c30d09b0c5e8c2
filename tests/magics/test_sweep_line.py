"""A line that asks for a sweep means an experiment: which values vary, and how."""

import pytest
from IPython.core.error import UsageError
from PIL import Image
from tests.magics.cells import complaint, run

from ipywanx.experiments.plan import plan
from ipywanx.magics.completion import candidates
from ipywanx.magics.grammar import Command, Experiment, parse

PHOTO = Image.new("RGB", (640, 520))
OTHER = Image.new("RGB", (520, 640))
NAMES = {"photo": PHOTO, "other": OTHER, "style": "法国绘本"}


def read(line: str, body: str | None = None) -> Experiment:
    """Parse a line that must be an experiment."""
    asked = parse(f"sweep {line}", body, NAMES)
    assert isinstance(asked, Experiment)
    return asked


def refusal(line: str, body: str | None = None) -> str:
    """Parse a line that must be refused, and return what the person reads."""
    with pytest.raises(UsageError) as caught:
        parse(f"sweep {line}", body, NAMES)
    return str(caught.value)


def test_flags_span_values_in_the_order_of_the_line():
    """Numbers may be spans; the axes stand as they were typed."""
    asked = read('stylization_all photo -p x --seed 1-3 --strength "0.2-1.0 [3]" -n 2 -o grid')
    assert asked.output == "grid"
    assert dict(asked.values) == {
        "seed": "1-3",
        "strength": "0.2-1.0 [3]",
        "n": 2,
        "image": PHOTO,
        "prompt": "x",
    }
    made = plan(asked.function, **asked.values)
    assert [one.name for one in made.axes] == ["seed", "strength"]
    swapped = read("stylization_all photo -p x --strength 0.2,0.8 --seed 1,2")
    assert [one.name for one in plan(swapped.function, **swapped.values).axes] == [
        "strength",
        "seed",
    ]


@pytest.mark.parametrize(
    "typed",
    [
        "0.2-0.8 [4]",
        "0.2 - 0.8 [4]",
        "0.2, 0.4,0.6 , 0.8",
        "０．２～０．８　［４］",
        '"0.2-0.8 [4]"',
    ],
)
def test_a_span_needs_no_quotes(typed):
    """What a message proposes can be typed as it stands, with blanks, before another option."""
    asked = read(f"stylization_all photo --strength {typed} -p x --seed 1, 2")
    made = plan(asked.function, **asked.values)
    assert [one.values for one in made.axes] == [(0.2, 0.4, 0.6, 0.8), (1, 2)]


def test_a_span_that_misses_its_end_is_refused(shell):
    """--strength 0.2-0.8 never means 0.2 alone: nothing is sent, and the proposal works."""
    line = "%wanx sweep stylization_all photo -p x --dry-run --strength 0.2-0.8"
    said = complaint(shell, line)
    assert "0.2-0.8 [4]" in said
    assert "Nothing was sent" in said
    assert run(shell, f"{line} [4]").pictures == 4


@pytest.mark.parametrize(
    "rule",
    [
        "'cat=\"big, brown dog\",hare'",
        'cat="big, brown dog",hare',
        "cat=“big, brown dog”，hare",
        "cat＝“big, brown dog”，hare",
        "\"cat='big, brown dog', hare\"",
    ],
)
def test_a_replacement_keeps_its_commas(rule):
    """Quotes around a word of --replace hold it together, whichever they are."""
    replaced = read(f'description_edit photo -p "a cat" --replace {rule}')
    assert list(replaced.values["prompt"].values()) == ["a cat", "a big, brown dog", "a hare"]


def test_a_body_holds_one_prompt_or_several():
    """Lines of --- part the prompts; each stays as typed, with its variables filled in."""
    one = read("description_edit photo", "第一行\n第二行")
    assert one.values["prompt"] == "第一行\n第二行"
    several = read(
        "description_edit photo", "转换成{{style}}风格\n---\n a - b -- c {x}\n -----\nthird\n"
    )
    assert several.values["prompt"] == ["转换成法国绘本风格", " a - b -- c {x}", "third"]


def test_prompts_masks_and_pictures_may_be_several():
    """``-p`` and ``--mask`` may be repeated, and several pictures may be named."""
    asked = read("description_edit_with_mask photo other -p a -p b --mask photo --mask other")
    assert asked.values["image"] == [PHOTO, OTHER]
    assert asked.values["mask"] == [PHOTO, OTHER]
    assert asked.values["prompt"] == ["a", "b"]


def test_alternatives_and_replacements_are_asked_for():
    """Braces stay as typed unless --expand says otherwise; --replace tries other words."""
    plain = read('description_edit photo -p "a {red|blue} cat"')
    assert plain.values["prompt"] == "a {red|blue} cat"
    expanded = read('description_edit photo -p "a {red|blue} cat" --expand')
    assert expanded.values["prompt"] == {"red": "a red cat", "blue": "a blue cat"}
    replaced = read('description_edit photo -p "a red cat" --replace "cat=dog,hare"')
    assert replaced.values["prompt"] == {
        "cat": "a red cat",
        "dog": "a red dog",
        "hare": "a red hare",
    }
    both = read('description_edit photo -p "{red|blue} cat" -p "old dog" --expand')
    assert list(both.values["prompt"].values()) == ["red cat", "blue cat", "old dog"]


def test_options_of_the_experiment():
    """--zip, --fresh, --vary-seed, --cap and --dry-run are said to the sweep itself."""
    assert read("expand photo -p x").options == {
        "how": "grid",
        "fresh": False,
        "vary_seed": False,
        "start": True,
    }
    given = read("expand photo -p x --zip --fresh --vary-seed --cap 2.5 --dry-run").options
    assert given == {"how": "zip", "fresh": True, "vary_seed": True, "start": False, "cap": 2.5}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", "needs a function, a picture"),
        ("expandd photo", "Did you mean 'expand'"),
        ("expand", "needs a picture"),
        ("expand nothing.png -p", "expected one argument"),
        ("stylization_all photo -p x --strength high", "'high' is not a number from 0 to 1"),
        ("stylization_all photo -p x --left-scale 1", "belongs to expand"),
        ("expand photo -p x --cap dear", "not a number of yuan"),
        ("expand photo -p x --replace cat", "OLD=NEW"),
        ('expand photo -p x --replace "cat=dog"', "not in the prompt"),
        ("expand photo -p x -o 1x", "variable's name"),
    ],
)
def test_what_cannot_be_understood_is_told(line, said):
    """Each refusal says what to type instead."""
    with pytest.raises(Exception, match=said):
        parse(f"sweep {line}", None, NAMES)


def test_prompts_given_twice_are_refused():
    """A body beside -p is a mistake that could cost money."""
    assert "given twice" in refusal("expand photo -p x", "y")


def test_help_is_the_functions():
    """``sweep F --help`` shows the flags that may vary."""
    assert parse("sweep expand --help", None, NAMES) == Command("help", "expand")


def test_completion_offers_functions_pictures_and_flags():
    """Behind ``sweep`` come functions, then pictures, then the function's flags and its own."""
    assert "stylization_all" in candidates("%wanx sweep styl", NAMES)[1]
    assert "photo" in candidates("%wanx sweep expand ph", NAMES)[1]
    flags = candidates("%wanx sweep expand photo --", NAMES)[1]
    assert {"--left-scale", "--zip", "--cap", "--output"} <= set(flags)
    assert "--background" not in flags


def test_a_cell_runs_it(shell):
    """The cell returns at once with the sweep, which is kept under its name and comes to an end."""
    grid = run(
        shell, "%%wanx sweep stylization_all photo --strength 0.2,0.8 -o grid\n转换成法国绘本风格"
    )
    assert shell.user_ns["grid"] is grid
    assert len(grid.result(60)) == 2
    planned = run(shell, "%wanx sweep stylization_all photo -p x --seed 1-9 --dry-run")
    assert (planned.is_started, planned.pictures) == (False, 9)
    said = complaint(shell, "%wanx sweep stylization_all photo -p x --strength 0.5,2")
    assert "strength is 2" in said
    assert "Nothing was sent" in said
