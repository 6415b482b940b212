"""Rules for commissioning dates: years, months, whole dates, and spans that end today."""

from __future__ import annotations

import re

from tasks.fit_query.rules.lexeme import CLASSES, NAMES
from tasks.fit_query.rules.rule import Match, Question, Rules, Unreadable, Unsupported

rule = Rules()


@rule(
    "date: a year of expiry",
    """
    (?:EXPIRE|LEFT|SUPPORT) (?:SITE_ONE|FIT|RATE|SUPPORT|GROUP)* (?:IN|BY|BEFORE|AFTER|UNTIL|FROM|WITHIN|SINCE|BETWEEN|
    LESS|MORE|TO|ABOUT|STOP|EXACT|EDGE_END)*
    (?:EDGE_START|EDGE_END|VAGUE_DATE)? DAY
    """,
)
def _(question: Question, found: Match) -> None:
    raise Unsupported("a calendar year of expiry")


@rule(
    "date: a figure in a range with a year",
    """
    (?P<first>YEAR|NUMBER|AMOUNT|DATE) (?P<joint>DASH|TO|AND|UNTIL|LESS|SLASH|OR) (?P<second>YEAR|NUMBER|AMOUNT)
    """,
)
def _(question: Question, found: Match) -> bool:
    first, second = found.place("first"), found.place("second")
    kinds = {NAMES[question.classes[at]] for at in (first, second)}
    if question.classes[found.place("joint")] == CLASSES["LESS"] and not found.lexeme("joint").key.startswith("up"):
        return False
    short = re.fullmatch(r"'?\d\d", question.quote(second)) and question.classes[found.place("joint")] != CLASSES["AND"]
    if NAMES[question.classes[first]] == "DATE":
        if short and NAMES[question.classes[second]] == "NUMBER" and not question.quote(first)[0].isalpha():
            question.retype(second, "DATE")
    elif "YEAR" in kinds and len(kinds) == 2:
        if NAMES[question.classes[first]] == "YEAR" and short:
            question.retype(second, "DATE")
        else:
            for at in (first, second):
                if NAMES[question.classes[at]] == "YEAR":
                    question.retype(at, "NUMBER")
    return False


@rule(
    "date: a figure after a bound is no year",
    """
    (?:CAPACITY (?:FROM|BETWEEN|TO|EXACT|STOP|IN)?|MORE|LESS) ABOUT? (?P<year>YEAR)
    """,
)
def _(question: Question, found: Match) -> bool:
    before = question.lexemes[found.start]
    said = question.text[before.start : before.end].lower()
    if said not in ("up to", "upto", "up to and including", "beyond", "or more than"):
        question.retype(found.place("year"), "NUMBER")
    return False


@rule(
    "date: span that ends today",
    """
    (?:MORE|IN|WITHIN|SINCE|BUILT|FROM|LESS|BY)* LAST (?P<span>TIME|DECADE|(?P<year>GROUP))
    """,
)
def _(question: Question, found: Match) -> bool | None:
    if found.has("year"):
        if question.quote(found.place("year")).lower() not in ("year", "yr"):
            return False
    elif (
        question.has("EXPIRE", "LEFT")
        and not question.has("BUILT")
        and found.has("span")
        and "last" in question.text.lower()
    ):
        after = question.classes[found.end : found.end + 2]
        if CLASSES["LEFT"] in after or CLASSES["SUPPORT"] in after:
            return False
    question.put("built_last", found.quote("span"))
    return None


@rule("date: built last, a span", "(?P<built>SUPER) (?P<span>TIME)(?!LEFT|AGO|OLD)")
def _(question: Question, found: Match) -> bool | None:
    if not question.quote(found.place("built")).lower().endswith("last"):
        return False
    question.put("built_last", found.quote("span"))
    return None


@rule("date: age below a span", "(?P<bound>LESS|WITHIN|AFTER|MORE|BEFORE|SINCE) ABOUT? (?P<span>TIME) (?P<age>AGO|OLD)")
def _(question: Question, found: Match) -> None:
    if NAMES[question.classes[found.place("bound")]] in ("MORE", "BEFORE"):
        raise Unsupported("older than a span")
    question.put("built_last", found.quote("span"))


