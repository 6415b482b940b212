"""Requests that are no search, for unsayable.py: deeds (remind, book, correct, publish), opinions, reasons, how-to.

What makes a deed is a verb where an order begins; the same verb in a story ("I'll forward it myself") is none. Verbs
that people also ask for a list with (send, mail, export, flag, map) are none by themselves. To add a wording:
`data/requests.toml`.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tasks.fit_query.words import word_bag

_LISTED = Path(__file__).parent / "data" / "requests.toml"


@dataclass(frozen=True, slots=True)
class Family:
    """Wordings of one kind; each of them has one of the words in `signs`."""

    name: str
    signs: frozenset[str]
    pattern: re.Pattern[str]


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
    listed = tomllib.loads(_LISTED.read_text(encoding="utf-8"))
    names = {name: f"(?:{'|'.join(words)})" for name, words in listed["names"].items()}

    def whole(wording: str) -> str:
        return re.sub(r"<([a-z]+)>", lambda found: names[found[1]], wording)

    return tuple(
        Family(
            family["name"],
            frozenset(family["signs"].split()),
            re.compile("|".join(map(whole, family["wordings"])), re.IGNORECASE),
        )
        for family in listed["family"]
    )
