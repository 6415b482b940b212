"""The log and the corrections, as the gateway uses them; on SQLite."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from serving.storage.log_entry import LogPolicy
from serving.storage.metrics import StorageMetrics
from serving.storage.store import Store
from serving.storage.text_policy import TextPolicy
from tuneserve.answer import Answer, FieldSource
from tuneserve.errors import DataError
from tuneserve.task import Problem

Opened = Callable[..., Store]


def an_answer(identity: str, **changes: Any) -> Answer:
    answer = Answer(
        id=f"{identity:0>32}",
        task="distance",
        input="3 km — ‘ö’",
        output={"metres": 3000},
        origin="model",
        release="distance@1.0.0",
        fields={"metres": FieldSource("grounding", None)},
        problems=(Problem("unaccounted", "'ö' stands in no field"),),
        took_ms={"total": 1.5},
    )
    return replace(answer, **changes)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    """Opens stores on one database and one spool, and closes them."""
    stores = []

    def open_one(url: str | None = None, **changes: Any) -> Store:
        store = Store(url or f"sqlite:///{tmp_path / 'new' / 'store.sqlite'}", tmp_path / "spool", **changes)
        store.start()
        stores.append(store)
        return store

    yield open_one
    for store in stores:
        store.close()


def rows(folder: Path, query: str) -> list[Any]:
    engine = create_engine(f"sqlite:///{folder / 'new' / 'store.sqlite'}")
    with engine.connect() as connection:
        found = connection.execute(text(query)).all()
    engine.dispose()
    return list(found)


def value(metrics: StorageMetrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(name, labels)


def test_answers_are_there_after_the_store_was_closed(opened: Opened, tmp_path: Path) -> None:
    store = opened()
    for number in range(1200):
        store.log(an_answer(f"{number:x}"))
    store.close()
    assert rows(tmp_path, "select count(*) from answers")[0][0] == 1200
    [row] = rows(tmp_path, f"select * from answers where id = '{7:0>32}'")
    assert (row.input, row.origin, row.total_ms) == ("3 km — ‘ö’", "model", 1.5)
    assert "unaccounted" in row.problems
    assert list((tmp_path / "spool").iterdir()) == []


def test_what_the_other_reader_made_of_it_is_kept_for_correction(opened: Opened, tmp_path: Path) -> None:
    store = opened()
    store.log(an_answer("a"))
    store.log(an_answer("b", alternative={"metres": 3}))
    store.close()
    found = rows(tmp_path, "select answer_id, alternative from disagreements")
    assert [tuple(row) for row in found] == [(f"{'b':0>32}", '{"metres": 3}')]


@pytest.mark.parametrize(
    ("changes", "lists"),
    [
        ({}, set()),
        ({"took_ms": {"total": 500.0, "model": 480.0}}, {"slow_queries"}),
        ({"took_ms": {"total": 499.9}}, set()),
        ({"engine_failure": "engine-timeout", "origin": "rules"}, {"failed_queries"}),
        ({"engine_failure": "not_json", "took_ms": {"total": 900.0}}, {"failed_queries", "slow_queries"}),
    ],
)
def test_an_answer_stands_in_the_lists_that_it_belongs_in(
    opened: Opened, tmp_path: Path, changes: dict[str, Any], lists: set[str]
) -> None:
    store = opened(policy=LogPolicy(slow_ms=500, sample=0))
    store.log(an_answer("a", **changes))
    store.close()
    names = ("failed_queries", "slow_queries", "success_sample")
    assert {name for name in names if rows(tmp_path, f"select id from {name}")} == lists
    for name in lists:
        [row] = rows(tmp_path, f"select * from {name}")
        assert row.failure == changes.get("engine_failure")
        assert json.loads(row.took_ms) == changes.get("took_ms", {"total": 1.5})


def test_a_question_without_an_answer_is_kept(opened: Opened, tmp_path: Path) -> None:
    store = opened()
    store.log_failure("distance", "distance@1.0.0", "how far", "no-answer", [Problem("x", "why")], 700.0)
    store.close()
    [row] = rows(tmp_path, "select * from failed_queries")
    assert (row.input, row.output, row.origin, row.failure, row.total_ms) == ("how far", "null", None, "no-answer", 700)
    assert json.loads(row.problems) == [{"field": None, "code": "x", "message": "why"}]
    assert len(rows(tmp_path, "select * from slow_queries")) == 1
    assert rows(tmp_path, "select * from answers") == []


def test_the_sample_is_as_large_as_it_was_set(opened: Opened, tmp_path: Path) -> None:
    store = opened(policy=LogPolicy(sample=0.25))
    for number in range(1000):
        store.log(an_answer(f"{number * 0x9E3779B97F4A7C15F39CC0605CEDC835 % (1 << 128):032x}"))
    store.close()
    assert 200 < len(rows(tmp_path, "select id from success_sample")) < 300


@pytest.mark.parametrize("policy", ["hash", "drop"])
def test_a_text_that_is_not_kept_is_nowhere_on_disk(opened: Opened, tmp_path: Path, policy: Any) -> None:
    text_policy = TextPolicy(policy, b"k" * 32)
    store = opened(policy=LogPolicy(1, 1.0, text_policy), files_folder=tmp_path / "files")
    store.log(an_answer("a", took_ms={"total": 5.0}))
    store.log(an_answer("b"))
    store.log_failure("distance", "distance@1.0.0", "3 km — ‘ö’", "no-answer", [Problem("x", "‘ö’ is odd")])
    assert store.task_of(f"{'a':0>32}") == "distance"
    store.correct("c", f"{'a':0>32}", {"metres": 1}, None)
    store.close()
    for path in tmp_path.rglob("*"):
        assert path.is_dir() or "ö".encode() not in path.read_bytes(), path
    inputs = {row.input for row in rows(tmp_path, "select input from answers union select input from failed_queries")}
    assert len(inputs) == 1
    assert inputs.pop().startswith("hmac-sha256:" if policy == "hash" else "")
    joined = "select expected from corrections join answers on answers.id = answer_id"
    assert rows(tmp_path, joined)[0].expected == '{"metres": 1}'


def test_while_the_database_is_away_the_log_waits_and_is_written_when_it_is_back(
    opened: Opened, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    blocked = tmp_path / "new"
    blocked.write_text("in the way")
    metrics = StorageMetrics()
    store = opened(metrics=metrics)
    store.log(an_answer("a"))
    assert not store.flush()
    assert (store.waiting, value(metrics, "tuneserve_database_up")) == (1, 0)
    assert value(metrics, "tuneserve_spool_rows") == 1
    assert store.trouble
    with pytest.raises(DataError, match="does not answer"):
        store.task_of(f"{'a':0>32}")
    blocked.unlink()
    store.log(an_answer("b"))
    ends = time.monotonic() + 60
    while not store.flush():
        assert time.monotonic() < ends
    assert store.task_of(f"{'a':0>32}") == store.task_of(f"{'b':0>32}") == "distance"
    assert store.trouble == ""
    assert value(metrics, "tuneserve_database_up") == 1
    assert value(metrics, "tuneserve_log_written_total") == 2
    assert value(metrics, "tuneserve_log_dropped_total", reason="spool_full") == 0
    assert "the log waits on disk, answers go on" in caplog.text


def test_what_waits_when_the_gateway_stops_is_written_by_the_next_one(opened: Opened, tmp_path: Path) -> None:
    (tmp_path / "new").write_text("in the way")
    store = opened()
    store.log(an_answer("a"))
    store.close()
    (tmp_path / "new").unlink()
    assert opened().task_of(f"{'a':0>32}") == "distance"


def test_a_full_spool_drops_new_entries_counts_them_and_says_so_once(
    opened: Opened, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "new").write_text("in the way")
    metrics = StorageMetrics()
    store = opened(metrics=metrics, spool_bytes=5_000)
    for number in range(100):
        store.log(an_answer(f"{number:x}"))
    kept = store.waiting
    assert 5 < kept < 20
    assert value(metrics, "tuneserve_log_dropped_total", reason="spool_full") == 100 - kept
    assert caplog.text.count("TUNESERVE_SPOOL_MB") == 1
    (tmp_path / "new").unlink()
    ends = time.monotonic() + 60
    while not store.flush():
        assert time.monotonic() < ends
    assert len(rows(tmp_path, "select id from answers")) == kept


def test_a_spool_folder_that_cannot_be_made_costs_no_entry(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder")
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    store = Store(f"sqlite:///{tmp_path / 'new' / 'store.sqlite'}", tmp_path / "file" / "spool")
    store.start()
    store.log(an_answer("a"))
    store.close()
    assert len(rows(tmp_path, "select id from answers")) == 1
    assert "which a restart does not find" in caplog.text


def test_an_entry_that_the_database_never_takes_is_put_aside_and_holds_up_no_other(
    opened: Opened, tmp_path: Path
) -> None:
    metrics = StorageMetrics()
    store = opened(metrics=metrics)
    store.log(an_answer("a"))
    store.log(an_answer("b", input="half a \ud800 letter"))
    store.log(an_answer("c"))
    store.close()
    assert [row.id[-1] for row in rows(tmp_path, "select id from answers order by id")] == ["a", "c"]
    assert value(metrics, "tuneserve_log_dropped_total", reason="refused") == 1
    [line] = (tmp_path / "spool" / "refused.jsonl").read_bytes().splitlines()
    assert json.loads(line.decode("utf-8", "surrogatepass"))["entry"]["answers"]["id"][-1] == "b"


@pytest.mark.parametrize(
    "damage",
    [
        lambda entry: entry["answers"].pop("task"),
        lambda entry: entry["answers"].update(id={"not": "text"}),
        lambda entry: entry["answers"].update(total_ms="1"),
        lambda entry: entry["answers"].update(input=None),
        lambda entry: entry["answers"].update(answered_at="yesterday"),
        lambda entry: entry.update(of_the_future={}),
    ],
)
def test_an_entry_that_somebody_changed_on_disk_is_put_aside(
    opened: Opened, tmp_path: Path, damage: Callable[[dict[str, Any]], object]
) -> None:
    entry: dict[str, Any] = LogPolicy(sample=0).answered(an_answer("a"))
    damage(entry)
    (tmp_path / "spool").mkdir()
    (tmp_path / "spool" / "1.jsonl").write_text(json.dumps(entry) + "\nnonsense\n[]\n")
    metrics = StorageMetrics()
    store = opened(metrics=metrics)
    store.log(an_answer("b"))
    store.close()
    assert [row.id[-1] for row in rows(tmp_path, "select id from answers")] == ["b"]
    assert value(metrics, "tuneserve_log_dropped_total", reason="refused") == 1
    assert value(metrics, "tuneserve_log_dropped_total", reason="torn") == 2


def test_logging_costs_an_answer_far_less_than_a_millisecond(opened: Opened) -> None:
    store = opened()
    started = time.process_time()
    for number in range(2000):
        store.log(an_answer(f"{number:x}"))
    assert (time.process_time() - started) / 2000 < 0.001


def test_a_correction_needs_a_logged_answer(opened: Opened) -> None:
    store = opened()
    store.log(an_answer("a"))
    assert store.task_of(f"{'a':0>32}") == "distance"
    assert store.task_of("unknown") is None
    store.correct("c1", f"{'a':0>32}", {"metres": 1}, None)
    with pytest.raises(DataError, match="could not be kept"):
        store.correct("c1", f"{'a':0>32}", {"metres": 1}, None)
    with pytest.raises(DataError, match="could not be kept"):
        store.correct("c2", "unknown", {"metres": 1}, None)


def test_the_lists_are_files_too_each_row_once(opened: Opened, tmp_path: Path) -> None:
    files = tmp_path / "files"
    for _ in range(2):
        store = opened(policy=LogPolicy(sample=1), files_folder=files)
        store.log(an_answer("a"))
        store.log(an_answer("b", engine_failure="engine-timeout", origin="rules"))
        store.close()
    [line] = (files / "success_sample.jsonl").read_text("utf-8").splitlines()
    assert json.loads(line)["input"] == "3 km — ‘ö’"
    [line] = (files / "failed_queries.jsonl").read_text("utf-8").splitlines()
    assert json.loads(line)["failure"] == "engine-timeout"
    assert not (files / "slow_queries.jsonl").exists()


def test_tasks_make_their_rows_ready_once_the_database_answers(
    opened: Opened, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    asked: list[str] = []

    def broken(url: str) -> None:
        raise DataError("the shipped file is damaged")

    store = opened(prepare=[broken, asked.append])
    store.log(an_answer("a"))
    assert store.task_of(f"{'a':0>32}") == "distance"
    assert asked == [f"sqlite:///{tmp_path / 'new' / 'store.sqlite'}"]
    assert "the shipped file is damaged" in caplog.text


def test_two_gateways_may_share_a_database_and_a_data_folder(opened: Opened, tmp_path: Path) -> None:
    first, second = opened(), opened()
    for number in range(300):
        (first if number % 2 else second).log(an_answer(f"{number:x}"))
    assert first.flush(60)
    assert second.flush(60)
    assert first.task_of(f"{0:0>32}") == second.task_of(f"{1:0>32}") == "distance"
    first.close()
    second.close()
    assert len(rows(tmp_path, "select id from answers")) == 300


def test_a_spool_that_cannot_be_written_costs_entries_and_counts_them_but_no_answer(
    opened: Opened, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    metrics = StorageMetrics()
    store = opened(metrics=metrics)
    assert store.flush(60)
    (tmp_path / "spool").rmdir()
    (tmp_path / "spool").write_text("in the way")
    for identity in "abc":
        store.log(an_answer(identity))
    assert value(metrics, "tuneserve_log_dropped_total", reason="disk") == 3
    assert caplog.text.count("answers go on, but the log loses them") == 1
    (tmp_path / "spool").unlink()
    store.log(an_answer("d"))
    assert store.task_of(f"{'d':0>32}") == "distance"
    assert len(rows(tmp_path, "select id from answers")) == 1
