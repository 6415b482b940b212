"""Repairs of quotations with other words glued to them, where each part accounts for itself.

repair_quotes(repair)   "499 lincs" as a capacity is 499 and a place; "EH 2011" as a postcode is EH and a
                        year; "fife go" as a place is Fife; "'09-'12" as a beginning is a range

A part that is no place, postcode, figure, date, technology or word of a request stops the repair.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from tasks.fit_query.amounts import find_amounts, parse_count, parse_kw, parse_years
from tasks.fit_query.dates import RELATIONS, find_dates, parse_period
from tasks.fit_query.gazetteer import PlaceMention, find_places, resolve
from tasks.fit_query.place_context import goes_on
from tasks.fit_query.postcodes import parse_postcode
from tasks.fit_query.quotation import spans_of
from tasks.fit_query.repair import CAPACITY, Repair
from tasks.fit_query.technologies import meant_technology
from tasks.fit_query.words import split_words

_REMAINING = ("remaining_min", "remaining_max")
_ENDS = re.compile(r"\s*(['’]?\d{2,4})\s*(?:-|–|—|to|until|till|and|&)\s*(['’]?\d{2,4})\s*")
_WORDS_OF_ROWS = re.compile(
    r"(?<!lower )(?<!upper )(?<!size )(?<!capacity )(?<!kw )\b(?:limit|rows)\s*[:=]\s*$|\btop\s*$"
)
_WORDS_OF_DATES = re.compile(
    r"\b(?:commissioned|comm|commissioning(?: date| year)?|commissioned_(?:date|year)|installed|built|year|yr"
    r"|date)\.?\s*"
    r"(?:is\s+)?(<=?|>=?|≤|≥|==?|:)\s*$"
)
_SIGNS = {
    "<=": "built_to",
    "≤": "built_to",
    ">=": "built_from",
    "≥": "built_from",
    "<": "built_before",
    ">": "built_after",
}
_OF_THE_JOB = re.compile(r"cands?|candidates?|small|medium|large|repower\w*|rev(?:enue)?s?|capacity")


class _Parts(NamedTuple):
    """A quotation without what was glued to it, and the place that was."""

    own: str
    place: str | None


def repair_quotes(repair: Repair) -> None:
    """See the module's docstring."""
    today = repair.draft.today
    readable: tuple[tuple[tuple[str, ...], Callable[[str], object], Callable[[str], list[tuple[int, int]]]], ...] = (
        (CAPACITY, parse_kw, lambda quoted: [*spans_of(find_amounts(quoted))]),
        (_REMAINING, parse_years, lambda quoted: [*spans_of(find_amounts(quoted))]),
        (("limit",), parse_count, lambda quoted: [*spans_of(find_amounts(quoted))]),
        (RELATIONS[:-1], lambda quoted: parse_period(quoted, today), lambda quoted: [*spans_of(find_dates(quoted))]),
    )
    for keys, parse, find in readable:
        for key in keys:
            quoted = repair.reading.get(key)
            if quoted and parse(quoted) is None:
                _divide(repair, key, quoted, find(quoted))
    _put_points(repair)
    _move_figures(repair)
    _divide_ends(repair)
    _divide_postcodes(repair)
    _clean_places(repair)


def _divide(repair: Repair, key: str, quoted: str, spans: list[tuple[int, int]]) -> None:
    """ "499 lincs": the one figure or date of the quotation stays, the place beside it becomes the place."""
    if len(spans) != 1 or repair.quotations().take(quoted) is None:
        return
    start, end = spans[0]
    parts = _parts(quoted[start:end], f"{quoted[:start]} {quoted[end:]}".strip(" ,;"))
    if parts is None or (parts.place and not _add_place(repair, parts.place)):
        return
    repair.put(key, parts.own, f"'{quoted}' is more than '{parts.own}'")


def _parts(own: str, rest: str) -> _Parts | None:
    if not any(map(str.isalpha, rest)):
        return None
    if all(_belongs_to_a_request(word.key) for word in split_words(rest)):
        return _Parts(own, None)
    resolution = resolve(rest)
    return _Parts(own, rest) if resolution.place and resolution.unknown is None else None


def _belongs_to_a_request(key: str) -> bool:
    return goes_on(key) or bool(_OF_THE_JOB.fullmatch(key)) or meant_technology(key) is not None


def _add_place(repair: Repair, place: str) -> bool:
    """Makes `place` the place of a reading that has none; whether the reading has it now."""
    read = [repair.reading.get("location"), *repair.reading.get("locations", ())]
    if any(one and resolve(one).place == resolve(place).place for one in read):
        return True
    if any(read) or "postcodes" in repair.reading:
        return False
    repair.add("location", place, "location", f"the place '{place}' was left out")
    return True


