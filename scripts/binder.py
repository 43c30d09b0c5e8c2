"""What does Binder get? The lock of its environment, and that environment built as Binder does it.

``binder/requirements.txt`` pins all that a fresh environment gets: what the package needs with its
fonts, JupyterLab and the photographs of the tutorials (the dependency group ``lab``), and what
builds the package. All of it is listed in pyproject.toml, so no list is kept twice.

Run: python scripts/binder.py   (or: make binder-lock)
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
BINDER = ROOT / "binder"
LOCK = BINDER / "requirements.txt"
EXTRA = "fonts"
GROUP = "lab"
MADE = """\
# Made by scripts/binder.py for Python {python} on Linux: all that a fresh environment gets, but
# ipywanx itself, which postBuild installs. To take the newest versions, run: make binder-lock
"""


class BinderError(Exception):
    """What cannot be locked or built here: one sentence, with the last words of the command."""


class Built(NamedTuple):
    """What Binder would start: a copy of the repository, and the environment made for it."""

    repository: Path
    environment: Path

    @classmethod
    def within(cls, folder: Path) -> Built:
        """What was built in a folder."""
        return cls(folder / "repository", folder / "environment")

    def variables(self) -> dict[str, str]:
        """The environment variables of whatever runs in it: its programs are found first."""
        foreign = ("VIRTUAL_ENV", "PYTHONHOME", "PYTHONPATH")
        kept = {name: value for name, value in os.environ.items() if name not in foreign}
        path = [str(self.environment / "bin"), os.environ.get("PATH", os.defpath)]
        return kept | {"PATH": os.pathsep.join(path)}


def python_version() -> str:
    """The Python that ``runtime.txt`` asks for, "3.11"."""
    return (BINDER / "runtime.txt").read_text(encoding="utf-8").strip().removeprefix("python-")


# ---- lock ----------------------------------------------------------------------------------------


def lock() -> str:
    """The text of ``requirements.txt``, with the newest versions that go together.

    Raises:
        BinderError: This is another Python or system than Binder's, which would get other packages.
    """
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    if (here, sys.platform) != (python_version(), "linux"):
        raise BinderError(
            f"Binder has Python {python_version()} on Linux, this is {here} on {sys.platform}: "
            "the lock can only be made there."
        )
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    report = _run(
        *(sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--quiet"),
        *("--disable-pip-version-check", "--no-input", "--report", "-"),
        "--only-binary=:all:",  # whoever builds the image needs no compiler
        *("--group", GROUP, f".[{EXTRA}]", *project["build-system"]["requires"]),
        folder=ROOT,
    )
    pins = [
        "{name}=={version}".format_map(one["metadata"])
        for one in json.loads(report)["install"]
        if not one["is_direct"]  # ipywanx itself
    ]
    return MADE.format(python=here) + "\n".join(sorted(pins, key=str.lower)) + "\n"


# ---- build ---------------------------------------------------------------------------------------


def build(folder: Path) -> Built:
    """Do in a folder what Binder does: a copy, ``requirements.txt``, then ``postBuild``.

    Two things differ from Binder: the environment is one of ``venv`` and not of conda, so that it
    holds nothing but what our files name, and pip may use its cache.

    Raises:
        BinderError: A step failed.
    """
    built = Built.within(folder)
    copied(built.repository)
    _run(interpreter(), "-m", "venv", str(built.environment), folder=folder)
    for step in (
        ["pip", "install", "--quiet", "--no-input", "--requirement", "binder/requirements.txt"],
        ["binder/postBuild"],
    ):
        program = shutil.which(step[0], path=built.variables()["PATH"]) or step[0]
        _run(program, *step[1:], folder=built.repository, variables=built.variables())
    return built


def copied(target: Path) -> None:
    """Copy all files that git knows, as they are now: what a clone would have."""
    target.mkdir(parents=True)
    for name in _run("git", "ls-files", "-z", folder=ROOT).split("\0"):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)


def interpreter() -> str:
    """A Python of the version that Binder has.

    Raises:
        BinderError: There is none on this machine.
    """
    version = python_version()
    if f"{sys.version_info.major}.{sys.version_info.minor}" == version:
        return sys.executable
    if found := shutil.which(f"python{version}"):
        return found
    raise BinderError(f"Binder has Python {version}, and there is no 'python{version}' here.")


def _run(*command: str, folder: Path, variables: Mapping[str, str] | None = None) -> str:
    """What a command prints.

    Raises:
        BinderError: It failed.
    """
    done = subprocess.run(
        command,
        check=False,
        cwd=folder,
        env=variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        said = "\n".join((done.stdout + done.stderr).splitlines()[-15:])
        raise BinderError(f"`{' '.join(command)}` failed:\n{said}")
    return done.stdout


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the lock; the exit code."""
    argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0]).parse_args(arguments)
    try:
        LOCK.write_text(lock(), encoding="utf-8")
    except BinderError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
