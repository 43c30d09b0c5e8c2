"""What is there to look up? The reference pages, made from the declarations, in two languages.

Writes ``docs/reference/*.md`` and their twins in ``docs/reference/zh``. What a parameter, an error,
a code or a call is, is read where it is declared. Only what no declaration says is said here: what
each page is about, and the Chinese of docstrings, which are English.

Run: python scripts/reference_pages.py [--check]   (or: make reference)
"""

from __future__ import annotations

import argparse
import inspect
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from PIL import Image

import ipywanx as wx
from ipywanx import errors, keys, reference, settings, wire
from ipywanx.code import as_magic, as_python
from ipywanx.experiments.axes import axis
from ipywanx.magics import sweeps
from ipywanx.magics.commands import WanxMagics
from ipywanx.model.functions import EditRequest
from ipywanx.model.params import Param, describe
from ipywanx.model.requests import REQUESTS
from ipywanx.model.tasks import Status, TaskReport
from ipywanx.service.client import unreachable
from ipywanx.text import Language, Text, both, prefer_language, sentences

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts import stored  # noqa: E402 - found from there, however this is run

FOLDER = ROOT / "docs" / "reference"
FOLDERS: Mapping[Language, str] = {"en": ".", "zh": "zh"}
"""Where each language's pages are, in ``docs/reference/``."""
OTHERS: Mapping[Language, tuple[Language, str]] = {"en": ("zh", "中文"), "zh": ("en", "English")}
"""For each language, the other one and its name in itself."""
MADE = (
    "<!-- Made by scripts/reference_pages.py. Change the declarations and run: make reference -->"
)
LONGEST_LINE = 88
KIND = stored.Kind(
    "the declarations make", "is made by nothing", str.splitlines, "the ends of its lines differ."
)


class Page(NamedTuple):
    """One page of the reference: its file's name, its title, what it is about, what it says."""

    name: str
    title: Text
    about: Text
    body: Callable[[], str]


class Example(NamedTuple):
    """What to show of a function: a picture's name, and values that are worth showing."""

    image: str = "photo.jpg"
    values: Mapping[str, Any] = {}


# ---- what no declaration says ---------------------------------------------------------------

EXAMPLES: Mapping[str, Example] = {
    "stylization_all": Example(values={"strength": 0.8, "seed": 7}),
    "stylization_local": Example(values={"seed": 7}),
    "description_edit": Example("cat.jpg", {"strength": 0.6, "n": 2}),
    "description_edit_with_mask": Example("dog.jpg"),
    "remove_watermark": Example("poster.png"),
    "expand": Example(values={"left_scale": 1.5, "right_scale": 1.5}),
    "super_resolution": Example(values={"upscale_factor": 2, "fit": True}),
    "colorization": Example("old.jpg"),
    "doodle": Example("sketch.png", {"is_sketch": True}),
    "control_cartoon_feature": Example("character.png"),
    "wan2.5-i2i-preview": Example(
        values={"negative_prompt": "模糊", "size": "1280*720", "prompt_extend": False}
    ),
}

VENDOR = Text("vendor's reference", "官方参考")
CODES = Text("The service's codes", "服务的错误代码")

