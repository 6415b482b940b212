"""The rows behind answers, from the wind rows that ship with the project."""

from __future__ import annotations

import csv
import re
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tasks.fit_query.installations import LOOKUP
from tasks.fit_query.register import SHIPPED_FILE
from tasks.fit_query.support import support_end, years_left
from tuneserve.errors import DataError
from tuneserve.task import JsonObject, Rows, project_root

TODAY = date(2026, 11, 21)
BERKSHIRE = {
    "technology": "Wind",
    "capacity_min_kw": 100,
    "location": "Berkshire",
    "postcode_patterns": ["RG", "SL"],
}
AREAS = ("RG", "SL", "G", "GL", "KW", "TR")
DISTRICTS = ("G1", "G63", "RG17", "KW1", "KW17", "PE14")


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('rows') / 'fit.db'}"


@pytest.fixture(scope="module")
def wind() -> list[JsonObject]:
    """The shipped file, read without any of the code under test."""
    with SHIPPED_FILE.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def ask(url: str, output: JsonObject, limit: int = 10) -> Rows:
    return LOOKUP.rows(url, output, limit, TODAY)


def ids(rows: Rows) -> list[str]:
    return [item["fit_id"] for item in rows.items]


def test_wind_over_100_kw_in_berkshire_is_one_installation(url: str) -> None:
    found = ask(url, BERKSHIRE)
    assert found.total == 1
    assert found.items == [
        {
            "fit_id": "4004",
            "technology": "Wind",
            "postcode": "RG17",
            "capacity_kw": 500.0,
            "commissioned": "2012-01-12",
            "years_left": 5.14,
            "local_authority": "West Berkshire",
            "region": "South East",
            "country": "England",
        }
    ]


def test_all_shipped_rows_are_loaded_once(url: str) -> None:
    assert ask(url, {}).total == ask(url, {}).total == 7508


@pytest.mark.parametrize("pattern", [*AREAS, *DISTRICTS])
def test_a_postcode_pattern_matches_its_area_or_district_exactly(
    url: str, wind: list[JsonObject], pattern: str
) -> None:
    column = "postcode_area" if pattern.isalpha() else "postcode_district"
    expected = [row["fit_id"] for row in wind if row[column] == pattern]
    assert set(ids(ask(url, {"postcode_patterns": [pattern]}, 10_000))) == set(expected)


answers = st.fixed_dictionaries(
    {},
    optional={
        "technology": st.sampled_from(["Wind", "Photovoltaic"]),
        "capacity_min_kw": st.sampled_from([0, 5, 5.5, 100, 500, 2500.0]),
        "capacity_max_kw": st.sampled_from([5, 12.1, 100, 500, 5000]),
        "postcode_patterns": st.lists(st.sampled_from(AREAS + DISTRICTS), min_size=1, max_size=4, unique=True),
        "commissioned_from": st.dates(date(2008, 1, 1), date(2016, 1, 1)).map(date.isoformat),
        "commissioned_to": st.dates(date(2010, 1, 1), date(2021, 1, 1)).map(date.isoformat),
        "fit_remaining_min_years": st.sampled_from([0, 0.5, 4, 5.25, 6]),
        "fit_remaining_max_years": st.sampled_from([0, 0.5, 4, 5.25, 6, 20]),
        "sort_by": st.sampled_from(["capacity", "commissioning_date", "fit_remaining"]),
        "sort_order": st.sampled_from(["asc", "desc"]),
        "limit": st.integers(1, 1000),
    },
)


def matches(row: JsonObject, output: JsonObject) -> bool:
    left = years_left(support_end("Wind", date.fromisoformat(row["commissioning_date"])), TODAY)
    capacity = float(row["installed_capacity_kw"])
    patterns = output.get("postcode_patterns")
    return (
        output.get("technology", "Wind") == "Wind"
        and output.get("capacity_min_kw", 0) <= capacity <= output.get("capacity_max_kw", 1e9)
        and (patterns is None or row["postcode_area"] in patterns or row["postcode_district"] in patterns)
        and output.get("commissioned_from", "") <= row["commissioning_date"] <= output.get("commissioned_to", "9")
        and output.get("fit_remaining_min_years", 0) <= left <= output.get("fit_remaining_max_years", 99)
    )


def sorting_value(row: JsonObject, sort_by: str) -> Any:
    if sort_by == "fit_remaining":
        return support_end("Wind", date.fromisoformat(row["commissioning_date"]))
    return float(row["installed_capacity_kw"]) if sort_by == "capacity" else row["commissioning_date"]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(output=answers)
