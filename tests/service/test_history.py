"""Is every task remembered, by all kernels together, whatever happens to them or to the disk?"""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import fields, replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ipywanx.service import database, history
from ipywanx.service.database import Database
from ipywanx.service.history import MIGRATIONS, History
from ipywanx.service.record import Record, owner

HOUR = 3600.0
HEAD = """
import sys, time
from pathlib import Path
from ipywanx.service.history import History, Record
home = Path(sys.argv[1])
"""


def row(name: str, **values: object) -> Record:
    """A task's row; ``values`` replace what matters to the test."""
    plain = {
        "id": name,
        "account": "mine",
        "owner": owner(),
        "function": "expand",
        "prompt": "湖边的宝塔",
        "request": "{}",
        "megapixels": 1.0,
        "asked": time.time(),
    }
    return Record(**plain | values)


def done(name: str, **values: object) -> Record:
    """The row of a task whose pictures are kept."""
    return row(name, **{"task_id": f"task-{name}", "status": "SUCCEEDED", "fetched": True} | values)


def names(rows: list[Record]) -> list[str]:
    """Their own ids, in order."""
    return [one.id for one in rows]


@pytest.fixture
def memory(tmp_path):
    """A history in a folder of its own."""
    with closing(History(tmp_path / "home")) as made:
        yield made


