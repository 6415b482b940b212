"""What an answer should have been: checked against the task's schema, kept for ever, joined to the answer."""

from __future__ import annotations

import json
import uuid

from jsonschema import Draft202012Validator

from serving.gateway import Gateway
from serving.problem import Refusal
from tuneserve.task import JsonObject


def keep_correction(gateway: Gateway, answer_id: str, expected: JsonObject, note: str | None) -> JsonObject:
    """{"id", "answer", "task"} of the correction that was kept.

    Raises Refusal 404 when there is no such answer, 422 when `expected` is no output of its task; DataError when
    the database does not answer.
    """
    task = gateway.store.task_of(answer_id)
    if task is None or task not in gateway.tasks:
        raise Refusal(404, "no-such-answer", "no answer with this id is in the query log")
    wrong = next(Draft202012Validator(gateway.tasks[task].task.schema).iter_errors(expected), None)
    if wrong is not None:
        where = "/".join(map(str, wrong.absolute_path)) or "expected"
        raise Refusal(422, "invalid-fields", f"{where} breaks '{wrong.validator}' of the task's schema")
    if not _storable([expected, note]):
        raise Refusal(422, "invalid-fields", "expected, note: there are characters in it that no database keeps")
    identity = uuid.uuid4().hex
    gateway.store.correct(identity, answer_id, expected, note)
    gateway.metrics.corrected(task)
    return {"id": identity, "answer": answer_id, "task": task}


def _storable(told: list[object]) -> bool:
    """JSON can spell half a character (a lone surrogate) and NUL; neither can be stored as text."""
    text = json.dumps(told, ensure_ascii=False)
    return "\\u0000" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)
