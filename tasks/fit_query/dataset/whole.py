"""Questions written whole, with slots for their values (`phrases/whole_*.txt`).

What the composed questions lack is the build of a question as one mind makes it: where the filters stand, what is
left out, what is said twice. A line names each value by what it means ("{min}", "{place}") and says behind its
arrow what no slot can ("=> count, by region"), so that reading and answer follow from the line by themselves.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any

from tasks.fit_query.dataset import locations, nouns, orders, periods, values
from tasks.fit_query.dataset.asides import bracketed
from tasks.fit_query.dataset.capacities import SIZES
from tasks.fit_query.dataset.compose import merged
from tasks.fit_query.dataset.nouns import TECHNOLOGIES
from tasks.fit_query.dataset.phrases import SLOT, expanded, filled, lines, table
from tasks.fit_query.dataset.places import Place, gazetteer, names_with_care
from tasks.fit_query.dataset.plan import Question, fit_id
from tasks.fit_query.dataset.question import Clause, Marks
from tasks.fit_query.dataset.values import plain
from tuneserve.errors import DataError

ARROW = "=>"
# Files of whole questions, each with the registers in which its questions may be typed.
FILES = {
    "whole_search_box": ("box",),
    "whole_chatty": ("dictated", "chatty", "plain"),
    "whole_figures": ("plain",),
    "whole_corners": ("plain", "plain", "box"),
    "whole_plain": ("as written", "plain", "box"),
}
# Slots of one technology, each with the form of its noun.
FORMS = {"techs": "plural", "tech": "mass", "single": "single"}
# How often a search box says "pv" where elsewhere "solar farms" would stand.
TERSE = 0.35
GROUPS = {"technology": "technology", "region": "region", "area": "postcode_area", "year": "year"}
SORTS = {"capacity": "capacity", "date": "commissioning_date", "left": "fit_remaining"}
AGGREGATES = {"count": "count", "total": "total_capacity", "average": "average_capacity"}
VOWEL = re.compile(r"\b([Aa]) (?=(?:AD|AC|anaerobic|on-farm|agricultural|ad)\b)")


@dataclass(frozen=True, slots=True)
class Whole:
    """One line: the template, and the clauses behind its arrow."""

    template: str
    told: tuple[Clause, ...]
    technologies: tuple[str, ...]
    unsupported: bool


def whole(rng: Random, marks: Marks) -> Question:
    """One of the lines with its slots filled."""
    shares = table("shares")["whole"]
    file = rng.choices(list(FILES), [shares[name] for name in FILES])[0]
    line = rng.choice(_written(file))
    return filled_in(rng, marks, line, rng.choice(FILES[file]))


def filled_in(rng: Random, marks: Marks, line: Whole, style: str) -> Question:
    """The line as a question of that register; raises DataError on a slot that nothing fills."""
    template = expanded(rng, line.template)
    slots: dict[str, str] = {}
    clauses: list[Clause] = []
    wanted = list(dict.fromkeys(SLOT.findall(template)))
    for fill in (_nouns, _places, _amounts, _days, _rows):
        more, meant = fill(rng, marks, wanted, style)
        slots |= more
        clauses += meant
    if "id" in wanted:
        # With an id, words that describe the same installation add nothing.
        clauses = [clause for clause in clauses if clause.kind == "id"]
    elif line.technologies:
        clauses.append(nouns.what(list(line.technologies)))
    text = bracketed(VOWEL.sub(r"\1n ", filled(template, slots)))
    family = f"whole:{line.template[:48]}"
    if line.unsupported:
        refused = {"query_type": "unsupported"}
        return Question(text, refused, dict(refused), style, family, "-")
    reading, answer = merged([*clauses, *line.told])
    return Question(text, reading, answer, style, family, str(answer.get("location", "-")))


@cache
def _written(file: str) -> tuple[Whole, ...]:
    return tuple(parsed(file, line) for line in lines(file))


def parsed(file: str, line: str) -> Whole:
    """The line's template and meaning; raises DataError on a word that the arrow does not know."""
    template, arrow, behind = line.rpartition(ARROW)
    if not arrow:
        raise DataError(f"{file}.txt: '{line}' has no '{ARROW}'")
    told: list[Clause] = []
    technologies: list[str] = []
    words = [word.strip() for word in behind.split(",") if word.strip()]
    for word in words:
        kind, _, rest = word.partition(" ")
        if kind == "tech" and rest in TECHNOLOGIES:
            technologies.append(rest)
        elif word != "unsupported":
            told.append(_told(file, line, word))
    if any(clause.reading.get("query_type") == "comparison" for clause in told):
        # A comparison that counts stays a comparison.
        told.sort(key=lambda clause: "query_type" in clause.reading)
    return Whole(template.strip(), tuple(told), tuple(technologies), "unsupported" in words)


