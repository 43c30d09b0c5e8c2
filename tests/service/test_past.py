"""Is what was made before found again, shown safely, and made again as it was?"""

import html.parser
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.bilingual import spoken_alike
from tests.service.kept import keep, png

from ipywanx.errors import InvalidRequest, WanxError, brief
from ipywanx.model.chunks import stripped
from ipywanx.model.masks import Mask
from ipywanx.model.metadata import labelled, read
from ipywanx.model.requests import make_request
from ipywanx.model.results import Result
from ipywanx.service.archive import Archive
from ipywanx.service.past import Past, recall
from ipywanx.settings import OFFLINE
from ipywanx.text import Text, prefer_language

NASTY = '<script>alert(1)</script>\n<img src=x onerror=alert(2)> & "quotes"'


@pytest.fixture
def archive(tmp_path):
    """The memory of an offline account."""
    made = Archive(tmp_path / "home", f"{OFFLINE}1")
    yield made
    made.history.close()


@pytest.fixture
def past(archive):
    """Five results, from ``p0``, the oldest, to ``p4``."""
    for number in range(5):
        keep(
            archive,
            make_request("expand", png("grey"), f"p{number} 宝塔"),
            png(f"rgb({number}, 0, 0)"),
            asked=time.time() - 60 + number,
        )
    return Past(archive, archive.history.search())


def prompts(past: Past) -> list[str]:
    """What was asked, in order."""
    return [result.request.prompt[:2] for result in past]


class Tags(html.parser.HTMLParser):
    """Counts the tags of a page, and collects its texts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note one tag, with the names of its attributes."""
        self.tags.append(" ".join([tag, *(name for name, _ in attrs)]))

    def handle_data(self, data: str) -> None:
        """Note a text."""
        self.text += data


# ---- the sequence ---------------------------------------------------------------------------


def test_nothing_is_read_before_it_is_asked_for(archive, monkeypatch):
    """A list of 500 results opens no picture; the one that is wanted is read then."""
    data = png("red")
    for _ in range(500):
        keep(archive, None, data)
    opened: list[str] = []
    read = archive.files.get
    monkeypatch.setattr(archive.files, "get", lambda name: opened.append(name) or read(name))
    past = Past(archive, archive.history.search())
    part = past[100:400]
    assert (len(past), len(part), len(repr(past).splitlines()), opened) == (500, 300, 51, [])
    assert past[7].data == (data,)
    assert len(opened) == 1


def test_it_is_a_sequence_of_results(past):
    """Newest first; indexes, slices, reversal and loops give results, as of any sequence."""
    assert prompts(past) == ["p4", "p3", "p2", "p1", "p0"]
    assert past[0].request.prompt == "p4 宝塔"
    assert past[-1].data == (png("rgb(0, 0, 0)"),)
    assert isinstance(past[1:3], Past)
    assert prompts(past[1:3]) == ["p3", "p2"]
    assert prompts(past[::-2]) == ["p0", "p2", "p4"]
    assert next(iter(reversed(past))).request.prompt == "p0 宝塔"
    assert all(isinstance(result, Result) for result in past)
    with pytest.raises(IndexError):
        past[5]
    assert not past[5:]


def test_gone_pictures_are_told(archive, past):
    """A result whose files were removed says where they were and how to come by them again."""
    (path,) = past[1].files
    task_id = past[1].task_id
    path.unlink()
    with pytest.raises(WanxError, match=rf"{task_id} are gone from .*wx\.edit\(wx\.recall\('"):
        past[1]
    assert prompts(past[2:]) == ["p2", "p1", "p0"]
    assert "(removed)" in past._repr_html_()
    bought = Archive(archive.files.folder.parent, "0123")
    record = keep(bought, None, png("teal"))
    (file,) = Past(bought, [record])[0].files
    file.unlink()
    with pytest.raises(WanxError, match=r"Within 24 hours wx\.resume\('"):
        Past(bought, [record])[0]


