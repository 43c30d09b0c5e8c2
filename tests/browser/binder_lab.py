"""The JupyterLab of an environment of its own, as Binder starts it: no setting of the tests."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from lab import KERNEL_READY, POLL_MS, Lab, Notebook
from playwright.sync_api import Route
from scripts.binder import Built


class BinderLab(Lab):
    """A server in a copy of a built repository.

    Attributes:
        strangers: The addresses beyond this machine that pages asked for. None of them answered.
    """

    def __init__(
        self,
        chromium: str,
        folder: Path,
        built: Built,
        command: Sequence[str] = ("binder/start", "jupyter-lab"),
        variables: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(chromium, folder)
        self.built = built
        self.command = command
        self.variables = variables or {}
        self.strangers: list[str] = []

    def begin(self) -> None:
        """Start the server and the browser, whose pages reach nothing beyond this machine."""
        super().begin()
        with self.in_use():
            self.context.route(lambda url: urlsplit(url).hostname != "127.0.0.1", self._refuse)

    def front_page(self) -> Notebook:
        """Open what the server shows to whoever names no page; wait until its kernel is ready."""
        page = self.context.new_page()
        page.goto(
            f"http://127.0.0.1:{self.port}/?token={self.token}", wait_until="domcontentloaded"
        )
        page.wait_for_function(KERNEL_READY, polling=POLL_MS, timeout=90_000)
        notebook = Notebook(self, page, self.root / urlsplit(page.url).path.partition("/tree/")[2])
        self._opened.append(notebook)
        return notebook

    def _refuse(self, route: Route) -> None:
        self.strangers.append(route.request.url)
        route.abort()

    def _prepare(self) -> None:
        shutil.copytree(self.built.repository, self.root)  # pages save what they show

    def _command(self) -> list[str]:
        return [*self.command, *self._options()]

    def _variables(self) -> dict[str, str]:
        path = self.built.variables()["PATH"]
        return super()._variables() | {"PATH": path, **self.variables}
