"""Does the engine keep the service's protocol, in-process and over HTTP alike?"""

from __future__ import annotations

import io
import json
import logging
import re
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from peers import KEY, data_uri, edit_body, mask_file, picture
from PIL import Image

from ipywanx import wire
from ipywanx.model.service_models import WAN25, WANX21
from ipywanx.model.tasks import Status

REPLIES = json.loads((Path(__file__).parents[1] / "contract" / "replies.json").read_text("utf-8"))
STAMP = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}")


def shape(value: Any) -> Any:
    """The names and kinds of a JSON value, without its values."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    return [shape(inner) for inner in value] if isinstance(value, list) else type(value)


def literal(name: str) -> Any:
    """The shape of one of the vendor's literal replies."""
    return shape(REPLIES[name]["reply"])


def refused(reply: Any, status: int, code: str, message: str | None = None) -> bool:
    """Whether an answer is this error, in the service's three fields."""
    body = reply.json()
    return (
        (reply.status_code, body["code"]) == (status, code)
        and set(body) == {"code", "message", "request_id"}
        and body["message"] == (message or wire.ERRORS[code].message)
        and reply.headers["x-request-id"] == body["request_id"]
        and reply.headers["content-type"] == "application/json"
    )


def test_create_answers_as_the_vendor_prints(peer):
    """A create is answered with the literal's shape, PENDING, and the request id in a header."""
    reply = peer.create(edit_body())
    assert reply.status_code == 200
    assert shape(reply.json()) == literal("created")
    assert reply.json()["output"]["task_status"] == "PENDING"
    assert reply.headers["content-type"] == "application/json"
    assert reply.headers["x-request-id"] == reply.json()["request_id"]


def test_task_answers_as_the_vendor_prints(make_peer, clock):
    """PENDING, RUNNING, SUCCEEDED and CANCELED have the documented fields and Beijing's stamps."""
    peer = make_peer(clock=clock, task_seconds=(10,), concurrency=1)
    first, second, third = (peer.start() for _ in range(3))
    peer.reach(first, Status.RUNNING)
    running = peer.api("GET", wire.task_path(first))
    assert shape(running.json()["output"]) == {
        **literal("running")["output"],
        "task_metrics": literal("pending")["output"]["task_metrics"],
    }
    assert shape(peer.api("GET", wire.task_path(second)).json()) == literal("pending")
    cancelled = peer.api("POST", wire.task_path(third, "/cancel"))
    assert (cancelled.status_code, shape(cancelled.json())) == (200, literal("cancelled"))
    output = peer.api("GET", wire.task_path(third)).json()["output"]
    assert output["task_status"] == "CANCELED"
    assert shape(output) == {**literal("pending")["output"], "end_time": str}
    clock.advance(10)
    report = peer.reach(first)
    done = peer.api("GET", wire.task_path(first))
    assert shape(done.json()) == literal("succeeded")
    assert done.headers["content-type"] == "application/json;charset=UTF-8"
    assert "x-request-id" not in done.headers
    stamps = [done.json()["output"][f"{name}_time"] for name in ("submit", "scheduled", "end")]
    assert all(STAMP.fullmatch(stamp) for stamp in stamps)
    assert report.submitted == datetime.fromtimestamp(1_750_000_000.25, UTC)
    assert report.ended == datetime.fromtimestamp(1_750_000_010.25, UTC)


def test_failed_task_answers_as_the_vendor_prints(peer):
    """A picture that the service does not take ends as FAILED, with HTTP 200 and no results."""
    report = peer.run(edit_body(data_uri(picture(300, 512)), n=4))
    reply = peer.api("GET", wire.task_path(report.task_id))
    output = reply.json()["output"]
    assert reply.status_code == 200
    assert output["code"] == "InvalidImageResolution"
    assert output["task_metrics"] == {"TOTAL": 4, "SUCCEEDED": 0, "FAILED": 4}
    assert "results" not in output
    assert "usage" not in reply.json()


