"""When is an answer right?"""

from __future__ import annotations

from tuneserve.task import JsonObject


def score(expected: JsonObject, got: JsonObject | None) -> dict[str, bool]:
    """{'exact', and one metric a field: right when both have the same value or neither has one}."""
    answer = got or {}
    marks = {name: expected.get(name) == answer.get(name) for name in ("people", "day", "screen")}
    return {"exact": got == expected, **marks}
