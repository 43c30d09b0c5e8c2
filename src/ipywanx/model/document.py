"""What has been drawn, undone and redone?

A mask or a drawing being made: the list of its operations, a cursor in that list, and its pixels,
which are always current. Each step keeps the pixels that it covered, packed (a mask's to a bit
each), so that one more stroke and one undo cost the same after a thousand strokes as after one.
Any thread may call.
"""

from __future__ import annotations

import functools
import threading
import zlib
from dataclasses import dataclass
from typing import Generic, TypeVar

from PIL import Image, ImageChops

from ipywanx.model.operations import EDIT, Box, Operation
from ipywanx.model.sheets import Sheet
from ipywanx.model.thumbnails import Thumbnail

S = TypeVar("S", bound=Sheet)

PATCH_BYTES = 64 * 2**20
"""What the covered pixels may take, packed; beyond it, the oldest steps are undone by redrawing."""


@dataclass(slots=True)
class _Step:
    """One operation, what it covered (None where that was dropped), how much was painted before."""

    operation: Operation
    box: Box
    covered: bytes | None = None
    painted: int = 0


class Document(Generic[S]):
    """A mask or a drawing that can be drawn on, undone and redone.

    Args:
        sheet: Where to begin; its operations cannot be undone one by one, they are the ground.
    """

    def __init__(self, sheet: S) -> None:
        self.size = sheet.size
        self._lock = threading.RLock()
        self._ground = sheet
        self._steps: list[_Step] = []
        self._done = 0
        self._canvas = sheet.to_image()
        self._thumbnail = Thumbnail(self.size, sheet.mode)
        self._painted = 0
        self._look((0, 0, *self.size))
        self._kept = 0

    @property
    def sheet(self) -> S:
        """The mask or the drawing as it is now: what was undone is not in it."""
        with self._lock:
            return self._ground.with_steps(*(step.operation for step in self._steps[: self._done]))

    def to_image(self, box: Box | None = None) -> Image.Image:
        """A copy of its pixels, in the sheet's mode; of a box of it where one is given."""
        with self._lock:
            return self._canvas.copy() if box is None else self._canvas.crop(box)

    @property
    def thumbnail(self) -> str:
        """Its pixels made small, as a PNG in a ``data:`` URL."""
        with self._lock:
            return self._thumbnail.url

    @property
    def area(self) -> float:
        """The part that is not blank, from 0.0 to 1.0: what a mask edits."""
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
            box = step.box
            if step.covered is None:
                self._canvas, box = self.sheet.to_image(), (0, 0, *self.size)
            else:
                covered = _unpacked(step.covered, box, self._canvas.mode)
                self._canvas.paste(covered, box[:2])
            self._painted = step.painted
            self._thumbnail.update(self._canvas, box)
            return box

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
        self._look(step.box)
        self._done += 1
        return step.box

    def _drop_oldest(self) -> None:
        for step in self._steps[:-1]:
            if self._kept <= PATCH_BYTES:
                return
            self._kept -= len(step.covered or b"")
            step.covered = None

    def _look(self, box: Box) -> None:
        """Count and make small what was drawn in a box."""
        self._painted += self._count(box)
        self._thumbnail.update(self._canvas, box)

    def _count(self, box: Box) -> int:
        """How many pixels of a box are not blank."""
        import numpy as np

        pixels = self._canvas.crop(box)
        if pixels.mode != "L":  # what is white in all channels is paper
            pixels = ImageChops.invert(functools.reduce(ImageChops.darker, pixels.split()))
        return int(np.count_nonzero(np.asarray(pixels)))


def _around(a: Box, b: Box) -> Box:
    """The smallest box that holds both."""
    filled = [box for box in (a, b) if box[0] < box[2] and box[1] < box[3]]
    lefts, tops, rights, bottoms = zip(*(filled or [a]), strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def _packed(pixels: Image.Image) -> bytes:
    import numpy as np

    if pixels.mode != "L":
        return zlib.compress(pixels.tobytes(), 1)
    # A bit a pixel, by numpy: Pillow's own packing of mode 1 takes three times as long.
    return zlib.compress(np.packbits(np.asarray(pixels), axis=1).tobytes(), 1)


def _unpacked(data: bytes, box: Box, mode: str) -> Image.Image:
    import numpy as np

    width, height = box[2] - box[0], box[3] - box[1]
    if mode != "L":
        return Image.frombytes(mode, (width, height), zlib.decompress(data))
    bits = np.frombuffer(zlib.decompress(data), np.uint8).reshape(height, (width + 7) // 8)
    return Image.fromarray(np.unpackbits(bits, axis=1, count=width) * np.uint8(EDIT))
