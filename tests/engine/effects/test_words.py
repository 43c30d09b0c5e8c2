"""What of a prompt is understood, in both languages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipywanx.engine.effects import lexicon, render
from ipywanx.engine.effects.words import read

KINDS = (
    "material",
    "style",
    "mood",
    "colour",
    "region",
    "action",
    "thing",
    "scene",
    "drawing",
    "character",
)


@pytest.mark.parametrize(
    ("prompt", "pairs"),
    [
        ("蓝色背景，黄色的叶子", [("blue", "background"), ("yellow", "leaves")]),
        ("把她的头发修改为红色", [("red", "hair")]),
        ("a red tower on a blue background", [("red", "subject"), ("blue", "background")]),
        ("Purple sky and green grass", [("purple", "sky"), ("green", "ground")]),
        ("紫色的花", [("purple", "subject")]),
    ],
)
def test_colours_find_their_nouns(prompt, pairs):
    """A colour goes with the noun beside it, before or behind."""
    reading = read(prompt, "colour", "region", "action")
    assert [(paint.name, paint.region) for paint in reading.paints()] == pairs


@pytest.mark.parametrize(
    ("prompt", "understood", "not_understood"),
    [
        ("把房子变成木板风格", ("木板",), ("房子",)),
        ("turn the house into Blue and White Porcelain", ("Blue and White Porcelain",), ("house",)),
        ("把兔子变成毛茸茸风格", ("毛茸茸",), ("兔子",)),
        ("balloon style dragons", ("balloon",), ("dragons",)),
    ],
)
def test_known_and_unknown_words_are_told(crop, prompt, understood, not_understood):
    """Words that steered the result and words that did not come back as typed."""
    result = render("stylization_local", crop("flower"), prompt=prompt)
    assert result.understood == understood
    assert result.not_understood == not_understood


def test_default_wordings_are_understood(crop):
    """The service's sample prompts leave nothing over."""
    image = crop("flower")
    for function, prompt in (
        ("super_resolution", "图像超分"), ("stylization_all", "转换成法国绘本风格"),
        ("stylization_all", "转换成金箔艺术风格"),
    ):  # fmt: skip
        result = render(function, image, prompt=prompt)
        assert result.not_understood == ()
        assert result.understood


def test_unknown_style_is_admitted(crop):
    """An unknown style is reported, and a notice says what was used instead."""
    result = render("stylization_all", crop("flower"), prompt="cubist style")
    assert "cubist" in result.not_understood
    assert result.notices


def test_words_inside_longer_words_do_not_count():
    """'skyscraper' holds no sky and 'icecream' no ice."""
    assert not read("skyscraper", "region").find("region")
    assert not read("icecream", "material").find("material")


@given(st.text(max_size=80))
def test_any_prompt_can_be_read(prompt):
    """Every word found is a piece of the prompt, in order and without overlap."""
    reading = read(prompt, *KINDS)
    reading.paints()
    end = 0
    for word in reading.words:
        assert prompt[word.start : word.end] == word.text
        assert word.start >= end
        end = word.end


def test_every_table_word_is_found():
    """Each word of the lexicon is recognised when it stands alone."""
    for kind in KINDS:
        for word, _, meaning in lexicon.entries((kind,)):
            found = read(word, kind).find(kind)
            assert [w.meaning for w in found][:1], (word, meaning)