COMMANDS: Mapping[str, tuple[str, Text]] = {
    "sweep": (
        "sweep FUNCTION IMAGE… [flags]",
        Text(
            "Vary flags, prompts, pictures or masks, see below.",
            "变化参数、提示词、图片或蒙版，见下文。",
        ),
    ),
    "functions": ("functions", Text("The ten functions and their flags.", "十个功能及其选项。")),
    "help": ("help FUNCTION", Text("One function's parameters.", "一个功能的全部参数。")),
    "mask": (
        "mask IMAGE -o NAME [--fit]",
        Text("A mask editor under the cell.", "在单元格下方打开蒙版编辑器。"),
    ),
    "jobs": (
        "jobs",
        Text(
            "The tasks that go on or are not fetched, of any kernel.",
            "任意内核中仍在进行或尚未取回的任务。",
        ),
    ),
    "resume": (
        "resume [ID]",
        Text(
            "Wait for a task and fetch its pictures; without an id, for all that is left.",
            "等待一个任务并取回图片；不写编号则处理所有剩下的任务。",
        ),
    ),
    "cancel": (
        "cancel ID",
        Text("Cancel a task that still waits.", "取消仍在排队的任务。"),
    ),
    "history": (
        "history [TEXT] [-o NAME] [--export FOLDER] [--delete]",
        Text(
            "The results that are kept, newest first: shown, kept in a variable, written out, or "
            "deleted, which needs a text.",
            "已保存的结果，最新的在前：可查看、存入变量、导出，或删除（删除时必须写文本）。",
        ),
    ),
    "cost": (
        "cost",
        Text("What all that is kept has cost.", "已保存的全部结果花费多少。"),
    ),
    "config": (
        "config [key [--keyring] [--forget]]",
        Text(
            "Who answers, with which key, and where pictures are kept; `key` asks for a key.",
            "由谁应答、用哪个密钥、图片保存在哪里；`key` 会询问密钥。",
        ),
    ),
}

SWEEP_FLAGS: Mapping[str, Text] = {
    "--output": Text(
        "Keep the experiment in a variable; `-o` for short.", "把实验存入变量；简写为 `-o`。"
    ),
    "--cap": Text(
        "Most yuan that it may cost without being asked again.",
        "超过这一金额（元）时，先询问再开始。",
    ),
    "--replace": Text(
        "`OLD=NEW,NEW`: the prompt as it is, and with each new word; may be given several times.",
        "`旧=新,新`：原提示词，以及换成每个新词的提示词；可多次使用。",
    ),
    "--zip": Text(
        "The axes go in step; otherwise every combination is made.",
        "各轴同步变化；否则生成所有组合。",
    ),
    "--fresh": Text("Make again what the history has already.", "历史中已有的结果也重新生成。"),
    "--vary-seed": Text(
        "Draw a seed for each cell; otherwise they share one.",
        "为每格各抽取一个种子；否则共用一个。",
    ),
    "--expand": Text(
        "Take `{red|blue}` in a prompt for alternatives.", "把提示词中的 `{红|蓝}` 视为多个备选。"
    ),
    "--dry-run": Text("Show the plan alone.", "只显示计划。"),
    "--help": Text("The function's own flags.", "该功能自己的选项。"),
}
SWEEP_WITH_VALUE = {"--output": "NAME", "--cap": "N", "--replace": "OLD=NEW"}

SPANS = (
    ("strength", "0.2, 0.5"),
    ("seed", "1-5"),
    ("seed", "1-9 (+2)"),
    ("strength", "0.2-1.0 [5]"),
)
"""Typed axes, each with a parameter that takes it."""

TRAITS: Mapping[str, str] = {
    "language": "使用的语言：英文、简体中文（zh），或按环境的区域设置。",
    "nested_loops": "修补 asyncio，使单元格中可以调用 asyncio.run。ipywanx 本身不需要它。",
}
"""The Chinese of what ``%config WanxMagics`` says."""

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

