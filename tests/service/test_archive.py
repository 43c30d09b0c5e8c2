"""Does a task come back from the disk as it was: what was asked, and what came of it?"""

import io
import json
import os
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.service.kept import SIZE, keep, png

from ipywanx.errors import WanxError
from ipywanx.model.functions import FUNCTIONS
from ipywanx.model.masks import Mask
from ipywanx.model.params import describe
from ipywanx.model.requests import REQUESTS, make_request
from ipywanx.model.tasks import Output, Status, TaskReport
from ipywanx.service.archive import Archive
from ipywanx.service.broom import IN_USE_SECONDS
from ipywanx.settings import OFFLINE

MASK = (
    Mask(SIZE)
    .rectangle(10, 10, 100, 80)
    .ellipse(200, 200, 90, 60)
    .polygon([(300, 300), (400, 300), (350.5, 380)])
    .stroke([(20, 400), (90, 450.25)], 12)
    .erase([(30, 30), (60, 60)], 8)
    .fill((250, 230))
    .region(np.ones((20, 30), bool), 480, 5)
    .grow(3)
    .smooth(2)
    .invert()
    .clear()
    .rectangle(5, 5, 50, 50)
    .rectangle(20, 20, 10, 10, erase=True)
)
"""Every operation that there is."""


@pytest.fixture
def archive(tmp_path):
    """The memory of an offline account that bounds nothing."""
    made = Archive(tmp_path / "home", f"{OFFLINE}1")
    yield made
    made.history.close()


def asked(name: str, **values: object):
    """A request of a function: its own sample, and what the test wants."""
    about = REQUESTS[name].about
    values = {"image": png("grey"), "prompt": about.samples[0].zh} | values
    if name == "description_edit_with_mask":
        values = {"mask": MASK} | values
    return make_request(name, **values)


def again(archive, request):
    """The request as another kernel reads it from the disk."""
    archive.history.put(archive.keep_request(archive.begin(request), request))
    other = Archive(archive.files.folder.parent, "another")
    (record,) = other.history.everything()
    other.history.close()
    return other.request(record)


def pictures(archive) -> set[str]:
    """The names of all files that are kept."""
    return {f"{path.parent.name}/{path.name}" for path in archive.files.folder.glob("??/*")}


# ---- requests -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_comes_back(archive, name):
    """A request with every parameter set is the same request in another kernel."""
    numbers = {
        param.name: True if param.about.kind == "bool" else param.high
        for param in describe(FUNCTIONS[name])
        if param.about.kind in {"int", "float", "bool"}
    }
    numbers = {k: int(v) if k in {"n", "seed", "upscale_factor"} else v for k, v in numbers.items()}
    request = asked(name, **numbers)
    found = again(archive, request)
    assert found == request
    assert type(found) is FUNCTIONS[name]
    assert found.model_fields_set == request.model_fields_set
    assert found.notices == request.notices


@pytest.mark.parametrize("name", FUNCTIONS)
def test_what_was_left_out_stays_left_out(archive, name):
    """A request that names nothing but its picture, prompt and mask comes back as such."""
    request = asked(name).with_seed(7)
    found = again(archive, request)
    assert found == request
    assert found.settings == request.settings
    assert found.model_fields_set == request.model_fields_set


@pytest.mark.parametrize(
    "values",
    [
        {"image": "https://example.com/a%20b.png?x=1&y=<2>"},
        {"image": png("grey", (300, 300)), "fit": True},
        {"image": Image.new("RGBA", SIZE, (1, 2, 3, 4))},
        {"image": Image.new("L", SIZE, 7)},
        {"prompt": "  <b>猫</b> {{x}} \\n\n\t\0'\" "},
        {"prompt": "猫" * 900},
    ],
    ids=["url", "fitted", "transparent", "grey", "signs", "long"],
)
def test_pictures_and_prompts_come_back(archive, values):
    """URLs, fitted pictures with their notices and every sign of a prompt are kept."""
    request = asked("colorization", **values)
    found = again(archive, request)
    assert found == request
    assert found.notices == request.notices
    assert found.image.notices == request.image.notices


