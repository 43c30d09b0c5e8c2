"""%wanx history, resume, cost, and the hint at loading: is the past at hand in every kernel?"""

import json
import os
import subprocess
import sys
import textwrap
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell
from tests.magics.cells import complaint, run
from tests.service.kept import keep, png

import ipywanx as wx
from ipywanx.service.archive import Archive
from ipywanx.settings import OFFLINE, Settings


@pytest.fixture
def past(shell):
    """Three results of earlier kernels: two cats, the newer one paid for, and a dog."""
    home = Settings.from_environment().home
    rows = []
    for account, prompt, cost in (
        (f"{OFFLINE}1", "给小猫添加一副墨镜", 0.0),
        ("0123456789abcdef", "猫 <b>", 0.28),
        (f"{OFFLINE}2", "a dog", 0.0),
    ):
        with closing(Archive(home, account)) as archive:
            request = wx.DescriptionEdit(image=png("grey"), prompt=prompt)
            pictures = [png(colour) for colour in ("red", "blue")[: 1 + bool(cost)]]
            rows.append(keep(archive, request, *pictures, cost=cost))
    return rows


def prompts(found) -> list[str]:
    """What was asked, in the list's order."""
    return [result.request.prompt for result in found]


# ---- history --------------------------------------------------------------------------------


def test_history_shows_what_any_kernel_made(shell, past):
    """The value of the line is the list, newest first; a text chooses, -o keeps it."""
    assert prompts(run(shell, "%wanx history")) == ["a dog", "猫 <b>", "给小猫添加一副墨镜"]
    assert prompts(run(shell, "%wanx history 猫 -o cats")) == ["猫 <b>", "给小猫添加一副墨镜"]
    assert prompts(shell.user_ns["cats"]) == ["猫 <b>", "给小猫添加一副墨镜"]
    assert prompts(run(shell, "%wanx history a dog")) == ["a dog"]
    assert prompts(run(shell, "%wanx history DOG a")) == ["a dog"]
    assert prompts(run(shell, '%wanx history "dog a"')) == []
    assert len(run(shell, "%wanx history nothing of this")) == 0
    assert prompts(wx.history("猫"))[0] == "猫 <b>"


def test_what_was_made_can_be_edited_again(shell, past):
    """A result of the list is a picture like any other, and its request can be sent again."""
    run(shell, "%wanx history dog -o dogs")
    run(shell, "dog = dogs[0]")
    assert run(shell, "%wanx super_resolution dog").images[0].size == (520, 512)
    request = wx.recall(shell.user_ns["dog"].task_id)
    assert request == shell.user_ns["dog"].request
    assert wx.edit(request).request.prompt == "a dog"


def test_history_is_written_out(shell, past, tmp_path, capsys):
    """--export writes the pictures of what was found into a folder, and says how many."""
    assert run(shell, f"%wanx history 猫 --export {tmp_path / 'out'}") is None
    assert f"Pictures written to {tmp_path / 'out'}: 3." in capsys.readouterr().out
    assert len(list((tmp_path / "out").iterdir())) == 3
    (tmp_path / "file").write_text("")
    said = complaint(shell, f"%wanx history --export {tmp_path / 'file'}")
    assert "cannot be saved" in said


def test_a_missing_file_holds_up_no_other(shell, past, tmp_path, capsys, caplog):
    """--export writes what exists, counts that alone, and tells which result lacks pictures."""
    (paid,) = wx.history("<b>")
    paid.files[1].unlink()
    run(shell, f"%wanx history --export {tmp_path / 'out'}")
    assert f"Pictures written to {tmp_path / 'out'}: 3." in capsys.readouterr().out
    assert paid.task_id in caplog.text


def test_history_is_deleted_by_a_text_only(shell, past, tmp_path, capsys):
    """--delete takes what a text finds; without a text nothing is deleted, and nothing exported."""
    for line in ("--delete", f"--export {tmp_path / 'out'} --delete", "'' --delete"):
        assert "--delete needs words" in complaint(shell, f"%wanx history {line}")
    assert not (tmp_path / "out").exists()
    assert len(run(shell, "%wanx history")) == 3
    capsys.readouterr()
    assert run(shell, "%wanx history dog --delete") is None
    assert "Results deleted: 1," in capsys.readouterr().out
    assert prompts(run(shell, "%wanx history")) == ["猫 <b>", "给小猫添加一副墨镜"]
    run(shell, f"%wanx history 猫 --export {tmp_path / 'out'} --delete")
    assert len(list((tmp_path / "out").iterdir())) == 3
    assert len(run(shell, "%wanx history")) == 0


@pytest.mark.parametrize("line", ["history --help", "history --bake", "history -o", "mask --bake"])
def test_a_wrong_line_says_where_help_is(shell, line, capsys):
    """What a command does not know is refused, with a help line that exists."""
    assert complaint(shell, f"%wanx {line}").endswith("\n    %wanx --help")
    run(shell, "%wanx --help")
    assert "%wanx history [TEXT] [-o NAME]" in capsys.readouterr().out


