"""Rows of a rate: of one installation, or of all that the filters of a question fit.

An item is a row of Ofgem's tables (tariffs.py): {tariff ("generation" or "export"), p_per_kwh (2020/21
prices), technology, band_kw, pv_installation_type, energy_efficiency_rating, tariff_start, tariff_end,
scheme_year, source (the line of the table's file)}, without the fields that a row does not have. The
rate of an installation also has its fit_id, capacity_kw and commissioned.

What higher, middle and lower mean: DECC, "Modifications to the Standard Conditions of Electricity Supply
Licences (No. 2 of 2012)".
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row

from tasks.fit_query.filters import day_of, technologies
from tasks.fit_query.revenue import DEEMED_UP_TO_KW
from tasks.fit_query.support import NEW_FROM, is_moved_over
from tasks.fit_query.tariffs import (
    EXPORT_FILE,
    GENERATION_FILE,
    ExportTariff,
    GenerationTariff,
    export_tariff,
    export_tariffs_between,
    generation_tariffs,
    tariffs_between,
)
from tuneserve.task import JsonObject

_PRICES = (
    f"from Ofgem's tables {GENERATION_FILE.name} and {EXPORT_FILE.name}, in 2020/21 prices: what is paid now is "
    "higher, for rates follow inflation every April"
)
_ELIGIBILITY = (
    "chosen by commissioning date and capacity; Ofgem goes by the eligibility date, which an application before or "
    "long after commissioning moves"
)
_TYPES = {
    "Standalone": "Standalone is PV that supplies no building",
    "New Build": "New Build is PV on a building that was built with it",
    "Retrofit": "Retrofit is PV on a building that was there before",
}
_RATINGS = (
    "Higher: the building's energy certificate is good enough (level D from April 2012); Middle: so it is, but the "
    "owner has 25 or more other PV installations; Lower: it is not"
)
_TEXT_DATE_FROM, _TEXT_DATE_TO = "commissioned_from", "commissioned_to"


def rates_of(installation: Row[*tuple[Any, ...]]) -> tuple[list[JsonObject], list[str]]:
    """Items and notes for an installation (with technology, capacity_kw, commissioned, fit_id)."""
    technology, capacity, commissioned = installation.technology, installation.capacity_kw, installation.commissioned
    named = {
        "fit_id": None if installation.fit_id is None else str(installation.fit_id),
        "capacity_kw": capacity,
        "commissioned": commissioned.isoformat(),
    }
    rows = generation_tariffs(technology, capacity, commissioned)
    items = [{**named, **_generation_item(row)} for row in _ordered(rows, {})]
    items.append({**named, **_export_item(export_tariff(technology, commissioned), technology)})
    notes = [_PRICES, _ELIGIBILITY]
    if not rows:
        notes.insert(0, f"Ofgem's table has no generation tariff for {technology} of {capacity:g} kW at that time")
    if is_moved_over(commissioned):
        notes.append(
            f"commissioned before {NEW_FROM.isoformat()}: in the scheme only by moving over from the Renewables "
            "Obligation, at one rate for all"
        )
    return items, [*notes, *_deciding(rows), _export_note(capacity)]


def rates_for(output: JsonObject) -> tuple[list[JsonObject], list[str]]:
    """Items and notes for the technology, capacity and dates of an answer, in the asked order and number."""
    asked = technologies(output)
    capacity = (output.get("capacity_min_kw", 0.0), output.get("capacity_max_kw", float("inf")))
    commissioned = (day_of(output, _TEXT_DATE_FROM) or date.min, day_of(output, _TEXT_DATE_TO) or date.max)
    rows = _ordered(tariffs_between(asked, capacity, commissioned), output)
    items = [_generation_item(row) for row in rows]
    if rows:
        items += [_export_item(row) for row in export_tariffs_between(asked, commissioned)]
        notes = [_PRICES, *_not_deciding(output)]
        # What decides between PV's variants says nothing to a question about a whole decade of all technologies.
        notes += _deciding(rows) if asked == ["Photovoltaic"] else []
    else:
        notes = [
            "Ofgem's tables have no row for this technology, capacity and time: they run from April 2010 and to 5 MW"
        ]
    return items[: output.get("limit")], notes


def _generation_item(row: GenerationTariff) -> JsonObject:
    shown = {
        "tariff": "generation",
        "p_per_kwh": row.pence_per_kwh,
        "technology": row.technology,
        "band_kw": f"{row.min_kw:.7g}-{row.max_kw:g}",
        "pv_installation_type": row.installation_type,
        "energy_efficiency_rating": row.rating,
        "tariff_start": row.start and row.start.isoformat(),
        "tariff_end": row.end and row.end.isoformat(),
        "scheme_year": row.scheme_year,
        "source": f"generation table line {row.line}",
    }
    return {name: value for name, value in shown.items() if value is not None}


def _export_item(row: ExportTariff, technology: str | None = None) -> JsonObject:
    shown = {
        "tariff": "export",
        "p_per_kwh": row.pence_per_kwh,
        "technology": technology or row.technology,
        "tariff_start": row.start.isoformat(),
        "tariff_end": row.end and row.end.isoformat(),
        "scheme_year": row.period,
        "source": f"export table line {row.line}",
    }
    return {name: value for name, value in shown.items() if value is not None}


def _ordered(rows: list[GenerationTariff], output: JsonObject) -> list[GenerationTariff]:
    """By technology, time, band and variant, or as asked; those without a period last."""
    rows = sorted(rows, key=_place_in_table)
    sort_by = output.get("sort_by")
    down = output.get("sort_order", "desc") == "desc"
    if sort_by == "capacity":
        return sorted(rows, key=lambda row: row.max_kw, reverse=down)
    if sort_by == "commissioning_date":
        return sorted(rows, key=lambda row: row.start or date.min, reverse=down)
    return rows


def _place_in_table(row: GenerationTariff) -> tuple[object, ...]:
    return row.start is None, row.technology, row.start or date.max, row.min_kw, row.installation_type, row.rating or ""


def _deciding(rows: Sequence[GenerationTariff]) -> list[str]:
    """What the register does not say and the rows differ by."""
    kinds = [meaning for name, meaning in _TYPES.items() if any(row.installation_type == name for row in rows)]
    notes = []
    if len({row.installation_type for row in rows}) > 1 and kinds:
        notes.append(f"which row holds is not in the register; the type decides: {', '.join(kinds)}")
    if any(row.rating for row in rows):
        notes.append(f"and the rating: {_RATINGS}")
    return notes


def _export_note(capacity_kw: float) -> str:
    if capacity_kw > DEEMED_UP_TO_KW:
        return f"the export tariff is paid for what is exported by meter, above {DEEMED_UP_TO_KW} kW"
    return f"the export tariff is paid for exports, which are deemed, not metered, up to {DEEMED_UP_TO_KW} kW"


def _not_deciding(output: JsonObject) -> list[str]:
    notes = []
    if "postcode_patterns" in output or "include_regional" in output:
        notes.append("rates are the same everywhere in Great Britain: the place makes no difference")
    if "fit_remaining_min_years" in output or "fit_remaining_max_years" in output:
        notes.append("the years left are not in the tables: no row was left out for them")
    if "include_revenue" in output:
        notes.append("revenue is estimated for installations, not for rows of a table: ask for it without the rate")
    return notes
