"""Does a text with choices mean the prompts that one would write out by hand?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipywanx.errors import InvalidRequest
from ipywanx.experiments.prompts import MOST_PROMPTS, alternatives, replacing


def test_alternatives_come_in_order_and_by_their_words():
    """Every combination is there once, the last choice varying fastest."""
    assert alternatives("a {red|blue} {cat|dog}") == {
        "red, cat": "a red cat",
        "red, dog": "a red dog",
        "blue, cat": "a blue cat",
        "blue, dog": "a blue dog",
    }
    assert list(alternatives("{木|石}桌").values()) == ["木桌", "石桌"]


@pytest.mark.parametrize("prompt", ["{红｜蓝}猫", "｛红｜蓝｝猫", "{红|蓝｝猫", "｛ 红 ｜ 蓝 }猫"])
def test_full_width_braces_and_bars_are_read_alike(prompt):
    """What a Chinese input method types for braces and bars means the same choices."""
    assert alternatives(prompt) == {"红": "红猫", "蓝": "蓝猫"}
    with pytest.raises(InvalidRequest, match="inside braces"):
        alternatives("{红｜｛蓝｜绿｝}")


def test_some_of_several():
    """Two of three are every pair, joined as the prompt's language joins words."""
    assert alternatives("a cat, {2$$ink|oil|gold}") == {
        "ink, oil": "a cat, ink, oil",
        "ink, gold": "a cat, ink, gold",
        "oil, gold": "a cat, oil, gold",
    }
    assert list(alternatives("猫，{2$$木|石|金}").values()) == [
        "猫，木，石",
        "猫，木，金",
        "猫，石，金",
    ]
    assert alternatives("{2$$a|b}") == {"a, b": "a, b"}


def test_an_empty_choice_is_one():
    """A word may be left out; its label says so."""
    assert alternatives("a{| big} cat") == {"–": "a cat", "big": "abig cat"}


@pytest.mark.parametrize(
    "prompt", ["a cat", "a {cat}", "{{name}}", "{", "}", "a | b", "}{", "", "{}", "｛猫｝", "a｜b"]
)
def test_what_is_no_choice_stays(prompt):
    """Braces without a bar, and bars without braces, are letters like any other."""
    assert alternatives(prompt) == {prompt: prompt}


def test_labels_are_never_lost():
    """Two ways to one label are both there."""
    assert list(alternatives("{a, b|a} {c|b, c}").values()) == [
        "a, b c",
        "a, b b, c",
        "a c",
        "a b, c",
    ]


@pytest.mark.parametrize(
    ("prompt", "told"),
    [
        ("{a|{b|c}}", "inside braces"),
        ("{{a|b}}", "inside braces"),
        ("a {red|blue cat", "not closed"),
        ("{3$$a|b}", "asks for 3 of 2 choices"),
        ("{0$$a|b}", "asks for 0 of 2 choices"),
        ("{a|b|c|d|e|f|g|h|i|j}" * 4, "means 10000 prompts; at most 1000"),
        ("{40$$" + "|".join(map(str, range(90))) + "}", "at most 1000"),
    ],
)
def test_what_cannot_be_read_is_refused(prompt, told):
    """Nested and open braces, impossible counts and thousands of prompts say what is wrong."""
    with pytest.raises(InvalidRequest, match=told):
        alternatives(prompt)


@given(st.text(alphabet="ab{}|$2 猫", max_size=30))
def test_any_text_gives_prompts_or_a_refusal(prompt):
    """Nothing else is raised, and what comes is never empty nor too much."""
    try:
        made = alternatives(prompt)
    except InvalidRequest:
        return
    assert 1 <= len(made) <= MOST_PROMPTS
    assert prompt in made or "|" in prompt


def test_words_are_replaced():
    """The prompt as it is comes first, by the old word; then each with a new one."""
    assert replacing("a red cat on red", "red", "blue", "") == {
        "red": "a red cat on red",
        "blue": "a blue cat on blue",
        "–": "a  cat on ",
    }
    assert replacing("一只猫", "猫") == {"猫": "一只猫"}


@pytest.mark.parametrize("old", ["dog", "", "Red"])
def test_words_that_are_not_there_are_refused(old):
    """To replace what is not in the prompt is a mistake that is told with both."""
    with pytest.raises(InvalidRequest, match=f"'{old}' is not in the prompt 'a red cat'"):
        replacing("a red cat", old, "x")
