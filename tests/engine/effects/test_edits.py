"""Masked edits, text removal, colours, sketches and scenes, judged by pixels."""

import numpy as np
import pytest
from PIL import Image

from ipywanx.engine.effects import fill, render
from ipywanx.engine.effects.colour import to_oklab
from ipywanx.engine.effects.materials import MATERIALS
from ipywanx.engine.effects.text import text_mask


@pytest.mark.parametrize(
    "prompt", ["", "去掉", "变成青花瓷", "毛茸茸", "a red thing", "添加一副墨镜", "a green dragon"]
)
def test_mask_is_obeyed(crop, disc, apart, prompt):
    """Outside the mask nothing changes; inside much does."""
    image = crop("coffee")
    mask = disc(image, 0.45, 0.4, 0.2)
    result = render("description_edit_with_mask", image, prompt=prompt, mask=mask).image
    change = apart(result, image)
    inside = np.asarray(mask) > 127
    assert change[~inside].max() <= 1
    assert (change[inside] > 4).mean() > 0.25


def test_removed_thing_is_gone(crop, disc):
    """A disc painted onto a photo is filled with something like what it hid."""
    image = crop("flower")
    mask = disc(image, 0.15, 0.3, 0.09)
    spoiled = image.copy()
    spoiled.paste((255, 0, 200), (0, 0), mask)
    result = render("description_edit_with_mask", spoiled, prompt="remove", mask=mask).image
    inside = np.asarray(mask) > 127
    truth, before, after = (np.asarray(i, float)[inside] for i in (image, spoiled, result))
    assert np.abs(after - truth).mean() < 0.15 * np.abs(before - truth).mean()


def test_fill_works_without_the_native_library(crop, disc, apart, monkeypatch):
    """Where PatchMatch cannot load, the pyramid fills the hole."""
    monkeypatch.setattr(fill, "patchmatch_module", lambda: None)
    image = crop("flower")
    mask = disc(image, 0.15, 0.3, 0.09)
    spoiled = image.copy()
    spoiled.paste((255, 0, 200), (0, 0), mask)
    results = [
        render("description_edit_with_mask", spoiled, mask=mask, seed=seed).image
        for seed in (1, 1, 2)
    ]
    inside = np.asarray(mask) > 127
    assert apart(results[0], spoiled)[~inside].max() <= 1
    assert np.asarray(results[0], float)[inside][:, 0].mean() < 120
    assert results[0].tobytes() == results[1].tobytes() != results[2].tobytes()


def test_missing_library_is_noticed(monkeypatch):
    """An unavailable or broken PatchMatch is reported as None, never raised."""
    import types

    broken = types.SimpleNamespace(patchmatch_available=False)
    monkeypatch.setattr(fill.importlib, "import_module", lambda _: broken)
    assert fill.patchmatch_module() is None

    def fail(name):
        raise ImportError(name)

    monkeypatch.setattr(fill.importlib, "import_module", fail)
    assert fill.patchmatch_module() is None


@pytest.mark.parametrize(
    ("name", "writing"),
    [
        ("flower", ("Photo by Jane", (120, 500), 40, (255, 255, 255))),
        ("astronaut", ("NASA ASTRONAUT", (20, 490), 44, (255, 255, 0))),
        ("coffee", ("STOCK IMAGE 2024", (300, 40), 48, (20, 20, 20))),
        ("china", ("SAMPLE PHOTO", (330, 80), 56, (200, 30, 30))),
    ],
)
def test_opaque_text_is_gone(photo, printed, name, writing):
    """After the edit, the place of the text is near the clean photo and no text is found."""
    clean = photo(name)
    marked, where = printed(clean, *writing)
    result = render("remove_watermark", marked, prompt="去除文字").image
    truth, before, after = (np.asarray(i, float)[where] for i in (clean, marked, result))
    assert np.abs(after - truth).mean() < 0.35 * np.abs(before - truth).mean()
    assert not text_mask(result).any()
    far = ~fill.arrays.dilate(where, 40)
    assert np.abs(np.asarray(result, int) - np.asarray(marked, int)).max(-1)[far].mean() < 0.5


@pytest.mark.parametrize(
    ("name", "scale"),
    [
        *((n, 0.9) for n in ("flower", "astronaut", "coffee", "rocket", "camera", "coins")),
        *((n, s) for n in ("china", "cat", "brick") for s in (0.9, 1.25)),
    ],
)
def test_clean_photos_come_back_unchanged(photo, name, scale):
    """No text is seen where there is none, and the notice says so."""
    image = photo(name)
    image = image.resize((round(image.width * scale), round(image.height * scale)))
    result = render("remove_watermark", image, prompt="去除图像中的文字")
    assert result.image.tobytes() == image.tobytes()
    assert any("No text" in notice.en for notice in result.notices)


