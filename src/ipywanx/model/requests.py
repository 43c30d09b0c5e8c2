"""Which request does a name mean, and a call with its arguments?"""

from __future__ import annotations

import re
from collections import ChainMap
from collections.abc import Mapping
from functools import cache
from typing import Any

from ipywanx.errors import InvalidRequest, brief, did_you_mean, unsent
from ipywanx.model.functions import FUNCTIONS, EditRequest
from ipywanx.model.wan25 import Wan25Edit
from ipywanx.text import Text, folded

REQUESTS = ChainMap[str, type[EditRequest]]({Wan25Edit.about.name: Wan25Edit}, FUNCTIONS)
"""All request classes by name: the ten functions first, then models of one function each."""


def function_named(word: str) -> str | None:
    """The name of the function that a word names: by the API, by its title, or in everyday words.

    Case, width, blanks, ``-`` and ``_`` do not matter; None where it names none.
    """
    return _by_any_name(tuple(REQUESTS.values())).get(_key(word))


@cache
def _by_any_name(classes: tuple[type[EditRequest], ...]) -> Mapping[str, str]:
    return {
        _key(word): cls.about.name
        for cls in classes
        for word in (cls.about.name, *cls.about.title, *cls.about.aliases)
    }


def _key(word: str) -> str:
    return re.sub(r"[\s_-]", "", folded(word))


def request_class(name: str) -> type[EditRequest]:
    """The request class of a function or model.

    Raises:
        InvalidRequest: There is no such function; the nearest is suggested.
    """
    if cls := REQUESTS.get(str(name)):
        return cls
    meant = function_named(str(name))
    raise InvalidRequest(
        Text(f"There is no function {brief(name)}.", f"没有名为 {brief(name)} 的功能。"),
        hint=unsent(*did_you_mean(meant or str(name), REQUESTS)),
        parameter="function",
    )


def make_request(
    function: str | EditRequest, image: Any = None, prompt: str | None = None, **values: Any
) -> EditRequest:
    """The request that a call's arguments mean, checked.

    Raises:
        InvalidRequest: The service would refuse it.
    """
    if isinstance(function, EditRequest):
        if image is not None or prompt is not None or values:
            raise InvalidRequest(
                Text(
                    "A request object is complete; further arguments cannot be given beside it.",
                    "请求对象已经完整；不能再同时给出其他参数。",
                ),
                hint=unsent(
                    "Use request.model_copy(update=...) or the function's name.",
                    "请用 request.model_copy(update=...) 或功能名称。",
                ),
            )
        return function
    given = {"image": image, "prompt": prompt} | values
    return request_class(function)(**{k: v for k, v in given.items() if v is not None})


def model_of(function: str) -> str:
    """The service's model behind a function; "" for a function that is not known here."""
    return REQUESTS[function].about.model.name if function in REQUESTS else ""