def test_cost_counts_the_whole_history(shell, past, capsys):
    """%wanx cost tells this kernel's spending, and that of all kernels."""
    run(shell, "%wanx cost")
    assert "CNY 0.00 in this kernel, CNY 0.28 in the whole history." in capsys.readouterr().out


# ---- tasks of kernels that have ended -------------------------------------------------------

LEAVER = """
import sys, time
from dataclasses import replace
from PIL import Image
from ipywanx.service.tempo import SERVICE
from ipywanx.session import Session

session = Session(tempo=replace(SERVICE, run_seconds=1e6))  # it never comes to fetching them
jobs = [session.submit("super_resolution", Image.new("RGB", (512, side))) for side in (512, 600)]
while not all(job.task_id for job in jobs):
    time.sleep(0.01)
print(*(job.task_id for job in jobs), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def leave(served, monkeypatch):
    """Start a kernel that sends two tasks to a service: the process and the tasks' ids."""
    _, url = served()
    monkeypatch.setenv("DASHSCOPE_API_KEY", "sk-canary-123")
    monkeypatch.setenv("DASHSCOPE_HTTP_BASE_URL", url)
    processes = []

    def start():
        process = subprocess.Popen(
            [sys.executable, "-c", LEAVER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        return process, process.stdout.readline().split()

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def loaded(capsys) -> tuple[InteractiveShell, str]:
    """A new shell with the extension, and what it said."""
    capsys.readouterr()
    shell = InteractiveShell()
    shell.run_line_magic("load_ext", "ipywanx")
    return shell, capsys.readouterr().out


def test_loading_tells_what_a_dead_kernel_left(leave, capsys):
    """While the other kernel lives nothing is said; once it is dead, how to fetch its tasks is."""
    assert loaded(capsys)[1] == ""
    process, ids = leave()
    assert loaded(capsys)[1] == ""
    process.kill()
    process.communicate()
    shell, said = loaded(capsys)
    assert said == "2 tasks of earlier kernels can be fetched: %wanx resume\n"
    run(shell, f"%wanx resume {ids[0]}")
    shell, said = loaded(capsys)
    assert said == "1 task of an earlier kernel can be fetched: %wanx resume\n"
    run(shell, "%wanx resume")
    shell, said = loaded(capsys)
    assert said == ""


@pytest.mark.parametrize("code", ["%wanx resume", "if True:\n    %wanx resume"])
def test_resume_fetches_all_that_was_left(leave, capsys, code):
    """Without an id every task of the dead kernel is fetched and shown, with what was asked."""
    process, ids = leave()
    process.kill()
    process.communicate()
    shell, _ = loaded(capsys)
    assert run(shell, code) is None
    assert capsys.readouterr().out.count("<Result of super_resolution: ") == 2
    assert {result.task_id for result in wx.history()} == set(ids)
    assert {result.images[0].height for result in wx.history()} == {512, 600}
    run(shell, code)
    assert "Every task has ended and is fetched; %wanx history" in capsys.readouterr().out


def test_one_lost_task_does_not_hide_the_others(leave, capsys):
    """A task that the service does not know any more is a line; the other picture is shown."""
    process, ids = leave()
    process.kill()
    process.communicate()
    settings = Settings.from_environment()
    with closing(Archive(settings.home, settings.account)) as archive:
        record = archive.history.find(settings.account, ids[0])
        archive.history.put(replace(record, task_id="expired"))
    shell, _ = loaded(capsys)
    run(shell, "%wanx resume")
    shown = capsys.readouterr().out
    assert "The service does not know the task 'expired'." in shown
    assert shown.count("<Result of super_resolution: ") == 1


def test_a_broken_history_does_not_stop_loading(leave, capsys):
    """Whatever lies in the history's place, the extension loads without a word."""
    home = Settings.from_environment().home
    home.mkdir(parents=True)
    (home / "history.sqlite3").write_bytes(b"no database" * 500)
    shell, said = loaded(capsys)
    assert said == ""
    assert shell.find_line_magic("wanx")


LOAD = """
import json, sys, time
from IPython.core.interactiveshell import InteractiveShell

shell = InteractiveShell()
for name in [name for name in sys.modules if name.partition(".")[0] == "sqlite3"]:
    del sys.modules[name]  # IPython's own history has brought it
before, began = set(sys.modules), time.perf_counter()
shell.run_line_magic("load_ext", "ipywanx")
print(json.dumps([sorted(set(sys.modules) - before), time.perf_counter() - began]))
"""


def test_loading_is_light_offline(tmp_path):
    """Without a key %load_ext brings no network, no SQLite, no widget and no file."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(LOAD)],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
        env={**os.environ, "IPYWANX_HOME": str(tmp_path / "home")},
    )
    modules, seconds = json.loads(done.stdout)
    heavy = {"httpx", "sqlite3", "starlette", "uvicorn", "ipywidgets", "ipycanvas", "anywidget"}
    print(f"%load_ext ipywanx: {len(modules)} modules in {seconds:.2f} s")  # noqa: T201
    assert not heavy & {name.partition(".")[0] for name in modules}
    assert not [name for name in modules if name.startswith(("ipywanx.service", "ipywanx.engine"))]
    assert not Path(tmp_path / "home").exists()