@pytest.fixture
def start():
    """Start a Python that uses the history; it ends with the test at the latest."""
    running = []

    def run(text: str, *arguments: object) -> subprocess.Popen[str]:
        child = subprocess.Popen(
            [sys.executable, "-c", HEAD + textwrap.dedent(text), *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        running.append(child)
        return child

    yield run
    for child in running:
        child.kill()
        child.communicate()


def integrity(home: Path) -> str:
    """What SQLite says of the file."""
    with closing(sqlite3.connect(home / "history.sqlite3")) as db:
        return db.execute("PRAGMA integrity_check").fetchone()[0]


# ---- rows -----------------------------------------------------------------------------------


def test_a_task_is_one_row_however_often_it_is_written(memory):
    """What is put again replaces what was put before, and is found by the service's id."""
    memory.put(row("a"))
    assert memory.find("mine", "t1") is None
    memory.put(row("a", task_id="t1", status="RUNNING"))
    memory.put(row("a", task_id="t1", status="FAILED", code="E", message="why"))
    found = memory.find("mine", "t1")
    assert (found.id, found.status, found.code) == ("a", "FAILED", "E")
    assert len(memory.everything()) == 1
    assert memory.find("theirs", "t1") is None
    assert names(memory.with_task("t1")) == ["a"]


def test_what_was_fetched_stays_fetched(memory):
    """A second kernel that watched too long and sees the task expired does not undo the result."""
    memory.put(done("a", outputs='[{"file": "x"}]'))
    memory.put(row("a", task_id="task-a", status="UNKNOWN"))
    memory.put(row("b", task_id="task-a", status="UNKNOWN"))  # it had not found the row
    assert names(memory.search()) == ["a"]
    memory.put(done("a", outputs='[{"file": "y"}]'))
    assert memory.search()[0].outputs == '[{"file": "y"}]'


def test_unfinished_is_what_may_still_be_fetched(memory):
    """Open rows of this account that the service may still know, oldest first; nothing else."""
    now = time.time()
    memory.put(row("sent", asked=now - 5))
    memory.put(row("waits", asked=now - 20, task_id="1"))
    memory.put(row("runs", asked=now - 10, task_id="2", status="RUNNING"))
    memory.put(done("ended", asked=now - 15, fetched=False))
    memory.put(done("kept"))
    for status in ("FAILED", "CANCELED", "UNKNOWN"):
        memory.put(row(status, status=status))
    memory.put(row("old", asked=now - 24 * HOUR - 1))
    memory.put(row("theirs", account="theirs"))
    found = memory.unfinished("mine")
    assert names(found) == ["waits", "ended", "runs", "sent"]
    assert all(one.is_open for one in found)
    assert names(memory.unfinished("theirs")) == ["theirs"]
    assert memory.unfinished("mine", now + 25 * HOUR) == []


@pytest.mark.parametrize(
    "text",
    [
        "100%",
        "a_b",
        "back\\slash",
        "it's",
        '"quoted"',
        "宝塔",
        "%",
        "_",
        "\\",
        "' OR 1 --",
        "\0",
    ],
)
def test_search_takes_signs_as_they_are(memory, text):
    """Every sign of a search stands for itself; the letters' case does not matter."""
    memory.put(done("other", prompt="100 axb backslash its quoted 塔", function="doodle"))
    memory.put(done("wanted", prompt=f"Before {text} after"))
    assert names(memory.search(text)) == ["wanted"]
    assert names(memory.search(f"before {text}")) == ["wanted"]


def test_search_gives_the_newest_of_what_was_made(memory):
    """Newest first, as many as wanted, by prompt, function or task id; only what is kept."""
    for number in range(5):
        memory.put(done(str(number), asked=1000.0 + number, prompt=f"p{number % 2}"))
    memory.put(row("open"))
    memory.put(done("there", fetched=False))
    assert names(memory.search()) == ["4", "3", "2", "1", "0"]
    assert names(memory.search(limit=2)) == ["4", "3"]
    assert names(memory.search("p1")) == ["3", "1"]
    assert names(memory.search("EXPAND", 1)) == ["4"]
    assert names(memory.search("task-2")) == ["2"]
    assert memory.search("\ud800") == memory.search("x" * 100_000) == []


@pytest.mark.parametrize(
    ("prompt", "text"),
    [
        ("a red Hat on the dog", "DOG hat"),
        ("a red hat on the dog", "the red"),
        ("une École à midi", "MIDI ecole"),
        ("школа в Ёлках", "ёлках ШКОЛА"),
        ("Straße im Regen", "regen STRASSE"),
        ("给小猫添加一副墨镜", "墨镜　小猫"),
        ("ＨＤ wallpaper", "hd"),
        ("a pagoda", "EXPAND pagoda"),
        ("a pagoda", "lake pagoda"),
    ],
)
def test_search_takes_words_in_any_order_case_and_accent(memory, prompt, text):
    """All words have to be there, wherever they stand: prompt, function and tags count alike."""
    memory.put(done("cat", prompt="a red cat", function="doodle", tags="Regen, hut"))
    memory.put(done("wanted", prompt=prompt, tags="Lake, cover"))
    assert names(memory.search(text)) == ["wanted"]


def test_search_takes_a_phrase(memory):
    """What is one entry of a list is looked for as it stands, spaces included."""
    memory.put(done("apart", prompt="a dog, red"))
    memory.put(done("together", prompt="a Red Dog"))
    assert names(memory.search("red dog")) == ["together", "apart"]
    assert names(memory.search(["red dog"])) == ["together"]


def test_a_forecast_learns_from_its_like(memory):
    """Run times of one function, half to double the size, of this account: the latest fifty."""
    like = {"scheduled": 100.0, "megapixels": 1.0}
    for number in range(60):
        memory.put(done(f"n{number}", asked=1000.0 + number, ended=101.0 + number, **like))
    for name, other in {
        "function": {"function": "doodle"},
        "account": {"account": "theirs"},
        "small": {"megapixels": 0.49},
        "large": {"megapixels": 2.01},
        "url": {"megapixels": 0.0},
        "failed": {"status": "FAILED"},
        "stampless": {"scheduled": None},
        "backwards": {"ended": 99.0},
    }.items():
        memory.put(done(name, asked=9000.0, **like | {"ended": 7777.0} | other))
    assert memory.run_times("mine", "expand", 1.0) == [60.0 - back for back in range(50)]
    assert memory.run_times("mine", "expand", 0.0) == [7677.0]
    assert memory.run_times("mine", "colorization", 1.0) == []


def test_spending_is_the_sum(memory):
    """What all kept tasks cost, to the fen."""
    assert memory.spent() == 0
    for number in range(30):
        memory.put(done(str(number), cost=0.14))
    memory.put(row("open"))
    assert memory.spent() == 4.2


def test_deleted_is_gone(memory):
    """A deleted task is in no answer any more, and the others are."""
    rows = [done("a"), done("b"), done("c")]
    for one in rows:
        memory.put(one)
    assert memory.delete(*rows[:2]) is True
    assert names(memory.everything()) == ["c"]
    assert memory.find("mine", "task-a") is None


def test_recent_rows_are_those_of_the_last_days(memory):
    """This account's recent tasks, those without an id as well: for the search of a lost one."""
    memory.put(row("a", task_id="t1"))
    memory.put(row("b"))
    memory.put(row("c", task_id="t3", account="theirs"))
    memory.put(row("d", task_id="t4", asked=time.time() - 49 * HOUR))
    assert {row.task_id for row in memory.recent("mine")} == {"t1", None}


def test_files_are_found_by_their_hash(memory):
    """The task that gave a file is found by the file's hash, the newest first."""
    memory.put(done("a", outputs=json.dumps([{"file": "ab/abcd.png"}]), asked=1.0))
    memory.put(done("b", outputs=json.dumps([{"file": "ab/abcd.png"}]), asked=2.0))
    assert names(memory.with_file("abcd")) == ["b", "a"]
    assert memory.with_file("abce") == []


TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=20)
NUMBER = st.floats(allow_nan=False)
VALUES = {
    "str": TEXT,
    "str | None": st.none() | TEXT,
    "float": NUMBER,
    "float | None": st.none() | NUMBER,
    "int": st.integers(),
    "bool": st.booleans(),
}
RECORDS = st.builds(Record, **{one.name: VALUES[one.type] for one in fields(Record)})


@settings(max_examples=60)
@given(record=RECORDS)
def test_any_row_is_kept(tmp_path_factory, record):
    """Whatever a server or a file's name brings, the row is on the disk: half characters as ``?``.

    Numbers beyond 64 bits are the largest that fit; all else comes back as it went.
    """
    with closing(History(tmp_path_factory.mktemp("any"))) as memory:
        memory.put(record)
        assert memory.notice is None
        memory.close()
        (found,) = memory.everything()
        for one in fields(Record):
            before, after = getattr(record, one.name), getattr(found, one.name)
            if isinstance(before, str):
                before = before.encode("utf-8", "replace").decode()
            if isinstance(before, int):
                before = min(max(before, -(2**63)), 2**63 - 1)
            assert after == before


# ---- several kernels ------------------------------------------------------------------------


WRITER = """
memory, who, count = History(home), sys.argv[2], int(sys.argv[3])
trouble = set()
print("ready", flush=True)
sys.stdin.readline()
for number in range(count):
    memory.put(Record(f"{who}-{number}", "mine", "", "expand", "宝塔", "", 1.0, time.time()))
    trouble.add(memory.notice or '')
print(*trouble)
"""


def test_two_kernels_write_at_once(start, memory, tmp_path):
    """Two processes write 1,000 rows each at the same time: all are there, nobody was refused."""
    children = [start(WRITER, tmp_path / "home", who, 1000) for who in "ab"]
    for child in children:
        assert child.stdout.readline() == "ready\n"
    for child in children:
        child.stdin.write("go\n")
        child.stdin.flush()
    for child in children:
        out, error = child.communicate(timeout=300)
        assert (out.strip(), error) == ("", "")
    rows = memory.everything()
    assert {one.id for one in rows} == {f"{who}-{n}" for who in "ab" for n in range(1000)}
    assert integrity(tmp_path / "home") == "ok"


def test_threads_share_one_history(memory):
    """Any thread may write and read."""
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: (memory.put(done(str(n))), memory.search(limit=1)), range(80)))
    assert len(memory.everything()) == 80
    assert memory.notice is None