def test_unknown_task_answers_as_the_vendor_prints(peer):
    """An id that never was is UNKNOWN with HTTP 200, and cannot be cancelled."""
    reply = peer.api("GET", wire.task_path("86ecf553-d340-4e21-af6e-xxxxxx"))
    assert (reply.status_code, shape(reply.json())) == (200, literal("unknown"))
    assert reply.json()["output"]["task_status"] == "UNKNOWN"
    assert refused(peer.api("POST", wire.task_path("nope", "/cancel")), 400, "UnsupportedOperation")


def test_every_spelling_of_paths_is_accepted(peer):
    """A slash behind a path, stray queries and stray bodies are accepted, as the SDK sends them."""
    task_id = peer.start()
    report = peer.reach(task_id)
    odd = peer.api("GET", f"/tasks/{task_id}/", params={"strength": "0.5", "n": "1"})
    assert wire.read_task(odd.json()).outputs == report.outputs
    for path in ("/tasks", "/tasks/"):
        assert peer.api("GET", path, params={"region": "x"}).json()["total"] == 1
    for path in (f"/tasks/{task_id}/cancel", f"/tasks/{task_id}/cancel/"):
        reply = peer.api("POST", path, content=b'{"model":"","parameters":{},"input":""}')
        assert refused(reply, 400, "UnsupportedOperation")


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/nope"), ("DELETE", "/tasks"), ("GET", wire.CREATE_PATH)]
)
def test_unknown_paths_are_json_errors(peer, method, path):
    """A path that is not there answers in JSON, as every error must for the SDK to read it."""
    assert refused(peer.api(method, path), 404, "NotFound")


def test_synchronous_call_is_refused(peer):
    """Without the async header a create is refused, with the vendor's words."""
    reply = peer.create(edit_body(), **{wire.ASYNC_HEADER: "disable"})
    message = "current user api does not support synchronous calls."
    assert refused(reply, 403, "AccessDenied", message)


def test_bad_body_is_refused_at_create(peer):
    """Ranges and structure are refused at once; nothing is queued."""
    reply = peer.create(edit_body(n=5))
    assert refused(reply, 400, "InvalidParameter", "Range of n should be [1, 4]")
    reply = peer.api("POST", wire.CREATE_PATH, headers={wire.ASYNC_HEADER: "enable"}, content=b"{")
    assert refused(reply, 400, "BadRequest.IllegalInput")
    for damaged in ("?", "图"):
        reply = peer.create(edit_body(f"data:image/png;base64,{damaged}"))
        assert refused(reply, 400, "InvalidParameter", "image format error")
    assert peer.api("GET", "/tasks").json()["total"] == 0


@pytest.mark.parametrize(
    "path",
    [
        "/tasks",
        "/tasks/x",
        "/uploads?action=getPolicy&model=m",
        wire.CREATE_PATH,
        "/tasks/x/cancel",
    ],
)
def test_key_is_checked_everywhere(make_peer, path):
    """No key and a wrong key are refused at every call of the API."""
    peer = make_peer(key=KEY)
    method = "POST" if path.endswith(("cancel", "synthesis")) else "GET"
    for headers in ({}, {"Authorization": KEY}, {"Authorization": "Basic x"}):
        reply = peer.call(method, path, headers=headers)
        assert refused(reply, 401, "InvalidApiKey", "No API-key provided.")
    assert refused(peer.api(method, path, key="sk-other"), 401, "InvalidApiKey")
    assert peer.api(method, path).status_code != 401


def test_accounts_do_not_see_each_other(peer):
    """Another key sees no task, lists none, cancels none and cannot use an upload."""
    report = peer.run()
    other = "sk-other"
    assert peer.report(report.task_id, key=other).status is Status.UNKNOWN
    assert peer.api("GET", "/tasks", key=other).json()["total"] == 0
    reply = peer.api("POST", wire.task_path(report.task_id, "/cancel"), key=other)
    assert refused(reply, 400, "UnsupportedOperation")
    address, _ = peer.upload(picture())
    resolve = {wire.RESOLVE_HEADER: "enable"}
    reply = peer.create(edit_body(address), key=other, **resolve)
    assert refused(reply, 400, "InvalidParameter.DataInspection")
    assert peer.create(edit_body(address), **resolve).status_code == 200


