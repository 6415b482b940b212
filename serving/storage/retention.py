"""`Retention`: deletes what is older than TUNESERVE_LOG_DAYS, a few rows at a time.

An answer that was corrected stays for ever, with its correction and what the readers disagreed on.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Table, delete, exists, select

from serving.storage.metrics import StorageMetrics
from serving.storage.query_files import QueryFiles
from serving.storage.schema import ANSWERS, CORRECTIONS, DISAGREEMENTS, LISTS
from tuneserve.database import Database

MOST_AT_ONCE = 500
EVERY_SECONDS = 3600.0


class Retention:
    """`days` 0: nothing is ever deleted."""

    def __init__(self, database: Database, days: int, metrics: StorageMetrics, files: QueryFiles | None = None) -> None:
        self._database = database
        self._days = days
        self._metrics = metrics
        self._files = files
        self._due = 0.0

    def when_due(self) -> None:
        """One batch of old rows, when there may be any. Raises DataError, OSError."""
        if not self._days or time.monotonic() < self._due:
            return
        oldest = datetime.now(UTC) - timedelta(days=self._days)
        if self._delete_batch(oldest):
            return  # there may be more: again in the next round
        if self._files is not None:
            self._files.delete_before(oldest)
        self._due = time.monotonic() + EVERY_SECONDS

    def _delete_batch(self, oldest: datetime) -> bool:
        deleted = {}
        with self._database.writing() as connection:
            for name, table in LISTS.items():
                deleted[name] = len(_deleted(connection, table, table.c.asked_at < oldest))
            corrected = exists().where(CORRECTIONS.c.answer_id == ANSWERS.c.id)
            old = (ANSWERS.c.answered_at < oldest) & ~corrected
            deleted[ANSWERS.name] = len(_deleted(connection, ANSWERS, old))
        for name, count in deleted.items():
            if count:
                self._metrics.deleted(name, count)
        return max(deleted.values()) == MOST_AT_ONCE


def _deleted(connection: Connection, table: Table, old: ColumnElement[bool]) -> list[str]:
    """The ids of rows that are deleted now. Rows that another gateway is deleting are left to it."""
    chosen = select(table.c.id).where(old).limit(MOST_AT_ONCE).with_for_update(skip_locked=True, of=table)
    ids = list(connection.scalars(chosen))
    if ids and table is ANSWERS:
        connection.execute(delete(DISAGREEMENTS).where(DISAGREEMENTS.c.answer_id.in_(ids)))
    if ids:
        connection.execute(delete(table).where(table.c.id.in_(ids)))
    return ids
