"""The conditions that an answer puts on installations, as SQLAlchemy expressions by name.

Keeping them apart by name lets `row_notes` find out which of them leaves nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, or_

from tasks.fit_query.register import Installation
from tasks.fit_query.support import first_end, last_end
from tuneserve.errors import DataError
from tuneserve.task import JsonObject

Condition = ColumnElement[bool]
Conditions = dict[str, Condition]

# What the conditions are called in front of a user.
FIT_ID = "FIT id"
TECHNOLOGY = "technology"
CAPACITY = "capacity"
PLACE = "place"
COMMISSIONED = "commissioning date"
YEARS_LEFT = "years left"


def conditions(output: JsonObject, today: date) -> Conditions:
    """The conditions of an answer that is valid by schema.json. Raises DataError on a date that is none.

    Bounds are inclusive. "Years left" is 0 for support that is over, so `fit_remaining_min_years: 0` is
    no condition and a maximum includes what has run out.
    """
    found: dict[str, list[Condition]] = {
        FIT_ID: [Installation.fit_id == int(output["fit_id"])] if "fit_id" in output else [],
        TECHNOLOGY: [Installation.technology.in_(technologies(output))] if technologies(output) else [],
        CAPACITY: _bounds(Installation.capacity_kw, output.get("capacity_min_kw"), output.get("capacity_max_kw")),
        PLACE: [in_place(output["postcode_patterns"])] if "postcode_patterns" in output else [],
        COMMISSIONED: _bounds(
            Installation.commissioned, day_of(output, "commissioned_from"), day_of(output, "commissioned_to")
        ),
        YEARS_LEFT: _years_left(output, today),
    }
    return {name: _all(parts) for name, parts in found.items() if parts}


def technologies(output: JsonObject) -> list[str]:
    """The technologies asked for, in order; none means all."""
    named = [*output.get("technologies", []), *([output["technology"]] if "technology" in output else [])]
    return list(dict.fromkeys(named))


def in_place(patterns: Iterable[str]) -> Condition:
    """Rows of the postcode areas ("RG", "G": not "GL") and districts ("RG17", "G1": not "G11") named."""
    wanted = list(patterns)
    areas = [pattern for pattern in wanted if pattern.isalpha()]
    districts = [pattern for pattern in wanted if not pattern.isalpha()]
    parts: list[Condition] = []
    if areas:
        parts.append(Installation.postcode_area.in_(areas))
    if districts:
        parts.append(Installation.postcode_district.in_(districts))
    return or_(*parts)


def _all(parts: Sequence[Condition]) -> Condition:
    joined = parts[0]
    for part in parts[1:]:
        joined = joined & part
    return joined


def _bounds(column: Any, lowest: Any, highest: Any) -> list[Condition]:
    parts: list[Condition] = []
    if lowest is not None:
        parts.append(column >= lowest)
    if highest is not None:
        parts.append(column <= highest)
    return parts


def _years_left(output: JsonObject, today: date) -> list[Condition]:
    lowest, highest = output.get("fit_remaining_min_years"), output.get("fit_remaining_max_years")
    return _bounds(
        Installation.support_end,
        first_end(today, lowest) if lowest else None,
        None if highest is None else last_end(today, highest),
    )


def day_of(output: JsonObject, name: str) -> date | None:
    """The date in a field of an answer, None without the field. Raises DataError on a date that is none."""
    if name not in output:
        return None
    try:
        return date.fromisoformat(output[name])
    except ValueError as error:
        raise DataError(f"{name}: '{output[name]}' is no date (YYYY-MM-DD)") from error
