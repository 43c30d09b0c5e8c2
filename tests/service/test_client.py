"""Does the client say what was meant, once, and tell truly what became of it?"""

import base64
import io
import json
import logging
import socket
import traceback
from datetime import UTC, datetime, timedelta

import httpx
import numpy as np
import pytest
from PIL import Image
from pydantic import SecretStr

from ipywanx.errors import (
    RateLimited,
    Refused,
    Rejected,
    ServiceError,
    ServiceUnavailable,
    SubmissionUncertain,
    UnexpectedReply,
    Unreachable,
)
from ipywanx.model.requests import make_request
from ipywanx.session import Session
from ipywanx.settings import Settings


def body_of(request: httpx.Request) -> dict:
    """The JSON of a request."""
    return json.loads(request.content)


def refuse(code: int, reply: object = None, **headers: str):
    """An answer to every create in the engine's place."""

    def answer(request: httpx.Request) -> httpx.Response | None:
        if request.method != "POST":
            return None
        return httpx.Response(code, json=reply, headers=headers)

    return answer


# ---- create ---------------------------------------------------------------------------------


def test_only_what_was_given_is_sent(way, build):
    """Parameters that the person did not name keep the service's defaults; the seed is drawn."""
    bench = build(way)
    job = bench.submit(function="super_resolution", upscale_factor=1, prompt="图像超分")
    job.result(30)
    (create,) = bench.creates
    body = body_of(create)
    assert body["parameters"] == {"n": 1, "upscale_factor": 1, "seed": job.request.seed}
    assert body["input"]["prompt"] == "图像超分"
    assert "图像超分".encode() in create.content
    assert create.headers["x-dashscope-async"] == "enable"
    assert "x-dashscope-ossresourceresolve" not in create.headers
    assert create.headers["user-agent"].startswith("ipywanx/")


def test_the_workspace_goes_along(bench, tmp_path):
    """A workspace is named to the service, with every call of the API."""
    settings = Settings(SecretStr("sk-x"), bench.settings.base_url, tmp_path, workspace="ws-1")
    bench.engine.accounts._key = None
    Session(settings, bench.line).edit("super_resolution", small_picture())
    api = [r for r in bench.line.sent if r.url.path.startswith("/api/")]
    assert {r.headers.get("x-dashscope-workspace") for r in api} == {"ws-1"}


def small_picture() -> str:
    """A picture as data URL."""
    stream = io.BytesIO()
    Image.new("RGB", (512, 512), "teal").save(stream, "PNG")
    return "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode()


def test_too_many_calls_are_waited_for(build, way):
    """A 429 accepted nothing: it is asked again after the pause that the service named."""
    bench = build(way, "create:retry-after=0.05*2")
    assert len(bench.edit().images) == 1
    assert len(bench.creates) == 3
    assert len(bench.tasks) == 1
    times = [e["t"] for e in bench.events if e.get("path", "").endswith("image-synthesis")]
    assert [e["http"] for e in bench.events if e.get("method") == "POST"] == [429, 429, 200]
    assert times[1] - times[0] >= 0.05


def test_patience_with_too_many_calls_ends(build):
    """After three minutes of refusals the person is told, with the code and what to do."""
    bench = build("asgi", "create:retry-after=1.0")
    with pytest.raises(RateLimited, match=r"Throttling\.RateQuota.*Wait a minute") as caught:
        bench.edit()
    assert (len(bench.creates), bench.tasks) == (3, [])  # 180 s are 3 s here
    assert caught.value.status == 429
    assert caught.value.retry_after == 1.0


@pytest.mark.parametrize(
    ("fault", "kind", "advice"),
    [
        ("401", Refused, "Check the API key"),
        ("403", Refused, "rights"),
        ("Arrearage", Refused, "billing"),
        ("Throttling.AllocationQuota", Refused, "quota"),
        ("400", Rejected, "Change the request"),
        ("DataInspectionFailed", Rejected, "another prompt or picture"),
        ("413", Rejected, "Change the request"),
    ],
)
def test_a_refusal_is_told_and_not_repeated(build, fault, kind, advice):
    """What will not get better is asked once; the error has code, request id and a next step."""
    bench = build("asgi", f"create:{fault}")
    job = bench.submit()
    with pytest.raises(kind, match=advice) as caught:
        job.result(30)
    assert len(bench.creates) == 1
    assert caught.value.code in str(caught.value)
    assert caught.value.code
    assert caught.value.request_id
    assert (job.status, job.failed, job.cost, job.cancel()) == ("FAILED", True, 0.0, True)


LOST = ["drop", "drop-after", "html502", "html504", "500", "503", "garbage"]


@pytest.mark.parametrize("fault", LOST)
def test_a_lost_answer_makes_no_second_task(build, fault, way):
    """The account's list is searched: a task that was taken is found, only another is sent anew."""
    if way == "http" and fault not in {"drop", "drop-after"}:
        way = "asgi"  # the same answers; only broken connections differ
    bench = build(way, f"create:{fault}*1")
    result = bench.edit()
    assert len(result.images) == 1
    assert bench.tasks == [result.task_id]
    assert len(bench.creates) == (1 if fault == "drop-after" else 2)


