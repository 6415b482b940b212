"""Amounts, dates and lengths of time as people write them, each with its value.

The values are computed here from the numbers drawn, not from the words: an independent check on
what grounding makes of the words.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from tasks.fit_query.dataset.phrases import table

SPOKEN_REGISTERS = ("dictated", "chatty")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
ONES = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
TENS = ("zero", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


def in_words(number: int) -> str:
    """A whole number below 10,000 in British words."""
    if number < 20:
        return ONES[number]
    if number < 100:
        return TENS[number // 10] + (f" {ONES[number % 10]}" if number % 10 else "")
    if number < 1000:
        rest = number % 100
        return f"{ONES[number // 100]} hundred" + (f" and {in_words(rest)}" if rest else "")
    rest = number % 1000
    return f"{in_words(number // 1000)} thousand" + (
        f"{' and ' if rest < 100 else ' '}{in_words(rest)}" if rest else ""
    )


def plain(value: float) -> float:
    """A JSON number: whole where it is whole, otherwise rounded to 3 decimals."""
    rounded = round(value, 3)
    return int(rounded) if rounded == int(rounded) else rounded


@dataclass(frozen=True, slots=True)
class Amount:
    """A capacity as written and in kW."""

    text: str
    kw: float


def amount(rng: Random, register: str, at_least: float = 0) -> Amount:
    """One amount with its unit; a spoken `register` prefers words."""
    for _ in range(60):
        made = _amount(rng, register)
        if made.kw > at_least:
            return made
    return Amount("10 MW", 10000)


def _amount(rng: Random, register: str) -> Amount:
    roll = rng.random()
    if (register in SPOKEN_REGISTERS and roll < 0.75) or roll < 0.06:
        if rng.random() < 0.4:
            return Amount(*rng.choice(table("amounts")["phrased"]))
        kw = rng.choice(table("amounts")["spoken"])
        return Amount(f"{in_words(kw)} {rng.choice(['kilowatts', 'kilowatts', 'kilowatt', 'kW', 'kw'])}", kw)
    if roll < 0.62:
        kw = rng.choice(table("amounts")["kilowatts"]) if rng.random() < 0.7 else rng.randrange(2, 999)
        digits = f"{kw:g}"
        if len(digits.partition(".")[2]) == 1 and rng.random() < 0.25:
            digits = digits.replace(".", ",")
        return Amount(f"{digits}{unit(rng)}", kw)
    if roll < 0.9:
        mw = rng.choice(table("amounts")["megawatts"]) if rng.random() < 0.8 else rng.randrange(2, 80) / 10
        digits = f"{mw:g}"
        if "." in digits and rng.random() < 0.14:
            digits = digits.replace(".", ",") if len(digits.split(".")[1]) != 3 else digits
        return Amount(f"{digits}{rng.choice(table('amounts')['megawatt_units'])}", mw * 1000)
    if roll < 0.91:
        # Figures that look like a year of expiry: a question about them is none that has to be refused.
        kw = rng.choice([rng.randrange(199, 210), rng.randrange(2020, 2050)])
        return Amount(f"{kw}{unit(rng)}", kw)
    if roll < 0.97:
        kw = rng.choice([1000, 1200, 1250, 1500, 1800, 2000, 2300, 2500, 3000, 3500, 4000, 4999, 5000])
        digits = rng.choice([f"{kw:,}", f"{kw:,}", str(kw), f"{kw:,}".replace(",", " ")])
        return Amount(f"{digits}{unit(rng)}", kw)
    if roll < 0.985:
        thousands = rng.choice([1.5, 1, 2, 2.5, 1.2])
        return Amount(f"{thousands:g}k {rng.choice(['kW', 'kw'])}", thousands * 1000)
    if rng.random() < 0.2:
        gigawatts = rng.choice([0.001, 0.002, 0.003, 0.005, 0.01])
        return Amount(f"{gigawatts:g}{rng.choice([' GW', 'GW', ' gigawatts', 'gw'])}", gigawatts * 1_000_000)
    watts = rng.choice([500, 800, 900, 950, 2500, 5000])
    return Amount(f"{watts}{rng.choice([' W', 'W', ' watts'])}", watts / 1000)


def vague(rng: Random) -> Amount:
    """An amount that is about its figure by its own form: "500ish kW", "500 or so kW"."""
    kw = rng.choice([20, 50, 100, 150, 200, 250, 300, 400, 500, 600, 750, 800, 900])
    return Amount(f"{kw}{rng.choice(['-ish kW', 'ish kW', '-ish kw', 'ish kw', '-ish kilowatts', ' or so kW'])}", kw)


def unit(rng: Random) -> str:
    return str(rng.choice(table("amounts")["kilowatt_units"]))


@dataclass(frozen=True, slots=True)
class Span:
    """A date as written with its first and last day."""

    text: str
    first: date
    last: date


def year(rng: Random, low: int = 2005, high: int = 2019) -> int:
    return min(high, max(low, rng.randint(max(low, 2009), high) if rng.random() < 0.93 else rng.randint(low, high)))


def year_span(number: int, text: str | None = None) -> Span:
    return Span(text or str(number), date(number, 1, 1), date(number, 12, 31))


def month_span(rng: Random, number: int) -> Span:
    month = rng.randint(1, 12)
    name = MONTHS[month - 1]
    short = rng.choice([name[:3], name[:3].lower(), name, name, name.lower()])
    if month == 9 and rng.random() < 0.2:
        short = "Sept"
    if rng.random() < 0.06:
        return Span(
            f"{short} '{number % 100:02d}", date(number, month, 1), date(number, month, monthrange(number, month)[1])
        )
    text = rng.choice([f"{short} {number}", f"{short} {number}", f"{short} {number}", f"{month:02d}/{number}"])
    return Span(text, date(number, month, 1), date(number, month, monthrange(number, month)[1]))


def part_span(rng: Random, number: int) -> Span:
    """A quarter or a half of a year: "Q2 2014", "the first half of 2014"."""
    months = rng.choice([3, 3, 3, 6])
    at = rng.randrange(12 // months)
    nth = ("first", "second", "third", "fourth")[at]
    letter, name = ("Q", "quarter") if months == 3 else ("H", "half")
    short = f"{letter if rng.random() < 0.7 else letter.lower()}{at + 1}"
    texts = [f"{short} {number}", f"{short} {number}", f"the {nth} {name} of {number}", f"{nth} {name} {number}"]
    last = months * (at + 1)
    return Span(rng.choice(texts), date(number, last - months + 1, 1), date(number, last, monthrange(number, last)[1]))


def day_span(rng: Random, number: int) -> Span:
    month = rng.randint(1, 12)
    day = rng.choice([1, 1, 1, rng.randint(1, monthrange(number, month)[1])])
    on = date(number, month, day)
    name = MONTHS[month - 1]
    nth = f"{day}{ {1: 'st', 2: 'nd', 3: 'rd', 21: 'st', 22: 'nd', 23: 'rd', 31: 'st'}.get(day, 'th') }"
    named = [f"{day} {name}", f"{day} {name[:3]}", f"{nth} {name}", f"{nth} {name[:3].lower()}", f"{nth} of {name}"]
    figures = [on.isoformat(), f"{day:02d}/{month:02d}/{number}", f"{day}/{month}/{number}"]
    text = rng.choice([*(f"{one} {number}" for one in [*named, f"{name} {day}"]), *figures])
    return Span(text, on, on)


def year_in_words(number: int, long: bool = False) -> str:
    """A year as it is spoken: "twenty twelve", "two thousand and nine"."""
    if number >= 2010 and not long:
        return f"twenty {in_words(number % 100)}"
    return f"two thousand and {in_words(number % 100)}"


def moment(rng: Random, register: str = "plain", low: int = 2005, high: int = 2019) -> Span:
    """A year (mostly), a month or a day; 'dictated' may speak the year."""
    number = year(rng, low, high)
    roll = rng.random()
    if register in SPOKEN_REGISTERS and roll < 0.4:
        return year_span(number, year_in_words(number, long=rng.random() < 0.2))
    if roll < 0.72:
        return year_span(number, f"'{number % 100:02d}" if rng.random() < 0.07 else None)
    if roll > 0.97:
        return part_span(rng, number)
    return month_span(rng, number) if roll < 0.87 else day_span(rng, number)


def day_after(day: date) -> date:
    return day + timedelta(days=1)


def day_before(day: date) -> date:
    return day - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Length:
    """A length of time as written and in years, rounded to 2 decimals."""

    text: str
    years: float


def length(rng: Random, register: str, at_least: float = 0) -> Length:
    for _ in range(60):
        made = _length(rng, register)
        if made.years > at_least:
            return made
    return Length("20 years", 20)


def _length(rng: Random, register: str) -> Length:
    if rng.random() < 0.06:
        return Length(*rng.choice(table("amounts")["phrased_lengths"]))
    if rng.random() < 0.14:
        months = rng.choice([6, 9, 12, 15, 18, 18, 24, 30, 36, 48])
        text = in_words(months) if register in SPOKEN_REGISTERS and months < 25 else str(months)
        return Length(f"{text} {rng.choice(['months', 'months', 'mths', 'months'])}", plain(round(months / 12, 2)))
    years = rng.choice([1, 2, 3, 4, 5, 5, 6, 7, 8, 9, 10, 10, 11, 12, 13, 14, 15, 2.5, 3.5, 7.5])
    worded = register in SPOKEN_REGISTERS or rng.random() < 0.15
    if years == 1:
        return Length(rng.choice(["a year", "one year", "1 year", "1 yr", "12 months"]), 1)
    text = in_words(int(years)) if worded and years == int(years) else f"{years:g}"
    units = ["years", "years", "years", "years", "yrs", "yr", "y"] if not worded else ["years"]
    glued = "" if not worded and rng.random() < 0.12 else " "
    return Length(f"{text}{glued}{rng.choice(units)}", years)
