"""Makes data/near_words.txt: dictionary words that a misspelt place must not be taken for.

    python -m tasks.fit_query.near_words /usr/share/dict/british-english

The list depends on places.csv and on how many slips `resolve` forgives: make it again after a change
of either. Its words come from SCOWL (Debian's wbritish), whose licence allows it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from tasks.fit_query.places import DATA, gazetteer
from tasks.fit_query.resolution import nearest_place
from tasks.fit_query.words import word_key

HEADER = "# Words of SCOWL's British dictionary that are within a misspelling of a place; see near_words.py"


def near_words(dictionary: Iterable[str]) -> list[str]:
    """Keys of those words of `dictionary` that `resolve` would correct to a place, sorted; no possessives."""
    words = {word.strip() for word in dictionary}
    keys = {word_key(word) for word in words if word.isalpha()}
    keys -= gazetteer().by_key.keys()
    return sorted(key for key in keys if nearest_place(key, frozenset()))


def main() -> None:
    source = Path(sys.argv[1])
    words = near_words(source.read_text(encoding="utf-8").splitlines())
    target = DATA / "near_words.txt"
    target.write_text("\n".join([HEADER, *words]) + "\n", encoding="utf-8", newline="\n")
    print(f"{len(words)} words in {target.name}")


if __name__ == "__main__":
    main()
