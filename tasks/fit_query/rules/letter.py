"""What stands around a request in a letter or a note: spans of its beginning, its end and its reasons.

signature   "Many thanks, Anna Price, Leeds"
preambles   "my daughter's teacher wants to know"
askers      "Caller wants", "What I am after is"
rhetoric    "Who doesn't love a water wheel?"
courtesies  "Respected sir", "Sorry for the late reply"
asides      "(he has a 15 kW Proven)"
purposes    "for my dissertation"
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from tasks.fit_query.rules.classes import NAMES, Lexeme
from tasks.fit_query.rules.families import NO_FILTER, TECHNOLOGY, TOPIC, WHERE
from tasks.fit_query.rules.narrative import (
    APOLOGY,
    ASKER,
    BARE_NAME,
    HAS,
    LEADING_PURPOSE,
    PAST,
    PURPOSE,
    RHETORIC,
    SALUTES,
    SIGNED,
    SMALL_TALK,
    opens,
    tells,
    wishes,
)
from tasks.fit_query.rules.narrative import preambles as preambles_of
from tasks.fit_query.words import word_bag, word_set

# What SIGNED and BARE_NAME cannot do without.
_CLOSINGS = word_set("thanks thank thankyou regards wishes cheers ta best yours sincerely thx love")
_ENDS_SENTENCE = re.compile(r"[.?!\n]")


def signature(text: str, lexemes: list[Lexeme]) -> list[tuple[int, int]]:
    """The span of "Many thanks, Anna Price, Leeds" at the end of a letter, or of a bare name there."""
    found = None if _CLOSINGS.isdisjoint(word_bag(text)) else SIGNED.search(text)
    while found:
        names = {NAMES[one.kind] for one in lexemes if one.start >= found.start() and not _is_name(text, one)}
        if re.search(r"\w{3}", text[: found.start()]) and not names & _NO_SIGNATURE:
            return [(found.start() + 1, found.end())]
        found = SIGNED.search(text, found.start() + 1)
    bare = BARE_NAME.search(text) if _ENDS_SENTENCE.search(text) else None
    if bare is None or len(re.findall(r"\w+", text[: bare.start()])) < _LETTER:
        return []
    names_place = any(NAMES[one.kind] in WHERE and one.start >= bare.start("name") for one in lexemes)
    return [] if names_place else [bare.span("name")]


def _is_name(text: str, lexeme: Lexeme) -> bool:
    """Whether a word written large is one of ours only after a correction of its spelling: "Mrs Patel" is no panel."""
    written = text[lexeme.start : lexeme.end]
    return written[0].isupper() and bool(lexeme.key) and not written.lower().startswith(lexeme.key)


_NO_SIGNATURE = TOPIC | {"AMOUNT", "TIME", "YEAR", "SUPER", "MORE", "LESS"}
_ASKED = TOPIC | WHERE | {"AMOUNT", "TIME", "YEAR", "DATE", "SUPER", "ORDERS", "ALL", "NUMBER", "SIZE"}
_LETTER = 5  # words that a letter has at least before its name


def preambles(text: str, lexemes: list[Lexeme]) -> list[tuple[int, int]]:
    """Spans of "my daughter's teacher wants to know" before a request."""
    return _before_request(preambles_of(text), lexemes)


def askers(text: str, lexemes: list[Lexeme]) -> list[tuple[int, int]]:
    """Spans of "Caller wants" or "What I am after is" before a request."""
    lowered = text.lower()
    if not any(word in lowered for word in _ASKING):
        return []
    return _before_request(ASKER.finditer(text), lexemes)


_ASKING = (
    *("want", "need", "like", "ask", "request", "wish", "after"),
    *("looking", "interested", "enquir", "wonder", "hoping"),
)


def _before_request(matches: Iterable[re.Match[str]], lexemes: list[Lexeme]) -> list[tuple[int, int]]:
    spans = []
    for found in matches:
        inside = {NAMES[one.kind] for one in lexemes if found.start() <= one.start < found.end()}
        behind = {NAMES[one.kind] for one in lexemes if one.start >= found.end()}
        if not inside - (NO_FILTER | {"FIT"}) and behind & TOPIC and not (inside & WHERE and not behind & WHERE):
            spans.append(found.span())
    return spans


_COURTEOUS_WORDS = """
    respected dear hi hello hey good here speaking mr mrs ms miss dr prof cllr sorry apologies lovely awful terrible
    grim beautiful dreadful miserable horrid glorious nice filthy
    when whenever once if soon rotten cracking gorgeous foul wild crazy mad hope how
