"""What a question can ask and no field can say: such a question has no answer but "unsupported".

    unsayable(text) -> ("exclusion", "except Scotland") or None

Precision before recall: what is named here stops an answer that leaves it out, so a pattern matches
only where its words can hardly mean anything else. What slips through may still be seen by `leftovers`.
"""

from __future__ import annotations

import re

from tasks.fit_query.gazetteer import find_places
from tasks.fit_query.technologies import OTHER_TECHNOLOGIES, find_technologies

_FIT = r"(?:\bfit(?:\s*ids?)?[\s:#-]*|\bids?[\s:#-]*)"
_PATTERNS = (
    (
        "instruction",
        r"\b(?:ignor\w*|disregard\w*|forget|overrid\w*|bypass)\b[^.?!]{0,40}\b(?:instructions?|rules?|prompts?"
        r"|guidelines?|schema|above|training"
        r"|everything|filters you)\b"
        r"|\byou are now\b|\byou're now\b|\bfrom now on\b|\b(?:system|hidden|developer|initial|setup)\s+(?:prompt"
        r"|message|instructions?)\b"
        r"|\bjailbreak\w*|\bdeveloper mode\b|\bact as (?:an?|if)\b|\bpretend (?:that|to|you)\b|\b(?:reveal|print|dump"
        r"|show|repeat) your"
        r" (?:\w+ )?(?:prompt|instructions?|configuration|rules|setup)\b|\bnew (?:rule|instructions?)\s*:"
        r"|(?m:^)\s*system\s*:"
        r"|</?\w+>|\bdrop table\b|\bselect \* from\b",
    ),
    (
        "distance",
        r"\bwithin\s+(?:an?|about|around|roughly|[\w.,]{1,12})\s*[\w-]{0,12}\s*(?:miles?|mi|kms?|kilomet(?:re|er)s?|met(?:re"
        r"|er)s?|m|mins?|minutes?|hours?)(?:'|’)?\s*"
        r"(?:drive\s+|walk\s+)?(?:of|from|radius|around)\b"
        r"|\b[\d.,]{1,9}\s*-?\s*(?:miles?|kms?|kilomet(?:re|er)s?)\s+(?:of|from|radius|around|away|north|south|east|west)\b"
        r"|\b[\d.,]{1,9}\s*-?\s*(?:mile|km|kilometre|kilometer)\s+radius\b|\b(?:mile|km)s?\s+radius\b",
    ),
    (
        "statistic",
        r"\bmedians?\b|\bpercentages?\b|\bper\s?cent\b|\bwhat (?:share|proportion|fraction)\b|\b(?:share"
        r"|proportion) of\b|\bstandard deviation\b",
    ),
    (
        "year of expiry",
        r"\b(?:expir(?:e|es|ing|ed|y)|(?:tariff|fit|support|contract|subsidy)\s+(?:ends?|ending|stops?|runs? out"
        r"|finish\w*))\s+(?:dates?\s+)?"
        r"(?:is\s+)?(?:in|by|before|after|during|until|on|around|since)\s+(?:the\s+year\s+|\w{3,9}\s+)?20[1-9]\d\b",
    ),
    (
        "two aggregates",
        r"\b(?:both\s+)?(?:the\s+)?(?:how many|number of|count|total(?: capacity)?)\b[^.?!]{0,40}\band\s+(?:the\s+"
        r"|what(?:'s| is)\s+the\s+|their\s+)?"
        r"(?:average|mean)\b|\b(?:average|mean)\b[^.?!]{0,40}\band\s+(?:the\s+|their\s+)?(?:count|number|total"
        r"|how many)\b"
        r"|\bhow many\b[^.?!]{0,40}\band\s+(?:the\s+|their\s+)?(?:total|combined)\s+(?:capacity|mw|kw|size)\b"
        r"|\b(?:count|number)\s+and\s+(?:the\s+)?total capacity\b|\btotal capacity and\s+(?:the\s+)?(?:count|number)\b",
    ),
    (
        "two FIT ids",
        rf"{_FIT}0*(\d{{1,7}})\b[^.?!]{{0,30}}?(?:\band\b|\bor\b|&|,|\bwith\b|\bvs?\b|\bversus\b"
        rf"|\bn\b)\s*(?:the\s+)?{_FIT}?0*(?!\1\b)(\d{{2,7}})\b"
        r"(?!\s*(?:[kmg]?w\b|[kmg]?wp\b|kilo|mega|years?|yrs?|months?))",
    ),
)
_COMPILED = tuple((name, re.compile(pattern, re.IGNORECASE)) for name, pattern in _PATTERNS)

_EXCLUDING = re.compile(
    r"\b(?:except(?:ing)?(?: for)?|excluding|excl\.?|excludes?|apart from|aside from|other than|but not|not counting"
    r"|leav(?:e|ing) out|rather than"
    r"|without|outside(?: of)?|not (?:in|near|around|from|at|including)|anywhere but|anything but|everything but"
    r"|all but|minus|nowhere near)"
    r"\s+(?:for\s+)?(?:any(?:thing)?\s+)?(?:in\s+|of\s+|the\s+|those\s+|sites\s+in\s+|ones\s+in\s+|near\s+)*",
    re.IGNORECASE,
)
_NOT_TECHNOLOGY = re.compile(r"\b(?:non|no|not)[\s-]+(?:any\s+)?", re.IGNORECASE)
_SOFT = ("outside", "rather than", "without", "minus")


def unsayable(text: str) -> tuple[str, str] | None:
    """What `text` plainly asks that no field can say, as (name, words); None when nothing is found."""
    for name, pattern in _COMPILED:
        found = pattern.search(text)
        if found:
            return name, found.group().strip()
    return _exclusion(text)


def other_technology(text: str) -> str | None:
    """The words that name a technology which the data does not have, or None."""
    found = OTHER_TECHNOLOGIES.search(text)
    return found.group() if found else None


def _exclusion(text: str) -> tuple[str, str] | None:
    places = technologies = None
    for found in _EXCLUDING.finditer(text):
        words = found.group().lower()
        places = find_places(text) if places is None else places
        technologies = find_technologies(text) if technologies is None else technologies
        hit = next((one for one in places if one.start == found.end()), None)
        if hit and not (words.startswith("outside") and _is_setting(text[: found.start()])):
            return "exclusion", text[found.start() : hit.end]
        technology = next((one for one in technologies if one.start == found.end()), None)
        if technology and not words.startswith(_SOFT):
            return "exclusion", text[found.start() : technology.end]
    for found in _NOT_TECHNOLOGY.finditer(text):
        technologies = find_technologies(text) if technologies is None else technologies
        technology = next((one for one in technologies if one.start == found.end()), None)
        alone = found.group().lower().startswith("non") or len(technologies) == 1
        if technology and alone and not re.match(r"\W*(?:sorry|wait|i mean)", text[technology.end :], re.IGNORECASE):
            return "exclusion", text[found.start() : technology.end]
    return None


def _is_setting(before: str) -> bool:
    """Whether the asker tells where something of his is: "30 acres outside Brecon", "I live outside Leeds"."""
    return bool(
        re.search(
            r"\b(?:i|we|my|our|i'm|we're|i've|we've|acres?|hectares?|farm|live|based)\b[^.?!]*$", before, re.IGNORECASE
        )
    )
