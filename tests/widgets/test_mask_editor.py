"""The kernel's half of the mask editor: it does what messages ask, once, whatever they hold."""

import io
import math
import struct
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw
from traitlets import TraitError

from ipywanx import Mask
from ipywanx.errors import InvalidRequest, UnusableImage, UnusableMask
from ipywanx.widgets.mask_editor import MaskEditor
from ipywanx.widgets.surface import _tinted

SIZE = (512, 520)


@pytest.fixture
def editor():
    """Return an editor over a flat picture with a red box."""
    pixels = np.full((SIZE[1], SIZE[0], 3), 200, np.uint8)
    pixels[100:200, 100:300] = (180, 20, 20)
    return MaskEditor(pixels, radius=10)


def tell(editor: MaskEditor, name: str, content: dict, *numbers: float) -> None:
    """Send what the page would send."""
    buffers = [memoryview(struct.pack(f"{len(numbers)}f", *numbers))] if numbers else []
    editor._receive(editor, {"id": name, **content}, buffers)


def stroke(editor: MaskEditor, name: str, *numbers: float, **more: object) -> None:
    """Send a stroke."""
    tell(editor, name, {"kind": "draw", "shape": "stroke", "radius": 10, **more}, *numbers)


def same(editor: MaskEditor, expected: Mask) -> bool:
    """Whether the editor's pixels are those of a mask, and those of its own mask."""
    pixels = np.asarray(editor._document.to_image())
    assert np.array_equal(pixels, np.asarray(editor.mask.to_image()))
    return np.array_equal(pixels, np.asarray(expected.to_image()))


def test_messages_draw(editor):
    """Strokes and shapes paint; with `erase` they rub out."""
    stroke(editor, "1", 50, 50, 450, 50)
    box = {"kind": "draw", "shape": "rectangle", "erase": True}
    tell(editor, "2", box, 100, 0, 200, 100)
    tell(editor, "3", {"kind": "draw", "shape": "polygon"}, 10, 400, 100, 400, 50, 500)
    expected = Mask(SIZE).stroke([(50, 50), (450, 50)], 10)
    expected = expected.rectangle(100, 0, 100, 100, erase=True)
    assert same(editor, expected.polygon([(10, 400), (100, 400), (50, 500)]))
    assert editor.state["undo"] == 3
    assert editor.state["area"] == pytest.approx(editor.mask.area)


def test_a_pens_stroke_has_its_radius_at_each_point(editor):
    """A pen's message brings x, y and radius of each point; a page that counts wrong is told."""
    pen = {"kind": "draw", "shape": "stroke", "pen": True}
    tell(editor, "1", pen, 50, 50, 4, 250, 50, 20, 450, 50, 8)
    assert same(editor, Mask(SIZE).stroke([(50, 50), (250, 50), (450, 50)], [4, 20, 8]))
    tell(editor, "2", pen, 50, 50, 4, 250)
    assert "could not be read" in editor.state["problem"]


def test_a_message_acts_once(editor):
    """A message that comes twice, as after a lost connection, draws once and is answered twice."""
    sent = []
    editor.send = lambda content, *_: sent.append(content)
    for _ in range(2):
        stroke(editor, "one", 50, 50)
        tell(editor, "two", {"kind": "act", "name": "invert"})
    assert same(editor, Mask(SIZE).stroke([(50, 50)], 10).invert())
    assert [one["id"] for one in sent] == ["one", "two", "one", "two"]


JUNK = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.just(10**400),
        st.floats(),
        st.text(max_size=8),
        st.sampled_from(["undo", "grow", "wand", "stroke", "draw", "act", "x" * 1000]),
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=3,
)
SHAPES = ["stroke", "rectangle", "ellipse", "polygon"]
ACTS = ["grow", "smooth", "fill", "wand", "retune"]
MESSAGES = st.one_of(
    JUNK,
    st.fixed_dictionaries(
        {"id": st.one_of(st.sampled_from(["a", "b"]), st.uuids().map(str), JUNK)},
        optional={
            "kind": st.one_of(st.sampled_from(["draw", "act", "import"]), JUNK),
            "name": st.one_of(st.sampled_from(ACTS), JUNK),
            "shape": st.one_of(st.sampled_from(SHAPES), JUNK),
            "radius": JUNK,
            "pen": st.one_of(st.booleans(), JUNK),
            "amount": JUNK,
            "point": JUNK,
            "tolerance": JUNK,
            "erase": JUNK,
        },
    ),
)
BUFFERS = st.one_of(
    JUNK,
    st.lists(
        st.one_of(
            st.binary(max_size=30),
            st.lists(st.sampled_from([math.nan, math.inf, 1e30, -1e9]), min_size=2, max_size=6).map(
                lambda numbers: struct.pack(f"{len(numbers)}f", *numbers)
            ),
        ),
        max_size=2,
    ),
)
shared = {}


