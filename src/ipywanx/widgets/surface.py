"""Where is a mask drawn? On ipycanvas: the picture and its mask as two layers of its own size.

Python sends drawing commands and never reads a pixel back. Three faults of ipycanvas 0.14 are
guarded here: after a page was reloaded it sends to a canvas that the new page has not chosen
(which kills the page's drawing), ``hold_canvas`` stays on after an exception, and it is one for
all threads.
"""

from __future__ import annotations

import io
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import ipywidgets as widgets
from ipycanvas import Canvas, MultiCanvas
from PIL import Image

from ipywanx.model.operations import EDIT, Box, Operation

_PREVIEW_QUALITY = 90
# ipycanvas has one command queue for all canvases of a kernel.
_queue = threading.RLock()


class Surface:
    """A picture with a mask over it, on ipycanvas.

    Args:
        picture: The picture, mode RGB.
        color: The mask's colour, as ``#rrggbb``.

    Attributes:
        canvas: The MultiCanvas, whose layers are the picture and the mask.
    """

    def __init__(self, picture: Image.Image, color: str) -> None:
        self.size = picture.size
        self.color = color
        width, height = picture.size
        self.canvas = MultiCanvas(2, width=width, height=height)
        self._picture_layer: Canvas = self.canvas[0]
        self._mask_layer: Canvas = self.canvas[1]
        stream = io.BytesIO()
        picture.save(stream, "JPEG", quality=_PREVIEW_QUALITY)
        self._picture = widgets.Image(value=stream.getvalue(), format="jpeg")
        # The browser may still be reading a patch while the next one is sent.
        self._patches: deque[widgets.Image] = deque()

    def on_new_page(self, redraw: Callable[[], None]) -> None:
        """Call ``redraw`` whenever a page begins to show this: the first, and after a reload."""
        self.canvas.on_client_ready(redraw)

    def draw_all(self, mask: Image.Image) -> None:
        """Draw the picture and the whole mask, as for a page that shows nothing yet."""
        with self._drawing():
            self.canvas._canvas_manager._current_canvas = None  # noqa: SLF001 - its guard is missing
            self._picture_layer.draw_image(self._picture, 0, 0)
            self._patch(mask, (0, 0, *self.size))

    def draw(self, operation: Operation) -> bool:
        """Draw a stroke or a shape by itself; False for steps that need :meth:`show`."""
        if operation.name not in {"stroke", "rectangle", "ellipse", "polygon"}:
            return False
        layer = self._mask_layer
        with self._drawing():
            layer.global_composite_operation = (
                "source-over" if operation.value == EDIT else "destination-out"
            )
            layer.fill_style = layer.stroke_style = self.color
            points = [list(point) for point in operation.points]
            (x0, y0), (x1, y1) = points[0], points[-1]
            match operation.name:
                case "stroke" if len(points) == 1:
                    layer.fill_circle(x0, y0, operation.radius)
                case "stroke":
                    layer.line_width = 2 * operation.radius
                    layer.line_cap = layer.line_join = "round"
                    layer.stroke_lines(points)
                case "rectangle":
                    layer.fill_rect(x0, y0, x1 - x0, y1 - y0)
                case "ellipse":
                    layer.begin_path()
                    middle = ((x0 + x1) / 2, (y0 + y1) / 2)
                    layer.ellipse(*middle, (x1 - x0) / 2, (y1 - y0) / 2, 0, 0, 7)
                    layer.fill()
                case "polygon":
                    layer.fill_polygon(points)
            layer.global_composite_operation = "source-over"
        return True

    def show(self, pixels: Image.Image, box: Box) -> None:
        """Show these mask pixels (mode L, 0 and 255) in a box of the picture."""
        with self._drawing():
            self._patch(pixels, box)

    def _patch(self, pixels: Image.Image, box: Box) -> None:
        left, top, right, bottom = box
        if right <= left or bottom <= top:
            return
        patch = widgets.Image(value=_tinted(pixels, self.color), format="png")
        self._patches.append(patch)
        while len(self._patches) > 16:
            self._patches.popleft().close()
        self._mask_layer.clear_rect(left, top, right - left, bottom - top)
        self._mask_layer.draw_image(patch, left, top)

    @contextmanager
    def _drawing(self) -> Iterator[None]:
        """One batch of commands, sent together, whatever happens inside."""
        manager = self.canvas._canvas_manager  # noqa: SLF001 - hold_canvas is neither safe nor ours
        with _queue:
            held, manager._caching = manager._caching, True  # noqa: SLF001
            try:
                yield
            finally:
                try:
                    if not held:
                        manager.flush()  # which does nothing once caching is off
                finally:
                    manager._caching = held  # noqa: SLF001

    def close(self) -> None:
        """Take the widgets back."""
        for widget in (self.canvas, self._picture, *self._patches):
            widget.close()


def _tinted(pixels: Image.Image, color: str) -> bytes:
    """A mask as a PNG of one colour: a bit a pixel, 0 transparent."""
    rgb = bytes.fromhex(color.removeprefix("#"))
    tinted = pixels.point(lambda value: 1 if value else 0).convert("P")
    tinted.putpalette(b"\0\0\0" + rgb)
    stream = io.BytesIO()
    tinted.save(stream, "PNG", bits=1, transparency=0, compress_level=1)
    return stream.getvalue()
