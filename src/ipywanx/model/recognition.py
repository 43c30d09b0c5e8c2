"""Which part of a picture does someone mean as a mask? One reading for every door.

White is edited and black is kept, wherever they lie. Truths, 0 and 1, one label and one colour on
black, a painted layer and a hole in a photo have one meaning each; where it is a guess, a notice
says how much will be edited. Several labels, a photo or a cut-out could mean anything: they are
refused with the line of code that says it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PIL import Image, ImageChops

from ipywanx.errors import UnusableImage, UnusableMask, unsent
from ipywanx.model.arrays import is_deep, rows_first, scaled
from ipywanx.model.loading import open_image
from ipywanx.model.operations import EDIT, KEEP
from ipywanx.model.pixels import to_rgb, with_alpha
from ipywanx.model.sources import Array, File, Held, held
from ipywanx.text import Text, spaced

if TYPE_CHECKING:
    import numpy as np

    Levels = np.ndarray
    Truths = np.ndarray

_ARRAY = Text("The array", "数组")
_DARK, _BRIGHT = 16, 240
"""Levels that count as black and white: a JPEG's are not exactly so."""
_FEW = 64
"""Labels, where a photo has more greys."""
_EDGES = 0.02
"""Part of a mask that soft edges take; more greys were painted softly, and are cut at half."""
_GREY = 0.5
"""Part of greys beyond which a picture is no mask."""
_SHOWN = 5  # labels of a refusal


def read_mask(source: Any, notices: list[Text], *, fit: bool = False) -> Image.Image:
    """The mask that something shows: mode L, 255 where it is to be edited, else 0.

    Args:
        source: What :func:`.loading.load` takes, of any size, or an array (height, width) of
            truths or numbers.
        notices: Gets one sentence, with the part that will be edited, where the meaning is a guess.
        fit: Whether it will be made smaller, and so may be larger than a picture.

    Raises:
        UnusableImage: It holds no picture.
        UnusableMask: Nobody can know which part is meant.
    """
    import numpy as np

    try:
        found = held(source)
        if isinstance(found, Array) and (values := _flat(found.values)) is not None:
            meant = _of_values(values, _Meaning(_ARRAY, "array", notices))
        else:
            meant = _of_image(open_image(found, fit=fit), _meaning(found, notices))
    except UnusableImage as error:
        error.parameter = "mask"
        raise
    return Image.fromarray(np.where(meant, EDIT, KEEP).astype(np.uint8))


class _Meaning:
    """What is said of one mask: how it was read, or why nobody can read it.

    Args:
        name: What to call it.
        code: How its pixels are written in Python: ``array``, or a call of ``np.asarray``.
        notices: Gets how it was read.
    """

    def __init__(self, name: str | Text, code: str, notices: list[Text]) -> None:
        self.name = name
        self._code = code
        self._notices = notices

    def pixels(self, mode: str = "", of_array: str = "") -> str:
        """The code of its pixels, of an image in a mode, or of a part of an array."""
        if self._code == "array":
            return f"array{of_array}"
        return f"{self._code[:-1]}.convert({mode!r}))" if mode else self._code

    def guess(self, meant: Truths, en: str, zh: str) -> Truths:
        """The part that is meant, with a notice: the sentences take its share."""
        share = f"{100 * meant.mean():.3g}%"
        self._notices.append(Text(en.format(share=share), zh.format(share=share)))
        return meant

    def refusal(self, why: Text, code: str) -> UnusableMask:
        """Nobody can know; the code says it."""
        return UnusableMask(
            Text(
                f"{self.name} {why}, and nothing says which part is to be edited.",
                f"{spaced(self.name)}{why.zh}，无法得知要编辑哪一部分。",
            ),
            hint=unsent(f"Say it in code: mask={code}.", f"请用代码说明：mask={code}。"),
        )


def _meaning(found: Held, notices: list[Text]) -> _Meaning:
    if isinstance(found, Array):
        return _Meaning(_ARRAY, "array", notices)
    if isinstance(found, File):
        return _Meaning(found.name, "np.asarray(PIL.Image.open(path))", notices)
    return _Meaning(getattr(found, "name", ""), "np.asarray(image)", notices)


def _flat(values: np.ndarray) -> np.ndarray | None:
    """An array's numbers where it has one channel, or three that are the same; else None."""
    values = rows_first(values, [])
    if values.dtype.kind not in "buif" or not values.size:
        return None
    if values.ndim == 3 and values.shape[2] in {1, 3}:
        first = values[..., 0]
        if all((values[..., channel] == first).all() for channel in range(1, values.shape[2])):
            values = first
    return values if values.ndim == 2 else None


