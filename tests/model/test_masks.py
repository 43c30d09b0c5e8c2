"""Is a mask exactly what was drawn, and only that?"""

import base64
import io
import itertools
import json
import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from PIL import Image

from ipywanx.errors import UnusableImage, UnusableMask
from ipywanx.model.masks import Mask

Pixels = np.ndarray
SIDES = st.integers(1, 24)
SIZES = st.tuples(SIDES, SIDES)
PLACES = st.floats(-30, 60) | st.integers(-30, 60)
POINTS = st.tuples(PLACES, PLACES)
RADII = st.floats(0.3, 12)
LENGTHS = st.floats(0.3, 40) | st.integers(1, 40)


def pixels(mask: Mask) -> Pixels:
    """Where the mask is painted, as a bool array."""
    return np.asarray(mask.to_image()) == 255


def painted(rows: list[str]) -> Mask:
    """The mask that a drawing of ``#`` shows."""
    return Mask.from_image(np.array([[cell == "#" for cell in row] for row in rows]))


@st.composite
def steps(draw: st.DrawFn, mask: Mask) -> Mask:
    """The mask after one more step."""
    width, height = mask.size
    match draw(st.integers(0, 8)):
        case 0:
            return mask.stroke(draw(st.lists(POINTS, min_size=1, max_size=5)), draw(RADII))
        case 1:
            return mask.erase(draw(st.lists(POINTS, min_size=1, max_size=5)), draw(RADII))
        case 2:
            return mask.rectangle(*draw(POINTS), draw(LENGTHS), draw(LENGTHS))
        case 3:
            return mask.ellipse(*draw(POINTS), draw(LENGTHS), draw(LENGTHS))
        case 4:
            return mask.polygon(draw(st.lists(POINTS, min_size=3, max_size=6)))
        case 5:
            inside = st.tuples(st.integers(0, width - 1), st.integers(0, height - 1))
            return mask.fill(draw(inside))
        case 6:
            return mask.grow(draw(st.integers(-6, 6)))
        case 7:
            return mask.invert()
        case _:
            return mask.clear()


@st.composite
def masks(draw: st.DrawFn) -> Mask:
    """A mask of some steps."""
    mask = Mask(draw(SIZES))
    for _ in range(draw(st.integers(0, 5))):
        mask = draw(steps(mask))
    return mask


@st.composite
def scribbles(draw: st.DrawFn) -> Mask:
    """A mask of independent pixels: every small shape there is."""
    width, height = draw(SIZES)
    bits = draw(st.lists(st.booleans(), min_size=width * height, max_size=width * height))
    return Mask.from_image(np.array(bits).reshape(height, width))


# ---- what holds of every mask ---------------------------------------------------------------


@given(masks())
def test_a_mask_is_black_and_white_and_of_its_size(mask):
    """Whatever was drawn, every pixel is 0 or 255, and the size is the picture's."""
    image = mask.to_image()
    assert (image.mode, image.size) == ("L", mask.size)
    assert set(np.unique(np.asarray(image))) <= {0, 255}
    assert mask.area == pytest.approx(pixels(mask).mean())


@given(st.data())
def test_a_mask_never_changes(data):
    """Each step returns a new mask; the one before still draws what it drew."""
    mask = data.draw(masks())
    before, drawn = mask.operations, pixels(mask)
    after = data.draw(steps(mask))
    pixels(after)
    assert mask.operations == before == after.operations[:-1]
    assert (pixels(mask) == drawn).all()
    with pytest.raises(AttributeError):
        mask.size = (1, 1)


@given(masks())
def test_a_mask_survives_json(mask):
    """Saved as text and read again it is equal, step by step and pixel by pixel."""
    again = Mask.from_json(mask.to_json())
    assert again == mask
    assert (pixels(again) == pixels(mask)).all()


@given(scribbles())
def test_a_mask_survives_an_image(mask):
    """Written as a picture, or as an array, and read again it has the same pixels."""
    stream = io.BytesIO()
    mask.to_image().save(stream, "PNG")
    for source in (mask.to_image(), stream.getvalue(), pixels(mask), mask.to_image().convert("1")):
        assert (pixels(Mask.from_image(source)) == pixels(mask)).all()
    assert Mask.from_json(Mask.from_image(mask.to_image()).to_json()).area == mask.area


