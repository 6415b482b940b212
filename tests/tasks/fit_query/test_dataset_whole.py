"""Questions that people wrote whole: what a line says follows from its slots and the words behind its arrow."""

from __future__ import annotations

import re
from random import Random
from typing import Any

import pytest

from tasks.fit_query.dataset import whole
from tasks.fit_query.dataset.periods import REFERENCE_DAY
from tasks.fit_query.dataset.phrases import lines
from tasks.fit_query.dataset.plan import Question
from tasks.fit_query.dataset.question import Marks, finished
from tasks.fit_query.ground import ground
from tuneserve.errors import DataError

LINES = [(file, line) for file in whole.FILES for line in lines(file)]


def asked(file: str, line: str, seed: int = 0) -> Question:
    return whole.filled_in(Random(seed), Marks(), whole.parsed(file, line), "plain")


def comparable(answer: dict[str, Any] | None) -> dict[str, Any]:
    return {key: sorted(value) if isinstance(value, list) else value for key, value in (answer or {}).items()}


def agrees(question: Question) -> bool:
    """Whether grounding makes the answer that the line says of the reading that it says."""
    text, reading = finished(question.text, question.reading)
    return comparable(ground(text, reading, REFERENCE_DAY).output) == comparable(question.answer)


def test_there_are_more_than_three_thousand_and_a_quarter_of_them_is_refused() -> None:
    refused = [line for file, line in LINES if whole.parsed(file, line).unsupported]
    assert len(LINES) > 3000
    assert 0.25 < len(refused) / len(LINES) < 0.4


def test_a_place_that_nobody_knows_is_copied_and_refused() -> None:
    question = asked("whole_corners", "{techs} in {elsewhere} over {min} =>")
    text, reading = finished(question.text, question.reading)
    assert reading["location"] in text
    assert question.answer == {"query_type": "unsupported"}
    assert agrees(question)


def test_no_line_stands_twice() -> None:
    templates = [whole.parsed(file, line).template for file, line in LINES]
    assert len(set(templates)) == len(templates)


def test_grounding_agrees_with_every_line() -> None:
    # Chance now and then draws values that mean something else together ("Battle" in a battle).
    wrong = [line for file, line in LINES if not any(agrees(asked(file, line, seed)) for seed in range(3))]
    assert wrong == []


def test_slots_and_arrow_make_reading_and_answer() -> None:
    line = "{n} {techs} in {place_b} or {place_a}, {min} or more, class of {in} => sort capacity desc, revenue"
    for seed in range(20):
        question = asked("whole_figures", line, seed)
        text, reading = finished(question.text, question.reading)
        first, second = reading["locations"]
        assert text.index(first) < text.index(second)
        assert question.answer["location"].count(", ") == 1
        assert (reading["sort"], reading["revenue"]) == ("capacity desc", True)
        assert reading["capacity_min"] in text
        assert reading["built_in"] in text
        assert question.answer["sort_by"] == "capacity"
        assert question.answer["limit"] >= 2


def test_two_amounts_and_two_dates_come_in_their_order() -> None:
    for seed in range(40):
        answer = asked("whole_figures", "{techs} over {min} and under {max}, {year_a} to {year_b} =>", seed).answer
        assert answer["capacity_min_kw"] < answer["capacity_max_kw"]
        assert answer["commissioned_from"] < answer["commissioned_to"]


def test_words_beside_an_id_add_nothing() -> None:
    question = asked("whole_corners", "the {exact} {single} in {place} is FIT {id} => rate")
    assert question.reading.keys() == {"fit_id", "query_type"}
    assert question.answer.keys() == {"fit_id", "query_type"}


def test_a_refused_line_quotes_nothing() -> None:
    question = asked("whole_corners", "{techs} within 5 miles of {place} => unsupported")
    assert question.reading == question.answer == {"query_type": "unsupported"}


def test_a_size_gives_way_to_a_figure() -> None:
    question = asked("whole_corners", "large {techs} over {min} => large")
    assert question.reading["size"] == "large"
    assert "capacity_max_kw" not in question.answer
    assert asked("whole_corners", "large {techs} => large").answer["capacity_min_kw"] == 500


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{techs} in {place}", "has no '=>'"),
        ("{techs} in {place} => biggest", "nothing is known as 'biggest'"),
        ("{techs} in {place} => by county", "nothing is known as 'by county'"),
        ("{techs} in {town} =>", "slot {town} has no value"),
    ],
)
def test_a_line_that_nobody_understands_is_named(line: str, told: str) -> None:
    with pytest.raises(DataError, match=re.escape(told)):
        asked("whole_figures", line)
