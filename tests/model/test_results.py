"""Does a result keep, show and save what came back?"""

import base64
import io
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from ipywanx.errors import InvalidRequest, UnexpectedReply, WanxError, brief
from ipywanx.model.functions import EditRequest, Expand, SuperResolution
from ipywanx.model.results import Result, Timings
from ipywanx.model.tasks import Output, Status, TaskReport
from ipywanx.text import Text, both, prefer_language

TASK = "0385dc79-5ff8-4d82-bcb6-000000000000"


def png(image: Image.Image, **said: Any) -> bytes:
    """The image as PNG, with what the offline engine says of it."""
    info, stream = PngInfo(), io.BytesIO()
    if said:
        info.add_itxt("ipywanx", json.dumps({"preview": True} | said, ensure_ascii=False))
    image.save(stream, "PNG", pnginfo=info, compress_level=1)
    return stream.getvalue()


def noise(side: int, seed: int = 1) -> Image.Image:
    """The worst picture for a preview: nothing in it can be compressed."""
    pixels = np.random.default_rng(seed).integers(0, 256, (side, side, 3), dtype=np.uint8)
    return Image.fromarray(pixels)


def plain(colour: str = "red", size: tuple[int, int] = (600, 512)) -> Image.Image:
    """A picture of one colour."""
    return Image.new("RGB", size, colour)


def result(
    *data: bytes, request: EditRequest | None = None, failed: int = 0, **more: Any
) -> Result:
    """A result of these files, and so many sub-images that failed."""
    outputs = [Output(url=f"https://result/{number}") for number in range(len(data))]
    outputs += [Output(code="InternalError.Timeout", message="<b>late</b>")] * failed
    report = TaskReport(
        TASK,
        Status.SUCCEEDED,
        "request-1",
        ended=datetime.now(UTC),
        outputs=tuple(outputs),
        image_count=len(data),
    )
    return Result(request, report, data, Timings(1.0, 2.5, 4.0), **more)


def expand(prompt: str = "一位绿色仙子", **values: Any) -> Expand:
    """A request that the results here answer."""
    return Expand(**{"image": plain("blue"), "prompt": prompt, "seed": 7, **values})


def html(shown: Result) -> str:
    """What a notebook shows."""
    return shown._repr_mimebundle_()["text/html"]


def previews(page: str) -> list[Image.Image]:
    """The pictures inside the HTML."""
    found = re.findall(r'src="data:image/webp;base64,([^"]+)"', page)
    return [Image.open(io.BytesIO(base64.b64decode(one))).convert("RGB") for one in found]


# ---- tasks ----------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["SUSPENDED", "succeeded", "", "完成", "name", "is_final"])
def test_a_status_that_nobody_knows_means_still_going(word):
    """A new word of the service never ends a task."""
    assert Status.read(word) is Status.RUNNING
    assert not Status.read(word).is_final


def test_the_six_status_words_are_known():
    """The service's words are read as they are, and four of them are the end."""
    words = ["PENDING", "RUNNING", "SUCCEEDED", "FAILED", "CANCELED", "UNKNOWN"]
    assert [Status.read(word).value for word in words] == words
    assert [word for word in words if not Status.read(word).is_final] == ["PENDING", "RUNNING"]


# ---- what it holds --------------------------------------------------------------------------


def test_a_result_holds_the_pictures_in_full():
    """Pictures come decoded, RGB and full size, with ids, times, seed and price."""
    shown = result(png(plain()), png(plain("lime")), request=expand(n=2))
    assert [image.size for image in shown.images] == [(600, 512)] * 2
    assert [image.getpixel((0, 0)) for image in shown.images] == [(255, 0, 0), (0, 255, 0)]
    assert {image.mode for image in shown.images} == {"RGB"}
    assert (shown.task_id, shown.request_id, shown.request.seed) == (TASK, "request-1", 7)
    assert (shown.timings.queued, shown.timings.ran, shown.timings.total) == (1.0, 2.5, 4.0)
    assert shown.cost == 0.28
    assert shown.errors == ()


def test_failed_pictures_are_listed_and_free():
    """Of three pictures one failed: two are there and paid for, one has its code."""
    shown = result(png(plain()), png(plain()), failed=1)
    assert [error.code for error in shown.errors] == ["InternalError.Timeout"]
    assert (len(shown.images), shown.cost) == (2, 0.28)
    assert "1 failed" in repr(shown)


