"""What do the numbers of an array, or of a deep grey picture, mean? Their range tells, or nobody.

Whole numbers go up to 255 or 65535, floats to 1 or 255. Where a range fits none of these, nobody
knows what is white: it is refused, with the range and how to scale it, and never black by accident.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PIL import Image

from ipywanx.errors import UnusableImage, unsent
from ipywanx.model.profiles import space_of, to_srgb
from ipywanx.text import Text, spaced

if TYPE_CHECKING:
    import numpy as np

_CHANNELS = {1, 3, 4}
_ARRAY = Text("The array", "数组")
_OVERSHOOT = 0.1
"""So far beyond the ends of its scale a resampling may carry a float."""
_DARKEST = 4 / 255
"""White of a picture that is darker than this as a whole was meant otherwise."""
_LEAST_DEEP = 16_384
"""The brightest value of a 16-bit picture; one of 10, 12 or 14 bits in such a file stays below."""


def from_array(source: Any, notices: list[Text]) -> Image.Image:
    """An array as an image: (height, width[, 1, 3 or 4]) of truths, whole numbers or floats.

    The channels may come first, where that is plain to see.

    Args:
        source: The array.
        notices: Gets a sentence where its scale was guessed, or values were cut.

    Raises:
        UnusableImage: It has another shape or type, or a range of which nobody knows the scale.
    """
    import numpy as np

    array = rows_first(np.asarray(source), notices)
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[..., 0]
    flat = array.ndim == 2 or (array.ndim == 3 and array.shape[2] in _CHANNELS)
    if not flat or not array.size:
        many = array.ndim == 4 and Text(
            "It may hold several pictures; give one: array[0].",
            "其中可能有多张图片；请只给出一张：array[0]。",
        )
        raise UnusableImage(
            Text(
                f"The array has the shape {array.shape}; a picture is (height, width) or "
                "(height, width, 3 or 4).",
                f"数组的形状为 {array.shape}；图片应为 (高, 宽) 或 (高, 宽, 3 或 4)。",
            ),
            hint=unsent(*(many or ("", ""))),
        )
    if array.dtype.kind not in "buif":
        raise UnusableImage(
            Text(
                f"The array is of {array.dtype}; a picture is of whole numbers or floats.",
                f"数组的类型为 {array.dtype}；图片应由整数或浮点数组成。",
            ),
            hint=unsent("Convert it to uint8.", "请转换为 uint8。"),
        )
    if array.dtype == bool:
        array = array.astype(np.uint8) * 255
    elif array.dtype != np.uint8 or array.max() == 1:
        array = _eight_bits(scaled(array, _ARRAY, notices))
    return Image.fromarray(np.ascontiguousarray(array))


def rows_first(array: np.ndarray, notices: list[Text]) -> np.ndarray:
    """The array with its channels last; where they are first, as in a tensor, it shows."""
    first, last = array.shape[:1], array.shape[-1:]
    if array.ndim != 3 or first[0] not in _CHANNELS or last[0] in _CHANNELS:
        return array
    shape = array.shape
    notices.append(
        Text(
            f"The array's shape {shape} was read as (channels, height, width).",
            f"数组的形状 {shape} 已按 (通道, 高, 宽) 读取。",
        )
    )
    import numpy as np

    return np.moveaxis(array, 0, -1)


def is_deep(mode: str) -> bool:
    """Whether an image of this mode holds greys of more than 8 bits."""
    return mode.startswith("I") or mode == "F"


def from_deep(image: Image.Image, name: str | Text, notices: list[Text]) -> Image.Image:
    """A deep grey image as RGB, by its colour profile where it has one.

    Args:
        image: Decoded, in a mode that :func:`is_deep`.
        name: What to call it.
        notices: Gets a sentence on its range.

    Raises:
        UnusableImage: Nobody knows the scale of its range.
    """
    import numpy as np

    values = np.asarray(image)
    if image.format == "PNG":  # older versions of Pillow read its 16 bits as 32
        values = values.astype(np.uint16)
    greys = scaled(values, name, notices)
    shown = Image.fromarray(_eight_bits(greys))
    if profile := image.info.get("icc_profile"):
        if space_of(profile) == "GRAY":  # all its bits go through it
            shown = Image.fromarray((greys * 65535 + 0.5).astype(np.uint16))
        shown.info["icc_profile"] = profile
        shown = to_srgb(shown, notices)
    return shown.convert("RGB")


def deep_alpha(image: Image.Image) -> Image.Image | None:
    """What lies over a deep grey image: one of its values may be transparent; None for nothing."""
    import numpy as np

    key = image.info.get("transparency")
    if not isinstance(key, int):
        return None
    return Image.fromarray(np.where(np.asarray(image) == key, 0, 255).astype(np.uint8))


def _eight_bits(fractions: np.ndarray) -> np.ndarray:
    import numpy as np

    return (fractions * 255 + 0.5).astype(np.uint8)


def scaled(values: np.ndarray, name: str | Text, notices: list[Text]) -> np.ndarray:
    """The values on a scale from 0 (black) to 1 (white), as float32.

    Args:
        values: Whole numbers or floats.
        name: What to call what they are of.
        notices: Gets a sentence on their range, unless it is from 0 to 1.
    """
    import numpy as np

    is_float = values.dtype.kind == "f"
    if is_float and not np.isfinite(values).all():
        raise UnusableImage(
            Text(f"{name} holds values that are no numbers.", f"{spaced(name)}中含有非数值。"),
            hint=unsent("Replace them: np.nan_to_num(array).", "请替换：np.nan_to_num(array)。"),
        )
    low, high = (float(end) for end in (values.min(), values.max()))
    is_deep_file = name is not _ARRAY and values.dtype == np.uint16
    white = _white(low, high, is_float=is_float, is_deep_file=is_deep_file)
    if white is None:
        raise _unknown_scale(low, high, name)
    is_cut = low < 0 or high > white
    if white != 1 or is_cut:
        cut = Text("; what lies beyond was cut", "，超出部分已截断") if is_cut else Text("", "")
        notices.append(
            Text(
                f"Its values, from {low:.6g} to {high:.6g}, were taken on a scale from 0 to "
                f"{white}{cut}.",
                f"其数值从 {low:.6g} 到 {high:.6g}，已按 0 到 {white} 的范围读取{cut.zh}。",
            )
        )
    return (values.astype(np.float32) / np.float32(white)).clip(0, 1)


def _white(low: float, high: float, *, is_float: bool, is_deep_file: bool) -> int | None:
    """The value that is white where the values have this range; None where nobody knows."""
    if high == low == 0:
        return 1
    if is_float:
        if low >= -_OVERSHOOT and _DARKEST < high <= 1 + _OVERSHOOT:
            return 1
        if low >= -255 * _OVERSHOOT and 64 < high <= 255 * (1 + _OVERSHOOT):
            return 255
    elif low >= 0:
        if 1 < high <= 255 and not is_deep_file:
            return 255
        if _LEAST_DEEP <= high <= 65535:
            return 65535
    return None


def _unknown_scale(low: float, high: float, name: str | Text) -> UnusableImage:
    """Refuses a range, and says how to stretch it."""
    code = "array" if name is _ARRAY else "np.asarray(PIL.Image.open(path))"
    if low:
        code = f"({code} {'-' if low > 0 else '+'} {abs(low):.6g})"
    code = f"{code} / {high - low or 255:.6g}"
    return UnusableImage(
        Text(
            f"{name} holds values from {low:.6g} to {high:.6g}, and nothing says which is white.",
            f"{spaced(name)}中的数值从 {low:.6g} 到 {high:.6g}，无法得知哪个值是白色。",
        ),
        hint=unsent(
            f"Give an array from 0 to 1; this stretches it: {code}.",
            f"请给出 0 到 1 的数组；如需拉伸：{code}。",
        ),
    )
