"""Words that support what a reader marked without quoting it: revenue, a sort, an aggregate, a group.

    support("revenue", text) -> "income", or None when no known word supports it

The lists are generous, and a word of 5 letters or more may be misspelt: a miss is reported as a weak
point, it never stops an answer.
"""

from __future__ import annotations

import re
from functools import lru_cache

from rapidfuzz.distance import OSA

from tasks.fit_query.words import split_words

_WORDS = {
    "revenue": r"rev(?:en|ne|ue|n)\w*|rvenue|income\w*|earn\w*|money|profit\w*|paid|pays?|bring\w* in|cash|turnover"
    r"|generat\w*|£\w*|mak(?:e|es|ing)|worth",
    "regional": r"region\w*ly|regional|reigonal\w*|(?<!in )(?<!the )(?<!this )region\b(?! of)|area\w*|local\w*",
    "repowering": r"re-?\s?pow\w*|repwo\w*|replac\w*|upgrad\w*|refurb\w*|re-?plant\w*",
    "size small": r"small\w*|smal|little|tiny|mini|domestic|micro|wee",
    "size medium": r"med|medium\w*|meduim|mid\b[\s-]?(?:size\w*|range)?|middl\w*|moderate\w*|medum",
    "size large": r"large|larg|lareg|big|huge|sizeable|sizable|major|massive",
    "query_type fit_rate": r"(?:fit)?rates?|tarr?iff?s?|fits?|paid|pay\w*|price\w*|pence|p/kwh|per\s?(?:kwh|unit)|feed",
    "query_type comparison": r"c[om]{1,2}pa\w*|vs?\b|versus|against|differ\w*|between|better|contrast\w*|which"
    r"|more|than|side by side",
    "aggregate count": r"how m\w*|cnt|count(?!y|ies|r)\w*|numbers?|no\b\.?|nr|num\w*|total\w*|tally|how few|sites"
    r"|installations?"
    r"|installs?|many|most|quantity|#",
    "aggregate total_capacity": r"total\w*|combin\w*|sum\w*|how m\w*|overall|altogether|cap\w*|[mkg]w\w*|mega\w*"
    r"|installed|aggregate|power",
    "aggregate average_capacity": r"av(?:e|er|g|ar)?\w*|mean\w*|typical\w*|normal\w*|usual\w*",
    "group_by technology": r"tech\w*|types?|kinds?|sources?|fuels?",
    "group_by region": r"regions?|reigon\w*|areas?|parts?|regional\w*",
    "group_by postcode_area": r"post\s?codes?|post code\w*|areas?|outcodes?",
    "group_by year": r"years?|yrs?|annual\w*|yearly|when",
    "sort capacity": r"big\w*|larg\w*|lrgest|small\w*|smal\w*|high\w*|low\w*|siz\w*|cap\w*|top|tini\w*|powerful\w*"
    r"|sort\w*|rank\w*|order\w*|max\w*|min\w*|great\w*|most|least|huge\w*|[km]w|biggst|mini\w*",
    "sort commissioning_date": r"new\w*|old\w*|recent\w*|latest|earl\w*|first|last|young\w*|dates?|commission\w*"
    r"|order\w*|sort\w*|long\w*|running|age|when|built|chronolog\w*",
    "sort fit_remaining": r"expir\w*|soon\w*|left|remain\w*|long\w*|short\w*|end\w*|run\w*|time|years?|sort\w*|due",
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
    "sort commissioning_date": "newest oldest recent latest earliest commissioned",
    "sort fit_remaining": "expiring expiry soonest remaining longest shortest",
    "limit": "biggest largest smallest newest oldest",
}
_SIZE_WORDS = {"small or medium": "small", "medium or large": "large"}


def support(claim: str, text: str) -> str | None:
    """The first words of `text` that support `claim` ("revenue", "size small", "sort capacity", …)."""
    if claim.startswith("size "):
        claim = f"size {_SIZE_WORDS.get(claim[5:], claim[5:])}"
    found = _PATTERNS[claim].search(text)
    return found.group() if found else _misspelt(claim, text)


def _misspelt(claim: str, text: str) -> str | None:
    for word in split_words(text):
        if len(word.key) > 4 and _is_near(word.key, claim):
            return text[word.start : word.end]
    return None


@lru_cache(maxsize=4096)
def _is_near(key: str, claim: str) -> bool:
    slips = 1 if len(key) < 8 else 2
    return any(OSA.distance(key, word, score_cutoff=slips) <= slips for word in _SPELLINGS[claim].split())
