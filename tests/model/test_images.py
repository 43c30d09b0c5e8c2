"""Does whatever a person has become a picture that the service takes, or a clear refusal?"""

import base64
import hashlib
import io
import random
import struct
import time
import warnings
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.model.test_results import result

from ipywanx.errors import UnusableImage, brief
from ipywanx.model import fitting
from ipywanx.model.images import MAX_BYTES, Picture
from ipywanx.model.loading import load, open_image

ORIENTATION = 0x0112
NOTHING_SENT = "Nothing was sent."


def scene(width: int = 512, height: int = 512) -> Image.Image:
    """A smooth picture whose four corners differ."""
    across = np.linspace(0, 255, width, dtype=np.uint8)[None, :].repeat(height, axis=0)
    down = np.linspace(0, 255, height, dtype=np.uint8)[:, None].repeat(width, axis=1)
    return Image.fromarray(np.dstack([across, down, np.full_like(across, 60)]))


def noise(width: int, height: int) -> Image.Image:
    """A picture that does not compress."""
    pixels = np.random.default_rng(7).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Image.fromarray(pixels)


def encoded(image: Image.Image, kind: str = "PNG", **options) -> bytes:
    """The image as a file's bytes."""
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def far_off(picture: Picture, expected: Image.Image) -> float:
    """The mean difference of two pictures' pixels, in grey levels."""
    assert picture.size == expected.size
    one, other = np.asarray(picture.to_image(), float), np.asarray(expected.convert("RGB"), float)
    return float(np.abs(one - other).mean())


def refusal(source: object, **options) -> str:
    """The words with which a source is refused."""
    with pytest.raises(UnusableImage) as caught:
        load(source, **options)
    assert caught.value.parameter == "image"
    assert NOTHING_SENT in str(caught.value)
    return str(caught.value)


class Shown:
    """Like an earlier result: it says by the method for it that it is a picture."""

    def __init__(self, picture: Image.Image) -> None:
        self.picture = picture

    def _ipywanx_image_(self) -> tuple[Image.Image, None]:
        return self.picture, None


@pytest.fixture
def png(tmp_path: Path) -> Path:
    """A file of a picture that fits."""
    path = tmp_path / "图 1.png"
    scene(600, 520).save(path)
    return path


# ---- sources --------------------------------------------------------------------------------


def test_a_file_is_taken_by_every_kind_of_path(png, monkeypatch):
    """Text, Path, a name in the home folder and numpy's text all mean the same file."""
    monkeypatch.setenv("HOME", str(png.parent))
    for source in (str(png), png, f"~/{png.name}", Path("~") / png.name, np.str_(png)):
        picture = load(source)
        assert (picture.data, picture.format) == (png.read_bytes(), "PNG")
        assert (picture.size, picture.name, picture.notices) == ((600, 520), png.name, ())


def test_bytes_of_every_kind_are_taken(png):
    """Bytes, bytearray, memoryview and a data URL give the file back, byte for byte."""
    data = png.read_bytes()
    url = f"data:image/png;base64,{base64.b64encode(data).decode()}"
    for source in (data, bytearray(data), memoryview(data), url):
        assert load(source).data == data


def test_a_url_is_left_to_the_service():
    """An http address is sent as it is, and a notice says that its size was not checked."""
    for url in ("https://example.com/a.png?x=%E5%9B%BE", "http://127.0.0.1:9/b.jpg"):
        picture = load(url)
        assert (picture.url, picture.data, picture.size) == (url, b"", None)
        assert "not checked" in str(picture.notices[0])
        with pytest.raises(UnusableImage, match="not here"):
            picture.to_image()


@pytest.mark.parametrize(
    "url",
    ["https://example.com/图.png", "https://a/b c", "https://a/b\r\nHost: evil", "https://a/\x01"],
)
def test_a_url_that_the_service_would_refuse_is_refused_here(url):
    """Chinese characters, blanks, line ends and control characters in a URL are named."""
    assert "Percent-encode" in refusal(url)


