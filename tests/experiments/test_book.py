"""Does a project's file give the prompts that it describes, and say where it is wrong?"""

import pytest

from ipywanx.errors import InvalidRequest
from ipywanx.experiments.book import PromptBook, prompts

BOOK = """
[styles]
ink = "水墨画，大量留白"
oil = "oil painting"
[templates]
room = "把{{thing}}放在__rooms__里，{{ material }}质感"
plain = "{{thing}}在{{place}}"
twice = "__rooms__和__rooms__"
fixed = "a __ cat {x} {{}}"
[lists]
rooms = ["客厅", "书房"]
materials = ["木", "石", 3]
[variables]
thing = "椅子"
place = 7
"""


@pytest.fixture
def book(tmp_path) -> PromptBook:
    """The book of the file above."""
    (tmp_path / "ipywanx.toml").write_text(BOOK, "utf-8")
    return prompts(tmp_path / "ipywanx.toml")


def test_the_file_is_found_from_below(book, tmp_path, monkeypatch):
    """In the working folder or any above it; nearer goes first, and a given path before all."""
    (tmp_path / "a/b").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "a/b")
    assert prompts().path == tmp_path / "ipywanx.toml"
    (tmp_path / "a/ipywanx.toml").write_text("\ufeff[styles]\nx = 'y'\n", "utf-8")
    assert prompts().styles == {"x": "y"}
    assert prompts(str(book.path)).styles["oil"] == "oil painting"


def test_no_file_is_told(tmp_path, monkeypatch):
    """Where there is none, the folder is named, and how to give one."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InvalidRequest, match=r"no ipywanx\.toml in .*wx\.prompts\("):
        prompts()
    with pytest.raises(InvalidRequest, match=r"nowhere\.toml' cannot be read: No such file"):
        prompts("nowhere.toml")


def test_a_template_is_filled(book):
    """Arguments go before the file's variables; numbers become texts."""
    assert book.prompt("plain") == "椅子在7"
    assert book.prompt("plain", thing="房子", place=2) == "房子在2"
    assert book.prompt("fixed") == "a __ cat {x} {{}}"


def test_lists_make_an_axis(book):
    """A list, a list's name and a wildcard vary; labels are the chosen words alone."""
    assert book.prompts("room", material="@materials") == {
        "客厅, 木": "把椅子放在客厅里，木质感",
        "客厅, 石": "把椅子放在客厅里，石质感",
        "客厅, 3": "把椅子放在客厅里，3质感",
        "书房, 木": "把椅子放在书房里，木质感",
        "书房, 石": "把椅子放在书房里，石质感",
        "书房, 3": "把椅子放在书房里，3质感",
    }
    assert book.prompts("plain", thing=["猫", "狗"]) == {"猫": "猫在7", "狗": "狗在7"}
    assert book.prompts("plain", thing=book.styles)["oil"] == "oil painting在7"
    assert list(book.prompts("twice").values()) == ["客厅和客厅", "书房和书房"]
    assert book.prompts("plain") == {"plain": "椅子在7"}


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        (lambda book: book.styles["inkk"], r"no 'inkk' in \[styles\].*mean 'ink'"),
        (lambda book: book.prompt("rom"), "no 'rom' in .*mean 'room'"),
        (lambda book: book.prompts("room", material="@material"), "mean 'materials'"),
        (lambda book: book.prompts("room"), "needs 'material'; it was not given"),
        (lambda book: book.prompts("plain", thng="x"), r"no \{\{thng\}\}.*mean 'thing'"),
        (lambda book: book.prompt("twice"), "means 2 prompts here, not one"),
        (lambda book: book.prompts("plain", thing=[]), "nothing to choose for 'thing'"),
        (lambda book: book.prompts("plain", thing=range(1001)), "means 1001 prompts"),
    ],
)
def test_what_is_not_there_is_told_with_what_is(book, ask, told):
    """An unknown style, template, list or name is an error with the nearest known one."""
    with pytest.raises(InvalidRequest, match=told):
        ask(book)


@pytest.mark.parametrize("ask", ["nope", "room"])
def test_what_is_missing_is_missed_in_its_own_file(tmp_path, ask):
    """An error of a book names the file that it was read from, whatever that is called."""
    path = tmp_path / "b.toml"
    path.write_text("[templates]\nroom = '{{thing}}'", "utf-8")
    with pytest.raises(InvalidRequest, match=r"of '.*b\.toml'") as caught:
        prompts(path).prompt(ask)
    assert "ipywanx.toml" not in caught.value.told()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[styles]\nink = \n", "line 2"),
        ("[styles]\nink = 'a'\nink = 'b'\n", "line 3"),
        ("styles = 3", r"\[styles\] in .* is not a table"),
        ("[styles]\nink = ['a']", r"\[styles\] ink in .* is not a text"),
        ("[lists]\na = 'b'", r"\[lists\] a in .* is not a list of texts"),
        ("[lists]\na = []", r"\[lists\] a in .* is not a list of texts"),
        ("[variables]\na = true", "is not a text"),
    ],
)
def test_a_file_that_is_wrong_says_where(tmp_path, text, told):
    """The file, and the line or the entry, are in the error."""
    path = tmp_path / "mine.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(InvalidRequest, match=told) as caught:
        prompts(path)
    assert "mine.toml" in str(caught.value)


def test_a_file_in_another_encoding_is_told(tmp_path):
    """What is no UTF-8 is refused with that word."""
    path = tmp_path / "mine.toml"
    path.write_bytes("[styles]\na = '房子'".encode("gb18030"))
    with pytest.raises(InvalidRequest, match="utf-8"):
        prompts(path)


def test_a_cell_shows_what_it_holds(tmp_path):
    """A small table of names, in which markup is text."""
    book = PromptBook(tmp_path / "<b>.toml", {"styles": {"<script>": "x"}, "lists": {"a": ["b"]}})
    bundle = book._repr_mimebundle_()
    assert "&lt;script&gt;" in bundle["text/html"]
    assert "<script" not in bundle["text/html"]
    assert "<b>" not in bundle["text/html"]
    assert "Lists: a (1)" in bundle["text/plain"]
