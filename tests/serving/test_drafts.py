"""What the answer path gives the engine as a draft: the rules' reading, where rules may be asked at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from serving.answering import Answerer, Through
from serving.decision import Decision
from tests.serving.conftest import TASK, ScriptedEngine
from tuneserve.task import JsonObject


def drafts(task: Any = TASK, *texts: str, question: str = "how far is 3 km", through: Through = "gateway") -> list[Any]:
    """The drafts that an engine was given, one a call, when it writes `texts`."""
    engine = ScriptedEngine(*(texts or ('{"length":"3 km"}',)))
    Answerer(task, engine).answer(question, through=through)
    return [asked["draft"] for asked in engine.asked]


def test_the_rules_reading_is_the_draft() -> None:
    assert drafts() == ['{"length":"3 km"}']


def test_it_is_the_text_that_the_model_is_trained_to_write() -> None:
    """Keys in the schema's order, no blanks, letters as they are."""

    def other_order(text: str, today: date) -> JsonObject:
        return {"by_foot": True, "length": "3 km é"}

    task = replace(TASK, rules=other_order, ground=lambda text, reading, today: TASK.ground(text, {}, today))
    engine = ScriptedEngine("{}")
    with pytest.raises(Exception, match="no checked answer"):
        Answerer(task, engine).answer("3 km é")
    assert engine.asked[0]["draft"] == '{"length":"3 km é","by_foot":true}'


def test_through_the_model_no_rule_is_asked_and_there_is_no_draft() -> None:
    def never(text: str, today: date) -> JsonObject:
        raise AssertionError("a rule was asked")

    assert drafts(replace(TASK, rules=never), through="model") == [None]


def test_the_text_decides_not_the_draft() -> None:
    """Rules that read something else draft something else; what the model writes is what is answered."""
    engine = ScriptedEngine('{"length":"3 km"}')
    wrong = replace(TASK, rules=lambda text, today: {"length": "5 miles"})
    by_model = Answerer(wrong, engine).answer("3 km or 5 miles", through="model")
    believing = Answerer(wrong, engine, policy=lambda model, rules, sure: Decision("model"))
    by_gateway = believing.answer("3 km or 5 miles")
    assert [asked["draft"] for asked in engine.asked] == [None, '{"length":"5 miles"}']
    assert by_model.output == by_gateway.output == {"metres": 3000}


def test_without_rules_or_when_they_cannot_read_there_is_none() -> None:
    assert drafts(replace(TASK, rules=None)) == [None]
    assert drafts(TASK, '{"length":"3 km"}', question="3 km") == ['{"length":"3 km"}']
    given_up = replace(TASK, rules=lambda text, today: None)
    assert drafts(given_up) == [None]


def test_a_reading_that_is_none_is_no_draft() -> None:
    assert drafts(replace(TASK, rules=lambda text, today: {"height": "3 km"})) == [None]


def test_the_repair_has_the_same_draft() -> None:
    assert drafts(TASK, "prose", '{"length":"3 km"}') == ['{"length":"3 km"}'] * 2
