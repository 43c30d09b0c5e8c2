"""The most natural lines mean what they say: a picture alone, everyday words, another order."""

import itertools
from types import SimpleNamespace

import pytest
from IPython.core.error import UsageError
from PIL import Image
from tests.magics.cells import complaint, run

from ipywanx import reference
from ipywanx.errors import InvalidRequest
from ipywanx.magics.completion import candidates
from ipywanx.magics.grammar import SUBCOMMANDS, Command, Edit, Experiment, parse
from ipywanx.model.requests import REQUESTS, function_named, request_class
from ipywanx.text import prefer_language
from ipywanx.widgets.studio import Studio

PHOTO = Image.new("RGB", (640, 520))
NAMES = {"photo": PHOTO, "照片": PHOTO, "style": "水墨"}
URL = "https://example.com/photo.jpg"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A working folder with a picture in it, and one below that has blanks in its path."""
    monkeypatch.chdir(tmp_path)
    for name in ("photo.jpg", "sub dir/a b.jpg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        PHOTO.save(tmp_path / name)
    return tmp_path


@pytest.fixture
def notebook(shell, folder, monkeypatch):
    """A shell that shows widgets, in that folder."""
    shell.kernel = SimpleNamespace()
    return shell


# ---- the studio ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line", ["photo.jpg", "'photo.jpg'", '"sub dir/a b.jpg"', "photo", "照片", URL]
)
def test_a_picture_alone_opens_the_studio_with_it(folder, line):
    """A file, a variable or a URL as the first word is the studio's picture."""
    asked = parse(line, None, NAMES)
    named = line.strip("'\"")
    image = NAMES.get(named, named)
    assert asked == Command("studio", values={"image": image})
    assert parse(line, "\n", NAMES) == asked


def test_a_body_opens_the_studio_with_the_prompt(notebook):
    """%%wanx with a picture and a body: nothing is thrown away, and nothing is sent."""
    studio = run(notebook, "%%wanx photo.jpg -o mine\na red {hat}\nand a $scarf\n")
    assert isinstance(studio, Studio)
    assert notebook.user_ns["mine"] is studio
    assert studio.function == "description_edit"
    assert studio.request.prompt == "a red {hat}\nand a $scarf"
    assert studio.request.image.name == "photo.jpg"
    alone = run(notebook, "%%wanx\na red hat")
    assert alone.values["description_edit"] == {"prompt": "a red hat"}
    named = run(notebook, "%wanx photo -p “a red hat” --seed 7")
    assert (named.request.prompt, named.request.seed) == ("a red hat", 7)
    assert run(notebook, "%wanx photo").function == "stylization_all"


@pytest.mark.parametrize(
    "first",
    [
        "description_edit photo.jpg",
        "edit photo --strength 0.8",
        "指令编辑 photo",
        "edit “photo.jpg”",
    ],
)
def test_a_call_that_slipped_into_the_body_opens_the_studio(folder, first):
    """The line that belongs behind %%wanx is not sent as a prompt: the studio is set up by it."""
    asked = parse("", f"{first}\na red hat\n", NAMES)
    assert (asked.name, asked.argument) == ("studio", "description_edit")
    assert asked.values["prompt"] == "a red hat"
    assert asked.values["image"] in ["photo.jpg", PHOTO]


@pytest.mark.parametrize("body", ["edit the sky", "extend it to the left", "a photo", "expand\nit"])
def test_a_prompt_that_begins_like_a_call_is_a_prompt(folder, body):
    """Without a picture behind the function's name the body is the prompt, as it stands."""
    asked = parse("photo", body, NAMES)
    assert asked.values == {"image": PHOTO, "prompt": body}
    assert parse("", body, NAMES).values == {"prompt": body}


# ---- functions by any name -------------------------------------------------------------------


