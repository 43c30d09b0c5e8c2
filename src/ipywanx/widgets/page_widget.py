"""What do the widgets share whose page is a module of ours? Their own name, for their page."""

from __future__ import annotations

from typing import Any

import anywidget
import traitlets


class PageWidget(anywidget.AnyWidget):
    """A widget whose page can find its whole model.

    anywidget shows a page only what it needs of the model, and not whether the kernel still knows
    it: the page looks that up by this name, and says when a kernel was restarted.
    """

    own_id = traitlets.Unicode().tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self.own_id = self.model_id