def test_two_run_and_the_others_wait_in_turn(make_peer, clock):
    """Two tasks run at once; others wait, can be cancelled while they do, and start in order."""
    peer = make_peer(clock=clock, task_seconds=(10, 20))
    first, second, third, fourth = (peer.start() for _ in range(4))
    peer.reach(first, Status.RUNNING)
    peer.reach(second, Status.RUNNING)
    assert [peer.report(one).status for one in (third, fourth)] == [Status.PENDING] * 2
    assert refused(peer.api("POST", wire.task_path(second, "/cancel")), 400, "UnsupportedOperation")
    clock.advance(10)
    assert peer.reach(first).status is Status.SUCCEEDED
    peer.reach(third, Status.RUNNING)
    assert peer.report(second).status is Status.RUNNING
    assert peer.report(fourth).status is Status.PENDING
    assert peer.api("POST", wire.task_path(fourth, "/cancel")).status_code == 200
    clock.advance(10)
    assert {peer.reach(one).status for one in (second, third)} == {Status.SUCCEEDED}
    assert peer.report(fourth).status is Status.CANCELED


def test_rates_are_limited(make_peer, clock):
    """So many creates and queries a second for each key; then 429 until time passes."""
    peer = make_peer(clock=clock, create_rps=2, query_rps=3)
    task_id = peer.start()
    peer.start()
    assert refused(peer.create(edit_body()), 429, "Throttling.RateQuota")
    assert peer.create(edit_body(), key="sk-other").status_code == 200
    clock.advance(0.5)
    peer.start()
    assert peer.create(edit_body()).status_code == 429
    for method, path in (("GET", wire.task_path(task_id)), ("GET", "/tasks")):
        assert [peer.api(method, path).status_code for _ in range(4)] == [200, 200, 200, 429]


def test_a_day_later_all_is_gone(make_peer, clock):
    """After 24 hours a task is UNKNOWN, unlisted, and its picture's address is dead (403)."""
    peer = make_peer(clock=clock)
    report = peer.run()
    url = report.outputs[0].url
    clock.advance(86_390)
    assert peer.call("GET", url).status_code == 200
    assert peer.report(report.task_id).status is Status.SUCCEEDED
    clock.advance(20)
    gone = peer.call("GET", url)
    assert (gone.status_code, gone.headers["content-type"]) == (403, "application/xml")
    assert "<Code>AccessDenied</Code><Message>Request has expired.</Message>" in gone.text
    assert peer.report(report.task_id).status is Status.UNKNOWN
    assert peer.api("GET", "/tasks").json()["total"] == 0


def test_result_addresses_are_signed(peer):
    """A result's address dies a day after the task's end, needs no key, and cannot be altered."""
    report = peer.run()
    url = report.outputs[0].url
    assert f"Expires={int(report.ended.timestamp()) + 86_400}&" in url
    assert url.startswith(f"{peer.root}/results/")
    for wrong in (url.replace("Expires=1", "Expires=2"), url.partition("?")[0], url[:-4]):
        reply = peer.call("GET", wrong)
        assert (reply.status_code, reply.headers["content-type"]) == (403, "application/xml")
        assert "<Code>SignatureDoesNotMatch</Code>" in reply.text


def test_result_says_what_it_is(peer):
    """A result is a PNG that names itself a preview, and holds no key, path or address."""
    report = peer.run(edit_body(n=2, seed=7, prompt="一位绿色仙子"))
    assert report.image_count == 2
    for index in (0, 1):
        image = peer.pixels(report, index)
        assert image.format == "PNG"
        assert image.text["Software"] == "ipywanx offline engine"
        assert image.text["Comment"] == "Offline preview, not made by Wan"
        about = json.loads(image.text["ipywanx"])
        assert (about["preview"], about["engine"]) == (True, "offline/1")
        assert (about["function"], about["seed"]) == ("expand", 7 + index)
        assert {"understood", "not_understood", "notices"} <= set(about)
        said = " ".join(image.text.values())
        assert not re.search(rf"{KEY}|https?:|oss:|/", said.replace("offline/1", ""))


