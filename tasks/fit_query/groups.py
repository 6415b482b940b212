"""Aggregates and comparisons: groups of installations, measured by the database.

Every item has `count`, `total_capacity_kw` and `average_capacity_kw` (kW, rounded to 3 decimals; no
average of nothing) besides what the group is called: `technology`, `region`, `postcode_area`, `year` or
`place`.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, extract, func, select

from tasks.fit_query.filters import PLACE, TECHNOLOGY, Condition, Conditions, in_place, technologies
from tasks.fit_query.gazetteer import resolve
from tasks.fit_query.register import Installation
from tuneserve.task import JsonObject

_COUNT = func.count(Installation.id)
_TOTAL = func.sum(Installation.capacity_kw)
_MEASURES: dict[str, ColumnElement[Any]] = {
    "count": _COUNT,
    "total_capacity": _TOTAL,
    "average_capacity": func.avg(Installation.capacity_kw),
}


def aggregate(connection: Connection, output: JsonObject, where: Conditions) -> list[JsonObject]:
    """The groups of `output["group_by"]`, largest first by what is asked, or one item for all rows."""
    group_by = output.get("group_by")
    if group_by is None:
        return [_measured(connection, {}, where)]
    key = _group_key(group_by)
    measure = _MEASURES[output.get("aggregate", "count")]
    order = key if group_by == "year" and output.get("sort_by") == "commissioning_date" else measure
    ordered = order.asc() if output.get("sort_order") == "asc" else order.desc()
    query = select(key, _COUNT, _TOTAL).where(*where.values()).group_by(key).order_by(ordered, key.is_(None), key)
    return [
        {group_by: _group_name(group_by, name), **_figures(count, total)}
        for name, count, total in connection.execute(query.limit(output.get("limit")))
    ]


def compare(connection: Connection, output: JsonObject, where: Conditions) -> list[JsonObject]:
    """One item a side, in the order asked: technologies, places, or each technology in each place.

    With `group_by`, each side's groups one after the other.
    """
    kinds = technologies(output)
    sides: list[tuple[JsonObject, Conditions]] = [({}, where)]
    places = place_patterns(output)
    if len(places) > 1:
        sides = [({"place": name}, {**where, PLACE: in_place(patterns)}) for name, patterns in places]
    if len(kinds) > 1 or len(places) < 2:
        sides = [
            ({**side, "technology": kind}, {**kept, TECHNOLOGY: Installation.technology == kind})
            for side, kept in sides
            for kind in kinds
        ] or sides
    if "group_by" in output:
        whole = {name: value for name, value in output.items() if name != "limit"}
        return [{**side, **item} for side, kept in sides for item in aggregate(connection, whole, kept)]
    return [_measured(connection, side, kept) for side, kept in sides]


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


def _measured(connection: Connection, named: JsonObject, where: dict[str, Condition]) -> JsonObject:
    count, total = connection.execute(select(_COUNT, _TOTAL).where(*where.values())).one()
    return {**named, **_figures(count, total)}


def _figures(count: int, total: float | None) -> JsonObject:
    # Databases add in different orders: the last digits go first, so that all show the same average.
    exact = round(total or 0.0, 6)
    average = round(exact / count, 3) if count else None
    return {"count": count, "total_capacity_kw": round(exact, 3), "average_capacity_kw": average}
