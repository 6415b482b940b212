"""Rows of Ofgem's tariff tables for an installation."""

from __future__ import annotations

import csv
from datetime import date

import pytest

from tasks.fit_query.register import SHIPPED_FILE
from tasks.fit_query.tariffs import (
    GENERATION_FILE,
    export_table,
    export_tariff,
    export_tariffs_between,
    generation_table,
    generation_tariffs,
    tariffs_between,
)

EVER = (date.min, date.max)


def test_every_line_of_the_tables_is_read() -> None:
    table = generation_table()
    assert len(table) == 943
    assert len(export_table()) == 4
    lines = GENERATION_FILE.read_text(encoding="utf-8").splitlines()
    assert lines[760 - 1] == "April 2013- March 2014,Wind,N/A,100.001,500.0,N/A,21.35,2013-04-01,2014-03-31"
    assert table[760 - 2].line == 760
    assert table[760 - 2].pence_per_kwh == 21.35


@pytest.mark.parametrize(
    ("technology", "capacity_kw", "commissioned", "pence"),
    [
        ("Wind", 335, date(2013, 7, 4), [21.35]),
        ("Wind", 500, date(2012, 1, 12), [25.12]),
        ("Wind", 500.001, date(2012, 1, 12), [12.68]),
        ("Wind", 500.0005, date(2012, 1, 12), [12.68]),
        ("Wind", 1.5, date(2012, 3, 31), [46.2]),
        ("Wind", 1.5, date(2012, 4, 1), [43.65]),
        ("Hydro", 300, date(2013, 3, 14), [14.77]),
        ("Hydro", 300, date(2013, 3, 15), [18.89]),
        ("Anaerobic digestion", 250, date(2011, 9, 29), [15.48]),
        ("Micro CHP", 2, date(2019, 1, 1), [14.84]),
        ("Micro CHP", 2.5, date(2013, 1, 1), []),
        ("Wind", 2000, date(2021, 4, 8), [0.48]),
        ("Wind", 5001, date(2014, 1, 1), []),
    ],
)
def test_a_row_holds_for_its_technology_band_and_period(
    technology: str, capacity_kw: float, commissioned: date, pence: list[float]
) -> None:
    assert [row.pence_per_kwh for row in generation_tariffs(technology, capacity_kw, commissioned)] == pence


def test_small_solar_has_every_variant_of_its_period() -> None:
    rows = generation_tariffs("Photovoltaic", 3, date(2013, 6, 15))
    assert {(row.installation_type, row.rating): row.pence_per_kwh for row in rows} == {
        ("New Build", "Higher"): 18.26,
        ("New Build", "Middle"): 16.45,
        ("New Build", "Lower"): 8.1,
        ("Retrofit", "Higher"): 18.26,
        ("Retrofit", "Middle"): 16.45,
        ("Retrofit", "Lower"): 8.1,
        ("Standalone", None): 8.1,
    }


@pytest.mark.parametrize(
    ("commissioned", "scheme_year", "pence"),
    [
        (date(1993, 1, 1), "RO Migrated", 12.08),
        (date(2009, 7, 14), "RO Migrated", 12.08),
        (date(2009, 7, 15), "April 2010- March 2011", 32.31),
        (date(2010, 3, 31), "April 2010- March 2011", 32.31),
    ],
)
def test_before_the_scheme_the_date_of_moving_over_divides(commissioned: date, scheme_year: str, pence: float) -> None:
    [row] = generation_tariffs("Wind", 20, commissioned)
    assert (row.scheme_year, row.pence_per_kwh) == (scheme_year, pence)


def test_every_shipped_installation_has_exactly_one_rate() -> None:
    with SHIPPED_FILE.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            day, capacity = date.fromisoformat(row["commissioning_date"]), float(row["installed_capacity_kw"])
            assert len(generation_tariffs(row["technology"], capacity, day)) == 1, row


@pytest.mark.parametrize(
    ("technology", "commissioned", "pence"),
    [
        ("Wind", date(2012, 11, 30), 3.9),
        ("Hydro", date(2012, 12, 1), 5.5),
        ("Photovoltaic", date(2012, 7, 31), 3.9),
        ("Photovoltaic", date(2012, 8, 1), 5.5),
        ("Wind", date(1993, 1, 1), 3.9),
    ],
)
def test_the_export_tariff_changed_once(technology: str, commissioned: date, pence: float) -> None:
    assert export_tariff(technology, commissioned).pence_per_kwh == pence


def test_a_search_of_the_table_finds_what_any_of_the_installations_could_have() -> None:
    rows = tariffs_between(["Wind"], (50, 50), (date(2012, 1, 1), date(2012, 12, 31)))
    assert sorted(row.pence_per_kwh for row in rows) == [25.6, 30.97, 32.31]
    assert {(row.min_kw, row.max_kw) for row in rows} == {(15.001, 100.0)}


def test_a_search_without_conditions_is_the_whole_table() -> None:
    assert len(tariffs_between([], (0, float("inf")), EVER)) == 943
    assert len(export_tariffs_between([], EVER)) == 4


def test_rows_for_what_was_moved_over_are_found_by_early_dates_alone() -> None:
    before = tariffs_between([], (0, 5000), (date.min, date(2009, 7, 14)))
    assert {row.scheme_year for row in before} == {"RO Migrated"}
    after = tariffs_between([], (0, 5000), (date(2009, 7, 15), date.max))
    assert len(before) + len(after) == 943
