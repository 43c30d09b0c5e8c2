"""What shapes do the calls of the engine's description have?

The bodies of creates come from the declarations of functions and parameters; the answers are
written here, since :mod:`ipywanx.wire` writes them by code.
"""

from __future__ import annotations

from typing import Any

from ipywanx.model.functions import EditRequest
from ipywanx.model.images import MIME
from ipywanx.model.params import Param, describe
from ipywanx.model.requests import REQUESTS
from ipywanx.model.tasks import Status
from ipywanx.wire import PICTURE_FIELDS, PICTURE_LISTS

Json = dict[str, Any]

TEXT: Json = {"type": "string"}
_WHOLE: Json = {"type": "integer", "minimum": 0}
_STAMP: Json = {
    "type": "string",
    "pattern": r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}$",
    "description": "Beijing time, without its zone",
}
_EPOCH: Json = {"type": "integer", "description": "Milliseconds since 1970"}
_KINDS = {"int": "integer", "float": "number", "bool": "boolean", "text": "string"}


def schemas() -> Json:
    """All shapes by name: one for each function's body, and those of the answers."""
    return {
        "Created": _created(),
        "Task": _task(),
        "TaskList": _task_list(),
        "Policy": _policy_reply(),
        "Done": object_of(request_id=TEXT),
        **{name: _function(cls) for name, cls in REQUESTS.items()},
    }


# ---- shapes ---------------------------------------------------------------------------------


def _function(cls: type[EditRequest]) -> Json:
    """The body that asks for one function; parameters of others are dropped and may be there."""
    named = [param.name for param in describe(cls) if param.is_picture]
    asked: Json = {
        "prompt": {"type": "string", **({} if cls.about.blank_prompt else {"pattern": r"\S"})}
    }
    if field := PICTURE_LISTS.get(cls.about.model.name):
        pictures: Json = {"type": "array", "items": _reference(), "minItems": 1}
        asked[field] = pictures | {"maxItems": len(named)}
    else:
        asked["function"] = {"type": "string", "const": cls.about.name}
        asked |= {PICTURE_FIELDS[name]: _reference() for name in named}
    required = [*asked]
    given: Json = {"input": {}, "parameters": {}}
    for param in describe(cls):
        if param.name not in {*named, "prompt"} and param.about.place != "local":
            given[param.about.place][param.name] = _value(param)
    asked |= given["input"]
    return {
        "type": "object",
        "description": f"{cls.about.help.en} {cls.about.help.zh}",
        "required": ["model", "input"],
        "properties": {
            "model": {"type": "string", "const": cls.about.model.name},
            "input": {"type": "object", "required": required, "properties": asked},
            "parameters": {
                "type": ["object", "null"],
                "properties": given["parameters"],
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
    if param.about.pattern:
        schema["pattern"] = param.about.pattern
    if param.default is not None:
        schema["default"] = param.default
    return schema


def _created() -> Json:
    pending: Json = {"type": "string", "const": Status.PENDING.value}
    return object_of(output=object_of(task_status=pending, task_id=TEXT), request_id=TEXT)


def _task() -> Json:
    success, failure = object_of(url=TEXT), object_of(code=TEXT, message=TEXT)
    counts = object_of(TOTAL=_WHOLE, SUCCEEDED=_WHOLE, FAILED=_WHOLE)
    output = object_of(task_id=TEXT, task_status=_status())
    output["properties"] |= {
        "submit_time": _STAMP,
        "scheduled_time": _STAMP,
        "end_time": _STAMP,
        "results": {"type": "array", "items": {"oneOf": [success, failure]}},
        "code": TEXT,
        "message": TEXT,
        "task_metrics": counts,
    }
    reply = object_of(request_id=TEXT, output=output)
    reply["properties"]["usage"] = object_of(image_count=_WHOLE)
    return reply


def _task_list() -> Json:
    row = object_of(
        api_key_id=TEXT,
        caller_parent_id=TEXT,
        caller_uid=TEXT,
        gmt_create=_EPOCH,
        model_name=TEXT,
        region=TEXT,
        request_id=TEXT,
        status=_status(),
        task_id=TEXT,
        user_api_unique_key=TEXT,
    )
    row["properties"] |= {"start_time": _EPOCH, "end_time": _EPOCH}
    return object_of(
        total=_WHOLE,
        data={"type": "array", "items": row},
        total_page=_WHOLE,
        page_no=_WHOLE,
        page_size=_WHOLE,
        request_id=TEXT,
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
    data = object_of(**dict.fromkeys(texts, TEXT), **dict.fromkeys(numbers, _WHOLE))
    return object_of(request_id=TEXT, data=data)


def _status() -> Json:
    return {"type": "string", "enum": [*Status.__members__]}


def object_of(**properties: Json) -> Json:
    """An object that has all of these, and nothing else."""
    return {
        "type": "object",
        "required": [*properties],
        "properties": properties,
        "additionalProperties": False,
    }
