"""Where is a sketch drawn for ``doodle``? On an easel with blank paper and colours."""

from __future__ import annotations

from typing import Any

import traitlets
from PIL import Image

from ipywanx.errors import UnusableImage
from ipywanx.given import refused
from ipywanx.model.drawings import Drawing
from ipywanx.model.images import MAX_SIDE, MIN_SIDE
from ipywanx.model.loading import load
from ipywanx.model.operations import PAPER, Value
from ipywanx.text import Text
from ipywanx.widgets.easel import Easel
from ipywanx.widgets.texts import board_texts

_PALETTE = {
    "black": "#1d1d1f",
    "grey": "#8e8e93",
    "red": "#d92c2c",
    "orange": "#f28c1e",
    "yellow": "#f7d038",
    "green": "#2f9e44",
    "blue": "#2563d9",
    "brown": "#7a4a22",
}


class DoodleBoard(Easel[Drawing]):
    """Draw a sketch; ``board.image`` is always what is drawn.

        >>> board = wx.DoodleBoard(size=(1024, 768))
        >>> wx.edit("doodle", board, "a cottage by a lake", is_sketch=True)

    Tools: brush (a straight line with Shift), eraser, rectangle, ellipse, lasso and polygon (filled
    shapes), fill inside an outline; undo and redo without limit; zoom up to 800 %; all of it by
    mouse, pen, touch or keyboard.

    Args:
        size: (width, height) of blank paper in pixels, 512 to 4096 a side.
        image: Where to begin instead: what :func:`ipywanx.edit` takes as picture (no http URL), or
            a ``Drawing``, whose steps are kept.
        fit: Resize a picture outside the service's limits.

    Raises:
        UnusableImage: A size, or a picture, that the service does not take.

    Attributes:
        state: How many steps can be undone and redone, the part that is drawn on, a thumbnail, and
            what the last step complained about.
        color: What is drawn with, as ``#rrggbb``.
        radius: The brush's radius in pixels.
        pressure: Whether a pen's pressure sets the brush's size along the stroke.
    """

    tools = traitlets.List(
        ["brush", "eraser", "rectangle", "ellipse", "lasso", "polygon", "fill"]
    ).tag(sync=True)
    steps = traitlets.List(["undo", "redo", "clear"]).tag(sync=True)
    color = traitlets.Unicode(_PALETTE["black"]).tag(sync=True)
    paper = traitlets.Unicode(PAPER).tag(sync=True)
    palette = traitlets.Dict(_PALETTE).tag(sync=True)

    def __init__(
        self,
        size: tuple[int, int] = (1024, 768),
        *,
        image: Any = None,
        fit: bool = False,
        **traits: Any,
    ) -> None:
        if image is None:
            start = Drawing(size)
        elif isinstance(image, Drawing):
            start = image
        else:
            start = Drawing.from_image(load(image, fit=fit))
        if not all(MIN_SIDE <= side <= MAX_SIDE for side in start.size):
            raise UnusableImage(
                Text(
                    f"The board is {start.size[0]}×{start.size[1]} pixels; the service takes "
                    f"{MIN_SIDE} to {MAX_SIDE} a side.",
                    f"画板为 {start.size[0]}×{start.size[1]} 像素；服务要求每边 "
                    f"{MIN_SIDE} 到 {MAX_SIDE} 像素。",
                )
            )
        traits.setdefault("radius", max(3.0, round(max(start.size) / 256)))
        super().__init__(start, Image.new("RGB", start.size, PAPER), **traits)

    def _words(self) -> dict[str, str]:
        return board_texts(self.language)

    def _still(self) -> Image.Image:
        return self._document.to_image()

    @property
    def image(self) -> Image.Image:
        """The drawing's pixels: mode RGB, exactly the board's size."""
        return self._document.to_image()

    def _ipywanx_image_(self) -> tuple[Image.Image, Text | None]:
        return self.image, None

    @property
    def drawing(self) -> Drawing:
        """The drawing as its steps; setting one of the same size replaces it, as one step."""
        return self._document.sheet

    @drawing.setter
    def drawing(self, value: Any) -> None:
        if not isinstance(value, Drawing):
            raise refused(
                "drawing",
                value,
                Text("a Drawing", "Drawing 对象"),
                Text("Drawing.from_image makes one.", "Drawing.from_image 可以创建。"),
                kind=UnusableImage,
            )
        if value.size != self._document.size:
            width, height = self._document.size
            raise UnusableImage(
                Text(
                    f"The drawing is {value.size[0]}×{value.size[1]} pixels, the board "
                    f"{width}×{height}; they must be equal.",
                    f"草图为 {value.size[0]}×{value.size[1]} 像素，画板为 {width}×{height} 像素；"
                    "两者必须相同。",
                )
            )
        self._set(value)

    def _value(self, content: dict[str, Any]) -> Value:
        return PAPER if content.get("erase") is True else str(content.get("color"))
