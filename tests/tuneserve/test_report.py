from __future__ import annotations

import pytest

from tuneserve.example import Case
from tuneserve.report import Reply, Share, percentile, score_cases
from tuneserve.task import load_task

TASK = load_task("_template")
CASES = [
    Case("a room for 8 people", {"people": 8}, ("people",)),
    Case("friday", {"day": "friday"}, ("day",)),
    Case("a room for 9 people", {"people": 9}, ("people",)),
]


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    # Reference: R's binom::binom.wilson(x, n), to four places.
    [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (8, 10, 0.4902, 0.9433), (95, 100, 0.8882, 0.9785)],
)
def test_the_wilson_interval_is_the_textbook_one(hits: int, n: int, low: float, high: float) -> None:
    assert Share(hits, n).interval == pytest.approx((low, high), abs=5e-5)


def test_no_cases_say_nothing() -> None:
    assert Share(0, 0).interval == (0.0, 1.0)


def answer(case: Case) -> Reply:
    text = case.query
    if "9" in text:
        return Reply({"people": 8}, "model")
    if "8" in text:
        return Reply({"people": 8}, "model")
    return Reply(None, None, ("nothing_understood",))


def test_exact_fields_slices_and_wrong_cases_are_counted() -> None:
    shown = score_cases(TASK, CASES, answer).as_json()
    assert shown["n"] == 3
    assert shown["exact"]["hits"] == 1
    assert shown["fields"]["people"]["hits"] == 2
    assert shown["slices"]["people"] == Share(1, 2).as_json()
    assert [wrong["query"] for wrong in shown["wrong"]] == ["friday", "a room for 9 people"]


def test_only_a_wrong_answer_without_a_problem_is_silently_wrong() -> None:
    assert score_cases(TASK, CASES, answer).silently_wrong == Share(1, 3)


def test_percentiles_are_nearest_rank() -> None:
    assert percentile([1, 2, 3, 4], 0.5) == 2
    assert percentile([1, 2, 3, 4], 0.95) == 4
    assert percentile([], 0.5) == 0.0
