"""How is a sheet or a table written? Whole or not at all, by the ending of its name."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from ipywanx.errors import InvalidRequest, WanxError
from ipywanx.given import as_path
from ipywanx.model import saving
from ipywanx.text import Text


def checked(path: str | Path, endings: Collection[str]) -> Path:
    """Where to write.

    Raises:
        InvalidRequest: It is no path, or its name ends otherwise.
    """
    place = as_path(path, "path")
    if place.suffix.lower() not in endings:
        told = ", ".join(endings)
        raise InvalidRequest(
            Text(
                f"{place.name!r} cannot be written; the name has to end with {told}.",
                f"无法写入 {place.name!r}；文件名应以 {told} 结尾。",
            ),
            hint=Text(
                f"For example {place.stem + next(iter(endings))!r}.",
                f"例如 {place.stem + next(iter(endings))!r}。",
            ),
            parameter="path",
        )
    return place


def write(place: Path, data: bytes) -> Path:
    """Put a file there, in place of what was there. Missing folders are made.

    Raises:
        WanxError: The disk does not take it; what was there is there still.
    """
    try:
        return saving.write(place, data)
    except OSError as error:
        why = error.strerror or error
        raise WanxError(
            Text(f"{str(place)!r} cannot be written: {why}.", f"无法写入 {str(place)!r}：{why}。"),
            hint=Text("Give another place.", "请换一个位置。"),
        ) from None
