"""An experiment becomes files: one for each picture, under a name that says which it is."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from scripts import notebooks
from tests.experiments.filled import filled, planned

import ipywanx as wx
from ipywanx.experiments.files import TABLE, save, stems
from ipywanx.experiments.plan import plan

COLOURS = {"a": (200, 30, 30), "b": (30, 30, 200)}


@pytest.fixture
def cameras(tmp_path: Path) -> list[Path]:
    """Two cameras' folders with an ``IMG_0001.jpg`` each, one red and one blue."""
    paths = []
    for name, colour in COLOURS.items():
        path = tmp_path / "photos" / name / "IMG_0001.jpg"
        path.parent.mkdir(parents=True)
        Image.new("RGB", (520, 512), colour).save(path)
        paths.append(path)
    return paths


def rows(folder: Path) -> list[dict[str, str]]:
    """The saved table."""
    with (folder / TABLE).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_two_photos_of_one_name_are_two_files(cameras, tmp_path):
    """a/IMG_0001.jpg and b/IMG_0001.jpg go in, two files come out, and the table knows them."""
    grid = wx.sweep("super_resolution", cameras, fit=True)
    grid.result(60)
    out = tmp_path / "out"
    paths = grid.save(out)
    assert [path.name for path in paths] == ["IMG_0001_1.png", "IMG_0001_2.png"]
    for path, colour in zip(paths, COLOURS.values(), strict=True):
        pixel = Image.open(path).getpixel((9, 9))
        assert max(abs(a - b) for a, b in zip(pixel, colour, strict=True)) < 12
        assert wx.recall(path).about.name == "super_resolution"
    assert [row["saved"] for row in rows(out)] == [path.name for path in paths]


def test_nothing_is_ever_replaced(cameras, tmp_path):
    """Saving twice writes once; another experiment of the same names stands beside the first."""
    out = tmp_path / "out"
    first, second = (wx.sweep("super_resolution", cameras, seed=seed) for seed in (1, 2))
    first.result(60), second.result(60)
    paths = first.save(out)
    before = {path: path.read_bytes() for path in out.iterdir()}
    assert first.save(out) == paths
    others = second.save(out)
    assert not set(paths) & set(others)
    assert {path: path.read_bytes() for path in before} == before
    assert len(list(out.iterdir())) == len(before) * 2
    saved = {wx.recall(path).seed for path in others}
    assert saved == {2}


def test_names_say_what_was_edited_and_what_varied(tmp_path):
    """Picture, prompt and numbers are in the name, whatever cannot be in one is not."""
    photo = tmp_path / "my photo.jpg"
    Image.new("RGB", (520, 512)).save(photo)
    asked = planned({"book": "转换成法国绘本风格", "a/b: gold?": "x"}, photo, strength=[0.2, 0.8])
    assert stems(asked) == [
        "my_photo-book-strength=0.2",
        "my_photo-book-strength=0.8",
        "my_photo-a_b_gold-strength=0.2",
        "my_photo-a_b_gold-strength=0.8",
    ]
    assert stems(planned(["把房子变成木板风格", "rain"])) == ["把房子变成木板风格", "rain"]
    assert stems(planned()) == ["stylization_all"]
    zipped = planned(["dawn", "dusk"], [photo, photo], how="zip")
    assert stems(zipped) == ["my_photo_1-dawn", "my_photo_2-dusk"]
    listed = plan([wx.Expand(image=photo, prompt="sea"), wx.SuperResolution(image=photo)])
    assert stems(listed) == ["my_photo-1_expand", "my_photo-2_super_resolution"]


LABELS = st.lists(st.text(max_size=90) | st.sampled_from(["A", "a", "a-2", "?", ":", "CON"]))


@given(LABELS.filter(lambda labels: 0 < len(labels) < 12))
def test_no_two_names_are_alike_on_any_system(labels):
    """Whatever the labels are, in upper or lower case, each cell has a name of its own."""
    asked = planned({label: f"p{place}" for place, label in enumerate(labels)}, seed=[1, 2])
    named = stems(asked)
    assert len({name.casefold() for name in named}) == len(asked)
    assert all(len(name.encode()) <= 220 and not set(name) & set('<>:"/\\|?*') for name in named)


def test_several_pictures_of_a_cell_and_a_failed_one(tmp_path):
    """n=2 gives two files a cell; a failed cell gives none, and the table says why."""
    grid = wx.sweep("super_resolution", Image.new("RGB", (520, 512)), n=2, upscale_factor=[1, 2])
    grid.result(60)
    assert [path.name for path in grid.save(tmp_path)] == [
        f"upscale_factor={factor}_{number}.png" for factor in (1, 2) for number in (1, 2)
    ]
    asked = planned(["rain", "snow"])
    lost = filled(asked, failed=[0, 1])
    assert save(asked, lost, tmp_path / "lost") == []
    assert [row["saved"] for row in rows(tmp_path / "lost")] == ["", ""]
    assert all("refused" in row["error"] for row in rows(tmp_path / "lost"))


@pytest.mark.parametrize("name", ["sheet.png", "sheet.html"])
def test_a_files_name_is_no_folder(tmp_path, name):
    """grid.save("sheet.png") says that the sheet is saved by another call."""
    asked = planned()
    with pytest.raises(wx.InvalidRequest, match=r"grid\.sheet\(\)\.save") as caught:
        save(asked, filled(asked), tmp_path / name)
    assert caught.value.parameter == "folder"
    assert not (tmp_path / name).exists()


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    """A file in the place of the folder is told in our words."""
    (tmp_path / "taken").write_text("x")
    asked = planned()
    with pytest.raises(wx.WanxError, match=r"cannot be saved in .*taken"):
        save(asked, filled(asked), tmp_path / "taken")


@pytest.mark.parametrize("language", notebooks.FOLDERS)
def test_the_script_of_the_tutorial_keeps_both(cameras, tmp_path, language):
    """The batch tutorial's script, run on such folders: each photo has all its pages."""
    tutorial = json.loads(notebooks.place("07_batch", language).read_text(encoding="utf-8"))
    (cell,) = (
        source
        for source in ("".join(cell["source"]) for cell in tutorial["cells"])
        if source.startswith("%%writefile out/pages.py")
    )
    script = tmp_path / "pages.py"
    script.write_text(cell.partition("\n")[2], encoding="utf-8")
    command = [sys.executable, script, tmp_path / "photos", "--go"]
    for _ in range(2):  # the second time all is there, and nothing is written again
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        pages = sorted(path.name for path in (tmp_path / "pages").glob("IMG_*"))
        assert pages == [
            f"IMG_0001_{camera}-{style}.png"
            for camera in (1, 2)
            for style in ("pencil", "watercolour")
        ]
