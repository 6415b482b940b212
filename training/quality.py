"""Named rules that every example must pass; one that breaks a rule stops the build."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from training.leaks import normalised

if TYPE_CHECKING:
    from tuneserve.example import Example
    from tuneserve.task import JsonObject, Task

Rule = Callable[["Example"], str | None]


@dataclass(frozen=True, slots=True)
class Offence:
    rule: str
    example: Example
    what: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.example.id}: {self.example.text!r}: {self.what}"


def common_rules(task: Task) -> dict[str, Rule]:
    """The rules of every data set. Some remember what they saw: make them anew for each."""
    return {
        "asked as in serving": _asked_as_served(task),
        "target is what the model may write": _valid_target(task),
        "answer is valid": _valid_answer(task),
        "ids are unique": _unique_id(),
        "one text has one answer": _one_answer(),
    }


def offences(common: Mapping[str, Rule], own: Mapping[str, Rule], example: Example) -> list[Offence]:
    """What is wrong with the example. A task's own rules may rely on the common ones: they come after."""
    return _broken(common, example) or _broken(own, example)


def _broken(rules: Mapping[str, Rule], example: Example) -> list[Offence]:
    found = ((name, rule(example)) for name, rule in rules.items())
    return [Offence(name, example, what) for name, what in found if what is not None]


def _validator(schema: JsonObject) -> Any:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def _asked_as_served(task: Task) -> Rule:
    def rule(example: Example) -> str | None:
        roles = [message["role"] for message in example.messages]
        if roles != ["system", "user", "assistant"]:
            return f"roles are {roles}"
        return None if example.messages[0]["content"] == task.prompt else "its system message is not the task's prompt"

    return rule


def _valid_target(task: Task) -> Rule:
    validator = _validator(task.written_schema)

    def rule(example: Example) -> str | None:
        try:
            reading = json.loads(example.target)
        except ValueError as not_json:
            return f"not JSON: {not_json}"
        for error in validator.iter_errors(reading):
            return str(error.message)
        canonical = task.canonical(reading)
        return None if canonical == example.target else f"not canonical: expected {canonical}"

    return rule


def _valid_answer(task: Task) -> Rule:
    validator = _validator(task.schema)

    def rule(example: Example) -> str | None:
        return next((str(error.message) for error in validator.iter_errors(example.answer)), None)

    return rule


def _unique_id() -> Rule:
    seen: set[str] = set()

    def rule(example: Example) -> str | None:
        if example.id in seen:
            return "another example has the same id"
        seen.add(example.id)
        return None

    return rule


def _one_answer() -> Rule:
    seen: dict[str, JsonObject] = {}

    def rule(example: Example) -> str | None:
        first = seen.setdefault(normalised(example.text), example.answer)
        return None if first == example.answer else f"the same text was answered with {first} before"

    return rule
