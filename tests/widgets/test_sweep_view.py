"""Does the view say what the experiment says, and do what its page asks for, if it can?"""

import io
import json
import queue
import threading
import time
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from IPython.core.interactiveshell import InteractiveShell
from PIL import Image

from ipywanx.code import runnable
from ipywanx.experiments.plan import plan
from ipywanx.experiments.sweep import Sweep
from ipywanx.text import prefer_language
from ipywanx.widgets import sweep_output
from ipywanx.widgets.sweep_output import show_sweep, static
from ipywanx.widgets.sweep_texts import sweep_texts
from ipywanx.widgets.sweep_view import MOST_SHOWN, SweepView

PHOTO = Image.new("RGB", (600, 520), "teal")


@pytest.fixture
def grid(session) -> Callable[..., Sweep]:
    """Make experiments of super_resolution, the quickest: 2 factors × 2 prompts unless told."""

    def make(score=None, **axes) -> Sweep:
        given = {"prompt": ["a", "b"], "upscale_factor": [1, 2]} | axes
        return Sweep(session, plan("super_resolution", PHOTO, **given), score=score)

    return make


@pytest.fixture
def opened():
    """Open views whose messages to the page land in ``view.sent``."""
    views = []

    def open_one(sweep: Sweep, **values) -> SweepView:
        view = SweepView(sweep, **values)
        view.sent = queue.Queue()
        view.send = lambda content, buffers=None: view.sent.put((content, buffers))
        views.append(view)
        return view

    yield open_one
    for view in views:
        view.close()


def tell(view: SweepView, **content: object) -> None:
    """Send what the page would send."""
    view._receive(view, content, [])


def ask(view: SweepView, **content: object):
    """Send it, and return the answer: content and buffers."""
    tell(view, **content)
    return view.sent.get(timeout=60)


