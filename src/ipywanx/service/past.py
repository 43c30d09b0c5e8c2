"""What was made before? The kept results as a sequence, as a table, and as requests again."""

from __future__ import annotations

import base64
import io
import logging
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any, overload

from ipywanx.errors import InvalidRequest, UnexpectedReply, WanxError, brief
from ipywanx.given import as_path
from ipywanx.model.functions import EditRequest
from ipywanx.model.loading import file_bytes
from ipywanx.model.metadata import Metadata
from ipywanx.model.results import Result
from ipywanx.model.sources import is_bytes
from ipywanx.service.archive import Archive
from ipywanx.service.record import Record
from ipywanx.text import Text, both, sentences, spaced

SHOWN = 50
"""Rows of the table; all are in the sequence."""
_THUMBNAIL = 72
_NAMED = 10  # tasks that are told by their ids where pictures are gone
_log = logging.getLogger(__name__)


class Past(Sequence[Result]):
    """Kept results, newest first. Each is read from the disk when it is asked for.

    A loop passes over those whose pictures are gone, and tells of them at its end; to ask for one
    of them by its index is an error that says what can be done.

    Args:
        archive: Where they are.
        records: Which.
    """

    def __init__(self, archive: Archive, records: Sequence[Record]) -> None:
        self._archive = archive
        self._records = list(records)

    def __len__(self) -> int:
        return len(self._records)

    @overload
    def __getitem__(self, index: int) -> Result: ...
    @overload
    def __getitem__(self, index: slice) -> Past: ...
    def __getitem__(self, index: int | slice) -> Result | Past:
        """One result, or a part of the list.

        Raises:
            WanxError: Its files were removed.
        """
        if isinstance(index, slice):
            return Past(self._archive, self._records[index])
        record = self._records[index]
        result = self._archive.result(record)
        if result is None:
            name, folder = record.task_id, self._archive.files.folder
            raise WanxError(
                Text(
                    f"The pictures of task {name} are gone from {folder}.",
                    f"任务 {name} 的图片已不在 {folder} 中。",
                ),
                hint=_again(record),
            )
        return result

    def __iter__(self) -> Iterator[Result]:
        return self._readable(self._records)

    def __reversed__(self) -> Iterator[Result]:
        return self._readable(reversed(self._records))

    def _readable(self, records: Iterable[Record]) -> Iterator[Result]:
        """Results one after the other; what is gone keeps no other back."""
        gone = []
        for record in records:
            if (result := self._archive.result(record)) is not None:
                yield result
            else:
                gone.append(record)
        self._tell(gone)

    def export(self, folder: str | Path) -> list[Path]:
        """Write all pictures that are there into a folder, full size; their paths.

        Which results lack pictures is told afterwards.

        Raises:
            InvalidRequest: The folder is no path.
            WanxError: It cannot be written to.
        """
        place = as_path(folder, "folder")
        paths: list[Path] = []
        lacking = []
        for record in self._records:
            whole = self._archive.result(record)
            left = whole or self._archive.result(record, partly=True)
            try:
                paths += left.save(place) if left else []
            except UnexpectedReply:  # a damaged file
                whole = None
            if whole is None:
                lacking.append(record)
        self._tell(lacking)
        return paths

    def _tell(self, lacking: Sequence[Record]) -> None:
        """Say which results lack pictures, wherever the program's warnings go."""
        if not lacking:
            return
        count, all_, folder = len(lacking), len(self), self._archive.files.folder
        more = Text(", …", "……") if count > _NAMED else Text("", "")
        names = [str(record.task_id) for record in lacking[:_NAMED]]
        told = sentences(
            Text(
                f"Pictures of {count} of {all_} results are gone from {folder}, or damaged: "
                f"{', '.join(names)}{more}.",
                f"{folder} 中，{count} 个结果（共 {all_} 个）的图片已不存在或已损坏："
                f"{'、'.join(names)}{more.zh}。",
            ),
            _again(lacking[0]),
        )
        _log.warning(told.told())

    def delete(self) -> int:
        """Forget these results and remove their files; how many bytes became free.

        Raises:
            WanxError: The history cannot be written; nothing was removed.
        """
        freed = self._archive.broom.delete(self._records)
        self._records.clear()
        return freed

    def __repr__(self) -> str:
        lines = [" | ".join(_row(record)) for record in self._records[:SHOWN]]
        return "\n".join([self._title(), *lines])

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{name}</th>" for name in ("", *(name.told() for name in _HEAD)))
        rows = "".join(
            f"<tr><td>{self._picture(record)}</td>"
            + "".join(f"<td>{escape(cell)}</td>" for cell in _row(record))
            + "</tr>"
            for record in self._records[:SHOWN]
        )
        return f"<div>{escape(self._title())}</div><table><tr>{head}</tr>{rows}</table>"

    def _title(self) -> str:
        count = len(self)
        title = Text(f"{count} {'result' if count == 1 else 'results'}", f"{count} 个结果")
        if count > SHOWN:
            title = Text(
                f"{title.en}, the newest {SHOWN} shown", f"{title.zh}，显示最新 {SHOWN} 个"
            )
        if trouble := self._archive.history.trouble:
            title = sentences(Text(f"{title.en}.", f"{title.zh}。"), trouble)
        return title.told()

    def _picture(self, record: Record) -> str:
        small = self._archive.thumbnail(record, _THUMBNAIL)
        if small is None:
            return Text("(removed)", "（已删除）").told()
        stream = io.BytesIO()
        small.save(stream, "JPEG", quality=75)
        data = base64.b64encode(stream.getvalue()).decode("ascii")
        return f'<img alt="" width="{small.width}" src="data:image/jpeg;base64,{data}">'


