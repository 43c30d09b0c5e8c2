"""Where may a picture go, and where may it come from?

The service names these addresses in its answers, so they are taken only where they lie on the
vendor's own hosts; or, where the client was pointed at an engine on this machine, at that engine.
Redirects are never followed, so what is checked here is all that is asked.
"""

from __future__ import annotations

from re import Pattern
from urllib.parse import SplitResult, urlsplit

import httpx

from ipywanx import wire
from ipywanx.errors import UnexpectedReply
from ipywanx.settings import LOOPBACK
from ipywanx.text import Text, both, sentences

_REPORT = Text(
    "If the vendor has added a host, please report it.", "如果阿里云新增了主机，请反馈。"
)


def check_result(url: str, base: SplitResult) -> None:
    """Refuse a result that does not lie where the vendor keeps results.

    Raises:
        UnexpectedReply: It lies elsewhere.
    """
    if not _is_trusted(url, base, wire.RESULT_HOST):
        raise UnexpectedReply(
            Text(
                f"The service named a result on {_shown_host(url)}, which is not one of the "
                "vendor's result hosts; it was not fetched.",
                f"服务给出的结果位于 {_shown_host(url).zh}，它不是阿里云存放结果的主机；未获取。",
            ),
            hint=_REPORT,
        )


def check_upload(url: str, base: SplitResult) -> None:
    """Refuse to send a picture anywhere but to the vendor's storage.

    Raises:
        UnexpectedReply: The address lies elsewhere.
    """
    if not _is_trusted(url, base, wire.UPLOAD_HOST):
        raise UnexpectedReply(
            Text(
                f"The service asked for the picture on {_shown_host(url)}, which is not one of the "
                "vendor's storage hosts; it was not sent.",
                f"服务要求把图片传到 {_shown_host(url).zh}，它不是阿里云的存储主机；未发送。",
            ),
            hint=sentences(Text("No task was made.", "没有创建任务。"), _REPORT),
        )


def _is_trusted(url: str, base: SplitResult, vendor: Pattern[str]) -> bool:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        asked = httpx.URL(url)
    except (ValueError, httpx.InvalidURL):
        return False
    # Two readers of one address can disagree on its host, and it is httpx that connects.
    if parts.username is not None or (asked.scheme, asked.host) != (parts.scheme, host):
        return False
    if parts.scheme == "https" and vendor.fullmatch(host) and port in {None, 443}:
        return True
    return (
        base.hostname in LOOPBACK
        and host in LOOPBACK
        and (parts.scheme, port) == (base.scheme, base.port)
    )


def _shown_host(url: str) -> Text:
    try:
        host = urlsplit(url).hostname
    except ValueError:
        host = None
    return both(repr(host)) if host else Text("no host", "未知主机")