KILLED = """
memory, who = History(home), sys.argv[2]
for number in range(100_000):
    memory.put(Record(f"{who}-{number}", "mine", "", "expand", "宝塔" * 50, "", 1.0, time.time()))
    assert not memory.notice, memory.notice
    sys.stdout.write(f"{who}-{number}\\n")
    sys.stdout.flush()
"""


@pytest.mark.slow  # a hundred processes
def test_no_kill_loses_a_row(start, memory, tmp_path):
    """100 times a process is killed while it writes: each row that it knew to be written is there.

    So many writes come to pass before the kill as chance will have it; the file stays whole.
    """
    dice, acknowledged = random.Random(4), set()  # noqa: S311 - moments, no secrets
    for number in range(100):
        child = start(KILLED, tmp_path / "home", number)
        lines = [child.stdout.readline() for _ in range(dice.randint(1, 40))]
        time.sleep(dice.uniform(0, 0.02))  # somewhere between two rows, or within one
        child.send_signal(signal.SIGKILL)
        rest, error = child.communicate()
        assert error == ""
        whole, _, _ = ("".join(lines) + rest).rpartition("\n")
        acknowledged.update(whole.split())
        assert integrity(tmp_path / "home") == "ok"
    kept = {one.id for one in memory.everything()}
    lost = acknowledged - kept
    print(f"{len(acknowledged)} rows acknowledged, {len(lost)} lost in 100 kills")  # noqa: T201
    assert not lost, f"{len(lost)} of {len(acknowledged)} acknowledged rows are lost"
    assert len(acknowledged) > 100


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_child_has_a_connection_of_its_own(memory):
    """Parent and child write after a fork, the parent closes, and no row of either is lost."""
    memory.put(done("before"))
    read, write = os.pipe()
    child = os.fork()
    if child == 0:  # nothing of pytest may run here
        try:
            os.close(write)
            os.read(read, 1)  # until the parent has closed its file
            memory.put(done("child"))
            os._exit(0 if len(memory.everything()) == 3 and not memory.notice else 1)
        finally:
            os._exit(2)
    memory.put(done("parent"))
    memory.close()
    os.write(write, b"x")
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    os.close(read)
    os.close(write)
    assert sorted(names(memory.everything())) == ["before", "child", "parent"]


