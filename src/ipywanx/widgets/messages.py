"""What does a page's message ask for? Read, checked, and each one only once.

Messages may come in any thread, twice (after a lost connection), or from a page that has gone
wrong.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

from ipywanx.errors import UnusableMask, WanxError
from ipywanx.model.operations import Operation, Value
from ipywanx.model.sheets import Sheet
from ipywanx.text import Text

# All that a message of a page gone wrong was seen to raise.
UNREADABLE = (ArithmeticError, AttributeError, BufferError, LookupError, TypeError, ValueError)
_REMEMBERED = 4000
_LENGTHS_OF_IDS = range(1, 65)
_SHAPES = {"stroke", "rectangle", "ellipse", "polygon"}
_FARTHEST = 200  # pixels to grow or smooth by; the page offers no more


class Inbox:
    """Takes each message once, whatever is in it."""

    def __init__(self) -> None:
        self._answered: OrderedDict[str, None] = OrderedDict()

    def take(
        self,
        content: Any,
        obey: Callable[[], object],
        tell: Callable[[WanxError | None], object],
        send: Callable[[dict[str, Any]], object],
    ) -> None:
        """Do what a message asks for, once, and acknowledge it; nonsense changes nothing.

        Args:
            content: The message; without an id it asks for no answer, and gets none.
            obey: Does it. It may raise whatever the message's nonsense leads to.
            tell: Hears what went wrong; None for a message that cannot be read.
            send: Takes the acknowledgement.
        """
        name = content.get("id") if isinstance(content, dict) else None
        if not isinstance(name, str) or len(name) not in _LENGTHS_OF_IDS:
            return
        if self._is_new(name):
            try:
                obey()
            except WanxError as error:
                tell(error)
            except UNREADABLE:
                tell(None)
        send({"kind": "ack", "id": name})

    def _is_new(self, name: str) -> bool:
        if name in self._answered:
            return False
        self._answered[name] = None
        if len(self._answered) > _REMEMBERED:
            self._answered.popitem(last=False)
        return True


def read_shape(
    content: dict[str, Any], buffers: Sequence[Any], blank: Sheet, value: Value
) -> Operation:
    """The stroke or shape that was drawn.

    Args:
        content: ``shape``, ``radius``, and ``pen`` where each point has a radius of its own.
        buffers: 32-bit floats: x, y, x, y …; of a pen x, y, radius, x, y, radius ….
        blank: A sheet like the one that was drawn on.
        value: What it paints.
    """
    if content["shape"] not in _SHAPES:
        shape = content["shape"]
        raise UnusableMask(Text(f"There is no shape {shape!r}.", f"没有图形 {shape!r}。"))
    numbers = memoryview(buffers[0]).cast("B").cast("f").tolist()
    columns = [numbers[start::3] for start in range(3)] if content.get("pen") is True else None
    if columns:
        xs, ys, radius = columns
    else:
        xs, ys, radius = numbers[::2], numbers[1::2], content.get("radius", 0.0)
    points = list(zip(xs, ys, strict=True))
    return blank.step(content["shape"], points, radius=radius, value=value)


def read_step(content: dict[str, Any], blank: Sheet, value: Value) -> Operation | None:
    """The step on the whole that was asked for; None where it is another kind of act."""
    match content.get("name"):
        case "invert" | "clear" as name:
            return blank.step(name)
        case "grow" | "smooth" as name:
            if not abs(content["amount"]) <= _FARTHEST:
                raise UnusableMask(
                    Text(
                        f"{name} takes at most {_FARTHEST} pixels here.",
                        f"{name} 在这里最多 {_FARTHEST} 像素。",
                    )
                )
            return blank.step(name, radius=content["amount"])
        case "fill":
            return blank.step("fill", [content["point"]], value=value)
    return None
