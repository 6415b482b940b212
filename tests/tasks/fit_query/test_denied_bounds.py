"""A denied bound is its contrary, to both readers: "mustn't be lower than 30 kW" is a minimum.

Every denial meets every comparison in many builds; no build may be read the wrong way round without a word.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import product
from typing import Any, NamedTuple

import pytest

from tasks.fit_query.ground import ground
from tasks.fit_query.rules import read

TODAY = date(2026, 11, 1)
DENIALS = (
    *("can't", "cant", "cannot", "mustn't", "mustnt", "shouldn't", "won't", "wont", "wouldn't", "couldn't"),
    *("may not", "must not", "should not", "will not", "never"),
    *("doesn't", "don't", "isn't", "aren't", "hasn't", "needn't"),
)
AMOUNT_VERBS = ("be", "have", "go", "sit at", "really be", "be anything")
DATE_VERBS = ("be", "be built", "have been commissioned", "be from")
LOW = ("less than", "under", "below", "smaller than", "lower than", "beneath", "lighter than")
HIGH = ("more than", "over", "above", "bigger than", "larger than", "higher than", "in excess of", "beyond")
EARLY = ("before", "earlier than", "older than", "prior to", "pre")
LATE = ("after", "later than", "newer than", "post")


class Denied(NamedTuple):
    """A question, the field that it asks for with its value, and the reading that has it the wrong way round."""

    text: str
    field: str
    value: Any
    turned: dict[str, Any]


def _denied(denial: str) -> Iterator[Denied]:
    plain = {"technology": "Wind", "location": "Kent"}
    for verb, word in product(AMOUNT_VERBS, LOW + HIGH):
        text = f"wind in Kent that {denial} {verb} {word} 300 kW"
        right, wrong = ("min", "max") if word in LOW else ("max", "min")
        yield Denied(text, f"capacity_{right}_kw", 300, plain | {f"capacity_{wrong}": "300 kW"})
    for verb, word in product(DATE_VERBS, EARLY + LATE):
        text = f"wind in Kent that {denial} {verb} {word} 2014"
        if word in EARLY:
            yield Denied(text, "commissioned_from", "2014-01-01", plain | {"built_before": "2014"})
        else:
            yield Denied(text, "commissioned_to", "2014-12-31", plain | {"built_after": "2014"})


@pytest.mark.parametrize("denial", DENIALS)
def test_the_rules_never_read_a_denied_bound_the_wrong_way_round(denial: str) -> None:
    wrong, right = [], 0
    for case in _denied(denial):
        reading = read(case.text, TODAY)
        output = ground(case.text, reading, TODAY).output if reading else None
        right += bool(output) and output.get(case.field) == case.value
        if output and "query_type" not in output and output.get(case.field) != case.value:
            wrong.append(case.text)
    assert not wrong
    assert right > 40


@pytest.mark.parametrize("denial", DENIALS)
def test_grounding_lets_no_denied_bound_pass_the_wrong_way_round(denial: str) -> None:
    passed = []
    for case in _denied(denial):
        grounded = ground(case.text, case.turned, TODAY)
        if grounded.output and not grounded.problems and grounded.output.get(case.field) != case.value:
            passed.append(case.text)
    assert not passed
