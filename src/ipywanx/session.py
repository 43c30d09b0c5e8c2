"""Who puts it together? The only place that chooses key, transport, loop and folder.

Nobody below asks "am I offline?": the engine and the service differ by the transport alone.
"""

from __future__ import annotations

import os
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from pydantic import SecretStr

from ipywanx._version import __version__
from ipywanx.errors import InvalidRequest, brief, unsent
from ipywanx.given import as_timeout
from ipywanx.model.functions import EditRequest
from ipywanx.model.requests import make_request
from ipywanx.model.results import Result
from ipywanx.model.tasks import Status
from ipywanx.settings import Settings
from ipywanx.text import Text, both

if TYPE_CHECKING:
    import httpx

    from ipywanx.keys import Key
    from ipywanx.service.dry_run import DryRun
    from ipywanx.service.job import Job
    from ipywanx.service.past import Past
    from ipywanx.service.portal import Portal
    from ipywanx.service.record import Record
    from ipywanx.service.tempo import Tempo


AT_ONCE = 2
"""Tasks that run at once where no limit is known: as many threads has the embedded engine."""
CAP = 10.0
"""Yuan that an experiment may cost without being asked again."""
ENGINE_URL = "http://127.0.0.1/api/v1"
"""The embedded engine's name for itself; no socket is behind it."""
_TASK_ID = re.compile(r"[A-Za-z0-9._-]*[A-Za-z0-9][A-Za-z0-9._-]*")


