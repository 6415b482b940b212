"""How the installations' database is opened: SQLite or PostgreSQL, by its SQLAlchemy URL.

Reading and writing go through `reading` and `writing`. A writing transaction holds the database's one
writing lock from its first statement, so that several processes may start on an empty database at once,
and an interrupted one leaves nothing behind. Every failure of the database becomes a one-line DataError.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, func, make_url, select
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from tuneserve.errors import DataError

LOCK_WAIT_MS = 15_000
_ADVISORY_LOCK = 0x666974  # "fit": any number, as long as every process takes the same one
_HINTS = {
    "not a database": "it is some other file; set TUNESERVE_DATABASE_URL to another path",
    "malformed": "the file is damaged; move it away, then run the command again and import your report anew",
    "readonly": "make the file and its folder writable, or set TUNESERVE_DATABASE_URL to another path",
    "read-only": "make the file and its folder writable, or set TUNESERVE_DATABASE_URL to another path",
    "unable to open": "it is a folder or cannot be written; set TUNESERVE_DATABASE_URL to another path",
    "full": "free some space, then run the command again; nothing was changed",
    "disk i/o": "the disk may be full; free some space, then run the command again; nothing was changed",
    "locked": "another process is writing to it; try again when it is done",
}


@contextmanager
def reading(url: str) -> Iterator[Connection]:
    """A connection in a transaction that sees one state of the database. Raises DataError."""
    with _explained(url), _engine(url).connect() as connection, connection.begin():
        yield connection


@contextmanager
def writing(url: str) -> Iterator[Connection]:
    """A connection in a transaction that no other writer shares; rolled back when the block raises.

    Raises DataError.
    """
    with _explained(url), _engine(url).connect() as raw:
        connection = raw.execution_options(fit_query_writes=True)
        with connection.begin():
            if connection.dialect.name == "postgresql":
                connection.execute(select(func.pg_advisory_xact_lock(_ADVISORY_LOCK)))
            yield connection


@lru_cache(maxsize=8)
def _engine(url: str) -> Engine:
    where = _parsed(url)
    if where.get_backend_name() != "sqlite":
        return create_engine(where, pool_pre_ping=True)
    if where.database in (None, "", ":memory:"):
        engine = create_engine(where)
    else:
        if not str(where.database).startswith("file:"):
            Path(str(where.database)).parent.mkdir(parents=True, exist_ok=True)
        # Opening a file costs 0.2 ms, and a connection that is never kept survives forks, threads, and
        # a file that was moved away.
        engine = create_engine(where, poolclass=NullPool)
    event.listen(engine, "connect", _configure_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _parsed(url: str) -> URL:
    try:
        where = make_url(url)
        where.get_dialect()
    except (ArgumentError, NoSuchModuleError) as error:
        raise DataError("the database URL cannot be read; set TUNESERVE_DATABASE_URL like sqlite:///fit.db") from error
    if where.get_backend_name() not in ("sqlite", "postgresql"):
        raise DataError(f"{where.get_backend_name()}: only sqlite and postgresql can hold the installations")
    return where


def _configure_sqlite(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
    # Python's driver must not begin transactions by itself: it would begin them too late to lock.
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout={LOCK_WAIT_MS}")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA synchronous=NORMAL")
    _use_write_ahead_log(connection)


def _use_write_ahead_log(connection: sqlite3.Connection) -> None:
    """Lets readers go on while one process writes.

    SQLite does not wait for `busy_timeout` when two processes change the mode of a new file at once.
    """
    deadline = time.monotonic() + LOCK_WAIT_MS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("fit_query_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def _explained(url: str) -> Iterator[None]:
    try:
        yield
    except ModuleNotFoundError as error:
        raise DataError(f"the database needs the Python package '{error.name}'; pip install {error.name}") from error
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        raise DataError(f"database {_shown(url)}: {_reason(error)}") from error


def _shown(url: str) -> str:
    where = make_url(url)
    return str(where.database) if where.get_backend_name() == "sqlite" else where.render_as_string(hide_password=True)


def _reason(error: Exception) -> str:
    cause: Any = error.orig if isinstance(error, DBAPIError) and error.orig else error
    text = (str(cause).strip().splitlines() or [type(cause).__name__])[0]
    hint = next((hint for words, hint in _HINTS.items() if words in text.lower()), None)
    return f"{text}; {hint or 'check TUNESERVE_DATABASE_URL'}"
