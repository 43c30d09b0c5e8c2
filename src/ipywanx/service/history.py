"""What was asked, and what became of it?

One SQLite file for all kernels of one person. A task's row is written before the task is sent and
again at each step, so that a killed kernel loses nothing that the service knows. The file is
opened by the first write or question, never by an import. Where it cannot be written (disk full,
read-only home) work goes on: rows are kept in memory, tried again with the next one, and
:attr:`History.notice` says so.
"""

from __future__ import annotations

import dataclasses
import os
import platform
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from ipywanx.model.tasks import Status

T = TypeVar("T")

KEPT_BY_SERVICE = 24 * 3600.0
"""Seconds that the service keeps a task and its pictures (vendor: task management)."""
LOCK_SECONDS = 5.0
_LONGEST_WATCH = 900.0
_ONE_KIND = 50  # run times that a forecast learns from
_STALE_TURN = 60.0  # a turn booked so far ahead was booked before the clock was set back


@dataclass(frozen=True, slots=True)
class Record:
    """One task, as the history keeps it.

    Attributes:
        id: Our own, from the moment on at which it is asked for.
        account: Whose it is; tells nothing of the key.
        owner: The process that watches it, see :func:`owner`.
        function, prompt: What was asked, for lists and searches.
        request: The whole request as JSON, with pictures by their names in the content store.
        megapixels: Of its picture, 0 where that is not known.
        asked: Unix seconds of the call here; like all moments.
        sent: When the create call went out the last time; None before that.
        task_id: The service's id, None until an answer named it.
        status: The service's word; UNKNOWN for one that was given up, see ``message``.
        submitted, scheduled, ended: The service's own stamps.
        code, message: Why it failed, or was given up.
        image_count: Pictures that are charged.
        cost: Yuan.
        outputs: The ended task's outputs as JSON: files by name, failures by code and message.
        fetched: Whether all there is to fetch is in the content store.
    """

    id: str
    account: str
    owner: str
    function: str
    prompt: str
    request: str
    megapixels: float
    asked: float
    sent: float | None = None
    task_id: str | None = None
    request_id: str = ""
    status: str = Status.PENDING.value
    submitted: float | None = None
    scheduled: float | None = None
    ended: float | None = None
    code: str = ""
    message: str = ""
    image_count: int = 0
    cost: float = 0.0
    outputs: str = "[]"
    fetched: bool = False

    @property
    def is_open(self) -> bool:
        """Whether there is still something to wait for or to fetch."""
        if self.status == Status.SUCCEEDED:
            return not self.fetched
        return not Status(self.status).is_final

    @property
    def is_watched(self) -> bool:
        """Whether the process that sent it may still be at it.

        A process's number may have been given away again: nothing is being sent for so long.
        """
        return _runs(self.owner) and time.time() - self.asked < _LONGEST_WATCH


_COLUMNS = tuple(column.name for column in dataclasses.fields(Record))
_OPEN = "(status IN ('PENDING', 'RUNNING') OR (status = 'SUCCEEDED' AND NOT fetched))"

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        f"CREATE TABLE task ({', '.join(_COLUMNS)}, PRIMARY KEY (id))",
        "CREATE UNIQUE INDEX task_by_service_id ON task (account, task_id)",
        "CREATE INDEX task_by_age ON task (asked)",
        "CREATE TABLE turn (account, call, free_at REAL, PRIMARY KEY (account, call))",
    ),
)
"""Each takes the file one version further (``PRAGMA user_version``), whole or not at all."""


