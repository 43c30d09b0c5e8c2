"""The front door: ``%wanx`` and ``%%wanx``, with their completion, as ``%load_ext`` adds them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from IPython.core.completer import CompletionContext, SimpleCompletion, context_matcher

from ipywanx.calls import left_behind
from ipywanx.errors import WanxError
from ipywanx.magics.awaiting import Awaiter
from ipywanx.magics.commands import WanxMagics
from ipywanx.magics.completion import candidates
from ipywanx.text import Text, prefer_language

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from ipywanx.experiments.sweep import Sweep

_SWEEP = ("ipywanx.experiments.sweep", "Sweep")


def _show_sweep(sweep: Sweep) -> None:
    """An experiment under its cell, live."""
    from ipywanx.widgets.sweep_output import show_sweep

    show_sweep(sweep)


_MATCHER = "ipywanx"


def _matcher(shell: InteractiveShell) -> Callable[[CompletionContext], dict[str, Any]]:
    """What completes our lines in a shell."""

    @context_matcher(identifier=_MATCHER)
    def complete(context: CompletionContext) -> dict[str, Any]:
        line, at = context.line_with_cursor, context.cursor_position
        found = candidates(line[:at], shell.user_ns, line[at:])
        if found is None:
            return {"completions": []}
        fragment, words = found
        if fragment and not words:
            words = [fragment]  # else other completers offer what cannot stand on our line
        return {
            "completions": [SimpleCompletion(word, type="wanx") for word in words],
            "matched_fragment": fragment,
            "suppress": True,
            "ordered": True,
        }

    return complete  # type: ignore[no-any-return] # IPython's decorator has no types


def load(shell: InteractiveShell) -> None:
    """Add the magics, the awaited form and the completion to a shell."""
    unload(shell)
    magics = WanxMagics(shell)
    shell.register_magics(magics)
    shell.configurables.append(magics)  # type: ignore[arg-type]  # it lists any Configurable
    awaiter = Awaiter(shell)
    shell.input_transformers_post.append(awaiter)
    shell.events.register("post_run_cell", awaiter.stay_last)
    shell.Completer.custom_matchers.insert(0, _matcher(shell))
    if shell.display_formatter is not None:
        shell.display_formatter.ipython_display_formatter.for_type_by_name(*_SWEEP, _show_sweep)
    _tell_left_behind()
    _tell_how_to_begin(shell)


def _tell_how_to_begin(shell: InteractiveShell) -> None:
    """Say once what can be typed now, where a person is there to type it."""
    if "ipywanx_began" in shell.meta or not _has_reader(shell):
        return
    shell.meta["ipywanx_began"] = True
    said = Text(
        "Type %wanx for the studio, %wanx photo.jpg to begin with a picture, %wanx? for the rest.",
        "输入 %wanx 打开工作台，%wanx photo.jpg 直接载入图片，%wanx? 查看全部用法。",
    )
    print(said.told())  # noqa: T201


def _has_reader(shell: InteractiveShell) -> bool:
    """Whether a person runs the cells: a page that answers questions, or a terminal's prompt."""
    kernel = getattr(shell, "kernel", None)
    if kernel is None:
        return bool(getattr(shell, "keep_running", False))  # not in a script, nor while it starts
    parent = kernel.get_parent() if hasattr(kernel, "get_parent") else {}
    return bool(parent.get("content", {}).get("allow_stdin"))  # a notebook that is converted has no


def _tell_left_behind() -> None:
    """Say what earlier kernels have left at the service; asks nobody but the disk."""
    try:
        left = left_behind()
    except WanxError:  # it is told by the first edit
        return
    if left:
        tasks = "1 task of an earlier kernel" if left == 1 else f"{left} tasks of earlier kernels"
        said = Text(
            f"{tasks} can be fetched: %wanx resume",
            f"之前的内核有 {left} 个任务可以获取：%wanx resume",
        )
        print(said.told())  # noqa: T201


def unload(shell: InteractiveShell) -> None:
    """Take back all that :func:`load` added."""
    for kind in ("line", "cell"):
        shell.magics_manager.magics[kind].pop("wanx", None)
    shell.magics_manager.registry.pop(WanxMagics.__name__, None)
    shell.configurables[:] = [c for c in shell.configurables if not isinstance(c, WanxMagics)]
    prefer_language(None)
    if shell.display_formatter is not None:
        shell.display_formatter.ipython_display_formatter.pop(".".join(_SWEEP), None)
    for awaiter in [one for one in shell.input_transformers_post if isinstance(one, Awaiter)]:
        shell.input_transformers_post.remove(awaiter)
        shell.events.unregister("post_run_cell", awaiter.stay_last)
    matchers = shell.Completer.custom_matchers
    matchers[:] = [one for one in matchers if _name(one) != _MATCHER]


def _name(matcher: object) -> str:
    return str(getattr(matcher, "matcher_identifier", ""))
