"""What a question can ask and no field can say: such a question has no answer but "unsupported".

    unsayable(text) -> ("exclusion", "except Scotland") or None

Precision before recall: what is named here stops an answer that leaves it out, so a pattern matches
only where its words can hardly mean anything else. What slips through may still be seen by `leftovers`.
"""

from __future__ import annotations

import re

from tasks.fit_query.gazetteer import find_places
from tasks.fit_query.orders import order_in
from tasks.fit_query.postcodes import find_postcodes
from tasks.fit_query.quotation import spans_of
from tasks.fit_query.technologies import OTHER_TECHNOLOGIES, find_technologies

_FIT = r"(?:\bfit(?:\s*ids?)?[\s:#-]*|\bids?(?:\s+(?:are|were|being)\b)?[\s:#-]*)"
_PATTERNS = (
    (
        "distance",
        r"\bwithin\s+(?:an?|about|around|roughly|[\w.,]{1,12})\s*[\w-]{0,12}\s*(?:miles?|mi|kms?|kilomet(?:re|er)s?"
        r"|met(?:re"
        r"|er)s?|m|mins?|minutes?|hours?)(?:'|’)?\s*"
        r"(?:drive\s+|walk\s+)?(?:of|from|radius|around)\b"
        r"|(?<!drove )(?<!driven )(?<!walked )(?<!cycled )(?<!travelled )"
        r"\b(?:[\d.,]{1,9}|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty|forty|fifty"
        r"|sixty"
        r"|a hundred|a few|a couple of|several|some)\s*-?\s*(?:miles?|mi|kms?|kilomet(?:re|er)s?)\s+(?:out\s+)?"
        r"(?!of (?:it|them|which|that|walking|driving)\b)"
        r"(?:of|from|radius|around|away|north|south|east"
        r"|west)\b"
        r"|\b(?:an?|half an|\d+)\s+(?:hours?|minutes?|(?<!\ba )mins?)(?:['’]s?)?\s+(?:drive |walk )?(?:from|away from"
        r"|of)\b(?! now)"
        r"|\b[\d.,]{1,9}\s*-?\s*(?:mile|km|kilometre|kilometer)\s+(?:radius|zone|circle|ring)\b|\b(?:mile"
        r"|km)s?\s+radius\b",
    ),
    (
        "statistic",
        r"\bmedians?\b|\bpercentages?\b|\bper\s?cent\b|\bwhat (?:share|proportion|fraction)\b|\b(?:share"
        r"|proportion) of\b|\bstandard deviation\b|\b(?:load|capacity|power) fac\w*\b|\btorques?\b|\bwhat %",
    ),
    (
        "owner",
        r"\bwho (?:actually |really )?(?:owns?|operates?|runs?|manages?|manufactur\w+|makes|made|supplie[sd]"
        r"|install(?:s|ed)"
        r"|develop(?:s|ed)|built)\s+(?:the |these |those |any |all |each )*(?:of )?(?:wind|solar|pv|hydro|ad|chp|biogas"
        r"|turbines?|panels|digesters?|sites|installations)\b",
    ),
    (
        "year of expiry",
        r"\b(?:expir(?:e|es|ing|ed|y)|(?:tariff|fit|support|contract|subsidy)\s+(?:ends?|ending|stops?|runs? out"
        r"|finish\w*))\s+(?:dates?\s+)?"
        r"(?:is\s+)?(?:in|by|before|after|during|until|on|around|since)\s+(?:the\s+year\s+|\w{3,9}\s+)?20[1-9]\d\b"
        r"|\b(?:expir\w+|tariffs?|support|contracts?|subsid\w+|payments?|fit(?! 20\d\d)|drop\w* (?:off|out)"
        r"|leav\w+ the scheme"
        r"|runs? out|running out|exp|supported|paid|ends"
        r"|laps\w+)\.?(?:\s+(?:end\w*|stop\w*|of|the|scheme|paid|goes|lasts|up|valid|until|at|least)){0,4}"
        r"(?:\s+(?:in|by|before|after|until|till|during))?(?:\s+the year)?\s+20(?:2[2-9]|[34]\d)\b",
    ),
    (
        "exclusion",
        r"\b(?:except|excluding|other than|apart from|but not|not (?:built|commissioned|installed|put up|from|in))\s+"
        r"(?:in |those (?:of|from|in) |from )?(?:19|20)\d\d\b",
    ),
    ("exclusion", r"(?:!=|<>|≠)\s*['\"]?\w+"),
    (
        "exclusion",
        r"\b(?:every|all|any) (?:technology|technologies|tech|techs|types?|kinds?|region|place|county)"
        r" (?:but|except|bar)\b",
    ),
    (
        "two aggregates",
        r"\b(?:both\s+)?(?:the\s+)?(?:how many|number of|count|total(?: capacity)?)\b[^.?!]{0,60}(?:\band\b|\bplus\b"
        r"|\+|&)"
        r"\s*(?:(?:also|tell me|what(?:['’]?s| is| are))\s+)*(?:the\s+|their\s+|its\s+)?"
        r"(?:average|avg|mean)\b|\b(?:average|avg?|ave|mean)\b[^.?!]{0,40}\band\s+(?:the\s+|their\s+)?(?:count|number|total"
        r"|how many)\b"
        r"|\bhow many\b[^.?!]{0,40}\band\s+(?:what(?:['’]?s| is| are)\s+)?(?:the\s+|their\s+)?(?:total"
        r"|combined)\s+(?:capacity|mw|kw|size)\b"
        r"|\b(?:count|number)\s+and\s+(?:the\s+)?total capacity\b|\btotal capacity and\s+(?:the\s+)?(?:count|number)\b",
    ),
    (
        "two FIT ids",
        rf"{_FIT}0*(\d{{1,7}})\b[^.?!]{{0,30}}?(?:\band\b(?:\s+also\b)?|\bor\b|&|\+|,|\bwith\b|\bw/|\bvs?\b"
        rf"|\bagainst\b|\bversus\b|\bplus\b|\bn\b)\s*(?:the\s+)?{_FIT}?0*(?!\1\b)(\d{{2,7}})\b"
        r"(?!\s*(?:[kmg]?ws?\b|[kmg]?wp\b|kilo|mega|years?|yrs?|months?))",
    ),
    (
        "weather",
        r"\bhow\s+(?:gusty|windy|breezy|sunny|cloudy|rainy|stormy|blustery)\b"
        r"|\bwhat(?:['’]?s| is| was| will)\s+the\s+(?:wind|weather)\s+(?:be\s+)?(?:like|doing|up to)\b"
        r"[^.?!]{0,60}\b(?:yesterday|today|tomorrow|tonight|weekend|morning|afternoon|evening|right now|next week"
        r"|last night)\b"
        r"|\bwind(?:s|\s+speeds?)?\b[^.?!]{0,30}\b(?:knots|mph|beaufort|force\s+(?:\d|gale))\b",
    ),
    (
        "weekday",
        r"\b(?:commissioned|built|installed|registered|opened|accredited)\s+on\s+(?:a\s+|any\s+)?"
        r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b",
    ),
    (
        "price",
        r"\b(?:what|how much)\s+(?:would|will|does|do|did|could|might)\b[^.?!]{0,60}"
        r"\b(?:set\s+(?:us|me|you|one)\s+back|cost)\b",
    ),
    (
        "two groups",
        r"\b(?:by|per)\s+(?P<group>region|technology|tech|year|postcode area)\s+(?:and|&|then)(?:\s+then)?(?:\s+also)?"
        r"(?:\s+(?:by|per))?\s+(?!(?P=group))(?:region|technology|tech|year|postcode area)\b(?!\s+(?:of|built|\d))",
    ),
    (
        "statement",
        r"\b(?:update\s+\w+\s+set\s+\w+\s*=|insert\s+into\s+\w+|delete\s+from\s+\w+|(?:drop|alter|truncate)\s+table\b)",
    ),
    (
        "planning",
        r"(?:^|\b(?:show|list|find|get|pull(?: up)?|any|all|what|which|how many|the|recent|latest|new|live|pending"
        r"|open)\s)"
        r"\s*(?:me\s+|us\s+)?planning\s+app(?:lication)?s?\s+(?:for|in|near|nr|by|on|of|since|submitted|lodged|made)\b",
    ),
    (
        "deed",
        r"\b(?:register|enrol|accredit|sign up|enter|log)\s+(?:my|our|a new|another new)\b"
        r"|\b(?:add|enter|insert)\b[^.?!]{0,50}\b(?:to|into|in)\s+(?:the|your)\s+(?:register|database|system|records?)\b"
        r"|\b(?:add|record|delete|remove|change|amend|correct|edit|cancel|transfer)\s+(?:my|our)\s+(?:[\w.-]+\s+){0,4}"
        r"(?:arrays?|panels?|turbines?|installations?|systems?|schemes?|sites?|records?|registration|account|tariff)\b",
    ),
)
_COMPILED = tuple((name, re.compile(pattern, re.IGNORECASE)) for name, pattern in _PATTERNS)

