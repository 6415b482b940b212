"""`score`: which parts of an answer are right."""

from __future__ import annotations

from collections.abc import Mapping

from tuneserve.task import JsonObject

_UNORDERED = frozenset({"technologies", "postcode_patterns"})
_PARTS: Mapping[str, tuple[str, ...]] = {
    "query_type": ("query_type",),
    "fit_id": ("fit_id",),
    "technology": ("technology", "technologies"),
    "location": ("location",),
    "postcode_patterns": ("postcode_patterns",),
    "capacity": ("capacity_min_kw", "capacity_max_kw"),
    "dates": ("commissioned_from", "commissioned_to"),
    "years_left": ("fit_remaining_min_years", "fit_remaining_max_years"),
    "intent": ("query_intent",),
    "revenue": ("include_revenue", "include_regional"),
    "aggregate": ("aggregate", "group_by"),
    "order": ("sort_by", "sort_order", "limit"),
}


def score(expected: JsonObject, got: JsonObject | None) -> dict[str, bool]:
    """{"exact": …, one key a part of the answer}; all False without an answer.

    The order inside `technologies` and `postcode_patterns` does not matter, and 500 is 500.0, but True is
    not 1. "filters": every field that narrows the rows is right, whatever is shown of them.
    """
    if got is None:
        return dict.fromkeys(("exact", "filters", *_PARTS), False)
    wanted, given = _comparable(expected), _comparable(got)
    parts = {name: all(wanted.get(key) == given.get(key) for key in keys) for name, keys in _PARTS.items()}
    narrowing = ("fit_id", "technology", "postcode_patterns", "capacity", "dates", "years_left")
    return {
        "exact": wanted == given,
        "filters": all(parts[name] for name in narrowing),
        **parts,
    }


def _comparable(answer: JsonObject) -> dict[str, tuple[type, object]]:
    """Values with their kind, so that True is not 1; unordered lists as sorted text."""
    return {key: _value(key, value) for key, value in answer.items()}


def _value(key: str, value: object) -> tuple[type, object]:
    if key in _UNORDERED and isinstance(value, list):
        return list, tuple(sorted(map(repr, value)))
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float, float(value)
    return type(value), value
