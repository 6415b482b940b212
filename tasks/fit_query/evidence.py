"""Words that support what a reader marked without quoting it: revenue, a sort, an aggregate, a group.

    support("revenue", text) -> "income", or None when no known word supports it
    is_plain("revenue", text) -> True when a word that can hardly be meant otherwise asks for it

The lists of `support` are generous, and a word of 5 letters or more may be misspelt. What not even they
support is dropped (repair_marks.py); what rests on a generous word alone ("sites" for a count) is kept
and reported as a weak point.
"""

from __future__ import annotations

import re
from functools import lru_cache

from rapidfuzz.distance import OSA

from tasks.fit_query.technologies import meant_technology
from tasks.fit_query.words import split_words, word_set

BIG_ONES_FIRST = (
    r"(?:heavyweights|(?:heavy |big )?hitters|whoppers|giants|big boys|big ones|big uns) (?:first|at the top)"
)
SMALL_ONES_FIRST = r"(?:tiddlers|minnows|little ones|wee ones) (?:first|at the top)"
_WORDS = {
    "revenue": r"proceeds|takings"
    r"|rev(?:en|ne|ue|n)\w*|revs?|rvenue|income\w*|earn\w*|money|profit\w*|paid|pays?|bring\w* in|cash"
    "|turnover"
    r"|generat\w*|£\w*|mak(?:e|es|ing)|worth|pull(?:s|ed|ing)? in",
    "regional": r"region\w*ly|regional|regionali[sz]ed|for the region|reg adj"
    r"|reigonal\w*|(?<!in )(?<!the )(?<!this )region\b(?! of)|area\w*|local\w*",
    "repowering": r"re-?\s?pow\w*|repwo\w*|replac\w*|upgrad\w*|refurb\w*|re-?plant\w*",
    "size small": r"small(?!est)\w*|smal|samll|smll|sml|little|tiny|mini|domestic"
    r"|micro(?![\s-]*(?:chp|comb|cogen|c\b))|wee",
    "size medium": r"med|medium\w*|meduim|mediun|mid\b[\s-]?(?:size\w*|range)?|middl\w*|moderate\w*|medum",
    "size large": r"large|larg|lareg|lrge|lrg|lge|larger|bigger|big|huge|sizeable|sizable|major|massive",
    "query_type fit_rate": r"(?:fit)?rates?|raet|tarr?iff?s?|fits?|paid|pay\w*|price\w*|pence|p/kwh"
    r"|per\s?(?:kwh|unit)|feed",
    "query_type comparison": r"head[- ]to[- ]head|pit(?:ted)?|relative to"
    r"|c[om]{1,2}pa\w*|vs?\b|versus|against|diff(?:s|er\w*)?|between|better|contrast\w*|which"
    r"|more|than|side by side|stack\w* up|measur\w* up|shap\w* up|far(?:e|es|ing)",
    "aggregate count": r"amounts?|hoo ?m\w+|q[nt]t?ty|totted"
    r"|how ?m\w*|hw ?o?m\w+|n°|h many|(?<=['’‘])ow ?many|cnt|count(?!y|ies|r)\w*|numbers?|no\b\.?|nr"
    r"|num\w*|total\w*|tally|how few|sites|head ?count"
    r"|instal+ations?"
    r"|installs?|many|most|quantity|qty|#",
    "aggregate total_capacity": r"total\w*|combin(?!ed heat)\w*|sum\w*|how ?m\w*|overall|altogether|cap\w*"
    r"|[mkg]w\w*|mega\w*|installed|aggregate|power",
    "aggregate average_capacity": r"(?<!['’‘])av(?:e|er|g|ar)?\w*|mean\w*|typical\w*|normal\w*|usual\w*",
    "group_by technology": r"tech\w*|types?|kinds?|sources?|fuels?",
    "group_by region": r"regions?|reigon\w*|areas?|parts?|regional\w*",
    "group_by postcode_area": r"post\s?codes?|post code\w*|areas?|outcodes?",
    "group_by year": r"years?|yrs?|annual\w*|yearly|when",
    "sort capacity": r"heavyweights|hitters|whoppers|giants|tiddlers|minnows|wee ones"
    r"|puni\w*|strong\w*|bottom|littl\w*|weak\w*|teen\w*|might\w*|chunk\w*|beef\w*|weed\w*"
    r"|teens\w*|big\w*|larg\w*|lrgest|small\w*|smal\w*|high\w*|low\w*|siz\w*|cap\w*|top|tini\w*"
    r"|powerful\w*|sort\w*|rank\w*|order\w*|max\w*|min\w*|great\w*|most|least|huge\w*|[km]w|biggst|mini\w*",
    "sort commissioning_date": r"modern|ancient|aged|auld\w*|eld\w*|grand\w*|fresh\w*|in the tooth"
    r"|new\w*|old\w*|recent\w*|latest|earl\w*|first|last|young\w*|dates?|commission\w*"
    r"|order\w*|sort\w*|long\w*|running|age|when|built|chronolog\w*",
    "sort fit_remaining": r"off (?:the |their |its )?(?:support|fits?|scheme|tariff|subsidy|feed in tariff)|rem"
    r"|los(?:e|es|ing)"
    r"|expir\w*|soon\w*|few\w*|left|remain\w*|long\w*|short\w*|end\w*|run\w*|time"
    "|years?"
    r"|sort\w*|due",
    "limit": r"\w+st|one|single|1|most|top|just|only|a|first|highest|lowest|which|next",
}
_PATTERNS = {name: re.compile(rf"(?<![a-z])(?:{words})(?![a-z])", re.IGNORECASE) for name, words in _WORDS.items()}
# Spellings that a misspelt word is compared with, where the patterns above do not reach.
_SPELLINGS = {
    "revenue": "revenue revenues income earnings",
    "regional": "regional regionally",
    "repowering": "repowering repower",
    "size small": "small smaller",
    "size medium": "medium",
    "size large": "large",
    "query_type fit_rate": "rates tariff tariffs",
    "query_type comparison": "compare comparison comparing versus difference against between",
    "aggregate count": "count number total",
    "aggregate total_capacity": "total capacity combined megawatts kilowatts",
    "aggregate average_capacity": "average typical",
    "group_by technology": "technology technologies",
    "group_by region": "region regions",
    "group_by postcode_area": "postcode postcodes areas",
    "group_by year": "years year annually",
    "sort capacity": "biggest largest smallest highest capacity",
    "sort commissioning_date": "newest oldest youngest recent latest earliest commissioned",
    "sort fit_remaining": "expiring expiry soonest remaining longest shortest",
    "limit": "biggest largest smallest newest oldest",
}
# Words of these questions that are near to a mark and mean something else.
_NOT_MISSPELT = word_set(
    "county counties country counter region smaller smallest years rated large larger bearing bearings yearning"
)
_SORTED = r"sort(?! of\b)\w*|rank\w*|order(?:ed|ing)?(?: \w+){0,2} by|order by|in order|league table"
_DIRECTED = r"descending|ascending|desc|asc"
_GROUPS = r"(?:by|per|each|for each|every|in each|split|broken down|group\w*|across)\b[^.?!]{0,25}\b"
_ASKED = r"(?:which|what|top(?: \d+| ten| five| three)?|fewest|most) (?:\w+ )?"
_MOST = r"(?<!at )(?<!at the )(?<!one of the )most\b(?! of\b)"
_LAST = r"last(?! (?:\w+ )?(?:years?|yrs?|months?|weeks?|decade|summer|winter|time)\b)"
# Words that ask for a mark and hardly for anything else; see `is_plain`.
_PLAIN_WORDS = {
    "revenue": r"proceeds|takings"
    r"|rev(?:en|ne|ue|n)\w*|revs?|rvenue|incomes?|incom|earn\w*|money|profit\w*|cash|turnover|bring\w* in"
    r"|(?:get|gets|got|being|are|is) paid|pa(?:y|id|ys) (?:out|per|for|each)"
    r"|(?:how much|what)\b[^.?!]*\b(?:makes?|gets?|pays?|worth|generates?|pulls? in)",
    "regional": r"region\w*ly|regional|regionali[sz]ed|for the region|reg adj"
    r"|reigonal\w*|(?:for|of|in) (?:the|its|their|each) region|area[- ]adjusted"
    r"|locally|adjusted",
    "query_type fit_rate": r"raet|(?:fit ?)?rates?(?! (?:fell|dropped|were cut))|pence|p/kwh|per\s?(?:kwh|unit)|paid"
    r"|pay|pays|prices?"
    r"|(?<!of )(?<!of the )(?<!on the )(?<!on their )(?<!their )(?<!remaining )(?<!in )"
    r"tarr?if+s?(?! (?:end\w*|expir\w*|left|remain\w*|runs?|cuts?|are\b))",
    "query_type comparison": r"head[- ]to[- ]head|pit(?:ted)?|relative to"
    r"|c[om]{1,2}pa\w*|vs?\b|versus|against|diff(?:s|er\w*)?|contrast\w*|better|side by side"
    r"|(?:stack|measure|shape)s? up"
    r"|(?:which|who|has|have|is|are|got)\b[^.?!]*\b(?:more|bigger|larger|higher|fewer|greater"
    r"|smaller)\b(?! than| of\b)[^.?!]*\bor\b"
    r"|(?:which|who) (?:\w+ ){0,2}(?:has|have|is|are|got) (?:the )?(?:more|bigger|larger|higher|fewer|greater"
    r"|smaller)\b",
    "aggregate count": r"amount of|hoo ?m\w+|q[nt]t?ty|totted up"
    r"|hw ?o?m\w+|n°|h many|how ?m(?!u)\w*(?! (?:[kmg]w|mega|kilo|capacity|power))"
    r"|(?<=['’‘])ow ?many|cnt"
    r"|count(?!y|ies|r)\w*"
    r"|(?<!a )(?<!good )(?<!phone )numbers?(?: of)?|no\.? of|nr of|num\b|tally(?! (?:up )?(?:the |all the )?(?:[mkg]w"
    r"|mega|kilo|capacity))"
    rf"|how few|{_MOST}(?! (?:recent\w*|powerful|old|new))|fewest|quantity|qty|#|total (?:number|sites"
    rf"|installations|no)|in total"
    r"|head ?count",
    "aggregate total_capacity": r"total\w*|(?:tally|tot|add|count|sum)\w* (?:up )?(?:the |all the )?(?:[mkg]w|mega"
    r"|kilo|capacity)\w*"
    r"|combin(?!ed heat)\w*|sum\w*|how ?much(?! (?:money|revenue|income|do"
    r"|does|is|are)\b)(?![^.?!]{0,20}\b(?:sites|installations|plants|panels|turbines)\b)"
    r"|how ?m\w* (?:[kmg]w|mega|kilo|capacity)\w*"
    r"|overall|altogether|aggregate\w*|cumulative|all told"
    rf"|capacity (?:by|per|in each|for each|of all)|{_MOST}|(?:all|added) up|(?:by|per|in) (?:installed )?capacity"
    r"|what(?:['’]?s| is)(?: the)? (?:\w+ )?capacity|(?:how )?(?:big|large) (?:is|are)"
    r"|capacity compar\w*"
    r"|(?:largest|highest|greatest|biggest|lowest|smallest) (?:\w+ )?(?:capacity|mw|kw)",
    "aggregate average_capacity": r"(?<!['’‘])av(?:e|g|r|rg|er\w*|are?ge?|arage|g\.)\b|(?<!\bi )means?\b|typical\w*"
    r"|normal\w*|usual\w*",
    "group_by technology": rf"(?:{_GROUPS}|{_ASKED})(?:tech\w*|types?|kinds?|sources?|fuels?)",
    "group_by region": rf"(?:{_GROUPS}|{_ASKED})(?:regions?|reigon\w*|(?<!code )(?<!codes )areas?|parts?)"
    r"|regional(?: \w+)?|regions? with",
    "group_by postcode_area": rf"(?:{_GROUPS}|{_ASKED})(?:post\s?codes?|post code\w*|areas?|outcodes?)",
    "group_by year": rf"(?:{_GROUPS}|{_ASKED})(?:years?|yrs?)(?! (?:left|remain\w*))|annual\w*|yearly"
    r"|year (?:by|on) year",
    "sort capacity": rf"{BIG_ONES_FIRST}|{SMALL_ONES_FIRST}"
    rf"|big+e?st|lar?ge?st|lrgest|small?e?st|highe?st|lowe?st|top|tiniest|puniest"
    r"|strongest|bottom|littlest|weakest|teeniest|mightiest|chunkiest|beefiest|weediest|teensiest|(?:most"
    rf"|least) powerful|{_SORTED}|greatest"
    rf"|hugest|{_MOST}(?! (?:old|new|recent|young)\b)|biggst|{_DIRECTED}|by size|by capacity",
    "sort commissioning_date": rf"most modern|most ancient|most aged|auldest|eldest|granddaddy|in the tooth|freshest"
    rf"|new+e?st|old+e?st|most recent\w*|most old|most new|latest|earliest|first"
    rf"|{_LAST}|young\w*est"
    rf"|{_SORTED}|recently|longest|age|chronolog\w*|date order|{_DIRECTED}|by (?:date|age|commission\w*|year)",
    "sort fit_remaining": rf"soon\w*|longest|shortest|(?:first|last|next) to|{_MOST}|(?<!at )(?<!at the )least"
    rf"|{_SORTED}|due|(?:closest|nearest) to"
    rf"|(?:expir\w*|runs?(?:ning)? out|lapses?|off (?:the |their |its )?(?:support|fits?|scheme|tariff|subsidy))"
    rf" (?:first|next|last)|by (?:years|time|expiry|remaining)|{_DIRECTED}|latest|earliest",
}
_PLAIN = {name: re.compile(rf"(?<![a-z])(?:{words})(?![a-z])", re.IGNORECASE) for name, words in _PLAIN_WORDS.items()}
_SIZE_WORDS = {"small or medium": "small", "medium or large": "large"}