@given(masks())
def test_inverting_swaps_and_comes_back(mask):
    """Inverted, what was kept is edited; inverted twice, all is as before."""
    assert (pixels(mask.invert()) == ~pixels(mask)).all()
    assert (pixels(mask.invert().invert()) == pixels(mask)).all()


@given(masks())
def test_clearing_keeps_everything(mask):
    """Nothing is painted after ``clear``, and the steps before are still in the list."""
    cleared = mask.clear()
    assert cleared.area == 0
    assert cleared.operations[:-1] == mask.operations


# ---- growing and filling --------------------------------------------------------------------


def moved(shape: Pixels, dx: int, dy: int) -> Pixels:
    """The shape moved by some pixels; what leaves the picture is lost."""
    height, width = shape.shape
    result = np.zeros_like(shape)
    if abs(dx) < width and abs(dy) < height:
        result[max(0, dy) : height + min(0, dy), max(0, dx) : width + min(0, dx)] = shape[
            max(0, -dy) : height + min(0, -dy), max(0, -dx) : width + min(0, -dx)
        ]
    return result


def dilated(shape: Pixels, radius: int) -> Pixels:
    """The union of the shape moved to every place of a disk."""
    offsets = range(-radius, radius + 1)
    disk = [(x, y) for x in offsets for y in offsets if x * x + y * y <= radius * radius]
    return np.any([moved(shape, dx, dy) for dx, dy in disk], axis=0)


@given(scribbles(), st.integers(0, 9))
def test_growing_is_by_a_disk(mask, radius):
    """``grow(r)`` paints every pixel within r pixels of a painted one, and no other."""
    assert (pixels(mask.grow(radius)) == dilated(pixels(mask), radius)).all()


@given(scribbles(), st.integers(1, 9))
def test_shrinking_is_growing_what_is_kept(mask, radius):
    """``grow(-r)`` is the same as growing the unpainted part; the border eats nothing."""
    shrunk = pixels(mask.grow(-radius))
    assert (shrunk == pixels(mask.invert().grow(radius).invert())).all()
    assert (shrunk == ~dilated(~pixels(mask), radius)).all()


def test_growing_by_more_than_the_picture():
    """A radius larger than the picture paints all of it, or leaves a blank one blank."""
    assert Mask((20, 10)).rectangle(0, 0, 1, 1).grow(4096).area == 1
    assert Mask((20, 10)).grow(4096).area == 0
    assert Mask((20, 10)).invert().grow(-4096).area == 1


def region(shape: Pixels, seed: tuple[int, int]) -> Pixels:
    """The pixels like the seed's that are joined to it side by side, found one by one."""
    height, width = shape.shape
    reached, edge = np.zeros_like(shape), [seed]
    while edge:
        x, y = edge.pop()
        inside = 0 <= x < width and 0 <= y < height
        if inside and not reached[y, x] and shape[y, x] == shape[seed[1], seed[0]]:
            reached[y, x] = True
            edge += [(x + 1, y), (x - 1, y), (x, y + 1), (x, y - 1)]
    return reached


@given(scribbles(), st.data())
def test_filling_stops_at_the_outline(mask, data):
    """``fill`` paints the region around the point, up to what encloses it, not past a corner."""
    width, height = mask.size
    seed = data.draw(st.tuples(st.integers(0, width - 1), st.integers(0, height - 1)))
    assert (pixels(mask.fill(seed)) == (pixels(mask) | region(pixels(mask), seed))).all()


def test_filling_follows_a_winding_path():
    """A spiral is filled to its end, and only the spiral."""
    rows = [
        "#########",
        "........#",
        "#######.#",
        "#.....#.#",
        "#.###.#.#",
        "#.#...#.#",
        "#.#####.#",
        "#.......#",
        "#########",
    ]
    assert painted(rows).fill((0, 1)).area == 1


# ---- shapes ---------------------------------------------------------------------------------


