"""How does the engine describe itself to other programs?

As OpenAPI 3.1, made when it is asked for: functions, parameters, ranges and error codes come from
the declarations that the wire format and the checks are made of, so that they cannot disagree.
Only the shapes of answers are written here; a test compares every answer with them.
"""

from __future__ import annotations

from typing import Any

from ipywanx._version import __version__
from ipywanx.engine.options import EngineOptions
from ipywanx.engine.storage import RESULT_PATH, UPLOAD_PATH
from ipywanx.model.functions import FUNCTIONS, EditRequest
from ipywanx.model.images import MIME
from ipywanx.model.params import Param, describe
from ipywanx.model.tasks import Status
from ipywanx.wire import (
    ASYNC_HEADER,
    CREATE_PATH,
    ERRORS,
    MODEL,
    RESOLVE_HEADER,
    TASKS_PATH,
    UPLOADS_PATH,
)

DESCRIPTION_PATH = "/openapi.json"

Json = dict[str, Any]

_TEXT: Json = {"type": "string"}
_WHOLE: Json = {"type": "integer", "minimum": 0}
_STAMP: Json = {
    "type": "string",
    "pattern": r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}$",
    "description": "Beijing time, without its zone",
}
_EPOCH: Json = {"type": "integer", "description": "Milliseconds since 1970"}
_KINDS = {"int": "integer", "float": "number", "bool": "boolean"}


def describe_engine(options: EngineOptions, base: str) -> Json:
    """The description of an engine.

    Args:
        options: Its switches; only its address is told.
        base: The path before all calls of the API, ``/api/v1``.
    """
    task = f"{base}{TASKS_PATH}/{{task_id}}"
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "ipywanx offline engine",
            "version": __version__,
            "description": f"The protocol of {MODEL}, answered with offline previews.",
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
            "schemas": {
                "Created": _created(),
                "Task": _task(),
                "TaskList": _task_list(),
                "Policy": _policy_reply(),
                "Done": _object(request_id=_TEXT),
                **{name: _function(cls) for name, cls in FUNCTIONS.items()},
            },
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
    functions = [_ref(name) for name in FUNCTIONS]
    return {
        **_call(
            "Ask for an edit",
            _ref("Created"),
            [
                _parameter("header", ASYNC_HEADER, enable, required=True),
                _parameter("header", RESOLVE_HEADER, _TEXT),  # only "enable" means anything
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
            _parameter("query", "model_name", _TEXT),
            _parameter("query", "task_id", _TEXT),
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
                            **dict.fromkeys(form, _TEXT),
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
                _parameter("query", name, _TEXT)
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
    schema = _object(code={"type": "string", "enum": codes}, message=_TEXT, request_id=_TEXT)
    return _answer(", ".join(codes), schema)


def _storage_refusals(*statuses: int) -> Json:
    """What the storage answers in its XML; strangers and breakdowns get JSON here, too."""
    answers = _refusals(403, 404, 413, 500)
    for status in map(str, statuses):
        answer = answers.setdefault(status, {"description": "Refused", "content": {}})
        answer["content"]["application/xml"] = {"schema": _TEXT}
    return answers


# ---- shapes ---------------------------------------------------------------------------------


def _function(cls: type[EditRequest]) -> Json:
    """The body that asks for one function; parameters of others are dropped and may be there."""
    asked: Json = {
        "function": {"type": "string", "const": cls.about.name},
        "prompt": {"type": "string", **({} if cls.about.blank_prompt else {"pattern": r"\S"})},
        "base_image_url": _reference(),
    }
    if "mask" in cls.model_fields:
        asked["mask_image_url"] = _reference()
    given = [param for param in describe(cls) if param.about.place == "parameters"]
    return {
        "type": "object",
        "description": f"{cls.about.help.en} {cls.about.help.zh}",
        "required": ["model", "input"],
        "properties": {
            "model": {"type": "string", "const": MODEL},
            "input": {"type": "object", "required": [*asked], "properties": asked},
            "parameters": {
                "type": ["object", "null"],
                "properties": {param.name: _value(param) for param in given},
            },
        },
    }


def _reference() -> Json:
    kinds = "|".join(MIME.values())
    return {
        "type": "string",
        "pattern": f"^(https?://[!-~]+|oss://.+|data:({kinds});base64,[A-Za-z0-9+/]+=*)$",
        "description": "A URL, an uploaded file, or a data URI",
    }


def _value(param: Param) -> Json:
    schema: Json = {
        "type": [_KINDS[param.about.kind], "null"],
        "description": f"{param.about.meaning.en} {param.about.meaning.zh}",
    }
    if param.low is not None and param.high is not None:
        schema |= {"minimum": param.low, "maximum": param.high}
    if param.default is not None:
        schema["default"] = param.default
    return schema


def _created() -> Json:
    pending: Json = {"type": "string", "const": Status.PENDING.value}
    return _object(output=_object(task_status=pending, task_id=_TEXT), request_id=_TEXT)


def _task() -> Json:
    success, failure = _object(url=_TEXT), _object(code=_TEXT, message=_TEXT)
    counts = _object(TOTAL=_WHOLE, SUCCEEDED=_WHOLE, FAILED=_WHOLE)
    output = _object(task_id=_TEXT, task_status=_status())
    output["properties"] |= {
        "submit_time": _STAMP,
        "scheduled_time": _STAMP,
        "end_time": _STAMP,
        "results": {"type": "array", "items": {"oneOf": [success, failure]}},
        "code": _TEXT,
        "message": _TEXT,
        "task_metrics": counts,
    }
    reply = _object(request_id=_TEXT, output=output)
    reply["properties"]["usage"] = _object(image_count=_WHOLE)
    return reply


def _task_list() -> Json:
    row = _object(
        api_key_id=_TEXT,
        caller_parent_id=_TEXT,
        caller_uid=_TEXT,
        gmt_create=_EPOCH,
        model_name=_TEXT,
        region=_TEXT,
        request_id=_TEXT,
        status=_status(),
        task_id=_TEXT,
        user_api_unique_key=_TEXT,
    )
    row["properties"] |= {"start_time": _EPOCH, "end_time": _EPOCH}
    return _object(
        total=_WHOLE,
        data={"type": "array", "items": row},
        total_page=_WHOLE,
        page_no=_WHOLE,
        page_size=_WHOLE,
        request_id=_TEXT,
    )


def _policy_reply() -> Json:
    texts = (
        "oss_access_key_id",
        "signature",
        "policy",
        "x_oss_object_acl",
        "x_oss_forbid_overwrite",
        "upload_dir",
        "upload_host",
    )
    numbers = ("expire_in_seconds", "max_file_size_mb", "capacity_limit_mb")
    data = _object(**dict.fromkeys(texts, _TEXT), **dict.fromkeys(numbers, _WHOLE))
    return _object(request_id=_TEXT, data=data)


def _status() -> Json:
    return {"type": "string", "enum": [*Status.__members__]}


def _object(**properties: Json) -> Json:
    """An object that has all of these, and nothing else."""
    return {
        "type": "object",
        "required": [*properties],
        "properties": properties,
        "additionalProperties": False,
    }


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _answer(description: str, schema: Json) -> Json:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _parameter(place: str, name: str, schema: Json, *, required: bool = False) -> Json:
    return {"in": place, "name": name, "required": required, "schema": schema}


def _task_id() -> Json:
    return _parameter("path", "task_id", {"type": "string", "minLength": 1}, required=True)
