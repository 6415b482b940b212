"""Two independent readers, one answer: which of model and rules to believe.

A pure function, so that the policy can be measured on labelled questions and exchanged
(`Answerer(..., decide=...)`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from tuneserve.task import Grounded, Problem

# Problems that speak against a reading: words of the input that it left out, values that rest on little.
EVIDENCE_AGAINST = frozenset({"unaccounted", "weak_evidence"})


@dataclass(frozen=True, slots=True)
class Decision:
    """Whom to believe; `doubt` is a problem to report unless both readers came to the same answer."""

    reader: Literal["model", "rules"]
    doubt: Problem | None = None


Policy = Callable[[Grounded, Grounded], Decision | None]

UNCONFIRMED = Problem("unconfirmed", "only one of the two readers could read this, so nothing confirms it")


def decide(model: Grounded, rules: Grounded) -> Decision | None:
    """Believes the reading with fewer signs against it, the rules' on a draw; None: neither can be used.

    A blocked reading loses: what it says was found to be untrue of the input or the data. On a draw the
    rules were right more often than the released model on the 320 development questions of the first
    task (298 against 294 right in all, docs/experiments.md): measure again when either changes.
    """
    if model.blocked and rules.blocked:
        return None
    if rules.blocked:
        return Decision("model", UNCONFIRMED)
    if model.blocked:
        return Decision("rules", UNCONFIRMED)
    if model.output == rules.output:
        return Decision("model")
    better: Literal["model", "rules"] = "model" if _signs_against(model) < _signs_against(rules) else "rules"
    return Decision(better, _disagreement(model, rules))


def _signs_against(grounded: Grounded) -> int:
    return sum(problem.code in EVIDENCE_AGAINST for problem in grounded.problems)


def _disagreement(model: Grounded, rules: Grounded) -> Problem:
    ours, theirs = model.output or {}, rules.output or {}
    fields = [name for name in sorted({*ours, *theirs}) if ours.get(name) != theirs.get(name)]
    return Problem("readers_disagree", f"model and rules read this differently: {', '.join(fields)}")
