"""A sheet shows every cell at its place, says what it is, and stays small enough to pass on."""

import base64
import io
import re
from itertools import product

import numpy as np
import pytest
from bs4 import BeautifulSoup
from PIL import Image, ImageChops
from tests.bilingual import is_chinese
from tests.experiments.filled import PHOTO, REFUSED, colour, filled, planned, small

from ipywanx.errors import InvalidRequest, WanxError
from ipywanx.experiments.sheet.contact_sheet import ContactSheet
from ipywanx.experiments.sweep import Sweep
from ipywanx.text import Text, prefer_language


def sheet(asked, cells=None, **options) -> ContactSheet:
    """The sheet of a plan whose cells have ended."""
    return ContactSheet(asked, filled(asked) if cells is None else cells, **options)


def place(image: Image.Image, rgb) -> tuple[int, int, int, int] | None:
    """Where a colour is on a picture: left, top, right, bottom; None where it is not."""
    same = (np.asarray(image) == np.array(rgb, np.uint8)).all(axis=2)
    if not same.any():
        return None
    rows, columns = np.flatnonzero(same.any(axis=1)), np.flatnonzero(same.any(axis=0))
    return columns[0], rows[0], columns[-1] + 1, rows[-1] + 1


def places(made: ContactSheet) -> list[tuple[int, int, int, int] | None]:
    """Where each cell's picture is, in the plan's order."""
    image = made.to_image()
    return [place(image, colour(cell.index)) for cell in made.cells]


def grid(made: ContactSheet) -> list[list[int]]:
    """The cells' indexes as a person reads them: lines from the top, each from the left."""
    lines: dict[int, list[tuple[int, int]]] = {}
    for cell, box in zip(made.cells, places(made), strict=True):
        if box is not None:
            lines.setdefault(box[1], []).append((box[0], cell.index))
    return [[index for _, index in sorted(lines[top])] for top in sorted(lines)]


def page(made: ContactSheet) -> BeautifulSoup:
    """The sheet as a browser reads it."""
    return BeautifulSoup(made.to_html(), "html.parser")


def shown(made: ContactSheet) -> BeautifulSoup:
    """The sheet as a notebook reads it."""
    return BeautifulSoup(made._repr_mimebundle_()["text/html"], "html.parser")


def ink(image: Image.Image) -> int:
    """How many pixels differ from the first one."""
    first = Image.new("RGB", image.size, image.getpixel((1, 1)))
    return int(np.asarray(ImageChops.difference(image, first)).any(axis=2).sum())


# ---- where cells are ------------------------------------------------------------------------


def test_the_first_axis_gives_rows_and_the_second_columns():
    """Cells stand by their values: the first axis downwards, the second to the right."""
    made = sheet(planned(["rain", "snow"], strength=[0.1, 0.5, 0.9]))
    assert grid(made) == [[0, 1, 2], [3, 4, 5]]
    table = page(made).table
    assert [head.text for head in table.find_all("th", scope="row")] == ["rain", "snow"]
    heads = [head.text for head in table.find_all("th", scope="col")]
    assert heads == ["Prompt", "0.1", "0.5", "0.9"]
    assert table.find("th", scope="colgroup").text == "Strength"


@pytest.mark.parametrize(
    "options",
    [{"rows": "strength"}, {"columns": "prompt"}, {"rows": "strength", "columns": "prompt"}],
)
def test_rows_and_columns_can_be_chosen(options):
    """An axis that is named gives the rows or the columns, the other takes what is left."""
    made = sheet(planned(["rain", "snow"], strength=[0.1, 0.5, 0.9]), **options)
    assert grid(made) == [[0, 3], [1, 4], [2, 5]]


@pytest.mark.parametrize(("count", "lines"), [(5, [5]), (8, [8]), (9, [5, 4]), (20, [7, 7, 6])])
def test_one_axis_runs_on_in_even_lines(count, lines):
    """The cells of one axis stand one after the other, at most eight on a line."""
    made = sheet(planned(seed=range(count)), cell=96)
    assert [len(line) for line in grid(made)] == lines
    assert [index for line in grid(made) for index in line] == list(range(count))
    heads = [head.text for head in page(made).table.find_all("th", scope="col")]
    assert heads == [str(seed) for seed in range(count)]


