"""Questions in small families that share everything but the word of one bound.

A bound must be learned by its word, not by where it stands: members of a family have the same technology,
place, figure and sentence, and say "over" or "under", "before" or "since".
"""

from __future__ import annotations

from random import Random

from tasks.fit_query.dataset import capacities, locations, nouns, periods, values
from tasks.fit_query.dataset.compose import register
from tasks.fit_query.dataset.frames import with_word
from tasks.fit_query.dataset.phrases import table
from tasks.fit_query.dataset.plan import Question, question
from tasks.fit_query.dataset.question import Clause, Marks
from tasks.fit_query.dataset.values import plain

# How many families there are; a data set of 40,000 holds two or three questions of each.
FAMILIES = 900
SIDES = {"capacity": ("min", "max"), "built": ("before", "after", "from", "to"), "remaining": ("min", "max")}


def contrast(rng: Random, marks: Marks) -> Question:
    """A question of some family: the family's own stream draws everything but the side and its word."""
    base = Random(f"contrast/{rng.randrange(FAMILIES)}")
    style = register(base)
    field = base.choices(list(SIDES), [58, 24, 18])[0]
    side = rng.choice(SIDES[field])
    parts, key = [_bound(base, rng, marks, style, field, side)], "-"
    if base.random() < 0.6:
        where, key = locations.where(base, marks, "one", style)
        parts.append(where)
    names = [] if base.random() < 0.12 else [nouns.technology(base)]
    return question(base, style, names, parts, place=key)


def _bound(base: Random, rng: Random, marks: Marks, style: str, field: str, side: str) -> Clause:
    """One bound: the family draws its value and frames, the question the words."""
    forms = _forms(base, rng, field, side)
    if field == "built":
        span = values.moment(base, style)
        slot, mark = marks.quote(span.text)
        return Clause("built", forms, {f"built_{side}": mark}, periods.answered(side, span), {"d": slot})
    if field == "remaining":
        time = values.length(base, style)
        slot, mark = marks.quote(time.text)
        answer = {f"fit_remaining_{side}_years": plain(time.years)}
        return Clause("remaining", forms, {f"remaining_{side}": mark}, answer, {"t": slot})
    one = capacities.limit(base, style)
    slot, mark = marks.quote(one.text)
    return Clause("capacity", forms, {f"capacity_{side}": mark}, {f"capacity_{side}_kw": plain(one.kw)}, {"n": slot})


def _forms(base: Random, rng: Random, field: str, side: str) -> dict[str, list[str]]:
    words = table("bound_words")[field]
    forms = {}
    for position, frames in words["frames"].items():
        kind = base.choice([kind for kind in frames if kind in words[side]])
        forms[position] = [with_word(base.choice(frames[kind]), rng.choice(words[side][kind]))]
    return forms
