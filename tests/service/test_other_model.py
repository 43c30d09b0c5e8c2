"""Does the path hold for another model? ``wan2.5-i2i-preview`` goes the way of the ten functions.

Request, task, polling, results, history and code are those of every edit; only the declaration
(:mod:`ipywanx.model.wan25`) and the wire's list of pictures are its own.
"""

import json

import pytest
from PIL import Image

from ipywanx.errors import InvalidRequest
from ipywanx.model.requests import make_request
from ipywanx.model.service_models import WAN25

MODEL = "wan2.5-i2i-preview"
PROMPT = "将图1中的宝塔放到图2的湖边"


def picture(colour: str, size: tuple[int, int] = (640, 512)) -> Image.Image:
    """A small picture, sent inside the body."""
    return Image.new("RGB", size, colour)


def test_it_goes_the_way_of_every_edit(way, build):
    """Two pictures and the model's own parameters become one task, and the pictures come back."""
    bench = build(way)
    result = bench.session.edit(
        MODEL,
        picture("teal"),
        PROMPT,
        image2=picture("olive"),
        negative_prompt="模糊",
        size="1024*768",
        prompt_extend=False,
        n=2,
        seed=7,
    )
    (create,) = bench.creates
    body = json.loads(create.content)
    listed = body["input"].pop("images")
    assert body == {
        "model": MODEL,
        "input": {"prompt": PROMPT, "negative_prompt": "模糊"},
        "parameters": {"n": 2, "seed": 7, "size": "1024*768", "prompt_extend": False},
    }
    assert [one[:22] for one in listed] == ["data:image/png;base64,"] * 2
    assert listed[0] != listed[1]
    assert [one.size for one in result.images] == [(1024, 768)] * 2
    assert any("first picture only" in notice.en for notice in result.notices)


def test_the_last_picture_gives_the_shape_at_the_models_size(bench):
    """Without a size the result has the last picture's ratio and 1280*1280 pixels in all."""
    (image,) = bench.session.edit(MODEL, picture("teal", (800, 600)), "变成黄昏").images
    assert image.size == (1478, 1108)
    tall = picture("olive", (600, 800))
    (image,) = bench.session.edit(MODEL, picture("teal"), PROMPT, image2=tall).images
    assert image.size == (1108, 1478)


def test_one_picture_is_made_and_paid_where_no_number_is_set(build):
    """The model's own default is four pictures: one is asked for, made, and counted."""
    bench = build("asgi")
    result = bench.session.edit(MODEL, picture("teal"), "变成黄昏")
    assert json.loads(bench.creates[0].content)["parameters"]["n"] == 1
    assert len(result.images) == 1


def test_large_pictures_are_uploaded_for_this_model(bench):
    """A file uploaded for one model is not used for another: the service would refuse it."""
    large = Image.effect_noise((1024, 1024), 200).convert("RGB")
    for function in ("super_resolution", MODEL, MODEL):
        bench.session.edit(function, large, "变成黄昏")
    asked = [one.url.params["model"] for one in bench.sent("GET", "/uploads")]
    assert asked == ["wanx2.1-imageedit", MODEL]


def test_a_lost_answer_is_searched_among_its_own_tasks(build):
    """After a lost answer the list is asked for this model, and the task is found: one create."""
    bench = build("asgi", "create:drop-after")
    bench.session.edit(MODEL, picture("teal"), "变成黄昏")
    assert len(bench.creates) == len(bench.tasks) == 1
    (listed, *_) = bench.sent("GET", "/tasks")
    assert listed.url.params["model_name"] == MODEL


def test_the_history_keeps_all_its_pictures(bench):
    """What is kept is the same request again, in the next kernel too."""
    result = bench.session.edit(MODEL, picture("teal"), PROMPT, image2=picture("olive"), seed=7)
    (kept,) = bench.another().history()
    assert kept.request == result.request
    assert kept.request.image2.to_image().getpixel((0, 0)) == (128, 128, 0)


def test_a_file_does_not_tell_half_of_a_request(bench, tmp_path):
    """A saved PNG of several pictures names no request: it could not be repeated from it."""
    for others, is_told in (({"image2": picture("olive")}, False), ({}, True)):
        result = bench.session.edit(MODEL, picture("teal"), PROMPT, seed=7, **others)
        (path,) = result.save(tmp_path)
        assert ("ipywanx-request" in Image.open(path).info) is is_told
        assert bench.session.recall(path) == result.request  # this machine's history knows both


def test_its_price_is_its_own(bench):
    """A request says what its model charges, and a dry run tells it."""
    request = make_request(MODEL, picture("teal"), "变成黄昏", n=2)
    assert request.price == round(2 * WAN25.price_cny, 2) == 0.4
    dry = bench.session.dry_run(request)
    assert dry.price == 0.4
    assert dry.body["model"] == MODEL
    assert dry.body["input"]["images"][0].startswith("<a 640×512 image")


@pytest.mark.parametrize(
    ("values", "parameter"),
    [
        ({"size": "4096*4096"}, "size"),
        ({"size": "720p"}, "size"),
        ({"size": "15000*40"}, "size"),
        ({"size": "600*2404"}, "size"),
        ({"image3": picture("olive")}, "image2"),
        ({"negative_prompt": "\ud83d"}, "negative_prompt"),
        ({"strength": 0.5}, "strength"),
        ({"n": 5}, "n"),
    ],
)
def test_what_it_does_not_take_is_refused_here(bench, values, parameter):
    """Wrong values are one sentence that names the parameter; nothing is sent."""
    with pytest.raises(InvalidRequest) as refused:
        bench.session.edit(MODEL, picture("teal"), "变成黄昏", **values)
    assert refused.value.parameter == parameter
    assert bench.line.sent == []


def test_its_longer_prompt_is_sent_whole(bench):
    """It reads 2000 characters where the others read 800; what is beyond is told."""
    result = bench.session.edit(MODEL, picture("teal"), "花" * 2001)
    assert len(json.loads(bench.creates[0].content)["input"]["prompt"]) == 2001
    assert any("drops all after 2000" in notice.en for notice in result.notices)
