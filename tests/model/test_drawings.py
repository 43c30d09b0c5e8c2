"""Is a drawing exactly what was drawn, in its colours?"""

import io
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ipywanx import Drawing
from ipywanx.errors import UnusableImage
from ipywanx.model.document import Document
from ipywanx.model.loading import load

SIZE = (61, 47)
PLACES = st.floats(-30, 90)
POINTS = st.tuples(PLACES, PLACES)
BOXES = st.tuples(PLACES, PLACES, st.floats(0.5, 60), st.floats(0.5, 60))
RADII = st.floats(0.3, 20)
COLORS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")
INSIDE = st.tuples(st.integers(0, SIZE[0] - 1), st.integers(0, SIZE[1] - 1))


@st.composite
def steps(draw: st.DrawFn, drawing: Drawing) -> Drawing:
    """The drawing after one more step."""
    path = st.lists(POINTS, min_size=3, max_size=5)
    color = draw(COLORS)
    match draw(st.sampled_from(["stroke", "pen", "erase", "box", "oval", "area", "fill", "clear"])):
        case "stroke":
            return drawing.stroke(draw(path), draw(RADII), color)
        case "pen":
            points = draw(path)
            radii = draw(st.lists(RADII, min_size=len(points), max_size=len(points)))
            return drawing.stroke(points, radii, color)
        case "erase":
            return drawing.erase(draw(path), draw(RADII))
        case "box":
            return drawing.rectangle(*draw(BOXES), color)
        case "oval":
            return drawing.ellipse(*draw(BOXES), color)
        case "area":
            return drawing.polygon(draw(path), color)
        case "fill":
            return drawing.fill(draw(INSIDE), color)
    return drawing.clear()


@st.composite
def drawings(draw: st.DrawFn) -> Drawing:
    """A drawing of some steps, on blank paper or on a picture."""
    drawing = Drawing(SIZE)
    if draw(st.booleans()):
        seed = draw(st.integers(0, 99))
        noise = np.random.default_rng(seed).integers(0, 256, (SIZE[1], SIZE[0], 3), np.uint8)
        drawing = Drawing.from_image(noise)
    for _ in range(draw(st.integers(0, 5))):
        drawing = draw(steps(drawing))
    return drawing


@given(drawings())
def test_a_drawing_is_rgb_and_of_its_size(drawing):
    """Whatever was drawn, the picture is RGB and has the paper's size."""
    assert (drawing.image.mode, drawing.image.size) == ("RGB", SIZE)


@given(drawings())
def test_undo_and_redo_are_exact(drawing):
    """Undone step by step and done again, a drawing shows the very pixels of each step."""
    document = Document(Drawing(SIZE))
    seen = [document.to_image().tobytes()]
    for step in drawing.operations:
        document.do(step)
        seen.append(document.to_image().tobytes())
    for expected in reversed(seen[:-1]):
        assert document.undo()
        assert document.to_image().tobytes() == expected
    for expected in seen[1:]:
        assert document.redo()
        assert document.to_image().tobytes() == expected
    assert document.sheet == drawing
    assert document.to_image() == drawing.image
    blank = (np.asarray(drawing.image) == 255).all(axis=2).mean()
    assert document.area == pytest.approx(1 - blank)


@given(drawings())
def test_a_drawing_survives_json(drawing):
    """Saved as text and read again it is equal, step by step and pixel by pixel."""
    again = Drawing.from_json(drawing.to_json())
    assert again == drawing
    assert again.image == drawing.image


def test_a_drawing_is_shown_small_as_a_picture():
    """Begun with a photograph's bytes, it is a line of text and a small picture of its colours."""
    noise = np.random.default_rng(3).integers(0, 256, (1000, 900, 3), np.uint8)
    assert repr(Drawing.from_image(noise).clear()) == "<Drawing: 900×1000, 2 steps>"
    assert len(Drawing.from_image(noise)._repr_png_()) < 200_000
    halves = Drawing((900, 1000)).rectangle(0, 0, 900, 500, "#ff8000")
    shown = Image.open(io.BytesIO(halves._repr_png_())).convert("RGB")
    assert shown.size == (360, 400)
    assert [shown.getpixel((180, y)) for y in (50, 350)] == [(255, 128, 0), (255, 255, 255)]


