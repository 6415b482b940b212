"""Releases that are compared, what was counted of them, and a number that tells of changes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "release_experiments",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("task", sa.String(40), nullable=False),
        sa.Column("champion", sa.String(40), nullable=False),
        sa.Column("challenger", sa.String(40), nullable=False),
        sa.Column("share", sa.Integer, nullable=False),
        sa.Column("shadow", sa.Boolean, nullable=False),
        sa.Column("aim", sa.String(12), nullable=False),
        sa.Column("rule", sa.JSON, nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("outcome", sa.String(20)),
        sa.ForeignKeyConstraint(
            ["task", "champion"], ["releases.task", "releases.version"], name="experiments_champion"
        ),
        sa.ForeignKeyConstraint(
            ["task", "challenger"], ["releases.task", "releases.version"], name="experiments_challenger"
        ),
    )
    op.create_index("ix_release_experiments_task", "release_experiments", ["task", "started_at"])
    op.create_table(
        "release_evidence",
        sa.Column("experiment_id", sa.String(32), sa.ForeignKey("release_experiments.id"), primary_key=True),
        sa.Column("version", sa.String(40), primary_key=True),
        sa.Column("what", sa.String(30), primary_key=True),
        sa.Column("count", sa.Integer, nullable=False),
    )
    op.create_table(
        "release_numbers",
        sa.Column("task", sa.String(40), primary_key=True),
        sa.Column("number", sa.Integer, nullable=False),
    )