def _told(file: str, line: str, word: str) -> Clause:
    kind, _, rest = word.partition(" ")
    if word in AGGREGATES:
        value = AGGREGATES[word]
        return Clause("aggregate", {}, {"aggregate": value}, {"aggregate": value, "query_type": "aggregation"})
    if kind == "by" and rest in GROUPS:
        return Clause("group", {}, {"group_by": GROUPS[rest]}, {"group_by": GROUPS[rest]})
    if kind == "sort" and rest.split(" ")[0] in SORTS:
        by, direction = rest.split(" ")
        return Clause(
            "order", {}, {"sort": f"{SORTS[by]} {direction}"}, {"sort_by": SORTS[by], "sort_order": direction}
        )
    if word in SIZES:
        return Clause("size", {}, {"size": word}, dict(SIZES[word]))
    plainly: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
        "one": ({"limit": "1"}, {"limit": 1}),
        "rate": ({"query_type": "fit_rate"}, {"query_type": "fit_rate"}),
        "comparison": ({"query_type": "comparison"}, {"query_type": "comparison"}),
        "repowering": ({"repowering": True}, {"query_intent": "repowering_opportunities"}),
        "revenue": ({"revenue": True}, {"include_revenue": True}),
        "regional": ({"regional": True}, {"include_regional": True}),
    }
    if word not in plainly:
        raise DataError(f"{file}.txt: '{line}': nothing is known as '{word}'")
    return Clause(word, {}, *plainly[word])


Filled = tuple[dict[str, str], list[Clause]]


def _nouns(rng: Random, _marks: Marks, wanted: list[str], style: str) -> Filled:
    pair = [slot for slot in wanted if slot in ("tech_a", "tech_b")]
    if pair:
        names = nouns.technologies(rng, 2)
        return {slot: nouns.noun(rng, [name], "mass") for slot, name in zip(pair, names, strict=True)}, [
            nouns.what(names)
        ]
    forms = {slot: form for slot, form in FORMS.items() if slot in wanted}
    if not forms:
        return {}, []
    names = [nouns.technology(rng)]
    if style == "box" and "techs" in forms and rng.random() < TERSE:
        forms["techs"] = "terse"
    return {slot: nouns.noun(rng, names, form) for slot, form in forms.items()}, [nouns.what(names)]


def _places(rng: Random, marks: Marks, wanted: list[str], style: str) -> Filled:
    gaz = gazetteer()
    slots: dict[str, str] = {}
    clauses: list[Clause] = []
    if "own" in wanted:
        slots["own"] = gaz.spelt(rng, gaz.place(rng))
    if "elsewhere" in wanted:
        # No reader can know all places: it copies the name, and grounding refuses it.
        slots["elsewhere"], mark = marks.quote(rng.choice(locations.unknown_places()))
        clauses.append(Clause("place", {}, {"location": mark}, {"query_type": "unsupported"}))
    if "place" in wanted:
        place = gaz.place(rng)
        slots["place"], mark = locations.written(rng, place, marks)
        if style == "box":
            slots["place"] = slots["place"].removeprefix("the ")
        clauses.append(Clause("place", {}, {"location": mark}, locations.located([place])))
    several = [slot for slot in wanted if slot.startswith("place_")]
    if several:
        kind = rng.choices(["town", "county", "region"], [40, 50, 10])[0]
        chosen = rng.sample(_by_kind()[kind], len(several))
        quoted = []
        for slot, place in zip(several, chosen, strict=True):
            slots[slot], mark = locations.written(rng, place, marks, alone=False)
            quoted.append(mark)
        clauses.append(Clause("place", {}, {"locations": quoted}, locations.located(chosen)))
    for slot, kind in (("postcode", "postcode"), ("area", "area")):
        if slot not in wanted:
            continue
        code = _area_of_two(rng) if kind == "area" else rng.choice(gaz.outcodes)
        text = code
        if kind == "postcode" and rng.random() < 0.25:
            text = f"{code} {rng.randint(0, 9)}{rng.choice(locations.INWARD_LETTERS)}{rng.choice('ABDEFGHJLNPQ')}"
        slots[slot], mark = marks.quote(text.lower() if style == "box" and kind == "postcode" else text)
        # A place and a postcode together are both meant.
        named = [pattern for clause in clauses for pattern in clause.answer.get("postcode_patterns", ())]
        clauses.append(Clause("place", {}, {"postcodes": [mark]}, {"postcode_patterns": [*named, code]}))
    return slots, clauses


@cache
def _by_kind() -> dict[str, list[Place]]:
    places = gazetteer().places
    return {kind: [place for place in places if place.kind == kind] for kind in ("town", "county", "region")}


def _area_of_two(rng: Random) -> str:
    """A postcode area that nobody takes for a word."""
    words = names_with_care("area_words") | names_with_care("area_not_small")
    return rng.choice([area for area in gazetteer().areas if len(area) == 2 and area.lower() not in words])


