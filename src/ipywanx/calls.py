"""What may I call? The module's own functions, each a word to the session of the moment."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any

from ipywanx.model.functions import EditRequest
from ipywanx.session import CAP, current
from ipywanx.settings import HISTORY, Settings, home_folder

if TYPE_CHECKING:
    from ipywanx.experiments.cells import Scorer
    from ipywanx.experiments.plan import How
    from ipywanx.experiments.sweep import Sweep
    from ipywanx.model.results import Result
    from ipywanx.service.job import Job
    from ipywanx.service.past import Past


def edit(
    function: str | EditRequest, image: Any = None, prompt: str | None = None, **values: Any
) -> Result:
    """Edit a picture and wait for it.

    Args:
        function: One of the ten functions' names, or a complete request object.
        image: Path, URL, bytes, PIL image, ndarray, or an earlier ``Result``.
        prompt: What to do, in Chinese or English.
        **values: The function's own parameters, ``mask``, ``n``, ``seed``, ``watermark``,
            ``fit``; and ``timeout``, in seconds.

    Returns:
        The pictures, full size, with what made them.

    Raises:
        InvalidRequest: Refused here; nothing was sent.
        ServiceError: Refused by the service, or out of reach.
        TaskError: Accepted, then not delivered.

    Example:
        >>> import ipywanx as wx
        >>> result = wx.edit("expand", "photo.jpg", "一位绿色仙子", left_scale=1.5)
        >>> result.save("out/")
    """
    return current().edit(function, image, prompt, **values)


async def aedit(
    function: str | EditRequest, image: Any = None, prompt: str | None = None, **values: Any
) -> Result:
    """As :func:`edit`, to be awaited; the loop stays free."""
    return await current().aedit(function, image, prompt, **values)


def submit(
    function: str | EditRequest, image: Any = None, prompt: str | None = None, **values: Any
) -> Job:
    """As :func:`edit`, but return at once with a :class:`~ipywanx.Job`."""
    return current().submit(function, image, prompt, **values)


def resume(task_id: str) -> Job:
    """Wait again for a task by its id, from any kernel, within 24 hours of its submission."""
    return current().resume(task_id)


def jobs() -> list[Job]:
    """Every job that has not ended or is not fetched, from any kernel, oldest first."""
    return current().jobs()


def left_behind() -> int:
    """How many tasks of kernels that have ended may be fetched; asks nobody but the disk.

    Makes no session: loading the extension should cost nothing.
    """
    if not (home_folder() / HISTORY).exists():
        return 0  # and nobody is asked for a key
    settings = Settings.from_environment()
    if settings.offline:  # the embedded engine's tasks end with their kernel
        return 0
    from ipywanx.service.history import History

    with closing(History(settings.home)) as history:
        rows = history.unfinished(settings.account)
    return sum(not row.is_watched for row in rows)


def sweep(
    function: str | Sequence[EditRequest],
    image: Any = None,
    prompt: Any = None,
    *,
    how: How = "grid",
    vary_seed: bool = False,
    score: Scorer | None = None,
    fresh: bool = False,
    cap: float = CAP,
    start: bool = True,
    **values: Any,
) -> Sweep:
    """Vary parameters, prompts, pictures or masks, and look at all that comes of it.

    Whatever is given as a list, a range or a dict is an axis; anything else is the same in every
    cell. Returns at once: under a cell the sheet fills in while it runs.

    Args:
        function: One of the ten functions' names, or a list of complete requests.
        image: What :func:`edit` takes, or several: a list, a generator, ``"photos/*.jpg"``.
        prompt: A text, or a list, or a dict that names its texts; see :func:`alternatives` and
            :func:`replacing`.
        how: ``"grid"`` for every combination, ``"zip"`` for axes that go in step.
        vary_seed: Draw a seed for each cell. Otherwise cells without a seed share one that follows
            from the plan: they differ by what was varied, and the same call finds them again.
        score: Called with each :class:`Result`; its number, or dict of numbers and texts, becomes
            a column of the table and an order of the sheet. Where it fails, the column
            ``not_scored`` says why.
        fresh: Ask again for what the history has already. Otherwise a result of the same request
            is taken from there, and what a killed kernel has sent is waited for.
        cap: Most yuan that it may cost without being asked again. Above it, and above 400 pictures
            where they cost nothing, it waits for ``.start()``.
        start: False shows the plan alone, until ``.start()``.
        **values: The function's own parameters and ``mask``, ``n``, ``seed``, ``watermark``,
            ``fit``: one value, or an axis. A number's axis may be typed as ``"0.2, 0.5"``,
            ``"1-5"``, ``"1-9 (+2)"`` or ``"0.2-1.0 [5]"``.

    Returns:
        A :class:`Sweep`: ``.result()`` waits, ``.sheet()`` and ``.table()`` show, ``.stop()`` and
        ``.retry()`` do what they say.

    Raises:
        InvalidRequest: A cell is one that the service would refuse; nothing was sent.

    Example:
        >>> grid = wx.sweep("stylization_all", "photo.jpg", "转换成法国绘本风格",
        ...                 strength=[0.2, 0.5, 0.8], seed=[1, 2])
        >>> grid.sheet().save("strengths.png")
    """
    from ipywanx.experiments.plan import plan
    from ipywanx.experiments.sweep import Sweep

    cells = plan(function, image, prompt, how=how, vary_seed=vary_seed, **values)
    made = Sweep(current(), cells, score=score, fresh=fresh, cap=cap)
    return made.start_below_cap() if start else made


def history(text: str | Sequence[str] = "") -> Past:
    """The results that are kept, of all kernels, newest first.

    Args:
        text: Words to look for in prompts, functions' names, task ids and tags: all of them, in
            any order, in either case, with or without accents; "" for all. In a list each entry
            is one thing to look for, spaces included.

    Returns:
        A sequence of :class:`~ipywanx.Result`, each read from the disk when it is asked for. Under
        a cell it shows a table; ``.export(folder)`` writes the pictures out, ``.delete()`` forgets.
    """
    return current().history(text)


def recall(source: Any, image: Any = None) -> EditRequest:
    """What made a picture: the request, to be edited again or changed.

    Args:
        source: A ``Result``, a task's id, or a picture file as it was saved, by its path or its
            bytes: a PNG carries its request, so that it comes back on any machine.
        image: The picture that it began with, where that is not kept here.

    Raises:
        InvalidRequest: Nobody knows the request, or the picture that it began with is needed.

    Example:
        >>> again = wx.recall("edited.png").model_copy(update={"seed": 3})
        >>> wx.edit(again)
    """
    return current().recall(source, image)
