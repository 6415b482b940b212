"""`Choice`: which file type a run is served in, by what each one costs in right answers.

The configured type is taken only if it loses at most one point of exact matches against float16 on the
questions that people wrote for the task; else the next larger one is tried, up to float16 itself.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tuneserve.errors import ConversionError
from tuneserve.manifest import write_json
from tuneserve.paired import paired
from tuneserve.progress import Progress
from tuneserve.report import Report, Share
from tuneserve.task import JsonObject

CHOICE = "quantization.json"
UNQUANTISED = "f16"
LADDER = ("q4_k_m", "q5_k_m", "q6_k", "q8_0", UNQUANTISED)  # from small to large
MOST_LOST = 1  # percentage points of exact matches, against f16


@dataclass(frozen=True, slots=True)
class Choice:
    """`exact` holds the exact matches of f16 and of each type that was tried; empty when f16 was configured."""

    configured: str
    chosen: str
    exact: dict[str, Share]

    def as_json(self) -> JsonObject:
        exact = {name: share.as_json() for name, share in self.exact.items()}
        return {"configured": self.configured, "chosen": self.chosen, "most_points_lost": MOST_LOST, "exact": exact}


def choose(configured: str, scored: Callable[[str], Report], progress: Progress) -> Choice:
    """The smallest type from `configured` on that loses at most MOST_LOST points; says what each lost.

    scored  file type -> its report, all on the same questions; called for the types that are tried only
    """
    if configured == UNQUANTISED:
        return Choice(configured, UNQUANTISED, {})
    whole = scored(UNQUANTISED)
    exact = {UNQUANTISED: whole.share("exact")}
    for name in _tried(configured):
        report = scored(name)
        exact[name] = report.share("exact")
        lost, n = exact[UNQUANTISED].hits - exact[name].hits, exact[name].n
        # In whole numbers: 0.95 - 0.94 is a little more than 0.01.
        enough = 100 * lost <= MOST_LOST * n
        test = paired(whole, report)
        progress.say(
            f"  {name}: {exact[name].hits} of {n} right, f16 {exact[UNQUANTISED].hits};"
            f" {100 * lost / n:.1f} points lost"
        )
        progress.say(
            f"    right in f16 alone {test.only_first}, in {name} alone {test.only_second}, p = {test.p_value:.3f};"
            f" {'taken' if enough else f'more than {MOST_LOST} point, so the next larger'}"
        )
        if enough:
            return Choice(configured, name, exact)
    progress.say(f"  f16 is taken: each smaller type loses more than {MOST_LOST} point")
    return Choice(configured, UNQUANTISED, exact)


def _tried(configured: str) -> tuple[str, ...]:
    """The types from small to large; behind one that is none of the ladder comes the largest."""
    quantised = LADDER[:-1]
    return quantised[quantised.index(configured) :] if configured in quantised else (configured, quantised[-1])


def write_choice(folder: Path, choice: Choice) -> None:
    write_json(folder / CHOICE, choice.as_json())


def read_choice(folder: Path) -> Choice:
    """The choice of a converted run. Raises ConversionError when it is missing or damaged."""
    path = folder / CHOICE
    try:
        row = json.loads(path.read_text(encoding="utf-8"))
        exact = {name: Share(share["hits"], share["n"]) for name, share in row["exact"].items()}
        return Choice(row["configured"], row["chosen"], exact)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConversionError(f"{path}: says no file type ({error!r}); run: tuneserve convert TASK --force") from error
