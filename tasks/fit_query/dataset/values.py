"""Amounts, dates and lengths of time as people write them, each with its value.

The values are computed here from the numbers drawn, not from the words: an independent check on
what grounding makes of the words.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

SPOKEN_REGISTERS = ("dictated", "chatty")
MONTHS = "January February March April May June July August September October November December".split()
ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen".split()
)
TENS = "zero ten twenty thirty forty fifty sixty seventy eighty ninety".split()

KILOWATTS = (
    [10, 20, 50, 50, 100, 100, 100, 150, 200, 225, 250, 250, 300, 330, 400, 499, 500, 500, 500, 600, 750, 800, 850]
    + [5, 6, 11, 15, 25, 30, 35, 40, 45, 55, 60, 75, 80, 85, 90, 99, 110, 120, 125, 130, 175, 180, 220, 275, 350, 450]
    + [3.5, 4.5, 9.9, 49.5, 2.5, 3.68, 900, 950, 333, 375, 480, 650, 700]
)
MEGAWATTS = [1, 1, 1, 2, 2, 3, 4, 5, 1.5, 2.5, 0.5, 0.75, 1.2, 1.25, 0.25, 0.8, 2.3, 3.6, 4.5, 0.1, 0.05, 1.8, 10]
SPOKEN = [50, 75, 100, 100, 150, 200, 250, 300, 400, 500, 500, 600, 750, 800, 1000, 1500, 2000, 25, 30, 20, 10, 15]
MEGAWATT_UNITS = [
    "MW",
    "MW",
    "MW",
    " MW",
    " MW",
    " MW",
    "mw",
    "mw",
    " mw",
    " megawatts",
    " megawatt",
    "Mw",
    " Mw",
    "MWp",
    "MWs",
    "megawatts",
]
KILOWATT_UNITS = [
    "kW",
    "kW",
    "kW",
    " kW",
    " kW",
    " kW",
    "kw",
    "kw",
    "kw",
    " kw",
    "KW",
    " KW",
    " kilowatts",
    " kilowatt",
    "kWp",
    " kWp",
    "Kw",
] + [" kwp", "-kW", "kws", "kilowatts"]
PHRASED = [
    ("half a megawatt", 500), ("half a MW", 500), ("a quarter of a megawatt", 250), ("a megawatt", 1000), ("one megawatt", 1000),
    ("three quarters of a megawatt", 750), ("one and a half megawatts", 1500), ("two and a half megawatts", 2500),
    ("two megawatts", 2000), ("three megawatts", 3000), ("five megawatts", 5000), ("a hundred kilowatts", 100),
    ("a hundred kW", 100), ("one hundred kW", 100), ("fifty kW", 50), ("five hundred kW", 500), ("ten kW", 10),
    ("a quarter of a MW", 250), ("half a megawatt", 500), ("two MW", 2000), ("four kilowatts", 4),
    ("quarter of a megawatt", 250), ("half megawatt", 500), ("one and a half MW", 1500), ("a quarter megawatt", 250), ("1/2 MW", 500),
    ("twelve hundred kilowatts", 1200), ("fifteen hundred kW", 1500), ("500 kilo watts", 500), ("two mega watts", 2000), ("100 k w", 100),
    ("five hundred k w", 500), ("half of a megawatt", 500), ("a thousand kW", 1000), ("one thousand kilowatts", 1000), ("2 and a half megawatts", 2500),
    ("four megawatts", 4000), ("ten megawatts", 10000), ("seven hundred and fifty kilowatts", 750), ("one point two megawatts", 1200),
    ("two point five megawatts", 2500), ("three point six megawatts", 3600),
    ("one point five megawatts", 1500), ("two hundred and fifty kilowatts", 250), ("a thousand kilowatts", 1000),
]  # fmt: skip


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
    if register in SPOKEN_REGISTERS and roll < 0.75 or roll < 0.05:
        if rng.random() < 0.4:
            return Amount(*rng.choice(PHRASED))
        kw = rng.choice(SPOKEN)
        return Amount(f"{in_words(kw)} {rng.choice(['kilowatts', 'kilowatts', 'kilowatt', 'kW', 'kw'])}", kw)
    if roll < 0.62:
        kw = rng.choice(KILOWATTS) if rng.random() < 0.7 else rng.randrange(2, 999)
        return Amount(f"{kw:g}{unit(rng)}", kw)
    if roll < 0.9:
        mw = rng.choice(MEGAWATTS) if rng.random() < 0.8 else rng.randrange(2, 80) / 10
        digits = f"{mw:g}"
        if "." in digits and rng.random() < 0.08:
            digits = digits.replace(".", ",") if len(digits.split(".")[1]) != 3 else digits
        return Amount(f"{digits}{rng.choice(MEGAWATT_UNITS)}", mw * 1000)
    if roll < 0.97:
        kw = rng.choice([1000, 1200, 1250, 1500, 1800, 2000, 2300, 2500, 3000, 3500, 4000, 4999, 5000])
        digits = rng.choice([f"{kw:,}", f"{kw:,}", str(kw), f"{kw:,}".replace(",", " ")])
        return Amount(f"{digits}{unit(rng)}", kw)
    if roll < 0.985:
        thousands = rng.choice([1.5, 1, 2, 2.5, 1.2])
        return Amount(f"{thousands:g}k {rng.choice(['kW', 'kw'])}", thousands * 1000)
    watts = rng.choice([500, 800, 900, 950, 2500, 5000])
    return Amount(f"{watts}{rng.choice([' W', 'W', ' watts'])}", watts / 1000)


def unit(rng: Random) -> str:
    return rng.choice(KILOWATT_UNITS)


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


def day_span(rng: Random, number: int) -> Span:
    month = rng.randint(1, 12)
    day = rng.choice([1, 1, 1, rng.randint(1, monthrange(number, month)[1])])
    on = date(number, month, day)
    name = MONTHS[month - 1]
    ending = {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd", 31: "st"}.get(day, "th")
    text = rng.choice(
        [
            f"{day} {name} {number}", f"{day} {name[:3]} {number}", f"{day}{ending} {name} {number}", f"{day}{ending} {name[:3].lower()} {number}",
            f"{day}{ending} of {name} {number}", on.isoformat(), f"{day:02d}/{month:02d}/{number}", f"{day}/{month}/{number}", f"{name} {day} {number}",
        ]
    )  # fmt: skip
    return Span(text, on, on)


def year_in_words(number: int) -> str:
    """A year as it is spoken: "twenty twelve", "two thousand and nine"."""
    if number >= 2010:
        return f"twenty {in_words(number % 100)}"
    return f"two thousand and {in_words(number % 100)}"


def moment(rng: Random, register: str = "plain", low: int = 2005, high: int = 2019) -> Span:
    """A year (mostly), a month or a day; 'dictated' may speak the year."""
    number = year(rng, low, high)
    roll = rng.random()
    if register in SPOKEN_REGISTERS and roll < 0.4:
        return year_span(number, year_in_words(number))
    if roll < 0.72:
        return year_span(number, f"'{number % 100:02d}" if rng.random() < 0.04 else None)
    return month_span(rng, number) if roll < 0.88 else day_span(rng, number)


def day_after(day: date) -> date:
    return day + timedelta(days=1)


def day_before(day: date) -> date:
    return day - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Length:
    """A length of time as written and in years, rounded to 2 decimals."""

    text: str
    years: float


PHRASED_LENGTHS = [
    ("half a year", 0.5), ("a year and a half", 1.5), ("two and a half years", 2.5), ("a decade", 10), ("18mo", 1.5), ("six months", 0.5),
    ("eighteen months", 1.5), ("one and a half years", 1.5), ("twelve months", 1), ("2 and a half years", 2.5), ("one year", 1), ("24 months", 2),
]  # fmt: skip


def length(rng: Random, register: str, at_least: float = 0) -> Length:
    for _ in range(60):
        made = _length(rng, register)
        if made.years > at_least:
            return made
    return Length("20 years", 20)


def _length(rng: Random, register: str) -> Length:
    if rng.random() < 0.06:
        return Length(*rng.choice(PHRASED_LENGTHS))
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
