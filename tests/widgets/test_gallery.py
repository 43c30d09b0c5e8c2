"""The kernel's half of the gallery: it shows what is kept, and does what a page asks, if it can."""

import io
import queue
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from tests.service.conftest import wait_until
from tests.service.kept import keep, png

import ipywanx as wx
from ipywanx.model.chunks import stripped
from ipywanx.model.requests import REQUESTS
from ipywanx.session import Session
from ipywanx.widgets.gallery import ACTIONS, Gallery
from ipywanx.widgets.studio import Studio

PHOTO = png("teal", (600, 520))


@pytest.fixture
def session():
    """Return a session with a home of its own."""
    return Session()


@pytest.fixture
def open_gallery(session):
    """Return galleries whose messages to the page land in ``gallery.sent``."""
    opened = []

    def open_one(**values) -> Gallery:
        gallery = Gallery(session, **values)
        gallery.sent = queue.Queue()
        gallery.send = lambda content, buffers=None: gallery.sent.put((content, buffers))
        opened.append(gallery)
        return gallery

    yield open_one
    for gallery in opened:
        gallery.close()


def expand(**values) -> wx.Expand:
    """A request."""
    return wx.Expand(**{"image": PHOTO, "prompt": "湖边", "left_scale": 1.5, "seed": 7} | values)


def ask(gallery: Gallery, kind: str, of: object, /, **more: object):
    """Send what the page would send, and return the answer: content and buffers."""
    gallery._receive(gallery, {"kind": kind, "id": of, **more}, [])
    return gallery.sent.get(timeout=60)


def test_a_card_tells_what_was_asked_and_what_came(session, open_gallery):
    """A kept result is a card with all that lists, filters and captions need, and no picture."""
    paid = keep(session.archive, expand(), png("red", (750, 520)), png("blue"), cost=0.28)
    gallery = open_gallery()
    (card,) = gallery.cards
    assert card == {
        "id": paid.id,
        "task": paid.task_id,
        "function": "expand",
        "prompt": "湖边",
        "seed": 7,
        "asked": round(paid.asked * 1000),
        "cost": 0.28,
        "preview": True,  # no key is set here: the embedded engine's account
        "count": 2,
        "width": 750,
        "height": 520,
        "notices": [],
        "starred": False,
        "tags": [],
    }
    assert gallery.titles.keys() == REQUESTS.keys()
    assert all(len(pair) == 2 and all(pair) for pair in gallery.texts.values())


def test_cards_are_the_newest_and_no_more_than_asked_for(session, open_gallery):
    """The newest results are shown, as many as the limit allows, and reload finds more."""
    rows = [keep(session.archive, None, png("red"), asked=float(n)) for n in range(5)]
    gallery = open_gallery(limit=3)
    assert [card["id"] for card in gallery.cards] == [row.id for row in rows[:1:-1]]
    newest = keep(session.archive, None, png("red"), asked=9.0)
    gallery.reload()
    assert gallery.cards[0]["id"] == newest.id
    assert len(gallery.cards) == 3


@pytest.mark.parametrize("limit", ["x", -1, 2.5, None])
def test_a_limit_is_a_number_of_results(open_gallery, limit):
    """Another limit is refused as such; one beyond all counting shows all."""
    with pytest.raises(wx.InvalidRequest, match=r"limit is .* a whole number") as caught:
        open_gallery(limit=limit)
    assert caught.value.parameter == "limit"
    assert open_gallery(limit=10**40).cards == []


def test_what_is_added_comes_first_once(session, open_gallery):
    """A result of an edit, or a row, is put before the others, and twice is still once."""
    gallery = open_gallery()
    result = session.edit("super_resolution", Image.new("RGB", (520, 512)), upscale_factor=2)
    row = keep(session.archive, None, png("red"), asked=1.0)
    for made in (result, row, result):
        gallery.add(made)
    assert [card["task"] for card in gallery.cards] == [result.task_id, row.task_id]
    assert (gallery.cards[0]["width"], gallery.cards[0]["height"]) == (1040, 1024)


