"""How does one work without knowing the API? A picture, a form, a queue, and what came of it.

The page (``page/studio.js``) shows what the traits say and sends one message for each wish; what a
form means is decided here, by the declarations (:mod:`ipywanx.widgets.forms`).
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets
import traitlets

from ipywanx.errors import InvalidRequest, UnusableImage, WanxError
from ipywanx.given import refused
from ipywanx.model.functions import FUNCTIONS, Doodle, EditRequest
from ipywanx.model.images import Picture
from ipywanx.model.loading import load
from ipywanx.model.metadata import Metadata
from ipywanx.model.params import describe
from ipywanx.model.results import preview_notices
from ipywanx.model.service_models import WANX21
from ipywanx.session import Session, current
from ipywanx.text import Text, preferred_language
from ipywanx.widgets import forms
from ipywanx.widgets.budget import Budget
from ipywanx.widgets.doodle_board import DoodleBoard
from ipywanx.widgets.esm import STUDIO, module, style
from ipywanx.widgets.expand_frame import ExpandFrame
from ipywanx.widgets.experiment import Experiment
from ipywanx.widgets.gallery import Gallery
from ipywanx.widgets.mask_editor import MaskEditor
from ipywanx.widgets.messages import Inbox
from ipywanx.widgets.page_widget import PageWidget
from ipywanx.widgets.pictures import PictureSource
from ipywanx.widgets.queue import Queue
from ipywanx.widgets.stages import Stages
from ipywanx.widgets.static_output import Bundle, StaticOutput, picture_bundle
from ipywanx.widgets.texts import studio_texts
from ipywanx.widgets.traits import FunctionName, as_function, as_scale

if TYPE_CHECKING:
    from ipywanx.model.results import Result
    from ipywanx.service.job import Job


_SAME = Text(
    "The same is under way already. Create it once more?", "相同的任务正在进行。再生成一次吗？"
)


class Studio(PageWidget):
    """Forms for all ten functions, with a queue and a gallery.

    Args:
        image: The picture to begin with; what :func:`ipywanx.edit` takes. None for none yet.
        function: The function to begin with.
        session: Who sends; None for the one that the environment asks for.
        values: Parameters to begin with, such as ``prompt`` or ``left_scale``.

    Raises:
        InvalidRequest: There is no such function or parameter, or the picture cannot be used.

    Attributes:
        function: The function that is shown.
        language: ``"en"`` or ``"zh"``; the page follows at once.
        values: What was set, by function and parameter.
        cap: Most yuan that this studio may spend; None for no cap.
    """

    _esm = module(*STUDIO)
    _css = style("wanx-studio", "picture.css", "studio.css")

    schema = traitlets.Dict().tag(sync=True)
    texts = traitlets.Dict().tag(sync=True)
    language = traitlets.Enum(["en", "zh"], default_value="en").tag(sync=True)
    function = FunctionName("stylization_all").tag(sync=True)
    values = traitlets.Dict().tag(sync=True)
    picture = traitlets.Dict().tag(sync=True)
    known = traitlets.Bool(default_value=False).tag(sync=True)
    on_board = traitlets.Bool(default_value=False).tag(sync=True)
    variables: traitlets.List[str] = traitlets.List().tag(sync=True)
    problem = traitlets.Dict().tag(sync=True)
    queue: traitlets.List[Any] = traitlets.List().tag(sync=True)
    stage = traitlets.Any(allow_none=True).tag(sync=True, **widgets.widget_serialization)
    experiment = traitlets.Any(allow_none=True).tag(sync=True, **widgets.widget_serialization)
    gallery = traitlets.Any(allow_none=True).tag(sync=True, **widgets.widget_serialization)
    engine = traitlets.Unicode().tag(sync=True)
    price = traitlets.Float().tag(sync=True)
    spent = traitlets.Float().tag(sync=True)
    cap = traitlets.Float(None, allow_none=True).tag(sync=True)

    def __init__(
        self,
        image: Any = None,
        function: str = "stylization_all",
        *,
        session: Session | None = None,
        **values: Any,
    ) -> None:
        as_function(function)  # before anything is made
        traits = {name: values.pop(name) for name in ("language", "cap") if name in values}
        self._session = session or current()
        self._lock = threading.RLock()
        self._inbox = Inbox()
        self._source = PictureSource()
        self._image: Picture | None = None
        self._on_board = True  # until a picture is chosen, doodle has a blank board
        self._sketch: Picture | None = None  # what the board begins with
        self._stages = Stages()
        self._budget = Budget(self._session, lambda: self.cap)
        self._static = StaticOutput(self._kept)
        traits.setdefault("language", preferred_language())
        super().__init__(
            schema=forms.schema(),
            texts=studio_texts(),
            function=function,
            values=forms.with_shared({}, function, _known(function, values)),
            engine=self._session.engine,
            price=0.0 if self._session.is_free else WANX21.price_cny,
            picture=self._source.describe(None),
            variables=self._source.variables(),
            gallery=Gallery(self._session, language=traits["language"]),
            **traits,
        )
        self.gallery.on_action(self._act_on)
        self.gallery.offer_own(lambda: self._budget.tasks)
        self._queue = Queue(self._session, self._show_queue, self._finish)
        try:
            if image is not None:
                self._use(load(image, fit=True))
            self._set_stage()
        except InvalidRequest:  # nobody will see it, nor its gallery
            self.close()
            raise
        self.experiment = Experiment(
            self._session, self._form, self._budget, self._sum_up, self.language
        )
        self.on_msg(self._receive)
        self.observe(lambda _: self._set_stage(), "function")
        self.observe(lambda _: self.experiment.refresh(), ["function", "values", "picture"])
        self.observe(self._translate, "language")
        self.observe(self._static.refresh, ["picture", "language"])

    # ---- what code can do as well as the hand

    @property
    def request(self) -> EditRequest:
        """What the form means now.

        Raises:
            InvalidRequest: It is not complete or not right; ``parameter`` names the field.
        """
        return self._request()

    def _request(self, shown: Mapping[str, Any] | None = None) -> EditRequest:
        name, values = self._form(shown)
        forms.require_complete(name, values, values.get("image"))
        return FUNCTIONS[name](**values)

    def _form(self, shown: Mapping[str, Any] | None = None) -> tuple[str, dict[str, Any]]:
        """The function, and what is set for it.

        Args:
            shown: What the page showed when a button was pressed: ``function``, ``values``,
                ``scales``. A message overtakes the last change of a trait. None for the traits.
        """
        shown = shown or {}
        name = shown.get("function", self.function)
        values = dict(shown.get("values", self.values.get(name, {})))
        image: Any = self._image
        stage = self._stage_of(name)
        if isinstance(stage, DoodleBoard):
            image, values["is_sketch"] = stage.image, True
        if isinstance(stage, ExpandFrame):
            values |= stage.scales | shown.get("scales", {})
        mask = stage.mask if isinstance(stage, MaskEditor) else None
        return name, forms.given(name, values, image, mask)

    def submit(self) -> Job:
        """Send what the form means, and return at once; it is shown in the queue.

        Raises:
            InvalidRequest: As :attr:`request`, or it would cost more than :attr:`cap` leaves.
        """
        return self._submit(self.request)

    def _submit(self, request: EditRequest) -> Job:
        with self._budget.spending(self._session.price(request)):
            job = self._session.submit(request)
            self._budget.add(job)
        self._queue.add(job)
        return job

    def _submit_once(self, request: EditRequest, *, again: Any) -> None:
        """Send what the page asked for; ask back where the same is under way already."""
        if again is not True and self._queue.find_open(request) is not None:
            self.problem = {
                "field": "",
                "text": list(_SAME),
                "ask": "again",
            }
            return
        self._submit(request)

    def _try_again(self, failed: Job, request: EditRequest) -> None:
        """A task whose answer was lost may be there after all: then that one is waited for."""
        name = request.fingerprint
        row = self._session.known([name]).get(name)
        with self._budget.spending(0.0 if row else self._session.price(request)):
            job = self._session.attend(row) if row else self._session.submit(request)
            self._budget.add(job)
        self._queue.remove(failed.record_id)
        self._queue.add(job)

    @property
    def jobs(self) -> Sequence[Job]:
        """What is under way, and what failed and was not dismissed; oldest first."""
        return self._queue.jobs

    @property
    def results(self) -> Sequence[Result]:
        """What came of it, oldest first; each is read from the disk when it is asked for."""
        return self._budget.results

    def fill(self, request: Any) -> None:
        """Set the form as for this request: function, picture, mask and values.

        Raises:
            InvalidRequest: It is none, or one of another model, which has no form here.
        """
        if not isinstance(request, EditRequest):
            raise refused(
                "request",
                request,
                Text("a request", "请求对象"),
                Text("wx.recall(result) gives it.", "wx.recall(result) 会给出它。"),
            )
        if (name := request.about.name) not in FUNCTIONS:
            raise InvalidRequest(
                Text(f"{name} has no form here.", f"{name} 在这里没有表单。"),
                hint=Text("Copy its code from the result.", "请从结果中复制代码。"),
            )
        self._use(request.image)
        self._fill_in(request.about.name, request.given)
        if isinstance(self.stage, MaskEditor):
            self.stage.mask = getattr(request, "mask")  # noqa: B009 - only one class has it
        if isinstance(request, Doodle) and request.is_sketch:
            self._use_board(request.image)

    def _fill_in(self, function: str, values: Mapping[str, Any]) -> None:
        """The function and its values; the picture stays."""
        cleared = {**self.values, function: {}}
        self.values = forms.with_shared(cleared, function, values)
        self.function = function
        self._set_stage()
        if isinstance(self.stage, ExpandFrame):
            for side, value in values.items():
                if side.endswith("_scale"):
                    setattr(self.stage, side, value)

    def go_on(self, image: Any = None, function: str = "", **values: Any) -> None:
        """Set what is given; all else stays as it was, what is drawn on each picture too.

        Args:
            image: The picture; the same one, by its content, changes nothing.
            function: The function to be shown, "" for the one that is.
            values: Its parameters.

        Raises:
            InvalidRequest: There is no such function or parameter, or the picture cannot be used.
        """
        if image is not None:
            picture = load(image, fit=True)
            if self._image is None or picture.digest != self._image.digest:
                self._use(picture)
        if function or values:
            name = as_function(function or self.function)
            self._fill_in(name, {**self.values.get(name, {}), **_known(name, values)})

    def close(self) -> None:
        """Take the widgets back; what was sent goes on."""
        if hasattr(self, "_queue"):  # else it was refused before it was made
            self._queue.close()
            self._static.close()
            self._stages.close()
            self.gallery.close()
            if self.experiment is not None:
                self.experiment.close()
        super().close()

    def _ipython_display_(self) -> None:
        self._static.show(self)

    def _kept(self) -> Bundle | None:
        """What stays of it in a saved notebook: the last result, or the picture without one."""
        if results := self.results:
            return results[-1]._repr_mimebundle_()
        if self._image is None or self._image.url is not None:
            return None
        return picture_bundle(self._image.to_image(), self._image.name)

    # ---- the picture, and where one would rather look

    def _use(self, picture: Picture) -> None:
        self._image, self._on_board = picture, False
        self.picture = self._source.describe(picture)
        self.known = self._recalled() is not None
        self._set_stage()

    def _use_board(self, sketch: Picture | None = None) -> None:
        """Draw in the picture's place; on a sketch, or on blank paper."""
        self._sketch, self._on_board = sketch, True
        self._set_stage()

    def _recalled(self) -> EditRequest | Metadata | None:
        """What made the picture, where the history knows it by its bytes, or it says so itself."""
        if self._image is None or not self._image.data:
            return None
        return self._session.archive.request_of(self._image.origin)

    def _set_stage(self) -> None:
        """The widget over the picture that the function needs; each keeps what was drawn on it."""
        with self._lock:
            self.stage = self._stage_of(self.function)
            self.on_board = isinstance(self.stage, DoodleBoard)

    def _stage_of(self, function: str) -> Any:
        is_drawn = self._on_board and function == "doodle"
        image = self._sketch if is_drawn else self._image
        given = self.values.get(function, {})
        return self._stages.choose(function, image, given, self.language, is_drawn=is_drawn)

    def _translate(self, change: dict[str, Any]) -> None:
        self.gallery.language = self.experiment.language = change["new"]
        self._stages.translate(change["new"])

    # ---- the queue and the gallery

    def _show_queue(self, rows: list[dict[str, Any]]) -> None:
        self.queue = rows

    def _sum_up(self) -> None:
        self.spent = self._budget.spent
        self.gallery.find_own()
        self._static.refresh()

    def _finish(self, job: Job) -> None:
        """Tell the page of a result: which card it is, and what the preview did not understand."""
        self._sum_up()
        about = {"id": job.record_id, "task": job.task_id or ""}
        notices = [list(notice) for notice in preview_notices(job.result(0).preview)]
        self.send({"kind": "finished", **about, "took": round(job.elapsed, 1), "notices": notices})

    def _act_on(self, action: str, result: Result) -> None:
        """What the gallery asks for: edit it again, go on from it, its seed, or all but that."""
        self.problem = {}
        try:
            self._go_on(action, result)
        except WanxError as error:
            self._tell(error)

    def _go_on(self, action: str, result: Result) -> None:
        match action:
            case "use":
                self._use(_as_source(result))
            case "seed" if result.request is not None:
                self._set_value("seed", result.request.seed)
            case "edit" | "remix" if result.request is not None:
                self.fill(result.request)
                if action == "remix":
                    self._set_value("seed", None)
        self._point_at("seed" if action == "seed" else "picture")

    def _set_value(self, name: str, value: Any) -> None:
        self.values = forms.with_shared(self.values, self.function, {name: value})

    def _point_at(self, part: str) -> None:
        """Let the page show where something has changed: the ``picture`` or the ``seed``."""
        self.send({"kind": "point", "part": part})

    # ---- messages of the page

    def _receive(self, _: Any, content: Any, buffers: Sequence[Any]) -> None:
        with self._lock:
            self.problem = {}
            self._inbox.take(content, lambda: self._obey(content, buffers), self._tell, self.send)

    def _tell(self, error: WanxError | None) -> None:
        """Say what is wrong beside the field that it concerns."""
        if error is not None:
            self.problem = forms.problem(error)

    def _obey(self, content: dict[str, Any], buffers: Sequence[Any]) -> None:
        match content.get("kind"):
            case "submit":
                self._submit_once(self._request(content["form"]), again=content.get("again"))
            case "picture":
                self._take_picture(content, buffers)
            case "variables":
                self.variables = self._source.variables()
            case "board":
                self._use_board()
            case "recall":
                if isinstance(made := self._recalled(), EditRequest):
                    self.fill(made)
                elif made is not None:  # what it began with is not here
                    self._fill_in(made.function, made.values)
            case "cancel":
                if job := self._queue.find(content.get("job")):
                    job.request_cancel()
            case "retry":
                if (job := self._queue.find(content.get("job"))) and job.request is not None:
                    self._try_again(job, job.request)
            case "dismiss":
                self._queue.remove(content.get("job"))

    def _take_picture(self, content: dict[str, Any], buffers: Sequence[Any]) -> None:
        # Read where it is wanted only: its file may be gone, and another picture be there.
        wanted = content.get("source") == "result" and self.results
        last = wanted[-1] if wanted else None
        try:
            picture = self._source.take(content, buffers, last_result=last and _as_source(last))
        except UnusableImage as error:  # what was there before stays
            self.picture = self._source.describe(self._image, error)
        else:
            if picture is not None:  # else more parts of it are to come
                self._use(picture)
                if last is not None:
                    self._point_at("picture")


def _as_source(result: Result) -> Picture:
    """A result's first picture, called what it is: the result of what, and when."""
    title = result.request.about.title if result.request else Text("a task", "任务")
    when = result.report.submitted
    moment = f"{when.astimezone():%H:%M}" if when else ""
    name = Text(f"result of {title}, {moment}", f"{title.zh}的结果，{moment}").told()
    return replace(load(result, fit=True), name=name.rstrip(" ,，"))


def _known(function: str, values: dict[str, Any]) -> dict[str, Any]:
    """The values, if the function has such parameters.

    Raises:
        InvalidRequest: It has not, or the frame cannot show them.
    """
    names = {param.name for param in describe(FUNCTIONS[function])}
    for name, value in values.items():
        if name not in names:
            known = ", ".join(sorted(names))
            raise InvalidRequest(
                Text(f"{function} has no parameter {name!r}.", f"{function} 没有参数 {name!r}。"),
                hint=Text(f"It has {known}.", f"可用参数：{known}。"),
                parameter=name,
            )
        if name.endswith("_scale"):  # the frame takes no other
            as_scale(value, name)
    return values
