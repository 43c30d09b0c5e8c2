"""How do other clients reach the engine?

Over HTTP on 127.0.0.1 and nowhere else. One line with the base URL goes to standard output once
the server answers; after that it is quiet.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any, TextIO, TypeVar

import uvicorn
from starlette.types import ASGIApp

from ipywanx.engine.app import create_app
from ipywanx.engine.connection import Connection
from ipywanx.engine.faults import HELP
from ipywanx.engine.options import Clock, EngineOptions

N = TypeVar("N", int, float)

HOST = "127.0.0.1"
_EPILOG = f"""\
{HELP}
The API key may be anything, unless --key says which. Point the official SDK here with the printed
DASHSCOPE_HTTP_BASE_URL, set before it is imported.
"""


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare ``serve`` and its options."""
    parser = commands.add_parser(
        "serve",
        help="serve the offline engine over HTTP on 127.0.0.1",
        description="Serve the offline engine over HTTP on 127.0.0.1, with the service's protocol "
        "and its limits. Everything that it times runs on its own clock, see --time-scale.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    option = parser.add_argument
    option(
        "--port",
        type=_within(int, 0, 65535),
        default=8787,
        help="0 picks a free one (default: 8787)",
    )
    option("--key", metavar="K", help="the API key that is required (default: any)")
    option(
        "--task-seconds",
        type=_seconds,
        default=(0.0,),
        metavar="S[,S...]",
        help="a task runs at least so long; several values are used in turn (default: 0)",
    )
    option(
        "--create-rps",
        type=_within(float, 0.0, 1e6),
        default=2.0,
        metavar="N",
        help="creates a second for one key, 0 for no limit (default: 2, the service's)",
    )
    option(
        "--concurrency",
        type=_within(int, 1, 64),
        default=2,
        metavar="N",
        help="tasks that run at once, the others wait as PENDING (default: 2, the service's)",
    )
    option(
        "--refuse-more",
        action="store_true",
        help="answer 429 to a task that would have to wait, instead of queueing it",
    )
    option(
        "--query-rps",
        type=_within(float, 0.0, 1e6),
        default=20.0,
        metavar="N",
        help="queries, lists and cancels a second, each, 0 for no limit (default: 20)",
    )
    option(
        "--log",
        type=Path,
        metavar="FILE",
        help="append one JSON line for each answered request and each task's new status",
    )
    option(
        "--fault",
        action="append",
        default=[],
        metavar="SPEC",
        help="script some trouble, see below; may be repeated",
    )
    option(
        "--time-scale",
        type=_within(float, 1e-3, 1e6),
        default=1.0,
        metavar="X",
        help="seconds of the engine in one real second (default: 1)",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Serve until Ctrl-C; the process's exit status."""
    try:
        listener = socket.create_server((HOST, arguments.port))
    except OSError as error:
        return _fail(
            f"Port {arguments.port} on {HOST} cannot be used: {os.strerror(error.errno or 0)}.\n"
            "Choose another with --port, or --port 0 for any free one."
        )
    with listener:
        try:
            log = None if arguments.log is None else _LogFile(arguments.log)
        except OSError as error:
            return _fail(f"The log {arguments.log} cannot be written: {error.strerror}.")
        base_url = f"http://{HOST}:{listener.getsockname()[1]}/api/v1"
        options = EngineOptions(
            base_url=base_url,
            key=arguments.key,
            task_seconds=arguments.task_seconds,
            create_rps=arguments.create_rps,
            query_rps=arguments.query_rps,
            concurrency=arguments.concurrency,
            refuse_more=arguments.refuse_more,
            clock=Clock(arguments.time_scale),
            faults=tuple(arguments.fault),
            log=log,
        )
        try:
            app = create_app(options)
        except ValueError as error:
            return _fail(str(error))
        # uvicorn ends well on either signal and then raises it again: ours turns it into an exit.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, _leave)
        try:
            _Server(configure(app), f"DASHSCOPE_HTTP_BASE_URL={base_url}\n").run(sockets=[listener])
        except _Left:
            pass
        finally:
            app.state.engine.close()
            if log is not None:
                log.close()
    return 0


def configure(app: ASGIApp) -> uvicorn.Config:
    """A quiet server that leaves logging, signals and greetings to us."""
    return uvicorn.Config(
        app,
        http=Connection,
        ws="none",
        loop="asyncio",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=2,
    )


class _Server(uvicorn.Server):
    """Says where it is once it listens."""

    def __init__(self, config: uvicorn.Config, greeting: str) -> None:
        super().__init__(config)
        self._greeting = greeting

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then greet."""
        await super().startup(sockets=sockets)
        sys.stdout.write(self._greeting)
        sys.stdout.flush()


class _LogFile:
    """Appends events as JSON lines; safe from several threads, and nothing is held back."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._file: TextIO = path.open("a", encoding="utf-8", buffering=1)

    def __call__(self, event: dict[str, Any]) -> None:
        line = json.dumps(event, ensure_ascii=False) + "\n"
        with self._lock:
            if not self._file.closed:
                self._file.write(line)

    def close(self) -> None:
        with self._lock:
            self._file.close()


class _Left(BaseException):
    """Somebody pressed Ctrl-C, or asked the process to end."""


def _leave(_number: int, _frame: FrameType | None) -> None:
    raise _Left


def _fail(sentence: str) -> int:
    sys.stderr.write(sentence + "\n")
    return 1


def _within(kind: type[N], low: N, high: N) -> Callable[[str], N]:
    """A reader of numbers in a range, for argparse."""

    def read(text: str) -> N:
        try:
            value = kind(text)
        except ValueError:
            value = None
        if value is None or not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{text!r} is not a number from {low:g} to {high:g}")
        return value

    return read


def _seconds(text: str) -> tuple[float, ...]:
    read = _within(float, 0.0, 1e6)
    return tuple(read(part) for part in text.split(","))
