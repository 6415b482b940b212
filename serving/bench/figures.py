"""`Times` and `Line`: what was measured, and how a line of the benchmark's table says it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Times:
    """Percentiles (nearest rank) of `n` times in milliseconds."""

    n: int
    p50: float
    p95: float
    p99: float
    worst: float

    @classmethod
    def of(cls, milliseconds: Sequence[float]) -> Times:
        """Raises ValueError when there are none."""
        ranked = sorted(milliseconds)
        if not ranked:
            raise ValueError("nothing was measured")
        p50, p95, p99 = (percentile(ranked, share) for share in (0.5, 0.95, 0.99))
        return cls(len(ranked), p50, p95, p99, ranked[-1])


def percentile(ranked: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of the ranked values do not exceed."""
    return ranked[max(0, math.ceil(share * len(ranked)) - 1)]


def median_ratio(theirs: Sequence[float], ours: Sequence[float]) -> float:
    """Median over pairs of how many times as long theirs took: both of a pair were asked the same question."""
    return percentile(sorted(a / b for a, b in zip(theirs, ours, strict=True)), 0.5)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a table: what was measured, and the goal that it is held to, when there is one.

    `note` says what is beside the figures ('3.1 times as soon'); `met` whether the goal is, None without one.
    """

    what: str
    times: Times | None
    note: str = ""
    goal: str = ""
    met: bool | None = None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Part:
    """What one part of the benchmark found, or why it could not run (`skipped`)."""

    name: str
    title: str
    about: str
    lines: tuple[Line, ...] = ()
    skipped: str = ""
    more: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, found: dict[str, Any]) -> Part:
        lines = tuple(
            Line(**{**line, "times": None if line["times"] is None else Times(**line["times"])})
            for line in found["lines"]
        )
        return cls(**{**found, "lines": lines})