def _chroma(image: Image.Image) -> np.ndarray:
    lab = to_oklab(np.asarray(image, np.float32) / 255)
    return np.hypot(lab[..., 1], lab[..., 2])


@pytest.mark.parametrize("name", ["china", "flower", "cat"])
def test_grey_in_colour_out(crop, name):
    """A grey picture gets colours, and keeps its brightness."""
    gray = crop(name).convert("L").convert("RGB")
    result = render("colorization", gray, prompt="").image
    assert _chroma(gray).max() < 0.01
    assert _chroma(result).mean() > 0.015
    drift = np.asarray(result.convert("L"), float) - np.asarray(gray.convert("L"), float)
    assert np.abs(drift).mean() < 8


def test_colours_of_the_prompt_land_where_asked(crop):
    """蓝色背景，黄色的叶子: the middle turns yellow, the rim blue."""
    gray = crop("flower").convert("L").convert("RGB")
    result = render("colorization", gray, prompt="蓝色背景，黄色的叶子")
    lab = to_oklab(np.asarray(result.image, np.float32) / 255)
    assert lab[150:300, 200:320, 2].mean() > 0.04
    assert lab[:60, :, 2].mean() < -0.03
    assert result.not_understood == ()


@pytest.mark.parametrize("material", sorted(MATERIALS))
def test_material_covers_the_subject_and_spares_the_rest(crop, apart, material):
    """Each local style changes the flower and leaves the far background alone."""
    words = {
        "ice": "冰雕",
        "cloud": "云朵",
        "lantern": "花灯",
        "wooden": "木板",
        "porcelain": "青花瓷",
        "fluffy": "毛茸茸",
        "yarn": "毛线",
        "balloon": "气球",
    }
    image = crop("flower")
    result = render("stylization_local", image, prompt=f"把花变成{words[material]}风格")
    change = apart(result.image, image)
    assert change[160:300, 200:320].mean() > 12
    assert change[:, :12].max() == 0
    assert words[material] in result.understood


def test_gold_is_gold(crop):
    """Gold foil puts most lit pixels at the hue of gold."""
    image = crop("flower")
    result = render(
        "stylization_all", image, prompt="转换成金箔艺术风格", parameters={"strength": 1.0}
    ).image
    hsv = np.asarray(result.convert("HSV"), float)
    lit = hsv[..., 2] > 120
    hue = hsv[..., 0][lit] * 360 / 255
    assert lit.mean() > 0.15
    assert ((hue > 25) & (hue < 60)).mean() > 0.8


@pytest.mark.parametrize(
    ("prompt", "test"),
    [
        ("变成夜晚", lambda a, b: b.mean() < 0.6 * a.mean()),
        ("black and white", lambda _, b: np.ptp(b, axis=-1).max() < 2),
        ("更亮", lambda a, b: b.mean() > a.mean() + 8),
        (
            "暖色调",
            lambda a, b: (b[..., 0] - b[..., 2]).mean() > (a[..., 0] - a[..., 2]).mean() + 8,
        ),
        ("大雾", lambda a, b: b.std() < 0.8 * a.std()),
    ],
)
def test_moods_do_what_they_say(crop, prompt, test):
    """Season, weather and light words change the picture the way they mean."""
    image = crop("china")
    result = render("description_edit", image, prompt=prompt, parameters={"strength": 1.0})
    assert test(np.asarray(image, float), np.asarray(result.image, float))
    assert result.understood


