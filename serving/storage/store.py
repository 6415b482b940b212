"""`Store`: the log of questions and the corrections, in SQLite or PostgreSQL.

An answer never waits for the database: its entry is in the spool, on disk, before the answer is sent, and
a thread moves it on. A correction is written at once, or refused: it is kept for ever and belongs to an
answer, which only the database can promise.
"""

from __future__ import annotations

import logging
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from serving.storage.log_entry import Entry, LogPolicy
from serving.storage.metrics import StorageMetrics
from serving.storage.migration import upgrade
from serving.storage.query_files import QueryFiles
from serving.storage.retention import Retention
from serving.storage.schema import ANSWERS, CORRECTIONS
from serving.storage.spool import MOST_BYTES, Spool, SpoolFull
from serving.storage.writer import GATHER_SECONDS, Writer
from tuneserve.answer import Answer
from tuneserve.database import Database
from tuneserve.errors import DataError
from tuneserve.task import JsonObject, Problem

log = logging.getLogger(__name__)

FLUSH_SECONDS = 2.0
WRITE_PATIENCE_SECONDS = 5.0
CORRECT_PATIENCE_SECONDS = 2.0
LOOK_AGAIN_SECONDS = 2.5 * GATHER_SECONDS


class Store:
    """One database and one spool. Nothing is opened before `start`, which fails on nothing."""

    def __init__(
        self,
        url: str,
        spool_folder: Path,
        *,
        policy: LogPolicy | None = None,
        days: int = 0,
        spool_bytes: int = MOST_BYTES,
        files_folder: Path | None = None,
        metrics: StorageMetrics | None = None,
        prepare: Sequence[Callable[[str], None]] = (),
    ) -> None:
        """
        days          after how many days rows are deleted; 0: never
        files_folder  where the lists of questions are written as JSON Lines too; None: nowhere
        prepare       what tasks do with the database before they use it, given its URL

        Raises DataError on a URL of no known kind of database.
        """
        self._metrics = metrics or StorageMetrics()
        self._policy = policy or LogPolicy()
        self._database = Database(url, patience=CORRECT_PATIENCE_SECONDS)
        self._written_to = Database(url, patience=WRITE_PATIENCE_SECONDS, persistent=True)
        self._spool = Spool(_writable(spool_folder), spool_bytes)
        self._preparations = prepare
        files = QueryFiles(files_folder) if files_folder is not None else None
        retention = Retention(self._written_to, days, self._metrics, files)
        self._writer = Writer(self._written_to, self._spool, self._metrics, self._prepare, retention.when_due, files)
        self._dropping = threading.Event()
        self._metrics.measures(self._spool, lambda: self._writer.trouble)

    def start(self) -> None:
        self._writer.start()

    def close(self) -> None:
        """Writes what waits, for at most some seconds; what is left waits on disk for the next start."""
        self._writer.stop(FLUSH_SECONDS)
        self._database.close()

    def log(self, answer: Answer) -> None:
        """Keeps the answer; one write to a file, and never raises."""
        self._keep(self._policy.answered(answer))

    def log_failure(
        self, task: str, release: str, text: str, failure: str, problems: Sequence[Problem] = (), total_ms: float = 0.0
    ) -> None:
        """Keeps a question that got no answer; `failure` is a fixed code. Never raises."""
        self._keep(self._policy.failed(task, release, text, failure, problems, total_ms))

    def flush(self, seconds: float = FLUSH_SECONDS) -> bool:
        """Waits until what was logged before is written; False when it could not be within `seconds`."""
        return self._writer.flush(seconds)

    @property
    def trouble(self) -> str:
        """Why the database cannot be written to, in one line; empty when it can."""
        return self._writer.trouble.removeprefix(f"database {self._written_to.shown}: ")

    @property
    def waiting(self) -> int:
        """How many entries wait on disk."""
        return self._spool.entries

    def task_of(self, answer_id: str) -> str | None:
        """The task of a logged answer, or None. Raises DataError when the database does not answer."""
        all_written = self.flush()
        found = self._task_of(answer_id)
        if found is None and not all_written:
            raise DataError("the answer may not be in the database yet: its log is still being written")
        if found is None:
            time.sleep(LOOK_AGAIN_SECONDS)  # another gateway may have given it a moment ago
            found = self._task_of(answer_id)
        return found

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
            with self._database.writing() as connection:
                connection.execute(CORRECTIONS.insert().values(row))
        except DataError as error:
            self._metrics.failed("correct")
            raise DataError("the correction could not be kept: the database does not answer") from error

    def _task_of(self, answer_id: str) -> str | None:
        try:
            with self._database.reading() as connection:
                return connection.scalar(select(ANSWERS.c.task).where(ANSWERS.c.id == answer_id))
        except DataError as error:
            self._metrics.failed("correct")
            raise DataError("the database of the query log does not answer") from error

    def _keep(self, entry: Entry) -> None:
        try:
            self._spool.append(entry)
        except SpoolFull:
            self._drop("spool_full", f"{self._spool.folder} is full (TUNESERVE_SPOOL_MB)")
        except OSError as error:
            self._drop("disk", str(error))
        else:
            self._dropping.clear()
            self._writer.wake()

    def _drop(self, reason: str, told: str) -> None:
        self._metrics.dropped(reason)
        if not self._dropping.is_set():  # once, not for every answer
            self._dropping.set()
            log.error("answers go on, but the log loses them: %s", told)

    def _prepare(self) -> None:
        upgrade(self._written_to)
        for prepare in self._preparations:
            try:
                prepare(self._written_to.url)
            except DataError as error:
                # It is tried again when the rows are asked for.
                log.error("the rows of a task could not be made ready: %s", error)


def _writable(folder: Path) -> Path:
    """`folder`, or a new one in the machine's temporary folder where nothing can be written there."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        other = Path(tempfile.mkdtemp(prefix="tuneserve-spool-"))
        log.error("%s; what waits of the log waits in %s instead, which a restart does not find", error, other)
        return other