@given(
    st.integers(-5, 30), st.integers(-5, 30), st.integers(1, 20), st.integers(1, 20), st.integers()
)
def test_a_box_is_half_open(x, y, width, height, _):
    """``rectangle(10, 10, 5, 5)`` paints columns and rows 10 to 14: 25 pixels; none outside."""
    expected = np.zeros((24, 24), bool)
    expected[max(0, y) : max(0, y + height), max(0, x) : max(0, x + width)] = True
    assert (pixels(Mask((24, 24)).rectangle(x, y, width, height)) == expected).all()


def test_a_box_of_five_has_25_pixels():
    """The example of the manual, counted."""
    assert pixels(Mask((100, 100)).rectangle(10, 10, 5, 5)).sum() == 25
    assert pixels(Mask((100, 100)).rectangle(99, 99, 5, 5)).sum() == 1


@given(st.integers(0, 20), st.integers(0, 20), st.integers(1, 20), st.integers(1, 20))
def test_an_ellipse_fills_its_box_and_stays_inside(x, y, width, height):
    """An ellipse touches all four sides of its box, goes beyond none, and has π/4 of its area."""
    mask = Mask((48, 48)).ellipse(x, y, width, height)
    rows, columns = np.nonzero(pixels(mask))
    assert (columns.min(), columns.max()) == (x, x + width - 1)
    assert (rows.min(), rows.max()) == (y, y + height - 1)
    count = math.pi / 4 * width * height
    assert abs(pixels(mask).sum() - count) <= width + height


@given(st.lists(st.tuples(st.integers(5, 40), st.integers(5, 40)), min_size=1, max_size=4), RADII)
def test_a_stroke_is_as_wide_as_its_brush(path, radius):
    """Every pixel well inside the brush's path is painted, every pixel well outside is not."""
    ys, xs = np.mgrid[0:46, 0:46]
    near = np.full(xs.shape, np.inf)
    for (ax, ay), (bx, by) in itertools.pairwise([path[0], *path]):
        dx, dy = bx - ax, by - ay
        along = ((xs - ax) * dx + (ys - ay) * dy) / max(1, dx * dx + dy * dy)
        along = along.clip(0, 1)
        near = np.minimum(near, np.hypot(xs - ax - along * dx, ys - ay - along * dy))
    drawn = pixels(Mask((46, 46)).stroke(path, radius))
    assert drawn[near <= radius - 1.5].all()
    assert not drawn[near > radius + 1.5].any()
    for x, y in path:
        assert drawn[y, x]


def test_a_polygon_is_filled():
    """A triangle has half the area of its box, and its corners may be given in any direction."""
    corners = [(0, 0), (100, 0), (0, 100)]
    one, other = (Mask((101, 101)).polygon(path) for path in (corners, corners[::-1]))
    assert pixels(one).sum() == pytest.approx(101 * 101 / 2, rel=0.03)
    assert (pixels(one) == pixels(other)).all()


def test_the_order_of_steps_matters():
    """What is erased after a stroke is gone; what is painted after the eraser stays."""
    path, mask = [(10, 10), (40, 10)], Mask((50, 20))
    assert mask.stroke(path, 5).erase(path, 6).area == 0
    assert mask.erase(path, 6).stroke(path, 5).area > 0
    hole = mask.rectangle(0, 0, 50, 20).erase([(25, 10)], 5)
    assert pixels(hole)[10, 25] == 0
    assert 0.5 < hole.area < 1


def test_points_may_lie_outside():
    """A stroke that leaves the picture is cut at its edge, not refused and not wrapped round."""
    mask = Mask((40, 40)).stroke([(-100, 20), (20, 20)], 3)
    assert pixels(mask)[20, :20].all()
    assert not pixels(mask)[20, 26:].any()
    assert Mask((40, 40)).rectangle(-50, -50, 20, 20).area == 0


# ---- in a notebook --------------------------------------------------------------------------


