"""Rules for groups: "by region", "which postcode area has most"."""

from __future__ import annotations

import re

from tasks.fit_query.rules.lexeme import NAMES
from tasks.fit_query.rules.rule import Match, Question, Rules, Unsupported, compiled

groups = Rules()

_OF_RANKING_WORDS = """
    TOP FIRST WHICH NUMBER GROUP MOST EXTREME SUPER CAPACITY UNIT AVERAGE COUNT TOTAL MORE
"""
_OF_RANKING = frozenset(_OF_RANKING_WORDS.split())


@groups(
    "group: one that no field has",
    """
    (?:BY|PER|GROUPED|WHICH|TOP NUMBER) (?:BY|BETWEEN|IN)* (?:GROUP_OTHER|DECADE|GROUP GROUP_OTHER)
    """,
)
def _(question: Question, found: Match) -> bool:
    by_somebody = re.search(
        r"\bby (?:the|my|our|his|her|a|an)\b", question.text[: question.lexemes[found.end - 1].start]
    )
    if by_somebody and question.quote(found.end - 1)[-1:] != "s" and not question.has("COUNT", "TOTAL", "AVERAGE"):
        return False
    raise Unsupported("a group that no field has")


@groups("group: with the top N", "(?P<group>GROUP) TOP (?P<number>NUMBER) BY (?P<what>COUNT|TOTAL|CAPACITY|UNIT)")
def _(question: Question, found: Match) -> None:
    question.put("group_by", found.lexeme("group").value)
    question.put("limit", found.quote("number"))
    counted = NAMES[question.classes[found.place("what")]] == "COUNT"
    question.put("aggregate", "count" if counted else "total_capacity")


@groups(
    "group: named by its ranking",
    """
    (?P<top>(?:TOP|FIRST|WHICH|SUPER|FIT)*) (?P<number>NUMBER)? (?P<group>GROUP(?!LESS|NUMBER)|
    AREA)(?=(?P<rest>.*(?:MOST|EXTREME|SUPER|BY|HOWMUCH|AVERAGE|TOTAL|COUNT|TOP|MORE|FEWEST|LESS|CAPACITY).*))
    """,
)
def _(question: Question, found: Match) -> bool | None:
    at = found.place("group")
    top = question.classes[found.start : at]
    rest, end = found.match.group("rest"), len(question.classes)
    names = {NAMES[character] for character in rest if character != "_"}
    lexeme = question.lexemes[at]
    most = any(one.key.startswith("most") for one in question.lexemes[at:] if NAMES[one.kind] == "SUPER")
    leads = at == 0 and (bool(names & {"MOST", "EXTREME"}) or most)
    if not leads and (at == found.start or (not top.strip("_") and not names & {"MOST"})):
        return False
    if lexeme.key == "area" or lexeme.key == "areas":
        return False
    if "FEWEST" in names or any(
        question.lexemes[i].key in ("lowest", "least", "smallest", "fewest") for i in range(at, end)
    ):
        raise Unsupported("the last of the groups")
    if {NAMES[character] for character in top} <= {"WHICH", "NUMBER"} and not names & {"MOST", "EXTREME", "SUPER"}:
        return False
    question.put("group_by", lexeme.value)
    question.put("limit", found.quote("number") or _later_number(question) or "1")
    measure = "count"
    if names & {"AVERAGE"}:
        measure = "average_capacity"
    elif names & {"CAPACITY", "UNIT"} or ("SUPER" in names and _is_capacity(question, at, end)):
        measure = "total_capacity"
    question.put("aggregate", measure)
    for i in range(found.start, end):
        character = question.classes[i]
        if character != "_" and NAMES[character] in _OF_RANKING and (i <= at or not _bounds_figure(question, i)):
            question.consume(i, i + 1)
    return False


_LATER_NUMBER = re.compile(compiled("(?:TOP|FIRST|LIMIT) NUMBER"))


def _later_number(question: Question) -> str | None:
    """The N of a "top N" that follows the group: "which regions have most, top 5"."""
    found = _LATER_NUMBER.search(question.classes)
    if not found:
        return None
    number = question.quote(found.end() - 1)
    question.consume(*found.span())
    return number


def _bounds_figure(question: Question, at: int) -> bool:
    """Whether the lexeme at `at` is part of a bound with a figure, which is a filter of its own."""
    kind = NAMES[question.classes[at]]
    near = (
        question.classes[at + 1 : at + 3]
        if kind == "MORE"
        else question.classes[max(0, at - 3) : at]
        if kind == "NUMBER"
        else ""
    )
    names = {NAMES[character] for character in near if character != "_"}
    return bool(names & {"NUMBER", "AMOUNT", "TIME", "YEAR", "MORE", "LESS", "BETWEEN"}) or kind == "NUMBER"


def _is_capacity(question: Question, first: int, end: int) -> bool:
    return any(
        question.classes[at] != "_"
        and NAMES[question.classes[at]] == "SUPER"
        and re.search("capacity|[mk]w|mega", question.quote(at), re.IGNORECASE) is not None
        for at in range(first, end)
    )


_ONE_BY_ONE = re.compile(r"\b(?:by|on)\b", re.IGNORECASE)  # "year by year"
_ADJECTIVES = frozenset({"regional", "yearly", "annually", "each", "every"})


@groups(
    "group: ranked",
    "SORT? (?P<group>GROUP) (?:SORT BY?|BY) (?:AND|IN)* (?=(?:KIND|TOTAL)* (?:COUNT|TOTAL|CAPACITY|AVERAGE|UNIT))",
)
def _(question: Question, found: Match) -> None:
    question.put("group_by", found.lexeme("group").value)


@groups("group: annual", "ANNUAL (?=COUNT|TOTAL|AVERAGE|CAPACITY)")
def _(question: Question, found: Match) -> None:
    question.put("group_by", "year")


@groups("group: as an adjective", "GROUP")
def _(question: Question, found: Match) -> bool | None:
    lexeme = question.lexemes[found.start]
    if lexeme.key not in _ADJECTIVES and not _ONE_BY_ONE.search(question.quote(found.start)):
        return False
    question.put("group_by", lexeme.value)
    return None


# "Count per year for 2011 to 2014"; "by year 2014" is a date.
_FOR = re.compile(r"\b(?:for|from|in|over|between|during)\b", re.IGNORECASE)


@groups(
    "group: by or per",
    """
    (?:GROUPED)? (?:BY|PER|GROUPED) (?:BY|IN|PER|BETWEEN|TO)* (?P<group>GROUP) (?P<second>(?:AND|OR|COMMA|
    SLASH) GROUP)?(?P<next>NUMBER|YEAR|DATE)?
    """,
)
def _(question: Question, found: Match) -> bool | None:
    if found.has("second"):
        raise Unsupported("two groups")
    if found.has("next"):
        apart = question.between(found.place("group"), found.place("next"))
        if found.lexeme("group").value == "year" and not _FOR.search(apart):
            return False
        question.put("group_by", found.lexeme("group").value)
        question.consume(found.start, found.end - 1)
        return False
    before = question.classes[found.start - 1] if found.start else ""
    if question.has("SORT") and not question.has("COUNT", "TOTAL", "AVERAGE", "PER", "GROUPED"):
        return False
    if before and before != "_" and NAMES[before] in ("SORT", "DIRECTION"):
        return False
    question.put("group_by", found.lexeme("group").value)
    return None
