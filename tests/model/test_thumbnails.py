"""Is the thumbnail that of the whole, however it came about?"""

import base64
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ipywanx import Mask
from ipywanx.model.document import Document
from ipywanx.model.thumbnails import Thumbnail

SIZE = (211, 97)


def shown(url: str) -> Image.Image:
    """The picture in a data URL."""
    return Image.open(io.BytesIO(base64.b64decode(url.removeprefix("data:image/png;base64,"))))


@given(st.lists(st.tuples(st.integers(-20, 230), st.integers(-20, 120)), max_size=6), st.booleans())
def test_a_thumbnail_kept_current_is_that_of_the_whole(dots, undone):
    """After any strokes and an undo, it is what a thumbnail made of the whole mask would be."""
    document = Document(Mask(SIZE))
    for dot in dots:
        document.do(document.sheet.step("stroke", [dot], radius=9))
    if undone:
        document.undo()
    whole = Thumbnail(SIZE, "L")
    whole.update(document.to_image(), (0, 0, *SIZE))
    assert document.thumbnail == whole.url
    small = np.asarray(shown(document.thumbnail))
    assert small.mean() / 255 == pytest.approx(document.area, abs=0.01)


@pytest.mark.parametrize("size", [(1, 1), (4096, 1), (96, 96), (97, 40), (4096, 4096)])
def test_a_thumbnail_is_small_at_any_size(size):
    """It has at most 96 pixels a side, and the picture's proportions."""
    small = shown(Document(Mask(size)).thumbnail)
    assert max(small.size) <= 96
    factor = max(size) / max(small.size)
    assert small.height == pytest.approx(max(1, size[1] / factor), abs=1)
