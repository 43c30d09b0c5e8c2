"""Does every scripted trouble happen, and does the client's side name it rightly?"""

from __future__ import annotations

import json
import time
from pathlib import Path

import httpx
import pytest
from peers import edit_body, picture

from ipywanx import errors, wire
from ipywanx.engine.app import create_app
from ipywanx.engine.faults import HELP, Faults
from ipywanx.engine.options import EngineOptions
from ipywanx.model.tasks import Status

ERRORS = json.loads((Path(__file__).parents[1] / "contract" / "errors.json").read_text("utf-8"))[
    "errors"
]


def calls(peer):
    """One call at each point of the API, by name."""
    return {
        "create": lambda: peer.create(edit_body()),
        "query": lambda: peer.api("GET", "/tasks/x"),
        "list": lambda: peer.api("GET", "/tasks"),
        "cancel": lambda: peer.api("POST", "/tasks/x/cancel"),
        "policy": lambda: peer.api("GET", "/uploads?action=getPolicy&model=m"),
    }


@pytest.mark.parametrize("error", ERRORS, ids=lambda one: one["code"])
def test_every_code_at_every_call(build, error):
    """Each code of the vendor's table can be had at each call, and the client types it."""
    peer = build("asgi", faults=(f"any:{error['code']}",))
    for point, call in calls(peer).items():
        reply = call()
        assert reply.status_code == error["status"], point
        raised = wire.read_error(reply.status_code, reply.json())
        assert type(raised) is getattr(errors, error["kind"])
        assert raised.code == error["code"]
        assert any(message in str(raised) for message in error["messages"])
        assert raised.request_id == reply.headers["x-request-id"]


@pytest.mark.parametrize("error", ERRORS, ids=lambda one: one["code"])
def test_every_code_in_a_task(build, error):
    """Each code of the table can fail a task."""
    peer = build("asgi", faults=(f"task:FAILED:{error['code']}",))
    report = peer.run()
    assert (report.status, report.code) == (Status.FAILED, error["code"])
    failure = wire.task_failure(report)
    assert failure.code == error["code"]
    assert failure.task_id == report.task_id


@pytest.mark.parametrize(
    ("action", "status", "code"),
    [
        ("400", 400, "InvalidParameter"),
        ("401", 401, "InvalidApiKey"),
        ("404", 404, "NotFound"),
        ("429", 429, "Throttling.RateQuota"),
        ("500", 500, "InternalError"),
        ("503", 503, "ModelUnavailable"),
    ],
)
def test_status_alone(make_peer, action, status, code):
    """A bare HTTP status answers with its usual code."""
    peer = make_peer(faults=(f"query:{action}*1",))
    reply = peer.api("GET", "/tasks/x")
    assert (reply.status_code, reply.json()["code"]) == (status, code)
    assert peer.api("GET", "/tasks/x").status_code == 200


def test_count_and_order(make_peer):
    """``*2`` fires twice; then the next fault at the same point has its turn."""
    peer = make_peer(faults=("list:429*2", "list:500*1", "query:401"))
    assert [peer.api("GET", "/tasks").status_code for _ in range(4)] == [429, 429, 500, 200]
    assert peer.api("GET", "/tasks/x").status_code == 401


def test_probability_is_repeatable():
    """``@0.2`` fires in about a fifth of cases, in the same ones each time."""
    first, second = (
        [bool(faults.pick("query")) for _ in range(1000)]
        for faults in (Faults(["query:500@0.2"]), Faults(["query:500@0.2"]))
    )
    assert first == second
    assert 150 < sum(first) < 250


def test_retry_after(make_peer):
    """A 429 can say how long to wait."""
    reply = make_peer(faults=("create:retry-after=3",)).create(edit_body())
    assert (reply.status_code, reply.headers["retry-after"]) == (429, "3")
    assert reply.json()["code"] == "Throttling.RateQuota"


def test_gateway_page_and_garbage(make_peer):
    """A gateway's HTML is typed by its status; JSON outside the contract is an unexpected reply."""
    peer = make_peer(faults=("query:html502*1", "query:garbage*1"))
    page = peer.api("GET", "/tasks/x")
    assert page.headers["content-type"].startswith("text/html")
    assert isinstance(wire.read_error(page.status_code, None), errors.ServiceUnavailable)
    odd = peer.api("GET", "/tasks/x")
    assert odd.status_code == 200
    with pytest.raises(errors.UnexpectedReply):
        wire.read_task(odd.json())