def test_a_loop_passes_over_what_is_gone(past, caplog):
    """One missing file keeps no other result back, either way; which one it is, is told."""
    gone = past[1].task_id
    past[1].files[0].unlink()
    assert len(past) == 5
    assert prompts(past) == ["p4", "p2", "p1", "p0"]
    assert [result.request.prompt[:2] for result in reversed(past)] == ["p0", "p1", "p2", "p4"]
    assert len(caplog.messages) == 2
    assert set(caplog.messages) == {caplog.messages[0]}
    assert "Pictures of 1 of 5 results are gone from " in caplog.messages[0]
    assert f": {gone}. wx.edit(wx.recall('{gone}')) makes them again" in caplog.messages[0]


def test_gone_pictures_can_be_fetched_again(bench):
    """Within 24 hours ``resume`` brings back what was removed from the disk."""
    result = bench.edit()
    result.files[0].unlink()
    other = bench.another()
    with pytest.raises(WanxError, match=r"wx\.resume"):
        other.history()[0]
    assert other.resume(result.task_id).result(30).data == result.data
    assert other.history()[0].data == result.data


# ---- shown ----------------------------------------------------------------------------------


def test_texts_are_shown_as_texts(archive):
    """Whatever a prompt or a server's id holds, the table has the tags of a harmless one."""

    def table(text: str) -> Tags:
        record = keep(archive, None, png("red"), prompt=text, function=text, task_id=text)
        page = Past(archive, [record])._repr_html_()
        archive.broom.delete([record])
        return Tags(page)

    nasty, harmless = table(NASTY), table("harmless")
    assert nasty.tags == harmless.tags
    assert nasty.tags.count("img alt width src") == 1
    assert '<script>alert(1)</script> <img src=x onerror=alert(2)> & "quotes"' in nasty.text


def test_a_text_line_is_one_line(archive):
    """Line breaks in a prompt do not break the list of a terminal."""
    keep(archive, None, png("red"), prompt="one\ntwo\r\n" + "long " * 100)
    title, line = repr(Past(archive, archive.history.search())).splitlines()
    assert title == "1 result"
    assert "one two long" in line
    assert len(line) < 160


def test_the_table_is_small(archive):
    """Sixty noisy results make a table of fifty rows, with a thumbnail each, below 400 kB."""
    noise = np.random.default_rng(1).integers(0, 255, (512, 512, 3), "uint8")
    path = archive.files.folder / "noise.png"
    path.parent.mkdir(parents=True)
    Image.fromarray(noise).save(path)
    for _ in range(60):
        keep(archive, None, path.read_bytes(), prompt="噪" * 500)
    page = Past(archive, archive.history.search())._repr_html_()
    assert len(page.encode()) < 400_000
    assert page.count("<img ") == 50
    assert "60 results, the newest 50 shown" in page


def test_an_empty_list_says_so(archive):
    """Nothing found is a table without rows."""
    past = Past(archive, archive.history.search("nothing"))
    assert repr(past) == "0 results"
    assert Tags(past._repr_html_()).tags.count("tr") == 1
    assert past.export("anywhere") == []
    assert past.delete() == 0


def test_a_list_that_cannot_be_read_says_why(archive, past):
    """Where the history is out of reach the list is empty, and tells the reason."""
    archive.history.close()
    (archive.files.folder.parent / "history.sqlite3").write_bytes(b"no database" * 500)
    past = Past(archive, archive.history.search())
    assert repr(past).startswith("0 results. The history in ")
    assert "file is not a database" in past._repr_html_()


# ---- written out, forgotten -----------------------------------------------------------------


def test_export_writes_every_picture(archive, past, tmp_path):
    """All pictures of the list in one folder, full size, each under a name of its own."""
    paths = past.export(tmp_path / "out")
    assert len(set(paths)) == 5
    assert sorted(stripped(path.read_bytes()) for path in paths) == sorted(r.data[0] for r in past)
    assert all(read(path.read_bytes()).values["prompt"].endswith("宝塔") for path in paths)
    assert past[:2].export(str(tmp_path / "out")) == paths[:2]  # the same files are not doubled
    (tmp_path / "file").write_text("")
    with pytest.raises(WanxError, match="cannot be saved"):
        past.export(tmp_path / "file")


