"""Questions as a dictation machine writes them down: no stops, no capitals, every figure in words.

Whatever the other registers compose can be spoken; only the values and the signs change, so the reading keeps its
fields and quotes the spoken words. A text with a sign that nobody speaks stays typed.
"""

from __future__ import annotations

import re
from datetime import date
from random import Random
from typing import Any

from tasks.fit_query.dataset.phrases import table
from tasks.fit_query.dataset.question import CLOSE, OPEN, SPAN
from tasks.fit_query.dataset.values import MONTHS, ONES, in_words, year_in_words

UNITS = {
    "kw": ("kilowatts", "kilowatts", "kilowatts", "kilowatt", "kay double you", "k w", "kw"),
    "kwp": ("kilowatt peak", "kilowatts peak"),
    "mw": ("megawatts", "megawatts", "megawatts", "megawatt", "meg", "mega watts", "mw"),
    "w": ("watts",),
}
UNIT_OF = {
    **dict.fromkeys(["kw", "kws", "kilowatts", "kilowatt", "kwe"], "kw"),
    "kwp": "kwp",
    **dict.fromkeys(["mw", "mws", "megawatts", "megawatt", "megs", "meg", "mwp"], "mw"),
    **dict.fromkeys(["w", "watts"], "w"),
}
YEARS_AND_MONTHS = {
    **dict.fromkeys(["years", "yrs", "yr", "y", "year"], "years"),
    **dict.fromkeys(["months", "mths", "mos", "mo"], "months"),
}
ORDINALS = (
    *("", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh"),
    *("twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth"),
    "twentieth",
)
AMOUNT = re.compile(r"([0-9]+(?:[.,][0-9]+)?|[0-9]{1,3}(?:[ ,][0-9]{3})+) ?-?([a-z][a-z ]*)", re.IGNORECASE)
CODE = re.compile(r"([A-Z]{1,2})([0-9]{1,2})([A-Z]?)(?: ?([0-9])([A-Z])([A-Z]))?", re.IGNORECASE)
ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
SLASHED = re.compile(r"(?:([0-9]{1,2})/)?([0-9]{1,2})/([0-9]{4})")
MONTH = "|".join(name[:3].lower() for name in MONTHS)
NAMED_DATE = re.compile(
    rf"(?:([0-9]{{1,2}})(?:st|nd|rd|th)? (?:of )?)?((?:{MONTH})[a-z]*) '?([0-9]{{2,4}})", re.IGNORECASE
)
YEAR = re.compile(r"(?:19|20)[0-9]{2}")
UNSPOKEN = re.compile(r"[0-9<>=≥≤~+*|#@/&%£$€\[\]_\\]")
TOGETHER = "\ue0ff"  # a blank at which nobody draws breath: "p v"
# "no" for "number of" would be heard as a denial.
NEVER_SPOKEN = re.compile(r"[<>=≥≤~+*|#@\[\]_\\]|--|\b(?:^|total |count )no\b", re.IGNORECASE)
SPELLED_AFTER = 0.12  # of the postcodes, those that are spelled once more
LOOSE_AMOUNT = re.compile(
    r"(?<![\w.,])([0-9][0-9.,]*) ?-?(kwp?|mw|kws|mws|kilowatts?|megawatts?|megs?)\b", re.IGNORECASE
)
LOOSE_CODE = re.compile(rf"(?<![\w.,]){CODE.pattern}(?!\w)")


def dictated(rng: Random, text: str, reading: dict[str, Any]) -> tuple[str, dict[str, Any]] | None:
    """The marked text and its reading as speech; None where something in it has no spoken form."""
    if NEVER_SPOKEN.search(text):
        return None
    reading = dict(reading)
    pieces, at = [], 0
    for found in SPAN.finditer(text):
        pieces.append(_between(rng, text[at : found.start()]))
        mark, words = found.groups()
        if reading.get("fit_id") == mark:
            reading["fit_id"], spoken = words, _digits(rng, words)
        elif reading.get("built_to") == mark and len(words) == 2 and words.isdigit():
            spoken = _year(rng, 2000 + int(words))  # "2012-19"
        else:
            spoken = _value(rng, words)
        pieces.append(f"{OPEN}{mark}{spoken}{CLOSE}")
        if (code := CODE.fullmatch(words)) and rng.random() < SPELLED_AFTER:
            pieces.append(_spelled_after(rng, code))
        at = found.end()
    pieces.append(_between(rng, text[at:]))
    whole = _unstopped(rng, "".join(pieces))
    if UNSPOKEN.search(whole):
        return None
    # Whatever is said beside a request for everything makes another question of it.
    return (_breathing(rng, whole) if reading else whole).replace(TOGETHER, " "), reading


def _value(rng: Random, words: str) -> str:
    """A quoted value as it is spoken; with its figures where it has no spoken form."""
    if code := CODE.fullmatch(words):
        return _code(rng, code)
    if moment := _moment(rng, words):
        return moment
    if amount := AMOUNT.fullmatch(words):
        number, unit = amount.group(1), amount.group(2).strip().lower().replace(" ", "")
        if unit in UNIT_OF:
            return _amount(rng, number, UNIT_OF[unit])
        if unit in YEARS_AND_MONTHS:
            return f"{_number(rng, number, halves=True)} {YEARS_AND_MONTHS[unit]}"
    if words.isdigit() and len(words) < 5:
        return in_words(int(words))
    return words


def _amount(rng: Random, number: str, unit: str) -> str:
    said = str(rng.choice(UNITS[unit]))
    if unit == "mw" and number in ("0.5", "0,5") and rng.random() < 0.7:
        return f"half a {said.rstrip('s')}"
    if unit == "mw" and number in ("0.25", "0.75") and rng.random() < 0.5:
        return f"{'a quarter' if number == '0.25' else 'three quarters'} of a {said.rstrip('s')}"
    return f"{_number(rng, number, halves=unit == 'mw')} {said}"


def _number(rng: Random, number: str, halves: bool) -> str:
    """ "2.5" as "two point five" or "two and a half"; "1,500" as "fifteen hundred"; "250" as "two fifty"."""
    whole = re.sub(r"[ ,](?=[0-9]{3}\b)", "", number)
    if whole.isdigit():
        return _whole(rng, int(whole))
    before, _, after = whole.replace(",", ".").partition(".")
    if halves and after == "5" and before != "0" and rng.random() < 0.5:
        return f"{in_words(int(before))} and a half"
    start = "" if before == "0" and rng.random() < 0.4 else rng.choice(["nought ", "zero "]) if before == "0" else ""
    lead = start or ("" if before == "0" else f"{in_words(int(before))} ")
    return f"{lead}point {' '.join(ONES[int(digit)] for digit in after)}"


def _whole(rng: Random, number: int) -> str:
    if number > 9999:
        return str(number) if number % 1000 or number > 90_000 else f"{in_words(number // 1000)} thousand"
    roll = rng.random()
    hundreds, rest = divmod(number, 100)
    if 10 < hundreds < 100 and hundreds % 10 and not rest and roll < 0.35:
        return f"{in_words(hundreds)} hundred"
    if 0 < hundreds < 10 and rest >= 10 and roll < 0.3:
        return f"{in_words(hundreds)} {in_words(rest)}"
    words = in_words(number)
    if hundreds in (1, 10) and roll > 0.5:
        words = re.sub(r"^one (hundred|thousand)", r"a \1", words)
    return words.replace(" and ", " ") if roll > 0.85 else words


def _moment(rng: Random, words: str) -> str | None:
    """A date, a month or a year as spoken."""
    if YEAR.fullmatch(words):
        return _year(rng, int(words))
    if re.fullmatch("'[0-9]{2}", words):
        return _year(rng, 2000 + int(words[1:]))
    if named := NAMED_DATE.fullmatch(words):
        day, name, year = named.groups()
        month = next(full for full in MONTHS if full.lower().startswith(name[:3].lower()))
        return _dated(rng, int(day) if day else None, month, int(year) + (2000 if len(year) == 2 else 0))
    if iso := ISO_DATE.fullmatch(words):
        on = date(*map(int, iso.groups()))
        return _dated(rng, on.day, MONTHS[on.month - 1], on.year)
    if slashed := SLASHED.fullmatch(words):
        day, month_number, year = slashed.groups()
        return _dated(rng, int(day) if day else None, MONTHS[int(month_number) - 1], int(year))
    return None


def _dated(rng: Random, day: int | None, month: str, year: int) -> str:
    if day is None:
        return f"{month.lower()} {_year(rng, year)}"
    nth = ORDINALS[day] if day <= 20 else f"twenty {ORDINALS[day - 20]}" if day < 30 else ""
    nth = nth or ("thirtieth" if day == 30 else "thirty first")
    return f"{rng.choice(['the ', ''])}{nth} of {month.lower()} {_year(rng, year)}"


def _year(rng: Random, number: int) -> str:
    if number < 2000:
        return f"nineteen {in_words(number % 100)}" if number % 100 > 9 else str(number)
    if number == 2000:
        return "two thousand"
    if number < 2010 and rng.random() < 0.3:
        return f"two thousand {in_words(number % 100)}"
    return year_in_words(number, long=rng.random() < 0.2)


def _code(rng: Random, code: re.Match[str]) -> str:
    """ "RG17" as "R G seventeen", "r g one seven" or "rg seventeen"."""
    letters, figures, letter, inward, first, second = code.groups()
    roll = rng.random()
    case = str.upper if rng.random() < 0.5 else str.lower
    said = case(" ".join(letters)) if roll < 0.7 else case(letters)
    single = len(figures) == 2 and rng.random() < 0.3
    said += f" {' '.join(ONES[int(digit)] for digit in figures) if single else in_words(int(figures))}"
    if letter:
        said += f" {case(letter)}"
    if inward:
        said += f" {ONES[int(inward)]} {case(first)} {case(second)}"
    return said


def _spelled_after(rng: Random, code: re.Match[str]) -> str:
    """What people say behind a postcode so that it is heard right: " that's R for Romeo G for Golf one seven"."""
    letters, figures = code.group(1).lower(), code.group(2)
    told = " ".join(f"{letter} for {table('speech')['alphabet'][letter]}" for letter in letters)
    if rng.random() < 0.3:
        told = " ".join(table("speech")["alphabet"][letter] for letter in letters)
    end = f" {' '.join(ONES[int(digit)] for digit in figures)}" if rng.random() < 0.6 else ""
    return f" {rng.choice(table('speech')['spelled'])} {told}{end}"


def _digits(rng: Random, number: str) -> str:
    """An id digit by digit, now and then with "double" for two alike."""
    zero = rng.choice(["zero", "zero", "oh", "nought"])
    said = ["zero" if digit == "0" else ONES[int(digit)] for digit in number]
    words, at = [], 0
    doubles = rng.random() < 0.5
    while at < len(said):
        twice = doubles and number[at : at + 2] == number[at] * 2 and number[at : at + 3] != number[at] * 3
        words.append(("double " if twice else "") + (zero if said[at] == "zero" else said[at]))
        at += 2 if twice else 1
    return " ".join(words)


def _between(rng: Random, text: str) -> str:
    """Words that nobody quotes: figures in words, abbreviations as they are spoken."""
    if text in ("-", "–"):
        return " to "
    text = re.sub(r"£([0-9,]+)(?:\.[0-9]{2})?", lambda found: f"{_value(rng, found.group(1))} pounds", text)
    spoken_for = table("speech")["spoken_for"]
    short = "|".join(re.escape(one) for one in spoken_for)
    text = re.sub(
        rf"(?<![\w.-])(?:{short})(?![\w-])",
        lambda found: str(rng.choice(spoken_for[found.group()])).replace(" ", TOGETHER),
        text,
    )
    text = LOOSE_AMOUNT.sub(lambda found: _value(rng, found.group()), text)
    text = LOOSE_CODE.sub(lambda found: _code(rng, found), text)
    text = re.sub(YEAR.pattern + r"(?![0-9])", lambda found: _year(rng, int(found.group())), text)
    return re.sub(r"(?<![0-9.,])[0-9]{1,4}(?![0-9.,]*[0-9])", lambda found: in_words(int(found.group())), text)


def _unstopped(rng: Random, text: str) -> str:
    """Lower case but for what is spelled, without stops; a few machines keep "I" or the first capital."""
    keeps_i = rng.random() < 0.5
    spans = SPAN.sub(lambda found: f"{OPEN}{found.group(1)}{_lowered(found.group(2))}{CLOSE}", text)
    parts = re.split(f"({OPEN}.*?{CLOSE})", spans)
    words = "".join(part if part.startswith(OPEN) else _lowered(part) for part in parts)
    if not keeps_i:
        words = re.sub(r"\bI\b", "i", words)
    words = re.sub(r"[,.;:!?()\"“”…\n]+(?=\s|$|" + CLOSE + ')|[()"“”]', " ", words)
    words = re.sub(r"(?<=\w)-(?=\w)| [-–—] ", " ", words)
    words = re.sub(r" +(?=" + CLOSE + ")", "", re.sub(r"\s+", " ", words)).strip()
    if rng.random() < 0.06:
        words = words[:1].upper() + words[1:]
    return words


def _lowered(text: str) -> str:
    """Lower case, but for letters that are spelled out and for "I"."""
    return re.sub(r"[^\W\d_]{2,}", lambda found: found.group().lower(), text)


def _breathing(rng: Random, text: str) -> str:
    """Words that people say while they think, at the front and between words that nobody quotes."""
    words = table("speech")
    if rng.random() < 0.45:
        text = f"{rng.choice(words['openings'])} {text}"
    if rng.random() < 0.3:
        text = f"{text} {rng.choice(words['endings'])}"
    gaps = [found.start() for found in re.finditer(" ", text) if _open(text, found.start())]
    for at in sorted(rng.sample(gaps, min(len(gaps), rng.choice([0, 0, 0, 1, 1, 2]))), reverse=True):
        if not re.search(r"\b(and|or|to|the|a|an|of|no|not|sorry|than|point|double)$", text[:at]) and not re.match(
            r" (and|or|plus|to)\b", text[at:]
        ):
            text = f"{text[:at]} {rng.choice(words['fillers'])}{text[at:]}"
    return text


def _open(text: str, at: int) -> bool:
    """Whether a place in the text is outside every quotation."""
    return text.count(OPEN, 0, at) == text.count(CLOSE, 0, at)
