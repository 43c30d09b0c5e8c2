"""A magic's line means what the person typed, or they are told what to type instead."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from IPython.core.error import UsageError
from PIL import Image

from ipywanx.magics.completion import candidates
from ipywanx.magics.grammar import Command, Edit, parse
from ipywanx.magics.lexer import split
from ipywanx.magics.variables import fill_in
from ipywanx.model.params import describe
from ipywanx.model.requests import REQUESTS

PHOTO = Image.new("RGB", (640, 520))
NAMES = {"photo": PHOTO, "style": "水墨", "number": 3}


def read(line, body=None) -> Edit:
    """Parse a line that must be an edit."""
    asked = parse(line, body, NAMES)
    assert isinstance(asked, Edit)
    return asked


def refusal(line, body=None) -> str:
    """Parse a line that must be refused, and return what the person reads."""
    with pytest.raises(UsageError) as caught:
        parse(line, body, NAMES)
    return str(caught.value)


def test_a_line_becomes_function_picture_and_typed_values():
    """Flags arrive as numbers and truths, quotes are taken off, the variable is the picture."""
    asked = read('expand photo -p "a red cat" --left-scale 1.5 -n 2 --seed 7 --watermark -o out')
    assert asked.function == "expand"
    assert asked.output == "out"
    assert dict(asked.values) == {
        "image": PHOTO,
        "prompt": "a red cat",
        "left_scale": 1.5,
        "n": 2,
        "seed": 7,
        "watermark": True,
    }


@pytest.mark.parametrize("name", REQUESTS)
def test_every_declared_parameter_has_a_flag(name):
    """Whatever a function declares can be typed, with no list of flags kept elsewhere."""
    typed = {"bool": "", "int": "2", "float": "1", "text": "x", "mask": "photo", "image": "photo"}
    params = [param for param in describe(REQUESTS[name]) if param.name != "image"]
    flags = " ".join(f"{param.flag} {typed[param.about.kind]}" for param in params)
    asked = read(f"{name} photo {flags}")
    assert set(asked.values) == {param.name for param in params} | {"image"}


@given(st.text(st.characters(exclude_characters="\r"), min_size=1).filter(lambda s: s.strip()))
def test_the_body_is_the_prompt_verbatim(body):
    """Braces, $, %, quotes and # in a cell's body stay as they were typed."""
    if "{{" in body:
        return
    assert read("expand photo", body).values["prompt"] == body.strip("\n")


def test_names_in_double_braces_are_replaced_once():
    """{{name}} is the variable's text; single braces and the replaced text are left alone."""
    names = {"style": "{{number}}", "number": 3}
    assert (
        fill_in("把{房子}变成{{ style }}，$5 {{number}}", names) == "把{房子}变成{{number}}，$5 3"
    )


def test_an_unknown_name_in_braces_is_refused():
    """A misspelt variable in a prompt is named, with the nearest one, instead of being sent."""
    assert "Did you mean {{style}}?" in refusal("expand photo", "{{stlye}}")


@pytest.mark.parametrize(
    ("line", "body", "words"),
    [
        ("expnd photo -p x", None, "Did you mean 'expand'?"),
        ("expand", "hello", "needs a picture"),
        ("expand photo", "  ", "needs a prompt"),
        ("expand phto -p x", None, "Did you mean photo?"),
        ("expand photo -p x --left-scal 1", None, "Did you mean --left-scale?"),
        ("expand photo -p x --upscale-factor 2", None, "It belongs to super_resolution"),
        ("expand photo -p x --strength .5", None, "stylization_all, description_edit"),
        ("expand photo -p x --left-scale wide", None, "'wide' is not a number from 1 to 2"),
        ("expand photo -p x --left 1.5", None, "--left"),
        ("expand photo a red cat", None, '-p "a red cat"'),
        ("expand photo -p x", "y", "given twice"),
        ("expand photo -p x -o 2a", None, "not '2a'"),
        ('expand photo -p "x', None, "quote is not closed"),
        ("jobs", "text", "takes no body"),
        ("expand photo -p", None, "expected one argument"),
        ("mask", None, "%wanx mask photo.jpg -o painter"),
        ("mask photo -o 2a", None, "not '2a'"),
    ],
)
def test_a_mistake_is_answered_with_what_to_type(line, body, words):
    """Each kind of slip gets a sentence with the word that was wrong and what would be right."""
    assert words in refusal(line, body)


