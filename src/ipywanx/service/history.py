"""What was asked, and what became of it?

One SQLite file for all kernels of one person. A task's row is written before the task is sent and
again at each step, so that a killed kernel loses nothing that the service knows. Where the file
cannot be written (disk full, read-only home) work goes on: rows are kept in memory, tried again
with the next one, and :attr:`History.notice` says so.
"""

from __future__ import annotations

import dataclasses
import sqlite3
import time
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path

from ipywanx.service.database import Database, in_memory, storable, transaction
from ipywanx.service.record import KEPT_BY_SERVICE, Record
from ipywanx.settings import HISTORY
from ipywanx.text import Text, folded, sentences

_ONE_KIND = 50  # run times that a forecast learns from
_AT_ONCE = 500  # values in one question; SQLite takes 999 and more


_COLUMNS = tuple(column.name for column in dataclasses.fields(Record))
# Two kernels may watch one task, and the later one see it expire: what is fetched stays so.
_WRITE = f"""
    INSERT OR REPLACE INTO task ({", ".join(_COLUMNS)})
    SELECT {", ".join(f":{column}" for column in _COLUMNS)}
    WHERE :fetched OR NOT EXISTS (
        SELECT * FROM task
        WHERE fetched AND (id = :id OR (account = :account AND task_id = :task_id))
    )
"""  # noqa: S608 - our own names
_OPEN = "(status IN ('PENDING', 'RUNNING') OR (status = 'SUCCEEDED' AND NOT fetched))"

_FIRST_COLUMNS = _COLUMNS[: _COLUMNS.index("starred")]  # what came later, a migration adds

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        f"CREATE TABLE task ({', '.join(_FIRST_COLUMNS)}, PRIMARY KEY (id))",
        "CREATE UNIQUE INDEX task_by_service_id ON task (account, task_id)",
        "CREATE INDEX task_by_age ON task (asked)",
        "CREATE TABLE turn (account, call, free_at, booked_at, PRIMARY KEY (account, call))",
    ),
    (
        "ALTER TABLE task ADD COLUMN starred DEFAULT 0",
        "ALTER TABLE task ADD COLUMN tags DEFAULT ''",
    ),
    (
        "ALTER TABLE task ADD COLUMN fingerprint DEFAULT ''",
        "CREATE INDEX task_by_fingerprint ON task (fingerprint)",
    ),
)


