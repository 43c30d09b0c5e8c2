"""One server and one browser for all browser tests.

A file of such tests says

    pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

so that one worker owns the only server and the only browser. `lab.py` tells what they can do.
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
    """Run the one server and the one browser of this test session."""
    lab = Lab(chromium, tmp_path_factory.mktemp("lab"))
    try:
        lab.begin()
        yield lab
    finally:
        lab.end()


@pytest.fixture
def lab(running_lab: Lab) -> Iterator[Lab]:
    """Open notebooks with `lab.notebook([...])`; they are closed after the test."""
    with running_lab.in_use():
        yield running_lab
