"""Do client and engine say it as the vendor's pages print it?

The judge is tests/contract/: literal JSON, each with the page it was taken from.
"""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ipywanx import errors, wire
from ipywanx.model.functions import FUNCTIONS, Expand, StylizationAll
from ipywanx.model.images import Picture
from ipywanx.model.masks import Mask
from ipywanx.model.params import describe
from ipywanx.model.requests import REQUESTS as REQUESTS_BY_NAME
from ipywanx.model.requests import request_class
from ipywanx.model.service_models import WAN25, WANX21
from ipywanx.model.tasks import Output, Status
from ipywanx.model.wan25 import Wan25Edit

CONTRACT = Path(__file__).parent / "contract"
REQUESTS = json.loads((CONTRACT / "requests.json").read_text("utf-8"))
REPLIES = json.loads((CONTRACT / "replies.json").read_text("utf-8"))
ERRORS = json.loads((CONTRACT / "errors.json").read_text("utf-8"))["errors"]
BEIJING = timezone(timedelta(hours=8))


def reply(name: str) -> dict:
    """One literal reply."""
    return REPLIES[name]["reply"]


def request_for(body: dict):
    """The request object that a person would make for a literal body."""
    asked = body["input"]
    extra = {"mask": Mask((512, 512)).invert()} if "mask_image_url" in asked else {}
    picture = Picture(b"", "", None, "sample", url=asked["base_image_url"])
    return request_class(asked["function"])(
        image=picture, prompt=asked["prompt"], **extra, **body["parameters"]
    )


def refs_in(body: dict) -> dict[str, str]:
    """Where a literal body says that its pictures are, by parameter."""
    asked = body["input"]
    return {name: asked[key] for name, key in wire.PICTURE_FIELDS.items() if key in asked}


@pytest.mark.parametrize("sample", REQUESTS, ids=lambda one: one["body"]["input"]["function"])
def test_request_becomes_the_literal_body(sample):
    """Each of the vendor's ten sample calls comes out letter for letter, ``n`` always in it."""
    body = json.loads(json.dumps(sample["body"]))
    body["parameters"].setdefault("n", 1)  # as many as the samples without it get
    asked = body["input"]
    made = wire.create_body(request_for(body), refs_in(body))
    assert made == body
    raw = wire.encode_body(made)
    assert json.loads(raw) == body
    assert asked["prompt"].encode() in raw


@pytest.mark.parametrize("sample", REQUESTS, ids=lambda one: one["body"]["input"]["function"])
def test_literal_body_is_understood(sample):
    """The engine reads each of the vendor's ten sample bodies."""
    body = sample["body"]
    read = wire.read_body(json.dumps(body).encode())
    assert read.request_class is FUNCTIONS[body["input"]["function"]]
    assert read.prompt == body["input"]["prompt"]
    assert read.refs == refs_in(body)
    assert read.parameters == body["parameters"]


def test_samples_cover_all_functions():
    """No function lacks a literal sample."""
    assert [one["body"]["input"]["function"] for one in REQUESTS] == list(FUNCTIONS)


def test_only_given_parameters_are_sent():
    """Defaults stay the service's, but for ``n``; None and our own parameters are never sent."""
    image = Image.new("RGB", (512, 512))
    plain = StylizationAll(image=image, prompt="p", seed=None, fit=True)
    assert wire.create_body(plain, {"image": "oss://k"})["parameters"] == {"n": 1}
    given = Expand(image=image, prompt="p", left_scale=1.5, n=1, watermark=True).with_seed(7)
    assert wire.create_body(given, {"image": "oss://k"})["parameters"] == {
        "left_scale": 1.5,
        "n": 1,
        "watermark": True,
        "seed": 7,
    }


def test_another_model_both_ways():
    """What is written for ``wan2.5-i2i-preview`` is read as the same, pictures by order."""
    image = Image.new("RGB", (512, 512))
    request = Wan25Edit(
        image=image, image2=image, prompt="p", negative_prompt="q", size="1280*720", seed=7
    )
    refs = {"image": "oss://a", "image2": "oss://b"}
    body = wire.create_body(request, refs)
    assert body == {
        "model": WAN25.name,
        "input": {"prompt": "p", "negative_prompt": "q", "images": ["oss://a", "oss://b"]},
        "parameters": {"n": 1, "seed": 7, "size": "1280*720"},
    }
    read = wire.read_body(wire.encode_body(body))
    assert (read.request_class, read.refs) == (Wan25Edit, refs)
    assert read.parameters == {"negative_prompt": "q", "n": 1, "seed": 7, "size": "1280*720"}


