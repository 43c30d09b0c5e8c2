"""What the READMEs' pictures begin with: photographs that two packages bring, and drawings.

scikit-learn and scikit-image carry the photographs in their wheels, so nothing is fetched.
"""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFont

import ipywanx as wx

SIZE = (768, 512)


def sample(name: str) -> Image.Image:
    """A photograph that a package brings, at least as large as the service wants it."""
    if name in {"china", "flower"}:
        from sklearn.datasets import load_sample_image

        pixels = load_sample_image(f"{name}.jpg")
    else:
        import skimage.data

        pixels = getattr(skimage.data, name)()
    picture = Image.fromarray(pixels)
    return picture.resize(SIZE, Image.Resampling.LANCZOS) if name != "astronaut" else picture


def pagoda() -> Image.Image:
    """A pagoda above a lake, and a dark cypress at the right."""
    return sample("china")


def cypress() -> wx.Mask:
    """Where that cypress is."""
    corners = [(652, 156), (768, 156), SIZE, (632, 512), (640, 368)]
    return wx.Mask(SIZE).polygon(corners)


def dahlia() -> Image.Image:
    """A flower before dark leaves."""
    return sample("flower")


def grey_dahlia() -> Image.Image:
    """The same without colours."""
    return dahlia().convert("L")


def rocket() -> Image.Image:
    """A rocket at night, with letters printed on the photograph."""
    picture = sample("rocket")
    pen = ImageDraw.Draw(picture)
    for at, text, size in (((30, 30), "ON THE PAD", 54), ((572, 448), "05:40", 44)):
        pen.text(at, text, "#ffd23c", ImageFont.load_default(size))
    return picture


def narrow_pagoda() -> Image.Image:
    """The pagoda alone, square."""
    return pagoda().crop((0, 0, 512, 512))


def astronaut() -> Image.Image:
    """A portrait of 512 x 512 pixels."""
    return sample("astronaut")


def sketch() -> Image.Image:
    """A house, a tree and the sun, in lines."""
    lines = [
        [(0, 392), (120, 386)],  # the horizon, behind house and tree
        [(392, 382), (560, 377)],
        [(604, 376), (768, 371)],
        [(120, 260), (120, 450), (392, 450), (392, 260), (120, 260)],  # walls
        [(92, 260), (256, 130), (420, 260), (92, 260)],  # roof
        [(226, 450), (226, 345), (290, 345), (290, 450)],  # door
        [(150, 300), (202, 300), (202, 352), (150, 352), (150, 300)],  # windows
        [(314, 300), (366, 300), (366, 352), (314, 352), (314, 300)],
        [(562, 318), (559, 450), (605, 450), (602, 318)],  # trunk
    ]
    paper = wx.Drawing(SIZE)
    for line in lines:
        paper = paper.stroke(line, 3)
    turns = np.linspace(0, 2 * np.pi, 49)
    for x, y, width, height in ((582, 226, 104, 100), (690, 68, 42, 42)):  # crown and sun
        ring = zip(x + width * np.cos(turns), y + height * np.sin(turns), strict=True)
        paper = paper.stroke([(float(a), float(b)) for a, b in ring], 3)
    return paper.image


def bear() -> Image.Image:
    """A bear with a bow tie: ellipses, at x, y, width, height."""
    fur, dark, cream, ink = "#9c6644", "#6e452c", "#f0cfa8", "#1f1a17"
    parts = [
        *((x, 62, 76, 76, fur) for x in (288, 404)),  # ears
        *((x, 80, 40, 40, cream) for x in (306, 422)),
        *((x, 330, 56, 88, fur) for x in (272, 440)),  # paws
        *((x, 420, 68, 48, dark) for x in (308, 392)),  # feet
        (292, 262, 184, 192, fur), (328, 298, 112, 132, cream),  # body
        (280, 86, 208, 192, fur), (332, 178, 104, 80, cream),  # head
        *((x, 142, 26, 32, ink) for x in (328, 414)),  # eyes
        *((x, 147, 10, 10, "#ffffff") for x in (334, 420)),
        (366, 190, 36, 24, ink),  # nose
    ]  # fmt: skip
    paper = wx.Drawing(SIZE)
    for part in parts:
        paper = paper.ellipse(*part)
    paper = paper.stroke([(360, 234), (384, 244), (408, 234)], 3, ink)
    for tip in (344, 424):
        paper = paper.polygon([(384, 278), (tip, 258), (tip, 298)], "#d92c2c")
    return paper.image