@pytest.mark.parametrize("url", ["https://", "http:///a.png", "http://[::1/a.png"])
def test_half_a_url_is_refused(url):
    """An address without a host cannot be fetched by anyone."""
    assert "complete URL" in refusal(url)


def test_a_picture_is_taken_as_it_is(png):
    """Loading twice changes nothing."""
    picture = load(png)
    assert load(picture) is picture


def test_a_result_gives_its_first_picture():
    """An earlier result can be edited again; one without pictures is refused."""
    picture = load(result(encoded(scene()), encoded(noise(512, 512))))
    assert far_off(picture, scene()) == 0
    assert picture.name == "the result's first picture"
    assert "no picture" in refusal(result())


MODES = ["1", "L", "P", "RGB", "RGBX", "CMYK", "YCbCr", "HSV", "LAB"]


@pytest.mark.parametrize("mode", MODES)
def test_every_mode_of_pillow_becomes_rgb(mode):
    """Pixels keep their colour whatever mode they were held in."""
    source = Image.new("RGB", (512, 512), "white")
    source.paste("black", (0, 0, 256, 512))
    source = (
        source.convert(mode) if mode != "LAB" else Image.new("LAB", (512, 512), (255, 128, 128))
    )
    picture = load(source)
    right = picture.to_image().getpixel((400, 100))
    assert min(right) >= 253
    assert picture.to_image().mode == "RGB"
    converted = mode in {"RGBX", "CMYK", "YCbCr", "HSV", "LAB"}
    assert any(mode in str(notice) for notice in picture.notices) is converted


@pytest.mark.parametrize("mode", ["RGBA", "LA", "PA", "RGBa", "La", "P"])
def test_transparency_is_laid_on_white(mode):
    """Clear parts turn white, the others keep their colour, and a notice says so."""
    source = Image.new("LA", (512, 512), (0, 255))
    source.paste((0, 0), (0, 0, 256, 512))
    if mode == "P":
        source = Image.new("P", (512, 512), 1)
        source.putpalette([9, 9, 9, 0, 0, 0])
        source.paste(0, (0, 0, 256, 512))
        source.info["transparency"] = 0
    elif mode in {"RGBA", "RGBa"}:
        source = source.convert("RGBA").convert(mode)
    elif mode == "PA":  # Pillow's own conversion forgets the alpha
        alpha = source.getchannel("A")
        source = source.convert("PA")
        source.putalpha(alpha)
    elif mode == "La":
        source = source.convert("La")
    assert source.mode == mode
    picture = load(source)
    assert picture.to_image().getpixel((10, 10)) == (255, 255, 255)
    assert picture.to_image().getpixel((400, 10)) == (0, 0, 0)
    assert any("laid on white" in str(notice) for notice in picture.notices)


def test_opaque_alpha_is_dropped_silently():
    """An alpha channel that hides nothing is no news."""
    picture = load(scene().convert("RGBA"))
    assert picture.notices == ()
    assert far_off(picture, scene()) == 0


@pytest.mark.parametrize(
    ("mode", "kind", "top"),
    [
        ("I;16", np.uint16, 65535),
        ("I", np.int32, 65535),
        ("I", np.int32, 255),
        ("F", np.float32, 1),
        ("F", np.float32, 255),
    ],
)
def test_deep_grey_is_scaled(mode, kind, top):
    """A deep grey picture shows all its greys, not only the lowest; its scale is in a notice."""
    ramp = (np.linspace(0, 1, 512)[None, :].repeat(512, axis=0) * top).astype(kind)
    source = Image.fromarray(ramp)
    assert source.mode == mode
    picture = load(source)
    row = np.asarray(picture.to_image())[0, :, 0].astype(float)
    assert np.abs(row - np.linspace(0, 255, 512)).max() <= 1.5
    assert any(f"scale from 0 to {top}" in str(note) for note in picture.notices) is (top != 1)


def test_values_that_are_no_numbers_are_refused():
    """Not-a-number has no colour."""
    holes = np.full((512, 512), np.nan, np.float32)
    for source in (Image.fromarray(holes), holes):
        assert "no numbers" in refusal(source)


