"""Whatever quotes, dashes and blanks a keyboard or a program makes are read as they are meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ipywanx.magics.grammar import Edit, parse
from ipywanx.magics.lexer import CLOSING, UnclosedQuoteError, quoted, split, split_list

NAMES = {"photo": Image.new("RGB", (640, 520)), "风格": "水墨", "seed": 7}
STYLES = [(opening, closing) for opening, many in CLOSING.items() for closing in many]


def words(line: str) -> list[str]:
    """The line's words."""
    return [word.text for word in split(line)]


def read(line: str) -> Edit:
    """Parse a line that must be an edit."""
    asked = parse(line, None, NAMES)
    assert isinstance(asked, Edit)
    return asked


# Letters, every quote and dash, what begins an option, a remark or a variable, and blanks.
TEXT = st.text(
    st.sampled_from("ab红 　,，.;；#$%{}\\=()-—–－?*" + "".join(CLOSING))
    | st.characters(codec="utf-8"),
    min_size=1,
    max_size=40,
).filter(lambda text: len(text.splitlines()) == 1 and "{{" not in text)


@given(TEXT, st.sampled_from(STYLES), st.sampled_from(["-p ", "--prompt ", "-p=", "--prompt="]))
def test_any_text_in_any_quotes_arrives_verbatim(text, style, flag):
    """Between two quotes of any style, everything but the closing one is the prompt's own."""
    opening, closing = style
    if set(CLOSING[opening]) & set(text):
        return
    asked = read(f"expand photo {flag}{opening}{text}{closing} -o kept")
    assert (asked.values["prompt"], asked.output) == (text, "kept")


@given(TEXT)
def test_what_is_proposed_is_read_as_that_text(text):
    """A text that a message puts in quotes is one word of a line."""
    if not set('"”') & set(text) or not set("'」』") & set(text):
        assert words(f"a {quoted(text)} b") == ["a", text, "b"]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("-p “a red hat” -n 2", ["-p", "a red hat", "-n", "2"]),
        ('-p “a red hat" -n 2', ["-p", "a red hat", "-n", "2"]),
        ('-p "a red hat” -n 2', ["-p", "a red hat", "-n", "2"]),
        ("-p “a red hat“ -n 2", ["-p", "a red hat", "-n", "2"]),
        ("-p ”a red hat” -n 2", ["-p", "a red hat", "-n", "2"]),
        ("-p „ein roter Hut“ -n 2", ["-p", "ein roter Hut", "-n", "2"]),
        ("-p ‘it’s a dog’s hat’", ["-p", "it’s a dog’s hat"]),
        ("-p 「红 帽子」 -n 2", ["-p", "红 帽子", "-n", "2"]),
        ("-p 『红 帽子』", ["-p", "红 帽子"]),
        ("-p “红 帽子”-n 2", ["-p", "红 帽子", "-n", "2"]),
        ("-p “红 帽子”--seed 3", ["-p", "红 帽子", "--seed", "3"]),
        ("-p “红 帽子”——seed 3", ["-p", "红 帽子", "——seed", "3"]),
        ("-p “把“黄 昏”变成夜晚” x", ["-p", "把“黄 昏”变成夜晚", "x"]),
        ("--size=“1280*720”", ["--size=1280*720"]),
        ("a　b\u00a0c\u200bd", ["a", "b", "c", "d"]),
        ("'it'\"'\"'s.jpg' x", ["it's.jpg", "x"]),
        ('"sub dir"/a.jpg', ["sub dir/a.jpg"]),
        ('-p "#tag; a" # a remark', ["-p", "#tag; a"]),
        ("-p “a”;", ["-p", "a", ";"]),
        ('-p "a;"', ["-p", "a;"]),
    ],
)
def test_quotes_around_words(line, found):
    """Paired or not, of one program or two, closed before a blank, an option or the end."""
    assert words(line) == found


@pytest.mark.parametrize(
    "text",
    [
        "把“房子”变成“木板”风格",
        "“房子”变成木板",
        "cat's",
        "it’s",
        '5"x7"',
        "’tis",
        "a—b",
        "红帽子；",
        "《红楼梦》",
    ],
)
def test_quotes_within_a_word_are_its_own(text):
    """An unquoted prompt keeps its quotes, apostrophes and dashes."""
    assert read(f"expand photo -p {text} --seed 3").values["prompt"] == text


@pytest.mark.parametrize("line", ['-p "a red', "-p 'a red", "-p “a red", "-p 「a red", "-p „a red"])
def test_a_quote_without_an_end_is_told(line):
    """What opens a text has to be closed."""
    with pytest.raises(UnclosedQuoteError) as caught:
        split(line)
    assert caught.value.start == 3


@pytest.mark.parametrize("dash", ["—", "——", "–", "－－", "−", "―", "‐", "-", "－"])
def test_long_dashes_before_an_option_are_dashes(dash):
    """A dash that was made by correction, or full-width, begins an option; one letter or a word."""
    asked = read(f"description_edit photo {dash}strength 0.8 {dash}n ２ {dash}p x {dash}o out")
    assert dict(asked.values) == {
        "image": NAMES["photo"],
        "strength": 0.8,
        "n": 2,
        "prompt": "x",
    }
    assert asked.output == "out"


@pytest.mark.parametrize("text", ["—黄昏—", "——winter", "–ish", "—"])
def test_a_dash_of_the_prompt_stays(text):
    """Behind -p a word with a dash that is no option is the prompt, as it was typed."""
    assert read(f"expand photo -p {text} --seed 3").values["prompt"] == text


def test_a_whole_line_of_a_chinese_input_method():
    """Full-width blanks, dashes, digits, equals signs and quotes are one line like any other."""
    asked = read(
        "ｅｘｐａｎｄ　photo　——left-scale＝１．５　－ｐ　“{{风格}}，雪”　——seed　７　-o　黄昏"
    )
    assert (asked.function, asked.output) == ("expand", "黄昏")
    assert asked.values["prompt"] == "水墨，雪"
    assert (asked.values["left_scale"], asked.values["seed"]) == (1.5, 7)


def test_a_variable_may_stand_for_a_number():
    """{{name}} in the value of a number's option is that variable."""
    assert read("expand photo -p x --seed {{seed}}").values["seed"] == 7


@pytest.mark.parametrize(
    ("text", "entries"),
    [
        ("dog,hare", ["dog", "hare"]),
        ("dog， hare", ["dog", "hare"]),
        ('"big, brown dog",hare', ["big, brown dog", "hare"]),
        ("“大，棕色的狗”，兔", ["大，棕色的狗", "兔"]),
        ("'a, b', \"c, d\"", ["a, b", "c, d"]),
        ("it's,her's", ["it's", "her's"]),
        (",a,,", ["a"]),
        ("", []),
    ],
)
def test_commas_part_a_list_but_for_those_in_quotes(text, entries):
    """An entry in quotes keeps its commas."""
    assert split_list(text) == entries
