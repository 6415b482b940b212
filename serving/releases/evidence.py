"""What is counted of two releases that are compared. Counts add up, in any order and from any gateway."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tuneserve.answer import Answer
from tuneserve.task import JsonObject

# Of one release: questions; those that failed, took too long, were read by two readers, were read differently.
ANSWERS, FAILED, SLOW, READ_TWICE, DISAGREED = "answers", "failed", "slow", "read_twice", "disagreed"
# Of questions that both releases were asked: how many, how many with the same output, and what this one did alone.
PAIRED, SAME, ONLY_FAILED, ONLY_DISAGREED = "paired", "same", "only_failed", "only_disagreed"
WITHIN = "within_"
# Upper bounds in milliseconds, for the report's p50 and p95; the last stands for everything above.
BOUNDS_MS = (1, 2, 5, 10, 20, 50, 100, 150, 200, 300, 500, 750, 1000, 1500, 2000, 5000, 10_000, 60_000, 600_000)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one question in one release.

    failed     there was no checked answer, or the release's model gave nothing usable and the rules stood in
    disagreed  whether model and rules read it differently; None where only one of them read it
    output     None without an answer
    """

    failed: bool
    ms: float
    disagreed: bool | None = None
    output: JsonObject | None = None

    @classmethod
    def of(cls, answer: Answer, two_readers: bool) -> Outcome:
        disagreed = None
        if two_readers and answer.engine_failure is None:
            disagreed = any(problem.code == "readers_disagree" for problem in answer.problems)
        ms = answer.took_ms.get("total", 0.0)
        return cls(answer.engine_failure is not None, ms, disagreed, answer.output)


@dataclass(slots=True)
class Evidence:
    """{(version, what): count} of one experiment. Not thread-safe: its owner holds a lock."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, version: str, outcome: Outcome, slow_ms: float) -> None:
        """One question of one release."""
        self.counts.update((version, what) for what in _told_by(outcome, slow_ms))

    def add_absence(self, version: str) -> None:
        """A question that the release should have answered, but its model was away."""
        self.counts.update([(version, ANSWERS), (version, FAILED)])

    def add_pair(self, champion: str, first: Outcome, challenger: str, second: Outcome, slow_ms: float) -> None:
        """One question that both releases were asked."""
        self.add(champion, first, slow_ms)
        self.add(challenger, second, slow_ms)
        same = first.output is not None and first.output == second.output
        self.counts.update([(challenger, PAIRED), *([(challenger, SAME)] if same else [])])
        for version, own, other in ((champion, first, second), (challenger, second, first)):
            if own.failed and not other.failed:
                self.counts[version, ONLY_FAILED] += 1
            if own.disagreed and other.disagreed is False:
                self.counts[version, ONLY_DISAGREED] += 1

    def of(self, version: str, what: str) -> int:
        return self.counts[version, what]

    def plus(self, other: Evidence) -> Evidence:
        return Evidence(self.counts + other.counts)

    def quantile_ms(self, version: str, part: float) -> int | None:
        """The bound of BOUNDS_MS below which `part` (of 1) of the release's answers came; None without any."""
        return _quantile({bound: self.counts[version, f"{WITHIN}{bound}"] for bound in BOUNDS_MS}, part)

    def __bool__(self) -> bool:
        return bool(self.counts)


def _told_by(outcome: Outcome, slow_ms: float) -> Iterator[str]:
    yield ANSWERS
    yield f"{WITHIN}{next((bound for bound in BOUNDS_MS if outcome.ms <= bound), BOUNDS_MS[-1])}"
    if outcome.failed:
        yield FAILED
    if outcome.ms > slow_ms:
        yield SLOW
    if outcome.disagreed is not None:
        yield READ_TWICE
    if outcome.disagreed:
        yield DISAGREED


def _quantile(counts: Mapping[int, int], part: float) -> int | None:
    wanted, seen = part * sum(counts.values()), 0
    for bound, count in counts.items():
        seen += count
        if count and seen >= wanted:
            return bound
    return None