def _put_points(repair: Repair) -> None:
    """A capacity whose decimal point was lost in copying: "5mw" of ".5mw"."""
    for key in CAPACITY:
        quoted = repair.reading.get(key, "")
        if not quoted[:1].isdigit():
            continue
        starts = [found.start() for found in re.finditer(re.escape(quoted.lower()), repair.lowered)]
        lost = [start for start in starts if _LOST_POINT.search(repair.lowered[:start])]
        inside = [start for start in starts if _IN_A_NUMBER.search(repair.lowered[:start])]
        if lost and len(lost) + len(inside) == len(starts):
            repair.put(key, f".{quoted}", f"'{quoted}' is only a part of '.{quoted}'")


_LOST_POINT = re.compile(r"(?:^|[^\d\w])\.$")
_IN_A_NUMBER = re.compile(r"\d[.,]?$")


def _move_figures(repair: Repair) -> None:
    """A bare figure under the key of another kind: "commissioned < 2013" is a date, "limit=10" a number of rows."""
    for key in CAPACITY:
        quoted = repair.reading.get(key, "")
        span = repair.quotations().take(quoted) if quoted.isdigit() else None
        if span is None:
            continue
        before = _WORDS_OF_ROWS.search(repair.lowered[: span.start])
        dated = _WORDS_OF_DATES.search(repair.lowered[: span.start])
        if before and "limit" not in repair.reading:
            repair.rename(key, "limit", f"'{before.group().strip()} {quoted}' is a number of rows")
        elif dated and 1950 <= int(quoted) < 2060 and not any(one in repair.reading for one in RELATIONS):
            sign = next((sign for sign in _SIGNS if dated[1].startswith(sign)), "")
            repair.rename(key, _SIGNS.get(sign, "built_in"), f"'{dated.group().strip()} {quoted}' is a date")


def _divide_ends(repair: Repair) -> None:
    """ "'09-'12" as the first or last day of a range is the whole range."""
    for key in ("built_from", "built_to"):
        found = _ENDS.fullmatch(repair.reading.get(key, ""))
        others = [other for other in RELATIONS if other != key and other in repair.reading]
        if found and not others and parse_period(found[0], repair.draft.today) is not None:
            del repair.reading[key]
            repair.put("built_from", found[1], f"'{found[0].strip()}' is a range")
            repair.reading["built_to"] = found[2]


def _divide_postcodes(repair: Repair) -> None:
    """ "EH 2011", "ip14 0.25mw": a postcode with a date, or with a figure that is read under its own key."""
    written = repair.reading.get("postcodes", [])
    changed = []
    for one in written:
        first, _, rest = one.partition(" ")
        postcode = parse_postcode(first)
        whole = parse_postcode(one)
        if rest and postcode and postcode.known and (whole is None or not whole.known) and _is_read(repair, rest):
            repair.note("postcodes", f"'{one}' is more than '{first}'")
            changed.append(first)
        else:
            changed.append(one)
    if changed != written:
        repair.reading["postcodes"] = changed


def _is_read(repair: Repair, rest: str) -> bool:
    """Whether `rest` is a figure that the reading has, or a date, which it has from now on."""
    amounts = find_amounts(rest)
    read = [str(repair.reading[key]).lower() for key in (*CAPACITY, *_REMAINING, *RELATIONS) if key in repair.reading]
    if any(rest.lower() == one or one.endswith(rest.lower()) for one in read):
        return True
    dates = find_dates(rest)
    if len(dates) == 1 and dates[0].text == rest and not any(key in repair.reading for key in RELATIONS):
        repair.put("built_in", rest, f"the date '{rest}' was left out")
        return True
    return len(amounts) == 1 and amounts[0].text.lower() in read


def _clean_places(repair: Repair) -> None:
    """ "fife go", "cands dumfries & galloway": a place with words of the request around it."""
    if "location" in repair.reading:
        repair.reading["location"] = _clean_place(repair, repair.reading["location"])
    if "locations" in repair.reading:
        repair.reading["locations"] = [_clean_place(repair, one) for one in repair.reading["locations"]]


def _clean_place(repair: Repair, quoted: str) -> str:
    if resolve(quoted).unknown is None:
        return quoted
    places = find_places(quoted)
    words = split_words(quoted)
    if not places or any(not _belongs_to_a_request(word.key) for word in words if _is_outside(word.start, places)):
        return quoted
    inner = quoted[places[0].start : places[-1].end]
    if inner == quoted or (len(places) > 1 and resolve(inner).unknown is not None):
        return quoted
    repair.note("location", f"'{quoted}' is more than '{inner}'")
    return inner


def _is_outside(at: int, places: list[PlaceMention]) -> bool:
    return all(at < one.start or one.end <= at for one in places)
