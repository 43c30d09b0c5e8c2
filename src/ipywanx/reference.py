"""How is it explained? Help in Markdown, made from the declarations alone."""

from __future__ import annotations

from collections.abc import Iterable

from ipywanx.model.functions import FUNCTIONS, EditRequest
from ipywanx.model.params import Param, describe

USAGE = """\
%wanx FUNCTION IMAGE [-p PROMPT] [flags]     run it, wait, show the pictures
%%wanx FUNCTION IMAGE [flags]                the same; the cell's body is the prompt, verbatim
%wanx mask IMAGE -o NAME                     paint a mask; then --mask NAME
%wanx functions | help FUNCTION | jobs | resume [ID] | cancel ID | cost
%wanx history [TEXT] [-o NAME] [--export FOLDER] [--delete]   what was made, in any kernel
%wanx config [key [--keyring] [--forget]]    who answers, and with which key

IMAGE is a variable (PIL image, array, bytes, path, earlier result), else a path, else a URL.
{{name}} in a prompt is replaced by that variable; every other brace, $ and % stays as typed.

-p, --prompt TEXT    what to do                  -o NAME        keep the result in a variable
-n N                 pictures, 1 to 4            --seed N       for repeatable pictures
--fit                resize what does not fit    --dry-run      show the request, send nothing
--background         return a Job at once        --help         the function's own flags"""


def functions_table() -> str:
    """The ten functions, a row each."""
    rows = [
        (f"`{name}`", cls.about.title.zh, cls.about.help.en, _own_flags(cls))
        for name, cls in FUNCTIONS.items()
    ]
    return _table(("function", "名称", "what it does", "its own flags"), rows)


def function_help(cls: type[EditRequest]) -> str:
    """One function: what it does, its parameters with ranges and defaults, prompts that work."""
    about = cls.about
    parts = [
        f"**{about.name}** · {about.title.zh}  \n{about.help.en} {about.help.zh}",
        _table(
            ("flag", "meaning", "value", "default"),
            [_row(param) for param in describe(cls)],
        ),
        "Prompts that the vendor shows: " + " · ".join(f"“{prompt}”" for prompt in _prompts(cls)),
    ]
    if about.blank_prompt:
        parts.append("The prompt may be empty.")
    if about.rights:
        parts.append(f"**{about.rights.en}** {about.rights.zh}")
    parts.append(f"Vendor's page: <{about.page}>")
    return "\n\n".join(parts)


def _prompts(cls: type[EditRequest]) -> list[str]:
    return list(dict.fromkeys((*cls.about.samples, *(style.prompt for style in cls.about.styles))))


def _own_flags(cls: type[EditRequest]) -> str:
    common = EditRequest.model_fields
    return " ".join(f"`{p.flag}`" for p in describe(cls) if p.name not in common)


def _row(param: Param) -> tuple[str, str, str, str]:
    default = "required" if param.required else "drawn" if param.default is None else param.default
    flag = "the line's IMAGE" if param.name == "image" else f"`{param.flag}`"
    return flag, param.about.meaning.en, param.expected, str(default)


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = list(head)
    lines = [head, ["---"] * len(head), *map(list, rows)]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines
    )