def test_filters_sorts_and_limits_agree_with_reading_the_file(
    url: str, wind: list[JsonObject], output: JsonObject
) -> None:
    expected = [row for row in wind if matches(row, output)]
    expected.sort(key=lambda row: int(row["fit_id"]))
    if "sort_by" in output:
        down = output.get("sort_order", "asc" if output["sort_by"] == "fit_remaining" else "desc") == "desc"
        expected.sort(key=lambda row: sorting_value(row, output["sort_by"]), reverse=down)
    expected = expected[: output.get("limit")]
    found = ask(url, output, 10_000)
    assert found.total == len(expected)
    assert ids(found) == [row["fit_id"] for row in expected]


def test_years_left_zero_asks_for_what_has_run_out(url: str) -> None:
    asked = {"technology": "Wind", "fit_remaining_max_years": 0}
    assert ask(url, asked).total == 0
    # The 726 that were moved over from the Renewables Obligation are paid until 31 March 2027.
    over = LOOKUP.rows(url, asked, 10, date(2027, 4, 1))
    assert over.total == 726
    assert {item["years_left"] for item in over.items} == {0.0}
    assert "726 of the matching installations support is over" in str(over.note)


def test_the_limit_of_the_answer_bounds_the_total_and_the_callers_limit_only_what_is_shown(url: str) -> None:
    found = ask(url, {"technology": "Wind", "sort_by": "capacity", "limit": 5}, limit=2)
    assert (found.total, len(found.items)) == (5, 2)
    assert ask(url, {"technology": "Wind"}, limit=0).items == []


def test_technologies_are_alternatives(url: str) -> None:
    assert ask(url, {"technologies": ["Wind", "Hydro"]}).total == 7508


def test_leading_zeros_of_a_fit_id_do_not_matter(url: str) -> None:
    assert ids(ask(url, {"fit_id": "0004004"})) == ["4004"]


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ({"query_type": "unsupported"}, "not one that these installations can answer"),
        ({"fit_id": "9999999"}, "FIT 9999999 is unknown: it is not among the 7,508"),
        ({"fit_id": "4004", "technology": "Hydro"}, "FIT 4004 is loaded, but"),
        (
            {"technology": "Photovoltaic"},
            "no Photovoltaic rows are loaded: import Ofgem's report with `tuneserve import",
        ),
        ({"technologies": ["Hydro", "Micro CHP"]}, "no Hydro or Micro CHP rows are loaded"),
        ({"technology": "Wind", "capacity_min_kw": 9, "capacity_max_kw": 8}, "capacity_min_kw 9 is above"),
        (
            {"technology": "Wind", "capacity_min_kw": 4000, "postcode_patterns": ["RG"]},
            "without the condition on place 22",
        ),
        ({"technology": "Wind", "location": "Atlantis"}, "without postcode patterns"),
    ],
)
def test_no_rows_are_explained(url: str, output: JsonObject, words: str) -> None:
    found = ask(url, output)
    assert (found.total, list(found.items)) == (0, [])
    assert words in str(found.note)


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ({}, "only Wind rows are loaded"),
        ({"technologies": ["Wind", "Hydro"]}, "no Hydro rows are loaded"),
        ({"technology": "Wind", "postcode_patterns": ["KW"]}, "111 further installations fit but for their place"),
        (BERKSHIRE, "34 further installations fit but for their place"),
        (
            {"technology": "Wind", "fit_remaining_max_years": 4},
            "726 were commissioned before 2009-07-15: taken as moved",
        ),
        ({"technology": "Wind", "include_regional": True}, "ask for the revenue to have them"),
    ],
)
def test_what_rows_do_not_say_is_told_beside_them(url: str, output: JsonObject, words: str) -> None:
    found = ask(url, output)
    assert found.total > 0
    assert words in str(found.note)


@pytest.mark.parametrize("output", [{"fit_id": "4004"}, {"technology": "Wind", "capacity_min_kw": 1000}])
def test_complete_rows_carry_no_note(url: str, output: JsonObject) -> None:
    assert ask(url, output).note is None


def test_groups_come_largest_first_and_add_up(url: str, wind: list[JsonObject]) -> None:
    found = ask(url, {"query_type": "aggregation", "aggregate": "count", "group_by": "region"}, 100)
    counts = [item["count"] for item in found.items]
    assert counts == sorted(counts, reverse=True)
    assert (found.items[0]["region"], counts[0]) == ("Scotland", 3197)
    assert sum(counts) == 7508
    total = sum(float(row["installed_capacity_kw"]) for row in wind)
    assert sum(item["total_capacity_kw"] for item in found.items) == pytest.approx(total)


def test_an_average_is_over_the_rows_that_match(url: str, wind: list[JsonObject]) -> None:
    asked = {"query_type": "aggregation", "aggregate": "average_capacity", "postcode_patterns": ["TR"]}
    capacities = [float(row["installed_capacity_kw"]) for row in wind if row["postcode_area"] == "TR"]
    [item] = ask(url, asked).items
    assert item["count"] == len(capacities)
    assert item["average_capacity_kw"] == pytest.approx(sum(capacities) / len(capacities), abs=1e-3)


