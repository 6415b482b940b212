"""Reads the cells of an installation's line: each function returns a value or raises BadLine with the reason."""

from __future__ import annotations

import math
import re
import sys
from datetime import date

LONGEST_NAME = 120

_TECHNOLOGIES = {
    "wind": "Wind",
    "photovoltaic": "Photovoltaic",
    "solarphotovoltaic": "Photovoltaic",
    "hydro": "Hydro",
    "anaerobicdigestion": "Anaerobic digestion",
    "microchp": "Micro CHP",
    "microchppilot": "Micro CHP",
}
_OUTWARD = re.compile(r"([A-Z]{1,2})[0-9][0-9A-Z]?")
_FULL_POSTCODE = re.compile(r"([A-Z]{1,2}[0-9][0-9A-Z]?) *[0-9][A-Z]{2}")
_NO_POSTCODE = frozenset({"", "N/A", "NA", "UNKNOWN", "NULL", "-"})
_NUMBER = re.compile(r"-?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?")
_DAY_FIRST = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})(?: +[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)?")
_YEAR_FIRST = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[ T][0-9:.]+)?")
_FIT_ID = re.compile(r"[0-9]{1,7}")
_ZERO_DATE = date(1900, 1, 1)  # what spreadsheets make of an empty date


class BadLine(ValueError):
    """Why a line cannot be used."""


def technology_name(text: str) -> str:
    """The technology as schema.json spells it."""
    try:
        return _TECHNOLOGIES[letters(text)]
    except KeyError:
        raise BadLine(f"unknown technology '{text[:40]}'") from None


def lasting_text(text: str) -> str:
    """The same for `1` and `1.0`, for a day with and without a time."""
    if _NUMBER.fullmatch(text):
        return f"{float(text.replace(',', '')):.3f}"
    day = _DAY_FIRST.fullmatch(text)
    return f"{day[3]}-{day[2]:0>2}-{day[1]:0>2}" if day else letters(text)


def letters(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


def capacity_kw(text: str) -> float:
    if not _NUMBER.fullmatch(text):
        raise BadLine(f"unreadable capacity '{text[:40]}'")
    capacity = float(text.replace(",", ""))
    if capacity < 0 or not math.isfinite(capacity):
        raise BadLine(f"capacity {text[:40]} kW cannot be")
    return capacity


def commissioning_date(text: str, today: date) -> date:
    day_first, year_first = _DAY_FIRST.fullmatch(text), _YEAR_FIRST.fullmatch(text)
    try:
        if day_first:
            found = date(int(day_first[3]), int(day_first[2]), int(day_first[1]))
        elif year_first:
            found = date(int(year_first[1]), int(year_first[2]), int(year_first[3]))
        else:
            raise ValueError("neither form")
    except ValueError as error:
        raise BadLine(f"unreadable commissioning date '{text[:40]}' (DD/MM/YYYY is expected)") from error
    if found > today:
        raise BadLine(f"commissioning date {found.isoformat()} is in the future")
    if found <= _ZERO_DATE:
        raise BadLine(f"commissioning date {found.isoformat()} is a spreadsheet's empty date or older")
    return found


def outward(text: str) -> tuple[str | None, str | None]:
    """District and area of a postcode, written whole or not: RG17 9AB -> RG17, RG. None, None for no postcode."""
    written = " ".join(text.upper().split())
    if written in _NO_POSTCODE:
        return None, None
    full = _FULL_POSTCODE.fullmatch(written)
    district = _OUTWARD.fullmatch(full[1] if full else written)
    if not district:
        raise BadLine(f"unreadable postcode '{text[:40]}'")
    return district[0], district[1]


def name_of(text: str) -> str:
    """The name of an authority, region or country; "N/A" is a real value, nothing is "Unknown" as in the register."""
    if len(text) > LONGEST_NAME:
        raise BadLine(f"a name of {len(text)} characters: '{text[:40]}...'")
    # A report repeats some four hundred names a million times.
    return sys.intern(text or "Unknown")


def fit_id_number(text: str) -> int:
    if not _FIT_ID.fullmatch(text):
        raise BadLine(f"unreadable FIT id '{text[:40]}' (1 to 7 digits are expected)")
    return int(text)
