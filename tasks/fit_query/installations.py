"""`LOOKUP`: the real installations that an answer of this task stands for.

The database is the one of TUNESERVE_DATABASE_URL. The 7,508 wind rows that ship with the project are
loaded on first use; further files come in with `tuneserve import fit_query FILE.csv`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, Select, SQLColumnExpression, func, select

from tasks.fit_query.database import reading
from tasks.fit_query.filters import Conditions, conditions, technologies
from tasks.fit_query.groups import Groups, aggregate, compare, measure_key, sides
from tasks.fit_query.made_up_rows import write_made_up
from tasks.fit_query.rates import rates_for, rates_of
from tasks.fit_query.register import Installation, ensure_loaded
from tasks.fit_query.revenue import (
    FIGURE_COLUMNS,
    Figures,
    estimate,
    estimate_columns,
    revenue_notes,
    total_of_first,
    totals,
)
from tasks.fit_query.row_import import import_file
from tasks.fit_query.row_notes import (
    group_notes,
    joined,
    loaded_technologies,
    note_without_rows,
    search_notes,
    shared_notes,
    what_is_not_loaded,
)
from tasks.fit_query.support import years_left
from tuneserve.task import ImportReport, JsonObject, Lookup, Rows

FILE_HELP = (
    "a CSV file: Ofgem's Feed-in Tariff Installation Report (20 columns), or the columns of data/fit_wind_sites.csv"
)

_ITEM_COLUMNS = (
    Installation.fit_id,
    Installation.technology,
    Installation.postcode_district,
    Installation.capacity_kw,
    Installation.commissioned,
    Installation.support_end,
    Installation.local_authority,
    Installation.region,
    Installation.country,
)
_SORT_COLUMNS = {
    "capacity": Installation.capacity_kw,
    "commissioning_date": Installation.commissioned,
    "fit_remaining": Installation.support_end,
}


def rows(url: str, output: JsonObject, limit: int, today: date) -> Rows:
    """The rows behind `output`, an answer valid by schema.json; at most `limit` of them as items.

    A search's items are installations: {fit_id (text, None when only a report knows the row), technology,
    postcode (district or None), capacity_kw, commissioned (ISO), years_left, local_authority, region,
    country}, and estimated_gbp_per_year (revenue.py) where revenue was asked for. Items of aggregates and
    comparisons are groups (groups.py), those of a rate are rows of Ofgem's tables (rates.py). `total`
    counts the items there are, up to the answer's own `limit`. `note` says what the rows do not: why there
    are none, which could not be looked through, how an estimate was made.

    Raises DataError when the database cannot be used.
    """
    unanswerable = note_without_rows(output)
    if unanswerable:
        return Rows(0, [], unanswerable)
    if output.get("query_type") == "fit_rate" and "fit_id" not in output:
        items, notes = rates_for(output)
        return Rows(len(items), items[: max(0, limit)], joined(notes))
    ensure_loaded(url)
    with reading(url) as connection:
        return _looked_up(connection, output, conditions(output, today), limit, today)


def load(url: str, path: Path, progress: Callable[[int, int], None]) -> ImportReport:
    """Imports a file of installations; see row_import.py. Dates after today's are bad lines."""
    return import_file(url, path, progress, date.today())


def _looked_up(connection: Connection, output: JsonObject, where: Conditions, limit: int, today: date) -> Rows:
    grouped = "aggregate" in output or "group_by" in output
    if output.get("query_type") == "fit_rate":
        return _rate(connection, output, where, limit, today)
    if output.get("query_type") == "comparison" and not grouped and ("sort_by" in output or "limit" in output):
        return _compared_search(connection, output, where, limit, today)
    if grouped or output.get("query_type") in ("comparison", "aggregation"):
        return _groups(connection, output, where, limit, today)
    return _search(connection, output, where, limit, today)


def _search(connection: Connection, output: JsonObject, where: Conditions, limit: int, today: date) -> Rows:
    matching = _matching(connection, where)
    asked = min(matching, output.get("limit", matching))
    query = _ordered(output, where)
    items = [_item(row, output, today) for row in connection.execute(query.limit(max(0, min(asked, limit))))]
    notes = search_notes(connection, output, where, matching, today)
    if output.get("include_revenue"):
        regional = "include_regional" in output
        if asked < matching:
            summed = [total_of_first(connection, query.limit(asked), regional, today)]
        else:
            summed = list(totals(connection, where, None, regional, today).values())
        notes += revenue_notes(summed, asked, regional)
    return Rows(asked, items, joined(notes))


