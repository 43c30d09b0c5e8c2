"""How does the service say it?

The only file that knows the vendor's JSON names, paths, headers, status words and error codes.
The client writes requests and reads replies with it, the engine the other way round, so that both
follow one declaration; literal JSON from the vendor's pages (tests/contract/) judges them.
It is longer than other files because the vendor's tables are kept whole.

Sources, all vendor pages: image edit API reference (bodies, limits), asynchronous task management
(query, list, cancel), upload of local files (policy, form), error messages (codes and texts).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, NamedTuple
from urllib.parse import quote

from ipywanx.errors import (
    RateLimited,
    Refused,
    Rejected,
    ServiceError,
    ServiceUnavailable,
    TaskFailed,
    UnexpectedReply,
)
from ipywanx.model.functions import FUNCTIONS, EditRequest
from ipywanx.model.images import MIME
from ipywanx.model.params import Param, describe
from ipywanx.model.requests import REQUESTS
from ipywanx.model.service_models import WAN25, ServiceModel
from ipywanx.model.tasks import Output, Status, TaskReport, TaskSummary, UploadPolicy
from ipywanx.text import Text, both, sentences

PICTURE_FIELDS: dict[str, str] = {"image": "base_image_url", "mask": "mask_image_url"}
"""What the body calls each picture, by its parameter."""
PICTURE_LISTS = {WAN25.name: "images"}
"""Models whose body has all pictures in one list, and names no function."""
CREATE_PATH = "/services/aigc/image2image/image-synthesis"
TASKS_PATH = "/tasks"
UPLOADS_PATH = "/uploads"

ASYNC_HEADER = "X-DashScope-Async"
"""Must be ``enable`` on create: the model does not answer synchronously."""
RESOLVE_HEADER = "X-DashScope-OssResourceResolve"
"""Must be ``enable`` on create where a picture is an ``oss://`` address."""
WORKSPACE_HEADER = "X-DashScope-WorkSpace"
REQUEST_ID_HEADER = "X-Request-Id"
OSS_SCHEME = "oss://"

RESULT_HOST = re.compile(r"dashscope-[a-z0-9-]+\.oss-[a-z0-9-]+\.aliyuncs\.com")
"""Where result pictures lie: the pattern of all hosts that the vendor publishes for allow-lists."""
UPLOAD_HOST = re.compile(r"([a-z0-9-]+\.)+aliyuncs\.com")
"""Where pictures are uploaded to (vendor: upload of local files, which names no fixed host)."""

MAX_PLAIN_BODY = 16 * 2**20
"""Largest body without Base64, and largest sum of decoded Base64 (vendor: rate limits)."""
MAX_BODY = 64 * 2**20
MAX_BASE64 = 20 * 2**20

SERVICE_ZONE = timezone(timedelta(hours=8))
"""The service's stamps carry no zone; a published log shows that they are Beijing time."""
_STAMP = "%Y-%m-%d %H:%M:%S.%f"
_LIST_STAMP = "%Y%m%d%H%M%S"


class Fault(NamedTuple):
    """One error code: its HTTP status and the literal texts that the vendor prints for it."""

    status: int
    message: str
    others: tuple[str, ...] = ()


_MISSING = "Required parameter({}) missing or invalid, please check the request parameters."
_LATER = "please try again later or contact service support."

