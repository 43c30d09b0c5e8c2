"""How far does ``expand`` reach? A frame around the picture, dragged by hand.

The page (``page/frame.js``) draws it; the four scales are traits, so code can set what the hand
does and the hand what code reads.
"""

from __future__ import annotations

import contextlib
from typing import Any

import anywidget
import traitlets

from ipywanx.model.expansion import expanded_box
from ipywanx.model.images import MAX_SIDE, Picture
from ipywanx.model.loading import load
from ipywanx.text import preferred_language
from ipywanx.widgets.esm import FRAME, module, style
from ipywanx.widgets.previews import preview_url
from ipywanx.widgets.texts import frame_texts
from ipywanx.widgets.traits import SCALES, Scale

_PREVIEW = 900  # pixels; the picture fills half of the widest frame


class ExpandFrame(anywidget.AnyWidget):
    """Drag a frame around a picture; ``frame.scales`` is always what it says.

        >>> frame = ExpandFrame("photo.jpg")
        >>> frame
        >>> wx.edit("expand", "photo.jpg", "一位绿色仙子", **frame.scales)

    Args:
        image: What :func:`ipywanx.edit` takes as picture. None for none yet.
        fit: Resize a picture outside the service's limits.
        traits: ``left_scale`` and the others, ``language``.

    Raises:
        UnusableImage: Not a picture that the service takes.
        InvalidRequest: A scale is not from 1 to 2.

    Attributes:
        left_scale, right_scale, top_scale, bottom_scale: 1 adds nothing on that side, 2 adds half
            of the picture's width or height.
        size: [width, height] of the picture in pixels; empty where that is not known.
        language: ``"en"`` or ``"zh"``; the page follows at once.
    """

    _esm = module(*FRAME)
    _css = style("wanx-expand-frame", "frame.css")

    left_scale = Scale(1.0).tag(sync=True)
    right_scale = Scale(1.0).tag(sync=True)
    top_scale = Scale(1.0).tag(sync=True)
    bottom_scale = Scale(1.0).tag(sync=True)
    size = traitlets.List(trait=traitlets.Int()).tag(sync=True)
    preview = traitlets.Unicode().tag(sync=True)
    limits = traitlets.Dict(
        {"low": SCALES[0].low, "high": SCALES[0].high, "step": SCALES[0].about.step}
        | {"longest": MAX_SIDE}
    ).tag(sync=True)
    language = traitlets.Enum(["en", "zh"]).tag(sync=True)
    texts = traitlets.Dict().tag(sync=True)

    def __init__(self, image: Any = None, *, fit: bool = False, **traits: Any) -> None:
        if image is not None:
            traits |= _shown(load(image, fit=fit))
        super().__init__(texts=frame_texts(), **traits)

    @property
    def scales(self) -> dict[str, float]:
        """The four scales by their parameters' names, as ``expand`` takes them."""
        return {param.name: getattr(self, param.name) for param in SCALES}

    @property
    def output_size(self) -> tuple[int, int] | None:
        """(width, height) in pixels of what ``expand`` gives; None where it cannot be known."""
        if not self.size:
            return None
        width, height = self.size
        sides = (self.top_scale, self.bottom_scale, self.left_scale, self.right_scale)
        return expanded_box((width, height), *sides)[:2]

    def show(self, image: Any, *, fit: bool = False) -> None:
        """Put another picture into the frame; the scales stay.

        Raises:
            UnusableImage: Not a picture that the service takes; nothing has changed.
        """
        shown = _shown(load(image, fit=fit))
        with self.hold_sync():
            self.size, self.preview = shown["size"], shown["preview"]

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take what the page says; nonsense changes nothing."""
        with contextlib.suppress(traitlets.TraitError):
            super().set_state(sync_data)

    @traitlets.default("language")
    def _preferred(self) -> str:
        return preferred_language()

    @traitlets.validate("size")
    def _check_size(self, proposal: dict[str, Any]) -> list[int]:
        size: list[int] = proposal["value"]
        if size and (len(size) != 2 or min(size) < 1):
            raise traitlets.TraitError(f"A size is [width, height] in pixels, not {size!r}.")
        return size


def _shown(picture: Picture) -> dict[str, Any]:
    """The traits that show a picture; of a URL neither size nor pixels are known."""
    if picture.size is None:
        return {"size": [], "preview": ""}
    return {"size": list(picture.size), "preview": preview_url(picture.to_image(), _PREVIEW)}
