"""The tutorials do what they say, in the state in which they are read, in both languages."""

import itertools
import json
import re
import subprocess
import time
import tomllib
from pathlib import Path
from typing import Any

import nbformat
import pytest
from scripts import notebooks as builder
from scripts import running
from scripts.binder import Built
from scripts.notebooks import FOLDERS, NOTEBOOKS, SourceError
from scripts.running import LONGEST, RunError
from tests.bilingual import is_chinese

SOURCES = builder.sources()
QUICK = [("01_first_edit", "en")]
CUT_OFF = Path(__file__).with_name("cut_off")
STORED = [(path.stem, language) for path in SOURCES for language in FOLDERS]
each_source = pytest.mark.parametrize("path", SOURCES, ids=[path.stem for path in SOURCES])
each_notebook = pytest.mark.parametrize(
    ("name", "language"), STORED, ids=[f"{name}-{language}" for name, language in STORED]
)
GOOD = """\
%% en
# A cat
See [masks](b.ipynb#paint), [the page](../README.md) and ![a cat](pictures/cat.png).
%% zh
# 一只猫
见[蒙版](b.ipynb#paint)、[主页](../README.md)和 ![一只猫](pictures/cat.png)。
%% code
%load_ext ipywanx
import ipywanx as wx
%% code en

%%wanx description_edit photo
evening

---
night

%% code zh
%%wanx description_edit photo
黄昏
"""


def cells(text: str) -> list[str]:
    """What stands in the cells of a notebook's file."""
    return ["".join(cell["source"]) for cell in json.loads(text)["cells"]]


def stored(name: str, language: str) -> nbformat.NotebookNode:
    """A tutorial as it lies in the repository."""
    return nbformat.read(builder.place(name, language), as_version=4)


def prose(name: str, language: str) -> str:
    """All text of a stored tutorial, without what is code in it."""
    markdown = [cell.source for cell in stored(name, language).cells if cell.cell_type != "code"]
    return re.sub(r"```.*?```|`[^`\n]*`", "`code`", "\n\n".join(markdown), flags=re.DOTALL)


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """A folder of tutorials with two sources, `a` and `b`, not built yet."""
    folder = tmp_path / "notebooks"
    (folder / "source").mkdir(parents=True)
    (folder / "source" / "a.md").write_text(GOOD, encoding="utf-8")
    (folder / "source" / "b.md").write_text("%% en\n# B\n%% zh\n# 乙\n", encoding="utf-8")
    return folder


def run(shelf: Path, *arguments: str) -> int:
    """The builder's exit code for a folder."""
    return builder.main(["--notebooks", str(shelf), *arguments])


# ---- the tutorials -------------------------------------------------------------------------------


def test_first_tutorial_is_among_the_tested():
    """The notebook that `make lab` opens is one of those that run here, always."""
    assert ("01_first_edit", "en") in QUICK
    assert set(STORED) >= set(QUICK)
    assert builder.place("01_first_edit", "en") == NOTEBOOKS / "01_first_edit.ipynb"


def test_stored_notebooks_are_what_their_sources_make():
    """Whoever reads a notebook reads its source's newest words, and none is left without one."""
    assert builder.differences() == []


@each_source
def test_source_has_both_languages(path):
    """A Chinese reader gets all that an English one gets: each text, heading and listing."""
    for kind, texts in builder.read(path).cells:
        if kind == "markdown":
            english, chinese = (
                re.findall(r"^#+(?= )|```.*?```", text, re.MULTILINE | re.DOTALL)
                for text in texts.values()
            )
            assert [one[:3] for one in english] == [one[:3] for one in chinese], texts["en"]
            assert is_chinese(texts["zh"]), texts["zh"]
            assert texts["en"] != texts["zh"]


@each_notebook
def test_notebook_holds_no_outputs(name, language):
    """A tutorial is stored without results, so that a reader sees their own."""
    notebook = stored(name, language)
    nbformat.validate(notebook)
    assert "widgets" not in notebook.metadata
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert cell.outputs == [], cell.source
            assert cell.execution_count is None, cell.source


@each_notebook
def test_links_lead_somewhere(name, language):
    """Every relative link and picture of a tutorial is there, seen from its own folder."""
    folder = builder.place(name, language).parent
    links = re.findall(r"""(?:\]\(|\b(?:src|href)=")(?!\w+:|#)([^)\s"#]+)""", prose(name, language))
    assert links
    for target in links:
        assert (folder / target).exists(), target


@pytest.mark.parametrize("name", [path.stem for path in SOURCES])
def test_what_is_bold_in_chinese_is_seen_so(name):
    """No `**` stands between a letter and a full stop, where Markdown shows it as two stars."""
    for paragraph in prose(name, "zh").split("\n\n"):
        parts = re.split(r"\*\*", paragraph)
        assert len(parts) % 2, paragraph
        for index, (before, after) in enumerate(itertools.pairwise(parts)):
            inside, outside = (before[-1:], after[:1]) if index % 2 else (after[:1], before[-1:])
            blocked = re.match(r"[^\w\s]", inside) and re.match(r"\w", outside)
            assert not blocked, paragraph


