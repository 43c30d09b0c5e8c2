"""Edits at the left margin of a cell as awaited calls, where the shell can await them.

A cell that awaits leaves the kernel's loop free for the Cancel button, and "Run All" waits for its
picture all the same. Whatever cannot be awaited stays the plain magic, which waits in the ordinary
way: in functions and loops, in cells that ``%%time`` or another cell runs, with ``%autoawait off``,
and in shells whose loop is somebody else's.
"""

from __future__ import annotations

import ast
import asyncio
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ipywanx.magics.commands import WanxMagics

if TYPE_CHECKING:
    from types import FrameType

    from IPython.core.interactiveshell import InteractiveShell

# No variable of the person's: %reset would take it away.
_AWAITED = f'get_ipython().magics_manager.registry["{WanxMagics.__name__}"].awaited'
_MAGICS = {"run_line_magic", "run_cell_magic"}
_SHELL = "IPython.core.interactiveshell"
_IN_PROCESS = "ipykernel.inprocess"  # its kernel fails on every cell that awaits (ipykernel 7.4)


class Awaiter:
    """An input transformer: the lines of a cell, with our magics at its margin awaited.

    Args:
        shell: Whose cells it reads.
    """

    def __init__(self, shell: InteractiveShell) -> None:
        self._shell = shell

    def __call__(self, lines: list[str]) -> list[str]:
        """The lines, translated by IPython, as they are to run."""
        cell = "".join(lines)
        if "wanx" not in cell or not _can_await(self._shell):
            return lines
        try:
            tree = ast.parse(cell)
        except (SyntaxError, ValueError):  # another transformer has still to make Python of it
            return lines
        return _awaited(cell, tree).splitlines(keepends=True)

    def stay_last(self, *_: object) -> None:
        """Let what others do to a cell be done first: it may put our magics into a function."""
        transformers = self._shell.input_transformers_post
        if self in transformers and transformers[-1] is not self:
            transformers.remove(self)
            transformers.append(self)


def _awaited(cell: str, tree: ast.Module) -> str:
    """The cell with the calls of our magics awaited, and all else as it was."""
    data = cell.encode()
    begins = [0]  # of the lines, in bytes, as the tree counts
    for line in data.split(b"\n"):
        begins.append(begins[-1] + len(line) + 1)
    for call in reversed(list(_calls(tree))):
        start = begins[call.lineno - 1] + call.col_offset
        end = begins[(call.end_lineno or 1) - 1] + (call.end_col_offset or 0)
        words = ", ".join(map(ast.unparse, call.args[1:]))
        data = data[:start] + f"await {_AWAITED}({words})".encode() + data[end:]
    return data.decode()


def _calls(tree: ast.Module) -> Iterator[ast.Call]:
    """Our magics among a cell's statements: alone, or what a name is given."""
    for node in tree.body:
        call = node.value if isinstance(node, ast.Expr | ast.Assign | ast.AnnAssign) else None
        match call:
            case ast.Call(
                func=ast.Attribute(value=ast.Call(func=ast.Name("get_ipython")), attr=attr),
                args=[ast.Constant("wanx"), *_],
            ) if attr in _MAGICS:
                yield call


def _can_await(shell: InteractiveShell) -> bool:
    """Whether the cell that is being read will run on a loop of asyncio that waits for it."""
    if not shell.autoawait or shell.loop_runner is not shell.loop_runner_map["asyncio"][0]:
        return False
    if type(shell).__module__.startswith(_IN_PROCESS):
        return False
    callers = set(_callers())
    # A cell that runs asks for this one; or it is run at once though a loop is running already.
    at_once = "_run_cell" in callers and asyncio._get_running_loop() is not None  # noqa: SLF001
    return "run_code" not in callers and not at_once


def _callers() -> Iterator[str]:
    """The functions of IPython's shell that are at work here."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - IPython tells it by nothing else
    while frame is not None:
        if frame.f_globals.get("__name__") == _SHELL:
            yield frame.f_code.co_name
        frame = frame.f_back