CHINESE: Mapping[str, str] = {
    "DoodleBoard": "绘制草图；`board.image` 始终是画好的内容。",
    "Drawing": "一张画纸和画在上面的内容；颜色写作 `#rrggbb`。",
    "EditRequest": "对一张图片的一次编辑。请使用子类：每个功能各有一个。",
    "Gallery": "已保存的结果，包括所有内核的。",
    "InvalidRequest": "请求在本地被拒绝；没有发送，也没有计费。",
    "Mask": "图片中要编辑的区域。",
    "MaskEditor": "在图片上涂抹蒙版；`editor.mask` 始终是涂抹的内容。",
    "NotAccepted": "内核在发送任务时结束，服务没有收到任务。不计费。",
    "NotConfigured": "某项设置或环境变量缺失，或无法使用。",
    "PromptBook": "一个项目的风格、模板、词表与变量。",
    "RateLimited": "调用过多；账号的所有密钥共用这一限额。",
    "Refused": "密钥、权限或账号的计费状态不允许这次调用。",
    "Rejected": "请求通过了我们的检查，但服务不接受。",
    "Result": "一个任务生成的图片。",
    "ResultExpired": "服务不知道该任务，或已不再保留它的图片。",
    "ServiceError": "服务拒绝了调用，或无法连接。",
    "ServiceUnavailable": "服务自身出现问题（HTTP 5xx）。",
    "Session": "一个账号的工作：创建任务，并在进程存续期间记住它们。",
    "Status": "服务对任务状态的用词（官方文档：异步任务管理）。",
    "Studio": "十个功能的表单，附队列和图库。",
    "SubmissionUncertain": "任务已发送，但没有收到答复：它可能存在，也可能计费。",
    "TaskCanceled": "任务在运行前已取消。不计费。",
    "TaskError": "任务被接收，但没有得到图片。",
    "TaskFailed": "服务以错误结束了任务。失败的任务不计费。",
    "TaskTimedOut": "我们不再等待。任务仍在继续，之后仍可取回图片。",
    "UnexpectedReply": "答复不在服务的约定之内。",
    "Unreachable": "可以放心重复的调用没有连接成功，或没有及时得到答复。",
    "UnusableImage": "图片无法读取，或不是服务接受的图片。",
    "UnusableMask": "蒙版的尺寸与图片不同，或没有涂抹任何内容。",
    "WanxError": "本软件包所有错误的基类；作为普通字符串时是英文。",
    "aedit": "与 `edit` 相同，但需要 await；事件循环保持空闲。",
    "alternatives": "含备选的文本所表示的全部提示词，按顺序排列，以选中的词命名。",
    "diff": "两次编辑之间有什么不同。",
    "edit": "编辑一张图片，并等待完成。",
    "history": "已保存的结果，包括所有内核的，最新的在前。",
    "jobs": "任意内核中尚未结束或尚未取回的所有任务，最早的在前。",
    "prompts": "项目的提示词文件。",
    "recall": "一张图片是怎样生成的：它的请求，可再次使用或修改。",
    "replacing": "替换词语后的提示词：先是原样，名为 `old`，然后是 `new` 中的每一个。",
    "resume": "按编号再次等待任务，可在任意内核中调用，须在提交后 24 小时内。",
    "submit": "与 `edit` 相同，但立即返回 `Job`。",
    "sweep": "变化参数、提示词、图片或蒙版，并查看全部结果。",
}
"""The Chinese of a public name's docstring. A request class has its own, in its declaration."""

UNDOCUMENTED: Mapping[str, Text] = {
    "FUNCTIONS": Text(
        "The ten request classes by the functions' names.", "十个请求类，以功能名为键。"
    ),
    "__version__": Text("The version that is installed.", "已安装的版本。"),
}
"""Names that are no class and no function: Python keeps no docstring of them."""

VARIABLES: Mapping[str, str] = {
    "DASHSCOPE_API_KEY": "密钥，见 `ipywanx.keys`；没有密钥时由离线引擎应答",
    "DASHSCOPE_HTTP_BASE_URL": "其他服务地址（含 `/api/v1`），与官方 SDK 相同",
    "DASHSCOPE_WORKSPACE_ID": "账号的业务空间",
    "IPYWANX_OFFLINE": "1 表示只用离线引擎，0 表示只用服务",
    "IPYWANX_HOME": "图片的保存位置（默认：系统的用户数据文件夹）",
    "IPYWANX_KEEP_MB": "图片超过这么多 MB 时，从最早的开始删除一小时以前的离线预览"
    "（默认 4096；0 表示不删除）",
    "IPYWANX_FONT": "含中文的字体文件，用于结果表（默认：系统已安装的字体）",
    "IPYWANX_METADATA": "0 表示保存的 PNG 文件不含生成它的请求"
    "（默认 1：包含，见 `ipywanx.model.metadata`）",
}
"""The Chinese of the table in :mod:`ipywanx.settings`."""

