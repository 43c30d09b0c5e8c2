"""No way out: a Python that imports this reaches nothing beyond this machine.

The tests import it. A Python that they start does so by itself where its PYTHONPATH names this
folder, since `sitecustomize` is what each Python looks for when it starts.
"""

import ipaddress
import sys
from typing import Any

LOCAL_NAMES = {"localhost", "", "0.0.0.0", "::"}


class NetworkUsedError(RuntimeError):
    """A test reached for something beyond this machine."""


def _is_local(host: object) -> bool:
    if host is None:
        return True
    name = (host.decode() if isinstance(host, bytes) else str(host)).partition("%")[0]
    if name in LOCAL_NAMES:
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


attempts: list[str] = []
"""What was reached for, oldest first."""


def _refuse_network(event: str, args: tuple[Any, ...]) -> None:
    if event in {"socket.connect", "socket.sendto"}:
        address = args[1]
        host = address[0] if isinstance(address, tuple) else None  # else a Unix socket
    elif event in {"socket.getaddrinfo", "socket.gethostbyname"}:
        host = args[0]
    else:
        return
    if not _is_local(host):
        said = f"{event} to {host!r}: tests talk to this machine only"
        attempts.append(said)
        raise NetworkUsedError(said)


sys.addaudithook(_refuse_network)
