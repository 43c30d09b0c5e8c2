"""Which part of a picture did someone mean as a mask?

Masks of other programs are white on black, black on white, a cut-out, or a hole. The border tells:
what lies there is taken as kept.
"""

from __future__ import annotations

from typing import Any

from PIL import Image

from ipywanx.model.operations import EDIT, KEEP, sharp
from ipywanx.model.pixels import to_rgb, with_alpha
from ipywanx.text import Text


def as_truths(source: Any, notices: list[Text]) -> Any:
    """An array that is 1 where to edit and 0 elsewhere, as segmentation gives it, as booleans.

    As a picture's pixel a 1 is nearly black. Whole numbers that are only 0 and 255 become pixels,
    whatever their type; anything else is given back as it came.

    Args:
        source: What a mask is made of, such as an array.
        notices: Gets a sentence where 1 was taken as the part to edit.
    """
    if getattr(getattr(source, "dtype", None), "kind", "") not in {"i", "u"}:
        return source
    import numpy as np

    array = np.asarray(source)
    if array.size and array.min() >= 0 and array.max() == 1:
        notices.append(
            Text(
                "1 in the array was taken as the part to edit, 0 as kept.",
                "已把数组中的 1 作为要编辑的部分，0 作为保留的部分。",
            )
        )
        return array == 1
    return array.astype(np.uint8) if np.isin(array, (KEEP, EDIT)).all() else source


def recognized(image: Image.Image, notices: list[Text]) -> Image.Image:
    """Any picture of a mask as mode L, 255 where it is to be edited; the border is kept.

    Args:
        image: In any mode.
        notices: Gets a sentence for each assumption.
    """
    if image.has_transparency_data and with_alpha(image).getchannel("A").getextrema()[0] != 255:
        grey, kind = with_alpha(image).getchannel("A"), "transparent"
        notices.append(
            Text("The mask was read from the picture's transparency.", "蒙版取自图片的透明度。")
        )
    else:
        grey, kind = to_rgb(image, []).convert("L"), "white"
    if sum(grey.histogram()[1:255]) > grey.width * grey.height / 50:
        notices.append(
            Text(
                "Greys were cut at half: brighter is edited.",
                "灰色按一半亮度划分：较亮的部分将被编辑。",
            )
        )
    grey = sharp(grey)
    if _border_is_white(grey):
        grey = grey.point(lambda value: EDIT - value)
        notices.append(
            Text(
                "What is transparent inside was taken as the part to edit.",
                "已把内部的透明部分作为要编辑的部分。",
            )
            if kind == "transparent"
            else Text(
                "Black on white was taken as the part to edit; invert if it is the other way.",
                "已把白底上的黑色作为要编辑的部分；如果相反，请反选。",
            )
        )
    return grey


def _border_is_white(grey: Image.Image) -> bool:
    width, height = grey.size
    edges = [(0, 0, width, 1), (0, height - 1, width, height)]
    edges += [(0, 0, 1, height), (width - 1, 0, width, height)]
    white = sum(grey.crop(edge).histogram()[EDIT] for edge in edges)
    return white > width + height  # more than half of all four
