"""Do the few functions that everyone calls work wherever they are called?"""

import asyncio
import io
import json
import os
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image

import ipywanx as wx
from ipywanx import session as sessions
from ipywanx.errors import InvalidRequest, NotConfigured, ResultExpired
from ipywanx.model.requests import make_request
from ipywanx.session import Session, current

KEY = "sk-0123456789"
GREY = Image.new("RGB", (512, 512), "grey")


def run_script(text: str, *arguments: object, **environ: str) -> str:
    """What a script prints, run by a Python of its own."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(text)] + [str(argument) for argument in arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, **environ},
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout.strip()


@pytest.fixture(autouse=True)
def own_process(monkeypatch: pytest.MonkeyPatch):
    """Give the test module state of its own: session, loop and engine."""
    process = sessions._Process()
    monkeypatch.setattr(sessions, "_process", process)
    yield process
    if process._engine is not None:
        process._engine.app.state.engine.close()


def test_a_forked_child_edits_too(tmp_path):
    """A child of a process that has edited begins anew: what it asks for is answered."""
    code = """
import os, warnings
warnings.simplefilter("ignore")  # Python's own advice against forks
from PIL import Image
import ipywanx as wx
photo = Image.new("RGB", (512, 512), "grey")
for seed in range(3):
    wx.edit("super_resolution", photo, seed=seed)
child = os.fork()
made = wx.edit("super_resolution", photo, seed=9, timeout=60)
if not child:
    os._exit(0 if made.images else 1)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), len(wx.history()))
"""
    if not hasattr(os, "fork"):
        pytest.skip("there is no fork on this system")
    assert run_script(code, IPYWANX_HOME=str(tmp_path)) == "0 5"


def quick(**values: object) -> wx.Result:
    """A quick edit."""
    return wx.edit("super_resolution", GREY, **values)


# ---- in a script ----------------------------------------------------------------------------


def test_the_front_page_works_in_a_script(photo_file, tmp_path):
    """With no key and no network, the first example of the manual gives a wider picture."""
    path = photo_file("astronaut", tmp_path)
    out = run_script(
        """
        import json, sys
        import ipywanx as wx
        result = wx.edit("expand", sys.argv[1], "一位绿色仙子", left_scale=1.5)
        (path,) = result.save(sys.argv[2])
        job = wx.submit("super_resolution", sys.argv[1])
        other = job.result(60)
        again = wx.resume(other.task_id).result(60)
        print(json.dumps({
            "size": result.images[0].size,
            "saved": path.name,
            "kept": [str(file) for file in result.files],
            "cost": result.cost,
            "preview": result.preview is not None,
            "same": again.data == other.data,
            "jobs": len(wx.jobs()),
        }))
        """,
        path,
        tmp_path / "out",
    )
    told = json.loads(out)
    assert Image.open(path).size == (512, 512)
    assert told["size"] == [640, 512]
    assert Image.open(tmp_path / "out" / told["saved"]).size == tuple(told["size"])
    assert Path(told["kept"][0]).is_relative_to(Path(os.environ["IPYWANX_HOME"]))
    assert (told["cost"], told["preview"], told["same"], told["jobs"]) == (0.0, True, True, 0)


def test_a_script_ends_while_a_task_runs():
    """A script that does not wait for its job ends at once, quietly."""
    out = run_script(
        """
        import ipywanx as wx
        from PIL import Image
        job = wx.submit("colorization", Image.new("RGB", (512, 512)))
        print(job.done())
        """
    )
    assert out == "False"


def test_asyncio_run_works_in_a_script():
    """``await wx.aedit(...)`` runs several edits at once in a plain asyncio script."""
    out = run_script(
        """
        import asyncio
        import ipywanx as wx
        from PIL import Image

        async def main():
            edits = [wx.aedit("super_resolution", Image.new("RGB", (512, side)), "图像超分")
                     for side in (512, 600)]
            for result in await asyncio.gather(*edits):
                print(result.images[0].size)

        asyncio.run(main())
        """
    )
    assert out == "(512, 512)\n(512, 600)"


# ---- in a running loop, in threads ----------------------------------------------------------


def test_a_cells_loop_is_no_obstacle():
    """In a notebook's running loop both the plain call and the awaited one work."""

    async def cell() -> tuple[wx.Result, wx.Result, wx.Result]:
        plain = quick(seed=1)
        awaited = await wx.aedit("super_resolution", GREY, seed=1)
        job = await wx.submit("super_resolution", GREY, seed=1)
        return plain, awaited, job

    results = asyncio.run(cell())
    assert len({result.images[0].tobytes() for result in results}) == 1