def test_a_remark_and_a_windows_path_survive():
    """Backslashes are not escapes, a # begins a remark, a trailing semicolon means silence."""
    words = [word.text for word in split(r"expand C:\img\cat.png --fit # later")]
    assert words == ["expand", r"C:\img\cat.png", "--fit"]
    assert [word.text for word in split("expand a#1.png")] == ["expand", "a#1.png"]
    assert read("super_resolution photo;").silent
    assert not read("super_resolution photo").silent


def test_a_file_may_have_the_name_of_a_variable(tmp_path, monkeypatch):
    """A variable is meant before a file of the same name, and a file where there is none."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scan").write_bytes(b"")
    assert read("super_resolution scan").values["image"] == "scan"
    (tmp_path / "photo").write_bytes(b"")
    assert read("super_resolution photo").values["image"] is PHOTO


def test_words_that_are_no_edit_are_commands():
    """An empty line asks for the studio, a subcommand for itself with its argument."""
    assert parse("", None, NAMES) == Command("studio")
    assert parse("--help", None, NAMES) == Command("overview")
    assert parse("resume 12-34", None, NAMES) == Command("resume", "12-34")
    asked = parse("mask photo -o painted", None, NAMES)
    assert asked == Command("mask", values={"image": PHOTO, "fit": False}, output="painted")


def test_a_line_that_leaves_something_open_is_the_studio():
    """A function without picture or prompt opens the studio, with what the line says set up."""
    asked = parse("expand photo --left-scale 1.5 -o mine", None, NAMES)
    values = {"image": PHOTO, "left_scale": 1.5}
    assert asked == Command("studio", "expand", values, "mine")
    assert parse("super_resolution", None, NAMES) == Command("studio", "super_resolution")
    assert parse("super_resolution photo", None, NAMES).function == "super_resolution"
    assert parse("-o mine", None, NAMES) == Command("studio", output="mine")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("--strength 0.5", "--strength needs a function. It belongs to stylization_all"),
        ("--sparkle", "--sparkle needs a function"),
        ("-o 9", "-o takes a variable's name, such as result, not '9'"),
    ],
)
def test_a_line_of_flags_alone_is_the_studio_or_refused(line, said):
    """Without a function there is only -o NAME; what else is typed is answered, not dropped."""
    with pytest.raises(UsageError, match=re.escape(said)):
        parse(line, None, NAMES)


@pytest.mark.parametrize(
    ("typed", "fragment", "offered"),
    [
        ("%wanx sup", "sup", "super_resolution"),
        ("%%wanx ", "", "expand"),
        ("x = %wanx expand ph", "ph", "photo"),
        ("%wanx expand ima", "ima", "images/"),
        ("%wanx expand images/c", "images/c", "images/cat.png"),
        ("%wanx expand photo --le", "--le", "--left-scale"),
        ("%wanx expand photo --fit --dry", "--dry", "--dry-run"),
        ("%wanx help exp", "exp", "expand"),
        ("%wanx config k", "k", "key"),
        ("%wanx config key --f", "--f", "--forget"),
        ("%wanx stylization_local photo -p ", "", '"把房子变成青花瓷风格"'),
        ("%wanx description_edit_with_mask photo --mask ph", "ph", "photo"),
    ],
)
def test_completion_offers_what_can_stand_there(typed, fragment, offered, tmp_path, monkeypatch):
    """Tab offers functions, variables, picture files, flags and prompts, each in its place."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "cat.png").write_bytes(b"")
    (tmp_path / "images" / "cat.txt").write_bytes(b"")
    found = candidates(typed, NAMES)
    assert found is not None
    assert found[0] == fragment
    assert offered in found[1]
    assert all(word.startswith(fragment) for word in found[1])
    assert not any(word.endswith("cat.txt") for word in found[1])


