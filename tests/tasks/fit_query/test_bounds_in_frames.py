"""Amounts and times left in many builds of a bound: neither reader may be wrong without a word.

A frame says which bound its words ask for; amounts in many spellings stand in each. The rules may leave a build
unread, but what they read is right, and grounding keeps the right reading.
"""

from __future__ import annotations

from datetime import date
from itertools import product
from typing import Any

import pytest

from tasks.fit_query.ground import ground
from tasks.fit_query.rules import read

TODAY = date(2026, 11, 1)
PLAIN = {"technology": "Wind", "location": "Kent"}
AMOUNTS = {
    "1.25 meg": 1250,
    "2.50MW": 2500,
    "10.30 kW": 10.3,
    "1,200 kw": 1200,
    "0.75 m w": 750,
    "11.45 megawatts": 11450,
}
TIMES = {
    "5 years": 5,
    "18 months": 1.5,
    "3.5 yrs": 3.5,
    "five years": 5,
    "a year": 1,
    "two and a half years": 2.5,
    "7y": 7,
}
OF_CAPACITY = {
    "max": (
        *(
            "wind in Kent capped at {x}",
            "wind in Kent topping out at {x}",
            "wind in Kent, at {x} max",
            "{x} or less wind kent",
        ),
        *("wind in Kent of up to {x}", "limit of {x} wind kent", "wind in Kent limited to {x}", "wind kent, {x} tops"),
        *("wind kent, {x} is the maximum", "wind kent, {x} being the most", "wind kent, {x} at a push"),
        *("wind kent, {x} upper limit", "wind kent, {x} as a ceiling", "wind kent, nowt over {x}"),
        *("wind kent, nothing with more than {x}", "wind kent, anything over {x} is out"),
    ),
    "min": (
        *("wind in Kent at over {x}", "wind in Kent at {x} or more", "wind in Kent starting at {x}", "{x}+ wind kent"),
        *("wind in Kent of {x} and up", "wind kent, {x} is the minimum", "wind kent, {x} being the least"),
        *("wind kent, {x} bottom limit", "wind kent, {x} as a floor", "wind kent that clear {x}"),
        *("wind kent, nothing with less than {x}", "wind kent, if it's under {x} I'm not interested"),
    ),
    "exactly": ("wind in Kent at {x}", "wind rated at {x} in Kent", "wind, Kent, @ {x}", "{x} wind Kent"),
}
OF_TIME = {
    "max": (
        *("wind in Kent with {x} left", "wind in Kent with under {x} to go", "wind in Kent expiring within {x}"),
        *("wind Kent, {x} or less on the FIT", "wind kent {x} left max", "wind kent, no more than {x} left"),
        *("wind kent whose FIT ends inside {x}", "wind kent, less than {x} remaining on the tariff"),
        *("wind kent, nothing with more than {x} left", "wind kent, can't have more than {x} to go"),
    ),
    "min": (
        *("wind in Kent with at least {x} left", "wind in Kent with over {x} to run", "wind kent {x} left min"),
        *(
            "wind Kent, {x} or more of support left",
            "wind kent, no less than {x} left",
            "wind kent, {x} left or better",
        ),
        *("wind kent good for another {x}", "wind kent, nothing with less than {x} left"),
        *("wind kent, mustn't have less than {x} left",),
    ),
}


def _cases() -> list[tuple[str, str, float, str]]:
    """(question, key of the reading, value, what is quoted)."""
    found = []
    for kind, frames, values in (("capacity", OF_CAPACITY, AMOUNTS), ("remaining", OF_TIME, TIMES)):
        for bound, builds in frames.items():
            for build, (words, value) in product(builds, values.items()):
                found.append((build.format(x=words), f"{kind}_{bound}", float(value), words))
    return found


def _expected(key: str, value: float) -> dict[str, Any]:
    kind, bound = key.split("_")
    name = "capacity_{}_kw" if kind == "capacity" else "fit_remaining_{}_years"
    return {name.format(end): value for end in (("min", "max") if bound == "exactly" else (bound,))}


def _bounds(output: dict[str, Any]) -> dict[str, Any]:
    return {
        key: value for key, value in output.items() if key.startswith(("capacity", "fit_remaining", "commissioned"))
    }


@pytest.mark.parametrize("key", sorted({case[1] for case in _cases()}))
def test_the_rules_read_each_build_rightly_or_not_at_all(key: str) -> None:
    wrong, right = [], 0
    cases = [case for case in _cases() if case[1] == key]
    for text, _, value, _ in cases:
        reading = read(text, TODAY)
        output = ground(text, reading, TODAY).output if reading else None
        if output and "query_type" not in output:
            right += _bounds(output) == _expected(key, value)
            wrong += [text] if _bounds(output) != _expected(key, value) else []
    assert not wrong
    assert right > 0.9 * len(cases)


@pytest.mark.parametrize("key", sorted({case[1] for case in _cases()}))
def test_grounding_keeps_the_right_reading_of_each_build(key: str) -> None:
    wrong = []
    for text, _, value, words in (case for case in _cases() if case[1] == key):
        output = ground(text, PLAIN | {key: words}, TODAY).output
        if output is None or _bounds(output) != _expected(key, value):
            wrong.append(text)
    assert not wrong