def test_one_axis_can_be_a_column_or_a_line():
    """The only axis makes rows or columns where it is named."""
    asked = planned(seed=range(10))
    assert grid(sheet(asked, rows="seed", cell=96)) == [[index] for index in range(10)]
    assert grid(sheet(asked, columns="seed", cell=96)) == [list(range(10))]


def test_further_axes_make_blocks():
    """The third axis gives blocks below each other, the fourth side by side, all with captions."""
    asked = planned(["a", "b"], strength=[0.1, 0.5], seed=[1, 2], n=[1, 2])
    made = sheet(asked)
    at = dict(zip(asked.places, places(made), strict=True))
    for prompt, strength, seed, n in product((0, 1), repeat=4):
        left, top = at[prompt, strength, seed, n][:2]
        for other in product((0, 1), repeat=4):
            x, y = at[other][:2]
            assert (x < left) == ((other[3], other[1]) < (n, strength))
            assert (y < top) == ((other[2], other[0]) < (seed, prompt))
    captions = [caption.text for caption in page(made).find_all("caption")]
    assert captions == [f"Seed: {seed} · How many: {n}" for seed, n in product((1, 2), repeat=2)]


def test_more_than_four_axes_go_into_the_third():
    """No axis is lost: the fifth one's labels are joined to the third's."""
    asked = planned(["a", "b"], strength=[0.1, 0.5], seed=[1, 2], n=[1, 2], watermark=[True, False])
    made = sheet(asked, cell=64)
    assert sorted([index for line in grid(made) for index in line]) == list(range(32))
    captions = [caption.text for caption in page(made).find_all("caption")]
    assert captions[:3] == [
        "Seed: 1 · Watermark: yes · How many: 1", "Seed: 1 · Watermark: yes · How many: 2",
        "Seed: 1 · Watermark: no · How many: 1",
    ]  # fmt: skip


def test_a_score_sorts_the_cells():
    """Sorted by a score the best is first, those without are last, and each has all its labels."""
    asked = planned(["a", "b"], seed=[1, 2])
    cells = filled(asked)
    for cell, score in zip(cells, (0.25, 0.75, None, 0.5), strict=True):
        cell.scores = {} if score is None else {"sharp": score}
    made = sheet(asked, cells, order="sharp")
    assert grid(made) == [[1, 3, 0, 2]]
    heads = [head.text for head in page(made).find_all("th")]
    assert heads[0] == "Prompt: a · Seed: 2"
    assert [said.text for said in page(made).find_all("figcaption")][:1] == ["sharp 0.75"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"rows": "strenght"}, "Did you mean 'strength'?"),
        ({"columns": "colour"}, "Known: prompt, strength."),
        ({"order": "shrap"}, "Did you mean 'sharp'?"),
        ({"rows": "prompt", "columns": "prompt"}, "two different"),
        ({"cell": 20}, "from 48 to 1024"),
        ({"megapixels": "many"}, "from 0.1 to 400"),
    ],
)
def test_what_cannot_be_is_said_at_once(options, said):
    """A name that nobody knows is answered with those that are known."""
    asked = planned(["a", "b"], strength=[0.1, 0.5])
    cells = filled(asked)
    cells[0].scores = {"sharp": 1.0}
    with pytest.raises(InvalidRequest, match=re.escape(said)):
        sheet(asked, cells, **options)


def test_cells_of_a_part_of_the_plan_keep_their_places():
    """Places of cells that are not given stay empty."""
    asked = planned(["a", "b"], strength=[0.1, 0.5])
    cells = filled(asked)
    made = sheet(asked, [cells[1], cells[2]])
    upper, lower = places(made)
    assert upper[0] > lower[0]
    assert upper[1] < lower[1]


# ---- what a cell shows ----------------------------------------------------------------------


@pytest.mark.parametrize("size", [(512, 512), (512, 256), (256, 512), (512, 128), (100, 75)])
def test_a_picture_keeps_its_shape(size):
    """A picture is shown whole, in its own shape, as large as the cell."""
    asked = planned(["a", "b"], seed=[1, 2])
    left, top, right, bottom = places(sheet(asked, filled(asked, size=size)))[3]
    assert max(right - left, bottom - top) == 256
    assert (right - left) / (bottom - top) == pytest.approx(size[0] / size[1], rel=0.02)


