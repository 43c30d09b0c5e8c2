"""%wanx and %%wanx in an IPython shell without a front end, answered by the offline engine."""

import asyncio
import subprocess
import sys
from importlib import metadata

import pytest
from IPython.core.interactiveshell import InteractiveShell
from tests.magics.cells import complaint, run
from tests.magics.kernels import kernel, said_by

import ipywanx as wx
from ipywanx.errors import NotConfigured
from ipywanx.magics import nested


def test_a_cell_gives_the_result_and_keeps_it(shell):
    """The value of an edit is its result, and -o binds the same one to a name."""
    made = run(shell, "%%wanx colorization photo --seed 3 -o kept\n蓝色背景")
    assert isinstance(made, wx.Result)
    assert shell.user_ns["kept"] is made
    assert made.request.prompt == "蓝色背景"
    assert made.request.seed == 3
    assert made.images[0].size == (520, 520)


def test_an_edit_in_a_function_waits_too(shell):
    """Away from the left margin the plain magic waits, so that the code around it has a result."""
    run(
        shell,
        "def enlarge():\n"
        "    made = %wanx super_resolution photo --upscale-factor 2\n"
        "    return made.images[0].size\n"
        "size = enlarge()",
    )
    assert shell.user_ns["size"] == (1040, 1040)


def test_background_returns_a_job(shell):
    """--background gives a job at once; its result is the same as that of a waiting cell."""
    job = run(shell, "%wanx super_resolution photo --background")
    assert job in wx.jobs() or job.done()
    assert job.result().images[0].size == (520, 520)


def test_what_is_painted_is_the_mask_of_the_next_edit(shell):
    """%wanx mask gives an editor, and --mask takes what is painted in it at that moment."""
    editor = run(shell, "%wanx mask photo -o painted")
    editor.mask = wx.Mask(editor.mask.size).rectangle(100, 100, 80, 60)
    made = run(shell, "%wanx description_edit_with_mask photo --mask painted -p 红色")
    assert made.request.mask.to_image().getbbox() == (100, 100, 180, 160)


def test_a_semicolon_silences_the_output(shell):
    """A trailing semicolon leaves the cell without a value; the name is bound all the same."""
    assert run(shell, "%wanx super_resolution photo -o quiet;") is None
    assert isinstance(shell.user_ns["quiet"], wx.Result)


def test_a_dry_run_shows_the_request_and_sends_nothing(shell, capsys, monkeypatch):
    """The request, the picture's size and the price are shown, the key is not, no job is made."""
    monkeypatch.setenv("DASHSCOPE_API_KEY", "sk-canary-123")
    monkeypatch.setenv("DASHSCOPE_HTTP_BASE_URL", "http://127.0.0.1:9/api/v1")
    assert run(shell, "%wanx expand photo -p 猫 --left-scale 1.5 -n 3 --dry-run") is None
    shown = capsys.readouterr().out
    assert '"left_scale": 1.5' in shown
    assert "520×520" in shown
    assert "CNY 0.42" in shown
    assert "canary" not in shown
    assert wx.jobs() == []


def test_the_services_answers_are_one_line_too(shell, monkeypatch):
    """With no way to the service the cell says so in our words, not in httpx's."""
    monkeypatch.setenv("DASHSCOPE_API_KEY", "sk-canary-123")
    monkeypatch.setenv("DASHSCOPE_HTTP_BASE_URL", "http://127.0.0.1:9/api/v1")
    said = complaint(shell, "%wanx super_resolution photo")
    assert "could not be reached" in said
    assert "canary" not in said


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", "%wanx FUNCTION IMAGE"),
        ("config", "Key: none"),
        ("cost", "CNY 0.00"),
        ("jobs", "Every task has ended"),
    ],
)
def test_commands_print_what_they_say(shell, capsys, line, words):
    """The small commands answer in text."""
    run(shell, f"%wanx {line}")
    assert words in capsys.readouterr().out


def test_help_names_everything(shell):
    """%wanx? names all ten functions and the grammar."""
    text = shell.object_inspect_text("wanx") + (shell.find_line_magic("wanx").__doc__ or "")
    for name in wx.FUNCTIONS:
        assert name in text
    assert "--dry-run" in text


def test_unloading_takes_everything_back(shell):
    """After %unload_ext the shell has no magic, no transformer and no completer of ours."""
    run(shell, "%unload_ext ipywanx")
    assert shell.find_line_magic("wanx") is None
    assert shell.find_cell_magic("wanx") is None
    assert shell.input_transformers_post == []
    assert not any("ipywanx" in repr(m) for m in shell.Completer.custom_matchers)
    assert "WanxMagics" not in shell.magics_manager.registry


def test_a_function_edits_its_own_variables(shell):
    """In a function IMAGE, masks and {{name}} are the function's, and else the notebook's."""
    run(
        shell,
        "def enlarge(photo, colour):\n"
        '    made = %wanx colorization photo --seed 1 -p "{{colour}}的{{thing}}"\n'
        "    return made\n"
        "colour, thing = '绿色', '花'\n"
        "from PIL import Image\n"
        "made = enlarge(Image.new('RGB', (640, 512)), '红色')",
    )
    made = shell.user_ns["made"]
    assert made.images[0].size == (640, 512)
    assert made.request.prompt == "红色的花"


