"""Requests as code: a cell for the magic, and a call in Python.

What is run makes exactly this request again. Pictures and masks are named, not written out:
:func:`runnable` takes them from the history, so that its code runs as it stands in a fresh kernel;
:func:`as_magic` and :func:`as_python` name them as the user does, by a variable, a path or a URL.
"""

from __future__ import annotations

import re
import shlex
import unicodedata
from collections.abc import Sequence
from typing import Any, NamedTuple

from ipywanx.model.functions import EditRequest
from ipywanx.model.params import Param, describe

PHOTO, MASK = "photo", "mask"
"""The variables that stand for a picture or a mask which has no address."""
_FILE = re.compile(r"[^\n]*\.[A-Za-z0-9]{2,5}")
_LONGEST_LINE = 88
_LONGEST_MASK = 2000  # signs


class Code(NamedTuple):
    """What makes a result again: a cell for the magic, and a call in Python."""

    magic: str
    python: str


def runnable(request: EditRequest, task_id: str) -> Code:
    """A cell and a call that make a request again as they stand, in a fresh kernel of this home.

    Args:
        request: What to say.
        task_id: A task of this request in the history, which has its pictures and its mask.
    """
    recalled = f"wx.recall({task_id!r})"
    image = request.image.url or PHOTO
    names = {name: name for name in request.pictures if name != "image"}
    if request.image.url is None:
        names = {"image": PHOTO, **names}
    pictures = [f"{variable} = {recalled}.{name}" for name, variable in names.items()]
    has_mask = getattr(request, "mask", None) is not None
    mask = [f"{MASK} = {recalled}.mask"] if has_mask else []
    named = mask_name(request)
    return Code(
        as_magic(request, image, [*pictures, *mask]),
        as_python(request, image, named, [*pictures, *(mask if named else [])]),
    )


def named_by_user(request: EditRequest) -> Code:
    """The same where the history has nothing: a comment tells which variables have to be there."""
    image = picture_name(request)
    return Code(as_magic(request, image), as_python(request, image, mask_name(request)))


def picture_name(request: EditRequest) -> str:
    """What to call the request's picture in code: its URL, its file's name, or a variable."""
    picture = request.image
    if picture.url is not None:
        return picture.url
    return picture.name if _FILE.fullmatch(picture.name) else PHOTO


def mask_name(request: EditRequest) -> str | None:
    """The variable that stands for the request's mask where writing it out would be too long."""
    mask = getattr(request, "mask", None)
    return MASK if mask is not None and len(mask.to_json()) > _LONGEST_MASK else None


def as_magic(request: EditRequest, image: str, setup: Sequence[str] | None = None) -> str:
    """A cell that makes this request again.

    Usually ``%%wanx`` with the prompt as its body. Where the body cannot carry the prompt as it is
    (``{{``, newlines at its ends, signs that an editor changes), the cell gives it a name, and
    ``%wanx`` reads it from there.

    Args:
        request: What to say.
        image: The picture: a variable's name, a path or a URL.
        setup: Python lines that give every variable its value; they make it a cell that also loads
            the extension. None leaves variables to the user and names them in a comment.
    """
    first: list[str] = []
    remark = ""
    if setup is None:
        remark = _remark(request, image)
    else:
        first = ["%load_ext ipywanx", *(["import ipywanx as wx"] if setup else []), *setup]
    if not _can_stand_on_a_line(image):
        first.append(f"{PHOTO} = {image!r}")
        image = PHOTO
    words = [request.about.name, shlex.quote(image) if _needs_quotes(image) else image]
    for param in _given(request):
        if param.about.kind == "mask":
            words += [param.flag, MASK]
        elif param.about.kind == "image":
            words += [param.flag, param.name]
        elif param.about.kind == "bool":
            is_off = getattr(request, param.name) is False
            words.append(f"--no-{param.flag.removeprefix('--')}" if is_off else param.flag)
        elif param.about.kind == "text":
            text = getattr(request, param.name)
            if not _can_be_a_word(text):
                first.append(f"{param.name} = {text!r}")
                text = f"{{{{{param.name}}}}}"
            words += [param.flag, f'"{text}"']
        else:
            flag = "-n" if param.name == "n" else param.flag
            words += [flag, repr(getattr(request, param.name))]
    line = " ".join(words)
    if not first and _can_be_a_body(request.prompt):
        return f"%%wanx {line}{'  ' if remark else ''}{remark}\n{request.prompt}"
    if setup is not None and _can_be_a_word(request.prompt):
        return "\n".join([*first, f'%wanx {line} -p "{request.prompt}"'])
    first.append(f"prompt = {request.prompt!r}")
    return "\n".join([*filter(None, [remark]), *first, f'%wanx {line} -p "{{{{prompt}}}}"'])


