"""Importing a file of installations into the database."""

from __future__ import annotations

import csv
import shutil
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event

from tasks.fit_query.installations import LOOKUP
from tasks.fit_query.register import SHIPPED_FILE
from tuneserve.errors import DataError
from tuneserve.task import ImportReport, JsonObject

TODAY = date(2026, 11, 21)
REPORT = Path(__file__).parent / "data" / "ofgem_report_3_rows.csv"
HEADER, *PHOTOVOLTAIC = REPORT.read_text(encoding="utf-8").splitlines()


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the shipped rows, to be copied."""
    path = tmp_path_factory.mktemp("loaded") / "fit.db"
    assert total(f"sqlite:///{path}") == 7508
    return path


@pytest.fixture
def url(tmp_path: Path, loaded: Path) -> str:
    return f"sqlite:///{shutil.copy(loaded, tmp_path / 'fit.db')}"


def load(url: str, path: Path) -> ImportReport:
    return LOOKUP.load(url, path, lambda done, total: None)


def total(url: str, output: JsonObject | None = None) -> int:
    return LOOKUP.rows(url, output or {}, 0, TODAY).total


def items(url: str, output: JsonObject) -> list[JsonObject]:
    return list(LOOKUP.rows(url, output, 20_000, TODAY).items)


def report_line(row: JsonObject) -> str:
    """A row of the shipped file as Ofgem's report writes it."""
    day = date.fromisoformat(row["commissioning_date"]).strftime("%d/%m/%Y 00:00")
    capacity = f"{float(row['installed_capacity_kw']):g}"
    names = f'{row["country"]},"{row["local_authority"]}",{row["region"]}'
    start = f"N,{row['postcode_district']} ,Wind,{capacity},{capacity},{day},{day},,Export,WD,Wind,Domestic"
    return f"{start},{names},,MCS,11,No,Unknown"


def shipped() -> list[JsonObject]:
    with SHIPPED_FILE.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def write(path: Path, lines: list[str]) -> Path:
    path.write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
    return path


def test_importing_ofgems_report_makes_its_rows_answer(url: str) -> None:
    report = load(url, REPORT)
    assert (report.added, report.unchanged, list(report.rejected)) == (3, 0, [])
    found = LOOKUP.rows(url, {"technology": "Photovoltaic", "sort_by": "capacity"}, 10, TODAY)
    assert [(item["fit_id"], item["postcode"], item["capacity_kw"]) for item in found.items] == [
        (None, "LE4", 18.63),
        (None, "GU22", 1.38),
        (None, "FK2", 0.83),
    ]
    assert found.note is None


def test_importing_twice_is_the_same_as_once(url: str) -> None:
    load(url, REPORT)
    before = items(url, {})
    again = load(url, REPORT)
    assert (again.added, again.unchanged, again.updated) == (0, 3, 0)
    assert items(url, {}) == before


def test_the_shipped_file_imported_again_changes_nothing(url: str) -> None:
    report = load(url, SHIPPED_FILE)
    assert (report.added, report.unchanged, report.updated) == (0, 7508, 0)
    assert total(url) == 7508


def test_a_report_with_the_shipped_turbines_counts_none_twice_and_keeps_their_ids(url: str, tmp_path: Path) -> None:
    lines = [report_line(row) for row in shipped()]
    path = write(tmp_path / "wind.csv", [*lines, *PHOTOVOLTAIC])
    report = load(url, path)
    assert (report.added, report.unchanged, list(report.rejected)) == (3, 7508, [])
    assert "7,508 rows are the same installations" in str(report.note)
    assert total(url, {"technology": "Wind"}) == 7508
    assert items(url, {"fit_id": "4004"})[0]["postcode"] == "RG17"
    again = load(url, path)
    assert (again.added, again.unchanged) == (0, 7511)


def test_rows_that_a_report_lacks_are_kept_and_counted_in_the_note(url: str, tmp_path: Path) -> None:
    known, *_ = shipped()
    unknown = {**known, "installed_capacity_kw": "56.0"}
    report = load(url, write(tmp_path / "wind.csv", [report_line(known), report_line(unknown)]))
    assert (report.added, report.unchanged) == (1, 1)
    assert total(url, {"technology": "Wind"}) == 7509
    assert "7,507 Wind rows that were loaded before are in no imported report" in str(report.note)


