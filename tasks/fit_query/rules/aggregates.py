"""Rules for counts, totals, averages and comparisons."""

from __future__ import annotations

import re

from tasks.fit_query.rules.lexeme import NAMES
from tasks.fit_query.rules.rule import Match, Question, Rules, Unreadable, Unsupported

rule = Rules()

_SITE_WORDS = """
    CAPACITY UNIT TECHNOLOGY TECHNOLOGY_ONE TECHNOLOGY_MANY SITE_ONE SITE_MANY PLACE REPOWERING SIZE
"""
_SITES = frozenset(_SITE_WORDS.split())


@rule(
    "group: a yearly count",
    """
    (?P<group>GROUP)(?=COUNT|TOTAL|AVERAGE|CAPACITY|GROUPED)|(?:COUNT|TOTAL|AVERAGE|CAPACITY|NOUN) (?:IN)?
    (?P<last>GROUP)$
    """,
)
def _(question: Question, found: Match) -> bool | None:
    at = found.place("group") if found.has("group") else found.place("last")
    if question.lexemes[at].key not in ("yearly", "annually", "regional", "year", "each", "every") and not found.has(
        "group"
    ):
        return False
    question.put("group_by", question.lexemes[at].value)
    question.consume(at, at + 1)
    return False


@rule("group: a regional split", "REGIONAL (?:TOTAL|COUNT|AVERAGE)? (?:GROUPED|TOTAL|AVERAGE|COUNT)")
def _(question: Question, found: Match) -> bool:
    if not question.has("REVENUE", "RATE"):
        question.put("group_by", "region")
        at = found.start
        question.consume(at, at + 1)
    return False


@rule(
    "refusal: two aggregates",
    """
    (?:AVERAGE|TOTAL|COUNT) (?:CAPACITY|SITE_MANY|KIND)? (?:AND|OR|COMMA|SLASH|PLUS)+ (?:AVERAGE|TOTAL|COUNT)
    """,
)
def _(question: Question, found: Match) -> bool | None:
    if len({NAMES[character] for character in found.match.group()} & {"AVERAGE", "TOTAL", "COUNT"}) < 2:
        return False
    raise Unsupported("two aggregates")


@rule(
    "refusal: average of something else",
    """
    AVERAGE (?:LEFT|DATE_WORD|OLD|SUPPORT|RATE|TIME)|HOWMUCH (?:TIME|LEFT|SUPPORT)
    """,
)
def _(question: Question, found: Match) -> None:
    raise Unsupported("an average that no field has")


@rule("aggregate: typical of life", "(?:^|(?<=_)|(?:STOP|COMMA))(?P<word>AVERAGE)(?=STOP|$)")
def _(question: Question, found: Match) -> bool | None:
    """ "The boiler's packed in at home, typical." """
    return None if found.lexeme("word").key == "typical" else False


@rule(
    "aggregate: average capacity",
    """
    AVERAGE (?P<between>[^_]*?) (?:CAPACITY|UNIT|NOUN|SIZE)|CAPACITY AVERAGE|SIZE [^_]* AVERAGE|AVERAGE (?:$|
    IN|BY|STOP|NEAR)|CAPACITY IN AVERAGE
    """,
)
def _(question: Question, found: Match) -> bool | None:
    if question.has("REVENUE"):
        _consume(question, "AVERAGE")
        return False
    if not any(NAMES[lexeme.kind] in _SITES for lexeme in question.lexemes):
        raise Unsupported("an average of nothing")
    question.put("aggregate", "average_capacity")
    _consume(question, "AVERAGE", "CAPACITY", "UNIT")
    for at in range(found.start, found.end):
        if question.lexemes[at].key in ("big", "large", "small") and question.classes[at] != "_":
            question.consume(at, at + 1)
    return False


@rule("aggregate: average per site", "(?P<per>PER) (?=(?:TECHNOLOGY)? (?:TECHNOLOGY_ONE|SITE_ONE))")
def _(question: Question, found: Match) -> bool | None:
    """ "The average kW per wind site" has no group."""
    return None if question.reading.get("aggregate") == "average_capacity" else False


@rule("aggregate: of each of what is compared", "(?P<per>PER)(?=COMMA|STOP|$)")
def _(question: Question, found: Match) -> bool | None:
    """ "Compare wind and hydro, how many there are of each"."""
    said = (found.quote("per") or "").lower().split()[-1]
    return None if said == "each" and (question.has("COMPARE") or "query_type" in question.reading) else False


