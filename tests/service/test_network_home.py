"""Is a history kept safely where several machines have the same home?"""

import os

import pytest

from ipywanx.service import network_home
from ipywanx.service.history import History


def journal(home) -> str:
    """How the history's file is kept whole."""
    history = History(home)
    history.book("mine", "create", 0.1)
    (mode,) = history._database.attempt(lambda db: db.execute("PRAGMA journal_mode").fetchone())
    history.close()
    return mode


@pytest.mark.skipif(os.name == "nt", reason="Windows says it by the folder's name")
@pytest.mark.parametrize(
    ("kind", "mode"), [("ext4", "wal"), ("nfs4", "truncate"), ("cifs", "truncate")]
)
def test_write_ahead_is_for_one_machine(tmp_path, monkeypatch, kind, mode):
    """On a network folder, where SQLite would take write-ahead for safe, a journal is used."""
    device = tmp_path.stat().st_dev
    mounts = tmp_path / "mountinfo"
    mounts.write_text(
        "22 27 0:999 / /proc rw - proc proc rw\n"
        f"31 27 {os.major(device)}:{os.minor(device)} / /home rw shared:1 - {kind} server:/x rw\n"
    )
    monkeypatch.setattr(network_home, "MOUNTS", mounts)
    assert journal(tmp_path / "home") == mode


def test_a_file_that_was_kept_otherwise_changes_over(tmp_path, monkeypatch):
    """A history of an earlier version on such a folder goes on as a journal."""
    assert journal(tmp_path) in {"wal", "truncate"}
    monkeypatch.setattr("ipywanx.service.database.is_remote", lambda _: True)
    assert journal(tmp_path) == "truncate"


def test_what_cannot_be_known_is_taken_for_local(tmp_path, monkeypatch):
    """Without Linux' list of mounts, or in a folder of none of them, nothing is assumed."""
    monkeypatch.setattr(network_home, "MOUNTS", tmp_path / "nowhere")
    assert network_home.is_remote(tmp_path) is False
    (tmp_path / "empty").write_text("\n31 27\n")
    monkeypatch.setattr(network_home, "MOUNTS", tmp_path / "empty")
    assert network_home.is_remote(tmp_path) is False
