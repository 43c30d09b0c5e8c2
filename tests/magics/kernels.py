"""A real kernel, asked as a front end asks it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from jupyter_client import BlockingKernelClient
from jupyter_client.manager import start_new_kernel

PATIENCE = 60.0


@contextmanager
def kernel() -> Iterator[BlockingKernelClient]:
    """A fresh kernel, and a client of it."""
    manager, client = start_new_kernel(startup_timeout=PATIENCE)
    try:
        yield client
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def answers(client: BlockingKernelClient, code: str) -> list[dict[str, Any]]:
    """What a cell shows: its messages' contents, each with its type under ``kind``."""
    shown: list[dict[str, Any]] = []

    def keep(message: dict[str, Any]) -> None:
        shown.append({"kind": message["header"]["msg_type"], **message["content"]})

    client.execute_interactive(
        code, timeout=PATIENCE, output_hook=keep, allow_stdin=client.allow_stdin
    )
    return shown


def said_by(client: BlockingKernelClient, code: str) -> str:
    """The text that a cell shows: prints, values and tracebacks."""
    parts = {
        "stream": lambda one: one["text"],
        "execute_result": lambda one: one["data"]["text/plain"],
        "display_data": lambda one: one["data"].get("text/plain", ""),
        "error": lambda one: "\n".join(one["traceback"]),
    }
    return "".join(parts[one["kind"]](one) for one in answers(client, code) if one["kind"] in parts)