@pytest.mark.parametrize("name", REQUESTS_BY_NAME)
@pytest.mark.parametrize("n", [None, 1, 3])
def test_the_body_names_as_many_pictures_as_the_price_counts(name, n):
    """What is charged is in every body of every model: no default of the vendor decides it."""
    image = Image.new("RGB", (512, 512))
    extra = {"mask": Mask((512, 512)).invert()} if name.endswith("_with_mask") else {}
    extra |= {} if n is None else {"n": n}
    request = request_class(name)(image=image, prompt="p", **extra)
    body = wire.create_body(request, dict.fromkeys(request.pictures, "oss://k"))
    expected = round(body["parameters"]["n"] * request.about.model.price_cny, 2)
    assert request.price == expected
    assert body["parameters"]["n"] == (n or 1)


def test_created_reply():
    """A literal create answer is a PENDING task, and the engine writes the same."""
    literal = reply("created")
    report = wire.read_created(literal)
    assert (report.task_id, report.status) == ("0385dc79-5ff8-4d82-bcb6-xxxxxx", Status.PENDING)
    assert report.request_id == "4909100c-7b5a-9f92-bfe5-xxxxxx"
    assert wire.created_reply(report.task_id, report.request_id) == literal


@pytest.mark.parametrize(
    ("name", "total"),
    [
        ("pending", 1),
        ("succeeded", 1),
        ("partly_failed", 2),
        ("failed", 4),
        ("unknown", 0),
    ],
)
def test_task_reply_both_ways(name, total):
    """What the client reads from a literal answer, the engine writes back letter for letter."""
    literal = reply(name)
    assert wire.task_reply(wire.read_task(literal), total=total) == literal


def test_running_reply_without_metrics():
    """A RUNNING answer without task_metrics is read; the engine adds only them."""
    literal = reply("running")
    report = wire.read_task(literal)
    assert report.status is Status.RUNNING
    assert report.scheduled - report.submitted == timedelta(milliseconds=35)
    written = wire.task_reply(report, total=1)
    assert written["output"].pop("task_metrics") == {"TOTAL": 1, "SUCCEEDED": 0, "FAILED": 0}
    assert written == literal


def test_stamps_are_beijing_time():
    """Stamps without a zone are UTC+8; absent or odd ones are None."""
    report = wire.read_task(reply("succeeded"))
    assert report.submitted == datetime(2025, 2, 21, 9, 56, 31, 786_000, UTC)
    assert report.ended == datetime(2025, 2, 21, 17, 56, 42, 530_000, BEIJING)
    odd = json.loads(json.dumps(reply("succeeded")))
    odd["output"] |= {"submit_time": "yesterday", "end_time": None}
    del odd["output"]["scheduled_time"]
    report = wire.read_task(odd)
    assert (report.submitted, report.scheduled, report.ended) == (None, None, None)


def test_partial_failure():
    """A task that partly failed has one good and one bad output, and one picture is charged."""
    report = wire.read_task(reply("partly_failed"))
    assert report.status is Status.SUCCEEDED
    assert report.image_count == 1
    good, bad = report.outputs
    assert good.url.endswith("/123/a1.png")
    assert bad == Output(
        code="InternalError.Timeout",
        message="An internal timeout error has occured during execution, please try again later or "
        "contact service support.",
    )


def test_empty_url_is_no_picture():
    """The official SDK shows a failed picture as an empty url; that is not an address."""
    odd = json.loads(json.dumps(reply("partly_failed")))
    odd["output"]["results"][1]["url"] = ""
    assert wire.read_task(odd).outputs[1].url is None


@pytest.mark.parametrize("word", ["SUSPENDED", "succeeded", "一"])
def test_unknown_status_goes_on(word):
    """A status word that is not documented never ends a wait."""
    odd = json.loads(json.dumps(reply("running")))
    odd["output"]["task_status"] = word
    assert wire.read_task(odd).status is Status.RUNNING


def test_list_both_ways():
    """A literal task list is read; the engine writes rows with the same names and kinds."""
    literal = reply("list")
    rows, total = wire.read_task_list(literal)
    assert total == 1
    assert rows[0].task_id == "3c777dbc-xxxxxx"
    assert rows[0].status is Status.SUCCEEDED
    assert rows[0].model == WANX21.name
    assert rows[0].created == datetime(2025, 4, 25, 8, 4, 53, 253_000, UTC)
    assert rows[0].ended == datetime(2025, 4, 25, 8, 5, 2, 481_000, UTC)
    written = wire.list_reply(
        [(wire.read_task(reply("succeeded")), WANX21.name)],
        total=11,
        page_no=2,
        page_size=10,
        request_id="r",
    )
    assert written["total_page"] == 2
    assert set(written) == set(literal)
    shape = {name: type(value) for name, value in literal["data"][0].items()}
    assert {name: type(value) for name, value in written["data"][0].items()} == shape
    assert written["data"][0]["user_api_unique_key"] == literal["data"][0]["user_api_unique_key"]