def as_python(
    request: EditRequest,
    image: str,
    mask: str | None = None,
    setup: Sequence[str] | None = None,
) -> str:
    """A call that makes this request again.

    Args:
        request: What to say.
        image: The picture: a variable's name, a path or a URL.
        mask: The mask's variable; None writes the mask out, step by step.
        setup: Lines that give every variable its value; None names them in a comment instead.
    """
    arguments = [
        repr(request.about.name),
        image if image.isidentifier() else repr(image),
        repr(request.prompt),
    ]
    for param in _given(request):
        value: Any = getattr(request, param.name)
        said = repr(value)
        if param.about.kind == "image":
            said = param.name
        elif param.about.kind == "mask":
            said = mask or f"wx.Mask.from_json({value.to_json()!r})"
        arguments.append(f"{param.name}={said}")
    call = f"wx.edit({', '.join(arguments)})"
    if len(call) > _LONGEST_LINE:
        call = "wx.edit(\n" + "".join(f"    {one},\n" for one in arguments) + ")"
    before = [_remark(request, image, masked=mask is not None)] if setup is None else setup
    return "\n".join(["import ipywanx as wx", "", *filter(None, before), call])


def _given(request: EditRequest) -> list[Param]:
    """The parameters that were set, but for picture and prompt, which have places of their own."""
    return [
        param
        for param in describe(type(request))
        if param.name in request.model_fields_set
        and param.name not in {"image", "prompt"}
        and (value := getattr(request, param.name)) is not None
        and (value is not False or param.default)
    ]


def _remark(request: EditRequest, image: str, *, masked: bool = True) -> str:
    """Which variables have to be there, as a comment; no quotes, for the magic's line."""
    needed = []
    if image.isidentifier():
        needed.append(f"{image}: the picture")
    needed += [f"{name}: another picture" for name in request.pictures if name != "image"]
    if masked and "mask" in request.model_fields_set:
        needed.append(f"{MASK}: the mask")
    return f"# variables: {', '.join(needed)}" if needed else ""


def _needs_quotes(image: str) -> bool:
    """Whether the line would read it otherwise: it knows quotes and dashes of many kinds."""
    return re.fullmatch(r"[\w./~][\w./:\\~@%+&=?#;,-]*", image) is None


def _can_stand_on_a_line(image: str) -> bool:
    """Whether the magic's line can hold it: # begins a remark there, - a flag, ; ends it."""
    return image.isprintable() and not image.startswith(("#", "-")) and not image.endswith(";")


def _can_be_a_word(text: str) -> bool:
    """Whether quotes alone carry it on the magic's line."""
    return re.fullmatch(r"[\w，。、 .,*]+", text) is not None


def _can_be_a_body(prompt: str) -> bool:
    """Whether a cell's body carries it sign by sign, through editor, notebook and grammar."""
    lines = prompt.split("\n")
    kinds = {unicodedata.category(sign) for line in lines for sign in line}
    return (
        not kinds & {"Cc", "Zl", "Zp"}  # line ends and controls, which editors change
        and lines[0].strip() != ""
        and lines[-1].strip() != ""
        and "{{" not in prompt
    )
