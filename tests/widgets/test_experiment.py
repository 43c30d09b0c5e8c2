"""Axes over the studio's form: what they mean, what they cost, and what is begun."""

from types import SimpleNamespace

import pytest
from PIL import Image
from tests.service.conftest import wait_until

from ipywanx.errors import InvalidRequest
from ipywanx.model.functions import FUNCTIONS, EditRequest
from ipywanx.model.params import describe
from ipywanx.session import Session
from ipywanx.widgets.studio import Studio

PHOTO = Image.new("RGB", (512, 512), "grey")
STYLE = "转换成法国绘本风格"


@pytest.fixture
def studio(session):
    """A studio whose form is ready for a style."""
    made = Studio(PHOTO, "stylization_all", session=session, prompt=STYLE, language="en")
    yield made
    made.close()


def say(studio: Studio, **content) -> None:
    """Send a message as the page does."""
    studio.experiment._receive(None, {"id": "view-1"} | content, [])


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_parameter_of_a_function_may_vary(studio, function):
    """What is declared can be an axis, its own settings first, the number of pictures last."""
    studio.function = function
    choices = studio.experiment.choices
    names = [one["name"] for one in choices]
    own = [
        param.name
        for param in describe(FUNCTIONS[function])
        if param.name not in EditRequest.model_fields and not param.is_picture
    ]
    assert names[: len(own) + 2] == [*own, "prompt", "seed"]
    assert names[-1] == "n"
    assert sorted(names) == sorted(
        param.name for param in describe(FUNCTIONS[function]) if param.about.place != "local"
    )
    for one in choices:
        assert all(one["title"])
        assert all(one["hint"])


def test_axes_are_planned_and_priced_before_anything_is_sent(studio, session):
    """The page shows how many pictures, the price and the time; nothing is sent."""
    studio.experiment.axes = [
        {"name": "strength", "text": "0.2-0.8 [4]"},
        {"name": "seed", "text": "1,2"},
    ]
    english, chinese = studio.experiment.summary
    assert english.startswith("8 pictures, free, about ")
    assert chinese.startswith("8 张图片，免费")
    assert studio.experiment.problem == []
    assert session.open_task_ids() == []
    studio.experiment.how = "zip"
    assert "strength 4, seed 2" in studio.experiment.problem[0]
    assert studio.experiment.summary == []


def test_the_plan_follows_the_form(studio):
    """Another function, or another value of the form, is planned again."""
    studio.experiment.axes = [{"name": "strength", "text": "0.2,0.8"}]
    studio.values = {"stylization_all": {"prompt": STYLE, "n": 3}}
    assert studio.experiment.summary[0].startswith("6 pictures")
    studio.function = "expand"
    assert "no 'strength' here" in studio.experiment.problem[0]
    studio.experiment.axes = [
        {"name": "left_scale", "text": "1.5"},
        {"name": "prompt", "text": "山\n水\n\n"},
    ]
    assert studio.experiment.summary[0].startswith("2 pictures")


@pytest.mark.parametrize(
    ("axis", "said"),
    [
        ({"name": "strength", "text": "0.2-7"}, "strength is"),
        ({"name": "strength", "text": "０．２～０．８"}, r"0\.2-0\.8 \[4\]"),
        ({"name": "strength", "text": "much"}, "strength is 'much'|spans no numbers"),
        ({"name": "seed", "text": "1-99999"}, "more than"),
        ({"name": "prompt", "text": "{a|b"}, "not closed"),
        ({"name": "image", "text": "nowhere"}, "no variable 'nowhere'"),
        ({"name": "sparkle", "text": "1"}, "no 'sparkle' here"),
    ],
)
def test_what_makes_no_sense_is_told_beside_it(studio, axis, said):
    """A wrong axis is one sentence on the page, and cannot be run."""
    studio.experiment.axes = [axis]
    assert len(studio.experiment.problem) == 2
    with pytest.raises(InvalidRequest, match=said):
        studio.experiment.run()


def test_pictures_and_prompts_are_axes_too(studio, monkeypatch):
    """Variables of the notebook are pictures; lines are prompts, with their alternatives."""
    variables = {"one": PHOTO, "two": Image.new("RGB", (512, 640), "navy")}
    shell = SimpleNamespace(user_ns=variables)
    monkeypatch.setattr("IPython.core.getipython.get_ipython", lambda: shell)
    studio.experiment.axes = [
        {"name": "image", "text": "one, two"},
        {"name": "prompt", "text": "转换成{法国绘本|金箔艺术}风格"},
    ]
    planned = studio.experiment._next.plan
    assert [one.labels for one in planned.axes] == [("one", "two"), ("法国绘本", "金箔艺术")]
    assert {one.image.size for one in planned.requests} == {(512, 512), (512, 640)}


def test_running_shows_a_sheet_and_fills_the_gallery(studio):
    """The sweep runs with the form's values, its sheet is shown, its results join the others."""
    studio.experiment.axes = [{"name": "strength", "text": "0.2,0.8"}]
    say(studio, kind="run")
    (sweep,) = studio.experiment.sweeps
    assert studio.experiment.sheet.sweep is sweep
    assert len(sweep.result(60)) == 2
    assert {one.prompt for one in sweep.plan.requests} == {STYLE}
    wait_until(lambda: len(studio.gallery.cards) == 2)
    say(studio, kind="run")  # the same message again, after a lost connection
    assert len(studio.experiment.sweeps) == 1


def test_the_button_means_what_the_page_shows(studio):
    """Axes and form of the message are run, also where they have not come as traits yet."""
    studio.experiment.axes = [{"name": "strength", "text": "0.2"}]
    form = {"function": "stylization_all", "values": {"prompt": "转换成金箔艺术风格"}}
    say(studio, kind="run", axes=[{"name": "strength", "text": "0.3,0.9"}], how="grid", form=form)
    (sweep,) = studio.experiment.sweeps
    asked = [(one.prompt, one.strength) for one in sweep.plan.requests]
    assert asked == [("转换成金箔艺术风格", 0.3), ("转换成金箔艺术风格", 0.9)]
    sweep.result(60)


def test_the_studios_cap_holds(studio, monkeypatch):
    """An experiment that costs more than the cap leaves is refused, in a sentence on the page."""
    monkeypatch.setattr(Session, "is_free", False)
    studio.cap = 1.0
    studio.experiment.axes = [{"name": "seed", "text": "1-9"}]
    assert "CNY 1.26" in studio.experiment.summary[0]
    say(studio, kind="run")
    assert "the cap of 1.00" in studio.experiment.problem[0]
    assert studio.experiment.sweeps == []
