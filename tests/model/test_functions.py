"""Is a request right when it exists, and is a wrong one refused before anything is sent?"""

import re
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image
from pydantic import SecretStr

from ipywanx.engine.app import create_app
from ipywanx.engine.options import EngineOptions
from ipywanx.errors import InvalidRequest, UnusableMask, WanxError
from ipywanx.model.functions import FUNCTIONS, MAX_SEED, PROMPT_LIMIT, EditRequest
from ipywanx.model.masks import Mask
from ipywanx.model.params import describe
from ipywanx.model.requests import request_class
from ipywanx.session import Session
from ipywanx.settings import Settings

GREY = Image.new("RGB", (512, 512), "grey")
SPOT = Mask((512, 512)).rectangle(10, 10, 50, 50)


def make(function: str, **values: Any) -> EditRequest:
    """A good request but for the values."""
    usual = {"image": GREY, "prompt": "一只猫"}
    if function == "description_edit_with_mask":
        usual["mask"] = SPOT
    return request_class(function)(**{**usual, **values})


# ---- the table ------------------------------------------------------------------------------


def test_the_ten_functions_have_the_services_names():
    """The vendor's ten names are there, in the order of its pages, and no other."""
    assert list(FUNCTIONS) == [
        "stylization_all",
        "stylization_local",
        "description_edit",
        "description_edit_with_mask",
        "remove_watermark",
        "expand",
        "super_resolution",
        "colorization",
        "doodle",
        "control_cartoon_feature",
    ]


PARAMS = [(name, param) for name, cls in FUNCTIONS.items() for param in describe(cls)]


@pytest.mark.parametrize(("function", "param"), PARAMS, ids=lambda it: getattr(it, "name", it))
def test_every_parameter_is_explained(function, param):
    """Title and meaning in both languages, a source for what is sent, a default in its range."""
    about = param.about
    for text in (about.title, about.meaning):
        assert re.search("[a-z]", text.en)
        assert re.search("[\u4e00-\u9fff]", text.zh)
        assert not re.search("[\u4e00-\u9fff]", text.en.replace("AI生成", ""))
    assert about.source.startswith("https://help.aliyun.com/") or about.place == "local"
    assert (param.low is None) == (param.high is None)
    if param.low is not None and param.default is not None:
        assert param.low <= param.default <= param.high
    if about.kind in {"int", "float"}:
        assert param.low is not None
    assert param.flag == f"--{param.name}".replace("_", "-")


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_function_is_explained(function):
    """Title and help in both languages, and sample prompts that make a valid request."""
    about = FUNCTIONS[function].about
    assert about.name == function
    for text in (about.title, about.help):
        assert re.search("[a-z]", text.en)
        assert re.search("[\u4e00-\u9fff]", text.zh)
    prompts = [
        *(one for sample in about.samples for one in sample),
        *(style.prompt for style in about.styles),
    ]
    assert prompts
    for prompt in prompts:
        assert make(function, prompt=prompt).prompt == prompt


@pytest.mark.parametrize(
    ("function", "styles"), [("stylization_all", 2), ("stylization_local", 8), ("expand", 0)]
)
def test_documented_styles_are_offered(function, styles):
    """Two global styles and eight local ones, each with its own prompt."""
    offered = FUNCTIONS[function].about.styles
    assert len({style.prompt for style in offered}) == len(offered) == styles


# ---- good requests --------------------------------------------------------------------------


@pytest.mark.parametrize(("function", "param"), PARAMS, ids=lambda it: getattr(it, "name", it))
def test_both_ends_of_a_range_are_taken(function, param):
    """The least and the greatest value are valid; one beyond either is refused with the range."""
    if param.low is None:
        assert param.about.kind in {"text", "bool", "image", "mask"}
        return
    kind, step = (int, 1) if param.about.kind == "int" else (float, 0.001)
    for end in (kind(param.low), kind(param.high)):
        assert getattr(make(function, **{param.name: end}), param.name) == end
    for beyond in (kind(param.low) - step, kind(param.high) + step):
        with pytest.raises(
            InvalidRequest, match=f"{param.low:.10g} to {param.high:.10g}"
        ) as caught:
            make(function, **{param.name: beyond})
        assert repr(beyond) in str(caught.value)
        assert caught.value.parameter == param.name


def test_numpys_numbers_are_numbers():
    """Values taken from an array or a data frame are as good as Python's own."""
    request = make(
        "expand",
        n=np.int64(2),
        seed=np.array(7),
        left_scale=np.float32(1.5),
        right_scale=np.float64(2),
        watermark=np.bool_(True),
        prompt=np.str_("猫"),
    )
    assert (request.n, request.seed, request.left_scale, request.watermark) == (2, 7, 1.5, True)
    assert (type(request.n), type(request.left_scale), type(request.prompt)) == (int, float, str)


