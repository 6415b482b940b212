"""`sentence_of_table`: a pasted table with a row of headings, said as a question.

    "tech;county;kW\nPV;Kent;50-100"                     -> "PV, in Kent, capacity 50-100"
    "type | Min kW | Max kW\nhydro | 15 | 90"            -> "hydro, at least 15, at most 90"

Every heading must be known and every cell be filled in the way that its heading says; there is one row of values.
Figures stay as they are written, so that their quotations are found in the table.
"""

from __future__ import annotations

import re

_DIVIDED = re.compile(r"[ \t]*[;|\t,][ \t]*")
_SEPARATORS = (";", "|", "\t", ",")
_LINE = re.compile(r"^[\s|:+-]*$")  # "|---|---|"
_LEAST, _MOST = 2, 8
_KW = r"(?:\s*[\[(]?\s*k\s?w(?:p|e)?\s*[\])]?)?"
_SIZE = r"(?:(?:installed |rated )?(?:capacity|size|rating|power|output)|kwp?)"
_LOW = r"(?:min(?:imum)?\.?|from|lowest|lower limit|at least|>=?|over)"
_HIGH = r"(?:max(?:imum)?\.?|to|highest|upper limit|at most|<=?|under|up to)"
_LEFT = r"(?:(?:fit )?(?:years?|yrs?) (?:left|remaining|to go)|remaining (?:years?|term)|(?:fit )?term left)"
_YEAR = (
    r"(?:(?:commission(?:ed|ing)?|install(?:ed|ation)?|built|build)(?: (?:in|year|date))?"
    r"|year(?: (?:built|commissioned|installed))?)"
)
_UNIT = r"(?:\s*k\s?wp?)?"
_FIGURE = rf"\d[\d,. ]*{_UNIT}"
_RANGE = rf"\d[\d.]*\s*(?:-|–|to)\s*\d[\d.]*{_UNIT}"
_SIGNED = rf"(?:>=?|<=?|≥|≤|over|under|up to|at least|at most|above|below|max|min)\s*\d[\d.]*{_UNIT}|\d[\d.]*\s*\+"
_WHERE = r"(?:location|place|county|area|region|town|city|district|where|postcode(?: area)?|loc)s?"
_WORDS = r"[^\d\n]{2,60}"
_PLACE = r"[^\n]{2,60}"
# Heading -> cell -> what is said.
_COLUMNS = tuple(
    (re.compile(heading, re.IGNORECASE), re.compile(cell, re.IGNORECASE), said)
    for heading, cell, said in (
        (r"tech(?:nology|nologies)?(?: type)?|type|fuel|source|energy(?: type| source)?", _WORDS, "{}"),
        (_WHERE, r"[a-z]{1,2}", "postcode area {}"),
        (_WHERE, _PLACE, "in {}"),
        (rf"{_LOW}\s*{_SIZE}?{_KW}|{_SIZE}\s*{_LOW}{_KW}", _FIGURE, "at least {}"),
        (rf"{_HIGH}\s*{_SIZE}?{_KW}|{_SIZE}\s*{_HIGH}{_KW}", _FIGURE, "at most {}"),
        (rf"{_SIZE}{_KW}", _RANGE, "capacity {}"),
        (rf"{_SIZE}{_KW}", _SIGNED, "capacity {}"),
        (rf"{_SIZE}{_KW}", _FIGURE, "exactly {}"),
        (rf"{_HIGH} {_LEFT}", r"\d{1,2}", "years left at most {}"),
        (_LEFT, r"\d{1,2}(?:\s*(?:-|–|to)\s*\d{1,2})?", "years left {}"),
        (_YEAR, r"(?:19|20)\d\d", "built in {}"),
        (_YEAR, r"(?:(?:since|before|after|until) )(?:19|20)\d\d|(?:19|20)\d\d\s*-\s*(?:19|20)\d\d", "built {}"),
    )
)
_EMPTY = re.compile(r"(?:-|–|n/?a|any|all|\?)?", re.IGNORECASE)


def sentence_of_table(text: str) -> str | None:
    """The question that a table asks; None for what is no table or has a heading or a cell that is not understood."""
    rows = [line.strip() for line in text.strip().splitlines() if line.strip() and not _LINE.match(line)]
    if len(rows) != _LEAST:
        return None
    separator = next((one for one in _SEPARATORS if one in rows[0]), None)
    if separator is None:
        return None
    headings, cells = (_cells(row, separator) for row in rows)
    if len(headings) != len(cells) or not _LEAST <= len(cells) <= _MOST:
        return None
    said = [_said(heading, cell) for heading, cell in zip(headings, cells, strict=True)]
    return ", ".join(part for part in said if part) if None not in said else None


def _cells(row: str, separator: str) -> list[str]:
    return [cell.strip().strip("\"'*") for cell in row.strip(separator + " ").split(separator)]


def _said(heading: str, cell: str) -> str | None:
    """What the cell asks for, "" where it asks for nothing, None where it is not understood."""
    known = [(pattern, said) for name, pattern, said in _COLUMNS if name.fullmatch(heading)]
    if not known:
        return None
    if _EMPTY.fullmatch(cell):
        return ""
    return next((said.format(cell) for pattern, said in known if pattern.fullmatch(cell)), None)
