"""Reads files of Feed-in Tariff installations, line by line, and says what is wrong with a line.

Two kinds of CSV are known by their header, which may follow some title lines:

- the *report*: Ofgem's "Feed-in Tariff Installation Report", 20 columns, no FIT id, dates DD/MM/YYYY
  HH:MM (OGL v3). Column order and further columns do not matter;
- the *register*: the nine columns that ship with this project (data/fit_wind_sites.csv), with a FIT id.

A row of a report has no id, so it gets a `report_key`: a hash of what does not change between the
report's editions (technology, postcode, capacities, dates, whether it is an extension) and of how many
equal rows stood before it in the file. Names of places, tariff texts and export status are left out,
because editions rename them. What that cannot tell apart: two equal installations in two *parts* of a
report count once; join the parts into one file if that matters.

A record is one line. A quotation mark left open spoils its own line, not the rest of the file.
"""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal, NamedTuple

from tasks.fit_query.report_cells import (
    BadLine,
    capacity_kw,
    commissioning_date,
    fit_id_number,
    lasting_text,
    letters,
    name_of,
    outward,
    technology_name,
)
from tuneserve.errors import DataError

Kind = Literal["report", "register"]

# Columns by their letters and digits alone: editions differ in "Postcode", "PostCode " and the like.
_REPORT: dict[str, tuple[str, ...]] = {
    "technology": ("technology",),
    "postcode": ("postcode",),
    "capacity": ("installedcapacity",),
    "declared": ("declarednetcapacity",),
    "applied": ("applicationdate",),
    "commissioned": ("commissioningdate",),
    "issued": ("mcsissuedate",),
    "extension": ("extensionyn", "extension"),
    "country": ("country", "installationcountry"),
    "local_authority": ("localauthority",),
    "region": ("governmentofficeregion",),
}
_REGISTER: dict[str, tuple[str, ...]] = {
    "fit_id": ("fitid",),
    "technology": ("technology",),
    "postcode": ("postcodedistrict",),
    "capacity": ("installedcapacitykw",),
    "commissioned": ("commissioningdate",),
    "local_authority": ("localauthority",),
    "region": ("region",),
    "country": ("country",),
}
_COLUMNS: dict[Kind, dict[str, tuple[str, ...]]] = {"report": _REPORT, "register": _REGISTER}
_TITLES = {
    "extension": "Extension (Y/N)",
    "postcode": "Postcode",
    "technology": "Technology",
    "capacity": "Installed capacity",
    "declared": "Declared net capacity",
    "applied": "Application date",
    "commissioned": "Commissioning date",
    "issued": "MCS issue date",
    "country": "Country",
    "local_authority": "Local authority",
    "region": "Government office region",
}
_HEADER_WITHIN = 60


class SourceRow(NamedTuple):
    """One installation of a file. Capacity in kW; either `fit_id` or `report_key` is set."""

    line: int
    fit_id: int | None
    report_key: str | None
    technology: str
    postcode_district: str | None
    postcode_area: str | None
    capacity_kw: float
    commissioned: date
    local_authority: str
    region: str
    country: str


@dataclass(frozen=True, slots=True)
class SourceFile:
    """What a file holds. `rejected` lists (line number, reason); the file's first line is 1."""

    kind: Kind
    lines: int
    rows: Sequence[SourceRow]
    rejected: Sequence[tuple[int, str]]


class _Header(NamedTuple):
    kind: Kind
    line: int
    width: int
    places: dict[str, int]


def read_source(path: Path, today: date, seen: Callable[[int], None] = lambda lines: None) -> SourceFile:
    """All rows of the CSV file at `path`; `seen(lines)` is called now and then with the lines read.

    A commissioning date after `today` makes a line bad. Raises DataError when the file cannot be read,
    is no CSV, or has neither of the two headers.
    """
    try:
        header = _find_header(path)
        return _read_rows(path, header, today, seen)
    except OSError as error:
        raise DataError(f"{path}: {error.strerror or error}; name a CSV file that can be read") from error