def test_a_whole_number_is_a_number():
    """``strength=1`` needs no decimal point."""
    assert make("description_edit", strength=1).strength == 1.0


def test_usual_prompts_are_filled_in():
    """Where there is nothing to say, nothing needs to be said."""
    for function in ("super_resolution", "remove_watermark", "colorization"):
        assert FUNCTIONS[function](image=GREY).prompt == FUNCTIONS[function].about.default_prompt
    assert make("description_edit_with_mask", prompt="").prompt == ""


def test_a_request_is_frozen():
    """What was checked cannot be changed afterwards; the original of a copy stays as it was."""
    request = make("expand", n=2)
    with pytest.raises(ValueError, match="frozen"):
        request.n = 3
    other = request.model_copy(update={"n": 4, "left_scale": 1.5})
    assert (request.n, other.n, other.left_scale, other.image) == (2, 4, 1.5, request.image)
    assert other.model_fields_set == {"image", "prompt", "n", "left_scale"}


def test_a_copy_is_checked_too():
    """A copy with a wrong value is refused just as a new request."""
    for update, words in (({"n": 50}, "1 to 4"), ({"colour": 1}, "no parameter")):
        with pytest.raises(InvalidRequest, match=words):
            make("expand").model_copy(update=update)


def test_a_seed_is_kept_or_added():
    """A seed of the person's own is never replaced."""
    assert make("expand", seed=0).with_seed(5).seed == 0
    assert make("expand").with_seed(5).seed == 5


def test_a_url_needs_no_size_for_its_mask():
    """A picture that the service fetches itself goes with any mask: nobody here can compare."""
    request = make("description_edit_with_mask", image="https://example.com/a.png")
    assert request.mask is SPOT


def test_an_editor_or_a_picture_can_be_the_mask():
    """What holds a mask, a mask's picture and an array are taken for the mask."""

    class Editor:
        def _ipywanx_mask_(self) -> Mask:
            return SPOT

    masked = np.ma.masked_array(np.asarray(SPOT.to_image()), mask=False)  # has a mask of its own
    for source in (SPOT, Editor(), masked, SPOT.to_image(), np.asarray(SPOT.to_image()) > 0):
        assert make("description_edit_with_mask", mask=source).mask.area == SPOT.area


# ---- notices --------------------------------------------------------------------------------


def test_a_long_prompt_is_told_what_it_loses():
    """Over 800 characters a notice names what the service will drop; at 800 there is none."""
    assert make("expand", prompt="猫" * PROMPT_LIMIT).notices == ()
    (notice,) = make("expand", prompt="猫" * PROMPT_LIMIT + "戴红色帽子").notices
    assert "805 characters" in str(notice)
    assert all("'戴红色帽子'" in words for words in notice)


def test_rights_are_recalled():
    """Removing a watermark and borrowing a character come with a word on rights; others do not."""
    recalled = [name for name in FUNCTIONS if any("own" in str(n) for n in make(name).notices)]
    assert recalled == ["remove_watermark", "control_cartoon_feature"]


def test_a_mask_of_nearly_everything_is_mentioned():
    """A mask that was meant the other way round shows itself before money is spent."""
    (notice,) = make("description_edit_with_mask", mask=SPOT.invert()).notices
    assert "99%" in str(notice)
    assert make("description_edit_with_mask").notices == ()


def test_a_request_tells_itself_in_few_words():
    """Neither the picture's bytes nor a mask's are in its repr, nor what was changed on the way."""
    noise = np.random.default_rng(3).integers(0, 256, (300, 320, 3), np.uint8)
    mask = Mask.from_image(np.random.default_rng(3).integers(0, 2, (512, 546)) > 0)
    request = make("description_edit_with_mask", image=noise, mask=mask, fit=True)
    assert request.notices
    assert "mask=<Mask: 546×512, 1 step" in repr(request)
    assert len(repr(request)) < 300


# ---- bad requests ---------------------------------------------------------------------------