def test_pictures_of_several_shapes_are_centred():
    """Where shapes differ, each picture is in the middle of its cell."""
    asked = planned(["a", "b"], seed=[1, 2])
    cells = filled(asked)
    cells[3].thumbnails = (small(colour(3), (256, 512)),)
    boxes = places(sheet(asked, cells))
    assert sum(boxes[1][::2]) == sum(boxes[3][::2])
    assert sum(boxes[2][1::2]) == sum(boxes[3][1::2])


def test_several_pictures_share_a_cell():
    """Four pictures stand two by two, and two side by side, each in its own shape."""
    asked = planned(["a", "b"], seed=[1, 2])
    cells = filled(asked)
    cells[0].thumbnails = tuple(small((10, 20 * number, 240)) for number in range(4))
    cells[1].thumbnails = cells[0].thumbnails[:2]
    image = sheet(asked, cells[:1]).to_image()
    first, second, third, fourth = (place(image, (10, 20 * number, 240)) for number in range(4))
    assert first[1] == second[1] < third[1] == fourth[1]
    assert first[0] == third[0] < second[0] == fourth[0]
    pair = sheet(asked, cells[1:2]).to_image()
    assert place(pair, (10, 0, 240))[1] == place(pair, (10, 20, 240))[1]
    assert len(page(sheet(asked, cells)).find("td", id="t0").find_all("img")) == 4


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_failed_cell_says_why(language):
    """In place of a picture stands what became of it, in the person's language."""
    prefer_language(language)
    asked = planned(["a", "b"], seed=[1, 2])
    made = sheet(asked, filled(asked, failed=[1], waiting=[2]))
    boxes = places(made)
    assert boxes[1] is None
    image = made.to_image()
    (left, _, right, _), (_, top, _, bottom) = boxes[3], boxes[0]
    assert ink(image.crop((left + 2, top + 2, right - 2, bottom - 2))) > 200
    blanks = [blank.text for blank in page(made).find_all("div", class_="blank")]
    assert blanks == [
        Text("failed", "失败").told() + REFUSED.told(),
        Text("not sent yet", "尚未发送").told(),
    ]
    assert REFUSED.told() in shown(made).text


def test_scores_stand_under_their_picture():
    """A score is written below its picture."""
    asked = planned(["a", "b"], seed=[1, 2])
    cells = filled(asked)
    without = sheet(asked, cells).to_image()
    for cell in cells:
        cell.scores = {"sharp": 0.123456, "kind": None}
    made = sheet(asked, cells)
    left, _, right, bottom = places(made)[0]
    assert ink(made.to_image().crop((left - 1, bottom + 1, right, bottom + 20))) > 50
    assert made.to_image().height > without.height
    assert page(made).figcaption.text == "sharp 0.123"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_legend_says_what_is_fixed(language):
    """Below stand the function, what all cells have in common, how many failed, and the day."""
    prefer_language(language)
    asked = planned("变成绘本", strength=[0.1, 0.5], seed=7, watermark=True)
    html = page(sheet(asked, filled(asked, failed=[1])))
    notes = html.footer.text
    assert html.html["lang"] == {"en": "en", "zh": "zh-CN"}[language]
    assert html.h1.text == asked.requests[0].about.title.told()
    assert "变成绘本" in notes
    assert "2026-09-2" in notes  # when the pictures were made
    said = Text("2 cells · 1 failed", "2 个单元格 · 1 个失败").told()
    assert said in notes
    assert Text("Seed: 7", "随机种子：7").told() in notes
    assert Text("Watermark: yes", "水印：是").told() in notes
    assert Text("Strength", "修改强度").told() not in notes
    assert "preview" not in notes.lower()


def test_the_picture_is_in_the_preferred_language():
    """Titles are drawn in the language that the person reads."""
    asked = planned(["a", "b"], seed=[1, 2])
    drawn = []
    for language in ("en", "zh"):
        prefer_language(language)
        drawn.append(sheet(asked).to_image().crop((0, 0, 300, 90)))
    assert ImageChops.difference(*drawn).getbbox() is not None


