"""A table says of each cell what varied and what came of it, and does no harm in a spreadsheet."""

import csv
import io
import json
import re
import sys
import types

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from tests.experiments.filled import PHOTO, REFUSED, filled, planned, record

from ipywanx.errors import InvalidRequest, WanxError
from ipywanx.experiments.sweep import Sweep
from ipywanx.experiments.table import SHOWN, Table, table
from ipywanx.text import prefer_language


def read_back(path) -> list[list[str]]:
    """The fields of a CSV file, as a spreadsheet gets them."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_each_cell_has_a_row():
    """Rows come in the plan's order, with what varied and what came of it."""
    asked = planned(["snow", "变成绘本"], strength=[0.2, 0.8], watermark=[True, False], seed=7)
    cells = filled(asked, failed=[1], waiting=[7])
    cells[0].scores = {"sharp": 0.5, "kind": "photo"}
    cells[2].kept, cells[3]._elapsed = True, 12.3456
    rows = table(asked, cells)
    assert rows[0] == {
        "cell": 0, "prompt": "snow", "strength": 0.2, "watermark": True, "state": "SUCCEEDED",
        "seed": 7, "n": 1, "task_id": "task-0", "seconds": None, "cost": 0.14,
        "there_before": False, "files": ["3fa9.png"], "error": None, "sharp": 0.5, "kind": "photo",
    }  # fmt: skip
    assert [row["cell"] for row in rows] == list(range(8))
    assert len({tuple(row) for row in rows}) == 1  # all have the same keys
    assert (rows[1]["state"], rows[1]["error"], rows[1]["files"]) == ("FAILED", REFUSED.en, [])
    assert (rows[2]["there_before"], rows[2]["cost"]) == (True, 0)
    assert rows[3]["seconds"] == 12.35
    assert rows[5]["prompt"] == "变成绘本"
    assert (rows[7]["state"], rows[7]["task_id"], rows[7]["sharp"]) == ("WAITING", None, None)


def test_pictures_are_named():
    """A picture and a mask are told by their labels, axes in step each by their own value."""
    pictures = {"dawn": PHOTO, "dusk": Image.new("RGB", (512, 512))}
    asked = planned(image=pictures, seed=[1, 2])
    assert [row["image"] for row in table(asked, filled(asked))] == ["dawn", "dawn", "dusk", "dusk"]
    asked = planned(["rain", "snow"], strength=[0.1, 0.9], how="zip")
    rows = table(asked, filled(asked))
    assert [(row["prompt"], row["strength"]) for row in rows] == [("rain", 0.1), ("snow", 0.9)]


def test_no_picture_is_decoded(monkeypatch):
    """A table is made without looking into any picture."""
    asked = planned(seed=[1, 2])
    cells = filled(asked)
    monkeypatch.setattr(Image, "open", lambda *_: pytest.fail("a picture was opened"))
    assert len(table(asked, cells)) == 2


def test_rows_are_sorted_by_a_column():
    """Scores go from the highest, others from the lowest; what has none is last."""
    asked = planned(seed=[5, 3, 4, 1])
    cells = filled(asked, failed=[1])
    for index, score in ((0, 0.1), (2, 0.9), (3, 0.5)):
        cells[index].scores = {"sharp": score}
    rows = table(asked, cells, "sharp")
    assert [row["sharp"] for row in rows] == [0.9, 0.5, 0.1, None]
    assert [row["seed"] for row in table(asked, cells, "seed")] == [1, 3, 4, 5]
    with pytest.raises(InvalidRequest, match="sharp") as caught:
        table(asked, cells, "shrap")
    assert "Did you mean 'sharp'?" in caught.value.hint


def test_a_score_hides_no_other_column():
    """A score that is called as another column stands beside it."""
    asked = planned(seed=[5, 3])
    cells = filled(asked)
    cells[0].scores = {"seed": 0.1, "state": "fine"}
    row = table(asked, cells)[0]
    assert (row["seed"], row["score_seed"]) == (5, 0.1)
    assert (row["state"], row["score_state"]) == ("SUCCEEDED", "fine")


def test_a_judge_that_failed_is_told():
    """Why a cell has no score stands in its row, and hides no score; else no column says so."""
    asked = planned(seed=[5, 3])
    cells = filled(asked)
    cells[0].scores = {"error": 0.1}
    assert "not_scored" not in table(asked, cells).columns
    cells[1].note = "OSError: cannot read /home/me/secret/model.pt"
    rows = table(asked, cells)
    assert [row["not_scored"] for row in rows] == [None, "OSError: cannot read model.pt"]
    assert [row["score_error"] for row in rows] == [0.1, None]
    cells[0].scores = {"not_scored": 2}
    assert table(asked, cells)[0]["score_not_scored"] == 2


