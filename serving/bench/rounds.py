"""`in_turns`: several ways of answering, each asked the same questions in turns."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from serving.bench.machine import Meanwhile
from serving.bench.plan import Plan

MOST_ROUNDS = 3
QUIET = 0.05


@dataclass(frozen=True, slots=True)
class Written:
    """What one way of writing made of one question."""

    text: str
    finish: str
    confidence: float | None = None
    passes: int | None = None


Reader = Callable[[str], Written | None]


@dataclass(slots=True)
class Rounds:
    """What every way took (milliseconds) and wrote in the rounds that count; `told` says how many do not."""

    took: dict[str, list[float]]
    wrote: dict[str, list[Written | None]]
    told: str = ""

    @property
    def n(self) -> int:
        return len(next(iter(self.took.values())))

    def counted(self, quiet: Sequence[int], wanted: int) -> Rounds:
        """The `quiet` rounds alone, when there are as many as wanted."""
        whole = f"{len(quiet)} of {self.n} rounds were quiet (others took at most {QUIET:.0%} of the processors)"
        if len(quiet) < wanted:
            return Rounds(self.took, self.wrote, f"{whole}, too few: all are counted.")
        took = {name: [one[number] for number in quiet] for name, one in self.took.items()}
        wrote = {name: [one[number] for number in quiet] for name, one in self.wrote.items()}
        return Rounds(took, wrote, f"{whole} and are counted.")


def in_turns(plan: Plan, ways: Mapping[str, Reader], texts: Sequence[str], count: int, label: str) -> Rounds:
    """`count` rounds in which every way reads the same text; a way is first as often as it is last.

    A round in which other programs took more than a twentieth of the processors does not count and another text
    takes its place, while there are texts, three times `count` at most. When that will not be enough, all count.
    """
    for read in ways.values():
        read(plan.task.examples[0])
    rounds, quiet = Rounds({name: [] for name in ways}, {name: [] for name in ways}), []
    names = list(ways)
    with plan.progress.bar(label, count, unit="questions") as bar:
        for number, text in enumerate(texts[: MOST_ROUNDS * count]):
            first = number % len(names)
            meanwhile = Meanwhile()
            for name in names[first:] + names[:first]:
                began = time.perf_counter()
                written = ways[name](text)
                rounds.took[name].append((time.perf_counter() - began) * 1000)
                rounds.wrote[name].append(written)
            if meanwhile.others() <= QUIET:
                quiet.append(number)
                bar.advance()
            asked = number + 1
            if len(quiet) == count or (asked >= count and len(quiet) * MOST_ROUNDS < asked):
                break
    return rounds.counted(quiet, count)


def same(ours: Sequence[Written | None], theirs: Sequence[Written | None], *fields: str) -> int:
    """How many pairs agree in all `fields`."""
    return sum(
        a is not None and b is not None and all(getattr(a, field) == getattr(b, field) for field in fields)
        for a, b in zip(ours, theirs, strict=True)
    )


def passes_of(written: Sequence[Written | None]) -> int:
    return sum(one.passes or 0 for one in written if one is not None)
