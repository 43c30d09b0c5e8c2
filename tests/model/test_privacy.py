"""Does a picture say of its owner no more than its pixels do?"""

import io
import random

import numpy as np
import pytest
from PIL import Image, ImageCms
from tests.model import private_files
from tests.model.private_files import SECRET, jpeg, png, says, webp
from tests.model.test_images import encoded, far_off, mutant, scene
from tests.model.viewer import P3, SRGB, far_apart, rgb_profile, shown

from ipywanx.errors import WanxError
from ipywanx.model.loading import load
from ipywanx.model.png import readable_part
from ipywanx.model.privacy import bare_file
from ipywanx.model.quiet import plain_pillow

PHOTO = scene(600, 520)
FILES = private_files.files(PHOTO)


@pytest.mark.parametrize("kind", FILES)
def test_a_file_says_a_lot_and_what_is_sent_says_nothing(kind):
    """Whatever the format: EXIF, XMP, IPTC, comments, thumbnails and what lies behind are gone."""
    data = FILES[kind]
    assert says(data)
    picture = load(data)
    assert not says(picture.data)
    with Image.open(io.BytesIO(picture.data)) as sent:
        sent.load()
        assert not sent.getexif()
        assert set(sent.info) <= {
            *("jfif", "jfif_version", "jfif_unit", "jfif_density"),
            *("progressive", "progression", "loop", "background", "timestamp", "duration"),
        }
        assert far_apart(sent.convert("RGB"), shown(data)) == 0


@pytest.mark.parametrize("mode", ["RGB", "L"])
@pytest.mark.parametrize(
    "options",
    [{}, {"progressive": True}, {"restart_marker_rows": 1}, {"quality": 30}],
    ids=str,
)
def test_a_jpeg_is_not_encoded_anew(options, mode):
    """Taken out of a JPEG are whole segments: it is, byte by byte, the file that said nothing."""
    stuffed, plain = jpeg(PHOTO.convert(mode), **options)
    assert load(stuffed).data == load(plain).data == plain


def test_a_png_and_a_webp_are_not_encoded_anew():
    """What is left of their chunks has the bytes that it had."""
    stuffed, plain = png(PHOTO)
    assert load(stuffed).data == load(plain).data == plain
    stuffed, plain = webp(PHOTO)
    pixels = plain[plain.index(b"VP8L") :]
    assert load(stuffed).data.endswith(pixels)
    assert len(load(stuffed).data) <= len(plain) + 18


def test_what_colours_need_stays():
    """A JPEG whose colours an Adobe segment explains looks as before; so does one with sRGB."""
    rgb = encoded(PHOTO, "JPEG", keep_rgb=True)
    said = private_files.segment(0xEE, b"Adobe\0d\0\0\0\0\0" + SECRET)
    picture = load(rgb[:2] + said + rgb[2:])
    assert not says(picture.data)
    assert far_apart(picture.to_image(), shown(rgb[:2] + said + rgb[2:])) == 0
    tagged = encoded(PHOTO, "JPEG", icc_profile=rgb_profile("sRGB", SRGB))
    assert load(tagged).data == tagged


def test_a_screens_own_profile_is_not_sent():
    """A profile that names a screen's serial number goes, even where its colours are sRGB's."""
    profile = rgb_profile("Color LCD", SRGB)
    entry = 128 + 4 + 12  # the second tag, which nobody needs, becomes one of macOS
    screen = profile[:entry] + b"mmod" + profile[entry + 4 :]
    assert ImageCms.ImageCmsProfile(io.BytesIO(screen))
    for kind in ("JPEG", "PNG", "WEBP"):
        data = encoded(PHOTO, kind, icc_profile=screen)
        picture = load(data)
        assert b"mmod" not in picture.data
        assert "icc_profile" not in Image.open(io.BytesIO(picture.data)).info
        assert far_apart(picture.to_image(), shown(data)) <= 1
        assert picture.notices == ()


@pytest.mark.parametrize("kind", ["TIFF", "PNG", "WebP", "JPEG"])
def test_an_image_that_was_opened_says_nothing_either(kind):
    """Pillow keeps what a file said beside its pixels; it is not written again."""
    opened = Image.open(io.BytesIO(FILES[kind]))
    opened.info["icc_profile"] = rgb_profile("sRGB", SRGB)
    for image in (opened, opened.convert("RGBA"), opened.resize((700, 600))):
        assert not says(load(image).data)
    small = encoded(PHOTO.resize((300, 260)), "JPEG", exif=private_files.exif())
    assert not says(load(small, fit=True).data)


@pytest.mark.parametrize("kind", FILES)
def test_what_says_nothing_stays_as_it_is(kind):
    """Taken out once, nothing is left to take out: a kept picture has the same bytes again."""
    once = load(FILES[kind])
    assert load(once.data).data == once.data


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_damaged_file_is_taken_apart_or_encoded_anew(kind):
    """Of a file with some bytes changed, what is left shows what Pillow shows of the whole."""
    luck = random.Random(kind)  # noqa: S311
    good = {"JPEG": jpeg(PHOTO), "PNG": png(PHOTO), "WEBP": webp(PHOTO)}[kind][0]
    compared = 0
    for _ in range(120):
        data = mutant(good, luck)
        bare = bare_file(data, kind, profile=True)
        try:
            picture = load(data)
        except WanxError:
            continue
        if bare is not None and picture.data == bare:
            with plain_pillow():
                whole = Image.open(io.BytesIO(readable_part(data))).convert("RGB")
            assert far_off(picture, whole) == 0
            compared += 1
    assert compared > 5


def test_a_file_is_known_by_what_it_was():
    """What was taken out does not hide where a picture came from: the file's own hash is kept."""
    stuffed, plain = png(PHOTO)
    of_stuffed, of_plain = load(stuffed, name="a.png"), load(plain, name="a.png")
    assert of_stuffed.data == of_plain.data
    assert of_stuffed == of_plain
    assert "CANARY" in of_stuffed.origin.text
    assert of_plain.origin.text is None
    assert of_plain.origin.digests == (of_plain.digest,)
    assert len(set(of_stuffed.origin.digests)) == 2
    assert of_plain.digest not in of_stuffed.origin.digests
    converted = encoded(PHOTO, "PNG", icc_profile=rgb_profile("P3", P3))
    assert load(converted).origin.digests != (load(converted).digest,)
    assert np.asarray(load(converted).to_image()).shape == (520, 600, 3)