_EXCLUDING = re.compile(
    r"\b(?:(?:with|to) the exception of|(?<!wine )(?<!snack )bar|save for|ex(?=-)|except(?:ing)?(?: for)?"
    r"|excluding|exc?l?\.(?= )|excl|excludes?|omitting|barring|apart from|aside from"
    r"|other than|but not|(?:not|without) counting|don['’]?t want|(?:don['’]?t|do not) include|though not|ignoring"
    r"|skip|omit|not including|but none|but no"
    r"|leav(?:e|ing) out|rather than"
    r"|without|outside(?: of)?|not (?:in|near|around|from|at|including)|anywhere but|anything but|everything but"
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
_SOFT = ("outside", "rather than", "without", "minus")


def unsayable(text: str) -> tuple[str, str] | None:
    """What `text` plainly asks that no field can say, as (name, words); None when nothing is found."""
    order = order_in(text)
    if order:
        return "instruction", order
    for name, pattern in _COMPILED:
        found = pattern.search(text)
        if found and not (name == "two FIT ids" and _TAKEN_BACK.search(found.group())):
            return name, found.group().strip()
    return _exclusion(text)


def other_technology(text: str) -> str | None:
    """The words that name a technology which the data does not have, or None."""
    found = OTHER_TECHNOLOGIES.search(text)
    return found.group() if found else None


def _exclusion(text: str) -> tuple[str, str] | None:
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