def test_colours_are_drawn_as_named():
    """Each step paints its own colour, the eraser the paper's, and fill what is enclosed."""
    drawing = Drawing((60, 40)).rectangle(10, 10, 30, 20, "#FF8000").erase([(15, 20)], 2)
    drawing = drawing.stroke([(50, 5), (50, 35)], 2, "#0000ff").fill((30, 20), "#008000")
    at = drawing.image.getpixel
    assert [at(place) for place in [(20, 20), (15, 20), (50, 20), (5, 5)]] == [
        (0, 128, 0), (255, 255, 255), (0, 0, 255), (255, 255, 255)
    ]  # fmt: skip
    assert drawing.clear().image.getcolors() == [(60 * 40, (255, 255, 255))]


def test_edges_are_smooth():
    """A stroke is its own colour inside, the paper's outside, and a mixture on its edge only."""
    pixels = np.asarray(Drawing((200, 200)).stroke([(20, 30), (180, 140)], 5, "#000000").image)
    ys, xs = np.mgrid[0:200, 0:200] + 0.5
    along = ((xs - 20) * 160 + (ys - 30) * 110) / (160**2 + 110**2)
    near = np.hypot(xs - 20 - along.clip(0, 1) * 160, ys - 30 - along.clip(0, 1) * 110)
    assert (pixels[near < 4] == 0).all()
    assert (pixels[near > 6] == 255).all()
    assert len(np.unique(pixels)) > 8
    assert (255 - pixels[..., 0]).sum() / 255 == pytest.approx(
        10 * np.hypot(160, 110) + 25 * np.pi, rel=0.02
    )


def test_fill_takes_uneven_paper_for_one_colour():
    """On a photographed sketch, whose paper is not one white, fill still stops at the line only."""
    paper = np.random.default_rng(1).integers(244, 256, (40, 60, 3), np.uint8)
    paper[:, 30] = 40
    filled = np.asarray(Drawing.from_image(paper).fill((5, 5), "#00ff00").image)
    assert (filled[:, :30] == (0, 255, 0)).all()
    assert (filled[:, 30:] == paper[:, 30:]).all()


def test_an_edit_takes_a_drawing_as_its_picture():
    """A drawing is a picture wherever one is asked for, with its own pixels."""
    drawing = Drawing((600, 512)).stroke([(5, 5), (500, 500)], 9, "#ff0000")
    assert load(drawing).to_image() == drawing.image


@pytest.mark.parametrize(
    ("draw", "words"),
    [
        (lambda paper: paper.stroke([(1, 1)], 3, "red"), "a colour as #rrggbb, not 'red'"),
        (lambda paper: paper.stroke([(1, 1)], 3, 255), "a colour as #rrggbb, not 255"),
        (lambda paper: paper.stroke([(1, 1)], -3), "over 0 and at most 4096"),
        (lambda paper: paper.rectangle(1, 1, 0, 5), "both sides must be over 0"),
        (lambda paper: paper.fill((99, 1)), "outside the 20×20"),
        (lambda _: Drawing((0, 5)), "A drawing of 0×5 pixels cannot be"),
        (lambda paper: Drawing.from_json(paper.to_json()[:-3]), r"Drawing\.to_json"),
        (
            lambda _: Drawing.from_json(
                json.dumps({"size": [9, 9], "operations": [{"op": "invert"}]})
            ),
            r"not a drawing's JSON",
        ),
    ],
)
def test_what_cannot_be_drawn_is_refused(draw, words):
    """A wrong colour, number or list is refused in words, as a picture that cannot be used."""
    with pytest.raises(UnusableImage, match=words):
        draw(Drawing((20, 20)))


def test_a_masks_list_is_no_drawing():
    """The two kinds of lists are not taken for each other where they differ."""
    steps = [{"op": "stroke", "points": [[1, 1]], "radius": 3, "value": 0}]
    with pytest.raises(UnusableImage):
        Drawing.from_json(json.dumps({"size": [9, 9], "operations": steps}))


def test_a_picture_larger_than_paper_can_be_is_refused():
    """A sheet has at most 4096 pixels a side, also one that begins with a picture."""
    with pytest.raises(UnusableImage, match="1 to 4096"):
        Drawing.from_image(Image.new("RGB", (4100, 20)))
