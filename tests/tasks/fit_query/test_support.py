"""How long support runs and how much of it is left."""

from __future__ import annotations

import csv
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.fit_query.register import SHIPPED_FILE
from tasks.fit_query.support import anniversary, first_end, is_moved_over, last_end, support_end, years_left

DAYS = st.dates(date(2005, 1, 1), date(2045, 12, 31))


@pytest.mark.parametrize(
    ("technology", "commissioned", "end"),
    [
        ("Wind", date(2012, 1, 12), date(2032, 1, 12)),
        ("Hydro", date(2012, 2, 29), date(2032, 2, 29)),
        ("Anaerobic digestion", date(2014, 5, 1), date(2034, 5, 1)),
        ("Photovoltaic", date(2012, 7, 31), date(2037, 7, 31)),
        ("Photovoltaic", date(2012, 8, 1), date(2032, 8, 1)),
        ("Micro CHP", date(2012, 2, 29), date(2022, 3, 1)),
        ("Wind", date(1993, 1, 1), date(2027, 4, 1)),
        ("Photovoltaic", date(2009, 7, 14), date(2027, 4, 1)),
        ("Wind", date(2009, 7, 15), date(2030, 4, 1)),
        ("Photovoltaic", date(2010, 3, 31), date(2035, 4, 1)),
    ],
)
def test_support_ends_as_the_scheme_lays_down(technology: str, commissioned: date, end: date) -> None:
    assert support_end(technology, commissioned) == end


def test_what_was_moved_over_has_fifty_kilowatts_or_less() -> None:
    """The rule that `is_moved_over` rests on, in the real register."""
    with SHIPPED_FILE.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    early = [row for row in rows if is_moved_over(date.fromisoformat(row["commissioning_date"]))]
    assert len(early) == 726
    assert max(float(row["installed_capacity_kw"]) for row in early) <= 50
    assert max(float(row["installed_capacity_kw"]) for row in rows) == 5000


def test_an_anniversary_is_a_whole_number_of_years_away() -> None:
    assert years_left(date(2032, 1, 12), date(2026, 1, 12)) == 6.0
    assert years_left(date(2032, 1, 12), date(2026, 1, 13)) == pytest.approx(6 - 1 / 365)


def test_years_left_are_never_below_zero() -> None:
    assert years_left(date(2013, 1, 1), date(2026, 11, 21)) == 0.0


@given(today=DAYS, end=DAYS, years=st.one_of(st.integers(0, 30), st.floats(0, 30).map(lambda years: round(years, 2))))
def test_the_date_filters_agree_with_years_left(today: date, end: date, years: float) -> None:
    left = years_left(end, today)
    tolerance = 1e-6
    if left <= years - tolerance:
        assert end <= last_end(today, years)
    if left >= years + tolerance:
        assert end > last_end(today, years) or left <= years + 2 * tolerance
    if years > 0 and left >= years + tolerance:
        assert end >= first_end(today, years)
    if years > 0 and left <= years - tolerance:
        assert end < first_end(today, years) or left >= years - 2 * tolerance


@given(today=DAYS, years=st.integers(1, 25))
def test_a_whole_number_of_years_includes_the_anniversary_itself(today: date, years: int) -> None:
    assert last_end(today, years) == first_end(today, years) == anniversary(today, years)


def test_more_years_than_the_calendar_has_are_no_error() -> None:
    assert last_end(date(2026, 11, 21), 1e12).year == first_end(date(2026, 11, 21), 1e12).year == 9998
