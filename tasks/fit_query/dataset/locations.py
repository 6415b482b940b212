"""Clauses of place and postcode."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from random import Random
from typing import Any

from rapidfuzz.distance import OSA

from tasks.fit_query.dataset import terse, values
from tasks.fit_query.dataset.phrases import lines, said, table
from tasks.fit_query.dataset.places import (
    Place,
    area_of,
    article,
    folded,
    gazetteer,
    is_island,
    names_with_care,
    united,
)
from tasks.fit_query.dataset.question import Clause, Marks

# How often a misspelling is tried; about half of the names have one that points to no other place.
TYPOS = 0.2
# How often a postcode area is typed in small letters.
SMALL = 0.3
INWARD_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"


def written(rng: Random, place: Place, marks: Marks, alone: bool = True) -> tuple[str, str]:
    """(words for the place with its article and mark, mark)."""
    words = gazetteer().spelt(rng, place)
    wrong = gazetteer().misspelt(rng, words) if rng.random() < (TYPOS if alone else TYPOS / 3) else None
    the = article(words, place) if rng.random() < 0.9 else ""
    slot, mark = marks.quote(wrong or words)
    return the + slot, mark


def anywhere(rng: Random) -> str:
    """The name of some place that is no filter, as somebody may write it."""
    return gazetteer().spelt(rng, gazetteer().place(rng))


def located(places: list[Place]) -> dict[str, Any]:
    return {
        "location": ", ".join(place.name for place in places),
        "postcode_patterns": united([place.patterns for place in places]),
    }


def where(rng: Random, marks: Marks, kind: str | None = None, style: str = "plain") -> tuple[Clause, str]:
    """(a clause of place, the key of its place for grouping). Without `kind` one is drawn."""
    kinds = {
        "one": 64, "several": 11, "postcode": 9, "qualified": 5, "corrected": 2.5, "area": 2, "country": 2, "own": 2,
        "lead_in": 2, "mixed": 1.5,
    }  # fmt: skip
    if style in terse.STYLES:
        kinds |= {"corrected": 0.5, "own": 0, "lead_in": 0, "country": 1, "several": 14, "area": 6}
    drawn = kind or rng.choices(list(kinds), list(kinds.values()))[0]
    if drawn == "country":
        return Clause("place", table("place")["country"], {}, {}), "UK"
    if drawn == "postcode":
        return _postcode(rng, marks, style)
    if drawn == "area":
        return _area(rng, marks, style)
    if drawn == "several":
        return _several(rng, marks, style)
    if drawn == "unknown":
        return _unknown(rng, marks)
    if drawn == "qualified":
        return _qualified(rng, marks)
    place = gazetteer().place(rng)
    demonyms = [alias for alias in place.aliases if alias in names_with_care("demonyms")]
    if kind is None and drawn == "one" and demonyms and rng.random() < 0.3:
        return _demonym(rng, marks, place, demonyms[0]), place.name
    clause = _one(rng, marks, place)
    changed = {"corrected": _corrected, "mixed": _with_postcode, "own": _with_own, "lead_in": _led_in}.get(drawn)
    return (changed(rng, marks, place, clause) if changed else clause), place.name


def known(rng: Random, marks: Marks) -> tuple[Clause, str]:
    """(a clause of a place by its own name, typed right; the place's name): nations, regions, counties mostly."""
    gaz = gazetteer()
    place = rng.choice(rng.choices([gaz.large, gaz.worded, gaz.places], [62, 13, 25])[0])
    slot, mark = marks.quote(place.name)
    return _one(rng, marks, place, (article(place.name, place) + slot, mark)), place.name


def _one(rng: Random, marks: Marks, place: Place, spelt: tuple[str, str] | None = None) -> Clause:
    phrases = table("place")
    slot, mark = spelt or written(rng, place, marks)
    forms = phrases["one"] | phrases["island"] if is_island(place) else phrases["one"]
    if place.kind in phrases["of_kind"]:
        forms = forms | {key: forms[key] + phrases["of_kind"][place.kind] for key in ("post", "front")}
    forms = forms | terse.forms("place", "one")
    return Clause("place", forms, {"location": mark}, located([place]), {"p": slot})


def _demonym(rng: Random, marks: Marks, place: Place, word: str) -> Clause:
    """ "Scottish wind farms": only before the noun."""
    slot, mark = marks.quote(word.capitalize() if rng.random() < 0.6 else word)
    return Clause("place", {"pre": ["{p}"]}, {"location": mark}, located([place]), {"p": slot})


def _qualified(rng: Random, marks: Marks) -> tuple[Clause, str]:
    """ "March, Cambs": a town and the county (now and then the nation) that it lies in."""
    gaz = gazetteer()
    place = rng.choice(gaz.ambiguous) if rng.random() < 0.5 else rng.choice(gaz.places)
    counties = gaz.qualifiers(place)
    if place.kind != "town" or not counties:
        return _one(rng, marks, place), place.name
    county = rng.choice(counties)
    wide = [one for one in gaz.large if one.kind in ("nation", "region") and one.areas & place.areas]
    if wide and rng.random() < 0.15:
        county = rng.choice(wide)
    templates = ["{a}, {b}", "{a}, {b}", "{a}, {b}", "{a} in {b}", "{a} ({b})", "{a} ({b})", "{a} {b}", "{a} {b}"]
    slot, mark = marks.quote(said(rng, templates, {"a": place.name, "b": gaz.spelt(rng, county)}))
    patterns = [pattern for pattern in place.patterns if area_of(pattern) in county.areas]
    answer = {"location": place.name, "postcode_patterns": patterns}
    forms = table("place")["one"] | terse.forms("place", "one") | {"pre": []}
    return Clause("place", forms, {"location": mark}, answer, {"p": slot}), place.name


def _corrected(rng: Random, marks: Marks, place: Place, clause: Clause) -> Clause:
    """ "Devon, sorry, Dorset"."""
    wrong = gazetteer().place(rng)
    if wrong is place:
        return clause
    slot = said(rng, table("place")["corrected"]["templates"], {"wrong": wrong.name, "p": clause.slots["p"]})
    forms = {position: clause.forms[position] for position in ("post", "bare", "tail", "terse")}
    return replace(clause, forms=forms, slots={"p": slot})


def _with_postcode(rng: Random, marks: Marks, place: Place, clause: Clause) -> Clause:
    """ "Whitby YO21" (the postcode replaces the patterns) or "Whitby and RG17" (it adds to them)."""
    code = rng.choice(gazetteer().outcodes)
    quoted, mark = marks.quote(code if rng.random() < 0.7 else code.lower())
    right_after = rng.random() < 0.4
    joined = " " if right_after else rng.choice([" and ", " or ", " & "])
    answer = clause.answer | {"postcode_patterns": [code] if right_after else united([place.patterns, (code,)])}
    return replace(
        clause,
        forms={position: clause.forms[position] for position in ("post", "bare", "tail", "front", "terse")},
        reading=clause.reading | {"postcodes": [mark]},
        answer=answer,
        slots={"p": f"{clause.slots['p']}{joined}{quoted}"},
    )


def _with_own(rng: Random, marks: Marks, place: Place, clause: Clause) -> Clause:
    """ "We're in Leeds, find sites in Kent": the asker's own place is no filter."""
    own = gazetteer().place(rng)
    story = [template.replace("{own}", own.name) for template in table("place")["own"]["before"]]
    post = [form for form in clause.forms["post"] if form != "for {p}"]
    return replace(clause, forms={"story": story, "post": post, "bare": clause.forms["bare"]})


def _led_in(rng: Random, marks: Marks, place: Place, clause: Clause) -> Clause:
    """ "I have a meeting in Truro, which turbines are near there"."""
    lead_in = table("place")["lead_in"]
    forms = {"story": lead_in["before"], "post": lead_in["there"], "bare": clause.forms["bare"]}
    return replace(clause, forms=forms)


def _spoken_code(rng: Random, code: str) -> str:
    """ "LL55" as speech recognition writes it: "l l fifty five", "l l 55"."""
    found = re.fullmatch("([A-Z]+)([0-9]+)", code)
    if not found:
        return code
    letters, number = found.groups()
    words = values.in_words(int(number))
    if len(number) == 2 and number[1] != "0" and rng.random() < 0.25:
        words = " ".join(values.in_words(int(digit)) for digit in number)
    return f"{' '.join(letters.lower())} {rng.choice([words, words, number])}"


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
    forms = table("place")["one"] | terse.forms("place", "one")
    reading: dict[str, Any] = {"location": mark}
    if rng.random() < 0.12:
        known, known_mark = written(rng, gazetteer().place(rng), marks, alone=False)
        forms = forms | {"pre": []}
        pair = [(slot, mark), (known, known_mark)]
        rng.shuffle(pair)
        slot = f"{pair[0][0]} {rng.choice(['and', 'or', '&'])} {pair[1][0]}"
        reading = {"locations": [pair[0][1], pair[1][1]]}
    return Clause("place", forms, reading, refused, {"p": slot}), name


def _several(rng: Random, marks: Marks, style: str) -> tuple[Clause, str]:
    gaz, phrases = gazetteer(), table("place")
    pool = gaz.large if rng.random() < 0.6 else [place for place in gaz.places if place.kind == "town"]
    if rng.random() < 0.7:
        pool = [place for place in pool if place.kind not in ("nation", "region")]
    kind = rng.choice(pool).kind
    pool = [place for place in pool if place.kind == kind]
    chosen = rng.sample(pool, min(len(pool), rng.choice([2, 2, 2, 3])))
    if len(chosen) < 2:
        return where(rng, marks, "one", style)
    parts, reading = {}, []
    for key, place in zip("abc", chosen, strict=False):
        parts[key], mark = written(rng, place, marks, alone=False)
        reading.append(mark)
    joins = (table("terse")["place"] if style in terse.STYLES and rng.random() < 0.7 else phrases)["several"]
    slot = said(rng, joins["join" if len(chosen) == 2 else "join_more"], parts)
    forms = {key: phrases["one"][key] for key in ("post", "bare", "tail", "front", "sent")}
    forms |= terse.forms("place", "one")
    return Clause("place", forms, {"locations": reading}, located(chosen), {"p": slot}), chosen[0].name


def _area(rng: Random, marks: Marks, style: str) -> tuple[Clause, str]:
    if rng.random() < 0.3:
        return _areas(rng, marks)
    area = rng.choice(gazetteer().areas)
    spelled = style in values.SPOKEN_REGISTERS and len(area) == 2 and rng.random() < 0.5
    small = len(area) == 2 and rng.random() < SMALL
    slot, mark = marks.quote(" ".join(area).lower() if spelled else area.lower() if small else area)
    forms = table("place")["area"] | terse.forms("place", "area")
    if small and area.lower() in names_with_care("area_not_small"):
        forms = {position: [form for form in forms[position] if "postcode" in form] for position in forms}
    if spelled:
        forms = {position: [form for form in forms[position] if "postcode area {c}" in form] for position in forms}
    if len(area) == 1 or area.lower() in names_with_care("area_words"):
        # "in SO" or "in B" would be read as a word
        forms = {position: [form for form in forms[position] if "postcode" in form] for position in forms}
    return Clause("place", forms, {"postcodes": [mark]}, {"postcode_patterns": [area]}, {"c": slot}), area


def _areas(rng: Random, marks: Marks) -> tuple[Clause, str]:
    """ "in NR or IP": two areas, both of two letters, since one of a single letter would be read as a word."""
    words = names_with_care("area_words")
    chosen = rng.sample([area for area in gazetteer().areas if len(area) == 2 and area.lower() not in words], 2)
    quoted = [marks.quote(area) for area in chosen]
    joined = rng.choice([" and ", " or ", ", ", " & ", "/"]).join(slot for slot, _ in quoted)
    forms = table("place")["area"] | terse.forms("place", "area") | {"pre": []}
    return (
        Clause(
            "place", forms, {"postcodes": [mark for _, mark in quoted]}, {"postcode_patterns": chosen}, {"c": joined}
        ),
        chosen[0],
    )


def _postcode(rng: Random, marks: Marks, style: str) -> tuple[Clause, str]:
    """One or two postcode districts, some as full postcodes with an inward part made up."""
    codes = rng.sample(gazetteer().outcodes, 2 if rng.random() < 0.15 else 1)
    slots, reading = [], []
    for code in codes:
        text = code
        if style in values.SPOKEN_REGISTERS and rng.random() < 0.5:
            text = _spoken_code(rng, code)
        elif rng.random() < 0.3:
            inward = f"{rng.randint(0, 9)}{rng.choice(INWARD_LETTERS)}{rng.choice(INWARD_LETTERS)}"
            text = f"{code}{rng.choice([' ', ' ', ' ', ''])}{inward}"
        slot, mark = marks.quote(text if rng.random() < 0.7 else text.lower())
        slots.append(slot)
        reading.append(mark)
    joined = rng.choice([" and ", " or ", ", ", "/", " & "]).join(slots)
    forms = table("place")["postcode"] | terse.forms("place", "postcode")
    if len(codes) > 1:
        forms = forms | {"pre": []}
    return Clause("place", forms, {"postcodes": reading}, {"postcode_patterns": codes}, {"c": joined}), codes[0]
