"""Where does the studio's picture come from, and what is it? To choose one sends nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ipywanx.errors import UnusableImage, WanxError
from ipywanx.model.images import MAX_SIDE, Picture
from ipywanx.model.loading import load
from ipywanx.model.namespace import picture_names
from ipywanx.text import Text
from ipywanx.widgets.messages import UNREADABLE
from ipywanx.widgets.previews import preview_url

MOST_BYTES = 64 * 1024 * 1024
"""Largest file that the page sends to the kernel; more would hold up everything else."""
_PREVIEW = 640
_LONGEST_NAME = 200
_ADDRESSES = ("http://", "https://", "data:")


class PictureSource:
    """Takes the picture that a message of the page means.

    A message is ``{"kind": "picture", "source": ...}`` with ``upload`` (``name`` and the file's
    bytes as the buffer), ``url`` (``url``), ``variable`` (``name``) or ``result``. A large file
    comes in several messages (``part`` of ``parts``): a notebook's server closes the connection on
    a message of more than 10 MB.
    """

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._described = 0

    def take(
        self,
        content: Mapping[str, Any],
        buffers: Sequence[Any],
        namespace: Mapping[str, Any] | None = None,
        last_result: Any = None,
        *,
        fit: bool = True,
    ) -> Picture | None:
        """The picture that the message means; None while more parts of it are to come.

        Args:
            content: The message.
            buffers: What came with it.
            namespace: The person's variables; None for those of the running IPython.
            last_result: What ``result`` means.
            fit: Resize and recompress a picture outside the service's limits.

        Raises:
            UnusableImage: It cannot be used, or the message cannot be read.
        """
        try:
            match content.get("source"):
                case "upload":
                    return self._uploaded(content, buffers, fit=fit)
                case "url":
                    return load(_address(content["url"]), fit=fit)
                case "variable":
                    names = variables_of(namespace)
                    if content["name"] not in picture_names(names):
                        gone = content["name"]
                        raise UnusableImage(
                            Text(
                                f"There is no picture in a variable {gone!r} any more.",
                                f"变量 {gone!r} 中已没有图片。",
                            ),
                            hint=Text(
                                "Choose another, or run its cell again.",
                                "请选择其他变量，或重新运行其单元格。",
                            ),
                        )
                    return load(names[content["name"]], fit=fit)
                case "result":
                    if last_result is None:
                        raise UnusableImage(
                            Text("There is no result yet.", "还没有结果。"),
                            hint=Text("Choose a picture in another way.", "请用其他方式选择图片。"),
                        )
                    return load(last_result, fit=fit)
        except WanxError:
            raise
        except UNREADABLE:
            pass
        raise UnusableImage(
            Text("That message could not be read.", "无法读取该消息。"),
            hint=Text("Choose the picture again.", "请重新选择图片。"),
        )

    def describe(self, picture: Picture | None, problem: Any = "") -> dict[str, Any]:
        """What the page shows of a picture, and of what went wrong.

        Args:
            picture: None where there is none.
            problem: An error, a sentence, a pair of sentences in English and Chinese, or nothing.
        """
        self._described += 1
        size = (picture and picture.size) or (0, 0)
        known = picture is not None and picture.url is None
        return {
            "name": picture.name if picture else "",
            "width": size[0],
            "height": size[1],
            "format": picture.format if picture else "",
            "bytes": len(picture.data) if picture else 0,
            "notices": [_pair(notice) for notice in picture.notices] if picture else [],
            "preview": preview_url(picture.to_image(), _PREVIEW) if picture and known else "",
            "problem": _pair(problem) if problem else "",
            "answer": self._described,  # the page hears of each answer, also of an equal one
            "limits": {"bytes": MOST_BYTES, "longest": MAX_SIDE},
        }

    def variables(self, namespace: Mapping[str, Any] | None = None) -> list[str]:
        """The names of the person's variables that can be a picture, in alphabetical order."""
        return sorted(picture_names(variables_of(namespace)), key=str.casefold)

    def _uploaded(
        self, content: Mapping[str, Any], buffers: Sequence[Any], *, fit: bool
    ) -> Picture | None:
        part, parts = int(content.get("part", 0)), int(content.get("parts", 1))
        if part == 0:
            self._parts.clear()
        data = memoryview(buffers[0]).tobytes()
        if part != len(self._parts) or sum(map(len, self._parts)) + len(data) > MOST_BYTES:
            self._parts.clear()
            most = MOST_BYTES // 2**20
            raise UnusableImage(
                Text(
                    f"The file did not arrive whole, or has more than {most} MB.",
                    f"文件未完整到达，或超过 {most} MB。",
                ),
                hint=Text("Choose it again.", "请重新选择。"),
            )
        self._parts.append(data)
        if part + 1 < parts:
            return None
        whole = b"".join(self._parts)
        self._parts.clear()
        return load(whole, fit=fit, name=str(content.get("name", ""))[:_LONGEST_NAME])


def _address(url: Any) -> str:
    """The address, where it is one: a path would open any file of this computer."""
    address = str(url).strip()
    if not address.lower().startswith(_ADDRESSES):
        raise UnusableImage(
            Text(f"{address!r} is not an address.", f"{address!r} 不是网址。"),
            hint=Text("It begins with http:// or https://.", "网址以 http:// 或 https:// 开头。"),
        )
    return address


def variables_of(namespace: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """The person's variables; None means those of the running IPython."""
    if namespace is not None:
        return namespace
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    return shell.user_ns if shell is not None else {}


def _pair(said: Any) -> list[str]:
    """What is said, in English and Chinese."""
    if isinstance(said, WanxError):
        said = said.text
    if isinstance(said, tuple | list):
        return [str(one) for one in said]
    return [str(said), str(said)]
