"""How the installations' database is opened: `reading` and `writing`, by its SQLAlchemy URL.

Both raise a one-line DataError when the database cannot be used; see tuneserve/database.py.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import lru_cache

from sqlalchemy import Connection

from tuneserve.database import Database

_LOCK = 0x666974  # "fit": any number, as long as every process takes the same one
_WRITING_SECONDS = 60.0  # a statement of an import writes thousands of rows, or waits for another import


def reading(url: str) -> AbstractContextManager[Connection]:
    """A connection in a transaction that sees one state of the database."""
    return _opened(url).reading()


def writing(url: str) -> AbstractContextManager[Connection]:
    """A connection in a transaction that no other writer of installations shares."""
    return _opened(url, _WRITING_SECONDS).writing(_LOCK)


@lru_cache(maxsize=16)
def _opened(url: str, patience: float | None = None) -> Database:
    return Database(url) if patience is None else Database(url, patience=patience)
