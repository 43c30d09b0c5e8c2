"""Does the studio mean what is set, whatever its page says?"""

import gc
import io
import sys
import threading
from contextlib import suppress

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from tests.service.kept import png
from traitlets import TraitError

from ipywanx import Studio
from ipywanx import session as sessions
from ipywanx.engine.app import create_app
from ipywanx.engine.options import EngineOptions
from ipywanx.errors import InvalidRequest, TaskFailed, WanxError
from ipywanx.model.functions import FUNCTIONS
from ipywanx.model.metadata import labelled
from ipywanx.widgets.doodle_board import DoodleBoard
from ipywanx.widgets.expand_frame import ExpandFrame
from ipywanx.widgets.experiment import Experiment
from ipywanx.widgets.gallery import Gallery
from ipywanx.widgets.mask_editor import MaskEditor
from ipywanx.widgets.sweep_view import SweepView

PHOTO = Image.new("RGB", (640, 512), "teal")


def send(studio: Studio, number: int, **content: object) -> None:
    """A message of the page."""
    form = {"function": studio.function, "values": studio.values.get(studio.function, {})}
    studio._receive(studio, {"id": f"page-{number}", "form": form, **content}, [])


def test_it_begins_as_it_is_asked_to(session):
    """Function, picture and parameters that are given stand in the form, and in the request."""
    studio = Studio(PHOTO, "expand", session=session, prompt="湖", left_scale=1.5, language="zh")
    studio.stage.right_scale = 1.25
    request = studio.request
    assert (request.about.name, request.prompt, request.image.size) == ("expand", "湖", (640, 512))
    assert (request.left_scale, request.right_scale) == (1.5, 1.25)
    assert studio.stage.language == "zh"


def test_what_it_does_not_have_is_refused(session):
    """A function or parameter that does not exist is told with what there is."""
    with pytest.raises(InvalidRequest, match="Did you mean 'expand'"):
        Studio(PHOTO, "expnd", session=session)
    with pytest.raises(InvalidRequest, match=r"no parameter 'strength'.*left_scale"):
        Studio(PHOTO, "expand", session=session, strength=0.5)


@pytest.mark.parametrize("name", ["nope", "wan2.5-i2i-preview", 5, None])
def test_a_function_without_a_form_changes_nothing(session, name):
    """The name is refused where it is set, and the form that was shown stays and works."""
    studio = Studio(PHOTO, "expand", session=session, prompt="湖")
    with pytest.raises(InvalidRequest, match="has no form here") as caught:
        studio.function = name
    assert caught.value.parameter == "function"
    with pytest.raises(TraitError), studio.hold_trait_notifications():  # as a page sets it
        studio.values, studio.function = {}, name
    assert (studio.request.about.name, studio.request.prompt) == ("expand", "湖")
    studio.function = "super_resolution"
    assert studio.request.about.name == "super_resolution"
    with pytest.raises(InvalidRequest, match="has no form here"):
        Studio(PHOTO, name, session=session)


@pytest.mark.parametrize("image", [PHOTO, None])
@pytest.mark.parametrize("scale", [9, "wide", float("nan")])
def test_a_scale_that_the_frame_cannot_show_is_refused(session, image, scale):
    """It is told as any other value, under its name, also before there is a picture."""
    with pytest.raises(InvalidRequest, match=r"left_scale is .* from 1 to 2") as caught:
        Studio(image, "expand", session=session, left_scale=scale)
    assert caught.value.parameter == "left_scale"


@pytest.mark.parametrize("wrong", [None, "expand", PHOTO])
def test_what_is_no_request_fills_no_form(session, wrong):
    """The error says how to come by a request, and the form stays."""
    studio = Studio(PHOTO, "expand", session=session, prompt="湖")
    with pytest.raises(InvalidRequest, match=r"wx\.recall\(result\)") as caught:
        studio.fill(wrong)
    assert caught.value.parameter == "request"
    assert studio.request.prompt == "湖"


def test_what_is_refused_leaves_nothing_behind(session, monkeypatch):
    """A widget that was refused before it was made ends without a word, and listens to nobody."""
    said = []
    monkeypatch.setattr(sys, "unraisablehook", lambda about: said.append(about.exc_value))
    for make in (
        lambda: Gallery(session, limit="x"),
        lambda: Gallery(session, language="fr"),
        lambda: Gallery(nonsense=1),
        SweepView,
        lambda: SweepView(None),
        Experiment,
        lambda: Studio("nowhere.png", session=session),
        lambda: Studio(PHOTO, "nope", session=session),
        lambda: Studio(PHOTO, "expand", session=session, left_scale=9),
    ):
        with suppress(WanxError, TraitError, TypeError, AttributeError):
            make()
        gc.collect()
    assert said == []
    assert session._listeners == []