def test_a_label_that_is_very_long_stays_in_its_place():
    """A prompt of 800 signs takes no more room beside its row than six lines."""
    asked = planned(["雪" * 800, "snow " * 150], seed=[1, 2])
    boxes = places(sheet(asked))
    assert boxes[0][0] < 400
    assert boxes[2][1] - boxes[0][1] < 256


# ---- how large it is ------------------------------------------------------------------------


def test_cells_shrink_until_the_sheet_fits():
    """A sheet has at most as many pixels as it may, all cells are on it, and a notice says so."""
    asked = planned(["a", "b", "c"], seed=range(8))
    made = sheet(asked, megapixels=0.5)
    image = made.to_image()
    assert image.width * image.height <= 500_000
    assert image.width * image.height > 300_000
    assert [len(line) for line in grid(made)] == [8, 8, 8]
    (notice,) = made.notices
    assert "256" in notice.en
    assert is_chinese(notice.zh)
    assert sheet(asked).notices == ()


def test_too_many_cells_are_refused():
    """Where even the smallest cells do not fit, the error says how many would."""
    asked = planned([f"p{number}" for number in range(20)], seed=range(20))
    cells = filled(asked)
    with pytest.raises(InvalidRequest, match="400 cells") as caught:
        sheet(asked, cells, megapixels=0.5).to_image()
    fits = int(re.search(r"about (\d+) do", str(caught.value))[1])
    assert 100 < fits < 300


def test_four_hundred_cells_are_one_picture():
    """A sheet of 400 photographs is drawn, no larger than a sheet may be."""
    noise = Image.effect_noise((64, 48), 80).resize((512, 384)).convert("RGB")
    stream = io.BytesIO()
    noise.save(stream, "WEBP", quality=85)
    asked = planned([f"p{number}" for number in range(20)], seed=range(20))
    cells = filled(asked)
    for cell in cells:
        cell.thumbnails = (stream.getvalue(),)
    image = sheet(asked, cells).to_image()
    assert 20_000_000 < image.width * image.height <= 40_000_000


def test_a_notebook_gets_no_more_than_it_can_keep():
    """However much there is to see, a cell's output stays below 1.5 MB, with all pictures in it."""
    noise = Image.effect_noise((512, 384), 80).convert("RGB")
    stream = io.BytesIO()
    noise.save(stream, "WEBP", quality=85)
    asked = planned(["雪" * 800, "a" * 800, "b", "c"], seed=range(30))
    cells = filled(asked, failed=[5])
    for cell in cells:
        cell.thumbnails = (stream.getvalue(),) if cell.error is None else ()
    bundle = sheet(asked, cells)._repr_mimebundle_()
    assert len(bundle["text/html"].encode()) <= 1_500_000
    assert len(BeautifulSoup(bundle["text/html"], "html.parser").find_all("img")) == 119
    jpeg = Image.open(io.BytesIO(base64.b64decode(bundle["image/jpeg"])))
    assert (jpeg.format, len(bundle["image/jpeg"]) < 600_000) == ("JPEG", True)
    assert "120 cells" in bundle["text/plain"]


def test_a_notebook_shows_a_very_large_sheet_as_one_picture():
    """More cells than a notebook can hold are shown as a picture, with a way to see them all."""
    asked = planned([f"p{number}" for number in range(20)], seed=range(25))
    html = shown(sheet(asked))
    assert len(html.find_all("img")) == 1
    assert "save('sheet.html')" in html.text


# ---- as a page ------------------------------------------------------------------------------


def test_a_page_asks_for_nothing():
    """All pictures are in the page; it names no other address, no folder and no signed one."""
    asked = planned(image=["https://example.com/a.png?Signature=s3cret", PHOTO], seed=[1, 2])
    cells = filled(asked, failed=[1])
    cells[1].error = REFUSED._replace(en="https://u:pw@x.cn/a.png?Expires=1 /home/me/secret/a.png")
    text = sheet(asked, cells).to_html()
    assert not re.search(r"s3cret|Expires|u:pw|/home|secret", text)
    html = BeautifulSoup(text, "html.parser")
    assert all(one["src"].startswith("data:image/webp;base64,") for one in html.find_all("img"))
    assert html.find_all(["link", "iframe", "object"]) == []
    assert not [one for one in html.find_all("script") if one.get("src")]
    assert all(one["href"].startswith("#") for one in html.find_all("a"))
    assert "url(" not in html.style.text