class Session:
    """One account's work: makes jobs and remembers them while this process lives.

    Args:
        settings: What to work with; None reads the environment.
        transport: What carries the requests; None for the network, or for the embedded engine
            where the settings have no key.
        tempo: The account's limits and our patience; None for the service's own, or for none
            where the embedded engine answers.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        tempo: Tempo | None = None,
    ) -> None:
        from ipywanx.service.archive import Archive
        from ipywanx.service.client import Client
        from ipywanx.service.dispatcher import Dispatcher
        from ipywanx.service.tempo import EMBEDDED, SERVICE

        self.settings = settings or Settings.from_environment()
        self._portal = _process.portal()
        account = self.settings
        if transport is None and account.offline:
            account = replace(account, base_url=ENGINE_URL, api_key=SecretStr("offline"))
            transport = _process.engine()
        tempo = tempo or (EMBEDDED if self.settings.offline else SERVICE)
        client = Client(account, transport)
        self.archive = Archive(
            self.settings.home, self.settings.account, self.settings.keep_mb * 1_000_000
        )
        self._dispatcher = Dispatcher(client, self.archive.history, self.settings.account, tempo)
        # Ended jobs hold their pictures: they live as long as somebody looks at them.
        self._jobs: WeakValueDictionary[str, Job] = WeakValueDictionary()
        self._under_way: set[Job] = set()
        self._listeners: list[Callable[[Result], object]] = []

    @property
    def engine(self) -> str:
        """Who answers, in a few words for the person."""
        return self._engine.told()

    @property
    def answered_by(self) -> str:
        """The same as a line."""
        return Text(f"Answered by: {self._engine}", f"应答者：{self._engine.zh}").told()

    @property
    def _engine(self) -> Text:
        if self.settings.offline:
            return Text("offline engine (previews, free)", "离线引擎（预览，免费）")
        url = self.settings.base_url
        return Text(f"DashScope at {url}", f"DashScope（{url}）")

    def submit(
        self,
        function: str | EditRequest,
        image: Any = None,
        prompt: str | None = None,
        **values: Any,
    ) -> Job:
        """Send a request and return at once; see :func:`ipywanx.edit` for the arguments."""
        return self._start(request=make_request(function, image, prompt, **values))

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
        timeout = as_timeout(timeout)  # refused before anything is sent
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

    def resume(self, task_id: Any) -> Job:
        """Wait again for a task of any kernel; see :func:`ipywanx.resume`."""
        task_id = task_id.strip() if isinstance(task_id, str) else task_id
        if not isinstance(task_id, str) or not _TASK_ID.fullmatch(task_id):
            raise InvalidRequest(
                Text(
                    f"{brief(task_id)} is not the id of a task.", f"{brief(task_id)} 不是任务编号。"
                ),
                hint=unsent(
                    "Give result.task_id or job.task_id.",
                    "请给出 result.task_id 或 job.task_id。",
                ),
                parameter="task_id",
            )
        request = None
        for job in self._living():
            if job.task_id == task_id and not job.failed:
                return job
            if job.task_id == task_id:
                request = job.request
        record = self.archive.history.find(self.settings.account, task_id)
        return self._start(record=record or self.archive.begin(None, task_id), request=request)

    def jobs(self) -> list[Job]:
        """Every job that has not ended or whose pictures are not fetched, oldest first.

        Those of other kernels, ended ones too, are watched here from now on.
        """
        known = {job.record_id: job for job in self._living() if not job.failed}
        mine = [job for job in known.values() if not job.done()]
        theirs = [
            self._start(record=record)
            for record in self.archive.history.unfinished(self.settings.account)
            if record.id not in known and (record.task_id or not record.is_watched)
        ]
        return [*theirs, *mine]

    def known(self, fingerprints: Iterable[str]) -> dict[str, Record]:
        """Rows of what was asked for before, by :attr:`EditRequest.fingerprint`.

        What is fetched goes before what is still under way, a later row before an earlier one.
        Offline previews of any kernel count here, but their tasks only in their own.
        """
        found: dict[str, Record] = {}
        for row in self.archive.history.alike(fingerprints):
            mine = row.account == self.settings.account
            if row.status == Status.SUCCEEDED and row.fetched:
                usable = mine or (row.is_preview and self.settings.offline)
                usable = usable and self.archive.is_whole(row)
            else:
                sent_elsewhere = row.task_id is None and row.is_watched and row.id not in self._jobs
                usable = mine and row.is_open and not row.is_expired and not sent_elsewhere
            before = found.get(row.fingerprint)
            if usable and not (before and before.fetched and not row.fetched):
                found[row.fingerprint] = row
        return found

    def attend(self, record: Record) -> Job:
        """The job of a row: the one that waits for it here, or a new one that does."""
        job = self._jobs.get(record.id)
        return job if job is not None and not job.failed else self._start(record=record)

    @property
    def is_free(self) -> bool:
        """Whether nothing costs, for the embedded engine answers."""
        return self.settings.offline

    def price(self, *requests: EditRequest) -> float:
        """Yuan that all pictures of such requests would cost; nothing offline."""
        return 0.0 if self.is_free else round(sum(one.price for one in requests), 2)

    def expected_seconds(self, *requests: EditRequest) -> float:
        """How long such edits take, as many at once as run; by what was seen, the median."""
        kinds = Counter((one.about.name, one.image.megapixels) for one in requests)
        medians = {kind: self._dispatcher.forecast(*kind).median for kind in kinds}
        total = sum(medians[kind] * count for kind, count in kinds.items())
        at_once = min(len(requests), self._dispatcher.tempo.running or AT_ONCE)
        return total / max(1, at_once)

    def on_result(self, callback: Callable[[Result], object]) -> Callable[[], None]:
        """Hear of every result that arrives here from now on, whoever asked for it.

        Args:
            callback: Is called in any thread, and not for long.

        Returns:
            What ends it.
        """
        self._listeners.append(callback)
        return lambda: self._listeners.remove(callback)

    def place(self, job: Job) -> int | None:
        """How many of this process's tasks the service has before it; None where it has not."""
        return self._dispatcher.place(job.task_id) if job.task_id else None

    def open_task_ids(self) -> list[str]:
        """The service's ids of what has not ended or is not fetched; asks nobody but the disk."""
        mine = [job.task_id for job in self._living() if not job.done()]
        rows = self.archive.history.unfinished(self.settings.account)
        return list(dict.fromkeys(filter(None, [*mine, *(row.task_id for row in rows)])))

    def history(self, text: str | Sequence[str] = "") -> Past:
        """The results that are kept, newest first; see :func:`ipywanx.history`."""
        from ipywanx.service.past import Past

        return Past(self.archive, self.archive.history.search(text))

    def kept(self, sources: Sequence[Record | Result]) -> Sequence[Result]:
        """Results by their rows, each read from the disk when it is asked for."""
        from ipywanx.service.past import Past

        rows = [one for one in sources if not isinstance(one, Result)]
        if len(rows) == len(sources):
            return Past(self.archive, rows)
        read = (one if isinstance(one, Result) else self.archive.result(one) for one in sources)
        return [one for one in read if one is not None]

    def recall(self, source: Any, image: Any = None) -> EditRequest:
        """What made a picture; see :func:`ipywanx.recall`."""
        from ipywanx.service.past import recall

        return recall(self.archive, source, image)

    @property
    def spent(self) -> float:
        """Yuan that the finished jobs of this session cost."""
        return self.archive.paid

    def costs(self) -> str:
        """What was spent, in a sentence."""
        here, total = f"CNY {self.spent:.2f}", f"CNY {self.archive.history.spent():.2f}"
        return Text(
            f"{here} in this kernel, {total} in the whole history.",
            f"此内核 {here}，全部历史记录 {total}。",
        ).told()

    def dry_run(self, request: EditRequest) -> DryRun:
        """The request as it would be sent; nothing is."""
        from ipywanx.service.dry_run import dry_run

        return dry_run(request, self.settings)

    def describe(self) -> str:
        """The configuration in force, without the key."""
        key = Text("given (not shown)", "已给出（不显示）")
        if self.settings.offline:
            key = Text("none", "无")
        elif source := self.settings.key_source:
            key = Text(f"from {source} (not shown)", f"来自“{both(source).zh}”（不显示）")
        folder = self.archive.files.folder
        lines = (
            self.answered_by,
            Text(f"Key: {key}", f"密钥：{key.zh}").told(),
            Text(f"Pictures are kept in: {folder}", f"图片保存在：{folder}").told(),
            f"ipywanx {__version__}",
        )
        return "\n".join(lines)

    def _living(self) -> list[Job]:
        """All jobs that somebody holds. More may begin meanwhile, which values() does not bear."""
        return [job for ref in self._jobs.valuerefs() if (job := ref()) is not None]

    def _start(self, request: EditRequest | None = None, record: Record | None = None) -> Job:
        from ipywanx.service.job import Job

        job = Job(self._dispatcher, self.archive, self._portal, request=request, record=record)
        self._jobs[job.record_id] = job
        self._under_way.add(job)
        job.when_done(self._under_way.discard)
        job.when_done(self._announce)
        return job

    def _announce(self, job: Job) -> None:
        if not job.failed:
            for listener in list(self._listeners):
                listener(job.result())


class _Process:
    """What the sessions of one process share; all module state there is but the language's."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.session: Session | None = None
        self.asked: Settings | None = None
        self.key: Key | None = None
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

    def renew(self) -> None:
        """Begin anew in a forked child: of loop and engine it has the memory, but no thread."""
        self.lock = threading.RLock()
        self.session, self.asked = None, None
        self._portal, self._engine = None, None


_process = _Process()
if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=_process.renew)


def current() -> Session:
    """The session of this module's functions, made anew when the environment has changed."""
    asked = Settings.from_environment(held=_process.key)
    with _process.lock:
        if _process.session is None or _process.asked != asked:
            _process.session, _process.asked = Session(asked), asked
        return _process.session


def hold_key(key: Key | None) -> None:
    """Use this key from the next call on, in this process only; None goes back to the others."""
    _process.key = key
