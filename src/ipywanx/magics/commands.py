"""What do ``%wanx`` and ``%%wanx`` do? One line or cell from its meaning to its result."""

from __future__ import annotations

import re
from collections import ChainMap
from contextlib import contextmanager, suppress
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from IPython.core.error import UsageError
from IPython.core.magic import (
    Magics,
    line_cell_magic,
    magics_class,
    needs_local_scope,
    no_var_expand,
)
from IPython.display import Markdown, display
from traitlets import Bool, Enum
from traitlets.config import Configurable

from ipywanx import reference
from ipywanx.calls import sweep
from ipywanx.errors import TaskTimedOut, WanxError
from ipywanx.magics import config, nested
from ipywanx.magics.grammar import Command, Edit, Experiment, Meaning, parse
from ipywanx.magics.variables import refuse_missing
from ipywanx.magics.words import flag_kinds, misuse
from ipywanx.model.loading import load
from ipywanx.model.requests import REQUESTS, make_request, request_class
from ipywanx.model.tasks import Status
from ipywanx.session import current
from ipywanx.text import LANGUAGES, Language, Text, prefer_language
from ipywanx.tracebacks import is_verbose

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from IPython.core.interactiveshell import InteractiveShell
    from ipywidgets import Widget
    from PIL.Image import Image

    from ipywanx.experiments.sweep import Sweep
    from ipywanx.model.results import Result
    from ipywanx.service.job import Job
    from ipywanx.widgets.progress import Progress


_Widget = TypeVar("_Widget", bound="Widget")

FIRST_WORD = 3.0
"""Seconds in which the service says what it knows of a task."""


