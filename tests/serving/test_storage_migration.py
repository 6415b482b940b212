"""The gateway's tables come into a database of any age, in SQLite and in PostgreSQL."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from serving.storage.migration import VERSION_TABLE, NewerDatabase, upgrade
from serving.storage.schema import METADATA
from tuneserve.database import Database
from tuneserve.task import project_root

# As version 0.2 made them, by SQLAlchemy's create_all.
BEFORE = [
    """CREATE TABLE answers (
    id VARCHAR(32) NOT NULL, answered_at {moment} NOT NULL, task VARCHAR(40) NOT NULL, release VARCHAR(100) NOT NULL,
    origin VARCHAR(10) NOT NULL, input TEXT NOT NULL, output JSON NOT NULL, problems JSON NOT NULL,
    total_ms FLOAT NOT NULL, PRIMARY KEY (id))""",
    "CREATE INDEX ix_answers_answered_at ON answers (answered_at)",
    "CREATE INDEX ix_answers_task ON answers (task)",
    """CREATE TABLE disagreements (
    answer_id VARCHAR(32) NOT NULL, alternative JSON NOT NULL, PRIMARY KEY (answer_id),
    FOREIGN KEY(answer_id) REFERENCES answers (id))""",
    """CREATE TABLE corrections (
    id VARCHAR(32) NOT NULL, answer_id VARCHAR(32) NOT NULL, corrected_at {moment} NOT NULL, expected JSON NOT NULL,
    note TEXT, PRIMARY KEY (id), FOREIGN KEY(answer_id) REFERENCES answers (id))""",
    "CREATE INDEX ix_corrections_answer_id ON corrections (answer_id)",
    """INSERT INTO answers VALUES ('a', '2026-11-01 10:00:00', 'distance', 'distance@0.2.0', 'model', '3 km',
    '{{"metres": 3000}}', '[]', 1.5)""",
    """INSERT INTO disagreements VALUES ('a', '{{"metres": 3}}')""",
    """INSERT INTO corrections VALUES ('c', 'a', '2026-11-02 10:00:00', '{{"metres": 1}}', 'by foot')""",
    "CREATE TABLE of_a_task (name VARCHAR(40) PRIMARY KEY)",
    "INSERT INTO of_a_task VALUES ('kept')",
]

UPGRADES = "import sys; from serving.storage.migration import *; upgrade(Database(sys.argv[1])); print('done')"
HANGS_HALF_WAY = """
import sys, time
from alembic import op
from serving.storage.migration import *

def create_table(name, *columns, made=op.create_table, **rest):
    made(name, *columns, **rest)
    if name == "slow_queries":
        print("half", flush=True)
        time.sleep(600)

op.create_table = create_table
upgrade(Database(sys.argv[1]))
"""


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Empty, one of each kind."""
    url = f"sqlite:///{tmp_path / 'store.sqlite'}" if request.param == "sqlite" else None
    opened = Database(url or request.getfixturevalue("postgres_url"))
    yield opened
    opened.close()


def tables(database: Database) -> set[str]:
    with database.reading() as connection:
        return set(inspect(connection).get_table_names())


def differences(database: Database) -> list[object]:
    """Between the database and schema.py, as Alembic sees them."""
    ours = {**METADATA.tables}
    options = {
        "version_table": VERSION_TABLE,
        "compare_server_default": True,
        "include_name": lambda name, kind, _: kind != "table" or name in ours,
    }
    with database.reading() as connection:
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), METADATA))


def run(code: str, database: Database) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", code, database.url]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=project_root())


def test_an_empty_database_gets_the_tables_of_the_schema(database: Database) -> None:
    upgrade(database)
    assert set(METADATA.tables) <= tables(database)
    assert differences(database) == []
    upgrade(database)
    assert differences(database) == []


def make_old(database: Database) -> None:
    moment = "DATETIME" if database.is_sqlite else "TIMESTAMP WITH TIME ZONE"
    with database.writing() as connection:
        for statement in BEFORE:
            connection.exec_driver_sql(statement.format(moment=moment))


def test_a_database_of_the_version_before_is_taken_over_without_loss(database: Database) -> None:
    make_old(database)
    upgrade(database)
    assert differences(database) == []
    with database.reading() as connection:
        query = "SELECT input, note, name FROM corrections JOIN answers ON answers.id = answer_id, of_a_task"
        assert connection.execute(text(query)).all() == [("3 km", "by foot", "kept")]
        assert connection.scalar(text("SELECT count(*) FROM disagreements")) == 1


def test_a_database_of_a_newer_version_is_refused_and_left_alone(database: Database) -> None:
    upgrade(database)
    with database.writing() as connection:
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))
        connection.execute(text("CREATE TABLE of_the_future (id INTEGER)"))
    before = tables(database)
    with pytest.raises(NewerDatabase, match=r"a newer version of tuneserve made its tables \(schema 9999") as caught:
        upgrade(database)
    assert "\n" not in str(caught.value)
    assert tables(database) == before


def test_several_gateways_may_start_at_once_on_an_old_database(database: Database) -> None:
    make_old(database)
    started = [run(UPGRADES, database) for _ in range(3)]
    assert [process.communicate(timeout=120)[0] for process in started] == ["done\n"] * 3
    assert differences(database) == []


def test_a_gateway_killed_half_way_leaves_the_database_as_it_was(database: Database) -> None:
    make_old(database)
    before = tables(database)
    process = run(HANGS_HALF_WAY, database)
    assert process.stdout is not None
    assert process.stdout.readline() == "half\n"
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    assert tables(database) == before
    upgrade(database)
    assert differences(database) == []