@pytest.mark.parametrize("group_by", ["technology", "region", "postcode_area", "year"])
def test_each_group_is_named_and_counted(url: str, wind: list[JsonObject], group_by: str) -> None:
    column = {"year": "commissioning_date"}.get(group_by, group_by)
    names = {row[column][:4] if group_by == "year" else row[column] or "no postcode" for row in wind}
    found = ask(url, {"aggregate": "total_capacity", "group_by": group_by}, 1000)
    assert {str(item[group_by]) for item in found.items} == names
    assert found.total == len(names)


def test_the_answers_limit_takes_the_first_groups(url: str) -> None:
    asked = {"query_type": "aggregation", "aggregate": "count", "group_by": "year", "limit": 1}
    assert [(item["year"], item["count"]) for item in ask(url, asked).items] == [(2012, 2450)]


def test_a_count_of_nothing_is_zero_and_explained(url: str) -> None:
    asked = {"query_type": "aggregation", "aggregate": "count", "technology": "Wind", "capacity_min_kw": 20_000}
    found = ask(url, asked)
    assert found.items == [{"count": 0, "total_capacity_kw": 0.0, "average_capacity_kw": None}]
    assert found.note == "no installation matches; without the condition on capacity 7,508 would"


@pytest.mark.parametrize("query_type", ["aggregation", "comparison"])
def test_what_is_not_loaded_is_not_counted_as_nothing(url: str, query_type: str) -> None:
    found = ask(url, {"query_type": query_type, "aggregate": "count", "technology": "Hydro"})
    assert (found.total, list(found.items)) == (0, [])
    assert str(found.note).startswith("no Hydro rows are loaded: import Ofgem's report with `tuneserve import")


def test_a_group_alone_counts_installations(url: str) -> None:
    found = ask(url, {"group_by": "region"}, 1)
    assert found.items[0]["region"] == "Scotland"
    assert (found.items[0]["count"], found.measure) == (3197, "count")


@pytest.mark.parametrize(
    ("output", "measure"),
    [
        ({"query_type": "aggregation", "aggregate": "total_capacity", "group_by": "year"}, "total_capacity_kw"),
        ({"query_type": "comparison", "technologies": ["Wind", "Hydro"]}, "count"),
        (
            {"query_type": "comparison", "technologies": ["Wind", "Hydro"], "include_revenue": True},
            "estimated_gbp_per_year",
        ),
        ({"query_type": "aggregation", "aggregate": "count"}, None),
        ({"technology": "Wind"}, None),
    ],
)
def test_groups_name_the_figure_that_they_are_about(url: str, output: JsonObject, measure: str | None) -> None:
    assert ask(url, output).measure == measure


def test_places_are_compared_side_by_side_in_the_order_asked(url: str, wind: list[JsonObject]) -> None:
    asked = {
        "query_type": "comparison",
        "technology": "Wind",
        "location": "Devon, Cornwall",
        "postcode_patterns": ["EX", "TQ", "PL", "TR"],
    }
    found = ask(url, asked)
    devon = sum(row["postcode_area"] in ("EX", "TQ", "PL") for row in wind)
    cornwall = sum(row["postcode_area"] in ("PL", "TR") for row in wind)
    assert [(item["place"], item["count"]) for item in found.items] == [("Devon", devon), ("Cornwall", cornwall)]
    assert "postcodes PL belong to more than one" in str(found.note)


def test_technologies_are_compared_side_by_side(url: str) -> None:
    asked = {"query_type": "comparison", "technologies": ["Wind", "Photovoltaic"], "postcode_patterns": ["YO"]}
    found = ask(url, asked)
    assert [(item["technology"], item["count"]) for item in found.items] == [("Wind", 214), ("Photovoltaic", None)]
    assert "no Photovoltaic rows are loaded" in str(found.note)


def test_a_comparison_may_be_grouped_and_its_limit_counts_for_each_side(url: str) -> None:
    asked = {
        "query_type": "comparison",
        "location": "Devon, Norfolk",
        "postcode_patterns": ["EX", "TQ", "PL", "NR", "PE", "IP"],
        "group_by": "year",
    }
    whole = ask(url, asked, 100).items
    assert [item["place"] for item in whole] == sorted(item["place"] for item in whole)
    cut = ask(url, {**asked, "limit": 1}, 100).items
    assert [(item["place"], item["year"]) for item in cut] == [("Devon", 2012), ("Norfolk", 2012)]
    assert cut[1] == next(item for item in whole if item["place"] == "Norfolk")


