"""Does one mask file mean the same at every door, or is it refused with what would say it?

Doors: a file's path, its bytes, the open file, the opened image, the array of its pixels, each
given as ``mask=``, to ``Mask.from_image``, to the editor's start and import, to ``editor.mask``,
and to ``--mask`` as a path and as a variable.
"""

import io
import re

import numpy as np
import PIL.Image
import pytest
from PIL import Image, ImageDraw, ImageFilter
from tests.magics.cells import run
from tests.model.viewer import PROFILES

import ipywanx as wx
from ipywanx.errors import UnusableMask, WanxError

WIDTH, HEIGHT = SIZE = (600, 520)
BOX = (150, 130, 330, 300)
INSIDE = np.zeros((HEIGHT, WIDTH), bool)
INSIDE[BOX[1] : BOX[3] + 1, BOX[0] : BOX[2] + 1] = True
SHARE = f"{100 * INSIDE.mean():.3g}%"
OUTSIDE_SHARE = f"{100 * (~INSIDE).mean():.3g}%"


def box(mode: str, ground: object, ink: object) -> Image.Image:
    """A box of one colour on another."""
    image = Image.new(mode, SIZE, ground)
    ImageDraw.Draw(image).rectangle(BOX, fill=ink)
    return image


def photo() -> Image.Image:
    """A picture with greys and hues everywhere."""
    across, down = np.meshgrid(np.linspace(40, 220, WIDTH), np.linspace(30, 200, HEIGHT))
    noise = np.random.default_rng(2).normal(0, 6, (HEIGHT, WIDTH, 3))
    pixels = np.dstack([across, down, 255 - across]) + noise
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def with_alpha(image: Image.Image, alpha: np.ndarray) -> Image.Image:
    """The image with an alpha channel."""
    made = image.convert("RGBA")
    made.putalpha(Image.fromarray(alpha.astype(np.uint8)))
    return made


def palette(*colours: tuple[int, int, int], used: tuple[int, ...] = (0, 1)) -> Image.Image:
    """A picture with a palette: the index of the ground and of the box; further ones below."""
    image = Image.new("P", SIZE, used[0])
    image.putpalette([level for colour in colours for level in colour])
    pen = ImageDraw.Draw(image)
    pen.rectangle(BOX, fill=used[1])
    for number, index in enumerate(used[2:]):
        pen.rectangle((20 + 60 * number, 400, 60 + 60 * number, 440), fill=index)
    return image


SOFT = box("L", 0, 255).filter(ImageFilter.GaussianBlur(1))
FEATHERED = box("L", 0, 255).filter(ImageFilter.GaussianBlur(20))
STROKED = np.where(INSIDE, 255, 0)

