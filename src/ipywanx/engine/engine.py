"""What does the engine do with a request that it took?

Composes the rooms: accounts, files, pictures, effects, tasks. Knows no HTTP; the routes are in
:mod:`ipywanx.engine.app`.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Sequence
from urllib.parse import urlsplit

from ipywanx.engine.faults import Faults
from ipywanx.engine.inputs import Inputs, decode_data_uri, open_mask, open_picture
from ipywanx.engine.limits import Accounts
from ipywanx.engine.options import EngineOptions
from ipywanx.engine.render import Edit, choose_seed, render_png
from ipywanx.engine.storage import DAY, FileStore, Results, Uploads
from ipywanx.engine.tasks import Picture, Task, Tasks
from ipywanx.model.tasks import Output
from ipywanx.wire import OSS_SCHEME, Asked, Refusal, read_body

_INLINE = "inline/"


class Engine:
    """One engine with its files, threads and tasks."""

    def __init__(self, options: EngineOptions) -> None:
        self.options = options
        self.clock = options.clock
        address = urlsplit(options.base_url)
        root = f"{address.scheme}://{address.netloc}"
        self.base_path = address.path.rstrip("/")
        self.faults = Faults(options.faults)
        self.accounts = Accounts(
            self.clock,
            key=options.key,
            create_rps=options.create_rps,
            query_rps=options.query_rps,
        )
        self._store = FileStore(self.clock)
        self.uploads = Uploads(self._store, self.clock, root)
        self.results = Results(self._store, self.clock, root)
        self._inputs = Inputs(self.uploads, self.results)
        self.tasks = Tasks(
            self.clock,
            concurrency=options.concurrency,
            work=self._work,
            publish=self._publish,
            forget=self._forget,
            log=options.log,
        )
        self._seconds = itertools.cycle(options.task_seconds)
        self._names = itertools.count()
        self._lock = threading.Lock()

    def accept(self, account: str, raw: bytes, *, resolve: bool, request_id: str) -> Task:
        """Put the task that a create body asks for in the queue.

        Args:
            account: Whose task it is.
            raw: The body.
            resolve: Whether the header that allows ``oss://`` was sent.
            request_id: The create call's own id.

        Raises:
            Refusal: The body is not one that the service would take.
        """
        asked = read_body(raw)
        if self.options.refuse_more and self.tasks.unfinished(account) >= self.options.concurrency:
            raise Refusal("Throttling.RateQuota")
        model = asked.request_class.about.model.name
        refs = {
            name: self._keep(ref, account, model, resolve=resolve)
            for name, ref in asked.refs.items()
        }
        asked = asked._replace(refs=refs)
        script = self.faults.pick("task")
        with self._lock:
            seconds = next(self._seconds)
        if script is not None and script.word == "slow":
            seconds += script.number
        task = Task(account, asked, request_id, self.clock.now(), seconds, script)
        self.tasks.add(task)
        return task

    def close(self) -> None:
        """End the threads and delete the files."""
        self.tasks.close()
        self._store.close()

    def _keep(self, ref: str, account: str, model: str, *, resolve: bool) -> str:
        """A reference that stays good while the task waits: inline bytes go to the disk."""
        if ref.startswith(OSS_SCHEME):
            key = ref.removeprefix(OSS_SCHEME)
            if not resolve or not self.uploads.belongs(key, account, model):
                raise Refusal("InvalidParameter.DataInspection")
        if not ref.startswith("data:"):
            return ref
        with self._lock:
            name = f"{_INLINE}{next(self._names)}"
        self._store.put(name, decode_data_uri(ref), DAY)
        return name

    def _work(self, task: Task) -> Sequence[Picture]:
        """Make a task's pictures. One that fails does not take the others with it."""
        script = task.script
        if script is not None and script.word == "FAILED":
            raise Refusal(script.code)
        edit = self._edit(task.asked)
        pictures: list[Picture] = []
        for index in range(task.total):
            if script is not None and script.word == "partial" and index == task.total - 1:
                pictures.append(Refusal("InternalError.Timeout"))
            else:
                pictures.append(render_png(edit, index))
        return pictures

    def _edit(self, asked: Asked) -> Edit:
        data = {name: self._fetch(ref) for name, ref in asked.refs.items()}
        mask_data = data.pop("mask", None)
        image, *others = map(open_picture, data.values())
        mask = None if mask_data is None else open_mask(mask_data, image.size)
        function = asked.request_class.about.name
        return Edit(
            function=function,
            prompt=asked.prompt,
            parameters=asked.parameters,
            image=image,
            mask=mask,
            others=tuple(others),
            seed=choose_seed(function, asked.prompt, asked.parameters, data["image"]),
        )

    def _fetch(self, ref: str) -> bytes:
        if not ref.startswith(_INLINE):
            return self._inputs.fetch(ref)
        return self._store.get(ref) or b""

    def _publish(self, task: Task, pictures: Sequence[Picture], ended: float) -> tuple[Output, ...]:
        return tuple(
            Output(code=picture.code, message=picture.message)
            if isinstance(picture, Refusal)
            else Output(url=self.results.publish(f"{task.task_id}-{index}", picture, ended))
            for index, picture in enumerate(pictures, 1)
        )

    def _forget(self, task: Task) -> None:
        """Inline pictures are not needed once a task has ended; uploads live on."""
        for ref in task.asked.refs.values():
            if ref.startswith(_INLINE):
                self._store.drop(ref)
