from __future__ import annotations

import pytest

from tuneserve.example import Case
from tuneserve.paired import Paired, paired
from tuneserve.report import Reply, Report, score_replies
from tuneserve.task import load_task

TASK = load_task("_template")
CASES = [Case(f"a room for {n} people", {"people": n}) for n in range(2, 7)]


@pytest.mark.parametrize(
    ("only_first", "only_second", "p"),
    # Reference: R's binom.test(only_first, only_first + only_second)$p.value, to five places.
    [(5, 15, 0.04139), (15, 5, 0.04139), (0, 6, 0.03125), (1, 8, 0.03906), (10, 10, 1.0), (0, 1, 1.0), (0, 0, 1.0)],
)
def test_the_p_value_is_that_of_the_exact_binomial_test(only_first: int, only_second: int, p: float) -> None:
    assert Paired(100, only_first, only_second).p_value == pytest.approx(p, abs=5e-6)


def test_many_discordant_questions_do_not_overflow() -> None:
    assert Paired(5000, 2000, 2000).p_value == 1.0
    assert 0 < Paired(5000, 900, 1100).p_value < 1e-4


def test_only_questions_that_both_were_asked_are_counted() -> None:
    def right_for(numbers: set[int], cases: list[Case]) -> Report:
        replies = [(case, Reply(case.expected if case.expected["people"] in numbers else None)) for case in cases]
        return score_replies(TASK, replies)

    first, second = right_for({2, 3, 5}, CASES), right_for({3, 4}, CASES[:3])
    assert paired(first, second) == Paired(n=3, only_first=1, only_second=1)


def test_the_same_text_twice_is_two_questions() -> None:
    twice = [Case("friday", {"day": "friday"}), Case("friday", {"day": "monday"})]
    said = score_replies(TASK, [(case, Reply({"day": "friday"})) for case in twice])
    other = score_replies(TASK, [(case, Reply({"day": "monday"})) for case in twice])
    assert paired(said, other) == Paired(n=2, only_first=1, only_second=1)
