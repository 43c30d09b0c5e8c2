"""Where does the key come from?

In this order, and no further than the first that has one:

1. ``DASHSCOPE_API_KEY``
2. the file that ``DASHSCOPE_API_KEY_FILE_PATH`` names, as in the official SDK
3. ``~/.dashscope/api_key``, where the official SDK saves it
4. the system keyring, where the package ``keyring`` is installed and has an entry of ours

A key is held as ``SecretStr`` from the moment it is read. The functions that raise hold nothing
else of it, because a verbose traceback prints a frame's variables.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import SecretStr

from ipywanx.errors import NotConfigured, unsent
from ipywanx.text import Text, both

VARIABLE = "DASHSCOPE_API_KEY"
FILE_VARIABLE = "DASHSCOPE_API_KEY_FILE_PATH"
SDK_FILE = "~/.dashscope/api_key"
KEYRING_SERVICE = "ipywanx"
MAX_FILE_BYTES = 4096
"""A key has some forty characters; a larger file is another file."""


class Key(NamedTuple):
    """A key, and where it was found, for the person."""

    secret: SecretStr
    source: str | Text


def find(environ: Mapping[str, str]) -> Key | None:
    """The first key there is, None for none.

    Raises:
        NotConfigured: A file that should hold the key cannot be used, or what was found is no key.
            The message names the place and never the content.
    """
    if secret := _secret(environ.get(VARIABLE, "")):
        return _checked(Key(secret, VARIABLE))
    if named := environ.get(FILE_VARIABLE, "").strip():
        return _from_file(named, FILE_VARIABLE)
    return _from_file(SDK_FILE, "") or _from_keyring()


def typed(text: SecretStr) -> Key | None:
    """A key that somebody typed; None for a blank line.

    Raises:
        NotConfigured: It holds a character that no key has.
    """
    secret = _secret(text.get_secret_value())
    return _checked(Key(secret, "%wanx config key")) if secret else None


def store(key: Key) -> None:
    """Keep a key in the system keyring.

    Raises:
        NotConfigured: There is no keyring, or it refused.
    """
    _change_keyring("set_password", key.secret)


def unstore() -> None:
    """Take our key out of the system keyring; nothing happens where there is none.

    Raises:
        NotConfigured: There is no keyring, or it refused.
    """
    if _from_keyring() is not None:
        _change_keyring("delete_password")


def _secret(text: str) -> SecretStr | None:
    return SecretStr(text.strip()) if text.strip() else None


def _checked(key: Key) -> Key:
    if not _is_sound(key.secret):
        raise NotConfigured(
            Text(
                f"The key from {key.source} holds a character that no key has (a space or a letter "
                "outside ASCII).",
                f"来自“{both(key.source).zh}”的密钥含有密钥中不会有的字符"
                "（空格或 ASCII 之外的字符）。",
            ),
            hint=unsent("Copy the key again.", "请重新复制密钥。"),
        )
    return key


def _is_sound(secret: SecretStr) -> bool:
    text = secret.get_secret_value()
    return text.isascii() and text.isprintable() and " " not in text


def _from_file(name: str, variable: str) -> Key | None:
    """The key in a file. Only a file that was named by a variable has to be there."""
    source = Text(f"the file {name}", f"文件 {name}")
    try:
        path = Path(name).expanduser()
        if not variable and not path.exists():
            return None
        secret = _read(path)
    except (OSError, RuntimeError, ValueError) as error:  # RuntimeError: nobody has that ~home
        because = both(getattr(error, "strerror", None) or type(error).__name__)
        by = f", which {variable} names," if variable else ""
        named = f"（由 {variable} 指定）" if variable else " "
        raise NotConfigured(
            Text(
                f"The key cannot be read from {source}{by} ({because}).",
                f"无法从{source.zh}{named}读取密钥（{because.zh}）。",
            ),
            hint=unsent(
                f"It should hold the key and nothing else, in at most {MAX_FILE_BYTES} bytes; or "
                f"set {VARIABLE}.",
                f"文件中应只有密钥，不超过 {MAX_FILE_BYTES} 字节；或者设置 {VARIABLE}。",
            ),
        ) from None
    return None if secret is None else _checked(Key(secret, source))


def _read(path: Path) -> SecretStr | None:
    """A file's text.

    Raises:
        OSError: It cannot be read, is no file, or is too large to be a key.
    """
    if path.exists() and not path.is_file():
        raise OSError(0, Text("it is not a file", "它不是文件"))
    with path.open("rb") as file:
        data = file.read(MAX_FILE_BYTES + 1)
    if len(data) > MAX_FILE_BYTES:
        raise OSError(
            0, Text(f"it has more than {MAX_FILE_BYTES} bytes", f"它超过 {MAX_FILE_BYTES} 字节")
        )
    # What is not UTF-8 becomes characters that no key has.
    return _secret(data.decode("utf-8-sig", "replace"))


@functools.cache
def _from_keyring() -> Key | None:
    """Our entry in the keyring, asked for once: it can be slow, and can ask for a password."""
    keyring = _keyring()
    if keyring is None:
        return None
    try:
        secret = _secret(keyring.get_password(KEYRING_SERVICE, VARIABLE) or "")
    except Exception:  # noqa: BLE001 - its backends raise what they like; there is no key, then
        return None
    source = Text("the system keyring", "系统密钥环")
    return _checked(Key(secret, source)) if secret else None


def _keyring() -> Any:
    try:
        import keyring
    except ImportError:
        return None
    return keyring


def _change_keyring(change: str, *secrets: SecretStr) -> None:
    keyring = _keyring()
    if keyring is None:
        raise NotConfigured(
            Text(
                "There is no system keyring: the package keyring is not installed.",
                "没有系统密钥环：未安装 keyring 包。",
            ),
            hint=Text(
                "Install it with `pip install keyring`, or set the key where Jupyter starts.",
                "请用 `pip install keyring` 安装，或在启动 Jupyter 的环境中设置密钥。",
            ),
        )
    failure = _failure(keyring, change, secrets)
    _from_keyring.cache_clear()
    if failure:
        raise NotConfigured(
            Text(f"The system keyring refused ({failure}).", f"系统密钥环拒绝了（{failure}）。"),
            hint=Text(
                f"Set {VARIABLE} in the environment that starts Jupyter instead.",
                f"请改在启动 Jupyter 的环境中设置 {VARIABLE}。",
            ),
        )


def _failure(keyring: Any, change: str, secrets: tuple[SecretStr, ...]) -> str:
    """What the keyring raised, by its kind alone: its words could quote the key."""
    try:
        plain = (secret.get_secret_value() for secret in secrets)
        getattr(keyring, change)(KEYRING_SERVICE, VARIABLE, *plain)
    except Exception as error:  # noqa: BLE001 - its backends raise what they like
        return type(error).__name__
    return ""
