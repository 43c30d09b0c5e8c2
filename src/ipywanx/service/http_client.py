"""How is an HTTP client made? As httpx does, with its complaint about a proxy in our words."""

from __future__ import annotations

import os
from typing import Any

import httpx

from ipywanx.errors import NotConfigured
from ipywanx.text import Text

_VARIABLES = ("ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY")


def http_client(**options: Any) -> httpx.AsyncClient:
    """A client with the options of :class:`httpx.AsyncClient`; redirects are not followed.

    Raises:
        NotConfigured: The environment names a proxy that httpx cannot use.
    """
    try:
        return httpx.AsyncClient(follow_redirects=False, **options)
    except (ImportError, ValueError):
        named = [
            name for name in (*_VARIABLES, *map(str.lower, _VARIABLES)) if os.environ.get(name)
        ]
        names = ", ".join(named)
        # Its value may hold a password.
        raise NotConfigured(
            Text(
                f"The proxy that the environment names ({names}) cannot be used from here.",
                f"无法使用环境变量 {names} 指定的代理。",
            ),
            hint=Text(
                'For socks5:// run: pip install "httpx[socks]". A socks:// address has to be '
                "written socks5://. Or unset the variable, or name the service in NO_PROXY.",
                '使用 socks5:// 时请运行：pip install "httpx[socks]"。socks:// 地址须写成 '
                "socks5://。也可以取消该变量，或在 NO_PROXY 中写明服务地址。",
            ),
        ) from None
