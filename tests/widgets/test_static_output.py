"""What stays of a widget in a saved notebook, without a front end."""

from types import SimpleNamespace

import pytest
from PIL import Image
from tests.service.conftest import wait_until

from ipywanx.errors import WanxError
from ipywanx.text import Text
from ipywanx.widgets import static_output
from ipywanx.widgets.doodle_board import DoodleBoard
from ipywanx.widgets.mask_editor import MaskEditor
from ipywanx.widgets.static_output import StaticOutput

PHOTO = Image.new("RGB", (800, 600), (190, 215, 240))


@pytest.fixture
def shown(monkeypatch):
    """Return what a front end is given: each output, and each change of one."""
    given = []
    handle = SimpleNamespace(update=lambda data, **_: given.append(data))
    monkeypatch.setattr(static_output, "get_ipython", lambda: SimpleNamespace(kernel=object()))
    monkeypatch.setattr(static_output, "display", lambda data, **_: given.append(data) or handle)
    monkeypatch.setattr(static_output, "SOON", 0.05)
    return given


def test_many_changes_are_one_picture(shown):
    """A widget and its picture are shown; the picture follows soon, not at each stroke."""
    editor = MaskEditor(PHOTO, language="en")
    editor._ipython_display_()
    widget, first = shown
    assert "application/vnd.jupyter.widget-view+json" in widget
    assert "Nothing is painted yet" in first["text/html"]
    for x in range(20):
        editor.draw([(10 + x, 10), (400, 400)])
    wait_until(lambda: len(shown) == 3)
    assert "% of the picture will be edited" in shown[2]["text/html"]
    assert len(shown[2]["text/html"]) < 100_000
    editor.draw([(10, 500), (400, 500)])
    editor.close()  # before the picture would follow
    assert editor._static._timer is None or editor._static._timer.finished.is_set()


def test_a_drawing_stays(shown):
    """Of a board the sketch is kept."""
    board = DoodleBoard(language="zh")
    board._ipython_display_()
    board.draw([(100, 100), (400, 400)])
    wait_until(lambda: len(shown) == 3)
    assert "发送的就是这张草图" in shown[2]["text/html"]
    board.close()


def test_what_cannot_be_made_leaves_the_last_one(shown):
    """Where a result is no longer there, the output stays as it was."""

    def fail():
        raise WanxError(Text("gone", "没有了"))

    makers = [lambda: None, fail, lambda: {"text/html": "one"}]

    def make():
        return makers.pop()()

    output = StaticOutput(make)
    output.show(SimpleNamespace(_repr_mimebundle_=lambda: {"text/plain": "widget"}))
    output.refresh()
    wait_until(lambda: output._timer is None)
    output.refresh()
    wait_until(lambda: len(shown) == 3)
    assert shown[1]["text/html"] == '<div class="ipywanx-static">one</div>'
    assert shown[2]["text/html"] == ""


def test_a_terminal_shows_it_as_ever():
    """Without a kernel IPython goes on to the widget's own text, and nothing is kept."""
    editor = MaskEditor(PHOTO)
    with pytest.raises(NotImplementedError):
        editor._ipython_display_()
    editor.close()
