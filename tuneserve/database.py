"""`Database`: SQLite or PostgreSQL by its SQLAlchemy URL, for whoever keeps something there.

Reading and writing are transactions. A writing one holds a lock from its first statement, so that several
processes may start on an empty database at once, and an interrupted one leaves nothing behind. No
statement waits for ever, and every failure is a one-line DataError.
"""

from __future__ import annotations

import sqlite3
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, exc, func, make_url, select
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from tuneserve.errors import DataError

BACKENDS = ("sqlite", "postgresql")
PATIENCE_SECONDS = 3.0
LOCK_WAIT_SECONDS = 15.0
_HINTS = {
    "not a database": "it is some other file; set TUNESERVE_DATABASE_URL to another path",
    "malformed": "the file is damaged; move it away and run the command again; what was in it is in your back-up",
    "readonly": "make the file and its folder writable, or set TUNESERVE_DATABASE_URL to another path",
    "read-only": "make the file and its folder writable, or set TUNESERVE_DATABASE_URL to another path",
    "unable to open": "it is a folder or cannot be written; set TUNESERVE_DATABASE_URL to another path",
    "full": "free some space, then run the command again; nothing was changed",
    "disk i/o": "the disk may be full; free some space, then run the command again; nothing was changed",
    "locked": "another process is writing to it; try again when it is done",
    "password authentication": "the password in TUNESERVE_DATABASE_URL is not the one that the database was made with",
}


class ValuesRefused(DataError):
    """The database works, but does not take these values."""


class Database:
    """Opened by the first transaction. Safe to use from several threads."""

    def __init__(self, url: str, *, patience: float = PATIENCE_SECONDS, persistent: bool = False) -> None:
        """
        patience    after how many seconds a statement on PostgreSQL is given up. A writer in SQLite waits
                    LOCK_WAIT_SECONDS for another one
        persistent  asks a server again that was silent a moment ago, where others fail at once

        Raises DataError on a URL that names no database of a kind that is known.
        """
        self.url = url
        self._where = parsed(url)
        self._patience = patience
        self._persistent = persistent
        self._engine: Engine | None = None
        self._lock = threading.Lock()

    @property
    def is_sqlite(self) -> bool:
        return self._where.get_backend_name() == "sqlite"

    @property
    def path(self) -> Path | None:
        """The SQLite file, where it is one."""
        name = self._where.database
        return Path(name) if self.is_sqlite and name and name != ":memory:" and not name.startswith("file:") else None

    @property
    def shown(self) -> str:
        """The file or the URL without its password."""
        return str(self._where.database) if self.is_sqlite else self._where.render_as_string(hide_password=True)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection in a transaction that sees one state of the database. Raises DataError."""
        with self._explained(), self._opened().connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self, lock: int | None = None) -> Iterator[Connection]:
        """A connection in a transaction, rolled back when the block raises.

        lock  any number: who writes under the same one on PostgreSQL waits for his turn. SQLite has one
              writer at a time anyway.

        Raises ValuesRefused, DataError.
        """
        with self._explained(), self._opened().connect() as raw:
            connection = raw.execution_options(tuneserve_writes=True)
            with connection.begin():
                if lock is not None and not self.is_sqlite:
                    connection.execute(select(func.pg_advisory_xact_lock(lock)))
                yield connection

    def close(self) -> None:
        with self._lock:
            if self._engine is not None:
                self._engine.dispose()
                self._engine = None

    def _opened(self) -> Engine:
        with self._lock:
            if self._engine is None and self.is_sqlite:
                self._engine = _sqlite_engine(self._where, self.path)
            elif self._engine is None:
                from tuneserve.postgresql import impatient_engine

                self._engine = impatient_engine(self._where, self._patience, self._persistent)
                # Who forgets a Database, a cache that is full among them, leaves no connection open on the server.
                weakref.finalize(self, self._engine.dispose)
            return self._engine

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except ModuleNotFoundError as error:
            missing = error.name
            raise DataError(f"the database needs the Python package '{missing}'; pip install {missing}") from error
        except (exc.SQLAlchemyError, sqlite3.Error, OSError) as error:
            told = f"database {self.shown}: {_reason(error)}"
            refused = isinstance(error, exc.DataError | exc.IntegrityError) or type(error) is exc.StatementError
            raise (ValuesRefused if refused else DataError)(told) from error


def parsed(url: str) -> URL:
    """`url` as SQLAlchemy reads it. Raises DataError when it is none, or of another kind of database."""
    try:
        where = make_url(url)
        where.get_dialect()
    except (exc.ArgumentError, exc.NoSuchModuleError) as error:
        raise DataError("the database URL cannot be read; set TUNESERVE_DATABASE_URL like sqlite:///fit.db") from error
    if where.get_backend_name() not in BACKENDS:
        raise DataError(f"{where.get_backend_name()}: only sqlite and postgresql are known here")
    return where


def _sqlite_engine(where: URL, path: Path | None) -> Engine:
    if where.database in (None, "", ":memory:"):
        engine = create_engine(where)
    else:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        # Opening a file costs 0.2 ms, and a connection that is never kept survives forks, threads, and
        # a file that was moved away.
        engine = create_engine(where, poolclass=NullPool)
    event.listen(engine, "connect", _configure_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _configure_sqlite(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
    # Python's driver must not begin transactions by itself: it would begin them too late to lock.
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout={LOCK_WAIT_SECONDS * 1000:.0f}")
    connection.execute("PRAGMA foreign_keys=ON")
    # What was committed is on the disk: a correction that was taken must outlive a power cut.
    connection.execute("PRAGMA synchronous=FULL")
    _use_write_ahead_log(connection)


def _use_write_ahead_log(connection: sqlite3.Connection) -> None:
    """Lets readers go on while one process writes.

    SQLite does not wait for `busy_timeout` when two processes change the mode of a new file at once.
    """
    deadline = time.monotonic() + LOCK_WAIT_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("tuneserve_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _reason(error: Exception) -> str:
    cause: Any = error.orig if isinstance(error, exc.DBAPIError) and error.orig else error
    text = (str(cause).strip().splitlines() or [type(cause).__name__])[0]
    hint = next((hint for words, hint in _HINTS.items() if words in text.lower()), None)
    return f"{text}; {hint or 'check TUNESERVE_DATABASE_URL'}"
