"""Is everything said in both languages, and shown in the one that is asked for?

``conftest.bilingual`` watches the errors of all other tests as well.
"""

import ast
import io
import json
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image
from tests.bilingual import OURS, spoken_alike
from tests.model.viewer import PROFILES

import ipywanx as wx
from ipywanx import errors, keys, wire
from ipywanx.errors import WanxError
from ipywanx.model.loading import load
from ipywanx.model.tasks import Status, TaskReport
from ipywanx.service import job
from ipywanx.service.client import _read_created, unreachable
from ipywanx.service.job import never_accepted
from ipywanx.settings import Settings
from ipywanx.text import Text, both, prefer_language, preferred_language, sentences
from ipywanx.widgets.expand_frame import ExpandFrame
from ipywanx.widgets.traits import UnusableValue

PHOTO = Image.new("RGB", (600, 520))


def expand(**values: object) -> wx.Expand:
    """A request that is right but for these values."""
    return wx.FUNCTIONS["expand"](**{"image": PHOTO, "prompt": "猫"} | values)


def refused(status: int, code: str) -> Callable[[], WanxError]:
    """What the service's refusal becomes."""
    return lambda: wire.read_error(status, {"code": code, "message": "Said so, 3 times."})


def ended(status: Status) -> Callable[[], WanxError | None]:
    """What a task that ended without pictures becomes."""
    return lambda: job._failure(TaskReport("task-17", status, code="Internal.5"))


def still_running() -> object:
    """Wait no longer for a task that goes on."""
    going = SimpleNamespace(_future=Future(), status=Status.RUNNING, elapsed=1.0, task_id="task-17")
    return job.Job.result(going, 0)


PROVOKED: dict[str, tuple[type[WanxError], Callable[[], object]]] = {
    "still running": (errors.TaskTimedOut, still_running),
    "unknown function": (errors.InvalidRequest, lambda: wx.edit("expandd", PHOTO, "x")),
    "unknown parameter": (errors.InvalidRequest, lambda: expand(top_scal=2.0)),
    "another's parameter": (errors.InvalidRequest, lambda: expand(upscale_factor=2)),
    "missing picture": (errors.InvalidRequest, lambda: wx.Expand(prompt="x")),
    "out of range": (errors.InvalidRequest, lambda: expand(left_scale=9.5)),
    "wrong kind": (errors.InvalidRequest, lambda: expand(n="two")),
    "empty prompt": (errors.InvalidRequest, lambda: expand(prompt=" ")),
    "complete request": (errors.InvalidRequest, lambda: wx.edit(expand(), PHOTO)),
    "no id": (errors.InvalidRequest, lambda: wx.resume("a b")),
    "unknown to the history": (errors.InvalidRequest, lambda: wx.recall("nothing-9")),
    "too small": (errors.UnusableImage, lambda: load(PHOTO.resize((99, 700)))),
    "too narrow": (errors.UnusableImage, lambda: load(PHOTO.resize((9, 4000)), fit=True)),
    "no such file": (errors.UnusableImage, lambda: load("no-7.png")),
    "no picture": (errors.UnusableImage, lambda: load(b"not a picture")),
    "Chinese address": (errors.UnusableImage, lambda: load("https://example.com/猫.png")),
    "other size": (
        errors.UnusableMask,
        lambda: wx.DescriptionEditWithMask(image=PHOTO, prompt="x", mask=wx.Mask((9, 8))),
    ),
    "beyond the frame": (UnusableValue, lambda: ExpandFrame(left_scale=9.5)),
    "no radius": (errors.UnusableMask, lambda: wx.Mask((9, 8)).stroke([(1, 2)], 0)),
    "drawing on nothing": (errors.UnusableImage, lambda: wx.Drawing((9, 8)).fill((99, 1))),
    "half a switch": (
        errors.NotConfigured,
        lambda: Settings.from_environment({"IPYWANX_OFFLINE": "2"}),
    ),
    "key with a space": (errors.NotConfigured, lambda: keys.find({keys.VARIABLE: "a b"})),
    "wrong key": (errors.Refused, refused(401, "InvalidApiKey")),
    "no money": (errors.Refused, refused(400, "Arrearage")),
    "too fast": (errors.RateLimited, refused(429, "Throttling.RateQuota")),
    "wait a day": (errors.RateLimited, lambda: wire.read_error(429, None, 90_000.0)),
    "refused content": (errors.Rejected, refused(400, "DataInspectionFailed")),
    "trouble": (errors.ServiceUnavailable, lambda: wire.read_error(503, None)),
    "unknown status": (errors.UnexpectedReply, lambda: wire.read_error(418, None)),
    "unknown reply": (errors.UnexpectedReply, lambda: wire.read_task({"output": 7})),
    "no way": (errors.Unreachable, lambda: unreachable(TimeoutError("after 30 s"))),
    "never accepted": (errors.NotAccepted, never_accepted),
    "no id in the answer": (errors.SubmissionUncertain, lambda: _read_created({})),
    "failed": (errors.TaskFailed, ended(Status.FAILED)),
    "cancelled": (errors.TaskCanceled, ended(Status.CANCELED)),
    "forgotten": (errors.ResultExpired, ended(Status.UNKNOWN)),
}


