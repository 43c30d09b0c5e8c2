"""What the studio sends, shares, asks back and reports while somebody works with it."""

import re

import pytest
from PIL import Image
from tests.service.conftest import TEMPO, build, key, wait_until

from ipywanx import Studio
from ipywanx.model.functions import FUNCTIONS
from ipywanx.model.loading import load

fixtures = (build, key)
PHOTO = Image.new("RGB", (640, 512), "teal")


class Page:
    """The page of a studio: sends as a browser does, and notes what it is told."""

    def __init__(self, studio: Studio) -> None:
        self.studio, self.count = studio, 0
        self.heard: list[dict] = []
        studio.send = lambda content, buffers=None: self.heard.append(content)  # noqa: ARG005

    def send(self, kind: str, buffers: tuple = (), **content: object) -> None:
        """One message."""
        self.count += 1
        studio = self.studio
        form = {"function": studio.function, "values": studio.values.get(studio.function, {})}
        message = {"kind": kind, "id": f"page-{self.count}", "form": form, **content}
        studio._receive(studio, message, list(buffers))

    def told(self, kind: str) -> list[dict]:
        """The messages of a kind."""
        return [content for content in self.heard if content["kind"] == kind]


@pytest.fixture
def slow(build):
    """A bench whose tasks run until it ends, and a studio of it."""
    bench = build("asgi", tempo=TEMPO, task_seconds=(30.0,))
    return bench, Studio(PHOTO, "super_resolution", session=bench.session, language="en")


def test_the_same_once_more_is_asked_about(slow):
    """While a task is open, the same request sends nothing and asks; a yes sends it."""
    bench, studio = slow
    page = Page(studio)
    page.send("submit")
    page.send("submit")
    assert studio.problem["ask"] == "again"
    assert len(studio.jobs) == 1
    page.send("submit", again=True)
    assert studio.problem == {}
    wait_until(lambda: len(bench.creates) == 2)


def test_another_request_is_not_asked_about(slow):
    """Other values, and a seed of one's own, are sent at once."""
    _, studio = slow
    page = Page(studio)
    page.send("submit")
    studio.values = {"super_resolution": {"seed": 5}}
    page.send("submit")
    studio.values = {"super_resolution": {"seed": 5, "n": 2}}
    page.send("submit")
    assert studio.problem == {}
    assert len(studio.jobs) == 3


def test_a_result_is_told_with_its_card_and_what_was_not_understood(session):
    """When pictures are there the row goes, and the page hears which card to open."""
    prompt = "put a purple dinosaur behind him"
    studio = Studio(PHOTO, "description_edit", session=session, language="en", prompt=prompt)
    page = Page(studio)
    job = studio.submit()
    wait_until(lambda: page.told("finished"))
    (finished,) = page.told("finished")
    assert (finished["id"], finished["task"]) == (job.record_id, job.task_id)
    assert "dinosaur" in finished["notices"][0][0]
    assert studio.queue == []
    wait_until(lambda: studio.gallery.cards)
    (card,) = studio.gallery.cards
    assert card["id"] == finished["id"]
    assert card["notices"] == finished["notices"]
    (reloaded,) = type(studio.gallery)(session).cards
    assert reloaded["notices"] == finished["notices"]


def test_a_prompt_is_kept_from_function_to_function(session):
    """Prompt, number, seed and watermark are set once; a default prompt stays its function's."""
    values = {"prompt": "冬天", "n": 2, "seed": 7, "watermark": True, "strength": 0.3}
    studio = Studio(PHOTO, "description_edit", session=session, **values)
    own = {"remove_watermark", "super_resolution", "colorization"}
    for name in FUNCTIONS:
        theirs = studio.values[name]
        assert (theirs["n"], theirs["seed"], theirs["watermark"]) == (2, 7, True)
        assert theirs.get("prompt") == (None if name in own else "冬天")
        assert ("strength" in theirs) is (name == "description_edit")
    studio.function = "expand"
    assert studio.request.prompt == "冬天"
    studio.function = "super_resolution"
    assert studio.request.prompt == "图像超分"


@pytest.mark.parametrize(
    ("image", "values", "field", "words"),
    [
        (None, {"prompt": "x"}, "image", ("Choose a picture first.", "请先选择图片。")),
        (PHOTO, {}, "prompt", ("Say what to change, or pick a style.", "选择一种风格")),
    ],
)
def test_what_is_missing_is_said_in_the_words_of_the_page(session, image, values, field, words):
    """No name of the API and no argument of Python: what is missing, and how to give it here."""
    studio = Studio(image, "stylization_all", session=session, language="en", **values)
    Page(studio).send("submit")
    assert studio.problem["field"] == field
    for word, sentence in zip(words, studio.problem["text"], strict=True):
        assert word in sentence
        assert not re.search(r"stylization_all|fit=|'image'", sentence)


@pytest.mark.parametrize("size", [(240, 360), (300, 300), (4500, 3000)])
def test_any_photo_is_taken_and_resized_with_a_notice(session, size, tmp_path):
    """A picture outside the limits is resized, wherever it comes from; no box has to be ticked."""
    image = Image.effect_noise(size, 80).convert("RGB")
    image.save(tmp_path / "a.jpg")
    data = (tmp_path / "a.jpg").read_bytes()
    studio = Studio(session=session, language="en", prompt="x")
    fields = {field["name"] for form in studio.schema.values() for field in form["fields"]}
    assert "fit" not in fields
    Page(studio).send("picture", (data,), source="upload", name="a.jpg")
    for shown in (studio, *(Studio(one, session=session) for one in (tmp_path / "a.jpg", image))):
        assert shown.picture["problem"] == ""
        assert f"{size[0]}×{size[1]}" in shown.picture["notices"][0][0]
        width, height = shown._image.size
        assert 512 <= min(width, height) <= max(width, height) <= 4096


def test_going_on_from_a_result_names_it_and_points_at_it(session):
    """Use as input shows what the picture is: the result of what, and when; the page scrolls."""
    studio = Studio(
        PHOTO, "super_resolution", session=session, language="en", upscale_factor=1, n=2
    )
    page = Page(studio)
    result = studio.submit().result(60)
    wait_until(lambda: page.told("finished"))
    studio._act_on("use", result)
    assert re.fullmatch(r"result of Super-resolution, \d\d:\d\d", studio.picture["name"])
    assert page.told("point") == [{"kind": "point", "part": "picture"}]
    studio._act_on("seed", result)
    assert page.told("point")[-1]["part"] == "seed"
    assert studio.values["expand"]["seed"] == result.request.seed
    page.send("picture", source="result")
    assert studio.picture["name"].startswith("result of Super-resolution")


def test_a_sketch_on_the_board_needs_no_box(session):
    """While one draws, that it is a sketch is known; with a picture it is asked."""
    studio = Studio(None, "doodle", session=session)
    assert studio.on_board
    studio._use(load(PHOTO))
    assert not studio.on_board
