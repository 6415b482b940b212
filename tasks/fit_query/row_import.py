"""Puts a user's file of installations into the database: twice is the same as once.

How the same installation is known again
- A row of a register file by its FIT id. Other figures under a known id replace the old ones.
- A row of a report by its `report_key` (ofgem_report.py). A known row takes over the report's names of
  places.
- A row that is new by its key, but equal to a row that has only the other kind of key, in technology,
  postcode district, capacity and commissioning date: it is the same installation, one to one, and gets
  both keys. So the shipped wind rows keep their FIT ids, and a full report beside them counts no
  turbine twice.

Nothing is ever deleted: a report comes in parts or is cut to a region, so that a row's absence says
nothing. The price: a shipped row whose figures differ in the report stays beside the report's row. The
import's note counts the rows with a FIT id that a report did not contain.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple, cast

from sqlalchemy import Connection, Table, bindparam, func, insert, select, update

from tasks.fit_query.database import writing
from tasks.fit_query.ofgem_report import SourceFile, SourceRow, read_source
from tasks.fit_query.register import Installation, column_values, ensure_loaded, tell_sizes
from tuneserve.task import ImportReport

_TABLE = cast(Table, Installation.__table__)
_BATCH = 5000
_NAMES = ("local_authority", "region", "country")
_COMPARED = ("technology", "postcode_district", "capacity_kw", "commissioned", *_NAMES)


class _Known(NamedTuple):
    id: int
    fit_id: int | None
    report_key: str | None
    technology: str
    postcode_district: str | None
    capacity_kw: float
    commissioned: date
    local_authority: str
    region: str
    country: str


@dataclass
class _Changes:
    added: list[SourceRow] = field(default_factory=list)
    updated: list[dict[str, Any]] = field(default_factory=list)
    joined: list[dict[str, Any]] = field(default_factory=list)
    unchanged: int = 0


def import_file(url: str, path: Path, progress: Callable[[int, int], None], today: date) -> ImportReport:
    """Imports the CSV file at `path` in one transaction; `progress(done, total)` counts its lines.

    Raises DataError when the file or the database cannot be used; the database is then as it was.
    """
    total = _count_lines(path)
    source = read_source(path, today, lambda lines: progress(lines, total))
    ensure_loaded(url)
    with writing(url) as connection:
        changes = _changes(source, _known_rows(connection, {row.technology for row in source.rows}))
        _write(connection, source, changes)
        tell_sizes(connection)
        note = _note(connection, source, changes)
    progress(total, total)
    return ImportReport(
        added=len(changes.added),
        unchanged=changes.unchanged + len(changes.joined),
        rejected=source.rejected,
        updated=len(changes.updated),
        note=note,
    )


def _count_lines(path: Path) -> int:
    try:
        with path.open("rb") as file:
            return sum(1 for _ in file)
    except OSError:
        return 0  # read_source says it better


def _known_rows(connection: Connection, technologies: Iterable[str]) -> list[_Known]:
    columns = [getattr(Installation, name) for name in _Known._fields]
    # Register rows may change their technology under the same id, so ids are looked up in all of them.
    wanted = Installation.technology.in_(sorted(technologies)) | Installation.fit_id.is_not(None)
    rows = connection.execute(select(*columns).where(wanted).order_by(Installation.fit_id, Installation.id))
    return [_Known(*row) for row in rows]


def _changes(source: SourceFile, known: Sequence[_Known]) -> _Changes:
    key = "fit_id" if source.kind == "register" else "report_key"
    by_key = {getattr(row, key): row for row in known if getattr(row, key) is not None}
    without_key: dict[tuple[Any, ...], deque[_Known]] = defaultdict(deque)
    for row in known:
        if getattr(row, key) is None:
            without_key[_figures(row)].append(row)
    changes = _Changes()
    for new in source.rows:
        old = by_key.get(getattr(new, key))
        if old is not None:
            _compare(changes, new, old, source.kind == "register")
        elif same := without_key[_figures(new)]:
            changes.joined.append({"row": same.popleft().id, "fit_id": new.fit_id, "report_key": new.report_key})
        else:
            changes.added.append(new)
    return changes


def _figures(row: _Known | SourceRow) -> tuple[Any, ...]:
    """What tells two installations apart when their keys are of different kinds."""
    return row.technology, row.postcode_district, round(row.capacity_kw, 3), row.commissioned


def _compare(changes: _Changes, new: SourceRow, old: _Known, is_register: bool) -> None:
    if is_register:
        differs = any(getattr(new, name) != getattr(old, name) for name in _COMPARED)
        values = column_values(new) | {"report_key": old.report_key}
    else:
        differs = old.fit_id is None and any(getattr(new, name) != getattr(old, name) for name in _NAMES)
        values = column_values(new)
    if differs:
        changes.updated.append({**values, "row": old.id})
    else:
        changes.unchanged += 1


def _write(connection: Connection, source: SourceFile, changes: _Changes) -> None:
    for start in range(0, len(changes.added), _BATCH):
        batch = [column_values(row) for row in changes.added[start : start + _BATCH]]
        connection.execute(insert(Installation), batch)
    own = update(_TABLE).where(_TABLE.c.id == bindparam("row"))
    if changes.updated:
        connection.execute(own, changes.updated)
    if changes.joined:
        key = "fit_id" if source.kind == "register" else "report_key"
        connection.execute(own, [{"row": change["row"], key: change[key]} for change in changes.joined])


def _note(connection: Connection, source: SourceFile, changes: _Changes) -> str | None:
    parts = []
    if changes.joined:
        parts.append(
            f"{len(changes.joined):,} rows are the same installations as rows loaded before (technology, postcode, "
            "capacity and date agree): they were joined, not counted twice"
        )
    if source.kind == "report" and source.rows:
        technologies = sorted({row.technology for row in source.rows})
        missing = connection.scalar(
            select(func.count())
            .select_from(Installation)
            .where(Installation.technology.in_(technologies), Installation.report_key.is_(None))
        )
        if missing:
            parts.append(
                f"{missing:,} {' and '.join(technologies)} rows that were loaded before are in no imported report; "
                "they were kept, so an installation whose figures differ there counts twice"
            )
    return "; ".join(parts) or None