def test_everything_in_a_page_is_escaped():
    """What was typed is shown as it was typed, and never becomes a part of the page."""
    evil = "<img src=x onerror=alert(1)>\"&'"
    asked = planned([evil, "b"], seed=[1, 2])
    cells = filled(asked, failed=[1])
    cells[0].scores, cells[1].error = {evil: evil}, Text(evil, evil)
    for html in (page(sheet(asked, cells)), shown(sheet(asked, cells))):
        assert not html.find_all(onerror=True)
        assert html.find("th", scope="row").text == evil


def test_a_cell_opens_with_its_particulars():
    """A cell opens without a script, and says its labels, its seed, and the call that makes it."""
    asked = planned(["rain", "snow"], strength=[0.1, 0.5], seed=7)
    html = page(sheet(asked))
    link = html.find("a", class_="open")
    opened = html.find(id=link["href"].removeprefix("#"))
    assert opened.find_all("img")
    assert opened.img["alt"] == "rain · 0.1"
    facts = dict(
        zip((one.text for one in opened.find_all("dt")), opened.find_all("dd"), strict=True)
    )
    told = {name: fact.text for name, fact in facts.items()}
    assert told["Prompt"] == "rain"
    assert (told["Strength"], told["Seed"], told["Task"]) == ("0.1", "7", "task-0")
    code = opened.find("pre").text
    assert "wx.edit('stylization_all', photo, 'rain'" in code
    assert "strength=0.1" in code
    assert opened.find("a", class_="close")["href"] == "#t0"
    ids = [one["id"] for one in html.find_all(id=True)]
    assert len(ids) == len(set(ids))
    assert all(one["href"].removeprefix("#") in ids for one in html.find_all("a"))


def test_a_page_goes_by_light_and_dark():
    """The page has colours for both, and says so to the browser."""
    style = page(sheet(planned(seed=[1, 2]))).style.text
    assert "prefers-color-scheme:dark" in style
    assert "color-scheme:light dark" in style


# ---- files ----------------------------------------------------------------------------------


def test_a_sheet_is_saved_by_its_ending(tmp_path):
    """Folders are made, and the file is what its name says."""
    made = sheet(planned(["a", "b"], seed=[1, 2]))
    png = made.save(tmp_path / "new" / "folder" / "sheet.png")
    with Image.open(png) as image:
        assert (image.format, image.size) == ("PNG", made.to_image().size)
    html = made.save(str(tmp_path / "Sheet.HTML"))
    assert html.read_text("utf-8") == made.to_html()
    assert sorted(path.name for path in tmp_path.rglob("*.*")) == ["Sheet.HTML", "sheet.png"]
    with pytest.raises(InvalidRequest, match=r"\.png, \.html"):
        made.save(tmp_path / "sheet.pdf")


def test_a_sheet_is_saved_whole_or_not_at_all(tmp_path, monkeypatch):
    """When the disk is full, the file that was there is there still, and nothing else."""
    made = sheet(planned(["a", "b"], seed=[1, 2]))
    path = tmp_path / "sheet.html"
    path.write_text("before")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.replace", full)
    with pytest.raises(WanxError, match="No space left"):
        made.save(path)
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("sheet.html", "before")]


def test_real_edits_are_shown_large_and_marked(bench, tmp_path):
    """A saved page has the results' own pictures, larger than small copies, and says "preview"."""
    asked = planned(image=Image.effect_noise((1200, 900), 40), seed=[1, 2])
    sweep = Sweep(bench.session, asked).start()
    sweep.result(60)
    html = page(sheet(asked, sweep.cells))
    sizes = []
    for one in html.find_all("img"):
        data = base64.b64decode(one["src"].partition(",")[2])
        sizes.append(max(Image.open(io.BytesIO(data)).size))
    assert sizes == [1024, 1024]
    assert "Offline preview" in html.footer.text
    for path in (bench.session.archive.files.folder).rglob("*.png"):
        path.unlink()  # the small copies are left
    assert len(page(sheet(asked, sweep.cells)).find_all("img")) == 2
