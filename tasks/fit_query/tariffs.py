"""Ofgem's tariff tables: which rows of them an installation can be paid by.

The tables are data/fit_generation_tariffs_2020_21_prices.csv (943 rows) and
data/fit_export_tariffs_2020_21_prices.csv (4 rows): pence per kWh in the prices of April 2020 to March
2021 (origin and licence in README.md). A generation row holds for a technology, a band of capacity and
a period in which an installation became eligible; PV has several for each. Five rows without a period,
"RO Migrated", hold for what was moved over from the Renewables Obligation.

Not covered, because the register does not say it: an installation with preliminary accreditation may
have the rate of an earlier period, and an extension the band of the whole.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import TypedDict

from tasks.fit_query.support import SCHEME_START, eligible_from, is_moved_over

_FOLDER = Path(__file__).resolve().parent / "data"
GENERATION_FILE = _FOLDER / "fit_generation_tariffs_2020_21_prices.csv"
EXPORT_FILE = _FOLDER / "fit_export_tariffs_2020_21_prices.csv"

_LATER = "On or after "
_NONE = "N/A"


class _Period(TypedDict):
    start: date
    end: date | None


@dataclass(frozen=True, slots=True)
class GenerationTariff:
    """A row of the generation table. `line` is its line in the file; the header's is 1.

    `min_kw` is written as the table has it: 4.001 for "above 4", which is `above_kw` 4; that is -1 in the
    lowest band. `start` and `end` (inclusive) are None
    in rows for what was moved over; `end` is also None in the last period, which has no end.
    """

    line: int
    scheme_year: str
    technology: str
    installation_type: str | None
    rating: str | None
    min_kw: float
    above_kw: float
    max_kw: float
    pence_per_kwh: float
    start: date | None
    end: date | None

    def overlaps(self, first: date, last: date) -> bool:
        """Whether the period has a day from `first` to `last`."""
        return self.start is not None and self.start <= last and (self.end is None or first <= self.end)


@dataclass(frozen=True, slots=True)
class ExportTariff:
    """A row of the export table: for PV or for all else, up to a day or from one on.

    `end` is the last day of the earlier period as the table has it, None in the later one.
    """

    line: int
    period: str
    technology: str
    pence_per_kwh: float
    start: date
    end: date | None


def generation_tariffs(technology: str, capacity_kw: float, commissioned: date) -> list[GenerationTariff]:
    """The rows that can hold for an installation, in the table's order; none outside all bands.

    More than one for PV: what decides between them is not in the register.
    """
    return [row for row in _rows_of(technology, commissioned) if row.above_kw < capacity_kw <= row.max_kw]


def export_tariff(technology: str, commissioned: date) -> ExportTariff:
    """The row that holds for an installation."""
    earlier, later = _export_pair(technology)
    # The table ends PV's first period on 30 July 2012 and begins the second on 1 August.
    return later if eligible_from(commissioned) >= later.start else earlier


def tariffs_between(
    technologies: Sequence[str], capacity_kw: tuple[float, float], commissioned: tuple[date, date]
) -> list[GenerationTariff]:
    """All generation rows for any of the technologies (none: all), capacities and days, bounds inclusive."""
    low, high = capacity_kw
    return [
        row
        for row in generation_table()
        if (not technologies or row.technology in technologies)
        and row.above_kw < high
        and low <= row.max_kw
        and _holds_between(row, *commissioned)
    ]


def export_tariffs_between(technologies: Sequence[str], commissioned: tuple[date, date]) -> list[ExportTariff]:
    """All export rows for any of the technologies (none: all) and days, bounds inclusive."""
    found = []
    for technology in technologies or ("Photovoltaic", "Wind"):
        earlier, later = _export_pair(technology)
        first, last = (eligible_from(day) for day in commissioned)
        found += [earlier] if first < later.start else []
        found += [later] if last >= later.start else []
    return list(dict.fromkeys(found))


@cache
def generation_table() -> tuple[GenerationTariff, ...]:
    """The generation table in its own order."""
    return tuple(
        GenerationTariff(
            line=line,
            scheme_year=cells["scheme_year"],
            technology=cells["technology"],
            installation_type=_named(cells["pv_installation_type"]),
            rating=_named(cells["energy_efficiency_rating"]),
            min_kw=float(cells["min_capacity_kw"]),
            above_kw=_above(float(cells["min_capacity_kw"])),
            max_kw=float(cells["max_capacity_kw"]),
            pence_per_kwh=float(cells["generation_tariff_p_per_kwh"]),
            start=_day(cells["tariff_start"]),
            end=_day(cells["tariff_end"]),
        )
        for line, cells in _lines(GENERATION_FILE)
    )


@cache
def export_table() -> tuple[ExportTariff, ...]:
    """The export table in its own order."""
    return tuple(
        ExportTariff(
            line=line,
            period=cells["eligibility_period"],
            technology=cells["technology_type"],
            pence_per_kwh=float(cells["export_tariff_p_per_kwh"]),
            **_written_period(cells["eligibility_period"]),
        )
        for line, cells in _lines(EXPORT_FILE)
    )


@lru_cache(maxsize=1 << 15)
def _rows_of(technology: str, commissioned: date) -> tuple[GenerationTariff, ...]:
    # Sums over a million installations ask again and again for the same few thousand days.
    return tuple(row for row in _table_of(technology) if _holds_between(row, commissioned, commissioned))


@cache
def _table_of(technology: str) -> tuple[GenerationTariff, ...]:
    return tuple(row for row in generation_table() if row.technology == technology)


def _holds_between(row: GenerationTariff, first: date, last: date) -> bool:
    if row.start is None:
        return is_moved_over(first)
    return not is_moved_over(last) and row.overlaps(eligible_from(first), eligible_from(last))


@cache
def _export_pair(technology: str) -> tuple[ExportTariff, ExportTariff]:
    kind = "PV" if technology == "Photovoltaic" else "Non- PV"
    earlier, later = sorted((row for row in export_table() if row.technology == kind), key=lambda row: row.start)
    return earlier, later


def _lines(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    with path.open(newline="", encoding="utf-8") as file:
        yield from enumerate(csv.DictReader(file), start=2)


def _above(min_kw: float) -> float:
    return round(min_kw - 0.001, 3) if min_kw else -1.0


def _written_period(text: str) -> _Period:
    """ "On or after 1 December 2012", or "April 2010 to 30 November 2012" from the scheme's first day."""
    if text.startswith(_LATER):
        return {"start": _written_day(text.removeprefix(_LATER)), "end": None}
    return {"start": SCHEME_START, "end": _written_day(text.rpartition(" to ")[2])}


def _written_day(text: str) -> date:
    return datetime.strptime(text, "%d %B %Y").date()


def _named(cell: str) -> str | None:
    return None if cell == _NONE else cell


def _day(cell: str) -> date | None:
    return None if cell == _NONE or cell == date.max.isoformat() else date.fromisoformat(cell)
