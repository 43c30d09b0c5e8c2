"""Running a cell again loses nothing: what was painted and filled in stays, until --fresh."""

from types import SimpleNamespace

import pytest
from PIL import Image
from tests.magics.cells import run

from ipywanx.widgets.mask_editor import MaskEditor
from ipywanx.widgets.studio import Studio

STROKE = [(100, 100), (300, 200)]


@pytest.fixture
def desk(shell, tmp_path, monkeypatch):
    """A notebook's shell in a folder with two pictures, the second one twice."""
    monkeypatch.chdir(tmp_path)
    for name, colour in (("one.png", "teal"), ("two.png", "olive"), ("copy of two.png", "olive")):
        Image.new("RGB", (640, 520), colour).save(name)
    shell.kernel = SimpleNamespace()
    return shell


def painted(editor: MaskEditor) -> tuple[int, int, int, int] | None:
    """The box of what is painted."""
    return editor.mask.to_image().getbbox()


# ---- the mask --------------------------------------------------------------------------------


def test_a_mask_stays_when_its_cell_runs_again(desk, capsys):
    """The same cell shows the mask as it was painted, says so, and its steps can be undone."""
    editor = run(desk, "%wanx mask one.png -o painter")
    editor.draw(STROKE)
    box = painted(editor)
    capsys.readouterr()
    again = run(desk, "%wanx mask one.png -o painter")
    said = capsys.readouterr().out
    assert "painter keeps what was painted on this picture" in said
    assert "--fresh" in said
    assert painted(again) == painted(desk.user_ns["painter"]) == box
    assert again.undo()
    assert painted(again) is None


def test_pictures_are_known_by_their_content(desk):
    """Under any name and in any form the same pixels keep their mask; other pixels begin anew."""
    run(desk, "from PIL import Image\nimport numpy as np\ntwo = np.asarray(Image.open('two.png'))")
    run(desk, "%wanx mask two.png -o painter").draw(STROKE)
    box = painted(desk.user_ns["painter"])
    for same in ('"copy of two.png"', "two", "two.png"):
        assert painted(run(desk, f"%wanx mask {same} -o painter")) == box
    assert painted(run(desk, "%wanx mask one.png -o painter")) is None
    run(desk, "%wanx mask two.png -o painter").draw(STROKE)
    desk.run_cell("Image.new('RGB', (640, 520), 'navy').save('two.png')")
    assert painted(run(desk, "%wanx mask two.png -o painter")) is None


def test_fresh_begins_a_mask_anew(desk, capsys):
    """--fresh gives an empty mask; the old one is in no other name's way."""
    run(desk, "%wanx mask one.png -o painter").draw(STROKE)
    old = desk.user_ns["painter"]
    assert painted(run(desk, "%wanx mask one.png -o other")) is None
    capsys.readouterr()
    new = run(desk, "%wanx mask one.png -o painter --fresh")
    assert painted(new) is None
    assert "keeps" not in capsys.readouterr().out
    assert new is not old
    assert painted(old)


def test_nothing_is_said_of_a_mask_that_is_empty(desk, capsys):
    """Where nothing was painted there is nothing to be told."""
    run(desk, "%wanx mask one.png -o painter")
    capsys.readouterr()
    run(desk, "%wanx mask one.png -o painter")
    assert "keeps" not in capsys.readouterr().out


def test_what_cannot_be_shown_again_is_made_anew(desk):
    """A name that holds something else, or a widget that was closed, gets a new one."""
    run(desk, "painter = 7")
    editor = run(desk, "%wanx mask one.png -o painter")
    editor.close()
    assert run(desk, "%wanx mask one.png -o painter") is not editor


# ---- the studio ------------------------------------------------------------------------------


def test_a_form_stays_when_its_cell_runs_again(desk, capsys):
    """Function, values, picture and mask of the studio are there again, and it is said."""
    studio = run(desk, "%wanx one.png -o desk")
    studio.values = {"expand": {"prompt": "a lake", "n": 2}}
    studio.function = "description_edit_with_mask"
    studio.stage.draw(STROKE)
    box = painted(studio.stage)
    capsys.readouterr()
    again = run(desk, "%wanx one.png -o desk")
    assert "desk is as you left it; --fresh begins anew." in capsys.readouterr().out
    assert isinstance(again, Studio)
    assert again.function == "description_edit_with_mask"
    assert painted(again.stage) == box
    again.function = "expand"
    assert again.request.prompt == "a lake"


def test_a_line_is_set_over_the_form_that_stays(desk):
    """What the line says anew is set, what it does not say is kept; masks belong to pictures."""
    studio = run(desk, "%wanx inpaint one.png -o desk")
    studio.stage.draw(STROKE)
    box = painted(studio.stage)
    studio.values = {"expand": {"prompt": "a lake"}}
    other = run(desk, "%wanx expand two.png --left-scale 1.5 -n 3 -o desk")
    assert (other.function, other.request.prompt) == ("expand", "a lake")
    assert (other.request.left_scale, other.request.n) == (1.5, 3)
    assert other.request.image.to_image().getpixel((9, 9)) == (128, 128, 0)
    back = run(desk, "%wanx inpaint one.png -o desk")
    assert painted(back.stage) == box
    assert run(desk, "%wanx -o desk").function == "description_edit_with_mask"
    fresh = run(desk, "%wanx inpaint one.png -o desk --fresh")
    assert painted(fresh.stage) is None


def test_a_drawing_stays_on_its_board(desk):
    """The studio's board keeps its sketch when the cell runs again."""
    studio = run(desk, "%wanx sketch -o desk")
    studio.stage.draw(STROKE)
    drawn = studio.stage.image.tobytes()
    assert run(desk, "%wanx sketch -o desk").stage.image.tobytes() == drawn
    blank = run(desk, "%wanx sketch -o desk --fresh").stage.image
    assert blank.getcolors() == [(blank.width * blank.height, (255, 255, 255))]