def test_files_of_the_chinese_tutorials_say_the_same():
    """A file beside the Chinese notebooks differs from the English one's in its comments only."""
    files = sorted((NOTEBOOKS / "zh").glob("*.toml"))
    assert files
    for path in files:
        chinese, english = (one.read_text("utf-8") for one in (path, NOTEBOOKS / path.name))
        assert tomllib.loads(chinese) == tomllib.loads(english)


def run_from(folder: Path, target: Path, name: str, language: str, **how: Any) -> None:
    """Run a tutorial of a folder in a copy of it, as a reader with no key does."""
    place = running.copied(folder, target / "notebooks") / FOLDERS[language]
    text = builder.place(name, language, folder).read_text(encoding="utf-8")
    environment = running.on_its_own(target, language) | how.pop("variables", {})
    start = time.monotonic()
    running.execute(text, place, environment, **how)
    assert time.monotonic() - start < LONGEST


@pytest.mark.parametrize(("name", "language"), QUICK, ids=["-".join(one) for one in QUICK])
def test_notebook_runs_top_to_bottom(name, language, tmp_path):
    """A reader with no key can run every cell within five minutes, in a folder of their own."""
    run_from(NOTEBOOKS, tmp_path, name, language)


@pytest.fixture(scope="session")
def kernels(binder: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for JUPYTER_PATH in which "binder" is the kernel of Binder's environment."""
    prefix = tmp_path_factory.mktemp("kernel")
    install = ["-m", "ipykernel", "install", "--prefix", prefix, "--name", "binder"]
    subprocess.run([binder.environment / "bin" / "python", *install], check=True)
    return prefix / "share" / "jupyter"


@pytest.fixture
def clean(binder: Built, kernels: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """How to run a notebook in Binder's environment, cut off from all other machines."""
    monkeypatch.setenv("JUPYTER_PATH", str(kernels))
    variables = {"PATH": binder.variables()["PATH"], "PYTHONPATH": str(CUT_OFF)}
    return {"kernel": "binder", "variables": variables}


@pytest.mark.slow
@each_notebook
def test_notebook_runs_in_a_clean_environment(name, language, binder, clean, tmp_path):
    """Each tutorial runs with what Binder installs and nothing else, and needs no network."""
    run_from(binder.repository / "notebooks", tmp_path, name, language, **clean)


@pytest.mark.slow
def test_clean_environment_is_binders_and_cut_off(binder, clean, tmp_path):
    """The kernel of those runs is Binder's Python, and a cell that asks another host fails."""
    asking = 'import socket\nsocket.create_connection(("example.com", 80))'
    cells = [f"import sys\nassert sys.prefix == {str(binder.environment)!r}", asking]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(one) for one in cells])
    (tmp_path / "zh").mkdir()
    nbformat.write(notebook, tmp_path / "asking.ipynb")
    with pytest.raises(RunError, match="NetworkUsedError"):
        run_from(tmp_path, tmp_path / "copy", "asking", "en", **clean)


# ---- their builder -------------------------------------------------------------------------------


def test_tutorials_are_run_without_any_key(tmp_path, monkeypatch):
    """Whoever runs them with a key of their own pays nothing, and finds none of it in a page."""
    monkeypatch.setenv("DASHSCOPE_API_KEY", "sk-of-the-person")
    monkeypatch.setenv("IPYWANX_HOME", "of-the-person")
    environment = running.on_its_own(tmp_path, "en")
    assert "DASHSCOPE_API_KEY" not in environment
    assert environment["IPYWANX_HOME"] == str(tmp_path / "ipywanx")
    assert environment["HOME"] == str(tmp_path)  # where the official SDK's file would be
    assert "null" in environment["PYTHON_KEYRING_BACKEND"]


def test_one_source_makes_two_notebooks(shelf):
    """Shared code is in both, and each language has its own words, down to a prompt's lines."""
    made = builder.notebooks(shelf)
    english, chinese = (cells(made[builder.place("a", language, shelf)]) for language in FOLDERS)
    assert english[0].startswith("# A cat\n\n[中文](zh/a.ipynb)\n\nSee ")
    assert chinese[0].startswith("# 一只猫\n\n[English](../a.ipynb)\n\n见")
    assert english[1] == "%load_ext ipywanx\nimport ipywanx as wx"
    assert english[2] == "%%wanx description_edit photo\nevening\n\n---\nnight"
    assert chinese[2] == "%%wanx description_edit photo\n黄昏"
    assert len(english) == len(chinese) == 3