def test_no_word_names_two_functions():
    """Names, titles and everyday words of all functions and commands are different ones."""
    owners = {}
    for name, cls in REQUESTS.items():
        for word in {name, *cls.about.title, *cls.about.aliases}:
            assert owners.setdefault(function_named(word), name) == name == function_named(word)
            assert word not in SUBCOMMANDS


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("inpaint", "description_edit_with_mask"),
        ("局部重绘", "description_edit_with_mask"),
        ("upscale", "super_resolution"),
        ("outpaint", "expand"),
        ("extend", "expand"),
        ("扩图", "expand"),
        ("remove text", "remove_watermark"),
        ("Remove-Text", "remove_watermark"),
        ("restyle", "stylization_all"),
        ("全局风格化", "stylization_all"),
        ("Global style", "stylization_all"),
        ("COLORIZE", "colorization"),
        ("sketch", "doodle"),
        ("Sketch to image", "doodle"),
        ("指令编辑", "description_edit"),
        ("edit", "description_edit"),
        ("垫图", "control_cartoon_feature"),
        ("万相 2.5", "wan2.5-i2i-preview"),
        ("ｅｘｐａｎｄ", "expand"),
    ],
)
def test_a_function_is_named_by_everyday_words(word, name):
    """Titles in both languages and common words name it, for an edit, a sweep, help and Tab."""
    mask = " --mask photo" if "mask" in name else ""
    asked = parse(f"{word} photo -p x{mask}", None, NAMES)
    assert isinstance(asked, Edit)
    assert (asked.function, asked.values["image"]) == (name, PHOTO)
    sweep = parse(f"sweep {word} photo -p x{mask} --seed 1,2", None, NAMES)
    assert isinstance(sweep, Experiment)
    assert sweep.function == name
    assert parse(f"help {word}", None, NAMES) == Command("help", name)


def test_everyday_words_are_declared_once():
    """Help, overview and Tab read them from the function's declaration; Python proposes by them."""
    for language, word in (("en", "inpaint"), ("zh", "重绘")):
        prefer_language(language)
        assert word in reference.function_help(REQUESTS["description_edit_with_mask"])
        assert word in reference.functions_table()
    assert "inpaint" in candidates("%wanx inp", NAMES)[1]
    assert "局部重绘" in candidates("%wanx 局", NAMES)[1]
    with pytest.raises(InvalidRequest, match="Did you mean 'description_edit_with_mask'"):
        request_class("inpaint")


def test_a_variable_may_be_called_like_a_function():
    """A picture called sketch is the picture where nothing else is on the line."""
    names = {"sketch": PHOTO}
    assert parse("sketch", None, names) == Command("studio", values={"image": PHOTO})
    asked = parse("sketch sketch -p x", None, names)
    assert (asked.function, asked.values["image"]) == ("doodle", PHOTO)
    assert parse("sketch", None, {"sketch": "text"}) == Command("studio", "doodle")


# ---- another order ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words", list(itertools.permutations(["expand", "photo", '-p "a b"', "-o out"]))
)
def test_function_and_picture_may_change_places(words):
    """In any order of function, picture, prompt and name the line means the same."""
    asked = parse(" ".join(words), None, NAMES)
    assert (asked.function, asked.output) == ("expand", "out")
    assert dict(asked.values) == {"image": PHOTO, "prompt": "a b"}


def test_the_mask_editor_is_found_behind_its_picture(folder):
    """%wanx photo.jpg mask is %wanx mask photo.jpg."""
    values = {"image": "photo.jpg", "fit": False}
    assert parse("photo.jpg mask -o m", None, NAMES) == Command("mask", "", values, "m")


def test_what_names_nothing_is_answered(folder):
    """The nearest name, or a line that works; never a list of twenty names."""
    for line, said in {
        "expnd photo": "Did you mean 'expand'?",
        "phto": "Did you mean 'photo'?",
        "a red hat": '%wanx description_edit photo.jpg -p "a red hat"',
        "xyzzy": "%wanx functions",
    }.items():
        with pytest.raises(UsageError) as caught:
            parse(line, None, NAMES)
        assert said in str(caught.value)
        assert "control_cartoon_feature" not in str(caught.value)


# ---- files that are not there ----------------------------------------------------------------


def test_a_missing_file_is_told_with_the_nearest_one(notebook):
    """Whole folder, nearest name: %wanx photo.jpeg, and in an edit, a mask, a sweep."""
    for line in (
        "photo.jpeg",
        "expand photo.jpeg -p x",
        "mask photo.jpeg",
        "sweep expand photo.jpeg -p x",
    ):
        said = complaint(notebook, f"%wanx {line}")
        assert said.startswith("There is no file photo.jpeg. The working folder is /")
        assert said.endswith("Did you mean photo.jpg?")