ERRORS: dict[str, Fault] = {
    "InvalidParameter": Fault(
        400,
        "Required parameter(s) missing or invalid, please check the request parameters.",
        (
            _MISSING.format("xxx"),
            "Range of n should be [1, 4]",
            "Model not exist.",
            "url error, please check url！",
            "image format error",
            "download image failed",
            "Required body invalid, please check the request body format.",
            "the size of input image is too small or too large.",
            "Invalid image format or corrupted file",
        ),
    ),
    "BadRequest.EmptyInput": Fault(400, "Required input parameter missing from request."),
    "BadRequest.EmptyParameters": Fault(
        400, 'Required parameter "parameters" missing from request.'
    ),
    "BadRequest.EmptyModel": Fault(400, 'Required parameter "model" missing from request.'),
    "BadRequest.IllegalInput": Fault(400, "The input parameter requires json format."),
    "InvalidURL": Fault(
        400,
        "Invalid URL provided in your request.",
        (
            "Required URL is missing or invalid, please check the request URL.",
            "The request URL is invalid, make sure the url is correct and is an image.",
        ),
    ),
    "InvalidURL.ConnectionRefused": Fault(
        400, "Connection to xxx refused, please provide available URL."
    ),
    "InvalidURL.Timeout": Fault(400, "Download xxx timeout, please check network connection."),
    "InvalidImageResolution": Fault(400, "The input image resolution is too large or small."),
    "InvalidImageFormat": Fault(400, "The input image is in invalid format."),
    "InvalidParameter.DataInspection": Fault(
        400,
        "Unable to download the media resource during the data inspection process.",
        ("The media format is not supported or incorrect for the data inspection.",),
    ),
    "DataInspectionFailed": Fault(
        400,
        "Input data may contain inappropriate content.",
        (
            "Output data may contain inappropriate content.",
            "Input or output data may contain inappropriate content.",
        ),
    ),
    "IPInfringementSuspect": Fault(
        400, "Input data is suspected of being involved in IP infringement."
    ),
    "Arrearage": Fault(400, "Access denied, please make sure your account is in good standing."),
    "UnsupportedOperation": Fault(
        400, "Failed to cancel the task, please confirm if the task is in PENDING status."
    ),
    "InvalidApiKey": Fault(401, "Invalid API-key provided.", ("No API-key provided.",)),
    "AccessDenied": Fault(
        403,
        "Access denied.",
        (
            "current user api does not support synchronous calls.",
            "current user api does not support asynchronous calls.",
            "Invalid according to Policy: Policy expired.",
        ),
    ),
    "AccessDenied.Unpurchased": Fault(
        403, "Access to model denied. Please make sure you are eligible for using the model."
    ),
    "Model.AccessDenied": Fault(403, "Model access denied."),
    "Workspace.AccessDenied": Fault(403, "Workspace access denied."),
    "AllocationQuota.FreeTierOnly": Fault(
        403,
        "The free tier of the model has been exhausted. If you wish to continue access the model "
        'on a paid basis, please disable the "use free tier only" mode in the management console.',
    ),
    "ModelNotFound": Fault(404, "Model can not be found."),
    "WorkSpaceNotFound": Fault(404, "WorkSpace can not be found."),
    "NotFound": Fault(404, "Not found!"),
    "BadRequest.TooLarge": Fault(413, "Payload Too Large."),
    "Throttling": Fault(429, "Requests throttling triggered."),
    "Throttling.RateQuota": Fault(429, "Requests rate limit exceeded, please try again later."),
    "Throttling.BurstRate": Fault(
        429,
        "Request rate increased too quickly. To ensure system stability, please adjust your client "
        "logic to scale requests more smoothly over time.",
    ),
    "Throttling.AllocationQuota": Fault(
        429,
        "Allocated quota exceeded, please increase your quota limit.",
        ("Free allocated quota exceeded.",),
    ),
    "CommodityNotPurchased": Fault(429, "Commodity has not purchased yet."),
    "PrepaidBillOverdue": Fault(429, "The prepaid bill is overdue."),
    "PostpaidBillOverdue": Fault(429, "The postpaid bill is overdue."),
    # "occured" is the service's own spelling.
    "InternalError": Fault(500, f"An internal error has occured, {_LATER}"),
    "InternalError.Algo": Fault(500, f"An internal error has occured during execution, {_LATER}"),
    "InternalError.Timeout": Fault(
        500, f"An internal timeout error has occured during execution, {_LATER}"
    ),
    "InternalError.FileUpload": Fault(500, "oss upload error."),
    "InternalError.Upload": Fault(500, "Failed to upload result."),
    "SystemError": Fault(500, "An system error has occured, please try again later."),
    "RequestTimeOut": Fault(500, "Request timed out, please try again later."),
    "ModelServingError": Fault(
        503,
        "Too many requests. Your requests are being throttled due to system capacity limits. "
        "Please try again later.",
    ),
    "ModelUnavailable": Fault(503, "Model is unavailable, please try again later."),
}
"""Every code that the vendor documents for this call, with status and text."""


