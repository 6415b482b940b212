"""Requests that point back: "somebody mentioned Kent has wind farms, show me those over 500 kW".

What was told before names place and technology, and "those" makes both a filter. The words are in
`phrases/layouts.toml`.
"""

from __future__ import annotations

from random import Random

from tasks.fit_query.dataset.nouns import noun
from tasks.fit_query.dataset.phrases import said, table
from tasks.fit_query.dataset.question import Clause, text_of


def referred(rng: Random, names: list[str], clauses: list[Clause]) -> str | None:
    """The question with its place and technology told first, or None where it has not both."""
    place = next((clause for clause in clauses if clause.kind == "place" and "p" in clause.slots), None)
    if place is None or not names or place.has("story") or not place.has("post"):
        return None
    others = [clause for clause in clauses if clause is not place]
    if any(clause.number == "s" or clause.has("around") or not clause.has("post") for clause in others):
        return None
    words = table("layouts")["referred"]
    slots = {"p": place.slots["p"], "plural": noun(rng, names, "plural")}
    if not others:
        return said(rng, words["all"], slots)
    said_of = [form[5:] for clause in others[:1] for form in clause.forms.get("rel", ()) if form.startswith("that ")]
    if len(others) == 1 and said_of and rng.random() < 0.35:
        slots["pred"] = said(rng, said_of, others[0].slots)
        return said(rng, words["predicate"], slots)
    rng.shuffle(others)
    slots["rest"] = rng.choice([" ", " and "]).join(text_of(rng, clause, "post") for clause in others)
    return said(rng, words["rest"], slots)
