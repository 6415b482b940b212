"""The log on a real PostgreSQL that is stopped, frozen and comes back."""

from __future__ import annotations

import gc
import threading
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, func, select, text, update

from serving.app import create_app
from serving.storage.log_entry import LogPolicy
from serving.storage.metrics import StorageMetrics
from serving.storage.schema import ANSWERS, CORRECTIONS, DISAGREEMENTS, SUCCESS_SAMPLE
from serving.storage.store import Store
from tests.servers import PostgresServer, postgres_server
from tests.serving.conftest import TASK, settings_with
from tests.serving.test_store import an_answer
from tests.serving.waiting import until
from tuneserve.database import Database
from tuneserve.errors import DataError

ANSWER = "/v1/tasks/distance/answer"


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with postgres_server() as started:
        yield started


@pytest.fixture
def url(server: PostgresServer) -> str:
    """An empty database of that server, so that it can be stopped without harm to other tests."""
    name = f"test_{uuid.uuid4().hex[:8]}"
    server.execute(f"CREATE DATABASE {name}")
    return server.url(name)


def count(url: str) -> int:
    database = Database(url, persistent=True)
    with database.reading() as connection:
        found = connection.scalar(select(func.count()).select_from(ANSWERS))
    database.close()
    return found or 0


@pytest.mark.postgres
def test_what_is_logged_is_in_postgresql_and_twice_is_once(postgres_url: str, tmp_path: Path) -> None:
    for _ in range(2):
        store = Store(postgres_url, tmp_path / "spool", policy=LogPolicy(sample=1))
        store.start()
        store.log(an_answer("a", alternative={"metres": 3}))
        store.log(an_answer("b", input="a\0b"))  # PostgreSQL keeps no NUL
        store.log_failure("distance", "distance@1.0.0", "?", "no-answer")
        assert store.flush(60)
        assert store.task_of(f"{'a':0>32}") == "distance"
        store.correct(uuid.uuid4().hex, f"{'a':0>32}", {"metres": 1}, "‘ö’")
        store.close()
    assert count(postgres_url) == 1
    assert len((tmp_path / "spool" / "refused.jsonl").read_text().splitlines()) == 2
    database = Database(postgres_url)
    with database.reading() as connection:
        assert connection.scalar(select(ANSWERS.c.output)) == {"metres": 3000}
        assert len(connection.execute(select(CORRECTIONS)).all()) == 2
    database.close()


@pytest.mark.postgres_server
def test_a_gateway_that_starts_without_its_database_answers_and_catches_up(
    server: PostgresServer, url: str, tmp_path: Path
) -> None:
    server.stop()
    with TestClient(create_app(settings_with(tmp_path, database_url=url), [TASK])) as client:
        answers = [client.post(ANSWER, json={"input": f"{n} km"}).json() for n in range(20)]
        assert client.get("/readyz").status_code == 200
        assert "database: " in client.get("/readyz").text
        refused = client.post(f"/v1/answers/{answers[0]['id']}/correction", json={"expected": {"metres": 1}})
        assert (refused.status_code, refused.json()["type"]) == (503, "urn:tuneserve:problem:database-unavailable")
        assert int(refused.headers["retry-after"]) > 0
        server.start()
        until(lambda: client.get("/readyz").json()["degraded"] == [])
        taken = client.post(f"/v1/answers/{answers[0]['id']}/correction", json={"expected": {"metres": 1}})
        assert taken.status_code == 201
    assert count(url) == 20


@pytest.mark.postgres_server
def test_a_database_that_is_killed_again_and_again_loses_nothing(
    server: PostgresServer, url: str, tmp_path: Path
) -> None:
    metrics = StorageMetrics()
    store = Store(url, tmp_path / "spool", metrics=metrics)
    store.start()
    for outage in range(3):
        for number in range(700):
            store.log(an_answer(f"{outage:x}{number:06x}"))
        server.stop()
        for number in range(300):
            store.log(an_answer(f"{outage:x}f{number:06x}"))
        server.start()
    until(lambda: store.flush(10))
    store.close()
    assert count(url) == 3000
    assert not list((tmp_path / "spool").iterdir())
    assert metrics.registry.get_sample_value("tuneserve_log_dropped_total", {"reason": "refused"}) == 0


