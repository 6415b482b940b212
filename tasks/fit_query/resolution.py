"""`Resolution`: what a quoted place means.

    resolve("Newport in Shropshire") -> Resolution(place=Newport, patterns=("TF10",))

    resolution.place         the Place, or None
    resolution.patterns      its postcode patterns, narrowed by the qualifier
    resolution.everywhere    "UK", "nationwide": no filter
    resolution.unknown       words that no place accounts for: the whole quotation, or a qualifier
    resolution.corrected     the spelling was corrected

Any case, aliases, "the ", a qualifier and small misspellings count. A spelling is corrected only when
one place is nearest, its first letter is right, and the word is nothing else: no place outside Britain
(place_words.OUTSIDE), none of the 1,000 British names in outcode_gazetteer.csv, no word of a
dictionary (data/near_words.txt: "concert" is not Consett, "staring" not Stirling).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from tasks.fit_query.place_words import EVERYWHERE
from tasks.fit_query.places import RANK, Place, area_of, counties_of, gazetteer, near_words, outcodes, without_frame
from tasks.fit_query.technologies import names_technology
from tasks.fit_query.words import key_of, split_words, word_set

_LONDON_BOROUGHS = word_set("BR CR DA EN HA IG KT RM SM TN TW UB")


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a quoted place means; see the module's docstring."""

    place: Place | None = None
    patterns: tuple[str, ...] = ()
    everywhere: bool = False
    unknown: str | None = None
    corrected: bool = False


@lru_cache(maxsize=4096)
def resolve(quoted: str) -> Resolution:
    """What the place `quoted` means: canonical name, alias, qualifier, or a small misspelling of one."""
    whole = key_of(quoted)
    if not whole:
        return Resolution(unknown=quoted)
    if whole in gazetteer().foreign:
        return Resolution(unknown=quoted)  # Jersey City is not Jersey
    for key in without_frame(whole):
        if key in EVERYWHERE:
            return Resolution(everywhere=True)
        place = gazetteer().by_key.get(key)
        if place:
            return Resolution(place, place.patterns)
    return _with_qualifier(quoted) or _corrected(whole) or Resolution(unknown=quoted)


# "/" joins two places.
_DIVIDER = re.compile(r"\s*[,(;]\s*|\s+(?:(?:(?:up|down|over|out)\s+)?in|near|of|-|–)\s+", re.IGNORECASE)


def _with_qualifier(quoted: str) -> Resolution | None:
    """A place with another behind it that only says where it is, or None when it does not read so."""
    for found in _DIVIDER.finditer(quoted.strip(" ().,")):
        first, rest = quoted.strip(" ().,")[: found.start()], quoted.strip(" ().,")[found.end() :]
        main = resolve(first) if first.strip() and rest.strip() else Resolution()
        if main.place:
            return _narrowed(main, rest, found.group())
    words = split_words(quoted)
    for cut in range(len(words) - 1, 0, -1):
        place = gazetteer().by_key.get(" ".join(word.key for word in words[:cut]))
        if place:
            rest = quoted[words[cut].start :]
            qualifier = resolve(rest)
            return _narrowed(Resolution(place, place.patterns), rest) if qualifier.unknown is None else None
    return None


def _narrowed(main: Resolution, rest: str, joint: str = ",") -> Resolution | None:
    """`main` with only the patterns in its qualifier's postcode areas; None when `rest` is a place elsewhere."""
    assert main.place is not None
    qualifier = resolve(rest)
    if qualifier.everywhere:
        return main
    if qualifier.place and not qualifies(qualifier.place, main.place, joint):
        return None  # "Ely, March": two places
    if qualifier.place is None:
        if any(key in gazetteer().foreign for key in without_frame(key_of(rest))):
            return None
        return Resolution(main.place, main.patterns, unknown=rest, corrected=main.corrected)
    return Resolution(
        main.place,
        narrowed_patterns(main.place, qualifier.place),
        unknown=qualifier.unknown,
        corrected=main.corrected or qualifier.corrected,
    )


def qualifies(qualifier: Place, place: Place, joint: str = ",") -> bool:
    """Whether `qualifier` behind `place` and `joint` says where that is, rather than being a second place.

    It does not when it is of the same kind, or lies elsewhere and only a comma joins them ("Stafford, Cleveland").
    """
    if RANK[qualifier.kind] > RANK[place.kind]:
        return any(letter.isalpha() for letter in joint) or _may_lie_in(place, qualifier)
    return qualifier.name == "London" and place.name != "London" and not place.areas.isdisjoint(_LONDON_BOROUGHS)


