"""Which of two readers is believed."""

from __future__ import annotations

import pytest

from serving.decision import CERTAIN, EVIDENCE_AGAINST, SURE, UNCONFIRMED, Decision, decide
from tuneserve.task import Evidence, Grounded, JsonObject, Problem

BLOCKING = Problem("not_in_text", "no", None, blocking=True)


def grounded(output: JsonObject | None, *codes: str) -> Grounded:
    return Grounded(output, problems=tuple(Problem(code, code) for code in codes))


def test_agreement_is_the_model_s_answer() -> None:
    assert decide(grounded({"a": 1}, "unaccounted"), grounded({"a": 1})) == Decision("model")


def test_a_mended_slip_that_the_rules_confirm_is_not_reported() -> None:
    decision = decide(grounded({"a": 1}, "repaired", "other"), grounded({"a": 1}))
    assert decision == Decision("model", None, grounded({"a": 1}, "other"))
    assert decide(grounded({"a": 1}, "repaired"), grounded({"a": 1}, "repaired")) == Decision("model")


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


@pytest.mark.parametrize("confidence", [CERTAIN - 0.001, 0.99, 0.5, None])
def test_a_doubted_refusal_loses_to_a_reading_unless_the_model_is_certain(confidence: float | None) -> None:
    refusal = grounded({"query_type": "unsupported"}, "doubtful_refusal")
    decision = decide(refusal, grounded({"a": 1}), confidence)
    assert decision is not None
    assert decision.reader == "rules"


@pytest.mark.parametrize("confidence", [CERTAIN, 1.0])
def test_a_certain_refusal_stands_and_is_reported(confidence: float) -> None:
    refusal = grounded({"query_type": "unsupported"}, "doubtful_refusal")
    decision = decide(refusal, grounded({"a": 1}), confidence)
    assert decision is not None
    assert decision.reader == "model"
    assert decision.doubt is not None


def test_everything_is_not_said_again_by_a_reading_with_fields() -> None:
    """No field at all is an answer of its own: all rows. That every reading has more does not make it better."""
    decision = decide(grounded({"query_type": "unsupported"}), grounded({}))
    assert decision is not None
    assert decision.reader == "rules"


@pytest.mark.parametrize(("confidence", "winner"), [(SURE, "model"), (SURE - 0.01, "rules"), (None, "rules")])
def test_on_a_draw_a_sure_model_wins(confidence: float | None, winner: str) -> None:
    decision = decide(grounded({"a": 1}), grounded({"b": 1}), confidence)
    assert decision is not None
    assert decision.reader == winner


@pytest.mark.parametrize("confidence", [1.0, 0.1, None])
def test_on_a_draw_the_reading_that_says_more_wins(confidence: float | None) -> None:
    less, more = {"a": 1}, {"a": 1, "b": 2}
    wider_rules = decide(grounded(less), grounded(more), confidence)
    wider_model = decide(grounded(more), grounded(less), confidence)
    assert wider_rules is not None
    assert wider_model is not None
    assert (wider_rules.reader, wider_model.reader) == ("rules", "model")


def test_being_sure_does_not_outweigh_signs_against_it() -> None:
    decision = decide(grounded({"a": 1}, "unaccounted"), grounded({"b": 1}), 1.0)
    assert decision is not None
    assert decision.reader == "rules"


@pytest.mark.parametrize("code", sorted(EVIDENCE_AGAINST))
def test_each_sign_against_a_reading_lets_the_other_win(code: str) -> None:
    decision = decide(grounded({"a": 1}), grounded({"b": 1}, code))
    assert decision is not None
    assert decision.reader == "model"


def reading(output: JsonObject, words: dict[str, str], *problems: Problem) -> Grounded:
    return Grounded(output, {name: Evidence("reader", words.get(name, name)) for name in output}, problems)


def left_out(words: str) -> Problem:
    return Problem("unaccounted", f"no field accounts for '{words}'")


WEAK = Problem("weak_evidence", "little speaks for it")


def test_what_the_believed_reading_left_out_is_taken_over_from_the_other() -> None:
    model = reading({"a": 1}, {}, left_out("Leeds"))
    rules = reading({"a": 2, "place": "LEEDS", "code": ["LS"]}, {"place": "leeds", "code": "Leeds"}, WEAK, WEAK)
    decision = decide(model, rules)
    assert decision is not None
    assert decision.reader == "model"
    assert decision.completed is not None
    assert decision.completed.output == {"a": 1, "place": "LEEDS", "code": ["LS"]}
    assert decision.completed.problems == ()
    assert decision.completed.fields["code"] == Evidence("reader", "Leeds")
    assert decision.from_other == {"place", "code"}


def test_fields_that_rest_on_other_words_are_not_taken_over() -> None:
    model = reading({"low": 100}, {"low": "100"}, left_out("2012"))
    rules = reading({"high": 100}, {"high": "100"}, WEAK, WEAK)
    decision = decide(model, rules)
    assert decision is not None
    assert (decision.completed, decision.from_other) == (None, frozenset())


def test_nothing_is_taken_over_for_words_that_both_left_out() -> None:
    model = reading({"a": 1}, {}, left_out("Leeds"))
    rules = reading({"b": 1, "c": 1}, {"c": "leeds"}, left_out("Leeds"), WEAK)
    decision = decide(model, rules)
    assert decision is not None
    assert decision.completed is None
