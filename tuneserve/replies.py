"""`Replies`: what one reader alone would have answered, for scoring: parsed, validated, grounded, nothing mended."""

from __future__ import annotations

from datetime import date

from jsonschema import Draft202012Validator

from tuneserve.reading import NotAReading, ReadingParser
from tuneserve.report import Reply
from tuneserve.task import JsonObject, Task


class Replies:
    """Makes replies for one task with the checks that the gateway makes; the validators are built once."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._parser = ReadingParser(task.written_schema)
        self._output = Draft202012Validator(task.schema)

    def of_text(self, question: str, written: str, today: date) -> Reply:
        """The reply when a model wrote `written` for `question`."""
        try:
            reading = self._parser.parse(written)
        except NotAReading as error:
            return Reply(None, "model", (error.code,), written)
        return self._grounded(question, reading, today, "model", written)

    def of_rules(self, question: str, today: date) -> Reply:
        """The reply of the task's rules; ('nothing_read',) when they could not read the question or there are none."""
        reading = self._task.rules(question, today) if self._task.rules else None
        if reading is None:
            return Reply(None, "rules", ("nothing_read",))
        try:
            self._parser.check(reading)
        except NotAReading as error:
            return Reply(None, "rules", (error.code,))
        return self._grounded(question, reading, today, "rules", None)

    def _grounded(self, question: str, reading: JsonObject, today: date, origin: str, written: str | None) -> Reply:
        grounded = self._task.ground(question, reading, today)
        codes = tuple(problem.code for problem in grounded.problems)
        if grounded.output is not None and not self._output.is_valid(grounded.output):
            return Reply(None, origin, (*codes, "invalid_output"), written)
        return Reply(None if grounded.blocked else grounded.output, origin, codes, written)
