"""How does one vary a form? Axes beside it, what they would cost, and their sheet."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

import ipywidgets as widgets
import traitlets

from ipywanx.errors import InvalidRequest, WanxError
from ipywanx.experiments.outline import estimate
from ipywanx.experiments.plan import How, plan
from ipywanx.experiments.prompts import alternatives
from ipywanx.experiments.sweep import Sweep
from ipywanx.model.functions import FUNCTIONS, EditRequest
from ipywanx.model.params import Kind, Param, describe
from ipywanx.text import Text, half_width
from ipywanx.widgets.esm import EXPERIMENT, module, style
from ipywanx.widgets.messages import Inbox
from ipywanx.widgets.page_widget import PageWidget
from ipywanx.widgets.pictures import variables_of
from ipywanx.widgets.sweep_view import SweepView
from ipywanx.widgets.texts import experiment_texts

if TYPE_CHECKING:
    from ipywanx.session import Session
    from ipywanx.widgets.budget import Budget

Form = Callable[[Mapping[str, Any] | None], tuple[str, dict[str, Any]]]
"""Tells the function, and what is set for it: the values of every cell, but for the axes.

It is given what the page showed when a button was pressed, or None.
"""

_HINTS: Mapping[Kind, Text] = {
    "text": Text(
        "One prompt a line; {red|blue} stands for both.", "每行一个提示词；{红|蓝} 表示两者都要。"
    ),
    "image": Text("Names of variables, with commas.", "变量名，用逗号分隔。"),
    "mask": Text("Names of variables, with commas.", "变量名，用逗号分隔。"),
}


class Experiment(PageWidget):
    """Axes over a form. The page shows what the traits say; what axes mean is decided here.

    Args:
        session: Who sends.
        form: What the form means now.
        budget: Of which the experiments are paid.
        ended: Is called, in any thread, when one has ended.
        language: ``"en"`` or ``"zh"``; may be changed while it is shown.

    Attributes:
        axes: What varies: ``{"name": parameter, "text": its values as typed}``.
        how: ``"grid"`` or ``"zip"``.
    """

    _esm = module(*EXPERIMENT)
    _css = style("wanx-experiment-view", "experiment.css")

    choices: traitlets.List[Any] = traitlets.List().tag(sync=True)
    axes: traitlets.List[Any] = traitlets.List().tag(sync=True)
    how = traitlets.Enum(["grid", "zip"], "grid").tag(sync=True)
    summary: traitlets.List[str] = traitlets.List().tag(sync=True)
    problem: traitlets.List[str] = traitlets.List().tag(sync=True)
    sheet = traitlets.Any(allow_none=True).tag(sync=True, **widgets.widget_serialization)
    texts = traitlets.Dict().tag(sync=True)
    language = traitlets.Enum(["en", "zh"], "en").tag(sync=True)

    def __init__(
        self,
        session: Session,
        form: Form,
        budget: Budget,
        ended: Callable[[], None],
        language: str,
    ) -> None:
        self._session, self._form = session, form
        self._budget, self._ended = budget, ended
        self._lock = threading.RLock()
        self._inbox = Inbox()
        self._next: Sweep | None = None
        super().__init__(texts=experiment_texts(), language=language)
        self.refresh()
        self.on_msg(self._receive)
        self.observe(lambda _: self.refresh(), ["axes", "how"])
        self.observe(self._translate, "language")

    @property
    def sweeps(self) -> Sequence[Sweep]:
        """The experiments that were begun here, oldest first."""
        return self._budget.sweeps

    def refresh(self, shown: Mapping[str, Any] | None = None) -> None:
        """Plan again: the form or the axes have changed. Sends nothing.

        Args:
            shown: What the page showed when the button was pressed: ``form``, ``axes`` and
                ``how``. A message overtakes the last change of a trait. None for the traits.
        """
        shown = shown or {}
        axes, how = shown.get("axes", self.axes), shown.get("how", self.how)
        with self._lock:
            function, values = self._form(shown.get("form"))
            params = {param.name: param for param in describe(FUNCTIONS[function])}
            varying = sorted(filter(_may_vary, params.values()), key=_interest)
            self.choices = [_choice(param) for param in varying]
            self._next, self.summary, self.problem = None, [], []
            asked = [axis for axis in axes if str(axis.get("text", "")).strip()]
            if not asked:
                return
            try:
                varied = {one["name"]: _values(params, one["name"], one["text"]) for one in asked}
                same = {name: value for name, value in values.items() if name not in varied}
                cells = plan(function, how=cast("How", how), **varied, **same)
                self._next = Sweep(self._session, cells)
                self.summary = list(estimate(self._next))
            except WanxError as error:
                self.problem = list(error.text)

    def run(self, shown: Mapping[str, Any] | None = None) -> Sweep:
        """Begin what is planned, and show its sheet. Returns at once.

        Args:
            shown: As :meth:`refresh` takes it.

        Raises:
            InvalidRequest: Nothing is planned, or it costs more than is allowed.
        """
        with self._lock:
            self.refresh(shown)
            if self._next is None:
                what = Text(*self.problem) if self.problem else Text("No axis.", "没有坐标轴。")
                raise InvalidRequest(what)
            with self._budget.spending(self._next.price):
                sweep = self._next.start()
                self._budget.sweeps.append(sweep)
            if self.sheet is not None:
                self.sheet.close()
            spending = self._budget.spending
            self.sheet = SweepView(sweep, language=self.language, spending=spending)
            self.sheet.when_ended(self._ended)  # a retry ends as well
        waiter = threading.Thread(target=self._wait_for, args=[sweep], daemon=True)
        waiter.start()
        return sweep

    def close(self) -> None:
        """Take the widget back; what was begun goes on."""
        if self.sheet is not None:
            self.sheet.close()
        super().close()

    def _wait_for(self, sweep: Sweep) -> None:
        sweep.result()  # also where another sheet has taken the place of this one's
        self._ended()

    def _translate(self, change: dict[str, Any]) -> None:
        if self.sheet is not None:
            self.sheet.language = change["new"]

    def _receive(self, _: Any, content: Any, __: Sequence[Any]) -> None:
        if isinstance(content, dict) and content.get("kind") == "run":
            self._inbox.take(content, lambda: self.run(content), self._tell, self.send)

    def _tell(self, error: WanxError | None) -> None:
        if error is not None:
            self.problem = list(error.text)


def _interest(param: Param) -> int:
    """The place of a parameter among those to vary: what changes the picture most comes first."""
    own = param.name not in EditRequest.model_fields and not param.is_picture
    places = {"prompt": 1, "seed": 2, "n": 5}
    return 0 if own else places.get(param.name, 4 if param.is_picture else 3)


def _may_vary(param: Param) -> bool:
    return param.about.place != "local"


def _choice(param: Param) -> dict[str, Any]:
    kind = param.about.kind
    low, high = param.low or 0, param.high or 0
    span = f"{low:g}-{min(high, low + 4):g}" if kind == "int" else f"{low:g}-{high:g} [5]"
    hint = _HINTS.get(kind) or Text(f"Such as {span}, or {low:g}, {high:g}", f"例如 {span}")
    return {
        "name": param.name,
        "title": list(param.about.title),
        "kind": kind,
        "hint": list(hint),
    }


def _values(params: Mapping[str, Param], name: str, text: str) -> Any:
    """What was typed for an axis, as :func:`plan` takes it."""
    if name not in params:
        raise InvalidRequest(Text(f"There is no {name!r} here.", f"这里没有 {name!r}。"))
    match params[name].about.kind:
        case "text":
            lines = [line for line in text.splitlines() if line.strip()]
            return {label: one for line in lines for label, one in alternatives(line).items()}
        case "bool":
            return [False, True]
        case "image" | "mask":
            known = variables_of(None)
            return {word: _variable(known, word) for word in re.split(r"[,，\s]+", text.strip())}
    plain = half_width(text)
    return plain if re.search(r"[-,;\[(~、]", plain) else [_number(params[name], plain)]


def _variable(known: Mapping[str, Any], name: str) -> Any:
    if name not in known:
        raise InvalidRequest(
            Text(f"There is no variable {name!r}.", f"没有变量 {name!r}。"),
            hint=Text("Run the cell that makes it.", "请运行生成它的单元格。"),
        )
    return known[name]


def _number(param: Param, text: str) -> Any:
    """One number as an axis of one; what is none is told by the parameter itself."""
    try:
        return int(text) if param.about.kind == "int" else float(text)
    except ValueError:
        return text