KEY_PLACES = (
    "`DASHSCOPE_API_KEY`",
    "`DASHSCOPE_API_KEY_FILE_PATH` 所指的文件，与官方 SDK 相同",
    "`~/.dashscope/api_key`，官方 SDK 保存密钥的位置",
    "系统密钥环，前提是已安装 `keyring` 且其中有我们的条目",
)
"""The Chinese of the list in :mod:`ipywanx.keys`."""


# ---- the pages ------------------------------------------------------------------------------


def functions_body() -> str:
    """The ten functions: a table of all, then each one with all that is declared of it."""
    linked = re.compile(r"^\| `([\w.-]+)`", re.MULTILINE)
    return _joined(
        linked.sub(
            lambda name: f"| [`{name[1]}`](#{name[1].replace('.', '')})",
            reference.functions_table(),
        ),
        *map(function_section, REQUESTS.values()),
        "\n".join(f"[{number}]: {page}" for page, number in sources().items()),
    )


def sources() -> dict[str, int]:
    """The vendor's pages that state a parameter, numbered as they come."""
    stated = [param.about.source for cls in REQUESTS.values() for param in describe(cls)]
    pages = dict.fromkeys(filter(None, stated))
    return {page: number for number, page in enumerate(pages, start=1)}


def function_section(cls: type[EditRequest]) -> str:
    """One function: what it does, its parameters, its styles, and it in code."""
    about = cls.about
    rights = f"**{about.rights.told()}**" if about.rights else ""
    guide = Text("Vendor's guide: ", "官方指南：").told() + f"<{about.page}>"
    blank: Text | str = ""
    if about.blank_prompt and about.default_prompt is None:  # else the table says so
        blank = Text("The prompt may be empty.", "提示词可以为空。")
    head = (
        *(Text("flag", "选项"), Text("Python", "Python"), Text("value", "取值")),
        *(Text("default", "默认"), Text("meaning", "含义"), Text("stated in", "出处")),
    )
    styles = [(style.name.told(), f"`{style.prompt}`") for style in about.styles]
    samples = " · ".join(f"`{sample}`" for sample in about.samples)
    request = example(cls)
    shown = EXAMPLES[about.name].image
    mask = "mask" if "mask" in cls.model_fields else None
    return _joined(
        f"## `{about.name}`",
        f"**{about.title.told()}** · {about.help.told()}",
        rights,
        _table(head, [_parameter_row(param, about.default_prompt) for param in describe(cls)]),
        _table((Text("style", "风格"), Text("prompt", "提示词")), styles) if styles else "",
        f"{_told('Prompts that the vendor shows: ', '官方示例提示词：')}{samples}",
        sentences(about.tip, blank).told(),
        _fenced("text", as_magic(request, shown)),
        _fenced("python", as_python(request, shown, mask)),
        guide,
    )


def example(cls: type[EditRequest]) -> EditRequest:
    """The request that a function's page shows in code."""
    size = (512, 512)
    masked = (
        {"mask": wx.Mask(size).ellipse(150, 90, 200, 160)} if "mask" in cls.model_fields else {}
    )
    return cls(
        image=Image.new("RGB", size),
        prompt=cls.about.samples[0],
        **masked,
        **EXAMPLES[cls.about.name].values,
    )


