"""Is text on a page only ever text? Prompts, file names and server messages through every repr.

One line in :data:`PAGES` for each place where a text that is not ours becomes HTML.
"""

import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import hypothesis
import pytest
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from ipywanx.experiments.diff import difference
from ipywanx.experiments.outline import as_html
from ipywanx.experiments.plan import plan
from ipywanx.experiments.sweep import Sweep
from ipywanx.model.functions import FUNCTIONS, Colorization
from ipywanx.model.images import Picture
from ipywanx.model.results import Result, Timings
from ipywanx.model.tasks import Output, Status, TaskReport
from ipywanx.reference import function_help
from ipywanx.service.archive import Archive
from ipywanx.service.past import Past
from ipywanx.service.record import Record
from ipywanx.text import both
from ipywanx.widgets.progress import Progress

REQUEST = Colorization(image="https://example.com/a.png")  # its prompt may be blank


def figure(*outputs: Output, prompt: str = "x", data: tuple[bytes, ...] = (), **about: Any) -> str:
    """What a cell shows of a result."""
    report = TaskReport(
        about.pop("task_id", "0385dc79"),
        Status.SUCCEEDED,
        ended=datetime(2026, 11, 25, tzinfo=UTC),
        outputs=outputs or (Output(url="https://x"),) * len(data),
    )
    request = REQUEST.model_copy(update={"prompt": prompt, **about.pop("request", {})})
    result = Result(request, report, data, Timings(None, None, 1.0), **about)
    return result._repr_mimebundle_()["text/html"]


def picture(text: str) -> bytes:
    """An offline picture that says so much of its prompt and itself."""
    info, stream = PngInfo(), io.BytesIO()
    told = {"preview": True, "not_understood": [text], "notices": [text]}
    info.add_itxt("ipywanx", json.dumps(told))
    Image.new("RGB", (8, 8)).save(stream, "PNG", pnginfo=info)
    return stream.getvalue()


def progress(engine: str = "engine", *notices: str) -> str:
    """What a waiting cell shows: the HTML of both its lines."""
    job = SimpleNamespace(
        request=SimpleNamespace(notices=tuple(map(both, notices)), about=Colorization.about),
        status=Status.RUNNING,
        elapsed=1.0,
        task_id="0385dc79",
        done=lambda: False,
    )
    shown = Progress(job, engine, 0.14)
    page = shown._text.value + shown._notices.value
    shown._close(None)
    return page


def history(text: str) -> str:
    """What a cell shows of the kept results; a long prompt is cut there, a function is not."""
    row = Record("1", "a", "o", function=text, prompt=text, request="", megapixels=1.0, asked=0.0)
    return Past(Archive(Path("/nowhere"), "a"), [replace(row, task_id=text)])._repr_html_()


def experiment(look: Callable[[Sweep], str], *, score: bool = False) -> Callable[[str], str]:
    """What is shown of an experiment whose prompt, label, error and score are a text."""

    def page(text: str) -> str:
        prompts = {text: text, f"{text} ": f"{text}."}
        session = SimpleNamespace(
            archive=Archive(Path("/nowhere"), "a"),
            known=lambda _: {},
            price=lambda *_: 0.0,
            expected_seconds=lambda *_: 1.0,
        )
        grid = Sweep(session, plan("colorization", REQUEST.image, prompts))
        for cell in grid.cells:
            cell._over, cell.error, cell.note = "FAILED", both(text), text
            cell.scores = {text: text} if score else {}
        return look(grid)

    return page


def compared(text: str) -> str:
    """What is shown of the difference of two requests."""
    a, b = (REQUEST.model_copy(update={"prompt": prompt}) for prompt in (f"{text}a", f"b{text}"))
    return difference(a, b, lambda _: REQUEST, lambda _: [])._repr_mimebundle_()["text/html"]


PAGES: dict[str, Callable[[str], str]] = {
    "prompt": lambda text: figure(prompt=text),
    "file": lambda text: figure(files=(Path("/") / (text.replace("\0", "") or "x"),)),
    "task id": lambda text: figure(task_id=text),
    "code of a failed picture": lambda text: figure(Output(code=text)),
    "message of a failed picture": lambda text: figure(Output(code="Internal", message=text)),
    "name in a notice": lambda text: figure(
        request={"image": Picture(b"", "", None, "x", url="x", notices=(both(text),))}
    ),
    "words of the engine": lambda text: figure(data=(picture(text),)),
    "notices while it waits": lambda text: progress("engine", text),
    "engine while it waits": progress,
    "row of the history": history,
}

# These shorten texts, set them into attributes, or mark words in them.
SHORTENED: dict[str, Callable[[str], str]] = {
    "plan of an experiment": experiment(as_html),
    "sheet under a cell": experiment(
        lambda grid: grid.sheet()._repr_mimebundle_()["text/html"], score=True
    ),
    "sheet in a file": experiment(
        lambda grid: grid.sheet().to_html().partition("\n")[2], score=True
    ),
    "table of an experiment": experiment(lambda grid: grid.table()._repr_html_(), score=True),
    "difference of two edits": compared,
}