def test_nothing_secret_is_told(monkeypatch):
    """No folder and no signed address gets into a table."""
    asked = planned(image=["https://example.com/a.png?Signature=s3cret"])
    cells = filled(asked)
    cells[0].error = REFUSED._replace(en="cannot read /home/me/secret/a.png (C:\\Users\\me\\b.png)")
    cells[0]._record = record("t", '[{"file": "../../home/me/x.png"}, {"code": "Late"}]')
    told = json.dumps(table(asked, cells))
    assert not re.search("s3cret|home|Users", told)
    assert "https://example.com/a.png" in told


def test_a_csv_file_can_be_read_by_excel(tmp_path):
    """The file begins with the mark of UTF-8, and has all rows with Chinese and line breaks."""
    asked = planned(["变成绘本", 'a "quoted",\nprompt'], seed=[1, 2])
    path = table(asked, filled(asked)).save(tmp_path / "new" / "table.csv")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    head, *rows = read_back(path)
    assert head[:3] == ["cell", "prompt", "seed"]
    assert [row[1] for row in rows] == ["变成绘本"] * 2 + ['a "quoted",\nprompt'] * 2
    assert [row[head.index("files")] for row in rows] == ["3fa9.png"] * 4
    assert [row[head.index("error")] for row in rows] == [""] * 4


VALUES = st.text(max_size=20) | st.sampled_from(["=1+1", "+x", "-x", "@a", "\t=1", "中,文"])


@given(st.lists(st.tuples(VALUES, st.floats(-1e6, 1e6)), min_size=1, max_size=5))
def test_no_field_of_a_csv_file_is_a_formula(rows):
    """A spreadsheet runs no text, numbers stay numbers, and every text can be read again."""
    made = Table({"prompt": text, "score": number} for text, number in rows)
    fields = list(csv.reader(io.StringIO(made.to_csv().decode("utf-8-sig"), newline="")))[1:]
    for (text, number), (told, counted) in zip(rows, fields, strict=True):
        assert not told.startswith(("=", "+", "-", "@", "\t", "\r"))
        assert told in {text, f"'{text}"}
        assert float(counted) == number


def test_a_json_file_has_everything(tmp_path):
    """JSON gives the same rows again."""
    rows = table(planned(["绘本", "snow"]), filled(planned(["绘本", "snow"])))
    path = rows.save(tmp_path / "table.json")
    assert json.loads(path.read_text("utf-8")) == list(rows)
    assert "绘本" in path.read_text("utf-8")


def test_another_ending_is_refused(tmp_path):
    """Only endings that are known are written."""
    with pytest.raises(InvalidRequest, match=r"table\.xlsx.*\.csv, \.json"):
        Table().save(tmp_path / "table.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_pandas_gets_the_same_rows(monkeypatch):
    """Where pandas is there, a frame is made of the rows; else the error says how to get it."""
    rows = Table([{"cell": 0}])
    fake = types.ModuleType("pandas")
    fake.DataFrame = tuple
    monkeypatch.setitem(sys.modules, "pandas", fake)
    assert rows.frame() == ({"cell": 0},)
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(WanxError, match="pandas") as caught:
        rows.frame()
    assert "%pip install pandas" in caught.value.hint


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_notebook_shows_the_first_rows(language):
    """A table is shown with what was typed in it as text, and says how many rows it leaves out."""
    prefer_language(language)
    asked = planned(["<script>alert(1)</script>"], seed=range(SHOWN + 5))
    page = BeautifulSoup(
        table(asked, filled(asked, waiting=range(999)))._repr_html_(), "html.parser"
    )
    assert page.script is None
    assert len(page.tbody.find_all("tr")) == SHOWN
    assert {head["scope"] for head in page.find_all("th")} == {"col"}
    assert page.tbody.td.find_next("td").text == "<script>alert(1)</script>"
    assert str(SHOWN + 5) in page.text
    assert ("rows are shown" in page.text) == (language == "en")


def test_an_experiment_tells_what_it_made(bench):
    """The table of real edits has their tasks, times and files."""
    asked = planned(seed=[1, 2])
    sweep = Sweep(bench.session, asked, score=lambda result: result.images[0].width).start()
    sweep.result(60)
    rows = table(asked, sweep.cells, "score")
    assert [row["task_id"] for row in rows] == bench.tasks
    assert all(re.fullmatch(r"[0-9a-f]{64}\.png", *row["files"]) for row in rows)
    assert all(row["seconds"] >= 0 and row["score"] >= 512 for row in rows)