@rule("date: age", "TIME (?:AGO|OLD)|(?:BEFORE) TIME(?!LEFT)")
def _(question: Question, found: Match) -> None:
    raise Unsupported("an age")


@rule(
    "date: between two",
    """(?:DATE_WORD|BUILT|BETWEEN|FROM|IN|WITHIN|SINCE|BY)* (?<!AFTER)(?P<first>DAY|MONTH)
    (?P<joint>(?:TO|DASH|UNTIL|AND|OR|COMMA|SLASH|LESS|BY|IN|FROM|PLUS)+
    (?:(?:DAY) (?:OR|AND|COMMA|SLASH)+)*) (?P<last>DAY)(?!ONWARDS|MORE_AFTER)""",
)
def _(question: Question, found: Match) -> None:
    question.put("built_from", found.quote("first"))
    question.put("built_to", found.quote("last"))


_RELATION = {
    "SINCE": "built_from",
    "FROM": "built_from",
    "AFTER": "built_after",
    "BEFORE": "built_before",
    "BY": "built_to",
    "UNTIL": "built_to",
    "LESS": "built_to",
    "TO": "built_to",
    "MORE": "built_after",
}
_EDGE = {
    ("SINCE", "EDGE_END"): "built_after",
    ("FROM", "EDGE_END"): "built_after",
    ("AFTER", "EDGE_START"): "built_from",
    ("BEFORE", "EDGE_END"): "built_to",
    ("BY", "EDGE_START"): "built_before",
    ("UNTIL", "EDGE_START"): "built_before",
}


@rule("date: in or after, in or before", "BUILT* IN? (?P<way>ONWARDS|EARLIER|OR AFTER|OR BEFORE) (?P<day>DAY)")
def _(question: Question, found: Match) -> None:
    last = NAMES[question.classes[found.place("day") - 1]]
    question.put("built_from" if last in ("ONWARDS", "AFTER") else "built_to", found.quote("day"))


@rule(
    "date: bound before it",
    """(?:BUILT|DATE_WORD)* (?P<relation>SINCE|FROM|AFTER|BEFORE|BY|UNTIL|LESS|TO|MORE) (?:BUILT|IN|GROUP)*
    (?P<edge>EDGE_START|EDGE_END|VAGUE_DATE)?
    (?P<day>DAY) (?P<after>ONWARDS|EARLIER|MORE_AFTER|LESS_AFTER|PLUS)?""",
)
def _(question: Question, found: Match) -> None:
    relation = NAMES[question.classes[found.place("relation")]]
    edge = NAMES[question.classes[found.place("edge")]] if found.has("edge") else ""
    if edge == "VAGUE_DATE":
        raise Unsupported("a vague date")
    key = _EDGE.get((relation, edge), _RELATION[relation])
    after = NAMES[question.classes[found.place("after")]] if found.has("after") else ""
    if after in ("EARLIER", "LESS_AFTER") and key in ("built_from", "built_after"):
        raise Unreadable("a date bound both ways")
    question.put(key, found.quote("day"))


@rule(
    "date: bound behind it",
    """
    (?:BUILT|IN|BETWEEN|FROM|SINCE)* (?P<day>DAY) BUILT? (?P<after>ONWARDS|MORE_AFTER|EARLIER|LESS_AFTER|PLUS)
    """,
)
def _(question: Question, found: Match) -> None:
    later = NAMES[question.classes[found.place("after")]] in ("ONWARDS", "MORE_AFTER", "PLUS")
    question.put("built_from" if later else "built_to", found.quote("day"))


@rule(
    "date: in it",
    """
    (?:BUILT|IN|WITHIN|GROUP)* (?P<edge>EDGE_START|EDGE_END|VAGUE_DATE|ABOUT|NEAR)? (?P<day>DAY) (?:BUILT|
    GROUP(?!BY|PER))?
    """,
)
def _(question: Question, found: Match) -> None:
    if found.has("edge"):
        raise Unsupported("a vague date")
    question.put("built_in", found.quote("day"))