def provoke(way: str) -> WanxError:
    """The error, raised or returned."""
    try:
        error = PROVOKED[way][1]()
    except WanxError as raised:
        return raised
    assert isinstance(error, WanxError)
    return error


@pytest.mark.parametrize("way", PROVOKED)
def test_an_error_is_told_in_both_languages(way):
    """What happened and what to do are there in Chinese too, with the same numbers."""
    error = provoke(way)
    assert type(error) is PROVOKED[way][0]
    assert spoken_alike(error.what)
    assert not error.hint or spoken_alike(error.advice)
    assert str(error) == f"{error.message} {error.hint}".strip() == error.told("en")
    assert error.told("zh") == error.text.zh
    prefer_language("zh")
    assert error.told() == error.text.zh
    assert str(error) == error.text.en


BYTES = b"\x89PNG" * 200_000
LONG: dict[str, Callable[[], object]] = {
    "function": lambda: wx.edit(BYTES),
    "prompt": lambda: expand(prompt=BYTES),
    "number": lambda: expand(n=[7] * 9999),
    "size of a mask": lambda: wx.Mask(BYTES),
    "box": lambda: wx.Mask((9, 8)).rectangle(BYTES, 0, 5, 5),
    "radius": lambda: wx.Mask((9, 8)).stroke([(1, 2)], BYTES),
    "growth": lambda: wx.Mask((9, 8)).grow(BYTES),
    "colour": lambda: wx.Drawing((9, 8)).stroke([(1, 2)], 3, "#" * 99_999),
    "file": lambda: load("x" * 99_999),
    "half an address": lambda: load("https://?" + "x" * 99_999),
    "address of a mask": lambda: wx.Mask.from_image("https://example.com/" + "x" * 99_999),
    "size of a result": lambda: wx.Wan25Edit(image=PHOTO, prompt="x", size="9" * 99_999),
    "task": lambda: wx.resume(BYTES),
}


@pytest.mark.parametrize("way", LONG)
def test_no_error_tells_a_long_value_whole(way):
    """Of bytes, arrays and endless texts an error quotes the beginning, not megabytes."""
    with pytest.raises(WanxError, match="…") as caught:
        LONG[way]()
    assert len(str(caught.value)) < 1000


def every_class(root: type[WanxError] = WanxError) -> Iterator[type[WanxError]]:
    """All classes of errors that have none below them."""
    # A magic makes classes of its own, to show an error in one line.
    below = [kind for kind in root.__subclasses__() if kind.__module__ == errors.__name__]
    for kind in below:
        yield from every_class(kind)
    if not below:
        yield root


def test_no_class_of_errors_is_left_out():
    """The table above has a way to each class."""
    assert {kind for kind, _ in PROVOKED.values()} >= set(every_class())


MADE_HERE = {kind.__name__ for kind in (WanxError, *every_class())} | {
    "InvalidRequest", "ServiceError", "TaskError", "UsageError", "kind", "refusal"
}  # fmt: skip