def test_a_mask_is_shown_small_as_a_picture():
    """Its text tells size, steps and area in a line; its picture has its shape and few bytes."""
    noise = Mask.from_image(np.random.default_rng(3).integers(0, 2, (700, 900)) > 0)
    assert repr(noise.invert().clear()) == "<Mask: 900×700, 3 steps, 0% edited>"
    assert repr(Mask((8, 4)).rectangle(0, 0, 1, 4)) == "<Mask: 8×4, 1 step, 12.5% edited>"
    assert len(noise._repr_png_()) < 200_000
    shown = Image.open(io.BytesIO(Mask((1800, 900)).rectangle(0, 0, 900, 900)._repr_png_()))
    assert shown.size == (400, 200)
    assert (shown.getpixel((100, 100)), shown.getpixel((300, 100))) == (255, 0)


# ---- from pictures --------------------------------------------------------------------------


def test_transparent_is_dark():
    """In a mask with alpha only what is both bright and opaque is edited."""
    image = Image.new("RGBA", (4, 1), (255, 255, 255, 255))
    image.putpixel((1, 0), (255, 255, 255, 0))
    image.putpixel((2, 0), (0, 0, 0, 255))
    assert pixels(Mask.from_image(image)).tolist() == [[True, False, False, True]]


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "CMYK", "LA", "La", "I", "F", "LAB"])
def test_any_mode_can_be_a_mask(mode):
    """White means edit in whatever mode a mask is held."""
    white, black = Image.new("L", (8, 8), 255), Image.new("L", (8, 8), 0)
    if mode == "LAB":
        white, black = (Image.new(mode, (8, 8), (level, 128, 128)) for level in (255, 0))
    else:
        white, black = (
            image.convert("LA").convert(mode) if mode == "La" else image.convert(mode)
            for image in (white, black)
        )
    assert (Mask.from_image(white).area, Mask.from_image(black).area) == (1, 0)


def test_arrays_of_truths_and_fractions_are_masks():
    """A comparison's result, a soft mask from 0 to 1, and bytes are read alike."""
    half = np.arange(16).reshape(4, 4) >= 8
    for array in (half, half.astype(float), half.astype(np.float32), half.astype(np.uint8) * 255):
        assert (pixels(Mask.from_image(array)) == half).all()
    assert Mask.from_image(Image.fromarray(half.astype(np.float32))).area == 0.5


@pytest.mark.parametrize("size", [(600, 300), (8, 4), (1, 1)])
def test_a_mask_of_another_size_is_resized_in_one_step(size):
    """It stays black and white, and says from what to what; the same size changes nothing."""
    mask = Mask((300, 150)).rectangle(0, 0, 150, 150).grow(0)
    fitted = mask.resized(size)
    assert (fitted.size, len(fitted.operations)) == (size, 1)
    assert set(np.unique(np.asarray(fitted.to_image()))) <= {0, 255}
    assert fitted.area == pytest.approx(0.5, abs=0.5 / size[0])
    assert f"from 300×150 to {size[0]}×{size[1]}" in str(fitted.notices[-1])
    assert mask.resized((300, 150)) is mask


def test_what_was_assumed_of_a_mask_is_true_of_it_alone():
    """A further step makes another mask: what was assumed of the first is not said of it."""
    mask = Mask.from_image(np.eye(9, dtype=np.uint8))
    assert "11.1% of the picture" in str(mask.notices[0])
    assert mask.invert().notices == ()
    assert mask == Mask.from_json(mask.to_json())  # a notice is no part of it


@pytest.mark.parametrize("kind", ["uint8", "int8", "int64", "uint16", ">i4"])
def test_an_array_of_zeros_and_ones_is_a_mask(kind):
    """What a segmentation gives: 1 is edited; it may be all ones, and have a third axis."""
    half = np.arange(16).reshape(4, 4) >= 8
    ones = half.astype(kind)
    assert (pixels(Mask.from_image(ones)) == half).all()
    assert (pixels(Mask((4, 4)).region(ones)) == half).all()
    assert (pixels(Mask((4, 4)).invert().region(ones[..., None], erase=True)) == ~half).all()
    assert Mask.from_image(np.ones((5, 5), kind)).area == 1
    assert Mask.from_image(np.zeros((5, 5), kind)).area == 0


