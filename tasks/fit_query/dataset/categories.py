"""One question of a category: which clauses it has and which register says it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

from tasks.fit_query.dataset import capacities, comparison, locations, measures, nouns, orders, periods, refusal, twins
from tasks.fit_query.dataset.aggregations import aggregation
from tasks.fit_query.dataset.compose import merged, register
from tasks.fit_query.dataset.contrasts import contrast
from tasks.fit_query.dataset.phrases import expanded, lines, said, table
from tasks.fit_query.dataset.plan import Question, filters, names_of, place_of, question, with_id
from tasks.fit_query.dataset.question import Clause, Marks
from tasks.fit_query.dataset.whole import whole


def basic(rng: Random, marks: Marks) -> Question:
    style = register(rng)
    if rng.random() < 0.12:
        text = expanded(rng, rng.choice(lines("everything")))
        return Question(text, {}, {}, "as written", "everything:" + text[:12], "-")
    if rng.random() < 0.15:
        return twins.brief(rng, marks, "technology")
    names = names_of(rng, none=0, two=0.35)
    parts = [locations.where(rng, marks, "country")[0]] if rng.random() < 0.25 else []
    return question(rng, style, names, parts)


def location(rng: Random, marks: Marks) -> Question:
    if rng.random() < 0.24:
        return twins.brief(rng, marks)
    style = register(rng)
    parts, key = place_of(rng, marks, 1, style)
    names = names_of(rng, none=0 if key == "UK" else 0.15)
    return question(rng, style, names, parts, place=key)


def capacity(rng: Random, marks: Marks) -> Question:
    if rng.random() < 0.15:
        return twins.negated(rng, marks)
    style = register(rng)
    parts = [capacities.capacity(rng, marks, style)]
    if parts[0].kind == "capacity" and rng.random() < 0.05:
        parts.append(capacities.size(rng))
    return question(rng, style, names_of(rng, none=0.25), parts)


def combined(rng: Random, marks: Marks) -> Question:
    style = register(rng)
    parts, key = place_of(rng, marks, 0.8, style)
    total = rng.choice([2, 2, 3, 3, 3, 4, 4])
    kinds = ("capacity", "built", "remaining", "order", "repowering", "revenue")
    extra = filters(rng, marks, style, kinds, max(1, total - len(parts)))
    return question(rng, style, names_of(rng, none=0.12), [*parts, *extra], place=key)


def dates(rng: Random, marks: Marks) -> Question:
    style = register(rng)
    parts, key = place_of(rng, marks, 0.35, style)
    return question(rng, style, names_of(rng), [*parts, periods.built(rng, marks, style)], place=key)


def years_left(rng: Random, marks: Marks) -> Question:
    style = register(rng)
    parts, key = place_of(rng, marks, 0.35, style)
    return question(rng, style, names_of(rng), [*parts, periods.remaining(rng, marks, style)], place=key)


def sorting(rng: Random, marks: Marks) -> Question:
    style = register(rng)
    parts, key = place_of(rng, marks, 0.55, style)
    extra = filters(rng, marks, style, ("capacity", "built", "remaining"), 1) if rng.random() < 0.3 else []
    return question(rng, style, names_of(rng, none=0.2), [*parts, orders.order(rng, marks, style), *extra], place=key)


def business(rng: Random, marks: Marks) -> Question:
    style = register(rng)
    parts, key = place_of(rng, marks, 0.6, style)
    extra = filters(rng, marks, style, ("capacity", "built", "remaining"), rng.choice([0, 0, 1, 1, 2]))
    if rng.random() < 0.5:
        return question(rng, style, names_of(rng), [*parts, *extra], measures.revenue(rng), key)
    candidate = measures.repowering()
    if rng.random() < 0.45:
        return question(rng, style, names_of(rng), [*parts, *extra], candidate, key)
    return question(rng, style, names_of(rng), [*parts, *extra, candidate], place=key)


def regional(rng: Random, marks: Marks) -> Question:
    style = register(rng)
    words = table("rate")["regional"]
    roll = rng.random()
    if roll < 0.12:
        kind = rng.choice(["revenue_id", "rate_id"])
        fields: dict[str, Any] = {"regional": True}
        answer: dict[str, Any] = {"include_regional": True}
        if kind == "revenue_id":
            fields["revenue"] = answer["include_revenue"] = True
        else:
            fields["query_type"] = answer["query_type"] = "fit_rate"
        return with_id(rng, marks, words[kind], fields, answer, kind)
    parts, key = place_of(rng, marks, 0.6, style)
    extra = filters(rng, marks, style, ("capacity", "built"), rng.choice([0, 0, 1]))
    if roll < 0.7:
        head = measures.revenue(rng, regional=True)
    elif roll < 0.9:
        value = {"query_type": "fit_rate", "regional": True}
        forms = {"head": words["rate"], "bare": words["rate_bare"]}
        head = Clause("rate", forms, value, {"query_type": "fit_rate", "include_regional": True})
    else:
        head = Clause("regional", {"head": words["plain"]}, {"regional": True}, {"include_regional": True})
    return question(rng, style, names_of(rng), [*parts, *extra], head, key)


def fit_rate(rng: Random, marks: Marks) -> Question:
    words = table("rate")
    roll = rng.random()
    rate = {"query_type": "fit_rate"}
    if roll < 0.29:
        return with_id(rng, marks, words["rate_id"]["head"], rate, rate, "rate_id")
    if roll < 0.34:
        return with_id(rng, marks, words["rate_described"]["head"], rate, rate, "rate_described")
    if roll < 0.51:
        return with_id(rng, marks, words["show_id"]["head"], {}, {}, "show_id")
    if roll < 0.55:
        return with_id(rng, marks, words["show_described"]["head"], {}, {}, "show_described")
    if roll < 0.64:
        return with_id(
            rng, marks, words["revenue_id"]["head"], {"revenue": True}, {"include_revenue": True}, "revenue_id"
        )
    if roll < 0.82:
        return _rate_of_one(rng, marks)
    style = register(rng)
    parts, key = place_of(rng, marks, 0.3, style)
    extra = filters(rng, marks, style, ("capacity", "built"), rng.choice([1, 1, 2]))
    return question(rng, style, names_of(rng, none=0.08, two=0), [*parts, *extra], measures.rate_of_set(), key)


def _rate_of_one(rng: Random, marks: Marks) -> Question:
    """The rate of a plant of which only size and perhaps date and place are told: what looks most like an id's."""
    words = table("rate")["rate_single"]
    names = [nouns.technology(rng)]
    size = capacities.capacity(rng, marks, "plain", "exactly")
    clauses, more, key = [size, measures.rate_of_set()], "", "-"
    if rng.random() < 0.8:
        built = periods.built(rng, marks, "plain", "in")
        clauses.append(built)
        more = _behind(said(rng, words["built"], built.slots))
    if rng.random() < 0.25:
        place, key = locations.where(rng, marks, "one")
        clauses.append(place)
        more = _behind(said(rng, words["where"], place.slots)) + more
    reading, answer = merged([nouns.what(names), *clauses])
    template = rng.choice(words["head"])
    text = said(rng, [template], {"size": size.slots["n"], "single": nouns.noun(rng, names, "single"), "more": more})
    return Question(text, reading, answer, "plain", f"rate_single:{template}", key)