READ: dict[str, tuple[Image.Image, str, np.ndarray, str]] = {
    # what: the picture, the file's format, what is edited, and what the notice says ("" for none)
    "white on black": (box("L", 0, 255), "PNG", INSIDE, ""),
    "white on black, one bit": (box("1", 0, 1), "PNG", INSIDE, ""),
    "white on black, in colours": (box("RGB", "black", "white"), "PNG", INSIDE, ""),
    "white on black, a JPEG": (box("L", 0, 255), "JPEG", INSIDE, ""),
    "white on black, a GIF": (box("L", 0, 255), "GIF", INSIDE, ""),
    "white on black, opaque": (with_alpha(box("L", 0, 255), STROKED * 0 + 255), "PNG", INSIDE, ""),
    "white on black, 16 bits": (
        Image.fromarray(np.where(INSIDE, 65535, 0).astype(np.uint16)), "PNG", INSIDE, ""
    ),
    "white on black, with a profile": (box("L", 0, 255), "PROFILE", INSIDE, ""),
    "black on white": (box("L", 255, 0), "PNG", ~INSIDE, "White was taken"),
    "soft edges": (SOFT, "PNG", np.asarray(SOFT) > 127, ""),
    "soft edges, a JPEG": (SOFT, "JPEG", np.asarray(SOFT) > 127, ""),
    "a feathered brush": (FEATHERED, "PNG", np.asarray(FEATHERED) > 127, "cut at half"),
    "0 and 1": (box("L", 0, 1), "PNG", INSIDE, "1 in the mask"),
    "0 and a label": (box("L", 0, 7), "PNG", INSIDE, "7 in the mask"),
    "0 and a label, 16 bits": (
        Image.fromarray(np.where(INSIDE, 300, 0).astype(np.uint16)), "PNG", INSIDE, "300 in the"
    ),
    "0 and 1, with a palette of greys": (
        palette((0, 0, 0), (1, 1, 1)), "PNG", INSIDE, "1 in the mask"
    ),
    "a palette's only label": (
        palette((0, 0, 0), (128, 0, 0)), "PNG", INSIDE, "What is coloured was taken"
    ),
    "a colour on black": (box("RGB", "black", "lime"), "PNG", INSIDE, "What is coloured"),
    "a hole in a photo": (
        with_alpha(photo(), 255 - STROKED), "PNG", INSIDE, "What is transparent was taken"
    ),
    "a hole in a photo, WebP": (
        with_alpha(photo(), 255 - STROKED), "WEBP", INSIDE, "What is transparent was taken"
    ),
    "a hole in one colour": (
        with_alpha(box("RGB", "navy", "navy"), 255 - STROKED), "PNG", INSIDE, "What is transparent"
    ),
    "a painted layer": (
        with_alpha(Image.new("RGB", SIZE, "red"), STROKED), "PNG", INSIDE, "What is painted"
    ),
    "a mask with transparent parts": (
        with_alpha(box("L", 0, 255), np.arange(WIDTH)[None].repeat(HEIGHT, 0) // 300 * 255),
        "PNG", INSIDE & (np.arange(WIDTH) >= 300), "black and transparent as kept",
    ),
}  # fmt: skip
"""Masks of many programs, each of which has one meaning."""

REFUSED = {
    "several labels": (palette((0, 0, 0), (1, 1, 1), (2, 2, 2), used=(0, 1, 2)), "PNG", "3 labels"),
    "labels all over": (
        Image.fromarray((np.arange(WIDTH)[None].repeat(HEIGHT, 0) // 60).astype(np.uint8)),
        "PNG", "10 labels",
    ),
    "labels of 16 bits": (
        Image.fromarray((np.arange(WIDTH)[None].repeat(HEIGHT, 0) // 60 * 50).astype(np.uint16)),
        "PNG", "10 labels",
    ),
    "a label and a void border": (
        Image.fromarray(np.where(INSIDE, 1, 0).astype(np.uint8) + np.uint8(255) *
                        (np.arange(WIDTH) == 149)[None]), "PNG", "3 labels",
    ),
    "coloured labels": (
        palette((0, 0, 0), (128, 0, 0), (0, 128, 0), used=(0, 1, 2)), "PNG", "2 colours"
    ),
    "two colours": (box("RGB", "red", "blue"), "PNG", "2 colours"),
    "a photo": (photo(), "PNG", "looks like a photo"),
    "a photo, a JPEG": (photo(), "JPEG", "looks like a photo"),
    "a grey photo": (photo().convert("L"), "PNG", "looks like a photo"),
    "a dark photo": (photo().convert("L").point(lambda level: level // 3), "PNG", "like a photo"),
    "a cut-out": (with_alpha(photo(), STROKED), "PNG", "cut out of a picture"),
}  # fmt: skip
"""Pictures of which nobody can know the part that is meant."""


def file_of(image: Image.Image, kind: str) -> bytes:
    """The picture's file."""
    stream = io.BytesIO()
    if kind == "PROFILE":
        image.save(stream, "PNG", icc_profile=PROFILES["grey 1.8"])
    else:
        options = {"JPEG": {"quality": 95}, "WEBP": {"lossless": True, "exact": True}}
        image.save(stream, kind, **options.get(kind, {}))
    return stream.getvalue()


PICTURE = Image.new("RGB", SIZE, "teal")


def asked(source: object) -> tuple[wx.Mask, tuple[object, ...]]:
    """By ``mask=``, with what the request says of it."""
    request = wx.DescriptionEditWithMask(image=PICTURE, prompt="x", mask=source)
    return request.mask, request.notices


def imported(source: object) -> tuple[wx.Mask, tuple[object, ...]]:
    """By the editor's import."""
    editor = wx.MaskEditor(PICTURE)
    notices = editor.import_mask(source)
    return editor.mask, notices


def assigned(source: object) -> tuple[wx.Mask, tuple[object, ...]]:
    """By setting the editor's mask."""
    editor = wx.MaskEditor(PICTURE)
    editor.mask = source
    return editor.mask, wx.Mask.from_image(source).notices


DOORS = {
    "from_image": lambda source: (mask := wx.Mask.from_image(source), mask.notices),
    "mask=": asked,
    "import": imported,
    "editor.mask": assigned,
    "MaskEditor(mask=)": lambda source: (
        wx.MaskEditor(PICTURE, mask=source).mask,
        wx.Mask.from_image(source).notices,
    ),
}


def sources(data: bytes, path: object, door: str) -> list[object]:
    """The same file in the ways in which it is given; an editor takes its time, and gets two."""
    path.write_bytes(data)
    opened = Image.open(io.BytesIO(data))
    found = [path, str(path), data, io.BytesIO(data), opened]
    if opened.mode != "P":  # an array of indices is not the picture
        found.append(np.asarray(opened))
    return found if door in {"from_image", "mask="} else found[:: len(found) - 1]


@pytest.mark.parametrize("name", READ)
@pytest.mark.parametrize("door", DOORS)
def test_a_mask_means_the_same_at_every_door(name, door, tmp_path):
    """Whichever way a mask comes in, the same pixels are edited, and a guess is one notice."""
    image, kind, expected, words = READ[name]
    for source in sources(file_of(image, kind), tmp_path / "mask.png", door):
        mask, notices = DOORS[door](source)
        wrong = (np.asarray(mask.to_image()) == 255) != expected
        assert wrong.mean() < (0.003 if kind == "JPEG" else 1e-9)
        said = [str(notice) for notice in notices]
        assert len(said) == bool(words)
        if words:
            assert words in said[0]
            assert f"{100 * mask.area:.3g}%" in said[0]


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("door", DOORS)
def test_a_mask_that_nobody_can_know_is_refused_with_the_code_that_says_it(name, door, tmp_path):
    """Labels, photos and cut-outs are refused everywhere; the code in the error gives a mask."""
    image, kind, words = REFUSED[name]
    path = tmp_path / "mask.png"
    for source in sources(file_of(image, kind), path, door):
        with pytest.raises(UnusableMask) as caught:
            DOORS[door](source)
        said = str(caught.value)
        assert words in said
        assert caught.value.parameter == "mask"
        code = re.search(r"mask=(.*)\. Nothing", said)[1]
        names = {"np": np, "PIL": PIL, "path": path, "image": source, "array": source}
        mask, _ = DOORS[door](eval(code, names))  # noqa: S307
        assert 0 < mask.area < 1


@pytest.mark.parametrize("name", ["0 and 1", "a hole in a photo", "black on white"])
@pytest.mark.parametrize("way", ["path", "variable", "array"])
def test_a_line_reads_a_mask_as_code_does(photo, name, way, tmp_path, monkeypatch):
    """``--mask`` takes a path or a variable, and means what ``mask=`` means."""
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell()
    shell.run_line_magic("load_ext", "ipywanx")
    image, kind, expected, words = READ[name]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "m.png").write_bytes(file_of(image, kind))
    variable = {"variable": image, "array": np.asarray(image)}.get(way)
    shell.push({"photo": PICTURE, "drawn": variable})
    line = f"%wanx description_edit_with_mask photo --mask {'m.png' if way == 'path' else 'drawn'}"
    made = run(shell, f'{line} -p ""')
    assert ((np.asarray(made.request.mask.to_image()) == 255) == expected).all()
    assert any(words in str(notice) for notice in made.notices)


def test_truths_are_what_they_say():
    """Booleans, and 0 and 1 as floats, are no guess: no notice, and no other reading."""
    for truths in (
        INSIDE,
        ~INSIDE,
        INSIDE.astype(float),
        INSIDE[..., None],
        np.stack([INSIDE] * 3),
    ):
        mask = wx.Mask.from_image(truths)
        meant = truths[0] if truths.shape[0] == 3 else truths.reshape(HEIGHT, WIDTH)
        assert ((np.asarray(mask.to_image()) == 255) == meant.astype(bool)).all()
        assert mask.notices == () or "White was taken" in str(mask.notices[0])
    assert wx.Mask.from_image(~INSIDE).notices == ()


def test_scores_are_cut_at_half():
    """What a model gives from 0 to 1, unsure as it may be, is cut at half, and that is told."""
    scores = np.linspace(0, 1, WIDTH)[None].repeat(HEIGHT, 0).astype(np.float32)
    mask = wx.Mask.from_image(scores)
    assert ((np.asarray(mask.to_image()) == 255) == (scores > 0.5)).all()
    assert "cut at half" in str(mask.notices[0])
    with pytest.raises(WanxError, match="from -9 to 9"):
        wx.Mask.from_image(scores * 18 - 9)  # before the last layer


# ---- with its picture -----------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["file", "Mask", "array"])
@pytest.mark.parametrize("size", [(300, 260), (6000, 4000)])
def test_with_fit_a_mask_is_fitted_with_its_picture(kind, size, tmp_path):
    """What was painted on the original lies on the fitted picture where it lay, sharp again."""
    big = Image.new("L", size)
    corners = (size[0] // 4, size[1] // 4, size[0] // 2, size[1] // 2)
    ImageDraw.Draw(big).rectangle(corners, fill=255)
    path = tmp_path / "mask.png"
    big.save(path)
    if kind == "Mask" and max(size) > 4096:
        with pytest.raises(UnusableMask, match="each side has 1 to 4096"):
            wx.Mask(size)
        return
    source = {"file": path, "array": np.asarray(big) > 0}.get(kind) if kind != "Mask" else None
    source = wx.Mask.from_image(big) if kind == "Mask" else source
    picture = Image.new("RGB", size, "teal")
    request = wx.DescriptionEditWithMask(image=picture, prompt="x", mask=source, fit=True)
    editor = wx.MaskEditor(picture, mask=source, fit=True)
    for mask in (request.mask, editor.mask):
        assert mask.size == request.image.size
        assert set(mask.to_image().histogram()[1:255]) == {0}
        scale = mask.size[0] / size[0]
        wanted = [corner * scale for corner in (*corners[:2], corners[2] + 1, corners[3] + 1)]
        assert np.abs(np.subtract(mask.to_image().getbbox(), wanted)).max() <= 1
    assert any("mask was resized" in str(notice) for notice in request.notices)


def test_a_mask_of_other_proportions_is_not_fitted():
    """It would not lie where it was painted: refused with both sizes, as without ``fit``."""
    wrong = box("L", 0, 255).crop((0, 0, 400, 520))
    for fit in (False, True):
        with pytest.raises(UnusableMask, match=r"400×520 pixels, the picture 600×520.*proportions"):
            wx.DescriptionEditWithMask(image=PICTURE, prompt="x", mask=wrong, fit=fit)
    half = box("L", 0, 255).resize((300, 260))
    with pytest.raises(UnusableMask, match="fit=True resizes"):
        wx.DescriptionEditWithMask(image=PICTURE, prompt="x", mask=half)
    fitted = wx.DescriptionEditWithMask(image=PICTURE, prompt="x", mask=half, fit=True)
    assert fitted.mask.area == pytest.approx(INSIDE.mean(), rel=0.02)
