"""Repairs of a value that the asker takes back behind the question: "top 10 solar in Kent. Actually make it 20".

repair_corrections(repair)   a reading that quotes the value which was taken back gets the one that replaced it

Only where one field alone can be meant. A correction right behind its value ("Devon, sorry, Dorset") is read by
`corrected.CORRECTED`.
"""

from __future__ import annotations

import re

from tasks.fit_query.amounts import KW, TIMES, Amount, find_amounts
from tasks.fit_query.corrected import replaces
from tasks.fit_query.repair import CAPACITY, REMAINING, Repair

_RAISES = re.compile(r"\b(?:over|above|least|more|up from|from|since|after)\b", re.IGNORECASE)
_LOWERS = re.compile(r"\b(?:under|below|most|less|up to|by|before)\b", re.IGNORECASE)
_BUILT = ("built_in", "built_from", "built_after", "built_before", "built_to")


def repair_corrections(repair: Repair) -> None:
    draft = repair.draft
    for amount in draft.amounts:
        dated = any(date.start <= amount.start < date.end for date in draft.dates)
        one = amount.text.lower() == "one"  # "I mean the one in Shropshire"
        if not dated and not one and amount.number is not None and (words := replaces(repair.text, amount.start)):
            _put(repair, _fields_of(repair, amount, words["lead"].lower()), amount.start, amount.text, words["lead"])
    for date in draft.dates:
        if words := replaces(repair.text, date.start):
            _put(repair, [key for key in _BUILT if key in repair.reading], date.start, date.text, words["lead"])
    _group(repair)
    for mention in draft.likely_places:
        if words := replaces(repair.text, mention.start):
            fields = ["location"] if "location" in repair.reading else []
            _put(repair, fields, mention.start, repair.text[mention.start : mention.end], words["lead"])


_GROUP_AFTER = re.compile(
    r"\b(?:by|per) (?:post\s?code area|region|year|technology|tech|type)\W+"
    r"(?:no|sorry|actually|i mean|make that|or rather)\b"
    r"[\s,]*(?:(?:no|sorry|wait|i mean|make (?:it|that))[\s,]*)*(?:by |per )?"
    r"(?P<group>post\s?code area|region|year|technology|tech|type)\b",
    re.IGNORECASE,
)
_GROUPS = {"region": "region", "year": "year", "technology": "technology", "tech": "technology", "type": "technology"}


def _group(repair: Repair) -> None:
    """ "by region, no, by postcode area"."""
    found = _GROUP_AFTER.search(repair.text)
    if found is None or "group_by" not in repair.reading:
        return
    wanted = _GROUPS.get(found["group"].lower(), "postcode_area")
    if repair.reading["group_by"] != wanted:
        repair.put("group_by", wanted, f"'{found.group()}' takes the first group back")


def _fields_of(repair: Repair, amount: Amount, lead: str) -> list[str]:
    """The fields of the reading that such an amount may replace."""
    reading = repair.reading
    if amount.unit in KW:
        return [key for key in CAPACITY if key in reading]
    if amount.unit in TIMES:
        return [key for key in REMAINING if key in reading]
    if amount.unit or amount.number is None or amount.number % 1:
        return []
    bounded = _RAISES.search(lead) or _LOWERS.search(lead)
    rows = ["limit"] if reading.get("limit", "1") != "1" and not bounded else []
    if rows and ("top" in lead or "first" in lead):
        return rows
    return [*rows, *(key for key in (*CAPACITY, *REMAINING) if key in reading)]


def _put(repair: Repair, fields: list[str], start: int, value: str, lead: str) -> None:
    """The value in the one field that it can be meant for, when that field quotes a value from before it."""
    if len(fields) != 1 or (fields[0].endswith("_max") and _RAISES.search(lead)):
        return
    if fields[0].endswith("_min") and _LOWERS.search(lead):
        return
    quoted = str(repair.reading[fields[0]])
    said = any(value.lower() in str(one).lower() for one in repair.reading.values())
    at = repair.lowered.find(quoted.lower())
    if said or not 0 <= at < start or _same_figure(quoted, value):
        return
    repair.put(fields[0], value, f"'{quoted}' was taken back for '{value}'")


def _same_figure(quoted: str, value: str) -> bool:
    """Whether both are the same amount: "10 MW" behind "10"."""
    ours, theirs = ([one.number for one in find_amounts(text)] for text in (quoted, value))
    return bool(ours) and ours == theirs
