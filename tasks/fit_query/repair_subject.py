"""Repairs of what a question is about: a technology or a FIT id that the reader left out."""

from __future__ import annotations

import re

from tasks.fit_query.evidence import BIG_ONES_FIRST, SMALL_ONES_FIRST
from tasks.fit_query.repair import Repair
from tasks.fit_query.technologies import evidence_for

_ID = re.compile(
    r"\bfit\b(?:[\s-]*(?:id|number|no\.?|site|installation))?[\s:#-]*(\d{2,7})\b(?!\s*(?:[kmg]w|%))", re.IGNORECASE
)

# Words that ask for one direction of a sort and never for the other: (descending, ascending).
_DIRECTIONS = {
    "capacity": (
        rf"{BIG_ONES_FIRST}|largest|biggest|biggst|highest|strongest|mightiest|chunkiest|beefiest"
        r"|most powerful"
        r"|top|desc|descending|high to low|largest to smallest",
        rf"{SMALL_ONES_FIRST}|smallest|lowest|tiniest|puniest|littlest"
        r"|weakest|teeniest|weediest|teensiest|bottom"
        r"|asc|ascending|low to high|(?<!at )least",
    ),
    "commissioning_date": (
        r"newest|newset|newst|nwest|most recent(?:ly)?|youngest|latest(?! to)|desc|descending",
        r"oldest|earliest|(?<!st )(?<!set )(?<!recent )first|asc|ascending",
    ),
    "fit_remaining": (
        r"longest|latest to expire|last to expire|desc|descending",
        r"soonest|shortest|first to expire|asc|ascending|next",
    ),
}
_DEFAULT = {"capacity": "desc", "commissioning_date": "desc", "fit_remaining": "asc"}
_SAYS_A_DIRECTION = re.compile(
    r"\b(?:\w{2,}e?st|most|least|top|first|last|recent\w*|up|down|increasing\w*|decreasing\w*|\w+ to \w+)\b"
)
_SORT_BY = re.compile(
    r"\b(?:sort|order|rank|sorted|ordered|ranked|sorting|ordering)(?! of\b)\b(?: \w+){0,4}?\s*(?:by|:"
    r"|=)\s*(?:the\s+|their\s+|its\s+)?"
    r"(?:(?P<capacity>capacity|size|[kmg]w|power|rating|output)|(?P<commissioning_date>commission\w*|age|date"
    r"|year built|install\w*)"
    r"|(?P<fit_remaining>years? (?:left|remaining)|remaining|time left|expiry|expir\w*|support))\b"
)
_OF_ONE_INSTALLATION = frozenset({"fit_id", "query_type", "revenue", "regional"})


def repair_subject(repair: Repair) -> None:
    """Adds the only technology and the only FIT id that the question names, when the reader wrote none."""
    _add_fit_id(repair)
    if "fit_id" in repair.reading:
        # Words that describe the same installation add nothing.
        repair.reading = {key: value for key, value in repair.reading.items() if key in _OF_ONE_INSTALLATION}
    _add_technology(repair)
    _turn_sort(repair)


def _add_fit_id(repair: Repair) -> None:
    ids = {found[1].lstrip("0") for found in _ID.finditer(repair.text)}
    if "fit_id" not in repair.reading and len(ids) == 1:
        digits = next(found[1] for found in _ID.finditer(repair.text))
        if all(digits not in str(value) for value in repair.reading.values()):
            repair.add("fit_id", digits, "fit_id", f"the FIT id '{digits}' was left out")


def _add_technology(repair: Repair) -> None:
    asked = repair.reading.get("technologies", [])
    if asked:
        known = [name for name in dict.fromkeys(asked) if evidence_for(name, repair.text)]
        if 0 < len(known) < len(asked):
            del repair.reading["technologies"]
            dropped = [name for name in asked if name not in known]
            key, value = ("technology", known[0]) if len(known) == 1 else ("technologies", known)
            repair.put(key, value, f"nothing in the question speaks of {', '.join(dropped)}" if dropped else None)
    if {"technology", "technologies", "fit_id"} & repair.reading.keys() or not repair.reading:
        return
    named = repair.draft.technologies
    if len({one.technology for one in named}) == 1:
        repair.add("technology", named[0].technology, "technology", f"the technology '{named[0].text}' was left out")


def _turn_sort(repair: Repair) -> None:
    """ "smallest" read as the largest first: where only words for one direction stand in the question."""
    if "sort" not in repair.reading:
        return
    by, order = repair.reading["sort"].split()
    said = [
        direction
        for direction, words in zip(("desc", "asc"), _DIRECTIONS[by], strict=True)
        if re.search(rf"\b(?:{words})\b", repair.lowered)
    ]
    named = _SORT_BY.search(repair.lowered)
    if named and named.lastgroup and named.lastgroup != by:
        by = named.lastgroup
        repair.put("sort", f"{by} {order}", f"'{named.group()}' asks for the order by {by}")
    if not said and named and not _SAYS_A_DIRECTION.search(repair.lowered):
        said = [_DEFAULT[by]]
    if len(said) == 1 and said[0] != order:
        repair.put("sort", f"{by} {said[0]}", f"the question does not ask for {by} {order}")
