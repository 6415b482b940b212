"""The lists of questions as JSON Lines files."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from serving.storage.query_files import QueryFiles

NAME = "failed_queries"


def entry(identity: str, days_ago: int = 0) -> dict[str, dict[str, object]]:
    asked = (datetime.now(UTC) - timedelta(days=days_ago)).isoformat()
    return {NAME: {"id": identity, "asked_at": asked, "input": "‘ö’\n"}}


def ids(folder: Path) -> list[str]:
    return [json.loads(line)["id"] for line in (folder / f"{NAME}.jsonl").read_text("utf-8").splitlines()]


def test_entries_that_are_written_again_after_a_crash_stand_there_once(tmp_path: Path) -> None:
    QueryFiles(tmp_path).add([entry("a"), entry("b")])
    again = QueryFiles(tmp_path)
    again.add([entry("a"), entry("b"), entry("c")])
    again.add([entry("c"), entry("d")])
    assert ids(tmp_path) == ["a", "b", "c", "d"]


def test_a_line_that_a_crash_cut_short_is_written_anew(tmp_path: Path) -> None:
    QueryFiles(tmp_path).add([entry("a"), entry("b")])
    path = tmp_path / f"{NAME}.jsonl"
    path.write_bytes(path.read_bytes()[:-7])
    QueryFiles(tmp_path).add([entry("a"), entry("b")])
    assert ids(tmp_path) == ["a", "b"]


def test_two_gateways_may_write_to_the_same_files(tmp_path: Path) -> None:
    first, second = QueryFiles(tmp_path), QueryFiles(tmp_path)
    first.add([entry("a")])
    second.add([entry("b")])
    first.add([entry("b"), entry("c")])
    assert ids(tmp_path) == ["a", "b", "c"]


def test_old_lines_go_and_later_ones_are_added_to_what_is_left(tmp_path: Path) -> None:
    files = QueryFiles(tmp_path)
    files.add([entry("a", days_ago=9), entry("b", days_ago=1)])
    other = QueryFiles(tmp_path)
    files.delete_before(datetime.now(UTC) - timedelta(days=7))
    other.add([entry("c")])
    files.add([entry("d")])
    assert ids(tmp_path) == ["b", "c", "d"]