# ---- pictures -------------------------------------------------------------------------------


def _of_image(image: Image.Image, meaning: _Meaning) -> Truths:
    import numpy as np

    if is_deep(image.mode):
        return _of_values(np.asarray(image), meaning)
    if image.has_transparency_data:
        layers = with_alpha(image)
        if layers.getchannel("A").getextrema()[0] != 255:
            return _of_layers(layers, meaning)
        image = layers
    if image.mode not in {"1", "L", "LA"}:
        colours = to_rgb(image, [])
        if _is_coloured(colours):
            return _of_colours(image, colours, meaning)
        image = colours
    return _of_values(np.asarray(image.convert("L")), meaning)


def _of_colours(image: Image.Image, colours: Image.Image, meaning: _Meaning) -> Truths:
    """One colour on black is painted; of several, nobody knows which."""
    import numpy as np

    found = sorted(colours.getcolors(_FEW) or (), reverse=True)
    painted = [colour for _, colour in found if colour != (0, 0, 0)]
    if not painted:
        raise _photo(meaning, np.asarray(colours.convert("L")), ".mean(axis=2)")
    if len(painted) == 1 and len(found) == 2:
        return meaning.guess(
            (np.asarray(colours) == painted[0]).all(axis=2),
            "What is coloured was taken as the part to edit, black as kept: {share} of the "
            "picture.",
            "已把彩色部分作为要编辑的部分，黑色保留：占图片的 {share}。",
        )
    if image.mode == "P":
        code = f"{meaning.pixels()} == {max(index for _, index in image.getcolors() or ())}"
    else:
        code = f"({meaning.pixels('RGB')} == {painted[-1]}).all(axis=2)"
    why = Text(f"holds {len(painted)} colours", f"有 {len(painted)} 种颜色")
    raise meaning.refusal(why, code)


def _is_coloured(image: Image.Image) -> bool:
    """Whether more of it has a hue than the noise of a JPEG."""
    red, green, blue = image.split()
    apart = ImageChops.lighter(
        ImageChops.difference(red, green), ImageChops.difference(green, blue)
    ).histogram()
    return sum(apart[2 * _DARK :]) > image.width * image.height / 100


def _of_layers(image: Image.Image, meaning: _Meaning) -> Truths:
    """A picture with transparent parts: a mask that has some, a painted layer, or a hole."""
    import numpy as np

    pixels = np.asarray(image)
    opaque = pixels[..., 3] > 127
    shown = pixels[..., :3][opaque]
    if _is_black_and_white(shown):
        return meaning.guess(
            opaque & (pixels[..., :3].min(axis=2) > 127),
            "White was taken as the part to edit, black and transparent as kept: {share} of the "
            "picture.",
            "已把白色作为要编辑的部分，黑色和透明部分保留：占图片的 {share}。",
        )
    if _border(opaque) > 0.5:
        return meaning.guess(
            ~opaque,
            "What is transparent was taken as the part to edit: {share} of the picture.",
            "已把透明部分作为要编辑的部分：占图片的 {share}。",
        )
    if not len(shown) or _is_one_colour(shown):
        return meaning.guess(
            opaque,
            "What is painted was taken as the part to edit, transparent as kept: {share} of the "
            "picture.",
            "已把涂抹的部分作为要编辑的部分，透明部分保留：占图片的 {share}。",
        )
    raise meaning.refusal(
        Text("is cut out of a picture", "是抠出的图像"),
        f"{meaning.pixels('RGBA')}[..., 3] > 127",
    )


def _is_black_and_white(colours: np.ndarray) -> bool:
    """Whether colours are black and white, and some of both."""
    black, white = (colours < _DARK).all(axis=1), (colours >= _BRIGHT).all(axis=1)
    return bool(black.any() and white.any() and (black | white).mean() > 1 - _EDGES)


def _is_one_colour(colours: np.ndarray) -> bool:
    import numpy as np

    apart = np.abs(colours.astype(np.int16) - np.median(colours, axis=0)).max(axis=1)
    return bool((apart < 2 * _DARK).mean() > 0.95)


def _border(truths: Truths) -> float:
    """The part of the picture's edge on which it is true."""
    edges = (truths[0], truths[-1], truths[:, 0], truths[:, -1])
    return float(sum(edge.sum() for edge in edges) / sum(edge.size for edge in edges))


# ---- numbers --------------------------------------------------------------------------------


