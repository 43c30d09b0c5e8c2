"""Is each file whole or not there, kept once, and never outside its folder?"""

import hashlib
import os
import random
import resource
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from ipywanx.service.content_store import ContentStore


@pytest.fixture
def store(tmp_path):
    """A store in a folder that does not exist yet."""
    return ContentStore(tmp_path / "pictures")


def files(store):
    """All that lies in the store's folder."""
    return [path for path in store.folder.rglob("*") if path.is_file()]


def test_equal_bytes_are_kept_once(store):
    """The same bytes have one name and one file, which is not written again."""
    first = store.put(b"picture", ".png")
    inode = store.path(first).stat().st_ino
    assert store.put(b"picture", ".png") == first
    assert store.put(b"another", ".png") != first
    assert len(files(store)) == 2
    assert store.path(first).stat().st_ino == inode
    assert store.get(first) == b"picture"


def test_a_name_says_what_is_in_it(store):
    """A file's name is its SHA-256 below the first two digits, with the ending that was given."""
    digest = hashlib.sha256(b"picture").hexdigest()
    assert store.put(b"picture", ".jpeg2000") == f"{digest[:2]}/{digest}.jpeg2000"
    assert store.digest(b"picture") == digest
    assert store.path(f"{digest[:2]}/{digest}.jpeg2000").parent.parent == store.folder
    assert store.size(f"{digest[:2]}/{digest}.jpeg2000") == store.total_bytes() == 7


def test_bytes_are_found_by_their_hash(store):
    """A hash alone brings every name of these bytes, and leads nowhere else."""
    names = sorted(store.put(b"picture", suffix) for suffix in (".png", ".jpg"))
    store.put(b"another", ".png")
    assert store.named(store.digest(b"picture")) == names
    for digest in (store.digest(b"third"), "", "*", "../*", names[0], "?" * 64):
        assert store.named(digest) == []


HEX = "ab" + "c" * 62


@pytest.mark.parametrize(
    "name",
    [
        "",
        "..",
        "/etc/passwd",
        f"ab/../{HEX}.png",
        f"../ab/{HEX}.png",
        f"/ab/{HEX}.png",
        f"ab/{HEX}.png/../../x.png",
        f"ab/{HEX}",
        f"ab/{HEX}.png\n",
        f"ab/{HEX}.p/g",
        f"ab/{HEX[:-1]}.png",
        f"ab\\{HEX}.png",
        f"AB/{HEX.upper()}.PNG",
        "ab/\0.png",
    ],
)
def test_no_name_leads_out_of_the_folder(store, name):
    """Only a store's own names are opened, measured or removed, whatever a row says."""
    with pytest.raises(FileNotFoundError, match="not the name of a kept file"):
        store.path(name)
    with pytest.raises(FileNotFoundError):
        store.get(name)
    assert store.size(name) == store.remove(name) == 0


@pytest.mark.parametrize("suffix", ["/../x.png", "", "png", ".", ".PNG", ".a/b"])
def test_no_ending_leads_out_of_the_folder(store, suffix):
    """An ending that is none is refused before anything is written."""
    with pytest.raises(FileNotFoundError):
        store.put(b"picture", suffix)
    assert files(store) == []


def test_what_was_removed_is_gone(store):
    """A removed file frees its bytes, is told as missing, and can be kept again."""
    name = store.put(b"picture", ".png")
    assert store.remove(name) == 7
    assert store.remove(name) == 0
    with pytest.raises(OSError, match=name[3:]):
        store.get(name)
    assert store.put(b"picture", ".png") == name
    assert store.get(name) == b"picture"


def test_what_is_wanted_again_is_left_alone(store):
    """A file that was put again just now is not removed as an old one."""
    name = store.put(b"picture", ".png")
    os.utime(store.path(name), (1.0, 1.0))
    assert store.remove(store.put(b"picture", ".png"), untouched_for=60) == 0
    os.utime(store.path(name), (1.0, 1.0))
    assert store.remove(name, untouched_for=60) == 7


def test_many_may_put_the_same(store):
    """Threads that keep the same picture at once all get its name, and one file is left."""
    data = os.urandom(1_000_000)
    with ThreadPoolExecutor(8) as pool:
        names = set(pool.map(lambda _: store.put(data, ".png"), range(16)))
    assert [path.read_bytes() for path in files(store)] == [data]
    assert len(names) == 1


WRITER = """
import os, sys
from pathlib import Path
from ipywanx.service.content_store import ContentStore
store = ContentStore(Path(sys.argv[1]))
while True:
    print("next", flush=True)
    store.put(os.urandom(2_000_000), ".png")
"""


@pytest.mark.slow
def test_no_kill_leaves_half_a_file(store):
    """30 times a process is killed while it writes: whatever has a final name is whole.

    The rest is hidden, and swept away when nobody can be writing it any more.
    """
    dice = random.Random(1)  # noqa: S311 - moments, no secrets
    for number in range(30):
        child = subprocess.Popen(
            [sys.executable, "-c", WRITER, store.folder], stdout=subprocess.PIPE, text=True
        )
        for _ in range(1 + number % 3):  # so many files less one are whole already
            assert child.stdout.readline()
        time.sleep(dice.uniform(0, 0.05))  # the moment of the kill, not a wait for anything
        child.send_signal(signal.SIGKILL)
        child.communicate()
    parts = [path for path in files(store) if path.name.startswith(".")]
    whole = [path for path in files(store) if path not in parts]
    for path in whole:
        assert hashlib.sha256(path.read_bytes()).hexdigest() == path.stem
    assert len(whole) >= 30
    for path in [*parts, *whole]:
        os.utime(path, (1.0, 1.0))
    (store.folder / "00").mkdir(exist_ok=True)
    (store.folder / "00" / ".new.part").write_bytes(b"somebody writes")
    store.sweep(untouched_for=60)
    assert sorted(files(store)) == sorted([*whole, store.folder / "00" / ".new.part"])


def test_a_full_disk_leaves_nothing(store):
    """Bytes that the disk does not take are an OSError, and leave no file, under no name."""
    small = store.put(b"small", ".png")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(OSError, match="too large"):
            store.put(os.urandom(2_000_000), ".png")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert files(store) == [store.path(small)]