# ---- the client's direction: write requests, read replies -----------------------------------


def task_path(task_id: str, action: str = "") -> str:
    """The path of one task, or of an action on it (``/cancel``); any text is one safe segment."""
    return f"{TASKS_PATH}/{quote(task_id, safe='')}{action}"


def create_body(request: EditRequest, refs: Mapping[str, str]) -> dict[str, Any]:
    """The body that asks for an edit.

    Args:
        request: What to do.
        refs: Where each picture is, by its parameter: http(s) URL, data URI or ``oss://`` address.

    Returns:
        The parameters that were set, and ``n``: the default of one model is four pictures.
    """
    given: dict[str, dict[str, Any]] = {"input": {}, "parameters": {}}
    set_ones = request.given
    for param in _said(type(request)):
        is_sent = param.about.always_sent or param.name in set_ones
        value = getattr(request, param.name) if is_sent else None
        if value is not None:
            given[param.about.place][param.name] = value
    model = request.about.model
    if field := PICTURE_LISTS.get(model.name):
        asked = {**given["input"], field: list(refs.values())}
    else:
        pictures = {PICTURE_FIELDS[name]: ref for name, ref in refs.items()}
        asked = {"function": request.about.name, **given["input"], **pictures}
    return {"model": model.name, "input": asked, "parameters": given["parameters"]}


def _said(cls: type[EditRequest]) -> list[Param]:
    """The parameters that stand in a body as they are: pictures are named by where they lie."""
    return [one for one in describe(cls) if one.about.place != "local" and not one.is_picture]


def encode_body(body: Mapping[str, Any]) -> bytes:
    """The body as the official SDK writes it: JSON in UTF-8, nothing escaped."""
    return json.dumps(body, ensure_ascii=False).encode()


def list_query(
    since: datetime, until: datetime, page: int, page_size: int, model: str = ""
) -> dict[str, str]:
    """The query of one page of the task list; moments go by seconds, in the service's zone.

    Without a model the list holds the tasks of all models.
    """
    return {
        "start_time": since.astimezone(SERVICE_ZONE).strftime(_LIST_STAMP),
        "end_time": until.astimezone(SERVICE_ZONE).strftime(_LIST_STAMP),
        "page_no": str(page),
        "page_size": str(page_size),
        **({"model_name": model} if model else {}),
    }


def read_created(reply: Mapping[str, Any]) -> TaskReport:
    """What a successful create answered.

    Raises:
        UnexpectedReply: There is no task id in it.
    """
    return read_task(reply)


def read_task(reply: Mapping[str, Any]) -> TaskReport:
    """What a query answered. A status that we do not know means that the task still goes on.

    Raises:
        UnexpectedReply: It has no task id or no status.
    """
    with _Reading(reply, Text("a task", "任务")):
        output = reply["output"]
        usage = reply.get("usage") or {}
        return TaskReport(
            task_id=_text(output["task_id"]),
            status=Status.read(_text(output["task_status"])),
            request_id=str(reply.get("request_id", "")),
            submitted=_read_stamp(output.get("submit_time")),
            scheduled=_read_stamp(output.get("scheduled_time")),
            ended=_read_stamp(output.get("end_time")),
            outputs=tuple(
                Output(
                    url=_text(entry["url"]) if entry.get("url") else None,
                    code=str(entry.get("code", "")),
                    message=str(entry.get("message", "")),
                )
                for entry in output.get("results") or ()
            ),
            code=str(output.get("code", "")),
            message=str(output.get("message", "")),
            image_count=int(usage.get("image_count", 0)),
        )


def read_task_list(reply: Mapping[str, Any]) -> tuple[list[TaskSummary], int]:
    """One page of the task list, and how many tasks there are on all pages.

    Raises:
        UnexpectedReply: It is not such a page.
    """
    with _Reading(reply, Text("a task list", "任务列表")):
        rows = [
            TaskSummary(
                task_id=_text(row["task_id"]),
                status=Status.read(_text(row["status"])),
                model=str(row.get("model_name", "")),
                created=_from_epoch_ms(row["gmt_create"]),
                ended=_from_epoch_ms(row["end_time"]) if row.get("end_time") else None,
            )
            for row in reply["data"]
        ]
        return rows, int(reply["total"])


