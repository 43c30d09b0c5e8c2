"""Where would one rather look than type? The widget over the picture that a function needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ipywanx.model.images import Picture
from ipywanx.widgets.doodle_board import DoodleBoard
from ipywanx.widgets.expand_frame import ExpandFrame
from ipywanx.widgets.mask_editor import MaskEditor

_KINDS: dict[str, Any] = {
    "description_edit_with_mask": MaskEditor,
    "expand": ExpandFrame,
}


MOST = 8
"""Widgets that are kept: each holds its picture several times over."""


class Stages:
    """Makes each widget once for a picture: the last ones keep what was drawn on them."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, str], Any] = {}

    def choose(
        self,
        function: str,
        image: Picture | None,
        values: Mapping[str, Any],
        language: str,
        *,
        is_drawn: bool = False,
    ) -> Any:
        """The widget for a function, or None where it needs none.

        Args:
            function: One of the ten names.
            image: The picture that it lies over; None for the blank board of ``doodle``.
            values: What is set for the function: the frame begins with its scales.
            language: ``"en"`` or ``"zh"``.
            is_drawn: The picture was drawn on a board, and for ``doodle`` it is drawn on there.
        """
        kind = _KINDS.get(function) if image is not None and image.url is None else None
        if function == "doodle" and (image is None or (is_drawn and image.url is None)):
            kind = DoodleBoard
        if kind is None:
            return None
        name = (kind.__name__, image.digest if image else "")
        stage = self._made.pop(name, None)
        if stage is None:
            scales = {side: value for side, value in values.items() if side.endswith("_scale")}
            on = {} if image is None else {"image": image}
            stage = kind(**on, language=language, **scales)
        self._made[name] = stage  # the last one in use stands last
        while len(self._made) > MOST:
            self._made.pop(next(iter(self._made))).close()
        return stage

    def translate(self, language: str) -> None:
        """Say everything in another language."""
        for stage in self._made.values():
            stage.language = language

    def close(self) -> None:
        """Take the widgets back."""
        for stage in self._made.values():
            stage.close()
