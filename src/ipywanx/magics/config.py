"""What does ``%wanx config`` say, and how does a key get in without being written down?

The key is asked for by ``getpass``: it is in no cell, no output, no trait and no variable. Widgets
were not an option: ipywidgets saves the value of a Password field in the notebook.
"""

from __future__ import annotations

import getpass
from collections.abc import Sequence

from IPython.core.error import StdinNotImplementedError
from pydantic import SecretStr

from ipywanx import keys
from ipywanx.magics.words import misuse
from ipywanx.session import current, hold_key
from ipywanx.text import Text

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
        raise misuse(  # the words are not repeated: a key may be among them
            "config shows who answers. With the word key it asks for a key, which is never typed "
            "on the line, and takes --keyring and --forget:",
            "config 显示由谁应答；加上 key 则询问密钥（切勿写在行内），"
            "可用 --keyring 和 --forget：",
            "%wanx config",
            "%wanx config key",
        )
    if "--forget" in flags:
        hold_key(None)
        if "--keyring" in flags:
            keys.unstore()
    else:
        key = _ask()
        if key is None:
            said = Text("Nothing was typed; nothing has changed.", "没有输入；一切未变。")
            return f"{said.told()}\n{current().describe()}"
        if "--keyring" in flags:
            keys.store(key)
        hold_key(key)
    return current().describe()


def _ask() -> keys.Key | None:
    try:
        # By its module: the kernel puts its own function there, which asks in the browser.
        question = Text("DashScope API key (not shown): ", "DashScope API key（不显示）：")
        return keys.typed(SecretStr(getpass.getpass(question.told())))
    except (StdinNotImplementedError, EOFError):
        raise misuse(
            f"Nobody can be asked for a key here. Set {keys.VARIABLE} in the environment that "
            "starts Jupyter.",
            f"这里无法询问密钥。请在启动 Jupyter 的环境中设置 {keys.VARIABLE}。",
        ) from None
