"""Repairs of quotations that take in too much or too little: a place with the figure behind it, half a postcode.

repair_overlaps(repair)   "north east one and a half megawatts" is a place and an amount, "Wick KW1" a place and its
                          postcode; "alpha five" of "tango alpha five" is the whole of it; a postcode that stands in
                          a list with those that were read, and the place right before one, belong to them
"""

from __future__ import annotations

import re
from itertools import pairwise

from tasks.fit_query.amounts import KW, find_amounts
from tasks.fit_query.gazetteer import resolve
from tasks.fit_query.postcodes import PostcodeMention, parse_postcode
from tasks.fit_query.repair import Repair

_LISTED = re.compile(r"\s*(?:,|/|&|\+|\band\b|\bor\b|,\s*(?:and|or)\b)?\s*", re.IGNORECASE)
_CODE_BEHIND = re.compile(r"(?P<place>.*\S)\s+(?P<code>[A-Z]{1,2}\d[A-Z\d]?)", re.IGNORECASE)
_TIMES = ("years", "months")


def repair_overlaps(repair: Repair) -> None:
    """See the module's docstring."""
    _divide_places(repair)
    _complete_postcodes(repair)
    _add_place_of_postcode(repair)


def _places(repair: Repair) -> list[str]:
    reading = repair.reading
    return [*([reading["location"]] if "location" in reading else []), *reading.get("locations", [])]


def _divide_places(repair: Repair) -> None:
    places, codes = [], list(repair.reading.get("postcodes", []))
    for written in _places(repair):
        behind = _CODE_BEHIND.fullmatch(written)
        amount = next((one for one in find_amounts(written) if one.unit in KW or one.unit in _TIMES), None)
        if behind and resolve(written).unknown is not None and _known(behind["code"]):
            places.append(behind["place"])
            codes += [behind["code"]] if behind["code"] not in codes else []
        elif amount and amount.start and resolve(written[: amount.start].strip()).place:
            places.append(written[: amount.start].strip(" ,"))
        else:
            places.append(written)
    if places == _places(repair):
        return
    repair.note("location", f"'{', '.join(_places(repair))}' is more than a place")
    repair.reading.pop("location", None)
    repair.reading.pop("locations", None)
    repair.reading["location" if len(places) == 1 else "locations"] = places[0] if len(places) == 1 else places
    if codes:
        repair.reading["postcodes"] = codes


def _known(written: str) -> bool:
    postcode = parse_postcode(written)
    return postcode is not None and postcode.known


def _complete_postcodes(repair: Repair) -> None:
    """Half a postcode by the whole of it, and the rest of a list of postcodes."""
    written: list[str] = list(repair.reading.get("postcodes", []))
    mentions = [one for one in repair.draft.postcodes if len(one.text) > 2]
    if not written or not mentions:
        return
    whole = [_whole(repair, code, mentions) for code in written]
    read = [one.text for one in mentions if one.text.lower() in {code.lower() for code in whole}]
    for before, behind in pairwise(mentions):
        between = repair.text[before.end : behind.start]
        if before.text in read and behind.text not in read and _LISTED.fullmatch(between):
            read.append(behind.text)
            whole.append(behind.text)
    if whole != written:
        repair.put("postcodes", list(dict.fromkeys(whole)), f"the question names {', '.join(whole)}")


def _whole(repair: Repair, written: str, mentions: list[PostcodeMention]) -> str:
    span = repair.quotations().take(written)
    if span is None:
        return written
    around = [one for one in mentions if one.start < span.start and span.end <= one.end]
    return around[0].text if around else written


def _add_place_of_postcode(repair: Repair) -> None:
    """ "Inverness IV2": the place that a postcode stands right behind, where no place was read."""
    codes = {code.lower() for code in repair.reading.get("postcodes", [])}
    if not codes or _places(repair):
        return
    for code in repair.draft.postcodes:
        for place in repair.draft.places:
            if code.text.lower() in codes and place.end + 1 == code.start and repair.text[place.end] == " ":
                repair.add("location", place.text, "location", f"'{place.text}' was left out")
                return
