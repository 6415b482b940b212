"""Numbers as people write them: "1,500", "1 500", "2,5", "1½", "two hundred and fifty", "one and a half".

    read_number("two hundred and fifty") -> Decimal("250"); None when it is no number
    NUMBER                               -> pattern (text) of a number in a longer text; needs re.IGNORECASE

A comma with exactly three digits behind it divides thousands, any other is a decimal point (2,5).
Decimal throughout, so that 1.1 stays 1.1.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

_SMALL = {
    word: number
    for number, words in enumerate(
        [
            "zero|nil",
            "one",
            "two",
            "three|thre|threee",
            "four|fuor",
            "five|fiv",
            "six",
            "seven|sevn",
            "eight|eigth|eght|ieght",
            "nine|nin|nien",
            "ten",
            "eleven",
            "twelve|twelf|twelv|twevle",
            "thirteen|thriteen",
            "fourteen|forteen|fourten",
            "fifteen|fiveteen|fiften",
            "sixteen|sixten",
            "seventeen",
            "eighteen",
            "nineteen|ninteen",
        ]
    )
    for word in words.split("|")
}
_TENS = {
    word: 10 * number
    for number, words in enumerate(
        [
            "twenty|twety|twenny|twnty|tewnty",
            "thirty|thrity|thrty",
            "forty|fourty|forthy",
            "fifty|fivty|fifity|fiffty|fivety",
            "sixty|sixtie",
            "seventy|sevnty",
            "eighty|eigthy|eihgty",
            "ninety|ninty|nintey",
        ],
        2,
    )
    for word in words.split("|")
}
_SCALES = {
    "hundred": 100,
    "hundered": 100,
    "hunderd": 100,
    "hundrd": 100,
    "hundread": 100,
    "hundrid": 100,
    "hunred": 100,
    "hundreds": 100,
    "'undred": 100,
    "’undred": 100,
    "thousand": 1000,
    "thousend": 1000,
    "thousnd": 1000,
    "thosand": 1000,
    "thuosand": 1000,
    "thousad": 1000,
    "million": 1_000_000,
    "dozen": 12,
}
_FRACTIONS = {
    "half": Decimal("0.5"),
    "'alf": Decimal("0.5"),
    "’alf": Decimal("0.5"),
    "halves": Decimal("0.5"),
    "haf": Decimal("0.5"),
    "hlaf": Decimal("0.5"),
    "hafl": Decimal("0.5"),
    "quarter": Decimal("0.25"),
    "quarters": Decimal("0.25"),
    "quater": Decimal("0.25"),
    "quaters": Decimal("0.25"),
    "quartr": Decimal("0.25"),
    "qarter": Decimal("0.25"),
    "qtr": Decimal("0.25"),
    "third": 1 / Decimal(3),
    "thirds": 1 / Decimal(3),
    "fifth": Decimal("0.2"),
    "fifths": Decimal("0.2"),
    "tenth": Decimal("0.1"),
    "tenths": Decimal("0.1"),
}
_SIGNS = {"½": Decimal("0.5"), "¼": Decimal("0.25"), "¾": Decimal("0.75")}
_COUPLE = {"couple": 2, "pair": 2}

# A text without a digit has a number only with one of these words or characters.
COUNTING = frozenset(word.strip("'’") for word in (*_SMALL, *_TENS, *_SCALES, *_FRACTIONS, *_COUPLE, "point"))
COUNTING_SIGNS = re.compile(rf"[\d{''.join(_SIGNS)}]")
_WORDS = "|".join(sorted([*_SMALL, *_TENS, *_SCALES, *_FRACTIONS, *_COUPLE], key=lambda word: (-len(word), word)))
DIGITS = (
    r"(?:\d{1,3}(?:,\d{3}){1,4}(?![\d,])(?:\.\d+)?|\d{1,3}(?:[ \u00a0\u202f]\d{3}){1,4}(?!\d)(?:\.\d+)?|\d+(?:[.,]\d+)?"
    r"|\.\d+)"
)
_AND = r"[\s-]+(?:and[\s-]+)?"
SPELLED = (
    rf"(?:(?:an?[\s-]+)?(?:\b|(?=['’]))(?:{_WORDS})\b(?:{_AND}(?:(?:an?[\s-]+)?(?:{_WORDS})\b|point\b(?:\s+(?:{_WORDS})\b){{1,6}})){{0,12}}"
    rf"(?:\s+point(?:\s+(?:{_WORDS})\b){{1,6}})?)"
    # "point eight", "nought point two five"
    rf"|(?:\b(?:nought|naught|oh)\s+)?\bpoint(?:\s+(?:{_WORDS})\b){{1,6}}"
)
NUMBER = (
    rf"(?:{DIGITS}(?:\s*[½¼¾]|\s+\d/\d\b|/\d+\b)?(?:\s+and\s+(?:a|one|three)\s+(?:half|quarters?|third)\b"
    rf"|\s+(?:hundred|thousand|million|dozen)\b)?|[½¼¾]|{SPELLED})"
)

_PLAIN = re.compile(DIGITS)
_WITH_FRACTION = re.compile(r"(\d+)?\s*([½¼¾])|(?:(\d+)\s+)?(\d+)/(\d+)")
_WITH_WORDS = re.compile(rf"({DIGITS})\s+(and\s+(?:a|one|three)\s+\w+|hundred|thousand|million|dozen)")


@lru_cache(maxsize=4096)
def read_number(written: str) -> Decimal | None:
    """The number that the whole of `written` stands for, or None. Never negative, below 10^12."""
    text = written.strip().lower()
    number = _of_digits(text) if _PLAIN.fullmatch(text) else _of_fraction(text)
    if number is None:
        mixed = _WITH_WORDS.fullmatch(text)
        number = _of_mixed(mixed[1], mixed[2]) if mixed else _of_words(re.split(r"[\s-]+", text))
    return number if number is not None and number < 10**12 else None


def _of_digits(text: str) -> Decimal:
    bare = re.sub(r"[ \u00a0\u202f]", "", text)
    whole, comma, rest = bare.partition(",")
    if (comma and not (len(rest.split(".")[0]) == 3 or "," in rest)) or (comma and whole.strip("0") == ""):
        return Decimal(f"{whole or 0}.{rest}")
    return Decimal(bare.replace(",", ""))


def _of_fraction(text: str) -> Decimal | None:
    found = _WITH_FRACTION.fullmatch(text)
    if not found:
        return None
    if found[2]:
        return int(found[1] or 0) + _SIGNS[found[2]]
    if len(text) > 20 or int(found[5]) == 0:
        return None
    return int(found[3] or 0) + Decimal(int(found[4])) / int(found[5])


def _of_mixed(digits: str, rest: str) -> Decimal | None:
    if rest in _SCALES:
        return _of_digits(digits) * _SCALES[rest]
    part = _of_words(rest.split()[1:])
    return None if part is None else _of_digits(digits) + part


def _of_words(words: list[str]) -> Decimal | None:
    while words and words[-1] in ("of", "a", "an") and len(words) > 1:
        words = words[:-1]
    if not words:
        return None
    if words[-1] in _FRACTIONS:
        return _of_fraction_words(words[:-1], _FRACTIONS[words[-1]])
    if "point" in words:
        cut = words.index("point")
        whole = 0 if words[:cut] in ([], ["nought"], ["naught"], ["oh"]) else _cardinal(words[:cut])
        digits = [_SMALL.get(word) for word in words[cut + 1 :]]
        if whole is None or not digits or any(digit is None or digit > 9 for digit in digits):
            return None
        return Decimal(f"{whole}.{''.join(str(digit) for digit in digits)}")
    number = _cardinal(words)
    if number is None:
        number = _without_hundred(words)
    return None if number is None else Decimal(number)


def _without_hundred(words: list[str]) -> int | None:
    """ "two fifty", "three seventy one", "one ten": hundreds as they are said in a hurry."""
    first, rest = _SMALL.get(words[0], 0), _cardinal(words[1:]) if words[1:] and words[1] != "and" else None
    return 100 * first + rest if 0 < first < 10 and rest is not None and 10 <= rest < 100 else None


def _of_fraction_words(words: list[str], fraction: Decimal) -> Decimal | None:
    """ "half", "a half", "three quarters", "two and a half", "two and three quarters"."""
    times = Decimal(1)
    if words and words[-1] in ("a", "an", "one"):
        words = words[:-1]
    elif words and words[-1] in _SMALL:
        times, words = Decimal(_SMALL[words[-1]]), words[:-1]
    if not words:
        return times * fraction
    whole = _cardinal(words[:-1]) if words[-1] == "and" else None
    return None if whole is None else whole + times * fraction


def _cardinal(words: list[str]) -> int | None:
    """ "two hundred and fifty" -> 250, "a dozen" -> 12, "half a dozen" -> 6; None for what is no number."""
    if words[:1] == ["half"] and words[-1:] == ["dozen"]:
        return 6
    total = group = 0
    last = None
    joined = False  # "and" has stood since the last scale
    for place, word in enumerate(words):
        if (
            word in ("a", "an")
            and place + 1 < len(words)
            and (words[place + 1] in _SCALES or words[place + 1] in _COUPLE)
        ):
            if group and words[place + 1] in _SCALES:
                return None  # "fifty and a hundred" is two numbers
            group += 1 if words[place + 1] in _SCALES else 0
        elif word in _COUPLE:
            group += _COUPLE[word]
        elif word in _SMALL and last not in ("small", "teen"):
            if last == "tens" and not 0 < _SMALL[word] < 10:
                return None
            group += _SMALL[word]
        elif word in _TENS and last not in ("small", "tens"):
            group += _TENS[word]
        elif word in ("hundred", "hundered", "hunderd", "hundreds", "dozen"):
            if group >= 100 or joined:
                return None  # "one hundred and two hundred", "fifty and two hundred" are two numbers
            group = (group or 1) * _SCALES[word]
        elif word in _SCALES:
            total, group = total + (group or 1) * _SCALES[word], 0
        elif word == "and" and place and last is not None:
            return None  # "two hundred and fifty and two thousand": a second "and" begins a second number
        elif not (word in ("and", "of") and place):
            return None
        joined = (word == "and" and group > 0) or (joined and word not in _SCALES)
        last = "small" if word in _SMALL else "tens" if word in _TENS else None if word in _SCALES else last
    return total + group if words else None
