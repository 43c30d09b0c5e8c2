"""Photos and helpers for the tests of the effects."""

import functools

import numpy as np
import pytest
import skimage.data
from PIL import Image, ImageDraw, ImageFont
from sklearn.datasets import load_sample_image

SIDE = 576


@functools.cache
def _photo(name: str) -> Image.Image:
    if name in {"china", "flower"}:
        image = Image.fromarray(load_sample_image(f"{name}.jpg"))
    else:
        image = Image.fromarray(getattr(skimage.data, name)()).convert("RGB")
    scale = SIDE / image.height
    return image.resize((round(image.width * scale), SIDE), Image.Resampling.LANCZOS)


@pytest.fixture
def photo():
    """Give a photo by name, 576 px high."""
    return lambda name: _photo(name).copy()


@pytest.fixture
def crop(photo):
    """Give the middle 512 x 512 of a photo: the smallest picture the service takes."""

    def cut(name: str) -> Image.Image:
        image = photo(name)
        left, top = (image.width - 512) // 2, (image.height - 512) // 2
        return image.crop((left, top, left + 512, top + 512))

    return cut


@pytest.fixture
def disc():
    """Give a round mask: its centre and radius are shares of the picture."""

    def make(image: Image.Image, x: float, y: float, radius: float) -> Image.Image:
        mask = Image.new("L", image.size, 0)
        cx, cy, r = x * image.width, y * image.height, radius * image.height
        ImageDraw.Draw(mask).ellipse((cx - r, cy - r, cx + r, cy + r), fill=255)
        return mask

    return make


@pytest.fixture
def printed():
    """Print text on a copy of a picture; gives the copy and where it differs."""

    def put(image: Image.Image, text: str, place: tuple[int, int], size: int, fill: tuple):
        copy = image.copy()
        font = ImageFont.load_default(size=size)
        ImageDraw.Draw(copy).text(
            place, text, font=font, fill=fill, stroke_width=1, stroke_fill=fill
        )
        return copy, apart(copy, image) > 8

    return put


@pytest.fixture
def sketch() -> Image.Image:
    """A child's house: a box, a roof, a door, a sun, and the ground."""
    image = Image.new("RGB", (560, 512), "white")
    draw = ImageDraw.Draw(image)
    pen = {"fill": "black", "width": 4}
    box = {"outline": "black", "width": 4}
    draw.line((0, 400, 560, 392), **pen)
    draw.rectangle((160, 250, 340, 398), **box)
    draw.polygon([(140, 250), (250, 150), (360, 250)], **box)
    draw.rectangle((225, 320, 275, 398), **box)
    draw.ellipse((420, 50, 500, 130), **box)
    return image


@pytest.fixture
def character() -> Image.Image:
    """A round-headed figure on an even ground."""
    image = Image.new("RGB", (512, 600), (250, 250, 250))
    draw = ImageDraw.Draw(image)
    draw.ellipse((136, 80, 376, 320), fill=(250, 200, 90), outline=(40, 30, 30), width=6)
    draw.rounded_rectangle(
        (180, 300, 332, 540), 50, fill=(70, 140, 220), outline=(40, 30, 30), width=6
    )
    draw.ellipse((200, 170, 230, 210), fill="black")
    draw.ellipse((280, 170, 310, 210), fill="black")
    return image


def apart(first: Image.Image, second: Image.Image) -> np.ndarray:
    """Give the largest difference of the channels at every pixel."""
    return np.abs(np.asarray(first, int) - np.asarray(second, int)).max(-1)


@pytest.fixture(name="apart")
def apart_fixture():
    """Give the function that compares two pictures pixel by pixel."""
    return apart
