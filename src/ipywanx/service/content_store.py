"""Where do the files lie? Each under its own hash: equal bytes are kept once, and never changed."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import time
from pathlib import Path

_NAME = re.compile(r"[0-9a-f]{2}/[0-9a-f]{64}\.[a-z0-9]{1,9}")
_HASH = re.compile("[0-9a-f]{64}")
_PART = ".part"


class ContentStore:
    """Files by the SHA-256 of their bytes, in one folder. Any thread and process may write.

    Args:
        folder: Where; made with the first file.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, data: bytes, suffix: str) -> str:
        """Keep a file; its name, such as ``3f/3fa9….png``.

        Whole or not at all: it is written beside its place and renamed.

        Raises:
            OSError: The disk does not take it.
        """
        digest = self.digest(data)
        name = f"{digest[:2]}/{digest}{suffix}"
        path = self.path(name)
        if self.size(name) == len(data):
            os.utime(path)  # it is wanted again: tidying leaves it alone
        else:  # it is new, or was cut short by something else than us
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, part = tempfile.mkstemp(prefix=".", suffix=_PART, dir=path.parent)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                Path(part).replace(path)
            except BaseException:
                Path(part).unlink(missing_ok=True)
                raise
        return name

    @staticmethod
    def digest(data: bytes) -> str:
        """What a file of these bytes is called, without its ending."""
        return hashlib.sha256(data).hexdigest()

    def path(self, name: str) -> Path:
        """Where the file of this name lies.

        Raises:
            FileNotFoundError: It is no name of ours: it could lead out of the folder.
        """
        if not _NAME.fullmatch(name):
            raise FileNotFoundError(f"{name!r} is not the name of a kept file")
        return self.folder / name

    def get(self, name: str) -> bytes:
        """A file's bytes.

        Raises:
            OSError: It is not there any more.
        """
        return self.path(name).read_bytes()

    def named(self, digest: str) -> list[str]:
        """The names of what is kept of these bytes, whatever its ending is."""
        found = self.folder.glob(f"{digest[:2]}/{digest}.*") if _HASH.fullmatch(digest) else ()
        return sorted(f"{path.parent.name}/{path.name}" for path in found)

    def size(self, name: str) -> int:
        """A file's bytes; 0 where it is not there."""
        try:
            return self.path(name).stat().st_size
        except OSError:
            return 0

    def total_bytes(self) -> int:
        """What all files take together."""
        return sum(path.stat().st_size for path in self.folder.glob("??/*"))

    def sweep(self, untouched_for: float) -> None:
        """Remove what killed writers have left half-way, where nobody has written for so long."""
        for part in self.folder.glob(f"??/.*{_PART}"):
            if time.time() - part.stat().st_mtime >= untouched_for:
                part.unlink(missing_ok=True)

    def remove(self, name: str, untouched_for: float = 0.0) -> int:
        """Remove a file that nothing names any more; how many bytes went.

        One that was put again within so many seconds is left alone.
        """
        try:
            path = self.path(name)
            found = path.stat()
            if time.time() - found.st_mtime < untouched_for:
                return 0
            path.unlink()
        except OSError:
            return 0
        return found.st_size