def test_policy_both_ways():
    """A literal upload policy gives the form's fields in the vendor's order, and comes back."""
    literal = reply("policy")
    policy = wire.read_upload_policy(literal)
    assert policy.fields == (
        ("OSSAccessKeyId", "LTAxxx"),
        ("Signature", "g5K..."),
        ("policy", "eyJl..."),
        ("x-oss-object-acl", "private"),
        ("x-oss-forbid-overwrite", "true"),
        ("success_action_status", "200"),
    )
    assert policy.directory == "dashscope-instant/xxx/2024-07-18/xxx"
    assert policy.host == "https://dashscope-file-xxx.oss-cn-beijing.aliyuncs.com"
    assert (policy.seconds, policy.max_bytes) == (300.0, 100 * 1024 * 1024)
    assert wire.policy_reply(policy, literal["request_id"]) == literal


GARBAGE = [
    {},
    None,
    [],
    "text",
    {"output": None},
    {"output": []},
    {"output": {"task_id": "a"}},
    {"output": {"task_id": 7, "task_status": "RUNNING"}},
    {"output": {"task_id": "", "task_status": "RUNNING"}},
    {"output": {"task_id": "a", "task_status": "SUCCEEDED", "results": [1]}},
    {"output": {"task_id": "a", "task_status": "SUCCEEDED"}, "usage": {"image_count": "x"}},
    {"data": [{}], "total": 1},
    {"data": [{"task_id": "a", "status": "RUNNING", "gmt_create": 1e99}], "total": 1},
    {"data": {"upload_host": "https://h"}},
    {"hello": "world", "request_id": "r-1"},
]


@pytest.mark.parametrize("garbage", GARBAGE, ids=repr)
@pytest.mark.parametrize(
    "read", [wire.read_created, wire.read_task, wire.read_task_list, wire.read_upload_policy]
)
def test_garbage_is_an_unexpected_reply(read, garbage):
    """Whatever is not in the contract is said to be so, and nothing else is raised."""
    with pytest.raises(errors.UnexpectedReply) as caught:
        read(garbage)
    if isinstance(garbage, dict):
        assert caught.value.request_id == garbage.get("request_id", "")


def test_error_table_is_the_vendors():
    """Codes, statuses and texts are those of the vendor's page, and there are no others."""
    said = {
        code: (fault.status, {fault.message, *fault.others}) for code, fault in wire.ERRORS.items()
    }
    assert said == {error["code"]: (error["status"], set(error["messages"])) for error in ERRORS}


@pytest.mark.parametrize("error", ERRORS, ids=lambda one: one["code"])
def test_error_is_typed(error):
    """Each code becomes the error class that says what to do, whatever its text is."""
    literal = wire.error_reply(error["code"], "anything", "r-1")
    raised = wire.read_error(error["status"], literal, retry_after=3.0)
    assert type(raised) is getattr(errors, error["kind"])
    assert (raised.code, raised.status, raised.request_id) == (
        error["code"],
        error["status"],
        "r-1",
    )
    assert error["code"] in str(raised)
    assert raised.hint
    if error["kind"] == "RateLimited":
        assert raised.retry_after == 3.0


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, errors.Rejected),
        (401, errors.Refused),
        (403, errors.Refused),
        (404, errors.Refused),
        (408, errors.ServiceUnavailable),
        (413, errors.Rejected),
        (418, errors.UnexpectedReply),
        (302, errors.UnexpectedReply),
        (429, errors.RateLimited),
        (502, errors.ServiceUnavailable),
    ],
)
def test_error_without_json_is_typed_by_status(status, kind):
    """A gateway's HTML page is judged by its HTTP status alone."""
    raised = wire.read_error(status, None)
    assert type(raised) is kind
    assert raised.code == ""
    assert f"HTTP {status}" in str(raised)


def test_new_codes_are_typed_by_prefix():
    """A code that is not in the table yet is typed by its prefix and status."""
    quota = wire.read_error(429, {"code": "Throttling.AllocationQuota.New", "message": "m"})
    assert type(quota) is errors.Refused
    burst = wire.read_error(429, {"code": "Throttling.New", "message": "m"})
    assert type(burst) is errors.RateLimited
    content = wire.read_error(400, {"code": "DataInspectionFailed.New", "message": "m"})
    assert "content check" in content.hint


