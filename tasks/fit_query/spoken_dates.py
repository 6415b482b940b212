"""Dates as speech recognition writes them: "thirty first of march twenty thirteen", "fifth of oh four twenty twelve".

    SPOKEN_DAY           pattern (text) of a day and a month, with its month's name or as a number; needs re.IGNORECASE
    spoken_day_and_month("thirty first oh three") -> (31, 3); None for what is none

The year behind it is read by dates.py.
"""

from __future__ import annotations

import re

_FIRST_WORDS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth"
    " sixteenth seventeenth eighteenth nineteenth twentieth"
)
_DAYS = {word: day for day, word in enumerate(_FIRST_WORDS.split(), 1)} | {"thirtieth": 30, "thirty first": 31}
_DAYS |= {f"twenty {word}": 20 + day for word, day in list(_DAYS.items())[:9]}
_NUMBERS = "one two three four five six seven eight nine ten eleven twelve"
_MONTHS = {word: month for month, word in enumerate(_NUMBERS.split(), 1)}
_NAMES = "january february march april may june july august september october november december"
_MONTHS |= {name: month for month, name in enumerate(_NAMES.split(), 1)}


def _either(words: list[str]) -> str:
    return "|".join(re.escape(word).replace(r"\ ", r"[\s-]") for word in sorted(words, key=len, reverse=True))


_DAY = rf"(?:{_either(list(_DAYS))})"
_MONTH = (
    rf"(?:(?:{_either(_NAMES.split())})|(?:oh|o|zero|nought)[\s-](?:{_either(_NUMBERS.split()[:9])})|ten|eleven|twelve)"
)
SPOKEN_DAY = rf"{_DAY}\s+(?:of\s+)?(?:the\s+)?{_MONTH}"
_WHOLE = re.compile(rf"(?P<day>{_DAY})\s+(?:of\s+)?(?:the\s+)?(?P<month>{_MONTH})", re.IGNORECASE)


def spoken_day_and_month(text: str) -> tuple[int, int] | None:
    """The day (1 to 31) and the month (1 to 12), or None."""
    found = _WHOLE.fullmatch(text.strip())
    if not found:
        return None
    day = " ".join(re.split(r"[\s-]+", found["day"].lower()))
    month = re.split(r"[\s-]+", found["month"].lower())[-1]
    return _DAYS[day], _MONTHS[month]