def test_what_is_made_beside_it_appears(session, open_gallery):
    """An open gallery shows results of edits made elsewhere in the kernel; failures it does not."""
    gallery, closed = open_gallery(), open_gallery()
    closed.close()
    photo = Image.new("RGB", (520, 512), "teal")
    first = session.edit("super_resolution", photo, upscale_factor=2)
    wait_until(lambda: len(gallery.cards) == 1)
    with pytest.raises(wx.InvalidRequest):
        session.edit("super_resolution", photo, upscale_factor=9)
    second = session.submit("super_resolution", photo, upscale_factor=1).result()
    wait_until(lambda: len(gallery.cards) == 2)
    assert [card["task"] for card in gallery.cards] == [second.task_id, first.task_id]
    assert closed.cards == []


def test_many_arrivals_are_shown_together(session, open_gallery):
    """Fifty results that arrive at once are all shown, newest first, in a few changes."""
    gallery = open_gallery()
    photo = Image.new("RGB", (520, 512), "teal")
    made = session.edit("super_resolution", photo, upscale_factor=1)
    wait_until(lambda: len(gallery.cards) == 1)
    changes = []
    gallery.observe(lambda change: changes.append(len(change["new"])), "cards")
    ids = [f"task-{n}" for n in range(50)]
    for name in ids:
        gallery._hear(replace(made, report=replace(made.report, task_id=name)))
    wait_until(lambda: len(gallery.cards) == 51)
    assert [card["task"] for card in gallery.cards] == [*reversed(ids), made.task_id]
    assert len(changes) <= 3


def test_any_thread_may_add(session, open_gallery):
    """Forty results added from eight threads are all there, each once."""
    gallery = open_gallery()
    rows = [keep(session.archive, None, png("red")) for _ in range(40)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(gallery.add, rows))
    assert sorted(card["id"] for card in gallery.cards) == sorted(row.id for row in rows)


def test_a_result_that_the_disk_did_not_take_is_shown_all_the_same(session, open_gallery):
    """What only this kernel has is a card with its pictures, its code and its original."""
    kept = session.archive.result(keep(session.archive, expand(), png("red", (750, 520))))
    session.history().delete()
    gallery = open_gallery()
    gallery.add(replace(kept, files=()))
    (card,) = gallery.cards
    assert (card["width"], card["seed"], card["count"]) == (750, 7, 1)
    for index, size in ((0, (750, 520)), (-1, (600, 520))):
        _, (data,) = ask(gallery, "picture", card["id"], index=index, side=2048)
        assert Image.open(io.BytesIO(data)).size == size
    _, (data,) = ask(gallery, "save", card["id"], index=0)
    assert stripped(data) == kept.data[0]
    gallery._receive(gallery, {"kind": "mark", "id": card["id"], "starred": True}, [])
    assert gallery.cards[0]["starred"]
    assert "wx.edit" in ask(gallery, "code", card["id"])[0]["python"]


@pytest.mark.parametrize(("side", "longest"), [(240, 240), (10**9, 2048), (-5, 1)])
def test_pictures_are_no_larger_than_asked(session, open_gallery, side, longest):
    """A picture comes as WebP with the asked side, whatever is asked, and 2048 at most."""
    row = keep(session.archive, None, png("red", (2600, 520)))
    gallery = open_gallery()
    content, (data,) = ask(gallery, "picture", row.id, index=0, side=side)
    assert content == {"kind": "picture", "id": row.id, "index": 0, "side": side, "missing": False}
    image = Image.open(io.BytesIO(data))
    assert (image.format, max(image.size)) == ("WEBP", longest)