def test_offline_pictures_cost_nothing_and_say_what_they_are():
    """A preview is free, and what it did not understand of the prompt is told."""
    data = png(plain(), understood=["绿色"], not_understood=["仙子"], notices=["A sketch."])
    shown = result(data, request=expand())
    assert shown.cost == 0
    assert Text("Not understood offline: 仙子.", "离线引擎未能理解：仙子。") in shown.notices
    assert both("A sketch.") in shown.notices
    data = png(plain(), notices=["A sketch."], notices_zh=["一张草图。"])
    assert Text("A sketch.", "一张草图。") in result(data).notices
    assert "offline preview" in repr(shown)
    assert result(png(plain())).preview is None


def test_a_result_that_is_no_picture_is_told():
    """Rubbish from the service is an error of ours with a way on."""
    with pytest.raises(UnexpectedReply, match="not a picture") as caught:
        _ = result(b"<html>").images
    assert "resume" in str(caught.value)


# ---- saving ---------------------------------------------------------------------------------


def test_saving_names_files_and_keeps_their_bytes(tmp_path):
    """Files are named after function, task and number; without metadata they are as they came."""
    jpeg = io.BytesIO()
    plain().save(jpeg, "JPEG")
    shown = result(png(plain()), jpeg.getvalue(), request=expand(n=2))
    paths = shown.save(tmp_path / "new" / "folder", metadata=False)
    assert [path.name for path in paths] == ["expand-0385dc79-1.png", "expand-0385dc79-2.jpg"]
    assert tuple(path.read_bytes() for path in paths) == shown.data
    assert result(png(plain())).save(str(tmp_path))[0].name == "result-0385dc79-1.png"


def test_saving_goes_to_the_home_folder(tmp_path, monkeypatch):
    """``~`` is the person's home, as in a shell."""
    monkeypatch.setenv("HOME", str(tmp_path))
    (path,) = result(png(plain())).save("~/out")
    assert path.parent == tmp_path / "out"


def test_saving_never_overwrites(tmp_path):
    """A file that is there is kept; the new one gets a number, and saving twice writes once."""
    first, second = result(png(plain())), result(png(plain("lime")))
    (mine,) = first.save(tmp_path)
    (other,) = second.save(tmp_path)
    assert first.save(tmp_path) == [mine]
    assert second.save(tmp_path) == [other]
    assert (mine.name, other.name) == ("result-0385dc79-1.png", "result-0385dc79-1-2.png")
    assert (mine.read_bytes(), other.read_bytes()) == (first.data[0], second.data[0])
    assert sorted(tmp_path.iterdir()) == sorted([mine, other])


