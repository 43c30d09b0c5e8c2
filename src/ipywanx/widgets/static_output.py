"""A picture under a widget, which a saved notebook shows where there is no kernel.

Without one a front end cannot show a widget. So a second output stands below it, an ordinary
picture, which the widget's style sheet hides for as long as the widget itself is there.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from html import escape
from typing import Any

from IPython import get_ipython
from IPython.display import display
from PIL import Image

from ipywanx.errors import WanxError
from ipywanx.widgets.previews import preview_url

Bundle = Mapping[str, Any]
"""An output by its kinds: ``text/html`` and others."""

SOON = 1.0
"""Seconds after a change until the picture follows: a stroke does not wait for it."""
LONGEST = 640
"""Pixels a side of the picture, at most."""
_NOTHING: Bundle = {"text/plain": "", "text/html": ""}


class StaticOutput:
    """The picture below a widget, wherever it is shown. Any thread may call.

    Args:
        make: Makes the output as it is now; None for nothing yet.
    """

    def __init__(self, make: Callable[[], Bundle | None]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._handles: list[Any] = []
        self._timer: threading.Timer | None = None

    def show(self, widget: Any) -> None:
        """Show the widget as IPython does, and the picture below it.

        Raises:
            NotImplementedError: There is no front end; IPython shows the widget in its own way.
        """
        if getattr(get_ipython(), "kernel", None) is None:
            raise NotImplementedError
        made = widget._repr_mimebundle_()
        data, about = made if isinstance(made, tuple) else (made, {})
        display(data, metadata=about, raw=True)
        handle = display(self._kept(), raw=True, display_id=True)
        with self._lock:
            self._handles.append(handle)

    def refresh(self, _: Any = None) -> None:
        """Bring the picture up to date, soon."""
        with self._lock:
            if self._timer is None and self._handles:
                self._timer = threading.Timer(SOON, self._update)
                self._timer.daemon = True
                self._timer.start()

    def close(self) -> None:
        """Leave the picture as it is."""
        with self._lock:
            self._handles.clear()
            if self._timer is not None:
                self._timer.cancel()

    def _update(self) -> None:
        with self._lock:
            self._timer, handles = None, list(self._handles)
        with suppress(WanxError):  # the last one stays: its result is no longer there
            made = self._kept()
            for handle in handles:
                handle.update(made, raw=True)

    def _kept(self) -> Bundle:
        made = self._make()
        if made is None:
            return _NOTHING
        return {**made, "text/html": f'<div class="ipywanx-static">{made["text/html"]}</div>'}


def picture_bundle(image: Image.Image, caption: str) -> Bundle:
    """The output of a picture, mode RGB, with words below it."""
    url = preview_url(image, LONGEST)
    words = escape(caption)
    return {
        "text/plain": caption,
        "text/html": f'<img alt="{words}" src="{url}"><div>{words}</div>',
        "image/jpeg": url.partition(",")[2],
    }
