"""Repairs of places and postcodes that a reader copied wrongly, where the question settles what was meant.

repair_places(repair)    a misspelt copy ("laswade" for "lasswade"), one name cut in two ("Argyll",
                         "Bute"), a qualifier alone ("Cambs" of "March, Cambs"), a postcode among the
                         places and a place among the postcodes, the only place left out
"""

from __future__ import annotations

import re
from itertools import pairwise

from rapidfuzz.fuzz import ratio

from tasks.fit_query.corrected import CORRECTED
from tasks.fit_query.gazetteer import PlaceMention, qualifies, resolve
from tasks.fit_query.postcodes import PostcodeMention, parse_postcode
from tasks.fit_query.quotation import Quotations, Span
from tasks.fit_query.repair import CAPACITY, Repair
from tasks.fit_query.whereabouts import find_unknown, is_own_place
from tasks.fit_query.words import key_of, word_set

_SIMILAR, _AHEAD = 70, 10
_QUALIFYING = re.compile(
    r"\s*(?:,|\(|(?:,\s*)?\b(?:(?:up|down|over|out)\s+)?in\b|(?<=\s))\s*(?:the\s+)?", re.IGNORECASE
)
_LIST = re.compile(
    r"\s*(?:,\s*(?:and|or)?|;|and(?: also)?|or(?: else)?|&|/|\+|\bn\b|plus|as well as|(?:together|along) with)\s*"
    r"(?:in\s+|near\s+)?(?:the\s+)?",
    re.IGNORECASE,
)
_LIST_GOES_ON = re.compile(r"\s*\)?\s*(?:,|\band\b|\bor\b|&|/|\+)", re.IGNORECASE)
# Postcode areas by their form that are words: no postcode unless written large or beside "postcode".
_WORDS = word_set("me so to in is it of on or by we be do go he hi if my no oh ok up us am an as at ad pv mw kw uk ni")


def repair_places(repair: Repair) -> None:
    """See the module's docstring."""
    _move_postcodes(repair)
    places, postcodes = listed(repair)
    if places or postcodes:
        changed = _moved(repair, places, postcodes)
        changed = _mended(repair, *changed)
        changed = _joined(repair, *changed)
        changed = _without_own(repair, *changed)
        changed = _with_rest_of_list(repair, *changed)
        put_listed(repair, *changed)
    else:
        _add_left_out(repair)


def _move_postcodes(repair: Repair) -> None:
    """ "ML11" is a postcode, not a capacity."""
    named = {mention.text.lower(): mention for mention in repair.draft.postcodes}
    for key in CAPACITY:
        mention = named.get(str(repair.reading.get(key, "")).lower())
        if mention and "postcodes" not in repair.reading:
            del repair.reading[key]
            repair.put("postcodes", [mention.text], f"'{mention.text}' is a postcode, no capacity")


def listed(repair: Repair) -> tuple[list[str], list[str]]:
    """(places, postcodes) of the reading."""
    reading = repair.reading
    places = [*([reading["location"]] if "location" in reading else []), *reading.get("locations", [])]
    return places, list(reading.get("postcodes", []))


def put_listed(repair: Repair, places: list[str], postcodes: list[str]) -> None:
    """Makes these the places and postcodes of the reading."""
    if (places, postcodes) == listed(repair):
        return
    for key in ("location", "locations", "postcodes"):
        repair.reading.pop(key, None)
    places, postcodes = list(dict.fromkeys(places)), list(dict.fromkeys(postcodes))
    if places:
        repair.reading["location" if len(places) == 1 else "locations"] = places[0] if len(places) == 1 else places
    if postcodes:
        repair.reading["postcodes"] = postcodes


def _moved(repair: Repair, places: list[str], postcodes: list[str]) -> tuple[list[str], list[str]]:
    """Postcodes among the places, and places among the postcodes, to where they belong: the meaning is the same."""
    areas = [place for place in places if resolve(place).unknown is not None and _is_postcode(repair, place)]
    names = [
        written
        for written in postcodes
        if not _is_postcode(repair, written) and (resolve(written).place or resolve(written).everywhere)
    ]
    return (
        [*(place for place in places if place not in areas), *names],
        [*(written for written in postcodes if written not in names), *areas],
    )


