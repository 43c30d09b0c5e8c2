"""How is a public name called?"""

from __future__ import annotations

import inspect
from collections.abc import Sequence

import ipywanx as wx
from ipywanx.model.functions import EditRequest
from ipywanx.model.params import Param, describe
from ipywanx.model.tasks import Status

LONGEST_LINE = 88


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
