"""Is each form the declaration, whole, and nothing else?"""

from typing import Annotated

import pytest
from PIL import Image
from pydantic import Field

from ipywanx import wire
from ipywanx.errors import InvalidRequest
from ipywanx.magics.grammar import parse
from ipywanx.model.functions import FUNCTIONS, StylizationAll
from ipywanx.model.params import About, Text, describe
from ipywanx.reference import function_help
from ipywanx.widgets import forms

PHOTO = Image.new("RGB", (512, 512), "grey")


def read(function, values, image):
    """The request that a filled form means."""
    return FUNCTIONS[function](**forms.given(function, values, image))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_form_has_every_parameter_in_both_languages(function):
    """Each parameter that is sent has a field, with its range and words in both languages."""
    form = forms.schema()[function]
    params = {param.name: param for param in describe(FUNCTIONS[function])}
    assert [field["name"] for field in form["fields"]] == [
        name for name, param in params.items() if param.about.place != "local"
    ]
    for field in form["fields"]:
        param = params[field["name"]]
        assert (field["low"], field["high"], field["default"]) == (
            param.low, param.high, param.default
        )  # fmt: skip
        assert field["control"] in {
            "text", "choice", "seed", "slider", "check", "image", "mask"
        }  # fmt: skip
        for words in (field["title"], field["meaning"], field["expected"]):
            english, chinese = words
            assert english.isascii() or "“" in english or "×" in english
            assert not chinese.isascii() or chinese in {"n", ""}
    assert all(len(form[words]) == 2 for words in ("title", "help"))


def test_every_style_has_a_picture():
    """The ten documented styles are shown by what they do."""
    styles = [style for form in forms.schema().values() for style in form["styles"]]
    assert len(styles) == 10
    assert len({style["picture"] for style in styles}) == 10
    assert all(style["picture"].startswith("data:image/webp;base64,") for style in styles)


def test_a_style_writes_its_exact_phrase_for_any_thing():
    """The word that a person replaces stands in each local style's phrase once."""
    about = FUNCTIONS["stylization_local"].about
    assert about.subject.zh == "房子"
    assert all(style.prompt.count(about.subject.zh) == 1 for style in about.styles)


def test_a_new_parameter_needs_its_declaration_only(monkeypatch):
    """A parameter that is declared appears in form, magic, help, wire body and engine by itself."""
    about = About(
        "float", "parameters", Text("Sparkle", "闪光"), Text("How much it sparkles.", "闪光程度。")
    )

    class Sparkling(StylizationAll):
        """With one parameter more."""

        sparkle: Annotated[float, Field(ge=0, le=2), about] = 0.0

    monkeypatch.setitem(FUNCTIONS, "stylization_all", Sparkling)
    (field,) = [f for f in forms.schema()["stylization_all"]["fields"] if f["name"] == "sparkle"]
    assert (field["control"], field["title"], field["high"]) == ("slider", ["Sparkle", "闪光"], 2)
    asked = parse("stylization_all photo -p x --sparkle 1.5", None, {"photo": PHOTO})
    assert asked.values["sparkle"] == 1.5
    assert "`--sparkle`" in function_help(Sparkling)
    request = read("stylization_all", {"prompt": "x", "sparkle": 1.5}, PHOTO)
    body = wire.create_body(request, {"image": "https://example.com/a.png"})
    assert body["parameters"] == {"n": 1, "sparkle": 1.5}
    assert wire.read_body(wire.encode_body(body)).parameters == {"n": 1, "sparkle": 1.5}
    body["parameters"]["sparkle"] = 3
    with pytest.raises(wire.Refusal, match="Range of sparkle"):
        wire.read_body(wire.encode_body(body))


def test_what_another_function_has_is_left_out():
    """Values of a form that was filled before do not disturb the next one."""
    values = {"prompt": "x", "left_scale": 2.0, "strength": 0.25, "nonsense": 1}
    request = read("stylization_all", values, PHOTO)
    assert request.given == {"prompt": "x", "strength": 0.25}


@pytest.mark.parametrize(
    ("values", "image", "field"),
    [
        ({"prompt": ""}, PHOTO, "prompt"),
        ({"prompt": "x"}, None, "image"),
        ({"prompt": "x", "strength": 7.0}, PHOTO, "strength"),
        ({"prompt": "x", "n": 9}, PHOTO, "n"),
        ({"prompt": "x", "seed": -1}, PHOTO, "seed"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(values, image, field):
    """Each mistake names the field that it concerns."""
    with pytest.raises(InvalidRequest) as caught:
        read("stylization_all", values, image)
    assert forms.problem(caught.value)["field"] == field


@pytest.mark.parametrize("function", ["super_resolution", "remove_watermark", "colorization"])
def test_a_form_that_is_not_touched_can_be_sent(function):
    """Where nothing has to be chosen, a picture is enough."""
    assert read(function, {}, PHOTO).about.name == function
