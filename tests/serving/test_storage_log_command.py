"""`tuneserve log`: the log for people and as files."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text, update

from serving.settings import read_settings
from serving.storage.log_entry import LogPolicy
from serving.storage.metrics import StorageMetrics
from serving.storage.migration import VERSION_TABLE
from serving.storage.opening import open_store
from serving.storage.schema import ANSWERS, FAILED_QUERIES
from serving.storage.store import Store
from serving.storage.text_policy import TextPolicy
from tests.serving.test_store import an_answer
from tuneserve.cli import cli
from tuneserve.database import Database
from tuneserve.errors import DataError
from tuneserve.example import read_cases


@pytest.fixture(autouse=True)
def _here(data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["log", *arguments])


def fill(data_dir: Path, text_policy: TextPolicy | None = None) -> None:
    policy = LogPolicy(500, 1.0, text_policy or TextPolicy())
    store = Store(read_settings().database_url, data_dir / "_store" / "spool", policy=policy)
    store.start()
    store.log(an_answer("a", alternative={"metres": 3}))
    store.log(an_answer("b", took_ms={"total": 900.0}, task="fit_query"))
    store.log_failure("distance", "distance@1.0.0", "how far?", "no-answer")
    assert store.task_of(f"{'a':0>32}")
    store.correct("c", f"{'a':0>32}", {"metres": 1}, "by foot")
    store.close()


def test_without_a_database_it_says_what_makes_one() -> None:
    done = run()
    assert isinstance(done.exception, DataError)
    assert "nothing is logged yet" in str(done.exception)
    assert "tuneserve serve" in str(done.exception)


def test_at_a_glance_it_counts_and_shows_the_newest_failures(data_dir: Path) -> None:
    fill(data_dir)
    told = run().output
    for words in ("2  answers", "1  failed", "1  slow", "2  in the sample", "1  corrections"):
        assert words in told
    assert "failed because of: no-answer 1" in told
    assert "distance  no-answer  how far?" in told
    counted = json.loads(run("--json", "fit_query").output)
    assert (counted["answers"], counted["slow_queries"], counted["failed_queries"]) == (1, 1, 0)
    assert (counted["corrections"], counted["waiting"]) == (0, 0)


def test_the_lists_are_exported_as_files(data_dir: Path, tmp_path: Path) -> None:
    fill(data_dir)
    assert run("--export", "out").exit_code == 0
    lists = {path.stem: path.read_text("utf-8").splitlines() for path in (tmp_path / "out").iterdir()}
    assert {name: len(lines) for name, lines in lists.items()} == {
        "failed_queries": 1,
        "slow_queries": 1,
        "success_sample": 2,
        "corrections": 1,
        "disagreements": 1,
    }
    failed = json.loads(lists["failed_queries"][0])
    assert (failed["task"], failed["input"], failed["failure"], failed["output"]) == (
        "distance",
        "how far?",
        "no-answer",
        None,
    )
    assert datetime.fromisoformat(failed["asked_at"]).tzinfo is not None
    assert json.loads(lists["disagreements"][0])["alternative"] == {"metres": 3}
    [case] = read_cases(tmp_path / "out" / "corrections.jsonl")
    assert (case.query, case.expected, case.tags) == ("3 km — ‘ö’", {"metres": 1}, ("correction",))


def test_one_list_may_be_read_from_stdout(data_dir: Path) -> None:
    fill(data_dir)
    done = run("--list", "slow_queries", "--list", "corrections", "--export", "-")
    rows: list[dict[str, Any]] = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["list"] for row in rows] == ["slow_queries", "corrections"]
    assert (rows[1]["note"], rows[1]["answer_id"][-1], rows[1]["output"]) == ("by foot", "a", {"metres": 3000})


def test_rows_from_before_since_are_left_out(data_dir: Path) -> None:
    fill(data_dir)
    database = Database(read_settings().database_url)
    with database.writing() as connection:
        old = datetime.now(UTC) - timedelta(hours=30)
        connection.execute(update(FAILED_QUERIES).values(asked_at=old))
        connection.execute(update(ANSWERS).where(ANSWERS.c.task == "distance").values(answered_at=old))
    database.close()
    assert json.loads(run("--since", "24h", "--json").output)["failed_queries"] == 0
    assert json.loads(run("--since", "2d", "--json").output)["failed_queries"] == 1
    assert run("--list", "disagreements", "--since", "24h", "--export", "-").stdout == ""


@pytest.mark.parametrize("arguments", [["--since", "soon"], ["--since", "999999d"], ["--list", "slow_queries"]])
def test_wrong_usage_is_told(arguments: list[str]) -> None:
    assert run(*arguments).exit_code == 2


def test_corrections_without_their_text_are_exported_and_counted(data_dir: Path) -> None:
    fill(data_dir, TextPolicy("drop"))
    done = run("--list", "corrections", "--export", "-")
    [row] = [json.loads(line) for line in done.stdout.splitlines()]
    assert "query" not in row
    assert row["expected"] == {"metres": 1}
    assert "1 corrections are without their question" in done.stderr
    assert "(text not kept)" in run().output


def test_what_waits_on_disk_is_told(data_dir: Path) -> None:
    fill(data_dir)
    spool = data_dir / "_store" / "spool"
    (spool / "1.jsonl").write_text("{}\n{}\n")
    assert "2  wait on disk for the database" in run().output


def test_a_database_of_a_newer_version_is_told(data_dir: Path) -> None:
    fill(data_dir)
    database = Database(read_settings().database_url)
    with database.writing() as connection:
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))
    database.close()
    assert "a newer version of tuneserve made its tables" in str(run().exception)


def test_in_the_embedded_default_the_lists_are_files_beside_the_database(data_dir: Path) -> None:
    store = open_store(read_settings(log_sample=1.0), [], StorageMetrics())
    store.start()
    store.log(an_answer("a"))
    store.close()
    assert (data_dir / "_store" / "tuneserve.sqlite").exists()
    assert len((data_dir / "_store" / "success_sample.jsonl").read_text("utf-8").splitlines()) == 1


def test_the_key_of_hashes_is_made_once_and_only_its_owner_may_read_it(data_dir: Path) -> None:
    settings = read_settings(log_text="hash", log_sample=0.0)
    for identity in ("a", "b"):
        store = open_store(settings, [], StorageMetrics())
        store.start()
        store.log(an_answer(identity))
        store.close()
    key = data_dir / "_store" / "text.key"
    assert key.stat().st_mode & 0o777 == 0o600
    database = Database(settings.database_url)
    with database.reading() as connection:
        inputs = connection.scalars(text("SELECT input FROM answers")).all()
    database.close()
    assert len(inputs) == 2
    assert len(set(inputs)) == 1
    assert inputs[0].startswith("hmac-sha256:")
