"""How do several kernels share one SQLite file? Each opens it late and briefly, none is stopped.

Where the file cannot be used (disk full, read-only home, written by a later version) nothing is
raised: :attr:`Database.notice` says why, and the next call tries again.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from ipywanx.service.network_home import is_remote
from ipywanx.text import Text, both

T = TypeVar("T")
Migrations = Sequence[Sequence[str]]
"""Each takes a file one version further (``PRAGMA user_version``), whole or not at all."""

LOCK_SECONDS = 10.0
"""How long a call waits while others write; each holds the file for some milliseconds."""
_LOCK_SECONDS_AFTER_TROUBLE = 0.2  # an edit should not wait for a lock that nobody gives back


class Database:
    """One SQLite file, opened by the first call that needs it. Any thread may call.

    Args:
        path: Where; its folder is made where it is missing.
        migrations: What takes an empty file to our version.

    Attributes:
        lock: Held during each call; take it around calls that belong together.
        notice: Why the file could not be used the last time, or "".
    """

    def __init__(self, path: Path, migrations: Migrations) -> None:
        self.path = path
        self.lock = threading.RLock()
        self.notice: Text | None = None
        self._migrations = migrations
        self._connection: sqlite3.Connection | None = None
        self._file = (0, 0)
        with _roll_call:
            _all.add(self)

    def attempt(self, work: Callable[[sqlite3.Connection], T]) -> T | None:
        """What ``work`` gives; None, with a notice, where the file does not let us."""
        with self.lock:
            try:
                done = work(self._open())
            except (sqlite3.Error, OSError) as error:
                self.close()  # whatever state it was in, the next call begins anew
                said = next(iter(error.args), None)
                why = getattr(error, "strerror", None) or str(error)
                self.notice = said if isinstance(said, Text) else both(why)
                return None
            self.notice = None
            return done

    @property
    def is_missing(self) -> bool:
        """Whether there is no file to be asked: a question should not make one."""
        return not os.path.lexists(self.path)

    def close(self) -> None:
        """Close the file; the next call opens it again."""
        with self.lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = None

    def _open(self) -> sqlite3.Connection:
        # The folder may have been removed while we ran: what is written there now is lost.
        if self._connection is not None and self._file != _identity(self.path):
            self.close()
        if self._connection is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            db = sqlite3.connect(
                self.path,
                timeout=_LOCK_SECONDS_AFTER_TROUBLE if self.notice else LOCK_SECONDS,
                isolation_level=None,
                check_same_thread=False,
            )
            try:
                _refuse_later(db, len(self._migrations))
                _set_up(db, shared_memory=not is_remote(self.path.parent))
                _migrate(db, self._migrations)
                self._file = _identity(self.path)
            except BaseException:
                db.close()
                raise
            self._connection = db
        return self._connection


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """All or nothing, with the lock from the beginning on: nobody writes in between."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def in_memory(migrations: Migrations) -> sqlite3.Connection:
    """An empty database of our version that is on no disk."""
    db = sqlite3.connect(":memory:", isolation_level=None)
    _migrate(db, migrations)
    return db


def storable(value: object) -> object:
    """The value as SQLite takes it: half a character becomes ``?``, a number fits 64 bits.

    A server's message may hold either; a task must not be lost for it.
    """
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, int):
        return max(-(2**63), min(2**63 - 1, value))
    return value


def _identity(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except FileNotFoundError:
        return (0, 0)
    return (found.st_dev, found.st_ino)


def _refuse_later(db: sqlite3.Connection, ours: int) -> None:
    """Stop before anything of a file is changed that a later ipywanx has written.

    Raises:
        sqlite3.DatabaseError: It has.
    """
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if version > ours:
        raise sqlite3.DatabaseError(
            Text(
                "a later version of ipywanx has written it; upgrade this one",
                "它由更新版本的 ipywanx 写入；请升级当前版本",
            )
        )


def _set_up(db: sqlite3.Connection, *, shared_memory: bool) -> None:
    """Write-ahead where all who use the file share memory, which those of a network home do not."""
    mode = ""
    if shared_memory:
        with suppress(sqlite3.Error):  # the disk does not allow it
            mode = db.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    if mode != "wal":
        db.execute("PRAGMA journal_mode = TRUNCATE")
    db.execute("PRAGMA synchronous = FULL")  # a task's id has to outlive a power cut


def _migrate(db: sqlite3.Connection, migrations: Migrations) -> None:
    """Take the file to our version."""
    (version,) = db.execute("PRAGMA user_version").fetchone()
    while version < len(migrations):
        with transaction(db):
            # Another kernel may have done it while we waited for the lock.
            (version,) = db.execute("PRAGMA user_version").fetchone()
            if version < len(migrations):
                for statement in migrations[version]:
                    db.execute(statement)
                version += 1
                db.execute(f"PRAGMA user_version = {version}")


# A connection that a forked child inherits breaks the locks of both: none is open during a fork.

_all: weakref.WeakSet[Database] = weakref.WeakSet()
_roll_call = threading.RLock()


def _before_fork() -> None:
    _roll_call.acquire()
    for database in _all:
        database.lock.acquire()
        database.close()


def _after_fork() -> None:
    for database in _all:
        database.lock.release()
    _roll_call.release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_before_fork, after_in_parent=_after_fork, after_in_child=_after_fork
    )
