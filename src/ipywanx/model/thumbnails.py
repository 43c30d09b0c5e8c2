"""What does it look like, small? A thumbnail that costs what a step has changed."""

from __future__ import annotations

import base64
import io

from PIL import Image

from ipywanx.model.operations import BLANK, Box, Mode

LONGEST = 96
"""The thumbnail's longer side has at most so many pixels."""


class Thumbnail:
    """A sheet made small by a whole factor, kept current box by box.

    Args:
        size: Of the sheet.
        mode: Of its pixels.
    """

    def __init__(self, size: tuple[int, int], mode: Mode) -> None:
        self._factor = -(-max(size) // LONGEST)
        small = [-(-side // self._factor) for side in size]
        self._image = Image.new(mode, (small[0], small[1]), BLANK[mode])

    def update(self, canvas: Image.Image, box: Box) -> None:
        """Look again at a box of the sheet's pixels."""
        left, top, right, bottom = box
        if right <= left or bottom <= top:
            return
        by = self._factor
        left, top = left // by, top // by  # whole blocks, so that a part is as it is in the whole
        right = min(-(-right // by) * by, canvas.width)
        bottom = min(-(-bottom // by) * by, canvas.height)
        self._image.paste(canvas.reduce(by, (left * by, top * by, right, bottom)), (left, top))

    @property
    def url(self) -> str:
        """It as a PNG, in a ``data:`` URL."""
        stream = io.BytesIO()
        self._image.save(stream, "PNG", compress_level=1)
        return f"data:image/png;base64,{base64.b64encode(stream.getvalue()).decode('ascii')}"
