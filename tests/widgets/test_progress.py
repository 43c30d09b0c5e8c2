"""Does a waiting cell leave nothing behind?"""

import pytest
from ipywidgets.widgets.widget import _instances
from PIL import Image

from ipywanx.widgets.progress import Progress


@pytest.mark.parametrize("side", [512, 300])
def test_no_widget_outlives_the_wait(session, side):
    """After an edit, with notices or without, there are as many widgets as before it."""
    before = set(_instances)
    photo = Image.new("RGB", (side, side), "teal")
    job = session.submit("super_resolution", photo, upscale_factor=1, fit=True)
    assert Progress(job, "offline").wait_blocking().images
    assert set(_instances) == before
