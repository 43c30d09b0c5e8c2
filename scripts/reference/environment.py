"""Environment variables: those that are read, and the places of a key in their order."""

from __future__ import annotations

import re
from collections.abc import Mapping

from scripts.reference.markdown import joined, table, told

from ipywanx import keys, settings
from ipywanx.text import Text

VARIABLES: Mapping[str, str] = {
    "DASHSCOPE_API_KEY": "密钥，见 `ipywanx.keys`；没有密钥时由离线引擎应答",
    "DASHSCOPE_HTTP_BASE_URL": "其他服务地址（含 `/api/v1`），与官方 SDK 相同",
    "DASHSCOPE_WORKSPACE_ID": "账号的业务空间",
    "IPYWANX_OFFLINE": "1 表示只用离线引擎，0 表示只用服务",
    "IPYWANX_HOME": "图片的保存位置（默认：系统的用户数据文件夹）",
    "IPYWANX_KEEP_MB": "图片超过这么多 MB 时，从最早的开始删除一小时以前的离线预览"
    "（默认 4096；0 表示不删除）",
    "IPYWANX_FONT": "总览图使用的字体文件，优先于系统已安装的字体（默认：无）",
    "IPYWANX_METADATA": "0 表示保存的 PNG 文件不含生成它的请求"
    "（默认 1：包含，见 `ipywanx.model.metadata`）",
}
"""The Chinese of the table in :mod:`ipywanx.settings`."""

KEY_PLACES = (
    "`DASHSCOPE_API_KEY`",
    "`DASHSCOPE_API_KEY_FILE_PATH` 所指的文件，与官方 SDK 相同",
    "`~/.dashscope/api_key`，官方 SDK 保存密钥的位置",
    "系统密钥环，前提是已安装 `keyring` 且其中有我们的条目",
)
"""The Chinese of the list in :mod:`ipywanx.keys`."""


def body() -> str:
    """The variables, and where the key comes from."""
    locale = Text(
        "the locale, which says in which language people are spoken to where `%config "
        "WanxMagics.language` does not",
        "区域设置；在 `%config WanxMagics.language` 未指定时，决定使用哪种语言",
    )
    rows = [(f"`{name}`", told(english, VARIABLES[name])) for name, english in variables()]
    rows.append(("`LANGUAGE`, `LC_ALL`, `LANG`", locale.told()))
    places = [
        f"{number}. {told(english, chinese)}"
        for number, (english, chinese) in enumerate(
            zip(key_places(), KEY_PLACES, strict=True), start=1
        )
    ]
    return joined(
        table((Text("variable", "变量"), Text("meaning", "含义")), rows),
        f"## {told('Where the key comes from', '密钥从哪里来')}",
        told(
            "In this order, and no further than the first that has one:",
            "按以下顺序查找，找到第一个为止：",
        ),
        "\n".join(places),
        told(
            "A key that was typed after `%wanx config key` goes before all of them. [Why so]"
            "(../decisions/0004-keys.md).",
            "用 `%wanx config key` 输入的密钥优先于以上各项。"
            "[原因](../../decisions/0004-keys.md)。",
        ),
    )


def variables() -> list[tuple[str, str]]:
    """The variables of the table in :mod:`ipywanx.settings`, each with what it says."""
    rows: list[tuple[str, str]] = []
    for line in (settings.__doc__ or "").splitlines():
        if found := re.match(r"``(\w+)``\s+(.*)", line):
            rows.append((found[1], found[2]))
        elif rows and line.startswith("   "):
            name, said_so_far = rows[-1]
            rows[-1] = (name, f"{said_so_far} {line.strip()}")
    return [(name, _as_code(english)) for name, english in rows]


def key_places() -> list[str]:
    """The places of the list in :mod:`ipywanx.keys`, in their order."""
    return [
        _as_code(place) for place in re.findall(r"^\d\. (.*)$", keys.__doc__ or "", re.MULTILINE)
    ]


def _as_code(text: str) -> str:
    """A module's sentence without its roles; modules keep their whole names."""
    return re.sub(r":mod:`([\w.]+)`", r"`\1`", text).replace("``", "`")
