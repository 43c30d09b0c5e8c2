"""Tracebacks of our errors as IPython shows them: the sentence, and the person's own lines.

IPython asks an exception how it wants to be shown, whether the extension is loaded or not. The
frames of this package and of other libraries say nothing to somebody whose picture is too small;
``%xmode Verbose`` shows them all.
"""

from __future__ import annotations

import linecache
import sys
import sysconfig
import traceback
from pathlib import Path
from types import FrameType
from typing import Any

_OURS = Path(__file__).parent
_STANDARD = tuple(Path(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib"))
_INSTALLED = {"site-packages", "dist-packages"}
_MOST = 4  # of the person's frames: a function that calls itself has many


def short(error: BaseException, said: str) -> list[str]:
    """The lines that IPython prints for an error; all of them under ``%xmode Verbose``.

    Args:
        error: What was raised.
        said: Its sentence, in the language of the moment.
    """
    if is_verbose():
        return list(
            _shell().InteractiveTB.structured_traceback(type(error), error, error.__traceback__)
        )
    own = [_line(*frame) for frame in traceback.walk_tb(error.__traceback__) if _is_own(frame[0])]
    if len(own) > _MOST:
        own = [own[0], "  …", *own[1 - _MOST :]]
    notes = getattr(error, "__notes__", [])
    return [*own, f"{type(error).__name__}: {said}", *map(str, notes)]


def is_verbose() -> bool:
    """Whether the person has asked IPython for everything."""
    return str(getattr(getattr(_shell(), "InteractiveTB", None), "mode", "")) == "Verbose"


def _shell() -> Any:
    """The running IPython, None where there is none; it is never imported for this."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None


def _is_own(frame: FrameType) -> bool:
    """Whether a frame is of a cell or of a file that the person wrote."""
    path = Path(frame.f_code.co_filename)
    if path.is_relative_to(_OURS) or _INSTALLED & set(path.parts):
        return False
    return not any(path.is_relative_to(folder) for folder in _STANDARD) and path.name != "<string>"


def _line(frame: FrameType, number: int) -> str:
    """Where a frame is, and its line of code."""
    name, function = frame.f_code.co_filename, frame.f_code.co_name
    source = linecache.getline(name, number, frame.f_globals).strip()
    label = getattr(getattr(_shell(), "compile", None), "format_code_name", lambda _: None)(name)
    where = " ".join(label) if label else f"File {name}"
    within = "" if function.startswith("<") else f", in {function}"
    return f"{where}, line {number}{within}\n----> {number} {source}\n"
