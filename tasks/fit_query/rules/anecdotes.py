"""`without_anecdotes`: a question without whole sentences, and clauses beside the request, that only tell something.

    "We lost the dog and the boiler. Anyhow, revenue for wind over 2 MW in Fife, please, as they're not patient people."
    -> "Anyhow, revenue for wind over 2 MW in Fife, please"

The last resort after request.py, whose words it needs but not its caution: here a story may name things that no
field has (a school, a boiler), as long as its sentence asks for nothing, holds no figure, date or technology that the
request lacks, and comes before the request or gives a reason behind it. Places of a story stay when the request
refers to them ("round there") and names none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from tasks.fit_query.rules.classes import NAMES, Lexeme
from tasks.fit_query.rules.families import FAMILY_OF, TECHNOLOGY, TOPIC, WHERE
from tasks.fit_query.rules.narrative import HAS, PAST, REASON, THERE, refers, tells, wishes

_SENTENCE_END = re.compile(r"(?<!\bno)(?<!\bMr)(?<!\bDr)[.?!]+(?:\s+|$)|\n+")
_TOLD_BEHIND = (
    r"(?:(?:my|our|the) (?:\w+ ){1,2}(?:is|was|says|said|wants|wanted|needs|swears|reckons|keeps|asked|asks|thinks|did)"
    r"|(?:i['’]?m|i am|we['’]?re) (?:curious|asking|doing|writing|driving|trying|just|only|thinking|helping|sat|stood)"
    r"|(?:it['’]?s|that['’]?s) (?:where|when|for|because|why|how))\b"
)
_CLAUSE_END = re.compile(
    r"[,;:](?=\s)|\s[-–—]\s|\b(?=(?:because|although|but|so|as (?:i|we|my|our|he|she|it|they)|and (?:i|we|they|he|she"
    r"|it"
    r"|that|the|my|our|his|her|their|now|then)(?:['’]\w+)?)\b)"
    # Speech has no stops: "... in snowdonia my lad is doing a school project", "shouting again right solar ...".
    rf"|\b(?={_TOLD_BEHIND})|(?<=\s)(?:right|anyway|anyhow|ok so|okay so)\s(?=\w)",
    re.IGNORECASE,
)
_WHO = (
    r"(?:i|we|he|she|they|who|client|boss|customer|manager|board|council|committee|team|colleagues?|directors?|body"
    r"|lot)"
)
_LIKE = (
    r"(?:want(?:s|ed)?|need(?:s|ed)?|like|love|require[sd]?|appreciate|prefer|welcome"
    r"|be (?:glad|grateful|interested|keen))"
)
_ASKS = re.compile(
    r"\?[\s\"'”’)]*$|\b(?:please|pls|plz|kindly)\b|^\W*(?:and |but |so |also |then |ok |okay |anyway,? |anyhow,? "
    r"|right,?"
    r" |now,? |well,? |in short,? |in any case,? )*"
    r"(?:what|which|how|who|where|is|are|do|does|did|can|could|would|will|should|may|might|show|list|find|give|tell"
    r"|send"
    r"|pull|get|compare|count|sort|any|also|plus|i['’]?m after|we['’]?re after|looking for|let me|let us|just the"
    r"|only)\b"
    rf"|\b{_WHO}(?:['’]d| would| do| does| will)?(?: (?:now|also|really|just|still|always|much|only|honestly|dearly))*"
    rf" {_LIKE}\b|\bcould use\b|\blooking for\b"
    r"|\b(?:someone|somebody|anyone|anybody|you) (?:could|can|would|might)\b|\bis what (?:i|we)\b|\bwhat (?:i|we) need"
    r"|\b(?:tell|give|show|send|let) (?:me|us)\b|\b(?:interested|keen|after) (?:in|on|to)\b|\bwe['’]d go for\b"
    r"|\b(?:asked|asks|like|trying|curious|wonder(?:ing|ed|s)?)\b[^.?!]{0,20}\b(?:to (?:know|see|find|list|have|get)"
    r"|what|which|how|about|for)\b",
    re.IGNORECASE,
)
_THANKS = re.compile(
    r"\W*(?:thanks|thank you|cheers|sorry|apologies|best|regards|yours|sincerely|dear|hi|hello)\b", re.IGNORECASE
)
_BENIGN = re.compile(
    r"\W*(?:not sure|no (?:hurry|rush|worries|need)|not urgent|never mind|just back|bit of|long story|fat chance"
    r"|one last)\b",
    re.IGNORECASE,
)
_WAS = re.compile(r"\b(?:was|were|had|told|said|used to|reckon(?:s|ed))\b", re.IGNORECASE)
_KEPT = frozenset({"ORDERS", "CORRECTION", "COMPARE", "SORT", "DIRECTION", "UNIT"})
_FEW_WORDS = 2
_SOFT = frozenset({"MORE", "LESS", "NOT", "SIZE", "SUPER", "REVENUE", "REGIONAL", "RATE", "BY", "PER"})
_HARD = frozenset({"DISTANCE", "AMOUNT", "TIME", "YEAR", "DATE", "ID", "FIT", "REPOWERING"})


class Part(NamedTuple):
    """A sentence or a clause: text[start:end], and the classes of its lexemes."""

    start: int
    end: int
    kinds: frozenset[str]


def without_anecdotes(text: str, lexemes: Sequence[Lexeme]) -> tuple[str, list[Lexeme]] | None:
    """`text` with blanks for what only tells, and the lexemes that stay; None where nothing does."""
    sentences = _parts(text, lexemes, 0, len(text), _SENTENCE_END)
    requests = [one for one in sentences if _requests(text, one)] or [
        one
        for one in sentences
        if any(_requests(text, part) for part in _parts(text, lexemes, one.start, one.end, _CLAUSE_END))
    ]
    if not requests:
        return None
    asked = frozenset().union(*(one.kinds for one in requests))
    stay = "".join(text[one.start : one.end] for one in requests)
    back = WHERE if not asked & WHERE and ("REFER" in asked or THERE.search(stay)) else frozenset()
    if not asked & TECHNOLOGY and refers(stay):
        back |= TECHNOLOGY
    elif asked & {"SITE_ONE", "SITE_MANY", "REPOWERING"}:
        asked |= TECHNOLOGY  # "for a turbine maker: which sites in Fife …" asks for no technology
    gone = [one for one in sentences if one not in requests and _only_tells(text, one, asked | back)]
    for request in requests:
        gone += _beside(text, lexemes, request)
    if not gone:
        return None
    kept = [
        one
        for one in lexemes
        if NAMES[one.kind] in back or not any(part.start <= one.start < part.end for part in gone)
    ]
    saved = [one for one in kept if any(part.start <= one.start < part.end for part in gone)]
    for part in gone:
        blank = list(" " * (part.end - part.start))
        for one in saved:
            if part.start <= one.start < part.end:
                blank[one.start - part.start : one.end - part.start] = text[one.start : one.end]
        text = text[: part.start] + "".join(blank) + text[part.end :]
    return text, kept


def _parts(text: str, lexemes: Sequence[Lexeme], first: int, last: int, ends: re.Pattern[str]) -> list[Part]:
    """text[first:last] in parts; no cut runs through a lexeme."""
    cuts = [
        found.end()
        for found in ends.finditer(text, first, last)
        if not any(one.start < found.end() < one.end for one in lexemes)
    ]
    edges = [first, *cuts, last]
    return [
        Part(start, end, frozenset(NAMES[one.kind] for one in lexemes if start <= one.start < end))
        for start, end in pairwise(edges)
        if text[start:end].strip()
    ]


def _requests(text: str, part: Part) -> bool:
    """Whether the part asks for installations, or is nothing but a row of filters."""
    written = text[part.start : part.end]
    if _ASKS.search(written):
        return bool(part.kinds & (TOPIC | WHERE | _HARD | {"SUPER", "REFER", "ALL"})) or written.rstrip().endswith("?")
    if not part.kinds & TOPIC or REASON.match(written) or _THANKS.match(written):
        return False
    filters = part.kinds & (TECHNOLOGY | WHERE | _HARD | {"SUPER", "COUNT", "FIT", "REPOWERING"})
    return bool(filters) and not tells(written) and not PAST.search(written)


def _only_tells(text: str, part: Part, asked: frozenset[str]) -> bool:
    """Whether a sentence beside the request asks for nothing and adds no filter."""
    written = text[part.start : part.end]
    hard = part.kinds & (_HARD | TECHNOLOGY | WHERE)
    if part.kinds & (_KEPT if hard else _KEPT - {"CORRECTION"}) or _ASKS.search(written):
        return False
    told = bool(tells(written) or PAST.search(written) or HAS.search(written))
    told = told or _BENIGN.match(written) is not None
    if "UNSAYABLE" in part.kinds and (not told or wishes(written)):
        return False  # "Battery storage too.", "They must be on schools."
    if not hard:
        # A word or two may be a place that is a word too: "bath" on a line of its own.
        return told or (not part.kinds & _SOFT and len(written.split()) > _FEW_WORDS)
    if not told or (wishes(written) and not PAST.search(written)):
        return False
    lost = {FAMILY_OF[kind] for kind in hard if kind in FAMILY_OF} - {
        FAMILY_OF[kind] for kind in asked if kind in FAMILY_OF
    }
    if "DISTANCE" in hard and hard & WHERE and not PAST.search(written):
        return False  # "we are within ten miles of Leeds"
    if not part.kinds & {"LEFT", "EXPIRE", "SUPPORT"}:
        lost -= {"time"}  # "I have done this for eighteen years"
    return not lost or bool(PAST.search(written) or HAS.search(written) or _WAS.search(written))


def _beside(text: str, lexemes: Sequence[Lexeme], request: Part) -> list[Part]:
    """Clauses of the request's sentence that lead to it or give its reason: none stands between two filters."""
    clauses = _parts(text, lexemes, request.start, request.end, _CLAUSE_END)
    asking = [at for at, part in enumerate(clauses) if part.kinds & TOPIC and _requests(text, part)]
    if not asking or len(clauses) == 1:
        return []
    asked = frozenset().union(*(clauses[at].kinds for at in range(asking[0], asking[-1] + 1)))
    gone = []
    lead = clauses[: asking[0]]
    if any(tells(text[part.start : part.end]) for part in lead):
        gone += lead if all(_adds_nothing(part, asked) for part in lead) else []
    for at in range(asking[-1] + 1, len(clauses)):
        tail = clauses[at:]
        begins = REASON.match(text[tail[0].start : tail[0].end]) or _AND_TELLS.match(text, tail[0].start)
        if begins and all(_adds_nothing(part, asked) for part in tail):
            return gone + tail
    return gone


_AND_TELLS = re.compile(
    rf"\s*(?:{_TOLD_BEHIND}|"
    r"(?:because|although|but|as|so|and)\s+(?:i|we|they|he|she|it|that|the|my|our|his|her|their)|(?:i|we"
    r"|they)['’]d"
    r"|you see|if (?:you|that|it))\b",
    re.IGNORECASE,
)


def _adds_nothing(part: Part, asked: frozenset[str]) -> bool:
    """Whether a clause has no filter of a family that the request lacks, and asks for no order or comparison.

    Bare numbers and sizes are none here: "at 7 this morning", "because the little ones are no use".
    """
    told = {"NUMBER", "SIZE"} | ({"TIME"} if "AGO" in part.kinds else set())
    lost = {FAMILY_OF[kind] for kind in part.kinds - told if kind in FAMILY_OF} - {
        FAMILY_OF[kind] for kind in asked if kind in FAMILY_OF
    }
    return not lost and not part.kinds & _KEPT
