"""What is taken away? What a person deletes, and old previews where they take too much room."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterable, Sequence

from ipywanx.errors import WanxError
from ipywanx.service.content_store import ContentStore
from ipywanx.service.history import History
from ipywanx.service.record import Record
from ipywanx.text import Text, sentences

IN_USE_SECONDS = 3600.0
"""So young a preview is still looked at, and so young a file may belong to a task under way."""


class Broom:
    """Removes rows, and the files that no other row names.

    Args:
        history: Where the rows are.
        files: Where the files are.
        most: Bytes above which old previews are removed, 0 for no bound.
    """

    def __init__(self, history: History, files: ContentStore, most: int) -> None:
        self._history, self._files, self._most = history, files, most
        self._tidying = threading.Lock()

    def delete(self, records: Iterable[Record]) -> int:
        """Forget tasks, and remove the files that no other task names; how many bytes went.

        Raises:
            WanxError: The history cannot be written; nothing was removed.
        """
        return self._forget(list(records), untouched_for=0.0)

    def tidy(self) -> int:
        """Remove old previews, the oldest first, until all files take at most ``most`` bytes.

        Pictures that were paid for or starred are never removed here, nor what is younger than an
        hour.

        Returns:
            How many bytes went.
        """
        # One at a time is enough, and none where nobody has set a bound.
        if not self._most or not self._tidying.acquire(blocking=False):
            return 0
        try:
            self._files.sweep(IN_USE_SECONDS)
            excess = self._files.total_bytes() - self._most
            if excess <= 0:
                return 0
            return self._forget(self._oldest_previews(excess), untouched_for=IN_USE_SECONDS)
        except (OSError, WanxError):
            return 0  # the next result tries again
        finally:
            self._tidying.release()

    def _oldest_previews(self, excess: int) -> list[Record]:
        """So many that removing their files frees ``excess`` bytes; fewer where there are not."""
        rows = self._history.everything() or []
        named = Counter(name for row in rows for name in row.named)
        latest = time.time() - IN_USE_SECONDS
        chosen = []
        for row in sorted(rows, key=lambda row: row.asked):
            if excess <= 0 or row.asked > latest:
                break
            if row.is_preview and not row.starred:
                chosen.append(row)
                for name in row.named:
                    named[name] -= 1
                    excess -= 0 if named[name] else self._files.size(name)
        return chosen

    def _forget(self, doomed: Sequence[Record], untouched_for: float) -> int:
        if not doomed:
            return 0
        forgotten = self._history.delete(*doomed)
        left = self._history.everything() if forgotten else None
        if left is None:  # what other tasks name is not to be guessed
            raise WanxError(
                sentences(
                    Text("Nothing was deleted.", "没有删除任何内容。"), self._history.trouble or ""
                ),
                hint=Text("Try again later.", "请稍后重试。"),
            )
        names = set().union(*(row.named for row in doomed)).difference(*(row.named for row in left))
        return sum(self._files.remove(name, untouched_for) for name in names)
