"""Which request does a name mean?"""

from __future__ import annotations

from collections import ChainMap

from ipywanx.errors import InvalidRequest, did_you_mean, unsent
from ipywanx.model.functions import FUNCTIONS, EditRequest
from ipywanx.model.wan25 import Wan25Edit
from ipywanx.text import Text

REQUESTS = ChainMap[str, type[EditRequest]]({Wan25Edit.about.name: Wan25Edit}, FUNCTIONS)
"""All request classes by name: the ten functions first, then models of one function each."""


def request_class(name: str) -> type[EditRequest]:
    """The request class of a function or model.

    Raises:
        InvalidRequest: There is no such function; the nearest is suggested.
    """
    if cls := REQUESTS.get(str(name)):
        return cls
    raise InvalidRequest(
        Text(f"There is no function {name!r}.", f"没有名为 {name!r} 的功能。"),
        hint=unsent(*did_you_mean(str(name), REQUESTS)),
        parameter="function",
    )


def model_of(function: str) -> str:
    """The service's model behind a function; "" for a function that is not known here."""
    return REQUESTS[function].about.model.name if function in REQUESTS else ""
