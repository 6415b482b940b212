from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.fit_query.dates import RELATIONS, commissioned, find_dates, parse_period

TODAY = date(2026, 11, 21)


def bounds(written: str, partner: str | None = None) -> tuple[str, str] | None:
    period = parse_period(written, TODAY, partner)
    return (period.first.isoformat(), period.last.isoformat()) if period else None


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("2012", "2012-01-01", "2012-12-31"),
        ("'13", "2013-01-01", "2013-12-31"),
        ("the year 2012", "2012-01-01", "2012-12-31"),
        ("twenty twelve", "2012-01-01", "2012-12-31"),
        ("two thousand and twelve", "2012-01-01", "2012-12-31"),
        ("March 2013", "2013-03-01", "2013-03-31"),
        ("Mar '13", "2013-03-01", "2013-03-31"),
        ("Febuary 2014", "2014-02-01", "2014-02-28"),
        ("Feb 2012", "2012-02-01", "2012-02-29"),
        ("03/2013", "2013-03-01", "2013-03-31"),
        ("2013-03", "2013-03-01", "2013-03-31"),
        ("12/03/2013", "2013-03-12", "2013-03-12"),
        ("12.3.13", "2013-03-12", "2013-03-12"),
        ("2013-03-12", "2013-03-12", "2013-03-12"),
        ("12th March 2013", "2013-03-12", "2013-03-12"),
        ("the 12th of March, 2013", "2013-03-12", "2013-03-12"),
        ("March 12th, 2013", "2013-03-12", "2013-03-12"),
        ("03/25/2013", "2013-03-25", "2013-03-25"),
        ("Q1 2013", "2013-01-01", "2013-03-31"),
        ("first half of 2013", "2013-01-01", "2013-06-30"),
        ("2010s", "2010-01-01", "2019-12-31"),
        ("2011 or 2012", "2011-01-01", "2012-12-31"),
        ("2011-14", "2011-01-01", "2014-12-31"),
        ("2011, 2012 and 2013", "2011-01-01", "2013-12-31"),
        ("March to June 2013", "2013-03-01", "2013-06-30"),
        ("last year", "2025-01-01", "2025-12-31"),
        ("this year", "2026-01-01", "2026-12-31"),
    ],
)
def test_a_quoted_period_has_its_first_and_last_day(written: str, first: str, last: str) -> None:
    assert bounds(written) == (first, last)


@pytest.mark.parametrize(
    "written", ["", "March", "14", "early 2013", "31/02/2013", "9999", "0000", "20133", "soon", "13/13/2013"]
)
def test_what_is_no_full_date_is_none(written: str) -> None:
    assert bounds(written) is None


@pytest.mark.parametrize(
    ("written", "partner", "first", "last"),
    [
        ("14", "2011", "2014-01-01", "2014-12-31"),
        ("March", "June 2013", "2013-03-01", "2013-03-31"),
        ("3", "15 May 2012", "2012-05-03", "2012-05-03"),
        ("1 April", "15 May 2012", "2012-04-01", "2012-04-01"),
    ],
)
def test_one_end_of_a_range_takes_what_it_leaves_out_from_the_other(
    written: str, partner: str, first: str, last: str
) -> None:
    assert bounds(written, partner) == (first, last)


@pytest.mark.parametrize(
    ("relation", "written", "expected"),
    [
        ("built_in", "2012", ("2012-01-01", "2012-12-31")),
        ("built_from", "2012", ("2012-01-01", None)),
        ("built_after", "2012", ("2013-01-01", None)),
        ("built_before", "2012", (None, "2011-12-31")),
        ("built_to", "2012", (None, "2012-12-31")),
        ("built_from", "March 2014", ("2014-03-01", None)),
        ("built_after", "March 2013", ("2013-04-01", None)),
        ("built_before", "March 2013", (None, "2013-02-28")),
        ("built_after", "12/03/2013", ("2013-03-13", None)),
        ("built_before", "1 December 2012", (None, "2012-11-30")),
        ("built_last", "5 years", ("2021-11-21", None)),
        ("built_last", "18 months", ("2025-05-21", None)),
        ("built_last", "year", ("2025-11-21", None)),
        ("built_last", "90 days", ("2026-08-23", None)),
    ],
)
def test_each_relation_gives_its_bounds(relation: str, written: str, expected: tuple[str | None, str | None]) -> None:
    found = commissioned({relation: written}, TODAY)
    assert (found.from_ and found.from_.isoformat(), found.to and found.to.isoformat()) == expected
    assert found.unread == ()


def test_the_last_month_of_a_leap_day_ends_on_the_twenty_eighth() -> None:
    assert commissioned({"built_last": "1 year"}, date(2024, 2, 29)).from_ == date(2023, 2, 28)


def test_two_relations_make_a_range() -> None:
    found = commissioned({"built_from": "2011", "built_to": "14"}, TODAY)
    assert (found.from_, found.to) == (date(2011, 1, 1), date(2014, 12, 31))


def test_what_cannot_be_read_is_named() -> None:
    assert commissioned({"built_in": "2012", "built_last": "a few years"}, TODAY).unread == ("built_last",)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("wind commissioned in 2012", ["2012"]),
        ("over 2012 kW", []),
        ("since Mar '13 and before 12/03/2015", ["Mar '13", "12/03/2015"]),
        ("on 12th March 2013 or 1 Apr 2014", ["12th March 2013", "1 Apr 2014"]),
        ("built in twenty fifteen", ["twenty fifteen"]),
        ("FIT 20417 of 3000 sites", []),
    ],
)
def test_dates_are_found_in_a_text(text: str, found: list[str]) -> None:
    assert [mention.text for mention in find_dates(text)] == found


@given(st.sampled_from(RELATIONS), st.text(max_size=40), st.dates(date(2000, 1, 1), date(2090, 12, 31)))
@settings(max_examples=200, deadline=None)
def test_no_quotation_makes_the_bounds_raise(relation: str, written: str, today: date) -> None:
    commissioned({relation: written}, today)
    find_dates(written)


@given(st.dates(date(1990, 1, 1), date(2050, 12, 31)))
@settings(max_examples=100, deadline=None)
def test_a_day_is_the_same_day_however_it_is_written(day: date) -> None:
    for written in (day.isoformat(), day.strftime("%d/%m/%Y"), day.strftime("%d %B %Y"), day.strftime("%B %d, %Y")):
        assert bounds(written) == (day.isoformat(), day.isoformat())
