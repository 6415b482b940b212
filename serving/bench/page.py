"""docs/benchmarks.md: every part as it was last measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from serving.bench.figures import Line, Part

MADE = "<!-- Written by `make bench`; run it again instead of changing figures. -->"
INTRODUCTION = """Every part is measured beside something else in the same run, in turns, since what a machine
does at the time changes all figures alike. Times are milliseconds; percentiles are nearest ranks of n requests.
Load goes to this machine only, and is bounded. `make bench` measures all parts but `identity`; `make bench
PARTS="gateway growth"` measures those; `make bench QUICK=1` takes a quarter of the requests."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A part with when and on what it was measured; `others` is the share of the processors that other programs
    took meanwhile."""

    part: Part
    when: str
    quick: bool
    others: float
    machine: dict[str, str]

    def as_json(self) -> dict[str, Any]:
        return {
            "part": self.part.as_json(),
            "when": self.when,
            "quick": self.quick,
            "others": self.others,
            "machine": self.machine,
        }

    @classmethod
    def from_json(cls, found: dict[str, Any]) -> Measured:
        return cls(**{**found, "part": Part.from_json(found["part"])})


def page(measured: Sequence[Measured], missing: Sequence[str], tried: str) -> str:
    """`missing` are parts that have not been measured; `tried` is a section of its own at the end."""
    blocks = ["# Benchmarks", MADE, INTRODUCTION]
    machines = list(dict.fromkeys(_machine(one.machine) for one in measured))
    blocks += [f"Measured on: {machine}." for machine in machines]
    for one in measured:
        blocks += _section(one)
    if missing:
        blocks.append(f'Not measured yet: {", ".join(missing)}. `make bench PARTS="{" ".join(missing)}"` does.')
    return "\n\n".join([*blocks, tried.strip()]) + "\n"


def _machine(machine: dict[str, str]) -> str:
    return ", ".join(
        f"{value}" if name in ("processor", "system") else f"{name} {value}" for name, value in machine.items()
    )


def _section(one: Measured) -> list[str]:
    part = one.part
    heading = f"## {part.title}"
    if part.skipped:
        return [heading, f"Not measured: {part.skipped}."]
    quick = ", quick" if one.quick else ""
    when = f"`make bench PARTS={part.name}`, {one.when}{quick}; other programs took {one.others:.0%} of the processors."
    return [heading, part.about, _table(part.lines), when]


def _table(lines: Sequence[Line]) -> str:
    rows = ["| what | n | p50 | p95 | p99 | | goal | |", "|---|---|---|---|---|---|---|---|"]
    return "\n".join([*rows, *(_row(line) for line in lines)])


def _row(line: Line) -> str:
    times = line.times
    figures = ["–"] * 4 if times is None else [str(times.n), *map(_shown, (times.p50, times.p95, times.p99))]
    met = "" if line.met is None else ("met" if line.met else "**missed**")
    return f"| {' | '.join([line.what, *figures, line.note, line.goal, met])} |"


def _shown(ms: float) -> str:
    return f"{ms:.0f}" if ms >= 100 else f"{ms:.1f}" if ms >= 10 else f"{ms:.2f}"