def _read_rows(path: Path, header: _Header, today: date, seen: Callable[[int], None]) -> SourceFile:
    rows: list[SourceRow] = []
    rejected: list[tuple[int, str]] = []
    equal_before: Counter[str] = Counter()
    line_of_id: dict[int, int] = {}
    line = 0
    for line, raw in _lines(path):
        if line % 1000 == 0:
            seen(line)
        if line <= header.line or not raw.strip(b" \t\r\n,"):
            continue
        try:
            row = _row(line, _cells(raw, header.width), header, today, equal_before)
            if row.fit_id is not None and line_of_id.setdefault(row.fit_id, line) != line:
                raise BadLine(f"FIT id {row.fit_id} stands on line {line_of_id[row.fit_id]} already")
        except BadLine as reason:
            rejected.append((line, str(reason)))
        else:
            rows.append(row)
    return SourceFile(header.kind, line, rows, rejected)


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    with path.open("rb") as file:
        yield from enumerate(file, start=1)


def _find_header(path: Path) -> _Header:
    best: tuple[int, list[str]] = (0, [])
    for line, raw in _lines(path):
        if line == 1:
            _refuse_other_formats(path, raw)
        try:
            names = [letters(cell) for cell in _cells(raw, None)]
        except BadLine:
            continue
        for kind, columns in _COLUMNS.items():
            places = {
                column: names.index(spelling)
                for column, spellings in columns.items()
                for spelling in spellings
                if spelling in names
            }
            if len(places) == len(columns):
                return _Header(kind, line, len(names), places)
            if len(places) > best[0]:
                best = (len(places), [_title(kind, column) for column in columns if column not in places])
        if line >= _HEADER_WITHIN:
            break
    if best[0] < 3:
        raise DataError(
            f"{path}: no header of Ofgem's Feed-in Tariff Installation Report in its first lines; save as CSV"
        )
    raise DataError(
        f"{path}: the header lacks {', '.join(repr(name) for name in best[1])}; export the report with all columns"
    )


def _title(kind: str, column: str) -> str:
    return _TITLES[column] if kind == "report" else {"capacity": "installed_capacity_kw"}.get(column, column)


def _refuse_other_formats(path: Path, start: bytes) -> None:
    if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise DataError(f"{path}: this is a spreadsheet, not CSV; open it, save as CSV (UTF-8), then import that file")
    if start.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in start:
        raise DataError(f"{path}: this is not CSV text in UTF-8; save as CSV (UTF-8), then import that file")


def _cells(raw: bytes, width: int | None) -> list[str]:
    text = _text(raw).rstrip("\r\n")
    try:
        cells = next(csv.reader([text], strict=True), [])
    except csv.Error as error:
        raise BadLine(f"not a CSV line ({error})") from error
    if width is not None and len(cells) != width:
        raise BadLine(f"{len(cells)} columns, the header has {width}")
    return cells


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Spreadsheets on Windows save "CSV" in this encoding; latin-1 would accept control characters.
        try:
            return raw.decode("cp1252")
        except UnicodeDecodeError as error:
            raise BadLine("characters that are neither UTF-8 nor Windows-1252") from error


def _row(line: int, cells: list[str], header: _Header, today: date, equal_before: Counter[str]) -> SourceRow:
    cell = {column: cells[place].strip() for column, place in header.places.items()}
    technology = technology_name(cell["technology"])
    capacity = capacity_kw(cell["capacity"])
    commissioned = commissioning_date(cell["commissioned"], today)
    district, area = outward(cell["postcode"])
    key = None
    if header.kind == "report":
        lasting = (lasting_text(cell[name]) for name in ("declared", "applied", "issued", "extension"))
        key = _report_key(
            (technology, district or "", f"{capacity:.3f}", commissioned.isoformat(), *lasting), equal_before
        )
    return SourceRow(
        line=line,
        fit_id=fit_id_number(cell["fit_id"]) if header.kind == "register" else None,
        report_key=key,
        technology=technology,
        postcode_district=district,
        postcode_area=area,
        capacity_kw=capacity,
        commissioned=commissioned,
        local_authority=name_of(cell["local_authority"]),
        region=name_of(cell["region"]),
        country=name_of(cell["country"]),
    )


def _report_key(lasting: tuple[str, ...], equal_before: Counter[str]) -> str:
    text = "\x1f".join(lasting)
    equal_before[text] += 1
    return hashlib.sha256(f"{text}\x1f{equal_before[text]}".encode()).hexdigest()[:32]
