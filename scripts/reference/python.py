"""Python: all public names, grouped by what they are, and what can be done with each object.

The Chinese of docstrings is in ``chinese.toml``: of public names, and of members by the class that
declares them. What is public only for the package itself is named there under ``inside``.
"""

from __future__ import annotations

import inspect
import tomllib
from collections.abc import Iterator, Mapping
from enum import Enum
from pathlib import Path
from typing import Any

from scripts.reference.markdown import fenced, joined, table, told
from scripts.reference.members import Member, first_paragraph, members
from scripts.reference.signatures import signature

import ipywanx as wx
from ipywanx import errors
from ipywanx.model.functions import EditRequest
from ipywanx.text import Text

CHINESE = tomllib.loads(Path(__file__).with_name("chinese.toml").read_text(encoding="utf-8"))
NAMES: Mapping[str, str] = CHINESE["names"]
MEMBERS: Mapping[str, Mapping[str, str]] = CHINESE["members"]
INSIDE: Mapping[str, list[str]] = CHINESE["inside"]
UNDOCUMENTED: Mapping[str, Text] = {
    "FUNCTIONS": Text(
        "The ten request classes by the functions' names.", "十个请求类，以功能名为键。"
    ),
    "__version__": Text("The version that is installed.", "已安装的版本。"),
}
"""Names that are no class and no function: Python keeps no docstring of them."""
RETURNED = frozenset(
    {wx.Result, wx.Job, wx.Sweep, wx.ContactSheet, wx.Table, wx.Difference, wx.Past}
)
"""What calls give back; nobody makes one."""


def body() -> str:
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
            parts.append(table((Text("name", "名称"), Text("what it is", "说明")), rows))
            parts.append(told("More: [errors](errors.md).", "详见[错误](errors.md)。"))
    return joined(*parts)


CALLS = Text("Calls", "函数")
REQUEST_CLASSES = Text("Requests", "请求")
GIVEN = Text("What comes back", "返回的对象")
THINGS = Text("Pictures, masks and the rest", "图片、蒙版及其他")
WIDGETS = Text("Widgets", "控件")
ERRORS = Text("Errors", "错误")
GROUPS = (CALLS, REQUEST_CLASSES, GIVEN, THINGS, WIDGETS, ERRORS)


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
    if thing in RETURNED:
        return GIVEN
    return WIDGETS if thing.__module__.startswith("ipywanx.widgets.") else THINGS


def name_section(name: str) -> str:
    """One public name: how it is called, what it is, and the example of its docstring."""
    thing = getattr(wx, name)
    shown = docstring_example(thing)
    written = "" if inspect.isclass(thing) and thing in RETURNED else signature(name)
    rows = [(one.written, told(one.said, in_chinese(one))) for one in offered(thing)]
    return joined(
        f"### `{name}`",
        fenced("text", written) if written else "",
        said(name),
        fenced("python", shown) if shown else "",
        table((Text("member", "成员"), Text("what it is", "说明")), rows) if rows else "",
    )


def offered(thing: Any) -> Iterator[Member]:
    """What the page says can be done with an object of a class."""
    its_own_page = (errors.WanxError, *wx.FUNCTIONS.values(), wx.Wan25Edit, Enum)
    if inspect.isclass(thing) and not issubclass(thing, its_own_page):
        for member in members(thing):
            if member.name not in INSIDE.get(member.owner, ()):
                yield member


def in_chinese(member: Member) -> str:
    """The Chinese of a member's docstring.

    Raises:
        LookupError: There is none; the message says where it goes.
    """
    owner, name = member.owner, member.name
    if words := MEMBERS.get(owner, {}).get(name):
        return words
    raise LookupError(
        f"{owner}.{name} is new: say it in Chinese in scripts/reference/chinese.toml, under "
        f"[members.{owner}], or name it under [inside] if it is the package's own."
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
    return told(first_paragraph(thing), NAMES[name])


def docstring_example(thing: Any) -> str:
    """The example of a docstring as code; what it prints becomes a remark."""
    if not inspect.isfunction(thing) or "Example:\n" not in (thing.__doc__ or ""):
        return ""
    lines = inspect.cleandoc(thing.__doc__ or "").partition("Example:\n")[2].splitlines()
    lines = inspect.cleandoc("\n".join(lines)).splitlines()
    code = [line[4:] if line.startswith((">>> ", "... ")) else f"# {line}" for line in lines]
    imported = [] if "import ipywanx as wx" in code else ["import ipywanx as wx", ""]
    return "\n".join([*imported, *code])
