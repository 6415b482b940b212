"""Rows on a terminal: columns, bars, and what happens where there is no room or no Unicode."""

from __future__ import annotations

import io
import sys
from dataclasses import replace

import pytest

from tuneserve.commands.row_table import row_lines
from tuneserve.task import JsonObject, Rows, Task, load_task

GROUPS: list[JsonObject] = [
    {"name": "a", "count": 80, "size": 1.5},
    {"name": "b", "count": 44, "size": 12.0},
    {"name": "c", "count": 0, "size": None},
    {"name": "d", "count": None, "size": None},
    {"name": "é", "count": 1, "size": 0.25},
]
ROWS = Rows(5, GROUPS, note="one thing\nanother", measure="count")


@pytest.fixture
def task() -> Task:
    return replace(load_task("_template"), table=(("name", "name"), ("count", "how many"), ("size", "size")))


def terminal(monkeypatch: pytest.MonkeyPatch, columns: int = 33, encoding: str = "utf-8") -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding=encoding))


def lines(task: Task, rows: Rows = ROWS, styled: bool = False) -> list[str]:
    return list(row_lines(task, rows, styled))


def test_columns_are_aligned_and_the_measure_is_drawn(task: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal(monkeypatch)
    assert lines(task) == [
        "5 rows:",
        "  name  how many  size",
        "  a           80   1.5  ████████",
        "  b           44    12  ████▍",
        "  c            0     -",
        "  d            -     -",
        "  é            1  0.25  ▏",
        "one thing",
        "another",
    ]


@pytest.mark.parametrize(("columns", "longest"), [(33, 8), (45, 20), (400, 40)])
def test_the_longest_bar_fills_the_room_that_the_table_leaves(
    task: Task, monkeypatch: pytest.MonkeyPatch, columns: int, longest: int
) -> None:
    terminal(monkeypatch, columns)
    assert lines(task)[2].count("█") == longest
    assert max(map(len, lines(task))) < columns


def test_a_narrow_terminal_has_no_bars(task: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal(monkeypatch, columns=32)
    assert lines(task)[2] == "  a           80   1.5"


def test_an_encoding_without_blocks_gets_plain_characters(task: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal(monkeypatch, encoding="ascii")
    assert lines(task)[2:7] == [
        "  a           80   1.5  ########",
        "  b           44    12  ####",
        "  c            0     -",
        "  d            -     -",
        "  ?            1  0.25  #",
    ]


def test_only_styled_lines_have_colour(task: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal(monkeypatch)
    assert "\x1b" not in "".join(lines(task))
    assert lines(task, styled=True)[2].endswith("\x1b[36m████████\x1b[0m")
    assert "\x1b" not in lines(task, styled=True)[4]


@pytest.mark.parametrize(
    "rows", [Rows(5, GROUPS), Rows(1, GROUPS[:1], measure="count"), Rows(2, GROUPS[2:4], measure="count")]
)
def test_without_something_to_compare_there_are_no_bars(
    task: Task, monkeypatch: pytest.MonkeyPatch, rows: Rows
) -> None:
    terminal(monkeypatch, 200)
    assert "█" not in "".join(lines(task, rows))


def test_no_rows_are_their_note(task: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal(monkeypatch)
    assert lines(task, Rows(0, [], "nothing is loaded")) == ["0 rows", "nothing is loaded"]


def test_rows_that_the_table_does_not_know_show_what_they_have(task: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal(monkeypatch)
    assert lines(task, Rows(9, [{"x": 1, "y": "z"}])) == ["9 rows, the first 1:", "  x  y", "  1  z"]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (2012, "2012"),
        (4000.0, "4000"),
        (93.554, "93.554"),
        (12345, "12,345"),
        (298624.6, "298,625"),
        (222_000_000.0, "222,000,000"),
        (True, "True"),
        (None, "-"),
    ],
)
def test_large_numbers_have_commas_and_none_an_exponent(
    task: Task, monkeypatch: pytest.MonkeyPatch, value: object, shown: str
) -> None:
    terminal(monkeypatch)
    assert lines(task, Rows(1, [{"name": value}]))[2].strip() == shown


def test_a_measure_is_part_of_the_rows_json_only_where_there_is_one() -> None:
    assert ROWS.as_json()["measure"] == "count"
    assert Rows(1, GROUPS[:1]).as_json() == {"total": 1, "items": GROUPS[:1]}
