"""Load factors: the share of the year's hours that an installation would have to run at full capacity.

data/load_factors.csv holds published figures a year, each with its source. The figure of a technology
is the mean of its years. They are of *all* sites of the technology in a place, large ones and sites of
other schemes among them: good for a rough estimate and for nothing else. There is none for micro CHP,
because no published one could be found, and for places within the United Kingdom only for onshore wind
in Scotland and in England, of a single year.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import NamedTuple

LOAD_FACTOR_FILE = Path(__file__).resolve().parent / "data" / "load_factors.csv"
UNITED_KINGDOM = "United Kingdom"
HOURS_A_YEAR = 8760


class LoadFactor(NamedTuple):
    """`percent` is the mean of the years from `first_year` to `last_year`."""

    technology: str
    place: str
    percent: float
    first_year: int
    last_year: int
    source: str

    @property
    def years(self) -> str:
        return str(self.last_year) if self.first_year == self.last_year else f"{self.first_year}-{self.last_year}"


def load_factor(technology: str, place: str = UNITED_KINGDOM) -> LoadFactor | None:
    """The figure for a technology in a nation, None when there is none with a source."""
    return _table().get((technology, place))


@cache
def _table() -> dict[tuple[str, str], LoadFactor]:
    with LOAD_FACTOR_FILE.open(newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    table = {}
    for key in dict.fromkeys((line["technology"], line["place"]) for line in lines):
        own = [line for line in lines if (line["technology"], line["place"]) == key]
        years = [int(line["year"]) for line in own]
        mean = sum(float(line["load_factor_percent"]) for line in own) / len(own)
        table[key] = LoadFactor(*key, round(mean, 2), min(years), max(years), own[0]["source"])
    return table
