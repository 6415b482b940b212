"""Amounts in a question: power in kW, support time in years, counts.

    parse_kw("1.5 MW") -> Decimal("1500")     parse_kw("1", unit_hint="MW") -> Decimal("1000")
    parse_kw("half a megawatt") -> 500        parse_kw("500") -> 500 (without a unit it is kW)
    parse_years("18 months") -> 1.5           parse_years("5") -> 5 (rounded to 2 decimals)
    parse_span("two and a half years") -> (30, 0): months and days, for "in the last …"
    parse_count("a dozen") -> 12
    find_amounts(text) -> [Amount(start, end, text, number, unit)], every number with its unit
    as_number(Decimal("500.0")) -> 500 (an int where it is whole, else a float)

`unit` is "W", "kW", "MW" or "GW", "years", "months", "weeks" or "days", or None. `number` is None for
a vague amount ("a few hundred kW"). All parse_… give None for what they cannot read; nothing raises.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import OSA

from tasks.fit_query.numerals import COUNTING, COUNTING_SIGNS, NUMBER, read_number
from tasks.fit_query.words import GLUED, word_bag, word_set

KW = {"W": Decimal("0.001"), "kW": Decimal(1), "MW": Decimal(1000), "GW": Decimal(1_000_000)}
TIMES = ("years", "months")  # units in which time left is counted
_MONTHS = {"years": 12, "months": 1}
_DAYS = {"weeks": 7, "days": 1}
_SPELLINGS = {
    "W": "w ws wp watt watts wat wats",
    "kW": "kw kws kwp kwps kwe kilowatt kilowatts kilowattpeak kwatt kwatts kva",
    "MW": "mw mws mwp mwps mwe megawatt megawatts meg megs mwatt mwatts",
    "GW": "gw gws gwp gigawatt gigawatts gig gigs",
    "years": "y ys yr yrs year years yeras yaers yers yrars decade decades",
    "months": "mth mths mnth mnths mo mos month months",
    "weeks": "wk wks week weeks",
    "days": "day days",
}
_UNITS = {spelling: unit for unit, spellings in _SPELLINGS.items() for spelling in spellings.split()}
_LONG_UNITS = ("kilowatts", "kilowatt", "megawatts", "megawatt", "gigawatts", "gigawatt")

# Largest capacity for which a bare "k" is still thousands: FIT stops at 5 MW, so that "500k" can only mean 500 kW.
_BARE_K_LIMIT = 10_000

_UNIT_WORDS = r"(?:[km]ilo|mega|giga|kilo)[\s-]?[a-z]{2,6}|[km]\s?w(?:p|e|s)?\b|[a-z]{1,12}"
_AMOUNT = re.compile(
    rf"(?:(?<![\w£$€])|{GLUED})(?<!\d[.,])"
    rf"(?P<vague>(?:an?\s+)?(?:few|several|some)\s+(?:hundred|thousand|dozen|hundreds|tens\s+of)?s?(?:\s+of)?"
    rf"|(?:tens|hundreds|thousands|dozens)\s+of|(?:an?\s+)?couple\s+of\s+(?:hundred|thousand))?"
    rf"(?P<number>(?(vague)|(?:{NUMBER}|\ban?\b)))"
    rf"(?P<kilo>k(?=\b|\s*[km]w|\s*kilo))?"
    rf"(?P<gap>(?:\+(?=\s?[kmg]w))?(?:-?\s?(?:ish|odd|or so)(?=[\s-]*(?:[kmg]w|kilo|mega|years?"
    rf"|months?)))?[\s-]*(?:of\s+(?:an?\s+)?|an?\s+)?)(?P<unit>{_UNIT_WORDS})?(?![\d])",
    re.IGNORECASE,
)
# "over 100 w sussex": West, not watts.
_WEST = re.compile(r"\.?\s+(?:sussex|yorks|mids|midlands|glamorgan|lothian|wales|country|facing)", re.IGNORECASE)
_NOISE = re.compile(
    r"^(?:[\s<>=≥≤~≈+(]|(?:about|around|roughly|approx(?:imately)?|circa|c|some|the|next|last|past)\b\.?)+"
    r"|(?:[\s.,;:+?!)]|-?ish\b|\b(?:or so|or more|or less|plus|capacity|in size|left|remaining|peak)\b)+$",
    re.IGNORECASE,
)


class Amount(NamedTuple):
    """`text` is `question[start:end]`, the number with its unit; the number itself ends at `number_end`."""

    start: int
    end: int
    text: str
    number_end: int
    number: Decimal | None
    unit: str | None

    @property
    def kw(self) -> Decimal | None:
        """In kW; without a unit the number is kW. None for a time or a vague amount."""
        if self.number is None or self.unit not in (None, *KW):
            return None
        return self.number * KW[self.unit or "kW"]


@lru_cache(maxsize=2048)
def unit_of(word: str) -> str | None:
    """The unit that `word` spells or, from 6 letters on, nearly spells."""
    bare = re.sub(r"[\s-]", "", word).lower()
    unit = _UNITS.get(bare)
    if unit or len(bare) < 6 or bare.endswith(("hour", "hours", "h")):
        return unit
    near = min(_LONG_UNITS, key=lambda name: OSA.distance(bare, name))
    return _UNITS[near] if OSA.distance(bare, near) <= 2 and bare[0] == near[0] else None


_ARTICLE = re.compile(r"an?\s+(?=\w)", re.IGNORECASE)


_VAGUE = word_set("few several some tens hundreds thousands dozens couple hundred thousand dozen")
_OF_UNITS = ("kil", "meg", "gig", "kw", "mw", "gw")


_COUNTED = COUNTING | _VAGUE


def _has_words(text: str) -> bool:
    """Whether an amount of `text` may begin with a word: "seven", "a megawatt", "several hundred"."""
    words = word_bag(text)
    if not _COUNTED.isdisjoint(words):
        return True
    return ("a" in words or "an" in words) and any(map(_may_be_unit, words))


@lru_cache(maxsize=4096)
def _may_be_unit(word: str) -> bool:
    return word in _UNITS or word.startswith(_OF_UNITS)


def find_amounts(text: str) -> list[Amount]:
    """Numbers in `text`, of digits or words, with the unit behind them; in order, no overlaps.

    "a" counts only before a unit ("a megawatt"). Digits glued to a few letters (RG17, COP26) are no amount; glued
    to a word they are ("top10", "turbines500kw"). Years and dates are found too, as bare numbers: the caller
    knows which are years.
    """
    found, at, has_words = [], 0, _has_words(text)
    while True:
        if not has_words:
            # Without such a word the next digit begins the next amount, or the point before it (".5").
            digit = COUNTING_SIGNS.search(text, at)
            if digit is None:
                break
            at = max(at, digit.start() - 1)
        match = _AMOUNT.search(text, at)
        if match is None:
            break
        amount = _amount(text, match)
        if amount:
            found.append(amount)
        # A word that turned out to be no unit may begin the next number: "16 of five hundred". So may what stands
        # behind an article: "a five hundred kilowatt turbine".
        article = None if amount or not match["number"] else _ARTICLE.match(match["number"])
        if amount:
            at = amount.end
        elif article:
            at = match.start("number") + article.end()
        else:
            at = match.end("number") if match["number"] else match.end("vague")
    return _years_with_months(text, found)


_AND_MONTHS = re.compile(r"\s*(?:,|and|,\s*and|&)?\s*", re.IGNORECASE)


def _years_with_months(text: str, amounts: list[Amount]) -> list[Amount]:
    """ "6 years and 3 months" as one amount of 6.25 years."""
    whole: list[Amount] = []
    for amount in amounts:
        before = whole[-1] if whole else None
        if (
            before is not None
            and amount.unit == "months"
            and before.unit == "years"
            and before.number is not None
            and amount.number is not None
            and amount.number < 12
            and _AND_MONTHS.fullmatch(text, before.end, amount.start)
        ):
            years = before.number + amount.number / 12
            whole[-1] = Amount(before.start, amount.end, text[before.start : amount.end], amount.end, years, "years")
        else:
            whole.append(amount)
    return whole


def _amount(text: str, match: re.Match[str]) -> Amount | None:
    unit, end = _unit_behind(text, match)
    written = match["number"]
    if match["vague"]:
        return Amount(match.start(), end, text[match.start() : end], match.end("vague"), None, unit) if unit else None
    if written.lower() in ("a", "an"):
        written = "1" if unit else ""
    number, number_end = read_number(written), match.end("number")
    if number is None and " " in written:
        return _first_of_several(text, match)
    if number is None or (written.lower().startswith("point") and unit not in KW):
        return None  # "at this point two of them"
    if match["kilo"]:
        number_end = match.end("kilo")
        if unit or number * 1000 <= _BARE_K_LIMIT:
            number *= 1000
    decade = unit == "years" and match["unit"].lower().startswith("decade")
    return Amount(match.start(), end, text[match.start() : end], number_end, number * 10 if decade else number, unit)


def _first_of_several(text: str, match: re.Match[str]) -> Amount | None:
    """The first number of "one and seven years" or "next one eight solar sites", which are two."""
    written = match["number"]
    joints = [found.start() for found in re.finditer(r"\sand\s", written, re.IGNORECASE)]
    numbers = {cut: (read_number(written[:cut]), read_number(written[cut + 5 :])) for cut in joints}
    cut = next((cut for cut, pair in numbers.items() if None not in pair), None)
    if cut is None:
        cut = next((cut for cut in reversed(joints) if numbers[cut][0] is not None), written.index(" "))
    number = read_number(written[:cut])
    end = match.start("number") + cut
    return None if number is None else Amount(match.start(), end, text[match.start() : end], end, number, None)


def _unit_behind(text: str, match: re.Match[str]) -> tuple[str | None, int]:
    word = match["unit"]
    unit = unit_of(word) if word else None
    behind = match.end("unit") if unit else 0
    if unit and text[behind : behind + 1].isalpha():
        unit = None
    if unit == "W" and len(word) == 1 and (_WEST.match(text, behind) or text[behind : behind + 1] == "/"):
        unit = None  # "over 100 w sussex", "since 2015 w/ revenue"
    if unit:
        return unit, behind
    return None, match.end("kilo") if match["kilo"] else match.end("number") if match["number"] else match.end("vague")


def _bare(quoted: str) -> str:
    return _NOISE.sub("", quoted)


@lru_cache(maxsize=4096)
def _sole(quoted: str) -> tuple[Amount, ...]:
    """All amounts of `quoted` when there is nothing else in it but noise and "and", else none."""
    bare = _bare(quoted)
    if unit_of(bare) in ("MW", "GW", "years", "months") and len(bare) > 3 and not bare.lower().endswith("s"):
        bare = f"a {bare}"  # "megawatt", "year"
    amounts = find_amounts(bare)
    rest = bare
    for amount in reversed(amounts):
        rest = rest[: amount.start] + " " + rest[amount.end :]
    return tuple(amounts) if re.fullmatch(r"(?:\s|,|and)*", rest, re.IGNORECASE) else ()


def _with_half(amounts: tuple[Amount, ...]) -> tuple[Amount, ...]:
    """ "a megawatt and a half": a bare fraction behind a unit has that unit."""
    if len(amounts) == 2 and amounts[1].unit is None and amounts[1].number is not None and amounts[1].number < 1:
        times = 10 if "decade" in amounts[0].text.lower() else 1
        return (amounts[0], amounts[1]._replace(unit=amounts[0].unit, number=times * amounts[1].number))
    return amounts


def is_vague(quoted: str) -> bool:
    """Whether `quoted` is an amount without a number: "a few hundred kW"."""
    return any(amount.number is None for amount in find_amounts(quoted))


def parse_kw(quoted: str, unit_hint: str | None = None) -> Decimal | None:
    """`quoted` in kW, to 3 decimals (a watt); `unit_hint` is the unit of a number without one, else kW."""
    amounts = _with_half(_sole(quoted))
    if not amounts or (len(amounts) > 1 and amounts[-1].unit != amounts[0].unit):
        return None
    total = Decimal(0)
    for amount in amounts:
        kw = amount._replace(unit=amount.unit or unit_hint).kw
        if kw is None:
            return None
        total += kw
    return round(total, 3) if len(amounts) == 1 or _with_half(_sole(quoted)) != _sole(quoted) else None


def quoted_unit(quoted: str) -> str | None:
    """The unit that `quoted` states, or None."""
    return next((amount.unit for amount in _sole(quoted) if amount.unit), None)


def parse_span(quoted: str) -> tuple[Decimal, Decimal] | None:
    """A length of time as (months, days); a bare number is years. None for what is no length of time."""
    amounts = _with_half(_sole(quoted))
    months = days = Decimal(0)
    for amount in amounts:
        unit = amount.unit or "years"
        if amount.number is None or unit not in _MONTHS | _DAYS or (amount.unit is None and len(amounts) > 1):
            return None
        months += amount.number * _MONTHS.get(unit, 0)
        days += amount.number * _DAYS.get(unit, 0)
    return (months, days) if amounts else None


def parse_years(quoted: str) -> Decimal | None:
    """A length of time in years, rounded to 2 decimals; a month is a twelfth, a bare number is years."""
    span = parse_span(quoted)
    return None if span is None else round(span[0] / 12 + span[1] / Decimal("365.25"), 2)


def parse_count(quoted: str) -> int | None:
    """A whole number: "10", "ten", "a dozen", "1,000"."""
    amounts = _sole(quoted)
    if len(amounts) != 1 or amounts[0].unit or amounts[0].number is None or amounts[0].number % 1:
        return None
    return int(amounts[0].number)


def as_number(value: Decimal) -> int | float:
    """`value` as JSON writes it: an int where it is whole."""
    return int(value) if value == value.to_integral_value() else float(value)
