"""A mask being made: drawn, undone and redone, always current, always exact."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ipywanx import Mask
from ipywanx.model import document as document_module
from ipywanx.model.document import Document
from ipywanx.model.operations import EDIT, KEEP
from ipywanx.model.steps import operation

SIZE = (61, 47)

near = st.floats(-30, 90, allow_nan=False)
points = st.tuples(near, near)
values = st.sampled_from([EDIT, KEEP])
boxes = st.tuples(near, near, st.floats(0.5, 60), st.floats(0.5, 60))


@st.composite
def steps(draw):
    """Any one step that a hand or a program can make."""
    name = draw(st.sampled_from(["stroke", "rectangle", "ellipse", "polygon", "fill", "grow",
                                 "smooth", "invert", "clear", "region", "paste"]))  # fmt: skip
    value = draw(values)
    match name:
        case "stroke":
            path = draw(st.lists(points, min_size=1, max_size=6))
            radius = draw(st.floats(0.1, 30))
            if draw(st.booleans()):  # a pen's
                radius = [radius * (i + 1) / len(path) for i in range(len(path))]
            return operation(name, path, size=SIZE, radius=radius, value=value)
        case "rectangle" | "ellipse":
            x, y, width, height = draw(boxes)
            return operation(name, [(x, y), (x + width, y + height)], size=SIZE, value=value)
        case "polygon":
            path = draw(st.lists(points, min_size=3, max_size=8))
            return operation(name, path, size=SIZE, value=value)
        case "fill":
            seed = draw(st.tuples(st.integers(0, SIZE[0] - 1), st.integers(0, SIZE[1] - 1)))
            return operation(name, [seed], size=SIZE, value=value)
        case "grow":
            return operation(name, size=SIZE, radius=draw(st.integers(-9, 9)))
        case "smooth":
            return operation(name, size=SIZE, radius=draw(st.floats(0.5, 9)))
        case "region" | "paste":
            size = SIZE if name == "paste" else draw(st.tuples(*[st.integers(1, 40)] * 2))
            bits = draw(st.integers(0, 2**31))
            pixels = np.random.default_rng(bits).random(size[::-1]) < 0.5
            step = Mask(size).region(pixels).operations[0]
            at = [draw(points)] if name == "region" else ()
            return operation(name, at, size=SIZE, value=value, png=step.png)
    return operation(name, size=SIZE)


def pixels_of(document: Document) -> np.ndarray:
    """Return its pixels, after a check of what is always true."""
    image = document.to_image()
    pixels = np.asarray(image)
    assert image.mode == "L"
    assert image.size == SIZE
    assert set(np.unique(pixels)) <= {KEEP, EDIT}
    assert np.array_equal(pixels, np.asarray(document.sheet.to_image()))
    assert document.area == pytest.approx((pixels == EDIT).mean())
    return pixels


@settings(max_examples=150)
@given(st.lists(steps(), max_size=8))
def test_pixels_are_exact_and_those_of_the_mask(made):
    """After any steps the pixels are 0 or 255, at the exact size, and what the mask draws."""
    document = Document(Mask(SIZE))
    for step in made:
        before = pixels_of(document)
        left, top, right, bottom = document.do(step)
        after = pixels_of(document).copy()
        after[top:bottom, left:right] = before[top:bottom, left:right]
        assert np.array_equal(after, before)  # nothing changed outside of the box it told
    assert document.sheet.operations == tuple(made)


@settings(max_examples=100)
@given(st.lists(steps(), min_size=1, max_size=8), st.sampled_from([0, 40, 2**26]))
def test_undo_and_redo_are_exact(made, memory):
    """Undo gives the very pixels of before, redo those of after, also where memory is short."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(document_module, "PATCH_BYTES", memory)
        ground = Mask(SIZE).rectangle(5, 5, 20, 20)
        document = Document(ground)
        seen = [pixels_of(document)]
        for step in made:
            document.do(step)
            seen.append(pixels_of(document))
        for _ in range(2):
            for expected in reversed(seen[:-1]):
                assert document.undo() is not None
                assert np.array_equal(pixels_of(document), expected)
            assert document.undo() is None
            assert document.undoable == 0
            assert document.redoable == len(made)
            for expected in seen[1:]:
                assert document.redo() is not None
                assert np.array_equal(pixels_of(document), expected)
            assert document.redo() is None
        assert document.sheet == Mask(SIZE, (*ground.operations, *made))


@settings(max_examples=100)
@given(st.lists(st.one_of(steps(), st.sampled_from(["undo", "redo"])), max_size=20))
def test_any_walk_is_what_is_left_of_it(walk):
    """Whatever is drawn, undone and redone in any order: the mask is the steps that are left."""
    document = Document(Mask(SIZE))
    done, undone = [], []
    for one in walk:
        if one == "undo":
            assert (document.undo() is None) == (not done)
            undone += [done.pop()] if done else []
        elif one == "redo":
            assert (document.redo() is None) == (not undone)
            done += [undone.pop()] if undone else []
        else:
            document.do(one)
            done.append(one)
            undone.clear()
        assert document.last is (done[-1] if done else None)
    assert document.sheet.operations == tuple(done)
    assert (document.undoable, document.redoable) == (len(done), len(undone))
    pixels_of(document)


@given(st.lists(steps(), min_size=1, max_size=4), steps())
def test_replace_is_undo_and_do(made, other):
    """A step that replaces the last one leaves no trace of it, and tells all that changed."""
    document, plain = Document(Mask(SIZE)), Document(Mask(SIZE))
    for step in made:
        document.do(step)
    for step in [*made[:-1], other]:
        plain.do(step)
    before = pixels_of(document)
    left, top, right, bottom = document.replace(other)
    after = pixels_of(document)
    assert document.sheet == plain.sheet
    changed = before != after
    changed[top:bottom, left:right] = False
    assert not changed.any()


def test_many_steps_stay_in_memory():
    """What steps covered takes no more than its limit, and undo goes all the way back."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(document_module, "PATCH_BYTES", 2000)
        document = Document(Mask(SIZE))
        for i in range(300):
            path = [(i % 61, 0), (61 - i % 61, 47)]
            document.do(operation("stroke", path, size=SIZE, radius=2, value=(EDIT, KEEP)[i % 2]))
        assert document._kept <= 2000
        kept = sum(len(step.covered or b"") for step in document._steps)
        assert kept == document._kept
        for _ in range(300):
            document.undo()
        assert not pixels_of(document).any()


def test_threads_draw_at_once():
    """Eight threads that draw and undo at once leave a mask that is what its steps draw."""
    document = Document(Mask(SIZE))

    def draw(seed: int) -> None:
        random = np.random.default_rng(seed)
        for _ in range(60):
            if random.random() < 0.3:
                document.undo()
            else:
                path = random.uniform(0, 60, (3, 2)).tolist()
                document.do(operation("stroke", path, size=SIZE, radius=3))

    with ThreadPoolExecutor() as pool:
        list(pool.map(draw, range(8)))
    pixels_of(document)