@pytest.mark.parametrize(("model", "count"), [(WANX21.name, 1), (WAN25.name, 4)])
def test_a_body_without_a_number_gets_the_models_default(peer, model, count):
    """Whoever leaves ``n`` out sees here how many pictures the service would make and charge."""
    body = edit_body()
    if model == WAN25.name:
        pictures = [body["input"]["base_image_url"]]
        body = {"model": model, "input": {"prompt": "变成黄昏", "images": pictures}}
    report = peer.run(body)
    assert (report.image_count, len(report.outputs)) == (count, count)


def test_seed_comes_from_the_request(peer):
    """With no seed the same request gives the same bytes, and another request another seed."""
    body = edit_body(function="description_edit", prompt="把她的头发修改为红色")
    first, again = peer.run(body), peer.run(body)
    images = [peer.pixels(report) for report in (first, again)]
    assert images[0].tobytes() == images[1].tobytes()
    assert images[0].text == images[1].text
    other = peer.pixels(
        peer.run(edit_body(function="description_edit", prompt="给小猫添加一副墨镜"))
    )
    assert (
        json.loads(other.text["ipywanx"])["seed"] != json.loads(images[0].text["ipywanx"])["seed"]
    )


def test_watermark_is_stamped(peer):
    """``watermark`` changes the bottom right corner, and nothing else."""
    plain, stamped = (peer.pixels(peer.run(edit_body(watermark=on))) for on in (False, True))
    corner = (256, 384, 512, 512)
    assert plain.crop(corner).tobytes() != stamped.crop(corner).tobytes()
    assert plain.crop((0, 0, 512, 256)).tobytes() == stamped.crop((0, 0, 512, 256)).tobytes()


def test_list_answers_as_the_vendor_prints(make_peer, clock):
    """The list is flat, newest first, in milliseconds; filters and pages work."""
    peer = make_peer(clock=clock, task_seconds=(0, 100))
    done = peer.run().task_id
    clock.advance(60)
    running = peer.start()
    peer.reach(running, Status.RUNNING)
    reply = peer.api("GET", "/tasks/").json()
    assert shape(reply["data"][1]) == literal("list")["data"][0]
    assert {**shape(reply), "data": 0} == {**literal("list"), "data": 0}
    assert [row["task_id"] for row in reply["data"]] == [running, done]
    assert reply["data"][1]["gmt_create"] == 1_750_000_000_250
    assert "end_time" not in reply["data"][0]
    assert reply["data"][0]["model_name"] == WANX21.name

    def found(**query: object) -> list[str]:
        rows, _ = wire.read_task_list(peer.api("GET", "/tasks", params=query).json())
        return [row.task_id for row in rows]

    assert found(status="SUCCEEDED") == [done]
    assert found(task_id=running) == [running]
    assert found(model_name="wanx-v1") == []
    assert found(page_size=1, page_no=2) == [done]
    assert found(page_no=3) == []
    begin = datetime.fromtimestamp(1_750_000_000, wire.SERVICE_ZONE)
    assert found(start_time=f"{begin:%Y%m%d%H%M%S}") == [running, done]
    assert found(start_time=f"{begin.replace(second=begin.second + 10):%Y%m%d%H%M%S}") == [running]
    assert found(end_time=f"{begin.replace(second=begin.second + 10):%Y%m%d%H%M%S}") == [done]
    pages = peer.api("GET", "/tasks", params={"page_size": 1}).json()
    assert (pages["total"], pages["total_page"], len(pages["data"])) == (2, 2, 1)


