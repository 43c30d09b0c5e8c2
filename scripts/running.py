"""How does a tutorial run? As for a reader with no key and no history, in a folder of its own."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path
from typing import Any

from scripts.notebooks import FOLDERS, SOURCE

LONGEST = 300
"""Seconds after which a notebook that still runs is given up."""


class RunError(Exception):
    """A notebook that does not run to its end: one sentence, with what Python said."""


def on_its_own(home: Path, language: str) -> dict[str, str]:
    """The environment of a reader with no key and no history, whose locale is the language."""
    foreign = ("DASHSCOPE_", "IPYWANX_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    return kept | {
        "HOME": str(home),
        "IPYTHONDIR": str(home / "ipython"),
        "IPYWANX_HOME": str(home / "ipywanx"),
        "LANGUAGE": {"en": "en", "zh": "zh_CN"}[language],
        # A key in the keyring of the person who runs this would be found, and spent.
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
    }


def execute(text: str, folder: Path, environment: dict[str, str], kernel: str = "python3") -> Any:
    """Run a notebook from top to bottom in a folder; it with its outputs.

    Args:
        text: Its file.
        folder: Where its cells start.
        environment: The variables of its kernel.
        kernel: The name of a kernel that Jupyter knows: "python3" is this Python's own.

    Raises:
        RunError: A cell failed, or it took too long.
    """
    import nbclient
    import nbformat

    notebook = nbformat.reads(text, as_version=4)
    start = time.monotonic()
    client = nbclient.NotebookClient(
        notebook,
        timeout_func=lambda _: max(1, LONGEST - (time.monotonic() - start)),  # for all cells
        kernel_name=kernel,
        extra_arguments=["--log-level=ERROR"],  # else each kernel warns that it listens on TCP
        resources={"metadata": {"path": str(folder)}},
    )
    try:
        client.execute(env=environment)
    except nbclient.exceptions.CellExecutionError as error:
        raise RunError(f"{error.ename}: {error.evalue}") from error
    except nbclient.exceptions.CellTimeoutError as error:
        raise RunError(f"it takes longer than {LONGEST} s.") from error
    except nbclient.exceptions.DeadKernelError as error:
        raise RunError("its kernel died.") from error
    return notebook


def copied(folder: Path, target: Path) -> Path:
    """A copy of all that notebooks read, without them: what they write lands beside none."""
    unwanted = shutil.ignore_patterns("*.ipynb", ".ipynb_checkpoints", "__pycache__", "out", SOURCE)
    shutil.copytree(folder, target, ignore=unwanted)
    for at in FOLDERS.values():
        (target / at).mkdir(exist_ok=True)
    return target
