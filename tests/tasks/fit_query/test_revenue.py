"""Estimates of revenue: the arithmetic, what is left out, and that none looks like a measurement."""

from __future__ import annotations

import csv
from datetime import date

import pytest

from tasks.fit_query.installations import LOOKUP
from tasks.fit_query.load_factors import LOAD_FACTOR_FILE, load_factor
from tasks.fit_query.revenue import NO_LOAD_FACTOR, NO_TARIFF, Figures, estimate, three_digits
from tasks.fit_query.support import support_end
from tuneserve.task import JsonObject, Rows

TODAY = date(2026, 11, 21)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('revenue') / 'fit.db'}"


def figures(technology: str, capacity_kw: float, commissioned: date, country: str = "England") -> Figures:
    return Figures(technology, capacity_kw, commissioned, support_end(technology, commissioned), country)


def revenue(url: str, shown: int = 10, **output: object) -> Rows:
    return LOOKUP.rows(url, {"include_revenue": True, **output}, shown, TODAY)


def test_every_load_factor_has_a_source_and_a_file_that_it_was_read_from() -> None:
    with LOAD_FACTOR_FILE.open(newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == 42
    for line in lines:
        assert line["source"].startswith("DESNZ, "), line
        assert line["read_from"].startswith("github.com/"), line
        assert 5 < float(line["load_factor_percent"]) < 70, line


def test_a_load_factor_is_the_mean_of_its_years() -> None:
    wind = load_factor("Wind")
    assert wind is not None
    assert wind.percent == pytest.approx(
        (29.34 + 23.57 + 27.99 + 26.66 + 26.52 + 28.28 + 23.44 + 27.32 + 24.51 + 25.04) / 10, abs=0.005
    )
    assert wind.years == "2015-2024"


def test_above_thirty_kilowatts_the_estimate_is_of_generation_alone() -> None:
    found = estimate(figures("Wind", 500, date(2012, 1, 12)), False, TODAY)
    assert found.low == found.high == pytest.approx(500 * 0.2627 * 8760 * 25.12 / 100)


def test_up_to_thirty_kilowatts_half_of_the_generation_is_deemed_to_be_exported() -> None:
    found = estimate(figures("Wind", 30, date(2013, 7, 4)), False, TODAY)
    assert found.low == pytest.approx(30 * 0.2627 * 8760 * (25.6 + 0.5 * 5.5) / 100)


def test_hydro_is_estimated_without_export() -> None:
    found = estimate(figures("Hydro", 15, date(2013, 7, 4)), False, TODAY)
    assert found.low == pytest.approx(15 * 0.3537 * 8760 * 25.6 / 100, rel=1e-3)


def test_solar_runs_from_its_lowest_rate_to_its_highest() -> None:
    found = estimate(figures("Photovoltaic", 3, date(2013, 6, 15)), False, TODAY)
    assert found.low == pytest.approx(3 * 0.1062 * 8760 * (8.1 + 2.75) / 100, rel=1e-3)
    assert found.high == pytest.approx(3 * 0.1062 * 8760 * (18.26 + 2.75) / 100, rel=1e-3)


@pytest.mark.parametrize(
    ("installation", "missing"),
    [
        (figures("Micro CHP", 1, date(2018, 1, 1)), NO_LOAD_FACTOR),
        (figures("Wind", 6000, date(2014, 1, 1)), NO_TARIFF),
    ],
)
def test_without_a_published_figure_there_is_no_estimate(installation: Figures, missing: str) -> None:
    assert estimate(installation, False, TODAY).missing == missing


def test_nothing_is_paid_once_support_is_over() -> None:
    found = estimate(figures("Wind", 5, date(2000, 1, 1)), False, date(2027, 4, 1))
    assert (found.low, found.high, found.missing) == (0.0, 0.0, None)


@pytest.mark.parametrize(
    ("country", "place"), [("Scotland", "Scotland"), ("Wales", "United Kingdom"), ("Unknown", "United Kingdom")]
)
def test_a_region_without_a_sourced_figure_takes_that_of_the_country(country: str, place: str) -> None:
    found = estimate(figures("Wind", 500, date(2012, 1, 12), country), True, TODAY)
    assert found.factor is not None
    assert found.factor.place == place


@pytest.mark.parametrize(("exact", "shown"), [(289_061.5, 289_000), (0.0, 0.0), (4.5678, 4.57), (99_960, 100_000)])
def test_three_digits_are_shown(exact: float, shown: float) -> None:
    assert three_digits(exact) == shown


def test_an_estimate_is_named_as_one_wherever_it_stands(url: str) -> None:
    found = revenue(url, fit_id="4004")
    assert found.items[0]["estimated_gbp_per_year"] == 289_000
    notes = str(found.note).splitlines()
    assert notes[0] == "ESTIMATE, not measured: about GBP 289,000 a year for the installation"
    assert "above 30 kW (1): without export payments, whose meter readings are not published" in notes
    assert "Wind 26.3 % (United Kingdom, 2015-2024); DESNZ, Energy Trends table 6.1" in notes[-1]


def test_the_total_is_over_all_that_match_and_not_over_what_is_shown(url: str) -> None:
    few, many = (revenue(url, shown, technology="Wind", postcode_patterns=["RG"]) for shown in (1, 1000))
    assert len(few.items) == 1
    assert few.note == many.note
    total = sum(item["estimated_gbp_per_year"] for item in many.items)
    [said] = [line for line in str(many.note).splitlines() if line.startswith("ESTIMATE")]
    assert said.endswith(f"a year for all {many.total} installations")
    assert float(said.split("GBP ")[1].split(" a year")[0].replace(",", "")) == pytest.approx(total, rel=0.01)


def test_with_a_limit_the_total_is_over_the_asked_ones(url: str) -> None:
    found = revenue(url, technology="Wind", sort_by="capacity", sort_order="desc", limit=3)
    assert "a year for all 3 installations" in str(found.note)
    assert f"about GBP {three_digits(sum(item['estimated_gbp_per_year'] for item in found.items)):,.0f} " in str(
        found.note
    )


def test_groups_carry_their_own_estimates(url: str) -> None:
    asked = {"query_type": "aggregation", "aggregate": "count", "group_by": "region", "technology": "Wind"}
    found = revenue(url, 100, **asked)
    scotland = next(item for item in found.items if item["region"] == "Scotland")
    whole = revenue(url, 1, query_type="aggregation", aggregate="count", technology="Wind").items[0]
    assert scotland["count"] == 3197
    assert 0 < scotland["estimated_gbp_per_year"] < whole["estimated_gbp_per_year"]
    assert sum(item["estimated_gbp_per_year"] for item in found.items) == pytest.approx(
        whole["estimated_gbp_per_year"], rel=0.01
    )


def test_regional_figures_are_used_where_there_are_and_told_where_not(url: str) -> None:
    note = str(revenue(url, technology="Wind", include_regional=True).note)
    assert "Wind 24.1 % (Scotland, 2025)" in note
    assert "Wind 26.3 % (United Kingdom, 2015-2024)" in note
    # 636 in Wales and 51 whose nation is unknown.
    assert "no regional load factor could be sourced for 687 of them" in note


@pytest.mark.parametrize("output", [{"technology": "Photovoltaic"}, {"technology": "Wind", "capacity_min_kw": 20_000}])
def test_nothing_is_estimated_for_nothing(url: str, output: JsonObject) -> None:
    assert "ESTIMATE" not in str(revenue(url, **output).note)
