"""What was made? Results as cards, newest first, to be looked at, compared and gone on with."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets
import traitlets
from PIL import Image

from ipywanx.errors import WanxError
from ipywanx.given import as_count
from ipywanx.model.requests import REQUESTS
from ipywanx.model.results import Result
from ipywanx.session import current
from ipywanx.widgets.esm import GALLERY, module, style
from ipywanx.widgets.messages import UNREADABLE
from ipywanx.widgets.page_widget import PageWidget
from ipywanx.widgets.shelf import Shelf
from ipywanx.widgets.texts import gallery_texts

if TYPE_CHECKING:
    from ipywanx.service.record import Record
    from ipywanx.session import Session

ACTIONS = ("edit", "use", "seed", "remix")
"""What a host does: edit it again, use it as input, take its seed, take all but the seed."""


ADD_EVERY = 1.0
"""Seconds between the first arrivals of many and the next ones: each change sends all cards."""


class Gallery(PageWidget):
    """The results that are kept, of all kernels; those of this one appear when they arrive.

    ``Gallery()`` under a cell shows them: each opens to be compared with what it began with or with
    another, starred, tagged, saved and copied as code. Pictures come when they are looked at.

    Args:
        session: Whose; None for the one of ``ipywanx.edit``.
        limit: How many at most.
        language: ``"en"`` or ``"zh"``; may be changed while it is shown.

    Raises:
        InvalidRequest: The limit is no number of results.

    Attributes:
        cards: What is told of each result, newest first.
        search: What is looked for in prompts, functions and tags.
        starred_only: Whether only starred results are shown.
    """

    _esm = module(*GALLERY)
    _css = style("wanx-gallery", "gallery.css")

    cards = traitlets.List(trait=traitlets.Dict()).tag(sync=True)
    texts = traitlets.Dict().tag(sync=True)
    titles = traitlets.Dict().tag(sync=True)
    actions = traitlets.List(trait=traitlets.Unicode()).tag(sync=True)
    language = traitlets.Enum(["en", "zh"], "en").tag(sync=True)
    search = traitlets.Unicode().tag(sync=True)
    starred_only = traitlets.Bool(default_value=False).tag(sync=True)
    own = traitlets.List(trait=traitlets.Unicode(), default_value=None, allow_none=True).tag(
        sync=True
    )
    own_only = traitlets.Bool(default_value=False).tag(sync=True)

    def __init__(
        self, session: Session | None = None, limit: int = 200, language: str = "en"
    ) -> None:
        self._limit = as_count(limit, "limit")
        session = session or current()
        self._shelf = Shelf(session)
        self._lock = threading.RLock()
        self._arriving = threading.Lock()
        self._arrived: list[Result] = []
        self._adder: threading.Thread | None = None
        self._closed = threading.Event()
        self._heard = widgets.CallbackDispatcher()
        self._own: Callable[[], Collection[str]] | None = None
        # Pictures are shrunk beside the kernel's own thread, which stays free for cells.
        self._workers = ThreadPoolExecutor(2, thread_name_prefix="ipywanx-gallery")
        super().__init__(
            cards=self._shelf.recent(self._limit),
            texts=gallery_texts(),
            titles={name: list(cls.about.title) for name, cls in REQUESTS.items()},
            language=language,
        )
        self.on_msg(self._receive)
        self._stop_listening = session.on_result(self._hear)

    def add(self, *made: Result | Record) -> None:
        """Show more results, the last one first. Any thread may call."""
        with self._lock:
            cards = {card["id"]: card for card in map(self._shelf.add, reversed(made))}
            others = [other for other in self.cards if other["id"] not in cards]
            self.cards = [*cards.values(), *others][: self._limit]
        self.find_own()

    def reload(self) -> None:
        """Read the history again. Any thread may call."""
        with self._lock:
            self.cards = self._shelf.recent(self._limit)
        self.find_own()

    def offer_own(self, tasks: Callable[[], Collection[str]]) -> None:
        """Offer to show only what the host has made; the callable tells its tasks by their ids."""
        self._own = tasks
        self.find_own()

    def find_own(self) -> None:
        """Look again which results the host has made. Any thread may call."""
        if self._own is not None:
            tasks = self._own()
            with self._lock:
                self.own = [card["id"] for card in self.cards if card["task"] in tasks]

    def on_action(self, callback: Callable[[str, Result], None]) -> None:
        """Offer the four actions of :data:`ACTIONS`; the callback hears which, and with what.

        For ``use`` the result has the picture alone that was looked at.
        """
        self._heard.register_callback(callback)
        self.actions = list(ACTIONS)

    def close(self) -> None:
        """Take the widget back."""
        if hasattr(self, "_stop_listening"):  # else it was refused before it was made
            if not self._closed.is_set():
                self._closed.set()
                self._stop_listening()
            self._workers.shutdown(wait=False, cancel_futures=True)
        super().close()

    # ---- what arrives

    def _hear(self, result: Result) -> None:
        with self._arriving:
            self._arrived.append(result)
            if self._adder is None:
                self._adder = threading.Thread(
                    target=self._add_arrived, name="ipywanx-gallery-adder", daemon=True
                )
                self._adder.start()

    def _add_arrived(self) -> None:
        """The first at once, and those that come while that is shown together."""
        while True:
            with self._arriving:
                arrived, self._arrived = self._arrived, []
                if not arrived or self._closed.is_set():
                    self._adder = None
                    return
            self.add(*arrived)
            self._closed.wait(ADD_EVERY)

    # ---- what the page asks

    def _receive(self, _: Any, content: Any, __: Sequence[Any]) -> None:
        """Do what a message asks for; nonsense, and what is too late, changes nothing."""
        try:
            kind, name = content["kind"], content["id"]
            index = int(content.get("index", 0))
            match kind:
                case "mark":
                    self._mark(name, content.get("starred"), content.get("tags"))
                case "act" if content["name"] in ACTIONS:
                    self._act(content["name"], name, index)
                case "picture":
                    self._workers.submit(self._answer, self._picture, name, index, content["side"])
                case "delete":
                    self._workers.submit(self._answer, self._delete, name)
                case "details" | "code":
                    self._workers.submit(self._answer, getattr(self, f"_{kind}"), name)
                case "save":
                    self._workers.submit(self._answer, self._save, name, index)
        except (*UNREADABLE, RuntimeError):  # RuntimeError: it was closed
            return

    def _answer(self, answer: Callable[..., None], *asked: Any) -> None:
        """One answer, in a thread of the workers."""
        try:
            answer(*asked)
        except (*UNREADABLE, WanxError, Image.DecompressionBombError, MemoryError):
            self.send({"kind": "gone", "id": asked[0] if isinstance(asked[0], str) else ""})

    def _mark(self, name: str, starred: Any, tags: Any) -> None:
        if not isinstance(starred, bool | None) or not isinstance(tags, str | None):
            raise TypeError("not a mark")
        with self._lock:
            card = self._shelf.mark(name, starred, tags)
            self.cards = [card if other["id"] == name else other for other in self.cards]

    def _delete(self, name: str) -> None:
        try:
            self._shelf.delete(name)
        except WanxError as error:
            self.send({"kind": "refused", "id": name, "text": list(error.text)})
            return
        with self._lock:
            self.cards = [other for other in self.cards if other["id"] != name]

    def _act(self, action: str, name: str, index: int) -> None:
        result = self._shelf.only(name, index) if action == "use" else self._shelf.result(name)
        if result is None:
            self.send({"kind": "gone", "id": name})
        else:
            self._heard(action, result)

    def _picture(self, name: str, index: int, side: int) -> None:
        data = self._shelf.shown(name, index, int(side))
        about = {"kind": "picture", "id": name, "index": index, "side": side}
        self.send({**about, "missing": data is None}, [data] if data else [])

    def _details(self, name: str) -> None:
        self.send({"kind": "details", "id": name, **self._shelf.particulars(name)})

    def _save(self, name: str, index: int) -> None:
        data = self._shelf.saved(name, index)
        if data is None:
            self.send({"kind": "gone", "id": name})
            return
        file = self._shelf.file_name(name, index, data)
        self.send({"kind": "file", "id": name, "index": index, "name": file}, [data])

    def _code(self, name: str) -> None:
        code = self._shelf.code(name)
        said = {"magic": "", "python": ""} if code is None else code._asdict()
        self.send({"kind": "code", "id": name, **said})
