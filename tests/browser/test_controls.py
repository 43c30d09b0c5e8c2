"""What each control does when a pointer clicks in its middle, on a page with all widgets.

The tables name the controls of a widget by selectors, each with what a click on it is seen to do;
a control that no table names fails the test: it is to be written down there.
"""

from collections.abc import Iterator

import pytest
from clicks import Scene
from combined import opened
from drawing_controls import BOARD, EDITOR, FRAME
from lab import Lab, Notebook
from result_controls import GALLERY, SWEEP
from studio_controls import STUDIO

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.slow]

HOSTED = {**GALLERY, **SWEEP, **EDITOR, **FRAME}
SCENES = {
    "gallery": (1, ".wanx-gallery", GALLERY, {}),
    "sweep": (2, ".wanx-sweep", SWEEP, {}),
    "editor": (3, ".wanx-editor", EDITOR, {}),
    "board": (4, ".wanx-editor", BOARD, {}),
    "frame": (5, ".wanx-expand-frame", FRAME, {}),
    "studio": (6, ".wanx-studio", STUDIO, HOSTED),
}


@pytest.fixture(scope="module")
def notebook(running_lab: Lab) -> Iterator[Notebook]:
    """One notebook with all widgets, for all tests of this file."""
    with running_lab.in_use():
        notebook = opened(running_lab)
        running_lab.context.grant_permissions(["clipboard-read", "clipboard-write"])
        yield notebook


@pytest.mark.parametrize("name", SCENES)
def test_a_click_does_what_the_control_says(notebook: Notebook, name: str):
    """Each kind of control of a widget is clicked in its middle, and its effect is seen."""
    cell, css, effects, hosted = SCENES[name]
    scene = Scene(notebook, cell, css)
    scene.knows([*effects, *hosted])
    for effect in effects.values():
        effect(scene)
    scene.knows([*effects, *hosted])
