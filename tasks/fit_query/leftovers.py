"""What the question still asks once every quotation has its place: filters that an answer would ignore.

    leftovers(draft) -> [Leftover(kind, words)]   kind: number, date, place, postcode, technology, request

A filter that is left out in silence is the failure that this task exists to remove, so everything that
looks like one is named. Passed over is what plainly is none: a value that the asker corrected ("Devon,
sorry, Dorset"), the asker's own place ("we're in Leeds"), a figure of the story around ("3 meetings").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import NamedTuple

from tasks.fit_query.amounts import Amount
from tasks.fit_query.draft import Draft
from tasks.fit_query.evidence import unread_marks
from tasks.fit_query.gazetteer import find_places
from tasks.fit_query.postcodes import find_postcodes
from tasks.fit_query.technologies import find_technologies
from tasks.fit_query.whereabouts import is_own_place

_CORRECTED = re.compile(
    r"[\s,.;:!?–—-]*(?:\w+[\s,]+){0,2}?[\s,.;–—(-]*(?:sorry|no(?:pe)?,?\s+(?:wait|sorry|i mean|make|actually)|oops"
    r"|whoops|i mean(?:t)?|actually|make that"
    r"|scratch that|correction|or rather|rather|wait|no(?=\s*[,.–—-])|my mistake|strike that|err? no)\b",
    re.IGNORECASE,
)
_STORY_NUMBER = re.compile(
    r"^\s*-?\s*(?:%|per\s?cent|minutes?|mins?|hours?|hrs?|o['’]?clock|am\b|pm\b|acres?|hectares?|people|times|pages?"
    r"|slides?|percent|p\b|pence|pounds?|quid|euros?"
    r"|columns?|meetings?|emails?|colleagues?|kids?|st\b|nd\b|rd\b|th\b|weeks? ago|days? ago|years? ago|months? ago"
    r"|years? old|sites? (?:i|we)|options?)",
    re.IGNORECASE,
)
_OF_ROWS = re.compile(r"\s+(?:\w{2,}est|most|rows|results)\b", re.IGNORECASE)
_RANGE = re.compile(r"\s*(?:and|to|or|-|up to)\s*", re.IGNORECASE)


class Leftover(NamedTuple):
    """Words of the question that no field accounts for."""

    kind: str
    words: str


def leftovers(draft: Draft) -> list[Leftover]:
    """In the order in which the question names them."""
    found = [*_numbers(draft)]
    if "fit_id" not in draft.reading:
        found += [*_technologies(draft), *_places(draft), *_dates(draft)]
    found += [(start, Leftover("request", words)) for start, words in unread_marks(draft.text, draft.reading)]
    return [leftover for _, leftover in sorted(found)]


def _is_corrected(draft: Draft, end: int, others: Iterable[int]) -> bool:
    """Whether what ends at `end` is taken back for another of its kind: `others` are the starts of these."""
    found = _CORRECTED.match(draft.text, end, min(end + 40, len(draft.text)))
    return found is not None and any(found.end() <= start <= found.end() + 30 for start in others)


def _technologies(draft: Draft) -> Iterator[tuple[int, Leftover]]:
    read = {draft.reading.get("technology", ""), *draft.reading.get("technologies", ())}
    for mention in find_technologies(draft.text, misspelt=True):
        if mention.technology in read or mention.either in read:
            continue
        taken_back = read != {""} and _CORRECTED.match(draft.text, mention.end)
        if not taken_back:
            yield mention.start, Leftover("technology", mention.text)


def _places(draft: Draft) -> Iterator[tuple[int, Leftover]]:
    has_place = "location" in draft.output or "postcode_patterns" in draft.output
    read = draft.output.get("location", "").split(", ")
    mentions = draft.places if has_place else find_places(draft.text, misspelt=True)
    postcodes = find_postcodes(draft.text)
    named = [(one.start, one.end, "place") for one in mentions if one.place.name not in read]
    named += [(start, end, "place") for start, end in draft.outside]
    named += [(one.start, one.end, "postcode") for one in postcodes]
    starts = [*(start for start, _, _ in named), *(span.start for span in draft.quotations.taken)]
    for start, end, kind in named:
        own = has_place and is_own_place(draft.text, start, end)
        if draft.quotations.is_free(start, end) and not own and not _is_corrected(draft, end, starts):
            yield start, Leftover(kind, draft.text[start:end])


def _dates(draft: Draft) -> Iterator[tuple[int, Leftover]]:
    said = {draft.text[span.start : span.end] for span in draft.quotations.taken}
    starts = [date.start for date in draft.dates]
    for date in draft.dates:
        free = date.text not in said and draft.quotations.is_free(date.start, date.end)
        if free and not _is_corrected(draft, date.end, starts):
            yield date.start, Leftover("date", date.text)


def _numbers(draft: Draft) -> Iterator[tuple[int, Leftover]]:
    starts = [amount.start for amount in draft.amounts]
    for amount, following in zip_longest(draft.amounts, draft.amounts[1:]):
        if not (amount.unit or draft.text[amount.start].isdigit() or _stands_for_rows(draft, amount, following)):
            continue
        if "fit_id" in draft.reading and amount.unit:
            continue
        dated = any(date.start < amount.end and amount.start < date.end for date in draft.dates)
        story = dated or _STORY_NUMBER.match(draft.text[amount.number_end :])
        free = draft.quotations.is_free(amount.start, amount.end)
        if free and not story and not _is_corrected(draft, amount.end, starts):
            yield amount.start, Leftover("number", amount.text)


def _stands_for_rows(draft: Draft, amount: Amount, following: Amount | None) -> bool:
    """Whether a spelled number without a unit asks for something: "fifteen newest", "one and seven years"."""
    if _OF_ROWS.match(draft.text, amount.end):
        return True
    if following is None or not following.unit:
        return False
    return bool(_RANGE.fullmatch(draft.text[amount.end : following.start]))