def test_a_file_with_ids_joins_the_rows_of_a_report(url: str, tmp_path: Path) -> None:
    load(url, REPORT)
    header = SHIPPED_FILE.read_text(encoding="utf-8").splitlines()[0]
    path = tmp_path / "ids.csv"
    path.write_text(f"{header}\n990001,Photovoltaic,LE4,LE,18.63,2018-11-30,Leicester,East Midlands,England\n")
    report = load(url, path)
    assert (report.added, report.unchanged) == (0, 1)
    assert total(url, {"technology": "Photovoltaic"}) == 3
    assert items(url, {"fit_id": "990001"})[0]["capacity_kw"] == 18.63
    assert load(url, REPORT).added == 0


def test_other_figures_under_a_known_id_replace_the_old_ones(url: str, tmp_path: Path) -> None:
    header, first, *_ = SHIPPED_FILE.read_text(encoding="utf-8").splitlines()
    path = tmp_path / "changed.csv"
    path.write_text(f"{header}\n{first.replace('55.0', '60.0').replace('2010-10-02', '2011-10-02')}\n")
    report = load(url, path)
    assert (report.added, report.unchanged, report.updated) == (0, 0, 1)
    [item] = items(url, {"fit_id": "860"})
    assert (item["capacity_kw"], item["years_left"]) == (60.0, 4.86)
    assert total(url) == 7508


def test_a_later_edition_gives_its_names_to_known_rows(url: str, tmp_path: Path) -> None:
    load(url, REPORT)
    line = PHOTOVOLTAIC[0].replace("Scotland,Falkirk,Scotland", "Scotland,Falkirk Council,Scotland")
    report = load(url, write(tmp_path / "later.csv", [line]))
    assert (report.added, report.updated) == (0, 1)
    [item] = items(url, {"postcode_patterns": ["FK2"], "technology": "Photovoltaic"})
    assert item["local_authority"] == "Falkirk Council"


def test_bad_lines_are_skipped_with_their_numbers_and_the_rest_is_kept(url: str, tmp_path: Path) -> None:
    bad = [PHOTOVOLTAIC[0].replace("0.83", "x"), "cut,off", PHOTOVOLTAIC[1].replace("Photovoltaic", "Fusion")]
    report = load(url, write(tmp_path / "bad.csv", [bad[0], PHOTOVOLTAIC[1], bad[1], bad[2], PHOTOVOLTAIC[2]]))
    assert report.added == 2
    assert [line for line, _ in report.rejected] == [2, 4, 5]


def test_an_unknown_id_tells_that_reports_have_none(url: str) -> None:
    load(url, REPORT)
    assert "(3 are from Ofgem's report, which has no FIT ids)" in str(LOOKUP.rows(url, {"fit_id": "1"}, 1, TODAY).note)


