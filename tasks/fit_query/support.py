"""How long an installation's Feed-in Tariff support runs, and how much of it is left on a day.

Support runs from the commissioning date for

    20 years  wind, hydro, anaerobic digestion, and PV from 1 August 2012
    25 years  PV before 1 August 2012
    10 years  micro CHP

Sources: DECC, "Feed-in Tariffs: Government's Response to the Summer 2009 Consultation" (February 2010)
for 20, 25 and 10 years; DECC, "Feed-in Tariffs Scheme: Government Response to Consultation on
Comprehensive Review Phase 2A" (May 2012) for PV's cut to 20 years from 1 August 2012.

Not covered, because the register at hand does not say it: support is counted from the *eligibility*
date, which is the commissioning date or later, and never before the scheme's first day, 1 April 2010.
Installations moved over from the Renewables Obligation (commissioned before 15 July 2009) are paid
until 31 March 2027 whatever their age. So the figure is an estimate for what was commissioned before
SCHEME_START, and `installations.rows` says so where it matters.
"""

from __future__ import annotations

import math
from datetime import date, timedelta

SCHEME_START = date(2010, 4, 1)
_SHORTER_PV_FROM = date(2012, 8, 1)
_LAST_YEAR = date.max.year - 1


def support_years(technology: str, commissioned: date) -> int:
    """Whole years of support, by the table above."""
    if technology == "Micro CHP":
        return 10
    if technology == "Photovoltaic" and commissioned < _SHORTER_PV_FROM:
        return 25
    return 20


def support_end(technology: str, commissioned: date) -> date:
    """The first day without support."""
    return anniversary(commissioned, support_years(technology, commissioned))


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
