"""Postcodes and FIT ids as they are dictated: letters one by one or by the spelling alphabet, numbers in words.

find_spoken_postcodes("alpha bravo four two and c f thirty three") -> mentions of AB42 and CF33
spoken_whole("two thousand and forty one") -> 2041
labelled_id("the tariff on fit number two thousand and forty one") -> ("2041", its span)
"""

from __future__ import annotations

import re
from functools import lru_cache

from tasks.fit_query.amounts import find_amounts
from tasks.fit_query.numerals import read_number
from tasks.fit_query.quotation import Span
from tasks.fit_query.words import word_bag

_ALPHABET_WORDS = """
    alpha bravo charlie delta echo foxtrot golf hotel india juliet kilo lima mike november oscar papa quebec romeo
    sierra tango uniform victor whiskey xray yankee zulu
"""
_ALPHABET = {word: word[0] for word in _ALPHABET_WORDS.split()} | {"alfa": "a", "juliett": "j", "whisky": "w"}
_DIGIT_WORDS = "zero one two three four five six seven eight nine"
_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_TENS = "twenty thirty forty fourty fifty sixty seventy eighty ninety"
_NUMBER = (
    rf"(?:(?:{_TENS.replace(' ', '|')})(?:[\s-]+(?:{_DIGIT_WORDS.replace(' ', '|')}))?|(?:{_TEENS.replace(' ', '|')})"
    rf"|(?:{_DIGIT_WORDS.replace(' ', '|')})(?:\s+(?:{_DIGIT_WORDS.replace(' ', '|')}))?|\d\d?)"
)
_LETTER = rf"(?:[a-z]|{'|'.join(_ALPHABET)})"
_DIGIT = rf"(?:{_DIGIT_WORDS.replace(' ', '|')}|\d)"
_FIGURES = (
    rf"(?:(?P<full>{_NUMBER})(?:\s+(?P<full_letter>[a-z]))?\s+{_DIGIT}\s+[a-z]\s+[a-z]"
    rf"|(?P<number>{_NUMBER})(?:\s+(?P<letter>[a-z])(?=$|\s+(?:and|or)\b))?)"
)
_SPOKEN = re.compile(
    rf"(?<![\w'’])(?P<first>{_LETTER})[\s-]+(?P<second>{_LETTER})[\s-]+{_FIGURES}(?![\w'’]|[.,]\d)"
    r"(?!\s*(?:hundred|thousand|[kmg]w|kilo|mega|years?|months?|point)\b)",
    re.IGNORECASE,
)
# What is quoted as a postcode may have one letter only, or two without a blank.
_QUOTED = re.compile(rf"(?P<first>{_LETTER})(?:[\s-]*(?P<second>{_LETTER}))?[\s-]+{_FIGURES}", re.IGNORECASE)
# "BT seventy eight": two capitals, as machines write letters that they know to belong together
_TOGETHER = re.compile(
    rf"(?<![\w'’])(?P<area>[A-Z]{{2}}) (?P<number>(?:{_NUMBER}))(?![\w'’]|[.,]\d)"
    r"(?!\s*(?:hundred|thousand|[kmgKMG]w|[kmgKMG]W|kilo|mega|years?|months?|point)\b)"
)
_SPELLED_BY = frozenset({*"abcdefghijklmnopqrstuvwxyz", *_ALPHABET} - {"a"})
_MOST_SPELLED = 99
# A number is an id only where one of these stands before it.
_LABELLED = re.compile(
    r"\b(?:fit|id|ident|reference)\W+(?:(?:i\W?d|number|no|ref|reference|installation|site|is|for|of|called)\W+)*$",
    re.IGNORECASE,
)


def spelled_pattern(written: str) -> str | None:
    """The postcode that `written` spells: "alpha bravo four two" -> "AB42"; None when it spells none."""
    found = _QUOTED.fullmatch(written.strip())
    return _pattern(found) if found else None


def _pattern(found: re.Match[str]) -> str | None:
    letters = "".join(_ALPHABET.get(found[name].lower(), found[name]) for name in ("first", "second") if found[name])
    spoken = found["full"] or found["number"]
    number = spoken if spoken.isdigit() else _digits(spoken)
    return f"{letters}{number}{found['full_letter'] or found['letter'] or ''}".upper() if number else None


def _digits(words: str) -> str | None:
    parts = re.split(r"[\s-]+", words.lower())
    each = [read_number(part) for part in parts]
    if len(parts) == 2 and all(one is not None and one < 10 for one in each):
        return "".join(str(one) for one in each)  # "four two"
    whole = read_number(words.lower())
    return str(whole) if whole is not None and whole <= _MOST_SPELLED and whole % 1 == 0 else None


@lru_cache(maxsize=64)
def find_spelled(text: str) -> tuple[tuple[Span, str], ...]:
    """Where `text` spells a postcode by its form, and which; in order."""
    found: list[tuple[Span, str]] = [
        (Span(*hit.span()), f"{hit['area']}{number}")
        for hit in _TOGETHER.finditer(text)
        if not hit["number"].isdigit() and (number := _digits(hit["number"]))
    ]
    words = word_bag(text)
    if _SPELLED_BY.isdisjoint(words):
        return tuple(found)
    at = 0
    while hit := _SPOKEN.search(text, at):
        pattern = _pattern(hit)
        if pattern:
            found.append((Span(*hit.span()), pattern))
        at = hit.end() if pattern else hit.start() + 1
    return tuple(sorted(found))


_SPOKEN_DIGITS = {word: str(digit) for digit, word in enumerate(_DIGIT_WORDS.split())}
_SPOKEN_DIGITS |= {"oh": "0", "o": "0", "nought": "0"}
_TIMES = {"double": 2, "treble": 3, "triple": 3}


def spelled_digits(written: str) -> str:
    """ "one five double eight 3" -> "15883"; words that are no digits are left out."""
    digits, times = "", 1
    for word in re.findall(r"[^\W\d_]+|\d", written.lower()):
        if word in _TIMES:
            times = _TIMES[word]
        elif word.isdigit() or word in _SPOKEN_DIGITS:
            digits += times * _SPOKEN_DIGITS.get(word, word)
            times = 1
    return digits


def spoken_whole(written: str) -> int | None:
    """A whole number in words or digits: "two thousand and forty one" -> 2041; None for anything else."""
    number = read_number(written.lower())
    return int(number) if number is not None and number % 1 == 0 else None


def labelled_id(text: str) -> tuple[str, Span] | None:
    """The one number without a unit that stands behind "FIT", "id" or "reference", and where."""
    found = [
        (str(int(amount.number)), Span(amount.start, amount.end))
        for amount in find_amounts(text)
        if amount.unit is None and amount.number is not None and amount.number % 1 == 0
        if _LABELLED.search(text[: amount.start])
    ]
    return found[0] if len(found) == 1 else None
