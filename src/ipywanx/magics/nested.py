"""May ``asyncio.run`` be called inside a cell? Only if the person asks, and only safely.

Nothing in this package needs it: see docs/decisions/0002-nest-asyncio.md for what was measured.
"""

from __future__ import annotations

import importlib
from importlib import metadata, util

from ipywanx.errors import NotConfigured
from ipywanx.text import Text


def choose_patch() -> str:
    """The module whose ``apply()`` lets loops nest on the kernel that is installed.

    Raises:
        NotConfigured: None is safe here.
    """
    kernel = metadata.version("ipykernel")
    if kernel.startswith("6."):
        return "nest_asyncio"
    if util.find_spec("nest_asyncio2"):
        return "nest_asyncio2"
    raise NotConfigured(
        Text(
            f"On ipykernel {kernel}, nest_asyncio loses the widgets' messages and cells of “Run "
            "All”, and nest_asyncio2 is not installed.",
            f"在 ipykernel {kernel} 上，nest_asyncio 会丢失控件消息和“全部运行”的单元格，"
            "而 nest_asyncio2 未安装。",
        ),
        hint=Text(
            "Install nest_asyncio2, or use `await` at the top of a cell: no patch is needed.",
            "请安装 nest_asyncio2，或在单元格顶层使用 `await`：不需要补丁。",
        ),
    )


def enable() -> str:
    """Let loops nest in this process from now on; it cannot be undone.

    Returns:
        The name of the module that patched asyncio.
    """
    name = choose_patch()
    importlib.import_module(name).apply()
    return name
