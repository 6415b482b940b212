"""Failed, slow and sampled questions; releases and what was done to them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    for name in ("failed_queries", "slow_queries", "success_sample"):
        op.create_table(
            name,
            sa.Column("id", sa.String(32), primary_key=True),
            sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
            sa.Column("task", sa.String(40), nullable=False),
            sa.Column("release", sa.String(100), nullable=False),
            sa.Column("origin", sa.String(10)),
            sa.Column("input", sa.Text, nullable=False),
            sa.Column("output", sa.JSON),
            sa.Column("problems", sa.JSON, nullable=False),
            sa.Column("failure", sa.String(40)),
            sa.Column("total_ms", sa.Float, nullable=False),
            sa.Column("took_ms", sa.JSON, nullable=False),
        )
        op.create_index(f"ix_{name}_asked_at", name, ["asked_at"])
        op.create_index(f"ix_{name}_task", name, ["task", "asked_at"])
    op.create_table(
        "releases",
        sa.Column("task", sa.String(40), primary_key=True),
        sa.Column("version", sa.String(40), primary_key=True),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("share", sa.Integer, nullable=False, server_default="0"),
        sa.Column("shadow", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("metrics", sa.JSON, nullable=False),
        sa.Column("hashes", sa.JSON, nullable=False),
        sa.Column("quantization", sa.String(20), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("status IN ('staging', 'production', 'deprecated')", name="releases_status"),
        sa.CheckConstraint("share BETWEEN 0 AND 100", name="releases_share"),
    )
    op.create_table(
        "release_changes",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("task", sa.String(40), nullable=False),
        sa.Column("version", sa.String(40), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(100), nullable=False),
        sa.Column("before", sa.JSON),
        sa.Column("after", sa.JSON, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(
            ["task", "version"], ["releases.task", "releases.version"], name="release_changes_release"
        ),
    )
    op.create_index("ix_release_changes_task", "release_changes", ["task", "changed_at"])
