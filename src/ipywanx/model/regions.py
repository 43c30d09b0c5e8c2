"""How far does a region of a mask reach, and what is it when grown?

Exact answers on whole arrays; Pillow's own flood fill walks pixel by pixel in Python and its
rank filters know only squares.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SAME_COLOR = 40
"""How far colours may differ, of 255, and be filled as one: paper is uneven, edges are smooth."""


def connected_region(image: Image.Image, seed: tuple[float, float]) -> Image.Image:
    """The pixels that have the seed's value and are joined to it side by side.

    Args:
        image: Mode L, values 0 and 255; or RGB, where the colour may differ a little.
        seed: (x, y) in pixels, inside the image.

    Returns:
        Mode L, 255 in the region.
    """
    import numpy as np

    if image.mode == "RGB":
        alike = similar_region(image, seed, _SAME_COLOR)
    else:
        pixels = np.asarray(image)
        x, y = int(seed[0]), int(seed[1])
        alike = _reached(pixels == pixels[y, x], x, y)
    return Image.fromarray(alike.astype(np.uint8) * 255)


def similar_region(
    image: Image.Image, seed: tuple[float, float], tolerance: float
) -> NDArray[np.bool_]:
    """The pixels around the seed whose colour is near the seed's, joined side by side.

    Args:
        image: Mode RGB.
        seed: (x, y) in pixels, inside the image.
        tolerance: The largest difference in any channel, 0 to 255.

    Returns:
        (height, width), true in the region.
    """
    import numpy as np

    pixels = np.asarray(image).astype(np.int16)
    x, y = int(seed[0]), int(seed[1])
    return _reached(np.abs(pixels - pixels[y, x]).max(axis=2) <= tolerance, x, y)


def _reached(open_: NDArray[np.bool_], x: int, y: int) -> NDArray[np.bool_]:
    """The part of ``open_`` that is joined to (x, y) side by side."""
    import numpy as np

    reached = np.zeros_like(open_)
    reached[y, x] = True
    count = 0
    # Spreading along whole rows and columns: as many rounds as the region has turns.
    while count != (count := int(reached.sum())):
        for axis in (1, 0):
            reached = _spread(reached, open_, axis)
    return reached


def _spread(reached: NDArray[np.bool_], open_: NDArray[np.bool_], axis: int) -> NDArray[np.bool_]:
    """Every open run along ``axis`` that holds a reached pixel, reached as a whole."""
    import numpy as np

    if axis == 0:
        return _spread(reached.T, open_.T, 1).T
    # Runs are numbered from left to right, in reading order; closed pixels belong to none.
    starts = open_.copy()
    starts[:, 1:] &= ~open_[:, :-1]
    run = np.cumsum(starts.ravel(), dtype=np.int32).reshape(open_.shape)
    hit = np.zeros(int(run[-1, -1]) + 1, dtype=bool)
    hit[run[reached]] = True
    return hit[run] & open_


def grown(image: Image.Image, pixels: int) -> Image.Image:
    """The painted area grown by a disk of ``pixels`` radius; shrunk where that is negative.

    Shrinking treats everything beyond the border as painted, so that a shape which touches
    the border is not eaten away from there.
    """
    import numpy as np

    painted = np.asarray(image) > 127
    if pixels == 0:
        return image
    if pixels < 0:
        return Image.fromarray((~_dilated(~painted, -pixels)).astype(np.uint8) * 255)
    return Image.fromarray(_dilated(painted, pixels).astype(np.uint8) * 255)


def _dilated(painted: NDArray[np.bool_], radius: int) -> NDArray[np.bool_]:
    """Union of the area moved by every offset of a disk: one row of the disk at a time."""
    import numpy as np

    rows, columns = np.flatnonzero(painted.any(axis=1)), np.flatnonzero(painted.any(axis=0))
    result = painted.copy()
    if not rows.size:
        return result
    height, width = painted.shape
    top, bottom = max(0, rows[0] - radius), min(height, rows[-1] + radius + 1)
    left, right = max(0, columns[0] - radius), min(width, columns[-1] + radius + 1)
    box, out = painted[top:bottom, left:right], result[top:bottom, left:right]
    counts = np.zeros((box.shape[0], box.shape[1] + 2 * radius + 1), dtype=np.int32)
    np.cumsum(box, axis=1, out=counts[:, radius + 1 : radius + 1 + box.shape[1]])
    counts[:, radius + 1 + box.shape[1] :] = counts[:, [radius + box.shape[1]]]
    for dy in range(radius + 1):
        half = int((radius * radius - dy * dy) ** 0.5)
        low, high = radius - half, radius + half + 1
        n = box.shape[1]
        near = counts[:, high : high + n] > counts[:, low : low + n]
        for shift in {dy, -dy}:
            if abs(shift) >= box.shape[0]:
                continue
            out[max(0, shift) : box.shape[0] + min(0, shift)] |= near[
                max(0, -shift) : box.shape[0] + min(0, -shift)
            ]
    return result