_POLICY_FIELDS = (
    ("OSSAccessKeyId", "oss_access_key_id"),
    ("Signature", "signature"),
    ("policy", "policy"),
    ("x-oss-object-acl", "x_oss_object_acl"),
    ("x-oss-forbid-overwrite", "x_oss_forbid_overwrite"),
)


def read_upload_policy(reply: Mapping[str, Any]) -> UploadPolicy:
    """The leave to upload files, with the form's fields in the vendor's order.

    Raises:
        UnexpectedReply: A field is missing.
    """
    with _Reading(reply, Text("an upload policy", "上传凭证")):
        data = reply["data"]
        return UploadPolicy(
            host=_text(data["upload_host"]),
            directory=_text(data["upload_dir"]),
            fields=(
                *((field, _text(data[name])) for field, name in _POLICY_FIELDS),
                ("success_action_status", "200"),
            ),
            seconds=float(data["expire_in_seconds"]),
            max_bytes=int(data["max_file_size_mb"]) * 2**20,
        )


class _Reading:
    """Turns whatever goes wrong while a reply is taken apart into UnexpectedReply."""

    def __init__(self, reply: object, what: Text) -> None:
        self._reply = reply
        self._what = what

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: object
    ) -> None:
        if isinstance(error, LookupError | TypeError | ValueError | AttributeError | OverflowError):
            known = self._reply if isinstance(self._reply, Mapping) else {}
            why, fields = f"{type(error).__name__} {error}", sorted(map(str, known))
            raise UnexpectedReply(
                Text(
                    f"The service's answer is not {self._what} as documented: {why}; it has "
                    f"{fields or 'no fields'}.",
                    f"服务的答复不是文档所述的{self._what.zh}：{why}；它的字段：{fields or '无'}。",
                ),
                hint=_HINTS[UnexpectedReply],
                request_id=str(known.get("request_id", "")),
            ) from None


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError(f"{value!r} in place of a text")
    return value


def _read_stamp(text: object) -> datetime | None:
    """``2025-02-21 17:56:31.786`` as Beijing time. Stamps are optional: an odd one is none."""
    try:
        return datetime.strptime(str(text), _STAMP).replace(tzinfo=SERVICE_ZONE)
    except ValueError:
        return None


def _from_epoch_ms(value: float) -> datetime:
    return datetime.fromtimestamp(value / 1000, UTC)


_BILLING = frozenset(
    ("CommodityNotPurchased", "PrepaidBillOverdue", "PostpaidBillOverdue", "Arrearage")
)
_HINTS: dict[type[ServiceError], Text] = {
    Rejected: Text(
        "Change the request: the service does not take it as it is. It was not charged.",
        "请修改请求：服务不接受它现在的样子。没有计费。",
    ),
    Refused: Text(
        "Check the API key, its region (Beijing) and its rights to the model.",
        "请检查 API key、它的地域（北京）以及对该模型的权限。",
    ),
    RateLimited: Text(
        "Wait a minute; the limit is shared by all keys of the account.",
        "请稍等一分钟；账号的所有密钥共用这一限额。",
    ),
    ServiceUnavailable: Text(
        "The trouble is on the service's side; try again later.", "问题出在服务一侧；请稍后重试。"
    ),
    UnexpectedReply: Text(
        "If this stays, the service has changed: please report it.",
        "如果一直如此，说明服务已改变：请反馈给我们。",
    ),
}
_BILLING_HINT = Text(
    "Settle the account's billing or quota in the Model Studio console.",
    "请在百炼控制台处理账号的账单或额度。",
)
_CONTENT_HINT = Text(
    "Choose another prompt or picture: the service's content check refused this one.",
    "请换一个提示词或图片：它没有通过服务的内容检查。",
)