def test_what_is_gone_is_said_to_be(session, open_gallery):
    """Removed files, a picture that was never here and a result nobody has asked for are told."""
    link = wx.Colorization(image="https://example.com/a.png")
    row = keep(session.archive, link, png("red"))
    gallery = open_gallery()
    assert ask(gallery, "picture", row.id, index=-1, side=240)[0]["missing"]
    assert ask(gallery, "picture", row.id, index=5, side=240)[0]["missing"]
    gallery.on_action(lambda *_: pytest.fail("there is no result"))
    session.history().delete()
    assert ask(gallery, "picture", row.id, index=0, side=240)[0]["missing"]
    assert ask(gallery, "save", row.id, index=0)[0] == {"kind": "gone", "id": row.id}
    assert ask(gallery, "act", row.id, name="edit")[0] == {"kind": "gone", "id": row.id}
    assert ask(gallery, "code", "nobody")[0] == {"kind": "gone", "id": "nobody"}


def test_particulars_place_the_original_in_what_was_expanded(session, open_gallery):
    """An opened card knows all sizes and settings, and where the original lies in the result."""
    request = expand(top_scale=2.0)
    row = keep(session.archive, request, png("red", (750, 780)), png("blue", (750, 781)))
    content, _ = ask(open_gallery(), "details", row.id)
    assert content["sizes"] == [(750, 780), (750, 781)]
    assert content["settings"] == {"seed": 7, "left_scale": 1.5, "top_scale": 2.0}
    left, top, width, height = content["before"].pop("place")
    assert content["before"] == {"width": 600, "height": 520}
    assert (left * 750, top * 780) == pytest.approx((150, 260))
    assert (width * 750, height * 780) == pytest.approx((600, 520))


@pytest.mark.parametrize("word", ["", "0"])
def test_a_saved_file_is_the_one_that_a_result_saves(
    session, open_gallery, monkeypatch, tmp_path, word
):
    """Save brings the full-size file as Result.save writes it, under the same name."""
    monkeypatch.setenv("IPYWANX_METADATA", word)
    row = keep(session.archive, expand(), png("red", (2600, 520)), png("blue"))
    gallery = open_gallery()
    content, (data,) = ask(gallery, "save", row.id, index=1)
    path = session.history()[0].save(tmp_path)[1]
    assert (content["name"], data) == (path.name, path.read_bytes())
    assert content["name"] == f"expand-{row.task_id[:8]}-2.png"
    assert (data == png("blue")) is (word == "0")
    assert stripped(data) == png("blue")
    content, (data,) = ask(gallery, "save", row.id, index=-1)
    assert data == PHOTO


def test_marks_are_kept(session, open_gallery):
    """A star and tags are on the card, in the history, and there for the next gallery."""
    row = keep(session.archive, expand(), png("red"))
    gallery = open_gallery()
    mark = {"kind": "mark", "id": row.id}
    gallery._receive(gallery, {**mark, "starred": True}, [])
    gallery._receive(gallery, {**mark, "tags": " 封面，big  lake, ,封面、b"}, [])
    assert gallery.cards[0]["tags"] == ["封面", "big lake", "b"]
    assert gallery.cards[0]["starred"]
    assert session.history("big lake")[0].task_id == row.task_id
    assert open_gallery().cards == gallery.cards


def test_a_host_hears_which_action_on_which_result(session, open_gallery):
    """Alone there are no actions; a host hears each, and for `use` the picture looked at alone."""
    row = keep(session.archive, expand(), png("red"), png("blue"))
    gallery = open_gallery()
    assert gallery.actions == []
    heard = []
    gallery.on_action(lambda action, result: heard.append((action, result)))
    assert gallery.actions == list(ACTIONS)
    for action in (*ACTIONS, "rm -rf"):
        message = {"kind": "act", "name": action, "id": row.id, "index": 1}
        gallery._receive(gallery, message, [])
    assert [action for action, _ in heard] == list(ACTIONS)
    for action, result in heard:
        assert result.request == expand()
        assert result.data == (png("blue"),) if action == "use" else (png("red"), png("blue"))
        assert result._repr_mimebundle_()["text/html"]