def test_dropped_create_made_no_task(make_peer):
    """``drop`` closes the connection before anything was accepted."""
    peer = make_peer(faults=("create:drop*1",))
    with pytest.raises(httpx.TransportError) as caught:
        peer.create(edit_body())
    assert isinstance(caught.value, httpx.ReadError | httpx.RemoteProtocolError)
    assert peer.api("GET", "/tasks").json()["total"] == 0
    assert peer.create(edit_body()).status_code == 200


def test_lost_answer_made_a_task(make_peer):
    """``drop-after`` closes the connection after the task was made: it is in the list."""
    peer = make_peer(faults=("create:drop-after*1",))
    with pytest.raises(httpx.TransportError):
        peer.create(edit_body())
    assert peer.api("GET", "/tasks").json()["total"] == 1


def test_slow_upload_and_refused_upload(make_peer):
    """``upload:slow`` answers so much later, ``upload:CODE`` as the storage does, in XML."""
    peer = make_peer(faults=("upload:slow=0.2*1", "upload:InternalError*1"))
    policy = peer.policy()
    began = time.monotonic()
    _, slow = peer.post_form(policy, picture())
    assert slow.status_code == 200
    assert time.monotonic() - began >= 0.2
    _, refused = peer.post_form(policy, picture(), "b.png")
    assert refused.status_code == 500
    assert "<Code>InternalError</Code>" in refused.text


def test_refused_download(make_peer):
    """A result's download can be refused once and then succeed."""
    peer = make_peer(faults=("download:503*1",))
    url = peer.run().outputs[0].url
    assert [peer.call("GET", url).status_code for _ in range(2)] == [503, 200]


def test_partial_task(make_peer):
    """``partial``: the last picture fails, the others are good and the only ones charged."""
    peer = make_peer(faults=("task:partial",))
    report = peer.run(edit_body(n=3))
    assert report.status is Status.SUCCEEDED
    assert [output.code for output in report.outputs] == ["", "", "InternalError.Timeout"]
    assert report.image_count == 2
    assert peer.api("GET", f"/tasks/{report.task_id}").json()["output"]["task_metrics"] == {
        "TOTAL": 3,
        "SUCCEEDED": 2,
        "FAILED": 1,
    }
    assert peer.run(edit_body(n=1)).status is Status.FAILED


def test_suspended_task(make_peer, clock):
    """``SUSPENDED`` is shown while a task runs, and the task then ends as others do."""
    peer = make_peer(clock=clock, task_seconds=(5,), faults=("task:SUSPENDED*1",))
    task_id = peer.start()
    peer.reach(task_id, Status.RUNNING)
    said = peer.api("GET", wire.task_path(task_id)).json()["output"]["task_status"]
    assert said == "SUSPENDED"
    clock.advance(5)
    assert peer.reach(task_id).status is Status.SUCCEEDED


def test_endless_and_slow_tasks(make_peer, clock):
    """``never`` runs until the service's own limit of 3 hours; ``slow`` runs so much longer."""
    peer = make_peer(clock=clock, faults=("task:never*1", "task:slow=60*1"))
    never, slow = peer.start(), peer.start()
    for one in (never, slow):
        peer.reach(one, Status.RUNNING)
    clock.advance(60)
    assert peer.reach(slow).status is Status.SUCCEEDED
    assert peer.report(never).status is Status.RUNNING
    clock.advance(3 * 3600)
    assert peer.reach(never).code == "InternalError.Timeout"


@pytest.mark.parametrize(
    "spec",
    [
        "",
        "create",
        "nowhere:429",
        "create:",
        "create:NoSuchCode",
        "create:418",
        "create:FAILED",
        "create:slow=x",
        "create:html200",
        "create:429*",
        "create:429@2",
        "task:429",
        "task:FAILED:NoSuchCode",
        "task:partial:InvalidParameter",
        "any:429@",
    ],
)
def test_misspelt_faults_are_refused(spec):
    """A fault that would never fire is refused at the start, not ignored."""
    with pytest.raises(ValueError, match="not a fault"):
        create_app(EngineOptions(faults=(spec,)))


def test_help_names_every_action():
    """The help that ``serve`` prints names each point and each action that is accepted."""
    for word in (
        "create",
        "query",
        "list",
        "cancel",
        "policy",
        "upload",
        "download",
        "any",
        "task",
    ):
        assert word in HELP
    for example in ("429", "Throttling", "retry-after=3", "html502", "garbage", "slow=1", "drop"):
        assert example.partition("=")[0] in HELP
        Faults([f"create:{example}*1@0.5"])
    for example in ("FAILED", "FAILED:Arrearage", "partial", "SUSPENDED", "never", "slow=1"):
        assert example.partition(":")[0].partition("=")[0] in HELP
        Faults([f"task:{example}"])
