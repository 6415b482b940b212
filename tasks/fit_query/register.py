"""The installations' tables, and the rows that ship with the project.

The tables live beside whatever else is in the database of TUNESERVE_DATABASE_URL; SQLAlchemy's portable
types only, so that SQLite and PostgreSQL hold the same.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Connection,
    Date,
    Double,
    Index,
    Integer,
    String,
    insert,
    inspect,
    select,
    update,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.schema import CreateIndex, CreateTable

from tasks.fit_query.database import reading, writing
from tasks.fit_query.ofgem_report import SourceRow, read_source
from tasks.fit_query.report_cells import LONGEST_NAME
from tasks.fit_query.support import SCHEME_START, support_end
from tuneserve.errors import DataError

SHIPPED_FILE = Path(__file__).resolve().parent / "data" / "fit_wind_sites.csv"
_SHIPPED = "shipped"
# The rule behind `support_end`, which is a column: another rule needs another name, or known rows keep the old dates.
_SUPPORT_RULE = "support of 15 July 2009 and earlier"
_SEARCH_INDEX = "search index"


class Base(DeclarativeBase):
    """The tables of this task alone."""


class Installation(Base):
    """One installation of the Feed-in Tariff register.

    `fit_id` is known for rows that ship with the project, `report_key` for rows seen in a report of
    Ofgem (see ofgem_report.py); both where an import found the same installation. Capacity in kW.
    `support_end` is the first day without support: a column, so that "years left" is a date filter.
    """

    __tablename__ = "fit_installation"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    fit_id: Mapped[int | None] = mapped_column(Integer, unique=True)
    report_key: Mapped[str | None] = mapped_column(String(32), unique=True)
    technology: Mapped[str] = mapped_column(String(24))
    postcode_district: Mapped[str | None] = mapped_column(String(4))
    postcode_area: Mapped[str | None] = mapped_column(String(2))
    capacity_kw: Mapped[float] = mapped_column(Double)
    commissioned: Mapped[date] = mapped_column(Date)
    support_end: Mapped[date] = mapped_column(Date)
    local_authority: Mapped[str] = mapped_column(String(LONGEST_NAME))
    region: Mapped[str] = mapped_column(String(LONGEST_NAME))
    country: Mapped[str] = mapped_column(String(LONGEST_NAME))

    __table_args__ = (
        CheckConstraint("fit_id IS NOT NULL OR report_key IS NOT NULL", name="fit_installation_known_by"),
        CheckConstraint("capacity_kw >= 0", name="fit_installation_capacity"),
        # All that conditions, groups and figures need, so that most answers never read the rows themselves.
        Index(
            "fit_installation_search",
            *(
                "technology",
                "postcode_area",
                "postcode_district",
                "capacity_kw",
                "commissioned",
                "support_end",
                "region",
            ),
        ),
        Index("fit_installation_technology_capacity", "technology", "capacity_kw"),
        Index("fit_installation_postcode_area", "postcode_area", "capacity_kw"),
        Index("fit_installation_postcode_district", "postcode_district"),
        Index("fit_installation_commissioned", "commissioned"),
        Index("fit_installation_support_end", "support_end"),
    )


class LoadedSource(Base):
    """What the project itself did to the installations, once; written together with them."""

    __tablename__ = "fit_loaded_source"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    installations: Mapped[int] = mapped_column(Integer)


def ensure_loaded(url: str) -> None:
    """Makes the tables and loads the shipped rows, unless that was done before. Raises DataError.

    Safe when several processes come at the same time: each looks again once it holds the writing lock.
    """
    with reading(url) as connection:
        if _done(connection) == {_SHIPPED, _SUPPORT_RULE, _SEARCH_INDEX}:
            return
    with writing(url) as connection:
        done = _done(connection)
        if _SHIPPED not in done:
            _load_shipped(connection)
        if _SUPPORT_RULE not in done:
            _correct_support(connection)
        if _SEARCH_INDEX not in done:
            _make_searchable(connection)


def _load_shipped(connection: Connection) -> None:
    _create_tables(connection)
    shipped = read_source(SHIPPED_FILE, date.max)
    if shipped.rejected:
        line, reason = shipped.rejected[0]
        raise DataError(f"{SHIPPED_FILE.name}, line {line}: {reason}; restore the file from the repository")
    connection.execute(insert(Installation), [column_values(row) for row in shipped.rows])
    connection.execute(insert(LoadedSource), {"name": _SHIPPED, "installations": len(shipped.rows)})


def _correct_support(connection: Connection) -> None:
    """Databases of before this rule counted from the commissioning date, however early it was."""
    early = select(Installation.id, Installation.technology, Installation.commissioned, Installation.support_end)
    changed = 0
    for row in connection.execute(early.where(Installation.commissioned < SCHEME_START)).all():
        end = support_end(row.technology, row.commissioned)
        if end != row.support_end:
            connection.execute(update(Installation).where(Installation.id == row.id).values(support_end=end))
            changed += 1
    connection.execute(insert(LoadedSource), {"name": _SUPPORT_RULE, "installations": changed})


def _make_searchable(connection: Connection) -> None:
    """Databases of before this index get it now."""
    index = next(one for one in Installation.__table__.indexes if one.name == "fit_installation_search")  # type: ignore[attr-defined]
    connection.execute(CreateIndex(index, if_not_exists=True))
    tell_sizes(connection)
    connection.execute(insert(LoadedSource), {"name": _SEARCH_INDEX, "installations": 0})


def tell_sizes(connection: Connection) -> None:
    """Lets the database count its rows anew, or it goes through nearly all of them by the wrong index.

    In 100,000 rows on SQLite 95 in 100 searches then take at most 29 ms: `make bench PARTS=search`, docs/benchmarks.md.
    """
    connection.exec_driver_sql(f"ANALYZE {Installation.__tablename__}")


def column_values(row: SourceRow) -> dict[str, Any]:
    """`row` as the values of a new Installation."""
    values = row._asdict()
    del values["line"]
    return {**values, "support_end": support_end(row.technology, row.commissioned)}


def _done(connection: Connection) -> set[str]:
    if not inspect(connection).has_table(LoadedSource.__tablename__):
        return set()
    return set(connection.scalars(select(LoadedSource.name)))


def _create_tables(connection: Connection) -> None:
    for table in Base.metadata.sorted_tables:
        connection.execute(CreateTable(table, if_not_exists=True))
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            connection.execute(CreateIndex(index, if_not_exists=True))
