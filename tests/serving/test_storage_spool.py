"""Where log entries wait on disk."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from serving.storage import spool as spool_module
from serving.storage.spool import Spool, SpoolFull, entries_of
from serving.storage.store import Store
from tuneserve.task import project_root


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    opened = Spool(tmp_path / "spool", segment_bytes=1000)
    yield opened
    opened.close()


def numbers(spool: Spool) -> list[int]:
    found = [entry for segment in spool.sealed() for entry in entries_of(segment)]
    return [entry["t"]["n"] for entry in found if entry is not None]


def entry(number: int) -> dict[str, dict[str, object]]:
    return {"t": {"n": number, "text": "line\nbreak ‘ö’"}}


def test_what_was_put_in_comes_out_in_order(spool: Spool) -> None:
    for number in range(100):
        spool.append(entry(number))
    assert spool.entries == 100
    assert numbers(spool) == list(range(100))
    segments = spool.sealed()
    assert len(segments) > 3
    for segment in segments:
        spool.done(segment)
    assert (spool.entries, spool.bytes, spool.oldest_seconds) == (0, 0, 0)
    assert list(spool.folder.iterdir()) == []


def test_what_a_gateway_left_is_taken_over_but_what_another_one_holds_is_not(spool: Spool) -> None:
    spool.append(entry(1))
    spool.append(entry(2))
    other = Spool(spool.folder)
    other.append(entry(3))
    assert numbers(other) == [3]
    spool.close()
    assert numbers(other) == [1, 2, 3]
    assert other.oldest_seconds > 0
    other.close()


def test_a_line_that_was_cut_short_costs_no_other(spool: Spool) -> None:
    for number in range(3):
        spool.append(entry(number))
    spool.close()
    [path] = spool.folder.glob("*.jsonl")
    path.write_bytes(path.read_bytes()[:-9])
    spool.append(entry(7))
    [cut, whole] = spool.sealed()
    assert [None if one is None else one["t"]["n"] for one in entries_of(cut)] == [0, 1, None]
    assert cut.entries == 2
    assert whole.entries == 1


def test_a_full_spool_refuses_and_keeps_what_it_has(tmp_path: Path) -> None:
    spool = Spool(tmp_path, most_bytes=500)
    taken = 0
    while spool.bytes + 50 < 500:
        spool.append(entry(taken))
        taken += 1
    with pytest.raises(SpoolFull):
        spool.append(entry(taken))
    assert 5 < taken < 20
    assert numbers(spool) == list(range(taken))
    spool.close()


def test_a_write_that_fails_half_way_leaves_no_half_line(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    spool.append(entry(1))
    whole = os.write
    monkeypatch.setattr(os, "write", lambda file, data: whole(file, data[:10]))
    with pytest.raises(OSError, match="only 10 of"):
        spool.append(entry(2))
    monkeypatch.undo()
    spool.append(entry(3))
    assert numbers(spool) == [1, 3]


def test_many_threads_may_append_while_one_takes_out(spool: Spool) -> None:
    taken: list[int] = []

    def append(begin: int) -> None:
        for number in range(begin, begin + 200):
            spool.append(entry(number))

    threads = [threading.Thread(target=append, args=(200 * n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads) or spool.entries:
        for segment in spool.sealed():
            taken += [one["t"]["n"] for one in entries_of(segment) if one is not None]
            spool.done(segment)
        spool.sync()
    assert sorted(taken) == list(range(800))


LOGS_UNTIL_KILLED = """
import sys, uuid
from pathlib import Path
from tests.serving.test_store import an_answer
from serving.storage.store import Store

store = Store(sys.argv[1], Path(sys.argv[2]))
store.start()
while True:
    identity = uuid.uuid4().hex
    store.log(an_answer(identity))
    print(identity, flush=True)  # the answer is sent
"""


@pytest.mark.parametrize("database_is_there", [True, False])
def test_no_answer_that_was_sent_is_lost_or_twice_after_kill_9(tmp_path: Path, database_is_there: bool) -> None:
    folder = tmp_path / "database"
    if not database_is_there:
        folder.write_text("in the way")
    url = f"sqlite:///{folder / 'store.sqlite'}"
    sent: list[str] = []
    for _ in range(3):
        command = [sys.executable, "-c", LOGS_UNTIL_KILLED, url, str(tmp_path / "spool")]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=project_root())
        assert process.stdout is not None
        sent += [process.stdout.readline().strip() for _ in range(700)]
        os.kill(process.pid, signal.SIGKILL)
        # What it printed before it ended; the last line may be cut short.
        sent += process.stdout.read().rpartition("\n")[0].split()
        process.stdout.close()
        process.wait(60)
    if not database_is_there:
        folder.unlink()
    store = Store(url, tmp_path / "spool")
    store.start()
    while not store.flush(60):
        assert not database_is_there
    store.close()
    engine = create_engine(url)
    with engine.connect() as connection:
        found = connection.scalars(text("SELECT id FROM answers")).all()
    engine.dispose()
    assert len(sent) >= 2100
    # The last one of a killed process may have been kept and not been sent any more.
    assert set(sent) <= set(found)
    assert len(found) <= len(sent) + 3
    assert not list((tmp_path / "spool").glob("*.jsonl"))


def test_a_segment_that_is_just_being_made_is_taken_over_by_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own writer did, in the moment between the file's making and its locking: both waited for ever."""
    spool = Spool(tmp_path)
    looked: list[list[object]] = []
    lock = spool_module.fcntl.flock

    def looked_at_first(file: int, how: int) -> None:
        if not looked:
            looked.append([])  # what is looked at is locked by this function too
            looked[0] += [spool_module._taken_over(path) for path in tmp_path.glob("*.jsonl")]
        lock(file, how)

    monkeypatch.setattr(spool_module.fcntl, "flock", looked_at_first)
    appends = threading.Thread(target=spool.append, args=(entry(1),), daemon=True)
    appends.start()
    appends.join(20)
    assert looked == [[]]
    assert not appends.is_alive()
    assert numbers(spool) == [1]
    spool.close()