@settings(max_examples=1000)
@given(MESSAGES, BUFFERS)
@example({"id": "x", "kind": "import"}, [202_739_040_711])  # which is no length of a file
def test_nonsense_raises_nothing_and_paints_little(content, buffers):
    """Any junk is answered or ignored; the mask keeps its size, its two values and its history."""
    if not shared:
        shared["editor"] = MaskEditor(np.full((SIZE[1], SIZE[0], 3), 200, np.uint8))
        stroke(shared["editor"], "first", 50, 50)
    editor = shared["editor"]
    before = editor.mask.operations
    editor._receive(editor, content, buffers)
    after = editor.mask.operations
    steps = len(after) - len(before)
    assert steps in {-1, 0, 1}
    assert before[: len(after)] == after[: len(before)]
    assert editor.image.size == editor.mask.size == SIZE
    if steps:
        assert isinstance(content, dict)
        assert content["kind"] in {"draw", "act"}
        editor.redo() if steps < 0 else editor.undo()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"kind": "draw", "shape": "star"}, "no shape 'star'"),
        ({"kind": "draw", "shape": "stroke", "radius": -1}, "radius is -1"),
        ({"kind": "act", "name": "wand", "point": [-1, 5], "tolerance": 5}, "outside the picture"),
        ({"kind": "act", "name": "fill", "point": [9999, 5]}, "outside the 512×520 pixels"),
        ({"kind": "act", "name": "grow", "amount": 4000}, "at most 200"),
        ({"kind": "act", "name": "grow"}, "could not be read"),
        ({"kind": "import"}, "could not be read"),
    ],
)
def test_mistakes_are_told_in_the_editor(editor, content, words):
    """What cannot be done is said below the picture; the next step takes the words away."""
    tell(editor, "1", content, *([5.0, 5.0] if content["kind"] == "draw" else []))
    assert words in editor.state["problem"]
    assert editor.state["undo"] == 0
    stroke(editor, "2", 5, 5)
    assert editor.state["problem"] == ""


def test_two_threads_send_at_once(editor):
    """Messages from two threads, some of them the same, all act, once each."""

    def send(seed: int) -> None:
        for i in range(150):
            stroke(editor, f"{seed}-{i}", i * 3, 100 + 200 * seed)
            stroke(editor, f"both-{i}", i * 3, 500)
            tell(editor, f"u{seed}-{i}", {"kind": "act", "name": "undo"})
            tell(editor, f"r{seed}-{i}", {"kind": "act", "name": "redo"})

    with ThreadPoolExecutor() as pool:
        list(pool.map(send, range(2)))
    assert editor.state["undo"] == editor._document.undoable
    assert same(editor, editor.mask)
    assert editor._surface.canvas._canvas_manager._caching is False


def test_a_stuck_hold_of_somebody_else_stops_nothing(editor):
    """Where somebody's hold_canvas stayed on after an error, strokes are sent all the same."""
    manager = editor._surface.canvas._canvas_manager
    manager._caching = True
    try:
        stroke(editor, "1", 5, 5)
        assert not manager._commands_cache
        assert manager._caching
    finally:
        manager._caching = False


