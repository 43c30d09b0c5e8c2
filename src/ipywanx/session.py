"""Who puts it together? The only place that chooses key, transport, loop and folder.

Nobody below asks "am I offline?": the engine and the service differ by the transport alone.
"""

from __future__ import annotations

import re
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from ipywanx._version import __version__
from ipywanx.errors import InvalidRequest
from ipywanx.model.functions import EditRequest, request_class
from ipywanx.settings import Settings

if TYPE_CHECKING:
    import httpx

    from ipywanx.model.results import Result
    from ipywanx.service.dry_run import DryRun
    from ipywanx.service.job import Job
    from ipywanx.service.portal import Portal


ENGINE_URL = "http://127.0.0.1/api/v1"
"""The embedded engine's name for itself; no socket is behind it."""


class Session:
    """One account's work: makes jobs and remembers them while this process lives.

    Args:
        settings: What to work with; None reads the environment.
        transport: What carries the requests; None for the network, or for the embedded engine
            where the settings have no key.
    """

    def __init__(
        self, settings: Settings | None = None, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        from ipywanx.service.client import Client

        self.settings = settings or Settings.from_environment()
        self._portal = _process.portal()
        account = self.settings
        if transport is None and account.offline:
            account = replace(account, base_url=ENGINE_URL, api_key=SecretStr("offline"))
            transport = _process.engine()
        self._client = Client(account, transport)
        self._jobs: list[Job] = []

    @property
    def engine(self) -> str:
        """Who answers, in a few words for the person."""
        if self.settings.offline:
            return "offline engine (previews, free)"
        return f"DashScope at {self.settings.base_url}"

    def submit(
        self,
        function: str | EditRequest,
        image: Any = None,
        prompt: str | None = None,
        **values: Any,
    ) -> Job:
        """Send a request and return at once; see :func:`ipywanx.edit` for the arguments."""
        from ipywanx.service.job import Job

        request = make_request(function, image, prompt, **values)
        return self._keep(Job(self._client, self._portal, self.settings.home, request=request))

    def edit(
        self,
        function: str | EditRequest,
        image: Any = None,
        prompt: str | None = None,
        *,
        timeout: float | None = None,
        **values: Any,
    ) -> Result:
        """Send a request and wait for its pictures; see :func:`ipywanx.edit`."""
        return self.submit(function, image, prompt, **values).result(timeout)

    async def aedit(
        self,
        function: str | EditRequest,
        image: Any = None,
        prompt: str | None = None,
        **values: Any,
    ) -> Result:
        """As :meth:`edit`, awaited."""
        return await self.submit(function, image, prompt, **values)

    def resume(self, task_id: str) -> Job:
        """Wait again for a task of any kernel; see :func:`ipywanx.resume`."""
        from ipywanx.service.job import Job

        task_id = str(task_id).strip()
        if not re.fullmatch(r"[A-Za-z0-9._-]*[A-Za-z0-9][A-Za-z0-9._-]*", task_id):
            raise InvalidRequest(
                f"{task_id!r} is not the id of a task.",
                hint="Give result.task_id or job.task_id. Nothing was sent.",
                parameter="task_id",
            )
        request = None
        for job in self._jobs:
            if job.task_id == task_id and not job.failed:
                return job
            if job.task_id == task_id:
                request = job.request
        return self._keep(
            Job(self._client, self._portal, self.settings.home, request=request, task_id=task_id)
        )

    def jobs(self) -> list[Job]:
        """The jobs of this process that have not ended, oldest first."""
        return [job for job in self._jobs if not job.done()]

    @property
    def spent(self) -> float:
        """Yuan that the finished jobs of this process cost."""
        return sum(job.cost for job in self._jobs)

    def dry_run(self, request: EditRequest) -> DryRun:
        """The request as it would be sent; nothing is."""
        from ipywanx.service.dry_run import dry_run

        return dry_run(request, self.settings)

    def describe(self) -> str:
        """The configuration in force, without the key."""
        key = "not set" if self.settings.offline else "set (not shown)"
        return (
            f"Answered by: {self.engine}\nDASHSCOPE_API_KEY: {key}\n"
            f"Pictures are kept in: {self.settings.home / 'pictures'}\nipywanx {__version__}"
        )

    def _keep(self, job: Job) -> Job:
        self._jobs = [*self._jobs[-499:], job]
        return job


def make_request(
    function: str | EditRequest, image: Any = None, prompt: str | None = None, **values: Any
) -> EditRequest:
    """The request that a call's arguments mean, checked.

    Raises:
        InvalidRequest: The service would refuse it.
    """
    if isinstance(function, EditRequest):
        if image is not None or prompt is not None or values:
            raise InvalidRequest(
                "A request object is complete; further arguments cannot be given beside it.",
                hint="Use request.model_copy(update=...) or the function's name. Nothing was sent.",
            )
        return function
    given = {"image": image, "prompt": prompt} | values
    return request_class(function)(**{k: v for k, v in given.items() if v is not None})


class _Process:
    """What the sessions of one process share; the only module state there is."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.session: Session | None = None
        self.asked: Settings | None = None
        self._portal: Portal | None = None
        self._engine: httpx.AsyncBaseTransport | None = None

    def portal(self) -> Portal:
        """The one background loop."""
        from ipywanx.service.portal import Portal

        with self.lock:
            self._portal = self._portal or Portal()
            return self._portal

    def engine(self) -> httpx.AsyncBaseTransport:
        """The one embedded engine, as a transport: its tasks outlive a session."""
        import httpx

        from ipywanx.engine.app import create_app
        from ipywanx.engine.options import EngineOptions

        with self.lock:
            if self._engine is None:
                app = create_app(EngineOptions(base_url=ENGINE_URL))
                self._engine = httpx.ASGITransport(app)
            return self._engine


_process = _Process()


def current() -> Session:
    """The session of this module's functions, made anew when the environment has changed."""
    asked = Settings.from_environment()
    with _process.lock:
        if _process.session is None or _process.asked != asked:
            _process.session, _process.asked = Session(asked), asked
        return _process.session


def edit(
    function: str | EditRequest, image: Any = None, prompt: str | None = None, **values: Any
) -> Result:
    """Edit a picture and wait for it.

    Args:
        function: One of the ten functions' names, or a complete request object.
        image: Path, URL, bytes, PIL image, ndarray, or an earlier ``Result``.
        prompt: What to do, in Chinese or English.
        **values: The function's own parameters, ``mask``, ``n``, ``seed``, ``watermark``,
            ``fit``; and ``timeout``, in seconds.

    Returns:
        The pictures, full size, with what made them.

    Raises:
        InvalidRequest: Refused here; nothing was sent.
        ServiceError: Refused by the service, or out of reach.
        TaskError: Accepted, then not delivered.

    Example:
        >>> import ipywanx as wx
        >>> result = wx.edit("expand", "photo.jpg", "一位绿色仙子", left_scale=1.5)
        >>> result.save("out/")
    """
    return current().edit(function, image, prompt, **values)


async def aedit(
    function: str | EditRequest, image: Any = None, prompt: str | None = None, **values: Any
) -> Result:
    """As :func:`edit`, to be awaited; the loop stays free."""
    return await current().aedit(function, image, prompt, **values)


def submit(
    function: str | EditRequest, image: Any = None, prompt: str | None = None, **values: Any
) -> Job:
    """As :func:`edit`, but return at once with a :class:`~ipywanx.Job`."""
    return current().submit(function, image, prompt, **values)


def resume(task_id: str) -> Job:
    """Wait again for a task by its id, from any kernel, within 24 hours of its submission."""
    return current().resume(task_id)


def jobs() -> list[Job]:
    """The jobs of this process that have not ended, oldest first."""
    return current().jobs()