def test_each_function_has_its_stage(session):
    """The mask editor, the frame and the board come where they are needed, and keep their work."""
    studio = Studio(session=session)
    stages = {}
    for function in FUNCTIONS:
        studio.function = function
        stages[function] = studio.stage
    assert isinstance(stages.pop("doodle"), DoodleBoard)
    assert set(stages.values()) == {None}  # nothing to look at without a picture
    send(studio, 1, kind="picture", source="result")
    assert "no result yet" in studio.picture["problem"][0]
    studio.fill(FUNCTIONS["colorization"](image=PHOTO))
    studio.function = "description_edit_with_mask"
    editor = studio.stage
    editor.mask = editor.mask.ellipse(10, 10, 200, 200)
    studio.function = "expand"
    assert isinstance(studio.stage, ExpandFrame)
    studio.function = "description_edit_with_mask"
    assert studio.stage is editor
    assert isinstance(editor, MaskEditor)
    assert editor.mask.area > 0.05


def test_a_drawn_sketch_comes_back_to_be_drawn_on(session):
    """Edit again brings the board with the sketch; drawn on or not, it means what it shows."""
    studio = Studio(function="doodle", session=session, prompt="a cottage")
    studio.stage.draw([(100, 100), (400, 300)])
    request = studio.submit().request
    studio.fill(FUNCTIONS["colorization"](image=PHOTO))
    for _ in range(2):
        studio.fill(request)
        assert isinstance(studio.stage, DoodleBoard)
        assert studio.stage.image.tobytes() == request.image.to_image().tobytes()
        assert studio.request.image == request.image
        assert studio.request.is_sketch
        studio.stage.draw([(100, 500), (400, 500)])
        assert studio.request.image != request.image
        studio.stage.undo()
    send(studio, 1, kind="board")
    assert len(studio.stage.drawing.operations) == 1  # the first board, as it was left
    studio.fill(FUNCTIONS["doodle"](image=PHOTO, prompt="a cottage"))
    assert studio.stage is None


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_request_fills_the_form_that_means_it(session, function):
    """Any request becomes a form, and that form means the same request."""
    values = {"prompt": "一只猫", "seed": 7, "n": 2}
    if function == "description_edit_with_mask":
        values["mask"] = Image.new("L", PHOTO.size, 255)
    if function == "expand":
        values["top_scale"] = 1.75
    request = FUNCTIONS[function](image=PHOTO, **values)
    studio = Studio(session=session)
    studio.fill(request)
    meant = studio.request
    for name in request.model_fields_set - {"image", "mask"}:
        assert getattr(meant, name) == getattr(request, name)
    assert meant.image == request.image
    if "mask" in values:
        assert meant.mask.to_image().tobytes() == request.mask.to_image().tobytes()


def test_a_button_means_what_the_page_shows(session):
    """A message overtakes the last change of a trait: it brings along what it means."""
    studio = Studio(PHOTO, "expand", session=session, prompt="湖")
    shown = {"function": "expand", "values": {"prompt": "山", "seed": 3}}
    send(studio, 1, kind="submit", form=shown | {"scales": {"top_scale": 1.5}})
    (job,) = studio.jobs
    meant = job.request
    assert (meant.prompt, meant.seed, meant.top_scale, meant.left_scale) == ("山", 3, 1.5, 1.0)
    assert studio.request.prompt == "湖"
    send(studio, 2, kind="submit", form={"function": "super_resolution", "values": {}})
    assert studio.jobs[1].request.about.name == "super_resolution"


def test_the_cap_counts_what_is_under_way(session, monkeypatch):
    """Spent and running together never go over the cap; what would is refused unsent."""
    monkeypatch.setattr(sessions.Session, "is_free", False)
    studio = Studio(PHOTO, "super_resolution", session=session, n=2, cap=0.5)
    job = studio.submit()
    with pytest.raises(InvalidRequest, match=r"CNY 0\.28; 0\.28 of the cap of 0\.50"):
        studio.submit()
    job.result(30)
    assert len(studio.jobs) == 1


def test_a_result_is_there_as_soon_as_its_job_has_ended(session):
    """Who has waited for a job reads its result at once, and none of a job that failed."""
    studio = Studio(PHOTO, "super_resolution", session=session)
    jobs = [studio.submit() for _ in range(3)]
    jobs[2].cancel()
    made = [job.result(30).task_id for job in jobs if not job.failed]
    assert [result.task_id for result in studio.results] == made


def test_a_gone_result_holds_up_no_other_picture(session):
    """That the last result's file was removed is told to who wants it, and to nobody else."""
    studio = Studio(PHOTO, "super_resolution", session=session)
    studio.submit().result(30).files[0].unlink()
    drop(studio, 1, png("olive", (800, 512)))
    assert (studio.picture["width"], studio.problem) == (800, {})
    send(studio, 2, kind="picture", source="result")
    assert "are gone from" in studio.problem["text"][0]
    assert studio.picture["width"] == 800