def test_export_writes_what_exists(archive, past, tmp_path, caplog):
    """Removed and damaged files keep no others back, of their own result neither; they are told."""
    two = keep(archive, None, png("red"), png("blue"))
    archive.files.path(two.pictures[0]).unlink()
    gone, damaged = past[0], past[1]
    gone.files[0].unlink()
    damaged.files[0].write_bytes(b"")
    said = []
    for language in ("en", "zh"):
        prefer_language(language)
        caplog.clear()
        paths = Past(archive, archive.history.search()).export(tmp_path / "out")
        assert sorted(paths) == sorted((tmp_path / "out").iterdir())
        found = [Image.open(path).convert("RGB").getpixel((0, 0)) for path in paths]
        assert found == [(0, 0, 255), (2, 0, 0), (1, 0, 0), (0, 0, 0)]
        said += caplog.messages
    assert len(said) == 2
    assert spoken_alike(Text(*said))
    ids = f"{two.task_id}, {gone.task_id}, {damaged.task_id}"
    assert (
        f"Pictures of 3 of 6 results are gone from {archive.files.folder}, or damaged: {ids}. "
        in said[0]
    )


def test_delete_forgets_the_list_alone(archive, past):
    """Deleted results are gone from list, history and disk; all others stay."""
    some = past[1:3]
    files = [path for result in some for path in result.files]
    assert some.delete() == sum(len(png(f"rgb({number}, 0, 0)")) for number in (3, 2))
    assert len(some) == 0
    assert not any(path.exists() for path in files)
    assert prompts(Past(archive, archive.history.search())) == ["p4", "p1", "p0"]


# ---- asked again ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "by",
    ["result", "read result", "id", "file", "renamed copy", "path text", "bytes", "view"],
)
def test_what_made_a_picture_is_recalled(bench, tmp_path, by):
    """By the result, its id, or its file, wherever a copy went: the request, seed and all."""
    result = bench.edit(prompt="放大")
    copy = tmp_path / "holiday.jpeg"
    copy.write_bytes(result.data[0])
    source = {
        "result": lambda: result,
        "read result": lambda: bench.another().history()[0],
        "id": lambda: result.task_id,
        "file": lambda: result.files[0],
        "renamed copy": lambda: copy,
        "path text": lambda: str(copy),
        "bytes": lambda: result.data[0],
        "view": lambda: memoryview(bytearray(result.data[0])),
    }[by]()
    other = bench.another()
    request = other.recall(source)
    assert request == result.request
    assert request.seed is not None
    again = other.edit(request)
    assert again.request == result.request
    assert again.data == result.data


def test_a_result_without_its_request_is_looked_up(archive, past):
    """A result that came without its request finds it by the task."""
    bare = replace(past[2], request=None)
    assert recall(archive, bare) == past[2].request


def test_the_newest_request_that_is_whole_is_recalled(archive):
    """Of two tasks that gave the same file, one without its input, the other one's comes back."""
    request = make_request("super_resolution", png("grey"))
    keep(archive, request, png("red"))
    keep(archive, None, png("red"))
    (path,) = archive.result(archive.history.search()[0]).files
    assert recall(archive, path) == request


@pytest.mark.parametrize(
    "source",
    ["nobody", "", ".", "~nobodyhere/x.png", "x" * 5000, "a\0b", "\ud800", None, 7, Path("no.png")],
    ids=repr,
)
def test_what_is_not_known_is_refused(archive, past, source):
    """An unknown id, file or thing is an InvalidRequest that names it."""
    with pytest.raises(InvalidRequest, match="The history knows no request") as caught:
        recall(archive, source)
    assert brief(str(source)) in str(caught.value)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("no/such/file.png", "made 'no/such/file.png', and there is no such file."),
        (Path("no.png"), "made 'no.png', and there is no such file."),
        (".", r"made '.', and no file can be read there (Is a directory)."),
        ("a\0b", "and no file can be read there (embedded null"),
        (7, "The history knows no request that made '7'. Give a result"),
        (png("grey"), f"no request that made a picture of {len(png('grey'))} bytes. Give a result"),
    ],
    ids=["path", "Path", "folder", "null", "number", "bytes"],
)
def test_a_refusal_tells_what_is_wrong_with_a_file(archive, past, source, words):
    """Whether there is no such file, or one that cannot be read, or one that nobody knows."""
    with pytest.raises(InvalidRequest) as caught:
        recall(archive, source)
    assert words in str(caught.value)
    assert len(str(caught.value)) < 300


