"""Answers to questions about rates: rows of Ofgem's tables as items."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tasks.fit_query.installations import LOOKUP
from tuneserve.task import JsonObject, Rows

TODAY = date(2026, 11, 21)
HEADER = (
    "fit_id,technology,postcode_district,postcode_area,installed_capacity_kw,commissioning_date,local_authority,"
    "region,country\n"
)
SOLAR = HEADER + "900001,Photovoltaic,RG1,RG,3.0,2013-06-15,Reading,South East,England\n"
MICRO_CHP = "900002,Micro CHP,RG1,RG,2.5,2013-06-15,Reading,South East,England\n"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("rates")
    more = folder / "more.csv"
    more.write_text(SOLAR + MICRO_CHP, encoding="utf-8")
    url = f"sqlite:///{folder / 'fit.db'}"
    assert LOOKUP.load(url, more, lambda done, total: None).added == 2
    return url


def rate(url: str, shown: int = 100, **output: object) -> Rows:
    return LOOKUP.rows(url, {"query_type": "fit_rate", **output}, shown, TODAY)


def test_the_rate_of_an_installation_is_shown_with_the_tables_own_rows(url: str) -> None:
    found = rate(url, fit_id="1585")
    installation = {"fit_id": "1585", "technology": "Wind", "capacity_kw": 335.0, "commissioned": "2013-07-04"}
    assert found.items == [
        {
            **installation,
            "tariff": "generation",
            "p_per_kwh": 21.35,
            "band_kw": "100.001-500",
            "tariff_start": "2013-04-01",
            "tariff_end": "2014-03-31",
            "scheme_year": "April 2013- March 2014",
            "source": "generation table line 760",
        },
        {
            **installation,
            "tariff": "export",
            "p_per_kwh": 5.5,
            "tariff_start": "2012-12-01",
            "scheme_year": "On or after 1 December 2012",
            "source": "export table line 3",
        },
    ]
    assert "fit_generation_tariffs_2020_21_prices.csv" in str(found.note)
    assert "2020/21 prices" in str(found.note)


def test_all_variants_of_solar_are_shown_and_what_decides(url: str) -> None:
    found = rate(url, fit_id="900001")
    variants = [(item.get("pv_installation_type"), item.get("energy_efficiency_rating")) for item in found.items]
    assert len(set(variants)) == len(variants) == found.total == 8
    for words in ("which row holds is not in the register", "Retrofit is PV on a building", "25 or more other PV"):
        assert words in str(found.note)


def test_wind_says_nothing_about_variants(url: str) -> None:
    assert "PV" not in str(rate(url, fit_id="1585").note)


def test_an_unknown_id_is_said_to_be_unknown(url: str) -> None:
    found = rate(url, fit_id="9999999")
    assert (found.total, list(found.items)) == (0, [])
    assert found.note == "FIT 9999999 is unknown: it is not among the 7,510 installations loaded"


def test_what_was_moved_over_is_told(url: str) -> None:
    found = rate(url, fit_id="779877")
    assert found.items[0]["p_per_kwh"] == 12.08
    assert found.items[0]["scheme_year"] == "RO Migrated"
    assert "moving over from the Renewables Obligation" in str(found.note)


def test_support_that_is_over_is_told_beside_the_rate(url: str) -> None:
    assert "support is over by this count, since 2023-06-15" in str(rate(url, fit_id="900002").note)


def test_an_installation_outside_all_bands_has_no_generation_tariff(url: str) -> None:
    found = rate(url, fit_id="900002")
    assert [item["tariff"] for item in found.items] == ["export"]
    assert "no generation tariff for Micro CHP of 2.5 kW" in str(found.note)


def test_without_an_id_the_matching_rows_of_the_tables_are_shown(url: str) -> None:
    found = rate(
        url,
        technology="Wind",
        capacity_min_kw=50,
        capacity_max_kw=50,
        commissioned_from="2012-01-01",
        commissioned_to="2012-12-31",
    )
    assert [(item["tariff"], item["p_per_kwh"], item["tariff_start"]) for item in found.items] == [
        ("generation", 32.31, "2011-04-01"),
        ("generation", 30.97, "2012-04-01"),
        ("generation", 25.6, "2012-12-01"),
        ("export", 3.9, "2010-04-01"),
        ("export", 5.5, "2012-12-01"),
    ]
    assert not any("fit_id" in item for item in found.items)


def test_rates_need_no_loaded_rows(tmp_path: Path) -> None:
    found = rate(f"sqlite:///{tmp_path / 'never.db'}", technology="Hydro", commissioned_from="2019-01-01")
    assert [item["p_per_kwh"] for item in found.items] == [8.21, 6.6, 6.6, 4.83, 5.5]
    assert not (tmp_path / "never.db").exists()


@pytest.mark.parametrize(
    ("output", "first"),
    [
        ({"sort_by": "capacity", "sort_order": "desc"}, "1500.001-5000"),
        ({"sort_by": "capacity", "sort_order": "asc"}, "0-1.5"),
        ({"sort_by": "commissioning_date", "sort_order": "desc"}, "0-50"),
    ],
)
def test_rates_are_sorted_and_cut_as_asked(url: str, output: JsonObject, first: str) -> None:
    found = rate(url, 1, technology="Wind", **output)
    assert (found.total, [item["band_kw"] for item in found.items]) == (109, [first])
    cut = rate(url, technology="Wind", limit=3, **output)
    assert (cut.total, len(cut.items), cut.items[0]) == (3, 3, found.items[0])


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ({"location": "Cornwall", "postcode_patterns": ["PL", "TR"]}, "the same everywhere in Great Britain"),
        ({"fit_remaining_max_years": 4}, "no row was left out for them"),
        ({"include_revenue": True}, "ask for it without the rate"),
        ({"technology": "Wind", "capacity_min_kw": 6000}, "have no row for this technology, capacity and time"),
    ],
)
def test_what_does_not_choose_a_row_is_told(url: str, output: JsonObject, words: str) -> None:
    assert words in str(rate(url, **output).note)


def test_a_rate_with_revenue_has_the_estimate_in_its_note(url: str) -> None:
    assert "ESTIMATE, not measured: about GBP 165,000 a year for the installation" in str(
        rate(url, fit_id="1585", include_revenue=True).note
    )
