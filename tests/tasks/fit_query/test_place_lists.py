"""Lists of places: none is lost, whatever joins them, and with one of them misspelt."""

from __future__ import annotations

from datetime import date
from itertools import product
from random import Random

import pytest

from tasks.fit_query.gazetteer import gazetteer
from tasks.fit_query.ground import ground
from tasks.fit_query.place_words import ORDINARY
from tasks.fit_query.resolution import qualifies, resolve
from tasks.fit_query.rules import read

TODAY = date(2026, 11, 21)
FRAMES = ("wind in {}", "hydro sites {}", "how many AD plants are there in {}", "the turbines in {}, newest first")
JOINTS = ((", ", " and "), (" and ", " and "), (", ", ", "), ("/", "/"), (" + ", " + "), (", ", " or "), ("; ", "; "))


def misspelt(rng: Random, name: str) -> str:
    """The name with two letters exchanged; only one that resolves to it again."""
    for _ in range(20):
        at = rng.randrange(2, len(name) - 2)
        slip = name[:at] + name[at + 1] + name[at] + name[at + 2 :]
        found = resolve(slip)
        if slip != name and found.place and found.place.name == name:
            return slip
    return name


@pytest.mark.parametrize(("frame", "joints"), list(product(FRAMES, JOINTS)))
def test_three_towns_stay_three(frame: str, joints: tuple[str, str]) -> None:
    rng = Random(f"{frame}{joints}")
    towns = sorted(
        {
            place.name
            for place in gazetteer().by_key.values()
            if place.kind == "town" and place.name.isalpha() and len(place.name) > 6
            if place.name.lower() not in ORDINARY
        }
    )
    lost = []
    for number in range(12):
        names = rng.sample(towns, 3)
        written = [misspelt(rng, name) if at == number % 4 else name for at, name in enumerate(names)]
        text = frame.format(written[0] + joints[0] + written[1] + joints[1] + written[2])
        reading = read(text, TODAY)
        output = ground(text, reading, TODAY).output if reading is not None else None
        if output is not None and output.get("location") != ", ".join(names):
            lost.append((text, output.get("location")))
    assert lost == []


@pytest.mark.parametrize(
    ("town", "county", "lies_there"),
    [
        ("Stafford", "Cleveland", False),
        ("Swanage", "Caithness", False),
        ("Bromley", "Kent", True),
        ("Abingdon", "Berkshire", True),
        ("Warrington", "Lancashire", True),
        ("Gillingham", "Dorset", True),
    ],
)
def test_a_county_far_away_is_a_second_place(town: str, county: str, *, lies_there: bool) -> None:
    places = {place.name: place for place in gazetteer().by_key.values()}
    assert qualifies(places[county], places[town]) == lies_there
    output = ground(text := f"wind in {town}, {county}", read(text, TODAY) or {}, TODAY).output
    assert output is not None
    assert output["location"] == (town if lies_there else f"{town}, {county}")
