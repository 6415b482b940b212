"""Places and postcodes: from quotations to `location` and `postcode_patterns`.

A place comes from places.csv or the question is unsupported; its patterns come from there too, never
from the reader. A qualifier that stands behind a place in the question ("March, Cambs") narrows it
whether or not the reader quoted it.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

from tasks.fit_query.draft import Draft
from tasks.fit_query.everything import is_request_word
from tasks.fit_query.gazetteer import (
    Place,
    PlaceMention,
    Resolution,
    area_of,
    find_places,
    narrowed_patterns,
    qualifies,
    resolve,
)
from tasks.fit_query.place_context import goes_on
from tasks.fit_query.postcodes import find_postcodes, parse_postcode
from tasks.fit_query.quotation import Span, spans_of
from tasks.fit_query.technologies import meant_technology
from tasks.fit_query.words import Word, split_words

_QUALIFYING = re.compile(
    r"\s*(?:,|\(|(?:,\s*)?\b(?:(?:up|down|over|out)\s+)?in\b)?\s*(?:the\s+)?(?:county\s+of\s+)?", re.IGNORECASE
)
_JOINT = re.compile(
    r"\s*(?:,?\s*(?:\band\b|\bor\b|&|\+|/|\bn\b|\bplus\b|\bas well as\b|\bvs?\b|\bversus\b))", re.IGNORECASE
)
_LISTED = re.compile(r"\s*(?:\b(?:and|or|n|plus)\b|&|\+|/)\s*(?:in\s+|near\s+|the\s+)*", re.IGNORECASE)
_SEPARATORS = re.compile(r"\s*(?:,|/|&|\+|;|\band\b|\bor\b)\s*", re.IGNORECASE)

_OWN_PLACE = re.compile(
    r"(?:\b(?:we['’]?re|i['’]?m|im|we are|i am|based|live[sd]?|living|moved|moving|reside|office|home|house|farm"
    r"|calling|writing|here|sister|brother|mum|dad"
    r"|friend|family|met|conference|meeting|work(?:s|ed|ing)?|grew up|born|born and bred|flat|shop|school|studio"
    r"|branch|head\s?quarters|hq|clients?|customers?|investors?|partners?|colleagues?|boss|company|firm|bank|fund"
    r"|parent|(?:our|my|his|her|their)\s+[a-z]+)\b[^.?!;]{0,24}?"
    r"\b(?:in|at|from|near|to|around|outside|is in|of|for)|\b(?:from|here in|over in)|\b(?:our|my"
    r"|your))\s+(?:(?:the|er|erm|um|uh|like|i guess|sort of|you know)\s+)*$",
    re.IGNORECASE,
)
# "My Avon patch", "our Fife portfolio": where the asker works is what he asks about.
_MINE = re.compile(r"\b(?:our|my|his|her|their)\s+$", re.IGNORECASE)
_PATCH = re.compile(r"\s+(?:patch|area|region|territory|portfolio|round|turf|fleet|list|book|assets)\b", re.IGNORECASE)
_LOOKED_FOR = re.compile(
    r"\b(?:after|look(?:ing|s)?|search(?:ing)?|hunting|seek(?:ing|s)?|want(?:s|ing|ed)?|need(?:s|ing|ed)?|interested|find"
    r"|keen|trying|asking|asks?|show|list|sites?|installations?|schemes?|projects?|plants?|assets?|units?|anything"
    r"|everything|what|which|nearest|closest|share|number|count|patch|interest|search|list)\b",
    re.IGNORECASE,
)
_OWN_BEHIND = re.compile(
    r"^\W*(?:(?:er|erm|um|uh)\s+)?(?:office|branch|team|depot|hq|headquarters|desk|crew|lot|folk|resident|based)\b",
    re.IGNORECASE,
)


class Named(NamedTuple):
    """A place or postcode of the reading where it stands in the question."""

    span: Span
    place: Place | None
    patterns: tuple[str, ...]


def add_whereabouts(draft: Draft) -> None:
    """`location` and `postcode_patterns`, in the order in which the question names them."""
    named = [*_places(draft), *_postcodes(draft)]
    if not named and not draft.reading.keys() & {"location", "locations", "postcodes", "fit_id"}:
        _note_outside(draft)
    if draft.unsupported or not named or _is_joined_with_outside(draft, named):
        return
    named = _with_replaced_patterns(sorted(named, key=lambda one: one.span), draft.text)
    names = list(dict.fromkeys(one.place.name for one in named if one.place))
    patterns = list(dict.fromkeys(pattern for one in named for pattern in one.patterns))
    if names:
        words = ", ".join(draft.text[one.span.start : one.span.end] for one in named if one.place)
        draft.put("location", ", ".join(names), words)
    if patterns:
        looked_up = bool(names)
        words = ", ".join(names) if names else ", ".join(draft.text[one.span.start : one.span.end] for one in named)
        draft.put("postcode_patterns", patterns, words, looked_up=looked_up)


def _places(draft: Draft) -> list[Named]:
    quoted = draft.reading.get("locations") or ([draft.reading["location"]] if "location" in draft.reading else [])
    key = "locations" if "locations" in draft.reading else "location"
    if "locations" in draft.reading and "location" in draft.reading:
        quoted = [draft.reading["location"], *quoted]
    named = []
    for one in quoted:
        for part in _parts(one):
            found = _place(draft, part, key)
            named += [found] if found else []
    return named


def _parts(quoted: str) -> list[str]:
    """The places of one quotation: usually itself, but "Devon and Cornwall" is two."""
    if resolve(quoted).unknown is None:
        return [quoted]
    parts = [part for part in _SEPARATORS.split(quoted) if part.strip()]
    named = find_places(quoted)
    if len(parts) == 1 and len(named) > 1 and not _rest(quoted, named).strip():
        return [one.text for one in named]  # "leeds bradford"
    return parts if len(parts) > 1 and all(resolve(part).unknown is None for part in parts) else [quoted]


def _rest(quoted: str, named: list[PlaceMention]) -> str:
    """What of `quoted` stands outside the places."""
    ends = [0, *(at for one in named for at in (one.start, one.end)), len(quoted)]
    return "".join(quoted[first:last] for first, last in zip(ends[::2], ends[1::2], strict=True))


def _place(draft: Draft, quoted: str, key: str) -> Named | None:
    resolution = resolve(quoted)
    span = draft.quotations.take(quoted, draft.dates) or _same_place(draft, resolution)
    if span is None:
        draft.note("not_in_question", f"'{quoted}' is not in the question", key, blocking=True)
        return None
    if resolution.everywhere:
        return None
    if resolution.place is None:
        _refuse_place(draft, quoted, key)
        return None
    larger = _larger_name(draft, span)
    if larger:
        _refuse_place(draft, larger, key)
        return None
    if resolution.unknown:
        draft.note("unaccounted", f"'{resolution.unknown}' after '{resolution.place.name}' is no known place", key)
    return _qualified(draft, span, resolution)


_PART = re.compile(
    r"\b(?:north|south|east|west|central|mid)(?:ern)?(?:[\s-]?(?:east|west)(?:ern)?)?[\s-]+$", re.IGNORECASE
)


def _larger_name(draft: Draft, span: Span) -> str | None:
    """The name of another place that the span is only a part of: "north devon", "yorkshire dales"."""
    for start, end in draft.outside:
        if start < span.end and span.start < end and (start, end) != span:
            return draft.text[start:end]
    part = _PART.search(draft.text[: span.start])
    return draft.text[part.start() : span.end] if part else None


def _note_outside(draft: Draft) -> None:
    """Makes the answer unsupported when the question names a place outside the data that the reader left out."""
    for start, end in draft.outside:
        if not is_own_place(draft.text, start, end):
            _refuse_place(draft, draft.text[start:end])
            return


_UNKNOWN = re.compile(
    r"\b(?:in|near|around|across|within|throughout|at)\s+(?:the\s+)?([A-Z][a-z]{3,})"
    r"|\b(?:in|near|nr|around)\s+((?!enough|advance|general|use|size|order|turn|operation|capacity"
    r"|power)[a-z]{4,})\W*$"
)


def find_unknown(draft: Draft) -> list[tuple[int, int]]:
    """(start, end) of what stands as a place, large or at the end, and is none that the data or the lists know."""
    known = [*spans_of(draft.likely_places, draft.dates, draft.technologies), *draft.outside]
    names = [(found.span(found.lastindex or 0), found[found.lastindex or 0]) for found in _UNKNOWN.finditer(draft.text)]
    spans = [span for span, name in names if not is_request_word(name.lower())]
    return [span for span in spans if all(span[1] <= start or end <= span[0] for start, end in known)]


def _is_joined_with_outside(draft: Draft, named: list[Named]) -> bool:
    """Notes a place outside the data that stands in one list with a place of the reading: "Devon and Normandy"."""
    for start, end in draft.outside:
        for one in named:
            between = draft.text[end : one.span.start] or draft.text[one.span.end : start]
            if draft.quotations.is_free(start, end) and between and _LISTED.fullmatch(between):
                _refuse_place(draft, draft.text[start:end])
                return True
    for one in named:
        found = _AND_UNKNOWN.match(draft.text, one.span.end) if one.place else None
        if found and not draft.text.isupper() and _is_nowhere(draft, *found.span("name")):
            _refuse_place(draft, found["name"])
            return True
    return False


def _refuse_place(draft: Draft, name: str, key: str = "location") -> None:
    """Makes the answer unsupported for a place that the data does not know."""
    draft.unsupported = True
    draft.note("unknown_place", f"'{name}' is not a place that the data knows", key)


# "Kent and Bavaria": a name written large that goes on a list of places and ends there.
_AND_UNKNOWN = re.compile(
    r"\s*(?:\b(?i:and|or)\b|&|\+)\s*(?:(?i:in|near|around)\s+)?(?P<name>[A-Z][a-z]{3,}(?:[ -][A-Z][a-z]{2,})?)"
    r"(?=\s*(?:[.,;?!]|$|\b(?i:over|under|above|below|since|before|after|built|commissioned|with|from)\b))"
)


def _is_nowhere(draft: Draft, start: int, end: int) -> bool:
    """Whether the words are no known place, date, technology or word of a request."""
    known = spans_of(draft.likely_places, draft.dates, draft.technologies, draft.postcodes)
    free = all(end <= one.start or one.end <= start for one in known)
    words = [word.key for word in split_words(draft.text[start:end])]
    return free and not any(is_request_word(key) or goes_on(key) or meant_technology(key) for key in words)


def is_own_place(text: str, start: int, end: int) -> bool:
    """Whether text[start:end] is where the asker or someone of the story is: "we're in Leeds", "Leeds office here".

    What is looked for stands between: "I'm after solar in Kent" asks about Kent.
    """
    if _MINE.search(text[max(0, start - 10) : start]) and _PATCH.match(text, end):
        return False
    before = _OWN_PLACE.search(text[max(0, start - 60) : start])
    if before and not _LOOKED_FOR.search(before[0]) and not any(map(_is_looked_for, split_words(before[0]))):
        return True
    return bool(_OWN_BEHIND.match(text[end : end + 20]))


def _is_looked_for(word: Word) -> bool:
    return meant_technology(word.key) is not None


def _qualified(draft: Draft, span: Span, resolution: Resolution) -> Named:
    """The place with its patterns, narrowed by a qualifier right behind it that the reader left out."""
    assert resolution.place is not None
    place, patterns = resolution.place, resolution.patterns
    if place.kind == "nation":
        return Named(span, place, patterns)
    for mention in draft.places:
        joint = draft.text[span.end : mention.start] if mention.start >= span.end else ""
        if mention.start >= span.end and _QUALIFYING.fullmatch(joint):
            asked_too = any(resolve(other).place == mention.place for other in draft.reading.get("locations", ()))
            if (
                qualifies(mention.place, place, joint)
                and not asked_too
                and draft.quotations.is_free(mention.start, mention.end)
            ):
                draft.quotations.claim(mention.start, mention.end)
                if patterns == place.patterns:
                    patterns = narrowed_patterns(place, mention.place)
            break
    return Named(span, place, patterns)


def _same_place(draft: Draft, resolution: Resolution) -> Span | None:
    """Where the question names the place in another spelling: the reader corrected "yorkshir" or wrote an alias out."""
    if resolution.place is None:
        return None
    for mention in draft.places:
        if mention.place == resolution.place and draft.quotations.is_free(mention.start, mention.end):
            return draft.quotations.claim(mention.start, mention.end)
    words = split_words(draft.text)
    for length in (len(resolution.place.name.split()), 1, 2):
        for at in range(len(words) - length + 1):
            start, end = words[at].start, words[at + length - 1].end
            near = resolve(draft.text[start:end])
            if near.place == resolution.place and near.corrected and draft.quotations.is_free(start, end):
                return draft.quotations.claim(start, end)
    return None


def _postcodes(draft: Draft) -> list[Named]:
    named = []
    for quoted in draft.reading.get("postcodes", ()):
        span = draft.quotations.take(quoted)
        if span is None:
            span = _same_postcode(draft, quoted)
        if span is None:
            draft.note("not_in_question", f"'{quoted}' is not in the question", "postcodes", blocking=True)
            continue
        postcode = parse_postcode(quoted)
        if postcode is None:
            draft.note("unreadable_value", f"'{quoted}' is no postcode", "postcodes", blocking=True)
            continue
        if not postcode.known:
            draft.note("unknown_postcode", f"there is no postcode {postcode.pattern}", "postcodes")
        _claim_inward(draft, span)
        named.append(Named(span, None, (postcode.pattern,)))
    return named


def _same_postcode(draft: Draft, quoted: str) -> Span | None:
    """A free postcode of the question with the same outward part: "RG17" quoted of "RG179AB"."""
    wanted = parse_postcode(quoted)
    for mention in find_postcodes(draft.text) if wanted else ():
        if wanted and mention.pattern == wanted.pattern and draft.quotations.is_free(mention.start, mention.end):
            return draft.quotations.claim(mention.start, mention.end)
    return None


def _claim_inward(draft: Draft, span: Span) -> None:
    """The inward part behind a quoted outward part is accounted for: " 9AB" after "RG17"."""
    inward = re.match(r"\s?\d[A-Za-z]{2}(?![A-Za-z0-9])", draft.text[span.end :])
    if inward:
        draft.quotations.claim(span.end, span.end + inward.end())


def _with_replaced_patterns(named: list[Named], text: str) -> list[Named]:
    """A postcode right beside its place replaces the place's patterns; joined by "and" or "or" both count."""
    kept = list(named)
    for at, (one, other) in enumerate(pairwise(named)):
        place, postcode = (one, other) if one.place else (other, one)
        if not place.place or postcode.place:
            continue
        between = text[one.span.end : other.span.start]
        if _JOINT.match(between) or len(between) > 12:
            continue
        comma = "," in between or "/" in between or ";" in between
        if not comma or _lies_in(postcode.patterns[0], place.patterns):
            kept[at if one.place else at + 1] = place._replace(patterns=())
    return kept


def _lies_in(pattern: str, patterns: tuple[str, ...]) -> bool:
    return any(
        pattern == other or area_of(pattern) == other or area_of(pattern) == area_of(other) for other in patterns
    )
