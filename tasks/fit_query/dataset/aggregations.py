"""Counts, totals and averages, by group and ranked."""

from __future__ import annotations

from random import Random
from typing import Any

from tasks.fit_query.dataset import measures, orders
from tasks.fit_query.dataset.compose import register
from tasks.fit_query.dataset.phrases import table
from tasks.fit_query.dataset.plan import Question, filters, names_of, place_of, question
from tasks.fit_query.dataset.question import Clause, Marks


def aggregation(rng: Random, marks: Marks) -> Question:
    style = register(rng)
    parts, key = place_of(rng, marks, 0.55, style)
    extra = filters(rng, marks, style, ("capacity", "built", "remaining"), rng.choice([0, 0, 1, 1, 2]))
    names = names_of(rng, none=0.25)
    roll = rng.random()
    if roll < 0.57:
        return question(rng, style, names, [*parts, *extra], measures.aggregate(rng), key)
    if roll < 0.78:
        by = measures.group(rng)
        return question(
            rng,
            style,
            names,
            [*parts[: rng.randint(0, 1)], *extra[:1], by],
            measures.aggregate(rng),
            key if parts else "-",
        )
    return _ranked(rng, marks, style, names, parts, extra[:1], key)


def _ranked(
    rng: Random, marks: Marks, style: str, names: list[str], parts: list[Clause], extra: list[Clause], key: str
) -> Question:
    """A breakdown without a counting word, or the group with the most."""
    words = table("aggregate")
    kind = rng.choices(["technology", "region", "postcode_area", "year"], [20, 38, 20, 22])[0]
    shape = rng.choice(["group_count", "group_count", "group_total", "most", "most", "top"])
    if kind == "technology":
        names = []
    name, plural = kind.replace("_", " "), str(rng.choice(words["group_plurals"][kind]))
    what = (
        "count"
        if shape == "group_count"
        else "total_capacity"
        if shape == "group_total"
        else rng.choice(["count", "count", "total_capacity"])
    )
    reading: dict[str, Any] = {"aggregate": what, "group_by": kind}
    answer = {**reading, "query_type": "aggregation"}
    slots = {"g": name, "gs": plural}
    if shape in ("group_count", "group_total"):
        templates = words[shape]["head"]
        if not names:
            templates = [template for template in templates if "{mass}" not in template]
    elif shape == "most":
        templates = words["most"][what]
        reading["limit"], answer["limit"] = "1", 1
    else:
        count, slots["k"], reading["limit"] = orders.numbered(rng, marks, style, (2, 3, 5, 5, 10))
        answer["limit"] = count
        templates = words["most"]["top_count" if what == "count" else "top_total"]
    if not names:
        templates = [template for template in templates if "{mass}" not in template]
    if shape == "group_total" and not names and rng.random() < 0.6:
        templates = words["group_total"]["bare"]
    head = Clause("ranked", {"head": templates}, reading, answer, slots)
    return question(rng, "plain" if style in ("box", "note", "last") else style, names, [*parts, *extra], head, key)
