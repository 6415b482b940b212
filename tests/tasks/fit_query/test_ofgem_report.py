"""Reading Ofgem's report and the project's own file: what is understood, and what is said about bad lines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tasks.fit_query.ofgem_report import SourceFile, read_source
from tasks.fit_query.register import SHIPPED_FILE
from tuneserve.errors import DataError

TODAY = date(2026, 11, 21)
REPORT = Path(__file__).parent / "data" / "ofgem_report_3_rows.csv"
HEADER, FIRST, SECOND, THIRD = REPORT.read_text(encoding="utf-8").splitlines()


def read(folder: Path, lines: Sequence[str], ends: str = "\n", encoding: str = "utf-8") -> SourceFile:
    path = folder / "report.csv"
    path.write_bytes("".join(line + ends for line in lines).encode(encoding))
    return read_source(path, TODAY)


def changed(line: str, column: str, value: str) -> str:
    """`line` with another value in a column; no cell of the fixture needs quotation marks."""
    cells = line.split(",")
    cells[HEADER.split(",").index(column)] = value
    return ",".join(cells)


def test_ofgems_own_columns_are_understood() -> None:
    source = read_source(REPORT, TODAY)
    assert (source.kind, len(source.rows), list(source.rejected)) == ("report", 3, [])
    first = source.rows[0]
    assert first[3:] == ("Photovoltaic", "FK2", "FK", 0.83, date(2018, 6, 14), "Falkirk", "Scotland", "Scotland")
    assert (first.line, first.fit_id) == (2, None)


def test_the_shipped_columns_are_understood() -> None:
    source = read_source(SHIPPED_FILE, TODAY)
    assert (source.kind, len(source.rows), list(source.rejected)) == ("register", 7508, [])
    assert source.rows[0].fit_id == 860


def test_byte_order_mark_windows_line_ends_and_title_lines_change_nothing(tmp_path: Path) -> None:
    titles = ["Feed-in Tariff Installation Report,,,", "", "As at 31 March 2021", '"Produced by Ofgem, London"']
    plain = read(tmp_path, [HEADER, FIRST, SECOND])
    dressed = read(tmp_path, [*titles, HEADER, FIRST, "", SECOND], ends="\r\n", encoding="utf-8-sig")
    assert [row[1:] for row in dressed.rows] == [row[1:] for row in plain.rows]
    assert [row.line for row in dressed.rows] == [6, 8]


def test_commas_in_quotation_marks_are_part_of_a_name(tmp_path: Path) -> None:
    [row] = read(tmp_path, [HEADER, changed(FIRST, "Local authority", '"Bristol, City of"')]).rows
    assert row.local_authority == "Bristol, City of"


def test_names_saved_by_a_spreadsheet_on_windows_are_read(tmp_path: Path) -> None:
    [row] = read(tmp_path, [HEADER, changed(FIRST, "Local authority", "Ynys Môn")], encoding="cp1252").rows
    assert row.local_authority == "Ynys Môn"


@pytest.mark.parametrize(
    ("written", "technology"),
    [
        ("Photovoltaic", "Photovoltaic"),
        ("Wind", "Wind"),
        ("Hydro", "Hydro"),
        ("Anaerobic digestion", "Anaerobic digestion"),
        ("Anaerobic Digestion ", "Anaerobic digestion"),
        ("MicroCHP", "Micro CHP"),
        ("Micro CHP", "Micro CHP"),
    ],
)
def test_each_technology_has_its_name_in_the_schema(tmp_path: Path, written: str, technology: str) -> None:
    [row] = read(tmp_path, [HEADER, changed(FIRST, "Technology", written)]).rows
    assert row.technology == technology


@pytest.mark.parametrize(
    ("written", "district"),
    [("RG17 ", "RG17"), ("rg17 9ab", "RG17"), ("G1 1AA", "G1"), ("EC1A", "EC1A"), ("N/A", None), ("", None)],
)
def test_a_postcode_is_cut_to_its_district(tmp_path: Path, written: str, district: str | None) -> None:
    [row] = read(tmp_path, [HEADER, changed(FIRST, "Postcode", written)]).rows
    assert row.postcode_district == district


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("Technology", "Nuclear", "unknown technology 'Nuclear'"),
        ("Installed capacity", "lots", "unreadable capacity 'lots'"),
        ("Installed capacity", "", "unreadable capacity ''"),
        ("Installed capacity", "nan", "unreadable capacity 'nan'"),
        ("Installed capacity", "-3.5", "capacity -3.5 kW cannot be"),
        ("Commissioning date", "31/02/2018 00:00", "unreadable commissioning date '31/02/2018 00:00'"),
        ("Commissioning date", "14 June", "unreadable commissioning date '14 June'"),
        ("Commissioning date", "14/06/2081 00:00", "commissioning date 2081-06-14 is in the future"),
        ("Commissioning date", "01/01/1900 00:00", "spreadsheet's empty date"),
        ("Postcode", "somewhere", "unreadable postcode 'somewhere'"),
        ("Local authority", "A" * 500, "a name of 500 characters"),
        ("Constituency", "one,too many", "21 columns, the header has 20"),
        ("Constituency", '"left open', "not a CSV line"),
    ],
)
def test_a_bad_line_is_named_with_its_number_and_the_rest_is_kept(
    tmp_path: Path, column: str, value: str, reason: str
) -> None:
    source = read(tmp_path, [HEADER, FIRST, changed(SECOND, column, value), THIRD])
    [(line, said)] = source.rejected
    assert line == 3
    assert reason in said
    assert [row.line for row in source.rows] == [2, 4]


def test_a_cut_line_is_rejected(tmp_path: Path) -> None:
    assert read(tmp_path, [HEADER, FIRST[:40]]).rejected == [(2, "6 columns, the header has 20")]


def test_a_fit_id_counts_once_in_a_file(tmp_path: Path) -> None:
    lines = SHIPPED_FILE.read_text(encoding="utf-8").splitlines()[:3]
    assert read(tmp_path, [*lines, lines[1]]).rejected == [(4, "FIT id 860 stands on line 2 already")]


def test_missing_columns_are_all_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="lacks 'Installed capacity', 'Commissioning date'"):
        read(tmp_path, [HEADER.replace("Installed capacity", "Power").replace("Commissioning date", "Day"), FIRST])


def test_other_editions_of_the_header_are_understood(tmp_path: Path) -> None:
    header = HEADER.replace("Postcode", "PostCode ").replace("Country", "Installation Country")
    assert len(read(tmp_path, [header, FIRST, SECOND, THIRD]).rows) == 3


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04\x14\x00", "a spreadsheet, not CSV; open it, save as CSV"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a spreadsheet, not CSV"),
        ("Extension (Y/N),Postcode".encode("utf-16"), "not CSV text in UTF-8"),
        (b"name,age\nAda,36\n", "no header of Ofgem's Feed-in Tariff Installation Report"),
        (b"", "no header of Ofgem's Feed-in Tariff Installation Report"),
    ],
)
def test_what_is_no_report_is_told_with_what_to_do(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "report.xlsx"
    path.write_bytes(content)
    with pytest.raises(DataError, match=words):
        read_source(path, TODAY)


def test_equal_rows_in_one_file_are_different_installations(tmp_path: Path) -> None:
    together = {row.report_key for row in read(tmp_path, [HEADER, FIRST, FIRST, SECOND]).rows}
    apart = {row.report_key for row in read(tmp_path, [HEADER, FIRST, SECOND, FIRST]).rows}
    assert len(together) == 3
    assert together == apart


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("Export status", "Export (Standard)"),
        ("Local authority", "Falkirk Council"),
        ("Declared net capacity", "0.830"),
        ("Application date", "04/07/2019"),
        ("Postcode", "FK2"),
    ],
)
def test_a_later_edition_that_renames_or_rewrites_keeps_the_rows_identity(
    tmp_path: Path, column: str, value: str
) -> None:
    [before] = read(tmp_path, [HEADER, FIRST]).rows
    [after] = read(tmp_path, [HEADER, changed(FIRST, column, value)]).rows
    assert before.report_key == after.report_key


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(st.one_of(st.binary(max_size=200), st.sampled_from([FIRST, SECOND]).map(str.encode)), max_size=8))
def test_any_bytes_are_either_rows_or_numbered_complaints(tmp_path: Path, lines: list[bytes]) -> None:
    path = tmp_path / "any.csv"
    path.write_bytes(b"\n".join([HEADER.encode(), *(line.replace(b"\n", b" ") for line in lines)]))
    source = read_source(path, TODAY)
    numbers = [row.line for row in source.rows] + [line for line, _ in source.rejected]
    assert len(numbers) == len(set(numbers))
    full = {number for number, line in enumerate(lines, start=2) if line.strip(b" \t\r\n,")}
    assert set(numbers) == full
    assert all(reason and "\n" not in reason for _, reason in source.rejected)
