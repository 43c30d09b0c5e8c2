"""Is what one looks up true? The reference pages: made of the declarations, and run."""

import re
import shutil
from pathlib import Path

import pytest
from scripts import reference as builder
from scripts.reference import environment, functions, magics, python
from scripts.reference import errors as errors_page
from scripts.reference.members import members
from tests.bilingual import OURS, spoken_alike

import ipywanx as wx
from ipywanx import errors, wire
from ipywanx.magics import grammar, sweeps
from ipywanx.magics.commands import WanxMagics
from ipywanx.model.functions import EditRequest
from ipywanx.model.params import describe
from ipywanx.model.requests import REQUESTS
from ipywanx.model.tasks import Status
from ipywanx.reference import USAGE
from ipywanx.text import Text

NAMES = [page.name for page in builder.PAGES]
each_page = pytest.mark.parametrize("name", NAMES)
each_language = pytest.mark.parametrize("language", builder.FOLDERS)


def stored(name: str, language: str = "en") -> str:
    """A page as it is read."""
    path = builder.FOLDER / builder.FOLDERS[language] / f"{name}.md"
    return path.read_text(encoding="utf-8")


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


# ---- made of the declarations -----------------------------------------------------------------


def test_pages_are_what_the_declarations_make():
    """Whoever changes a declaration is told which pages to make again."""
    assert builder.differences() == []


def test_check_tells_which_page_differs_and_changes_nothing(tmp_path, capsys):
    """`--check` names every page that is changed, missing or nobody's, and the line, and fails."""
    at = ["--folder", str(tmp_path)]
    assert builder.main(at) == 0
    assert builder.main([*at, "--check"]) == 0
    capsys.readouterr()
    changed = tmp_path / "errors.md"
    changed.write_text(changed.read_text("utf-8").replace("429", "418"), encoding="utf-8")
    (tmp_path / "zh" / "python.md").unlink()
    (tmp_path / "more.md").write_text("# More\n", encoding="utf-8")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.md")}
    assert builder.main([*at, "--check"]) == 1
    said = capsys.readouterr().err
    assert "errors.md is not what the declarations make" in said
    assert "418" in said
    assert "zh/python.md is not there." in said
    assert "more.md is made by nothing." in said
    assert "functions.md" not in said
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.md")} == before


def test_what_is_said_in_the_script_is_said_of_what_exists():
    """No command, flag, name, variable or function lacks its words, and none is left over."""
    told = {name for name in wx.__all__ if name not in python.UNDOCUMENTED}
    own = {cls.__name__ for cls in REQUESTS.values()}
    assert set(python.NAMES) == told - own
    assert set(magics.COMMANDS) == set(grammar.SUBCOMMANDS)
    assert set(magics.SWEEP_FLAGS) == set(sweeps.OWN_FLAGS)
    assert set(functions.EXAMPLES) == set(REQUESTS)
    assert set(environment.VARIABLES) == {name for name, _ in environment.variables()}
    assert set(magics.TRAITS) == set(WanxMagics.class_own_traits(config=True))


def every_member() -> dict[tuple[str, str], str]:
    """What is public of the documented classes, by the declaring class and name: what it says."""
    classes = [getattr(wx, name) for name in python.NAMES]
    return {
        (one.owner, one.name): one.said
        for cls in classes
        if isinstance(cls, type) and not issubclass(cls, errors.WanxError | Status)
        for one in members(cls)
    }


def test_every_member_is_told_or_said_to_be_inside():
    """A new method of a public class is on the page, or is named as the package's own; once."""
    shown = [(owner, name) for owner, names in python.MEMBERS.items() for name in names]
    inside = [(owner, name) for owner, names in python.INSIDE.items() for name in names]
    assert sorted(shown + inside) == sorted(every_member())
    assert all(every_member().values())


def test_what_a_docstring_says_is_said_in_chinese():
    """The Chinese of an English docstring is Chinese, and has the same numbers."""
    with builder.speaking("en"):
        english = {name: python.said(name) for name in python.NAMES}
    english |= dict(environment.variables())
    chinese = {**python.NAMES, **environment.VARIABLES}
    twins = {name: Text(english[name], chinese[name]) for name in chinese}
    english_members = every_member()
    twins |= {
        f"{owner}.{name}": Text(english_members[owner, name], said)
        for owner, names in python.MEMBERS.items()
        for name, said in names.items()
    }
    assert {name: twin for name, twin in twins.items() if not spoken_alike(twin)} == {}


