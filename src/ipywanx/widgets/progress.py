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
from IPython.display import display

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
    """Shows one job under the running cell until it ends, or the user stops waiting for it.

    Args:
        job: What to wait for.
        engine: Who answers, in words.
        price: The most that the task may cost in CNY; 0 for a free preview, None if unknown.
    """

    def __init__(self, job: Job, engine: str, price: float | None) -> None:
        self.job = job
        self._engine, self._price = engine, price
        self._cancelling: Future[bool] | None = None
        self._too_late = False  # the service has begun, so that only the waiting can be stopped
        self._left = False
        self._text = widgets.HTML()
        self.button = widgets.Button(
            description=Text("Cancel", "取消").told(),
            icon="times",
            tooltip=Text("Ask the service not to run this task", "请求服务不运行该任务").told(),
        )
        self.button.layout.width = "max-content"
        self.button.on_click(self._click)
        notices = job.request.notices if job.request else ()
        line = widgets.HBox([self.button, self._text])
        line.layout.align_items = "center"
        self._notices = widgets.HTML("<br>".join(escape(notice.told()) for notice in notices))
        self._box = widgets.VBox([line, self._notices])
        self._notices.layout.display = None if notices else "none"
        self._refresh()

    async def wait(self) -> Result | None:
        """Wait for the pictures without blocking the kernel's loop.

        Returns:
            The result; None if the user cancelled the task, or stopped waiting for it.
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

    def wait_blocking(self) -> Result | None:
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
        if self._cancelling is not None and self._cancelling.done():
            refused = self._cancelling.exception() is not None or not self._cancelling.result()
            if refused and not self.job.done():
                self._cancelling, self._too_late = None, True
        self._refresh()
        return self._left or self.job.done()

    def _outcome(self) -> Result | None:
        if self._was_cancelled or (self._left and not self.job.done()):
            return None
        return self.job.result()

    @property
    def _was_cancelled(self) -> bool:
        """Whether the task will not run because the user asked for that."""
        wanted = self._cancelling is not None and self.job.done()
        return wanted and self.job.status is Status.CANCELED

    @property
    def _charge(self) -> Text:
        """What a task that goes on costs."""
        if self._price == 0:
            return Text("It is a free preview", "这是免费预览")
        if self._price is None:
            return Text("It may be charged", "可能计费")
        most = f"CNY {self._price:.2f}"
        return Text(f"It will cost at most {most}", f"最多计费 {most}")

    @property
    def _goes_on(self) -> Text:
        """What becomes of a task that nobody waits for, and how to get its pictures."""
        way = f"%wanx resume {self.job.task_id}" if self.job.task_id else "%wanx jobs"
        charge = self._charge
        return Text(
            f"{charge}, and goes on: {way} shows it.",
            f"{charge.zh}，任务会继续：可用 {way} 查看。",
        )

    def _stopped(self) -> Text:
        """What became of the task when the kernel was interrupted."""
        if self.job.done() and self.job.status is Status.CANCELED:
            return Text("Stopped; the task will not run.", "已停止；任务不会运行。")
        if self.job.task_id is None:
            return Text(
                "Stopped; the task may have been sent: %wanx jobs tells.",
                "已停止；任务可能已经发送：请用 %wanx jobs 查看。",
            )
        state = _state(str(self.job.status))
        return Text(
            f"Stopped; the task is {state}. {self._goes_on}",
            f"已停止；任务{state.zh}。{self._goes_on.zh}",
        )

    def _refresh(self) -> None:
        state = "CANCELLING" if self._cancelling else str(self.job.status)
        if self.job.task_id is None and not self._cancelling:
            state = "SENDING"
        if (self._too_late or state == "RUNNING") and not self._left:
            self._offer_to_leave()
        task = Text("task", "任务")
        what = self.job.request.about.name if self.job.request else task.told()
        shown = f"{_state(state).told()} · {self.job.elapsed:.1f} s · {escape(self._engine)}"
        text = f"<b>{what}</b> {shown}"
        if text != self._text.value:
            self._text.value = text

    def _offer_to_leave(self) -> None:
        self._too_late = True
        stop = Text("Stop waiting", "不再等待").told()
        if self.button.description != stop:
            self.button.description, self.button.icon = stop, "sign-out"
            self.button.tooltip = Text(
                f"The service has begun and cannot cancel the task any more. {self._goes_on}",
                f"服务已开始处理，无法再取消。{self._goes_on.zh}",
            ).told()
            self.button.disabled = False

    def _click(self, _: Any) -> None:
        if self._too_late:
            self._left = True
        else:
            self._cancel()

    def _cancel(self) -> None:
        if self._cancelling is None and not self.job.done():
            self.button.disabled = True
            self._cancelling = self.job.request_cancel()

    def _close(self, handle: Any) -> None:
        """Leave plain text where the widget was: a saved notebook must not say "Loading"."""
        state, seconds = _state(str(self.job.status)), f"{self.job.elapsed:.1f} s"
        if self._left and not self.job.done():
            line = Text(f"Not waiting any more. {self._goes_on}", f"不再等待。{self._goes_on.zh}")
        elif self._was_cancelled:
            line = Text("Cancelled before it ran; it costs nothing.", "已在运行前取消；不计费。")
        else:
            line = Text(f"{state} after {seconds}", f"{state.zh}，用时 {seconds}")
        ended_well = self.job.done() and self.job.status is Status.SUCCEEDED
        text = "" if ended_well else line.told()
        if handle is not None:
            html = f"<small>{escape(text)}</small>" if text else ""
            handle.update({"text/plain": text, "text/html": html}, raw=True)
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
