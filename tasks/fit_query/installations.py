"""`LOOKUP`: the real installations that an answer of this task stands for.

The database is the one of TUNESERVE_DATABASE_URL. The 7,508 wind rows that ship with the project are
loaded on first use; further files come in with `tuneserve import fit_query FILE.csv`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, SQLColumnExpression, func, select

from tasks.fit_query.database import reading
from tasks.fit_query.filters import Conditions, conditions
from tasks.fit_query.groups import aggregate, compare
from tasks.fit_query.register import Installation, ensure_loaded
from tasks.fit_query.row_import import import_file
from tasks.fit_query.row_notes import group_notes, note_without_rows, search_notes
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
    country}. Items of aggregates and comparisons are groups (groups.py). `total` counts the items there
    are, up to the answer's own `limit`. `note` says what the rows do not: why there are none, or which
    rows could not be looked through.

    Raises DataError when the database cannot be used.
    """
    unanswerable = note_without_rows(output)
    if unanswerable:
        return Rows(0, [], unanswerable)
    ensure_loaded(url)
    with reading(url) as connection:
        where = conditions(output, today)
        if output.get("query_type") == "comparison":
            return _groups(connection, output, where, compare, limit)
        if output.get("query_type") == "aggregation" or "aggregate" in output:
            return _groups(connection, output, where, aggregate, limit)
        return _search(connection, output, where, limit, today)


def load(url: str, path: Path, progress: Callable[[int, int], None]) -> ImportReport:
    """Imports a file of installations; see row_import.py. Dates after today's are bad lines."""
    return import_file(url, path, progress, date.today())


def _search(connection: Connection, output: JsonObject, where: Conditions, limit: int, today: date) -> Rows:
    matching = connection.scalar(select(func.count(Installation.id)).where(*where.values())) or 0
    asked = min(matching, output.get("limit", matching))
    query = select(*_ITEM_COLUMNS).where(*where.values()).order_by(*_order(output)).limit(max(0, min(asked, limit)))
    items = [_item(row, today) for row in connection.execute(query)]
    return Rows(asked, items, search_notes(connection, output, where, matching, today))


def _groups(
    connection: Connection,
    output: JsonObject,
    where: Conditions,
    measure: Callable[[Connection, JsonObject, Conditions], list[JsonObject]],
    limit: int,
) -> Rows:
    items = measure(connection, output, where)
    return Rows(len(items), items[: max(0, limit)], group_notes(connection, output, where))


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


def _item(row: Row[*tuple[Any, ...]], today: date) -> JsonObject:
    return {
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


LOOKUP = Lookup(rows=rows, load=load, file_help=FILE_HELP)
