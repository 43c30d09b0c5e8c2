"""One task under way: its state, its time, and a way out.

It only reads what the job says. Callbacks may come in any thread, so a click does no more than
start the job's own cancellation and leave a mark for the waiting cell.
"""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import Future
from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets
from IPython.core.error import UsageError
from IPython.display import HTML, display

from ipywanx.errors import TaskTimedOut
from ipywanx.model.tasks import Status
from ipywanx.text import Text

if TYPE_CHECKING:
    from ipywanx.model.results import Result
    from ipywanx.service.job import Job

LAST_WORD = 2.0
"""Seconds in which, after Stop, the service may still say what becomes of the task."""
HEARTBEAT = 0.1
"""Seconds between looks; ipykernel interrupts an awaiting cell without waking its loop."""
# In English the service's own words, which its console shows as well.
_STATES = {
    "SENDING": "发送中",
    "PENDING": "排队中",
    "RUNNING": "运行中",
    "CANCELLING": "取消中",
    "SUCCEEDED": "已完成",
    "FAILED": "失败",
    "CANCELED": "已取消",
    "UNKNOWN": "未知",
}


class Progress:
    """Shows one job under the running cell until it ends.

    Args:
        job: What to wait for.
        engine: Who answers, for the person.
    """

    def __init__(self, job: Job, engine: str) -> None:
        self.job = job
        self._engine = engine
        self._cancelling: Future[bool] | None = None
        self._text = widgets.HTML()
        self.button = widgets.Button(
            description=Text("Cancel", "取消").told(),
            icon="times",
            tooltip=Text("Ask the service not to run this task", "请求服务不运行该任务").told(),
        )
        self.button.on_click(self._cancel)
        notices = job.request.notices if job.request else ()
        line = widgets.HBox([self.button, self._text])
        line.layout.align_items = "center"
        self._notices = widgets.HTML("<br>".join(escape(notice.told()) for notice in notices))
        self._box = widgets.VBox([line, self._notices])
        self._notices.layout.display = None if notices else "none"
        self._refresh()

    async def wait(self) -> Result:
        """Wait for the pictures without blocking the kernel's loop.

        Raises:
            TaskCanceled: Cancelled in time; nothing is charged.
            TaskTimedOut: Cancelled too late; the task goes on without us.
        """
        handle = display(self._box, display_id=True)
        try:
            while not self._look():
                await asyncio.sleep(HEARTBEAT)
        except asyncio.CancelledError:
            self._cancel()
            end = time.monotonic() + LAST_WORD
            while not self._look() and time.monotonic() < end:
                await asyncio.sleep(HEARTBEAT)
            raise UsageError(self._stopped().told()) from None
        finally:
            self._close(handle)
        return self._outcome()

    def wait_blocking(self) -> Result:
        """The same from plain code, where a click cannot be heard but Stop can."""
        handle = display(self._box, display_id=True)
        try:
            while not self._look():
                time.sleep(HEARTBEAT)
        except KeyboardInterrupt:  # goes on: it has to end the loops around it too
            self._cancel()
            end = time.monotonic() + LAST_WORD
            while not self._look() and time.monotonic() < end:
                time.sleep(HEARTBEAT)
            print(self._stopped().told())  # noqa: T201
            raise
        finally:
            self._close(handle)
        return self._outcome()

    def _look(self) -> bool:
        """Show what is; True when there is nothing left to wait for."""
        self._refresh()
        too_late = (
            self._cancelling is not None
            and self._cancelling.done()
            and not (self._cancelling.exception() is None and self._cancelling.result())
        )
        return too_late or self.job.done()

    def _outcome(self) -> Result:
        if self.job.done():
            return self.job.result()
        raise TaskTimedOut(
            Text(
                f"The task is {self.job.status}; the service cannot stop it any more.",
                f"任务的状态是 {self.job.status}；服务已无法停止它。",
            ),
            hint=Text(
                f"It goes on and is charged: %wanx resume {self.job.task_id} shows it.",
                f"任务会继续并计费：%wanx resume {self.job.task_id} 可查看。",
            ),
            task_id=self.job.task_id or "",
        )

    def _stopped(self) -> Text:
        """What became of the task when the person had pressed Stop."""
        task_id = self.job.task_id
        if self.job.done() and self.job.status is Status.CANCELED:
            return Text("Stopped; the task will not run.", "已停止；任务不会运行。")
        if task_id is None:
            return Text(
                "Stopped; the task may have been sent: %wanx jobs tells.",
                "已停止；任务可能已经发送：请用 %wanx jobs 查看。",
            )
        return Text(
            f"Stopped; the task is {self.job.status} and may be charged: %wanx resume {task_id} "
            "shows it.",
            f"已停止；任务的状态是 {self.job.status}，可能计费：%wanx resume {task_id} 可查看。",
        )

    def _refresh(self) -> None:
        state = "CANCELLING" if self._cancelling else str(self.job.status)
        if self.job.task_id is None and not self._cancelling:
            state = "SENDING"
        task = Text("task", "任务")
        what = self.job.request.about.name if self.job.request else task.told()
        told = f"{_state(state).told()} · {self.job.elapsed:.1f} s · {escape(self._engine)}"
        text = f"<b>{what}</b> {told}"
        if text != self._text.value:
            self._text.value = text

    def _cancel(self, _: Any = None) -> None:
        if self._cancelling is None and not self.job.done():
            self.button.disabled = True
            self._cancelling = self.job.request_cancel()

    def _close(self, handle: Any) -> None:
        """Leave plain text where the widget was: a saved notebook must not say "Loading"."""
        state, seconds = _state(str(self.job.status)), f"{self.job.elapsed:.1f} s"
        line = Text(f"{state} after {seconds}", f"{state.zh}，用时 {seconds}").told()
        text = "" if self.job.status is Status.SUCCEEDED else f"<small>{escape(line)}</small>"
        if handle is not None:
            handle.update(HTML(text))
        for part in (*self._box.children, *self._box.children[0].children, self._box):
            for one in (getattr(part, "style", None), part.layout, part):
                if one is not None:
                    one.close()


def _state(word: str) -> Text:
    return Text(word, _STATES.get(word, word))


async def wait_in_terminal(job: Job) -> Result:
    """Wait in a shell without widgets; Ctrl-C cancels what can be cancelled."""
    try:
        while not job.done():
            await asyncio.sleep(HEARTBEAT)
    except (asyncio.CancelledError, KeyboardInterrupt):
        job.request_cancel()
        raise
    return job.result()
