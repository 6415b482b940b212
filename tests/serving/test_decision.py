"""Which of two readers is believed."""

from __future__ import annotations

import pytest

from serving.decision import UNCONFIRMED, Decision, decide
from tuneserve.task import Grounded, JsonObject, Problem

BLOCKING = Problem("not_in_text", "no", None, blocking=True)


def grounded(output: JsonObject | None, *codes: str) -> Grounded:
    return Grounded(output, problems=[Problem(code, code) for code in codes])


def test_agreement_is_the_model_s_answer() -> None:
    assert decide(grounded({"a": 1}, "unaccounted"), grounded({"a": 1})) == Decision("model")


@pytest.mark.parametrize("blocked", [Grounded(None), Grounded({"a": 2}, problems=[BLOCKING])])
def test_a_blocked_reading_loses_and_the_other_is_unconfirmed(blocked: Grounded) -> None:
    good = grounded({"a": 1}, "unaccounted", "weak_evidence")
    assert decide(blocked, good) == Decision("rules", UNCONFIRMED)
    assert decide(good, blocked) == Decision("model", UNCONFIRMED)
    assert decide(blocked, blocked) is None


def test_the_reading_with_fewer_signs_against_it_wins() -> None:
    poor = grounded({"a": 1, "b": 2}, "unaccounted", "weak_evidence")
    fair = grounded({"a": 3, "b": 2}, "unaccounted", "something_else", "another")
    for decision, winner in ((decide(poor, fair), "rules"), (decide(fair, poor), "model")):
        assert decision is not None
        assert decision.reader == winner
        assert decision.doubt is not None
        assert decision.doubt.code == "readers_disagree"
        assert decision.doubt.message.endswith("differently: a")


def test_a_draw_is_the_rules_and_still_reported() -> None:
    decision = decide(grounded({"a": 1}), grounded({"b": 1}))
    assert decision is not None
    assert decision.reader == "rules"
    assert decision.doubt is not None
    assert decision.doubt.message.endswith("a, b")
