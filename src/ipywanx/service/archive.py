"""How is a task written down, and read back? Requests, pictures and results, to and from the disk.

Rows go to the :class:`~ipywanx.service.history.History`, bytes to the content store, so that a task
of a dead kernel comes back whole: with the picture it began from, its parameters and its pictures.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PIL import Image

from ipywanx.errors import WanxError
from ipywanx.model.chunks import Origin, origin_of
from ipywanx.model.functions import EditRequest
from ipywanx.model.images import Picture
from ipywanx.model.loading import load
from ipywanx.model.masks import Mask
from ipywanx.model.metadata import Metadata, from_text
from ipywanx.model.pixels import BROKEN
from ipywanx.model.quiet import plain_pillow
from ipywanx.model.requests import REQUESTS
from ipywanx.model.results import Header, Result, Timings, decoded, preview_of, suffix_of
from ipywanx.model.tasks import Output, Status, TaskReport
from ipywanx.service.broom import Broom
from ipywanx.service.content_store import ContentStore
from ipywanx.service.history import History
from ipywanx.service.record import Record, owner
from ipywanx.text import Text, both

PICTURES = "pictures"


class Archive:
    """The memory of one account.

    Args:
        home: The folder of history and pictures.
        account: Whose tasks; see :attr:`ipywanx.settings.Settings.account`.
        most: Bytes above which old previews are removed, 0 for no bound.

    Attributes:
        paid: Yuan for what was fetched through it.
        broom: Takes away what is not wanted any more.
    """

    def __init__(self, home: Path, account: str, most: int = 0) -> None:
        self.account = account
        self.history = History(home)
        self.files = ContentStore(home / PICTURES)
        self.paid = 0.0
        self.broom = Broom(self.history, self.files, most)
        self._disk_notice: Text | None = None

    def notice(self, record: Record, request: EditRequest | None) -> Text | None:
        """Why something of an ended task could not be kept, or None."""
        is_whole = record.fetched and (record.request or request is None)
        return self.history.notice if is_whole else self._disk_notice or self.history.notice

    def close(self) -> None:
        """Close the history's file; the next call opens it again."""
        self.history.close()

    # ---- requests

    def begin(self, request: EditRequest | None, task_id: str | None = None) -> Record:
        """A row for a task that is asked for now; nothing is written yet."""
        return Record(
            id=uuid.uuid4().hex,
            account=self.account,
            owner=owner(),
            function=request.about.name if request else "",
            prompt=request.prompt if request else "",
            request="",
            megapixels=request.image.megapixels if request else 0.0,
            asked=time.time(),
            task_id=task_id,
            fingerprint=request.fingerprint if request else "",
        )

    def keep_request(self, record: Record, request: EditRequest) -> Record:
        """The row with the whole request, its pictures in the content store."""
        try:
            plain = self._plain(request)
        except OSError as error:
            self._tell(error)
            return record
        return replace(record, request=json.dumps(plain))

    def _plain(self, request: EditRequest) -> dict[str, Any]:
        pictures = {name: self._kept(picture) for name, picture in request.pictures.items()}
        plain = {
            "function": request.about.name,
            "values": request.given,
            "image": pictures.pop("image"),
        }
        if pictures:
            plain["pictures"] = pictures
        if (mask := getattr(request, "mask", None)) is not None:
            plain["mask"] = self.files.put(mask.to_json().encode(), ".json")
        return plain

    def _kept(self, picture: Picture) -> dict[str, Any]:
        """What finds a picture again: its address, or its file in the content store."""
        told: dict[str, Any] = {"name": picture.name, "notices": picture.notices}
        if picture.url is not None:
            return told | {"url": picture.url}
        file = self.files.put(picture.data, picture.suffix)
        return told | {"file": file, "format": picture.format, "size": picture.size}

    def _picture(self, told: Mapping[str, Any]) -> Picture:
        notices = tuple(map(_read_text, told["notices"]))
        if "url" in told:
            return Picture(b"", "", None, told["name"], told["url"], notices)
        data = self.files.get(told["file"])
        size = (int(told["size"][0]), int(told["size"][1]))
        return Picture(data, told["format"], size, told["name"], notices=notices)

    def request(self, record: Record) -> EditRequest | None:
        """What was asked, or None where its files are gone or another version wrote them."""
        try:
            plain = json.loads(record.request)
            values = dict(plain["values"])
            kept = {"image": plain["image"], **plain.get("pictures", {})}
            pictures = {name: self._picture(told) for name, told in kept.items()}
            if "mask" in plain:
                values["mask"] = Mask.from_json(self.files.get(plain["mask"]).decode())
            return REQUESTS[plain["function"]](**pictures, **values)
        except (OSError, LookupError, TypeError, ValueError, WanxError):
            return None

    def request_of_file(self, data: bytes) -> EditRequest | Metadata | None:
        """What made a picture's file, as it came or as it was saved.

        Returns:
            The request; what the file says of it, where the picture that it began with is not kept
            here; None where neither the history nor the file says anything.
        """
        return self.request_of(origin_of(data))

    def request_of(self, origin: Origin) -> EditRequest | Metadata | None:
        """The same, by what tells the file from others."""
        rows = (row for digest in origin.digests for row in self.history.with_file(digest))
        if made := next(filter(None, map(self.request, rows)), None):
            return made
        told = from_text(origin.text)
        return told and (self._rebuilt(told) or told)

    def mask(self, told: Metadata) -> Mask | None:
        """The mask of what a file says, where it is too large to be in the file and kept here."""
        if told.mask or not self.files.named(told.mask_digest):
            return None
        try:
            return Mask.from_json(self.files.get(self.files.named(told.mask_digest)[0]).decode())
        except (OSError, ValueError, WanxError):
            return None

    def _rebuilt(self, told: Metadata) -> EditRequest | None:
        """The request that a file tells of, where the picture that it began with can be had."""
        try:
            if told.url:
                return told.request(load(told.url), self.mask(told))
            for name in self.files.named(told.digest):
                picture = load(self.files.get(name), name=told.name)
                return told.request(picture, self.mask(told))
        except (OSError, WanxError):
            pass
        return None

    # ---- results

    def keep_picture(self, data: bytes) -> str:
        """Keep one picture at once; its name, or "" where the disk does not take it."""
        try:
            return self.files.put(data, suffix_of(data))
        except OSError as error:
            self._tell(error)
            return ""

    def ended(self, record: Record, report: TaskReport, names: Sequence[str]) -> Record:
        """The row of a task whose pictures are here; ``names`` are theirs, in order."""
        left = iter(names)
        outputs = [
            {"file": next(left)} if output.url else {"code": output.code, "message": output.message}
            for output in report.outputs
        ]
        return replace(record, outputs=json.dumps(outputs), fetched=all(names))

    def result(self, record: Record, *, partly: bool = False) -> Result | None:
        """The pictures that are kept, or None where one is gone.

        Args:
            record: Whose.
            partly: Where some are gone, give the others.
        """
        try:
            kept = json.loads(record.outputs)
            if partly:
                kept = [one for one in kept if "file" not in one or self._is_there(one["file"])]
            names = [entry["file"] for entry in kept if "file" in entry]
            data = tuple(self.files.get(name) for name in names)
            outputs = tuple(
                Output(url=entry["file"]) if "file" in entry else Output(None, **entry)
                for entry in kept
            )
        except (OSError, LookupError, TypeError, ValueError):
            return None
        report = TaskReport(
            task_id=record.task_id or "",
            status=Status(record.status),
            request_id=record.request_id,
            submitted=_moment(record.submitted),
            scheduled=_moment(record.scheduled),
            ended=_moment(record.ended),
            outputs=outputs,
            image_count=record.image_count,
        )
        total = max(0.0, (record.ended or record.asked) - record.asked)
        return Result(
            self.request(record),
            report,
            data,
            Timings.of(report, total),
            tuple(self.files.path(name) for name in names),
        )

    def thumbnail(self, record: Record, side: int) -> Image.Image | None:
        """A small copy of the first picture, or None where it is gone."""
        if not (data := self.picture(record, 0)):
            return None
        try:
            small = decoded(data)
            small.thumbnail((side, side), Image.Resampling.BILINEAR, reducing_gap=2.0)
        except (OSError, ValueError, WanxError):
            return None
        return small

    def is_whole(self, record: Record) -> bool:
        """Whether all pictures of a result are still in their files."""
        names = record.pictures
        try:
            return bool(names) and all(map(self._is_there, names))
        except OSError:
            return False

    def _is_there(self, name: str) -> bool:
        return self.files.path(name).is_file()

    def count(self, record: Record) -> int:
        """How many pictures a result has; they need not be there any more."""
        return len(record.pictures)

    def picture(self, record: Record, index: int) -> bytes | None:
        """One file as it came: a result's, from 0 on, or at -1 what it began with; None if gone."""
        try:
            return self._path(record, index).read_bytes()
        except (OSError, LookupError, TypeError, ValueError):
            return None

    def header(self, record: Record, index: int) -> Header | None:
        """What the file of the same picture says of it, without its pixels; None if gone."""
        try:
            with plain_pillow(), Image.open(self._path(record, index)) as image:
                return Header(image.size, preview_of(image))
        except (*BROKEN, LookupError, TypeError):
            return None

    def _path(self, record: Record, index: int) -> Path:
        if index < 0:
            return self.files.path(json.loads(record.request)["image"]["file"])
        return self.files.path(record.pictures[index])

    def _tell(self, error: OSError) -> None:
        why = error.strerror or error
        self._disk_notice = Text(
            f"The picture cannot be kept in {self.files.folder} ({why}); it is in this kernel "
            "only: save it with result.save(folder).",
            f"图片无法存入 {self.files.folder}（{why}）；它只在此内核中："
            "请用 result.save(folder) 保存。",
        )


def _read_text(plain: Any) -> Text:
    """A stored notice; versions before it had two languages wrote one string."""
    if isinstance(plain, str):
        return both(plain)
    en, zh = map(str, plain)
    return Text(en, zh)


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
