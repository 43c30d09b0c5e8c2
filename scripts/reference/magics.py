"""Magics: what can stand behind ``%wanx``, and what an experiment's line takes."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence

from scripts.reference.markdown import fenced, joined, table, told

from ipywanx import reference
from ipywanx.experiments.axes import axis
from ipywanx.magics import sweeps
from ipywanx.magics.commands import WanxMagics
from ipywanx.model.params import describe
from ipywanx.model.requests import REQUESTS
from ipywanx.text import Text

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
        "mask IMAGE -o NAME [--fit] [--fresh]",
        Text(
            "A mask editor under the cell. Run again on the same picture, it keeps what was "
            "painted; `--fresh` begins anew.",
            "在单元格下方打开蒙版编辑器。对同一张图片再次运行时保留已绘制的内容；"
            "`--fresh` 重新开始。",
        ),
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
            "The results that are kept, newest first, or those that all words of a text are "
            "in: shown, kept in a variable, written out, or deleted, which needs a text.",
            "已保存的结果，最新的在前；写文本时，只列出含有其中所有词的结果。可查看、存入变量、"
            "导出，或删除（删除时必须写文本）。",
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
        "`OLD=NEW,NEW`: the prompt as it is, and with each new word; quotes keep a comma in one; "
        "may be given several times.",
        "`旧=新,新`：原提示词，以及换成每个新词的提示词；含逗号的词加引号；可多次使用。",
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


def body() -> str:
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
        (f"`{name}`", f"`{trait.default_value!r}`", told(trait.help, TRAITS[name]))
        for name, trait in sorted(WanxMagics.class_own_traits(config=True).items())
    ]
    shown = inspect.cleandoc((sweeps.__doc__ or "").partition("::\n")[2].partition("\n\nA ")[0])
    return joined(
        fenced("text", reference.USAGE.told()),
        f"## {told('Commands', '命令')}",
        table((Text("line", "写法"), Text("what it does", "作用")), commands),
        f"## {told('Experiments', '实验')}",
        told(
            "Behind `sweep`, every flag of the function may span several values, `-p` and `--mask` "
            "may be given several times, several pictures may follow the function, and lines of "
            "`---` part the prompts of a body. It returns at once.",
            "在 `sweep` 之后，功能的每个选项都可以取多个值，`-p` 和 `--mask` 可以多次使用，"
            "功能名后可以跟多张图片，正文中的 `---` 行分隔多个提示词。它会立即返回。",
        ),
        fenced("text", shown.strip()),
        table((Text("typed", "写法"), Text("values", "取值")), spans),
        table((Text("flag", "选项"), Text("meaning", "含义")), flags),
        f"## {told('Settings', '设置')}",
        told(
            "Set by `%config WanxMagics.NAME = VALUE`.",
            "用 `%config WanxMagics.NAME = VALUE` 设置。",
        ),
        table((Text("name", "名称"), Text("default", "默认"), Text("meaning", "含义")), traits),
    )


def spanned(name: str, typed: str) -> Sequence[float]:
    """The values that a typed axis means, as an experiment reads it."""
    param = next(param for param in describe(REQUESTS["stylization_all"]) if param.name == name)
    made = axis(param, typed)
    return made.values if made else ()
