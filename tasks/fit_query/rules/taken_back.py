"""A question whose last words take a value back, as if it had been asked right at once.

with_replaced("top 10 solar in Kent. Actually make it 20") -> "top 20 solar in Kent. "
"""

from __future__ import annotations

from tasks.fit_query.amounts import KW, TIMES, find_amounts
from tasks.fit_query.corrected import replaces
from tasks.fit_query.dates import find_dates
from tasks.fit_query.gazetteer import find_places
from tasks.fit_query.quotation import Span


def with_replaced(text: str) -> str | None:
    """`text` with the value that came last where the one of its kind stood before; None where none is replaced."""
    values = _values(text)
    for at, (value, kind) in enumerate(values):
        words = replaces(text, value.start)
        if words is None:
            continue
        for earlier, other in reversed(values[:at]):
            # "over 500 kW ... make it 300" leaves out the unit
            if earlier.end <= words.start() and (other == kind or {kind, other} <= {"kw", "bare"}):
                behind = text[value.end :].lstrip(" ")
                return f"{text[: earlier.start]}{text[slice(*value)]}{text[earlier.end : words.start()]} {behind}"
    return None


def _values(text: str) -> list[tuple[Span, str]]:
    """Amounts, dates and places in order, with their kind."""
    dates = find_dates(text)
    found = [(Span(date.start, date.end), "date") for date in dates]
    for amount in find_amounts(text):
        if any(date.start <= amount.start < date.end for date in dates):
            continue
        kind = "kw" if amount.unit in KW else "time" if amount.unit in TIMES else "bare"
        if amount.text.lower() != "one":  # "I mean the one in Shropshire"
            found.append((Span(amount.start, amount.end), kind))
    found += [(Span(place.start, place.end), "place") for place in find_places(text)]
    return sorted(found)
