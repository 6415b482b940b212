"""`Place`: one row of places.csv, and the `Gazetteer` of them all.

gazetteer()   -> the places by key, and what real names are none of ours; read once, on the first call
outcodes()    -> all postcode districts
near_words()  -> words of a dictionary that a misspelt place must not be taken for
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from tasks.fit_query.place_words import ALSO_CALLED, OUTSIDE
from tasks.fit_query.words import key_of, word_set
from tuneserve.errors import DataError

Kind = Literal["town", "city", "county", "region", "nation"]

DATA = Path(__file__).resolve().parent / "data"
RANK: dict[str, int] = {"town": 0, "city": 0, "county": 1, "region": 2, "nation": 3}
_SMALL_WORDS = word_set("and in of on the upon under by le de la next y")


@dataclass(frozen=True, slots=True)
class Place:
    """One row of places.csv."""

    name: str
    kind: Kind
    patterns: tuple[str, ...]

    @property
    def areas(self) -> frozenset[str]:
        """Postcode areas of its patterns: {"RG", "SL"}."""
        return frozenset(area_of(pattern) for pattern in self.patterns)


@dataclass(frozen=True)
class Gazetteer:
    """The places, and the indexes that finding and correcting them need; keys as in words.py.

    by_first_word     first word -> (words of a name, place), longest first; None for a name of OUTSIDE
    foreign           real names that are none of ours
    keys_by_letter    first letter -> names, for misspellings
    name_parts        words of names of several words, without "on", "the" and the like
    last_words        last words of all names
    """

    by_key: dict[str, Place]
    by_first_word: dict[str, tuple[tuple[tuple[str, ...], Place | None], ...]]
    foreign: frozenset[str]
    keys_by_letter: dict[str, tuple[str, ...]]
    name_parts: frozenset[str]
    last_words: frozenset[str]


def area_of(pattern: str) -> str:
    """The postcode area of a pattern: "RG" of "RG17"."""
    return pattern.rstrip("0123456789") if pattern[-1].isdigit() else re.match(r"[A-Z]+", pattern).group()  # type: ignore[union-attr]


@cache
def gazetteer() -> Gazetteer:
    """The gazetteer, read once; "and" in a name may be written "n" ("perth n kinross").

    Raises DataError when a data file is missing or lacks a column.
    """
    by_key, aliases = {}, {}
    for row in _rows("places.csv", "place", "kind", "aliases", "postcode_patterns"):
        place = Place(row["place"], row["kind"], tuple(row["postcode_patterns"].split()))  # type: ignore[arg-type]
        by_key[key_of(place.name)] = place
        more = "|".join((row["aliases"], ALSO_CALLED.get(place.name, "")))
        aliases.update({key_of(alias): place for alias in more.split("|") if alias})
    by_key = {**aliases, **by_key}
    by_key |= {key.replace(" and ", " n "): place for key, place in by_key.items() if " and " in key}
    british = frozenset(name for name in _british_names() if by_key.keys().isdisjoint(without_frame(name)))
    # Of these a frame is part of the name: Jersey City is not Jersey.
    foreign = british | (frozenset(map(key_of, OUTSIDE)) - by_key.keys())
    entries: dict[str, list[tuple[tuple[str, ...], Place | None]]] = defaultdict(list)
    for key, place in by_key.items():
        entries[key.split()[0]].append((tuple(key.split()), place))
    for name in map(key_of, OUTSIDE):
        if name not in by_key:
            entries[name.split()[0]].append((tuple(name.split()), None))
    letters: dict[str, list[str]] = defaultdict(list)
    for key in by_key:
        letters[key[0]].append(key)
    return Gazetteer(
        by_key=by_key,
        by_first_word={
            first: tuple(sorted(names, key=lambda entry: -len(entry[0]))) for first, names in entries.items()
        },
        foreign=foreign,
        keys_by_letter={letter: tuple(keys) for letter, keys in letters.items()},
        name_parts=frozenset(part for key in by_key if " " in key for part in key.split() if part not in _SMALL_WORDS),
        last_words=frozenset(key.split()[-1] for key in by_key),
    )


def _rows(file: str, *columns: str) -> list[dict[str, str]]:
    path = DATA / file
    if not path.is_file():
        raise DataError(f"{path}: no such file; restore it: git checkout {path}")
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    if not rows or not set(columns) <= rows[0].keys():
        raise DataError(f"{path}: needs the columns {', '.join(columns)}")
    return rows


@cache
def outcodes() -> frozenset[str]:
    """All postcode districts that are or were in use: {"RG17", …}."""
    return frozenset(row["outcode"] for row in _rows("outcode_gazetteer.csv", "outcode"))


@cache
def _counties() -> Mapping[str, frozenset[str]]:
    columns = ("outcode", "county_or_unitary_gibbs")
    named: dict[str, set[str]] = defaultdict(set)
    for row in _rows("outcode_gazetteer.csv", *columns):
        named[row["outcode"]] |= {
            key_of(part) for part in re.split(r"[;,]", row["county_or_unitary_gibbs"]) if part.strip()
        }
    return {outcode: frozenset(names) for outcode, names in named.items()}


def counties_of(outcode: str) -> frozenset[str]:
    """Keys of the counties or unitary councils in which the data puts a postcode district; none for an area."""
    return _counties().get(outcode, frozenset())


@cache
def near_words() -> frozenset[str]:
    """Words of a dictionary that are near to a place's name without being one."""
    path = DATA / "near_words.txt"
    if not path.is_file():
        raise DataError(f"{path}: no such file; make it: python -m tasks.fit_query.near_words DICTIONARY")
    return frozenset(line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))


def _british_names() -> frozenset[str]:
    """Keys of the British towns and councils that outcode_gazetteer.csv names."""
    columns = ("local_authority_2021", "post_towns", "town_gibbs", "county_or_unitary_gibbs")
    names = {name for row in _rows("outcode_gazetteer.csv", *columns) for column in columns for name in [row[column]]}
    parts = (part for name in names for part in re.split(r"[;,]", name))  # "Bristol, City of"
    return frozenset(key_of(part) for part in parts if part.strip() and not part.strip().endswith(" of"))


_FRAME_BEFORE = re.compile(
    r"^(?:(?:in|near|at|around|from|across|within|inside|throughout|all|whole|the|of|over|anywhere|somewhere|rural"
    r"|city|town|village|county|region|district|borough|area)\s+)+"
)
_FRAME_AFTER = re.compile(r"(?:\s+(?:area|region|county|district|town|city|centre|center|borough|itself|proper|way))+$")


def without_frame(key: str) -> list[str]:
    """`key` as it stands, then without words around a name: "the county of kent", "leeds area"."""
    bare = _FRAME_AFTER.sub("", _FRAME_BEFORE.sub("", key))
    return [key] if bare == key else [key, _FRAME_BEFORE.sub("", key), _FRAME_AFTER.sub("", key), bare]
