"""The rule-based reader: a question -> a reading (reading.schema.json), without a model.

    read("wind sites over 100kw in berkshire", today)
        -> {"technology": "Wind", "capacity_min": "100kw", "location": "berkshire"}

A question is divided into lexemes (lexeme.py; their words are in lexicon.py and everyday.py), and named
rules (rule.py) read patterns of them: ids, groups, commissioning dates, figures, aggregates, rankings,
then sizes, rates and the rest. Every lexeme that could be a filter must be consumed by a rule; when one
is left, the reader gives None.
{"query_type": "unsupported"} is for what is no question about these installations, and for what no
field can say.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from tasks.fit_query.corrected import PUT_RIGHT
from tasks.fit_query.rules import (
    aggregates,
    commissioning,
    figures,
    grouping,
    limits,
    rankings,
    refusals,
    story,
    subjects,
)
from tasks.fit_query.rules.anecdotes import without_anecdotes
from tasks.fit_query.rules.corrections import without_corrected, without_dropped
from tasks.fit_query.rules.denied import with_denied_turned
from tasks.fit_query.rules.layout import without_layout
from tasks.fit_query.rules.lexeme import Lexeme, lexemes
from tasks.fit_query.rules.paperwork import without_paperwork
from tasks.fit_query.rules.places import put_places
from tasks.fit_query.rules.request import focused
from tasks.fit_query.rules.rule import Question, Unreadable, Unsupported
from tasks.fit_query.rules.tables import sentence_of_table
from tasks.fit_query.rules.taken_back import with_replaced
from tasks.fit_query.unsayable import unsayable
from tasks.fit_query.withdrawn import without_withdrawn
from tasks.fit_query.words import as_typed, word_bag

__all__ = ["read"]

_LAYERS = (
    subjects.ids,
    grouping.groups,
    limits.early_numbers,
    commissioning.rule,
    figures.rule,
    aggregates.rule,
    rankings.early,
    subjects.rule,
    limits.late,
)
_ID_KEYS = ("fit_id", "query_type", "revenue", "regional")


def read(text: str, today: date) -> dict[str, Any] | None:
    """The reading of `text`, or None when a part that looks like a filter is not understood."""
    text = without_withdrawn(as_typed(text))
    if "should" in word_bag(text) and PUT_RIGHT.search(text):
        text = with_replaced(text) or text
    reading = _read_all(text, today)
    if reading is None and unsayable(text):
        return {"query_type": "unsupported"}
    if reading is None or reading.get("query_type") == "unsupported":
        replaced = with_replaced(text)
        return (_read_all(replaced, today) if replaced else None) or reading
    return reading


def _read_all(text: str, today: date) -> dict[str, Any] | None:
    table = sentence_of_table(text) if "\n" in text else None
    if table is not None:
        reading = _read(table, today)
        return reading if reading is not None and _is_quoted(reading, text) else None
    bare = without_layout(text)
    if bare is None:
        return None
    if "@" in bare and _SENDS.search(bare):
        return {"query_type": "unsupported"}
    asked = without_paperwork(bare)
    reading = _read(asked, today)
    # A number that was taken for somebody's paperwork may have been the FIT id after all.
    if asked != bare and reading and not reading.keys() - _MARKS and reading.get("query_type") != "unsupported":
        return None
    return reading


_SENDS = re.compile(r"\b(?:e-?mail|send|mail|forward|post)\b[^.?!\n]*\bto\s+\S+@\S+", re.IGNORECASE)


def _is_quoted(reading: dict[str, Any], text: str) -> bool:
    """Whether the figures and places of a reading stand in `text`, as they do unless a table's heading was taken in."""
    return all(
        value in text
        for key, value in reading.items()
        if isinstance(value, str) and key.startswith(("capacity_", "built_", "remaining_", "location"))
    )


_MARKS = frozenset({"query_type", "revenue", "regional"})


def _read(text: str, today: date) -> dict[str, Any] | None:
    found = without_dropped(text, with_denied_turned(text, lexemes(text)))
    reading, reason = _read_lexemes(text, found, today)
    if (reading is not None and not reason) or reason in _FINAL:
        return reading
    bare = without_anecdotes(text, found) if len(found) > _SHORT else None
    if bare is None:
        return reading
    again, _ = _read_lexemes(*bare, today)
    if again is None or not again.keys() & _ABOUT_SITES or (reason == "an exclusion" and unsayable(text)):
        return reading
    # A place that is unknown belongs to the story only when the request has one of its own.
    return reading if reason in _OF_PLACES and not again.keys() & _PLACES else again


_SHORT = 4
# Reasons to refuse that no story around the request explains.
_FINAL = frozenset(
    {
        *("an instruction", "two FIT ids", "no FIT id"),
        *("the largest of each group", "a later place in a ranking", "a vague amount", "two single capacities"),
    }
)
_OF_PLACES = frozenset({"a place that is not in the gazetteer", "near what no place is"})
_PLACES = frozenset({"location", "locations", "postcodes"})
# A question that was first refused must be plainly about installations once its story is gone.
_ABOUT_SITES = frozenset({"technology", "technologies", "fit_id", "aggregate", "capacity_min", "capacity_max"})


def _read_lexemes(text: str, found: list[Lexeme], today: date) -> tuple[dict[str, Any] | None, str]:
    """The reading, and why it is a refusal where it is one."""
    try:
        try:
            return _reading(_question(text, found, today, boldly=False)), ""
        except Unreadable:
            question = _question(text, found, today, boldly=True)
        try:
            return _reading(question), ""
        except Unreadable:
            refusals.refuse_other_subject(question)
            return None, ""
    except Unsupported as reason:
        return {"query_type": "unsupported"}, str(reason)


def _question(text: str, found: list[Lexeme], today: date, boldly: bool) -> Question:
    kept_text, kept = focused(text, refusals.without_orders(text, found), boldly)
    return Question(kept_text, without_corrected(kept), today)


def _reading(question: Question) -> dict[str, Any]:
    refusals.refuse(question)
    story.without_story(question)
    put_places(question)
    for layer in _LAYERS:
        layer.apply(question)
    aggregates.settle_group(question)
    rankings.settle_sort(question)
    subjects.put_technologies(question)
    reading = question.reading
    if "fit_id" in reading:
        return {key: value for key, value in reading.items() if key in _ID_KEYS}
    refusals.check_left_over(question)
    if question.doubts:
        raise Unreadable(question.doubts[0])
    return reading