def test_whole_numbers_of_any_type_can_be_pixels_of_a_mask():
    """0 and 255 are black and white as int64 too; labels, and what is empty, are refused."""
    half = np.arange(16).reshape(4, 4) >= 8
    assert (pixels(Mask.from_image(half * 255)) == half).all()
    for array in (np.arange(3).repeat(200).reshape(20, 30), np.array([[-1, 1]])):
        with pytest.raises(UnusableMask, match=r"labels .*mask=array == "):
            Mask.from_image(array)
    with pytest.raises(UnusableImage, match="array"):
        Mask.from_image(np.zeros((0, 5), int))


def test_an_earlier_result_can_be_a_mask():
    """A result's first picture is taken, as it is for the picture itself."""

    class Shown:
        def _ipywanx_image_(self) -> tuple[Image.Image, None]:
            return Image.new("L", (9, 9), 255), None

    assert Mask.from_image(Shown()).area == 1


def test_what_is_no_picture_is_no_mask():
    """An address, rubbish and other things are refused as pictures."""
    for source in ("https://example.com/mask.png", b"rubbish", None, 5):
        with pytest.raises(UnusableImage):
            Mask.from_image(source)


# ---- refusals -------------------------------------------------------------------------------


@pytest.mark.parametrize("radius", [0, -1, math.nan, math.inf, 4097, "5", None])
def test_a_brush_has_a_size(radius):
    """A radius that draws nothing, or everything, is refused with its value and the range."""
    for step in (Mask((20, 20)).stroke, Mask((20, 20)).erase):
        with pytest.raises(UnusableMask, match=r"over 0 and at most 4096") as caught:
            step([(1, 1)], radius)
        assert repr(radius) in str(caught.value)


@pytest.mark.parametrize("points", [[], [(1,)], [(1, 2, 3)], ["ab"], [None], 5, [(math.nan, 1)]])
def test_a_shape_has_points(points):
    """No points, odd points and points that are nowhere are refused."""
    for step in (Mask((20, 20)).polygon, lambda path: Mask((20, 20)).stroke(path, 3)):
        with pytest.raises(UnusableMask, match=r"pairs of numbers|finite|one point"):
            step(points)


def test_a_polygon_has_three_corners():
    """Two corners enclose nothing."""
    with pytest.raises(UnusableMask, match="3 corners or more; 2 were given"):
        Mask((20, 20)).polygon([(0, 0), (5, 5)])


@pytest.mark.parametrize("box", [(0, 0), (-3, 5), (5, math.nan), (math.inf, 5), ("5", 5)])
def test_a_box_has_sides(box):
    """A box without area is refused with what was given."""
    for step in (Mask((20, 20)).rectangle, Mask((20, 20)).ellipse):
        with pytest.raises(UnusableMask, match=r"over 0|four numbers"):
            step(1, 1, *box)


def test_a_point_may_lie_far_outside_but_not_out_of_reach():
    """Up to 100000 pixels away it is drawn at once; beyond, it is told with the limit."""
    far = 100_000
    for shape in (Mask.rectangle, Mask.ellipse):
        assert shape(Mask((64, 51)), -far, -far, 2 * far, 2 * far).area == 1
        assert Mask((64, 51)).rectangle(-far, -far, far, far).area == 0
        with pytest.raises(UnusableMask, match=r"\(-1000000\.0, .* finite, from -100000 to 100000"):
            shape(Mask((64, 51)), -1e6, -1e6, 2e6, 2e6)


@pytest.mark.parametrize("point", [(-1, 5), (5, -0.5), (20, 5), (5, 10), (1e9, 0)])
def test_filling_begins_inside(point):
    """A fill from beyond the edge has nothing to fill."""
    with pytest.raises(UnusableMask, match=r"outside the 20×10|finite"):
        Mask((20, 10)).fill(point)


@pytest.mark.parametrize("pixels", [4097, -4097, math.nan, "3", None])
def test_growth_has_a_limit(pixels):
    """Growth beyond any picture is refused with the limits."""
    with pytest.raises(UnusableMask, match="-4096 to 4096"):
        Mask((20, 20)).grow(pixels)