@pytest.mark.parametrize(
    "query",
    [
        {"start_time": "yesterday"},
        {"start_time": "20260101000000", "end_time": "20260103000000"},
        {"start_time": "20260102000000", "end_time": "20260101000000"},
        {"status": "DONE"},
        {"page_no": "0"},
        {"page_size": "-1"},
        {"page_size": "x"},
        {"page_no": "9" * 5000},
        {"end_time": "00010101000000"},
        {"start_time": "99991231235959"},
    ],
    ids=str,
)
def test_bad_list_queries_are_refused(build, query):
    """A filter that makes no sense, or a span over 24 hours, is refused with 400."""
    peer = build("asgi")
    reply = peer.api("GET", "/tasks", params=query)
    assert (reply.status_code, reply.json()["code"]) == (400, "InvalidParameter")


def test_upload_and_use(peer):
    """Policy, form post, ``oss://`` with the resolve header: the picture is edited."""
    reply = peer.api("GET", "/uploads", params={"action": "getPolicy", "model": WANX21.name})
    assert shape(reply.json()) == literal("policy")
    assert reply.json()["data"]["upload_host"] == f"{peer.root}/oss"
    address, answer = peer.upload(picture(600, 520), "图 1.png")
    assert (answer.status_code, answer.content) == (200, b"")
    assert refused(peer.create(edit_body(address)), 400, "InvalidParameter.DataInspection")
    report = peer.run(edit_body(address), **{wire.RESOLVE_HEADER: "enable"})
    assert peer.pixels(report).size == (600, 520)


def test_uploads_keep_the_rules(make_peer, clock):
    """No second write, no late post, no foreign key or signature; files live 48 hours."""
    peer = make_peer(clock=clock)
    resolve = {wire.RESOLVE_HEADER: "enable"}
    policy = peer.policy()
    address, first = peer.post_form(policy, picture())
    _, again = peer.post_form(policy, picture())
    assert first.status_code == 200
    assert (again.status_code, again.headers["content-type"]) == (409, "application/xml")
    assert "<Code>FileAlreadyExists</Code>" in again.text
    _, over = peer.post_form(policy, picture(), x_oss_forbid_overwrite="false")
    assert over.status_code == 200
    _, plain = peer.post_form(policy, b"x", "b.png", success_action_status="")
    assert plain.status_code == 204
    for changes, code in (
        ({"Signature": "x"}, "SignatureDoesNotMatch"),
        ({"OSSAccessKeyId": "x"}, "InvalidAccessKeyId"),
        ({"policy": "e30="}, "SignatureDoesNotMatch"),
        ({"key": "elsewhere/a.png"}, "AccessDenied"),
    ):
        _, reply = peer.post_form(policy, b"x", "c.png", **changes)
        assert (reply.status_code, f"<Code>{code}</Code>" in reply.text) == (403, True)
    clock.advance(301)
    _, late = peer.post_form(policy, b"x", "d.png")
    assert late.status_code == 403
    assert "Invalid according to Policy: Policy expired." in late.text
    clock.advance(47 * 3600)
    assert peer.create(edit_body(address), **resolve).status_code == 200
    clock.advance(3600)
    reply = peer.create(edit_body(address), **resolve)
    assert refused(reply, 400, "InvalidParameter.DataInspection")


def test_upload_for_another_model_is_refused(peer):
    """A file uploaded for another model cannot be used for this one."""
    address, answer = peer.post_form(peer.policy("wanx-v1"), picture())
    assert answer.status_code == 200
    reply = peer.create(edit_body(address), **{wire.RESOLVE_HEADER: "enable"})
    assert refused(reply, 400, "InvalidParameter.DataInspection")


def test_file_must_be_the_last_field(peer):
    """A form whose file is not last, or that is none, gets the storage's XML."""
    policy = peer.policy()
    fields = {name: (None, value) for name, value in policy.fields}
    files = {"file": ("a.png", b"x"), **fields, "key": (None, f"{policy.directory}/a.png")}
    for options in (
        {"files": files},
        {"content": b"nonsense"},
        {"files": {"file": (None, "text")}},
    ):
        reply = peer.call("POST", policy.host, **options)
        assert (reply.status_code, reply.headers["content-type"]) == (400, "application/xml")
    odd = {"content-type": "multipart/form-data; boundary=x"}
    reply = peer.call("POST", policy.host, content=b"--y\r\n", headers=odd)
    assert "<Code>MalformedPOSTRequest</Code>" in reply.text


