"""`StorageMetrics`: what Prometheus is told of the log and the database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from prometheus_client import CollectorRegistry, Counter, Gauge

DROPPED = ("spool_full", "disk", "refused", "torn")
OPERATIONS = ("open", "write", "correct", "delete")


class Waiting(Protocol):
    """A spool, as far as it is measured."""

    most_bytes: int

    @property
    def entries(self) -> int: ...
    @property
    def bytes(self) -> int: ...
    @property
    def oldest_seconds(self) -> float: ...


class StorageMetrics:
    """In a registry of its own unless one is given."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self.registry = registry = registry or CollectorRegistry()
        self._rows = Gauge(
            "tuneserve_spool_rows", "Entries of the log that wait on disk for the database", registry=registry
        )
        self._bytes = Gauge("tuneserve_spool_bytes", "Bytes of these entries", registry=registry)
        self._limit = Gauge("tuneserve_spool_limit_bytes", "The most bytes that may wait", registry=registry)
        self._oldest = Gauge(
            "tuneserve_spool_oldest_seconds", "How long the oldest of them waits; 0: none waits", registry=registry
        )
        self._dropped = Counter(
            "tuneserve_log_dropped", "Entries of the log that are lost, by why", ["reason"], registry=registry
        )
        self._written = Counter("tuneserve_log_written", "Entries of the log in the database", registry=registry)
        self._deleted = Counter(
            "tuneserve_log_deleted", "Rows deleted because of their age", ["table"], registry=registry
        )
        self._up = Gauge("tuneserve_database_up", "1: the database answered the last time", registry=registry)
        self._errors = Counter(
            "tuneserve_database_errors", "Failed operations of the database", ["operation"], registry=registry
        )
        # Series that alerts count increases of exist from the start.
        for reason in DROPPED:
            self._dropped.labels(reason)
        for operation in OPERATIONS:
            self._errors.labels(operation)

    def measures(self, spool: Waiting, trouble: Callable[[], str]) -> None:
        """Asks at every scrape; `trouble` says why the database cannot be written to, if it cannot."""
        self._limit.set(spool.most_bytes)
        self._rows.set_function(lambda: spool.entries)
        self._bytes.set_function(lambda: spool.bytes)
        self._oldest.set_function(lambda: spool.oldest_seconds)
        self._up.set_function(lambda: not trouble())

    def dropped(self, reason: str, count: int = 1) -> None:
        """`reason` is one of DROPPED."""
        self._dropped.labels(reason).inc(count)

    def written(self, count: int) -> None:
        self._written.inc(count)

    def deleted(self, table: str, count: int) -> None:
        self._deleted.labels(table).inc(count)

    def failed(self, operation: str) -> None:
        """`operation` is one of OPERATIONS."""
        self._errors.labels(operation).inc()