@pytest.fixture
def spaced(tmp_path, monkeypatch):
    """A working folder with pictures whose paths have blanks."""
    monkeypatch.chdir(tmp_path)
    for name in (
        "dog.jpg",
        "my photo.jpg",
        "sub dir/a b.jpg",
        "sub dir/deep er/c.png",
        "notes.txt",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"")


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ('%wanx expand "sub d', ('"sub d', ['"sub dir/'])),
        ('%wanx expand "sub dir/', ('"sub dir/', ['"sub dir/a b.jpg"', '"sub dir/deep er/'])),
        ('%wanx expand "sub dir/a', ('"sub dir/a', ['"sub dir/a b.jpg"'])),
        ("%wanx expand 'my p", ("'my p", ["'my photo.jpg'"])),
        ("%wanx expand “my p", ("“my p", ["“my photo.jpg”"])),
        ("%wanx expand su", ("su", ['"sub dir/'])),
        ("%wanx expand m", ("m", ['"my photo.jpg"'])),
        ("%wanx expand d", ("d", ["dog.jpg"])),
        (
            "%wanx d",
            ("d", ["description_edit", "description_edit_with_mask", "doodle", "draw", "dog.jpg"]),
        ),
        ("%wanx photo.jpg ex", ("ex", ["expand", "extend"])),
        ("%wanx 指令编辑 photo --st", ("--st", ["--strength"])),
        ("%wanx description_edit　photo　--st", ("--st", ["--strength"])),
        ("%wanx mask photo --", ("--", ["--output", "--fit", "--fresh"])),
        ("%wanx sweep remove", ("remove", ["remove_watermark"])),
        ("%wanx Remo", ("Remo", ['"Remove text"'])),
    ],
)
def test_tab_takes_blanks_and_quotes(spaced, typed, found):
    """A path with blanks is completed in its quotes, a folder's stay open; names go by any word."""
    assert candidates(typed, {}) == found


def test_a_quote_that_the_page_has_closed_is_not_closed_twice(spaced):
    """JupyterLab writes both quotes at once: between them only the path is put in."""
    assert candidates('%wanx expand "my', {}, '" --fit') == ('"my', ['"my photo.jpg'])


def test_tab_at_the_beginning_offers_pictures_too(spaced):
    """Behind %wanx stand functions, commands, variables that hold pictures, and files."""
    offered = candidates("%wanx ", NAMES)[1]
    assert {"expand", "mask", "photo", "dog.jpg", '"my photo.jpg"', '"sub dir/'} <= set(offered)
    assert not {"inpaint", "style", "notes.txt"} & set(offered)


def test_short_options_are_offered():
    """A dash lists -p, -n and -o, and no long form that nobody types; once used, they are gone."""
    offered = candidates("%wanx expand photo -", NAMES)[1]
    assert {"-p", "--prompt", "-n", "-o", "--output", "--left-scale"} <= set(offered)
    assert "--n" not in offered
    later = candidates("%wanx expand photo -p x -o out -", NAMES)[1]
    assert not {"-p", "--prompt", "-o", "--output"} & set(later)


@pytest.mark.parametrize(
    "line",
    [
        "%wanx ",
        "%wanx d",
        '%wanx expand "sub d',
        "%wanx expand zzz",
        "%wanx photo --z",
        "%wanx cancel z",
    ],
)
def test_no_other_completer_has_a_word_on_our_line(spaced, shell, line):
    """What IPython offers there is ours alone: no names of Python, no other files, no magics."""
    expected = candidates(line, shell.user_ns)
    _, offered = shell.complete(line, line, len(line))
    assert set(offered) <= set(expected[1]) | {expected[0]}


def test_other_lines_are_left_to_other_completers():
    """A line that is not ours gets no words from us, and a flag is not offered twice."""
    assert candidates("photo.wanx ex", NAMES) is None
    found = candidates("%wanx expand photo --fit --f", NAMES)
    assert found == ("--f", [])


def test_another_model_is_typed_like_a_function():
    """Its further pictures, its own texts, and a switch that is on unless it is switched off."""
    line = "wan2.5-i2i-preview photo --image2 photo --negative-prompt 模糊 --no-prompt-extend"
    asked = read(line, "变成黄昏\n")
    assert asked.function == "wan2.5-i2i-preview"
    assert asked.values["image2"] is NAMES["photo"]
    assert (asked.values["negative_prompt"], asked.values["prompt_extend"]) == ("模糊", False)
