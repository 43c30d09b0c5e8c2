"""Does the help say all that can be said, as it is?"""

import re

import pytest

from ipywanx.model.params import describe
from ipywanx.model.requests import REQUESTS
from ipywanx.reference import USAGE, function_help, functions_table
from ipywanx.text import prefer_language


def cells(line: str) -> list[str]:
    """The cells of one row of a Markdown table."""
    return [cell.strip() for cell in line.strip("|").replace("\\|", "¦").split("|")]


@pytest.mark.parametrize("function", REQUESTS)
def test_help_names_every_flag_range_and_default(function):
    """A function's help has a row for each parameter: flag, meaning, range, and default."""
    cls = REQUESTS[function]
    text = function_help(cls)
    rows = {row[0]: row for row in map(cells, text.splitlines()) if len(row) == 4}
    for param in describe(cls):
        row = rows.pop("the line's IMAGE" if param.name == "image" else f"`{param.flag}`")
        assert row[1] == param.about.meaning.en
        assert param.range_text in row[2]
        if param.low is not None:
            assert f"{param.low:.10g} to {param.high:.10g}" in row[2]
        expected = "none" if param.default is None else str(param.default)
        if param.name == "seed":
            expected = "drawn"
        assert row[3] == ("required" if param.required else expected)
    assert set(rows) == {"flag", "---"}


@pytest.mark.parametrize("function", REQUESTS)
def test_help_says_what_the_function_does(function):
    """Its names, prompts that work, rights where they matter, the vendor's page."""
    about = REQUESTS[function].about
    text = function_help(REQUESTS[function])
    for words in (about.name, about.title.en, about.help.en, about.page):
        assert words in text
    for prompt in (
        *(sample.en for sample in about.samples),
        *(style.prompt for style in about.styles),
    ):
        assert f"“{prompt}”" in text
    assert ("may be empty" in text) is about.blank_prompt
    assert ("own or may change" in text) is (about.rights is not None)


def test_the_table_has_all_functions():
    """One row each, the ten in the vendor's order, with the flags that are the function's own."""
    head, rule, *rows = map(cells, functions_table().splitlines())
    assert (len(head), set(rule)) == (4, {"---"})
    assert [row[0] for row in rows] == [f"`{name}`" for name in REQUESTS]
    assert len(rows) == 11
    own = {row[0].strip("`"): row[3] for row in rows}
    assert own["expand"] == "`--top-scale` `--bottom-scale` `--left-scale` `--right-scale`"
    assert own["description_edit_with_mask"] == "`--mask`"
    assert own["doodle"] == "`--is-sketch`"
    assert own["stylization_local"] == ""
    for row in rows:
        about = REQUESTS[row[0].strip("`")].about
        assert row[1] == ", ".join([about.title.en, *(f"`{word}`" for word in about.aliases)])


def test_the_usage_names_what_all_functions_share():
    """The short help knows the common flags and the other commands."""
    for words in ("--prompt", "-n N", "--seed", "--fit", "--dry-run", "%%wanx", "{{name}}"):
        assert all(words in usage for usage in USAGE)
    for command in ("help FUNCTION", "jobs", "resume [ID]", "cancel ID", "history [TEXT]"):
        assert all(command in usage for usage in USAGE)


@pytest.mark.parametrize("function", REQUESTS)
def test_help_is_said_in_chinese(function):
    """In Chinese the help has the same flags and prompts, and no English sentence."""
    english = function_help(REQUESTS[function])
    prefer_language("zh")
    chinese, about = function_help(REQUESTS[function]), REQUESTS[function].about
    assert re.findall(r"`[^`]+`", chinese) == re.findall(r"`[^`]+`", english)
    assert all(f"“{prompt.zh}”" in chinese for prompt in about.samples)
    assert about.help.zh in chinese
    assert about.help.en not in chinese
    for param in describe(REQUESTS[function]):
        assert param.expectation.zh in chinese
    assert all(cls.about.help.zh in functions_table() for cls in REQUESTS.values())