@pytest.mark.parametrize("channels", [(), (1,), (3,), (4,)])
@pytest.mark.parametrize("kind", ["uint8", "float32", "float64", "float16", "bool"])
def test_arrays_of_every_shape_and_kind_are_taken(channels, kind):
    """Grey, RGB and RGBA arrays of bytes, floats or truths mean the same picture."""
    array = np.ones((512, 600, *channels), dtype=kind)
    if kind == "uint8":
        array *= 255
    array[:, :300] = 0
    if channels == (4,):
        array[..., 3] = array.max()
    image = load(array).to_image()
    assert image.size == (600, 512)
    assert (image.getpixel((0, 0)), image.getpixel((599, 0))) == ((0, 0, 0), (255, 255, 255))


def test_a_strided_array_is_taken():
    """A slice that runs backwards (BGR to RGB) is a picture as well."""
    array = np.asarray(scene())
    assert load(array[..., ::-1]).to_image().getpixel((511, 0)) == (60, 0, 255)


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((512, 512, 2), np.uint8),
        np.zeros((512, 512, 5), np.uint8),
        np.zeros((2, 512, 512, 3), np.uint8),
        np.zeros(512, np.uint8),
        np.zeros((0, 512, 3)),
        np.zeros((512, 0), np.uint8),
        np.zeros((512, 512), np.complex64),
        np.full((512, 512), "x"),
    ],
    ids=lambda array: f"{array.dtype}{array.shape}",
)
def test_other_arrays_are_refused(array):
    """The refusal of an array says what its shape or kind should have been."""
    assert any(word in refusal(array) for word in ("height, width", "uint8"))


@pytest.mark.parametrize(
    "source", [None, 5, 1.5, ["a.png"], {}, object()], ids=lambda it: type(it).__name__
)
def test_other_things_are_no_pictures(source):
    """What is no picture is refused with a list of what is."""
    words = refusal(source)
    assert type(source).__name__ in words
    assert "path, URL, bytes" in words


# ---- files ----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_file_that_fits_keeps_its_bytes(kind):
    """Where a file holds nothing but its pixels it goes out as it came in, and says so to it."""
    data = encoded(scene(), kind)
    picture = load(data)
    assert picture.data == data
    assert picture.mime == f"image/{kind.lower()}"
    assert picture.digest == hashlib.sha256(data).hexdigest()
    assert picture.notices == ()
    assert Image.open(io.BytesIO(data)).format == picture.format


@pytest.mark.parametrize("kind", ["BMP", "TIFF"])
def test_what_is_not_taken_apart_goes_out_as_png(kind):
    """A BMP or TIFF may say anything anywhere: its pixels alone are sent, and all of them."""
    picture = load(encoded(scene(), kind))
    assert (picture.format, picture.notices) == ("PNG", ())
    assert far_off(picture, scene()) == 0


UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What turns a photo upright, by the camera's number (EXIF 2.3, tag 0x0112)."""


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize("turn", range(1, 9))
def test_camera_orientation_is_obeyed(kind, turn):
    """A photo of any of the eight orientations is sent upright; a notice says what was done."""
    exif = Image.Exif()
    exif[ORIENTATION] = turn
    data = encoded(scene(640, 512), kind, exif=exif.tobytes())
    upright = scene(640, 512) if turn == 1 else scene(640, 512).transpose(UPRIGHT[turn])
    picture = load(data)
    assert far_off(picture, upright) < 3
    assert [("upright" in str(notice)) for notice in picture.notices] == [True] * (turn > 1)
    if turn == 1:  # nothing was encoded anew
        assert far_off(picture, Image.open(io.BytesIO(data))) == 0


def test_an_opened_photo_is_turned_as_its_file_would_be():
    """A path and the image opened from it give the same; one turned by hand is left alone."""
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    data = encoded(scene(640, 512), "JPEG", exif=exif.tobytes())
    opened = load(Image.open(io.BytesIO(data)))
    assert opened.size == load(data).size == (512, 640)
    assert "upright" in str(opened.notices[0])
    by_hand = Image.open(io.BytesIO(data)).rotate(-90, expand=True)
    assert load(by_hand).size == (512, 640)
    assert load(by_hand).notices == ()


