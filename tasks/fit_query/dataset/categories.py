"""One question of a category: which clauses it has and which register says it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from tasks.fit_query.dataset import clauses as make
from tasks.fit_query.dataset import comparison, refusal
from tasks.fit_query.dataset.compose import arranged, merged, register
from tasks.fit_query.dataset.phrases import expanded, lines, said, table
from tasks.fit_query.dataset.question import Clause, Marks


@dataclass(frozen=True, slots=True)
class Question:
    """A composed question: its text still holds marks; `family` and `place` make the group."""

    text: str
    reading: dict[str, Any]
    answer: dict[str, Any]
    style: str
    family: str
    place: str


def _question(
    rng: Random, style: str, names: list[str], parts: list[Clause], head: Clause | None = None, place: str = "-"
) -> Question:
    everything = [make.what(names), *parts, *([head] if head else [])]
    reading, answer = merged(everything)
    kinds = "+".join(sorted(clause.kind for clause in everything[1:])) or "noun"
    text = arranged(rng, style, names, parts, head)
    return Question(text, reading, answer, style, f"{style}:{kinds}", place)


def _names(rng: Random, none: float = 0.15, two: float = 0.06) -> list[str]:
    roll = rng.random()
    if roll < none:
        return []
    if roll < none + two:
        return make.technologies(rng, rng.choice([2, 2, 2, 3]))
    return [make.technology(rng)]


def _place(rng: Random, marks: Marks, chance: float) -> tuple[list[Clause], str]:
    if rng.random() >= chance:
        return [], "-"
    clause, key = make.where(rng, marks)
    return [clause], key


def _extra(rng: Random, marks: Marks, style: str, kinds: tuple[str, ...], count: int) -> list[Clause]:
    """`count` clauses of different kinds."""
    makers: dict[str, Callable[[], Clause]] = {
        "capacity": lambda: make.capacity(rng, marks, style),
        "built": lambda: make.built(rng, marks, style),
        "remaining": lambda: make.remaining(rng, marks, style),
        "repowering": make.repowering,
        "order": lambda: make.order(rng, marks, style),
        "revenue": lambda: make.revenue(rng),
        "size": lambda: make.size(rng),
    }
    chosen = rng.sample(list(kinds), min(count, len(kinds)))
    return [makers[kind]() for kind in chosen]


def basic(rng: Random, marks: Marks) -> Question:
    style = register(rng)
    if rng.random() < 0.12:
        text = expanded(rng, rng.choice(lines("everything")))
        return Question(text, {}, {}, "as written", "everything:" + text[:12], "-")
    names = _names(rng, none=0, two=0.35)
    parts = [make.where(rng, marks, "country")[0]] if rng.random() < 0.25 else []
    return _question(rng, style, names, parts)


def location(rng: Random, marks: Marks) -> Question:
    parts, key = _place(rng, marks, 1)
    names = _names(rng, none=0 if key == "UK" else 0.15)
    return _question(rng, register(rng), names, parts, place=key)


def capacity(rng: Random, marks: Marks) -> Question:
    style = register(rng)
    parts = [make.capacity(rng, marks, style)]
    if parts[0].kind == "capacity" and rng.random() < 0.05:
        parts.append(make.size(rng))
    return _question(rng, style, _names(rng, none=0.25), parts)


def combined(rng: Random, marks: Marks) -> Question:
    style = register(rng)
    parts, key = _place(rng, marks, 0.8)
    total = rng.choice([2, 2, 3, 3, 3, 4, 4, 5])
    kinds = ("capacity", "capacity", "built", "remaining", "order", "repowering", "revenue")
    kinds = tuple(dict.fromkeys(rng.sample(kinds, len(kinds))))
    extra = _extra(rng, marks, style, kinds, max(1, total - len(parts)))
    return _question(rng, style, _names(rng, none=0.12), [*parts, *extra], place=key)


def dates(rng: Random, marks: Marks) -> Question:
    style = register(rng)
    parts, key = _place(rng, marks, 0.35)
    return _question(rng, style, _names(rng), [*parts, make.built(rng, marks, style)], place=key)


def years_left(rng: Random, marks: Marks) -> Question:
    style = register(rng)
    parts, key = _place(rng, marks, 0.35)
    return _question(rng, style, _names(rng), [*parts, make.remaining(rng, marks, style)], place=key)


def sorting(rng: Random, marks: Marks) -> Question:
    style = register(rng)
    parts, key = _place(rng, marks, 0.55)
    extra = _extra(rng, marks, style, ("capacity", "built", "remaining"), 1) if rng.random() < 0.3 else []
    return _question(rng, style, _names(rng, none=0.2), [*parts, make.order(rng, marks, style), *extra], place=key)


def business(rng: Random, marks: Marks) -> Question:
    style = register(rng)
    parts, key = _place(rng, marks, 0.6)
    extra = _extra(rng, marks, style, ("capacity", "built", "remaining"), rng.choice([0, 0, 1, 1, 2]))
    if rng.random() < 0.5:
        return _question(rng, style, _names(rng), [*parts, *extra], make.revenue(rng), key)
    candidate = make.repowering()
    if rng.random() < 0.45:
        return _question(rng, style, _names(rng), [*parts, *extra], candidate, key)
    return _question(rng, style, _names(rng), [*parts, *extra, candidate], place=key)


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
        return _with_id(rng, marks, words[kind], fields, answer, kind)
    parts, key = _place(rng, marks, 0.6)
    extra = _extra(rng, marks, style, ("capacity", "built"), rng.choice([0, 0, 1]))
    if roll < 0.7:
        head = make.revenue(rng, regional=True)
    elif roll < 0.9:
        value = {"query_type": "fit_rate", "regional": True}
        head = Clause("rate", {"head": words["rate"]}, value, {"query_type": "fit_rate", "include_regional": True})
    else:
        head = Clause("regional", {"head": words["plain"]}, {"regional": True}, {"include_regional": True})
    return _question(rng, style, _names(rng), [*parts, *extra], head, key)


def fit_id(rng: Random) -> tuple[str, str]:
    """(as written, the id)."""
    number = str(
        rng.choice(
            [
                rng.randint(1, 99),
                rng.randint(100, 999),
                rng.randint(1000, 9999),
                rng.randint(10000, 99999),
                rng.randint(100000, 999999),
            ]
        )
    )
    return (number if rng.random() < 0.93 else number.zfill(len(number) + rng.randint(1, 3))), number


def _with_id(
    rng: Random, marks: Marks, templates: list[str], reading: dict[str, Any], answer: dict[str, Any], family: str
) -> Question:
    text, number = fit_id(rng)
    slot, mark = marks.quote(text)
    single = str(rng.choice(table("technology")[make.technology(rng)]["single"]))
    template = rng.choice(templates)
    question = said(rng, [template], {"id": slot, "single": single})
    return Question(
        question,
        {"fit_id": mark, **reading},
        {"fit_id": number, **answer},
        "plain",
        f"{family}:{template}",
        number[-2:],
    )


def fit_rate(rng: Random, marks: Marks) -> Question:
    words = table("rate")
    roll = rng.random()
    rate = {"query_type": "fit_rate"}
    if roll < 0.33:
        return _with_id(rng, marks, words["rate_id"]["head"], rate, rate, "rate_id")
    if roll < 0.38:
        return _with_id(rng, marks, words["rate_described"]["head"], rate, rate, "rate_described")
    if roll < 0.57:
        return _with_id(rng, marks, words["show_id"]["head"], {}, {}, "show_id")
    if roll < 0.61:
        return _with_id(rng, marks, words["show_described"]["head"], {}, {}, "show_described")
    if roll < 0.7:
        return _with_id(
            rng, marks, words["revenue_id"]["head"], {"revenue": True}, {"include_revenue": True}, "revenue_id"
        )
    style = register(rng)
    parts, key = _place(rng, marks, 0.3)
    extra = _extra(rng, marks, style, ("capacity", "built"), rng.choice([1, 1, 2]))
    return _question(rng, style, _names(rng, none=0.08, two=0), [*parts, *extra], make.rate_of_set(), key)


def aggregation(rng: Random, marks: Marks) -> Question:
    style = register(rng)
    parts, key = _place(rng, marks, 0.55)
    extra = _extra(rng, marks, style, ("capacity", "built", "remaining"), rng.choice([0, 0, 1, 1, 2]))
    names = _names(rng, none=0.25)
    roll = rng.random()
    if roll < 0.57:
        return _question(rng, style, names, [*parts, *extra], make.aggregate(rng), key)
    if roll < 0.78:
        by = make.group(rng)
        return _question(
            rng, style, names, [*parts[: rng.randint(0, 1)], *extra[:1], by], make.aggregate(rng), key if parts else "-"
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
        count, slots["k"], reading["limit"] = make.numbered(rng, marks, style, (2, 3, 5, 5, 10))
        answer["limit"] = count
        templates = words["most"]["top_count" if what == "count" else "top_total"]
    if not names:
        templates = [template for template in templates if "{mass}" not in template]
    if shape == "group_total" and not names and rng.random() < 0.6:
        templates = words["group_total"]["bare"]
    head = Clause("ranked", {"head": templates}, reading, answer, slots)
    return _question(rng, "plain" if style in ("box", "note", "last") else style, names, [*parts, *extra], head, key)


def compare(rng: Random, marks: Marks) -> Question:
    text, reading, answer, family, place = comparison.compared(rng, marks)
    style = "box" if " v" in text and rng.random() < 0.35 else "plain"
    return Question(text, reading, answer, style, family, place)


def _unknown(rng: Random, marks: Marks) -> Question:
    style = register(rng)
    place, key = make.where(rng, marks, "unknown")
    extra = _extra(
        rng,
        marks,
        style,
        ("capacity", "built", "remaining", "order", "repowering", "revenue"),
        rng.choice([0, 0, 1, 1, 2]),
    )
    head = rng.choice([None, None, None, make.aggregate(rng), make.rate_of_set()])
    return _question(rng, style, _names(rng), [place, *extra], head, key)


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
    "refusal": refused,
}