def test_refused_literal():
    """The vendor's sample refusal becomes an error that keeps its words and its request id."""
    raised = wire.read_error(REPLIES["refused"]["status"], reply("refused"))
    assert isinstance(raised, errors.Refused)
    assert "No API-key provided." in str(raised)
    assert raised.request_id == "7438d53d-6eb8-4596-8835-xxxxxx"


def test_failed_task():
    """A FAILED task's error names the task, the code, and that it costs nothing."""
    failure = wire.task_failure(wire.read_task(reply("failed")))
    assert isinstance(failure, errors.TaskFailed)
    assert failure.task_id == "86ecf553-d340-4e21-af6e-xxxxxx"
    assert failure.code == "InvalidParameter"
    assert "xxxxxx" in str(failure)
    assert "not charged" in failure.hint


def body(**changes: object) -> dict:
    """A good body, with changes by dotted path; ``...`` removes."""
    made = json.loads(json.dumps(REQUESTS[0]["body"]))
    for path, value in changes.items():
        *outer, last = path.split("__")
        place = made
        for name in outer:
            place = place[name]
        if value is ...:
            del place[last]
        else:
            place[last] = value
    return made


MISSING = "Required parameter({}) missing or invalid, please check the request parameters."
URL_ERROR = "url error, please check url！"


@pytest.mark.parametrize(
    ("changes", "code", "message"),
    [
        (
            {"model": ...},
            "BadRequest.EmptyModel",
            'Required parameter "model" missing from request.',
        ),
        ({"model": "wanx9"}, "InvalidParameter", "Model not exist."),
        ({"input": ...}, "BadRequest.EmptyInput", "Required input parameter missing from request."),
        ({"input": []}, "BadRequest.EmptyInput", "Required input parameter missing from request."),
        ({"input__function": ...}, "InvalidParameter", MISSING.format("function")),
        ({"input__function": "expandd"}, "InvalidParameter", MISSING.format("function")),
        ({"input__function": []}, "InvalidParameter", MISSING.format("function")),
        ({"input__prompt": ...}, "InvalidParameter", MISSING.format("prompt")),
        ({"input__prompt": " "}, "InvalidParameter", MISSING.format("prompt")),
        ({"input__base_image_url": ...}, "InvalidParameter", MISSING.format("base_image_url")),
        (
            {"input__base_image_url": "a/b.png"},
            "InvalidURL",
            "Invalid URL provided in your request.",
        ),
        ({"input__base_image_url": "http://h/图.png"}, "InvalidParameter", URL_ERROR),
        (
            {"input__base_image_url": "data:image/gif;base64,AAAA"},
            "InvalidParameter",
            "image format error",
        ),
        (
            {"input__function": "description_edit_with_mask"},
            "InvalidParameter",
            MISSING.format("mask_image_url"),
        ),
        ({"parameters": []}, "InvalidParameter", MISSING.format("parameters")),
        ({"parameters__n": 5}, "InvalidParameter", "Range of n should be [1, 4]"),
        ({"parameters__n": 1.0}, "InvalidParameter", MISSING.format("n")),
        ({"parameters__n": True}, "InvalidParameter", MISSING.format("n")),
        (
            {"parameters__seed": 2147483648},
            "InvalidParameter",
            "Range of seed should be [0, 2147483647]",
        ),
        ({"parameters__strength": 1.1}, "InvalidParameter", "Range of strength should be [0, 1]"),
        ({"parameters__strength": "0.5"}, "InvalidParameter", MISSING.format("strength")),
        ({"parameters__watermark": 1}, "InvalidParameter", MISSING.format("watermark")),
    ],
)
def test_bad_bodies_are_refused(changes, code, message):
    """Structure, enumerations and ranges are refused with the service's code and text."""
    with pytest.raises(wire.Refusal) as caught:
        wire.read_body(json.dumps(body(**changes)).encode())
    assert (caught.value.code, caught.value.message) == (code, message)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"input__images": []}, "images"),
        ({"input__images": ["oss://a"] * 4}, "images"),
        ({"input__images": "oss://a"}, "images"),
        ({"input__images": [7]}, "images"),
        ({"parameters__size": "4096*4096"}, "size"),
        ({"parameters__size": 1280}, "size"),
        ({"input__negative_prompt": 7}, "negative_prompt"),
    ],
)
def test_bad_bodies_of_another_model_are_refused(changes, name):
    """Its own fields are held to what the vendor states."""
    with pytest.raises(wire.Refusal) as caught:
        wire.read_body(
            json.dumps(
                body(**{"model": WAN25.name, "input__images": ["oss://a"]} | changes)
            ).encode()
        )
    assert caught.value.message == MISSING.format(name)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "BadRequest.IllegalInput"),
        (b"{", "BadRequest.IllegalInput"),
        (b"\xff\xfe\x00", "BadRequest.IllegalInput"),
        (b"[" * 100_000, "BadRequest.IllegalInput"),
        (b"[]", "InvalidParameter"),
    ],
)
def test_bodies_that_are_not_objects(raw, code):
    """What is not a JSON object is refused, however odd."""
    with pytest.raises(wire.Refusal) as caught:
        wire.read_body(raw)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "changes",
    [
        {"parameters": ...},
        {"parameters": None},
        {"parameters__prompt_extend": True, "parameters__size": "1024*1024"},
        {"parameters__upscale_factor": 9},
        {"parameters__seed": None},
        {"parameters__strength": 1},
        {"input__function": "colorization", "input__prompt": ""},
        {"input__mask_image_url": 7},
        {"input__base_image_url": "oss://a/图.png"},
    ],
)
def test_tolerated_bodies(changes):
    """Absent and foreign parameters, a blank prompt where allowed, and spare inputs pass."""
    read = wire.read_body(json.dumps(body(**changes)).encode())
    assert set(read.parameters) <= {"n", "strength"}


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=6,
)
NAMES = ["n", "seed", "watermark", "strength", "top_scale", "upscale_factor", "is_sketch", "x"]
NAMES += ["size", "prompt_extend"]


