"""Two independent readers, one answer: which of model and rules to believe.

A pure function, so that the policy can be measured on labelled questions and exchanged
(`Answerer(..., policy=...)`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from tuneserve.task import Grounded, JsonObject, Problem

# Problems that speak against a reading: words of the input that it left out, values that rest on little,
# slips that grounding had to mend, and a refusal or an answer that the input does not look like.
EVIDENCE_AGAINST = frozenset({"unaccounted", "weak_evidence", "repaired", "doubtful_refusal", "doubtful_answer"})
# A refusal of what grounding sees to be a question of the task weighs as much as three slips of an answer.
DOUBTFUL_REFUSAL = "doubtful_refusal"
WEIGHTS = {DOUBTFUL_REFUSAL: 3}
# The probability from which a refusal of the model is no longer doubted. Of 43 doubted refusals of release 1.5.0 that
# the rules could read (3,200 questions by hand), the three surest were right (0.9995 and more), and the surest wrong
# one had 0.981; of 1.4.0 it had 0.9917, of earlier models up to 0.9983. Of 21 of 1.6.0 (1,025 opened questions) four
# of the five above it are right, the wrong one has 0.9968: measure it again when the model changes
# (docs/experiments.md).
CERTAIN = 0.995
# The probability that the model gives its own text from which it is believed on a draw.
SURE = 0.9

UNACCOUNTED, REPAIRED = "unaccounted", "repaired"


@dataclass(frozen=True, slots=True)
class Decision:
    """Whom to believe; `doubt` is a problem to report unless both readers came to the same answer.

    `completed` is what to answer instead of the believed reading as it is: with fields of the other one,
    named in `from_other`, that account for words it left out, or without notes that the other one settles.
    """

    reader: Literal["model", "rules"]
    doubt: Problem | None = None
    completed: Grounded | None = None
    from_other: frozenset[str] = frozenset()


# (the model's reading, the rules', how sure the model was of its text, of 1, or None where that is not known)
Policy = Callable[[Grounded, Grounded, float | None], Decision | None]

UNCONFIRMED = Problem("unconfirmed", "only one of the two readers could read this, so nothing confirms it")


def decide(model: Grounded, rules: Grounded, confidence: float | None = None) -> Decision | None:
    """Believes the reading with fewer signs against it; on a draw the one that says more, a sure model, or the rules.

    That a refusal is doubted is no sign against it where the model is certain. Says more: has all that the other
    one has, and a field besides. A reader drops a filter much more easily than grounding lets it invent one.

    None: neither can be used.

    A blocked reading loses: what it says was found to be untrue of the input or the data. What draws were
    worth is in docs/experiments.md: measure again when either reader changes.
    """
    if model.blocked and rules.blocked:
        return None
    if rules.blocked:
        return Decision("model", UNCONFIRMED)
    if model.blocked:
        return Decision("rules", UNCONFIRMED)
    if model.output == rules.output:
        return Decision("model", None, _confirmed(model, rules))
    certain = confidence is not None and confidence >= CERTAIN
    ours = _signs_against(model, EVIDENCE_AGAINST - {DOUBTFUL_REFUSAL} if certain else EVIDENCE_AGAINST)
    theirs = _signs_against(rules)
    better: Literal["model", "rules"] = "model" if ours < theirs else "rules"
    if ours == theirs:
        sure = confidence is not None and confidence >= SURE
        better = "rules" if _extends(rules, model) or not (sure or _extends(model, rules)) else "model"
    believed, other = (model, rules) if better == "model" else (rules, model)
    completed, names = _completed(believed, other)
    return Decision(better, _disagreement(model, rules), completed, names)


def _extends(wider: Grounded, other: Grounded) -> bool:
    """Whether `wider` has each field of `other` with its value, and more. Everything extends no field at all."""
    ours, theirs = wider.output or {}, other.output or {}
    return bool(theirs) and len(ours) > len(theirs) and all(ours.get(name) == value for name, value in theirs.items())


def _signs_against(grounded: Grounded, signs: frozenset[str] = EVIDENCE_AGAINST) -> int:
    return sum(WEIGHTS.get(one.code, 1) for one in grounded.problems if one.code in signs)


def _confirmed(model: Grounded, rules: Grounded) -> Grounded | None:
    """`model` without notes of mended slips, when the rules came to the same answer with nothing against it."""
    kept = tuple(problem for problem in model.problems if problem.code != REPAIRED)
    if len(kept) == len(model.problems) or _signs_against(rules):
        return None
    return replace(model, problems=kept)


def _completed(believed: Grounded, other: Grounded) -> tuple[Grounded | None, frozenset[str]]:
    """`believed` with the fields of `other` that rest on words which `believed` leaves unaccounted, and their names.

    Such a problem quotes the words in its message. A field that `believed` has is never replaced, and
    nothing is taken over when the other reading leaves out the same words.
    """
    output = dict(believed.output or {})
    fields, problems = dict(believed.fields), []
    left_by_other = {problem.message for problem in other.problems if problem.code == UNACCOUNTED}
    for problem in believed.problems:
        added = {}
        if problem.code == UNACCOUNTED and problem.message not in left_by_other:
            added = _resting_on(problem.message, other, output)
        output |= added
        fields |= {name: other.fields[name] for name in added}
        problems += [] if added else [problem]
    names = frozenset(output) - frozenset(believed.output or {})
    if not names:
        return None, names
    order = [*(other.output or {}), *output]
    ordered = {name: output[name] for name in dict.fromkeys(order) if name in output}
    return Grounded(ordered, fields, tuple(problems)), names


def _resting_on(message: str, other: Grounded, output: JsonObject) -> JsonObject:
    """The fields of `other` that `output` lacks and that rest on words which `message` quotes, or on such a field."""
    missing = {name: value for name, value in (other.output or {}).items() if name not in output}
    found: JsonObject = {}
    words = {name: (other.fields[name].text or "").casefold() for name in missing if name in other.fields}
    for name, text in words.items():
        if text and f"'{text}'" in message.casefold():
            found[name] = missing[name]
    values = {str(value).casefold() for value in found.values()}
    found |= {name: missing[name] for name, text in words.items() if text in values}
    return found


def _disagreement(model: Grounded, rules: Grounded) -> Problem:
    ours, theirs = model.output or {}, rules.output or {}
    fields = [name for name in sorted({*ours, *theirs}) if ours.get(name) != theirs.get(name)]
    return Problem("readers_disagree", f"model and rules read this differently: {', '.join(fields)}")
