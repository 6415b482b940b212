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
from tasks.fit_query.corrected import CORRECTED, replaces
from tasks.fit_query.draft import Draft
from tasks.fit_query.everything import is_request_word
from tasks.fit_query.place_context import goes_on
from tasks.fit_query.postcodes import parse_postcode
from tasks.fit_query.quotation import spans_of
from tasks.fit_query.story_figures import is_of_story
from tasks.fit_query.technologies import meant_technology
from tasks.fit_query.unread import unread_marks
from tasks.fit_query.whereabouts import find_unknown, is_own_place
from tasks.fit_query.words import split_words

_STORY_NUMBER = re.compile(
    r"^\s*-?\s*(?:%|per\s?cent|minutes?|mins?|hours?|hrs?|o['’]?clock|am\b|pm\b|acres?|hectares?|people|times|pages?"
    r"|slides?|percent|p\b|pence|pounds?|quid|euros?"
    r"|columns?|meetings?|emails?|colleagues?|kids?|st\b|nd\b|rd\b|th\b|weeks? ago|days? ago|years? ago|months? ago"
    r"|years? old|sites? (?:i|we)\b|options?)",
    re.IGNORECASE,
)
_OF_ROWS = re.compile(r"\s+(?:\w{2,}est|most|rows|results|expiring|with the)\b", re.IGNORECASE)
_ROWS_BEFORE = re.compile(r"\b(?:top|first|\w{2,}est|limit(?:ed to)?)\s+(?:the\s+)?$", re.IGNORECASE)
_TAKEN_BACK = re.compile(
    r"\b(?:forget|scrap|ignore|not)\s+(?:about\s+)?$|\b(?:never mind"
    r"|don['’]?t care about)\s[^.,;:!?]{0,30}$",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.?!;]\s|\n")
_ASKS = re.compile(
    r"\b(?:show|list|find|give|get|pull|need|want|which|what|how many|only|just|must|should|ones|built|commissioned"
    r"|installed|versus|vs|compare|sites?|installations?|please|per|each)\b",
    re.IGNORECASE,
)
_TOLD = 2  # words of a sentence that belong to no request make it a story
_OF_SUPPORT = re.compile(
    r"\b(?:last|past|previous|left|remain\w*|expir\w*|within|next|to go|to run|more|less|under|over|built|commissioned"
    r"|installed|support|tariff)\b",
    re.IGNORECASE,
)
_COMPARED = re.compile(
    r"(?:\b(?:than|over|under|above|below|least|most|max|min|top|first|about|around|limit|only|show|list|exceeding|to|and|or|-)"
    r"|[<>=~-])\s*$",
    re.IGNORECASE,
)
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
    found = CORRECTED.match(draft.text, end, min(end + 40, len(draft.text)))
    if found is not None and any(found.end() <= start <= found.end() + 30 for start in others):
        return True
    return any(start > end and replaces(draft.text, start) for start in others)


def _technologies(draft: Draft) -> Iterator[tuple[int, Leftover]]:
    read = {draft.reading.get("technology", ""), *draft.reading.get("technologies", ())}
    for mention in draft.technologies:
        if mention.technology in read or mention.either in read:
            continue
        denied = re.search(rf"\bnot\s+(?:the\s+)?{re.escape(mention.text)}\b", draft.text, re.IGNORECASE)
        taken_back = read != {""} and (denied or CORRECTED.match(draft.text, mention.end))
        if not taken_back and not (read != {""} and _is_story(draft, mention.start, mention.end)):
            yield mention.start, Leftover("technology", mention.text)


def _places(draft: Draft) -> Iterator[tuple[int, Leftover]]:
    has_place = "location" in draft.output or "postcode_patterns" in draft.output
    read = draft.output.get("location", "").split(", ")
    mentions = draft.likely_places
    postcodes = draft.postcodes
    named = [(one.start, one.end, "place") for one in mentions if one.place.name not in read]
    unknown = [span for span in find_unknown(draft) if not any(draft.text[slice(*span)] in name for name in read)]
    named += [(start, end, "place") for start, end in (*draft.outside, *unknown)]
    quoted = [parse_postcode(written) for written in draft.reading.get("postcodes", ())]
    patterns = {one.pattern for one in quoted if one}
    named += [(one.start, one.end, "postcode") for one in postcodes if one.pattern not in patterns]
    starts = [*(start for start, _, _ in named), *(span.start for span in draft.quotations.taken)]
    for start, end, kind in named:
        own = has_place and (is_own_place(draft.text, start, end) or _is_story(draft, start, end))
        if draft.quotations.is_free(start, end) and not own and not _is_corrected(draft, end, starts):
            yield start, Leftover(kind, draft.text[start:end])