def _again(record: Record) -> Text:
    """How pictures that are gone can be had again."""
    name = record.task_id
    if record.is_preview:
        return Text(
            f"wx.edit(wx.recall({name!r})) makes them again, if the picture that it began with is "
            "still there.",
            f"如果原图还在，wx.edit(wx.recall({name!r})) 会重新生成。",
        )
    return Text(
        f"Within 24 hours wx.resume({name!r}) fetches them again.",
        f"24 小时内可用 wx.resume({name!r}) 重新获取。",
    )


_HEAD = (
    Text("asked", "时间"),
    Text("function", "功能"),
    Text("prompt", "提示词"),
    Text("pictures", "图片数"),
    Text("CNY", "CNY"),
    Text("task", "任务"),
)


def _row(record: Record) -> tuple[str, ...]:
    asked = datetime.fromtimestamp(record.asked).astimezone()
    prompt = " ".join(record.prompt.split())
    return (
        f"{asked:%Y-%m-%d %H:%M}",
        record.function or "?",
        prompt if len(prompt) <= 80 else prompt[:79] + "…",
        str(record.image_count),
        f"{record.cost:.2f}",
        record.task_id or "",
    )


def recall(archive: Archive, source: Any, image: Any = None) -> EditRequest:
    """What made a picture; see :func:`ipywanx.recall`.

    Args:
        archive: Where it is looked for.
        source: A result, a task's id, or a picture file as it was saved, or its bytes.
        image: The picture that it began with, used where a file's request is known and that
            picture is not kept here.

    Raises:
        InvalidRequest: Nobody knows the request, or the picture that it began with is needed.
    """
    if isinstance(source, Result):
        if source.request is not None:
            return source.request
        source = source.task_id
    data, why_not = file_bytes(source)
    found = None if data is None else archive.request_of_file(data)
    if found is None and not is_bytes(source):
        kept = map(archive.request, archive.history.with_task(str(source)))
        found = next(filter(None, kept), None)
    if found is None:
        called = _called(source)
        raise InvalidRequest(
            Text(
                f"The history knows no request that made {called}{why_not}.",
                f"历史记录中没有生成 {spaced(called)}的请求{why_not.zh}。",
            ),
            hint=Text(
                "Give a result, a task's id, or a picture file as it was saved; wx.history() "
                "lists what is kept.",
                "请给出结果、任务编号，或保存时的图片文件；wx.history() 会列出已保存的内容。",
            ),
        )
    if isinstance(found, EditRequest):
        return found
    if image is None:
        raise _begun_with(found, source)
    return found.request(image, archive.mask(found))


def _called(source: Any) -> Text:
    """What to call what was given, within a sentence."""
    if is_bytes(source):
        size = memoryview(source).nbytes
        return Text(f"a picture of {size} bytes", f"{size} 字节的图片")
    return both(brief(str(source)))


def _begun_with(told: Metadata, source: Any) -> InvalidRequest:
    """Asks for the picture that the pictures of a file's request were made of."""
    size = "{}×{}".format(*told.size) if told.size else "?"
    file = told.name if Path(told.name).suffix else "photo.jpg"  # pixels have no file's name
    called = _called(source)
    again = f"wx.recall({'data' if is_bytes(source) else brief(str(source))}, image={file!r})"
    return InvalidRequest(
        Text(
            f"The picture {told.name!r} ({size} pixels) is not kept here, and {called} was made of "
            "it.",
            f"这里没有保存图片 {told.name!r}（{size} 像素），而 {spaced(called)}由它生成。",
        ),
        hint=Text(f"Give it: {again}.", f"请给出该图片：{again}。"),
        parameter="image",
    )