@pytest.mark.usefixtures("session")
def test_the_cap_forgets_what_failed_and_holds_for_a_second_try(monkeypatch):
    """A failed task leaves the cap as it was, unless it may run unseen; so does trying again."""
    app = create_app(EngineOptions(base_url=sessions.ENGINE_URL, faults=("task:FAILED",)))
    sessions._process._engine = httpx.ASGITransport(app)
    session = sessions.Session()
    monkeypatch.setattr(sessions.Session, "is_free", False)
    studio = Studio(PHOTO, "super_resolution", session=session, cap=0.2)
    job = studio.submit()
    with pytest.raises(TaskFailed):
        job.result(30)
    send(studio, 1, kind="retry", job=job.record_id)
    again = studio.jobs[-1]
    with pytest.raises(TaskFailed):
        again.result(30)
    again._may_run_unseen = True
    send(studio, 2, kind="retry", job=again.record_id)
    assert "0.14 of the cap of 0.20" in studio.problem["text"][0]
    assert studio.jobs[-1] is again


def test_a_result_can_be_gone_on_with(session):
    """The gallery's four wishes: use it, its seed, edit it again, all but the seed."""
    done = threading.Event()
    studio = Studio(PHOTO, "super_resolution", session=session, upscale_factor=2, seed=5)
    studio.gallery.observe(lambda _: done.set(), "cards")
    studio.submit()
    assert done.wait(30)
    (result,) = studio.results
    studio._act_on("use", result)
    assert (studio.picture["width"], studio.picture["height"]) == (1280, 1024)
    studio.function = "colorization"
    studio._act_on("seed", result)
    assert studio.values["colorization"]["seed"] == 5
    studio._act_on("edit", result)
    assert (studio.function, studio.request.seed) == ("super_resolution", 5)
    studio._act_on("remix", result)
    assert studio.request.seed is None
    assert studio.request.upscale_factor == 2


def test_what_has_no_form_is_told(session):
    """A result of another model is shown, and is no form: it says so, and the form stays."""
    result = session.edit("wan2.5-i2i-preview", PHOTO, "变成黄昏", seed=5)
    studio = Studio(PHOTO, "expand", session=session, prompt="湖")
    studio._act_on("edit", result)
    assert "has no form" in studio.problem["text"][0]
    assert studio.request.prompt == "湖"
    studio._act_on("use", result)
    assert (studio.picture["width"], studio.problem) == (1431, {})


def drop(studio: Studio, number: int, data: bytes) -> None:
    """Drop a file on the page."""
    content = {"id": f"drop-{number}", "kind": "picture", "source": "upload", "name": "edited.png"}
    content |= {"form": {"function": studio.function, "values": {}}}
    studio._receive(studio, content, [data])


def test_a_saved_picture_brings_its_request_back(session, tmp_path):
    """A file of this machine that is dropped fills the form, with the picture it began with."""
    result = session.edit("super_resolution", PHOTO, upscale_factor=2, seed=5)
    (path,) = result.save(tmp_path)
    studio = Studio(session=session)
    drop(studio, 1, path.read_bytes())
    assert studio.known
    send(studio, 2, kind="recall")
    assert studio.request == result.request


def test_a_saved_picture_of_another_machine_fills_the_form(session):
    """Where the first picture is not here, function and values come, and the dropped one stays."""
    request = FUNCTIONS["expand"](image=PHOTO, prompt="湖", left_scale=1.5, seed=5)
    stream = io.BytesIO()
    Image.new("RGB", (800, 512), "olive").save(stream, "PNG")
    studio = Studio(session=session)
    drop(studio, 1, labelled(stream.getvalue(), request, "task-1", 1))
    assert studio.known
    send(studio, 2, kind="recall")
    meant = studio.request
    assert (meant.about.name, meant.prompt, meant.seed) == ("expand", "湖", 5)
    assert (meant.left_scale, meant.image.size) == (1.5, (800, 512))
    drop(studio, 3, stream.getvalue())
    assert not studio.known


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=5,
)
KINDS = ["submit", "picture", "variables", "cancel", "retry", "dismiss", "recall", "board", "x"]


@settings(max_examples=1000, suppress_health_check=list(HealthCheck))
@given(
    content=st.fixed_dictionaries(
        {"kind": st.sampled_from(KINDS)},
        optional={
            "source": st.sampled_from(["upload", "url", "variable", "result"]) | ANYTHING,
            "name": ANYTHING,
            "url": ANYTHING,
            "job": ANYTHING,
            "part": ANYTHING,
            "form": ANYTHING
            | st.fixed_dictionaries(
                {"function": st.sampled_from(["expand", "doodle"]) | ANYTHING, "values": ANYTHING},
                optional={"scales": ANYTHING},
            ),
        },
    )
    | ANYTHING,
    number=st.integers(),
)
def test_nonsense_raises_nothing_and_sends_nothing(nonsense, content, number):
    """A thousand odd messages raise nothing, change no picture, and send no task."""
    if isinstance(content, dict) and "kind" in content:
        content["id"] = f"page-{number}"
    nonsense._receive(nonsense, content, [])
    assert nonsense.jobs == []
    assert nonsense.picture["width"] == 640


@pytest.fixture
def nonsense(session) -> Studio:
    """A studio whose form is not complete."""
    return Studio(PHOTO, "expand", session=session)
