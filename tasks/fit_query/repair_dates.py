"""Repairs of dates of commissioning that a reader copied wrongly, where the question settles what was meant.

repair_dates(repair)     "since 2013" read as "in 2013" and the other way round; one end of "2010-12"; a date
                         in other digits
"""

from __future__ import annotations

import re

from tasks.fit_query.amounts import KW
from tasks.fit_query.bound_words import may_bound_date, said_of_date
from tasks.fit_query.dates import RELATIONS, parse_period
from tasks.fit_query.quotation import Span, spans_of
from tasks.fit_query.repair import Repair
from tasks.fit_query.repair_bounds import JOINT, is_copy
from tasks.fit_query.words import split_words, word_set

_PLAIN_BEFORE = word_set("in built commissioned installed year during solar sites farms turbines schemes the")
_PLAIN_BEHIND = word_set(
    "in near with over under above below please sites farms turbines schemes installations i and thanks"
)
_DATE_JOINT = re.compile(r"\s*(?:[-–—/&]|\b(?:to|and|or|until|till|through|n)\b)\s*", re.IGNORECASE)
_LAST_OF_RANGE = re.compile(
    r"\s*(?:-|–|—|/|to|and|until|till|through|&|n)\s*((?:19|20)\d\d|['’]?\d\d)(?![\w%]|[.,]\d)", re.I
)
_FIRST_OF_RANGE = re.compile(r"((?:19|20)\d\d)\s*(?:-|–|—|/|to|and|until|till|through|&|n)\s*$", re.IGNORECASE)


def repair_dates(repair: Repair) -> None:
    """Dates of commissioning; see the module's docstring."""
    _replace_strange_date(repair)
    if len([key for key in RELATIONS if key in repair.reading]) == 1:
        _complete_range(repair)
    for key in ("built_in", "built_from", "built_after", "built_before", "built_to"):
        if key in repair.reading:
            _relate(repair, key)


def _replace_strange_date(repair: Repair) -> None:
    keys = [key for key in RELATIONS if key in repair.reading and key != "built_last"]
    dates = repair.draft.dates
    if len(keys) != 1 or len(dates) != 1 or repair.quotations().take(repair.reading[keys[0]]):
        return
    quoted, today = repair.reading[keys[0]], repair.draft.today
    same = parse_period(quoted, today) == parse_period(dates[0].text, today)
    if not same and is_copy(quoted, dates[0].text):
        repair.put(keys[0], dates[0].text, f"'{quoted}' is not in the question, '{dates[0].text}' is")


def _complete_range(repair: Repair) -> None:
    """Both ends of a range of years of which the reader quoted one: "2010" of "2010-12", "13" of "2011-13"."""
    key = next(key for key in RELATIONS if key in repair.reading)
    span = repair.quotations().take(repair.reading[key])
    if span is None or key == "built_last":
        return
    quoted = repair.text[span.start : span.end]
    ends = _ends(repair, span, quoted)
    if ends is None:
        return
    first, last, whole = ends
    if parse_period(whole, repair.draft.today) is None or _is_amount(repair, whole):
        return
    del repair.reading[key]
    repair.put("built_from", first, f"'{quoted}' is only one end of '{whole}'")
    repair.reading["built_to"] = last


def _ends(repair: Repair, span: Span, quoted: str) -> tuple[str, str, str] | None:
    """First end, last end and the whole of the range that text[span] is one end of."""
    text = repair.text
    for date in repair.draft.dates:
        if date.start >= span.end and _DATE_JOINT.fullmatch(text[span.end : date.start]):
            return quoted, date.text, text[span.start : date.end]
        if date.end <= span.start and _DATE_JOINT.fullmatch(text[date.end : span.start]):
            return date.text, quoted, text[date.start : span.end]
    behind = _LAST_OF_RANGE.match(text, span.end)
    before = _FIRST_OF_RANGE.search(text, 0, span.start)
    if behind and re.fullmatch(r"(?:19|20)\d\d", quoted):
        return quoted, behind[1], text[span.start : behind.end()]
    if before and re.fullmatch(r"(?:(?:19|20)\d\d|['’]?\d\d)", quoted):
        return before[1], quoted, text[before.start() : span.end]
    return None


def _is_amount(repair: Repair, whole: str) -> bool:
    """Whether the range goes on into a unit: "2010-2012 kW"."""
    at = repair.text.find(whole)
    return any(amount.unit in KW and amount.start < at + len(whole) <= amount.end for amount in repair.draft.amounts)


def _relate(repair: Repair, key: str) -> None:
    span = repair.quotations().take(repair.reading[key])
    if span is None:
        return
    said = said_of_date(repair.lowered, span.start, span.end)
    alone = len([one for one in RELATIONS if one in repair.reading]) == 1
    if said is None and key != "built_in" and alone and _is_bare(repair, span):
        _rename_date(repair, key, "built_in", span)
        return
    if said is None or said == key or said in repair.reading:
        return
    if JOINT.search(repair.reading[key]) and key == "built_in":
        return
    _rename_date(repair, key, said, span)


def _is_bare(repair: Repair, span: Span) -> bool:
    """Whether nothing can make the date a beginning or an end: "solar 2013 lincs", "wind commissioned in 2013"."""
    if may_bound_date(repair.lowered, span.start, span.end):
        return False
    draft = repair.draft
    named = spans_of(draft.places, draft.technologies, draft.amounts, draft.postcodes)
    words = split_words(repair.text)
    left = [word for word in words if word.end <= span.start][-1:]
    right = [word for word in words if word.start >= span.end][:1]
    return all(
        word.key in plain or any(one.start <= word.start < one.end for one in named)
        for beside, plain in ((left, _PLAIN_BEFORE), (right, _PLAIN_BEHIND))
        for word in beside
    )


def _rename_date(repair: Repair, key: str, other: str, span: Span) -> None:
    words = repair.text[max(0, span.start - 10) : span.end + 8].strip()
    repair.rename(key, other, f"'{words}' does not mean {key}")