@magics_class
class WanxMagics(Magics, Configurable):
    """``%wanx`` and ``%%wanx``, with their settings under ``%config WanxMagics``."""

    nested_loops = Bool(
        default_value=False,
        help="Patch asyncio so that asyncio.run works inside a cell. Needed by nothing here.",
    ).tag(config=True)
    language = Enum(
        list(LANGUAGES),
        default_value="auto",
        help="What is said in: English, 简体中文 (zh), or as the environment's locale says.",
    ).tag(config=True)

    def __init__(self, shell: InteractiveShell) -> None:
        super().__init__(shell=shell)
        self._shell = shell
        self.observe(self._nest, "nested_loops")
        self.observe(self._speak, "language")
        self._speak()

    def _speak(self, _: Any = None) -> None:
        prefer_language(LANGUAGES[self.language])

    def _nest(self, change: dict[str, Any]) -> None:
        if not change["new"]:
            raise UsageError(
                Text(
                    "Nested loops stay until the kernel is restarted.",
                    "嵌套循环会一直保持到内核重启。",
                ).told()
            )
        with short_errors():
            nested.enable()

    @no_var_expand
    @needs_local_scope
    @line_cell_magic
    def wanx(
        self, line: str, cell: str | None = None, local_ns: Mapping[str, Any] | None = None
    ) -> Any:
        """Edit a picture, and wait for it."""
        with short_errors():
            asked = understood(line, cell, ChainMap(dict(local_ns or {}), self._shell.user_ns))
            if isinstance(asked, Command):
                return self._command(asked)
            if isinstance(asked, Experiment):
                return self._sweep(asked)
            job = self._start(asked)
            if job is None or asked.background:
                return self._finish(asked, job)
            return self._finish(asked, self._wait(job))

    async def awaited(self, line: str, cell: str | None = None) -> Any:
        """The same for a cell that can await."""
        with short_errors():
            asked = understood(line, cell, self._shell.user_ns)
            if isinstance(asked, Command):
                return await self._awaited_command(asked)
            if isinstance(asked, Experiment):
                return self._sweep(asked)
            job = self._start(asked)
            if job is None or asked.background:
                return self._finish(asked, job)
            return self._finish(asked, await self._wait_awaited(job))

    def _start(self, asked: Edit) -> Job | None:
        """Send the edit; None where only its help or its dry run was asked for."""
        if asked.help:
            display(Markdown(reference.function_help(REQUESTS[asked.function])))
            return None
        request = make_request(asked.function, **asked.values)
        if asked.dry_run:
            print(current().dry_run(request))  # noqa: T201 - this is its output
            return None
        if asked.background or not has_kernel(self._shell):
            for notice in request.notices:
                print(notice.told())  # noqa: T201
        return current().submit(request)

    def _sweep(self, asked: Experiment) -> Sweep | None:
        """Begin an experiment, and return at once: it fills in while other cells run."""
        made = sweep(asked.function, **asked.values, **asked.options)
        if asked.output:
            self._shell.push({asked.output: made})
        return None if asked.silent else made

    def _finish(self, asked: Edit, made: Result | Job | None) -> Any:
        # None leaves the variable as it was: a cancelled task has nothing for it.
        if asked.output and made is not None:
            self._shell.push({asked.output: made})
        return None if asked.silent else made

    def _wait(self, job: Job) -> Result | None:
        return self._progress(job).wait_blocking() if has_kernel(self._shell) else job.result()

    async def _wait_awaited(self, job: Job) -> Result | None:
        if not has_kernel(self._shell):
            from ipywanx.widgets.progress import wait_in_terminal

            return await wait_in_terminal(job)
        return await self._progress(job).wait()

    def _progress(self, job: Job) -> Progress:
        from ipywanx.widgets.progress import Progress

        session = current()
        price = session.price(job.request) if job.request else None
        return Progress(job, session.engine, 0.0 if session.is_free else price)

    async def _awaited_command(self, asked: Command) -> Any:
        if asked.name != "resume":
            return self._command(asked)
        if asked.argument:
            return await self._wait_awaited(current().resume(asked.argument))
        for job in _left():
            with _told():
                _show(await self._wait_awaited(job))
        return None

    def _command(self, asked: Command) -> Any:
        match asked.name:
            case "resume":
                return self._resume(asked.argument)
            case "cancel":
                job = current().resume(_task_id(asked))
                cancelled = job.cancel()
                if not cancelled and job.status in {Status.PENDING, Status.UNKNOWN}:
                    with suppress(TaskTimedOut):
                        job.result(FIRST_WORD)  # where there is no such task this says so
                late = Text(f"Too late: it is {job.status}.", f"太晚了：状态是 {job.status}。")
                print((Text("Cancelled.", "已取消。") if cancelled else late).told())  # noqa: T201
            case "mask":
                return self._edit_mask(asked)
            case "studio":
                return self._open_studio(asked)
            case "jobs":
                return _left() or None
            case "history":
                return self._history(asked)
            case "cost":
                print(current().costs())  # noqa: T201
            case "config":
                print(config.run(asked.argument.split()))  # noqa: T201
            case "functions":
                display(Markdown(reference.functions_table()))
            case "help" if asked.argument:
                display(Markdown(reference.function_help(request_class(asked.argument))))
            case _:
                print(f"{reference.USAGE.told()}\n\n{current().answered_by}")  # noqa: T201
        return None

    def _resume(self, task_id: str) -> Any:
        if task_id:
            return self._wait(current().resume(task_id))
        for job in _left():
            with _told():
                _show(self._wait(job))
        return None

    def _history(self, asked: Command) -> Any:
        """What was made before: shown, written out, or forgotten."""
        text, folder, doomed = (asked.values[name] for name in ("text", "export", "delete"))
        if doomed and not text:
            raise misuse(
                "--delete needs words, and deletes what they find. First look at what that is:",
                "--delete 需要文本，会删除找到的结果。请先查看会找到什么：",
                "%wanx history rabbit",
            )
        past = current().history(text)
        if folder:
            number = len(past.export(folder))
            written = Text(
                f"Pictures written to {folder}: {number}.", f"写入 {folder} 的图片：{number}。"
            )
            print(written.told())  # noqa: T201
        if doomed:
            count = len(past)
            freed = f"{past.delete() / 1e6:.1f} MB"
            deleted = Text(
                f"Results deleted: {count}, {freed} freed.",
                f"已删除的结果：{count}，释放 {freed}。",
            )
            print(deleted.told())  # noqa: T201
        if asked.output:
            self._shell.push({asked.output: past})
        return None if folder or doomed else past

    def _earlier(self, kind: type[_Widget], asked: Command) -> _Widget | None:
        """The widget that the line's name has already, as long as it can be shown again."""
        there = self._shell.user_ns.get(asked.output) if asked.output else None
        usable = isinstance(there, kind) and there.comm is not None and not asked.fresh
        return there if usable else None

    def _open_studio(self, asked: Command) -> Any:
        """The studio under the cell, set up as far as the line says."""
        if not has_kernel(self._shell):
            print(f"{reference.USAGE.told()}\n\n{current().answered_by}")  # noqa: T201
            return None
        from ipywanx.widgets.studio import Studio

        values = dict(asked.values)
        image, name = values.pop("image", None), asked.output
        studio = self._earlier(Studio, asked)
        if studio is None:
            studio = Studio(image, asked.argument or "stylization_all", **values)
        else:
            studio.go_on(image, asked.argument, **values)
            said = Text(
                f"{name} is as you left it; --fresh begins anew.",
                f"{name} 保持上次的状态；用 --fresh 重新开始。",
            )
            print(said.told())  # noqa: T201
        if asked.output:
            self._shell.push({asked.output: studio})
        return studio

    def _edit_mask(self, asked: Command) -> Any:
        """A mask editor under the cell; `--mask NAME` takes what is painted in it."""
        from ipywanx.widgets.mask_editor import MaskEditor

        picture, name = load(asked.values["image"], fit=asked.values["fit"]), asked.output
        editor = self._earlier(MaskEditor, asked)
        if editor is None or not _same_pixels(editor.image, picture.to_image()):
            editor = MaskEditor(picture)
        elif painted := editor.mask.area:
            said = Text(
                f"{name} keeps what was painted on this picture ({painted:.1%}); --fresh begins "
                "anew.",
                f"{name} 保留了在这张图片上绘制的内容（{painted:.1%}）；用 --fresh 重新开始。",
            )
            print(said.told())  # noqa: T201
        if asked.output:
            self._shell.push({asked.output: editor})
        return editor