def _of_values(values: np.ndarray, meaning: _Meaning) -> Truths:
    """Truths, 0 and another value, or levels."""
    import numpy as np

    if values.dtype == bool:
        return values
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        scaled(values, meaning.name, [])  # refuses it
    low, high = values.min(), values.max()
    if low == 0 and (high == 0 or ((values == low) | (values == high)).all()):
        meant = values == high if high else np.zeros(values.shape, bool)
        if high not in {0, 255, 65535} and not (values.dtype.kind == "f" and high == 1):
            return meaning.guess(
                meant,
                f"{high} in the mask was taken as the part to edit, 0 as kept: {{share}} of the "
                "picture.",
                f"已把蒙版中的 {high} 作为要编辑的部分，0 保留：占图片的 {{share}}。",
            )
        return _with_white_border(meant, meaning)
    if low == high == 1:
        return np.ones(values.shape, bool)
    if values.dtype.kind == "f":
        return _cut(scaled(values, meaning.name, []), meaning)
    if low < 0 or (high > 255 and high < 16_384) or high > 65_535:
        raise _labels(values, meaning)
    levels = values if values.dtype == np.uint8 else values // (257 if high > 255 else 1)
    return _of_levels(levels.astype(np.uint8, copy=False), values, meaning)


def _of_levels(levels: Levels, values: np.ndarray, meaning: _Meaning) -> Truths:
    """Black and white with soft edges; labels and photos are refused."""
    import numpy as np

    counts = np.bincount(levels.ravel(), minlength=256) / levels.size
    used = np.flatnonzero(counts)
    if len(used) == 1 and (used[0] < _DARK or used[0] >= _BRIGHT):
        return levels >= _BRIGHT
    if len(used) <= _FEW and _has_labels(levels):
        raise _labels(values, meaning)
    greys = counts[_DARK:_BRIGHT].sum()
    if used[-1] <= 127 or used[0] > 127 or greys > _GREY:
        raise _photo(meaning, levels)
    if greys > _EDGES:
        return _cut(levels / np.float32(255), meaning)
    return _with_white_border(levels > 127, meaning)


def _has_labels(levels: Levels) -> bool:
    """Whether there are areas of one level each, and not of black and of white alone."""
    import numpy as np

    inner = levels[1:-1, 1:-1]
    inside = np.ones(inner.shape, bool)
    for other in (levels[:-2, 1:-1], levels[2:, 1:-1], levels[1:-1, :-2], levels[1:-1, 2:]):
        inside &= inner == other
    counts = np.bincount(inner[inside], minlength=256)
    areas = np.flatnonzero(counts > levels.size * _EDGES / 2)
    return bool(((areas >= _DARK) & (areas < _BRIGHT)).any() or (areas < _DARK).sum() > 1)


def _cut(fractions: np.ndarray, meaning: _Meaning) -> Truths:
    return meaning.guess(
        fractions > 0.5,
        "Greys were cut at half, and brighter was taken as the part to edit: {share} of the "
        "picture.",
        "灰色按一半亮度划分，较亮的部分作为要编辑的部分：占图片的 {share}。",
    )


def _with_white_border(meant: Truths, meaning: _Meaning) -> Truths:
    """White is edited, also where it looks as if black were the shape that was painted."""
    if meant.all() or _border(meant) <= 0.5:
        return meant
    return meaning.guess(
        meant,
        "White was taken as the part to edit: {share} of the picture. If black is meant, invert "
        "the mask.",
        "已把白色作为要编辑的部分：占图片的 {share}。如果要编辑的是黑色部分，请反选蒙版。",
    )


def _labels(values: np.ndarray, meaning: _Meaning) -> UnusableMask:
    import numpy as np

    labels, counts = np.unique(values, return_counts=True)
    shares = ", ".join(
        f"{label}: {100 * count / values.size:.3g}%"
        for label, count in list(zip(labels, counts, strict=True))[:_SHOWN]
    )
    more = Text(", …", "……") if len(labels) > _SHOWN else Text("", "")
    chosen = next((label for label in labels if label > 0), labels[0])
    return meaning.refusal(
        Text(
            f"holds {len(labels)} labels ({shares}{more})",
            f"有 {len(labels)} 个标签（{shares}{more.zh}）",
        ),
        f"{meaning.pixels()} == {chosen}",
    )


def _photo(meaning: _Meaning, levels: Levels, channels: str = "") -> UnusableMask:
    """Refuses greys, and says how to cut them in the middle."""
    code = meaning.pixels("L", of_array=channels)
    why = Text("looks like a photo, not a mask", "像是照片，而不是蒙版")
    return meaning.refusal(why, f"{code} > {(int(levels.min()) + int(levels.max())) // 2}")
