"""The recipes of CONTRIBUTING.md, carried out: what they say is enough is enough.

`tests/widgets/test_forms.py` carries out the one for a parameter, and
`tests/service/test_other_model.py` the one for a model.
"""

import re
import subprocess
from pathlib import Path
from typing import Annotated

import pytest
from PIL import Image, ImageOps
from pydantic import Field

import ipywanx as wx
from ipywanx.code import as_magic
from ipywanx.engine import effects
from ipywanx.engine.effects.job import Job
from ipywanx.magics.completion import candidates
from ipywanx.magics.grammar import parse
from ipywanx.model.functions import FUNCTIONS, EditRequest, Function
from ipywanx.model.params import About
from ipywanx.reference import functions_table
from ipywanx.text import Text
from ipywanx.widgets import forms

ROOT = Path(__file__).parent.parent


class Posterize(EditRequest):
    """A function that the service does not have."""

    about = Function(
        "posterize",
        Text("Posterize", "色调分离"),
        Text("Leave few tones.", "只保留少量色阶。"),
        samples=(Text("Posterize", "色调分离"),),
        tip=Text("Nothing to choose.", "无需选择。"),
        default_prompt="色调分离",
    )
    bits: Annotated[
        int,
        Field(ge=1, le=4),
        About(
            "int",
            "parameters",
            Text("Bits", "位数"),
            Text("Bits that are left of each colour.", "每种颜色保留的位数。"),
        ),
    ] = 2


def posterize(job: Job) -> Image.Image:
    """Its preview, by the pixels."""
    return ImageOps.posterize(job.image, int(job.number("bits", 2, 1, 4)))


@pytest.fixture
def function(monkeypatch) -> str:
    """The function, added as the recipe says: one entry for the declaration, one for the effect."""
    monkeypatch.setitem(FUNCTIONS, "posterize", Posterize)
    monkeypatch.setattr(effects, "FUNCTIONS", {**effects.FUNCTIONS, "posterize": posterize})
    return "posterize"


def test_a_function_needs_a_declaration_and_an_effect(function):
    """Then it is edited with, typed, completed, shown in the studio and copied as code."""
    photo = Image.radial_gradient("L").resize((512, 512)).convert("RGB")
    result = wx.edit(function, photo, bits=1, seed=7)
    (image,) = result.images
    assert {value for _, value in image.getcolors()} == {(0, 0, 0), (128, 128, 128)}
    assert result.cost == 0.0
    asked = parse("posterize photo --bits 3", None, {"photo": photo})
    assert (asked.function, asked.values["bits"]) == ("posterize", 3)
    assert candidates("%wanx po", {}) == ("po", ["posterize"])
    (field,) = [one for one in forms.schema()["posterize"]["fields"] if one["name"] == "bits"]
    assert (field["title"], field["low"], field["high"]) == (["Bits", "位数"], 1, 4)
    assert "| `posterize` | Posterize | Leave few tones. | `--bits` |" in functions_table()
    assert "posterize photo --seed 7 --bits 1" in as_magic(result.request, "photo")


def test_the_commits_that_the_recipes_name_are_there():
    """A reader who looks a model commit up finds it, under the subject that the page quotes."""
    page = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    named = re.findall(r"`([0-9a-f]{7})`\s\((.+?)\)", page, re.DOTALL)
    assert len(named) == 5
    if git("rev-parse", "--is-shallow-repository") != "false":
        pytest.skip("there is no history here: not a clone, or a shallow one")
    history = git("log", "--format=%H %s")
    for short, subject in named:
        wanted = rf"^{short}[0-9a-f]* {re.escape(' '.join(subject.split()))}$"
        assert re.search(wanted, history, re.MULTILINE), short


def git(*words: str) -> str:
    """What git says of this repository; nothing where there is none."""
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip()
