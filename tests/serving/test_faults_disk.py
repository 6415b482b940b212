"""A disk that is really full, under data folder and database: answers go on, what the log loses is counted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, text

from serving.app import create_app
from tests.load.gateway import LoadError
from tests.load.stages import fill, small_disk
from tests.serving.conftest import TASK, ScriptedEngine, settings_with
from tests.serving.waiting import until

ANSWER = "/v1/tasks/distance/answer"


@pytest.fixture
def disk() -> Iterator[Path]:
    try:
        with small_disk(8) as folder:
            yield folder
    except LoadError as error:
        pytest.skip(str(error))


def count(client: TestClient, name: str) -> float:
    page = client.get("/metrics").text.splitlines()
    return next(float(line.rpartition(" ")[2]) for line in page if line.startswith(name + " "))


def logged(disk: Path, number: int) -> bool:
    engine = create_engine(f"sqlite:///{disk}/store.sqlite")
    with engine.connect() as connection:
        found = connection.scalar(
            text("select count(*) from answers where input = :input"), {"input": f"{number}: 3 km"}
        )
    engine.dispose()
    return bool(found)


@pytest.mark.slow
def test_answers_go_on_and_the_log_too_once_there_is_room(disk: Path) -> None:
    settings = settings_with(disk, cache_size=0)
    with TestClient(create_app(settings, [TASK], ScriptedEngine('{"length":"3 km"}'))) as client:

        def ask(number: int) -> None:
            reply = client.post(ANSWER, json={"input": f"{number}: 3 km", "rows": 1})
            assert (reply.status_code, reply.json()["output"]) == (200, {"metres": 3000})

        until(lambda: client.get("/readyz").json()["degraded"] == [])
        ask(0)
        until(lambda: logged(disk, 0))
        fill(disk / "filler")
        for number in range(1, 200):
            ask(number)
        # No space for the log on disk, nor in the database: both are told.
        until(lambda: count(client, 'tuneserve_log_dropped_total{reason="disk"}') > 0)
        until(lambda: count(client, "tuneserve_database_up") == 0 or "database" in client.get("/readyz").text)
        assert client.get("/readyz").status_code == 200
        (disk / "filler").unlink()
        until(lambda: count(client, "tuneserve_database_up") == 1 and client.get("/readyz").json()["degraded"] == [])
        ask(1000)
        until(lambda: logged(disk, 1000))