def test_threads_get_their_own_results():
    """Edits of two threads at once are not mixed up, and share one session."""
    sides = [512, 544, 576, 608]
    with ThreadPoolExecutor(4) as pool:
        results = list(
            pool.map(
                lambda side: wx.edit("super_resolution", Image.new("RGB", (512, side)), seed=side),
                sides,
            )
        )
    assert [result.images[0].height for result in results] == sides
    assert [result.request.seed for result in results] == sides
    assert len({result.task_id for result in results}) == 4


# ---- arguments ------------------------------------------------------------------------------


def test_a_request_object_is_complete():
    """A request object is sent as it is; arguments beside it would be lost, so they are refused."""
    request = wx.SuperResolution(image=GREY, seed=3)
    assert wx.edit(request).request == request
    for more in ({"image": GREY}, {"prompt": "x"}, {"n": 2}, {"mask": None}):
        with pytest.raises(InvalidRequest, match=r"complete.*model_copy"):
            wx.edit(request, **more)


def test_arguments_that_are_none_are_left_out():
    """``None`` means "as usual", so that a form can hand over all its fields."""
    request = make_request("expand", GREY, "猫", n=None, seed=None, left_scale=1.5)
    assert request.model_fields_set == {"image", "prompt", "left_scale"}


def test_a_result_is_edited_again():
    """The result of one edit is the picture of the next."""
    first = wx.edit("expand", GREY, "草地", right_scale=1.5)
    second = wx.edit("super_resolution", first)
    assert second.images[0].size == first.images[0].size == (640, 512)


def test_the_seed_is_known_and_repeats_the_picture():
    """A drawn seed is told with the result, and gives the same bytes again; seeds differ."""
    first, other = quick(), quick()
    assert 0 <= first.request.seed <= 2**31 - 1
    assert first.request.seed != other.request.seed
    assert quick(seed=first.request.seed).data == first.data
    assert quick(seed=0).request.seed == 0


def test_nothing_is_spent_offline():
    """Offline edits are free: result, job and session say 0."""
    result = quick(n=2)
    assert (result.cost, current().spent) == (0, 0)
    assert "free" in current().engine


# ---- jobs -----------------------------------------------------------------------------------


def test_jobs_are_those_under_way(monkeypatch):
    """``jobs()`` lists what has not ended, oldest first, and ``resume`` finds it by its id."""
    first, second = (wx.submit("super_resolution", GREY) for _ in range(2))
    assert wx.jobs() == [first, second]
    for job in (first, second):
        job.result(60)
    assert wx.jobs() == []
    assert wx.resume(first.task_id) is first
    with pytest.raises(ResultExpired):
        wx.resume("never-heard-of").result(10)


@pytest.mark.parametrize(
    "task_id", [None, 7, b"task-1", ["task-1"], "", " ", "a b", "--"], ids=repr
)
def test_what_is_no_task_is_not_waited_for(task_id):
    """An id is a text: for what is none, no job is made that could never end well."""
    with pytest.raises(InvalidRequest, match="is not the id of a task") as caught:
        wx.resume(task_id)
    assert caught.value.parameter == "task_id"
    assert wx.jobs() == []


# ---- the environment ------------------------------------------------------------------------


def test_a_changed_environment_counts_from_the_next_call(monkeypatch, tmp_path):
    """A key, an address or a folder that is set later makes a new session; no change keeps it."""
    first = current()
    assert current() is first
    assert first.settings.offline
    monkeypatch.setenv("IPYWANX_HOME", str(tmp_path / "elsewhere"))
    second = current()
    assert second is not first
    assert quick().files[0].is_relative_to(tmp_path / "elsewhere")
    monkeypatch.setenv("DASHSCOPE_API_KEY", KEY)
    assert not current().settings.offline
    assert current().engine == "DashScope at https://dashscope.aliyuncs.com/api/v1"
    monkeypatch.setenv("IPYWANX_OFFLINE", "1")
    assert current().settings.offline
    monkeypatch.setenv("IPYWANX_OFFLINE", "0")
    monkeypatch.delenv("DASHSCOPE_API_KEY")
    with pytest.raises(NotConfigured):
        quick()