def test_files_of_every_format_keep_their_bytes(archive):
    """A file that the service takes as it is goes to the disk and back without a change."""
    for kind in ("JPEG", "PNG", "WEBP"):
        stream = io.BytesIO()
        Image.new("RGB", SIZE, "teal").save(stream, kind)
        request = asked("super_resolution", image=stream.getvalue())
        record = archive.keep_request(archive.begin(request), request)
        assert archive.request(record) == request
        assert archive.request(record).image.data == stream.getvalue()


def test_a_blank_prompt_and_no_prompt_come_back(archive):
    """Where an empty prompt means something, it stays empty."""
    assert again(archive, asked("description_edit_with_mask", prompt=" ")).prompt == " "


def test_a_file_may_have_any_name(archive, tmp_path):
    """A name that is no text (it has half a character) is no reason to lose the request."""
    path = tmp_path / os.fsdecode(b"\xff.png")
    path.write_bytes(png("grey"))
    request = asked("super_resolution", image=path)
    assert again(archive, request) == request
    assert archive.notice(archive.history.everything()[0], request) is None


URL = {"url": "https://x", "name": "https://x", "notices": []}
EXPAND = {"function": "expand", "values": {"prompt": "x"}, "image": URL}


@pytest.mark.parametrize(
    "plain",
    [
        None,
        [],
        {},
        {"function": 1},
        EXPAND | {"image": "url"},
        EXPAND | {"image": {"file": "../../x", "notices": []}},
        EXPAND | {"image": {"file": 7, "notices": []}},
        EXPAND | {"function": "bake"},
        EXPAND | {"mask": "x"},
        EXPAND | {"values": {}},
        EXPAND | {"values": {"prompt": "x", "left_scale": 9}},
        EXPAND | {"values": {"prompt": "x", "colour": 9}},
        EXPAND | {"values": {"prompt": "x", "image": "y"}},
    ],
    ids=str,
)
def test_what_cannot_be_read_is_none(archive, plain):
    """A row that another version wrote, or somebody's hand, is no request and no error."""
    record = archive.begin(None)
    assert archive.request(replace(record, request=json.dumps(EXPAND))).prompt == "x"
    assert archive.request(replace(record, request=json.dumps(plain))) is None
    assert archive.request(replace(record, request=json.dumps(plain)[:-1])) is None


# ---- results --------------------------------------------------------------------------------


def test_a_result_comes_back_as_it_was(archive):
    """Pictures, failures, ids, stamps and cost of a task in which one picture failed."""
    request = asked("colorization", n=3, seed=5)
    record = archive.keep_request(archive.begin(request, "task-1"), request)
    stamps = [datetime(2026, 1, 2, 3, 4, second, tzinfo=UTC) for second in (1, 2, 9)]
    report = TaskReport(
        "task-1",
        Status.SUCCEEDED,
        request_id="r-1",
        submitted=stamps[0],
        scheduled=stamps[1],
        ended=stamps[2],
        outputs=(
            Output(url="https://x/1"),
            Output(code="DataInspectionFailed", message="no <b>"),
            Output(url="https://x/2"),
        ),
        image_count=2,
    )
    names = [archive.keep_picture(png(colour)) for colour in ("red", "blue")]
    ended = archive.ended(
        replace(
            record,
            status="SUCCEEDED",
            request_id="r-1",
            submitted=stamps[0].timestamp(),
            scheduled=stamps[1].timestamp(),
            ended=stamps[2].timestamp(),
            image_count=2,
        ),
        report,
        names,
    )
    assert ended.fetched
    archive.history.put(ended)
    (found,) = Archive(archive.files.folder.parent, "another").history.everything()
    result = archive.result(found)
    assert result.request == request
    assert result.data == (png("red"), png("blue"))
    assert [path.read_bytes() for path in result.files] == [png("red"), png("blue")]
    assert result.errors == (Output(None, "DataInspectionFailed", "no <b>"),)
    assert (result.timings.queued, result.timings.ran) == (1.0, 7.0)
    assert result.cost == 0.28
    assert (result.task_id, result.request_id) == ("task-1", "r-1")
    assert [output.url is None for output in result.report.outputs] == [False, True, False]