@pytest.mark.parametrize("side", [512, 4096])
def test_sizes_at_the_limit_are_taken(side):
    """512 and 4096 pixels are inside the service's limits."""
    for size in ((side, 512), (512, side)):
        assert load(Image.new("L", size)).size == size


@pytest.mark.parametrize("side", [511, 4097])
@pytest.mark.parametrize("tall", [False, True])
def test_sizes_beyond_the_limit_are_refused(side, tall):
    """One pixel too few or too many is refused with the size, the limits and the way out."""
    size = (600, side) if tall else (side, 600)
    for source in (Image.new("L", size), encoded(Image.new("L", size))):
        words = refusal(source)
        assert f"{size[0]}×{size[1]}" in words
        assert "512 to 4096" in words
        assert "fit=True" in words


@pytest.mark.parametrize(
    ("size", "fitted"),
    [
        ((256, 300), (512, 600)),
        ((1, 1), (512, 512)),
        ((5000, 2500), (4096, 2048)),
        ((600, 4097), (600, 4096)),
        ((511, 4000), (512, 4008)),
        ((600, 700), (600, 700)),
    ],
)
def test_fit_resizes_no_more_than_it_must(size, fitted):
    """``fit=True`` makes a picture just large or small enough and says from what to what."""
    picture = load(Image.new("L", size, 200), fit=True)
    assert picture.size == fitted
    assert picture.to_image().getpixel((0, 0)) == (200, 200, 200)
    said = f"{size[0]}×{size[1]} to {fitted[0]}×{fitted[1]}"
    assert any(said in str(notice) for notice in picture.notices) is (size != fitted)


@pytest.mark.parametrize("size", [(100, 1000), (9000, 1000), (511, 4096)])
def test_fit_cannot_save_a_strip(size):
    """A ratio that no size can hold is refused with the advice to crop."""
    assert "Crop" in refusal(Image.new("L", size), fit=True)


def test_nothing_is_advised_that_does_not_help():
    """A strip is to be cropped, a giant made smaller, and only what fits is sent to fit=True."""
    strip, giant = scene(6000, 100), png_header(12000, 10000)
    for source in (strip, encoded(strip)):
        for fit in (False, True):
            words = refusal(source, fit=fit)
            assert "6000×100 pixels: too long and narrow" in words
            assert "Crop it first." in words
            assert "fit=True" not in words
    assert "12000×10000 pixels; the service takes 512 to 4096" in refusal(giant)
    assert "Make it smaller first." in refusal(giant)
    for fit in (False, True):
        assert "0×0 pixels" in refusal(Image.new("RGB", (0, 0)), fit=fit)


def test_fit_does_not_decode_an_absurd_file():
    """Even ``fit=True`` refuses 120 million pixels before it decodes them."""
    assert "Make it smaller first" in refusal(png_header(12000, 10000), fit=True)


def test_a_file_over_ten_megabytes_is_refused_unless_it_may_be_changed():
    """Over 10 MB: refused with its size; with ``fit=True`` recompressed, and a notice says so."""
    data = encoded(scene(2000, 1900), "BMP")
    assert len(data) > MAX_BYTES
    words = refusal(data)
    assert f"{len(data) / 1024 / 1024:.1f} MB" in words
    assert "fit=True" in words
    picture = load(data, fit=True)
    assert len(picture.data) <= MAX_BYTES
    assert far_off(picture, scene(2000, 1900)) == 0
    assert any("10 MB" in str(notice) for notice in picture.notices)


def test_a_heavy_image_is_sent_as_jpeg(monkeypatch):
    """Pixels that no PNG holds in the limit go as JPEG of a quality that a notice names."""
    monkeypatch.setattr(fitting, "MAX_BYTES", 400_000)
    picture = load(noise(700, 600))
    assert picture.format == "JPEG"
    assert len(picture.data) <= 400_000
    assert any("quality" in str(notice) for notice in picture.notices)
    monkeypatch.setattr(fitting, "MAX_BYTES", 50_000)
    assert "Make it smaller first" in refusal(noise(700, 600))