def read_error(
    status: int, reply: Mapping[str, Any] | None, retry_after: float | None = None
) -> ServiceError:
    """The typed error of a refused call, told by HTTP status and the code's prefix, never by text.

    Args:
        status: The HTTP status.
        reply: The decoded JSON, or None where the answer was not JSON.
        retry_after: Seconds of the ``Retry-After`` header, if there was one.
    """
    fields = reply if isinstance(reply, Mapping) else {}
    code, said = str(fields.get("code") or ""), str(fields.get("message") or "")
    kind = _kind(status, code)
    words = (
        Text(f"{code} (HTTP {status})", f"{code}（HTTP {status}）")
        if code
        else Text(f"HTTP {status} without an error code", f"HTTP {status}，没有错误代码")
    )
    return kind(
        Text(
            f"The service answered {words}{': ' + said if said else '.'}",
            f"服务答复 {words.zh}{'：' + said if said else '。'}",
        ),
        hint=_hint(kind, code) if retry_after is None or retry_after < 60 else _when(retry_after),
        status=status,
        code=code,
        request_id=str(fields.get("request_id") or ""),
        retry_after=retry_after,
    )


def _kind(status: int, code: str) -> type[ServiceError]:
    if code in _BILLING or "AllocationQuota" in code or status in {401, 403, 404}:
        return Refused
    if status == 429:
        return RateLimited
    if status in {400, 413}:
        return Rejected
    return ServiceUnavailable if status >= 500 or status == 408 else UnexpectedReply


def _hint(kind: type[ServiceError], code: str) -> Text:
    if code in _BILLING or "AllocationQuota" in code or code == "AccessDenied.Unpurchased":
        return _BILLING_HINT
    return _content_hint(code) or _HINTS[kind]


def _when(seconds: float) -> Text:
    """The advice to wait so long; with the hour, since an output may be read later."""
    units = (
        (86_400, Text("days", "天")),
        (3600, Text("hours", "小时")),
        (60, Text("minutes", "分钟")),
    )
    size, unit = next((one for one in units if seconds >= 2 * one[0]), units[-1])
    number = math.ceil(seconds / size)
    advice = Text(
        f"The service asks to wait: try again in {number} {unit}",
        f"服务要求等待：请在 {number} {unit.zh}后重试",
    )
    if seconds > 366 * 86_400:
        return Text(f"{advice.en}.", f"{advice.zh}。")
    moment = f"{datetime.now().astimezone() + timedelta(seconds=seconds):%Y-%m-%d %H:%M}"
    return Text(f"{advice.en}, after {moment}.", f"{advice.zh}，即 {moment} 之后。")


def _content_hint(code: str) -> Text | None:
    refused = code.startswith(("DataInspectionFailed", "IPInfringementSuspect"))
    return _CONTENT_HINT if refused else None


def task_failure(report: TaskReport) -> TaskFailed:
    """The error of a task that FAILED."""
    ours = report.code.startswith("Internal") or report.code in {"SystemError", "RequestTimeOut"}
    said, code = report.message, both(report.code) if report.code else Text("no code", "无代码")
    advice = (
        _HINTS[ServiceUnavailable]
        if ours
        else Text("Change the picture or the request.", "请更换图片或修改请求。")
    )
    return TaskFailed(
        Text(
            f"The service failed task {report.task_id} with {code}{': ' + said if said else '.'}",
            f"任务 {report.task_id} 失败，服务给出：{code.zh}{'：' + said if said else '。'}",
        ),
        hint=sentences(
            _content_hint(report.code) or advice,
            Text("A failed task is not charged.", "失败的任务不计费。"),
        ),
        task_id=report.task_id,
        code=report.code,
    )


# ---- the engine's direction: read requests, write replies -----------------------------------


class Refusal(Exception):
    """The engine's own way to answer with an error; never leaves it.

    Attributes:
        code: One of :data:`ERRORS`.
        message: The text, the code's first one unless given.
        retry_after: Seconds for the ``Retry-After`` header, or None.
    """

    def __init__(
        self, code: str, message: str | None = None, *, retry_after: float | None = None
    ) -> None:
        self.code = code
        self.message = message or ERRORS[code].message
        self.status = ERRORS[code].status
        self.retry_after = retry_after
        super().__init__(f"{code}: {self.message}")


def missing(name: str) -> Refusal:
    """The service's refusal of a parameter that is absent or of the wrong kind."""
    return Refusal("InvalidParameter", _MISSING.format(name))


class Asked(NamedTuple):
    """A create body that the service would take; ``refs`` are its pictures by parameter."""

    request_class: type[EditRequest]
    prompt: str
    refs: dict[str, str]
    parameters: dict[str, Any]


