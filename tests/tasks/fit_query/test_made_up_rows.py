"""Made-up rows: as many as wanted, the same every time, good enough for the real import."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from tasks.fit_query.installations import LOOKUP
from tasks.fit_query.made_up_rows import FIRST_ID, write_made_up
from tasks.fit_query.row_import import import_file


def test_they_are_the_same_every_time(tmp_path: Path) -> None:
    for name in ("one", "other"):
        write_made_up(tmp_path / name, 50)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()


def test_every_one_is_taken_and_can_be_found(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'rows.sqlite'}"
    assert LOOKUP.made_up is not None
    LOOKUP.made_up(tmp_path / "rows.csv", 400)
    report = import_file(url, tmp_path / "rows.csv", lambda done, total: None, date(2026, 1, 31))
    assert (report.added, list(report.rejected)) == (400, [])
    found = LOOKUP.rows(url, {"fit_id": str(FIRST_ID + 399)}, 10, date(2026, 1, 31))
    assert found.total == 1
    solar = LOOKUP.rows(url, {"technology": "Photovoltaic"}, 10, date(2026, 1, 31))
    assert 300 < solar.total < 400