@pytest.mark.parametrize("step", ["write_bytes", "hardlink_to"])
def test_a_full_disk_leaves_nothing_behind(tmp_path, monkeypatch, step):
    """Where the disk fills up half way, there is an error of ours and no part of a file."""
    real = getattr(Path, step)

    def fail(path: Path, *args: Any) -> None:
        if step == "write_bytes":
            real(path, args[0][:100])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, step, fail)
    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(WanxError, match=r"No space left on device.*result\.images"):
        result(png(plain())).save(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    """A place that is no folder is refused with its name, and where the pictures still are."""
    (tmp_path / "file").write_text("x")
    for place in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(WanxError, match=r"still here: result\.images") as caught:
            result(png(plain())).save(place)
        assert repr(str(place)) in str(caught.value)


@pytest.mark.parametrize("folder", [None, 7, "a\0b", "~nobodyhere/out", "\ud800", b"x" * 9999])
def test_what_is_no_folder_is_refused(folder):
    """Something else than a path, and a path that cannot be, are refused."""
    with pytest.raises(
        InvalidRequest, match=r"^path is .*the path of a file or a folder"
    ) as caught:
        result(png(plain())).save(folder)
    assert caught.value.parameter == "path"
    assert brief(folder) in str(caught.value)


# ---- showing --------------------------------------------------------------------------------


def test_before_and_after_are_shown():
    """Under the cell are the picture before and after, with sizes, prompt, seed, price, task."""
    page = html(result(png(plain(size=(900, 512))), request=expand(left_scale=2.0)))
    before, after = previews(page)
    assert before.getpixel((5, 5))[2] > 200
    assert after.getpixel((5, 5))[0] > 200
    assert after.width / before.width == pytest.approx(900 / 600, rel=0.02)
    told = ["Before · 600×512", "After · 900×512", "一位绿色仙子", "seed 7", "left_scale 2.0"]
    for words in (*told, "CNY 0.14", TASK):
        assert words in page


def test_before_is_left_out_where_it_is_not_here():
    """A picture that the service fetched itself, and a resumed task, show the result alone."""
    for request in (expand(image="https://example.com/a.png"), None):
        assert len(previews(html(result(png(plain()), request=request)))) == 1


def test_a_larger_copy_is_shown_at_the_size_of_the_original():
    """Super-resolution is compared at one size: a larger picture would say nothing."""
    request = SuperResolution(image=plain(), upscale_factor=2)
    page = html(result(png(plain(size=(1200, 1024))), request=request))
    assert len(set(re.findall(r'<img [^>]*width="(\d+)"', page))) == 1


def test_a_failed_picture_has_a_place_with_its_code():
    """A sub-image that failed is a labelled blank with code and message, not a gap."""
    page = html(result(png(plain()), request=expand(n=2), failed=1))
    assert 'role="img" aria-label="After 2 failed"' in page
    assert "InternalError.Timeout: &lt;b&gt;late&lt;/b&gt;" in page
    assert "After 1 · 600×512" in page


def test_only_failures_can_be_shown():
    """Nothing but failures is shown as well, without a picture."""
    bundle = result(failed=2)._repr_mimebundle_()
    assert bundle["text/html"].count('role="img"') == 2
    assert "image/jpeg" not in bundle
    assert "no picture" in bundle["text/plain"]


@pytest.mark.parametrize(
    ("language", "badge"), [("en", "<b>Offline preview</b>"), ("zh", "<b>离线预览</b>")]
)
def test_offline_pictures_wear_a_badge(language, badge):
    """Offline work is labelled, in the language of the moment; the service's is not."""
    prefer_language(language)
    assert badge in html(result(png(plain(), understood=[]), request=expand()))
    assert badge not in html(result(png(plain()), request=expand()))


HOSTILE = "\"><script>alert('x')</script>&amp;<img src=x onerror=alert(1)>"


def test_hostile_words_are_shown_as_words(tmp_path):
    """Markup in prompt, file names, notices and errors is text on the page and nothing more."""
    picture = tmp_path / "<script>alert(2)<script>.png"
    plain().save(picture)
    request = expand(HOSTILE, image=picture)
    data = png(plain(), not_understood=[HOSTILE], notices=[HOSTILE])
    page = html(result(data, request=request, files=(Path(f"/{HOSTILE}"),)))
    assert "&lt;script&gt;alert" in page
    assert not re.search(r"<(script|img src=x)", page)
    assert re.findall(r"<(\w+)", page.replace("<br>", "")).count("img") == 2
    assert "&amp;amp;" in page


@pytest.mark.parametrize(("count", "side"), [(1, 2048), (4, 640)])
def test_what_a_cell_keeps_is_small(count, side):
    """Noise of 2048², or four of 640², adds at most 300 kB to the notebook's file."""
    request = SuperResolution(image=noise(600), n=count)
    bundle = result(*[png(noise(side))] * count, request=request)._repr_mimebundle_()
    assert len(json.dumps(bundle)) <= 300_000
    assert len(previews(bundle["text/html"])) == count + 1
    sheet = Image.open(io.BytesIO(base64.b64decode(bundle["image/jpeg"])))
    assert (sheet.format, sheet.width > sheet.height) == ("JPEG", True)


def test_plain_text_names_the_files(tmp_path):
    """Where no HTML is shown, the text says what there is and where it was saved."""
    first = result(png(plain()), request=expand())
    files = tuple(first.save(tmp_path))
    shown = result(png(plain()), request=expand(), files=files)
    text = shown._repr_mimebundle_()["text/plain"]
    assert text == f"<Result of expand: 600×512>\n  {files[0]}"
    assert str(files[0]) in html(shown)
