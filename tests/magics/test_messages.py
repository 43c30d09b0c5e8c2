"""Whatever is wrong with a line, the cells that its message shows can be copied, and they run."""

import re
import textwrap
from pathlib import Path

import pytest
from IPython.core.error import UsageError
from PIL import Image
from tests.magics.cells import run
from tests.magics.test_language import WRONG_LINES

import ipywanx as wx
from ipywanx.errors import WanxError
from ipywanx.magics import commands
from ipywanx.model.params import describe
from ipywanx.model.requests import REQUESTS

WRONG = [
    # names
    *("expnd photo", "xyzzy", "a red hat", "photo.jpg a red hat", "phto", "xyzzy photo -p x"),
    *("--strength 0.5", "--sparkle", "help", "help xyzzy", "sweep", "sweep xyzzy", "sweep expand"),
    # prompts
    *("expand photo a red cat", "expand photo -p a red cat --seed 3", "expand photo.jpg 红 帽子"),
    *(
        "expand photo -p “a red",
        "expand photo -p 'a red",
        "expand photo --dry-run",
        "expand photo -p",
    ),
    *("expand photo -p x y", "expand photo -p x --seed 3 4", "expand photo -p {{nothing}}"),
    *("expand photo -p x “y z”", 'expand photo it\'s "a b" c'),
    # pictures
    *("expand my photo.jpg -p x", r"expand sub\ dir/a\ b.jpg -p x", "expand sub dir/a b.jpg"),
    *("expand {photo} -p x", "expand $photo -p x", "expand {{photo}} -p x", "{photo}", "$path"),
    *(r"expand C:\Users\me\photo.jpg -p x", r"expand C:/Users/me/photo.jpg", r"\\host\a\photo.jpg"),
    *(
        "expand photo.jpg\\ -p x",
        "expand photo.jpg -p x \\",
        "expand photo.jpeg -p x",
        "expand . -p x",
    ),
    *("description_edit_with_mask photo -p x --mask my mask.png", "mask", "mask my photo.jpg -o m"),
    *("expand small.png -p x", "expand notes.txt -p x", "expand half.jpg -p x"),
    # options
    *(
        "expand photo -p x --left 9",
        "expand photo -p x --lefft-scale 1",
        "expand photo --style foil",
    ),
    *(
        "stylization_all photo --style foil",
        "stylization_local photo --style 青花瓷",
        "photo --zip",
    ),
    *(
        "stylization_all photo.jpg --style oil",
        "expand photo -p x --seed {seed}",
        "expand photo --seed $s",
    ),
    *("expand photo -p x -o 2a", "expand photo -p x -o class", "expand photo -p x --seed seven"),
    *(
        "expand photo -p x --watermark=3",
        "expand photo -p x -n 9",
        "super_resolution photo --factor 9",
    ),
    # commands
    *(
        "history --delete",
        "history --colour 3",
        "history x -o 3x",
        "cancel",
        "cancel nope",
        "resume a?b",
    ),
    *("config kee", "config key --colour", "jobs --help", "mask photo --colour 3"),
    # sweeps
    *("sweep expand photo -p x --replace cat", "sweep expand photo -p x --cap dear"),
    *("sweep stylization_all photo -p x --strength 0.2-0.8", "sweep expand photo -p x --seed 1-x"),
    *(
        "sweep stylization_all photo -p x --strength much",
        "sweep stylization_all --strength 0.2,0.8",
    ),
    *("sweep expand photo my photo.jpg -p x", "sweep expand photo -p x y --seed 1,2"),
    *("sweep stylization_all photo -p x --strenght 1", 'sweep expand photo -p "a {b|c" --expand'),
    *(
        "expand --image photo.jpg -p x",
        "expand -p x --image=photo.jpg",
        "sweep expand my photo.jpg -p x",
    ),
    *WRONG_LINES,
    *(
        f"{name} photo {param.flag} ?"
        for name, cls in REQUESTS.items()
        for param in describe(cls)
        if param.name != "image" and param.about.kind != "text"
    ),
]
WRONG_CELLS = [
    ("expand", "a cat"), ("expand --left-scale 1.5", "a cat\nand a dog"), ("expand photo", " \n"),
    ("jobs", "x"), ("mask photo", "x"), ("expand photo -p x", "y"), ("sweep expand", "a\n---\nb"),
    ("expand photo \\", "--left-scale 1.5\na cat"), ("expand photo a red cat", "x"), ("xyzzy", "x"),
    ("my photo.jpg", "a red hat"), ("expand photo", "{{nothing}}"),
    ("", "expand photo --colour 3\nx"),
]  # fmt: skip
COMMAND = re.compile(r"%?%wanx\b")


