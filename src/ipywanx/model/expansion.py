"""How large does a picture become that is expanded, and where in it is the original?"""

from __future__ import annotations

import math


def expanded_box(
    size: tuple[int, int], top: float, bottom: float, left: float, right: float
) -> tuple[int, int, int, int]:
    """Give (width, height, left offset, top offset) of the grown picture.

    Each scale acts on the half of the picture on its side of the centre: the vendor's guide says
    that 1.5 on all four sides makes a picture 1.5 times as wide and high.
    """
    width, height = size
    grown_width = math.floor(width / 2 * (left + right) + 0.5)
    grown_height = math.floor(height / 2 * (top + bottom) + 0.5)
    left_offset = min(math.floor(width / 2 * (left - 1) + 0.5), grown_width - width)
    top_offset = min(math.floor(height / 2 * (top - 1) + 0.5), grown_height - height)
    return grown_width, grown_height, left_offset, top_offset