def test_other_formats_are_sent_as_png():
    """A GIF is not a format of the service: its first frame goes out as PNG, and it is said."""
    still = load(encoded(scene().convert("P"), "GIF"))
    assert (still.format, still.suffix, len(still.notices)) == ("PNG", ".png", 1)
    assert "GIF" in str(still.notices[0])
    plain = load(encoded(scene(), "PPM"))
    assert (plain.format, far_off(plain, scene())) == ("PNG", 0)
    assert "PPM" in str(plain.notices[0])
    frames = {"save_all": True, "append_images": [Image.new("RGB", (512, 512))]}
    for kind in ("GIF", "PNG", "WEBP", "TIFF"):
        moving = load(encoded(scene(), kind, **frames))
        assert any("first frame" in str(notice) for notice in moving.notices)
        assert far_off(moving, scene()) < 4


def test_a_phones_two_pictures_in_one_are_one_jpeg():
    """An MPO, as phones write it, counts as JPEG; its first picture is used."""
    data = encoded(scene(), "MPO", save_all=True, append_images=[Image.new("RGB", (512, 512))])
    picture = load(data)
    assert picture.format == "JPEG"
    assert far_off(picture, scene()) < 3


def test_text_named_as_a_picture_is_refused(tmp_path):
    """A file is what its bytes are, not what its name says."""
    fake = tmp_path / "photo.png"
    fake.write_text("<html>login</html>")
    assert "photo.png is a web page (HTML), not a picture" in refusal(fake)


def test_missing_files_are_named(tmp_path):
    """A missing file, a folder, an empty name, an unknown home: each is refused with its name."""
    for source in (tmp_path / "nobody.png", tmp_path, "", "a\0b", "~nobodyhere/a.png", "x" * 5000):
        words = refusal(source)
        assert brief(str(source)) in words
        assert "cannot be read" in words


@pytest.mark.parametrize(
    "url", ["data:image/png,abc", "data:image/png;base64,@@@", "data:image/png;base64,é", "data:"]
)
def test_damaged_data_urls_are_refused(url):
    """A data URL that is not base64 is told apart from a picture that is broken."""
    assert "data URL" in refusal(url)


# ---- hostile files --------------------------------------------------------------------------


def png_header(width: int, height: int) -> bytes:
    """A tiny PNG that claims a size."""

    def chunk(name: bytes, body: bytes) -> bytes:
        crc = zlib.crc32(name + body)
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", crc)

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 8000)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        [chunk(b"IHDR", header), chunk(b"IDAT", pixels), chunk(b"IEND", b"")]
    )


@pytest.mark.parametrize("side", [4097, 12_000, 60_000, 2**31 - 1])
@pytest.mark.parametrize("fit", [False, True])
def test_a_decompression_bomb_costs_nothing(side, fit):
    """74 bytes that claim gigabytes are refused at once, unread, and without Pillow's warning."""
    bomb = png_header(side, 30_000)
    assert len(bomb) < 100
    load(encoded(Image.new("L", (512, 512))))  # Pillow's plugins are loaded now
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        seconds = []
        for _ in range(3):
            start = time.process_time()
            words = refusal(bomb, fit=fit)
            seconds.append(time.process_time() - start)
    assert min(seconds) < 0.05  # of CPU time, which a busy machine hardly changes
    assert "damaged" not in words


MUTANTS = {
    "JPEG": {},
    "PNG": {},
    "BMP": {},
    "TIFF": {"compression": "tiff_adobe_deflate"},
    "WEBP": {},
    "GIF": {"save_all": True, "append_images": [Image.new("RGB", (512, 512))]},
    "MPO": {"save_all": True, "append_images": [Image.new("RGB", (512, 512))]},
}


