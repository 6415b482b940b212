"""The log, read: rows of its lists as JSON objects, and a summary. For `tuneserve log`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Select, Table, func, select

from serving.storage.schema import ANSWERS, CORRECTIONS, DISAGREEMENTS, FAILED_QUERIES, LISTS
from serving.storage.text_policy import HASHED
from tuneserve.task import JsonObject

NAMES = (*LISTS, CORRECTIONS.name, DISAGREEMENTS.name)
_AT_ONCE = 1000
_SHOWN_FAILURES = 5


def rows(connection: Connection, name: str, task: str | None, since: datetime | None) -> Iterator[JsonObject]:
    """The rows of one of NAMES, oldest first.

    A correction is a case, as `tuneserve score` reads it: {"query", "expected", "tags"} and what the answer
    was; without "query" where the log did not keep the text.
    """
    query, moment = _query(name)
    if task is not None:
        query = query.where(_task_column(name) == task)
    if since is not None:
        query = query.where(moment >= since)
    found = connection.execution_options(yield_per=_AT_ONCE).execute(
        query.order_by(moment, *query.selected_columns[:1])
    )
    for row in found.mappings():
        shown = {
            key: value.replace(tzinfo=UTC).isoformat() if isinstance(value, datetime) else value
            for key, value in row.items()
        }
        yield _case(shown) if name == CORRECTIONS.name else shown


def summary(connection: Connection, task: str | None, since: datetime) -> JsonObject:
    """How many of what there were since then; why questions failed; the newest failed ones."""

    def counted(table: Table, moment: Column[Any], of: Column[Any]) -> int:
        query = select(func.count()).select_from(table).where(moment >= since)
        return connection.scalar(query if task is None else query.where(of == task)) or 0

    shown: JsonObject = {"since": since.isoformat(), "answers": counted(ANSWERS, ANSWERS.c.answered_at, ANSWERS.c.task)}
    for name, table in LISTS.items():
        shown[name] = counted(table, table.c.asked_at, table.c.task)
    corrected = select(func.count()).select_from(CORRECTIONS.join(ANSWERS)).where(CORRECTIONS.c.corrected_at >= since)
    shown[CORRECTIONS.name] = connection.scalar(corrected if task is None else corrected.where(ANSWERS.c.task == task))
    failed = FAILED_QUERIES.c
    recent = failed.asked_at >= since if task is None else (failed.asked_at >= since) & (failed.task == task)
    why = select(failed.failure, func.count()).where(recent).group_by(failed.failure).order_by(func.count().desc())
    shown["failures"] = {str(code): count for code, count in connection.execute(why)}
    newest = select(failed.task, failed.failure, failed.input).where(recent).order_by(failed.asked_at.desc())
    shown["newest_failures"] = [dict(row) for row in connection.execute(newest.limit(_SHOWN_FAILURES)).mappings()]
    return shown


def _query(name: str) -> tuple[Select[Any], Column[Any]]:
    """What is selected for a list, and the column that says when."""
    if name in LISTS:
        return select(LISTS[name]), LISTS[name].c.asked_at
    answer: list[ColumnElement[Any]] = [one for one in ANSWERS.c if one.name not in ("total_ms", "problems")]
    if name == CORRECTIONS.name:
        own = [column for column in CORRECTIONS.c if column.name != "answer_id"]
        answer = [column.label("answer_id") if column is ANSWERS.c.id else column for column in answer]
        return select(*own, *answer).join_from(CORRECTIONS, ANSWERS), CORRECTIONS.c.corrected_at
    return select(*answer, DISAGREEMENTS.c.alternative).join_from(DISAGREEMENTS, ANSWERS), ANSWERS.c.answered_at


def _task_column(name: str) -> Column[Any]:
    return LISTS[name].c.task if name in LISTS else ANSWERS.c.task


def _case(row: JsonObject) -> JsonObject:
    text = row.pop("input")
    kept = {"query": text} if text and not text.startswith(HASHED) else {"question": text}
    return {**kept, "expected": row.pop("expected"), "tags": ["correction"], **row}
