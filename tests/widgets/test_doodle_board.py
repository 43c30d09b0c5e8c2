"""The kernel's half of the doodle board: colours on paper, by messages and by code."""

import struct

import numpy as np
import pytest

import ipywanx as wx
from ipywanx import Drawing
from ipywanx.errors import UnusableImage
from ipywanx.widgets.doodle_board import DoodleBoard

SIZE = (640, 520)


@pytest.fixture
def board():
    """Return a blank board."""
    return DoodleBoard(SIZE, radius=4)


def tell(board: DoodleBoard, name: str, content: dict, *numbers: float) -> None:
    """Send what the page would send."""
    buffers = [memoryview(struct.pack(f"{len(numbers)}f", *numbers))] if numbers else []
    board._receive(board, {"id": name, **content}, buffers)


def test_messages_draw_in_colours(board):
    """Strokes and shapes paint in their own colour, the eraser in the paper's, fill inside."""
    stroke = {"kind": "draw", "shape": "stroke", "radius": 8}
    tell(board, "1", {**stroke, "color": "#d92c2c"}, 50, 50, 450, 50)
    tell(board, "2", {**stroke, "color": "#d92c2c", "erase": True}, 200, 0, 200, 100)
    box = {"kind": "draw", "shape": "rectangle", "color": "#2563d9"}
    tell(board, "3", box, 100, 200, 300, 400)
    fill = {"kind": "act", "name": "fill", "point": [150, 300], "color": "#00ff00"}
    tell(board, "4", fill)
    expected = Drawing(SIZE).stroke([(50, 50), (450, 50)], 8, "#d92c2c")
    expected = expected.erase([(200, 0), (200, 100)], 8).rectangle(100, 200, 200, 200, "#00ff00")
    assert board.image == expected.image
    assert (board.image.mode, board.image.size) == ("RGB", SIZE)
    assert len(board.drawing.operations) == 4


def test_steps_are_undone_and_cleared(board):
    """Undo, redo and clear act on the drawing as on a mask."""
    board.draw([(10, 10), (600, 500)])
    drawn = board.image
    for name, expected in [("clear", "blank"), ("undo", "drawn"), ("undo", "blank"),
                           ("redo", "drawn")]:  # fmt: skip
        tell(board, f"{name}-{expected}", {"kind": "act", "name": name})
        assert (board.image == drawn) == (expected == "drawn")
        assert (board.state["area"] == 0) == (expected == "blank")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"kind": "draw", "shape": "stroke", "radius": 8}, "a colour as #rrggbb"),
        ({"kind": "draw", "shape": "stroke", "radius": 8, "color": "red"}, "a colour as #rrggbb"),
        ({"kind": "act", "name": "invert"}, "no step 'invert'"),
        ({"kind": "act", "name": "grow", "amount": 5}, "no step 'grow'"),
    ],
)
def test_mistakes_are_told(board, content, words):
    """What a board cannot do is said below it, and changes nothing."""
    tell(board, "1", content, 5.0, 5.0)
    assert words in board.state["problem"]
    assert board.drawing == Drawing(SIZE)


def test_it_begins_with_a_picture_or_a_drawing(photo_file, photo, tmp_path):
    """A file is on the paper as it is; a drawing brings its steps; both are drawn on and rubbed."""
    path = photo_file("coffee", tmp_path)
    board = DoodleBoard(image=path)
    assert board.image == photo("coffee")
    board.draw([(50, 50)], erase=True)
    assert board.image.getpixel((50, 50)) == (255, 255, 255)
    assert board.undo()
    assert board.image == photo("coffee")
    again = DoodleBoard(image=Drawing.from_json(board.drawing.to_json()))
    assert again.image == board.image


def test_the_drawing_is_set_by_code(board):
    """`board.drawing = ...` takes added shapes as steps and another drawing as one."""
    board.drawing = board.drawing.ellipse(9, 9, 90, 90, "#ff0000").fill((0, 0), "#0000ff")
    assert board.state["undo"] == 2
    other = Drawing(SIZE).polygon([(0, 0), (99, 0), (0, 99)])
    board.drawing = other
    assert board.image == other.image
    assert board.state["undo"] == 3
    with pytest.raises(UnusableImage, match="must be equal"):
        board.drawing = Drawing((9, 9))
    for wrong in (None, wx.Mask(SIZE), other.image):
        with pytest.raises(UnusableImage, match="it takes a Drawing") as caught:
            board.drawing = wrong
        assert caught.value.parameter == "drawing"
    assert board.image == other.image


@pytest.mark.parametrize("size", [(500, 800), (800, 4097), (0, 600), "ab", (512.5, 512)])
def test_a_board_has_a_size_that_can_be_sent(size):
    """Paper that the service would refuse is refused before anything is drawn."""
    with pytest.raises(UnusableImage):
        DoodleBoard(size)


def test_an_edit_takes_the_board(board):
    """`doodle` gets the board's own pixels as its picture."""
    board.draw([(100, 100), (500, 400), (100, 400)])
    request = wx.Doodle(image=board, prompt="一座小屋", is_sketch=True)
    assert np.array_equal(np.asarray(request.image.to_image()), np.asarray(board.image))


def test_the_basic_view_draws_in_colour(board):
    """Without the page's own view, the mouse on the plain canvas draws in the board's colour."""
    board.color = "#00aa00"
    assert board.basic
    canvas = board._basic.surface.canvas[-1]
    for event, x in (("mouse_down", 100), ("mouse_move", 200), ("mouse_up", 200)):
        canvas._handle_frontend_event(canvas, {"event": event, "x": x, "y": 100}, [])
    assert board.image == Drawing(SIZE).stroke([(100, 100), (200, 100)], 4, "#00aa00").image
    board.close()


def test_editor_and_board_take_each_others_picture(board):
    """An editor given a board, or a board given an editor, takes its picture."""
    board.draw([(100, 100), (500, 400)])
    editor = wx.MaskEditor(board)
    assert editor.image == board.image
    assert DoodleBoard(image=editor).image == board.image
