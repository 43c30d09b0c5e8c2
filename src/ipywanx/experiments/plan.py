"""What will be asked? All requests of an experiment, checked, before any of them is sent."""

from __future__ import annotations

import hashlib
import itertools
import math
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ipywanx.errors import InvalidRequest, did_you_mean, unsent
from ipywanx.experiments.axes import Axis, axis
from ipywanx.given import refused
from ipywanx.model.functions import MAX_SEED, EditRequest
from ipywanx.model.loading import load
from ipywanx.model.params import Param, describe
from ipywanx.model.requests import request_class
from ipywanx.text import Text

How = Literal["grid", "zip"]
MOST_CELLS = 20_000
"""Requests of one experiment."""
_REQUEST = Text("Request", "请求")


@dataclass(frozen=True, slots=True)
class Plan:
    """The cells of an experiment.

    Attributes:
        axes: What varies, the slowest first.
        requests: One for each cell; the last axis varies fastest.
        places: For each cell its index on each axis.
    """

    axes: tuple[Axis, ...]
    requests: tuple[EditRequest, ...]
    places: tuple[tuple[int, ...], ...]

    def __len__(self) -> int:
        return len(self.requests)

    def labels(self, index: int) -> tuple[str, ...]:
        """What a cell is called on each axis."""
        return tuple(
            one.labels[place] for one, place in zip(self.axes, self.places[index], strict=True)
        )


def plan(
    function: str | Sequence[EditRequest],
    image: Any = None,
    prompt: Any = None,
    *,
    how: How = "grid",
    vary_seed: bool = False,
    **values: Any,
) -> Plan:
    """The plan that a call means; see :func:`ipywanx.sweep` for the arguments.

    Raises:
        InvalidRequest: A cell is one that the service would refuse, or there is none or too many.
    """
    if not isinstance(function, str):
        listed = _listed(function)
        if image is not None or prompt is not None or values:
            raise InvalidRequest(
                Text(
                    "A list of requests is complete; further arguments cannot be given beside it.",
                    "请求列表已经完整；不能再同时给出其他参数。",
                ),
                hint=unsent("Change the requests themselves.", "请修改请求本身。"),
            )
        return listed
    given = {"image": image, "prompt": prompt} | values
    params = {param.name: param for param in describe(request_class(function))}
    axes, fixed = _sorted_out(function, given, params)
    combined, rows = _rows(axes, how)
    cells = [request_class(function)(**fixed | _values(axes, row)) for row in rows]
    if vary_seed:
        draw = random.SystemRandom()
        cells = [cell.with_seed(draw.randint(0, MAX_SEED)) for cell in cells]
    cells = _with_shared_seed(cells)
    places = tuple(rows) if how == "grid" else tuple((index,) for index in range(len(rows)))
    return Plan(combined, tuple(cells), places)


def _sorted_out(
    function: str, given: Mapping[str, Any], params: Mapping[str, Param]
) -> tuple[tuple[Axis, ...], dict[str, Any]]:
    """What varies, and what does not."""
    axes, fixed = [], {}
    for name, value in given.items():
        if value is None:
            continue
        if name not in params:
            raise InvalidRequest(
                Text(f"{function} has no parameter {name!r}.", f"{function} 没有参数 {name!r}。"),
                hint=unsent(*did_you_mean(name, params)),
                parameter=name,
            )
        found = axis(params[name], value, fit=given.get("fit") is True)
        if found is not None:
            axes.append(found)
        else:
            fixed[name] = value
    if "image" in fixed:  # loaded once for all cells
        fixed["image"] = load(fixed["image"], fit=fixed.get("fit") is True)
    return tuple(axes), fixed


def _rows(axes: tuple[Axis, ...], how: How) -> tuple[tuple[Axis, ...], list[tuple[int, ...]]]:
    """The axes as they are shown, and for each cell its place on each of the given ones."""
    if how not in {"grid", "zip"}:
        raise InvalidRequest(
            Text(
                f"how is {how!r}; it is 'grid' or 'zip'.", f"how 是 {how!r}；应为 'grid' 或 'zip'。"
            ),
            hint=unsent(),
            parameter="how",
        )
    lengths = [len(one) for one in axes]
    if how == "grid":
        _refuse_many(math.prod(lengths))
        return axes, list(itertools.product(*map(range, lengths)))
    if len(set(lengths)) > 1:
        told = ", ".join(f"{one.name} {len(one)}" for one in axes)
        raise InvalidRequest(
            Text(
                f"To be zipped, all axes need as many values; these have: {told}.",
                f"zip 方式要求各坐标轴的值一样多；现在是：{told}。",
            ),
            hint=unsent("Or take how='grid'.", "或使用 how='grid'。"),
        )
    rows = [(index,) * len(axes) for index in range(lengths[0] if lengths else 1)]
    _refuse_many(len(rows))
    return (_zipped(axes, len(rows)),), rows


def _zipped(axes: tuple[Axis, ...], count: int) -> Axis:
    """Axes that go in step, as one."""
    titles = Text(*(" · ".join(words) for words in zip(*(one.title for one in axes), strict=True)))
    labels = tuple(" · ".join(one.labels[index] for one in axes) for index in range(count))
    return Axis("+".join(one.name for one in axes), titles, tuple(range(count)), labels)


def _refuse_many(count: int) -> None:
    if count > MOST_CELLS:
        raise InvalidRequest(
            Text(
                f"This plan has {count} requests; one experiment has at most {MOST_CELLS}.",
                f"该计划有 {count} 个请求；一次实验最多 {MOST_CELLS} 个。",
            ),
            hint=unsent("Take fewer values.", "请减少取值。"),
        )


def _values(axes: tuple[Axis, ...], row: tuple[int, ...]) -> dict[str, Any]:
    return {one.name: one.values[place] for one, place in zip(axes, row, strict=True)}


def _listed(given: Any) -> Plan:
    """Requests as they were given, each named by what tells it from the others."""
    requests = list(given) if isinstance(given, Iterable) else []
    if not requests or not all(isinstance(one, EditRequest) for one in requests):
        raise refused(
            "function",
            given,
            Text("a function's name, or a list of requests", "功能名称，或请求对象的列表"),
            unsent(
                "For example wx.sweep('stylization_all', 'photo.jpg', strength=[0.2, 0.8], …).",
                "例如 wx.sweep('stylization_all', 'photo.jpg', strength=[0.2, 0.8], …)。",
            ),
        )
    _refuse_many(len(requests))
    labels = tuple(f"{place}. {one.about.name}" for place, one in enumerate(requests, start=1))
    return Plan(
        (Axis("request", _REQUEST, tuple(range(len(requests))), labels),),
        tuple(_with_shared_seed(requests)),
        tuple((index,) for index in range(len(requests))),
    )


def _with_shared_seed(cells: Sequence[EditRequest]) -> list[EditRequest]:
    """Cells that have no seed get one for all: they differ by what was varied, not by chance.

    It follows from the plan itself, so that the same call in a new kernel is the same experiment
    and finds again what is made already.
    """
    if all(cell.seed is not None for cell in cells):
        return list(cells)
    whole = hashlib.sha256("".join(cell.fingerprint for cell in cells).encode())
    seed = int.from_bytes(whole.digest()[:8], "big") % (MAX_SEED + 1)
    return [cell.with_seed(seed) for cell in cells]
