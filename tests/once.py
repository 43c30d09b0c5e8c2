"""What takes long to make is made once, whichever worker of pytest-xdist wants it first."""

import contextlib
import fcntl
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path


@contextlib.contextmanager
def made_once(folder: Path, make: Callable[[Path], object]) -> Iterator[Path]:
    """A folder that several processes share: the first to come makes it, the last takes it away.

    Each holds the file beside it while it uses the folder: alone while making, with others later.
    A folder whose making failed is made again by whoever wants it next.
    """
    with folder.with_suffix(".lock").open("a") as lock:
        done = folder / "made"
        fcntl.flock(lock, fcntl.LOCK_SH)
        if not done.exists():
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not done.exists():  # nobody made it while this one waited
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
                make(folder)
                done.touch()
            fcntl.flock(lock, fcntl.LOCK_SH)
        try:
            yield folder
        finally:
            with contextlib.suppress(BlockingIOError):  # somebody still uses it
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
