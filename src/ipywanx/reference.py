"""How is it explained? Help in Markdown, made from the declarations alone."""

from __future__ import annotations

from collections.abc import Iterable

from ipywanx.model.functions import EditRequest
from ipywanx.model.params import Param, describe
from ipywanx.model.requests import REQUESTS
from ipywanx.text import Text

USAGE = Text(
    """\
%wanx [IMAGE] [-p PROMPT] [-o NAME]          the studio: forms, queue and gallery
%wanx FUNCTION [IMAGE]                       the studio, set up
%wanx FUNCTION IMAGE [-p PROMPT] [flags]     run it, wait, show the pictures
%%wanx FUNCTION IMAGE [flags]                the same; the cell's body is the prompt, verbatim
%wanx sweep FUNCTION IMAGE [flags] -o NAME   vary flags: --strength "0.2-1 [5]" --seed 1-3
%wanx mask IMAGE -o NAME [--fresh]           paint a mask; then --mask NAME
%wanx functions | help FUNCTION | jobs | resume [ID] | cancel ID | cost
%wanx history [TEXT] [-o NAME] [--export FOLDER] [--delete]   what was made, in any kernel
%wanx config [key [--keyring] [--forget]]    who answers, and with which key

FUNCTION is a name, a title or everyday words (inpaint, upscale); %wanx functions lists them.
IMAGE is a variable (PIL image, array, bytes, path, earlier result), else a path, else a URL.
{{name}} in a prompt is replaced by that variable; every other brace, $ and % stays as typed.

-p, --prompt TEXT    what to do                  -o NAME        keep the result in a variable
-n N                 pictures, 1 to 4            --seed N       for repeatable pictures
--fit                resize what does not fit    --dry-run      show the request, send nothing
--background         return a Job at once        --help         the function's own flags
--fresh              a mask or a studio of that name anew; else it stays as it was left""",
    """\
%wanx [IMAGE] [-p PROMPT] [-o NAME]          工作台：表单、队列与图库
%wanx FUNCTION [IMAGE]                       按此功能和图片打开工作台
%wanx FUNCTION IMAGE [-p PROMPT] [flags]     运行、等待并显示图片
%%wanx FUNCTION IMAGE [flags]                同上；单元格的正文原样作为提示词
%wanx sweep FUNCTION IMAGE [flags] -o NAME   变化参数：--strength "0.2-1 [5]" --seed 1-3
%wanx mask IMAGE -o NAME [--fresh]           绘制蒙版；之后用 --mask NAME
%wanx functions | help FUNCTION | jobs | resume [ID] | cancel ID | cost
%wanx history [TEXT] [-o NAME] [--export FOLDER] [--delete]   任意内核生成过的结果
%wanx config [key [--keyring] [--forget]]    由谁应答，用哪个密钥

FUNCTION 可以是名称、标题或常用词：扩图、局部重绘、upscale；%wanx functions 列出全部。
IMAGE 是变量（PIL 图像、数组、字节、路径、之前的结果），否则是路径，否则是 URL。
提示词中的 {{name}} 会替换为该变量；其他花括号、$ 和 % 保持原样。

-p, --prompt TEXT    要做什么                    -o NAME        把结果存入变量
-n N                 图片数量，1 到 4            --seed N       得到可重复的图片
--fit                自动缩放不合要求的图片      --dry-run      只显示请求，不发送
--background         立即返回 Job                --help         该功能自己的选项
--fresh              同名的蒙版或工作台重新开始；否则保持上次的状态""",
)


def functions_table() -> str:
    """The ten functions and the other models, a row each."""
    rows = [
        (f"`{name}`", _names(cls), cls.about.help.told(), _own_flags(cls))
        for name, cls in REQUESTS.items()
    ]
    head = (
        Text("function", "功能"),
        Text("name", "名称"),
        Text("what it does", "作用"),
        Text("its own flags", "专用选项"),
    )
    return _table(head, rows)


def function_help(cls: type[EditRequest]) -> str:
    """One function: what it does, its parameters with ranges and defaults, prompts that work."""
    about = cls.about
    parts = [
        f"**{about.name}** · {_names(cls)}  \n{about.help.told()}",
        _table(
            (
                Text("flag", "选项"),
                Text("meaning", "含义"),
                Text("value", "取值"),
                Text("default", "默认"),
            ),
            [_row(param) for param in describe(cls)],
        ),
        Text("Prompts that work: ", "可用的提示词：").told()
        + " · ".join(f"“{prompt}”" for prompt in prompts_of(cls)),
        about.tip.told(),
    ]
    if about.blank_prompt:
        parts.append(Text("The prompt may be empty.", "提示词可以为空。").told())
    if about.rights:
        parts.append(f"**{about.rights.told()}**")
    parts.append(Text("Vendor's page:", "官方文档：").told() + f" <{about.page}>")
    return "\n\n".join(parts)


def prompts_of(cls: type[EditRequest]) -> list[str]:
    """Prompts that work, in the current language; those of styles as the vendor prints them."""
    samples = (sample.told() for sample in cls.about.samples)
    return list(dict.fromkeys((*samples, *(style.prompt for style in cls.about.styles))))


def _names(cls: type[EditRequest]) -> str:
    """The title, and what else names the function on a line."""
    words = [f"`{word}`" for word in cls.about.aliases]
    return Text(", ", "、").told().join([cls.about.title.told(), *words])


def _own_flags(cls: type[EditRequest]) -> str:
    common = EditRequest.model_fields
    return " ".join(f"`{p.flag}`" for p in describe(cls) if p.name not in common)


def _row(param: Param) -> tuple[str, str, str, str]:
    default = str(param.default)
    if param.required:
        default = Text("required", "必填").told()
    elif param.default is None:
        default = (
            Text("drawn", "随机").told() if param.name == "seed" else Text("none", "无").told()
        )
    flag = f"`{param.flag}`"
    if param.name == "image":
        flag = Text("the line's IMAGE", "行中的 IMAGE").told()
    return flag, param.about.meaning.told(), param.expectation.told(), default


def _table(head: Iterable[Text], rows: Iterable[Iterable[str]]) -> str:
    names = [name.told() for name in head]
    lines = [names, ["---"] * len(names), *map(list, rows)]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines
    )
