"""What a reader of rows should know beside them: why there are none, and what could not be looked at."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, exists, func, select

from tasks.fit_query.filters import (
    CAPACITY,
    COMMISSIONED,
    FIT_ID,
    PLACE,
    YEARS_LEFT,
    Conditions,
    technologies,
)
from tasks.fit_query.groups import place_patterns, shared_patterns
from tasks.fit_query.register import Installation
from tasks.fit_query.support import NEW_FROM
from tuneserve.task import JsonObject

ALL_TECHNOLOGIES = ("Wind", "Photovoltaic", "Hydro", "Anaerobic digestion", "Micro CHP")
_HOW_TO_IMPORT = "import Ofgem's report with `tuneserve import fit_query FILE.csv`"


def note_without_rows(output: JsonObject) -> str | None:
    """Why this answer stands for no rows, whatever is loaded; None when it may have some."""
    if output.get("query_type") == "unsupported":
        return "the question is not one that these installations can answer, so no rows belong to it"
    if "location" in output and "postcode_patterns" not in output:
        # Rows of the whole country would look like an answer.
        return f"{output['location']} came without postcode patterns, so no rows were looked up"
    for low, high in (
        ("capacity_min_kw", "capacity_max_kw"),
        ("commissioned_from", "commissioned_to"),
        ("fit_remaining_min_years", "fit_remaining_max_years"),
    ):
        if low in output and high in output and output[low] > output[high]:
            return f"nothing can match: {low} {output[low]} is above {high} {output[high]}"
    return None


def search_notes(
    connection: Connection, output: JsonObject, where: Conditions, matching: int, today: date
) -> list[str]:
    """Notes on the installations that match."""
    loaded = loaded_technologies(connection)
    notes = what_is_not_loaded(output, loaded)
    asked = set(technologies(output))
    if not matching and (FIT_ID in where or not asked or asked & loaded):
        notes.insert(0, _why_empty(connection, output, where))
    notes += _left_out(connection, where)
    if matching:
        notes += _support_notes(connection, output, where, today)
    return notes + _regional_notes(output)


def group_notes(connection: Connection, output: JsonObject, where: Conditions, count: int) -> list[str]:
    """Notes on groups of installations, of which there are `count`."""
    notes = what_is_not_loaded(output, loaded_technologies(connection))
    if not count:
        notes.insert(0, _why_empty(connection, output, where))
    notes += _left_out(connection, where)
    return notes + shared_notes(output) + _regional_notes(output)


def shared_notes(output: JsonObject) -> list[str]:
    """What a comparison of places with postcodes in common counts twice."""
    shared = shared_patterns(place_patterns(output)) if output.get("query_type") == "comparison" else []
    if not shared:
        return []
    return [f"postcodes {', '.join(shared)} belong to more than one of the places and count in each"]


def joined(notes: list[str]) -> str | None:
    """Notes as the text of Rows: a line each, none twice."""
    return "\n".join(dict.fromkeys(notes)) or None


def _why_empty(connection: Connection, output: JsonObject, where: Conditions) -> str:
    if FIT_ID in where:
        loaded = _count(connection, {})
        if not _count(connection, {FIT_ID: where[FIT_ID]}):
            unknown = f"FIT {int(output['fit_id'])} is unknown: it is not among the {loaded:,} installations loaded"
            nameless = _count(connection, {FIT_ID: Installation.fit_id.is_(None)})
            return f"{unknown} ({nameless:,} are from Ofgem's report, which has no FIT ids)" if nameless else unknown
        return f"FIT {int(output['fit_id'])} is loaded, but does not fit the other conditions"
    for name in (PLACE, CAPACITY, COMMISSIONED, YEARS_LEFT):
        if name not in where or len(where) == 1:
            continue
        others = _count(connection, {other: condition for other, condition in where.items() if other != name})
        if others:
            return f"no installation matches; without the condition on {name} {others:,} would"
    return "no installation matches"


def loaded_technologies(connection: Connection) -> set[str]:
    """The technologies of which there are any rows."""
    # One look into the index each: counting a million rows would cost more than the answer.
    looks = [
        exists().where(Installation.technology == name).label(f"has_{at}") for at, name in enumerate(ALL_TECHNOLOGIES)
    ]
    found = connection.execute(select(*looks)).one()
    return {name for name, there in zip(ALL_TECHNOLOGIES, found, strict=True) if there}


def what_is_not_loaded(output: JsonObject, loaded: set[str]) -> list[str]:
    """Real rows of all technologies but wind come with the user's own import only: said wherever it counts."""
    if "fit_id" in output:
        return []
    asked = technologies(output)
    missing = [name for name in asked if name not in loaded]
    if missing:
        return [f"no {' or '.join(missing)} rows are loaded: {_HOW_TO_IMPORT}"]
    if not asked and loaded < set(ALL_TECHNOLOGIES):
        present = [name for name in ALL_TECHNOLOGIES if name in loaded]
        return [f"only {' and '.join(present)} rows are loaded: for the other technologies {_HOW_TO_IMPORT}"]
    return []


def _left_out(connection: Connection, where: Conditions) -> list[str]:
    """Rows that may lie in the place, but whose postcode nobody knows."""
    if PLACE not in where:
        return []
    others = {name: condition for name, condition in where.items() if name != PLACE}
    count = _count(connection, {**others, PLACE: Installation.postcode_district.is_(None)})
    if not count:
        return []
    if count == 1:
        return ["1 further installation fits but for its place: no postcode is known, so it was left out"]
    return [f"{count:,} further installations fit but for their place: no postcode is known, so they were left out"]


def _support_notes(connection: Connection, output: JsonObject, where: Conditions, today: date) -> list[str]:
    """Where years left were asked for: how many have none, and for how many another rule was taken."""
    if YEARS_LEFT not in where and output.get("sort_by") != "fit_remaining":
        return []
    notes = []
    over = _count(connection, {**where, "over": Installation.support_end <= today})
    if over:
        notes.append(f"for {over:,} of the matching installations support is over by this count")
    early = _count(connection, {**where, "early": Installation.commissioned < NEW_FROM})
    if early:
        notes.append(
            f"{early:,} were commissioned before {NEW_FROM.isoformat()}: taken as moved over from the Renewables "
            "Obligation, whose installations are paid until 2027-03-31"
        )
    return notes


def _regional_notes(output: JsonObject) -> list[str]:
    if "include_regional" not in output or "include_revenue" in output or output.get("query_type") == "fit_rate":
        return []
    return ["regional figures are part of an estimate of revenue: ask for the revenue to have them"]


def _count(connection: Connection, where: Conditions) -> int:
    return connection.scalar(select(func.count(Installation.id)).where(*where.values())) or 0
