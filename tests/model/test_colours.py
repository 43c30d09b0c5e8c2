"""Is a picture sent, edited and shown in the colours that a colour-managed viewer shows?"""

import base64
import io

import numpy as np
import pytest
from PIL import Image, ImageCms
from tests.model.test_images import encoded
from tests.model.test_results import result
from tests.model.viewer import ADOBE, P3, PROFILES, far_apart, rgb_profile, shown

from ipywanx.model.drawings import Drawing
from ipywanx.model.images import Picture
from ipywanx.model.loading import load, open_image
from ipywanx.model.masks import Mask
from ipywanx.session import Session
from ipywanx.widgets.pictures import PictureSource

ORIENTATION = 0x0112
LIMIT = 2
"""Levels that a pixel may be off: two roundings."""


def photo(width: int = 640, height: int = 512) -> Image.Image:
    """Soft colours with strong ones among them, whose edges a JPEG would blur."""
    across, down = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    pixels = np.stack([200 - 60 * across, 60 + 140 * down, 70 + 30 * across], 2)
    pixels[height // 3 : height // 2, width // 3 : width // 2] = (40, 200, 60)
    pixels[height // 8 : height // 4, width // 8 : width // 4] = (230, 40, 50)
    pixels += np.random.default_rng(1).normal(0, 3, pixels.shape)
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def turned(turn: int) -> Image.Exif:
    """The camera's word on how it was held."""
    exif = Image.Exif()
    exif[ORIENTATION] = turn
    return exif


GREY = photo().convert("L")
CMYK = Image.merge("CMYK", [*photo().split(), Image.linear_gradient("L").resize((640, 512))])
FILES = {
    "P3 JPEG": encoded(photo(), "JPEG", quality=92, icc_profile=PROFILES["Display P3"]),
    "P3 JPEG, turned": encoded(
        photo(), "JPEG", quality=92, icc_profile=PROFILES["Display P3"], exif=turned(6)
    ),
    "P3 PNG": encoded(photo(), "PNG", icc_profile=PROFILES["Display P3"]),
    "P3 PNG with alpha": encoded(
        Image.merge("RGBA", [*photo().split(), GREY]), "PNG", icc_profile=PROFILES["Display P3"]
    ),
    "P3 PNG, palette": encoded(photo().quantize(64), "PNG", icc_profile=PROFILES["Display P3"]),
    "P3 WebP": encoded(photo(), "WEBP", quality=90, icc_profile=PROFILES["Display P3"]),
    "Adobe TIFF": encoded(photo(), "TIFF", icc_profile=PROFILES["Adobe RGB"]),
    "grey JPEG": encoded(GREY, "JPEG", icc_profile=PROFILES["grey 1.8"]),
    "grey PNG with alpha": encoded(
        Image.merge("LA", [GREY, GREY]), "PNG", icc_profile=PROFILES["grey 1.8"]
    ),
    "linear grey PNG": encoded(GREY, "PNG", icc_profile=PROFILES["grey 1.0"]),
    "CMYK JPEG": encoded(CMYK, "JPEG", quality=95, icc_profile=PROFILES["press"]),
    "CMYK TIFF": encoded(CMYK, "TIFF", icc_profile=PROFILES["press"]),
}
"""Pictures whose profile is not sRGB, of all the spaces that a profile can be about."""


@pytest.mark.parametrize("name", FILES)
def test_a_profile_is_converted_at_every_door(name, tmp_path):
    """By path, bytes, data URL, opened image and upload: what is sent is what a viewer shows."""
    data = FILES[name]
    path = tmp_path / "a.png"
    path.write_bytes(data)
    url = f"data:image/png;base64,{base64.b64encode(data).decode()}"
    uploaded = PictureSource().take({"source": "upload", "name": "a"}, [data])
    for picture in (*map(load, (path, data, url, Image.open(path))), uploaded):
        assert far_apart(picture.to_image(), shown(data)) <= LIMIT
        assert far_apart(plain(picture), shown(data)) <= LIMIT  # also for who knows no profile
        assert sum("to sRGB" in str(notice) for notice in picture.notices) == 1
    for source in (path, Image.open(path)):
        drawn = Drawing.from_image(source).image
        assert drawn.size == shown(data).size
        seen = open_image(source)
        assert "A" in seen.getbands() or far_apart(seen.convert("RGB"), shown(data)) <= LIMIT


def plain(picture: Picture) -> Image.Image:
    """The pixels of what is sent, for somebody who knows no profiles; it carries none."""
    with Image.open(io.BytesIO(picture.data)) as sent:
        assert "icc_profile" not in sent.info
        return sent.convert("RGB")


@pytest.mark.parametrize(
    "name",
    ["P3 JPEG", "P3 JPEG, turned", "P3 PNG with alpha", "Adobe TIFF", "grey JPEG", "CMYK JPEG"],
)
def test_what_an_edit_leaves_is_as_a_viewer_shows_it(name):
    """Outside the mask an offline edit has the pixels that a viewer shows of the original."""
    expected = shown(FILES[name])
    mask = Mask(expected.size).rectangle(200, 200, 90, 80)
    session = Session()
    made = session.edit("description_edit_with_mask", FILES[name], "给小狗添加一顶帽子", mask=mask)
    kept = np.asarray(mask.grow(40).to_image()) == 0
    assert kept.mean() > 0.5
    after = np.asarray(made.images[0], int)
    before = np.asarray(made.request.image.to_image(), int)
    assert np.abs(after - np.asarray(expected, int))[kept].max() <= LIMIT
    assert np.abs(after - before)[kept].max() == 0


def test_a_small_picture_is_converted_and_fitted():
    """With ``fit`` the colours are converted, and then the size is changed; both are told."""
    data = encoded(photo(300, 256), "JPEG", quality=95, icc_profile=PROFILES["Display P3"])
    picture = load(data, fit=True)
    expected = shown(data).resize(picture.size, Image.Resampling.LANCZOS)
    assert far_apart(picture.to_image(), expected) <= LIMIT
    converted, resized = map(str, picture.notices)
    assert "to sRGB" in converted
    assert "resized" in resized


@pytest.mark.parametrize("name", ["P3 JPEG", "P3 PNG", "grey JPEG", "CMYK TIFF"])
def test_a_result_with_a_profile_is_shown_by_it(name):
    """A service that answers with a profile is read as a viewer reads it."""
    assert far_apart(result(FILES[name]).images[0], shown(FILES[name])) <= LIMIT


def test_a_picture_that_was_kept_with_its_profile_is_shown_by_it():
    """What an earlier version has kept as it came is shown in its colours too."""
    kept = Picture(FILES["P3 JPEG"], "JPEG", (640, 512), "a.jpg")
    assert far_apart(kept.to_image(), shown(FILES["P3 JPEG"])) <= LIMIT


@pytest.mark.parametrize(
    ("kind", "image", "profile"),
    [
        *((kind, photo(), "sRGB") for kind in ("JPEG", "PNG", "WEBP")),
        *((kind, GREY, profile) for kind in ("JPEG", "PNG") for profile in ("sRGB", "grey sRGB")),
    ],
)
def test_srgb_is_known_by_its_colours(kind, image, profile):
    """A file whose profile shows the colours of sRGB, whatever it is called, keeps its bytes."""
    data = encoded(image, kind, icc_profile=PROFILES[profile])
    picture = load(data)
    assert (picture.data, picture.notices) == (data, ())


def test_the_name_of_a_profile_is_not_trusted():
    """A profile that is called sRGB and is not is converted."""
    for primaries, gamma in ((P3, None), (ADOBE, 2.2)):
        data = encoded(
            photo(), "PNG", icc_profile=rgb_profile("sRGB IEC61966-2.1", primaries, gamma)
        )
        assert far_apart(load(data).to_image(), shown(data)) <= LIMIT
        assert far_apart(load(data).to_image(), photo()) > 10


@pytest.mark.parametrize(
    ("image", "profile"),
    [(photo(), "broken"), (photo(), "press"), (photo(), "grey 1.8"), (CMYK, "Display P3")],
)
def test_a_profile_that_cannot_be_used_is_left_out(image, profile):
    """As in a viewer the colours are those of sRGB; a notice says so, and it is not sent."""
    data = encoded(image, "JPEG", icc_profile=PROFILES[profile])
    picture = load(data)
    assert far_apart(plain(picture), shown(data)) <= LIMIT
    assert any("cannot be used" in str(notice) for notice in picture.notices)
    assert "cannot be used" not in str(load(encoded(image, "JPEG")).notices)


def test_an_image_that_was_converted_by_hand_is_not_converted_again():
    """What ImageCms has made sRGB is sRGB: Pillow puts the new profile into the image."""
    srgb = ImageCms.createProfile("sRGB")
    with Image.open(io.BytesIO(FILES["P3 PNG"])) as opened:
        source = ImageCms.ImageCmsProfile(io.BytesIO(opened.info["icc_profile"]))
        by_hand = ImageCms.profileToProfile(opened, source, srgb, outputMode="RGB")
    picture = load(by_hand)
    assert picture.notices == ()
    assert far_apart(picture.to_image(), by_hand) == 0


def test_a_profile_may_have_any_name():
    """What a profile calls itself is shown on one line, and not without end."""
    data = encoded(photo(), "PNG", icc_profile=rgb_profile("a\n\x07b" * 500, P3))
    (notice,) = load(data).notices
    assert str(notice).isprintable()
    assert len(str(notice)) < 120
    nameless = encoded(photo(), "PNG", icc_profile=rgb_profile("", P3))
    assert "from RGB to sRGB" in str(load(nameless).notices[0])


def test_a_plain_file_is_decoded_once(monkeypatch):
    """A JPEG that fits is decoded once to see that it is whole, and encoded not at all."""
    data = encoded(photo(), "JPEG", icc_profile=PROFILES["sRGB"])
    load(data)
    decoded, encoded_anew = [], []
    getdecoder, getencoder = Image._getdecoder, Image._getencoder
    monkeypatch.setattr(
        Image, "_getdecoder", lambda *args, **kw: decoded.append(args) or getdecoder(*args, **kw)
    )
    monkeypatch.setattr(
        Image,
        "_getencoder",
        lambda *args, **kw: encoded_anew.append(args) or getencoder(*args, **kw),
    )
    assert load(data).data == data
    assert (len(decoded), len(encoded_anew)) == (1, 0)
