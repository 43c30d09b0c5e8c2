"""Is a studio's cap kept, whatever is sent from it, and whatever becomes of that?"""

import httpx
import pytest
from PIL import Image
from tests.service.conftest import wait_until

from ipywanx import session as sessions
from ipywanx.engine.app import create_app
from ipywanx.engine.options import EngineOptions
from ipywanx.errors import InvalidRequest
from ipywanx.experiments.cells import Cell
from ipywanx.widgets.studio import Studio

PHOTO = Image.new("RGB", (512, 512), "grey")


@pytest.fixture
def studio(session, monkeypatch):
    """A studio where a picture costs CNY 0.14, and the first two tasks fail."""
    options = EngineOptions(base_url=sessions.ENGINE_URL, faults=("task:FAILED*2",))
    sessions._process._engine = httpx.ASGITransport(create_app(options))
    monkeypatch.setattr(sessions.Session, "is_free", False)
    # The engine says that its pictures are previews, which cost nothing.
    monkeypatch.setattr(
        Cell, "cost", property(lambda cell: 0.14 if cell.state == "SUCCEEDED" else 0.0)
    )
    made = Studio(PHOTO, "super_resolution", session=sessions.Session(), language="en")
    yield made
    made.close()


def say(studio: Studio, number: int, **content) -> None:
    """Send a message to the experiment as the page does."""
    studio.experiment._receive(None, {"id": f"view-{number}"} | content, [])


def retried(studio: Studio) -> list[str]:
    """Press the button of the sheet that tries again; why that is refused."""
    sheet = studio.experiment.sheet
    sheet._act("retry")
    return sheet.progress["trouble"]


def test_an_experiment_and_its_second_try_count_once(studio):
    """Failures leave the cap as it was; another try has to fit under it, and is counted."""
    studio.cap = 0.6
    studio.experiment.axes = [{"name": "seed", "text": "1-4"}]
    say(studio, 1, kind="run")
    (sweep,) = studio.experiment.sweeps
    sweep.result(60)
    wait_until(lambda: studio.spent == 0.28)
    assert (sweep.may_cost, sweep.retry_price) == (0.28, 0.28)
    studio.cap = 0.5
    for _ in range(2):
        english, chinese = retried(studio)
        assert english.startswith("This would cost CNY 0.28; 0.28 of the cap of 0.50")
        assert "0.28" in chinese
        assert sweep.counts()["FAILED"] == 2
    studio.cap = 0.56
    assert retried(studio) == []
    sweep.result(60)
    wait_until(lambda: studio.spent == 0.56)
    with pytest.raises(InvalidRequest, match=r"0\.56 of the cap of 0\.56"):
        studio.submit()


def test_what_is_under_way_is_counted_before_it_is_paid(studio):
    """An experiment that goes on leaves only what it will not need."""
    studio.cap = 0.6
    studio.experiment.axes = [{"name": "seed", "text": "1-4"}]
    sweep = studio.experiment.run()
    with pytest.raises(InvalidRequest, match=r"0\.\d\d of the cap of 0\.60"):
        studio.experiment.run()
    sweep.result(60)
    assert studio.experiment.sweeps == [sweep]
