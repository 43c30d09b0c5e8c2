"""Which prompts does this project use again and again? Those of its file, ``ipywanx.toml``.

::

    [styles]                                # texts by name
    ink = "水墨画，大量留白"
    [templates]                             # {{name}} is filled in, __name__ takes a list's words
    room = "把{{thing}}放在__rooms__里，{{material}}质感"
    [lists]
    rooms = ["客厅", "书房"]
    materials = ["木", "石"]
    [variables]                             # what is filled in where a call says nothing else
    thing = "椅子"
"""

from __future__ import annotations

import itertools
import math
import re
import tomllib
from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path
from typing import Any, TypeVar

from ipywanx.errors import InvalidRequest, did_you_mean, unsent
from ipywanx.experiments.prompts import labelled_prompts, refuse_many
from ipywanx.given import as_path, as_text
from ipywanx.text import Text

FILE = "ipywanx.toml"
_SLOT = re.compile(r"\{\{\s*([^{}]+?)\s*\}\}|__(?!_)(\w+?)__")
_TABLES = {
    "styles": Text("Styles", "风格"),
    "templates": Text("Templates", "模板"),
    "lists": Text("Lists", "列表"),
    "variables": Text("Variables", "变量"),
}

T = TypeVar("T")


class Entries(dict[str, T]):
    """One table of the file; a name that it does not have is told with the nearest one."""

    def __init__(self, path: Path, table: str, entries: Mapping[str, T]) -> None:
        super().__init__(entries)
        self._path, self._table = path, table

    def __missing__(self, name: str) -> T:
        raise InvalidRequest(
            Text(
                f"There is no {name!r} in [{self._table}] of {str(self._path)!r}.",
                f"{str(self._path)!r} 的 [{self._table}] 中没有 {name!r}。",
            ),
            hint=unsent(*_nearest(name, self)),
        )


class PromptBook:
    """The styles, templates, lists and variables of a project.

    Args:
        path: The file they are from.
        plain: What it holds.

    Raises:
        InvalidRequest: An entry is of another kind than its table's.

    Attributes:
        path: The file.
        styles, templates, variables: Texts by name.
        lists: Lists of texts by name.
    """

    def __init__(self, path: Path, plain: Mapping[str, Any]) -> None:
        self.path = path
        tables = {name: _table(path, name, plain.get(name, {})) for name in _TABLES}
        self.styles: Entries[str] = Entries(path, "styles", tables["styles"])
        self.templates: Entries[str] = Entries(path, "templates", tables["templates"])
        self.lists: Entries[list[str]] = Entries(path, "lists", tables["lists"])
        self.variables: Entries[str] = Entries(path, "variables", tables["variables"])

    def prompt(self, template: str, /, **values: Any) -> str:
        """One prompt: the template with its names filled in.

        Args:
            template: Its name in the file.
            **values: Texts or numbers for its ``{{name}}``; others come from ``[variables]``.

        Raises:
            InvalidRequest: A name is not known, or it means more than one prompt.

        Example:
            >>> wx.prompts().prompt("room", thing="房子")
        """
        made = self.prompts(template, **values)
        if len(made) != 1:
            raise InvalidRequest(
                Text(
                    f"{template!r} means {len(made)} prompts here, not one.",
                    f"{template!r} 在这里表示 {len(made)} 个提示词，而不是一个。",
                ),
                hint=unsent(
                    f"Use prompts({template!r}, …), which gives all of them.",
                    f"请用 prompts({template!r}, …)，它给出全部提示词。",
                ),
                parameter="prompt",
            )
        return next(iter(made.values()))

    def prompts(self, template: str, /, **values: Any) -> dict[str, str]:
        """Every prompt that the template can mean, by what is chosen in it: an axis for a sweep.

        Args:
            template: Its name in the file.
            **values: For its ``{{name}}``: a text, a list of them, ``"@name"`` for a list of the
                file, or a dict of texts by their labels. ``__name__`` in the template takes each
                word of a list, the same one wherever it stands.

        Raises:
            InvalidRequest: A name is not known, or there are more than 1000.
        """
        text = self.templates[as_text(template, "template")]
        slots = dict.fromkeys(match.groups() for match in _SLOT.finditer(text))
        names = [name for name, _ in slots if name]
        for name in values:
            if name not in names:
                raise InvalidRequest(
                    Text(
                        f"The template {template!r} has no {{{{{name}}}}}.",
                        f"模板 {template!r} 中没有 {{{{{name}}}}}。",
                    ),
                    hint=unsent(*_nearest(name, names)),
                )
        choices = {
            slot: self._choices(template, slot[0], values)
            if slot[0]
            else {word: word for word in self.lists[slot[1]]}
            for slot in slots
        }
        refuse_many(math.prod(map(len, choices.values())))
        made = []
        for chosen in itertools.product(*(each.items() for each in choices.values())):
            filled = {slot: text for slot, (_, text) in zip(choices, chosen, strict=True)}
            several = zip(choices.values(), chosen, strict=True)
            labels = [label for each, (label, _) in several if len(each) > 1]
            whole = _SLOT.sub(lambda found: filled[found.groups()], text)  # noqa: B023 - at once
            made.append((labels or [template], whole))
        return labelled_prompts(made)

    def _choices(self, template: str, name: str, values: Mapping[str, Any]) -> dict[str, str]:
        """What can stand for a name of a template, by label."""
        value = values[name] if name in values else self.variables.get(name)
        if value is None:
            raise InvalidRequest(
                Text(
                    f"The template {template!r} needs {name!r}; it was not given, and is not in "
                    f"[variables] of {str(self.path)!r}.",
                    f"模板 {template!r} 需要 {name!r}；既没有给出，"
                    f"也不在 {str(self.path)!r} 的 [variables] 中。",
                ),
                hint=unsent(*_nearest(name, self.variables)),
                parameter=name,
            )
        if isinstance(value, str) and value.startswith("@"):
            value = self.lists[value[1:]]
        if isinstance(value, str) or not isinstance(value, Iterable):
            value = [value]
        items = value.items() if isinstance(value, Mapping) else ((one, one) for one in value)
        choices = {str(label): str(text) for label, text in items}
        if not choices:
            raise InvalidRequest(
                Text(f"There is nothing to choose for {name!r}.", f"{name!r} 没有可选的内容。"),
                hint=unsent("Give at least one text.", "请至少给出一个文本。"),
                parameter=name,
            )
        return choices

    def __repr__(self) -> str:
        lines = [f"  {title.told()}: {names}" for title, names in self._held()]
        return "\n".join([f"<PromptBook {str(self.path)!r}>", *lines])

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        rows = "".join(
            f'<tr><th>{title.told()}</th><td style="text-align:left">{escape(names)}</td></tr>'
            for title, names in self._held()
        )
        head = f"<div><code>{escape(str(self.path))}</code></div>"
        return {"text/plain": repr(self), "text/html": f"{head}<table>{rows}</table>"}

    def _held(self) -> list[tuple[Text, str]]:
        """What there is, table by table."""
        lists = [f"{name} ({len(words)})" for name, words in self.lists.items()]
        names = {"lists": lists} | {
            table: list(getattr(self, table)) for table in _TABLES if table != "lists"
        }
        return [(_TABLES[table], ", ".join(names[table]) or "–") for table in _TABLES]