def test_gone_files_are_none(archive):
    """Without its pictures there is no result, without its input no request; never an error."""
    record = keep(archive, asked("description_edit_with_mask"), png("red"))
    plain = json.loads(record.request)
    assert archive.thumbnail(record, 72).size == (72, 71)
    archive.files.remove(plain["mask"])
    assert archive.request(record) is None
    assert archive.result(record).request is None  # the pictures are still there
    archive.files.remove(json.loads(record.outputs)[0]["file"])
    assert archive.result(record) is None
    assert archive.thumbnail(record, 72) is None


@pytest.mark.parametrize("outputs", ["", "7", "[7]", '[{"file": 1}]', '[{"a": 1}]', "[[]]"])
def test_unreadable_outputs_are_none(archive, outputs):
    """A row whose outputs are not ours gives neither a result nor an error."""
    record = replace(archive.begin(None, "t"), status="SUCCEEDED", outputs=outputs)
    assert archive.thumbnail(record, 72) is None
    assert archive.result(record) is None


def test_damaged_files_have_no_thumbnail(archive):
    """A kept file that was damaged anywhere is never an error of the list."""
    record = keep(archive, None, png("green"))
    path = archive.files.path(json.loads(record.outputs)[0]["file"])
    whole = path.read_bytes()
    for at in range(0, len(whole), 11):
        path.write_bytes(whole[:at] + b"\xff\x00" + whole[at + 2 :])
        archive.thumbnail(record, 72)
        path.write_bytes(whole[:at])
        archive.thumbnail(record, 72)


# ---- taking away ----------------------------------------------------------------------------


def test_delete_keeps_what_another_task_names(archive):
    """Files go with the last task that names them: inputs, masks and pictures alike."""
    request = asked("description_edit_with_mask")
    first = keep(archive, request, png("red"), png("blue"))
    second = keep(archive, request, png("red"))
    freed = archive.broom.delete([first])
    assert freed == len(png("blue"))
    assert archive.result(second).request == request
    assert archive.result(second).data == (png("red"),)
    assert archive.broom.delete([second]) > len(png("red"))
    assert pictures(archive) == set()
    assert archive.history.everything() == []
    assert archive.broom.delete([]) == 0


def test_further_pictures_of_a_request_are_its_own(archive):
    """A picture that is another request's second one stays for it, and goes with the last one."""
    pair = asked("wan2.5-i2i-preview", image2=png("olive"))
    kept = keep(archive, pair, png("red"))
    archive.broom.delete([keep(archive, asked("colorization", image=png("olive")), png("blue"))])
    assert archive.request(kept) == pair
    archive.broom.delete([kept])
    assert pictures(archive) == set()


def test_delete_takes_nothing_where_rows_cannot_be_read(archive):
    """While the history is out of reach, no file is removed, and the person is told."""
    record = keep(archive, asked("super_resolution"), png("red"))
    archive.history.close()
    history = archive.files.folder.parent / "history.sqlite3"
    history.rename(history.with_suffix(".away"))
    history.write_bytes(b"no database at all" * 500)
    before = pictures(archive)
    with pytest.raises(WanxError, match=r"Nothing was deleted\. The history in .* cannot be used"):
        archive.broom.delete([record])
    assert pictures(archive) == before
    history.with_suffix(".away").replace(history)
    assert archive.broom.delete([record]) > 0


def grow_old(archive, records) -> None:
    """Let all files and these tasks be a day old, the first the oldest."""
    for age, record in enumerate(records):
        archive.history.put(replace(record, asked=time.time() - 86_400 + age))
    for path in archive.files.folder.glob("??/*"):
        os.utime(path, (1.0, 1.0))


def bounded(archive, most: int, account: str = "") -> Archive:
    """The same home with a bound."""
    return Archive(archive.files.folder.parent, account or archive.account, most)


def test_tidying_removes_the_oldest_previews(archive):
    """Above the bound previews go, the oldest first, and no more of them than needed."""
    rows = [keep(archive, None, png(colour)) for colour in ("red", "green", "blue", "white")]
    grow_old(archive, rows)
    total = archive.files.total_bytes()
    assert bounded(archive, 0).broom.tidy() == 0
    assert bounded(archive, total).broom.tidy() == 0
    gone = bounded(archive, total - len(png("red")) - 1).broom.tidy()
    assert gone == len(png("red")) + len(png("green"))
    assert [one.id for one in archive.history.search()] == [rows[3].id, rows[2].id]
    assert archive.files.total_bytes() == total - gone


