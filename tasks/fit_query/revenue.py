"""Estimates of what the scheme pays for installations in a year. Nothing here is measured.

    pounds a year = kW x load factor x 8,760 h x (generation tariff + exported share x export tariff) / 100

- The load factor is a published mean of all sites of the technology (load_factors.py); with `regional`
  that of the installation's nation where there is one.
- The tariffs are Ofgem's, in 2020/21 prices (tariffs.py). Where several rows can hold, as for PV, the
  estimate has a lower and an upper end.
- Exported share: up to 30 kW without an export meter, half of what is generated is deemed to be exported
  (DECC, Comprehensive Review Phase 2A, 2012). Left out: installations above 30 kW, whose exports are
  metered and not published, and hydro, whose deemed share is another one, for which sources differ.
- Nothing after support is over.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from math import floor, log10
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, SQLColumnExpression, func, literal, select

from tasks.fit_query.filters import Conditions
from tasks.fit_query.load_factors import HOURS_A_YEAR, UNITED_KINGDOM, LoadFactor, load_factor
from tasks.fit_query.register import Installation
from tasks.fit_query.tariffs import export_tariff, generation_tariffs
from tuneserve.task import JsonObject

DEEMED_SHARE = 0.5
DEEMED_UP_TO_KW = 30

NO_LOAD_FACTOR = "no published load factor"
NO_TARIFF = "no row of Ofgem's tariff table for this technology, capacity and date"

FIGURE_COLUMNS = (
    Installation.technology,
    Installation.capacity_kw,
    Installation.commissioned,
    Installation.support_end,
    Installation.country,
)


class Figures(NamedTuple):
    """What an estimate needs to know of an installation; capacity in kW."""

    technology: str
    capacity_kw: float
    commissioned: date
    support_end: date
    country: str


class Estimate(NamedTuple):
    """Pounds a year in 2020/21 prices, from `low` to `high`; `missing` says why there is no estimate."""

    low: float
    high: float
    factor: LoadFactor | None
    missing: str | None = None


@dataclass
class Total:
    """Estimates added up: pounds a year, and for how many installations of each kind."""

    low: float = 0.0
    high: float = 0.0
    estimated: int = 0
    over: int = 0
    missing: Counter[str] = field(default_factory=Counter)
    factors: Counter[LoadFactor] = field(default_factory=Counter)
    deemed: int = 0
    metered: int = 0
    hydro: int = 0

    def add(self, installation: Figures, count: int, regional: bool, today: date) -> None:
        """Adds `count` equal installations."""
        found = estimate(installation, regional, today)
        if found.missing:
            self.missing[f"{installation.technology}: {found.missing}"] += count
            return
        self.low += found.low * count
        self.high += found.high * count
        self.estimated += count
        if found.factor:
            self.factors[found.factor] += count
        if installation.support_end <= today:
            self.over += count
        elif installation.capacity_kw > DEEMED_UP_TO_KW:
            self.metered += count
        elif deemed_share(installation.technology, installation.capacity_kw):
            self.deemed += count
        else:
            self.hydro += count


def estimate(installation: Figures, regional: bool, today: date) -> Estimate:
    """What the scheme pays for one installation in a year from `today`."""
    technology, capacity, commissioned = installation[:3]
    factor = (load_factor(technology, installation.country) if regional else None) or load_factor(technology)
    tariffs = generation_tariffs(technology, capacity, commissioned)
    if not factor or not tariffs:
        return Estimate(0.0, 0.0, factor, NO_TARIFF if factor else NO_LOAD_FACTOR)
    if installation.support_end <= today:
        return Estimate(0.0, 0.0, factor)
    export = deemed_share(technology, capacity) * export_tariff(technology, commissioned).pence_per_kwh
    pounds_a_penny = capacity * factor.percent / 100 * HOURS_A_YEAR / 100
    pence = [row.pence_per_kwh + export for row in tariffs]
    return Estimate(pounds_a_penny * min(pence), pounds_a_penny * max(pence), factor)


def deemed_share(technology: str, capacity_kw: float) -> float:
    """The share of the generation that is deemed to be exported; 0 where it is not known."""
    return 0.0 if technology == "Hydro" or capacity_kw > DEEMED_UP_TO_KW else DEEMED_SHARE


def totals(
    connection: Connection, where: Conditions, key: SQLColumnExpression[Any] | None, regional: bool, today: date
) -> dict[Any, Total]:
    """The estimates of all installations that match, by the value of `key`; without one, under None."""
    columns = [literal(None) if key is None else key, *FIGURE_COLUMNS]
    grouped = select(*columns, func.count(Installation.id)).where(*where.values())
    return _added(connection, grouped.group_by(*(columns if key is not None else FIGURE_COLUMNS)), regional, today)


def total_of_first(
    connection: Connection, installations: Select[*tuple[Any, ...]], regional: bool, today: date
) -> Total:
    """The estimates of the installations that a query with an order and a limit gives."""
    query = installations.with_only_columns(literal(None), *FIGURE_COLUMNS, literal(1))
    return _added(connection, query, regional, today).get(None, Total())


def estimate_columns(low: float, high: float) -> JsonObject:
    """The fields of an item: three digits, for more would look like a measurement."""
    shown = {"estimated_gbp_per_year": three_digits(low)}
    if three_digits(high) != three_digits(low):
        shown["estimated_gbp_per_year_to"] = three_digits(high)
    return shown


def three_digits(pounds: float) -> float:
    """Rounded to three significant digits."""
    return round(pounds, 2 - floor(log10(abs(pounds)))) if pounds else 0.0


def revenue_notes(summed: Iterable[Total], count: int, regional: bool) -> list[str]:
    """What must stand beside an estimate for `count` installations: how much, how made, what is not in it."""
    total = Total()
    for part in summed:
        _merge(total, part)
    notes = []
    if total.estimated:
        whom = f"{total.estimated:,} of the {count:,} installations"
        if total.estimated == count:
            whom = "the installation" if count == 1 else f"all {count:,} installations"
        notes.append(f"ESTIMATE, not measured: {_pounds(total)} a year for {whom}")
        notes += _method(total)
        notes += _regional(total) if regional else []
    return [*notes, *(f"no estimate for {missing:,} of {reason}" for reason, missing in sorted(total.missing.items()))]


def _added(connection: Connection, query: Select[*tuple[Any, ...]], regional: bool, today: date) -> dict[Any, Total]:
    found: dict[Any, Total] = {}
    for key, technology, capacity, commissioned, end, country, count in connection.execute(query):
        found.setdefault(key, Total()).add(
            Figures(technology, capacity, commissioned, end, country), count, regional, today
        )
    return found


def _merge(total: Total, part: Total) -> None:
    total.low += part.low
    total.high += part.high
    total.estimated += part.estimated
    total.over += part.over
    total.deemed += part.deemed
    total.metered += part.metered
    total.hydro += part.hydro
    total.missing.update(part.missing)
    total.factors.update(part.factors)


def _pounds(total: Total) -> str:
    low, high = three_digits(total.low), three_digits(total.high)
    return f"about GBP {low:,.0f}" if low == high else f"about GBP {low:,.0f} to {high:,.0f}"


def _method(total: Total) -> list[str]:
    notes = [f"estimated as capacity x load factor x {HOURS_A_YEAR:,} h x generation tariff, in 2020/21 prices"]
    if total.deemed:
        notes.append(
            f"up to {DEEMED_UP_TO_KW} kW ({total.deemed:,}): with the export tariff on {DEEMED_SHARE * 100:.0f} % of "
            "the generation, which is deemed to be exported"
        )
    if total.metered:
        notes.append(
            f"above {DEEMED_UP_TO_KW} kW ({total.metered:,}): without export payments, whose meter readings are not "
            "published"
        )
    if total.hydro:
        notes.append(f"hydro ({total.hydro:,}): without export payments, for its deemed share could not be sourced")
    if total.over:
        notes.append(f"support is over by this count ({total.over:,}): nothing is added")
    factors = sorted(total.factors)
    shown = ", ".join(f"{one.technology} {one.percent:.1f} % ({one.place}, {one.years})" for one in factors)
    sources = ", ".join(dict.fromkeys(one.source.rpartition(", ")[0] for one in factors))
    notes.append(f"load factors are means of all sites, not of these: {shown}; {sources}")
    return notes


def _regional(total: Total) -> list[str]:
    national = [one for one in total.factors if one.place != UNITED_KINGDOM]
    without = sum(count for one, count in total.factors.items() if one.place == UNITED_KINGDOM)
    notes = []
    if national:
        notes.append(
            "a nation's load factor is of one year and the United Kingdom's of ten: part of the difference is weather"
        )
    if without:
        notes.append(f"no regional load factor could be sourced for {without:,} of them: the United Kingdom's was used")
    return notes