def test_code_takes_the_picture_from_the_history(session, open_gallery):
    """Code gives its variable the picture that the history has, and loads what it needs."""
    row = keep(session.archive, expand(), png("red"))
    content, _ = ask(open_gallery(), "code", row.id)
    recalled = f"photo = wx.recall('{row.task_id}').image\n"
    assert content["magic"] == (
        f"%load_ext ipywanx\nimport ipywanx as wx\n{recalled}"
        '%wanx expand photo --seed 7 --left-scale 1.5 -p "湖边"'
    )
    assert f"\n{recalled}" in content["python"]


NONSENSE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["picture", "details", "code", "save", "mark", "act", "?"]),
    st.sampled_from(["one", "nobody"]) | NONSENSE,
    st.dictionaries(st.sampled_from(["index", "side", "name", "starred", "tags"]), NONSENSE),
    NONSENSE,
)
def test_nonsense_raises_nothing(nonsense_gallery, kind, name, more, other):
    """Whatever a page sends, the gallery lives on and its cards are what they were."""
    before = [card["id"] for card in nonsense_gallery.cards]
    nonsense_gallery._receive(nonsense_gallery, {"kind": kind, "id": name, **more}, [])
    nonsense_gallery._receive(nonsense_gallery, other, [])
    assert [card["id"] for card in nonsense_gallery.cards] == before


@pytest.fixture
def nonsense_gallery(session, open_gallery):
    """Return a gallery with one card, whose workers' troubles fail the test."""
    keep(session.archive, expand(), png("red"), id="one")
    gallery = open_gallery()
    gallery.on_action(lambda *_: None)
    asked = []
    submit = gallery._workers.submit
    gallery._workers.submit = lambda *args: asked.append(submit(*args))
    yield gallery
    for future in asked:
        future.result(60)


def test_a_deleted_result_is_gone_with_its_files(session, open_gallery):
    """Its card, row and pictures go; what another one names stays; nonsense changes nothing."""
    shared, own = png("red"), png("blue")
    gone = keep(session.archive, None, shared, own, asked=2.0)
    left = keep(session.archive, None, shared, asked=1.0)
    gallery = open_gallery()
    folder = session.archive.files.folder
    files = {path for path in folder.rglob("*") if path.is_file()}
    gallery._receive(gallery, {"kind": "delete", "id": gone.id}, [])
    wait_until(lambda: [card["id"] for card in gallery.cards] == [left.id])
    removed = files - {path for path in folder.rglob("*") if path.is_file()}
    assert [path.read_bytes() == shared for path in files - removed] == [True]
    assert len(removed) == 1
    assert open_gallery().cards == gallery.cards
    content, _ = ask(gallery, "delete", "nowhere")
    assert content == {"kind": "gone", "id": "nowhere"}
    assert len(gallery.cards) == 1


def test_what_cannot_be_deleted_stays_and_is_said(session, open_gallery, monkeypatch):
    """Where the history cannot be written the card stays, and the page hears why."""
    keep(session.archive, None, png("red"))
    gallery = open_gallery()
    monkeypatch.setattr(session.archive.history, "delete", lambda *_: False)
    content, _ = ask(gallery, "delete", gallery.cards[0]["id"])
    assert content["kind"] == "refused"
    assert content["text"][0].startswith("Nothing was deleted.")
    assert len(gallery.cards) == 1


def test_a_studio_tells_its_own_results_from_others(session):
    """What the studio made by its form and its experiments is its own; other results are not."""
    keep(session.archive, None, png("red"))
    studio = Studio(png("teal", (600, 520)), "super_resolution", session=session)
    assert studio.gallery.own == []
    studio.submit().result()
    studio.experiment.axes = [{"name": "upscale_factor", "text": "2, 3"}]
    studio.experiment.run().result()
    session.edit("colorization", PHOTO)
    wait_until(lambda: len(studio.gallery.cards) == 5 and len(studio.gallery.own) == 3)
    functions = {card["id"]: card["function"] for card in studio.gallery.cards}
    assert {functions[name] for name in studio.gallery.own} == {"super_resolution"}
    assert Gallery(session).own is None
    studio.close()