"""
_COURTEOUS = frozenset(_COURTEOUS_WORDS.split())
_FULL_NAME = re.compile(r"[A-Z][\w'’-]+ [A-Z][\w'’-]+(?= (?:here|speaking)\b)")  # "Gail Solar here"


def courtesies(text: str, lexemes: list[Lexeme]) -> list[tuple[int, int]]:
    """Spans of a salutation and of apologies, which correct nothing: "Respected sir", "Sorry for the late reply"."""
    spans: list[tuple[int, int]] = []
    if _COURTEOUS.isdisjoint(word_bag(text)):
        return spans
    for found in (*SALUTES.finditer(text), *APOLOGY.finditer(text), *SMALL_TALK.finditer(text)):
        titled = found.re is SALUTES and found.group()[0].isupper() and found.start() > 0
        named = _FULL_NAME.search(text, found.start(), found.end())
        words = [
            one
            for one in lexemes
            if found.start() <= one.start < found.end() and not _is_name(text, one)
            if named is None or not named.start() <= one.start < named.end()
        ]
        if titled or not {NAMES[one.kind] for one in words} & _ASKED:
            spans.append(found.span())
    return spans


def rhetoric(text: str, lexemes: list[Lexeme]) -> list[tuple[int, int]]:
    """The span of "Who doesn't love a water wheel?" before a request that names what it wants itself."""
    found = RHETORIC.match(text)
    if found is None:
        return []
    inside = {NAMES[one.kind] for one in lexemes if one.start < found.end()}
    behind = {NAMES[one.kind] for one in lexemes if one.start >= found.end()}
    lost = inside & _ASKED - TOPIC - {"SIZE"}
    if lost or not behind & TOPIC or (inside & TECHNOLOGY and not behind & TECHNOLOGY):
        return []
    return [found.span()]


_ASIDE = re.compile(r"\(([^()]{4,80})\)")


def asides(text: str, lexemes: list[Lexeme]) -> list[tuple[int, int]]:
    """Spans in brackets that tell what somebody has, or where nothing could be a filter.

    "sites like his (he has a 15 kW Proven)", "Somebody (not naming names, it's Linda) wants …"
    """
    return [found.span() for found in _ASIDE.finditer(text) if _is_aside(found, lexemes)]


def _is_aside(found: re.Match[str], lexemes: list[Lexeme]) -> bool:
    if wishes(found[1]):
        return False
    inside = {NAMES[one.kind] for one in lexemes if found.start(1) <= one.start < found.end(1)}
    says_nothing = bool(inside) and inside <= _SAYING_NOTHING and len(found[1].split()) >= _WORDS_OF_ASIDE
    only_tells = tells(found[1]) and not opens(found[1])
    return bool(HAS.search(found[1]) or PAST.search(found[1])) or only_tells or says_nothing


_SAYING_NOTHING = frozenset({"STORY", "UNKNOWN", "OWN", "NOT", "COMMA", "STOP", "DASH"})
_WORDS_OF_ASIDE = 4


_PURPOSES = frozenset({"for", "because", "ahead", "preparation", "before", "advance", "part", "prepare"})


def purposes(text: str, lexemes: list[Lexeme]) -> list[tuple[int, int]]:
    """Spans of "for my dissertation" behind a request, and of "for the insurance renewal" before one."""
    spans: list[tuple[int, int]] = []
    if _PURPOSES.isdisjoint(word_bag(text)):
        return spans
    for found in LEADING_PURPOSE.finditer(text):
        inside = {NAMES[one.kind] for one in lexemes if found.start() <= one.start < found.end()}
        behind = {NAMES[one.kind] for one in lexemes if one.start >= found.end()}
        if behind & TOPIC and not inside - (NO_FILTER - WHERE):
            spans.append(found.span())
    for found in PURPOSE.finditer(text):
        inside = {NAMES[one.kind] for one in lexemes if found.start() <= one.start < found.end()}
        before = {NAMES[one.kind] for one in lexemes if one.start < found.start()}
        if before & TOPIC and not inside - (NO_FILTER - WHERE):
            spans.append(found.span())
    return spans
