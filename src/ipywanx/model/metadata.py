"""What does a saved picture say of itself? The request that made it, as JSON inside a PNG file.

It never holds a key, a folder or a signed address. What is read is not trusted: anything odd counts
as nothing said. :mod:`~ipywanx.model.chunks` has the file's bytes.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from ipywanx.errors import InvalidRequest, WanxError, unsent
from ipywanx.model.chunks import origin_of, with_text
from ipywanx.model.functions import EditRequest
from ipywanx.model.images import Picture
from ipywanx.model.masks import Mask
from ipywanx.model.params import describe
from ipywanx.model.pixels import BROKEN
from ipywanx.model.requests import REQUESTS
from ipywanx.settings import saves_requests
from ipywanx.text import Text

VERSION = 1
LARGEST_MASK = 100_000
"""Bytes of a mask's JSON that is written out; of a larger one only the hash."""
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Metadata:
    """What made a picture, without the pixels that it was made of.

    Attributes:
        function: One of the ten names.
        values: The parameters that were set, but for picture and mask.
        name: What the person called the picture, without its folder.
        digest: SHA-256 of the picture's bytes; "" where the service fetched it itself.
        size: Its width and height in pixels, None where they are not known.
        url: Its address, where it is a public one; else "".
        mask: The mask's JSON; "" for none, or for one that was too large.
        mask_digest: SHA-256 of the mask's JSON, "" for no mask.
        task_id: The service's id of the task.
        picture: Which of the task's pictures it is, from 1 on.
    """

    function: str
    values: Mapping[str, Any]
    name: str
    digest: str
    size: tuple[int, int] | None
    url: str
    mask: str = ""
    mask_digest: str = ""
    task_id: str = ""
    picture: int = 1

    @classmethod
    def of(cls, request: EditRequest, task_id: str = "", picture: int = 1) -> Metadata:
        """What is worth telling of a request."""
        image, mask = request.image, getattr(request, "mask", None)
        drawn = "" if mask is None else mask.to_json()
        return cls(
            function=request.about.name,
            values=request.given,
            name=_base_name(image.url or image.name),
            digest=image.digest if image.data else "",
            size=image.size,
            url=_public(image.url),
            mask=drawn if len(drawn) <= LARGEST_MASK else "",
            mask_digest=_hash(drawn),
            task_id=task_id,
            picture=picture,
        )

    def request(self, image: Any, mask: Mask | None = None) -> EditRequest:
        """The request again, with a picture, and with a mask in place of the one that this holds.

        Raises:
            InvalidRequest: They do not suit it, or the mask is missing.
        """
        if mask is None and self.mask:
            mask = Mask.from_json(self.mask)
        if self.mask_digest and mask is None:
            raise InvalidRequest(
                Text(
                    "The mask that made this picture was too large to be saved inside it, and is "
                    "not kept here.",
                    "生成此图片的蒙版过大，没有存入图片，这里也没有保存。",
                ),
                hint=unsent(
                    "Give a mask of your own: wx.edit('description_edit_with_mask', image, prompt, "
                    "mask=mask).",
                    "请给出自己的蒙版：wx.edit('description_edit_with_mask', image, prompt, "
                    "mask=mask)。",
                ),
                parameter="mask",
            )
        drawn = {} if mask is None else {"mask": mask}
        return REQUESTS[self.function](image=image, **self.values, **drawn)

    def to_json(self) -> str:
        """It as the chunk holds it."""
        image = {"name": self.name, "digest": self.digest, "size": self.size, "url": self.url}
        plain: dict[str, Any] = {
            "version": VERSION,
            "function": self.function,
            "values": dict(self.values),
            "image": {name: value for name, value in image.items() if value},
            "task_id": self.task_id,
            "picture": self.picture,
        }
        if self.mask_digest:
            plain["mask"] = json.loads(self.mask) if self.mask else {"digest": self.mask_digest}
        return json.dumps(plain, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Metadata:
        """What :meth:`to_json` wrote.

        Raises:
            LookupError, RecursionError, TypeError, ValueError, WanxError: It did not write this.
        """
        plain = json.loads(text)
        image, values, drawn = plain["image"], dict(plain["values"]), plain.get("mask")
        drawn_ones = {one.name for one in describe(REQUESTS[plain["function"]]) if one.is_picture}
        if plain["version"] != VERSION or drawn_ones & values.keys():
            raise ValueError("not written here")  # a picture in the values would open any file
        packed = drawn is not None and drawn.get("digest") is not None
        mask = "" if drawn is None or packed else json.dumps(drawn)
        told = cls(
            function=str(plain["function"]),
            values=values,
            name=_base_name(str(image.get("name", ""))),
            digest=_checked_hash(image.get("digest", "")),
            size=_checked_size(image.get("size")),
            url=_public(str(image.get("url", ""))),
            mask=mask,
            mask_digest=_checked_hash(drawn["digest"]) if packed else _hash(mask),
            task_id=str(plain["task_id"])[:_LONGEST_NAME],
            picture=int(plain["picture"]),
        )
        # Its values are checked as those of any request are. The pixels do not matter for that,
        # and a mask is not drawn before somebody asks for it: that may take long.
        stand_in = Picture(b"", "", None, told.name, url="https://example.com")
        told.request(stand_in, Mask((1, 1)).invert() if told.mask_digest else None)
        return told


# ---- in a file ------------------------------------------------------------------------------


def labelled(
    data: bytes,
    request: EditRequest | None,
    task_id: str,
    picture: int,
    *,
    metadata: bool | None = None,
) -> bytes:
    """A picture's file as it is saved: a PNG with its request inside, anything else as it is.

    A request of several pictures is not told: the file names only the one that it began with.

    Args:
        data: The file as it came.
        request: What made it; None where nobody knows, and nothing is added.
        task_id: The service's id of the task.
        picture: Which of the task's pictures it is, from 1 on.
        metadata: Whether to add it; None asks the environment.

    Raises:
        NotConfigured: The environment's word is neither yes nor no.
    """
    wanted = saves_requests() if metadata is None else metadata
    if not wanted or request is None or len(request.pictures) > 1:
        return data
    return with_text(data, Metadata.of(request, task_id, picture).to_json())


def read(data: bytes) -> Metadata | None:
    """What a picture's file says of itself; None where it says nothing that can be used."""
    return from_text(origin_of(data).text)


def from_text(text: str | None) -> Metadata | None:
    """What a text that lay in a file says; None where that is nothing that can be used."""
    try:
        return None if text is None else Metadata.from_json(text)
    except (*BROKEN, WanxError):
        return None


# ---- what is not told -----------------------------------------------------------------------


def _public(url: str | None) -> str:
    """An address that anybody may read; "" for one with a query, a user or a fragment.

    A signature is in the query, a password before the host.
    """
    try:
        parts = urlsplit(url or "")
        public = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return ""
    return url if url and public and not {"?", "#", "@"} & set(url) else ""


def _base_name(name: str) -> str:
    """A name without the folders, the host and the query that it came with."""
    if name[:8].lower().startswith(("http://", "https://")):
        name = unquote(re.split("[?#]", name)[0])
    return re.split(r"[/\\]", name)[-1][:_LONGEST_NAME]


def _hash(text: str) -> str:
    """SHA-256 of a text; "" for none."""
    return hashlib.sha256(text.encode()).hexdigest() if text else ""


def _checked_hash(digest: Any) -> str:
    if not isinstance(digest, str) or not re.fullmatch("([0-9a-f]{64})?", digest):
        raise ValueError("not a hash")
    return digest


def _checked_size(size: Any) -> tuple[int, int] | None:
    if size is None:
        return None
    width, height = map(int, size)
    return Mask((width, height)).size  # refuses what no picture can be
