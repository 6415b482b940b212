"""`focused`: a question without the story around its request.

    "My gran lived in Rugby until 1998. Solar in Coventry, please"  -> "Solar in Coventry, please"
    "I'm off to Wick next week, what wind is near there?"           -> "Wick … what wind is near there?"
    "Hydro in Powys? Many thanks, Anna Price"                       -> "Hydro in Powys?"

A question is cut into clauses. A clause goes when another one asks and it only tells: of the asker, of others,
of why. What it wishes for ("we only want …") stays. When the request refers back ("near there", "which of
them") and names no place or technology of its own, those of the lead-in stay.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from tasks.fit_query.gazetteer import resolve
from tasks.fit_query.rules.classes import CLASSES, NAMES, Lexeme
from tasks.fit_query.rules.families import (
    ASIDE,
    COUNTED_THINGS,
    FAMILY_OF,
    LISTED,
    NO_FILTER,
    PLAIN_FILTERS,
    TECHNOLOGY,
    TOPIC,
    WHERE,
)
from tasks.fit_query.rules.letter import asides, askers, courtesies, preambles, purposes, rhetoric, signature
from tasks.fit_query.rules.narrative import (
    DECLARES,
    DISMISSES,
    HAS,
    PAST,
    REASON,
    THERE,
    cuts,
    opens,
    refers,
    tells,
    wishes,
)


class Clause(NamedTuple):
    """`text[start:end]`, whose lexemes are lexemes[first:last]."""

    start: int
    end: int
    first: int
    last: int


def focused(text: str, lexemes: list[Lexeme], boldly: bool = False) -> tuple[str, list[Lexeme]]:
    """`text` with blanks for what goes, and the lexemes that stay.

    `boldly` also takes away what does not look like a story, where the request names the same kinds of
    filter itself: "fifty is our floor and 500 our ceiling, so between 50 and 500 kW in Kent".
    """
    lexemes = [_named(text, lexeme) for lexeme in lexemes]
    around = courtesies(text, lexemes) + askers(text, lexemes) + rhetoric(text, lexemes)
    if "(" in text:
        around += asides(text, lexemes)
    if around:
        text, lexemes = _without(text, lexemes, around)
    gone = signature(text, lexemes) + purposes(text, lexemes) + preambles(text, lexemes)
    parts = _clauses(text, lexemes)
    asking = [_asks(text, part, lexemes) for part in parts] if len(parts) > 1 else []
    if any(asking):
        gone += _told(text, parts, asking, lexemes, boldly)
        lexemes = _plainly_told(text, parts, asking, lexemes)
    return _without(text, lexemes, gone) if gone else (text, lexemes)


_BEFORE_NAMES = re.compile(r"\b(?:to|at|near|in|visiting|around|from|outside|through|via)\s+$", re.IGNORECASE)


def _named(text: str, lexeme: Lexeme) -> Lexeme:
    """`lexeme`, as a place where it is the name of one that is an ordinary word too: "off to Wick"."""
    written = text[lexeme.start : lexeme.end]
    if NAMES[lexeme.kind] not in ("UNKNOWN", "STORY") or not written[0].isupper() or text.isupper():
        return lexeme
    if not _BEFORE_NAMES.search(text, 0, lexeme.start):
        return lexeme
    found = resolve(written)
    return lexeme._replace(kind=CLASSES["PLACE"], value=found.place) if found.place and not found.corrected else lexeme


def _plainly_told(text: str, parts: list[Clause], asking: list[bool], lexemes: list[Lexeme]) -> list[Lexeme]:
    """`lexemes` without words of other subjects in a clause that tells before the request: "We buy AD plants"."""
    final = max(at for at, asks in enumerate(asking) if asks)
    told = [
        part
        for part, asks in zip(parts[:final], asking, strict=False)
        if not (asks and opens(_written(text, part))) and _tells(text, part)
    ]
    return [
        one
        for one in lexemes
        if NAMES[one.kind] not in ("FOREIGN", "COMPOUND")
        or not any(part.start <= one.start < part.end for part in told)
    ]


def _without(text: str, lexemes: list[Lexeme], gone: list[tuple[int, int]]) -> tuple[str, list[Lexeme]]:
    kept = [one for one in lexemes if not any(start <= one.start < end for start, end in gone)]
    for start, end in gone:
        text = text[:start] + " " * (end - start) + text[end:]
    return text, kept


def _clauses(text: str, lexemes: list[Lexeme]) -> list[Clause]:
    parts: list[Clause] = []
    start = first = 0
    for cut in [*map(_cut_at, cuts(text)), len(text)]:
        last = first
        while last < len(lexemes) and lexemes[last].start < cut:
            last += 1
        if any(one.start < cut < one.end for one in lexemes[first:last]):
            continue
        lists = not _BUT.match(text, cut)
        if lists and cut < len(text) and {NAMES[one.kind] for one in lexemes[first:last]} <= LISTED and last > first:
            continue  # "Truro, Falmouth and Penzance are my towns" is one clause
        if text[start:cut].strip():
            parts.append(Clause(start, cut, first, last))
        start, first = cut, last
    return parts


_BUT = re.compile(r"but\b", re.IGNORECASE)


def _cut_at(found: re.Match[str]) -> int:
    """A stop ends the clause before it, "because" begins the one behind."""
    return found.start() if found.group()[:1].isalpha() else found.end()


def _kinds(part: Clause, lexemes: list[Lexeme]) -> set[str]:
    return {NAMES[one.kind] for one in lexemes[part.first : part.last]}


# It speaks of the asker and tells nothing: "what solar do we have in Hull".
_DO_WE_HAVE = re.compile(
    r"\s*(?:(?:and|so|then|ok|hi|hello)\W+)*(?:what|which|how (?:many|much))\b[^.;?!]{0,60}?"
    r"\b(?:do|have|did) (?:we|you|i|they)\b",
    re.IGNORECASE,
)


def _asks(text: str, part: Clause, lexemes: list[Lexeme]) -> bool:
    """Whether the clause is a request: an opening with something to ask for, or a plain noun phrase."""
    kinds = _kinds(part, lexemes)
    written = _written(text, part)
    if kinds & _WANTED and opens(written) and not DISMISSES.match(written):
        return wishes(written) or _DO_WE_HAVE.match(written) is not None or not tells(written)
    return bool(kinds & _NAMED) and not kinds & _OTHER_WORDS and not tells(written)


_WANTED = TOPIC | WHERE | {"REFER"}
_NAMED = TOPIC | {"SUPER"}
_OTHER_WORDS = frozenset({"STORY", "UNKNOWN", "FOREIGN"})


def _written(text: str, part: Clause) -> str:
    return text[part.start : part.end]


def _tells(text: str, part: Clause) -> bool:
    return tells(_written(text, part))


def _told(
    text: str, parts: list[Clause], asking: list[bool], lexemes: list[Lexeme], boldly: bool
) -> list[tuple[int, int]]:
    """Spans of the clauses that only tell."""
    final = max(at for at, asks in enumerate(asking) if asks)
    asked = [part for part, asks in zip(parts, asking, strict=True) if asks]
    request = _families(asked, lexemes)
    if not request and not boldly and any(_says_all(part, lexemes) for part in parts if part not in asked):
        return []  # "Namely in Blakeney the turbines around 15 kW, which ones are these?"
    goes = [
        not asks
        and (_is_story(text, part, lexemes) if at < final else _is_reason(text, part, lexemes))
        and _may_go(text, part, lexemes, request)
        for at, (part, asks) in enumerate(zip(parts, asking, strict=True))
    ]
    if boldly:
        for at, part in enumerate(parts[:final]):
            again = _families([part], lexemes) <= _families(parts[at + 1 :], lexemes)
            goes[at] = goes[at] or (again and _tells(text, part))
    stay = [part for part, gone in zip(parts, goes, strict=True) if not gone]
    kept = set().union(*(_kinds(part, lexemes) for part in stay))
    if not kept & (TOPIC | {"REFER"} | WHERE):
        return []
    back = _wanted_back(text, stay, kept)
    spans: list[tuple[int, int]] = []
    for part, gone in zip(parts, goes, strict=True):
        if gone:
            kinds = _kinds(part, lexemes)
            named = bool(kinds & TECHNOLOGY) and not kept & WHERE and _refers(text, stay)
            spans += _except(part, lexemes, back | WHERE if named else back)
    return spans


_AGGREGATES = frozenset({"TOTAL", "COUNT", "AVERAGE", "HOWMUCH"})


def _says_all(part: Clause, lexemes: list[Lexeme]) -> bool:
    """Whether a clause has what makes a request: a technology, a place and a figure or a date with its bound."""
    kinds = _kinds(part, lexemes)
    return bool(kinds & TECHNOLOGY and kinds & WHERE and kinds & {"AMOUNT", "TIME", "YEAR", "DATE"})


def _may_go(text: str, part: Clause, lexemes: list[Lexeme], request: set[str]) -> bool:
    """Whether nothing is lost: the request has the same kinds of filter, or the clause tells of what is past."""
    written = text[part.start : part.end]
    if part.last > part.first and NAMES[lexemes[part.first].kind] in _AGGREGATES and _kinds(part, lexemes) & TECHNOLOGY:
        return False  # "Total MW of hydro off our feeder in CM9"
    lost = _families([part], lexemes) - request - {"place"}
    if lost <= {"technology"}:
        return True
    if lost <= {"figure", "date", "technology"} and not _kinds(part, lexemes) & PLAIN_FILTERS:
        return True
    told = PAST.search(written) or HAS.search(written) or DISMISSES.match(written)
    return "repowering" not in lost and bool(told)


def _families(parts: list[Clause], lexemes: list[Lexeme]) -> set[str]:
    """Kinds of filter in the clauses. A number of cows or of towns is none."""
    found = set()
    for part in parts:
        for at in range(part.first, part.last):
            name = NAMES[lexemes[at].kind]
            behind = NAMES[lexemes[at + 1].kind] if at + 1 < len(lexemes) else ""
            if name in FAMILY_OF and not (name == "NUMBER" and behind in COUNTED_THINGS):
                found.add(FAMILY_OF[name])
    return found


def _wanted_back(text: str, stay: list[Clause], kept: set[str]) -> frozenset[str]:
    """Which classes of a lead-in the request refers back to."""
    pronoun = _refers(text, stay)
    back: frozenset[str] = frozenset()
    if not kept & WHERE and ("REFER" in kept or any(THERE.search(text, part.start, part.end) for part in stay)):
        back |= WHERE | {"OWN", "REPOWERING"}
    if not kept & TECHNOLOGY and (pronoun or kept & {"SITE_MANY", "SITE_ONE", "REFER"}):
        back |= TECHNOLOGY
    if "FIT" not in kept and "ID" not in kept and kept & {"SITE_ONE", "RATE", "REVENUE"}:
        back |= {"FIT", "ID"}
    return back


def _refers(text: str, stay: list[Clause]) -> bool:
    return any(refers(_written(text, part)) for part in stay)


def _except(part: Clause, lexemes: list[Lexeme], back: frozenset[str]) -> list[tuple[int, int]]:
    """The span of a clause but for the lexemes of the classes `back`; an id keeps its number."""
    spans, start = [], part.start
    names = [NAMES[one.kind] for one in lexemes]
    for at in range(part.first, part.last):
        beside = {names[other] for other in (at - 1, at + 1) if part.first <= other < part.last}
        number = names[at] in ("NUMBER", "YEAR") and bool(beside & {"FIT", "ID"})
        joint = names[at] in ("AND", "OR", "COMMA") and _between(names, at, back & WHERE)
        if names[at] in back or joint or (number and "ID" in back):
            spans.append((start, lexemes[at].start))
            start = lexemes[at].end
    return [*spans, (start, part.end)]


def _between(names: list[str], at: int, wanted: frozenset[str]) -> bool:
    return bool(wanted) and 0 < at < len(names) - 1 and names[at - 1] in wanted and names[at + 1] in wanted


def _is_story(text: str, part: Clause, lexemes: list[Lexeme]) -> bool:
    written = text[part.start : part.end]
    kinds = _kinds(part, lexemes)
    if "ORDERS" in kinds or "CORRECTION" in kinds or DECLARES.search(written):
        return False
    if DISMISSES.match(written):
        return True
    if kinds & {"COMPARE", "SORT", "DIRECTION"} or ("GROUPED" in kinds and kinds & {"BY", "PER"}):
        return False
    aside = "FOREIGN" in kinds and bool(re.search(r"[.!]\s*$", written)) and not opens(written)
    aside = aside or ("STORY" in kinds and len(written.split()) > 2)
    if not tells(written) and not (kinds <= NO_FILTER and aside):
        return False
    return kinds <= NO_FILTER - {"UNSAYABLE"} or not wishes(written)


def _is_reason(text: str, part: Clause, lexemes: list[Lexeme]) -> bool:
    """Whether a clause behind the request only says what it is for."""
    kinds = _kinds(part, lexemes)
    if (
        kinds & ({"ORDERS", "CORRECTION", "COMPARE", "SORT"} | TECHNOLOGY)
        or {"NOT", "SIZE"} <= kinds
        or {"NOT", "PLACE"} <= kinds
    ):
        return False
    written = text[part.start : part.end]
    if wishes(written):
        return False
    own_sentence = not re.search(r"[,:]\s*$|^\s*$", text[: part.start])
    plain = kinds <= ASIDE and "STORY" in kinds and own_sentence and not opens(written)
    remark = kinds <= {"UNKNOWN", "FOREIGN", "STORY"} and _tells(text, part)  # ", it was ever so windy"
    return bool(REASON.match(written)) or plain or remark