XSS = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    '"><script>alert(1)</script>',
    "'><script>alert(1)</script>",
    "</div></div><script>alert(1)</script>",
    "</code><script>alert(1)</script>",
    "</figcaption></figure><iframe src=javascript:alert(1)>",
    "<img src=x onerror=alert(1)>",
    "<img src=x onerror=alert(1)//",
    '"><img src=x onerror=alert(1)>',
    '" onmouseover="alert(1)',
    "' onmouseover='alert(1)",
    '" autofocus onfocus=alert(1) x="',
    "` onmouseover=alert(1) `",
    "<svg onload=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<body onload=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data=javascript:alert(1)>",
    "<embed src=javascript:alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    "<a href='java\tscript:alert(1)'>x</a>",
    "<form action=javascript:alert(1)><input type=submit>",
    "<button formaction=javascript:alert(1)>x",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<style>@import '//evil.example/x.css';</style>",
    "<base href=//evil.example/>",
    "<template><script>alert(1)</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<textarea></textarea><script>alert(1)</script>",
    "<title></title><script>alert(1)</script>",
    "<!--><script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml version='1.0'?><script>alert(1)</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "\\u003cscript\\u003ealert(1)\\u003c/script\\u003e",
    "{{constructor.constructor('alert(1)')()}}",
    "${alert(1)} #{alert(1)} <%= alert(1) %>",
    "$$\\href{javascript:alert(1)}{x}$$",
    '[x](javascript:alert(1)) ![x](x"onerror="alert(1))',
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<\0script>alert(1)</script>",
    "＜script＞alert(1)＜/script＞",
    "\u2028<script>\u2029alert(1)</script>\u202e",
]  # fmt: skip


class Page(NamedTuple):
    """What a browser would make of some HTML: its elements with their attributes, and its text."""

    elements: list[tuple[str, tuple[tuple[str, str | None], ...]]]
    text: str


class Reader(HTMLParser):
    """Takes a page apart."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, Any]] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.elements.append((tag, tuple(attrs)))

    def handle_data(self, data: str) -> None:
        """Note a text."""
        self.texts.append(data)

    def other(self, *_: object) -> None:
        """Refuse comments, declarations and the like: nothing of ours has any."""
        raise AssertionError(_)

    handle_comment = handle_decl = handle_pi = unknown_decl = other


def read(html: str) -> Page:
    """The page as a browser sees it."""
    reader = Reader()
    reader.feed(html)
    reader.close()
    return Page(reader.elements, "".join(reader.texts))


HARMLESS = {name: read(page("harmless")) for name, page in PAGES.items()}


def judge(name: str, text: str) -> None:
    """The text is on the page as it is, and the page is otherwise that of a harmless one."""
    page = read(PAGES[name](text))
    assert page.elements == HARMLESS[name].elements
    said = text.replace("\0", "") if name == "file" else text
    # A path has rules of its own (// is /); its letters are there all the same.
    if name != "file" or not {"/", "."} & set(said):
        assert said in page.text


@pytest.mark.parametrize("name", PAGES)
def test_there_is_a_place_for_the_text(name):
    """Each page of the table really shows the text that it is given."""
    assert "harmless" in HARMLESS[name].text


@pytest.mark.parametrize("name", PAGES)
def test_no_known_attack_becomes_markup(name):
    """Forty and more known XSS strings add no element and no attribute, and read as typed."""
    assert len(XSS) >= 40
    for text in XSS:
        judge(name, text)


def skeleton(page: str) -> set[tuple[str, ...]]:
    """Which elements a page has, with which attributes."""
    return {(tag, *(name for name, _ in attributes)) for tag, attributes in read(page).elements}


@pytest.mark.parametrize("name", SHORTENED)
def test_no_known_attack_becomes_markup_in_an_experiment(name):
    """The same strings as prompt, label, error and score add no element and no attribute."""
    page = SHORTENED[name]
    assert "harmless" in read(page("harmless")).text
    known = skeleton(page("harmless")) | skeleton(page("a long harmless text " * 40))
    for text in XSS:
        assert skeleton(page(text)) <= known, text


def words() -> st.SearchStrategy[str]:
    """Any text, and texts rich in what means something in HTML."""
    marks = st.sampled_from(["<", ">", "&", '"', "'", "/", "=", "<b", "&lt", "-->", "]]>", "\n"])
    return st.text() | st.lists(marks | st.text(max_size=3), max_size=12).map("".join)


@pytest.mark.slow
@hypothesis.settings(max_examples=2000)
@hypothesis.given(words())
def test_any_text_is_only_text(text):
    """2,000 texts through every page: same elements and attributes, and the text is there."""
    for name in PAGES:
        judge(name, text)


def test_help_quotes_nothing_that_a_person_typed():
    """The reference's Markdown is made of declarations alone, and they hold no HTML."""
    for cls in FUNCTIONS.values():
        page = read(function_help(cls).replace(f"<{cls.about.page}>", ""))
        assert page.elements == []


def test_a_figures_own_labels_stay_labels():
    """Sizes and numbers are all that the attributes of a figure hold."""
    page = read(figure(prompt="harmless", data=(picture("harmless"),)))
    names = {name for _, attributes in page.elements for name, _ in attributes}
    assert names <= {"class", "style", "alt", "width", "height", "src", "role", "aria-label"}
    assert not [name for name in names if name.startswith("on")]
