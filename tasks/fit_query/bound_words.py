"""What the words right beside a figure or a date say about it: at least, at most, about, since, before.

    said_of_amount("under 100kw", 6, 11) -> "max"     "100kw or more" -> "min"     "100kw in kent" -> None
    may_be_bound("100kw in kent", 0, 5) -> False      no word near it that can make it a bound
    said_of_date("since 2013", 6, 10) -> "built_from"

Only words that can hardly mean anything else count, and nothing is said where they are denied or stand
on both sides and differ. "No more than" and the like are words of their own here, not a denial.
"""

from __future__ import annotations

import re
from typing import Literal

Said = Literal["min", "max", "about", "exactly"]

_ABOUT = (
    r"(?:about|abt\.?|arr?ound|roughly|ap?prox\w*\.?|circa|ca?\.?|somewhere near|getting on for|in or around|nigh on"
    r"|ball ?park|(?:with)?in a whisker of|near enough|close to|close on"
    r"|in the (?:region|neighbourhood|vicinity|order) of|~|≈)"
)
_TIGHTER = r"(?:more|greater|bigger|larger|higher|longer|later|better|heavier|stronger)"
_LOOSER = r"(?:less|smaller|fewer|lower|shorter|lighter|weaker)"
# Nothing, as it is spoken: "nowt over 60 kW" is a bound, and "over 60 kW" its contrary.
NOUGHT = (
    r"now(?:gh)?ts?|nort|nothin['’]?|nuff?in['’]?k?|nuthin['’]?|nothink|nuttin['’]?|naught|nought|nae|nane|nee|zilch"
    r"|nada|nil|zero"
)
# "Cant be over 60 kW", typed without its apostrophe.
NOT_VERBS = r"(?:is|are|do|does|did|was|were|ca|wo|would|could|should|must|need|has|have|had)nt"
_DENIED = rf"(?:no|not|not any|nothing|none|never|isn['’]?t|aren['’]?t|{NOT_VERBS}|{NOUGHT})"
_MOST = (
    rf"(?:{_DENIED}\s*(?:be\s+)?(?:over|above|exceeding|beyond|{_TIGHTER}\s*than)|(?:lt|under|underneath|below|beneath"
    rf"|sub"
    rf"|{_LOOSER}\s*than|at\s*most|at the most|up ?to|capped at|limited to|no(?:t)? exceed\w*|inside|(?<!just )shy of"
    r"|max(?:imum)?\.?(?: (?:of|is))?|<=?|≤))"
)
_LEAST = (
    rf"(?:{_DENIED}\s*(?:be\s+)?(?:under|below|{_LOOSER}\s*than)|(?:gt|over|ovr|above|abv|{_TIGHTER}\s*than|exceed(?:s|ing|ed)?"
    rf"|at least"
    r"|at the least|good for another|upwards of|north of|in excess of|clearing|topping|beating|beat|beyond|starting at"
    r"|min(?:imum)?\.?(?: (?:of|is))?|(?<![-=])>=?|≥))"
)
_BEFORE = re.compile(
    rf"(?:(?<![a-z])|(?=[<>≤≥]))(?:(?P<max>{_MOST})"
    rf"|(?P<min>{_LEAST}))?[\s-]*(?P<about>(?<![a-z]){_ABOUT})?[\s:]*(?:an?\s+)?$"
)
# What stands between a time left and its bound: "10 years left on the clock or more".
_LEFT = (
    r"(?:left|remaining|to go|to run|still to run|of (?:support|payments|tariff|subsidy|fit|life)"
    r"(?:\s+(?:left|remaining|to go|to run))?)"
    r"(?:\s+(?:on|in|of)\s+(?:(?:the|its|their|it|them)\s*)?(?:clock|tariff|fit|support|scheme|contract|subsidy"
    r"|term)?)?"
)
# "Within 30 months and over 250 kW": the bound of the next amount, not of the one before.
_NO_OTHER = (
    r"(?!\s+(?:than\s+)?(?:\.?\d|an?\s+(?:quarter|half|hundred)|half\b|(?:one|two|three|four|five|six|seven|eight|nine|ten"
    r"|fifteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)\b))"
)
_BEHIND = re.compile(
    rf"(?:\s*{_LEFT})?\s*,?[\s-]*(?:(?P<min>(?<!, )(?:(?<!\s)\+|\+(?![a-z]))(?!\s*/)|(?<!, )plus\b(?!\s+\d|\s+or minus)"
    r"|(?:or|and|&)[\s-]*(?:more|mair|better|above|over|up(?:wards?)?|bigger|larger|greater"
    r"|longer"
    rf"|higher)\b{_NO_OTHER}|(?:upwards|min(?:imum)?|at (?:the )?(?:very )?least"
    r"|(?:as|is|being) (?:the|an?|my|our|their) (?:absolute )?(?:minimum|floor|lower limit))\b)"
    rf"|(?P<max>(?:or|and|&)\s+(?:less|under|below|smaller|fewer|lower|down|downwards|shorter)\b{_NO_OTHER}"
    r"|(?:max(?:imum)?|tops|at (?:the )?(?:very )?most"
    r"|(?:as|is|being) (?:the|an?|my|our|their) (?:absolute )?(?:maximum|ceiling|cap|limit|upper limit))\b)"
    r"|(?P<about>or so\b|or thereabouts\b|-?ish\b|give or take\b|near enough\b|odd\b"
    r"|plus or minus\b|\+\s*/\s*-))"
)
# "Anything under 1,200 kW is no good to us", "anything below that he won't entertain"
USELESS = re.compile(
    r"\s*(?:each |a site |sites |ones )?(?:is|are|would be|['’]s|['’]re)\s+(?:of\s+)?"
    r"(?:no (?:good|use|interest|help)\b|not? (?:of interest|relevant|worth|enough)\b|useless\b"
    r"|out(?=\s*(?:[.,;!?]|$|for (?:me|us|him|her|them)\b|too\b|please\b))"
    r"|too (?:small|big|large|old|new|short|little)\b)"
    r"|\s*,?\s*(?:and |then )?(?:i|we|he|she|they|you)\s?"
    r"(?:(?:do|does|wo|would|ca|could)n['’]?t|can ?not|would not|do not)\s+(?:(?:even|really)\s+)?"
    r"(?:want to (?:know|see|hear)|wanna (?:know|see)|entertain|look at|touch|bother|consider|need to (?:know|see)"
    r"|care)\b"
    r"|\s*,?\s*(?:and |then |so |well )?(?:i|we|he|she|they)\s?(?:['’](?:m|re|s|d be)|am|are|is)\s+(?:really |just )?"
    r"not (?:\w+ )?interested(?=\s*(?:[.,;!?]|$))"
)
_DENIAL = re.compile(
    r"(?:\b(?:no(?!\s+(?:wait|sorry|hang|i mean|make|actually))|not|nothing|none|never|without|nor|cannot"
    rf"|{NOT_VERBS}|{NOUGHT})"
    r"|n['’]t)\b[^.;,]{0,30}$"
)
# "I won't look at any solar installation" below 900 kW.
REFUSED = re.compile(
    rf"(?:n['’]t|\bnot|\bnever|\b{NOT_VERBS}) (?:look at|touch|consider|bother with|take on|accept|entertain|finance"
    r"|fund|insure|deal with|handle|show|give|send|list|include|count|want|need|return|display|bring|pull)\b"
    r"[^.;,]{0,60}$"
    r"|(?:n['’]t|\bnot|\bnever)\b[^.;]{0,70}\bn?or\s+(?:any|anything|ones|sites)\b[^.;,]{0,20}$"
    r"|\b(?:drop|skip|ignore|discard|remove|hide|bin|omit|lose|chuck|weed out|filter out|leave out|throw out|cut out)"
    r" (?:any\w*|every\w*|all|what\w*|those|the ones|stuff|ones|sites)\b[^.;,]{0,40}$"
)
_SITES = (
    r"(?:solar|wind|hydro|ad|chp|pv|biogas|turbines?|panels?|sites?|farms?|schemes?|plants?|installations?|units?"
    r"|systems?|digesters?|generators?|stuff|ones|projects?|kit)"
)
_LOOKS = (
    r"(?:look(?:ing)? at|touch(?:ing)?|consider(?:ing)?|bother(?:ing)? with|tak(?:e|ing) on|accept(?:ing)?"
    r"|entertain(?:ing)?|financ(?:e|ing)|fund(?:ing)?|insur(?:e|ing)|deal(?:ing)? with|handl(?:e|ing)"
    r"|want(?:ing)?(?: to see)?|need|show|give|send|list|include)"
)
_BUILT = (
    r"(?:built|commissioned|installed|erected|fitted|connected|accredited|registered|energi[sz]ed|put up|put in|set up"
    r"|switched on|turned on|live|start|started)"
)
# What denies the very next bound: "mustn't be lower than", "can't have less than", "won't look at any solar below".
# "I can't find any over 2 MW" and "don't you have any over 2 MW?" deny nothing: finding and having are no wishes.
DENIED = re.compile(
    rf"(?:(?:n['’]t|(?<!why )\b(?:not|never|cannot|{NOT_VERBS}|shant)|\w['’]nt"
    r"|\b(?:won|can|don|isn|aren|doesn|shouldn|mustn|couldn|wouldn|hasn|needn|shan) t)\b"
    r"(?:\s+(?:to|really|ever|even|actually|just|ideally))*"
    rf"(?:(?:\s+(?:be|been|go|gone|get|fall|drop|dip|come|came|do|sit|make|run|have(?! any)|{_BUILT}))+"
    r"(?:\s+(?:at|in|rated|sized|from|any|anything))*"
    rf"|\s+{_LOOKS}(?:\s+(?:me|us|him|her))?(?:\s+(?:any|anything))?(?:\s+{_SITES})*)"
    r"(?:\s+(?:that|which|with|of)(?:\s+(?:is|are|has|have)|['’]s)?)?"
    rf"|(?<!there )(?<!you )(?<!got )\b(?:nothing|none|nobody|{NOUGHT})(?:\s+of\s+(?:them|those|these))?"
    r"\s+(?:with|having|whose\s+\w+\s+is|(?:that|which)(?:\s+(?:is|are|has|have|comes?(?:\s+in)?)|['’]s)))\s*:?\s*$"
)
OPPOSITE: dict[str, Said] = {"min": "max", "max": "min"}
_CONTRARY = {"built_before": "built_from", "built_after": "built_to"}
_EXACT_BEFORE = re.compile(r"(?<!not )\b(?:exactly|precisely|exact|bang on|spot on)\s+(?:an?\s+)?$")
_EXACT_BEHIND = re.compile(r"\s*,?\s*(?:exactly|precisely|on the nose|exact)\b")
_FROM = re.compile(r"\bfrom\s+(?:an?\s+)?$")
_RANGE_BEFORE = re.compile(r"(?:\bbetween\b|\bfrom\b|\d\s*[kmg]?w?\s*(?:-|–|to))[^.;]{0,20}$")
_RANGE_BEHIND = re.compile(
    r"\s*(?:-|–|to\b|and\b|until\b|up to\b)\s*(?:~\s*)?(?:\d|an?\b|one|two|three|half|five|ten|twenty|fifty)"
)