def support(claim: str, text: str) -> str | None:
    """The first words of `text` that support `claim` ("revenue", "size small", "sort capacity", …)."""
    if claim.startswith("size "):
        claim = f"size {_SIZE_WORDS.get(claim[5:], claim[5:])}"
    found = _PATTERNS[claim].search(text)
    return found.group() if found else _misspelt(claim, text)


def is_plain(claim: str, text: str) -> bool:
    """Whether a word of `text` asks for `claim` and can hardly be meant otherwise; one slip is forgiven.

    "limit" has no words of its own: what asks for one row is in repair_marks.py.
    """
    if claim not in _PLAIN or _PLAIN[claim].search(text):
        return True
    words = [word.key for word in split_words(text) if len(word.key) > 4 and word.key not in _NOT_MISSPELT]
    return any(_PLAIN[claim].fullmatch(near) for key in words for near in _near(key, claim))


def _misspelt(claim: str, text: str) -> str | None:
    for word in split_words(text):
        if len(word.key) > 4 and word.key not in _NOT_MISSPELT and _near(word.key, claim):
            return text[word.start : word.end]
    return None


def is_loosely_supported(claim: str, text: str) -> bool:
    """Whether a word of 5 letters or more may be a bad misspelling of one that asks for `claim`."""
    spelled = [word for word in _SPELLINGS.get(claim, "").split() if len(word) > 5]
    keys = [word.key for word in split_words(text) if len(word.key) > 4 and word.key not in _NOT_MISSPELT]
    return any(
        key[0] == word[0] and OSA.distance(key, word, score_cutoff=3) <= (2 if len(key) < 7 else 3)
        for key in keys
        for word in spelled
        if meant_technology(key) is None
    )


@lru_cache(maxsize=4096)
def _near(key: str, claim: str) -> tuple[str, ...]:
    """The spellings of `claim` that `key` is near to."""
    slips = 1 if len(key) < 8 else 2
    words = _SPELLINGS[claim].split()
    return tuple(word for word in words if OSA.distance(key, word, score_cutoff=slips) <= slips)
