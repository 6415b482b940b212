"""Families of wordings from a TOML file, for orders.py and unsayable_requests.py: people read and extend the files.

[names]                 parts that wordings share, each a list of alternatives: <NAME> stands for one of them
[[family]]              name, wordings (regular expressions), signs: words of which a text has one, or no wording
                        of the family is tried
[signs] words = "..."   the signs of families that list none
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Family:
    """Wordings of one kind, case does not matter; each of them has one of the words in `signs`."""

    name: str
    signs: frozenset[str]
    pattern: re.Pattern[str]


def read_families(path: Path) -> tuple[Family, ...]:
    """Those of a file, in its order. Raises KeyError for a name in <> that [names] does not have."""
    listed = tomllib.loads(path.read_text(encoding="utf-8"))
    names = {name: f"(?:{'|'.join(words)})" for name, words in listed["names"].items()}
    common = listed.get("signs", {}).get("words", "")

    def whole(wording: str) -> str:
        return re.sub(r"<([a-z]+)>", lambda found: names[found[1]], wording)

    return tuple(
        Family(
            family["name"],
            frozenset(family.get("signs", common).split()),
            re.compile("|".join(map(whole, family["wordings"])), re.IGNORECASE),
        )
        for family in listed["family"]
    )