def test_a_file_that_cannot_be_used_changes_nothing(url: str, tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(DataError, match="no header of Ofgem's"):
        load(url, path)
    assert total(url) == 7508


@pytest.fixture
def interrupted_at_the_last_statement() -> Iterator[None]:
    """Ctrl-C once the report's rows are written, but not yet committed."""

    def interrupt(_c: Any, _s: Any, statement: str, parameters: Any, _x: Any, many: bool) -> None:
        if statement.startswith("INSERT INTO fit_installation") and len(parameters) == 3:
            raise KeyboardInterrupt

    event.listen(Engine, "after_cursor_execute", interrupt)
    yield
    event.remove(Engine, "after_cursor_execute", interrupt)


def test_an_interrupted_import_leaves_the_database_as_it_was(url: str, interrupted_at_the_last_statement: None) -> None:
    before = items(url, {})
    with pytest.raises(KeyboardInterrupt):
        load(url, REPORT)
    assert items(url, {}) == before


def test_progress_counts_the_lines_up_to_the_last(url: str, tmp_path: Path) -> None:
    calls: list[tuple[int, int]] = []
    LOOKUP.load(url, write(tmp_path / "many.csv", PHOTOVOLTAIC * 1000), lambda done, all_: calls.append((done, all_)))
    assert calls[-1] == (3001, 3001)
    assert [done for done, _ in calls] == sorted(done for done, _ in calls)
    assert len(calls) >= 3


def large_report(path: Path, count: int) -> Path:
    lines = [
        f"N,LE{at % 20 + 1} ,Photovoltaic,{at % 4000 / 100 + 0.5:g},{at % 90 + 1},04/01/2015 00:00,"
        f"{at % 28 + 1:02}/{at % 12 + 1:02}/{2010 + at % 9} 00:00,12/12/2018 13:24,Export (Deemed),PV,PV,Domestic,"
        "England,Leicester,East Midlands,Leicester West,MCS,11,No,E01013680"
        for at in range(count)
    ]
    return write(path, lines)


def test_forty_thousand_lines_take_less_than_ten_seconds_of_work(url: str, tmp_path: Path) -> None:
    path = large_report(tmp_path / "large.csv", 40_000)
    started = time.process_time()  # of this process alone: a busy machine is not a slow import
    report = load(url, path)
    assert time.process_time() - started < 10
    assert (report.added, list(report.rejected)) == (40_000, [])


NEAR: JsonObject = {"postcode_patterns": ["KW17", "RG17"], "capacity_min_kw": 5}
wind_rows = st.fixed_dictionaries(
    {
        "postcode_district": st.sampled_from(["KW17", "RG17", ""]),
        "installed_capacity_kw": st.sampled_from(["5.0", "500.0", "12.1"]),
        "commissioning_date": st.sampled_from(["2012-11-28", "2012-01-12"]),
        "local_authority": st.sampled_from(["Orkney Islands", "West Berkshire"]),
        "region": st.just("Scotland"),
        "country": st.just("Scotland"),
    }
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(wind_rows, min_size=1, max_size=30))
def test_any_report_twice_is_the_same_as_once(tmp_path: Path, loaded: Path, rows: list[JsonObject]) -> None:
    url = f"sqlite:///{shutil.copy(loaded, tmp_path / f'{uuid.uuid4().hex}.db')}"
    path = write(tmp_path / "report.csv", [report_line(row) for row in rows])
    first = load(url, path)
    before = items(url, NEAR)
    assert first.added + first.unchanged == len(rows)
    assert total(url) == 7508 + first.added
    second = load(url, path)
    assert (second.added, second.unchanged, second.updated) == (0, len(rows), 0)
    assert (total(url), items(url, NEAR)) == (7508 + first.added, before)


ANSWERS: list[JsonObject] = [
    {"technology": "Wind", "capacity_min_kw": 100, "postcode_patterns": ["RG", "SL"]},
    {"postcode_patterns": ["G", "KW17"], "sort_by": "commissioning_date"},
    {"technology": "Photovoltaic", "sort_by": "fit_remaining", "fit_remaining_max_years": 12},
    {"sort_by": "capacity", "sort_order": "asc", "limit": 30},
    {"commissioned_from": "2012-01-01", "commissioned_to": "2012-12-31", "technologies": ["Wind", "Hydro"]},
    {"query_type": "aggregation", "aggregate": "count", "group_by": "region"},
    {"query_type": "aggregation", "aggregate": "average_capacity", "group_by": "year"},
    {"query_type": "aggregation", "aggregate": "total_capacity", "group_by": "postcode_area"},
    {"query_type": "comparison", "technologies": ["Wind", "Photovoltaic"]},
    {"fit_id": "99"},
]


@pytest.mark.postgres
def test_postgresql_gives_the_rows_that_sqlite_gives(url: str, postgres_url: str, tmp_path: Path) -> None:
    for database in (url, postgres_url):
        load(database, REPORT)
        load(database, write(tmp_path / "wind.csv", [report_line(row) for row in shipped()[:500]]))
        assert load(database, REPORT).added == 0
    for output in ANSWERS:
        ours, theirs = (LOOKUP.rows(database, output, 5000, TODAY) for database in (url, postgres_url))
        assert (ours.total, ours.note) == (theirs.total, theirs.note)
        assert list(ours.items) == list(theirs.items)


@pytest.mark.postgres
def test_several_may_start_on_one_empty_postgresql(postgres_url: str) -> None:
    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(total, [postgres_url] * 3)) == [7508] * 3


@pytest.mark.postgres
def test_an_interrupted_import_leaves_postgresql_as_it_was(
    postgres_url: str, interrupted_at_the_last_statement: None
) -> None:
    before = items(postgres_url, {})
    with pytest.raises(KeyboardInterrupt):
        load(postgres_url, REPORT)
    assert items(postgres_url, {}) == before