@lru_cache(maxsize=4096)
def _may_lie_in(place: Place, wider: Place) -> bool:
    """Whether `place` lies in `wider` or near it: old and new counties have other borders than postcode areas."""
    around = place.areas.union(*(_neighbours().get(area, frozenset()) for area in place.areas))
    if not around.isdisjoint(wider.areas):
        return True
    return any(key_of(wider.name) in counties_of(pattern) for pattern in place.patterns)


@cache
def _neighbours() -> dict[str, frozenset[str]]:
    """{postcode area: areas that share a county with it}."""
    of_county: dict[str, set[str]] = {}
    for outcode in outcodes():
        for county in counties_of(outcode):
            of_county.setdefault(county, set()).add(area_of(outcode))
    for place in gazetteer().by_key.values():
        if place.kind == "county":
            of_county.setdefault(key_of(place.name), set()).update(place.areas)
    found: dict[str, set[str]] = {}
    for areas in of_county.values():
        for area in areas:
            found.setdefault(area, set()).update(areas)
    return {area: frozenset(others) for area, others in found.items()}


def narrowed_patterns(place: Place, qualifier: Place) -> tuple[str, ...]:
    """Patterns of `place` in the postcode areas of `qualifier`, where the name stands for several towns.

    Several towns means a town with patterns of several postcode areas (Newport: NP, PO, SA, TF). Where the
    qualifier has none of those areas, the districts that the data puts into that county ("Gillingham,
    Dorset": SP8, though SP is none of Dorset's areas); all patterns when there are none of these either.
    """
    if RANK[place.kind] or len(place.areas) < 2:
        return place.patterns
    kept = tuple(pattern for pattern in place.patterns if area_of(pattern) in qualifier.areas)
    county = key_of(qualifier.name)
    return kept or tuple(one for one in place.patterns if county in counties_of(one)) or place.patterns


def _corrected(whole: str) -> Resolution | None:
    for key in dict.fromkeys(reversed(without_frame(whole))):
        place = nearest_place(key, near_words())
        if place:
            return Resolution(place, place.patterns, corrected=True)
    return None


# Near to a place in spelling: spoken forms, abbreviations and first names, which no dictionary has.
_NO_PLACES = word_set(
    "heres wheres theres more'n moren anna annas enq enqs corection coreciton correciton rhys bostin he've heve she've"
)


_HEARD = "whales"  # which speech recognition writes for Wales


def nearest_place(key: str, ordinary: frozenset[str]) -> Place | None:
    """The one place whose name `key` misspells: 1 slip up to 8 letters, 2 from 9, 3 from 13.

    None when that is unclear, or `key` is one of the `ordinary` words or a place elsewhere.
    """
    letters = len(key.replace(" ", ""))
    if letters < 4 or (key in ordinary and key != _HEARD) or key in _NO_PLACES or names_technology(key):
        return None
    if key in gazetteer().foreign or not key.replace(" ", "").isalpha():
        return None
    slips = 1 if letters < 9 else 2 if letters < 13 else 3
    nearest = _nearest_keys(key, slips)
    places = {gazetteer().by_key[name].name: gazetteer().by_key[name] for name in nearest}
    if len(places) == 1:
        return next(iter(places.values()))
    begun = {place.name: place for name, place in ((n, gazetteer().by_key[n]) for n in nearest) if name.startswith(key)}
    if len(begun) == 1:
        return next(iter(begun.values()))
    widest = sorted(places.values(), key=_width, reverse=True)
    return widest[0] if len(widest) > 1 and _width(widest[0]) > _width(widest[1]) else None


def _width(place: Place) -> int:
    """How much a place covers: a nation more than a county, a whole postcode area more than districts."""
    return 2 * RANK[place.kind] + any(not pattern[-1].isdigit() for pattern in place.patterns)


def _nearest_keys(key: str, slips: int) -> list[str]:
    """Names at the least distance from `key`: with its first letter, or that begin with its first two swapped."""
    table = gazetteer().keys_by_letter
    names = [*table.get(key[0], ()), *(table.get(key[1], ()) if key[1] != key[0] else ())]
    near = [
        (distance, name)
        for name, distance, _ in extract(key, names, scorer=OSA.distance, score_cutoff=slips, limit=12)
        if name[0] == key[0] or name[:2] == key[1] + key[0]
        if len(name) > 3
    ]
    least = min((distance for distance, _ in near), default=0)
    return [name for distance, name in near if distance == least]


def is_foreign(quoted: str) -> bool:
    """Whether `quoted` is a real place that is not in places.csv: Paris, Islington."""
    return any(key in gazetteer().foreign for key in without_frame(key_of(quoted)))