def test_a_fork_finds_no_open_connection(memory):
    """Around a fork the file is closed and nobody can be half-way in it."""
    memory.put(done("a"))
    assert memory._database._connection is not None
    database._before_fork()
    try:
        assert memory._database._connection is None
    finally:
        database._after_fork()
    memory.put(done("b"))
    assert len(memory.everything()) == 2


# ---- turns ----------------------------------------------------------------------------------


@given(
    steps=st.lists(
        st.tuples(st.integers(0, 2), st.floats(0, 5), st.sampled_from([0.05, 0.5, 2.0, 20.0])),
        max_size=30,
    )
)
@settings(max_examples=50)
def test_turns_of_kernels_keep_their_distance(tmp_path_factory, steps):
    """However three kernels mix their calls, each turn is an interval after the one before it."""
    home = tmp_path_factory.mktemp("turns")
    kernels = [History(home) for _ in range(3)]
    now, free_at = 1e9, 0.0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(history.time, "time", lambda: now)
        for kernel, passed, interval in steps:
            now += passed
            turn = kernels[kernel].book("mine", "create", interval)
            assert turn == max(now, free_at)
            free_at = turn + interval
    for kernel in kernels:
        kernel.close()


@pytest.mark.parametrize("back", [0.2, 30.0, HOUR])
def test_a_clock_that_was_set_back_stops_nobody(memory, monkeypatch, back):
    """After the clock was set back the next turn is as far away as it was, and not further."""
    clock = [1e9]
    monkeypatch.setattr(history.time, "time", lambda: clock[0])
    for _ in range(3):
        memory.book("mine", "create", 0.5)  # the next one is free in 1.5 s
    clock[0] -= back
    turns = [memory.book("mine", "create", 0.5) - clock[0] for _ in range(3)]
    assert turns == pytest.approx([1.5, 2.0, 2.5])


