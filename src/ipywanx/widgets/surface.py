"""Where is it seen? On ipycanvas: the picture, and what is drawn on it, as layers of its own size.

Python sends drawing commands and never reads a pixel back. Faults of ipycanvas 0.14 are guarded
here: after a page was reloaded it sends to a canvas that the new page has not chosen (which kills
the page's drawing), ``hold_canvas`` stays on after an exception, it is one for all threads, and a
picture that is drawn as a widget may be closed before the page has read it.
"""

from __future__ import annotations

import io
import struct
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
from ipycanvas import Canvas, MultiCanvas
from ipycanvas.canvas import COMMANDS
from PIL import Image

from ipywanx.model.operations import KEEP, Box, Operation

_PREVIEW_QUALITY = 90
# ipycanvas has one command queue for all canvases of a kernel.
_queue = threading.RLock()


class Surface:
    """A picture with a mask over it, or paper with a drawing on it, on ipycanvas.

    Args:
        picture: The picture or the paper, mode RGB.
        color: The mask's colour, as ``#rrggbb``; a drawing has its own colours.
        opacity: Of the mask; under 1.0 where nothing else makes it translucent.

    Attributes:
        canvas: The MultiCanvas, whose layers are the picture and the mask or the drawing.
    """

    def __init__(self, picture: Image.Image, color: str, opacity: float = 1.0) -> None:
        self.size = picture.size
        self.color = color
        self.opacity = opacity
        width, height = picture.size
        self.canvas = MultiCanvas(2, width=width, height=height)
        self._picture_layer: Canvas = self.canvas[0]
        self._drawing_layer: Canvas = self.canvas[1]
        stream = io.BytesIO()
        picture.save(stream, "JPEG", quality=_PREVIEW_QUALITY)
        self._picture = stream.getvalue()

    def on_new_page(self, redraw: Callable[[], None]) -> None:
        """Call ``redraw`` whenever a page begins to show this: the first, and after a reload."""
        self.canvas.on_client_ready(redraw)

    def draw_all(self, drawn: Image.Image) -> None:
        """Draw everything, as for a page that shows nothing yet."""
        with self._drawing():
            self._put(self._picture_layer, self._picture, (0, 0))
            self._patch(drawn, (0, 0, *self.size))

    def draw(self, operation: Operation) -> bool:
        """Draw a stroke or a shape by itself; False for steps that need :meth:`show`.

        Polygons do: where one crosses itself, ``fill_polygon`` and Pillow differ. So does all that
        is translucent: it would be darker where it crosses what is there. And a pen's stroke, which
        is as many shapes as it has points.
        """
        simple = operation.name in {"stroke", "rectangle", "ellipse"} and not operation.radii
        if not simple or self.opacity < 1:
            return False
        layer = self._drawing_layer
        with self._drawing():
            layer.global_composite_operation = (
                "destination-out" if operation.value == KEEP else "source-over"
            )
            color = operation.value if isinstance(operation.value, str) else self.color
            layer.fill_style = layer.stroke_style = color
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
            layer.global_composite_operation = "source-over"
        return True

    def show(self, pixels: Image.Image, box: Box) -> None:
        """Show these pixels of the mask (mode L) or the drawing (RGB) in a box of the picture."""
        with self._drawing():
            self._patch(pixels, box)

    def _patch(self, pixels: Image.Image, box: Box) -> None:
        left, top, right, bottom = box
        if right <= left or bottom <= top:
            return
        self._drawing_layer.clear_rect(left, top, right - left, bottom - top)
        file = _tinted(pixels, self.color, self.opacity) if pixels.mode == "L" else _png(pixels)
        self._put(self._drawing_layer, file, (left, top))

    def _put(self, layer: Canvas, file: bytes, at: tuple[int, int]) -> None:
        """Draw a picture file: ``put_image_data``, but with bytes that are encoded already."""
        self.canvas._canvas_manager.send_draw_command(  # noqa: SLF001 - see above
            layer, COMMANDS["putImageData"], list(at), [file]
        )

    @contextmanager
    def _drawing(self) -> Iterator[None]:
        """One batch of commands, sent together, whatever happens inside.

        It names its canvas anew: a page that was opened since then has chosen none.
        """
        manager = self.canvas._canvas_manager  # noqa: SLF001 - hold_canvas is neither safe nor ours
        with _queue:
            held, manager._caching = manager._caching, True  # noqa: SLF001
            manager._current_canvas = None  # noqa: SLF001
            try:
                yield
            finally:
                try:
                    # Also where somebody's hold_canvas is on: it may be stuck, see above.
                    manager.flush()
                finally:
                    manager._caching = held  # noqa: SLF001

    def close(self) -> None:
        """Take the widgets back."""
        for widget in (self.canvas, self._picture_layer, self._drawing_layer):
            widget.close()


def _tinted(pixels: Image.Image, color: str, opacity: float) -> bytes:
    """A mask as a PNG of one colour: a bit a pixel, 0 transparent.

    Written by hand: at 4096² that takes half as long as Pillow, and each undo sends one.
    """
    width, height = pixels.size
    bits = np.packbits(np.asarray(pixels), axis=1)
    lines = np.zeros((height, bits.shape[1] + 1), np.uint8)  # each begins with its filter: none
    lines[:, 1:] = bits
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        _chunk(name, data)
        for name, data in (
            (b"IHDR", struct.pack(">2I5B", width, height, 1, 3, 0, 0, 0)),  # 1 bit, a palette
            (b"PLTE", b"\0\0\0" + bytes.fromhex(color.removeprefix("#"))),
            (b"tRNS", bytes((0, round(255 * opacity)))),
            (b"IDAT", zlib.compress(lines.tobytes(), 1)),
            (b"IEND", b""),
        )
    )


def _png(pixels: Image.Image) -> bytes:
    stream = io.BytesIO()
    pixels.save(stream, "PNG", compress_level=1)
    return stream.getvalue()


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
