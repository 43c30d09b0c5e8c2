"""How is a mask painted by hand? On an easel, over the picture, with a wand and more steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import traitlets
from PIL import Image

from ipywanx.errors import UnusableMask
from ipywanx.model.loading import load
from ipywanx.model.masks import Mask
from ipywanx.model.operations import EDIT, KEEP, Value
from ipywanx.text import Text, sentences
from ipywanx.widgets.easel import Easel
from ipywanx.widgets.static_output import LONGEST
from ipywanx.widgets.texts import editor_texts
from ipywanx.widgets.wand import Select, Wand


class MaskEditor(Easel[Mask]):
    """Paint a mask on a picture; ``editor.mask`` is always what is painted.

    Tools: brush, eraser, rectangle, ellipse, lasso, polygon, fill inside an outline, magic wand;
    grow, shrink, smooth, invert, clear; undo and redo without limit; zoom up to 800 %; all of it
    by mouse, pen, touch or keyboard.

    Args:
        image: What :func:`ipywanx.edit` takes as picture, with its pixels here (no http URL).
        mask: Where to begin: a ``Mask``, or anything that ``Mask.from_image`` takes.
        select: A callable that the wand uses instead of colour: picture, (x, y) → boolean array.
        fit: Resize a picture outside the service's limits, and the mask with it.

    Raises:
        UnusableImage: Not a picture that the service takes.
        UnusableMask: The mask has another size, or nobody can know which part is meant.

    The notebook has the picture and the mask as two layers of an ipycanvas ``MultiCanvas``. Where
    the page cannot run the editor's own view (no anywidget), show :attr:`basic` instead.

    Attributes:
        image: The picture, mode RGB.
        state: How many steps can be undone and redone, the painted part of the picture, its
            thumbnail, and what the last step complained about.
        radius: The brush's radius in pixels of the picture.
        color, opacity: How the mask is shown; it changes nothing in the mask.
        tolerance: How different a colour may be for the wand, 0 to 255.
        pressure: Whether a pen's pressure sets the brush's size along the stroke.
    """

    tools = traitlets.List(
        ["brush", "eraser", "rectangle", "ellipse", "lasso", "polygon", "fill", "wand"]
    ).tag(sync=True)
    steps = traitlets.List(["undo", "redo", "clear", "invert", "grow", "shrink", "smooth"]).tag(
        sync=True
    )
    opacity = traitlets.Float(0.5).tag(sync=True)

    def __init__(
        self,
        image: Any,
        *,
        mask: Any = None,
        select: Select | None = None,
        fit: bool = False,
        **traits: Any,
    ) -> None:
        self.image = load(image, fit=fit).to_image()
        self._wand = Wand(self.image, select)
        start = Mask(self.image.size) if mask is None else self._fitting(mask, fit=fit)
        traits.setdefault("radius", max(4.0, round(max(self.image.size) / 50)))
        super().__init__(start, self.image, **traits)
        self.observe(self._recolor, "color")

    def _words(self) -> dict[str, str]:
        return editor_texts(self.language)

    def _ipywanx_image_(self) -> tuple[Image.Image, Text | None]:
        return self.image, None

    def _still(self) -> Image.Image:
        still = self.image.copy()
        still.thumbnail((LONGEST, LONGEST))
        mask = self._document.to_image().resize(still.size)
        ink = Image.new("RGB", still.size, self.color)
        return Image.composite(ink, still, mask.point(lambda value: value * self.opacity))

    @property
    def mask(self) -> Mask:
        """The mask as it is painted now; setting one replaces it, which can be undone."""
        return self._document.sheet

    @mask.setter
    def mask(self, value: Any) -> None:
        self._set(self._fitting(value))

    def _ipywanx_mask_(self) -> Mask:
        return self.mask

    @property
    def select(self) -> Select | None:
        """What the wand asks instead of looking at colours."""
        return self._wand.select

    @select.setter
    def select(self, value: Select | None) -> None:
        self._wand.select = value

    def import_mask(self, source: Any) -> tuple[Text, ...]:
        """Take any picture as the mask, in one step that can be undone.

        Args:
            source: What :meth:`.Mask.from_image` takes, and read as it reads it; of any size.

        Returns:
            What was assumed or changed, one sentence each.

        Raises:
            UnusableImage: Not a picture.
            UnusableMask: Nobody can know which part is meant.
        """
        mask = Mask.from_image(source, size=self.image.size).resized(self.image.size)
        self._do(Mask.from_image(mask.to_image()).operations[0])
        return mask.notices

    def _fitting(self, source: Any, *, fit: bool = False) -> Mask:
        """The mask that is meant, of the picture's own size."""
        mask = Mask.from_image(source, size=self.image.size if fit else None)
        if mask.size != self.image.size:
            raise UnusableMask(
                Text(
                    f"The mask is {mask.size[0]}×{mask.size[1]} pixels, the picture "
                    f"{self.image.width}×{self.image.height}; they must be equal.",
                    f"蒙版为 {mask.size[0]}×{mask.size[1]} 像素，图片为 "
                    f"{self.image.width}×{self.image.height} 像素；两者必须相同。",
                ),
                hint=Text("MaskEditor.import_mask resizes.", "MaskEditor.import_mask 会自动缩放。"),
            )
        return mask

    def _value(self, content: dict[str, Any]) -> Value:
        return KEEP if content.get("erase") is True else EDIT

    def _obey(self, content: dict[str, Any], buffers: Sequence[Any]) -> None:
        match content.get("kind"), content.get("name"):
            case "import", _:
                notices = self.import_mask(memoryview(buffers[0]).tobytes())
                self.state = self._state(note=sentences(*notices).told())
            case "act", "wand":
                self._do(
                    self._wand.take(content["point"], content["tolerance"], self._value(content))
                )
            case "act", "retune":
                if self._wand_was_last():
                    step = self._wand.retake(content["tolerance"])
                    self._show_box(self._document.replace(step))
            case _:
                super()._obey(content, buffers)

    def _wand_was_last(self) -> bool:
        """Whether the last step is the wand's, which another tolerance would replace."""
        return self._wand.last is not None and self._document.last is self._wand.last

    def _state(self, problem: str = "", note: str = "") -> dict[str, Any]:
        return super()._state(problem, note) | {"wand": self._wand_was_last()}

    def _recolor(self, change: dict[str, Any]) -> None:
        with self._lock:
            for surface in self._surfaces:
                surface.color = change["new"]
                surface.show(self._document.to_image(), (0, 0, *self.image.size))
