"""How long an installation's Feed-in Tariff support runs, and how much of it is left on a day.

Support runs

    20 years        for wind, hydro, anaerobic digestion, and PV from 1 August 2012
    25 years        for PV before 1 August 2012
    10 years        for micro CHP
    to 31 March 2027  for what was commissioned before 15 July 2009, of any technology

and never begins before the scheme did, on 1 April 2010.

Sources
- DECC, "Feed-in Tariffs: Government's Response to the Summer 2009 Consultation" (February 2010): 20, 25
  and 10 years; installations of up to 50 kW that were commissioned before 15 July 2009 and accredited
  under the Renewables Obligation were moved over and are paid until 31 March 2027; later ones are paid
  from April 2010. Nothing else of before 15 July 2009 could enter the scheme; accordingly all 726 wind
  rows of before that day have 50 kW or less.
- DECC, "Consultation on Comprehensive Review Phase 2A: Solar PV cost control", response of 24 May 2012:
  "for solar PV installations with an eligibility date on or after 1 August 2012 [...] the tariff period
  will be reduced from 25 to 20 years" (National Archives, webarchive 20121217155322).

Not covered, because the register at hand does not say it: what counts is the *eligibility* date, which
is the commissioning date or later. Whoever applied late has a little longer than this count says.
"""

from __future__ import annotations

import math
from datetime import date, timedelta

SCHEME_START = date(2010, 4, 1)
NEW_FROM = date(2009, 7, 15)
"""What was commissioned earlier is in the scheme only by moving over from the Renewables Obligation."""

_MOVED_END = date(2027, 4, 1)
_SHORTER_PV_FROM = date(2012, 8, 1)
_LAST_YEAR = date.max.year - 1


def is_moved_over(commissioned: date) -> bool:
    """Whether the installation can only have come from the Renewables Obligation."""
    return commissioned < NEW_FROM


def eligible_from(commissioned: date) -> date:
    """The first day on which the scheme can have paid."""
    return max(commissioned, SCHEME_START)


def support_years(technology: str, eligible: date) -> int:
    """Whole years of support for what became eligible on that day and was not moved over."""
    if technology == "Micro CHP":
        return 10
    if technology == "Photovoltaic" and eligible < _SHORTER_PV_FROM:
        return 25
    return 20


def support_end(technology: str, commissioned: date) -> date:
    """The first day without support."""
    if is_moved_over(commissioned):
        return _MOVED_END
    start = eligible_from(commissioned)
    return anniversary(start, support_years(technology, start))


def anniversary(day: date, years: int) -> date:
    """`day`, `years` later; 29 February becomes 1 March in a common year. Stops at the year 9998."""
    year = min(day.year + years, _LAST_YEAR)
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


def years_left(end: date, today: date) -> float:
    """Years of support left on `today`, 0 when it is over: whole years, then the share of the next one."""
    if end <= today:
        return 0.0
    whole = end.year - today.year
    if anniversary(today, whole) > end:
        whole -= 1
    start = anniversary(today, whole)
    return whole + (end - start).days / (anniversary(today, whole + 1) - start).days


def last_end(today: date, years: float) -> date:
    """The latest `end` for which years_left(end, today) <= years: what turns years into a date filter."""
    whole = math.floor(min(years, _LAST_YEAR))
    start = anniversary(today, whole)
    days = (anniversary(today, whole + 1) - start).days
    return start + timedelta(days=math.floor((years - whole) * days + 1e-6) if years < _LAST_YEAR else 0)


def first_end(today: date, years: float) -> date:
    """The earliest `end` for which years_left(end, today) >= years; `years` must be above 0."""
    whole = math.floor(min(years, _LAST_YEAR))
    start = anniversary(today, whole)
    days = (anniversary(today, whole + 1) - start).days
    return start + timedelta(days=math.ceil((years - whole) * days - 1e-6) if years < _LAST_YEAR else 0)