class History:
    """All tasks of one home folder. Any thread may call.

    Args:
        home: The folder; made where it is missing.
    """

    def __init__(self, home: Path) -> None:
        self._database = Database(home / HISTORY, MIGRATIONS)
        self._unsaved: dict[str, Record] = {}
        self._turns: dict[tuple[str, str], tuple[float, float]] = {}

    @property
    def trouble(self) -> Text | None:
        """Why the file could not be used the last time, or None."""
        why, folder = self._database.notice, self._database.path.parent
        if why is None:
            return None
        return Text(
            f"The history in {folder} cannot be used ({why}).",
            f"无法使用 {folder} 中的历史记录（{why.zh}）。",
        )

    @property
    def notice(self) -> Text | None:
        """The same, with what it means for the person, or None."""
        return self.trouble and sentences(
            self.trouble,
            Text(
                "What is new is in this kernel only: save the pictures with result.save(folder).",
                "新内容只在此内核中：请用 result.save(folder) 保存图片。",
            ),
        )

    # ---- one task

    def put(self, record: Record) -> None:
        """Write a task down, or what is new about it. What was fetched stays fetched."""
        with self._database.lock:
            self._unsaved[record.id] = record
            self._database.attempt(self._save)

    def find(self, account: str, task_id: str) -> Record | None:
        """The task with the service's id."""
        found = self._select("account = ? AND task_id = ?", account, task_id)
        return found[0] if found else None

    def mark(
        self, name: str, *, starred: bool | None = None, tags: str | None = None
    ) -> Record | None:
        """Keep what the person says of a task; what is None stays.

        Args:
            name: The row's own id.
            starred: Whether they like it.
            tags: Their words for it, with commas between them.

        Returns:
            The row as it is now, or None where there is none of that name.
        """
        said = {"starred": starred, "tags": tags}
        with self._database.lock:
            found = self._select("id = ?", name)
            if not found:
                return None
            new = {column: value for column, value in said.items() if value is not None}
            record = dataclasses.replace(found[0], **new)  # type: ignore[arg-type]
            self.put(record)
            return record

    def delete(self, *records: Record) -> bool:
        """Forget tasks; whether the file let us. Their files are the content store's."""

        def deleted(db: sqlite3.Connection) -> bool:
            with transaction(db):
                db.executemany("DELETE FROM task WHERE id = ?", [[one.id] for one in records])
            return True

        with self._database.lock:
            for record in records:
                self._unsaved.pop(record.id, None)
            return bool(self._database.attempt(deleted))

    # ---- many

    def unfinished(self, account: str, now: float | None = None) -> list[Record]:
        """Tasks that are not over or not fetched, and that the service may still know."""
        oldest = (now or time.time()) - KEPT_BY_SERVICE
        return self._select(
            f"account = ? AND {_OPEN} AND asked >= ? ORDER BY asked", account, oldest
        )

    def search(self, text: str | Iterable[str] = "", limit: int = -1) -> list[Record]:
        """Tasks that gave pictures, newest first.

        Args:
            text: Words that a task's prompt, function, id or tags hold, all of them and in any
                order; letters count alike in either case, and with or without an accent. A list
                holds words too, each of which may have spaces.
            limit: At most so many; -1 for all.
        """
        words = list(map(folded, text.split() if isinstance(text, str) else text))
        found = self._select(
            "status = 'SUCCEEDED' AND fetched ORDER BY asked DESC LIMIT ?", -1 if words else limit
        )
        if not words:
            return found
        found = [record for record in found if _has_all(record, words)]
        return found if limit < 0 else found[:limit]

    def with_task(self, task_id: str) -> list[Record]:
        """Tasks of any account with the service's id."""
        return self._select("task_id = ?", task_id)

    def alike(self, fingerprints: Iterable[str]) -> list[Record]:
        """Tasks of any account that asked for one of these, oldest first."""
        wanted = list(fingerprints)
        found: list[Record] = []
        for start in range(0, len(wanted), _AT_ONCE):
            some = wanted[start : start + _AT_ONCE]
            found += self._select(f"fingerprint IN ({','.join('?' * len(some))})", *some)
        return sorted(found, key=lambda record: record.asked)

    def with_file(self, digest: str) -> list[Record]:
        """Tasks that gave a picture of this hash, newest first."""
        return self._select("instr(outputs, ?) ORDER BY asked DESC", digest)

    def everything(self) -> list[Record] | None:
        """All rows; None where the file cannot be read, which is not to be taken for empty."""
        with self._database.lock:
            rows = self._select("TRUE")
            return None if self.trouble else rows

    def recent(self, account: str) -> list[Record]:
        """The account's tasks of the last two days, as they stand at one moment."""
        oldest = time.time() - 2 * KEPT_BY_SERVICE
        return self._select("account = ? AND asked >= ?", account, oldest)

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

        def booked(db: sqlite3.Connection) -> tuple[float, float]:
            with transaction(db):
                row = db.execute(
                    "SELECT free_at, booked_at FROM turn WHERE account = ? AND call = ?",
                    [account, call],
                ).fetchone()
                turn, now = _next_turn(*(row or (0.0, 0.0)))
                db.execute(
                    "INSERT OR REPLACE INTO turn VALUES (?, ?, ?, ?)",
                    [account, call, turn + interval, now],
                )
            return turn, now

        with self._database.lock:
            own = self._turns.get((account, call), (0.0, 0.0))
            turn, now = self._database.attempt(booked) or _next_turn(*own)
            self._turns[account, call] = (turn + interval, now)
            return turn

    def close(self) -> None:
        """Close the file; the next call opens it again."""
        self._database.close()

    # ---- the file

    def _select(self, condition: str, *values: object) -> list[Record]:
        """Rows, with what could not be written yet in place of what is older."""
        query = f"SELECT {', '.join(_COLUMNS)} FROM task WHERE {condition}"  # noqa: S608 - our own
        values = tuple(map(storable, values))

        def rows(db: sqlite3.Connection) -> list[Record]:
            self._save(db)
            return [_record(row) for row in db.execute(query, values)]

        with self._database.lock:
            if not self._unsaved and self._database.is_missing:
                return []
            found = self._database.attempt(rows)
            return found if found is not None else self._select_unsaved(query, values)

    def _select_unsaved(self, query: str, values: Sequence[object]) -> list[Record]:
        """The same question to what is in memory alone."""
        with closing(in_memory(MIGRATIONS)) as memory:
            self._write(memory, self._unsaved.values())
            return [_record(row) for row in memory.execute(query, values)]

    def _save(self, db: sqlite3.Connection) -> None:
        if self._unsaved:
            with transaction(db):
                self._write(db, self._unsaved.values())
            self._unsaved.clear()

    @staticmethod
    def _write(db: sqlite3.Connection, records: Iterable[Record]) -> None:
        for record in records:
            values = dataclasses.asdict(record)
            db.execute(_WRITE, {name: storable(value) for name, value in values.items()})


def _has_all(record: Record, words: Iterable[str]) -> bool:
    """Whether each of the folded words is somewhere in what was asked, or in the tags."""
    said = (record.prompt, record.function, record.task_id or "", record.tags)
    text = folded("\n".join(said))
    return all(word in text for word in words)


def _record(row: Sequence[object]) -> Record:
    values = dict(zip(_COLUMNS, row, strict=True))
    truths = {name: bool(values[name]) for name in ("fetched", "starred")}
    return Record(**values | truths)  # type: ignore[arg-type]


def _next_turn(free_at: float, booked_at: float) -> tuple[float, float]:
    """When the next call may go, and the time now."""
    now = time.time()
    # A clock that was set back: what was still to be waited for at the last booking is waited.
    behind = max(0.0, booked_at - now)
    return max(now, free_at - behind), now