def test_policy_needs_action_and_model(peer):
    """Leave to upload is given for ``getPolicy`` and a named model only."""
    for query in ({}, {"action": "getPolicy"}, {"action": "x", "model": WANX21.name}):
        reply = peer.api("GET", "/uploads", params=query)
        assert (reply.status_code, reply.json()["code"]) == (400, "InvalidParameter")


def damaged() -> bytes:
    """A PNG that ends in the middle."""
    data = picture()
    return data[: len(data) // 2]


def noise(kind: str, side: int) -> bytes:
    """A picture that cannot be compressed."""
    stream = io.BytesIO()
    Image.effect_noise((side, side), 200).convert("RGB").save(stream, kind)
    return stream.getvalue()


CORRUPT = "Invalid image format or corrupted file"
WRONG_SIZE = "the size of input image is too small or too large."


@pytest.mark.parametrize(
    ("data", "code", "message"),
    [
        (lambda: picture(511, 600), "InvalidImageResolution", None),
        (lambda: picture(512, 4097), "InvalidImageResolution", None),
        (lambda: picture(kind="GIF"), "InvalidImageFormat", None),
        (lambda: b"not a picture", "InvalidImageFormat", None),
        (lambda: b"", "InvalidImageFormat", None),
        (damaged, "InvalidParameter", CORRUPT),
        (lambda: noise("BMP", 2000), "InvalidParameter", WRONG_SIZE),
    ],
    ids=["narrow", "long", "gif", "text", "nothing", "damaged", "over 10 MB"],
)
def test_bad_pictures_fail_the_task(build, data, code, message):
    """A picture outside the service's limits is accepted at create and FAILED with its code."""
    peer = build("asgi")
    report = peer.run(edit_body(data_uri(data())))
    assert report.status is Status.FAILED
    assert (report.code, report.message) == (code, message or wire.ERRORS[code].message)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "BMP", "TIFF", "WEBP"])
def test_all_documented_formats_are_taken(build, kind):
    """The five media types of the vendor's page are taken as data URIs."""
    peer = build("asgi")
    uri = data_uri(picture(kind=kind), kind.lower())
    assert peer.run(edit_body(uri)).status is Status.SUCCEEDED


@pytest.mark.parametrize(
    ("mask", "good"),
    [
        (mask_file, True),
        (lambda: mask_file(600, 512), False),
        (lambda: mask_file(value=0), False),
        (lambda: mask_file(value=128), False),
        (lambda: b"nothing", False),
    ],
    ids=["good", "other size", "all black", "grey", "no picture"],
)
def test_masks_are_checked(build, mask, good):
    """A mask of another size, with nothing white, or grey, fails the task."""
    peer = build("asgi")
    body = edit_body(
        function="description_edit_with_mask", prompt="一顶帽子", mask=data_uri(mask())
    )
    report = peer.run(body)
    assert (report.status is Status.SUCCEEDED) is good
    assert report.code in ({""} if good else {"InvalidParameter", "InvalidImageFormat"})


def test_mask_edit_keeps_what_is_black(peer):
    """Where the mask is black, the result has the picture's own pixels."""
    base = picture()
    body = edit_body(
        data_uri(base),
        "description_edit_with_mask",
        "给小狗添加一顶帽子",
        mask=data_uri(mask_file()),
    )
    result = peer.pixels(peer.run(body))
    original = Image.open(io.BytesIO(base))
    kept = (0, 0, 512, 60)
    assert result.crop(kept).tobytes() == original.crop(kept).tobytes()