def _same_pixels(one: Image, other: Image) -> bool:
    return one.size == other.size and one.tobytes() == other.tobytes()


def understood(line: str, body: str | None, namespace: Mapping[str, Any]) -> Meaning:
    """What a line means, its files being there.

    Raises:
        UsageError: It cannot be understood.
        UnusableImage: A file that it names is not there.
    """
    asked = parse(line, body, namespace)
    refuse_missing(asked.values)
    return asked


def _task_id(asked: Command) -> str:
    if not asked.argument:
        raise misuse(
            f"%wanx {asked.name} needs a task's id. These are open:",
            f"%wanx {asked.name} 需要任务编号。未结束的任务见：",
            "%wanx jobs",
        )
    return asked.argument


def _left() -> list[Job]:
    """What is still to be waited for or fetched."""
    jobs = current().jobs()
    if not jobs:
        said = Text(
            "Every task has ended and is fetched; %wanx history shows them.",
            "所有任务都已结束并获取；%wanx history 可查看。",
        )
        print(said.told())  # noqa: T201
    return jobs


def _show(result: Result | None) -> None:
    if result is not None:  # else the wait for it was ended by hand, which is said already
        display(result)


@contextmanager
def _told() -> Iterator[None]:
    """One task's error as a line: the others are still wanted."""
    try:
        yield
    except WanxError as error:
        print(error.told())  # noqa: T201


WanxMagics.wanx.__doc__ = (
    f"Edit a picture, and wait for it.\n\n{reference.USAGE}\n\nFunctions:\n"
    + "\n".join(f"  {name:27} {cls.about.help.en}" for name, cls in REQUESTS.items())
)


@contextmanager
def short_errors() -> Iterator[None]:
    """Our errors as one readable line, no traceback; ``except wx.WanxError`` catches them.

    Under ``%xmode Verbose`` they are as they came.
    """
    try:
        yield
    except WanxError as error:
        if is_verbose():
            raise
        kind = _short(type(error))  # type: ignore[arg-type] # classes can be hashed
        short = kind.__new__(kind)  # a job keeps the error itself
        short.__dict__.update(error.__dict__)
        raise short from None


@cache
def _short(kind: type[WanxError]) -> type[WanxError]:
    def told(error: WanxError, language: Language | None = None) -> str:
        return _with_flags(kind.told(error, language))

    shown = {
        "told": told,
        "__str__": told,
        "_render_traceback_": lambda error: [f"{kind.__name__}: {told(error)}"],  # for IPython
    }
    return type(kind.__name__, (kind,), shown)


def _with_flags(said: str) -> str:
    """An advice for Python as it is typed on a line: ``fit=True`` is --fit there."""

    def flag(found: re.Match[str]) -> str:
        named = "--" + found[1].replace("_", "-")
        return named if flag_kinds().get(named) == "" else found[0]

    return re.sub(r"\b([a-z_]+)=True\b", flag, said)


def has_kernel(shell: InteractiveShell) -> bool:
    """Whether there is a front end that shows widgets (a terminal has none)."""
    return getattr(shell, "kernel", None) is not None
