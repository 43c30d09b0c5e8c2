"""How do the page's parts become one? An anywidget takes one ES module and one style sheet.

The parts in ``page/`` share one scope: none imports, only the last exports. There is no build step.
All style sheets of a page act on all of it, so each is set under the root of its widget.
"""

from __future__ import annotations

import re
from pathlib import Path

from ipywanx.text import Text

_PAGE = Path(__file__).parent / "page"
_KEYFRAMES = re.compile(r"@keyframes [\w-]+ \{(?:[^{}]*\{[^{}]*\})*[^{}]*\}")
"""They cannot be nested, and name an animation for the whole page; nothing moves by them alone."""
_TOO_OLD = Text(
    "This browser is too old: use Chrome 118, Edge 118, Firefox 146, Safari 17.4 or a newer one.",
    "浏览器版本过旧：请使用 Chrome 118、Edge 118、Firefox 146、Safari 17.4 或更新的版本。",
)

EASEL = (
    "tools.js",
    "dom.js",
    "ink.js",
    "painting.js",
    "stage.js",
    "post.js",
    "shape.js",
    "hand.js",
    "keyboard.js",
    "numbers.js",
    "colors.js",
    "controls.js",
    "truth.js",
    "easel.js",
)
"""What a canvas to draw on is made of, by hand and by keys."""

FRAME = (
    "dom.js",
    "words.js",
    "frame_geometry.js",
    "frame_scales.js",
    "frame_hand.js",
    "frame.js",
    "frame_widget.js",
)
"""What the frame of ``expand`` is made of."""

PICTURE = ("dom.js", "words.js", "picture.js", "sizes.js")
"""The picture panel and the sizes; whoever hosts them adds the part that exports."""

GALLERY = (
    "dom.js",
    "words.js",
    "labels.js",
    "album.js",
    "card.js",
    "wall.js",
    "scene.js",
    "compare.js",
    "actions.js",
    "viewer.js",
    "gallery.js",
)
"""What shows the results that were made."""

STUDIO = (*PICTURE, "form.js", "queue.js", "attention.js", "studio.js")
"""Forms for all functions, their queue, and places for the widgets that are hosted."""

SWEEP = (
    "dom.js",
    "words.js",
    "labels.js",
    "album.js",
    "scene.js",
    "compare.js",
    "sweep_glances.js",
    "sweep_cell.js",
    "sweep_table.js",
    "sweep_head.js",
    "sweep_panel.js",
    "sweep.js",
)
"""What shows an experiment while it runs: a table of pictures, and the one that is opened."""

EXPERIMENT = ("dom.js", "words.js", "experiment.js")
"""Axes over the studio's form."""


def module(*parts: str) -> str:
    """The named parts of ``page/`` as one text, in this order."""
    return "\n".join((_PAGE / part).read_text(encoding="utf-8") for part in parts)


def style(root: str, *parts: str) -> str:
    """The style sheet of a widget: ``base.css`` and the named parts, which reach nothing else.

    Each rule is nested in the widget's root, which is ``&`` there, so that it weighs more than what
    a page says of bare buttons; and it does not act inside a box of the class ``wanx-hosted``,
    where another widget stands. A browser that does not know ``@scope`` is told so instead. Where
    the widget is, the picture that stays of it in a saved notebook is not.

    Args:
        root: The class of the widget's root, which no other widget has.
        parts: Style sheets of ``page/``, the most special last.
    """
    rules = module("base.css", *parts)
    return (
        f".jp-OutputArea:has(.{root}) .jp-OutputArea-child:has(.ipywanx-static) "
        "{ display: none }\n"
        f'.{root}::before {{ content: "{_TOO_OLD.en} {_TOO_OLD.zh}" }}\n'
        f"@scope (.{root}) to (:scope .wanx-hosted > *) {{ :scope {{\n"
        f"{_KEYFRAMES.sub('', rules)}\n}} }}\n" + "\n".join(_KEYFRAMES.findall(rules))
    )
