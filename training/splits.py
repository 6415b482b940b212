"""Train, validation and test split: groups stay whole, categories keep their shares."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Sequence

from training.leaks import normalised
from tuneserve.errors import DataError
from tuneserve.example import Example

SHARES = {"train": 0.8, "validation": 0.1, "test": 0.1}


def split(examples: Sequence[Example], seed: int) -> dict[str, list[Example]]:
    """The examples by split, shuffled; the same arguments give the same result.

    Near-duplicates stay together: those of one group, and those of groups that share a text. Shares are
    kept within each category (`tags[0]`) as far as whole groups allow.

    Raises DataError when a split would be empty.
    """
    categories: dict[str, list[list[Example]]] = defaultdict(list)
    for family in _families(examples):
        categories[Counter(example.tags[0] for example in family).most_common(1)[0][0]].append(family)
    splits: dict[str, list[Example]] = {name: [] for name in SHARES}
    for category in sorted(categories):
        for name, chosen in _shared_out(categories[category], random.Random(f"{seed}/{category}")).items():
            splits[name] += chosen
    for name, chosen in splits.items():
        if not chosen:
            raise DataError(f"no examples for '{name}': {len(examples)} examples in too few groups; make more groups")
        random.Random(f"{seed}/{name}").shuffle(chosen)
    return splits


def _shared_out(families: list[list[Example]], chance: random.Random) -> dict[str, list[Example]]:
    """Gives each family to the split that lacks most; large ones first, since small ones even it out."""
    total = sum(map(len, families))
    lacking = {name: share * total for name, share in SHARES.items()}
    chosen: dict[str, list[Example]] = {name: [] for name in SHARES}
    chance.shuffle(families)
    for family in sorted(families, key=len, reverse=True):
        name = max(lacking, key=lacking.__getitem__)
        lacking[name] -= len(family)
        chosen[name] += family
    return chosen


def _families(examples: Sequence[Example]) -> list[list[Example]]:
    """Examples joined by a common group or a common text (union-find), in order of first appearance."""
    parent = list(range(len(examples)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    first: dict[tuple[str, str], int] = {}
    for index, example in enumerate(examples):
        for key in (("group", example.group), ("text", normalised(example.text))):
            other = root(first.setdefault(key, index))
            mine = root(index)
            parent[max(mine, other)] = min(mine, other)
    families: dict[int, list[Example]] = defaultdict(list)
    for index, example in enumerate(examples):
        families[root(index)].append(example)
    return list(families.values())