def _is_story(draft: Draft, start: int, end: int) -> bool:
    """Whether text[start:end] was taken back before it, or stands in a sentence that only tells something."""
    if _TAKEN_BACK.search(draft.text[:start]):
        return True
    ends = [found.end() for found in _SENTENCE_END.finditer(draft.text)]
    first = max((at for at in ends if at <= start), default=0)
    last = min((at for at in ends if at >= end), default=len(draft.text))
    if (first, last) == (0, len(draft.text)) or not all(
        one.end <= first or last <= one.start for one in draft.quotations.taken
    ):
        return False
    if _ASKS.search(draft.text, first, last):
        return False
    named = spans_of(draft.likely_places, draft.technologies, draft.amounts, draft.dates)
    told = [word for word in split_words(draft.text) if first <= word.start < last and not is_request_word(word.key)]
    return sum(all(word.end <= one.start or one.end <= word.start for one in named) for word in told) >= _TOLD


def _dates(draft: Draft) -> Iterator[tuple[int, Leftover]]:
    said = {draft.text[span.start : span.end] for span in draft.quotations.taken}
    starts = [date.start for date in draft.dates]
    for date in draft.dates:
        if is_of_story(draft.text, date.start, date.end):
            continue
        free = date.text not in said and draft.quotations.is_free(date.start, date.end)
        if free and not _is_corrected(draft, date.end, starts) and not _is_story(draft, date.start, date.end):
            yield date.start, Leftover("date", date.text)


def _numbers(draft: Draft) -> Iterator[tuple[int, Leftover]]:
    starts = [amount.start for amount in draft.amounts]
    taken = spans_of(draft.dates, draft.postcodes)
    for amount, following in zip_longest(draft.amounts, draft.amounts[1:]):
        if not (amount.unit or draft.text[amount.start].isdigit() or _stands_for_rows(draft, amount, following)):
            continue
        if ("fit_id" in draft.reading and amount.unit) or is_of_story(draft.text, amount.start, amount.end):
            continue
        if _is_time_of_story(draft, amount) or _counts_other_things(draft, amount):
            continue
        dated = any(one.start < amount.end and amount.start < one.end for one in taken)
        story = dated or _STORY_NUMBER.match(draft.text[amount.number_end :]) is not None
        story = story or (amount.unit is None and _is_story(draft, amount.start, amount.end))
        free = draft.quotations.is_free(amount.start, amount.end)
        if free and not story and not _is_corrected(draft, amount.end, starts):
            yield amount.start, Leftover("number", amount.text)


def _is_time_of_story(draft: Draft, amount: Amount) -> bool:
    """Whether a time says nothing of support or commissioning: "a day in Hexham", "two weeks away", "£84 a month"."""
    around = draft.text[max(0, amount.start - 30) : amount.end + 25]
    length = amount.unit in ("days", "weeks") or amount.text.lower() in ("a year", "a month")
    return length and not _OF_SUPPORT.search(around)


def _counts_other_things(draft: Draft, amount: Amount) -> bool:
    """Whether a bare number counts things that are no installations: "200 cows"."""
    if amount.unit or _COMPARED.search(draft.text[: amount.start]):
        return False
    counted = re.match(r"\s+([a-z]{3,}s)\b", draft.text[amount.end :])
    if counted is None or goes_on(counted[1]) or meant_technology(counted[1]) or _OF_ROWS.match(draft.text, amount.end):
        return False
    behind = amount.end + counted.start(1)
    return all(behind < one.start or one.end <= behind for one in draft.likely_places)


def _stands_for_rows(draft: Draft, amount: Amount, following: Amount | None) -> bool:
    """Whether a spelled number without a unit asks for something: "fifteen newest", "one and seven years"."""
    if _OF_ROWS.match(draft.text, amount.end) or _ROWS_BEFORE.search(draft.text[: amount.start]):
        return True
    if following is None or not following.unit:
        return False
    return bool(_RANGE.fullmatch(draft.text[amount.end : following.start]))
