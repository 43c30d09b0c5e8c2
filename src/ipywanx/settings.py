"""How is this configured? The environment, and nothing that is read at import.

========================== ==================================================================
``DASHSCOPE_API_KEY``      the key, see :mod:`ipywanx.keys`; without one the offline engine answers
``DASHSCOPE_HTTP_BASE_URL`` another base URL (with ``/api/v1``), as in the official SDK
``DASHSCOPE_WORKSPACE_ID`` a workspace of the account
``IPYWANX_OFFLINE``        1 forces the offline engine, 0 forces the service
``IPYWANX_HOME``           where pictures are kept (default: the platform's user-data folder)
``IPYWANX_KEEP_MB``        above so many megabytes of pictures, offline previews older than an hour
                           are removed, the oldest first (default 4096; 0: nothing is removed)
``IPYWANX_FONT``           a font file for sheets, asked before the installed ones (default: none)
``IPYWANX_METADATA``       0 saves PNG files without the request that made them (default 1: with it,
                           see :mod:`ipywanx.model.metadata`)
========================== ==================================================================
"""

from __future__ import annotations

import hashlib
import os
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr

from ipywanx import keys
from ipywanx.errors import NotConfigured, unsent
from ipywanx.keys import Key
from ipywanx.text import Text

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
OFFLINE = "offline-"
"""How the account of each embedded engine begins."""
KEEP_MB = 4096
HISTORY = "history.sqlite3"
"""The file of the history, in the home folder."""
_PROCESS = uuid.uuid4().hex[:12]
_YES, _NO = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}
SERVICE_URL = "https://dashscope.aliyuncs.com/api/v1"
"""The Beijing region, the only one that has this model (vendor: image edit API reference)."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What one session works with. Its ``repr`` never shows the key.

    Attributes:
        api_key: The service's key; None for the offline engine.
        base_url: Where the service answers.
        home: The folder that holds the pictures.
        workspace: The service's workspace, or None.
        key_source: Where the key was found, for the person; "" where that is not known.
        keep_mb: Megabytes of pictures above which old previews are removed; 0 for no bound.
    """

    api_key: SecretStr | None
    base_url: str
    home: Path
    workspace: str | None = None
    key_source: str | Text = ""
    keep_mb: int = KEEP_MB

    @property
    def offline(self) -> bool:
        """Whether the embedded engine answers."""
        return self.api_key is None

    @property
    def account(self) -> str:
        """A name for the key's account in rows and files, which tells nothing of the key.

        The embedded engine's tasks end with its process, so each process has an account there.
        """
        if self.api_key is None:
            return f"{OFFLINE}{_PROCESS}"
        said = f"{self.base_url}\n{self.workspace or ''}\n{self.api_key.get_secret_value()}"
        return hashlib.sha256(said.encode()).hexdigest()[:16]

    @classmethod
    def from_environment(
        cls, environ: Mapping[str, str] | None = None, held: Key | None = None
    ) -> Settings:
        """The settings that the environment asks for now.

        Args:
            environ: The variables; None for those of this process.
            held: A key that goes before the environment's: a person typed it.

        Raises:
            NotConfigured: The service is forced and there is no key, or the key or an address
                cannot be used.
        """
        try:
            return cls._read(os.environ if environ is None else environ, held)
        except NotConfigured as error:
            # Without the frames below: a verbose traceback would print the whole environment.
            raise error.with_traceback(None) from None

    @classmethod
    def _read(cls, env: Mapping[str, str], held: Key | None) -> Settings:
        forced = env.get("IPYWANX_OFFLINE", "").strip().lower()
        if forced not in {"", *_YES, *_NO}:
            # Not to be guessed: one of the two costs money.
            raise NotConfigured(
                Text(
                    f"IPYWANX_OFFLINE is {forced!r}; 1 forces the offline engine, 0 the service.",
                    f"IPYWANX_OFFLINE 是 {forced!r}；1 表示只用离线引擎，0 表示只用服务。",
                ),
                hint=unsent(),
            )
        key = None if forced in _YES else held or keys.find(env)
        if forced in _NO and key is None:
            raise NotConfigured(
                Text(
                    f"IPYWANX_OFFLINE=0 asks for the service, and {keys.VARIABLE} is not set, nor "
                    "is there a key in a file or in the system keyring.",
                    f"IPYWANX_OFFLINE=0 要求使用服务，但 {keys.VARIABLE} 未设置，"
                    "文件和系统密钥环中也没有密钥。",
                ),
                hint=unsent(
                    "Set the key in the environment that starts Jupyter, or remove "
                    "IPYWANX_OFFLINE to work offline.",
                    "请在启动 Jupyter 的环境中设置密钥，或去掉 IPYWANX_OFFLINE 以离线工作。",
                ),
            )
        saves_requests(env)  # refuses an unclear word now, not when a picture is saved
        workspace = env.get("DASHSCOPE_WORKSPACE_ID", "").strip()
        if not workspace.isascii() or not workspace.isprintable():
            raise NotConfigured(
                Text(
                    f"DASHSCOPE_WORKSPACE_ID is {workspace!r}; it has ASCII letters and digits "
                    "only.",
                    f"DASHSCOPE_WORKSPACE_ID 是 {workspace!r}；它只能由 ASCII 字母和数字组成。",
                ),
                hint=unsent("Copy it again.", "请重新复制。"),
            )
        return cls(
            api_key=key.secret if key else None,
            base_url=_checked_url(env.get("DASHSCOPE_HTTP_BASE_URL", "").strip() or SERVICE_URL),
            home=home_folder(env),
            workspace=workspace or None,
            key_source=key.source if key else "",
            keep_mb=_megabytes(env.get("IPYWANX_KEEP_MB", "").strip()),
        )