def test_a_foreign_file_is_refused(archive, past, tmp_path):
    """A picture that no task gave is not recalled, even one that a task began with."""
    path = tmp_path / "input.png"
    path.write_bytes(png("grey"))
    with pytest.raises(InvalidRequest, match=r"input\.png"):
        recall(archive, path)


# ---- asked again, by what a saved file says ---------------------------------------------------


PHOTO = png("teal", (600, 512))


def masked(**values: object):
    """A request with a mask."""
    mask = Mask((600, 512)).ellipse(30, 40, 200, 100)
    given = {"image": PHOTO, "prompt": "一只猫", "mask": mask, "seed": 7} | values
    return make_request("description_edit_with_mask", **given)


def saved(request, folder: Path) -> Path:
    """A file as it comes from another machine: it has its request inside, and nobody knows it."""
    path = folder / "edited.png"
    path.write_bytes(labelled(png("olive", (600, 512)), request, "task-1", 1, metadata=True))
    return path


def test_a_saved_file_is_the_result_that_the_history_knows(bench, tmp_path):
    """A saved PNG has other bytes than the kept one, and is known by those that it had."""
    result = bench.edit(prompt="放大")
    (path,) = result.save(tmp_path)
    assert path.read_bytes() != result.data[0]
    assert result.files[0].read_bytes() == result.data[0]
    assert bench.another().recall(path) == result.request


def test_a_saved_file_whose_picture_is_kept_is_whole(archive, tmp_path):
    """Unknown to the history, its request is rebuilt around the picture with the same hash."""
    request = masked()
    archive.files.put(PHOTO, ".png")
    found = recall(archive, saved(request, tmp_path))
    assert found.image.data == PHOTO
    assert found.fingerprint == request.fingerprint
    assert recall(archive, tmp_path / "edited.png", "nobody reads this.png") == found


def test_a_saved_file_needs_the_picture_it_began_with(archive, tmp_path):
    """On another machine the picture is asked for by name and size, and taken when it is given."""
    photo = tmp_path / "photo.png"
    photo.write_bytes(PHOTO)
    request = masked(image=photo)
    path = saved(request, tmp_path)
    with pytest.raises(InvalidRequest, match=r"'photo\.png' \(600×512 pixels\)") as caught:
        recall(archive, path)
    assert f"wx.recall({str(path)!r}, image='photo.png')" in str(caught.value)
    with pytest.raises(InvalidRequest, match=r"made of it.*wx\.recall\(data, image='photo\.png'\)"):
        recall(archive, path.read_bytes())
    assert recall(archive, path, photo) == recall(archive, path.read_bytes(), photo) == request
    with pytest.raises(InvalidRequest, match="600×512"):
        recall(archive, path, png("teal", (800, 600)))


def test_a_public_address_comes_back_by_itself(archive, tmp_path):
    """A picture that the service fetched itself is named by its address, and needs no file."""
    request = make_request("colorization", "https://example.com/a/photo.png", "红")
    assert recall(archive, saved(request, tmp_path)) == request


def test_a_mask_that_is_too_large_for_the_file_is_looked_for(archive, tmp_path):
    """An imported mask is in the store, by its hash; where it is not, the refusal says so."""
    noise = np.random.default_rng(1).integers(0, 2, (512, 600), "uint8") * 255
    imported = Mask.from_image(noise)
    request = masked(mask=imported.with_steps(*imported.operations))
    path = saved(request, tmp_path)
    assert len(request.mask.to_json()) > 100_000 > len(path.read_bytes())
    with pytest.raises(InvalidRequest, match="mask that made this picture was too large"):
        recall(archive, path, PHOTO)
    archive.keep_request(archive.begin(request), request)
    assert recall(archive, path).fingerprint == request.fingerprint


def test_a_kept_file_that_lost_its_request_tells_it_itself(archive, tmp_path):
    """Where the history knows the bytes and not what was asked, the file is believed."""
    keep(archive, None, png("olive", (600, 512)))
    request = masked()
    assert recall(archive, saved(request, tmp_path), PHOTO).fingerprint == request.fingerprint
