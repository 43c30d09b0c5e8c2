"""One server and one browser for all browser tests of a worker.

A file of such tests says

    pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

so that one worker gets them all, where pytest-xdist can keep a group together. Version 3.8 cannot
with pytest 9.2: it writes the group into the test's id, which that pytest no longer lets it change.
Then each worker that gets such a test has a server and a browser of its own, and the tests hold
either way: they share nothing. `lab.py` tells what the two can do.
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))  # for `from lab import Lab, Notebook`, also in the tests

from lab import Lab  # noqa: E402


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the path of a Chromium that starts; without one the tests fail and say what to do."""
    script = HERE.parents[1] / "scripts" / "chromium.py"
    found = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, timeout=300, check=False
    )
    if found.returncode:
        pytest.fail(found.stderr.strip(), pytrace=False)
    return found.stdout.strip()


@pytest.fixture(scope="session")
def running_lab(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Run the one server and the one browser of this worker."""
    with Lab(chromium, tmp_path_factory.mktemp("lab")).running() as lab:
        yield lab


@pytest.fixture
def lab(running_lab: Lab) -> Iterator[Lab]:
    """Open notebooks with `lab.notebook([...])`; they are closed after the test."""
    with running_lab.in_use():
        yield running_lab
