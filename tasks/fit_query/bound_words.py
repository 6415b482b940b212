"""What the words right beside a figure or a date say about it: at least, at most, about, since, before.

    said_of_amount("under 100kw", 6, 11) -> "max"     "100kw or more" -> "min"     "100kw in kent" -> None
    said_of_date("since 2013", 6, 10) -> "built_from"

Only words that can hardly mean anything else count, and nothing is said where they are denied or stand
on both sides and differ. "No more than" and the like are words of their own here, not a denial.
"""

from __future__ import annotations

import re
from typing import Literal

Said = Literal["min", "max", "about"]

_ABOUT = (
    r"(?:about|abt\.?|arr?ound|roughly|ap?prox\w*\.?|circa|ca?\.?|somewhere near"
    r"|in the (?:region|neighbourhood|vicinity|order) of|~|≈)"
)
_TIGHTER = r"(?:more|greater|bigger|larger|higher|longer|later|better)"
_LOOSER = r"(?:less|smaller|fewer|lower|shorter)"
_DENIED = r"(?:no|not|not any|nothing|none|never|isn['’]?t|aren['’]?t)"
_MOST = (
    rf"(?:{_DENIED}\s+(?:be\s+)?(?:over|above|exceeding|beyond|{_TIGHTER}\s+than)|(?:lt|under|underneath|below|beneath|sub"
    rf"|{_LOOSER} than|at most|at the most|up ?to|capped at|limited to|no(?:t)? exceed\w*|inside"
    r"|max(?:imum)?(?: (?:of|is))?|<=?|≤))"
)
_LEAST = (
    rf"(?:{_DENIED}\s+(?:be\s+)?(?:under|below|{_LOOSER}\s+than)|(?:gt|over|above|abv|{_TIGHTER} than|exceed(?:s|ing)"
    rf"|at least"
    r"|at the least|upwards of|north of|in excess of|clearing|topping|beating|beat|beyond|starting at"
    r"|min(?:imum)?(?: (?:of|is))?|(?<![-=])>=?|≥))"
)
_BEFORE = re.compile(
    rf"(?<![a-z])(?:(?P<max>{_MOST})|(?P<min>{_LEAST}))?[\s-]*(?P<about>(?<![a-z]){_ABOUT})?[\s:]*(?:an?\s+)?$"
)
_BEHIND = re.compile(
    r"\s*,?[\s-]*(?:(?P<min>\+|plus\b(?!\s+\d)|(?:or|and|&)[\s-]*(?:more|above|over|up(?:wards?)?|bigger|larger|greater"
    r"|longer"
    r"|higher)\b|(?:upwards|min(?:imum)?|at (?:the )?least)\b)"
    r"|(?P<max>(?:or|and|&)\s+(?:less|under|below|smaller|fewer|lower|down|downwards|shorter)\b"
    r"|(?:max(?:imum)?|tops|at (?:the )?most)\b)"
    r"|(?P<about>or so\b|or thereabouts\b|-?ish\b|give or take\b))"
)
_DENIAL = re.compile(
    r"(?:\b(?:no|not|nothing|none|never|without|nor|cannot|isnt|arent|dont|sorry|wait)|n['’]t)\b[^.;]{0,30}$"
)
_RANGE_BEFORE = re.compile(r"(?:\bbetween\b|\bfrom\b|\d\s*[kmg]?w?\s*(?:-|–|to))[^.;]{0,20}$")
_RANGE_BEHIND = re.compile(
    r"\s*(?:-|–|to\b|and\b|until\b|up to\b)\s*(?:~\s*)?(?:\d|an?\b|one|two|three|half|five|ten|twenty|fifty)"
)

_DATE_WORDS = {
    "built_from": r"[io]n or after|no(?:t)? (?:earlier|older) than|since|from|starting(?: in)?",
    "built_after": r"(?<![io]n or )(?:later than|newer than|younger than|after|post)",
    "built_before": r"(?<![io]n or )(?<!no )(?<!not )(?:earlier than|older than|before|prior to|pre|b4|bef)",
    "built_to": r"[io]n or before|until|till|til|no later than|not later than|up to|by",
}
_DATE_BEFORE = re.compile(
    r"(?<![a-z])(?:" + "|".join(f"(?P<{key}>{words})" for key, words in _DATE_WORDS.items()) + r")[\s:-]+(?:the\s+)?$"
)
_DATE_BEHIND = re.compile(
    r"\s*,?\s*(?:(?P<built_from>onwards?\b|on\b(?=\s*(?:[?.!,;]|$))|fwd\b|or later\b|and later\b|or newer\b|and after\b"
    r"|or after\b|\+)|(?P<built_to>or earlier\b|or before\b|and earlier\b|and before\b|or older\b))"
)


def said_of_amount(lowered: str, start: int, end: int) -> Said | None:
    """What the words beside the amount lowered[start:end] say; None when nothing, or not surely."""
    before = lowered[max(0, start - 60) : start]
    found = _BEFORE.search(before)
    ahead = _kind(found) if found else None
    behind = _BEHIND.match(lowered, end)
    after = _kind(behind) if behind else None
    if found and ahead and _DENIAL.search(before[: found.start()]):
        return None
    if _RANGE_BEFORE.search(before) or _RANGE_BEHIND.match(lowered, end):
        return None
    if ahead in ("min", "max") and after == "about":
        after = None
    return ahead or after if not (ahead and after and ahead != after) else None


def _kind(found: re.Match[str]) -> Said | None:
    return "max" if found["max"] else "min" if found["min"] else "about" if found["about"] else None


def said_of_date(lowered: str, start: int, end: int) -> str | None:
    """The key of a reading ("built_from", …) that the words beside the date lowered[start:end] ask for, or None."""
    before = lowered[max(0, start - 50) : start]
    found, behind = _DATE_BEFORE.search(before), _DATE_BEHIND.match(lowered, end)
    if found and behind:
        return None if found.lastgroup != behind.lastgroup else found.lastgroup
    if behind:
        return behind.lastgroup
    if found is None or _DENIAL.search(before[: found.start()]) or _RANGE_BEHIND.match(lowered, end):
        return None
    return found.lastgroup
