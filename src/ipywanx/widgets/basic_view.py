"""What is there for pages that cannot run the editor's own view? ipycanvas' events alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets as widgets
from PIL import Image

from ipywanx.model.strokes import Point
from ipywanx.widgets.surface import Surface

if TYPE_CHECKING:
    from ipywanx.widgets.easel import Easel


class BasicView:
    """An easel on ipycanvas alone: Python hears each move of the mouse and draws each piece.

    Args:
        easel: Whose mask or drawing.

    Attributes:
        surface: Its layers, which the easel draws.
        widget: What is shown.
    """

    def __init__(self, easel: Easel[Any]) -> None:
        self._easel = easel
        self.surface = Surface(easel._picture, easel.color, easel.opacity)  # noqa: SLF001 - one of two halves
        self._points: list[Point] = []
        self._pixels = Image.new("L", (1, 1))
        canvas = self.surface.canvas
        canvas.layout.max_width = "100%"
        canvas.layout.height = "auto"
        canvas.on_mouse_down(self._begin)
        canvas.on_mouse_move(self._extend)
        canvas.on_mouse_up(self._finish)
        canvas.on_mouse_out(self._finish)
        canvas.on_touch_start(lambda touches: self._begin(*touches[0]))
        canvas.on_touch_move(lambda touches: self._extend(*touches[0]))
        canvas.on_touch_end(self._finish)
        canvas.on_touch_cancel(self._finish)
        words = easel.texts
        self._eraser = widgets.Checkbox(description=words["eraser"], indent=False)
        largest = max(easel.radius, max(easel.size) / 6)
        size = widgets.FloatSlider(description=words["radius"], min=1, max=largest)
        widgets.link((easel, "radius"), (size, "value"))
        buttons = [widgets.Button(description=words[name]) for name in ("undo", "redo")]
        for button, act in zip(buttons, (easel.undo, easel.redo), strict=True):
            button.on_click(lambda _, act=act: act())
        self.widget = widgets.VBox([widgets.HBox([self._eraser, size, *buttons]), canvas])

    def _begin(self, x: float, y: float) -> None:
        with self._easel._lock:  # noqa: SLF001
            self._points = [(x, y)]
            self._pixels = self._easel._document.to_image()  # noqa: SLF001
            self._show([(x, y)])

    def _extend(self, x: float, y: float) -> None:
        with self._easel._lock:  # noqa: SLF001
            if self._points:
                self._points.append((x, y))
                self._show(self._points[-2:])

    def _show(self, points: list[Point]) -> None:
        """Show a piece of a stroke that is under way."""
        piece = self._easel._stroke(points, erase=self._eraser.value)  # noqa: SLF001
        self._pixels = piece.draw(self._pixels)
        box = piece.reach(self._pixels.size)
        self.surface.show(self._pixels.crop(box), box)

    def _finish(self, *_: Any) -> None:
        with self._easel._lock:  # noqa: SLF001
            points, self._points = self._points, []
            if points:
                self._easel.draw(points, erase=self._eraser.value)