def test_accounts_and_calls_have_turns_of_their_own(memory):
    """Nobody waits for another account, or for calls of another kind."""
    first = memory.book("mine", "create", 1000.0)
    assert memory.book("mine", "query", 1000.0) - first < 500
    assert memory.book("theirs", "create", 1000.0) - first < 500
    assert memory.book("mine", "create", 1000.0) == pytest.approx(first + 1000)


def test_two_processes_book_in_one_book(start, memory, tmp_path):
    """Two real processes book at once: no two of their turns are closer than the interval."""
    script = """
    memory = History(home)
    print("ready", flush=True)
    sys.stdin.readline()
    print(*(repr(memory.book("mine", "create", 0.5)) for _ in range(100)))
    """
    children = [start(script, tmp_path / "home") for _ in range(2)]
    for child in children:
        assert child.stdout.readline() == "ready\n"
    for child in children:
        child.stdin.write("go\n")
        child.stdin.flush()
    turns = sorted(
        float(turn) for child in children for turn in child.communicate(timeout=120)[0].split()
    )
    assert len(turns) == 200
    assert min(b - a for a, b in pairwise(turns)) > 0.5 - 1e-6


# ---- stars and tags ------------------------------------------------------------------------


def test_stars_and_tags_are_kept_and_found(memory, tmp_path):
    """What the person says of a result is there in the next kernel, and its tags are searched."""
    memory.put(done("a"))
    memory.put(done("b", asked=time.time() + 1))
    assert memory.mark("a", starred=True, tags="封面, Lake") == memory.search("lake")[0]
    assert memory.mark("a", tags="cover").starred
    assert memory.mark("nobody", starred=True) is None
    memory.close()
    with closing(History(tmp_path / "home")) as later:
        assert [(one.id, one.starred, one.tags) for one in later.search()] == [
            ("b", False, ""),
            ("a", True, "cover"),
        ]
        assert names(later.search("cover")) == ["a"]
        assert later.mark("a", starred=False).tags == "cover"


def test_marks_are_kept_in_memory_where_the_file_cannot_be_written(memory, tmp_path):
    """On a disk that takes nothing a star stays for this kernel, and the notice says so."""
    (tmp_path / "home").write_text("in the way")
    memory.put(done("a"))
    memory.mark("a", starred=True)
    assert memory.search()[0].starred
    assert memory.notice


# ---- versions -------------------------------------------------------------------------------


def version(home: Path) -> int:
    """The file's version."""
    with closing(sqlite3.connect(home / "history.sqlite3")) as db:
        return db.execute("PRAGMA user_version").fetchone()[0]


@pytest.mark.parametrize("begin", ["nothing", "an empty file", "a foreign table"])
def test_an_old_file_is_taken_to_our_version(memory, tmp_path, begin):
    """A missing, empty or unversioned file becomes ours by the first row."""
    home = tmp_path / "home"
    if begin != "nothing":
        home.mkdir()
        with closing(sqlite3.connect(home / "history.sqlite3")) as db:
            if begin == "a foreign table":
                db.execute("CREATE TABLE other (x)")
            db.commit()
    memory.put(done("a"))
    memory.close()
    assert version(home) == len(MIGRATIONS)
    assert names(History(home).search()) == ["a"]


def test_a_question_makes_no_file(memory, tmp_path):
    """Asking a history that was never written finds nothing and leaves nothing."""
    assert memory.search() == memory.unfinished("mine") == memory.everything() == []
    assert not (tmp_path / "home").exists()


def test_a_later_file_is_left_alone(memory, tmp_path):
    """A file of a later version is not changed by a byte; work goes on in memory, with a notice."""
    memory.put(done("theirs"))
    memory.close()
    with closing(sqlite3.connect(tmp_path / "home" / "history.sqlite3")) as db:
        db.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
        db.execute("PRAGMA journal_mode = DELETE")
    before = {path.name: path.read_bytes() for path in (tmp_path / "home").iterdir()}
    memory.put(done("a"))
    assert "a later version of ipywanx has written it; upgrade this one" in str(memory.notice)
    assert str(tmp_path / "home") in str(memory.notice)
    assert names(memory.search()) == ["a"]
    assert memory.everything() is None
    assert memory.delete(done("theirs")) is False
    assert {path.name: path.read_bytes() for path in (tmp_path / "home").iterdir()} == before