@each_language
def test_each_function_has_all_that_is_declared(language):
    """Flag, name, range, default, meaning and page of each parameter; styles, tip and rights."""
    page = stored("functions", language)
    for name, cls in REQUESTS.items():
        part = re.search(rf"^## `{name}`\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)[1]
        about = cls.about
        for param in describe(cls):
            row = next(line for line in part.splitlines() if f"| `{param.name}` |" in line)
            assert param.about.meaning.told(language) in row
            assert param.expectation.told(language) in row
            assert param.name == "image" or f"`{param.flag}`" in row
            if not param.required and param.default is not None:
                assert f"`{param.default!r}`" in row
        for style in about.styles:
            assert f"| {style.name.told(language)} | `{style.prompt}` |" in part
        for words in (about.title, about.help, about.tip, *filter(None, [about.rights])):
            assert words.told(language) in part
        assert about.page in part
    declared = {param.about.source for cls in REQUESTS.values() for param in describe(cls)}
    assert set(re.findall(r"^\[\d+\]: (.+)$", page, re.MULTILINE)) == declared - {""}


def test_the_tree_of_errors_is_the_one_of_the_module():
    """The page's tree, the module's docstring and the classes agree on who descends from whom."""
    drawn = re.findall(r"^    ((?:[│├└─ ]*)[A-Z]\w+)", errors.__doc__, re.MULTILINE)
    assert errors_page.tree().splitlines() == drawn
    assert errors_page.tree() in stored("errors")


def test_every_error_and_code_is_told():
    """Each public error has what to do, and each of the service's codes its status and class."""
    page = stored("errors")
    public = {name for name in wx.__all__ if name in dir(errors)}
    assert {kind.__name__ for kind, _ in errors_page.family()} == public
    for name in public:
        row = next(line for line in page.splitlines() if line.startswith(f"| `{name}` |"))
        assert all(cell.strip() for cell in row.strip("|").split("|"))
    for code, fault in wire.ERRORS.items():
        raised = type(wire.read_error(fault.status, {"code": code})).__name__
        assert f"| `{code}` | {fault.status} | `{raised}` | `{fault.message}` |" in page


@each_language
def test_every_public_name_is_listed(language):
    """All that `import ipywanx` offers is on the page of names, once."""
    page = stored("python", language)
    listed = re.findall(r"^### `(\w+)`", page, re.MULTILINE)
    errors_listed = re.findall(r"^\| `(\w+)`", page.rpartition("\n## ")[2], re.MULTILINE)
    assert sorted(listed + errors_listed) == sorted(wx.__all__)
    assert " object at 0x" not in page


def test_every_variable_that_is_read_is_told():
    """No environment variable of ours or the SDK's is read by the package and not on its page."""
    code = "\n".join(path.read_text("utf-8") for path in OURS.rglob("*.py"))
    read = set(re.findall(r"\b(?:IPYWANX|DASHSCOPE)_[A-Z_]+[A-Z]\b", code))
    assert len(read) >= 9
    for language in builder.FOLDERS:
        page = stored("environment", language)
        assert {name for name in read if f"`{name}`" not in page} == set()


# ---- run --------------------------------------------------------------------------------------


@each_page
def test_both_languages_show_the_same_code(name):
    """The Chinese page has the English one's Python, cells and addresses."""
    english, chinese = stored(name), stored(name, "zh")
    assert blocks(chinese, "python") == blocks(english, "python")
    usage = {text.strip() for text in USAGE}
    cells = [
        [block for block in blocks(page, "text") if block.strip() not in usage]
        for page in (english, chinese)
    ]
    assert cells[0] == cells[1]
    urls = [re.findall(r"https://[^\s)>]+", page) for page in (english, chinese)]
    assert urls[0] == urls[1]


@each_language
def test_the_magics_of_the_pages_parse(language):
    """Each cell of the pages is one that the grammar takes, and means what stands above it."""
    met = set()
    for name in NAMES:
        for block in blocks(stored(name, language), "text"):
            if not block.startswith(("%wanx", "%%wanx")) or block.strip() == USAGE.told(language):
                continue
            first, _, body = block.partition("\n")
            magic, _, line = first.partition(" ")
            asked = grammar.parse(line, body if magic == "%%wanx" else None, {"mask": object()})
            assert isinstance(asked, grammar.Edit | grammar.Experiment)
            if isinstance(asked, grammar.Edit):
                met.add(asked.function)
                assert asked.values["prompt"] == body.strip("\n")
    assert met == set(REQUESTS)


@pytest.fixture
def surroundings(tmp_path, monkeypatch, photo) -> dict[str, object]:
    """A folder with the pictures that the pages name, small ones, and the variables they name."""
    monkeypatch.chdir(tmp_path)
    for example in functions.EXAMPLES.values():
        photo("cat").resize((512, 512)).save(example.image)
    Path("ipywanx.toml").write_text('[styles]\nbook = "转换成法国绘本风格"\n', encoding="utf-8")
    result = wx.edit("expand", "photo.jpg", "猫", seed=7)
    kept = result.save("out")[0]
    shutil.copy(kept, "edited.png")
    page = stored("python")
    named = re.search(r'"(out/[^"]+\.png)"', page)[1]
    shutil.copy(wx.edit("expand", "photo.jpg", "猫", seed=8).save("other")[0], named)
    return {
        "result": result,
        "mask": functions.example(REQUESTS["description_edit_with_mask"]).mask,
    }


@pytest.mark.slow
def test_the_python_of_the_pages_runs(surroundings, capsys):
    """Whoever copies Python from a page, with such pictures beside it, sees it run."""
    count = 0
    for name in NAMES:
        for block in blocks(stored(name), "python"):
            names = dict(surroundings)
            exec(compile(block, f"{name}.md", "exec"), names)  # noqa: S102 - the page is ours
            remark = re.search(r"\A.*\n\n(.+)\n# (.+)\n\Z", block)
            if remark:  # what it is said to print
                assert repr(eval(remark[1], names)) == remark[2]  # noqa: S307
            count += 1
    for job in wx.jobs():  # experiments go on
        job.result()
    assert count >= len(REQUESTS) + 7
    assert capsys.readouterr().out.startswith("upscale_factor upscale_factor is 9")
    assert Path("strengths.png").is_file()


def test_an_example_is_worth_showing():
    """Each function's example sets what is its own, so that the page shows how it is written."""
    for name, cls in REQUESTS.items():
        own = {param.name for param in describe(cls)} - set(EditRequest.model_fields)
        assert not own or own & functions.example(cls).model_fields_set, name