# What makes a bare number one of rows: "ten will do", "5 of them would be plenty".
WILL_DO = (
    r"(?:of (?:them|those) )?(?:(?:will|would|['’]ll)\s+(?:do|suffice|be (?:plenty|enough|fine|ample))"
    r"|(?:is|are) (?:plenty|enough|ample|all (?:i|we) need))\b"
)
# Any word that can make an amount a bound or a correction; near one, nothing is settled.
_ANY_BOUND = re.compile(
    r"[<>≤≥+±]|\b(?:atleast|atmost|upto|over|ovr|above|abv|under\w*|below|beneath|beyond|more|less|fewer|than|\w*than"
    r"|least|most|min\w*|max\w*"
    r"|from|up\w*|down\w*|between|start\w*|begin\w*|exceed\w*|excess|north|limit\w*|cap|caps|capped|floor|ceiling"
    r"|threshold|no|not|nothing|never|none|sub|inside|within|greater|bigger|larger|higher|smaller|lower|gt|gte|lt|lte"
    r"|ge|le|tops?"
    r"|topping|beat\w*|clear\w*|plus|until|till|through|range|wards|ish|sorry|wait|actually|make|rather|mean\w*)\b"
)
_RANGE_END = re.compile(r"\d\s*(?:[kmg]?w\w*)?\s*(?:-|–|to|and|or|/)\s*$")
_APPROXIMATE = re.compile(r"\bgive or take\b|\bor so\b|\bor thereabouts\b|[\s-]?ish\b")
_AROUND = 60

