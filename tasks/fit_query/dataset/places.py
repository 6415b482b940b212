"""Places and postcodes as people write them, each with what it stands for.

Source of the names and patterns: `data/places.csv`; of the postcode districts:
`data/outcode_gazetteer.csv` (see `data/README.md` for their licences).
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from random import Random

from rapidfuzz.distance import OSA

from tasks.fit_query.dataset.phrases import table

OUTCODE = re.compile(r"[A-Z]{1,2}[0-9][0-9A-Z]?")
DATA = Path(__file__).parent.parent / "data"
KEYS_NEXT_TO = {"a": "sqz", "e": "wr", "i": "uo", "o": "ip", "n": "bm", "r": "et", "s": "ad", "t": "ry", "l": "k"}


@dataclass(frozen=True, slots=True)
class Place:
    """A row of places.csv. `patterns` are outward codes or whole postcode areas, in the file's order."""

    name: str
    kind: str
    aliases: tuple[str, ...]
    patterns: tuple[str, ...]

    @property
    def areas(self) -> frozenset[str]:
        return frozenset(area_of(pattern) for pattern in self.patterns)


@cache
def names_with_care(group: str) -> frozenset[str]:
    """A group of phrases/names.toml."""
    return frozenset(table("names")[group])


def area_of(pattern: str) -> str:
    """The postcode area of an outward code: 'YO' of 'YO17'."""
    return re.sub(r"[0-9].*", "", pattern)


def folded(name: str) -> str:
    """Lower case without punctuation, the form in which names are compared."""
    return " ".join(re.sub(r"[^a-z0-9 ]", "", re.sub(r"[-/]", " ", name.lower())).split())


class Gazetteer:
    def __init__(self) -> None:
        with (DATA / "places.csv").open(encoding="utf-8-sig", newline="") as file:
            self.places = [
                Place(
                    row["place"],
                    row["kind"],
                    tuple(alias for alias in row["aliases"].split("|") if alias),
                    tuple(row["postcode_patterns"].split()),
                )
                for row in csv.DictReader(file)
            ]
        with (DATA / "outcode_gazetteer.csv").open(encoding="utf-8-sig", newline="") as file:
            self.outcodes = [row["outcode"] for row in csv.DictReader(file) if OUTCODE.fullmatch(row["outcode"])]
        self.areas = sorted({area_of(outcode) for outcode in self.outcodes})
        self.large = [place for place in self.places if place.kind != "town"]
        self.worded = [place for place in self.places if place.name.lower() in names_with_care("ordinary")]
        self.counties = [place for place in self.places if place.kind == "county"]
        self.ambiguous = [place for place in self.places if place.kind == "town" and len(place.areas) > 1]

    @cached_property
    def names(self) -> dict[str, Place]:
        """Folded name or alias -> place; a canonical name beats an alias."""
        names = {folded(alias): place for place in self.places for alias in place.aliases}
        return names | {folded(place.name): place for place in self.places}

    def spelt(self, rng: Random, place: Place) -> str:
        """The place as somebody may write it, without 'the': canonical, alias or loosely punctuated."""
        aliases = [
            alias
            for alias in place.aliases
            if self.names[folded(alias)] is place and alias not in names_with_care("demonyms")
        ]
        written = place.name
        if aliases and rng.random() < 0.5:
            written = rng.choice(aliases)
            if folded(written.removeprefix("the ")) in self.names:
                written = written.removeprefix("the ")
            if rng.random() < 0.6:
                written = written.title() if len(written) > 3 else written.upper()
        elif rng.random() < 0.4:
            written = written.replace("-", " ").replace(".", "").replace("'", "")
        if " and " in written and rng.random() < 0.3:
            written = written.replace(" and ", " & ")
        return written

    def misspelt(self, rng: Random, name: str) -> str | None:
        """`name` with one typing error that still points to it alone, or None."""
        if len(name) < 5 or name.lower().startswith(("county", "co ")) or folded(name) not in self.names:
            return None
        at = rng.randrange(1, len(name) - 1)
        word = next(found.group() for found in re.finditer(r"[^ -]+|[ -]", name) if found.end() > at)
        words = folded(name).split()
        if (
            len(words) > 2
            or "ireland" in words
            or any(" ".join(words[:end]) in self.names for end in range(1, len(words)))
        ):
            return None  # half of the name is a place of its own
        letter = name[at]
        if not letter.isalpha() or len(word) < 5:
            return None
        kind = rng.randrange(4)
        wrong = {
            0: name[:at] + name[at + 1 :],
            1: name[:at] + letter + name[at:],
            2: name[:at] + name[at + 1] + letter + name[at + 2 :],
            3: name[:at] + rng.choice(KEYS_NEXT_TO.get(letter, "aeiou")) + name[at + 1 :],
        }[kind]
        return wrong if self.points_to(wrong, self.names[folded(name)]) else None

    def points_to(self, wrong: str, place: Place) -> bool:
        """Whether the misspelling is near a name of `place` and of no other."""
        near = folded(wrong)
        if near in self.names or near in names_with_care("english"):
            return False
        found = {
            self.names[name].name
            for name in self.names
            if abs(len(name) - len(near)) <= 2 and OSA.distance(near, name, score_cutoff=2) <= 2
        }
        return found == {place.name}

    def place(self, rng: Random) -> Place:
        roll = rng.random()
        if roll < 0.05:
            return rng.choice(self.worded)
        return rng.choice(self.large if roll < 0.42 else self.places)

    def qualifiers(self, place: Place) -> list[Place]:
        """Counties whose postcode areas include one of the place's."""
        return [county for county in self.counties if county.areas & place.areas and county is not place]


def is_island(place: Place) -> bool:
    return place.name.startswith(("Isle", "Anglesey", "Orkney", "Shetland", "Jersey", "Guernsey", "Outer Hebrides"))


@cache
def gazetteer() -> Gazetteer:
    return Gazetteer()


def united(patterns: list[tuple[str, ...]]) -> list[str]:
    """Patterns in order without repeats."""
    return list(dict.fromkeys(pattern for group in patterns for pattern in group))


def article(written: str, place: Place) -> str:
    """'the ' where the written name usually takes it."""
    return "the " if written.lower() in names_with_care("with_the") and not written.lower().endswith("england") else ""
