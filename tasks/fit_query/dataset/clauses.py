"""Builders of clauses: one value drawn, its words, its reading and its answer."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from random import Random
from typing import Any

from rapidfuzz.distance import OSA

from tasks.fit_query.dataset import values
from tasks.fit_query.dataset.phrases import expanded, lines, said, table
from tasks.fit_query.dataset.places import DEMONYMS, Place, area_of, article, folded, gazetteer, is_island, united
from tasks.fit_query.dataset.question import Clause, Marks
from tasks.fit_query.dataset.values import plain

# "In the last 5 years" counts from the day of the question; the data set's questions are asked on this day.
REFERENCE_DAY = date(2026, 11, 1)

SPOKEN = values.SPOKEN_REGISTERS
TECHNOLOGIES = ("Wind", "Photovoltaic", "Hydro", "Anaerobic digestion", "Micro CHP")
TECHNOLOGY_WEIGHTS = (34, 28, 15, 13, 10)
# Only in these forms does the unit after the second figure count for the first as well.
SHARED_UNIT = re.compile(r"\{low\}( to |-|–| - |\.\.| up to )\{high\}|(between|betw|btw) \{low\} (and|&) \{high\}")
SIZES = {
    "small": {"capacity_max_kw": 50},
    "medium": {"capacity_min_kw": 50, "capacity_max_kw": 500},
    "large": {"capacity_min_kw": 500},
    "small or medium": {"capacity_max_kw": 500},
    "medium or large": {"capacity_min_kw": 50},
}


def technology(rng: Random) -> str:
    return rng.choices(TECHNOLOGIES, TECHNOLOGY_WEIGHTS)[0]


def technologies(rng: Random, count: int) -> list[str]:
    """`count` different technologies."""
    chosen: list[str] = []
    while len(chosen) < count:
        another = technology(rng)
        if another not in chosen:
            chosen.append(another)
    return chosen


def noun(rng: Random, names: list[str], form: str) -> str:
    """A noun for no technology, one or several."""
    words = table("technology")
    if not names:
        return str(rng.choice(words["generic"][form]))
    if len(names) == 1:
        if form in ("plural", "bare") and rng.random() < 0.05:
            return str(rng.choice(words[names[0]]["typo"]))
        return str(rng.choice(words[names[0]][form]))
    forms = ["mass"] * (len(names) - 1) + [rng.choice(["plural", "mass"]) if form == "plural" else form]
    if rng.random() < 0.3:
        forms = [form] * len(names)
    # "wind turbines and hydro turbines" stays clear; "hydro or turbine" would read as a water turbine
    parts = {key: str(rng.choice(words[name][kind])) for key, name, kind in zip("abc", names, forms, strict=False)}
    return said(rng, words["pairs"]["join" if len(names) == 2 else "join_more"], parts)


def what(names: list[str]) -> Clause:
    """The technology or technologies asked for; their words are chosen by `noun`."""
    if not names:
        return Clause("what", {}, {}, {})
    value: dict[str, Any] = {"technology": names[0]} if len(names) == 1 else {"technologies": names}
    return Clause("what", {}, value, dict(value))


def capacity(rng: Random, marks: Marks, register: str, kind: str | None = None) -> Clause:
    phrases = table("capacity")
    kind = kind or rng.choices(["min", "max", "between", "about", "exactly", "size"], [34, 24, 17, 8, 9, 12])[0]
    if kind == "size":
        return size(rng)
    if kind == "between":
        low, high = _range(rng, register)
        slots, reading = {}, {}
        for key, field, value in (("low", "capacity_min", low), ("high", "capacity_max", high)):
            slots[key], reading[field] = marks.quote(value.text)
        answer = {"capacity_min_kw": plain(low.kw), "capacity_max_kw": plain(high.kw)}
        forms = phrases[kind]
        if low.text.replace(".", "").isdigit():
            forms = {position: [one for one in forms[position] if SHARED_UNIT.search(one)] for position in forms}
        if " " in low.text and not low.text.replace(" ", "").isdigit():
            forms = forms | {"pre": []}
        return Clause("capacity", forms, reading, answer, slots)
    one = values.amount(rng, register)
    if kind in ("min", "max") and one.kw < 1000 and register in ("box", "note", "plain") and rng.random() < 0.12:
        one = values.Amount(f"{one.kw:g}", one.kw)
    slot, mark = marks.quote(one.text)
    if rng.random() < 0.015 and kind in ("min", "max"):
        wrong = values.amount(rng, register).text
        slot = said(rng, table("place")["corrected"]["templates"], {"wrong": wrong, "p": slot})
    kw = plain(one.kw)
    answer = {
        "min": {"capacity_min_kw": kw},
        "max": {"capacity_max_kw": kw},
        "about": {"capacity_min_kw": plain(one.kw * 0.9), "capacity_max_kw": plain(one.kw * 1.1)},
        "exactly": {"capacity_min_kw": kw, "capacity_max_kw": kw},
    }[kind]
    forms = phrases[kind]
    if kind in ("min", "max") and not one.text[0].isdigit():
        forms = forms | {"pre": []}
    return Clause("capacity", forms, {f"capacity_{kind}": mark}, answer, {"n": slot})


def _range(rng: Random, register: str) -> tuple[values.Amount, values.Amount]:
    """Two amounts, the first smaller; mostly the unit is said once."""
    if register not in SPOKEN and rng.random() < 0.7:
        low, high = sorted(
            rng.sample(
                [
                    1,
                    2,
                    3,
                    5,
                    10,
                    15,
                    20,
                    25,
                    30,
                    40,
                    50,
                    75,
                    100,
                    150,
                    200,
                    250,
                    300,
                    400,
                    499,
                    500,
                    600,
                    750,
                    800,
                    900,
                ],
                2,
            )
        )
        if rng.random() < 0.3:
            low, high = sorted(rng.sample([1, 2, 3, 4, 5, 0.5, 1.5, 2.5, 10], 2))
            unit = rng.choice(["MW", " MW", "mw", " megawatts", "Mw"])
            first = f"{low:g}" if rng.random() < 0.7 else f"{low:g}{unit}"
            return values.Amount(first, low * 1000), values.Amount(f"{high:g}{unit}", high * 1000)
        unit = values.unit(rng)
        first = f"{low:g}" if rng.random() < 0.7 else f"{low:g}{unit}"
        return values.Amount(first, low), values.Amount(f"{high:g}{unit}", high)
    first_amount = values.amount(rng, register)
    if first_amount.kw >= 10000:
        first_amount = values.Amount("100 kW", 100)
    return first_amount, values.amount(rng, register, first_amount.kw)


def size(rng: Random) -> Clause:
    name = rng.choices(list(SIZES), [32, 22, 32, 8, 6])[0]
    phrases = table("capacity")["size"]
    word = str(rng.choice(phrases[name.replace(" ", "_")]))
    forms = {key: phrases[key] for key in ("post", "bare", "tail", "sent")} | {"pre": ["{size}"]}
    return Clause("size", forms, {"size": name}, dict(SIZES[name]), {"size": word})


def written(rng: Random, place: Place, marks: Marks, alone: bool = True) -> tuple[str, str]:
    """(words for the place with its article and mark, mark)."""
    words = gazetteer().spelt(rng, place)
    wrong = gazetteer().misspelt(rng, words) if alone and rng.random() < 0.09 else None
    the = article(words, place) if rng.random() < 0.9 else ""
    slot, mark = marks.quote(wrong or words)
    return the + slot, mark


def located(places: list[Place]) -> dict[str, Any]:
    return {
        "location": ", ".join(place.name for place in places),
        "postcode_patterns": united([place.patterns for place in places]),
    }


def where(rng: Random, marks: Marks, kind: str | None = None) -> tuple[Clause, str]:
    """(a clause of place, the key of its place for grouping)."""
    by_chance = kind is None
    kind = (
        kind
        or rng.choices(
            ["one", "several", "postcode", "area", "qualified", "corrected", "mixed", "country", "own", "lead_in"],
            [66, 11, 9, 2, 3, 2.5, 1.5, 2, 2, 2],
        )[0]
    )
    gaz, phrases = gazetteer(), table("place")
    if kind == "country":
        return Clause("place", phrases["country"], {}, {}), "UK"
    if kind == "unknown":
        return _unknown(rng, marks)
    if kind in ("postcode", "area"):
        return _postcode(rng, marks, kind)
    place = gaz.place(rng)
    slots: dict[str, str] = {}
    if kind == "several":
        return _several(rng, marks)
    if kind == "qualified":
        place = rng.choice(gaz.ambiguous) if rng.random() < 0.5 else rng.choice(gaz.places)
        counties = gaz.qualifiers(place)
        if place.kind != "town" or not counties:
            kind = "one"
        else:
            county = rng.choice(counties)
            wide = [one for one in gaz.large if one.kind in ("nation", "region") and one.areas & place.areas]
            if wide and rng.random() < 0.15:
                county = rng.choice(wide)
            joined = said(
                rng,
                ["{a}, {b}", "{a}, {b}", "{a} in {b}", "{a} ({b})", "{a} {b}"],
                {"a": place.name, "b": gaz.spelt(rng, county)},
            )
            slots["p"], mark = marks.quote(joined)
            patterns = [pattern for pattern in place.patterns if area_of(pattern) in county.areas]
            forms = phrases["one"] | {"pre": []}
            answer = {"location": place.name, "postcode_patterns": patterns}
            return Clause("place", forms, {"location": mark}, answer, slots), place.name
    slots["p"], mark = written(rng, place, marks)
    forms, reading, answer = phrases["one"], {"location": mark}, located([place])
    demonyms = [alias for alias in place.aliases if alias in DEMONYMS]
    if by_chance and kind == "one" and demonyms and rng.random() < 0.3:
        slots["p"], mark = marks.quote(demonyms[0].capitalize() if rng.random() < 0.6 else demonyms[0])
        return Clause("place", {"pre": ["{p}"]}, {"location": mark}, answer, slots), place.name
    if is_island(place):
        forms = forms | {"post": phrases["island"]["post"], "front": phrases["island"]["front"]}
    if kind == "corrected":
        wrong = gaz.place(rng)
        if wrong is not place:
            slots["p"] = said(rng, phrases["corrected"]["templates"], {"wrong": wrong.name, "p": slots["p"]})
            forms = {key: forms[key] for key in ("post", "bare", "tail")} | {"pre": [], "front": []}
    if kind == "mixed":
        code = rng.choice(gaz.outcodes)
        quoted, postcode_mark = marks.quote(code if rng.random() < 0.7 else code.lower())
        after = rng.random() < 0.4
        slots["p"] = f"{slots['p']} {quoted}" if after else f"{slots['p']} {rng.choice(['and', 'or', '&'])} {quoted}"
        reading["postcodes"] = [postcode_mark]
        answer["postcode_patterns"] = [code] if after else united([place.patterns, (code,)])
        forms = {key: forms[key] for key in ("post", "bare", "tail", "front")} | {"pre": []}
        if after:
            answer["location"] = place.name
    if kind == "own":
        own = gaz.place(rng)
        forms = {
            "story": [template.replace("{own}", own.name) for template in phrases["own"]["before"]],
            "post": [form for form in forms["post"] if form != "for {p}"],
            "bare": forms["bare"],
        }
    if kind == "lead_in":
        forms = {"story": phrases["lead_in"]["before"], "post": phrases["lead_in"]["there"], "bare": forms["bare"]}
    return Clause("place", forms, reading, answer, slots), place.name


@cache
def unknown_places() -> tuple[str, ...]:
    """Names of unknown_places.txt that no name of the gazetteer resembles."""
    known = gazetteer().names
    return tuple(
        name
        for name in lines("unknown_places")
        if all(OSA.distance(folded(name), other, score_cutoff=2) > 2 for other in known)
    )


def _unknown(rng: Random, marks: Marks) -> tuple[Clause, str]:
    """A place that the gazetteer does not know: the reading copies it, grounding refuses it."""
    name = rng.choice(unknown_places())
    slot, mark = marks.quote(name)
    refused = {"query_type": "unsupported"}
    forms, reading = table("place")["one"], {"location": mark}
    if rng.random() < 0.12:
        known, known_mark = written(rng, gazetteer().place(rng), marks, alone=False)
        forms = forms | {"pre": []}
        pair = [(slot, mark), (known, known_mark)]
        rng.shuffle(pair)
        slot = f"{pair[0][0]} {rng.choice(['and', 'or', '&'])} {pair[1][0]}"
        reading = {"locations": [pair[0][1], pair[1][1]]}
    return Clause("place", forms, reading, refused, {"p": slot}), name


def _several(rng: Random, marks: Marks) -> tuple[Clause, str]:
    gaz, phrases = gazetteer(), table("place")
    pool = gaz.large if rng.random() < 0.6 else [place for place in gaz.places if place.kind == "town"]
    if rng.random() < 0.7:
        pool = [place for place in pool if place.kind not in ("nation", "region")]
    kind = rng.choice(pool).kind
    pool = [place for place in pool if place.kind == kind]
    chosen = rng.sample(pool, min(len(pool), rng.choice([2, 2, 2, 3])))
    if len(chosen) < 2:
        return where(rng, marks, "one")
    parts, reading = {}, []
    for key, place in zip("abc", chosen, strict=False):
        parts[key], mark = written(rng, place, marks, alone=False)
        reading.append(mark)
    slot = said(rng, phrases["several"]["join" if len(chosen) == 2 else "join_more"], parts)
    forms = {key: phrases["one"][key] for key in ("post", "bare", "tail", "front", "sent")}
    return Clause("place", forms, {"locations": reading}, located(chosen), {"p": slot}), chosen[0].name


def _postcode(rng: Random, marks: Marks, kind: str) -> tuple[Clause, str]:
    gaz, phrases = gazetteer(), table("place")
    if kind == "area":
        area = rng.choice(gaz.areas)
        slot, mark = marks.quote(area)
        forms = phrases["area"]
        if len(area) == 1 or area in (
            "SO",
            "ME",
            "IM",
            "OL",
            "PA",
            "HA",
            "AL",
            "CO",
            "DE",
            "LA",
            "DA",
            "NE",
            "RM",
            "AB",
            "EN",
            "HD",
        ):
            keep = [form for form in forms["post"] if "postcode" in form]
            forms = forms | {
                "post": keep,
                "bare": [form for form in forms["bare"] if "postcode" in form],
                "tail": [form for form in forms["tail"] if "postcode" in form],
            }
        return Clause("place", forms, {"postcodes": [mark]}, {"postcode_patterns": [area]}, {"c": slot}), area
    codes = rng.sample(gaz.outcodes, 2 if rng.random() < 0.15 else 1)
    slots, reading = [], []
    for code in codes:
        text = code
        if rng.random() < 0.3:
            letters = "ABDEFGHJLNPQRSTUWXYZ"
            inward = f"{rng.randint(0, 9)}{rng.choice(letters)}{rng.choice(letters)}"
            text = f"{code}{rng.choice([' ', ' ', ' ', ''])}{inward}"
        slot, mark = marks.quote(text if rng.random() < 0.7 else text.lower())
        slots.append(slot)
        reading.append(mark)
    joined = rng.choice([" and ", " or ", ", ", "/", " & "]).join(slots)
    forms = phrases["postcode"] if len(codes) == 1 else phrases["postcode"] | {"pre": []}
    return Clause("place", forms, {"postcodes": reading}, {"postcode_patterns": codes}, {"c": joined}), codes[0]


def built(rng: Random, marks: Marks, register: str = "plain", kind: str | None = None) -> Clause:
    kind = (
        kind
        or rng.choices(
            ["in", "from", "after", "before", "to", "between", "or", "window", "last", "on"],
            [26, 19, 13, 15, 8, 11, 2, 2, 6, 1.5],
        )[0]
    )
    forms = table("built")[kind]
    if kind == "last":
        return _built_last(rng, marks, forms)
    if kind in ("between", "or", "window"):
        return _built_range(rng, marks, register, kind, forms)
    span = values.day_span(rng, values.year(rng)) if kind == "on" else values.moment(rng, register)
    if kind == "in" and span.first == span.last:
        span = values.month_span(rng, span.first.year)
    slot, mark = marks.quote(span.text)
    first, last = {
        "in": (span.first, span.last),
        "on": (span.first, span.last),
        "from": (span.first, None),
        "after": (values.day_after(span.last), None),
        "before": (None, values.day_before(span.first)),
        "to": (None, span.last),
    }[kind]
    if span.text.isdigit() and rng.random() < 0.015:
        wrong = str(values.year(rng))
        slot = said(rng, table("place")["corrected"]["templates"], {"wrong": wrong, "p": slot})
        forms = forms | {"pre": []}
    if not span.text.isdigit():
        forms = forms | {"pre": []}
    field = {"on": "in"}.get(kind, kind)
    return Clause("built", forms, {f"built_{field}": mark}, _dates(first, last), {"d": slot})


def _dates(first: date | None, last: date | None) -> dict[str, Any]:
    answer: dict[str, Any] = {}
    if first:
        answer["commissioned_from"] = first.isoformat()
    if last:
        answer["commissioned_to"] = last.isoformat()
    return answer


def _built_last(rng: Random, marks: Marks, forms: dict[str, list[str]]) -> Clause:
    years = rng.choice([2, 3, 4, 5, 5, 6, 7, 8, 10, 10, 12, 15])
    text = rng.choice([f"{years} years", f"{years} years", f"{years} yrs", f"{values.in_words(years)} years"])
    if rng.random() < 0.15:
        text, years = rng.choice(
            [("decade", 10), ("year", 1), ("12 months", 1), ("24 months", 2), ("36 months", 3), ("two decades", 20)]
        )
    slot, mark = marks.quote(text)
    answer = {"commissioned_from": REFERENCE_DAY.replace(year=REFERENCE_DAY.year - years).isoformat()}
    return Clause("built", forms, {"built_last": mark}, answer, {"t": slot})


def _built_range(rng: Random, marks: Marks, register: str, kind: str, forms: dict[str, list[str]]) -> Clause:
    low, high = sorted(rng.sample(range(2009, 2020), 2))
    if kind == "or":
        high = low + 1
    if kind == "window" and high - low < 2:
        high = low + 2
    first, last = values.year_span(low), values.year_span(high)
    if register in SPOKEN and rng.random() < 0.5:
        first, last = (values.year_span(number, values.year_in_words(number)) for number in (low, high))
        forms = forms | {"pre": [], "bare": [form for form in forms["bare"] if "-" not in form and "–" not in form]}
    elif kind == "between" and rng.random() < 0.2:
        first, last = values.month_span(rng, low), values.month_span(rng, high)
        forms = forms | {"pre": [], "bare": [form for form in forms["bare"] if "-" not in form]}
    elif kind == "between" and rng.random() < 0.12:
        last = values.year_span(high, f"{high % 100:02d}")
        forms = forms | {
            "post": ["built {from}-{to}", "installed {from}-{to}", "commissioned in {from}-{to}"],
            "rel": [],
            "tail": ["{from}-{to}"],
            "sent": [],
            "bare": ["{from}-{to}", "built {from}-{to}"],
        }
    from_slot, from_mark = marks.quote(first.text)
    to_slot, to_mark = marks.quote(last.text)
    slots = {"from": from_slot, "to": to_slot}
    if kind == "window":
        answer = _dates(values.day_after(first.last), values.day_before(last.first))
        return Clause("built", forms, {"built_after": from_mark, "built_before": to_mark}, answer, slots)
    return Clause("built", forms, {"built_from": from_mark, "built_to": to_mark}, _dates(first.first, last.last), slots)


def remaining(rng: Random, marks: Marks, register: str, kind: str | None = None) -> Clause:
    kind = kind or rng.choices(["max", "min", "between"], [58, 32, 10])[0]
    forms = table("remaining")[kind]
    if kind == "between":
        low, high = sorted(rng.sample([1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 15], 2))
        texts = (str(low), f"{high} {rng.choice(['years', 'years', 'yrs'])}")
        if register in SPOKEN:
            texts = (values.in_words(low), f"{values.in_words(high)} years")
        low_slot, low_mark = marks.quote(texts[0])
        high_slot, high_mark = marks.quote(texts[1])
        answer = {"fit_remaining_min_years": low, "fit_remaining_max_years": high}
        return Clause(
            "remaining",
            forms,
            {"remaining_min": low_mark, "remaining_max": high_mark},
            answer,
            {"low": low_slot, "high": high_slot},
        )
    time = values.length(rng, register)
    slot, mark = marks.quote(time.text)
    return Clause(
        "remaining", forms, {f"remaining_{kind}": mark}, {f"fit_remaining_{kind}_years": plain(time.years)}, {"t": slot}
    )


def repowering() -> Clause:
    forms = table("remaining")["repowering"]
    return Clause("repowering", forms, {"repowering": True}, {"query_intent": "repowering_opportunities"})


def revenue(rng: Random, regional: bool = False) -> Clause:
    phrases = table("rate")
    if not regional:
        return Clause("revenue", phrases["revenue"], {"revenue": True}, {"include_revenue": True})
    words = phrases["regional"]
    forms = {
        "head": words["revenue"],
        "bare": words["revenue_bare"],
        "tail": words["revenue_tail"],
        "sent": words["revenue_sent"],
    }
    return Clause(
        "revenue", forms, {"revenue": True, "regional": True}, {"include_revenue": True, "include_regional": True}
    )


def rate_of_set() -> Clause:
    return Clause("rate", table("rate")["rate_set"], {"query_type": "fit_rate"}, {"query_type": "fit_rate"})


def aggregate(rng: Random, kind: str | None = None) -> Clause:
    kind = kind or rng.choices(["count", "total_capacity", "average_capacity"], [48, 31, 21])[0]
    return Clause(
        "aggregate", table("aggregate")[kind], {"aggregate": kind}, {"aggregate": kind, "query_type": "aggregation"}
    )


def group(rng: Random, kind: str | None = None) -> Clause:
    kind = kind or rng.choices(["technology", "region", "postcode_area", "year"], [25, 35, 17, 23])[0]
    words = table("aggregate")
    name = str(rng.choice(words["group_names"][kind]))
    return Clause("group", words["group"], {"group_by": kind}, {"group_by": kind}, {"g": name})


def order(rng: Random, marks: Marks, register: str) -> Clause:
    """A sort, with or without a limit, or a limit alone."""
    words = table("order")
    shape = rng.choices(["one", "which", "sort", "sup", "k", "top", "first", "top_by"], [20, 8, 21, 13, 16, 12, 6, 6])[
        0
    ]
    if shape in ("top", "first"):
        return _rows(rng, marks, register, shape)
    by = rng.choices(list(words)[:6], [40, 12, 19, 17, 7, 5])[0]
    field, direction = by.split()
    reading: dict[str, Any] = {"sort": by}
    answer: dict[str, Any] = {"sort_by": field, "sort_order": direction}
    phrases = words[by]
    if shape == "which":
        forms = {"head": phrases["which"], "pre": phrases["pre_single"]}
        return Clause("order", forms, reading | {"limit": "1"}, answer | {"limit": 1}, number="s")
    if shape == "top_by":
        count, slot, mark = numbered(rng, marks, register)
        forms = phrases["top_by"]
        return Clause("order", forms, reading | {"limit": mark}, answer | {"limit": count}, {"k": slot})
    if shape == "one":
        forms = (
            {"pre": phrases["pre_single"]}
            if "rel_single" not in phrases or rng.random() < 0.2
            else {"rel": phrases["rel_single"]}
        )
        return Clause("order", forms, reading | {"limit": "1"}, answer | {"limit": 1}, number="s")
    if shape == "k":
        count, slot, mark = numbered(rng, marks, register)
        pre = [template.replace("{sup}", word) for template in words["limit"]["pre"] for word in phrases["pre_plural"]]
        if "rel" in phrases and rng.random() < 0.8:
            forms = {"around": [f"{{k}} {{noun}} {words_after}" for words_after in phrases["rel"]]}
            return Clause("order", forms, reading | {"limit": mark}, answer | {"limit": count}, {"k": slot})
        return Clause(
            "order", {"pre": pre, "bare": pre}, reading | {"limit": mark}, answer | {"limit": count}, {"k": slot}
        )
    if shape == "sup":
        forms = {
            "pre": phrases["pre_plural"] + [f"the {word}" for word in phrases["pre_plural"]],
            "bare": phrases["bare"],
        }
        if "rel" in phrases:
            forms = {"rel": phrases["rel"], "bare": phrases["bare"]}
        return Clause("order", forms, reading, answer)
    return Clause("order", {key: phrases[key] for key in ("bare", "tail", "sent")}, reading, answer)


ROWS = (3, 3, 5, 5, 5, 10, 10, 10, 2, 4, 6, 7, 8, 12, 15, 20, 20, 25, 30, 50, 100)


def numbered(rng: Random, marks: Marks, register: str, choices: tuple[int, ...] = ROWS) -> tuple[int, str, str]:
    count = rng.choice(choices)
    spoken = count <= 20 and (register in SPOKEN or rng.random() < 0.15)
    if count == 12 and rng.random() < 0.3:
        slot, mark = marks.quote("dozen" if register != "box" else "12")
        return count, slot, mark
    slot, mark = marks.quote(values.in_words(count) if spoken else str(count))
    return count, slot, mark


def _rows(rng: Random, marks: Marks, register: str, shape: str) -> Clause:
    words = table("order")["limit"]
    count, slot, mark = numbered(rng, marks, register)
    reading: dict[str, Any] = {"limit": mark}
    answer: dict[str, Any] = {"limit": count}
    if shape == "top":
        reading["sort"] = "capacity desc"
        answer |= {"sort_by": "capacity", "sort_order": "desc"}
    forms = {
        "pre": words[shape],
        "bare": words[f"{shape}_bare"],
        "tail": words[f"{shape}_tail"],
        "sent": words[f"{shape}_sent"],
    }
    return Clause("order", forms, reading, answer, {"k": slot})


def text_of(rng: Random, clause: Clause, position: str) -> str:
    """The clause's words in one position."""
    return said(rng, clause.forms[position], clause.slots)


def opening(rng: Random, templates: list[str]) -> str:
    return expanded(rng, rng.choice(templates))
