"""How is a mask painted by hand?

The browser's half (``page/``) shows ink at once and sends each finished stroke as one
message; this half owns the mask: a :class:`~ipywanx.model.document.MaskDocument`, drawn on an
ipycanvas :class:`~ipywanx.widgets.surface.Surface`. Messages may come in any thread, twice, or
from a page that has gone wrong: each is checked, and answered once.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

import anywidget
import ipywidgets as widgets
import traitlets
from PIL import Image

from ipywanx.errors import UnusableImage, UnusableMask, WanxError
from ipywanx.model.document import MaskDocument
from ipywanx.model.images import load, open_image
from ipywanx.model.masks import Mask
from ipywanx.model.operations import EDIT, KEEP, Box, Operation, Point, operation
from ipywanx.model.recognition import recognized
from ipywanx.model.regions import similar_region
from ipywanx.widgets.basic_view import BasicView
from ipywanx.widgets.esm import MASK_EDITOR, module
from ipywanx.widgets.surface import Surface
from ipywanx.widgets.texts import editor_texts

Select = Callable[[Image.Image, tuple[float, float]], Any]
"""A picture and a point (x, y) in its pixels, to a boolean array (height, width)."""

_TOOLS = ["brush", "eraser", "rectangle", "ellipse", "lasso", "polygon", "fill", "wand"]
_STEPS = ["undo", "redo", "grow", "shrink", "smooth", "invert", "clear"]
_REMEMBERED = 4000
_SHAPES = {"stroke", "rectangle", "ellipse", "polygon"}
_FARTHEST = 200  # pixels to grow or smooth by; the page offers no more
_SIZES_OF_IDS = range(1, 65)
# All that a message of a page gone wrong was seen to raise.
_UNREADABLE = (ArithmeticError, AttributeError, BufferError, LookupError, TypeError, ValueError)


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

    The notebook has the picture and the mask as two layers of an ipycanvas ``MultiCanvas``. Where
    the page cannot run the editor's own view (no anywidget), show :attr:`basic` instead.

    Attributes:
        state: How many steps can be undone and redone, the painted part of the picture, and what
            the last step complained about.
        radius: The brush's radius in pixels of the picture.
        color, opacity: How the mask is shown; it changes nothing in the mask.
        tolerance: How different a colour may be for the wand, 0 to 255.
        pressure: Whether a pen's pressure sets the brush's size.
    """

    _esm = module(*MASK_EDITOR)
    _css = module("editor.css")

    surface = traitlets.Any().tag(sync=True, **widgets.widget_serialization)
    size = traitlets.List(trait=traitlets.Int()).tag(sync=True)
    tools = traitlets.List(_TOOLS).tag(sync=True)
    steps = traitlets.List(_STEPS).tag(sync=True)
    tool = traitlets.Unicode("brush").tag(sync=True)
    erase = traitlets.Bool(default_value=False).tag(sync=True)
    radius = traitlets.Float(24.0).tag(sync=True)
    tolerance = traitlets.Float(24.0).tag(sync=True)
    color = traitlets.Unicode("#e01b5d").tag(sync=True)
    opacity = traitlets.Float(0.5).tag(sync=True)
    pressure = traitlets.Bool(default_value=False).tag(sync=True)
    texts = traitlets.Dict().tag(sync=True)
    state = traitlets.Dict().tag(sync=True)

    _surfaces: tuple[Surface, ...] = ()  # also of one that was refused before it was made

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
        start = Mask(self.image.size) if mask is None else self._fitting(mask)
        self._lock = threading.RLock()
        self._answered: OrderedDict[str, None] = OrderedDict()
        self._document = MaskDocument(start)
        self._wand: tuple[Operation, Point, int] | None = None
        color = str(traits.get("color", type(self).color.default_value))
        self._surface = Surface(self.image, color)
        self._surfaces = (self._surface,)
        self._basic: BasicView | None = None
        traits.setdefault("radius", max(4.0, round(max(self.image.size) / 50)))
        super().__init__(
            surface=self._surface.canvas,
            size=list(self.image.size),
            texts=editor_texts(),
            state=self._state(),
            **traits,
        )
        self._surface.on_new_page(lambda: self._redraw(self._surface))
        self.on_msg(self._receive)
        self.observe(self._recolor, "color")

    @property
    def mask(self) -> Mask:
        """The mask as it is painted now; setting one replaces it, which can be undone."""
        return self._document.mask

    @mask.setter
    def mask(self, value: Any) -> None:
        new = self._fitting(value)
        with self._lock:
            old = self._document.mask.operations
            # What only adds steps, such as `editor.mask = editor.mask.polygon(...)`, stays steps.
            if new.operations[: len(old)] == old:
                for step in new.operations[len(old) :]:
                    self._do(step)
            else:
                self._do(Mask.from_image(new.to_image()).operations[0])

    def import_mask(self, source: Any) -> tuple[str, ...]:
        """Take any picture as the mask, in one step that can be undone.

        Args:
            source: A ``Mask``, or a path, bytes, PIL image, array or earlier result. A boolean
                array says where to edit. Else the border tells what is kept: of a picture with
                transparent parts by its alpha, of others by their brightness. So it may be a
                cut-out or a hole, white on black or black on white.

        Returns:
            What was assumed or changed, one sentence each.

        Raises:
            UnusableImage: Not a picture.
        """
        notices: list[str] = []
        if isinstance(source, Mask):
            grey = source.to_image()
        elif str(getattr(source, "dtype", "")) == "bool":
            grey = open_image(source)
        else:
            grey = recognized(open_image(source), notices)
        if grey.size != self.image.size:
            notices.append(
                f"The mask was resized from {grey.width}×{grey.height} to "
                f"{self.image.width}×{self.image.height} pixels."
            )
            grey = grey.resize(self.image.size, Image.Resampling.BILINEAR)
        self._do(Mask.from_image(grey).operations[0])
        return tuple(notices)

    def undo(self) -> bool:
        """Take the last step back; False where there is none."""
        with self._lock:
            return self._show_box(self._document.undo())

    def redo(self) -> bool:
        """Do the step again that was undone last; False where there is none."""
        with self._lock:
            return self._show_box(self._document.redo())

    @property
    def basic(self) -> widgets.Widget:
        """A plainer view of the same mask: ipycanvas alone, brush and eraser, by mouse or touch.

        For pages that cannot run the editor's own view. It shows ink when Python has drawn it.
        """
        with self._lock:
            if self._basic is None:
                self._basic = BasicView(self)
                plain = self._basic.surface
                self._surfaces = (self._surface, plain)
                plain.on_new_page(lambda: self._redraw(plain))
            return self._basic.widget

    def draw(self, points: Sequence[Point], *, erase: bool = False) -> None:
        """Draw a stroke as by hand, with the brush's present radius.

        Raises:
            UnusableMask: The points are not pairs of finite numbers.
        """
        value = KEEP if erase else EDIT
        size, radius = self.image.size, self.radius
        self._do(operation("stroke", points, size=size, radius=radius, value=value))

    def close(self) -> None:
        """Take the widgets back."""
        for surface in self._surfaces:
            surface.close()
        super().close()

    def _fitting(self, source: Any) -> Mask:
        """The mask that is meant, of the picture's own size."""
        mask = source if isinstance(source, Mask) else Mask.from_image(source)
        if mask.size != self.image.size:
            raise UnusableMask(
                f"The mask is {mask.size[0]}×{mask.size[1]} pixels, the picture "
                f"{self.image.width}×{self.image.height}; they must be equal.",
                hint="MaskEditor.import_mask resizes.",
            )
        return mask

    def _do(self, step: Operation) -> None:
        with self._lock:
            box = self._document.do(step)
            pixels = None
            for surface in self._surfaces:
                if not surface.draw(step):
                    pixels = pixels or self._document.to_image(box)
                    surface.show(pixels, box)
            self.state = self._state()

    def _show_box(self, box: Box | None) -> bool:
        if box is None:
            return False
        pixels = self._document.to_image(box)
        for surface in self._surfaces:
            surface.show(pixels, box)
        self.state = self._state()
        return True

    def _redraw(self, surface: Surface) -> None:
        with self._lock:
            surface.draw_all(self._document.to_image())

    def _recolor(self, change: dict[str, Any]) -> None:
        with self._lock:
            for surface in self._surfaces:
                surface.color = change["new"]
                surface.show(self._document.to_image(), (0, 0, *self.image.size))

    @traitlets.validate("color")
    def _check_color(self, proposal: dict[str, Any]) -> str:
        color = str(proposal["value"])
        if not re.fullmatch("#[0-9a-fA-F]{6}", color):
            raise traitlets.TraitError(f"A colour is written as #rrggbb, not {color!r}.")
        return color

    def _state(self, problem: str = "", note: str = "") -> dict[str, Any]:
        """What the browser shows of the document."""
        document = self._document
        return {
            "undo": document.undoable,
            "redo": document.redoable,
            "area": document.area,
            # Whether the last step is the wand's, which another tolerance would replace.
            "wand": self._wand is not None and document.last is self._wand[0],
            "note": note,
            "problem": problem,
        }

    # ---- messages of the browser's half

    def _receive(self, _: Any, content: Any, buffers: Sequence[Any]) -> None:
        """Do what one message asks for, once, and acknowledge it; nonsense changes nothing."""
        name = content.get("id") if isinstance(content, dict) else None
        if not isinstance(name, str) or len(name) not in _SIZES_OF_IDS:
            return
        with self._lock:
            if name not in self._answered:
                self._answered[name] = None
                if len(self._answered) > _REMEMBERED:
                    self._answered.popitem(last=False)
                self._obey(content, buffers)
            self.send({"kind": "ack", "id": name})

    def _obey(self, content: dict[str, Any], buffers: Sequence[Any]) -> None:
        try:
            match content.get("kind"):
                case "draw":
                    self._do(self._drawn(content, buffers))
                case "act":
                    self._act(content)
                case "import":
                    notices = self.import_mask(bytes(buffers[0]))
                    self.state = self._state(note=" ".join(notices))
        except WanxError as error:
            self.state = self._state(str(error))
        except _UNREADABLE:
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
            value=_value(content),
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
                if not abs(content["amount"]) <= _FARTHEST:
                    raise UnusableMask(f"{name} takes at most {_FARTHEST} pixels here.")
                self._do(operation(name, size=size, radius=content["amount"]))
            case "fill":
                self._do(operation("fill", [content["point"]], size=size, value=_value(content)))
            case "wand":
                self._take(content["point"], content["tolerance"], _value(content))
            case "retune":
                self._retune(content["tolerance"])

    def _take(self, point: Sequence[float], tolerance: float, value: int) -> None:
        """Do what the wand does at a point: by colour, or by the person's own callable."""
        x, y = (float(at) for at in point)
        if not (0 <= x < self.image.width and 0 <= y < self.image.height):
            raise UnusableMask(f"The point ({x:.0f}, {y:.0f}) is outside the picture.")
        if self.select is not None:
            self._do(self._region(self._asked((x, y)), value))
            return
        step = self._region(similar_region(self.image, (x, y), float(tolerance)), value)
        self._wand = (step, (x, y), value)
        self._do(step)

    def _retune(self, tolerance: float) -> None:
        """Do the last step again with another tolerance, if it was the wand's."""
        if self._wand is None or self._document.last is not self._wand[0]:
            return
        _, point, value = self._wand
        step = self._region(similar_region(self.image, point, float(tolerance)), value)
        self._wand = (step, point, value)
        self._show_box(self._document.replace(step))

    def _region(self, found: Any, value: int) -> Operation:
        """The found pixels as a step no larger than they are: so it is sent and undone fast."""
        import numpy as np

        found = np.asarray(found)
        rows, columns = (np.flatnonzero(found.any(axis=axis)) for axis in (1, 0))
        if not rows.size:
            raise UnusableMask("Nothing was selected there.")
        left, top = int(columns[0]), int(rows[0])
        box = found[top : rows[-1] + 1, left : columns[-1] + 1]
        return Mask(self.image.size).region(box, left, top).operations[0].with_value(value)

    def _asked(self, point: tuple[float, float]) -> Any:
        try:
            found = self.select(self.image.copy(), point) if self.select else None
        except Exception as error:
            raise UnusableImage(f"select failed: {type(error).__name__}: {error}") from error
        if getattr(found, "shape", None) != (self.image.height, self.image.width):
            raise UnusableMask(
                f"select gave {getattr(found, 'shape', type(found).__name__)}; expected a boolean "
                f"array of the shape {(self.image.height, self.image.width)}."
            )
        return found


def _value(content: dict[str, Any]) -> int:
    return KEEP if content.get("erase") is True else EDIT
