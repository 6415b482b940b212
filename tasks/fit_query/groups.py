"""Aggregates and comparisons: groups of installations, measured by the database.

Every item has `count`, `total_capacity_kw` and `average_capacity_kw` (kW, rounded to 3 decimals; no
average of nothing) besides what the group is called: `technology`, `region`, `postcode_area`, `year` or
`place`. Where revenue was asked for, also `estimated_gbp_per_year` and, where the estimate has two ends,
`estimated_gbp_per_year_to` (revenue.py). Of a technology without loaded rows all figures are None: that
nothing is loaded is not the same as that there is nothing.
"""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, extract, func, select

from tasks.fit_query.filters import PLACE, TECHNOLOGY, Conditions, in_place, technologies
from tasks.fit_query.gazetteer import resolve
from tasks.fit_query.register import Installation
from tasks.fit_query.revenue import Total, estimate_columns, totals
from tuneserve.task import JsonObject

_COUNT = func.count(Installation.id)
_TOTAL = func.sum(Installation.capacity_kw)
_MEASURES: dict[str, ColumnElement[Any]] = {
    "count": _COUNT,
    "total_capacity": _TOTAL,
    "average_capacity": func.avg(Installation.capacity_kw),
}
_MEASURE_KEYS = {
    "count": "count",
    "total_capacity": "total_capacity_kw",
    "average_capacity": "average_capacity_kw",
}


class Groups(NamedTuple):
    """Items, and the estimates behind them where revenue was asked for."""

    items: list[JsonObject]
    revenue: list[Total]


def measure_key(output: JsonObject) -> str:
    """The key of the figure that the groups of an answer are about."""
    if "aggregate" not in output and output.get("include_revenue"):
        return "estimated_gbp_per_year"
    return _MEASURE_KEYS[output.get("aggregate", "count")]


def aggregate(connection: Connection, output: JsonObject, where: Conditions, today: date) -> Groups:
    """The groups of `output["group_by"]`, largest first by what is asked, or one item for all rows."""
    group_by = output.get("group_by")
    if group_by is None:
        return _measured(connection, output, {}, where, today)
    key = _group_key(group_by)
    measure = _MEASURES[output.get("aggregate", "count")]
    order = key if group_by == "year" and output.get("sort_by") == "commissioning_date" else measure
    ordered = order.asc() if output.get("sort_order") == "asc" else order.desc()
    query = select(key, _COUNT, _TOTAL).where(*where.values()).group_by(key).order_by(ordered, key.is_(None), key)
    found = connection.execute(query.limit(output.get("limit"))).all()
    revenue = _revenue(connection, output, where, key, today)
    return Groups(
        [
            {group_by: _group_name(group_by, name), **_figures(count, total), **_estimated(revenue.get(name))}
            for name, count, total in found
        ],
        [revenue[name] for name, _, _ in found if name in revenue],
    )


def compare(connection: Connection, output: JsonObject, where: Conditions, today: date, loaded: set[str]) -> Groups:
    """One item a side, in the order asked; with `group_by`, each side's groups one after the other.

    A limit counts for each side.
    """
    found = Groups([], [])
    for side, kept in sides(output, where):
        if "technology" in side and side["technology"] not in loaded:
            part = Groups([{**side, **dict.fromkeys(_MEASURE_KEYS.values())}], [])
        elif "group_by" in output:
            groups = aggregate(connection, output, kept, today)
            part = Groups([{**side, **item} for item in groups.items], groups.revenue)
        else:
            part = _measured(connection, output, side, kept, today)
        found.items.extend(part.items)
        found.revenue.extend(part.revenue)
    return found


def sides(output: JsonObject, where: Conditions) -> list[tuple[JsonObject, Conditions]]:
    """What a comparison compares, as (its name, its conditions): technologies, places, or each in each."""
    kinds = technologies(output)
    found: list[tuple[JsonObject, Conditions]] = [({}, where)]
    places = place_patterns(output)
    if len(places) > 1:
        found = [({"place": name}, {**where, PLACE: in_place(patterns)}) for name, patterns in places]
    if len(kinds) > 1 or len(places) < 2:
        found = [
            ({**side, "technology": kind}, {**kept, TECHNOLOGY: Installation.technology == kind})
            for side, kept in found
            for kind in kinds
        ] or found
    return found


def place_patterns(output: JsonObject) -> list[tuple[str, list[str]]]:
    """Each place of an answer with its own postcode patterns, then the patterns that no place accounts for.

    The answer's `postcode_patterns` are the union; which belong to which place is looked up by name.
    """
    patterns: list[str] = output.get("postcode_patterns", [])
    left = list(patterns)
    found: list[tuple[str, list[str]]] = []
    for name in output["location"].split(", ") if "location" in output else []:
        own = [pattern for pattern in resolve(name).patterns if pattern in patterns]
        if own:
            found.append((name, own))
            left = [pattern for pattern in left if pattern not in own]
    return [*found, *((pattern, [pattern]) for pattern in left)]


def shared_patterns(places: list[tuple[str, list[str]]]) -> list[str]:
    """Patterns of more than one place, whose rows stand on both sides of a comparison."""
    written = [pattern for _, patterns in places for pattern in patterns]
    return sorted({pattern for pattern in written if written.count(pattern) > 1})


def _group_key(group_by: str) -> Any:
    keys = {
        "technology": Installation.technology,
        "region": Installation.region,
        "postcode_area": Installation.postcode_area,
        "year": extract("year", Installation.commissioned),
    }
    return keys[group_by]


def _group_name(group_by: str, name: Any) -> Any:
    if name is None:
        return "no postcode"
    return int(name) if group_by == "year" else name


def _measured(connection: Connection, output: JsonObject, named: JsonObject, where: Conditions, today: date) -> Groups:
    count, total = connection.execute(select(_COUNT, _TOTAL).where(*where.values())).one()
    revenue = _revenue(connection, output, where, None, today)
    return Groups([{**named, **_figures(count, total), **_estimated(revenue.get(None))}], list(revenue.values()))


def _revenue(connection: Connection, output: JsonObject, where: Conditions, key: Any, today: date) -> dict[Any, Total]:
    if not output.get("include_revenue"):
        return {}
    return totals(connection, where, key, "include_regional" in output, today)


def _estimated(total: Total | None) -> JsonObject:
    return estimate_columns(total.low, total.high) if total and total.estimated else {}


def _figures(count: int, total: float | None) -> JsonObject:
    # Databases add in different orders: the last digits go first, so that all show the same average.
    exact = round(total or 0.0, 6)
    average = round(exact / count, 3) if count else None
    return {"count": count, "total_capacity_kw": round(exact, 3), "average_capacity_kw": average}
