"""`Judge`: what a reply of the gateway was, and what is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from jsonschema import Draft202012Validator

from serving import shapes
from serving.problem import MEDIA_TYPE
from serving.task_routes import LINES
from tuneserve.task import JsonObject, Task

# A refusal for a reason on the gateway's side that is meant to happen; any other 5xx is a fault.
PLANNED = ("queue-full", "stopping", "database-unavailable", "engine-")


@dataclass(frozen=True, slots=True)
class Verdict:
    """`kind` is an answer's origin, a problem's slug or 'status N'; `wrong` is '' when all is as published."""

    kind: str
    wrong: str = ""
    answer: JsonObject | None = None


class Judge:
    """Knows the published shapes and the schemas of these tasks."""

    def __init__(self, tasks: Iterable[Task]) -> None:
        self._outputs = {task.name: Draft202012Validator(task.schema) for task in tasks}
        self._answer = Draft202012Validator(shapes.ANSWER)
        self._problem = Draft202012Validator(shapes.PROBLEM)
        self._completion = Draft202012Validator(shapes.COMPLETION)
        self._readiness = Draft202012Validator(shapes.READINESS)

    def reply(self, method: str, status: int, headers: Mapping[str, str], body: bytes) -> Verdict:
        """Of one request; header names in lower case."""
        media_type = headers.get("content-type", "").partition(";")[0]
        if "x-request-id" not in headers:
            return Verdict(f"status {status}", "there is no X-Request-ID")
        if method == "HEAD":
            return Verdict(f"status {status}", "a body in reply to HEAD" if body else "")
        if media_type == MEDIA_TYPE:
            return self._refused(status, headers, body)
        if status == 503 and not _first_error(self._readiness, _parsed(body)):
            return Verdict("not ready")  # /readyz while the breaker is open: its own shape, as published
        if status >= 400:
            return Verdict(f"status {status}", f"an error of type {media_type or 'none'}")
        if media_type == LINES:
            return self._batch(body)
        if media_type != "application/json":
            return Verdict(f"status {status}")
        found = _parsed(body)
        if isinstance(found, dict) and "output" in found:
            return self._answered(found)
        if isinstance(found, dict) and found.get("object") == "chat.completion":
            return self._completed(found)
        return Verdict(f"status {status}", "" if isinstance(found, dict) else "JSON that is no object")

    def _answered(self, found: JsonObject) -> Verdict:
        wrong = _first_error(self._answer, found) or self._output(str(found.get("task")), found.get("output"))
        return Verdict(str(found.get("origin")), wrong, found)

    def _output(self, task: str, output: Any) -> str:
        if task not in self._outputs:
            return f"an answer of a task that is not served: {task}"
        return _first_error(self._outputs[task], output)

    def _completed(self, found: JsonObject) -> Verdict:
        wrong = _first_error(self._completion, found)
        if not wrong:
            wrong = self._output(found["model"], _parsed(found["choices"][0]["message"]["content"].encode()))
        return Verdict("completion", wrong)

    def _refused(self, status: int, headers: Mapping[str, str], body: bytes) -> Verdict:
        found = _parsed(body)
        slug = str(found.get("type", "")).rpartition(":")[2] if isinstance(found, dict) else "none"
        wrong = _first_error(self._problem, found)
        if not wrong and (found["status"], found["request_id"]) != (status, headers["x-request-id"]):
            wrong = "the problem's status or request_id is not that of the reply"
        if not wrong and status in (429, 503) and not headers.get("retry-after", "").isdigit():
            wrong = "there is no Retry-After"
        return Verdict(slug, wrong or unplanned(status, slug))

    def _batch(self, body: bytes) -> Verdict:
        for line in body.splitlines():
            found = _parsed(line)
            if isinstance(found, dict) and "output" in found:
                wrong = self._answered(found).wrong
            else:
                wrong = _first_error(self._problem, found)
                wrong = wrong or unplanned(found["status"], found["type"].rpartition(":")[2])
            if wrong:
                return Verdict("batch", wrong)
        return Verdict("batch")


def unplanned(status: int, slug: str) -> str:
    """Says so when this refusal should never happen."""
    return f"an unplanned {status}: {slug}" if status >= 500 and not slug.startswith(PLANNED) else ""


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _first_error(validator: Draft202012Validator, found: Any) -> str:
    error = next(validator.iter_errors(found), None)
    if error is None:
        return ""
    where = "/".join(map(str, error.absolute_path)) or "the whole"
    return f"{where} breaks '{error.validator}' of its schema"