@rule("aggregate: total revenue", "(?:TOTAL|AVERAGE|HOWMUCH|COUNT)+(?=.*REVENUE)|REVENUE.*(?:TOTAL|AVERAGE)")
def _(question: Question, found: Match) -> bool:
    _consume(question, "TOTAL", "AVERAGE", "HOWMUCH")
    return False


@rule(
    "aggregate: how many megawatts",
    """
    (?:COUNT|HOWMUCH|TOTAL)+ (?:COUNT|TOTAL)* (?:KIND|OPEN)? (?:UNIT|CAPACITY)|TOTAL .*? CAPACITY|(?:CAPACITY|UNIT)
    [^_]*? TOTAL|TOTAL KIND? (?:UNIT)|HOWMUCH KIND|TOTAL (?:AND|COMMA)? CAPACITY|COUNT CAPACITY
    """,
)
def _(question: Question, found: Match) -> bool:
    between = found.match.group()
    names = [NAMES[character] for character in between if character != "_"]
    if (
        "COUNT" in names
        and "TOTAL" in names
        and "CAPACITY" in names
        and names.index("COUNT") < len(names) - 1
        and "AND" in names
    ):
        raise Unsupported("two aggregates")
    question.put("aggregate", "total_capacity")
    _consume(question, "TOTAL", "HOWMUCH", "CAPACITY", "UNIT")
    if "COUNT" in names:
        _consume(question, "COUNT")
    return False


@rule("aggregate: count", "(?:TOTAL)? COUNT (?:TOTAL)?|HOWMUCH MANY")
def _(question: Question, found: Match) -> None:
    if question.reading.get("aggregate") not in (None, "count"):
        raise Unsupported("two aggregates")
    question.put("aggregate", "count")
    _consume(question, "TOTAL")


@rule("aggregate: total of sites", "TOTAL (?=KIND* MANY)|MANY [^_]*? TOTAL")
def _(question: Question, found: Match) -> bool:
    question.put("aggregate", "count")
    _consume(question, "TOTAL")
    return False


@rule("compare: which has more", "MORE_OF (?P<measure>CAPACITY|UNIT)?")
def _(question: Question, found: Match) -> bool | None:
    """ "Kent or Essex: which has more solar"; "who has more capacity, Wales or Scotland"."""
    places = len(question.reading.get("locations", ())) + len(question.reading.get("postcodes", ()))
    if places < 2 or not _WHO_HAS.search(question.text):
        return False
    question.put("query_type", "comparison")
    if found.has("measure"):
        question.put("aggregate", "total_capacity")
    return None


_WHO_HAS = re.compile(
    r"\b(?:which|who|where|what)\b.*\b(?:has|have|had|got|is|are|sees?|does|do|there)\b", re.IGNORECASE
)


@rule("compare", "COMPARE (?:COMPARE|TO|IN|BETWEEN|BY)*")
def _(question: Question, found: Match) -> None:
    against = question.lexemes[found.start].key == "against" and question.has("REVENUE") and not _has_two(question)
    if "fit_id" in question.reading or against:
        return  # "the revenue against each", "check FIT 134 against our ledger"
    question.put("query_type", "comparison")


def _has_two(question: Question) -> bool:
    """Whether there are two things to compare: places, postcodes or technologies."""
    kinds = {one.value for one in question.lexemes if NAMES[one.kind].startswith("TECHNOLOGY")}
    return question.whereabouts > 1 or len(kinds) > 1


def _consume(question: Question, *names: str) -> None:
    for at, character in enumerate(question.classes):
        if character != "_" and NAMES[character] in names:
            question.consume(at, at + 1)


def settle_group(question: Question) -> None:
    """A group without an aggregate: "capacity by region" is a total, "sites per region" a count."""
    if "aggregate" in question.reading:
        return
    if (
        question.reading.get("query_type") == "comparison"
        and question.has("CAPACITY", "UNIT")
        and not _has_figure(question)
    ):
        question.put("aggregate", "total_capacity")
        _consume(question, "CAPACITY", "UNIT")
    if "group_by" not in question.reading:
        return
    if question.reading.get("query_type") == "fit_rate":
        raise Unreadable("rates by group")
    if question.reading.get("revenue"):
        raise Unsupported("revenue by group")
    question.put("aggregate", "total_capacity" if question.has("CAPACITY", "UNIT") else "count")
    _consume(question, "CAPACITY", "UNIT")


def _has_figure(question: Question) -> bool:
    return bool(
        question.reading.keys() & {"capacity_min", "capacity_max", "capacity_about", "capacity_exactly", "sort"}
    )