def read_body(raw: bytes) -> Asked:
    """Structure, enumerations and ranges of a create body; pictures are looked at by the task.

    Parameters that the function does not know are dropped: the vendor's own samples send some.

    Raises:
        Refusal: As the service would refuse it.
    """
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        raise Refusal("BadRequest.IllegalInput") from None
    if not isinstance(body, dict):
        raise Refusal(
            "InvalidParameter", "Required body invalid, please check the request body format."
        )
    if not body.get("model"):
        raise Refusal("BadRequest.EmptyModel")
    models = {cls.about.model.name: cls.about.model for cls in REQUESTS.values()}
    if not isinstance(body["model"], str) or body["model"] not in models:
        raise Refusal("InvalidParameter", "Model not exist.")
    asked = body.get("input")
    given = {} if body.get("parameters") is None else body["parameters"]
    if not asked or not isinstance(asked, dict):
        raise Refusal("BadRequest.EmptyInput")
    if not isinstance(given, dict):
        raise missing("parameters")
    cls = _class_asked(models[body["model"]], asked)
    prompt = asked.get("prompt")
    if not isinstance(prompt, str) or not (prompt.strip() or cls.about.blank_prompt):
        raise missing("prompt")
    refs = _refs_asked(cls, asked)
    _limit_size(len(raw), refs.values())
    places: dict[str, dict[str, Any]] = {"input": asked, "parameters": given}
    values = {
        param.name: _checked(param, value)
        for param in _said(cls)
        if (value := places[param.about.place].get(param.name)) is not None
    }
    return Asked(cls, prompt=values.pop("prompt"), refs=refs, parameters=values)


def _class_asked(model: ServiceModel, asked: Mapping[str, Any]) -> type[EditRequest]:
    if model.name in PICTURE_LISTS:
        return REQUESTS[model.name]
    name = asked.get("function")
    if not isinstance(name, str) or name not in FUNCTIONS:
        raise missing("function")
    return FUNCTIONS[name]


def _refs_asked(cls: type[EditRequest], asked: Mapping[str, Any]) -> dict[str, str]:
    """Where the pictures are, by parameter; in a list they go by their order."""
    names = [one.name for one in describe(cls) if one.is_picture]
    field = PICTURE_LISTS.get(cls.about.model.name)
    if field is None:
        return {name: _reference(asked, PICTURE_FIELDS[name]) for name in names}
    listed = asked.get(field)
    if not isinstance(listed, list) or not 1 <= len(listed) <= len(names):
        raise missing(field)
    return {name: _reference({field: ref}, field) for name, ref in zip(names, listed, strict=False)}


def _reference(asked: Mapping[str, Any], name: str) -> str:
    ref = asked.get(name)
    if not isinstance(ref, str) or not ref:
        raise missing(name)
    if ref.startswith("data:"):
        mime, _, _ = ref[5:64].partition(";base64,")
        if mime not in MIME.values():
            raise Refusal("InvalidParameter", "image format error")
    elif not ref.isascii() and not ref.startswith(OSS_SCHEME):
        raise Refusal("InvalidParameter", "url error, please check url！")
    elif not ref.startswith(("http://", "https://", OSS_SCHEME)):
        raise Refusal("InvalidURL")
    return ref


def _limit_size(body_bytes: int, refs: Iterable[str]) -> None:
    """The gateway's limits on bodies (vendor: rate limits), which differ with Base64."""
    encoded = [len(ref) for ref in refs if ref.startswith("data:")]
    if (
        body_bytes > (MAX_BODY if encoded else MAX_PLAIN_BODY)
        or any(size > MAX_BASE64 for size in encoded)
        or sum(encoded) * 3 // 4 > MAX_PLAIN_BODY
    ):
        raise Refusal("BadRequest.TooLarge")