BAD: list[tuple[str, dict[str, Any], str]] = [
    ("expand", {"n": 5}, r"n is 5, but expand takes a whole number from 1 to 4"),
    ("expand", {"n": 0}, r"n is 0, .* 1 to 4"),
    ("expand", {"n": "2"}, r"n is '2', .* whole number"),
    ("expand", {"n": True}, r"n is True, .* whole number"),
    ("expand", {"n": 2.0}, r"n is 2\.0, .* whole number"),
    ("expand", {"seed": -1}, r"seed is -1, .* 0 to 2147483647"),
    ("expand", {"seed": MAX_SEED + 1}, r"seed is 2147483648"),
    ("expand", {"left_scale": float("nan")}, r"left_scale is nan, .* 1 to 2"),
    ("expand", {"left_scale": float("inf")}, r"left_scale is inf"),
    ("expand", {"left_scale": "1.5"}, r"left_scale is '1\.5', .* a number"),
    ("expand", {"left_scale": np.float32(3)}, r"left_scale is 3\.0"),
    ("expand", {"left_scale": np.array([1.5, 1.5])}, r"left_scale is array"),
    ("expand", {"watermark": 1}, r"watermark is 1, .* True or False"),
    ("expand", {"watermark": "no"}, r"watermark is 'no'"),
    ("expand", {"fit": "yes"}, r"fit is 'yes', .* True or False"),
    ("expand", {"prompt": 7}, r"prompt is 7, .* a text"),
    ("expand", {"prompt": b"cat"}, r"prompt is b'cat'"),
    ("expand", {"prompt": ""}, r"needs a prompt.*A green fairy"),
    ("expand", {"prompt": " \n\t　"}, r"needs a prompt"),
    ("expand", {"prompt": "half \ud83d"}, r"half a character"),
    ("expand", {"left_scales": 1.5}, r"no parameter 'left_scales'.*Did you mean 'left_scale'"),
    (
        "expand",
        {"strength": 0.5},
        r"no parameter 'strength'.*belongs to stylization_all, description_edit\.",
    ),
    ("expand", {"upscale_factor": 2}, r"belongs to super_resolution"),
    ("expand", {"mask": SPOT}, r"no parameter 'mask'.*description_edit_with_mask"),
    ("expand", {"zzz": 1}, r"no parameter 'zzz'.*Known: "),
    ("expand", {"image": GREY.resize((511, 600))}, r"511×600 pixels.*512 to 4096.*fit=True"),
    ("expand", {"image": "nowhere.png"}, r"'nowhere\.png' cannot be read"),
    ("super_resolution", {"upscale_factor": 2.0}, r"upscale_factor is 2\.0"),
    ("super_resolution", {"upscale_factor": 5}, r"1 to 4"),
    ("description_edit", {"strength": 1.01}, r"strength is 1\.01, .* 0 to 1"),
    ("description_edit", {"strength": True}, r"strength is True"),
    ("doodle", {"is_sketch": "true"}, r"is_sketch is 'true'"),
    ("description_edit_with_mask", {}, r"needs 'mask'"),
    ("description_edit_with_mask", {"mask": Mask((512, 512))}, r"mask is empty.*Paint"),
    ("description_edit_with_mask", {"mask": Mask((600, 512))}, r"600×512.*512×512.*Mask\(\(512"),
    ("description_edit_with_mask", {"mask": 5}, r"int is not a picture"),
    ("expnd", {}, r"no function 'expnd'.*Did you mean 'expand'"),
    ("qqqq", {}, r"no function 'qqqq'.*Known: colorization"),
    (5, {}, r"no function 5"),
    (["expand"], {}, r"no function \['expand'\]"),
]


@pytest.fixture
def session(tmp_path):
    """A session on an engine of its own, with the events that the engine saw."""
    events: list[dict[str, Any]] = []
    app = create_app(EngineOptions(log=events.append))
    settings = Settings(SecretStr("sk-test"), "http://127.0.0.1/api/v1", tmp_path)
    session = Session(settings, httpx.ASGITransport(app))
    session.seen = events
    yield session
    app.state.engine.close()


@pytest.mark.parametrize(
    ("function", "values", "words"),
    BAD,
    ids=[
        f"{function}-{','.join(map(str, values))}-{i}"
        for i, (function, values, _) in enumerate(BAD)
    ],
)
def test_a_bad_request_is_refused_before_anything_is_sent(session, function, values, words):
    """Each is refused with value, expectation and next step, and the service hears nothing."""
    call = {"image": GREY, "prompt": "一只猫"} | values
    with pytest.raises(InvalidRequest, match=f"(?s){words}") as caught:
        session.edit(function, **call)
    assert "Nothing was sent." in str(caught.value)
    assert session.jobs() == []
    assert session.seen == []


@pytest.mark.parametrize(
    ("values", "missing"), [({}, "image"), ({"image": GREY}, "prompt")], ids=["image", "prompt"]
)
def test_what_is_missing_is_named(session, values, missing):
    """A request without picture or prompt says what it needs and what that means."""
    with pytest.raises(InvalidRequest, match=f"expand needs '{missing}'") as caught:
        session.edit("expand", **values)
    assert caught.value.parameter == missing
    assert session.seen == []


def test_the_base_of_all_requests_is_no_request():
    """It has no function: whoever makes one is told the ten classes that do."""
    with pytest.raises(InvalidRequest, match=r"not which function.* StylizationAll, .* Expand, "):
        EditRequest(image=GREY, prompt="x")


def test_errors_are_of_one_family():
    """Whoever catches ``WanxError`` catches every refusal; pydantic's own never gets out."""
    with pytest.raises(WanxError):
        make("expand", n=9)
    with pytest.raises(UnusableMask):
        make("description_edit_with_mask", mask=Mask((9, 9)))
