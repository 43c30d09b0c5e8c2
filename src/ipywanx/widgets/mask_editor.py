"""How is a mask painted by hand?

The browser's half (``mask_editor.js``) shows ink at once and sends each finished stroke as one
message; this half owns the mask: a :class:`~ipywanx.model.document.MaskDocument`, drawn on an
ipycanvas :class:`~ipywanx.widgets.surface.Surface`. Messages may come in any thread, twice, or
from a page that has gone wrong: each is checked, and answered once.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import anywidget
import ipywidgets as widgets
import traitlets
from PIL import Image

from ipywanx.errors import UnusableImage, UnusableMask, WanxError
from ipywanx.model.document import MaskDocument
from ipywanx.model.images import load
from ipywanx.model.masks import Mask
from ipywanx.model.operations import EDIT, KEEP, Box, Operation, operation
from ipywanx.model.regions import similar_region
from ipywanx.widgets.surface import Surface
from ipywanx.widgets.texts import editor_texts

Select = Callable[[Image.Image, tuple[float, float]], Any]
"""A picture and a point (x, y) in its pixels, to a boolean array (height, width)."""

_HERE = Path(__file__).parent
_REMEMBERED = 2000
_SHAPES = {"stroke", "rectangle", "ellipse", "polygon"}


class MaskEditor(anywidget.AnyWidget):
    """Paint a mask on a picture; ``editor.mask`` is always what is painted.

    Tools: brush, eraser, rectangle, ellipse, lasso, polygon, fill inside an outline, magic wand;
    grow, shrink, smooth, invert, clear; undo and redo without limit; zoom up to 800 %; all of it
    by mouse, pen, touch or keyboard.

    Args:
        image: What :func:`ipywanx.edit` takes as picture, with its pixels here (no http URL).
        mask: Where to begin: a ``Mask``, or anything that ``Mask.from_image`` takes.
        select: A callable that the wand uses instead of colour: picture, (x, y) → boolean array.
        fit: Resize a picture outside the service's limits.

    Raises:
        UnusableImage: Not a picture that the service takes.
        UnusableMask: The mask has another size.

    Attributes:
        radius: The brush's radius in pixels of the picture.
        color, opacity: How the mask is shown; it changes nothing in the mask.
        tolerance: How different a colour may be for the wand, 0 to 255.
        pressure: Whether a pen's pressure sets the brush's size.
    """

    _esm = _HERE / "mask_editor.js"
    _css = _HERE / "mask_editor.css"

    surface = traitlets.Any().tag(sync=True, **widgets.widget_serialization)
    size = traitlets.List(trait=traitlets.Int()).tag(sync=True)
    tool = traitlets.Unicode("brush").tag(sync=True)
    erase = traitlets.Bool(default_value=False).tag(sync=True)
    radius = traitlets.Float(24.0).tag(sync=True)
    tolerance = traitlets.Float(24.0).tag(sync=True)
    color = traitlets.Unicode("#e01b5d").tag(sync=True)
    opacity = traitlets.Float(0.5).tag(sync=True)
    pressure = traitlets.Bool(default_value=False).tag(sync=True)
    texts = traitlets.Dict().tag(sync=True)
    state = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        image: Any,
        *,
        mask: Any = None,
        select: Select | None = None,
        fit: bool = False,
        **traits: Any,
    ) -> None:
        picture = load(image, fit=fit)
        self.image = picture.to_image()
        self.select = select
        start = mask if isinstance(mask, Mask) else None
        start = start or (Mask(self.image.size) if mask is None else Mask.from_image(mask))
        if start.size != self.image.size:
            raise UnusableMask(
                f"The mask is {start.size[0]}×{start.size[1]} pixels, the picture "
                f"{self.image.width}×{self.image.height}; they must be equal."
            )
        self._lock = threading.RLock()
        self._answered: OrderedDict[str, None] = OrderedDict()
        self._document = MaskDocument(start)
        color = traits.get("color", type(self).color.default_value)
        self._surface = Surface(self.image, color)
        traits.setdefault("radius", max(4.0, round(max(self.image.size) / 50)))
        super().__init__(
            surface=self._surface.canvas,
            size=list(self.image.size),
            texts=editor_texts(),
            state=self._state(),
            **traits,
        )
        self._surface.on_new_page(self._redraw)
        self.on_msg(self._receive)
        self.observe(self._recolor, "color")

    @property
    def mask(self) -> Mask:
        """The mask as it is painted now; setting one replaces it, which can be undone."""
        return self._document.mask

    @mask.setter
    def mask(self, value: Any) -> None:
        new = value if isinstance(value, Mask) else Mask.from_image(value)
        if new.size != self.image.size:
            raise UnusableMask(
                f"The mask is {new.size[0]}×{new.size[1]} pixels, the picture "
                f"{self.image.width}×{self.image.height}; they must be equal."
            )
        for step in Mask.from_image(new.to_image()).operations:
            self._do(step)

    def undo(self) -> bool:
        """Take the last step back; False where there is none."""
        return self._show_box(self._document.undo())

    def redo(self) -> bool:
        """Do the step again that was undone last; False where there is none."""
        return self._show_box(self._document.redo())

    def _do(self, step: Operation) -> None:
        with self._lock:
            box = self._document.do(step)
            if not self._surface.draw(step):
                self._surface.show(self._document.to_image(box), box)
            self.state = self._state()

    def _show_box(self, box: Box | None) -> bool:
        if box is None:
            return False
        with self._lock:
            self._surface.show(self._document.to_image(box), box)
            self.state = self._state()
        return True

    def _redraw(self) -> None:
        with self._lock:
            self._surface.draw_all(self._document.to_image())

    def _recolor(self, change: dict[str, Any]) -> None:
        with self._lock:
            self._surface.color = change["new"]
            self._surface.show(self._document.to_image(), (0, 0, *self.image.size))

    def _state(self, problem: str = "") -> dict[str, Any]:
        """What the browser shows of the document."""
        document = self._document
        return {
            "undo": document.undoable,
            "redo": document.redoable,
            "area": document.area,
            "problem": problem,
        }

    # ---- messages of the browser's half

    def _receive(self, _: Any, content: Any, buffers: Sequence[Any]) -> None:
        """Do what one message asks for, once, and acknowledge it; nonsense changes nothing."""
        if not isinstance(content, dict) or not isinstance(content.get("id"), str):
            return
        name = content["id"][:64]
        with self._lock:
            if name not in self._answered:
                self._answered[name] = None
                if len(self._answered) > _REMEMBERED:
                    self._answered.popitem(last=False)
                self._obey(content, buffers)
            self.send({"kind": "ack", "id": content["id"]})

    def _obey(self, content: dict[str, Any], buffers: Sequence[Any]) -> None:
        try:
            match content.get("kind"):
                case "draw":
                    self._do(self._drawn(content, buffers))
                case "act":
                    self._act(content)
        except WanxError as error:
            self.state = self._state(str(error))
        except (TypeError, ValueError, LookupError):
            self.state = self._state("That message could not be read.")

    def _drawn(self, content: dict[str, Any], buffers: Sequence[Any]) -> Operation:
        if content["shape"] not in _SHAPES:
            raise UnusableMask(f"There is no shape {content['shape']!r}.")
        numbers = memoryview(buffers[0]).cast("B").cast("f").tolist()
        points = list(zip(numbers[::2], numbers[1::2], strict=True))
        return operation(
            content["shape"],
            points,
            size=self.image.size,
            radius=content.get("radius", 0.0),
            value=KEEP if content.get("erase") is True else EDIT,
        )

    def _act(self, content: dict[str, Any]) -> None:
        size = self.image.size
        match content.get("name"):
            case "undo":
                self.undo()
            case "redo":
                self.redo()
            case "invert" | "clear" as name:
                self._do(operation(name, size=size))
            case "grow" | "smooth" as name:
                self._do(operation(name, size=size, radius=content["amount"]))
            case "fill":
                self._do(operation("fill", [content["point"]], size=size))
            case "wand":
                self._do(self._selected(content))

    def _selected(self, content: dict[str, Any]) -> Operation:
        """What the wand takes at a point: by colour, or by the person's own callable."""
        x, y = (float(at) for at in content["point"])
        if not (0 <= x < self.image.width and 0 <= y < self.image.height):
            raise UnusableMask(f"The point ({x:.0f}, {y:.0f}) is outside the picture.")
        if self.select is None:
            found = similar_region(self.image, (x, y), float(content["tolerance"]))
        else:
            found = self._asked((x, y))
        value = KEEP if self.erase else EDIT
        return Mask(self.image.size).region(found).operations[0].with_value(value)

    def _asked(self, point: tuple[float, float]) -> Any:
        try:
            found = self.select(self.image, point) if self.select else None
        except Exception as error:
            raise UnusableImage(f"select failed: {type(error).__name__}: {error}") from error
        if getattr(found, "shape", None) != (self.image.height, self.image.width):
            raise UnusableMask(
                f"select gave {getattr(found, 'shape', type(found).__name__)}; expected a boolean "
                f"array of the shape {(self.image.height, self.image.width)}."
            )
        return found
