"""What does ``%wanx config`` say, and how does a key get in without being written down?

The key is asked for by ``getpass``: it is in no cell, no output, no trait and no variable. Widgets
were not an option: ipywidgets saves the value of a Password field in the notebook.
"""

from __future__ import annotations

import getpass
from collections.abc import Sequence

from IPython.core.error import StdinNotImplementedError, UsageError
from pydantic import SecretStr

from ipywanx import keys
from ipywanx.session import current, hold_key

FLAGS = ("--keyring", "--forget")


def run(words: Sequence[str]) -> str:
    """What to print after ``%wanx config`` with these words behind it.

    Raises:
        UsageError: The words make no sense, or nobody can be asked.
        NotConfigured: The key or the keyring cannot be used.
    """
    if not words:
        return current().describe()
    flags = set(words[1:])
    if words[0] != "key" or not flags <= set(FLAGS):
        raise UsageError("%wanx config, or %wanx config key [--keyring] [--forget].")
    if "--forget" in flags:
        hold_key(None)
        if "--keyring" in flags:
            keys.unstore()
    else:
        key = _ask()
        if key is None:
            return f"Nothing was typed; nothing has changed.\n{current().describe()}"
        if "--keyring" in flags:
            keys.store(key)
        hold_key(key)
    return current().describe()


def _ask() -> keys.Key | None:
    try:
        # By its module: the kernel puts its own function there, which asks in the browser.
        return keys.typed(SecretStr(getpass.getpass("DashScope API key (not shown): ")))
    except (StdinNotImplementedError, EOFError):
        raise UsageError(
            f"Nobody can be asked for a key here. Set {keys.VARIABLE} in the environment that "
            "starts Jupyter."
        ) from None