@pytest.mark.parametrize(
    "cell",
    [
        "%%time\n%wanx super_resolution photo --seed 3 -o out",
        "%time %wanx super_resolution photo --seed 3 -o out",
        "%timeit -n1 -r1 %wanx super_resolution photo --seed 3 -o out",
        "%%capture said\n%wanx super_resolution photo --seed 3 -o out",
        "get_ipython().run_cell('%wanx super_resolution photo --seed 3 -o out');",
    ],
)
def test_other_magics_may_stand_around_it(shell, cell):
    """A cell within a cell, which cannot await, waits in the ordinary way."""

    async def in_a_loop() -> None:
        done = await shell.run_cell_async(cell, transformed_cell=shell.transform_cell(cell))
        done.raise_error()

    asyncio.run(in_a_loop())
    assert shell.user_ns["out"].request.seed == 3


def test_an_error_is_one_line_and_still_what_it_is(shell):
    """A loop over pictures goes on after ``except wx.WanxError``; uncaught it is one line."""
    run(
        shell,
        "import ipywanx as wx\n"
        "skipped = []\n"
        "for factor in (9, 8):\n"
        "    try:\n"
        "        %wanx super_resolution photo --upscale-factor $factor\n"
        "    except wx.InvalidRequest as error:\n"
        "        skipped.append(error.parameter)\n".replace("$factor", "9"),
    )
    assert shell.user_ns["skipped"] == ["upscale_factor"] * 2
    assert complaint(shell, "%wanx super_resolution photo --upscale-factor 9").startswith(
        "upscale_factor is 9"
    )


def test_cancelling_what_is_unknown_says_so(shell):
    """An id that the service does not know is no task that is too late to be cancelled."""
    assert "nope" in complaint(shell, "%wanx cancel nope")


def test_a_reset_takes_no_magic_away(shell):
    """After %reset, which forgets all variables, a magic at the left margin works as before."""
    run(shell, "%reset -f")
    assert list(run(shell, "past = %wanx history\npast")) == []
    run(shell, "%wanx config")


def test_a_terminal_shows_the_files(photo_file, tmp_path):
    """In a terminal the result is told as text with the paths of the pictures."""
    path = photo_file("cat", tmp_path)
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "IPython",
            "--no-banner",
            "--colors=NoColor",
            "-c",
            f"%load_ext ipywanx\nr = %wanx super_resolution {path}\nprint(repr(r))",
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "offline preview" in done.stdout
    assert "pictures" in done.stdout
    assert ".png" in done.stdout


HINT = "Type %wanx for the studio"


def test_loading_says_once_how_to_begin(capsys):
    """Where a person asks, one line tells what to type; not again, and not to a script."""

    def said(shell: InteractiveShell, line: str = "load_ext") -> str:
        capsys.readouterr()
        shell.run_line_magic(line, "ipywanx")
        return capsys.readouterr().out

    assert said(InteractiveShell()) == ""
    terminal = InteractiveShell()
    terminal.keep_running = True
    first = said(terminal)
    assert first.startswith(HINT)
    assert first.count("\n") == 1
    assert said(terminal, "reload_ext") == ""


@pytest.mark.parametrize(("asks", "lines"), [(True, 1), (False, 0)])
def test_a_kernel_says_how_to_begin_to_a_page_only(asks, lines):
    """A page that takes answers reads the line; a notebook that is run by a program does not."""
    with kernel() as client:
        client.allow_stdin = asks
        assert said_by(client, "%load_ext ipywanx").count(HINT) == lines
        assert said_by(client, "%reload_ext ipywanx").count(HINT) == 0


def test_nested_loops_are_off_until_asked_for():
    """Loading patches nothing: asyncio.run inside a running loop is still refused."""
    code = (
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "import asyncio\n"
        "shell = InteractiveShell(); shell.run_line_magic('load_ext', 'ipywanx')\n"
        "async def inner(): return 7\n"
        "async def outer(): return asyncio.run(inner())\n"
        "def attempt():\n"
        "    try: return asyncio.run(outer())\n"
        "    except RuntimeError: return 'refused'\n"
        "print(attempt())\n"
        "shell.run_line_magic('config', 'WanxMagics.nested_loops = True')\n"
        "print(attempt())\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == ["refused", "7"], done.stderr


def test_the_patch_fits_the_kernel(monkeypatch):
    """On ipykernel 6 it is nest_asyncio, later nest_asyncio2 where it is there, else a reason."""
    assert nested.choose_patch() == (
        "nest_asyncio" if metadata.version("ipykernel").startswith("6.") else "nest_asyncio2"
    )
    monkeypatch.setattr(nested.metadata, "version", lambda _: "6.31.0")
    assert nested.choose_patch() == "nest_asyncio"
    monkeypatch.setattr(nested.metadata, "version", lambda _: "7.4.0")
    monkeypatch.setattr(nested.util, "find_spec", lambda _: None)
    with pytest.raises(NotConfigured, match="nest_asyncio2 is not installed"):
        nested.choose_patch()
