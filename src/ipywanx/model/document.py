"""What has been drawn, undone and redone?

A mask being made: the list of its operations, a cursor in that list, and its pixels, which are
always current. Each step keeps the pixels that it covered, packed to a bit each, so that one more
stroke and one undo cost the same after a thousand strokes as after one. Any thread may call.
"""

from __future__ import annotations

import threading
import zlib
from dataclasses import dataclass

from PIL import Image

from ipywanx.model.masks import Mask
from ipywanx.model.operations import EDIT, Box, Operation

PATCH_BYTES = 64 * 2**20
"""What the covered pixels may take, packed; beyond it, the oldest steps are undone by redrawing."""


@dataclass(slots=True)
class _Step:
    """One operation, what it covered (None where that was dropped), how much was painted before."""

    operation: Operation
    box: Box
    covered: bytes | None = None
    painted: int = 0


class MaskDocument:
    """A mask that can be drawn on, undone and redone.

    Args:
        mask: Where to begin; its operations cannot be undone one by one, they are the ground.
    """

    def __init__(self, mask: Mask) -> None:
        self.size = mask.size
        self._lock = threading.RLock()
        self._ground = mask.operations
        self._steps: list[_Step] = []
        self._done = 0
        self._canvas = mask.to_image()
        self._painted = self._count((0, 0, *self.size))
        self._kept = 0

    @property
    def mask(self) -> Mask:
        """The mask as it is now: what was undone is not in it."""
        with self._lock:
            drawn = tuple(step.operation for step in self._steps[: self._done])
            return Mask(self.size, self._ground + drawn)

    def to_image(self, box: Box | None = None) -> Image.Image:
        """A copy of its pixels, mode L, 0 and 255; of a box of it where one is given."""
        with self._lock:
            return self._canvas.copy() if box is None else self._canvas.crop(box)

    @property
    def area(self) -> float:
        """The edited part of the picture, from 0.0 to 1.0."""
        return self._painted / (self.size[0] * self.size[1])

    @property
    def undoable(self) -> int:
        """How many steps can be undone."""
        return self._done

    @property
    def redoable(self) -> int:
        """How many steps can be redone."""
        return len(self._steps) - self._done

    def do(self, operation: Operation) -> Box:
        """Draw one more step; what was undone before can no longer be redone.

        Returns:
            The box whose pixels may have changed.
        """
        with self._lock:
            for gone in self._steps[self._done :]:
                self._kept -= len(gone.covered or b"")
            del self._steps[self._done :]
            self._steps.append(_Step(operation, operation.reach(self.size)))
            return self._draw(self._steps[-1])

    def replace(self, operation: Operation) -> Box:
        """Draw this step instead of the last one, as one step.

        Returns:
            The box whose pixels may have changed.
        """
        with self._lock:
            before = self.undo()
            box = self.do(operation)
            return box if before is None else _around(before, box)

    @property
    def last(self) -> Operation | None:
        """The step that :meth:`undo` would take back."""
        with self._lock:
            return self._steps[self._done - 1].operation if self._done else None

    def undo(self) -> Box | None:
        """Take the last step back; None where there is none."""
        with self._lock:
            if not self._done:
                return None
            self._done -= 1
            step = self._steps[self._done]
            if step.covered is None:
                self._canvas = self.mask.to_image()
                self._painted = step.painted
                return (0, 0, *self.size)
            self._canvas.paste(_unpacked(step.covered, step.box), step.box[:2])
            self._painted = step.painted
            return step.box

    def redo(self) -> Box | None:
        """Draw the step again that was undone last; None where there is none."""
        with self._lock:
            return self._draw(self._steps[self._done]) if self.redoable else None

    def _draw(self, step: _Step) -> Box:
        if step.covered is None:
            step.covered = _packed(self._canvas.crop(step.box))
            self._kept += len(step.covered)
            self._drop_oldest()
        step.painted = self._painted
        self._painted -= self._count(step.box)
        self._canvas = step.operation.draw(self._canvas)
        self._painted += self._count(step.box)
        self._done += 1
        return step.box

    def _drop_oldest(self) -> None:
        for step in self._steps[:-1]:
            if self._kept <= PATCH_BYTES:
                return
            self._kept -= len(step.covered or b"")
            step.covered = None

    def _count(self, box: Box) -> int:
        import numpy as np

        return int(np.count_nonzero(np.asarray(self._canvas.crop(box))))


def _around(a: Box, b: Box) -> Box:
    """The smallest box that holds both."""
    filled = [box for box in (a, b) if box[0] < box[2] and box[1] < box[3]]
    lefts, tops, rights, bottoms = zip(*(filled or [a]), strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


# A bit a pixel, by numpy: Pillow's own packing of mode 1 takes three times as long.
def _packed(pixels: Image.Image) -> bytes:
    import numpy as np

    return zlib.compress(np.packbits(np.asarray(pixels), axis=1).tobytes(), 1)


def _unpacked(data: bytes, box: Box) -> Image.Image:
    import numpy as np

    width, height = box[2] - box[0], box[3] - box[1]
    bits = np.frombuffer(zlib.decompress(data), np.uint8).reshape(height, (width + 7) // 8)
    return Image.fromarray(np.unpackbits(bits, axis=1, count=width) * np.uint8(EDIT))
