"""The gateway's tables, the same in SQLite and PostgreSQL (portable types only).

How they come into a database is in migrations/versions/; a test holds the two against each other. The
tasks' own tables live beside them and are the tasks' business.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    false,
)

METADATA = MetaData()

# The query log: every answer that was given, so that any of them can be corrected.
ANSWERS = Table(
    "answers",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("answered_at", DateTime(timezone=True), nullable=False, index=True),
    Column("task", String(40), nullable=False, index=True),
    Column("release", String(100), nullable=False),
    Column("origin", String(10), nullable=False),
    # The question as TUNESERVE_LOG_TEXT wants it: its text, "hmac-sha256:…", or nothing.
    Column("input", Text, nullable=False),
    Column("output", JSON, nullable=False),
    Column("problems", JSON, nullable=False),
    Column("total_ms", Float, nullable=False),
)

# What the reader who was not believed made of the question.
DISAGREEMENTS = Table(
    "disagreements",
    METADATA,
    Column("answer_id", String(32), ForeignKey("answers.id"), primary_key=True),
    Column("alternative", JSON, nullable=False),
)

# What answers should have been, kept for ever, and their answers with them.
CORRECTIONS = Table(
    "corrections",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("answer_id", String(32), ForeignKey("answers.id"), nullable=False, index=True),
    Column("corrected_at", DateTime(timezone=True), nullable=False),
    Column("expected", JSON, nullable=False),
    Column("note", Text),
)


def _list_of_queries(name: str) -> Table:
    """Rows that stand alone: what one looks at first need not be joined, and is kept as long as it says."""
    return Table(
        name,
        METADATA,
        # The answer's id; of a question without an answer, an id of its own.
        Column("id", String(32), primary_key=True),
        Column("asked_at", DateTime(timezone=True), nullable=False),
        Column("task", String(40), nullable=False),
        Column("release", String(100), nullable=False),
        # model, repaired, rules or cache; nothing when there was no answer.
        Column("origin", String(10)),
        Column("input", Text, nullable=False),
        Column("output", JSON),
        Column("problems", JSON, nullable=False),
        # Why it is called failed: a fixed code (no-answer, engine-timeout, not_json, internal …).
        Column("failure", String(40)),
        Column("total_ms", Float, nullable=False),
        # {"model": ms, "rules": ms, …}: where the time went.
        Column("took_ms", JSON, nullable=False),
        Index(f"ix_{name}_asked_at", "asked_at"),
        Index(f"ix_{name}_task", "task", "asked_at"),
    )


FAILED_QUERIES = _list_of_queries("failed_queries")
SLOW_QUERIES = _list_of_queries("slow_queries")
SUCCESS_SAMPLE = _list_of_queries("success_sample")
LISTS = {table.name: table for table in (FAILED_QUERIES, SLOW_QUERIES, SUCCESS_SAMPLE)}

# Releases and their share of the traffic; versions are never deleted.
RELEASES = Table(
    "releases",
    METADATA,
    Column("task", String(40), primary_key=True),
    Column("version", String(40), primary_key=True),
    Column("status", String(12), nullable=False),
    # Percent of the task's questions that this version answers.
    Column("share", Integer, nullable=False, server_default="0"),
    # Whether it is asked beside the version that answers, without being believed.
    Column("shadow", Boolean, nullable=False, server_default=false()),
    # {metric: value} as measured when it was released.
    Column("metrics", JSON, nullable=False),
    # {"gguf": sha256, "adapter": …, "prompt": …, "schema": …, "base": …}.
    Column("hashes", JSON, nullable=False),
    Column("quantization", String(20), nullable=False),
    Column("released_at", DateTime(timezone=True), nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("status IN ('staging', 'production', 'deprecated')", name="releases_status"),
    CheckConstraint("share BETWEEN 0 AND 100", name="releases_share"),
)

# Every change of a row of `releases`: who or what made it, and why.
RELEASE_CHANGES = Table(
    "release_changes",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("task", String(40), nullable=False),
    Column("version", String(40), nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    # A person (user@machine) or a part of the gateway ("watchdog").
    Column("actor", String(100), nullable=False),
    # {"status", "share", "shadow"} before (nothing when it is new) and after.
    Column("before", JSON),
    Column("after", JSON, nullable=False),
    Column("reason", Text, nullable=False),
    ForeignKeyConstraint(["task", "version"], ["releases.task", "releases.version"], name="release_changes_release"),
    Index("ix_release_changes_task", "task", "changed_at"),
)

# Two releases that are compared. The id is the salt by which callers are chosen, too.
RELEASE_EXPERIMENTS = Table(
    "release_experiments",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("task", String(40), nullable=False),
    Column("champion", String(40), nullable=False),
    Column("challenger", String(40), nullable=False),
    Column("share", Integer, nullable=False),
    Column("shadow", Boolean, nullable=False),
    # What becomes of a challenger that is no worse: 'production', or 'staging' when a person decides.
    Column("aim", String(12), nullable=False),
    # {"alpha", "margin", "minimum", "slow_ms"}: fixed before the first question is asked.
    Column("rule", JSON, nullable=False),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("ended_at", DateTime(timezone=True)),
    Column("outcome", String(20)),
    ForeignKeyConstraint(["task", "champion"], ["releases.task", "releases.version"], name="experiments_champion"),
    ForeignKeyConstraint(["task", "challenger"], ["releases.task", "releases.version"], name="experiments_challenger"),
    Index("ix_release_experiments_task", "task", "started_at"),
)

# What was counted of them; gateways add to it.
RELEASE_EVIDENCE = Table(
    "release_evidence",
    METADATA,
    Column("experiment_id", String(32), ForeignKey("release_experiments.id"), primary_key=True),
    Column("version", String(40), primary_key=True),
    Column("what", String(30), primary_key=True),
    Column("count", Integer, nullable=False),
)

# Raised with every change of a task's releases: the one small row that running gateways look at.
RELEASE_NUMBERS = Table(
    "release_numbers",
    METADATA,
    Column("task", String(40), primary_key=True),
    Column("number", Integer, nullable=False),
)
