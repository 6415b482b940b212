"""The query log and the corrections."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from serving.store import MOST_WAITING, Store
from tuneserve.answer import Answer, FieldSource
from tuneserve.errors import DataError
from tuneserve.task import Problem


def an_answer(identity: str) -> Answer:
    return Answer(
        id=identity,
        task="distance",
        input="3 km — ‘ö’",
        output={"metres": 3000},
        origin="model",
        release="distance@1.0.0",
        fields={"metres": FieldSource("grounding", None)},
        problems=[Problem("unaccounted", "'ö' stands in no field")],
        took_ms={"total": 1.5},
    )


def test_answers_are_there_after_the_store_was_closed(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new' / 'folder' / 'store.sqlite'}"
    store = Store(url)
    store.start()
    for number in range(1200):
        store.log(an_answer(f"answer-{number}"))
    store.close()
    database = create_engine(url)
    with database.connect() as connection:
        [counted] = connection.execute(text("select count(*) from answers"))
        [row] = connection.execute(text("select * from answers where id = 'answer-7'"))
    database.dispose()
    assert counted[0] == 1200
    assert (row.input, row.origin, row.total_ms) == ("3 km — ‘ö’", "model", 1.5)
    assert "unaccounted" in row.problems


def test_what_the_other_reader_made_of_it_is_kept_for_correction(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'store.sqlite'}")
    store.start()
    store.log(an_answer("agreed"))
    store.log(replace(an_answer("disputed"), alternative={"metres": 3}))
    store.close()
    database = create_engine(f"sqlite:///{tmp_path / 'store.sqlite'}")
    with database.connect() as connection:
        found = connection.execute(text("select answer_id, alternative from disagreements")).all()
    database.dispose()
    assert [tuple(row) for row in found] == [("disputed", '{"metres": 3}')]


def test_a_database_that_cannot_be_opened_drops_rows_and_says_how_many(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("no folder")
    dropped: list[int] = []
    store = Store(f"sqlite:///{tmp_path / 'file' / 'store.sqlite'}", lambda: dropped.append(1))
    store.start()
    store.log(an_answer("one"))
    store.log(an_answer("two"))
    assert store.flush()
    store.close()
    assert len(dropped) == 2
    assert "of the query log are lost" in caplog.text


def test_a_database_that_comes_back_is_written_to_again(tmp_path: Path) -> None:
    blocked = tmp_path / "folder"
    blocked.write_text("in the way")
    store = Store(f"sqlite:///{blocked / 'store.sqlite'}")
    store.start()
    store.log(an_answer("lost"))
    assert store.flush()
    blocked.unlink()
    store.log(an_answer("kept"))
    assert store.task_of("kept") == "distance"
    assert store.task_of("lost") is None
    store.close()


def test_a_writer_that_does_not_keep_up_never_delays_an_answer() -> None:
    dropped: list[int] = []
    store = Store("sqlite://", lambda: dropped.append(1))
    answer = an_answer("same")
    started = time.perf_counter()
    for _ in range(MOST_WAITING + 5):
        store.log(answer)  # the writer was never started
    assert len(dropped) == 5
    assert (time.perf_counter() - started) / MOST_WAITING < 0.001


def test_a_correction_needs_a_logged_answer(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'store.sqlite'}")
    store.start()
    store.log(an_answer("known"))
    assert store.task_of("known") == "distance"
    assert store.task_of("unknown") is None
    store.correct("c1", "known", {"metres": 1}, None)
    with pytest.raises(DataError, match="could not be kept"):
        store.correct("c1", "known", {"metres": 1}, None)
    store.close()