def _checked(param: Param, value: object) -> Any:
    """A value of the declared kind and range; a whole number is a number too, a bool is not."""
    kinds: dict[str, tuple[type, ...]] = {
        "int": (int,),
        "float": (int, float),
        "bool": (bool,),
        "text": (str,),
    }
    right = isinstance(value, kinds[param.about.kind])
    if not right or (isinstance(value, bool) and param.about.kind != "bool"):
        raise missing(param.name)
    if isinstance(value, str):
        if param.about.accepts and not param.about.accepts(value):
            raise missing(param.name)
        return value[: param.about.longest].encode("utf-8", "replace").decode()  # no half letters
    if param.low is None or param.high is None:
        return value
    if not param.low <= value <= param.high:  # type: ignore[operator]
        span = f"[{param.low:.10g}, {param.high:.10g}]"
        raise Refusal("InvalidParameter", f"Range of {param.name} should be {span}")
    return value


def error_reply(code: str, message: str, request_id: str) -> dict[str, Any]:
    """The three fields of every refusal."""
    return {"code": code, "message": message, "request_id": request_id}


def created_reply(task_id: str, request_id: str) -> dict[str, Any]:
    """The answer to a create that was taken."""
    return {
        "output": {"task_status": Status.PENDING.value, "task_id": task_id},
        "request_id": request_id,
    }


def task_reply(report: TaskReport, *, total: int, word: str | None = None) -> dict[str, Any]:
    """The answer to a query, shaped by the task's state.

    Args:
        report: The task as it is now.
        total: How many pictures were asked for.
        word: A status word outside the documented ones, in place of the report's.
    """
    output: dict[str, Any] = {
        "task_id": report.task_id,
        "task_status": word or report.status.value,
    }
    reply = {"request_id": report.request_id, "output": output}
    if report.status is Status.UNKNOWN:
        return reply
    stamps = (
        ("submit_time", report.submitted),
        ("scheduled_time", report.scheduled),
        ("end_time", report.ended),
    )
    output.update((name, _stamp(when)) for name, when in stamps if when is not None)
    good = sum(entry.url is not None for entry in report.outputs)
    bad = total if report.status is Status.FAILED else len(report.outputs) - good
    if report.status is Status.FAILED:
        output |= {"code": report.code, "message": report.message}
    if report.status is Status.SUCCEEDED:
        output["results"] = [
            {"url": entry.url} if entry.url else {"code": entry.code, "message": entry.message}
            for entry in report.outputs
        ]
        reply["usage"] = {"image_count": report.image_count}
    output["task_metrics"] = {"TOTAL": total, "SUCCEEDED": good, "FAILED": bad}
    return reply


def list_reply(
    reports: Sequence[tuple[TaskReport, str]],
    *,
    total: int,
    page_no: int,
    page_size: int,
    request_id: str,
) -> dict[str, Any]:
    """One page of the task list: tasks with their models, no pictures.

    Times are milliseconds since 1970 here.
    """
    return {
        "total": total,
        "data": [_row(report, model) for report, model in reports],
        "total_page": -(-total // page_size),
        "page_no": page_no,
        "page_size": page_size,
        "request_id": request_id,
    }


def _row(report: TaskReport, model: str) -> dict[str, Any]:
    stamps = (
        ("gmt_create", report.submitted),
        ("start_time", report.scheduled),
        ("end_time", report.ended),
    )
    return {
        "api_key_id": "1",
        "caller_parent_id": "1",
        "caller_uid": "1",
        **{name: int(when.timestamp() * 1000) for name, when in stamps if when is not None},
        "model_name": model,
        "region": "cn-beijing",
        "request_id": report.request_id,
        "status": report.status.value,
        "task_id": report.task_id,
        "user_api_unique_key": f"apikey:v1:aigc:image2image:image-synthesis:{model}",
    }


def policy_reply(policy: UploadPolicy, request_id: str) -> dict[str, Any]:
    """The answer to a request for leave to upload."""
    fields = dict(policy.fields)
    return {
        "request_id": request_id,
        "data": {
            **{name: fields[field] for field, name in _POLICY_FIELDS},
            "upload_dir": policy.directory,
            "upload_host": policy.host,
            "expire_in_seconds": round(policy.seconds),
            "max_file_size_mb": policy.max_bytes // 2**20,
            "capacity_limit_mb": 999999999,
        },
    }


def _stamp(when: datetime) -> str:
    return when.astimezone(SERVICE_ZONE).strftime(_STAMP)[:-3]
