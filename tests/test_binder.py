"""Binder builds what is tested: pinned to the last package, offline, with all tutorials."""

import os
import re
import subprocess
import tomllib
from collections.abc import Sequence

import pytest
from packaging.requirements import Requirement
from packaging.version import Version
from scripts.binder import BINDER, EXTRA, GROUP, LOCK, ROOT, BinderError, Built, python_version
from tests.once import made_once

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PINS = dict(
    line.split("==")
    for line in LOCK.read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
)


def printed(built: Built, *command: str, through: Sequence[str] = (), **variables: str) -> str:
    """What a program of the environment prints, started in the repository's copy."""
    done = subprocess.run(
        [*through, str(built.environment / "bin" / "python"), *command],
        cwd=built.repository,
        env=built.variables() | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def normal(name: str) -> str:
    """A package's name, however it is spelled."""
    return re.sub(r"[-_.]+", "-", name).lower()


# ---- the files -----------------------------------------------------------------------------------


def test_every_package_is_pinned():
    """A line of the lock is one name and one exact version, and names no place to fetch it from."""
    for name, version in PINS.items():
        assert re.fullmatch(r"[A-Za-z0-9._-]+", name), name
        assert str(Version(version)) == version
    assert len(PINS) > 100


def test_lock_holds_what_the_project_asks_for():
    """Whoever raises a version in pyproject.toml is told to make the lock again."""
    project = PROJECT["project"]
    asked = [
        *project["dependencies"],
        *project["optional-dependencies"][EXTRA],
        *PROJECT["dependency-groups"][GROUP],
        *PROJECT["build-system"]["requires"],
    ]
    locked = {normal(name): version for name, version in PINS.items()}
    for one in map(Requirement, asked):
        version = locked.get(normal(one.name))
        assert version, f"{one.name} is not in the lock: make binder-lock"
        assert version in one.specifier, f"{one} has {version} in the lock: make binder-lock"


def test_python_is_one_that_the_project_supports():
    """Binder's Python is a version that the project names as its own."""
    named = f"Programming Language :: Python :: {python_version()}"
    assert named in PROJECT["project"]["classifiers"]


@pytest.mark.parametrize("name", ["postBuild", "start"])
def test_scripts_can_be_run(name):
    """Both scripts are executable and say with what."""
    assert os.access(BINDER / name, os.X_OK)
    assert (BINDER / name).read_text("utf-8").startswith("#!/usr/bin/env bash\n")


# ---- what is built of them -----------------------------------------------------------------------


@pytest.mark.slow
def test_environment_is_the_lock_and_nothing_else(binder):
    """All packages agree, and a fresh environment has each pinned one and no other but ours."""
    assert "No broken requirements found." in printed(binder, "-m", "pip", "check")
    frozen = printed(binder, "-m", "pip", "list", "--format=freeze").split()
    found = dict(line.split("==") for line in frozen)
    brought = {"pip", "setuptools"}  # by venv
    assert {name: found[name] for name in found if name not in {"ipywanx", *brought}} == {
        name: version for name, version in PINS.items() if name not in brought
    }


@pytest.mark.slow
def test_package_is_the_copy_of_the_repository(binder):
    """Nothing that runs in the environment comes from the tree in which the tests run."""
    where = printed(binder, "-c", "import ipywanx, sys; print(ipywanx.__file__, *sys.path)")
    assert where.startswith(str(binder.environment))
    assert str(ROOT) not in where.replace(str(binder.repository.parent), "")


@pytest.mark.slow
def test_sheets_are_written_in_chinese(binder):
    """A sheet's labels have Chinese letters with no font of the system: the lock brings one."""
    code = "from ipywanx.experiments.sheet.fonts import face; print(face().path)"
    assert printed(binder, "-c", code).startswith(str(binder.environment))


@pytest.mark.slow
def test_keys_are_not_used(binder):
    """With a key in the environment, `start` makes the offline engine answer all the same."""
    code = "from ipywanx.session import current; print(current().settings.offline)"
    start = str(binder.repository / "binder" / "start")
    keyed = {"DASHSCOPE_API_KEY": "sk-of-somebody"}
    assert printed(binder, "-c", code, **keyed) == "False\n"
    assert printed(binder, "-c", code, through=[start], **keyed) == "True\n"


# ---- how it is shared ----------------------------------------------------------------------------


def test_what_several_share_is_made_once_and_taken_away_by_the_last(tmp_path):
    """The second to come gets what the first made; it goes with the last, and comes again."""
    made = []
    folder = tmp_path / "shared"
    with made_once(folder, made.append) as first:
        (first / "file").touch()
        with made_once(folder, made.append) as second:
            assert (second / "file").exists()
        assert (first / "file").exists()
    assert made == [folder]
    assert not folder.exists()
    with made_once(folder, made.append) as again:
        assert not (again / "file").exists()


def test_what_could_not_be_made_is_made_again(tmp_path):
    """After a failure nothing is left over that the next would take for whole."""
    folder = tmp_path / "shared"

    def fail(place):
        (place / "half").touch()
        raise BinderError

    with pytest.raises(BinderError), made_once(folder, fail):
        pass
    with made_once(folder, lambda place: (place / "whole").touch()):
        assert sorted(path.name for path in folder.iterdir()) == ["made", "whole"]