class History:
    """All tasks of one home folder. Any thread may call.

    Args:
        home: The folder; made where it is missing.
    """

    def __init__(self, home: Path) -> None:
        self.path = home / "history.sqlite3"
        self.notice = ""
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._process = 0
        self._unsaved: dict[str, Record] = {}
        self._turns: dict[tuple[str, str], float] = {}

    # ---- one task

    def put(self, record: Record) -> None:
        """Write a task down, or what is new about it."""
        with self._lock:
            self._unsaved[record.id] = record
            self._attempt(self._save, None)

    def find(self, account: str, task_id: str) -> Record | None:
        """The task with the service's id."""
        found = self._select("account = ? AND task_id = ?", account, task_id)
        return found[0] if found else None

    def delete(self, record: Record) -> None:
        """Forget a task; its files are the content store's."""
        with self._lock:
            self._unsaved.pop(record.id, None)
            self._attempt(lambda db: db.execute("DELETE FROM task WHERE id = ?", [record.id]), None)

    # ---- many

    def unfinished(self, account: str, now: float | None = None) -> list[Record]:
        """Tasks that are not over or not fetched, and that the service may still know."""
        oldest = (now or time.time()) - KEPT_BY_SERVICE
        return self._select(
            f"account = ? AND {_OPEN} AND asked >= ? ORDER BY asked", account, oldest
        )

    def search(self, text: str = "", limit: int = -1) -> list[Record]:
        """Tasks that gave pictures, newest first; ``text`` is looked for in what was asked."""
        pattern = "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        columns = ("prompt", "function", "task_id")
        named = " OR ".join(f"{column} LIKE ? ESCAPE '\\'" for column in columns)
        return self._select(
            f"status = 'SUCCEEDED' AND fetched AND ({named}) ORDER BY asked DESC LIMIT ?",
            *[pattern] * len(columns),
            limit,
        )

    def with_task(self, task_id: str) -> list[Record]:
        """Tasks of any account with the service's id."""
        return self._select("task_id = ?", task_id)

    def with_file(self, digest: str) -> list[Record]:
        """Tasks that gave a picture of this hash, newest first."""
        return self._select("instr(outputs, ?) ORDER BY asked DESC", digest)

    def everything(self) -> list[Record]:
        """All rows."""
        return self._select("TRUE")

    def known_ids(self, account: str) -> set[str]:
        """The service's ids of the account's tasks of the last day."""
        oldest = time.time() - 2 * KEPT_BY_SERVICE
        known = self._select("account = ? AND asked >= ?", account, oldest)
        return {record.task_id for record in known if record.task_id}

    def run_times(self, account: str, function: str, megapixels: float) -> list[float]:
        """Seconds that the latest tasks of this kind ran, of about this size (half to double)."""
        span = (megapixels / 2, megapixels * 2) if megapixels else (0.0, 0.0)
        ran = self._select(
            "account = ? AND function = ? AND megapixels BETWEEN ? AND ? AND status = 'SUCCEEDED' "
            "AND ended > scheduled ORDER BY asked DESC LIMIT ?",
            account,
            function,
            *span,
            _ONE_KIND,
        )
        return [
            record.ended - record.scheduled for record in ran if record.ended and record.scheduled
        ]

    def spent(self) -> float:
        """Yuan of all tasks that are kept."""
        return round(sum(record.cost for record in self._select("cost > 0")), 2)

    # ---- turns

    def book(self, account: str, call: str, interval: float) -> float:
        """The Unix time of the next turn of a call, ``interval`` seconds before the one after it.

        Turns of all kernels are booked in one row; where the file cannot be written, this
        kernel's are its own.
        """

        def booked(db: sqlite3.Connection) -> float:
            with _transaction(db):
                row = db.execute(
                    "SELECT free_at FROM turn WHERE account = ? AND call = ?", [account, call]
                ).fetchone()
                turn = _next_turn(row[0] if row else 0.0)
                db.execute(
                    "INSERT OR REPLACE INTO turn VALUES (?, ?, ?)", [account, call, turn + interval]
                )
            return turn

        with self._lock:
            shared = self._attempt(booked, None)
            turn = _next_turn(self._turns.get((account, call), 0.0)) if shared is None else shared
            self._turns[account, call] = turn + interval
            return turn

    def close(self) -> None:
        """Close the file; the next call opens it again."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = None

    # ---- the file

    def _select(self, condition: str, *values: object) -> list[Record]:
        """Rows, with what could not be written yet in place of what is older."""
        query = f"SELECT {', '.join(_COLUMNS)} FROM task WHERE {condition}"  # noqa: S608 - our own

        def rows(db: sqlite3.Connection) -> list[Record]:
            self._save(db)
            return [_record(row) for row in db.execute(query, values)]

        with self._lock:
            if self._connection is None and not self._unsaved and not self.path.exists():
                return []
            found = self._attempt(rows, None)
            return found if found is not None else self._select_unsaved(query, values)

    def _select_unsaved(self, query: str, values: Sequence[object]) -> list[Record]:
        """The same question to what is in memory alone."""
        with closing(sqlite3.connect(":memory:")) as memory:
            _migrate(memory)
            self._write(memory, self._unsaved.values())
            return [_record(row) for row in memory.execute(query, values)]

    def _save(self, db: sqlite3.Connection) -> None:
        if self._unsaved:
            with _transaction(db):
                self._write(db, self._unsaved.values())
            self._unsaved.clear()

    @staticmethod
    def _write(db: sqlite3.Connection, records: Iterable[Record]) -> None:
        marks = ", ".join("?" * len(_COLUMNS))
        db.executemany(
            f"INSERT OR REPLACE INTO task ({', '.join(_COLUMNS)}) VALUES ({marks})",  # noqa: S608
            [dataclasses.astuple(record) for record in records],
        )

    def _attempt(self, work: Callable[[sqlite3.Connection], T], otherwise: T | None) -> T | None:
        """``work`` on the file; ``otherwise``, with a notice, where the file does not let us."""
        try:
            done = work(self._open())
        except (sqlite3.Error, OSError) as error:
            why = getattr(error, "strerror", None) or str(error)
            self.notice = (
                f"The history in {self.path.parent} cannot be written ({why}); results are kept in "
                "this kernel only: save them with result.save(folder)."
            )
            return otherwise
        self.notice = ""
        return done

    def _open(self) -> sqlite3.Connection:
        # A forked child must not use its parent's connection.
        if self._connection is None or self._process != os.getpid():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            db = sqlite3.connect(
                self.path, timeout=LOCK_SECONDS, isolation_level=None, check_same_thread=False
            )
            try:
                _set_up(db)
                _migrate(db)
            except BaseException:
                db.close()
                raise
            self._connection, self._process = db, os.getpid()
        return self._connection


def owner() -> str:
    """This process, for rows that it watches: the machine's name and the process's number."""
    return f"{platform.node()}:{os.getpid()}"


def _runs(name: str) -> bool:
    """Whether the process of :func:`owner` may still run; of other machines nobody knows."""
    machine, _, number = name.rpartition(":")
    if machine != platform.node() or not number.isdigit():
        return True
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _set_up(db: sqlite3.Connection) -> None:
    """Write-ahead where the disk allows it: network homes often do not."""
    try:
        mode = db.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    except sqlite3.Error:
        mode = ""
    if mode != "wal":
        db.execute("PRAGMA journal_mode = TRUNCATE")
    db.execute("PRAGMA synchronous = FULL")  # a task's id has to outlive a power cut


def _migrate(db: sqlite3.Connection) -> None:
    """Take the file to our version.

    Raises:
        sqlite3.DatabaseError: A later ipywanx has written it.
    """
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if version > len(MIGRATIONS):
        raise sqlite3.DatabaseError("a later version of ipywanx has written it; upgrade this one")
    while version < len(MIGRATIONS):
        with _transaction(db):
            # Another kernel may have done it while we waited for the lock.
            (version,) = db.execute("PRAGMA user_version").fetchone()
            if version < len(MIGRATIONS):
                for statement in MIGRATIONS[version]:
                    db.execute(statement)
                version += 1
                db.execute(f"PRAGMA user_version = {version}")


@contextmanager
def _transaction(db: sqlite3.Connection) -> Iterator[None]:
    """All or nothing, with the lock from the beginning on: nobody writes in between."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def _record(row: Sequence[object]) -> Record:
    values = dict(zip(_COLUMNS, row, strict=True))
    return Record(**values | {"fetched": bool(values["fetched"])})  # type: ignore[arg-type]


def _next_turn(free_at: float) -> float:
    now = time.time()
    return now if free_at > now + _STALE_TURN else max(now, free_at)
