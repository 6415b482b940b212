"""Run by Alembic for every migration; `migration.upgrade` hands it the connection and its transaction."""

from __future__ import annotations

from alembic import context

from serving.storage.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    version_table=context.config.attributes["version_table"],
    # SQLite's statements about tables are transactional too, once the driver is kept from committing them.
    transactional_ddl=True,
)
context.run_migrations()