def test_wand_by_colour_and_its_tolerance_again(editor):
    """The wand takes what is coloured alike; another tolerance replaces that step alone."""
    stroke(editor, "0", 10, 10)
    red = Mask(SIZE).stroke([(10, 10)], 10).rectangle(100, 100, 200, 100)
    tell(editor, "1", {"kind": "act", "name": "wand", "point": [150, 150], "tolerance": 9})
    assert same(editor, red)
    assert editor.state["wand"]
    assert editor.mask.operations[-1].reach(SIZE) == (100, 100, 300, 200)
    tell(editor, "2", {"kind": "act", "name": "retune", "tolerance": 255})
    assert editor.mask.area == 1
    tell(editor, "3", {"kind": "act", "name": "retune", "tolerance": 9})
    assert same(editor, red)
    assert editor.state["undo"] == 2
    stroke(editor, "4", 400, 400)
    tell(editor, "5", {"kind": "act", "name": "retune", "tolerance": 255})
    assert editor.state["undo"] == 3
    assert not editor.state["wand"]
    assert same(editor, red.stroke([(400, 400)], 10))


def test_select_takes_the_wands_place(editor):
    """A callable of the person's own is asked with the picture and the point."""
    asked = []

    def select(picture, point):
        asked.append((picture.size, point))
        found = np.zeros((SIZE[1], SIZE[0]), bool)
        found[10:20, 30:50] = True
        return found

    editor.select = select
    tell(editor, "1", {"kind": "act", "name": "wand", "point": [7, 8.5], "tolerance": 0})
    assert asked == [(SIZE, (7.0, 8.5))]
    assert same(editor, Mask(SIZE).rectangle(30, 10, 20, 10))


@pytest.mark.parametrize(
    ("select", "words"),
    [
        (lambda *_: 1 / 0, "select failed: ZeroDivisionError: division by zero"),
        (lambda *_: None, "select gave NoneType"),
        (lambda *_: np.ones((5, 5), bool), r"select gave (5, 5)"),
        (lambda *_: np.zeros((520, 512), bool), "Nothing was selected"),
        (lambda *_: np.full((520, 512), 7.5), "values from 7.5 to 7.5"),
        (lambda *_: np.full((520, 512), "a"), "The array is of <U1"),
    ],
)
def test_errors_of_select_are_told_not_raised(editor, select, words):
    """What goes wrong in the callable is said in the editor, and the mask stays as it was."""
    editor.select = select
    tell(editor, "1", {"kind": "act", "name": "wand", "point": [5, 5], "tolerance": 0})
    assert words in editor.state["problem"]
    assert editor.state["undo"] == 0


def drawing(mode: str, ground: object, ink: object, size: tuple[int, int] = SIZE) -> Image.Image:
    """A picture with a box at a quarter of its sides."""
    image = Image.new(mode, size, ground)
    width, height = size
    box = (width // 4, height // 4, width // 2 - 1, height // 2 - 1)
    ImageDraw.Draw(image).rectangle(box, fill=ink)
    return image


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (drawing("L", 0, 255), []),
        (drawing("RGB", "black", "white"), []),
        (drawing("RGBA", (9, 9, 9, 0), (9, 9, 9, 255)), ["painted"]),
        (drawing("RGBA", (9, 9, 9, 255), (0, 0, 0, 0)), ["transparent"]),
        (drawing("RGBA", (0, 0, 0, 255), (255, 255, 255, 255)), []),
        (np.asarray(drawing("L", 0, 255)), []),
        (np.asarray(drawing("L", 0, 255)) > 0, []),
        (np.asarray(drawing("L", 0, 1)), ["1 in the mask"]),
        (np.asarray(drawing("L", 0, 1, (256, 260)), np.int64), ["1 in the mask", "resized"]),
        (drawing("L", 0, 255, (256, 260)), ["resized from 256×260 to 512×520"]),
        (Mask(SIZE).rectangle(128, 130, 128, 130), []),
        (Mask((256, 260)).rectangle(64, 65, 64, 65), ["resized from 256×260 to 512×520"]),
    ],
)
def test_any_picture_is_imported(editor, source, words):
    """Alpha, white on black and truths of any size give the same mask, in one step."""
    notices = editor.import_mask(source)
    assert len(notices) == len(words)
    for notice, word in zip(notices, words, strict=True):
        assert word in str(notice)
    assert same(editor, Mask(SIZE).rectangle(128, 130, 128, 130))
    assert editor.undo()
    assert editor.mask.area == 0
    assert not editor.undo()