def test_a_comparison_with_a_sort_shows_the_first_of_each_side(url: str) -> None:
    asked = {
        "query_type": "comparison",
        "technology": "Wind",
        "location": "Devon, Cornwall",
        "postcode_patterns": ["EX", "TQ", "PL", "TR"],
        "sort_by": "capacity",
        "limit": 2,
    }
    found = ask(url, asked)
    assert [(item["place"], item["fit_id"]) for item in found.items] == [
        ("Devon", "621632"),
        ("Devon", "2005"),
        ("Cornwall", "743348"),
        ("Cornwall", "2005"),
    ]
    assert found.total == 4
    assert str(found.note).splitlines() == [
        "111 further installations fit but for their place: no postcode is known, so they were left out",
        "postcodes PL belong to more than one of the places and count in each",
    ]


def test_known_rows_take_over_a_new_rule_of_support(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'fit.db'}"
    ask(url, {})
    with sqlite3.connect(tmp_path / "fit.db") as database:
        database.execute("DELETE FROM fit_loaded_source WHERE name <> 'shipped'")
        database.execute("UPDATE fit_installation SET support_end = '2013-01-01' WHERE fit_id = 779877")
    database.close()
    assert ask(url, {"fit_id": "779877"}).items[0]["years_left"] == 0.36
    assert ask(url, {}).total == 7508


def test_a_database_of_before_gets_the_search_index_and_uses_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'fit.db'}"
    ask(url, {})
    with sqlite3.connect(tmp_path / "fit.db") as database:
        database.execute("DELETE FROM fit_loaded_source WHERE name = 'search index'")
        database.execute("DROP INDEX fit_installation_search")
        database.execute("DELETE FROM sqlite_stat1")
    database.close()
    ask(url, {})
    asked = (
        "EXPLAIN QUERY PLAN SELECT count(*), sum(capacity_kw) FROM fit_installation "
        "WHERE technology = 'Wind' AND postcode_area IN ('PL', 'TR') AND commissioned >= '2012-01-01'"
    )
    with sqlite3.connect(tmp_path / "fit.db") as database:
        assert database.execute("SELECT count(*) FROM sqlite_stat1").fetchone() != (0,)
        assert "COVERING INDEX fit_installation_search" in str(database.execute(asked).fetchall())
    database.close()


def test_a_missing_folder_of_the_database_is_made(tmp_path: Path) -> None:
    assert ask(f"sqlite:///{tmp_path}/a/b/fit.db", {"fit_id": "4004"}).total == 1


def test_the_database_lets_readers_go_on_while_one_writes(url: str) -> None:
    ask(url, {})
    path = url.removeprefix("sqlite:///")
    with sqlite3.connect(path) as writer:
        assert writer.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        writer.execute("BEGIN IMMEDIATE")
        assert ask(url, BERKSHIRE).total == 1
    writer.close()


def test_a_file_that_is_no_database_is_left_alone_and_named(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database, but my notes\n" * 100)
    with pytest.raises(DataError, match=r"notes\.txt: file is not a database; .*TUNESERVE_DATABASE_URL"):
        ask(f"sqlite:///{path}", {})
    assert path.read_text().startswith("not a database, but my notes")


def test_a_database_that_may_only_be_read_answers_but_takes_no_import(tmp_path: Path) -> None:
    path = tmp_path / "fit.db"
    assert ask(f"sqlite:///{path}", {}).total == 7508
    url = f"sqlite:///file:{path}?mode=ro&uri=true"
    assert ask(url, BERKSHIRE).total == 1
    with pytest.raises(DataError, match="make the file and its folder writable"):
        LOOKUP.load(url, Path(__file__).parent / "data" / "ofgem_report_3_rows.csv", lambda done, total: None)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("sqlite:////proc/nowhere/fit.db", "check TUNESERVE_DATABASE_URL"),
        ("mysql://u:secret@host/fit", "only sqlite and postgresql"),
        ("fit.db", "cannot be read; set TUNESERVE_DATABASE_URL"),
    ],
)
def test_a_database_that_cannot_be_opened_is_one_clear_line(url: str, words: str) -> None:
    with pytest.raises(DataError, match=re.escape(words)) as caught:
        ask(url, {})
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_is_told_and_the_next_start_loads_everything(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'fit.db'}"
    with files_of_at_most(300_000), pytest.raises(DataError, match="free some space"):
        ask(url, {})
    assert ask(url, {}).total == 7508


def test_several_processes_may_start_on_one_empty_database(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'fit.db'}"
    code = (
        "import sys, datetime; from tasks.fit_query.installations import LOOKUP; "
        "print(LOOKUP.rows(sys.argv[1], {}, 0, datetime.date(2026, 11, 21)).total)"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", code, url], stdout=subprocess.PIPE, text=True, cwd=project_root())
        for _ in range(3)
    ]
    assert [process.communicate(timeout=60)[0].strip() for process in started] == ["7508"] * 3