def test_links_hold_in_both_folders(shelf):
    """Another tutorial is linked in the same language, and all else is one folder further up."""
    made = builder.notebooks(shelf)
    english, chinese = (cells(made[builder.place("a", language, shelf)])[0] for language in FOLDERS)
    for link in ("(b.ipynb#paint)", "(../README.md)", "(pictures/cat.png)"):
        assert link in english
    for link in ("(b.ipynb#paint)", "(../../README.md)", "(../pictures/cat.png)"):
        assert link in chinese


def test_chinese_notebooks_make_ipywanx_speak_chinese(shelf):
    """Where the extension is loaded the language is set, once, and in the Chinese notebook only."""
    made = builder.notebooks(shelf)
    english, chinese = (made[builder.place("a", language, shelf)] for language in FOLDERS)
    assert "WanxMagics.language" not in english
    loading = '%load_ext ipywanx\n%config WanxMagics.language = "zh"\nimport ipywanx as wx'
    assert cells(chinese)[1] == loading


def test_notebooks_are_as_jupyter_would_write_them(shelf):
    """Saving a notebook unchanged makes no difference to its file."""
    for text in builder.notebooks(shelf).values():
        notebook = nbformat.reads(text, as_version=4)
        nbformat.validate(notebook)
        assert nbformat.writes(notebook) + "\n" == text


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("%% en\n# A\n", "a.md:1: '%% en' is not followed by its '%% zh'."),
        ("%% en\n# A\n%% code\n1\n", "a.md:1: '%% en' is not followed by its '%% zh'."),
        ("%% zh\n# 甲\n%% en\n# A\n", "a.md:1: '%% zh' does not follow a '%% en'."),
        (
            "%% en\n# A\n%% zh\n# 甲\n%% code en\n1\n%% en\nB\n",
            "a.md:5: '%% code en' is not followed by its '%% code zh'.",
        ),
        ("%% en\n# A\n%% zh\n# 甲\n%% fr\nB\n", "a.md:5: '%% fr' is no marker"),
        ("%% en\n# A\n%%zh\n# 甲\n", "a.md:3: '%%zh' is no marker"),
        ("%% en\n# A\n%% zh\n\n", "a.md:3: the block '%% zh' is empty."),
        ("hello\n%% en\n# A\n%% zh\n# 甲\n", "a.md:1: there is text before the first marker."),
        ("%% en\nA\n%% zh\n# 甲\n", "a.md:1: it does not open with a title"),
        ("", "a.md:1: it does not open with a title"),
    ],
)
def test_faults_of_a_source_are_told_with_their_line(source, said, shelf, capsys):
    """A source that cannot be understood is one sentence with file and line, and builds nothing."""
    (shelf / "source" / "a.md").write_text(source, encoding="utf-8")
    with pytest.raises(SourceError, match=re.escape(said)):
        builder.read(shelf / "source" / "a.md")
    assert run(shelf) == 1
    assert said in capsys.readouterr().err
    assert list(shelf.rglob("*.ipynb")) == []


def test_check_tells_what_differs_and_changes_nothing(shelf, capsys):
    """What is missing, edited by hand, saved with outputs or left over fails the check by name."""
    assert run(shelf) == 0
    assert run(shelf, "--check") == 0
    edited, saved, lost = shelf / "a.ipynb", shelf / "zh" / "a.ipynb", shelf / "b.ipynb"
    edited.write_text(edited.read_text("utf-8").replace("evening", "morning"), encoding="utf-8")
    saved.write_text(saved.read_text("utf-8").replace("null", "7"), encoding="utf-8")
    lost.rename(shelf / "c.ipynb")
    before = {path: path.read_bytes() for path in shelf.rglob("*.ipynb")}
    capsys.readouterr()
    assert run(shelf, "--check") == 1
    told = capsys.readouterr().err
    assert "a.ipynb is not what its source makes:\n  -morning\n  +evening\n" in told
    assert "zh/a.ipynb is not what its source makes:\n  the cells read the same" in told
    assert "b.ipynb is not there.\n" in told
    assert "c.ipynb has no source.\n" in told
    assert {path: path.read_bytes() for path in shelf.rglob("*.ipynb")} == before


def test_only_builds_those_whose_name_begins_so(shelf):
    """`--only` leaves all others as they are, and says when there are none."""
    assert run(shelf, "--only", "b") == 0
    assert sorted(path.name for path in shelf.rglob("*.ipynb")) == ["b.ipynb", "b.ipynb"]
    assert run(shelf, "--only", "c") == 1


@pytest.mark.slow
def test_failing_tutorial_is_told_in_one_sentence(shelf, tmp_path):
    """Who runs them hears what Python said, not a traceback."""
    with (shelf / "source" / "b.md").open("a", encoding="utf-8") as file:
        file.write("%% code\n1 / 0\n")
    text = builder.notebooks(shelf)[shelf / "b.ipynb"]
    with pytest.raises(RunError, match="ZeroDivisionError: division by zero"):
        running.execute(text, shelf, running.on_its_own(tmp_path, "en"))