@pytest.mark.parametrize(
    ("prompt", "words"),
    [
        ("在天空中添加气球", {"天空", "添加", "气球"}),
        ("add a balloon in the sky", {"add", "balloon", "sky"}),
    ],
)
def test_an_added_balloon_hangs_in_the_sky(crop, apart, prompt, words):
    """What is added is a thing, not what the subject is made of; all words are accounted for."""
    image = crop("china")
    made = render("description_edit", image, prompt=prompt, seed=3, parameters={"strength": 0.8})
    changed = apart(made.image, image) > 40
    assert 0.001 < changed.mean() < 0.05
    assert not changed[changed.shape[0] // 2 :].any()
    assert (set(made.understood), made.not_understood, made.notices) == (words, (), ())


@pytest.mark.parametrize(
    "prompt",
    ["change the time to sunset", "把时间修改为黄昏", "把天气改成下雪", "把季节修改为秋天"],
)
def test_what_a_mood_is_said_of_is_understood(crop, prompt):
    """Time, weather and season are no unknown words beside a mood that is painted."""
    made = render("description_edit", crop("china"), prompt=prompt)
    assert made.not_understood == ()


def test_a_region_that_is_not_there_is_not_understood(crop):
    """A sky that the picture does not have is not told as painted."""
    made = render("description_edit", crop("coffee"), prompt="把天空修改为紫色")
    assert (made.understood, set(made.not_understood)) == ((), {"天空", "紫色"})
    assert "Nothing in the prompt" in made.notices[0].en


def test_hair_is_recoloured_and_the_rest_is_not(photo, apart):
    """把她的头发修改为红色 reddens the hair, and spares the corners of the picture."""
    image = photo("astronaut")
    result = render("description_edit", image, prompt="把她的头发修改为红色")
    change = apart(result.image, image)
    after = np.asarray(result.image, float)[40:70, 225:290]
    assert (after[..., 0] - after[..., 2]).mean() > 50
    assert change[-100:].mean() < 4
    assert set(result.understood) >= {"头发", "红色"}


def test_sketch_is_painted(sketch):
    """Areas of a sketch get different colours: sky, ground, a yellow sun."""
    result = render("doodle", sketch, prompt="房子", parameters={"is_sketch": True}).image
    pixels = np.asarray(result, float)
    sky, ground, sun = pixels[60:100, 100:200], pixels[440:500, 40:520], pixels[70:110, 440:480]
    assert sky[..., 2].mean() > sky[..., 0].mean()
    assert ground[..., 1].mean() > ground[..., 2].mean() + 20
    assert sun[..., 0].mean() > sun[..., 2].mean() + 60


def test_photo_becomes_a_drawing(crop):
    """Without is_sketch a photo is drawn: flat colours between dark lines."""
    image = crop("china")
    result = render("doodle", image, prompt="anime").image
    assert len(result.quantize(64).getcolors()) > 8
    assert np.abs(np.asarray(result, int) - np.asarray(image, int)).mean() > 12


def test_colour_of_the_prompt_is_laid_on_the_drawn_subject(crop):
    """Drawn from a photo, 'purple flower' comes out with a purple flower."""
    result = render("doodle", crop("flower"), prompt="purple flower")
    middle = np.asarray(result.image, float)[150:300, 200:320]
    assert middle[..., 2].mean() > middle[..., 1].mean() + 25
    assert result.understood == ("purple",)


@pytest.mark.parametrize(
    "place", ["沙滩", "night city", "雪地", "森林", "房间", "space", "desert", "mountain", "草地"]
)
def test_character_stands_in_the_scene(character, place):
    """The ground of the picture gives way to a scene; the character's colours stay."""
    result = render("control_cartoon_feature", character, prompt=f"卡通形象在{place}")
    pixels = np.asarray(result.image, int)
    assert result.image.size == character.size
    assert (np.abs(pixels - 250).max(-1) < 3).mean() < 0.1
    blue, yellow = np.array([70, 140, 220]), np.array([250, 200, 90])
    if "night" not in place:
        assert (np.abs(pixels - blue).max(-1) < 12).mean() > 0.02
        assert (np.abs(pixels - yellow).max(-1) < 12).mean() > 0.02
    assert result.understood


@pytest.mark.parametrize(
    ("prompt", "left_over"),
    [
        ("卡通形象站在沙滩上", ()),
        ("The cartoon character stands on a beach", ()),
        ("卡通形象在沙滩上挥手", ("挥手",)),
    ],
)
def test_naming_the_character_is_understood(character, prompt, left_over):
    """The character is stood in the scene, so words for that are no words that did nothing."""
    assert render("control_cartoon_feature", character, prompt=prompt).not_understood == left_over


def test_left_and_right_place_the_character(character):
    """左 and right move the character to that side."""

    def centre(prompt: str) -> float:
        pixels = np.asarray(render("control_cartoon_feature", character, prompt=prompt).image, int)
        here = np.abs(pixels - np.array([250, 200, 90])).max(-1) < 12
        return float(np.nonzero(here)[1].mean())

    assert centre("沙滩 左边") + 60 < centre("沙滩") < centre("beach, right") - 60
