"""The doodle board as a person uses it; each test asks the kernel which colours are drawn."""

import pytest
from hand import NAMELESS, Hand, poll
from lab import Lab

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

SETUP = """\
import numpy as np
import ipywanx as wx
blank = wx.Drawing((800, 600))
def wrong(expected):
    '''How many pixels differ, but for two at the edge of a colour; and whether any is drawn.'''
    seen, wanted = (np.asarray(one.image).astype(int) for one in (board, expected))
    edges = np.zeros(wanted.shape[:2], bool)
    for axis in (0, 1):
        for by in (-2, -1, 1, 2):
            edges |= (wanted != np.roll(wanted, by, axis)).any(axis=2)
    return int(((seen != wanted).any(axis=2) & ~edges).sum()), bool((seen != 255).any())
board = wx.DoodleBoard((800, 600), radius=4)
board
"""
RED, BLUE, GREEN = "#d92c2c", "#2563d9", "#2f9e44"


class Artist(Hand):
    """A hand over a board."""

    def has(self, expected: str) -> None:
        """Assert that the Python drawing is this one, but for two pixels at its edges."""
        self.settle()
        assert self.notebook.evaluate(f"wrong({expected})") == "(0, True)", expected


def opened(lab: Lab, *cells: str) -> Artist:
    """A notebook whose first cell shows a board."""
    notebook = lab.notebook([SETUP, *cells])
    assert "Error" not in notebook.run(0)
    return Artist(notebook)


def test_every_tool_draws_in_its_colour(lab: Lab):
    """Brush, shapes, fill and eraser draw what the hand did, in the colour that was chosen."""
    artist = opened(lab)
    artist.use("red")
    artist.slide("Size", 8)
    artist.draw((100, 100), (300, 100), (200, 300), (100, 100))
    triangle = "[(100, 100), (300, 100), (200, 300), (100, 100)]"
    lines = f"blank.stroke({triangle}, 8, '{RED}')"
    artist.has(lines)
    artist.use("blue")
    artist.use("fill")
    artist.click(200, 150)
    filled = f"blank.polygon({triangle}, '{BLUE}').stroke({triangle}, 8, '{RED}')"
    artist.has(filled)
    artist.use("rectangle")
    artist.draw((500, 100), (700, 250))
    artist.key("6", "o")  # the palette's sixth, the ellipse
    artist.draw((500, 350), (700, 550))
    shapes = f"{filled}.rectangle(500, 100, 200, 150, '{BLUE}')"
    shapes += f".ellipse(500, 350, 200, 200, '{GREEN}')"
    artist.has(shapes)
    artist.use("eraser")
    artist.draw((600, 50), (600, 590))
    artist.has(f"{shapes}.erase([(600, 50), (600, 590)], 8)")
    assert artist.color(600, 450) == (255, 255, 255)
    assert artist.color(540, 450) == pytest.approx((47, 158, 68), abs=3)
    artist.use("red")  # a colour is for drawing: the eraser is put down
    artist.draw((50, 500), (400, 500))
    erased = f"{shapes}.erase([(600, 50), (600, 590)], 8)"
    artist.has(f"{erased}.stroke([(50, 500), (400, 500)], 8, '{RED}')")
    artist.notebook.screenshot("doodle_board_tools")


@pytest.mark.slow
def test_lasso_polygon_and_straight_line(lab: Lab):
    """Outlines are filled, and Shift draws straight; every control has a name."""
    artist = opened(lab)
    assert artist.editor.evaluate(NAMELESS) == 0
    artist.use("orange")
    artist.use("lasso")
    artist.draw((100, 100), (300, 100), (200, 250))
    artist.use("polygon")
    for corner in [(500, 100), (700, 100), (600, 300)]:
        artist.click(*corner)
    artist.key("c")
    orange = "'#f28c1e'"
    shapes = f"blank.polygon([(100, 100), (300, 100), (200, 250)], {orange})"
    shapes += f".polygon([(500, 100), (700, 100), (600, 300)], {orange})"
    artist.has(shapes)
    artist.use("brush")
    artist.press(100, 400)
    artist.page.keyboard.down("Shift")
    artist.move(300, 550)
    artist.move(700, 400)
    artist.page.mouse.up()
    artist.page.keyboard.up("Shift")
    artist.has(f"{shapes}.stroke([(100, 400), (700, 400)], 4, {orange})")


@pytest.mark.slow
def test_undo_redo_clear_and_reload(lab: Lab):
    """Each step is taken back and done again; the sketch is there after a reload of the page."""
    artist = opened(lab)
    for key, y in (("3", 100), ("7", 300)):
        artist.key(key)
        artist.use("brush")
        artist.key(key)
        artist.draw((100, y), (700, y))
    both = f"blank.stroke([(100, 100), (700, 100)], 4, '{RED}')"
    one, both = both, f"{both}.stroke([(100, 300), (700, 300)], 4, '{BLUE}')"
    artist.has(both)
    artist.key("Control+z")
    artist.has(one)
    artist.key("Control+y")
    artist.has(both)
    artist.use("clear")
    artist.settle()
    assert artist.notebook.evaluate("board.image.getcolors()") == "[(480000, (255, 255, 255))]"
    artist.editor.get_by_text("The paper is still blank.").wait_for()
    artist.use("undo")
    artist.has(both)
    assert artist.color(400, 300) == pytest.approx((37, 99, 217), abs=3)
    artist.notebook.reload()
    artist = Artist(artist.notebook)
    artist.wait_until_drawn(400, 300)
    artist.has(both)


@pytest.mark.slow
def test_another_colour_and_drawing_while_a_cell_runs(lab: Lab):
    """Any colour can be chosen; ink is in it at once while the kernel sleeps, and right after."""
    artist = opened(lab, "import time; time.sleep(5)")
    artist.editor.locator("input[type=color]").evaluate(
        "node => { node.value = '#8000ff'; node.dispatchEvent(new Event('input')); }"
    )
    poll(artist.notebook, "board.color == '#8000ff'")
    artist.notebook.start(1)
    artist.press(100, 200)
    artist.move(700, 200)
    assert artist.ink_at(690, 200)
    artist.page.mouse.up()
    artist.use("eraser")
    artist.press(400, 100)
    artist.move(400, 300)
    assert artist.color(400, 200) == (255, 255, 255)
    artist.page.mouse.up()
    artist.notebook.wait(1)
    line = "blank.stroke([(100, 200), (700, 200)], 4, '#8000ff')"
    artist.has(f"{line}.erase([(400, 100), (400, 300)], 4)")


@pytest.mark.slow
def test_a_sketch_becomes_a_picture(lab: Lab):
    """The board is the picture of `%wanx doodle`, by its name, with what is drawn by then."""
    line = "%wanx doodle board -p 一座湖边的小屋 --is-sketch -o painted"
    same = "painted.request.image.to_image() == board.image"
    artist = opened(lab, "%load_ext ipywanx", line, same)
    artist.draw((200, 500), (200, 300), (400, 150), (600, 300), (600, 500), (200, 500))
    artist.settle()
    for cell in (1, 2):
        artist.notebook.run(cell)
    assert artist.notebook.run(3) == "True"
    assert "board" in artist.notebook.complete("%wanx doodle boa")[0]
