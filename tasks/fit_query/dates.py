"""Dates in a question: quoted years, months and days -> periods, and periods -> commissioning bounds.

    parse_period("2012", today)        -> Period(2012-01-01, 2012-12-31)
    parse_period("Mar '13", today)     -> Period(2013-03-01, 2013-03-31)
    parse_period("12/03/2013", today)  -> Period(2013-03-12, 2013-03-12): days come first, as in Britain
    parse_period("14", today, partner="2011") -> 2014: what one end of a range leaves out is the other's
    parse_period("2011 or 2012", today)       -> from 2011-01-01 to 2012-12-31
    commissioned({"built_after": "2012", …}, today) -> Commissioned(from_, to, unread)
    find_dates(text) -> [DateMention(start, end, text)]: what looks like a date or year (1950 to 2059)

`today` is always an argument: "last year" and "in the last 5 years" count from it.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import OSA

from tasks.fit_query.amounts import parse_span
from tasks.fit_query.numerals import read_number
from tasks.fit_query.spoken_dates import SPOKEN_DAY, spoken_day_and_month
from tasks.fit_query.words import GLUED, digit_words, word_bag

_MONTH_NAMES = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_SHORT = {name[:3]: number for number, name in enumerate(_MONTH_NAMES, 1)} | {"sept": 9}
RELATIONS = ("built_in", "built_from", "built_after", "built_before", "built_to", "built_last")

_YEAR = r"(?:(?:19|20)\d\d|['’‘`]\d\d)"
_MONTH = (
    r"(?:jan(?:uary|uray)?|feb(?:ruary|uary|urary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_SPOKEN_YEAR = (
    r"(?:twenty[ -](?:oh[ -]\w+|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen)"
    r"|two thousand(?: and)? (?:ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|nine"
    r"|eight))"
)
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_MENTION = re.compile(
    rf"(?:(?<![\w£$€#./-])|(?<=\bpre-)|(?<=\bpost-)|{GLUED})"
    rf"(?:\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}|\d{{1,2}}[-/.]\d{{1,2}}[-/.](?:\d{{4}}|\d\d)"
    rf"|\d{{1,2}}/(?:19|20)\d\d"
    rf"|(?:{_DAY}\s+(?:of\s+)?)?{_MONTH}\b\.?(?:\s+{_DAY}\b,?)?[\s,-]*(?:of\s+)?(?:{_YEAR}|{_SPOKEN_YEAR})|{_YEAR}"
    rf"|{_SPOKEN_YEAR})(?![\w%]|[.,]\d)",
    re.IGNORECASE,
)


_SPOKEN_MENTION = re.compile(
    rf"\b{SPOKEN_DAY}[\s,]+(?:of\s+)?(?:\d{{4}}|{_SPOKEN_YEAR})(?![\w%]|[.,]\d)", re.IGNORECASE
)


class Period(NamedTuple):
    """First and last day, both included."""

    first: date
    last: date


class DateMention(NamedTuple):
    start: int
    end: int
    text: str


class Commissioned(NamedTuple):
    """Bounds of the commissioning date, and the keys whose quotation could not be read."""

    from_: date | None
    to: date | None
    unread: tuple[str, ...]


def find_dates(text: str) -> list[DateMention]:
    """Years, months with a year and whole dates in `text`. A year is 1950 to 2059 and has no unit behind it."""
    spoken = [DateMention(found.start(), found.end(), found.group()) for found in _spoken_mentions(text)]
    mentions = []
    for found in _MENTION.finditer(text) if _may_be_dated(text) else ():
        if any(one.start < found.end() and found.start() < one.end for one in spoken):
            continue
        if found.group().isdigit() and not 1950 <= int(found.group()) < 2060:
            continue
        if not re.match(r"\s*-?(?:[kmg]?w(?:p|h|e)?s?\b|(?:kilo|mega|giga)|watt)", text[found.end() :], re.IGNORECASE):
            mentions.append(DateMention(found.start(), found.end(), found.group()))
    return sorted([*mentions, *spoken]) if spoken else mentions


_SPOKEN_CENTURY = frozenset({"twenty", "two"})
_YEAR_MARKS = ("/", "-", "'", "’", "‘", "`")


def _may_be_dated(text: str) -> bool:
    """A cheap look before _MENTION: a text without a year has no date, and a year is "20…", "19…" or beside a mark."""
    figures = digit_words(text)
    if any("20" in word or "19" in word for word in figures) or not _SPOKEN_CENTURY.isdisjoint(word_bag(text)):
        return True
    return bool(figures) and (text.count(".") > 1 or any(mark in text for mark in _YEAR_MARKS))


def _spoken_mentions(text: str) -> Iterator[re.Match[str]]:
    lowered = text.lower()
    if any(ordinal in lowered for ordinal in ("first", "second", "third", "th ")):
        yield from _SPOKEN_MENTION.finditer(text)


def commissioned(quoted: Mapping[str, str], today: date) -> Commissioned:
    """The bounds that the `built_…` keys of a reading mean; several keys narrow each other.

    "after" and "before" exclude the quoted period. "built_last" runs from that long before today, without
    an end.
    """
    starts, ends, unread = [], [], []
    for relation in RELATIONS:
        if relation not in quoted:
            continue
        bounds = _bounds(relation, quoted, today)
        if bounds is None:
            unread.append(relation)
            continue
        starts += [bounds[0]] if bounds[0] else []
        ends += [bounds[1]] if bounds[1] else []
    return Commissioned(max(starts, default=None), min(ends, default=None), tuple(unread))


def _bounds(relation: str, quoted: Mapping[str, str], today: date) -> tuple[date | None, date | None] | None:
    if relation == "built_last":
        start = days_ago(quoted[relation], today)
        return (start, None) if start else None
    other = next((quoted[key] for key in _PARTNERS.get(relation, ()) if key in quoted), None)
    period = parse_period(quoted[relation], today, partner=other)
    if period is None:
        return None
    if relation == "built_in":
        return period
    if relation in ("built_from", "built_after"):
        return (period.first if relation == "built_from" else period.last + timedelta(days=1)), None
    return None, (period.last if relation == "built_to" else period.first - timedelta(days=1))


_PARTNERS = {
    "built_from": ("built_to", "built_before"),
    "built_after": ("built_before", "built_to"),
    "built_to": ("built_from", "built_after"),
    "built_before": ("built_after", "built_from"),
}


def days_ago(span: str, today: date) -> date | None:
    """The day that is `span` ("5 years", "18 months", "90 days") before today; None if unread or before year 1900."""
    length = parse_span(span)
    if length is None or length[0] > 1200 or length[1] > 36_525:
        return None
    months = today.year * 12 + today.month - 1 - int(length[0])
    year, month = divmod(months, 12)
    if year < 1900:
        return None
    day = min(today.day, monthrange(year, month + 1)[1])
    return date(year, month + 1, day) - timedelta(days=int(length[1] + (length[0] % 1) * 30))


@lru_cache(maxsize=2048)
def parse_period(quoted: str, today: date, partner: str | None = None) -> Period | None:
    """The period that a quoted year, month, quarter or date covers, or None.

    `partner` is the quotation at the other end of a range, for the century, year or month left out here.
    """
    text = _tidy(quoted)
    period = _relative(text, today) or _calendar(text)
    if period or not text:
        return period
    if partner is not None:
        period = _completed(text, _tidy(partner), today)
    return period or _range(text, today)


def _tidy(quoted: str) -> str:
    text = re.sub(r"[’‘`]", "'", quoted.lower()).strip(' \t\n.,;:?!()[]"')
    text = re.sub(r"\b(?:of|the|in|year|yr|calendar|onwards?|on|month|since|and later|or later)\b", " ", text)
    text = re.sub(r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b", " ", text)
    text = re.sub(r"(?<=\d)(?:st|nd|rd|th)\b", "", text)
    return " ".join(text.replace(",", " ").split())


def _calendar(text: str) -> Period | None:
    for pattern, build in _FORMS:
        found = pattern.fullmatch(text)
        if found:
            period = build(*found.groups())
            if period:
                return period
    return None


def _whole_year(year: int | None) -> Period | None:
    return Period(date(year, 1, 1), date(year, 12, 31)) if year and 1900 <= year <= 2100 else None


def _whole_month(year: int | None, month: int | None) -> Period | None:
    if not month or not 1 <= month <= 12 or not _whole_year(year):
        return None
    assert year is not None
    return Period(date(year, month, 1), date(year, month, monthrange(year, month)[1]))


def _whole_day(year: int | None, month: int | None, day: int) -> Period | None:
    period = _whole_month(year, month)
    if not period or not 1 <= day <= period.last.day:
        return None
    return Period(period.first.replace(day=day), period.first.replace(day=day))


def _year(text: str) -> int | None:
    """ "2013", "'13" and "13" (of this century until 40), "twenty thirteen", "two thousand and twelve"."""
    if text.isdigit() or text[:1] == "'":
        number = int(text.strip("' ") or 0)
        return number + (2000 if number < 40 else 1900) if len(text.strip("' ")) == 2 else number
    first, _, rest = text.replace("-", " ").partition(" ")
    spoken = read_number(rest) if first == "twenty" and rest else None
    if spoken is not None and 10 <= spoken < 40 and spoken % 1 == 0:
        return 2000 + int(spoken)
    number_read = read_number(text) if text.startswith("two thousand") else None
    return int(number_read) if number_read is not None and number_read % 1 == 0 else None


@lru_cache(maxsize=256)
def _month(text: str) -> int | None:
    name = text.strip(". ")
    if name in _SHORT or name in _MONTH_NAMES:
        return _SHORT[name if name == "sept" else name[:3]]
    near = [
        number
        for number, month in enumerate(_MONTH_NAMES, 1)
        if OSA.distance(name, month) <= (1 if len(month) < 8 else 2)
    ]
    return near[0] if len(name) > 4 and len(near) == 1 else None


def _day_first(day: str, month: str, year: str) -> Period | None:
    """12/03/2013 is in March; 03/25/2013 can only have the month first."""
    return _whole_day(_year(year), int(month), int(day)) or (
        _whole_day(_year(year), int(day), int(month)) if int(month) > 12 else None
    )


def _spoken_day(day_and_month: str, year: str) -> Period | None:
    """ "thirty first march", "fifth oh four"."""
    found = spoken_day_and_month(day_and_month)
    return _whole_day(_year(year), found[1], found[0]) if found else None


def _quarter(number: str, year: str) -> Period | None:
    quarter = _ORDINALS.get(number) or int(number)
    first, last = _whole_month(_year(year), 3 * quarter - 2), _whole_month(_year(year), 3 * quarter)
    return Period(first.first, last.last) if first and last else None


def _half(number: str, year: str) -> Period | None:
    half = _ORDINALS.get(number) or int(number)
    first, last = _whole_month(_year(year), 6 * half - 5), _whole_month(_year(year), 6 * half)
    return Period(first.first, last.last) if first and last else None


def _decade(year: str) -> Period | None:
    first, last = _whole_year(int(year)), _whole_year(int(year) + 9)
    return Period(first.first, last.last) if first and last else None


_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}
_SPOKEN = r"twenty[ -][a-z]+(?:[ -][a-z]+)?|two thousand(?: and)?(?: [a-z-]+)*"
_Y = rf"\d{{4}}|'\d\d|{_SPOKEN}"
_M = r"[a-z]{3,10}\.?"
_FORMS = (
    (re.compile(rf"({_Y})"), lambda year: _whole_year(_year(year))),
    (re.compile(r"(\d{4})'?s"), lambda year: _decade(year) if year[3] == "0" else None),
    (re.compile(r"(\d{4})[-/. ](\d{1,2})[-/. ](\d{1,2})"), lambda y, m, d: _whole_day(int(y), int(m), int(d))),
    (re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|'?\d\d)"), _day_first),
    (re.compile(rf"({_M})[ -]*({_Y}|[0-3]\d)"), lambda month, year: _whole_month(_year(year), _month(month))),
    (re.compile(rf"({_Y}) ?-?({_M})"), lambda year, month: _whole_month(_year(year), _month(month))),
    (
        re.compile(r"(\d{4})-(0[1-9]|1[0-2])"),
        lambda year, month: None if int(month) > int(year[2:]) > 0 else _whole_month(int(year), int(month)),
    ),
    (re.compile(r"(\d{1,2})/(\d{4})"), lambda month, year: _whole_month(int(year), int(month))),
    (re.compile(rf"(\d{{1,2}})[ -]?({_M})[ -]*({_Y}|\d\d)"), lambda d, m, y: _whole_day(_year(y), _month(m), int(d))),
    (re.compile(rf"({_M}) ?(\d{{1,2}}) ({_Y})"), lambda m, d, y: _whole_day(_year(y), _month(m), int(d))),
    (re.compile(rf"({_Y}) ({_M}) (\d{{1,2}})"), lambda y, m, d: _whole_day(_year(y), _month(m), int(d))),
    (re.compile(rf"({SPOKEN_DAY}) ({_Y})"), _spoken_day),
    (re.compile(rf"q([1-4])[ -]*({_Y})"), _quarter),
    (re.compile(rf"({_Y})[ -]*q([1-4])"), lambda year, number: _quarter(number, year)),
    (re.compile(rf"(first|second|third|fourth|last|[1-4]) quarter ({_Y})"), _quarter),
    (re.compile(rf"h([12])[ -]*({_Y})"), _half),
    (re.compile(rf"(first|second|[12]) half ({_Y})"), _half),
)


def _relative(text: str, today: date) -> Period | None:
    if text in ("today", "now"):
        return Period(today, today)
    if text == "yesterday":
        return Period(today - timedelta(days=1), today - timedelta(days=1))
    found = re.fullmatch(r"(this|current|last|previous|next)(?: (month))?", text)
    if not found:
        return None
    shift = {"this": 0, "current": 0, "next": 1}.get(found[1], -1)
    if found[2]:
        return None
    return _whole_year(today.year + shift)


def _completed(text: str, partner: str, today: date) -> Period | None:
    """`text` with what its partner says and it does not: "14" beside "2011", "3" beside "15 May 2012"."""
    other = _relative(partner, today) or _calendar(partner)
    if other is None:
        return None
    if re.fullmatch(r"'?\d\d", text) and other == _whole_year(other.first.year):
        return _whole_year(other.first.year // 100 * 100 + int(text.strip("'")))
    month = _month(text)
    if month:
        return _whole_month(other.first.year, month)
    if re.fullmatch(r"\d{1,2}", text) and other.first == other.last:
        return _whole_day(other.first.year, other.first.month, int(text))
    found = re.fullmatch(rf"(\d{{1,2}})[ -]?({_M})|({_M})[ -]?(\d{{1,2}})", text)
    if found:
        return _whole_day(other.first.year, _month(found[2] or found[3]), int(found[1] or found[4]))
    return None


_JOINT = re.compile(r"\s*(?:\bor\b|\band\b|\bto\b|\buntil\b|\bthrough\b|&|/|–|—|-|\+)\s*")


def _range(text: str, today: date) -> Period | None:
    """ "2011 or 2012", "2011-14", "March to June 2013", "2011, 2012 and 2013": from the first to the last."""
    text = re.sub(r"^(?:between|from|either|both)\s+", "", text)
    text = re.sub(r"(?<=\d{4}) (?=\d{4})", " and ", text)
    for joint in _JOINT.finditer(text):
        first, second = text[: joint.start()], text[joint.end() :]
        start = parse_period(first, today, partner=second) if first and second else None
        end = parse_period(second, today, partner=first) if start else None
        if start and end and start.first <= end.last:
            return Period(start.first, end.last)
    return None
