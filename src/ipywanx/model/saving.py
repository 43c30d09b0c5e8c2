"""Pictures written to files that a person names: safe names, and nothing replaced unasked."""

from __future__ import annotations

import io
import re
import secrets
import unicodedata
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from ipywanx.errors import InvalidRequest, WanxError, brief
from ipywanx.given import as_path
from ipywanx.model.images import Picture
from ipywanx.model.metadata import labelled
from ipywanx.model.results import Result, decoded, suffix_of
from ipywanx.text import Text

FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}
"""What a picture can be saved as, by the ending of its name."""
_OTHER_FORMATS = {
    ".apng", ".avif", ".bmp", ".gif", ".heic", ".heif", ".ico", ".jp2", ".jxl", ".pdf", ".psd",
    ".svg", ".tga", ".tif", ".tiff",
}  # fmt: skip
_OPTIONS: dict[str, dict[str, Any]] = {
    "PNG": {"compress_level": 6},
    "JPEG": {"quality": 95, "subsampling": 0},
    "WEBP": {"quality": 95, "method": 4},
}
_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,5}")
_UNSAFE = re.compile(r'[<>:"/\\|?*]')
_DEVICES = re.compile(r"(?:CON|PRN|AUX|NUL|COM\d|LPT\d)(?:\..*)?", re.IGNORECASE)  # of Windows
_LONGEST = 60  # bytes of a part; a file's name has at most 255


def save(
    result: Result, path: str | Path, *, metadata: bool | None = None, overwrite: bool = False
) -> list[Path]:
    """The files' paths; see :meth:`ipywanx.Result.save`."""
    place = as_path(path, "path")
    is_file = _names_a_file(place) and not str(path).endswith(("/", "\\"))
    saved = []
    try:
        for number, data in enumerate(result.data, start=1):
            named = labelled(data, result.request, result.task_id, number, metadata=metadata)
            if is_file:
                numbered = f"{place.stem}_{number}" if len(result.data) > 1 else place.stem
                target = place.with_name(numbered + place.suffix)
                named = encoded(named, place.suffix)
            else:
                target = place / f"{_folder_stem(result)}-{number}{suffix_of(named)}"
            saved.append(write(target, named) if overwrite else write_new(target, named))
    except OSError as error:
        why = error.strerror or error
        raise WanxError(
            Text(
                f"The pictures cannot be saved in {brief(str(path))}: {why}.",
                f"无法把图片保存到 {brief(str(path))}：{why}。",
            ),
            hint=Text("They are still here: result.images.", "图片仍在 result.images 中。"),
        ) from None
    return saved


def _names_a_file(place: Path) -> bool:
    """Whether a path ends as a picture's file does, and is no folder.

    Raises:
        InvalidRequest: It ends as a picture of a kind that cannot be written.
    """
    ending = place.suffix.lower()
    if ending not in {*FORMATS, *_OTHER_FORMATS} or place.is_dir():
        return False
    if ending in _OTHER_FORMATS:
        known = ", ".join(FORMATS)
        raise InvalidRequest(
            Text(
                f"{place.name!r} cannot be written: pictures are saved as {known}.",
                f"无法写入 {place.name!r}：图片可保存为 {known}。",
            ),
            hint=Text(f"For example {place.stem + '.png'!r}.", f"例如 {place.stem + '.png'!r}。"),
            parameter="path",
        )
    return True


def _folder_stem(result: Result) -> str:
    """How the files of a result are called in a folder: input, function, task."""
    request = result.request
    parts = [picture_stem(request.image), request.about.name] if request else ["result"]
    return "-".join([*filter(None, parts), result.task_id[:8]])


def picture_stem(picture: Picture) -> str:
    """The name of a picture's file without folder and ending; "" where it has no file's name."""
    name = picture.name
    if picture.url is not None:
        with suppress(ValueError):
            name = unquote(urlsplit(picture.url).path)
    base = re.split(r"[/\\]", name)[-1]
    stem, dot, ending = base.rpartition(".")
    return file_stem(stem) if _SUFFIX.fullmatch(dot + ending) else ""


def file_stem(text: str, longest: int = _LONGEST) -> str:
    """The text as a part of a file's name on every system; "" where nothing of it is left.

    Args:
        text: Whatever a person or another library has called it.
        longest: At most so many bytes of it.
    """
    plain = "".join(
        "_" if unicodedata.category(sign).startswith("C") else sign
        for sign in unicodedata.normalize("NFC", " ".join(text.split()))
    )
    plain = re.sub(r"[._\s]*[_\s][._\s]*", "_", _UNSAFE.sub("_", plain)).strip("._-")
    plain = plain.encode()[:longest].decode(errors="ignore").rstrip("._-")
    return f"{plain}_" if _DEVICES.fullmatch(plain) else plain


def encoded(data: bytes, ending: str) -> bytes:
    """A picture's file in the format of an ending; as it is where it has that format already.

    Raises:
        InvalidRequest: It is too large for that format.
    """
    wanted = FORMATS[ending.lower()]
    if FORMATS.get(suffix_of(data)) == wanted:
        return data
    image, stream = decoded(data), io.BytesIO()
    try:
        image.save(stream, wanted, **_OPTIONS[wanted])
    except (OSError, ValueError):
        size = f"{image.width}×{image.height}"
        raise InvalidRequest(
            Text(
                f"The picture has {size} pixels, which is too much for {ending}.",
                f"图片为 {size} 像素，超出了 {ending} 的上限。",
            ),
            hint=Text("Save it as .png.", "请保存为 .png。"),
            parameter="path",
        ) from None
    return stream.getvalue()


# ---- the disk -------------------------------------------------------------------------------


def write(path: Path, data: bytes) -> Path:
    """The path, where the file is now, in place of what was there. Missing folders are made.

    It is written beside its place and renamed: nobody ever finds a part of it.

    Raises:
        OSError: The disk does not take it; what was there is there still.
    """
    part = _written_beside(path, data)
    try:
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return path


def write_new(path: Path, data: bytes) -> Path:
    """The path where the file is now: another one with a number, where that name was taken.

    A file of the same bytes is left as it is, and is the one. Missing folders are made.

    Raises:
        OSError: The disk does not take it.
    """
    part, free, number = _written_beside(path, data), path, 2
    try:
        while not _take(free, part, data):
            free, number = path.with_name(f"{path.stem}-{number}{path.suffix}"), number + 1
    finally:
        part.unlink(missing_ok=True)
    return free


def _take(path: Path, part: Path, data: bytes) -> bool:
    """Give a written file its name; False where another file has it."""
    if path.exists():
        return path.is_file() and path.read_bytes() == data
    try:
        path.hardlink_to(part)  # which never replaces, whoever else writes here
    except FileExistsError:
        return False
    except OSError:  # a disk without such links
        part.replace(path)
    return True


def _written_beside(path: Path, data: bytes) -> Path:
    """A new file in the same folder, under a name that nobody looks for."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        part.write_bytes(data)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return part
