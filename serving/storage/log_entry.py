"""What is logged of a question: one JSON object that says in which tables its rows belong.

An entry is whole: the same one written twice is the same rows, known by their id.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Float, Table

from serving.storage.schema import ANSWERS, DISAGREEMENTS, FAILED_QUERIES, LISTS, SLOW_QUERIES, SUCCESS_SAMPLE
from serving.storage.text_policy import TextPolicy
from tuneserve.answer import Answer
from tuneserve.task import JsonObject, Problem

# In the order in which rows must be written: a disagreement refers to its answer.
TABLES = {table.name: table for table in (ANSWERS, DISAGREEMENTS, *LISTS.values())}
_OF_ALL_IDS = 1 << 128

Entry = dict[str, JsonObject]


@dataclass(frozen=True, slots=True)
class LogPolicy:
    """What the log keeps.

    slow_ms  from how many milliseconds a question is slow
    sample   share of the successful questions that stand in `success_sample`, of 1
    """

    slow_ms: int = 500
    sample: float = 0.1
    text: TextPolicy = field(default_factory=TextPolicy)

    def answered(self, answer: Answer) -> Entry:
        """{table: row} of a question that was answered; a failure of the engine is kept though rules answered."""
        now = datetime.now(UTC).isoformat()
        total_ms = answer.took_ms.get("total", 0.0)
        common: JsonObject = {
            "id": answer.id,
            "task": answer.task,
            "release": answer.release,
            "origin": answer.origin,
            "input": self.text.question(answer.input),
            "output": answer.output,
            "problems": self.text.problems(answer.problems),
            "total_ms": total_ms,
        }
        entry: Entry = {ANSWERS.name: {**common, "answered_at": now}}
        if answer.alternative is not None:
            entry[DISAGREEMENTS.name] = {"answer_id": answer.id, "alternative": answer.alternative}
        listed = {**common, "asked_at": now, "failure": answer.engine_failure, "took_ms": dict(answer.took_ms)}
        lists = {
            FAILED_QUERIES.name: answer.engine_failure is not None,
            SLOW_QUERIES.name: total_ms >= self.slow_ms,
            SUCCESS_SAMPLE.name: answer.engine_failure is None and _drawn(answer.id, self.sample),
        }
        return entry | {name: listed for name, belongs in lists.items() if belongs}

    def failed(
        self, task: str, release: str, text: str, failure: str, problems: Sequence[Problem], total_ms: float
    ) -> Entry:
        """{table: row} of a question that got no answer. `failure` is a fixed code, never a message."""
        row: JsonObject = {
            "id": uuid.uuid4().hex,
            "asked_at": datetime.now(UTC).isoformat(),
            "task": task,
            "release": release,
            "origin": None,
            "input": self.text.question(text),
            "output": None,
            "problems": self.text.problems(problems),
            "failure": failure,
            "total_ms": round(total_ms, 3),
            "took_ms": {"total": round(total_ms, 3)},
        }
        slow = {SLOW_QUERIES.name: row} if total_ms >= self.slow_ms else {}
        return {FAILED_QUERIES.name: row, **slow}


def rows_of(entries: Sequence[Entry]) -> dict[str, list[dict[str, Any]]]:
    """{table: rows} of all the entries, in the order in which they must be written.

    Raises ValueError, TypeError on an entry that this version did not make.
    """
    unknown = {name for entry in entries for name in entry} - set(TABLES)
    if unknown:
        raise ValueError(f"there is no table {', '.join(sorted(unknown))}")
    found = {name: [_typed(table, entry[name]) for entry in entries if name in entry] for name, table in TABLES.items()}
    return {name: rows for name, rows in found.items() if rows}


def _typed(table: Table, row: JsonObject) -> dict[str, Any]:
    """`row` with its moments as datetimes. What is read from a file is not believed to be what was written."""
    if set(row) != set(table.c.keys()):
        raise ValueError(f"a row of {table.name} has other columns")
    for column in table.c:
        kind = (int, float) if isinstance(column.type, Float) else str
        value = row[column.name]
        if not isinstance(column.type, JSON) and not (isinstance(value, kind) or (value is None and column.nullable)):
            raise ValueError(f"{table.name}.{column.name} is of another type")
    typed: dict[str, Any] = dict(row)
    for name in ("answered_at", "asked_at"):
        if name in row:
            typed[name] = datetime.fromisoformat(row[name])
    return typed


def _drawn(identity: str, share: float) -> bool:
    """A fair draw that comes out the same for the same id: ids are random."""
    return int(identity, 16) < share * _OF_ALL_IDS
