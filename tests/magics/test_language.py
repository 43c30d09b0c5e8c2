"""Do the magics speak the language that was chosen?"""

from types import SimpleNamespace

import pytest
from PIL import Image
from tests.bilingual import is_chinese, spoken_alike
from tests.magics.cells import complaint, run

from ipywanx.model.functions import RemoveWatermark
from ipywanx.model.tasks import Status
from ipywanx.text import Text, prefer_language, preferred_language
from ipywanx.widgets.progress import Progress

WRONG_LINES = [
    "expandd photo",
    "expand photo -p x --n 3 --left-scal 2",
    "expand photo -p x --upscale-factor 2",
    "expand photo -p x y",
    "expand photo -p x --seed",
    "expand photo -p x --seed seven7",
    "expand photo -p x --watermark=3",
    "expand photo -p x -o 3x",
    "expand phot -p x",
    "expand photo -p {{nam}}",
    "expand photo -p x -n 9",
    'expand photo -p "x',
    "mask",
    "history x --colour 3",
    "history --delete",
    "cancel",
    "resume a?b",
    "config kee",
]


@pytest.mark.parametrize("line", WRONG_LINES)
def test_a_wrong_line_is_told_in_the_language_that_was_chosen(shell, line):
    """After %config WanxMagics.language = "zh" a wrong line is told in Chinese, and back again."""
    english = complaint(shell, f"%wanx {line}")
    run(shell, '%config WanxMagics.language = "zh"')
    chinese = complaint(shell, f"%wanx {line}")
    assert spoken_alike(Text(english, chinese))
    run(shell, '%config WanxMagics.language = "auto"')
    assert complaint(shell, f"%wanx {line}") == english


@pytest.mark.parametrize("line", ["", "cost", "config", "expand photo -p 猫 --dry-run"])
def test_what_is_printed_is_in_the_language_that_was_chosen(shell, capsys, line):
    """The small commands and the dry run answer in Chinese where it was chosen."""
    run(shell, f"%wanx {line}")
    assert not is_chinese(capsys.readouterr().out.replace("猫", ""))
    run(shell, '%config WanxMagics.language = "zh"')
    run(shell, f"%wanx {line}")
    assert is_chinese(capsys.readouterr().out.replace("猫", ""))


def test_a_result_is_shown_in_the_language_of_the_moment(shell):
    """One result is captioned in Chinese and, a moment later, in English."""
    made = run(shell, "%%wanx colorization photo\n蓝色")
    prefer_language("zh")
    assert "离线预览" in made._repr_mimebundle_()["text/html"]
    assert "Offline preview" not in made._repr_mimebundle_()["text/html"]
    prefer_language("en")
    assert "Offline preview" in made._repr_mimebundle_()["text/html"]


def test_a_waiting_cell_speaks_the_language_of_the_moment():
    """State, button and notices of a task under way are Chinese where that was chosen."""
    prefer_language("zh")
    job = SimpleNamespace(
        request=RemoveWatermark(image=Image.new("RGB", (520, 520)), prompt="x"),
        status=Status.RUNNING,
        elapsed=1.0,
        task_id="task-17",
        done=lambda: False,
    )
    shown = Progress(job, "engine", 0.14)
    said = (shown._text.value, shown.button.description, shown._notices.value)
    assert all(map(is_chinese, said))
    shown._close(None)


def test_unloading_takes_the_language_back(shell):
    """After %unload_ext the environment decides again."""
    run(shell, '%config WanxMagics.language = "zh"')
    assert preferred_language() == "zh"
    run(shell, "%unload_ext ipywanx")
    assert preferred_language() == "en"