@given(
    model=st.sampled_from([WANX21.name, WAN25.name]) | ANY_JSON,
    asked=ANY_JSON
    | st.fixed_dictionaries(
        {
            "function": st.sampled_from(sorted(FUNCTIONS)) | ANY_JSON,
            "prompt": ANY_JSON,
            "base_image_url": st.text().map("data:image/png;base64,".__add__) | ANY_JSON,
        },
        optional={
            "mask_image_url": ANY_JSON,
            "images": ANY_JSON | st.lists(st.just("https://example.com/a.png"), max_size=4),
            "negative_prompt": ANY_JSON,
        },
    ),
    given_parameters=ANY_JSON | st.dictionaries(st.sampled_from(NAMES), ANY_JSON),
)
def test_any_body_is_taken_or_refused(model, asked, given_parameters):
    """No body, however odd, does anything but pass the checks or be refused by the table."""
    raw = json.dumps({"model": model, "input": asked, "parameters": given_parameters}).encode()
    try:
        read = wire.read_body(raw)
    except wire.Refusal as refusal:
        assert refusal.status in {400, 413}
    else:
        assert read.prompt.encode() is not None
        params = {param.name: param for param in describe(read.request_class)}
        for name, value in read.parameters.items():
            assert params[name].low is None or params[name].low <= value <= params[name].high


@given(ANY_JSON)
def test_any_reply_is_read_or_unexpected(odd):
    """No reply, however odd, raises anything but UnexpectedReply."""
    for read in (wire.read_task, wire.read_task_list, wire.read_upload_policy):
        for shaped in (odd, {"output": odd}, {"data": odd, "total": 1}):
            with contextlib.suppress(errors.UnexpectedReply):
                read(shaped)
    assert wire.read_error(500, odd).status == 500


def test_half_characters_do_no_harm():
    """A prompt with half a surrogate pair, which JSON can carry, becomes writable text."""
    read = wire.read_body(json.dumps(body(input__prompt="猫\ud83d")).encode())
    assert read.prompt == "猫?"


def test_long_prompt_is_cut():
    """The engine drops what lies beyond 800 characters, as silently as the service."""
    read = wire.read_body(json.dumps(body(input__prompt="花" * 801)).encode())
    assert read.prompt == "花" * 800


@pytest.mark.parametrize(
    ("ref", "fits"),
    [
        ("data:image/png;base64," + "A" * (19 * 2**20), True),
        ("data:image/png;base64," + "A" * (20 * 2**20), False),
        ("http://h/" + "a" * (16 * 2**20), False),
    ],
    ids=["fits", "large picture", "large body without Base64"],
)
def test_gateway_limits(ref, fits):
    """A body over the gateway's limits is too large, with Base64 and without."""
    raw = json.dumps(body(input__base_image_url=ref)).encode()
    if fits:
        assert wire.read_body(raw).refs["image"] == ref
    else:
        with pytest.raises(wire.Refusal) as caught:
            wire.read_body(raw)
        assert caught.value.code == "BadRequest.TooLarge"
