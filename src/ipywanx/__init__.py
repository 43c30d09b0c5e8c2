"""Edit pictures with wanx2.1-imageedit from a notebook, a script, or offline.

    >>> import ipywanx as wx
    >>> result = wx.edit("expand", "photo.jpg", "一位绿色仙子", left_scale=1.5)

In a notebook, ``%load_ext ipywanx`` adds ``%wanx`` and ``%%wanx``. With no ``DASHSCOPE_API_KEY``
an embedded engine answers with previews; nothing is read or opened when this is imported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ipywanx._version import __version__
from ipywanx.calls import aedit, edit, history, jobs, recall, resume, submit, sweep
from ipywanx.errors import (
    InvalidRequest,
    NotAccepted,
    NotConfigured,
    RateLimited,
    Refused,
    Rejected,
    ResultExpired,
    ServiceError,
    ServiceUnavailable,
    SubmissionUncertain,
    TaskCanceled,
    TaskError,
    TaskFailed,
    TaskTimedOut,
    UnexpectedReply,
    Unreachable,
    UnusableImage,
    UnusableMask,
    WanxError,
)
from ipywanx.experiments.book import PromptBook, prompts
from ipywanx.experiments.diff import Difference, diff
from ipywanx.experiments.prompts import alternatives, replacing
from ipywanx.model.drawings import Drawing
from ipywanx.model.functions import (
    FUNCTIONS,
    Colorization,
    ControlCartoonFeature,
    DescriptionEdit,
    DescriptionEditWithMask,
    Doodle,
    EditRequest,
    Expand,
    RemoveWatermark,
    StylizationAll,
    StylizationLocal,
    SuperResolution,
)
from ipywanx.model.masks import Mask
from ipywanx.model.results import Result
from ipywanx.model.tasks import Status
from ipywanx.model.wan25 import Wan25Edit
from ipywanx.session import Session

if TYPE_CHECKING:
    from typing import Any

    from IPython.core.interactiveshell import InteractiveShell

    from ipywanx.experiments.sheet.contact_sheet import ContactSheet
    from ipywanx.experiments.sweep import Sweep
    from ipywanx.experiments.table import Table
    from ipywanx.service.job import Job
    from ipywanx.service.past import Past
    from ipywanx.widgets.doodle_board import DoodleBoard
    from ipywanx.widgets.gallery import Gallery
    from ipywanx.widgets.mask_editor import MaskEditor
    from ipywanx.widgets.studio import Studio

__all__ = [
    "FUNCTIONS",
    "Colorization",
    "ContactSheet",
    "ControlCartoonFeature",
    "DescriptionEdit",
    "DescriptionEditWithMask",
    "Difference",
    "Doodle",
    "DoodleBoard",
    "Drawing",
    "EditRequest",
    "Expand",
    "Gallery",
    "InvalidRequest",
    "Job",
    "Mask",
    "MaskEditor",
    "NotAccepted",
    "NotConfigured",
    "Past",
    "PromptBook",
    "RateLimited",
    "Refused",
    "Rejected",
    "RemoveWatermark",
    "Result",
    "ResultExpired",
    "ServiceError",
    "ServiceUnavailable",
    "Session",
    "Status",
    "Studio",
    "StylizationAll",
    "StylizationLocal",
    "SubmissionUncertain",
    "SuperResolution",
    "Sweep",
    "Table",
    "TaskCanceled",
    "TaskError",
    "TaskFailed",
    "TaskTimedOut",
    "UnexpectedReply",
    "Unreachable",
    "UnusableImage",
    "UnusableMask",
    "Wan25Edit",
    "WanxError",
    "__version__",
    "aedit",
    "alternatives",
    "diff",
    "edit",
    "history",
    "jobs",
    "prompts",
    "recall",
    "replacing",
    "resume",
    "submit",
    "sweep",
]


# These bring the Jupyter widgets or the transport, which importing alone does not need.
_LATER = {
    "ContactSheet": "ipywanx.experiments.sheet.contact_sheet",
    "DoodleBoard": "ipywanx.widgets.doodle_board",
    "Gallery": "ipywanx.widgets.gallery",
    "Job": "ipywanx.service.job",
    "MaskEditor": "ipywanx.widgets.mask_editor",
    "Past": "ipywanx.service.past",
    "Studio": "ipywanx.widgets.studio",
    "Sweep": "ipywanx.experiments.sweep",
    "Table": "ipywanx.experiments.table",
}


def __getattr__(name: str) -> Any:
    if name in _LATER:
        from importlib import import_module

        return getattr(import_module(_LATER[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Called by ``%load_ext ipywanx``: adds the magics and their completion."""
    from ipywanx import magics

    magics.load(shell)


def unload_ipython_extension(shell: InteractiveShell) -> None:
    """Called by ``%unload_ext ipywanx``: takes back all that loading added."""
    from ipywanx import magics

    magics.unload(shell)