def test_a_lost_answer_that_cannot_be_looked_up_is_told(build):
    """Where the list cannot be had either, nothing is sent again and the person is told."""
    bench = build("asgi", "create:drop-after*1", "list:500")
    job = bench.submit()
    with pytest.raises(
        SubmissionUncertain, match=r"lost.*wx\.jobs\(\) looks for it again"
    ) as caught:
        job.result(30)
    assert (len(bench.creates), len(bench.tasks), caught.value.candidates) == (1, 1, ())
    assert job.cancel() is False  # nobody can promise that it does not run


def test_a_service_that_takes_nothing_is_told(build):
    """A create that fails again and again, and that the list never shows, costs nothing."""
    bench = build("asgi", "create:500")
    with pytest.raises(ServiceUnavailable, match=r"did not take.*nothing is charged"):
        bench.edit()
    assert (bench.tasks, len(bench.creates) > 1) == ([], True)


def test_an_answer_that_is_no_json_is_doubted(bench):
    """A login page with status 200 in the place of the answer does not prove that nothing ran."""
    bench.line.answer = lambda request: (
        httpx.Response(200, html="<title>Login</title>") if request.method == "POST" else None
    )
    with pytest.raises(SubmissionUncertain, match=r"text/html"):
        bench.call(bench.client.submit(make_request("super_resolution", small_picture())))
    assert len(bench.creates) == 1


def test_a_redirected_create_is_not_followed(bench):
    """A redirect of a create is no answer of the service, and the key does not go after it."""
    bench.line.answer = refuse(302, location="https://evil.example/")
    with pytest.raises(UnexpectedReply):
        bench.edit()
    assert {request.url.host for request in bench.line.sent} == {"127.0.0.1"}


def test_a_closed_door_is_safe_to_knock_at_again(tmp_path, key):
    """Where nothing listens, nothing was accepted, and the error says to try again."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    session = Session(Settings(SecretStr(key), f"http://127.0.0.1:{port}/api/v1", tmp_path))
    job = session.submit("super_resolution", small_picture())
    with pytest.raises(Unreachable, match=r"Nothing was accepted.*try again") as caught:
        job.result(30)
    assert caught.value.status is None
    assert (job.cancel(), job.status) == (True, "FAILED")


def test_a_wrong_key_is_refused(build):
    """The engine knows another key: the person is told to check it, without seeing it."""
    bench = build("asgi", key="sk-other")
    with pytest.raises(Refused, match="Check the API key") as caught:
        bench.edit()
    assert (caught.value.status, caught.value.code) == (401, "InvalidApiKey")


# ---- list -----------------------------------------------------------------------------------


def test_the_account_lists_its_tasks(bench):
    """The tasks of the last day are listed with status and time, the newest first."""
    first, second = bench.edit(), bench.edit()
    now = datetime.now(UTC)
    since, until = now - timedelta(minutes=1), now + timedelta(minutes=1)
    rows, total = bench.call(bench.client.list(since, until))
    assert [row.task_id for row in rows] == [second.task_id, first.task_id]
    assert {row.status for row in rows} == {"SUCCEEDED"}
    assert (total, rows[0].created >= rows[1].created) == (2, True)
    rows, total = bench.call(bench.client.list(since, until, page=2, page_size=1))
    assert ([row.task_id for row in rows], total) == ([first.task_id], 2)
    assert bench.call(bench.client.list(since - timedelta(hours=1), since)) == ([], 0)


# ---- the key --------------------------------------------------------------------------------


def test_the_key_goes_to_the_api_only(build, way, key):
    """Uploads and downloads, signed by themselves, carry no key; every call of the API does."""
    bench = build(way)
    bench.edit(image=noise())
    with_key = {
        request.url.path.startswith("/api/v1/"): "authorization" in request.headers
        for request in bench.line.sent
    }
    assert with_key == {True: True, False: False}
    assert len(bench.sent("POST", "/oss")) == 1
    assert [r for r in bench.line.sent if "/results/" in r.url.path]
    for request in bench.line.sent:
        if not request.url.path.startswith("/api/v1/"):
            everything = f"{request.url} {request.headers!r}".encode() + request.content
            assert key.encode() not in everything


def noise() -> bytes:
    """A picture too large to travel inside the request."""
    pixels = np.random.default_rng(3).integers(0, 256, (512, 512, 3), dtype=np.uint8)
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG", compress_level=1)
    return stream.getvalue()


def test_the_key_is_shown_nowhere(build, key, caplog):
    """No repr, no error, no traceback and no debug log tells the key."""
    caplog.set_level(logging.DEBUG)
    bench = build("http", "query:500*1")
    job = bench.submit()
    result = job.result(30)
    seen = [repr(thing) for thing in (bench.settings, bench.session, job, result)]
    seen += [str(bench.settings), bench.session.describe(), bench.session.engine]
    seen += [repr(bench.client), repr(bench.client.files)]
    seen += [str(bench.session.dry_run(job.request)), repr(vars(job))]
    for fault in ("401", "drop", "html502", "garbage", "400"):
        broken = build("asgi", f"create:{fault}")
        with pytest.raises(ServiceError) as caught:
            broken.edit()
        seen += [str(caught.value), repr(caught.value), repr(vars(caught.value))]
        seen += traceback.format_exception(caught.value)
    seen += [record.getMessage() for record in caplog.records]
    assert any("httpcore" in record.name or "httpx" in record.name for record in caplog.records)
    assert not [text for text in seen if key in text]