@pytest.mark.postgres_server
def test_a_database_that_hangs_delays_no_answer_and_no_end(server: PostgresServer, url: str, tmp_path: Path) -> None:
    app = create_app(settings_with(tmp_path, database_url=url, cache_size=0), [TASK])
    with TestClient(app) as client:
        first = client.post(ANSWER, json={"input": "3 km"}).json()
        until(lambda: client.get("/readyz").json()["degraded"] == [])
        server.freeze()
        try:
            begun = time.monotonic()
            for _ in range(20):
                assert client.post(ANSWER, json={"input": "3 km"}).status_code == 200
            assert time.monotonic() - begun < 2  # the least that any time-out of the database takes
            refused = client.post(f"/v1/answers/{first['id']}/correction", json={"expected": {"metres": 1}})
            assert refused.status_code == 503
            assert time.monotonic() - begun < 15
            until(lambda: "tuneserve_database_up 0.0" in client.get("/metrics").text)
            for _ in range(20):
                assert client.post(ANSWER, json={"input": "3 km"}).status_code == 200
        finally:
            server.thaw()
        until(lambda: client.get("/readyz").json()["degraded"] == [])
        until(lambda: "tuneserve_spool_rows 0.0" in client.get("/metrics").text)
        assert count(url) == 41
        server.freeze()
        client.post(ANSWER, json={"input": "3 km"})
        begun = time.monotonic()
    assert time.monotonic() - begun < 15
    assert list((tmp_path / "data" / "_store" / "spool").glob("*.jsonl"))
    server.thaw()
    # The thread that was left behind ends in its own time.
    until(lambda: not [thread for thread in threading.enumerate() if thread.name == "query-log"])


@pytest.mark.postgres_server
def test_a_server_that_was_silent_is_not_waited_for_again(server: PostgresServer, url: str) -> None:
    database, persistent = Database(url, patience=2), Database(url, persistent=True)
    with persistent.reading():  # ends what another test found out about this server
        pass
    with database.reading():
        pass
    server.freeze()
    try:
        took = []
        for _ in range(3):
            begun = time.monotonic()
            with pytest.raises(DataError), database.reading():
                pass
            took.append(time.monotonic() - begun)
    finally:
        server.thaw()
    assert took[0] < 5
    assert max(took[1:]) < 0.5
    with persistent.reading():
        pass
    with database.reading():
        pass
    persistent.close()
    database.close()


@pytest.mark.postgres_server
def test_a_forgotten_database_leaves_no_connection_open(server: PostgresServer, url: str) -> None:
    watching = create_engine(url)
    others = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    with watching.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        database = Database(url)
        with database.reading():
            pass
        assert connection.scalar(others) == 1
        del database
        gc.collect()  # a connection that was left open warns here, which is an error
        until(lambda: connection.scalar(others) == 0, 10)
    watching.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.sqlite'}"
    return str(request.getfixturevalue("postgres_url"))


def test_old_rows_are_deleted_in_batches_but_for_what_was_corrected(either: str, tmp_path: Path) -> None:
    metrics = StorageMetrics()
    store = Store(either, tmp_path / "spool", policy=LogPolicy(sample=1), days=0)
    store.start()
    for number in range(1300):
        store.log(an_answer(f"{number:x}", alternative={"metres": 1}))
    assert store.task_of(f"{0:0>32}")
    store.correct("c", f"{0:0>32}", {"metres": 1}, None)
    store.close()
    database = Database(either)
    long_ago = datetime.now(UTC) - timedelta(days=31)
    with database.writing() as connection:
        ids = [f"{number:x}".rjust(32, "0") for number in range(1200)]
        connection.execute(update(ANSWERS).where(ANSWERS.c.id.in_(ids)).values(answered_at=long_ago))
        connection.execute(update(SUCCESS_SAMPLE).where(SUCCESS_SAMPLE.c.id.in_(ids)).values(asked_at=long_ago))
    store = Store(either, tmp_path / "spool", days=30, metrics=metrics)
    store.start()

    def left() -> list[int]:
        with database.reading() as connection:
            counted = (ANSWERS, DISAGREEMENTS, SUCCESS_SAMPLE)
            return [connection.scalar(select(func.count()).select_from(table)) or 0 for table in counted]

    until(lambda: store.flush() and left() == [101, 101, 100])
    assert store.task_of(f"{0:0>32}") == "distance"
    store.close()
    database.close()
    assert metrics.registry.get_sample_value("tuneserve_log_deleted_total", {"table": "answers"}) == 1199