def plain_words(path: Path) -> Iterator[str]:
    """Where an error is made of a plain string, which has one language."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if name in MADE_HERE:
            said = [*node.args[:1], *(one.value for one in node.keywords if one.arg == "hint")]
            yield from (
                f"{path.name}:{one.lineno}"
                for one in said
                if isinstance(one, ast.Constant | ast.JoinedStr | ast.BinOp)
            )


def test_no_error_is_made_of_a_plain_string():
    """Outside the engine, which speaks the service's language, each error is a Text."""
    files = [path for path in OURS.rglob("*.py") if OURS / "engine" not in path.parents]
    assert len(files) > 50
    assert [place for path in files for place in plain_words(path)] == []


def picture_file(kind: str, mode: str = "RGB", profile: str = "none") -> bytes:
    """A file of this kind, with a colour profile."""
    stream = io.BytesIO()
    Image.new(mode, (600, 520)).save(stream, kind, icc_profile=PROFILES[profile])
    return stream.getvalue()


NOTICED: dict[str, Callable[[], object]] = {
    "converted": lambda: expand(image=picture_file("GIF", "P")),
    "transparent": lambda: expand(image=picture_file("PNG", "RGBA")),
    "deep": lambda: expand(image=Image.new("I;16", (600, 520), 65535)),
    "cut": lambda: expand(image=np.full((600, 520), 1.02)),
    "profile": lambda: expand(image=picture_file("PNG", profile="Display P3")),
    "broken profile": lambda: expand(image=picture_file("JPEG", profile="broken")),
    "colours": lambda: expand(image=picture_file("JPEG", "CMYK")),
    "resized": lambda: expand(image=PHOTO.resize((300, 260)), fit=True),
    "address": lambda: expand(image="https://example.com/7.png"),
    "long": lambda: expand(prompt="猫" * 801 + "12"),
    "rights": lambda: wx.RemoveWatermark(image=PHOTO, prompt="x"),
    "full mask": lambda: wx.DescriptionEditWithMask(
        image=PHOTO, prompt="x", mask=wx.Mask(PHOTO.size).invert()
    ),
}


@pytest.mark.parametrize("way", NOTICED)
def test_a_notice_is_told_in_both_languages(way):
    """What was changed, and what should be known, is there in Chinese with the same numbers."""
    notices = NOTICED[way]().notices
    assert notices
    assert all(map(spoken_alike, notices))


def test_notices_are_kept_in_both_languages():
    """What a stored picture's notice says can be read in both; old rows have one string."""
    request = expand(image=PHOTO.resize((300, 260)), fit=True)
    archive = wx.Session().archive
    record = archive.keep_request(archive.begin(request), request)
    assert archive.request(record).notices == request.notices
    plain = json.loads(record.request)
    plain["image"]["notices"] = ["It was resized."]
    old = archive.request(replace(record, request=json.dumps(plain)))
    assert old.notices == (both("It was resized."),)


# ---- which language -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({"LANGUAGE": "zh_CN:en"}, "zh"),
        ({"LANGUAGE": "", "LC_ALL": "zh_TW.UTF-8", "LANG": "en_US.UTF-8"}, "zh"),
        ({"LANGUAGE": "", "LC_ALL": "", "LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANGUAGE": "de", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"LANGUAGE": "", "LC_ALL": "", "LANG": "C.UTF-8"}, "en"),
    ],
)
def test_the_environment_chooses_until_somebody_asks(monkeypatch, variables, language):
    """LANGUAGE goes before LC_ALL and LANG; what is asked for goes before all of them."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert preferred_language() == language
    for asked in ("zh", "en"):
        prefer_language(asked)
        assert preferred_language() == asked
        assert Text("en", "zh").told() == asked
    prefer_language(None)
    assert preferred_language() == language


def test_sentences_stand_as_their_language_sets_them():
    """English has a space between sentences; Chinese has one after foreign words only."""
    one, two = Text("One.", "一。"), Text("Two.", "二。")
    assert sentences(one, "", two) == ("One. Two.", "一。二。")
    assert sentences(both("Said so."), two) == ("Said so. Two.", "Said so. 二。")