_DATE_WORDS = {
    "built_from": r"[io]n or after|no(?:t)? (?:earlier|older) than|since|from|starting(?: in)?",
    "built_after": r"(?<![io]n or )(?:later than|newer than|younger than|after|post)",
    "built_before": r"(?<![io]n or )(?<!no )(?<!not )(?:earlier than|older than|before|prior to|pre|b4|bef)",
    "built_to": r"[io]n or before|until|till|til|no later than|not later than|up to|by",
}
_ANY_DATE_BOUND = re.compile(
    r"[<>≤≥]|\b(?:since|from|starting|start\w*|after|afer|aftr|later|newer|younger|post|before|befor|b4|bef|prior|pre"
    r"|earlier|earliest"
    r"|latest|older|until|till|til|up to|upto|by|onwards?|fwd|forward|going back|back to|between|no|not|nothing"
    r"|none|never|without"
    r"|sorry|wait|actually|mean|make|than|once|already|yet|end|to)\b"
)
_SIGN_BEFORE = re.compile(
    r"(?P<built_to><=|≤)\s*$|(?P<built_from>(?<!-)>=|≥)\s*$|(?P<built_before><)\s*$|(?P<built_after>(?<![-=])>)\s*$"
)
_DATE_BEFORE = re.compile(
    r"(?<![a-z])(?:" + "|".join(f"(?P<{key}>{words})" for key, words in _DATE_WORDS.items()) + r")[\s:-]+(?:the\s+)?$"
)
_DATE_BEHIND = re.compile(
    r"\s*,?\s*(?:(?P<built_from>onwards?\b|on\b(?=\s*(?:[?.!,;]|$))|fwd\b|or later\b|and later\b|or newer\b|and after\b"
    r"|or after\b|\+)|(?P<built_to>or earlier\b|or before\b|and earlier\b|and before\b(?!\s+\d)|or older\b))"
)