def test_result_can_be_edited_again(peer):
    """A result's own address is taken as the next picture, in-process too."""
    first = peer.run(edit_body(function="super_resolution", prompt="图像超分", upscale_factor=2))
    second = peer.run(edit_body(first.outputs[0].url))
    assert peer.pixels(second).size == (1024, 1024)
    assert peer.pixels(second).tobytes() == peer.pixels(first).tobytes()
    altered = first.outputs[0].url.replace("Expires=1", "Expires=2")
    report = peer.run(edit_body(altered))
    assert (report.code, report.message) == ("InvalidParameter", "download image failed")


def test_only_this_host_is_answered(peer):
    """A web page elsewhere, or a name that was pointed at 127.0.0.1, is refused."""
    for headers in (
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example:80"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Host": "[::1"},
        {"Origin": "http://[::1"},
    ):
        assert refused(peer.api("GET", "/tasks", headers=headers), 403, "AccessDenied")
    for headers in ({"Host": "localhost:8787"}, {"Origin": peer.root}):
        assert peer.api("GET", "/tasks", headers=headers).status_code == 200


def test_bodies_are_limited(peer):
    """A create over 64 MiB is 413, a form over 100 MiB an XML error; both get their answer."""
    headers = {wire.ASYNC_HEADER: "enable"}
    large = b" " * (64 * 2**20 + 1)
    reply = peer.api("POST", wire.CREATE_PATH, headers=headers, content=large)
    assert refused(reply, 413, "BadRequest.TooLarge")
    _, reply = peer.post_form(peer.policy(), b" " * (102 * 2**20))
    assert reply.status_code == 400
    assert "<Code>EntityTooLarge</Code>" in reply.text


def test_broken_effect_fails_its_task_only(make_peer, monkeypatch, caplog):
    """An exception in an effect is logged and FAILED as InternalError.Algo; the engine goes on."""
    peer = make_peer()
    with monkeypatch.context() as broken:
        broken.setattr("ipywanx.engine.render.render_effect", lambda *_, **__: 1 / 0)
        report = peer.run()
    assert (report.status, report.code) == (Status.FAILED, "InternalError.Algo")
    assert any(
        record.levelno == logging.ERROR and record.exc_info[0] is ZeroDivisionError
        for record in caplog.records
    )
    assert peer.run().status is Status.SUCCEEDED


def test_queries_are_answered_while_a_picture_is_made(make_peer, monkeypatch):
    """An effect that takes its time does not keep the engine from answering."""
    peer = make_peer()
    from ipywanx.engine import render

    real, go = render.render_effect, threading.Event()

    def wait(*args: Any, **how: Any) -> Any:
        assert go.wait(20)
        return real(*args, **how)

    monkeypatch.setattr(render, "render_effect", wait)
    task_id = peer.start()
    peer.reach(task_id, Status.RUNNING)
    assert peer.api("GET", "/tasks").json()["total"] == 1
    go.set()
    assert peer.reach(task_id).status is Status.SUCCEEDED


def test_both_ways_answer_alike(build):
    """One conversation, in-process and over HTTP: statuses, shapes and types are equal."""

    def conversation(way: str) -> list[Any]:
        peer = build(way)
        address, form = peer.upload(picture())
        made = peer.create(edit_body(address), **{wire.RESOLVE_HEADER: "enable"})
        task_id = made.json()["output"]["task_id"]
        report = peer.reach(task_id)
        replies = [
            form,
            made,
            peer.api("GET", wire.task_path(task_id)),
            peer.api("GET", wire.task_path("nope")),
            peer.api("POST", wire.task_path(task_id, "/cancel")),
            peer.api("GET", "/tasks"),
            peer.api("GET", "/nope"),
            peer.call("GET", "/tasks"),
            peer.call("GET", report.outputs[0].url),
            peer.call("GET", report.outputs[0].url[:-2]),
        ]
        return [
            (
                reply.status_code,
                reply.headers.get("content-type"),
                shape(reply.json()) if "json" in reply.headers.get("content-type", "") else None,
            )
            for reply in replies
        ]

    assert conversation("asgi") == conversation("http")
