"""What the widgets' tests share."""

import pytest

from ipywanx import session as sessions
from ipywanx.session import Session


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch):
    """A session on an engine of its own."""
    process = sessions._Process()
    monkeypatch.setattr(sessions, "_process", process)
    yield Session()
    if process._engine is not None:
        process._engine.app.state.engine.close()