def _behind(words: str) -> str:
    return words if words.startswith(",") else f" {words}"


def compare(rng: Random, marks: Marks) -> Question:
    text, reading, answer, family, place = comparison.compared(rng, marks)
    style = "box" if " v" in text and rng.random() < 0.35 else "plain"
    return Question(text, reading, answer, style, family, place)


def everyday(rng: Random, marks: Marks) -> Question:
    """What most people ask most often: a technology, a place by its own name, one thing more, no clutter around it."""
    style = rng.choices(["plain", "box", "fronted", "polite"], [66, 22, 6, 6])[0]
    parts, key = [], "-"
    if rng.random() < 0.82:
        clause, key = locations.known(rng, marks)
        parts.append(clause)
    wanted = rng.choices(
        ["nothing", "aggregate", "grouped", "order", "capacity", "built", "remaining", "revenue"],
        [12, 27, 13, 22, 12, 8, 4, 2],
    )[0]
    # "Show sites" with nothing more would be a request for everything, which has words of its own.
    names = names_of(rng, none=0.14 if parts or wanted != "nothing" else 0, two=0.05)
    head = None
    if wanted in ("aggregate", "grouped"):
        head = _commonest(measures.aggregate(rng))
        parts += [measures.group(rng)] if wanted == "grouped" else []
    elif wanted != "nothing":
        parts += filters(rng, marks, style, (wanted,), 1)
    parts = [_commonest(clause) for clause in parts]
    asked = question(rng, style, names, parts, head, key)
    return replace(asked, style="as written", family=f"everyday:{asked.family}")


def _commonest(clause: Clause) -> Clause:
    """The clause with the first phrases of each position: tables begin with what is said most."""
    return replace(clause, forms={position: phrases[:5] for position, phrases in clause.forms.items()})


def _unknown(rng: Random, marks: Marks) -> Question:
    style = register(rng)
    place, key = locations.where(rng, marks, "unknown", style)
    extra = filters(
        rng,
        marks,
        style,
        ("capacity", "built", "remaining", "order", "repowering", "revenue"),
        rng.choice([0, 0, 1, 1, 2]),
    )
    head = rng.choice([None, None, None, measures.aggregate(rng), measures.rate_of_set()])
    return question(rng, style, names_of(rng), [place, *extra], head, key)


def refused(rng: Random, marks: Marks) -> Question:
    kind = rng.choices(["poison", "injected", "unknown", "text"], [28, 15, 12, 45])[0]
    if kind == "unknown":
        return _unknown(rng, marks)
    if kind == "text":
        text, family = refusal.refused(rng)
    else:
        makers = (location, capacity, combined, dates, sorting, aggregation, years_left, business, fit_rate)
        text, family = refusal.spoilt(rng, rng.choice(makers)(rng, marks).text, kind)
    unsupported = {"query_type": "unsupported"}
    return Question(text, unsupported, dict(unsupported), "plain", family, "-")


CATEGORIES: dict[str, Callable[[Random, Marks], Question]] = {
    "basic": basic,
    "location": location,
    "capacity": capacity,
    "combined": combined,
    "fit_rate": fit_rate,
    "regional": regional,
    "aggregation": aggregation,
    "comparison": compare,
    "business": business,
    "dates": dates,
    "sorting": sorting,
    "years_left": years_left,
    "contrast": contrast,
    "everyday": everyday,
    "whole": whole,
    "refusal": refused,
}
