"""`Writer`: the one thread that moves entries from the spool into the database, whenever it is there."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

from serving.storage.log_entry import TABLES, Entry, rows_of
from serving.storage.metrics import StorageMetrics
from serving.storage.query_files import QueryFiles
from serving.storage.spool import Segment, Spool, entries_of
from tuneserve.database import Database, ValuesRefused
from tuneserve.errors import DataError

log = logging.getLogger(__name__)

MOST_AT_ONCE = 500
# Entries of this long go into one transaction: a commit costs a disk its time.
GATHER_SECONDS = 0.2
IDLE_SECONDS = 2.0
FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 2.0
HANGS_AFTER_SECONDS = 5.0


class Writer:
    """
    prepare  makes the database fit for writing (its tables); called once it answers, and again after every
             failure, since somebody may have put another database in its place
    chore    what is to be done now and then when there is time; quick
    files    where the lists are written too, when anywhere
    """

    def __init__(
        self,
        database: Database,
        spool: Spool,
        metrics: StorageMetrics,
        prepare: Callable[[], None],
        chore: Callable[[], None],
        files: QueryFiles | None = None,
    ) -> None:
        self._database = database
        self._spool = spool
        self._metrics = metrics
        self._prepare = prepare
        self._chore = chore
        self._files = files
        self._prepared = False
        self._trouble = "it has not answered yet"
        self._operation, self._operating_since = "", 0.0
        self._rounds = threading.Condition()
        self._begun = self._written = self._failed = 0
        self._wanted, self._hurry, self._stopping = threading.Event(), threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._write_until_stopped, name="query-log", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """There is something in the spool."""
        self._wanted.set()

    def flush(self, seconds: float) -> bool:
        """Waits until what was logged before is in the database; False when that fails or takes longer."""
        ends = time.monotonic() + seconds
        with self._rounds:
            awaited = self._begun + 1  # the round under way may have begun too early
            self._hurry.set()
            self._wanted.set()
            while self._thread.is_alive() and self._written < awaited:
                if self._failed >= awaited or not self._rounds.wait(max(0.0, ends - time.monotonic())):
                    return False
            return self._written >= awaited

    def stop(self, seconds: float) -> None:
        """Writes what waits, for about `seconds`; the rest stays in the spool for the next start.

        Closes spool and database. A thread that hangs with its database is left behind, and does so later.
        """
        if not self._thread.is_alive():
            self._close()
        else:
            self.flush(seconds)
            self._stopping.set()
            self._hurry.set()
            self._wanted.set()
            self._thread.join(seconds)

    @property
    def trouble(self) -> str:
        """Why the database cannot be written to, in one line; empty when it can."""
        silent = time.monotonic() - self._operating_since if self._operation else 0.0
        if not self._trouble and silent > HANGS_AFTER_SECONDS:
            return f"it has not answered for {silent:.0f} s"
        return self._trouble

    def _write_until_stopped(self) -> None:
        pause = FIRST_PAUSE_SECONDS
        while True:
            with self._rounds:
                self._begun += 1
                self._wanted.clear()
                self._hurry.clear()
            worked = self._round()
            with self._rounds:
                self._written, self._failed = (self._begun, self._failed) if worked else (self._written, self._begun)
                self._rounds.notify_all()
            if self._stopping.is_set():
                self._close()
                return
            if worked:
                pause = FIRST_PAUSE_SECONDS
                self._wanted.wait(IDLE_SECONDS)
                self._hurry.wait(GATHER_SECONDS)
            else:
                self._stopping.wait(pause)
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    def _close(self) -> None:
        self._database.close()
        self._spool.close()

    def _round(self) -> bool:
        """Writes all that waits; False when that could not be done."""
        try:
            if not self._prepared:
                self._begin("open")
                self._prepare()
                self._prepared = True
            self._begin("write")
            segments = self._spool.sealed()
            for segment in segments:
                self._move(segment)
            if not segments:
                with self._database.reading():  # asked even when there is nothing to write: it may be away
                    pass
            self._begin("delete")
            self._chore()
        except (DataError, OSError) as error:
            self._note_failure(error)
            return False
        if self._trouble:
            log.info("the database of the log answers")
        self._operation, self._trouble = "", ""
        return True

    def _begin(self, operation: str) -> None:
        self._operation, self._operating_since = operation, time.monotonic()

    def _note_failure(self, error: DataError | OSError) -> None:
        self._metrics.failed(self._operation)
        if str(error) != self._trouble:
            log.error("the log waits on disk, answers go on: %s", error)
        self._operation, self._trouble, self._prepared = "", str(error), False
        try:
            self._spool.sync()
        except OSError as failure:
            log.error("what waits of the log could not be put onto the disk: %s", failure)

    def _move(self, segment: Segment) -> None:
        for batch in _batches(segment):
            entries = [entry for entry in batch if entry is not None]
            if torn := len(batch) - len(entries):
                log.warning("%s: %d damaged lines were left out", segment.path, torn)
                self._metrics.dropped("torn", torn)
            self._write(entries)
        self._spool.done(segment)

    def _write(self, entries: Sequence[Entry]) -> None:
        """All of the entries; one that the database does not take is found by halving, and put aside."""
        if not entries:
            return
        self._begin("write")
        try:
            rows = rows_of(entries)
            with self._database.writing() as connection:
                for name, values in rows.items():
                    _insert(connection, TABLES[name], values)
        except (ValuesRefused, ValueError, TypeError) as error:
            if len(entries) == 1:
                log.error("an entry of the log was put aside in %s: %s", self._spool.folder, error)
                self._spool.refuse(entries[0], str(error))
                self._metrics.dropped("refused")
                return
            half = len(entries) // 2
            self._write(entries[:half])
            self._write(entries[half:])
            return
        self._metrics.written(len(entries))
        self._write_files(entries)

    def _write_files(self, entries: Sequence[Entry]) -> None:
        if self._files is not None:
            try:
                self._files.add(entries)
            except OSError as error:
                # The tables have these rows.
                log.error("the files of failed, slow and sampled questions could not be written: %s", error)


def _batches(segment: Segment) -> Iterator[list[Entry | None]]:
    entries = entries_of(segment)
    while batch := list(islice(entries, MOST_AT_ONCE)):
        yield batch


def _insert(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Rows whose key is there already are the same rows, written before a crash."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    connection.execute(dialect.insert(table).on_conflict_do_nothing(), rows)
