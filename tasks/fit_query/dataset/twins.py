"""Questions that are answered though they look like refused ones: very short ones, and bounds said with a "not".

Their refused counterparts are in `phrases/refusals.toml` and `phrases/near_misses.txt`; the words here are in
`phrases/twins.toml`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from random import Random

from tasks.fit_query.dataset import capacities, locations, nouns, periods, values
from tasks.fit_query.dataset.compose import merged, register
from tasks.fit_query.dataset.phrases import said, table
from tasks.fit_query.dataset.places import names_with_care
from tasks.fit_query.dataset.plan import Question, names_of, question
from tasks.fit_query.dataset.question import Clause, Marks

BRIEF = {
    "technology": 10, "place": 32, "both": 32, "amount": 4, "amount_technology": 7, "postcode": 8,
    "postcode_technology": 7,
}  # fmt: skip
BESIDE_A_PLACE = re.compile(r"\b(in|near|round|around|nr|for|but|about|exists|what about)(?= \{p\})")


def brief(rng: Random, marks: Marks, kind: str | None = None) -> Question:
    """A question of one or two words, or little more: "solar?", "anything in Leeds"."""
    kind = kind or rng.choices(list(BRIEF), list(BRIEF.values()))[0]
    templates = table("twins")["brief"][kind]
    clauses, key = [], "-"
    names = [nouns.technology(rng)] if kind in ("technology", "both") or kind.endswith("_technology") else []
    if kind in ("place", "both"):
        clause, key = locations.where(rng, marks, "one")
        clauses.append(clause)
        if clause.answer.get("location", "").lower() in names_with_care("ordinary"):
            templates = [one for one in templates if BESIDE_A_PLACE.search(one)]
    if kind.startswith("postcode"):
        clause, key = locations.where(rng, marks, "postcode")
        clauses.append(clause)
    if kind.startswith("amount"):
        clauses.append(capacities.capacity(rng, marks, "plain", "exactly"))
    slots = {form: nouns.noun(rng, names, form) for form in ("plural", "mass")} | {"t": nouns.noun(rng, names, "bare")}
    for clause in clauses:
        slots |= clause.slots
    reading, answer = merged([nouns.what(names), *clauses])
    return Question(said(rng, templates, slots), reading, answer, "as written", f"brief:{kind}", key)


def negated(rng: Random, marks: Marks) -> Question:
    """A question with a bound that is worded like an exclusion: "but not over 50 kW", "nowhere else but Kent"."""
    style = register(rng)
    names = names_of(rng, none=0.2, two=0.04)
    kind = rng.choices(["not_over", "not_under", "not_before", "not_after", "nowhere_else"], [26, 22, 14, 14, 24])[0]
    forms = table("twins")[kind]
    where, key = locations.where(rng, marks, "one", style)
    if kind == "nowhere_else":
        parts = [replace(where, forms=forms)]
    else:
        parts = [_bound(rng, marks, style, kind, forms)]
        if rng.random() < 0.6:
            parts.append(where)
        else:
            key = "-"
    return question(rng, style, names, parts, place=key)


def _bound(rng: Random, marks: Marks, style: str, kind: str, forms: dict[str, list[str]]) -> Clause:
    if kind in ("not_over", "not_under"):
        amount = values.amount(rng, style)
        slot, mark = marks.quote(amount.text)
        side = "max" if kind == "not_over" else "min"
        answer = {f"capacity_{side}_kw": values.plain(amount.kw)}
        return Clause("capacity", forms, {f"capacity_{side}": mark}, answer, {"n": slot})
    side = "from" if kind == "not_before" else "to"
    span = values.moment(rng, style)
    slot, mark = marks.quote(span.text)
    return Clause("built", forms, {f"built_{side}": mark}, periods.answered(side, span), {"d": slot})
