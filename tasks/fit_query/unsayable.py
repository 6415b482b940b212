"""What a question can ask and no field can say: such a question has no answer but "unsupported".

    unsayable(text) -> ("exclusion", "except Scotland") or None

Precision before recall: what is named here stops an answer that leaves it out, so a pattern matches
only where its words can hardly mean anything else. What slips through may still be seen by `leftovers`.
"""

from __future__ import annotations

import re
from functools import lru_cache

from tasks.fit_query.gazetteer import find_places
from tasks.fit_query.orders import order_in
from tasks.fit_query.postcodes import find_postcodes
from tasks.fit_query.quotation import spans_of
from tasks.fit_query.subject import beside_request, only_told
from tasks.fit_query.technologies import OTHER_TECHNOLOGIES, find_technologies
from tasks.fit_query.unsayable_requests import no_search
from tasks.fit_query.unsayable_wordings import WORDINGS

_COMPILED = tuple((name, re.compile(pattern, re.IGNORECASE)) for name, pattern in WORDINGS)

_EXCLUDING = re.compile(
    r"\b(?:(?:with|to) the exception of|(?<!wine )(?<!snack )(?<!potters )(?<!potter )bar|save for"
    r"|ex(?=-)|except(?:ing)?(?: for)?"
    r"|excluding|exc?l?\.(?= )|excl|excludes?|omitting|barring|apart from|aside from"
    r"|other than|but not|(?:not|without) counting|don['’]?t want|(?:don['’]?t|do not) include|though not|ignoring"
    r"|skip|omit|not including|but none|but no"
    r"|leav(?:e|ing) out|rather than"
    r"|without|(?<!at the )(?<!very )outside(?: of)?|not (?:in|near|around|from|at|including)|anywhere but"
    r"|anything but|everything but"
    r"|all but|minus|nowhere near)"
    r"[\s-]+(?:for\s+)?(?:any(?:thing)?\s+)?(?:in\s+|of\s+|on\s+|from\s+|around\s+|round\s+|the\s+|those\s+|these\s+"
    r"|sites\s+in\s+"
    r"|ones\s+(?:in|near|round|around|from|at)\s+"
    r"|ones\s+|near\s+)*",
    re.IGNORECASE,
)
_TAKEN_BACK = re.compile(r"\b(?:no|sorry|oops|wait|hang on|i mean|actually|rather|make that)\b", re.IGNORECASE)
_THERE_IS = re.compile(r"\b(?:there(?:['’]?s| is| are| was| were)|got|have|has)\s+$", re.IGNORECASE)
_OUT = re.compile(
    r"\b(?:leav(?:e|es|ing)|miss(?:ing)?|cut(?:ting)?|rul(?:e|ing)|keep(?:ing)?|put(?:ting)?|set(?:ting)?)\s+(?:the\s+)?$",
    re.IGNORECASE,
)
_BEHIND = re.compile(r"\b(?:excluded|omitted|left out|not included)\b", re.IGNORECASE)
_POWER = len(" power ")  # "wind power excluded"
_NOT = re.compile(r"\bnot\s+", re.IGNORECASE)
_JUST = re.compile(r"\b(?:just|only|but|though|obviously|please)\s+$", re.IGNORECASE)
_NOT_TECHNOLOGY = re.compile(r"\b(?:non|no|not)[\s-]+(?:any\s+)?", re.IGNORECASE)
_EXCLUDED_SIZE = re.compile(
    r"\b(?:ignor(?:e|ing)|skip(?:ping)?|leav(?:e|ing) out|drop(?:ping)?|exclud(?:e|ing)|omit(?:ting)?"
    r"|except(?: for)?|but not|without)\s+"
    r"(?:the |any |all )*(?:really |very )?(?:small|tiny|medium|large|big|old|new)\w*\s+(?:ones|sites|farms|plants"
    r"|schemes|installations)\b",
    re.IGNORECASE,
)
# "I was going to leave Kent out but no, keep it in"
_INCLUDED_AGAIN = re.compile(
    r"\b(?:keep|leave|put) (?:it|them|that one) (?:back )?in\b|\bput (?:it|them) back\b"
    r"|\binclude (?:it|them) after all\b",
    re.IGNORECASE,
)
# What people also tell of their own lives: journeys, marks, shares of a prize.
_OFTEN_TOLD = ("distance", "statistic", "a later place in a ranking")
_SOFT = ("outside", "rather than", "without", "minus")


@lru_cache(maxsize=64)
def unsayable(text: str) -> tuple[str, str] | None:
    """What `text` plainly asks that no field can say, as (name, words); None when nothing is found."""
    order = order_in(text)
    if order:
        return "instruction", order
    for name, pattern in _COMPILED:
        found = pattern.search(text)
        if not found or (name == "two FIT ids" and _TAKEN_BACK.search(found.group())):
            continue
        if not (name in _OFTEN_TOLD and only_told(text, pattern)):
            return name, found.group().strip()
    request = no_search(text)
    if request:
        return request
    beside = beside_request(text)
    return ("beside", beside) if beside else _pairs(text) or _exclusion(text)


