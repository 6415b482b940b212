"""What a filter that was read, or a turn of speech, explains of the lexemes that are left."""

from __future__ import annotations

import re

from tasks.fit_query.rules.lexeme import CLASSES, CONSUMED, NAMES
from tasks.fit_query.rules.rule import Question

_KINDS = frozenset({"TECHNOLOGY", "TECHNOLOGY_ONE", "TECHNOLOGY_MANY"})
_TIME_WORDS = frozenset({"BEFORE", "AFTER", "SINCE", "UNTIL"})


def _classes(names: str) -> frozenset[str]:
    return frozenset(CLASSES[name] for name in names.split())


_FIGURE = _classes("AMOUNT NUMBER TIME YEAR DATE MONTH DECADE")


_TURNS = _classes("FIRST LAST NEXT MORE LESS GROUP ORDINAL NUMBER BEFORE AFTER SINCE UNTIL BETWEEN")


def consume_explained(question: Question) -> None:
    """Takes away what words of a filter that was read leave behind: "left" once the time left is known."""
    reading = question.reading
    explained: set[str] = set()
    for at, character in enumerate(question.classes if not _TURNS.isdisjoint(question.present) else ""):
        if NAMES.get(character) in ("FIRST", "LAST", "NEXT") and _ends_or_tells(question, at + 1):
            question.consume(at, at + 1)
        if NAMES.get(character) in ("MORE", "LESS") and _bounds_nothing(question, at):
            question.consume(at, at + 1)
        if NAMES.get(character) == "GROUP" and _names_field(question, at):
            question.consume(at, at + 1)
        if NAMES.get(character) == "ORDINAL" and NAMES.get(question.classes[at + 1 : at + 2]) == "COMMA":
            question.consume(at, at + 1)
        if NAMES.get(character) == "NUMBER" and _counts_things(question, at):
            question.consume(at, at + 1)
        if NAMES.get(character) in _TIME_WORDS | {"BETWEEN"} and not _FIGURE & {
            lexeme.kind for lexeme in question.lexemes[at + 1 : at + 4]
        }:
            question.consume(at, at + 1)  # "before that", "after the meeting": a bound of nothing
    if reading.keys() & {"remaining_min", "remaining_max"} or str(reading.get("sort")).startswith("fit_remaining"):
        explained |= {"LEFT", "EXPIRE", "SUPPORT", "NEXT", "UNTIL", "BEFORE"}
    if reading.keys() & {"capacity_min", "capacity_max", "capacity_about", "capacity_exactly", "size"} or str(
        reading.get("sort")
    ).startswith("capacity"):
        explained |= {"CAPACITY", "UNIT", "EXACT"}
    if "revenue" in reading:
        explained |= {"ANNUAL"}
    if str(reading.get("sort")).endswith("desc") or str(reading.get("sort")).endswith("asc"):
        explained |= {"FIRST"}
    if "group_by" in reading:
        explained |= {"GROUPED"}
    if reading.get("query_type") == "comparison":
        explained |= {"BETWEEN", "TO"}
    if explained and not question.present <= {CONSUMED}:
        for at, character in enumerate(question.classes):
            if character != CONSUMED and NAMES[character] in explained:
                question.consume(at, at + 1)


_THESE = re.compile(r"\b(?:the|those|these|my|our|all|both|her|his|their|are|we['’]re|were|us)\s+$", re.IGNORECASE)


def _names_field(question: Question, at: int) -> bool:
    """ "the technology must be wind": a field's name before its value."""
    lexeme = question.lexemes[at]
    behind = NAMES[question.lexemes[at + 1].kind] if at + 1 < len(question.lexemes) else ""
    return (
        lexeme.value == "technology" and behind in _KINDS and not question.has("BY", "PER", "COUNT", "TOTAL", "AVERAGE")
    )


_FREE_BOUNDS = frozenset({"at least", "at most", "over", "under", "above", "below", "beyond"})
_NO_BOUND_OF = frozenset({"", "COMMA", "STOP", "STORY", "COUNT", "ALL", "WHICH", "REFER", "AVERAGE", "TOTAL"})


def _bounds_nothing(question: Question, at: int) -> bool:
    """Whether "at least" or "over" is a turn of speech: "at least tell me how many"."""
    behind = NAMES[question.lexemes[at + 1].kind] if at + 1 < len(question.lexemes) else ""
    before = NAMES[question.lexemes[at - 1].kind] if at else ""
    figure = before in ("AMOUNT", "NUMBER", "TIME", "YEAR")
    return question.quote(at).lower() in _FREE_BOUNDS and behind in _NO_BOUND_OF and not figure


def _counts_things(question: Question, at: int) -> bool:
    """Whether a spelled number only counts what is spoken of: "those are the two tests", "the three towns"."""
    start = question.lexemes[at].start
    behind = NAMES[question.lexemes[at + 1].kind] if at + 1 < len(question.lexemes) else ""
    return (
        (
            question.quote(at).isalpha()
            and bool(_THESE.search(question.text[:start]))
            and behind in ("STORY", "UNKNOWN", "GROUP_OTHER")
        )
        or behind == "STORY"
        or (behind == "SITE_MANY" and question.lexemes[at + 1].key == "things")
    )


_STORY_GOES_ON = frozenset({"STORY", "UNKNOWN", "COMMA", "STOP", "FIT", "GROUP_OTHER"})


def _ends_or_tells(question: Question, at: int) -> bool:
    """Whether nothing but a story goes on at `at` ("next week"), so that "next" ranks nothing."""
    return at >= len(question.lexemes) or NAMES[question.lexemes[at].kind] in _STORY_GOES_ON
