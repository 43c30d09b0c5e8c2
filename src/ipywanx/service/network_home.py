"""May other machines have this folder too? Then they share its files, but no memory.

SQLite's write-ahead log needs memory that all who use the file share, and cannot tell by itself:
on a network folder it says that it works (vendor: sqlite.org/wal.html).
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")
KINDS = frozenset(
    {
        "9p", "afs", "beegfs", "ceph", "cifs", "fuse.ceph", "fuse.glusterfs", "fuse.s3fs",
        "fuse.sshfs", "gfs2", "gpfs", "lustre", "ncpfs", "nfs", "nfs4", "ocfs2", "orangefs",
        "pvfs2", "smb3", "smbfs", "virtiofs", "wekafs",
    }
)  # fmt: skip
"""File systems that several machines may have, by Linux' names."""


def is_remote(folder: Path) -> bool:
    """Whether a folder lies on another machine, as far as Linux and Windows tell."""
    if os.name == "nt":
        return str(folder.resolve()).startswith("\\\\")  # mapped drives are resolved too
    with suppress(OSError, LookupError):
        device = folder.stat().st_dev
        name = f"{os.major(device)}:{os.minor(device)}"
        for line in MOUNTS.read_text(encoding="utf-8", errors="replace").splitlines():
            place, _, kind = line.partition(" - ")
            if place.split()[2] == name:
                return kind.split()[0] in KINDS
    return False
