"""Comparisons of technologies or of places."""

from __future__ import annotations

from random import Random
from typing import Any

from tasks.fit_query.dataset import capacities, locations, nouns, periods, question
from tasks.fit_query.dataset.compose import merged, phrase_of
from tasks.fit_query.dataset.phrases import said, table
from tasks.fit_query.dataset.places import gazetteer
from tasks.fit_query.dataset.question import Clause, Marks

SHORT = {"count": "count", "total_capacity": "total", "average_capacity": "average"}


def compared(rng: Random, marks: Marks) -> tuple[str, dict[str, Any], dict[str, Any], str, str]:
    """(marked text, reading, answer, family, place key)."""
    reading: dict[str, Any] = {"query_type": "comparison"}
    if rng.random() < 0.22:
        reading["aggregate"] = rng.choice(list(SHORT))
    compared_by = _technologies if rng.random() < 0.5 else _places
    text, parts, family, place = compared_by(rng, marks, reading.get("aggregate"))
    more, answer = merged(parts)
    return text, reading | more, dict(reading) | answer, family, place


def _filters(rng: Random, marks: Marks, chance: float) -> list[Clause]:
    if rng.random() >= chance:
        return []
    makers = [
        lambda: capacities.capacity(rng, marks, "plain"),
        lambda: periods.built(rng, marks),
        lambda: periods.remaining(rng, marks, "plain"),
    ]
    return [rng.choice(makers)()]


def _technologies(rng: Random, marks: Marks, aggregate: str | None) -> tuple[str, list[Clause], str, str]:
    names = nouns.technologies(rng, 2 if aggregate or rng.random() < 0.85 else 3)
    form = "mass" if aggregate else rng.choice(["mass", "mass", "plural"])
    words = table("technology")
    slots = {key: str(rng.choice(words[name][form])) for key, name in zip("abc", names, strict=False)}
    parts, place = _filters(rng, marks, 0.3), "-"
    if rng.random() < 0.6:
        clause, place = locations.where(
            rng, marks, rng.choice(["one", "one", "one", "one", "postcode", "country", "several"])
        )
        parts.append(clause)
    rest = [question.text_of(rng, clause, "post" if clause.has("post") else "bare") for clause in parts]
    rng.shuffle(rest)
    phrases = table("comparison")
    templates = phrases["technologies"]["head" if len(names) == 2 else "more"]
    if aggregate:
        templates = phrases["aggregate"][f"tech_{SHORT[aggregate]}"]
    grouped: dict[str, Any] = {}
    if aggregate and rng.random() < 0.25:
        grouped = {"group_by": rng.choice(["region", "year", "postcode_area"])}
        templates = phrases["group"]["head"]
        slots |= {"agg": str(rng.choice(phrases["group"][aggregate])), "g": grouped["group_by"].replace("_", " ")}
    template = rng.choice([one for one in templates if rest or not one.startswith("{rest}")])
    text = said(rng, [template], {**slots, "rest": " ".join(rest)})
    return text, [nouns.what(names), *parts, Clause("group", {}, grouped, dict(grouped))], f"compare:{template}", place


def _places(rng: Random, marks: Marks, aggregate: str | None) -> tuple[str, list[Clause], str, str]:
    gaz, phrases = gazetteer(), table("comparison")
    count = 2 if aggregate or rng.random() < 0.85 else 3
    pool = gaz.large if rng.random() < 0.65 else [place for place in gaz.places if place.kind == "town"]
    chosen = rng.sample(pool, count)
    slots, named = {}, []
    for key, place in zip("abc", chosen, strict=False):
        slots[key], mark = locations.written(rng, place, marks)
        named.append(mark)
    names = [] if rng.random() < 0.12 else [nouns.technology(rng)]
    filters = _filters(rng, marks, 0.25)
    slots["set"] = phrase_of(rng, names, filters)
    slots["set_short"] = rng.choice(["those", "the ones", "sites"])
    where = Clause("place", {}, {"locations": named}, locations.located(chosen))
    templates = phrases["places"]["head" if count == 2 else "more"]
    if aggregate:
        templates = phrases["aggregate"][f"place_{SHORT[aggregate]}"]
    elif count == 2 and len(names) == 1 and rng.random() < 0.3:
        # the technology is said twice, once with each place
        templates = phrases["places"]["twice"]
        slots["x"] = nouns.noun(rng, names, "mass" if rng.random() < 0.7 else "plural")
        filters = []
    template = rng.choice(templates)
    return said(rng, [template], slots), [nouns.what(names), where, *filters], f"compare:{template}", chosen[0].name
