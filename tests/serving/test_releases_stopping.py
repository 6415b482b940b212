"""The sequential test: what it promises is tried out, with somebody looking after every single question."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise

import numpy
import pytest
from numpy.typing import NDArray

from serving.releases.evidence import BOUNDS_MS, Evidence, Outcome
from serving.releases.interval import Interval, bounds, share
from serving.releases.routing import chosen
from serving.releases.stopping import MEASURES, Rule, judge

ALPHA, QUESTIONS, RUNS = 0.05, 400, 1000
GOOD, BAD, SLOW = Outcome(False, 20.0, False, {}), Outcome(True, 20.0, False), Outcome(False, 900.0, False, {})
RULE = Rule(alpha=ALPHA, margin=0.05, minimum=200, slow_ms=500)


@lru_cache
def tables(alpha: float) -> tuple[NDArray[numpy.float64], NDArray[numpy.float64]]:
    """Lower and upper ends for every [count - 1, hits]: one look-up for each look at an experiment."""
    rows, hits = numpy.tril_indices(QUESTIONS, 1, QUESTIONS + 1)
    low, high = numpy.zeros((QUESTIONS, QUESTIONS + 1)), numpy.ones((QUESTIONS, QUESTIONS + 1))
    low[rows, hits], high[rows, hits] = bounds(hits.astype(float), rows + 1.0, alpha)
    return low, high


def running(share_of_bad: float, seed: int) -> NDArray[numpy.int64]:
    """[run, question]: bad ones until then."""
    draws = numpy.random.default_rng(seed).random((RUNS, QUESTIONS)) < share_of_bad
    return draws.cumsum(axis=1)


@pytest.mark.parametrize("bad", [0.002, 0.03, 0.2, 0.5])
def test_a_true_share_is_hardly_ever_outside_at_any_of_all_moments(bad: float) -> None:
    low, high = tables(ALPHA)
    seen, when = running(bad, seed=1), numpy.arange(QUESTIONS)
    outside = (low[when, seen] > bad) | (high[when, seen] < bad)
    ever = outside.any(axis=1).mean()
    assert 0 < ever <= ALPHA, "never would mean that the test cannot fail"


@pytest.mark.parametrize("bad", [0.002, 0.03, 0.2, 0.5])
def test_peeking_after_every_question_rolls_an_equal_release_back_in_at_most_alpha_of_all_runs(bad: float) -> None:
    low, high = tables(ALPHA / MEASURES / 2)
    when = numpy.arange(QUESTIONS)
    old, new = running(bad, seed=2), running(bad, seed=3)
    rolled_back = (low[when, new] - high[when, old] > 0).any(axis=1).mean()
    assert rolled_back <= ALPHA / MEASURES


def test_a_test_for_one_look_is_wrong_far_more_often_when_one_looks_all_the_time() -> None:
    # The same runs, with the usual z-test of two shares: what the sequence is there to prevent.
    old, new = running(0.2, seed=2), running(0.2, seed=3)
    count = numpy.arange(1, QUESTIONS + 1)
    pooled = (old + new) / (2 * count)
    error = numpy.sqrt(numpy.maximum(2 * pooled * (1 - pooled) / count, 1e-12))
    z = (new - old) / count / error
    assert (z[:, 30:] > 1.645).any(axis=1).mean() > 3 * ALPHA


def test_a_release_that_is_worse_by_the_margin_is_hardly_ever_promoted() -> None:
    low, high = tables(ALPHA / MEASURES / 2)
    when = numpy.arange(QUESTIONS)
    old, new = running(0.01, seed=4), running(0.01 + RULE.margin, seed=5)
    accepted = high[when, new] - low[when, old] <= RULE.margin
    assert accepted[:, RULE.minimum :].any(axis=1).mean() <= ALPHA / MEASURES


def test_a_release_that_is_much_worse_is_found_out_soon() -> None:
    low, high = tables(ALPHA / MEASURES / 2)
    when = numpy.arange(QUESTIONS)
    old, new = running(0.02, seed=6), running(0.3, seed=7)
    worse = low[when, new] - high[when, old] > 0
    assert worse[:, 149].mean() > 0.9, "150 questions each"


def test_an_equal_release_is_accepted_within_the_questions_that_the_docs_name() -> None:
    low, high = tables(ALPHA / MEASURES / 2)
    last = QUESTIONS - 1
    old, new = running(0.005, seed=8)[:, last], running(0.005, seed=9)[:, last]
    assert (high[last, new] - low[last, old] <= RULE.margin).mean() > 0.9, "400 questions each"


def test_the_interval_is_that_of_the_formula() -> None:
    # By hand for nothing among n: prior/posterior at p is B(1/2, n + 1/2) / B(1/2, 1/2) / (1 - p)^n.
    n, alpha = 50, 0.05
    log_beta = math.lgamma(0.5) + math.lgamma(n + 0.5) - math.lgamma(n + 1) - math.log(math.pi)
    expected = 1 - math.exp((log_beta + math.log(alpha)) / n)
    found = share(0, n, alpha)
    assert found.low == 0
    assert found.high == pytest.approx(expected, abs=1e-9)
    assert share(n, n, alpha) == Interval(1.0, pytest.approx(1 - expected, abs=1e-9), 1.0)


def test_intervals_narrow_and_hold_their_share() -> None:
    found = [share(n // 10, n, ALPHA) for n in (10, 100, 1000, 100_000)]
    assert all(one.low < one.value < one.high for one in found)
    assert all(later.high - later.low < one.high - one.low for one, later in pairwise(found))
    assert share(0, 0, ALPHA) == Interval(0.5, 0.0, 1.0)


def evidence(old: dict[Outcome, int] | list[tuple[Outcome, int]], new: list[tuple[Outcome, int]]) -> Evidence:
    made = Evidence()
    for version, outcomes in (("1.0.0", old), ("1.1.0", new)):
        for outcome, count in outcomes:
            for _ in range(count):
                made.add(version, outcome, RULE.slow_ms)
    return made


def test_too_few_questions_are_said_to_be_too_few() -> None:
    verdict = judge(evidence([(GOOD, 500)], [(GOOD, 40)]), "1.0.0", "1.1.0", RULE, shadow=False)
    assert (verdict.decision, verdict.reason) == ("wait", "not enough evidence: 40 questions of at least 200 each")


def test_what_is_not_decided_yet_is_said_with_its_interval() -> None:
    verdict = judge(evidence([(GOOD, 190), (BAD, 10)], [(GOOD, 190), (BAD, 10)]), "1.0.0", "1.1.0", RULE, False)
    assert verdict.decision == "wait"
    assert verdict.reason.startswith("not enough evidence: failed: between -")
    assert "allowed +5" in verdict.reason


def test_an_equal_release_is_promoted() -> None:
    verdict = judge(evidence([(GOOD, 990), (BAD, 10)], [(GOOD, 990), (BAD, 10)]), "1.0.0", "1.1.0", RULE, False)
    assert verdict.decision == "promote"
    assert {one.standing for one in verdict.comparisons} == {"acceptable"}


@pytest.mark.parametrize(
    ("spoilt", "said"),
    [
        (BAD, "failed: 50.0%"),
        (SLOW, "over 500 ms: 50.0%"),
        (replace(GOOD, disagreed=True), "readers disagree: 50.0%"),
    ],
)
def test_a_release_that_is_worse_in_one_thing_is_rolled_back_before_the_minimum(spoilt: Outcome, said: str) -> None:
    verdict = judge(evidence([(GOOD, 300)], [(GOOD, 20), (spoilt, 20)]), "1.0.0", "1.1.0", RULE, shadow=False)
    assert verdict.decision == "roll back"
    assert verdict.reason.startswith(said)
    assert "worse by" in verdict.reason


def test_a_release_that_is_worse_by_less_than_the_margin_is_not_rolled_back() -> None:
    many = evidence([(GOOD, 99_000), (BAD, 1000)], [(GOOD, 98_000), (BAD, 2000)])
    verdict = judge(many, "1.0.0", "1.1.0", RULE, shadow=False)
    assert verdict.comparisons[0].difference.low > 0
    assert verdict.decision == "promote"


def test_readers_that_only_one_release_has_are_not_compared() -> None:
    rules = replace(GOOD, disagreed=None)
    verdict = judge(evidence([(rules, 1000)], [(GOOD, 1000)]), "1.0.0", "1.1.0", RULE, shadow=False)
    assert [one.standing for one in verdict.comparisons] == ["acceptable", "acceptable", "not measured"]
    assert verdict.decision == "promote"


def test_a_shadow_is_judged_by_the_questions_that_only_one_got_wrong() -> None:
    made = Evidence()
    for first, second, count in ((GOOD, GOOD, 200), (BAD, BAD, 100)):
        for _ in range(count):
            made.add_pair("1.0.0", first, "1.1.0", second, RULE.slow_ms)
    verdict = judge(made, "1.0.0", "1.1.0", RULE, shadow=True)
    # As shares of two samples a third of failures would need thousands of questions.
    assert judge(made, "1.0.0", "1.1.0", RULE, shadow=False).decision == "wait"
    assert verdict.decision == "promote"
    for _ in range(30):
        made.add_pair("1.0.0", GOOD, "1.1.0", BAD, RULE.slow_ms)
    assert judge(made, "1.0.0", "1.1.0", RULE, shadow=True).decision == "roll back"


def test_a_shadow_is_not_judged_by_its_times() -> None:
    made = Evidence()
    for _ in range(300):
        made.add_pair("1.0.0", GOOD, "1.1.0", SLOW, RULE.slow_ms)
    verdict = judge(made, "1.0.0", "1.1.0", RULE, shadow=True)
    assert verdict.comparisons[1].new.value == 1.0
    assert verdict.comparisons[1].standing == "not measured"
    assert verdict.decision == "promote"


def test_evidence_adds_up_and_tells_quantiles() -> None:
    made = evidence([(GOOD, 98), (SLOW, 2)], []).plus(evidence([(GOOD, 100)], [(SLOW, 1)]))
    assert (made.of("1.0.0", "answers"), made.of("1.0.0", "slow")) == (200, 2)
    assert (made.quantile_ms("1.0.0", 0.5), made.quantile_ms("1.0.0", 0.995)) == (20, 1000)
    assert made.quantile_ms("9.9.9", 0.5) is None
    assert {20, 1000} < set(BOUNDS_MS)


@pytest.mark.parametrize("share_of_callers", [10, 50, 100])
def test_a_share_of_the_callers_is_chosen_and_stays_so(share_of_callers: int) -> None:
    callers = [f"key {number}" for number in range(20_000)]
    taken = {caller for caller in callers if chosen("salt", caller, share_of_callers)}
    assert len(taken) / len(callers) == pytest.approx(share_of_callers / 100, abs=0.01)
    assert taken == {caller for caller in callers if chosen("salt", caller, share_of_callers)}
    assert {caller for caller in callers if chosen("salt", caller, 10)} <= taken


def test_who_is_chosen_in_one_experiment_tells_nothing_about_the_next() -> None:
    callers = [f"key {number}" for number in range(20_000)]
    first = [caller for caller in callers if chosen("first", caller, 50)]
    both = [caller for caller in first if chosen("second", caller, 50)]
    assert len(both) / len(first) == pytest.approx(0.5, abs=0.02)