def test_a_file_of_the_first_version_keeps_its_rows(tmp_path):
    """A history without stars is taken further: its rows are there, and can be marked."""
    old = Database(tmp_path / "history.sqlite3", MIGRATIONS[:1])
    columns = {"id": "a", "account": "mine", "owner": "x", "function": "expand", "prompt": "湖",
               "request": "{}", "megapixels": 1.0, "asked": 1.0, "status": "SUCCEEDED",
               "outputs": "[]", "fetched": 1}  # fmt: skip
    marks = ", ".join(f":{column}" for column in columns)
    insert = f"INSERT INTO task ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608
    assert old.attempt(lambda db: db.execute(insert, columns))
    old.close()
    with closing(History(tmp_path)) as memory:
        (kept,) = memory.search()
        assert (kept.id, kept.starred, kept.tags) == ("a", False, "")
        assert memory.mark("a", starred=True).starred


def test_an_interrupted_migration_leaves_nothing(tmp_path):
    """A step that fails half-way is undone whole; with the fault gone it is done."""
    path = tmp_path / "some.sqlite3"
    broken = Database(path, [*MIGRATIONS, ("CREATE TABLE half (x)", "CREATE TABLE half (x)")])
    assert broken.attempt(lambda _: True) is None
    assert "half already exists" in str(broken.notice)
    with closing(sqlite3.connect(path)) as db:
        tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master")}
        assert db.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
    assert "half" not in tables
    assert "task" in tables
    mended = Database(path, [*MIGRATIONS, ("CREATE TABLE half (x)",)])
    assert mended.attempt(lambda db: db.execute("SELECT * FROM half").fetchall()) == []
    mended.close()


# ---- troubles of the disk -------------------------------------------------------------------


def refuse_wal(monkeypatch, answer: str) -> None:
    """Let SQLite refuse write-ahead, by an error or by keeping its mode."""
    connect = sqlite3.connect

    def guarded(*arguments, **options):
        db = connect(*arguments, **options)
        denied = sqlite3.SQLITE_DENY if answer == "error" else sqlite3.SQLITE_IGNORE

        def authorize(action, name, value, *_):
            is_wal = action == sqlite3.SQLITE_PRAGMA and name == "journal_mode" and value == "WAL"
            return denied if is_wal else sqlite3.SQLITE_OK

        db.set_authorizer(authorize)
        return db

    monkeypatch.setattr(database.sqlite3, "connect", guarded)


def test_where_write_ahead_is_refused_a_journal_does(memory, tmp_path, monkeypatch):
    """On a disk without write-ahead rows are kept all the same, without a word."""
    refuse_wal(monkeypatch, "error")
    memory.put(done("a"))
    assert memory.notice is None
    assert memory._database.attempt(lambda db: db.execute("PRAGMA journal_mode").fetchone()) == (
        "truncate",
    )
    memory.close()
    monkeypatch.undo()
    assert names(memory.search()) == ["a"]
    assert integrity(tmp_path / "home") == "ok"


def test_rows_wait_in_memory_until_the_disk_is_back(memory, tmp_path):
    """While the home cannot be made, rows are answered from memory; later they are written."""
    (tmp_path / "home").write_text("not a folder")
    memory.put(row("a", task_id="t"))
    memory.put(done("b", cost=0.14))
    assert str(tmp_path / "home") in str(memory.notice)
    assert "result.save(folder)" in str(memory.notice)
    assert memory.find("mine", "t").id == "a"
    assert (names(memory.search()), memory.spent()) == (["b"], 0.14)
    assert names(memory.unfinished("mine")) == ["a"]
    first = memory.book("mine", "create", 50.0)
    assert memory.book("mine", "create", 50.0) == pytest.approx(first + 50.0)
    (tmp_path / "home").unlink()
    memory.put(done("c"))
    assert memory.notice is None
    assert sorted(names(History(tmp_path / "home").everything())) == ["a", "b", "c"]


