"""Rules for FIT ids, rates, revenue, repowering, size words and technologies."""

from __future__ import annotations

import re

from tasks.fit_query.rules.families import TECHNOLOGY
from tasks.fit_query.rules.lexeme import CLASSES, NAMES
from tasks.fit_query.rules.rule import Match, Question, Rules, Unreadable, Unsupported
from tasks.fit_query.spoken_codes import spoken_whole

ids = Rules()
rule = Rules()

_LONGEST_ID = 7
_SHORTEST_ID = 3  # of a number that stands before its name; "10 FIT ids" is a number of rows


@ids(
    "label",
    """
    (?:GROUP|GROUP_OTHER|CAPACITY|DATE_WORD|BUILT) (?P<mark>STOP|EXACT)(?=KIND|PLACE|_|YEAR|POSTCODE|AMOUNT|
    NUMBER|MORE|LESS|STOP)
    """,
)
def _(question: Question, found: Match) -> bool | None:
    before = NAMES[question.lexemes[found.start - 1].kind] if found.start else ""
    if found.quote("mark") not in (":", "=") or before in ("SORT", "BY", "PER", "GROUPED", "EXPIRE"):
        return False
    return None


@ids("revenue: a year", "REVENUE (?:IN|PER|BY)? (?P<time>TIME)")
def _(question: Question, found: Match) -> bool:
    if (found.quote("time") or "").lower() == "a year":
        question.consume(found.place("time"), found.place("time") + 1)
    return False


@ids(
    "id: two of them",
    """
    (?:FIT|ID|SITE_ONE|SITE_MANY)+ STOP? (?:NUMBER|YEAR) (?:AND|OR|COMMA|SLASH|TO|COMPARE|DASH)+ (?:FIT|ID)*
    (?:NUMBER|YEAR)(?!UNIT)
    """,
)
def _(question: Question, found: Match) -> bool | None:
    names = {NAMES[character] for character in found.match.group()}
    if not names & {"FIT", "ID"} or ("SITE_MANY" in names and "ID" not in names and "FIT" not in names):
        return False
    raise Unsupported("two FIT ids")


@ids("rate: of two ids", "RATE (?:NUMBER|YEAR) (?:AND|OR|COMMA|SLASH)+ (?:NUMBER|YEAR)(?=$|STOP)")
def _(question: Question, found: Match) -> None:
    raise Unsupported("two FIT ids")


@ids(
    "id: after FIT or id",
    """
    (?:FIT|SITE_ONE|RATE)* (?:FIT|ID) (?:FIT|ID|SITE_ONE|STOP|EXACT)* (?P<id>NUMBER|YEAR)|SITE_ONE (?:ID|
    COUNT)* (?P<site>NUMBER)(?!NOUN)|COUNT (?P<number>NUMBER)$|RATE (?P<rated>NUMBER)(?=$|STOP|COMMA|FIT|REVENUE)
    """,
)
def _(question: Question, found: Match) -> bool | None:
    group = next(name for name in ("id", "site", "number", "rated") if found.has(name))
    quoted = str(found.lexeme(group).value or found.quote(group))
    spoken = spoken_whole(quoted) if group == "id" and quoted[:1].isalpha() else None
    quoted = quoted if spoken is None else str(spoken)
    if not quoted.isdigit() or len(quoted.lstrip("0")) > _LONGEST_ID:
        if group == "id" and quoted[:1].isdigit():
            raise Unsupported("no FIT id")
        return False
    ticket = question.lexemes[found.start]
    if group == "id" and ticket.key == "#" and found.start and question.has(*TECHNOLOGY):
        question.consume(found.start, found.end)  # "turbines in Leven #44": a number of somebody's papers
        return False
    of_it = group == "rated" and _OF_IT.search(question.text, 0, question.lexemes[found.place(group)].start)
    if group != "id" and not of_it and len(quoted) < 3:
        return False
    if "fit_id" in question.reading:
        raise Unsupported("two FIT ids")
    question.put("fit_id", quoted)
    if CLASSES["RATE"] in found.match.group():
        question.put("query_type", "fit_rate")
    return None