def until(condition: Callable[[], object], seconds: float = 30) -> None:
    """Return once it holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def is_watched(view: SweepView) -> bool:
    """Whether a thread looks at it."""
    return view._watcher is not None


def test_all_words_are_there_in_both_languages():
    """Each word is said in English and Chinese, in the same number of places."""
    for name, text in sweep_texts().items():
        assert all(text), name
        assert text.en.count("{") == text.zh.count("{"), name


def test_what_is_planned_is_told_before_it_starts(grid, opened):
    """Axes with titles and labels, pictures, price and time; nothing is sent by looking."""
    sweep = grid(n=2)
    view = opened(sweep)
    assert [axis["name"] for axis in view.axes] == ["prompt", "upscale_factor"]
    assert view.axes[1] == {
        "name": "upscale_factor",
        "title": list(sweep.plan.axes[1].title),
        "count": 2,
        "labels": ["1", "2"],
    }
    assert view.summary["pictures"] == 8
    assert view.summary["price"] == 0.0
    assert view.summary["shape"] == pytest.approx(520 / 600)
    assert view.states == "wwww"
    assert (view.progress["started"], view.progress["over"]) == (False, 0)
    assert repr(view) == repr(sweep)


def test_it_follows_to_the_end_and_then_looks_no_more(grid, opened):
    """Start is obeyed; letters go to "s"; the watcher ends, and whoever asked hears of it once."""
    sweep = grid()
    view = opened(sweep)
    heard = []
    view.when_ended(lambda: heard.append(view.progress["ended"]))
    assert is_watched(view)
    tell(view, kind="start")
    until(lambda: heard)
    assert view.states == "ssss"
    assert (view.progress["over"], view.progress["left"]) == (4, None)
    assert not is_watched(view)
    assert heard == [True]
    view.when_ended(lambda: heard.append("at once"))
    until(lambda: "at once" in heard)


def test_a_cell_is_told_with_its_pictures(grid, opened):
    """A glance has labels and small copies; the opened one has sizes, settings and its code."""
    sweep = grid(n=2).start()
    view = opened(sweep)
    sweep.result(60)
    content, buffers = ask(view, kind="glance", id=3)
    assert (content["id"], content["labels"], content["error"]) == (3, ["b", "2"], [])
    assert buffers == list(sweep.cells[3].thumbnails)
    assert len(buffers) == 2
    content, _ = ask(view, kind="details", id=3)
    assert content["sizes"] == [(1200, 1040)] * 2
    assert (content["prompt"], content["preview"], content["state"]) == ("b", True, "s")
    assert content["before"] == {"width": 600, "height": 520, "place": None}
    code = runnable(sweep.cells[3].request, sweep.cells[3].task_id)
    assert {"magic": content["magic"], "python": content["python"]} == code._asdict()
    json.dumps(content)
    for index, size in ((0, (1200, 1040)), (-1, (600, 520))):
        about, (data,) = ask(view, kind="picture", id=3, index=index, side=2048)
        assert not about["missing"]
        image = Image.open(io.BytesIO(data))
        assert (image.format, image.size) == ("WEBP", size)
    assert ask(view, kind="picture", id=3, index=9, side=2048)[0]["missing"]
    _, (data,) = ask(view, kind="picture", id=3, index=0, side=10**9)
    assert max(Image.open(io.BytesIO(data)).size) == 1200


def test_stop_and_retry(grid, opened, monkeypatch):
    """Stop leaves the rest as stopped; retry asks for these again, and the view follows again."""
    sweep = grid(seed=list(range(5)))
    view = opened(sweep)
    act = Sweep.stop
    threads = []
    monkeypatch.setattr(
        Sweep, "stop", lambda self: (threads.append(threading.current_thread()), act(self))
    )
    tell(view, kind="start")
    until(lambda: "s" in view.states)
    tell(view, kind="stop")
    until(lambda: view.progress["ended"])
    assert threads[0] is not threading.current_thread()
    stopped = view.progress["stopped"]
    assert stopped == view.states.count("x") + view.states.count("c") > 0
    until(lambda: not is_watched(view))
    tell(view, kind="retry")
    until(lambda: view.progress["ended"] and not view.progress["stopped"], 120)
    assert set(view.states) == {"s"}


def test_scores_are_columns_and_orders(grid, opened):
    """A judged cell has a capital; an order puts the best first, or last; the page may choose."""
    sweep = grid(lambda result: {"width": result.images[0].width, "name": "x"}).start()
    view = opened(sweep)
    sweep.result(60)
    until(lambda: view.progress["ended"])
    assert view.states == "SSSS"
    assert view.columns == ["width", "name"]
    assert ask(view, kind="glance", id=1)[0]["scores"] == {"width": 1200.0, "name": "x"}
    view.set_state({"order_by": "width"})
    assert view.order == [1, 3, 0, 2]
    view.set_state({"ascending": True})
    assert view.order == [0, 2, 1, 3]
    view.set_state({"order_by": "nobody"})
    assert view.order == []


def test_a_judge_that_fails_is_noted(grid, opened):
    """The cell has its picture, a note, and no score."""
    sweep = grid(lambda _: 1 / 0).start()
    view = opened(sweep)
    sweep.result(60)
    content, buffers = ask(view, kind="glance", id=0)
    assert "ZeroDivisionError" in content["note"]
    assert (content["scores"], len(buffers)) == ({}, 1)


def test_many_cells_are_a_small_state(session, opened):
    """Of ten thousand cells with long names the page gets 2000, in less than a megabyte."""
    prompts = [f"{n} " + "很长的提示词" * 60 for n in range(10_000)]
    sweep = Sweep(session, plan("super_resolution", PHOTO, prompts))
    view = opened(sweep)
    assert (len(view.states), view.progress["all"]) == (MOST_SHOWN, 10_000)
    assert len(view.axes[0]["labels"]) == MOST_SHOWN
    assert view.axes[0]["count"] == 10_000
    state = view.get_state()
    code = {name: state.pop(name) for name in ("_esm", "_css", "texts")}
    assert len(json.dumps(state, ensure_ascii=False, default=str)) < 500_000
    assert all(code.values())
    sweep.cells[9_999].scores = {"score": 1.0}
    view.set_state({"order_by": "score"})
    assert view.order == [9_999]  # an order looks at all of them
    labels = ask(view, kind="glance", id=9_999)[0]["labels"]
    assert labels[0].startswith("9999 ")
    assert len(labels[0]) <= 160


def test_the_preferred_language_is_spoken(grid, opened):
    """Without being told, the view speaks what the person prefers."""
    prefer_language("zh")
    assert opened(grid()).language == "zh"
    assert opened(grid(), language="en").language == "en"


NONSENSE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["picture", "details", "glance", "close", "?"]) | NONSENSE,
    st.sampled_from([0, 3, -1, 4]) | NONSENSE,
    st.dictionaries(st.sampled_from(["index", "side"]), NONSENSE),
    NONSENSE,
)
def test_nonsense_changes_nothing(nonsense_view, kind, name, more, other):
    """Whatever a page sends, the view lives on, and nothing is started."""
    before = dict(nonsense_view.progress)
    nonsense_view._receive(nonsense_view, {"kind": kind, "id": name, **more}, [])
    nonsense_view._receive(nonsense_view, other, [])
    assert nonsense_view.progress == before
    assert not nonsense_view.sweep.is_started


@pytest.fixture
def nonsense_view(grid, opened):
    """Return a view whose workers' troubles fail the test."""
    view = opened(grid())
    asked = []
    submit = view._workers.submit
    view._workers.submit = lambda *args: asked.append(submit(*args))
    yield view
    for future in asked:
        future.result(60)


