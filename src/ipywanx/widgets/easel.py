"""What do the mask editor and the doodle board share? A document, shown and drawn on by hand.

The browser's half (``page/``) shows ink at once and sends each finished stroke as one message; this
half owns what is drawn: a :class:`~ipywanx.model.document.Document`, shown on an ipycanvas
:class:`~ipywanx.widgets.surface.Surface`.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from typing import Any, Generic

import anywidget
import ipywidgets as widgets
import traitlets
from PIL import Image

from ipywanx.errors import WanxError
from ipywanx.model.document import Document, S
from ipywanx.model.operations import COLOR, Box, Operation, Value
from ipywanx.model.strokes import Point
from ipywanx.text import Text, preferred_language
from ipywanx.widgets.basic_view import BasicView
from ipywanx.widgets.esm import EASEL, module, style
from ipywanx.widgets.messages import Inbox, read_shape, read_step
from ipywanx.widgets.static_output import Bundle, StaticOutput, picture_bundle
from ipywanx.widgets.surface import Surface
from ipywanx.widgets.traits import UnusableValue


class Easel(anywidget.AnyWidget, Generic[S]):
    """A picture to draw on. What is drawn, and in which values, its two kinds say.

    Args:
        sheet: Where to begin.
        picture: What lies under it, mode RGB, of the same size.
        traits: See the kinds.
    """

    _esm = module(*EASEL)
    _css = style("wanx-editor", "easel.css")

    surface = traitlets.Any().tag(sync=True, **widgets.widget_serialization)
    size = traitlets.List(trait=traitlets.Int()).tag(sync=True)
    tools = traitlets.List(trait=traitlets.Unicode()).tag(sync=True)
    steps = traitlets.List(trait=traitlets.Unicode()).tag(sync=True)
    tool = traitlets.Unicode("brush").tag(sync=True)
    erase = traitlets.Bool(default_value=False).tag(sync=True)
    radius = traitlets.Float(24.0).tag(sync=True)
    tolerance = traitlets.Float(24.0).tag(sync=True)
    color = traitlets.Unicode("#e01b5d").tag(sync=True)
    opacity = traitlets.Float(1.0).tag(sync=True)
    pressure = traitlets.Bool(default_value=False).tag(sync=True)
    language = traitlets.Enum(["en", "zh"]).tag(sync=True)
    texts = traitlets.Dict().tag(sync=True)
    state = traitlets.Dict().tag(sync=True)

    _surfaces: tuple[Surface, ...] = ()  # also of one that was refused before it was made

    def __init__(self, sheet: S, picture: Image.Image, **traits: Any) -> None:
        self._lock = threading.RLock()
        self._inbox = Inbox()
        self._document = Document(sheet)
        self._blank = type(sheet)(sheet.size)
        self._picture = picture
        self._surface = Surface(picture, str(traits.get("color", type(self).color.default_value)))
        self._surfaces = (self._surface,)
        self._basic: BasicView | None = None
        self._static = StaticOutput(self._kept)
        super().__init__(
            surface=self._surface.canvas, size=list(sheet.size), state=self._state(), **traits
        )
        self._surface.on_new_page(lambda: self._redraw(self._surface))
        self.on_msg(self._receive)
        self.observe(lambda _: setattr(self, "texts", self._words()), "language")
        self.observe(self._static.refresh, ["state", "color", "opacity", "language"])

    # ---- what code can do as well as the hand

    def draw(self, points: Sequence[Point], *, erase: bool = False) -> None:
        """Draw a stroke as by hand, with the brush's present radius and colour.

        Raises:
            UnusableMask, UnusableImage: The points are not pairs of finite numbers.
        """
        self._do(self._stroke(points, erase=erase))

    def _stroke(self, points: Sequence[Point], *, erase: bool) -> Operation:
        """The step that :meth:`draw` would do, not done."""
        value = self._value({"erase": erase, "color": self.color})
        return self._blank.step("stroke", points, radius=self.radius, value=value)

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
        """A plainer view of the same: ipycanvas alone, brush and eraser, by mouse or touch.

        For pages that cannot run the editor's own view. It shows ink when Python has drawn it.
        """
        with self._lock:
            if self._basic is None:
                self._basic = BasicView(self)
                plain = self._basic.surface
                self._surfaces = (self._surface, plain)
                plain.on_new_page(lambda: self._redraw(plain))
            return self._basic.widget

    def close(self) -> None:
        """Take the widgets back."""
        if hasattr(self, "_static"):  # else it was refused before it was made
            self._static.close()
        for surface in self._surfaces:
            surface.close()
        super().close()

    def _ipython_display_(self) -> None:
        self._static.show(self)

    def _kept(self) -> Bundle:
        """What stays of it in a saved notebook."""
        with self._lock:
            words, area = self._words(), self._document.area
            said = words["area" if area else "nothing"].replace("{n}", f"{area * 100:.1f}")
            return picture_bundle(self._still(), said)

    # ---- what the two kinds decide

    def _still(self) -> Image.Image:
        """The picture with what is drawn on it, mode RGB, as small as a page shows it at least."""
        raise NotImplementedError

    def _words(self) -> dict[str, str]:
        """What its page says, in its language."""
        raise NotImplementedError

    def _value(self, content: dict[str, Any]) -> Value:
        """What a message's shape paints."""
        raise NotImplementedError

    def _obey(self, content: dict[str, Any], buffers: Sequence[Any]) -> None:
        """Do what a message asks for; it may raise whatever its nonsense leads to."""
        match content.get("kind"), content.get("name"):
            case "draw", _:
                self._do(read_shape(content, buffers, self._blank, self._value(content)))
            case "act", "undo":
                self.undo()
            case "act", "redo":
                self.redo()
            case "act", _:
                step = read_step(content, self._blank, self._value(content))
                if step is not None:
                    self._do(step)

    # ---- the document and its views

    def _set(self, new: S) -> None:
        """Take another sheet; what only adds steps stays steps, all else is one step."""
        with self._lock:
            old = self._document.sheet.operations
            if new.operations[: len(old)] == old:
                for step in new.operations[len(old) :]:
                    self._do(step)
            else:
                self._do(type(new).from_image(new.to_image()).operations[0])

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

    @traitlets.default("language")
    def _preferred(self) -> str:
        return preferred_language()

    @traitlets.default("texts")
    def _first_words(self) -> dict[str, str]:
        return self._words()

    @traitlets.validate("color")
    def _check_color(self, proposal: dict[str, Any]) -> str:
        color = str(proposal["value"])
        if not re.fullmatch(COLOR, color):
            raise UnusableValue(
                Text(
                    f"A colour is written as #rrggbb, not {color!r}.",
                    f"颜色应写作 #rrggbb，而不是 {color!r}。",
                ),
                parameter="color",
            )
        return color

    def _state(self, problem: str = "", note: str = "") -> dict[str, Any]:
        """What the browser shows of the document."""
        document = self._document
        return {
            "undo": document.undoable,
            "redo": document.redoable,
            "area": document.area,
            "thumbnail": document.thumbnail,
            "note": note,
            "problem": problem,
        }

    def _receive(self, _: Any, content: Any, buffers: Sequence[Any]) -> None:
        with self._lock:
            self._inbox.take(content, lambda: self._obey(content, buffers), self._tell, self.send)

    def _tell(self, error: WanxError | None) -> None:
        unread = Text("That message could not be read.", "无法读取该消息。")
        self.state = self._state((error.text if error else unread).told())