def test_white_is_edited_on_import_as_everywhere(editor):
    """Black on white edits the white, and says how much that is; *Invert* is one click away."""
    for size in (SIZE, (1024, 1040)):
        notices = editor.import_mask(drawing("L", 255, 0, size))
        assert "93.8% of the picture. If black is meant, invert the mask." in str(notices[0])
        assert same(editor, Mask(SIZE).rectangle(128, 130, 128, 130).invert())


def test_a_boolean_array_is_taken_as_it_is(editor):
    """An array of booleans, or of 0 and 1, says where to edit, also where its border is true."""
    for array in (np.asarray(drawing("L", 255, 0)) > 0, np.asarray(drawing("L", 1, 0))):
        editor.import_mask(array)
        assert editor.mask.area == pytest.approx(1 - 1 / 16)


def test_what_is_no_picture_is_refused(editor, tmp_path):
    """A file that is no picture raises and leaves the mask as it was."""
    stroke(editor, "1", 50, 50)
    path = tmp_path / "mask.png"
    path.write_bytes(b"no picture")
    with pytest.raises(UnusableImage):
        editor.import_mask(path)
    assert editor.state["undo"] == 1


def test_the_mask_is_set_by_code(editor):
    """`editor.mask = ...` takes added shapes as steps and another mask as one."""
    stroke(editor, "1", 50, 50)
    editor.mask = editor.mask.polygon([(0, 0), (90, 0), (0, 90)]).rectangle(200, 200, 50, 50)
    assert editor.state["undo"] == 3
    editor.mask = Mask(SIZE).ellipse(10, 10, 300, 300)
    assert same(editor, Mask(SIZE).ellipse(10, 10, 300, 300))
    assert editor.state["undo"] == 4
    with pytest.raises(UnusableMask, match="must be equal"):
        editor.mask = Mask((10, 10))
    with pytest.raises(UnusableMask, match="must be equal"):
        MaskEditor(editor.image, mask=Mask((10, 10)))
    editor.undo()
    assert editor.state["undo"] == 3


def test_colours_are_checked(editor):
    """A colour that cannot be shown is refused where it is set."""
    for kind in (TraitError, InvalidRequest):
        with pytest.raises(kind, match="#rrggbb"):
            editor.color = "red"
    editor.color = "#00ff00"


@pytest.mark.parametrize("size", [(1, 1), (7, 3), (8, 5), (33, 2)])
@pytest.mark.parametrize("opacity", [1.0, 0.5])
def test_the_patch_for_the_page_is_a_sound_png(size, opacity):
    """A patch decodes to the mask's colour where it is painted, and to nothing elsewhere."""
    painted = np.random.default_rng(1).random(size[::-1]) < 0.5
    patch = _tinted(Image.fromarray(painted.astype(np.uint8) * 255), "#e01b5d", opacity)
    with Image.open(io.BytesIO(patch)) as image:
        image.load()
        seen = np.asarray(image.convert("RGBA"))
    assert np.array_equal(seen[..., 3], painted * round(255 * opacity))
    assert np.all(seen[painted][:, :3] == (0xE0, 0x1B, 0x5D))


def test_the_basic_view_draws_the_same_mask(editor):
    """The mouse and the finger on the plain canvas paint and rub out; leaving ends a stroke."""
    view = editor.basic
    assert view is editor.basic
    canvas = editor._basic.surface.canvas[-1]

    def event(kind: str, **places: object) -> None:
        canvas._handle_frontend_event(canvas, {"event": kind, **places}, [])

    event("mouse_move", x=5, y=5)
    event("mouse_down", x=100, y=100)
    event("mouse_move", x=200, y=100)
    event("mouse_out", x=200, y=100)
    event("mouse_up", x=900, y=900)
    line = Mask(SIZE).stroke([(100, 100), (200, 100)], 10)
    assert same(editor, line)
    editor._basic._eraser.value = True
    event("touch_start", touches=[{"x": 150, "y": 90}])
    event("touch_move", touches=[{"x": 150, "y": 110}])
    event("touch_end", touches=[])
    assert same(editor, line.erase([(150, 90), (150, 110)], 10))
    editor.close()