def _compared_search(connection: Connection, output: JsonObject, where: Conditions, limit: int, today: date) -> Rows:
    """The first installations of each side, in the order asked for; a limit counts for each side."""
    compared = sides(output, where)
    shown = -(-max(0, limit) // len(compared))
    found = []
    for side, kept in compared:
        own = {name: value for name, value in output.items() if name != "technologies" or "technology" not in side}
        found.append(_search(connection, {**own, **side}, kept, shown, today))
    items = [{**side, **item} for (side, _), part in zip(compared, found, strict=True) for item in part.items]
    names = [", ".join(side.values()) for side, _ in compared]
    said = [(name, line) for name, part in zip(names, found, strict=True) for line in (part.note or "").splitlines()]
    notes = [
        line if sum(line == other for _, other in said) == len(names) else f"{name}: {line}" for name, line in said
    ]
    notes += shared_notes(output)
    return Rows(sum(part.total for part in found), items[: max(0, limit)], joined(notes))


def _groups(connection: Connection, output: JsonObject, where: Conditions, limit: int, today: date) -> Rows:
    loaded = loaded_technologies(connection)
    asked = technologies(output)
    if asked and not loaded & set(asked):
        # A count of 0 would say that there are none.
        return Rows(0, [], joined(what_is_not_loaded(output, loaded)))
    compares = output.get("query_type") == "comparison"
    found: Groups = (
        compare(connection, output, where, today, loaded) if compares else aggregate(connection, output, where, today)
    )
    count = sum(item["count"] or 0 for item in found.items)
    notes = group_notes(connection, output, where, count)
    if output.get("include_revenue"):
        notes += revenue_notes(found.revenue, count, "include_regional" in output)
    measure = measure_key(output) if compares or "group_by" in output else None
    return Rows(len(found.items), found.items[: max(0, limit)], joined(notes), measure)


def _rate(connection: Connection, output: JsonObject, where: Conditions, limit: int, today: date) -> Rows:
    installation = connection.execute(select(*_ITEM_COLUMNS).where(*where.values())).first()
    if installation is None:
        return Rows(0, [], joined(search_notes(connection, output, where, 0, today)))
    items, notes = rates_of(installation)
    if installation.support_end <= today:
        notes.insert(0, f"support is over by this count, since {installation.support_end.isoformat()}")
    if output.get("include_revenue"):
        regional = "include_regional" in output
        notes += revenue_notes(totals(connection, where, None, regional, today).values(), 1, regional)
    items = items[: output.get("limit")]
    return Rows(len(items), items[: max(0, limit)], joined(notes))


def _matching(connection: Connection, where: Conditions) -> int:
    return connection.scalar(select(func.count(Installation.id)).where(*where.values())) or 0


def _ordered(output: JsonObject, where: Conditions) -> Select[*tuple[Any, ...]]:
    return select(*_ITEM_COLUMNS).where(*where.values()).order_by(*_order(output))


def _order(output: JsonObject) -> list[SQLColumnExpression[Any]]:
    """The asked order, then by FIT id; rows without one come last, in an order that imports do not change.

    A sort without a direction is descending, but for the time left (SEMANTICS: "Sorting").
    """
    ties: list[SQLColumnExpression[Any]] = [Installation.fit_id.is_(None), Installation.fit_id, Installation.report_key]
    sort_by = output.get("sort_by")
    if sort_by is None:
        return ties
    direction = output.get("sort_order", "asc" if sort_by == "fit_remaining" else "desc")
    column = _SORT_COLUMNS[sort_by]
    return [column.asc() if direction == "asc" else column.desc(), *ties]


def _item(row: Row[*tuple[Any, ...]], output: JsonObject, today: date) -> JsonObject:
    shown = {
        "fit_id": None if row.fit_id is None else str(row.fit_id),
        "technology": row.technology,
        "postcode": row.postcode_district,
        "capacity_kw": row.capacity_kw,
        "commissioned": row.commissioned.isoformat(),
        "years_left": round(years_left(row.support_end, today), 2),
        "local_authority": row.local_authority,
        "region": row.region,
        "country": row.country,
    }
    if not output.get("include_revenue"):
        return shown
    figures = Figures(*(getattr(row, column.key) for column in FIGURE_COLUMNS))
    found = estimate(figures, "include_regional" in output, today)
    return {**shown, **({} if found.missing else estimate_columns(found.low, found.high))}


LOOKUP = Lookup(rows=rows, load=load, file_help=FILE_HELP, prepare=ensure_loaded, made_up=write_made_up)
