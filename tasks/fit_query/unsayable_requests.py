"""Requests that are no search, for unsayable.py: deeds (remind, book, correct, publish), opinions, reasons, how-to.

What makes a deed is a verb where an order begins; the same verb in a story ("I'll forward it myself") is none. Verbs
that people also ask for a list with (send, mail, export, flag, map) are none by themselves. To add a wording:
`data/requests.toml`.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from tasks.fit_query.wordings import Family, read_families
from tasks.fit_query.words import word_bag

_LISTED = Path(__file__).parent / "data" / "requests.toml"


def no_search(text: str) -> tuple[str, str] | None:
    """(kind, words) of a request in `text` that no search can meet; None when nothing is found."""
    words = word_bag(text)
    for family in families():
        found = None if family.signs.isdisjoint(words) else family.pattern.search(text)
        if found:
            return family.name, found.group().strip()
    return None


@cache
def families() -> tuple[Family, ...]:
    """Those of `data/requests.toml`, in its order."""
    return read_families(_LISTED)
