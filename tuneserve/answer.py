"""`Answer`: what the gateway, `ask` and the client give back for one input."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tuneserve.task import JsonObject, Problem, Rows

Origin = Literal["model", "repaired", "rules", "cache"]


@dataclass(frozen=True, slots=True)
class FieldSource:
    """Who gave a field's value, and the words of the input that it rests on."""

    source: Literal["model", "rules", "grounding"]
    evidence: str | None

    def as_json(self) -> JsonObject:
        return {"from": self.source, "evidence": self.evidence}


@dataclass(frozen=True, slots=True)
class Answer:
    """A checked answer. `output` is valid by the task's schema; times are in milliseconds.

    `alternative` is what the reader who was not believed made of the same input, when the two differ: for
    the query log, so that somebody can correct the one or the other. `engine_failure` is a code for why the
    model gave nothing usable, where it was asked and the rules answered. Callers are sent neither.
    """

    id: str
    task: str
    input: str
    output: JsonObject
    origin: Origin
    release: str
    fields: Mapping[str, FieldSource]
    problems: tuple[Problem, ...] = ()
    cached_from: Origin | None = None
    rows: Rows | None = None
    took_ms: Mapping[str, float] = field(default_factory=dict)
    alternative: JsonObject | None = None
    engine_failure: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The object that `POST /v1/tasks/{task}/answer` replies with."""
        shown: dict[str, Any] = {
            "id": self.id,
            "task": self.task,
            "input": self.input,
            "output": self.output,
            "origin": self.origin,
        }
        if self.cached_from:
            shown["cached_from"] = self.cached_from
        shown["release"] = self.release
        shown["fields"] = {name: source.as_json() for name, source in self.fields.items()}
        shown["problems"] = [problem.as_json() for problem in self.problems]
        if self.rows is not None:
            shown["rows"] = self.rows.as_json()
        shown["took_ms"] = dict(self.took_ms)
        return shown

    @classmethod
    def from_json(cls, shown: Mapping[str, Any]) -> Answer:
        """The answer that `as_json` showed; members that are not known here are left out.

        Raises KeyError, TypeError or AttributeError when it is no answer.
        """
        rows = shown.get("rows")
        return cls(
            id=shown["id"],
            task=shown["task"],
            input=shown["input"],
            output=dict(shown["output"]),
            origin=shown["origin"],
            release=shown["release"],
            fields={name: FieldSource(one["from"], one["evidence"]) for name, one in shown["fields"].items()},
            problems=tuple(problem_from_json(one) for one in shown["problems"]),
            cached_from=shown.get("cached_from"),
            rows=None if rows is None else Rows(rows["total"], rows["items"], rows.get("note"), rows.get("measure")),
            took_ms=dict(shown["took_ms"]),
        )


def problem_from_json(shown: Mapping[str, Any]) -> Problem:
    """The problem that `Problem.as_json` showed. Raises KeyError or TypeError when it is none."""
    return Problem(shown["code"], shown["message"], shown["field"])
