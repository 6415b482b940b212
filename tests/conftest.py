"""What all tests share: a data folder of their own, and what becomes of tests that cannot run here."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import NO_POSTGRES, NO_REDIS, REDIS, PostgresServer, has_postgres, postgres_server

POSTGRES_URL = "TUNESERVE_TEST_POSTGRES_URL"
# {marker: (whether what it needs is here, why its tests are skipped else)}
NEEDS = {
    "postgres": (bool(os.environ.get(POSTGRES_URL)) or has_postgres(), NO_POSTGRES),
    "postgres_server": (has_postgres(), NO_POSTGRES.partition(", or")[0]),
    "redis": (REDIS is not None, NO_REDIS),
    "ollama": (
        bool(os.environ.get("TUNESERVE_TEST_OLLAMA_URL")),
        "no Ollama to test with; enable it: ollama serve & TUNESERVE_TEST_OLLAMA_URL=http://127.0.0.1:11434 make test",
    ),
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skips by name, with the command that would enable it, what needs something that is not here.

    TUNESERVE_REQUIRE (a comma list of markers) turns such a skip into a failure: CI sets it.
    """
    required = os.environ.get("TUNESERVE_REQUIRE", "").split(",")
    for marker, (is_here, reason) in NEEDS.items():
        if is_here:
            continue
        if marker in required:
            raise pytest.UsageError(f"TUNESERVE_REQUIRE={marker}: {reason}")
        for item in items:
            if item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(autouse=True, scope="session")
def _shared_downloads(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keeps the downloaded base model between test runs, but nothing else of the user's data folder."""
    from tuneserve.run import data_folder

    kept = data_folder()
    folder = tmp_path_factory.mktemp("data")
    for name in ("_base", "_llama_cpp"):
        (kept / name).mkdir(parents=True, exist_ok=True)
        (folder / name).symlink_to(kept / name, target_is_directory=True)
    before = os.environ.get("TUNESERVE_DATA_DIR")
    os.environ["TUNESERVE_DATA_DIR"] = str(folder)
    yield
    if before is None:
        del os.environ["TUNESERVE_DATA_DIR"]
    else:
        os.environ["TUNESERVE_DATA_DIR"] = before


@pytest.fixture(scope="session")
def shared_postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL of this test run, for tests that leave it as it is."""
    with postgres_server() as server:
        yield server


@pytest.fixture
def postgres_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """An empty schema of its own, so that nothing else in that database is touched."""
    from sqlalchemy import create_engine, make_url, text

    given = os.environ.get(POSTGRES_URL)
    server = make_url(given or request.getfixturevalue("shared_postgres").url())
    schema = f"tuneserve_test_{uuid.uuid4().hex[:12]}"
    engine = create_engine(server)
    with engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    yield server.update_query_dict({"options": f"-csearch_path={schema}"}).render_as_string(hide_password=False)
    with engine.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    engine.dispose()


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder for one test."""
    monkeypatch.setenv("TUNESERVE_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"
