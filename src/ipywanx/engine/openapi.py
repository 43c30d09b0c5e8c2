"""How does the engine describe itself to other programs?

As OpenAPI 3.1, made when it is asked for: functions, parameters, ranges and error codes come from
the declarations that the wire format and the checks are made of, so that they cannot disagree.
Only the shapes of answers are written out (:mod:`ipywanx.engine.openapi_shapes`); a test compares
every answer with them.
"""

from __future__ import annotations

from ipywanx._version import __version__
from ipywanx.engine.openapi_shapes import TEXT, Json, object_of, schemas
from ipywanx.engine.options import EngineOptions
from ipywanx.engine.storage import RESULT_PATH, UPLOAD_PATH
from ipywanx.model.requests import REQUESTS
from ipywanx.model.tasks import Status
from ipywanx.wire import (
    ASYNC_HEADER,
    CREATE_PATH,
    ERRORS,
    RESOLVE_HEADER,
    TASKS_PATH,
    UPLOADS_PATH,
)

DESCRIPTION_PATH = "/openapi.json"


def describe_engine(options: EngineOptions, base: str) -> Json:
    """The description of an engine.

    Args:
        options: Its switches; only its address is told.
        base: The path before all calls of the API, ``/api/v1``.
    """
    task = f"{base}{TASKS_PATH}/{{task_id}}"
    models = " and ".join(dict.fromkeys(cls.about.model.name for cls in REQUESTS.values()))
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "ipywanx offline engine",
            "version": __version__,
            "description": f"The protocol of {models}, answered with offline previews.",
        },
        "servers": [{"url": options.base_url.removesuffix(base)}],
        "paths": {
            base + CREATE_PATH: {"post": _create()},
            base + TASKS_PATH: {"get": _list()},
            task: {"get": _call("Ask what became of a task", _ref("Task"), [_task_id()])},
            f"{task}/cancel": {
                "post": _call("Cancel a task that waits", _ref("Done"), [_task_id()])
            },
            base + UPLOADS_PATH: {"get": _policy()},
            UPLOAD_PATH: {"post": _upload()},
            RESULT_PATH + "{name}": {"get": _download()},
            base + DESCRIPTION_PATH: {
                "get": {
                    "summary": "This description",
                    "security": [],
                    "responses": {
                        "200": _answer("The description", {"type": "object"}),
                        **_refusals(403, 500),
                    },
                }
            },
        },
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "schemas": schemas(),
        },
    }


# ---- calls ----------------------------------------------------------------------------------


def _call(summary: str, reply: Json, parameters: list[Json]) -> Json:
    """A call of the API, which needs a key and can be refused with every documented error."""
    return {
        "summary": summary,
        "security": [{"key": []}],
        "parameters": parameters,
        "responses": {
            "200": _answer("Done", reply),
            **_refusals(*{fault.status for fault in ERRORS.values()}),
        },
    }


def _create() -> Json:
    enable: Json = {"type": "string", "enum": ["enable"]}
    functions = [_ref(name) for name in REQUESTS]
    return {
        **_call(
            "Ask for an edit",
            _ref("Created"),
            [
                _parameter("header", ASYNC_HEADER, enable, required=True),
                _parameter("header", RESOLVE_HEADER, TEXT),  # only "enable" means anything
            ],
        ),
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"oneOf": functions}}},
        },
    }


def _list() -> Json:
    second: Json = {
        "type": "string",
        "pattern": r"^([0-9]{14})?$",
        "description": "YYYYMMDDhhmmss, Beijing time; at most 24 hours between the two",
    }
    count: Json = {"type": "integer", "minimum": 1, "maximum": 999_999_999}
    return _call(
        "List the tasks of the last 24 hours",
        _ref("TaskList"),
        [
            _parameter("query", "start_time", second),
            _parameter("query", "end_time", second),
            _parameter("query", "status", {"type": "string", "enum": ["", *Status.__members__]}),
            _parameter("query", "model_name", TEXT),
            _parameter("query", "task_id", TEXT),
            _parameter("query", "page_no", count),
            _parameter("query", "page_size", count),
        ],
    )


def _policy() -> Json:
    action: Json = {"type": "string", "enum": ["getPolicy"]}
    return _call(
        "Ask for leave to upload",
        _ref("Policy"),
        [
            _parameter("query", "action", action, required=True),
            _parameter("query", "model", {"type": "string", "minLength": 1}, required=True),
        ],
    )


def _upload() -> Json:
    form = ("OSSAccessKeyId", "Signature", "policy", "key", "success_action_status")
    return {
        "summary": "Upload a picture, as the vendor's object storage takes it",
        "security": [],
        "requestBody": {
            "required": True,
            "content": {
                "multipart/form-data": {
                    "schema": {
                        "type": "object",
                        "required": [*form[:4], "file"],
                        "properties": {
                            **dict.fromkeys(form, TEXT),
                            "file": {"type": "string", "format": "binary"},
                        },
                    }
                }
            },
        },
        "responses": {
            "200": {"description": "Taken, where success_action_status is 200"},
            "204": {"description": "Taken"},
            **_storage_refusals(400, 403, 409),
        },
    }


def _download() -> Json:
    picture = {"image/png": {"schema": {"type": "string", "format": "binary"}}}
    return {
        "summary": "Fetch a result by the address that a finished task names",
        "security": [],
        "parameters": [
            _parameter("path", "name", {"type": "string", "minLength": 1}, required=True),
            *(
                _parameter("query", name, TEXT)
                for name in ("Expires", "OSSAccessKeyId", "Signature")
            ),
        ],
        "responses": {
            "200": {"description": "The picture", "content": picture},
            **_storage_refusals(403, 404),
        },
    }


def _refusals(*statuses: int) -> Json:
    return {str(status): _refusal(status) for status in sorted(statuses)}


def _refusal(status: int) -> Json:
    codes = [code for code, fault in ERRORS.items() if fault.status == status]
    schema = object_of(code={"type": "string", "enum": codes}, message=TEXT, request_id=TEXT)
    return _answer(", ".join(codes), schema)


def _storage_refusals(*statuses: int) -> Json:
    """What the storage answers in its XML; strangers and breakdowns get JSON here, too."""
    answers = _refusals(403, 404, 413, 500)
    for status in map(str, statuses):
        answer = answers.setdefault(status, {"description": "Refused", "content": {}})
        answer["content"]["application/xml"] = {"schema": TEXT}
    return answers


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _answer(description: str, schema: Json) -> Json:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _parameter(place: str, name: str, schema: Json, *, required: bool = False) -> Json:
    return {"in": place, "name": name, "required": required, "schema": schema}


def _task_id() -> Json:
    return _parameter("path", "task_id", {"type": "string", "minLength": 1}, required=True)
