"""`Store`: the query log, the readers' disagreements and the corrections, in SQLite or PostgreSQL.

An answer never waits for the log: rows go through a bounded queue to one writer thread, and are
dropped and counted when the database is away or slow. A correction is written at once.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, Column, DateTime, Float, ForeignKey, MetaData, String, Table, Text, create_engine, select
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import SQLAlchemyError

from tuneserve.answer import Answer
from tuneserve.errors import DataError
from tuneserve.task import JsonObject

log = logging.getLogger(__name__)

MOST_WAITING = 10_000
MOST_AT_ONCE = 500
FLUSH_SECONDS = 2.0

METADATA = MetaData()
ANSWERS = Table(
    "answers",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("answered_at", DateTime(timezone=True), nullable=False, index=True),
    Column("task", String(40), nullable=False, index=True),
    Column("release", String(100), nullable=False),
    Column("origin", String(10), nullable=False),
    Column("input", Text, nullable=False),
    Column("output", JSON, nullable=False),
    Column("problems", JSON, nullable=False),
    Column("total_ms", Float, nullable=False),
)
DISAGREEMENTS = Table(
    "disagreements",
    METADATA,
    Column("answer_id", String(32), ForeignKey("answers.id"), primary_key=True),
    Column("alternative", JSON, nullable=False),
)
CORRECTIONS = Table(
    "corrections",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("answer_id", String(32), ForeignKey("answers.id"), nullable=False, index=True),
    Column("corrected_at", DateTime(timezone=True), nullable=False),
    Column("expected", JSON, nullable=False),
    Column("note", Text),
)


class Store:
    """One database. Nothing is opened before `start`, and nothing at all that `start` may fail on."""

    def __init__(self, url: str, dropped: Callable[[], None] = lambda: None) -> None:
        self._url = url
        self._dropped = dropped
        self._engine: Engine | None = None
        self._waiting: queue.Queue[dict[str, Any] | threading.Event | None] = queue.Queue(MOST_WAITING)
        self._writer = threading.Thread(target=self._write_for_ever, name="query-log", daemon=True)

    def start(self) -> None:
        self._writer.start()

    def close(self) -> None:
        """Writes what waits, for at most some seconds, and closes the database."""
        if self._writer.is_alive():
            try:
                self._waiting.put(None, timeout=FLUSH_SECONDS)
            except queue.Full:
                log.error("the query log is lost: its database does not keep up")
            self._writer.join(FLUSH_SECONDS)
        if self._engine is not None:
            self._engine.dispose()

    def log(self, answer: Answer) -> None:
        """Hands the answer to the writer; returns at once and never raises."""
        row = {
            "id": answer.id,
            "answered_at": datetime.now(UTC),
            "task": answer.task,
            "release": answer.release,
            "origin": answer.origin,
            "input": answer.input,
            "output": answer.output,
            "problems": [problem.as_json() for problem in answer.problems],
            "total_ms": answer.took_ms.get("total", 0.0),
            "alternative": answer.alternative,
        }
        try:
            self._waiting.put_nowait(row)
        except queue.Full:
            self._dropped()

    def flush(self, seconds: float = FLUSH_SECONDS) -> bool:
        """Waits until what was logged before is written; False when that took longer than `seconds`."""
        written = threading.Event()
        try:
            self._waiting.put(written, timeout=seconds)
        except queue.Full:
            return False
        return written.wait(seconds)

    def task_of(self, answer_id: str) -> str | None:
        """The task of a logged answer, or None. Raises DataError when the database does not answer."""
        self.flush()
        try:
            with self._opened().connect() as connection:
                return connection.scalar(select(ANSWERS.c.task).where(ANSWERS.c.id == answer_id))
        except (SQLAlchemyError, OSError) as error:
            raise DataError("the database of the query log does not answer") from error

    def correct(self, correction_id: str, answer_id: str, expected: JsonObject, note: str | None) -> None:
        """Keeps a correction of a logged answer. Raises DataError when the database does not answer."""
        row = {
            "id": correction_id,
            "answer_id": answer_id,
            "corrected_at": datetime.now(UTC),
            "expected": expected,
            "note": note,
        }
        try:
            with self._opened().begin() as connection:
                connection.execute(CORRECTIONS.insert().values(row))
        except (SQLAlchemyError, OSError) as error:
            raise DataError("the correction could not be kept: the database does not answer") from error

    def _opened(self) -> Engine:
        if self._engine is None:
            url = make_url(self._url)
            if url.get_backend_name() == "sqlite" and url.database and url.database != ":memory:":
                Path(url.database).parent.mkdir(parents=True, exist_ok=True)
            engine = create_engine(url, pool_pre_ping=True)
            METADATA.create_all(engine)
            self._engine = engine
        return self._engine

    def _write_for_ever(self) -> None:
        while True:
            batch, reached, ended = self._next_batch()
            if batch:
                self._write(batch)
            for event in reached:
                event.set()
            if ended:
                return

    def _next_batch(self) -> tuple[list[dict[str, Any]], list[threading.Event], bool]:
        """Waits for one row and takes what else waits: (rows, events to set once they are written, end)."""
        rows: list[dict[str, Any]] = []
        reached: list[threading.Event] = []
        one = self._waiting.get()
        while True:
            if one is None:
                return rows, reached, True
            if isinstance(one, threading.Event):
                reached.append(one)
            else:
                rows.append(one)
            try:
                if len(rows) >= MOST_AT_ONCE:
                    return rows, reached, False
                one = self._waiting.get_nowait()
            except queue.Empty:
                return rows, reached, False

    def _write(self, rows: list[dict[str, Any]]) -> None:
        try:
            with self._opened().begin() as connection:
                connection.execute(
                    ANSWERS.insert(), [{key: row[key] for key in row if key != "alternative"} for row in rows]
                )
                if differ := [row for row in rows if row["alternative"] is not None]:
                    connection.execute(
                        DISAGREEMENTS.insert(),
                        [{"answer_id": row["id"], "alternative": row["alternative"]} for row in differ],
                    )
        except (SQLAlchemyError, OSError, ImportError) as error:
            log.error("%d rows of the query log are lost: %s", len(rows), str(error).splitlines()[0])
            for _ in rows:
                self._dropped()
            time.sleep(0.1)  # a database that is away is not asked in a tight loop