def said_of_amount(lowered: str, start: int, end: int) -> Said | None:
    """What the words beside the amount lowered[start:end] say; None when nothing, or not surely."""
    before = lowered[max(0, start - 100) : start]
    found = _BEFORE.search(before)
    ahead = _kind(found) if found else None
    if ahead and ahead in OPPOSITE and USELESS.match(lowered, end):
        return OPPOSITE[ahead]
    behind = _BEHIND.match(lowered, end)
    after = _kind(behind) if behind else None
    denied = found and ahead in OPPOSITE and DENIED.search(before[: found.start()])
    if denied and ahead:
        ahead = OPPOSITE[ahead]
    elif found and ahead and (_DENIAL.search(before[: found.start()]) or REFUSED.search(before[: found.start()])):
        return None
    if _EXACT_BEFORE.search(before) or _EXACT_BEHIND.match(lowered, end):
        return "exactly"
    if _FROM.search(before) and not _RANGE_BEHIND.match(lowered, end) and after in (None, "min"):
        return "min"
    if _RANGE_BEFORE.search(before) or _RANGE_BEHIND.match(lowered, end):
        return None
    if ahead in ("min", "max") and after == "about":
        after = None
    return ahead or after if not (ahead and after and ahead != after) else None


# "up by Fraserburgh", "up north": no bound.
_UP_THERE = re.compile(r"\bup (?:by|in|near|at|on|around|round|north|here|there)\b")


def may_be_bound(lowered: str, start: int, end: int) -> bool:
    """Whether a word within 60 characters of the amount lowered[start:end] can make it a bound or take it back."""
    if _RANGE_END.search(lowered[:start]) or _RANGE_BEHIND.match(lowered, end):
        return True
    around = f"{lowered[max(0, start - _AROUND) : start]} | {lowered[end : end + _AROUND]}"
    return _ANY_BOUND.search(_UP_THERE.sub(" ", _APPROXIMATE.sub(" ", around))) is not None


def may_bound_date(lowered: str, start: int, end: int) -> bool:
    """Whether a word near the date lowered[start:end] can make it a beginning or an end, or take it back."""
    return _ANY_DATE_BOUND.search(f"{lowered[max(0, start - 40) : start]} | {lowered[end : end + 20]}") is not None


def _kind(found: re.Match[str]) -> Said | None:
    return "max" if found["max"] else "min" if found["min"] else "about" if found["about"] else None


def said_of_date(lowered: str, start: int, end: int) -> str | None:
    """The key of a reading ("built_from", …) that the words beside the date lowered[start:end] ask for, or None."""
    before = lowered[max(0, start - 80) : start]
    sign = _SIGN_BEFORE.search(before)
    if sign:
        return sign.lastgroup
    found, behind = _DATE_BEFORE.search(before), _DATE_BEHIND.match(lowered, end)
    if found and behind:
        if _DENIAL.search(before[: found.start()]):
            return None  # "nothing from 2013 or later"
        return None if found.lastgroup != behind.lastgroup else found.lastgroup
    if behind:
        return None if found and _DENIAL.search(before[: found.start()]) else behind.lastgroup
    if found and found.lastgroup in _CONTRARY and DENIED.search(before[: found.start()]):
        return _CONTRARY[found.lastgroup]
    if found is None or _DENIAL.search(before[: found.start()]) or _RANGE_BEHIND.match(lowered, end):
        return None
    return found.lastgroup
