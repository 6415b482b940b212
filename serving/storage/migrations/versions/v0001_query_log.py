"""The tables of versions before 0.3, which made them without a record of it.

So they may be there already: then they are taken over as they are.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    there = set(sa.inspect(op.get_bind()).get_table_names())
    if "answers" not in there:
        op.create_table(
            "answers",
            sa.Column("id", sa.String(32), primary_key=True),
            sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
            sa.Column("task", sa.String(40), nullable=False),
            sa.Column("release", sa.String(100), nullable=False),
            sa.Column("origin", sa.String(10), nullable=False),
            sa.Column("input", sa.Text, nullable=False),
            sa.Column("output", sa.JSON, nullable=False),
            sa.Column("problems", sa.JSON, nullable=False),
            sa.Column("total_ms", sa.Float, nullable=False),
        )
    if "disagreements" not in there:
        op.create_table(
            "disagreements",
            sa.Column("answer_id", sa.String(32), sa.ForeignKey("answers.id"), primary_key=True),
            sa.Column("alternative", sa.JSON, nullable=False),
        )
    if "corrections" not in there:
        op.create_table(
            "corrections",
            sa.Column("id", sa.String(32), primary_key=True),
            sa.Column("answer_id", sa.String(32), sa.ForeignKey("answers.id"), nullable=False),
            sa.Column("corrected_at", sa.DateTime(timezone=True), nullable=False),
            sa.Column("expected", sa.JSON, nullable=False),
            sa.Column("note", sa.Text),
        )
    for table, column in (("answers", "answered_at"), ("answers", "task"), ("corrections", "answer_id")):
        op.create_index(f"ix_{table}_{column}", table, [column], if_not_exists=True)