def prompts(path: str | Path | None = None) -> PromptBook:
    """The project's prompt book.

    Args:
        path: The TOML file; None looks for ``ipywanx.toml`` in the working folder and those above.

    Raises:
        InvalidRequest: There is no such file, or it cannot be read; its line is told.

    Example:
        >>> book = wx.prompts()
        >>> wx.sweep("stylization_all", "photo.jpg", prompt=book.styles)
    """
    file = as_path(path, "path") if path is not None else _found()
    try:
        plain = tomllib.loads(file.read_bytes().decode("utf-8-sig"))
    except (OSError, ValueError) as error:  # also what is no UTF-8, or no TOML
        why = getattr(error, "strerror", None) or str(error).rstrip(".")
        raise InvalidRequest(
            Text(f"{str(file)!r} cannot be read: {why}.", f"无法读取 {str(file)!r}：{why}。"),
            hint=unsent("It is a TOML file, in UTF-8.", "它应为 UTF-8 编码的 TOML 文件。"),
            parameter="path",
        ) from None
    return PromptBook(file, plain)


def _found() -> Path:
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / FILE).is_file():
            return folder / FILE
    raise InvalidRequest(
        Text(
            f"There is no {FILE} in {str(here)!r}, nor in the folders above it.",
            f"{str(here)!r} 及其上级文件夹中没有 {FILE}。",
        ),
        hint=unsent(
            "Write one, or give its path: wx.prompts('prompts.toml').",
            "请创建该文件，或给出路径：wx.prompts('prompts.toml')。",
        ),
        parameter="path",
    )


def _table(path: Path, name: str, table: Any) -> dict[str, Any]:
    """One table of the file, checked."""
    if not isinstance(table, Mapping):
        raise _wrong(path, f"[{name}]", Text("a table", "一个表"))
    checked: dict[str, Any] = {}
    for key, value in table.items():
        where = f"[{name}] {key}"
        if name == "lists":
            if not isinstance(value, list) or not value or not all(map(_is_plain, value)):
                raise _wrong(path, where, Text("a list of texts", "由文本组成的列表"))
            checked[key] = [str(one) for one in value]
        elif _is_plain(value):
            checked[key] = str(value)
        else:
            raise _wrong(path, where, Text("a text", "文本"))
    return checked


def _is_plain(value: Any) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def _wrong(path: Path, where: str, expected: Text) -> InvalidRequest:
    return InvalidRequest(
        Text(
            f"{where} in {str(path)!r} is not {expected.en}.",
            f"{str(path)!r} 中的 {where} 不是{expected.zh}。",
        ),
        hint=unsent(),
        parameter="path",
    )


def _nearest(name: str, known: Iterable[str]) -> Text:
    names = list(known)
    return (
        did_you_mean(str(name), names)
        if names
        else Text("There is none at all.", "这里一个也没有。")
    )