@pytest.mark.parametrize(
    "size", [(0, 5), (5, 4097), (-1, 5), (5.5, 5), ("5", "5"), (5,), (5, 5, 5), "ab", 5, None]
)
def test_a_mask_has_a_size(size):
    """A size that no picture has is refused with what was given."""
    with pytest.raises(UnusableMask, match=r"1 to 4096|whole pixels"):
        Mask(size)


def test_a_size_is_a_pair_of_whole_numbers_however_it_is_given():
    """Lists and numpy's numbers are sizes: the mask equals one made from a tuple, and is saved."""
    for size in ([9, 7], np.array([9, 7]), (np.int64(9), np.int32(7))):
        assert Mask(size) == Mask((9, 7))
        assert Mask.from_json(Mask(size).to_json()) == Mask((9, 7))


def listed(*operations: object) -> str:
    """The JSON of a 20×20 mask."""
    return json.dumps({"version": 1, "size": [20, 20], "operations": operations})


def png(mode: str, size: tuple[int, int], value: int) -> str:
    """A plain PNG in Base64."""
    stream = io.BytesIO()
    Image.new(mode, size, value).save(stream, "PNG")
    return base64.b64encode(stream.getvalue()).decode()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "garbage",
        "null",
        "[]",
        "{}",
        "5",
        "[" * 50_000,
        '{"size": [5, 5]}',
        '{"size": [0, 5], "operations": []}',
        '{"size": [5, 4097], "operations": []}',
        '{"size": [Infinity, 5], "operations": []}',
        '{"size": "55", "operations": []}',
        '{"size": [5, 5], "operations": 5}',
        listed(5),
        listed({}),
        listed({"op": "strok", "points": [[1, 1]], "radius": 3}),
        listed({"op": ["stroke"]}),
        listed({"op": "stroke", "points": [[1, 1]]}),
        listed({"op": "stroke", "points": [[1, 1]], "radius": -3}),
        listed({"op": "stroke", "points": [[1, 1]], "radius": 1e9}),
        listed({"op": "stroke", "points": [[1, 1]], "radius": math.nan}),
        listed({"op": "stroke", "points": [[1, 1]], "radius": 3, "value": 128}),
        listed({"op": "stroke", "points": [], "radius": 3}),
        listed({"op": "stroke", "radius": 3}),
        listed({"op": "rectangle", "points": [[1, 1]]}),
        listed({"op": "rectangle", "points": [[1, 1], [2, 2], [3, 3]]}),
        listed({"op": "polygon", "points": [[1, 1], [9, 9]]}),
        listed({"op": "fill"}),
        listed({"op": "fill", "points": [[-5, -5]]}),
        listed({"op": "fill", "points": [[50, 5]]}),
        listed({"op": "grow", "radius": math.inf}),
        listed({"op": "grow", "radius": 1e7}),
        listed({"op": "paste"}),
        listed({"op": "paste", "png": "aaaa"}),
        listed({"op": "paste", "png": png("L", (5, 5), 255)}),
    ],
    ids=lambda text: text[:70].removeprefix('{"version": 1, "size": [20, 20], "operations": '),
)
def test_json_that_is_no_mask_is_refused(text):
    """Text of another making is refused when it is read, never drawn as something else."""
    with pytest.raises(UnusableMask, match=r"Mask\.to_json"):
        Mask.from_json(text)


def test_a_pasted_grey_picture_is_made_sharp():
    """Even a mask from foreign JSON has only 0 and 255."""
    mask = Mask.from_json(listed({"op": "paste", "png": png("L", (20, 20), 200)}))
    assert set(np.unique(np.asarray(mask.to_image()))) == {255}


@given(
    st.text(max_size=30)
    | st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(["size", "operations", "op", "points"]), inner, max_size=4
            )
        ),
        max_leaves=10,
    ).map(json.dumps)
)
def test_any_text_is_a_mask_or_refused(text):
    """Whatever text is read, a mask comes back or our own error."""
    try:
        mask = Mask.from_json(text)
    except UnusableMask:
        return
    assume(mask.size != (0, 0))
    assert Mask.from_json(mask.to_json()) == mask