def other_technology(text: str) -> str | None:
    """The words that name a technology which the data does not have, or None."""
    found = OTHER_TECHNOLOGIES.search(text)
    return found.group() if found else None


def _exclusion(text: str) -> tuple[str, str] | None:
    if _INCLUDED_AGAIN.search(text):
        return None
    size = _EXCLUDED_SIZE.search(text)
    if size:
        return "exclusion", size.group()
    places = technologies = None
    for found in _EXCLUDING.finditer(text):
        words = found.group().lower()
        places = find_places(text) if places is None else places
        technologies = find_technologies(text) if technologies is None else technologies
        hit = next((one for one in places if one.start <= found.end() < one.end and one.start >= found.start()), None)
        if hit and not (words.startswith("outside") and _is_setting(text[: found.start()])):
            return "exclusion", text[found.start() : hit.end]
        technology = next((one for one in technologies if one.start == found.end()), None)
        if technology and not words.startswith(_SOFT):
            return "exclusion", text[found.start() : technology.end]
        postcode = next((one for one in find_postcodes(text) if one.start == found.end()), None)
        if postcode and not (words.startswith("outside") and _is_setting(text[: found.start()])):
            return "exclusion", text[found.start() : postcode.end]
    return (
        _minus(text)
        or _left_out_behind(text)
        or _left_out_around(text)
        or _without_technology(text)
        or _without_only_place(text)
    )


_OF_ONE = re.compile(r"\s+(?:\w+\s+)?(?:in|near|around|from)\s+(?:the\s+)?", re.IGNORECASE)
_AND_OTHER = re.compile(r"\s*(?:,|;|and|or|plus|but|together with|along with|&|\+|\s)+\s*(?:the\s+)?", re.IGNORECASE)


def _pairs(text: str) -> tuple[str, str] | None:
    """ "wind in Devon and hydro in Cornwall": the filters of one reading hold for all that it names."""
    technologies = find_technologies(text)
    if len(technologies) != _OF_A_PAIR:
        return None
    first, second = technologies
    places = find_places(text)
    if len(places) != _OF_A_PAIR or first.technology == second.technology:
        return None
    here, there = places
    if not first.end < here.start < second.start < there.start:
        return None
    joined = _OF_ONE.fullmatch(text, first.end, here.start) and _OF_ONE.fullmatch(text, second.end, there.start)
    if joined and here.place != there.place and _AND_OTHER.fullmatch(text, here.end, second.start):
        return "pairs", text[first.start : there.end]
    return None


_OF_A_PAIR = 2
_MINUS = re.compile(r"(?<=[^\s,;:] )[-−](?=[a-z])", re.IGNORECASE)


def _minus(text: str) -> tuple[str, str] | None:
    """ "wind -scotland", as search engines take it. "wind - Scotland" and a list of dashes exclude nothing."""
    for found in _MINUS.finditer(text):
        named = spans_of(find_places(text), find_technologies(text), find_postcodes(text))
        hit = next((one for one in named if one.start == found.end()), None)
        if hit:
            return "exclusion", text[found.start() : hit.end]
    return None


def _left_out_behind(text: str) -> tuple[str, str] | None:
    """ "wind excluded", "Kent left out"."""
    for found in _BEHIND.finditer(text):
        named = spans_of(find_places(text), find_technologies(text))
        hit = next((one for one in named if 0 <= found.start() - one.end <= _POWER), None)
        if hit:
            return "exclusion", text[hit.start : found.end()]
    return None


def _left_out_around(text: str) -> tuple[str, str] | None:
    """ "leaving Skye out", "setting Wales aside"."""
    for found in re.finditer(r"\s+(?:out|aside)\b", text, re.IGNORECASE):
        named = spans_of(find_places(text), find_technologies(text), find_postcodes(text))
        hit = next((one for one in named if one.end == found.start()), None)
        before = _OUT.search(text, 0, hit.start) if hit else None
        if before:
            return "exclusion", text[before.start() : found.end()]
    return None


def _without_only_place(text: str) -> tuple[str, str] | None:
    """ "wind not scotland"; beside another place it may be a correction: "in Kent not Devon", not "just not Devon"."""
    for found in _NOT.finditer(text):
        places = find_places(text)
        if _JUST.search(text, 0, found.start()):
            place = next((one for one in places if one.start == found.end()), None)
            if place:
                return "exclusion", text[found.start() : place.end]
        if len(places) == 1 and places[0].start == found.end():
            return "exclusion", text[found.start() : places[0].end]
    return None


def _without_technology(text: str) -> tuple[str, str] | None:
    technologies = None
    for found in _NOT_TECHNOLOGY.finditer(text):
        technologies = find_technologies(text) if technologies is None else technologies
        technology = next((one for one in technologies if one.start == found.end()), None)
        if _THERE_IS.search(text, 0, found.start()):
            continue
        alone = found.group().lower().startswith("non") or len({one.technology for one in technologies}) == 1
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
