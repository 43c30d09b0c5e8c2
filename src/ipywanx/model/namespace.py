"""Which of a person's variables can be a picture?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_MARKS = ("__array_interface__", "images", "image", "mask", "to_image", "getbands")


def picture_names(namespace: Mapping[str, Any]) -> list[str]:
    """The names of the user's variables that can be a picture or a mask."""
    return [
        name
        for name, value in list(namespace.items())  # a copy: a cell may be running
        if not name.startswith("_")
        and (isinstance(value, bytes) or any(hasattr(type(value), mark) for mark in _MARKS))
    ]