# "The FIT rate on 48".
_OF_IT = re.compile(r"\b(?:on|for|of)\s+$", re.IGNORECASE)


@ids("id: before the question for its rate", "(?P<id>NUMBER) WHICH REGIONAL? FIT? RATE")
def _(question: Question, found: Match) -> bool | None:
    """ "For 184 what's the regionally adjusted rate"."""
    at = found.place("id")
    quoted = question.quote(at)
    if not quoted.isdigit() or "fit_id" in question.reading:
        return False
    if not _OF_IT.search(question.text, 0, question.lexemes[at].start):
        return False
    question.put("fit_id", quoted)
    question.consume(at, at + 1)
    return False


@ids("id: is an id", "(?P<id>NUMBER) (?:FIT|ID)* ID (?=COMMA|STOP|WHICH|RATE|REVENUE|AND|$)")
def _(question: Question, found: Match) -> bool | None:
    """ "7705 is our FIT ID"."""
    quoted = found.quote("id") or ""
    if not quoted.isdigit() or "fit_id" in question.reading:
        return False
    question.put("fit_id", quoted)
    return None


@ids("id: before its name", "(?:^|STOP|COMMA) (?P<id>NUMBER) (?:FIT? RATE|RATE FIT)(?=$|REGIONAL$)")
def _(question: Question, found: Match) -> bool | None:
    """ "34516 tariff fit"."""
    quoted = found.quote("id") or ""
    if not quoted.isdigit() or not _SHORTEST_ID <= len(quoted) <= _LONGEST_ID or "fit_id" in question.reading:
        return False
    question.put("fit_id", quoted)
    question.put("query_type", "fit_rate")
    return None


@rule("rate: the tariff that runs out", "RATE (?:EXPIRE|LEFT|SUPPORT)|(?:EXPIRE|LEFT) RATE")
def _(question: Question, found: Match) -> None:
    """The support itself is meant, which the rules for time left have read."""


@rule("rate: fit rate", "FIT* RATE (?:FIT|RATE)*")
def _(question: Question, found: Match) -> None:
    if not _is_time_left(question, found.start):
        question.put("query_type", "fit_rate")


def _is_time_left(question: Question, at: int) -> bool:
    """Whether the tariff at `at` is what runs out, whose time left was read: "the longest remaining tariff"."""
    if _has_its_time(question, at):
        return True
    before = question.lexemes[at - 1] if at else None
    if before is None or question.between(at - 1, at).strip() or "fit_id" in question.reading:
        return False
    return NAMES[before.kind] == "LEFT" or str(before.value).startswith("fit_remaining")


_WORDS_BETWEEN = 4


def _has_its_time(question: Question, at: int) -> bool:
    """Whether the tariff at `at` and a time left stand together: "whose tariff has under 12 years to run"."""
    named = question.lexemes[at]
    if not named.key.startswith("tariff") or "fit_id" in question.reading:
        return False
    for key in ("remaining_max", "remaining_min"):
        quoted = str(question.reading.get(key) or "")
        begin = question.text.find(quoted) if quoted else -1
        if begin < 0:
            continue
        before = begin < named.start
        end = begin + len(quoted)
        between = question.text[end : named.start] if before else question.text[named.end : begin]
        words = between.split()
        if len(words) <= _WORDS_BETWEEN and "for" not in words and not re.search("[,.;?]", between):
            return True
    return False


_FOR = re.compile(r"\s+(?:for|of|on|that|rate|in|was|is|paid)\b", re.IGNORECASE)


@rule("rate: what is the feed-in tariff for", "(?:WHICH|HOWMUCH) FIT")
def _(question: Question, found: Match) -> bool | None:
    fit = question.lexemes[found.end - 1]
    named = "tar" in question.quote(found.end - 1).lower()
    if "fit_id" in question.reading or not named or not _FOR.match(question.text, fit.end):
        return False
    question.put("query_type", "fit_rate")
    return None