def saves_requests(env: Mapping[str, str] = os.environ) -> bool:
    """Whether a saved PNG holds the request that made it.

    Raises:
        NotConfigured: The variable is neither yes nor no.
    """
    word = env.get("IPYWANX_METADATA", "").strip().lower()
    if word not in {"", *_YES, *_NO}:
        # Not to be guessed: a prompt may be private.
        raise NotConfigured(
            Text(
                f"IPYWANX_METADATA is {word!r}; 1 saves the request inside PNG files, 0 does not.",
                f"IPYWANX_METADATA 是 {word!r}；1 表示在 PNG 文件中保存请求，0 表示不保存。",
            ),
            hint=unsent(),
        )
    return word not in _NO


def _megabytes(word: str) -> int:
    if not word:
        return KEEP_MB
    if not re.fullmatch(r"[0-9]{1,9}", word):
        raise NotConfigured(
            Text(
                f"IPYWANX_KEEP_MB is {word!r}; it is a whole number of megabytes, 0 for no bound.",
                f"IPYWANX_KEEP_MB 是 {word!r}；它应为整数，单位为 MB，0 表示不限。",
            ),
            hint=unsent(),
        )
    return int(word)


def home_folder(env: Mapping[str, str] = os.environ) -> Path:
    """The folder of history and pictures that the environment names, or the platform's.

    Raises:
        NotConfigured: It names a folder below the home of nobody here.
    """
    if named := env.get("IPYWANX_HOME"):
        try:
            return Path(named).expanduser()
        except RuntimeError:
            raise NotConfigured(
                Text(
                    f"IPYWANX_HOME is {named!r}, and nobody here has that home folder.",
                    f"IPYWANX_HOME 是 {named!r}，但这里没有该用户的主目录。",
                ),
                hint=unsent("Give a full path.", "请给出完整路径。"),
            ) from None
    from platformdirs import user_data_path

    return user_data_path("ipywanx", appauthor=False)


def _checked_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        scheme, host, _ = parts.scheme, parts.hostname, parts.port
    except ValueError:  # brackets that do not close, or a port beyond all ports
        scheme, host = "", None
    if host and (scheme == "https" or (scheme == "http" and host in LOOPBACK)):
        return url.rstrip("/")
    raise NotConfigured(
        Text(
            f"DASHSCOPE_HTTP_BASE_URL is {url!r}; it must be a complete address that begins with "
            "https:// (or with http:// and a loopback host), or the key would travel unencrypted.",
            f"DASHSCOPE_HTTP_BASE_URL 是 {url!r}；它必须是以 https:// 开头的完整网址"
            "（本机地址也可用 http://），否则密钥会不加密地传输。",
        ),
        hint=unsent(),
    )