def _parameter_row(param: Param, usual: str | None) -> tuple[str, ...]:
    default = f"`{param.default!r}`"
    if param.required:
        default = _told("required", "必填")
        if param.name == "prompt" and usual is not None:
            default = f"`{usual}`" if usual else _told("empty", "空")
    elif param.default is None:
        default = _told("drawn", "随机") if param.name == "seed" else _told("none", "无")
    flag = _told("the line's IMAGE", "行中的 IMAGE") if param.name == "image" else f"`{param.flag}`"
    stated = "ipywanx"
    if param.about.source:
        stated = f"[{VENDOR.told()}][{sources()[param.about.source]}]"
    unit = f" {param.about.unit}" if param.about.unit else ""
    value = f"{param.expectation.told()}{unit}"
    return flag, f"`{param.name}`", value, default, param.about.meaning.told(), stated


def magics_body() -> str:
    """The usage, the commands, and what an experiment's line takes."""
    commands = [(f"`%wanx {line}`", said.told()) for line, said in COMMANDS.values()]
    flags = [
        (
            f"`{' '.join(filter(None, (flag, SWEEP_WITH_VALUE.get(flag))))}`",
            SWEEP_FLAGS[flag].told(),
        )
        for flag in sweeps.OWN_FLAGS
    ]
    spans = [
        (f'`--{name} "{typed}"`', ", ".join(f"{value:g}" for value in spanned(name, typed)))
        for name, typed in SPANS
    ]
    traits = [
        (f"`{name}`", f"`{trait.default_value!r}`", _told(trait.help, TRAITS[name]))
        for name, trait in sorted(WanxMagics.class_own_traits(config=True).items())
    ]
    shown = inspect.cleandoc((sweeps.__doc__ or "").partition("::\n")[2].partition("\n\nA ")[0])
    return _joined(
        _fenced("text", reference.USAGE.told()),
        f"## {_told('Commands', '命令')}",
        _table((Text("line", "写法"), Text("what it does", "作用")), commands),
        f"## {_told('Experiments', '实验')}",
        _told(
            "Behind `sweep`, every flag of the function may span several values, `-p` and `--mask` "
            "may be given several times, several pictures may follow the function, and lines of "
            "`---` part the prompts of a body. It returns at once.",
            "在 `sweep` 之后，功能的每个选项都可以取多个值，`-p` 和 `--mask` 可以多次使用，"
            "功能名后可以跟多张图片，正文中的 `---` 行分隔多个提示词。它会立即返回。",
        ),
        _fenced("text", shown.strip()),
        _table((Text("typed", "写法"), Text("values", "取值")), spans),
        _table((Text("flag", "选项"), Text("meaning", "含义")), flags),
        f"## {_told('Settings', '设置')}",
        _told(
            "Set by `%config WanxMagics.NAME = VALUE`.",
            "用 `%config WanxMagics.NAME = VALUE` 设置。",
        ),
        _table((Text("name", "名称"), Text("default", "默认"), Text("meaning", "含义")), traits),
    )


def spanned(name: str, typed: str) -> Sequence[float]:
    """The values that a typed axis means, as an experiment reads it."""
    param = next(param for param in describe(REQUESTS["stylization_all"]) if param.name == name)
    made = axis(param, typed)
    return made.values if made else ()