@pytest.fixture
def desk(shell, tmp_path, monkeypatch):
    """A shell in a folder with some files, and with variables that lines here name."""
    monkeypatch.chdir(tmp_path)
    for name in ("photo.jpg", "my photo.jpg", "sub dir/a b.jpg", "my mask.png"):
        Path(name).parent.mkdir(exist_ok=True)
        Image.new("RGB", (520, 520), "white").save(name)
    Image.new("RGB", (300, 200)).save("small.png")
    Path("notes.txt").write_text("buy milk")
    Path("half.jpg").write_bytes(Path("photo.jpg").read_bytes()[:400])
    shell.push({"seed": 7, "s": 7, "path": "photo.jpg"})
    monkeypatch.setattr("getpass.getpass", lambda _: "")
    return shell


def refused(shell, line: str, body: str | None) -> str:
    """What a line is answered with; "" where it is understood."""
    done = shell.run_cell(f"%wanx {line}" if body is None else f"%%wanx {line}\n{body}")
    error = done.error_in_exec or done.error_before_exec
    assert error is None or isinstance(error, UsageError | WanxError), (line, error)
    return str(error or "")


def examples(said: str) -> list[str]:
    """The cells of a message: what stands indented below its sentence."""
    blocks = re.findall(r"(?:^    .*\n?)+", said, re.MULTILINE)
    cells = [textwrap.dedent(block).rstrip("\n") for block in blocks]
    # Several line magics below each other are as many cells.
    return [
        one for cell in cells for one in ([cell] if cell.startswith("%%") else cell.split("\n"))
    ]


def rehearsed(cell: str) -> str:
    """An edit or a sweep as a dry run, which says all that is wrong with it; others as they are."""
    line, newline, body = cell.partition("\n")
    word = line.split(" ", 1)[-1].split(" ")[0]
    is_edit = word in {*REQUESTS, "sweep"} and ("-p " in line or body)
    if not is_edit or "--dry-run" in line:
        return cell
    return f"{line} --dry-run{newline}{body}"


def test_every_example_in_a_message_runs(desk):
    """Messages of all wrong lines, in both languages: each cell in them can be copied and run."""
    shown = {}
    for language in ("en", "zh"):
        run(desk, f'%config WanxMagics.language = "{language}"')
        for line, body in [*((line, None) for line in WRONG), *WRONG_CELLS]:
            said = refused(desk, line, body)
            shown |= dict.fromkeys(examples(said), line)
            prose = "\n".join(text for text in said.split("\n") if not text.startswith("    "))
            named = prose.replace(line, "").removeprefix("%").removeprefix("%wanx")
            assert not COMMAND.search(named), prose  # code stands on lines of its own
    assert len(shown) > 40
    for cell, line in shown.items():
        assert not re.search("[“”]", cell) or re.search("[“”]|'.*\"", line)  # straight quotes
        done = desk.run_cell(rehearsed(cell))
        error = done.error_in_exec or done.error_before_exec
        assert error is None, f"{line!r} proposes {cell!r}, which says: {error}"


def test_what_is_proposed_is_what_was_meant(desk):
    """The prompt and the path of a proposed line are those that were typed without quotes."""
    for line, prompt in {
        "expand photo a red cat": "a red cat",
        "expand photo -p a red “big” cat --seed 3": "a red “big” cat",
        'expand photo -p it\'s a "cat"': 'it\'s a "cat"',
        "expand my photo.jpg -p x": "x",
    }.items():
        (cell,) = examples(refused(desk, line, None))
        made = run(desk, cell)
        assert isinstance(made, wx.Result)
        assert made.request.prompt == prompt
    (cell,) = examples(refused(desk, r"expand sub\ dir/a\ b.jpg -p x", None))
    assert run(desk, cell).request.image.name == "a b.jpg"


def test_a_message_speaks_of_the_lines_flags(desk):
    """What Python calls fit=True is --fit on a line, and it works there."""
    said = refused(desk, "super_resolution small.png", None)
    assert "--fit" in said
    assert "fit=True" not in said
    assert isinstance(run(desk, "%wanx super_resolution small.png --fit"), wx.Result)
    with pytest.raises(wx.UnusableImage, match="fit=True"):
        wx.edit("super_resolution", "small.png")
    assert "--fit" not in str(commands.understood("super_resolution small.png", None, {}))