def _is_postcode(repair: Repair, written: str) -> bool:
    postcode = parse_postcode(written)
    span = repair.quotations().take(written)
    if postcode is None or not postcode.known or span is None:
        return False
    here = repair.text[span.start : span.end]
    if any(one.start < span.end and span.start < one.end for one in repair.draft.postcodes):
        return True
    return any(map(str.isdigit, postcode.pattern)) or " " in here or key_of(here) not in _WORDS


def _mended(repair: Repair, places: list[str], postcodes: list[str]) -> tuple[list[str], list[str]]:
    """Quotations that are not in the question, by the one place or postcode there that is like them."""
    quotations = repair.quotations()
    strange = [place for place in places if not _is_there(repair, quotations, place)]
    odd = [written for written in postcodes if quotations.take(written) is None and not _is_pattern(repair, written)]
    if not strange and not odd:
        return places, postcodes
    unknown = [_Name(start, end, repair.text[start:end], "") for start, end in find_unknown(repair.draft)]
    named = [one for one in (*_named(repair), *unknown) if quotations.is_free(one.start, one.end)]
    codes = [one for one in repair.draft.postcodes if quotations.is_free(one.start, one.end)]
    for place in strange:
        found = _alike(place, [one.text for one in named], alone=len(strange) == 1)
        if found:
            repair.note("location", f"'{place}' is not in the question, '{found}' is")
            places = [found if one == place else one for one in places]
    for written in odd:
        found = _alike(written, [one.text for one in codes], alone=len(odd) == 1)
        if found:
            repair.note("postcodes", f"'{written}' is not in the question, '{found}' is")
            postcodes = [found if one == written else one for one in postcodes]
    return places, postcodes


def _is_there(repair: Repair, quotations: Quotations, place: str) -> bool:
    """Whether the question has the place, in these words or under another of its names."""
    if quotations.take(place):
        return True
    meant = resolve(place).place
    for one in _named(repair) if meant else ():
        if resolve(one.text).place == meant and quotations.is_free(one.start, one.end):
            quotations.claim(one.start, one.end)
            return True
    return False


def _is_pattern(repair: Repair, written: str) -> bool:
    postcode = parse_postcode(written)
    return postcode is not None and any(one.pattern == postcode.pattern for one in repair.draft.postcodes)


class _Name(PostcodeMention):
    """A place or a place elsewhere, as it stands in the question."""


def _named(repair: Repair) -> list[_Name]:
    """All places of the question that are not the asker's own, those elsewhere too."""
    spans = [(one.start, one.end) for one in repair.draft.likely_places]
    spans += [span for span in repair.draft.outside if all(span[1] <= start or end <= span[0] for start, end in spans)]
    return [
        _Name(start, end, repair.text[start:end], "")
        for start, end in sorted(spans)
        if not is_own_place(repair.text, start, end)
    ]


def _alike(written: str, candidates: list[str], *, alone: bool) -> str | None:
    """The candidate that `written` is a bad copy of: clearly the most similar, or the only one there is.

    A name of another real place is no bad copy unless it is similar.
    """
    if alone and len(candidates) == 1 and resolve(written).unknown is not None:
        return candidates[0]
    scored = sorted(((ratio(key_of(written), key_of(one)), one) for one in candidates), reverse=True)
    if not scored or scored[0][0] < _SIMILAR or (len(scored) > 1 and scored[0][0] - scored[1][0] < _AHEAD):
        return None
    return scored[0][1]


def _joined(repair: Repair, places: list[str], postcodes: list[str]) -> tuple[list[str], list[str]]:
    """Names that the reader cut in two, and places whose qualifier it took for a second place or for the whole."""
    quotations = repair.quotations()
    spans = {place: quotations.take(place) for place in places}
    # A misspelt name too: of "great yarmoth" the reader may have taken "yarmoth", which is near to another place.
    for mention in repair.draft.likely_places:
        parts = [
            place
            for place, span in spans.items()
            if span and mention.start <= span.start and span.end <= mention.end and len(place) < len(mention.text)
        ]
        rest = [place for place in places if place not in parts]
        if parts and " " in mention.text and sum(map(len, parts)) > len(mention.text) / 3 and _cuts(mention, parts):
            repair.note("location", f"'{mention.text}' is one name")
            places = [*rest, mention.text]
    return _qualified(repair, places), postcodes


