"""`upgrade`: brings a database of any age to this version's tables, or refuses it.

One transaction under one lock: several gateways may start at once, and one that is killed half-way
leaves the database as it was.
"""

from __future__ import annotations

import logging
import threading
from functools import lru_cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from tuneserve import __version__
from tuneserve.database import Database
from tuneserve.errors import DataError

log = logging.getLogger(__name__)

FOLDER = Path(__file__).resolve().parent / "migrations"
VERSION_TABLE = "tuneserve_schema_version"
_ONE_AT_A_TIME = threading.Lock()  # Alembic keeps the migration under way in a global
LOCK = 0x74756E65  # "tune": any number, as long as every version of the gateway takes the same one


class NewerDatabase(DataError):
    """A later version of tuneserve made these tables; this one leaves them alone."""


def upgrade(database: Database) -> None:
    """Makes or upgrades the gateway's tables; does nothing when they are this version's.

    Raises NewerDatabase; DataError when the database cannot be used.
    """
    with database.reading() as connection:
        if _version(connection) == _newest():
            return
    with database.writing(LOCK) as connection:
        before = _version(connection)  # again: another gateway may have been first
        if before == _newest():
            return
        if before is not None and before not in _known():
            raise NewerDatabase(
                f"database {database.shown}: a newer version of tuneserve made its tables (schema {before}; "
                f"tuneserve {__version__} knows {_newest()}): run that version, or name another database in "
                "TUNESERVE_DATABASE_URL"
            )
        config = _config()
        config.attributes.update(connection=connection, version_table=VERSION_TABLE)
        with _ONE_AT_A_TIME:
            command.upgrade(config, "head")
    log.info("database %s: schema %s -> %s", database.shown, before or "none", _newest())


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    version = connection.scalar(text(f"SELECT version_num FROM {VERSION_TABLE}"))
    return None if version is None else str(version)


@lru_cache(maxsize=1)
def _known() -> tuple[str, ...]:
    """The versions of the schema, newest first."""
    return tuple(step.revision for step in ScriptDirectory.from_config(_config()).walk_revisions())


def _newest() -> str:
    return _known()[0]


def _config() -> Config:
    config = Config()
    # Alembic reads a per cent sign in an option as the beginning of a reference.
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    return config