@rule("revenue", "(?P<way>SUPER|MOST|EXTREME|MORE|LESS)? REVENUE (?P<bound>MORE|LESS)?")
def _(question: Question, found: Match) -> None:
    if found.has("way"):
        raise Unsupported("a ranking by revenue")
    if found.has("bound"):
        raise Unsupported("a bound of revenue")
    question.put("revenue", True)


@rule("regional", "REGIONAL")
def _(question: Question, found: Match) -> None:
    question.put("regional", True)


@rule("repowering", "REPOWERING")
def _(question: Question, found: Match) -> None:
    question.put("repowering", True)


_BOTH = {frozenset({"small", "medium"}): "small or medium", frozenset({"medium", "large"}): "medium or large"}


@rule("size: two of them", "(?P<first>SIZE) (?:AND|OR|COMMA|TO|SLASH|DASH)+ (?P<second>SIZE)")
def _(question: Question, found: Match) -> None:
    words = frozenset(str(found.lexeme(name).value) for name in ("first", "second"))
    if words not in _BOTH and len(words) > 1:
        raise Unreadable("two sizes apart from each other")
    question.put("size", _BOTH.get(words) or next(iter(words)))


@rule("size: of the asker", "OWN SIZE (?:STORY|UNKNOWN|FOREIGN)")
def _(question: Question, found: Match) -> None:
    """ "We are a small charity" asks for nothing small."""


_OF_SITES = ("TECHNOLOGY", "TECHNOLOGY_ONE", "TECHNOLOGY_MANY", "SITE_ONE", "SITE_MANY")
_ARTICLE = re.compile(r"\b(?:an?|my|your|his|her|our|their|one)\s+$", re.IGNORECASE)


@rule("size: of something else", "(?P<size>SIZE) (?=STORY|UNKNOWN|FOREIGN)")
def _(question: Question, found: Match) -> bool | None:
    """ "A large flat white", "a small favour" before the request."""
    at = found.place("size")
    sized = question.lexemes[at]
    beside = question.text[sized.end : question.lexemes[at + 1].start].strip() == ""
    before = question.text[: sized.start]
    return None if beside and _ARTICLE.search(before) and question.has(*_OF_SITES) else False


@rule("size", "SIZE CAPACITY?")
def _(question: Question, found: Match) -> None:
    at = found.start
    if question.lexemes[at].key in ("bigger", "larger", "smaller") and not _before_noun(question, at):
        raise Unreadable("bigger or smaller than what is not said")
    question.put("size", question.lexemes[at].value)


def _before_noun(question: Question, at: int) -> bool:
    follows = question.lexemes[at + 1 : at + 2]
    return bool(follows) and NAMES[follows[0].kind] in (
        "TECHNOLOGY",
        "TECHNOLOGY_ONE",
        "TECHNOLOGY_MANY",
        "SITE_ONE",
        "SITE_MANY",
    )


def technologies(question: Question) -> list[str]:
    """Technologies in the order named. A bare "turbine" beside hydro, or "panel", names no second one."""
    named: list[str] = []
    loose = False
    for lexeme in question.lexemes:
        if NAMES[lexeme.kind] not in ("TECHNOLOGY", "TECHNOLOGY_ONE", "TECHNOLOGY_MANY"):
            continue
        if (
            lexeme.key in ("turbine", "turbines", "turbin", "turbins", "turbnes")
            and " " not in question.text[lexeme.start : lexeme.end]
        ):
            loose = True
            if "Hydro" in named:
                continue
        if lexeme.value not in named:
            named.append(str(lexeme.value))
    wind_said = any(lexeme.key.startswith("w") and lexeme.value == "Wind" for lexeme in question.lexemes)
    if loose and "Hydro" in named and "Wind" in named and not wind_said and "turbines and" not in question.text.lower():
        named.remove("Wind")
    return named


def put_technologies(question: Question) -> None:
    named = technologies(question)
    if len(named) == 1:
        question.put("technology", named[0])
    elif named:
        question.put("technologies", named)
