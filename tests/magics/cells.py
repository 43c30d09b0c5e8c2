"""Cells of an IPython shell, run and asked."""

from typing import Any

from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell

from ipywanx.errors import WanxError


def run(shell: InteractiveShell, code: str) -> Any:
    """Run a cell that must succeed and return its value."""
    done = shell.run_cell(code)
    done.raise_error()
    return done.result


def complaint(shell: InteractiveShell, code: str) -> str:
    """Run a cell that must fail and return what it said."""
    done = shell.run_cell(code)
    error = done.error_in_exec or done.error_before_exec
    assert isinstance(error, UsageError | WanxError)
    return str(error)