def test_a_task_outlives_its_session(monkeypatch, tmp_path):
    """The offline engine keeps its tasks when the settings change: they can be resumed."""
    result = quick()
    monkeypatch.setenv("IPYWANX_HOME", str(tmp_path / "elsewhere"))
    assert wx.resume(result.task_id).result(10).data == result.data


def test_a_served_engine_is_asked_over_http(tmp_path):
    """With key and address of ``python -m ipywanx serve`` the same call goes over the network."""
    log = tmp_path / "log.jsonl"
    command = [sys.executable, "-m", "ipywanx", "serve", "--port", "0", "--key", KEY, "--log", log]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            base_url = server.stdout.readline().strip().partition("=")[2]
            settings = wx.session.Settings.from_environment(
                {
                    "DASHSCOPE_API_KEY": KEY,
                    "DASHSCOPE_HTTP_BASE_URL": base_url,
                    "IPYWANX_HOME": str(tmp_path),
                }
            )
            session = Session(settings)
            result = session.edit("super_resolution", GREY, seed=5)
            assert session.describe().startswith(f"Answered by: DashScope at {base_url}")
        finally:
            server.terminate()
            server.wait(20)
    asked = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    posts = [event for event in asked if event.get("method") == "POST"]
    assert [event["http"] for event in posts] == [200]
    assert result.images[0].size == (512, 512)
    assert KEY not in log.read_text("utf-8")


def test_the_configuration_is_told_without_the_key(monkeypatch):
    """``describe`` says who answers, whether there is a key, and where pictures are kept."""
    offline = current().describe()
    assert "offline engine" in offline
    assert "Key: none" in offline
    assert str(Path(os.environ["IPYWANX_HOME"]) / "pictures") in offline
    monkeypatch.setenv("DASHSCOPE_API_KEY", KEY)
    online = current().describe()
    assert "Key: from DASHSCOPE_API_KEY (not shown)" in online
    assert KEY not in online + repr(current())


# ---- dry run --------------------------------------------------------------------------------


def test_a_dry_run_shows_all_but_the_key(monkeypatch):
    """What would be sent, its price and its notices; pictures as a size, the key not at all."""
    monkeypatch.setenv("DASHSCOPE_API_KEY", KEY)
    request = wx.Expand(image=GREY, prompt="猫" * 801, n=3, left_scale=1.5)
    shown = current().dry_run(request)
    assert shown.price == 0.42
    assert shown.url.endswith("/services/aigc/image2image/image-synthesis")
    assert shown.body["parameters"] == {"n": 3, "left_scale": 1.5}
    text = str(shown)
    assert KEY not in text + repr(shown) + repr(shown.headers)
    for words in ("512×512 PNG", "CNY 0.42", "Nothing was sent.", "the key is not shown", "801"):
        assert words in text
    assert len(text) < 5000


def test_a_dry_run_tells_how_pictures_would_travel():
    """A large picture would be uploaded, a mask is told by size and area, a URL is passed on."""
    stream = io.BytesIO()
    Image.effect_noise((1024, 1024), 200).save(stream, "PNG")
    mask = wx.Mask((1024, 1024)).rectangle(0, 0, 512, 1024)
    request = wx.DescriptionEditWithMask(image=stream.getvalue(), prompt="x", mask=mask)
    shown = current().dry_run(request)
    assert "uploaded first" in shown.body["input"]["base_image_url"]
    assert "1024×1024 PNG" in shown.body["input"]["mask_image_url"]
    assert "The mask covers 50.0% of the picture." in str(shown)
    assert shown.headers["X-DashScope-OssResourceResolve"] == "enable"
    assert (shown.price, "Authorization" in shown.headers) == (0.14, False)
    assert "CNY 0.14 from the service, free from the offline engine" in str(shown)
    url = "https://example.com/a.png"
    asked = current().dry_run(wx.Colorization(image=url)).body["input"]
    assert asked["base_image_url"] == url
    assert wx.jobs() == []