def errors_body() -> str:
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
    return _joined(
        _fenced("text", tree()),
        _table(head, rows),
        _told(
            "An error's text says what happened and what to do. `error.told()` gives it in the "
            "language of the moment, `error.message` and `error.hint` give both halves in English. "
            "In a cell of `%wanx` it is one line and no traceback.",
            "错误的文本说明发生了什么和怎么办。`error.told()` 以当前语言给出，"
            "`error.message` 和 `error.hint` 以英文分别给出这两部分。"
            "在 `%wanx` 单元格中，错误只有一行，没有 traceback。",
        ),
        _fenced("python", caught),
        f"## {CODES.told()}",
        _told(
            "A refused call has one of these codes in `error.code`. A code that is not here is "
            "told by its HTTP status. A task that was accepted and then failed is a `TaskFailed`, "
            "with its code.",
            "被拒绝的调用在 `error.code` 中给出以下代码之一。不在表中的代码按 HTTP 状态判断。"
            "已被接收但失败的任务是 `TaskFailed`，并带有代码。",
        ),
        _table(
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


def python_body() -> str:
    """All public names, grouped by what they are."""
    groups: dict[str, list[str]] = {title.en: [] for title in GROUPS}
    for name in wx.__all__:
        groups[group(getattr(wx, name)).en].append(name)
    parts = []
    for title in GROUPS:
        parts += [f"## {title.told()}", *map(name_section, groups[title.en])]
        if title is ERRORS:
            parts = parts[: -len(groups[title.en])]
            rows = [(f"`{name}`", said(name)) for name in groups[title.en]]
            parts.append(_table((Text("name", "名称"), Text("what it is", "说明")), rows))
            parts.append(_told("More: [errors](errors.md).", "详见[错误](errors.md)。"))
    return _joined(*parts)


CALLS = Text("Calls", "函数")
REQUEST_CLASSES = Text("Requests", "请求")
THINGS = Text("Pictures, masks and the rest", "图片、蒙版及其他")
WIDGETS = Text("Widgets", "控件")
ERRORS = Text("Errors", "错误")
GROUPS = (CALLS, REQUEST_CLASSES, THINGS, WIDGETS, ERRORS)


def group(thing: Any) -> Text:
    """Where a public name is listed."""
    if inspect.isfunction(thing):
        return CALLS
    if not inspect.isclass(thing):
        return THINGS
    if issubclass(thing, errors.WanxError):
        return ERRORS
    if issubclass(thing, EditRequest):
        return REQUEST_CLASSES
    return WIDGETS if thing.__module__.startswith("ipywanx.widgets.") else THINGS


def name_section(name: str) -> str:
    """One public name: how it is called, what it is, and the example of its docstring."""
    shown = docstring_example(getattr(wx, name))
    written = signature(name)
    return _joined(
        f"### `{name}`",
        _fenced("text", written) if written else "",
        said(name),
        _fenced("python", shown) if shown else "",
    )


def said(name: str) -> str:
    """What a public name is: the first paragraph of its docstring, or its Chinese."""
    if name in UNDOCUMENTED:
        return UNDOCUMENTED[name].told()
    thing = getattr(wx, name)
    if inspect.isclass(thing) and issubclass(thing, EditRequest) and thing is not EditRequest:
        name = thing.about.name
        place = name.replace(".", "")  # as GitHub names the heading
        return f"[`{name}`](functions.md#{place}) · {thing.about.help.told()}"
    first = " ".join(inspect.cleandoc(thing.__doc__ or "").partition("\n\n")[0].split())
    return _told(_as_markdown(first), CHINESE[name])


def _as_markdown(text: str) -> str:
    """A docstring's sentence without its roles: :func:`edit` is `edit`."""
    return re.sub(r":\w+:`~?(?:[\w.]*\.)?(\w+)`", r"`\1`", text).replace("``", "`")


def signature(name: str) -> str:
    """How a public name is called; "" where nobody calls it."""
    thing = getattr(wx, name)
    if isinstance(thing, type) and issubclass(thing, Status):
        return " ".join(thing.__members__)
    if not callable(thing):
        return ""
    if inspect.isclass(thing) and issubclass(thing, EditRequest):
        usual = thing.about.default_prompt if thing is not EditRequest else None
        params = sorted(describe(thing), key=lambda param: not param.required)
        words = ["*", *(_declared(param, usual) for param in params)]
        return _call(name, words, "")
    made = inspect.signature(thing)
    words = []
    starred = False
    for param in made.parameters.values():
        if param.kind is param.KEYWORD_ONLY and not starred:
            words.append("*")
        starred = starred or param.kind in {param.KEYWORD_ONLY, param.VAR_POSITIONAL}
        words.append(_written(param))
    returned = "" if inspect.isclass(thing) else f" -> {made.return_annotation}"
    return _call("await " * inspect.iscoroutinefunction(thing) + name, words, returned)


def _declared(param: Param, usual: str | None) -> str:
    kind = {"text": "str", "image": "Any", "mask": "Mask"}.get(param.about.kind, param.about.kind)
    typed = f"{param.name}: {kind}"
    if param.name == "prompt" and usual is not None:
        return f"{typed} = {usual!r}"
    if param.required:
        return typed
    return f"{typed}{' | None' if param.default is None else ''} = {param.default!r}"


def _written(param: inspect.Parameter) -> str:
    stars = {"VAR_POSITIONAL": "*", "VAR_KEYWORD": "**"}.get(param.kind.name, "")
    typed = "" if param.annotation is param.empty else f": {param.annotation}"
    default = "" if param.default is param.empty else f" = {param.default!r}"
    return f"{stars}{param.name}{typed}{default}"


def _call(name: str, words: Sequence[str], returned: str) -> str:
    line = f"{name}({', '.join(words)}){returned}"
    if len(line) <= LONGEST_LINE:
        return line
    return "\n".join([f"{name}(", *(f"    {word}," for word in words), f"){returned}"])


def docstring_example(thing: Any) -> str:
    """The example of a docstring as code; what it prints becomes a remark."""
    if not inspect.isfunction(thing) or "Example:\n" not in (thing.__doc__ or ""):
        return ""
    lines = inspect.cleandoc(thing.__doc__ or "").partition("Example:\n")[2].splitlines()
    lines = inspect.cleandoc("\n".join(lines)).splitlines()
    code = [line[4:] if line.startswith((">>> ", "... ")) else f"# {line}" for line in lines]
    imported = [] if "import ipywanx as wx" in code else ["import ipywanx as wx", ""]
    return "\n".join([*imported, *code])


def environment_body() -> str:
    """The variables, and where the key comes from."""
    locale = Text(
        "the locale, which says in which language people are spoken to where `%config "
        "WanxMagics.language` does not",
        "区域设置；在 `%config WanxMagics.language` 未指定时，决定使用哪种语言",
    )
    rows = [(f"`{name}`", _told(english, VARIABLES[name])) for name, english in variables()]
    rows.append(("`LANGUAGE`, `LC_ALL`, `LANG`", locale.told()))
    places = [
        f"{number}. {_told(english, chinese)}"
        for number, (english, chinese) in enumerate(
            zip(key_places(), KEY_PLACES, strict=True), start=1
        )
    ]
    return _joined(
        _table((Text("variable", "变量"), Text("meaning", "含义")), rows),
        f"## {_told('Where the key comes from', '密钥从哪里来')}",
        _told(
            "In this order, and no further than the first that has one:",
            "按以下顺序查找，找到第一个为止：",
        ),
        "\n".join(places),
        _told(
            "A key that was typed after `%wanx config key` goes before all of them. [Why so]"
            "(../decisions/0004-keys.md).",
            "用 `%wanx config key` 输入的密钥优先于以上各项。"
            "[原因](../../decisions/0004-keys.md)。",
        ),
    )


def variables() -> list[tuple[str, str]]:
    """The variables of the table in :mod:`ipywanx.settings`, each with what it says."""
    rows: list[tuple[str, str]] = []
    for line in (settings.__doc__ or "").splitlines():
        if found := re.match(r"``(\w+)``\s+(.*)", line):
            rows.append((found[1], found[2]))
        elif rows and line.startswith("   "):
            name, said_so_far = rows[-1]
            rows[-1] = (name, f"{said_so_far} {line.strip()}")
    return [(name, _as_code(english)) for name, english in rows]


def key_places() -> list[str]:
    """The places of the list in :mod:`ipywanx.keys`, in their order."""
    return [
        _as_code(place) for place in re.findall(r"^\d\. (.*)$", keys.__doc__ or "", re.MULTILINE)
    ]


def _as_code(text: str) -> str:
    """A module's sentence without its roles; modules keep their whole names."""
    return re.sub(r":mod:`([\w.]+)`", r"`\1`", text).replace("``", "`")


PAGES = (
    Page(
        "functions",
        Text("Functions", "功能"),
        Text(
            "The ten functions of `wanx2.1-imageedit`, each with its parameters, and once as a "
            "cell and once as a call.",
            "`wanx2.1-imageedit` 的十个功能：各自的参数，以及单元格和函数调用两种写法。",
        ),
        functions_body,
    ),
    Page(
        "magics",
        Text("Magics", "魔法命令"),
        Text(
            "What can stand behind `%wanx` and `%%wanx`. `%load_ext ipywanx` adds them; the flags "
            "of each function are among the [functions](functions.md).",
            "`%wanx` 和 `%%wanx` 之后可以写什么。`%load_ext ipywanx` 加载它们；"
            "各功能的选项见[功能](functions.md)。",
        ),
        magics_body,
    ),
    Page(
        "errors",
        Text("Errors", "错误"),
        Text(
            "Every error is a `wx.WanxError`: when it is raised, and what to do.",
            "所有错误都是 `wx.WanxError`：何时引发，以及怎么办。",
        ),
        errors_body,
    ),
    Page(
        "python",
        Text("Python", "Python"),
        Text(
            "All that `import ipywanx as wx` offers. `help(wx.edit)` tells more of each.",
            "`import ipywanx as wx` 提供的全部内容。`help(wx.edit)` 等可查看详情（英文）。",
        ),
        python_body,
    ),
    Page(
        "environment",
        Text("Environment variables", "环境变量"),
        Text(
            "What ipywanx reads of the environment that starts Jupyter. Nothing is read before it "
            "is needed, and `%wanx config` tells what came of it.",
            "ipywanx 从启动 Jupyter 的环境中读取什么。需要时才会读取，`%wanx config` 会显示结果。",
        ),
        environment_body,
    ),
)


# ---- put together ---------------------------------------------------------------------------


def pages(folder: Path = FOLDER) -> dict[Path, str]:
    """All pages: each one's place and file."""
    made = {}
    for language, at in FOLDERS.items():
        with speaking(language):
            for page in PAGES:
                made[folder / at / f"{page.name}.md"] = build(page, language)
    return made


def build(page: Page, language: Language) -> str:
    """One page's file, in the language that is spoken now."""
    other, called = OTHERS[language]
    up = os.path.relpath(FOLDERS[other], FOLDERS[language]).replace(os.sep, "/")
    links = [f"[{one.title.told()}]({one.name}.md)" for one in PAGES if one is not page]
    way = " · ".join([f"[{called}]({up}/{page.name}.md)", *links])
    return _joined(MADE, f"# {page.title.told()}", way, page.about.told(), page.body()) + "\n"


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Everything is said in this language for a while."""
    prefer_language(language)
    try:
        yield
    finally:
        prefer_language(None)


def differences(folder: Path = FOLDER) -> list[str]:
    """Where stored pages are not what the declarations make, one paragraph each."""
    there = [path for at in FOLDERS.values() for path in sorted((folder / at).glob("*.md"))]
    return stored.differences(KIND, pages(folder), there, folder)


def _told(en: str, zh: str) -> str:
    return Text(en, zh).told()


def _joined(*parts: str) -> str:
    return "\n\n".join(filter(None, parts))


def _fenced(language: str, text: str) -> str:
    return f"```{language}\n{text}\n```"


def _table(head: Iterable[Text], rows: Iterable[Iterable[str]]) -> str:
    names = [both(name).told() for name in head]
    lines = [names, ["---"] * len(names), *map(list, rows)]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="change nothing, tell what differs")
    parser.add_argument("--folder", type=Path, default=FOLDER, help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    folder = asked.folder.resolve()
    if asked.check:
        if told := differences(folder):
            print(*told, "Run: make reference", sep="\n", file=sys.stderr)
        return 1 if told else 0
    stored.write(pages(folder), folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
