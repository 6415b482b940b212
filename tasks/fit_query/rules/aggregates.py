"""Rules for counts, totals, averages, groups and comparisons."""

from __future__ import annotations

import re

from tasks.fit_query.rules.lexeme import NAMES
from tasks.fit_query.rules.rule import Match, Question, Rules, Unreadable, Unsupported, compiled

groups = Rules()
rule = Rules()

_SITE_WORDS = """
    CAPACITY UNIT TECHNOLOGY TECHNOLOGY_ONE TECHNOLOGY_MANY SITE_ONE SITE_MANY PLACE REPOWERING SIZE
"""
_SITES = frozenset(_SITE_WORDS.split())
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
def _(question: Question, found: Match) -> None:
    raise Unsupported("a group that no field has")


@groups(
    "group: named by its ranking",
    """
    (?P<top>(?:TOP|FIRST|WHICH|SUPER|FIT)*) (?P<number>NUMBER)? (?P<group>GROUP(?!LESS|NUMBER)|
    AREA)(?=(?P<rest>.*(?:MOST|EXTREME|SUPER|BY|HOWMUCH|AVERAGE|TOTAL|COUNT|TOP|MORE|FEWEST|LESS).*))
    """,
)
def _(question: Question, found: Match) -> bool | None:
    at = found.place("group")
    top = question.classes[found.start : at]
    rest, end = found.match.group("rest"), len(question.classes)
    names = {NAMES[character] for character in rest if character != "_"}
    lexeme = question.lexemes[at]
    if at == found.start or (not top.strip("_") and not names & {"MOST"}):
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
        and "capacity" in question.text[question.lexemes[at].start : question.lexemes[at].end].lower()
        for at in range(first, end)
    )


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
    if lexeme.key not in _ADJECTIVES:
        return False
    question.put("group_by", lexeme.value)
    return None


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
        if found.lexeme("group").value == "year":
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


@rule("aggregate: total revenue", "(?:TOTAL|AVERAGE|HOWMUCH|COUNT)+(?=.*REVENUE)|REVENUE.*(?:TOTAL|AVERAGE)")
def _(question: Question, found: Match) -> bool:
    _consume(question, "TOTAL", "AVERAGE", "HOWMUCH")
    return False


@rule(
    "aggregate: how many megawatts",
    """
    (?:COUNT|HOWMUCH|TOTAL)+ (?:COUNT|TOTAL)* KIND? (?:UNIT|CAPACITY)|TOTAL .*? CAPACITY|(?:CAPACITY|UNIT)
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


@rule("compare", "COMPARE (?:COMPARE|TO|IN|BETWEEN|BY)*")
def _(question: Question, found: Match) -> None:
    question.put("query_type", "comparison")


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