def test_a_home_that_is_removed_is_made_again(memory, tmp_path):
    """Who clears the folder while a kernel runs loses what was there, and nothing that comes."""
    memory.put(done("a"))
    (tmp_path / "home").rename(tmp_path / "bin")
    memory.put(done("b"))
    assert names(History(tmp_path / "home").search()) == ["b"]


def test_a_lock_that_is_never_given_back_delays_once(memory, tmp_path, monkeypatch):
    """Where another program keeps the file locked, rows wait in memory until it lets go."""
    memory.put(done("a"))
    memory.close()
    monkeypatch.setattr(database, "LOCK_SECONDS", 0.3)
    with closing(sqlite3.connect(tmp_path / "home" / "history.sqlite3")) as other:
        other.execute("BEGIN IMMEDIATE")
        memory.put(done("b"))
        assert "database is locked" in str(memory.notice)
        assert names(memory.search()) == ["b"]
    memory.put(done("c"))
    assert sorted(names(memory.search())) == ["a", "b", "c"]


NOWHERE = {
    "a file": lambda folder: folder / "file",
    "below a file": lambda folder: folder / "file" / "home",
    "read-only": lambda _: Path("/proc/ipywanx"),
    "no name at all": lambda folder: folder / ("x" * 300),
    "no database": lambda folder: folder / "rubbish",
}


@pytest.mark.parametrize("place", NOWHERE)
def test_an_edit_never_fails_for_its_history(build, tmp_path, place):
    """Wherever nothing can be kept the picture comes all the same, with one notice."""
    (tmp_path / "file").write_text("in the way")
    (tmp_path / "rubbish").mkdir()
    (tmp_path / "rubbish" / "history.sqlite3").write_bytes(b"this is no database" * 1000)
    bench = build()
    home = NOWHERE[place](tmp_path)
    bench.settings = replace(bench.settings, home=home)
    bench.session = bench.another()
    result = bench.edit()
    assert result.images[0].size == (512, 512)
    (notice,) = [notice for notice in result.notices if str(home) in str(notice)]
    assert "result.save(folder)" in str(notice)
    assert bench.session.spent == result.cost
    assert bench.session.open_task_ids() in ([], [result.task_id])
    assert len(bench.session.history()) == (place == "no database")
    assert bench.session.resume(result.task_id).result(10) is result


def test_a_full_disk_costs_no_picture(tmp_path):
    """Where not a byte can be written the picture comes with one notice; later all is kept."""
    script = """
    import json, os, resource, sys
    import ipywanx as wx
    from PIL import Image
    grey = Image.new("RGB", (512, 512), "grey")
    most = resource.getrlimit(resource.RLIMIT_FSIZE)
    home = os.environ["IPYWANX_HOME"]
    told = []
    for size in (0, most[0]):
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, most[1]))
        result = wx.edit("super_resolution", grey)
        told.append([len(result.images), [str(n) for n in result.notices if home in str(n)],
                     len(result.files), len(wx.history())])
    rows = wx.session.current().archive.history.everything()
    left = [str(path) for path in __import__("pathlib").Path(home).rglob("*.part")]
    print(json.dumps([told, [[row.status, row.fetched] for row in rows], left]))
    """
    finished = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "IPYWANX_HOME": str(tmp_path / "home")},
    )
    assert finished.returncode == 0, finished.stderr
    (full, free), rows, left = json.loads(finished.stdout)
    assert (full[0], len(full[1]), full[2:]) == (1, 1, [0, 0])
    assert "File too large" in full[1][0]
    assert free == [1, [], 1, 1]
    assert sorted(rows) == [["SUCCEEDED", False], ["SUCCEEDED", True]]
    assert left == []
