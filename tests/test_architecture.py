"""The house keeps its shape: who may import whom, and what an import costs."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

WATCHED_IMPORT = """
import importlib.machinery, json, os, sys

stdlib = os.path.dirname(os.__file__)
import_paths = tuple(os.path.realpath(p) + os.sep for p in [*sys.path, sys.prefix, stdlib] if p)
suffixes = tuple(importlib.machinery.all_suffixes())
writing = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC
sockets, reads, writes = [], [], []

def watch(event, args):
    if event.startswith("socket."):
        sockets.append(event)
    elif event == "open":
        path, mode, flags = args
        if isinstance(path, int):
            return
        path = os.path.realpath(os.fsdecode(path))
        if flags & writing or (mode and set(mode) & set("wax+")):
            writes.append(path)
        elif not (path.endswith(suffixes) and path.startswith(import_paths)):
            reads.append(path)

sys.addaudithook(watch)
import ipywanx
print(json.dumps({
    "sockets": sockets, "reads": reads, "writes": writes,
    "jupyter": sorted({"IPython", "ipykernel", "ipywidgets"} & sys.modules.keys()),
}))
"""


def run_python(code: str, *options: str) -> str:
    """Run code in a fresh interpreter and return what it printed."""
    command = [sys.executable, *options, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def seconds_to_import(name: str) -> float:
    """Time one import in a fresh interpreter, by its own work: others may share the machine."""
    timed = f"import time; t = time.process_time(); import {name}; print(time.process_time() - t)"
    return float(run_python(timed))


def test_import_contracts_hold():
    """Every import goes down the house, as the contracts in pyproject.toml say."""
    command = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    done = subprocess.run(
        [sys.executable, "-c", command, "--no-cache", "--no-logo"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_import_touches_nothing():
    """`import ipywanx` loads no Jupyter, opens no socket, writes no file and reads only code."""
    seen = json.loads(run_python(WATCHED_IMPORT, "-B"))
    assert seen == {"sockets": [], "reads": [], "writes": [], "jupyter": []}


def test_import_costs_at_most_half_of_the_official_sdk():
    """`import ipywanx` takes at most half the time of `import dashscope`."""
    names = ("ipywanx", "dashscope")
    for name in names:  # compile once, outside the clock
        seconds_to_import(name)
    rounds = [[seconds_to_import(name) for name in names] for _ in range(5)]
    ours, theirs = (min(column) for column in zip(*rounds, strict=True))
    assert ours <= theirs / 2, f"ipywanx {ours:.3f} s, dashscope {theirs:.3f} s"


@pytest.mark.parametrize("host", ["192.0.2.1", "example.com", "2001:db8::1"])
def test_tests_cannot_reach_the_network(host: str, network_attempts: list[str]):
    """A test that asks for another machine is told so before anything is sent."""
    with pytest.raises(RuntimeError, match="this machine only"):
        socket.create_connection((host, 80), timeout=1)
    assert network_attempts
    network_attempts.clear()
