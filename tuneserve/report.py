"""`Report`: how often answers were right, with intervals, slices and every wrong case."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tuneserve.example import Case
from tuneserve.task import JsonObject, Task


@dataclass(frozen=True, slots=True)
class Share:
    """`hits` of `n`, with the 95 % Wilson score interval (Wilson 1927; z = 1.959964)."""

    hits: int
    n: int

    @property
    def value(self) -> float:
        return self.hits / self.n if self.n else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        if not self.n:
            return 0.0, 1.0
        z = 1.959964
        p, n = self.value, self.n
        middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return max(0.0, middle - half), min(1.0, middle + half)

    def as_json(self) -> JsonObject:
        low, high = self.interval
        return {
            "value": round(self.value, 4),
            "low": round(low, 4),
            "high": round(high, 4),
            "hits": self.hits,
            "n": self.n,
        }

    def __str__(self) -> str:
        low, high = self.interval
        return f"{100 * self.value:.1f} % ({100 * low:.1f} to {100 * high:.1f})"


@dataclass(frozen=True, slots=True)
class Scored:
    """One case with what was answered. `problems` holds the codes that the answer reported; `written` is
    the model's own text where it is known."""

    case: Case
    got: JsonObject | None
    marks: Mapping[str, bool]
    origin: str | None
    problems: Sequence[str]
    ms: float = 0.0
    written: str | None = None

    @property
    def silently_wrong(self) -> bool:
        """Wrong, and nothing was said that would have made the asker look twice."""
        return not self.marks["exact"] and self.got is not None and not self.problems

    def as_json(self) -> JsonObject:
        shown: JsonObject = {
            "query": self.case.query,
            "expected": self.case.expected,
            "got": self.got,
            "origin": self.origin,
            "problems": list(self.problems),
            "tags": list(self.case.tags),
        }
        return shown if self.written is None else {**shown, "written": self.written}


@dataclass(frozen=True, slots=True)
class Report:
    """Scores of one reader on one list of cases."""

    scored: Sequence[Scored]

    @property
    def n(self) -> int:
        return len(self.scored)

    def share(self, metric: str, tag: str | None = None) -> Share:
        marks = [
            row.marks[metric] for row in self.scored if metric in row.marks and (tag is None or tag in row.case.tags)
        ]
        return Share(sum(marks), len(marks))

    @property
    def metrics(self) -> list[str]:
        return sorted({metric for row in self.scored for metric in row.marks} - {"exact"})

    @property
    def tags(self) -> list[str]:
        return sorted({tag for row in self.scored for tag in row.case.tags})

    @property
    def silently_wrong(self) -> Share:
        """Wrong answers that came without a problem: the ones that cost the asker most."""
        return Share(sum(row.silently_wrong for row in self.scored), self.n)

    @property
    def unanswered(self) -> Share:
        return Share(sum(row.got is None for row in self.scored), self.n)

    @property
    def wrong(self) -> list[Scored]:
        return [row for row in self.scored if not row.marks["exact"]]

    def latency_ms(self) -> dict[str, float]:
        times = sorted(row.ms for row in self.scored)
        return {
            name: round(percentile(times, share), 2) for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))
        }

    def origins(self) -> dict[str, int]:
        counted: dict[str, int] = {}
        for row in self.scored:
            counted[row.origin or "none"] = counted.get(row.origin or "none", 0) + 1
        return counted

    def as_json(self) -> JsonObject:
        """The object of `tuneserve score --json`."""
        return {
            "n": self.n,
            "exact": self.share("exact").as_json(),
            "fields": {metric: self.share(metric).as_json() for metric in self.metrics},
            "slices": {tag: self.share("exact", tag).as_json() for tag in self.tags},
            "silently_wrong": self.silently_wrong.as_json(),
            "origins": self.origins(),
            "wrong": [row.as_json() for row in self.wrong],
            "latency_ms": self.latency_ms(),
        }


@dataclass(frozen=True, slots=True)
class Reply:
    """What a reader gave for one case: an output or None, who gave it, and the problem codes.

    `written` is the model's own text where it alone was judged.
    """

    output: JsonObject | None
    origin: str | None = None
    problems: Sequence[str] = field(default_factory=tuple)
    written: str | None = None


def score_cases(
    task: Task, cases: Iterable[Case], answer: Callable[[Case], Reply], each: Callable[[], Any] = lambda: None
) -> Report:
    """Asks `answer` for every case and scores it by the task; `each` is called after every case."""
    scored = []
    for case in cases:
        started = time.perf_counter()
        reply = answer(case)
        ms = (time.perf_counter() - started) * 1000
        scored.append(_scored(task, case, reply, ms))
        each()
    return Report(scored)


def score_replies(task: Task, replies: Iterable[tuple[Case, Reply]]) -> Report:
    """The report of replies that were collected before; it knows no latency."""
    return Report([_scored(task, case, reply, 0.0) for case, reply in replies])


def _scored(task: Task, case: Case, reply: Reply, ms: float) -> Scored:
    marks = task.score(case.expected, reply.output)
    return Scored(case, reply.output, marks, reply.origin, tuple(reply.problems), ms, reply.written)


def percentile(ordered: Sequence[float], share: float) -> float:
    """Nearest-rank percentile of values in ascending order; 0.0 for none."""
    if not ordered:
        return 0.0
    return ordered[min(len(ordered) - 1, max(0, math.ceil(share * len(ordered)) - 1))]