def test_tidying_never_takes_what_was_paid_for(archive):
    """However small the bound: a paid picture, its input and its request stay, whatever it cost."""
    paid = bounded(archive, 0, "0123456789abcdef")
    request = asked("super_resolution")
    bought = keep(paid, request, png("red"), cost=0.14)
    unpriced = keep(paid, None, png("blue"), cost=0.0)  # the service did not count
    preview = keep(archive, request, png("red"), png("green"))
    grow_old(archive, [preview, bought, unpriced])
    assert bounded(archive, 1).broom.tidy() == len(png("green"))
    assert [one.id for one in archive.history.search()] == [unpriced.id, bought.id]
    assert paid.result(bought).request == request
    assert paid.result(unpriced).data == (png("blue"),)


def test_tidying_never_takes_what_was_starred(archive):
    """A preview that the person liked stays, though it cost nothing."""
    liked, other = keep(archive, None, png("red")), keep(archive, None, png("green"))
    grow_old(archive, [liked, other])
    archive.history.mark(liked.id, starred=True)
    assert bounded(archive, 1).broom.tidy() == len(png("green"))
    assert [one.id for one in archive.history.search()] == [liked.id]


def test_tidying_leaves_what_is_in_use(archive):
    """Neither a preview of this hour goes, nor a file that a task under way has put again."""
    request = asked("super_resolution")
    young, old = keep(archive, None, png("red")), keep(archive, request, png("blue"))
    grow_old(archive, [old])
    under_way = archive.keep_request(archive.begin(request), request)  # its row is not there yet
    assert bounded(archive, 1).broom.tidy() == len(png("blue"))
    assert archive.request(under_way) == request
    assert archive.result(young).data == (png("red"),)
    archive.history.put(replace(young, asked=time.time() - IN_USE_SECONDS - 1))
    os.utime(archive.result(young).files[0], (1.0, 1.0))
    assert bounded(archive, 1).broom.tidy() == len(png("red"))


def test_tidying_sweeps_what_killed_kernels_left(archive):
    """A file that nobody finished is removed when nobody can be at it any more."""
    keep(archive, None, png("red"))
    part = archive.files.folder / "ab" / ".x.part"
    part.parent.mkdir(exist_ok=True)
    part.write_bytes(b"half")
    os.utime(part, (1.0, 1.0))
    bounded(archive, 10**9).broom.tidy()
    assert not part.exists()


def test_trouble_while_tidying_is_nobodys(archive, monkeypatch):
    """What cannot be tidied now is left for the next time, without an error."""
    grow_old(archive, [keep(archive, None, png("red"))])
    tidy = bounded(archive, 1)
    for name in ("sweep", "total_bytes"):
        with monkeypatch.context() as patch:
            patch.setattr(tidy.files, name, lambda *_: Path("/nowhere").stat())
            assert tidy.broom.tidy() == 0
    with monkeypatch.context() as patch:
        patch.setattr(tidy.history, "delete", lambda *_: False)
        assert tidy.broom.tidy() == 0
    assert tidy.broom.tidy() > 0


def test_an_edit_tidies_behind_itself(build, until):
    """When a result is kept the bound is applied in the background; the result itself stays."""
    bench = build()
    home = bench.settings.home
    preview = Archive(home, f"{OFFLINE}of-yesterday")
    grow_old(preview, [keep(preview, None, png("red"))])
    bench.settings = replace(bench.settings, keep_mb=1)
    bench.session = bench.another()
    (preview.files.folder / "00").mkdir(exist_ok=True)
    (preview.files.folder / "00" / "ballast").write_bytes(bytes(1_000_000))
    result = bench.edit()
    until(lambda: len(bench.session.history()) == 1)
    assert bench.session.history()[0].data == result.data
    assert preview.history.search()[0].task_id == result.task_id


def test_trouble_while_tidying_never_reaches_the_edit(bench, monkeypatch, until):
    """An edit whose tidying breaks is an edit like any other."""
    called = threading.Event()

    def broken(*_: object) -> int:
        called.set()
        raise OSError("the disk is on fire")

    bench.session.archive.broom._most = 1
    monkeypatch.setattr(bench.session.archive.files, "total_bytes", broken)
    assert len(bench.edit().images) == 1
    until(called.is_set)
    assert len(bench.edit().images) == 1
