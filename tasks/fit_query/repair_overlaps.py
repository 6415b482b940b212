"""Repairs of quotations that take in too much or too little: a place with the figure behind it, half a postcode.

repair_overlaps(repair)   "north east one and a half megawatts" is a place and an amount, "Wick KW1" a place and its
                          postcode; "alpha five" of "tango alpha five" is the whole of it; the place right
                          before a postcode belongs to it
"""

from __future__ import annotations

import re

from tasks.fit_query.amounts import KW, TIMES, find_amounts
from tasks.fit_query.gazetteer import resolve
from tasks.fit_query.postcodes import parse_postcode
from tasks.fit_query.repair import Repair
from tasks.fit_query.repair_places import listed, put_listed

_CODE_BEHIND = re.compile(r"(?P<place>.*\S)\s+(?P<code>[A-Z]{1,2}\d[A-Z\d]?)", re.IGNORECASE)


def repair_overlaps(repair: Repair) -> None:
    """See the module's docstring."""
    _divide_places(repair)
    _complete_postcodes(repair)
    _add_place_of_postcode(repair)


def _divide_places(repair: Repair) -> None:
    read, codes = listed(repair)
    places = []
    for written in read:
        behind = _CODE_BEHIND.fullmatch(written)
        amount = next((one for one in find_amounts(written) if one.unit in KW or one.unit in TIMES), None)
        if behind and resolve(written).unknown is not None and _known(behind["code"]):
            places.append(behind["place"])
            codes.append(behind["code"])
        elif amount and amount.start and resolve(written[: amount.start].strip()).place:
            places.append(written[: amount.start].strip(" ,"))
        else:
            places.append(written)
    if places != read:
        repair.note("location", f"'{', '.join(read)}' is more than a place")
        put_listed(repair, places, codes)


def _known(written: str) -> bool:
    postcode = parse_postcode(written)
    return postcode is not None and postcode.known


def _complete_postcodes(repair: Repair) -> None:
    """Half a postcode by the whole of it."""
    places, written = listed(repair)
    whole = [_whole(repair, code) for code in written]
    if whole != written:
        repair.note("postcodes", f"the question names {', '.join(whole)}")
        put_listed(repair, places, whole)


def _whole(repair: Repair, written: str) -> str:
    span = repair.quotations().take(written)
    if span is None:
        return written
    around = [one for one in repair.draft.postcodes if one.start < span.start and span.end <= one.end]
    return around[0].text if around else written


def _add_place_of_postcode(repair: Repair) -> None:
    """ "Inverness IV2": the place that a postcode stands right behind, where no place was read."""
    places, written = listed(repair)
    codes = {code.lower() for code in written}
    if places:
        return
    for code in repair.draft.postcodes:
        for place in repair.draft.places:
            if code.text.lower() in codes and place.end + 1 == code.start and repair.text[place.end] == " ":
                repair.add("location", place.text, "location", f"'{place.text}' was left out")
                return
