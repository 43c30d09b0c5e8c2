"""Errors: who descends from whom, what to do, and what the service's codes become."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scripts.reference.markdown import fenced, joined, table, told
from scripts.reference.python import said

from ipywanx import errors, wire
from ipywanx.model.tasks import Status, TaskReport
from ipywanx.service.client import unreachable
from ipywanx.text import Text

CODES = Text("The service's codes", "服务的错误代码")

ADVICE: Mapping[type[errors.WanxError], Text] = {
    errors.WanxError: Text("Catch it to catch every error here.", "捕获它即可捕获所有错误。"),
    errors.InvalidRequest: Text(
        "Change what `.parameter` names; nothing was sent.",
        "修改 `.parameter` 所指的参数；未发送任何内容。",
    ),
    errors.UnusableImage: Text(
        "Give another picture, or `fit=True`.", "换一张图片，或使用 `fit=True`。"
    ),
    errors.UnusableMask: Text(
        "Make the mask in the picture's size, and paint where it is to change.",
        "按图片的尺寸创建蒙版，并涂抹要修改的部分。",
    ),
    errors.NotConfigured: Text(
        "Set what the message names, see [environment variables](environment.md).",
        "设置消息中指出的变量，见[环境变量](environment.md)。",
    ),
    errors.ServiceError: Text(
        "Quote `.request_id` to the vendor's support if it stays.",
        "如果一直如此，请把 `.request_id` 告知阿里云客服。",
    ),
    errors.NotAccepted: Text(
        "Send it again: `wx.edit(job.request)`.", "重新发送：`wx.edit(job.request)`。"
    ),
    errors.SubmissionUncertain: Text(
        "Look at `.candidates`, and in the vendor's console, before you send it again.",
        "再次发送前，请查看 `.candidates` 和阿里云控制台。",
    ),
    errors.TaskError: Text(
        "Keep `.task_id`: it finds the task again.", "保留 `.task_id`：用它可以再次找到任务。"
    ),
    errors.TaskCanceled: Text("Nothing, if it was meant.", "如果是有意取消，则无需处理。"),
    errors.TaskTimedOut: Text(
        "Call `result()` again, or `wx.resume(task_id)` from any kernel.",
        "再次调用 `result()`，或在任意内核中调用 `wx.resume(task_id)`。",
    ),
    errors.ResultExpired: Text(
        "See `%wanx history` for what was fetched in time; otherwise make it again.",
        "用 `%wanx history` 查看及时取回的结果；否则重新生成。",
    ),
}
"""What to do about errors of which each message advises something else, or nothing."""


def body() -> str:
    """The tree, what each error means, and what the service's codes become."""
    rows = [
        (f"`{kind.__name__}`", said(kind.__name__), advice(kind).told()) for kind, _ in family()
    ]
    codes = []
    for code, fault in wire.ERRORS.items():
        error = wire.read_error(fault.status, {"code": code, "message": fault.message})
        name = f"`{type(error).__name__}`"
        quoted = f"`{fault.message}`"
        codes.append((f"`{code}`", str(fault.status), name, quoted, error.advice.told()))
    caught = (
        "import ipywanx as wx\n\n"
        "try:\n"
        '    wx.edit("super_resolution", "photo.jpg", upscale_factor=9)\n'
        "except wx.InvalidRequest as error:\n"
        "    print(error.parameter, error.told())"
    )
    head = (
        Text("error", "错误"),
        Text("what happened", "发生了什么"),
        Text("what to do", "怎么办"),
    )
    return joined(
        fenced("text", tree()),
        table(head, rows),
        told(
            "An error's text says what happened and what to do. `error.told()` gives it in the "
            "language of the moment, `error.message` and `error.hint` give both halves in English. "
            "In a cell of `%wanx` it is one line and no traceback.",
            "错误的文本说明发生了什么和怎么办。`error.told()` 以当前语言给出，"
            "`error.message` 和 `error.hint` 以英文分别给出这两部分。"
            "在 `%wanx` 单元格中，错误只有一行，没有 traceback。",
        ),
        fenced("python", caught),
        f"## {CODES.told()}",
        told(
            "A refused call has one of these codes in `error.code`. A code that is not here is "
            "told by its HTTP status. A task that was accepted and then failed is a `TaskFailed`, "
            "with its code.",
            "被拒绝的调用在 `error.code` 中给出以下代码之一。不在表中的代码按 HTTP 状态判断。"
            "已被接收但失败的任务是 `TaskFailed`，并带有代码。",
        ),
        table(
            (
                *(Text("code", "代码"), Text("HTTP", "HTTP"), Text("raised as", "引发")),
                *(Text("the service's text", "服务的原文"), Text("what to do", "怎么办")),
            ),
            codes,
        ),
    )


def family(
    kind: type[errors.WanxError] = errors.WanxError, lead: str = "", branch: str = ""
) -> Iterator[tuple[type[errors.WanxError], str]]:
    """Every error with its line of the tree, parents first."""
    yield kind, f"{lead}{branch}{kind.__name__}"
    below = lead + {"": "", "├─ ": "│  ", "└─ ": "   "}[branch]
    children = [one for one in kind.__subclasses__() if one.__module__ == errors.__name__]
    for child in children:
        yield from family(child, below, "└─ " if child is children[-1] else "├─ ")


def tree() -> str:
    """All errors, as a tree of names."""
    return "\n".join(line for _, line in family())


def advice(kind: type[errors.WanxError]) -> Text:
    """What to do about an error: the package's own words where it always says the same."""
    if kind in ADVICE:
        return ADVICE[kind]
    made: list[errors.WanxError] = [
        *(wire.read_error(status, None) for status in (302, 400, 401, 429, 500)),
        wire.task_failure(TaskReport("", Status.FAILED)),
        unreachable(OSError()),
    ]
    return next(error.advice for error in made if type(error) is kind)
