"""Is the engine what its own OpenAPI description says, whatever it is asked?"""

from __future__ import annotations

from collections import Counter
from typing import Any

import hypothesis
import pytest
import schemathesis
from hypothesis import strategies as st
from peers import Peer, data_uri, edit_body, picture
from schemathesis import GenerationMode
from schemathesis.specs.openapi import checks

from ipywanx import wire
from ipywanx.engine import inputs
from ipywanx.model.functions import FUNCTIONS
from ipywanx.model.params import describe

ROOT = "http://127.0.0.1"
PATH = "/api/v1/openapi.json"
CHECKS = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
KEY = {"Authorization": "Bearer sk-any"}
EXAMPLES = 150
"""Requests for each call of the API and each of the two ways to make them up."""


@pytest.fixture
def described(build, monkeypatch) -> tuple[Peer, Any]:
    """An engine in this process that fetches no picture from the network, and its description."""

    def nowhere(_url: str) -> bytes:
        raise wire.Refusal("InvalidParameter", "download image failed")

    monkeypatch.setattr(inputs, "_download", nowhere)
    peer = build("asgi")
    document = peer.call("GET", ROOT + PATH)
    assert document.status_code == 200
    schema = schemathesis.openapi.from_dict(document.json())
    schema.app = peer.app
    return peer, schema


def operations(schema: Any) -> list[Any]:
    """Each call that the description names."""
    return [found.ok() for found in schema.get_all_operations()]


def test_the_description_is_public_and_whole(build):
    """Anyone may read it: every function, parameter, range and error code is there, and no key."""
    peer = build("asgi", key="sk-secret")
    reply = peer.call("GET", ROOT + PATH)
    told = reply.json()
    assert (reply.status_code, told["openapi"]) == (200, "3.1.0")
    assert "sk-secret" not in reply.text
    for name, cls in FUNCTIONS.items():
        shape = told["components"]["schemas"][name]["properties"]
        given = [param for param in describe(cls) if param.about.place == "parameters"]
        assert [*shape["parameters"]["properties"]] == [param.name for param in given]
        for param in given:
            value = shape["parameters"]["properties"][param.name]
            assert (value.get("minimum"), value.get("maximum")) == (param.low, param.high)
        assert ("mask_image_url" in shape["input"]["properties"]) is ("mask" in cls.model_fields)
    answers = told["paths"]["/api/v1" + wire.CREATE_PATH]["post"]["responses"]
    del answers["200"]
    codes = {
        code: int(status)
        for status, answer in answers.items()
        for code in answer["content"]["application/json"]["schema"]["properties"]["code"]["enum"]
    }
    assert codes == {code: fault.status for code, fault in wire.ERRORS.items()}


def test_every_path_is_described(described):
    """What the engine answers and what it describes are the same paths and methods."""
    peer, schema = described
    routes = {
        (route.path.replace(":path", "").rstrip("/"), method)
        for route in peer.app.routes
        for method in route.methods - {"HEAD"}
    }
    assert {(one.path, one.method.upper()) for one in operations(schema)} == routes


def test_each_state_of_a_task_is_described(described):
    """A task that succeeds, in part or not at all, an unknown one and the list fit the shapes."""
    peer, schema = described
    ids = [peer.run().task_id, peer.run(edit_body(data_uri(picture(300, 512)))).task_id, "nope"]
    base = "/api/v1" + wire.TASKS_PATH
    cases = [
        schema[base + "/{task_id}"]["GET"].Case(path_parameters={"task_id": task}) for task in ids
    ]
    for case in [*cases, schema[base]["GET"].Case()]:
        case.call_and_validate(base_url=ROOT, headers=KEY, checks=CHECKS)


@pytest.mark.slow
def test_two_thousand_requests_are_answered_as_described(described):
    """Good and bad requests to every call: no 500, and each answer has the shape it should have."""
    peer, schema = described
    known = [peer.run().task_id for _ in range(2)]
    statuses: Counter[tuple[str, int]] = Counter()

    def hammer(operation: Any, mode: GenerationMode) -> None:
        @hypothesis.settings(
            max_examples=EXAMPLES,
            database=None,
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        @hypothesis.given(operation.as_strategy(generation_mode=mode), st.data())
        def one(case: Any, data: Any) -> None:
            if "{task_id}" in case.path and data.draw(st.booleans()):
                case.path_parameters["task_id"] = data.draw(st.sampled_from(known))
            response = case.call(base_url=ROOT, headers=KEY)
            case.validate_response(response, checks=CHECKS)
            statuses[operation.path, response.status_code] += 1

        one()

    for operation in operations(schema):
        hammer(operation, GenerationMode.POSITIVE)
        if not operation.path.endswith(PATH):  # nothing can be asked wrongly there
            hammer(operation, GenerationMode.NEGATIVE)
    for (path, status), number in sorted(statuses.items()):
        print(f"{number:5} × {status} {path}")  # noqa: T201 - the table of this run
    assert sum(statuses.values()) >= 2000
    answered = {path for path, status in statuses if status < 300}
    assert "/api/v1" + wire.CREATE_PATH in answered
