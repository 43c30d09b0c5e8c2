"""Does a picture keep what was drawn on it, and an old one not its memory for ever?"""

from ipywidgets.widgets.widget import _instances
from PIL import Image

from ipywanx.model.loading import load
from ipywanx.widgets.stages import MOST, Stages


def open_widgets() -> int:
    """How many there are, layouts aside."""
    return sum(
        type(one).__name__ not in {"Layout", "_CanvasManager"} for one in _instances.values()
    )


def test_the_last_pictures_keep_their_masks():
    """Who goes back to a picture finds its mask; what was not looked at for long is let go."""
    stages, before = Stages(), open_widgets()
    photos = [load(Image.new("RGB", (512, 512), (n, 0, 0))) for n in range(MOST + 3)]
    first = stages.choose("description_edit_with_mask", photos[0], {}, "en")
    first.mask = first.mask.rectangle(10, 10, 50, 50)
    for photo in photos[1:]:
        stages.choose("description_edit_with_mask", photo, {}, "en")
        assert stages.choose("description_edit_with_mask", photos[0], {}, "en") is first
    assert first.mask.area > 0
    many = open_widgets() - before
    stages.choose("description_edit_with_mask", photos[1], {}, "en")
    assert open_widgets() - before == many
    stages.close()
    assert open_widgets() == before
