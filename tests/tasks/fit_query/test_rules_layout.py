"""Marks of mails, lists and minutes are hidden from the rules; tables become questions; what may be a filter stays."""

from __future__ import annotations

from datetime import date

import pytest

from tasks.fit_query.rules import read
from tasks.fit_query.rules.layout import without_layout
from tasks.fit_query.rules.tables import sentence_of_table

TODAY = date(2026, 11, 21)
REQUEST = "Hydro in Powys over 50 kW"
READING = {"technology": "Hydro", "location": "Powys", "capacity_min": "50 kW"}


@pytest.mark.parametrize(
    "framed",
    [
        "---------- Forwarded message ----------\nFrom: Al <al@example.org>\nSubject: list\n\n{}",
        "FW: RE: FW: {}",
        "RE: hydro\n> {}\nSee below, please action.",
        "Minutes of the meeting, item 7. Action (Jo): {}",
        'The boss asked, quote, "{}", unquote.',
        "Heading: {}",
        "## {}",
    ],
)
def test_marks_around_a_request_change_nothing(framed: str) -> None:
    assert read(framed.format(REQUEST), TODAY) == READING


@pytest.mark.parametrize(
    "marks", [("1.", "2.", "3."), ("a)", "b)", "c)"), ("(1)", "(2)", "(3)"), ("1 -", "2 -", "3 -")]
)
def test_the_numbers_of_a_list_are_no_filters(marks: tuple[str, str, str]) -> None:
    parts = ("hydro", "Powys", "over 50 kW")
    text = "\n".join(f"{mark} {part}" for mark, part in zip(marks, parts, strict=True))
    assert read(text, TODAY) == {**READING, "capacity_min": "50 kW"}


@pytest.mark.parametrize(
    "text",
    [
        "wind\n>100 kW\nKent",
        "To: 500 kW\nFrom: 100 kW\nwind",
        "1 - 2 MW\n2 - 3 MW wind",
        "wind\n3. 2012",
        "# 4004\nrate",
    ],
)
def test_what_may_be_a_filter_stays(text: str) -> None:
    assert without_layout(text) == text


def test_positions_stay_as_they_were() -> None:
    text = "FW: RE: list\n> " + REQUEST
    hidden = without_layout(text)
    assert hidden is not None
    assert len(hidden) == len(text)
    assert hidden.endswith(REQUEST)
    assert "FW" not in hidden


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("tech;county;kW\nPV;Kent;50-100", "PV, in Kent, capacity 50-100"),
        ("type | Min kW | Max kW\n---|---|---\nhydro | 15 | 90", "hydro, at least 15, at most 90"),
        ("fuel\tpostcode\tbuilt\nwind\tkw\t2013", "wind, postcode area kw, built in 2013"),
        ("tech,county,kW\nPV,n/a,50", "PV, exactly 50"),
    ],
)
def test_a_table_is_said_as_a_question(table: str, said: str) -> None:
    assert sentence_of_table(table) == said


@pytest.mark.parametrize(
    "text",
    [
        "tech;county;MW\nPV;Kent;1-2",
        "tech;owner\nPV;Smith",
        "tech;county\nPV;Kent\nwind;Fife",
        "tech;county;kW\nPV;Kent",
        "wind, Kent\nover 50 kW, please",
        "wind in Kent",
    ],
)
def test_a_table_with_an_unknown_heading_or_several_rows_is_none(text: str) -> None:
    assert sentence_of_table(text) is None
