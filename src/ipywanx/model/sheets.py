"""What do a mask and a drawing have in common?

A blank sheet of a size, and a list of operations in image coordinates: pixels, origin top left, x
to the right, y down. A sheet never changes; each call returns a new one, with one more step.
"""

from __future__ import annotations

import io
import json
import math
import operator
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

from PIL import Image

from ipywanx.errors import InvalidRequest, UnusableImage, UnusableMask, brief
from ipywanx.model.images import MAX_SIDE
from ipywanx.model.operations import BLANK, Mode, Name, Operation
from ipywanx.model.pixels import BROKEN
from ipywanx.model.steps import from_plain, is_number, operation
from ipywanx.model.strokes import Point
from ipywanx.text import Text

_SHOWN = 400
"""The longer side in a notebook, in pixels: whatever is drawn stays under 300 kB there."""


@dataclass(frozen=True)
class Sheet:
    """A size, and what was drawn on it.

    Attributes:
        size: (width, height) in pixels.
        operations: The steps that made it, oldest first.
        notices: What was assumed of the picture that it began with, one sentence each.
        mode: What a pixel is, by Pillow's names.
        noun: What it is called.
        refusal: The error that says what is wrong with a step or a size.
    """

    size: tuple[int, int]
    operations: tuple[Operation, ...] = ()
    notices: tuple[Text, ...] = field(default=(), init=False, compare=False)

    mode: ClassVar[Mode]
    noun: ClassVar[Text]
    refusal: ClassVar[type[InvalidRequest]]

    def __post_init__(self) -> None:
        kind = self.noun
        try:
            width, height = (int(operator.index(side)) for side in self.size)
        except (TypeError, ValueError):
            raise self.refusal(
                Text(
                    f"A {kind}'s size is (width, height) in whole pixels, not {brief(self.size)}.",
                    f"{kind.zh}的尺寸应为整数像素 (宽, 高)，而不是 {brief(self.size)}。",
                )
            ) from None
        object.__setattr__(self, "size", (width, height))
        if not (1 <= width <= MAX_SIDE and 1 <= height <= MAX_SIDE):
            raise self.refusal(
                Text(
                    f"A {kind} of {width}×{height} pixels cannot be; each side has 1 to "
                    f"{MAX_SIDE}.",
                    f"{kind.zh}不能是 {width}×{height} 像素；每边应为 1 到 {MAX_SIDE}。",
                )
            )

    def to_image(self) -> Image.Image:
        """Its pixels, exactly its size: a mask's in mode L, only 0 (keep) and 255 (edit)."""
        canvas = Image.new(self.mode, self.size, BLANK[self.mode])
        for step in self.operations:
            canvas = step.draw(canvas)
        return canvas

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self._facts()}>"

    def _facts(self) -> str:
        """What its repr tells; the steps themselves may hold a whole picture."""
        count = len(self.operations)
        return f"{self.size[0]}×{self.size[1]}, {count} step{'s' * (count != 1)}"

    def _repr_png_(self) -> bytes:
        """How it looks, for a notebook: small, and of 256 colours at most."""
        small = self.to_image()
        small.thumbnail((_SHOWN, _SHOWN), reducing_gap=2.0)
        if small.mode == "RGB":
            small = small.quantize()
        stream = io.BytesIO()
        small.save(stream, "PNG", optimize=True)
        return stream.getvalue()

    @classmethod
    def from_image(cls, source: Any) -> Self:
        """One that begins with a picture."""
        raise NotImplementedError

    def to_json(self) -> str:
        """The list of operations as JSON text, for :meth:`from_json`."""
        steps = [step.to_plain() for step in self.operations]
        return json.dumps({"version": 1, "size": self.size, "operations": steps})

    @classmethod
    def from_json(cls, text: str) -> Self:
        """What :meth:`to_json` wrote.

        Raises:
            UnusableMask, UnusableImage: The text is not such a list, of a mask or a drawing.
        """
        try:
            plain = json.loads(text)
            size = cls(plain["size"]).size
            steps = (from_plain(step, size, cls.mode) for step in plain["operations"])
            sheet = cls(size, tuple(steps))
            sheet.to_image()  # a list that cannot be drawn is refused here, not when it is sent
        except (*BROKEN, InvalidRequest) as error:
            raise cls.refusal(
                Text(
                    f"The text is not a {cls.noun}'s JSON ({type(error).__name__}).",
                    f"该文本不是{cls.noun.zh}的 JSON（{type(error).__name__}）。",
                ),
                hint=Text(
                    f"Give what {cls.__name__}.to_json() returned.",
                    f"请给出 {cls.__name__}.to_json() 返回的内容。",
                ),
            ) from None
        return sheet

    def step(self, name: Name, points: Iterable[Sequence[float]] = (), **values: Any) -> Operation:
        """A checked step for a sheet like this one; see :func:`operation`.

        Raises:
            UnusableMask, UnusableImage: Its numbers make no sense, for a mask or a drawing.
        """
        try:
            return operation(name, points, size=self.size, mode=self.mode, **values)
        except (UnusableImage, UnusableMask) as error:
            if isinstance(error, self.refusal):
                raise
            raise self.refusal(error.text) from None

    def with_steps(self, *steps: Operation) -> Self:
        """The sheet after some more steps, each made by :meth:`step`."""
        return type(self)(self.size, (*self.operations, *steps))

    def _with(self, name: Name, points: Iterable[Sequence[float]] = (), **values: Any) -> Self:
        return self.with_steps(self.step(name, points, **values))

    def _corners(self, x: float, y: float, width: float, height: float) -> tuple[Point, Point]:
        """The top left and the bottom right of a box."""
        if not all(is_number(number) for number in (x, y, width, height)):
            box = (x, y, width, height)
            raise self.refusal(
                Text(
                    f"A box is four numbers, not {brief(box)}.",
                    f"方框应为四个数值，而不是 {brief(box)}。",
                )
            )
        if not (width > 0 and height > 0 and math.isfinite(width + height)):
            raise self.refusal(
                Text(
                    f"The box is {width}×{height}; both sides must be over 0 and finite.",
                    f"方框为 {width}×{height}；两边都必须大于 0，且是有限的数值。",
                )
            )
        return (x, y), (x + width, y + height)