def mutant(data: bytes, luck: random.Random) -> bytes:
    """The file with its end lost, or some bytes changed, mostly near its head."""
    broken = bytearray(data)
    if luck.random() < 0.35:
        del broken[luck.randrange(len(broken)) :]
    for _ in range(luck.choice((1, 3, 10)) if broken else 0):
        reach = min(len(broken), 400) if luck.random() < 0.8 else len(broken)
        broken[luck.randrange(reach)] = luck.randrange(256)
    return bytes(broken)


@pytest.mark.parametrize("kind", MUTANTS)
def test_damaged_files_are_refused_or_read(kind):
    """A damaged file is refused in our words or gives a whole picture; nothing else, no warning."""
    luck = random.Random(kind)  # noqa: S311
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    good = encoded(scene(), kind, **MUTANTS[kind], **({"exif": exif} if kind == "JPEG" else {}))
    outcomes = {"read": 0, "refused": 0}
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        for number in range(40):
            try:
                picture = load(mutant(good, luck), fit=number % 2 == 0)
            except UnusableImage as error:
                assert NOTHING_SENT in str(error)
                outcomes["refused"] += 1
            else:
                assert picture.to_image().size == picture.size
                outcomes["read"] += 1
    assert outcomes["refused"] > 0


def test_an_animation_may_end_anywhere():
    """A GIF whose second frame is cut at any byte is refused in our words or read."""
    second = Image.new("RGB", (512, 512))
    second.putpixel((5, 5), (255, 0, 0))
    black = Image.new("RGB", (512, 512))
    data = encoded(black, "GIF", save_all=True, append_images=[second])
    tail = len(data) - len(encoded(black, "GIF"))
    assert tail > 0
    for end in range(1, tail + 8):
        try:
            assert load(data[:-end]).size == (512, 512)
        except UnusableImage as error:
            assert NOTHING_SENT in str(error)


def test_a_damaged_image_that_pillow_opened_is_refused():
    """Pillow reads lazily: damage that shows late is told all the same."""
    late = Image.open(io.BytesIO(encoded(noise(512, 512))[:9000]))
    assert "damaged" in refusal(late)


@pytest.mark.parametrize("way", ["close", "closed when read", "with", "its file", "made here"])
def test_a_closed_image_is_called_closed(tmp_path, way):
    """An image that was closed is no damaged file: it is to be opened again."""
    path = tmp_path / "a.png"
    scene(600, 520).save(path)
    image = scene(600, 520) if way == "made here" else Image.open(path)
    match way:
        case "with":
            with image:
                pass
        case "its file":
            with path.open("rb") as file:
                image = Image.open(file)
        case "closed when read":
            image.load()
            image.close()
        case _:
            image.close()
    for read in (load, open_image):
        with pytest.raises(UnusableImage, match=r"^a 600×520 image is closed; .* Open it again"):
            read(image)


def test_an_image_that_was_read_before_its_file_was_closed_is_taken(tmp_path):
    """Pillow closes a file once its pixels are read; the pixels are there."""
    path = tmp_path / "a.png"
    scene(600, 520).save(path)
    with Image.open(path) as image:
        image.load()
    assert load(image).size == (600, 520)


# ---- pixels for masks and previews ----------------------------------------------------------


def test_open_image_has_no_lower_limit(png):
    """Masks and previews may be small; every local source is opened, whatever it is."""
    small = encoded(scene(9, 7))
    sources = (small, scene(9, 7), np.asarray(scene(9, 7)), Shown(scene(9, 7)))
    assert {open_image(source).size for source in sources} == {(9, 7)}
    assert open_image(load(png)).size == open_image(str(png)).size == (600, 520)


def test_open_image_refuses_what_it_cannot_hold():
    """An address, an absurd size and rubbish are refused as elsewhere."""
    for source, words in (
        ("https://example.com/a.png", "Download"),
        (png_header(4097, 10), "4096"),
        (b"rubbish", "not a picture"),
        (encoded(noise(64, 64))[:900], "damaged"),
        (None, "NoneType"),
    ):
        with pytest.raises(UnusableImage, match=words):
            open_image(source)
