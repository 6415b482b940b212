"""When two releases have been compared for long enough: a sequential test that may be looked at all the time.

Three things must not get worse: the share of questions that fail, that take too long, and that model and
rules read differently. Of each difference (new less old) there is an interval that holds at every moment
(`interval.py`). The new release is

    worse       when the whole interval is above 0, and not wholly below the margin,
    acceptable  when the whole interval is below the margin,

and undecided otherwise. Worse in one thing: roll back. Acceptable in all, after a minimum of questions:
promote. Alpha is shared out over the things measured (Bonferroni), so that with all of them together

    P(a release that is as good as the old one is ever rolled back)      <= alpha,
    P(one that is worse by the margin or more in anything is promoted)   <= alpha.

Two ways of asking. Callers are split: each release has its own questions, and a difference is one of two
shares. A shadow is asked the same questions: a difference is that of the questions which only the one and
only the other got wrong, which takes far fewer of them when the two mostly agree.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from serving.releases.evidence import (
    ANSWERS,
    DISAGREED,
    FAILED,
    ONLY_DISAGREED,
    ONLY_FAILED,
    PAIRED,
    READ_TWICE,
    SLOW,
    Evidence,
)
from serving.releases.interval import Interval, share

Standing = Literal["worse", "acceptable", "undecided", "not measured"]
Decision = Literal["promote", "roll back", "wait"]
MEASURES = 3


@dataclass(frozen=True, slots=True)
class Rule:
    """
    alpha    chance of a wrong decision, of 1
    margin   by how much a share may be worse and still be accepted, of 1
    minimum  questions that each release must have answered before the new one is promoted
    slow_ms  from where an answer takes too long, in milliseconds
    """

    alpha: float = 0.05
    margin: float = 0.05
    minimum: int = 200
    slow_ms: float = 500.0

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Comparison:
    """One thing that must not get worse; shares are of bad cases, of 1."""

    what: str
    old: Interval
    new: Interval
    difference: Interval
    standing: Standing

    def as_json(self) -> dict[str, Any]:
        intervals = {"old": self.old, "new": self.new, "difference": self.difference}
        shown = {name: interval.as_json() for name, interval in intervals.items()}
        return {"what": self.what, **shown, "standing": self.standing}


@dataclass(frozen=True, slots=True)
class Verdict:
    decision: Decision
    reason: str
    comparisons: tuple[Comparison, ...]


def judge(evidence: Evidence, old: str, new: str, rule: Rule, shadow: bool) -> Verdict:
    """What the evidence says of version `new` against version `old` by now."""
    compared = _of_pairs(evidence, old, new, rule) if shadow else _of_shares(evidence, old, new, rule)
    worse = [one for one in compared if one.standing == "worse"]
    if worse:
        return Verdict("roll back", "; ".join(map(_worse, worse)), compared)
    fewest = min(evidence.of(old, ANSWERS), evidence.of(new, ANSWERS))
    if fewest < rule.minimum:
        return Verdict("wait", f"not enough evidence: {fewest} questions of at least {rule.minimum} each", compared)
    undecided = [one for one in compared if one.standing == "undecided"]
    if undecided:
        return Verdict("wait", "not enough evidence: " + "; ".join(_open(one, rule) for one in undecided), compared)
    points = rule.margin * 100
    return Verdict("promote", f"no worse by more than {points:g} points in anything measured", compared)


def _of_shares(evidence: Evidence, old: str, new: str, rule: Rule) -> tuple[Comparison, ...]:
    def compared(what: str, bad: str, of: str) -> Comparison:
        counts = [(evidence.of(version, bad), evidence.of(version, of)) for version in (old, new)]
        # Half of this measure's part of alpha for each of the two shares.
        ours, theirs = (share(hits, count, rule.alpha / MEASURES / 2) for hits, count in counts)
        # Questions that could not be read twice by the one cannot be compared with the other's.
        measured = of == ANSWERS or all(count for _, count in counts)
        difference = theirs.minus(ours)
        return Comparison(what, ours, theirs, difference, _standing(difference, rule, measured))

    return (
        compared("failed", FAILED, ANSWERS),
        compared(_slow(rule), SLOW, ANSWERS),
        compared("readers disagree", DISAGREED, READ_TWICE),
    )


def _of_pairs(evidence: Evidence, old: str, new: str, rule: Rule) -> tuple[Comparison, ...]:
    pairs = evidence.of(new, PAIRED)
    alpha = rule.alpha / MEASURES / 2

    def compared(what: str, alone: str, bad: str, of: str) -> Comparison:
        ours, theirs = (share(evidence.of(version, bad), evidence.of(version, of), alpha) for version in (old, new))
        alone_old, alone_new = (share(evidence.of(version, alone), pairs, alpha) for version in (old, new))
        difference = alone_new.minus(alone_old)
        measured = of == ANSWERS or all(evidence.of(version, of) for version in (old, new))
        return Comparison(what, ours, theirs, difference, _standing(difference, rule, measured))

    # A shadow works at low priority when nothing else is to be done: its times are shown and judge nothing.
    times = [share(evidence.of(version, SLOW), evidence.of(version, ANSWERS), alpha) for version in (old, new)]
    slow = Comparison(_slow(rule), times[0], times[1], times[1].minus(times[0]), "not measured")
    return (
        compared("failed", ONLY_FAILED, FAILED, ANSWERS),
        slow,
        compared("readers disagree", ONLY_DISAGREED, DISAGREED, READ_TWICE),
    )


def _standing(difference: Interval, rule: Rule, measured: bool) -> Standing:
    if not measured:
        return "not measured"
    if difference.high <= rule.margin:
        return "acceptable"
    return "worse" if difference.low > 0 else "undecided"


def _slow(rule: Rule) -> str:
    return f"over {rule.slow_ms:g} ms"


def _worse(one: Comparison) -> str:
    low, high = one.difference.low * 100, one.difference.high * 100
    return f"{one.what}: {one.new.value:.1%} against {one.old.value:.1%}, worse by {low:.1f} to {high:.1f} points"


def _open(one: Comparison, rule: Rule) -> str:
    low, high = one.difference.low * 100, one.difference.high * 100
    return f"{one.what}: between {low:+.1f} and {high:+.1f} points, allowed {rule.margin * 100:+g}"
