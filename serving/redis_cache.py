"""`RedisCache`: one task's answers in a Redis that gateways share.

What comes from there is untrusted: anybody who reaches that Redis can write to it. It is JSON of bounded
length, must have the shape of an answer, and its output must be valid by the task's schema.
"""

from __future__ import annotations

from collections.abc import Callable

from jsonschema import Draft202012Validator
from pydantic import ValidationError

from serving.cache import AS_JSON
from serving.redis_link import RedisLink
from tuneserve.answer import Answer
from tuneserve.task import Task

FORMAT = 1
# Keys hold the day, so that after it nobody asks for them.
KEPT_SECONDS = 24 * 3600
MOST_BYTES = 64 * 1024


class RedisCache:
    """`failed` is told 'value' for every value that is no valid answer."""

    waits = True
    held = 0

    def __init__(self, link: RedisLink, task: Task, failed: Callable[[str], None] = lambda kind: None) -> None:
        self._link = link
        self._task = task.name
        self._valid = Draft202012Validator(task.schema)
        self._failed = failed

    def get(self, key: str) -> Answer | None:
        value = self._link.get(self._name(key))
        if value is None:
            return None
        answer = self._read(value)
        if answer is None:
            self._failed("value")
        return answer

    def put(self, key: str, answer: Answer) -> None:
        value = AS_JSON.dump_json(answer)
        if len(value) <= MOST_BYTES:
            self._link.put(self._name(key), value, KEPT_SECONDS)

    def _name(self, key: str) -> str:
        return f"tuneserve:{FORMAT}:{self._task}:{key}"

    def _read(self, value: bytes) -> Answer | None:
        if len(value) > MOST_BYTES:
            return None
        try:
            answer = AS_JSON.validate_json(value)
        except ValidationError:
            return None
        trusted = answer.task == self._task and answer.origin != "cache" and answer.rows is None
        return answer if trusted and self._valid.is_valid(answer.output) else None