def test_a_closed_view_is_quiet(grid, opened):
    """Closed, it looks no more, and messages that come late raise nothing."""
    sweep = grid()
    view = opened(sweep)
    watcher = view._watcher
    view.close()
    watcher.join(10)
    assert not watcher.is_alive()
    tell(view, kind="glance", id=0)
    view.watch()
    assert not sweep.is_started


def test_a_closed_view_is_told_of_no_more_cells(grid, monkeypatch):
    """After each cell the open views look again; one that is closed is let go."""
    shell = InteractiveShell()
    shell.kernel = object()
    monkeypatch.setattr(sweep_output, "get_ipython", lambda: shell)
    monkeypatch.setattr(sweep_output, "display", lambda *_, **__: None)
    for _ in range(3):
        show_sweep(grid())
    heard = shell.events.callbacks["post_run_cell"]
    views = [one.__self__ for one in heard if isinstance(getattr(one, "__self__", None), SweepView)]
    assert len(views) == 3
    for view in views:
        view.close()
    assert not [one for one in heard if isinstance(getattr(one, "__self__", None), SweepView)]


def test_a_terminal_gets_a_line(grid, capsys):
    """Without a front end it is printed."""
    sweep = grid()
    show_sweep(sweep)
    assert capsys.readouterr().out == f"{sweep!r}\n"


def test_a_sheet_is_folded(grid, monkeypatch):
    """What stays has the sheet's page or its picture inside of a fold, and the rest as it was."""
    sweep = grid()
    bundle = {"text/html": "<p>sheet</p>", "image/jpeg": "abc"}
    for made in (bundle, (bundle, {})):
        kept = static(sweep, made)
        assert kept["text/html"].startswith("<details><summary>")
        assert "<p>sheet</p></details>" in kept["text/html"]
        assert kept["image/jpeg"] == "abc"
        assert kept["text/plain"] == repr(sweep)
    only = static(sweep, {"image/jpeg": "abc"})["text/html"]
    assert 'src="data:image/jpeg;base64,abc"' in only
    shown = []
    monkeypatch.setattr(Sweep, "sheet", lambda _: pytest.fail("no picture"))
    sweep_output._keep(sweep, shown)  # nothing was made: nothing is kept
    assert shown == []
