"""What stands under a cell whose value is an experiment? The live view, and what stays of it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from IPython import get_ipython
from IPython.display import HTML, display

from ipywanx.errors import WanxError
from ipywanx.widgets.sweep_texts import STATIC
from ipywanx.widgets.sweep_view import SweepView

if TYPE_CHECKING:
    from ipywanx.experiments.sweep import Sweep


def show_sweep(sweep: Sweep) -> None:
    """Show it as IPython does: live where there is a front end, as a line in a terminal.

    Below the live view, once it has ended, stands its sheet, folded: that stays without a kernel.
    """
    shell = get_ipython()
    if getattr(shell, "kernel", None) is None:
        print(repr(sweep))  # noqa: T201
        return
    view = SweepView(sweep)
    display(view)
    handle = display(HTML(""), display_id=True)
    view.when_ended(lambda: _keep(sweep, handle))
    shell.events.register("post_run_cell", view.follow)
    view.when_closed = lambda: shell.events.unregister("post_run_cell", view.follow)


def _keep(sweep: Sweep, handle: Any) -> None:
    if not any(cell.thumbnails for cell in sweep.cells):
        return
    with suppress(WanxError):  # the live view is there all the same
        handle.update(static(sweep, sweep.sheet()._repr_mimebundle_()), raw=True)


def static(sweep: Sweep, bundle: Any) -> dict[str, Any]:
    """A sheet's outputs, whose page is folded away until somebody opens it."""
    made = dict(bundle[0] if isinstance(bundle, tuple) else bundle)
    page = made.get("text/html", "")
    if not page and "image/jpeg" in made:
        page = f'<img alt="" src="data:image/jpeg;base64,{made["image/jpeg"]}">'
    folded = f"<details><summary>{STATIC.told()}</summary>{page}</details>"
    return {"text/plain": repr(sweep)} | made | {"text/html": folded}