def _amounts(rng: Random, marks: Marks, wanted: list[str], style: str) -> Filled:
    slots: dict[str, str] = {}
    clauses: list[Clause] = []

    def quoted(slot: str, field: str, one: values.Amount, answer: dict[str, float]) -> None:
        slots[slot], mark = marks.quote(one.text)
        clauses.append(Clause("capacity", {}, {field: mark}, answer))

    if {"low", "high"} <= set(wanted):
        low, high = sorted(rng.sample([10, 20, 25, 50, 75, 100, 150, 200, 250, 300, 400, 500, 750, 800, 900], 2))
        quoted("low", "capacity_min", values.Amount(str(low), low), {"capacity_min_kw": low})
        quoted("high", "capacity_max", values.Amount(f"{high}{values.unit(rng)}", high), {"capacity_max_kw": high})
    if {"min", "max"} <= set(wanted):
        first = values.amount(rng, style)
        while first.kw >= 5000:
            first = values.amount(rng, style)
        quoted("min", "capacity_min", first, {"capacity_min_kw": plain(first.kw)})
        second = values.amount(rng, style, first.kw)
        quoted("max", "capacity_max", second, {"capacity_max_kw": plain(second.kw)})
    for slot in ("min", "max"):
        if slot in wanted and slot not in slots:
            one = values.amount(rng, style)
            quoted(slot, f"capacity_{slot}", one, {f"capacity_{slot}_kw": plain(one.kw)})
    if "about" in wanted:
        one = values.amount(rng, style)
        about = {"capacity_min_kw": plain(one.kw * 0.9), "capacity_max_kw": plain(one.kw * 1.1)}
        quoted("about", "capacity_about", one, about)
    if "exact" in wanted:
        one = values.amount(rng, style)
        quoted("exact", "capacity_exactly", one, {"capacity_min_kw": plain(one.kw), "capacity_max_kw": plain(one.kw)})
    if "wrong_kw" in wanted:
        slots["wrong_kw"] = values.amount(rng, style).text
    return slots, clauses


def _days(rng: Random, marks: Marks, wanted: list[str], style: str) -> Filled:
    slots: dict[str, str] = {}
    clauses: list[Clause] = []

    def meant(slot: str, field: str, text: str, answer: dict[str, Any], kind: str = "built") -> None:
        slots[slot], mark = marks.quote(text)
        clauses.append(Clause(kind, {}, {field: mark}, answer))

    for slot, kind in (("in", "in"), ("from", "from"), ("after", "after"), ("before", "before"), ("by", "to")):
        if slot not in wanted:
            continue
        span = values.year_span(values.year(rng))
        roll = rng.random()
        if style in values.SPOKEN_REGISTERS and roll < 0.3:
            span = values.year_span(span.first.year, values.year_in_words(span.first.year))
        elif roll > 0.75:
            span = values.month_span(rng, span.first.year)
        if {"from", "before"} <= set(wanted) or {"after", "before"} <= set(wanted) or {"from", "by"} <= set(wanted):
            # Two bounds of one question: the first in the early years, the second in the later ones.
            early = kind in ("from", "after")
            span = values.year_span(rng.randint(2009, 2012) if early else rng.randint(2015, 2019))
        meant(slot, f"built_{kind}", span.text, periods.answered(kind, span))
    if {"year_a", "year_b"} <= set(wanted):
        first, last = (values.year_span(year) for year in sorted(rng.sample(range(2009, 2020), 2)))
        meant("year_a", "built_from", first.text, {"commissioned_from": first.first.isoformat()})
        meant("year_b", "built_to", last.text, {"commissioned_to": last.last.isoformat()})
    if "last" in wanted:
        years = rng.choice([2, 3, 4, 5, 6, 7, 8, 10, 12, 15])
        count = values.in_words(years) if style in values.SPOKEN_REGISTERS else str(years)
        start = periods.REFERENCE_DAY.replace(year=periods.REFERENCE_DAY.year - years).isoformat()
        meant("last", "built_last", f"{count} {rng.choice(['years', 'years', 'yrs'])}", {"commissioned_from": start})
    if {"left", "left_min"} <= set(wanted):
        low, high = sorted(rng.sample([2, 3, 4, 5, 6, 7, 8, 10, 12], 2))
        meant("left_min", "remaining_min", f"{low} years", {"fit_remaining_min_years": low}, "remaining")
        meant("left", "remaining_max", f"{high} years", {"fit_remaining_max_years": high}, "remaining")
    for slot, side in (("left", "max"), ("left_min", "min")):
        if slot in wanted and slot not in slots:
            time = values.length(rng, style)
            meant(slot, f"remaining_{side}", time.text, {f"fit_remaining_{side}_years": plain(time.years)}, "remaining")
    if "wrong_year" in wanted:
        slots["wrong_year"] = str(values.year(rng))
    return slots, clauses


def _rows(rng: Random, marks: Marks, wanted: list[str], style: str) -> Filled:
    slots: dict[str, str] = {}
    clauses: list[Clause] = []
    if "n" in wanted:
        count, slots["n"], mark = orders.numbered(rng, marks, style)
        clauses.append(Clause("rows", {}, {"limit": mark}, {"limit": count}))
    if "wrong_n" in wanted:
        slots["wrong_n"] = str(rng.choice([2, 3, 4, 6, 7, 8, 9, 12, 15, 20]))
    if "id" in wanted:
        written, number = fit_id(rng)
        slots["id"], mark = marks.quote(written)
        clauses.append(Clause("id", {}, {"fit_id": mark}, {"fit_id": number}))
    return slots, clauses
