"""An error of ours is the sentence and the person's own lines, in every shell that shows it."""

import re
import subprocess
import sys
import textwrap

import pytest
from IPython.core.interactiveshell import InteractiveShell
from tests.magics.kernels import kernel, said_by

from ipywanx.text import prefer_language

SENTENCE = "UnusableImage: The picture 'nothing.png' cannot be read: No such file or directory."
CALL = "wx.edit('expand', 'nothing.png', 'x')"
CELLS = {
    "a call": (CALL, [f"----> 1 {CALL}"]),
    "a loop": (f"for n in (1, 2):\n    {CALL}", [f"----> 2 {CALL}"]),
    "an awaited call": (
        "await wx.aedit('expand', 'nothing.png', 'x')",
        ["----> 1 await wx.aedit("],
    ),
    "a request": ("wx.Expand(\n    image='nothing.png', prompt='x')", ["----> 1 wx.Expand("]),
    "a plan": ("wx.sweep('expand', 'nothing.png', ['x', 'y'])", ["----> 1 wx.sweep("]),
    "a handler": (f"try:\n    1 / 0\nexcept ZeroDivisionError:\n    {CALL}", [f"----> 4 {CALL}"]),
    "functions": (
        f"def inner():\n    return {CALL}\ndef outer():\n    return inner()\nouter()",
        ["----> 5 outer()", "----> 4 return inner()", f"----> 2 return {CALL}"],
    ),
    "another library between": (
        f"import functools\nfunctools.reduce(lambda a, b: {CALL}, [1, 2])",
        ["----> 2 functools.reduce(", "----> 2 functools.reduce("],
    ),
}
FOREIGN = ("site-packages", "functools.py", "ipywanx/", "asyncio", "ZeroDivisionError")


@pytest.fixture(scope="module")
def asked():
    """A kernel in which the package is imported, and the extension not loaded."""
    with kernel() as client:
        assert said_by(client, "import ipywanx as wx") == ""
        yield client


@pytest.mark.parametrize("cell", CELLS)
def test_a_cell_shows_the_sentence_and_its_own_lines(asked, cell):
    """No frame of ours, of another library or of a chain: what to do, and where one did it."""
    code, lines = CELLS[cell]
    said = said_by(asked, code)
    assert said.rstrip().rpartition("\n")[2].startswith(SENTENCE)
    assert re.findall("^---->.*", said, re.MULTILINE) == [
        next(line for line in said.split("\n") if line.startswith(shown)) for shown in lines
    ]
    assert said.count("\n") <= 3 * len(lines) + 1
    assert re.search(r"^Cell In\[\d+\], line \d", said)
    assert not [word for word in FOREIGN if word in said.replace(code, "")]


def test_the_persons_own_files_are_shown(asked, tmp_path):
    """A module beside the notebook is the person's: its line is there, with file and function."""
    (tmp_path / "mine.py").write_text(f"import ipywanx as wx\ndef load():\n    {CALL}\n")
    said = said_by(
        asked, f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import mine\nmine.load()"
    )
    assert f"{tmp_path / 'mine.py'}, line 3, in load\n----> 3 {CALL}" in said
    assert said.count("---->") == 2


def test_a_recursion_is_short(asked):
    """Of a function that calls itself the first frame and the last ones are shown."""
    said = said_by(asked, f"def again(n):\n    return again(n - 1) if n else {CALL}\nagain(50)")
    assert said.count("---->") == 4
    assert "…" in said


def test_verbose_shows_everything(asked):
    """%xmode Verbose brings all frames, of magics too; any other mode the short form again."""
    said_by(asked, "%load_ext ipywanx")
    assert said_by(asked, "%xmode Verbose")
    for code in (CALL, "%wanx expand ./nothing.png -p x"):
        said = said_by(asked, code)
        assert "Traceback (most recent call last)" in said
        assert "ipywanx/" in said
    for mode in ("Plain", "Minimal", "Context"):
        said_by(asked, f"%xmode {mode}")
        assert said_by(asked, CALL).count("\n") == 3
    assert said_by(asked, "%wanx expand ./nothing.png -p x").count("\n") == 0


def test_what_is_not_ours_is_as_ever(asked, served):
    """An interrupt, and an error of the person that follows ours, look as they always do."""
    chained = (
        f"try:\n    {CALL}\nexcept wx.WanxError as error:\n    raise ValueError('mine') from error"
    )
    said = said_by(asked, chained)
    assert "direct cause" in said
    assert "Traceback (most recent call last)" in said
    _, url = served("--task-seconds", "60")
    stopped = (
        "import os, signal, threading\nfrom PIL import Image\n"
        f"os.environ |= {{'DASHSCOPE_API_KEY': 'sk-x', 'DASHSCOPE_HTTP_BASE_URL': {url!r}}}\n"
        "threading.Timer(2, os.kill, (os.getpid(), signal.SIGINT)).start()\n"
        "wx.edit('super_resolution', Image.new('RGB', (512, 512)))"
    )
    said = said_by(asked, stopped)
    assert "KeyboardInterrupt" in said
    assert "Traceback (most recent call last)" in said


def test_a_terminal_shows_the_same(tmp_path):
    """In IPython's own terminal a script's error has the line of the script and the sentence."""
    script = tmp_path / "script.ipy"
    script.write_text(textwrap.dedent(f"import ipywanx as wx\ndef f():\n    {CALL}\nf()\n"))
    command = [sys.executable, "-m", "IPython", "--no-banner", "--colors=NoColor", script]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    said = done.stdout + done.stderr
    assert f"----> 3 {CALL}\n\n{SENTENCE}" in said
    assert "src/ipywanx" not in said


def test_it_is_said_in_the_language_of_the_moment(capsys):
    """Where Chinese was chosen the sentence is Chinese, though str(error) is English."""
    shell = InteractiveShell()
    prefer_language("zh")
    shell.run_cell(f"import ipywanx as wx\n{CALL}")
    assert "UnusableImage: 无法读取图片 'nothing.png'" in capsys.readouterr().out
