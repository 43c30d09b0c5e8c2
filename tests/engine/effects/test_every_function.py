"""What holds for the ten functions and the other model."""

import itertools

import numpy as np
import pytest

from ipywanx.engine.effects import FUNCTIONS, Rendering, render
from ipywanx.model.requests import REQUESTS

ARGUMENTS = {
    "stylization_all": {"prompt": "转换成法国绘本风格"},
    "stylization_local": {"prompt": "把房子变成木板风格"},
    "description_edit": {"prompt": "把花修改为蓝色"},
    "description_edit_with_mask": {"prompt": ""},
    "remove_watermark": {"prompt": "去除图像中的文字"},
    "expand": {"parameters": {"right_scale": 1.12}},
    "super_resolution": {"prompt": "图像超分", "parameters": {"upscale_factor": 2}},
    "colorization": {"prompt": ""},
    "doodle": {"prompt": "北欧极简风格的客厅。"},
    "control_cartoon_feature": {"prompt": "卡通形象在沙滩上"},
    "wan2.5-i2i-preview": {"prompt": "把花修改为蓝色", "parameters": {"size": "960*720"}},
}
RESIZING = {"expand", "super_resolution", "wan2.5-i2i-preview"}


@pytest.fixture
def job(crop, disc, printed):
    """Give a fitting picture and arguments for a function."""

    def make(function: str) -> tuple:
        image = crop("flower")
        arguments = dict(ARGUMENTS[function])
        if function == "description_edit_with_mask":
            arguments["mask"] = disc(image, 0.2, 0.25, 0.12)
        if function == "remove_watermark":
            image, _ = printed(image, "SAMPLE PICTURE", (40, 430), 44, (255, 255, 255))
        if function == "colorization":
            image = image.convert("L").convert("RGB")
        return image, arguments

    return make


def test_whatever_can_be_asked_has_an_effect():
    """The table holds exactly what a request can name."""
    assert set(FUNCTIONS) == set(ARGUMENTS) == set(REQUESTS)


@pytest.mark.parametrize("function", sorted(ARGUMENTS))
def test_seed_decides(job, function):
    """Equal arguments give equal bytes, another seed gives other bytes, the input stays."""
    image, arguments = job(function)
    untouched = image.tobytes()
    first = render(function, image, seed=5, **arguments)
    again = render(function, image, seed=5, **arguments)
    other = render(function, image, seed=6, **arguments)
    assert isinstance(first, Rendering)
    assert first.image.mode == "RGB"
    assert first.image.tobytes() == again.image.tobytes()
    assert first.image.tobytes() != other.image.tobytes()
    assert image.tobytes() == untouched
    assert (first.understood, first.not_understood) == (again.understood, again.not_understood)


@pytest.mark.parametrize("function", sorted(set(ARGUMENTS) - RESIZING))
def test_size_is_kept(job, function, apart):
    """All that names no other size keeps the size, and all change the picture."""
    image, arguments = job(function)
    result = render(function, image, **arguments).image
    assert result.size == image.size
    assert (apart(result, image) > 1).mean() > 0.004


def test_two_threads_do_not_mix_their_dice(job):
    """Two jobs at once give what each gives alone."""
    from concurrent.futures import ThreadPoolExecutor

    image, arguments = job("description_edit_with_mask")

    def run(seed: int) -> bytes:
        return render("description_edit_with_mask", image, seed=seed, **arguments).image.tobytes()

    alone = [run(seed) for seed in (1, 2)]
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(run, (1, 2))) == alone


@pytest.mark.parametrize("function", ["stylization_all", "description_edit"])
def test_strength_scales_the_change(crop, function):
    """Strength 0 is (nearly) the original, and more strength is more change."""
    image = crop("china")
    prompt = {"stylization_all": "金箔艺术风格", "description_edit": "变成日落"}[function]
    original = np.asarray(image, float)
    change = [
        np.abs(
            np.asarray(
                render(function, image, prompt=prompt, parameters={"strength": s}).image, float
            )
            - original
        ).mean()
        for s in (0.0, 0.25, 0.5, 0.75, 1.0)
    ]
    assert change[0] < 0.5
    assert all(low + 0.3 < high for low, high in itertools.pairwise(change))


def test_watermark_stamp_reads_on_light_and_dark():
    """The mark shows on white and on black, at the bottom right only."""
    from PIL import Image

    from ipywanx.engine.effects.watermark import stamp

    for ground in ("white", "black", (128, 128, 128)):
        plain = Image.new("RGB", (900, 600), ground)
        marked = np.asarray(stamp(plain), int)
        change = np.abs(marked - np.asarray(plain, int)).max(-1)
        assert change.max() > 70
        rows, columns = np.nonzero(change > 40)
        assert rows.min() > 500
        assert columns.min() > 700
