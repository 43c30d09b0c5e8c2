"""Which of a person's variables can be a picture?"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

_MARKS = (
    *("_ipywanx_image_", "_ipywanx_mask_", "getbands"),
    *("__array_interface__", "__dlpack__"),  # arrays and tensors, and no tables
    "_repr_jpeg_",
)
"""Methods of types that hold pictures."""


def picture_names(namespace: Mapping[str, Any]) -> list[str]:
    """The names of the user's variables that can be a picture or a mask."""
    return [
        name
        for name, value in list(namespace.items())  # a copy: a cell may be running
        if not name.startswith("_") and _can_be_a_picture(value)
    ]


def _can_be_a_picture(value: Any) -> bool:
    return isinstance(value, bytes | io.BytesIO) or any(
        hasattr(type(value), mark) for mark in _MARKS
    )