def _without_own(repair: Repair, places: list[str], postcodes: list[str]) -> tuple[list[str], list[str]]:
    """Without places of the asker and of people in the story, where the request has another."""
    quotations = repair.quotations()
    spans = {place: quotations.take(place) for place in places}
    own = [place for place, span in spans.items() if span and is_own_place(repair.text, *span)]
    asked = [span for place, span in spans.items() if span and place not in own]
    own = [place for place in own if not any(_listed_with(repair.text, spans[place], other) for other in asked)]
    if not own or len(own) == len(places):
        return places, postcodes
    for place in own:
        repair.note("location", f"'{place}' is where somebody is, not what is asked for")
    return [place for place in places if place not in own], postcodes


def _listed_with(text: str, one: Span | None, other: Span) -> bool:
    """Whether both stand in one list: "my options in Kent and Devon" asks about both."""
    return one is not None and bool(_LIST.fullmatch(text[min(one.end, other.end) : max(one.start, other.start)]))


def _cuts(mention: PlaceMention, parts: list[str]) -> bool:
    """Whether the parts are another place than the whole name, so that it matters."""
    return len(parts) > 1 or resolve(parts[0]).place != mention.place


def _qualified(repair: Repair, places: list[str]) -> list[str]:
    mentions = repair.draft.places
    for first, second in pairwise(mentions):
        if not _QUALIFYING.fullmatch(repair.text[first.end : second.start]) or not _qualifies(first, second):
            continue
        if _LIST_GOES_ON.match(repair.text, second.end) and ")" not in repair.text[second.end : second.end + 2]:
            continue
        keys = [key_of(place) for place in places]
        if key_of(second.text) not in keys:
            continue
        at = keys.index(key_of(second.text))
        whole = repair.text[first.start : second.end]
        if is_own_place(repair.text, first.start, second.end):
            continue
        repair.note("location", f"'{second.text}' only says where '{first.text}' is")
        others = [place for place, key in zip(places, keys, strict=True) if key != key_of(first.text)]
        places = [whole if key_of(place) == keys[at] else place for place in others]
    return places


def _qualifies(first: PlaceMention, second: PlaceMention) -> bool:
    return qualifies(second.place, first.place) and not first.place.areas.isdisjoint(second.place.areas)


def _add_left_out(repair: Repair) -> None:
    """The only place, postcode or list of postcodes of the question, where the reader wrote none."""
    if "fit_id" in repair.reading or not repair.reading:
        return
    codes = [one for one in repair.draft.postcodes if not is_own_place(repair.text, one.start, one.end)]
    named = [one for one in _named(repair) if all(one.end <= code.start or code.end <= one.start for code in codes)]
    if codes and not named and _is_one_list(repair.text, codes):
        words = ", ".join(one.text for one in codes)
        repair.add(
            "postcodes", [one.text for one in codes], "postcode_patterns", f"the postcode '{words}' was left out"
        )
    elif len(named) == 1 and not codes and resolve(named[0].text).place:
        repair.add("location", named[0].text, "location", f"the place '{named[0].text}' was left out")


def _is_one_list(text: str, codes: list[PostcodeMention]) -> bool:
    return all(_LIST.fullmatch(text[one.end : other.start]) for one, other in pairwise(codes))


def _with_rest_of_list(repair: Repair, places: list[str], postcodes: list[str]) -> tuple[list[str], list[str]]:
    """Postcodes of a list of which the reader wrote others: "IP" of "in NR or IP"."""
    read = {found.pattern for found in map(parse_postcode, postcodes) if found}
    codes = repair.draft.postcodes
    grown = True
    while read and grown:
        grown = False
        for one, other in pairwise(codes):
            missing = [code for code in (one, other) if code.pattern not in read]
            between = repair.text[one.end : other.start]
            # "LD1 LD2 LD6": districts need no comma
            beside = not between.strip() and min(len(one.text), len(other.text)) > 2
            if len(missing) == 1 and (beside or _LIST.fullmatch(between)):
                code = missing[0]
                if CORRECTED.match(repair.text, code.end):
                    continue
                at = codes.index(code)
                postcodes = [*postcodes, code.text] if at else [code.text, *postcodes]
                read.add(code.pattern)
                repair.note("postcodes", f"the postcode '{code.text}' was left out")
                grown = True
    return places, postcodes
