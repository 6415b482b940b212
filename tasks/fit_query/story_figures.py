"""Figures of the letter, the call or the story around a question, which ask for nothing.

    story_figures("acct 7002291. Solar in Devon, tel 01752 555 014") -> the spans of 7002291 and the number

Account, reference, invoice, case and telephone numbers, sums of money, energy used, times of the day,
dates of letters. Only figures with such a word beside them, or of such a form, count.
"""

from __future__ import annotations

import re
from functools import lru_cache

from tasks.fit_query.dates import find_dates
from tasks.fit_query.quotation import Span

_NAMED = (
    r"(?:accounts?|accts?|acc|a/c|(?:cust(?:omer)?\s+)?refs?|(?:cust(?:omer)?\s+)?reference|invoices?|inv|case|ticket"
    r"|policy|claim|complaint|booking|membership|meters?|mpan|mprn|serial"
    r"|card|cards|card ending|ext|extension|extn|phone|tele?phone|tel|mob|mobile|cell|fax|landline|call\s?back"
    r"|contact|whatsapp"
    r"|dob|priority|room|page|desk|(?<!\bon )line|lot|flight|folio|docket|job (?:no|number))"
)
_FILLER = (
    r"(?:numbers?|nos?|num|nr|id|code|is|was|are|on|in|ending|ends|my|our|his|her|me|at|the|with|of|quoted?|[#:=.])"
)
_CODE = r"(?:(?!pre|post)[a-z]{1,4}[-/]?)?\d(?:[\d/-]|\s(?=\d{3}))*"
# "acct 7002291", "Invoice no. INV-4471-22", "card ending 0042", "priority 3"
_REFERENCE = re.compile(
    rf"\b{_NAMED}\b[\s.:#-]*(?:{_FILLER}[\s.:#-]*){{0,4}}(?P<figure>{_CODE})(?![\w]|[.,]\d|\s?[kmg]w|\s?(?:kilo|mega)|\s?%)",
    re.IGNORECASE,
)
# "07700 900123", "01653 555 0182", "+44 1653 555018"
_TELEPHONE = re.compile(
    r"(?<![\w.,£])(?:\+44[\s\d()-]{8,15}\d|0\d{2,4}[\s-]\d{3,4}[\s-]?\d{2,4}|0\d{3,4}[\s-]\d{6}|0\d{9,10})(?![\w])"
)
_MONEY = re.compile(r"[£$€]\s?\d[\d.,]*(?:\s?(?:k|m|bn|million|thousand)\b)?", re.IGNORECASE)
_ENERGY = re.compile(r"(?<![\w.,])\d[\d.,]*\s?(?:[kmg]\s?wh|kilowatt[\s-]?hours?|units? (?:a|per))\b", re.IGNORECASE)
_TIME = re.compile(
    r"\bat\s+\d{1,2}[.:]\d\d\b(?!\s*(?:[kmg]\s?w|meg|kilo|gig|k\b|mw|years?\b|yrs?\b|months?\b))|(?<![\w.,])\d{1,2}(?:[.:]\d\d)?\s?(?:am|pm|o['’]?clock)\b|(?<![\w.,])\d{1,2}:\d\d\b",
    re.IGNORECASE,
)
_AGE = re.compile(
    r"\b(?:aged?|turned|i['’]?m|i am|he['’]?s|she['’]?s)\s+(?P<figure>\d{1,3})(?=\s*(?:[.,;!?]|and\b|years old|$))",
    re.IGNORECASE,
)
_LETTER = re.compile(
    r"\b(?:dated|(?:letter|e-?mail|bill|statement|invoice|advert|message|call|quote|leaflet|note|article|conversation)s?"
    r"(?:\s+(?:dated|of|from|on|sent))|(?:wrote|rang|called|phoned|emailed|written|posted"
    r"|sent)(?: \w+){0,2}? on|dob|born(?: on| in)?)"
    r"[\s:]+(?:the\s+)?$",
    re.IGNORECASE,
)
# "Wind turbines in Kent dated 2014": what is dated is no letter.
_SITES_DATED = re.compile(
    r"^(?!.*\b(?:letter|e-?mail|bill|statement|invoice|message|quote|note|report|memo)).*\b(?:turbines?|wind|solar|pv|hydro"
    r"|ad|chp|digesters?|sites?|farms?|schemes?|plants?|installations?|panels?|units?|systems?|ones|those)\b.{0,40}?"
    r"\bdated[\s:]+(?:the\s+)?$",
    re.IGNORECASE | re.DOTALL,
)
_FORMS = (_REFERENCE, _TELEPHONE, _MONEY, _ENERGY, _TIME, _AGE)


@lru_cache(maxsize=64)
def story_figures(text: str) -> tuple[Span, ...]:
    """Where the figures of the story stand, in order."""
    found = [
        Span(*(hit.span("figure") if "figure" in form.groupindex else hit.span()))
        for form in _FORMS
        for hit in form.finditer(text)
    ]
    found += [
        Span(date.start, date.end)
        for date in find_dates(text)
        if _LETTER.search(text[: date.start]) and not _SITES_DATED.search(text[: date.start])
    ]
    return tuple(sorted(found))


def is_of_story(text: str, start: int, end: int) -> bool:
    """Whether text[start:end] lies in such a figure, or begins in it."""
    return any(span.start <= start < span.end or start <= span.start < end for span in story_figures(text))
